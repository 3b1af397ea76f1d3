"""Whole: whether a DICOM file of many small elements ends where its own lengths say.

pydicom takes a sequence that is cut short, where its length is written, for a shorter sequence: a
dose report would lose its last irradiations without a word. Where lengths are left open it looks
for the closing tag itself, and misses it.
"""

from __future__ import annotations

import struct

_PREAMBLE = 132
_META = b"\x02\x00"
_LONG = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_IMPLICIT = "1.2.840.10008.1.2"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_DEFLATED = "1.2.840.10008.1.2.1.99"
_OPEN = 0xFFFFFFFF
_SHORT_HEADER, _LONG_HEADER = 8, 12


def is_whole(data: bytes, syntax: str) -> bool:
    """Whether every element on the first level lies within the file.

    Args:
        data: the file.
        syntax: its transfer syntax; a deflated one is checked by its own checksum.
    """
    if syntax == _DEFLATED:
        return True
    at = _PREAMBLE
    while data[at : at + 2] == _META:
        at = _after(data, at, "<", implicit=False)
    order = ">" if syntax == _BIG_ENDIAN else "<"
    while 0 <= at < len(data):
        at = _after(data, at, order, implicit=syntax == _IMPLICIT)
    return at in (len(data), -1)


def _after(data: bytes, at: int, order: str, *, implicit: bool) -> int:
    """Where the next element begins; -1 where the length is left open; beyond the end: cut."""
    beyond = len(data) + 1
    if at + _SHORT_HEADER > len(data):
        return beyond
    if implicit:
        length = struct.unpack_from(order + "I", data, at + 4)[0]
        at += _SHORT_HEADER
    elif data[at + 4 : at + 6] in _LONG:
        if at + _LONG_HEADER > len(data):
            return beyond
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        at += _LONG_HEADER
    else:
        length = struct.unpack_from(order + "H", data, at + 6)[0]
        at += _SHORT_HEADER
    return -1 if length == _OPEN else at + int(length)
