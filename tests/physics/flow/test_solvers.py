"""The three solvers against closed forms, each other, and the laws of a circuit."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from tests.physics.flow.networks import (
    PERIOD_S,
    binary_tree,
    one_vessel,
    pressed,
    pulse,
    pumped,
    random_graphs,
    resisted,
    rows,
)

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.boundaries import ResistanceBoundary, WindkesselBoundary
from seldinger.physics.flow.circuit import assemble
from seldinger.physics.flow.elements import Stenosis, stenosis_vessel
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.periodic import harmonic_rates, waveform_spectra
from seldinger.physics.flow.result import boundary_flow_ml_per_s
from seldinger.physics.flow.settings import MarchSettings, PeriodSettings
from seldinger.physics.flow.solve import march, solve_period, solve_steady

if TYPE_CHECKING:
    from random import Random


def test_a_resistance_charges_a_compliance() -> None:
    """From rest 5 mL/s into C = 0.4 mL/mmHg beside a bed of 3 mmHg s/mL."""
    net = one_vessel({"r": 2.0, "c": 0.4}, pumped(5.0), resisted(3.0))
    found = march(net, MarchSettings(1, 1000, 4.0, from_rest=True, keep_all=True))
    true = 15.0 * (1.0 - np.exp(-found.time_s / 1.2))
    assert found.end_mmhg[1:, 0] == pytest.approx(true[1:], abs=2e-4)
    assert found.start_mmhg[1:, 0] == pytest.approx(true[1:] + 10.0, abs=2e-4)


def _rlc(steps: int) -> float:
    """Largest miss of an underdamped circuit in its second half, from rest under 90 mmHg."""
    r, c, inertance, bed = 1.5, 0.3, 0.05, 0.4
    net = one_vessel({"r": r, "c": c, "l": inertance}, pressed(90.0), resisted(bed))
    found = march(net, MarchSettings(1, steps, 2.0, from_rest=True, keep_all=True))
    law = np.array([[-1 / (r * c), -1 / c], [1 / inertance, -bed / inertance]])
    rest = np.linalg.solve(law, np.array([-90.0 / (r * c), 0.0]))
    true = np.array([rest - expm(law * t) @ rest for t in found.time_s])
    middle = found.start_mmhg[:, 0] - r * found.start_ml_per_s[:, 0]
    misses = np.abs(np.array([middle[1:] - true[1:, 0], found.end_ml_per_s[1:, 0] - true[1:, 1]]))
    return float(misses.max())


def test_a_resonant_circuit_is_followed_to_second_order() -> None:
    misses = [_rlc(steps) for steps in (200, 400, 800, 1600)]
    assert misses[-1] < 1e-2
    orders = [math.log2(one / two) for one, two in pairwise(misses)]
    assert orders == pytest.approx([2.0] * 3, abs=0.25)


def test_quadratic_losses_keep_the_order() -> None:
    def drained(steps: int) -> float:
        net = one_vessel({"r": 0.2, "c": 0.3, "k": 0.05}, pressed(90.0), resisted(2.0))
        found = march(net, MarchSettings(1, steps, 2.0, from_rest=True, keep_all=True))
        return float(found.end_mmhg[steps // 2, 0])

    fine = drained(12800)
    misses = [abs(drained(steps) - fine) for steps in (200, 400, 800)]
    assert [math.log2(a / b) for a, b in pairwise(misses)] == pytest.approx([2.0] * 2, abs=0.3)


def test_every_harmonic_meets_the_impedance_of_the_circuit() -> None:
    inflow = pulse(12.0, 20.0)
    bed = WindkesselBoundary("out", "b", 0.3, 0.8, 2.0, 5.0)
    found = solve_period(one_vessel({"r": 0.1, "c": 0.2, "l": 0.03}, pumped(inflow), bed))
    rate = harmonic_rates(PERIOD_S, 128)
    beyond = 0.3 + 1.0 / (1.0 / 2.0 + 0.8 * rate) + 0.03 * rate
    seen = 0.1 + 1.0 / (1.0 / beyond + 0.2 * rate)
    told = waveform_spectra((inflow,), PERIOD_S, 128)[:, 0]
    pressure = np.fft.rfft(found.start_mmhg[:, 0] - 5.0)[:64]
    assert abs(pressure - seen * told).max() < 1e-9 * abs(pressure[0])


def test_the_coefficients_of_a_table_are_exact() -> None:
    """Of a sawtooth: -1/(2 pi i k) of its height."""
    ramp = pulse(0.0, 0.0, 2)
    saw = replace(ramp, values=(0.0, 1.0))
    found = waveform_spectra((saw,), PERIOD_S, 16)[:, 0] / 16
    k = np.arange(1, 8)
    assert found[0] == pytest.approx(0.5)
    assert found[1:] == pytest.approx(1j / (2.0 * math.pi * k), abs=1e-14)


@pytest.mark.parametrize("losses", [0, 2])
def test_a_march_ends_in_the_periodic_state(losses: int) -> None:
    net = binary_tree(3, losses)
    marched = march(net, MarchSettings(40, 3200))
    found = solve_period(net)
    swing = np.ptp(rows(found), axis=1).max(axis=1)
    miss = abs(rows(found) - rows(marched)[:, ::25]).max(axis=(1, 2))
    assert (miss < 2e-3 * swing).all()


def test_the_periodic_state_is_found_where_a_march_needs_minutes() -> None:
    """A compliance fills through a stenosis of 90 % for 15 s; 480 s of a march reach the same."""
    lesion = stenosis_vessel("s", ("m", "b"), Stenosis(6.0, 0.6, 10.0))
    vessels = (Vessel("v", "a", "m", 0.05, 0.02, 0.01), lesion)
    net = Network(vessels, (pumped(pulse(5.0, 12.0)), resisted(5.0, 5.0)))
    found, marched = solve_period(net), march(net, MarchSettings(600, 640))
    early = march(net, MarchSettings(10, 640))
    swing = np.ptp(marched.start_mmhg[:, 0])
    assert abs(found.start_mmhg - marched.start_mmhg[::5]).max() < 1e-3 * swing
    assert abs(found.start_mmhg - early.start_mmhg[::5]).max() > 0.1 * swing


def test_a_steady_boundary_marches_nowhere() -> None:
    net = one_vessel({"r": 1.0, "c": 0.1, "l": 0.1, "k": 0.1}, pumped(4.0), resisted(2.0, 7.0))
    still, found = solve_steady(net), march(net, MarchSettings(2, 50, 1.0))
    assert found.start_mmhg == pytest.approx(np.full((50, 1), still.start_mmhg[0]), rel=1e-12)
    assert still.start_mmhg[0] == pytest.approx(7.0 + 8.0 + 4.0 + 1.6)


@given(random_graphs())
def test_a_tree_with_rings_is_the_same_as_its_sparse_matrix(net: Network) -> None:
    short = MarchSettings(1, 40, keep_all=True)
    few = PeriodSettings(samples=16)
    for solve in (solve_steady, lambda n, **k: march(n, short, **k),
                  lambda n, **k: solve_period(n, few, **k)):  # fmt: skip
        quick, plain = rows(solve(net)), rows(solve(net, plain=True))
        assert abs(quick - plain).max() < 1e-7 * max(1.0, abs(plain).max())


@given(random_graphs(), st.randoms())
def test_the_order_of_vessels_and_boundaries_changes_nothing(net: Network, chance: Random) -> None:
    shuffled = list(net.vessels)
    chance.shuffle(shuffled)
    ends = list(net.boundaries)
    chance.shuffle(ends)
    other = Network(tuple(shuffled), tuple(ends))
    few = PeriodSettings(samples=16)
    back = [shuffled.index(vessel) for vessel in net.vessels]
    for solve in (solve_steady, lambda n: solve_period(n, few)):
        one, two = rows(solve(net)), rows(solve(other))[..., back]
        assert abs(one - two).max() < 1e-7 * max(1.0, abs(one).max())


@given(random_graphs())
def test_nothing_is_gained_or_lost(net: Network) -> None:
    """At every node at every time; and over a period as much leaves as enters."""
    found = solve_period(net, PeriodSettings(samples=16))
    into = boundary_flow_ml_per_s(found)
    scale = max(1.0, abs(into).max())
    number = {node: n for n, node in enumerate(net.nodes)}
    balance = np.zeros((16, len(net.nodes)))
    np.add.at(balance.T, found.circuit.start, -found.start_ml_per_s.T)
    np.add.at(balance.T, found.circuit.end, found.end_ml_per_s.T)
    np.add.at(balance.T, [number[b.node] for b in net.boundaries], into.T)
    assert abs(balance).max() < 1e-9 * scale
    mean = found.mean()
    assert abs(mean.start_ml_per_s - mean.end_ml_per_s).max() < 1e-9 * scale
    assert abs(into.mean(axis=0).sum()) < 1e-9 * scale


def test_what_a_bed_takes_is_what_its_pressure_drives() -> None:
    """Outflows are counted by the vessels; here they are held against the beds' own law."""
    net = binary_tree(5, 3)
    still = solve_steady(net)
    into = boundary_flow_ml_per_s(still)
    pressure = dict(zip(net.nodes, still.node_mmhg(), strict=True))
    for bed, flow in zip(net.boundaries[1:], into[1:], strict=True):
        assert isinstance(bed, WindkesselBoundary)
        total = bed.proximal_mmhg_s_per_ml + bed.resistance_mmhg_s_per_ml
        assert -flow * total == pytest.approx(pressure[bed.node] - 5.0, rel=1e-9)
    assert into.sum() == pytest.approx(0.0, abs=1e-9 * into[0])


def _ring(bridge: float) -> Network:
    """A Wheatstone bridge with a bed: a -> b -> d and a -> c -> d, b - c across."""
    arms = {("a", "b"): 1.0, ("a", "c"): 2.0, ("b", "d"): 3.0, ("c", "d"): 4.0, ("b", "c"): bridge}
    vessels = tuple(Vessel(f"{s}{e}", s, e, r) for (s, e), r in arms.items())
    return Network(vessels, (pressed(100.0), resisted(5.0, 0.0, "d")))


def test_a_ring_is_the_resistors_it_is_made_of() -> None:
    found = solve_steady(_ring(2.5))
    # By the nodes' equations of the bridge alone, 1 mL/s through it.
    law = np.array([
        [1 + 1 / 2, -1, -1 / 2], [-1, 1 + 1 / 3 + 1 / 2.5, -1 / 2.5],
        [-1 / 2, -1 / 2.5, 1 / 2 + 1 / 4 + 1 / 2.5],
    ])  # fmt: skip
    equivalent = np.linalg.solve(law, [1.0, 0.0, 0.0])[0]
    assert boundary_flow_ml_per_s(found)[0] == pytest.approx(100.0 / (equivalent + 5.0), rel=1e-12)
    flat = solve_steady(_ring(1e9))
    assert boundary_flow_ml_per_s(flat)[0] == pytest.approx(100.0 / (24.0 / 10.0 + 5.0), rel=1e-6)


def test_two_vessels_side_by_side_are_one_of_half_the_resistance() -> None:
    pair = (Vessel("one", "a", "b", 4.0, 0.1, 0.02), Vessel("two", "a", "b", 4.0, 0.1, 0.02))
    drive = pressed(pulse(90.0, 20.0))
    bed = resisted(3.0)
    both = solve_period(Network(pair, (drive, bed)))
    alone = solve_period(Network((Vessel("v", "a", "b", 2.0, 0.2, 0.01),), (drive, bed)))
    assert both.start_mmhg[:, 0] == pytest.approx(alone.start_mmhg[:, 0], rel=1e-9)
    assert both.end_ml_per_s.sum(axis=1) == pytest.approx(alone.end_ml_per_s[:, 0], rel=1e-9)
    settings_ = MarchSettings(2, 60, keep_all=True)
    two, one = march(Network(pair, (drive, bed)), settings_), march(alone.circuit, settings_)
    assert two.end_mmhg[:, 1] == pytest.approx(one.end_mmhg[:, 0], rel=1e-9)


def test_losses_settle_in_a_ring_as_well() -> None:
    ring = _ring(2.5)
    lossy = tuple(replace(v, loss_mmhg_s2_per_ml2=0.05, compliance_ml_per_mmhg=0.05) for v in
                  ring.vessels)  # fmt: skip
    net = Network(lossy, (pressed(pulse(95.0, 30.0)), resisted(5.0, 0.0, "d")))
    found, marched = solve_period(net), march(net, MarchSettings(6, 640))
    swing = np.ptp(rows(found), axis=1).max()
    assert abs(rows(found) - rows(marched)[:, ::5]).max() < 2e-3 * swing


def test_many_rings_are_left_to_the_sparse_matrix() -> None:
    """A ladder of twenty rungs; beyond sixteen rings the tree is not worth its cuts."""
    rails = [Vessel(f"{s}{n}", f"{s}{n}", f"{s}{n + 1}", 1.0) for n in range(20) for s in "ab"]
    rungs = [Vessel(f"rung{n}", f"a{n}", f"b{n}", 1.0) for n in range(1, 21)]
    ends = (pressed(100.0, "a0"), ResistanceBoundary("out", "b0", 1.0, 0.0))
    many = Network((*rails, *rungs), ends)
    few = Network((*rails[:20], *rungs[:10]), ends)
    assert assemble(many).tree is None
    assert assemble(few).tree is not None
    for net in (many, few):
        found = solve_steady(net)
        # Resistance to the right of each rung, from the far end inwards.
        beyond = math.inf
        for _ in range(len(rungs) if net is many else 10):
            beyond = 1.0 / (1.0 + 1.0 / (beyond + 2.0))
        total = beyond + 3.0
        assert found.start_ml_per_s[0] == pytest.approx(100.0 / total, rel=1e-9)


def test_blood_may_run_backwards() -> None:
    """A collateral feeds the near bed from a higher pressure at the far end."""
    net = Network(
        (Vessel("v", "a", "b", 1.0, loss_mmhg_s2_per_ml2=0.1), Vessel("w", "b", "c", 1.0)),
        (ResistanceBoundary("bed", "a", 4.0, 0.0), pressed(100.0, "c")),
    )
    found = solve_steady(net)
    assert found.start_ml_per_s[0] < 0.0
    flow = -found.start_ml_per_s[0]
    assert 6.0 * flow + 0.1 * flow**2 == pytest.approx(100.0)
    assert found.end_mmhg[0] - found.start_mmhg[0] == pytest.approx(flow + 0.1 * flow**2)


def test_a_loss_alone_is_found_from_any_guess() -> None:
    net = one_vessel({"k": 0.3}, pressed(100.0), pressed(25.0, "b", "out"))
    assert solve_steady(net).start_ml_per_s[0] == pytest.approx(math.sqrt(250.0))
    assert solve_steady(net, plain=True).start_ml_per_s[0] == pytest.approx(math.sqrt(250.0))


def test_vessels_without_resistance_are_no_obstacle() -> None:
    net = Network(
        (Vessel("v", "a", "b", 0.0), Vessel("w", "b", "c", 2.0), Vessel("x", "c", "d", 0.0)),
        (pressed(50.0), pressed(10.0, "d", "out")),
    )
    found = solve_steady(net)
    assert found.start_ml_per_s == pytest.approx([20.0] * 3)
    assert found.end_mmhg == pytest.approx([50.0, 10.0, 10.0])


def test_what_has_no_single_answer_is_refused() -> None:
    ring = Network(
        (Vessel("v", "a", "b", 0.0), Vessel("w", "a", "b", 0.0)), (pumped(5.0), resisted(1.0))
    )
    short = Network((Vessel("v", "a", "b", 0.0),), (pressed(1.0), pressed(2.0, "b", "out")))
    for net in (ring, short):
        with pytest.raises(SimulationError, match=r"no single answer.*give every vessel"):
            solve_steady(net)
    with pytest.raises(SimulationError, match="did not settle in 2 turns"):
        solve_period(binary_tree(3, 2), PeriodSettings(most=2))


def test_a_change_is_as_good_as_a_new_network() -> None:
    net = binary_tree(4, 2)
    circuit = assemble(net)
    near = solve_steady(circuit)
    stented = replace(net.vessels[1], loss_mmhg_s2_per_ml2=0.0, resistance_mmhg_s_per_ml=0.01)
    again = Network((net.vessels[0], stented, *net.vessels[2:]), net.boundaries)
    quick = solve_steady(circuit.with_vessels([stented]), near)
    assert rows(quick) == pytest.approx(rows(solve_steady(again)), rel=1e-10)
    assert rows(solve_steady(circuit)) == pytest.approx(rows(near), rel=1e-12)
    lodged = circuit.resistance * np.linspace(1.0, 9.0, 15)
    one = solve_steady(circuit.with_resistance(lodged))
    vessels = tuple(
        replace(v, resistance_mmhg_s_per_ml=float(r))
        for v, r in zip(net.vessels, lodged, strict=True)
    )
    assert rows(one) == pytest.approx(rows(solve_steady(Network(vessels, net.boundaries))))


def test_a_change_that_does_not_fit_is_refused() -> None:
    circuit = assemble(binary_tree(3))
    with pytest.raises(SimulationError, match=r"no vessel is called 'aorta'.*v1"):
        circuit.numbers_of(["aorta"])
    with pytest.raises(SimulationError, match="joins a and b; here it joins root and n1"):
        circuit.with_vessels([Vessel("v1", "a", "b", 1.0)])
    with pytest.raises(SimulationError, match=r"shape \(7,\).*got \(3,\)"):
        circuit.with_resistance(np.ones(3))
    with pytest.raises(SimulationError, match="positive and finite"):
        circuit.with_beds_scaled(0.0)


def test_a_period_is_told_once() -> None:
    still = one_vessel({"r": 1.0}, pumped(4.0), resisted(2.0))
    with pytest.raises(SimulationError, match="no period"):
        solve_period(still)
    with pytest.raises(SimulationError, match="no period"):
        march(still)
    moving = one_vessel({"r": 1.0}, pumped(pulse(4.0, 1.0)), resisted(2.0))
    with pytest.raises(SimulationError, match="leave it out"):
        march(moving, MarchSettings(period_s=1.0))
    for wrong in ({"cycles": 0}, {"steps_per_cycle": 1}, {"period_s": 0.0}):
        with pytest.raises(ValueError, match=r"give one cycle|positive and finite"):
            MarchSettings(**wrong)
    with pytest.raises(ValueError, match="even number"):
        PeriodSettings(samples=9)


@settings(max_examples=20)
@given(st.floats(0.01, 3.0), st.floats(0.0, 0.5))
def test_the_faster_pulse_meets_the_larger_share_of_an_inertance(r: float, k: float) -> None:
    """A law of sign: a periodic flow never gives energy to a passive vessel."""
    net = one_vessel({"r": r, "k": k, "l": 0.05}, pressed(pulse(90.0, 40.0)), resisted(2.0))
    found = solve_period(net)
    power = (found.start_mmhg - found.end_mmhg) * found.start_ml_per_s
    assert power.mean() > 0.0
