"""Cortex: where along a body's surface none shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vertebra.model import CorticalBreak, Wall
from seldinger.geometry.morphology import dilate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

COARSEST_MM = 1.5
"""Cortex of half a millimetre is lost in larger voxels."""
_REACH_MM = 2.0
_STEP_MM = 0.5
_SMOOTH_MM = 1.5
_NEAR_MM = 1.8
"""A place is judged by the mean of its surroundings: noise alone breaks no cortex."""
_BASE_MM = 4.0
"""So near to pedicle and arch the body has no wall of its own."""
_CONTRAST_HU = 60.0
"""Cortex that is hardly denser than marrow cannot be told from it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """Places of the body's surface: (n, 3) index, outward normals, peaks along them in HU, (n,)."""

    index: NDArray[np.intp]
    normal: Points
    peak_hu: NDArray[np.float64]


def find_breaks(
    hu: NDArray[np.float32],
    body: Mask,
    other: Mask,
    axes: Points,
    marrow_hu: float,
    voxel_mm: float,
    settings: VertebraSettings,
) -> tuple[CorticalBreak, ...] | None:
    """Patches of the body's surface without cortex; None where cortex cannot be told from marrow.

    The bases of the pedicles, and the middle of the back wall where the basivertebral vein leaves,
    are left out.

    Args:
        hu: (a, b, c) float32, aligned with LPS.
        body: (a, b, c) bool.
        other: (a, b, c) bool, bone of the vertebra that is not body.
        axes: (3, 3), rows left, back, up in LPS.
        marrow_hu: usual density inside the body.
        voxel_mm: edge of a voxel.
        settings: least area, share of density, radius around the vein.
    """
    surface = _find_surface(hu, body, voxel_mm)
    if surface is None:
        return None
    usual = float(np.median(surface.peak_hu))
    if usual - marrow_hu < _CONTRAST_HU:
        return None
    threshold = marrow_hu + settings.get_value("cortex_share") * (usual - marrow_hu)
    kept = ~dilate(other, _BASE_MM, voxel_mm)[tuple(surface.index.T)]
    walls = _name_walls(surface.normal @ axes.T)
    kept &= ~_find_vein(surface, body, axes, walls, settings.get_value("vein_radius") / voxel_mm)
    gap = kept & (_average(surface, voxel_mm) < threshold)
    return _collect(surface, gap, walls, body.shape, voxel_mm, settings.get_value("break_least"))


def _find_surface(hu: NDArray[np.float32], body: Mask, voxel_mm: float) -> _Surface | None:
    inner = scipy.ndimage.binary_erosion(body, border_value=1)
    index = np.argwhere(body & ~inner)
    # Where the scan ends there is nothing to see.
    index = index[((index > 1) & (index < np.array(body.shape) - 2)).all(axis=1)]
    if len(index) < 50:  # noqa: PLR2004  no body
        return None
    blurred = scipy.ndimage.gaussian_filter(body.astype(np.float32), _SMOOTH_MM / voxel_mm)
    slopes = [np.gradient(blurred, axis=a)[tuple(index.T)] for a in range(3)]
    normal = -np.stack(slopes, axis=1).astype(np.float64)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    along = np.arange(-_REACH_MM, _REACH_MM + _STEP_MM / 2, _STEP_MM) / voxel_mm
    points = index.T[:, :, None] + normal.T[:, :, None] * along
    values = scipy.ndimage.map_coordinates(hu, points, order=1, mode="nearest", output=np.float64)
    return _Surface(index, normal, values.max(axis=1))


def _average(surface: _Surface, voxel_mm: float) -> NDArray[np.float64]:
    tree = scipy.spatial.cKDTree(surface.index)
    near = tree.sparse_distance_matrix(tree, _NEAR_MM / voxel_mm, output_type="coo_matrix")
    count = np.ones(len(surface.index))
    total = surface.peak_hu.copy()
    np.add.at(total, near.row, np.where(near.row == near.col, 0.0, surface.peak_hu[near.col]))
    np.add.at(count, near.row, np.where(near.row == near.col, 0.0, 1.0))
    mean: NDArray[np.float64] = total / count
    return mean


def _name_walls(normal: Points) -> NDArray[np.object_]:
    """Which wall each place belongs to, (n,), by its normal in left, back, up."""
    widest = np.argmax(np.abs(normal), axis=1)
    sign = np.take_along_axis(normal, widest[:, None], 1)[:, 0] > 0.0
    table = np.array(
        [[Wall.RIGHT, Wall.LEFT], [Wall.FRONT, Wall.BACK], [Wall.LOWER, Wall.UPPER]], dtype=object
    )
    named: NDArray[np.object_] = table[widest, sign.astype(int)]
    return named


def _find_vein(
    surface: _Surface, body: Mask, axes: Points, walls: NDArray[np.object_], radius: float
) -> NDArray[np.bool_]:
    """Places around the middle of the back wall, (n,)."""
    away = (surface.index - np.argwhere(body).mean(axis=0)) @ axes.T
    near: NDArray[np.bool_] = np.hypot(away[:, 0], away[:, 2]) <= radius
    found: NDArray[np.bool_] = near & (walls == Wall.BACK)
    return found


def _collect(
    surface: _Surface,
    gap: NDArray[np.bool_],
    walls: NDArray[np.object_],
    shape: tuple[int, ...],
    voxel_mm: float,
    least_mm2: float,
) -> tuple[CorticalBreak, ...]:
    where = np.zeros(shape, dtype=bool)
    where[tuple(surface.index[gap].T)] = True
    marked, _ = scipy.ndimage.label(where, structure=np.ones((3, 3, 3)))
    at = marked[tuple(surface.index.T)]
    # A slanting surface has fewer voxels than square millimetres.
    area = voxel_mm**2 / np.maximum(np.abs(surface.normal).max(axis=1), 0.5)
    areas = np.bincount(at, weights=area)
    found = []
    for n in range(1, areas.size):
        if areas[n] < least_mm2:
            continue
        named, counts = np.unique([str(w) for w in walls[at == n]], return_counts=True)
        wall = Wall(str(named[int(np.argmax(counts))]))
        found.append(CorticalBreak(wall, marked == n, float(areas[n])))
    return tuple(sorted(found, key=lambda one: -one.area_mm2))
