"""Vein: the Villalta score of a leg after a deep-vein thrombosis.

Symptoms are graded by the patient, signs by who looks; an ulcer is severe whatever the sum.
Authorities part their bands differently, and both are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import Choice, YesNo
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRADES = ("0", "1", "2", "3")
_SYMPTOMS = {
    "pain": "Pain",
    "cramps": "Cramps",
    "heaviness": "Heaviness",
    "paraesthesia": "Paraesthesia",
    "itching": "Itching",
}
_SIGNS = {
    "oedema": "Pretibial oedema",
    "induration": "Induration of the skin",
    "hyperpigmentation": "Hyperpigmentation",
    "ectasia": "New venous ectasia",
    "redness": "Redness",
    "calf_pain": "Pain on compression of the calf",
}
_PRANDONI = (
    "after Prandoni 5 to 14 points are mild to moderate, and it takes two visits in a row; a score "
    "within weeks of the clot tells of the clot"
)


def _villalta(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    total = float(sum(int(inputs.word(key)) for key in (*_SYMPTOMS, *_SIGNS)))
    if inputs.yes("ulcer"):
        note = f"an ulcer is severe whatever the sum of {total:g}; one copy adds 15 points for it"
        return Answer(total, "severe post-thrombotic syndrome", (note, _PRANDONI))
    bands = (
        (c["severe_from"], "severe post-thrombotic syndrome"),
        (c["moderate_from"], "moderate post-thrombotic syndrome"),
        (c["pts_from"], "mild post-thrombotic syndrome"),
        (0.0, "no post-thrombotic syndrome"),
    )
    return Answer(total, next(word for least, word in bands if total >= least), (_PRANDONI,))


VILLALTA = Form(
    name="villalta",
    title="Villalta",
    about="Post-thrombotic syndrome of a leg, at visits after a deep-vein thrombosis.",
    unit="{point}",
    inputs=(
        *(Choice(key, name, _GRADES) for key, name in (_SYMPTOMS | _SIGNS).items()),
        YesNo("ulcer", "Venous ulcer"),
    ),
    prefix="scores.villalta",
    judge=_villalta,
    also=("scores.villalta.items", "scores.villalta.prandoni"),
)
FORMS = (VILLALTA,)
