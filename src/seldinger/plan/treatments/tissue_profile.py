"""What lies along one needle: looked up point by point, half a voxel apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.core.shapes import Curve
from seldinger.core.space import unit
from seldinger.image.study import Modality

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path

PLEURAL_RECESS = "pleural recess"
_GAP_MM = 4.0
"""Shorter breaks in the lung (a vessel, a bronchus, a fissure) are not a second pleural pass."""


@dataclass(frozen=True, slots=True)
class LungCrossed:
    """What of the lung a path crosses before its target.

    Attributes:
        lung_mm: aerated lung before the target.
        pleural_passes: how often the needle enters lung from outside it.
        lobes: lobes crossed, the target's own included; empty when no lobe is labelled.
        lobes_known: whether any lobe is labelled.
        thin_mm: longest stretch of lung below the given HU; None when the image holds no HU.
    """

    lung_mm: float
    pleural_passes: int
    lobes: tuple[str, ...]
    lobes_known: bool
    thin_mm: float | None


def sample_stretch(path: Path, from_mm: float, to_mm: float, step_mm: float) -> Curve:
    """The needle between two places, sampled.

    Args:
        path: whose needle.
        from_mm: where it begins, relative to its aim; negative towards the skin.
        to_mm: where it ends, likewise.
        step_mm: between points, or less.
    """
    aim = np.asarray(path.target_lps_mm)
    direction = unit(aim - np.asarray(path.entry_lps_mm))
    return Curve(np.stack([aim + from_mm * direction, aim + to_mm * direction])).resampled(step_mm)


def find_inside(mask: Mask, grid: Grid, points: Points) -> NDArray[np.bool_]:
    """(n,) whether the voxels of ``points``, (n, 3) LPS mm, lie in ``mask``; false outside."""
    index = np.rint(grid.to_index(points)).astype(int)
    within = (index >= 0) & (index < np.asarray(grid.shape))
    known: NDArray[np.bool_] = np.logical_and.reduce(within, axis=1)
    at = index * known[:, None]
    found: NDArray[np.bool_] = mask[at[:, 0], at[:, 1], at[:, 2]] & known
    return found


def measure_inside_mm(mask: Mask, grid: Grid, path: Path, from_mm: float, to_mm: float) -> float:
    """How much of the needle between two places relative to its aim lies in ``mask``."""
    points = sample_stretch(path, from_mm, to_mm, min(grid.spacing_mm) / 2.0).points_lps_mm
    return float(find_inside(mask, grid, points).mean()) * (to_mm - from_mm)


def measure_crossed_mm(case: NeedleCase, path: Path, name: str) -> float | None:
    """Millimetres of the structure ``name`` from skin to aim; None when nobody labelled it."""
    if not case.anatomy.has(name):
        return None
    mask = case.anatomy.get_structure(name).mask & ~case.target.mask
    return measure_inside_mm(mask, case.anatomy.grid, path, -path.depth_mm, 0.0)


def measure_lung(case: NeedleCase, path: Path, thin_hu: float) -> LungCrossed:
    """Lung, lobes, pleural passes and lung below ``thin_hu`` between skin and target."""
    anatomy, grid = case.anatomy, case.anatomy.grid
    points = sample_stretch(path, -path.depth_mm, 0.0, min(grid.spacing_mm) / 2.0).points_lps_mm
    step = path.depth_mm / (len(points) - 1)
    target = find_inside(case.target.mask, grid, points)
    before = np.cumsum(target) == 0
    lung = np.zeros(len(points), dtype=bool)
    lobes, lobes_known = [], False
    for structure in anatomy.structures:
        if structure.kind not in (Kind.LUNG, Kind.LOBE) or structure.name == PLEURAL_RECESS:
            continue
        met = find_inside(structure.mask, grid, points)
        lung |= met
        lobes_known |= structure.kind is Kind.LOBE
        if structure.kind is Kind.LOBE and met.any():
            lobes.append(structure.name)
    aerated = lung & before
    thin = None
    if anatomy.study.modality is Modality.CT:
        thin = _longest(aerated & (_values(anatomy, points) < thin_hu)) * step
    return LungCrossed(
        lung_mm=float(aerated.sum()) * step,
        pleural_passes=_entries(lung | target, int(np.ceil(_GAP_MM / step))),
        lobes=tuple(lobes),
        lobes_known=lobes_known,
        thin_mm=thin,
    )


def _values(anatomy: Anatomy, points: Points) -> NDArray[np.float64]:
    index = np.rint(anatomy.grid.to_index(points)).astype(int)
    i, j, k = np.clip(index, 0, np.asarray(anatomy.grid.shape) - 1).T
    found: NDArray[np.float64] = anatomy.image.values[i, j, k].astype(np.float64)
    return found


def _longest(flags: NDArray[np.bool_]) -> int:
    """Length of the longest run of true."""
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run)
    return best


def _entries(flags: NDArray[np.bool_], gap: int) -> int:
    """Rising edges after gaps of at most ``gap`` samples are closed."""
    count, away = 0, gap + 1
    for flag in flags:
        if flag:
            count += away > gap
            away = 0
        else:
            away += 1
    return count
