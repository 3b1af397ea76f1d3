"""The needle as the pictures need it: where it goes, where it samples, how far it may stray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Points, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.volume import Mask
    from seldinger.plan.model import Path, Plan

_REACH_MM = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Needle:
    """One path as a straight needle; depths run from the skin (0) inwards.

    Attributes:
        entry_lps_mm, aim_lps_mm: shape (3,).
        depth_mm: skin to aim.
        beyond_mm: how far the device ends beyond the aim; None when the plan does not say.
        sample_mm: (from, to) relative to the aim; None when the plan does not say.
        lateral_error_mm: mean sideways miss at the aim; None when the plan does not say.
    """

    entry_lps_mm: Points
    aim_lps_mm: Points
    depth_mm: float
    beyond_mm: float | None
    sample_mm: tuple[float, float] | None
    lateral_error_mm: float | None

    @property
    def end_mm(self) -> float:
        """Depth of the device's end."""
        return self.depth_mm + (self.beyond_mm or 0.0)

    @property
    def direction(self) -> Points:
        """From the skin inwards, unit length."""
        return unit(self.aim_lps_mm - self.entry_lps_mm)

    def point_at(self, depth_mm: float) -> Points:
        """LPS of the point ``depth_mm`` below the skin."""
        point: Points = self.entry_lps_mm + depth_mm * self.direction
        return point

    def nearest_depth_mm(self, mask: Mask, plan: Plan) -> float | None:
        """Depth at which the needle comes closest to ``mask``; None when it is nowhere near."""
        grid = plan.anatomy.grid
        ends = grid.to_index(np.stack([self.point_at(0.0), self.point_at(self.end_mm)]))
        reach = _REACH_MM / np.asarray(grid.spacing_mm)
        low = np.maximum(np.floor(ends.min(axis=0) - reach).astype(int), 0)
        high = np.minimum(np.ceil(ends.max(axis=0) + reach).astype(int) + 1, grid.shape)
        if (high <= low).any():
            return None
        index = np.argwhere(mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]) + low
        if len(index) == 0:
            return None
        away = grid.to_lps(index) - self.entry_lps_mm
        depths = np.clip(away @ self.direction, 0.0, self.end_mm)
        distance = np.linalg.norm(away - depths[:, None] * self.direction, axis=1)
        return float(depths[int(np.argmin(distance))])


def make_needle(plan: Plan, path: Path) -> Needle:
    """The needle of ``path``; what the plan does not say stays None."""
    settings = dict(_settings(plan))
    best = bool(plan.approach.paths) and path is plan.approach.paths[0]
    start, stop = settings.get("sample_from_mm"), settings.get("sample_to_mm")
    return Needle(
        np.asarray(path.entry_lps_mm, dtype=np.float64),
        np.asarray(path.target_lps_mm, dtype=np.float64),
        path.depth_mm,
        settings.get("beyond_mm"),
        None if start is None or stop is None else (start, stop),
        settings.get("lateral_error_mean_mm") if best else None,
    )


def _settings(plan: Plan) -> Iterator[tuple[str, float]]:
    """Numbers among the settings; the treatment's own win over the provenance's."""
    for settings in (plan.provenance.settings, plan.treatment.settings):
        for key, value in settings.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield key, float(value)
