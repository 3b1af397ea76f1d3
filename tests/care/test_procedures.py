"""One id per procedure: no spelling loses its outcomes, leaflet or recovery."""

from __future__ import annotations

import pytest

from seldinger.care import outlook, procedures, recovery
from seldinger.care.clearance.rules import tables
from seldinger.core.errors import CareError
from seldinger.report import sheet_text

WITH_OUTCOMES = {procedure for procedure, _ in outlook.known()}
SPELLINGS = {
    "y-90": "y90",
    "Yttrium 90": "y90",
    "uterine-fibroid-embolization": "ufe",
    "uterine_artery_embolization": "ufe",
    "deep-vein-thrombosis": "dvt",
    "DVT": "dvt",
    "pcn": "nephrostomy",
    "antegrade ureteral stent": "nephrostomy",
    "PEG": "gastrostomy",
    "g-tube": "gastrostomy",
    "picc line": "central-line",
    "PICC_line": "central-line",
    "Port-a-Cath": "port",
    "tunneled dialysis catheter": "port",
    "PTBD": "biliary-drain",
    "ascitic tap": "paracentesis",
    "pleural tap": "thoracentesis",
    "PleurX": "tunnelled-drain",
    "LP": "lumbar-puncture",
    "TIPSS": "tips",
    "PVE": "portal-vein-intervention",
    "PE lysis": "pulmonary-embolism-lysis",
    "SVC stent": "thoracic-vein-intervention",
    "TJLB": "transjugular-liver-biopsy",
    "epidural steroid injection": "spine-injection",
    "medial branch block": "spine-injection",
    "angiogram": "arteriography",
    "SIRT": "y90",
    "prostate artery embolization": "pae",
    "IVC filter": "ivc-filter",
    "renal biopsy": "biopsy",
    "kyphoplasty": "vertebroplasty",
    "uterine artery embolisation": "ufe",
    "transarterial chemoembolisation": "tace",
    "Tumour ablation": "ablation",
    "tunneled pleural catheter": "tunnelled-drain",
    "CT-guided biopsy": "biopsy",
    "ultrasound-guided thoracentesis": "thoracentesis",
    "percutaneous vertebroplasty": "vertebroplasty",
    "nephrostomy tube placement": "nephrostomy",
    "PICC insertion": "central-line",
    "TIPS creation": "tips",
}


@pytest.mark.parametrize(("spelling", "one_id"), SPELLINGS.items())
def test_a_spelling_finds_its_procedure(spelling: str, one_id: str) -> None:
    assert procedures.of(spelling).id == one_id


def test_every_name_has_leaflet_and_recovery_and_outcomes_or_a_word_that_there_are_none() -> None:
    assert set(recovery.procedures()) == set(procedures.known())
    for name, found in procedures.names().items():
        leaflets = [p for p in sheet_text.pages("en").values() if p.procedure == found.id]
        assert leaflets, name
        organ = found.organ or next((o for p in leaflets for o in p.organs), None)
        assert sheet_text.page(name, organ, "en").procedure == found.id, name
        assert [row.what for row in recovery.of(name)] == [
            row.what for row in recovery.of(found.id)
        ]
        if found.id in WITH_OUTCOMES:
            told = [organ for procedure, organ in outlook.known() if procedure == found.id]
            assert outlook.of(name, found.organ or told[0]).procedure == found.id
        else:
            with pytest.raises(CareError, match=f"is {found.id}, of which no outcomes are entered"):
                outlook.of(name)


def test_a_technique_tells_no_organ() -> None:
    assert not procedures.of("cryoablation").fixed
    assert procedures.of("renal-ablation").fixed
    assert outlook.of("radiofrequency-ablation", "kidney").organ == "kidney"
    assert outlook.of("cryoablation", "left lung").organ == "lung"
    with pytest.raises(CareError, match="there is none for the 'kidney'"):
        outlook.of("liver-biopsy", "kidney")


def test_every_procedure_that_may_be_cleared_belongs_to_one_id() -> None:
    for key, kind in tables().procedures.items():
        for name in (key, *kind.aliases):
            assert procedures.clearance_key(name) == key


@pytest.mark.parametrize("name", ["dvt", "pad", "filter", "catheter-exchange", "spine-injection"])
def test_a_name_that_says_not_which_is_asked_about(name: str) -> None:
    with pytest.raises(CareError, match="does not say what is to be done: name"):
        procedures.clearance_key(name)


def test_a_name_that_is_nearly_right_is_offered_and_never_taken() -> None:
    assert procedures.find("thoracentisis") is None
    with pytest.raises(CareError, match="did you mean 'thoracentesis'"):
        procedures.of("thoracentisis")
    with pytest.raises(CareError, match="that may be cleared is called 'parasentesis'; did you me"):
        procedures.clearance_key("parasentesis")
