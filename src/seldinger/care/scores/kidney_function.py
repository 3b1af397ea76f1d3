"""Kidney function: Cockcroft-Gault clearance for drugs, CKD-EPI 2021 filtration for contrast.

The two are not exchanged: tables of drugs are in clearance, tables of contrast in eGFR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, SEX, WEIGHT, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping

ADULT = 18.0


_CHILD = Answer(notes=("under 18: the formula is for adults, the source is silent",))


def _cockcroft_gault(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    if inputs.number("age") < ADULT:
        return _CHILD
    value = (
        (c["age"] - inputs.number("age"))
        * inputs.number("weight")
        / (c["divisor"] * inputs.number("creatinine"))
    )
    if inputs.word("sex") == "female":
        value *= c["female"]
    return Answer(value, None, ("for the tables of drugs; contrast is judged by eGFR",))


def _ckd_epi_2021(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    if inputs.number("age") < ADULT:
        return _CHILD
    sex = inputs.word("sex")
    ratio = inputs.number("creatinine") / c[f"kappa_{sex}"]
    value = (
        c["factor"]
        * min(ratio, 1.0) ** c[f"alpha_{sex}"]
        * max(ratio, 1.0) ** c["above_kappa"]
        * c["age"] ** inputs.number("age")
        * (c["female"] if sex == "female" else 1.0)
    )
    return Answer(value, None, ("for contrast; the tables of drugs want the clearance",))


COCKCROFT_GAULT = Form(
    name="cockcroft-gault",
    title="Creatinine clearance (Cockcroft-Gault)",
    about="Clearance by actual weight, in which drug tables speak.",
    unit="mL/min",
    inputs=(lab("creatinine", "mg/dL"), AGE, WEIGHT, SEX),
    prefix="scores.cockcroft_gault",
    judge=_cockcroft_gault,
)
CKD_EPI_2021 = Form(
    name="ckd-epi-2021",
    title="eGFR (CKD-EPI 2021)",
    about="Filtration, in which contrast tables speak; a laboratory's own eGFR goes before it.",
    unit="mL/min/{1.73_m2}",
    inputs=(lab("creatinine", "mg/dL"), AGE, SEX),
    prefix="scores.ckd_epi_2021",
    judge=_ckd_epi_2021,
)
FORMS = (COCKCROFT_GAULT, CKD_EPI_2021)
