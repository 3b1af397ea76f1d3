"""Ablation in words: the numbers that matter, the terminal's lines, how a cover is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import PlanStatus
from seldinger.report import words
from seldinger.report.ablation_probes import probe_rows
from seldinger.report.blocks import Row
from seldinger.simulate.thermal.effect import read

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.plan.model import Plan
    from seldinger.report.blocks import Tone
    from seldinger.simulate.thermal.effect import AtRisk, Figures

_ALMOST_ALL = 0.995


def is_ablation(plan: Plan) -> bool:
    """Whether heat or cold was placed and computed."""
    return read(plan.effect) is not None


def headline(plan: Plan, found: Figures) -> tuple[Row, ...]:
    """The numbers that matter most."""
    spread = found.minimal_margin_mm
    least = min(spread.nominal, spread.p50)
    short = least < found.margin_asked_mm or spread.p05 < 0.0
    tone = "bad" if least < 0.0 else "warn" if short else "plain"
    margin = (
        f"thinnest margin, {found.margin_asked_mm:g} mm asked",
        f"{words.mm(spread.p50)} ({_mm_range(spread)})",
        f"median, 5 to 95 %; as drawn {words.mm(spread.nominal)}",
    )
    return (
        Row(margin, tone),
        Row(
            (
                "P(whole target dies)",
                words.chance(found.coverage_probability),
                f"share of {found.samples} samples",
            ),
            tone,
        ),
        Row(
            (
                "target + margin covered",
                cover(found.coverage),
                f"target alone {cover(found.coverage_target)}",
            ),
            "bad" if found.coverage_target < 1.0 else "warn" if found.coverage < 1.0 else "plain",
        ),
        Row(
            (
                "zone",
                f"{found.zone_volume_ml:.0f} ml",
                f"{axes(found)}; target {plan.target.volume_ml:.1f} ml",
            )
        ),
    )


def lines(plan: Plan) -> tuple[str, ...]:
    """What heat or cold is expected to do, in a few lines for a terminal; empty without it."""
    found = read(plan.effect)
    if found is None:
        return ()
    said = [best_cover(plan, found)] if plan.verdict.status is PlanStatus.UNSUITABLE else []
    margin = found.minimal_margin_mm
    said += [
        (
            f"thinnest margin {words.mm(margin.p50)} (median; 5 to 95 %: {_mm_range(margin)}), "
            f"{found.margin_asked_mm:g} mm asked; as drawn {words.mm(margin.nominal)}"
        ),
        (
            f"P(whole target dies) {words.chance(found.coverage_probability)}; target + margin "
            f"{cover(found.coverage)}, target {cover(found.coverage_target)}"
        ),
        f"zone {found.zone_volume_ml:.1f} ml, {axes(found)}; {found.mode}; {found.criterion}",
    ]
    said += [
        ": ".join((f"probe {row.cells[0]}", ", ".join(row.cells[1:]))) for row in probe_rows(plan)
    ]
    for one in found.at_risk:
        if one.kept is not True:
            state, _ = kept(one)
            said.append(f"{words.name(one.structure)}: {state}, {distance(one)}")
    return tuple(said)


def best_cover(plan: Plan, found: Figures) -> str:
    """What the best arrangement that was found would still leave."""
    least = found.minimal_margin_mm.nominal
    left = f"thinnest margin {words.mm(least)}" + (" (tumour is left)" if least < 0.0 else "")
    sentence = (
        f"Best cover found: {cover(found.coverage)} of target plus margin, "
        f"{cover(found.coverage_target)} of the target; {left}."
    )
    if plan.placements:
        sentence += " The probes below give that cover; they describe it, they do not advise it."
    return sentence


def cover(share: float) -> str:
    """A share; what is not whole is never called whole."""
    if share >= 1.0:
        return "100 %"
    return "> 99 %" if share > _ALMOST_ALL else words.percent(share)


def is_cold(plan: Plan) -> bool:
    """Whether something is frozen."""
    return any(phase.act == "freeze" for one in plan.placements for phase in one.programme)


def kept(one: AtRisk) -> tuple[str, Tone]:
    """Whether the limits of a structure are kept, and its colour."""
    if one.kept is None:
        return words.UNKNOWN, "warn"
    return ("kept", "good") if one.kept else ("NOT KEPT", "bad")


def distance(one: AtRisk) -> str:
    """How far a structure is from what dies."""
    if one.distance_mm is None:
        return f"{words.UNKNOWN}: not segmented"
    return "reached" if one.distance_mm <= 0.0 else words.mm(one.distance_mm)


def axes(found: Figures) -> str:
    """The zone's axes in words."""
    return " × ".join(f"{a:.0f}" for a in found.zone_axes_mm) + " mm"


def _mm_range(spread: Spread) -> str:
    return f"{spread.p05:.1f} to {spread.p95:.1f} mm"
