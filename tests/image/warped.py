"""The built-in patient twice: as it is, and bent by a smooth movement that is exactly known.

``back`` takes a point after to the point before that it shows; ``forth`` is its inverse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from seldinger import demo
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from seldinger.core.space import Grid, Points
    from seldinger.demo.truth import Truth

LIVER, TUMOUR, ZONE = "liver", "liver-tumour-1", "zone"
KEPT = (LIVER, "kidney_right", "gallbladder", "spleen", "inferior_vena_cava")
_CENTRE = np.array([-62.0, -14.0, 150.0])


def back(after_lps_mm: Points) -> Points:
    """Where a point of the scan after, (n, 3), lay before: up to 12 mm away."""
    x, y, z = (after_lps_mm - _CENTRE).T
    moved = np.stack(
        [
            5.0 * np.sin(z / 60.0) + 3.0,
            4.0 * np.cos(x / 70.0) - 2.0,
            8.0 * np.sin(x / 80.0 + 0.5) * np.cos(y / 90.0) + 4.0,
        ],
        axis=1,
    )
    found: Points = after_lps_mm + moved
    return found


def forth(before_lps_mm: Points) -> Points:
    """The inverse of ``back``, by fixed point to far below a micrometre."""
    found = before_lps_mm.copy()
    for _ in range(80):
        found = before_lps_mm - (back(found) - found)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """Before, after, and what is exactly true."""

    before: Study
    after: Study
    truth: Truth
    zone_centre_lps_mm: Points
    zone_radius_mm: float


def treated(
    zone_radius_mm: float, zone_off_mm: tuple[float, float, float], voxel_mm: float
) -> Treated:
    """The tumour of the liver, ablated by a sphere near where it lies after."""
    first, second = (demo.patient(voxel_mm, seed=seed) for seed in (0, 1))
    grid = first.study.image.grid
    labels = first.study.labels
    assert labels is not None
    low, high = (np.asarray(b, dtype=np.float64) for b in first.truth.solid(TUMOUR).bounds)
    middle = forth(((low + high) / 2.0)[None, :])[0] + np.asarray(zone_off_mm)
    places = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    source = grid.to_index(back(places)).T
    values = _pulled(second.study.image.values.astype(np.float32), source, grid, 1, -1000.0)
    zone = (np.linalg.norm(places - middle, axis=1) <= zone_radius_mm).reshape(grid.shape)
    values[zone] = 25.0
    kept = {n: _pulled(labels.mask(n).astype(np.uint8), source, grid, 0, 0.0) > 0 for n in KEPT}
    was = {n: labels.mask(n) for n in (*KEPT, TUMOUR)}
    return Treated(
        _study(first.study.image.values, grid, was),
        _study(values, grid, {**kept, ZONE: zone}),
        first.truth,
        middle,
        zone_radius_mm,
    )


def _pulled(values: np.ndarray, source: Points, grid: Grid, order: int, fill: float) -> np.ndarray:
    out: np.ndarray = ndimage.map_coordinates(values, source, order=order, cval=fill).reshape(
        grid.shape
    )
    return out


def _study(values: np.ndarray, grid: Grid, masks: dict[str, np.ndarray]) -> Study:
    layers = tuple(mask.astype(np.uint8) for mask in masks.values())
    entries = tuple(LabelEntry(name, 1, layer) for layer, name in enumerate(masks))
    image = Volume(values, grid, "HU")
    series = Series(image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER)
    return Study((series,), LabelMap(layers, entries, grid))
