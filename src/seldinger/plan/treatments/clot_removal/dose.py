"""Dose: rt-PA by the hour against its limits and their sources; beyond one nothing is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.physics.clot.budget import DoseLimits, Infusion, find_breach, find_longest_h
from seldinger.plan.readiness import read_lab
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
_APART = 0.1
"""Told and measured values that differ by more than this share contradict each other."""
_RATE_APART = 2.0
"""A told rate that differs by more than this factor from that by weight is another treatment."""
_MG_PER_DL = 0.01
"""g/L in one."""
_STOP = Severity.STOP


@dataclass(frozen=True, slots=True)
class Dosing:
    """A dose that keeps its limits.

    Attributes:
        infusion: rate and hours; None where neither weight nor rate is known.
        longest_h: until the sum reaches its limit; None where the rate is unknown.
        stopped_by: what ends it: "lysis", "dose" or "as told".
        hours_to_stop: until the share at which lysis ends is expected to be gone; None: later than
            anything that is looked at, or no infusion.
    """

    infusion: Infusion | None
    longest_h: float | None
    stopped_by: str
    hours_to_stop: float | None = None


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
        weight = _find_weight_kg(options, patient)
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
        return Dosing(wanted, longest, "as told", hours_to_stop)
    hours = longest if hours_to_stop is None else min(hours_to_stop, longest)
    by = "dose" if hours_to_stop is None or longest < hours_to_stop else "lysis"
    return Dosing(Infusion(rate, hours, options.given_mg), longest, by, hours_to_stop)


def _find_weight_kg(options: ClotOptions, patient: Visit | None) -> float | None:
    """As told, else the patient's."""
    if options.lysis_weight_kg is not None or patient is None:
        return options.lysis_weight_kg
    return patient.patient.weight_kg


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
        yield from _judge_end(dosing, one)
    yield from _judge_weight(options, patient)
    yield from _judge_rate(options, patient)
    yield _judge_fibrinogen(options, patient)


def _judge_end(dosing: Dosing, infusion: Infusion) -> Iterator[Finding]:
    """Whether the drug lasts until lysis would end in the middle of people."""
    wanted, longest = dosing.hours_to_stop, dosing.longest_h or 0.0
    share = evidence.fact(STOP).value
    late = "later than is followed" if wanted is None else f"after {wanted:.0f} h"
    if wanted is None or longest < wanted:
        text = (
            f"The sum reaches its limit after {longest:.0f} h, before {share:g} % are gone in the "
            f"middle of people ({late}). {evidence.fact(MOST_TOTAL).statement}"
        )
        yield Finding("dose-lasts", Status.NOT_MET, Severity.ACTION, text, cite(MOST_TOTAL, STOP),
                      facts=(MOST_TOTAL, STOP), stamp=SECONDARY_STAMP)  # fmt: skip
    elif infusion.hours < wanted:
        text = (
            f"Ended after {infusion.hours:.0f} h as told, before {share:g} % are gone in the "
            f"middle of people ({late})."
        )
        yield Finding("dose-lasts", Status.NOT_MET, Severity.CAUTION, text, cite(STOP),
                      facts=(STOP,), stamp=SECONDARY_STAMP)  # fmt: skip


def _judge_weight(options: ClotOptions, patient: Visit | None) -> Iterator[Finding]:
    """Two weights that contradict each other."""
    told = options.lysis_weight_kg
    own = None if patient is None else patient.patient.weight_kg
    if told is not None and own is not None and abs(told - own) > _APART * max(told, own):
        text = (
            f"{told:g} kg are told for the dose, the patient's file has {own:g} kg: find out which "
            "holds."
        )
        yield Finding("dose-weight", Status.NOT_MET, Severity.ACTION, text, cite(RATE))


def _judge_rate(options: ClotOptions, patient: Visit | None) -> Iterator[Finding]:
    """A told rate beside the one by weight: hours and shares are of people who had that."""
    rate, weight = options.rate_mg_per_h, _find_weight_kg(options, patient)
    if rate is None:
        return
    said = (
        f"{evidence.fact(RATE).statement} What is gone after hours was seen in a trial and does "
        "not know the rate."
    )
    if weight is None:
        text = f"{rate:g} mg/h as told; the weight is not known. {said}"
        yield Finding("dose-rate", Status.UNKNOWN, Severity.ACTION, text, cite(RATE),
                      facts=(RATE,), stamp=SECONDARY_STAMP)  # fmt: skip
        return
    usual = evidence.driving_value(RATE, secondary=True) * weight
    if not usual / _RATE_APART <= rate <= usual * _RATE_APART:
        text = f"{rate:g} mg/h as told; by {weight:g} kg it would be {usual:.2f}. {said}"
        yield Finding("dose-rate", Status.NOT_MET, Severity.ACTION, text, cite(RATE),
                      facts=(RATE,), stamp=SECONDARY_STAMP)  # fmt: skip


def _judge_fibrinogen(options: ClotOptions, patient: Visit | None) -> Finding:
    """The lower of what is told and of the patient's laboratory; an old one is not known."""
    least = evidence.driving_value(FIBRINOGEN, secondary=True)
    said = evidence.fact(FIBRINOGEN).statement
    measured, drawn = read_lab(patient, "fibrinogen")
    lab = None if measured is None else _MG_PER_DL * measured
    told = options.fibrinogen_g_per_l
    known = [one for one in (told, lab) if one is not None]
    status, severity = Status.UNKNOWN, Severity.ACTION
    if not known:
        text = f"Fibrinogen is not known{f' ({drawn})' if drawn else ''}. {said}"
    elif min(known) <= least:
        text, status, severity = f"Fibrinogen {min(known):g} g/L. {said}", Status.NOT_MET, _STOP
    elif told is not None and lab is not None and abs(told - lab) > _APART * max(told, lab):
        text = (
            f"Fibrinogen {told:g} g/L as told, {lab:g} by the patient's laboratory: find out which "
            f"holds. {said}"
        )
    else:
        text, status, severity = f"Fibrinogen {min(known):g} g/L. {said}", Status.MET, _STOP
    return Finding("fibrinogen", status, severity, text, cite(FIBRINOGEN),
                   facts=(FIBRINOGEN,), stamp=SECONDARY_STAMP)  # fmt: skip


def judge_platelets(patient: Visit | None) -> tuple[Finding, ...]:
    """The patient's platelets against those of the trial; nothing where no patient was given.

    Args:
        patient: whose laboratory counts.
    """
    if patient is None:
        return ()
    least = evidence.driving_value(PLATELETS, secondary=True)
    found, drawn = read_lab(patient, "platelets")
    said = evidence.fact(PLATELETS).statement
    if found is None:
        text = f"Platelets are not known{f' ({drawn})' if drawn else ''}. {said}"
        return (Finding("lysis-platelets", Status.UNKNOWN, Severity.ACTION, text,
                        cite(PLATELETS), facts=(PLATELETS,), stamp=SECONDARY_STAMP),)  # fmt: skip
    status = Status.MET if found >= least else Status.NOT_MET
    text = f"{drawn}. {said}"
    return (Finding("lysis-platelets", status, Severity.ACTION, text, cite(PLATELETS),
                    facts=(PLATELETS,), stamp=SECONDARY_STAMP),)  # fmt: skip
