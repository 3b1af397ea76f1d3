"""Liver: ALBI, EZ-ALBI, Child-Pugh, HAP."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import Choice, lab, length
from seldinger.care.scores.model import Answer, Form, ScoreInputs
from seldinger.evidence import SECONDARY_STAMP

if TYPE_CHECKING:
    from seldinger.care.scores.model import Score

ALBI_COEFFICIENTS = MappingProxyType(
    {
        "log_bilirubin": 0.66,
        "albumin": -0.085,
        "grade_1_up_to": -2.60,
        "grade_2_up_to": -1.39,
    }
)
EZ_ALBI_COEFFICIENTS = MappingProxyType({"albumin": -9.0})
CHILD_PUGH_COEFFICIENTS = MappingProxyType(
    {
        "bilirubin_2_points_from": 2.0,
        "bilirubin_3_points_above": 3.0,
        "albumin_1_point_above": 3.5,
        "albumin_3_points_below": 2.8,
        "albumin_3_points_below_harrison": 3.0,
        "inr_2_points_from": 1.7,
        "inr_3_points_above": 2.3,
        "class_a_up_to": 6.0,
        "class_b_up_to": 9.0,
    }
)
HAP_COEFFICIENTS = MappingProxyType(
    {
        "albumin_below": 36.0,
        "bilirubin_above": 17.0,
        "afp_above": 400.0,
        "size_above": 70.0,
        "survival_a": 27.6,
        "survival_b": 18.5,
        "survival_c": 9.0,
        "survival_d": 3.6,
    }
)


def _albi(told: ScoreInputs) -> Answer:
    c = ALBI_COEFFICIENTS
    value = c["log_bilirubin"] * math.log10(told.number("bilirubin")) + c["albumin"] * told.number(
        "albumin"
    )
    # Cuts are printed to two decimals: what rounds to a cut lies on it.
    if round(value, 9) <= c["grade_1_up_to"]:
        return Answer(value, "grade 1")
    return Answer(value, "grade 2" if round(value, 9) <= c["grade_2_up_to"] else "grade 3")


def _ez_albi(told: ScoreInputs) -> Answer:
    value = told.number("bilirubin") + EZ_ALBI_COEFFICIENTS["albumin"] * told.number("albumin")
    return Answer(value, None, ("its grades were not read: none is given",))


def _child_pugh(inputs: ScoreInputs) -> Answer:
    c = CHILD_PUGH_COEFFICIENTS
    bilirubin, albumin, inr = (inputs.number(k) for k in ("bilirubin", "albumin", "inr"))
    total = (
        1
        + (bilirubin >= c["bilirubin_2_points_from"])
        + (bilirubin > c["bilirubin_3_points_above"])
        + 1
        + (albumin <= c["albumin_1_point_above"])
        + (albumin < c["albumin_3_points_below"])
        + 1
        + (inr >= c["inr_2_points_from"])
        + (inr > c["inr_3_points_above"])
        + 1
        + ASCITES.choices.index(inputs.word("ascites"))
        + 1
        + ENCEPHALOPATHY.choices.index(inputs.word("encephalopathy"))
    )
    notes = ["in cholestatic disease other cuts of bilirubin hold; not used here"]
    if c["albumin_3_points_below"] <= albumin < c["albumin_3_points_below_harrison"]:
        notes.append(
            f"another table cuts albumin at {c['albumin_3_points_below_harrison']:.1f} g/dL and "
            f"gives one point more: {total + 1}, {_child_pugh_class(total + 1)}"
        )
    return Answer(float(total), _child_pugh_class(total), tuple(notes))


def _child_pugh_class(total: int) -> str:
    if total <= CHILD_PUGH_COEFFICIENTS["class_a_up_to"]:
        return "class A"
    return "class B" if total <= CHILD_PUGH_COEFFICIENTS["class_b_up_to"] else "class C"


def _hap(inputs: ScoreInputs) -> Answer:
    c = HAP_COEFFICIENTS
    total = (
        (inputs.number("albumin") < c["albumin_below"])
        + (inputs.number("bilirubin") > c["bilirubin_above"])
        + (inputs.number("afp") > c["afp_above"])
        + (inputs.number("size") > c["size_above"])
    )
    group = "abcd"[min(total, 3)]
    survival = f"{c[f'survival_{group}']:g} months"
    return Answer(
        float(total),
        f"HAP {group.upper()}",
        (
            f"median survival of the group in its derivation, which does not transfer: {survival}",
            "the paper prints the albumin threshold in g/dL; it is in g/L",
        ),
    )


ASCITES = Choice("ascites", "Ascites", ("none", "slight", "moderate"))
ENCEPHALOPATHY = Choice("encephalopathy", "Encephalopathy", ("none", "grade-1-2", "grade-3-4"))

ALBI = Form(
    name="albi",
    title="ALBI",
    about="Liver function in hepatocellular carcinoma.",
    unit="1",
    inputs=(lab("bilirubin", "umol/L"), lab("albumin", "g/L")),
    prefix="scores.albi",
    coefficients=ALBI_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_albi,
    band_stamp=SECONDARY_STAMP,
    band_facts=("grade_1_up_to", "grade_2_up_to"),
)
EZ_ALBI = Form(
    name="ez-albi",
    title="EZ-ALBI",
    about="A linear stand-in for ALBI.",
    unit="1",
    inputs=(lab("bilirubin", "mg/dL"), lab("albumin", "g/dL")),
    prefix="scores.ez_albi",
    coefficients=EZ_ALBI_COEFFICIENTS,
    stamp="",
    judge=_ez_albi,
)
CHILD_PUGH = Form(
    name="child-pugh",
    title="Child-Pugh",
    about="Liver function in cirrhosis.",
    unit="{point}",
    inputs=(
        lab("bilirubin", "mg/dL"),
        lab("albumin", "g/dL"),
        lab("inr", "{INR}"),
        ASCITES,
        ENCEPHALOPATHY,
    ),
    prefix="scores.child_pugh",
    coefficients=CHILD_PUGH_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_child_pugh,
)
HAP = Form(
    name="hap",
    title="HAP",
    about="Hepatocellular carcinoma before embolization (TACE or TAE).",
    unit="{point}",
    inputs=(
        lab("albumin", "g/L"),
        lab("bilirubin", "umol/L"),
        lab("afp", "ng/mL"),
        length("size", "Largest tumour", 300.0),
    ),
    prefix="scores.hap",
    coefficients=HAP_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_hap,
)
FORMS = (ALBI, EZ_ALBI, CHILD_PUGH, HAP)


def albi(bilirubin_umol_per_l: float | None, albumin_g_per_l: float | None) -> Score:
    """ALBI; its grade is to be confirmed."""
    return ALBI.score({"bilirubin": bilirubin_umol_per_l, "albumin": albumin_g_per_l})


def ez_albi(bilirubin_mg_per_dl: float | None, albumin_g_per_dl: float | None) -> Score:
    """EZ-ALBI, without a grade."""
    return EZ_ALBI.score({"bilirubin": bilirubin_mg_per_dl, "albumin": albumin_g_per_dl})


def child_pugh(
    bilirubin_mg_per_dl: float | None,
    albumin_g_per_dl: float | None,
    inr: float | None,
    ascites: str | None,
    encephalopathy: str | None,
) -> Score:
    """Child-Pugh by labs, ``inr``, ``ascites``, ``encephalopathy``; from memory: drives nothing."""
    return CHILD_PUGH.score(
        {
            "bilirubin": bilirubin_mg_per_dl,
            "albumin": albumin_g_per_dl,
            "inr": inr,
            "ascites": ascites,
            "encephalopathy": encephalopathy,
        }
    )


def hap(
    albumin_g_per_l: float | None,
    bilirubin_umol_per_l: float | None,
    afp_ng_per_ml: float | None,
    size_mm: float | None,
) -> Score:
    """The HAP score, one point for each of four."""
    return HAP.score(
        {
            "albumin": albumin_g_per_l,
            "bilirubin": bilirubin_umol_per_l,
            "afp": afp_ng_per_ml,
            "size": size_mm,
        }
    )
