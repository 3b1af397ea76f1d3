"""The view says what the plan says, and says unknown where it does not know."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.report.phantom import path

from seldinger.core.finding import Finding
from seldinger.core.record import AssumptionUse
from seldinger.core.verdict import Severity, Status
from seldinger.plan import model
from seldinger.report import first_page, pages, tables
from seldinger.report.blocks import Banner, Cards, Columns, Entries, Note, Row, Table, Text
from seldinger.report.sections import basis, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.report.blocks import Document


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from strings(v)


def cells(table: Table | None, first: str) -> tuple[str, ...]:
    assert table is not None
    return next(row.cells for row in table.rows if row.cells[0] == first)


def everything(report: Document) -> str:
    return "\n".join(strings(asdict(report)))


def test_the_answer_and_its_reasons_come_first(plan: model.Plan) -> None:
    banner = pages.build_report(plan, None).first[0]
    assert isinstance(banner, Banner)
    assert (banner.word, banner.tone) == ("UNKNOWN", "warn")
    assert banner.reasons == plan.verdict.reasons


def test_every_verdict_has_its_colour(plan: model.Plan) -> None:
    tones = {
        status: first_page.build_banner(replace(plan, verdict=model.Verdict(status, ()))).tone
        for status in model.PlanStatus
    }
    assert tones == {
        model.PlanStatus.GO: "good",
        model.PlanStatus.PROTECT_FIRST: "warn",
        model.PlanStatus.UNKNOWN: "warn",
        model.PlanStatus.UNSUITABLE: "bad",
    }


def test_the_recipe_leads_to_the_entry(plan: model.Plan) -> None:
    recipe = first_page.build_recipe(plan)
    assert cells(recipe, "Entry slice")[1] == (
        "z 9.0 mm; from the target slice: 9.0 mm towards the head"
    )
    assert cells(recipe, "Entry, sideways")[1].startswith("38.0 mm towards the patient's right")
    assert cells(recipe, "Entry, height")[1].startswith("43.0 mm above")
    assert cells(recipe, "Depth")[1].startswith("58 mm from the skin")
    assert cells(recipe, "Needle")[1] == "18 G core needle, 17 G coaxial"


def test_the_nearest_structures_say_where_their_label_came_from(plan: model.Plan) -> None:
    nearest = first_page.build_nearest(plan)
    assert nearest is not None
    assert [row.cells[0] for row in nearest.rows] == ["ribs", "portal vein", "lung right", "aorta"]
    assert cells(nearest, "portal vein") == (
        "portal vein",
        "8.3 mm",
        "0.14",
        "label: raw_portal_vein",
    )
    assert "one uncorrected needle pass, not a patient's risk" in nearest.note


def test_a_structure_beyond_the_errors_is_out_of_reach_and_not_zero(plan: model.Plan) -> None:
    best = plan.approach.paths[0]
    chance = replace(best.probability, touch={"ribs": 0.2})
    changed = replace(best, probability=chance)
    altered = replace(plan, approach=replace(plan.approach, paths=(changed,)))
    nearest = first_page.build_nearest(altered)
    assert cells(nearest, "aorta")[2] == "out of reach"
    assert cells(nearest, "ribs")[2] == "0.20"


def test_a_crossed_structure_is_called_crossed(plan: model.Plan) -> None:
    best = plan.approach.paths[0]
    changed = replace(
        best,
        clearances_mm={**best.clearances_mm, "colon": 0.0},
        origin="user",
        violations=("bowel",),
    )
    crossing = replace(plan, approach=replace(plan.approach, paths=(changed,)))
    assert cells(first_page.build_nearest(crossing), "colon")[1] == "crossed"
    assert verdict.build_numbers(crossing)[1].cells[1] == "crossed"
    recipe = first_page.build_recipe(crossing)
    assert cells(recipe, "Breaks")[1] == "hard rules: bowel"
    assert cells(recipe, "Whose path")[1].startswith("yours")


def test_a_position_that_was_not_scanned_is_stamped_and_has_no_probabilities(
    plan: model.Plan,
) -> None:
    turned = replace(plan, approach=replace(plan.approach, paths=(path(provisional=True),)))
    stamp = verdict.first_warning(turned)
    assert stamp.startswith("RESCAN FIRST")
    assert "prone" in stamp
    assert Note(stamp) in pages.build_report(turned, None).first
    assert verdict.build_numbers(turned)[2].cells[1] == "unknown"
    assert {row.cells[2] for row in first_page.build_nearest(turned).rows} == {"unknown"}  # type: ignore[union-attr]
    assert verdict.first_warning(plan) == ""


def test_what_was_not_segmented_is_never_clear(plan: model.Plan) -> None:
    (box,) = [block for block in pages.build_report(plan, None).first if isinstance(block, Note)]
    assert (box.strong, box.tone) == ("gallbladder, pleural recess", "warn")
    assert "unknown, not clear" in box.text
    complete = pages.build_report(replace(plan, not_segmented=()), None)
    (box,) = [block for block in complete.first if isinstance(block, Note)]
    assert (box.strong, box.tone) == ("", "plain")
    assert box.text.startswith("Nothing that this procedure asks")


def test_without_a_path_the_report_says_what_blocks_and_what_could_be_opened(
    blocked: model.Plan,
) -> None:
    report = pages.build_report(blocked, None)
    assert not [block for block in report.first if isinstance(block, Columns)]
    assert cells(first_page.build_blocked(blocked), "unidentified")[1] == "5100"
    assert cells(first_page.build_relaxations(blocked), "unidentified")[1:4] == (
        "offered",
        "350",
        "12 mm of unidentified tissue",
    )
    assert len(report.figures) == 1


def test_what_is_open_comes_before_what_is_met(plan: model.Plan) -> None:
    unmet, _, met = tables.build_findings(plan.findings, lambda finding: finding.id)
    assert isinstance(unmet, Table)
    assert [(row.cells[0], row.cells[1], row.tone) for row in unmet.rows] == [
        ("unknown", "stop", "warn"),
        ("not met", "caution", "warn"),
    ]
    assert isinstance(met, Entries)
    assert [(row.cells[0], row.tone) for row in met.rows] == [("", "plain")]


def test_a_rule_that_is_met_is_never_printed_as_a_stop() -> None:
    met = Finding("a-rule", Status.MET, Severity.STOP, "It holds.")
    lead, entries = tables.build_findings((met,), lambda _: "a source")
    assert lead == Text(lead="Rules that are met")
    assert entries == Entries((Row(("", "It holds.", "a source")),))


def test_without_a_rule_the_appendix_says_so() -> None:
    (table,) = tables.build_findings((), lambda _: "")
    assert isinstance(table, Table)
    assert table.empty == "No rule was applied."


def test_a_reason_that_several_assumptions_of_a_tissue_share_is_said_once() -> None:
    used = [
        AssumptionUse(
            "liver.density_kg_per_m3", 1050.0, "kg/m3", 1000.0, 1100.0, "as water", False
        ),
        AssumptionUse("hub_standoff_mm", 12.0, "mm", 0.0, 30.0, "room for the hub", True),
        AssumptionUse("liver.water_share", 0.7, "1", 0.6, 0.8, "as water", False),
        AssumptionUse("liver.water_share", 0.7, "1", 0.6, 0.8, "as water", False),
    ]
    assert [(row.cells[:2], row.tone) for row in tables.build_assumptions(used).rows] == [
        (("hub standoff (edited)", "12 mm (0 to 30): room for the hub"), "warn"),
        (("liver", "density 1050 kg/m3 (1000 to 1100), water share 0.7 (0.6 to 0.8): as water"),
         "plain"),
    ]  # fmt: skip


def test_nothing_is_printed_as_none_or_nan(plan: model.Plan, blocked: model.Plan) -> None:
    for one in (plan, blocked):
        said = everything(pages.build_report(one, "seldinger plan biopsy"))
        assert "None" not in said
        assert "nan" not in said.split()


def test_a_note_is_said_once(plan: model.Plan) -> None:
    twice = replace(plan, treatment=replace(plan.treatment, notes=("a", "a")))
    assert basis.list_notes(twice).count("a") == 1


@pytest.mark.parametrize("name", ["nothing-labelled", "position-contradiction", "position-assumed"])
def test_what_must_be_read_first_stands_in_a_red_box(plan: model.Plan, name: str) -> None:
    open_ = Finding(name, Status.UNKNOWN, Severity.ACTION, "READ THIS.")
    told = replace(plan, findings=(*plan.findings, open_))
    assert "READ THIS." in verdict.first_warning(told)
    met = replace(plan, findings=(replace(open_, status=Status.MET),))
    assert "READ THIS." not in verdict.first_warning(met)


def test_every_other_path_tells_its_chances_of_contact(plan: model.Plan) -> None:
    (others,) = [block for block in pages.build_report(plan, None).rest if isinstance(block, Cards)]
    assert len(others.cards) == 3
    for card in others.cards:
        assert [row for row in card.facts if row.cells[0] == "P(touch)"]


def test_the_banner_carries_its_figures(plan: model.Plan) -> None:
    told = replace(plan, verdict=replace(plan.verdict, figures=("P(hit) 0.9.",)))
    assert first_page.build_banner(told).reasons[0] == "P(hit) 0.9."
