"""Heights: how high a body is in front, in the middle and behind, and how high it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.outline import Outline

_AROUND = 0.08
"""Heights are read over this share of the depth to each side of their place."""
_LEAST_COLUMNS = 6
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Measured:
    """Heights of one body as it is: front, middle, back, and the angle between its endplates."""

    front_mm: float
    middle_mm: float
    back_mm: float
    wedge_deg: float

    @property
    def three_mm(self) -> tuple[float, float, float]:
        """Front, middle, back."""
        return (self.front_mm, self.middle_mm, self.back_mm)


def find_ends(outline: Outline) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper end of the body over every column, (i, j) indices along k; NaN beside it.

    Ends are read between voxels, from the label's distance.
    """
    body, depth = outline.body, outline.depth_mm
    size = body.shape[2]
    there = body.any(axis=2)
    first = body.argmax(axis=2)
    last = size - 1 - body[..., ::-1].argmax(axis=2)

    def cross(inner: NDArray[np.intp], step: int) -> NDArray[np.float64]:
        outer = np.clip(inner + step, 0, size - 1)
        a = np.take_along_axis(depth, inner[..., None], 2)[..., 0].astype(np.float64)
        b = np.take_along_axis(depth, outer[..., None], 2)[..., 0].astype(np.float64)
        share = np.where(b < 0.0, a / np.maximum(a - b, 1e-6), 0.5)
        return np.where(there, inner + step * share, np.nan)

    return cross(first, -1), cross(last, 1)


def measure_heights(outline: Outline, inset: float) -> Measured | None:
    """Heights in the middle third of a body; None where too little of it is there.

    Args:
        outline: along the vertebra's axes.
        inset: share of the depth, behind the front and before the back, where they are read.
    """
    depth = _follow_depth(outline)
    if depth is None:
        return None
    share, low, high = depth
    mm = outline.voxel_mm

    def read(at: float) -> float:
        near = np.abs(share - at) <= _AROUND
        if near.sum() < _LEAST_COLUMNS:
            near = np.abs(share - at) <= np.sort(np.abs(share - at))[_LEAST_COLUMNS]
        # A line takes out the slope where columns lie more to one side of the place.
        return float(_fit(share[near] - at, (high - low)[near])[1] * mm)

    inside = (share >= inset) & (share <= 1.0 - inset)
    length = _depth_voxels(outline)
    slopes = [_fit(share[inside] * length, z[inside])[0] for z in (low, high)]
    wedge = np.rad2deg(np.arctan(slopes[1]) - np.arctan(slopes[0]))
    return Measured(read(inset), read(0.5), read(1.0 - inset), float(wedge))


def fit_endplates(outline: Outline) -> tuple[float, float] | None:
    """Slopes of the endplates, upwards over left and over back; None: too little is seen."""
    low, high = find_ends(outline)
    seen = np.isfinite(low)
    if seen.sum() < 4 * _LEAST_COLUMNS:
        return None
    i, j = np.nonzero(seen)
    middle, half = np.median(i), 0.35 * np.ptp(i)
    front, deep = np.percentile(j, 10), np.ptp(np.percentile(j, [10, 90]))
    inside = (np.abs(i - middle) <= half) & (j >= front) & (j <= front + deep)
    design = np.stack([i[inside], j[inside], np.ones(int(inside.sum()))], axis=1)
    fits = [np.linalg.lstsq(design, z[seen][inside], rcond=None)[0] for z in (low, high)]
    # The back wall stands square to the endplates: it outvotes one that a fracture tilts.
    wall = -float(np.polyfit(np.arange(outline.back_line.size), outline.back_line, 1)[0])
    backwards = float(np.median([fits[0][1], fits[1][1], wall]))
    return float(fits[0][0] + fits[1][0]) / 2.0, backwards


def _fit(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and value at zero of a line through points, (n,) each; level where they do not vary."""
    spread = float(np.var(x))
    slope = 0.0 if spread < _TINY else float(np.mean((x - x.mean()) * (y - y.mean()))) / spread
    return slope, float(y.mean() - slope * x.mean())


def _span_depth(outline: Outline) -> tuple[float, float] | None:
    """Front and back of the body at mid-height in its middle third, indices along j."""
    k0 = float(outline.centre[2])
    wide = np.ptp(np.flatnonzero(outline.body.any(axis=(1, 2)))) if outline.body.any() else 0
    rows = _middle_rows(outline)
    high = max(
        1, round(0.15 * np.ptp(np.flatnonzero(outline.body.any(axis=(0, 1))))) if wide else 1
    )
    part = outline.body[rows, :, max(0, round(k0) - high) : round(k0) + high + 1]
    lines = part.any(axis=1)
    if wide == 0 or not lines.any():
        return None
    front = float(np.median(part.argmax(axis=1)[lines])) - 0.5
    back = part.shape[1] - 1 - part[:, ::-1].argmax(axis=1)[lines]
    return front, float(np.median(back)) + 0.5


def _middle_rows(outline: Outline) -> slice:
    across = np.flatnonzero(outline.body.any(axis=(1, 2)))
    # Of the width at the middle of the depth: processes of a poor label widen the whole.
    line = outline.body[:, round(outline.centre[1]), :].any(axis=1)
    across = np.flatnonzero(line) if line.any() else across
    third = max(1, round(np.ptp(across) / 6.0))
    middle = round((across[0] + across[-1]) / 2.0)
    return slice(max(0, middle - third), middle + third + 1)


def _depth_voxels(outline: Outline) -> float:
    span = _span_depth(outline)
    return 1.0 if span is None else span[1] - span[0]


def _follow_depth(
    outline: Outline,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None:
    """Columns of the middle third: share of the depth, lower and upper end, (n,) each."""
    span = _span_depth(outline)
    if span is None:
        return None
    rows = _middle_rows(outline)
    low, high = (z[rows] for z in find_ends(outline))
    j = np.broadcast_to(np.arange(low.shape[1]), low.shape)
    share = ((j - span[0]) / max(span[1] - span[0], 1.0)).astype(np.float64)
    seen = np.isfinite(low) & (share >= 0.0) & (share <= 1.0)
    if seen.sum() < 3 * _LEAST_COLUMNS:
        return None
    return share[seen], low[seen], high[seen]
