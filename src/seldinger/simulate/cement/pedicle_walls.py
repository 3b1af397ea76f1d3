"""Pedicle walls: where none shows, and whether canal or foramen lies behind.

Breaks of the body are the anatomy's. The wall of a pedicle is looked at here, for cement alone: by
the densest voxel near its surface, as the body's is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.formatting import short_repr
from seldinger.simulate.cement.settings import get_assumed
from seldinger.simulate.thermal.bone import find_foramina

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import Pedicle, Side, Vertebra
    from seldinger.core.volume import Mask

CANAL, FORAMEN, ASIDE = "canal", "foramen", "side"
_NEAR_MM = 1.8
"""A place is judged by the mean of its surroundings."""
_REACH_MM = 2.5
"""What lies so near behind a gap is what it leads to."""
_CONTRAST_HU = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class PedicleBreak:
    """A place of a pedicle's surface where no wall shows.

    Attributes:
        side: of the patient.
        towards: "canal", "foramen" or "side".
        where: (a, b, c) bool on the vertebra's grid, voxels of the pedicle.
        area_mm2: of it.
    """

    side: Side
    towards: str
    where: Mask
    area_mm2: float

    __repr__ = short_repr


def find_pedicle_breaks(
    vertebra: Vertebra, assumed: Mapping[str, float]
) -> tuple[tuple[PedicleBreak, ...], tuple[Side, ...]]:
    """Gaps in the walls of the pedicles, and the sides whose wall does not show: not known there.

    Nothing is looked for where breaks of the body are not known: what is said of them holds here.

    Args:
        vertebra: on a lattice of its own.
        assumed: edits of assumptions by name.
    """
    if vertebra.breaks is None or not vertebra.pedicles:
        return (), ()
    unseen: list[Side] = []
    found: list[PedicleBreak] = []
    for side, pedicle in sorted(vertebra.pedicles.items()):
        if not pedicle.mask.any():
            continue
        box = _find_box(pedicle.mask, vertebra.grid.spacing_mm[0])
        gap = _find_gap(vertebra, pedicle, box, assumed)
        if gap is None:
            unseen.append(side)
            continue
        marked, count = scipy.ndimage.label(gap, structure=np.ones((3, 3, 3)))
        for number in range(1, count + 1):
            here: Mask = np.equal(marked, number)
            area = float(here.sum()) * vertebra.grid.spacing_mm[0] ** 2
            if area < get_assumed(assumed, "pedicle_break_mm2"):
                continue
            where = np.zeros_like(pedicle.mask)
            where[box] = here
            towards = _name_behind(vertebra, side, here, box)
            found.append(PedicleBreak(side, towards, where, area))
    return tuple(found), tuple(unseen)


def _find_box(mask: Mask, voxel_mm: float) -> tuple[slice, ...]:
    """Around a mask, with room for what lies behind it."""
    room = int(np.ceil((_REACH_MM + _NEAR_MM) / voxel_mm)) + 1
    spans = [np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    return tuple(
        slice(max(int(span[0]) - room, 0), min(int(span[-1]) + 1 + room, size))
        for span, size in zip(spans, mask.shape, strict=True)
    )


def _find_gap(
    vertebra: Vertebra, pedicle: Pedicle, box: tuple[slice, ...], assumed: Mapping[str, float]
) -> Mask | None:
    """(i, j, k) bool in the box, surface that is hardly denser than marrow; None: no wall shows."""
    inner: Mask = scipy.ndimage.binary_erosion(vertebra.bone[box], border_value=1)
    surface: Mask = pedicle.mask[box] & ~inner
    gap: Mask = np.zeros_like(surface)
    if not surface.any():
        return None
    peak = scipy.ndimage.maximum_filter(vertebra.hu[box], size=3)
    usual = float(np.median(peak[surface]))
    if usual - vertebra.density_hu < _CONTRAST_HU:
        return None
    level = vertebra.density_hu + get_assumed(assumed, "pedicle_break_share") * (
        usual - vertebra.density_hu
    )
    gap[surface] = _average(surface, peak, vertebra.grid.spacing_mm[0]) < level
    return gap


def _average(surface: Mask, peak: NDArray[np.float32], voxel_mm: float) -> NDArray[np.float64]:
    """(n,) mean around each place of a surface."""
    at, values = np.argwhere(surface), peak[surface].astype(np.float64)
    near = scipy.spatial.cKDTree(at).query_ball_point(at, _NEAR_MM / voxel_mm)
    return np.array([values[some].mean() for some in near])


def _name_behind(vertebra: Vertebra, side: Side, here: Mask, box: tuple[slice, ...]) -> str:
    """What lies nearest behind a gap."""
    low, high = ([getattr(one, end) for one in box] for end in ("start", "stop"))
    foramen = find_foramina(vertebra, vertebra.grid.crop(low, high)).get(side)
    away = scipy.ndimage.distance_transform_edt(~here, sampling=vertebra.grid.spacing_mm)
    told = {CANAL: None if vertebra.canal is None else vertebra.canal[box], FORAMEN: foramen}
    gaps = {
        name: float(away[mask].min())
        for name, mask in told.items()
        if mask is not None and mask.any()
    }
    name = min(gaps, key=lambda one: gaps[one], default=ASIDE)
    return name if name != ASIDE and gaps[name] <= _REACH_MM else ASIDE
