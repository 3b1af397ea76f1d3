"""Layout of what works: probes of the catalogue, electrodes, simple sources and cold bodies."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from seldinger.core.errors import CaseError
from seldinger.core.quantity import Quantity
from seldinger.core.space import Vector
from seldinger.evidence.records import NotNegative, Positive, Text, describe, optional
from seldinger.physics.thermal.sources import Absorption
from seldinger.simulate.layout_place import Celsius, Share, check_given
from seldinger.simulate.placement import DUTY, POWER, TEMPERATURE, Phase, freeze, make_heating

Face = Literal["right", "left", "anterior", "posterior", "inferior", "superior"]
Act = Literal["heat", "pause", "freeze", "passive", "thaw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSection:
    """One stretch of a schedule."""

    act: Act = field(
        metadata=describe("heat, pause; freeze, passive (no heat passes), thaw (actively warmed)")
    )
    seconds: Positive
    power_w: NotNegative | None = optional("heat")
    temperature_c: Celsius | None = optional("freeze, thaw")
    duty: Annotated[float, Gt(0.0), Le(1.0)] | None = optional(
        "freeze, thaw: share of the time; left out: all of it"
    )

    def __post_init__(self) -> None:
        cold = ("temperature_c",)
        needed = {"heat": ("power_w",), "pause": (), "freeze": cold, "passive": (), "thaw": cold}
        check_given(self, self.act, needed)
        if self.duty is not None and self.act not in {"freeze", "thaw"}:
            raise CaseError(f"duty means nothing to {self.act!r}: leave it out")

    @property
    def phase(self) -> Phase:
        """As every programme has it."""
        told = ((POWER, self.power_w, "W"), (TEMPERATURE, self.temperature_c, "Cel"),
                (DUTY, self.duty, "1"))  # fmt: skip
        setpoints = tuple(Quantity(name, v, unit) for name, v, unit in told if v is not None)
        return Phase(self.act, self.seconds, setpoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Programmed:
    """What works by one power, or by a schedule."""

    power_w: Positive | None = optional("with seconds: one power")
    seconds: Positive | None = None
    schedule: tuple[StepSection, ...] = optional("or stretch by stretch", default=())

    def __post_init__(self) -> None:
        if (self.power_w is None) != (self.seconds is None):
            raise CaseError("power_w and seconds go together: give both or a schedule")
        if self.power_w is not None and self.schedule:
            raise CaseError("power_w and a schedule: give one of them")

    @property
    def phases(self) -> tuple[Phase, ...]:
        """What it does."""
        if self.power_w is not None and self.seconds is not None:
            return (make_heating(self.seconds, self.power_w),)
        return tuple(step.phase for step in self.schedule)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorptionSection:
    """An antenna's heating of one's own, instead of the catalogue's fit."""

    attenuation_per_mm: Positive
    sigma_mm: Positive
    behind_tip_mm: float
    efficiency: Positive

    def make_absorption(self, shaft_radius_mm: float) -> Absorption:
        """Of an antenna with this shaft."""
        return Absorption(**asdict(self), shaft_radius_mm=shaft_radius_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSection(_Programmed):
    """A device of the catalogue at work."""

    device: Text = field(metadata=describe("id of an applicator of the catalogue"))
    tip_lps_mm: Vector
    axis_lps: Vector = field(metadata=describe("from the tip towards the hub"))
    ramp_s: NotNegative | None = optional("cryo: time to its temperature; 0: at once")
    limit_w: Positive | None = optional(
        "cryo: most heat it takes up; left out: the catalogue's, or none"
    )
    absorption: AbsorptionSection | None = None
    coolant_c: Celsius | None = optional(
        "radiofrequency: of the coolant, where the electrode is cooled"
    )
    potential: float = optional(
        "radiofrequency: relative to the others and to earth (0)", default=1.0
    )
    outside_table: bool = optional(
        "allow settings beyond the published table; marked in the result", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSection:
    """What a radiofrequency generator does to its power."""

    kind: Literal["hold", "impedance-pulses", "power-ramp", "tip-temperature"]
    power_w: Positive | None = optional("hold, impedance-pulses")
    rise_share: Positive | None = optional(
        "impedance-pulses, power-ramp: rise over the first reading, as a share of it"
    )
    pause_s: Positive | None = optional("impedance-pulses, power-ramp")
    start_w: Positive | None = optional("power-ramp")
    step_w: NotNegative | None = optional("power-ramp: every minute")
    restart_share: Positive | None = optional(
        "power-ramp: of the power at a roll-off, to go on with"
    )
    restarts: Annotated[int, Ge(0), Le(100)] | None = optional("power-ramp: how many")
    target_c: Celsius | None = optional("tip-temperature")
    most_w: Positive | None = optional("tip-temperature: while colder")
    band_k: NotNegative | None = optional("tip-temperature: over which power falls; 0: on or off")

    def __post_init__(self) -> None:
        ramp = ("start_w", "step_w", "rise_share", "pause_s", "restart_share", "restarts")
        needed = {
            "hold": ("power_w",),
            "impedance-pulses": ("power_w", "rise_share", "pause_s"),
            "power-ramp": ramp,
            "tip-temperature": ("target_c", "most_w", "band_k"),
        }
        check_given(self, self.kind, needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiofrequencySection:
    """Everything electrical, where a probe is an electrode; all electrodes make one field."""

    seconds: Positive = field(metadata=describe("off after this"))
    pads: tuple[Face, ...] = field(
        metadata=describe("faces of the grid that are earth; [] for electrodes among themselves")
    )
    series_ohm: NotNegative = field(
        metadata=describe("of the body beyond the grid, pads and cable")
    )
    share_per_k: NotNegative = field(metadata=describe("of conductivity, gained with each kelvin"))
    falls_from_c: Celsius = field(metadata=describe("where it begins to fall, as water leaves"))
    dry_at_c: Celsius = field(metadata=describe("where it has fallen"))
    dry_share: Share = field(
        metadata=describe("of tissue's conductivity at 37 C: what is left then")
    )
    drying_mm: Positive = optional(
        "width of tissue that dries at once: edge of the cells, in line with the "
        "first electrode, that electrodes are computed on, whatever the block's spacing_mm",
        default=1.0,
    )
    most_w: Positive | None = optional("or the device's own limit")
    most_a: Positive | None = optional("or the device's own, or none")
    most_v: Positive | None = optional("left out: no such limit")
    most_ohm: Positive | None = optional("stops for good above; left out: no such limit")
    controller: ControllerSection


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSection(_Programmed):
    """Heat of a simple shape."""

    kind: Literal["gaussian", "sphere"]
    centre_lps_mm: Vector
    sigma_mm: Positive | None = optional("gaussian")
    radius_mm: Positive | None = optional("sphere")

    def __post_init__(self) -> None:
        super(SourceSection, self).__post_init__()
        check_given(self, self.kind, {"gaussian": ("sigma_mm",), "sphere": ("radius_mm",)})
        if not self.phases:
            raise CaseError("say what it does: either power_w with seconds, or a schedule")


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdSection:
    """A body of a simple shape that holds a temperature."""

    kind: Literal["plane", "rod"]
    point_lps_mm: Vector | None = optional("plane: on its wall")
    normal_lps: Vector | None = optional("plane: into the tissue")
    tip_lps_mm: Vector | None = optional("rod")
    axis_lps: Vector | None = optional("rod: from the tip to its other end")
    length_mm: Positive | None = optional("rod")
    diameter_mm: Positive | None = optional("rod")
    temperature_c: Celsius | None = optional("one temperature throughout")
    schedule: tuple[StepSection, ...] = optional("or stretch by stretch", default=())
    ramp_s: NotNegative = field(metadata=describe("time to its temperature; 0: at once"))
    limit_w: Positive | None = optional("most heat it takes up, or no limit")
    wall_w_per_m2_k: Positive | None = optional("heat transfer at its wall")

    def __post_init__(self) -> None:
        rod = ("tip_lps_mm", "axis_lps", "length_mm", "diameter_mm")
        check_given(self, self.kind, {"plane": ("point_lps_mm", "normal_lps"), "rod": rod})
        if (self.temperature_c is None) == (not self.schedule):
            raise CaseError("say how cold: either temperature_c, or a schedule")

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One temperature for ever, or stretch by stretch."""
        if self.temperature_c is not None:
            return (freeze(math.inf, self.temperature_c),)
        return tuple(step.phase for step in self.schedule)
