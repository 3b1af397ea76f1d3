"""MELD, MELD-Na, MELD 3.0: how likely a sick liver is to fail, for adults.

Not capped at 40, as some print them: that cap was not read.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, DIALYSIS, SEX, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.care.scores.model import Score

ADULT = 18.0

MELD_COEFFICIENTS = MappingProxyType(
    {
        "ln_bilirubin": 3.78,
        "ln_inr": 11.2,
        "ln_creatinine": 9.57,
        "constant": 6.43,
        "lowest_input": 1.0,
        "highest_creatinine": 4.0,
    }
)
MELD_NA_COEFFICIENTS = MappingProxyType(
    {
        "sodium": 1.32,
        "meld_sodium": -0.033,
        "above": 11.0,
        "lowest_sodium": 125.0,
        "highest_sodium": 137.0,
    }
)
MELD_3_COEFFICIENTS = MappingProxyType(
    {
        "female": 1.33,
        "ln_bilirubin": 4.56,
        "sodium": 0.82,
        "sodium_ln_bilirubin": -0.24,
        "ln_inr": 9.09,
        "ln_creatinine": 11.14,
        "albumin": 1.85,
        "albumin_ln_creatinine": -1.83,
        "constant": 6.0,
        "lowest_input": 1.0,
        "highest_creatinine": 3.0,
        "lowest_albumin": 1.5,
        "highest_albumin": 3.5,
        "lowest_sodium": 125.0,
        "highest_sodium": 137.0,
    }
)

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


def _meld_points(inputs: ScoreInputs) -> float:
    c = MELD_COEFFICIENTS
    lowest = c["lowest_input"]
    return _rounded(
        c["ln_bilirubin"] * math.log(max(inputs.number("bilirubin"), lowest))
        + c["ln_inr"] * math.log(max(inputs.number("inr"), lowest))
        + c["ln_creatinine"] * math.log(_creatinine(inputs, c))
        + c["constant"]
    )


def _meld(told: ScoreInputs) -> Answer:
    return _answered(told, _meld_points(told))


def _meld_na(inputs: ScoreInputs) -> Answer:
    c = MELD_NA_COEFFICIENTS
    meld = _meld_points(inputs)
    if meld <= c["above"]:
        return _answered(inputs, meld, f"MELD is {meld:g}: sodium counts above {c['above']:g}")
    if not inputs.has("sodium"):
        return Answer(missing=("sodium",))
    sodium = _held(inputs.number("sodium"), c["lowest_sodium"], c["highest_sodium"])
    lack = c["highest_sodium"] - sodium
    value = _rounded(meld + c["sodium"] * lack + c["meld_sodium"] * meld * lack)
    return _answered(inputs, value, f"MELD, rounded first: {meld:g}")


def _meld_3(inputs: ScoreInputs) -> Answer:
    c = MELD_3_COEFFICIENTS
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
    coefficients=MELD_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_meld,
)
MELD_NA = Form(
    name="meld-na",
    title="MELD-Na",
    about="MELD with sodium, which counts from a MELD of 12 on.",
    unit="{point}",
    inputs=(*_LABS, lab("sodium", "mmol/L", optional=True)),
    prefix="scores.meld_na",
    coefficients=MELD_NA_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
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
    coefficients=MELD_3_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_meld_3,
)
FORMS = (MELD, MELD_NA, MELD_3)


def meld(
    bilirubin_mg_per_dl: float | None,
    inr: float | None,
    creatinine_mg_per_dl: float | None,
    *,
    dialysis: bool | None,
) -> Score:
    """MELD in whole points, by two labs, ``inr`` and ``dialysis``."""
    return MELD.score(_common(bilirubin_mg_per_dl, inr, creatinine_mg_per_dl, dialysis=dialysis))


def meld_na(
    bilirubin_mg_per_dl: float | None,
    inr: float | None,
    creatinine_mg_per_dl: float | None,
    sodium_mmol_per_l: float | None,
    *,
    dialysis: bool | None,
) -> Score:
    """MELD-Na in whole points, by three labs, ``inr`` and ``dialysis``."""
    common = _common(bilirubin_mg_per_dl, inr, creatinine_mg_per_dl, dialysis=dialysis)
    return MELD_NA.score({**common, "sodium": sodium_mmol_per_l})


def meld_3(
    bilirubin_mg_per_dl: float | None,
    inr: float | None,
    creatinine_mg_per_dl: float | None,
    *,
    dialysis: bool | None,
    sodium_mmol_per_l: float | None,
    albumin_g_per_dl: float | None,
    sex: str | None,
    age_years: float | None,
) -> Score:
    """MELD 3.0 by labs, ``inr``, ``dialysis``, ``sex`` and ``age_years``, in whole points."""
    common = _common(bilirubin_mg_per_dl, inr, creatinine_mg_per_dl, dialysis=dialysis)
    return MELD_3.score(
        {
            **common,
            "sodium": sodium_mmol_per_l,
            "albumin": albumin_g_per_dl,
            "sex": sex,
            "age": age_years,
        }
    )


def _common(
    bilirubin: float | None, inr: float | None, creatinine: float | None, *, dialysis: bool | None
) -> dict[str, float | bool | str | None]:
    return {"bilirubin": bilirubin, "inr": inr, "creatinine": creatinine, "dialysis": dialysis}
