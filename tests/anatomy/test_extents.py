"""Labelled voxels keep their place and none is lost, whatever grid they come on."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.anatomy import extents, structures
from seldinger.anatomy.extents import Extent
from seldinger.catalogue import Recognised
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap

LATTICE = Grid.aligned((36, 36, 36), 1.5, (-26.0, -26.5, -25.7))
CAP_MM = 20.0
TURNS = [
    np.eye(3)[:, list(p)] * s for p in permutations(range(3)) for s in ((1, 1, 1), (-1, 1, -1))
]


def turned(number: int, oblique: bool) -> np.ndarray:
    """Axes of a source grid: along the patient's in any order and direction, or oblique."""
    if not oblique:
        return TURNS[number % len(TURNS)]
    return np.linalg.qr(np.random.default_rng(number).normal(size=(3, 3)))[0]


def placed(mask: np.ndarray, axes: np.ndarray, spacing: np.ndarray, at: np.ndarray) -> Extent:
    """``mask`` with its middle at ``at``."""
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = at - affine[:3, :3] @ ((np.asarray(mask.shape) - 1) / 2.0)
    return Extent(mask, Grid(mask.shape, affine))


def exact_mm(extent: Extent, points: np.ndarray) -> np.ndarray:
    """Distance from each point to the nearest labelled voxel's box, by looking at all of them."""
    centres = extent.grid.to_lps(np.argwhere(extent.mask))
    local = (points[:, None] - centres) @ extent.axes
    beside: np.ndarray = np.maximum(0.0, np.abs(local) - extent.half_mm)
    away: np.ndarray = np.sqrt((beside**2).sum(axis=-1)).min(axis=1)
    return away


def read(found: extents.Field, points: np.ndarray) -> np.ndarray:
    """What linear interpolation reads."""
    from scipy.ndimage import map_coordinates

    index = LATTICE.to_index(points) - np.asarray(found.corner)
    values: np.ndarray = map_coordinates(found.distance_mm, index.T, order=1, mode="nearest")
    return values


RIDGE_MM = 0.7
"""Linear interpolation of a distance cuts its ridges and valleys: 0.62 mm was met at 1.5 mm."""
SPACINGS = st.tuples(*[st.floats(0.4, 5.0)] * 3).map(np.array)
SHIFTS = st.tuples(*[st.floats(-2.0, 2.0)] * 3).map(np.array)


@given(number=st.integers(0, 99), oblique=st.booleans(), spacing=SPACINGS, shift=SHIFTS,
       away=st.floats(2.0, 12.0))  # fmt: skip
def test_a_wall_reads_where_it_stands(
    number: int, oblique: bool, spacing: np.ndarray, shift: np.ndarray, away: float
) -> None:
    """At any distance, for any source grid: finer, coarser, anisotropic, turned, oblique."""
    axes = turned(number, oblique)
    shape = np.maximum(1, np.round(24.0 / spacing)).astype(int)
    wall = placed(np.ones(shape, dtype=bool), axes, spacing, shift - 14.0 * axes[:, 0])
    found = extents.compute_distance_field(wall, LATTICE, CAP_MM)
    assert found is not None
    face = shift - 14.0 * axes[:, 0] + axes[:, 0] * shape[0] * spacing[0] / 2.0
    points = face + axes[:, 0] * away + np.outer(np.linspace(-3.0, 3.0, 9), axes[:, 1] + axes[:, 2])
    points = points[(np.abs(points) < 24.0).all(axis=1)]
    assert read(found, points) == pytest.approx(away, abs=0.3)


@given(number=st.integers(0, 99), oblique=st.booleans(), spacing=SPACINGS, shift=SHIFTS,
       seed=st.integers(0, 10_000))  # fmt: skip
def test_no_labelled_voxel_is_lost(
    number: int, oblique: bool, spacing: np.ndarray, shift: np.ndarray, seed: int
) -> None:
    """Scattered single voxels: each is covered, reads 0, and is measured exactly from afar."""
    rng = np.random.default_rng(seed)
    mask = rng.random((6, 6, 6)) < 0.06
    mask[tuple(rng.integers(0, 6, 3))] = True
    lone = placed(mask, turned(number, oblique), spacing, shift)
    found = extents.compute_distance_field(lone, LATTICE, CAP_MM)
    assert found is not None
    middles = lone.grid.to_lps(np.argwhere(mask))
    index = np.rint(LATTICE.to_index(middles)).astype(int)
    assert found.cover[tuple((index - found.corner).T)].all()
    assert read(found, middles).max() <= 1e-4
    some = np.column_stack([rng.integers(0, n, 400) for n in found.distance_mm.shape])
    true = exact_mm(lone, LATTICE.to_lps(some + np.asarray(found.corner)))
    got = found.distance_mm[tuple(some.T)]
    assert (got <= np.minimum(true, CAP_MM) + (RIDGE_MM if oblique else 1e-3)).all()
    far = true > 3.0
    assert got[far] == pytest.approx(
        np.minimum(true[far], CAP_MM), abs=RIDGE_MM if oblique else 1e-3
    )


@pytest.mark.parametrize("thin_mm", [0.4, 0.7, 1.0])
@pytest.mark.parametrize("shift", [0.0, 0.37, 0.75, 1.1])
def test_thin_labels_stay_and_thick_ones_keep_their_volume(thin_mm: float, shift: float) -> None:
    """A vessel and a sheet of one voxel stay in the anatomy; a ball beside them does not grow."""
    grid = Grid.aligned((48, 48, 48), thin_mm, np.full(3, -23.5 * thin_mm + shift).tolist())
    values = np.zeros(grid.shape, dtype=np.uint8)
    away = np.linalg.norm(
        np.indices(grid.shape) - np.array([32, 32, 24])[:, None, None, None], axis=0
    )
    values[away <= 13.0] = 3
    values[8, 10, :] = 1
    values[14, :, :20] = 2
    names = ("portal vein", "colon", "liver")
    entries = tuple(LabelEntry(name, value, 0) for value, name in enumerate(names, 1))
    labels = LabelMap((values,), entries, grid)
    said = Recognised("", {name: name for name in names}, (), ())
    made = {s.name: s for s in structures.from_labels(labels, said, LATTICE)}
    for value, name in ((1, "portal vein"), (2, "colon")):
        index = np.rint(LATTICE.to_index(grid.to_lps(np.argwhere(values == value)))).astype(int)
        spread = [np.roll(made[name].mask, step, (0, 1, 2)) for step in np.ndindex(3, 3, 3)]
        near = np.roll(np.logical_or.reduce(spread), (-1, -1, -1), (0, 1, 2))
        assert near[tuple(index.T)].all()
    volume = float((values == 3).sum()) * grid.voxel_ml
    assert float(made["liver"].mask.sum()) * LATTICE.voxel_ml == pytest.approx(volume, rel=0.12)
