"""case.toml: one plan's request written down; its schema, and its reader.

The command line builds the same record from its options, so both are checked by the same rules.
Paths in a file are relative to the file. pydantic stands here because bytes come in here.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from seldinger.core.errors import CaseError, ImageError
from seldinger.image.study import parse_position
from seldinger.simulate.schema import Finite, LpsMm, Name, Positive

if TYPE_CHECKING:
    from collections.abc import Mapping


def _position(word: object) -> object:
    """A position in any of the spellings that images are loaded with."""
    try:
        return parse_position(word).value if isinstance(word, str) else word
    except ImageError as wrong:
        raise ValueError(str(wrong)) from wrong


Position = Annotated[
    Literal["supine", "prone", "left lateral decubitus", "right lateral decubitus"],
    BeforeValidator(_position),
]

Place = tuple[str, ...]
"""Where a key stands in the case: ("study", "ct")."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudySection(_Section):
    """The images and their labels."""

    ct: Path = Field(description="DICOM folder or file, NIfTI, NRRD or MetaImage; CT or MR")
    labels: Path | None = Field(
        default=None, description="label map, folder of masks, or DICOM SEG"
    )
    label_key: Path | None = Field(
        default=None, description="JSON or CSV that names the label map's ids"
    )
    vocabulary: Name | None = Field(
        default=None, description="a vocabulary of the catalogue, or the path of one's own .toml"
    )
    series: Name | None = Field(
        default=None, description="Series Instance UID, when the folder has several"
    )
    scanned_position: Position | None = Field(
        default=None, description="how the patient lay when the scan was made, not how to treat"
    )
    modality: Literal["CT", "MR"] | None = Field(
        default=None, description="when the file does not say"
    )


class TargetSection(_Section):
    """What the needle is for: a name, a mask file, or a point with a diameter."""

    name: Name | None = Field(
        default=None, description="a label's name; with a mask or point, what to call it"
    )
    mask: Path | None = Field(
        default=None, description="image file whose non-zero voxels are the target"
    )
    centre_lps_mm: LpsMm | None = Field(
        default=None, description="centre of a round target, LPS mm"
    )
    diameter_mm: Positive | None = Field(default=None, description="diameter of the round target")
    organ: Name | None = Field(
        default=None, description="the structure it lies in, when labels cannot tell"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.mask is not None and self.centre_lps_mm is not None:
            raise ValueError("a mask and a point: give one of them")
        if (self.centre_lps_mm is None) != (self.diameter_mm is None):
            raise ValueError("a point and its diameter go together: give both or neither")
        if self.name is None and self.mask is None and self.centre_lps_mm is None:
            raise ValueError("no target: give a name, a mask file, or a point with its diameter")
        return self


class PlanSection(_Section):
    """Choices of the planner."""

    entry_lps_mm: LpsMm | None = Field(
        default=None, description="score this entry instead of searching"
    )
    relax: tuple[Name, ...] = Field(
        default=(), description="hard rules to open; recorded in the plan"
    )
    guidance: Literal["ct", "ultrasound"] | None = Field(
        default=None, description="decide the guidance"
    )
    technique: Name | None = Field(default=None, description="error model for every path")
    lateral_error_mm: Positive | None = Field(
        default=None, description="mean lateral error to use instead"
    )
    device: Name | None = Field(default=None, description="catalogue id of the device to use")
    paths: Annotated[int, Field(ge=1, le=50)] = Field(
        default=6, description="how many alternatives to keep"
    )
    seed: Annotated[int, Field(ge=0)] = Field(default=0, description="of all sampling")
    voxel_mm: Positive = Field(default=1.5, description="edge of the planning lattice's voxels")


class ProbeSection(_Section):
    """What is fixed by hand of one applicator; what is left out stays the planner's."""

    number: Annotated[int, Field(ge=1, le=4)] = Field(
        description="which, from 1; one more than there are adds another"
    )
    tip_lps_mm: LpsMm | None = Field(default=None, description="its tip")
    entry_lps_mm: LpsMm | None = Field(default=None, description="where it enters the skin")
    power_w: Positive | None = Field(default=None, description="of a heater")
    minutes: Positive | None = Field(default=None, description="of heating, or of each freeze")


class VisitSection(_Section):
    """The patient who comes for it, besides the images."""

    patient: Path | None = Field(
        default=None, description="a case file of `seldinger clear`: patient, request, decisions"
    )
    now: dt.datetime | None = Field(
        default=None, description="when clearance is judged, with its offset; now by default"
    )

    @model_validator(mode="after")
    def _has_a_zone(self) -> Self:
        if self.now is not None and self.now.utcoffset() is None:
            raise ValueError("now needs its offset, e.g. 2026-12-04T09:00+01:00")
        if self.now is not None and self.patient is None:
            raise ValueError("now is when a patient's clearance is judged: give the patient too")
        return self

    @property
    def judged_at(self) -> dt.datetime:
        """``now``, or this instant."""
        return self.now or dt.datetime.now(dt.UTC).replace(microsecond=0)


class CaseFile(_Section):
    """One plan's request: what to do, on which images, where, and how."""

    procedure: Name = Field(description="an installed procedure; `seldinger procedures` lists them")
    study: StudySection
    target: TargetSection
    plan: PlanSection = PlanSection()
    probe: tuple[ProbeSection, ...] = Field(
        default=(), description="applicators of an ablation that are fixed by hand"
    )
    visit: VisitSection = VisitSection()
    assume: dict[str, Finite] = Field(
        default_factory=dict, description="assumptions to override, name = value"
    )
    answers: dict[str, Name] = Field(
        default_factory=dict, description="answers to the procedure's questions"
    )

    def beside(self, folder: Path) -> CaseFile:
        """The same case with its relative paths taken from ``folder``."""
        study = self.study
        named = study.vocabulary
        if named is not None and named.endswith(".toml"):
            named = str(folder / named)
        moved = study.model_copy(
            update={
                "ct": folder / study.ct,
                "labels": None if study.labels is None else folder / study.labels,
                "label_key": None if study.label_key is None else folder / study.label_key,
                "vocabulary": named,
            }
        )
        mask = None if self.target.mask is None else folder / self.target.mask
        target = self.target.model_copy(update={"mask": mask})
        patient = None if self.visit.patient is None else folder / self.visit.patient
        visit = self.visit.model_copy(update={"patient": patient})
        return self.model_copy(update={"study": moved, "target": target, "visit": visit})

    def judged(self) -> CaseFile:
        """The same case with the instant at which clearance is judged written into it."""
        if self.visit.patient is None:
            return self
        visit = self.visit.model_copy(update={"now": self.visit.judged_at})
        return self.model_copy(update={"visit": visit})


_SECTIONS: Mapping[Place, type[_Section]] = {
    (): CaseFile,
    ("study",): StudySection,
    ("target",): TargetSection,
    ("plan",): PlanSection,
    ("probe",): ProbeSection,
    ("visit",): VisitSection,
}


def read(path: Path) -> CaseFile:
    """The case in the TOML file ``path``, its paths taken from the file's folder.

    Raises:
        CaseError: there is no such file, it is not TOML, or it does not fit the schema.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        reason = wrong.strerror or "cannot be read"
        raise CaseError(f"{path.name}: {reason}: give the path of a case file") from wrong
    except UnicodeDecodeError as wrong:
        raise CaseError(f"{path.name} is not UTF-8 text: a case file is TOML in UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise CaseError(f"{path.name} is not TOML: {wrong}") from wrong
    return checked(data, path.name, {}).beside(path.parent)


def checked(data: Mapping[str, Any], source: str, names: Mapping[Place, str]) -> CaseFile:
    """``data`` as a case.

    Args:
        data: nested as in the file.
        source: who says so, for messages: the file's name.
        names: what the user calls a place (an option, say) where that is not the key.

    Raises:
        CaseError: naming every place that does not fit, with what is allowed.
    """
    try:
        return CaseFile.model_validate(data)
    except ValidationError as wrong:
        told = "; ".join(_sentence(error, names) for error in wrong.errors())
        raise CaseError(f"{source}: {told}") from wrong


def schema() -> dict[str, Any]:
    """The JSON schema of a case file."""
    return CaseFile.model_json_schema()


def _sentence(error: Any, names: Mapping[Place, str]) -> str:
    """One fault of the case: where, what was got, what is allowed."""
    place: Place = tuple(str(part) for part in error["loc"])
    section, key = place[:-1], place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        section = tuple(part for part in section if not part.isdigit())
        allowed = sorted(_SECTIONS[section].model_fields)
        near = get_close_matches(key, allowed, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"{_spelled(section, {})} has no key {key!r}; {hint}allowed: {', '.join(allowed)}"
    where = _spelled(place, names)
    if error["type"] == "missing":
        return f"{where} is missing"
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{where}: {said}"
    return f"{where} is {error['input']!r}: {said[:1].lower()}{said[1:]}"


def _spelled(place: Place, names: Mapping[Place, str]) -> str:
    """A place as the user wrote it: an option, "[study] ct", or the top of the file."""
    for length in range(len(place), 0, -1):
        if place[:length] in names:
            named = place[1:] if length == 1 else ()
            return " ".join((names[place[:length]], *named))
    if not place:
        return "the case"
    if len(place) == 1:
        return f"[{place[0]}]" if place in _SECTIONS else place[0]
    return f"[{place[0]}] {'.'.join(place[1:])}"
