"""Laws of the electrode's frame: a zone belongs to the tissue, not to the cells it is asked on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger.core.space import Grid, Vector, as_vector
from seldinger.physics.thermal import damage, electrode_frame
from seldinger.physics.thermal.bodies import FixedBody, Programme, Rod
from seldinger.physics.thermal.controllers import Drive, Hold, ImpedancePulses
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
from seldinger.physics.thermal.sources import Schedule, gaussian

if TYPE_CHECKING:
    from seldinger.physics.thermal.controllers import Controller
    from seldinger.physics.thermal.result import Result

LIVER = Tissue("liver", 3.8e6, 0.52, 0.0155, None, Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2))
DRYING = Conductor(0.333, 0.015, 100.0, 101.0, 1e-3)
PULSES = ImpedancePulses(Drive("A", 1.2), 0.15, 15.0)
WATTS = Hold(Drive("W", 15.0))
DOSE = damage.cem43(240.0, 39.0)
UP = (0.0, 0.0, 1.0)


def block(
    spacing_mm: float = 1.0,
    middle: Vector = (0.0, 0.0, 0.0),
    axis: Vector = UP,
    controller: Controller = PULSES,
    half_mm: float = 20.0,
    drying_mm: float = 1.0,
) -> Model:
    count = round(2.0 * half_mm / spacing_mm)
    corner = -0.5 * (count - 1) * spacing_mm
    grid = Grid.aligned((count,) * 3, spacing_mm, (corner,) * 3)
    along = np.asarray(axis) / np.linalg.norm(axis)
    rod = Rod(as_vector(np.asarray(middle) - 10.0 * along), as_vector(along), 20.0, 0.735)
    setup = Radiofrequency(
        (Electrode("tip", rod, 40.0, 10.0),), (DRYING,), (), FACES, 0.0,
        Generator(200.0, 2.0, math.inf, math.inf), controller, 1e4, drying_mm=drying_mm,
    )  # fmt: skip
    cells = np.ones(grid.shape, np.uint8)
    blood = Blood(3.8e6, 37.0)
    return Model(
        grid, cells, (LIVER,), blood, SteadyFlow(), None, (), (), 37.0, radiofrequency=setup
    )


def heated(model: Model, seconds: float) -> Result:
    return run(model, Settings(seconds, (DOSE,)))


def test_a_zone_under_the_impedance_does_not_depend_on_cells_place_or_direction() -> None:
    asked = [
        block(),
        block(2.0, (0.7, 0.3, 0.9)),
        block(1.0, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)),
    ]
    found = [heated(model, 100.0) for model in asked]
    volumes = np.array([f.dead_ml(DOSE.name) for f in found])
    assert volumes.min() > 2.0
    assert volumes.max() < 1.03 * volumes.min()
    traces = [f.radiofrequency for f in found]
    assert all(t is not None and (t.power_w == 0.0).any() for t in traces)
    sent = np.array([t.total_j for t in traces if t is not None])
    assert sent.max() < 1.02 * sent.min()


def test_a_block_turned_with_its_electrode_gives_the_same() -> None:
    one, other = (heated(block(axis=a, controller=WATTS), 20.0) for a in (UP, (1.0, 0.0, 0.0)))
    assert one.energy.absorbed_j == pytest.approx(other.energy.absorbed_j, rel=1e-6)
    turned = np.moveaxis(other.temperature_c.values, 0, 2)
    assert np.abs(one.temperature_c.values - turned).max() < 0.02


def test_cells_that_are_those_of_the_frame_keep_their_values() -> None:
    # The axis through centres of cells, the tip on a face.
    model = block(middle=(0.5, 0.5, 0.0), controller=WATTS)
    asked = Settings(20.0, (DOSE,), points_lps_mm=((2.5, 0.5, 0.5), (6.5, 2.5, -3.5)))
    found = run(model, asked)
    own = electrode_frame.align(model, asked)
    place = np.rint(own.model.grid.to_index(model.grid.to_lps(np.array([[20, 21, 19]]))))[0]
    assert own.turn == pytest.approx(np.eye(3))
    assert own.model.grid.to_lps(place) == pytest.approx(model.grid.to_lps([20.0, 21.0, 19.0]))
    cells = np.rint(model.grid.to_index(np.array(asked.points_lps_mm))).astype(int)
    there = found.temperature_c.values[tuple(cells.T)]
    assert there == pytest.approx(found.points_c[-1], abs=1e-4)
    assert there.min() > 37.1


def test_bodies_and_air_keep_their_own() -> None:
    model = block(middle=(0.3, 0.2, 0.1), controller=WATTS)
    vessel = np.zeros(model.grid.shape, np.bool_)
    vessel[24:27, :, 18:21] = True
    material = model.material.copy()
    material[10:15, 10:30, 10:30] = 0
    setup = model.radiofrequency
    assert setup is not None
    full = replace(
        model,
        material=material,
        bodies=(FixedBody("vein", vessel, Programme.constant(37.0)),),
        radiofrequency=replace(setup, bodies_s_per_m=(0.7,)),
    )
    found = heated(full, 30.0)
    assert (found.peak_c.values[vessel] == 37.0).all()
    assert (found.damage[DOSE.name].values[vessel] < DOSE.lethal).all()
    assert (found.temperature_c.values[material == 0] == 37.0).all()
    alone = heated(model, 30.0)
    beside = np.roll(vessel, 3, axis=0) & ~vessel
    assert found.peak_c.values[beside].mean() < alone.peak_c.values[beside].mean()
    assert abs(found.energy.missing_j) < 1e-3 * found.energy.turned_over_j


def test_no_part_of_a_thin_vessel_is_lost() -> None:
    model = block(0.5, (0.1, 0.2, 0.3), (0.3, 0.2, 1.0))
    setup = model.radiofrequency
    assert setup is not None
    vessel = np.zeros(model.grid.shape, np.bool_)
    vessel[60, 10:70, 40] = True
    vessel[20, 41, 5:75] = True
    vein = FixedBody("vein", vessel, Programme.constant(37.0))
    full = replace(model, bodies=(vein,), radiofrequency=replace(setup, bodies_s_per_m=(0.7,)))
    own = electrode_frame.align(full, Settings(1.0))
    there = own.model.grid.to_lps(np.argwhere(own.model.bodies[0].cells))
    asked = model.grid.to_lps(np.argwhere(vessel)) @ own.turn.T
    apart = np.linalg.norm(asked[:, None] - there, axis=-1)
    # Two cells at most: a gap is never wider than its neighbourhood.
    assert apart.min(axis=1).max() < 2.6
    assert apart.min(axis=0).max() < 0.9


def test_what_else_heats_and_how_warm_it_was_come_along() -> None:
    model = block(2.0, (0.3, 0.2, 0.1), (0.2, 0.3, 1.0), Hold(Drive("W", 1e-6)))
    setup = model.radiofrequency
    assert setup is not None
    uncooled = tuple(replace(e, core_c=None) for e in setup.electrodes)
    model = replace(model, radiofrequency=replace(setup, electrodes=uncooled))
    grid = model.grid
    source = gaussian(grid, "ball", (6.0, -3.0, 2.0), 6.0, Schedule.steady(20.0, 100.0))
    warm = np.full(grid.shape, 37.0)
    found = run(replace(model, sources=(source,), initial_c=warm), Settings(20.0))
    assert found.energy.absorbed_j[0] == pytest.approx(20.0 * 20.0 * source.inside(grid), rel=5e-3)
    plain = run(replace(model, sources=(source,), radiofrequency=None), Settings(20.0))
    hottest = np.unravel_index(int(plain.peak_c.values.argmax()), grid.shape)
    assert found.peak_c.values[hottest] == pytest.approx(plain.peak_c.values[hottest], abs=0.8)


def test_a_pair_turns_the_frame_from_one_to_the_other() -> None:
    model = block()
    setup = model.radiofrequency
    assert setup is not None
    first = setup.electrodes[0]
    beside = replace(first.rod, tip_lps_mm=(6.0, 8.0, -10.0))
    pair = replace(setup, electrodes=(first, Electrode("second", beside, 40.0, 10.0)))
    own = electrode_frame.align(replace(model, radiofrequency=pair), Settings(1.0))
    moved = own.model.radiofrequency
    assert moved is not None
    way = np.subtract(moved.electrodes[1].rod.tip_lps_mm, moved.electrodes[0].rod.tip_lps_mm)
    assert way == pytest.approx([10.0, 0.0, 0.0], abs=1e-9)
    assert own.turn @ own.turn.T == pytest.approx(np.eye(3), abs=1e-12)


def test_a_frame_needs_an_electrode_and_a_width() -> None:
    model = block()
    with pytest.raises(ValueError, match="only a block with electrodes"):
        electrode_frame.align(replace(model, radiofrequency=None), Settings(1.0))
    with pytest.raises(ValueError, match="drying_mm must be positive"):
        block(drying_mm=0.0)
