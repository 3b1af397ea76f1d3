"""The trunk unrolled: what rays from the body's middle meet, slice by slice.

A trunk is close to star-shaped, so its wall is a pair of maps over (angle, slice): where the muscle
begins and where it ends, as radii in millimetres. Such maps can be measured where something shows
them, smoothed, and interpolated where nothing does. Angle 0 points to the patient's left, 90
degrees backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.volume import Mask  # noqa: TC001  a dataclass field beside a runtime alias

Map = NDArray[np.floating[Any]]
"""Shape (angles, slices): a radius in mm per ray; NaN where nothing was met."""

ANGLES = 480
_COARSE = 3
"""Maps are filtered on every third ray and slice: they are smooth on that scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """Rays in every axial slice from one axis through the middle of the trunk.

    Attributes:
        i, j: lattice indices along the rays, shape (angles, steps).
        inside: whether a step lies on the lattice, shape (angles, steps).
        ray: fractional ray number of each lattice column, shape (ni, nj).
        radius_mm: distance of each lattice column to the axis, shape (ni, nj).
        voxel_mm: step along the rays.
    """

    i: NDArray[np.intp]
    j: NDArray[np.intp]
    inside: Mask
    ray: NDArray[np.float32]
    radius_mm: NDArray[np.float32]
    voxel_mm: float

    @classmethod
    def from_trunk(cls, trunk: Mask, voxel_mm: float) -> Rays:
        """Rays from the centroid of a non-empty ``trunk``."""
        weight = trunk.sum(axis=2).astype(float)
        ni, nj = weight.shape
        i, j = np.indices(weight.shape)
        ci, cj = float((i * weight).sum() / weight.sum()), float((j * weight).sum() / weight.sum())
        steps = int(np.ceil(np.hypot(max(ci, ni - ci), max(cj, nj - cj))))
        angle = np.arange(ANGLES) * (2 * np.pi / ANGLES)
        at_i = np.rint(ci + np.cos(angle)[:, None] * np.arange(steps)).astype(np.intp)
        at_j = np.rint(cj + np.sin(angle)[:, None] * np.arange(steps)).astype(np.intp)
        inside = (at_i >= 0) & (at_i < ni) & (at_j >= 0) & (at_j < nj)
        turn = np.arctan2(j - cj, i - ci) % (2 * np.pi) * (ANGLES / (2 * np.pi))
        radius = np.hypot(i - ci, j - cj) * voxel_mm
        return cls(
            np.clip(at_i, 0, ni - 1),
            np.clip(at_j, 0, nj - 1),
            inside,
            turn.astype(np.float32),
            radius.astype(np.float32),
            voxel_mm,
        )

    @property
    def along_mm(self) -> NDArray[np.float32]:
        """Radius of every step, shape (1, steps, 1): broadcasts against ``met``."""
        return (np.arange(self.i.shape[1], dtype=np.float32) * self.voxel_mm)[None, :, None]

    def sample(self, mask: Mask) -> Mask:
        """``mask`` along the rays, shape (angles, steps, slices)."""
        found: Mask = mask[self.i, self.j] & self.inside[:, :, None]
        return found

    def spread(self, radii_mm: Map) -> NDArray[np.float32]:
        """A map as a volume: every voxel gets the value of its own ray, shape (ni, nj, slices)."""
        low = np.floor(self.ray).astype(np.intp) % ANGLES
        share = (self.ray - np.floor(self.ray))[:, :, None]
        values = radii_mm.astype(np.float32)
        near = np.rint(self.ray).astype(np.intp) % ANGLES
        with np.errstate(invalid="ignore"):
            mixed = values[low] * (1 - share) + values[(low + 1) % ANGLES] * share
        return np.where(np.isfinite(mixed), mixed, values[near])


def find_outermost_mm(met: Mask, along_mm: NDArray[np.float32]) -> Map:
    """Largest radius where ``met``, (angles, steps, slices), holds, per ray; NaN where never."""
    steps = met.shape[1]
    last = steps - 1 - np.argmax(met[:, ::-1], axis=1)
    return np.where(met.any(axis=1), along_mm[0, last, 0], np.nan)


def find_innermost_mm(met: Mask, along_mm: NDArray[np.float32]) -> Map:
    """Smallest radius where ``met``, (angles, steps, slices), holds, per ray; NaN where never."""
    return np.where(met.any(axis=1), along_mm[0, np.argmax(met, axis=1), 0], np.nan)


def compute_local_percentile(
    radii: Map, percent: float, width_deg: float, height_mm: float, voxel_mm: float
) -> Map:
    """A ``percent`` percentile of a finite map ``radii`` around every ray of a cylinder."""
    small = radii[::_COARSE, ::_COARSE]
    size = (
        2 * max(1, round(width_deg * ANGLES / 360.0 / 2 / _COARSE)) + 1,
        2 * max(1, round(height_mm / voxel_mm / 2 / _COARSE)) + 1,
    )
    around = np.pad(small, ((size[0], size[0]), (0, 0)), mode="wrap")
    ranked = scipy.ndimage.percentile_filter(around, percent, size=size, mode="nearest")
    ranked = ranked[size[0] : -size[0]]
    rows = np.arange(radii.shape[0]) / _COARSE
    columns = np.minimum(np.arange(radii.shape[1]) / _COARSE, small.shape[1] - 1)
    at = np.meshgrid(rows, columns, indexing="ij")
    found: Map = scipy.ndimage.map_coordinates(ranked, at, order=1, mode="grid-wrap")
    return found


def bridge_gaps(radii: Map, gap: int, axis: int) -> Map:
    """``radii`` with gaps of at most ``gap`` cells along ``axis`` filled; axis 0 is a circle."""
    lines = np.moveaxis(radii, axis, -1)
    lines = np.concatenate([lines] * 3, axis=-1) if axis == 0 else lines
    filled = np.array([_bridged_line(line, gap) for line in lines])
    if axis == 0:
        third = filled.shape[1] // 3
        filled = filled[:, third : 2 * third]
    return np.moveaxis(filled, -1, axis)


def _bridged_line(line: Map, gap: int) -> Map:
    known = np.flatnonzero(np.isfinite(line))
    if known.size < 2:  # noqa: PLR2004  nothing to bridge
        return line
    cells = np.arange(line.size)
    before = np.searchsorted(known, cells, side="right") - 1
    inner = (before >= 0) & (before < known.size - 1)
    left = known[np.clip(before, 0, known.size - 1)]
    right = known[np.clip(before + 1, 0, known.size - 1)]
    bridge = inner & (right - left <= gap + 1)
    return np.where(bridge, np.interp(cells, known, line[known]), line)
