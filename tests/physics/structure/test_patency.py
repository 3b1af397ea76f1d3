"""Patency and restenosis: rates of a population, told with it, unknown beyond its horizon."""

from __future__ import annotations

from dataclasses import fields, replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.physics.structure.patency import (
    PatencyCurve,
    Population,
    PopulationRate,
    draw_curve,
)
from seldinger.physics.structure.restenosis import (
    LateLumenLoss,
    find_room_mm,
    rate_from_room,
    rate_restenosis,
)

# Tepe 2015 (PubMed 25472980) and its paper at three years; n is of both arms.
WHO = Population(
    "femoropopliteal lesions, drug-coated balloon", "primary patency", 331, "patients of both arms",
    "tepe2015",
)  # fmt: skip
COATED = PatencyCurve(WHO, (12.0, 36.0), (82.2, 69.5))
PLAIN = PatencyCurve(replace(WHO, name="femoropopliteal, balloon"), (12.0, 36.0), (52.4, 45.1))


def percent(curve: PatencyCurve, months: float) -> float:
    found = curve.rate_after(months)
    assert found is not None
    return found.percent


def test_a_curve_passes_through_what_its_trial_reported() -> None:
    assert percent(COATED, 12.0) == pytest.approx(82.2)
    assert percent(COATED, 36.0) == pytest.approx(69.5)
    assert percent(PLAIN, 12.0) == pytest.approx(52.4)
    assert percent(PLAIN, 36.0) == pytest.approx(45.1)
    assert percent(COATED, 0.0) == 100.0
    reported, between = COATED.rate_after(12.0), COATED.rate_after(24.0)
    assert reported is not None
    assert between is not None
    assert reported.reported
    assert not between.reported


def test_beyond_the_horizon_nothing_is_known() -> None:
    assert COATED.horizon_months == 36.0
    assert COATED.rate_after(36.1) is None
    with pytest.raises(ValueError, match="before it"):
        COATED.rate_after(-1.0)


@given(st.lists(st.floats(1.0, 99.0), min_size=1, max_size=4), st.floats(0.0, 48.0))
def test_a_curve_never_rises_and_stays_a_share(shown: list[float], months: float) -> None:
    curve = PatencyCurve(
        WHO, tuple(12.0 * (n + 1) for n in range(len(shown))), tuple(sorted(shown, reverse=True))
    )
    times, drawn = draw_curve(curve, 1.0)
    assert times[-1] == curve.horizon_months
    assert (np.diff(drawn) <= 1e-9).all()
    assert ((drawn > 0.0) & (drawn <= 100.0)).all()
    found = curve.rate_after(months)
    assert (found is None) == (months > curve.horizon_months)


def test_a_rate_is_told_whole_or_not_at_all() -> None:
    rate = COATED.rate_after(24.0)
    assert rate is not None
    for told in (str(rate), f"{rate}", str(COATED)):
        assert "n = 331 patients of both arms" in told
        assert "tepe2015" in told
        assert "months" in told
        assert "femoropopliteal lesions, drug-coated balloon" in told
    assert "between reported figures" in str(rate)
    assert "unknown beyond 36 months" in str(COATED)
    with pytest.raises(ValueError, match="printed whole"):
        f"{rate:.1f}"
    with pytest.raises(TypeError):
        float(rate)  # type: ignore[arg-type]


def test_no_rate_without_its_population() -> None:
    told = {"name": "a", "endpoint": "b", "n_counts": "c", "source": "d"}
    assert {*told, "n"} == {one.name for one in fields(Population)}
    for key in told:
        with pytest.raises(ValueError, match=f"its {key}; it is missing"):
            Population(**{**told, key: " "}, n=5)
    with pytest.raises(ValueError, match="at least one member"):
        Population(**told, n=0)
    needed = {one.name for one in fields(PopulationRate)}
    assert needed == {"percent", "months", "reported", "population"}


def test_a_curve_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        PatencyCurve(WHO, (), ())
    with pytest.raises(ValueError, match="months are positive and rise"):
        PatencyCurve(WHO, (12.0, 6.0), (80.0, 70.0))
    with pytest.raises(ValueError, match="never rise"):
        PatencyCurve(WHO, (6.0, 12.0), (70.0, 80.0))
    with pytest.raises(ValueError, match="positive steps"):
        draw_curve(COATED, 0.0)


LOSS = LateLumenLoss(NormalDist(1.5, 1.3), 60.0, replace(WHO, endpoint="binary restenosis"))


def test_room_and_rate_are_each_other_s_inverse() -> None:
    room = find_room_mm(LOSS, 54.0)
    assert rate_from_room(LOSS, room).percent == pytest.approx(54.0)
    with pytest.raises(ValueError, match="between 0 and 100"):
        find_room_mm(LOSS, 100.0)


def test_half_of_an_arm_is_narrow_where_its_mean_loss_is_its_room() -> None:
    found = rate_restenosis(LOSS, NormalDist(4.0, 0.5), 5.0, 50.0)
    assert found.percent == pytest.approx(50.0)
    assert found.months == 60.0
    assert "binary restenosis" in str(found)
    wider = rate_restenosis(LOSS, NormalDist(4.5, 0.5), 5.0, 50.0)
    assert wider.percent < 50.0
    # What was left by the balloon scatters as well: further from the middle, less surely so.
    sure = rate_restenosis(LOSS, NormalDist(4.5, 0.0), 5.0, 50.0)
    assert sure.percent < wider.percent
    with pytest.raises(ValueError, match="diameters are positive"):
        rate_restenosis(LOSS, NormalDist(4.0, 0.5), 0.0, 50.0)
    with pytest.raises(ValueError, match="spread"):
        LateLumenLoss(NormalDist(1.0, 0.0), 6.0, WHO)
