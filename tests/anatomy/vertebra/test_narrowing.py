"""Bone in a painted canal: by its section beside the neighbours', and by density."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.painted_spine import CANAL_BACK, CANAL_RADIUS, Bone, Pose, paint_spine

from seldinger.anatomy.vertebra import Vertebra, find_vertebra
from seldinger.core.volume import Volume

if TYPE_CHECKING:
    from seldinger.image import Study


@pytest.fixture(scope="module")
def straight() -> Study:
    return paint_spine({"T12": Bone(), "L1": Bone(), "L2": Bone()}, noise_hu=15.0)


def push_back(study: Study, by_mm: float, *, labelled: bool) -> Vertebra:
    """L1 with a piece of bone in front of its canal, at the height of the pedicles."""
    grid = study.image.grid
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T) - Pose().middle_lps_mm
    left, back, up = points.T.reshape(3, *grid.shape)
    front = CANAL_BACK - CANAL_RADIUS
    piece = (np.abs(left) < 7.0) & (np.abs(up - 4.0) < 8.0)
    piece &= (back > front - 2.0) & (back < front + by_mm)
    (series,) = study.series
    hu = np.where(piece, 450.0, series.image.values).astype(np.float32)
    labels = study.labels
    assert labels is not None
    layers = labels.layers
    if labelled:
        layers = tuple(np.where(piece, 2, one).astype(one.dtype) for one in layers)
    volume = Volume(hu, grid, series.image.unit)
    labels = replace(labels, layers=layers)
    changed = replace(study, series=(replace(series, image=volume),), labels=labels)
    return find_vertebra(changed, "L1")


def test_a_canal_like_its_neighbours_is_not_narrowed(straight: Study) -> None:
    sound = find_vertebra(straight, "L1")
    assert sound.canal_share == pytest.approx(1.0, abs=0.08)
    assert sound.canal_bone_ml == 0.0


def test_a_labelled_fragment_narrows_the_canal(straight: Study) -> None:
    pushed = push_back(straight, 8.0, labelled=True)
    # A segment of a circle of 8.5 mm, cut straight 8 mm behind its front: half of it, nearly.
    assert pushed.canal_share is not None
    assert 0.4 < pushed.canal_share < 0.72


def test_a_fragment_that_no_label_has_is_dense_in_the_canal(straight: Study) -> None:
    pushed = push_back(straight, 8.0, labelled=False)
    assert (pushed.canal_bone_ml or 0.0) > 0.3
    slight = push_back(straight, 1.0, labelled=False)
    assert (slight.canal_bone_ml or 0.0) < 0.05, "walls are mixed with bone in any scan"


def test_a_level_without_a_whole_one_beside_it_is_compared_with_nothing(straight: Study) -> None:
    assert find_vertebra(straight, "T12").canal_share is None


def test_an_open_arch_leaves_bone_in_the_canal_unknown() -> None:
    whole = paint_spine({"T12": Bone(), "L1": Bone(), "L2": Bone()})
    labels, grid = whole.labels, whole.image.grid
    assert labels is not None
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T) - Pose().middle_lps_mm
    _, back, _ = points.T.reshape(3, *grid.shape)
    layers = tuple(np.where(back > CANAL_BACK, 0, one).astype(one.dtype) for one in labels.layers)
    cut = find_vertebra(replace(whole, labels=replace(labels, layers=layers)), "L1")
    assert cut.canal_bone_ml is None, "nobody looked: unknown, not none"
    assert cut.canal_share is None
