"""NIfTI: one file as a raster.

Read here and not by ITK, because ITK's reader returns a cut file as if it were whole (the rest is
whatever lay in memory) and prefers the qform where the two transforms disagree. NIfTI is RAS+; what
leaves this page is LPS+.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.image.checks import make_grid
from seldinger.image.raster import Raster

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_DTYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
_UNKNOWN, _MM = 0, 2
_MM_PER_UNIT = {_UNKNOWN: 1.0, 1: 1000.0, _MM: 1.0, 3: 0.001}
_UNIT_NAMES = {1: "metres", 3: "micrometres"}
SLOPE = "scl_slope"
"""The field of ``Raster.metadata`` that tells the scaling that was applied to stored values."""
_GZIP = b"\x1f\x8b"
_HEADER_BYTES = 544
_TEMPLATE = 3
"""Transform codes from here on are Talairach, MNI 152 and other templates."""
_DISAGREE_MM = 0.1
_PIXDIM_SHARE = 0.01
_QUATERNION = 1e-4


@dataclass(frozen=True, slots=True)
class _Header:
    dims: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int
    slope: float
    intercept: float
    unit: int
    pixdim: tuple[float, ...]
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    srow: tuple[float, ...]

    @property
    def mm_per_unit(self) -> float:
        return _MM_PER_UNIT[self.unit]


def read(path: Path) -> Raster:
    """The volume in a ``.nii`` or ``.nii.gz`` file; integers stay integers.

    Raises:
        ImageError: not NIfTI, cut short, damaged, not three-dimensional, without a transform.
    """
    name = path.name
    data = path.read_bytes()
    packed = data.startswith(_GZIP)
    head = _inflated(data, _HEADER_BYTES, name)[0] if packed else data[:_HEADER_BYTES]
    header = _header(head, name)
    dims = header.dims
    while len(dims) > 3 and dims[-1] == 1:  # noqa: PLR2004
        dims = dims[:-1]
    if len(dims) != 3 or min(dims) < 1:  # noqa: PLR2004
        size = " x ".join(str(n) for n in dims)
        raise ImageError(
            f"{name}: one three-dimensional volume is needed, got {size}; extract one volume first"
        )
    affine, notes = _affine(header, dims, name)
    grid = make_grid(dims, affine, name)
    count = dims[0] * dims[1] * dims[2]
    needed = header.offset + count * header.dtype.itemsize
    whole = True
    if packed:
        data, whole = _inflated(data, needed, name)
    if len(data) < needed or not whole:
        raise ImageError(
            f"{name}: the file is cut short or damaged: {len(data)} of {needed} bytes could be "
            f"read. "
            f"Copy it again from its source"
        )
    stored = np.frombuffer(data, header.dtype, count, header.offset)
    native = stored.astype(header.dtype.newbyteorder("="), copy=False)
    values, scale_notes = _scaled(native, header, name)
    notes = (*_unit_notes(header.unit, name), *notes, *scale_notes)
    fields = {SLOPE: f"{header.slope:g}"} if values is not native else {}
    return Raster((values.reshape(dims, order="F"),), grid, (path,), fields, notes)


def _inflated(data: bytes, needed: int, name: str) -> tuple[bytes, bool]:
    """Up to ``needed`` bytes of a gzip stream, and whether it is whole (checksum too) so far."""
    parts: list[bytes] = []
    missing = needed
    try:
        while missing > 0 and data.startswith(_GZIP):
            stream = zlib.decompressobj(wbits=31)
            part = stream.decompress(data, missing)
            parts.append(part)
            missing -= len(part)
            if not stream.eof:
                extra = stream.decompress(stream.unconsumed_tail, 1)
                return b"".join(parts), stream.eof or bool(extra)
            data = stream.unused_data
    except zlib.error as wrong:
        raise ImageError(
            f"{name}: the compressed data are damaged ({wrong}); copy the file again from its "
            f"source"
        ) from wrong
    return b"".join(parts), missing <= 0


def _header(head: bytes, name: str) -> _Header:
    for order in "<>":
        if len(head) >= 348 and struct.unpack_from(order + "i", head)[0] == 348:  # noqa: PLR2004
            return _header_1(head, order, name)
        if len(head) >= 540 and struct.unpack_from(order + "i", head)[0] == 540:  # noqa: PLR2004
            return _header_2(head, order, name)
    raise ImageError(f"{name}: this is no NIfTI file, or it is cut short within its header")


def _header_1(head: bytes, order: str, name: str) -> _Header:
    def get(fields: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + fields, head, offset)

    if head[344:348] != b"n+1\0":
        raise ImageError(
            f"{name}: this is an Analyze or two-file NIfTI header; save it as one .nii or "
            f".nii.gz file"
        )
    dims = get("8h", 40)
    slope, intercept = get("2f", 112)
    qform_code, sform_code = get("2h", 252)
    return _Header(
        dims=_dims(dims, name),
        dtype=_dtype(get("h", 70)[0], order, name),
        offset=_offset(get("f", 108)[0], 348, name),
        slope=slope,
        intercept=intercept,
        unit=_unit(head[123], name),
        pixdim=get("8f", 76),
        qform_code=qform_code,
        sform_code=sform_code,
        quaternion=get("6f", 256),
        srow=get("12f", 280),
    )


def _header_2(head: bytes, order: str, name: str) -> _Header:
    def get(fields: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + fields, head, offset)

    if head[4:8] != b"n+2\0":
        raise ImageError(f"{name}: two-file NIfTI is not read; save it as one .nii or .nii.gz file")
    slope, intercept = get("2d", 176)
    qform_code, sform_code = get("2i", 344)
    return _Header(
        dims=_dims(get("8q", 16), name),
        dtype=_dtype(get("h", 12)[0], order, name),
        offset=_offset(get("q", 168)[0], 540, name),
        slope=slope,
        intercept=intercept,
        unit=_unit(get("i", 500)[0], name),
        pixdim=get("8d", 104),
        qform_code=qform_code,
        sform_code=sform_code,
        quaternion=get("6d", 352),
        srow=get("12d", 400),
    )


def _dims(dims: tuple[int, ...], name: str) -> tuple[int, ...]:
    if not 1 <= dims[0] <= 7:  # noqa: PLR2004
        raise ImageError(f"{name}: the NIfTI header is damaged (it claims {dims[0]} dimensions)")
    return tuple(int(n) for n in dims[1 : 1 + dims[0]])


def _dtype(code: int, order: str, name: str) -> np.dtype[Any]:
    if code not in _DTYPES:
        raise ImageError(
            f"{name}: NIfTI data type {code} is not a plain number per voxel (colour, complex and "
            f"binary images are not read); save it as integers or floats"
        )
    return np.dtype(order + _DTYPES[code])


def _offset(offset: float, least: int, name: str) -> int:
    if not np.isfinite(offset) or offset < least:
        raise ImageError(f"{name}: the NIfTI header is damaged (voxels start at byte {offset:g})")
    return int(offset)


def _unit(code: int, name: str) -> int:
    unit = code & 7
    if unit not in _MM_PER_UNIT:
        raise ImageError(f"{name}: the NIfTI header names an unknown unit of length (code {unit})")
    return unit


def _unit_notes(unit: int, name: str) -> tuple[str, ...]:
    """What is said about the unit of length: nothing when the file says millimetres."""
    if unit == _UNKNOWN:
        return (f"{name}: the file names no unit of length: millimetres were assumed",)
    if unit == _MM:
        return ()
    return (f"{name}: lengths were converted from {_UNIT_NAMES[unit]} to millimetres",)


def _affine(
    header: _Header, dims: tuple[int, ...], name: str
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Index to LPS: by the sform when there is one (as nibabel does), else by the qform."""
    if header.sform_code <= 0 and header.qform_code <= 0:
        raise ImageError(
            f"{name}: the NIfTI file has no transform to patient space (qform_code and "
            f"sform_code are "
            f"0), so left and right are unknown. Convert it again from DICOM, or set the transform"
        )
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0])
    scale = np.diag([header.mm_per_unit] * 3 + [1.0])
    sform, qform = np.eye(4), np.eye(4)
    sform[:3] = np.array(header.srow).reshape(3, 4)
    if header.qform_code > 0:
        qform = _qform(header, name)
    if header.sform_code <= 0:
        return to_lps @ scale @ qform, _template_notes(header.qform_code, "qform", name)
    notes = _template_notes(header.sform_code, "sform", name)
    if header.qform_code <= 0:
        notes += _pixdim_notes(header, sform, name)
    else:
        if np.linalg.det(sform) * np.linalg.det(qform) < 0:
            raise ImageError(
                f"{name}: qform and sform are mirror images of each other, so left and right are "
                f"contradicted. Convert it again from DICOM, or remove the wrong one of the two"
            )
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in dims], [1])).reshape(4, -1)
        apart_mm = float(np.abs((sform - qform) @ corners).max()) * header.mm_per_unit
        if not apart_mm <= _DISAGREE_MM:
            note = f"{name}: qform and sform differ by up to {apart_mm:.1f} mm; the sform was used"
            notes += (note,)
    return to_lps @ scale @ sform, notes


def _template_notes(code: int, form: str, name: str) -> tuple[str, ...]:
    """That a transform leads into a template, where lengths are not the patient's."""
    if code < _TEMPLATE:
        return ()
    note = (
        f"{name}: the {form} (code {code}) leads into the space of a template, whose millimetres "
        f"are not the patient's; give the scan before it was fitted to the template"
    )
    return (note,)


def _pixdim_notes(header: _Header, sform: NDArray[np.float64], name: str) -> tuple[str, ...]:
    """What is said when the voxel sizes that other programs read are not those of the sform."""
    sizes, stated = np.linalg.norm(sform[:3, :3], axis=0), np.array(header.pixdim[1:4])
    if np.allclose(sizes, stated, rtol=_PIXDIM_SHARE):
        return ()
    told = [" x ".join(f"{s:.4g}" for s in of) for of in (stated, sizes)]
    return (f"{name}: pixdim says voxels of {told[0]}, the sform {told[1]}; the sform was used",)


def _qform(header: _Header, name: str) -> NDArray[np.float64]:
    b, c, d, *offset = header.quaternion
    if not b * b + c * c + d * d <= 1.0 + _QUATERNION or min(header.pixdim[1:4]) < 0:
        raise ImageError(
            f"{name}: the qform is no rotation with voxel sizes (quaternion {b:g}, {c:g}, {d:g}; "
            f"pixdim {', '.join(f'{p:g}' for p in header.pixdim[1:4])}); convert it again"
        )
    a = float(np.sqrt(max(0.0, 1.0 - b * b - c * c - d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    handed = -1.0 if header.pixdim[0] < 0 else 1.0
    affine = np.eye(4)
    affine[:3, :3] = rotation * np.array([*header.pixdim[1:3], header.pixdim[3] * handed])
    affine[:3, 3] = offset
    return affine


def _scaled(
    stored: NDArray[Any], header: _Header, name: str
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Stored values with the file's slope and intercept; whole numbers stay whole.

    A slope of 0 or one that is not finite means "not scaled", as the standard and nibabel have it.
    """
    slope, intercept = header.slope, header.intercept
    if slope == 0 or not np.isfinite(slope):
        unused = np.isfinite(intercept) and intercept != 0
        if slope == 0 and not unused:
            return stored, ()
        note = f"{name}: the scaling slope is {slope:g}: the stored values were taken as they are"
        return stored, (note + (f", without the intercept {intercept:g}" if unused else ""),)
    if slope == 1 and intercept == 0:
        return stored, ()
    if not np.isfinite(intercept):
        raise ImageError(
            f"{name}: the NIfTI scaling is {slope:g} x value + {intercept}, which is no number; "
            f"set scl_inter to 0 (or to the intercept that was meant) and save it again"
        )
    return _rescaled(stored, slope, intercept), ()


def _rescaled(stored: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    if stored.dtype.kind in "iu" and slope == 1 and float(intercept).is_integer():
        low, high = int(stored.min()) + int(intercept), int(stored.max()) + int(intercept)
        for kind in (np.int16, np.int32, np.int64):
            limits = np.iinfo(kind)
            if limits.min <= low and high <= limits.max:
                shifted: NDArray[Any] = stored.astype(kind)
                shifted += int(intercept)
                return shifted
    wide = np.float32 if stored.dtype.itemsize <= 2 else np.float64  # noqa: PLR2004
    scaled: NDArray[Any] = stored.astype(wide)
    scaled *= slope
    scaled += intercept
    return scaled
