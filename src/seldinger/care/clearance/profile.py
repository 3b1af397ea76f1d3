"""Profile: what a department settled where sources are ambiguous, give ranges or are silent.

A local profile stands on the shipped one. It says who signed it, in which role and when, and its
bytes are recorded by their hash. It may choose within what a source gives, never outside.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.core.errors import CareError
from seldinger.core.record import Assumption, AssumptionUse

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT = "us-sir2019"
ANY = "any"

LAB_VALIDITY = Assumption(
    name="lab_validity_d",
    value=30.0,
    unit="d",
    low=1.0,
    high=90.0,
    reason=(
        "no source that was read says how long a lab stays valid; a month is what many departments "
        "take for somebody stable, a day for somebody who is not"
    ),
)
ASSUMPTIONS = (LAB_VALIDITY,)


@dataclass(frozen=True, slots=True)
class Maximum:
    """A department's maximum of a local anaesthetic.

    Attributes:
        mg_per_kg: of body weight.
        source: where the department has it from.
    """

    mg_per_kg: float
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """How a department judges.

    Attributes:
        name, title: of the profile.
        base: the profile it stands on; empty for the shipped one.
        signed_by, role, at: who answers for it, and since when; empty for the shipped one.
        sha256: of the file's bytes.
        classes: procedure -> bleeding class.
        edges: id of a threshold -> the edge within the source's range.
        holds: id of a hold -> the number within the source's range.
        validity_d: key of a lab, or "any" -> days.
        settled: id of a question or rule -> what was decided, in words.
        anaesthetics: generic name -> maximum.
        alarms: name of an alarm's edge, or of another assumption of clearance -> its value.
    """

    name: str
    title: str
    base: str
    signed_by: str
    role: str
    at: dt.datetime | None
    sha256: str
    classes: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[str, float] = field(default_factory=dict)
    holds: Mapping[str, float] = field(default_factory=dict)
    validity_d: Mapping[str, float] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)
    anaesthetics: Mapping[str, Maximum] = field(default_factory=dict)
    alarms: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """As it is printed."""
        if self.at is None:
            return f"{self.name}: {self.title} (sha256 {self.sha256[:12]})"
        return (
            f"{self.name}: {self.title}; on {self.base}; signed by {self.signed_by}, {self.role}, "
            f"{self.at:%Y-%m-%d %H:%M} (sha256 {self.sha256[:12]})"
        )

    @property
    def signature(self) -> str:
        """Who answers for what it settles."""
        when = "" if self.at is None else f", {self.at:%Y-%m-%d}"
        return f"profile {self.name}, {self.signed_by}, {self.role}{when}"

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
        return (AssumptionUse.of(LAB_VALIDITY, edits), *single)


@cache
def default() -> Profile:
    """The profile that ships with the package."""
    page = resources.files("seldinger.care") / "data" / "profiles" / f"{DEFAULT}.toml"
    return _read(page.read_bytes(), page.name)


def load(path: Path) -> Profile:
    """A local profile.

    Raises:
        CareError: no such file, no TOML, not the schema, or a value outside what the source gives.
    """
    try:
        told = path.read_bytes()
    except OSError as wrong:
        reason = wrong.strerror or "cannot be read"
        raise CareError(f"{path.name}: {reason}: give the path of a profile") from wrong
    return _read(told, path.name)


def _read(told: bytes, name: str) -> Profile:
    from seldinger.care.clearance import profile_border  # pydantic is heavy: opened when needed

    return profile_border.profile(told, name, hashlib.sha256(told).hexdigest())
