"""``seldinger devices``: lists, and fits of applicators from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seldinger.catalogue import applicators
from seldinger.cli.app import app

FOLDER = Path(applicators.__file__).with_name("applicators")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["devices", *words])


def assert_refused(result: Result, *said: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, "one line"
    for words in said:
        assert words in result.stderr


def test_applicators_stand_with_the_devices() -> None:
    found = json.loads(run("--json").stdout)
    ids = [one["id"] for one in found]
    assert "emprint" in ids
    assert "core-18g-100-t10" in ids
    assert "emprint" in run().stdout


def test_one_modality_as_a_table_and_as_json() -> None:
    shown = run("microwave").stdout
    assert "emprint" in shown
    assert "not assessable" in shown
    assert "cryo-2-4mm" not in shown
    found = json.loads(run("microwave", "--json").stdout)
    assert {one["modality"] for one in found} == {"microwave"}
    emprint = next(one for one in found if one["id"] == "emprint")
    assert emprint["zones"][0]["width_mm"] == 32.0
    assert emprint["fit"]["numbers"]["efficiency"] > 0.0
    assert all(one["kind"] == "drain" for one in json.loads(run("drain", "--json").stdout))


def test_a_fit_is_printed_with_what_it_misses() -> None:
    shown = run("fit", str(FOLDER / "cryo-2-4mm.toml"))
    assert shown.exit_code == 0
    for words in ("not assessable", "3 probes, 15 min, ice", "33.3", "[fit.numbers]", "wall_c"):
        assert words in shown.stdout


def test_a_fit_as_json() -> None:
    found = json.loads(run("fit", str(FOLDER / "cryo-1-7mm.toml"), "--json").stdout)
    assert found["applicator"] == "cryo-1-7mm"
    assert found["fit"]["assessable"] is False
    assert found["misses"][0]["published_mm"] == 10.1
    none = json.loads(run("fit", str(FOLDER / "cool-tip.toml"), "--json").stdout)
    assert none["fit"] is None
    assert "controller" in none["why"]


def test_a_fit_is_written_on_request_only(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = (FOLDER / "cryo-1-7mm.toml").read_text(encoding="utf-8")
    bare = text[: text.index("[fit]")]
    own.write_text(bare, encoding="utf-8")
    assert run("fit", str(own)).exit_code == 0
    assert own.read_text(encoding="utf-8") == bare
    assert run("fit", str(own), "--write").exit_code == 0
    again, shipped = applicators.read_applicator(own), applicators.applicator("cryo-1-7mm")
    assert again.fit is not None
    assert shipped.fit is not None
    assert again.fit.numbers["wall_c"] == pytest.approx(shipped.fit.numbers["wall_c"], abs=0.5)
    assert list(tmp_path.iterdir()) == [own]


def test_mistakes_are_refused_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("id = [", encoding="utf-8")
    assert_refused(run("fit", str(broken)), "broken.toml", "not TOML")
    broken.write_text('id = "x"\n', encoding="utf-8")
    assert_refused(run("fit", str(broken)), "broken.toml", "modality")
    assert_refused(run("fit", str(tmp_path / "none.toml")), "none.toml", "give the path")
    assert_refused(run("fit"), "FILE")
    assert_refused(run("drain", str(broken)), "fit FILE")
    assert_refused(run("microwave", "--tissue", "liver"), "fit FILE")
    assert_refused(run("microwav"), "microwave")
    table = str(FOLDER / "cryo-1-7mm.toml")
    assert_refused(run("fit", table, "--tissue", "custard"), "custard")
