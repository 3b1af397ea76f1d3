"""Ultrasound geometry: does a probe beside the needle find a free way to the target?

Skin points around the entry look at the target in straight lines. A line is blocked by bone, lung
or gas. The free skin is searched for the longest straight footprint. That is all geometry can say:
whether the lesion can be *seen* stays unknown until someone looks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Kind, Skin
from seldinger.core.record import read_assumptions
from seldinger.core.space import Points, unit
from seldinger.image.study import Modality
from seldinger.plan.model import UltrasoundAccess

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path

_ASSUMED = read_assumptions("seldinger.plan.approach.percutaneous")
APERTURE = _ASSUMED["ultrasound_aperture_mm"]
PROBE_WIDTH = _ASSUMED["ultrasound_width_mm"]
REACH = _ASSUMED["ultrasound_reach_mm"]
GAS = _ASSUMED["ultrasound_gas_hu"]
ASSUMPTIONS = (APERTURE, PROBE_WIDTH, REACH, GAS)

_BLOCKING = frozenset({Kind.BONE, Kind.LUNG, Kind.LOBE, Kind.AIRWAY})
_NO_TISSUE = frozenset({"pleural recess", "lower rib margin"})
"""Safety strips that anatomy derives: kept free by needles, no hindrance to a beam."""
_SKIN_VOXELS = 2.0
"""Gas is not looked for in the outermost voxels: they are partly air."""
_ANGLES_DEG = tuple(range(0, 180, 15))


def find_access(case: NeedleCase, path: Path) -> UltrasoundAccess:
    """Widest free footprint near ``path``'s entry from which straight beams reach its target.

    ``fits`` is None when the anatomy names no bone (or, without HU, no lung): a rib that nobody
    segmented would not block.
    """
    settings, anatomy = case.settings, case.anatomy
    needed = APERTURE.get_value(settings.assume)
    entry, aim = np.asarray(path.entry_lps_mm), np.asarray(path.target_lps_mm)
    direct = float(np.linalg.norm(aim - entry))
    skin = _skin_near(anatomy, entry, REACH.get_value(settings.assume))
    if not _obstacles_are_known(anatomy) or len(skin) == 0:
        return UltrasoundAccess(None, needed, direct, None, None)
    free = _sees(anatomy, case.target.mask, skin, aim, GAS.get_value(settings.assume))
    spacing = max(anatomy.grid.spacing_mm)
    width = PROBE_WIDTH.get_value(settings.assume)
    free &= np.linalg.norm(skin - entry, axis=1) > width / 2.0  # the needle stands there
    aperture, centre = find_widest_footprint(skin, free, entry, spacing, width)
    if aperture <= 0.0:
        return UltrasoundAccess(0.0, needed, direct, None, fits=False)
    beam = aim - centre
    cosine = float(np.clip(unit(beam) @ unit(aim - entry), -1.0, 1.0))
    return UltrasoundAccess(
        aperture_mm=aperture,
        needed_mm=needed,
        depth_mm=float(np.linalg.norm(beam)),
        needle_to_beam_deg=float(np.degrees(np.arccos(cosine))),
        fits=aperture >= needed,
    )


def find_widest_footprint(
    skin: Points,
    free: NDArray[np.bool_],
    entry: Points,
    spacing_mm: float,
    width_mm: float,
) -> tuple[float, Points]:
    """Longest straight band of ``width_mm`` inside the free skin, and the skin point at its middle.

    Args:
        skin: (n, 3) skin points, LPS mm, about ``spacing_mm`` apart.
        free: (n,) whether the target is in sight from there.
        entry: (3,) LPS mm; of equally long bands the nearest to it is taken.
        spacing_mm: step of the search.
        width_mm: width of the band.

    Returns:
        Length in mm (0 when there is none) and (3,) LPS mm.
    """
    middle = skin.mean(axis=0)
    plane = np.linalg.svd(skin - middle, full_matrices=False)[2][:2].T
    flat, here = (skin - middle) @ plane, (entry - middle) @ plane
    half = float(np.abs(flat).max()) + spacing_mm
    cells = int(np.ceil(2.0 * half / spacing_mm)) + 1
    raster = _raster(flat, free, half, spacing_mm, cells)
    band = max(1, round(width_mm / spacing_mm))
    steps = (np.arange(cells) - (cells - 1) / 2.0) * spacing_mm
    best, nearest, where = 0, np.inf, here
    for angle in np.radians(_ANGLES_DEG):
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        points = steps[:, None, None] * across + steps[None, :, None] * along
        run = _runs(_looked_up(raster, points, half, spacing_mm), band)
        length = int(run.max())
        rows, lasts = np.nonzero(run == length)
        middles = (steps[rows] + (band - 1) * spacing_mm / 2.0)[:, None] * across
        middles = middles + (steps[lasts] - (length - 1) * spacing_mm / 2.0)[:, None] * along
        away = np.linalg.norm(middles - here, axis=1)
        if length > 0 and (length, -away.min()) > (best, -nearest):
            best, nearest, where = length, float(away.min()), middles[int(np.argmin(away))]
    seen = np.flatnonzero(free)
    if best == 0 or len(seen) == 0:
        return 0.0, middle
    centre = seen[int(np.argmin(((flat[seen] - where) ** 2).sum(axis=1)))]
    return best * spacing_mm, skin[centre]


def _obstacles_are_known(anatomy: Anatomy) -> bool:
    kinds = {s.kind for s in anatomy.structures}
    lung_shows = anatomy.study.modality is Modality.CT or bool(kinds & {Kind.LUNG, Kind.LOBE})
    return Kind.BONE in kinds and lung_shows


def _skin_near(anatomy: Anatomy, entry: Points, reach_mm: float) -> Points:
    """(n, 3) skin voxels within ``reach_mm``; skin on the table only if the entry is there."""
    grid = anatomy.grid
    index = grid.to_index(entry)
    reach = reach_mm / np.asarray(grid.spacing_mm)
    low = np.clip(np.floor(index - reach), 0, np.asarray(grid.shape) - 1).astype(int)
    high = np.clip(np.ceil(index + reach), 0, np.asarray(grid.shape) - 1).astype(int)
    here = np.clip(np.rint(index), 0, np.asarray(grid.shape) - 1).astype(int)
    usable = {int(Skin.OPEN)}
    if anatomy.skin[tuple(here)] == Skin.TABLE_CONTACT:
        usable.add(int(Skin.TABLE_CONTACT))
    crop = anatomy.skin[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))]
    points = grid.to_lps(np.argwhere(np.isin(crop, list(usable))) + low)
    near: Points = points[np.linalg.norm(points - entry, axis=1) <= reach_mm]
    return near


def _sees(
    anatomy: Anatomy, target: Mask, skin: Points, aim: Points, gas_hu: float
) -> NDArray[np.bool_]:
    """(n,) whether the straight line from each skin point to ``aim`` meets no bone, lung or gas."""
    grid = anatomy.grid
    ends = grid.to_index(np.vstack([skin, aim]))
    low = np.clip(np.floor(ends.min(axis=0)), 0, None).astype(int)
    high = np.minimum(np.ceil(ends.max(axis=0)).astype(int) + 1, grid.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    solid = np.zeros(tuple(high - low), dtype=bool)
    for structure in anatomy.structures:
        if structure.kind in _BLOCKING and structure.name not in _NO_TISSUE:
            solid |= structure.mask[box]
    gas = np.zeros_like(solid)
    if anatomy.study.modality is Modality.CT:
        gas = (anatomy.image.values[box] < gas_hu) & anatomy.body[box]
    outside_target = ~target[box]
    solid &= outside_target
    gas &= outside_target
    spacing = min(grid.spacing_mm)
    distance = np.linalg.norm(aim - skin, axis=1)
    count = max(2, int(np.ceil(float(distance.max()) / spacing)))
    blocked = np.zeros(len(skin), dtype=bool)
    start, leg = ends[:-1] - low, ends[-1] - ends[:-1]
    top = np.asarray(solid.shape) - 1
    for fraction in np.linspace(0.0, 1.0, count):
        at = np.clip(np.rint(start + fraction * leg).astype(int), 0, top)
        i, j, k = at.T
        deep = fraction * distance > _SKIN_VOXELS * spacing
        blocked |= solid[i, j, k] | (gas[i, j, k] & deep)
    return ~blocked


def _raster(
    flat: NDArray[np.float64], free: NDArray[np.bool_], half: float, spacing: float, cells: int
) -> NDArray[np.bool_]:
    """Free skin on a flat lattice; a blocked point blocks its cell, small gaps are closed."""
    index = np.rint((flat + half) / spacing).astype(int)
    open_ = np.zeros((cells, cells), dtype=bool)
    shut = np.zeros((cells, cells), dtype=bool)
    open_[index[free, 0], index[free, 1]] = True
    shut[index[~free, 0], index[~free, 1]] = True
    closed: NDArray[np.bool_] = scipy.ndimage.binary_closing(open_, np.ones((3, 3), dtype=bool))
    return (closed | open_) & ~shut


def _looked_up(
    raster: NDArray[np.bool_], points: NDArray[np.float64], half: float, spacing: float
) -> NDArray[np.bool_]:
    index = np.rint((points + half) / spacing).astype(int)
    inside = ((index >= 0) & (index < raster.shape[0])).all(axis=-1)
    index = np.where(inside[..., None], index, 0)
    found: NDArray[np.bool_] = raster[index[..., 0], index[..., 1]] & inside
    return found


def _runs(rows: NDArray[np.bool_], band: int) -> NDArray[np.intp]:
    """Length of the run of true that ends at each column, shared by ``band`` neighbouring rows."""
    shared = np.asarray(np.lib.stride_tricks.sliding_window_view(rows, band, axis=0).all(axis=-1))
    runs = np.zeros(shared.shape, dtype=np.intp)
    runs[:, 0] = shared[:, 0]
    for column in range(1, shared.shape[1]):
        runs[:, column] = (runs[:, column - 1] + 1) * shared[:, column]
    return runs
