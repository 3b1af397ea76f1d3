"""Alarms: results that nobody should walk past, whatever else a rule asks for.

Every edge is an assumption, printed where it is used and edited in a local profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from seldinger.care import pages
from seldinger.care.clearance.findings import finding, settle
from seldinger.care.labs import age_days, analyte
from seldinger.care.patient import Sex
from seldinger.core.errors import CareError
from seldinger.core.record import Assumption, AssumptionUse
from seldinger.core.verdict import Severity, Status
from seldinger.evidence.records import Named, NotNegative, Text, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Lab
    from seldinger.core.finding import Finding

TOPIC = "labs"
EDGES = ("outer_low", "inner_low", "inner_high", "outer_high")
_STOPS_EMBOLIZATION = ("fibroid-embolization",)
Edge = tuple[NotNegative, NotNegative, NotNegative]
"""A value, and the range it may be edited in."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The edges of one lab.

    Attributes:
        lab: key of an analyte.
        decides: who decides about a result beyond an edge.
        reason: why its edges lie where they do.
        outer_low, inner_low, inner_high, outer_high: in the analyte's own unit; one that is
            missing does not limit.
        topic: heading of its finding.
        expected_high: procedures that are done because it is high.
        expected_low: procedures that are the treatment of what makes it low: it is looked at, and
            is no reason to wait.
        dialysis: whether it says anything of a patient on dialysis.
        stops: procedures that are not done beyond an inner edge either.
    """

    lab: Text
    decides: Text
    reason: Text
    outer_low: Edge | None = None
    inner_low: Edge | None = None
    inner_high: Edge | None = None
    outer_high: Edge | None = None
    topic: Text = "labs"
    expected_high: frozenset[Text] = frozenset()
    expected_low: frozenset[Text] = frozenset()
    dialysis: bool = True
    stops: frozenset[Text] = frozenset()

    def __post_init__(self) -> None:
        values = [one.value for one in self.edges.values()]
        if values != sorted(values):
            raise CareError(f"the edges of {self.lab} are not in order")

    @property
    def edges(self) -> Mapping[str, Assumption]:
        """The edges that there are, by the names of ``EDGES``.

        Raises:
            CareError: there is no such lab.
            ValueError: an edge lies outside its own range.
        """
        unit = analyte(self.lab).unit
        edges: dict[str, Edge | None] = {name: getattr(self, name) for name in EDGES}
        return MappingProxyType(
            {
                name: Assumption(f"alarm.{self.lab}.{name}", edge[0], unit, *edge[1:], self.reason)
                for name, edge in edges.items()
                if edge is not None
            }
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``alarms.toml``."""

    alarms: Annotated[Mapping[str, Alarm], Named("lab")] = field(metadata=written("alarm"))


@cache
def alarms() -> Mapping[str, Alarm]:
    """All alarms, by lab.

    Raises:
        CareError: the page does not fit, names a lab that does not exist, or an edge lies outside
            its range or on the wrong side of the next one.
    """
    return pages.read_page(_Page, "alarms.toml").alarms


def assess_alarms(case: Case, profile: Profile, now: dt.datetime) -> Iterator[Finding]:
    """What is said of the latest result of every lab, and of those that have no time."""
    for key in dict.fromkeys(one.key for one in case.patient.labs):
        known = alarms().get(key)
        latest = case.patient.lab(key)
        if known is None or latest is None:
            continue
        untimed = [one for one in case.patient.labs if one.key == key and one.taken is None]
        for one in dict.fromkeys((latest, *untimed)):
            yield _of(known, one, case, profile, now)


def list_assumptions(case: Case, profile: Profile) -> tuple[AssumptionUse, ...]:
    """The edges of the labs that were told."""
    return tuple(
        AssumptionUse.resolve(assumed, profile.alarms)
        for key in dict.fromkeys(one.key for one in case.patient.labs)
        if key in alarms()
        for assumed in alarms()[key].edges.values()
    )


def _of(alarm: Alarm, lab: Lab, case: Case, profile: Profile, now: dt.datetime) -> Finding:
    beyond = _beyond(alarm, lab.value, case, profile)
    name = analyte(lab.key).name
    old = _age(lab, now)
    text = f"{name} {lab.told}".removesuffix(" {INR}")
    status, severity, words = {
        "": (Status.MET, Severity.INFO, "no alarm"),
        "inner": (Status.UNKNOWN, Severity.CAUTION, "looked at, and decided, before"),
        "outer": (
            Status.NOT_MET,
            Severity.ACTION,
            "an alarm: treated, explained or decided before",
        ),
    }[beyond]
    if beyond == "outer" and case.request.procedure in _STOPS_EMBOLIZATION and lab.key == "hcg":
        severity = Severity.STOP
    if beyond and lab.key == "hcg":
        words = "a pregnancy is possible, whatever was told"
    result = finding(
        f"alarm.{lab.key}", alarm.topic, status, severity,
        f"{text}{old}: {words}." if beyond or alarm.edges else f"{text}{old}: told.",
        profile=profile, inputs={lab.key: lab.told}, considers=(f"lab.{lab.key}",),
        decides=alarm.decides if beyond else "",
    )  # fmt: skip
    return settle(result, case.request, profile)


def _beyond(alarm: Alarm, value: float, case: Case, profile: Profile) -> str:
    """Beyond which edge a value lies: "outer", "inner" or "" for none."""
    edges = {key: profile.alarms.get(one.name, one.value) for key, one in alarm.edges.items()}
    high = case.request.procedure not in alarm.expected_high
    if case.patient.dialysis and not alarm.dialysis:
        return ""
    if alarm.lab == "hcg" and case.patient.sex is Sex.MALE:
        return "inner" if value > edges["outer_high"] else ""
    for kind in ("outer", "inner"):
        low = edges.get(f"{kind}_low")
        top = edges.get(f"{kind}_high")
        if low is not None and value < low and case.request.procedure in alarm.expected_low:
            return "inner"
        if (low is not None and value < low) or (high and top is not None and value > top):
            return "outer" if case.request.procedure in alarm.stops else kind
    return ""


def _age(lab: Lab, now: dt.datetime) -> str:
    if lab.taken is None:
        return ", drawn nobody knows when"
    if lab.taken.timestamp() > now.timestamp():
        return f", drawn {lab.taken:%Y-%m-%d}, later than now"
    days = age_days(lab, now)
    return "" if days is None else f", {days:.0f} d old"
