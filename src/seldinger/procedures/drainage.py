"""Drainage: an abscess or another collection is emptied through a needle or a catheter."""

from __future__ import annotations

from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import TargetPoint
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.drainage.drain import Drain

PROCEDURE = Procedure(
    name="drainage",
    title="Percutaneous drainage of a collection",
    summary="A needle or a pigtail drain in the collection, one-step or over a wire.",
    approach=Percutaneous(target_point=TargetPoint.WHOLE),
    treatment=Drain(),
    required_structures={
        "": (
            "aorta",
            "colon",
            "duodenum",
            "gallbladder",
            "inferior vena cava",
            "left kidney",
            "left lung",
            "liver",
            "pancreas",
            "ribs",
            "right kidney",
            "right lung",
            "small bowel",
            "spleen",
            "stomach",
            "urinary bladder",
            "vertebrae",
        ),
    },
    questions=(
        Question(
            "hydatid",
            "Could the collection be a hydatid cyst (travel, herding, serology): spill and "
            "anaphylaxis?",
            stop_if="yes",
            severity="stop",
            sources=(),
            organs=frozenset({"liver", "spleen"}),
        ),
        Question(
            "liquid",
            "Is it liquid: not a phlegmon, not a necrotic tumour, not unopacified bowel?",
            stop_if="no",
            severity="stop",
            sources=(),
        ),
    ),
    alternatives=(
        (
            "Surgical washout, laparoscopic or open: when no window is safe or the source must be "
            "repaired."
        ),
        "Antibiotics alone and a new scan: for what is small and a patient who is well.",
        "Needle aspiration alone, repeated if needed.",
        "Through stomach, rectum or vagina, or through the buttock, for what lies behind bowel.",
    ),
    references=(
        "abusedera2013",
        "abusedera2016",
        "ballard_sideholes",
        "daga2025",
        "duke_hepatic_sepsis",
        "jaffe2004",
        "koseoglu2009",
        "medscape1821039",
        "modified_seldinger_pcd",
        "patel2019",
        "pmc5315689",
        "sheafor1998",
        "stethoprep",
    ),
    demo=(
        DemoCase(
            "abscess-deep",
            {"hydatid": "no", "liquid": "yes", "urinary bladder": "looked-at"},
            antibiotics="given",
        ),
        DemoCase(
            "abscess-superficial",
            {"hydatid": "no", "liquid": "no", "urinary bladder": "looked-at"},
            depth="superficial",
        ),
    ),
)
