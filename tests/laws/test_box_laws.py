"""Laws of the computed box: how a run is sampled, and where it is computed, changes no physics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.laws.test_heat_laws import BLOOD, LAW, ORIGIN, PLAIN, drying, lattice, probed, warm

from seldinger.physics.thermal import bodies, damage
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.run import run

FALL = damage.ColdIsotherm("-20 C", -20.0, 0.0, 1.0)


def test_how_rarely_ice_is_sampled_does_not_move_it() -> None:
    often, rarely, once = (
        run(probed(150.0), Settings(150.0, (FALL,), sample_every_s=s)) for s in (2.0, 75.0, 1e4)
    )
    for other in (rarely, once):
        assert other.colder_ml(-1.0) == pytest.approx(often.colder_ml(-1.0), rel=0.01)
        assert other.dead_ml(FALL.name) == pytest.approx(often.dead_ml(FALL.name), rel=0.01)
    assert rarely.times_s.tolist() == [0.0, 10.0, 75.0, 150.0]
    assert len(once.points_c) == len(once.times_s) == 3


@pytest.mark.parametrize("step_s", [None, 60.0])
def test_the_box_follows_the_front_and_not_the_steps(step_s: float | None) -> None:
    model = warm(12.0, PLAIN, 30.0, lattice(41))
    asked = Settings(60.0, (LAW,), method="super", step_s=step_s, sample_every_s=60.0)
    boxed, whole = run(model, asked), run(model, replace(asked, front_k=1e-9))
    assert boxed.stepping.box_share < 0.9 * whole.stepping.box_share
    assert np.abs(boxed.temperature_c.values - whole.temperature_c.values).max() < 0.1
    assert boxed.dead_ml(LAW.name) == pytest.approx(whole.dead_ml(LAW.name), abs=0.002)


@pytest.mark.parametrize(("start_c", "law"), [(50.0, LAW), (44.0, damage.cem43(2.0, 43.0))])
def test_tissue_that_is_harmed_at_rest_is_counted_outside_the_front(
    start_c: float, law: damage.Arrhenius | damage.ThermalDose
) -> None:
    model = replace(warm(0.5, PLAIN, 10.0, lattice(31)), initial_c=start_c)
    found = run(model, Settings(300.0, (law,)))
    assert found.dead(law.name).all()
    assert found.damage[law.name].values[0, 0, 0] == pytest.approx(
        law.lethal * 300.0 / damage.seconds_to(law, start_c), rel=1e-2
    )


def test_tissue_that_lies_in_the_cold_is_counted_outside_the_front() -> None:
    frozen = replace(probed(20.0), initial_c=-0.5)
    law = damage.ColdIsotherm("cool", 0.0, 10.0, 1.0)
    assert run(frozen, Settings(10.0, (law,))).dead(law.name).all()


def test_what_was_sent_is_in_the_books() -> None:
    found = run(drying(), Settings(60.0))
    energy = found.energy
    assert energy.sent_j == pytest.approx((20.0 * 60.0, 20.0 * 20.0 + 30.0 * 30.0))
    assert min(energy.not_absorbed_j) > 100.0
    # A Gaussian of 2.5 mm fits into the block: nothing goes elsewhere.
    assert energy.elsewhere_j == pytest.approx((0.0, 0.0), abs=2.0)
    assert sum("did not absorb" in words for words in found.warnings) == 2


def test_books_hold_what_fell_beyond_the_box() -> None:
    wide = run(warm(4.0, PLAIN, 10.0, lattice(31), sigma_mm=4.0), Settings(10.0, front_k=1.0))
    assert wide.stepping.box_share < 0.9
    assert wide.energy.absorbed_j[0] == pytest.approx(40.0, rel=2e-3)
    assert abs(wide.energy.missing_j) < 1e-5 * wide.energy.turned_over_j


def test_the_step_that_is_told_is_the_step_that_was_taken() -> None:
    for method, asked_s in (("explicit", 0.9), ("super", 1.5), ("super", 30.0)):
        found = run(warm(), Settings(40.0, method=method, step_s=asked_s, sample_every_s=4.0))  # type: ignore[arg-type]
        assert found.stepping.step_s * found.stepping.steps == pytest.approx(40.0)
        assert found.stepping.step_s <= min(asked_s, 4.0)


def _drawn_w(radius_mm: float, at_mm: tuple[float, float], spacing_mm: float) -> float:
    """Heat that a thin vessel takes from a warm spot beside it, W, as a mean over time."""
    grid = lattice(int(40 / spacing_mm) + 1, spacing_mm)
    half = 0.5 * spacing_mm * grid.shape[2]
    rod = bodies.Rod((at_mm[0], at_mm[1], -half), (0.0, 0.0, 1.0), 2.0 * half, radius_mm)
    held = bodies.FixedBody(
        "vein", bodies.rod_cells(grid, rod), bodies.Programme.constant(37.0), rod=rod
    )
    # The warm spot moves with the vessel: only the lattice under both is another one.
    spot = (at_mm[0] - 5.0, at_mm[1], ORIGIN[2])
    base = warm(6.0, PLAIN, 60.0, grid, sigma_mm=4.0, centres=(spot,))
    model = Model(
        grid, base.material, (PLAIN,), BLOOD, SteadyFlow(), None, base.sources, (held,), 37.0
    )
    return -run(model, Settings(60.0)).energy.from_bodies_j[0] / 60.0


@pytest.mark.parametrize("radius_mm", [0.25, 1.0])
def test_a_thin_vessel_cools_wherever_it_lies_between_the_cells(radius_mm: float) -> None:
    fine = _drawn_w(radius_mm, (0.0, 0.0), 1.0)
    assert fine > 0.2
    places = ((0.5, 0.5), (0.25, 0.1), (0.3, 0.4))
    for at_mm, spacing_mm in (*((p, 1.0) for p in places), ((0.0, 0.0), 2.0), ((1.0, 0.6), 2.0)):
        got = _drawn_w(radius_mm, at_mm, spacing_mm)
        assert got == pytest.approx(fine, rel=0.08 + 0.06 * (spacing_mm - 0.5)), (at_mm, spacing_mm)
