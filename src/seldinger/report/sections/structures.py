"""Organs at risk of an ablation: how far they are from the zone, and what protects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import ablation, words
from seldinger.report.blocks import Block, Row, Table
from seldinger.report.sections import Part, Section
from seldinger.report.tables import with_headings
from seldinger.simulate.thermal.effect import read

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.simulate.thermal.effect import AtRisk, Figures


def build_structures(plan: Plan) -> tuple[Block, ...]:
    """The table of organs at risk."""
    found = read(plan.effect)
    return () if found is None else with_headings(("Organs at risk", build_at_risk(plan, found)))


def build_at_risk(plan: Plan, figures: Figures) -> Table:
    """Organs at risk: limits that are not kept first, then what is unknown."""

    def order(one: AtRisk) -> tuple[int, float, str]:
        away = one.distance_mm if one.distance_mm is not None else float("inf")
        return ({False: 0, None: 1, True: 2}[one.kept], away, one.structure)

    return Table(
        ("Structure", "From the zone", "Coldest" if ablation.is_cold(plan) else "Hottest", "Limits",
         "Limits are", "Protection", "Source"),
        tuple(_critical_row(one) for one in sorted(figures.at_risk, key=order)),
        "No organ at risk is named: that nothing is near is unknown.",
        "Distances are from the ablation zone as planned. Limits in °C are assumptions.",
        ("1.2fr", "auto", "auto", "auto", "auto", "1.4fr", "auto"),
        wrap=True,
        dense=True,
    )  # fmt: skip


def _critical_row(structure: AtRisk) -> Row:
    state, tone = ablation.describe_limits(structure)
    limits = [f"{structure.limit_mm:g} mm"] if structure.limit_mm is not None else []
    limits += [f"{structure.limit_c:g} °C"] if structure.limit_c is not None else []
    return Row(
        (
            words.name(structure.structure),
            ablation.format_distance(structure),
            words.UNKNOWN if structure.extreme_c is None else f"{structure.extreme_c:.0f} °C",
            ", ".join(limits) or "no limit known",
            state,
            structure.protection or ("none needed" if structure.kept else words.UNKNOWN),
            ", ".join(structure.sources) or "no source",
        ),
        tone,
    )


STRUCTURES = Section(Part.BODY, 10, build_structures)
