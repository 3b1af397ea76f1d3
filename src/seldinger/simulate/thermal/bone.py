"""Bone: a vertebra as heat meets it, and how warm its canal and its roots become.

The lattice of the vertebra itself is read, finer than that of a plan: bone by its density, the
tumour, the canal. What lies around is told by density alone; only large vessels have labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.record import read_assumptions
from seldinger.core.space import as_vector
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_mask, resample_volume
from seldinger.simulate.thermal.heating import compute_heat
from seldinger.simulate.thermal.scene import (
    LEAST_VESSEL,
    NOTHING,
    SOFT,
    HeatScene,
    find_thick_vessels,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.anatomy.vertebra.model import Pedicle, Side, Vertebra
    from seldinger.core.progress import Progress
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.simulate.thermal.heating import Heated
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed

_ASSUMED = read_assumptions("seldinger.simulate.thermal")
CORTEX = _ASSUMED["bone_cortex_hu"]
ROOT_BELOW = _ASSUMED["root_below_mm"]
ASSUMPTIONS = (CORTEX, ROOT_BELOW)

SPONGY, DENSE, TUMOUR = "bone_cancellous", "bone_cortical", SOFT
CANAL = "spinal canal"
_BOTTOM = ((-np.inf, NOTHING), (-300.0, "fat"), (-20.0, "muscle"), (100.0, SPONGY))
"""From so many HU on, outside the vertebra: gas, fat, muscle and discs, the next bones."""
_ROOT_DEEP_MM = 4.0
"""The foramen so far before and behind the middle of the pedicle."""
_WATCHED = 24
"""Points of the canal and of each foramen that are followed over time, the nearest first."""


@dataclass(frozen=True, slots=True, eq=False)
class BoneScene:
    """A vertebra on a lattice of heat.

    Attributes:
        scene: tissues, and vessels that hold their temperature.
        canal: (i, j, k) bool; None where no canal shows.
        roots: "left nerve root" and "right nerve root" -> (i, j, k) bool, the foramen below the
            pedicle; without those whose pedicle does not show.
    """

    scene: HeatScene
    canal: Mask | None
    roots: Mapping[str, Mask]

    @property
    def spared(self) -> dict[str, Mask]:
        """What must stay cool, by name."""
        canal = {} if self.canal is None else {CANAL: self.canal}
        return {**canal, **self.roots}


@dataclass(frozen=True, slots=True, eq=False)
class BoneHeated:
    """What heat did to a vertebra.

    Attributes:
        heated: the run.
        hottest_c: of what must stay cool, by name, at any time.
        killed: share of the tumour that is dead; None where no tumour is outlined.
        zone_ml: volume that is dead.
        times_s: (n,) of the curves.
        curves_c: (n,) of the warmest point followed, by name.
        power_w: mean of the generator while it is on duty; None: not told.
    """

    heated: Heated
    hottest_c: Mapping[str, float]
    killed: float | None
    zone_ml: float
    times_s: NDArray[np.float64]
    curves_c: Mapping[str, NDArray[np.float64]]
    power_w: float | None


def build_bone_scene(
    vertebra: Vertebra,
    tumour: Mask | None,
    grid: Grid,
    *,
    anatomy: Anatomy | None = None,
    held_vessel_mm: float = LEAST_VESSEL.value,
    cortex_hu: float = CORTEX.value,
    root_below_mm: float = ROOT_BELOW.value,
) -> BoneScene:
    """A vertebra and what surrounds it, on a lattice of heat.

    Args:
        vertebra: whose.
        tumour: (a, b, c) bool on the vertebra's grid; None: nothing shows where it is.
        grid: aligned, cubic cells; what the vertebra's grid does not hold counts as muscle.
        anatomy: whose vessels keep the temperature of blood; None: no vessel is known.
        held_vessel_mm: those from this diameter on.
        cortex_hu: bone from this density on is cortical.
        root_below_mm: how far below a pedicle a root is looked for.
    """
    mine = vertebra.grid
    hu = resample_volume(Volume(vertebra.hu, mine, "HU"), grid, 0, 40.0).values
    names = tuple(dict.fromkeys((SOFT, "muscle", "fat", SPONGY, DENSE)))
    number = {NOTHING: 0, **{name: n for n, name in enumerate(names, 1)}}
    material = np.zeros(grid.shape, dtype=np.uint8)
    for from_hu, name in _BOTTOM:
        material[hu >= from_hu] = number[name]
    bone = resample_mask(vertebra.bone, mine, grid)
    material[bone] = number[SPONGY]
    material[(hu >= cortex_hu) & (material == number[SPONGY])] = number[DENSE]
    none = np.zeros(grid.shape, dtype=np.bool_)
    target = none if tumour is None else resample_mask(tumour, mine, grid)
    material[target] = number[TUMOUR]
    canal = None
    if vertebra.canal is not None:
        canal = resample_mask(vertebra.canal, mine, grid) & ~target & ~bone
        material[canal] = number[SOFT]
    told = {
        "the vertebra": f"{SPONGY}, {DENSE} from {cortex_hu:g} HU on",
        "the tumour": TUMOUR,
        CANAL: f"{SOFT}; liquor that flows is not in it",
        "what surrounds it": "fat, muscle and bone by density",
    }
    held = none if anatomy is None else find_thick_vessels(anatomy, grid, held_vessel_mm, told)
    held = held & ~bone & ~target
    if canal is not None:
        held &= ~canal
    material[held] = number[SOFT]  # a run replaces the cells of held bodies
    roots = {
        f"{side.value} nerve root": found
        for side, mask in find_foramina(vertebra, grid, root_below_mm).items()
        if (found := mask & ~target).any()
    }
    scene = HeatScene(grid, material, names, held, target, None, told)
    return BoneScene(scene, canal if canal is not None and canal.any() else None, roots)


def find_foramina(
    vertebra: Vertebra, grid: Grid, below_mm: float = ROOT_BELOW.value
) -> dict[Side, Mask]:
    """(i, j, k) bool of each side: the foramen under the pedicle's lower edge, where one shows.

    Args:
        vertebra: whose pedicles tell where.
        grid: on which it is drawn.
        below_mm: how far down.
    """
    bone = resample_mask(vertebra.bone, vertebra.grid, grid)
    found = {
        side: _find_root(vertebra, pedicle, grid, bone, below_mm)
        for side, pedicle in sorted(vertebra.pedicles.items())
    }
    return {side: mask for side, mask in found.items() if mask.any()}


def _find_root(
    vertebra: Vertebra, pedicle: Pedicle, grid: Grid, solid: Mask, below_mm: float
) -> Mask:
    """(i, j, k) bool: the foramen under a pedicle's lower edge."""
    frame = vertebra.frame
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    away = points - np.asarray(pedicle.isthmus_lps_mm)
    across = np.abs(away @ np.asarray(frame.left))
    deep = np.abs(away @ np.asarray(frame.back))
    up = away @ np.asarray(frame.up)
    edge = -0.5 * pedicle.height_mm
    inside = (across <= 0.5 * pedicle.width_mm) & (deep <= _ROOT_DEEP_MM)
    inside &= (up <= edge) & (up >= edge - below_mm)
    found: Mask = inside.reshape(grid.shape) & ~solid
    return found


def watch(bone: BoneScene, from_lps_mm: Vector, to_lps_mm: Vector) -> dict[str, tuple[Vector, ...]]:
    """Points of what must stay cool that lie nearest to a line, by name."""
    found = {}
    for name, mask in bone.spared.items():
        points = bone.scene.grid.to_lps(np.argwhere(mask))
        away = measure_to_line_mm(points, from_lps_mm, to_lps_mm)
        found[name] = tuple(
            as_vector(p) for p in points[np.argsort(away, kind="stable")[:_WATCHED]]
        )
    return found


def measure_to_line_mm(
    points_lps_mm: Points, from_lps_mm: Vector, to_lps_mm: Vector
) -> NDArray[np.float64]:
    """(n,) distances of points, (n, 3), to a stretch of line."""
    start, way = np.asarray(from_lps_mm), np.subtract(to_lps_mm, from_lps_mm)
    along = np.clip((points_lps_mm - start) @ way / (way @ way), 0.0, 1.0)
    away: NDArray[np.float64] = np.linalg.norm(points_lps_mm - start - along[:, None] * way, axis=1)
    return away


def heat_bone(
    bone: BoneScene,
    placed: Placed,
    biology: Biology,
    mode: str,
    changes: Changes,
    progress: Progress,
) -> BoneHeated:
    """Heat a vertebra with one electrode.

    Args:
        bone: the vertebra.
        placed: the electrode; pauses at the end of its schedule let the heat spread.
        biology: what is called dead.
        mode: of the model.
        changes: of this sample.
        progress: told as it runs.

    Raises:
        PlanError: the engine refuses it.
    """
    rod = placed.make_rod(placed.applicator.active_mm or 1.0)
    end = as_vector(np.asarray(rod.tip_lps_mm) + rod.length_mm * np.asarray(rod.axis_lps))
    points = watch(bone, rod.tip_lps_mm, end)
    flat = tuple(point for some in points.values() for point in some)
    done = compute_heat(bone.scene, (placed,), biology, mode, changes, flat, progress)
    curves, first = {}, 0
    for name, some in points.items():
        curves[name] = done.result.points_c[:, first : first + len(some)].max(axis=1)
        first += len(some)
    hottest = {name: float(done.extreme_c[mask].max()) for name, mask in bone.spared.items()}
    target = bone.scene.target
    trace = done.result.radiofrequency
    return BoneHeated(
        heated=done,
        hottest_c=hottest,
        killed=float(done.zone[target].mean()) if target.any() else None,
        zone_ml=float(done.zone.sum()) * bone.scene.grid.voxel_ml,
        times_s=done.result.times_s,
        curves_c=curves,
        power_w=None if trace is None else trace.total_j / placed.driven_s,
    )
