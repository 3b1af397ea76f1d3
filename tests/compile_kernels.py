"""Compile the long kernels of heat, flow, particles, cement, dose and elasticity, while the other
core checks types: two test workers would otherwise do it both, each for itself.

    python tests/compile_kernels.py
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from seldinger.core.space import Grid
from seldinger.physics.cement.bed import CementBed, Exit
from seldinger.physics.cement.fill import fill
from seldinger.physics.cement.fluids import Cement
from seldinger.physics.cement.injection import Injection, Tip
from seldinger.physics.dose.emitters import Y90
from seldinger.physics.dose.point_kernel import load_point_kernel, make_point_kernel
from seldinger.physics.dose.scale_paths import scale_paths
from seldinger.physics.dose.simulate import SimulationSettings, simulate
from seldinger.physics.dose.spectrum import emission_spectrum
from seldinger.physics.dose.steps import TransportSettings
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import compress, end_layers
from seldinger.physics.flow.boundaries import FlowBoundary, ResistanceBoundary, Waveform
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.settings import MarchSettings
from seldinger.physics.flow.solve import march, solve_period
from seldinger.physics.flow.wave import march_waves
from seldinger.physics.flow.wave_network import ElasticNetwork, ElasticVessel, WaveSettings
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import CatheterTip, Suspension
from seldinger.physics.particles.sizes import SphereSizes
from seldinger.physics.particles.tree import plain_tree
from seldinger.physics.thermal import damage
from seldinger.physics.thermal.bodies import FixedBody, Phase, Programme, Rod
from seldinger.physics.thermal.controllers import Drive, Hold
from seldinger.physics.thermal.model import FrozenFlow, Model, Settings, VascularStasis
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue
from seldinger.physics.thermal.radiofrequency import (
    FACES,
    Conductor,
    Electrode,
    Generator,
    Radiofrequency,
)
from seldinger.physics.thermal.run import run
from seldinger.physics.thermal.sources import Schedule, uniform_sphere

MIDDLE = (0.0, 0.0, 0.0)


def main() -> None:
    """Heat, freeze, radiate, press a few cells, drive current; pump blood, spheres, cement."""
    beat = Waveform((0.0, 5.0, 0.0), (0.0, 0.5, 1.0))
    net = Network(
        (Vessel("vessel", "a", "b", 1.0, loss_mmhg_s2_per_ml2=0.1),),
        (FlowBoundary("in", "a", beat), ResistanceBoundary("out", "b", 1.0, 0.0)),
    )
    march(net, MarchSettings(1, 10))
    solve_period(net)
    tube = ElasticVessel("vessel", "a", "b", 10.0, (3.0,), (0.3,), 400.0)
    march_waves(ElasticNetwork((tube,), net.boundaries), WaveSettings(cycles=1))
    cubes = Body(Grid.aligned((3, 3, 3), 1.0), np.ones((3, 3, 3)), 0.3)
    compress(cubes, end_layers(cubes, 2), 2, 0.1, friction=True)
    pipe = plain_tree([-1], [2.0], [20.0], {0: 50.0}, (95.0, 5.0))
    inject(pipe, Suspension(SphereSizes.fixed(50.0), 1, 1.0), CatheterTip("v0", 0.1, 500.0))
    grid = Grid.aligned((15, 15, 15), 1.0, (-7.0,) * 3)
    pores, side = np.full(grid.shape, 0.8), np.zeros(grid.shape, np.bool_)
    side[0] = True
    bed = CementBed(grid, pores, np.full((3, *grid.shape), 1e-8), (Exit("side", side, 1e-10),))
    fill(bed, Cement.assumed(), Injection((Tip((7, 7, 7)),), 0.01, 0.1))
    tissue = Tissue(
        "tissue", 3.8e6, 0.5, 0.01, Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
        Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2, absorbed_dry=0.1),
    )  # fmt: skip
    dies, doses = damage.liver_arrhenius(39.0), damage.cem43(240.0, 39.0)
    ball = uniform_sphere(grid, "ball", MIDDLE, 3.0, Schedule.steady(5.0, 4.0))
    warm = Model(
        grid, np.ones(grid.shape, np.uint8), (tissue,), Blood(3.8e6, 37.0),
        VascularStasis(dies.name, 1.0), FrozenFlow(0.0, 0.5), (replace(ball, dries=True),), (),
        37.0,
    )  # fmt: skip
    run(warm, Settings(4.0, (dies, doses), method="explicit"))
    rod = Rod(MIDDLE, (0.0, 0.0, 1.0), 5.0, 0.75)
    cells = np.zeros(grid.shape, np.bool_)
    cells[7, 7, 7:12] = True
    cold = FixedBody("probe", cells, Programme((Phase(4.0, -100.0),), 1.0), rod=rod)
    ice = damage.ColdIsotherm("ice", -20.0, 0.0, 1.0)
    run(replace(warm, sources=(), bodies=(cold,)), Settings(4.0, (dies, ice)))
    electric = Radiofrequency(
        (Electrode("tip", rod, 5.0, None),), (Conductor(0.3, 0.02, 100.0, 101.0, 0.001),), (),
        FACES, 0.0, Generator(50.0, math.inf, math.inf, math.inf), Hold(Drive("W", 5.0)), 4.0,
    )  # fmt: skip
    run(replace(warm, sources=(), radiofrequency=electric), Settings(4.0, (dies, doses)))
    decays = np.zeros(grid.shape)
    decays[7, 7, 7] = 1.0
    tissue_and_lung = np.where(np.arange(15) < 7, 1.0, 0.3) * np.ones(grid.shape)
    make_point_kernel(Y90, 8, 1, TransportSettings())
    scale_paths(decays, tissue_and_lung, grid, load_point_kernel("y90"), 1.0)
    few = SimulationSettings(8, batches=8)
    simulate(decays, tissue_and_lung, grid, emission_spectrum(Y90), 1.0, few)


if __name__ == "__main__":
    main()
