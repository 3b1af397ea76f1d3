"""Kidney function: Cockcroft-Gault clearance for drugs, CKD-EPI 2021 filtration for contrast.

The two are not exchanged: tables of drugs are in clearance, tables of contrast in eGFR.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, SEX, WEIGHT, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs
from seldinger.evidence import SECONDARY_STAMP

if TYPE_CHECKING:
    from seldinger.care.scores.model import Score

ADULT = 18.0

COCKCROFT_GAULT_COEFFICIENTS = MappingProxyType({"age": 140.0, "divisor": 72.0, "female": 0.85})
CKD_EPI_2021_COEFFICIENTS = MappingProxyType(
    {
        "factor": 142.0,
        "kappa_female": 0.7,
        "kappa_male": 0.9,
        "alpha_female": -0.241,
        "alpha_male": -0.302,
        "above_kappa": -1.2,
        "age": 0.9938,
        "female": 1.012,
    }
)

_CHILD = Answer(notes=("under 18: the formula is for adults, the source is silent",))


def _cockcroft_gault(inputs: ScoreInputs) -> Answer:
    c = COCKCROFT_GAULT_COEFFICIENTS
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


def _ckd_epi_2021(inputs: ScoreInputs) -> Answer:
    c = CKD_EPI_2021_COEFFICIENTS
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
    coefficients=COCKCROFT_GAULT_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_cockcroft_gault,
)
CKD_EPI_2021 = Form(
    name="ckd-epi-2021",
    title="eGFR (CKD-EPI 2021)",
    about="Filtration, in which contrast tables speak; a laboratory's own eGFR goes before it.",
    unit="mL/min/{1.73_m2}",
    inputs=(lab("creatinine", "mg/dL"), AGE, SEX),
    prefix="scores.ckd_epi_2021",
    coefficients=CKD_EPI_2021_COEFFICIENTS,
    stamp="",
    judge=_ckd_epi_2021,
)
FORMS = (COCKCROFT_GAULT, CKD_EPI_2021)


def cockcroft_gault(
    creatinine_mg_per_dl: float | None,
    age_years: float | None,
    weight_kg: float | None,
    sex: str | None,
) -> Score:
    """Creatinine clearance of an adult of ``sex`` and ``age_years``, mL/min."""
    return COCKCROFT_GAULT.score(
        {"creatinine": creatinine_mg_per_dl, "age": age_years, "weight": weight_kg, "sex": sex}
    )


def ckd_epi_2021(
    creatinine_mg_per_dl: float | None, age_years: float | None, sex: str | None
) -> Score:
    """Filtration by ``sex`` and ``age_years``, mL/min/1.73 m2; from memory: drives nothing."""
    return CKD_EPI_2021.score({"creatinine": creatinine_mg_per_dl, "age": age_years, "sex": sex})
