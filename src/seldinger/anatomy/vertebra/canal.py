"""Canal: the hole that the arch surrounds, by section, carried through the body's height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.geometry.morphology import close_mask, fill_slices, label_slice_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

_BEHIND_MM = 5.0
"""A hole nearer to the body's middle is none of the canal: a vein, a cyst."""
_ASIDE_MM = 14.0
_LEAST_MM2 = 40.0
_CLOSE_MM = 1.0
_APART_MM = 7.0
"""Middles of sections farther than this from the usual one belong to something else."""
_LIKE = (0.4, 2.2)
"""Areas, as shares of the usual one, that are still the same canal."""


@dataclass(frozen=True, slots=True, eq=False)
class Canal:
    """The canal along a vertebra's own axes.

    Attributes:
        sections: (i, j, k) bool: every section, carried on beyond those that show it.
        closed: indices along k of sections that the arch closes; empty: told by other means.
        centre: index of its middle, (3,), over ``closed`` or the body's height.
        by: how it is known, for the report.
    """

    sections: Mask
    closed: tuple[int, ...]
    centre: Points
    by: str


def find_canal(
    bone: Mask,
    seed: Points,
    cord: Mask | None,
    back_line: NDArray[np.float64],
    voxel_mm: float,
    source_mm: float,
) -> Canal | None:
    """The canal behind the body.

    Args:
        bone: (i, j, k) bool, along the vertebra's axes.
        seed: index of the body's middle, (3,).
        cord: (i, j, k) bool, a label of cord or canal; None without one.
        back_line: (k,) index along j of the body's back, along which sections are carried.
        voxel_mm: edge of a voxel.
        source_mm: largest edge of the label's own voxels.
    """
    low, high = find_span(bone, seed)
    by_mm = max(_CLOSE_MM, 0.5 * source_mm)
    closed = close_mask(bone, by_mm, voxel_mm)
    rings = _list_rings(fill_slices(closed) & ~closed, seed, voxel_mm, (low, high))
    behind = (
        cord & (np.arange(bone.shape[1])[None, :, None] > seed[1]) if cord is not None else None
    )
    by = "closed by the arch"
    if not rings:
        rings = _project(closed, seed, voxel_mm, (low, high))
        by = "seen only over the whole height: the arch closes no single section"
    if rings:
        # Closing took the hole's rim; filled sections keep what is given back inside the ring.
        inside = fill_slices(closed) & ~bone
        reach = by_mm / voxel_mm
        grown = {k: one | (inside[..., k] & (_away(one) <= reach)) for k, one in rings.items()}
        sections = _carry(grown, back_line, bone.shape) & ~bone
        centre = np.argwhere(_stack(rings, bone.shape)).mean(axis=0)
        if behind is not None:
            sections[..., low : high + 1] |= (behind & ~bone)[..., low : high + 1]
        return Canal(sections, tuple(sorted(rings)), centre, by)
    if behind is None or not behind[..., low : high + 1].any():
        return None
    shown = {k: behind[..., k] for k in range(low, high + 1) if behind[..., k].any()}
    centre = np.argwhere(_stack(shown, bone.shape)).mean(axis=0)
    by = "told by the label of the cord alone: the arch shows no hole"
    return Canal(_carry(shown, back_line, bone.shape) & ~bone, (), centre, by)


def find_span(bone: Mask, seed: Points) -> tuple[int, int]:
    """First and last index along k of ``bone``, (i, j, k), around the body's middle, (3,)."""
    i, j, k = np.clip(np.rint(seed).astype(int), 1, np.array(bone.shape) - 2)
    column = np.asarray(bone[i - 1 : i + 2, j - 1 : j + 2].any(axis=(0, 1)))
    low = high = int(k)
    while low > 0 and column[low - 1]:
        low -= 1
    while high < column.size - 1 and column[high + 1]:
        high += 1
    return low, high


def _list_rings(
    holes: Mask, seed: Points, voxel_mm: float, span: tuple[int, int]
) -> dict[int, Mask]:
    """The canal's hole in each section that shows it, (i, j) bool by index along k."""
    marked, sizes = label_slice_components(holes)
    if sizes.size <= 1:
        return {}
    numbers = np.arange(1, sizes.size)
    middles = np.array(scipy.ndimage.center_of_mass(holes, marked, numbers))
    areas = sizes[1:] * voxel_mm**2
    fits = (areas >= _LEAST_MM2) & ((middles[:, 1] - seed[1]) * voxel_mm > _BEHIND_MM)
    fits &= np.abs(middles[:, 0] - seed[0]) * voxel_mm < _ASIDE_MM
    fits &= (middles[:, 2] >= span[0] - 3 / voxel_mm) & (middles[:, 2] <= span[1] + 3 / voxel_mm)
    if not fits.any():
        return {}
    best: dict[int, int] = {}
    for n in np.flatnonzero(fits):
        k = int(middles[n, 2])
        if k not in best or areas[n] > areas[best[k]]:
            best[k] = int(n)
    chosen = np.array(list(best.values()))
    usual, area = np.median(middles[chosen, :2], axis=0), float(np.median(areas[chosen]))
    away = np.linalg.norm(middles[chosen, :2] - usual, axis=1) * voxel_mm
    like = (areas[chosen] >= _LIKE[0] * area) & (areas[chosen] <= _LIKE[1] * area)
    kept = chosen[(away <= _APART_MM) & like]
    heights = {int(n): int(middles[n, 2]) for n in kept}
    return {k: np.asarray(marked[..., k] == n + 1) for n, k in heights.items()}


def _project(bone: Mask, seed: Points, voxel_mm: float, span: tuple[int, int]) -> dict[int, Mask]:
    """The hole that stays where all sections of the body's height lie on each other."""
    low, high = span
    flat = np.asarray(bone[..., low : high + 1].any(axis=2))[..., None]
    holes = fill_slices(flat) & ~flat
    found = _list_rings(holes, np.array([seed[0], seed[1], 0.0]), voxel_mm, (0, 0))
    return {(low + high) // 2: found[0]} if found else {}


def _stack(sections: dict[int, Mask], shape: tuple[int, ...]) -> Mask:
    whole = np.zeros(shape, dtype=bool)
    for k, one in sections.items():
        whole[..., k] = one
    return whole


def _carry(
    sections: dict[int, Mask], back_line: NDArray[np.float64], shape: tuple[int, ...]
) -> Mask:
    """Sections between and beyond those that are known, from the nearest on either side.

    They move with the body's back: the canal runs along it.
    """
    known = sorted(sections)
    depth = {k: _signed(sections[k]) for k in known}
    slope = float(np.polyfit(np.arange(back_line.size), back_line, 1)[0])
    whole = np.zeros(shape, dtype=bool)
    for k in range(shape[2]):
        above = next((n for n in known if n >= k), known[-1])
        below = next((n for n in reversed(known) if n <= k), known[0])
        share = 0.0 if above == below else (k - below) / (above - below)
        blend = (1.0 - share) * _shift(depth[below], slope * (k - below))
        blend += share * _shift(depth[above], slope * (k - above))
        whole[..., k] = blend > 0.0
    return whole


def _shift(section: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """A section moved back by so many voxels."""
    if by == 0.0:
        return section
    j = np.arange(section.shape[1], dtype=np.float64) - by
    first = np.clip(np.floor(j).astype(int), 0, section.shape[1] - 2)
    part = np.clip(j - first, 0.0, 1.0)
    moved: NDArray[np.float64] = section[:, first] * (1.0 - part) + section[:, first + 1] * part
    return moved


def _away(mask: Mask) -> NDArray[np.float64]:
    """Distance to ``mask`` in voxels."""
    away: NDArray[np.float64] = scipy.ndimage.distance_transform_edt(~mask)
    return away


def _signed(mask: Mask) -> NDArray[np.float64]:
    inside = scipy.ndimage.distance_transform_edt(mask)
    signed: NDArray[np.float64] = inside - _away(mask)
    return signed
