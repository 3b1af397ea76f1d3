"""Truth: what is exactly known of the built-in patient, to test planners against."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.space import as_vector, unit
from seldinger.demo.solids import Union

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Points, Vector
    from seldinger.demo.body import Coat
    from seldinger.demo.nearest import Distances
    from seldinger.demo.solids import Solid

_PIECE_MM = 4.0
_TOLERANCE_MM = 0.01
_SKIN_STEP_MM = 2.0
_REACH_MM = 400.0


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The analytic solids of the built-in patient, by name.

    Attributes:
        solids: every painted solid, from the table up; what comes later lies in front. Names with a
            label are the label's; others are walls, contents and what nobody segmented.
        groups: names for several solids together: "ribs", "vertebrae", "lungs", "bowel" ...
        labelled: names that have a label.
    """

    solids: Mapping[str, Solid]
    groups: Mapping[str, tuple[str, ...]]
    labelled: frozenset[str]

    __repr__ = short_repr

    def solid(self, name: str) -> Solid:
        """The solid called ``name``, or a group's union; ``AnatomyError`` otherwise."""
        if name in self.solids:
            return self.solids[name]
        if name in self.groups:
            return Union(tuple(self.solids[n] for n in self.groups[name]))
        known = ", ".join([*self.groups, *self.solids])
        raise AnatomyError(f"the built-in patient has no {name!r}; it has: {known}")

    def contains(self, name: str, points_lps: Points | Sequence[float]) -> NDArray[np.bool_]:
        """Which points, shape (3,) or (n, 3), lie in a solid; shape (n,)."""
        return self.solid(name).contains(points_lps)

    def distance_mm(self, name: str, points_lps: Points | Sequence[float]) -> Distances:
        """Signed distance of points, shape (3,) or (n, 3), to a surface; negative inside."""
        return self.solid(name).distance_mm(points_lps)

    def clearance_mm(
        self, name: str, entry_lps: Sequence[float], tip_lps: Sequence[float]
    ) -> float:
        """Least signed distance from a needle's axis to the solid ``name``; negative if inside.

        Exact to 0.01 mm: a distance changes by at most 1 mm per mm, so only pieces of the needle
        that could still hold something nearer are looked at more finely.
        """
        solid = self.solid(name)
        entry, way = np.asarray(entry_lps, dtype=np.float64), np.subtract(tip_lps, entry_lps)
        length = float(np.linalg.norm(way))
        nearest = float(solid.distance_mm(np.stack([entry, entry + way])).min())
        if length < _TOLERANCE_MM:
            return nearest
        half = 0.5 * length / max(1, round(length / _PIECE_MM))
        middles = np.arange(half, length, 2.0 * half)
        while middles.size:
            away = solid.distance_mm(entry + (middles / length)[:, None] * way)
            nearest = min(nearest, float(away.min()))
            middles = middles[away - half < nearest - _TOLERANCE_MM]
            half *= 0.5
            middles = np.concatenate([middles - half, middles + half])
        return nearest

    def tissue_at(self, points_lps: Points | Sequence[float]) -> tuple[str, ...]:
        """Name of what is painted last at each point, shape (3,) or (n, 3); or "air"."""
        points = np.atleast_2d(np.asarray(points_lps, dtype=np.float64))
        names = np.full(len(points), "air", dtype=object)
        for name, solid in self.solids.items():
            low, high = solid.bounds
            near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
            if near.size:
                names[near[solid.contains(points[near])]] = name
        return tuple(names)

    def skin_point(self, inside_lps: Sequence[float], towards: Sequence[float]) -> Vector:
        """Where a ray from a point in the body leaves it for good.

        Args:
            inside_lps: start, LPS mm.
            towards: direction, any length.

        Raises:
            AnatomyError: the ray never lies in the body.
        """
        start, way = np.asarray(inside_lps, dtype=np.float64), unit(np.asarray(towards))
        body = self.solid("body")
        steps = np.arange(0.0, _REACH_MM, _SKIN_STEP_MM)
        within = np.flatnonzero(body.contains(start + steps[:, None] * way))
        if not within.size:
            raise AnatomyError(
                f"the ray from {as_vector(start)} along {as_vector(way)} misses the body; "
                "start inside it"
            )
        low = float(steps[within[-1]])
        high = low + _SKIN_STEP_MM
        for _ in range(40):
            middle = 0.5 * (low + high)
            still = bool(body.contains(start + middle * way)[0])
            low, high = (middle, high) if still else (low, middle)
        return as_vector(start + low * way)


def sample_segment(
    entry_lps: Sequence[float], tip_lps: Sequence[float], step_mm: float = 0.5
) -> Points:
    """Points from entry to tip, both included, at most ``step_mm`` apart; shape (n, 3)."""
    entry, tip = np.asarray(entry_lps, dtype=np.float64), np.asarray(tip_lps, dtype=np.float64)
    count = max(2, int(np.ceil(np.linalg.norm(tip - entry) / step_mm)) + 1)
    points: Points = np.linspace(entry, tip, count)
    return points


def collect_truth(coats: Sequence[Coat]) -> Truth:
    """The truth about a list of coats."""
    solids = {c.name: c.solid for c in coats}
    starts = {"ribs": "rib_", "vertebrae": "vertebrae_", "lungs": "lung_", "kidneys": "kidney_"}
    labelled = frozenset(c.name for c in coats if c.layer is not None)
    groups = {
        group: tuple(n for n in solids if n.startswith(start) and n in labelled)
        for group, start in starts.items()
    }
    bowel = ("colon", "small_bowel", "small_bowel_unlabelled", "duodenum")
    groups["bowel"] = bowel
    groups["bones"] = (*groups["ribs"], *groups["vertebrae"], "costal_cartilages", "sternum")
    return Truth(MappingProxyType(solids), MappingProxyType(groups), labelled)
