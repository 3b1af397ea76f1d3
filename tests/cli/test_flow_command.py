"""``seldinger flow``: a table, a change beside what it was, files for the peer, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.physics.flow.zerod_files import bed, forked, straight
from typer.testing import CliRunner, Result

from seldinger.cli.app import app


@pytest.fixture
def fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("fork.json").write_text(json.dumps(forked()), encoding="utf-8")
    Path("straight.json").write_text(json.dumps(straight()), encoding="utf-8")
    return Path("fork.json")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["flow", *words])


@pytest.mark.usefixtures("fork")
def test_a_file_is_solved_in_our_units() -> None:
    shown = run("straight.json", "--units", "cgs", "--steady")
    assert shown.exit_code == 0, shown.stderr
    row = shown.stdout.splitlines()[1].split()
    assert row == ["branch0", "2.7", "0.45", "5"]
    assert "note: vessel branch0: its flow is given at the boundary" in shown.stdout
    assert "the lumen of 1 of 1 vessels is unknown, so nobody can say" in shown.stdout
    told = json.loads(run("straight.json", "--units", "MMHG", "--json").stdout)
    assert told["vessels"][0]["start_mmhg"]["mean"] == pytest.approx(3600.0)
    assert told["state"] == "over time"


@pytest.mark.usefixtures("fork")
def test_a_fast_vessel_is_doubted_when_its_lumen_can_be_told() -> None:
    """An aorta of 3.4 cm2 by its inertance, 260 mL/s: a Reynolds number of 4200."""
    document = straight()
    document["simulation_parameters"] |= {"density": 1.06, "viscosity": 0.04}
    document["vessels"][0] |= {
        "vessel_length": 5.46,
        "zero_d_element_values": {"R_poiseuille": 0.478, "L": 1.7026},
    }
    document["boundary_conditions"][0]["bc_values"]["Q"] = [260.0, 260.0]
    Path("aorta.json").write_text(json.dumps(document), encoding="utf-8")
    shown = run("aorta.json", "--units", "cgs").stdout
    assert "vessel branch0: peak Reynolds number 42" in shown
    assert "a calibrated file has others" in shown


def test_a_change_stands_beside_what_it_was(fork: Path) -> None:
    shown = run(str(fork), "--units", "cgs", "--set", "branch1.R_poiseuille=900")
    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:8]][:2] == ["branch0", "branch1"]
    assert lines[10].split()[:2] == ["branch1", "before"]
    told = json.loads(
        run(str(fork), "--units", "cgs", "--set", "branch1.R_poiseuille=900", "--json").stdout
    )
    (before,) = told["before"]
    after = next(one for one in told["vessels"] if one["name"] == "branch1")
    assert abs(after["flow_ml_per_s"]["mean"]) < abs(before["flow_ml_per_s"]["mean"])


def test_what_is_written_comes_back(fork: Path) -> None:
    words = (str(fork), "--units", "cgs", "--set", "branch1.stenosis_coefficient=0")
    assert run(*words, "--write", "again.json").exit_code == 0
    expected = forked()
    expected["vessels"][1]["zero_d_element_values"]["stenosis_coefficient"] = 0.0
    assert json.loads(Path("again.json").read_text(encoding="utf-8")) == expected


def test_waves_are_written_as_the_peer_writes_them(fork: Path) -> None:
    words = (str(fork), "--units", "cgs", "--march", "--csv", "waves.csv")
    assert run(*words).exit_code == 0
    head, *rows = Path("waves.csv").read_text(encoding="utf-8").splitlines()
    assert head == "name,time,flow_in,flow_out,pressure_in,pressure_out"
    assert len(rows) == 7 * 100
    name, time, *numbers = rows[0].split(",")
    assert name == "branch0"
    assert float(time) == pytest.approx(5 * 0.7)
    assert float(numbers[0]) == pytest.approx(1.1)
    assert 4000.0 < float(numbers[2]) < 7000.0, "pressures are in the file's units"
    assert run(*words).exit_code == 0, "ours may be replaced"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no --units: a file does not say"),
        (("--units", "si"), "--units si: a file does not say"),
        (("--units", "cgs", "--steady", "--march"), "no cycles to march through"),
        (("--units", "cgs", "--set", "branch1=3"), "is not VESSEL.KEY=VALUE"),
        (("--units", "cgs", "--set", "branch1.C=three"), "is not VESSEL.KEY=VALUE"),
        (("--units", "cgs", "--set", "v.C=1", "--set", "v.C=2"), "is given twice"),
        (("--units", "cgs", "--set", "brnach1.C=3"), "did you mean 'branch1'?"),
        (("--units", "cgs", "--set", "branch1.radius=3"), "a vessel has no 'radius'"),
        (("--units", "cgs", "--set", "branch1.C=-3"), "compliance of"),
        (("--units", "cgs", "--write", "fork.json"), "fork.json is there and not ours"),
        (("--units", "cgs", "--csv", "fork.json"), "fork.json is there and not ours"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    fork: Path, words: tuple[str, ...], told: str
) -> None:
    before = sorted(Path().iterdir())
    shown = run(str(fork), *words)
    assert shown.exit_code == 2
    assert told in shown.stderr
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("fork")
def test_an_unknown_element_is_refused_by_its_name() -> None:
    document = straight()
    document["boundary_conditions"][1] = bed("OUT", "ClosedLoopRCR", R=1.0)
    Path("loop.json").write_text(json.dumps(document), encoding="utf-8")
    shown = run("loop.json", "--units", "cgs")
    assert shown.exit_code == 2
    assert "boundary 'OUT' is of type 'ClosedLoopRCR'" in shown.stderr
    assert run("none.json", "--units", "cgs").exit_code == 2
