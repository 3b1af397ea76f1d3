"""Chemoembolization: beads that carry doxorubicin close the arteries of a liver tumour."""

from __future__ import annotations

from seldinger.plan.approach.endovascular.organ import EndovascularToOrgan
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.embolization.options import EmbolizationOptions
from seldinger.plan.treatments.embolization.treat import Chemoembolization

PROCEDURE = Procedure(
    name="chemoembolization",
    title="Chemoembolization of a liver tumour",
    summary="Beads with doxorubicin into the feeders of a tumour: places, drug, what lodges where.",
    approach=EndovascularToOrgan(families=frozenset({"femoral", "radial"})),
    treatment=Chemoembolization(),
    required_structures={"": ("liver",)},
    questions=(
        Question(
            "vein-invaded",
            "Is the main portal vein or a hepatic vein invaded or closed?",
            stop_if="yes",
            severity="stop",
            sources=("aasld2023",),
        ),
        Question(
            "both-lobes-replaced",
            "Does tumour replace most of both lobes of the liver?",
            stop_if="yes",
            severity="stop",
            sources=("wjh2015_tace",),
        ),
        Question(
            "biliary-access",
            "Is there a bilioenteric anastomosis, a biliary stent, or a cut sphincter?",
            stop_if="yes",
            severity="action",
            sources=("lv2016",),
        ),
        Question(
            "pregnant",
            "Is the patient pregnant or nursing?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
        Question(
            "drug-forbidden",
            "Does heart, blood count or an allergy forbid doxorubicin?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
    ),
    alternatives=(
        "Radioembolization.",
        "Thermal ablation of what is small and few.",
        "Resection or transplantation.",
        "Systemic treatment.",
        "External radiation.",
        "No treatment of the tumour, and relief of complaints.",
    ),
    references=("nouri2019", "martin2011", "debaere2016", "aasld2023", "wjh2015_tace", "lv2016"),
    demo=(
        DemoCase(
            "liver-tumour-1",
            {
                "disease": "hcc",
                "child-pugh": "a",
                "vein-invaded": "no",
                "both-lobes-replaced": "no",
                "biliary-access": "no",
                "pregnant": "no",
                "drug-forbidden": "no",
            },
            organ="liver",
            patient="embolization",
            options=(EmbolizationOptions(agent="dc_bead", total_bilirubin_mg_per_dl=0.8),),
        ),
    ),
)
