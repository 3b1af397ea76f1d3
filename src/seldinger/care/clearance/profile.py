"""Profile: what a department settled where sources are ambiguous, give ranges or are silent.

A local profile stands on the shipped one. It says who signed it, in which role and when, and its
bytes are recorded by their hash. It may choose within what a source gives, never outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from seldinger.care import pages
from seldinger.care.times import Moment
from seldinger.core.errors import CareError
from seldinger.core.record import AssumptionUse
from seldinger.evidence.records import UNWRITTEN, Positive, Spelled, Text, written

DEFAULT = "us-sir2019"
ANY = "any"

LAB_VALIDITY = pages.assumptions("clearance")["lab_validity_d"]


@dataclass(frozen=True, slots=True)
class Maximum:
    """A department's maximum of a local anaesthetic.

    Attributes:
        mg_per_kg: of body weight.
        source: where the department has it from.
    """

    mg_per_kg: Positive
    source: Text


@dataclass(frozen=True, slots=True)
class Signature:
    """Who answers for a profile, in which role, and since when."""

    name: Text
    role: Text
    at: Moment

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise CareError("at has no zone: write its offset (+01:00)")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a department judges.

    Attributes:
        name, title: of the profile.
        base: the profile it stands on; None for the shipped one.
        signed: who answers for it; None for the shipped one.
        classes: procedure -> bleeding class.
        edges: id of a threshold -> the edge within the source's range.
        holds: id of a hold -> the number within the source's range.
        validity_d: key of a lab, or "any" -> days.
        settled: id of a question or rule -> what was decided, in words.
        anaesthetics: generic name -> maximum.
        alarms: name of an alarm's edge, or of another assumption of clearance -> its value.
        sha256: of the file's bytes.
    """

    name: Annotated[str, Spelled("[a-z0-9][a-z0-9-]*")]
    title: Text
    base: Literal["us-sir2019"] | None = None
    signed: Signature | None = None
    classes: Mapping[Text, Literal["low", "high"]] = field(
        default_factory=dict, metadata=written("class")
    )
    edges: Mapping[Text, Positive] = field(default_factory=dict)
    holds: Mapping[Text, Positive] = field(default_factory=dict)
    validity_d: Mapping[Text, Positive] = field(default_factory=dict)
    settled: Mapping[Text, Text] = field(default_factory=dict)
    anaesthetics: Mapping[Text, Maximum] = field(
        default_factory=dict, metadata=written("local_anaesthetic")
    )
    alarms: Mapping[Text, Positive] = field(default_factory=dict, metadata=written("assumptions"))
    sha256: str = field(default="", metadata=UNWRITTEN)

    @property
    def is_local(self) -> bool:
        """Whether it settles anything that the shipped profile leaves open."""
        return self != Profile(self.name, self.title, sha256=self.sha256)

    @property
    def text(self) -> str:
        """As it is printed."""
        by = self.signed
        if by is None:
            return f"{self.name}: {self.title} (sha256 {self.sha256[:12]})"
        return (
            f"{self.name}: {self.title}; on {self.base}; signed by {by.name}, {by.role}, "
            f"{by.at:%Y-%m-%d %H:%M} (sha256 {self.sha256[:12]})"
        )

    @property
    def signature(self) -> str:
        """Who answers for what it settles."""
        by = self.signed
        if by is None:
            return f"profile {self.name}"
        return f"profile {self.name}, {by.name}, {by.role}, {by.at:%Y-%m-%d}"

    def days_valid(self, lab: str) -> float:
        """How long a lab stays valid."""
        return self.validity_d.get(lab, self.validity_d.get(ANY, LAB_VALIDITY.value))

    def assumptions(self) -> tuple[AssumptionUse, ...]:
        """The values without a source, as this profile uses them."""
        edits = {LAB_VALIDITY.name: self.validity_d[ANY]} if ANY in self.validity_d else {}
        single = tuple(
            AssumptionUse(
                f"{LAB_VALIDITY.name}.{lab}", days, "d", LAB_VALIDITY.low, LAB_VALIDITY.high,
                self.signature, edited=True,
            )
            for lab, days in self.validity_d.items()
            if lab != ANY
        )  # fmt: skip
        return (AssumptionUse.resolve(LAB_VALIDITY, edits), *single)
