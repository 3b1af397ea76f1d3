"""Drawings: which pictures a plan has, and who draws them: for the report, and one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger.catalogue.names import closest
from seldinger.core.errors import PlanError
from seldinger.report import figures
from seldinger.report.ablation import is_ablation
from seldinger.report.sections import load_sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from seldinger.guide import Rehearsal
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing

_ALSO = {"hero": "needle", "curves": "temperature", "ablation zone": "zone", "skin map": "skin"}
"""Other words for a picture."""


def list_drawings(plan: Plan, outcome: Rehearsal | None = None) -> list[Drawing]:
    """Name of each picture of the report and how to draw it, section by section."""
    sections, _ = load_sections()
    return [
        drawing
        for section in sections
        for told in section.concerns(plan, outcome)
        for drawing in section.pictures(told)
    ]


def list_figures(plan: Plan, outcome: Rehearsal | None = None) -> tuple[str, ...]:
    """The pictures that ``draw_figure`` draws of ``plan``.

    "needle", "axial", "needles-eye", "skin", and "path-2" onwards for the alternatives; "target"
    alone where no path is free. Where something is heated or frozen also "zone", and, as far as the
    fields were kept, "margin-map", "temperature", "uncertainty"; "probe-1", "probe-1-axial" and so
    on for each probe, of which the first is "needle" and "axial". With an outcome "rehearsal".
    """
    return tuple(_asked(plan, outcome))


def draw_figure(plan: Plan, name: str = "needle", outcome: Rehearsal | None = None) -> Figure:
    """One picture of a plan, as in its report.

    Args:
        plan: what to draw.
        name: one of ``list_figures(plan)``; case, blanks, hyphens and apostrophes do not matter.
        outcome: of this plan, for its pictures.

    Returns:
        A matplotlib figure that belongs to no window: ``savefig`` writes it, its ``axes`` may be
        drawn on.

    Raises:
        PlanError: this plan has no such picture; those there are stand in the message.
    """
    by_name = _asked(plan, outcome)
    wanted = {_plain(one): one for one in by_name}
    wanted |= {_plain(also): one for also, one in _ALSO.items() if one in by_name}
    if _plain(name) not in wanted:
        raise PlanError(
            f"this plan has no picture called {name!r}; {closest(name, by_name)}; there are: "
            f"{', '.join(by_name)}"
        )
    return by_name[wanted[_plain(name)]]()


def _asked(plan: Plan, outcome: Rehearsal | None) -> dict[str, Callable[[], Figure]]:
    """The report's pictures under the names that a person asks for."""
    by_name = dict(list_drawings(plan, outcome))
    if "hero" not in by_name:
        return by_name
    hero = by_name.pop("hero")
    if not is_ablation(plan):
        return {"needle" if plan.approach.paths else "target": hero, **by_name}
    if not plan.taken:
        return {"zone": hero, **by_name}
    first = plan.taken[0]
    return {
        "zone": hero,
        "needle": lambda: figures.draw_needle(plan, first),
        "axial": by_name["probe-1-axial"],
        "needles-eye": lambda: figures.draw_needles_eye(plan, first),
        **by_name,
    }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
