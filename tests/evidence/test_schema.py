"""The schema of facts: kinds do not mix, horizons are told, claims and stale facts are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from seldinger import evidence
from seldinger.core.errors import EvidenceError
from seldinger.evidence import ClaimAssessment, FactKind, Trust, library
from seldinger.evidence.model import NEVER_FOR_PATIENTS

SOURCES = """
[source.doe2020]
authors = "Doe J"
title = "A title"
container = "A journal"
year = 2020
doi = "10.1000/xyz"
"""

COUNTED = """
topic = "needle"
review_date = 2026-11-24

[fact."needle.miss"]
statement = "Needles miss."
kind = "proportion"
value = 0.25
unit = "1"
numerator = 25
denominator = 100
population = "phantom"
horizon = "not told"
design = "phantom"
source = "doe2020"
locator = "abstract"
trust = "primary"
"""

AGREED = """
topic = "needle"
review_date = 2026-11-24

[fact."needle.edge"]
statement = "Needles are looked at from here on."
kind = "threshold"
value = 0.05
unit = "1"
population = "departments"
design = "guideline"
source = "doe2020"
locator = "table 1"
trust = "primary"
"""


def read(fact: str, sources: str = SOURCES) -> evidence.Fact:
    """The only fact of a page."""
    (found,) = library.read({"sources.toml": sources, "needle.toml": fact}).facts.values()
    return found


# --- horizons and kinds ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_what_is_counted_over_time_has_a_horizon(kind: str) -> None:
    page = COUNTED.replace("proportion", kind)
    assert read(page).horizon == "not told"
    with pytest.raises(EvidenceError, match="horizon"):
        read(page.replace('horizon = "not told"\n', ""))
    with pytest.raises(EvidenceError, match="horizon"):
        replace(read(page), horizon=None)
    with pytest.raises(EvidenceError, match="population"):
        read(page.replace('population = "phantom"\n', ""))


@pytest.mark.parametrize("kind", ["threshold", "limit", "reference level", "audit threshold"])
def test_what_was_agreed_upon_is_not_counted(kind: str) -> None:
    page = AGREED.replace('"threshold"', f'"{kind}"')
    assert read(page).kind.value == kind
    with pytest.raises(EvidenceError, match="counts belong to a proportion"):
        read(page + "numerator = 5\ndenominator = 100\n")
    with pytest.raises(EvidenceError, match="reads like a proportion"):
        read(page + 'horizon = "30 days"\n')


def test_an_audit_threshold_is_a_share() -> None:
    page = AGREED.replace('"threshold"', '"audit threshold"')
    with pytest.raises(EvidenceError, match=r"share in 0\.\.1"):
        read(page.replace("value = 0.05", "value = 5.0"))
    with pytest.raises(EvidenceError, match=r"share in 0\.\.1"):
        read(page.replace('unit = "1"', 'unit = "%"'))


@pytest.mark.parametrize("kind", ["odds ratio", "hazard ratio", "risk ratio"])
def test_a_ratio_is_positive(kind: str) -> None:
    page = AGREED.replace('"threshold"', f'"{kind}"')
    assert read(page).value == 0.05
    with pytest.raises(EvidenceError, match="positive"):
        read(page.replace("value = 0.05", "value = 0.0"))


def test_no_more_than_all() -> None:
    with pytest.raises(EvidenceError, match="more than all"):
        read(COUNTED.replace("numerator = 25", "numerator = 125"))


def test_a_percent_sign_is_no_proportion() -> None:
    with pytest.raises(EvidenceError, match=r"0\.\.1"):
        read(COUNTED.replace('unit = "1"', 'unit = "%"'))


# --- readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FactKind)
def test_patients_never_see_what_judges_a_department(kind: FactKind) -> None:
    page = AGREED if kind is not FactKind.PROPORTION else COUNTED
    page = page.replace('"threshold"', f'"{kind.value}"')
    if kind is FactKind.RATE:
        page += 'horizon = "not told"\n'
    hidden = kind.value in {"audit threshold", "limit", "reference level"}
    assert (kind in NEVER_FOR_PATIENTS) == hidden
    assert read(page).audience == (("clinician",) if hidden else ("clinician", "patient"))
    if hidden:
        with pytest.raises(EvidenceError, match="never 'patient'"):
            read(page + 'audience = ["clinician", "patient"]\n')
    else:
        assert read(page + 'audience = ["patient"]\n').audience == ("patient",)


@pytest.mark.parametrize("audience", ["[]", '["everybody"]', '["patient", "patient"]'])
def test_an_audience_is_somebody_once(audience: str) -> None:
    with pytest.raises(EvidenceError, match="audience"):
        read(COUNTED + f"audience = {audience}\n")


# --- sources without an identifier ----------------------------------------------------------------


def test_an_unlocated_source_says_so_and_its_primary_facts_drive() -> None:
    unlocated = SOURCES.replace('doi = "10.1000/xyz"', "unlocated = true")
    found = library.read({"sources.toml": unlocated, "needle.toml": COUNTED})
    assert found.sources["doe2020"].text.endswith("(2020). Identifier not recorded.")
    assert found.facts["needle.miss"].drives
    with pytest.raises(EvidenceError, match="unlocated"):
        read(COUNTED, SOURCES + "unlocated = true\n")
    with pytest.raises(EvidenceError, match="unlocated"):
        read(COUNTED, SOURCES.replace('doi = "10.1000/xyz"', "unlocated = false"))


# --- reviews --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reviewed", "stale_from"),
    [("2026-11-24", "2028-11-24"), ("2028-02-29", "2030-02-28"), ("2026-02-28", "2028-02-28")],
)
def test_a_fact_is_stale_two_years_after_its_review(reviewed: str, stale_from: str) -> None:
    assert read(COUNTED.replace("2026-11-24", reviewed)).review_by.isoformat() == stale_from


def test_a_fact_may_name_its_own_day() -> None:
    assert read(COUNTED + "review_by = 2027-03-01\n").review_by == dt.date(2027, 3, 1)
    with pytest.raises(EvidenceError, match="before its review"):
        read(COUNTED + "review_by = 2026-11-23\n")


def test_stale_facts_are_those_past_their_day() -> None:
    one = evidence.fact("claims.groin_6_percent")
    by = one.review_by
    assert one not in evidence.list_overdue(by)
    assert one in evidence.list_overdue(by + dt.timedelta(days=1))
    assert evidence.list_overdue(dt.date(2100, 1, 1)) == evidence.facts()
    assert evidence.list_overdue(dt.date(2026, 11, 1)) == ()


# --- claims ---------------------------------------------------------------------------------------


def test_a_claim_sends_to_facts_that_exist() -> None:
    claim = COUNTED + 'verdict = "untraced"\n'
    assert read(claim).verdict is ClaimAssessment.UNTRACED
    with pytest.raises(EvidenceError, match="no such fact"):
        read(claim + 'see = ["needle.other"]\n')
    with pytest.raises(EvidenceError, match="only a claim"):
        read(COUNTED + 'see = ["needle.other"]\n')
    with pytest.raises(EvidenceError, match="verdict"):
        read(COUNTED + 'verdict = "probably"\n')


@pytest.mark.parametrize("verdict", ClaimAssessment)
def test_only_a_claim_that_stands_may_drive(
    verdict: ClaimAssessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = COUNTED + f'verdict = "{verdict.value}"\n'
    found = library.read({"sources.toml": SOURCES, "needle.toml": page})
    monkeypatch.setattr("seldinger.evidence.library._library", lambda: found)
    if verdict.value in {"holds", "holds with caveat"}:
        assert evidence.driving_value("needle.miss") == 0.25
    else:
        with pytest.raises(EvidenceError, match=verdict.value):
            evidence.driving_value("needle.miss", secondary=True)


# --- stamps ---------------------------------------------------------------------------------------


def test_the_stamp_is_that_of_the_least_trusted_fact() -> None:
    primary, secondary, memory = "contrast.saline.egfr", "contrast.metformin.acr.hold", "first_pass"
    memory = f"contrast.saline.{memory}"
    trusts = [evidence.fact(one).trust for one in (primary, secondary, memory)]
    assert trusts == [Trust.PRIMARY, Trust.SECONDARY, Trust.MEMORY]
    assert evidence.stamp_of([]) == ""
    assert evidence.stamp_of([primary]) == ""
    assert evidence.stamp_of([primary, secondary]) == evidence.SECONDARY_STAMP
    assert evidence.stamp_of([secondary, memory, primary]) == evidence.MEMORY_STAMP
    with pytest.raises(EvidenceError, match="contrast"):
        evidence.stamp_of(["contrast.saline.egrf"])
