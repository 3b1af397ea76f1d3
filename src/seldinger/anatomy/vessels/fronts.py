"""Fronts: what spreads along vessels until it meets: gaps are closed there, neighbours split."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import edt
import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.kernels import vesselness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]
    Cells = NDArray[np.int64]

_NEAR_MM = 5.0
_FLOOR = 1e-3
_STEEP = 4
"""How much slower a front is near the wall: with less, the front that comes first to where two
vessels touch climbs over into the other one."""


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """Where the fronts of two labels meet by the cheapest way.

    Attributes:
        labels: the smaller first.
        cells: (n, 3) of the way from one to the other, the first and the last within the labels.
        length_mm: from label to label.
    """

    labels: tuple[int, int]
    cells: Cells
    length_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Fronts:
    """What came where; flat, with a rim of one cell."""

    owner: Cells
    dear: Floats
    before: Cells
    steps: Cells
    lengths: Floats
    shape: tuple[int, ...]


def spread_fronts(cost: Floats, labels: Cells, spacing: Floats, limit: float) -> Fronts:
    """Fronts from every label at once.

    Args:
        cost: (i, j, k) per mm; not positive: closed.
        labels: (i, j, k), 0 = none.
        spacing: (3,) mm.
        limit: no way is dearer.
    """
    padded, begin = np.pad(cost, 1), np.pad(labels, 1).astype(np.int64)
    moves = np.array([m for m in product((-1, 0, 1), repeat=3) if any(m)])
    strides = np.array([padded.shape[1] * padded.shape[2], padded.shape[2], 1])
    steps = (moves @ strides).astype(np.int64)
    lengths = np.linalg.norm(moves * spacing, axis=1)
    owner, before = begin.ravel().copy(), np.empty(begin.size, dtype=np.int64)
    dear = np.empty(begin.size)
    vesselness.run_fronts(
        np.ascontiguousarray(padded.ravel(), dtype=np.float64), owner, steps, lengths, limit, dear,
        before,
    )  # fmt: skip
    return Fronts(owner, dear, before, steps, lengths, padded.shape)


def find_meetings(fronts: Fronts) -> tuple[Meeting, ...]:
    """The cheapest way between each two labels whose fronts met, cheapest first."""
    best: dict[tuple[int, int], tuple[float, int, int, float]] = {}
    reached = np.flatnonzero((fronts.owner > 0) & np.isfinite(fronts.dear))
    for step, length in zip(fronts.steps, fronts.lengths, strict=True):
        if step <= 0:
            continue
        at = reached[fronts.owner[reached] != fronts.owner[reached + step]]
        to = at + step
        fits = (fronts.owner[to] > 0) & np.isfinite(fronts.dear[to])
        at, to = at[fits], to[fits]
        if not at.size:
            continue
        whole = fronts.dear[at] + fronts.dear[to]
        pairs = np.sort(np.stack([fronts.owner[at], fronts.owner[to]], axis=1), axis=1)
        order = np.lexsort((whole, pairs[:, 1], pairs[:, 0]))
        _, begins = np.unique(pairs[order], axis=0, return_index=True)
        for n in order[begins]:
            key = (int(pairs[n, 0]), int(pairs[n, 1]))
            if key not in best or whole[n] < best[key][0]:
                best[key] = (float(whole[n]), int(at[n]), int(to[n]), float(length))
    found = []
    for key, (_, at, to, length) in sorted(best.items(), key=lambda item: (item[1][0], item[0])):
        before, first = _walk_back(fronts, at)
        behind, second = _walk_back(fronts, to)
        way = np.array([*reversed(before), *behind], dtype=np.int64)
        cells = np.stack(np.unravel_index(way, fronts.shape), axis=1) - 1
        found.append(Meeting(key, cells.reshape(-1, 3), first + length + second))
    return tuple(found)


def _walk_back(fronts: Fronts, at: int) -> tuple[list[int], float]:
    """Cells from ``at`` to where its front began, and mm."""
    cells, length = [at], 0.0
    length_of = dict(zip(fronts.steps.tolist(), fronts.lengths.tolist(), strict=True))
    while fronts.before[at] >= 0:
        length += length_of[at - int(fronts.before[at])]
        at = int(fronts.before[at])
        cells.append(at)
    return cells, length


def split_by_seeds(
    mask: Mask, grid: Grid, seeds: Mapping[str, Points], middle: NDArray[Any] | None = None
) -> dict[str, Mask]:
    """Vessels that touch, apart: each voxel belongs to the seed whose front comes first.

    Fronts are fast in the middle of a vessel and slow at its wall, so that they meet where two
    vessels touch: surest with seeds of each on both sides of there. What no front reaches belongs
    to none.

    Args:
        mask: (i, j, k), all vessels together.
        grid: of the mask.
        seeds: at least two names, each with (n, 3) places in the vessel, LPS mm.
        middle: (i, j, k), positive, largest in the middle of a vessel; None: the way to the wall.

    Raises:
        AnatomyError: fewer than two names, or a seed is more than 5 mm from the mask.
    """
    if len(seeds) < 2:  # noqa: PLR2004
        raise AnatomyError("vessels are told apart from seeds of at least two of them")
    spacing = np.asarray(grid.spacing_mm)
    places = grid.to_lps(np.argwhere(mask).astype(float))
    labels = np.zeros(mask.shape, dtype=np.int64)
    for number, (name, points) in enumerate(seeds.items(), 1):
        for point in np.asarray(points, dtype=float).reshape(-1, 3):
            away = np.linalg.norm(places - point, axis=1)
            nearest = int(np.argmin(away))
            if away[nearest] > _NEAR_MM:
                raise AnatomyError(
                    f"a seed of {name} lies {away[nearest]:.0f} mm from the mask, at most "
                    f"{_NEAR_MM:g} mm is allowed: put it into the vessel"
                )
            index = np.rint(grid.to_index(places[nearest])).astype(int)
            labels[tuple(index)] = number
    if middle is None:
        middle = edt.edt(np.ascontiguousarray(mask), anisotropy=tuple(spacing), order="C")
    top = float(middle[mask].max())
    cost = np.where(mask, 1.0 / np.maximum(middle / top, _FLOOR) ** _STEEP, 0.0)
    fronts = spread_fronts(cost, labels, spacing, np.inf)
    inner = tuple(slice(1, -1) for _ in range(3))
    owner = fronts.owner.reshape(fronts.shape)[inner]
    return {name: owner == number for number, name in enumerate(seeds, 1)}
