"""The written folder: complete, self-contained, the same every time, and never code of a label."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report.phantom import renamed

from seldinger import report
from seldinger.core.errors import Cancelled, OutputError, PlanError
from seldinger.plan import file
from seldinger.report import html, pages, pdf, writing

if TYPE_CHECKING:
    from seldinger.plan.model import Plan

SCRIPT = "<script>alert(1)</script>"
PANIC = '#panic("x") *bold* $1$ <b>'


@pytest.fixture(scope="module")
def written(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    assert report.write(out, plan, command="seldinger plan biopsy") == out / "report.html"
    return out


def words(plan: Plan, command: str | None = None) -> str:
    """The page of ``plan`` without its pictures: nothing is drawn or typeset."""
    view = pages.build_report(plan, command)
    return html.render_document(view, dict.fromkeys((figure.file for figure in view.figures), b""))


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_everything_is_there(written: Path) -> None:
    assert set(files(written)) == {
        ".seldinger", "plan.json", "report.html", "report.pdf", "needle.mrk.json",
        "fhir.json", "sheet.html", "sheet.pdf",
        "pictures/hero.png", "pictures/path-2.png", "pictures/path-3.png", "pictures/path-4.png",
        "pictures/axial.png", "pictures/needles-eye.png", "pictures/skin.png",
    }  # fmt: skip
    assert file.from_json((written / "plan.json").read_text()).target.label == "tumour-1"


@pytest.mark.slow  # an ablation, with more pictures and files, is written twice in every run
def test_the_same_plan_gives_the_same_bytes(written: Path, plan: Plan, tmp_path: Path) -> None:
    report.write(tmp_path / "again", plan, command="seldinger plan biopsy")
    again, first = files(tmp_path / "again"), files(written)
    assert {n for n in first if first[n] != again[n]} == set()


def test_the_page_needs_nothing_but_itself(written: Path) -> None:
    page = (written / "report.html").read_text()
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!data:image/png;base64,)', page) == []
    assert "url(" not in page
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert len(pictures) == 7
    assert base64.b64decode(pictures[0]) == (written / "pictures" / "hero.png").read_bytes()


def test_the_page_answers_in_the_order_of_its_reader(written: Path) -> None:
    page = (written / "report.html").read_text()
    order = [
        "UNKNOWN", "Platelets and INR", "data:image/png", "Needle recipe", "Nearest structures",
        "Not segmented", "Other paths", "Views", "Steps", "Complications and bail-out", "Appendix",
        "Findings",
        "Sources", "Provenance",
    ]  # fmt: skip
    body = re.sub(r"base64,[^\"]+", "", page[page.index("<body>") :])
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert body.count("Research and education software, not a medical device.") == 1


def test_the_printed_report_is_short_and_dateless(written: Path) -> None:
    document = (written / "report.pdf").read_bytes()
    assert document.startswith(b"%PDF")
    assert b"CreationDate" not in document


def test_a_label_that_looks_like_a_script_stays_text(plan: Plan, tmp_path: Path) -> None:
    page = words(renamed(plan, SCRIPT), SCRIPT)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    report.write_index(tmp_path, [(renamed(plan, SCRIPT), tmp_path / "out")])
    assert "<script" not in (tmp_path / "index.html").read_text()


def test_a_label_that_looks_like_typst_stays_text(plan: Plan, written: Path) -> None:
    view = pages.build_report(renamed(plan, PANIC), PANIC)
    document = pdf.print_document(view, written, "report.pdf")
    assert document.startswith(b"%PDF")
    # The document's title carries the label as it stands.
    assert b'/Title(Biopsy of #panic("x") *bold* $1$ <b>)' in document


def test_a_template_that_does_not_compile_is_one_clear_error(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"report\.pdf cannot be typeset"):
        pdf.print_document(pages.build_report(plan, None), tmp_path, "report.pdf")


def test_without_a_path_there_is_still_a_report(blocked: Plan, tmp_path: Path) -> None:
    report.write(tmp_path / "out", blocked)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "What blocks" in page
    assert "5100" in page
    assert "Needle recipe" not in page
    assert set(files(tmp_path / "out")) >= {"report.pdf", "pictures/hero.png"}


def test_a_single_path_has_no_others(plan: Plan) -> None:
    alone = replace(plan, approach=replace(plan.approach, paths=plan.approach.paths[:1]))
    assert "No other path was kept." in words(alone)


def test_a_number_that_is_not_finite_leaves_nothing_behind(plan: Plan, tmp_path: Path) -> None:
    broken = replace(plan, target=replace(plan.target, volume_ml=float("nan")))
    with pytest.raises(PlanError, match="volume_ml is nan"):
        report.write(tmp_path / "out", broken)
    assert list(tmp_path.iterdir()) == []


def test_stopping_while_drawing_leaves_nothing_behind(plan: Plan, tmp_path: Path) -> None:
    told: list[float] = []

    def stop(what: str, fraction: float) -> None:
        assert what
        told.append(fraction)
        if len(told) == 3:
            raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled):
        report.write(tmp_path / "out", plan, progress=stop)
    assert told == sorted(told)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_someone_else_is_refused_before_anything_is_drawn(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    monkeypatch.setattr(writing, "_pictures", lambda *_: pytest.fail("drawn"))
    with pytest.raises(OutputError, match="thesis"):
        report.write(tmp_path, plan)


def test_the_index_links_every_plan(
    plan: Plan, blocked: Plan, written: Path, tmp_path: Path
) -> None:
    out = written.parent
    page = report.write_index(out, [(plan, written / "report.html"), (blocked, out / "other")])
    text = page.read_text()
    assert 'href="out/report.html"' in text
    assert 'src="out/pictures/hero.png"' in text
    assert 'href="other/report.html"' in text
    assert "UNSUITABLE" in text
    report.write_index(out, [(plan, written)])
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(OutputError, match="not ours"):
        report.write_index(tmp_path, [(plan, written)])


def test_plan_json_holds_no_place_of_this_machine(written: Path) -> None:
    text = (written / "plan.json").read_text()
    assert str(Path.cwd()) not in text
    assert json.loads(text)["not_segmented"] == ["gallbladder", "pleural recess"]


def test_the_hero_shows_needle_and_target_in_their_colours(written: Path) -> None:
    from matplotlib.image import imread

    shown = np.asarray(imread(written / "pictures" / "hero.png"))[..., :3]
    assert shown.shape[:2] == (690, 1080)
    for colour in ("#fff04d", "#ff5fd2"):
        wanted = np.array([int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)])
        assert (np.abs(shown - wanted).max(axis=-1) < 0.02).sum() > 300
