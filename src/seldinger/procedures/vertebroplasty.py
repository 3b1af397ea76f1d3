"""Vertebroplasty: cement through a pedicle into a broken vertebra."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.model import Limits
from seldinger.plan.approach.percutaneous.spine.approach import Transpedicular
from seldinger.plan.declared import DemoCase
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.augmentation.asked import ALTERNATIVES, ASKED, QUESTIONS
from seldinger.plan.treatments.augmentation.options import AugmentationOptions
from seldinger.plan.treatments.augmentation.treat import Augmentation

PROCEDURE = Procedure(
    name="vertebroplasty",
    title="Vertebroplasty",
    summary="Cement through one pedicle or two: corridor, filling, leaks, and what is not known.",
    approach=Transpedicular(limits=Limits(depth_mm=150.0, tilt_deg=30.0)),
    treatment=Augmentation(),
    questions=QUESTIONS,
    alternatives=(
        *ALTERNATIVES,
        "Kyphoplasty where more than half of the height is lost.",
    ),
    references=(
        "fill2003", "pubmed28192270", "li2015unilateral", "zhang2018viscosity", "kallmes2009",
        "buchbinder2009", "firanescu2018", "radiologykey_spine", "alali2009", "embolism2019",
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
