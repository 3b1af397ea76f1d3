"""Ways through vessels: their picture, access sites beside each other, and the vessel opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger import catalogue, evidence
from seldinger.report import vessel_figures, words
from seldinger.report.blocks import Block, Figure, Heading, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.report.tables import with_headings
from seldinger.report.vessel_figures import name_aim

if TYPE_CHECKING:
    from seldinger.plan.model import Plan
    from seldinger.plan.route import Route
    from seldinger.report.sections import Drawing

_KIND = "endovascular"
_BEFORE = "diameter before"
_FIRST = 3
"""Ways in that stand on the first pages."""


def build_picture(plan: Plan) -> tuple[Block, ...]:
    """The best way in over the vessels; nothing where nobody traced any."""
    if plan.anatomy.vessels is None:
        return ()
    alt = "Vessels from the front and from the left with the way in, the puncture and the lesion"
    if not plan.approach.routes:
        alt, text = (
            "Vessels with the lesion",
            "No way in. From the front the patient's right is left.",
        )
        return (Figure("pictures/hero.png", alt, text, fills=True),)
    aim = name_aim(plan)
    text = f"Way in: circle, puncture; thick, {aim}. From the front the patient's right is left."
    return (Figure("pictures/hero.png", alt, text, fills=True),)


def build_sites(plan: Plan) -> tuple[Block, ...]:
    """The best access sites that lead to the target."""
    return _list_sites(plan, _FIRST)


def _list_sites(plan: Plan, most: int | None) -> tuple[Block, ...]:
    routes = plan.approach.routes[:most]
    rows = tuple(_site(number, route) for number, route in enumerate(routes, 1))
    hidden = "; ".join(
        f"{n} sites: {reason}" for reason, n in sorted(plan.approach.rejections.items())
    )
    vessel = "vein" if any("vein" in route.title for route in routes) else "artery"
    head = ("", "Access site", "Way", "Bends", vessel.capitalize(), "Sheath",
            f"P({vessel} < sheath)", "Score", "Speaks against")  # fmt: skip
    table = Table(
        head, rows, "No access site leads to the target.",
        f"Score: 0 is best, within this plan only. {hidden}".strip(" .") + ".",
        ("auto", "1.6fr", "auto", "auto", "auto", "auto", "auto", "auto", "1.4fr"), wrap=True,
    )  # fmt: skip
    left = len(plan.approach.routes) - len(routes)
    more = f" {left} more in the appendix." if left else ""
    title = "Ways in" if most is not None else "Every way in"
    return with_headings((title, replace(table, note=f"{table.note}{more}")))


def _site(number: int, route: Route) -> Row:
    against = "; ".join((*route.violations, *(f"not known: {u}" for u in route.unknown)))
    artery = words.UNKNOWN if route.artery_mm is None else f"{route.artery_mm:.1f} mm"
    sheath = words.UNKNOWN
    if route.sheath_outer_mm is not None:
        sheath = f"{route.sheath_outer_mm:.2f} mm"
    chance = words.UNKNOWN
    if route.p_ratio_below_one is not None:
        chance = words.chance(route.p_ratio_below_one)
    tone = "bad" if route.violations else "strong" if number == 1 else "plain"
    cells = (
        str(number), route.title, f"{route.length_mm:.0f} mm", f"{route.turning_deg:.0f}°", artery,
        sheath, chance, f"{route.score:.2f}", against or "nothing known",
    )  # fmt: skip
    return Row(cells, tone)


def build_details(plan: Plan) -> tuple[Block, ...]:
    """What goes along the best way, how its score is made up, and figures of its site."""
    if not plan.approach.routes:
        return ()
    best = plan.approach.routes[0]
    fits = tuple(
        Row(
            (fit.role, catalogue.device(fit.device).name if fit.device else words.UNKNOWN, fit.text)
        )
        for fit in best.devices
    )
    parts = ", ".join(f"{name} {value:.2f}" for name, value in best.score_parts.items())
    told = (*best.notes, *([best.arch] if best.arch else []), f"Score: {parts}.")
    facts = tuple(_fact(key) for key in (*best.complications, *best.haemostasis))
    return (
        *(_list_sites(plan, None) if len(plan.approach.routes) > _FIRST else ()),
        *with_headings(
            ("What goes along the best way", Table(("", "Device", "Fit"), fits, wrap=True))
        ),
        Text(f"Vessels passed: {', '.join(v or 'unnamed' for v in best.vessels)}."),
        Text(points=told),
        *with_headings(
            (
                "Figures of this access site in populations, not of this patient",
                Table(("Figure", "Population", "Source"), facts, wrap=True),
            )
        ),
    )


def _fact(key: str) -> Row:
    fact = evidence.fact(key)
    stamp = "" if fact.trust == "primary" else f" ({fact.trust})"
    return Row((fact.statement, fact.population, f"{fact.source}{stamp}"))


def build_flow(plan: Plan) -> tuple[Block, ...]:
    """The straightened vessel, and pressure before and after."""
    fields = plan.fields
    if fields is None or _BEFORE not in fields.profiles:
        return ()
    blocks: tuple[Block, ...] = (
        Heading("The vessel before and after"),
        Figure(
            "pictures/profile.png", "Lumen along the straightened vessel before and after",
            "Lumen along the straightened vessel, as planned; the lesion is shaded.",
        ),
    )  # fmt: skip
    if fields.trees:
        blocks += (
            Figure(
                "pictures/pressure.png", "Vessels coloured by mean pressure before and after",
                "Mean pressure in hyperaemia, before and after, by one scale.",
            ),
        )  # fmt: skip
    if any(name.startswith("proximal pressure") for name in fields.traces):
        blocks += (
            Figure(
                "pictures/beat.png", "Pressure and flow over a heartbeat before and after",
                "A heartbeat at rest: pressure before and behind the lesion, and flow through it. "
                "Each vessel is one lump: the size of the pulse is told, not its travel.",
            ),
        )  # fmt: skip
    return blocks


def _first_drawn(plan: Plan) -> tuple[Drawing, ...]:
    if plan.anatomy.vessels is None:
        return ()
    return (("hero", lambda: vessel_figures.draw_way(plan)),)


def _flow_drawn(plan: Plan) -> tuple[Drawing, ...]:
    fields = plan.fields
    if fields is None or _BEFORE not in fields.profiles:
        return ()
    drawn: tuple[Drawing, ...] = (("profile", lambda: vessel_figures.draw_profile(plan)),)
    if fields.trees:
        drawn += (("pressure", lambda: vessel_figures.draw_pressure(plan)),)
    if any(name.startswith("proximal pressure") for name in fields.traces):
        drawn += (("beat", lambda: vessel_figures.draw_beat(plan)),)
    return drawn


PICTURE = Section(Part.FIRST, 20, build_picture, _first_drawn, approach=_KIND)
SITES = Section(Part.FIRST, 38, build_sites, details=build_details, approach=_KIND)
FLOW = Section(Part.BODY, 22, build_flow, _flow_drawn, approach=_KIND)
