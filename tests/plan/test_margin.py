"""The margin between voxels: analytic spheres, the voxel yardstick, the capsule, bad labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import edt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seldinger.core.errors import PlanError
from seldinger.core.space import Grid
from seldinger.geometry import surface
from seldinger.simulate import margin

if TYPE_CHECKING:
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

FINE = Grid.aligned((56, 56, 56), 1.0, (-27.7, -28.2, -27.9))
CLINICAL = Grid.aligned((80, 80, 24), (0.7, 0.7, 2.5), (-27.7, -28.2, -28.4))
TURNED = Grid(
    (56, 56, 56),
    np.array(
        [[0.8, -0.6, 0.0, -5.0], [0.6, 0.8, 0.0, -39.0], [0.0, 0.0, 1.0, -27.6], [0, 0, 0, 1]],
        dtype=np.float64,
    ),
)
WITHIN_MM = 0.1


def ball(
    grid: Grid, radius_mm: float, centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Mask:
    places = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    inside: Mask = np.linalg.norm(places - np.asarray(centre), axis=1) <= radius_mm
    return inside.reshape(grid.shape)


def margin_of(grid: Grid, tumour: Mask, zone: Mask) -> margin.Margin:
    return margin.measure_margin(
        surface.extract_surface(tumour, grid, "tumour"), surface.extract_surface(zone, grid, "zone")
    )


def voxel_margin_mm(grid: Grid, tumour: Mask, zone: Mask) -> float:
    """The usual way: distance of the tumour's outermost voxel centres to what is not zone."""
    away = edt.edt(np.ascontiguousarray(zone), anisotropy=grid.spacing_mm, order="C")
    inner = edt.edt(np.ascontiguousarray(tumour), anisotropy=grid.spacing_mm, order="C")
    rim = tumour & (inner <= min(grid.spacing_mm) + 1e-3)
    return float(away[rim].min())


SPHERES = [
    (FINE, 10.0, 13.0, (0.0, 0.0, 0.0)),
    (FINE, 8.3, 15.1, (0.0, 0.0, 0.0)),
    (FINE, 10.0, 16.0, (0.0, 0.0, 3.0)),
    (FINE, 12.0, 15.5, (1.1, -1.7, 0.9)),
    (FINE, 9.0, 11.0, (4.0, 0.0, 0.0)),
    (CLINICAL, 10.0, 13.0, (0.0, 0.0, 0.0)),
    (CLINICAL, 8.3, 15.1, (0.0, 0.0, 0.0)),
    (CLINICAL, 10.0, 16.0, (0.0, 0.0, 3.0)),
    (CLINICAL, 12.0, 15.5, (1.1, -1.7, 0.9)),
    (CLINICAL, 9.0, 11.0, (0.0, 4.0, 0.0)),
    (TURNED, 10.0, 14.0, (1.0, 1.0, 0.5)),
]


@pytest.mark.parametrize(("grid", "inner", "outer", "off"), SPHERES)
def test_spheres_have_the_margin_that_geometry_says(
    grid: Grid, inner: float, outer: float, off: tuple[float, float, float]
) -> None:
    found = margin_of(grid, ball(grid, inner), ball(grid, outer, off))
    true = outer - inner - float(np.linalg.norm(off))
    assert found.whole.minimal_mm == pytest.approx(true, abs=WITHIN_MM)
    assert found.whole.area_mm2 == pytest.approx(4.0 * np.pi * inner**2, rel=0.02)
    assert found.inner is None
    assert found.under_capsule is None


def test_counting_voxels_reads_more_too_much_than_the_surface_may_err() -> None:
    # A known case: a true margin of 3 mm at 1 mm voxels, wherever the voxels happen to lie.
    over = []
    for shift in ((0.0, 0.0, 0.0), (0.3, 0.1, 0.4), (0.45, 0.25, 0.2), (0.15, 0.35, 0.1)):
        grid = Grid.aligned((48, 48, 48), 1.0, np.subtract(shift, 24.0).tolist())
        tumour, zone = ball(grid, 10.0), ball(grid, 13.0)
        over.append(voxel_margin_mm(grid, tumour, zone) - 3.0)
        assert margin_of(grid, tumour, zone).whole.minimal_mm == pytest.approx(3.0, abs=WITHIN_MM)
    assert float(np.mean(over)) > 1.5 * WITHIN_MM


@settings(max_examples=12)
@given(
    radius=st.floats(6.0, 12.0),
    extra=st.floats(1.0, 8.0),
    off=st.tuples(*[st.floats(-2.0, 2.0)] * 3),
)
def test_any_sphere_in_any_other_on_thick_slices(
    radius: float, extra: float, off: tuple[float, float, float]
) -> None:
    found = margin_of(CLINICAL, ball(CLINICAL, radius), ball(CLINICAL, radius + extra, off))
    true = extra - float(np.linalg.norm(off))
    # Random places are worse than the worst of a list: a small body crosses five slices only.
    assert found.whole.minimal_mm == pytest.approx(true, abs=0.25)


def test_shares_of_the_surface_follow_from_the_shift() -> None:
    # |zone centre - p| grows with the angle; the share below a threshold is a spherical cap.
    found = margin_of(FINE, ball(FINE, 9.0), ball(FINE, 14.0, (4.0, 0.0, 0.0)))
    for threshold in (3.0, 5.0):
        reach = 14.0 - threshold
        cosine = (9.0**2 + 4.0**2 - reach**2) / (2.0 * 9.0 * 4.0)
        cap = (1.0 + cosine) / 2.0
        assert found.whole.under[f"{threshold:g}"] == pytest.approx(cap, abs=0.02)
    assert found.whole.under["0"] == 0.0
    assert found.whole.under["10"] == 1.0
    assert found.whole.thinnest_lps_mm[0] == pytest.approx(-9.0, abs=0.5)


def test_tumour_left_outside_the_zone_is_a_negative_margin() -> None:
    found = margin_of(FINE, ball(FINE, 10.0), ball(FINE, 11.0, (4.0, 0.0, 0.0)))
    assert found.whole.minimal_mm == pytest.approx(-3.0, abs=WITHIN_MM)
    assert 0.2 < found.whole.under["0"] < 0.5


def test_a_zone_like_a_capsule_round_a_lobed_tumour() -> None:
    places = FINE.to_lps(np.indices(FINE.shape).reshape(3, -1).T)
    along = np.clip(places @ np.array([0.6, 0.8, 0.0]), -7.0, 7.0)
    rest = places - along[:, None] * np.array([0.6, 0.8, 0.0])
    zone = (np.linalg.norm(rest, axis=1) <= 13.0).reshape(FINE.shape)
    radius = np.linalg.norm(places, axis=1)
    height = places[:, 2] / np.maximum(radius, 1e-9)
    lobes = 1.0 + 0.1 * (1.5 * height**2 - 0.5)
    tumour = (radius <= 9.0 * lobes).reshape(FINE.shape)
    # Thinnest at the poles: 9.9 mm up, where the zone reaches 13 mm.
    found = margin_of(FINE, tumour, zone)
    assert found.whole.minimal_mm == pytest.approx(13.0 - 9.9, abs=0.15)


def test_points_are_carried_before_they_are_measured() -> None:
    tumour, zone = ball(FINE, 8.0), ball(FINE, 12.0)
    taken = surface.extract_surface(tumour, FINE, "tumour")
    moved: Points = taken.points_lps_mm + np.array([0.0, 2.0, 0.0])
    found = margin.measure_margin(taken, surface.extract_surface(zone, FINE, "zone"), moved)
    assert found.whole.minimal_mm == pytest.approx(2.0, abs=WITHIN_MM)
    assert found.whole.thinnest_lps_mm[1] == pytest.approx(10.0, abs=0.5)


def under_the_capsule() -> margin.Margin:
    """A tumour 2 mm under a flat capsule at x = 10; the zone reaches 1 mm beyond it."""
    places = FINE.to_lps(np.indices(FINE.shape).reshape(3, -1).T)
    organ = (places[:, 0] <= 10.0).reshape(FINE.shape)
    tumour, zone = ball(FINE, 8.0), ball(FINE, 14.0, (-3.0, 0.0, 0.0))
    taken = surface.extract_surface(tumour, FINE, "tumour")
    return margin.measure_margin(
        taken,
        surface.extract_surface(zone, FINE, "zone"),
        to_capsule_mm=margin.to_capsule_mm(taken.points_lps_mm, organ, tumour, FINE),
        tissue=organ & ~zone,
        subcapsular_mm=5.0,
    )


def test_beyond_the_capsule_there_is_nothing_to_treat() -> None:
    found = under_the_capsule()
    assert found.under_capsule is not None
    assert found.inner is not None
    # A cap of the sphere between x = 5 and x = 8.
    assert found.under_capsule.share == pytest.approx(3.0 / 16.0, abs=0.03)
    assert found.under_capsule.share + found.inner.share == pytest.approx(1.0)
    # To the rim where zone, organ and capsule meet: (10, 5.2) from (8, 0) and its neighbours.
    rim = np.array([10.0, np.sqrt(14.0**2 - 13.0**2)])
    turn = np.linspace(0.0, np.pi, 2000)
    circle = 8.0 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    true = np.linalg.norm(circle - rim, axis=1).min()
    assert found.whole.minimal_mm == pytest.approx(true, abs=0.8)
    assert found.whole.minimal_mm > 3.0 + WITHIN_MM, "14 - 3 - 8: the margin into fat"
    assert 0.0 < found.clipped_share < 0.3


def test_a_target_outside_its_organ_is_refused() -> None:
    tumour = ball(FINE, 6.0)
    taken = surface.extract_surface(tumour, FINE, "tumour")
    elsewhere = np.zeros_like(tumour)
    elsewhere[:5] = True
    with pytest.raises(PlanError, match="name the organ it lies in"):
        margin.to_capsule_mm(taken.points_lps_mm, elsewhere, tumour, FINE)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(PlanError, match="zone is empty"):
        surface.extract_surface(np.zeros(FINE.shape, dtype=bool), FINE, "zone")


def test_a_mask_at_the_end_of_the_scan_is_refused() -> None:
    cut = ball(FINE, 12.0, (-25.0, 0.0, 0.0))
    with pytest.raises(PlanError, match="cut off by the end of the scan"):
        surface.extract_surface(cut, FINE, "zone")


def test_a_few_voxels_have_no_surface() -> None:
    tiny = np.zeros(FINE.shape, dtype=bool)
    tiny[20:22, 20:22, 20:22] = True
    with pytest.raises(PlanError, match="8 voxels: too few"):
        surface.extract_surface(tiny, FINE, "lesion")


def test_a_zone_elsewhere_is_no_margin() -> None:
    tumour, zone = ball(FINE, 6.0, (-15.0, 0.0, 0.0)), ball(FINE, 6.0, (15.0, 0.0, 0.0))
    with pytest.raises(PlanError, match="does not meet the target"):
        margin_of(FINE, tumour, zone)


def test_a_ragged_mask_is_said_to_be_ragged() -> None:
    noise = np.random.default_rng(3).random(FINE.shape) < 0.35
    tumour = (ball(FINE, 11.0) & noise) | ball(FINE, 7.0)
    found = margin_of(FINE, tumour, ball(FINE, 16.0))
    assert any("rougher" in note for note in found.notes)


def test_the_same_masks_give_the_same_bytes() -> None:
    first, second = (
        margin_of(CLINICAL, ball(CLINICAL, 9.0), ball(CLINICAL, 14.0)) for _ in range(2)
    )
    assert first.values_mm.tobytes() == second.values_mm.tobytes()
