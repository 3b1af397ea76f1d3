"""Multigrid: an approximate inverse of a body's stiffness, for conjugate gradients.

Coarse cells have the mean modulus of the finer ones in them, and are multiplied by the same kernel.
Where displacement is prescribed the finest level leaves it out; coarser ones, whose nodes need not
lie there, are held by springs of the stiffness that was left out. Smoothing is by a Chebyshev
polynomial of the diagonally scaled stiffness, whose largest eigenvalue is bounded by that of one
element. The coarsest level is solved by its eigenvectors: motions that nothing holds are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.kernels import elastic, elastic_plain

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from seldinger.physics.elastic.body import Body

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_COARSEST = 60
"""Unknowns that are few enough for their eigenvectors; with more, LAPACK begins to share them among
threads, which wait for each other where other work runs."""
_DEGREE = 3
"""Of the smoothing polynomial, before and after."""
_BAND = 16.0
"""The smoother's eigenvalues are the upper ones, down to the largest over this."""
_LONG = 1.5
"""Cells are joined along an axis unless they are already this much longer than the shortest."""
_NULL = 1e-10
"""Share of the coarsest level's largest eigenvalue below which a motion is free."""
_ROOM = 69


@dataclass(slots=True, eq=False)
class Level:
    """One grid of the hierarchy; its arrays are room that is written over.

    Attributes:
        loops: kernels, or their plain twin.
        lam, mu: (a, b, c) MPa.
        spacing: (3,) mm.
        factors: (3,) cells that make one of the next coarser level.
        springs: nodes, N/mm, of coarse levels; None on the finest.
        inverse: nodes, one over the diagonal; 0 where nothing moves.
        moves: nodes, 1 where something moves, else 0.
        largest: bound of the eigenvalues of the scaled stiffness.
        dense: pseudo-inverse over ``moving``, of the coarsest level.
    """

    loops: ModuleType
    lam: Floats
    mu: Floats
    spacing: Floats
    factors: Indices
    springs: Floats | None
    inverse: Floats
    moves: Floats
    largest: float
    room: Floats
    product: Floats
    load: Floats
    moved: Floats
    step: Floats
    moving: NDArray[np.bool_] | None = None
    dense: Floats | None = None

    def multiply(self, u: Floats) -> Floats:
        """Stiffness times ``u``, of the nodes' shape; the answer stands until the next call."""
        self.loops.apply(self.lam, self.mu, self.spacing, u, self.room, self.product)
        if self.springs is not None:
            self.product += self.springs * u
        return self.product


def build_levels(body: Body, held: NDArray[np.bool_], *, plain: bool) -> list[Level]:
    """From the body's own grid to one of few nodes.

    Args:
        body: connected to what holds it.
        held: (a + 1, b + 1, c + 1, 3) which components do not move.
        plain: numpy twins instead of kernels.
    """
    loops = elastic_plain if plain else elastic
    lam, mu = body.moduli_mpa()
    spacing = np.array(body.grid.spacing_mm)
    # The ratio of sums lies between those of the parts, and the bound is the larger of its ends'.
    ratio = (lam[body.solid] / mu[body.solid]).min(), (lam[body.solid] / mu[body.solid]).max()
    springs, levels = None, []
    while True:
        diagonal = _diagonal(lam, mu, spacing)
        if springs is None:
            inverse = np.where(held | (diagonal == 0.0), 0.0, 1.0 / np.maximum(diagonal, 1e-300))
            stiffness = np.where(held, diagonal, 0.0)
        else:
            stiffness = springs
            whole = diagonal + springs
            inverse = np.where(diagonal > 0.0, 1.0 / np.maximum(whole, 1e-300), 0.0)
        factors = _factors(spacing, mu.shape)
        product, load, moved, step = (np.zeros(diagonal.shape) for _ in range(4))
        level = Level(
            loops, lam, mu, spacing, factors, springs, inverse, np.sign(inverse),
            _largest(ratio, spacing), np.zeros(_ROOM), product, load, moved, step,
        )  # fmt: skip
        levels.append(level)
        few = len(levels) > 1 and np.count_nonzero(inverse) <= _COARSEST
        if few or (factors == 1).all():
            if len(levels) > 1:
                _invert(level)
            return levels
        lam, mu = _coarsen(lam, factors), _coarsen(mu, factors)
        springs = np.zeros((*(n + 1 for n in mu.shape), 3))
        loops.restrict(stiffness, factors, springs)
        spacing = spacing * factors


def precondition(levels: list[Level], residual: Floats, depth: int = 0) -> Floats:
    """One V-cycle; the answer stands until the next call.

    Args:
        levels: from ``build_levels``.
        residual: of the shape of level ``depth``'s nodes; components that are held are not read.
        depth: where to begin.
    """
    level = levels[depth]
    if level.dense is not None:
        level.moved[:] = 0.0
        level.moved[level.moving] = level.dense @ residual[level.moving]
        return level.moved
    level.moved[:] = 0.0
    _smooth(level, residual, fresh=True)
    if depth + 1 < len(levels):
        below = levels[depth + 1]
        # Not above ``load``: that is what the level above handed down, read here as ``residual``.
        left = level.multiply(level.moved)
        np.subtract(residual, left, out=left)
        left *= level.moves
        level.loops.restrict(left, level.factors, below.load)
        level.loops.prolong(precondition(levels, below.load, depth + 1), level.factors, level.moved)
        level.moved *= level.moves
        _smooth(level, residual, fresh=False)
    return level.moved


def _smooth(level: Level, load: Floats, *, fresh: bool) -> None:
    """A Chebyshev polynomial of the scaled stiffness; ``fresh``: nothing has moved yet."""
    top, low = level.largest, level.largest / _BAND
    middle, half = 0.5 * (top + low), 0.5 * (top - low)
    rho = half / middle
    keep, gain = 0.0, 1.0 / middle
    for n in range(_DEGREE):
        if fresh and n == 0:
            level.product[:] = 0.0
        else:
            level.multiply(level.moved)
        level.loops.advance(load, level.product, level.inverse, keep, gain, level.step, level.moved)
        before, rho = rho, 1.0 / (2.0 * middle / half - rho)
        keep, gain = rho * before, 2.0 * rho / half


def _diagonal(lam: Floats, mu: Floats, spacing: Floats) -> Floats:
    """The stiffness' diagonal, nodes."""
    volume = float(np.prod(spacing))
    square = spacing**-2.0
    of_lam, of_mu = volume / 9.0 * square, volume / 9.0 * (square + square.sum())
    a, b, c = mu.shape
    out = np.zeros((a + 1, b + 1, c + 1, 3))
    each = lam[..., None] * of_lam + mu[..., None] * of_mu
    for i, j, k in elastic_plain.CORNERS:
        out[i : i + a, j : j + b, k : k + c] += each
    return out


def _largest(ratio: tuple[float, float], spacing: Floats) -> float:
    """Bound of the eigenvalues of stiffness over its diagonal: that of one element."""
    first, second = elastic_plain.element_matrices(spacing)
    found = 0.0
    for each in ratio:
        whole = each * first + second
        root = np.sqrt(np.diag(whole))
        found = max(found, float(np.linalg.eigvalsh(whole / root[:, None] / root[None, :])[-1]))
    return found


def _factors(spacing: Floats, shape: tuple[int, ...]) -> Indices:
    """Which axes the next level joins cells along: short ones first, until cells are cubes."""
    more = np.array(shape) > 1
    if not more.any():
        return np.ones(3, dtype=np.int64)
    short = spacing <= _LONG * spacing[more].min()
    return np.where(more & short, 2, 1)


def _coarsen(cells: Floats, factors: Indices) -> Floats:
    """Mean of the cells in each coarse one; beyond the grid there is nothing."""
    short = [-n % int(f) for n, f in zip(cells.shape, factors, strict=True)]
    padded = np.pad(cells, [(0, n) for n in short])
    for axis, factor in enumerate(factors):
        if factor > 1:
            begin = [slice(None)] * 3
            end = [slice(None)] * 3
            begin[axis], end[axis] = slice(0, None, 2), slice(1, None, 2)
            padded = 0.5 * (padded[tuple(begin)] + padded[tuple(end)])
    return np.ascontiguousarray(padded)


def _invert(level: Level) -> None:
    """The coarsest level's pseudo-inverse, by its eigenvectors."""
    moving = level.inverse > 0.0
    count = int(moving.sum())
    matrix = np.zeros((count, count))
    unit = np.zeros(moving.shape)
    places = np.flatnonzero(moving)
    for n, place in enumerate(places):
        unit.reshape(-1)[place] = 1.0
        matrix[n] = level.multiply(unit)[moving]
        unit.reshape(-1)[place] = 0.0
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    kept = values > _NULL * values[-1]
    level.moving = moving
    level.dense = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
