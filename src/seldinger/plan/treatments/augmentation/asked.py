"""Asked: what both augmentations ask, what else could be done, and the demo's answers."""

from __future__ import annotations

from seldinger.plan.declared import Question

QUESTIONS = (
    Question(
        "painful-fracture",
        "Is this the level that hurts, and does MR show that its fracture has not healed?",
        stop_if="no",
        severity="stop",
        sources=(),
    ),
    Question(
        "neurology",
        "Is there a new deficit, or does bone or tumour press on the cord or a root?",
        stop_if="yes",
        severity="stop",
        sources=(),
    ),
    Question(
        "unstable",
        "Is the fracture unstable, or has a fragment moved into the canal?",
        stop_if="yes",
        severity="action",
        sources=("backwall2010",),
    ),
    Question(
        "spine-infection",
        "Is there an infection of the spine, of the skin there, or in the blood?",
        stop_if="yes",
        severity="stop",
        sources=(),
    ),
    Question(
        "level-counted",
        "Have two people counted the level on the images?",
        stop_if="no",
        severity="action",
        sources=(),
    ),
)
ALTERNATIVES = (
    "Pain relief, a brace and walking: most fractures stop hurting within weeks.",
    "Drugs against osteoporosis: without them the next vertebra breaks, with cement or not.",
    "Surgery where the spine is unstable or the cord is pressed.",
    "Radiotherapy, alone or before, where a tumour hurts.",
)
ASKED = {
    "level-counted": "yes", "neurology": "no", "painful-fracture": "yes",
    "spine-infection": "no", "unstable": "no",
}  # fmt: skip
