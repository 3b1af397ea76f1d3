"""The patient's sheet: readable, complete, every number a fact, no drug without a release."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, fields, replace

import pytest

from seldinger import evidence
from seldinger.care import drugs, outcomes
from seldinger.core.errors import CareError
from seldinger.report import html, reading, sheet, sheet_file, sheet_numbers, sheet_text
from seldinger.report.sheet import MedicineLine, Released, Sheet

TODAY = dt.date(2026, 11, 25)
PAGES = tuple(sheet_text.pages("en").items())
EVERY = pytest.mark.parametrize(("name", "page"), PAGES, ids=[name for name, _ in PAGES])
DYE = "Sat 5 Dec 2026, 10:00"
RELEASED = Released(
    "A. Nurse", "pre-assessment nurse", "2026-11-24",
    (
        MedicineLine("Apixaban", "Mon 30 Nov, 08:00", "Thu 3 Dec, 10:00"),
        MedicineLine("Cilostazol", None, None),
        MedicineLine("Plavix", ask=True),
        MedicineLine("Metformin", restart=DYE, dye=True),
    ),
    start="Thu 3 Dec 2026, 10:00",
    fasting=(("heavy_meal", "Thu 3 Dec 2026, 02:00"), ("drinks", "Thu 3 Dec 2026, 08:00")),
)  # fmt: skip

FIRST = "Your team must first say that all is well."


def of(page: sheet_text.Page, released: Released | None = None) -> Sheet:
    organ = page.organs[0] if page.organs else None
    return sheet.build_sheet(page.procedure, organ, TODAY, released=released)


def text(found: Sheet) -> str:
    return " ".join(sheet.list_sentences(found.parts))


@EVERY
def test_a_sheet_asks_for_eight_years_of_school_at_most(name: str, page: sheet_text.Page) -> None:
    found = of(page)
    assert len(found.grades) == 2
    assert max(found.grades.values()) <= reading.MOST_GRADE
    assert f"{max(found.grades.values()):.1f}" in found.stamp
    assert reading.longest_sentence(text(found)) <= reading.MOST_WORDS, name


def test_hard_text_is_measured_as_hard() -> None:
    hard = (
        "Percutaneous transhepatic cholecystostomy constitutes a minimally invasive intervention "
        "facilitating decompression in critically compromised individuals."
    )
    assert min(reading.grades(hard).values()) > reading.MOST_GRADE
    assert reading.longest_sentence(hard) == 14


@EVERY
def test_a_sheet_is_complete(name: str, page: sheet_text.Page) -> None:
    found = of(page)
    headings = sheet_text.common("en").headings
    there = {part.heading for part in found.parts}
    wanted = asdict(headings).values()
    bands = {headings.common, headings.uncommon, headings.rare}
    optional = {headings.benefits, headings.contested, *bands}
    assert set(wanted) - optional - {headings.numbers} <= there, name
    choices = " ".join(c.text for c in page.other_choices).lower()
    assert re.search(r"do nothing|just watch", choices), "doing nothing is a choice"
    assert re.search(r"operation|surgery", choices), "surgery is a choice, or it is said why not"
    assert any(risk.band == "rare" for risk in page.risk) or any(
        risk.fact and (evidence.fact(risk.fact).value or 1.0) < 0.01 for risk in page.risk
    )


@EVERY
def test_every_number_is_a_fact_for_patients(name: str, page: sheet_text.Page) -> None:
    counted = (*page.benefit, *page.other_choices, *page.risk)
    for one in counted:
        if one.fact is not None:
            fact = evidence.fact(one.fact)
            assert fact.kind == "proportion", name
            assert fact.population
            assert fact.horizon
            assert sheet_numbers.is_printable(fact), one.fact
    told = [line for part in fields(page) for line in _lines(page, part.name)]
    for line in told:
        numbers = re.findall(r"\d+", line)
        assert not numbers or re.search(r"\d+ hours|CT", line), f"{name}: {line}"


def _lines(page: sheet_text.Page, key: str) -> list[str]:
    value = getattr(page, key)
    if not isinstance(value, tuple):
        return []
    return [v if isinstance(v, str) else v.text for v in value]


@EVERY
def test_one_denominator_for_the_whole_sheet(name: str, page: sheet_text.Page) -> None:
    said = re.findall(r" in ([\d,]+)", text(of(page)))
    # "About 1 in 4" is for what is known only roughly.
    assert len({den for den in said if int(den.replace(",", "")) > 10}) <= 1, name


def test_risks_stand_under_the_heading_that_their_number_asks_for() -> None:
    least = {"common": 0.01, "uncommon": 0.001, "rare": 0.0}
    most = {"common": 1.0, "uncommon": 0.035, "rare": 0.011}
    for name, page in PAGES:
        for risk in page.risk:
            if risk.fact is not None:
                value = evidence.fact(risk.fact).value
                assert value is not None
                assert least[risk.band] <= value <= most[risk.band], (name, risk.text)


@pytest.mark.parametrize(("procedure", "organ"), outcomes.list_pages())
def test_every_procedure_of_the_outcomes_has_a_sheet(procedure: str, organ: str | None) -> None:
    assert sheet_text.page(procedure, organ, "en").procedure == procedure


def test_a_sheet_answers_to_other_names() -> None:
    def page(name: str) -> sheet_text.Page:
        return sheet_text.page(name, None, "en")

    assert page("fibroid-embolization") is page("ufe")
    assert page("Balloon kyphoplasty") is page("kyphoplasty")
    assert page("kyphoplasty") is not page("vertebroplasty")
    assert page("kidney-biopsy") is sheet_text.page("biopsy", "left kidney", "en")


@pytest.mark.parametrize(
    "procedure",
    [
        "pad",
        "renal-stent",
        "carotid-stent",
        "dvt",
        "ivc-filter",
        "vertebroplasty",
        "kyphoplasty",
        "ufe",
    ],
)
def test_contested_evidence_is_said_to_be_so(procedure: str) -> None:
    page = sheet_text.page(procedure, None, "en")
    heading = sheet_text.common("en").headings.contested
    assert page.contested
    assert page.contested in [p.points for p in of(page).parts if p.heading == heading]


def test_the_balloon_has_a_page_that_speaks_of_it_and_promises_no_rarer_leak() -> None:
    plain = text(of(sheet_text.page("vertebroplasty", None, "en")))
    with_balloon = text(of(sheet_text.page("kyphoplasty", None, "en")))
    assert with_balloon.count("alloon") >= 8
    assert "balloon bursts" in with_balloon
    assert "balloon bursts" not in plain
    for said in (plain, with_balloon):
        assert "They do not agree whether a balloon makes them rarer" in said
        assert "fever" in said
        assert "get up with help" in said
        assert "dressing comes off" in said
    counted = sheet_text.page("kyphoplasty", None, "en").risk
    assert not any("leak" in (one.fact or "") for one in counted if "lung" not in one.text)


def test_pregnancy_is_asked_about_beside_x_rays_but_not_of_men() -> None:
    asked = sheet_text.common("en").xrays.pregnancy
    for name, page in PAGES:
        seen = page.xrays != "none"
        assert (asked in text(of(page))) == (seen and name != "pae"), name


def test_every_number_stands_under_its_source_once() -> None:
    found = of(sheet_text.page("ivc-filter", None, "en"))
    sources = [one.source for one in found.numbers]
    assert len(sources) == len(set(sources)) == 6
    told = [what for one in found.numbers for whats, _ in one.told for what in whats]
    assert len(told) == len(set(told)) == 14  # three of them hours of fasting
    seen = [seen for one in found.numbers for _, seen in one.told]
    assert all(re.fullmatch(r"Seen in: .+\. Time: .+\.", each) for each in seen)


@EVERY
def test_a_page_names_no_drug(name: str, page: sheet_text.Page) -> None:
    told = set(re.findall(r"[a-z][a-z0-9-]+", text(of(page)).lower()))
    named = {
        n.lower() for known in drugs.table().drugs.values() for n in (known.name, *known.names)
    }
    assert named
    assert not told & named, name


def test_no_drug_is_named_without_a_release() -> None:
    page = sheet_text.page("biopsy", "liver", "en")
    silent, spoken = of(page), of(page, RELEASED)
    heading = sheet_text.common("en").headings.medicines
    first, second = (
        next(p.points for p in s.parts if p.heading == heading) for s in (silent, spoken)
    )
    assert first == sheet_text.common("en").medicines.silent
    assert "Apixaban" not in text(silent)
    assert second == (
        *first,  # what keeps a patient safe is never taken away
        "A. Nurse, pre-assessment nurse, has checked this part on 2026-11-24.",
        f"It holds for your procedure on {RELEASED.start} only. If that day changes, ask us again.",
        "Apixaban: your last dose before the procedure is on Mon 30 Nov, 08:00.",
        f"Apixaban: do not start again before Thu 3 Dec, 10:00. {FIRST}",
        "Cilostazol: go on as always.",
        "Plavix: ask your team before you stop it or take it. This is not decided yet.",
        f"Metformin: once you have had X-ray dye, do not take it again before {DYE}. {FIRST}",
    )


def test_hours_of_fasting_are_facts_and_a_release_gives_the_clock() -> None:
    page = sheet_text.page("biopsy", "liver", "en")
    silent, spoken = of(page), of(page, RELEASED)
    assert "must not eat for 6 hours before" in text(silent)
    assert "8 hours or more" in text(silent)
    assert "fine until 2 hours before" in text(silent)
    assert any("preoperative fasting" in one.source for one in silent.numbers)
    assert "Clear drinks, such as water: until Thu 3 Dec 2026, 08:00." in text(spoken)
    assert "hours before" not in text(spoken)


WORDS = {
    "fasting": r"must not eat for \d+ hours",
    "the breath": r"hold (still, or to hold )?your breath|breathe in the same way",
    "the groin": r"at the groin[:,] you lie flat for some hours",
    "the wrist": r"at the wrist, you can sit up and walk at once",
    "driving": r"do not drive on that day",
    "home or a night": r"go home on the same day|stay for a night|stay in hospital",
    "when to call": r"call",
    "soreness": r"sore|[Pp]ain|tired|[Cc]ramps",
}


@EVERY
def test_what_every_patient_asks_is_answered(name: str, page: sheet_text.Page) -> None:
    said, care = text(of(page)), page.care
    wanted = {"home or a night", "soreness"}
    wanted |= {"fasting"} if care.fasting else set()
    wanted |= {"driving"} if care.sedation else set()
    wanted |= {"the breath"} if care.breath != "no" else set()
    wanted |= {f"the {way}" for way in care.way_in if way != "neck"}
    assert not {one for one in wanted if not re.search(WORDS[one], said)}, name
    # A page that names the groin or the wrist tells what follows from it.
    assert ("wrist" in " ".join(page.during)) <= ("wrist" in care.way_in), name
    assert page.call
    assert page.benefit, "benefits stand beside risks"


@EVERY
def test_a_page_does_not_speak_of_what_its_authors_have_read(
    name: str, page: sheet_text.Page
) -> None:
    told = text(of(page))
    assert not re.search(
        r"\b[Ww]e (have|know of|found|did|do) (not |no )?(yet )?(read|find|no|study|number)", told
    ), name
    assert "that we trust" not in told


@pytest.mark.parametrize(
    ("value", "interval", "said"),
    [
        (0.525, (0.436, 0.615), "about 1 in 2"),
        (0.525, (0.5, 0.55), "about 525 in 1,000 (likely between 500 and 550)"),
        (0.015, None, "about 15 in 1,000"),
        (0.03, None, "about 30 in 1,000"),
        (0.72, (0.6, 0.85), "about 3 in 4"),
    ],
)
def test_what_is_known_roughly_is_said_roughly(
    value: float, interval: tuple[float, float] | None, said: str
) -> None:
    fact = replace(
        evidence.fact("outcome_tace.response"),
        value=value,
        interval=interval,
        interval_kind=None if interval is None else "95 % confidence",
    )
    assert sheet_numbers.format_chance(sheet_text.common("en"), fact, 1000) == said
    assert sheet_numbers.choose_denominator([fact]) == (1000 if value < 0.05 else 100)


def test_chances_are_said_in_people() -> None:
    common = sheet_text.common("en")
    bleeding = evidence.fact("biopsy.liver.major_bleeding")
    death = evidence.fact("biopsy.liver.death")
    air = evidence.fact("lung_biopsy.pneumothorax")
    assert (
        sheet_numbers.format_chance(common, bleeding, 1000)
        == "about 5 in 1,000 (likely between 2 and 11)"
    )
    assert sheet_numbers.format_chance(common, death, 1000) == "fewer than 1 in 1,000"
    assert sheet_numbers.format_chance(common, air, 100) == "about 26 in 100"
    shock = evidence.fact("outcome_drainage.septic_shock")
    chills = evidence.fact("drainage.sepsis.liver_abscess")
    nobody = evidence.fact("outcome_carotid.crest2.stent.medical.early")
    assert shock.interval_kind == "bounds"
    assert sheet_numbers.format_chance(common, shock, 100) == "between 1 and 2 in 100"
    assert (chills.numerator, chills.denominator, chills.interval) == (7, 27, None)
    assert sheet_numbers.format_chance(common, chills, 100) == "about 1 in 4"  # likely 13 to 45
    assert sheet_numbers.format_chance(common, nobody, 100) == "none in that study"
    assert sheet_numbers.choose_denominator([bleeding, air]) == 1000
    assert sheet_numbers.choose_denominator([air]) == 100


def test_a_threshold_is_never_shown_to_a_patient() -> None:
    thresholds = [f for f in evidence.facts() if f.kind != "proportion"]
    assert thresholds
    assert not any(sheet_numbers.is_printable(f) for f in thresholds)
    assert not any(sheet_numbers.is_printable(f) for f in evidence.facts() if f.trust == "memory")


def test_what_there_is_no_sheet_for_is_refused() -> None:
    with pytest.raises(CareError, match="no sheet for 'bypass'; there are:"):
        sheet.build_sheet("bypass", None, TODAY)
    with pytest.raises(CareError, match="no sheets in 'xx'; there are: en"):
        sheet.build_sheet("biopsy", "liver", TODAY, language="xx")


def test_the_same_sheet_gives_the_same_bytes() -> None:
    found = of(sheet_text.page("drainage", None, "en"))
    assert sheet_file.to_pdf(found) == sheet_file.to_pdf(found)
    assert html.render_sheet(found) == html.render_sheet(found)
    assert sheet_file.to_pdf(found).startswith(b"%PDF")
    assert "<script" not in html.render_sheet(found)


def test_the_text_of_a_name_stays_text() -> None:
    page = sheet_text.page("biopsy", "liver", "en")
    nasty = Released("<b>#panic()</b>", "role", "2026-11-24", ())
    found = of(page, nasty)
    assert "&lt;b&gt;#panic()" in html.render_sheet(found)
    assert sheet_file.to_pdf(found).startswith(b"%PDF")
