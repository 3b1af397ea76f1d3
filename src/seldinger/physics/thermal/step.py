"""The state of a block, and one time step of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels import heat, heat_damage, heat_plain
from seldinger.physics.thermal import bodies as held
from seldinger.physics.thermal import limit, properties
from seldinger.physics.thermal.model import TwoCompartmentFlow

if TYPE_CHECKING:
    from types import ModuleType

    from seldinger.physics.thermal.bodies import FixedBody, Wall
    from seldinger.physics.thermal.current import Circuit
    from seldinger.physics.thermal.model import Model, Settings

Floats = NDArray[Any]
Flows = NDArray[np.float64]

_TINY = 1.0e-30


@dataclass(slots=True, eq=False)
class Contact:
    """A body at work: its wall, the part of it that the box holds, and its temperature now."""

    body: FixedBody
    wall: Wall
    here: Wall
    cells: NDArray[np.intp]
    theta: float
    shown: float
    phase: int = -1
    phase_start_s: float = 0.0
    phase_theta: float = 0.0


@dataclass(slots=True, eq=False)
class Drying:
    """Heat that falls as water leaves; changed in place.

    Attributes:
        lost: (materials,) share of absorption that dry tissue no longer has.
        even, watery: (i, j, k) W/m3 of sources that do not depend on water, and of those that do.
        dry_s: (i, j, k) seconds times the share lost, since a power last changed.
        spared_j: of each source, what dry tissue did not take up.
    """

    lost: Floats
    even: Floats
    watery: Floats
    dry_s: Floats
    spared_j: Flows


@dataclass(slots=True, eq=False)
class State:
    """Fields of a run; changed in place.

    Attributes:
        loops, damage_loops: kernels, or their plain twins.
        box: the cells that are stepped.
        enthalpy, theta, cond: what the block is now; ``spare_*`` are the other halves of pairs.
        uniform, calm: (i, j) rows of one material, and of one phase; see ``kernels.heat.euler``.
        source: W/m3 now, blood of the second compartment included.
        cooling, base_cooling: W/(m3 K) now, and of living tissue.
        spacing_m: edge of a cell, worked out once.
        stages, apart: room of super-steps: stages, and the sources of cells at bodies.
        given_j: heat that each body gave to the tissue.
        dose_j: what each source sent out so far.
        vein: (i, j, k) blood of the second compartment, theta; none without one.
        circuit: electrodes at work; they write ``source``, and everything else its ``base``.
        drying: what heats less as tissue dries; none where nothing does.
    """

    model: Model
    dtype: type[np.floating[Any]]
    loops: ModuleType
    damage_loops: ModuleType
    material: NDArray[np.uint8]
    curves: Floats
    box: NDArray[np.int64]
    enthalpy: Floats
    theta: Floats
    cond: Floats
    spare_theta: Floats
    spare_cond: Floats
    source: Floats
    cooling: Floats
    base_cooling: Floats
    uniform: NDArray[np.uint8]
    calm: NDArray[np.uint8]
    spare_calm: NDArray[np.uint8]
    contacts: tuple[Contact, ...]
    given_j: Flows
    dose_j: Flows
    spacing_m: float
    stages: tuple[Floats, ...] = ()
    apart: tuple[Floats, ...] = ()
    blood_theta: float = 0.0
    vein: Floats | None = None
    circuit: Circuit | None = None
    drying: Drying | None = None
    start_j: float = 0.0
    steps: int = 0
    worked: float = 0.0
    powers_w: tuple[float, ...] | None = None

    @property
    def cells(self) -> tuple[slice, slice, slice]:
        """The box as slices."""
        i0, i1, j0, j1, k0, k1 = self.box.tolist()
        return slice(i0, i1), slice(j0, j1), slice(k0, k1)

    @property
    def own_source(self) -> Floats:
        """W/m3 of everything but electrodes."""
        return self.source if self.circuit is None else self.circuit.base


def begin(model: Model, settings: Settings, box: NDArray[np.int64]) -> State:
    """The block before anything happens; ``box``, (6,), has the cells that are computed."""
    dtype = np.float64 if settings.plain else np.float32
    material = model.material.copy()
    for body in model.held:
        material[body.cells] = 0
    curves = properties.enthalpy_curves(model.tissues, model.reference_c)
    start = np.broadcast_to(np.asarray(model.initial_c, dtype=np.float64), model.grid.shape)
    theta = start - model.reference_c
    enthalpy = np.zeros(model.grid.shape)
    base = np.zeros(model.grid.shape)
    cond = curves[material, 9]
    if isinstance(model.initial_c, np.ndarray):
        for number, row in enumerate(curves):
            mine = material == number
            enthalpy[mine] = properties.enthalpy(row, theta[mine])
    for number, tissue in enumerate(model.tissues, start=1):
        rate = tissue.perfusion_per_s * model.blood.capacity_j_per_m3_k
        base[material == number] = rate
    if model.perfusion_share is not None:
        base *= model.perfusion_share
    tissue_cells = material > 0
    contacts = []
    for body in model.held:
        there = held.find_wall(model.grid, body, tissue_cells)
        own = float(theta[body.cells].mean())
        inside = np.flatnonzero(body.cells)
        contacts.append(Contact(body, there, there, inside, own, own))
    vein, blood = None, model.blood.temperature_c - model.reference_c
    cooling = base
    if isinstance(model.flow, TwoCompartmentFlow):
        # Kernels exchange with a blood of theta zero; what the vein brings joins the sources.
        vein, blood = np.full(model.grid.shape, blood, dtype), 0.0
        cooling = np.where(tissue_cells, model.flow.exchange_w_per_m3_k, 0.0)

    def as_dtype(values: Floats) -> Floats:
        return np.array(values, dtype=dtype, order="C")

    dry = properties.drying_shares(model.tissues).astype(dtype)
    drying = None
    if dry.any() and any(s.dries for s in model.sources):
        even, watery, dry_s = (np.zeros(model.grid.shape, dtype) for _ in range(3))
        drying = Drying(dry, even, watery, dry_s, np.zeros(len(model.sources)))
    loops, damage_loops = (heat_plain, heat_plain) if settings.plain else (heat, heat_damage)
    volume = model.grid.voxel_ml * 1e-6
    return State(
        model=model,
        dtype=dtype,
        loops=loops,
        damage_loops=damage_loops,
        material=material,
        curves=curves.astype(dtype),
        box=box,
        enthalpy=as_dtype(enthalpy),
        theta=as_dtype(theta),
        cond=as_dtype(cond),
        spare_theta=as_dtype(theta),
        spare_cond=as_dtype(cond),
        source=np.zeros(model.grid.shape, dtype),
        cooling=as_dtype(cooling),
        base_cooling=as_dtype(base),
        uniform=np.where((material == material[:, :, :1]).all(axis=2), material[:, :, 0], 0).astype(
            np.uint8
        ),
        calm=np.zeros(model.grid.shape[:2], np.uint8),
        spare_calm=np.zeros(model.grid.shape[:2], np.uint8),
        contacts=tuple(contacts),
        given_j=np.zeros(len(contacts)),
        dose_j=np.zeros(len(model.sources)),
        spacing_m=model.grid.spacing_mm[0] * 1e-3,
        blood_theta=blood,
        vein=vein,
        drying=drying,
        start_j=float(enthalpy[tissue_cells].sum()) * volume,
    )


def restrict(state: State) -> None:
    """Let every body exchange heat only with cells of the box."""
    i0, i1, j0, j1, k0, k1 = state.box.tolist()
    for contact in state.contacts:
        i, j, k = np.unravel_index(contact.wall.cells, state.model.grid.shape)
        inside = (i >= i0) & (i < i1) & (j >= j0) & (j < j1) & (k >= k0) & (k < k1)
        contact.here = contact.wall.select(np.flatnonzero(inside))


def set_bodies(state: State, time_s: float, middle_s: float) -> None:
    """Bring every body to its temperature in the middle of a step that starts at ``time_s``."""
    for contact in state.contacts:
        programme = contact.body.programme
        index = programme.index_at(time_s)
        if index != contact.phase:
            contact.phase, contact.phase_theta = index, contact.theta
            contact.phase_start_s = 0.0 if index == 0 else programme.ends_s[index - 1]
        target = _target(contact)
        if target is None:
            continue
        share = 1.0
        if programme.ramp_s > 0.0:
            share = min(1.0, (middle_s - contact.phase_start_s) / programme.ramp_s)
        aim = target - state.model.reference_c
        contact.shown = contact.theta = contact.phase_theta + share * (aim - contact.phase_theta)


def _target(contact: Contact) -> float | None:
    phases = contact.body.programme.phases
    return phases[contact.phase].temperature_c if contact.phase < len(phases) else None


def exchange(state: State, rate: Floats, scale: float) -> Flows:
    """Add what bodies give, W/m3 times ``scale``, to ``rate``, (i, j, k); return W of each body.

    A body that would take up more than its limit is as warm as it needs to be to take just that.
    """
    flat, theta, cond = rate.reshape(-1), state.theta.reshape(-1), state.cond.reshape(-1)
    watts = np.zeros(len(state.contacts))
    volume = state.spacing_m**3
    for n, contact in enumerate(state.contacts):
        here = contact.here
        cells = here.cells
        if not cells.size:
            continue
        t = theta[cells].astype(np.float64)
        k = cond[cells].astype(np.float64)
        g = here.conductance(k)
        if _target(contact) is None:
            contact.theta = contact.shown = float((g * t).sum() / g.sum())
            continue
        g *= contact.body.programme.phases[contact.phase].duty
        limit_w = contact.body.limit_w
        own = contact.theta
        if limit_w is not None:
            own = max(own, float(((g * t).sum() - limit_w / volume) / g.sum()))
        contact.shown = own
        gained = g * (own - t)
        flat[cells] += (scale * gained).astype(state.dtype)
        watts[n] = float(gained.sum()) * volume
    return watts


def euler_step(state: State, time_s: float, dt: float) -> None:
    """One explicit step of ``dt`` seconds."""
    set_bodies(state, time_s, time_s + 0.5 * dt)
    state.given_j += dt * exchange(state, state.enthalpy, dt)
    numbers = _numbers(state, dt)
    state.loops.euler(
        state.box, numbers, state.enthalpy, state.theta, state.cond, state.source, state.cooling,
        state.material, state.curves, state.spare_theta, state.spare_cond,
        state.uniform, state.calm, state.spare_calm,
    )  # fmt: skip
    _swap(state)
    _count(state)


def super_step(state: State, time_s: float, dt: float, count: int) -> None:
    """One RKL2 step of ``dt`` seconds and ``count`` stages."""
    if not state.stages:
        state.stages = tuple(np.zeros_like(state.enthalpy) for _ in range(3))
    set_bodies(state, time_s, time_s + 0.5 * dt)
    first_rate, odd, even = state.stages
    first = last = before = state.enthalpy
    numbers = _numbers(state, 1.0)
    given_last = given_before = watts_first = np.zeros_like(state.given_j)
    for number, (mu, nu, now, begun) in enumerate(limit.rkl2_coefficients(count), start=1):
        watts = _with_bodies(state)
        watts_first = watts if number == 1 else watts_first
        out = odd if number % 2 else even
        weights = np.array([mu, nu, dt, now, begun], dtype=state.dtype)
        state.loops.stage(
            state.box, numbers, weights, first, last, before, first_rate, state.theta,
            state.cond, state.source, state.cooling, state.material, state.curves, out,
            state.spare_theta, state.spare_cond, state.uniform, state.calm, state.spare_calm,
            number == 1,
        )  # fmt: skip
        _swap(state)
        given = mu * given_last + nu * given_before + dt * (now * watts + begun * watts_first)
        last, before = out, last
        given_last, given_before = given, given_last
    state.given_j += given_last
    # The last stage becomes the state; the old state's array serves as a stage next time.
    state.enthalpy = last
    state.stages = (first_rate, first, even if last is odd else odd)
    _count(state)


def _with_bodies(state: State) -> Flows:
    """Let what bodies give join the sources; their wall cells keep what else heats them apart."""
    flat = state.source.reshape(-1)
    if not state.apart:
        state.apart = tuple(flat[c.wall.cells].copy() for c in state.contacts)
    for contact, kept in zip(state.contacts, state.apart, strict=True):
        flat[contact.wall.cells] = kept
    return exchange(state, state.source, 1.0)


def _swap(state: State) -> None:
    state.theta, state.spare_theta = state.spare_theta, state.theta
    state.cond, state.spare_cond = state.spare_cond, state.cond
    state.calm, state.spare_calm = state.spare_calm, state.calm


def _numbers(state: State, dt: float) -> Floats:
    factor = 2.0 * dt / state.spacing_m**2
    return np.array([factor, dt, state.blood_theta, _TINY, 0.0, 0.5], dtype=state.dtype)


def _count(state: State) -> None:
    sides = state.box[1::2] - state.box[::2]
    state.steps += 1
    state.worked += math.prod(sides.tolist()) / state.theta.size
