"""Prostate embolization: particles close the prostatic arteries of both sides."""

from __future__ import annotations

from seldinger.followup.cohorts import CohortShrinkage
from seldinger.followup.volumetry import Kind
from seldinger.plan.approach.endovascular.organ import EndovascularToOrgan
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.embolization.options import EmbolizationOptions
from seldinger.plan.treatments.embolization.pelvis.organs import PROSTATE
from seldinger.plan.treatments.embolization.pelvis.treat import PelvicEmbolization

PROCEDURE = Procedure(
    name="prostate-embolization",
    title="Embolization of the prostate",
    summary="Particles into the prostatic arteries of both sides: places, size, what lodges where.",
    approach=EndovascularToOrgan(families=frozenset({"femoral", "radial"})),
    treatment=PelvicEmbolization(PROSTATE, CohortShrinkage((Kind.PROSTATE,))),
    required_structures={"": ("prostate",)},
    questions=(
        Question(
            "cancer-open",
            "Is cancer of the prostate found, or its work-up not done?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
        Question(
            "urinary-infection",
            "Is there an infection of urine, prostate or pelvis now?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
        Question(
            "severe-atheroma",
            "Are the pelvic arteries severely calcified or narrow?",
            stop_if="yes",
            severity="action",
            sources=("embosphere_ifu",),
        ),
        Question(
            "other-cause",
            "Does something else explain the complaints: a weak bladder, a stricture, a stone, a "
            "nerve?",
            stop_if="yes",
            severity="action",
            sources=(),
        ),
    ),
    alternatives=(
        "Resection or a laser through the urethra.",
        "Enucleation of the gland.",
        "Drugs that relax or shrink the prostate.",
        "A catheter, for a time or for good.",
        "Nothing now, with a look at the bladder.",
    ),
    references=(
        "jung2022",
        "pubmed27345338",
        "pubmed27742235",
        "goyal2022",
        "bilhim2013",
        "pae_trisacryl2026",
    ),
    demo=(
        DemoCase(
            "prostate",
            {
                "cancer-open": "no",
                "urinary-infection": "no",
                "severe-atheroma": "no",
                "other-cause": "no",
            },
            organ="prostate",
            patient="prostate",
            options=(EmbolizationOptions(agent="embosphere", vials=2),),
        ),
    ),
)
