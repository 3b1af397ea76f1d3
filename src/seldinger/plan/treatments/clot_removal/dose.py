"""Dose: rt-PA by the hour against its limits and their sources; beyond one nothing is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.physics.clot.budget import DoseLimits, Infusion, find_breach, find_longest_h
from seldinger.plan.wording import SECONDARY_STAMP, cite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.care.visit import Visit
    from seldinger.plan.treatments.clot_removal.options import ClotOptions

RATE, MOST_RATE = "clot_removal.rtpa.rate", "clot_removal.rtpa.most_rate"
MOST_TOTAL, FIBRINOGEN = "clot_removal.rtpa.most_total", "clot_removal.rtpa.fibrinogen"
PLATELETS = "clot_removal.attract.platelets"
STOP = "clot_removal.rtpa.stop_share"
FACTS = (RATE, MOST_RATE, MOST_TOTAL, FIBRINOGEN, STOP)
_BELOW = 0.99
"""Of the largest rate where weight would give as much: the rate stays below its limit."""


@dataclass(frozen=True, slots=True)
class Dosing:
    """A dose that keeps its limits.

    Attributes:
        infusion: rate and hours; None where neither weight nor rate is known.
        longest_h: until the sum reaches its limit; None where the rate is unknown.
        stopped_by: what ends it: "lysis", "dose" or "as told".
    """

    infusion: Infusion | None
    longest_h: float | None
    stopped_by: str


def read_limits() -> DoseLimits:
    """The limits of rate and sum; secondary facts, stamped wherever they are used."""
    return DoseLimits(
        evidence.driving_value(MOST_RATE, secondary=True),
        evidence.driving_value(MOST_TOTAL, secondary=True),
    )


def plan_dose(options: ClotOptions, patient: Visit | None, hours_to_stop: float | None) -> Dosing:
    """Rate by weight and hours until the stop, within the limits.

    Args:
        options: what was told.
        patient: whose weight counts where none was told.
        hours_to_stop: until the share at which lysis ends is expected to be gone; None: later than
            anything that is looked at.

    Raises:
        PlanError: what was told passes a limit; the limit stands in the message with its source.
    """
    limits = read_limits()
    rate = options.rate_mg_per_h
    if rate is None:
        weight = options.lysis_weight_kg
        if weight is None and patient is not None:
            weight = patient.patient.weight_kg
        if weight is None:
            return Dosing(None, None, "")
        rate = evidence.driving_value(RATE, secondary=True) * weight
        rate = min(rate, _BELOW * limits.most_mg_per_h)
    if rate >= limits.most_mg_per_h:
        _refuse(Infusion(rate, options.hours or 1.0, options.given_mg), limits, MOST_RATE)
    longest = find_longest_h(rate, options.given_mg, limits)
    if longest <= 0.0:
        raise PlanError(
            f"{options.given_mg:g} mg were given before: nothing is left of {limits.most_mg:g} mg "
            f"({_source(MOST_TOTAL)})"
        )
    if options.hours is not None:
        wanted = Infusion(rate, options.hours, options.given_mg)
        _refuse(wanted, limits, MOST_TOTAL)
        return Dosing(wanted, longest, "as told")
    hours = longest if hours_to_stop is None else min(hours_to_stop, longest)
    by = "dose" if hours_to_stop is None or longest < hours_to_stop else "lysis"
    return Dosing(Infusion(rate, hours, options.given_mg), longest, by)


def _refuse(infusion: Infusion, limits: DoseLimits, key: str) -> None:
    breach = find_breach(infusion, limits)
    if breach:
        raise PlanError(f"{breach} ({_source(key)}): give less, or end earlier")


def _source(key: str) -> str:
    fact = evidence.fact(key)
    return f"{fact.statement.rstrip('.')} [{fact.source}; {SECONDARY_STAMP}]"


def judge_dose(dosing: Dosing, options: ClotOptions, patient: Visit | None) -> Iterator[Finding]:
    """The dose, and the laboratory that stops it.

    Args:
        dosing: as planned.
        options: what was told.
        patient: whose laboratory counts where none was told.
    """
    if dosing.infusion is None:
        text = "Neither weight nor a rate was told: no dose is planned."
        yield Finding("dose", Status.UNKNOWN, Severity.ACTION, text, cite(RATE))
    else:
        one = dosing.infusion
        text = (
            f"rt-PA {one.mg_per_h:.2f} mg/h for {one.hours:.0f} h, {one.total_mg:.0f} mg in all; "
            f"{evidence.fact(MOST_RATE).statement} {evidence.fact(MOST_TOTAL).statement}"
        )
        yield Finding("dose", Status.MET, Severity.INFO, text, cite(RATE, MOST_RATE, MOST_TOTAL),
                      facts=FACTS[:3], stamp=SECONDARY_STAMP)  # fmt: skip
    least = evidence.driving_value(FIBRINOGEN, secondary=True)
    found = options.fibrinogen_g_per_l
    if found is None and patient is not None:
        found = _read_fibrinogen(patient)
    if found is None:
        text = f"Fibrinogen is not known. {evidence.fact(FIBRINOGEN).statement}"
        yield Finding("fibrinogen", Status.UNKNOWN, Severity.ACTION, text, cite(FIBRINOGEN),
                      facts=(FIBRINOGEN,), stamp=SECONDARY_STAMP)  # fmt: skip
        return
    status = Status.MET if found > least else Status.NOT_MET
    text = f"Fibrinogen {found:g} g/L. {evidence.fact(FIBRINOGEN).statement}"
    yield Finding("fibrinogen", status, Severity.STOP, text, cite(FIBRINOGEN),
                  facts=(FIBRINOGEN,), stamp=SECONDARY_STAMP)  # fmt: skip


def _read_fibrinogen(patient: Visit) -> float | None:
    """g/L, the latest of the patient's; None where nobody measured it."""
    lab = patient.patient.lab("fibrinogen")
    return None if lab is None else 0.01 * lab.value


def judge_platelets(patient: Visit | None) -> tuple[Finding, ...]:
    """The patient's platelets against those of the trial; nothing where no patient was given.

    Args:
        patient: whose laboratory counts.
    """
    if patient is None:
        return ()
    least = evidence.driving_value(PLATELETS, secondary=True)
    lab = patient.patient.lab("platelets")
    said = evidence.fact(PLATELETS).statement
    if lab is None:
        text = f"Platelets are not known. {said}"
        return (Finding("lysis-platelets", Status.UNKNOWN, Severity.ACTION, text,
                        cite(PLATELETS), facts=(PLATELETS,), stamp=SECONDARY_STAMP),)  # fmt: skip
    status = Status.MET if lab.value >= least else Status.NOT_MET
    text = f"Platelets {lab.told}. {said}"
    return (Finding("lysis-platelets", status, Severity.ACTION, text, cite(PLATELETS),
                    facts=(PLATELETS,), stamp=SECONDARY_STAMP),)  # fmt: skip
