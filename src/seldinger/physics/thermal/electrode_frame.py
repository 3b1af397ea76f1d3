"""Electrode frame: radiofrequency is computed on cells of its own, in line with the electrode.

Tissue around an electrode dries in a shell, and dry tissue conducts no more: current then crowds
into what is left, so that the model's equations let the shell become as thin as a cell. How long a
pulse lasts would follow from the cells of whoever asks and from where the tip happens to lie in
them. Here the width of what dries at once is a number of the model, as the crack-band model of
softening solids fixes it: cells of ``Radiofrequency.drying_mm``, the first electrode's axis through
their centres, its tip on a face. The block is brought to them, and what came out is brought back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.core.space import Grid, as_vector, unit
from seldinger.core.volume import Volume
from seldinger.physics.thermal import account, bodies
from seldinger.physics.thermal.damage import ColdIsotherm
from seldinger.physics.thermal.radiofrequency import FACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.bodies import FixedBody, Rod
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.model import Model, Settings
    from seldinger.physics.thermal.radiofrequency import Electrode, Radiofrequency
    from seldinger.physics.thermal.result import Result
    from seldinger.physics.thermal.sources import Source

Turn = NDArray[np.float64]
"""(3, 3) orthonormal; its rows are the axes of the frame, LPS."""

_TIE = 1e-6
"""Part of a cell by which a point on a face is moved off it."""
_APART = 1e-3
"""Sine of the angle from which a second electrode says how the frame turns about the first."""
_SEEN = 0.05
"""Share of tissue among the neighbours of a cell from which they say what it became."""
_FLOOR = 1e-12
"""Share of a lethal damage that counts as none."""


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A block in the frame of its first electrode.

    Attributes:
        model: on cells of its own; its "LPS" is the frame of ``turn``.
        settings: with points in the frame.
        turn: from LPS to the frame.
    """

    model: Model
    settings: Settings
    turn: Turn


def align(model: Model, settings: Settings) -> Aligned:
    """Bring a block to the electrode's own cells.

    Raises:
        ValueError: the block has no electrodes.
    """
    setup = model.radiofrequency
    if setup is None:
        raise ValueError("only a block with electrodes has an electrode's frame")
    turn = _turn(setup.electrodes)
    moved = tuple(_moved_electrode(e, turn) for e in setup.electrodes)
    grid = _grid(model.grid, moved[0], setup.drying_mm, turn)
    carry = _Carry.between(model.grid, grid, turn)
    inside, face = carry.inside()
    extended = carry.nearest(model.material)
    taken: Mask = np.zeros(grid.shape, dtype=np.bool_)
    for one in moved:
        taken |= one.cells(grid) | one.shaft_cells(grid)
    start, share = model.initial_c, model.perfusion_share
    own = replace(
        model,
        grid=grid,
        material=np.where(inside, extended, 0).astype(np.uint8),
        sources=tuple(_source(s, model, carry, inside) for s in model.sources),
        bodies=tuple(_body(b, carry, turn, taken, inside) for b in model.bodies),
        initial_c=carry.even(start) if isinstance(start, np.ndarray) else start,
        perfusion_share=None if share is None else carry.even(share),
        radiofrequency=replace(
            setup, electrodes=moved, pads=(), earth=_earth(setup, carry, extended, face, inside)
        ),
    )
    points = tuple(as_vector(turn @ np.asarray(p)) for p in settings.points_lps_mm)
    return Aligned(own, replace(settings, points_lps_mm=points), turn)


def _turn(electrodes: Sequence[Electrode]) -> Turn:
    """The frame: along the first electrode, and where there is another, towards it.

    A single electrode turns the block no further than it must: one that lies along an axis of the
    block leaves it as it is.
    """
    first = electrodes[0].rod
    axis = unit(np.asarray(first.axis_lps))
    for other in electrodes[1:]:
        way = np.asarray(other.rod.tip_lps_mm) - np.asarray(first.tip_lps_mm)
        across = way - (way @ axis) * axis
        if np.linalg.norm(across) > _APART * max(float(np.linalg.norm(way)), 1.0):
            towards = unit(across)
            return np.stack([towards, np.cross(axis, towards), axis])
    main = int(np.argmax(np.abs(axis)))
    rows = np.eye(3)
    rows[main] = axis * np.sign(axis[main])
    for number in ((main + 1) % 3, (main + 2) % 3):
        done = [rows[main]] + ([rows[(main + 1) % 3]] if number == (main + 2) % 3 else [])
        rows[number] = unit(rows[number] - sum((rows[number] @ d) * d for d in done))
    return rows


def _moved(rod: Rod, turn: Turn) -> Rod:
    return replace(
        rod,
        tip_lps_mm=as_vector(turn @ np.asarray(rod.tip_lps_mm)),
        axis_lps=as_vector(turn @ np.asarray(rod.axis_lps)),
    )


def _moved_electrode(electrode: Electrode, turn: Turn) -> Electrode:
    return replace(electrode, rod=_moved(electrode.rod, turn))


def _grid(block: Grid, first: Electrode, drying_mm: float, turn: Turn) -> Grid:
    """Cells around the whole block: the electrode through their centres, its tip on a face."""
    ends = [(-0.5, n - 0.5) for n in block.shape]
    corners = block.to_lps(np.array(list(product(*ends)))) @ turn.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    anchor = np.asarray(first.rod.tip_lps_mm, dtype=np.float64)
    along = int(np.argmax(np.abs(np.asarray(first.rod.axis_lps))))
    anchor[along] += 0.5 * drying_mm
    before = np.ceil((anchor - low) / drying_mm).astype(int) + 1
    after = np.ceil((high - anchor) / drying_mm).astype(int) + 1
    shape = before + after + 1
    return Grid.aligned(shape.tolist(), drying_mm, as_vector(anchor - before * drying_mm))


@dataclass(frozen=True, slots=True, eq=False)
class _Carry:
    """From a lattice to the cells of another: index there = ``matrix`` index here + ``offset``."""

    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]
    source: tuple[int, int, int]
    shape: tuple[int, int, int]
    grid: Grid

    @classmethod
    def between(cls, source: Grid, target: Grid, turn: Turn) -> _Carry:
        """From a lattice in LPS to one in the frame of ``turn``."""
        into = np.linalg.inv(source.index_to_lps[:3, :3])
        matrix = into @ turn.T @ target.index_to_lps[:3, :3]
        offset = into @ (turn.T @ target.index_to_lps[:3, 3] - source.index_to_lps[:3, 3])
        return cls(matrix, offset, source.shape, target.shape, target)

    def nearest(self, field: NDArray[Any]) -> NDArray[Any]:
        """The cell that holds each point; beyond the edge, the nearest one."""
        return self._spline(field, 0, _TIE)

    def even(self, field: NDArray[Any]) -> NDArray[Any]:
        """Trilinear between centres; beyond the edge, the nearest one."""
        return self._spline(field, 1)

    def smooth(self, field: NDArray[Any]) -> NDArray[Any]:
        """Cubic, never below zero: what is peaked keeps its peak."""
        carried: NDArray[Any] = np.maximum(self._spline(field, 3), 0.0)
        return carried

    def _spline(self, field: NDArray[Any], order: int, off: float = 0.0) -> NDArray[Any]:
        from scipy import ndimage  # opened when something is heated: lists wait for no scipy

        carried: NDArray[Any] = ndimage.affine_transform(
            field, self.matrix, self.offset + off, self.shape, order=order, mode="nearest"
        )
        return carried

    def inside(self) -> tuple[Mask, NDArray[np.int8]]:
        """Which points lie in the source lattice, and beyond which of its faces the others."""
        most = np.full(self.shape, -np.inf, dtype=np.float32)
        face = np.zeros(self.shape, dtype=np.int8)
        i, j, k = np.ogrid[tuple(slice(0, n) for n in self.shape)]
        for axis, count in enumerate(self.source):
            m = self.matrix[axis]
            index = (m[0] * i + m[1] * j + m[2] * k + self.offset[axis] + _TIE).astype(np.float32)
            for last, over in ((0, -0.5 - index), (1, index - (count - 0.5))):
                further = over > most
                most[further], face[further] = over[further], 2 * axis + last
        return most <= 0.0, face


def _earth(
    setup: Radiofrequency,
    carry: _Carry,
    extended: NDArray[np.uint8],
    face: NDArray[np.int8],
    inside: Mask,
) -> NDArray[np.uint8] | None:
    """What lies beyond the pads, and what of the block is earth; none without either."""
    if not setup.earthed:
        return None
    beyond = np.isin(face, [FACES.index(p) for p in setup.pads]) & ~inside
    earth = np.where(beyond, extended, 0).astype(np.uint8)
    if setup.earth is None:
        return earth
    mine: NDArray[np.uint8] = np.where(inside, carry.nearest(setup.earth), earth)
    return mine


def _source(source: Source, model: Model, carry: _Carry, inside: Mask) -> Source:
    """Its heat over the block stays what it was."""
    field = np.where(inside, carry.smooth(source.density_per_m3), 0.0)
    before = float(source.density_per_m3.sum(dtype=np.float64)) * model.grid.voxel_ml
    after = float(field.sum(dtype=np.float64)) * carry.grid.voxel_ml
    scale = before / after if after > 0.0 else 1.0
    return replace(source, density_per_m3=field * scale)


def _body(body: FixedBody, carry: _Carry, turn: Turn, taken: Mask, inside: Mask) -> FixedBody:
    """A body in the frame: a rod drawn anew, anything else by its cells."""
    rod = None if body.rod is None else _moved(body.rod, turn)
    if rod is not None:
        cells = bodies.rod_cells(carry.grid, rod) & inside & ~taken
    else:
        cells = carry.nearest(body.cells.astype(np.uint8)).astype(np.bool_) & inside & ~taken
        cells |= _lost(body, carry, cells) & ~taken
    return replace(body, cells=cells, rod=rod)


def _lost(body: FixedBody, carry: _Carry, cells: Mask) -> Mask:
    """Cells for what of a body is thinner than a cell and was met by no centre, (i, j, k)."""
    from scipy import ndimage

    mine = np.argwhere(body.cells) - carry.offset
    index = np.rint(mine @ np.linalg.inv(carry.matrix).T).astype(int)
    index = np.clip(index, 0, np.asarray(carry.shape) - 1)
    beside = ndimage.binary_dilation(cells, np.ones((3, 3, 3), dtype=np.bool_))
    gone = index[~beside[tuple(index.T)]]
    found: Mask = np.zeros(carry.shape, dtype=np.bool_)
    found[tuple(gone.T)] = True
    return found


def map_back(result: Result, model: Model, own: Aligned) -> Result:
    """What came out, on the cells of the block that was asked for.

    Tissue becomes what the tissue around it became in the frame; held bodies and electrodes keep
    their own; cells that take no part stay as they were.
    """
    grid, frame = model.grid, own.model
    carry = _Carry.between(frame.grid, grid, own.turn.T)
    home = _Home.of(model, own, carry)
    curve = result.bodies_c
    temperature = home.volume(result.temperature_c, curve[-1])
    peak = home.volume(result.peak_c, curve.max(axis=0))
    coldest = home.volume(result.coldest_c, curve.min(axis=0))
    warnings = (*result.warnings, *account.warn_of_edge(temperature.values - model.reference_c))
    return replace(
        result,
        temperature_c=temperature,
        peak_c=peak,
        coldest_c=coldest,
        damage={law.name: home.damage(result.damage[law.name], law) for law in result.laws},
        warnings=warnings,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Home:
    """How fields come back to the block."""

    grid: Grid
    carry: _Carry
    tissue: NDArray[np.float32]
    weight: NDArray[np.float32]
    own: Mask
    held: tuple[tuple[Mask, Mask], ...]

    @classmethod
    def of(cls, model: Model, own: Aligned, carry: _Carry) -> _Home:
        frame = own.model
        pairs = tuple((a.cells, b.cells) for a, b in zip(model.held, frame.held, strict=True))
        tissue = (frame.material > 0).astype(np.float32)
        mine = model.material > 0
        for here, there in pairs:
            tissue[there] = 0.0
            mine &= ~here
        return cls(model.grid, carry, tissue, carry.even(tissue), mine, pairs)

    def even(self, field: NDArray[Any], rest: float) -> NDArray[np.float32]:
        """Trilinear among tissue only; ``rest`` where there is none around."""
        values = np.full(self.grid.shape, rest, dtype=np.float32)
        seen = self.own & (self.weight > _SEEN)
        near = self.carry.even(np.where(self.tissue > 0.0, field, 0.0).astype(np.float32))
        values[seen] = near[seen] / self.weight[seen]
        alone = self.own & ~seen
        values[alone] = self.carry.nearest(field)[alone]
        return values

    def volume(self, field: Volume, held: NDArray[np.float64]) -> Volume:
        """A temperature; bodies have their own."""
        rest = float(field.values[0, 0, 0])
        values = self.even(field.values, rest)
        for (here, _), own in zip(self.held, held, strict=True):
            values[here] = own
        return Volume(values, self.grid, field.unit)

    def damage(self, field: Volume, law: Law) -> Volume:
        """Damage runs over many decades: between cells its logarithm is even."""
        values = field.values
        if isinstance(law, ColdIsotherm):
            carried = self.carry.nearest(values)
            carried[~self.own] = 0
        else:
            least = _FLOOR * law.lethal
            logs = self.even(np.log(np.maximum(values, least)), float(np.log(least)))
            carried = np.where(logs > np.log(least) + 1e-3, np.exp(logs), 0.0).astype(values.dtype)
        for here, there in self.held:
            carried[here] = values[tuple(np.argwhere(there)[0])]
        return Volume(carried, self.grid, field.unit)
