"""Closing: where an artery that bleeds is closed, and which arteries lose their blood by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import closing_figures
from seldinger.report.blocks import Block, Figure, Heading
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing


def build_closing(plan: Plan) -> tuple[Block, ...]:
    """The arteries around it; nothing where none is closed."""
    if closing_figures.find_cut_off(plan) is None:
        return ()
    return (
        Heading("Which arteries lose their blood"),
        Figure(
            "pictures/closing.png", "Arteries around the bleeding, those cut off marked",
            "Traced arteries from the front and from the left; from the front the patient's right "
            "is left. What is cut off may get blood by vessels that no scan shows.",
        ),
    )  # fmt: skip


def _drawn(plan: Plan) -> tuple[Drawing, ...]:
    if closing_figures.find_cut_off(plan) is None:
        return ()
    return (("closing", lambda: closing_figures.draw_closing(plan)),)


CLOSING = Section(Part.BODY, 11, build_closing, _drawn, approach="endovascular")
