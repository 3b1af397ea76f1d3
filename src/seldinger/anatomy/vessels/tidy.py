"""Tidy: a skeleton without what voxels made: twigs, double junctions, pin-holes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.skeleton import Skeleton, Strand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

_JUNCTION = 3
_TWIG_RADII = 1.5
"""A twig that leaves its parent by less than so many of its own radii is a bump of the wall."""
_PINHOLE_WIDTH = 1.5
_PINHOLE_VOXELS = 8.0
_PINHOLE_RADII = 7.0
"""A loop around a hole of the mask is no wider than this, and no longer than either."""
_DOUBLE_RADII = 0.7
"""Junctions nearer than so many radii are one."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What is left, and what went.

    Attributes:
        skeleton: without nodes that join just two strands.
        twigs: how many were cut.
        pinholes: how many loops too small for a vessel were closed.
        lumps: how many parts were no longer than wide.
    """

    skeleton: Skeleton
    twigs: int
    pinholes: int
    lumps: int


def tidy(skeleton: Skeleton, mask: Mask, spacing: NDArray[np.float64], least_mm: float) -> Tidied:
    """Cut twigs, merge junctions, close loops around pin-holes.

    Args:
        skeleton: of the mask.
        mask: (i, j, k).
        spacing: (3,) mm.
        least_mm: a branch leaves its parent's lumen by at least so much.
    """
    strands = list(skeleton.strands)
    nodes = skeleton.nodes
    twigs = pinholes = 0
    changed = True
    while changed:
        strands, closed = _close_loops(strands, mask, spacing)
        strands, merged = _merge_double(strands, nodes, spacing)
        strands = _dissolve(strands)
        strands, cut = _cut_twig(strands, spacing, least_mm)
        pinholes, twigs = pinholes + closed, twigs + cut
        changed = bool(closed or merged or cut)
    longer = [strand for strand in strands if not _is_lump(strand, strands, spacing)]
    return Tidied(_numbered(longer, nodes), twigs, pinholes, len(strands) - len(longer))


def _is_lump(strand: Strand, strands: Sequence[Strand], spacing: NDArray[np.float64]) -> bool:
    """Whether a part of one strand is no longer than wide."""
    ends = {strand.start, strand.end}
    alone = not any(ends & {s.start, s.end} for s in strands if s is not strand)
    wide = 2.0 * float(strand.free.max())
    return alone and strand.start != strand.end and strand.length_mm(spacing) < wide


def _ends(strands: Sequence[Strand]) -> dict[int, list[int]]:
    """Strands at each node; a ring stands twice at its own."""
    at: dict[int, list[int]] = {}
    for n, strand in enumerate(strands):
        at.setdefault(strand.start, []).append(n)
        at.setdefault(strand.end, []).append(n)
    return at


def _close_loops(
    strands: list[Strand], mask: Mask, spacing: NDArray[np.float64]
) -> tuple[list[Strand], int]:
    """Of two strands around a pin-hole the one nearer to the wall goes."""
    by_ends: dict[tuple[int, int], list[int]] = {}
    for n, strand in enumerate(strands):
        key = (min(strand.start, strand.end), max(strand.start, strand.end))
        by_ends.setdefault(key, []).append(n)
    gone: set[int] = set()
    for (start, end), those in by_ends.items():
        if start == end:
            gone |= {
                n
                for n in those
                if len(strands) > 1 and _is_pinhole(*_halves(strands[n]), mask, spacing)
            }
            continue
        for n, other in pairwise(those):
            if _is_pinhole(strands[n], strands[other], mask, spacing):
                least = [float(strands[m].free[1:-1].min(initial=np.inf)) for m in (n, other)]
                gone.add(n if least[0] < least[1] else other)
    return [strand for n, strand in enumerate(strands) if n not in gone], len(gone)


def _halves(ring: Strand) -> tuple[Strand, Strand]:
    middle = len(ring.points) // 2
    first = replace(ring, points=ring.points[: middle + 1], free=ring.free[: middle + 1])
    return first, replace(ring, points=ring.points[middle:], free=ring.free[middle:]).turned()


def _is_pinhole(one: Strand, other: Strand, mask: Mask, spacing: NDArray[np.float64]) -> bool:
    """Whether two strands lie around a hole no wider than a voxel, within one lumen."""
    around = one.length_mm(spacing) + other.length_mm(spacing)
    wide = max(float(s.free.max()) for s in (one, other))
    if around > max(_PINHOLE_VOXELS * float(spacing.max()), _PINHOLE_RADII * wide):
        return False
    if other.start != one.start:
        other = other.turned()
    for share in (0.25, 0.5, 0.75):
        a, b = (s.points[round(share * (len(s.points) - 1))] for s in (one, other))
        between = a + np.linspace(0.0, 1.0, 40)[:, None] * (b - a)
        empty = ~mask[tuple(np.rint(between).astype(np.intp).T)]
        if empty.mean() * np.linalg.norm(b - a) > _PINHOLE_WIDTH:
            return False
    return True


def _merge_double(
    strands: list[Strand], nodes: NDArray[np.float64], spacing: NDArray[np.float64]
) -> tuple[list[Strand], int]:
    """Contract the shortest strand between two junctions that are one."""
    at = _ends(strands)
    best: tuple[float, int] | None = None
    for n, strand in enumerate(strands):
        inner = strand.start != strand.end and all(
            len(at[e]) >= _JUNCTION for e in (strand.start, strand.end)
        )
        if inner:
            ratio = strand.length_mm(spacing) / float(max(strand.free[0], strand.free[-1]))
            if ratio < _DOUBLE_RADII and (best is None or ratio < best[0]):
                best = (ratio, n)
    if best is None:
        return strands, 0
    short = strands[best[1]]
    kept, gone = short.start, short.end
    if short.free[-1] > short.free[0]:
        kept, gone = gone, kept
    return [
        _moved(strand, gone, kept, nodes) for n, strand in enumerate(strands) if n != best[1]
    ], 1


def _moved(strand: Strand, gone: int, kept: int, nodes: NDArray[np.float64]) -> Strand:
    """The strand with its ends at ``gone`` led to ``kept``."""
    place = nodes[kept][None]
    if strand.start == gone:
        strand = replace(
            strand, start=kept, points=np.vstack([place, strand.points]),
            free=np.concatenate([strand.free[:1], strand.free]),
        )  # fmt: skip
    if strand.end == gone:
        strand = replace(
            strand, end=kept, points=np.vstack([strand.points, place]),
            free=np.concatenate([strand.free, strand.free[-1:]]),
        )  # fmt: skip
    return strand


def _dissolve(strands: list[Strand]) -> list[Strand]:
    """Strands joined where just two meet."""
    left: dict[int, Strand] = dict(enumerate(strands))
    fresh = len(strands)
    at = {node: list(ends) for node, ends in _ends(strands).items()}
    for node in sorted(at):
        ends = at[node]
        if len(ends) != 2 or ends[0] == ends[1]:  # noqa: PLR2004
            continue
        one, other = left.pop(ends[0]), left.pop(ends[1])
        one = one if one.end == node else one.turned()
        other = other if other.start == node else other.turned()
        joined = Strand(
            one.start, other.end, np.vstack([one.points, other.points[1:]]),
            np.concatenate([one.free, other.free[1:]]),
        )  # fmt: skip
        left[fresh] = joined
        at[node] = []
        for end in {joined.start, joined.end}:
            at[end] = [fresh if n in ends else n for n in at[end]]
        fresh += 1
    return [left[n] for n in sorted(left)]


def _cut_twig(
    strands: list[Strand], spacing: NDArray[np.float64], least_mm: float
) -> tuple[list[Strand], int]:
    """Cut the one that leaves its parent least."""
    at = _ends(strands)
    worst: tuple[float, int] | None = None
    for n, strand in enumerate(strands):
        tips = [len(at[e]) == 1 for e in (strand.start, strand.end)]
        if sum(tips) != 1:
            continue
        way = strand if tips[1] else strand.turned()
        steps = np.linalg.norm(np.diff(way.points, axis=0) * spacing, axis=1)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        parent = float(way.free[0])
        beyond = float(along[-1] + way.free[-1] - parent)
        outside = way.free[along > parent]
        own = float(np.median(outside)) if outside.size else parent
        need = max(least_mm, _TWIG_RADII * own)
        if beyond < need and (worst is None or beyond / need < worst[0]):
            worst = (beyond / need, n)
    if worst is None:
        return strands, 0
    return [strand for n, strand in enumerate(strands) if n != worst[1]], 1


def _numbered(strands: Sequence[Strand], nodes: NDArray[np.float64]) -> Skeleton:
    """Nodes that are used, counted from 0 in their order."""
    used = sorted({e for strand in strands for e in (strand.start, strand.end)})
    number = {node: n for n, node in enumerate(used)}
    kept = tuple(replace(s, start=number[s.start], end=number[s.end]) for s in strands)
    return Skeleton(nodes[used].reshape(-1, 3), kept)
