"""Embolization of a bleeding: coils, a plug or gelatin in an artery of spleen, pelvis or gut."""

from __future__ import annotations

from seldinger.plan.approach.endovascular.organ import EndovascularToOrgan
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.embolization.bleeding.options import HaemostasisOptions
from seldinger.plan.treatments.embolization.bleeding.treat import HaemostaticEmbolization

_ANSWERS = {
    "operate-now": "no",
    "other-bleeding": "no",
    "no-endoscopy": "no",
    "bleeding-corrected": "yes",
}

PROCEDURE = Procedure(
    name="embolization",
    title="Embolization of a bleeding artery",
    summary="Coils, a plug or gelatin: which artery bleeds, where it is closed, what loses blood.",
    approach=EndovascularToOrgan(families=frozenset({"femoral", "radial"})),
    treatment=HaemostaticEmbolization(),
    questions=(
        Question(
            "operate-now",
            "Does anything call for the knife first: peritonitis, a torn bowel, a bleeding that "
            "blood and fluid do not keep up with?",
            stop_if="yes",
            severity="stop",
            sources=("coccolini2017spleen",),
        ),
        Question(
            "other-bleeding",
            "Does it bleed from another place as well, as far as CT and ultrasound show?",
            stop_if="yes",
            severity="action",
            sources=("east_pelvis2011",),
        ),
        Question(
            "no-endoscopy",
            "Does the gut bleed, and endoscopy was neither done nor ruled out?",
            stop_if="yes",
            severity="action",
            sources=("acg2016_ngc",),
        ),
        Question(
            "bleeding-corrected",
            "Are clotting, platelets, calcium and temperature corrected, or being corrected now?",
            stop_if="no",
            severity="action",
            sources=(),
        ),
    ),
    alternatives=(
        "Surgery: repair, packing, removal of the organ.",
        "Endoscopy where the gut bleeds.",
        "Watching, with blood and repeated imaging.",
        "A pelvic binder or external fixation, packing.",
        "A covered stent where the artery must stay open.",
    ),
    references=(
        "coccolini2017spleen",
        "schaid2025",
        "rong2017",
        "requarth2010",
        "east_pelvis2011",
        "minici2023",
        "oakland2019",
        "kinoshita2021",
        "loffroy_ulcer2009",
    ),
    demo=(
        DemoCase(
            "pseudoaneurysm 1",
            _ANSWERS,
            organ="spleen",
            patient="bleeding spleen",
            options=(
                HaemostasisOptions(
                    occluder="coil", injury_grade=4, systolic_mmhg=118.0, pulse_per_min=92.0
                ),
            ),
        ),
        DemoCase(
            "spleen",
            _ANSWERS,
            organ="spleen",
            patient="bleeding spleen",
            options=(
                HaemostasisOptions(
                    occluder="plug", injury_grade=4, systolic_mmhg=118.0, pulse_per_min=92.0
                ),
            ),
        ),
        DemoCase(
            "extravasation 1",
            _ANSWERS,
            organ="colon",
            patient="bleeding colon",
            options=(HaemostasisOptions(occluder="coil", systolic_mmhg=112.0, pulse_per_min=96.0),),
        ),
        DemoCase(
            "pseudoaneurysm 2",
            _ANSWERS,
            organ="pelvis",
            patient="bleeding pelvis",
            options=(HaemostasisOptions(occluder="coil", systolic_mmhg=86.0, pulse_per_min=124.0),),
        ),
    ),
)
