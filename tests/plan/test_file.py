"""plan.json keeps what a plan says, and refuses what is not a plan."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from tests.plan.treatment_phantom import gates_met

from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan import file, model
from seldinger.simulate.placement import Placement

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion

KEYS = [
    "schema_version",
    "request",
    "verdict",
    "target",
    "approach",
    "placements",
    "treatment",
    "guidance",
    "findings",
    "assumptions",
    "citations",
    "provenance",
    "not_segmented",
    "gates",
    "effect",
    "outlook",
    "clearance",
]


def small_plan() -> model.Plan:
    path = model.Path(
        entry_lps_mm=(1.23456789, 2.0, 3.0),
        target_lps_mm=(0.0, 0.0, 0.0),
        depth_mm=40.123456,
        skin_angle_deg=3.0,
        tilt_deg=4.0,
        axial_angle_deg=-5.0,
        patient_position="supine",
        provisional=False,
        technique="ct-in-plane",
        clearances_mm={"aorta": 10.00049, "spleen": None},
        lengths_mm={"fat": 1.0},
        unidentified_mm=0.0,
        probability=model.Probability(0.7123456, {"aorta": 1.25e-7, "spleen": None}),
        score=0.1,
        score_parts={"depth": 0.1},
    )
    return model.Plan(
        request=model.Request(
            "biopsy", "tumour-1", {"relax": None, "count": 5.0, "yes": True, "word": "a"}
        ),
        verdict=model.Verdict(model.PlanStatus.GO, ()),
        target=model.TargetSection("tumour-1", (1.0, 2.0, 3.0), 10.0, 0.5236, None, "label"),
        approach=model.Approach("percutaneous", 10, 1, {"bone": 9}, (), (path,)),
        placements=(Placement("needle", "n", (path.entry_lps_mm, path.target_lps_mm), (), 0),),
        treatment=model.Treatment("sample", "coaxial", (), {}, ()),
        guidance=model.Guidance("CT", "because", ()),
        findings=(Finding("a", Status.UNKNOWN, Severity.STOP, "asked, not answered"),),
        assumptions=(),
        citations=(),
        provenance=model.Provenance({"image ct.nii.gz": "00"}, "0.1", {}, 0),
        not_segmented=("spleen",),
        gates=gates_met(),
        anatomy=cast("Anatomy", None),
        goal=cast("Lesion", None),
    )


def test_keys_stand_in_the_order_of_the_issue() -> None:
    assert list(json.loads(file.to_json(small_plan()))) == KEYS


def vars_of(read: file.PlanFile) -> dict[str, object]:
    return {f.name: getattr(read, f.name) for f in fields(read)}


def test_reading_gives_back_what_was_written() -> None:
    text = file.to_json(small_plan())
    read = file.from_json(text)
    assert read.verdict.status is model.PlanStatus.GO
    assert read.findings[0].status is Status.UNKNOWN
    assert read.request.options == {"relax": None, "count": 5.0, "yes": True, "word": "a"}
    assert read.approach.paths[0].clearances_mm["spleen"] is None
    assert file.to_json(cast("model.Plan", SimpleNamespace(**vars_of(read), cleared=None))) == text


def test_millimetres_are_rounded_and_probabilities_are_not() -> None:
    path = file.from_json(file.to_json(small_plan())).approach.paths[0]
    assert path.entry_lps_mm == (1.235, 2.0, 3.0)
    assert path.clearances_mm["aorta"] == 10.0
    assert path.probability.hit == 0.7123456
    assert path.probability.touch["aorta"] == 1.25e-7


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused_and_named(bad: float) -> None:
    plan = small_plan()
    with pytest.raises(PlanError, match=r"plan\.target\.volume_ml"):
        file.to_json(replace(plan, target=replace(plan.target, volume_ml=bad)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "{", "not JSON"),
        ('"schema_version": "2.0"', '"schema_version": "9"', "schema_version '9'"),
        ('"candidates": 10', '"candidates": "ten"', "approach.candidates"),
        ('"candidates": 10', '"candidates": 10, "extra": 1', r"plan\.approach\.extra"),
        ('"status": "go"', '"status": "maybe"', "verdict.status"),
        ('"score": 0.1', '"score": NaN', "score is nan"),
    ],
)
def test_a_broken_file_gives_one_clear_error(old: str, new: str, said: str) -> None:
    text = file.to_json(small_plan())
    assert old in text
    with pytest.raises(PlanError, match=said):
        file.from_json(text.replace(old, new, 1) if old else new)


def test_the_schema_names_every_key() -> None:
    schema = file.build_schema()
    assert list(schema["properties"]) == KEYS
    assert schema["required"] == KEYS
    json.dumps(schema)
