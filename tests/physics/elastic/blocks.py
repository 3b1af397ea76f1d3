"""Blocks of voxels whose stiffness is known, and conditions on their faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Grid
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.solve import ElasticSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.elastic.conditions import Conditions

EXACT = ElasticSettings(1e-11)
SPACING = (0.8, 1.0, 1.5)


def block(
    shape: tuple[int, ...] = (5, 6, 7),
    young: NDArray[np.float64] | float = 300.0,
    poisson: NDArray[np.float64] | float = 0.3,
    spacing: tuple[float, float, float] = SPACING,
) -> Body:
    """A full block; ``young`` one or one a voxel."""
    return Body(Grid.aligned(shape, spacing), np.broadcast_to(young, shape), poisson)


def bar_n_per_mm(body: Body, axis: int, young_mpa: float) -> float:
    """E A / L of the whole block along an axis."""
    sides = np.array(body.grid.shape) * np.array(body.grid.spacing_mm)
    return float(young_mpa * np.prod(np.delete(sides, axis)) / sides[axis])


def scattered(shape: tuple[int, ...], contrast: float, seed: int = 0) -> Body:
    """A block of random moduli with a few holes."""
    rng = np.random.default_rng(seed)
    young = contrast ** rng.random(shape)
    young[1:-1, 1:-1, 1:-1][rng.random(tuple(n - 2 for n in shape)) < 0.1] = 0.0
    return block(shape, young)


def hold_face(conditions: Conditions, axis: int, last: int, component: int, moved: float) -> None:
    """Prescribe one component on a face of the grid."""
    at = -1 if last else 0
    np.moveaxis(conditions.held, axis, 0)[at, ..., component] = True
    np.moveaxis(conditions.displacement_mm, axis, 0)[at, ..., component] = moved
