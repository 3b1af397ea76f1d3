"""DICOM: one series of a folder, or one enhanced multi-frame file, becomes a volume."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.record import InputFile
from seldinger.core.volume import Volume
from seldinger.image import acquisitions, ct_values, dicom_identity, nm_frames, nuclear_headers
from seldinger.image.dicom_headers import Header, format_series, scan
from seldinger.image.geometry import Plane, Stack, interpolate_evenly, stack_planes, straighten
from seldinger.image.raster import compute_sha256, open_itk, silence, to_c_order
from seldinger.image.study import (
    Modality,
    PatientPosition,
    PositionOrigin,
    Series,
    SeriesInfo,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.image.nuclear import NuclearAcquisition

_POSITIONS = {
    "S": PatientPosition.SUPINE,
    "P": PatientPosition.PRONE,
    "DL": PatientPosition.LEFT_LATERAL,
    "DR": PatientPosition.RIGHT_LATERAL,
}
CT = Modality.CT
_UNITS = {Modality.CT: "HU", Modality.MR: "1", Modality.NM: "counts"}
_TILT_DEG = 1.0


@dataclass(frozen=True, slots=True)
class _Scale:
    slope: float
    intercept: float

    @property
    def is_whole(self) -> bool:
        return self.slope.is_integer() and self.intercept.is_integer()


def list_series(path: Path) -> tuple[SeriesInfo, ...]:
    """Image series at or below ``path``, in order of first file.

    Raises:
        ImageError: nothing there, or nothing DICOM.
    """
    grouped: dict[str, list[Header]] = {}
    for header in scan(path):
        if header.is_image:
            grouped.setdefault(header.uid, []).append(header)
    return tuple(
        SeriesInfo(uid, files[0].description, files[0].modality, sum(f.frames for f in files))
        for uid, files in grouped.items()
    )


def read(path: Path, uid: str | None) -> Series:
    """The series ``uid`` (or the only one) at or below ``path``.

    Raises:
        ImageError: no image, several series and none named, not CT, MR, PET or SPECT, or geometry
            that cannot be made one even, straight lattice.
    """
    name = path.resolve().name
    headers = _chosen(scan(path), uid, name)
    modality = _modality(headers, name)
    cut = [h.path.name for h in headers if not h.whole]
    if cut:
        raise ImageError(
            f"{name}: {len(cut)} file(s) are cut short, first {cut[0]}; copy the series again"
        )
    try:
        planes, places = _planes(headers, name)
        scales = [_scale(place) for place in places]
        ct_values.check_storage(headers, name)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError) as wrong:
        raise ImageError(
            f"{name}: a DICOM header holds a value that is no value: {wrong}"
        ) from wrong
    _check_scales(scales, headers, name)
    types = {word for plane in planes for word in _words(plane)}
    rescale_notes = ct_values.check_rescale(places, sorted(types), name) if modality is CT else ()
    stack = stack_planes(planes, name)
    ordered = [headers[n] for n in stack.order] if len(headers) > 1 else headers
    files = tuple(header.path for header in ordered)
    scales = [scales[n] for n in stack.order]
    values = _pixels(files, stack, scales, headers[0], name)
    unit, acquisition, notes = _meant(modality, files, name)
    if modality is CT:
        ct_values.check_wrap(values, headers, name)
        pairs = [(scale.slope, scale.intercept) for scale in scales]
        places_in_file = [0] * len(ordered) if len(ordered) > 1 else stack.order.tolist()
        values, padding = ct_values.fill_padding(values, ordered, pairs, places_in_file)
        values = _narrowed(values)
        notes = (*notes, *rescale_notes, *padding)
    image = Volume(to_c_order(interpolate_evenly(values, stack)), stack.grid, unit)
    image, tilt_notes = straighten(image, name)
    position, position_notes = _position(headers, name)
    identity, identity_notes = dicom_identity.read(ordered)
    return Series(
        image=image,
        modality=modality,
        position=position or PatientPosition.SUPINE,
        position_origin=PositionOrigin.DICOM if position else PositionOrigin.ASSUMED,
        inputs=(InputFile("image", name, compute_sha256(files)),),
        description=ordered[0].description,
        identity=identity,
        position_in_header=position,
        acquisition=acquisition,
        notes=(
            *notes,
            *stack.notes,
            *tilt_notes,
            *_tilt_told(ordered[0], image.grid, straight=not tilt_notes),
            *position_notes,
            *identity_notes,
        ),
    )


def _chosen(headers: Sequence[Header], uid: str | None, name: str) -> list[Header]:
    images = [h for h in headers if h.is_image]
    if not images:
        kinds = ", ".join(sorted({h.modality or "unknown" for h in headers}))
        raise ImageError(
            f"{name}: the DICOM files hold no image (found: {kinds}); if an image was expected, "
            f"files may be cut short: copy them again"
        )
    uids = list(dict.fromkeys(h.uid for h in images))
    splinters = acquisitions.find_splintered(images)
    if len(splinters) == len(uids) or uid in {h.uid for h in splinters}:
        raise ImageError(f"{name}: {acquisitions.describe_splintered(splinters)}")
    if uid is None and len(uids) > 1:
        raise ImageError(
            f"{name}: there are {len(uids)} series; name one by its UID (series=, --series):\n"
            f"{format_series(images)}"
        )
    wanted = uids[0] if uid is None else uid
    matches = [h for h in images if h.uid == wanted]
    if not matches:
        raise ImageError(
            f"{name}: there is no series {wanted}; there are:\n{format_series(images)}"
        )
    return matches


def _modality(headers: Sequence[Header], name: str) -> Modality:
    codes = sorted({h.modality for h in headers})
    if len(codes) == 1 and codes[0] in {m.value for m in Modality}:
        return Modality(codes[0])
    got = ", ".join(code or "none" for code in codes)
    raise ImageError(
        f"{name}: the series has modality {got}; CT, MR, PT (PET) and NM (SPECT) can be read. "
        f"Name another series, or convert it"
    )


def _planes(headers: Sequence[Header], name: str) -> tuple[list[Plane], list[Any]]:
    """Planes in stored order, and where each states its rescale."""
    if nm_frames.is_stack(headers):
        return nm_frames.read_planes(headers[0], name), [headers[0].dataset] * headers[0].frames
    if all(h.frames == 1 and "PerFrameFunctionalGroupsSequence" not in h.dataset for h in headers):
        return [_plane(h) for h in headers], [h.dataset for h in headers]
    if len(headers) > 1:
        raise ImageError(
            f"{name}: the series has {len(headers)} multi-frame files; one enhanced multi-frame "
            f"file, or "
            f"single-frame files, can be read. Convert it to classic DICOM"
        )
    return _frames(headers[0], name)


def _plane(header: Header) -> Plane:
    data = header.dataset
    if int(data.get("SamplesPerPixel", 1) or 1) != 1:
        raise ImageError(f"{header.path.name}: this is a colour picture, not a scan; leave it out")
    return Plane(
        name=header.path.name,
        position_mm=_numbers(data, "ImagePositionPatient"),
        orientation=_numbers(data, "ImageOrientationPatient"),
        spacing_mm=_numbers(data, "PixelSpacing"),
        rows=int(data.Rows),
        columns=int(data.Columns),
        traits=acquisitions.read_acquisition_traits(header),
    )


def _frames(header: Header, name: str) -> tuple[list[Plane], list[Any]]:
    """The same of an enhanced multi-frame file."""
    data = header.dataset
    shared = data.get("SharedFunctionalGroupsSequence") or [None]
    own = data.get("PerFrameFunctionalGroupsSequence") or []
    if len(own) != header.frames:
        raise ImageError(
            f"{name}: a multi-frame file with {header.frames} frames says where {len(own)} of "
            f"them lie; "
            f"export it as enhanced CT, MR or PET, or as single-frame files"
        )
    planes, stated = [], []
    for number, group in enumerate(own, start=1):
        places = [g for g in (group, shared[0]) if g is not None]
        planes.append(
            Plane(
                name=f"frame {number}",
                position_mm=_grouped(places, "PlanePositionSequence", "ImagePositionPatient"),
                orientation=_grouped(places, "PlaneOrientationSequence", "ImageOrientationPatient"),
                spacing_mm=_grouped(places, "PixelMeasuresSequence", "PixelSpacing"),
                rows=int(data.Rows),
                columns=int(data.Columns),
                traits=acquisitions.read_frame_traits(places),
            )
        )
        stated.append(next((g.get(_TRANSFORM)[0] for g in places if g.get(_TRANSFORM)), data))
    return planes, stated


_TRANSFORM = "PixelValueTransformationSequence"


def _grouped(places: Sequence[Any], sequence: str, keyword: str) -> tuple[float, ...]:
    for place in places:
        items = place.get(sequence)
        if items:
            return _numbers(items[0], keyword)
    return ()


def _numbers(data: Any, keyword: str) -> tuple[float, ...]:
    values = data.get(keyword)
    return () if values is None else tuple(float(v) for v in values)


def _scale(data: Any) -> _Scale:
    slope, intercept = data.get("RescaleSlope"), data.get("RescaleIntercept")
    return _Scale(
        1.0 if slope is None else float(slope), 0.0 if intercept is None else float(intercept)
    )


def _words(plane: Plane) -> list[str]:
    """Image Type and Frame Type as single words."""
    said = plane.traits.get("ImageType", "") + " " + plane.traits.get("FrameType", "")
    return re.findall(r"\w+", said)


def _check_scales(scales: Sequence[_Scale], headers: Sequence[Header], name: str) -> None:
    """Refuse a rescale that makes no numbers, or that cannot be applied frame by frame."""
    for scale in scales:
        if scale.slope == 0 or not np.isfinite([scale.slope, scale.intercept]).all():
            raise ImageError(
                f"{name}: the rescale is {scale.slope:g} x value + {scale.intercept:g}, which "
                f"gives no values; export the series again"
            )
    if len(headers) == 1 and len(set(scales)) > 1:
        raise ImageError(
            f"{name}: the frames have different rescale slopes, which GDCM does not apply; "
            f"convert the file to single-frame DICOM"
        )


def _pixels(
    files: Sequence[Path], stack: Stack, scales: Sequence[_Scale], first: Header, name: str
) -> NDArray[Any]:
    """Values after rescale, index (i, j, k) with k sorted, in any memory order."""
    sitk = open_itk()
    reader = sitk.ImageSeriesReader() if len(files) > 1 else sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    if len(files) > 1:
        reader.SetFileNames([str(file) for file in files])
    else:
        reader.SetFileName(str(files[0]))
    if not all(scale.is_whole for scale in scales):
        reader.SetOutputPixelType(sitk.sitkFloat32)
    elif len(set(scales)) > 1:
        reader.SetOutputPixelType(sitk.sitkInt32)
    try:
        with silence():
            image = reader.Execute()
    except (RuntimeError, MemoryError) as wrong:
        raise ImageError(
            f"{name}: the pixels cannot be decoded (transfer syntax {first.transfer_syntax}); "
            f"files may "
            f"be damaged: copy the series again, or export it uncompressed"
        ) from wrong
    values: NDArray[Any] = _narrowed(sitk.GetArrayFromImage(image))
    if values.shape != tuple(reversed(stack.grid.shape)):
        raise ImageError(
            f"{name}: the pixels form {values.shape[::-1]} voxels, the headers promise "
            f"{stack.grid.shape}; export the series again"
        )
    if len(files) == 1:
        values = values[stack.order]
    return values.transpose(2, 1, 0)


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers as int16 when they fit: GDCM widens 16 stored bits to 32 for the intercept."""
    if values.dtype != np.int32:
        return values
    limits = np.iinfo(np.int16)
    fits = limits.min <= int(values.min()) and int(values.max()) <= limits.max
    return values.astype(np.int16) if fits else values


def _meant(
    modality: Modality, files: Sequence[Path], name: str
) -> tuple[str, NuclearAcquisition | None, tuple[str, ...]]:
    """The unit of the numbers, how a PET or SPECT came about, and what to say about it."""
    if modality in (Modality.CT, Modality.MR):
        return _UNITS[modality], None, ()
    acquisition, notes = nuclear_headers.read_acquisition(files, name)
    return _UNITS.get(modality) or nuclear_headers.name_unit(acquisition), acquisition, notes


def _tilt_told(header: Header, grid: Grid, *, straight: bool) -> tuple[str, ...]:
    """That the header tells a gantry tilt which the positions of its slices do not show."""
    stated = float(header.dataset.get("GantryDetectorTilt") or 0.0)
    axial = abs(grid.index_to_lps[2, 2]) / grid.spacing_mm[2]
    if abs(stated) < _TILT_DEG or not straight or axial < np.cos(np.radians(_TILT_DEG)):
        return ()
    note = (
        f"the header tells a gantry tilt of {stated:g} degrees, but its slices lie straight: the "
        f"positions of the slices were used"
    )
    return (note,)


def _position(
    headers: Sequence[Header], name: str
) -> tuple[PatientPosition | None, tuple[str, ...]]:
    codes = {str(h.dataset.get("PatientPosition", "") or "").strip().upper() for h in headers}
    if len(codes) > 1:
        raise ImageError(
            f"{name}: the slices tell different patient positions ({', '.join(sorted(codes))}), so "
            f"they are not one scan; export the series again"
        )
    (code,) = codes
    if not code:
        return None, ()
    position = _POSITIONS.get(code[2:]) if code[:2] in {"HF", "FF"} else None
    if position is None:
        return None, (f"patient position {code} of the DICOM header is not known here",)
    return position, ()
