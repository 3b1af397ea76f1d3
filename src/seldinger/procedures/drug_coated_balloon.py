"""Drug-coated balloon: one that brings a drug to the wall of a narrowed artery."""

from __future__ import annotations

from seldinger.catalogue.vascular import DrugCoatedBalloon
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.declared import DemoCase
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.dilation.coated import CoatedDilation

PROCEDURE = Procedure(
    name="drug-coated-balloon",
    title="Drug-coated balloon",
    summary="A balloon that brings a drug to the wall of a narrowed artery.",
    approach=Endovascular(),
    treatment=CoatedDilation(kinds=(DrugCoatedBalloon,)),
    alternatives=(
        "A plain balloon.",
        "Drugs and supervised exercise.",
        "Surgery: bypass or endarterectomy.",
        "Nothing.",
    ),
    demo=(DemoCase("left superficial femoral artery", organ="leg", patient="arteries"),),
)
