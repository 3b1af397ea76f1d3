"""A run: from a block at rest to what heat or cold did to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.progress import silent
from seldinger.core.volume import Volume
from seldinger.physics.thermal import current, front, limit
from seldinger.physics.thermal import model as models
from seldinger.physics.thermal.model import TwoCompartmentFlow
from seldinger.physics.thermal.result import Energy, Result, Stepping
from seldinger.physics.thermal.step import begin, euler_step, restrict, super_step
from seldinger.physics.thermal.watch import observe, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from seldinger.core.progress import Progress
    from seldinger.physics.thermal.model import Model, Settings
    from seldinger.physics.thermal.step import Drying, State
    from seldinger.physics.thermal.watch import Watch

_SAFETY = 0.98
_CUT_SHARE = 0.01
_BOIL_C = 100.0
_DRY_C = 110.0
_INSTANT_S = 1e-9


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
    state = begin(model, settings, front.first_box(model, settings))
    restrict(state)
    if model.radiofrequency is not None:
        state.circuit = current.begin(state, model.radiofrequency, plain=settings.plain)
    method, stable, longest = _plan(state, settings)
    reaches = [front.reach(s.density_per_m3) for s in model.sources]
    times = _samples(model, settings)
    seen = watch(state, settings)
    observe(state, seen, 0.0, 0.5 * float(times[1]))
    count = 1
    for n in range(1, len(times)):
        start, end = float(times[n - 1]), float(times[n])
        progress("heat", start / settings.duration_s)
        power = np.array([s.schedule.at(start) for s in model.sources], dtype=np.float64)
        coming = state.dose_j + power * (end - start)
        front.grow(state, reaches, coming, end - start, settings.front_k)
        _set_sources(state, tuple(power.tolist()), end - start)
        squares = 0.0
        for time, dt in _steps(state, start, end, longest):
            squares += dt * dt
            if method == "explicit":
                euler_step(state, time, dt)
            else:
                count = limit.stages(dt, stable)
                super_step(state, time, dt, count)
        state.dose_j += power * (end - start)
        after = float(times[n + 1]) if n + 1 < len(times) else end
        lag = dt if state.circuit is None else squares / (end - start)
        lag = lag if method == "explicit" else 0.0
        observe(state, seen, end, 0.5 * (after - start), lag)
    progress("heat", 1.0)
    share = state.worked / state.steps
    return _result(state, seen, Stepping(method, stable, longest, count, state.steps, share))


def _steps(
    state: State, start_s: float, end_s: float, longest_s: float
) -> Iterator[tuple[float, float]]:
    """When each step of a sample begins, and how long it is."""
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
        current.keep(circuit, dt)
        time += dt


def _plan(state: State, settings: Settings) -> tuple[str, float, float]:
    """Method, longest stable explicit step, longest step to take."""
    model = state.model
    walls = [c.wall for c in state.contacts]
    stable = _SAFETY * limit.stable_step_s(model, state.material, walls)
    method = settings.method
    if method == "auto":
        method = "super" if limit.may_freeze(model) else "explicit"
    if method == "super":
        return method, stable, settings.step_s or settings.sample_every_s
    if settings.step_s is not None and settings.step_s > stable:
        raise ValueError(
            f"an explicit step of {settings.step_s:g} s is unstable here: at most {stable:.4g} s; "
            f"shorten step_s or use method 'super'"
        )
    return method, stable, settings.step_s or stable


def _samples(model: Model, settings: Settings) -> NDArray[np.float64]:
    """When to look: evenly, and whenever something is switched."""
    end = settings.duration_s
    switched = [t for s in model.sources for t in s.schedule.ends_s]
    if model.radiofrequency is not None:
        switched.append(model.radiofrequency.duration_s)
    for body in model.bodies:
        ends = body.programme.ends_s
        switched += [*ends, *(t + body.programme.ramp_s for t in (0.0, *ends[:-1]))]
    even = np.arange(0.0, end, settings.sample_every_s)
    times = np.unique([*even.tolist(), *(t for t in switched if 0.0 < t < end), end])
    keep = np.diff(times, prepend=-1.0) > _INSTANT_S
    return np.asarray(times[keep])


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
            _spare(state, drying)
            drying.even[:] = _heat(state, powers_w, dries=False)
            drying.watery[:] = _heat(state, powers_w, dries=True)
            state.own_source[:] = drying.even + drying.watery
        numbers = np.array([seconds, 0.0, 1.0], dtype=state.dtype)
        state.damage_loops.dried(
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
    out[:] = heat


def _spare(state: State, drying: Drying) -> None:
    """Count what dry tissue did not take up since the powers last changed."""
    tissue = state.material > 0
    for n, (source, power) in enumerate(
        zip(state.model.sources, state.powers_w or (), strict=False)
    ):
        if source.dries:
            taken = source.density_per_m3[tissue] * drying.dry_s[tissue]
            drying.spared_j[n] += power * float(taken.sum()) * state.spacing_m**3
    drying.dry_s[:] = 0.0


def _result(state: State, seen: Watch, stepping: Stepping) -> Result:
    model = state.model
    reference, grid = model.reference_c, model.grid
    shape = (len(seen.times_s), -1)

    def celsius(theta: NDArray[np.floating]) -> Volume:
        return Volume((theta + reference).astype(theta.dtype), grid, "Cel")

    units = {law.name: "1" for law in seen.settings.laws}
    return Result(
        celsius(state.theta),
        celsius(seen.peak),
        celsius(seen.coldest),
        {name: Volume(field, grid, units[name]) for name, field in seen.maps.items()},
        seen.settings.laws,
        np.array(seen.times_s),
        np.array(seen.points_theta).reshape(shape) + reference,
        np.array(seen.bodies_theta).reshape(shape) + reference,
        _energy(state, seen),
        stepping,
        _warnings(state, seen),
        None if state.circuit is None else current.trace(state.circuit),
    )


def _energy(state: State, seen: Watch) -> Energy:
    here = state.cells
    volume = state.spacing_m**3
    tissue = state.material[here] > 0
    absorbed = [
        float(s.density_per_m3[here][tissue].sum(dtype=np.float64)) * volume * float(joule)
        for s, joule in zip(state.model.sources, state.dose_j, strict=True)
    ]
    if state.drying is not None:
        _spare(state, state.drying)
        absorbed = [a - s for a, s in zip(absorbed, state.drying.spared_j.tolist(), strict=True)]
    if state.circuit is not None:
        absorbed.append(current.absorbed_j(state, state.circuit))
    stored = float(state.enthalpy[here][tissue].sum(dtype=np.float64)) * volume
    return Energy(
        tuple(absorbed), tuple(state.given_j.tolist()), seen.to_blood_j, stored - state.start_j
    )


def _warnings(state: State, seen: Watch) -> tuple[str, ...]:
    model = state.model
    found = []
    for source in model.sources:
        share = source.inside(model.grid)
        # A fitted absorption below one is the antenna's loss, not the grid's: compare the rim.
        rim = _rim(source.density_per_m3) * share
        if rim > _CUT_SHARE:
            found.append(f"{source.name}: {rim:.0%} of its heat lies at the edge of the grid")
    for number, tissue in enumerate(model.tissues, start=1):
        mine = state.material == number
        if tissue.boiling is None and mine.any():
            hottest = float(seen.peak[mine].max()) + model.reference_c
            if hottest > _BOIL_C:
                found.append(f"{tissue.name} reached {hottest:.0f} C without boiling")
    if state.circuit is not None:
        hottest = float(seen.peak[state.material > 0].max()) + model.reference_c
        if hottest > _DRY_C:
            found.append(
                f"tissue reached {hottest:.0f} C: current was forced through dry tissue; limit the "
                f"voltage or the impedance"
            )
    theta = np.abs(state.theta)
    edge = max(float(np.take(theta, n, a).max()) for a in range(3) for n in (0, -1))
    if edge > 1.0:
        found.append(f"the edge of the grid changed by {edge:.1f} K: the grid is too small")
    return tuple(found)


def _rim(density: NDArray[np.floating]) -> float:
    """Share of a source in the outermost cells."""
    total = float(density.sum(dtype=np.float64))
    inner = float(density[1:-1, 1:-1, 1:-1].sum(dtype=np.float64))
    return 1.0 - inner / total if total > 0.0 else 0.0
