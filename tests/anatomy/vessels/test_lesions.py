"""Named vessels as lines, and the stenoses that can be treated."""

from __future__ import annotations

import numpy as np
import pytest
from tests.arterial_tree import arterial_tree

from seldinger.anatomy.vessels.lesions import find_segment, follow_vessel, swap_side
from seldinger.core.errors import AnatomyError


def test_a_vessel_is_one_line_past_its_branches() -> None:
    tree = arterial_tree()
    assert follow_vessel(tree, "aorta").length_mm == pytest.approx(250.0)
    with pytest.raises(AnatomyError, match=r"did you mean 'left renal artery'\?"):
        follow_vessel(tree, "left renal arteri")


def test_the_tightest_stenosis_is_found_and_a_stretch_is_taken_as_told() -> None:
    tree = arterial_tree()
    found = find_segment(tree, "stenosis of the left renal artery")
    assert found.label == "stenosis of the left renal artery"
    middle = follow_vessel(tree, "left renal artery").length_mm / 2.0
    assert found.from_mm < middle < found.to_mm
    told = find_segment(tree, "left renal artery 10-30 mm")
    assert (told.from_mm, told.to_mm) == (10.0, 30.0)
    with pytest.raises(AnatomyError, match="has 0 stenoses of 25 %"):
        find_segment(tree, "right renal artery")
    with pytest.raises(AnatomyError, match="has 1 stenoses"):
        find_segment(tree, "left renal artery #2")


def test_an_ostial_stenosis_is_graded_against_the_other_side() -> None:
    tree = arterial_tree({"left renal artery": (0.05, 30.0, 60.0)})
    found = find_segment(tree, "left renal artery")
    assert found.from_mm < 5.0
    assert swap_side("left renal artery") == "right renal artery"
    assert swap_side("aorta") is None
    assert np.isfinite(found.to_mm)
