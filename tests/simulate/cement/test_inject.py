"""Cement into a vertebra: what is conserved, symmetric, refused, and in which order leaks rise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plain_vertebra import make_needle, make_vertebra

from seldinger.anatomy.vertebra.model import Side, Wall
from seldinger.core.errors import SimulationError
from seldinger.physics.cement.fluids import Cement
from seldinger.physics.cement.injection import FillingEnd
from seldinger.simulate.cement.cavity import Balloon, Cavity
from seldinger.simulate.cement.exits import CANAL_BREAK, ExitKind
from seldinger.simulate.cement.inject import (
    CementPlan,
    LeakStop,
    Viscosity,
    find_marrow_pa_s,
    make_cement,
    simulate_cement,
)

if TYPE_CHECKING:
    from seldinger.simulate.cement.outcome import CementResult

FREE = LeakStop.NEVER
BROKEN = make_vertebra(breaks=(Wall.BACK,))
NEAR_BREAK = make_needle(BROKEN, 0.0, 8.0, -4.0)


def run(
    volume_ml: float = 4.0, viscosity: Viscosity = Viscosity.HIGH, *, broken: bool = True
) -> CementResult:
    vertebra = BROKEN if broken else make_vertebra()
    plan = CementPlan(volume_ml, viscosity=viscosity, stop_at_leak=FREE)
    return simulate_cement(vertebra, [NEAR_BREAK], plan, voxel_mm=2.0)


@pytest.fixture(scope="module")
def thick() -> CementResult:
    return run()


def find_leak(result: CementResult, name: str = CANAL_BREAK) -> float:
    found = next(one.volume_ml for one in result.leaks if one.name == name)
    assert found is not None
    return found


def test_cement_is_in_the_body_the_pedicles_or_out(thick: CementResult) -> None:
    parts = thick.body_ml + thick.pedicle_ml + thick.leaked_ml
    assert thick.given_ml == 4.0
    assert parts == pytest.approx(thick.given_ml, abs=1e-9)
    assert abs(thick.missing_ml) < 1e-9
    held = float(thick.cement.values.sum()) * thick.cement.grid.voxel_ml
    assert held == pytest.approx(thick.body_ml + thick.pedicle_ml, abs=1e-9)
    assert thick.fill_share == pytest.approx(thick.body_ml / BROKEN.body_ml)
    assert thick.course.given_ml[-1] == thick.given_ml
    assert thick.course.leaked_ml[CANAL_BREAK][-1] == find_leak(thick)


def test_a_central_needle_fills_both_sides_alike() -> None:
    vertebra = make_vertebra(patchy_hu=40.0)
    plan = CementPlan(4.0, stop_at_leak=FREE)
    done = simulate_cement(vertebra, [make_needle(vertebra)], plan, voxel_mm=1.0)
    assert done.left_share == pytest.approx(0.5, abs=1e-6)
    filled = done.cement.values
    assert np.abs(filled - filled[::-1]).max() < 1e-3
    assert done.crosses_midline


def test_thick_cement_leaks_less_and_a_break_leaks_more(thick: CementResult) -> None:
    thin = run(viscosity=Viscosity.LOW)
    assert 0.0 < find_leak(thick) < find_leak(thin)
    assert find_leak(thin) > run(viscosity=Viscosity.LOW, broken=False).leaked_ml


def test_more_cement_leaks_more(thick: CementResult) -> None:
    assert find_leak(thick) < find_leak(run(4.6))


def test_a_leak_towards_the_canal_stops_the_hand() -> None:
    plan = CementPlan(6.0, viscosity=Viscosity.LOW, stop_leak_ml=0.03)
    done = simulate_cement(BROKEN, [NEAR_BREAK], plan, voxel_mm=2.0)
    assert done.end is FillingEnd.LEAK
    assert done.end_words.endswith(CANAL_BREAK)
    assert done.given_ml < 6.0
    assert 0.03 < find_leak(done) < 0.1


def test_both_endplates_stop_it() -> None:
    vertebra = make_vertebra(height_mm=17.0)
    plan = CementPlan(5.0, stop_at_leak=FREE, stop_at_endplates=True)
    done = simulate_cement(vertebra, [make_needle(vertebra)], plan, voxel_mm=1.0)
    assert done.end is FillingEnd.TOUCHED
    assert done.both_endplates
    assert done.given_ml < 5.0


def test_a_weak_syringe_and_set_cement_stop_it() -> None:
    vertebra = make_vertebra()
    needle = make_needle(vertebra)
    weak = simulate_cement(vertebra, [needle], CementPlan(4.0, limit_kpa=20.0), voxel_mm=2.0)
    assert weak.end is FillingEnd.PRESSURE
    late = simulate_cement(vertebra, [needle], CementPlan(4.0, begins_min=8.3), voxel_mm=2.0)
    assert late.end is FillingEnd.SET
    assert weak.given_ml < late.given_ml < 4.0


def test_two_needles_fill_both_sides_and_one_its_own() -> None:
    vertebra = make_vertebra()
    needles = [make_needle(vertebra, 11.0), make_needle(vertebra, -11.0)]
    plan = CementPlan(4.0, stop_at_leak=FREE)
    two = simulate_cement(vertebra, needles, plan, voxel_mm=2.0)
    one = simulate_cement(vertebra, needles[:1], plan, voxel_mm=2.0)
    assert two.left_share == pytest.approx(0.5, abs=1e-6)
    assert {side.side for side in two.sides} == {Side.LEFT, Side.RIGHT}
    assert one.left_share is not None
    assert one.left_share > 0.95
    (side,) = one.sides
    assert side.share_percent == pytest.approx(100.0 * one.left_share * one.fill_share)
    assert side.alarm is (side.share_percent > 13.68)
    assert side.stamp


def test_a_cleft_is_filled_first() -> None:
    vertebra = make_vertebra(cleft_mm=4.0)
    assert vertebra.cleft is not None
    needle = make_needle(vertebra, 0.0, -2.0, 4.0)
    done = simulate_cement(vertebra, [needle], CementPlan(1.0, stop_at_leak=FREE), voxel_mm=1.0)
    inner = make_vertebra()
    plain = simulate_cement(inner, [needle], CementPlan(1.0, stop_at_leak=FREE), voxel_mm=1.0)
    cleft = done.made.bed.cleft
    assert cleft is not None
    without = float(plain.cement.values[cleft].sum()) * plain.cement.grid.voxel_ml
    assert done.cleft_ml > 1.3 * without
    assert done.cleft_ml > 0.6


def test_what_leaves_by_unseen_breaks_is_unknown() -> None:
    vertebra = make_vertebra(breaks=None)
    plan = CementPlan(2.0, stop_at_leak=FREE)
    done = simulate_cement(vertebra, [make_needle(vertebra)], plan, voxel_mm=2.0)
    unseen = done.leaks[-1]
    assert unseen.kind is ExitKind.BREAK
    assert unseen.volume_ml is None
    assert unseen.leaked is None
    assert not done.all_exits_known


def test_a_balloon_leaves_a_cavity_that_is_filled_first() -> None:
    vertebra = make_vertebra()
    needle = make_needle(vertebra, 8.0)
    balloon = Balloon(needle.tip_lps_mm, (0.0, -1.0, 0.0), 2.0)
    plan = CementPlan(2.2, stop_at_leak=FREE)
    done = simulate_cement(vertebra, [needle], plan, cavity=Cavity((balloon,)), voxel_mm=1.0)
    made = done.made
    assert made.bed.cleft is not None
    assert made.bed.cleft.sum() * made.bed.grid.voxel_ml == pytest.approx(2.0, rel=0.05)
    assert done.cleft_ml > 0.65 * done.given_ml
    # Bone is pressed aside, not lost.
    plain = simulate_cement(vertebra, [needle], plan, voxel_mm=1.0).made
    assert made.bone_share.sum() == pytest.approx(plain.bone_share.sum(), rel=1e-6)
    with pytest.raises(SimulationError, match="one balloon for each"):
        simulate_cement(vertebra, [needle] * 2, plan, cavity=Cavity((balloon,)))
    far = replace(balloon, centre_lps_mm=(500.0, 0.0, 0.0))
    with pytest.raises(SimulationError, match="meets no open bone"):
        simulate_cement(vertebra, [needle], plan, cavity=Cavity((far,)), voxel_mm=2.0)


def test_turned_vertebrae_fill_alike() -> None:
    plan = CementPlan(1.5, stop_at_leak=FREE)
    found = []
    for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        vertebra = make_vertebra(patchy_hu=40.0, order=order)
        needle = make_needle(vertebra, 7.0, -3.0, 2.0)
        done = simulate_cement(vertebra, [needle], plan, voxel_mm=1.0)
        found.append(done.cement.values.transpose(order))
        assert done.left_share is not None
        assert done.left_share > 0.8
    for values in found[1:]:
        assert np.abs(values - found[0]).max() < 5e-3


def test_a_preview_tells_what_a_plan_tells() -> None:
    vertebra = make_vertebra(patchy_hu=40.0)
    needle, plan = make_needle(vertebra, 5.0, -3.0), CementPlan(3.0, stop_at_leak=FREE)
    fine, coarse = (simulate_cement(vertebra, [needle], plan, voxel_mm=mm) for mm in (1.0, 2.0))
    assert fine.fill_share == pytest.approx(coarse.fill_share, rel=0.01)
    # Coarsely a tip lies in the nearest voxel, up to 1 mm away along each axis.
    assert fine.left_share == pytest.approx(coarse.left_share, abs=0.08)
    for one, other in ((fine.upper, coarse.upper), (fine.lower, coarse.lower)):
        assert one.distance_mm is not None
        assert other.distance_mm is not None
        assert abs(one.distance_mm - other.distance_mm) < 2.0


def test_cement_and_marrow_are_facts_unless_edited() -> None:
    plan = CementPlan(4.0)
    cement = make_cement(plan, {})
    assert cement.minutes[-1] == 8.5
    assert make_cement(plan, {"cement_working_min": 12.0}).minutes[-1] == 12.0
    # Between 44 and 142 mPa.s.
    assert find_marrow_pa_s({}) == pytest.approx(0.079, abs=1e-3)
    assert find_marrow_pa_s({"marrow_viscosity_pa_s": 0.05}) == 0.05
    own = Cement((0.0, 10.0), (50.0, 500.0))
    got = make_cement(replace(plan, viscosity=own), {"viscosity_factor": 2.0})
    assert got.viscosity_pa_s == (100.0, 1000.0)
    assert got.minutes == own.minutes


def test_what_cannot_be_given_is_refused() -> None:
    vertebra = make_vertebra()
    needle = make_needle(vertebra)
    with pytest.raises(SimulationError, match="no needle"):
        simulate_cement(vertebra, [], CementPlan(2.0))
    with pytest.raises(SimulationError, match=r"40 mL of cement are asked and the body of L1"):
        simulate_cement(vertebra, [needle], CementPlan(40.0))
    away = replace(needle, tip_lps_mm=(100.0, 0.0, 0.0))
    with pytest.raises(SimulationError, match="from open bone"):
        simulate_cement(vertebra, [away], CementPlan(2.0), voxel_mm=2.0)
    with pytest.raises(SimulationError, match="begins 20 min after mixing"):
        simulate_cement(vertebra, [needle], CementPlan(2.0, begins_min=20.0), voxel_mm=2.0)
    with pytest.raises(SimulationError, match="the first three are positive"):
        CementPlan(0.0)
    with pytest.raises(SimulationError, match="both are positive"):
        replace(needle, inner_mm=0.0)


def test_a_tip_beside_open_bone_is_moved_and_told() -> None:
    vertebra = make_vertebra()
    needle = make_needle(vertebra, 0.0, -18.5)
    done = simulate_cement(vertebra, [needle], CementPlan(1.0), voxel_mm=1.0)
    assert any("was moved by" in note for note in done.notes)
