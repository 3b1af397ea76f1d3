"""Tables: what every rule allows, the activity in each compartment, and the calendar of vials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.formatting import format_figure
from seldinger.core.verdict import Status
from seldinger.plan.treatments.irradiation.constraints import judge_dose
from seldinger.plan.treatments.irradiation.territory import COMPARTMENTS
from seldinger.simulate.effect import EffectTable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.calendar import VialHit, VialPlan
    from seldinger.plan.treatments.irradiation.constraints import ActivityWindow
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed
    from seldinger.plan.treatments.irradiation.rules import DoseRule
    from seldinger.plan.treatments.irradiation.vial_choice import Slot
    from seldinger.plan.treatments.irradiation.vials import Vial

_ROUNDING = 1e-6
_UNKNOWN = "unknown"
_STATES = {Status.MET: "kept", Status.NOT_MET: "NOT KEPT", Status.UNKNOWN: _UNKNOWN}
_NEAREST, _DAYS = 3, 6
"""Rows of the calendar: at the planned hour, and on other days."""


def list_tables(basis: Basis, prescribed: Prescribed, vials: VialPlan) -> tuple[EffectTable, ...]:
    """What there is to tell in rows.

    Args:
        basis: all that is known.
        prescribed: the activity.
        vials: that give it.
    """
    return (
        *_list_rules(basis, prescribed),
        *_list_compartments(basis, prescribed),
        *_list_vials(basis, prescribed, vials),
    )


def _list_rules(basis: Basis, prescribed: Prescribed) -> Iterator[EffectTable]:
    """Every limit with what it allows, the one that binds first; every goal with what it needs."""
    window = prescribed.window
    if window is None or not (window.allowances or window.goals):
        return
    rows = (*_limit_rows(basis, prescribed, window), *_goal_rows(prescribed, window))
    binding = () if window.binding is None else (window.allowances.index(window.binding),)
    yield EffectTable(
        title="Limits and goals of dose",
        head=("Rule", "Compartment", "Asked", "As planned", "Activity", "", "Source"),
        rows=rows,
        strong=binding,
        bad=tuple(n for n, row in enumerate(rows) if row[5] == "NOT KEPT"),
        note="Activity: the most that a limit allows, what a goal needs. Bold: the limit that "
        "binds. Sources: " + "; ".join(dict.fromkeys(_tell(one) for one in basis.rules)) + ".",
    )


def _limit_rows(
    basis: Basis, prescribed: Prescribed, window: ActivityWindow
) -> Iterator[tuple[str, ...]]:
    for one in window.allowances:
        dose, state = None, _UNKNOWN
        if one.gy_per_gbq is not None and prescribed.given_gbq is not None:
            had = basis.before.find_gy(one.rule) or 0.0
            dose = one.gy_per_gbq * prescribed.given_gbq + had
            if one.status is not Status.UNKNOWN:
                state = _STATES[judge_dose(one.rule, dose, had, basis.lungs)]
        allowed = _UNKNOWN if one.status is Status.UNKNOWN else "any"
        if one.given_gbq is not None:
            allowed = f"at most {one.given_gbq:.2f} GBq"
        yield (
            one.rule.id, _name(one.compartment), f"at most {one.rule.dose_gy:g} Gy", _gy(dose),
            allowed, state, _short(one.rule),
        )  # fmt: skip


def _goal_rows(prescribed: Prescribed, window: ActivityWindow) -> Iterator[tuple[str, ...]]:
    doses = {} if prescribed.dose is None else prescribed.dose.dose_gy
    for one in window.goals:
        dose, state = doses.get(one.compartment), _UNKNOWN
        if dose is not None:
            state = "kept" if dose >= one.rule.dose_gy * (1.0 - _ROUNDING) else "NOT KEPT"
        needed = _UNKNOWN if one.needed_gbq is None else f"needs {one.needed_gbq:.2f} GBq"
        yield (
            one.rule.id, _name(one.compartment), f"at least {one.rule.dose_gy:g} Gy", _gy(dose),
            needed, state, _short(one.rule),
        )  # fmt: skip


def _name(compartment: str) -> str:
    return COMPARTMENTS.get(compartment, compartment).removeprefix("the ")


def _gy(dose: float | None) -> str:
    return _UNKNOWN if dose is None else f"{format_figure(dose)} Gy"


def _short(rule: DoseRule) -> str:
    return "EDITED by the user" if rule.edited else rule.source


def _tell(rule: DoseRule) -> str:
    if rule.edited:
        return f"{rule.id}: {rule.text.rstrip('.')}"
    return f"{rule.source}{f' ({rule.stamp})' if rule.stamp else ''}"


def _list_compartments(basis: Basis, prescribed: Prescribed) -> Iterator[EffectTable]:
    """Where the activity goes."""
    dose = prescribed.dose
    if dose is None:
        return
    ratios = {one.name: f"{one.uptake.value:.2f}" for one in basis.territory.tumours}
    masses = {
        "perfused": basis.weighed.perfused_kg,
        "normal": basis.weighed.normal_kg,
        "whole-normal": basis.weighed.whole_normal_kg,
        "lung": basis.lungs.mass_kg,
        **{one.name: one.kg for one in basis.weighed.tumours},
    }
    rows = tuple(
        (
            _name(name), f"{1000.0 * masses[name]:.0f} g", ratios.get(name, ""),
            f"{dose.activity_gbq[name]:.3f} GBq", _gy(value),
        )
        for name, value in dose.dose_gy.items()
    )  # fmt: skip
    yield EffectTable(
        title="Activity and dose by compartment",
        head=("Compartment", "Mass", "Uptake", "Activity", "Mean dose"),
        rows=rows,
        note=f"{dose.constants.text}. Uptake: concentration over that of the normal perfused "
        f"liver, by {basis.uptake_from}. Normal: without tumours; whole: perfused or not.",
    )


def _list_vials(basis: Basis, prescribed: Prescribed, vials: VialPlan) -> Iterator[EffectTable]:
    """The nearest vials at the planned hour, and the days on which one serves."""
    if not vials.hits or prescribed.dose is None:
        return
    aim = basis.target if basis.territory.tumours else "perfused"
    planned = prescribed.dose.dose_gy[aim]
    hits = [
        (
            *_vial_row(one.vial, _instant(one.at), one.held_gbq, one.drawn, one.deviation, planned),
            "serves" if one.fits else _say_why(one),
        )
        for one in vials.hits[:_NEAREST]
    ]
    slots = [
        (
            *_vial_row(one.vial, _span(one), one.best_gbq, one.drawn, one.deviation, planned),
            f"at {one.best:%H:%M}",
        )
        for one in vials.slots[:_DAYS]
    ]
    yield EffectTable(
        title="Calendar of vials",
        head=("Vial", "Calibrated for", "Given", "Holds", "Taken", "Misses by", f"Dose of {aim}",
              "Spheres", ""),
        rows=(*hits, *slots),
        strong=(0,) if vials.chosen is not None else (),
        note=f"Prescribed: {prescribed.vial_gbq or 0.0:.2f} GBq in the vial, the residual "
        "included. First the nearest vials at the planned hour, then days on which one serves.",
    )  # fmt: skip


def _say_why(hit: VialHit) -> str:
    place = hit.vial.window.find_place(hit.at)
    if hit.breaks_limit:
        return "over a limit"
    return "misses" if place == "within" else f"{place} its window"


def _vial_row(
    vial: Vial, given: str, held_gbq: float, drawn: float, deviation: float, planned_gy: float
) -> tuple[str, ...]:
    return (
        f"{vial.calibrated_gbq:g} GBq",
        _instant(vial.calibrated),
        given,
        f"{held_gbq:.2f} GBq",
        f"{100.0 * drawn:.0f} %",
        f"{round(100.0 * deviation, 1) + 0.0:+.1f} %",
        _gy(planned_gy * (1.0 + deviation)),
        f"{vial.spheres.expected * drawn / 1e6:.2g} million",
    )


def _instant(at: dt.datetime) -> str:
    """Day, hour and offset, with blanks where a line may break."""
    return f"{at:%Y-%m-%d} {at:%H:%M} {at.isoformat(timespec='minutes')[16:]}"


def _span(slot: Slot) -> str:
    offset = slot.start.isoformat(timespec="minutes")[16:]
    return f"{slot.start:%Y-%m-%d} {slot.start:%H:%M} to {slot.end:%H:%M} {offset}"
