"""A run around an axis: from even tissue at rest to what heat or cold did to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.kernels import axial as fast
from seldinger.kernels import axial_plain as plain
from seldinger.kernels import heat_plain as losses
from seldinger.kernels.heat_damage import CAP
from seldinger.physics.thermal import properties
from seldinger.physics.thermal.axial import (
    AxialModel,
    AxialResult,
    AxialSettings,
    FixedRod,
    Rings,
    check,
)
from seldinger.physics.thermal.damage import (
    GAS_CONSTANT_J_PER_MOL_K,
    Arrhenius,
    ColdIsotherm,
    Law,
    ThermalDose,
)
from seldinger.physics.thermal.model import VascularStasis
from seldinger.physics.thermal.properties import ZERO_C_K
from seldinger.physics.thermal.result import Energy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SAFETY = 0.98
_FACES = 4
_INSTANT_S = 1e-9
_KNEE_C = 43.0
_HALF = 0.5


@dataclass(slots=True, eq=False)
class _State:
    """Fields of a run, (i, j); changed in place. ``flat`` views them as the damage laws do."""

    model: AxialModel
    laws: tuple[Law, ...]
    enthalpy: Floats
    theta: Floats
    cond: Floats
    live: Floats
    base: Floats
    cooling: Floats
    peak: Floats
    coldest: Floats
    maps: dict[str, Floats]
    under: dict[str, NDArray[np.uint8]]
    weights: Floats
    curve: Floats
    where: NDArray[np.int64]
    wall: Floats
    given_j: Floats
    rod_theta: float = 0.0
    phase: int = -1
    phase_theta: float = 0.0
    absorbed_j: float = 0.0
    sent_j: float = 0.0
    not_absorbed_j: float = 0.0
    to_blood_j: float = 0.0
    carried_w: float = 0.0


def run(model: AxialModel, settings: AxialSettings) -> tuple[AxialResult, ...]:
    """Heat or cool around an axis.

    Args:
        model: tissue and applicator.
        settings: how to compute it, and what to follow.

    Returns:
        One result for each of ``keep_s`` in order of time, and one for the end.

    Raises:
        ValueError: the run cannot be made; the message says what was got and what is allowed.
    """
    check(model, settings)
    state = _begin(model, settings)
    march = plain.march if settings.plain else fast.march
    stable = _SAFETY * _stable_s(state)
    times = _samples(model, settings)
    keep = np.unique([*settings.keep_s, settings.duration_s])
    _observe(state, 0.5 * float(times[1]), 0.0)
    kept: list[AxialResult] = []
    for n in range(1, len(times)):
        start, end = float(times[n - 1]), float(times[n])
        power = 0.0 if model.schedule is None else model.schedule.power_w_at(start)
        steps = max(1, math.ceil((end - start) / stable - _INSTANT_S))
        dt = (end - start) / steps
        first, last, fixed = _rod_now(state, start, end)
        numbers = np.array([dt, model.blood.temperature_c - model.initial_c, first, last])
        source = np.zeros(model.rings.shape)
        if model.density_per_m3 is not None:
            wet = power * model.density_per_m3 * state.live
            source = wet * _wet(state)
            state.sent_j += (end - start) * power
            refused = float(((wet - source) * model.rings.volumes_m3).sum())
            state.not_absorbed_j += (end - start) * refused
        shown = march(
            steps, numbers, state.weights, state.enthalpy, state.theta, state.cond, source,
            state.cooling, state.live, state.curve, state.where, state.wall, fixed, state.given_j,
        )  # fmt: skip
        state.rod_theta = float(shown) if fixed[3] > 0.0 else last
        state.theta[state.live == 0.0] = shown
        state.absorbed_j += (end - start) * float((source * model.rings.volumes_m3).sum())
        after = float(times[n + 1]) if n + 1 < len(times) else end
        _observe(state, 0.5 * (after - start), dt)
        if (np.abs(keep - end) < _INSTANT_S).any():
            kept.append(_result(state, end, float(shown), 0.5 * (after - end)))
    return tuple(kept)


def _wet(state: _State) -> Floats:
    """Share of its absorption that the tissue of each ring still has, by the water left."""
    lost = float(properties.drying_shares((state.model.tissue,))[1])
    boils, steam = state.curve[2], state.curve[3]
    return np.asarray(1.0 - lost * np.clip((state.enthalpy - boils) / steam, 0.0, 1.0))


def _begin(model: AxialModel, settings: AxialSettings) -> _State:
    rings = model.rings
    shape = rings.shape
    live = np.ones(shape)
    where, wall = np.zeros((0, 2), np.int64), np.zeros((0, 4))
    if model.rod is not None:
        live[_rod_cells(rings, model.rod)] = 0.0
        where, wall = _wall(rings, model.rod, live)
    curve = properties.enthalpy_curve(model.tissue, model.initial_c)
    base = live * model.tissue.perfusion_per_s * model.blood.capacity_j_per_m3_k
    h = rings.spacing_mm * 1e-3
    r = rings.radii_mm * 1e-3
    weights = 2.0 / h**2 * np.stack([(r - 0.5 * h) / r, (r + 0.5 * h) / r, np.ones_like(r)], axis=1)
    cold = [law.name for law in settings.laws if isinstance(law, ColdIsotherm)]
    return _State(
        model, settings.laws, np.zeros(shape), np.zeros(shape), live * curve[9], live, base,
        base.copy(), np.zeros(shape), np.zeros(shape),
        {law.name: np.zeros(shape) for law in settings.laws},
        {name: np.zeros(shape, np.uint8) for name in cold},
        weights, curve, where, wall, np.zeros(1),
    )  # fmt: skip


def _rod_cells(rings: Rings, rod: FixedRod) -> tuple[slice, slice]:
    """The rings a rod covers: at least the innermost."""
    h = rings.spacing_mm
    outwards = max(1, math.ceil(rod.radius_mm / h - _HALF))
    length = max(1, round(rod.length_mm / h))
    beyond = rings.along - rings.behind
    if outwards >= rings.outwards or not beyond > 0 or length >= rings.behind:
        raise ValueError(f"{rod.name} does not fit into the rings: make them reach further")
    return slice(0, outwards), slice(beyond, beyond + length)


def _wall(rings: Rings, rod: FixedRod, live: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Where the rod meets tissue, and how; see ``kernels.axial.march``."""
    across, along = _rod_cells(rings, rod)
    h, volumes = rings.spacing_mm * 1e-3, rings.volumes_m3[:, 0]
    rows: list[tuple[int, int]] = []
    walls: list[tuple[float, float, float, float]] = []
    i, radius = across.stop, rod.radius_mm * 1e-3
    face, middle = i * h, (i + 0.5) * h
    # The true cylinder between its wall and the middle of the first ring outside it.
    side = (2.0 * math.pi * face * h / volumes[i], face * math.log(middle / radius))
    for j in range(along.start, along.stop):
        rows.append((i, j))
        walls.append((*side, volumes[i], face / radius))
    for j in (along.start - 1, along.stop):
        for n in range(across.stop):
            rows.append((n, j))
            walls.append((1.0 / h, 0.5 * h, volumes[n], 1.0))
    where = np.array(rows, dtype=np.int64)
    if not (live[where[:, 0], where[:, 1]] > 0.0).all():
        raise ValueError(f"{rod.name} touches no tissue: check its size")
    return where, np.array(walls)


def _phases(state: _State) -> list[tuple[float, float]]:
    """Conductivity and heat capacity of each phase the tissue may be in."""
    model, tissue = state.model, state.model.tissue
    phases = [(tissue.conductivity_w_per_m_k, tissue.capacity_j_per_m3_k)]
    ice, steam = tissue.freezing, tissue.boiling
    if ice is not None and model.lowest_c < ice.start_c:
        phases.append((ice.conductivity_w_per_m_k, ice.capacity_j_per_m3_k))
    held = () if model.rod is None else model.rod.programme.temperatures_c
    hottest = max(held, default=-math.inf)
    if steam is not None and (model.density_per_m3 is not None or hottest > steam.start_c):
        phases.append((steam.conductivity_w_per_m_k, steam.capacity_j_per_m3_k))
    return phases


def _stable_s(state: _State) -> float:
    """Longest explicit step at which no ring can overshoot its neighbours, in any phase."""
    model, phases = state.model, _phases(state)
    h = model.rings.spacing_mm * 1e-3
    most = max(k for k, _ in phases)
    blood = model.tissue.perfusion_per_s * model.blood.capacity_j_per_m3_k
    film = (
        0.0
        if model.rod is None or model.rod.wall_w_per_m2_k is None
        else 1.0 / model.rod.wall_w_per_m2_k
    )
    fastest = 0.0
    for k, capacity in phases:
        faces = _FACES * 2.0 * k * most / (k + most) / h**2
        wall = state.wall
        held = wall[:, 0] / (wall[:, 1] / k + film * wall[:, 3]) if wall.size else np.zeros(1)
        fastest = max(fastest, (faces + float(held.max()) + blood) / capacity)
    return 1.0 / fastest


def _film(rod: FixedRod | None) -> float:
    """Resistance of a rod's wall, m2 K/W."""
    return 0.0 if rod is None or rod.wall_w_per_m2_k is None else 1.0 / rod.wall_w_per_m2_k


def _samples(model: AxialModel, settings: AxialSettings) -> Floats:
    """When to look: evenly, when fields are kept, and whenever something is switched."""
    end = settings.duration_s
    switched = [*settings.keep_s]
    if model.schedule is not None:
        switched += model.schedule.ends_s
    if model.rod is not None:
        ends = model.rod.programme.ends_s
        switched += [*ends, *(t + model.rod.programme.ramp_s for t in (0.0, *ends[:-1]))]
    even = np.arange(0.0, end, settings.sample_every_s)
    times = np.unique([*even.tolist(), *(t for t in switched if 0.0 < t < end), end])
    return np.asarray(times[np.diff(times, prepend=-1.0) > _INSTANT_S])


def _rod_now(state: _State, start_s: float, end_s: float) -> tuple[float, float, Floats]:
    """The rod's theta at both ends of a sample, and what of it is fixed meanwhile."""
    rod = state.model.rod
    if rod is None:
        return 0.0, 0.0, np.array([0.0, 1.0, math.inf, 0.0])
    programme = rod.programme
    index = programme.index_at(start_s)
    if index != state.phase:
        state.phase, state.phase_theta = index, state.rod_theta
    film = _film(rod)
    limit = math.inf if rod.limit_w is None else rod.limit_w
    phase = programme.phases[index] if index < len(programme.phases) else None
    if phase is None or phase.temperature_c is None:
        return state.rod_theta, state.rod_theta, np.array([film, 1.0, limit, 1.0])
    began = 0.0 if index == 0 else programme.ends_s[index - 1]
    aim = phase.temperature_c - state.model.initial_c

    def at(time_s: float) -> float:
        share = 1.0
        if programme.ramp_s > 0.0:
            share = min(1.0, (time_s - began) / programme.ramp_s)
        return state.phase_theta + share * (aim - state.phase_theta)

    return at(start_s), at(end_s), np.array([film, phase.duty, limit, 0.0])


def _observe(state: _State, seconds: float, lag_s: float) -> None:
    """Bring extremes, damage and blood up to date.

    Args:
        state: changed in place.
        seconds: the time this sample stands for (trapezoid rule).
        lag_s: explicit steps since the last sample took what blood carries from their start.
    """
    box = np.array([0, 1, 0, *state.theta.shape[:1], 0, *state.theta.shape[1:]], dtype=np.int64)

    def flat(field: NDArray[Any]) -> NDArray[Any]:
        return field[None]

    losses.extremes(box, flat(state.theta), flat(state.peak), flat(state.coldest))
    for law in state.laws:
        _add(state, box, law, seconds)
    _perfuse(state, box)
    volumes = state.model.rings.volumes_m3
    blood = state.model.blood.temperature_c - state.model.initial_c
    now_w = float((state.cooling * (state.theta - blood) * volumes).sum())
    before_w = state.carried_w if lag_s > 0.0 else now_w
    state.to_blood_j += seconds * now_w - 0.5 * lag_s * (now_w - before_w)
    state.carried_w = now_w


def _add(state: _State, box: NDArray[np.int64], law: Law, seconds: float) -> None:
    """Damage of one law over the time of a sample."""
    reference = state.model.initial_c
    theta, field = state.theta[None], state.maps[law.name][None]
    if isinstance(law, Arrhenius):
        known = np.array([
            seconds, math.log(law.frequency_per_s),
            law.activation_j_per_mol / GAS_CONSTANT_J_PER_MOL_K, reference + ZERO_C_K,
            law.counted_above_c - reference, CAP,
        ])  # fmt: skip
        losses.arrhenius(box, known, theta, field)
    elif isinstance(law, ThermalDose):
        known = np.array([
            seconds / 60.0, math.log(law.ratio_above), math.log(law.ratio_below),
            _KNEE_C - reference, law.counted_above_c - reference, CAP,
        ])  # fmt: skip
        losses.cem43(box, known, theta, field)
    else:
        known = np.array([law.temperature_c - reference, law.thawed_above_c - reference])
        counted = state.maps[law.name].astype(np.uint8)
        losses.count_cycles(box, known, theta, state.under[law.name][None], counted[None])
        state.maps[law.name][:] = counted


def _perfuse(state: _State, box: NDArray[np.int64]) -> None:
    """What blood still carries after damage and frost."""
    model = state.model
    share, omega = 0.0, np.zeros_like(state.theta)
    if isinstance(model.flow, VascularStasis):
        share, omega = model.flow.share, state.maps[model.flow.law]
    frost, frozen, thawed = -1.0e6, 1.0, 1.0
    if model.frost is not None and model.tissue.freezing is not None:
        frost = model.tissue.freezing.start_c - model.initial_c
        frozen, thawed = model.frost.frozen_share, model.frost.thawed_share
    numbers = np.array([frost, frozen, thawed, 1.0, 0.0, share])
    losses.perfuse(
        box, numbers, state.theta[None], state.coldest[None], omega[None], state.base[None],
        state.cooling[None],
    )  # fmt: skip


def _result(state: _State, time_s: float, shown: float, ahead_s: float) -> AxialResult:
    """The fields now; what blood carries in the half sample ahead is not yet carried."""
    model, reference = state.model, state.model.initial_c
    stored = float((state.enthalpy * state.live * model.rings.volumes_m3).sum())
    return AxialResult(
        model.rings,
        time_s,
        state.theta + reference,
        state.peak + reference,
        state.coldest + reference,
        {name: field.copy() for name, field in state.maps.items()},
        state.laws,
        None if model.rod is None else shown + reference,
        Energy(
            absorbed_j=(state.absorbed_j,) if model.density_per_m3 is not None else (),
            from_bodies_j=(float(state.given_j[0]),) if model.rod is not None else (),
            to_blood_j=state.to_blood_j - ahead_s * state.carried_w,
            stored_j=stored,
            sent_j=(state.sent_j,) if model.density_per_m3 is not None else (),
            not_absorbed_j=(state.not_absorbed_j,) if model.density_per_m3 is not None else (),
        ),
    )
