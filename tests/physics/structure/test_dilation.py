"""Balloons: charts, inflation, recoil, what is left, and which limits are passed."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.physics.structure.balloon import (
    Balloon,
    ComplianceChart,
    Draws,
    Expansion,
    Shortfall,
)
from seldinger.physics.structure.dilation import Dilation, StretchLimit, dilate
from seldinger.physics.structure.lumen import Lumen

CHART = ComplianceChart((6.0, 8.0, 14.0), (5.7, 6.0, 6.4), 14.0)
BALLOON = Balloon(6.0, 40.0, CHART, 4.0, 1.7)
DRAWS = Draws(500, 3)
ALONG = np.linspace(0.0, 120.0, 241)


def narrowed(percent: float = 70.0, wide: float = 6.0) -> Lumen:
    depth = 0.01 * percent * np.exp(-(((ALONG - 60.0) / 6.0) ** 4))
    return Lumen.from_discs(ALONG, wide * (1.0 - depth))


def expansion(deficit: float, recoil: float, sd: float = 0.0) -> Expansion:
    return Expansion(
        Shortfall(NormalDist(deficit, sd), "mm", "test"),
        Shortfall(NormalDist(recoil, sd), "mm", "test"),
    )


def inflated(
    loss: Expansion, *limits: StretchLimit, pressure: float = 8.0, percent: float = 70.0
) -> Dilation:
    return dilate(narrowed(percent), BALLOON, 60.0, pressure, 6.0, loss, DRAWS, limits)


def test_a_chart_is_read_between_its_rows_and_never_beyond_burst() -> None:
    assert CHART.read_mm(8.0) == pytest.approx(6.0)
    assert CHART.read_mm(11.0) == pytest.approx(6.2)
    assert CHART.pressure_for(6.2) == pytest.approx(11.0)
    with pytest.raises(ValueError, match="rated burst pressure of 14 atm"):
        CHART.read_mm(14.1)
    with pytest.raises(ValueError, match="stay on it"):
        CHART.read_mm(2.0)
    with pytest.raises(ValueError, match="another size"):
        CHART.pressure_for(7.0)
    # A balloon that gives no more: the least pressure counts.
    stiff = ComplianceChart((6.0, 8.0, 14.0), (6.0, 6.0, 6.2), 16.0)
    assert stiff.pressure_for(6.0) == pytest.approx(6.0)
    with pytest.raises(ValueError, match="not at 15 atm"):
        stiff.read_mm(15.0)


@pytest.mark.parametrize(
    "given_chart",
    [
        ((6.0,), (5.0,), 14.0),
        ((6.0, 5.0), (5.0, 6.0), 14.0),
        ((6.0, 8.0), (6.0, 5.0), 14.0),
        ((0.0, 8.0), (5.0, 6.0), 14.0),
        ((6.0, 20.0), (5.0, 6.0), 14.0),
    ],
)
def test_a_chart_that_is_none_is_refused(given_chart: Any) -> None:
    with pytest.raises(ValueError, match=r"chart|pressures|diameters"):
        ComplianceChart(*given_chart)


def test_without_deficit_and_recoil_the_balloon_is_the_lumen() -> None:
    found = inflated(expansion(0.0, 0.0))
    assert found.residual.percent_diameter.nominal == pytest.approx(0.0, abs=1e-9)
    assert found.after.area_diameter_mm.min() == pytest.approx(6.0)
    assert found.stretch == pytest.approx(6.0 / 1.8, rel=1e-6)
    assert found.oversize_percent == pytest.approx(0.0)


def test_recoil_and_deficit_leave_what_they_say() -> None:
    found = inflated(expansion(0.5, 0.4))
    assert found.inflated.area_diameter_mm.min() == pytest.approx(5.5)
    assert found.residual.least_diameter_mm.nominal == pytest.approx(5.1)
    assert found.residual.percent_diameter.nominal == pytest.approx(15.0)
    assert found.residual.percent_area.nominal == pytest.approx(100.0 * (1.0 - 0.85**2))
    share = Expansion(
        Shortfall(NormalDist(10.0, 0.0), "%", "test"), Shortfall(NormalDist(10.0, 0.0), "%", "test")
    )
    assert inflated(share).residual.least_diameter_mm.nominal == pytest.approx(6.0 * 0.9 * 0.9)


def test_the_spread_is_that_of_deficit_and_recoil() -> None:
    found = inflated(expansion(0.65, 0.28, sd=0.1)).residual.least_diameter_mm
    sd = 0.1 * 2.0**0.5
    assert found.p50 == pytest.approx(6.0 - 0.93, abs=0.02)
    assert found.p95 - found.p05 == pytest.approx(2.0 * 1.645 * sd, rel=0.1)


def test_the_same_seed_gives_the_same_spread() -> None:
    loss = expansion(0.65, 0.28, sd=0.2)
    assert inflated(loss).residual == inflated(loss).residual
    assert DRAWS.normals(2).mean(axis=0) == pytest.approx(0.0, abs=1e-3)


@given(st.floats(0.0, 80.0), st.floats(0.0, 1.5), st.floats(0.0, 1.5), st.floats(6.0, 14.0))
def test_dilation_never_narrows_and_never_passes_the_balloon(
    percent: float, deficit: float, recoil: float, pressure: float
) -> None:
    before = narrowed(percent, wide=5.9).area_diameter_mm
    try:
        found = dilate(
            narrowed(percent, wide=5.9), BALLOON, 60.0, pressure, 6.0, expansion(deficit, recoil),
            Draws(20, 1), (),
        )  # fmt: skip
    except ValueError:
        assert CHART.read_mm(pressure) <= before[101:140].max()
        return
    after, standing = found.after.area_diameter_mm, found.inflated.area_diameter_mm
    assert (after >= before - 1e-12).all()
    assert (after <= standing + 1e-12).all()
    assert (standing <= np.maximum(before, found.balloon_mm) + 1e-12).all()


def test_more_narrowing_leaves_no_less() -> None:
    left = [
        inflated(expansion(0.5, 0.4), percent=p).residual.least_diameter_mm.nominal
        for p in (30.0, 50.0, 80.0)
    ]
    assert left == sorted(left, reverse=True)


def test_recoil_never_leaves_less_than_there_was() -> None:
    found = inflated(expansion(0.0, 1.0, sd=0.2), percent=3.0).residual.least_diameter_mm
    assert (found.nominal, found.p05, found.p95) == pytest.approx((5.82, 5.82, 5.82))


def test_a_passed_limit_is_a_condition_that_is_named() -> None:
    limits = (StretchLimit("dissection", 1.05, "test"), StretchLimit("rupture", 1.3, "test"))
    found = inflated(expansion(0.5, 0.4), *limits, pressure=14.0)
    assert [one.limit.condition for one in found.overstretched] == ["dissection"]
    assert found.overstretched[0].ratio == pytest.approx(6.4 / 6.0)
    assert found.oversize_percent == pytest.approx(100.0 * 0.4 / 6.0)
    assert found.limits == limits
    none = inflated(expansion(0.5, 0.4), pressure=14.0)
    assert (none.limits, none.overstretched) == ((), ())
    with pytest.raises(ValueError, match="source"):
        StretchLimit("rupture", 1.3, " ")


def test_only_the_balloon_s_own_length_is_opened() -> None:
    long = Lumen.from_discs(ALONG, np.full(ALONG.shape, 3.0))
    found = dilate(long, BALLOON, 60.0, 8.0, 6.0, expansion(0.0, 0.0), DRAWS, ())
    wide = found.after.area_diameter_mm
    assert wide[long.within(40.0, 80.0)] == pytest.approx(6.0)
    assert wide[~long.within(36.0, 84.0)] == pytest.approx(3.0)
    shoulder = wide[long.within(36.5, 39.5)]
    assert ((shoulder >= 3.0) & (shoulder < 6.0)).all()


def test_a_tapered_balloon_is_narrower_at_its_far_end() -> None:
    tapered = Balloon(6.0, 40.0, CHART, 4.0, 1.7, taper=0.8)
    outline = tapered.outline_mm(narrowed(), 60.0, 8.0)
    assert outline[ALONG == 40.0] == pytest.approx(6.0)
    assert outline[ALONG == 80.0] == pytest.approx(4.8)


def test_what_cannot_be_inflated_is_refused() -> None:
    loss = expansion(0.5, 0.4)
    with pytest.raises(ValueError, match="touches no wall"):
        dilate(narrowed(0.0, 8.0), BALLOON, 60.0, 8.0, 8.0, loss, DRAWS, ())
    with pytest.raises(ValueError, match="follow the vessel further"):
        dilate(narrowed(), BALLOON, 10.0, 8.0, 6.0, loss, DRAWS, ())
    coarse = narrowed().read(np.linspace(0.0, 120.0, 7))
    with pytest.raises(ValueError, match=r"known at 3 places .* steps of 8 mm"):
        dilate(coarse, BALLOON, 60.0, 8.0, 6.0, loss, DRAWS, ())
    with pytest.raises(ValueError, match="chart of this size"):
        Balloon(7.0, 40.0, CHART, 4.0, 1.7)
    with pytest.raises(ValueError, match="length_mm must be positive"):
        Balloon(6.0, 0.0, CHART, 4.0, 1.7)
    with pytest.raises(ValueError, match="20 draws"):
        Draws(3, 1)
    with pytest.raises(ValueError, match="0 or more"):
        Shortfall(NormalDist(-1.0, 0.1), "mm", "test")
    with pytest.raises(ValueError, match="source"):
        Shortfall(NormalDist(1.0, 0.1), "mm", "")
