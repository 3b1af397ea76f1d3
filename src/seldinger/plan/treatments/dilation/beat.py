"""Beat: pressure and flow over a heartbeat before and after, and the ankle-brachial index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.simulate.effect import Measure, Trace
from seldinger.simulate.flow.model import build_model, solve_states
from seldinger.simulate.flow.pulse import (
    BED_TIME,
    PULSE_PRESSURE,
    RATE,
    WAVE_SPEED,
    Pulse,
    solve_beat,
)

if TYPE_CHECKING:
    from seldinger.physics.flow.elements import Stenosis
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.effect import FlowChange
    from seldinger.simulate.flow.pulse import Beat

_ABI = "vascular_flow.abi.disease"
WHEN = ("before", "after")


def predict_beats(case: VesselCase, change: FlowChange, after: Stenosis) -> tuple[Beat, Beat]:
    """A heartbeat at rest, before and after.

    Args:
        case: with its assumptions.
        change: with its circulation.
        after: the lesion once it is treated.
    """
    value, circulation = case.assumed.get_value, change.placed.circulation
    pulse = Pulse(
        value(RATE.name), value(PULSE_PRESSURE.name), value(WAVE_SPEED.name), value(BED_TIME.name)
    )
    known = {name: one.stenosis for name, one in circulation.narrowings.items()}
    sets = (known, {**known, circulation.lesion: after})
    model = build_model(circulation)
    states = solve_states(model, sets, circulation.drive)
    first, second = (
        solve_beat(model, state, stenoses, pulse)
        for state, stenoses in zip(states, sets, strict=True)
    )
    return first, second


def list_measures(beats: tuple[Beat, Beat]) -> tuple[Measure, ...]:
    """The ankle-brachial index of a leg; nothing elsewhere."""
    fact = evidence.fact(_ABI)
    found = []
    for when, beat in zip(WHEN, beats, strict=True):
        index = beat.ankle_brachial
        if index is not None:
            least = fact.value if when == "after" else None
            found.append(
                Measure(
                    f"ankle-brachial-{when}", f"ankle-brachial index at rest, {when}", "1", index,
                    at_least=least, sources=(fact.source,) if least else (),
                )
            )  # fmt: skip
    return tuple(found)


def list_traces(beats: tuple[Beat, Beat]) -> dict[str, Trace]:
    """Pressures on both sides of the lesion and flow through it, by name."""
    found = {}
    for when, beat in zip(WHEN, beats, strict=True):
        found[f"proximal pressure {when}"] = Trace(beat.time_s, beat.proximal_mmhg, "mm[Hg]")
        found[f"distal pressure {when}"] = Trace(beat.time_s, beat.distal_mmhg, "mm[Hg]")
        found[f"flow {when}"] = Trace(beat.time_s, 60.0 * beat.flow_ml_per_s, "mL/min")
    return found
