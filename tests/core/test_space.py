"""A lattice may be cropped, and its voxels stay where they are."""

from __future__ import annotations

import numpy as np

from seldinger.core.space import Grid


def test_a_crop_keeps_every_voxel_where_it_was() -> None:
    turned = np.array([[0.0, -2.0, 0, 5.0], [1.5, 0, 0, -3.0], [0, 0, 3.0, 7.0], [0, 0, 0, 1.0]])
    grid = Grid((10, 11, 12), turned)
    part = grid.crop((2, 3, 4), (5, 9, 12))
    assert part.shape == (3, 6, 8)
    np.testing.assert_allclose(part.to_lps((1.0, 2.0, 3.0)), grid.to_lps((3.0, 5.0, 7.0)))
