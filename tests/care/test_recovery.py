"""Recovery: what a fact speaks of, with its stamp; silence is said to be unknown."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.care import recovery
from seldinger.core.errors import CareError
from seldinger.evidence import Trust

STAMPS = {
    Trust.PRIMARY: "",
    Trust.SECONDARY: "secondary source, primary not opened",
    Trust.MEMORY: "to be confirmed: from memory, drives nothing",
}
EVERY = [(p, a) for p in recovery.list_procedures() for a in (None, *recovery.list_accesses())]


def texts(procedure: str, access: str | None, what: str) -> list[tuple[str, str]]:
    rows = recovery.find(procedure, access)
    return [(row.text, row.stamp) for row in rows if row.what == what]


@pytest.mark.parametrize(("procedure", "access"), EVERY)
def test_every_question_has_an_answer_and_every_answer_its_stamp(
    procedure: str, access: str | None
) -> None:
    rows = recovery.find(procedure, access)
    assert {row.what for row in rows} == {"bed rest", "stay", "pain", "fatigue", "follow-up"}
    for row in rows:
        assert row.known is bool(row.facts)
        if not row.known:
            assert "your department says" in row.text
            assert [one for one in rows if one.what == row.what] == [row]
        for name in row.facts:
            fact = evidence.fact(name)
            assert row.stamp == STAMPS[fact.trust]
            assert row.text == fact.statement
            assert row.population == fact.population


def test_femoral_bed_rest_is_two_to_three_hours_and_primary() -> None:
    first, second, custom = texts("pad", "femoral", "bed rest")
    assert "two to three hours" in first[0]
    assert first[1] == second[1] == ""
    assert "two to six hours" in custom[0]
    assert custom[1] == STAMPS[Trust.MEMORY]


def test_the_groin_says_nothing_of_the_wrist() -> None:
    for access in ("radial", None):
        assert texts("pad", access, "bed rest") == [("Not known here: your department says.", "")]
    assert len(texts("biopsy", "percutaneous", "bed rest")) == 2
    assert not [t for t, _ in texts("biopsy", "transjugular", "bed rest") if "Not known" not in t]


def test_what_is_remembered_never_stands_before_what_was_read() -> None:
    rank = [STAMPS[Trust.PRIMARY], STAMPS[Trust.SECONDARY], STAMPS[Trust.MEMORY]]
    for procedure, access in EVERY:
        for what in recovery.WHATS:
            order = [rank.index(stamp) for _, stamp in texts(procedure, access, what)]
            assert order == sorted(order)


def test_nothing_is_known_of_fatigue() -> None:
    assert not [r for p, a in EVERY for r in recovery.find(p, a) if r.what == "fatigue" and r.known]


def test_names_that_are_not_known_are_refused() -> None:
    with pytest.raises(CareError, match="did you mean 'biopsy'"):
        recovery.find("biopsi")
    with pytest.raises(CareError, match="did you mean 'femoral'"):
        recovery.find("biopsy", "femorall")
