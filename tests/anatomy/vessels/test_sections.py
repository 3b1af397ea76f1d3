"""Diameters of sections, and stenoses graded against the healthy vessel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from seldinger.anatomy.vessels import find_stenoses, measure_sections
from seldinger.core.errors import AnatomyError
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

Floats = NDArray[np.float64]

SHAPE = (60, 60, 240)
GRID = Grid.aligned(SHAPE, 0.5, (0.0, 0.0, 0.0))
AXIS = np.array([14.75, 14.75])
Z = np.arange(SHAPE[2]) * 0.5


def lumen(first: Floats, second: Floats) -> Mask:
    """An ellipse of these half-axes, mm, at each height."""
    x, y = np.meshgrid(np.arange(60) * 0.5 - AXIS[0], np.arange(60) * 0.5 - AXIS[1], indexing="ij")
    inside: Mask = (x[..., None] / first) ** 2 + (y[..., None] / second) ** 2 <= 1.0
    return inside


LINE = Curve(
    np.column_stack([np.full(2, AXIS[0]), np.full(2, AXIS[1]), [2.0, 117.0]]), np.full(2, 6.0)
)


def test_each_diameter_is_what_its_name_says() -> None:
    made = measure_sections(lumen(np.full(240, 6.0), np.full(240, 3.0)), GRID, LINE)
    middle = slice(20, -20)
    assert made.area_mm2[middle].mean() == pytest.approx(np.pi * 18.0, rel=0.01)
    assert made.area_diameter_mm[middle].mean() == pytest.approx(2 * np.sqrt(18.0), rel=0.01)
    assert made.inscribed_diameter_mm[middle].mean() == pytest.approx(6.0, abs=0.15)
    # Ramanujan's circumference of an ellipse.
    around = np.pi * (3 * 9.0 - np.sqrt((3 * 6 + 3) * (6 + 3 * 3)))
    assert made.perimeter_diameter_mm[middle].mean() == pytest.approx(around / np.pi, rel=0.02)
    assert made.known.all()


def test_a_line_beside_the_middle_reads_the_same_lumen() -> None:
    mask = lumen(np.full(240, 5.0), np.full(240, 5.0))
    moved = Curve(LINE.points_lps_mm + np.array([1.5, -1.0, 0.0]), LINE.radius_mm)
    for line in (LINE, moved):
        made = measure_sections(mask, GRID, line)
        assert np.median(made.area_diameter_mm) == pytest.approx(10.0, abs=0.1)
    outside = Curve(LINE.points_lps_mm + np.array([9.0, 0.0, 0.0]), LINE.radius_mm)
    assert not measure_sections(mask, GRID, outside).known.any(), "unknown, not zero"


def narrowed(
    percent: float, length: float = 20.0, at: float = 60.0, taper: float = 0.0
) -> tuple[Mask, Floats]:
    healthy = 4.0 * (1.0 - taper * Z / Z[-1])
    share = np.where(np.abs(Z - at) < length / 2, np.cos(np.pi * (Z - at) / length) ** 2, 0.0)
    radius = healthy * (1.0 - percent / 100.0 * share)
    return lumen(radius, radius), healthy


@pytest.mark.parametrize("percent", [35.0, 50.0, 70.0])
@pytest.mark.parametrize("taper", [0.0, 0.2])
def test_a_stenosis_is_graded_in_diameter_and_in_area(percent: float, taper: float) -> None:
    mask, healthy = narrowed(percent, taper=taper)
    (found,) = find_stenoses(measure_sections(mask, GRID, LINE))
    assert found.percent_diameter == pytest.approx(percent, abs=3.0)
    assert found.percent_area == pytest.approx(
        100.0 * (1.0 - (1.0 - found.percent_diameter / 100.0) ** 2), abs=1e-9
    ), "one is never the other"
    assert found.reference_diameter_mm == pytest.approx(2 * healthy[120], rel=0.03)
    assert found.at_mm + 2.0 == pytest.approx(60.0, abs=2.5)
    assert found.minimum_inscribed_mm <= found.minimum_diameter_mm + 0.1
    assert found.reference == "both shoulders"
    assert 8.0 < found.length_mm < 20.0


def test_a_healthy_vessel_has_none() -> None:
    mask, _ = narrowed(0.0, taper=0.25)
    assert find_stenoses(measure_sections(mask, GRID, LINE)) == ()


def test_what_lies_behind_a_stenosis_is_no_reference() -> None:
    mask, _ = narrowed(60.0, length=40.0, at=6.0)
    sections = measure_sections(mask, GRID, LINE)
    with pytest.raises(AnatomyError, match="behind a stenosis is no reference"):
        find_stenoses(sections)
    (found,) = find_stenoses(sections, other_side_mm=8.0)
    assert found.reference == "other side"
    assert found.percent_diameter == pytest.approx(60.0, abs=4.0)


def test_a_vessel_that_has_shrunk_beyond_is_said() -> None:
    radius = np.full(240, 4.0)
    radius[Z > 50.0] = 1.6
    radius[Z > 58.0] = 3.04
    (found,) = find_stenoses(measure_sections(lumen(radius, radius), GRID, LINE))
    assert found.reference_diameter_mm == pytest.approx(8.0, rel=0.03), "the proximal side"
    assert found.distal_small_percent == pytest.approx(24.0, abs=4.0)
    assert found.percent_diameter == pytest.approx(60.0, abs=4.0)
