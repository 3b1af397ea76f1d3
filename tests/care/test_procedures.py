"""One id per procedure: no spelling loses its outcomes, leaflet or recovery."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from seldinger import demo
from seldinger.care import ledger_procedures, outcomes, procedures, recovery
from seldinger.care.clearance.rules import tables
from seldinger.catalogue.procedures import list_entries, shipped_entries
from seldinger.catalogue.techniques import find_territory, list_techniques
from seldinger.core.errors import CareError
from seldinger.core.verdict import Severity, Status
from seldinger.plan import load_procedures as registered
from seldinger.plan import readiness
from seldinger.report import sheet_text

if TYPE_CHECKING:
    from collections.abc import Callable

WITH_OUTCOMES = {procedure for procedure, _ in outcomes.list_pages()}
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
    "kyphoplasty": "kyphoplasty",
    "balloon kyphoplasty": "kyphoplasty",
    "percutaneous kyphoplasty": "kyphoplasty",
    "BKP": "kyphoplasty",
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
    assert procedures.get(spelling).id == one_id


def test_every_name_has_leaflet_and_recovery_and_outcomes_or_a_word_that_there_are_none() -> None:
    assert set(recovery.list_procedures()) == set(procedures.list_ids())
    for name, found in procedures.list_names().items():
        leaflets = [p for p in sheet_text.pages("en").values() if p.procedure == found.id]
        assert leaflets, name
        organ = found.organ or next((o for p in leaflets for o in p.organs), None)
        assert sheet_text.page(name, organ, "en").procedure == found.id, name
        assert [row.what for row in recovery.find(name)] == [
            row.what for row in recovery.find(found.id)
        ]
        if found.id in WITH_OUTCOMES:
            told = [organ for procedure, organ in outcomes.list_pages() if procedure == found.id]
            assert outcomes.find(name, found.organ or told[0]).procedure == found.id
        else:
            with pytest.raises(CareError, match=f"is {found.id}, of which no outcomes are entered"):
                outcomes.find(name)


def test_a_technique_tells_no_organ() -> None:
    assert not procedures.get("cryoablation").fixed
    assert procedures.get("renal-ablation").fixed
    assert outcomes.find("radiofrequency-ablation", "kidney").organ == "kidney"
    assert outcomes.find("cryoablation", "left lung").organ == "lung"
    with pytest.raises(CareError, match="there is none for the 'kidney'"):
        outcomes.find("liver-biopsy", "kidney")


def test_every_procedure_that_may_be_cleared_belongs_to_one_id() -> None:
    for key, kind in tables().procedures.items():
        for name in (key, *kind.aliases):
            assert procedures.clearance_key(name) == key


@pytest.mark.parametrize("name", ["dvt", "pad", "filter", "catheter-exchange", "spine-injection"])
def test_a_name_that_says_not_which_is_asked_about(name: str) -> None:
    with pytest.raises(CareError, match="does not say what is to be done: name"):
        procedures.clearance_key(name)


@pytest.mark.parametrize("key", ["biopsy", "node-biopsy"])
def test_a_key_of_two_procedures_or_of_no_class_is_told_alone(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    entries = shipped_entries()
    strange = {**entries, "node-biopsy": replace(entries["biopsy"], clearance=(key,))}
    monkeypatch.setattr("seldinger.care.procedures.shipped_entries", lambda: strange)
    with pytest.raises(CareError, match=f"one procedure; not so: {key}$"):
        procedures.list_names.__wrapped__()


def test_a_name_that_is_nearly_right_is_offered_and_never_taken() -> None:
    assert procedures.find("thoracentisis") is None
    with pytest.raises(CareError, match="did you mean 'thoracentesis'"):
        procedures.get("thoracentisis")
    with pytest.raises(CareError, match="that may be cleared is called 'parasentesis'; did you me"):
        procedures.clearance_key("parasentesis")


ORGANS = sorted(
    {None, "adrenal gland", "liver", "left renal artery", "right common iliac artery", "carotid"}
    | {organ for _, organ in outcomes.list_pages()}
    | {organ for page in sheet_text.pages("en").values() for organ in page.organs},
    key=str,
)


def _answers(ask: Callable[..., object], *words: object) -> bool:
    try:
        ask(*words)
    except CareError:
        return False
    return True


def test_the_catalogue_says_which_pages_there_are_and_no_page_is_an_orphan() -> None:
    ids = set(list_entries())
    planned = ids | set(list_techniques())
    tables_by_id = {
        "outcomes": {procedure for procedure, _ in outcomes.list_pages()},
        "leaflets": {page.procedure for page in sheet_text.pages("en").values()},
        "recovery": set(recovery.list_procedures()),
        "planners": set(registered()) & ids,
    }
    catalogue = {
        "outcomes": {key for key, entry in list_entries().items() if entry.outcomes},
        "leaflets": {key for key, entry in list_entries().items() if entry.leaflet},
        "recovery": {key for key, entry in list_entries().items() if entry.recovery},
        "planners": {key for key, entry in list_entries().items() if entry.planner},
    }
    wrong = {name: sorted(tables_by_id[name] ^ catalogue[name]) for name in catalogue}
    assert not any(wrong.values()), wrong
    strange = {entry for entry in registered() if entry not in planned}
    assert not strange, strange


def test_the_catalogue_answers_for_an_organ_as_the_pages_do() -> None:
    wrong = [
        (page, key, organ)
        for key in (
            *list_entries(),
            *list_techniques(),
            "liver-biopsy",
            "cryoablation",
            "radioembolization",
        )
        for organ in ORGANS
        for page, said, there in (
            ("outcomes", procedures.has_outcomes(key, organ), _answers(outcomes.find, key, organ)),
            (
                "leaflet",
                procedures.has_leaflet(key, organ),
                _answers(sheet_text.page, key, organ, "en"),
            ),
        )
        if said != there
    ]
    assert not wrong


PLACES = {
    "right superficial femoral artery": "leg",
    "left_common_iliac_artery": "leg",
    "leg": "leg",
    "left renal artery": "kidney",
    "kidney": "kidney",
    "left internal carotid artery": "neck",
    "dialysis fistula": "dialysis-access",
    "left subclavian artery": None,
    "femoral head of a kidney": None,
    "liver": "liver",
    "left hepatic artery": "liver",
    "spleen": None,
}


@pytest.mark.parametrize(("place", "territory"), PLACES.items())
def test_a_place_has_the_territory_that_its_words_tell(place: str, territory: str | None) -> None:
    assert find_territory(place) == territory


@pytest.mark.parametrize(
    ("technique", "place", "key", "one_id"),
    [
        ("angioplasty", "right femoral artery", "peripheral-angioplasty", "pad"),
        ("Angioplasty", "left renal artery", "renal-angioplasty", "renal-stent"),
        ("angioplasty", "carotid", "carotid-angioplasty", "carotid-stent"),
        ("angioplasty", "fistula", "dialysis-access", "dialysis-access"),
        ("stent", "left common iliac artery", "peripheral-stent", "pad"),
        ("stent", "kidney", "renal-stent", "renal-stent"),
        ("stent", "neck", "carotid-stent", "carotid-stent"),
        ("drug-coated balloon", "popliteal artery", "peripheral-drug-coated-balloon", "pad"),
        ("drug-coated-balloon", "graft", "dialysis-access", "dialysis-access"),
    ],
)
def test_a_technique_has_the_pages_of_its_territory(
    technique: str, place: str, key: str, one_id: str
) -> None:
    assert procedures.clearance_key(technique, place) == key
    assert procedures.get(technique, place).id == one_id
    assert not procedures.missing_pages(technique, place)
    assert outcomes.find(technique, place).procedure == one_id
    assert sheet_text.page(technique, place, "en").procedure == one_id
    found = readiness.find_outcomes(technique, place)
    assert found is not None
    assert found.procedure == one_id
    assert recovery.find(key)


@pytest.mark.parametrize(
    ("technique", "place"),
    [
        ("angioplasty", "left subclavian artery"),
        ("angioplasty", "carotid-cavernous fistula"),
        ("drug-coated-balloon", "kidney"),
        ("stent", "liver"),
    ],
)
def test_a_technique_where_nothing_is_entered_borrows_no_page(technique: str, place: str) -> None:
    assert readiness.find_outcomes(technique, place) is None
    assert len(procedures.missing_pages(technique, place)) == 3
    assert readiness.assess_visit(technique, place, None, demo.visit()) is None
    with pytest.raises(CareError, match=r"nothing is entered for .* there are: leg"):
        procedures.clearance_key(technique, place)


def test_every_key_of_a_technique_may_be_cleared() -> None:
    for technique in list_techniques().values():
        assert set(technique.keys.values()) <= set(tables().procedures)


def test_every_name_finds_its_id_in_the_ledger() -> None:
    wrong = [
        name
        for name, one in procedures.list_names().items()
        if ledger_procedures.match_procedure(name) not in {one.id, *one.keys}
    ]
    assert not wrong


def test_a_page_that_nobody_has_written_is_said() -> None:
    missing = dict(procedures.missing_pages("ablation", "adrenal gland"))
    assert missing["outcomes page"] == (
        "No outcomes page has been written for ablation of the adrenal gland."
    )
    assert "leaflet" in missing
    assert not procedures.missing_pages("ablation", "liver")
    assert len(procedures.missing_pages("a stranger's procedure", None)) == 3
    said = readiness.find_missing_pages("ablation", "adrenal gland")
    assert {one.severity for one in said} == {Severity.INFO}
    assert {one.status for one in said} == {Status.UNKNOWN}
