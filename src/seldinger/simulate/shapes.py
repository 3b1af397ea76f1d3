"""Shapes: simple sources, cold bodies and vessels as the engine takes them."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.space import as_vector, unit
from seldinger.physics.thermal import bodies, sources
from seldinger.physics.thermal.bodies import FixedBody, Programme, Rod, edge_cells, rod_cells
from seldinger.simulate.placement import DUTY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.simulate.layout_place import VesselSection
    from seldinger.simulate.layout_tools import ColdSection, SourceSection
    from seldinger.simulate.place import Place
    from seldinger.simulate.placement import Phase

_HEATING, _COOLING = ("heat", "pause"), ("freeze", "passive", "thaw")
_ON_FACE = 0.01
_STRAIGHT = 1e-6


def build_schedule(name: str, phases: Sequence[Phase]) -> sources.Schedule:
    """Power over time; ``SimulationError`` where a phase is no heating."""
    _only(name, phases, _HEATING)
    ends = tuple(accumulate(phase.seconds for phase in phases))
    return sources.Schedule(ends, tuple(phase.power_w or 0.0 for phase in phases))


def build_programme(name: str, phases: Sequence[Phase], ramp_s: float) -> Programme:
    """Temperature over time of ``phases``; ``name`` is for messages.

    Raises:
        SimulationError: a phase is no cooling, or too short.
    """
    _only(name, phases, _COOLING)
    if ramp_s > min(phase.seconds for phase in phases):
        raise SimulationError(f"{name}: ramp_s {ramp_s:g} is longer than one of its steps")
    steps = (bodies.Phase(p.seconds, p.temperature_c, p.get_setpoint(DUTY) or 1.0) for p in phases)
    return Programme(tuple(steps), ramp_s)


def _only(name: str, phases: Sequence[Phase], acts: tuple[str, ...]) -> None:
    for phase in phases:
        if phase.act not in acts:
            raise SimulationError(f"{name} cannot {phase.act!r}; allowed: {', '.join(acts)}")


def build_source(grid: Grid, number: int, section: SourceSection) -> sources.Source:
    """A simple source, the one of this ``number`` in the file."""
    name = f"source {number}"
    power = build_schedule(name, section.phases)
    check_inside(grid, name, section.centre_lps_mm)
    if section.kind == "gaussian" and section.sigma_mm is not None:
        return sources.gaussian(grid, name, section.centre_lps_mm, section.sigma_mm, power)
    radius = section.radius_mm or 0.0
    return sources.uniform_sphere(grid, name, section.centre_lps_mm, radius, power)


def build_cold(grid: Grid, number: int, section: ColdSection) -> FixedBody:
    """A plane or a rod that holds a temperature, the one of this ``number`` in the file.

    Raises:
        SimulationError: a part of the rod is missing, or it lies outside the grid.
    """
    name = f"cold {number}"
    plan = build_programme(name, section.phases, section.ramp_s)
    wall, limit = section.wall_w_per_m2_k, section.limit_w
    if section.kind == "plane":
        cells = _plane(grid, name, section)
        return FixedBody(name, cells, plan, wall, None, limit)
    tip, axis = section.tip_lps_mm, section.axis_lps
    if tip is None or axis is None or section.length_mm is None or section.diameter_mm is None:
        raise SimulationError(f"{name} lacks a part of its rod")
    shape = Rod(tip, axis, section.length_mm, 0.5 * section.diameter_mm)
    return build_rod(grid, name, shape, plan, wall, limit)


def build_rod(
    grid: Grid,
    name: str,
    shape: Rod,
    plan: Programme,
    wall_w_per_m2_k: float | None = None,
    limit_w: float | None = None,
) -> FixedBody:
    """A rod called ``name`` that holds a temperature; the part of it that lies in the grid.

    However thin it is beside the cells, it draws the heat of the true cylinder.

    Raises:
        SimulationError: it lies outside.
    """
    cut = clip(grid, shape)
    if cut is None:
        raise SimulationError(f"{name} lies outside the grid: move it or enlarge the grid")
    return FixedBody(name, rod_cells(grid, cut), plan, wall_w_per_m2_k, cut, limit_w)


def clip(grid: Grid, shape: Rod) -> Rod | None:
    """The part of a rod whose axis lies in the grid; none: no part."""
    axis = unit(np.asarray(shape.axis_lps))
    half = 0.5 * np.asarray(grid.spacing_mm)
    low = np.asarray(grid.origin_lps_mm) - half
    high = low + 2.0 * half * np.asarray(grid.shape)
    first, last = 0.0, shape.length_mm
    for along, start, a, b in zip(axis, shape.tip_lps_mm, low, high, strict=True):
        if abs(along) < _STRAIGHT:
            if not a <= start <= b:
                return None
            continue
        near, far = sorted(((a - start) / along, (b - start) / along))
        first, last = max(first, near), min(last, far)
    if last - first <= 0.0:
        return None
    tip = np.asarray(shape.tip_lps_mm) + first * axis
    return replace(shape, tip_lps_mm=as_vector(tip), length_mm=float(last - first))


def _plane(grid: Grid, name: str, section: ColdSection) -> Mask:
    """Cells behind a plane that runs between cells."""
    if section.point_lps_mm is None or section.normal_lps is None:
        raise SimulationError(f"{name} lacks a part of its plane")
    normal = unit(np.asarray(section.normal_lps))
    axis = int(np.argmax(np.abs(normal)))
    if abs(normal[axis]) < 1.0 - _STRAIGHT:
        raise SimulationError(
            f"{name}: normal_lps {list(section.normal_lps)} must run along L, P or S"
        )
    spacing = grid.spacing_mm[axis]
    place = (section.point_lps_mm[axis] - grid.origin_lps_mm[axis]) / spacing + 0.5
    if abs(place - round(place)) > _ON_FACE:
        nearest = grid.origin_lps_mm[axis] + spacing * (round(place) - 0.5)
        raise SimulationError(
            f"{name}: its wall must run between cells; the nearest place is {nearest:g} mm along "
            f"axis {'LPS'[axis]}"
        )
    index = np.arange(grid.shape[axis])
    behind = index < round(place) if normal[axis] > 0.0 else index >= round(place)
    if not behind.any() or behind.all():
        raise SimulationError(f"{name} lies outside the block, or holds all of it: move it")
    cells = np.zeros(grid.shape, dtype=np.bool_)
    np.moveaxis(cells, axis, 0)[behind] = True
    return cells


def build_vessel(place: Place, number: int, section: VesselSection) -> FixedBody:
    """A straight vessel at the temperature of blood, the one of this ``number`` in the file.

    Raises:
        SimulationError: blood has no temperature, or the vessel no length.
    """
    name = f"vessel {number}"
    if place.blood is None:
        raise SimulationError(f"{name} needs the temperature of [blood]")
    start, end = np.asarray(section.from_lps_mm), np.asarray(section.to_lps_mm)
    length = float(np.linalg.norm(end - start))
    if length == 0.0:
        raise SimulationError(f"{name} begins where it ends: give two points")
    shape = Rod(section.from_lps_mm, as_vector(end - start), length, 0.5 * section.diameter_mm)
    plan = Programme.constant(place.blood.temperature_c)
    return build_rod(place.grid, name, shape, plan, section.wall_w_per_m2_k)


def build_edge(place: Place) -> FixedBody:
    """The faces of the block, held as they are."""
    return FixedBody("edge", edge_cells(place.grid), Programme.constant(place.initial_c))


def check_inside(grid: Grid, name: str, point: Vector | Points) -> None:
    """``SimulationError`` by ``name`` unless ``point``, (3,), or all of (n, 3), lie in the grid."""
    if not grid.contains(np.asarray(point, dtype=np.float64)):
        raise SimulationError(
            f"{name} lies outside the grid, at {[float(x) for x in point]}: move it or enlarge it"
        )
