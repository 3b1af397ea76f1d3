"""Layout of what works: probes of the catalogue, electrodes, simple sources and cold bodies."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from seldinger.simulate.layout_place import Celsius, NotNegative, Section, Share, given
from seldinger.simulate.schema import Finite, LpsMm, Name, Positive

Face = Literal["right", "left", "anterior", "posterior", "inferior", "superior"]
Act = Literal["heat", "pause", "freeze", "passive", "thaw"]


class StepSection(Section):
    """One stretch of a schedule."""

    act: Act = Field(
        description="heat, pause; freeze, passive (no heat passes), thaw (actively warmed)"
    )
    seconds: Positive
    power_w: NotNegative | None = Field(default=None, description="heat")
    temperature_c: Celsius | None = Field(default=None, description="freeze, thaw")
    duty: Annotated[float, Field(gt=0.0, le=1.0)] | None = Field(
        default=None, description="freeze, thaw: share of the time; left out: all of it"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        cold = ("temperature_c",)
        needed = {"heat": ("power_w",), "pause": (), "freeze": cold, "passive": (), "thaw": cold}
        given(self, self.act, needed)
        if self.duty is not None and self.act not in {"freeze", "thaw"}:
            raise ValueError(f"duty means nothing to {self.act!r}: leave it out")
        return self


class AbsorptionSection(Section):
    """An antenna's heating of one's own, instead of the catalogue's fit."""

    attenuation_per_mm: Positive
    sigma_mm: Positive
    behind_tip_mm: Finite
    efficiency: Positive


class ProbeSection(Section):
    """A device of the catalogue at work."""

    device: Name = Field(description="id of an applicator of the catalogue")
    tip_lps_mm: LpsMm
    axis_lps: LpsMm = Field(description="from the tip towards the hub")
    power_w: Positive | None = Field(default=None, description="with seconds: one power")
    seconds: Positive | None = None
    schedule: tuple[StepSection, ...] = Field(default=(), description="or stretch by stretch")
    ramp_s: NotNegative | None = Field(
        default=None, description="cryo: time to its temperature; 0: at once"
    )
    limit_w: Positive | None = Field(
        default=None, description="cryo: most heat it takes up; left out: the catalogue's, or none"
    )
    absorption: AbsorptionSection | None = None
    coolant_c: Celsius | None = Field(
        default=None, description="radiofrequency: of the coolant, where the electrode is cooled"
    )
    potential: Finite = Field(
        default=1.0, description="radiofrequency: relative to the others and to earth (0)"
    )
    outside_table: bool = Field(
        default=False, description="allow settings beyond the published table; marked in the result"
    )

    @model_validator(mode="after")
    def _one_programme(self) -> Self:
        if (self.power_w is None) != (self.seconds is None):
            raise ValueError("power_w and seconds go together: give both or a schedule")
        if self.power_w is not None and self.schedule:
            raise ValueError("power_w and a schedule: give one of them")
        return self


class ControllerSection(Section):
    """What a radiofrequency generator does to its power."""

    kind: Literal["hold", "impedance-pulses", "power-ramp", "tip-temperature"]
    power_w: Positive | None = Field(default=None, description="hold, impedance-pulses")
    rise_share: Positive | None = Field(
        default=None,
        description="impedance-pulses, power-ramp: rise over the first reading, as a share of it",
    )
    pause_s: Positive | None = Field(default=None, description="impedance-pulses, power-ramp")
    start_w: Positive | None = Field(default=None, description="power-ramp")
    step_w: NotNegative | None = Field(default=None, description="power-ramp: every minute")
    restart_share: Positive | None = Field(
        default=None, description="power-ramp: of the power at a roll-off, to go on with"
    )
    restarts: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="power-ramp: how many"
    )
    target_c: Celsius | None = Field(default=None, description="tip-temperature")
    most_w: Positive | None = Field(default=None, description="tip-temperature: while colder")
    band_k: NotNegative | None = Field(
        default=None, description="tip-temperature: over which power falls; 0: on or off"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ramp = ("start_w", "step_w", "rise_share", "pause_s", "restart_share", "restarts")
        needed = {
            "hold": ("power_w",),
            "impedance-pulses": ("power_w", "rise_share", "pause_s"),
            "power-ramp": ramp,
            "tip-temperature": ("target_c", "most_w", "band_k"),
        }
        given(self, self.kind, needed)
        return self


class RadiofrequencySection(Section):
    """Everything electrical, where a probe is an electrode; all electrodes make one field."""

    seconds: Positive = Field(description="off after this")
    pads: tuple[Face, ...] = Field(
        description="faces of the grid that are earth; [] for electrodes among themselves"
    )
    series_ohm: NotNegative = Field(description="of the body beyond the grid, pads and cable")
    share_per_k: NotNegative = Field(description="of conductivity, gained with each kelvin")
    falls_from_c: Celsius = Field(description="where it begins to fall, as water leaves")
    dry_at_c: Celsius = Field(description="where it has fallen")
    dry_share: Share = Field(description="of tissue's conductivity at 37 C: what is left then")
    drying_mm: Positive = Field(
        default=1.0,
        description="width of tissue that dries at once: edge of the cells, in line with the "
        "first electrode, that electrodes are computed on, whatever the block's spacing_mm",
    )
    most_w: Positive | None = Field(default=None, description="or the device's own limit")
    most_a: Positive | None = Field(default=None, description="or the device's own, or none")
    most_v: Positive | None = Field(default=None, description="left out: no such limit")
    most_ohm: Positive | None = Field(
        default=None, description="stops for good above; left out: no such limit"
    )
    controller: ControllerSection


class SourceSection(Section):
    """Heat of a simple shape."""

    kind: Literal["gaussian", "sphere"]
    centre_lps_mm: LpsMm
    sigma_mm: Positive | None = Field(default=None, description="gaussian")
    radius_mm: Positive | None = Field(default=None, description="sphere")
    power_w: Positive | None = Field(default=None, description="with seconds: one power")
    seconds: Positive | None = None
    schedule: tuple[StepSection, ...] = Field(default=(), description="or stretch by stretch")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given(self, self.kind, {"gaussian": ("sigma_mm",), "sphere": ("radius_mm",)})
        if (self.power_w is None) != (self.seconds is None) or (self.power_w is None) == (
            not self.schedule
        ):
            raise ValueError("say what it does: either power_w with seconds, or a schedule")
        return self


class ColdSection(Section):
    """A body of a simple shape that holds a temperature."""

    kind: Literal["plane", "rod"]
    point_lps_mm: LpsMm | None = Field(default=None, description="plane: on its wall")
    normal_lps: LpsMm | None = Field(default=None, description="plane: into the tissue")
    tip_lps_mm: LpsMm | None = Field(default=None, description="rod")
    axis_lps: LpsMm | None = Field(default=None, description="rod: from the tip to its other end")
    length_mm: Positive | None = Field(default=None, description="rod")
    diameter_mm: Positive | None = Field(default=None, description="rod")
    temperature_c: Celsius | None = Field(default=None, description="one temperature throughout")
    schedule: tuple[StepSection, ...] = Field(default=(), description="or stretch by stretch")
    ramp_s: NotNegative = Field(description="time to its temperature; 0: at once")
    limit_w: Positive | None = Field(default=None, description="most heat it takes up, or no limit")
    wall_w_per_m2_k: Positive | None = Field(default=None, description="heat transfer at its wall")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        rod = ("tip_lps_mm", "axis_lps", "length_mm", "diameter_mm")
        given(self, self.kind, {"plane": ("point_lps_mm", "normal_lps"), "rod": rod})
        if (self.temperature_c is None) == (not self.schedule):
            raise ValueError("say how cold: either temperature_c, or a schedule")
        return self
