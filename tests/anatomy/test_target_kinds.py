"""Lesion, segment and territory are valid from birth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger.anatomy import Lesion, Origin, Segment, Territory
from seldinger.core import Curve
from seldinger.core.errors import AnatomyError

if TYPE_CHECKING:
    from collections.abc import Callable

MASK = np.zeros((4, 4, 4), dtype=bool)
MASK[1:3, 1:3, 1:3] = True
ARTERY = Curve(np.array([[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [30.0, 40.0, 0.0]]))
CENTRE = (1.5, 1.5, 1.5)
LESION = Lesion("tumour", MASK, MASK, CENTRE, CENTRE, 2.5, 0.008, None, Origin.USER)
STENOSIS = Segment("stenosis", "left renal artery", ARTERY, 20.0, 45.0)
FED = Territory("left kidney", MASK, "kidney", "nearest branch of the left renal artery", STENOSIS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: replace(LESION, mask=~MASK & MASK), "bool of shape .* with 0 voxels.*draw it"),
        (lambda: replace(LESION, mask=MASK * 1), r"int64 of shape \(4, 4, 4\) with 8 voxels"),
        (lambda: replace(LESION, viable=~MASK), "leaves its mask .* cut it at the mask"),
        (lambda: replace(LESION, viable=MASK[:3]), r"shape \(3, 4, 4\) or leaves its mask"),
        (lambda: replace(LESION, diameter_mm=float("nan")), "nan mm, .* both are positive"),
        (lambda: replace(STENOSIS, vessel=" "), "both have names: give them"),
        (lambda: replace(STENOSIS, to_mm=70.1), "from 20 to 70.1 mm .* of 0 to 70 mm"),
        (lambda: replace(STENOSIS, to_mm=20.0), "from 20 to 20 mm .* beginning first"),
        (lambda: replace(STENOSIS, from_mm=float("nan")), "from nan to 45 mm"),
        (lambda: replace(FED, label=""), "has a name, got none"),
        (lambda: replace(FED, mask=MASK & ~MASK), "with 0 voxels"),
    ],
)
def test_a_target_is_valid_or_says_why_not(make: Callable[[], object], says: str) -> None:
    with pytest.raises(AnatomyError, match=says):
        make()


def test_a_target_knows_where_in_the_arteries_it_is_reached() -> None:
    assert STENOSIS.stretch is STENOSIS
    assert FED.stretch is STENOSIS
    assert replace(FED, stretch=None).stretch is None


def test_a_segment_knows_its_length() -> None:
    assert STENOSIS.length_mm == 25.0
    assert "left renal artery" in repr(STENOSIS)
