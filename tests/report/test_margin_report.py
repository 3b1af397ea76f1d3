"""The page, the file and the pictures of a margin, on spheres: what each answer looks like."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Mask, Volume
from seldinger.followup import labels as follow_up_labels
from seldinger.followup import margin as follow_up
from seldinger.geometry import surface
from seldinger.image.register import Registration, Stage
from seldinger.image.residual import LeftOut, Residual
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.report import blocks, html, margin_file, margin_pictures, pictures
from seldinger.report import margin as reports
from seldinger.simulate import margin

if TYPE_CHECKING:
    from pathlib import Path

GRID = Grid.aligned((48, 48, 48), 1.0, (-23.7, -24.2, -23.9))
STAGE = Stage("rigid", 12, -0.6, -0.7, "Step too small after 12 iterations. Current step (0.0078).")
CAPSULE_MM = 10.0


def ball(radius_mm: float, x_mm: float = 0.0) -> Mask:
    places = GRID.to_lps(np.indices(GRID.shape).reshape(3, -1).T)
    inside: Mask = np.linalg.norm(places - [x_mm, 0.0, 0.0], axis=1) <= radius_mm
    return inside.reshape(GRID.shape)


def found(zone_mm: float, zone_x_mm: float = 0.0, error_mm: float | None = 1.0) -> Any:
    """A tumour of 8 mm, 2 mm under a flat capsule at x = 10; nothing moved."""
    x = GRID.to_lps(np.indices(GRID.shape).reshape(3, -1).T)[:, 0].reshape(GRID.shape)
    organ, tumour, zone = x <= CAPSULE_MM, ball(8.0), ball(zone_mm, zone_x_mm)
    taken, treated = (
        surface.extract_surface(tumour, GRID, "t"),
        surface.extract_surface(zone, GRID, "z"),
    )
    capsule = margin.to_capsule_mm(taken.points_lps_mm, organ, tumour, GRID)
    measured = margin.measure_margin(
        taken, treated, to_capsule_mm=capsule, tissue=organ & ~zone, subcapsular_mm=5.0
    )
    values = np.where(organ, 60.0, -90.0).astype(np.float32)
    labels = LabelMap((organ.astype(np.uint8),), (LabelEntry("liver", 1, 0),), GRID)
    image = Volume(values, GRID, "HU")
    series = Series(image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER)
    study = Study((series,), labels)
    return follow_up.FollowUp(
        asked=follow_up_labels.MarginRequest("lesion_1", "zone", "liver"),
        before=study,
        after=study,
        target_mask=tumour,
        zone_mask=zone,
        target_ml=2.1,
        zone_ml=9.0,
        registration=Registration(STAGE, (1.0, -2.0, 0.0), 2.0, None, "it folds", None),
        residuals=(Residual("liver", 2.0, 1.0, 2.5, 4.0, 900),),
        near_error_mm=error_mm,
        near_mm=40.0,
        left_out=LeftOut(1.2, None, 900),
        margin=measured,
        rigid=measured,
        deformable=None,
        zone_surface=treated,
        facts=evidence.facts(follow_up.TOPIC),
        assumptions=resolve_assumptions(margin.MARGIN_ASSUMPTIONS, {}).list_uses(),
        inputs=(),
        provisional=(),
        notes=(follow_up.NO_SHRINKAGE, "before: supine was assumed"),
        version="0",
    )


@pytest.fixture(scope="module")
def capsular() -> follow_up.FollowUp:
    made: follow_up.FollowUp = found(14.0, -3.0)
    return made


@pytest.fixture(scope="module")
def short() -> follow_up.FollowUp:
    """Misses the tumour by 3 mm on its left."""
    made: follow_up.FollowUp = found(11.0, -6.0)
    return made


def verdict(made: follow_up.FollowUp) -> blocks.Banner:
    return next(b for b in reports.build_page(made, None).first if isinstance(b, blocks.Banner))


def numbers(page: blocks.Document) -> blocks.Numbers:
    return next(b for b in page.first if isinstance(b, blocks.Numbers))


def table(page: blocks.Document, column: str) -> blocks.Table:
    return next(b for b in page.blocks if isinstance(b, blocks.Table) and column in b.head)


def test_a_margin_that_covers_is_measured_not_judged(capsular: follow_up.FollowUp) -> None:
    banner = verdict(capsular)
    assert banner.word == "MEASURED"
    assert banner.tone == "warn", "under 5 mm when the error is taken off"
    assert banner.reasons == ()
    assert "registration is off by about 1.0 mm" in banner.sentence


def test_a_margin_thinner_than_the_error_is_not_certain(capsular: follow_up.FollowUp) -> None:
    (reason,) = replace(capsular, near_error_mm=4.0).reasons
    assert "less than registration is off" in reason
    assert replace(capsular, near_error_mm=None).reasons == ()


def test_tumour_that_was_left_is_said_first(short: follow_up.FollowUp) -> None:
    banner = verdict(short)
    assert banner.word == "NOT COVERED"
    assert banner.tone == "bad"
    (reason,) = banner.reasons
    assert "of the target's surface lies outside the zone" in reason
    assert "registration" not in reason
    doubtful = replace(short, near_error_mm=4.0)
    assert doubtful.reasons[0].endswith("by less than registration is off")
    told = json.loads(margin_file.to_json(short))["verdict"]
    assert told == {"status": "not_covered", "reasons": [reason]}


def test_doubt_comes_before_the_answer(short: follow_up.FollowUp) -> None:
    doubtful = replace(short, provisional=("nothing was labelled on both scans",))
    banner = verdict(doubtful)
    assert banner.word == "PROVISIONAL"
    assert banner.tone == "warn"
    assert len(banner.reasons) == 2, "the doubt, and what was left"


def test_the_subcapsular_part_stands_apart(capsular: follow_up.FollowUp) -> None:
    page = reports.build_page(capsular, None)
    shares = table(page, "of surface")
    names = [row.cells[0] for row in shares.rows]
    assert names == ["whole surface", "away from the capsule", "subcapsular"]
    assert all(len(row.cells) == len(shares.head) for row in shares.rows)
    under = capsular.margin.under_capsule
    assert under is not None
    assert shares.rows[2].cells[1] == f"{100.0 * under.share:.0f} %"
    assert "Hatched: subcapsular" in page.figures[0].caption
    assert "beyond the capsule" in shares.note


def test_an_unknown_capsule_is_unknown_not_absent(capsular: follow_up.FollowUp) -> None:
    loose = replace(
        capsular,
        asked=replace(capsular.asked, organ=None),
        margin=replace(capsular.margin, inner=None, under_capsule=None, subcapsular=None),
    )
    page = reports.build_page(loose, None)
    assert numbers(page).rows[1].cells[1:] == ("unknown", "capsule unknown")
    assert [row.cells[1] for row in table(page, "of surface").rows[1:]] == ["unknown", "unknown"]
    told = json.loads(margin_file.to_json(loose))
    assert told["clipped_at_capsule_share"] is None
    assert told["margin_mm"]["subcapsular"] is None
    assert margin_pictures.draw_thinnest_plane(loose).axes


def test_published_figures_keep_their_counts_and_intervals(capsular: follow_up.FollowUp) -> None:
    page = reports.build_page(capsular, None)
    values = [row.cells[1] for row in table(page, "population").rows]
    assert "26 %" in values
    assert "12.1 % (21 of 173)" in values
    assert "0 % (0 of 32)" in values
    assert "3 mm" in values
    assert "hazard ratio 0.47 (95 % confidence: 0.36 to 0.61)" in values


def test_shrinkage_is_said_once_and_not_in_the_small_print(capsular: follow_up.FollowUp) -> None:
    page = reports.build_page(capsular, "seldinger margin")
    points = [b.points for b in page.blocks if isinstance(b, blocks.Text) and b.points]
    assert points == [("before: supine was assumed",)]
    text = html.render_document(page, {p.file: b"" for p in page.figures})
    assert text.count(follow_up.NO_SHRINKAGE) == 1
    assert text.index(follow_up.NO_SHRINKAGE) < text.index("<figure")


def test_a_number_that_is_not_finite_is_never_written(capsular: follow_up.FollowUp) -> None:
    broken = replace(capsular, near_error_mm=float("nan"))
    with pytest.raises(PlanError, match=r"interval_mm\[0\] is nan"):
        margin_file.to_json(broken)


@pytest.mark.parametrize("case", ["capsular", "short"])
def test_the_map_has_the_shares_that_the_table_has(
    case: str, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(case)
    figure = margin_pictures.draw_surface_map(made)
    bar = figure.axes[1]
    shown = [float(t.get_text().rstrip(" %").replace("< 1", "0.5")) for t in bar.texts[:5]]
    assert sum(shown) == pytest.approx(100.0, abs=3.0)
    under = made.margin.whole.under
    assert shown[0] == pytest.approx(100.0 * under["0"], abs=0.6)
    assert sum(shown[:3]) == pytest.approx(100.0 * under["5"], abs=1.6)


def test_the_map_is_true_to_area(short: follow_up.FollowUp) -> None:
    image = margin_pictures.draw_surface_map(short).axes[0].images[0].get_array()
    assert image is not None
    assert float((np.asarray(image) < 0.0).mean()) == pytest.approx(
        short.margin.whole.under["0"], abs=0.04
    )


def test_the_same_margin_draws_the_same_bytes(capsular: follow_up.FollowUp) -> None:
    for draw in (margin_pictures.draw_surface_map, margin_pictures.draw_thinnest_plane):
        assert pictures.to_png(draw(capsular)) == pictures.to_png(draw(capsular))


def test_the_print_holds_what_the_page_says_and_is_the_same_twice(
    capsular: follow_up.FollowUp, tmp_path: Path
) -> None:
    asked = replace(capsular.asked, target='#panic("typst") $x$ <b>_1_')
    for name in ("one", "two"):
        reports.write(tmp_path / name, replace(capsular, asked=asked), command="seldinger margin")
    prints = [(tmp_path / name / reports.PRINTED).read_bytes() for name in ("one", "two")]
    assert prints[0] == prints[1]
    assert prints[0].startswith(b"%PDF-")
    # Pages without their pictures would be a tenth of it.
    assert (
        len(prints[0])
        > sum(p.stat().st_size for p in (tmp_path / "one" / "pictures").iterdir()) // 4
    )
