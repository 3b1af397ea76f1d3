"""A soft disc between stiff plates, against closed forms: what a motion segment is made of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import iv

from seldinger.core.space import Grid
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import compress, end_layers
from seldinger.physics.elastic.solve import ElasticSettings

RADIUS_MM, DISC_MPA, PLATE_MPA = 20.0, 4.2, 1e5


def bonded_mpa(poisson: float, height_mm: float) -> float:
    """Stress over strain of a bonded disc, its sides bulging as a parabola, in balance across.

    Incompressible it becomes Gent and Lindley's E (1 + 2 S^2), S = R / 2h, but for the 1.
    """
    shear = 0.5 * DISC_MPA / (1.0 + poisson)
    lam = 2.0 * shear * poisson / (1.0 - 2.0 * poisson)
    whole = lam + 2.0 * shear
    k = np.sqrt(12.0 * shear / whole) / height_mm
    zeroth, first = iv(0, k * RADIUS_MM), iv(1, k * RADIUS_MM)
    bulge = 1.5 * lam / (whole * k * zeroth - 2.0 * shear * first / RADIUS_MM)
    return float(whole - lam * (4.0 / 3.0) * bulge * first / RADIUS_MM)


def computed_mpa(poisson: float, height_mm: float, across_mm: float, along_mm: float) -> float:
    """The same on voxels, over the area that they have."""
    count, layers = round(2.0 * RADIUS_MM / across_mm) + 2, round(height_mm / along_mm)
    x = (np.arange(count) - 0.5 * (count - 1)) * across_mm
    inside = np.hypot(x[:, None], x) < RADIUS_MM
    young = np.where(inside, PLATE_MPA, 0.0)[..., None] * np.ones(layers + 4)
    young[..., 2:-2][inside] = DISC_MPA
    grid = Grid((count, count, layers + 4), np.diag([across_mm, across_mm, along_mm, 1.0]))
    body = Body(grid, young, np.where(young > DISC_MPA, 0.3, poisson))
    done = compress(
        body, end_layers(body, 2), 2, 0.01, friction=True, settings=ElasticSettings(1e-3)
    )
    return done.stiffness_n_per_mm * height_mm / float(inside.sum() * across_mm**2)


@pytest.mark.parametrize("height_mm", [4.0, 8.0])
def test_the_closed_form_ends_in_gent_and_lindleys(height_mm: float) -> None:
    shape = 0.5 * RADIUS_MM / height_mm
    assert bonded_mpa(0.49999, height_mm) == pytest.approx(
        DISC_MPA * (1.0 + 2.0 * shape**2), rel=0.01
    )


@pytest.mark.parametrize("height_mm", [4.0, 8.0])
def test_a_disc_is_as_stiff_as_the_closed_form_and_coarse_ones_hardly_lock(
    height_mm: float,
) -> None:
    exact = bonded_mpa(0.45, height_mm)
    fine, middle, coarse = (
        computed_mpa(0.45, height_mm, *edges) for edges in ((1.0, 0.5), (2.0, 1.0), (2.5, 2.0))
    )
    assert exact == pytest.approx(fine, rel=0.02)
    assert fine < middle < coarse
    assert middle == pytest.approx(fine, rel=0.03)
    assert coarse == pytest.approx(fine, rel=0.10)


def test_closer_to_incompressible_coarse_voxels_lock() -> None:
    """Why discs have a ratio of 0.45: at 0.49 a coarse disc is a quarter too stiff."""
    exact = bonded_mpa(0.49, 4.0)
    assert computed_mpa(0.49, 4.0, 1.0, 0.5) == pytest.approx(exact, rel=0.05)
    assert computed_mpa(0.49, 4.0, 2.0, 2.0) > 1.2 * exact


def test_layers_that_do_not_bulge_are_springs_in_series() -> None:
    young = np.array([300.0, 300.0, 4.2, 4.2, 4.2, 80.0, 80.0, 80.0, 4.2, 4.2, 300.0])
    shape = (4, 5, len(young))
    grid = Grid(shape, np.diag([2.0, 2.0, 1.0, 1.0]))
    body = Body(grid, np.broadcast_to(young, shape).copy(), 0.0)
    done = compress(
        body, end_layers(body, 2), 2, 0.1, friction=True, settings=ElasticSettings(1e-6)
    )
    assert done.stiffness_n_per_mm == pytest.approx(80.0 / float((1.0 / young).sum()), rel=1e-6)
