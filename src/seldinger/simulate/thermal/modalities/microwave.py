"""Microwave: antennas, whose fitted tables say what they heat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.core.errors import CatalogueError
from seldinger.physics.thermal import sources
from seldinger.simulate import shapes
from seldinger.simulate.placement import make_heating
from seldinger.simulate.thermal.modalities.base import AtWork, Modality
from seldinger.simulate.thermal.setup import CHART, PHYSIOLOGICAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed


def _antennas(grid: Grid, placed: Sequence[Placed]) -> AtWork:
    return AtWork(sources=tuple(_antenna(grid, one) for one in placed))


def _antenna(grid: Grid, one: Placed) -> sources.Source:
    absorption = one.absorption or one.applicator.absorption
    if absorption is None:
        raise CatalogueError(
            f"applicator {one.applicator.id} has no fitted absorption: fit its table"
        )
    power = shapes.build_schedule(one.name, one.schedule)
    return sources.antenna(grid, one.name, one.tip_lps_mm, one.axis_lps, absorption, power)


def _tuned(one: Placed, biology: Biology, changes: Changes) -> Placed:
    schedule = (
        phase
        if phase.power_w is None
        else make_heating(phase.seconds, phase.power_w * changes.power)
        for phase in one.schedule
    )
    return replace(one, schedule=tuple(schedule))


MICROWAVE = Modality(
    name="microwave",
    part="antenna",
    tune=_tuned,
    build=_antennas,
    stops_vessels=True,
    modes=(CHART, PHYSIOLOGICAL),
)
