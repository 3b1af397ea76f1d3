"""DICOM headers: what lies in a folder, file by file, without its pixels."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from seldinger.core.errors import ImageError
from seldinger.image import acquisitions, nm_frames
from seldinger.image.raster import silence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydicom.dataset import Dataset

_MAGIC = b"DICM"
_MAGIC_AT = 128
_OLD_SUFFIXES = ("", ".dcm", ".ima", ".dic", ".dicom")
"""Files of these names may be DICOM from before the preamble existed."""
_DEFLATED = "1.2.840.10008.1.2.1.99"
_UNDEFINED = 0xFFFFFFFF
_ITEM, _END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
_PIXEL_TAGS = ((0x7FE0, 0x0008), (0x7FE0, 0x0009), (0x7FE0, 0x0010))
_NOT_IMAGES = frozenset({"SEG", "SR", "PR", "KO", "RTSTRUCT", "RTPLAN", "REG", "RWV", "DOC", "FID"})

_KEYWORDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesDescription",
    "Modality",
    "FrameOfReferenceUID",
    "PatientPosition",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "NumberOfFrames",
    "BitsAllocated",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "GantryDetectorTilt",
    "InstanceNumber",
    *nm_frames.KEYWORDS,
    *acquisitions.KEYWORDS,
    *acquisitions.CT_KEYWORDS,
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """One DICOM file.

    Attributes:
        path: where it lies.
        uid: Series Instance UID.
        description: of its series.
        modality: DICOM code.
        frames: image planes in it.
        whole: whether all pixel data are there.
        dataset: the tags that geometry and numbers need, without pixels.
        transfer_syntax: how the pixels are stored.
    """

    path: Path
    uid: str
    description: str
    modality: str
    frames: int
    whole: bool
    dataset: Dataset
    transfer_syntax: str

    @property
    def is_image(self) -> bool:
        """Whether it shows the patient, unlike segmentations, reports and plans."""
        return self.modality not in _NOT_IMAGES and "Rows" in self.dataset


def is_dicom(path: Path) -> bool:
    """Whether ``path`` begins as DICOM files do."""
    with path.open("rb") as stream:
        return stream.read(_MAGIC_AT + 4)[_MAGIC_AT:] == _MAGIC


def scan(path: Path) -> tuple[Header, ...]:
    """Headers of every DICOM file at or below ``path``, by path; other files are passed over.

    Raises:
        ImageError: nothing there, nothing DICOM, or a DICOM file that is cut short in its header.
    """
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    if not files:
        raise ImageError(f"{path.name}: the folder is empty; give the folder with the DICOM files")
    try:
        with silence():
            headers = tuple(header for file in files if (header := _header(file)) is not None)
    except OSError as wrong:
        raise ImageError(f"{path.name}: the folder cannot be read: {wrong}") from wrong
    if not headers:
        raise ImageError(
            f"{path.name}: none of its {len(files)} file(s) is DICOM (first: {files[0].name}); "
            f"give the "
            f"DICOM folder, or a NIfTI, NRRD or MetaImage file by name"
        )
    return headers


def format_series(headers: Iterable[Header]) -> str:
    """Series, one per line, for messages."""
    series: dict[str, list[Header]] = {}
    for header in headers:
        series.setdefault(header.uid, []).append(header)
    return "\n".join(
        f"  {uid}  {files[0].modality or 'no modality'}  "
        f"{files[0].description or 'no description'}  "
        f"{sum(f.frames for f in files)} slices"
        for uid, files in series.items()
    )


def _header(path: Path) -> Header | None:
    """The header of ``path``; None when it is another kind of file, or a DICOM directory."""
    import pydicom
    from pydicom.uid import MediaStorageDirectoryStorage

    marked = is_dicom(path)
    if not marked and path.suffix.lower() not in _OLD_SUFFIXES:
        return None
    try:
        with path.open("rb") as stream:
            dataset = pydicom.dcmread(
                stream, stop_before_pixels=True, force=not marked, specific_tags=list(_KEYWORDS)
            )
            syntax = str(getattr(dataset, "file_meta", {}).get("TransferSyntaxUID", ""))
            if dataset.file_meta.get("MediaStorageSOPClassUID", "") == MediaStorageDirectoryStorage:
                return None
            whole = syntax == _DEFLATED or _pixels_are_whole(stream, dataset)
        for _ in dataset.iterall():
            pass  # every value is converted now, so that a damaged one is blamed on this file
        if not marked and "SOPClassUID" not in dataset:
            return None
        _check_header(dataset, path.name)
        return Header(
            path=path,
            uid=str(dataset.get("SeriesInstanceUID", "")),
            description=str(dataset.get("SeriesDescription", "") or "").strip(),
            modality=str(dataset.get("Modality", "") or "").strip(),
            frames=int(dataset.get("NumberOfFrames", 1) or 1),
            whole=whole,
            dataset=dataset,
            transfer_syntax=syntax,
        )
    except (ImageError, OSError):
        raise
    except Exception as wrong:
        if not marked:
            return None
        raise ImageError(
            f"{path.name}: the DICOM header is damaged or cut short ({wrong}); copy the file again"
        ) from wrong


def _check_header(dataset: Dataset, name: str) -> None:
    """Refuse a file that calls itself an image but ends before it says how large the image is."""
    kind = dataset.get("SOPClassUID")
    if kind is None or (kind.name.endswith("Image Storage") and "Rows" not in dataset):
        raise ImageError(f"{name}: the DICOM file is cut short within its header; copy it again")


def _pixels_are_whole(stream: BinaryIO, dataset: Dataset) -> bool:
    """Whether the pixel data that begin at the stream's position are all there.

    GDCM fills what is missing without a word, so a cut file must be seen here.
    """
    is_implicit, is_little = dataset.original_encoding
    order = "<" if is_little else ">"
    start = stream.tell()
    end = stream.seek(0, 2)
    stream.seek(start)
    head = stream.read(12)
    if len(head) < 12 or struct.unpack_from(order + "HH", head) not in _PIXEL_TAGS:  # noqa: PLR2004
        return False
    if is_implicit:
        length = struct.unpack_from(order + "I", head, 4)[0]
        begin = start + 8
    else:
        length = struct.unpack_from(order + "I", head, 8)[0]
        begin = start + 12
    if length == _UNDEFINED:
        return _items_are_whole(stream, begin, end)
    if begin + length > end:
        return False
    bits = _pixel_bits(dataset)
    return bool(length * 8 >= bits)


def _pixel_bits(dataset: Any) -> int:
    bits = 1
    for keyword in ("Rows", "Columns", "SamplesPerPixel", "BitsAllocated", "NumberOfFrames"):
        bits *= int(dataset.get(keyword, 1) or 1)
    return bits


def _items_are_whole(stream: BinaryIO, begin: int, end: int) -> bool:
    """Walk the fragments of encapsulated pixel data to their closing tag."""
    at = begin
    while at + 8 <= end:
        stream.seek(at)
        group, element, length = struct.unpack("<HHI", stream.read(8))
        if (group, element) == _END:
            return True
        if (group, element) != _ITEM or length == _UNDEFINED:
            return False
        at += 8 + length
    return False
