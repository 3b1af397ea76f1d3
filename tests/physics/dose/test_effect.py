"""BED, EQD2 and dose-volume histograms: published numbers and exact small cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from seldinger.physics.dose.biology import (
    DoseResponse,
    biologically_effective_gy,
    equivalent_2gy,
)
from seldinger.physics.dose.histogram import dose_histogram

LIVER, TUMOUR = DoseResponse(2.5, 2.5), DoseResponse(10.0, 1.5)


@pytest.mark.parametrize(
    ("response", "dose_gy", "published", "within"),
    [(LIVER, 40.0, 64.0, 0.1), (TUMOUR, 130.0, 170.0, 2.0), (TUMOUR, 65.0, 75.0, 0.5),
     (TUMOUR, 235.0, 360.0, 1.5)],
)  # fmt: skip
def test_bed_is_cremonesis(
    response: DoseResponse, dose_gy: float, published: float, within: float
) -> None:
    got = biologically_effective_gy(dose_gy, response, 64.2)
    assert float(got) == pytest.approx(published, abs=within)


def test_bed_of_the_mean_is_less_than_the_mean_bed() -> None:
    dose = np.array([0.0, 100.0, 200.0])
    each = biologically_effective_gy(dose, LIVER, 64.1)
    assert each.mean() > biologically_effective_gy(dose.mean(), LIVER, 64.1)
    assert each[0] == 0.0
    # Without time to repair a dose at once would cost all of it; here repair is fast.
    fast = DoseResponse(2.5, 1e-9)
    assert biologically_effective_gy(dose, fast, 64.1) == pytest.approx(dose)


def test_two_gray_fractions_are_worth_themselves() -> None:
    fractions = 30 * 2.0 * (1.0 + 2.0 / 10.0)
    assert equivalent_2gy(fractions, 10.0) == pytest.approx(60.0)


def test_a_small_histogram_is_exact() -> None:
    dose = np.array([[[10.0, 20.0, 30.0, 40.0, 99.0]]])
    inside = np.array([[[True, True, True, True, False]]])
    found = dose_histogram(dose, inside)
    assert found.mean_gy == pytest.approx(25.0)
    assert [found.dose_to_percent_gy(p) for p in (100, 95, 75, 70, 50, 25, 1)] == [
        10.0, 10.0, 20.0, 20.0, 30.0, 40.0, 40.0,
    ]  # fmt: skip
    assert [found.percent_above(x) for x in (0.0, 10.0, 10.1, 40.0, 40.1)] == [
        100.0, 100.0, 75.0, 25.0, 0.0,
    ]  # fmt: skip
    heavy = dose_histogram(dose, inside, np.array([[[1.0, 1.0, 1.0, 7.0, 1.0]]]))
    assert heavy.mean_gy == pytest.approx(34.0)
    assert heavy.dose_to_percent_gy(70) == 40.0
    assert heavy.percent_above(40.0) == pytest.approx(70.0)


@given(
    arrays.arrays(np.float64, (3, 3, 2), elements=st.floats(0.0, 500.0)),
    st.floats(0.1, 100.0),
)
def test_histogram_laws(dose: np.ndarray, percent: float) -> None:
    found = dose_histogram(dose, np.ones(dose.shape, np.bool_))
    assert found.mean_gy == pytest.approx(dose.mean())
    reached = found.dose_to_percent_gy(percent)
    # At least so many percent get it, and fewer get any more.
    assert found.percent_above(reached) >= percent - 1e-9
    assert found.percent_above(np.nextafter(reached, 1e9)) < percent
    assert found.dose_to_percent_gy(100.0) == dose.min()


def test_bad_input_is_refused() -> None:
    dose = np.ones((2, 2, 2))
    whole = dose > 0.0
    with pytest.raises(ValueError, match="one shape"):
        dose_histogram(dose, whole[1:])
    with pytest.raises(ValueError, match="no voxel"):
        dose_histogram(dose, ~whole)
    for weight in (dose * 0.0, dose * np.nan):
        with pytest.raises(ValueError, match="positive"):
            dose_histogram(dose, whole, weight)
    with pytest.raises(ValueError, match="finite"):
        dose_histogram(dose * np.nan, whole)
    for percent in (0.0, 101.0):
        with pytest.raises(ValueError, match="percent"):
            dose_histogram(dose, whole).dose_to_percent_gy(percent)
    with pytest.raises(ValueError, match="alpha over beta"):
        DoseResponse(0.0, 1.0)
    with pytest.raises(ValueError, match="effective_half_h"):
        biologically_effective_gy(1.0, LIVER, 0.0)
    with pytest.raises(ValueError, match="alpha_beta_gy"):
        equivalent_2gy(1.0, 0.0)
