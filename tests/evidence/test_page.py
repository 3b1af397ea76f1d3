"""The reference page of facts is what the data makes, and says of each fact how it was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from seldinger import evidence
from seldinger.evidence import FactKind, Trust, formatting, page

SHIPPED = Path(__file__).parents[2] / "docs" / "reference" / "facts.md"
HEADS = {
    Trust.MEMORY: "## What still needs its primary source",
    Trust.SECONDARY: "## Read in a secondary source",
    Trust.PRIMARY: "## Read in the primary source",
}


@pytest.fixture(scope="module")
def made() -> str:
    return page.markdown()


def section(text: str, head: str) -> str:
    """From a heading of the second rank to the next one."""
    return text.split(f"\n{head}\n")[1].split("\n## ", maxsplit=1)[0]


def test_the_page_in_the_tree_is_what_the_data_makes(made: str) -> None:
    assert SHIPPED.read_text(encoding="utf-8") == made, "say: make facts"


def test_the_page_is_written_as_it_is_made(tmp_path: Path, made: str) -> None:
    page.main(str(tmp_path / "facts.md"))
    assert (tmp_path / "facts.md").read_bytes() == made.encode()


def test_what_is_to_be_confirmed_comes_first(made: str) -> None:
    heads = [line for line in made.splitlines() if line.startswith("## ")]
    assert heads == [
        *(HEADS[trust] for trust in (Trust.MEMORY, Trust.SECONDARY, Trust.PRIMARY)),
        "## Sources whose identifier is to be found",
        "## Conflicts, side by side",
        "## Popular claims, with their verdicts",
    ]


@pytest.mark.parametrize("trust", Trust)
def test_a_fact_stands_under_its_trust_and_nowhere_else(made: str, trust: Trust) -> None:
    listed = {
        line.split("`")[1]
        for line in section(made, HEADS[trust]).splitlines()
        if line.startswith("| `")
    }
    assert listed == {f.id for f in evidence.facts() if f.trust is trust and f.verdict is None}


def test_unlocated_sources_and_claims_are_all_there(made: str) -> None:
    unlocated = section(made, "## Sources whose identifier is to be found")
    for key, one in evidence.sources().items():
        assert (f"\n| {key} | " in unlocated) == one.unlocated
    claims = section(made, "## Popular claims, with their verdicts")
    for claim in evidence.claims():
        assert claim.verdict is not None
        assert f"**{claim.verdict.value.capitalize()}** (`{claim.id}`)" in claims


def test_every_conflict_stands_in_one_group() -> None:
    groups = formatting.group_conflicts(evidence.facts())
    grouped = [one.id for group in groups for one in group]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == {f.id for f in evidence.facts() if f.conflicts}
    assert all(len(group) > 1 for group in groups)


def test_a_conflict_is_drawn_in_whole() -> None:
    one = evidence.fact("ablation.cold.planning_30")
    (group,) = formatting.group_conflicts([one])
    assert {f.id for f in group} == {one.id, *one.conflicts}


@pytest.mark.parametrize(
    ("fact_id", "told"),
    [
        ("access.radial.bleeding", "0.86 %; about 30 days"),
        ("claims.preventable.review", "in words (0.55 to 0.84, range); horizon not told"),
        ("audit_thresholds.abscess.septic_shock", "4 % of a department's cases"),
        ("access.bed_rest.back_pain", "0.33 (0.17 to 0.62, 95 % confidence)"),
        ("contrast.saline.egfr", "30 mL/min/1.73 m²"),
        ("lung_biopsy.pneumothorax", "25.9 %; horizon not stated in the abstract"),
        ("ablation.cold.pig_kidney", "-16.1 °C"),
        ("antibiotics.none.filter", "in words"),
    ],
)
def test_a_value_is_told_as_people_write_it(fact_id: str, told: str) -> None:
    assert formatting.format_value(evidence.fact(fact_id)) == told


def test_no_percentage_stands_without_its_horizon() -> None:
    for one in evidence.facts():
        if one.kind is FactKind.PROPORTION:
            assert one.horizon is not None
            assert formatting.format_value(one).endswith(one.horizon)
