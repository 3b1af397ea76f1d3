"""Drawings: which pictures a plan has, and who draws them: for the report, and one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger.catalogue.names import closest
from seldinger.core.errors import PlanError
from seldinger.report import figures
from seldinger.report.ablation import is_ablation
from seldinger.report.sections import installed

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from seldinger.guide import Rehearsal
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing

_ALSO = {"hero": "needle", "curves": "temperature", "ablation zone": "zone", "skin map": "skin"}
"""Other words for a picture."""


def drawings(plan: Plan, outcome: Rehearsal | None = None) -> list[Drawing]:
    """Name of each picture of the report and how to draw it, section by section."""
    sections, _ = installed()
    return [
        one
        for section in sections
        for told in section.concerns(plan, outcome)
        for one in section.pictures(told)
    ]


def figure_names(plan: Plan, outcome: Rehearsal | None = None) -> tuple[str, ...]:
    """The pictures that ``figure`` draws of ``plan``.

    "needle", "axial", "needles-eye", "skin", and "path-2" onwards for the alternatives; "target"
    alone where no path is free. Where something is heated or frozen also "zone", and, as far as the
    fields were kept, "margin-map", "temperature", "uncertainty"; "probe-1", "probe-1-axial" and so
    on for each probe, of which the first is "needle" and "axial". With an outcome "rehearsal".
    """
    return tuple(_asked(plan, outcome))


def figure(plan: Plan, name: str = "needle", outcome: Rehearsal | None = None) -> Figure:
    """One picture of a plan, as in its report.

    Args:
        plan: what to draw.
        name: one of ``figure_names(plan)``; case, blanks, hyphens and apostrophes do not matter.
        outcome: of this plan, for its pictures.

    Returns:
        A matplotlib figure that belongs to no window: ``savefig`` writes it, its ``axes`` may be
        drawn on.

    Raises:
        PlanError: this plan has no such picture; those there are stand in the message.
    """
    asked = _asked(plan, outcome)
    wanted = {_plain(one): one for one in asked}
    wanted |= {_plain(also): one for also, one in _ALSO.items() if one in asked}
    if _plain(name) not in wanted:
        raise PlanError(
            f"this plan has no picture called {name!r}; {closest(name, asked)}; there are: "
            f"{', '.join(asked)}"
        )
    return asked[wanted[_plain(name)]]()


def _asked(plan: Plan, outcome: Rehearsal | None) -> dict[str, Callable[[], Figure]]:
    """The report's pictures under the names that a person asks for."""
    made = dict(drawings(plan, outcome))
    hero = made.pop("hero")
    if not is_ablation(plan):
        return {"needle" if plan.approach.paths else "target": hero, **made}
    if not plan.taken:
        return {"zone": hero, **made}
    first = plan.taken[0]
    return {
        "zone": hero,
        "needle": lambda: figures.hero(plan, first),
        "axial": made["probe-1-axial"],
        "needles-eye": lambda: figures.needles_eye(plan, first),
        **made,
    }


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
