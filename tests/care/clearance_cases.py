"""Cases written by hand: a patient in whom nothing is missing, and ways to change one thing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from seldinger.care.clearance import Case, Clearance, Decision, Request, assess
from seldinger.care.patient import Condition, Drug, Lab, Patient, Sex

if TYPE_CHECKING:
    from seldinger.core.finding import Finding

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=BERLIN)
START = dt.datetime(2026, 12, 3, 10, 0, tzinfo=BERLIN)
DRAWN = dt.datetime(2026, 11, 25, 8, 0, tzinfo=BERLIN)
TWICE = (dt.time(8), dt.time(20))
ONCE = (dt.time(8),)


BOTH = "operator, with cardiology"


def decided(about: str, what: str, role: str = BOTH, at: dt.datetime = NOW) -> Decision:
    return Decision(about, what, "B. Vale", role, at)


def lab(key: str, value: float, unit: str, taken: dt.datetime | None = DRAWN) -> Lab:
    return Lab.from_unit(key, value, unit, taken)


LABS = (
    lab("inr", 1.1, "{INR}"),
    lab("platelets", 180, "10*9/L"),
    lab("haemoglobin", 13.0, "g/dL"),
    lab("creatinine", 1.0, "mg/dL"),
    lab("egfr", 80, "mL/min/{1.73_m2}"),
)

PATIENT = Patient(
    age_years=66.0,
    sex=Sex.MALE,
    weight_kg=80.0,
    height_cm=178.0,
    asa_class=2,
    pregnant=None,
    dialysis=False,
    acute_kidney_injury=False,
    labs=LABS,
    drugs=(),
    drugs_complete=True,
    allergies=(),
    allergies_complete=True,
    conditions=(),
    conditions_complete=True,
    time_zone=BERLIN,
)

LIVER_BIOPSY = Request(
    procedure="biopsy",
    organ="liver",
    access="percutaneous",
    urgency="elective",
    start=START,
    duration_min=30.0,
    contrast="none",
    sedation="moderate",
    local_anaesthetic="none",
    decisions=(decided("antibiotics", "none"),),
)

THYROID_BIOPSY = replace(LIVER_BIOPSY, organ="thyroid", sedation="none")

LEG_STENT = replace(
    LIVER_BIOPSY,
    procedure="peripheral-stent",
    organ=None,
    access="femoral-artery",
    sheath_french=5.0,
    sedation="none",
)

HIGH = Case(LIVER_BIOPSY, PATIENT)
LOW = Case(THYROID_BIOPSY, PATIENT)
LEG = Case(LEG_STENT, PATIENT)


def asked(case: Case, **changes: Any) -> Case:
    return replace(case, request=replace(case.request, **changes))


def told(case: Case, **changes: Any) -> Case:
    return replace(case, patient=replace(case.patient, **changes))


def with_lab(case: Case, key: str, value: float | None, unit: str = "") -> Case:
    """The case with another value of one lab, or without the lab."""
    rest = tuple(one for one in case.patient.labs if one.key != key)
    return told(case, labs=rest if value is None else (*rest, lab(key, value, unit)))


def with_drug(case: Case, name: str, **changes: Any) -> Case:
    """The case with a drug that is taken for something that speaks against no hold."""
    drug = Drug(**{"name": name, "told": name, "reason": "knee operation", **changes})
    return told(case, drugs=(*case.patient.drugs, drug))


def with_condition(case: Case, key: str, since: dt.date | None = None) -> Case:
    return told(case, conditions=(*case.patient.conditions, Condition(key, since)))


def with_decision(
    case: Case, about: str, what: str, role: str = BOTH, at: dt.datetime = NOW
) -> Case:
    return asked(case, decisions=(*case.request.decisions, decided(about, what, role, at)))


def cleared(case: Case, now: dt.datetime = NOW) -> Clearance:
    return assess(case, now)


def found(clearance: Clearance, rule: str) -> Finding:
    """The one finding of a rule."""
    (one,) = (f for f in (*clearance.findings, *clearance.alternatives) if f.id == rule)
    return one


def rules(clearance: Clearance) -> set[str]:
    return {one.id for one in clearance.findings}


# --- cases in which nothing is missing ----------------------------------------------------------

EMBOLIZATION = asked(
    with_condition(HIGH, "liver-cirrhosis"),
    procedure="chemoembolization",
    organ=None,
    access="femoral-artery",
    sheath_french=5.0,
    contrast="intra-arterial",
    renal_emboli=False,
    decisions=(
        decided("sir2019.class", "high"),
        decided("antibiotics", "none"),
        decided("contrast.kidney_arterial", "no saline"),
    ),
)
EMBOLIZATION = with_lab(EMBOLIZATION, "fibrinogen", 200.0, "mg/dL")
ABLATION = asked(HIGH, procedure="ablation", technique="radiofrequency")
APIXABAN = with_drug(HIGH, "apixaban", times=TWICE)
CONTRAST = asked(with_drug(HIGH, "metformin"), contrast="intravenous")
WOMAN = told(HIGH, sex=Sex.FEMALE, pregnant=False)
FEMORAL = with_drug(LEG, "aspirin", times=ONCE)
CLEAR = {
    "liver biopsy": HIGH,
    "thyroid biopsy": LOW,
    "leg stent": FEMORAL,
    "ablation": ABLATION,
    "apixaban": APIXABAN,
    "contrast": CONTRAST,
    "woman": WOMAN,
    "embolization": EMBOLIZATION,
}
