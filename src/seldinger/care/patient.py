"""The patient who is not an image: labs with their time, drugs with their doses, what else counts.

Everything may be unknown, and unknown is None: an empty list of drugs is not a patient without
drugs until ``drugs_complete`` says so. Times carry their zone; a time without one is refused where
the file is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from seldinger.care.labs import analyte
from seldinger.core.formatting import short_repr
from seldinger.evidence.records import Text, describe, optional

if TYPE_CHECKING:
    import datetime as dt
    from zoneinfo import ZoneInfo


class Sex(StrEnum):
    """As formulas know it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Lab:
    """One result.

    Attributes:
        key: of ``labs.ANALYTES``.
        value: in the analyte's own unit.
        told: as the file had it, "1.4 {INR}".
        taken: when the blood was drawn; None: not told, so that nobody knows whether it is old.
    """

    key: str
    value: float
    told: str
    taken: dt.datetime | None

    @classmethod
    def from_unit(cls, key: str, value: float, unit: str, taken: dt.datetime | None) -> Lab:
        """A result of the lab ``key`` in one of its units, drawn when it was ``taken``.

        Raises:
            CareError: unknown lab or unit, or a value that nobody has.
        """
        return cls(key, analyte(key).convert(value, unit), f"{value:g} {unit}", taken)


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug as it is taken.

    Attributes:
        name: generic name, as ``care/data/drugs.toml`` has it.
        told: as the file had it, a brand perhaps.
        dose_mg: of one dose; None: not told.
        times: of day, local, at which a dose is due; empty: not told.
        intent: "prophylactic" or "therapeutic" where that decides, else None.
        last: last dose taken; None: not told.
        reason: what it is for, a key of ``conditions`` where that decides ("atrial-fibrillation").
        route: "oral", "sc", "iv", "other" or None.
        recognised: whether ``name`` stands in that table; of another drug nothing is judged.
    """

    name: str
    told: str
    dose_mg: float | None = None
    times: tuple[dt.time, ...] = ()
    intent: str | None = None
    last: dt.datetime | None = None
    reason: str | None = None
    route: str | None = None
    recognised: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """Something the patient has or had, by key, e.g. "coronary-stent", "mechanical-valve".

    Attributes:
        key: of ``care/data/conditions.toml``.
        since: of the event (a stent's day); None: not told.
        detail: free words that rules may read by key, e.g. "drug-eluting", "mitral".
    """

    key: str
    since: dt.date | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Allergy:
    """To what, and what happened; a file's ``[[allergy]]``."""

    to: Text = field(metadata=describe("the substance"))
    reaction: Literal["mild", "moderate", "severe"] | None = optional("how bad it was")


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known of a patient besides images; no name, no number.

    Attributes:
        age_years, sex, weight_kg, height_cm: None: not told.
        asa_class: 1 to 6, as a clinician said; never computed here.
        pregnant: True, False, or None: not known or not asked.
        dialysis: whether the patient is on it.
        acute_kidney_injury: whether there is one now.
        labs: several of one kind are allowed: the latest counts.
        drugs: all that are known.
        drugs_complete: whether that list is all: only then is an absent drug not taken.
        allergies, allergies_complete: likewise.
        conditions, conditions_complete: likewise.
        time_zone: in which times of day are meant.
    """

    age_years: float | None
    sex: Sex | None
    weight_kg: float | None
    height_cm: float | None
    asa_class: int | None
    pregnant: bool | None
    dialysis: bool | None
    acute_kidney_injury: bool | None
    labs: tuple[Lab, ...]
    drugs: tuple[Drug, ...]
    drugs_complete: bool
    allergies: tuple[Allergy, ...]
    allergies_complete: bool
    conditions: tuple[Condition, ...]
    conditions_complete: bool
    time_zone: ZoneInfo | None

    __repr__ = short_repr

    def lab(self, key: str) -> Lab | None:
        """The latest result of a kind; one without a time only where no other is.

        Raises:
            CareError: no lab is called that.
        """
        analyte(key)
        results = [one for one in self.labs if one.key == key]
        timed = [one for one in results if one.taken is not None]
        if timed:
            return max(timed, key=lambda one: one.taken.timestamp() if one.taken else 0.0)
        return results[-1] if results else None

    def has(self, key: str) -> bool | None:
        """Whether the patient has a condition; None: nobody said that the list is complete."""
        if any(one.key == key for one in self.conditions):
            return True
        return False if self.conditions_complete else None

    def takes(self, name: str) -> bool | None:
        """Whether a drug is taken; None: the list may lack it, or hold it under an unknown name."""
        if any(one.name == name for one in self.drugs):
            return True
        sure = self.drugs_complete and all(one.recognised for one in self.drugs)
        return False if sure else None
