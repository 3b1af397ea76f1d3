"""Surface: where the boundary of a mask runs between its voxels.

A mask says only on which side of the boundary each voxel centre lies. Every lattice edge whose ends
differ is crossed by the boundary somewhere along its length, on average in its middle. A smooth
function (radial basis r^3 with a quadratic tail, so spheres and ellipsoids cost nothing) is fitted
to these middles, as smooth as their own quantisation noise allows and no smoother; its zero level
is the surface. Thin slices and thick ones differ only in the noise of their edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import PlanError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

LEAST_CROSSINGS = 54
"""A cube of 3 voxels; what is smaller has no shape to speak of."""

_KNOTS = 120
_MOST_KNOTS = 480
_DATA = 2500
_EXPLAINED = 1.0
"""Mean squared residual, over the variance of quantisation, that needs no further explanation."""
_QUADRIC = 8.0
"""Over the root of the count: how far above 1 a quadric is still believed. Small bodies have few
independent residuals; chasing those would bend a sphere."""
_ENOUGH = 1.1
"""Above this, more knots are tried."""
_NEVER_MIND = 1.05
"""Where even the roughest fit leaves more, stiffness is not given up for the last few per cent."""
_ROUGHEST, _SMOOTHEST, _HALVINGS = -6.0, 6.0, 8
_LEAST_SLANT = 0.15
_PAD = 3
_SLOPE_SHARE = 0.15
_CLEAR = 0.3
_FREE = 0.6
_RIDGE = 1e-12
_TAIL = 10
_BLOCK = 1024
"""Points looked at together: their distances to all knots stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class SubvoxelSurface:
    """Points on the boundary of a mask, one for every lattice edge that it crosses.

    Attributes:
        points_lps_mm: (n, 3).
        normals_lps: (n, 3), unit, out of the mask.
        areas_mm2: (n,), the surface that each point stands for.
        outside: (n, 3) int, index of the voxel at the outer end of the edge.
        outward: (n, 3) int, the step along that edge.
        spacing_mm: longest voxel edge.
        misfit: mean squared residual over what quantisation explains; well above 1 when the mask is
            rougher than a smooth surface can follow, and sub-voxel figures mean less.
    """

    points_lps_mm: Points
    normals_lps: Points
    areas_mm2: NDArray[np.float64]
    outside: NDArray[np.intp]
    outward: NDArray[np.intp]
    spacing_mm: float
    misfit: float

    @property
    def area_mm2(self) -> float:
        """Of the whole surface."""
        return float(self.areas_mm2.sum())

    def faces(self, tissue: Mask, reach: int = 2) -> NDArray[np.bool_]:
        """Which points have ``tissue`` within ``reach`` voxels outwards along their edge."""
        facing = np.zeros(len(self.outside), dtype=bool)
        for step in range(reach):
            at = np.clip(self.outside + step * self.outward, 0, np.asarray(tissue.shape) - 1)
            facing |= tissue[tuple(at.T)]
        return facing


@dataclass(frozen=True, slots=True, eq=False)
class _Crossings:
    """Lattice edges across the boundary: middles and normals in mm along i, j, k."""

    middle_mm: NDArray[np.float64]
    axis: NDArray[np.intp]
    outside: NDArray[np.intp]
    outward: NDArray[np.intp]
    normal: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """A smooth function whose zero level is the surface; positions in mm along i, j, k."""

    centre_mm: NDArray[np.float64]
    scale_mm: float
    knots: NDArray[np.float64]
    weights: NDArray[np.float64]
    tail: NDArray[np.float64]

    def at(self, place_mm: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Value (n,) and gradient (n, 3) per mm."""
        value, slope = np.empty(len(place_mm)), np.empty((len(place_mm), 3))
        for start in range(0, len(place_mm), _BLOCK):
            block = slice(start, start + _BLOCK)
            value[block], slope[block] = self._at(place_mm[block])
        return value, slope

    def _at(self, place_mm: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        u = (place_mm - self.centre_mm) / self.scale_mm
        distance = scipy.spatial.distance.cdist(u, self.knots)
        weighted = distance * self.weights
        value = np.einsum("ij,ij,ij->i", distance, distance, weighted) + _tail(u) @ self.tail
        x, y, z = u.T
        _, bx, by, bz, bxx, byy, bzz, bxy, byz, bzx = self.tail
        slope = np.stack(
            [
                bx + 2.0 * bxx * x + bxy * y + bzx * z,
                by + 2.0 * byy * y + bxy * x + byz * z,
                bz + 2.0 * bzz * z + byz * y + bzx * x,
            ],
            axis=1,
        )
        slope += 3.0 * (u * weighted.sum(axis=1)[:, None] - weighted @ self.knots)
        return value, slope / self.scale_mm


def extract_surface(mask: Mask, grid: Grid, name: str) -> SubvoxelSurface:
    """The boundary of ``mask`` between its voxels.

    Args:
        mask: shape ``grid.shape``.
        grid: where it lies; any spacing and direction.
        name: what to call it in errors.

    Raises:
        PlanError: empty, cut off by the end of the lattice, or a few voxels only.
    """
    spacing = np.asarray(grid.spacing_mm)
    crossings = _crossings(mask, spacing, name)
    level, misfit = _fitted(crossings, spacing)
    place, normal = crossings.middle_mm, crossings.normal
    for _ in range(2):
        value, slope = level.at(place)
        steepness = np.linalg.norm(slope, axis=1)
        normal = slope / steepness[:, None]
        step = np.clip(value / steepness, -spacing.max(), spacing.max())
        place = place - step[:, None] * normal
    slant = np.abs(normal[np.arange(len(normal)), crossings.axis])
    areas = np.prod(spacing) / spacing[crossings.axis] * slant
    cosines = grid.index_to_lps[:3, :3] / spacing
    return SubvoxelSurface(
        points_lps_mm=grid.to_lps(place / spacing),
        normals_lps=normal @ cosines.T,
        areas_mm2=areas,
        outside=crossings.outside,
        outward=crossings.outward,
        spacing_mm=float(spacing.max()),
        misfit=misfit,
    )


def _crossings(mask: Mask, spacing: NDArray[np.float64], name: str) -> _Crossings:
    corner, part = _boxed(mask, name)
    starts, axes, signs = [], [], []
    for axis in range(3):
        lower, upper = [slice(None)] * 3, [slice(None)] * 3
        lower[axis], upper[axis] = slice(None, -1), slice(1, None)
        first = part[tuple(lower)]
        at = np.argwhere(first != part[tuple(upper)])
        starts.append(at)
        axes.append(np.full(len(at), axis, dtype=np.intp))
        signs.append(np.where(first[tuple(at.T)], 1, -1))
    start, axis_of, sign = np.concatenate(starts), np.concatenate(axes), np.concatenate(signs)
    if len(start) < LEAST_CROSSINGS:
        raise PlanError(
            f"{name} is {int(part.sum())} voxels: too few for a surface between them; "
            "segment it on a finer scan"
        )
    rows = np.arange(len(start))
    along = np.zeros_like(start)
    along[rows, axis_of] = 1
    middle = start + 0.5 * along
    outside = start + along * (sign > 0)[:, None] + corner
    normal = _normals(part, middle, spacing)
    return _Crossings((middle + corner) * spacing, axis_of, outside, along * sign[:, None], normal)


def _boxed(mask: Mask, name: str) -> tuple[NDArray[np.intp], Mask]:
    """Corner of a small box around ``mask``, and what is in it."""
    if not mask.any():
        raise PlanError(f"{name} is empty: no voxel is labelled; no surface, no margin")
    sides = []
    for axis in range(3):
        hit = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        if hit[0] == 0 or hit[-1] == mask.shape[axis] - 1:
            raise PlanError(
                f"{name} is cut off by the end of the scan: its surface there is unknown; "
                "give a scan that holds all of it"
            )
        sides.append(slice(max(0, int(hit[0]) - _PAD), int(hit[-1]) + 1 + _PAD))
    return np.array([s.start for s in sides]), mask[tuple(sides)]


def _normals(
    part: Mask, middle: NDArray[np.float64], spacing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """First guess of the outward normals at ``middle`` (index coordinates)."""
    sigma = spacing.max() / spacing
    blurred = scipy.ndimage.gaussian_filter(part.astype(np.float32), sigma, truncate=2.5)
    slopes = [
        scipy.ndimage.map_coordinates(slope, middle.T, order=1)
        for slope in np.gradient(blurred, *spacing)
    ]
    normal = -np.stack(slopes, axis=1).astype(np.float64)
    unit: NDArray[np.float64] = normal / np.maximum(
        np.linalg.norm(normal, axis=1, keepdims=True), 1e-9
    )
    return unit


def _fitted(crossings: _Crossings, spacing: NDArray[np.float64]) -> tuple[_Level, float]:
    """The smoothest function that explains the crossings; its misfit."""
    knots = _KNOTS
    while True:
        level, misfit = _fitted_with(crossings, spacing, knots)
        if misfit <= _ENOUGH or knots >= min(_MOST_KNOTS, len(crossings.axis) // 2):
            return level, misfit
        knots *= 2


def _fitted_with(
    crossings: _Crossings, spacing: NDArray[np.float64], wanted: int
) -> tuple[_Level, float]:
    middle, normal = crossings.middle_mm, crossings.normal
    along_mm = spacing[crossings.axis]
    slant = np.maximum(np.abs(normal[np.arange(len(normal)), crossings.axis]), _LEAST_SLANT)
    area = float((np.prod(spacing) / along_mm * slant).sum())
    knot = _thinned(middle, float(np.sqrt(area / wanted)))
    used = _thinned(middle, float(np.sqrt(area / _DATA)))
    outer, inner, apart_mm = _beside(middle, normal, knot, float(spacing.max()))
    centre, scale = middle.mean(axis=0), float(np.ptp(middle, axis=0).max()) / 2.0
    noise = slant[used] * along_mm[used] / np.sqrt(12.0)
    knots = (middle[knot] - centre) / scale
    rows = _Rows(
        (middle[used] - centre) / scale,
        1.0 / noise,
        (outer - centre) / scale,
        (inner - centre) / scale,
        apart_mm,
    )
    weights, tail, misfit = _smoothest(rows, knots)
    return _Level(centre, scale, knots, weights, tail), misfit


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What the function must fulfil: zero on the surface, one per millimetre across it.

    Only the difference between both sides is asked for, so that curvature stays free.
    """

    on: NDArray[np.float64]
    weight: NDArray[np.float64]
    outer: NDArray[np.float64]
    inner: NDArray[np.float64]
    apart_mm: float


def _smoothest(
    rows: _Rows, knots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Knot weights, tail and misfit of the stiffest fit that leaves only quantisation noise."""
    orthogonal, _ = np.linalg.qr(_tail(knots), mode="complete")
    free = orthogonal[:, _TAIL:]
    bend = _cubed(knots, knots) @ free
    stiff, count = free.shape[1], len(rows.on)
    on = _design(rows.on, knots, free) * rows.weight[:, None]
    across = _design(rows.outer, knots, free) - _design(rows.inner, knots, free)
    across /= _SLOPE_SHARE * rows.apart_mm
    gram_on = on.T @ on
    gram = gram_on + across.T @ across
    right = across.sum(axis=0) / _SLOPE_SHARE
    bending = np.zeros_like(gram)
    bending[:stiff, :stiff] = free.T @ bend
    unit = float(np.trace(gram[:stiff, :stiff]) / np.trace(bending))
    ridge = _RIDGE * float(np.trace(gram)) / len(gram) * np.eye(len(gram))

    def solved(log_stiffness: float) -> tuple[NDArray[np.float64], float]:
        matrix = gram + 10.0**log_stiffness * unit * bending + ridge
        solution = scipy.linalg.cho_solve(
            scipy.linalg.cho_factor(matrix, check_finite=False), right
        )
        # The fit shrinks a little; misfit is counted in its own millimetres.
        steepness = _SLOPE_SHARE * float((across @ solution).mean())
        return solution, float(solution @ gram_on @ solution) / count / steepness**2

    low, high = _ROUGHEST, _SMOOTHEST
    solution, misfit = solved(high)
    if misfit > 1.0 + _QUADRIC / np.sqrt(count):
        wanted = max(_EXPLAINED, _NEVER_MIND * solved(low)[1])
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if solved(middle)[1] <= wanted else (low, middle)
        solution, misfit = solved(low)
    weights: NDArray[np.float64] = free @ solution[:stiff]
    return weights, solution[stiff:], misfit


def _design(
    place: NDArray[np.float64], knots: NDArray[np.float64], free: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.concatenate([_cubed(place, knots) @ free, _tail(place)], axis=1)


def _beside(
    middle: NDArray[np.float64],
    normal: NDArray[np.float64],
    knot: NDArray[np.intp],
    coarsest_mm: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Points outside and inside the surface, and how far apart, where nothing else is near."""
    tree = scipy.spatial.cKDTree(middle)
    away = coarsest_mm * (2.0 if coarsest_mm < 1.5 else 1.0)  # noqa: PLR2004  mm
    while True:
        outer, inner = (middle[knot] + side * away * normal[knot] for side in (1.0, -1.0))
        clear = (tree.query(outer)[0] > _FREE * away) & (tree.query(inner)[0] > _FREE * away)
        if clear.sum() >= _CLEAR * len(knot):
            return outer[clear], inner[clear], 2.0 * away
        if away < 0.5 * coarsest_mm:
            return outer, inner, 2.0 * away
        away /= 2.0


def _thinned(points: NDArray[np.float64], cell_mm: float) -> NDArray[np.intp]:
    """The first point of every cell, in their order."""
    cells = np.floor((points - points.min(axis=0)) / cell_mm).astype(np.int64)
    sizes = cells.max(axis=0) + 1
    key = (cells[:, 0] * sizes[1] + cells[:, 1]) * sizes[2] + cells[:, 2]
    _, first = np.unique(key, return_index=True)
    kept: NDArray[np.intp] = np.sort(first)
    return kept


def _tail(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ten quadratics at ``u``, shape (n, 10)."""
    x, y, z = u.T
    terms: NDArray[np.float64] = np.stack(
        [np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, z * x], axis=1
    )
    return terms


def _cubed(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    distance = scipy.spatial.distance.cdist(one, other)
    cubed: NDArray[np.float64] = distance * distance * distance
    return cubed
