"""The pages of radiofrequency: values that cannot be, blocks they do not fit, small pieces."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seldinger.core.space import Grid
from seldinger.physics.thermal import bodies, controllers, potential
from seldinger.physics.thermal.bodies import FixedBody, Programme, Rod
from seldinger.physics.thermal.controllers import (
    OFF,
    Drive,
    Hold,
    ImpedancePulses,
    Memory,
    PowerRamp,
    Reading,
    TipTemperature,
)
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.properties import Blood, Boiling, Tissue
from seldinger.physics.thermal.radiofrequency import (
    FACES,
    Conductor,
    Electrode,
    Generator,
    Radiofrequency,
)
from seldinger.physics.thermal.run import run

GRID = Grid.aligned((31, 31, 31), 1.0, (-15.0,) * 3)
LIVER = Tissue("liver", 3.8e6, 0.5, 0.0, None, Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2))
CONDUCTOR = Conductor(0.33, 0.015, 100.0, 101.0, 1e-3)
ROD = Electrode("rod", Rod((0.0, 0.0, -6.0), (0.0, 0.0, 1.0), 12.0, 0.75), 30.0, 15.0)
MOST = Generator(200.0, 2.0, 150.0, 900.0)
SETUP = Radiofrequency((ROD,), (CONDUCTOR,), (), FACES, 0.0, MOST, Hold(Drive("W", 10.0)), 60.0)


def block(setup: Radiofrequency = SETUP, **changes: Any) -> Model:
    cells = np.ones(GRID.shape, np.uint8)
    made = Model(GRID, cells, (LIVER,), Blood(3.8e6, 37.0), SteadyFlow(), None, (), (), 37.0)
    return replace(made, radiofrequency=setup, **changes)


def moved(name: str, x: float, z: float = -6.0) -> Electrode:
    return Electrode(name, Rod((x, 0.0, z), (0.0, 0.0, 1.0), 12.0, 0.75), 0.0, None)


def test_conductivity_over_temperature() -> None:
    found = [CONDUCTOR.s_per_m_at(t) for t in (20.0, 37.0, 47.0, 100.0, 100.5, 101.0, 150.0)]
    wet = 0.33 * 1.945
    assert found == pytest.approx(
        [0.33 * 0.745, 0.33, 0.33 * 1.15, wet, 0.5 * (wet + 1e-3), 1e-3, 1e-3]
    )
    assert CONDUCTOR.s_per_m_at(-100.0) == 1e-3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"s_per_m": -0.1}, "s_per_m must be zero or more"),
        ({"share_per_k": math.nan}, "share_per_k must be zero or more"),
        ({"dry_at_c": 99.0}, "between two growing temperatures"),
        ({"dry_s_per_m": 1.0}, "conducts no better"),
    ],
)
def test_a_conductor_that_cannot_be_is_refused(change: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(CONDUCTOR, **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"electrodes": (moved("far", 40.0),)}, "far lies outside the grid: move it"),
        ({"electrodes": (moved("deep", 0.0, 5.0),)}, "deep lies outside the grid"),
        (
            {"electrodes": (ROD, moved("other", 1.0))},
            "other collides with rod, shaft of rod: move one",
        ),
        ({"electrodes": (ROD, moved("shaft", 0.0, 8.0))}, "lies outside"),
        ({"conductors": ()}, "1 tissues need one conductor each, got 0; without: liver"),
        ({"bodies_s_per_m": (0.7,)}, "0 held bodies need one conductivity each, got 1"),
    ],
)
def test_what_does_not_fit_a_block_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        block(replace(SETUP, **change))


def test_electrodes_strike_shafts_and_bodies() -> None:
    lying = Rod((-6.0, 0.0, 10.0), (1.0, 0.0, 0.0), 12.0, 0.75)
    with pytest.raises(ValueError, match="across collides with shaft of rod"):
        block(replace(SETUP, electrodes=(ROD, Electrode("across", lying, 0.0, None))))
    vein = Rod((-10.0, 0.0, 0.0), (1.0, 0.0, 0.0), 20.0, 2.0)
    held = FixedBody("vein", bodies.rod_cells(GRID, vein), Programme.constant(37.0), rod=vein)
    with pytest.raises(ValueError, match="rod collides with vein"):
        block(replace(SETUP, bodies_s_per_m=(0.7,)), bodies=(held,))
    material = np.ones(GRID.shape, np.uint8)
    material[12:19, 12:19] = 0
    with pytest.raises(ValueError, match="rod lies in no tissue"):
        block(material=material)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"electrodes": ()}, "at least one electrode"),
        ({"pads": ("up",)}, "pads are faces of the grid"),
        ({"pads": ()}, "no current flows: all electrodes and pads have one potential"),
        ({"series_ohm": -1.0}, "series_ohm must be zero or more"),
        ({"duration_s": 0.0}, "duration_s must be positive"),
        ({"fine_mm": math.nan}, "fine_mm must be positive"),
        ({"controller": TipTemperature(100.0, 50.0, 5.0)}, "a cooled electrode cannot measure"),
    ],
)
def test_a_setup_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(SETUP, **change)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Drive("W", -1.0), "zero or more"),
        (lambda: Drive("kW", 1.0), "holds W, V or A"),  # type: ignore[arg-type]
        (lambda: ImpedancePulses(OFF, 0.0, 15.0), "rise_share must be positive"),
        (lambda: PowerRamp(30.0, -1.0, 0.2, 30.0, 0.7, 1), "steps and restarts of zero or more"),
        (lambda: TipTemperature(100.0, 50.0, -1.0), "band_k must be zero or more"),
        (lambda: Generator(math.inf, 1.0, 1.0, 1.0), "most_w must be positive and finite"),
        (lambda: Generator(1.0, 1.0, 0.0, 1.0), "most_v must be positive"),
        (lambda: replace(ROD, shaft_mm=-1.0), "shaft_mm must be zero or more"),
        (lambda: replace(ROD, potential=math.inf), "potential must be finite"),
        (lambda: replace(ROD, rod=replace(ROD.rod, length_mm=1.0)), "longer than it is thick"),
    ],
)
def test_nonsense_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_pads_in_the_air_carry_nothing() -> None:
    material = np.ones(GRID.shape, np.uint8)
    material[:, :, :2] = 0
    model = block(replace(SETUP, pads=("inferior",)), material=material)
    with pytest.raises(ValueError, match="no current flows: nothing conducts"):
        run(model, Settings(2.0))


def test_current_goes_to_the_pad_that_is_there() -> None:
    def heat(pad: Any) -> tuple[float, float]:
        found = potential.begin(
            block(), replace(SETUP, pads=(pad,)), np.zeros(GRID.shape, np.float32), plain=False
        )
        potential.solve(found)
        half = found.watts.shape[0] // 2
        return float(found.watts[:half].sum()), float(found.watts[half + 1 :].sum())

    assert heat("right")[0] > 1.3 * heat("right")[1]
    assert heat("left")[1] == pytest.approx(heat("right")[0], rel=1e-3)


def test_a_vein_conducts_as_blood_does_and_takes_its_heat_away() -> None:
    vein = Rod((6.0, 0.0, -15.0), (0.0, 0.0, 1.0), 30.0, 2.0)
    held = FixedBody("vein", bodies.rod_cells(GRID, vein), Programme.constant(37.0), rod=vein)
    found = []
    for s_per_m in (0.0, 0.33, 3.3):
        warm = (replace(ROD, core_c=None),)
        setup = replace(SETUP, bodies_s_per_m=(s_per_m,), electrodes=warm)
        result = run(block(setup, bodies=(held,)), Settings(6.0))
        assert result.radiofrequency is not None
        ohm = float(result.radiofrequency.impedance_ohm[0])
        found.append((ohm, result.energy.absorbed_j[0]))
        assert result.bodies_c.shape[1] == 2
    assert found[0][0] > found[1][0] > found[2][0]
    assert found[0][1] == pytest.approx(60.0, rel=1e-3)
    assert found[1][1] < 59.5


def test_a_shaft_insulates() -> None:
    bare = replace(SETUP, electrodes=(replace(ROD, shaft_mm=0.0),))
    found = []
    for setup in (bare, SETUP):
        made = potential.begin(block(), setup, np.zeros(GRID.shape, np.float32), plain=False)
        potential.solve(made)
        found.append(1.0 / made.conductance_s)
    assert 1.005 * found[0] < found[1] < 1.2 * found[0]
    assert not (ROD.shaft_cells(GRID) & ROD.cells(GRID)).any()


def test_commands() -> None:
    pulses = ImpedancePulses(Drive("A", 1.0), 0.1, 15.0)
    drive, memory, _ = controllers.command(pulses, Memory(), Reading(0.0, 80.0, 37.0))
    assert (drive, memory.first_ohm) == (Drive("A", 1.0), 80.0)
    drive, memory, until = controllers.command(pulses, memory, Reading(9.0, 89.0, 37.0))
    assert (drive, until, memory.rolled) == (OFF, 24.0, 1)
    assert controllers.command(pulses, memory, Reading(23.0, 89.0, 37.0))[0] == OFF
    assert controllers.command(pulses, memory, Reading(24.0, 80.0, 37.0))[0] == Drive("A", 1.0)
    ramp = PowerRamp(30.0, 10.0, 0.2, 30.0, 0.7, 1)
    drive, memory, until = controllers.command(ramp, Memory(), Reading(0.0, 80.0, 37.0))
    assert (drive, until) == (Drive("W", 30.0), 60.0)
    assert controllers.command(ramp, memory, Reading(60.0, 70.0, 37.0))[0] == Drive("W", 40.0)
    _, memory, until = controllers.command(ramp, memory, Reading(130.0, 97.0, 37.0))
    assert until == 160.0
    drive, memory, _ = controllers.command(ramp, memory, Reading(160.0, 80.0, 37.0))
    assert drive.value == pytest.approx(0.7 * 50.0)
    _, memory, until = controllers.command(ramp, memory, Reading(170.0, 97.0, 37.0))
    assert until == math.inf
    tips = TipTemperature(100.0, 50.0, 10.0)
    found = [
        controllers.command(tips, Memory(), Reading(0.0, 80.0, t))[0].value
        for t in (37.0, 95.0, 101.0)
    ]
    assert found == [50.0, 25.0, 0.0]
