"""The goal of coverage: a target's surface, the margin that each place needs, what to fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger.geometry import surface
from seldinger.plan.treatments.ablation import choice as choices
from seldinger.plan.treatments.ablation.arrange import Goal
from seldinger.simulate import margin
from seldinger.simulate.thermal import scene as heat_scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.core.volume import Mask
    from seldinger.geometry.surface import SubvoxelSurface
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.choice import Choice
    from seldinger.simulate.thermal.scene import HeatScene

_REACH_MM = 28.0
"""From the margin outwards to the edge of the block that is computed."""
_LEAST_HALF_MM = 45.0
_FINE_MM = 1.0
_SURFACE_POINTS = 500
_SHELL_POINTS = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A case as coverage meets it.

    Attributes:
        scene: the patient in cells of 1 mm around the target.
        surface: the target's surface, between the voxels.
        to_capsule_mm: (n,) of each of its points; None when no organ is known.
        wanted: (i, j, k) target and margin, inside the organ.
        goal: the same as points.
    """

    scene: HeatScene
    surface: SubvoxelSurface
    to_capsule_mm: NDArray[np.float64] | None
    wanted: Mask
    goal: Goal


def prepare_ground(case: NeedleCase, choice: Choice) -> Ground:
    """Everything about a case that no arrangement changes."""
    target, anatomy = case.target, case.anatomy
    reach = _farthest_mm(case) + choice.margin_mm + _REACH_MM
    grid = heat_scene.make_grid(target.centre_lps_mm, max(reach, _LEAST_HALF_MM), _FINE_MM)
    thick = case.assumed.get_value(heat_scene.LEAST_VESSEL.name)
    scene = heat_scene.build_scene(anatomy, target, grid, thick, choice.lung)
    edge = surface.extract_surface(target.mask, anatomy.grid, target.label)
    to_capsule = None
    if scene.organ is not None and margin.belongs_to(scene.organ, scene.target):
        to_capsule = margin.to_capsule_mm(edge.points_lps_mm, scene.organ, scene.target, grid)
    away = _outside_mm(scene.target, _FINE_MM)
    wanted: Mask = away <= choice.margin_mm
    if scene.organ is not None:
        wanted &= scene.organ | scene.target
    return Ground(
        scene, edge, to_capsule, wanted, _goal(case, choice, edge, to_capsule, scene, wanted)
    )


def _goal(
    case: NeedleCase,
    choice: Choice,
    edge: SubvoxelSurface,
    to_capsule: NDArray[np.float64] | None,
    scene: HeatScene,
    wanted: Mask,
) -> Goal:
    needed = np.full(len(edge.points_lps_mm), choice.margin_mm)
    if to_capsule is not None:
        needed = np.clip(to_capsule, 0.0, needed)
    some = _every(len(needed), _SURFACE_POINTS)
    inside = np.argwhere(wanted)
    filled = scene.grid.to_lps(inside[_every(len(inside), _SHELL_POINTS)])
    return Goal(case.target.centre_lps_mm, edge.points_lps_mm[some], needed[some], filled)


def _every(count: int, wanted: int) -> NDArray[np.intp]:
    """At most about ``wanted`` positions of ``count``, evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).astype(np.intp))


def _farthest_mm(case: NeedleCase) -> float:
    points = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
    return float(np.linalg.norm(points - np.asarray(case.target.centre_lps_mm), axis=1).max())


def _outside_mm(mask: Mask, spacing_mm: float) -> NDArray[np.float32]:
    """Distance to a mask from outside, half a cell less; zero inside."""
    away: NDArray[np.float32] = edt.edt(
        ~mask, anisotropy=(spacing_mm,) * 3, black_border=False, order="C", parallel=2
    )
    outside: NDArray[np.float32] = np.maximum(away - np.float32(0.5 * spacing_mm), np.float32(0.0))
    return outside


def coarsen_ground(
    case: NeedleCase, choice: Choice, ground_of: Ground, spacing_mm: float
) -> HeatScene:
    """The same block in coarser cells, for the runs beside the plan."""
    fine = ground_of.scene.grid
    half = 0.5 * fine.spacing_mm[0] * (fine.shape[0] - 1)
    grid = heat_scene.make_grid(case.target.centre_lps_mm, half, spacing_mm)
    thick = case.assumed.get_value(heat_scene.LEAST_VESSEL.name)
    return heat_scene.build_scene(case.anatomy, case.target, grid, thick, choice.lung)


def find_subcapsular(case: NeedleCase, ground_of: Ground) -> NDArray[np.bool_]:
    """(n,) which surface points lie under the capsule; none when it is unknown."""
    if ground_of.to_capsule_mm is None:
        return np.zeros(len(ground_of.surface.points_lps_mm), dtype=np.bool_)
    near: NDArray[np.bool_] = ground_of.to_capsule_mm < case.assumed.get_value(choices.CAPSULE.name)
    return near


def get_surface(case: NeedleCase, structure: str) -> Points:
    """(n, 3) surface of a structure, LPS mm."""
    from seldinger.plan.approach.percutaneous.scene import find_boundary

    mask = case.anatomy.get_structure(structure).mask
    return case.anatomy.grid.to_lps(np.argwhere(find_boundary(mask)))
