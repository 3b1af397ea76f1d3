"""Levels: what a policy says of a dose, as findings; and what follows from it.

A level that was read can alarm, stamped where it was read in a summary only. One from memory is
shown with what it would say, to be confirmed, and never alarms. A dose that is not known leaves its
level unknown, and an interval on both sides of a level does too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care import pages
from seldinger.care.exposure.skin import EstimateKind
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP
from seldinger.evidence.model import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.care.exposure.policy import Level, Policy
    from seldinger.care.exposure.skin import SkinEstimate
    from seldinger.care.exposure.summary import ComparedTotal, DoseSummary

TOPIC = "radiation"
PARTIAL = "dose.partial"
SUMS = "dose.sums."
"""Begins the rule of every total that its irradiations do not add up to."""

SMALL_MISMATCH = pages.assumptions("dose")["small_mismatch"]
_QUANTITIES = {
    "kerma": ("kerma at the reference point", "Gy"),
    "skin": ("peak skin dose", "Gy"),
    "pka": ("kerma-area product", "Gy cm2"),
    "time": ("fluoroscopy time", "min"),
}
_PKA = 1.0e4
_PER_MIN = 60.0


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose as levels see it: best, and the ends between which it may lie; None: not known.

    With ``low`` alone, a part of it is not told: it is that much at least.
    """

    best: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Amounts:
    """The doses of one patient, in Gy, Gy, Gy cm2 and min; None: nobody knows."""

    kerma: Amount
    skin: Amount
    pka: Amount
    time: Amount


def collect_amounts(summary: DoseSummary, skin: SkinEstimate) -> Amounts:
    """What one report says; nothing where its units cannot be believed."""
    if summary.unit_error:
        nothing = Amount(None, None, None)
        return Amounts(nothing, nothing, nothing, nothing)
    return Amounts(
        kerma=_told(summary, "kerma", summary.kerma_gy),
        skin=Amount(skin.peak_gy, skin.low_gy, skin.high_gy),
        pka=_told(summary, "pka", None if summary.pka_gy_m2 is None else summary.pka_gy_m2 * _PKA),
        time=_told(
            summary,
            "fluoro_time",
            None if summary.fluoro_time_s is None else summary.fluoro_time_s / _PER_MIN,
        ),
    )


def _told(made: DoseSummary, quantity: str, value: float | None) -> Amount:
    if quantity in made.at_least:
        return Amount(None, value, None)
    return Amount(value, value, value)


def assess_levels(policy: Policy, profile: str, amounts: Amounts) -> tuple[Finding, ...]:
    """Every level of a policy, in its order; then what it gives no level for.

    ``profile`` is the name that findings carry.

    Raises:
        EvidenceError: a level names a fact that is not there.
    """
    silent = (_silent(quantity, policy, profile, amounts) for quantity in policy.silent)
    return (*(_level(level, profile, amounts) for level in policy.level), *silent)


def _silent(quantity: str, policy: Policy, profile: str, amounts: Amounts) -> Finding:
    """That a policy judges nothing by a quantity, so that silence is no "below"."""
    name, unit = _QUANTITIES[quantity]
    amount: Amount = getattr(amounts, quantity)
    return Finding(
        id=f"dose.{profile}.{quantity}.silent",
        topic=TOPIC,
        status=Status.UNKNOWN,
        severity=Severity.INFO,
        text=(
            f"{name[:1].upper()}{name[1:]} {format_dose(amount, unit)}: {policy.title} gives "
            "no level for it, so it is not judged."
        ),
        inputs={name: format_dose(amount, unit)},
        profile=profile,
    )


def _level(level: Level, profile: str, amounts: Amounts) -> Finding:
    fact = evidence.fact(level.fact)
    name, unit = _QUANTITIES[level.quantity]
    amount: Amount = getattr(amounts, level.quantity)
    edge = fact.value or 0.0
    step = None if level.step is None else evidence.fact(level.step).value
    facts = (level.fact, *(() if level.step is None else (level.step,)))
    words = f"{name} {format_dose(amount, unit)}"
    what = "level of a substantial dose" if level.name == "substantial" else "level of notice"
    status, rest = _stands(amount, edge, step, unit)
    memory = fact.trust is Trust.MEMORY
    if memory:
        status = Status.UNKNOWN
        rest = f"the {what} as it is remembered is {edge:g} {unit}: {rest}"
    else:
        rest = f"{what} {edge:g} {unit}: {rest}"
    reached = level.name == "substantial" and status is Status.NOT_MET
    grave = Severity.ACTION if reached else Severity.CAUTION
    quiet = memory or status is Status.MET
    missing = () if amount.high is not None else (name,)
    return Finding(
        id=f"dose.{profile}.{level.quantity}.{level.name}",
        topic=TOPIC,
        status=status,
        severity=Severity.INFO if quiet else grave,
        text=f"{words[:1].upper()}{words[1:]}; {rest}.",
        inputs={name: format_dose(amount, unit)},
        missing=missing,
        facts=facts,
        stamp=MEMORY_STAMP if memory else SECONDARY_STAMP if fact.trust is Trust.SECONDARY else "",
        profile=profile,
    )


def _stands(amount: Amount, edge: float, step: float | None, unit: str) -> tuple[Status, str]:
    """Whether a dose stays below a level, and how that is said."""
    if amount.high is None:
        return _stands_in_part(amount.low, edge)
    if amount.high < edge:
        return Status.MET, "not reached"
    if amount.best is None:
        return Status.UNKNOWN, "cannot be excluded: only a bound is known"
    if amount.best < edge:
        return Status.UNKNOWN, "the estimate is below, its interval is not"
    again = "" if step is None else _further(amount.best, edge, step, unit)
    return Status.NOT_MET, f"reached{again}"


def _stands_in_part(low: float | None, edge: float) -> tuple[Status, str]:
    """The same of a dose that has no upper end; what is told alone may reach a level."""
    if low is None:
        return Status.UNKNOWN, "the dose is not known"
    if low >= edge:
        return Status.NOT_MET, "reached by what is told, and a part is not told"
    return Status.UNKNOWN, "cannot be excluded: a part of the dose is not told"


def _further(value: float, edge: float, step: float, unit: str) -> str:
    """How many further steps were passed. A step at the level itself is none."""
    count = math.floor((value - edge) / step * (1.0 + 1e-9))
    return f", and {count} further step(s) of {step:g} {unit}" if count > 0 else ""


def format_dose(amount: Amount, unit: str) -> str:
    """A dose in words, with its interval or as a bound."""
    if amount.high is None:
        least = amount.low or 0.0
        return f"at least {least:.3g} {unit}, a part is not told" if least else "unknown"
    # Small doses read better in thousandths.
    fine = unit == "Gy" and amount.high < 1.0
    factor, shown = (1.0e3, "mGy") if fine else (1.0, unit)
    if amount.best is None:
        return f"at most {factor * amount.high:.3g} {shown}"
    if amount.low == amount.high:
        return f"{factor * amount.best:.3g} {shown}"
    low, high = factor * (amount.low or 0.0), factor * amount.high
    return f"{factor * amount.best:.3g} {shown} ({low:.3g} to {high:.3g})"


def recommend_follow_up(levels: Iterable[Finding], profile: str) -> tuple[Finding, ...]:
    """What follows when a substantial dose was reached or cannot be excluded.

    What is to be done is known here from memory only, so it is shown to be confirmed; that it is
    wanted at all follows from the levels.
    """
    substantial = [f for f in levels if f.id.endswith(".substantial")]
    reached = [f for f in substantial if f.status is Status.NOT_MET]
    open_ones = [f for f in substantial if f.status is Status.UNKNOWN and f.stamp != MEMORY_STAMP]
    if not reached and not open_ones:
        return ()
    how = evidence.fact("radiation.follow_up.substantial")
    why = "A substantial dose was reached" if reached else "A substantial dose cannot be excluded"
    wanted = Finding(
        id=f"dose.{profile}.follow_up",
        topic=TOPIC,
        status=Status.NOT_MET if reached else Status.UNKNOWN,
        severity=Severity.ACTION if reached else Severity.CAUTION,
        text=f"{why}: follow-up is due by your department's rule; a physicist looks at the dose.",
        facts=tuple(dict.fromkeys(i for f in (reached or open_ones) for i in f.facts)),
        stamp=next((f.stamp for f in (reached or open_ones) if f.stamp), ""),
        profile=profile,
    )
    remembered = Finding(
        id="dose.follow_up.remembered",
        topic=TOPIC,
        status=Status.UNKNOWN,
        severity=Severity.INFO,
        text=how.statement,
        facts=(how.id,),
        stamp=MEMORY_STAMP if how.trust is Trust.MEMORY else "",
        profile=profile,
    )
    return wanted, remembered


def check_units(summary: DoseSummary) -> tuple[Finding, ...]:
    """Whether a report's units can be believed."""
    if not summary.unit_error:
        return ()
    return (
        Finding(
            id="dose.units",
            topic=TOPIC,
            status=Status.NOT_MET,
            severity=Severity.STOP,
            text=f"{summary.unit_error[:1].upper()}{summary.unit_error[1:]}. No level is judged.",
            inputs={} if summary.area_cm2 is None else {"area": f"{summary.area_cm2:.3g} cm2"},
        ),
    )


def check_complete(summary: DoseSummary) -> tuple[Finding, ...]:
    """Whether a report calls itself complete: what is missing in it no level can judge."""
    if summary.report.complete is not False:
        return ()
    return (
        Finding(
            id=PARTIAL,
            topic=TOPIC,
            status=Status.UNKNOWN,
            severity=Severity.CAUTION,
            text=(
                "The report calls itself partial: irradiations may be missing, and levels judge "
                "only what it tells. Ask for the report that was made when the procedure ended."
            ),
            inputs={"file": summary.report.source.name},
        ),
    )


def check_sums(summary: DoseSummary) -> tuple[Finding, ...]:
    """Whether a report's totals are what its irradiations add up to, with the size of a gap."""
    return tuple(_sum(one, summary) for one in summary.disagreeing)


def _sum(total: ComparedTotal, summary: DoseSummary) -> Finding:
    """One total that does not add up; a gap in the last digits alarms nobody."""
    small = total.share is not None and total.share <= SMALL_MISMATCH.value
    what = "differs in the last digits" if small else "disagrees with itself"
    size = "" if total.share is None else f" ({100.0 * total.share:.2g} %)"
    return Finding(
        id=f"{SUMS}{total.quantity}",
        topic=TOPIC,
        status=Status.NOT_MET,
        severity=Severity.INFO if small else Severity.CAUTION,
        text=(
            f"The report {what}: {_spelled(total.quantity)} is told as "
            f"{_amount(total.told, total.unit)}, its irradiations add up to "
            f"{_amount(total.summed.value, total.unit)}{size}."
        ),
        inputs={"file": summary.report.source.name, "plane": total.plane or "not told"},
    )


def _spelled(quantity: str) -> str:
    return quantity.replace("_", " ").replace("pka", "kerma-area product")


def _amount(value: float | None, unit: str) -> str:
    """A total in the unit in which it is read."""
    if value is None:
        return "nothing"
    factor, shown = {"Gy.m2": (_PKA, "Gy cm2"), "s": (1.0 / _PER_MIN, "min")}.get(unit, (1.0, unit))
    return f"{factor * value:.4g} {shown}"


def check_fetus(pregnant: bool | None, skin: SkinEstimate) -> tuple[Finding, ...]:  # noqa: FBT001  an answer
    """Whether a physicist must look at the dose to a fetus; no number is ever given.

    Args:
        pregnant: True, False, or None: not known.
        skin: of the same report; a CT report counts as well.
    """
    if pregnant is False:
        return ()
    known = pregnant is True
    what = "CT" if skin.how is EstimateKind.NONE else "fluoroscopy"
    return (
        Finding(
            id="dose.fetus",
            topic=TOPIC,
            status=Status.NOT_MET if known else Status.UNKNOWN,
            severity=Severity.ACTION if known else Severity.INFO,
            text=(
                f"Pregnant: a physicist estimates the dose of this {what} to the fetus; none is "
                "given here."
                if known
                else "Whether the patient is pregnant is not told; if she is, a physicist "
                "estimates the dose to the fetus. None is given here."
            ),
            missing=() if known else ("pregnancy",),
        ),
    )
