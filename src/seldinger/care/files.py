"""patient.toml: a patient written down; its schema, and the patient that it describes.

The same sections stand beside others in a case file: a page that needs them subclasses
``PatientFile``. pydantic stands here because bytes come in here.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from seldinger.care import conditions, drugs
from seldinger.care.patient import Allergy, Condition, Drug, Lab, Patient, Sex
from seldinger.care.times import (
    age_years,
    localise,
    parse_date,
    parse_instant,
    parse_time,
    parse_zone,
)
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

T = TypeVar("T")

Words = Annotated[str, Field(min_length=1)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _asked(ask: Callable[[], T]) -> T:
    """An answer of the room, its refusal turned into one that pydantic collects."""
    try:
        return ask()
    except CareError as refused:
        raise ValueError(str(refused)) from refused


Moment = Annotated[dt.datetime, BeforeValidator(lambda told: _asked(lambda: parse_instant(told)))]
Day = Annotated[dt.date, BeforeValidator(lambda told: _asked(lambda: parse_date(told)))]
Clock = Annotated[dt.time, BeforeValidator(lambda told: _asked(lambda: parse_time(told)))]
Zone = Annotated[str, BeforeValidator(lambda told: _asked(lambda: parse_zone(told).key))]


class Section(BaseModel):
    """A table of a file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PatientSection(Section):
    """``[patient]``: who it is, without a name; what is left out is not known."""

    age_years: Annotated[Number, Field(ge=0, le=125)] | None = Field(
        default=None, description="age; or a birth_date"
    )
    birth_date: Day | None = Field(default=None, description="from which the age follows")
    sex: Sex | None = Field(default=None, description="as formulas know it")
    weight_kg: Annotated[Number, Field(ge=0.3, le=500)] | None = Field(
        default=None, description="body weight"
    )
    height_cm: Annotated[Number, Field(ge=20, le=260)] | None = Field(
        default=None, description="body height"
    )
    asa_class: Annotated[int, Field(strict=True, ge=1, le=6)] | None = Field(
        default=None, description="physical status, as a clinician said"
    )
    pregnant: Literal["yes", "no", "unknown"] = Field(default="unknown", description="now")
    dialysis: Flag | None = Field(default=None, description="whether on dialysis")
    acute_kidney_injury: Flag | None = Field(default=None, description="whether there is one now")
    time_zone: Zone | None = Field(
        default=None, description="IANA name, in which times without an offset are meant"
    )
    drugs_complete: Flag = Field(default=False, description="whether [[drug]] names all drugs")
    allergies_complete: Flag = Field(default=False, description="whether [[allergy]] names all")
    conditions_complete: Flag = Field(
        default=False, description="whether [[condition]] names all that this table knows"
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.age_years is not None and self.birth_date is not None:
            raise ValueError("an age and a birth date: give one of them")
        if self.pregnant == "yes" and self.sex is Sex.MALE:
            raise ValueError('pregnant is "yes" and sex is "male": one of them is wrong')
        return self


class LabSection(Section):
    """``[[lab]]``: one result."""

    name: Words = Field(description="key of a lab, e.g. creatinine")
    value: Number = Field(description="as the laboratory told it")
    unit: Words = Field(description="UCUM; {INR} for the INR")
    taken: Moment | None = Field(default=None, description="when the blood was drawn")

    @model_validator(mode="after")
    def _is_a_result(self) -> Self:
        _asked(lambda: Lab.from_unit(self.name, self.value, self.unit, None))
        return self


class DrugSection(Section):
    """``[[drug]]``: one drug as it is taken."""

    name: Words = Field(description="generic or brand name")
    dose_mg: Annotated[Number, Field(gt=0)] | None = Field(default=None, description="of one dose")
    times: tuple[Clock, ...] = Field(default=(), description='of day, ["08:00", "20:00"]')
    last: Moment | None = Field(default=None, description="last dose taken")
    intent: Literal["prophylactic", "therapeutic"] | None = Field(
        default=None, description="where that decides"
    )
    reason: Words | None = Field(default=None, description="what it is for, best a condition's key")
    route: Literal["oral", "sc", "iv", "other"] | None = Field(default=None, description="how")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if len(set(self.times)) != len(self.times):
            raise ValueError("a time of day is given twice: give each once")
        if self.reason is not None:
            _asked(lambda: conditions.parse_reason(str(self.reason)))
        return self


class AllergySection(Section):
    """``[[allergy]]``: to what, and what happened."""

    to: Words = Field(description="the substance")
    reaction: Literal["mild", "moderate", "severe"] | None = Field(
        default=None, description="how bad it was"
    )


class ConditionSection(Section):
    """``[[condition]]``: something the patient has or had."""

    name: Words = Field(description="a condition's key; other, with a detail, for the rest")
    since: Day | None = Field(default=None, description="day of the event, a stent's for example")
    detail: Words | None = Field(default=None, description="what else rules may read")

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        key = _asked(lambda: conditions.condition(self.name).key)
        if key == conditions.OTHER and self.detail is None:
            raise ValueError("a condition called other needs a detail that says what it is")
        return self


class PatientFile(Section):
    """A patient's file, or that part of a larger one."""

    patient: PatientSection = PatientSection()
    lab: tuple[LabSection, ...] = Field(default=(), description="results, several of a kind too")
    drug: tuple[DrugSection, ...] = Field(default=(), description="what is taken")
    allergy: tuple[AllergySection, ...] = Field(default=(), description="what is not borne")
    condition: tuple[ConditionSection, ...] = Field(default=(), description="what else counts")

    @model_validator(mode="after")
    def _times_have_a_zone(self) -> Self:
        where = None if self.patient.time_zone is None else parse_zone(self.patient.time_zone)
        for name, time in (
            *((f"the time of {one.name}", one.taken) for one in self.lab),
            *((f"the last dose of {one.name}", one.last) for one in self.drug),
        ):
            _asked(partial(localise, time, where, name))
        _asked(partial(_one_result_at_one_time, self.lab, where))
        clocked = [one.name for one in self.drug if one.times]
        if clocked and where is None:
            raise ValueError(
                f"times of day of {', '.join(clocked)} need a zone: give [patient] time_zone, "
                'e.g. "Europe/Berlin"'
            )
        return self

    def to_patient(self, now: dt.datetime | None = None) -> Patient:
        """The patient this file describes.

        Args:
            now: aware; needed where the file gives a birth date, from which an age follows only
                at a time.

        Raises:
            CareError: a birth date without ``now``, or one after it.
        """
        section = self.patient
        where = None if section.time_zone is None else parse_zone(section.time_zone)
        return Patient(
            age_years=_age(section, now, where),
            sex=section.sex,
            weight_kg=section.weight_kg,
            height_cm=section.height_cm,
            asa_class=section.asa_class,
            pregnant={"yes": True, "no": False}.get(section.pregnant),
            dialysis=section.dialysis,
            acute_kidney_injury=section.acute_kidney_injury,
            labs=tuple(_lab(one, where) for one in self.lab),
            drugs=tuple(made for one in self.drug for made in _drugs(one, where)),
            drugs_complete=section.drugs_complete,
            allergies=tuple(Allergy(one.to, one.reaction) for one in self.allergy),
            allergies_complete=section.allergies_complete,
            conditions=tuple(_condition(one) for one in self.condition),
            conditions_complete=section.conditions_complete,
            time_zone=where,
        )


def _one_result_at_one_time(labs: tuple[LabSection, ...], where: ZoneInfo | None) -> None:
    seen: dict[tuple[str, float], Lab] = {}
    for lab in (_lab(told, where) for told in labs):
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
    return tuple(
        Drug(
            name=name,
            told=section.name,
            dose_mg=section.dose_mg if len(parts) < 2 else None,  # noqa: PLR2004  one drug or several
            times=tuple(sorted(section.times)),
            intent=section.intent,
            last=localise(section.last, where, f"the last dose of {section.name}"),
            reason=None if section.reason is None else conditions.parse_reason(section.reason),
            route=section.route,
            recognised=bool(parts),
        )
        for name in ([part.name for part in parts] or [drugs.normalise(section.name)])
    )


def _condition(told: ConditionSection) -> Condition:
    return Condition(conditions.condition(told.name).key, told.since, told.detail)


def _age(section: PatientSection, now: dt.datetime | None, where: ZoneInfo | None) -> float | None:
    if section.birth_date is None:
        return section.age_years
    if now is None:
        raise CareError("an age follows from a birth date only at a time: give now, or age_years")
    return age_years(section.birth_date, now if where is None else now.astimezone(where))
