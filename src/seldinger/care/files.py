"""patient.toml: a patient written down, and the patient that it describes.

The same sections stand beside others in a case file: a page that needs them subclasses
``PatientFile``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from seldinger.care import conditions, drugs
from seldinger.care.patient import Allergy, Condition, Drug, Lab, Patient, Sex
from seldinger.care.times import Moment, age_years, localise, parse_date, parse_time, parse_zone
from seldinger.core.errors import CareError
from seldinger.evidence.records import Parsed, Text, describe, optional

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

Day = Annotated[dt.date, Parsed(parse_date, {"type": "string", "format": "date"})]
Clock = Annotated[dt.time, Parsed(parse_time, {"type": "string", "format": "time"})]
Zone = Annotated[str, Parsed(lambda told: parse_zone(told).key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSection:
    """``[patient]``: who it is, without a name; what is left out is not known."""

    age_years: Annotated[float, Ge(0), Le(125)] | None = optional("age; or a birth_date")
    birth_date: Day | None = optional("from which the age follows")
    sex: Sex | None = optional("as formulas know it")
    weight_kg: Annotated[float, Ge(0.3), Le(500)] | None = optional("body weight")
    height_cm: Annotated[float, Ge(20), Le(260)] | None = optional("body height")
    asa_class: Annotated[int, Ge(1), Le(6)] | None = optional(
        "physical status, as a clinician said"
    )
    pregnant: Literal["yes", "no", "unknown"] = optional("now", "unknown")
    dialysis: bool | None = optional("whether on dialysis")
    acute_kidney_injury: bool | None = optional("whether there is one now")
    time_zone: Zone | None = optional("IANA name, in which times without an offset are meant")
    drugs_complete: bool = optional("whether [[drug]] names all drugs", default=False)
    allergies_complete: bool = optional("whether [[allergy]] names all", default=False)
    conditions_complete: bool = optional(
        "whether [[condition]] names all that this table knows", default=False
    )

    def __post_init__(self) -> None:
        if self.age_years is not None and self.birth_date is not None:
            raise CareError("an age and a birth date: give one of them")
        if self.pregnant == "yes" and self.sex is Sex.MALE:
            raise CareError('pregnant is "yes" and sex is "male": one of them is wrong')


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSection:
    """``[[lab]]``: one result."""

    name: Text = field(metadata=describe("key of a lab, e.g. creatinine"))
    value: float = field(metadata=describe("as the laboratory told it"))
    unit: Text = field(metadata=describe("UCUM; {INR} for the INR"))
    taken: Moment | None = optional("when the blood was drawn")

    def __post_init__(self) -> None:
        Lab.from_unit(self.name, self.value, self.unit, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugSection:
    """``[[drug]]``: one drug as it is taken."""

    name: Text = field(metadata=describe("generic or brand name"))
    dose_mg: Annotated[float, Gt(0)] | None = optional("of one dose")
    times: tuple[Clock, ...] = optional('of day, ["08:00", "20:00"]', ())
    last: Moment | None = optional("last dose taken")
    intent: Literal["prophylactic", "therapeutic"] | None = optional("where that decides")
    reason: Text | None = optional("what it is for, best a condition's key")
    route: Literal["oral", "sc", "iv", "other"] | None = optional("how")

    def __post_init__(self) -> None:
        if len(set(self.times)) != len(self.times):
            raise CareError("a time of day is given twice: give each once")
        if self.reason is not None:
            conditions.parse_reason(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSection:
    """``[[condition]]``: something the patient has or had."""

    name: Text = field(metadata=describe("a condition's key; other, with a detail, for the rest"))
    since: Day | None = optional("day of the event, a stent's for example")
    detail: Text | None = optional("what else rules may read")

    def __post_init__(self) -> None:
        if conditions.condition(self.name).key == conditions.OTHER and self.detail is None:
            raise CareError("a condition called other needs a detail that says what it is")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFile:
    """A patient's file, or that part of a larger one."""

    patient: PatientSection = PatientSection()
    lab: tuple[LabSection, ...] = optional("results, several of a kind too", ())
    drug: tuple[DrugSection, ...] = optional("what is taken", ())
    allergy: tuple[Allergy, ...] = optional("what is not borne", ())
    condition: tuple[ConditionSection, ...] = optional("what else counts", ())

    def __post_init__(self) -> None:
        for drug in self.drug:
            localise(drug.last, self.zone, f"the last dose of {drug.name}")
        _check_one_result_at_one_time(_lab(told, self.zone) for told in self.lab)
        clocked = [one.name for one in self.drug if one.times]
        if clocked and self.zone is None:
            raise CareError(
                f"times of day of {', '.join(clocked)} need a zone: give [patient] time_zone, "
                'e.g. "Europe/Berlin"'
            )

    @property
    def zone(self) -> ZoneInfo | None:
        """The patient's; None: not told."""
        return None if self.patient.time_zone is None else parse_zone(self.patient.time_zone)

    def to_patient(self, now: dt.datetime | None = None) -> Patient:
        """The patient this file describes.

        Args:
            now: aware; needed where the file gives a birth date, from which an age follows only
                at a time.

        Raises:
            CareError: a birth date without ``now``, or one after it.
        """
        section, where = self.patient, self.zone
        told = copy_fields(section, Patient) | {
            "age_years": _age(section, now, where),
            "pregnant": {"yes": True, "no": False}.get(section.pregnant),
            "time_zone": where,
        }
        return Patient(
            **told,
            labs=tuple(_lab(one, where) for one in self.lab),
            drugs=tuple(made for one in self.drug for made in _drugs(one, where)),
            allergies=self.allergy,
            conditions=tuple(_condition(one) for one in self.condition),
        )


def copy_fields(section: Any, kind: Any) -> dict[str, Any]:
    """What a section of a file and the record that follows from it both have, by name."""
    there = {one.name for one in fields(kind)}
    return {f.name: getattr(section, f.name) for f in fields(section) if f.name in there}


def _check_one_result_at_one_time(labs: Iterable[Lab]) -> None:
    seen: dict[tuple[str, float], Lab] = {}
    for lab in labs:
        if lab.taken is None:
            continue
        first = seen.setdefault((lab.key, lab.taken.timestamp()), lab)
        if first.value != lab.value:
            raise CareError(
                f"two results of {lab.key} at {lab.taken:%Y-%m-%d %H:%M}, {first.told} and "
                f"{lab.told}: one of them is wrong"
            )


def _lab(told: LabSection, where: ZoneInfo | None) -> Lab:
    taken = localise(told.taken, where, f"the time of {told.name}")
    return Lab.from_unit(told.name, told.value, told.unit, taken)


def _drugs(section: DrugSection, where: ZoneInfo | None) -> tuple[Drug, ...]:
    """The drug; of a fixed combination every part, none with a dose: the file tells one for all."""
    parts = drugs.find(section.name)
    told = copy_fields(section, Drug) | {
        "dose_mg": section.dose_mg if len(parts) < 2 else None,  # noqa: PLR2004  one or several
        "times": tuple(sorted(section.times)),
        "last": localise(section.last, where, f"the last dose of {section.name}"),
        "reason": None if section.reason is None else conditions.parse_reason(section.reason),
    }
    names = [part.name for part in parts] or [drugs.normalise(section.name)]
    return tuple(
        Drug(**told | {"name": name}, told=section.name, recognised=bool(parts)) for name in names
    )


def _condition(told: ConditionSection) -> Condition:
    return Condition(conditions.condition(told.name).key, told.since, told.detail)


def _age(section: PatientSection, now: dt.datetime | None, where: ZoneInfo | None) -> float | None:
    if section.birth_date is None:
        return section.age_years
    if now is None:
        raise CareError("an age follows from a birth date only at a time: give now, or age_years")
    return age_years(section.birth_date, now if where is None else now.astimezone(where))
