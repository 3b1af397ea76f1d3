"""Foramina of painted vertebrae: where the root leaves, what bounds it, and what is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.painted_spine import PEDICLE_AT, PEDICLE_UP, STEP_MM, Bone, Pose, paint_spine

from seldinger.anatomy.vertebra import Side, Vertebra, VertebraSettings, find_vertebra
from seldinger.core.volume import LabelMap

PLAIN = Bone()
HALF_MM = 7.0
"""Of a painted pedicle's height."""
POSES = {"upright": Pose(), "turned": Pose((12.0, -10.0, 15.0), (1.3, -2.2, 0.6))}


@pytest.fixture(scope="module", params=POSES)
def posed(request: pytest.FixtureRequest) -> tuple[Vertebra, Pose]:
    pose = POSES[request.param]
    study = paint_spine({"T12": PLAIN, "L1": PLAIN, "L2": PLAIN}, pose)
    return find_vertebra(study, "L1"), pose


def to_own(points: np.ndarray, pose: Pose) -> np.ndarray:
    own: np.ndarray = (points - np.asarray(pose.middle_lps_mm)) @ pose.axes.T
    return own


def test_an_opening_lies_between_the_pedicles(posed: tuple[Vertebra, Pose]) -> None:
    vertebra, pose = posed
    for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0)):
        found = vertebra.foramina[side]
        for one, up in ((found.own, PEDICLE_UP - HALF_MM), (found.above, None)):
            assert one is not None
            assert one.is_bounded
            assert one.side is side
            own = to_own(one.points_lps_mm, pose)
            top = up if up is not None else PEDICLE_UP + STEP_MM - HALF_MM
            assert one.height_mm == pytest.approx(STEP_MM - 2.0 * HALF_MM, abs=2.5)
            assert own[:, 2].max() == pytest.approx(top, abs=2.0)
            assert abs(own[:, 0].mean() - sign * PEDICLE_AT) < 3.0
            roots = to_own(one.root_lps_mm, pose)
            # The root lies in the upper part, right under the pedicle.
            assert roots[:, 2].max() == pytest.approx(own[:, 2].max(), abs=0.1)
            assert roots[:, 2].min() >= own[:, 2].max() - 11.0


def test_no_bone_and_no_canal_within(posed: tuple[Vertebra, Pose]) -> None:
    vertebra, _ = posed
    for found in vertebra.foramina.values():
        for one in (found.own, found.above):
            assert one is not None
            index = np.rint(vertebra.grid.to_index(one.points_lps_mm)).astype(int)
            inside = ((index >= 0) & (index < np.asarray(vertebra.grid.shape))).all(axis=1)
            assert vertebra.bone[tuple(index[inside].T)].mean() < 0.05


def test_without_a_neighbour_the_opening_has_no_end_and_the_root_above_no_place() -> None:
    alone = find_vertebra(paint_spine({"L1": PLAIN}), "L1")
    for found in alone.foramina.values():
        assert found.above is None, "unknown, never clear"
        assert found.own is not None
        assert found.own.height_mm is None
        assert not found.own.is_bounded
        assert len(found.own.root_lps_mm)


def test_a_neighbour_without_a_label_bounds_nothing() -> None:
    study = paint_spine({"T12": PLAIN, "L1": PLAIN, "L2": PLAIN})
    labels = study.labels
    assert labels is not None
    kept = tuple(one for one in labels.entries if not one.name.endswith("L2"))
    cut = replace(study, labels=LabelMap(labels.layers, kept, labels.grid))
    for found in find_vertebra(cut, "L1").foramina.values():
        assert found.own is not None
        assert found.own.height_mm is None
        assert found.above is not None


def test_how_deep_a_root_lies_is_an_assumption() -> None:
    study = paint_spine({"L1": PLAIN, "L2": PLAIN})
    spans = []
    for deep_mm in (6.0, 14.0):
        vertebra = find_vertebra(study, "L1", VertebraSettings(assume={"foramen_root_mm": deep_mm}))
        one = vertebra.foramina[Side.LEFT].own
        assert one is not None
        spans.append(float(np.ptp(one.root_lps_mm[:, 2])))
    assert spans == [pytest.approx(6.0, abs=1.1), pytest.approx(14.0, abs=1.1)]
