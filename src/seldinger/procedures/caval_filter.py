"""Caval filter: a filter in the inferior vena cava, by groin or neck, with the day it comes out."""

from __future__ import annotations

import datetime as dt

from seldinger.plan.approach.endovascular.veins import EndovascularThroughVeins
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.procedure import Procedure
from seldinger.plan.treatments.caval_filter.options import CavalFilterOptions
from seldinger.plan.treatments.caval_filter.treat import FilterPlacement

PROCEDURE = Procedure(
    name="caval-filter",
    title="Filter in the inferior vena cava",
    summary="A filter below the renal veins, fitted by the cava's perimeter, with its removal.",
    approach=EndovascularThroughVeins(),
    treatment=FilterPlacement(),
    required_structures={"": ("inferior vena cava",)},
    questions=(
        Question(
            "clot-in-cava",
            "Is there a clot in the cava where the filter would lie?",
            stop_if="yes",
            severity="action",
            sources=(),
        ),
        Question(
            "caval-anomaly",
            "Is there a second or a left-sided cava, or a renal vein that joins lower down?",
            stop_if="yes",
            severity="action",
            sources=(),
        ),
    ),
    alternatives=(
        "Anticoagulation without a filter.",
        "Ultrasound of the legs again and again, and a filter only if a clot grows.",
        "Surgery: a clip on the cava, where nothing else can be done.",
        "Nothing.",
    ),
    references=(
        "sir2020filter",
        "prepic2005",
        "mismetti2015",
        "xiao2018cava",
        "cava_volume2014",
        "filter_capture2007",
        "filter_capture1998",
        "lorch2001",
        "prince1982",
        "kethidi2023",
    ),
    demo=(
        DemoCase(
            "inferior vena cava",
            {"indication": "contraindicated", "clot-in-cava": "no", "caval-anomaly": "no"},
            organ="inferior vena cava",
            patient="veins",
            options=(
                CavalFilterOptions(
                    volume="normal",
                    clot_mm=7.0,
                    placed=dt.date.fromisoformat("2026-12-09"),
                    owner="filter clinic",
                ),
            ),
        ),
    ),
)
