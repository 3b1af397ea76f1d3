"""Layout: what an experiment's TOML file may say; the published schema.

What decides the size of a lesion has no default here: leaving it out is an error that names the
choices. pydantic stands where bytes come in.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from seldinger.simulate.layout_place import (
    BlockSection,
    BloodSection,
    Celsius,
    FrostSection,
    Key,
    PatientSection,
    PerfusionSection,
    Section,
    TissueSection,
    VesselSection,
    given,
)
from seldinger.simulate.layout_tools import (
    ColdSection,
    ProbeSection,
    RadiofrequencySection,
    SourceSection,
)
from seldinger.simulate.schema import Finite, LpsMm, Positive


class LawSection(Section):
    """A law of damage, with what it counts and what it calls dead."""

    kind: Literal[
        "arrhenius-liver", "arrhenius-skin", "arrhenius-artery", "arrhenius", "cem43", "cold"
    ]
    name: Key | None = Field(default=None, description="what to call it; left out: its kind")
    counted_above_c: Celsius | None = Field(default=None, description="heat: nothing counts below")
    lethal: Positive = Field(description="dead from so much omega, minutes or cycles")
    frequency_per_s: Positive | None = Field(default=None, description="arrhenius")
    activation_j_per_mol: Positive | None = Field(default=None, description="arrhenius")
    temperature_c: Celsius | None = Field(default=None, description="cold: the lethal isotherm")
    thawed_above_c: Celsius | None = Field(
        default=None, description="cold: a cell passes this before the next fall counts"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        counted = ("counted_above_c",)
        own = (*counted, "frequency_per_s", "activation_j_per_mol")
        cold = ("temperature_c", "thawed_above_c")
        named = dict.fromkeys(
            ("arrhenius-liver", "arrhenius-skin", "arrhenius-artery", "cem43"), counted
        )
        given(self, self.kind, {**named, "arrhenius": own, "cold": cold})
        return self

    @property
    def called(self) -> str:
        """Its name in the result."""
        return self.name or self.kind


class PointSection(Section):
    """Where temperature is kept over time."""

    name: Key
    lps_mm: LpsMm


class NumericsSection(Section):
    """How it is computed; left out: as the engine thinks best."""

    sample_every_s: Positive = 2.0
    step_s: Positive | None = Field(default=None, description="longest time step")
    method: Literal["auto", "explicit", "super"] = "auto"


class ExperimentFile(Section):
    """One ablation arrangement, whatever it is."""

    title: str = Field(default="", description="printed with the result")
    duration_s: Positive | None = Field(
        default=None, description="simulated time; left out: until the last schedule ends"
    )
    isotherms_c: tuple[Celsius, ...] = Field(
        default=(), description="zones measured by their hottest (or coldest) temperature"
    )
    block: BlockSection | None = None
    patient: PatientSection | None = None
    tissue: TissueSection | None = None
    blood: BloodSection | None = None
    perfusion: PerfusionSection
    frost: FrostSection | None = None
    vessel: tuple[VesselSection, ...] = ()
    probe: tuple[ProbeSection, ...] = ()
    radiofrequency: RadiofrequencySection | None = None
    source: tuple[SourceSection, ...] = ()
    cold: tuple[ColdSection, ...] = ()
    law: tuple[LawSection, ...] = ()
    point: tuple[PointSection, ...] = ()
    assume: dict[str, Finite] = Field(
        default_factory=dict, description="numbers of tissues to override, 'liver.perfusion_per_s'"
    )
    numerics: NumericsSection = NumericsSection()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.block is None) == (self.patient is None):
            raise ValueError("say where it happens: either [block] or [patient]")
        if self.block is not None and self.tissue is None:
            raise ValueError("[tissue] is missing: name one of the catalogue, or give its numbers")
        if self.patient is not None and self.tissue is not None:
            raise ValueError("[tissue] belongs to a block; override a patient's under [assume]")
        if not (self.probe or self.source or self.cold):
            raise ValueError("nothing heats or cools: give a [[probe]], [[source]] or [[cold]]")
        if self.blood is None and (
            self.perfusion.mode != "none" or self.vessel or self.patient is not None
        ):
            raise ValueError("[blood] is missing: say its temperature_c")
        for what, names in (
            ("[[law]]", [one.called for one in self.law]),
            ("[[point]]", [one.name for one in self.point]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is there twice: give each its own name")
        return self
