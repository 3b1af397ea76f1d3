"""case.toml of a clearance: a patient's sections, and beside them what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Gt, Le

from seldinger.care import drugs, procedures
from seldinger.care.clearance import recorded
from seldinger.care.clearance.model import Case, Decision, RadialArtery, Request
from seldinger.care.clearance.rules import tables
from seldinger.care.files import PatientFile, copy_fields
from seldinger.care.times import Moment, localise
from seldinger.core.errors import CareError
from seldinger.evidence import records
from seldinger.evidence.records import Spelled, Text, describe, optional, written

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

WORDS = ("hold", "continue")
"""How a decision about a drug begins: more may follow, "continue, under both"."""

OTHERS_DECIDED = (
    "sir2019.class",
    "sir2019.low.inr_other_artery",
    "contrast.metformin",
    "local-anaesthetic",
    "access.radial.chosen",
    "anaesthetic.allergy.reacted",
    "drugs.together",
)
PREFIXES = ("alarm.", "allergy.")
"""How ids begin that follow from what a file tells."""
"""What may be decided and is no row of a table."""

Access = Literal[
    "femoral", "femoral-artery", "femoral-vein", "radial", "brachial-artery", "pedal-artery",
    "jugular", "percutaneous", "dialysis-access", "transrectal", "transvaginal", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureSection:
    """``[procedure]``: what is to be done; what is left out is not known."""

    name: Text = field(metadata=describe("key or alias of a procedure that may be cleared"))
    organ: Text | None = optional("liver, left kidney, lymph node, ...")
    depth: Literal["superficial", "deep"] | None = optional(
        "of a collection, a lymph node or soft tissue"
    )
    complex_removal: bool | None = field(
        default=None, metadata=written("complex") | describe("removal of a filter: is it complex")
    )
    technique: Literal["radiofrequency", "microwave", "cold"] | None = optional("of an ablation")
    access: Access | None = optional("femoral means artery or vein, as the procedure has it")
    sheath_french: Annotated[float, Gt(0), Le(30)] | None = optional("French size of the sheath")
    urgency: Literal["elective", "urgent", "emergency"] | None = optional("how urgent it is")
    start: Moment | None = optional("when it starts")
    duration_min: Annotated[float, Gt(0), Le(1440)] | None = optional(
        "as planned; restarts count from the end"
    )
    contrast: Literal["none", "intravenous", "intra-arterial"] | None = optional(
        "iodinated contrast"
    )
    renal_emboli: bool | None = optional("may a catheter send emboli into the renal arteries")
    sedation: Literal["none", "minimal", "moderate", "deep", "general"] | None = optional(
        "as planned"
    )
    local_anaesthetic: Text | None = optional("generic name, or none")
    profile: Text | None = optional("a local profile, beside this file")
    case_number: Text | None = optional("as the department counts it; never a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSection:
    """``[intake]``: the last of each before the start."""

    clear_fluids: Moment | None = optional("water, tea, clear juice")
    light_meal: Moment | None = optional("toast, a light meal")
    fatty_meal: Moment | None = optional("fried or fatty food, meat")


Someone = Annotated[Text, Spelled(r"[^\W\d_]", whole=False)]
"""A name or a role: at least one letter, so that a dash or a question mark decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSection:
    """``[[decision]]``: what a person decided where the rules do not."""

    about: Text = field(metadata=describe("a drug, or the id of a finding"))
    decided: Text = field(metadata=describe('in words; of a drug "hold" or "continue"'))
    name: Someone = field(metadata=describe("who"))
    role: Someone = field(metadata=describe("as what"))
    at: Moment = field(metadata=describe("when"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceFile(PatientFile):
    """A case to be cleared."""

    procedure: ProcedureSection
    radial: RadialArtery = field(default_factory=RadialArtery)
    intake: IntakeSection = IntakeSection()
    decision: tuple[DecisionSection, ...] = optional("what was decided so far", ())

    def __post_init__(self) -> None:
        PatientFile.__post_init__(self)
        procedures.clearance_key(self.procedure.name, self.procedure.organ)

    def to_case(self, now: dt.datetime | None = None) -> Case:
        """The case this file describes.

        Args:
            now: aware; needed where the file gives a birth date.

        Raises:
            CareError: a time without a zone, or one that the clock shows twice or never.
        """
        return Case(self._request(self.zone), self.to_patient(now))

    def _request(self, where: ZoneInfo | None) -> Request:
        section = self.procedure
        key = procedures.clearance_key(section.name, section.organ)
        unknown = frozenset(
            drugs.normalise(one.name) for one in self.drug if not drugs.find(one.name)
        )
        taken = {
            one.name: localise(getattr(self.intake, one.name), where, one.name)
            for one in fields(self.intake)
        }
        told = copy_fields(section, Request) | {
            "access": _access(section.access, key),
            "start": localise(section.start, where, "the start"),
        }
        return Request(
            key,
            **told,
            radial=self.radial,
            intake=MappingProxyType({k: v for k, v in taken.items() if v is not None}),
            decisions=tuple(_decision(one, where, unknown) for one in self.decision),
        )


def load(path: Path, now: dt.datetime | None = None) -> tuple[Case, Path | None]:
    """The case in the TOML file ``path``, and the local profile that it names.

    Raises:
        CareError: there is no such file, it is not TOML, or it does not fit the schema.
    """
    told = check(records.tables(path, CareError), path.name)
    named = told.procedure.profile
    return told.to_case(now), None if named is None else path.parent / Path(named)


def check(data: Mapping[str, Any], source: str) -> ClearanceFile:
    """A file's tables as a checked record.

    Raises:
        CareError: naming every place that does not fit.
    """
    return records.checked(ClearanceFile, data, source, CareError)


def _access(told: str | None, procedure: str) -> str | None:
    if told != "femoral":
        return told
    vessel = tables().procedures[procedure].vessel
    if vessel == "none":
        raise CareError(
            "[procedure] access is 'femoral': say femoral-artery or femoral-vein for this procedure"
        )
    return f"femoral-{vessel}"


def _decision(
    section: DecisionSection, where: ZoneInfo | None, unknown: frozenset[str]
) -> Decision:
    at = localise(section.at, where, f"the decision about {section.about}")
    if at is None:  # pragma: no cover  the schema asks for it
        raise CareError(f"the decision about {section.about} has no time")
    about = drugs.normalise(section.about)
    if about not in unknown:
        about = _about(section.about)
    if drugs.find(about) and section.decided.strip() not in WORDS:
        raise CareError(
            f"the decision about {section.about} is {section.decided!r}: write "
            f"{' or '.join(WORDS)} and nothing else, for no date follows from other words; what "
            "else was agreed is told to the patient by whoever agreed it"
        )
    return Decision(about, section.decided, section.name, section.role, at)


def _about(about: str) -> str:
    """What a decision is about, as the rules name it: a slip of the keyboard must not be lost.

    Raises:
        CareError: neither a drug nor anything that may be decided.
    """
    parts = drugs.find(about)
    if len(parts) == 1:
        return parts[0].name
    known = tables()
    ids = {one.id for one in known.questions}
    ids |= {rule.id for one in known.questions for rule in one.rules}
    ids |= {one.id for one in known.thresholds} | {one.id for one in known.holds}
    ids |= {one.id for one in known.needs}
    if about in ids or about in OTHERS_DECIDED or about.startswith(PREFIXES):
        return about
    if recorded.may_be_decided(about):
        return about
    raise CareError(
        f"a decision is about {about!r}: give a drug by its generic name, or the id of a "
        f"finding; there are also {', '.join(OTHERS_DECIDED)}, and recorded.condition.KEY"
    )
