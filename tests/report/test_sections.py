"""Sections: ours and others' by the same door, in their order; what cannot be used is named."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

import pytest

from seldinger import report
from seldinger.core.errors import OutputError
from seldinger.report import pages, sections
from seldinger.report.blocks import Heading, Note, Table
from seldinger.report.sections import GROUP, Part
from seldinger.report.sections.measures import build_options
from seldinger.simulate.effect import Effect, Measure, Option

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.plan.model import Plan


def enter(patch: pytest.MonkeyPatch, *theirs: tuple[str, str]) -> None:
    """Put sections of strangers beside ours."""
    ours = entry_points(group=GROUP)
    points = (*ours, *(EntryPoint(name, value, GROUP) for name, value in theirs))
    patch.setattr(sections, "entry_points", lambda **_: points)


def test_all_of_ours_can_be_used_and_stand_in_their_order() -> None:
    found, left_out = sections.load_sections()
    assert left_out == ()
    assert [(s.part, s.order) for s in found] == sorted((s.part, s.order) for s in found)
    # The three at 20 are pictures of different approaches: no plan has more than one of them.
    assert len({(s.part, s.order) for s in found} - {(Part.FIRST, 20)}) == len(found) - 3
    assert {s.part for s in found} == set(Part)


def test_the_appendix_says_that_it_is_one_and_stands_last(plan: Plan) -> None:
    rest = pages.build_report(plan, None).rest
    large = [b.text for b in rest if isinstance(b, Heading) and b.level == 1]
    assert large[-1].startswith("Appendix")
    after = [b.text for b in rest if isinstance(b, Heading) and b.level == 2]
    assert after[-4:] == ["Assumptions", "Notes", "Sources", "Provenance"]


def test_a_stranger_s_section_stands_where_it_asks_to(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, ("theirs", "tests.report.strangers:SECTION"))
    assert pages.build_report(plan, None).first[-1] == Note("A stranger on tumour-1.")


def test_a_stranger_s_picture_is_drawn_with_ours(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    enter(monkeypatch, ("theirs", "tests.report.strangers:SHOWN"))
    report.write(tmp_path / "out", plan)
    assert (tmp_path / "out" / "pictures" / "theirs.png").is_file()
    assert 'alt="a square"' in (tmp_path / "out" / "report.html").read_text()


def test_a_picture_that_nobody_draws_is_one_clear_error(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    enter(monkeypatch, ("theirs", "tests.report.strangers:NOT_DRAWN"))
    with pytest.raises(OutputError, match=r"pictures/theirs\.png, which no section draws"):
        report.write(tmp_path / "out", plan)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("tests.report.no_such_module:SECTION", "ModuleNotFoundError"),
        ("tests.report.strangers:MISSING", "AttributeError"),
        ("tests.report.strangers:NO_SECTION", "is a str, not a Section"),
        ("tests.plan.leaves:PROCEDURE", "SystemExit"),
    ],
)
def test_a_section_that_cannot_be_used_is_named_and_harms_no_other(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, value: str, why: str
) -> None:
    before = pages.build_report(plan, None)
    enter(monkeypatch, ("theirs", value))
    told = pages.build_report(plan, None)
    assert told.first == before.first
    (box,) = [b for b in told.rest if isinstance(b, Note) and b.lead == "Left out"]
    assert "'theirs'" in box.text
    assert why in box.text
    assert [b for b in told.rest if b != box] == list(before.rest)


def test_without_our_own_sections_no_report_is_written(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "entry_points", lambda **_: ())
    with pytest.raises(OutputError, match="install it again"):
        pages.build_report(plan, None)


def test_many_measures_leave_room_for_the_words_beside_them(plan: Plan) -> None:
    labels = [f"dose of all that is perfused {n}" for n in range(5)]
    measures = tuple(Measure(f"dose-{n}", label, "Gy", 1.0) for n, label in enumerate(labels))
    option = Option("partition model", "glass", 1, "2 GBq", measures, chosen=True)
    told = replace(plan, effect=Effect("radioembolization", "dose", "m", (), options=(option,)))
    (table,) = [one for one in build_options(told) if isinstance(one, Table)]
    assert len(table.widths) == len(table.head) == 4 + len(labels)
    # A column as wide as its words takes the room of those that share what is left.
    assert all(width.endswith("fr") for width in table.widths)
