"""VTK PolyData in XML: lines with radii; ascii, base64, compressed and appended arrays."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.image.curve_lines import Line, Lines

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

RADII = ("radius", "maximuminscribedsphereradius")
NAMES = ("name", "names", "label", "labels")
_TYPES = {
    "Int8": "i1", "UInt8": "u1", "Int16": "i2", "UInt16": "u2", "Int32": "i4", "UInt32": "u4",
    "Int64": "i8", "UInt64": "u8", "Float32": "f4", "Float64": "f8", "String": "u1",
}  # fmt: skip
_APPENDED = re.compile(rb"<AppendedData[^>]*?encoding=\"(\w+)\"[^>]*>\s*_")
_COMPRESSOR = "vtkZLibDataCompressor"
_BASE64_IN, _BASE64_OUT = 3, 4


@dataclass(frozen=True, slots=True)
class _File:
    """How arrays of a file are stored."""

    order: str
    header: str
    compressed: bool
    appended: bytes
    raw: bool


def read(data: bytes, name: str) -> Lines:
    """The lines of a file.

    Args:
        data: of the file.
        name: of the file, for messages.

    Raises:
        ImageError: no VTK PolyData, damaged, or without lines.
    """
    try:
        root, file = _open(data)
        if root.tag != "VTKFile" or root.get("type") != "PolyData":
            raise ValueError(f"it is {root.tag} of type {root.get('type')}")  # noqa: TRY301
        lines = [line for piece in root.iter("Piece") for line in _read_piece(piece, file)]
        space = _read_space(root, file)
    except (ET.ParseError, ValueError, KeyError, IndexError, struct.error, zlib.error,
            AttributeError) as wrong:  # fmt: skip
        raise ImageError(
            f"{name}: no VTK PolyData file that can be read ({wrong}); write it again as .vtp"
        ) from wrong
    if not lines:
        raise ImageError(
            f"{name}: it holds no lines (a surface or a cloud of points?); give centrelines"
        )
    return Lines(tuple(lines), space)


def _open(data: bytes) -> tuple[Element, _File]:
    """The XML without what is appended to it, which need not be XML."""
    appended, raw = b"", False
    if match := _APPENDED.search(data):
        end = data.rindex(b"</AppendedData>")
        appended, raw = data[match.end() : end], match[1] == b"raw"
        data = data[: match.end()] + data[end:]
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ValueError("it declares entities of its own")
    root = ET.fromstring(data)  # noqa: S314  entities are refused above
    order = "<" if root.get("byte_order", "LittleEndian") == "LittleEndian" else ">"
    compressor = root.get("compressor") or ""
    if compressor not in {"", _COMPRESSOR}:
        raise ValueError(f"compressed by {compressor}; only {_COMPRESSOR} is read")
    header = _TYPES[root.get("header_type", "UInt32")]
    return root, _File(order, header, bool(compressor), appended, raw)


def _read_piece(piece: Element, file: _File) -> list[Line]:
    count = int(piece.get("NumberOfLines", 0))
    if not count:
        return []
    points = _read_array(_need(piece, "Points/DataArray"), file).reshape(-1, 3).astype(float)
    cells = {str(a.get("Name")): _read_array(a, file) for a in piece.findall("Lines/DataArray")}
    order, ends = cells["connectivity"].astype(int), cells["offsets"].astype(int)
    if len(ends) != count or (len(order) and (order.min() < 0 or order.max() >= len(points))):
        raise ValueError("its lines name points that there are not")
    radius = _read_radius(piece, file, len(points))
    names = _read_names(piece, file)
    before = int(piece.get("NumberOfVerts", 0))
    lines = []
    for n, (a, b) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        chain = order[a:b]
        called = names[before + n] if before + n < len(names) else ""
        lines.append(Line(points[chain], None if radius is None else radius[chain], called))
    return lines


def _need(place: Element, path: str) -> Element:
    found = place.find(path)
    if found is None:
        raise ValueError(f"{path} is missing")
    return found


def _read_radius(piece: Element, file: _File, count: int) -> NDArray[np.float64] | None:
    arrays = {str(a.get("Name")).lower(): a for a in piece.findall("PointData/DataArray")}
    for wanted in RADII:
        if wanted in arrays:
            radius = _read_array(arrays[wanted], file).astype(float)
            if len(radius) != count:
                raise ValueError(f"{len(radius)} radii for {count} points")
            return radius
    return None


def _read_names(piece: Element, file: _File) -> list[str]:
    data = piece.find("CellData")
    for array in () if data is None else data:
        if str(array.get("Name")).lower() in NAMES and array.get("type") == "String":
            return _read_words(array, file)
    return []


def _read_space(root: Element, file: _File) -> str:
    """LPS or RAS, as 3D Slicer says it in a field of the file."""
    for field in root.iter("FieldData"):
        for array in field:
            if str(array.get("Name")).upper() == "SPACE" and array.get("type") == "String":
                word = (_read_words(array, file) or [""])[0].upper().removeprefix("SPACE=").strip()
                return {"LPS": "LPS", "RAS": "RAS"}.get(word, "")
    return ""


def _read_words(array: Element, file: _File) -> list[str]:
    """Strings, each ended by a zero."""
    words = _read_array(array, file).astype(np.uint8).tobytes()
    return [word.decode("utf-8", "replace") for word in words.split(b"\0")[:-1]]


def _read_array(array: Element, file: _File) -> NDArray[np.generic]:
    kind = np.dtype(file.order + _TYPES[str(array.get("type"))])
    how = array.get("format", "ascii")
    if how == "ascii":
        words = (array.text or "").split()
        return np.array(words, dtype=float if kind.kind == "f" else np.int64).astype(kind)
    if how == "appended":
        stored = file.appended[int(array.get("offset", 0)) :]
        blob = _from_raw(stored, file) if file.raw else _from_base64(stored, file)
    else:
        blob = _from_base64("".join((array.text or "").split()).encode(), file)
    return np.frombuffer(blob[: len(blob) // kind.itemsize * kind.itemsize], dtype=kind)


def _integers(blob: bytes, count: int, file: _File) -> list[int]:
    kind = np.dtype(file.order + file.header)
    return [int(n) for n in np.frombuffer(blob, dtype=kind, count=count)]


def _from_raw(stored: bytes, file: _File) -> bytes:
    wide = np.dtype(file.header).itemsize
    first = _integers(stored, 1, file)[0]
    if not file.compressed:
        return _whole(stored[wide : wide + first], first)
    sizes = _integers(stored, 3 + first, file)[3:]
    return _inflate(stored[wide * (3 + first) :], sizes)


def _from_base64(stored: bytes, file: _File) -> bytes:
    """Head and body are one text, or a text each: then the head's ends with a filler."""
    wide = np.dtype(file.header).itemsize
    if not file.compressed:
        head = _text_length(wide)
        size = _integers(base64.b64decode(stored[:head]), 1, file)[0]
        if stored[head - 1 : head] == b"=":
            return _whole(base64.b64decode(stored[head : head + _text_length(size)]), size)
        return _whole(base64.b64decode(stored[: _text_length(wide + size)])[wide:], size)
    blocks = _integers(base64.b64decode(stored[: _text_length(wide + 1)]), 1, file)[0]
    head = _text_length(wide * (3 + blocks))
    sizes = _integers(base64.b64decode(stored[:head]), 3 + blocks, file)[3:]
    body = stored[head : head + _text_length(sum(sizes))]
    return _inflate(base64.b64decode(body), sizes)


def _text_length(size: int) -> int:
    return -(-size // _BASE64_IN) * _BASE64_OUT


def _whole(blob: bytes, size: int) -> bytes:
    if len(blob) < size:
        raise ValueError(f"an array of {size} bytes ends after {len(blob)}")
    return blob


def _inflate(body: bytes, sizes: list[int]) -> bytes:
    at, parts = 0, []
    for size in sizes:
        parts.append(zlib.decompress(_whole(body[at : at + size], size)))
        at += size
    return b"".join(parts)
