"""Vials: what a vial holds at an instant, by the minute and across clock changes.

An instant has a time zone. Hours between two are counted in UTC: two local times of one zone, taken
from each other, lose the hour that the clock was changed by. Spheres do not decay: their number
stays, what each holds falls.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.microspheres import find_microspheres
from seldinger.core.errors import PlanError
from seldinger.plan.treatments.irradiation.activity import check_activity

if TYPE_CHECKING:
    import zoneinfo

    from seldinger.catalogue.microspheres import Microspheres, SphereCount
    from seldinger.catalogue.nuclides import DecayConstants

_HOUR = dt.timedelta(hours=1)
_MINUTE = dt.timedelta(minutes=1)
_BQ_PER_GBQ = 1e9
_MOST_DAYS = 60


def check_instant(when: dt.datetime, what: str) -> dt.datetime:
    """Refuse a time that is no instant.

    Args:
        when: to look at.
        what: whose it is, for messages.

    Raises:
        PlanError: it has no zone, or the zone's clock shows it twice or never.
    """
    if when.utcoffset() is None:
        raise PlanError(
            f"{what}, {when.isoformat()}, has no time zone: makers calibrate in theirs. Give it as "
            f"ZoneInfo('America/New_York') or with its offset, {when.isoformat()}-05:00"
        )
    other = when.replace(fold=1 - when.fold)
    if other.utcoffset() != when.utcoffset():
        raise PlanError(
            f"{what}, {when.isoformat()}: the clock of {when.tzinfo} changes then and shows that "
            "time twice or never; give it with a fixed offset"
        )
    return when


def find_hours(start: dt.datetime, end: dt.datetime) -> float:
    """Hours from ``start`` to ``end``, both instants; below 0 where ``end`` is earlier."""
    return (_utc(end) - _utc(start)) / _HOUR


def _utc(when: dt.datetime) -> dt.datetime:
    return when.astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class ShelfWindow:
    """When a vial may be used, as its label says.

    Attributes:
        opens, closes: instants.

    Raises:
        PlanError: on construction, no instants, or none in between.
    """

    opens: dt.datetime
    closes: dt.datetime

    def __post_init__(self) -> None:
        check_instant(self.opens, "the first use of the vial")
        check_instant(self.closes, "the expiry of the vial")
        if find_hours(self.opens, self.closes) <= 0.0:
            raise PlanError(
                f"a vial from {self.opens.isoformat()} until {self.closes.isoformat()} can "
                "never be used: check both"
            )

    def find_place(self, when: dt.datetime) -> str:
        """Where an instant lies: "before", "within" or "after"."""
        if find_hours(self.opens, when) < 0.0:
            return "before"
        return "after" if find_hours(self.closes, when) > 0.0 else "within"


@dataclass(frozen=True, slots=True)
class Vial:
    """One vial as its label has it.

    Attributes:
        product: "glass", "resin" or "holmium".
        calibrated_gbq: at ``calibrated``.
        calibrated: an instant; the maker's zone, not the hospital's, unless the label says so.
        window: when it may be used.

    Raises:
        PlanError: on construction, no activity or no instant.
        CatalogueError: no such product, or a size of which nobody counted the spheres.
    """

    product: str
    calibrated_gbq: float
    calibrated: dt.datetime
    window: ShelfWindow

    def __post_init__(self) -> None:
        check_activity(self.calibrated_gbq, "the calibrated activity")
        check_instant(self.calibrated, "the calibration")
        self.microspheres.count_spheres(self.calibrated_gbq)

    @property
    def microspheres(self) -> Microspheres:
        """Of the catalogue."""
        return find_microspheres(self.product)

    @property
    def spheres(self) -> SphereCount:
        """How many it holds, at any time."""
        return self.microspheres.count_spheres(self.calibrated_gbq)

    def find_gbq(self, when: dt.datetime, decay: DecayConstants) -> float:
        """What it holds at an instant, before calibration too.

        Raises:
            PlanError: no instant, or constants of another nuclide.
        """
        self.check_nuclide(decay)
        check_instant(when, "the time of use")
        return self.calibrated_gbq * decay.find_decay(find_hours(self.calibrated, when))

    def find_instant(self, gbq: float, decay: DecayConstants) -> dt.datetime:
        """When it holds ``gbq``, in the zone of its calibration.

        Raises:
            PlanError: no activity, or constants of another nuclide.
        """
        self.check_nuclide(decay)
        check_activity(gbq, "the activity asked for")
        hours = decay.half_life_h * math.log2(self.calibrated_gbq / gbq)
        at = _utc(self.calibrated) + dt.timedelta(hours=hours)
        return at.astimezone(self.calibrated.tzinfo)

    def check_nuclide(self, decay: DecayConstants) -> None:
        """Refuse constants of another nuclide.

        Raises:
            PlanError: they are.
        """
        if decay.nuclide != self.microspheres.nuclide:
            raise PlanError(
                f"{self.product} microspheres carry {self.microspheres.nuclide}, the constants are "
                f"of {decay.nuclide}: take those of {self.microspheres.nuclide}"
            )


@dataclass(frozen=True, slots=True)
class VialHour:
    """What a vial holds at one hour.

    Attributes:
        at: in the zone that was asked for.
        gbq: of the whole vial.
        spheres: expected number of the whole vial.
        bq_per_sphere: expected.
        place: in the shelf window: "before", "within" or "after".
    """

    at: dt.datetime
    gbq: float
    spheres: float
    bq_per_sphere: float
    place: str


def list_hours(
    vial: Vial,
    days: tuple[dt.date, ...],
    hours: tuple[dt.time, ...],
    zone: zoneinfo.ZoneInfo,
    decay: DecayConstants,
) -> tuple[VialHour, ...]:
    """The calendar of a vial: what it holds on given days at given hours of a local clock.

    Args:
        vial: with its window.
        days: of the local calendar.
        hours: of the local clock; one that a clock change leaves out, or shows twice, is left out.
        zone: of the hospital.
        decay: of its nuclide.

    Raises:
        PlanError: no days or hours, too many days, or constants of another nuclide.
    """
    if not days or not hours or len(days) > _MOST_DAYS:
        raise PlanError(
            f"{len(days)} days and {len(hours)} hours: give 1 to {_MOST_DAYS} days and an hour"
        )
    rows = []
    for day in days:
        for hour in hours:
            at = dt.datetime.combine(day, hour, zone)
            if at.utcoffset() != at.replace(fold=1).utcoffset():
                continue
            gbq, spheres = vial.find_gbq(at, decay), vial.spheres.expected
            place = vial.window.find_place(at)
            rows.append(VialHour(at, gbq, spheres, gbq * _BQ_PER_GBQ / spheres, place))
    return tuple(rows)


def round_inwards(start: dt.datetime, end: dt.datetime) -> tuple[dt.datetime, dt.datetime] | None:
    """An interval in UTC whose ends are whole minutes within it; None where there are none."""
    first, last = _utc(start), _utc(end)
    whole = first.replace(second=0, microsecond=0)
    first = whole if whole == first else whole + _MINUTE
    last = last.replace(second=0, microsecond=0)
    return (first, last) if first <= last else None
