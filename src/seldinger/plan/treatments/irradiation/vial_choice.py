"""Vial choice: which vial at which hours holds what is prescribed.

What a vial holds falls with time, so the times at which it lies within a tolerance of the
prescription are one interval, known in closed form. It is cut by the shelf window and by working
hours. A vial that may be divided serves as long as it holds enough.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.microspheres import find_microspheres
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.activity import VialActivity
from seldinger.plan.treatments.irradiation.vials import (
    ShelfWindow,
    Vial,
    check_instant,
    find_hours,
    round_inwards,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.catalogue.nuclides import DecayConstants

_DAY = dt.timedelta(days=1)
_LARGEST_TOLERANCE = 0.5
_MOST_VIALS = 4
_MOST_COMBINATIONS = 200_000
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Prescription:
    """What vials shall hold at injection: with the residual, for it stays in the vial.

    Attributes:
        vial: the activity.
        tolerance: share by which it may be missed, either way.

    Raises:
        PlanError: on construction, a tolerance that is none.
    """

    vial: VialActivity
    tolerance: float

    def __post_init__(self) -> None:
        if not isinstance(self.vial, VialActivity):
            raise PlanError(
                f"{self.vial!r} is no vial's activity: add the residual with find_vial_activity"
            )
        if not 0.0 < self.tolerance <= _LARGEST_TOLERANCE:
            raise PlanError(
                f"a tolerance of {self.tolerance:g}: it is a share above 0, at most "
                f"{_LARGEST_TOLERANCE:g}"
            )

    @property
    def least_gbq(self) -> float:
        """The lower end."""
        return self.vial.gbq * (1.0 - self.tolerance)

    @property
    def most_gbq(self) -> float:
        """The upper end."""
        return self.vial.gbq * (1.0 + self.tolerance)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody is there to inject.

    Attributes:
        zone: of the hospital.
        opens, closes: of its local clock, on one day.
        weekdays: Monday is 0.

    Raises:
        PlanError: on construction, no hours or no days.
    """

    zone: dt.tzinfo
    opens: dt.time
    closes: dt.time
    weekdays: frozenset[int]

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise PlanError(f"working hours from {self.opens} to {self.closes} are none: swap them")
        if not self.weekdays or not self.weekdays <= set(range(_WEEK)):
            raise PlanError(f"weekdays {sorted(self.weekdays)}: give some of 0 (Monday) to 6")

    def list_shifts(
        self, start: dt.datetime, end: dt.datetime
    ) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Working hours between two instants, day by day."""
        day = start.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            if day.weekday() in self.weekdays:
                opens, closes = (
                    dt.datetime.combine(day, at, self.zone).astimezone(dt.UTC)
                    for at in (self.opens, self.closes)
                )
                if (first := max(opens, start)) <= (last := min(closes, end)):
                    yield first, last
            day += _DAY


@dataclass(frozen=True, slots=True)
class Slot:
    """Working hours of one day in which a vial holds what is prescribed.

    Attributes:
        vial: that is ordered.
        start, end: to the minute, in the hospital's zone.
        best: when it misses the prescription least.
        best_gbq: what the whole vial holds then.
        drawn: share of the vial that is drawn then; 1 where it is given whole.
        deviation: of what is drawn from the prescription, as a share; 0 where it is divided.
    """

    vial: Vial
    start: dt.datetime
    end: dt.datetime
    best: dt.datetime
    best_gbq: float
    drawn: float
    deviation: float

    @property
    def spheres(self) -> float:
        """Expected number that is given then."""
        return self.vial.spheres.expected * self.drawn


def offer_vials(
    product: str,
    calibrations: tuple[dt.datetime, ...],
    use_hours: tuple[float, float],
    sizes_gbq: tuple[float, ...] = (),
) -> tuple[Vial, ...]:
    """Every size at every calibration.

    Args:
        product: "glass", "resin" or "holmium".
        calibrations: instants, in the maker's zone.
        use_hours: first and last use after calibration, as the label says; below 0: before it.
        sizes_gbq: at calibration; empty: those on the shelf.

    Raises:
        PlanError: no calibration, hours out of order, or a product made to order without sizes.
    """
    sizes = sizes_gbq or find_microspheres(product).vial_sizes_gbq
    if not sizes:
        raise PlanError(f"{product} microspheres are made to order: give sizes_gbq")
    if not calibrations:
        raise PlanError("no calibration: give the instants for which the maker calibrates vials")
    for at in calibrations:
        check_instant(at, "the calibration")
    if not use_hours[0] < use_hours[1]:
        raise PlanError(f"use from {use_hours[0]:g} to {use_hours[1]:g} h after calibration: swap")
    windows = [
        ShelfWindow(*(at.astimezone(dt.UTC) + dt.timedelta(hours=h) for h in use_hours))
        for at in calibrations
    ]
    return tuple(
        Vial(product, size, at, window)
        for at, window in zip(calibrations, windows, strict=True)
        for size in sizes
    )


def rank_slots(
    vials: tuple[Vial, ...],
    prescription: Prescription,
    work: WorkingHours,
    decay: DecayConstants,
) -> tuple[Slot, ...]:
    """Every day on which one vial serves, best first: smallest miss, then least left, then soonest.

    Args:
        vials: that can be had.
        prescription: that one of them shall hold.
        work: when it can be injected.
        decay: of their nuclide.
    """
    slots = [slot for one in vials for slot in _list_slots(one, prescription, work, decay)]
    return tuple(
        sorted(
            slots,
            key=lambda one: (
                round(abs(one.deviation), 9),
                round(one.best_gbq, 9),
                one.best.astimezone(dt.UTC),
                one.vial.calibrated_gbq,
                one.vial.product,
            ),
        )
    )


def _list_slots(
    vial: Vial, prescription: Prescription, work: WorkingHours, decay: DecayConstants
) -> Iterator[Slot]:
    divisible = vial.microspheres.divisible
    start, end = (one.astimezone(dt.UTC) for one in (vial.window.opens, vial.window.closes))
    if not divisible:
        start = max(start, vial.find_instant(prescription.most_gbq, decay).astimezone(dt.UTC))
    enough = prescription.vial.gbq if divisible else prescription.least_gbq
    end = min(end, vial.find_instant(enough, decay).astimezone(dt.UTC))
    if start > end:
        return
    ideal = vial.find_instant(prescription.vial.gbq, decay).astimezone(dt.UTC)
    for shift in work.list_shifts(start, end):
        whole = round_inwards(*shift)
        if whole is None:
            continue
        # A vial that is divided wastes least when it holds least.
        best = whole[1] if divisible else _nearest(ideal, *whole, vial, prescription, decay)
        held = vial.find_gbq(best, decay)
        drawn = prescription.vial.gbq / held if divisible else 1.0
        first, last, at = (one.astimezone(work.zone) for one in (*whole, best))
        yield Slot(vial, first, last, at, held, drawn, held * drawn / prescription.vial.gbq - 1.0)


def _nearest(
    ideal: dt.datetime,
    first: dt.datetime,
    last: dt.datetime,
    vial: Vial,
    prescription: Prescription,
    decay: DecayConstants,
) -> dt.datetime:
    """The whole minute in an interval at which a vial misses least."""
    below = ideal.replace(second=0, microsecond=0)
    tried = {min(last, max(first, one)) for one in (below, below + dt.timedelta(minutes=1))}
    return min(
        sorted(tried),
        key=lambda one: abs(vial.find_gbq(one, decay) - prescription.vial.gbq),
    )


@dataclass(frozen=True, slots=True)
class VialSet:
    """Several vials for one prescription at one instant.

    Attributes:
        vials: that are given together.
        gbq: what they hold together.
        deviation: from the prescription, as a share.
        spheres: expected number together.
    """

    vials: tuple[Vial, ...]
    gbq: float
    deviation: float
    spheres: float


def combine_vials(
    vials: tuple[Vial, ...],
    prescription: Prescription,
    at: dt.datetime,
    most_vials: int,
    decay: DecayConstants,
) -> tuple[VialSet, ...]:
    """Sets of whole vials that hold a prescription together: fewest first, then the smallest miss.

    Args:
        vials: that can be had, each as often as wanted.
        prescription: of all together.
        at: when they are injected.
        most_vials: in one set, 1 to 4.
        decay: of their nuclide.

    Raises:
        PlanError: too many, or a vial outside its shelf window: it is named.
    """
    if not 1 <= most_vials <= _MOST_VIALS:
        raise PlanError(f"sets of up to {most_vials} vials: give 1 to {_MOST_VIALS}")
    for one in vials:
        place = one.window.find_place(check_instant(at, "the injection"))
        if place != "within":
            raise PlanError(
                f"the vial of {one.calibrated_gbq:g} GBq calibrated for "
                f"{one.calibrated.isoformat()} may not be used at {at.isoformat()}, {place} its "
                "window: leave it out or move the injection"
            )
    count = sum(math.comb(len(vials) + n - 1, n) for n in range(1, most_vials + 1))
    if count > _MOST_COMBINATIONS:
        raise PlanError(f"{count} sets to look at: give fewer vials, or fewer in one set")
    held = [one.find_gbq(at, decay) for one in vials]
    found = []
    for n in range(1, most_vials + 1):
        for chosen in itertools.combinations_with_replacement(range(len(vials)), n):
            gbq = math.fsum(held[i] for i in chosen)
            if prescription.least_gbq <= gbq <= prescription.most_gbq:
                picked = tuple(vials[i] for i in chosen)
                spheres = math.fsum(one.spheres.expected for one in picked)
                found.append(VialSet(picked, gbq, gbq / prescription.vial.gbq - 1.0, spheres))
    return tuple(sorted(found, key=lambda one: (len(one.vials), round(abs(one.deviation), 9))))


def judge_use(vial: Vial, at: dt.datetime) -> Finding:
    """Whether a vial may be used at an instant, by its shelf window.

    Raises:
        PlanError: no instant.
    """
    place = vial.window.find_place(check_instant(at, "the time of use"))
    name = "vial-window"
    if place == "within":
        text = "The vial is used within its shelf window."
        return Finding(name, Status.MET, Severity.INFO, text)
    early = place == "before"
    edge = vial.window.opens if early else vial.window.closes
    hours = abs(find_hours(edge, at))
    text = (
        f"The vial is used {hours:.1f} h {'before' if early else 'after'} its shelf window, which "
        f"{'opens' if early else 'closes'} at "
        f"{edge.astimezone(at.tzinfo).isoformat(timespec='minutes')}: take another vial or time."
    )
    return Finding(name, Status.NOT_MET, Severity.STOP, text)
