"""Layout: what an experiment's TOML file may say; the published schema.

What decides the size of a lesion has no default here: leaving it out is an error that names the
choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from seldinger.core.errors import CaseError
from seldinger.core.space import Vector
from seldinger.evidence.records import Positive, describe, optional
from seldinger.simulate.layout_place import (
    BlockSection,
    BloodSection,
    Celsius,
    FrostSection,
    Key,
    PatientSection,
    PerfusionSection,
    TissueSection,
    VesselSection,
    check_given,
)
from seldinger.simulate.layout_tools import (
    ColdSection,
    ProbeSection,
    RadiofrequencySection,
    SourceSection,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawSection:
    """A law of damage, with what it counts and what it calls dead."""

    kind: Literal[
        "arrhenius-liver", "arrhenius-skin", "arrhenius-artery", "arrhenius", "cem43", "cold"
    ]
    name: Key | None = optional("what to call it; left out: its kind")
    counted_above_c: Celsius | None = optional("heat: nothing counts below")
    lethal: Positive = field(metadata=describe("dead from so much omega, minutes or cycles"))
    frequency_per_s: Positive | None = optional("arrhenius")
    activation_j_per_mol: Positive | None = optional("arrhenius")
    temperature_c: Celsius | None = optional("cold: the lethal isotherm")
    thawed_above_c: Celsius | None = optional(
        "cold: a cell passes this before the next fall counts"
    )

    def __post_init__(self) -> None:
        counted = ("counted_above_c",)
        own = (*counted, "frequency_per_s", "activation_j_per_mol")
        cold = ("temperature_c", "thawed_above_c")
        named = dict.fromkeys(
            ("arrhenius-liver", "arrhenius-skin", "arrhenius-artery", "cem43"), counted
        )
        check_given(self, self.kind, {**named, "arrhenius": own, "cold": cold})

    @property
    def called(self) -> str:
        """Its name in the result."""
        return self.name or self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSection:
    """Where temperature is kept over time."""

    name: Key
    lps_mm: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericsSection:
    """How it is computed; left out: as the engine thinks best."""

    sample_every_s: Positive = 2.0
    step_s: Positive | None = optional("longest time step")
    method: Literal["auto", "explicit", "super"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFile:
    """One ablation arrangement, whatever it is."""

    title: str = optional("printed with the result", default="")
    duration_s: Positive | None = optional("simulated time; left out: until the last schedule ends")
    isotherms_c: tuple[Celsius, ...] = optional(
        "zones measured by their hottest (or coldest) temperature", default=()
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
    assume: Mapping[str, float] = field(
        default_factory=dict,
        metadata=describe("numbers of tissues to override, 'liver.perfusion_per_s'"),
    )
    numerics: NumericsSection = NumericsSection()

    def __post_init__(self) -> None:
        if (self.block is None) == (self.patient is None):
            raise CaseError("say where it happens: either [block] or [patient]")
        if self.block is not None and self.tissue is None:
            raise CaseError("[tissue] is missing: name one of the catalogue, or give its numbers")
        if self.patient is not None and self.tissue is not None:
            raise CaseError("[tissue] belongs to a block; override a patient's under [assume]")
        if not (self.probe or self.source or self.cold):
            raise CaseError("nothing heats or cools: give a [[probe]], [[source]] or [[cold]]")
        if self.blood is None and (
            self.perfusion.mode != "none" or self.vessel or self.patient is not None
        ):
            raise CaseError("[blood] is missing: say its temperature_c")
        for what, names in (
            ("[[law]]", [one.called for one in self.law]),
            ("[[point]]", [one.name for one in self.point]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise CaseError(f"{what} {twice[0]!r} is there twice: give each its own name")
