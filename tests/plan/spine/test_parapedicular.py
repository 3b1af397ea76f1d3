"""Lines beside a painted pedicle: outwards of it, off canal and roots, or none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.painted_spine import Bone, paint_spine

from seldinger.anatomy.vertebra import Side, find_vertebra
from seldinger.catalogue import devices
from seldinger.catalogue.spine import BoneCannula
from seldinger.core.space import Grid
from seldinger.plan.approach.percutaneous.spine.corridor import (
    Goals,
    Surroundings,
    find_corridors,
    survey,
)
from seldinger.plan.approach.percutaneous.spine.parapedicular import (
    ParapedicularGoals,
    find_parapedicular_lines,
    measure_passage,
)
from seldinger.plan.treatments.augmentation.needles import Way, make_instrument

GOALS = Goals((0.15, 0.45), (-0.15, 0.1), (0.35, 0.65), least_room_mm=2.2, least_canal_mm=3.2)
BESIDE = ParapedicularGoals((20.0, 35.0, 50.0), 12.0, 3.2, 3.2)
LATTICE = Grid.aligned((8, 8, 8), 2.0, (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def narrow() -> Surroundings:
    study = paint_spine({"L1": Bone(), "L2": Bone(width_mm=3.5), "L3": Bone()})
    return survey(find_vertebra(study, "L2"))


def test_a_pedicle_that_takes_no_needle_has_ways_beside_it(narrow: Surroundings) -> None:
    for side in Side:
        pedicle = narrow.vertebra.pedicles[side]
        assert find_corridors(narrow, pedicle, GOALS) == ()
        found = find_parapedicular_lines(narrow, pedicle, GOALS, BESIDE, (), LATTICE)
        assert found
        for one in found:
            assert one.side is side
            tip, axis = np.asarray(one.tip_lps_mm), np.asarray(one.axis_lps)
            met = measure_passage(narrow, pedicle, GOALS, tip, axis)
            assert met.keeps(GOALS, BESIDE)
            assert met.outside_mm >= 0.0
            assert (met.canal_mm or 0.0) >= GOALS.least_canal_mm
            assert met.root_mm is not None
            assert 20.0 <= met.angle_deg <= 50.0
            assert (axis[0] > 0.0) == (side is Side.LEFT), "from its own side"


def test_no_bone_beside_allowed_and_no_angle_leave_no_way(narrow: Surroundings) -> None:
    pedicle = narrow.vertebra.pedicles[Side.LEFT]
    steep = replace(BESIDE, angle_deg=(80.0, 85.0, 90.0))
    far = replace(BESIDE, least_root_mm=40.0)
    for goals in (steep, far):
        assert find_parapedicular_lines(narrow, pedicle, GOALS, goals, (), LATTICE) == ()


def test_a_line_through_the_pedicle_is_none_beside_it() -> None:
    study = paint_spine({"L1": Bone(), "L2": Bone(width_mm=9.0, inwards_deg=25.0), "L3": Bone()})
    wide = survey(find_vertebra(study, "L2"))
    pedicle = wide.vertebra.pedicles[Side.LEFT]
    through = find_corridors(wide, pedicle, GOALS)[0]
    met = measure_passage(
        wide, pedicle, GOALS, np.asarray(through.tip_lps_mm), np.asarray(through.axis_lps)
    )
    assert met.outside_mm < 0.0
    assert not met.keeps(GOALS, BESIDE)


def test_only_a_needle_within_a_pedicle_errs_as_one_that_is_guided_by_it() -> None:
    cannula = devices(BoneCannula)[0]
    through, beside = (make_instrument(cannula, way) for way in Way)
    assert (through.error, beside.error) == ("pedicle", "")
    assert beside.technique == "parapedicular"
