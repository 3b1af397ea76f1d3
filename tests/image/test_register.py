"""Registration: a bent patient with known truth; what is refused; the same bytes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.image import warped

from seldinger.core.errors import Cancelled, ImageError
from seldinger.core.space import Grid
from seldinger.core.volume import Mask, Volume
from seldinger.followup import labels, margin
from seldinger.image import register, residual
from seldinger.image.residual import Pair

RECOVERED_MM = 2.0
"""At the tumour, anywhere on its surface: two thirds of the voxels of 3 mm."""
VOXEL_MM = [3.6, pytest.param(3.0, marks=pytest.mark.slow)]
"""The finer one is told in the documentation; the other one takes half as long."""
MOVED_MM = 4.0
SHAPE = (36, 34, 32)


@pytest.fixture(scope="module", params=VOXEL_MM)
def treated(request: pytest.FixtureRequest) -> warped.Treated:
    return warped.treated(24.0, (2.0, -1.0, 3.0), request.param)


@pytest.fixture(scope="module")
def found(treated: warped.Treated) -> margin.FollowUp:
    asked = labels.MarginRequest(warped.TUMOUR, warped.ZONE)
    return margin.assess(treated.before, treated.after, asked)


def test_a_known_movement_is_recovered_at_the_tumour(found: margin.FollowUp) -> None:
    grid = found.before.image.grid
    points = grid.to_lps(np.argwhere(found.target_mask))
    truth = warped.forth(points)
    off = np.linalg.norm(found.registration.move(points) - truth, axis=1)
    rigid = np.linalg.norm(found.registration.move(points, rigid_only=True) - truth, axis=1)
    assert np.linalg.norm(truth - points, axis=1).mean() > MOVED_MM
    assert off.max() < RECOVERED_MM
    assert off.mean() < 0.5 * rigid.mean()


def test_the_estimated_error_is_of_the_size_of_the_true_one(found: margin.FollowUp) -> None:
    grid = found.before.image.grid
    points = grid.to_lps(np.argwhere(found.target_mask))
    off = found.registration.move(points) - warped.forth(points)
    true = float(np.sqrt((off**2).sum(axis=1).mean()))
    assert found.near_error_mm is not None
    assert 0.5 * true < found.near_error_mm < 2.0 * true


def test_the_margin_of_an_analytic_zone_follows(
    found: margin.FollowUp, treated: warped.Treated
) -> None:
    low, high = (np.asarray(b) for b in treated.truth.solid(warped.TUMOUR).bounds)
    places = np.random.default_rng(0).uniform(low - 1.0, high + 1.0, (60_000, 3))
    near = np.abs(treated.truth.distance_mm(warped.TUMOUR, places)) < 0.1
    away = np.linalg.norm(warped.forth(places[near]) - treated.zone_centre_lps_mm, axis=1)
    true = treated.zone_radius_mm - float(away.max())
    assert found.margin.whole.minimal_mm == pytest.approx(true, abs=1.2)
    assert found.asked.organ == warped.LIVER
    assert found.provisional == ()


def test_the_fit_is_shown(found: margin.FollowUp) -> None:
    made = found.registration
    assert [stage.name for stage in made.stages] == ["rigid", "deformable"]
    assert all(stage.metric_after < stage.metric_before for stage in made.stages)
    assert made.bends
    assert made.bending is not None
    assert made.bending.least_jacobian > 0.0
    liver = next(one for one in found.residuals if one.name == warped.LIVER)
    assert liver.rigid_mean_mm is not None
    assert liver.mean_mm < 0.7 * liver.rigid_mean_mm
    assert liver.p95_mm < 3.0
    assert any("shrink" in note for note in found.notes)


def textured(seed: int = 0) -> tuple[Volume, Mask]:
    """A soft blob with texture, and where it is."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).normal(size=SHAPE)
    grid = Grid.aligned(SHAPE, 3.0)
    away = np.linalg.norm((np.indices(SHAPE).T - (np.array(SHAPE) - 1) / 2.0), axis=-1).T
    values = np.where(away < 12.0, 60.0, -80.0) + 150.0 * ndimage.gaussian_filter(noise, 2.0)
    return Volume(values.astype(np.float32), grid, "HU"), away < 12.0


def shifted(volume: Volume, by_mm: tuple[float, float, float]) -> Volume:
    """The same voxels, lying elsewhere."""
    affine = np.array(volume.grid.index_to_lps)
    affine[:3, 3] += by_mm
    return Volume(volume.values, Grid(volume.grid.shape, affine), volume.unit)


@cache
def aligned() -> tuple[Volume, Mask, register.Registration, Grid]:
    """A blob that lies elsewhere after, how it is brought there, and the lattice after."""
    before, region = textured()
    after = shifted(before, (3.0, 3.0, 0.0))
    made = register.register(before, after, region, nothing(), nothing())
    return before, region, made, after.grid


def nothing() -> Mask:
    return np.zeros(SHAPE, dtype=bool)


def test_another_frame_is_found_and_the_same_scans_give_the_same_bytes() -> None:
    before, region = textured()
    after = shifted(before, (7.0, -5.0, 4.0))
    made = [register.register(before, after, region, nothing(), nothing()) for _ in range(2)]
    points = before.grid.to_lps(np.argwhere(region)[::50])
    moved = [one.move(points) for one in made]
    assert np.linalg.norm(moved[0] - points - [7.0, -5.0, 4.0], axis=1).max() < 1.0
    assert moved[0].tobytes() == moved[1].tobytes()
    assert made[0].stages == made[1].stages


def test_scans_that_do_not_overlap_are_refused() -> None:
    before, region = textured()
    with pytest.raises(ImageError, match="no margin is given"):
        register.register(before, shifted(before, (900.0, 0.0, 0.0)), region, nothing(), nothing())


def test_an_optimiser_that_ran_out_of_steps_has_not_converged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, region = textured()
    after = shifted(before, (7.0, -5.0, 4.0))
    monkeypatch.setattr(register, "_RIGID_STEPS", 2)
    with pytest.raises(ImageError, match=r"rigid registration did not converge .*no margin"):
        register.register(before, after, region, nothing(), nothing())


def test_bending_that_ran_out_of_steps_leaves_the_rigid_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, region = textured()
    other, _ = textured(1)
    mixed = Volume(0.6 * before.values + 0.4 * other.values, before.grid, "HU")
    monkeypatch.setattr(register, "_BENDING_STEPS", 1)
    after = shifted(mixed, (5.0, 3.0, 1.0))
    made = register.register(before, after, region, nothing(), nothing())
    assert made.bending is None
    assert not made.bends
    assert "deformable registration did not converge" in made.refused
    assert "no margin" not in made.refused


def test_nothing_to_compare_is_refused() -> None:
    before, region = textured()
    with pytest.raises(ImageError, match="region to compare is empty"):
        register.register(before, before, nothing(), nothing(), nothing())
    everything = np.ones(SHAPE, dtype=bool)
    with pytest.raises(ImageError, match="voxels of 3 mm can be compared"):
        register.register(before, before, region, everything, nothing())


def test_a_wish_to_stop_reaches_the_optimiser() -> None:
    before, region = textured()
    told = []

    def progress(what: str, fraction: float) -> None:
        assert what
        told.append(fraction)
        if fraction > 0.3:
            raise Cancelled("enough")

    after = shifted(before, (7.0, -5.0, 4.0))
    with pytest.raises(Cancelled, match="enough"):
        register.register(before, after, region, nothing(), nothing(), progress=progress)
    assert told == sorted(told)


def test_distance_to_a_plane_is_right_on_thick_slices() -> None:
    grid = Grid.aligned((20, 20, 12), (1.0, 1.0, 3.0))
    mask = np.zeros(grid.shape, dtype=bool)
    mask[:, :, :6] = True
    points = np.array([[9.5, 9.5, z] for z in (10.0, 15.0, 16.5, 18.0, 25.0)])
    expected = 16.5 - points[:, 2]
    assert residual.measure_surface_distance_mm(mask, grid, points) == pytest.approx(
        expected, abs=0.3
    )


def test_residuals_are_none_for_one_and_the_same_scan() -> None:
    before, region, made, grid = aligned()
    pairs = (Pair("blob", region, region),)
    (one,) = residual.measure_residuals(made, pairs, before.grid, grid)
    assert one.mean_mm < 1.0
    middle = before.grid.centre_lps_mm
    assert residual.estimate_near_error_mm(made, pairs, before.grid, grid, middle, 60.0) is not None
    assert residual.estimate_near_error_mm(made, pairs, before.grid, grid, middle, 5.0) is None


def test_what_slides_along_an_organ_says_nothing_of_it() -> None:
    before, region, made, grid = aligned()
    rib = nothing()
    rib[2:5, 8:26, 8:24] = True
    pairs = (Pair("blob", region, region), Pair("rib", rib, np.roll(rib, 6, axis=2)))
    middle, reach = before.grid.centre_lps_mm, 90.0
    alone = residual.estimate_near_error_mm(made, pairs[:1], before.grid, grid, middle, reach)
    with_rib = residual.estimate_near_error_mm(made, pairs, before.grid, grid, middle, reach)
    of_organ = residual.estimate_near_error_mm(
        made, pairs, before.grid, grid, middle, reach, region
    )
    assert alone is not None
    assert with_rib is not None
    assert of_organ == pytest.approx(alone)
    assert with_rib > 2.0 * alone


def test_a_zone_that_bulges_out_of_the_organ_is_no_error_of_registration() -> None:
    before, region, made, grid = aligned()
    zone = nothing()
    zone[25:33, 12:22, 12:20] = True
    pairs, middle = (Pair("blob", region, region | zone),), before.grid.centre_lps_mm
    told, blind = (
        residual.measure_residuals(made, pairs, before.grid, grid, hidden)[0]
        for hidden in (zone, None)
    )
    assert told.max_mm < 0.5 * blind.max_mm
    near, crude = (
        residual.estimate_near_error_mm(
            made, pairs, before.grid, grid, middle, 60.0, region, hidden
        )
        for hidden in (zone, None)
    )
    assert near is not None
    assert crude is not None
    assert near < 0.5 * crude
