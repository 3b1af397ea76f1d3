"""Understood: the patient as the rules read the file, so that a slip is seen before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.care.clearance.inputs import Known
    from seldinger.care.clearance.model import Case
    from seldinger.care.patient import Drug


def lines(case: Case, inputs: Mapping[str, Known]) -> tuple[str, ...]:
    """Who it is, clearance and filtration, drugs, allergies and conditions, one line each."""
    return tuple(_lines(case, inputs))


def _lines(case: Case, inputs: Mapping[str, Known]) -> Iterator[str]:
    patient = case.patient
    parts = [
        None if patient.age_years is None else f"{patient.age_years:g} years",
        None if patient.sex is None else str(patient.sex),
        None if patient.weight_kg is None else f"{patient.weight_kg:g} kg",
        None if patient.height_cm is None else f"{patient.height_cm:g} cm",
        None if patient.asa_class is None else f"ASA {patient.asa_class}",
        "pregnant" if patient.pregnant else None,
        "on dialysis" if patient.dialysis else None,
        "acute kidney injury" if patient.acute_kidney_injury else None,
    ]
    yield f"Patient: {', '.join(part for part in parts if part) or 'nothing told'}"
    yield f"Creatinine clearance: {inputs['crcl_ml_per_min'].told.removeprefix('clearance ')}"
    yield f"eGFR: {inputs['egfr'].told.removeprefix('eGFR ')}"
    yield f"Drugs{_sure(complete=patient.drugs_complete)}: " + _list(map(_drug, patient.drugs))
    named = [f"{one.to} ({one.reaction or 'reaction not told'}){_meant(one.to)}"
             for one in patient.allergies]  # fmt: skip
    yield f"Allergies{_sure(complete=patient.allergies_complete)}: {_list(named)}"
    had = [recorded.words(one) for one in patient.conditions]
    yield f"Conditions{_sure(complete=patient.conditions_complete)}: {_list(had)}"


def _drug(one: Drug) -> str:
    name = one.name if one.name == one.told.lower() else f"{one.told} = {one.name}"
    if not one.recognised:
        name = f"{one.told}, not recognised"
    times = ", ".join(f"{time:%H:%M}" for time in one.times)
    dose = None if one.dose_mg is None else f"{one.dose_mg:g} mg"
    last = None if one.last is None else f"last {one.last:%Y-%m-%d %H:%M}"
    return " ".join(part for part in (name, dose, times, last) if part)


def _meant(told: str) -> str:
    found = allergies.recognise(told)
    names = [one.name for one in found.allergens if allergies.folded(one.name) not in
             allergies.folded(told)]  # fmt: skip
    if found.rest or not found.allergens:
        return ", not recognised" if found.rest else ""
    return f" = {', '.join(names)}" if names else ""


def _list(found: object) -> str:
    return "; ".join(str(one) for one in found) or "none told"  # type: ignore[attr-defined]


def _sure(*, complete: bool) -> str:
    return "" if complete else " (nobody said that these are all)"
