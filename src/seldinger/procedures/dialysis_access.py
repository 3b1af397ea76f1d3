"""Dialysis access: a balloon in a narrowed fistula or graft, judged by its flow."""

from __future__ import annotations

from seldinger.catalogue.vascular import AngioplastyBalloon
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.dilation.access import AccessDilation

PROCEDURE = Procedure(
    name="dialysis-access",
    title="Intervention on a dialysis access",
    summary="A balloon in a narrowed fistula or graft, judged by its flow.",
    approach=Endovascular(families=frozenset({"dialysis"})),
    treatment=AccessDilation(kinds=(AngioplastyBalloon,)),
    questions=(Question("access-infection", "Is the access infected?", "yes", "stop", ()),),
    alternatives=(
        "A drug-coated balloon.",
        "A stent graft.",
        "Surgical revision, or a new access.",
        "Dialysis through a catheter.",
    ),
    demo=(
        DemoCase(
            "left cephalic vein",
            {"access-infection": "no"},
            organ="dialysis access",
            patient="arteries",
        ),
    ),
)
