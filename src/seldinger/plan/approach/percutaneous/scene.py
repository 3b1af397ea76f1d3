"""The scene: an anatomy and a target turned into what needles are measured against.

Both the planner and rehearsals sample it. Distances are to the *surface* of a structure: to the
outer faces of its voxels, for labels those of their own grid. What lies inside the target stays an
obstacle: a target says what the needle is for, not what it may cross.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import edt
import numpy as np
import scipy

from seldinger.anatomy.extents import Extent, Extents, compute_distance_field
from seldinger.anatomy.model import Kind, Origin, Structure, Tissue
from seldinger.core.space import as_vector
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

CAP_MM = 40.0
"""Distance fields stop here: five standard deviations of the worst published needle error, and
more."""

OUTSIDE, UNIDENTIFIED, FAT, BODY_WALL, TARGET, ORGAN, FIRST = 0, 1, 2, 3, 4, 5, 6
"""Tissue classes of ``Scene.classes``; named structures follow from ``FIRST`` on."""

OBSTACLE_KINDS = frozenset(
    {Kind.ORGAN, Kind.VESSEL, Kind.BONE, Kind.BOWEL, Kind.LUNG, Kind.AIRWAY, Kind.HEART, Kind.NERVE}
)

Box = tuple[slice, slice, slice]
_COMPONENT = re.compile(r"#\d+$")


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """A structure that a needle must miss, with a distance field around it.

    Attributes:
        name: our term.
        kind: what it is.
        origin: who says that it is there.
        mobile: shifts with the breath.
        corner: index of the field's first voxel in the lattice.
        distance_mm: float32, to the structure's surface, negative inside, at most ``CAP_MM``.
        cover: voxels of the field that hold any of it.
        surface_lps_mm: (n, 3) centres of its boundary voxels.
        half_mm: (3,) half the edges of such a voxel, along ``axes``.
        axes: (3, 3) unit vectors of its voxels' own axes, as columns.
    """

    name: str
    kind: Kind
    origin: Origin
    mobile: bool
    corner: tuple[int, int, int]
    distance_mm: NDArray[np.float32]
    cover: Mask
    surface_lps_mm: NDArray[np.float32]
    half_mm: NDArray[np.float64]
    axes: NDArray[np.float64]

    @property
    def window(self) -> Box:
        """The field's place in the lattice."""
        i, j, k = (
            slice(c, c + n) for c, n in zip(self.corner, self.distance_mm.shape, strict=True)
        )
        return i, j, k


@dataclass(frozen=True, slots=True)
class Overlap:
    """Something that must be missed and lies inside the target.

    Attributes:
        name: what it is.
        volume_ml: of the part inside the target.
        share: that volume's share of the target.
        from_centre_mm: from the target's centre to its surface; 0 inside it.
    """

    name: str
    volume_ml: float
    share: float
    from_centre_mm: float


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
        overlaps: obstacles that lie inside the target, the largest share first.
    """

    anatomy: Anatomy
    target: Lesion
    classes: NDArray[np.uint8]
    class_names: tuple[str, ...]
    obstacles: tuple[Obstacle, ...]
    goal: Obstacle
    inside_mm: NDArray[np.float32]
    overlaps: tuple[Overlap, ...] = ()

    @property
    def spacing_mm(self) -> float:
        """Voxel edge of the (isotropic) lattice."""
        return self.anatomy.grid.spacing_mm[0]


def find_bounding_box(mask: Mask, margin: int) -> Box:
    """Smallest box around ``mask``, grown by ``margin`` voxels and clipped to the lattice."""
    sides = []
    for axis in range(3):
        other = tuple(a for a in range(3) if a != axis)
        hit = np.flatnonzero(mask.any(axis=other))
        sides.append(
            slice(max(0, int(hit[0]) - margin), min(mask.shape[axis], int(hit[-1]) + 1 + margin))
        )
    return sides[0], sides[1], sides[2]


def find_boundary(mask: Mask) -> Mask:
    """Voxels of ``mask`` with a face on something else (or on the lattice's end)."""
    padded = np.pad(mask, 1)
    inner = padded[1:-1, 1:-1, 1:-1].copy()
    for axis in range(3):
        for side in (slice(None, -2), slice(2, None)):
            window = [slice(1, -1)] * 3
            window[axis] = side
            inner &= padded[tuple(window)]
    return mask & ~inner


def build_obstacle(structure: Structure, extent: Extent | None, lattice: Grid) -> Obstacle | None:
    """Distances around ``structure``; None when it is empty or lies off the lattice.

    Args:
        structure: what must be missed.
        extent: its voxels on their own grid; None measures its mask on the lattice.
        lattice: aligned and isotropic.
    """
    if extent is None:
        return _on_lattice(structure, lattice)
    found = compute_distance_field(extent, lattice, CAP_MM)
    if found is None:
        return None
    return Obstacle(
        structure.name,
        structure.kind,
        structure.origin,
        structure.mobile,
        found.corner,
        found.distance_mm,
        found.cover,
        found.surface_lps_mm.astype(np.float32),
        extent.half_mm,
        extent.axes,
    )


def _on_lattice(structure: Structure, lattice: Grid) -> Obstacle | None:
    """Distances to the voxels of the structure's mask, half a voxel off their centres."""
    if not structure.mask.any():
        return None
    spacing_mm = lattice.spacing_mm[0]
    box = find_bounding_box(structure.mask, int(np.ceil(CAP_MM / spacing_mm)) + 1)
    local = np.ascontiguousarray(structure.mask[box])
    distance = morphology.capped_distance_mm(local, CAP_MM, spacing_mm)
    np.minimum(distance, CAP_MM, out=distance)
    distance -= np.float32(spacing_mm / 2.0)
    corner = (int(box[0].start), int(box[1].start), int(box[2].start))
    surface = lattice.to_lps(np.argwhere(find_boundary(local)) + np.asarray(corner))
    return Obstacle(
        structure.name,
        structure.kind,
        structure.origin,
        structure.mobile,
        corner,
        distance,
        local,
        surface.astype(np.float32),
        np.full(3, spacing_mm / 2.0),
        np.eye(3),
    )


def is_obstacle(
    structure: Structure, anatomy: Anatomy, target: Lesion, permitted: frozenset[str]
) -> bool:
    """Whether a needle to ``target`` must miss ``structure``, unless it is ``permitted``."""
    if structure.kind not in OBSTACLE_KINDS:
        return False
    if structure.name in permitted or is_wanted(structure, target):
        return False
    if target.organ is None or not anatomy.has(target.organ):
        return True
    in_lung = anatomy.get_structure(target.organ).kind is Kind.LUNG
    return not (in_lung and structure.name == "pleural recess")


def is_wanted(structure: Structure, target: Lesion) -> bool:
    """Whether ``structure`` is the target's organ, or the structure that the target was taken of.

    What somebody drew or pointed at is no structure of the anatomy, however it is called.
    """
    if structure.name == target.organ:
        return True
    if target.origin is Origin.USER:
        return False
    label = _COMPONENT.sub("", target.label)
    return structure.name == label or structure.sources == (label,)


def build(
    anatomy: Anatomy,
    target: Lesion,
    permitted: frozenset[str],
    finer: Mapping[str, Extent] | None = None,
) -> Scene:
    """Everything a needle to ``target`` is measured against.

    Args:
        anatomy: the patient.
        target: what the needle is for.
        permitted: structures that a path may cross although they are obstacles elsewhere.
        finer: voxels of structures on a grid of their own, by name, where no label has them.

    Raises:
        ValueError: the target is empty.
    """
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
    labels = anatomy.study.labels
    extents = None if labels is None else Extents(labels)
    found: list[tuple[int, Obstacle]] = []
    for structure in sorted(anatomy.structures, key=_paint_order):
        if structure.kind is Kind.LOBE or (
            structure.name == target.label and is_wanted(structure, target)
        ):
            continue
        if structure.name == target.organ:
            classes[structure.mask] = ORGAN
            continue
        if structure.kind is Kind.MUSCLE:
            classes[structure.mask] = BODY_WALL
            continue
        names.append(structure.name)
        classes[structure.mask] = len(names) - 1
        if is_obstacle(structure, anatomy, target, permitted):
            kept = _without_own(structure, target, anatomy.grid.spacing_mm[0])
            extent = (finer or {}).get(structure.name)
            if extent is None and extents is not None and structure.origin is Origin.LABEL:
                extent = extents.find(structure.sources)
            made = build_obstacle(kept, extent, anatomy.grid)
            if made is not None:
                found.append((len(names) - 1, made))
    classes[target.mask] = TARGET
    for number, one in found:
        classes[one.window][one.cover] = number
    obstacles = tuple(one for _, one in found)
    overlaps = _overlaps(target, obstacles, anatomy)
    left = _spared(target, obstacles) if overlaps else target
    goal = _on_lattice(_as_structure(left, anatomy), anatomy.grid)
    if goal is None:
        raise ValueError("a target is never empty: anatomy.targets refuses it")
    # What is outside and nearest lies beside the smallest box.
    box = find_bounding_box(target.mask, 1)
    inside = np.zeros(target.mask.shape, dtype=np.float32)
    inside[box] = edt.edt(
        np.ascontiguousarray(target.mask[box]),
        anisotropy=(anatomy.grid.spacing_mm[0],) * 3, black_border=False, order="C", parallel=1,
    )  # fmt: skip
    return Scene(anatomy, left, classes, tuple(names), obstacles, goal, inside, overlaps)


def _without_own(structure: Structure, target: Lesion, voxel_mm: float) -> Structure:
    """``structure`` without what the image shows and somebody drew as part of the target.

    Gas in an abscess and calcium in a lesion are found by HU, not labelled. A sphere around a
    point says nothing of what it holds: there everything stays.
    """
    if structure.origin is not Origin.THRESHOLD or not target.drawn:
        return structure
    where = morphology.bounding_box(target.mask, 3.0 * voxel_mm, voxel_mm)
    if not (structure.mask[where] & target.mask[where]).any():
        return structure
    pieces, _ = morphology.label_components(structure.mask)
    outside = np.unique(pieces[structure.mask & ~_grown(target.mask, where, voxel_mm)])
    mask = structure.mask & np.isin(pieces, outside)
    return replace(structure, mask=mask)


def _grown(mask: Mask, where: Box, voxel_mm: float) -> Mask:
    """``mask`` and the blur of a voxel and a half around it."""
    grown = np.zeros_like(mask)
    grown[where] = morphology.dilate(mask[where], 1.5 * voxel_mm, voxel_mm)
    return grown


def _overlaps(
    target: Lesion, obstacles: tuple[Obstacle, ...], anatomy: Anatomy
) -> tuple[Overlap, ...]:
    """What lies inside the target and must be missed, the largest first."""
    centre = anatomy.grid.to_index(target.centre_lps_mm)
    count = float(target.mask.sum())
    made = []
    for one in obstacles:
        shared = (one.distance_mm <= 0.0) & target.mask[one.window]
        if shared.any():
            share = float(shared.sum()) / count
            away = float(read(one, centre[None])[0])
            made.append(Overlap(one.name, share * target.volume_ml, share, max(0.0, away)))
    return tuple(sorted(made, key=lambda o: (-o.share, o.name)))


def read(one: Obstacle, index: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n,) distances to the obstacle's surface at (n, 3) index coordinates of the lattice."""
    local = index - np.asarray(one.corner)
    found: NDArray[np.float32] = scipy.ndimage.map_coordinates(
        one.distance_mm, local.T, order=1, mode="nearest", output=np.float32
    )
    return found


def _spared(target: Lesion, obstacles: tuple[Obstacle, ...]) -> Lesion:
    """The target whose viable part holds nothing that must be missed; as it was if none is left."""
    viable = target.viable.copy()
    for one in obstacles:
        viable[one.window] &= ~one.cover
    return replace(target, viable=viable) if viable.any() else target


def make_whole(target: Lesion, anatomy: Anatomy) -> Lesion:
    """``target`` with nothing left out, steered at its deepest point; the middlemost of equals."""
    box = find_bounding_box(target.mask, 1)
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


def _as_structure(target: Lesion, anatomy: Anatomy) -> Structure:
    """The viable target; it follows the breath unless its organ does not."""
    organ = target.organ
    mobile = True if organ is None else anatomy.get_structure(organ).mobile
    return Structure(target.label, Kind.LESION, target.viable, target.origin, (), mobile)
