"""Bleeding after kidney biopsy: the French scores of 2020 (native kidneys) and 2023 (grafts too).

Rates are of groups, at 8 days. A group whose rate was not read has none: nothing is interpolated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import SEX, Choice, YesNo, condition, plain_number
from seldinger.care.scores.model import Answer, Form, ScoreInputs, points, read_coefficients

if TYPE_CHECKING:
    from collections.abc import Mapping


_TABLE = "scores.halimi_table"
"""Where the paper's own table departs from its abstract."""

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


def _halimi(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
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
    lowest, highest = _by_the_table(inputs, total, c)
    span = f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
    notes = (f"the table of the same paper departs from its abstract: by it {span} points",)
    # A rate only where abstract and table agree on the group.
    if min(total, lowest) >= c["highest_group_from"]:
        return Answer(total, f"35 points and more: {_rate(c['rate_highest'])}", notes)
    if total >= 0.0 and max(total, highest) <= c["lowest_group_up_to"]:
        return Answer(total, f"0 to 4 points: {_rate(c['rate_lowest'])}", notes)
    return Answer(total, None, (*notes, "the rate of this group was not read: none is given"))


def _by_the_table(inputs: ScoreInputs, total: float, c: Mapping[str, float]) -> tuple[float, float]:
    """The least and the most that the table gives, which splits abnormal kidney function in two."""
    t = read_coefficients(_TABLE)
    sex = -c["female"] if inputs.word("sex") == "female" else t["male"]
    if not inputs.yes("abnormal_kidney_function"):
        return total + sex, total + sex
    rest = total + sex - c["abnormal_kidney_function"]
    mild, acute = t["abnormal_kidney_function"], t["acute_kidney_failure"]
    return rest + mild, rest + mild + acute


def _kaczmarek(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
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
    judge=_halimi,
    beside=(_TABLE,),
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
    judge=_kaczmarek,
)
FORMS = (HALIMI, KACZMAREK)
