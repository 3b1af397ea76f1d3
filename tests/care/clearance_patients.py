"""Ordinary patients, one at least for each procedure, and what a careful reader answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from tests.care.clearance_cases import BERLIN, DRAWN, LABS, LIVER_BIOPSY, PATIENT, lab

from seldinger.care import conditions, drugs
from seldinger.care.clearance import Case, Decision, RadialArtery
from seldinger.care.patient import Allergy, Condition, Drug, Sex
from seldinger.care.procedures import clearance_key

NOW = dt.datetime(2026, 11, 25, 14, 0, tzinfo=BERLIN)
START = dt.datetime(2026, 12, 3, 10, 0, tzinfo=BERLIN)
SOON = dt.datetime(2026, 11, 26, 10, 0, tzinfo=BERLIN)
MORNING, EVENING = dt.time(8), dt.time(20)
WRIST = RadialArtery("B", 2.6, tortuous=False, occluded=False)
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


_ALL: list[Seen] = []


def _one(words: str, answer: str, decides: str, procedure: str, who: str, **more: Any) -> None:
    """Note a patient: ``who`` is "66 m 80", the rest as keywords of request or patient."""
    age, sex, weight = who.split()
    asked = {k: more.pop(k) for k in list(more) if k in LIVER_BIOPSY.__dataclass_fields__}
    labs = {one.key: one for one in LABS if one.key != "egfr"}
    for key, value in more.pop("labs", {}).items():
        if value is None:
            labs.pop(key, None)
        else:
            labs[key] = lab(key, value, _UNITS[key], more.get("drawn", DRAWN))
    more.pop("drawn", None)
    taken = tuple(_drug(one) for one in more.pop("drugs", ()))
    had = tuple(_condition(one) for one in more.pop("conditions", ()))
    borne = tuple(Allergy(*one) for one in more.pop("allergies", ()))
    patient = replace(
        PATIENT, age_years=float(age), sex=Sex.MALE if sex == "m" else Sex.FEMALE,
        weight_kg=float(weight), labs=tuple(labs.values()), drugs=taken, conditions=had,
        allergies=borne, pregnant=False if sex == "f" else None, **more,
    )  # fmt: skip
    base = replace(
        LIVER_BIOPSY, organ=None, decisions=(), local_anaesthetic="lidocaine", start=START,
        sedation="none", procedure=clearance_key(procedure),
    )  # fmt: skip
    _ALL.append(Seen(len(_ALL) + 1, words, Case(replace(base, **asked), patient), answer, decides))


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


def _agreed(about: str, what: str = "hold") -> Decision:
    return Decision(about, what, "B. Vale", "cardiologist", DRAWN)


_AF = ("atrial-fibrillation",)
_LEG: dict[str, Any] = {
    "access": "femoral-artery", "sheath_french": 5.0, "contrast": "intra-arterial",
    "renal_emboli": False,
}  # fmt: skip
_MODERATE = {"sedation": "moderate"}
_EMBOLIZED: dict[str, Any] = {**_LEG, **_MODERATE}
_CIRRHOSIS = {"platelets": 78.0, "inr": 1.3, "fibrinogen": 190.0, "bilirubin": 1.1}
_LUNG: dict[str, Any] = {"organ": "lung", **_MODERATE}

# --- biopsies ---------------------------------------------------------------------------------
_one("liver biopsy, well", "clear", "", "biopsy", "54 f 68", organ="liver", **_MODERATE)
_one(
    "liver biopsy, hypertension, ramipril, statin",
    "clear",
    "",
    "biopsy",
    "63 m 84",
    organ="liver",
    drugs=("ramipril", "atorvastatin"),
    conditions=("hypertension",),
    **_MODERATE,
)
_one(
    "liver biopsy, apixaban for atrial fibrillation",
    "conditional",
    "cardiology",
    "biopsy",
    "72 m 80",
    organ="liver",
    drugs=("Eliquis:atrial-fibrillation",),
    conditions=_AF,
    **_MODERATE,
)
_one(
    "the same, cardiology agreed",
    "clear",
    "",
    "biopsy",
    "72 m 80",
    organ="liver",
    drugs=("Eliquis:atrial-fibrillation",),
    conditions=_AF,
    decisions=(_agreed("apixaban"),),
    **_MODERATE,
)
_one(
    "liver biopsy, aspirin as primary prevention",
    "clear",
    "",
    "biopsy",
    "66 f 70",
    organ="liver",
    drugs=("aspirin:primary prevention",),
)
_one(
    "liver biopsy, platelets of 31",
    "not-clear",
    "operator",
    "biopsy",
    "58 m 77",
    organ="liver",
    labs={"platelets": 31.0},
)
_one(
    "liver biopsy, INR never measured",
    "unknown",
    "INR",
    "biopsy",
    "47 f 62",
    organ="liver",
    labs={"inr": None},
)
_one("kidney biopsy, young woman, well", "clear", "", "biopsy", "29 f 58", organ="left kidney")
_one(
    "kidney biopsy, controlled hypertension, eGFR by creatinine 2.6",
    "conditional",
    "nephrology",
    "biopsy",
    "51 m 82",
    organ="right kidney",
    labs={"creatinine": 2.6},
    conditions=("hypertension", "chronic-kidney-disease"),
)
_one(
    "kidney biopsy, single kidney",
    "not-clear",
    "nephrology",
    "biopsy",
    "44 f 66",
    organ="left kidney",
    conditions=("single-kidney",),
)
_one("lung biopsy, no drugs: every class ends alike", "clear", "", "biopsy", "67 m 76", **_LUNG)
_one(
    "lung biopsy, COPD, moderate sedation",
    "conditional",
    "anaesthesia",
    "biopsy",
    "70 m 71",
    drugs=("tiotropium",),
    conditions=("copd", "smoker"),
    **_LUNG,
)
_one(
    "lung biopsy, clopidogrel for an old stroke",
    "conditional",
    "prescribes",
    "biopsy",
    "74 f 63",
    drugs=("clopidogrel:stroke ten years ago",),
    conditions=("stroke-long-ago",),
    **_LUNG,
)
_one(
    "thyroid nodule on aspirin, woman of 58",
    "clear",
    "",
    "biopsy",
    "58 f 66",
    organ="thyroid",
    drugs=("aspirin:coronary-artery-disease",),
    conditions=("coronary-artery-disease",),
)
_one(
    "thyroid nodule on apixaban",
    "clear",
    "",
    "biopsy",
    "76 m 81",
    organ="thyroid",
    drugs=("apixaban:atrial-fibrillation",),
    conditions=_AF,
)
_one("breast biopsy, woman of 34", "clear", "", "biopsy", "34 f 61", organ="breast")
_one(
    "superficial node, warfarin, INR 2.4",
    "clear",
    "",
    "biopsy",
    "69 m 88",
    organ="lymph node",
    depth="superficial",
    drugs=("warfarin:atrial-fibrillation",),
    conditions=_AF,
    labs={"inr": 2.4},
    start=SOON,
)
_one(
    "deep node, diabetes on metformin, no contrast",
    "clear",
    "",
    "biopsy",
    "61 f 79",
    organ="lymph node",
    depth="deep",
    drugs=("metformin",),
    conditions=("diabetes",),
)
_one(
    "adrenal biopsy, phaeochromocytoma",
    "not-clear",
    "endocrinology",
    "biopsy",
    "49 f 64",
    organ="adrenal gland",
    depth="deep",
    conditions=("phaeochromocytoma",),
)
_one(
    "transjugular liver biopsy, cirrhosis, platelets of 34",
    "clear",
    "",
    "transjugular-liver-biopsy",
    "55 m 74",
    access="jugular",
    conditions=("liver-cirrhosis",),
    labs={"platelets": 34.0, "fibrinogen": 150.0},
    contrast="intravenous",
)
# --- ablation ---------------------------------------------------------------------------------
_one(
    "liver ablation, cirrhosis, platelets of 78",
    "clear",
    "",
    "ablation",
    "64 m 80",
    organ="liver",
    technique="microwave",
    conditions=("liver-cirrhosis",),
    labs=_CIRRHOSIS,
    **_MODERATE,
)
_one(
    "liver ablation, pacemaker, radiofrequency",
    "conditional",
    "cardiology",
    "ablation",
    "71 m 77",
    organ="liver",
    technique="radiofrequency",
    conditions=("pacemaker",),
    **_MODERATE,
)
_one(
    "liver ablation, biliary stent",
    "not-clear",
    "infectious",
    "ablation",
    "62 f 59",
    organ="liver",
    technique="microwave",
    conditions=("biliary-stent",),
    **_MODERATE,
)
_one(
    "kidney ablation, rivaroxaban for an old venous thrombosis",
    "conditional",
    "prescribes",
    "ablation",
    "59 m 91",
    organ="left kidney",
    technique="cold",
    drugs=("Xarelto:thrombosis in 2015",),
    **_MODERATE,
)
_one(
    "lung ablation, emphysema, general anaesthesia",
    "conditional",
    "anaesthesia",
    "ablation",
    "68 f 57",
    organ="lung",
    technique="microwave",
    conditions=("emphysema",),
    sedation="general",
)
_one(
    "liver ablation four weeks after a coronary stent",
    "not-clear",
    "cardiology",
    "ablation",
    "69 m 90",
    organ="liver",
    technique="microwave",
    conditions=("coronary-stent@2026-11-05",),
    drugs=("Plavix:coronary-stent", "aspirin:coronary-stent"),
    **_MODERATE,
)
# --- drains -----------------------------------------------------------------------------------
_one(
    "deep abscess, urgent, feverish, CRP of 180",
    "clear",
    "",
    "drainage",
    "46 m 83",
    depth="deep",
    urgency="urgent",
    start=SOON,
    conditions=("abscess", "fever"),
    labs={"crp": 180.0, "white_cells": 19.0},
    **_MODERATE,
)
_one(
    "deep abscess, septic",
    "conditional",
    "infectious",
    "drainage",
    "66 f 70",
    depth="deep",
    urgency="urgent",
    start=SOON,
    conditions=("sepsis",),
    **_MODERATE,
)
_one(
    "superficial collection on clopidogrel",
    "clear",
    "",
    "drainage",
    "70 m 79",
    depth="superficial",
    drugs=("clopidogrel:peripheral-artery-disease",),
    conditions=("peripheral-artery-disease",),
)
_one(
    "cholecystostomy, urgent, penicillin allergy, no antibiotic named yet",
    "clear",
    "",
    "cholecystostomy",
    "81 f 64",
    urgency="urgent",
    start=SOON,
    allergies=(("penicillin", "mild"),),
)
_one(
    "the same, ceftriaxone decided",
    "conditional",
    "infectious",
    "cholecystostomy",
    "81 f 64",
    urgency="urgent",
    start=SOON,
    allergies=(("penicillin", "mild"),),
    decisions=(_agreed("antibiotics", "ceftriaxone 1 g"),),
)
_one(
    "nephrostomy, urgent, creatinine of 3.1 from the obstruction",
    "clear",
    "",
    "nephrostomy",
    "73 m 85",
    urgency="urgent",
    start=SOON,
    labs={"creatinine": 3.1},
)
_one(
    "nephrostomy on dabigatran, acute kidney injury: at least the longest hold",
    "unknown",
    "steady creatinine",
    "nephrostomy",
    "77 f 63",
    urgency="urgent",
    start=SOON,
    drugs=("Pradaxa:atrial-fibrillation",),
    conditions=_AF,
    acute_kidney_injury=True,
)
_one(
    "nephrostomy exchange on apixaban",
    "clear",
    "",
    "nephrostomy-exchange",
    "78 m 80",
    drugs=("apixaban:atrial-fibrillation",),
    conditions=_AF,
)
_one(
    "paracentesis, cirrhosis, INR 2.1, platelets of 45",
    "clear",
    "",
    "paracentesis",
    "57 m 72",
    conditions=("liver-cirrhosis", "ascites"),
    labs={"inr": 2.1, "platelets": 45.0, "fibrinogen": 140.0 + 20.0},
)
_one(
    "thoracentesis, heart failure, furosemide",
    "conditional",
    "cardiology",
    "thoracentesis",
    "83 f 66",
    drugs=("furosemide", "bisoprolol"),
    conditions=("heart-failure",),
)
_one("chest tube, well otherwise", "clear", "", "chest-tube", "64 m 78")
_one(
    "gastrostomy, aspirin, reflux, moderate sedation",
    "conditional",
    "anaesthesia",
    "gastrostomy",
    "68 m 54",
    drugs=("aspirin:primary prevention", "omeprazole"),
    conditions=("reflux",),
    **_MODERATE,
)
_one(
    "biliary drain, bilirubin of 14",
    "clear",
    "",
    "biliary-drain",
    "71 f 60",
    urgency="urgent",
    start=SOON,
    conditions=("biliary-obstruction",),
    labs={"bilirubin": 14.0},
    contrast="none",
    **_MODERATE,
)
# --- arteries and veins -----------------------------------------------------------------------
_one(
    "leg stent, 5 F, aspirin and statin",
    "clear",
    "",
    "peripheral-stent",
    "71 m 84",
    drugs=("aspirin:peripheral-artery-disease", "simvastatin"),
    conditions=("peripheral-artery-disease", "hypertension"),
    **_LEG,
)
_one(
    "leg angioplasty, 6 F, clopidogrel: in no row, and alike",
    "clear",
    "",
    "angioplasty",
    "67 f 69",
    drugs=("clopidogrel:peripheral-artery-disease",),
    conditions=("peripheral-artery-disease",),
    **{**_LEG, "sheath_french": 6.0},
)
_one(
    "leg stent, no drug against platelets",
    "conditional",
    "operator",
    "peripheral-stent",
    "69 m 80",
    conditions=("peripheral-artery-disease",),
    **_LEG,
)
_one(
    "leg stent, groin, INR 1.9 on warfarin, mechanical valve",
    "not-clear",
    "cardiology",
    "peripheral-stent",
    "66 m 82",
    drugs=("warfarin:mechanical-valve", "aspirin:mechanical-valve"),
    conditions=("mechanical-valve",),
    labs={"inr": 1.9},
    **{**_LEG, "start": SOON},
)
_one(
    "carotid stent on aspirin and clopidogrel",
    "clear",
    "",
    "carotid-stent",
    "73 m 79",
    drugs=("aspirin:carotid stenosis", "clopidogrel:carotid stenosis"),
    **_LEG,
)
_one(
    "carotid stent without a second drug",
    "not-clear",
    "operator",
    "carotid-stent",
    "73 m 79",
    drugs=("aspirin:carotid stenosis",),
    **_LEG,
)
_one(
    "renal stent, aspirin, eGFR of 41",
    "conditional",
    "contrast",
    "renal-stent",
    "74 f 61",
    drugs=("aspirin:atherosclerosis",),
    labs={"egfr": 41.0},
    **{**_LEG, "renal_emboli": True},
)
_one(
    "dialysis access, on dialysis",
    "clear",
    "",
    "dialysis-access",
    "60 m 75",
    dialysis=True,
    access="dialysis-access",
    contrast="intravenous",
    labs={"potassium": 4.9, "creatinine": 7.2},
)
_one(
    "diagnostic arteriography by the wrist",
    "clear",
    "",
    "diagnostic-arteriography",
    "62 f 67",
    **{**_LEG, "access": "radial", "radial": WRIST},
)
_one(
    "lysis of an iliac thrombosis on heparin",
    "conditional",
    "operator",
    "dvt-lysis",
    "38 f 71",
    drugs=("heparin:recent-vte",),
    conditions=("recent-vte@2026-11-20",),
    contrast="intravenous",
    access="femoral-vein",
)
_one(
    "lysis, craniotomy three weeks ago",
    "not-clear",
    "surgeon",
    "dvt-lysis",
    "52 m 88",
    conditions=("recent-surgery@2026-11-10",),
    contrast="intravenous",
    access="femoral-vein",
)
_one(
    "filter before surgery, recent thrombosis",
    "clear",
    "",
    "ivc-filter",
    "70 f 74",
    conditions=("recent-vte@2026-11-12",),
    access="jugular",
    contrast="intravenous",
)
_one(
    "filter taken out, simple, on rivaroxaban",
    "clear",
    "",
    "filter-retrieval",
    "48 m 86",
    complex_removal=False,
    drugs=("rivaroxaban:recent-vte",),
    conditions=("recent-vte@2026-06-12",),
    access="jugular",
    contrast="intravenous",
)
_one(
    "port, breast cancer, well",
    "clear",
    "",
    "port",
    "49 f 64",
    access="jugular",
    conditions=("active-cancer",),
    **_MODERATE,
)
_one(
    "PICC, prophylactic enoxaparin",
    "clear",
    "",
    "picc",
    "66 m 70",
    access="other",
    drugs=("enoxaparin:bed rest",),
)
# --- embolization -----------------------------------------------------------------------------
_one(
    "TACE, compensated cirrhosis: every class ends alike",
    "clear",
    "",
    "tace",
    "63 m 77",
    conditions=("liver-cirrhosis",),
    labs=_CIRRHOSIS,
    **_EMBOLIZED,
)
_one(
    "TACE, ascites",
    "not-clear",
    "tumour board",
    "tace",
    "59 m 70",
    conditions=("liver-cirrhosis", "ascites"),
    labs=_CIRRHOSIS,
    **_EMBOLIZED,
)
_one(
    "Y-90, severe reaction to Omnipaque",
    "conditional",
    "allergology",
    "y90",
    "65 f 62",
    allergies=(("Omnipaque", "severe"),),
    **_EMBOLIZED,
)
_one(
    "fibroids, woman of 41, well",
    "clear",
    "",
    "ufe",
    "41 f 69",
    conditions=("fibroids",),
    **_EMBOLIZED,
)
_one(
    "prostate, tamsulosin, metformin",
    "conditional",
    "contrast",
    "pae",
    "69 m 88",
    drugs=("tamsulosin", "metformin"),
    conditions=("prostate-hyperplasia", "diabetes"),
    **_EMBOLIZED,
)
# --- spine ------------------------------------------------------------------------------------
_one(
    "vertebroplasty, osteoporosis, phenprocoumon",
    "conditional",
    "cardiology",
    "vertebroplasty",
    "79 f 58",
    drugs=("Marcumar:atrial-fibrillation",),
    labs={"inr": 2.3},
    conditions=("osteoporosis", "atrial-fibrillation"),
    **_MODERATE,
)
_one(
    "kyphoplasty, osteoporosis, well",
    "clear",
    "",
    "kyphoplasty",
    "74 f 60",
    conditions=("osteoporosis",),
    **_MODERATE,
)
_one(
    "kyphoplasty, urinary infection",
    "not-clear",
    "infectious",
    "kyphoplasty",
    "77 f 63",
    conditions=("osteoporosis", "uti"),
    **_MODERATE,
)
_one(
    "lumbar puncture, platelets of 35: the stricter of two authorities",
    "not-clear",
    "haematology",
    "lumbar-puncture",
    "45 m 80",
    labs={"platelets": 35.0},
)
_one(
    "facet injection on aspirin and rosuvastatin",
    "clear",
    "",
    "facet-injection",
    "66 f 78",
    drugs=("aspirin:primary prevention", "rosuvastatin"),
)
_one("cervical facet injection, well", "clear", "", "cervical-facet-injection", "58 m 85")
_one(
    "epidural injection, clopidogrel after a leg stent of 2023",
    "conditional",
    "stent",
    "epidural-injection",
    "70 m 82",
    drugs=("clopidogrel:peripheral-stent",),
    conditions=("peripheral-stent@2023-04-01",),
)
_one("sacroiliac injection, well", "clear", "", "sacroiliac-injection", "52 f 71")
_one(
    "nerve block, apixaban",
    "clear",
    "",
    "nerve-block",
    "75 m 77",
    drugs=("apixaban:atrial-fibrillation",),
    conditions=_AF,
)
_one(
    "shoulder arthrography, hay fever",
    "clear",
    "",
    "joint-injection",
    "33 m 82",
    allergies=(("grass pollen", "mild"),),
    contrast="none",
)
# --- the rest of what may be cleared ----------------------------------------------------------
_one(
    "drug-coated balloon, 5 F, clopidogrel and a statin",
    "clear",
    "",
    "peripheral-drug-coated-balloon",
    "68 m 77",
    conditions=("pad",),
    drugs=("clopidogrel:peripheral-artery-disease", "atorvastatin"),
    **_LEG,
)
_one(
    "renal angioplasty for pressure, aspirin",
    "clear",
    "",
    "renal-angioplasty",
    "46 f 62",
    drugs=("aspirin:fibromuscular dysplasia", "amlodipine"),
    conditions=("hypertension",),
    **_LEG,
)
_one(
    "carotid angioplasty on both drugs, hyperthyroid",
    "not-clear",
    "endocrinology",
    "carotid-angioplasty",
    "71 f 66",
    drugs=("aspirin:x", "clopidogrel:x"),
    conditions=("hyperthyroidism",),
    **_LEG,
)
_one(
    "thrombectomy of an iliac vein on enoxaparin",
    "conditional",
    "operator",
    "dvt-thrombectomy",
    "41 f 70",
    drugs=("Clexane:recent-vte",),
    conditions=("recent-vte@2026-11-18",),
    access="femoral-vein",
    contrast="intravenous",
)
_one(
    "lysis of a lung embolism, active bleeding",
    "not-clear",
    "bleeding",
    "pulmonary-embolism-lysis",
    "63 m 85",
    conditions=("active-bleeding", "recent-vte@2026-11-24"),
    urgency="urgent",
    start=SOON,
    access="femoral-vein",
    contrast="intravenous",
)
_one(
    "TIPS, varices, bilirubin of 2",
    "conditional",
    "hepatology",
    "tips",
    "56 m 74",
    conditions=("liver-cirrhosis", "varices"),
    labs={**_CIRRHOSIS, "bilirubin": 2.0},
    access="jugular",
    contrast="intravenous",
    sedation="general",
)
_one(
    "portal vein embolized before surgery, metastases",
    "clear",
    "",
    "portal-vein-intervention",
    "60 f 65",
    conditions=("active-cancer",),
    contrast="intravenous",
    **_MODERATE,
)
_one(
    "ureteral stent, aspirin",
    "clear",
    "",
    "ureteral-stent",
    "71 m 83",
    drugs=("aspirin:primary prevention",),
)
_one(
    "gastrostomy exchange, Parkinson's disease",
    "clear",
    "",
    "gastrostomy-exchange",
    "79 m 61",
    conditions=("parkinson",),
)
_one(
    "biliary drain exchange on rivaroxaban",
    "clear",
    "",
    "biliary-drain-exchange",
    "70 m 75",
    drugs=("Xarelto:atrial-fibrillation",),
    conditions=_AF,
)
_one(
    "abscess drain exchange, latex allergy",
    "conditional",
    "operator",
    "drain-exchange",
    "50 f 69",
    allergies=(("latex", "moderate"),),
)
_one(
    "tunnelled pleural drain, lung cancer, dyspnoea on home oxygen",
    "clear",
    "",
    "tunnelled-drain",
    "73 m 58",
    conditions=("active-cancer", "home oxygen"),
)
_one(
    "central line, sepsis",
    "conditional",
    "infectious",
    "central-line",
    "58 m 78",
    conditions=("sepsis",),
    urgency="urgent",
    start=SOON,
    access="jugular",
)
_one(
    "tunnelled dialysis line, potassium of 6.4",
    "not-clear",
    "nephrology",
    "tunnelled-line",
    "67 f 70",
    dialysis=True,
    labs={"potassium": 6.4, "creatinine": 8.1},
    access="jugular",
)
_one(
    "venography of the arm, well",
    "clear",
    "",
    "diagnostic-venography",
    "44 m 80",
    access="other",
    contrast="intravenous",
)
_one(
    "stent of the upper vena cava, heparin by vein",
    "conditional",
    "prescribes",
    "thoracic-vein-intervention",
    "61 m 77",
    drugs=("heparin:vena cava thrombosis",),
    access="femoral-vein",
    contrast="intravenous",
)
_one(
    "bone marrow, ibuprofen now and then",
    "clear",
    "",
    "bone-marrow-biopsy",
    "57 f 74",
    drugs=("ibuprofen",),
)

PATIENTS = tuple(_ALL)
