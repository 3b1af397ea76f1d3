"""A run: from a block at rest to what heat or cold did to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.progress import silent
from seldinger.core.volume import Volume
from seldinger.physics.thermal import account, active_region, current, electrode_frame, limit
from seldinger.physics.thermal import model as models
from seldinger.physics.thermal.model import TwoCompartmentFlow
from seldinger.physics.thermal.recorder import observe, start_recorder
from seldinger.physics.thermal.result import Result, Stepping
from seldinger.physics.thermal.step import begin, euler_step, restrict, super_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from seldinger.core.progress import Progress
    from seldinger.physics.thermal.model import Model, Settings
    from seldinger.physics.thermal.recorder import Recorder
    from seldinger.physics.thermal.step import State

_SAFETY = 0.98
_INSTANT_S = 1e-9
_LOOK_S = 4.0
"""Damage is summed, and blood, dryness and extremes brought up to date, at least this often."""


def run(model: Model, settings: Settings, progress: Progress = silent) -> Result:
    """Heat or cool a block.

    Args:
        model: the block.
        settings: how to compute it, and what to follow.
        progress: told once per sample; may raise ``Cancelled``.

    Raises:
        ValueError: the run cannot be made; the message says what was got and what is allowed.
        Cancelled: by ``progress``.
    """
    models.check(model, settings)
    if model.radiofrequency is None:
        return _run(model, settings, progress)
    own = electrode_frame.align(model, settings)
    return electrode_frame.map_back(_run(own.model, own.settings, progress), model, own)


def _run(model: Model, settings: Settings, progress: Progress) -> Result:
    """As ``run``, on the block as it is."""
    state = begin(model, settings, active_region.first_box(model, settings))
    restrict(state)
    if model.radiofrequency is not None:
        state.circuit = current.begin(state, model.radiofrequency, plain=settings.plain)
    pace = _plan(state, settings)
    reaches = [active_region.profile_source(s.density_per_m3) for s in model.sources]
    times, shown = _looks(model, settings)
    seen = start_recorder(state, settings)
    observe(state, seen, 0.0, 0.5 * float(times[1]))
    for n in range(1, len(times)):
        start, end = float(times[n - 1]), float(times[n])
        progress("heat", start / settings.duration_s)
        power = np.array([s.schedule.power_w_at(start) for s in model.sources], dtype=np.float64)
        coming = state.dose_j + power * (end - start)
        active_region.grow_box(state, reaches, coming, end - start, settings.front_k)
        _set_sources(state, tuple(power.tolist()), end - start)
        lag = _stretch(state, settings, pace, (start, end), power)
        after = float(times[n + 1]) if n + 1 < len(times) else end
        observe(state, seen, end, 0.5 * (after - start), lag, shown=bool(shown[n]))
    progress("heat", 1.0)
    return _result(state, seen, pace)


@dataclass(slots=True)
class _Pace:
    """How time is stepped; ``taken_s`` and ``stages`` are the most so far."""

    method: str
    stable_s: float
    longest_s: float
    margin: int
    taken_s: float = 0.0
    stages: int = 1


def _stretch(
    state: State,
    settings: Settings,
    pace: _Pace,
    span_s: tuple[float, float],
    power_w: NDArray[np.float64],
) -> float:
    """Step from one look to the next; the length of its steps if they are explicit, else zero."""
    start, end = span_s
    squares = 0.0
    for time, dt in _steps(state, start, end, pace.longest_s):
        active_region.follow_front(state, settings.front_k, pace.margin)
        if state.circuit is not None and state.circuit.stale:
            current.heat(state, state.circuit)
        squares += dt * dt
        pace.taken_s = max(pace.taken_s, dt)
        if pace.method == "explicit":
            euler_step(state, time, dt)
        else:
            count = limit.count_stages(dt, pace.stable_s)
            pace.stages = max(pace.stages, count)
            super_step(state, time, dt, count)
        state.dose_j += power_w * dt
    return squares / (end - start) if pace.method == "explicit" else 0.0


def _steps(
    state: State, start_s: float, end_s: float, longest_s: float
) -> Iterator[tuple[float, float]]:
    """When each step until the next look begins, and how long it is."""
    circuit = state.circuit
    if circuit is None:
        steps = max(1, math.ceil((end_s - start_s) / longest_s - _INSTANT_S))
        dt = (end_s - start_s) / steps
        for step in range(steps):
            yield start_s + step * dt, dt
        return
    time = start_s
    while end_s - time > _INSTANT_S:
        steps = max(1, math.ceil((end_s - time) / longest_s - _INSTANT_S))
        dt = current.advance(state, circuit, time, (end_s - time) / steps)
        yield time, dt
        current.book_step(circuit, dt)
        time += dt


def _plan(state: State, settings: Settings) -> _Pace:
    """Method, longest stable explicit step, longest step to take, and the box's margin for it."""
    model = state.model
    walls = [c.wall for c in state.contacts]
    stable = _SAFETY * limit.stable_step_s(model, state.material, walls)
    method = settings.method
    if method == "auto":
        method = "super" if limit.may_freeze(model) else "explicit"
    if method == "explicit" and settings.step_s is not None and settings.step_s > stable:
        raise ValueError(
            f"an explicit step of {settings.step_s:g} s is unstable here: at most {stable:.4g} s; "
            f"shorten step_s or use method 'super'"
        )
    own = active_region.diffusion_time_s(model) if method == "super" else stable
    longest = settings.step_s or own
    return _Pace(method, stable, longest, active_region.margin_cells(model, longest))


def _looks(model: Model, settings: Settings) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """When to look, and which of these are samples: evenly, and whenever something is switched.

    Damage, blood and dryness follow what is seen, so that looks never lie further apart than
    ``_LOOK_S``, however rarely a sample is wanted.
    """
    end, every = settings.duration_s, settings.sample_every_s
    switched = [t for s in model.sources for t in s.schedule.ends_s]
    if model.radiofrequency is not None:
        switched.append(model.radiofrequency.duration_s)
    for body in model.bodies:
        ends = body.programme.ends_s
        switched += [*ends, *(t + body.programme.ramp_s for t in (0.0, *ends[:-1]))]
    samples = np.arange(0.0, end, every)
    between = every / max(1, math.ceil(every / _LOOK_S - _INSTANT_S))
    inside = [t for t in switched if 0.0 < t < end]
    times = np.unique([*np.arange(0.0, end, between).tolist(), *samples.tolist(), *inside, end])
    times = times[np.diff(times, prepend=-1.0) > _INSTANT_S]
    wanted = np.array([*samples.tolist(), *inside, end])
    shown = np.abs(times[:, None] - wanted[None, :]).min(axis=1) <= _INSTANT_S
    return np.asarray(times), np.asarray(shown)


def _set_sources(state: State, powers_w: tuple[float, ...], seconds: float) -> None:
    """Bring the power density up to date where a power has changed or tissue dries.

    Args:
        state: changed in place.
        powers_w: of each source, for the coming ``seconds``.
        seconds: of this sample.
    """
    changed, drying = powers_w != state.powers_w, state.drying
    if not changed and drying is None:
        return
    if changed and drying is None:
        _own(state, state.own_source, _heat(state, powers_w))
    elif drying is not None:
        if changed:
            account.book_unabsorbed(state, drying)
            drying.even[:] = _heat(state, powers_w, dries=False)
            drying.watery[:] = _heat(state, powers_w, dries=True)
            state.own_source[:] = drying.even + drying.watery
        numbers = np.array([seconds, 0.0, 1.0], dtype=state.dtype)
        state.damage_loops.dry(
            state.box, numbers, drying.lost, state.curves, state.enthalpy, state.material,
            drying.even, drying.watery, state.own_source, drying.dry_s,
        )  # fmt: skip
        _own(state, state.own_source, state.own_source)
    if state.circuit is not None:
        state.circuit.stale = True
    state.apart = ()
    state.powers_w = powers_w


def _heat(
    state: State, powers_w: tuple[float, ...], *, dries: bool | None = None
) -> NDArray[np.float64]:
    """W/m3 of all sources in wet tissue, or of those that dry, or of the others."""
    heat = np.zeros(state.model.grid.shape)
    for source, power in zip(state.model.sources, powers_w, strict=True):
        if dries is None or source.dries == dries:
            heat += power * source.density_per_m3
    heat[state.material == 0] = 0.0
    return heat


def _own(state: State, out: NDArray[Any], heat: NDArray[Any]) -> None:
    """Write what heats, and with it what blood of the second compartment brings."""
    if isinstance(state.model.flow, TwoCompartmentFlow) and state.vein is not None:
        heat = heat + state.cooling * state.vein
    if heat is not out:
        out[:] = heat


def _result(state: State, seen: Recorder, pace: _Pace) -> Result:
    model = state.model
    share = state.worked / state.steps
    stepping = Stepping(pace.method, pace.stable_s, pace.taken_s, pace.stages, state.steps, share)
    reference, grid = model.reference_c, model.grid
    shape = (len(seen.times_s), -1)

    def celsius(theta: NDArray[np.floating]) -> Volume:
        return Volume((theta + reference).astype(theta.dtype), grid, "Cel")

    units = {law.name: "1" for law in seen.settings.laws}
    energy = account.balance_energy(state, seen)
    return Result(
        celsius(state.theta),
        celsius(seen.peak),
        celsius(seen.coldest),
        {name: Volume(field, grid, units[name]) for name, field in seen.maps.items()},
        seen.settings.laws,
        np.array(seen.times_s),
        np.array(seen.points_theta).reshape(shape) + reference,
        np.array(seen.bodies_theta).reshape(shape) + reference,
        energy,
        stepping,
        account.list_warnings(state, seen, energy),
        None if state.circuit is None else current.read_trace(state.circuit),
    )
