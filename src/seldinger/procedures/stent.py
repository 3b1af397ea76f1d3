"""Stent: a scaffold in a narrowed artery, through groin or wrist."""

from __future__ import annotations

from seldinger.catalogue.vascular import BalloonExpandableStent, SelfExpandingStent
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.declared import DemoCase
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.dilation.treat import Dilation

PROCEDURE = Procedure(
    name="stent",
    title="Stent",
    summary="A stent in a narrowed artery, through groin or wrist.",
    approach=Endovascular(),
    treatment=Dilation(
        kinds=(
            BalloonExpandableStent,
            SelfExpandingStent,
        )
    ),
    alternatives=(
        "A balloon alone, and a stent only where a gradient remains.",
        "Drugs and supervised exercise.",
        "Surgery: bypass or endarterectomy.",
        "Nothing.",
    ),
    demo=(DemoCase("right common iliac artery", organ="leg", patient="arteries"),),
)
