"""Fibroid embolization: particles close both uterine arteries, so that fibroids shrink."""

from __future__ import annotations

from seldinger.followup.cohorts import CohortShrinkage
from seldinger.followup.volumetry import Kind
from seldinger.plan.approach.endovascular.organ import EndovascularToOrgan
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.embolization.options import EmbolizationOptions
from seldinger.plan.treatments.embolization.pelvis.organs import UTERUS
from seldinger.plan.treatments.embolization.pelvis.treat import PelvicEmbolization

PROCEDURE = Procedure(
    name="fibroid-embolization",
    title="Embolization of uterine fibroids",
    summary="Particles into both uterine arteries: places, size, what lodges where, the ovaries.",
    approach=EndovascularToOrgan(families=frozenset({"femoral", "radial"})),
    treatment=PelvicEmbolization(UTERUS, CohortShrinkage((Kind.FIBROID, Kind.UTERUS))),
    required_structures={"": ("uterus",)},
    questions=(
        Question(
            "pregnant",
            "Is she pregnant?",
            stop_if="yes",
            severity="stop",
            sources=("rcog2013",),
        ),
        Question(
            "pelvic-infection",
            "Is there, or was there lately, an infection in the pelvis?",
            stop_if="yes",
            severity="stop",
            sources=("rcog2013",),
        ),
        Question(
            "cancer-suspected",
            "Does anything suggest a cancer of womb, cervix or ovary (fast growth, bleeding after "
            "menopause, the look on MR)?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
        Question(
            "hysterectomy-refused",
            "Would she refuse to lose her womb even if a complication asked for it?",
            stop_if="yes",
            severity="action",
            sources=("vanderkooij2010",),
        ),
        Question(
            "wishes-child",
            "Does she wish to have a child? (trials do not agree)",
            stop_if="yes",
            severity="action",
            sources=("mara2008", "femme2021"),
        ),
        Question(
            "ovarian-supply",
            "Does an aortogram or MR angiography show an ovarian artery that feeds womb or "
            "fibroids, or a uterine artery that feeds an ovary?",
            stop_if="yes",
            severity="action",
            sources=("razavi2002",),
        ),
        Question(
            "thin-stalk",
            "Does a fibroid hang on a thin stalk, or lie free in the cavity?",
            stop_if="yes",
            severity="action",
            sources=(),
        ),
    ),
    alternatives=(
        "Taking the fibroids out (myomectomy).",
        "Taking the womb out (hysterectomy).",
        "Drugs against bleeding, or that shrink fibroids for a time.",
        "Focused ultrasound or another ablation.",
        "Nothing now: fibroids often shrink after menopause.",
    ),
    references=("uae_quality", "rcog2013", "pron2003", "razavi2002", "sofy2023", "femme2021"),
    demo=(
        DemoCase(
            "uterine-fibroid-1",
            {
                "pregnant": "no",
                "pelvic-infection": "no",
                "cancer-suspected": "no",
                "hysterectomy-refused": "no",
                "wishes-child": "no",
                "ovarian-supply": "no",
                "thin-stalk": "no",
            },
            organ="uterus",
            patient="fibroids",
            options=(EmbolizationOptions(agent="pva", vials=4, vial_ml=1.0),),
        ),
    ),
)
