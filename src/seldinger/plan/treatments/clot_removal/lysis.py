"""Lysis: a drug through a catheter in the clot; what is gone after hours, in a trial's people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger import catalogue, evidence
from seldinger.catalogue.venous import InfusionCatheter
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.quantity import Quantity
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status
from seldinger.physics.clot.front import Clot
from seldinger.physics.clot.spread import (
    FrontSpeed,
    Observed,
    find_hours,
    fit_speed,
    infuse_along,
    list_shares,
    spread_shares,
)
from seldinger.plan.approach.endovascular.model import Delivery, VesselCase
from seldinger.plan.procedure import TreatmentLogic
from seldinger.plan.treatments.clot_removal import common, dose, findings
from seldinger.plan.treatments.clot_removal.options import ClotOptions
from seldinger.plan.wording import cite
from seldinger.simulate.effect import Effect, Fields, Measure, Trace
from seldinger.simulate.placement import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vessels.clots import VeinClot
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Decision, Search
    from seldinger.plan.treatments.clot_removal.dose import Dosing

KIND = "thrombolysis"
SEEN = "clot_removal.cavent.share"
HOURS = (12.0, 24.0, 48.0)
_MOST_H = 96.0
_FITTED = (
    "Fitted to a population, not predicted for this patient: the 5 to 95 % are those of people of "
    "a trial, as if it had treated this vein."
)
_WHEN = (
    "How long lysis lasted there was not read and is assumed; with another time all hours here "
    "change in proportion."
)
_NAMES = (
    "clot_trial_hours", "clot_trial_radius_mm", "clot_trial_length_mm", "clot_flow_ml_per_h",
    "clot_porosity",
)  # fmt: skip
_ASSUMED = read_assumptions("seldinger.plan.treatments.clot_removal")


@dataclass(frozen=True, slots=True)
class Thrombolysis(TreatmentLogic[VesselCase]):
    """rt-PA through side holes in a clot."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "clot_removal"
    options: ClassVar[type[Any] | None] = ClotOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What of the trial was not read, and of clots."""
        return tuple(_ASSUMED[name] for name in _NAMES)

    def check_device(self, device: str) -> None:
        """Refuse what is no infusion catheter.

        Raises:
            PlanError: naming those that are.
        """
        common.check_device(device, InfusionCatheter)

    def decide(self, case: VesselCase, search: Search[VesselCase]) -> Decision:
        """The clot, the front that fits the trial, the dose within its limits, the way.

        Raises:
            PlanError: a dose over its limit, a vein of unknown width, or passes are told.
        """
        options = case.settings.get_options(ClotOptions)
        options.check_no_passes()
        case.progress("the clot", 0.15)
        found = common.find_case_clot(case)
        reach = search(_list_deliveries(case.settings.device))
        device = catalogue.device(reach.instrument.device)
        if not isinstance(device, InfusionCatheter):
            raise PlanError(f"{device.id} lets no drug out")
        case.progress("the front", 0.6)
        speed = fit_trial(case.assumed)
        clot = _fill(found, device, case.assumed)
        flow = case.assumed.get_value("clot_flow_ml_per_h")
        stop = evidence.driving_value(dose.STOP, secondary=True) / 100.0
        hours = find_hours(clot, speed.median_mm_per_h, flow, stop, _MOST_H)
        dosing = dose.plan_dose(options, case.patient, hours)
        effect = _describe_effect(clot, speed, flow, found, dosing, hours, options)
        programme: tuple[Phase, ...] = ()
        if dosing.infusion is not None:
            rate = Quantity("rt-PA", round(dosing.infusion.mg_per_h, 3), "mg/h")
            programme = (Phase("infuse", 3600.0 * dosing.infusion.hours, (rate,)),)
        removal = common.Removal(
            kind=KIND,
            technique="catheter lysis",
            clot=found,
            device=device,
            effect=effect,
            fields=_collect(clot, speed, flow, dosing),
            findings=(
                *findings.list_findings(found, options, common.list_other_clots(case)),
                *dose.judge_dose(dosing, options, case.patient),
                *dose.judge_platelets(case.patient),
                _judge_cover(found, clot),
            ),
            settings=_list_settings(clot, dosing),
            programme=programme,
            steps=common.list_lysis_steps(reach, found, clot.infused_mm, dosing),
        )
        return common.conclude(reach, removal)


def _list_settings(clot: Clot, dosing: Dosing) -> dict[str, str | float | bool | None]:
    one = dosing.infusion
    return {
        "infused_mm": round(clot.infused_mm, 1),
        "rt_pa_mg_per_h": None if one is None else round(one.mg_per_h, 3),
        "hours": None if one is None else round(one.hours, 1),
        "total_mg": None if one is None else round(one.total_mg, 1),
        "stopped_by": dosing.stopped_by or None,
    }


def fit_trial(assumed: Assumed) -> FrontSpeed:
    """Speeds of fronts over people, fitted to mean and standard deviation of one trial.

    Args:
        assumed: what of the trial was not read.
    """
    seen = evidence.fact(SEEN)
    value = assumed.get_value
    length = value("clot_trial_length_mm")
    clot = Clot(value("clot_trial_radius_mm"), length, length, value("clot_porosity"))
    return fit_speed(
        Observed(
            0.01 * (seen.value or 0.0), 0.01 * (seen.sd or 0.0), value("clot_trial_hours"),
            value("clot_flow_ml_per_h"), clot,
        )
    )  # fmt: skip


def _fill(found: VeinClot, device: InfusionCatheter, assumed: Assumed) -> Clot:
    if found.radius_mm is None:
        raise PlanError(
            f"how wide the {found.segment.vessel} is, is unknown: trace it in a mask, which gives "
            "its radius"
        )
    whole = Clot(
        found.radius_mm, found.length_mm, found.length_mm, assumed.get_value("clot_porosity")
    )
    return infuse_along(whole, device.choose_length_mm(found.length_mm))


def _list_deliveries(device: str | None) -> tuple[Delivery, ...]:
    return tuple(
        Delivery(
            one.id, "catheter lysis", "catheter", one.sheath_french, one.usable_mm,
            one.outer_diameter_mm, one.wire_mm, "side holes along the clot", exchanged=False,
        )
        for one in catalogue.devices(InfusionCatheter)
        if device in (None, one.id)
    )  # fmt: skip


def _describe_effect(
    clot: Clot,
    speed: FrontSpeed,
    flow: float,
    found: VeinClot,
    dosing: Dosing,
    hours: float | None,
    options: ClotOptions,
) -> Effect:
    seen = evidence.fact(SEEN)
    return Effect(
        kind=KIND,
        criterion="share of the clot that is gone",
        model="a front that permeates and dissolves from the side holes outwards; its speed over "
        f"people is fitted to {seen.value:g} +/- {seen.sd:g} % at the end of lysis in one trial",
        measures=tuple(_list_measures(clot, speed, flow, found, dosing, hours)),
        goal="lysed-24",
        variance={"speed of lysis between people": 1.0},
        notes=(
            _FITTED,
            _WHEN,
            "Neither load nor age of the clot told lysis apart in that trial: neither does here.",
        ),
        outside_domain=_find_doubt(options, dosing),
        tables=(findings.list_trials(),),
    )  # fmt: skip


def _find_doubt(options: ClotOptions, dosing: Dosing) -> tuple[str, ...]:
    found = []
    most = evidence.fact(findings.WINDOW).value or 0.0
    if options.age_days is not None and options.age_days > most:
        found.append(f"the clot is older than {most:g} days: fronts were fitted to younger ones")
    if dosing.infusion is not None and dosing.infusion.hours > _MOST_H:
        found.append(
            f"{dosing.infusion.hours:.0f} h of infusion: fronts are followed for {_MOST_H:g} h"
        )
    return tuple(found)


def _list_measures(
    clot: Clot,
    speed: FrontSpeed,
    flow: float,
    found: VeinClot,
    dosing: Dosing,
    hours: float | None,
) -> Iterator[Measure]:
    ends = None if dosing.infusion is None else dosing.infusion.hours
    for at in HOURS:
        until = at if ends is None else min(at, ends)
        ended = "" if until == at else f", ended after {until:.0f} h"
        yield Measure(f"lysed-{at:.0f}", f"clot gone after {at:.0f} h{ended}", "%",
                      spread_shares(clot, speed, flow, until))  # fmt: skip
    if ends is not None:
        shares = list_shares(clot, speed, flow, ends)
        yield Measure("at-least-half", "people with half gone at the end, by the fit", "%",
                      100.0 * float((shares >= 0.5).mean()))  # noqa: PLR2004  # fmt: skip
    limits = dose.read_limits()
    total = None if dosing.infusion is None else dosing.infusion.total_mg
    yield Measure("total-dose", "rt-PA in all", "mg", total, at_most=limits.most_mg,
                  sources=cite(dose.MOST_TOTAL))  # fmt: skip
    yield Measure("hours-to-stop", "hours until 80 % are gone, in the middle of people", "h", hours)
    yield Measure("clot-length", "length of the clot", "mm", found.length_mm)
    yield Measure("occluded", "lumen that the clot takes", "%",
                  None if found.occluded is None else 100.0 * found.occluded)  # fmt: skip


def _judge_cover(found: VeinClot, clot: Clot) -> Finding:
    if clot.infused_mm >= found.length_mm - 1e-9:
        text = f"Side holes cover the clot, {found.length_mm:.0f} mm."
        return Finding("clot-covered", Status.MET, Severity.INFO, text)
    text = (
        f"Side holes cover {clot.infused_mm:.0f} of {found.length_mm:.0f} mm: the rest dissolves "
        "late or not. Move the catheter, or use two."
    )
    return Finding("clot-covered", Status.NOT_MET, Severity.CAUTION, text)


def _collect(clot: Clot, speed: FrontSpeed, flow: float, dosing: Dosing) -> Fields:
    """Share that is gone over time: of slow, middle and fast people."""
    most = 48.0 if dosing.infusion is None else max(48.0, dosing.infusion.hours)
    ends = most if dosing.infusion is None else dosing.infusion.hours
    at = np.linspace(0.0, most, 97)
    rows = np.array([
        np.percentile(100.0 * list_shares(clot, speed, flow, float(min(h, ends))), (5, 50, 95))
        for h in at
    ])  # fmt: skip
    names = ("clot gone, 5 % of people", "clot gone, middle", "clot gone, 95 % of people")
    return Fields(traces={n: Trace(3600.0 * at, rows[:, k], "%") for k, n in enumerate(names)})
