"""Plain twins of ``vesselness``: whole arrays in numpy, arguments alike; written to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.kernels.vesselness import FALLING, MATCHED, RISING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]


def respond(smooth: Singles, spacing: Floats, sigma: float, out: Singles) -> None:
    """Twin of ``vesselness.respond``."""
    padded = np.pad(smooth.astype(np.float64), 1, mode="edge")

    def at(*move: int) -> Floats:
        cut = tuple(slice(1 + m, n - 1 + m) for m, n in zip(move, padded.shape, strict=True))
        found: Floats = padded[cut]
        return found

    hessian = np.empty((*smooth.shape, 3, 3))
    for one in range(3):
        for other in range(3):
            a, b = np.eye(3, dtype=int)[[one, other]]
            if one == other:
                second = at(*a) - 2.0 * at(0, 0, 0) + at(*-a)
            else:
                second = (at(*a + b) - at(*a - b) - at(*b - a) + at(*-a - b)) / 4.0
            hessian[..., one, other] = second / (spacing[one] * spacing[other])
    values = np.linalg.eigvalsh(hessian)
    middle, first = values[..., 1], values[..., 2]
    strength = np.where((middle < 0.0) & (values.sum(axis=-1) < 0.0), -middle, 0.0)
    width = np.where(first <= 0.0, FALLING, RISING) * np.maximum(strength, 1e-30)
    answer = MATCHED * sigma**2 * strength * np.exp(-0.5 * np.minimum((first / width) ** 2, 1e3))
    np.maximum(out, answer, out=out, casting="same_kind")


def spread(coarse: Singles, every: NDArray[np.int64], out: Singles) -> None:
    """Twin of ``vesselness.spread``."""
    axes = [np.minimum(np.arange(n) / e, m - 1.0)
            for n, e, m in zip(out.shape, every, coarse.shape, strict=True)]  # fmt: skip
    places = np.meshgrid(*axes, indexing="ij")
    answer = scipy.ndimage.map_coordinates(coarse.astype(np.float64), places, order=1)
    np.maximum(out, answer, out=out, casting="same_kind")


def run_fronts(
    cost: Floats,
    owner: NDArray[np.int64],
    steps: NDArray[np.int64],
    lengths: Floats,
    limit: float,
    dear: Floats,
    before: NDArray[np.int64],
) -> None:
    """Twin of ``vesselness.run_fronts``: a graph of all cells, searched by scipy."""
    begin = np.flatnonzero(owner > 0)
    rows, columns, weights = [], [], []
    for step, length in zip(steps, lengths, strict=True):
        start = np.arange(owner.size)
        end = start + step
        fits = (end >= 0) & (end < owner.size)
        start, end = start[fits], end[fits]
        fits = (cost[end] > 0.0) & ((cost[start] > 0.0) | (owner[start] > 0))
        start, end = start[fits], end[fits]
        here = np.where(cost[start] > 0.0, cost[start], cost[end])
        rows.append(start)
        columns.append(end)
        weights.append(0.5 * (here + cost[end]) * length)
    graph = scipy.sparse.csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))),
        shape=(owner.size, owner.size),
    )
    far, came, source = scipy.sparse.csgraph.dijkstra(
        graph, indices=begin, min_only=True, return_predecessors=True, limit=limit
    )
    reached = np.isfinite(far)
    dear[:] = far
    before[:] = np.where(came >= 0, came, -1)
    labels = owner.copy()
    owner[reached] = labels[source[reached]]
