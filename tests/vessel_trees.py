"""Random vessel trees with exact truth: Murray's law, straight branches that touch nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLEAR = 2.5
"""Between the walls of branches that do not meet, in units of the tree."""


@dataclass(frozen=True)
class TrueTree:
    """Cylinders with round ends: (n, 3) starts and ends, (n,) radii and parents (-1: none)."""

    starts: Floats
    ends: Floats
    radii: Floats
    parents: tuple[int, ...]

    def moved(self, matrix: Floats, by: Floats) -> TrueTree:
        """Turned or mirrored, then shifted."""
        return TrueTree(
            self.starts @ matrix.T + by, self.ends @ matrix.T + by, self.radii, self.parents
        )

    def errors(self, points: Floats, radii: Floats) -> tuple[Floats, Floats]:
        """Distance of points to the nearest axis, and radius minus that of the branch."""
        pairs = zip(self.starts, self.ends, strict=True)
        away = np.stack([to_segment(points, a, b) for a, b in pairs])
        return away.min(axis=0), radii - self.radii[away.argmin(axis=0)]


@dataclass
class _Growing:
    starts: list[Floats]
    ends: list[Floats]
    radii: list[float]
    parents: list[int]
    size: float


def grow(
    seed: int, size: int = 256, branches: int = 63, root: float = 8.0, least: float = 2.5
) -> TrueTree:
    """A binary tree by Murray's cubic law, every branch drawn until it keeps clear of the rest."""
    for attempt in range(50):
        made = _try(np.random.default_rng((seed, attempt)), size, branches, root, least)
        if made is not None:
            return made
    raise AssertionError(f"no tree of {branches} branches fits {size}")


def _try(
    rng: np.random.Generator, size: int, branches: int, root: float, least: float
) -> TrueTree | None:
    first = np.array([size / 2.0, size / 2.0, 6.0 + root])
    made = _Growing([first], [first + np.array([0.0, 0.0, 0.2 * size])], [root], [-1], size)
    waiting = [0]
    while len(made.radii) < branches:
        parent = waiting.pop(0)
        for _ in range(400):
            pair = _draw_pair(rng, made, parent, least)
            if _is_free(pair[0], pair[1], parent, made) and _is_free(
                pair[1], pair[0], parent, made
            ):
                break
        else:
            return None
        for start, end, radius in pair:
            made.starts.append(start)
            made.ends.append(end)
            made.radii.append(radius)
            made.parents.append(parent)
            waiting.append(len(made.radii) - 1)
    return TrueTree(
        np.array(made.starts), np.array(made.ends), np.array(made.radii), tuple(made.parents)
    )


Branch = tuple["Floats", "Floats", float]


def _draw_pair(
    rng: np.random.Generator, made: _Growing, parent: int, least: float
) -> tuple[Branch, Branch]:
    axis = made.ends[parent] - made.starts[parent]
    axis = axis / np.linalg.norm(axis)
    share = rng.uniform(0.35, 0.65)
    turn = rng.uniform(0.0, 2.0 * np.pi)
    helper = np.cross(axis, [1.0, 0.3, 0.2])
    helper /= np.linalg.norm(helper)
    side = np.cos(turn) * helper + np.sin(turn) * np.cross(axis, helper)
    pair = []
    for sign, part in ((1.0, share), (-1.0, 1.0 - share)):
        radius = max(part ** (1.0 / 3.0) * made.radii[parent], least)
        angle = np.deg2rad(rng.uniform(32.0, 55.0))
        way = np.cos(angle) * axis + sign * np.sin(angle) * side + 0.15 * rng.normal(size=3)
        length = rng.uniform(3.5, 6.5) * radius + 10.0
        end = made.ends[parent] + length * way / np.linalg.norm(way)
        pair.append((made.ends[parent], end, float(radius)))
    return pair[0], pair[1]


def _is_free(one: Branch, twin: Branch, parent: int, made: _Growing) -> bool:
    start, end, radius = one
    if (end - radius < 4.0).any() or (end + radius > made.size - 5.0).any():
        return False
    along = start + (end - start) * np.linspace(0.0, 1.0, 40)[:, None]
    for n, other in enumerate(made.radii):
        own = along[-24:] if n == parent else along
        if (to_segment(own, made.starts[n], made.ends[n]) < radius + other + CLEAR).any():
            return False
    return bool((to_segment(along[-20:], twin[0], twin[1]) >= radius + twin[2] + CLEAR).all())


def to_segment(points: Floats, a: Floats, b: Floats) -> Floats:
    """(n,) distance of points, (n, 3), to the segment from a to b."""
    share = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0.0, 1.0)
    away: Floats = np.linalg.norm(points - a - share[:, None] * (b - a), axis=1)
    return away


def paint(
    tree: TrueTree, shape: tuple[int, int, int], spacing: Sequence[float] = (1.0, 1.0, 1.0)
) -> NDArray[np.bool_]:
    """Voxels whose centre lies in a branch; the lattice starts at the origin."""
    mask = np.zeros(shape, dtype=bool)
    step = np.asarray(spacing)
    for a, b, radius in zip(tree.starts, tree.ends, tree.radii, strict=True):
        low = np.maximum(np.floor((np.minimum(a, b) - radius) / step).astype(int), 0)
        high = np.minimum(np.ceil((np.maximum(a, b) + radius) / step).astype(int) + 1, shape)
        box = tuple(slice(x, y) for x, y in zip(low, high, strict=True))
        places = np.argwhere(np.ones([max(0, y - x) for x, y in zip(low, high, strict=True)], bool))
        inside = to_segment((places + low) * step, a, b) <= radius
        mask[box] |= inside.reshape(mask[box].shape)
    return mask
