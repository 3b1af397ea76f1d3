"""Inputs: what the rules look at, worked out from a case; each with what is missing.

A lab that is too old, has no time or was drawn after the start is not known. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from seldinger.care import allergies, conditions, drugs, pages
from seldinger.care.clearance import recorded
from seldinger.care.labs import ANALYTES, analyte
from seldinger.care.patient import Sex
from seldinger.care.scores.inputs import round_converted
from seldinger.care.scores.kidney_function import CKD_EPI_2021, COCKCROFT_GAULT

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
FERTILE = tuple(
    pages.assumptions("clearance")[f"pregnancy_asked_{edge}_y"] for edge in ("from", "to")
)
INR_ON_VKA = pages.assumptions("clearance")["inr_validity_on_vka_d"]


@dataclass(frozen=True, slots=True)
class Input:
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


def make_input(
    value: Value | None, missing: str, text: str | None = None, of: tuple[str, ...] = ()
) -> Input:
    """A ``value``, or what is ``missing``, with its ``text``, made ``of`` other inputs."""
    if value is None:
        return Input(None, "not known", (missing,))
    if isinstance(value, bool):
        return Input(value, text or ("yes" if value else "no"), of=of if value else ())
    if isinstance(value, str):
        return Input(value, text or value, of=of)
    return Input(float(value), text or f"{value:g}", of=of)


def collect_inputs(
    case: Case, profile: Profile, now: dt.datetime, tables: Tables
) -> dict[str, Input]:
    """Every input of the rules but the bleeding class, by name."""
    request, patient = case.request, case.patient
    return {
        "procedure": make_input(request.procedure, "the procedure"),
        "organ": make_input(_organ(request.organ), "the organ", request.organ),
        **{
            f"touches.{organ}": make_input(
                request.procedure in _THROUGH_THE_SKIN and _organ(request.organ) == organ, ""
            )
            for organ in ("liver", "lung", "kidney")
        },
        "depth": make_input(request.depth, "the depth: superficial or deep"),
        "complex": make_input(request.complex_removal, "whether the removal is complex"),
        "technique": make_input(
            request.technique, "the technique: radiofrequency, microwave or cold"
        ),
        "sheath_french": make_input(request.sheath_french, "the sheath's French size"),
        "urgency": make_input(request.urgency, "the urgency: elective, urgent or emergency"),
        "access": make_input(request.access, "the access"),
        "arterial_access": _arterial(request, tables),
        "contrast": make_input(request.contrast, "contrast: none, intravenous or intra-arterial"),
        "renal_emboli": make_input(
            request.renal_emboli, "whether a catheter may send emboli into the renal arteries"
        ),
        "sedation": make_input(
            request.sedation, "sedation: none, minimal, moderate, deep or general"
        ),
        **_of_patient(patient),
        "may_be_pregnant": _may_be_pregnant(case, profile, tables),
        "crcl_ml_per_min": creatinine_clearance(case, profile, now),
        "egfr": filtration_rate(case, profile, now),
        **{
            f"group.{name}": make_input(request.procedure in group.procedures, "the procedure")
            for name, group in tables.groups.items()
        },
        **{
            f"uses.{key}": make_input(one.used(request.procedure), "the procedure")
            for key, one in allergies.table().materials.items()
        },
        **{
            f"lab.{key}": replace(latest_lab(case, key, profile, now), of=(f"lab.{key}",))
            for key in ANALYTES
        },
    }


def _of_patient(patient: Patient) -> dict[str, Input]:
    listed = "all conditions (conditions_complete)"
    return {
        "age_years": make_input(patient.age_years, "the age"),
        "sex": make_input(None if patient.sex is None else str(patient.sex), "the sex"),
        "pregnant": make_input(patient.pregnant, "whether there is a pregnancy"),
        "asa_class": make_input(
            None if patient.asa_class is None else float(patient.asa_class), "the ASA class"
        ),
        # What was told, and no question where it was not: others ask where it matters.
        "asa": Input(str(patient.asa_class), f"ASA {patient.asa_class}"),
        "on_dialysis": make_input(bool(patient.dialysis), ""),
        "kidney_injury": make_input(bool(patient.acute_kidney_injury), ""),
        "dialysis": make_input(patient.dialysis, "whether on dialysis"),
        "aki": make_input(patient.acute_kidney_injury, "whether there is acute kidney injury"),
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
        "allergies_told": make_input(
            patient.allergies_complete or None, "all allergies (allergies_complete)"
        ),
    }  # fmt: skip


def _has(patient: Patient, keys: tuple[str, ...], missing: str) -> Input:
    """Whether the patient has one of some conditions, and which."""
    present = [key for key in keys if key in conditions.conditions() and patient.has(key)]
    text = ", ".join(conditions.conditions()[key].name for key in present) or None
    known_keys = tuple(key for key in keys if key in conditions.conditions())
    return make_input(
        has_any(patient, known_keys), missing, text, tuple(f"condition.{key}" for key in present)
    )


def _told(patient: Patient, key: str) -> Input:
    found = [one for one in patient.conditions if one.key == key]
    words = [recorded.format_condition(one) for one in found]
    return make_input(bool(found), "", "; ".join(words) or None, (f"condition.{key}",))


def _takes(found: bool | None, names: tuple[str, ...]) -> Input:  # noqa: FBT001  three answers
    return make_input(
        found, "all drugs (drugs_complete)", ", ".join(names) if found else None,
        tuple(f"drug.{name}" for name in names),
    )  # fmt: skip


def _takes_class(patient: Patient, kind: str) -> Input:
    return _takes(
        drugs.takes_class(patient, kind),
        tuple(dict.fromkeys(one.name for one in drugs.drugs_of_class(patient, kind))),
    )


def _may_be_pregnant(case: Case, profile: Profile, tables: Tables) -> Input:
    """Whether a pregnancy is asked about: by sex, age, and whether X-rays or particles are used."""
    patient = case.patient
    if patient.pregnant:
        return Input(True, "told")  # noqa: FBT003  an input's value
    if patient.sex is Sex.MALE:
        return Input(False, "male")  # noqa: FBT003
    dark = tables.groups.get("no_x_rays")
    if dark is not None and case.request.procedure in dark.procedures:
        return Input(False, "no X-rays, no embolization")  # noqa: FBT003
    low, high = (profile.alarms.get(one.name, one.value) for one in FERTILE)
    if patient.age_years is not None and not low <= patient.age_years <= high:
        return Input(False, f"age {patient.age_years:g}")  # noqa: FBT003
    missing = [
        w for v, w in ((patient.sex, "the sex"), (patient.age_years, "the age")) if v is None
    ]
    return Input(None, "not known", tuple(missing)) if missing else Input(True, "yes")  # noqa: FBT003


def has_any(patient: Patient, keys: tuple[str, ...]) -> bool | None:
    """Whether the patient has one of some conditions; None: nobody knows."""
    found = [patient.has(key) for key in keys]
    return True if True in found else None if None in found else False


def add_class(inputs: Mapping[str, Input], bleeding_class: str) -> dict[str, Input]:
    """The inputs with a bleeding class among them."""
    return {**inputs, "bleeding_class": Input(bleeding_class, bleeding_class)}


def latest_lab(case: Case, key: str, profile: Profile, now: dt.datetime) -> Input:
    """The latest result of the lab ``key`` that still counts at the start.

    Its age is that at the start, or now where the start is not told.
    """
    name = analyte(key).name
    result = case.patient.lab(key)
    if result is None:
        return Input(None, "not known", (name,))
    text = f"{name} {result.told}".removesuffix(" {INR}")
    if result.taken is None:
        return Input(None, f"{text}, drawn nobody knows when", (f"when {name} was drawn",))
    at = case.request.start or now
    if result.taken.timestamp() > min(at.timestamp(), now.timestamp()):
        return Input(
            None,
            f"{text}, drawn {result.taken:%Y-%m-%d %H:%M}: later than now or the start",
            (f"the right time of {name}",),
        )
    days = (at.timestamp() - result.taken.timestamp()) / _DAY_S
    text = f"{text}, drawn {result.taken:%Y-%m-%d}, {days:.0f} d old at the start"
    valid = profile.days_valid(key)
    if key == "inr" and drugs.drugs_of_class(case.patient, "anticoagulant-vka"):
        valid = min(valid, profile.alarms.get(INR_ON_VKA.name, INR_ON_VKA.value))
    if days > valid:
        return Input(None, f"{text}; valid {valid:g} d", (f"a newer {name}",))
    return Input(round_converted(result.value), text)


def creatinine_clearance(case: Case, profile: Profile, now: dt.datetime) -> Input:
    """Creatinine clearance by Cockcroft and Gault, mL/min.

    Below every band (0) on dialysis; not known while the kidney is injured.
    """
    patient = case.patient
    if patient.dialysis is True:
        return Input(0.0, "on dialysis: no clearance")
    creatinine = latest_lab(case, "creatinine", profile, now)
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
        return Input(None, "clearance not known", tuple(missing))
    score = COCKCROFT_GAULT.score(
        {
            "creatinine": creatinine.value,
            "age": patient.age_years,
            "weight": patient.weight_kg,
            "sex": str(patient.sex),
        }
    )
    if score.value is None:
        return Input(None, "; ".join(score.notes), ("a clearance: the formula is for adults",))
    value = round_converted(score.value)
    return Input(
        value, f"{value:.1f} mL/min (Cockcroft-Gault); {creatinine.told}", of=("lab.creatinine",)
    )


def filtration_rate(case: Case, profile: Profile, now: dt.datetime) -> Input:
    """eGFR: the laboratory's own, or else by CKD-EPI 2021 from creatinine, age and sex."""
    measured = latest_lab(case, "egfr", profile, now)
    if case.patient.lab("egfr") is not None:
        return replace(measured, of=("lab.egfr",))
    creatinine, patient = latest_lab(case, "creatinine", profile, now), case.patient
    if creatinine.value is None or patient.age_years is None or patient.sex is None:
        return replace(measured, missing=("eGFR, or creatinine with age and sex",))
    if patient.acute_kidney_injury:
        return replace(measured, told="not known: creatinine is not steady in acute kidney injury")
    score = CKD_EPI_2021.score(
        {"creatinine": creatinine.value, "age": patient.age_years, "sex": str(patient.sex)}
    )
    if score.value is None:
        return replace(measured, told="; ".join(score.notes))
    value = round_converted(score.value)
    return Input(
        value, f"{value:.0f} mL/min/1.73 m2 (CKD-EPI 2021); {creatinine.told}",
        of=("lab.creatinine",),
    )  # fmt: skip


def add_drug(
    inputs: Mapping[str, Input], route: str | None, intent: str | None
) -> dict[str, Input]:
    """The inputs with one drug's ``route`` and ``intent`` among them."""
    return {
        **inputs,
        "route": make_input(route, "its route: iv or sc"),
        "intent": make_input(intent, "whether it is prophylactic or therapeutic"),
    }


def _organ(organ: str | None) -> str | None:
    if organ is None:
        return None
    plain = " ".join(organ.lower().replace("-", " ").split())
    return plain.removeprefix("left ").removeprefix("right ")


def _arterial(request: Request, tables: Tables) -> Input:
    """Which artery is the way in; untold, none where the procedure is not one of arteries."""
    if request.access is None:
        if tables.procedures[request.procedure].vessel == "artery":
            return make_input(None, "the access")
        return Input("other", "no artery")
    kind = {"femoral-artery": "femoral", "radial": "radial"}.get(request.access, "other")
    return Input(kind, request.access)


def _allergic(patient: Patient, material: str) -> Input:
    """Whether something that the patient does not bear would come with a material."""
    hits = [
        one for one in patient.allergies
        if any(material in a.meets for a in allergies.recognise(one.to).allergens)
    ]  # fmt: skip
    if hits:
        told = ", ".join(f"{a.to} ({a.reaction or 'reaction not told'})" for a in hits)
        of = tuple(f"allergy.{allergies.fold(a.to)}" for a in hits)
        return Input(True, told, of=of)  # noqa: FBT003  an input's value
    if patient.allergies_complete:
        return Input(False, "no")  # noqa: FBT003  an input's value
    return make_input(None, "all allergies (allergies_complete)")
