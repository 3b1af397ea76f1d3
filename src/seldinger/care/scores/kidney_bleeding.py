"""Bleeding after kidney biopsy: the French scores of 2020 (native kidneys) and 2023 (grafts too).

Rates are of groups, at 8 days. A group whose rate was not read has none: nothing is interpolated.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import SEX, Choice, YesNo, condition, plain_number
from seldinger.care.scores.model import Answer, Form, ScoreInputs, points

if TYPE_CHECKING:
    from seldinger.care.scores.model import Score

HALIMI_COEFFICIENTS = MappingProxyType(
    {
        "constant": 5.0,
        "charlson_1_from": 2.0,
        "charlson_2_from": 5.0,
        "charlson_3_above": 6.0,
        "frailty_1_from": 1.5,
        "frailty_2_from": 4.5,
        "frailty_3_above": 9.5,
        "female": 1.0,
        "dyslipidaemia": -1.0,
        "obesity": -1.0,
        "anaemia": 8.0,
        "thrombocytopenia": 2.0,
        "cancer": 2.0,
        "abnormal_kidney_function": 4.0,
        "glomerular_disease": -1.0,
        "vascular_kidney_disease": -1.0,
        "diabetic_kidney_disease": -1.0,
        "autoimmune_disease": 2.0,
        "vasculitis": 5.0,
        "haematological_disease": 2.0,
        "thrombotic_microangiopathy": 4.0,
        "amyloidosis": -2.0,
        "other_diagnosis": -1.0,
        "lowest_group_up_to": 4.0,
        "highest_group_from": 35.0,
        "rate_lowest": 0.004,
        "rate_highest": 0.33,
    }
)
HALIMI_TABLE = MappingProxyType(
    {
        "male": -1.0,
        "abnormal_kidney_function": 2.0,
        "acute_kidney_failure": 4.0,
    }
)
"""Where the paper's own table departs from its abstract."""

KACZMAREK_COEFFICIENTS = MappingProxyType(
    {
        "anaemia": 1.0,
        "female": 1.0,
        "heart_failure": 1.0,
        "acute_kidney_failure": 2.0,
        "graft_0": 0.016,
        "graft_1": 0.029,
        "graft_2": 0.037,
        "graft_3": 0.06,
        "graft_4": 0.08,
        "graft_5": 0.092,
        "native_0": 0.012,
        "native_5": 0.192,
    }
)

_HALIMI_YES_NO = {
    "dyslipidaemia": condition("dyslipidaemia", "Dyslipidaemia", "dyslipidaemia"),
    "obesity": condition("obesity", "Obesity", "obesity"),
    "anaemia": YesNo("anaemia", "Anaemia, as coded"),
    "thrombocytopenia": YesNo("thrombocytopenia", "Thrombocytopenia, as coded"),
    "cancer": condition("cancer", "Cancer", "active-cancer"),
    "abnormal_kidney_function": YesNo("abnormal_kidney_function", "Abnormal kidney function"),
    "glomerular_disease": YesNo("glomerular_disease", "Glomerular disease"),
    "vascular_kidney_disease": YesNo("vascular_kidney_disease", "Vascular kidney disease"),
    "diabetic_kidney_disease": YesNo("diabetic_kidney_disease", "Diabetic kidney disease"),
    "autoimmune_disease": YesNo("autoimmune_disease", "Autoimmune disease"),
    "vasculitis": YesNo("vasculitis", "Vasculitis"),
    "haematological_disease": YesNo("haematological_disease", "Haematological disease"),
    "thrombotic_microangiopathy": YesNo("thrombotic_microangiopathy", "Thrombotic microangiopathy"),
    "amyloidosis": YesNo("amyloidosis", "Amyloidosis"),
    "other_diagnosis": YesNo("other_diagnosis", "Another kidney diagnosis"),
}


def _halimi(inputs: ScoreInputs) -> Answer:
    c = HALIMI_COEFFICIENTS
    charlson, frailty = inputs.number("charlson"), inputs.number("frailty")
    total = (
        c["constant"]
        + (charlson >= c["charlson_1_from"])
        + (charlson >= c["charlson_2_from"])
        + (charlson > c["charlson_3_above"])
        + (frailty >= c["frailty_1_from"])
        + (frailty >= c["frailty_2_from"])
        + (frailty > c["frailty_3_above"])
        + (c["female"] if inputs.word("sex") == "female" else 0.0)
        + points(inputs, {key: c[key] for key in _HALIMI_YES_NO})
    )
    lowest, highest = _by_the_table(inputs, total)
    span = f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
    notes = (f"the table of the same paper departs from its abstract: by it {span} points",)
    # A rate only where abstract and table agree on the group.
    if min(total, lowest) >= c["highest_group_from"]:
        return Answer(total, f"35 points and more: {_rate(c['rate_highest'])}", notes)
    if total >= 0.0 and max(total, highest) <= c["lowest_group_up_to"]:
        return Answer(total, f"0 to 4 points: {_rate(c['rate_lowest'])}", notes)
    return Answer(total, None, (*notes, "the rate of this group was not read: none is given"))


def _by_the_table(inputs: ScoreInputs, total: float) -> tuple[float, float]:
    """The least and the most that the table gives, which splits abnormal kidney function in two."""
    c, t = HALIMI_COEFFICIENTS, HALIMI_TABLE
    sex = -c["female"] if inputs.word("sex") == "female" else t["male"]
    if not inputs.yes("abnormal_kidney_function"):
        return total + sex, total + sex
    rest = total + sex - c["abnormal_kidney_function"]
    mild, acute = t["abnormal_kidney_function"], t["acute_kidney_failure"]
    return rest + mild, rest + mild + acute


def _kaczmarek(inputs: ScoreInputs) -> Answer:
    c = KACZMAREK_COEFFICIENTS
    yes = ("anaemia", "heart_failure", "acute_kidney_failure")
    total = points(inputs, {key: c[key] for key in yes})
    total += c["female"] if inputs.word("sex") == "female" else 0.0
    kidney = inputs.word("kidney")
    rate = c.get(f"{kidney}_{total:.0f}")
    notes = ("the score separates little in grafts: a group's rate, not a patient's",)
    if rate is None:
        return Answer(total, None, (*notes, "the rate of this group was not read: none is given"))
    return Answer(total, f"{kidney}, {total:.0f} points: {_rate(rate)}", notes)


def _rate(share: float) -> str:
    return f"{100.0 * share:.3g} % of the group bled (major bleeding, 8 days, France)"


HALIMI = Form(
    name="halimi",
    title="Kidney biopsy bleeding (Halimi 2020)",
    about="Major bleeding after biopsy of a native kidney; points by the paper's abstract.",
    unit="{point}",
    inputs=(
        plain_number("charlson", "Charlson index", 0.0, 50.0, decimals=0),
        plain_number("frailty", "Hospital frailty index", 0.0, 200.0, decimals=1),
        SEX,
        *_HALIMI_YES_NO.values(),
    ),
    prefix="scores.halimi",
    coefficients=HALIMI_COEFFICIENTS,
    stamp="",
    judge=_halimi,
    also=tuple(f"scores.halimi_table.{key}" for key in HALIMI_TABLE),
)
KACZMAREK = Form(
    name="kaczmarek",
    title="Kidney biopsy bleeding (Kaczmarek 2023)",
    about="Major bleeding after biopsy of a graft or a native kidney.",
    unit="{point}",
    inputs=(
        Choice("kidney", "Kidney", ("graft", "native")),
        YesNo("anaemia", "Anaemia, as coded"),
        SEX,
        condition("heart_failure", "Heart failure", "heart-failure"),
        YesNo(
            "acute_kidney_failure",
            "Acute kidney failure",
            found=lambda patient: patient.acute_kidney_injury,
        ),
    ),
    prefix="scores.kaczmarek",
    coefficients=KACZMAREK_COEFFICIENTS,
    stamp="",
    judge=_kaczmarek,
)
FORMS = (HALIMI, KACZMAREK)


@dataclass(frozen=True, slots=True)
class HalimiInputs:
    """What the score of 2020 asks; None: not known."""

    charlson: int | None = None
    frailty: float | None = None
    sex: str | None = None
    dyslipidaemia: bool | None = None
    obesity: bool | None = None
    anaemia: bool | None = None
    thrombocytopenia: bool | None = None
    cancer: bool | None = None
    abnormal_kidney_function: bool | None = None
    glomerular_disease: bool | None = None
    vascular_kidney_disease: bool | None = None
    diabetic_kidney_disease: bool | None = None
    autoimmune_disease: bool | None = None
    vasculitis: bool | None = None
    haematological_disease: bool | None = None
    thrombotic_microangiopathy: bool | None = None
    amyloidosis: bool | None = None
    other_diagnosis: bool | None = None


def halimi(inputs: HalimiInputs) -> Score:
    """Points of 2020, with a rate for the lowest and the highest group only."""
    return HALIMI.score(asdict(inputs))


def kaczmarek(
    kidney: str | None,
    sex: str | None,
    *,
    anaemia: bool | None,
    heart_failure: bool | None,
    acute_kidney_failure: bool | None,
) -> Score:
    """Points of 2023; of native kidneys only the rates of 0 and 5 points were read.

    ``kidney`` and ``sex`` are words of the form; ``anaemia``, ``heart_failure`` and
    ``acute_kidney_failure`` are yes, no or None: not known.
    """
    return KACZMAREK.score(
        {
            "kidney": kidney,
            "sex": sex,
            "anaemia": anaemia,
            "heart_failure": heart_failure,
            "acute_kidney_failure": acute_kidney_failure,
        }
    )
