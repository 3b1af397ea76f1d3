"""The headline: the answer, at most two short clauses, and the rest in the list."""

from __future__ import annotations

import pytest
from tests.care.clearance_cases import HIGH, asked, cleared, with_condition, with_drug, with_lab
from tests.care.clearance_patients import NOW, PATIENTS, Seen

from seldinger.care.clearance import Answer, assess, headline
from seldinger.care.clearance import text as texts
from seldinger.report.blocks import Text
from seldinger.report.sections import clearance as pages

LONGEST = 220


@pytest.mark.parametrize("seen", PATIENTS, ids=[f"{one.number}" for one in PATIENTS])
def test_it_is_short_and_leaves_nothing_out_of_the_list(seen: Seen) -> None:
    made = assess(seen.case, NOW)
    short = headline.make_headline(made)
    lines = texts.format_lines(made, everything=False)
    assert lines[0].startswith(made.answer.words.upper())
    assert len(lines[0]) <= LONGEST
    assert len(short.clauses) <= 2
    banner = pages.build_banner(made)
    assert banner.reasons[: len(short.clauses)] == short.clauses
    assert len(banner.reasons) <= 3
    if made.answer in {Answer.CLEAR, Answer.CONDITIONAL}:
        said = lines[0] if short.whole else "\n".join(lines[1:])
        assert all(one in said for one in made.conditions)
    told = [b.points for b in pages.build_clearance(made) if isinstance(b, Text) and b.points]
    assert not made.conditions or made.conditions in (short.clauses, *told)
    # What is withheld until when is whole, wherever it is said.
    for clause in short.clauses:
        if "last dose" in clause:
            assert any(clause.rpartition("not after")[2] in one for one in made.conditions)


def test_a_limit_is_never_said_without_the_value_that_breaks_it() -> None:
    made = cleared(with_lab(HIGH, "platelets", 31.0, "10*9/L"))
    assert (
        headline.headline_line(made)
        == "NOT CLEAR: Platelets at least 50 10*9/L: not met, Platelets 31 10*9/L"
    )
    two = cleared(with_lab(with_lab(HIGH, "platelets", 31.0, "10*9/L"), "inr", 2.4, "{INR}"))
    assert "INR 2.4" in headline.headline_line(two)


def test_more_is_counted() -> None:
    case = with_condition(with_condition(HIGH, "copd"), "sepsis")
    case = with_lab(with_lab(case, "platelets", 31.0, "10*9/L"), "inr", 2.4, "{INR}")
    made = cleared(case)
    assert headline.headline_line(made).endswith("; and 1 more below")
    assert (
        headline.headline_line(cleared(asked(HIGH, start=None))) == "UNKNOWN: not known: the start"
    )


@pytest.mark.parametrize(
    ("told", "short"),
    [
        ("cardiology decides: To be confirmed: current may disturb a pacemaker. Look.",
         "cardiology decides: current may disturb a pacemaker"),
        ("the operator, with nephrology decides: Creatinine 2.6 mg/dL, 2 d old",
         "the operator, with nephrology decides: Creatinine 2.6 mg/dL"),
        ("cardiology agrees to withhold Aspirin, last dose of Aspirin not after Sat 28 Nov 2026",
         "cardiology agrees to withhold Aspirin, last dose not after Sat 28 Nov 2026"),
        ("last dose of A; B, 1: 2 not after Sat 28 Nov 2026 08:00",
         "last dose of A; B, 1: 2 not after Sat 28 Nov 2026 08:00"),
        ("if low risk: last dose of A not after Sat", "at low risk last dose of A not after Sat"),
        ("Sepsis: nothing that can wait is done. Cardiology decides: it waits.",
         "Sepsis: nothing that can wait is done"),
    ],
)  # fmt: skip
def test_a_clause_keeps_who_what_and_when(told: str, short: str) -> None:
    assert headline.shorten(told) == short


def test_what_is_the_same_in_both_classes_is_said_once() -> None:
    made = cleared(with_drug(HIGH, "apixaban"))
    assert len(set(headline.make_headline(made).clauses)) == len(
        headline.make_headline(made).clauses
    )
