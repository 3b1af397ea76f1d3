"""Every applicator's own way in: the nearest free path to the direction that its pattern wants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import as_vector, gap_mm
from seldinger.plan.approach.percutaneous.model import Instrument, Toward
from seldinger.plan.treatments.ablation import choice as choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Approach, Path
    from seldinger.plan.procedure import Search
    from seldinger.simulate.thermal.setup import Placed

_OUTSIDE_MM = 20.0
"""Shafts are kept apart this far outside the skin as well."""
_MOST_RULES = 3
"""Rules that are named, of those that reject entries."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Applicators with a way each.

    Attributes:
        placed: their axes turned to the ways that were found.
        paths: one each, to the tip.
        blocked: what kept the others out, in words; empty when all have a way.
    """

    placed: tuple[Placed, ...]
    paths: tuple[Path, ...]
    blocked: str = ""


def make_instrument(kind: Applicator, beyond_mm: float) -> Instrument:
    """An applicator as the path search must know it; it samples where its zone is, to its tip."""
    behind = 0.5 * (kind.active_mm or 0.0)
    if kind.fit is not None and "behind_tip_mm" in kind.fit.numbers:
        behind = kind.fit.numbers["behind_tip_mm"]
    return Instrument(
        device=kind.id,
        technique=kind.modality,
        diameter_mm=kind.diameter_mm,
        usable_mm=kind.usable_mm,
        beyond_mm=beyond_mm,
        sample_mm=(-2.0 * behind, 0.0),
        keeps_inside=False,
        reason=f"{kind.modality} by the rule for this organ",
    )  # fmt: skip


def find_ways(case: NeedleCase, search: Search[NeedleCase], placed: Sequence[Placed]) -> Ways:
    """A way by ``search`` for each of ``placed``, near its direction and clear of the others."""
    made: list[Placed] = []
    ways: list[Path] = []
    for number, one in enumerate(placed, start=1):
        way = _way(case, search, one, Ways(tuple(made), tuple(ways)))
        if isinstance(way, str):
            return Ways(tuple(made), tuple(ways), f"probe {number}: {way}")
        axis = np.subtract(way.entry_lps_mm, way.target_lps_mm) / way.depth_mm
        made.append(replace(one, axis_lps=as_vector(axis)))
        ways.append(way)
    return Ways(tuple(made), tuple(ways))


def _way(case: NeedleCase, search: Search[NeedleCase], one: Placed, others: Ways) -> Path | str:
    """The free path to a tip that leans least; in words why there is none."""
    lean_deg = case.assumed.get_value(choices.LEAN.name)
    least_mm = case.assumed.get_value(choices.SHAFT_GAP.name)
    clear = partial(_clear, one, others, least_mm)
    instrument = make_instrument(one.applicator, case.assumed.get_value(choices.TIP_ROOM.name))
    to = Toward(one.tip_lps_mm, one.axis_lps, lean_deg, clear, one.entry_lps_mm)
    way = search((instrument,), to=to).approach
    if way.paths:
        return way.paths[0]
    if way.accepted:
        return "every free path meets another probe"
    return f"no free path within {lean_deg:g} degrees{_most(way)}"


def explain_blocked(
    case: NeedleCase, search: Search[NeedleCase], instruments: Sequence[Instrument]
) -> dict[str, tuple[str, ...]]:
    """By device of ``instruments``, why ``search`` has no way: how many entries rules reject."""
    said: dict[str, tuple[str, ...]] = {}
    # Every direction counts, and no way is wanted.
    to = Toward(case.scene.target.aim_lps_mm, (0.0, 0.0, 1.0), 180.0, lambda *_: False)
    for one in instruments:
        way = search((one,), to=to).approach
        text = f"{way.accepted} of {way.candidates} skin entries have a free straight path"
        said[one.device] = (text + _most(way),)
    return said


def _most(way: Approach) -> str:
    """The rules that reject most, with how many they reject; empty: none does."""
    most = sorted(way.rejections, key=lambda r: (-way.rejections[r], r))[:_MOST_RULES]
    told = ", ".join(f"{rule} rejects {way.rejections[rule]}" for rule in most)
    return f" ({told})" if told else ""


def _clear(one: Placed, others: Ways, least_mm: float, entry: Points, outward: Points) -> bool:
    own = (np.asarray(one.tip_lps_mm), entry + _OUTSIDE_MM * outward)
    for other, way in zip(others.placed, others.paths, strict=True):
        radii = 0.5 * (one.applicator.diameter_mm + other.applicator.diameter_mm)
        if gap_mm(own, _shaft(other, way)) < least_mm + radii:
            return False
    return True


def _shaft(one: Placed, way: Path) -> tuple[Points, Points]:
    outside = np.asarray(way.entry_lps_mm) + _OUTSIDE_MM * np.asarray(one.axis_lps)
    return np.asarray(one.tip_lps_mm), outside


def find_crossings(case: NeedleCase, ways: Ways) -> str:
    """Which shafts come too near each other, in words; empty when none do."""
    least = case.assumed.get_value(choices.SHAFT_GAP.name)
    said = []
    numbered = list(enumerate(zip(ways.placed, ways.paths, strict=True), start=1))
    for (a, (one, way)), (b, (other, its)) in combinations(numbered, 2):
        radii = 0.5 * (one.applicator.diameter_mm + other.applicator.diameter_mm)
        gap = gap_mm(_shaft(one, way), _shaft(other, its)) - radii
        if gap < least:
            said.append(f"probes {a} and {b} pass each other at {max(gap, 0.0):.1f} mm")
    return "; ".join(said)
