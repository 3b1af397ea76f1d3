"""Ablation: a tumour of liver, kidney or lung, heated or frozen with a margin all round."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import Limits, TargetPoint
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.ablation.thermal import HeatOrFreeze

_ABDOMEN = (
    "aorta",
    "colon",
    "duodenum",
    "gallbladder",
    "inferior vena cava",
    "left lung",
    "right lung",
    "small bowel",
    "spleen",
    "stomach",
)
_CHEST = ("aorta", "heart", "inferior vena cava", "oesophagus", "trachea")

PROCEDURE = Procedure(
    name="ablation",
    title="Thermal ablation",
    summary="Heat or cold through one to four probes, with margin, spread and what it spares.",
    approach=Percutaneous(
        limits=Limits(organ_first=frozenset({"liver"})), target_point=TargetPoint.WHOLE
    ),
    treatment=HeatOrFreeze(),
    required_structures={
        "": ("ribs", "vertebrae"),
        "liver": (
            *_ABDOMEN, "bile ducts", "heart", "hepatic vessels", "left kidney", "pancreas",
            "portal vein", "right kidney",
        ),
        "left kidney": (*_ABDOMEN, "liver", "pancreas", "ureters"),
        "right kidney": (*_ABDOMEN, "liver", "pancreas", "ureters"),
        "left lung": (*_CHEST, "pulmonary veins"),
        "right lung": (*_CHEST, "pulmonary veins"),
    },
    questions=(
        Question(
            "biliary-anastomosis",
            "Is there a biliary-enteric anastomosis, sphincterotomy or biliary stent: abscess?",
            stop_if="yes",
            severity="action",
            sources=(),
            organs=frozenset({"liver"}),
        ),
        Question(
            "single-lung",
            "Is this the only lung, or is emphysema severe?",
            stop_if="yes",
            severity="action",
            sources=(),
            organs=frozenset({"left lung", "right lung"}),
        ),
        Question(
            "pacemaker",
            "Is there a pacemaker or defibrillator, which radiofrequency may disturb?",
            stop_if="yes",
            severity="action",
            sources=(),
            modalities=frozenset({"radiofrequency"}),
        ),
    ),
    alternatives=(
        "Resection: the whole tumour under the pathologist's eye, at the price of an operation.",
        "Embolization or radioembolization for what is too large or too many to ablate.",
        "Stereotactic radiotherapy where no needle has a way.",
        "No treatment now: imaging again when the tumour grows slowly or the patient is frail.",
    ),
    references=("wang2013margin", "laimer2021", "laimer2025", "lu2002", "heerink2018", "erp2023"),
    demo=(
        DemoCase(
            "liver-tumour-1",
            {
                "bile ducts": "looked-at", "biliary-anastomosis": "no", "diaphragm": "looked-at",
                "histology": "crlm", "modality": "microwave",
            },
            organ="liver",
            antibiotics="given",
        ),
    ),
)  # fmt: skip
