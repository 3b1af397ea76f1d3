"""The records of clearance: what is asked, and what is answered.

Everything that is asked may be unknown, and unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt, Le

from seldinger.core.formatting import short_repr
from seldinger.evidence.records import optional

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Patient
    from seldinger.core.finding import Finding
    from seldinger.core.record import AssumptionUse

PROJECT_RULE = "rule of this project, without a medical number"
"""The stamp of a finding that rests on no fact because it states none."""

LOCAL = "local profile"
"""The stamp of a finding that a department's own value decides."""


class Answer(StrEnum):
    """Whether the patient is ready, the best first."""

    CLEAR = "clear"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"
    NOT_CLEAR = "not-clear"

    @property
    def words(self) -> str:
        """As it is printed: "not clear"."""
        return self.value.replace("-", " ")


class Topic(StrEnum):
    """What is answered by itself; the answer is the worst of them."""

    BLEEDING = "bleeding"
    DRUGS = "drugs"
    CONTRAST = "contrast"
    SEDATION = "sedation"
    PREGNANCY = "pregnancy"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """The answer of one topic.

    Attributes:
        topic: which.
        answer: of its findings alone.
        open: what stands against it, in words.
    """

    topic: Topic
    answer: Answer
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RadialArtery:
    """What was found at the wrist, a file's ``[radial]``; None: not looked at."""

    barbeau: Literal["A", "B", "C", "D"] | None = optional("type")
    diameter_mm: Annotated[float, Gt(0), Le(10)] | None = optional("inner diameter")
    tortuous: bool | None = optional("does it wind severely")
    occluded: bool | None = optional("is it known to be closed")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided where the rules do not.

    Attributes:
        about: a drug, or the id of a finding or question.
        decided: in words; of a drug "hold" or "continue".
        name, role: of the person.
        at: when; aware.
    """

    about: str
    decided: str
    name: str
    role: str
    at: dt.datetime

    @property
    def text(self) -> str:
        """As it is printed."""
        return f"{self.decided}: decided by {self.name}, {self.role}, {self.at:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be done.

    Attributes:
        procedure: key of a procedure that may be cleared.
        organ: "liver", "left kidney", "lymph node", ...
        depth: "superficial" or "deep", of a collection, node or soft tissue.
        complex_removal: of a filter.
        technique: of an ablation: "radiofrequency", "microwave", "cold".
        access: "femoral-artery", "radial", "jugular", "percutaneous", ...
        sheath_french: outer world's number of the sheath.
        urgency: "elective", "urgent" or "emergency".
        start: aware.
        duration_min: as planned.
        contrast: "none", "intravenous", "intra-arterial".
        renal_emboli: whether a catheter may send emboli into the renal arteries.
        sedation: "none", "minimal", "moderate", "deep", "general".
        local_anaesthetic: generic name, or "none".
        radial: the artery at the wrist.
        intake: last food and drink, kind -> aware time.
        decisions: what was decided so far.
        case_number: as the department counts it; no name.
    """

    procedure: str
    organ: str | None = None
    depth: str | None = None
    complex_removal: bool | None = None
    technique: str | None = None
    access: str | None = None
    sheath_french: float | None = None
    urgency: str | None = None
    start: dt.datetime | None = None
    duration_min: float | None = None
    contrast: str | None = None
    renal_emboli: bool | None = None
    sedation: str | None = None
    local_anaesthetic: str | None = None
    radial: RadialArtery = RadialArtery()
    intake: Mapping[str, dt.datetime] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    case_number: str | None = None

    __repr__ = short_repr

    def decision(self, about: str) -> Decision | None:
        """The latest decision about something."""
        found = [one for one in self.decisions if one.about == about]
        return max(found, key=lambda one: one.at.timestamp()) if found else None


@dataclass(frozen=True, slots=True)
class Case:
    """A patient and a request.

    Attributes:
        request: what is to be done.
        patient: to whom.
    """

    request: Request
    patient: Patient

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class BleedingClass:
    """In which row of the consensus a case stands.

    Attributes:
        value: "low" or "high"; None: the source is ambiguous or silent, or an input is missing.
        rows: id and words of every row that matches.
        considered: classes whose rules are looked at: one, or both while it is open.
        chosen_by: "source", or the profile's name.
    """

    value: str | None
    rows: tuple[tuple[str, str], ...]
    considered: tuple[str, ...]
    chosen_by: str


@dataclass(frozen=True, slots=True)
class Restart:
    """When a drug may come back, if haemostasis is secured.

    Attributes:
        note: for which case, "75 mg"; empty: for all.
        not_before: aware; the later one where the source gives a range.
        earliest: the earlier one; equal where it gives one number.
        whole_day: only the day counts.
        next_dose: the first usual dose from then on; None without dosing times.
    """

    note: str
    not_before: dt.datetime
    earliest: dt.datetime
    whole_day: bool
    next_dose: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DrugPlan:
    """What happens to one drug.

    Attributes:
        drug, told: generic name, and as the file has it.
        rule: id of the cell.
        bleeding_class: in which it stands.
        act: "withhold", "continue", "defer", "silent".
        hold: as the source has it, "4 doses".
        last_dose: last permitted dose, by the longer hold; None: nothing is withheld, or dosing
            times are missing.
        last_dose_at_most: by the shorter hold; equal where the source gives one number.
        hours: from ``last_dose`` to the start, as they really pass.
        restarts: when it may come back.
        counted_from: what the restart is counted from.
        decides: who must decide about the hold; empty: nobody special.
        decision: what they decided; None: not yet.
    """

    drug: str
    told: str
    rule: str
    bleeding_class: str
    act: str
    hold: str
    last_dose: dt.datetime | None = None
    last_dose_at_most: dt.datetime | None = None
    hours: float | None = None
    restarts: tuple[Restart, ...] = ()
    counted_from: str = ""
    decides: str = ""
    decision: Decision | None = None

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the timetable.

    Attributes:
        when: aware, in the patient's zone.
        what: in one sentence.
        rule: id of the rule it follows from.
    """

    when: dt.datetime
    what: str
    rule: str


@dataclass(frozen=True, slots=True)
class Clearance:
    """The answer.

    Attributes:
        answer: clear; conditional: clear if those who are named decide so; unknown: something about
            the patient is missing; not clear.
        topics: the answer of each topic.
        conditions: what must be kept for a clear patient to stay so, and who must agree to what.
        missing: what would have to be known, in the order of the findings.
        bleeding: the bleeding class.
        drugs: what happens to each drug that a rule speaks of.
        timetable: in order of time.
        findings: the worst first.
        orders: what is to be ordered, and stands in nobody's way: antibiotic, anaesthetic, fasting.
        understood: the patient, as the rules read the file.
        alternatives: other ways in, as findings.
        emergency: whether it is one.
        decides: who decides where the rules do not; empty: nothing is open.
        profile: by which the case was judged.
        assumptions: values without a source, as they were used.
        case: what was asked.
        now: when it was judged.
    """

    answer: Answer
    topics: tuple[TopicAnswer, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    bleeding: BleedingClass
    drugs: tuple[DrugPlan, ...]
    timetable: tuple[Due, ...]
    findings: tuple[Finding, ...]
    orders: tuple[Finding, ...]
    understood: tuple[str, ...]
    alternatives: tuple[Finding, ...]
    emergency: bool
    decides: tuple[str, ...]
    profile: Profile
    assumptions: tuple[AssumptionUse, ...]
    case: Case
    now: dt.datetime

    __repr__ = short_repr

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Findings that stop the procedure."""
        return tuple(one for one in self.findings if one.severity == "stop" and one.status != "met")


@dataclass(frozen=True, slots=True)
class Release:
    """A clinician's release of a clearance: who took responsibility for exactly this content.

    Attributes:
        name, role: of the clinician.
        at: aware.
        sha256: of the clearance's content.
    """

    name: str
    role: str
    at: dt.datetime
    sha256: str
