"""Pulse: pressure and flow over a heartbeat at the lesion and at the ankle.

The vessels of the model with elastic walls, beds that store blood, and a pressure at the root of
ordinary shape. Each vessel is one lump: what it tells is the size of the pulse, not its travel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.physics.flow.boundaries import PressureBoundary, Waveform, WindkesselBoundary
from seldinger.physics.flow.elements import stenosis_vessel, vessel_along
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.settings import PeriodSettings
from seldinger.physics.flow.solve import solve_period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.physics.flow.elements import Stenosis
    from seldinger.physics.flow.network import Vessel
    from seldinger.simulate.flow.model import FlowModel, FlowState

    Floats = NDArray[np.float64]

RATE = Assumption(
    "heart_rate_per_min",
    70.0,
    "/min",
    50.0,
    110.0,
    "of a resting adult; the patient's belongs here",
)
PULSE_PRESSURE = Assumption(
    "pulse_pressure_mmhg", 40.0, "mm[Hg]", 25.0, 80.0,
    "120 over 80 mmHg; the patient's own belongs here",
)  # fmt: skip
WAVE_SPEED = Assumption(
    "pulse_wave_m_per_s", 8.0, "m/s", 5.0, 14.0, "how stiff arteries are; older ones are stiffer"
)
BED_TIME = Assumption(
    "bed_time_constant_s",
    1.0,
    "s",
    0.3,
    2.0,
    "resistance times compliance of a bed; no source read",
)
ASSUMPTIONS = (RATE, PULSE_PRESSURE, WAVE_SPEED, BED_TIME)
_PROXIMAL = 0.1
"""Share of a bed's resistance that lies before what it stores."""
_SYSTOLE = 0.36
_SAMPLES = 128
_ANKLE = ("posterior tibial artery", "anterior tibial artery", "dorsalis pedis artery")


@dataclass(frozen=True, slots=True)
class Pulse:
    """A heartbeat.

    Attributes:
        rate_per_min: of the heart.
        pulse_mmhg: systolic less diastolic pressure at the root.
        wave_m_per_s: speed of the pulse wave, which tells how stiff the walls are.
        bed_s: time constant of every bed.
    """

    rate_per_min: float = RATE.value
    pulse_mmhg: float = PULSE_PRESSURE.value
    wave_m_per_s: float = WAVE_SPEED.value
    bed_s: float = BED_TIME.value


@dataclass(frozen=True, slots=True, eq=False)
class Beat:
    """A heartbeat at the lesion.

    Attributes:
        time_s: (t,).
        root_mmhg, proximal_mmhg, distal_mmhg: (t,) at the root, before and behind the lesion.
        flow_ml_per_s: (t,) through it.
        ankle_mmhg: (t,) highest of the arteries at the ankle; None where none is fed.
    """

    time_s: Floats
    root_mmhg: Floats
    proximal_mmhg: Floats
    distal_mmhg: Floats
    flow_ml_per_s: Floats
    ankle_mmhg: Floats | None

    __repr__ = short_repr

    @property
    def ankle_brachial(self) -> float | None:
        """Systolic pressure at the ankle over that at the root, which stands for the arm."""
        if self.ankle_mmhg is None:
            return None
        return float(self.ankle_mmhg.max() / self.root_mmhg.max())


def solve_beat(
    model: FlowModel,
    state: FlowState,
    stenoses: Mapping[str, Stenosis],
    pulse: Pulse,
    *,
    dilated: bool = False,
) -> Beat:
    """A heartbeat that repeats, with the beds as they were found.

    Args:
        model: of the circulation.
        state: as it was solved with these stenoses.
        stenoses: by name; one that is left out is healthy.
        pulse: of the heart.
        dilated: in hyperaemia; else at rest.

    Raises:
        SimulationError: it has no periodic state.
    """
    circulation = model.circulation
    drive, root = circulation.drive, f"n{circulation.root}"
    vessels = tuple(_list_vessels(model, stenoses, pulse))
    beds = [b for b in model.circuit.network.boundaries if b.node != root or b.name != "root"]
    windkessels = tuple(
        WindkesselBoundary(
            bed.name, bed.node, _PROXIMAL * r, pulse.bed_s / r, (1.0 - _PROXIMAL) * r,
            drive.venous_mmhg,
        )
        for bed, r in zip(beds, state.beds[int(dilated)].tolist(), strict=True)
    )  # fmt: skip
    wave = _shape_pressure(drive.arterial_mmhg, pulse)
    network = Network(vessels, (PressureBoundary("root", root, wave), *windkessels))
    solved = solve_period(network, PeriodSettings(samples=_SAMPLES))
    names = [vessel.name for vessel in vessels]
    at = names.index(circulation.lesion)
    ends = [n for n, name in enumerate(names) if any(word in name for word in _ANKLE)]
    ankle = solved.end_mmhg[:, ends].max(axis=1) if ends else None
    return Beat(
        solved.time_s, wave.sampled(solved.time_s), solved.start_mmhg[:, at],
        solved.end_mmhg[:, at], solved.start_ml_per_s[:, at], ankle,
    )  # fmt: skip


def _list_vessels(model: FlowModel, stenoses: Mapping[str, Stenosis], pulse: Pulse) -> list[Vessel]:
    tree, drive = model.circulation.tree, model.circulation.drive
    held = {one.edge: name for name, one in model.circulation.narrowings.items()}
    found = []
    for number in model.edges:
        edge = tree.edges[number]
        nodes = (f"n{edge.start}", f"n{edge.end}")
        name = held.get(number)
        if name is None:
            title = f"{edge.name or 'vessel'} ({number})"
            found.append(vessel_along(title, nodes, edge.curve, drive.fluid, pulse.wave_m_per_s))
            continue
        known = model.circulation.narrowings[name].stenosis
        whole = replace(known, narrowest_mm=known.reference_mm)
        found.append(stenosis_vessel(name, nodes, stenoses.get(name, whole), drive.fluid))
    return found


def _shape_pressure(mean_mmhg: float, pulse: Pulse) -> Waveform:
    """An aortic pressure of ordinary shape: it rises and falls in systole, then runs off."""
    period = 60.0 / pulse.rate_per_min
    share = np.linspace(0.0, 1.0, 81)
    notch = 0.45
    rise = np.sin(np.pi * np.clip(share / _SYSTOLE, 0.0, 1.0) ** 0.8) * (1.0 - notch) + (
        notch * np.clip(share / _SYSTOLE, 0.0, 1.0)
    )
    fall = notch * np.exp(-2.2 * (share - _SYSTOLE) / (1.0 - _SYSTOLE))
    shape = np.where(share < _SYSTOLE, rise, fall)
    # It ends where it began.
    shape -= share * (shape[-1] - shape[0])
    shape = (shape - shape.min()) / (shape.max() - shape.min())
    shape -= np.trapezoid(shape, share)
    values = mean_mmhg + pulse.pulse_mmhg * shape
    return Waveform(tuple(values.tolist()), tuple((period * share).tolist()))
