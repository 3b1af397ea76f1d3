"""Setting scene: a vertebra as the warmth of setting cement meets it, and cement on its lattice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.space import Grid
from seldinger.image.resample import resample_mask
from seldinger.simulate.cement.lattice import find_places
from seldinger.simulate.thermal.bone import build_bone_scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.volume import Mask, Volume
    from seldinger.simulate.thermal.bone import BoneScene

Floats = NDArray[np.float64]

DISC_ABOVE, DISC_BELOW = "disc above", "disc below"
MARGIN_MM = 20.0
"""Around the vertebra: warmth hardly comes further in the time that is followed. The edge
insulates, so that too small a lattice is too warm."""
_DISC_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class SettingScene:
    """A vertebra as the warmth of cement meets it.

    Attributes:
        bone: tissues on a lattice, the canal, the roots.
        places: (i, j, k) bool of what is followed, by name.
        solid: (i, j, k) bool, bone.
    """

    bone: BoneScene
    places: Mapping[str, Mask]
    solid: Mask

    __repr__ = short_repr

    @property
    def grid(self) -> Grid:
        """Cells."""
        return self.bone.scene.grid


def build_setting_scene(
    vertebra: Vertebra, around: Grid, voxel_mm: float, margin_mm: float = MARGIN_MM
) -> SettingScene:
    """A vertebra on a lattice of heat.

    Args:
        vertebra: whose.
        around: of the bed; the lattice holds it with a margin.
        voxel_mm: edge of a cell.
        margin_mm: on all sides.
    """
    grid = _make_grid(around, voxel_mm, margin_mm)
    bone = build_bone_scene(vertebra, None, grid)
    solid = resample_mask(vertebra.bone, vertebra.grid, grid)
    places: dict[str, Mask] = dict(bone.spared)
    canal = np.zeros_like(solid) if bone.canal is None else bone.canal
    points = find_places(grid)
    height = points @ np.asarray(vertebra.frame.up)
    for name, mask, sign in (
        (DISC_ABOVE, vertebra.upper_endplate, 1.0), (DISC_BELOW, vertebra.lower_endplate, -1.0),
    ):  # fmt: skip
        if mask.any():
            ends = vertebra.grid.to_lps(np.argwhere(mask))
            beyond = sign * (height - float((ends @ np.asarray(vertebra.frame.up)).mean())) > 0.0
            found = _find_near(points, beyond & ~solid & ~canal, ends, voxel_mm + _DISC_MM)
            if found.any():
                places[name] = found
    return SettingScene(bone, places, solid)


def _find_near(points: Floats, where: Mask, ends: Floats, reach_mm: float) -> Mask:
    """(i, j, k) cells of ``where`` whose middle lies so near to one of ``ends``, (n, 3) mm."""
    found = where.copy()
    away, _ = scipy.spatial.cKDTree(ends).query(points[where], distance_upper_bound=reach_mm)
    found[where] = np.isfinite(away)
    return found


def _make_grid(around: Grid, voxel_mm: float, margin_mm: float) -> Grid:
    """Cubic cells over a grid with a margin; the middles agree."""
    size = np.asarray(around.shape) * np.asarray(around.spacing_mm) + 2.0 * margin_mm
    shape = np.ceil(size / voxel_mm - 1e-9).astype(int)
    middle = around.to_lps(0.5 * (np.asarray(around.shape) - 1.0))
    return Grid.aligned(
        shape.tolist(), voxel_mm, (middle - 0.5 * voxel_mm * (shape - 1.0)).tolist()
    )


def carry_share(cement: Volume, grid: Grid) -> Floats:
    """(i, j, k) share of each cell that is cement, by overlap: no volume is lost or found.

    Args:
        cement: share of each voxel, on an aligned grid.
        grid: aligned; holds all of the other.

    Raises:
        SimulationError: cement lies beyond it.
    """
    found = np.asarray(cement.values, dtype=np.float64)
    source = cement.grid
    for axis in range(3):
        edges = source.origin_lps_mm[axis] + source.spacing_mm[axis] * (
            np.arange(source.shape[axis] + 1) - 0.5
        )
        faces = grid.origin_lps_mm[axis] + grid.spacing_mm[axis] * (
            np.arange(grid.shape[axis] + 1) - 0.5
        )
        high = np.minimum(faces[1:, None], edges[None, 1:])
        low = np.maximum(faces[:-1, None], edges[None, :-1])
        weights = np.maximum(high - low, 0.0) / grid.spacing_mm[axis]
        found = np.moveaxis(np.tensordot(weights, found, (1, 0)), 0, -1)
    had = float(cement.values.sum(dtype=np.float64)) * source.voxel_ml
    lost = had - float(found.sum()) * grid.voxel_ml
    if abs(lost) > 1e-9 * max(had, 1.0):
        raise SimulationError(
            f"{lost:.3g} of {had:.3g} mL of cement lie beyond the lattice of heat: enlarge it"
        )
    return np.ascontiguousarray(np.clip(found, 0.0, None))
