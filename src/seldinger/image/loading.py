"""Loading: a path becomes a ``Study``: which reader, how the patient lay, are the numbers HU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.errors import ImageError, LabelError
from seldinger.core.volume import Mask, Volume
from seldinger.image import dicom, files
from seldinger.image import labels as label_files
from seldinger.image.checks import check_finite, check_hu, check_spacing
from seldinger.image.dicom_headers import is_dicom
from seldinger.image.geometry import straighten
from seldinger.image.raster import list_inputs, to_c_order
from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    SeriesInfo,
    Study,
    parse_position,
)

if TYPE_CHECKING:
    from seldinger.core.record import InputFile
    from seldinger.core.space import Grid
    from seldinger.image.labels import DrawnMask

_MODALITY_WORDS = {"PET": Modality.PET, "MRI": Modality.MR}


def load(
    path: str | Path,
    labels: str | Path | None = None,
    label_key: str | Path | None = None,
    series: str | None = None,
    position: str | PatientPosition | None = None,
    modality: str | Modality | None = None,
) -> Study:
    """One image series with its labels, in patient space (LPS+ mm, index (i, j, k)).

    Args:
        path: DICOM folder (or one enhanced multi-frame file), or a NIfTI, NRRD or MetaImage file.
        labels: one label file, a folder with one mask per class, or DICOM SEG (file or folder).
        label_key: JSON or CSV that names the values of a single label file.
        series: Series Instance UID, when a DICOM folder holds several.
        position: how the patient lay in the scanner: "supine", "prone", "left lateral decubitus"
            or "right lateral decubitus", with spaces or hyphens; overrides DICOM. Without
            either, supine is assumed.
        modality: "CT", "MR" or "PT"; for files that do not say. Without it, CT is assumed.

    Returns:
        The study; whatever was assumed or corrected stands in its ``notes``.

    Raises:
        ImageError: the image cannot be read or is not what it claims.
        LabelError: the labels or their key do not fit.
    """
    source = _existing(path)
    wanted = None if modality is None else _modality(modality)
    stated = None if position is None else parse_position(position)
    if label_key is not None and labels is None:
        raise LabelError(
            f"a label key ({Path(label_key).name}) was given without labels; give labels too"
        )
    if _is_dicom(source):
        loaded = _from_dicom(source, series, wanted)
    else:
        loaded = _from_file(source, series, wanted)
    image, kind, lying, identity, inputs, notes = loaded
    check_spacing(image.grid.spacing_mm, source.name)
    check_finite(image.values, source.name)
    if kind is Modality.CT:
        check_hu(image.values, source.name)
    patient, origin, position_notes = _lying(lying, stated)
    named = None
    notes += position_notes
    if labels is not None:
        key = None if label_key is None else Path(label_key)
        frame_uid = "" if identity is None else identity.frame_of_reference_uid
        read = label_files.read(Path(labels), key, image.grid, frame_uid)
        named, inputs, notes = read.map, inputs + read.inputs, notes + read.notes
    return Study(image, kind, named, patient, origin, inputs, notes, identity, lying)


def load_mask(path: str | Path, grid: Grid) -> Mask:
    """One mask file (not 0 = inside) on ``grid``; resampled nearest when it has another lattice.

    Args:
        path: NIfTI, NRRD, MetaImage or DICOM SEG file in the same patient frame as ``grid``.
        grid: the lattice to carry it to.

    Returns:
        Shape ``grid.shape``; true inside, with at least one voxel.

    Raises:
        LabelError: unreadable, empty, or not overlapping ``grid``.
    """
    return label_files.read_mask(Path(path), grid).mask


def read_mask(path: str | Path, grid: Grid) -> DrawnMask:
    """As ``load_mask``, with what the reader corrected, assumed or cut off.

    Raises:
        LabelError: unreadable, empty, or not overlapping ``grid``.
    """
    return label_files.read_mask(Path(path), grid)


def check_there(
    path: str | Path,
    labels: str | Path | None = None,
    label_key: str | Path | None = None,
    mask: str | Path | None = None,
) -> tuple[str, ...] | None:
    """Refuse what is not there before anything large is read; the names of the labels.

    Args:
        path: as for ``load``.
        labels: likewise.
        label_key: likewise.
        mask: as for ``load_mask``.

    Returns:
        Names as far as they can be told without the voxels: empty without labels, None when they
        are in the voxels' file.

    Raises:
        ImageError, LabelError: a file is missing, or the key cannot be read.
    """
    _existing(path)
    if label_key is not None and labels is None:
        raise LabelError(
            f"a label key ({Path(label_key).name}) was given without labels; give labels too"
        )
    if mask is not None:
        label_files.check_mask(Path(mask))
    if labels is None:
        return ()
    return label_files.list_names(Path(labels), None if label_key is None else Path(label_key))


def list_series(path: str | Path) -> tuple[SeriesInfo, ...]:
    """Image series in a DICOM folder (or file), in order of path.

    Raises:
        ImageError: nothing there, or nothing DICOM.
    """
    return dicom.list_series(_existing(path))


_Found = tuple[
    Volume,
    Modality,
    PatientPosition | None,
    DicomIdentity | None,
    "tuple[InputFile, ...]",
    tuple[str, ...],
]


def _existing(path: str | Path) -> Path:
    source = Path(path)
    if not source.exists():
        raise ImageError(f"there is nothing at {path}; give a DICOM folder or an image file")
    return source


def _is_dicom(source: Path) -> bool:
    if source.is_dir():
        return True
    try:
        return not files.suffix_of(source) and is_dicom(source)
    except OSError as wrong:
        raise ImageError(f"{source.name}: the file cannot be read: {wrong}") from wrong


def _from_dicom(source: Path, uid: str | None, wanted: Modality | None) -> _Found:
    read = dicom.read(source, uid)
    if wanted is not None and wanted is not read.modality:
        raise ImageError(
            f"{source.name}: modality {wanted.value} was asked for, the DICOM header says "
            f"{read.modality.value}; leave it out, or name another series"
        )
    return read.image, read.modality, read.position, read.identity, read.inputs, read.notes


def _from_file(source: Path, uid: str | None, wanted: Modality | None) -> _Found:
    if uid is not None:
        raise ImageError(
            f"{source.name}: it is no DICOM folder, so it has no series {uid}; leave it out"
        )
    raster = files.read(source)
    notes = raster.notes
    if len(raster.layers) != 1:
        raise ImageError(
            f"{source.name}: an image has one number per voxel, got {len(raster.layers)} "
            f"(colour, vectors "
            f"or label layers); give the scan itself"
        )
    kind = wanted
    if kind is None:
        kind = Modality.CT
        notes += (f"{source.name} does not say what made it: CT in HU was assumed",)
    unit = "HU" if kind is Modality.CT else "1"
    image, tilt = straighten(Volume(to_c_order(raster.layers[0]), raster.grid, unit), source.name)
    return image, kind, None, None, list_inputs("image", raster.files), notes + tilt


def _lying(
    dicom_says: PatientPosition | None, user_says: PatientPosition | None
) -> tuple[PatientPosition, PositionOrigin, tuple[str, ...]]:
    """How the patient lay, who said so, and what there is to say about it."""
    if user_says is not None:
        contradicts = dicom_says is not None and dicom_says is not user_says
        note = f"the user says the patient lay {user_says}; the DICOM header says {dicom_says}"
        return user_says, PositionOrigin.USER, (note,) if contradicts else ()
    if dicom_says is not None:
        return dicom_says, PositionOrigin.DICOM, ()
    note = "nothing says how the patient lay: supine was assumed"
    return PatientPosition.SUPINE, PositionOrigin.ASSUMED, (note,)


def _modality(word: str | Modality) -> Modality:
    text = str(word).strip().upper()
    try:
        return _MODALITY_WORDS[text] if text in _MODALITY_WORDS else Modality(text)
    except ValueError as wrong:
        raise ImageError(f"modality {word!r} is unknown; use CT, MR or PT (PET)") from wrong
