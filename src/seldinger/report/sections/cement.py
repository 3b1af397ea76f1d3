"""Cement: where it comes to lie in a vertebra, where it leaves, and over what time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import cement_figures, heat_figures
from seldinger.report.blocks import Block, Figure, Heading
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing


def build_cement(plan: Plan) -> tuple[Block, ...]:
    """Three cuts and the course; nothing where no cement was given in the model."""
    if not cement_figures.has_cement(plan):
        return ()
    return (
        *_build_heat(plan),
        Heading("Where the cement comes to lie"),
        Figure(
            "pictures/cement.png", "Cement in the vertebra from the side, along the needles, and "
            "from the front",
            "Cement as planned, in the model; stronger colour: more of the pores are filled. The "
            "model leaks more seldom than vertebrae do. R, L: the patient's right and left.",
        ),
        Figure(
            "pictures/cement-time.png", "Cement in the body and out of it, and the pressure",
            "What leaves does so by the exits that this scan shows.",
        ),
        Figure(
            "pictures/heights.png", "Heights of the body, and those expected",
            "In the middle plane. What cement or a balloon brings back is not computed: what "
            "cohorts saw stands in the tables.",
        ),
    )  # fmt: skip


def _build_heat(plan: Plan) -> tuple[Block, ...]:
    if not heat_figures.has_heat(plan):
        return ()
    return (
        Heading("Where the heat goes before it"),
        Figure(
            "pictures/bone-heat.png", "Hottest temperature along the needle and from the side, and "
            "canal and roots over time",
            "The hottest that each place becomes, in the model, yellow from 39 to red at 70 °C; "
            "white line, and dotted: the limit of canal and roots. Liquor that flows is not in it.",
        ),
    )  # fmt: skip


def _drawn(plan: Plan) -> tuple[Drawing, ...]:
    if not cement_figures.has_cement(plan):
        return ()
    heat: tuple[Drawing, ...] = (("bone-heat", lambda: heat_figures.draw_heat(plan)),)
    return (
        *(heat if heat_figures.has_heat(plan) else ()),
        ("cement", lambda: cement_figures.draw_cement(plan)),
        ("cement-time", lambda: cement_figures.draw_cement_time(plan)),
        ("heights", lambda: cement_figures.draw_heights(plan)),
    )


CEMENT = Section(Part.BODY, 14, build_cement, _drawn, approach="percutaneous")
