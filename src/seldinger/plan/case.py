"""case.toml: one plan's request written down.

Its records are the file's schema and, by ``plan.options``, the options of a command line: both are
checked by the same rules. Paths in a file are relative to the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from seldinger.care.times import Moment
from seldinger.core.errors import CaseError
from seldinger.core.space import Vector
from seldinger.evidence import records
from seldinger.evidence.records import Parsed, Positive, Text, describe, optional
from seldinger.image.study import PatientPosition, SeriesSource, parse_position
from seldinger.plan.registry import load_procedures

if TYPE_CHECKING:
    from seldinger.evidence.mistakes import Place

Position = Annotated[
    str,
    Parsed(
        lambda word: parse_position(word).value,
        {"type": "string", "enum": [one.value for one in PatientPosition]},
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySection:
    """The images and their labels."""

    ct: Path = field(metadata=describe("DICOM folder or file, NIfTI, NRRD or MetaImage; CT or MR"))
    labels: Path | None = optional("label map, folder of masks, or DICOM SEG")
    label_key: Path | None = optional("JSON or CSV that names the label map's ids")
    vocabulary: Text | None = optional(
        "what label names mean: a vocabulary of the catalogue, or the path of one's own .toml",
        file=".toml",
    )
    series: Text | None = optional(
        "Series Instance UID, when the folder has several", metavar="UID"
    )
    scanned_position: Position | None = optional(
        "how the patient lay when the scan was made (not how you want to work): supine, prone, "
        "left-lateral or right-lateral",
        metavar="HOW",
    )
    modality: Literal["CT", "MR"] | None = optional("when the file does not say")
    others: tuple[SeriesSource, ...] = optional(
        "a further series of the same patient, kept on its own lattice; what it is for and "
        "whether it is registered stand in the plan",
        (),
        flag="--other",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSection:
    """The target: a name, a mask file, or a point with a diameter."""

    name: Text | None = optional(
        "a label's name; with a mask or point, what to call it", flag="--target", metavar="NAME"
    )
    mask: Path | None = optional(
        "image file whose non-zero voxels are the target", flag="--target-mask"
    )
    centre_lps_mm: Vector | None = optional("centre of a round target, LPS mm", flag="--target-lps")
    diameter_mm: Positive | None = optional("diameter of the round target")
    organ: Text | None = optional("the structure it lies in, when labels cannot tell")

    def __post_init__(self) -> None:
        if self.mask is not None and self.centre_lps_mm is not None:
            raise CaseError("a mask and a point: give one of them")
        if (self.centre_lps_mm is None) != (self.diameter_mm is None):
            raise CaseError("a point and its diameter go together: give both or neither")
        if self.name is None and self.mask is None and self.centre_lps_mm is None:
            raise CaseError("no target: give a name, a mask file, or a point with its diameter")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSection:
    """Choices of the planner."""

    device: Text | None = optional(
        "catalogue id of the device to use; `devices` lists them", metavar="ID"
    )
    seed: Annotated[int, Ge(0)] = optional("of all sampling", default=0)
    voxel_mm: Positive = optional("edge of the planning lattice's voxels", default=1.5)
    rehearse: Annotated[int, Ge(1), Le(100_000)] | None = optional(
        "how often to carry the plan out with its needle's errors", metavar="N"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSection:
    """The patient who comes for it, besides the images."""

    patient: Path | None = optional(
        "the patient, as patient.toml or as a case that `clear` reads: clearance"
    )
    now: Moment | None = optional(
        "when clearance is judged, with its offset; now by default", metavar="TIME"
    )

    def __post_init__(self) -> None:
        if self.now is not None and self.now.utcoffset() is None:
            raise CaseError("now needs its offset, e.g. 2026-12-04T09:00+01:00")
        if self.now is not None and self.patient is None:
            raise CaseError("now is when a patient's clearance is judged: give the patient too")

    @property
    def judged_at(self) -> dt.datetime:
        """``now``, or this instant."""
        return self.now or dt.datetime.now(dt.UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """One plan's request: what to do, on which images, where, and how.

    ``build_layout`` adds a section for the options of each approach and treatment.
    """

    procedure: Text = field(
        metadata=describe("an installed procedure; `seldinger procedures` lists them")
    )
    study: StudySection = field(metadata={"flag": "--ct"})
    target: TargetSection = field(metadata={"flag": "--target, --target-mask or --target-lps"})
    plan: PlanSection = PlanSection()
    assume: Mapping[Text, float] = field(
        default_factory=dict, metadata=describe("an assumption to override, by name")
    )
    answers: Mapping[Text, Text] = field(
        default_factory=dict,
        metadata=describe(
            "answer to a question of the procedure; or, of a structure that no label shows, "
            "NAME=absent or NAME=looked-at",
            flag="--answer",
            metavar="QUESTION=ANSWER",
        ),
    )
    visit: VisitSection = field(default=VisitSection(), metadata={"flag": "--patient"})

    @property
    def options(self) -> tuple[Any, ...]:
        """What is given of an approach or a treatment: the records that they own."""
        own = {one.name for one in fields(CaseFile)}
        added = (getattr(self, one.name) for one in fields(self) if one.name not in own)
        return tuple(one for one in added if one is not None)

    def fix_instant(self) -> CaseFile:
        """The same case with the instant at which clearance is judged written into it."""
        if self.visit.patient is None:
            return self
        return replace(self, visit=replace(self.visit, now=self.visit.judged_at))


@cache
def build_layout() -> type[CaseFile]:
    """A case with the sections of all that is installed."""
    owners = (o for one in load_procedures().values() for o in (one.approach, one.treatment))
    owned = {one.section: one.options for one in owners if one.options is not None}
    return make_dataclass(
        CaseFile.__name__,
        [(name, kind | None, field(default=None)) for name, kind in owned.items()],
        bases=(CaseFile,),
        namespace={"__doc__": CaseFile.__doc__},
        frozen=True,
        slots=True,
        kw_only=True,
    )


def read(path: Path) -> CaseFile:
    """The case in the TOML file ``path``, its paths taken from the file's folder.

    Raises:
        CaseError: there is no such file, it is not TOML, or it does not fit the schema.
    """
    return records.beside(records.read(build_layout(), path, CaseError), path.parent)


def check_case(
    data: Mapping[str, Any], source: str, names: Mapping[Place, str] | None = None
) -> CaseFile:
    """``data`` as a case.

    Args:
        data: nested as in the file.
        source: who says so, for messages: the file's name.
        names: what the user calls a place (an option, say) where that is not the key.

    Raises:
        CaseError: naming every place that does not fit, with what is allowed.
    """
    return records.checked(build_layout(), data, source, CaseError, names)


def build_schema() -> dict[str, Any]:
    """The JSON schema of a case file."""
    return records.schema_of(build_layout())
