"""A stranger's distribution, installed from outside: one page, no file of ours edited."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "inject"
MOST_LINES = 150
PROGRAM = """
import json, sys
from pathlib import Path
import seldinger as sd
from inject import InjectOptions
from seldinger.plan import load_procedures

found = load_procedures()
(made,) = sd.testing.check_procedure("inject", 5.0)
page = sd.report.write(Path(sys.argv[1]), made)
changed = sd.plan.propose(
    "inject", made.anatomy, made.target.label,
    settings=sd.plan.Settings(assume={"inject_ml": 8.0}),
)
chosen = sd.plan.propose(
    "inject", made.anatomy, made.target.label,
    settings=sd.plan.Settings(options=(InjectOptions(volume_ml=16.0),)),
)
print(json.dumps({
    "volume_ml": [p.request.options.get("volume_ml") for p in (made, chosen)],
    "names": sorted(found), "broken": sorted(found.broken), "status": made.verdict.status.value,
    "sphere_mm": [p.treatment.settings["sphere_mm"] for p in (made, changed, chosen)],
    "missing_pages": [f.id for f in made.findings if f.id.startswith("no-")],
    "outcomes": made.outlook is not None and made.outlook.title,
    "device": sd.catalogue.device("inject-22g").name,
    "effect": made.effect.measure("sphere-diameter").nominal,
    "page": page.read_text("utf-8"), "gates": len(made.gates),
    "files": sorted(f.name for f in Path(sys.argv[1]).iterdir()),
}))
"""

COMMANDS = """
import json, sys
from typer.testing import CliRunner
from seldinger.cli.app import app

done = [CliRunner().invoke(app, words) for words in json.loads(sys.argv[1])]
print(json.dumps([[one.exit_code, one.stdout, one.stderr] for one in done]))
"""
"""Command lines, one after the other: what each ends with and says."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the distribution is installed, beside one that cannot be imported."""
    place = tmp_path_factory.mktemp("site")
    shutil.copytree(HERE, place, dirs_exist_ok=True)
    (place / "shattered.py").write_text("raise RuntimeError('shattered')\n", encoding="utf-8")
    for name in ("inject", "shattered"):
        told = place / f"{name}-1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
        )
        (told / "entry_points.txt").write_text(
            f"[seldinger.procedures]\n{name} = {name}:PROCEDURE\n"
            f"[seldinger.report_sections]\n{name} = {name}:SECTION\n"
            f"[seldinger.data]\n{name} = {name}_data\n",
            encoding="utf-8",
        )
    return place


def run(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python, with the distribution beside ours."""
    paths = os.pathsep.join((str(site), os.environ.get("PYTHONPATH", "")))
    return subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_one_page() -> None:
    text = (HERE / "inject.py").read_text(encoding="utf-8")
    assert text.count("\n") < MOST_LINES
    imports = [line for line in text.splitlines() if "seldinger" in line and "import" in line]
    assert imports == ["from seldinger.extend import ("]


def test_it_is_planned_examined_and_reported(site: Path, tmp_path: Path) -> None:
    done = run(site, "-c", PROGRAM, str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "inject" in told["names"]
    assert "biopsy" in told["names"]
    assert told["broken"] == ["shattered"]
    assert told["status"] == "unknown"
    assert told["gates"] == 9
    # Four times the fluid, in a sphere: 4 to the third root as wide.
    one, other, chosen = told["sphere_mm"]
    assert other / one == pytest.approx(4.0 ** (1.0 / 3.0), rel=0.01)
    assert one == pytest.approx(26.7, abs=0.1)
    assert chosen / one == pytest.approx(2.0, rel=0.01)
    assert told["volume_ml"] == [None, 16.0]
    # Its device, outcomes, effect, section and leaflet are as good as ours.
    assert told["device"] == "22 G injection needle"
    assert told["outcomes"] == "Fluid in, or not"
    assert told["missing_pages"] == ["no-recovery-page"]
    assert told["effect"] == pytest.approx(26.7, abs=0.1)
    assert "The fluid wets a ball of 27 mm." in told["page"]
    assert "White outline: predicted zone." in told["page"]
    assert {"plan.json", "report.html", "report.pdf", "zone.nii.gz", "zone.dcm"} <= set(
        told["files"]
    )


def test_its_leaflet_is_written(site: Path, tmp_path: Path) -> None:
    done = run(site, "-m", "seldinger", "sheet", "inject", "--out", str(tmp_path / "sheet"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sheet" / "sheet.html").is_file()


def test_its_options_are_a_section_of_a_case_and_of_the_command_line(
    site: Path, tmp_path: Path
) -> None:
    case = tmp_path / "case.toml"
    text = 'procedure = "inject"\nstudy.ct = "x"\ntarget.name = "x"\ninject.volume_ml = -1\n'
    case.write_text(text, encoding="utf-8")
    typed = ("--ct", "x", "--target", "x", "--volume-ml", "-1", "--json")
    lines = [
        ["plan", "--help"], ["schema", "case"], ["plan", str(case), "--json"],
        ["plan", "inject", *typed],
    ]  # fmt: skip
    done = run(site, "-c", COMMANDS, json.dumps(lines))
    assert done.returncode == 0, done.stderr
    shown, schema, of_case, of_line = json.loads(done.stdout)
    assert "Injection: --volume-ml <float> How much is injected." in " ".join(shown[1].split())
    volume = json.loads(schema[1])["$defs"]["InjectOptions"]["properties"]["volume_ml"]
    assert volume["description"] == "how much is injected"
    assert of_case[0] == of_line[0] == 2
    assert "[inject] volume_ml is -1: input should be greater than 0" in of_case[2]
    assert "--volume-ml is -1.0: input should be greater than 0" in of_line[2]


def test_one_that_cannot_be_imported_is_named_and_passed_over(site: Path) -> None:
    done = run(site, "-m", "seldinger", "procedures")
    assert done.returncode == 0, done.stderr
    assert "inject" in done.stdout
    assert "shattered" in done.stdout + done.stderr


def test_a_page_that_takes_a_name_of_ours_is_named_and_left_out(site: Path, tmp_path: Path) -> None:
    for place in site.iterdir():
        if place.is_dir():
            shutil.copytree(place, tmp_path / place.name)
        else:
            shutil.copy(place, tmp_path)
    pages = tmp_path / "inject_data"
    table = pages / "procedures.toml"
    table.write_text(table.read_text("utf-8").replace("procedure.inject]", "procedure.biopsy]"))
    (pages / "facts" / "sources.toml").write_text("[source.tinguely2021]\ntitle = 3\n", "utf-8")
    done = run(tmp_path, "-m", "seldinger", "procedures")
    assert done.returncode == 0, done.stderr
    assert "procedures.toml of inject is left out: biopsy is there already" in done.stderr
    assert "the facts of inject are left out" in done.stderr
    done = run(
        tmp_path, "-c", "import seldinger as sd; print(sd.evidence.source('tinguely2021').year)"
    )
    assert done.stdout.strip() == "2021"
