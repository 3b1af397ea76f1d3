"""Inputs: what the rules look at, worked out from a case; each with what is missing.

A lab that is too old, has no time or was drawn after the start is not known. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from seldinger.care import drugs
from seldinger.care.labs import analyte
from seldinger.care.scores.inputs import settled
from seldinger.care.scores.kidney_function import cockcroft_gault

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Patient

Value: TypeAlias = "float | bool | str"

LIVER_DISEASE = ("liver-cirrhosis", "chronic-liver-disease")
PACED = ("pacemaker", "icd")
OPENED_BILE_DUCTS = ("biliary-enteric-anastomosis", "sphincterotomy", "biliary-stent")
_DAY_S = 86400.0
_CONTRAST = (
    "contrast", "iohexol", "iopamidol", "iodixanol", "iomeprol", "iopromide", "ioversol",
    "iobitridol",
)  # fmt: skip
_IODINE = ("iodine", "shellfish", "seafood", "povidone")


@dataclass(frozen=True, slots=True)
class Known:
    """One input.

    Attributes:
        value: None: not known.
        told: as it is printed; what stands against it, where it is not known.
        missing: what would have to be known.
    """

    value: Value | None
    told: str
    missing: tuple[str, ...] = ()


def known(value: Value | None, missing: str, told: str | None = None) -> Known:
    """An input that somebody told, or did not."""
    if value is None:
        return Known(None, "not known", (missing,))
    if isinstance(value, bool):
        return Known(value, told or ("yes" if value else "no"))
    if isinstance(value, str):
        return Known(value, told or value)
    return Known(float(value), told or f"{value:g}")


def of(case: Case, profile: Profile, now: dt.datetime) -> dict[str, Known]:
    """Every input of the rules but the bleeding class, by name."""
    request, patient = case.request, case.patient
    return {
        "procedure": known(request.procedure, "the procedure"),
        "organ": known(_organ(request.organ), "the organ", request.organ),
        "depth": known(request.depth, "the depth: superficial or deep"),
        "complex": known(request.complex_removal, "whether the removal is complex"),
        "technique": known(request.technique, "the technique: radiofrequency, microwave or cold"),
        "sheath_french": known(request.sheath_french, "the sheath's French size"),
        "urgency": known(request.urgency, "the urgency: elective, urgent or emergency"),
        "access": known(request.access, "the access"),
        "arterial_access": _arterial(request.access),
        "contrast": known(request.contrast, "contrast: none, intravenous or intra-arterial"),
        "renal_emboli": known(
            request.renal_emboli, "whether a catheter may send emboli into the renal arteries"
        ),
        "sedation": known(request.sedation, "sedation: none, minimal, moderate, deep or general"),
        **_of_patient(patient),
        "anaesthetic_allergy": _to_anaesthetic(request.local_anaesthetic, patient),
        "crcl_ml_per_min": clearance_of(case, profile, now),
        "egfr": lab(case, "egfr", profile, now),
    }


def _of_patient(patient: Patient) -> dict[str, Known]:
    listed = "all conditions (conditions_complete)"
    return {
        "age_years": known(patient.age_years, "the age"),
        "sex": known(None if patient.sex is None else str(patient.sex), "the sex"),
        "pregnant": known(patient.pregnant, "whether there is a pregnancy"),
        "asa_class": known(
            None if patient.asa_class is None else float(patient.asa_class), "the ASA class"
        ),
        "dialysis": known(patient.dialysis, "whether on dialysis"),
        "aki": known(patient.acute_kidney_injury, "whether there is acute kidney injury"),
        "liver_disease": known(has_any(patient, LIVER_DISEASE), f"chronic liver disease: {listed}"),
        "bleeding_tendency": known(
            has_any(patient, ("bleeding-disorder", "active-bleeding", *LIVER_DISEASE)), listed
        ),
        "pacemaker": known(has_any(patient, PACED), f"pacemaker or defibrillator: {listed}"),
        "biliary": known(
            has_any(patient, OPENED_BILE_DUCTS),
            f"biliary-enteric anastomosis, sphincterotomy or biliary stent: {listed}",
        ),
        **{
            name: known(patient.takes(drug), "all drugs (drugs_complete)")
            for name, drug in (
                ("warfarin", "warfarin"),
                ("heparin", "heparin"),
                ("with_aspirin", "aspirin"),
                ("metformin", "metformin"),
            )
        },
        **{
            kind: known(drugs.takes_class(patient, kind), "all drugs (drugs_complete)")
            for kind in ("glp1", "sglt2")
        },
        "contrast_allergy": _allergic(patient, _CONTRAST),
        "iodine_allergy": _allergic(patient, _IODINE),
        "allergies_told": known(
            patient.allergies_complete or None, "all allergies (allergies_complete)"
        ),
    }


def has_any(patient: Patient, keys: tuple[str, ...]) -> bool | None:
    """Whether the patient has one of some conditions; None: nobody knows."""
    found = [patient.has(key) for key in keys]
    return True if True in found else None if None in found else False


def with_class(inputs: Mapping[str, Known], bleeding_class: str) -> dict[str, Known]:
    """The inputs with a bleeding class among them."""
    return {**inputs, "bleeding_class": Known(bleeding_class, bleeding_class)}


def lab(case: Case, key: str, profile: Profile, now: dt.datetime) -> Known:
    """The latest result of a lab that still counts at the start.

    Its age is that at the start, or now where the start is not told.
    """
    name = analyte(key).name
    found = case.patient.lab(key)
    if found is None:
        return Known(None, "not known", (name,))
    told = f"{name} {found.told}".removesuffix(" {INR}")
    if found.taken is None:
        return Known(None, f"{told}, drawn nobody knows when", (f"when {name} was drawn",))
    at = case.request.start or now
    if found.taken.timestamp() > min(at.timestamp(), now.timestamp()):
        return Known(
            None,
            f"{told}, drawn {found.taken:%Y-%m-%d %H:%M}: later than now or the start",
            (f"the right time of {name}",),
        )
    days = (at.timestamp() - found.taken.timestamp()) / _DAY_S
    told = f"{told}, drawn {found.taken:%Y-%m-%d}, {days:.0f} d old at the start"
    valid = profile.days_valid(key)
    if days > valid:
        return Known(None, f"{told}; valid {valid:g} d", (f"a newer {name}",))
    return Known(settled(found.value), told)


def clearance_of(case: Case, profile: Profile, now: dt.datetime) -> Known:
    """Creatinine clearance by Cockcroft and Gault, mL/min.

    Below every band (0) on dialysis; not known while the kidney is injured.
    """
    patient = case.patient
    if patient.dialysis is True:
        return Known(0.0, "on dialysis: no clearance")
    creatinine = lab(case, "creatinine", profile, now)
    missing = list(creatinine.missing)
    for value, words in (
        (patient.age_years, "the age"),
        (patient.weight_kg, "the weight"),
        (patient.sex, "the sex"),
        (patient.dialysis, "whether on dialysis"),
        (patient.acute_kidney_injury, "whether there is acute kidney injury"),
    ):
        if value is None:
            missing.append(words)
    if patient.acute_kidney_injury:
        missing.append("a steady creatinine: there is acute kidney injury")
    if missing:
        return Known(None, "clearance not known", tuple(missing))
    score = cockcroft_gault(
        None if creatinine.value is None else float(creatinine.value),
        patient.age_years,
        patient.weight_kg,
        str(patient.sex),
    )
    if score.value is None:
        return Known(None, "; ".join(score.notes), ("a clearance: the formula is for adults",))
    value = settled(score.value)
    return Known(value, f"{value:.1f} mL/min (Cockcroft-Gault); {creatinine.told}")


def of_drug(inputs: Mapping[str, Known], route: str | None, intent: str | None) -> dict[str, Known]:
    """The inputs with what is told of one drug among them."""
    return {
        **inputs,
        "route": known(route, "its route: iv or sc"),
        "intent": known(intent, "whether it is prophylactic or therapeutic"),
    }


def _organ(told: str | None) -> str | None:
    if told is None:
        return None
    plain = " ".join(told.lower().replace("-", " ").split())
    return plain.removeprefix("left ").removeprefix("right ")


def _arterial(access: str | None) -> Known:
    if access is None:
        return known(None, "the access")
    kind = {"femoral-artery": "femoral", "radial": "radial"}.get(access, "other")
    return Known(kind, access)


def _to_anaesthetic(told: str | None, patient: Patient) -> Known:
    """Whether the local anaesthetic is among the allergies; without one there is nothing to ask."""
    if told is None or told.lower() == "none":
        return Known(False, "no local anaesthetic")  # noqa: FBT003  an input's value
    return _allergic(patient, (told.lower(),))


def _allergic(patient: Patient, words: tuple[str, ...]) -> Known:
    hits = [a for a in patient.allergies if any(w in a.to.lower() for w in words)]
    if hits:
        told = ", ".join(f"{a.to} ({a.reaction or 'reaction not told'})" for a in hits)
        return Known(True, told)  # noqa: FBT003  an input's value
    if patient.allergies_complete:
        return Known(False, "no")  # noqa: FBT003  an input's value
    return known(None, "all allergies (allergies_complete)")
