"""Near distances agree with their plain twin, and with the whole map as far as they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seldinger.geometry import morphology
from seldinger.kernels import near

if TYPE_CHECKING:
    from numpy.typing import NDArray

masks = st.tuples(
    st.integers(0, 1000), st.tuples(*[st.integers(1, 12)] * 3), st.floats(0.0, 0.3)
).map(lambda one: np.random.default_rng(one[0]).random(one[1]) < one[2])


@given(mask=masks, far=st.integers(2, 9))
def test_squared_distances_are_the_least_over_all_cells(mask: NDArray[np.bool_], far: int) -> None:
    along = np.empty(mask.shape, dtype=np.uint8)
    found = np.empty(mask.shape, dtype=np.float32)
    near.count_steps(mask, far, along)
    near.square_distances(along, np.arange(far + 1, dtype=np.float32) ** 2, found)
    expected = near.square_distances_plain(mask, far)
    inside = expected < far * far
    np.testing.assert_array_equal(found[inside], expected[inside])
    assert (found[~inside] == far * far).all()


@given(mask=masks, cap_mm=st.floats(0.1, 100.0))
def test_a_capped_distance_is_the_distance_up_to_the_cap(
    mask: NDArray[np.bool_], cap_mm: float
) -> None:
    whole = morphology.distance_mm(mask, 1.5)
    found = morphology.capped_distance_mm(mask, cap_mm, 1.5)
    close = whole <= cap_mm
    np.testing.assert_allclose(found[close], whole[close], rtol=1e-6)
    assert (found[~close] > cap_mm).all()
