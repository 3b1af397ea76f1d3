"""Retrieval: by when a filter is to come out, who sees to it, and what is done if it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.ledger_records import NewImplant
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.wording import SECONDARY_STAMP, cite, format_percent, state_fact
from seldinger.simulate.effect import EffectTable

if TYPE_CHECKING:
    from seldinger.care.visit import Visit
    from seldinger.catalogue.venous import CavalFilter
    from seldinger.plan.model import Plan
    from seldinger.plan.treatments.caval_filter.options import CavalFilterOptions

TURN = "outcome_filter.retrieve_by"
_REMOVE = "caval_filter.sir2020.remove"
_PROGRAMME = (
    "outcome_filter.retrieval.before_programme", "outcome_filter.retrieval.with_programme"
)  # fmt: skip
_COMPLEX = "bleeding.sir2019.class.high.filter"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """When a filter is to come out.

    Attributes:
        placed: day of placement; None: not told.
        due: day by which it is to be out; None: unknown, or it is to stay.
        owner: who sees to it; None: nobody.
        why: how the day was found, in words.
        permanent: it is to stay.
    """

    placed: dt.date | None
    due: dt.date | None
    owner: str | None
    why: str
    permanent: bool


def plan_retrieval(
    filter_: CavalFilter, options: CavalFilterOptions, patient: Visit | None
) -> Retrieval:
    """The day and its owner.

    Args:
        filter_: that is placed.
        options: what was told.
        patient: whose visit dates the placement where nobody told the day.
    """
    placed = options.placed
    if placed is None and patient is not None:
        placed = patient.now.date()
    if options.permanent or not filter_.retrievable:
        return Retrieval(placed, None, options.owner, "it is to stay", permanent=True)
    turn = evidence.fact(TURN)
    low, high = turn.interval or (turn.value or 0.0, turn.value or 0.0)
    days, why = low, f"the earlier end of {low:g} to {high:g} days, where a model saw harm outweigh"
    if options.needed_days is not None:
        days, why = options.needed_days, f"needed for {options.needed_days:g} days, as told"
    due = None if placed is None else placed + dt.timedelta(days=round(days))
    return Retrieval(placed, due, options.owner, why, permanent=False)


def judge_retrieval(
    retrieval: Retrieval, options: CavalFilterOptions, today: dt.date | None = None
) -> tuple[Finding, ...]:
    """Whether a day and an owner stand, and whether the day is late.

    Args:
        retrieval: as planned.
        options: what was told.
        today: day of the patient's visit; None: nobody came.
    """
    before, after = (format_percent(key) for key in _PROGRAMME)
    owned = (
        f"Without somebody who owned the list {before} came out, with a team {after}: rates of one "
        "hospital."
    )
    if retrieval.permanent:
        text = "The filter stays for good: its removal is not planned. Somebody owns its follow-up."
        status = Status.MET if retrieval.owner else Status.UNKNOWN
        owner = Finding("retrieval-owner", status, Severity.ACTION, text, cite(*_PROGRAMME))
        return (*_judge_staying(options), owner)
    found = []
    who = retrieval.owner
    text = f"{who} sees to it that the filter comes out. {owned}" if who else (
        f"Nobody is named who sees to it that the filter comes out (owner). {owned}"
    )  # fmt: skip
    status = Status.MET if who else Status.UNKNOWN
    found.append(Finding("retrieval-owner", status, Severity.ACTION, text, cite(*_PROGRAMME)))
    if retrieval.due is None:
        text = "The day of placement was not told: no day of removal goes into the ledger."
        found.append(Finding("retrieval-day", Status.UNKNOWN, Severity.ACTION, text))
    elif today is not None and retrieval.due < today:
        text = f"To be out by {retrieval.due:%Y-%m-%d}, which is past on {today:%Y-%m-%d}."
        found.append(Finding("retrieval-day", Status.NOT_MET, Severity.ACTION, text))
    else:
        text = f"To be out by {retrieval.due:%Y-%m-%d}: {retrieval.why}. {state_fact(_REMOVE)}"
        found.append(
            Finding("retrieval-day", Status.MET, Severity.INFO, text, cite(_REMOVE, TURN),
                    facts=(_REMOVE, TURN), stamp=SECONDARY_STAMP)
        )  # fmt: skip
    turn = evidence.fact(TURN)
    latest = (turn.interval or (0.0, turn.value or 0.0))[1]
    if options.needed_days is not None and options.needed_days > latest:
        text = f"Needed for {options.needed_days:g} days, later than {latest:g}: {state_fact(TURN)}"
        found.append(
            Finding("retrieval-late", Status.NOT_MET, Severity.CAUTION, text, cite(TURN),
                    facts=(TURN,), stamp=SECONDARY_STAMP)
        )  # fmt: skip
    return tuple(found)


def _judge_staying(options: CavalFilterOptions) -> tuple[Finding, ...]:
    """A filter that cannot come out where nobody said that it is to stay."""
    if options.permanent:
        return ()
    need = "" if options.needed_days is None else f" It is needed for {options.needed_days:g} days."
    text = (
        "This filter cannot come out again, and nobody told that it is to stay (permanent)."
        f"{need} {state_fact(_REMOVE)}"
    )
    return (
        Finding("retrieval-none", Status.NOT_MET, Severity.ACTION, text, cite(_REMOVE),
                facts=(_REMOVE,), stamp=SECONDARY_STAMP),
    )  # fmt: skip


def list_techniques(tilt_deg: float | None, touching_deg: float | None) -> EffectTable:
    """What is tried when the filter comes out, in order, with what it did in populations.

    Args:
        tilt_deg: as measured in place; None: not yet.
        touching_deg: tilt at which the hook lies at the wall; None: it cannot.
    """
    at_wall = (
        None if None in (tilt_deg, touching_deg) else (tilt_deg or 0.0) >= (touching_deg or 0.0)
    )
    told = {
        None: "tilt and hook are looked at in the cavogram before removal",
        True: "by the measured tilt the hook lies at the wall: begin with what reaches it",
        False: "by the measured tilt the hook is free of the wall",
    }[at_wall]
    snare, advanced, major = (
        format_percent(f"caval_filter.removal.{key}")
        for key in ("snare", "advanced", "advanced.major")
    )
    rows = (
        ("1", "Cavogram from above", "Clot in the filter: leave it, treat, look again."),
        ("2", "Snare on the hook, sheath over the filter",
         f"{snare} came out where it was used alone: hard cases were chosen out."),
        ("3", "Loop around the neck, forceps at the hook, sheath with laser",
         f"{advanced} came out, {major} with a major complication; most after a snare had failed."),
        ("4", "Left in place", "Handed over for good, with a name and a follow-up."),
    )  # fmt: skip
    note = (
        f"Rates of populations, not this patient's; {told}. "
        f"{evidence.fact(_COMPLEX).statement} [{evidence.fact(_COMPLEX).source}]"
    )
    strong = (2,) if at_wall else (1,)
    return EffectTable(
        "Taking it out", ("", "What is done", "What came of it"), rows, strong, (), note
    )


def build_implant(plan: Plan, udi: str | None = None) -> NewImplant:
    """What goes into the ledger of implants once the filter is placed.

    Args:
        plan: of a caval filter, with the day of placement and an owner.
        udi: identifier on the device's label; None: not recorded.

    Raises:
        PlanError: another plan, or nobody told the day or the owner: an implant has both.
    """
    told = plan.treatment.settings
    if plan.treatment.kind != "caval-filter":
        raise PlanError(f"this plan is of {plan.treatment.kind}: it leaves no filter behind")
    missing = [key for key in ("placed", "owner") if not told.get(key)]
    if missing:
        raise PlanError(
            f"the ledger asks for {' and '.join(missing)} of a filter: tell them with the plan"
        )
    due = told.get("remove_by")
    return NewImplant(
        kind="filter", device=str(told["filter"]), udi=udi,
        placed=dt.date.fromisoformat(str(told["placed"])), owner=str(told["owner"]),
        due=None if due is None else dt.date.fromisoformat(str(due)),
    )  # fmt: skip
