"""The potential of electrodes on a block, at one volt, and the heat that goes with it.

Current crowds at electrodes: there the field is solved on the block's own cells, further out on
boxes of cells that grow with the distance. Where tissue meets an electrode, conductance is that of
the true cylinder (as for heat, see ``bodies.find_wall``), so that impedance does not depend
on the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels import laplace, laplace_plain, laplace_solve
from seldinger.physics.thermal import bodies
from seldinger.physics.thermal.radiofrequency import FACES

if TYPE_CHECKING:
    from types import ModuleType

    from seldinger.physics.thermal.model import Model
    from seldinger.physics.thermal.radiofrequency import Radiofrequency

Floats = NDArray[Any]
Indices = NDArray[np.int64]

_GROWTH = 1.4
"""Each cell outside is wider than the last by at most this."""
OTHERS: tuple[tuple[int, int], ...] = ((1, 2), (0, 2), (0, 1))
"""The two axes across each."""
_WIDEST_MM = 4.0
"""Where earth has a shape of its own, no cell blurs it by more than half of this."""
_TOLERANCE = {np.dtype(np.float32): 3e-4, np.dtype(np.float64): 1e-9}
_MOST_STEPS = 5000.0
_NOTHING = 1e-6
"""Share of the electrodes' own conductance below which nothing leads from one to another."""
_LEAST_S = 1e-12
_EARTH_S_PER_M, _EARTH_S = 1e9, 1e9
"""So well do cells of earth conduct, and lead away: they have no drop and no heat of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """A product of three axes over the block's cells.

    Attributes:
        begins: for each axis (n + 1) the first of the block's cells in each lattice cell, and the
            block's end.
        places: for each axis, the lattice cell of each of the block's cells.
        fine: the block's cells that are lattice cells themselves.
        spacing_m: edge of the block's cells.
    """

    begins: tuple[Indices, Indices, Indices]
    places: tuple[Indices, Indices, Indices]
    fine: tuple[slice, slice, slice]
    spacing_m: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Lattice cells along each axis."""
        a, b, c = (len(each) - 1 for each in self.begins)
        return a, b, c

    def widths_m(self, axis: int) -> NDArray[np.float64]:
        """Of the lattice cells along an axis, (n,)."""
        return np.diff(self.begins[axis]) * self.spacing_m

    def covering(self, box: Indices) -> Indices:
        """The lattice cells that hold a box of the block's cells."""
        sides = []
        for axis in range(3):
            place = self.places[axis]
            sides += [place[box[2 * axis]], place[box[2 * axis + 1] - 1] + 1]
        return np.array(sides, dtype=np.int64)

    def summed(self, field: NDArray[Any]) -> NDArray[np.float64]:
        """Sum of a field, (i, j, k), over the block's cells of each lattice cell."""
        total = field.astype(np.float64)
        for axis, begin in enumerate(self.begins):
            total = np.add.reduceat(total, begin[:-1], axis=axis)
        return total


def build_lattice(model: Model, setup: Radiofrequency) -> Lattice:
    """Fine around the electrodes, growing outside."""
    grid = model.grid
    margin = setup.fine_mm / grid.spacing_mm[0]
    widest = math.inf if setup.earth is None else _WIDEST_MM / grid.spacing_mm[0]
    ends = grid.to_index(
        np.array([p for e in setup.electrodes for p in (e.rod.tip_lps_mm, e.hub_lps_mm)])
    )
    begins, places, fine = [], [], []
    for axis, count in enumerate(grid.shape):
        low = math.floor(max(ends[:, axis].min() - margin, 0.0))
        high = math.ceil(min(ends[:, axis].max() + margin + 1.0, count))
        # A cell ends where the block does, so that earth beyond begins there.
        planes = np.flatnonzero((model.material > 0).any(axis=OTHERS[axis]))
        least, most = min(int(planes[0]), low), max(int(planes[-1]) + 1, high)
        below = [*_growing(low, least, widest), *([0] if least > 0 else [])]
        above = [*_growing(high, most, widest), *([count] if most < count else [])]
        begin = np.array([*below[::-1], *range(low + 1, high), *above], dtype=np.int64)
        begins.append(begin)
        fine.append(slice(low, high))
        places.append(np.repeat(np.arange(len(begin) - 1), np.diff(begin)))
    return Lattice(
        (begins[0], begins[1], begins[2]), (places[0], places[1], places[2]),
        (fine[0], fine[1], fine[2]), grid.spacing_mm[0] * 1e-3,
    )  # fmt: skip


def _growing(start: int, end: int, widest: float) -> list[int]:
    """Faces of cells from a start to an end, either way, each wider than the last."""
    faces, width = [start], 1.0
    while faces[-1] != end:
        width = min(width * _GROWTH, widest)
        step = min(int(width), abs(end - faces[-1]))
        faces.append(faces[-1] + (step if end > start else -step))
    return faces


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """Where an electrode meets tissue.

    Attributes:
        cells: (n,) lattice cells.
        reach_m: (n,) S per S/m between each and the electrode.
        lost: (n,) share of the heat on that way that a coolant takes before tissue has it.
        potential: of the electrode.
    """

    cells: NDArray[np.int64]
    reach_m: NDArray[np.float64]
    lost: NDArray[np.float64]
    potential: float


@dataclass(slots=True, eq=False)
class Potential:
    """Fields on the lattice; changed in place.

    Attributes:
        loops, solver: kernels, or their plain twins.
        kinds: (i, j, k) of the block's cells: 0 insulates, then tissues, then held bodies.
        table: of kinds, see ``kernels.laplace.conductivity``.
        earth: flat indices of the lattice cells that are earth.
        earthed: axes and ends of the faces that are.
        sigma: S/m now; ``solved`` when the field was last solved.
        volts: at the relative potentials of the electrodes.
        watts: of each cell at these potentials; ``kept`` without what a coolant takes at once.
        room: for the solver.
        conductance_s: of everything between them, for one volt.
    """

    net: Lattice
    loops: ModuleType
    solver: ModuleType
    dtype: type[np.floating[Any]]
    kinds: NDArray[np.uint8]
    table: Floats
    contacts: tuple[Contact, ...]
    earth: NDArray[np.intp]
    earthed: tuple[tuple[int, int], ...]
    span: float
    widths: tuple[Floats, Floats, Floats]
    sigma: Floats
    solved: Floats
    volts: Floats
    watts: Floats
    kept: Floats
    faces: tuple[Floats, Floats, Floats, Floats]
    room: tuple[Floats, Floats, NDArray[np.float64]]
    conductance_s: float = 0.0
    solves: int = 0
    iterations: int = 0


def begin(model: Model, setup: Radiofrequency, theta: Floats, *, plain: bool) -> Potential:
    """The lattice and what lies in it; nothing is solved yet.

    Args:
        model: the block.
        setup: everything electrical.
        theta: (i, j, k) of the block, K above its reference.
        plain: the numpy twin in float64.
    """
    dtype = np.float64 if plain else np.float32
    net = build_lattice(model, setup)
    tissues = len(model.tissues)
    rows = [(0.0, 0.0, 1e30, 0.0, 0.0)]
    rows += [c.row(model.reference_c) for c in setup.conductors]
    rows += [(s, 0.0, 1e30, 0.0, s) for s in setup.bodies_s_per_m]
    table = np.array(rows, dtype=dtype)
    kinds = model.material.copy()
    if setup.earth is not None:
        # Beyond the block tissue goes on, until a lattice cell is mostly earth.
        kinds = np.where(setup.earth > 0, setup.earth, kinds)
    for number, body in enumerate(model.bodies, start=tissues + 1):
        kinds[body.cells] = number
    for electrode in setup.electrodes:
        kinds[electrode.shaft_cells(model.grid)] = 0
        kinds[electrode.cells(model.grid)] = 0
    conducts = np.greater(table[:, 0], 0.0)[kinds]
    a, b, c = net.shape
    half = (c + 1) // 2
    widths = [net.widths_m(axis).astype(dtype) for axis in range(3)]
    field = Potential(
        net=net,
        loops=laplace_plain if plain else laplace,
        solver=laplace_plain if plain else laplace_solve,
        dtype=dtype,
        kinds=kinds,
        table=table,
        contacts=_contacts(model, setup, net, conducts),
        earth=_earth(net, setup),
        earthed=tuple(divmod(FACES.index(p), 2) for p in setup.pads),
        span=setup.span,
        widths=(widths[0], widths[1], widths[2]),
        sigma=np.zeros(net.shape, dtype),
        solved=np.zeros(net.shape, dtype),
        volts=np.zeros(net.shape, dtype),
        watts=np.zeros(net.shape, dtype),
        kept=np.zeros(net.shape, dtype),
        faces=tuple(np.zeros(net.shape, dtype) for _ in range(4)),  # type: ignore[arg-type]
        room=(
            np.zeros((6, a + 1, b + 1, half), dtype),
            np.zeros((5, a, b, half), dtype),
            np.zeros((a, half)),
        ),
    )
    refresh(field, theta, np.array([0, a, 0, b, 0, c], dtype=np.int64))
    return field


def _earth(net: Lattice, setup: Radiofrequency) -> NDArray[np.intp]:
    if setup.earth is None:
        return np.zeros(0, dtype=np.intp)
    cells = np.ones(setup.earth.shape, dtype=np.uint8)
    return np.flatnonzero(net.summed(setup.earth > 0) > 0.5 * net.summed(cells))


def _contacts(
    model: Model, setup: Radiofrequency, net: Lattice, conducts: NDArray[np.bool_]
) -> tuple[Contact, ...]:
    contacts = []
    volume = net.spacing_m**3
    conductivity = np.array([1.0, *(t.conductivity_w_per_m_k for t in model.tissues)])
    for electrode in setup.electrodes:
        there = bodies.find_wall(model.grid, electrode.held(model.grid), conducts)
        # Its area is that of a cylinder of the bare part's whole length, rounded ends included.
        whole = electrode.rod.length_mm / electrode.core.length_mm
        place = np.unravel_index(there.cells, model.grid.shape)
        there_in_net = [net.places[axis][place[axis]] for axis in range(3)]
        cells = np.ravel_multi_index((there_in_net[0], there_in_net[1], there_in_net[2]), net.shape)
        reach = whole * there.area_per_m / there.depth_m * volume
        lost = np.zeros(there.cells.size)
        if electrode.core_c is not None:
            # Between wall and cell heat is even over the logarithm of the distance, as conduction
            # is: half of it flows either way, less what a film holds back.
            k = conductivity[model.material.reshape(-1)[there.cells]]
            lost = 0.5 * there.depth_m / (there.depth_m + there.resistance * k)
        contacts.append(Contact(np.asarray(cells), reach, lost, electrode.potential))
    return tuple(contacts)


def refresh(field: Potential, theta: Floats, cells: Indices) -> None:
    """Bring conductivity up to date, from ``theta``, (i, j, k), in a box of lattice cells."""
    field.loops.conductivity(cells, *field.net.begins, theta, field.kinds, field.table, field.sigma)
    field.sigma.reshape(-1)[field.earth] = _EARTH_S_PER_M


def solve(field: Potential) -> None:
    """Solve for the conductivity that there is now.

    Raises:
        ValueError: no current flows, the first time.
    """
    earth, fixed, drive = (np.zeros(field.net.shape, field.dtype) for _ in range(3))
    sigma = field.sigma
    for axis, last in field.earthed:
        here = tuple((-last if a == axis else slice(None)) for a in range(3))
        others = [field.widths[a] for a in range(3) if a != axis]
        area = others[0][:, None] * others[1][None, :]
        earth[here] += 2.0 * area * sigma[here] / field.widths[axis][-last]
    earth.reshape(-1)[field.earth] = _EARTH_S
    fixed[:] = earth
    flat = sigma.reshape(-1)
    for contact in field.contacts:
        # Electrodes may share a cell; within one electrode each cell occurs once.
        g = (contact.reach_m * flat[contact.cells]).astype(field.dtype)
        fixed.reshape(-1)[contact.cells] += g
        drive.reshape(-1)[contact.cells] += g * field.dtype(contact.potential)
    field.loops.assemble(*field.widths, sigma, fixed, *field.faces)
    limits = np.array([_TOLERANCE[np.dtype(field.dtype)], _MOST_STEPS])
    field.iterations += int(
        field.solver.solve(*field.faces, drive, limits, field.volts, *field.room)
    )
    field.loops.joule(*field.widths, sigma, earth, field.volts, field.watts)
    volts, watts, kept = (f.reshape(-1) for f in (field.volts, field.watts, field.kept))
    kept[:] = watts
    for contact in field.contacts:
        g = contact.reach_m * flat[contact.cells]
        way = g * (contact.potential - volts[contact.cells].astype(np.float64)) ** 2
        watts[contact.cells] += way.astype(field.dtype)
        kept[contact.cells] += ((1.0 - contact.lost) * way).astype(field.dtype)
    field.solved[:] = sigma
    conductance = float(field.watts.sum(dtype=np.float64)) / field.span**2
    field.conductance_s = max(conductance, _LEAST_S)
    field.solves += 1
    walls = sum(float((c.reach_m * flat[c.cells]).sum()) for c in field.contacts)
    if field.solves == 1 and not conductance > _NOTHING * walls:
        raise ValueError(
            "no current flows: nothing conducts between the electrodes and the pads; check the "
            "conductors and the pads"
        )


def currents_a(field: Potential) -> tuple[float, ...]:
    """Current out of each electrode at its relative potential, A."""
    sigma, volts = field.solved.reshape(-1), field.volts.reshape(-1)
    return tuple(
        float(
            (
                c.reach_m * sigma[c.cells].astype(np.float64)
                * (c.potential - volts[c.cells].astype(np.float64))
            ).sum()
        )
        for c in field.contacts
    )  # fmt: skip


def measure_change(field: Potential, cells: Indices) -> tuple[float, float]:
    """What has changed since the last solve, in a box of lattice cells.

    Returns:
        The share of all heat that conductivity would change if the field stood; and the largest
        share of its conductivity that a cell has lost.
    """
    i0, i1, j0, j1, k0, k1 = cells.tolist()
    here = (slice(i0, i1), slice(j0, j1), slice(k0, k1))
    old = field.solved[here]
    relative = (field.sigma[here] - old) / np.maximum(old, 1e-12)
    total = field.conductance_s * field.span**2
    share = float(np.einsum("ijk,ijk", field.watts[here], np.abs(relative))) / total
    return share, -float(relative.min())
