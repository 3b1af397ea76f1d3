"""Waves in elastic tubes against closed forms, their own refinement, and the law of mass."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.physics.flow.elastic import THIN, absorbed, bump, driven, ring, tube

from seldinger.core.errors import SimulationError
from seldinger.core.shapes import Curve
from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
)
from seldinger.physics.flow.elements import (
    BLOOD,
    lumen_ml,
    poiseuille_mmhg_s_per_ml,
    pulse_wave_m_per_s,
    vessel_along,
)
from seldinger.physics.flow.units import PA_PER_MMHG, PA_S_PER_M3_PER_MMHG_S_PER_ML
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import (
    ElasticNetwork,
    ElasticVessel,
    ReflectionBoundary,
    WaveSettings,
    elastic_along,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

ONE = WaveSettings(cycles=1, tolerance=0.0, rows=1000)


def test_a_small_pulse_runs_as_moens_and_korteweg_say() -> None:
    vessel = tube()
    found = march_waves(driven(bump(0.02, 0.03, 0.12), vessel, absorbed()), ONE, THIN)
    pressure = found.pressure_mmhg()
    first, second = pressure[:, 50].argmax(), pressure[:, 350].argmax()
    apart_m = 0.3
    speed = apart_m / (found.time_s[second] - found.time_s[first])
    expected = pulse_wave_m_per_s(400.0, 0.4, 4.0, THIN)
    assert speed == pytest.approx(expected, rel=2e-3)


def test_a_large_pulse_steepens_as_its_riemann_invariants_say() -> None:
    """Into a tube at rest u = 4 (c - c0), and every value runs at u + c."""
    vessel = tube()
    wave = bump(60.0, 0.1, 0.15)
    found = march_waves(driven(wave, vessel, absorbed()), ONE, THIN)
    rest = math.pi * 4.0**2
    c0 = pulse_wave_m_per_s(400.0, 0.4, 4.0, THIN)
    area = np.linspace(0.99 * rest, 2.0 * rest, 200001)
    wave_m_per_s = c0 * (area / rest) ** 0.25
    speed = 4.0 * (wave_m_per_s - c0)
    sent = np.linspace(0.0, 0.1, 2001)
    at_inlet = np.interp(wave.sampled(sent), area * speed, area)
    c = c0 * (at_inlet / rest) ** 0.25
    x_m = found.mesh.vessel[0, 0] * 200.5
    arrives = sent + x_m / (4.0 * (c - c0) + c)
    assert (np.diff(arrives) > 0.0).all()
    true = np.interp(found.time_s, arrives, at_inlet)
    here = found.area_mm2[:, 200]
    assert true.max() > 1.15 * rest
    assert abs(here - true).max() < 2e-3 * (true.max() - rest)


def test_a_small_wave_meets_the_impedance_of_a_line() -> None:
    """Resistance, inertance and compliance a length, closed by a resistance."""
    vessel, period = tube(), 0.25
    times = np.linspace(0.0, period, 401)
    wave = Waveform(tuple(0.01 * np.sin(2.0 * math.pi * times / period)), tuple(times))
    closing = 2.0
    net = driven(wave, vessel, ResistanceBoundary("out", "b", closing, 0.0))
    found = march_waves(net, WaveSettings(cell_mm=4.0, cycles=12, tolerance=1e-6, rows=200))
    turn = np.exp(-2j * math.pi * found.time_s[:-1] / period)
    pressure = (found.start_mmhg[:-1] * turn[:, None]).mean(axis=0)[0] * PA_PER_MMHG
    flow = -0.5j * 0.01e-6
    area, w = math.pi * 4e-3**2, 2.0 * math.pi / period
    c = pulse_wave_m_per_s(400.0, 0.4, 4.0, BLOOD)
    series = 8.0 * math.pi * 0.004 / area**2 + 1j * w * 1060.0 / area
    shunt = 1j * w * area / (1060.0 * c**2)
    line, along = cmath.sqrt(series / shunt), cmath.tanh(cmath.sqrt(series * shunt) * 0.4)
    last = closing * PA_S_PER_M3_PER_MMHG_S_PER_ML
    expected = line * (last + line * along) / (line + last * along)
    assert abs(pressure / flow / expected - 1.0) < 1e-3


@pytest.mark.parametrize("radii", [(4.0,), (2.5, 2.5), (3.0, 2.0, 1.5)])
def test_a_junction_reflects_by_its_admittances(radii: tuple[float, ...]) -> None:
    parent = ElasticVessel("parent", "a", "m", 300.0, (4.0,), (0.4,), 400.0)
    children = tuple(
        ElasticVessel(f"child{n}", "m", f"end{n}", 300.0, (r,), (0.2,), 700.0)
        for n, r in enumerate(radii)
    )
    ends = [ReflectionBoundary(f"out{n}", f"end{n}") for n in range(len(radii))]
    drive = FlowBoundary("in", "a", bump(0.02, 0.03, 0.12))
    net = ElasticNetwork((parent, *children), (drive, *ends))
    found = march_waves(net, ONE, THIN)
    here = found.pressure_mmhg()[:, 150]
    c = pulse_wave_m_per_s(400.0, 0.4, 4.0, THIN)
    passes, returns = 0.15 / c + 0.015, 0.45 / c + 0.015
    comes = here[abs(found.time_s - passes) < 0.003].max()
    thrown = here[abs(found.time_s - returns) < 0.003]
    thrown = thrown[abs(thrown).argmax()]
    admittance = [16.0 / c] + [r**2 / pulse_wave_m_per_s(700.0, 0.2, r, THIN) for r in radii]
    expected = (admittance[0] - sum(admittance[1:])) / sum(admittance)
    assert thrown / comes == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("coefficient", [-1.0, -0.3, 0.0, 0.5, 1.0])
def test_an_end_reflects_what_it_is_told_to(coefficient: float) -> None:
    found = march_waves(driven(bump(0.02, 0.03, 0.12), tube(300.0), absorbed(coefficient)), ONE,
                        THIN)  # fmt: skip
    here = found.pressure_mmhg()[:, 150]
    c = pulse_wave_m_per_s(400.0, 0.4, 4.0, THIN)
    comes = here[abs(found.time_s - 0.15 / c - 0.015) < 0.003].max()
    thrown = here[abs(found.time_s - 0.45 / c - 0.015) < 0.003]
    assert thrown[abs(thrown).argmax()] / comes == pytest.approx(coefficient, abs=2e-3)


def test_the_scheme_is_of_second_order() -> None:
    """A smooth pulse of 25 mL/s down a taper with friction, thrown back half."""
    vessel = replace(tube(200.0), radius_mm=(4.0, 3.0), wall_mm=(0.4, 0.35))
    net = driven(bump(25.0, 0.05, 0.08), vessel, absorbed(0.5))

    def areas(count: int) -> NDArray[np.float64]:
        settings = WaveSettings(cell_mm=200.0 / count, cycles=1, tolerance=0.0, rows=8)
        area = march_waves(net, settings).area_mm2[1:]
        coarse: NDArray[np.float64] = area.reshape(len(area), 25, -1).mean(axis=2)
        return coarse

    found = [areas(count) for count in (50, 100, 200, 400, 800)]
    steps = [abs(coarse - fine).mean() for coarse, fine in pairwise(found)]
    orders = [math.log2(a / b) for a, b in pairwise(steps)]
    assert min(orders) >= 1.8, orders


def test_nothing_is_lost() -> None:
    found = march_waves(ring(), WaveSettings(cell_mm=2.0, cycles=2, begin_mmhg=80.0))
    mesh = found.mesh
    into = found.passed_ml[:, mesh.first_face] - found.passed_ml[:, mesh.last_face]
    volume = np.add.reduceat(found.cell_ml(), mesh.first[:-1], axis=1)
    assert abs(np.diff(volume, axis=0) - into).max() < 1e-12
    ends = {"1": ((0, 1), (1, 0), (2, 1)), "2": ((1, 1), (2, 0), (3, 0), (4, 1))}
    for meeting in ends.values():
        faces = [(mesh.first_face, mesh.last_face)[side][k] for k, side in meeting]
        outward = [1.0 - 2.0 * side for _, side in meeting]
        assert abs(found.passed_ml[:, faces] @ outward).max() < 1e-13


def test_rest_in_a_taper_stays_rest() -> None:
    vessel = ElasticVessel("t", "a", "b", 100.0, (5.0, 2.0), (0.5, 0.3), 300.0, external_mmhg=20.0)
    held = PressureBoundary("in", "a", Waveform((70.0,)))
    net = ElasticNetwork((vessel,), (held, ResistanceBoundary("out", "b", 5.0, 70.0)))
    found = march_waves(net, WaveSettings(cycles=1, period_s=0.2, begin_mmhg=70.0))
    assert abs(found.speed_mm_per_s).max() < 1e-9
    assert found.pressure_mmhg() == pytest.approx(70.0, rel=1e-12)


@pytest.mark.parametrize("profile", [2.0, 9.0])
def test_steady_flow_meets_the_resistance_of_its_profile(profile: float) -> None:
    """A stiff tube keeps its radius; Poiseuille's resistance belongs to a profile of 2."""
    vessel = replace(tube(100.0, 3.0, 1e5), profile=profile)
    net = driven(Waveform((5.0,)), vessel, ResistanceBoundary("out", "b", 4.0, 10.0))
    settings = WaveSettings(cell_mm=10.0, cycles=1, period_s=1.0, rows=1, begin_mmhg=30.0)
    found = march_waves(net, settings)
    expected = poiseuille_mmhg_s_per_ml(100.0, 3.0, 3.0, BLOOD) * (profile + 2.0) / 4.0 * 5.0
    assert found.end_mmhg[-1, 0] == pytest.approx(30.0, rel=1e-6)
    assert (found.start_mmhg - found.end_mmhg)[-1, 0] == pytest.approx(expected, rel=2e-3)


def test_waves_stop_when_they_repeat() -> None:
    found = march_waves(ring(), WaveSettings(cell_mm=4.0, tolerance=1e-3, cycles=60))
    assert found.change <= 1e-3
    assert 2 < found.cycles < 60
    again = march_waves(ring(), WaveSettings(cell_mm=4.0, tolerance=0.0, cycles=3))
    assert again.cycles == 3
    gone = found.end_ml_per_s[:, 3].mean() - found.start_ml_per_s[:, 4].mean()
    assert gone == pytest.approx(found.start_ml_per_s[:, 0].mean(), rel=2e-2)


def test_a_centreline_becomes_an_elastic_vessel() -> None:
    """Uneven points are read at even places; the pulse runs as told; the lump is as soft."""
    along = np.array([0.0, 10.0, 40.0, 60.0])
    radius = 5.0 - 0.05 * along
    curve = Curve(np.stack([along, 0.0 * along, 0.0 * along], axis=1), radius)
    vessel = elastic_along("v", ("a", "b"), curve, 6.0, 90.0)
    share = np.linspace(0.0, 1.0, 7)
    assert vessel.radius_at(share) == pytest.approx(5.0 - 3.0 * share, rel=1e-12)
    assert np.sqrt(vessel.stiffness_pa_at(share) / (2.0 * 1060.0)) == pytest.approx(6.0, rel=1e-12)

    def filled_ml(mmhg: float) -> float:
        net = driven(Waveform((0.0,)), vessel, absorbed())
        settings = WaveSettings(cell_mm=0.2, cycles=1, rows=1, period_s=1e-4, begin_mmhg=mmhg)
        return float(march_waves(net, settings).cell_ml()[0].sum())

    lump = vessel_along("v", ("a", "b"), curve, BLOOD, 6.0)
    assert filled_ml(90.0) == pytest.approx(lumen_ml(60.0, 5.0, 2.0), rel=1e-5)
    soft = (filled_ml(90.1) - filled_ml(89.9)) / 0.2
    assert soft == pytest.approx(lump.compliance_ml_per_mmhg, rel=1e-4)
    with pytest.raises(ValueError, match="none is guessed"):
        elastic_along("v", ("a", "b"), Curve(curve.points_lps_mm), 6.0, 90.0)
    with pytest.raises(ValueError, match="positive, finite speed"):
        elastic_along("v", ("a", "b"), curve, 0.0, 90.0)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: replace(tube(), young_kpa=0.0), "positive"),
        (lambda: replace(tube(), end="a"), "joins two nodes"),
        (lambda: replace(tube(), radius_mm=()), "lacks"),
        (lambda: absorbed(1.5), "from -1 to 1"),
        (lambda: WaveSettings(courant=1.0), "Courant"),
        (lambda: WaveSettings(cell_mm=0.0), "positive length"),
        (lambda: WaveSettings(tolerance=-1.0), "tolerance"),
        (lambda: WaveSettings(period_s=0.0), "period"),
        (lambda: WaveSettings(begin_mmhg=math.nan), "finite"),
        (lambda: ElasticNetwork((), ()), "no vessel"),
        (lambda: ElasticNetwork((tube(),), (absorbed(),)), "dead end"),
        (
            lambda: driven(
                Waveform((1.0,)), tube(),
                CoronaryBoundary("out", "b", 1.0, 0.1, 1.0, 0.1, 1.0, Waveform((1.0,)), 0.0),
            ),
            "squeezed",
        ),
        (
            lambda: driven(Waveform((1.0,)), tube(), FlowBoundary("o", "b", Waveform((-1.0,)))),
            "cannot go out",
        ),
        (
            lambda: ElasticNetwork(
                (tube(), replace(tube(), name="next", start="b", end="c")),
                (
                    absorbed(), ReflectionBoundary("x", "a"), ReflectionBoundary("y", "c"),
                ),
            ),
            "between vessels",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_a_march_without_an_end_or_a_vessel_that_collapses_is_told() -> None:
    net = driven(Waveform((1.0,)), tube(), absorbed())
    with pytest.raises(SimulationError, match="period_s"):
        march_waves(net)
    drained = driven(Waveform((-2e4,)), tube(20.0), absorbed())
    with pytest.raises(SimulationError, match="faster than its waves"):
        march_waves(drained, WaveSettings(period_s=1.0))
