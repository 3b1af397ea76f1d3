"""Current: radiofrequency electrodes of the catalogue in a heat scene, as the engine takes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue import tissues as shelf
from seldinger.core.errors import PlanError
from seldinger.core.record import Assumption
from seldinger.physics.thermal.bodies import Rod
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.catalogue.applicators import Controller as Declared
    from seldinger.physics.thermal.bodies import FixedBody
    from seldinger.physics.thermal.controllers import Controller
    from seldinger.simulate.thermal.heating import Placed
    from seldinger.simulate.thermal.scene import HeatScene

PER_K = Assumption(
    "rf_share_per_k", 0.02, "1", 0.0, 0.03,
    "electric conductivity gained per kelvin, relative; usual for salt water, no source read",
)  # fmt: skip
DRY_FROM = Assumption(
    "rf_falls_from_c", 100.0, "Cel", 95.0, 100.5, "where tissue begins to lose its conductivity"
)
DRY_AT = Assumption(
    "rf_dry_at_c", 101.0, "Cel", 100.6, 110.0,
    "where it has lost it; with a slower fall tissue passes 110 C, which is not seen",
)  # fmt: skip
DRY_SHARE = Assumption(
    "rf_dry_share", 0.01, "1", 0.0001, 0.1, "share of electric conductivity that dry tissue keeps"
)
DRYING = Assumption(
    "rf_drying_mm", 1.0, "mm", 0.5, 2.0,
    "width of tissue that dries at once, edge of the cells along the electrode; no source read",
)  # fmt: skip
SERIES = Assumption(
    "rf_series_ohm", 20.0, "Ohm", 0.0, 60.0,
    "of the body beyond the computed block, the pads and the cable",
)  # fmt: skip
FIRST = Assumption(
    "rf_first_ohm", 70.0, "Ohm", 40.0, 150.0,
    "usual first impedance: turns a controller's rise in ohm into a share",
)  # fmt: skip
COOLANT = Assumption(
    "rf_coolant_c", 20.0, "Cel", 5.0, 37.0, "temperature of what runs through a cooled electrode"
)
SHAFT = Assumption(
    "rf_shaft_mm",
    60.0,
    "mm",
    10.0,
    150.0,
    "of insulated shaft behind an electrode that is computed",
)
ASSUMPTIONS = (PER_K, DRY_FROM, DRY_AT, DRY_SHARE, DRYING, SERIES, FIRST, COOLANT, SHAFT)

_MANY = 1000
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Electric:
    """Values of ``ASSUMPTIONS``, in their order."""

    share_per_k: float
    falls_from_c: float
    dry_at_c: float
    dry_share: float
    drying_mm: float
    series_ohm: float
    first_ohm: float
    coolant_c: float
    shaft_mm: float


def of(
    scene: HeatScene,
    placed: Sequence[Placed],
    bodies: Sequence[FixedBody],
    electric: Electric,
    power: float,
    edits: Mapping[str, float],
) -> Radiofrequency:
    """All electrodes of an arrangement, active together against pads far away.

    Args:
        scene: whose tissues conduct.
        placed: the electrodes.
        bodies: held by the model: vessels, which conduct like blood.
        electric: what no table says.
        power: factor on what the generator is set to.
        edits: the user's own numbers of tissues.

    Raises:
        PlanError: an electrode without a controller.
    """
    first = placed[0].applicator
    if first.controller is None:
        raise PlanError(f"{first.id} declares no controller: nothing says what its generator does")
    blood = shelf.tissue("blood").value("electric_conductivity_s_per_m", edits)
    declared = first.controller
    # What an electrode is set to is the most that its share of the generator gives.
    most_w = sum(_most_w(one, declared) for one in placed) * power
    return Radiofrequency(
        electrodes=tuple(_electrode(n, one, electric) for n, one in enumerate(placed, start=1)),
        conductors=tuple(_conductor(name, electric, edits) for name in scene.tissues),
        bodies_s_per_m=(blood,) * len(bodies),
        pads=FACES,
        series_ohm=electric.series_ohm,
        generator=Generator(
            most_w,
            math.inf if declared.most_a is None else declared.most_a * len(placed),
            math.inf,
            math.inf,
        ),
        controller=_controller(declared, electric, power * len(placed)),
        duration_s=max(one.seconds for one in placed),
        # A coarse block is searched, not reported: finer cells there would be time alone.
        drying_mm=max(electric.drying_mm, scene.grid.spacing_mm[0]),
    )


def _most_w(one: Placed, declared: Declared) -> float:
    set_w = [s.power_w for s in one.schedule if s.power_w is not None]
    return min(max(set_w), declared.most_w) if set_w else declared.most_w


def _electrode(number: int, one: Placed, electric: Electric) -> Electrode:
    rod = Rod(
        one.tip_lps_mm,
        one.axis_lps,
        one.applicator.active_mm or 0.0,
        0.5 * one.applicator.diameter_mm,
    )
    core = electric.coolant_c if one.applicator.cooled else None
    return Electrode(f"electrode {number}", rod, electric.shaft_mm, core)


def _conductor(name: str, electric: Electric, edits: Mapping[str, float]) -> Conductor:
    wet = shelf.tissue(name).value("electric_conductivity_s_per_m", edits)
    return Conductor(
        wet, electric.share_per_k, electric.falls_from_c, electric.dry_at_c,
        wet * electric.dry_share,
    )  # fmt: skip


def _controller(declared: Declared, electric: Electric, power: float) -> Controller:
    """The catalogue's controller as the engine's."""
    if declared.kind == "tip temperature" and declared.target_c is not None:
        return TipTemperature(declared.target_c, declared.most_w * power, 5.0)
    if declared.kind == "constant":
        return Hold(Drive("W", declared.start_w * power))
    share = (declared.rise_ohm or math.inf) / electric.first_ohm
    rest = declared.pause_s or 1.0
    if declared.step_w is None or declared.step_s is None:
        return ImpedancePulses(Drive("W", declared.start_w * power), share, rest)
    step = declared.step_w * power * _MINUTE_S / declared.step_s
    return PowerRamp(declared.start_w * power, step, share, rest, 1.0, _MANY)
