"""The answer: the verdict, what must be read before anything else, the numbers that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import ablation, first_page
from seldinger.report.blocks import Block, Note, Numbers, Row
from seldinger.report.sections import Part, Section
from seldinger.simulate.thermal.effect import read

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan


def build_verdict(plan: Plan) -> tuple[Block, ...]:
    """Banner, red box, numbers."""
    warning = first_warning(plan)
    box = (Note(warning),) if warning else ()
    return (first_page.build_banner(plan), *box, Numbers(build_numbers(plan)))


def build_numbers(plan: Plan) -> tuple[Row, ...]:
    """The numbers that matter most."""
    figures = read(plan.effect)
    if figures is None:
        return first_page.build_headline(plan)
    return ablation.build_headline(plan, figures)


def first_warning(plan: Plan) -> str:
    """What must be read first, of the first path or probe that must be rescanned."""
    ways: tuple[Path | None, ...] = plan.taken or plan.approach.paths[:1] or (None,)
    stamps = [first_page.first_warning(plan, way) for way in ways]
    return next((one for one in stamps if one), stamps[0])


VERDICT = Section(Part.FIRST, 10, build_verdict)
