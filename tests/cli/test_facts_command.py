"""``seldinger facts``: lists, searches, cites; trust, conflicts and verdicts always to be seen."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from seldinger import evidence
from seldinger.cli.app import app

TODAY = "2026-11-25"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["facts", "--today", TODAY, *arguments])


def ids(*arguments: str) -> list[str]:
    return [one["id"] for one in json.loads(run(*arguments, "--json").stdout)]


def test_a_search_wants_every_word_in_any_case() -> None:
    found = ids("--search", "METFORMIN egfr")
    assert "contrast.metformin.fda.egfr" in found
    assert "contrast.metformin.fda.arterial" not in found
    assert ids("contrast", "--search", "posham") == []
    assert "access.radial.crossover" in ids("--search", "Posham")


@pytest.mark.parametrize("trust", ["primary", "secondary", "memory"])
def test_a_trust_can_be_picked(trust: str) -> None:
    found = ids("--trust", trust)
    assert found == [f.id for f in evidence.facts() if f.trust.value == trust]


def test_a_number_from_memory_says_that_it_is_to_be_confirmed() -> None:
    line = next(
        line
        for line in run("contrast").stdout.splitlines()
        if line.startswith("contrast.saline.first_pass")
    )
    assert "45 mL/min" in line
    assert "to be confirmed" in line


def test_a_percentage_has_its_horizon_and_a_source_is_cited() -> None:
    told = run("access").stdout
    assert "0.86 %; about 30 days" in told
    assert "posham2016: Posham R" in told
    assert "doi:10.1016/j.jvir.2015.10.026" in told
    assert "Identifier not recorded" in told


def test_conflicts_stand_side_by_side_with_those_of_other_topics() -> None:
    told = run("contrast", "--search", "FDA label eGFR 30 to 60").stdout
    beside = told.split("Conflicts, side by side:")[1]
    assert "contrast.metformin.fda.egfr" in beside
    assert "contrast.metformin.acr.no_hold" in beside
    assert "acr2026metformin: " in beside


def test_claims_begin_with_their_verdict() -> None:
    told = run("--claims").stdout
    begun = [line for line in told.splitlines() if ' "' in line and line[0].isupper()]
    for claim in evidence.claims():
        assert claim.verdict is not None
        assert any(
            line.startswith(f"{claim.verdict.value.upper()}  ") and claim.id in line
            for line in begun
        )
    assert "outcome_pad.access.examined.complication" in told


def test_a_claim_is_never_bare_in_a_plain_list() -> None:
    told = run("claims").stdout
    for claim in evidence.claims():
        assert claim.verdict is not None
        assert f"{claim.verdict.value}: {claim.statement}" in told


def test_json_carries_citation_stamp_and_age() -> None:
    by_id = {one["id"]: one for one in json.loads(run("contrast", "--json").stdout)}
    one = by_id["contrast.metformin.acr.hold"]
    assert one["stamp"] == "secondary source, primary not opened"
    assert one["citation"] == evidence.source("acr2026metformin").text
    assert one["drives"] is False
    assert one["stale"] is False


def test_stale_facts_are_warned_of_on_stderr() -> None:
    assert "review" not in run("pathway").stderr
    late = CliRunner().invoke(app, ["facts", "pathway", "--today", "2029-01-01"])
    assert late.exit_code == 0
    assert "past their review on 2029-01-01: pathway.follow_up.pad" in late.stderr
    assert f"and {len(evidence.facts('pathway')) - 5} more" in late.stderr


def test_nothing_found_is_said_and_a_wrong_day_refused() -> None:
    assert run("--search", "unicorn").stdout == "No fact fits.\n"
    wrong = CliRunner().invoke(app, ["facts", "--today", "soon"])
    assert wrong.exit_code == 2
    assert "2026-11-25" in wrong.stderr
