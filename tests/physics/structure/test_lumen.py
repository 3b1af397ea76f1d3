"""Lumina: a curve and back, two diameters, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from seldinger.core.shapes import Curve
from seldinger.physics.structure.lumen import Lumen, measure_narrowing, spread_reference

ALONG = np.linspace(0.0, 50.0, 26)


def bent() -> Curve:
    turn = ALONG / 30.0
    points = np.stack([30.0 * np.cos(turn), 30.0 * np.sin(turn), 0.2 * ALONG], axis=1)
    return Curve(points, 2.0 + 0.01 * ALONG)


def test_a_lumen_goes_back_into_its_curve() -> None:
    curve = bent()
    again = Lumen.from_curve(curve).to_curve(curve)
    assert again.points_lps_mm == pytest.approx(curve.points_lps_mm)
    assert again.radius_mm == pytest.approx(curve.radius_mm)


def test_finer_places_leave_curve_and_lumen_as_they_were() -> None:
    curve = bent()
    fine = Lumen.from_curve(curve).resampled(0.3).to_curve(curve)
    assert len(fine.points_lps_mm) > 150
    assert fine.length_mm == pytest.approx(curve.length_mm)
    assert fine.radius_mm is not None
    assert curve.radius_mm is not None
    assert fine.radius_mm.min() == pytest.approx(curve.radius_mm.min())


def test_half_the_diameter_is_three_quarters_of_the_area() -> None:
    lumen = Lumen.from_discs(ALONG, np.full(26, 6.0))
    wide = np.full(26, 6.0)
    wide[10] = 3.0
    found = measure_narrowing(lumen, np.full(26, 6.0), wide, wide[None, :].repeat(20, axis=0))
    assert found.percent_diameter.nominal == pytest.approx(50.0)
    assert found.percent_area.nominal == pytest.approx(75.0)
    assert found.percent_area.p95 == pytest.approx(75.0)
    assert found.at_mm == pytest.approx(20.0)


def test_what_is_no_lumen_is_refused() -> None:
    wide = np.full(26, 5.0)
    with pytest.raises(ValueError, match="starts at 0 and rises"):
        Lumen.from_discs(ALONG + 1.0, wide)
    with pytest.raises(ValueError, match="leave out places"):
        Lumen.from_discs(ALONG, np.where(ALONG > 20.0, np.nan, wide))
    with pytest.raises(ValueError, match="exchanged"):
        Lumen(ALONG, wide, wide - 0.5)
    with pytest.raises(ValueError, match="no radius"):
        Lumen.from_curve(Curve(bent().points_lps_mm))
    with pytest.raises(ValueError, match="the same vessel"):
        Lumen.from_discs(2.0 * ALONG, wide).to_curve(bent())
    with pytest.raises(ValueError, match="reference_mm"):
        spread_reference(Lumen.from_discs(ALONG, wide), np.ones(3))
    with pytest.raises(ValueError, match="reference_mm"):
        spread_reference(Lumen.from_discs(ALONG, wide), 0.0)
