"""The sweep of boxes agrees with its plain twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seldinger.kernels import boxes


@given(
    seed=st.integers(0, 10_000),
    cells=st.integers(1, 30),
    width=st.floats(0.3, 6.0),
    filled=st.floats(0.0, 1.0),
    cap=st.sampled_from([3.0, 8.0, 20.0, np.inf]),
)
def test_a_sweep_is_the_least_over_all_cells(
    seed: int, cells: int, width: float, filled: float, cap: float
) -> None:
    rng = np.random.default_rng(seed)
    there = rng.random((7, cells)) < filled
    values = np.where(there, rng.random((7, cells)) * 40.0, np.inf).astype(np.float32)
    places = np.sort(rng.random(25) * (cells * width + 20.0) - 10.0)
    out = np.empty((7, 25), dtype=np.float32)
    boxes.sweep(values, 0.7, width, places, cap, out)
    least = boxes.sweep_plain(values, 0.7, width, places)
    near = least <= cap**2
    np.testing.assert_allclose(out[near], least[near], rtol=1e-5)
    assert (out[~near] >= cap**2).all()
