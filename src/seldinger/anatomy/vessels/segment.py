"""Segment: vessels in an image without labels; gaps are closed only where the image shows a way."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import edt
import numpy as np
import scipy

from seldinger.anatomy.vessels.enhance import SCALES_MM, enhance_vessels, find_box
from seldinger.anatomy.vessels.fronts import (
    Meeting,
    find_meetings,
    split_by_seeds,
    spread_fronts,
)
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.record import AssumptionUse, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask, Volume

SEGMENT_ASSUMPTIONS = tuple(read_assumptions("seldinger.anatomy.vessels", "segment").values())
_TOUCHING = np.ones((3, 3, 3), dtype=bool)
_USUAL_PERCENT = 99.0
_ENOUGH = 1000
_MOST_TOLD = 8
_THIN = "Within closed gaps the vessel is drawn one voxel wide: its width there is unknown."
_WIDTH = (
    "The mask is where the image answers as a tube does, which is not the lumen's edge: measure "
    "diameters on a lumen that was drawn."
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap that was closed.

    Attributes:
        from_lps_mm, to_lps_mm: its ends.
        length_mm: along the way through it.
        least_response: of the image on that way, in its unit.
    """

    from_lps_mm: Vector
    to_lps_mm: Vector
    length_mm: float
    least_response: float


@dataclass(frozen=True, slots=True, eq=False)
class VesselMask:
    """Vessels that were found in an image.

    Attributes:
        mask: (i, j, k) on the image's grid.
        vessels: each seed's own part of it; empty without seeds.
        gaps: that were closed.
        dropped: how many parts were too small.
        response: of the image, zero outside the region.
        assumptions: as they were used.
        notes: for a reader.
    """

    mask: Mask
    vessels: Mapping[str, Mask]
    gaps: tuple[Gap, ...]
    dropped: int
    response: Volume
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr


def segment_vessels(
    image: Volume,
    region: Mask | None = None,
    seeds: Mapping[str, Points] | None = None,
    assume: Mapping[str, float] | None = None,
    scales_mm: Sequence[float] = SCALES_MM,
) -> VesselMask:
    """Find bright tubes and join them where the image supports it.

    Args:
        image: CT in HU, or another image in which vessels are bright.
        region: (i, j, k), where they are looked for; None: everywhere.
        seeds: names with (n, 3) places in LPS mm, of vessels that touch and are to be kept apart.
        assume: overrides of ``SEGMENT_ASSUMPTIONS`` by name, inside their ranges.
        scales_mm: of ``enhance_vessels``.

    Raises:
        AnatomyError: nothing answers as a vessel does, an assumption or a scale is not allowed, or
            a seed lies in none.
    """
    used = _resolve(assume or {})
    value = {one.name: one.value for one in used}
    response = enhance_vessels(image, scales_mm, region)
    mask = _keep_strong(response.values, value["seed_hu"], value["follow_hu"])
    if not mask.any():
        raise AnatomyError(
            f"nothing answers with {value['seed_hu']:g} as a vessel does; the most is "
            f"{float(response.values.max()):.0f}: lower seed_hu and follow_hu, or check that the "
            "scan has contrast"
        )
    usual = _usual_response(response, mask, region, 2.0 * max(scales_mm))
    support = max(value["support_hu"], usual)
    mask, gaps = _close_gaps(mask, response, value["seed_hu"], support, value["gap_mm"])
    mask, dropped = _drop_small(mask, value["least_ml"] / image.grid.voxel_ml)
    if not mask.any():
        raise AnatomyError(
            f"all {dropped} parts are smaller than {value['least_ml']:g} mL: lower least_ml"
        )
    vessels: dict[str, Mask] = {}
    if seeds:
        # Touching vessels have one wall, but at the finest scale each has a middle of its own.
        finest = enhance_vessels(image, (min(scales_mm),), region)
        vessels = split_by_seeds(mask, image.grid, seeds, finest.values)
    notes = _describe(mask, vessels, gaps, dropped, support, image.unit)
    return VesselMask(mask, MappingProxyType(vessels), gaps, dropped, response, used, notes)


def _resolve(assume: Mapping[str, float]) -> tuple[AssumptionUse, ...]:
    known = {one.name: one for one in SEGMENT_ASSUMPTIONS}
    for name, value in assume.items():
        if name not in known or not known[name].low <= value <= known[name].high:
            ranges = "; ".join(f"{a.name} {a.low:g} to {a.high:g}" for a in known.values())
            raise AnatomyError(f"assumption {name}={value:g} is not allowed; there are: {ranges}")
    return tuple(AssumptionUse.resolve(one, assume) for one in SEGMENT_ASSUMPTIONS)


def _keep_strong(response: NDArray[np.float32], strong: float, weak: float) -> Mask:
    """Parts above ``weak`` that reach ``strong`` somewhere."""
    parts, count = scipy.ndimage.label(response >= min(weak, strong), _TOUCHING)
    sure = np.zeros(count + 1, dtype=bool)
    sure[np.unique(parts[response >= strong])] = True
    sure[0] = False
    kept: Mask = sure[parts]
    return kept


def _usual_response(response: Volume, mask: Mask, region: Mask | None, away_mm: float) -> float:
    """What 99 % of the places far from every vessel stay under; 0 where there are too few."""
    spacing = tuple(response.grid.spacing_mm)
    far = edt.edt(np.ascontiguousarray(~mask), anisotropy=spacing, order="C") > away_mm
    values = response.values[far if region is None else far & region]
    return float(np.percentile(values, _USUAL_PERCENT)) if values.size >= _ENOUGH else 0.0


def _close_gaps(
    mask: Mask, response: Volume, strong: float, support: float, most_mm: float
) -> tuple[Mask, tuple[Gap, ...]]:
    """Parts joined by the cheapest ways on which the image answers enough all along."""
    parts, count = scipy.ndimage.label(mask, _TOUCHING)
    if count < 2 or most_mm <= 0.0:  # noqa: PLR2004
        return mask, ()
    grid = response.grid
    spacing = np.asarray(grid.spacing_mm)
    box = find_box(mask.shape, mask, most_mm / spacing + 1.0)
    values = response.values[box].astype(np.float64)
    cost = np.where(values >= support, strong / np.maximum(values, support), 0.0)
    labels = parts[box].astype(np.int64)
    cost[labels > 0] = 1.0
    meetings = find_meetings(spread_fronts(cost, labels, spacing, most_mm * strong / support))
    low = np.array([side.start for side in box])
    whole, leader, gaps = mask.copy(), list(range(count + 1)), []
    for one in meetings:
        a, b = (_lead(leader, n) for n in one.labels)
        at = tuple(one.cells[1:-1].T)
        if a == b or one.length_mm > most_mm or not len(at[0]):
            continue
        leader[b] = a
        whole[box][at] = True
        gaps.append(_describe_gap(one, low, grid, float(values[at].min())))
    return whole, tuple(gaps)


def _lead(leader: list[int], part: int) -> int:
    while leader[part] != part:
        part = leader[part]
    return part


def _describe_gap(one: Meeting, low: NDArray[np.intp], grid: Grid, least: float) -> Gap:
    ends = grid.to_lps((one.cells[[0, -1]] + low).astype(float))
    start, end = ((float(x), float(y), float(z)) for x, y, z in ends)
    return Gap(start, end, one.length_mm, least)


def _drop_small(mask: Mask, voxels: float) -> tuple[Mask, int]:
    parts, _ = scipy.ndimage.label(mask, _TOUCHING)
    sizes = np.bincount(parts.ravel())
    large = sizes >= voxels
    large[0] = False
    kept: Mask = large[parts]
    return kept, int((~large[1:]).sum())


def _describe(
    mask: Mask,
    vessels: Mapping[str, Mask],
    gaps: Sequence[Gap],
    dropped: int,
    support: float,
    unit: str,
) -> tuple[str, ...]:
    notes = [_WIDTH]
    longest = sorted(gaps, key=lambda gap: -gap.length_mm)
    notes += [
        f"A gap of {gap.length_mm:.0f} mm was closed from "
        f"({', '.join(f'{x:.0f}' for x in gap.from_lps_mm)}) to "
        f"({', '.join(f'{x:.0f}' for x in gap.to_lps_mm)}) mm LPS, along which the image answers "
        f"at least {gap.least_response:.0f} {unit} ({support:.0f} were asked for)."
        for gap in longest[:_MOST_TOLD]
    ]
    if len(gaps) > _MOST_TOLD:
        notes.append(f"{len(gaps) - _MOST_TOLD} shorter gaps were closed in the same way.")
    if gaps:
        notes.append(_THIN)
    if dropped:
        notes.append(f"{dropped} parts were too small and were left out.")
    left = int(mask.sum() - sum(one.sum() for one in vessels.values()))
    if vessels and left:
        notes.append(f"{left} voxels hang together with no seed: they belong to no vessel.")
    return tuple(notes)
