"""Electric: electrodes of the catalogue, and a generator as the file describes it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue import tissues as shelf
from seldinger.core.errors import SimulationError
from seldinger.physics.thermal.bodies import Rod
from seldinger.physics.thermal.controllers import (
    Drive,
    Hold,
    ImpedancePulses,
    PowerRamp,
    TipTemperature,
)
from seldinger.physics.thermal.radiofrequency import (
    Conductor,
    Electrode,
    Generator,
    Radiofrequency,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.bodies import FixedBody
    from seldinger.physics.thermal.controllers import Controller
    from seldinger.simulate.layout import ExperimentFile
    from seldinger.simulate.layout_tools import ControllerSection, RadiofrequencySection
    from seldinger.simulate.place import Place
    from seldinger.simulate.probes import Probe

_CURRENT = "electric_conductivity_s_per_m"
_METAL_S_PER_M = 0.0
"""Cold rods and planes do not conduct: their shafts are insulated."""


def electrodes(placed: Sequence[Probe]) -> tuple[Electrode, ...]:
    """The probes that are electrodes.

    Raises:
        SimulationError: a cooled one without the temperature of its coolant, or the reverse.
    """
    found = []
    for probe in placed:
        device, asked = probe.device, probe.asked
        if device.modality != "radiofrequency":
            continue
        if device.cooled != (asked.coolant_c is not None):
            need = "is missing" if device.cooled else f"means nothing: {device.id} is not cooled"
            raise SimulationError(f"{probe.name}: coolant_c {need}")
        active = device.active_mm or 0.0
        bare = Rod(asked.tip_lps_mm, asked.axis_lps, active, 0.5 * device.diameter_mm)
        found.append(
            Electrode(
                name=probe.name,
                rod=bare,
                shaft_mm=max(0.0, device.usable_mm - active),
                core_c=asked.coolant_c,
                potential=asked.potential,
            )
        )
    return tuple(found)


def taken(grid: Grid, placed: Sequence[Probe]) -> Mask:
    """Cells of electrodes and their shafts, (i, j, k)."""
    cells: Mask = np.zeros(grid.shape, dtype=np.bool_)
    for one in electrodes(placed):
        cells |= one.cells(grid) | one.shaft_cells(grid)
    return cells


def setup(
    asked: ExperimentFile, place: Place, placed: Sequence[Probe], bodies: Sequence[FixedBody]
) -> Radiofrequency | None:
    """Everything electrical; none without electrodes.

    Raises:
        SimulationError: a choice or a conductivity is missing.
        ValueError: it does not fit together; from the engine.
    """
    active = electrodes(placed)
    section = asked.radiofrequency
    if not active:
        if section is not None:
            raise SimulationError("[radiofrequency] without an electrode: give a [[probe]], or go")
        return None
    if section is None:
        raise SimulationError("[radiofrequency] is missing: say how the electrodes are driven")
    if place.electric_s_per_m.count(None):
        raise SimulationError(f"[tissue] lacks {_CURRENT}: electrodes need it")
    conducts = [value for value in place.electric_s_per_m if value is not None]
    blood = shelf.tissue("blood").value(_CURRENT)
    by_kind = {"vessel": blood, "vessels": blood, "edge": conducts[0]}
    return Radiofrequency(
        electrodes=active,
        conductors=tuple(
            Conductor(
                s_per_m=value,
                share_per_k=section.share_per_k,
                falls_from_c=section.falls_from_c,
                dry_at_c=section.dry_at_c,
                dry_s_per_m=section.dry_share * value,
            )
            for value in conducts
        ),
        bodies_s_per_m=tuple(by_kind.get(b.name.split()[0], _METAL_S_PER_M) for b in bodies),
        pads=section.pads,
        series_ohm=section.series_ohm,
        generator=_generator(section, placed),
        controller=_controller(section.controller),
        duration_s=section.seconds,
        drying_mm=section.drying_mm,
    )


def _generator(section: RadiofrequencySection, placed: Sequence[Probe]) -> Generator:
    """The file's limits; the devices' own where it says nothing."""
    own = [p.device.controller for p in placed if p.device.controller is not None]
    most_w = section.most_w or min((c.most_w for c in own), default=None)
    if most_w is None:
        raise SimulationError("[radiofrequency] most_w is missing: the device does not tell it")
    amperes = [c.most_a for c in own if c.most_a is not None]
    return Generator(
        most_w=most_w,
        most_a=section.most_a or min(amperes, default=math.inf),
        most_v=section.most_v or math.inf,
        most_ohm=section.most_ohm or math.inf,
    )


def _controller(section: ControllerSection) -> Controller:
    """The controller that the file describes; its layout holds every number that its kind needs."""
    s = section
    if s.target_c is not None and s.most_w is not None and s.band_k is not None:
        return TipTemperature(s.target_c, s.most_w, s.band_k)
    if s.start_w is not None and s.step_w is not None and s.restart_share is not None:
        rise, rest, times = s.rise_share or 0.0, s.pause_s or 0.0, s.restarts or 0
        return PowerRamp(s.start_w, s.step_w, rise, rest, s.restart_share, times)
    drive = Drive("W", s.power_w or 0.0)
    if s.rise_share is not None and s.pause_s is not None:
        return ImpedancePulses(drive, s.rise_share, s.pause_s)
    return Hold(drive)
