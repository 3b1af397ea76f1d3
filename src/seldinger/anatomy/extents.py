"""Extents: labelled voxels on their own grid, and exact distances to them on another lattice.

A label thinner than the planning lattice, or one whose voxels do not lie on it, loses voxels or
moves when it is resampled. What a needle must miss is therefore measured from the label's own
voxels, each a box as large as its spacing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.space import Grid
from seldinger.kernels import boxes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.core.volume import LabelMap, Mask

Box = tuple[slice, slice, slice]

PARALLEL_MM = 0.05
"""Axes whose ends lie no farther apart than this run along the lattice."""


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """Labelled voxels, each a box.

    Attributes:
        mask: (i, j, k), cropped to what is labelled.
        grid: where ``mask`` lies.
    """

    mask: Mask
    grid: Grid

    @property
    def half_mm(self) -> NDArray[np.float64]:
        """Half the edges of a voxel, along its own axes."""
        return np.asarray(self.grid.spacing_mm) / 2.0

    @property
    def axes(self) -> NDArray[np.float64]:
        """Unit vectors of the voxels' own axes, as columns."""
        unit: NDArray[np.float64] = self.grid.index_to_lps[:3, :3] / self.grid.spacing_mm
        return unit

    def compute_surface_lps(self) -> Points:
        """(n, 3) centres of the voxels that have a face on something else."""
        return self.grid.to_lps(np.argwhere(self.mask & ~_inner(self.mask)))


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Distances around an extent on a window of a lattice.

    Attributes:
        corner: index of the window's first voxel in the lattice.
        distance_mm: float32, to the nearest labelled voxel's box; negative inside; capped.
        cover: window's voxels that hold any part of a labelled voxel's middle, or lie in one.
        surface_lps_mm: (n, 3) centres of the extent's boundary voxels.
    """

    corner: tuple[int, int, int]
    distance_mm: NDArray[np.float32]
    cover: Mask
    surface_lps_mm: Points


class Extents:
    """The extents of a label map's segments; boxes around them are looked for once."""

    def __init__(self, labels: LabelMap) -> None:
        self._labels = labels

    @cached_property
    def _places(self) -> tuple[list[Box | None], ...]:
        return tuple(scipy.ndimage.find_objects(layer) for layer in self._labels.layers)

    def find(self, names: Sequence[str]) -> Extent | None:
        """The voxels of all segments called ``names``; None when they hold none."""
        wanted = set(names)
        extents = []
        for entry in self._labels.entries:
            if entry.name in wanted and 0 < entry.value <= len(self._places[entry.layer]):
                place = self._places[entry.layer][entry.value - 1]
                if place is not None:
                    extents.append((entry, place))
        if not extents:
            return None
        low = np.min([[s.start for s in place] for _, place in extents], axis=0)
        high = np.max([[s.stop for s in place] for _, place in extents], axis=0)
        mask = np.zeros(tuple(high - low), dtype=bool)
        for entry, place in extents:
            into = tuple(
                slice(s.start - c, s.stop - c) for s, c in zip(place, low.tolist(), strict=True)
            )
            mask[into] |= self._labels.layers[entry.layer][place] == entry.value
        return Extent(mask, crop_grid(self._labels.grid, low, mask.shape))


def crop_grid(grid: Grid, low: NDArray[np.intp], shape: tuple[int, ...]) -> Grid:
    """The part of ``grid`` that begins at index ``low``, (3,), and has ``shape``."""
    affine = grid.index_to_lps.copy()
    affine[:3, 3] = grid.to_lps(low)
    return Grid((shape[0], shape[1], shape[2]), affine)


def compute_distance_field(extent: Extent, lattice: Grid, cap_mm: float) -> Field | None:
    """Exact distances to ``extent`` at the voxel centres of an aligned ``lattice``, near it.

    The window reaches ``cap_mm`` beyond the extent. A labelled voxel between the lattice's nodes is
    not lost: where linear interpolation would read more than 0 in its middle, the nodes around it
    are lowered.

    Returns:
        None when no part of the window lies on the lattice.
    """
    window = _window(extent, lattice, cap_mm)
    if window is None:
        return None
    corner = (window[0].start, window[1].start, window[2].start)
    axes = _places(lattice, window)
    along = _along_lattice(extent)
    if along is None:
        distance = _oblique(extent, axes, lattice.spacing_mm[0], cap_mm)
    else:
        mask, first, width = along
        distance = _signed(mask, first, width, axes, cap_mm)
    cover = distance <= 0.0
    _mark(cover, extent, lattice, corner)
    surface = extent.compute_surface_lps()
    _keep_thin(distance, surface, lattice, corner)
    return Field(corner, distance, cover, surface)


def restore_lost(mask: Mask, extent: Extent, lattice: Grid) -> None:
    """Add to ``mask``, on ``lattice``, the voxels of ``extent`` of which nothing near is in it.

    What nearest neighbour carries keeps its volume; only what is too thin for it is added.
    """
    window = _window(extent, lattice, max(lattice.spacing_mm))
    if window is None:
        return
    corner = (window[0].start, window[1].start, window[2].start)
    there = np.zeros(tuple(s.stop - s.start for s in window), dtype=bool)
    _mark(there, extent, lattice, corner)
    near = mask[window].copy()
    for axis in range(3):
        ahead: list[slice] = [slice(None)] * 3
        behind: list[slice] = [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        before = near.copy()
        near[tuple(ahead)] |= before[tuple(behind)]
        near[tuple(behind)] |= before[tuple(ahead)]
    mask[window] |= there & ~near


def _places(lattice: Grid, window: Box) -> list[NDArray[np.float64]]:
    """LPS coordinates of the window's planes along each axis."""
    return [
        origin + step * np.arange(side.start, side.stop, dtype=np.float64)
        for origin, step, side in zip(
            lattice.origin_lps_mm, lattice.spacing_mm, window, strict=True
        )
    ]


def _window(extent: Extent, lattice: Grid, cap_mm: float) -> Box | None:
    ends = np.asarray(extent.mask.shape) - 0.5
    corners = np.array([[a, b, c] for a in (-0.5, ends[0]) for b in (-0.5, ends[1])
                        for c in (-0.5, ends[2])])  # fmt: skip
    index = lattice.to_index(extent.grid.to_lps(corners))
    reach = cap_mm / np.asarray(lattice.spacing_mm)
    low = np.maximum(np.floor(index.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(index.max(axis=0) + reach) + 1, lattice.shape).astype(int)
    # Two nodes along each axis are the least between which anything is interpolated.
    low = np.maximum(np.minimum(low, high - 2), 0)
    if (high <= low).any():
        return None
    return (
        slice(int(low[0]), int(high[0])),
        slice(int(low[1]), int(high[1])),
        slice(int(low[2]), int(high[2])),
    )


def _along_lattice(
    extent: Extent,
) -> tuple[Mask, NDArray[np.float64], NDArray[np.float64]] | None:
    """The mask turned to run along +L, +P, +S, its first centre and widths; None when oblique."""
    columns = extent.grid.index_to_lps[:3, :3]
    order = np.argmax(np.abs(columns), axis=0)
    if sorted(order.tolist()) != [0, 1, 2]:
        return None
    off = columns.copy()
    off[order, range(3)] = 0.0
    if (np.abs(off) * np.asarray(extent.mask.shape)).max() > PARALLEL_MM:
        return None
    back = np.argsort(order)
    mask = extent.mask.transpose(*back.tolist())
    steps = columns[order, range(3)][back]
    first = extent.grid.to_lps(np.zeros(3))
    turned = [slice(None, None, -1) if s < 0 else slice(None) for s in steps]
    last = np.where(steps < 0, (np.asarray(mask.shape) - 1) * steps, 0.0)
    return mask[tuple(turned)], first + last, np.abs(steps)


def _signed(
    mask: Mask,
    first: NDArray[np.float64],
    width: NDArray[np.float64],
    places: Sequence[NDArray[np.float64]],
    cap_mm: float,
) -> NDArray[np.float32]:
    """Distance to the boxes of ``mask`` at all ``places``; inside, minus that to their outside."""
    distance = np.sqrt(_squared(mask, first, width, places, cap_mm))
    np.minimum(distance, np.float32(cap_mm), out=distance)
    low = first - width / 2.0
    high = low + width * mask.shape
    inner = tuple(
        slice(int(np.searchsorted(p, low[a])), int(np.searchsorted(p, high[a], side="right")))
        for a, p in enumerate(places)
    )
    if all(s.stop > s.start for s in inner):
        near = [p[s] for p, s in zip(places, inner, strict=True)]
        around = np.pad(~mask, 1, constant_values=True)
        distance[inner] -= np.sqrt(_squared(around, first - width, width, near))
    return distance


def _squared(
    mask: Mask,
    first: NDArray[np.float64],
    width: NDArray[np.float64],
    places: Sequence[NDArray[np.float64]],
    cap_mm: float = np.inf,
) -> NDArray[np.float32]:
    """Squared distance to the boxes of ``mask``; infinite, or above its square, beyond the cap."""
    values = np.where(mask, np.float32(0.0), np.float32(np.inf))
    # From the first axis to the last, so that the largest array is written as it is read.
    for axis in range(3):
        lines = np.ascontiguousarray(np.moveaxis(values, axis, -1))
        out = np.empty((*lines.shape[:-1], len(places[axis])), dtype=np.float32)
        boxes.sweep(
            lines.reshape(-1, lines.shape[-1]), float(first[axis]), float(width[axis]),
            places[axis], cap_mm, out.reshape(-1, out.shape[-1]),
        )  # fmt: skip
        values = np.moveaxis(out, -1, axis)
    return np.ascontiguousarray(values)


def _oblique(
    extent: Extent, axes: Sequence[NDArray[np.float64]], step_mm: float, cap_mm: float
) -> NDArray[np.float32]:
    """The same by way of a grid along the voxels' own axes."""
    turn, first = extent.axes, extent.grid.to_lps(np.zeros(3))
    ends = np.array([[x, y, z] for x in axes[0][[0, -1]] for y in axes[1][[0, -1]]
                     for z in axes[2][[0, -1]]])  # fmt: skip
    own = (ends - first) @ np.linalg.inv(turn).T
    low, high = own.min(axis=0), own.max(axis=0)
    places = [np.arange(low[a], high[a] + step_mm, step_mm) for a in range(3)]
    width = np.asarray(extent.grid.spacing_mm)
    distances = _signed(extent.mask, np.zeros(3), width, places, cap_mm)
    shape = tuple(len(a) for a in axes)
    inverse = np.linalg.inv(turn) / step_mm
    # Affine from window index to index of the turned grid: no point list is ever made.
    steps = np.array([a[1] - a[0] if len(a) > 1 else step_mm for a in axes])
    start = np.array([a[0] for a in axes])
    offset = inverse @ (start - first) - low / step_mm
    moved: NDArray[np.float32] = scipy.ndimage.affine_transform(
        distances, inverse * steps, offset=offset, output_shape=shape, order=1, mode="nearest",
        output=np.float32,
    )  # fmt: skip
    return moved


def _inner(mask: Mask) -> Mask:
    """Voxels whose six neighbours belong to ``mask`` too."""
    inner = mask.copy()
    for axis in range(3):
        ahead: list[slice] = [slice(None)] * 3
        behind: list[slice] = [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        inner[tuple(behind)] &= mask[tuple(ahead)]
        inner[tuple(ahead)] &= mask[tuple(behind)]
        for end in (0, -1):
            ends: list[slice | int] = [slice(None)] * 3
            ends[axis] = end
            inner[tuple(ends)] = False
    return inner


def _mark(cover: Mask, extent: Extent, lattice: Grid, corner: tuple[int, int, int]) -> None:
    """Every labelled voxel's middle marks the lattice's voxel that it lies in."""
    along = _along_lattice(extent)
    if along is not None:
        _mark_along(cover, *along, lattice, corner)
        return
    for slab in range(extent.mask.shape[0]):
        at = np.argwhere(extent.mask[slab])
        if len(at):
            own = np.column_stack([np.full(len(at), slab), at])
            index = np.rint(lattice.to_index(extent.grid.to_lps(own))).astype(np.intp) - corner
            inside = ((index >= 0) & (index < cover.shape)).all(axis=1)
            cover[tuple(index[inside].T)] = True


def _mark_along(
    cover: Mask,
    mask: Mask,
    first: NDArray[np.float64],
    width: NDArray[np.float64],
    lattice: Grid,
    corner: tuple[int, int, int],
) -> None:
    """The same where the axes are parallel: an axis at a time."""
    places = []
    for axis, at in enumerate(np.nonzero(mask)):
        middle = first[axis] + width[axis] * np.arange(mask.shape[axis])
        index = np.rint((middle - lattice.origin_lps_mm[axis]) / lattice.spacing_mm[axis])
        places.append((index.astype(np.intp) - corner[axis])[at])
    inside = np.ones(len(places[0]), dtype=bool)
    for index, size in zip(places, cover.shape, strict=True):
        inside &= (index >= 0) & (index < size)
    cover[tuple(index[inside] for index in places)] = True


def _keep_thin(
    distance: NDArray[np.float32], surface: Points, lattice: Grid, corner: tuple[int, int, int]
) -> None:
    """Lower the nodes around every labelled voxel in whose middle more than 0 would be read."""
    if min(distance.shape) < 2:  # noqa: PLR2004  nothing is interpolated
        return
    index = lattice.to_index(surface) - corner
    index = index[((index >= 0) & (index <= np.asarray(distance.shape) - 1)).all(axis=1)]
    read = scipy.ndimage.map_coordinates(distance, index.T, order=1, mode="nearest")
    lost = read > 0.0
    index, read = index[lost], read[lost]
    if not len(index):
        return
    low = np.minimum(np.floor(index).astype(np.intp), np.asarray(distance.shape) - 2)
    before = distance.copy()
    for step in np.ndindex(2, 2, 2):
        node = tuple((low + np.asarray(step)).T)
        np.minimum.at(distance, node, before[node] - read)
