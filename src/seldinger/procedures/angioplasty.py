"""Angioplasty: a balloon in a narrowed artery of leg, kidney or neck."""

from __future__ import annotations

from seldinger.catalogue.vascular import AngioplastyBalloon
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.declared import DemoCase
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.dilation.treat import Dilation

PROCEDURE = Procedure(
    name="angioplasty",
    title="Angioplasty",
    summary="A balloon in a narrowed artery, through groin or wrist.",
    approach=Endovascular(),
    treatment=Dilation(kinds=(AngioplastyBalloon,)),
    alternatives=(
        "Drugs and exercise.",
        "A stent.",
        "Surgery: bypass or endarterectomy.",
        "Nothing.",
    ),
    demo=(
        DemoCase("left renal artery", organ="kidney", patient="arteries"),
        DemoCase("right common iliac artery", organ="leg", patient="arteries"),
    ),
)
