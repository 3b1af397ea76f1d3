"""State: whether the patient is stable, and how badly the spleen is injured, by cited rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.bleeding.regions import (
    KIDNEY,
    LOWER_GUT,
    PELVIS,
    SPLEEN,
)
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.treatments.embolization.bleeding.options import HaemostasisOptions
    from seldinger.plan.treatments.embolization.bleeding.places import Places

_SYSTOLIC = "haemostasis.spleen.wses.unstable.systolic"
_INDEX = "haemostasis.spleen.wses.unstable.shock_index"
_GUT_INDEX = "haemostasis.lower_gut.bsg.shock_index"
_UNSTABLE_SPLEEN = (
    "haemostasis.spleen.wses.grade_4", "haemostasis.spleen.unstable.survival",
    "haemostasis.spleen.unstable.rescue",
)  # fmt: skip
_UNSTABLE_PELVIS = ("haemostasis.pelvis.east.unstable", "haemostasis.pelvis.time.early",
                    "haemostasis.pelvis.time.no_difference")  # fmt: skip
_UNSTABLE_GUT = ("haemostasis.lower_gut.bsg.ct",)
_UNSTABLE_KIDNEY = ("haemostasis.any.unstable",)
_EMBOLIZE, _CONSIDER = "haemostasis.spleen.wses.grade_3", "haemostasis.spleen.wses.grade_1_2"
_GUIDELINES = "haemostasis.spleen.guidelines.prophylactic"
_TRIAL = (
    "haemostasis.spleen.splash.salvage.embolized", "haemostasis.spleen.splash.salvage.watched",
    "haemostasis.spleen.splash.salvage.difference",
)  # fmt: skip
_VASCULAR = "haemostasis.spleen.aast.grade_4"
_SEVERE = 4


def judge_state(places: Places, told: HaemostasisOptions) -> Iterator[Finding]:
    """What the patient's state asks for.

    Args:
        places: with the region.
        told: pressure, pulse and grade.
    """
    yield _judge_shock(places, told)
    if places.region is SPLEEN:
        yield from _judge_grade(places, told)


def _judge_shock(places: Places, told: HaemostasisOptions) -> Finding:
    systolic, pulse = told.systolic_mmhg, told.pulse_per_min
    missing = [
        word
        for word, value in (
            ("the systolic pressure (--systolic-mmhg)", systolic),
            ("the heart rate (--pulse-per-min)", pulse),
        )
        if value is None
    ]
    facts: tuple[str, ...] = (_SYSTOLIC, _INDEX)
    if places.region is LOWER_GUT:
        facts = (*facts, _GUT_INDEX)
    index = None if systolic is None or pulse is None else pulse / systolic
    least, most = evidence.driving_value(_SYSTOLIC), evidence.driving_value(_INDEX)
    low = systolic is not None and systolic < least
    if not low and not (index is not None and index > most):
        if missing:
            return Finding(
                "bleeding-state", Status.UNKNOWN, Severity.ACTION,
                f"Not told: {' and '.join(missing)}. Whether to embolize or to operate hangs on "
                "it.", cite(*facts), facts=facts, missing=tuple(missing),
            )  # fmt: skip
        text = f"Systolic {systolic:g} mmHg, pulse {pulse:g}, shock index {index:.2f}: stable. " + (
            " ".join(state_fact(one) for one in facts)
        )
        return Finding(
            "bleeding-state", Status.MET, Severity.ACTION, text, cite(*facts), facts=facts
        )
    shown = "not known" if index is None else f"{index:.2f}"
    pressure = "not told" if systolic is None else f"{systolic:g} mmHg"
    text = f"Unstable: systolic {pressure}, shock index {shown}."
    status: Status = Status.UNKNOWN
    more: tuple[str, ...] = ()
    if places.region is SPLEEN:
        status, more = Status.NOT_MET, _UNSTABLE_SPLEEN
    elif places.region is KIDNEY:
        status, more = Status.NOT_MET, _UNSTABLE_KIDNEY
    elif places.region is PELVIS:
        status, more = Status.MET, _UNSTABLE_PELVIS
    elif places.region is LOWER_GUT:
        status, more = Status.MET, _UNSTABLE_GUT
    else:
        text += f" No rule was read of what that asks for in the {places.region.name}."
    facts = (*facts, *more)
    text = " ".join((text, *(state_fact(one) for one in facts)))
    return Finding("bleeding-state", status, Severity.ACTION, text, cite(*facts), facts=facts)


def _judge_grade(places: Places, told: HaemostasisOptions) -> Iterator[Finding]:
    grade = told.injury_grade
    if grade is None:
        text = (
            "Not told: the grade of the injury (--injury-grade, AAST 2018). A spleen that bleeds "
            "without an injury has none: then say so in the record; no rule was read of it."
        )
        yield Finding("injury-grade", Status.UNKNOWN, Severity.ACTION, text,
                      missing=("injury grade",))  # fmt: skip
        return
    labelled = places.source is not None or bool(places.labelled)
    if labelled and grade < _SEVERE:
        text = (
            f"Grade {grade} is told and a bleeding of an artery is labelled. "
            f"{state_fact(_VASCULAR)} Grade it again."
        )
        yield Finding("injury-grade", Status.NOT_MET, Severity.ACTION, text, cite(_VASCULAR),
                      facts=(_VASCULAR,))  # fmt: skip
        return
    if grade >= _SEVERE:
        facts = (_EMBOLIZE, _GUIDELINES, *_TRIAL)
        text = " ".join((f"Grade {grade}.", *(state_fact(one) for one in facts)))
        yield Finding("injury-grade", Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
        return
    facts = (_CONSIDER, _GUIDELINES, *_TRIAL)
    begun = (
        f"Grade {grade}, and no bleeding of an artery is labelled: authorities do not agree that "
        "it is embolized."
    )
    text = " ".join((begun, *(state_fact(one) for one in facts)))
    yield Finding("injury-grade", Status.NOT_MET, Severity.ACTION, text, cite(*facts), facts=facts)
