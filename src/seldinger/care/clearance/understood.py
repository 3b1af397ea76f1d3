"""Understood: the patient as the rules read the file, so that a slip is seen before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case
    from seldinger.care.patient import Drug


def format_lines(case: Case, inputs: Mapping[str, Input]) -> tuple[str, ...]:
    """Who it is, clearance and filtration, drugs, allergies and conditions, one line each."""
    return tuple(_lines(case, inputs))


def _lines(case: Case, inputs: Mapping[str, Input]) -> Iterator[str]:
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
    had = [recorded.format_condition(one) for one in patient.conditions]
    yield f"Conditions{_sure(complete=patient.conditions_complete)}: {_list(had)}"


def _drug(drug: Drug) -> str:
    name = drug.name if drug.name == drug.told.lower() else f"{drug.told} = {drug.name}"
    if not drug.recognised:
        name = f"{drug.told}, not recognised"
    times = ", ".join(f"{time:%H:%M}" for time in drug.times)
    dose = None if drug.dose_mg is None else f"{drug.dose_mg:g} mg"
    last = None if drug.last is None else f"last {drug.last:%Y-%m-%d %H:%M}"
    return " ".join(part for part in (name, dose, times, last) if part)


def _meant(name: str) -> str:
    recognised = allergies.recognise(name)
    names = [one.name for one in recognised.allergens if allergies.fold(one.name) not in
             allergies.fold(name)]  # fmt: skip
    if recognised.rest or not recognised.allergens:
        return ", not recognised" if recognised.rest else ""
    return f" = {', '.join(names)}" if names else ""


def _list(found: object) -> str:
    return "; ".join(str(one) for one in found) or "none told"  # type: ignore[attr-defined]


def _sure(*, complete: bool) -> str:
    return "" if complete else " (nobody said that these are all)"
