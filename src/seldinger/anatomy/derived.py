"""What nothing shows but every reader knows: ribs within 'bone', pleural recess, rib margin.

The empty costophrenic recess goes on below the lung's lower edge along the chest wall; the
intercostal vessels and nerve run under each rib. Both are drawn as bands of assumed width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy import settings, structures
from seldinger.anatomy.model import Kind, Origin, Structure
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.anatomy.settings import Settings
    from seldinger.anatomy.wall import Faces
    from seldinger.core.volume import Mask

GENERIC_BONE = frozenset({"bone"})
THICK_HALF_MM = 6.5
"""Vertebral bodies are thicker than twice this; ribs and sternum are not."""
SPINE_HALF_MM = 38.0
SPINE_FRONT_MM = 5.0
STERNUM_HALF_MM = 35.0
PERIPHERAL_MM = 15.0
"""Lung this close to the ribs' inner face shows how far the lung reaches there."""


def split_skeleton(found: Sequence[Structure], body: Mask, voxel_mm: float) -> tuple[Mask, Mask]:
    """The cage (ribs, sternum, cartilage) of ``found``, and the rest of the bone but that of limbs.

    ``body`` and both results are masks, (i, j, k).
    """
    bones = structures.select(found, Kind.BONE)
    cage = structures.unite((s for s in bones if s.name in structures.CAGE), body)
    limbs = structures.unite((s for s in bones if s.name in structures.LIMB_BONES), body)
    frame = structures.unite(bones, body) & ~cage & ~limbs
    for mixed in (s for s in bones if s.name in GENERIC_BONE):
        rib_like = _rib_like(mixed.mask, voxel_mm)
        cage |= rib_like
        frame &= ~rib_like
    return cage, frame


def segment_ribs(
    structures: Sequence[Structure], cage: Mask, voxel_mm: float
) -> tuple[Mask, tuple[str, ...]]:
    """The ribs of ``structures``, or else of bone in ``cage``, and what they were made of."""
    named = [s for s in structures if s.name == "ribs"]
    if named:
        return named[0].mask, named[0].sources
    mixed = [s for s in structures if s.name in GENERIC_BONE]
    if not mixed or not cage.any():
        return np.zeros_like(cage), ()
    spine = _spine_box(mixed[0].mask, voxel_mm)
    if spine is None:
        return np.zeros_like(cage), ()
    centre, front = spine
    mask = cage.copy()
    half = round(STERNUM_HALF_MM / voxel_mm)
    mask[max(centre - half, 0) : centre + half, :front] = False
    return mask, ("bone away from spine and sternum",)


def estimate_pleural_recess(
    lung: Mask, body: Mask, faces: Faces, chosen: Settings
) -> Structure | None:
    """The band in the chest wall of ``body`` below the lung; None without lung or ribs."""
    voxel_mm = faces.rays.voxel_mm
    along = faces.rays.along_mm
    near = along > (faces.cage_inner - PERIPHERAL_MM)[:, None, :]
    edge: Mask = np.any(faces.rays.sample(lung) & near, axis=1)
    lowest = np.where(edge.any(axis=1), np.argmax(edge, axis=1), -1)
    depth = round(chosen.get_value(settings.RECESS_MM) / voxel_mm)
    k = np.arange(lung.shape[2])[None, :]
    # Where the lung is cut by the scan's lower end its edge, and so its recess, is not in the scan.
    reached = (lowest > 0)[:, None] & (k >= lowest[:, None] - depth) & (k <= lowest[:, None] + 1)
    top = np.where(reached, faces.cage_inner, np.nan)
    top_mm = faces.rays.spread(np.nan_to_num(top, nan=-1.0))
    radius = faces.rays.radius_mm[:, :, None]
    mask = body & (radius <= top_mm)
    mask &= radius >= top_mm - chosen.get_value(settings.RECESS_BAND_MM)
    if not mask.any():
        return None
    rule = f"{depth * voxel_mm:.0f} mm below the lung's lower edge, along the ribs' inner face"
    return Structure("pleural recess", Kind.LUNG, mask, Origin.ASSUMED, (rule,), mobile=False)


def estimate_rib_margin(
    rib: Mask, bone: Mask, body: Mask, sources: tuple[str, ...], chosen: Settings, voxel_mm: float
) -> Structure | None:
    """The band just below every ``rib`` in ``body``, but for ``bone``; None without ribs.

    ``sources`` are the raw names that the ribs were made of.
    """
    mask = np.zeros_like(rib)
    for step in range(1, max(1, round(chosen.get_value(settings.RIB_MARGIN_MM) / voxel_mm)) + 1):
        mask[:, :, :-step] |= rib[:, :, step:]
    mask &= body & ~bone
    if not mask.any():
        return None
    return Structure("lower rib margin", Kind.BONE, mask, Origin.ASSUMED, sources, mobile=False)


def _rib_like(bone: Mask, voxel_mm: float) -> Mask:
    """Thin bone away from the spine."""
    spine = _spine_box(bone, voxel_mm)
    if spine is None:
        return np.zeros_like(bone)
    centre, front = spine
    thick = morphology.open_mask(bone, THICK_HALF_MM, voxel_mm)
    thin = bone & ~thick
    half = round(SPINE_HALF_MM / voxel_mm)
    thin[max(centre - half, 0) : centre + half, front:] = False
    return thin


def _spine_box(bone: Mask, voxel_mm: float) -> tuple[int, int] | None:
    """Index i of the spine's middle and j of its front, from the thickest bone."""
    thick = morphology.erode(bone, THICK_HALF_MM, voxel_mm)
    if not thick.any():
        return None
    at = np.argwhere(morphology.keep_largest(morphology.dilate(thick, 4.0 * voxel_mm, voxel_mm)))
    front = np.percentile(at[:, 1], 2.0) - SPINE_FRONT_MM / voxel_mm
    return int(np.median(at[:, 0])), max(int(front), 0)
