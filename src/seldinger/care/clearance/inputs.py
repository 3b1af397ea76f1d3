"""Inputs: what the rules look at, worked out from a case; each with what is missing.

A lab that is too old, has no time or was drawn after the start is not known. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from seldinger.care import allergies, conditions, drugs
from seldinger.care.clearance import recorded
from seldinger.care.labs import ANALYTES, analyte
from seldinger.care.patient import Sex
from seldinger.care.scores.inputs import settled
from seldinger.care.scores.kidney_function import ckd_epi_2021, cockcroft_gault
from seldinger.core.record import Assumption

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from seldinger.care.clearance.model import Case, Request
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Tables
    from seldinger.care.patient import Patient

Value: TypeAlias = "float | bool | str"

LIVER_DISEASE = ("liver-cirrhosis", "chronic-liver-disease")
PACED = ("pacemaker", "icd")
OPENED_BILE_DUCTS = ("biliary-enteric-anastomosis", "sphincterotomy", "biliary-stent")
_THROUGH_THE_SKIN = ("biopsy", "ablation")
_DAY_S = 86400.0
FERTILE = (
    Assumption(
        "pregnancy_asked_from_y", 12.0, "a", 9.0, 15.0,
        "no source that was read says from which age a pregnancy is asked about",
    ),
    Assumption(
        "pregnancy_asked_to_y", 55.0, "a", 50.0, 60.0,
        "no source that was read says until which age a pregnancy is asked about",
    ),
)  # fmt: skip
INR_ON_VKA = Assumption(
    "inr_validity_on_vka_d", 7.0, "d", 1.0, 30.0,
    "no source that was read says how long an INR stays valid on a vitamin K antagonist; it may "
    "change within days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """One input.

    Attributes:
        value: None: not known.
        told: as it is printed; what stands against it, where it is not known.
        missing: what would have to be known.
        of: what was told and made it, as ``recorded`` names it: "condition.sepsis".
    """

    value: Value | None
    told: str
    missing: tuple[str, ...] = ()
    of: tuple[str, ...] = ()


def known(
    value: Value | None, missing: str, told: str | None = None, of: tuple[str, ...] = ()
) -> Known:
    """An input that somebody told, or did not."""
    if value is None:
        return Known(None, "not known", (missing,))
    if isinstance(value, bool):
        return Known(value, told or ("yes" if value else "no"), of=of if value else ())
    if isinstance(value, str):
        return Known(value, told or value, of=of)
    return Known(float(value), told or f"{value:g}", of=of)


def of(case: Case, profile: Profile, now: dt.datetime, tables: Tables) -> dict[str, Known]:
    """Every input of the rules but the bleeding class, by name."""
    request, patient = case.request, case.patient
    return {
        "procedure": known(request.procedure, "the procedure"),
        "organ": known(_organ(request.organ), "the organ", request.organ),
        **{
            f"touches.{organ}": known(
                request.procedure in _THROUGH_THE_SKIN and _organ(request.organ) == organ, ""
            )
            for organ in ("liver", "lung", "kidney")
        },
        "depth": known(request.depth, "the depth: superficial or deep"),
        "complex": known(request.complex_removal, "whether the removal is complex"),
        "technique": known(request.technique, "the technique: radiofrequency, microwave or cold"),
        "sheath_french": known(request.sheath_french, "the sheath's French size"),
        "urgency": known(request.urgency, "the urgency: elective, urgent or emergency"),
        "access": known(request.access, "the access"),
        "arterial_access": _arterial(request, tables),
        "contrast": known(request.contrast, "contrast: none, intravenous or intra-arterial"),
        "renal_emboli": known(
            request.renal_emboli, "whether a catheter may send emboli into the renal arteries"
        ),
        "sedation": known(request.sedation, "sedation: none, minimal, moderate, deep or general"),
        **_of_patient(patient),
        "may_be_pregnant": _may_be_pregnant(case, profile, tables),
        "crcl_ml_per_min": clearance_of(case, profile, now),
        "egfr": filtration_of(case, profile, now),
        **{
            f"group.{name}": known(request.procedure in group.procedures, "the procedure")
            for name, group in tables.groups.items()
        },
        **{
            f"uses.{key}": known(one.used(request.procedure), "the procedure")
            for key, one in allergies.table().materials.items()
        },
        **{
            f"lab.{key}": replace(lab(case, key, profile, now), of=(f"lab.{key}",))
            for key in ANALYTES
        },
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
        # What was told, and no question where it was not: others ask where it matters.
        "asa": Known(str(patient.asa_class), f"ASA {patient.asa_class}"),
        "on_dialysis": known(bool(patient.dialysis), ""),
        "kidney_injury": known(bool(patient.acute_kidney_injury), ""),
        "dialysis": known(patient.dialysis, "whether on dialysis"),
        "aki": known(patient.acute_kidney_injury, "whether there is acute kidney injury"),
        "liver_disease": _has(patient, LIVER_DISEASE, f"chronic liver disease: {listed}"),
        "bleeding_tendency": _has(
            patient, ("bleeding-disorder", "active-bleeding", *LIVER_DISEASE), listed
        ),
        "pacemaker": _has(patient, PACED, f"pacemaker or defibrillator: {listed}"),
        "biliary": _has(
            patient, OPENED_BILE_DUCTS,
            f"biliary-enteric anastomosis, sphincterotomy or biliary stent: {listed}",
        ),
        "metformin_reasons": _has(
            patient, (*LIVER_DISEASE, "liver-failure", "heart-failure", "alcohol-use"), listed
        ),
        **{
            name: _takes(patient.takes(drug), (drug,))
            for name, drug in (
                ("heparin", "heparin"),
                ("with_aspirin", "aspirin"),
                ("metformin", "metformin"),
            )
        },
        "warfarin": _takes_class(patient, "anticoagulant-vka"),
        **{kind: _takes_class(patient, kind) for kind in ("glp1", "sglt2")},
        # Lists that are not complete have findings of their own: these say what was told.
        **{f"has.{key}": _told(patient, key) for key in conditions.conditions()},
        **{
            f"takes.{kind}": replace(
                found, value=bool(found.value), told="no" if not found.value else found.told,
                missing=(),
            )
            for kind in drugs.table().classes
            for found in (_takes_class(patient, kind),)
        },
        "contrast_allergy": _allergic(patient, "contrast"),
        "iodine_allergy": _allergic(patient, "iodine"),
        "allergies_told": known(
            patient.allergies_complete or None, "all allergies (allergies_complete)"
        ),
    }  # fmt: skip


def _has(patient: Patient, keys: tuple[str, ...], missing: str) -> Known:
    """Whether the patient has one of some conditions, and which."""
    found = [key for key in keys if key in conditions.conditions() and patient.has(key)]
    told = ", ".join(conditions.conditions()[key].name for key in found) or None
    known_keys = tuple(key for key in keys if key in conditions.conditions())
    return known(
        has_any(patient, known_keys), missing, told, tuple(f"condition.{key}" for key in found)
    )


def _told(patient: Patient, key: str) -> Known:
    found = [one for one in patient.conditions if one.key == key]
    words = [recorded.words(one) for one in found]
    return known(bool(found), "", "; ".join(words) or None, (f"condition.{key}",))


def _takes(found: bool | None, names: tuple[str, ...]) -> Known:  # noqa: FBT001  three answers
    return known(
        found, "all drugs (drugs_complete)", ", ".join(names) if found else None,
        tuple(f"drug.{name}" for name in names),
    )  # fmt: skip


def _takes_class(patient: Patient, kind: str) -> Known:
    return _takes(
        drugs.takes_class(patient, kind),
        tuple(dict.fromkeys(one.name for one in drugs.of_class(patient, kind))),
    )


def _may_be_pregnant(case: Case, profile: Profile, tables: Tables) -> Known:
    """Whether a pregnancy is asked about: by sex, age, and whether X-rays or particles are used."""
    patient = case.patient
    if patient.pregnant:
        return Known(True, "told")  # noqa: FBT003  an input's value
    if patient.sex is Sex.MALE:
        return Known(False, "male")  # noqa: FBT003
    dark = tables.groups.get("no_x_rays")
    if dark is not None and case.request.procedure in dark.procedures:
        return Known(False, "no X-rays, no embolization")  # noqa: FBT003
    low, high = (profile.alarms.get(one.name, one.value) for one in FERTILE)
    if patient.age_years is not None and not low <= patient.age_years <= high:
        return Known(False, f"age {patient.age_years:g}")  # noqa: FBT003
    missing = [
        w for v, w in ((patient.sex, "the sex"), (patient.age_years, "the age")) if v is None
    ]
    return Known(None, "not known", tuple(missing)) if missing else Known(True, "yes")  # noqa: FBT003


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
    if key == "inr" and drugs.of_class(case.patient, "anticoagulant-vka"):
        valid = min(valid, profile.alarms.get(INR_ON_VKA.name, INR_ON_VKA.value))
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
    return Known(
        value, f"{value:.1f} mL/min (Cockcroft-Gault); {creatinine.told}", of=("lab.creatinine",)
    )


def filtration_of(case: Case, profile: Profile, now: dt.datetime) -> Known:
    """eGFR: the laboratory's own, or else by CKD-EPI 2021 from creatinine, age and sex."""
    told = lab(case, "egfr", profile, now)
    if case.patient.lab("egfr") is not None:
        return replace(told, of=("lab.egfr",))
    creatinine, patient = lab(case, "creatinine", profile, now), case.patient
    if creatinine.value is None or patient.age_years is None or patient.sex is None:
        return replace(told, missing=("eGFR, or creatinine with age and sex",))
    if patient.acute_kidney_injury:
        return replace(told, told="not known: creatinine is not steady in acute kidney injury")
    score = ckd_epi_2021(float(creatinine.value), patient.age_years, str(patient.sex))
    if score.value is None:
        return replace(told, told="; ".join(score.notes))
    value = settled(score.value)
    return Known(
        value, f"{value:.0f} mL/min/1.73 m2 (CKD-EPI 2021); {creatinine.told}",
        of=("lab.creatinine",),
    )  # fmt: skip


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


def _arterial(request: Request, tables: Tables) -> Known:
    """Which artery is the way in; untold, none where the procedure is not one of arteries."""
    if request.access is None:
        if tables.procedures[request.procedure].vessel == "artery":
            return known(None, "the access")
        return Known("other", "no artery")
    kind = {"femoral-artery": "femoral", "radial": "radial"}.get(request.access, "other")
    return Known(kind, request.access)


def _allergic(patient: Patient, material: str) -> Known:
    """Whether something that the patient does not bear would come with a material."""
    hits = [
        one for one in patient.allergies
        if any(material in a.meets for a in allergies.recognise(one.to).allergens)
    ]  # fmt: skip
    if hits:
        told = ", ".join(f"{a.to} ({a.reaction or 'reaction not told'})" for a in hits)
        of = tuple(f"allergy.{allergies.folded(a.to)}" for a in hits)
        return Known(True, told, of=of)  # noqa: FBT003  an input's value
    if patient.allergies_complete:
        return Known(False, "no")  # noqa: FBT003  an input's value
    return known(None, "all allergies (allergies_complete)")
