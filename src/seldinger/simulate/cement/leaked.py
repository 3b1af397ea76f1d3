"""Leaked: where cement that left a body would come to lie, as a lump before its exit.

The engine follows cement to the exits and no further. Beyond, it is drawn as a lump that fills what
is free nearest to the exit: no source tells how it runs along veins, dura and muscle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.lattice import find_places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.simulate.cement.outcome import CementResult

Floats = NDArray[np.float64]

CANAL, ELSEWHERE = "spinal canal", "beside the vertebra"
ROOTS = ("left nerve root", "right nerve root")
"""The foramina, by the roots in them."""
_NOTHING_ML = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class LeakedCement:
    """Cement outside a vertebra.

    Attributes:
        share: (i, j, k) of each cell that it fills.
        volumes_ml: by exit and by region; what found no room there is missing.
        notes: what was left out.
    """

    share: Floats
    volumes_ml: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...]

    __repr__ = short_repr

    def sum_region_ml(self, region: str) -> float:
        """Of all exits together that lies in a region."""
        return sum(one.get(region, 0.0) for one in self.volumes_ml.values())


def place_leaks(
    result: CementResult, grid: Grid, solid: Mask, regions: Mapping[str, Mask], filled: Floats
) -> LeakedCement:
    """Lumps of leaked cement before their exits.

    What leaves towards the canal, or a foramen, lies there first, where one shows; all else lies
    where no bone and no canal is. Breaks that could not be looked for leak nothing here, and that
    is said.

    Args:
        result: with what leaked.
        grid: aligned; on which it is drawn.
        solid: (i, j, k) where none can lie.
        regions: by name, (i, j, k); the first that holds a cell names it.
        filled: (i, j, k) share of each cell that is taken already.
    """
    share = np.zeros(grid.shape)
    volumes: dict[str, dict[str, float]] = {}
    notes: list[str] = []
    places = find_places(grid)
    names = _name_cells(grid, regions)
    canal = regions.get(CANAL)
    exits = {one.name: one for one in result.made.bed.exits}
    for leak in result.leaks:
        if leak.volume_ml is None:
            notes.append(f"what leaves by {leak.name} is not known, and is not in it")
            continue
        if leak.volume_ml < _NOTHING_ML:
            continue
        start = find_places(result.made.bed.grid)[exits[leak.name].where].mean(axis=0)
        first = ~solid
        if leak.kind is ExitKind.FORAMEN:
            first &= _find_nearest_foramen(start, places, regions)
        elif canal is not None:
            first &= canal if leak.kind is ExitKind.CANAL else ~canal
        added, wanted = np.zeros(grid.shape), leak.volume_ml / grid.voxel_ml
        for room in (first, ~solid):
            # What has no room where it leaves to lies around it.
            rest = wanted - float(added.sum())
            if rest > 0.0:
                taken = filled + share + added
                added += _fill_nearest(rest, start, places, room, 1.0 - taken)
        share += added
        volumes[leak.name] = _count(added * grid.voxel_ml, names, list(regions))
        missing = leak.volume_ml - sum(volumes[leak.name].values())
        if missing > _NOTHING_ML:
            notes.append(f"{missing:.2f} mL by {leak.name} found no room where it is drawn")
    return LeakedCement(share, volumes, tuple(notes))


def _find_nearest_foramen(start: Floats, places: Floats, regions: Mapping[str, Mask]) -> Mask:
    """(i, j, k) bool, the foramen nearest to an exit; everywhere where none shows."""
    shown = {one: regions[one] for one in ROOTS if one in regions and regions[one].any()}
    away = {
        one: float(np.linalg.norm(places[mask] - start, axis=1).min())
        for one, mask in shown.items()
    }
    if not away:
        return np.ones(places.shape[:-1], np.bool_)
    return shown[min(away, key=lambda one: away[one])]


def _fill_nearest(cells: float, start: Floats, places: Floats, room: Mask, free: Floats) -> Floats:
    """(i, j, k) share that ``cells`` cells' worth of cement adds, nearest to ``start`` first."""
    added = np.zeros(room.shape)
    at = np.flatnonzero(room & (free > 0.0))
    away = np.linalg.norm(places.reshape(-1, 3)[at] - start, axis=1)
    at = at[np.argsort(away, kind="stable")]
    space = free.reshape(-1)[at]
    before = np.concatenate([[0.0], np.cumsum(space)[:-1]]) if len(space) else space
    added.reshape(-1)[at] = np.clip(cells - before, 0.0, space)
    return added


def _name_cells(grid: Grid, regions: Mapping[str, Mask]) -> NDArray[np.int64]:
    """(i, j, k) number of the first region that holds a cell, from 1 on; 0 elsewhere."""
    found = np.zeros(grid.shape, np.int64)
    for number, mask in enumerate(regions.values(), start=1):
        found[mask & (found == 0)] = number
    return found


def _count(held_ml: Floats, names: NDArray[np.int64], regions: Sequence[str]) -> dict[str, float]:
    sums = np.bincount(names.ravel(), held_ml.ravel(), len(regions) + 1)
    words = (ELSEWHERE, *regions)
    return {word: float(ml) for word, ml in zip(words, sums, strict=True) if ml > 0.0}
