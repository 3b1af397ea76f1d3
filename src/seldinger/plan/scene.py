"""The scene: an anatomy and a target turned into what needles are measured against.

Both the planner and rehearsals sample it. Distances are to the *surface* of a structure: half a
voxel
less than to its outermost voxel centres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger.anatomy.model import Kind, Origin, Structure, Tissue
from seldinger.core.space import as_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.core.volume import Mask
    from seldinger.plan.procedure import Procedure

CAP_MM = 40.0
"""Distance fields stop here: five standard deviations of the worst published needle error, and
more."""

OUTSIDE, UNIDENTIFIED, FAT, BODY_WALL, TARGET, ORGAN, FIRST = 0, 1, 2, 3, 4, 5, 6
"""Tissue classes of ``Scene.classes``; named structures follow from ``FIRST`` on."""

OBSTACLE_KINDS = frozenset(
    {Kind.ORGAN, Kind.VESSEL, Kind.BONE, Kind.BOWEL, Kind.LUNG, Kind.AIRWAY, Kind.HEART, Kind.NERVE}
)

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """A structure that a needle must miss, with a distance field around it.

    Attributes:
        name: our term.
        kind: what it is.
        origin: who says that it is there.
        mobile: shifts with the breath.
        corner: index of the field's first voxel in the lattice.
        distance_mm: float32, to the structure's voxel centres; ``CAP_MM`` and beyond it.
        surface: (n, 3) index coordinates of its boundary voxels.
    """

    name: str
    kind: Kind
    origin: Origin
    mobile: bool
    corner: tuple[int, int, int]
    distance_mm: NDArray[np.float32]
    surface: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What needles are measured against.

    Attributes:
        anatomy, target: where it came from.
        classes: tissue class per voxel (uint8), see ``class_names``.
        class_names: name of each class.
        obstacles: what must be missed.
        goal: distance field of the viable target (an ``Obstacle`` in form only).
        inside_mm: float32, distance from inside the whole target to its surface, 0 outside.
    """

    anatomy: Anatomy
    target: Target
    classes: NDArray[np.uint8]
    class_names: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    goal: Obstacle
    inside_mm: NDArray[np.float32]

    @property
    def spacing_mm(self) -> float:
        """Voxel edge of the (isotropic) lattice."""
        return self.anatomy.grid.spacing_mm[0]


def bounding_box(mask: Mask, margin: int) -> Box:
    """Smallest box around ``mask``, grown by ``margin`` voxels and clipped to the lattice."""
    sides = []
    for axis in range(3):
        other = tuple(a for a in range(3) if a != axis)
        hit = np.flatnonzero(mask.any(axis=other))
        sides.append(
            slice(max(0, int(hit[0]) - margin), min(mask.shape[axis], int(hit[-1]) + 1 + margin))
        )
    return sides[0], sides[1], sides[2]


def boundary(mask: Mask) -> Mask:
    """Voxels of ``mask`` with a face on something else (or on the lattice's end)."""
    padded = np.pad(mask, 1)
    inner = padded[1:-1, 1:-1, 1:-1].copy()
    for axis in range(3):
        for side in (slice(None, -2), slice(2, None)):
            window = [slice(1, -1)] * 3
            window[axis] = side
            inner &= padded[tuple(window)]
    return mask & ~inner


def obstacle(structure: Structure, spared: Mask | None, spacing_mm: float) -> Obstacle | None:
    """Distance field around ``structure`` without ``spared`` voxels; None when nothing is left."""
    mask = structure.mask if spared is None else structure.mask & ~spared
    if not mask.any():
        return None
    box = bounding_box(mask, int(np.ceil(CAP_MM / spacing_mm)) + 1)
    local = np.ascontiguousarray(mask[box])
    distance = edt.edt(
        ~local, anisotropy=(spacing_mm,) * 3, black_border=False, order="C", parallel=1
    ).astype(np.float32, copy=False)
    np.minimum(distance, CAP_MM, out=distance)
    corner = (int(box[0].start), int(box[1].start), int(box[2].start))
    surface = (np.argwhere(boundary(local)) + np.asarray(corner)).astype(np.float32)
    return Obstacle(
        structure.name,
        structure.kind,
        structure.origin,
        structure.mobile,
        corner,
        distance,
        surface,
    )


def is_obstacle(
    structure: Structure, anatomy: Anatomy, target: Target, procedure: Procedure
) -> bool:
    """Whether a needle on the way to ``target`` must miss ``structure``."""
    if structure.kind not in OBSTACLE_KINDS:
        return False
    if structure.name in procedure.may_enter or structure.name in (target.organ, target.label):
        return False
    if target.organ is None or not anatomy.has(target.organ):
        return True
    in_lung = anatomy.structure(target.organ).kind is Kind.LUNG
    return not (in_lung and structure.name == "pleural recess")


def build(anatomy: Anatomy, target: Target, procedure: Procedure) -> Scene:
    """Everything a needle to ``target`` is measured against."""
    spacing_mm = anatomy.grid.spacing_mm[0]
    classes = anatomy.tissue.copy()
    classes[classes == Tissue.STRUCTURE] = UNIDENTIFIED
    names = [
        "outside",
        "unidentified",
        "fat",
        "body wall",
        "target",
        target.organ or "target organ",
    ]
    found = []
    for structure in sorted(anatomy.structures, key=_paint_order):
        if structure.name == target.label or structure.kind is Kind.LOBE:
            continue
        if structure.name == target.organ:
            classes[structure.mask] = ORGAN
            continue
        if structure.kind is Kind.MUSCLE:
            classes[structure.mask] = BODY_WALL
            continue
        names.append(structure.name)
        classes[structure.mask] = len(names) - 1
        if is_obstacle(structure, anatomy, target, procedure):
            made = obstacle(structure, target.mask, spacing_mm)
            if made is not None:
                found.append(made)
    classes[target.mask] = TARGET
    goal = obstacle(_as_structure(target, anatomy), None, spacing_mm)
    if goal is None:
        raise ValueError("a target is never empty: anatomy.targets refuses it")
    inside = edt.edt(
        np.ascontiguousarray(target.mask),
        anisotropy=(spacing_mm,) * 3, black_border=False, order="C", parallel=1,
    ).astype(np.float32, copy=False)  # fmt: skip
    return Scene(anatomy, target, classes, tuple(names), tuple(found), goal, inside)


def whole(target: Target, anatomy: Anatomy) -> Target:
    """``target`` with nothing left out, steered at its deepest point; the middlemost of equals."""
    box = bounding_box(target.mask, 1)
    local = np.ascontiguousarray(target.mask[box])
    depth = edt.edt(local, black_border=True, order="C", parallel=1)
    corner = np.array([s.start for s in box])
    ties = anatomy.grid.to_lps(np.argwhere(depth >= depth.max() - 1e-3) + corner)
    off = np.linalg.norm(ties - np.asarray(target.centre_lps_mm), axis=1)
    return replace(
        target, viable=target.mask, aim_lps_mm=as_vector(ties[int(np.argmin(off))]), notes=()
    )


def _paint_order(structure: Structure) -> tuple[int, str]:
    """Small, dangerous things are painted last, so that they are what a ray meets."""
    order = {
        Kind.MUSCLE: 0, Kind.ORGAN: 1, Kind.LUNG: 1, Kind.LOBE: 1, Kind.BOWEL: 2, Kind.HEART: 2,
        Kind.LESION: 3, Kind.COLLECTION: 3, Kind.AIRWAY: 4, Kind.NERVE: 5, Kind.BONE: 5,
        Kind.VESSEL: 6,
    }  # fmt: skip
    return order[structure.kind], structure.name


def _as_structure(target: Target, anatomy: Anatomy) -> Structure:
    """The viable target; it follows the breath unless its organ does not."""
    organ = target.organ
    mobile = True if organ is None else anatomy.structure(organ).mobile
    return Structure(target.label, Kind.LESION, target.viable, target.origin, (), mobile)
