"""`seldinger dose`: one report, several, a department; what is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot
from typer.testing import CliRunner, Result

from seldinger.cli.app import app
from seldinger.report import dose_form

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["dose", *(str(word) for word in words)])


@pytest.fixture
def report(tmp_path: Path) -> Path:
    made = synthetic.xray([Shot("1.0", "0.02")], synthetic.totals("single", kerma="1.5 Gy"))
    return synthetic.saved(made, tmp_path / "report.dcm")


def test_the_answer_comes_first(report: Path) -> None:
    done = run(report, "--pregnant", "yes")
    assert done.exit_code == 0, done.output
    first, *rest = done.output.splitlines()
    assert first.startswith("follow up; levels of AAPM MPPG 12.a (2022); peak skin dose 1.1")
    assert any("Pregnant: a physicist" in line for line in rest)
    assert any("disagrees: irradiations give 500 mGy less (33 %)" in line for line in rest)


def test_json_is_one_object_with_everything(report: Path) -> None:
    done = run(report, "--json", "--assume", "backscatter=1.3")
    found = json.loads(done.output)
    (one,) = found["reports"]
    assert one["skin"]["how"] == "map"
    assert one["skin"]["low_gy"] < one["skin"]["peak_gy"] < one["skin"]["high_gy"]
    assert {a["name"]: a["value"] for a in one["skin"]["assumptions"]}["backscatter"] == 1.3
    (kerma,) = [t for t in one["totals"] if t["quantity"] == "kerma"]
    assert (kerma["told"], kerma["recomputed"], kerma["agreement"]) == (1.5, 1.0, "disagrees")
    assert all(f["source"] in found["citations"] for f in found["published"])


def test_the_file_fits_the_published_schema(report: Path, tmp_path: Path) -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema", "dose"]).stdout)
    assert schema["title"] == "dose.json"
    scan = synthetic.saved(
        synthetic.ct((("10.0", "300", "113691"),), "300", "1"), tmp_path / "ct.dcm"
    )
    strict: Any = TypeAdapter(dose_form.DoseFile)
    for files in ((report,), (report, scan)):
        written = run(*files, "--json").output
        found = json.loads(written)
        assert set(schema["required"]) == set(schema["properties"]) == set(found)
        read = strict.validate_json(written, strict=True)
        assert json.loads(json.dumps(asdict(read))) == found
    bent = written.replace('"disagrees"', '"sometimes"', 1)
    with pytest.raises(ValidationError, match="agreement"):
        strict.validate_json(bent, strict=True)


def test_the_page_shows_map_levels_sums_and_sources(report: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(report, "--out", out)
    assert done.exit_code == 0, done.output
    names = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert names == {".seldinger", "dose.html", "dose.json", "dose.pdf", "pictures/skin-1.png"}
    page = (out / "dose.html").read_text(encoding="utf-8")
    for word in ("Totals, recomputed", "secondary source, primary not opened", "backscatter"):
        assert word in page
    assert "Doe" not in page
    assert str(tmp_path) not in page
    assert run(report, "--out", out).exit_code == 0  # ours is replaced


def test_several_and_ct_reports_make_a_page_without_a_map(tmp_path: Path, report: Path) -> None:
    scan = synthetic.saved(synthetic.ct((("10", "300", "113691"),), "300", "1"), tmp_path / "c.dcm")
    done = run(scan, "--out", tmp_path / "ct")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("ct dose")
    both = run(report, scan)
    assert "CT reports are left out" in both.output


def test_an_audit_writes_its_rows(tmp_path: Path) -> None:
    folder, rows = tmp_path / "reports", tmp_path / "rows.csv"
    folder.mkdir()
    for number in range(3):
        synthetic.saved(synthetic.xray([Shot()]), folder / f"{number}.dcm")
    (folder / "x.txt").write_text("x")
    done = run("audit", folder, "--procedure", "tace", "--csv", rows)
    assert done.exit_code == 0, done.output
    assert "chemoembolization: 3 of 4 file(s) count" in done.output
    assert "too few cases" in done.output
    assert "does not count: x.txt" in done.output
    assert len(rows.read_text().splitlines()) == 5
    assert run("audit", folder, "--csv", rows).exit_code == 0
    assert len(json.loads(run("audit", folder, "--json").output)["files"]) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{report}", "--policy", "mine"), "no dose policy"),
        (("{report}", "--pregnant", "perhaps"), "yes, no, unknown"),
        (("{report}", "--weight-kg", "0"), "--weight-kg"),
        (("{report}", "--assume", "backscatter"), "NAME=NUMBER"),
        (("{report}", "--assume", "pad_mm=-3"), "above zero"),
        (("{report}", "--procedure", "tace"), "belong to"),
        (("{report}", "--ct-level", "3"), "belongs to --ct"),
        (("{folder}",), "seldinger dose audit"),
        (("{folder}/absent.dcm",), "no such file"),
        (("audit",), "write: seldinger dose audit"),
        (("audit", "{folder}", "--policy", "ncrp168"), "write: seldinger dose audit"),
        (("audit", "{folder}", "--csv", "{report}"), "not ours"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    report: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(*(word.format(report=report, folder=tmp_path) for word in words))
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output
