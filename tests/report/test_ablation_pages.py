"""The report of an ablation: answer first, unknown as unknown, colours where they belong."""

from __future__ import annotations

from dataclasses import asdict, replace
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from tests.ablated import changed, fields, figures, parts, refilled
from tests.report.ablation_phantom import LONG, TIPS, TUMOUR_MM, ablated, ball_effect
from tests.report.phantom import AIM, renamed

from seldinger import evidence, report
from seldinger.core.quantity import Spread
from seldinger.core.space import unit
from seldinger.plan import file, model
from seldinger.report import (
    ablation,
    ablation_charts,
    ablation_figures,
    ablation_map,
    drawings,
    html,
    pages,
    pdf,
    zone_files,
)
from seldinger.report.blocks import Cards, Heading, Note
from seldinger.report.margin_pictures import CLASSES
from seldinger.report.planes import along_needle_and_point
from seldinger.report.sections import effect as told_effect
from seldinger.report.sections import placements, structures, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from seldinger.report.blocks import Card, Row, Table


@pytest.fixture(scope="module")
def heated(plan: model.Plan) -> model.Plan:
    return ablated(plan)


@pytest.fixture(scope="module")
def written(heated: model.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("ablation") / "out"
    report.write(out, heated, command="seldinger plan ablation")
    return out


@pytest.fixture(scope="module")
def uncovered(heated: model.Plan) -> model.Plan:
    """Nothing that was tried covers the tumour."""
    unsuitable = model.Verdict(model.PlanStatus.UNSUITABLE, ("No arrangement covers the tumour.",))
    return changed(
        replace(heated, verdict=unsuitable),
        coverage=0.621,
        coverage_target=0.834,
        coverage_probability=0.0,
        minimal_margin_mm=Spread(-6.2, -9.0, -6.0, -3.1),
        subcapsular_margin_mm=None,
    )


def at_risk(plan: model.Plan) -> Table:
    return structures.build_at_risk(plan, figures(plan))


def cards(plan: model.Plan) -> tuple[Card, ...]:
    (_, found) = placements.build_recipes(plan)
    assert isinstance(found, Cards)
    return found.cards


def row(table: Table, first: str) -> Row:
    return next(r for r in table.rows if r.cells[0] == first)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list | tuple):
        for v in value:
            yield from strings(v)


def pixels(figure: Figure) -> NDArray[np.float64]:
    """What a person sees, (rows, columns, 3), row 0 at the top."""
    stream = BytesIO()
    figure.savefig(stream, format="png")
    stream.seek(0)
    return np.asarray(imread(stream), dtype=np.float64)[..., :3]


def told(plan: model.Plan, written: Path) -> str:
    """The page of ``plan``, with pictures of another; it can be typeset, and its hero be drawn."""
    view = pages.build_report(plan, None)
    pictures = {p.file: (written / p.file).read_bytes() for p in view.figures}
    assert pdf.print_document(view, written, "report.pdf").startswith(b"%PDF")
    assert ablation_figures.draw_zone(plan).axes
    return html.render_document(view, pictures)


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_a_plan_without_a_prediction_has_no_such_section(plan: model.Plan) -> None:
    headings = {b.text for b in pages.build_report(plan, None).blocks if isinstance(b, Heading)}
    assert not headings & {"Probes", "Organs at risk", "Recipe of each probe for the CT room"}


def test_everything_is_there(written: Path) -> None:
    assert set(files(written)) == {
        ".seldinger", "plan.json", "report.html", "report.pdf", "needle.mrk.json",
        "fhir.json", "sheet.html", "sheet.pdf",
        "zone.nii.gz", "edge_distance.nii.gz", "kill_probability.nii.gz",
        "temperature.nii.gz", "zone.dcm",
        "pictures/hero.png", "pictures/margin-map.png", "pictures/temperature.png",
        "pictures/uncertainty.png", "pictures/probe-1.png", "pictures/probe-1-axial.png",
        "pictures/probe-2.png", "pictures/probe-2-axial.png", "pictures/skin.png",
        "pictures/path-2.png", "pictures/path-3.png", "pictures/path-4.png",
    }  # fmt: skip
    read = file.from_json((written / "plan.json").read_text())
    assert read.effect is not None
    assert read.effect.dominant == "probe placement"
    assert [p.tip_lps_mm for p in read.placements] == list(TIPS)


def test_every_picture_of_the_view_is_drawn_and_no_other(heated: model.Plan) -> None:
    for plan in (heated, ablated(heated, cold=True), replace(heated, effect=None)):
        drawn = {f"pictures/{name}.png" for name, _ in drawings.list_drawings(plan)}
        assert drawn == {p.file for p in pages.build_report(plan, None).figures}


def test_the_same_plan_gives_the_same_bytes(
    written: Path, heated: model.Plan, tmp_path: Path
) -> None:
    report.write(tmp_path / "again", heated, command="seldinger plan ablation")
    again, first = files(tmp_path / "again"), files(written)
    assert {n for n in first if first[n] != again[n]} == set()


def test_the_numbers_that_matter_come_first(heated: model.Plan) -> None:
    rows = verdict.build_numbers(heated)
    median = figures(heated).minimal_margin_mm.p50
    assert [r.cells[1] for r in rows] == [
        f"{median:.1f} mm (-0.6 to 6.2 mm)",
        "0.92",
        "97 %",
        "19 mL",
    ]
    assert rows[0].cells[2] == "median (5 to 95 %); 5 mm asked"
    assert rows[0].tone == "warn"


def test_almost_whole_is_never_called_whole() -> None:
    assert [ablation.format_cover(s) for s in (1.0, 0.9999, 0.97, 0.001, 0.0)] == [
        "100 %", "> 99 %", "97 %", "< 1 %", "0 %",
    ]  # fmt: skip


def test_unsuitable_is_said_with_the_best_cover(uncovered: model.Plan) -> None:
    numbers = verdict.build_numbers(uncovered)
    box = told_effect.build_picture(uncovered)[-1]
    assert isinstance(box, Note)
    assert box.text.startswith(
        "Best cover found: 62 % of target plus margin, 83 % of the target; "
        "minimal ablative margin -6.2 mm (tumour is left)."
    )
    assert numbers[0].tone == numbers[2].tone == "bad"
    assert numbers[1].cells[1] == "< 0.01"
    spread = told_effect.build_certainty(figures(uncovered))
    assert row(spread, "Minimal ablative margin, under the capsule").cells[1] == "no such part"


def test_a_plan_that_may_go_on_has_no_best_cover(heated: model.Plan) -> None:
    assert not [block for block in told_effect.build_picture(heated) if isinstance(block, Note)]


def test_structures_are_kept_not_kept_or_unknown(heated: model.Plan) -> None:
    table = at_risk(heated)
    said = [(r.cells[0], r.cells[4], r.tone) for r in table.rows]
    assert said == [
        (LONG.replace("_", " "), "NOT KEPT", "bad"),
        ("portal vein", "unknown", "warn"),
        ("gallbladder", "unknown", "warn"),
        ("diaphragm", "kept", "good"),
        ("colon", "kept", "good"),
    ]
    assert table.rows[0].cells[1] == "reached"
    assert row(table, "gallbladder").cells[1:4] == (
        "unknown: not segmented", "unknown", "10 mm, 45 °C",
    )  # fmt: skip
    assert row(table, "portal vein").cells[3] == "no limit known"
    assert row(table, "portal vein").cells[5] == "unknown"


def test_no_structure_to_spare_is_not_called_safe(heated: model.Plan) -> None:
    bare = changed(heated, at_risk=())
    assert "unknown" in at_risk(bare).empty


def test_the_chosen_alternative_is_strong(heated: model.Plan) -> None:
    strong = [r for r in told_effect.build_options(figures(heated)).rows if r.tone == "strong"]
    assert [r.cells[:2] for r in strong] == [("microwave", "2 × mw-14g")]
    assert strong[0].cells[-1].startswith("CHOSEN")
    assert "even tissue without vessels" in told_effect.build_options(figures(heated)).note


def test_every_probe_has_a_row_and_a_recipe(heated: model.Plan) -> None:
    rows = placements.build_probes(heated).rows
    assert [r.cells[0] for r in rows] == ["1", "2"]
    assert rows[1].cells[3:] == (
        "-36, 9, -7", "64 mm", "6°, hub to feet", "36°, hub to right", "60 W", "10 min",
    )  # fmt: skip
    facts = {r.cells[0]: r.cells[1] for r in cards(heated)[1].facts}
    assert facts["entry slice"] == "z -14.0 mm; from the tip's slice: 7.0 mm towards the feet"
    assert facts["programme"] == "heat 60 W, 10 min"


def test_cold_is_told_as_cold(plan: model.Plan) -> None:
    frozen = ablated(plan, cold=True)
    facts = {r.cells[0]: r.cells[1] for r in cards(frozen)[0].facts}
    assert facts["programme"] == (
        "freeze -140 °C, 10 min; thaw (passive), 8 min; freeze -140 °C, 10 min"
    )
    assert at_risk(frozen).head[2] == "Coldest"
    table = told_effect.build_plausibility(frozen, figures(frozen))
    assert row(table, "Visible ice").cells[1] == "37.3 mL"
    assert row(table, "Published").tone == "warn"


def test_a_probe_in_a_position_that_was_not_scanned_is_stamped(heated: model.Plan) -> None:
    first, second, *others = heated.approach.paths
    turned = replace(second, provisional=True, patient_position="prone")
    approach = replace(heated.approach, paths=(first, turned, *others))
    stamp = verdict.first_warning(replace(heated, approach=approach))
    assert stamp.startswith("RESCAN FIRST")
    assert "prone" in stamp


def test_both_modes_and_what_was_published_are_printed(heated: model.Plan) -> None:
    table = told_effect.build_plausibility(heated, figures(heated))
    assert row(table, "Zone, physiological").cells[1] == "19.1 mL, 38 × 32 × 30 mm"
    assert row(table, "Zone, chart-calibrated").cells[1] == "24.6 mL (+29 %)"
    assert row(table, "Zone by energy").cells[1] == "0.27 mL/kJ"
    assert row(table, "Compared").cells[2] == "key-2020"
    facts = [f for f in evidence.facts() if f.id.startswith("ablation.energy.microwave")]
    told = [r.cells[1] for r in table.rows if r.cells[0] == "Published"]
    assert len(told) == len(facts)
    assert all(t.startswith(f.statement) for t, f in zip(told, facts, strict=True))


def test_without_fields_the_words_remain(heated: model.Plan, written: Path, tmp_path: Path) -> None:
    bare = replace(heated, fields=None)
    zone_files.write(tmp_path, bare)
    assert files(tmp_path) == {}
    page = told(bare, written)
    assert "The zone is not drawn" in page
    assert "NOT KEPT" in page


def test_an_effect_of_nothing_is_still_a_report(heated: model.Plan, tmp_path: Path) -> None:
    effect = fields(heated)
    nothing = refilled(
        heated,
        zone=np.zeros_like(effect.zone),
        kill_probability=np.zeros_like(effect.kill_probability),
        curves_c={},
        surface_lps_mm=np.zeros((0, 3)),
        surface_margin_mm=np.zeros(0),
        subcapsular=np.zeros(0, dtype=bool),
        margins_mm=np.zeros(0),
    )
    bare = changed(nothing, variance={}, options=())
    report.write(tmp_path / "out", bare)
    assert {"zone.dcm", "pictures/hero.png"} <= set(files(tmp_path / "out"))
    page = (tmp_path / "out" / "report.html").read_text()
    assert "No alternative was estimated." in page


def test_without_a_probe_there_is_still_a_report(uncovered: model.Plan, written: Path) -> None:
    bare = replace(
        uncovered,
        placements=(),
        approach=replace(uncovered.approach, paths=()),
    )
    page = told(bare, written)
    assert "No probe could be placed." in page
    assert "The probes below" not in page


def test_the_terminal_gets_the_answer_in_lines(uncovered: model.Plan, plan: model.Plan) -> None:
    said = ablation.summarize(uncovered)
    assert said[0].startswith("Best cover found")
    assert any("5 mm asked" in line for line in said)
    assert any(line.startswith("probe 2: ") for line in said)
    assert "gallbladder: unknown, unknown: not segmented" in said
    assert not any(line.startswith("colon") for line in said)
    assert ablation.summarize(plan) == ()


def test_the_page_is_whole_and_needs_nothing_but_itself(written: Path, heated: model.Plan) -> None:
    page = (written / "report.html").read_text()
    opened: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in {"meta", "img", "br"}:
                opened.append(tag)
            assert all(v is None or not v.startswith("http") for k, v in attrs if k == "src")

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Tags().feed(page)
    assert opened == []
    view = pages.build_report(heated, None)
    assert page.count('src="data:image/png;base64,') == len(view.figures)
    for heading in ("Probes", "Alternatives: probes by modality", "Organs at risk", "Views"):
        assert f"<h2>{heading}</h2>" in page


def test_labels_that_look_like_code_stay_text(heated: model.Plan, written: Path) -> None:
    panic = '#panic("x") *bold* $1$ <script>alert(1)</script>'
    odd = renamed(heated, panic)
    one = replace(figures(odd).at_risk[0], structure=panic, protection=panic)
    odd = changed(odd, at_risk=(one,), notes=(panic,))
    view = pages.build_report(odd, panic)
    assert panic in "\n".join(strings(asdict(view)))
    assert pdf.print_document(view, written, "report.pdf").startswith(b"%PDF")
    page = (written / "report.html").read_text()
    assert "<script" not in page


# ------------------------------------------------------------------------------------- margin map


@pytest.mark.parametrize("shift", [(6.0, 0.0, 0.0), (0.0, -7.0, 0.0), (0.0, 3.0, -6.0)])
def test_the_map_shows_the_margin_of_a_shifted_ball(shift: tuple[float, float, float]) -> None:
    effect = ball_effect(15.0, shift)
    for front in (True, False):
        looks, inside = ablation_map.disc_directions(front=front)
        exact = 15.0 - np.linalg.norm(TUMOUR_MM * looks - np.array(shift), axis=-1)
        found = ablation_map.project_to_disc(effect, effect.surface_margin_mm, front=front)
        assert np.isnan(found[~inside]).all()
        # The least of three neighbours: never thicker than it is by more than a point's spacing.
        assert np.abs(found - exact)[inside].max() < 0.9
        assert (found - exact)[inside].max() < 0.5


def test_the_map_has_the_right_colours_on_the_right_side() -> None:
    # 8 mm towards the patient's left: the margin is 14 mm there and -2 mm on the right.
    figure = ablation_map.draw_margin_map(ball_effect(15.0, (8.0, 0.0, 0.0)))
    shown = pixels(figure)
    rows, columns = shown.shape[:2]

    def share(colour: str, side: slice) -> float:
        # The upper disc is the front: the patient's right on the left, as on a slice.
        part = shown[: int(0.42 * rows), side]
        return float((np.abs(part - np.array(to_rgb(colour))).max(axis=-1) < 0.02).mean())

    left, right = slice(0, columns // 2), slice(columns // 2, columns)
    thin, thick = CLASSES[0], CLASSES[-1]
    assert share(thin, left) > 0.02
    assert share(thin, right) == 0.0
    assert share(thick, right) > 0.05
    assert share(thick, left) == 0.0


def test_shares_of_the_surface_are_those_of_the_ball() -> None:
    effect = ball_effect(20.0, (0.0, 0.0, 0.0))
    assert ablation_map.surface_shares(effect) == (0.0, 0.0, 0.0, 0.0, 1.0)
    shifted = ball_effect(15.0, (0.0, 0.0, 8.0))
    # Along the shift u, the margin is 15 - sqrt(81 + 64 - 144 u): below 0 where u < -5/9. On a
    # sphere u is spread evenly from -1 to 1.
    assert ablation_map.surface_shares(shifted)[0] == pytest.approx(
        (1.0 - 5.0 / 9.0) / 2.0, abs=0.002
    )


def test_equal_areas_of_the_map_are_equal_areas_of_the_surface() -> None:
    looks, inside = ablation_map.disc_directions(front=True)
    # On a sphere the height above a plane through its middle is spread evenly.
    height = -looks[..., 1][inside]
    assert np.histogram(height, bins=4, range=(0.0, 1.0))[0] / inside.sum() == pytest.approx(
        0.25, abs=0.01
    )


def test_a_direction_stands_where_its_pixel_is() -> None:
    for front in (True, False):
        looks, inside = ablation_map.disc_directions(front=front)
        for r, c in ((120, 120), (60, 100), (200, 160), (120, 30)):
            assert inside[r, c]
            place = ablation_map.place_on_disc(looks[r, c], front=front)
            assert place == pytest.approx((c / 120.0 - 1.0, r / 120.0 - 1.0), abs=1e-9)
            assert ablation_map.place_on_disc(looks[r, c], front=not front) is None or (
                abs(looks[r, c][1]) < 1e-9
            )


def test_the_ring_marks_the_thinnest_place_away_from_the_capsule() -> None:
    effect = ball_effect(15.0, (4.0, 0.0, 0.0))
    right = effect.surface_lps_mm[:, 0] - AIM[0] < -7.0
    marked = ablation_map.find_thinnest(replace(effect, subcapsular=right))
    assert not right[marked]
    assert effect.surface_margin_mm[marked] == effect.surface_margin_mm[~right].min()
    everywhere = np.ones_like(right)
    assert ablation_map.find_thinnest(replace(effect, subcapsular=everywhere)) == int(
        effect.surface_margin_mm.argmin()
    )


# ------------------------------------------------------------------------------ planes and charts


def test_the_plane_holds_the_first_probe_and_the_middle(heated: model.Plan) -> None:
    entry, tip = (np.array(point) for point in heated.placements[0].points_lps_mm)
    across, up = along_needle_and_point(entry, tip, np.array(AIM))
    normal = np.cross(across, up)
    assert abs((entry - tip) @ normal) < 1e-9
    assert abs((np.array(AIM) - tip) @ normal) < 1e-9
    assert abs(across @ up) < 1e-12
    # A point on the needle names no plane: the one closest to the axial is taken.
    across, up = along_needle_and_point(entry, tip, tip + 3.0 * unit(entry - tip))
    assert abs((entry - tip) @ np.cross(across, up)) < 1e-9


def test_the_hero_shows_probe_target_zone_and_ice_in_their_colours(plan: model.Plan) -> None:
    figure = ablation_figures.draw_zone(ablated(plan, cold=True))
    shown = pixels(figure)
    picture = shown[: int(0.85 * shown.shape[0])]
    for colour in ("#fff04d", "#ff5fd2", "#ffffff", "#6fe3ff"):
        near = np.abs(picture - np.array(to_rgb(colour))).max(axis=-1) < 0.02
        assert near.sum() > 150


def test_the_axial_slices_show_what_dies_around_the_target(heated: model.Plan) -> None:
    effect = fields(heated)
    nothing = refilled(
        heated,
        zone=np.zeros_like(effect.zone),
        kill_probability=np.zeros_like(effect.kill_probability),
    )
    drawn = pixels(ablation_figures.draw_axial(heated, 1))
    plain = pixels(ablation_figures.draw_axial(nothing, 1))
    half = drawn.shape[1] // 2
    for side in (slice(None, half), slice(half, None)):
        white = (np.abs(drawn[:, side] - 1.0).max(axis=-1) < 0.02).sum()
        before = (np.abs(plain[:, side] - 1.0).max(axis=-1) < 0.02).sum()
        assert white > before + 150
        pink = np.abs(drawn[:, side] - np.array(to_rgb("#ff5fd2"))).max(axis=-1) < 0.02
        assert pink.sum() > 50
    shown = pages.build_report(heated, None).figures
    (caption,) = (p.caption for p in shown if p.file == "pictures/probe-1-axial.png")
    assert "white: ablation zone" in caption


def test_the_curves_nearest_to_their_limits_are_drawn(heated: model.Plan) -> None:
    expected, effect = parts(heated)
    assert ablation_charts.choose_curves(expected, effect) == (
        LONG, "diaphragm", "colon", "portal_vein",
    )  # fmt: skip
    many = {f"structure_{n}": effect.times_s * 0.0 for n in range(20)}
    crowded = replace(effect, curves_c={**many, **effect.curves_c})
    shown = ablation_charts.choose_curves(expected, crowded)
    assert len(shown) == ablation_charts.MOST_CURVES
    assert shown[:3] == (LONG, "diaphragm", "colon")
    charts = told_effect.build_charts(refilled(heated, curves_c=crowded.curves_c), expected)
    assert "Not drawn, further from their limits: 18." in charts[0].caption
