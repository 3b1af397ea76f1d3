"""Skeleton: a mask becomes strands of voxels between junctions and ends; loops are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.kernels import sections, thinning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

_JUNCTION = 3
_AROUND = tuple(
    (i, j, k) for i in (-1, 0, 1) for j in (-1, 0, 1) for k in (-1, 0, 1) if (i, j, k) != (0, 0, 0)
)


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """Voxels between two nodes.

    Attributes:
        start, end: nodes.
        points: (n, 3) from node to node, the nodes themselves included; at least two.
        free: (n,) distance to the nearest voxel centre outside the mask, mm.
    """

    start: int
    end: int
    points: NDArray[np.float64]
    free: NDArray[np.float64]

    def length_mm(self, spacing: NDArray[np.float64]) -> float:
        """Along its points; ``spacing`` has the shape (3,), mm."""
        return float(np.linalg.norm(np.diff(self.points, axis=0) * spacing, axis=1).sum())

    def turned(self) -> Strand:
        """From its end to its start."""
        return Strand(self.end, self.start, self.points[::-1], self.free[::-1])


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """Strands by their nodes.

    Attributes:
        nodes: (n, 3) in voxels.
        strands: of every part.
    """

    nodes: NDArray[np.float64]
    strands: tuple[Strand, ...]


def trace_skeleton(mask: Mask, spacing: NDArray[np.float64], lattice: NDArray[np.intp]) -> Skeleton:
    """Thin ``mask`` to curves and follow them within the scan.

    Args:
        mask: (i, j, k).
        spacing: (3,) mm.
        lattice: (2, 3) first and last voxel of the scan; curves beyond are left out.
    """
    places, free = thin_mask(mask, spacing)
    within = ((places >= lattice[0]) & (places <= lattice[1])).all(axis=1)
    places, free = places[within], free[within]
    index = {place: n for n, place in enumerate(map(tuple, places.tolist()))}
    beside = [
        [index[q] for d in _AROUND if (q := (p[0] + d[0], p[1] + d[1], p[2] + d[2])) in index]
        for p in index
    ]
    node_of, nodes = _find_nodes(places, beside, free)
    strands = tuple(_follow(places.astype(np.float64), free, beside, node_of, nodes))
    return Skeleton(np.asarray(nodes), strands)


def thin_mask(
    mask: Mask, spacing: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n, 3) voxels of the curves of ``mask``, and (n,) mm from each to the nearest one outside."""
    wide = np.pad(mask, 1).astype(np.uint8)
    shape = wide.shape
    strides = np.array([shape[1] * shape[2], shape[2], 1])
    steps = (np.indices((3, 3, 3)).reshape(3, -1).T - 1) @ strides
    flat = wide.ravel().copy()
    active = np.flatnonzero(flat).astype(np.int64)
    left = thinning.thin(flat, active, steps, thinning.TOUCHING, thinning.FACING, thinning.FACES)
    kept = np.sort(active[:left])
    places = np.stack(np.unravel_index(kept, shape), axis=1).astype(np.int64)
    free = np.empty(len(places))
    sections.nearest_outside(wide, places, spacing, free)
    return places - 1, free


def _find_nodes(
    places: NDArray[np.int64], beside: list[list[int]], free: NDArray[np.float64]
) -> tuple[dict[int, int], list[NDArray[np.float64]]]:
    """Voxel to node, and nodes: ends, single voxels, and clusters where curves meet."""
    node_of: dict[int, int] = {}
    nodes: list[NDArray[np.float64]] = []
    for n, others in enumerate(beside):
        if n in node_of or len(others) == 2:  # noqa: PLR2004
            continue
        cluster = [n]
        node_of[n] = len(nodes)
        if len(others) >= _JUNCTION:
            waiting = [n]
            while waiting:
                for other in beside[waiting.pop()]:
                    if other not in node_of and len(beside[other]) >= _JUNCTION:
                        node_of[other] = len(nodes)
                        cluster.append(other)
                        waiting.append(other)
        middle = cluster[int(np.argmax(free[cluster]))]
        nodes.append(places[middle].astype(np.float64))
    return node_of, nodes


def _follow(
    places: NDArray[np.float64],
    free: NDArray[np.float64],
    beside: list[list[int]],
    node_of: dict[int, int],
    nodes: list[NDArray[np.float64]],
) -> Iterable[Strand]:
    """Every strand once; a ring without a junction gets a node of its own (``nodes`` grows)."""
    walked: set[int] = set()
    for first in sorted(node_of):
        for second in beside[first]:
            if second in walked or node_of.get(second) == node_of[first]:
                continue
            if second in node_of and second < first:
                continue
            way = _walk(first, second, beside, node_of)
            walked.update(way[1:-1])
            yield _strand(way, places, free, node_of, nodes)
    for n in range(len(beside)):
        if n not in walked and n not in node_of and beside[n]:
            node_of[n] = len(nodes)
            nodes.append(places[n])
            way = _walk(n, beside[n][0], beside, node_of)
            walked.update(way)
            yield _strand(way, places, free, node_of, nodes)


def _walk(first: int, second: int, beside: list[list[int]], node_of: dict[int, int]) -> list[int]:
    way = [first, second]
    while way[-1] not in node_of:
        one, other = beside[way[-1]]
        way.append(other if one == way[-2] else one)
    return way


def _strand(
    way: list[int],
    places: NDArray[np.float64],
    free: NDArray[np.float64],
    node_of: dict[int, int],
    nodes: list[NDArray[np.float64]],
) -> Strand:
    start, end = node_of[way[0]], node_of[way[-1]]
    points = np.vstack([nodes[start], places[way], nodes[end]])
    around = np.concatenate([free[way[:1]], free[way], free[way[-1:]]])
    apart = np.concatenate([[True], np.linalg.norm(np.diff(points, axis=0), axis=1) > 0.0])
    return Strand(start, end, points[apart], around[apart])
