"""Liver: ALBI, EZ-ALBI, Child-Pugh, HAP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import Choice, lab, length
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping


def _albi(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    value = c["log_bilirubin"] * math.log10(inputs.number("bilirubin"))
    value += c["albumin"] * inputs.number("albumin")
    # Cuts are printed to two decimals: what rounds to a cut lies on it.
    if round(value, 9) <= c["grade_1_up_to"]:
        return Answer(value, "grade 1")
    return Answer(value, "grade 2" if round(value, 9) <= c["grade_2_up_to"] else "grade 3")


def _ez_albi(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    value = inputs.number("bilirubin") + c["albumin"] * inputs.number("albumin")
    return Answer(value, None, ("its grades were not read: none is given",))


def _child_pugh(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
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
            f"gives one point more: {total + 1}, {_child_pugh_class(total + 1, c)}"
        )
    return Answer(float(total), _child_pugh_class(total, c), tuple(notes))


def _child_pugh_class(total: int, c: Mapping[str, float]) -> str:
    if total <= c["class_a_up_to"]:
        return "class A"
    return "class B" if total <= c["class_b_up_to"] else "class C"


def _hap(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
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
    judge=_albi,
    band_facts=("grade_1_up_to", "grade_2_up_to"),
)
EZ_ALBI = Form(
    name="ez-albi",
    title="EZ-ALBI",
    about="A linear stand-in for ALBI.",
    unit="1",
    inputs=(lab("bilirubin", "mg/dL"), lab("albumin", "g/dL")),
    prefix="scores.ez_albi",
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
    judge=_hap,
)
FORMS = (ALBI, EZ_ALBI, CHILD_PUGH, HAP)
