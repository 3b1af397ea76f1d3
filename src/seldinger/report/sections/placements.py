"""Placements: where each probe lies, its programme, and its recipe for the CT room."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from seldinger.report import ablation_figures, skin
from seldinger.report.ablation import is_ablation
from seldinger.report.ablation_probes import (
    PROBE_HEAD,
    build_card,
    build_rows,
    device_name,
    format_programme,
)
from seldinger.report.blocks import Block, Cards, Columns, Figure, Heading, Row, Table
from seldinger.report.sections import Part, Section
from seldinger.report.sections.approach import VIEW_SHARES
from seldinger.report.tables import with_headings

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.report.sections import Drawing

_WIDTHS = ("auto", "1.2fr", "1.7fr", "auto", "auto", "auto", "auto", "auto", "auto")
_NONE = "No probe could be placed."


def build_placements(plan: Plan) -> tuple[Block, ...]:
    """One row per probe, or per device of another treatment that does something where it lies."""
    if is_ablation(plan):
        return with_headings(("Probes", build_probes(plan)))
    return with_headings(("Placements", build_devices(plan))) if plan.has_programme else ()


def build_devices(plan: Plan) -> Table:
    """Each device, where its tip lies, and its programme."""
    rows = tuple(
        Row(
            (
                placement.name,
                device_name(plan, placement.device),
                ", ".join(f"{c:.1f}" for c in placement.tip_lps_mm),
                f"{placement.curve.length_mm:.0f} mm",
                format_programme(placement),
            )
        )
        for placement in plan.placements
    )
    return Table(("", "Device", "Tip, LPS mm", "Length inside", "Programme"), rows)


def build_probes(plan: Plan) -> Table:
    """Where each probe lies, with its power and time."""
    return Table(PROBE_HEAD, build_rows(plan), _NONE, widths=_WIDTHS, dense=True)


def build_recipes(plan: Plan) -> tuple[Block, ...]:
    """One card per probe."""
    if not is_ablation(plan):
        return ()
    made = tuple(build_card(plan, n) for n in range(1, len(plan.placements) + 1))
    return (Heading("Recipe of each probe for the CT room"), Cards(made, _NONE))


def build_views(plan: Plan) -> tuple[Block, ...]:
    """Axial slices of each probe, beside the skin map."""
    if not is_ablation(plan) or not plan.placements:
        return ()
    numbers = range(1, len(plan.placements) + 1)
    dying = ""
    if plan.fields is not None:
        dying = " Pink: tumour; white: ablation zone; veiled: ablated in 5 to 95 % of samples."
    slices = tuple(
        Figure(
            f"pictures/probe-{n}-axial.png",
            f"Axial slices at the tip and at the entry of probe {n}",
            f"Probe {n}: axial slices at its tip and its entry. Solid where it lies in the slice, "
            f"dashed where it is only projected on it.{dying}",
        )
        for n in numbers
    )
    skin = Figure(
        "pictures/skin.png",
        "Body surface with the numbered entries of the probes",
        "Skin map: entries by probe; hollow numbers lie on the far side; grey: table "
        "contact, arm, cut or scan end.",
    )
    return (Heading("Views"), Columns((slices, (skin,)), VIEW_SHARES))


def _cards_drawn(plan: Plan) -> tuple[Drawing, ...]:
    if not is_ablation(plan):
        return ()
    numbers = range(1, len(plan.placements) + 1)
    return tuple((f"probe-{n}", partial(ablation_figures.draw_probe, plan, n)) for n in numbers)


def _views_drawn(plan: Plan) -> tuple[Drawing, ...]:
    if not is_ablation(plan):
        return ()
    numbers = range(1, len(plan.placements) + 1)
    slices = tuple(
        (f"probe-{n}-axial", partial(ablation_figures.draw_axial, plan, n)) for n in numbers
    )
    if not slices:
        return ()
    return (*slices, ("skin", lambda: skin.draw_skin_map(plan)))


PLACEMENTS = Section(Part.FIRST, 30, build_placements)
RECIPES = Section(Part.BODY, 30, build_recipes, _cards_drawn)
VIEWS = Section(Part.BODY, 45, build_views, _views_drawn)
