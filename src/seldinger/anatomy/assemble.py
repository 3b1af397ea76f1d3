"""``build``: a study becomes an anatomy, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger import catalogue
from seldinger.anatomy import (
    body,
    derived,
    lattice,
    settings,
    skin,
    structures,
    thresholds,
    tissue,
    wall,
)
from seldinger.anatomy.model import Anatomy, Kind, Origin, Structure
from seldinger.anatomy.settings import Settings
from seldinger.core.errors import AnatomyError
from seldinger.core.progress import silent
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.geometry import morphology
from seldinger.image.study import Modality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.body import Body
    from seldinger.anatomy.wall import Faces, Inside
    from seldinger.catalogue import Vocabulary
    from seldinger.core.progress import Progress
    from seldinger.core.volume import Mask
    from seldinger.geometry.morphology import Box
    from seldinger.image.study import Study

OUTSIDE_HU = -1024.0
AIR_MARGIN_MM = 18.0
"""Air kept around the body while working: the table under it is looked for there."""
ESTIMATES = (
    "body wall: estimated from HU and its surroundings; vessels in it are not seen",
    "body wall: some millimetres of an unlabelled organ that touches it may be taken for it",
    "fat: by HU; stool of an unlabelled colon may look like it, so fat near gas is left out",
    "pleural recess and lower rib margin: bands of assumed width along known ribs",
    "vessels without a label are not told from other tissue: they stay unidentified",
)
"""What every CT anatomy estimates, in words for the report."""
_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """What is known before the tissue map, on the ``window`` of the lattice that holds the body."""

    grid: Grid
    whole: NDArray[np.float32]
    window: Box
    values: NDArray[np.float32]
    body: Body
    found: tuple[Structure, ...]
    notes: tuple[str, ...]
    unread: tuple[str, ...]


def build(
    study: Study,
    vocabulary: Vocabulary | str | None = None,
    settings: Settings = _DEFAULTS,
    progress: Progress = silent,
) -> Anatomy:
    """Organs, vessels, bone, skin and tissue of ``study`` on one aligned lattice.

    Args:
        study: CT or MR, with or without labels.
        vocabulary: one of the catalogue's by name, or the user's own, read or as the path of its
            .toml file; None finds out.
        settings: lattice and assumptions.
        progress: told between steps; may cancel.

    Raises:
        AnatomyError: no body is in the image, or the modality shows no anatomy.
        LabelError, CatalogueError: the labels do not fit the vocabulary.
    """
    if study.modality not in (Modality.CT, Modality.MR):
        raise AnatomyError(
            f"{study.modality} shows no anatomy to plan on: give the CT or MR of the patient"
        )
    progress("resampling", 0.0)
    draft = _drafted(study, vocabulary, settings, progress)
    built = (_ct if study.modality is Modality.CT else _mr)(study, draft, settings, progress)
    return replace(built, assumptions=settings.list_uses())


def _drafted(
    study: Study, vocabulary: Vocabulary | str | None, chosen: Settings, progress: Progress
) -> _Draft:
    grid = lattice.make_planning_grid(study.image.grid, chosen.voxel_mm)
    ct = study.modality is Modality.CT
    values = lattice.resample_image(study.image, grid, OUTSIDE_HU if ct else 0.0)
    progress("finding the body", 0.1)
    outline = (body.segment_ct if ct else body.segment_mr)(values, chosen.voxel_mm)
    window = _window(outline.mask, chosen.voxel_mm)
    progress("reading labels", 0.3)
    parts: tuple[Structure, ...] = ()
    notes: tuple[str, ...] = ("no labels were given: no organ is known",)
    unread: tuple[str, ...] = ()
    if study.labels is not None:
        recognised = catalogue.recognise(study.labels.names, vocabulary)
        parts = structures.from_labels(study.labels, recognised, _part(grid, window))
        notes, unread = structures.describe_left_out(recognised), recognised.unknown
    part = np.ascontiguousarray(values[window])
    notes = (*study.notes, *notes)
    return _Draft(grid, values, window, part, outline.crop(window), parts, notes, unread)


def _window(mask: Mask, voxel_mm: float) -> Box:
    """The block that holds the body and some air around it, over the whole height of the scan."""
    across, along, _ = morphology.bounding_box(mask, AIR_MARGIN_MM, voxel_mm)
    return (across, along, slice(0, mask.shape[2]))


def _part(grid: Grid, window: Box) -> Grid:
    shape = [w.stop - w.start for w in window]
    origin = grid.to_lps([float(w.start) for w in window])
    return Grid.aligned(shape, grid.spacing_mm, origin.tolist())


def _whole(part: NDArray[Any], draft: _Draft) -> NDArray[Any]:
    """An array of the window on the whole lattice, read-only; nothing lies outside the window."""
    array = np.zeros(draft.grid.shape, dtype=part.dtype)
    array[draft.window] = part
    array.flags.writeable = False
    return array


def _mr(study: Study, draft: _Draft, chosen: Settings, progress: Progress) -> Anatomy:
    progress("naming tissue", 0.6)
    named, muscle = _named(draft.found, draft.body.mask)
    classes, _ = _skin(study, draft, draft.found, chosen)
    notes = (
        "MR: the body is an Otsu threshold; no fat, wall, gas or bone is told by signal",
        "MR: whatever no label shows is unidentified; table contact is an estimate",
    )
    tissues = tissue.map_tissue_without_hu(draft.body.mask, named, muscle)
    return _finished(study, draft, draft.found, tissues, classes, notes)


def _ct(study: Study, draft: _Draft, chosen: Settings, progress: Progress) -> Anatomy:
    voxel_mm = chosen.voxel_mm
    progress("finding bone, lung and gas", 0.4)
    parts, gas, notes = _thresholded(draft, voxel_mm)
    progress("measuring the body wall", 0.55)
    inside = _inside(draft, parts, gas, chosen)
    faces = wall.measure_faces(inside, chosen, voxel_mm)
    progress("drawing recess and rib margins", 0.7)
    parts = (*parts, *_assumed(parts, inside, faces, draft.body.mask, chosen))
    progress("naming tissue", 0.75)
    named, muscle = _named(parts, draft.body.mask)
    solid = structures.unite(
        structures.select(parts, Kind.ORGAN, Kind.LESION, Kind.LUNG), draft.body.mask
    )
    airy = structures.unite(
        structures.select(parts, Kind.LUNG, Kind.LOBE, Kind.AIRWAY), draft.body.mask
    )
    gut = (s for s in structures.select(parts, Kind.BOWEL) if s.origin is Origin.LABEL)
    stool = thresholds.find_gassy(
        draft.values, draft.body.mask, structures.unite(gut, draft.body.mask), airy, voxel_mm
    )
    tissues = tissue.map_tissue(
        draft.body, inside, faces, named, muscle, solid, gas | stool, chosen, voxel_mm
    )
    progress("classifying skin", 0.9)
    classes, estimated = _skin(study, draft, parts, chosen)
    notes = (*notes, *ESTIMATES)
    if estimated:
        notes = (*notes, "the table is not seen under the skin: table contact is an estimate")
    return _finished(study, draft, parts, tissues, classes, notes)


def _thresholded(
    draft: _Draft, voxel_mm: float
) -> tuple[tuple[Structure, ...], Mask, tuple[str, ...]]:
    """Labels plus what HU show where no label does."""
    parts, hu, outline = draft.found, draft.values, draft.body.mask
    notes = []
    taken = structures.unite(parts, outline)
    if not structures.select(parts, Kind.BONE):
        seen = thresholds.segment_bone(hu, outline, taken, voxel_mm)
        parts = parts if seen is None else (*parts, seen)
        notes.append("bone is a threshold: no label shows any")
    if not structures.select(parts, Kind.LUNG):
        parts = (*parts, *thresholds.segment_lungs(hu, outline, taken, voxel_mm))
        notes.append("lungs are a threshold where seen: no label shows any")
    airy = structures.unite(structures.select(parts, Kind.LUNG, Kind.LOBE), outline)
    airway = structures.unite(structures.select(parts, Kind.AIRWAY), outline)
    gut = structures.unite(structures.select(parts, Kind.BOWEL), outline)
    gas = thresholds.segment_bowel_gas(hu, outline, gut, airy, airway, voxel_mm)
    if gas.any():
        mask = morphology.dilate(gas, voxel_mm, voxel_mm) & outline & ~taken
        rule = (f"HU < {thresholds.GAS_HU:.0f} outside lung and airway, grown by one voxel",)
        parts = (
            *parts,
            Structure("bowel gas", Kind.BOWEL, mask, Origin.THRESHOLD, rule, mobile=True),
        )
    return parts, gas, tuple(notes)


def _inside(draft: _Draft, parts: tuple[Structure, ...], gas: Mask, chosen: Settings) -> Inside:
    outline = draft.body.mask
    hu = tissue.smooth(draft.values)
    cage, frame = derived.split_skeleton(parts, outline, chosen.voxel_mm)
    loose = (Kind.BONE, Kind.MUSCLE, Kind.LUNG, Kind.LOBE)
    viscera = structures.unite((s for s in parts if s.kind not in loose), outline)
    lung = structures.unite(structures.select(parts, Kind.LUNG), outline)
    wall_mm = chosen.get_value(settings.BOWEL_WALL_MM)
    hollow = morphology.dilate(lung, chosen.voxel_mm, chosen.voxel_mm)
    hollow |= morphology.dilate(gas, wall_mm, chosen.voxel_mm)
    return wall.Inside(
        trunk=outline & ~draft.body.arms,
        hu=hu,
        soft=tissue.is_between(hu, tissue.SOFT_HU) & outline,
        fat=tissue.is_between(hu, tissue.FAT_HU) & outline,
        viscera=viscera,
        hollow=hollow,
        cage=cage,
        frame=frame,
    )


def _assumed(
    parts: tuple[Structure, ...], inside: Inside, faces: Faces, outline: Mask, chosen: Settings
) -> tuple[Structure, ...]:
    """What is drawn although nothing shows it."""
    bone = structures.unite(structures.select(parts, Kind.BONE), outline)
    lung = structures.unite(structures.select(parts, Kind.LUNG), outline)
    rib, sources = derived.segment_ribs(parts, inside.cage, chosen.voxel_mm)
    recess = (
        derived.estimate_pleural_recess(lung, outline & ~bone, faces, chosen)
        if lung.any()
        else None
    )
    margin = derived.estimate_rib_margin(rib, bone, outline, sources, chosen, chosen.voxel_mm)
    return tuple(s for s in (recess, margin) if s is not None)


def _named(parts: tuple[Structure, ...], outline: Mask) -> tuple[Mask, Mask]:
    """Voxels of every structure but lobes and muscle, and of muscle."""
    muscle = structures.unite(structures.select(parts, Kind.MUSCLE), outline)
    others = (s for s in parts if s.kind not in {Kind.MUSCLE, Kind.LOBE})
    return structures.unite(others, outline), muscle


def _skin(
    study: Study, draft: _Draft, found: tuple[Structure, ...], chosen: Settings
) -> tuple[NDArray[np.uint8], bool]:
    bones = structures.select(found, Kind.BONE)
    humeri = structures.unite((s for s in bones if s.name == "humeri"), draft.body.mask)
    trunk = structures.unite((s for s in bones if s.name != "humeri"), draft.body.mask)
    return skin.classify(draft.body, humeri, trunk, study.position, chosen, chosen.voxel_mm)


def _finished(
    study: Study,
    draft: _Draft,
    parts: tuple[Structure, ...],
    tissues: NDArray[np.uint8],
    classes: NDArray[np.uint8],
    notes: tuple[str, ...],
) -> Anatomy:
    whole = tuple(replace(s, mask=_whole(s.mask, draft)) for s in parts)
    return Anatomy(
        study=study,
        image=Volume(draft.whole, draft.grid, study.image.unit),
        grid=draft.grid,
        body=_whole(draft.body.mask, draft),
        tissue=_whole(tissues, draft),
        skin=_whole(classes, draft),
        structures=whole,
        notes=(*draft.notes, *notes),
        unread=draft.unread,
    )
