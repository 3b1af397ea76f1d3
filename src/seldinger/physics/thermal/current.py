"""Radiofrequency at work: reads, decides, heats; one call before and one after each heat step.

The field is solved again only when conductivity has changed enough to move heat about. Steps get
shorter while a cell is about to boil dry: its conductivity collapses, and heat given to it past
that point would be heat that it could not have drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.physics.thermal import potential
from seldinger.physics.thermal.controllers import OFF, Memory, Reading, TipTemperature, command
from seldinger.physics.thermal.radiofrequency import Trace

if TYPE_CHECKING:
    from seldinger.physics.thermal.controllers import Drive
    from seldinger.physics.thermal.potential import Potential
    from seldinger.physics.thermal.radiofrequency import Radiofrequency
    from seldinger.physics.thermal.step import State

Floats = NDArray[Any]
Slices = tuple[slice, slice, slice]

_LOST = 0.5
"""Share of its conductivity that a cell may lose before the field is solved again."""
_FAR_S = 10.0
"""How often conductivity far from electrodes is brought up to date."""
_DRYING = 0.5
"""Share of a cell's water that may leave in one step, when little is left."""
_OVER_K = 4.0
"""Kelvin by which one step may take dry tissue further."""
_TIP_K = 2.0
"""Kelvin that tips may gain in one step where their controller has a narrow band."""
_LEAST = 1.0 / 64.0
"""Shortest step, in longest ones."""
_INSTANT_S = 1e-9


@dataclass(slots=True, eq=False)
class Circuit:
    """What the electrodes of a run do; changed in place.

    Attributes:
        first: which of the state's contacts is the first electrode.
        takes: (i, j, k) 1 where the block takes Joule heat.
        shares: of each lattice cell, its conducting cells of the block.
        base: (i, j, k) W/m3 of everything but the electrodes.
        zone: the block's cells around the electrodes.
        near: the same as lattice cells.
        boils, dry, dry_capacity: of ``zone``: J/m3 where boiling starts and ends, J/(m3 K) after.
        far_s: when conductivity was last brought up to date everywhere.
        stopped_s: when the generator stopped for good.
        rows: the trace.
        density: of each lattice cell, W/m3 at the relative potentials; ``factor`` times that heats.
        dose: of each lattice cell, J/m3 so far.
        stale: whether ``source`` must be written anew.
    """

    setup: Radiofrequency
    fields: Potential
    first: int
    takes: NDArray[np.uint8]
    shares: NDArray[np.float64]
    base: Floats
    zone: Slices
    near: NDArray[np.int64]
    boils: Floats
    dry: Floats
    dry_capacity: Floats
    density: Floats
    dose: NDArray[np.float64]
    factor: float = 0.0
    stale: bool = True
    far_s: float = -math.inf
    memory: Memory = field(default_factory=Memory)
    power_w: float = 0.0
    stopped_s: float | None = None
    delivered_j: float = 0.0
    rows: list[tuple[float, float, float, float, float, float, float]] = field(default_factory=list)


def begin(state: State, setup: Radiofrequency, *, plain: bool) -> Circuit:
    """Solve the first field; nothing is driven yet.

    Args:
        state: of the block; its last contacts are the electrodes.
        setup: everything electrical.
        plain: the numpy twin in float64.
    """
    model = state.model
    first = len(model.bodies)
    fields = potential.begin(model, setup, state.theta, plain=plain)
    conducts = np.greater(fields.table[:, 0], 0.0)[fields.kinds]
    zone = fields.net.fine
    begins = fields.net.begins
    box = np.array([[s.start, s.stop] for s in zone], dtype=np.int64).ravel()
    curves = state.curves[state.material[zone]]
    circuit = Circuit(
        setup=setup,
        fields=fields,
        first=first,
        takes=(conducts & (state.material > 0)).astype(np.uint8),
        shares=np.maximum(fields.net.summed(conducts), 1.0),
        base=np.zeros_like(state.source),
        zone=zone,
        near=fields.net.covering(box),
        boils=np.ascontiguousarray(curves[..., 2]),
        dry=curves[..., 2] + curves[..., 3],
        dry_capacity=1.0 / np.where(curves[..., 8] > 0.0, curves[..., 8], np.inf),
        density=np.zeros(fields.net.shape, state.dtype),
        dose=np.zeros([len(b) - 1 for b in begins]),
    )
    _solve(circuit)
    return circuit


def _solve(circuit: Circuit) -> None:
    fields = circuit.fields
    potential.solve(fields)
    volume = fields.net.spacing_m**3
    circuit.density[:] = fields.kept / (circuit.shares * volume)
    circuit.stale = True


def advance(state: State, circuit: Circuit, time_s: float, longest_s: float) -> float:
    """Read, decide and heat; how long the next step may be, s.

    Args:
        state: its ``source`` is brought up to date.
        circuit: changed in place.
        time_s: now.
        longest_s: the longest step allowed; also what is left until the next sample.
    """
    setup, fields = circuit.setup, circuit.fields
    asked = circuit.memory.off_until_s <= time_s < setup.duration_s
    if time_s > 0.0 and asked and circuit.stopped_s is None:
        _follow(state, circuit, time_s)
    ohm = 1.0 / fields.conductance_s
    total = ohm + setup.series_ohm
    tip_c = _tip_c(state, circuit)
    drive, until_s = OFF, math.inf
    if total > setup.generator.most_ohm and circuit.stopped_s is None:
        circuit.stopped_s = time_s
    if time_s < setup.duration_s - _INSTANT_S and circuit.stopped_s is None:
        drive, circuit.memory, until_s = command(
            setup.controller, circuit.memory, Reading(time_s, total, tip_c)
        )
        until_s = min(until_s, setup.duration_s)
    volts = _volts(setup, drive, total)
    factor = (volts * ohm / total / fields.span) ** 2
    circuit.stale |= factor != circuit.factor
    circuit.factor = factor
    circuit.power_w = volts * volts / total
    circuit.rows.append(
        (time_s, circuit.power_w, volts, volts / total, total, tip_c, circuit.delivered_j)
    )
    if circuit.stale:
        heat(state, circuit)
    step = longest_s
    if factor > 0.0:
        step = min(step, _drying_s(state, circuit))
    if isinstance(setup.controller, TipTemperature):
        step = min(step, _tips_s(state, circuit, setup.controller, tip_c))
    step = max(step, _LEAST * longest_s)
    return min(step, until_s - time_s) if until_s - time_s > _INSTANT_S else step


def _follow(state: State, circuit: Circuit, time_s: float) -> None:
    """Solve again if conductivity has changed enough."""
    fields = circuit.fields
    potential.refresh(fields, state.theta, circuit.near)
    share, lost = potential.measure_change(fields, circuit.near)
    if share > circuit.setup.changed_share or lost > _LOST:
        if time_s - circuit.far_s > _FAR_S:
            potential.refresh(fields, state.theta, fields.net.covering(state.box))
            circuit.far_s = time_s
        _solve(circuit)


def _volts(setup: Radiofrequency, drive: Drive, total_ohm: float) -> float:
    """The voltage for a drive, within what the generator can."""
    wanted = {
        "W": math.sqrt(drive.value * total_ohm),
        "V": drive.value,
        "A": drive.value * total_ohm,
    }[drive.quantity]
    most = setup.generator
    return min(wanted, math.sqrt(most.most_w * total_ohm), most.most_a * total_ohm, most.most_v)


def _tip_c(state: State, circuit: Circuit) -> float:
    mine = state.contacts[circuit.first :]
    return sum(c.shown for c in mine) / len(mine) + state.model.reference_c


def heat(state: State, circuit: Circuit) -> None:
    """Write the block's sources: everything else, and the electrodes as they are driven now."""
    circuit.fields.loops.spread(
        state.box, *circuit.fields.net.places, circuit.density, circuit.takes,
        np.array([circuit.factor], dtype=state.dtype), circuit.base, state.source,
    )  # fmt: skip
    state.apart = ()
    circuit.stale = False


def _drying_s(state: State, circuit: Circuit) -> float:
    """How long until a cell that boils would have lost too much water, or got too hot, s."""
    enthalpy = state.enthalpy[circuit.zone]
    hot = enthalpy > circuit.boils
    if not hot.any():
        return math.inf
    left = np.maximum(circuit.dry[hot] - enthalpy[hot], 0.0)
    room = _DRYING * left + _OVER_K * circuit.dry_capacity[hot]
    rate = np.maximum(state.source[circuit.zone][hot], 1.0)
    return float((room / rate).min())


def _tips_s(state: State, circuit: Circuit, control: TipTemperature, tip_c: float) -> float:
    """How long until full power would take the tips through half of their band, s."""
    if tip_c > control.target_c:
        return math.inf
    fields = circuit.fields
    ohm = 1.0 / fields.conductance_s
    whole_w = min(control.most_w, circuit.setup.generator.most_w)
    share = whole_w * ohm / (ohm + circuit.setup.series_ohm)
    factor = share / (fields.conductance_s * fields.span**2)
    rate = 0.0
    for contact, wall in zip(fields.contacts, state.contacts[circuit.first :], strict=True):
        density = circuit.density.reshape(-1)[contact.cells].astype(np.float64)
        kelvin = state.curves[state.material.reshape(-1)[wall.wall.cells], 4]
        rate = max(rate, factor * float(density.mean()) * float(kelvin.mean()))
    room = max(0.5 * control.band_k, _TIP_K) + max(control.target_c - control.band_k - tip_c, 0.0)
    return room / max(rate, 1e-9)


def book_step(circuit: Circuit, seconds: float) -> None:
    """Book what was done in a step."""
    circuit.delivered_j += circuit.power_w * seconds
    if circuit.factor > 0.0:
        # As the kernels saw it, rounded to their precision.
        factor = float(circuit.density.dtype.type(circuit.factor))
        circuit.dose += (factor * seconds) * circuit.density


def owed_j_per_m3(circuit: Circuit, here: Slices) -> Floats:
    """J/m3 that the block's cells should have received so far, in a box of them."""
    places = [p[s] for p, s in zip(circuit.fields.net.places, here, strict=True)]
    found: Floats = circuit.dose[np.ix_(*places)] * circuit.takes[here]
    return found


def find_heated_box(
    circuit: Circuit, seconds: float, least: float, memory_s: float
) -> NDArray[np.int64] | None:
    """The box of the block's cells that will have received more than ``least`` J/m3.

    Args:
        circuit: as it is driven now.
        seconds: until asked again.
        least: J/m3.
        memory_s: tissue forgets what is older.
    """
    coming = circuit.dose + circuit.factor * seconds * circuit.density
    if math.isfinite(memory_s):
        most_w = circuit.setup.generator.most_w
        fields = circuit.fields
        most = memory_s * most_w / (fields.conductance_s * fields.span**2)
        coming = np.minimum(coming, most * circuit.density)
    enough = coming >= least
    if not enough.any():
        return None
    sides = []
    for axis, begin in enumerate(circuit.fields.net.begins):
        found = np.flatnonzero(enough.any(axis=potential.OTHERS[axis]))
        sides += [begin[found[0]], begin[found[-1] + 1]]
    return np.array(sides, dtype=np.int64)


def absorbed_j(state: State, circuit: Circuit) -> tuple[float, float]:
    """By all tissue, and by that of the box, so far."""
    inside = np.zeros(circuit.takes.shape, dtype=np.uint8)
    inside[state.cells] = circuit.takes[state.cells]
    net = circuit.fields.net
    whole, near = (
        float((net.summed(f) * circuit.dose).sum()) * net.spacing_m**3
        for f in (circuit.takes, inside)
    )
    return whole, near


def read_trace(circuit: Circuit) -> Trace:
    """What the generator did."""
    columns = np.ascontiguousarray(np.array(circuit.rows, dtype=np.float64).T)
    time, power, voltage, ampere, ohm, tip, delivered = columns
    fields = circuit.fields
    return Trace(
        time, power, voltage, ampere, ohm, tip, delivered, circuit.delivered_j, fields.solves,
        fields.iterations, circuit.stopped_s,
    )  # fmt: skip
