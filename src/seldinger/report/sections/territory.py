"""Territory: what an artery feeds, over the patient, with the predicted dose where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.model import Territory
from seldinger.report import territory_figures
from seldinger.report.blocks import Block, Figure, Heading, Text
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing


def build_territory(plan: Plan) -> tuple[Block, ...]:
    """Three planes through the target, and dose-volume histograms."""
    goal = plan.goal
    if not isinstance(goal, Territory):
        return ()
    dosed = territory_figures.find_dose(plan) is not None
    what = "Predicted dose over the patient" if dosed else f"What is {goal.fate}"
    colour = "Colour: predicted dose, by voxels. " if dosed else ""
    blocks: tuple[Block, ...] = (
        Heading(what),
        Figure(
            "pictures/territory.png",
            f"CT planes with the part that is {goal.fate}, and the targets",
            f"{colour}White: targets; dashed: {goal.fate} ({goal.origin}). Planes "
            "through the target; seen from below, from the front and from the left.",
        ),
    )
    if dosed:
        blocks += (
            Figure(
                "pictures/dose-volume.png",
                "Dose-volume histograms of tumours and normal perfused liver",
                "Share of each tumour and of the normal perfused liver that takes at least a dose, "
                "by voxels of the SPECT: blurred, with its noise. Dotted: its mean.",
            ),
        )
    return (*blocks, *((Text(points=goal.notes),) if goal.notes else ()))


def _drawn(plan: Plan) -> tuple[Drawing, ...]:
    if not isinstance(plan.goal, Territory):
        return ()
    planes: Drawing = ("territory", lambda: territory_figures.draw_planes(plan))
    if territory_figures.find_dose(plan) is None:
        return (planes,)
    return (planes, ("dose-volume", lambda: territory_figures.draw_histograms(plan)))


TERRITORY = Section(Part.BODY, 12, build_territory, _drawn, approach="endovascular")
