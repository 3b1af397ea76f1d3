"""Cryo: probes that hold a temperature, never colder than their coolant boils."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.simulate import shapes
from seldinger.simulate.placement import freeze
from seldinger.simulate.thermal.modalities.base import AtWork, Modality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid
    from seldinger.physics.thermal.bodies import FixedBody
    from seldinger.simulate.placement import Phase
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed


def _bodies(grid: Grid, placed: Sequence[Placed]) -> AtWork:
    return AtWork(bodies=tuple(_body(grid, one) for one in placed))


def _body(grid: Grid, one: Placed) -> FixedBody:
    if one.ramp_s is None:
        raise SimulationError(
            f"{one.name}: ramp_s is missing: seconds to its temperature (0: at once)"
        )
    for phase in one.schedule:
        if phase.temperature_c is not None:
            _check_reach(one, phase.temperature_c)
    programme = shapes.build_programme(one.name, one.schedule, one.ramp_s)
    rod = one.make_rod(one.applicator.active_mm or 0.0)
    return shapes.build_rod(grid, one.name, rod, programme, None, one.limit_w)


def _check_reach(one: Placed, wall_c: float) -> None:
    boils = one.applicator.coolant_boiling_c
    if boils is not None and wall_c < boils:
        raise SimulationError(
            f"{one.name}: {wall_c:g} C is colder than the coolant of {one.applicator.id} boils "
            f"({boils:g} C): no probe gets there"
        )


def _tuned(one: Placed, biology: Biology, changes: Changes) -> Placed:
    schedule = (
        freeze(p.seconds, _wall_c(one, p, biology, changes)) if p.act == "freeze" else p
        for p in one.schedule
    )
    limit_w = one.applicator.cooling_limit_w
    return replace(one, schedule=tuple(schedule), ramp_s=biology.ramp_s, limit_w=limit_w)


def _wall_c(one: Placed, phase: Phase, biology: Biology, changes: Changes) -> float:
    """Temperature of a probe's wall: as asked, as fitted, or as assumed; never below boiling."""
    wall, fit = phase.temperature_c, one.applicator.fit
    if wall is None:
        wall = biology.wall_c if fit is None else fit.numbers.get("wall_c", biology.wall_c)
    _check_reach(one, wall)
    boils = one.applicator.coolant_boiling_c
    return max(wall + changes.wall_k, -np.inf if boils is None else boils)


CRYO = Modality(name="cryo", part="probe", tune=_tuned, build=_bodies, cold=True)
