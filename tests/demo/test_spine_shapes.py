"""Solids of the spine: levels, boxes and volumes against closed forms; soft edges keep volume."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seldinger.core.space import Grid
from seldinger.demo.body import Coat
from seldinger.demo.render import paint
from seldinger.demo.solids import Solid, Union, sphere
from seldinger.demo.spine.levels import LEVELS, find_canal, shape_body
from seldinger.demo.spine.shapes import Bar, BodyShape, Passage, Place, Placed

BODY = BodyShape(22.0, 16.0, (13.0, 12.0, 14.0), (13.0, 11.5, 13.0))
ROD = Bar((1.0, 2.0, 3.0), (21.0, -8.0, 9.0), (5.0, 3.0, 4.0), (7.0, 6.0, 8.0))
CHANNEL = Passage((-20.0, 0.0, 20.0), (1.0, -2.0, 4.0), (9.0, 11.0, 10.0), (7.0, 8.0, 6.5))
TILTED = Placed(BODY, Place((3.0, -7.0, 40.0), 17.0))
ALL = [BODY, ROD, CHANNEL, TILTED]


def lattice(solid: Solid, step: float, margin: float = 3.09) -> tuple[np.ndarray, ...]:
    return tuple(
        np.arange(low - margin, high + margin, step)
        for low, high in zip(*solid.bounds, strict=True)
    )


def volume(solid: Solid, step: float = 0.25) -> float:
    x, y, z = lattice(solid, step)
    return float((solid.level(x[:, None, None], y[:, None], z) <= 0.0).sum()) * step**3


@pytest.mark.parametrize("solid", [BODY, ROD, TILTED])
def test_a_box_holds_its_solid_and_little_more(solid: Solid) -> None:
    axes = lattice(solid, 0.5)
    inside = solid.level(axes[0][:, None, None], axes[1][:, None], axes[2]) <= 0.0
    for axis, (low, high) in enumerate(zip(*solid.bounds, strict=True)):
        others = tuple(n for n in range(3) if n != axis)
        filled = axes[axis][inside.any(axis=others)]
        assert low - 1e-9 <= filled.min()
        assert filled.max() <= high + 1e-9
        assert filled.min() - low < 4.0
        assert high - filled.max() < 4.0


@pytest.mark.parametrize("solid", ALL)
def test_a_level_is_the_same_on_a_lattice_and_at_points(solid: Solid) -> None:
    x, y, z = lattice(solid, 3.0)
    whole = solid.level(x[:, None, None], y[:, None], z)
    points = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    assert np.allclose(solid.level(*points.T), whole.ravel())


def test_a_bar_of_even_width_has_the_volume_of_cylinder_and_ends() -> None:
    bar = Bar((0.0, 0.0, 0.0), (30.0, 10.0, 5.0), (4.0,) * 3, (6.0,) * 3)
    ends = 4.0 / 3.0 * np.pi * 4.0 * 6.0 * 4.0
    assert volume(bar) == pytest.approx(np.pi * 24.0 * bar.length_mm + ends, rel=2e-3)


def test_sections_of_a_bar_are_those_told() -> None:
    wide, tall = ROD.find_half_axes(np.array([0.0, 0.5, 1.0]))
    assert wide == pytest.approx(ROD.half_across_mm)
    assert tall == pytest.approx(ROD.half_high_mm)
    along, across, high = ROD.frame
    assert np.allclose(ROD.frame @ ROD.frame.T, np.eye(3))
    middle = np.mean([ROD.start, ROD.end], axis=0)
    on = np.array([middle + 3.0 * across, middle - 6.0 * high])
    assert np.allclose(ROD.level(*on.T), 0.0)
    assert high[2] > 0.0
    assert along @ np.subtract(ROD.end, ROD.start) > 0.0


def test_walls_and_endplates_of_a_body_lie_on_its_surface() -> None:
    x, z = np.array([0.0, 7.0, -15.0, 19.0]), np.array([0.0, 5.0, -8.0, 3.0])
    for back in (True, False):
        assert np.allclose(BODY.level(x, BODY.find_wall(x, z, back=back), z), 0.0, atol=1e-9)
    y = np.array([0.0, -9.0, 4.0, 1.0])
    assert np.allclose(BODY.level(x, y, BODY.find_endplate(x, y)), 0.0)
    assert np.allclose(BODY.level(x, y, -BODY.find_endplate(x, y, upper=False)), 0.0)
    assert BODY.heights_mm == (26.0, 23.5, 27.0)


def test_a_body_is_kidney_shaped_and_waisted() -> None:
    zero = np.zeros(1)
    aside = np.array([9.0])
    assert BODY.find_wall(zero, zero)[0] < BODY.find_wall(aside, zero)[0]
    assert BODY.find_wall(zero, zero)[0] < BODY.find_wall(zero, np.array([12.0]))[0]


def test_a_body_without_waist_hollow_or_dish_is_a_superelliptic_cylinder() -> None:
    from scipy.special import gamma

    plain = replace(BODY, upper_mm=(10.0,) * 3, lower_mm=(10.0,) * 3, waist=0.0, hollow=0.0)
    area = 4.0 * 22.0 * 16.0 * gamma(1.4) ** 2 / gamma(1.8)
    assert volume(plain) == pytest.approx(area * 20.0, rel=5e-3)


def test_placing_keeps_volume_and_turns_back_and_forth() -> None:
    assert volume(TILTED) == pytest.approx(volume(BODY), rel=2e-3)
    points = np.random.default_rng(1).normal(size=(50, 3)) * 20.0
    place = TILTED.place
    assert np.allclose(place.to_own(place.to_lps(points)), points)
    assert place.to_lps((0.0, 0.0, 1.0))[1] > place.origin_lps_mm[1]
    assert np.allclose(TILTED.level(*place.to_lps(points).T), BODY.level(*points.T))


def test_a_passage_goes_through_its_sections() -> None:
    for z, y, a, b in zip(*(getattr(CHANNEL, name) for name in CHANNEL.__slots__), strict=True):
        ring = np.array([(a, y, z), (-a, y, z), (0.0, y + b, z), (0.0, y - b, z)])
        assert np.allclose(CHANNEL.level(*ring.T), 0.0)
    canal = find_canal()
    assert list(canal.heights_mm) == sorted(canal.heights_mm)
    assert len(canal.heights_mm) == len(LEVELS) + 2


def test_growing_moves_the_surface() -> None:
    assert np.allclose(ROD.grown(-1.0).half_high_mm, (6.0, 5.0, 7.0))
    assert shape_body("L3").grown(-0.7).heights_mm[0] == pytest.approx(27.6 - 1.4)
    assert CHANNEL.grown(2.0).half_depths_mm == pytest.approx((9.0, 10.0, 8.5))


@pytest.mark.parametrize("voxel_mm", [1.0, 2.0])
def test_soft_edges_keep_the_volume_of_ball_and_thin_shell(voxel_mm: float) -> None:
    shape = [int(32.0 / voxel_mm)] * 3
    grid = Grid.aligned(shape, voxel_mm, (-15.3, -15.1, -15.7))
    ball, core = sphere((0.0, 0.0, 0.0), 12.0), sphere((0.0, 0.0, 0.0), 11.3)
    named = Coat("ball", Union((ball,)), 0.0, 0, soft=True)
    hu, labels = paint(
        (replace(named, hu=1000.0), Coat("core", core, 0.0, soft=True, replaces_hu=1000.0)), grid
    )
    shell_ml = 4.0 / 3.0 * np.pi * (12.0**3 - 11.3**3) / 1000.0
    air_ml = (np.prod(shape) * voxel_mm**3 - 4.0 / 3.0 * np.pi * 12.0**3) / 1000.0
    total = float(hu.sum()) * grid.voxel_ml / 1000.0
    assert total + air_ml == pytest.approx(shell_ml, rel=0.06)
    # Labels stay by voxel centres.
    assert np.array_equal(labels.mask("ball"), ball.contains(
        grid.to_lps(np.argwhere(np.ones(shape)).astype(float))).reshape(shape))  # fmt: skip
