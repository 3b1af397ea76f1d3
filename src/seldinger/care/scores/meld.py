"""MELD, MELD-Na, MELD 3.0: how likely a sick liver is to fail, for adults.

Not capped at 40, as some print them: that cap was not read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, DIALYSIS, SEX, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs
from seldinger.evidence import MEMORY_STAMP

if TYPE_CHECKING:
    from collections.abc import Mapping


ADULT = 18.0


_ON_DIALYSIS = (
    "on dialysis creatinine counts as the highest that the formula takes: that rule is from memory"
)


def _rounded(value: float) -> float:
    """To whole points, halves up."""
    return float(math.floor(value + 0.5))


def _held(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _creatinine(inputs: ScoreInputs, c: Mapping[str, float]) -> float:
    if inputs.yes("dialysis"):
        return c["highest_creatinine"]
    return _held(inputs.number("creatinine"), c["lowest_input"], c["highest_creatinine"])


def _answered(told: ScoreInputs, value: float, *notes: str) -> Answer:
    if told.yes("dialysis"):
        return Answer(value, None, (*notes, _ON_DIALYSIS), stamp=MEMORY_STAMP)
    return Answer(value, None, notes)


def _meld_points(inputs: ScoreInputs, c: Mapping[str, float]) -> float:
    lowest = c["lowest_input"]
    return _rounded(
        c["ln_bilirubin"] * math.log(max(inputs.number("bilirubin"), lowest))
        + c["ln_inr"] * math.log(max(inputs.number("inr"), lowest))
        + c["ln_creatinine"] * math.log(_creatinine(inputs, c))
        + c["constant"]
    )


def _meld(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    return _answered(inputs, _meld_points(inputs, c))


def _meld_na(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    meld = _meld_points(inputs, MELD.coefficients)
    if meld <= c["above"]:
        return _answered(inputs, meld, f"MELD is {meld:g}: sodium counts above {c['above']:g}")
    if not inputs.has("sodium"):
        return Answer(missing=("sodium",))
    sodium = _held(inputs.number("sodium"), c["lowest_sodium"], c["highest_sodium"])
    lack = c["highest_sodium"] - sodium
    value = _rounded(meld + c["sodium"] * lack + c["meld_sodium"] * meld * lack)
    return _answered(inputs, value, f"MELD, rounded first: {meld:g}")


def _meld_3(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    if inputs.number("age") < ADULT:
        return Answer(notes=("under 18 another constant holds, known from memory only: no value",))
    ln_bilirubin = math.log(max(inputs.number("bilirubin"), c["lowest_input"]))
    ln_inr = math.log(max(inputs.number("inr"), c["lowest_input"]))
    ln_creatinine = math.log(_creatinine(inputs, c))
    sodium = c["highest_sodium"] - _held(
        inputs.number("sodium"), c["lowest_sodium"], c["highest_sodium"]
    )
    albumin = c["highest_albumin"] - _held(
        inputs.number("albumin"), c["lowest_albumin"], c["highest_albumin"]
    )
    value = (
        (c["female"] if inputs.word("sex") == "female" else 0.0)
        + c["ln_bilirubin"] * ln_bilirubin
        + c["sodium"] * sodium
        + c["sodium_ln_bilirubin"] * sodium * ln_bilirubin
        + c["ln_inr"] * ln_inr
        + c["ln_creatinine"] * ln_creatinine
        + c["albumin"] * albumin
        + c["albumin_ln_creatinine"] * albumin * ln_creatinine
        + c["constant"]
    )
    return _answered(inputs, _rounded(value))


_LABS = (lab("bilirubin", "mg/dL"), lab("inr", "{INR}"), lab("creatinine", "mg/dL"), DIALYSIS)

MELD = Form(
    name="meld",
    title="MELD",
    about="Liver disease before transplant or TIPS; whole points, not capped at 40.",
    unit="{point}",
    inputs=_LABS,
    prefix="scores.meld",
    judge=_meld,
)
MELD_NA = Form(
    name="meld-na",
    title="MELD-Na",
    about="MELD with sodium, which counts from a MELD of 12 on.",
    unit="{point}",
    inputs=(*_LABS, lab("sodium", "mmol/L", optional=True)),
    prefix="scores.meld_na",
    judge=_meld_na,
    also=MELD.fact_ids,
)
MELD_3 = Form(
    name="meld-3",
    title="MELD 3.0",
    about="MELD with sex, sodium and albumin, for adults.",
    unit="{point}",
    inputs=(*_LABS, lab("sodium", "mmol/L"), lab("albumin", "g/dL"), SEX, AGE),
    prefix="scores.meld_3",
    judge=_meld_3,
)
FORMS = (MELD, MELD_NA, MELD_3)
