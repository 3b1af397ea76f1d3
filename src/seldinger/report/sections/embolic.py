"""Embolic: arteries coloured by what lodged behind them, and the drug in beads over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import embolic_figures
from seldinger.report.blocks import Block, Figure, Heading
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing


def build_lodged(plan: Plan) -> tuple[Block, ...]:
    """Where beads went, and the drug's inventory; nothing where none was followed."""
    if embolic_figures.find_lodged(plan) is None:
        return ()
    lodged = (
        Heading("Where the beads come to lie"),
        Figure(
            "pictures/lodged.png", "Arteries coloured by the share of beads behind them",
            "Share of all beads that lodge in an artery or beyond it, by the blood that each "
            "tissue takes. Small circle: the first planned tip; large: the target. From the front "
            "the patient's right is left.",
        ),
    )  # fmt: skip
    if not embolic_figures.has_drug(plan):
        return lodged
    return (
        *lodged,
        Figure(
            "pictures/drug.png", "Drug in beads and released over time",
            "Milligrams by place, if all that is loaded is given in these shares. Released: as in "
            "vitro, with its spread; dashed: not released, in beads.",
        ),
    )  # fmt: skip


def _drawn(plan: Plan) -> tuple[Drawing, ...]:
    if embolic_figures.find_lodged(plan) is None:
        return ()
    lodged: Drawing = ("lodged", lambda: embolic_figures.draw_lodged(plan))
    if not embolic_figures.has_drug(plan):
        return (lodged,)
    return lodged, ("drug", lambda: embolic_figures.draw_drug(plan))


LODGED = Section(Part.BODY, 13, build_lodged, _drawn, approach="endovascular")
