"""Directions and unknowns are said in words that cannot be misread."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report.phantom import path

from seldinger.report import words


@pytest.mark.parametrize(
    ("p", "said"),
    [(None, "unknown"), (0.0, "< 0.01"), (0.5, "0.50"), (0.999, "> 0.99"), (1.0, "> 0.99")],
)
def test_a_probability_never_claims_the_ends_of_the_scale(p: float | None, said: str) -> None:
    assert words.chance(p) == said


def test_a_length_that_nobody_knows_is_unknown_and_not_zero() -> None:
    assert words.mm(None) == "unknown"
    assert words.mm(0.0) == "0 mm"
    assert words.mm(5.24) == "5.2 mm"
    assert words.mm(52.4) == "52 mm"


@pytest.mark.parametrize(
    ("position", "entry", "height"),
    [
        ("supine", (-40.0, -45.0, 0.0), "50.0 mm above the target (towards the front)"),
        ("prone", (-40.0, 55.0, 0.0), "50.0 mm above the target (towards the back)"),
        ("prone", (-40.0, -45.0, 0.0), "50.0 mm below the target (towards the front)"),
        (
            "left lateral decubitus",
            (-90.0, 5.0, 0.0),
            "50.0 mm above the target (towards the patient's right)",
        ),
        (
            "right lateral decubitus",
            (10.0, 5.0, 0.0),
            "50.0 mm above the target (towards the patient's left)",
        ),
    ],
)
def test_up_depends_on_how_the_patient_lies(
    position: str, entry: tuple[float, float, float], height: str
) -> None:
    lying = replace(path(entry), patient_position=position)
    sideways, lifted, along = words.entry_seen_from_target(lying)
    assert (sideways, lifted, along) == ("level", height, "level")
    assert words.axial_lean(lying) == ("vertical" if "above" in height else "vertical, hub below")


def test_a_hub_below_the_horizontal_is_said_so() -> None:
    hanging = path((-90.0, 10.0, 0.0))
    said = words.axial_lean(hanging)
    assert said.startswith("hub ")
    assert said.endswith("° below the horizontal, towards the patient's right")


def test_a_small_share_is_not_nothing() -> None:
    assert [words.percent(s) for s in (0.0, 0.0003, 0.01, 0.905)] == ["0 %", "< 1 %", "1 %", "90 %"]


def test_the_hubs_lean_and_tilt_name_their_directions() -> None:
    leaning = path((-90.0, -45.0, 20.0))
    assert words.axial_lean(leaning) == "45° from the vertical, hub towards the patient's right"
    assert words.axial_tilt(leaning) == "16°, hub towards the head, tip towards the feet"
    assert words.axial_tilt(path((-90.0, -45.0, -20.0))).endswith("tip towards the head")
    assert words.axial_tilt(path((-90.0, -45.0, 0.0))) == "none: stays in the axial slice"


def test_the_lean_agrees_with_the_plans_own_angle() -> None:
    one = path((-75.0, -60.0, 10.0))
    assert words.axial_lean(one).startswith(f"{abs(one.axial_angle_deg):.0f}°")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("throw_mm", 20.0, ("throw", "20 mm")),
        ("water_flow_ml_per_min", 283.0, ("water flow", "283 ml/min")),
        ("coaxial", True, ("coaxial", "yes")),
        ("content", None, ("content", "unknown")),
        ("angle_deg", None, ("angle", "unknown")),
    ],
)
def test_a_setting_carries_its_unit_with_its_value(
    key: str, value: str | float | bool | None, said: tuple[str, str]
) -> None:
    assert words.setting(key, value) == said
