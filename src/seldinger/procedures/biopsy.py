"""Biopsy: cores from liver, lung, kidney, bone, node or soft tissue along one straight path."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import Limits
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.biopsy.sample import Sample

_VESSELS = ("aorta", "inferior vena cava")
_ABDOMEN = (
    *_VESSELS,
    "colon",
    "duodenum",
    "gallbladder",
    "left kidney",
    "left lung",
    "liver",
    "pancreas",
    "right kidney",
    "right lung",
    "small bowel",
    "spleen",
    "stomach",
)

PROCEDURE = Procedure(
    name="biopsy",
    title="Percutaneous biopsy",
    summary="Cores of tissue through a needle, by the safest straight path.",
    approach=Percutaneous(limits=Limits(organ_first=frozenset({"liver"}))),
    treatment=Sample(),
    required_structures={
        "": ("ribs", "vertebrae"),
        "liver": (*_ABDOMEN, "hepatic vessels", "portal vein"),
        "left kidney": (*_ABDOMEN, "ureters"),
        "right kidney": (*_ABDOMEN, "ureters"),
        "left lung": (
            *_VESSELS,
            "heart",
            "left lung lower lobe",
            "left lung upper lobe",
            "trachea",
        ),
        "right lung": (
            *_VESSELS,
            "heart",
            "right lung lower lobe",
            "right lung middle lobe",
            "right lung upper lobe",
            "trachea",
        ),
    },
    questions=(
        Question(
            "haemangioma",
            "Does earlier imaging suggest a haemangioma, which needs no needle and may bleed?",
            stop_if="yes",
            severity="stop",
            sources=(),
            organs=frozenset({"liver", "spleen"}),
        ),
        Question(
            "hydatid",
            "Could a cystic lesion be hydatid (travel, herding, serology): spill and anaphylaxis?",
            stop_if="yes",
            severity="stop",
            sources=(),
            organs=frozenset({"liver", "spleen"}),
        ),
        Question(
            "phaeochromocytoma",
            "For an adrenal or retroperitoneal mass: could it be a phaeochromocytoma or "
            "paraganglioma (metanephrines not measured or raised)?",
            stop_if="yes",
            severity="stop",
            sources=(),
            organs=frozenset({"left adrenal gland", "right adrenal gland", "adrenal gland"}),
        ),
    ),
    alternatives=(
        (
            "Surgical biopsy: open, laparoscopic, or thoracoscopic wedge; more tissue, anaesthesia "
            "needed."
        ),
        (
            "Another way to tissue: transjugular for diffuse liver disease that bleeds, endoscopic "
            "or bronchoscopic beside gut or airways, a more superficial lesion elsewhere."
        ),
        "No biopsy: imaging and tumour markers when they decide, follow-up when waiting is safe.",
    ),
    references=(
        "fotiadis2020",
        "halimi2020",
        "huo2020",
        "pubmed24357440",
        "patel2019",
        "sheafor1998",
        "stethoprep",
        "thomaidesbrears2022",
    ),
    demo=(
        DemoCase("liver-tumour-1", {"haemangioma": "no", "hydatid": "no"}, organ="liver"),
        DemoCase("lung-nodule-1"),
    ),
)
