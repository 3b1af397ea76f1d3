"""Loading: paths become a ``Study``: which reader, how the patient lay, are the numbers HU."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.errors import ImageError, LabelError
from seldinger.core.volume import Mask, Volume
from seldinger.image import dicom, dicom_identity, files, label_alone, nuclear_units
from seldinger.image import labels as label_files
from seldinger.image.checks import check_finite, check_hu, check_spacing
from seldinger.image.dicom_headers import is_dicom
from seldinger.image.geometry import straighten
from seldinger.image.raster import list_inputs, to_c_order
from seldinger.image.study import (
    Alignment,
    Modality,
    PatientPosition,
    PositionOrigin,
    Role,
    Series,
    SeriesInfo,
    Study,
    parse_position,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid
    from seldinger.image.labels import DrawnMask, Labels
    from seldinger.image.study import SeriesSource

_MODALITY_WORDS = {"PET": Modality.PET, "MRI": Modality.MR, "SPECT": Modality.NM}


def load(
    path: str | Path,
    labels: str | Path | None = None,
    label_key: str | Path | None = None,
    series: str | None = None,
    position: str | PatientPosition | None = None,
    modality: str | Modality | None = None,
    others: Sequence[SeriesSource] = (),
    unit: str | None = None,
) -> Study:
    """The series of one patient, in patient space (LPS+ mm, index (i, j, k)), with labels.

    Args:
        path: DICOM folder (or one enhanced multi-frame file), or a NIfTI, NRRD or MetaImage file:
            the planning series.
        labels: one label file, a folder with one mask per class, or DICOM SEG.
        label_key: JSON or CSV that names the values of a single label file.
        series: Series Instance UID, when a DICOM folder holds several.
        position: how the patient lay in the scanner: "supine", "prone", "left lateral decubitus"
            or "right lateral decubitus", with spaces or hyphens; overrides DICOM. Without
            either, supine is assumed.
        modality: "CT", "MR", "PT" (PET) or "NM" (SPECT); for files that do not say. Without it, CT
            is assumed.
        others: further series of the same patient. Each keeps its own lattice, and is said to be
            not registered unless the headers give it the planning series' frame of reference.
        unit: what the numbers of a PET or SPECT file are: "Bq/mL" or "counts". No file but DICOM
            tells it, and without it no activity is read from them.

    Returns:
        The study; whatever was assumed or corrected stands in its ``notes``.

    Raises:
        ImageError: an image cannot be read or is not what it claims; a further series is another
            patient's, or is given twice.
        LabelError: the labels or their key do not fit.
    """
    wanted = None if modality is None else _modality(modality)
    stated = None if position is None else parse_position(position)
    _check_given(path, labels, label_key, others)
    study = Study((_one(Path(path), series, wanted, stated, unit),))
    if labels is not None:
        key = None if label_key is None else Path(label_key)
        frame_uid = study.planning.frame_of_reference_uid
        read = label_files.read(Path(labels), key, study.image.grid, frame_uid)
        study = replace(study, labels=read.map, label_inputs=read.inputs, label_notes=read.notes)
    for source in others:
        study = replace(study, series=(*study.series, _further(study, source)))
    return study


def _one(
    source: Path,
    uid: str | None,
    wanted: Modality | None,
    stated: PatientPosition | None,
    unit: str | None,
) -> Series:
    """The series in a file or folder."""
    read = _from_dicom if _is_dicom(source) else _from_file
    one = nuclear_units.state_unit(read(source, uid, wanted), unit, source.name)
    check_spacing(one.image.grid.spacing_mm, source.name)
    check_finite(one.image.values, source.name)
    if one.modality is Modality.CT:
        check_hu(one.image.values, source.name)
    return _lying(one, stated)


def _further(study: Study, source: SeriesSource) -> Series:
    """A series beside those that the study has, with what there is to say about it."""
    path = Path(source.path)
    wanted = None if source.modality is None else _modality(source.modality)
    one = _one(path, source.series, wanted, None, source.unit)
    known = {file.sha256 for earlier in study.series for file in earlier.inputs}
    known |= {i.series_instance_uid for s in study.series if (i := s.identity) is not None}
    mine = one.identity is not None and one.identity.series_instance_uid in known
    if mine or known.issuperset(file.sha256 for file in one.inputs):
        raise ImageError(f"{path.name}: the study has this series already; give it once")
    planning = study.planning
    dicom_identity.check_same_patient(planning.identity, one.identity, path.name)
    uptake = one.modality in (Modality.PET, Modality.NM)
    role = Role(source.role or (Role.FUNCTIONAL if uptake else Role.ANATOMICAL))
    number = f"series {len(study.series) + 1} ({role} {one.modality})"
    said = [*one.notes]
    aligned = study.alignment(one)
    if aligned is not Alignment.SAME_FRAME:
        said.append(f"{aligned}: its places are not those of the planning series")
    if not dicom_identity.is_known(planning.identity, one.identity):
        said.append("nothing tells that it shows the same patient")
    days = study.days_after_planning(one)
    if days is not None and (
        (role is Role.AFTER and days < 0.0) or (role is Role.BEFORE and days > 0.0)
    ):
        said.append(f"it was made {abs(days):.1f} d {'before' if days < 0.0 else 'after'} planning")
    return replace(
        one,
        role=role,
        inputs=tuple(replace(file, role=number) for file in one.inputs),
        notes=tuple(f"{number}: {note}" for note in said),
    )


def load_labels(
    labels: str | Path, label_key: str | Path | None = None, beside: Series | None = None
) -> Labels:
    """Labels on their own lattice, not on that of an image.

    Args:
        labels: one label file, a folder with one mask per class, which then share a lattice that
            holds them all, or DICOM SEG, which needs ``beside``.
        label_key: JSON or CSV that names the values of a single label file.
        beside: the image that they are used with: a SEG of another patient or frame of reference
            is refused.

    Raises:
        LabelError: unreadable, or on a lattice whose axes do not stand square.
        ImageError: the header of a SEG tells another patient.
    """
    key = None if label_key is None else Path(label_key)
    return label_alone.read_alone(Path(labels), key, beside)


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
    others: Sequence[SeriesSource] = (),
) -> tuple[str, ...] | None:
    """Refuse what is not there before anything large is read; the names of the labels.

    Args:
        path: as for ``load``.
        labels: likewise.
        label_key: likewise.
        mask: as for ``load_mask``.
        others: as for ``load``.

    Returns:
        Names as far as they can be told without the voxels: empty without labels, None when they
        are in the voxels' file.

    Raises:
        ImageError, LabelError: a file is missing, or the key cannot be read.
    """
    _check_given(path, labels, label_key, others)
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


def _check_given(
    path: str | Path,
    labels: str | Path | None,
    label_key: str | Path | None,
    others: Sequence[SeriesSource],
) -> None:
    for one in (path, *(other.path for other in others)):
        _existing(one)
    if label_key is not None and labels is None:
        raise LabelError(
            f"a label key ({Path(label_key).name}) was given without labels; give labels too"
        )


def _existing(path: str | Path) -> Path:
    source = Path(path)
    if not source.exists():
        raise ImageError(f"there is nothing at {path}; give a DICOM folder or an image file")
    return source


def _is_dicom(source: Path) -> bool:
    if source.is_dir():
        return True
    try:
        return not files.find_suffix(source) and is_dicom(source)
    except OSError as wrong:
        raise ImageError(f"{source.name}: the file cannot be read: {wrong}") from wrong


def _from_dicom(source: Path, uid: str | None, wanted: Modality | None) -> Series:
    read = dicom.read(source, uid)
    if wanted is not None and wanted is not read.modality:
        raise ImageError(
            f"{source.name}: modality {wanted.value} was asked for, the DICOM header says "
            f"{read.modality.value}; leave it out, or name another series"
        )
    return read


def _from_file(source: Path, uid: str | None, wanted: Modality | None) -> Series:
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
    return Series(
        image, kind, PatientPosition.SUPINE, PositionOrigin.ASSUMED,
        list_inputs("image", raster.files), notes + tilt,
    )  # fmt: skip


def _lying(one: Series, stated: PatientPosition | None) -> Series:
    """The series with how the patient lay as the user says, and what there is to say about it."""
    header = one.position_in_header
    if stated is not None:
        contradicts = header is not None and header is not stated
        note = f"the user says the patient lay {stated}; the DICOM header says {header}"
        said = (note,) if contradicts else ()
        origin = PositionOrigin.USER
        return replace(one, position=stated, position_origin=origin, notes=one.notes + said)
    if header is not None:
        return one
    note = "nothing says how the patient lay: supine was assumed"
    return replace(one, notes=(*one.notes, note))


def _modality(word: str | Modality) -> Modality:
    text = str(word).strip().upper()
    try:
        return _MODALITY_WORDS[text] if text in _MODALITY_WORDS else Modality(text)
    except ValueError as wrong:
        raise ImageError(
            f"modality {word!r} is unknown; use CT, MR, PT (PET) or NM (SPECT)"
        ) from wrong
