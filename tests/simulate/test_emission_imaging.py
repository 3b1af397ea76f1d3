"""A synthetic PET or SPECT: activity is kept, edges are as blurred as told, noise is of counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.simulate.dose.imaging import MAA_SPECT, Y90_PET, Scanner, scan_activity

QUIET = Scanner(8.0, 3.0, 1e9, 0.0, 1e4, calibrated=True)


def _ball(radius_mm: float = 12.0, level: float = 1e6, step: float = 2.0) -> Volume:
    count = int(96.0 / step)
    grid = Grid.aligned([count] * 3, step, (0.0, 0.0, 0.0))
    at = np.indices(grid.shape) * step - 47.0
    return Volume(np.where((at**2).sum(axis=0) <= radius_mm**2, level, 0.0), grid, "Bq/mL")


def test_activity_is_kept_and_the_same_seed_gives_the_same_image() -> None:
    ball = _ball()
    image = scan_activity(ball, QUIET)
    assert image.values.sum(dtype=np.float64) == pytest.approx(ball.values.sum(), rel=1e-4)
    again = scan_activity(ball, Y90_PET, seed=4)
    assert (again.values == scan_activity(ball, Y90_PET, seed=4).values).all()
    assert not (again.values == scan_activity(ball, Y90_PET, seed=5).values).all()


def test_a_point_is_as_wide_as_told() -> None:
    point = _ball(radius_mm=2.0, step=1.0)
    profile = scan_activity(point, replace(QUIET, fwhm_mm=10.0)).values[:, 47, 47]
    above = np.flatnonzero(profile >= 0.5 * profile.max())
    assert above[-1] - above[0] + 1 == pytest.approx(10.0, abs=1.5)


def test_a_small_ball_reads_less_than_it_holds() -> None:
    """Recovery rises with size, as measured in phantoms: 10 mm little, 37 mm most."""
    reads = [
        float(scan_activity(_ball(0.5 * d), QUIET).values[23:25, 23:25, 23:25].mean()) / 1e6
        for d in (10.0, 17.0, 37.0)
    ]
    assert reads[0] < 0.6 < reads[1] < reads[2] < 1.0 + 1e-6
    assert reads[2] > 0.97


def test_breath_moves_activity_towards_the_feet_only() -> None:
    ball = _ball()
    still, moved = scan_activity(ball, QUIET), scan_activity(ball, QUIET, breath_mm=16.0)
    z = np.arange(48)[None, None, :] * 2.0
    middles = [float((v.values * z).sum() / v.values.sum()) for v in (still, moved)]
    # The mean of 1 - cos^4 over a breath is 5/8.
    assert middles[0] - middles[1] == pytest.approx(0.625 * 16.0, abs=0.5)
    assert moved.values.sum() == pytest.approx(still.values.sum(), rel=1e-3)


def test_noise_is_that_of_the_counts_and_leaves_voxels_below_zero() -> None:
    grid = Grid.aligned([40, 40, 40], 3.0, (0.0, 0.0, 0.0))
    flat = Volume(np.full(grid.shape, 1e6), grid, "Bq/mL")
    scanner = Scanner(0.0, 0.0, 10.0, 1.5, 60.0, calibrated=True)
    inner = scan_activity(flat, scanner).values
    counts = 0.027 * 10.0 * 60.0
    assert inner.std() / inner.mean() == pytest.approx(np.sqrt(2.5 * counts) / counts, rel=0.03)
    assert (scan_activity(_ball(), Y90_PET).values < 0.0).any()


def test_a_camera_without_calibration_gives_counts() -> None:
    image = scan_activity(_ball(), MAA_SPECT)
    assert image.unit == "1"
    mbq = _ball().values.sum() * 0.008 / 1e6
    assert image.values.sum(dtype=np.float64) == pytest.approx(mbq * 150.0 * 1200.0, rel=0.01)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"filter_fwhm_mm": 9.0}, "filters by"), ({"seconds": 0.0}, "counts"),
     ({"background": -1.0}, "background")],
)  # fmt: skip
def test_no_such_scanner(change: Any, told: str) -> None:
    with pytest.raises(SimulationError, match=told):
        replace(QUIET, **change)


def test_only_an_activity_is_scanned() -> None:
    ball = _ball()
    with pytest.raises(SimulationError, match="Bq/mL"):
        scan_activity(Volume(ball.values, ball.grid, "1"), QUIET)
    with pytest.raises(SimulationError, match="breath_mm"):
        scan_activity(ball, QUIET, breath_mm=-1.0)
