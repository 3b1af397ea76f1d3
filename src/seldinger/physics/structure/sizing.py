"""Sizing: which stents of those there are cover a lesion and fit where they land.

A stent stands in the healthy vessel on both sides. There it must be larger than the vessel by as
much as the rule says, by area, and never so large that the edge of the vessel cannot take it. A
lesion longer than any stent is covered by several that overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.physics.structure.stent import PlacedStent, place_stent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.physics.structure.lumen import Lumen
    from seldinger.physics.structure.stent import Stent

_ROUNDS = 20
_SAME_MM = 1e-9


@dataclass(frozen=True, slots=True)
class SizingRule:
    """How a stent is to be sized, as its source says.

    Attributes:
        least, most: by how much it shall be larger than the landing zone, by area.
        unit: of both: "mm", or "%" of the zone's diameter.
        most_perimeter_percent: by how much it may be larger than the zone's edge allows.
        landing_mm: of healthy vessel that it shall cover on either side.
        overlap_mm: of two stents that follow each other.
        most_stents: that may follow each other.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, what is wrong.
    """

    least: float
    most: float
    unit: Literal["mm", "%"]
    most_perimeter_percent: float
    landing_mm: float
    overlap_mm: float
    most_stents: int
    source: str

    def __post_init__(self) -> None:
        if not self.least <= self.most:
            raise ValueError(
                f"the least oversizing, {self.least:g}, passes the most, {self.most:g}"
            )
        if not (self.landing_mm > 0.0 and self.overlap_mm > 0.0 and self.most_stents > 0):
            raise ValueError(f"landing, overlap and number of stents are positive, got {self}")
        if not self.source.strip():
            raise ValueError("a rule of sizing has a source: say who gave it")

    def window_mm(self, zone: LandingZone) -> tuple[float, float]:
        """Least and largest nominal diameter for ``zone``."""
        wide, factor = zone.area_diameter_mm, 0.01 * zone.area_diameter_mm
        if self.unit == "mm":
            factor = 1.0
        edge = zone.perimeter_diameter_mm * (1.0 + 0.01 * self.most_perimeter_percent)
        return wide + self.least * factor, min(wide + self.most * factor, edge)


@dataclass(frozen=True, slots=True)
class LandingZone:
    """Healthy vessel in which an end of a stent stands.

    Attributes:
        side: "proximal" or "distal".
        from_mm, to_mm: along the vessel.
        area_diameter_mm: mean over the zone.
        perimeter_diameter_mm: mean over the zone.
    """

    side: Literal["proximal", "distal"]
    from_mm: float
    to_mm: float
    area_diameter_mm: float
    perimeter_diameter_mm: float


@dataclass(frozen=True, slots=True)
class StentChoice:
    """Stents that cover a lesion.

    Attributes:
        placed: proximal first.
        lesion_mm: from and to.
        zones: proximal and distal, as the rule asks for them.
        oversize_area_percent: 100 (nominal / zone by area - 1), proximal and distal.
        oversize_perimeter_percent: the same by perimeter.
        landing_mm: of healthy vessel that is covered, proximal and distal.
        coverage_percent: share of the lesion that is covered.
        rule: by which they were chosen.
    """

    placed: tuple[PlacedStent, ...]
    lesion_mm: tuple[float, float]
    zones: tuple[LandingZone, LandingZone]
    oversize_area_percent: tuple[float, float]
    oversize_perimeter_percent: tuple[float, float]
    landing_mm: tuple[float, float]
    coverage_percent: float
    rule: SizingRule

    __repr__ = short_repr


def measure_landing(
    lumen: Lumen, lesion_mm: tuple[float, float], landing_mm: float
) -> tuple[LandingZone, LandingZone]:
    """Landing zones on both sides of a lesion.

    Args:
        lumen: of the vessel.
        lesion_mm: from and to, along it.
        landing_mm: length of each zone.

    Raises:
        ValueError: the lesion does not lie in the lumen, or the lumen ends within a zone.
    """
    first, last = lesion_mm
    if not 0.0 <= first < last <= lumen.length_mm:
        raise ValueError(
            f"a lesion runs from less to more along a lumen of 0 to {lumen.length_mm:g} mm, got "
            f"{first:g} to {last:g} mm"
        )
    if first < landing_mm or last + landing_mm > lumen.length_mm:
        raise ValueError(
            f"{landing_mm:g} mm of landing are asked for on either side; the lumen is known for "
            f"{first:g} mm before and {lumen.length_mm - last:g} mm behind the lesion: follow the "
            "vessel further"
        )
    return (
        _measure_zone(lumen, "proximal", first - landing_mm, first),
        _measure_zone(lumen, "distal", last, last + landing_mm),
    )


def check_landing(stent: Stent, zone: LandingZone, rule: SizingRule) -> None:
    """Refuse a stent that does not fit a landing zone.

    Raises:
        ValueError: it is smaller or larger than the rule allows by area, or larger than the edge
            of the vessel allows.
    """
    low, high = rule.window_mm(zone)
    if not low * (1.0 - 1e-9) <= stent.nominal_mm <= high * (1.0 + 1e-9):
        raise ValueError(
            f"a stent of {stent.nominal_mm:g} mm does not fit the {zone.side} landing zone, which "
            f"is {zone.area_diameter_mm:.2f} mm wide by area and {zone.perimeter_diameter_mm:.2f} "
            f"mm by perimeter: {low:.2f} to {high:.2f} mm are allowed ({rule.source})"
        )


def choose_stents(
    lumen: Lumen, lesion_mm: tuple[float, float], rule: SizingRule, sizes: Sequence[Stent]
) -> StentChoice:
    """The fewest stents that cover a lesion with its landing zones, next those that fit best.

    All have one diameter. The lumen is taken as opened: a stent in a narrowing is longer.

    Args:
        lumen: as it will be once the lesion is open.
        lesion_mm: from and to, along it.
        rule: of sizing.
        sizes: those that there are.

    Raises:
        ValueError: none fits; the nearest diameter is named, and why it is refused.
    """
    zones = measure_landing(lumen, lesion_mm, rule.landing_mm)
    windows = [rule.window_mm(zone) for zone in zones]
    low, high = max(w[0] for w in windows), min(w[1] for w in windows)
    if not sizes:
        raise ValueError("there are no sizes to choose from: give those that are on the shelf")
    fitting = [s for s in sizes if low * (1.0 - 1e-9) <= s.nominal_mm <= high * (1.0 + 1e-9)]
    if not fitting:
        raise ValueError(_refusal(zones, windows, sizes))
    need = (lesion_mm[0] - rule.landing_mm, lesion_mm[1] + rule.landing_mm)
    kinds = dict.fromkeys((type(s), s.nominal_mm) for s in fitting)
    found = []
    for kind, nominal in kinds:
        same = [s for s in fitting if type(s) is kind and s.nominal_mm == nominal]
        placed = _cover(lumen, need, rule, sorted(same, key=lambda s: s.length_mm))
        if placed:
            off = abs(nominal - 0.5 * (low + high))
            found.append((len(placed), off, sum(p.covered_mm for p in placed), placed))
    if not found:
        longest = max(s.length_mm for s in fitting)
        raise ValueError(
            f"{need[1] - need[0]:g} mm are to be covered by at most {rule.most_stents} stents that "
            f"overlap by {rule.overlap_mm:g} mm; the longest that fits is {longest:g} mm, or they "
            "end beyond the known lumen: allow more, or follow the vessel further"
        )
    placed = min(found, key=lambda one: one[:3])[3]
    return describe_choice(placed, lesion_mm, zones, rule)


def describe_choice(
    placed: Sequence[PlacedStent],
    lesion_mm: tuple[float, float],
    zones: tuple[LandingZone, LandingZone],
    rule: SizingRule,
) -> StentChoice:
    """Oversizing, landing and coverage of stents that are placed.

    Args:
        placed: proximal first.
        lesion_mm: from and to.
        zones: proximal and distal.
        rule: by which they are chosen.

    Raises:
        ValueError: there is none, or one leaves a gap to the next.
    """
    if not placed:
        raise ValueError("no stent is placed: a choice has at least one")
    for one, following in pairwise(placed):
        if one.to_mm < following.from_mm:
            raise ValueError(
                f"a gap from {one.to_mm:g} to {following.from_mm:g} mm lies between two stents; "
                f"they overlap by {rule.overlap_mm:g} mm: move them together"
            )
    ends = (placed[0].stent.nominal_mm, placed[-1].stent.nominal_mm)
    by_area = [n / z.area_diameter_mm for n, z in zip(ends, zones, strict=True)]
    by_edge = [n / z.perimeter_diameter_mm for n, z in zip(ends, zones, strict=True)]
    first, last = placed[0].from_mm, max(p.to_mm for p in placed)
    seen = max(0.0, min(last, lesion_mm[1]) - max(first, lesion_mm[0]))
    return StentChoice(
        tuple(placed), lesion_mm, zones,
        (100.0 * (by_area[0] - 1.0), 100.0 * (by_area[1] - 1.0)),
        (100.0 * (by_edge[0] - 1.0), 100.0 * (by_edge[1] - 1.0)),
        (lesion_mm[0] - first, last - lesion_mm[1]),
        100.0 * seen / (lesion_mm[1] - lesion_mm[0]), rule,
    )  # fmt: skip


def _measure_zone(
    lumen: Lumen, side: Literal["proximal", "distal"], first: float, last: float
) -> LandingZone:
    inner = lumen.along_mm[(lumen.along_mm > first) & (lumen.along_mm < last)]
    places = np.concatenate([[first], inner, [last]])
    means = [
        float(np.trapezoid(np.interp(places, lumen.along_mm, wide), places)) / (last - first)
        for wide in (lumen.area_diameter_mm, lumen.perimeter_diameter_mm)
    ]
    return LandingZone(side, first, last, means[0], means[1])


def _cover(
    lumen: Lumen, need: tuple[float, float], rule: SizingRule, sizes: Sequence[Stent]
) -> tuple[PlacedStent, ...]:
    """The fewest and then shortest of one diameter over ``need``; none where none do.

    ``sizes``: shortest first; in the vessel the longer ones come first.
    """
    for count in range(1, rule.most_stents + 1):
        longest = _chain(lumen, need[0], (sizes[-1],) * count, rule.overlap_mm)
        if longest and not _covers(longest, need):
            continue
        rows = combinations_with_replacement(sizes[::-1], count)
        for row in sorted(rows, key=lambda row: sum(s.length_mm for s in row)):
            placed = _chain(lumen, need[0], row, rule.overlap_mm)
            if _covers(placed, need):
                return _centred(lumen, need, placed, rule.overlap_mm)
    return ()


def _covers(placed: Sequence[PlacedStent], need: tuple[float, float]) -> bool:
    return bool(placed) and placed[-1].to_mm >= need[1] - _SAME_MM


def _chain(
    lumen: Lumen, start: float, row: Sequence[Stent], overlap_mm: float
) -> tuple[PlacedStent, ...]:
    """Stents one after the other from ``start`` on; none where one leaves the known lumen."""
    placed: list[PlacedStent] = []
    for stent in row:
        try:
            placed.append(place_stent(stent, lumen, start))
        except ValueError:
            return ()
        start = placed[-1].to_mm - overlap_mm
    return tuple(placed)


def _centred(
    lumen: Lumen, need: tuple[float, float], placed: tuple[PlacedStent, ...], overlap_mm: float
) -> tuple[PlacedStent, ...]:
    """What is too much of them, shared between both sides as far as the known lumen allows."""
    for _ in range(_ROUNDS):
        shift = 0.5 * ((placed[-1].to_mm - need[1]) - (need[0] - placed[0].from_mm))
        row = [p.stent for p in placed]
        moved = _chain(lumen, placed[0].from_mm - shift, row, overlap_mm)
        if abs(shift) < _SAME_MM or not moved:
            break
        placed = moved
    return placed


def _refusal(
    zones: tuple[LandingZone, LandingZone],
    windows: Sequence[tuple[float, float]],
    sizes: Sequence[Stent],
) -> str:
    low, high = max(w[0] for w in windows), min(w[1] for w in windows)
    told = "; ".join(
        f"{z.side} {z.area_diameter_mm:.2f} mm by area and {z.perimeter_diameter_mm:.2f} mm by "
        f"perimeter allows {w[0]:.2f} to {w[1]:.2f} mm"
        for z, w in zip(zones, windows, strict=True)
    )
    if low > high:
        return f"no one diameter fits both landing zones: {told}; use stents of two diameters"
    nearest = min(sizes, key=lambda s: max(low - s.nominal_mm, s.nominal_mm - high))
    way = "small" if nearest.nominal_mm < low else "large"
    return f"no stent fits: {told}. The nearest there is, {nearest.nominal_mm:g} mm, is too {way}"
