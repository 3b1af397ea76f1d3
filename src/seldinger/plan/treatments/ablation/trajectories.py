"""Every applicator's own way in: the nearest free path to the direction that its pattern wants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import as_vector, gap_mm
from seldinger.plan.approach.percutaneous import path as paths
from seldinger.plan.approach.percutaneous.model import Instrument
from seldinger.plan.treatments.ablation import choice as choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path
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


def instrument_of(kind: Applicator, beyond_mm: float) -> Instrument:
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


def found(case: NeedleCase, placed: Sequence[Placed]) -> Ways:
    """A way for each applicator, near the direction it wants and clear of the others."""
    made: list[Placed] = []
    ways: list[Path] = []
    for number, one in enumerate(placed, start=1):
        way = _way(case, one, made, ways)
        if isinstance(way, str):
            return Ways(tuple(made), tuple(ways), f"probe {number}: {way}")
        axis = np.subtract(way.entry_lps_mm, way.target_lps_mm) / way.depth_mm
        made.append(replace(one, axis_lps=as_vector(axis)))
        ways.append(way)
    return Ways(tuple(made), tuple(ways))


def _way(
    case: NeedleCase, one: Placed, others: Sequence[Placed], other_ways: Sequence[Path]
) -> Path | str:
    """The free path to a tip that leans least; in words why there is none."""
    room = case.assumed.value(choices.TIP_ROOM.name)
    instrument = instrument_of(one.applicator, room)
    aimed = replace(case.scene, target=replace(case.scene.target, aim_lps_mm=one.tip_lps_mm))
    from_there = replace(case.options, entry_lps_mm=one.entry_lps_mm)
    chosen = replace(case.settings, options=(from_there, *case.settings.options))
    rays = paths.rays_into(aimed, chosen, case.assumed)
    done = paths.search(rays, instrument, case.limits, chosen, case.assumed)
    if one.entry_lps_mm is not None:
        return paths.paths(done, [0])[0]
    wanted = np.asarray(one.axis_lps)
    lean = np.degrees(np.arccos(np.clip(done.candidates.outward @ wanted, -1.0, 1.0)))
    free = np.flatnonzero(~done.blocking & (lean <= case.assumed.value(choices.LEAN.name)))
    if not len(free):
        near = lean <= case.assumed.value(choices.LEAN.name)
        causes = {r: int((m & near).sum()) for r, m in done.rejected.items() if (m & near).any()}
        return f"no free path within {case.assumed.value(choices.LEAN.name):g} degrees" + (
            f" ({_most(causes)})" if causes else ""
        )
    for row in free[np.argsort(lean[free], kind="stable")]:
        entry = done.candidates.lps_mm[row]
        if _clear(case, one, entry, done.candidates.outward[row], others, other_ways):
            return paths.paths(done, [int(row)])[0]
    return "every free path meets another probe"


def blocked(case: NeedleCase, instruments: Sequence[Instrument]) -> dict[str, tuple[str, ...]]:
    """By device, why no skin entry leads it to the target: how many entries each rule rejects."""
    rays = paths.rays_into(case.scene, case.settings, case.assumed)
    said: dict[str, tuple[str, ...]] = {}
    for one in instruments:
        done = paths.search(rays, one, case.limits, case.settings, case.assumed)
        free = int((~done.blocking).sum())
        causes = {rule: int(mask.sum()) for rule, mask in done.rejected.items() if mask.any()}
        why = f" ({_most(causes)})" if causes else ""
        text = f"{free} of {len(done.candidates)} skin entries have a free straight path{why}"
        said[one.device] = (text,)
    return said


def _most(causes: Mapping[str, int]) -> str:
    """The rules that reject most, with how many they reject."""
    most = sorted(causes, key=lambda r: (-causes[r], r))[:_MOST_RULES]
    return ", ".join(f"{rule} rejects {causes[rule]}" for rule in most)


def _clear(
    case: NeedleCase,
    one: Placed,
    entry: Points,
    outward: Points,
    others: Sequence[Placed],
    other_ways: Sequence[Path],
) -> bool:
    least = case.assumed.value(choices.SHAFT_GAP.name)
    own = (np.asarray(one.tip_lps_mm), entry + _OUTSIDE_MM * outward)
    for other, way in zip(others, other_ways, strict=True):
        shaft = _shaft(other, way)
        radii = 0.5 * (one.applicator.diameter_mm + other.applicator.diameter_mm)
        if gap_mm(own, shaft) < least + radii:
            return False
    return True


def _shaft(one: Placed, way: Path) -> tuple[Points, Points]:
    outside = np.asarray(way.entry_lps_mm) + _OUTSIDE_MM * np.asarray(one.axis_lps)
    return np.asarray(one.tip_lps_mm), outside


def crossing(case: NeedleCase, ways: Ways) -> str:
    """Which shafts come too near each other, in words; empty when none do."""
    least = case.assumed.value(choices.SHAFT_GAP.name)
    said = []
    numbered = list(enumerate(zip(ways.placed, ways.paths, strict=True), start=1))
    for (a, (one, way)), (b, (other, its)) in combinations(numbered, 2):
        radii = 0.5 * (one.applicator.diameter_mm + other.applicator.diameter_mm)
        gap = gap_mm(_shaft(one, way), _shaft(other, its)) - radii
        if gap < least:
            said.append(f"probes {a} and {b} pass each other at {max(gap, 0.0):.1f} mm")
    return "; ".join(said)
