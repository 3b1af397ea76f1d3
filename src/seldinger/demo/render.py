"""Render: solids become exact labels by voxel centre, and a CT with partial volume and noise."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from seldinger.core.space import Grid, as_vector
from seldinger.core.volume import LabelEntry, LabelMap, Mask, Volume
from seldinger.demo.body import AIR_HU, SCAN_HIGH_LPS_MM, SCAN_LOW_LPS_MM
from seldinger.demo.solids import Carved, Common, Union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.core.space import Vector
    from seldinger.demo.body import Coat
    from seldinger.demo.solids import Solid

Floats = NDArray[np.float32]
Axes = tuple[Floats, Floats, Floats]
Box = tuple[slice, slice, slice]

BLUR_VOXELS = 0.45
"""Standard deviation of the blur that stands for partial volume, in voxels."""

HU_RANGE = (-1024, 3071)

_LEAST_VOXELS = 2
_LEAST_SLOPE = 0.3
"""A level rises by about 1 per mm; less is the middle of a body."""


def lattice(voxel_mm: Vector) -> Grid:
    """The aligned grid of that voxel size over the scanned box (the last voxels may stick out)."""
    extent = np.subtract(SCAN_HIGH_LPS_MM, SCAN_LOW_LPS_MM)
    shape = [max(1, int(n)) for n in np.ceil(extent / voxel_mm - 1e-6)]
    return Grid.aligned(
        shape, voxel_mm, as_vector(np.add(SCAN_LOW_LPS_MM, np.multiply(voxel_mm, 0.5)))
    )


def find_inside(solid: Solid, grid: Grid) -> list[tuple[Box, Mask]]:
    """Voxels of an aligned grid with their centre in the solid, in boxes that may overlap."""
    x, y, z = (
        (origin + step * np.arange(n)).astype(np.float32)
        for origin, step, n in zip(grid.origin_lps_mm, grid.spacing_mm, grid.shape, strict=True)
    )
    return list(_parts_inside(solid, (x, y, z)))


def _parts_inside(solid: Solid, axes: Axes) -> Iterator[tuple[Box, Mask]]:
    """The parts of a solid that reach into the lattice, each in its box."""
    for part in solid.parts():
        low, high = part.bounds
        ends = [
            np.searchsorted(a, pair)
            for a, pair in zip(axes, zip(low, high, strict=True), strict=True)
        ]
        if all(first < last for first, last in ends):
            box = (slice(*ends[0]), slice(*ends[1]), slice(*ends[2]))
            yield box, _occupied(part, (axes[0][box[0]], axes[1][box[1]], axes[2][box[2]]))


def _occupied(solid: Solid, axes: Axes) -> Mask:
    """Which lattice points lie in a solid; members are looked at in their own boxes only."""
    shape = tuple(len(a) for a in axes)
    if isinstance(solid, Common):
        return reduce(np.logical_and, (_occupied(m, axes) for m in solid.members))
    if isinstance(solid, Carved):
        left = _occupied(solid.solid, axes).copy()
        for cutter in solid.cutters:
            for box, mask in _parts_inside(cutter, axes):
                left[box] &= ~mask
        return left
    if isinstance(solid, Union):
        joined = np.zeros(shape, np.bool_)
        for box, mask in _parts_inside(solid, axes):
            joined[box] |= mask
        return joined
    within = solid.level(axes[0][:, None, None], axes[1][:, None], axes[2]) <= 0.0
    found: Mask = np.broadcast_to(within, shape)
    return found


def paint(coats: Sequence[Coat], grid: Grid) -> tuple[Floats, LabelMap]:
    """HU without blur or noise, and the labels."""
    hu = np.full(grid.shape, AIR_HU, np.float32)
    named = [c for c in coats if c.layer is not None]
    entries = tuple(LabelEntry(c.name, n + 1, c.layer or 0) for n, c in enumerate(named))
    values = {e.name: e.value for e in entries}
    count = 1 + max(e.layer for e in entries)
    layers = tuple(np.zeros(grid.shape, np.uint8) for _ in range(count))
    for coat in coats:
        if coat.soft:
            _blend(hu, coat, grid)
            if coat.layer is None:
                continue
        for box, mask in find_inside(coat.solid, grid):
            if not coat.soft:
                np.copyto(hu[box], np.float32(coat.hu), where=mask)
            if coat.layer is not None:
                np.copyto(layers[coat.layer][box], np.uint8(values[coat.name]), where=mask)
    return hu, LabelMap(layers, entries, grid)


def _blend(hu: Floats, coat: Coat, grid: Grid) -> None:
    """Paint a coat into ``hu``, each voxel by the share of it that lies inside."""
    whole = _box_around(coat.solid, grid)
    if whole is None:
        return
    # Parts that overlap are one solid: the largest share counts, and once.
    share = np.zeros(hu[whole].shape, np.float32)
    for part in coat.solid.parts():
        box = _box_around(part, grid)
        if box is not None:
            place = tuple(
                slice(one.start - all_.start, one.stop - all_.start)
                for one, all_ in zip(box, whole, strict=True)
            )
            np.maximum(share[place], _find_share(part, box, grid), out=share[place])
    if coat.replaces_hu is None:
        hu[whole] += share * (np.float32(coat.hu) - hu[whole])
    else:
        hu[whole] += share * np.float32(coat.hu - coat.replaces_hu)


def _box_around(solid: Solid, grid: Grid) -> Box | None:
    """The voxels that a solid reaches, and two more to each side: a slope needs neighbours."""
    slices = []
    for origin, step, count, low, high in zip(
        grid.origin_lps_mm, grid.spacing_mm, grid.shape, *solid.bounds, strict=True
    ):
        first = max(0, int(np.floor((low - origin) / step)) - 2)
        last = min(count, int(np.ceil((high - origin) / step)) + 3)
        if last - first < _LEAST_VOXELS:
            return None
        slices.append(slice(first, last))
    return slices[0], slices[1], slices[2]


def _find_share(solid: Solid, box: Box, grid: Grid) -> Floats:
    """Share of each voxel that lies inside, by the distance that a level and its slope tell."""
    x, y, z = (
        (origin + step * np.arange(one.start, one.stop)).astype(np.float32)
        for origin, step, one in zip(grid.origin_lps_mm, grid.spacing_mm, box, strict=True)
    )
    shape = (len(x), len(y), len(z))
    level = np.broadcast_to(solid.level(x[:, None, None], y[:, None], z), shape)
    slopes = np.gradient(level, *grid.spacing_mm)
    steepness = np.sqrt(reduce(np.add, (slope**2 for slope in slopes)))
    edge_mm = float(np.cbrt(np.prod(grid.spacing_mm)))
    share = 0.5 - level / (np.maximum(steepness, _LEAST_SLOPE) * edge_mm)
    found: Floats = np.clip(share, 0.0, 1.0).astype(np.float32)
    return found


def scan(hu: Floats, grid: Grid, noise_hu: float, seed: int) -> Volume:
    """A CT of painted ``hu``, (i, j, k): blurred, with ``noise_hu`` of noise by ``seed``."""
    blurred = hu
    if noise_hu > 0.0:
        noise = np.random.default_rng(seed).standard_normal(grid.shape, dtype=np.float32)
        noise *= np.float32(noise_hu / _left_by_blur())
        blurred = noise
        blurred += hu
    blurred = gaussian_filter(blurred, BLUR_VOXELS, mode="nearest")
    np.clip(np.rint(blurred, out=blurred), *HU_RANGE, out=blurred)
    return Volume(blurred.astype(np.int16), grid, "HU")


def _left_by_blur() -> float:
    """Share of the standard deviation of white noise that the blur leaves."""
    impulse = np.zeros(33)
    impulse[16] = 1.0
    kernel = gaussian_filter(impulse, BLUR_VOXELS)
    return float((kernel**2).sum() ** 1.5)
