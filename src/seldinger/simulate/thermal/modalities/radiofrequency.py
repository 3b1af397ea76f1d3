"""Radiofrequency: electrodes, and the generator that drives them, by the device or by a file."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.catalogue import tissues as shelf
from seldinger.core.errors import PlanError, SimulationError
from seldinger.core.record import read_assumptions
from seldinger.physics.thermal.controllers import (
    Drive,
    Hold,
    ImpedancePulses,
    PowerRamp,
    TipTemperature,
)
from seldinger.physics.thermal.radiofrequency import (
    FACES,
    Conductor,
    Electrode,
    Generator,
    Radiofrequency,
)
from seldinger.simulate.thermal.modalities.base import AtWork, Modality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.catalogue.applicators import Controller as Declared
    from seldinger.core.space import Grid
    from seldinger.physics.thermal.controllers import Controller
    from seldinger.simulate.layout import ExperimentFile
    from seldinger.simulate.layout_tools import ControllerSection, RadiofrequencySection
    from seldinger.simulate.place import Place
    from seldinger.simulate.thermal.scene import HeatScene
    from seldinger.simulate.thermal.setup import Biology, Changes, Electric, Placed

_ASSUMED = read_assumptions("seldinger.simulate.thermal")
PER_K = _ASSUMED["rf_share_per_k"]
DRY_FROM = _ASSUMED["rf_falls_from_c"]
DRY_AT = _ASSUMED["rf_dry_at_c"]
DRY_SHARE = _ASSUMED["rf_dry_share"]
DRYING = _ASSUMED["rf_drying_mm"]
SERIES = _ASSUMED["rf_series_ohm"]
FIRST = _ASSUMED["rf_first_ohm"]
COOLANT = _ASSUMED["rf_coolant_c"]
SHAFT = _ASSUMED["rf_shaft_mm"]
ASSUMPTIONS = (PER_K, DRY_FROM, DRY_AT, DRY_SHARE, DRYING, SERIES, FIRST, COOLANT, SHAFT)
"""In the order of ``setup.Electric``."""

_BLOOD, _CURRENT = "blood", "electric_conductivity_s_per_m"
_METAL_S_PER_M = 0.0
"""Cold rods and planes do not conduct: their shafts are insulated."""
_MANY = 1000
_MINUTE_S = 60.0


def _electrodes(grid: Grid, placed: Sequence[Placed]) -> AtWork:
    return AtWork(electrodes=tuple(_electrode(one) for one in placed))


def _electrode(one: Placed) -> Electrode:
    device, bare = one.applicator, one.make_rod(one.applicator.active_mm or 0.0)
    if device.cooled != (one.core_c is not None):
        need = "is missing" if device.cooled else f"means nothing: {device.id} is not cooled"
        raise SimulationError(f"{one.name}: coolant_c {need}")
    return Electrode(one.name, bare, one.shaft_mm, one.core_c, potential=one.potential)


def _tuned(one: Placed, biology: Biology, changes: Changes) -> Placed:
    core = biology.electric.coolant_c if one.applicator.cooled else None
    return replace(one, core_c=core, shaft_mm=biology.electric.shaft_mm)


RADIOFREQUENCY = Modality(
    name="radiofrequency", part="electrode", tune=_tuned, build=_electrodes, driven=True
)


def build_circuit(
    scene: HeatScene,
    placed: Sequence[Placed],
    made: AtWork,
    electric: Electric,
    changes: Changes,
) -> Radiofrequency | None:
    """Everything electrical of a plan: electrodes together, against pads far away.

    Args:
        scene: whose tissues conduct.
        placed: the applicators.
        made: what they are, among vessels, which conduct like blood.
        electric: what no table says.
        changes: of this sample.

    Raises:
        PlanError: an electrode without a controller.
    """
    if not made.electrodes:
        return None
    first, power = placed[0].applicator, changes.power
    declared = first.controller
    if declared is None:
        raise PlanError(f"{first.id} declares no controller: nothing says what its generator does")
    # What an electrode is set to is the most that its share of the generator gives.
    most_w = sum(min(p.most_w or math.inf, declared.most_w) for p in placed) * power
    most_a = math.inf if declared.most_a is None else declared.most_a * len(placed)
    *wet, blood = (shelf.tissue(n).value(_CURRENT, changes.edits) for n in (*scene.tissues, _BLOOD))
    return Radiofrequency(
        electrodes=made.electrodes,
        conductors=_conductors(wet, electric),
        bodies_s_per_m=(blood,) * len(made.bodies),
        pads=FACES,
        series_ohm=electric.series_ohm,
        generator=Generator(most_w, most_a, math.inf, math.inf),
        controller=_declared(declared, electric.first_ohm, power * len(placed)),
        duration_s=max(one.driven_s for one in placed),
        # A coarse block is searched, not reported: finer cells there would be time alone.
        drying_mm=max(electric.drying_mm, scene.grid.spacing_mm[0]),
    )


def read_circuit(
    asked: ExperimentFile, place: Place, probes: Sequence[Placed], made: AtWork
) -> Radiofrequency | None:
    """Everything electrical of an experiment, as its file says it.

    Args:
        asked: the file.
        place: whose tissues conduct.
        probes: of the file.
        made: what they are, among bodies: vessels are blood, the edge is tissue, metal insulates.

    Raises:
        SimulationError: a choice, a conductivity or an electrode is missing.
        ValueError: it does not fit together; from the engine.
    """
    section = asked.radiofrequency
    if section is None or not made.electrodes:
        if section is not None:
            raise SimulationError(
                "[radiofrequency] without an electrode: give a [[probe]] that is one, or leave the "
                "section out"
            )
        return None
    wet = [value for value in place.electric_s_per_m if value is not None]
    if len(wet) < len(place.electric_s_per_m):
        raise SimulationError(f"[tissue] lacks {_CURRENT}: electrodes need it")
    blood = shelf.tissue(_BLOOD).value(_CURRENT)
    by_kind = {"vessel": blood, "vessels": blood, "edge": wet[0]}
    kinds = (body.name.split()[0] for body in made.bodies)
    return Radiofrequency(
        electrodes=made.electrodes,
        conductors=_conductors(wet, section),
        bodies_s_per_m=tuple(by_kind.get(kind, _METAL_S_PER_M) for kind in kinds),
        pads=section.pads,
        series_ohm=section.series_ohm,
        generator=_generator(section, [p.applicator for p in probes]),
        controller=_described(section.controller),
        duration_s=section.seconds,
        drying_mm=section.drying_mm,
    )


def _conductors(
    wet_s_per_m: Sequence[float], numbers: Electric | RadiofrequencySection
) -> tuple[Conductor, ...]:
    """Tissues that conduct better as they warm, and hardly once they are dry."""
    n = numbers
    return tuple(
        Conductor(wet, n.share_per_k, n.falls_from_c, n.dry_at_c, n.dry_share * wet)
        for wet in wet_s_per_m
    )


def _generator(section: RadiofrequencySection, devices: Sequence[Applicator]) -> Generator:
    """The file's limits; the devices' own where it says nothing."""
    own = [one.controller for one in devices if one.controller is not None]
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


def _declared(declared: Declared, first_ohm: float, power: float) -> Controller:
    """The catalogue's controller as the engine's."""
    if declared.kind == "tip temperature" and declared.target_c is not None:
        return TipTemperature(declared.target_c, declared.most_w * power, 5.0)
    if declared.kind == "constant":
        return Hold(Drive("W", declared.start_w * power))
    share = (declared.rise_ohm or math.inf) / first_ohm
    rest = declared.pause_s or 1.0
    if declared.step_w is None or declared.step_s is None:
        return ImpedancePulses(Drive("W", declared.start_w * power), share, rest)
    step = declared.step_w * power * _MINUTE_S / declared.step_s
    return PowerRamp(declared.start_w * power, step, share, rest, 1.0, _MANY)


def _described(section: ControllerSection) -> Controller:
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
