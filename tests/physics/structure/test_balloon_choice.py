"""Which balloon suits a lesion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.physics.structure.balloon import Balloon, ComplianceChart
from seldinger.physics.structure.balloon_choice import BalloonRule, choose_balloon


def balloon(wide: float, long: float) -> Balloon:
    chart = ComplianceChart((4.0, 8.0, 14.0), (0.95 * wide, wide, 1.06 * wide), 14.0)
    return Balloon(wide, long, chart, 4.0, 1.7)


SHELF = [balloon(w, n) for w in (4.0, 5.0, 6.0, 7.0) for n in (20.0, 40.0, 80.0)]
# About as wide as the artery, at most 10 mm beyond the lesion: as one maker's label has it.
EVEN = BalloonRule(-5.0, 5.0, "%", 2.0, 10.0, "label")


def test_about_as_wide_as_the_vessel_and_a_little_longer_than_the_lesion() -> None:
    found = choose_balloon((100.0, 130.0), 5.1, EVEN, SHELF)
    assert (found.balloon.nominal_mm, found.balloon.length_mm) == (5.0, 40.0)
    assert found.centre_mm == pytest.approx(115.0)
    assert found.overhang_mm == pytest.approx(5.0)
    assert found.pressure_atm == pytest.approx(8.0)
    assert found.oversize_percent == pytest.approx(100.0 * (5.0 / 5.1 - 1.0))


def test_larger_where_the_rule_asks_for_it() -> None:
    dialysis = BalloonRule(10.0, 20.0, "%", 2.0, 30.0, "test")
    assert choose_balloon((0.0, 30.0), 5.2, dialysis, SHELF).balloon.nominal_mm == 6.0
    plus_one = replace(dialysis, least=0.8, most=1.2, unit="mm")
    assert choose_balloon((0.0, 30.0), 5.0, plus_one, SHELF).balloon.nominal_mm == 6.0


def test_where_none_fits_the_nearest_is_named() -> None:
    with pytest.raises(ValueError, match=r"nearest there is, 5 x 40 mm"):
        choose_balloon((100.0, 130.0), 5.5, EVEN, SHELF)
    with pytest.raises(ValueError, match=r"nearest there is, 6 x 80 mm"):
        choose_balloon((100.0, 190.0), 6.0, EVEN, SHELF)
    with pytest.raises(ValueError, match="no sizes"):
        choose_balloon((100.0, 130.0), 5.0, EVEN, [])
    with pytest.raises(ValueError, match="from less to more"):
        choose_balloon((130.0, 100.0), 5.0, EVEN, SHELF)
    with pytest.raises(ValueError, match="does not pass its most"):
        replace(EVEN, least=10.0)
    with pytest.raises(ValueError, match="source"):
        replace(EVEN, source="")


@given(st.floats(3.0, 8.0), st.floats(5.0, 90.0))
def test_what_is_chosen_keeps_the_rule(reference: float, length: float) -> None:
    try:
        found = choose_balloon((10.0, 10.0 + length), reference, EVEN, SHELF)
    except ValueError:
        return
    assert -5.0 - 1e-6 <= found.oversize_percent <= 5.0 + 1e-6
    assert EVEN.least_overhang_mm - 1e-6 <= found.overhang_mm <= EVEN.most_overhang_mm + 1e-6
