"""Thrombolysis: a drug that dissolves a clot of a deep vein, through a catheter in it."""

from __future__ import annotations

from seldinger.plan.approach.endovascular.veins import EndovascularToClot
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.clot_removal.lysis import Thrombolysis
from seldinger.plan.treatments.clot_removal.options import ClotOptions

PROCEDURE = Procedure(
    name="thrombolysis",
    title="Catheter lysis of a deep-vein thrombosis",
    summary="rt-PA through side holes in the clot: hours, dose within its limits, what stops it.",
    approach=EndovascularToClot(),
    treatment=Thrombolysis(),
    questions=(
        Question(
            "lysis-forbidden",
            "Active bleeding, bleeding in the head, a compartment syndrome, or anticoagulation "
            "forbidden? (as a guideline on arteries of the leg lists it)",
            stop_if="yes",
            severity="stop",
            sources=("sir2013limb",),
        ),
        Question(
            "lysis-doubtful",
            "Of late: stroke, surgery (on head or eye above all), injury, resuscitation, birth, "
            "bleeding from the gut or inside, puncture of an organ? Now: pregnancy, platelets "
            "below 100, a bleeding tendency, severe liver disease, pressure above 180/110, "
            "a tumour, malformation or aneurysm in the head, seizures, endocarditis, bleeding in "
            "the eye by diabetes, a reaction to the drug, less than a year to live?",
            stop_if="yes",
            severity="action",
            sources=("sir2013limb", "attract_criteria"),
        ),
        Question(
            "anticoagulation-after",
            "Can anticoagulation go on afterwards, without a gap?",
            stop_if="no",
            severity="stop",
            sources=("sir2013limb",),
        ),
    ),
    alternatives=(
        "Anticoagulation alone.",
        "Thrombectomy without a drug.",
        "Surgical thrombectomy.",
        "Nothing.",
    ),
    references=("vedantham2017", "enden_cavent", "kearon_attract", "lysis_protocol", "aziz2012"),
    demo=(
        DemoCase(
            "venous clot 1",
            {"lysis-forbidden": "no", "lysis-doubtful": "no", "anticoagulation-after": "yes"},
            organ="leg",
            patient="veins",
            options=(
                ClotOptions(
                    age_days=6.0, lysis_weight_kg=78.0, fibrinogen_g_per_l=3.1, villalta=12.0
                ),
            ),
        ),
    ),
)
