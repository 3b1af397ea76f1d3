"""The answer: the verdict, what must be read before anything else, the numbers that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import ablation, first_page
from seldinger.report.blocks import Block, Note, Numbers, Row
from seldinger.report.sections import Part, Section
from seldinger.simulate.thermal.effect import read

if TYPE_CHECKING:
    from seldinger.plan.model import Path, Plan


def verdict(plan: Plan) -> tuple[Block, ...]:
    """Banner, red box, numbers."""
    warning = stamp(plan)
    box = (Note(warning),) if warning else ()
    return (first_page.banner(plan), *box, Numbers(numbers(plan)))


def numbers(plan: Plan) -> tuple[Row, ...]:
    """The numbers that matter most."""
    found = read(plan.effect)
    if found is None:
        return first_page.headline(plan)
    return ablation.headline(plan, found)


def stamp(plan: Plan) -> str:
    """What must be read first, of the first path or probe that must be rescanned."""
    ways: tuple[Path | None, ...] = plan.taken or plan.approach.paths[:1] or (None,)
    stamps = [first_page.stamp(plan, way) for way in ways]
    return next((one for one in stamps if one), stamps[0])


VERDICT = Section(Part.FIRST, 10, verdict)
