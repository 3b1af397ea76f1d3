"""Native kidney: where a biopsy of the kidney itself is steered, when no lesion is its target.

The cortex of the lower pole, along the capsule, away from the collecting system and the hilum.
Labels do not tell cortex from medulla: a layer of assumed depth under the capsule stands for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Skin
from seldinger.core.record import read_assumptions
from seldinger.core.space import as_vector
from seldinger.geometry import morphology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Lesion
    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed

KIDNEYS = frozenset({"left kidney", "right kidney"})
FACTS = ("biopsy.kidney.lower_pole", "biopsy.kidney.cortical_tangential")

_ASSUMED = read_assumptions("seldinger.plan.treatments.biopsy")
POLE = _ASSUMED["kidney_pole_share"]
CORTEX = _ASSUMED["kidney_cortex_mm"]
SINUS = _ASSUMED["kidney_sinus_mm"]
TANGENTIAL = _ASSUMED["kidney_tangential_deg"]
ASSUMPTIONS = (POLE, CORTEX, SINUS, TANGENTIAL)

_WHOLE = 0.8
"""A target that covers this share of its kidney is the kidney, not a lesion in it."""
_HILUM_MM = 12.0
"""Concavities narrower than twice this belong to sinus and hilum, not to the outer surface."""
_SMOOTH_MM = 4.0
"""Over this much of the label the capsule's direction is taken: a voxel's steps are not it."""
_CORE_SHARE = 0.85
"""Where the label fills the sinus: what lies this deep, as a share of the deepest, is the sinus."""


def is_wanted(target: Lesion, anatomy: Anatomy, sample: str | None) -> bool:
    """Whether the kidney itself is to be sampled: by its label, unless ``sample`` says lesion."""
    if target.organ not in KIDNEYS or not anatomy.has(target.organ):
        return False
    if sample == "lesion":
        return False
    kidney = anatomy.get_structure(target.organ).mask
    return float((kidney & target.mask).sum()) >= _WHOLE * float(kidney.sum())


def choose_lower_pole(target: Lesion, anatomy: Anatomy, assumed: Assumed) -> Lesion:
    """``target`` with the lower pole's cortex as its viable part, steered where the skin is near.

    As it was, with a note, when nothing is left.
    """
    voxel_mm = anatomy.grid.spacing_mm[0]
    where = morphology.bounding_box(target.mask, 2.0 * _HILUM_MM, voxel_mm)
    part = _cortex(target.mask[where], anatomy, assumed)
    if not part.any():
        note = "no cortex of the lower pole away from the sinus was found: the whole kidney is kept"
        return replace(target, notes=(*target.notes, note))
    viable = np.zeros_like(target.mask)
    viable[where] = part
    note = "steered at the cortex of the lower pole, away from sinus and hilum"
    aim = as_vector(anatomy.grid.to_lps(_near_skin(viable, anatomy)))
    return replace(target, viable=viable, aim_lps_mm=aim, notes=(*target.notes, note))


def measure_capsule_angle_deg(kidney: Mask, grid: Grid, along_lps_mm: Points) -> float | None:
    """At which angle a needle meets the capsule: 0 along it, 90 straight into the kidney.

    Args:
        kidney: its mask on ``grid``.
        grid: of the mask.
        along_lps_mm: (n, 3) places on the needle from the skin to its aim, evenly apart.

    Returns:
        None where no place lies in the kidney, or the capsule has no direction there.
    """
    index = np.rint(grid.to_index(along_lps_mm)).astype(int)
    within = ((index >= 0) & (index < np.asarray(grid.shape))).all(axis=1)
    met = within & kidney[tuple(np.clip(index, 0, np.asarray(grid.shape) - 1).T)]
    if not met.any():
        return None
    at = index[int(np.argmax(met))]
    sigma = _SMOOTH_MM / np.asarray(grid.spacing_mm)
    reach = np.ceil(4.0 * sigma).astype(int) + 1
    low = np.maximum(at - reach, 0)
    high = np.minimum(at + reach + 1, grid.shape)
    part = kidney[tuple(slice(a, b) for a, b in zip(low, high, strict=True))].astype(np.float64)
    smooth = scipy.ndimage.gaussian_filter(part, sigma, mode="nearest")
    slope = np.array([one[tuple(at - low)] for one in np.gradient(smooth)])
    normal = np.linalg.solve(grid.index_to_lps[:3, :3].T, slope)
    length = float(np.linalg.norm(normal))
    if length <= 0.0:
        return None
    way = as_vector(along_lps_mm[-1] - along_lps_mm[0])
    across = abs(float(np.dot(way, normal))) / (length * float(np.linalg.norm(way)))
    return float(np.degrees(np.arcsin(min(across, 1.0))))


def _cortex(kidney: Mask, anatomy: Anatomy, assumed: Assumed) -> Mask:
    voxel_mm = anatomy.grid.spacing_mm[0]
    smooth = morphology.close_mask(kidney, _HILUM_MM, voxel_mm) | kidney
    depth = morphology.distance_mm(~smooth, voxel_mm)
    sinus = (smooth & ~kidney) | (depth >= _CORE_SHARE * depth.max())
    # A crumb at the outer surface is rounding of the label, not the hilum.
    sinus &= depth > assumed.get_value(CORTEX.name)
    away = morphology.distance_mm(sinus, voxel_mm)
    found: Mask = kidney & _pole(kidney, assumed.get_value(POLE.name))
    found &= depth <= assumed.get_value(CORTEX.name)
    return found & (away >= assumed.get_value(SINUS.name))


def _pole(kidney: Mask, share: float) -> Mask:
    """The end of the kidney's long axis that points to the feet."""
    at = np.argwhere(kidney).astype(np.float64)
    middle = at.mean(axis=0)
    axis = np.linalg.eigh(np.cov((at - middle).T))[1][:, -1]
    down = (at - middle) @ (axis if axis[2] < 0.0 else -axis)
    low = np.zeros_like(kidney)
    chosen = at[down >= down.max() - share * (down.max() - down.min())].astype(int)
    low[tuple(chosen.T)] = True
    return low


def _near_skin(viable: Mask, anatomy: Anatomy) -> NDArray[np.float64]:
    """The voxel in the middle of the layer that lies nearest to true skin."""
    where = morphology.bounding_box(viable, 3.0, anatomy.grid.spacing_mm[0])
    depth = morphology.distance_mm(~viable[where], anatomy.grid.spacing_mm[0])
    corner = np.array([s.start for s in where])
    middle = np.argwhere(depth >= 0.75 * depth.max()) + corner
    skin = np.argwhere((anatomy.skin == Skin.OPEN) | (anatomy.skin == Skin.TABLE_CONTACT))
    if not len(skin):
        first: NDArray[np.intp] = middle[0]
        return first.astype(np.float64)
    away, _ = scipy.spatial.cKDTree(skin).query(middle)
    nearest: NDArray[np.intp] = middle[int(np.argmin(away))]
    return nearest.astype(np.float64)
