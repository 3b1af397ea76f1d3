"""Ablation in words: the numbers that matter, the terminal's lines, how a cover is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import PlanStatus
from seldinger.report import words
from seldinger.report.ablation_probes import build_rows
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


def build_headline(plan: Plan, figures: Figures) -> tuple[Row, ...]:
    """The numbers that matter most."""
    spread = figures.minimal_margin_mm
    least = min(spread.nominal, spread.p50)
    short = least < figures.margin_asked_mm or spread.p05 < 0.0
    tone = "bad" if least < 0.0 else "warn" if short else "plain"
    margin = (
        "minimal ablative margin",
        f"{words.mm(spread.p50)} ({_mm_range(spread)})",
        f"median (5 to 95 %); {figures.margin_asked_mm:g} mm asked",
    )
    return (
        Row(margin, tone),
        Row(
            (
                "probability of complete ablation",
                words.chance(figures.coverage_probability),
                f"share of {figures.samples} samples",
            ),
            tone,
        ),
        Row(
            (
                "cover of target + margin",
                format_cover(figures.coverage),
                f"of the target alone {format_cover(figures.coverage_target)}",
            ),
            "bad"
            if figures.coverage_target < 1.0
            else "warn"
            if figures.coverage < 1.0
            else "plain",
        ),
        Row(
            (
                "ablation zone",
                f"{figures.zone_volume_ml:.0f} mL",
                f"{format_axes(figures)}; target {plan.target.volume_ml:.1f} mL",
            )
        ),
    )


def summarize(plan: Plan) -> tuple[str, ...]:
    """What heat or cold is expected to do, in a few lines for a terminal; empty without it."""
    figures = read(plan.effect)
    if figures is None:
        return ()
    summary = (
        [describe_best_cover(plan, figures)] if plan.verdict.status is PlanStatus.UNSUITABLE else []
    )
    margin = figures.minimal_margin_mm
    summary += [
        (
            f"minimal ablative margin {words.mm(margin.p50)} (median; 5 to 95 %: "
            f"{_mm_range(margin)}), {figures.margin_asked_mm:g} mm asked; as drawn "
            f"{words.mm(margin.nominal)}"
        ),
        (
            f"probability of complete ablation {words.chance(figures.coverage_probability)}; cover "
            f"of target + margin {format_cover(figures.coverage)}, of the target alone "
            f"{format_cover(figures.coverage_target)}"
        ),
        (
            f"ablation zone {figures.zone_volume_ml:.1f} mL, {format_axes(figures)}; "
            f"{figures.mode}; {figures.criterion}"
        ),
    ]
    summary += [
        ": ".join((f"probe {row.cells[0]}", ", ".join(row.cells[1:]))) for row in build_rows(plan)
    ]
    for structure in figures.at_risk:
        if structure.kept is not True:
            state, _ = describe_limits(structure)
            summary.append(
                f"{words.name(structure.structure)}: {state}, {format_distance(structure)}"
            )
    return tuple(summary)


def describe_best_cover(plan: Plan, figures: Figures) -> str:
    """What the best arrangement that was found would still leave."""
    least = figures.minimal_margin_mm.nominal
    left = " (tumour is left)" if least < 0.0 else ""
    sentence = (
        f"Best cover found: {format_cover(figures.coverage)} of target plus margin, "
        f"{format_cover(figures.coverage_target)} of the target; "
        f"minimal ablative margin {words.mm(least)}{left}."
    )
    if plan.placements:
        sentence += " The probes below give that cover; they describe it, they do not advise it."
    return sentence


def format_cover(share: float) -> str:
    """A share; what is not whole is never called whole."""
    if share >= 1.0:
        return "100 %"
    return "> 99 %" if share > _ALMOST_ALL else words.percent(share)


def is_cold(plan: Plan) -> bool:
    """Whether something is frozen."""
    return any(phase.act == "freeze" for one in plan.placements for phase in one.programme)


def describe_limits(structure: AtRisk) -> tuple[str, Tone]:
    """Whether the limits of a structure are kept, and its colour."""
    if structure.kept is None:
        return words.UNKNOWN, "warn"
    return ("kept", "good") if structure.kept else ("NOT KEPT", "bad")


def format_distance(structure: AtRisk) -> str:
    """How far a structure is from the ablation zone."""
    if structure.distance_mm is None:
        return f"{words.UNKNOWN}: not segmented"
    return "reached" if structure.distance_mm <= 0.0 else words.mm(structure.distance_mm)


def format_axes(figures: Figures) -> str:
    """The zone's axes in words."""
    return " × ".join(f"{a:.0f}" for a in figures.zone_axes_mm) + " mm"


def _mm_range(spread: Spread) -> str:
    return f"{spread.p05:.1f} to {spread.p95:.1f} mm"
