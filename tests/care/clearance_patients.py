"""Ordinary patients, one at least for each procedure, and what a careful reader answers."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.care.clearance_cases import BERLIN, DRAWN, LABS, LIVER_BIOPSY, PATIENT, lab

from seldinger.care import conditions, drugs
from seldinger.care.clearance import Case, Decision, RadialArtery
from seldinger.care.patient import Allergy, Condition, Drug, Lab, Sex
from seldinger.care.procedures import clearance_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOW = dt.datetime(2026, 11, 25, 14, 0, tzinfo=BERLIN)
START = dt.datetime(2026, 12, 3, 10, 0, tzinfo=BERLIN)
SOON = dt.datetime(2026, 11, 26, 10, 0, tzinfo=BERLIN)
MORNING, EVENING = dt.time(8), dt.time(20)
FILE = Path(__file__).with_suffix(".toml")
_TWICE = ("apixaban", "dabigatran", "metformin", "enoxaparin")
_UNITS = {
    "inr": "{INR}", "platelets": "10*9/L", "haemoglobin": "g/dL", "creatinine": "mg/dL",
    "bilirubin": "mg/dL", "fibrinogen": "mg/dL", "potassium": "mmol/L", "egfr": "mL/min/{1.73_m2}",
    "white_cells": "10*9/L", "crp": "mg/L", "sodium": "mmol/L", "glucose": "mg/dL", "hcg": "[IU]/L",
    "albumin": "g/dL",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A patient, and what a careful reader answers.

    Attributes:
        number: in the table.
        words: the patient in one line.
        case: as it is told.
        answer: "clear", "conditional", "unknown" or "not-clear".
        decides: words that must stand among who decides, or what is missing; empty: nobody.
    """

    number: int
    words: str
    case: Case
    answer: str
    decides: str


def _seen(number: int, told: dict[str, Any]) -> Seen:
    """A patient of the file: keys of request or patient beside what is said of it."""
    words, answer, decides = (told.pop(key) for key in ("words", "answer", "decides"))
    age, sex, weight = told.pop("who").split()
    procedure = clearance_key(told.pop("procedure"))
    asked = {k: told.pop(k) for k in list(told) if k in LIVER_BIOPSY.__dataclass_fields__}
    asked = {k: _READ[k](v) if k in _READ else v for k, v in asked.items()}
    patient = replace(
        PATIENT, age_years=float(age), sex=Sex.MALE if sex == "m" else Sex.FEMALE,
        weight_kg=float(weight), labs=_labs(told.pop("labs", {}), told.pop("not_measured", ())),
        drugs=tuple(map(_drug, told.pop("drugs", ()))),
        conditions=tuple(map(_condition, told.pop("conditions", ()))),
        allergies=tuple(Allergy(*one) for one in told.pop("allergies", ())),
        pregnant=False if sex == "f" else None, **told,
    )  # fmt: skip
    base = replace(
        LIVER_BIOPSY, organ=None, decisions=(), local_anaesthetic="lidocaine", start=START,
        sedation="none", procedure=procedure,
    )  # fmt: skip
    return Seen(number, words, Case(replace(base, **asked), patient), answer, decides)


def _labs(told: dict[str, float], not_measured: Sequence[str]) -> tuple[Lab, ...]:
    """The usual results without an eGFR, with others in place of some."""
    found = {one.key: one for one in LABS if one.key not in {"egfr", *not_measured}}
    found |= {key: lab(key, value, _UNITS[key]) for key, value in told.items()}
    return tuple(found.values())


def _decisions(told: Iterable[dict[str, str]]) -> tuple[Decision, ...]:
    return tuple(
        Decision(one["about"], one["decided"], "B. Vale", "cardiologist", DRAWN) for one in told
    )


def _drug(told: str) -> Drug:
    """ "apixaban:atrial-fibrillation" -> a drug with its usual times and its reason."""
    name, _, reason = told.partition(":")
    generic = drugs.find(name)[0].name
    times = (MORNING, EVENING) if generic in _TWICE else (MORNING,)
    intent = "prophylactic" if generic == "enoxaparin" else None
    route = "iv" if generic == "heparin" else None
    return Drug(generic, name, times=times, reason=reason or None, intent=intent, route=route)


def _condition(told: str) -> Condition:
    """ "coronary-stent@2020-03-01" -> a condition with its day."""
    name, _, since = told.partition("@")
    key = conditions.condition(name).key
    return Condition(key, dt.date.fromisoformat(since) if since else None)


_READ: dict[str, Any] = {
    "start": {"soon": SOON}.__getitem__,
    "radial": lambda told: RadialArtery(**told),
    "decisions": _decisions,
}
"""How what is no plain value is read."""


PATIENTS = tuple(
    _seen(number, told)
    for number, told in enumerate(tomllib.loads(FILE.read_text("utf-8"))["patient"], 1)
)
