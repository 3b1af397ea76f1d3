"""What is followed at every look: extremes, damage, blood; and at every sample, points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.heat_damage import CAP
from seldinger.physics.thermal.damage import (
    GAS_CONSTANT_J_PER_MOL_K,
    Arrhenius,
    ColdIsotherm,
    ThermalDose,
)
from seldinger.physics.thermal.limit import may_freeze
from seldinger.physics.thermal.model import TwoCompartmentFlow, VascularStasis
from seldinger.physics.thermal.properties import STILL_J_PER_M3_K, ZERO_C_K

if TYPE_CHECKING:
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.model import Settings
    from seldinger.physics.thermal.step import State

Floats = NDArray[Any]

_KNEE_C = 43.0
_NO_FROST = -1.0e6
"""Theta that is never reached."""


@dataclass(slots=True, eq=False)
class Recorder:
    """What has been seen so far; changed in place."""

    settings: Settings
    peak: Floats
    coldest: Floats
    maps: dict[str, Floats]
    under: dict[str, NDArray[np.uint8]]
    none: Floats
    points: NDArray[np.float64]
    times_s: list[float]
    points_theta: list[NDArray[np.float64]]
    bodies_theta: list[list[float]]
    to_blood_j: float = 0.0
    carried_w: float | None = None


def start_recorder(state: State, settings: Settings) -> Recorder:
    """Nothing seen yet."""
    shape, grid = state.model.grid.shape, state.model.grid
    maps: dict[str, Floats] = {}
    under: dict[str, NDArray[np.uint8]] = {}
    for law in settings.laws:
        cold = isinstance(law, ColdIsotherm)
        maps[law.name] = np.zeros(shape, dtype=np.uint8 if cold else state.dtype)
        if cold:
            under[law.name] = np.zeros(shape, dtype=np.uint8)
    points = grid.to_index(np.asarray(settings.points_lps_mm, dtype=np.float64).reshape(-1, 3))
    return Recorder(
        settings, state.theta.copy(), state.theta.copy(), maps, under,
        np.zeros(shape, dtype=state.dtype), points, [], [], [],
    )  # fmt: skip


def observe(
    state: State,
    seen: Recorder,
    time_s: float,
    seconds: float,
    lag_s: float = 0.0,
    *,
    shown: bool = True,
) -> None:
    """Look at the block.

    Args:
        state: the block; its perfusion is brought up to date.
        seen: added to.
        time_s: now.
        seconds: the time this look stands for (trapezoid rule).
        lag_s: explicit steps since the last look took what blood carries from their start; this
            was their length.
        shown: whether this look is a sample of the result.
    """
    for contact in state.contacts:
        state.theta.reshape(-1)[contact.cells] = contact.shown
        state.enthalpy.reshape(-1)[contact.cells] = contact.shown * STILL_J_PER_M3_K
    state.damage_loops.extremes(state.box, state.theta, seen.peak, seen.coldest)
    for law in seen.settings.laws:
        _add(state, seen, law, seconds)
    if isinstance(state.model.flow, TwoCompartmentFlow):
        _second_compartment(state, seen, state.model.flow, seconds)
    elif state.model.perfused:
        _perfuse(state, seen, seconds, lag_s)
    if not shown:
        return
    seen.times_s.append(time_s)
    seen.points_theta.append(_at_points(state.theta, seen.points))
    seen.bodies_theta.append([contact.shown for contact in state.contacts])


def _add(state: State, seen: Recorder, law: Law, seconds: float) -> None:
    """Damage of one law over the time of a sample."""
    reference, field = state.model.reference_c, seen.maps[law.name]

    def numbers(*values: float) -> Floats:
        return np.array(values, dtype=state.dtype)

    if isinstance(law, Arrhenius):
        known = numbers(
            seconds, math.log(law.frequency_per_s),
            law.activation_j_per_mol / GAS_CONSTANT_J_PER_MOL_K, reference + ZERO_C_K,
            law.counted_above_c - reference, CAP,
        )  # fmt: skip
        state.damage_loops.arrhenius(state.box, known, state.theta, field)
    elif isinstance(law, ThermalDose):
        known = numbers(
            seconds / 60.0, math.log(law.ratio_above), math.log(law.ratio_below),
            _KNEE_C - reference, law.counted_above_c - reference, CAP,
        )  # fmt: skip
        state.damage_loops.cem43(state.box, known, state.theta, field)
    else:
        known = numbers(law.temperature_c - reference, law.thawed_above_c - reference)
        state.damage_loops.count_cycles(state.box, known, state.theta, seen.under[law.name], field)


def _perfuse(state: State, seen: Recorder, seconds: float, lag_s: float) -> None:
    """What blood carries from here on, and what it carried in this sample's time."""
    model = state.model
    share, omega = 0.0, seen.none
    if isinstance(model.flow, VascularStasis):
        share, omega = model.flow.share, seen.maps[model.flow.law]
    if share > 0.0 or may_freeze(model):
        frost, frozen, thawed = _NO_FROST, 1.0, 1.0
        starts = [t.freezing.start_c for t in model.tissues if t.freezing is not None]
        if model.frost is not None and starts:
            frost = max(starts) - model.reference_c
            frozen, thawed = model.frost.frozen_share, model.frost.thawed_share
        numbers = np.array([frost, frozen, thawed, 1.0, 0.0, share], dtype=state.dtype)
        state.damage_loops.perfuse(
            state.box, numbers, state.theta, seen.coldest, omega, state.base_cooling,
            state.cooling,
        )  # fmt: skip
    sums = np.zeros(model.grid.shape[0])
    numbers = np.array([state.blood_theta, 0.0], dtype=state.dtype)
    state.damage_loops.sum_perfusion(state.box, numbers, state.theta, state.cooling, sums)
    now_w = float(sums.sum()) * state.spacing_m**3
    before_w = now_w if seen.carried_w is None else seen.carried_w
    seen.to_blood_j += seconds * now_w - 0.5 * lag_s * (now_w - before_w)
    seen.carried_w = now_w


def _second_compartment(
    state: State, seen: Recorder, flow: TwoCompartmentFlow, seconds: float
) -> None:
    """Warm the blood in the tissue for the time of a sample, tissue held as it is."""
    vein = state.vein
    if vein is None:
        raise RuntimeError("a run with two compartments has a field for the second")
    here = state.cells
    base, exchange = state.base_cooling[here], state.cooling[here]
    arriving = state.model.blood.temperature_c - state.model.reference_c
    total = np.maximum(base + exchange, 1e-30)
    rest = (base * arriving + exchange * state.theta[here]) / total
    capacity = flow.blood_fraction * state.model.blood.capacity_j_per_m3_k
    before = vein[here].copy()
    vein[here] = rest + (before - rest) * np.exp(-seconds * total / capacity)
    state.own_source[here] += (exchange * (vein[here] - before)).astype(state.dtype)
    if state.circuit is not None:
        state.circuit.stale = True
    state.apart = ()
    flowing = exchange * (state.theta[here] - 0.5 * (vein[here] + before))
    seen.to_blood_j += seconds * float(flowing.sum(dtype=np.float64)) * state.spacing_m**3


def _at_points(theta: Floats, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Trilinear values at index positions (n, 3)."""
    if not len(points):
        return np.zeros(0)
    shape = np.asarray(theta.shape)
    place = np.clip(points, 0.0, shape - 1.0)
    low = np.minimum(np.floor(place).astype(np.int64), shape - 2)
    part = place - low
    total = np.zeros(len(points))
    for corner in range(8):
        bits = np.array([corner >> 2 & 1, corner >> 1 & 1, corner & 1])
        weight = np.where(bits, part, 1.0 - part).prod(axis=1)
        i, j, k = (low + bits).T
        total += weight * theta[i, j, k]
    return total
