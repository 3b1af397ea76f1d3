"""Measured: the zones of a result, at the isotherms and levels of damage asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.physics.thermal.damage import ColdIsotherm
from seldinger.simulate.measure import Axis, measure_zone
from seldinger.simulate.outcome import Damage, Isotherm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Vector
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.result import Result
    from seldinger.simulate.layout import ExperimentFile
    from seldinger.simulate.place import Place

_LEAST_LOG = -10.0
"""Damage is measured by its logarithm, which runs more evenly between cells; it is cut here."""
_HALF_A_CYCLE = 0.5


def measure_result(
    asked: ExperimentFile, place: Place, result: Result
) -> tuple[Axis, tuple[Isotherm, ...], tuple[Damage, ...]]:
    """Along what, and how large.

    Raises:
        SimulationError: an isotherm at the temperature that everything has at first.
    """
    axis = choose_axis(asked)
    isotherms = tuple(_isotherm(t, place, result, axis) for t in asked.isotherms_c)
    return axis, isotherms, tuple(_damage(law, result, axis) for law in result.laws)


def choose_axis(asked: ExperimentFile) -> Axis:
    """The first probe's axis; else the first cold body's; else head to foot through the source."""
    if asked.probe:
        return Axis("probe 1", asked.probe[0].tip_lps_mm, asked.probe[0].axis_lps)
    if asked.cold:
        first = asked.cold[0]
        if first.point_lps_mm is not None and first.normal_lps is not None:
            x, y, z = first.normal_lps
            return Axis("cold 1", first.point_lps_mm, (-x, -y, -z))
        if first.tip_lps_mm is not None and first.axis_lps is not None:
            return Axis("cold 1", first.tip_lps_mm, first.axis_lps)
    centre: Vector = asked.source[0].centre_lps_mm if asked.source else (0.0, 0.0, 0.0)
    return Axis("source 1", centre, (0.0, 0.0, 1.0))


def _isotherm(level_c: float, place: Place, result: Result, axis: Axis) -> Isotherm:
    start = place.initial_c
    if level_c == start:
        raise SimulationError(
            f"isotherms_c {level_c:g} is the temperature of everything at first: choose another"
        )
    grid = result.peak_c.grid
    if level_c > start:
        return Isotherm(level_c, "hotter", measure_zone(result.peak_c.values - level_c, grid, axis))
    return Isotherm(level_c, "colder", measure_zone(level_c - result.coldest_c.values, grid, axis))


def _damage(law: Law, result: Result, axis: Axis) -> Damage:
    whole = isinstance(law, ColdIsotherm) and law.lethal > 1.0
    measured_zone = measure_zone(compute_excess(law, result), result.peak_c.grid, axis)
    return Damage(law.name, law.lethal, not whole, measured_zone)


def compute_excess(law: Law, result: Result) -> NDArray[np.float64]:
    """How far each cell is beyond what a law calls lethal, (i, j, k); zero runs between cells."""
    field = result.damage[law.name].values.astype(np.float64)
    if not isinstance(law, ColdIsotherm):
        return np.asarray(np.log(np.maximum(field / law.lethal, np.exp(_LEAST_LOG))))
    if law.lethal > 1.0:
        return np.asarray(field - (np.ceil(law.lethal) - _HALF_A_CYCLE))
    return np.asarray(law.temperature_c - result.coldest_c.values.astype(np.float64))
