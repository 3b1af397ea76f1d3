"""Outcomes: every row can be read and distrusted, every procedure stands beside an alternative."""

from __future__ import annotations

import dataclasses
import re
from functools import partial

import pytest

from seldinger import evidence, plan
from seldinger.care import fact_words, outcomes
from seldinger.care.outcomes_pages import OutcomesPage
from seldinger.catalogue.techniques import list_techniques
from seldinger.core.errors import CareError
from seldinger.evidence import FactKind, records

PAGES = [outcomes.find(name, organ) for name, organ in outcomes.list_pages()]
MEMORY = "to be confirmed: from memory, drives nothing"
SECONDARY = "secondary source, primary not opened"


def by_name(page: outcomes.Outcomes) -> str:
    return f"{page.procedure}-{page.organ or 'any'}"


def row_of(page: outcomes.Outcomes, fact_id: str) -> outcomes.OutcomeRow:
    (found,) = [row for row in page.rows if row.fact == fact_id]
    return found


# --- laws of every page ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_a_row_says_what_by_when_in_whom_and_how_it_was_read(page: outcomes.Outcomes) -> None:
    stamps = {"primary": "", "secondary": SECONDARY, "memory": MEMORY}
    assert page.rows
    for row in (*page.rows, *page.indicated, *page.think_again):
        known = evidence.fact(row.fact)
        assert row.text
        assert row.horizon
        assert row.population == known.population
        assert row.design == known.design
        assert row.trust == known.trust.value
        assert row.stamp == stamps[row.trust]
        assert bool(row.source) == (row.trust != "memory")
        if known.kind is FactKind.PROPORTION:
            assert row.label == "rate of the population named, not this patient's"
            assert row.number.split(" (")[0].endswith("%")


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_a_page_has_an_alternative_and_says_what_confounds(page: outcomes.Outcomes) -> None:
    kinds = [option.kind for option in page.options]
    assert kinds[0] == "this"
    assert {"surgical", "conservative"} & set(kinds)
    assert page.confounding
    assert page.indicated
    assert page.think_again
    assert "patient's probability" in page.caveat
    for option in page.options:
        assert option.rows or option.not_read


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_prose_holds_no_rate_that_would_lack_its_horizon(page: outcomes.Outcomes) -> None:
    said = [page.title, page.answer, page.confounding, page.transplant]
    said += [text for option in page.options for text in (option.confounding, option.not_read)]
    for text in said:
        assert not re.search(r"\d+([.,]\d+)? ?(%|in \d|of \d|per)|percent|per cent", text), text


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_one_endpoint_stands_on_one_side(page: outcomes.Outcomes) -> None:
    """What is a harm of one option is a harm of the others: else they never meet."""
    sides: dict[str, set[outcomes.Side]] = {}
    for row in page.rows:
        if evidence.fact(row.fact).kind is FactKind.PROPORTION:
            sides.setdefault(row.endpoint, set()).add(row.side)
    assert {name for name, found in sides.items() if len(found) > 1} == set()


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_the_page_carries_the_stamp_of_its_weakest_row(page: outcomes.Outcomes) -> None:
    stamps = {row.stamp for row in (*page.rows, *page.indicated, *page.think_again)}
    assert page.stamp == (MEMORY if MEMORY in stamps else SECONDARY if SECONDARY in stamps else "")


def test_every_installed_procedure_has_outcomes() -> None:
    with_organs = {"ablation": ("liver", "kidney", "lung")}
    for name in plan.load_procedures():
        technique = list_techniques().get(name)
        places = with_organs.get(name, (None,)) if technique is None else technique.keys
        for organ in places:
            page = outcomes.find(name, organ)
            assert {"surgical", "conservative"} & {option.kind for option in page.options}


def test_the_systems_of_the_suite_are_all_there() -> None:
    assert {name for name, _ in outcomes.list_pages()} == {
        *("pad", "renal-stent", "carotid-stent", "dialysis-access", "dvt", "ivc-filter"),
        *("ablation", "tace", "y90", "biopsy", "drainage", "cholecystostomy"),
        *("ufe", "pae", "vertebroplasty", "kyphoplasty", "embolization"),
    }


def test_every_outcome_is_shown_somewhere() -> None:
    shown = {r.fact for p in PAGES for r in (*p.rows, *p.indicated, *p.think_again)}
    kept = {
        one.id
        for one in evidence.facts()
        if one.topic.startswith("outcome_") or one.topic == "indications"
    }
    assert kept <= shown


def test_indications_are_read_in_copies_or_from_memory_and_stamped() -> None:
    for page in PAGES:
        assert all(row.stamp in {MEMORY, SECONDARY} for row in page.indicated)


def test_downstaging_is_spoken_of_and_no_figure_is_made_up() -> None:
    for name in ("tace", "y90"):
        assert "transplant" in outcomes.find(name).transplant
        assert "No figure" in outcomes.find(name).transplant
    assert "No figure" in outcomes.find("ablation", "liver").transplant
    assert outcomes.find("ablation", "lung").transplant == ""


# --- figures, typed from the papers' abstracts, not from the pages --------------------------------


@pytest.mark.parametrize(
    ("page", "fact_id", "number"),
    [
        ("ufe", "outcome_ufe.hysterectomy_5y", "28.4 % (19.7 to 39 %, 95 % confidence; 23 of 81)"),
        ("ufe", "outcome_ufe.femme.quality", "5 points (-1.4 to 11.5 points, 95 % confidence)"),
        ("renal-stent", "outcome_renal_stent.coral.stent", "35.1 %"),
        ("renal-stent", "outcome_renal_stent.coral.medical", "35.8 %"),
        (
            "renal-stent",
            "outcome_renal_stent.coral.hazard",
            "hazard ratio 0.94 (0.76 to 1.17, 95 % confidence)",
        ),
        ("pad", "outcome_pad.basil2.bypass.amputation_or_death", "63 %"),
        ("pad", "outcome_pad.basil2.endovascular.amputation_or_death", "53 %"),
        ("dvt", "outcome_dvt.severe_pts.ratio", "risk ratio 0.73 (0.54 to 0.98, 95 % confidence)"),
        ("dvt", "outcome_dvt.bleeding.lysis", "1.7 %"),
        ("ivc-filter", "outcome_filter.prepic2.retrieval", "93.3 % (153 of 164)"),
        ("ivc-filter", "outcome_filter.retrieve_by", "29 to 54 days"),
        (
            "dialysis-access",
            "outcome_dialysis.dcb.patency_gain_6mo",
            "22.8 in 100 (12.8 to 32.8 in 100, 95 % confidence)",
        ),
        (
            "tace",
            "outcome_tace.survival.median",
            "19.4 months (16.2 to 22.6 months, 95 % confidence)",
        ),
        ("tace", "outcome_tace.death", "0.6 %"),
        ("cholecystostomy", "drainage.cholecystostomy.mortality_30d", "15.4 %"),
        ("cholecystostomy", "outcome_cholecystostomy.cholecystectomy.mortality_30d", "4.5 %"),
        ("cholecystostomy", "drainage.cholecystostomy.major_complication", "65 % (44 of 68)"),
        ("drainage", "outcome_drainage.postoperative.success", "85.6 % (89 of 104)"),
        ("drainage", "outcome_drainage.septic_shock", "1 to 2 %"),
        ("vertebroplasty", "outcome_cement.pain.kyphoplasty", "-5.07 points"),
        ("pae", "outcome_pae.volume.meta", "-31.31 mL"),
        ("pae", "outcome_pae.volume.review", "51.6 %"),
        ("splenic-embolization", "haemostasis.spleen.splash.salvage.watched", "93.3 %"),
        ("pelvic-embolization", "haemostasis.pelvis.gluteal.spared", "2.6 % (1 of 39)"),
    ],
)
def test_a_published_figure_is_shown_as_published(page: str, fact_id: str, number: str) -> None:
    assert row_of(outcomes.find(page), fact_id).number == number


def test_an_air_leak_after_lung_biopsy_is_no_rarity() -> None:
    page = outcomes.find("biopsy", "lung")
    leaks = [row for row in page.rows if "pneumothorax" in row.endpoint and row.number]
    assert leaks[0].number == "25.9 %"
    assert row_of(page, "lung_biopsy.chest_drain").number == "6.9 %"
    assert all(
        float(row.number.split()[0]) >= 10.0 for row in leaks if row.endpoint == "any pneumothorax"
    )


def test_drain_and_operation_meet_in_the_trial_and_in_the_uncontrolled_reviews() -> None:
    page = outcomes.find("cholecystostomy")
    drain, operation = page.options[0], page.options[1]
    assert operation.kind == "surgical"
    shared = {(r.endpoint, r.horizon) for r in drain.side(outcomes.Side.HARM)} & {
        (r.endpoint, r.horizon) for r in operation.side(outcomes.Side.HARM)
    }
    assert {endpoint for endpoint, _ in shared} >= {"death", "recurrent biliary disease"}
    assert len(shared) == 4
    assert "sicker" in page.confounding
    survival = row_of(page, "outcome_cholecystostomy.trial.survival")
    assert "outcome_cholecystostomy.cholecystectomy.mortality_30d" in survival.conflicts


@pytest.mark.parametrize(
    ("page", "one", "other"),
    [
        ("pad", "outcome_pad.basil2.hazard", "outcome_pad.bestcli.hazard"),
        ("vertebroplasty", "outcome_cement.pain.kyphoplasty", "outcome_cement.sham"),
        ("ufe", "outcome_ufe.femme.pregnancies", "outcome_ufe.mara.pregnancies"),
        ("pae", "outcome_pae.volume.meta", "outcome_pae.volume.review"),
    ],
)
def test_facts_that_disagree_stand_on_one_page(page: str, one: str, other: str) -> None:
    rows = [row for row in outcomes.find(page).rows if row.fact in (one, other)]
    assert {row.fact for row in rows} == {one, other}
    assert all(({one, other} - {row.fact}) <= set(row.conflicts) for row in rows)


# --- names and organs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "organ", "got"),
    [
        ("kyphoplasty", None, ("kyphoplasty", None)),
        ("percutaneous vertebroplasty", None, ("vertebroplasty", None)),
        ("renal_stent", None, ("renal-stent", None)),
        ("IVC filter", None, ("ivc-filter", None)),
        ("tace", None, ("tace", "liver")),
        ("tace", "liver", ("tace", "liver")),
        ("cryoablation", None, ("ablation", "kidney")),
        ("biopsy", "left lung", ("biopsy", "lung")),
        ("biopsy", "spleen", ("biopsy", None)),
        ("biopsy", None, ("biopsy", None)),
        ("drainage", "liver", ("drainage", None)),
        ("ablation", "kidney_left", ("ablation", "kidney")),
        ("embolization", "spleen", ("embolization", "spleen")),
        ("trauma embolisation", "left kidney", ("embolization", None)),
        ("splenic-embolization", None, ("embolization", "spleen")),
    ],
)
def test_other_names_and_places_find_their_page(
    asked: str, organ: str | None, got: tuple[str, str | None]
) -> None:
    page = outcomes.find(asked, organ)
    assert (page.procedure, page.organ) == got


@pytest.mark.parametrize(
    ("asked", "organ", "said"),
    [
        ("ablaton", None, "did you mean 'ablation'"),
        ("", None, "there are: ablation"),
        ("ablation", None, "name kidney, liver, lung"),
        ("ablation", "spleen", "none for the 'spleen'"),
        ("tace", "kidney", "name liver"),
    ],
)
def test_a_question_without_a_page_says_what_to_do(
    asked: str, organ: str | None, said: str
) -> None:
    with pytest.raises(CareError, match=said):
        outcomes.find(asked, organ)


# --- the border -----------------------------------------------------------------------------------

OPTION = {"name": "Knife", "kind": "surgical", "not_read": "Nothing was read."}
THIS = {"name": "Needle", "kind": "this", "harm": ["lung_biopsy.pneumothorax"]}
PAGE = {
    "procedure": "needle",
    "title": "Needle or knife",
    "answer": "Nobody knows.",
    "confounding": "Everything.",
    "indicated": ["indications.biopsy.indicated"],
    "think_again": ["indications.biopsy.think_again"],
    "option": [THIS, OPTION],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"option": [THIS]}, "at least 2"),
        ({"option": [OPTION, THIS]}, "first option"),
        ({"option": [THIS, THIS, OPTION]}, "first option"),
        ({"option": [THIS, {**OPTION, "kind": "other"}]}, "alternative is missing"),
        ({"option": [THIS, {"name": "Knife", "kind": "surgical"}]}, "was not read"),
        ({"option": [{**THIS, "benefit": THIS["harm"]}, OPTION]}, "twice"),
        ({"confounding": ""}, "confounding"),
        ({"indicated": []}, "indicated"),
        ({"answr": "x"}, "did you mean 'answer'"),
    ],
)
def test_a_page_that_does_not_hold_together_is_refused(
    change: dict[str, object], said: str
) -> None:
    read = partial(records.checked, OutcomesPage, name="needle.toml", error=CareError)
    assert read(PAGE).procedure == "needle"
    with pytest.raises(CareError, match=said):
        read({**PAGE, **change})


CEMENT = ("vertebroplasty", "kyphoplasty")


@pytest.mark.parametrize("name", CEMENT)
def test_sham_trials_of_cement_stand_side_by_side_and_the_answer_says_contested(name: str) -> None:
    page = outcomes.find(name)
    shown = {row.fact for row in page.rows}
    trials = {f"vertebra.evidence.{one}.pain" for one in ("invest", "buchbinder", "vertos4")}
    assert trials | {"outcome_cement.sham", "outcome_cement.vapour"} <= shown
    assert "vertebra.evidence.free.sf36" in shown
    assert page.answer.startswith("Contested.")
    assert "sham" in page.answer


@pytest.mark.parametrize("name", CEMENT)
def test_no_pair_of_leak_figures_stands_alone(name: str) -> None:
    """One review makes a balloon three times as safe, another less, and cohorts the reverse."""
    page = outcomes.find(name)
    pairs = [
        (f"outcome_cement.leak.{name}", f"vertebra.leak.any.{name}2023")
        for name in ("vertebroplasty", "kyphoplasty")
    ]
    ratios = []
    for suffix in ("", ".review"):
        with_none, with_balloon = (
            evidence.driving_value(f"outcome_cement.leak.{one}{suffix}") for one in CEMENT
        )
        ratios.append(with_none / with_balloon)
    ratios.append(
        evidence.driving_value("vertebra.leak.any.vertebroplasty2023")
        / evidence.driving_value("vertebra.leak.any.kyphoplasty2023")
    )
    assert min(ratios) < 1.0 < max(ratios)
    shown = {row.fact for row in page.rows}
    assert {fact for pair in pairs for fact in pair} <= shown
    assert {f"outcome_cement.leak.{one}.review" for one in CEMENT} <= shown
    assert "contradict each other" in page.confounding


@pytest.mark.parametrize("name", CEMENT)
def test_cement_stands_beside_every_other_choice(name: str) -> None:
    page = outcomes.find(name)
    said = " ".join(option.name for option in page.options)
    for word in ("brace", "protect bone", "Radiotherapy", "Surgical", "Pain killers"):
        assert word in said
    other = {"vertebroplasty": "Kyphoplasty", "kyphoplasty": "Vertebroplasty"}[name]
    assert page.options[1].name == other
    harms = {row.fact for row in page.options[0].side(outcomes.Side.HARM)}
    assert {"vertebra.leak.lungs.ct", "outcome_cement.revision"} <= harms
    assert row_of(page, "outcome_cement.infection").number == "0.32 %"


def test_records_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PAGES[0].answer = "x"  # type: ignore[misc]


def test_words_of_a_number() -> None:
    rule = evidence.fact("outcome_pae.cochrane.scope")
    assert fact_words.format_amount(rule) == ""
    assert fact_words.format_label(rule) == ""
    assert fact_words.format_label(evidence.fact("outcome_dvt.pts.ratio")) == "comparison of groups"
    assert fact_words.format_amount(evidence.fact("outcome_ufe.emmy.stay")) == (
        "2.5 days (standard deviation 2.7)"
    )


@pytest.mark.parametrize("organ", ["colon", "small bowel", "stomach", "duodenum", "gut"])
def test_a_page_of_the_gut_answers_for_what_is_in_it(organ: str) -> None:
    assert outcomes.find("embolization", organ).organ == "gut"
    assert outcomes.find("embolization", "left kidney").organ is None
