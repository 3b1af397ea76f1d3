"""Radioembolization: microspheres that carry a beta emitter, given into an artery of the liver."""

from __future__ import annotations

import datetime as dt

from seldinger.plan.approach.endovascular.organ import EndovascularToOrgan
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.irradiation.options import IrradiationOptions
from seldinger.plan.treatments.irradiation.treat import Irradiation

PROCEDURE = Procedure(
    name="radioembolization",
    title="Radioembolization of a liver tumour",
    summary="Microspheres into an artery of the liver: activity, dose by compartment, vial, way.",
    approach=EndovascularToOrgan(families=frozenset({"femoral", "radial"})),
    treatment=Irradiation(),
    required_structures={"": ("liver", "left lung", "right lung")},
    questions=(
        Question(
            "flow-aside",
            "Do angiogram and albumin show that what is given at the tip stays in the liver, or is "
            "every artery that leads to stomach, duodenum, gallbladder or skin occluded?",
            stop_if="no",
            severity="stop",
            sources=("arteriography_y90",),
        ),
        Question(
            "liver-failing",
            "Does the liver fail: ascites, or bilirubin over 2 mg/dL that no stent brings down?",
            stop_if="yes",
            severity="stop",
            sources=("gandhi_redflags",),
        ),
        Question(
            "pregnant-or-nursing",
            "Is the patient pregnant or nursing?",
            stop_if="yes",
            severity="stop",
            sources=(),
        ),
        Question(
            "portal-vein-closed",
            "Is the main portal vein closed, with a product that blocks arteries?",
            stop_if="yes",
            severity="action",
            sources=(),
        ),
    ),
    alternatives=(
        "Chemoembolization.",
        "Thermal ablation of what is small and few.",
        "Resection or transplantation.",
        "Systemic treatment.",
        "External radiation.",
        "No treatment of the tumour, and relief of complaints.",
    ),
    references=(
        "arteriography_y90",
        "cournane2019",
        "eanm2022",
        "gandhi_redflags",
        "ejnmmires2014_lung",
        "thomas2026",
        "vanroekel_thesis",
    ),
    demo=(
        DemoCase(
            "liver-tumour-1",
            {
                "product": "glass",
                "intent": "unilobar",
                "disease": "hcc",
                "compromised": "no",
                "flow-aside": "yes",
                "liver-failing": "no",
                "pregnant-or-nursing": "no",
                "portal-vein-closed": "no",
            },
            organ="liver",
            patient="uptake",
            options=(
                IrradiationOptions(
                    injection="right hepatic artery",
                    lung_shunt=0.07,
                    lung_mass_kg=1.0,
                    earlier_lung_gy=0.0,
                    bilirubin_mg_per_dl=0.8,
                    residual=0.01,
                    treat_at=dt.datetime.fromisoformat("2026-12-09T11:00+01:00"),
                    calibrations=(dt.datetime.fromisoformat("2026-12-06T12:00-05:00"),),
                    use_from_hours=0.0,
                    use_until_hours=288.0,
                    vial_tolerance=0.1,
                ),
            ),
        ),
    ),
)
