"""Cholecystostomy: the gallbladder is drained when an operation is too dangerous."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import TargetPoint
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.drainage.drain import Drain

PROCEDURE = Procedure(
    name="cholecystostomy",
    title="Percutaneous cholecystostomy",
    summary="A pigtail drain in the gallbladder, through a little liver where that is possible.",
    approach=Percutaneous(
        permitted_structures=frozenset({"liver"}), target_point=TargetPoint.WHOLE
    ),
    treatment=Drain(gallbladder=True),
    required_structures={
        "": (
            "colon",
            "duodenum",
            "inferior vena cava",
            "liver",
            "portal vein",
            "hepatic vessels",
            "ribs",
            "right kidney",
            "right lung",
            "small bowel",
            "stomach",
        ),
    },
    questions=(
        Question(
            "fit-for-surgery",
            "Can the patient be operated on? High-risk patients who can, fare better with "
            "laparoscopic cholecystectomy",
            stop_if="yes",
            severity="action",
            sources=("loozen2018",),
        ),
    ),
    alternatives=(
        (
            "Laparoscopic cholecystectomy, early: the trial in high-risk patients favours it "
            "[loozen2018]."
        ),
        "Antibiotics and waiting, with the operation planned or declined.",
        "Endoscopic drainage of the gallbladder where it is offered.",
    ),
    references=(
        "abusedera2013",
        "abusedera2016",
        "ballard_sideholes",
        "celik2023",
        "daga2025",
        "duke_hepatic_sepsis",
        "loozen2018",
        "medscape1821039",
        "modified_seldinger_pcd",
        "patel2019",
        "pmc5315689",
        "sheafor1998",
        "stethoprep",
        "turino2019",
        "winbladh2009",
    ),
    demo=(DemoCase("gallbladder", {"fit-for-surgery": "no"}),),
)
