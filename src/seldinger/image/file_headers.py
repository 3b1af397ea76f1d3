"""File headers: what NRRD and MetaImage promise, looked at before ITK reads them.

ITK returns damaged compressed data as if they were whole, and makes up spacing that is not stated.
"""

from __future__ import annotations

import re
import zlib
from math import prod
from typing import TYPE_CHECKING

from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_META_BYTES = {
    "MET_CHAR": 1,
    "MET_UCHAR": 1,
    "MET_SHORT": 2,
    "MET_USHORT": 2,
    "MET_INT": 4,
    "MET_UINT": 4,
    "MET_LONG": 4,
    "MET_ULONG": 4,
    "MET_LONG_LONG": 8,
    "MET_ULONG_LONG": 8,
    "MET_FLOAT": 4,
    "MET_DOUBLE": 8,
}
_CHUNK = 1 << 16
_HEADER_LIMIT = 1 << 20
_DEFLATE_LIMIT = 1100
"""No deflate stream unpacks to more than 1032 times its size."""
_BZIP2_LIMIT = 100_000


def check_size(size: Sequence[int], files: Sequence[Path], name: str) -> None:
    """Refuse a header that promises more voxels than its bytes can hold, before allocating.

    ``size`` is (i, j, k), ``files`` hold the bytes, ``name`` is for messages.

    Raises:
        ImageError: the header is damaged.
    """
    promised = prod(size)
    packing = _BZIP2_LIMIT if _packed_by_bzip2(files[0]) else _DEFLATE_LIMIT
    if promised > packing * sum(file.stat().st_size for file in files):
        raise ImageError(
            f"{name}: the header promises {promised} voxels, more than the file can hold; it is "
            f"damaged"
        )


def _packed_by_bzip2(path: Path) -> bool:
    return (
        re.search(rb"^encoding:\s*(bz2|bzip2)", _head(path), re.IGNORECASE | re.MULTILINE)
        is not None
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEADER_LIMIT)


def find_nrrd_files(path: Path) -> tuple[Path, ...]:
    """The header of an NRRD file and, when it is detached, its one data file; gzip data are whole.

    Raises:
        ImageError: not NRRD, cut short, or its data file is missing.
    """
    head = _head(path)
    if not head.startswith(b"NRRD"):
        raise ImageError(f"{path.name}: this is no NRRD file (it does not begin with NRRD)")
    end = re.search(rb"\r?\n\r?\n", head)
    text = head if end is None else head[: end.start()]
    match = re.search(rb"^data ?file:[ \t]*(.+?)\s*$", text, re.IGNORECASE | re.MULTILINE)
    files = (path,) if match is None else (path, _data_file(path, match.group(1)))
    if match is None and end is None:
        raise ImageError(f"{path.name}: the file is cut short within its header; copy it again")
    packed = re.search(rb"^encoding:\s*gz(ip)?\s*$", text, re.IGNORECASE | re.MULTILINE)
    skips = re.search(rb"^(line|byte) ?skip:", text, re.IGNORECASE | re.MULTILINE)
    if packed and not skips:
        _check_gzip(files[-1], end.end() if end and match is None else 0, path.name)
    return files


def _check_gzip(data: Path, start: int, name: str) -> None:
    """Unpack once without keeping: ITK does not look at the checksum."""
    stream = zlib.decompressobj(wbits=31)
    try:
        with data.open("rb") as packed:
            packed.seek(start)
            while not stream.eof and (chunk := packed.read(_CHUNK)):
                stream.decompress(chunk)
    except zlib.error as wrong:
        raise ImageError(
            f"{name}: the compressed data are damaged ({wrong}); copy the file again"
        ) from wrong
    if not stream.eof:
        raise ImageError(f"{name}: the file is cut short; copy it again from its source")


def _data_file(path: Path, raw: bytes) -> Path:
    try:
        named = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise ImageError(f"{path.name}: the name of its data file cannot be read") from wrong
    if "\0" in named:
        raise ImageError(f"{path.name}: the name of its data file cannot be read")
    if named.upper().startswith("LIST") or "%" in named:
        raise ImageError(
            f"{path.name}: it is spread over several data files ({named}); save it as one file"
        )
    data = path.parent / named
    if not data.is_file():
        raise ImageError(f"{path.name}: its data file {named} is missing; keep both in one folder")
    return data


def find_meta_files(path: Path) -> tuple[Path, ...]:
    """The header of a MetaImage and, when it is detached, its data file; the data are whole.

    Raises:
        ImageError: not MetaImage, cut short, without spacing, or its data file is missing.
    """
    head = _head(path)
    name = path.name
    end = re.search(rb"^ElementDataFile[ \t]*=[ \t]*(.+?)[ \t]*\r?\n", head, re.MULTILINE)
    if end is None:
        end = re.search(rb"^ElementDataFile[ \t]*=[ \t]*(.+?)[ \t]*$", head, re.MULTILINE)
    if end is None:
        raise ImageError(f"{name}: this is no MetaImage file, or it is cut short within its header")
    lines = [line.partition(b"=") for line in head[: end.end()].splitlines()]
    fields = {
        key.decode("latin-1").strip(): value.decode("latin-1").strip() for key, _, value in lines
    }
    if "ElementSpacing" not in fields:
        raise ImageError(
            f"{name}: the MetaImage file states no ElementSpacing; save it again with its "
            f"spacing in mm"
        )
    local = end.group(1).upper() == b"LOCAL"
    files = (path,) if local else (path, _data_file(path, end.group(1)))
    try:
        _check_meta_data(fields, files[-1], end.end() if local else 0, name)
    except (ValueError, KeyError, OverflowError) as wrong:
        raise ImageError(f"{name}: the MetaImage header is damaged ({wrong})") from wrong
    return files


def _check_meta_data(fields: dict[str, str], data: Path, start: int, name: str) -> None:
    channels = int(fields.get("ElementNumberOfChannels", "1"))
    needed = _META_BYTES[fields["ElementType"]] * channels
    for size in fields["DimSize"].split():
        needed *= int(size)
    if needed <= 0:
        raise ImageError(f"{name}: the MetaImage header promises no voxels (DimSize)")
    if fields.get("CompressedData", "False").lower() != "true":
        there = data.stat().st_size - start - max(int(fields.get("HeaderSize", "0")), 0)
        whole = there >= needed
    else:
        stream = zlib.decompressobj(wbits=47)
        try:
            there = len(stream.decompress(data.read_bytes()[start:], needed))
            extra = b"" if stream.eof else stream.decompress(stream.unconsumed_tail, 1)
        except zlib.error as wrong:
            raise ImageError(
                f"{name}: the compressed data are damaged ({wrong}); copy the file again"
            ) from wrong
        whole = there == needed and stream.eof and not extra
    if not whole:
        raise ImageError(
            f"{name}: the file is cut short or damaged: {max(there, 0)} of {needed} bytes of "
            f"voxels could "
            f"be read. Copy it again from its source"
        )
