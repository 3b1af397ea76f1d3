"""Layout of the place: what an experiment's file may say of a block or a patient, and of blood.

What decides the size of a lesion has no default: leaving it out is an error that names the choices.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seldinger.simulate.schema import LpsMm, Name, Positive

ABSOLUTE_ZERO_C = -273.15
Celsius = Annotated[float, Field(allow_inf_nan=False, ge=ABSOLUTE_ZERO_C, le=2000.0)]
Share = Annotated[float, Field(allow_inf_nan=False, ge=0.0, le=1.0)]
NotNegative = Annotated[float, Field(allow_inf_nan=False, ge=0.0)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Edge = Literal["insulated", "held", "mirror"]


class Section(BaseModel):
    """A table of the file: nothing unknown in it, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def given(section: Section, kind: str, needed: dict[str, tuple[str, ...]]) -> None:
    """Refuse what a kind lacks, and what belongs to another kind only."""
    mine = needed[kind]
    lacks = [key for key in mine if getattr(section, key) is None]
    if lacks:
        raise ValueError(f"{kind!r} needs {', '.join(lacks)}")
    others = {key for keys in needed.values() for key in keys} - set(mine)
    idle = sorted(key for key in others if getattr(section, key) is not None)
    if idle:
        raise ValueError(f"{', '.join(idle)} means nothing to {kind!r}: leave it out")


class BlockSection(Section):
    """A block of one tissue."""

    size_mm: tuple[Positive, Positive, Positive] = Field(description="edges along L, P, S")
    spacing_mm: Positive = Field(description="edge of a cell")
    centre_lps_mm: LpsMm = Field(default=(0.0, 0.0, 0.0), description="middle of the block")
    initial_c: Celsius = Field(description="temperature of everything at first")
    edge: Edge = Field(
        description="faces: insulated, refused if they change by more than 1 K; held at initial_c; "
        "or insulated as mirrors, whatever happens there"
    )


class PatientSection(Section):
    """A part of a patient, at the temperature of blood."""

    ct: Path = Field(description="DICOM folder or file, NIfTI, NRRD or MetaImage")
    labels: Path = Field(description="label map, folder of masks, or DICOM SEG")
    label_key: Path | None = Field(default=None, description="JSON or CSV that names the ids")
    vocabulary: Name | None = Field(default=None, description="a vocabulary of the catalogue")
    series: Name | None = Field(default=None, description="Series Instance UID")
    target: Name | None = Field(default=None, description="a label: the middle of the part")
    centre_lps_mm: LpsMm | None = Field(default=None, description="or a round target's centre")
    diameter_mm: Positive | None = Field(default=None, description="and its diameter")
    half_mm: Positive = Field(description="half of the part's edge")
    spacing_mm: Positive = Field(description="edge of a cell")
    edge: Edge = Field(description="as for a block")
    lung: Literal["inflated", "deflated", "flooded"] | None = Field(
        default=None, description="how the lung is; needed for a target in one"
    )

    @model_validator(mode="after")
    def _one_middle(self) -> Self:
        if (self.target is None) == (self.centre_lps_mm is None):
            raise ValueError("give its middle: either target, or centre_lps_mm with diameter_mm")
        if (self.diameter_mm is None) != (self.centre_lps_mm is None):
            raise ValueError("centre_lps_mm and diameter_mm go together: give both or neither")
        return self


class TissueSection(Section):
    """A tissue of the catalogue, numbers of one's own, or both: one's own win."""

    name: Name | None = Field(default=None, description="a tissue of the catalogue")
    freezes: bool = Field(default=True, description="false: it never freezes, however cold")
    boils: bool = Field(default=True, description="false: it passes 100 C like a solid")
    density_kg_per_m3: Positive | None = None
    heat_capacity_j_per_kg_k: Positive | None = None
    conductivity_w_per_m_k: Positive | None = None
    perfusion_per_s: NotNegative | None = None
    electric_conductivity_s_per_m: Positive | None = None
    water_share: Annotated[float, Field(gt=0.0, lt=1.0, allow_inf_nan=False)] | None = None
    vaporisation_j_per_kg: Positive | None = None
    boiling_start_c: Celsius | None = None
    boiling_end_c: Celsius | None = None
    dry_heat_capacity_j_per_kg_k: Positive | None = None
    dry_conductivity_w_per_m_k: Positive | None = None
    dry_absorption_share: Annotated[float, Field(ge=0.0, le=1.0)] | None = Field(
        default=None, description="of microwaves; left out: 1, as if it were wet"
    )
    fusion_j_per_m3: Positive | None = None
    freezing_start_c: Celsius | None = None
    freezing_end_c: Celsius | None = None
    frozen_heat_capacity_j_per_kg_k: Positive | None = None
    frozen_conductivity_w_per_m_k: Positive | None = None

    @property
    def numbers(self) -> dict[str, float]:
        """What the file says itself, by name."""
        said = self.model_dump(exclude_none=True, exclude={"name", "freezes", "boils"})
        return {key: float(value) for key, value in said.items()}


class BloodSection(Section):
    """Blood: what perfusion and vessels bring."""

    temperature_c: Celsius
    density_kg_per_m3: Positive | None = Field(default=None, description="or the catalogue's")
    heat_capacity_j_per_kg_k: Positive | None = Field(
        default=None, description="or the catalogue's"
    )


class PerfusionSection(Section):
    """What blood in the tissue does."""

    mode: Literal["none", "constant", "stopped", "two-compartment"] = Field(
        description="none (ex vivo); constant; stopped as a law of damage proceeds; or blood with "
        "a temperature of its own"
    )
    law: Key | None = Field(default=None, description="stopped: name of an Arrhenius law")
    share: Share | None = Field(default=None, description="stopped: what damage can stop")
    blood_fraction: Share | None = Field(default=None, description="two-compartment: of the volume")
    exchange_w_per_m3_k: Positive | None = Field(default=None, description="two-compartment")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        two = ("blood_fraction", "exchange_w_per_m3_k")
        given(
            self,
            self.mode,
            {"none": (), "constant": (), "stopped": ("law", "share"), "two-compartment": two},
        )
        return self


class FrostSection(Section):
    """What is left of perfusion."""

    frozen_share: Share = Field(description="in ice")
    thawed_share: Share = Field(description="after ice")


class VesselSection(Section):
    """A straight vessel at the temperature of blood."""

    from_lps_mm: LpsMm
    to_lps_mm: LpsMm
    diameter_mm: Positive
    wall_w_per_m2_k: Positive | None = Field(
        default=None, description="heat transfer at its wall; left out: as warm as blood"
    )
