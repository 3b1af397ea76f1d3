"""Margins of pairs whose truth is known: poses, bending, with and without texture."""

from __future__ import annotations

import numpy as np
import pytest
from tests.image import margin_pairs
from tests.image.margin_pairs import Pose
from tests.studies import with_planning

from seldinger.followup import labels, margin

RIGID_MM, BENT_MM = 0.5, 1.0
ASKED = labels.MarginRequest(margin_pairs.TUMOUR, margin_pairs.ZONE)


SAME, SHIFTED = Pose(), Pose(3.0, shift_mm=(6.0, -4.0, 5.0))
TURNED, BENT = Pose(7.0), Pose(bend_mm=4.0)


@pytest.mark.parametrize(
    ("pose", "textured"),
    [
        pytest.param(SAME, False, id="same-bare"),
        pytest.param(SHIFTED, True, id="shifted-textured"),
        pytest.param(TURNED, False, id="turned-bare"),
        pytest.param(BENT, True, id="bent-textured"),
        pytest.param(SAME, True, id="same-textured", marks=pytest.mark.slow),
        pytest.param(SHIFTED, False, id="shifted-bare", marks=pytest.mark.slow),
        pytest.param(TURNED, True, id="turned-textured", marks=pytest.mark.slow),
        pytest.param(BENT, False, id="bent-bare", marks=pytest.mark.slow),
    ],
)
def test_the_margin_is_the_true_one(pose: Pose, *, textured: bool) -> None:
    made = margin_pairs.made(pose, textured=textured)
    found = margin.assess(made.before, made.after, ASKED)
    within = BENT_MM if pose.bend_mm else RIGID_MM
    assert found.margin.whole.minimal_mm == pytest.approx(made.true_mm, abs=within)
    assert found.status == "measured"
    assert found.registration.bends == bool(pose.bend_mm)
    assert found.interval_mm is not None
    low, high = found.interval_mm
    assert low <= min(made.true_mm, found.rigid.whole.minimal_mm)
    assert max(made.true_mm, found.rigid.whole.minimal_mm) <= high


def test_one_and_the_same_scan_is_aligned() -> None:
    made = margin_pairs.made(Pose(), textured=False)
    image = with_planning(made.after, image=made.before.image)
    found = margin.assess(made.before, image, ASKED)
    assert found.margin.whole.minimal_mm == pytest.approx(made.true_mm, abs=RIGID_MM)
    assert np.linalg.norm(found.registration.shift_mm) < RIGID_MM
    assert not found.registration.bends
