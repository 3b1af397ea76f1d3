"""Corridors through a painted pedicle: inside it, off the canal, alike on both sides, or none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.painted_spine import Bone, Pose, paint_spine

from seldinger.anatomy.vertebra import Side, find_vertebra
from seldinger.plan.approach.percutaneous.spine.corridor import (
    Goals,
    Surroundings,
    find_corridors,
    measure_room,
    survey,
)

GOALS = Goals((0.15, 0.45), (0.1, 0.65), (0.35, 0.65), least_room_mm=2.2, least_canal_mm=3.2)
MIDDLE = replace(GOALS, across=(-0.15, 0.1))


def around(bone: Bone, pose: Pose | None = None) -> Surroundings:
    study = paint_spine({"L1": Bone(), "L2": bone, "L3": Bone()}, pose)
    return survey(find_vertebra(study, "L2"))


@pytest.fixture(scope="module")
def upright() -> Surroundings:
    return around(Bone(width_mm=9.0, inwards_deg=15.0))


def test_a_line_keeps_the_room_that_is_asked(upright: Surroundings) -> None:
    for side in Side:
        found = find_corridors(upright, upright.vertebra.pedicles[side], GOALS)
        assert found
        for one in found:
            assert one.side is side
            assert min(one.room.pedicle_mm, one.room.body_mm) >= GOALS.least_room_mm
            assert (one.room.canal_mm or 0.0) >= GOALS.least_canal_mm
            # Half of the pedicle is all the room there is.
            assert one.room.pedicle_mm <= 4.5 + 0.6
            assert one.axis_lps[1] > 0.8, "from behind"
            assert one.tip_across_mm < 0.0, "in its own half"
            again = measure_room(
                upright, upright.vertebra.pedicles[side],
                np.asarray(one.tip_lps_mm), np.asarray(one.axis_lps),
            )  # fmt: skip
            assert again == one.room
        rooms = [min(one.room.pedicle_mm, one.room.body_mm) for one in found]
        assert rooms[0] == pytest.approx(max(rooms), abs=0.11), "to a tenth; then the flattest"


def test_both_sides_are_alike(upright: Surroundings) -> None:
    left, right = (
        find_corridors(upright, upright.vertebra.pedicles[side], GOALS)[0] for side in Side
    )
    assert left.room.pedicle_mm == pytest.approx(right.room.pedicle_mm, abs=0.5)
    assert left.axis_lps[0] * right.axis_lps[0] < 0.0


def test_a_turned_spine_has_as_much_room(upright: Surroundings) -> None:
    turned = around(Bone(width_mm=9.0, inwards_deg=15.0), Pose((12.0, -10.0, 8.0)))
    for side in Side:
        one, other = (
            find_corridors(of, of.vertebra.pedicles[side], GOALS)[0] for of in (upright, turned)
        )
        assert other.room.pedicle_mm == pytest.approx(one.room.pedicle_mm, abs=0.6)


def test_a_narrow_pedicle_has_none() -> None:
    narrow = around(Bone(width_mm=3.5))
    for pedicle in narrow.vertebra.pedicles.values():
        assert find_corridors(narrow, pedicle, GOALS) == ()


def test_only_a_pedicle_that_points_inwards_leads_to_the_middle() -> None:
    straight = around(Bone(width_mm=7.0, inwards_deg=0.0))
    reached = [
        bool(find_corridors(of, of.vertebra.pedicles[Side.LEFT], MIDDLE))
        for of in (around(Bone(width_mm=10.0, inwards_deg=25.0)), straight)
    ]
    assert reached == [True, False]
