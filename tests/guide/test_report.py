"""A rehearsal in the report: its section, its picture, its file; and on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.ablated import changed

from seldinger import report
from seldinger.core.errors import OutputError
from seldinger.guide import file, rehearse
from seldinger.guide.model import describe_share
from seldinger.report import pages
from seldinger.report.blocks import Columns, Figure, Heading, Note, Table
from seldinger.report.rehearsal_chart import beside_target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.demo_plans import DemoPlans

    from seldinger.guide import Rehearsal
    from seldinger.plan import Plan


@pytest.fixture(scope="module")
def nodule(demo_plans: DemoPlans) -> Rehearsal:
    return rehearse(demo_plans["biopsy", "lung-nodule-1"], seed=7, draws=400)


def rows(made: Rehearsal) -> dict[str, tuple[str, ...]]:
    """The rows of the section's tables by their first cell."""
    blocks = list(pages.build_report(made.plan, None, made).rest)
    start = next(
        n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.text.startswith("Rehearsal")
    )
    (abreast,) = (b for b in blocks[start : start + 6] if isinstance(b, Columns))
    tables = [b for column in abreast.columns for b in column if isinstance(b, Table)]
    return {row.cells[0]: row.cells[1:] for table in tables for row in table.rows}


def test_the_folder_holds_the_rehearsal_beside_the_plan(nodule: Rehearsal, tmp_path: Path) -> None:
    out = tmp_path / "out"
    page = report.write(out, nodule.plan, nodule)
    assert (out / "rehearsal.json").read_text(encoding="utf-8") == file.to_json(nodule)
    named = json.loads((out / ".seldinger").read_text(encoding="utf-8"))["files"]
    assert {"rehearsal.json", "pictures/rehearsal.png"} <= set(named)
    assert "400 draws of one uncorrected placement (seed 7)" in page.read_text(encoding="utf-8")
    report.write(out, nodule.plan)
    assert not (out / "rehearsal.json").exists()
    assert "Rehearsal:" not in page.read_text(encoding="utf-8")


def test_the_section_says_what_the_draws_say(nodule: Rehearsal) -> None:
    found, (needle,) = rows(nodule), nodule.passes
    hit, low, high = needle.shares["hit"], *needle.shares["hit"].interval
    assert found["needle hits the target"] == (
        f"{100 * hit.value:.0f} %", f"{100 * low:.0f} % to {100 * high:.0f} %",
        f"{100 * (hit.planned or 0.0):.0f} %",
    )  # fmt: skip
    assert found["all as planned, no labelled structure touched"][0] in describe_share(
        nodule.as_meant
    )
    assert found["needle: working length in the target"][0] == f"{needle.planned_inside_mm:.1f} mm"
    assert found["needle touches lower rib margin"][0] in describe_share(
        needle.shares["lower rib margin"]
    )


def test_what_nobody_segmented_is_unknown_beside_what_was(nodule: Rehearsal) -> None:
    unseen = replace(nodule.plan, not_segmented=("diaphragm",))
    assert rows(replace(nodule, plan=unseen))["touches diaphragm"][0] == "unknown"


def test_a_zone_that_is_not_to_be_believed_says_so_before_its_figures(
    small_ablation: Plan,
) -> None:
    doubted = changed(small_ablation, outside_domain=("too hot",))
    made = rehearse(doubted, draws=50)
    blocks = pages.build_report(doubted, None, made).rest
    note = [isinstance(b, Note) and "nor is its rehearsal" in b.text for b in blocks].index(True)
    picture = [isinstance(b, Figure) and b.file == "pictures/rehearsal.png" for b in blocks].index(
        True
    )
    assert note < picture
    assert rows(made)["complete ablation"][2] == "92 %"


def test_an_outcome_of_another_plan_is_refused_and_nothing_is_left(
    nodule: Rehearsal, demo_plans: DemoPlans, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="of another plan"):
        report.write(tmp_path / "out", demo_plans["biopsy", "liver-tumour-1"], nodule)
    assert list(tmp_path.iterdir()) == []


def test_the_picture_is_drawn_by_its_name(nodule: Rehearsal, small_ablation: Plan) -> None:
    assert "rehearsal" in report.list_figures(nodule.plan, nodule)
    assert "rehearsal" not in report.list_figures(nodule.plan)
    drawn = report.draw_figure(nodule.plan, "rehearsal", nodule)
    board, chart = drawn.axes
    (needle,) = nodule.passes
    told = [one for one in board.collections if not str(one.get_label()).startswith("_")]
    dots = sum(len(np.asarray(one.get_offsets())) for one in told)
    assert dots == nodule.draws
    bars: Any = chart.patches
    assert sum(bar.get_height() for bar in bars) == nodule.draws
    away = beside_target(nodule, needle)
    moved = needle.tip_lps_mm - away - needle.path.target_lps_mm
    assert moved[:, 2] == pytest.approx(nodule.breath_mm if nodule.target_moves else 0.0)
    made = rehearse(small_ablation, draws=30)
    assert len(report.draw_figure(small_ablation, "rehearsal", made).axes) == 2
