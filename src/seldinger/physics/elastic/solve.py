"""Solve: the displacement of a body under its conditions, by preconditioned conjugate gradients.

They stop when the preconditioned residual says that the energy of what is wrong is a small share
(the tolerance, squared) of the body's strain energy: a stiffness is then right to that share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.elastic.conditions import drop_idle
from seldinger.physics.elastic.multigrid import build_levels, precondition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.elastic.body import Body
    from seldinger.physics.elastic.conditions import Conditions
    from seldinger.physics.elastic.multigrid import Level

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """How exactly to solve.

    Attributes:
        tolerance: error of displacement that is allowed, in the norm of energy, as a share.
        most_iterations: after which it is refused.
        plain: the numpy twin instead of the kernel; slow.

    Raises:
        ValueError: on construction, a tolerance outside 0 to 1, no iteration.
    """

    tolerance: float = 1e-6
    most_iterations: int = 500
    plain: bool = False

    def __post_init__(self) -> None:
        if not (0.0 < self.tolerance < 1.0 and self.most_iterations >= 1):
            raise ValueError(f"a tolerance lies in 0 to 1, with at least one iteration, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A body in equilibrium.

    Attributes:
        body: as it was computed, without parts that hang on nothing.
        conditions: as they were given.
        displacement_mm: (a + 1, b + 1, c + 1, 3) along i, j, k; 0 where there is nothing.
        reaction_n: the same shape, what holds the body; 0 where it is not held.
        energy_nmm: strain energy.
        iterations: of conjugate gradients.
        residual: forces out of balance over all forces at nodes (root of squares).
        notes: what was left out.
    """

    body: Body
    conditions: Conditions
    displacement_mm: Floats
    reaction_n: Floats
    energy_nmm: float
    iterations: int
    residual: float
    notes: tuple[str, ...] = ()

    __repr__ = short_repr


def solve(
    body: Body,
    conditions: Conditions,
    settings: ElasticSettings | None = None,
    start_mm: Floats | None = None,
) -> Solution:
    """The displacement of ``body``.

    Args:
        body: parts that nothing holds and nothing pushes are left out, with a note.
        conditions: what is held and what pushes.
        settings: None: as they stand.
        start_mm: (a + 1, b + 1, c + 1, 3) to begin from, as of a similar body.

    Raises:
        ValueError: conditions or a start that do not fit the body, a part that its load moves
            freely.
        SimulationError: the iterations end before the tolerance is met.
    """
    settings = settings or ElasticSettings()
    conditions.check(body)
    body, notes = drop_idle(body, conditions)
    levels = build_levels(body, conditions.held, plain=settings.plain)
    u = _begin(body, conditions, start_mm)
    there = levels[0].inverse > 0.0
    u[~(there | conditions.held)] = 0.0
    force = np.where(there, conditions.force_n, 0.0)
    count = _iterate(levels, force, u, settings)
    inner = levels[0].multiply(u).copy()
    reaction = np.where(conditions.held, inner - conditions.force_n, 0.0)
    left = np.where(there, force - inner, 0.0)
    whole = float(np.linalg.norm(inner))
    return Solution(
        body, conditions, u, reaction, 0.5 * float(np.vdot(u, inner)), count,
        float(np.linalg.norm(left)) / whole if whole > 0.0 else 0.0, notes,
    )  # fmt: skip


def _begin(body: Body, conditions: Conditions, start_mm: Floats | None) -> Floats:
    """A displacement that obeys what is prescribed."""
    start = np.zeros(body.node_shape) if start_mm is None else np.asarray(start_mm, np.float64)
    if start.shape != body.node_shape or not np.isfinite(start).all():
        raise ValueError(
            f"start_mm is finite and of the nodes' shape {body.node_shape}, got {start.shape}"
        )
    return np.where(conditions.held, conditions.displacement_mm, start)


def _iterate(levels: list[Level], force: Floats, u: Floats, settings: ElasticSettings) -> int:
    """Improve ``u``; how many iterations it took."""
    level = levels[0]
    inner = level.multiply(u)
    residual = (force - inner) * level.moves
    energy = 0.5 * float(np.vdot(u, inner))
    # Each step lowers the potential by half the step times r.z: what is left of it is the energy.
    potential = energy - float(np.vdot(force, u))
    direction = precondition(levels, residual).copy()
    left = float(np.vdot(residual, direction))
    count = 0
    while left > 2.0 * settings.tolerance**2 * max(energy, 0.0):
        if count == settings.most_iterations:
            raise SimulationError(
                f"after {count} iterations the displacement is wrong by a share of "
                f"{(0.5 * left / max(energy, 1e-300)) ** 0.5:.2g}, allowed {settings.tolerance:g}: "
                "allow more of either, or look for voxels that hang together by corners only"
            )
        product = level.multiply(direction)
        alpha = left / float(np.vdot(direction, product))
        product *= level.moves
        product *= alpha
        residual -= product
        # The product is done with: room for the step.
        np.multiply(direction, alpha, out=product)
        u += product
        potential -= 0.5 * alpha * left
        energy = potential + float(np.vdot(force, u))
        turned = precondition(levels, residual)
        before, left = left, float(np.vdot(residual, turned))
        direction *= left / before
        direction += turned
        count += 1
    return count
