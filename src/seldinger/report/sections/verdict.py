"""The answer: the verdict, what must be read before anything else, the numbers that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import ablation, first_page
from seldinger.report.ablation_probes import with_probe_paths
from seldinger.report.blocks import Block, Note, Numbers, Row
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan


def verdict(plan: Plan) -> tuple[Block, ...]:
    """Banner, red box, numbers."""
    warning = stamp(plan)
    box = (Note(warning),) if warning else ()
    return (first_page.banner(plan), *box, Numbers(numbers(plan)))


def numbers(plan: Plan) -> tuple[Row, ...]:
    """The numbers that matter most."""
    if plan.prediction is None:
        return first_page.headline(plan)
    return ablation.headline(plan, plan.prediction)


def stamp(plan: Plan) -> str:
    """What must be read first, of the first path or probe that must be rescanned."""
    paths = with_probe_paths(plan).approach.paths
    if plan.prediction is None:
        return first_page.stamp(plan, paths[0] if paths else None)
    found = (first_page.stamp(plan, probe.path) for probe in plan.treatment.probes)
    first = first_page.stamp(plan, paths[0] if paths else None)
    return next((one for one in found if one), first)


VERDICT = Section(Part.FIRST, 10, verdict)
