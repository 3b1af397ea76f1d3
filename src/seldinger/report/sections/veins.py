"""Veins: the cava along its course with a filter in it, and how a clot is expected to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import vein_figures
from seldinger.report.blocks import Block, Figure, Heading
from seldinger.report.sections import Part, Section

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing

_KIND = "endovascular"
_CAVA = "perimeter diameter"


def _has_cava(plan: Plan) -> bool:
    return plan.fields is not None and _CAVA in plan.fields.profiles


def build_cava(plan: Plan) -> tuple[Block, ...]:
    """The cava's widths along its course; nothing where no cava was measured."""
    if not _has_cava(plan):
        return ()
    return (
        Heading("The cava along its course"),
        Figure(
            "pictures/cava.png", "Width of the cava by perimeter, by area and from the front",
            "Three widths of one vein. By its perimeter it is judged: a filter rounds it, and how "
            "full it is changes that least.",
        ),
    )  # fmt: skip


def _drawn(plan: Plan) -> tuple[Drawing, ...]:
    return (("cava", lambda: vein_figures.draw_cava(plan)),) if _has_cava(plan) else ()


def _has_clot(plan: Plan) -> bool:
    fields = plan.fields
    return fields is not None and (
        vein_figures.LYSED in fields.traces or vein_figures.PASSED in fields.profiles
    )


def build_clot(plan: Plan) -> tuple[Block, ...]:
    """The clot by hours or by passes; nothing where none is removed."""
    if not _has_clot(plan):
        return ()
    return (
        Heading("The clot as it goes"),
        Figure(
            "pictures/clot.png", "Share of the clot that is gone",
            "Fitted to people of one trial or register: no prediction for this patient.",
        ),
    )  # fmt: skip


def _clot_drawn(plan: Plan) -> tuple[Drawing, ...]:
    return (("clot", lambda: vein_figures.draw_lysis(plan)),) if _has_clot(plan) else ()


CLOT = Section(Part.BODY, 23, build_clot, _clot_drawn, approach=_KIND)
CAVA = Section(Part.BODY, 21, build_cava, _drawn, approach=_KIND)
