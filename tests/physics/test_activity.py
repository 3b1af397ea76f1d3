"""Activity by law: decay composes, sums are kept, negative voxels count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.physics.activity import (
    Radionuclide,
    compute_decay,
    compute_frame_factor,
    find_mean_instant_s,
    map_activity,
    spread_activity,
    sum_values,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF_LIFE_S = 230_760.0
GRID = Grid((40, 30, 20), np.diag([2.0, 3.0, 4.0, 1.0]))


def counts(dtype: type[np.floating[Any]] = np.float32) -> Volume:
    rng = np.random.default_rng(5)
    return Volume(rng.normal(3.0, 10.0, GRID.shape).astype(dtype), GRID, "counts")


def liver() -> NDArray[np.bool_]:
    inside = np.zeros(GRID.shape, dtype=bool)
    inside[5:30, 4:25, 3:17] = True
    return inside


def test_decay_over_a_night() -> None:
    assert compute_decay(18.5 * 3600.0, HALF_LIFE_S) == pytest.approx(1.0 / 1.2215, rel=1e-4)
    assert compute_decay(86_400.0, HALF_LIFE_S) == pytest.approx(0.77142, abs=5e-6)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e3, 1e7))
def test_decay_composes(one_s: float, two_s: float, half_life_s: float) -> None:
    whole = np.log(compute_decay(one_s + two_s, half_life_s) or 1e-300)
    parts = np.log(compute_decay(one_s, half_life_s) or 1e-300) + np.log(
        compute_decay(two_s, half_life_s) or 1e-300
    )
    assert abs(whole - parts) < 1e-6 or min(whole, parts) < -690.0


@given(st.floats(0.0, 1e5), st.floats(1e3, 1e7))
def test_the_mean_lies_between_start_and_middle(duration_s: float, half_life_s: float) -> None:
    factor = compute_frame_factor(duration_s, half_life_s)
    assert 1.0 <= factor <= compute_decay(-duration_s, half_life_s) * (1.0 + 1e-12)
    instant_s = find_mean_instant_s(duration_s, half_life_s)
    assert -1e-9 * half_life_s <= instant_s <= duration_s / 2.0 + 1e-9 * half_life_s


def test_the_factor_is_smooth_where_the_series_takes_over() -> None:
    around_s = 1e-6 * HALF_LIFE_S / np.log(2.0)
    below, above = (compute_frame_factor(s * around_s, HALF_LIFE_S) for s in (0.999, 1.001))
    assert below < above
    assert above - below == pytest.approx(1e-9, rel=1e-2)


def test_concentration_times_volume() -> None:
    made = map_activity(Volume(counts().values, GRID, "Bq/mL"))
    assert made.unit == "Bq"
    np.testing.assert_allclose(made.values, counts(np.float64).values * 0.024, rtol=1e-5)
    assert made.values.min() < 0.0
    for unit in ("counts", "g/mL", "Bq", "HU"):
        with pytest.raises(SimulationError, match="not in Bq/mL"):
            map_activity(Volume(counts().values, GRID, unit))


def test_a_given_activity_is_spread_with_negative_voxels_in() -> None:
    made = spread_activity(counts(), liver(), 3e9, 0.05)
    assert sum_values(made) == pytest.approx(3e9 * 0.95, rel=1e-12)
    assert sum_values(made, liver()) == pytest.approx(3e9 * 0.95, rel=1e-12)
    assert not made.values[~liver()].any()
    share = made.values[liver()] / counts(np.float64).values[liver()]
    assert np.ptp(share) < 1e-5 * share.mean()
    assert made.values.min() < 0.0
    clipped = Volume(np.clip(counts().values, 0.0, None), GRID, "counts")
    hot = np.unravel_index(np.argmax(np.where(liver(), counts().values, -1.0)), GRID.shape)
    cut = spread_activity(clipped, liver(), 3e9, 0.05).values[hot]
    assert cut < 0.8 * made.values[hot]  # cutting noise off would starve the tumour


def test_scale_of_the_counts_does_not_matter() -> None:
    scaled = Volume(counts(np.float64).values * 1e7, GRID, "counts")
    one = spread_activity(counts(np.float64), liver(), 1e9)
    np.testing.assert_allclose(one.values, spread_activity(scaled, liver(), 1e9).values, rtol=1e-12)


def test_sums_are_in_double_precision() -> None:
    grid = Grid((256, 256, 64), np.eye(4))
    flat = Volume(np.full(grid.shape, 1.1, dtype=np.float32), grid, "counts")
    exact = float(np.float32(1.1)) * flat.values.size
    assert sum_values(flat) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"given_bq": 0.0}, "becquerels above 0"),
        ({"given_bq": float("nan")}, "becquerels above 0"),
        ({"lung_shunt_fraction": 5.0}, "5 % is 0.05"),
        ({"lung_shunt_fraction": 1.0}, "0 to below 1"),
        ({"inside": np.ones((2, 2, 2), dtype=bool)}, "on the image's own lattice"),
        ({"inside": np.ones(GRID.shape, dtype=np.int16)}, "true inside"),
        ({"inside": np.zeros(GRID.shape, dtype=bool)}, "sum to 0"),
        ({"counts": Volume(-np.ones(GRID.shape), GRID, "counts")}, "more than 0"),
        ({"counts": Volume(np.ones(GRID.shape), GRID, "HU")}, "not a CT"),
    ],
)
def test_what_cannot_be_spread_is_refused(change: dict[str, object], said: str) -> None:
    asked: dict[str, object] = {"counts": counts(), "inside": liver(), "given_bq": 1e9, **change}
    with pytest.raises(SimulationError, match=said):
        spread_activity(**asked)  # type: ignore[arg-type]


def test_a_nuclide_that_is_none_is_refused() -> None:
    with pytest.raises(SimulationError, match="seconds above 0"):
        Radionuclide("Y-90", 0.0)
    with pytest.raises(SimulationError, match="32 per million"):
        Radionuclide("Y-90", HALF_LIFE_S, 32.0)
