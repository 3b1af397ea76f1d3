"""Thrombectomy: a clot of a deep vein is taken out pass by pass, without a drug."""

from __future__ import annotations

from seldinger.plan.approach.endovascular.veins import EndovascularToClot
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.clot_removal.extraction import Thrombectomy
from seldinger.plan.treatments.clot_removal.options import ClotOptions

PROCEDURE = Procedure(
    name="thrombectomy",
    title="Thrombectomy of a deep-vein thrombosis",
    summary="A clot-removing catheter in a deep vein: passes, what comes out, what comes after.",
    approach=EndovascularToClot(),
    treatment=Thrombectomy(),
    questions=(
        Question(
            "anticoagulation-after",
            "Can anticoagulation go on afterwards, without a gap?",
            stop_if="no",
            severity="stop",
            sources=(),
        ),
    ),
    alternatives=(
        "Anticoagulation alone.",
        "Catheter lysis.",
        "Surgical thrombectomy.",
        "Nothing.",
    ),
    references=("clout_poster", "clout2023", "clout_age", "vedantham2017"),
    demo=(
        DemoCase(
            "venous clot 1",
            {"anticoagulation-after": "yes"},
            organ="leg",
            patient="veins",
            options=(ClotOptions(age_days=6.0, villalta=12.0),),
        ),
    ),
)
