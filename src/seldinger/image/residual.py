"""Residual: what a registration leaves between the surfaces of structures seen on both scans.

It sees movement across a surface, not along it: an estimate of the registration error, and a lower
one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import scipy

from seldinger.image.register import find_unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.image.register import Registration

_MOST_POINTS = 4000
_NEAR_POINTS = 50
_DIRECTIONS = 3.0
_GAIN_SHARE, _GAIN_MM = 0.2, 0.3
"""So much better the deformable part must be where it has seen nothing: noise fits a little."""


class Movement(Protocol):
    """What carries places of one scan to the other."""

    def move(self, points_lps_mm: Points, *, rigid_only: bool = False) -> Points:
        """Points on the first scan, (n, 3), where they lie on the second."""
        ...


@dataclass(frozen=True, slots=True)
class Still:
    """No movement: two scans in one frame of reference, laid upon one another as they are."""

    def move(self, points_lps_mm: Points, *, rigid_only: bool = False) -> Points:  # noqa: ARG002
        """Points, (n, 3), where they are; ``rigid_only`` changes nothing."""
        return points_lps_mm


@dataclass(frozen=True, slots=True)
class Residual:
    """Distance between a structure's surface carried over and its surface after, mm.

    Attributes:
        name: of the structure.
        rigid_mean_mm: what the rigid part alone would leave; None when that leaves the scan.
        mean_mm, p95_mm, max_mm: what is left.
        points: surface points compared.
    """

    name: str
    rigid_mean_mm: float | None
    mean_mm: float
    p95_mm: float
    max_mm: float
    points: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is left at surfaces that the deformable match has not seen, root mean square, mm.

    Attributes:
        rigid_mm: by the rigid part; None = nothing to compare.
        deformable_mm: by the deformable one.
        points: compared.
    """

    rigid_mm: float | None
    deformable_mm: float | None
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One structure, labelled on both scans."""

    name: str
    before: Mask
    after: Mask


def measure_residuals(
    registration: Movement,
    pairs: Sequence[Pair],
    before: Grid,
    after: Grid,
    hidden: Mask | None = None,
) -> tuple[Residual, ...]:
    """What is left between the surfaces of ``pairs``, structures seen on both scans, by name.

    ``registration`` may be ``Still()`` for scans in one frame of reference. What lies in ``hidden``
    after, the treated zone, is not compared: it cannot be seen there.
    """
    residuals = []
    for pair in sorted(pairs, key=lambda p: p.name):
        points = _sampled(_faces(pair.before, before))
        gap = _gaps(pair.after, after, registration.move(points), hidden)
        rigid = _gaps(pair.after, after, registration.move(points, rigid_only=True), hidden)
        if gap.size:
            residuals.append(
                Residual(
                    pair.name,
                    float(rigid.mean()) if rigid.size else None,
                    float(gap.mean()),
                    float(np.percentile(gap, 95.0)),
                    float(gap.max()),
                    int(gap.size),
                )
            )
    return tuple(residuals)


def estimate_near_error_mm(
    registration: Registration,
    pairs: Sequence[Pair],
    before: Grid,
    after: Grid,
    centre_lps_mm: Vector,
    within_mm: float,
    organ: Mask | None = None,
    hidden: Mask | None = None,
) -> float | None:
    """Root mean square registration error around a point, from ``pairs``.

    None when too little is seen.

    From the gaps of all surfaces within ``within_mm``; with ``organ``, a mask on ``before``, of its
    own and of those inside it: what slides along its outside, as ribs and skin do, says nothing of
    it. What lies in ``hidden`` after is not compared. A surface sees one of three directions; the
    other two are taken to be as bad.
    """
    squares: list[NDArray[np.float64]] = []
    for pair in pairs:
        points = _faces(pair.before, before)
        off = np.linalg.norm(points - np.asarray(centre_lps_mm), axis=1)
        near = points[off <= within_mm]
        near = _sampled(near if organ is None else near[_touched(organ, before, near)])
        if len(near):
            squares.append(_gaps(pair.after, after, registration.move(near), hidden) ** 2)
    count = sum(s.size for s in squares)
    if count < _NEAR_POINTS:
        return None
    return float(np.sqrt(_DIRECTIONS * np.concatenate(squares).mean()))


def choose_transform(
    registration: Registration,
    pairs: Sequence[Pair],
    before: Grid,
    after: Grid,
    organ: Mask | None = None,
    hidden: Mask | None = None,
) -> tuple[Registration, LeftOut]:
    """Keep the deformable part only where it is better at what its match has not seen.

    Args:
        registration: a registration.
        pairs: structures labelled on both scans; with ``organ``, those in or on it count.
        before: lattice of the scan before.
        after: lattice of the scan after.
        organ: on ``before``; what slides along its outside says nothing of it.
        hidden: on ``after``: the treated zone, where nothing can be seen.
    """
    rigid: list[NDArray[np.float64]] = []
    bent: list[NDArray[np.float64]] = []
    bending = registration.bending
    for pair in pairs if bending is not None else ():
        points = _faces(pair.before, before)
        points = points[find_unmatched(points)]
        if organ is not None:
            points = points[_touched(organ, before, points)]
        points = _sampled(points)
        if not len(points):
            continue
        stiff = _gaps(pair.after, after, registration.move(points, rigid_only=True), hidden)
        moved = _gaps(pair.after, after, bending.move(points), hidden)  # type: ignore[union-attr]
        if stiff.size and moved.size:
            rigid.append(stiff**2)
            bent.append(moved**2)
    count = sum(g.size for g in bent)
    if count < _NEAR_POINTS:
        return registration, LeftOut(None, None, count)
    stiff_mm, bent_mm = (float(np.sqrt(np.concatenate(g).mean())) for g in (rigid, bent))
    better = stiff_mm - bent_mm > max(_GAIN_SHARE * stiff_mm, _GAIN_MM)
    return replace(registration, bends=better), LeftOut(stiff_mm, bent_mm, count)


def _faces(mask: Mask, grid: Grid) -> Points:
    """Middles between neighbours inside and outside; the end of the lattice is no surface."""
    places = []
    for axis in range(3):
        lower, upper = [slice(None)] * 3, [slice(None)] * 3
        lower[axis], upper[axis] = slice(None, -1), slice(1, None)
        at = np.argwhere(mask[tuple(lower)] != mask[tuple(upper)]).astype(np.float64)
        at[:, axis] += 0.5
        places.append(at)
    return grid.to_lps(np.concatenate(places))


def _touched(mask: Mask, grid: Grid, points: Points) -> NDArray[np.bool_]:
    """Which points, (n, 3), lie in ``mask`` or between two voxels of which one is in it, (n,)."""
    index = grid.to_index(points)
    last = np.asarray(mask.shape) - 1
    touched = np.zeros(len(index), dtype=bool)
    # A face's middle is half-way along one axis; a little beyond it on both sides is both voxels.
    for side in (-0.01, 0.01):
        at = np.clip(np.rint(index + side).astype(np.int64), 0, last)
        touched |= mask[tuple(at.T)]
    return touched


def _sampled(points: Points) -> Points:
    return points[:: max(1, -(-len(points) // _MOST_POINTS))]


def measure_surface_distance_mm(
    mask: Mask, grid: Grid, points_lps_mm: Points
) -> NDArray[np.float64]:
    """Distance of points, (n, 3), to the boundary of ``mask``, positive inside, (n,).

    The boundary runs through the middles between neighbouring voxels; good to a third of a voxel.
    """
    tree = scipy.spatial.cKDTree(_faces(mask, grid))
    index = grid.to_index(points_lps_mm)
    last = np.asarray(mask.shape) - 1
    low = np.clip(np.floor(index).astype(np.int64), 0, np.maximum(last - 1, 0))
    share = np.clip(index - low, 0.0, 1.0)
    distances = np.zeros(len(index))
    for corner in np.ndindex(2, 2, 2):
        at = np.minimum(low + corner, last)
        away, _ = tree.query(grid.to_lps(at))
        signed = np.where(mask[tuple(at.T)], away, -away)
        distances += signed * np.where(np.asarray(corner) == 1, share, 1.0 - share).prod(axis=1)
    return distances


def _gaps(
    mask: Mask, grid: Grid, points: Points, hidden: Mask | None = None
) -> NDArray[np.float64]:
    """Distance of points, (n, 3), to ``mask``'s surface; not of those off the lattice or hidden."""
    index = grid.to_index(points)
    last = np.asarray(grid.shape) - 1.0
    seen: NDArray[np.bool_] = np.logical_and.reduce((index >= 0.0) & (index <= last), axis=1)
    if hidden is not None and seen.any():
        seen[seen] = ~hidden[tuple(np.rint(index[seen]).astype(np.int64).T)]
    if not seen.any():
        return np.zeros(0)
    return np.abs(measure_surface_distance_mm(mask, grid, points[seen]))
