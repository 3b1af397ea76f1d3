"""The heat model: applicators in a heat scene as the thermal engine takes them."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue import tissues as shelf
from seldinger.core.errors import PlanError
from seldinger.physics.thermal import bodies, sources
from seldinger.physics.thermal.model import Model, SteadyFlow, VascularStasis
from seldinger.simulate.thermal import circuit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.physics.thermal.model import Flow
    from seldinger.physics.thermal.properties import Tissue
    from seldinger.simulate.placement import Phase
    from seldinger.simulate.thermal.heating import Biology, Changes, Placed
    from seldinger.simulate.thermal.scene import HeatScene

CHART = "chart-calibrated"
PHYSIOLOGICAL = "physiological"
STOPPING_LAW = "arrhenius-liver"
"""Stops vessels where the law that is followed says nothing of them."""
BODY_C = 37.0

_DRY_SHARE = 0.5
"""Dry tissue is given at least this share of the wet heat capacity: steps may be four times longer,
and the edge of a zone moves by less than 0.02 mm."""


def of(
    scene: HeatScene, placed: Sequence[Placed], biology: Biology, mode: str, changes: Changes
) -> Model:
    """What the engine computes: tissues, blood, what is held, what heats."""
    cold = placed[0].applicator.modality == "cryo"
    made = tuple(_tissue(n, placed, mode, changes) for n in scene.tissues)
    flow: Flow = SteadyFlow()
    if mode == PHYSIOLOGICAL and placed[0].applicator.modality == "microwave":
        # Dose says nothing of vessels: an Arrhenius law stops them.
        law = STOPPING_LAW if biology.law == "cem43" else biology.law
        flow = VascularStasis(law, biology.stopped_share)
    still: list[bodies.FixedBody] = []
    if scene.vessels.any():
        still.append(bodies.FixedBody("vessels", scene.vessels, bodies.Programme.constant(BODY_C)))
    if cold:
        still += [_frozen(scene, n, one, biology, changes) for n, one in enumerate(placed, start=1)]
        still = _apart(still)
    heat: tuple[sources.Source, ...] = ()
    electric = None
    kind = placed[0].applicator.modality
    if kind == "microwave":
        heat = tuple(_antenna(scene, n, one, changes) for n, one in enumerate(placed, start=1))
    elif kind == "radiofrequency":
        still = _beside(still, scene, placed, biology)
        electric = circuit.of(scene, placed, still, biology.electric, changes.power, changes.edits)
    return Model(
        grid=scene.grid,
        material=scene.material,
        tissues=made,
        blood=shelf.blood(BODY_C, changes.edits),
        flow=flow,
        frost=biology.frost if cold else None,
        sources=heat,
        bodies=tuple(still),
        initial_c=BODY_C,
        radiofrequency=electric,
    )


def _beside(
    held: list[bodies.FixedBody], scene: HeatScene, placed: Sequence[Placed], biology: Biology
) -> list[bodies.FixedBody]:
    """Vessels without the cells of electrodes and shafts that cross them."""
    taken = np.zeros(scene.grid.shape, dtype=np.bool_)
    for one in placed:
        rod = bodies.Rod(
            one.tip_lps_mm,
            one.axis_lps,
            (one.applicator.active_mm or 0.0) + biology.electric.shaft_mm,
            0.5 * one.applicator.diameter_mm,
        )
        taken |= bodies.rod_cells(scene.grid, rod)
    return [replace(b, cells=b.cells & ~taken) for b in held if (b.cells & ~taken).any()]


def _apart(held: list[bodies.FixedBody]) -> list[bodies.FixedBody]:
    """Bodies that share no cell: a probe takes its cells out of the vessel it crosses."""
    taken = np.zeros_like(held[0].cells)
    kept = []
    for body in reversed(held):
        own = body.cells & ~taken
        taken |= body.cells
        if own.any():
            kept.append(replace(body, cells=own))
    return kept[::-1]


def _tissue(name: str, placed: Sequence[Placed], mode: str, changes: Changes) -> Tissue:
    """A tissue as this mode and this sample have it."""
    cold = placed[0].applicator.modality == "cryo"
    made = shelf.physical(name, changes.edits, freezes=cold, boils=not cold)
    perfusion, boiling = made.perfusion_per_s, made.boiling
    if boiling is not None:
        inert = max(boiling.capacity_j_per_m3_k, _DRY_SHARE * made.capacity_j_per_m3_k)
        boiling = replace(boiling, capacity_j_per_m3_k=inert)
    fit = placed[0].applicator.fit
    told = f"{name}.perfusion_per_s" in changes.edits
    if mode == CHART and fit is not None and name in _CALIBRATED and not told:
        perfusion = fit.perfusion_per_s
    return replace(
        made,
        perfusion_per_s=perfusion * changes.perfusion,
        conductivity_w_per_m_k=made.conductivity_w_per_m_k * changes.conductivity,
        capacity_j_per_m3_k=made.capacity_j_per_m3_k * changes.capacity,
        boiling=boiling,
    )


_CALIBRATED = frozenset(
    {"liver", "liver_tumour", "kidney", "lung_inflated", "lung_deflated", "lung_flooded"}
)
"""Tissues that stand for the one a table was fitted in."""


def _antenna(scene: HeatScene, number: int, one: Placed, changes: Changes) -> sources.Source:
    ends = tuple(accumulate(s.seconds for s in one.schedule))
    power = tuple((s.power_w or 0.0) * changes.power for s in one.schedule)
    return sources.antenna(
        scene.grid,
        f"antenna {number}",
        one.tip_lps_mm,
        one.axis_lps,
        one.applicator.absorption,
        sources.Schedule(ends, power),
    )


def _frozen(
    scene: HeatScene, number: int, one: Placed, biology: Biology, changes: Changes
) -> bodies.FixedBody:
    rod = bodies.Rod(
        one.tip_lps_mm,
        one.axis_lps,
        one.applicator.active_mm or 1.0,
        0.5 * one.applicator.diameter_mm,
    )
    phases = tuple(
        bodies.Phase(s.seconds, _wall_c(one, s, biology, changes) if s.act == "freeze" else None)
        for s in one.schedule
    )
    return bodies.FixedBody(
        f"probe {number}",
        bodies.rod_cells(scene.grid, rod),
        bodies.Programme(phases, biology.ramp_s),
        rod=rod,
        limit_w=one.applicator.cooling_limit_w,
    )


def _wall_c(one: Placed, stretch: Phase, biology: Biology, changes: Changes) -> float:
    """Temperature of a probe's wall: as asked, as fitted, or as assumed; never below boiling."""
    fit = one.applicator.fit
    wall = biology.wall_c if fit is None else fit.numbers.get("wall_c", biology.wall_c)
    if stretch.temperature_c is not None:
        wall = stretch.temperature_c
    boils = one.applicator.coolant_boiling_c
    if boils is not None and wall < boils:
        raise PlanError(
            f"{one.applicator.id} cannot be colder than its coolant boils, {boils:g} C; got "
            f"{wall:g} C"
        )
    return max(wall + changes.wall_k, boils if boils is not None else -np.inf)
