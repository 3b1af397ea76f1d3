"""Spine: labels of vertebrae, each cut out of the scan and turned into a smooth shape.

A label of 3 mm voxels is a stair. Its signed distance, read between the voxels, is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import edt
import numpy as np
import scipy

from seldinger.anatomy.vertebra.levels import ORDER, list_labelled
from seldinger.core.errors import AnatomyError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.core.volume import Mask
    from seldinger.image import Study

AROUND_MM = 15.0
_SHELL_MM = 6.0
"""Kept around a label for its distances; beyond it they are told to be this far."""
_SMOOTH_VOXELS = 0.5
_CORE_SHARE = 0.5
"""A body's core lies deeper than this share of its deepest place; arch and processes do not."""
_BODY_MM = 20.0
"""Within this of its middle a label is body."""
_COARSE_MM = 1.5
_POINTS = 6000
_AIR_HU = -1024.0
_NO_CT_HU = -1500.0


@dataclass(frozen=True, eq=False)
class Shape:
    """One label, cut out of its map.

    Attributes:
        mask: (i, j, k) bool, on ``grid``.
        grid: part of the labels' lattice, in whatever direction it lies.
        edges: (2, 3) bool, whether ``grid`` begins and ends with the scan along each axis.
        at_edge: the label reaches the end of the scan.
    """

    mask: Mask
    grid: Grid
    edges: NDArray[np.bool_]
    at_edge: bool

    @cached_property
    def depth_mm(self) -> NDArray[np.float32]:
        """Signed distance, positive inside; zero halfway between voxels in and out."""
        apart: dict[str, Any] = {"anisotropy": self.grid.spacing_mm, "black_border": False}
        inside = np.ascontiguousarray(self.mask)
        if inside.all():
            return np.full(inside.shape, _SHELL_MM, dtype=np.float32)
        depth = edt.edt(inside, **apart) - edt.edt(~inside, **apart)
        smooth: NDArray[np.float32] = scipy.ndimage.gaussian_filter(
            np.clip(depth, -_SHELL_MM * 2, None), _SMOOTH_VOXELS, mode="nearest"
        )
        return smooth

    @cached_property
    def centre_lps_mm(self) -> Points:
        """Middle of the body: of what lies deep in the label, (3,)."""
        shape = self.coarse
        inside = np.ascontiguousarray(shape.mask)
        deep = edt.edt(inside, anisotropy=shape.grid.spacing_mm, black_border=False)
        deep = np.where(inside, np.minimum(deep, 100.0), 0.0)
        core = deep > _CORE_SHARE * deep.max()
        parts, _ = scipy.ndimage.label(core)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        where = np.argwhere(parts == int(np.argmax(sizes)))
        centre: Points = shape.grid.to_lps(where.mean(axis=0))
        return centre

    @cached_property
    def coarse(self) -> Shape:
        """The same with every second or third voxel along axes that are finer than needed."""
        step = np.maximum(1, (_COARSE_MM / np.array(self.grid.spacing_mm)).astype(int))
        if (step == 1).all():
            return self
        affine = self.grid.index_to_lps.copy()
        affine[:3, :3] *= step
        mask = np.ascontiguousarray(self.mask[tuple(slice(None, None, int(n)) for n in step)])
        return Shape(mask, Grid(mask.shape, affine), self.edges, self.at_edge)

    @cached_property
    def points_lps_mm(self) -> Points:
        """Some thousand of its voxels, (n, 3)."""
        index = np.argwhere(self.mask)
        found: Points = self.grid.to_lps(index[:: max(1, len(index) // _POINTS)])
        return found

    @cached_property
    def body_cut(self) -> bool:
        """Whether the scan ends in the body, not only in the arch or a process."""
        if not self.at_edge:
            return False
        where = np.argwhere(self.mask)
        ends = ((where == 0) & (self.edges[0])) | (
            (where == np.array(self.mask.shape) - 1) & (self.edges[1])
        )
        points = self.grid.to_lps(where[ends.any(axis=1)])
        near = np.linalg.norm(points - self.centre_lps_mm, axis=1) < _BODY_MM
        return bool(near.any())

    @cached_property
    def arch_lps_mm(self) -> Points:
        """Middle of what lies far from the body's core: arch and processes, (3,)."""
        points = self.points_lps_mm
        away = np.linalg.norm(points - self.centre_lps_mm, axis=1)
        far = points[away > np.percentile(away, 75)]
        middle: Points = far.mean(axis=0)
        return middle

    @property
    def volume_ml(self) -> float:
        """Of the label."""
        return float(self.mask.sum()) * self.grid.voxel_ml

    def sample(self, grid: Grid) -> NDArray[np.float32]:
        """``depth_mm`` on another lattice; outside the scan no bone is told."""
        field_ = Volume(self.depth_mm, self.grid, "mm")
        found: NDArray[np.float32] = resample_volume(field_, grid, 1, -_SHELL_MM).values
        return found

    def sample_mask(self, grid: Grid) -> Mask:
        """``mask`` on another lattice, halfway between voxels in and out."""
        part = _find_part(self.grid, grid)
        if part is None:
            return np.zeros(grid.shape, dtype=bool)
        cut = self.grid.crop([one.start for one in part], [one.stop for one in part])
        share = Volume(self.mask[part].astype(np.float32), cut, "1")
        found: Mask = resample_volume(share, grid, 1, 0.0).values >= 0.5  # noqa: PLR2004
        return found


def _find_part(source: Grid, grid: Grid) -> tuple[slice, slice, slice] | None:
    """The part of ``source`` that ``grid`` reaches; None: none."""
    corners = np.array(list(product(*[(0, n - 1) for n in grid.shape])))
    index = source.to_index(grid.to_lps(corners))
    low = np.clip(np.floor(index.min(axis=0)).astype(int) - 1, 0, None)
    high = np.minimum(np.ceil(index.max(axis=0)).astype(int) + 2, source.shape)
    if (high <= low).any():
        return None
    a, b, c = (slice(int(x), int(y)) for x, y in zip(low, high, strict=True))
    return (a, b, c)


@dataclass(frozen=True, eq=False)
class Spine:
    """The labelled vertebrae of a study, cut out when they are asked for.

    Attributes:
        study: with labels.
        labels: raw names by level, in the order of the spine.
    """

    study: Study
    labels: dict[str, str]
    _shapes: dict[str, Shape | None] = field(default_factory=dict)

    def get_shape(self, name: str) -> Shape | None:
        """The label called ``name`` in its file; None where it has no voxels."""
        if name not in self._shapes:
            self._shapes[name] = self._cut(name)
        return self._shapes[name]

    def get_level(self, level: str) -> Shape:
        """The label of a level that is there.

        Raises:
            AnatomyError: its label has no voxels.
        """
        shape = self.get_shape(self.labels[level])
        if shape is None:
            raise AnatomyError(
                f"the label {self.labels[level]!r} has no voxels: ask for another level or label "
                "it first"
            )
        return shape

    @cached_property
    def present(self) -> tuple[str, ...]:
        """Levels whose labels have voxels, from the head down."""
        return tuple(lev for lev in ORDER if lev in self.labels and self._box(self.labels[lev]))

    @cached_property
    def _boxes(self) -> tuple[list[Any], ...]:
        layers = () if self.study.labels is None else self.study.labels.layers
        return tuple(scipy.ndimage.find_objects(layer) for layer in layers)

    def _box(self, name: str) -> tuple[slice, slice, slice] | None:
        assert self.study.labels is not None  # noqa: S101  a spine is made of labels
        entry = next(e for e in self.study.labels.entries if e.name == name)
        boxes = self._boxes[entry.layer]
        box: tuple[slice, slice, slice] | None = (
            boxes[entry.value - 1] if 0 < entry.value <= len(boxes) else None
        )
        return box

    def _cut(self, name: str) -> Shape | None:
        labels, box = self.study.labels, self._box(name)
        if labels is None or box is None:
            return None
        entry = next(e for e in labels.entries if e.name == name)
        spacing, shape = labels.grid.spacing_mm, labels.grid.shape
        around = [int(np.ceil(_SHELL_MM / mm)) + 1 for mm in spacing]
        low = [max(0, one.start - n) for one, n in zip(box, around, strict=True)]
        high = [min(s, one.stop + n) for s, one, n in zip(shape, box, around, strict=True)]
        at_edge = any(b.start == 0 or b.stop == s for b, s in zip(box, shape, strict=True))
        part = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        mask: Mask = labels.layers[entry.layer][part] == entry.value
        image = self.study.image
        if not at_edge and image.grid.matches(labels.grid):
            # A round field of view ends inside the lattice; what lies beyond it is no CT value.
            rim = scipy.ndimage.binary_dilation(mask, iterations=2)
            at_edge = bool((image.values[part][rim] < _NO_CT_HU).any())
        edges = np.array([np.equal(low, 0), np.equal(high, shape)])
        return Shape(mask, labels.grid.crop(low, high), edges, at_edge)

    def sample_hu(self, grid: Grid) -> NDArray[np.float32]:
        """CT values on ``grid``, linear between voxels; air outside the scan."""
        image = self.study.image
        part = _find_part(image.grid, grid)
        if part is None:
            return np.full(grid.shape, _AIR_HU, dtype=np.float32)
        lattice = image.grid.crop([one.start for one in part], [one.stop for one in part])
        cut = Volume(image.values[part].astype(np.float32), lattice, "HU")
        found: NDArray[np.float32] = resample_volume(cut, grid, 1, _AIR_HU).values
        return found


def read_spine(study: Study) -> Spine:
    """The labelled vertebrae of ``study``.

    Raises:
        AnatomyError: two labels mean the same level.
    """
    return Spine(study, list_labelled(study))


def make_grid(spine: Spine, shape: Shape, voxel_mm: float) -> Grid:
    """Aligned cubes that hold a label and 15 mm around it, as far as the scan goes."""
    points = shape.points_lps_mm
    low, high = points.min(axis=0) - AROUND_MM, points.max(axis=0) + AROUND_MM
    whole = spine.study.image.grid
    ends = whole.to_lps(np.array(list(product(*[(0, n - 1) for n in whole.shape]))))
    low, high = np.maximum(low, ends.min(axis=0)), np.minimum(high, ends.max(axis=0))
    size = np.maximum(2, np.floor((high - low) / voxel_mm).astype(int) + 1)
    return Grid.aligned(size.tolist(), voxel_mm, low.tolist())
