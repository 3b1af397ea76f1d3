"""Calendar: which vial at which hour holds what is prescribed, as far as the user told of vials.

Calibrations, shelf windows and tolerances stand on a label or in an order: none has a default.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.activity import VialActivity
from seldinger.plan.treatments.irradiation.options import IrradiationOptions
from seldinger.plan.treatments.irradiation.vial_choice import (
    Prescription,
    WorkingHours,
    offer_vials,
    rank_slots,
)
from seldinger.plan.wording import cite

if TYPE_CHECKING:
    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed
    from seldinger.plan.treatments.irradiation.vial_choice import Slot
    from seldinger.plan.treatments.irradiation.vials import Vial

_SHOWN = 8
_ROUNDING = 1e-6
_DAY = frozenset(range(7))
_OPENS, _CLOSES = dt.time(0, 0), dt.time(23, 59)


@dataclass(frozen=True, slots=True, eq=False)
class VialHit:
    """A vial at the hour at which it is to be given.

    Attributes:
        vial: with its label.
        at: the hour.
        held_gbq: of the whole vial then.
        drawn: share of it that is taken; 1 for a vial that is given whole.
        deviation: from the prescription, as a share.
        fits: within the tolerance, the shelf window and every limit of dose.
        breaks_limit: it would give more than a limit allows.
    """

    vial: Vial
    at: dt.datetime
    held_gbq: float
    drawn: float
    deviation: float
    fits: bool
    breaks_limit: bool

    @property
    def spheres(self) -> float:
        """Expected number that is given, the residual counted."""
        return self.vial.spheres.expected * self.drawn


@dataclass(frozen=True, slots=True, eq=False)
class VialPlan:
    """What was found of vials.

    Attributes:
        hits: of every vial at the planned hour, the nearest first.
        slots: other days on which one vial serves, best first.
        finding: whether one serves, or what nobody told.
    """

    hits: tuple[VialHit, ...]
    slots: tuple[Slot, ...]
    finding: Finding

    @property
    def chosen(self) -> VialHit | None:
        """The vial that serves at the planned hour; None where none does."""
        return self.hits[0] if self.hits and self.hits[0].fits else None


def plan_vials(case: TerritoryCase, basis: Basis, prescribed: Prescribed) -> VialPlan:
    """The vial for a prescription.

    Args:
        case: with what the user told of vials.
        basis: product and constants.
        prescribed: the activity.

    Raises:
        PlanError: a time without a zone, hours out of order, or a tolerance that is none.
    """
    told = case.settings.get_options(IrradiationOptions)
    lacking = [what for value, what in (
        (prescribed.vial_gbq, "--residual" if prescribed.dose else "an activity"),
        (told.treat_at, "--treat-at"),
        (told.calibrations or None, "--calibrations"),
        (told.use_from_hours, "--use-from-hours"),
        (told.use_until_hours, "--use-until-hours"),
        (told.vial_tolerance, "--vial-tolerance"),
    ) if value is None]  # fmt: skip
    if lacking or basis.product is None or basis.constants is None or prescribed.vial_gbq is None:
        text = f"No vial is chosen: say {', '.join(lacking or ['the product'])}."
        return VialPlan((), (), Finding("vial", Status.UNKNOWN, Severity.ACTION, text))
    at = told.treat_at
    assert at is not None  # noqa: S101  not lacking
    vials = offer_vials(
        basis.product, told.calibrations,
        (told.use_from_hours or 0.0, told.use_until_hours or 0.0), told.vial_sizes_gbq,
    )  # fmt: skip
    asked = Prescription(VialActivity(prescribed.vial_gbq), told.vial_tolerance or 0.0)
    most = _find_most_gbq(basis, prescribed)
    hits = sorted(
        (_hit(one, at, asked, basis, most) for one in vials),
        key=lambda one: (not one.fits, abs(one.deviation), one.held_gbq),
    )
    zone = at.tzinfo
    assert zone is not None  # noqa: S101  an instant has one
    work = WorkingHours(zone, _OPENS, _CLOSES, _DAY)
    slots = tuple(
        _begin_within(one, most, basis.constants)
        for one in rank_slots(vials, asked, work, basis.constants)
        if one.best_gbq * one.drawn <= most
    )[:_SHOWN]
    finding = _judge(tuple(hits), slots, at, asked)
    finding = _tell_past(_tell_shortfall(finding, hits[0], basis, prescribed), at, case)
    return VialPlan(tuple(hits[:_SHOWN]), slots, finding)


def _tell_past(finding: Finding, at: dt.datetime, case: TerritoryCase) -> Finding:
    """A vial for an hour that has passed when the patient is judged serves nobody."""
    if case.patient is None or at >= case.patient.now:
        return finding
    now = case.patient.now.isoformat(timespec="minutes")
    text = f"The hour of the treatment is past: it is {now}. {finding.text}"
    return replace(finding, status=Status.NOT_MET, text=text)


def _begin_within(slot: Slot, most_gbq: float, decay: DecayConstants) -> Slot:
    """A slot without the hours at which its vial still holds more than a limit allows."""
    if slot.vial.microspheres.divisible or not math.isfinite(most_gbq):
        return slot
    allowed = slot.vial.find_instant(most_gbq, decay).astimezone(slot.start.tzinfo)
    whole = allowed.replace(second=0, microsecond=0)
    whole = whole if whole == allowed else whole + dt.timedelta(minutes=1)
    return replace(slot, start=min(max(slot.start, whole), slot.best))


def _tell_shortfall(
    finding: Finding, best: VialHit, basis: Basis, prescribed: Prescribed
) -> Finding:
    """What a vial that serves, and holds less than was prescribed, means for the goals."""
    given, window = prescribed.given_gbq, prescribed.window
    if not best.fits or given is None or window is None:
        return finding
    gives = best.held_gbq * best.drawn * (1.0 - (basis.residual or 0.0))
    missed = [
        one.compartment
        for one in window.goals
        if one.needed_gbq is not None
        and gives < one.needed_gbq * (1.0 - _ROUNDING)
        and given >= one.needed_gbq * (1.0 - _ROUNDING)
    ]
    if not missed:
        return finding
    text = (
        f"{finding.text} WITH THIS VIAL A GOAL IS NOT MET: every dose is "
        f"{100.0 * (1.0 - gives / given):.1f} % lower than told here ({', '.join(missed)})."
    )
    return replace(finding, status=Status.NOT_MET, text=text)


def _find_most_gbq(basis: Basis, prescribed: Prescribed) -> float:
    """What a vial may give by the limits; those that the prescription breaks itself are told so."""
    window, given = prescribed.window, prescribed.given_gbq
    if window is None or window.most_gbq is None or given is None:
        return math.inf
    most = max(window.most_gbq, given) * (1.0 + _ROUNDING)
    return most / (1.0 - (basis.residual or 0.0))


def _hit(
    vial: Vial, at: dt.datetime, asked: Prescription, basis: Basis, most_gbq: float
) -> VialHit:
    assert basis.constants is not None  # noqa: S101  vials were offered for a product
    held = vial.find_gbq(at, basis.constants)
    drawn = min(1.0, asked.vial.gbq / held) if vial.microspheres.divisible else 1.0
    deviation = held * drawn / asked.vial.gbq - 1.0
    over = held * drawn > most_gbq
    fits = abs(deviation) <= asked.tolerance and vial.window.find_place(at) == "within" and not over
    return VialHit(vial, at, held, drawn, deviation, fits, over)


def _judge(
    hits: tuple[VialHit, ...], slots: tuple[Slot, ...], at: dt.datetime, asked: Prescription
) -> Finding:
    """Whether one vial serves at the planned hour."""
    if not hits:
        raise PlanError("no vial can be had: give a calibration")
    facts = (*hits[0].vial.spheres.facts, *hits[0].vial.microspheres.vial_facts)
    sources = cite(*facts)
    best, when = hits[0], at.isoformat(timespec="minutes")
    label = (
        f"{best.vial.calibrated_gbq:g} GBq of {best.vial.calibrated.isoformat(timespec='minutes')}"
    )
    if best.fits:
        text = (
            f"The vial of {label} holds {best.held_gbq:.2f} GBq at {when} "
            f"({100.0 * best.deviation:+.1f} % of {asked.vial.gbq:.2f} GBq, of which "
            f"{100.0 * best.drawn:.0f} % is taken): about {best.spheres / 1e6:.2g} million spheres."
        )
        return Finding("vial", Status.MET, Severity.ACTION, text, sources)
    place = best.vial.window.find_place(at)
    other = "no other day serves either"
    if slots:
        first = slots[0]
        other = (
            f"best otherwise {first.vial.calibrated_gbq:g} GBq of "
            f"{first.vial.calibrated.isoformat(timespec='minutes')} at "
            f"{first.best.isoformat(timespec='minutes')}"
        )
    text = (
        f"No vial holds {asked.vial.gbq:.2f} GBq within {100.0 * asked.tolerance:.0f} % at {when}: "
        f"nearest {label} with {best.held_gbq:.2f} GBq ({place} its window"
        f"{', over a limit of dose' if best.breaks_limit else ''}); {other}."
    )
    return Finding("vial", Status.NOT_MET, Severity.ACTION, text, sources)
