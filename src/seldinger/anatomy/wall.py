"""The body wall, positively estimated: muscle between the subcutaneous fat and the cavities.

Where something known lies behind the wall (fat, lung, gas, a labelled organ, a rib) its inner face
is measured; where unlabelled tissue touches it, the wall may not be thicker than around it. What is
left deep to it stays unidentified. The estimate errs on that side: where intermuscular fat is
thick, the muscle behind it is not called wall.

Limits: the trunk must be near star-shaped in axial slices (shoulders and thighs are cut off by the
caps). Behind a wide linea alba, and where the wall is thinner than a few millimetres, the front of
an unlabelled organ that touches it can be taken for wall, up to the wall's local thickness. Vessels
in the wall are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy import settings, unrolled
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.settings import Settings
    from seldinger.anatomy.unrolled import Map, Rays
    from seldinger.core.record import Assumption
    from seldinger.core.volume import Mask

RUN_MM = 6.0
"""Muscle begins where most of a stretch this long is no fat."""
THICK_SKIN_MM = 7.5
"""Firm tissue no thicker than this with fat under it is skin, not muscle."""
STEP_MM = 8.0
"""The muscle's outer face does not jump more than this against its surroundings."""
DEEP_FAT_HALF_MM = 3.0
"""Fat thicker than twice this, under muscle, lies behind the wall; thinner planes lie within it."""
FAT_RUN_MM = 4.5
"""Fat this long on a ray lies behind the wall at the front and sides."""
LEAST_ML = 2.0
"""Pieces of muscle smaller than this are blur on the cavity's side."""
NOTCH_MM = 4.0
CHORD_DEG = (3.0, 7.5, 12.0, 18.0, 25.0, 33.0)
RIB_MM = 15.0
RIB_GAP_MM = 45.0
RIB_GAP_RAYS = 16
OUTSIDE_RIBS_MM = 6.0
"""Serratus and the like on the ribs, wall even if fat lies outside it."""
STRAND_HALF_MM = 3.0
"""Septa and veins under the skin are thinner than twice this; a hernia or a breast is not."""
SLACK_MM = 2.0
PARASPINAL_MM = 80.0
"""Erector spinae and quadratus lie this close to the midline; spleen and liver farther out."""
MIDLINE_MM = 15.0
STERNUM_MM = 60.0
"""Bone this far before the trunk's axis is sternum, not spine."""
BLUR_RAYS = 20
BLUR_SLICES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """What is known inside the body, as masks on one lattice.

    Attributes:
        trunk: the body without arms.
        hu: HU, smoothed as they are judged.
        soft: soft tissue by HU.
        fat: fat by HU.
        viscera: labelled organs, bowel, vessels, heart, airways, lesions.
        hollow: lung, and bowel gas with its wall.
        cage: ribs, sternum, costal cartilages.
        frame: spine, pelvis and other bone that ends the wall.
    """

    trunk: Mask
    hu: NDArray[np.float32]
    soft: Mask
    fat: Mask
    viscera: Mask
    hollow: Mask
    cage: Mask
    frame: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The wall as radii from the trunk's axis, mm, maps of shape (angles, slices).

    Attributes:
        rays: the rays they are measured along.
        skin: the trunk's outer face.
        outer: where muscle begins under the subcutaneous fat.
        inner: where the wall ends.
        cage_inner, cage_outer: faces of the rib cage, bridged between ribs; NaN elsewhere.
    """

    rays: Rays
    skin: Map
    outer: Map
    inner: Map
    cage_inner: Map
    cage_outer: Map


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Maps the inner face is concluded from: outermost radii of what lies behind the muscle."""

    outer: Map
    floor: Map
    hole: Mask
    back: Mask
    organ: Map
    bone: Map
    fat: Map


def measure_faces(inside: Inside, chosen: Settings, voxel_mm: float) -> Faces:
    """Measure and interpolate the wall's faces."""
    rays = unrolled.Rays.from_trunk(inside.trunk, voxel_mm)
    along = rays.along_mm
    skin = unrolled.find_outermost_mm(rays.sample(inside.trunk), along)
    skin = np.where(np.isfinite(skin), skin, 0.0)
    outer, floor, hole = _outer(inside, rays, skin, chosen.get_value(settings.SKIN_MM))
    back = _is_back(outer, rays, inside)
    hole &= ~back
    cage_cap = _caps(back, chosen, settings.CHEST_WALL_MM)
    cage_inner, cage_outer = _cage(inside.cage, rays, outer, cage_cap)
    behind = along <= outer[:, None, :]
    organ = _or_axis(
        unrolled.find_outermost_mm(rays.sample(inside.viscera | inside.hollow) & behind, along)
    )
    bone = _or_axis(unrolled.find_outermost_mm(rays.sample(inside.frame) & behind, along))
    deep_fat = morphology.open_mask(inside.fat, DEEP_FAT_HALF_MM, voxel_mm)
    fat_met = rays.sample(deep_fat) | (
        _runs(rays.sample(inside.fat), FAT_RUN_MM, voxel_mm) & ~back[:, None, :]
    )
    fat_met &= along < outer[:, None, :] - voxel_mm
    fat = _or_axis(unrolled.find_outermost_mm(fat_met, along))
    seen = _Seen(outer, floor, hole, back, organ, bone, fat)
    shell_top = cage_outer + OUTSIDE_RIBS_MM
    fat_outside = fat_met & (along > np.nan_to_num(shell_top, nan=np.inf)[:, None, :])
    blocked = np.where(back, 0.0, _or_axis(unrolled.find_outermost_mm(fat_outside, along)))
    open_inner = _open_inner(seen, chosen, voxel_mm)
    reach = np.maximum(outer - cage_cap, blocked)
    lining = cage_inner - chosen.get_value(settings.WALL_LINING_MM)
    caged_inner = np.maximum(reach, np.maximum(lining, np.maximum(organ, bone)))
    inner = np.where(np.isfinite(cage_inner), caged_inner, open_inner)
    return Faces(rays, skin, outer, np.minimum(inner, skin), cage_inner, cage_outer)


def estimate_wall(
    inside: Inside, named: Mask, chosen: Settings, faces: Faces, voxel_mm: float
) -> Mask:
    """The wall as a mask: soft voxels, not ``named``, between its faces or in the ribs' shell."""
    rays = faces.rays
    radius = rays.radius_mm[:, :, None]
    free = inside.soft & inside.trunk & ~named
    outer = rays.spread(faces.outer)
    muscle = free & (radius >= rays.spread(faces.inner)) & (radius <= outer)
    shell = free & (radius >= rays.spread(_shell_floor(faces, chosen)))
    shell &= radius <= rays.spread(faces.cage_outer + OUTSIDE_RIBS_MM)
    under_skin = free & (radius > outer)
    lumps = morphology.open_mask(under_skin, STRAND_HALF_MM, voxel_mm)
    lumps = morphology.dilate(lumps, voxel_mm, voxel_mm)
    return (muscle & ~_loose(muscle, voxel_mm)) | shell | (under_skin & ~lumps)


def find_sheets(wall: Mask, solid: Mask, free: Mask, thick_mm: float, voxel_mm: float) -> Mask:
    """``free`` voxels in sheets of at most ``thick_mm`` between ``wall`` and ``solid``."""
    if not (wall.any() and solid.any()):
        return np.zeros_like(free)
    gap_mm = thick_mm + voxel_mm + 1e-3
    to_wall = morphology.capped_distance_mm(wall, gap_mm, voxel_mm)
    to_solid = morphology.capped_distance_mm(solid, gap_mm, voxel_mm)
    found: Mask = free & (to_wall + to_solid <= gap_mm)
    return found


def _shell_floor(found: Faces, chosen: Settings) -> Map:
    lining = found.cage_inner - chosen.get_value(settings.WALL_LINING_MM)
    return np.where(np.isfinite(found.cage_inner), lining, np.inf)


def _loose(muscle: Mask, voxel_mm: float) -> Mask:
    """Pieces too small for a muscle: the front of an organ behind a gap in the wall, blur."""
    return muscle & ~morphology.drop_small(muscle, LEAST_ML * 1000.0 / voxel_mm**3)


def _runs(met: Mask, at_least_mm: float, voxel_mm: float) -> Mask:
    """Steps that lie in a run of ``met`` of at least this length along the ray."""
    size = max(1, round(at_least_mm / voxel_mm))
    found: Mask = scipy.ndimage.binary_opening(met, np.ones((1, size, 1), dtype=bool))
    return found


def _or_axis(radii: Map) -> Map:
    return np.where(np.isfinite(radii), radii, 0.0)


def _outer(inside: Inside, rays: Rays, skin: Map, skin_mm: float) -> tuple[Map, Map, Mask]:
    """Where the first sustained run of non-fat begins under the skin.

    Returns its radius without outliers, the radius that the surroundings let expect, and where
    there is no muscle at that depth (a gap: what a ray meets first there lies inside).
    """
    along = rays.along_mm
    firm = rays.sample(inside.trunk & (inside.soft | inside.viscera | inside.cage | inside.frame))
    window = max(2, round(RUN_MM / rays.voxel_mm))
    count = np.cumsum(firm, axis=1, dtype=np.int16)
    behind = count.copy()
    behind[:, window:] -= count[:, :-window]
    fat = rays.sample(inside.fat)
    fat[:, 1:] &= fat[:, :-1]
    first_fat = unrolled.find_outermost_mm(
        fat & (along >= (skin - THICK_SKIN_MM)[:, None, :]), along
    )
    under = np.fmin(skin - skin_mm, first_fat)
    start = firm & (behind >= 0.75 * window) & (along <= under[:, None, :])
    measured = unrolled.find_outermost_mm(start, along)
    depth = np.where(np.isfinite(measured), skin - measured, skin_mm)
    usual = unrolled.compute_local_percentile(depth, 50.0, 24.0, 36.0, rays.voxel_mm)
    outer = skin - np.clip(depth, usual - STEP_MM, usual + STEP_MM)
    bridge = _chords(skin - depth, rays.voxel_mm)
    hole = (depth > usual + STEP_MM) | (bridge - (skin - depth) > NOTCH_MM)
    return outer, np.maximum(bridge, skin - usual), hole


def _chords(outer: Map, voxel_mm: float) -> Map:
    """Where the outer face would lie if it bridged its notches: the outermost chord over each ray.

    Muscle bulges outwards at the front and sides; where its face lies well inside the chords
    between its neighbours a ray has passed through a gap and met what lies behind.
    """
    smooth = unrolled.compute_local_percentile(outer, 50.0, 6.0, 12.0, voxel_mm)
    bridge = smooth.copy()
    step = 360.0 / outer.shape[0]
    for left in CHORD_DEG:
        for right in CHORD_DEG:
            before, after = (np.roll(smooth, round(s / step), axis=0) for s in (left, -right))
            span = np.sin(np.radians(left + right))
            share = np.sin(np.radians([right, left])) / span
            floor = np.maximum(before, 1.0), np.maximum(after, 1.0)
            bridge = np.fmax(bridge, 1.0 / (share[0] / floor[0] + share[1] / floor[1]))
    return bridge


def _cage(cage: Mask, rays: Rays, outer: Map, cap: Map) -> tuple[Map, Map]:
    """Inner and outer face of the ribs, bridged between them; bone too deep for a rib is none."""
    met = rays.sample(cage) & (rays.along_mm >= (outer - cap - RIB_MM)[:, None, :])
    inner = unrolled.find_innermost_mm(met, rays.along_mm)
    known = np.isfinite(inner)
    if known.any():
        depth = outer - np.where(known, inner, outer)
        usual = unrolled.compute_local_percentile(
            _filled(depth, known, 0.0), 50.0, 30.0, 60.0, rays.voxel_mm
        )
        met &= (known & (depth <= usual + STEP_MM))[:, None, :]
    gap = round(RIB_GAP_MM / rays.voxel_mm)
    cages = []
    for face in (unrolled.find_innermost_mm, unrolled.find_outermost_mm):
        radii = unrolled.bridge_gaps(face(met, rays.along_mm), RIB_GAP_RAYS, 0)
        cages.append(unrolled.bridge_gaps(radii, gap, 1))
    return cages[0], cages[1]


def _is_back(outer: Map, rays: Rays, inside: Inside) -> Mask:
    """Rays that leave the muscle behind the spine's front edge, beside the spine."""
    turn = 2 * np.pi / outer.shape[0]
    across_mm = rays.radius_mm * np.cos(rays.ray * turn)
    backward_mm = rays.radius_mm * np.sin(rays.ray * turn)
    spine = (np.abs(across_mm) < MIDLINE_MM) & (backward_mm > -STERNUM_MM)
    spine &= inside.frame.any(axis=2)
    edge_mm = float(np.percentile(backward_mm[spine], 10.0)) if spine.any() else 0.0
    angle = np.arange(outer.shape[0]) * turn
    behind = outer * np.sin(angle)[:, None] > edge_mm
    found: Mask = behind & (np.abs(outer * np.cos(angle)[:, None]) < PARASPINAL_MM)
    return found


def _caps(back: Mask, chosen: Settings, front: Assumption) -> Map:
    """Thickest wall accepted per ray."""
    return np.where(back, chosen.get_value(settings.POSTERIOR_WALL_MM), chosen.get_value(front))


def _open_inner(seen: _Seen, chosen: Settings, voxel_mm: float) -> Map:
    """Inner face where no ribs show it: measured, but never thicker than its surroundings.

    On bone the wall ends for certain and its thickness stands as measured.
    """
    cap = _caps(seen.back, chosen, settings.WALL_MM)
    soft_end = np.maximum(seen.organ, seen.fat)
    on_bone = seen.bone > soft_end
    measured = seen.outer - np.maximum(soft_end, seen.bone)
    known = (measured <= cap) & ~seen.hole
    usual = unrolled.compute_local_percentile(
        _filled(np.where(known, measured, 0.0), known, cap / 2.0), 35.0, 30.0, 45.0, voxel_mm
    )
    excess = chosen.get_value(settings.WALL_EXCESS_MM)
    thick = np.where(on_bone, measured, np.minimum(measured, usual + excess))
    inner = seen.outer - np.minimum(thick, cap)
    # What lies deeper than the wall around it reaches is not wall, wherever muscle seems to begin.
    deepest = np.where(on_bone | seen.back, 0.0, seen.floor - usual - excess - SLACK_MM)
    return np.where(seen.hole, seen.outer, np.maximum(inner, deepest))


def _filled(values: Map, seen: Mask, fallback: Map | float) -> Map:
    """Cells that were not ``seen`` get a weighted mean of those that were, near ones first."""
    width = [BLUR_RAYS, BLUR_SLICES]
    weight = scipy.ndimage.gaussian_filter(seen.astype(np.float32), width, mode=("wrap", "nearest"))
    mean = scipy.ndimage.gaussian_filter(values.astype(np.float32), width, mode=("wrap", "nearest"))
    guess = np.where(weight > 1e-3, mean / np.maximum(weight, 1e-3), fallback)  # noqa: PLR2004
    return np.where(seen, values, guess)
