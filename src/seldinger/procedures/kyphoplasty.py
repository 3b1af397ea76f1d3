"""Kyphoplasty: balloons make room in a broken vertebra, cement fills it."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.model import Limits
from seldinger.plan.approach.percutaneous.spine.approach import Transpedicular
from seldinger.plan.declared import DemoCase
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.augmentation.asked import ALTERNATIVES, ASKED, QUESTIONS
from seldinger.plan.treatments.augmentation.options import AugmentationOptions
from seldinger.plan.treatments.augmentation.treat import Augmentation

PROCEDURE = Procedure(
    name="kyphoplasty",
    title="Kyphoplasty",
    summary="A balloon through each pedicle, cement into the cavity: corridor, room, filling.",
    approach=Transpedicular(limits=Limits(depth_mm=150.0, tilt_deg=30.0)),
    treatment=Augmentation(balloon=True),
    questions=QUESTIONS,
    alternatives=(
        *ALTERNATIVES,
        "Vertebroplasty where up to half of the height is lost.",
    ),
    references=(
        "free2013kyphosis", "yavuz2023", "wardlaw2009", "rotter2015", "pubmed28192270",
        "zhang2018viscosity", "radiologykey_spine", "alali2009", "embolism2019",
    ),
    demo=(
        DemoCase(
            "T12", {**ASKED, "cause": "osteoporosis"}, organ="vertebrae", antibiotics="given",
            patient="spine", options=(AugmentationOptions(fracture_weeks=4.0),),
        ),
        DemoCase(
            "L3", {**ASKED, "cause": "metastasis"}, organ="vertebrae", antibiotics="given",
            patient="spine", options=(AugmentationOptions(fracture_weeks=4.0),),
        ),
    ),
)  # fmt: skip
