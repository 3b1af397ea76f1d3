"""Ordinary patients under the shipped profile, and the page that lists them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.care.clearance_patients import NOW, PATIENTS, Seen

from seldinger.care.clearance import assess
from seldinger.care.clearance.rules import tables

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "clearance-in-use.md"
USABLE = 45 / 60
"""The least share of them that is of use: clear, conditional, or not clear for a true reason."""


@pytest.mark.parametrize("seen", PATIENTS, ids=[f"{one.number}" for one in PATIENTS])
def test_a_patient_is_answered_as_a_careful_reader_would(seen: Seen) -> None:
    made = assess(seen.case, NOW)
    assert made.answer == seen.answer, [f.text for f in made.findings if f.status != "met"]
    said = " ".join((*made.decides, *made.missing))
    assert seen.decides in said
    assert seen.answer != "unknown" or made.missing
    assert seen.answer not in {"conditional", "not-clear"} or made.decides
    assert seen.answer != "clear" or not (made.missing or made.decides)


def test_most_are_usable_and_the_page_lists_them_all() -> None:
    assert len(PATIENTS) >= 60
    assert sum(one.answer != "unknown" for one in PATIENTS) >= USABLE * len(PATIENTS)
    assert {one.case.request.procedure for one in PATIENTS} == set(tables().procedures)
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| ("]
    assert rows == [row(one) for one in PATIENTS]


def row(one: Seen) -> str:
    """A patient as a line of the page."""
    what = f"{one.case.request.procedure}, {one.case.patient.age_years:g}"
    decides = "; ".join(_decides(one)) or "nobody"
    answer = one.answer.replace("-", " ")
    return f"| ({one.number}) | {what} | {one.words} | {answer} | {decides} |"


def _decides(one: Seen) -> tuple[str, ...]:
    """Who decides, or what is missing, once each."""
    made = assess(one.case, NOW)
    if made.missing:
        return tuple(f"missing: {words}" for words in made.missing)
    return tuple(dict.fromkeys(said.split(": ")[0] for said in made.decides))
