"""Every cell of the tables, typed from the published tables and never from the rule data.

``observed`` asks the evaluator for the same cells, of whatever tables it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.care.clearance_cases import HIGH, NOW

from seldinger.care import drugs
from seldinger.care.clearance import bleeding, inputs, profile_file, rules
from seldinger.care.clearance.evaluate import concerns
from seldinger.care.clearance.inputs import Input, make_input
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.care.clearance.rules import Tables

# --- procedures -> classes of the rows that match ("lh": both, "": none) --------------------------

NAMED_LOW = (
    "biliary-drain-exchange",
    "nephrostomy-exchange",
    "gastrostomy-exchange",
    "drain-exchange",
    "diagnostic-venography",
    "facet-injection",
    "lumbar-puncture",
    "chest-tube",
    "picc",
    "central-line",
    "paracentesis",
    "nerve-block",
    "joint-injection",
    "sacroiliac-injection",
    "bone-marrow-biopsy",
    "thoracentesis",
    "tunnelled-drain",
    "tunnelled-line",
    "port",
)
NAMED_HIGH = (
    "biliary-drain",
    "nephrostomy",
    "ureteral-stent",
    "gastrostomy",
    "tips",
    "portal-vein-intervention",
    "epidural-injection",
    "cervical-facet-injection",
    "thoracic-vein-intervention",
    "pulmonary-embolism-lysis",
)


CLASSES: dict[tuple[tuple[str, object], ...], str] = {
    (("procedure", "peripheral-stent"), ("sheath_french", 5.0)): "l",
    (("procedure", "peripheral-stent"), ("sheath_french", 5.9)): "l",
    (("procedure", "peripheral-stent"), ("sheath_french", 6.0)): "",
    (("procedure", "peripheral-angioplasty"), ("sheath_french", 5.9)): "l",
    (("procedure", "peripheral-angioplasty"), ("sheath_french", 6.0)): "",
    (("procedure", "peripheral-angioplasty"), ("sheath_french", 6.5)): "",
    (("procedure", "peripheral-angioplasty"), ("sheath_french", 7.0)): "",
    (("procedure", "peripheral-angioplasty"), ("sheath_french", 7.1)): "h",
    (("procedure", "peripheral-drug-coated-balloon"), ("sheath_french", 5.0)): "l",
    (("procedure", "peripheral-drug-coated-balloon"), ("sheath_french", 7.0)): "",
    (("procedure", "peripheral-drug-coated-balloon"), ("sheath_french", 8.0)): "h",
    (("procedure", "renal-angioplasty"),): "h",
    (("procedure", "renal-stent"),): "h",
    (("procedure", "carotid-angioplasty"),): "h",
    (("procedure", "carotid-stent"),): "h",
    (("procedure", "dialysis-access"),): "l",
    (("procedure", "dvt-lysis"),): "h",
    (("procedure", "dvt-thrombectomy"),): "",
    (("procedure", "filter-placement"),): "l",
    (("procedure", "filter-retrieval"), ("complex", False)): "l",
    (("procedure", "filter-retrieval"), ("complex", True)): "h",
    (("procedure", "chemoembolization"),): "lh",
    (("procedure", "radioembolization"),): "lh",
    (("procedure", "fibroid-embolization"),): "lh",
    (("procedure", "prostate-embolization"),): "lh",
    (("procedure", "embolization"), ("organ", "spleen")): "lh",
    (("procedure", "embolization"), ("organ", "colon")): "lh",
    (("procedure", "embolization"), ("organ", "kidney")): "lh",
    (("procedure", "embolization"), ("organ", "pelvis")): "lh",
    (("procedure", "embolization"), ("organ", "soft tissue")): "l",
    (("procedure", "ablation"), ("organ", "liver")): "h",
    (("procedure", "ablation"), ("organ", "kidney")): "h",
    (("procedure", "ablation"), ("organ", "lung")): "h",
    (("procedure", "ablation"), ("organ", "pancreas")): "",
    (("procedure", "biopsy"), ("organ", "liver")): "h",
    (("procedure", "biopsy"), ("organ", "kidney")): "h",
    (("procedure", "biopsy"), ("organ", "spleen")): "h",
    (("procedure", "biopsy"), ("organ", "lung")): "",
    (("procedure", "biopsy"), ("organ", "thyroid")): "l",
    (("procedure", "biopsy"), ("organ", "breast")): "l",
    (("procedure", "biopsy"), ("organ", "lymph node"), ("depth", "superficial")): "l",
    (("procedure", "biopsy"), ("organ", "soft tissue"), ("depth", "superficial")): "l",
    (("procedure", "biopsy"), ("organ", "lymph node"), ("depth", "deep")): "h",
    (("procedure", "biopsy"), ("organ", "adrenal gland"), ("depth", "deep")): "h",
    (("procedure", "transjugular-liver-biopsy"),): "l",
    (("procedure", "drainage"), ("depth", "superficial")): "l",
    (("procedure", "drainage"), ("depth", "deep")): "h",
    (("procedure", "cholecystostomy"),): "h",
    (("procedure", "vertebroplasty"),): "h",
    (("procedure", "kyphoplasty"),): "h",
    **{(("procedure", one),): "l" for one in NAMED_LOW},
    **{(("procedure", one),): "h" for one in NAMED_HIGH},
    (("procedure", "diagnostic-arteriography"), ("sheath_french", 5.9)): "l",
    (("procedure", "diagnostic-arteriography"), ("sheath_french", 6.0)): "",
    (("procedure", "diagnostic-arteriography"), ("sheath_french", 7.0)): "",
    (("procedure", "diagnostic-arteriography"), ("sheath_french", 7.1)): "h",
    (("procedure", "ablation"), ("organ", "bone")): "h",
    (("procedure", "ablation"), ("organ", "soft tissue")): "h",
    (("procedure", "biopsy"), ("organ", "bone"), ("depth", "superficial")): "l",
    (("procedure", "biopsy"), ("organ", "bone"), ("depth", "deep")): "h",
    (("procedure", "biopsy"), ("organ", "spine"), ("depth", "deep")): "h",
    (("procedure", "biopsy"), ("organ", "pelvis"), ("depth", "deep")): "h",
}

# --- labs: class, liver disease, warfarin, access, lab -> value: met (+), not met (-), range (?) --

LABS: dict[tuple[str, bool, bool, str, str], dict[float, str]] = {
    ("low", False, False, "other", "inr"): {1.9: "+", 2.0: "+", 2.1: "?", 3.0: "?", 3.1: "-"},
    ("low", False, True, "other", "inr"): {2.9: "+", 3.0: "+", 3.1: "-"},
    ("low", False, False, "femoral", "inr"): {1.7: "+", 1.79: "+", 1.8: "-", 1.9: "-"},
    ("low", False, False, "radial", "inr"): {2.1: "+", 2.19: "+", 2.2: "-", 2.3: "-"},
    ("low", False, True, "femoral", "inr"): {1.79: "+", 1.8: "-"},
    ("low", False, False, "other", "platelets"): {19.0: "-", 19.9: "-", 20.0: "+", 21.0: "+"},
    ("low", False, True, "other", "platelets"): {19.9: "-", 20.0: "+"},
    ("low lumbar-puncture", False, False, "other", "platelets"): {
        19.9: "--",
        20.0: "+-",
        49.9: "+-",
        50.0: "++",
    },
    ("low", True, False, "other", "inr"): {1.0: "+", 9.0: "+"},
    ("low", True, False, "other", "platelets"): {20.0: "-", 20.1: "+"},
    ("low", True, False, "other", "fibrinogen"): {99.0: "-", 100.0: "-", 100.1: "+"},
    ("high", False, False, "other", "inr"): {1.5: "+", 1.51: "?", 1.8: "?", 1.81: "-", 2.0: "-"},
    ("high", False, True, "other", "inr"): {1.5: "++", 1.6: "?+", 1.8: "?+", 1.81: "--"},
    ("high", False, False, "other", "platelets"): {49.0: "-", 49.9: "-", 50.0: "+", 51.0: "+"},
    ("high", True, False, "other", "inr"): {2.4: "+", 2.49: "+", 2.5: "-", 2.6: "-"},
    ("high", True, False, "other", "platelets"): {29.0: "-", 30.0: "-", 30.1: "+"},
    ("high", True, False, "other", "fibrinogen"): {100.0: "-", 100.1: "+"},
    ("high", False, False, "other", "haemoglobin"): {7.0: "+", 13.0: "+"},
}

# --- drugs: name, what decides -> (low risk, high risk, restart) ----------------------------------

CONTINUE = "continue"
NOTHING = "silent"
DRUGS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("heparin", "iv"): (CONTINUE, "4 to 6 hours", "6 to 8 hours"),
    ("heparin", "sc"): (CONTINUE, "6 hours", "6 to 8 hours"),
    ("enoxaparin", "prophylactic"): (CONTINUE, "1 dose", "12 hours"),
    ("enoxaparin", "therapeutic"): (CONTINUE, "2 doses or 24 hours", "12 hours"),
    ("dalteparin", ""): (CONTINUE, "1 dose", "12 hours"),
    ("fondaparinux", "crcl 50"): (CONTINUE, "2 to 3 days", "24 hours"),
    ("fondaparinux", "crcl 49.9"): (CONTINUE, "3 to 5 days", "24 hours"),
    ("fondaparinux", "crcl 15"): (CONTINUE, "3 to 5 days", "24 hours"),
    ("fondaparinux", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("argatroban", ""): (CONTINUE, "2 to 4 hours", "4 to 6 hours"),
    ("bivalirudin", ""): (CONTINUE, "2 to 4 hours", "4 to 6 hours"),
    ("warfarin", ""): (CONTINUE, "5 days", "next day"),
    ("apixaban", "crcl 80"): (CONTINUE, "4 doses", "24 hours"),
    ("apixaban", "crcl 50"): (CONTINUE, "4 doses", "24 hours"),
    ("apixaban", "crcl 49.9"): (CONTINUE, "6 doses", "24 hours"),
    ("apixaban", "crcl 15"): (CONTINUE, "6 doses", "24 hours"),
    ("apixaban", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("dabigatran", "crcl 50"): (CONTINUE, "4 doses", "24 hours"),
    ("dabigatran", "crcl 49.9"): (CONTINUE, "6 to 8 doses", "24 hours"),
    ("dabigatran", "crcl 15"): (CONTINUE, "6 to 8 doses", "24 hours"),
    ("dabigatran", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("rivaroxaban", "crcl 30"): (CONTINUE, "2 doses", "24 hours"),
    ("rivaroxaban", "crcl 80"): (CONTINUE, "2 doses", "24 hours"),
    ("rivaroxaban", "crcl 29.9"): (CONTINUE, "3 doses", "24 hours"),
    ("rivaroxaban", "crcl 15"): (CONTINUE, "3 doses", "24 hours"),
    ("rivaroxaban", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("edoxaban", "crcl 80"): (CONTINUE, "2 doses", "24 hours"),
    ("edoxaban", "crcl 15"): (CONTINUE, "2 doses", "24 hours"),
    ("edoxaban", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("betrixaban", "crcl 80"): (CONTINUE, "3 doses", "24 hours"),
    ("betrixaban", "crcl 15"): (CONTINUE, "3 doses", "24 hours"),
    ("betrixaban", "crcl 14.9"): (CONTINUE, NOTHING, ""),
    ("clopidogrel", ""): (CONTINUE, "5 days", "6 hours (75 mg) or 24 hours (a loading dose)"),
    ("ticagrelor", ""): (CONTINUE, "5 days", "next day"),
    ("prasugrel", ""): (CONTINUE, "7 days", "next day"),
    ("aspirin", ""): (CONTINUE, "3 to 5 days", "next day"),
    ("dipyridamole", "aspirin"): (CONTINUE, "3 to 5 days", "next day"),
    ("dipyridamole", ""): (NOTHING, NOTHING, ""),
    ("@nsaid", ""): (CONTINUE, "no recommendation", ""),
    ("cilostazol", ""): (CONTINUE, CONTINUE, ""),
    ("abciximab", ""): ("24 hours", "24 hours", ""),
    ("eptifibatide", ""): ("4 to 8 hours", "4 to 8 hours", ""),
    ("tirofiban", ""): ("4 to 8 hours", "4 to 8 hours", ""),
    ("cangrelor", "elective"): ("defer", "defer", ""),
    ("cangrelor", "urgent"): ("defer", "defer", ""),
    ("cangrelor", "emergency"): ("1 hour", "1 hour", ""),
    ("tinzaparin", ""): (NOTHING, NOTHING, ""),
    ("phenprocoumon", ""): (CONTINUE, "no recommendation", ""),
    ("acenocoumarol", ""): (CONTINUE, "no recommendation", ""),
    ("fluindione", ""): (CONTINUE, "no recommendation", ""),
}

# --- contrast: eGFR, injured kidney, route -> rules that match ------------------------------------

CONTRAST: dict[tuple[float, bool, str, bool], set[str]] = {
    (45.0, False, "intravenous", False): {"saline.no", "acr no hold", "fda hold"},
    (44.9, False, "intravenous", False): {"saline.discretion", "acr no hold", "fda hold"},
    (30.0, False, "intravenous", False): {"saline.discretion", "acr no hold", "fda hold"},
    (29.9, False, "intravenous", False): {"saline.egfr", "acr hold", "fda contraindicated"},
    (60.0, False, "intravenous", False): {"saline.no", "acr no hold", "fda hold"},
    (60.1, False, "intravenous", False): {"saline.no", "acr no hold", "fda no hold"},
    (80.0, True, "intravenous", False): {"saline.aki", "acr hold", "fda no hold"},
    (80.0, False, "intra-arterial", True): {"first pass no", "acr hold", "fda hold"},
    (80.0, False, "intra-arterial", False): {"first pass no", "fda hold"},
    (45.0, False, "intra-arterial", False): {"first pass no", "fda hold"},
    (44.9, False, "intra-arterial", False): {"first pass", "fda hold"},
    (29.9, False, "intra-arterial", False): {
        "first pass",
        "acr hold",
        "fda hold",
        "fda contraindicated",
    },
    (30.0, False, "intra-arterial", False): {"first pass", "fda hold"},
}
_SHORT = {
    "acr-nkf2020.saline.no": "saline.no",
    "acr-nkf2020.saline.discretion": "saline.discretion",
    "acr-nkf2020.saline.egfr": "saline.egfr",
    "acr-nkf2020.saline.aki": "saline.aki",
    "contrast.kidney_arterial.high": "first pass no",
    "esur.first_pass": "first pass",
    "acr2026.metformin.no_hold": "acr no hold",
    "acr2026.metformin.hold": "acr hold",
    "fda.metformin.hold": "fda hold",
    "fda.metformin.no_hold": "fda no hold",
    "fda.metformin.low": "fda contraindicated",
}

EXPECTED: dict[str, object] = {
    "classes": CLASSES,
    "labs": LABS,
    "drugs": DRUGS,
    "contrast": CONTRAST,
    "fasting, hours": {"clear_fluids": 2.0, "light_meal": 6.0, "fatty_meal": 8.0},
    "metformin, hours": {48.0},
    "adults of 17.9, 18, 19": [False, True, True],
    "children of 17.9, 18": [True, False],
}

BASE = inputs.collect_inputs(HIGH, profile_file.default_profile(), NOW, rules.tables())
SIGNS = {Status.MET: "+", Status.NOT_MET: "-", Status.UNKNOWN: "?"}


def _with(**changes: object) -> dict[str, Input]:
    return {**BASE, **{k: make_input(v, k) for k, v in changes.items()}}  # type: ignore[arg-type]


def observed(tables: Tables, name: str) -> object:
    """The same cells as the evaluator has them, of one of the tables in ``EXPECTED``."""
    made: dict[str, Callable[[], object]] = {
        "classes": lambda: {cell: _classes(tables, dict(cell)) for cell in CLASSES},
        "labs": lambda: {
            cell: {value: _lab(tables, cell, value) for value in probes}
            for cell, probes in LABS.items()
        },
        "drugs": lambda: {cell: _drug(tables, *cell) for cell in DRUGS},
        "contrast": lambda: {cell: _contrast(tables, *cell) for cell in CONTRAST},
        "fasting, hours": lambda: {one.intake: one.hours for one in tables.fasts},
        "metformin, hours": lambda: {
            rule.hold_h
            for question in tables.questions
            for rule in question.rules
            if rule.hold_h is not None
        },
        "adults of 17.9, 18, 19": lambda: [
            concerns(tables.domain, _with(age_years=age)).status is Status.MET
            for age in (17.9, 18.0, 19.0)
        ],
        "children of 17.9, 18": lambda: [_child(tables, age) for age in (17.9, 18.0)],
    }
    return made[name]()


def _child(tables: Tables, age: float) -> bool:
    (child,) = (one for one in tables.questions if one.id == "sedation.child")
    given = _with(age_years=age, sedation="moderate")
    return concerns(child.applies, given).status is Status.MET


def _classes(tables: Tables, told_inputs: dict[str, object]) -> str:
    blank = {"organ": "other", "depth": "other", "sheath_french": 6.5}
    given = _with(**{**blank, **told_inputs})
    hits = [row for row in tables.classes if concerns(row.when, given).status is Status.MET]
    return "".join(c[0] for c in ("low", "high") if c in {row.bleeding_class for row in hits})


def _lab(tables: Tables, cell: tuple[str, bool, bool, str, str], value: float) -> str:
    told, liver, warfarin, access, lab = cell
    bleeding_class, *procedure = told.split()
    given = _with(
        bleeding_class=bleeding_class,
        procedure=procedure[0] if procedure else "biopsy",
        liver_disease=liver,
        warfarin=warfarin,
        arterial_access=access,
    )
    hits = [
        rule
        for rule in tables.thresholds
        if rule.lab == lab and concerns(rule.when, given).status is Status.MET
    ]
    return "".join(SIGNS[bleeding.check_threshold(rule, value)] for rule in hits)


def _drug(tables: Tables, name: str, what: str) -> tuple[str, str, str]:
    crcl = float(what.removeprefix("crcl ")) if what.startswith("crcl") else 80.0
    given = _with(
        crcl_ml_per_min=crcl,
        route=what if what in {"iv", "sc"} else "other",
        intent=what if what in {"prophylactic", "therapeutic"} else "other",
        with_aspirin=what == "aspirin",
        urgency=what if what in {"elective", "urgent", "emergency"} else "elective",
    )
    found = []
    restart = ""
    known = drugs.table().drugs.get(name)
    names = {name, *(f"@{one}" for one in (() if known is None else known.classes))}
    for bleeding_class in ("low", "high"):
        classed = {**given, "bleeding_class": Input(bleeding_class, bleeding_class)}
        hits = [
            rule
            for rule in tables.holds
            if rule.drugs & names and concerns(rule.when, classed).status is Status.MET
        ]
        acts = {"silent": "no recommendation"}
        words = [" or ".join(s.words for s in h.spans) or acts.get(h.act, h.act) for h in hits]
        found.append(" and ".join(words) or NOTHING)
        restart = " or ".join(
            f"{s.words} ({s.note})" if s.note else s.words for h in hits for s in h.restart
        )
    return found[0], found[1], restart


def _contrast(tables: Tables, egfr: float, aki: bool, route: str, emboli: bool) -> set[str]:
    given = _with(
        egfr=egfr, aki=aki, contrast=route, renal_emboli=emboli, metformin=True, dialysis=False
    )
    return {
        _SHORT[rule.id]
        for question in tables.questions
        if concerns(question.applies, given).status is Status.MET
        for rule in question.rules
        if rule.id in _SHORT and concerns(rule.when, given).status is Status.MET
    }
