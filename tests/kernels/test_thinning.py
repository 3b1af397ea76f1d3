"""Thinning keeps topology, and does what its plain twin does."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from seldinger.anatomy.vessels.skeleton import thin_mask
from seldinger.kernels import thinning, thinning_plain

ONE = np.ones(3)


def bits(cube: np.ndarray) -> int:
    return sum(1 << int(n) for n in np.flatnonzero(cube.ravel()) if n != thinning.CENTRE)


def test_simple_points_are_those_of_the_plain_twin() -> None:
    rng = np.random.default_rng(1)
    for share in (0.2, 0.5, 0.8):
        for cube in rng.random((150, 3, 3, 3)) < share:
            cube[1, 1, 1] = True
            fast = thinning.is_simple(
                bits(cube), thinning.TOUCHING, thinning.FACING, thinning.FACES
            )
            assert bool(fast) is thinning_plain.is_simple(cube)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_blobs_are_thinned_as_by_the_plain_twin(seed: int) -> None:
    noise = scipy.ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(18, 20, 16)), 2)
    mask = noise > 0.02
    places, _ = thin_mask(mask, ONE)
    made = np.zeros_like(mask)
    made[tuple(places.T)] = True
    assert (made == thinning_plain.thin(mask)).all()


def test_no_part_loop_or_cavity_is_made_or_lost() -> None:
    ring = np.zeros((24, 24, 9), dtype=bool)
    x, y, z = np.indices(ring.shape) - np.array([12, 12, 4])[:, None, None, None]
    ring[np.hypot(np.hypot(x, y) - 7.0, z) < 2.5] = True
    ring[1:4, 1:4, 1:4] = True
    places, free = thin_mask(ring, ONE)
    kept = np.zeros_like(ring)
    kept[tuple(places.T)] = True
    labels, parts = scipy.ndimage.label(kept, np.ones((3, 3, 3)))
    assert parts == 2
    sizes = sorted(np.bincount(labels.ravel())[1:])
    assert sizes[0] <= 3, "a cube becomes next to nothing"
    assert 36 <= sizes[1] <= 50, "a ring stays one"
    assert free.min() >= 1.0
