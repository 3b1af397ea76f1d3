"""Layout of the place: what an experiment's file may say of a block or a patient, and of blood.

What decides the size of a lesion has no default: leaving it out is an error that names the choices.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen

from seldinger.core.errors import CaseError
from seldinger.core.space import Vector
from seldinger.evidence import records
from seldinger.evidence.records import NotNegative, Positive, Text, describe, optional

ABSOLUTE_ZERO_C = -273.15
Celsius = Annotated[float, Ge(ABSOLUTE_ZERO_C), Le(2000.0)]
Share = Annotated[float, Ge(0.0), Le(1.0)]
Key = Annotated[records.Key, MaxLen(60)]
Edge = Literal["insulated", "held", "mirror"]


def check_given(section: object, kind: str, needed: dict[str, tuple[str, ...]]) -> None:
    """Refuse what a kind lacks, and what belongs to another kind only.

    ``needed``: kind -> the fields of ``section`` that it needs.

    Raises:
        CaseError: one is missing, or one is given that means nothing to ``kind``.
    """
    mine = needed[kind]
    lacks = [key for key in mine if getattr(section, key) is None]
    if lacks:
        raise CaseError(f"{kind!r} needs {', '.join(lacks)}")
    others = {key for keys in needed.values() for key in keys} - set(mine)
    idle = sorted(key for key in others if getattr(section, key) is not None)
    if idle:
        raise CaseError(f"{', '.join(idle)} means nothing to {kind!r}: leave it out")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSection:
    """A block of one tissue."""

    size_mm: tuple[Positive, Positive, Positive] = field(metadata=describe("edges along L, P, S"))
    spacing_mm: Positive = field(metadata=describe("edge of a cell"))
    centre_lps_mm: Vector = field(default=(0.0, 0.0, 0.0), metadata=describe("middle of the block"))
    initial_c: Celsius = field(metadata=describe("temperature of everything at first"))
    edge: Edge = field(
        metadata=describe(
            "faces: insulated, refused if they change by more than 1 K; held at initial_c; "
            "or insulated as mirrors, whatever happens there"
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSection:
    """A part of a patient, at the temperature of blood."""

    ct: Path = field(metadata=describe("DICOM folder or file, NIfTI, NRRD or MetaImage"))
    labels: Path = field(metadata=describe("label map, folder of masks, or DICOM SEG"))
    label_key: Path | None = optional("JSON or CSV that names the ids")
    vocabulary: Text | None = optional(
        "a vocabulary of the catalogue, or one's own .toml", file=".toml"
    )
    series: Text | None = optional("Series Instance UID")
    target: Text | None = optional("a label: the middle of the part")
    centre_lps_mm: Vector | None = optional("or a round target's centre")
    diameter_mm: Positive | None = optional("and its diameter")
    half_mm: Positive = field(metadata=describe("half of the part's edge"))
    spacing_mm: Positive = field(metadata=describe("edge of a cell"))
    edge: Edge = field(metadata=describe("as for a block"))
    lung: Literal["inflated", "deflated", "flooded"] | None = optional(
        "how the lung is; needed for a target in one"
    )

    def __post_init__(self) -> None:
        if (self.target is None) == (self.centre_lps_mm is None):
            raise CaseError("give its middle: either target, or centre_lps_mm with diameter_mm")
        if (self.diameter_mm is None) != (self.centre_lps_mm is None):
            raise CaseError("centre_lps_mm and diameter_mm go together: give both or neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueSection:
    """A tissue of the catalogue, numbers of one's own, or both: one's own win."""

    name: Text | None = optional("a tissue of the catalogue")
    freezes: bool = optional("false: it never freezes, however cold", default=True)
    boils: bool = optional("false: it passes 100 C like a solid", default=True)
    density_kg_per_m3: Positive | None = None
    heat_capacity_j_per_kg_k: Positive | None = None
    conductivity_w_per_m_k: Positive | None = None
    perfusion_per_s: NotNegative | None = None
    electric_conductivity_s_per_m: Positive | None = None
    water_share: Annotated[float, Gt(0.0), Lt(1.0)] | None = None
    vaporisation_j_per_kg: Positive | None = None
    boiling_start_c: Celsius | None = None
    boiling_end_c: Celsius | None = None
    dry_heat_capacity_j_per_kg_k: Positive | None = None
    dry_conductivity_w_per_m_k: Positive | None = None
    dry_absorption_share: Share | None = optional("of microwaves; left out: 1, as if it were wet")
    fusion_j_per_m3: Positive | None = None
    freezing_start_c: Celsius | None = None
    freezing_end_c: Celsius | None = None
    frozen_heat_capacity_j_per_kg_k: Positive | None = None
    frozen_conductivity_w_per_m_k: Positive | None = None

    @property
    def numbers(self) -> dict[str, float]:
        """What the file says itself, by name."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        beside = {"name", "freezes", "boils"}
        return {
            key: value for key, value in said.items() if key not in beside and value is not None
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodSection:
    """Blood: what perfusion and vessels bring."""

    temperature_c: Celsius
    density_kg_per_m3: Positive | None = optional("or the catalogue's")
    heat_capacity_j_per_kg_k: Positive | None = optional("or the catalogue's")


@dataclass(frozen=True, slots=True, kw_only=True)
class PerfusionSection:
    """What blood in the tissue does."""

    mode: Literal["none", "constant", "stopped", "two-compartment"] = field(
        metadata=describe(
            "none (ex vivo); constant; stopped as a law of damage proceeds; or blood with "
            "a temperature of its own"
        )
    )
    law: Key | None = optional("stopped: name of an Arrhenius law")
    share: Share | None = optional("stopped: what damage can stop")
    blood_fraction: Share | None = optional("two-compartment: of the volume")
    exchange_w_per_m3_k: Positive | None = optional("two-compartment")

    def __post_init__(self) -> None:
        two = ("blood_fraction", "exchange_w_per_m3_k")
        check_given(
            self,
            self.mode,
            {"none": (), "constant": (), "stopped": ("law", "share"), "two-compartment": two},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrostSection:
    """What is left of perfusion."""

    frozen_share: Share = field(metadata=describe("in ice"))
    thawed_share: Share = field(metadata=describe("after ice"))


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselSection:
    """A straight vessel at the temperature of blood."""

    from_lps_mm: Vector
    to_lps_mm: Vector
    diameter_mm: Positive
    wall_w_per_m2_k: Positive | None = optional(
        "heat transfer at its wall; left out: as warm as blood"
    )
