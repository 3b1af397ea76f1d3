"""Kept: whether a hold is kept, can still be kept, or was missed, by now and the last dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.care import drugs
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.care.clearance.holds import Setting
    from seldinger.care.clearance.model import DrugPlan
    from seldinger.care.patient import Drug

SAYS = "%a %d %b %Y %H:%M"


@dataclass(frozen=True, slots=True)
class State:
    """Whether a hold is kept, can still be kept, or was missed."""

    status: Status
    severity: Severity
    words: str
    missing: tuple[str, ...] = ()
    ahead: bool = False


def state_of(plan: DrugPlan, drug: Drug, setting: Setting) -> State:
    """Whether a hold is kept, can still be kept, was missed, or has no date."""
    if setting.case.request.start is None:
        return State(Status.UNKNOWN, Severity.ACTION, "No date without the start", ("the start",))
    if plan.last_dose is None or plan.last_dose_at_most is None:
        missing = [f"dosing times of {drug.told}"] if not drug.times else []
        if setting.case.patient.time_zone is None:
            missing.append("the patient's time zone")
        return State(
            Status.UNKNOWN, Severity.ACTION, "No date without the dosing times", tuple(missing)
        )
    return _kept(
        plan, plan.last_dose.timestamp(), plan.last_dose_at_most.timestamp(), drug, setting
    )


def _kept(plan: DrugPlan, first: float, last: float, drug: Drug, setting: Setting) -> State:
    """Whether the last dose that was taken, or still may be, fits ``first`` to ``last``."""
    words = f"Last dose {_between(plan)}, {plan.hours:.0f} h before the start"
    now = setting.now.timestamp()
    if drug.last is None:
        if now <= first:
            return State(Status.MET, Severity.ACTION, words, ahead=True)
        return State(
            Status.UNKNOWN, Severity.ACTION, f"{words}; not known when it was last taken",
            (f"the last dose of {drug.told}",),
        )  # fmt: skip
    taken, taken_text = drug.last.timestamp(), f"last taken {drug.last:{SAYS}}"
    if taken > now:
        return State(
            Status.UNKNOWN, Severity.ACTION, f"{words}; {taken_text}, which lies after now",
            (f"the right time of the last dose of {drug.told}",),
        )  # fmt: skip
    if now <= first:
        return State(Status.MET, Severity.ACTION, words, ahead=True)
    status = Status.NOT_MET if taken > last else Status.UNKNOWN if taken > first else Status.MET
    note = {
        Status.NOT_MET: "too late for the hold",
        Status.UNKNOWN: "the source gives a range, a local profile decides",
        Status.MET: "kept",
    }[status]
    severity = Severity.INFO if status is Status.MET else Severity.ACTION
    return State(status, severity, f"{words}; {taken_text}: {note}")


def _between(plan: DrugPlan) -> str:
    if plan.last_dose == plan.last_dose_at_most or plan.last_dose_at_most is None:
        return f"{plan.last_dose:{SAYS}}"
    return f"{plan.last_dose:{SAYS}} (longer hold) to {plan.last_dose_at_most:{SAYS}} (shorter)"


def name_of(drug: Drug) -> str:
    """A drug as it is printed: "Apixaban (Eliquis)"."""
    alike = drugs.normalise(drug.told) == drug.name
    return drug.name.capitalize() if alike else f"{drug.name.capitalize()} ({drug.told})"
