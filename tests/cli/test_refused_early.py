"""What can be known to be wrong is refused before any image is read: the image here is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from seldinger.cli import terminal
from seldinger.cli.app import app
from seldinger.core.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"liver": 1, "livertumor1": 2, "livertumor2": 3, "portalvein": 4}
NOT_READ = "ct.nii.gz"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "ct.nii.gz").write_bytes(b"this is no image")
    (tmp_path / "labels.nii.gz").write_bytes(b"neither is this")
    (tmp_path / "key.json").write_text(json.dumps(KEY), encoding="utf-8")
    (tmp_path / "a-file").write_text("in the way", encoding="utf-8")
    return tmp_path


def asked(files: Path, words: str) -> Result:
    """A request; an option in ``words`` replaces the usual one, "~" is a space in a word."""
    given = [w.replace("~", " ") for w in words.replace("HERE", str(files)).split()]
    procedure, *rest = given if not given[0].startswith("--") else ["biopsy", *given]
    usual = {
        "--ct": str(files / "ct.nii.gz"),
        "--labels": str(files / "labels.nii.gz"),
        "--label-key": str(files / "key.json"),
        "--target": "livertumor1",
        "--out": str(files / "out"),
    }
    kept = [w for option, value in usual.items() if option not in rest for w in (option, value)]
    return CliRunner().invoke(app, ["plan", procedure, *kept, *rest])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--target Livre", "no target is called 'Livre'; closest: liver"),
        ("--target livertumor3", "closest: livertumor"),
        ("--target livrtumor1#2", "closest: livertumor1"),
        ("--target spleen", "no target is called 'spleen'"),
        ("--organ livr", "no structure is called 'livr'; closest: liver"),
        ("--device ultracore-18", "no device is called"),
        ("--device emprint", "no device is called"),
        ("ablation --device emprnt", "no applicator is called"),
        ("drainage --device guidewire-035", "device"),
        ("--relax foo", "no rule is called 'foo'"),
        ("--relax spleen", "no rule is called 'spleen'"),
        ("--relax depth", "stays closed"),
        ("--assume foo=1", "no assumption is called 'foo'"),
        ("--assume gantry_bore_mm=7", "lies outside 600 to 850"),
        ("--assume skin_mm=70", "lies outside 1.5 to 5 mm"),
        ("--answer foo=yes", "asks no question 'foo'"),
        ("--technique by-hand", "no needle technique"),
        ("--lateral-error-mm 99", "not between 0 and 30"),
        ("--diameter-mm 0 --target-lps 1,2,3", "--diameter-mm"),
        ("--voxel-mm 50", "voxel_mm is 50"),
        ("--vocabulary ircad", "no vocabulary is called 'ircad'"),
        ("--labels HERE/gone.nii.gz", "there is nothing at"),
        ("--label-key HERE/gone.json", "cannot be read"),
        ("--other HERE/gone~power=1", "give PATH and at least one of role=anatomical|functional|"),
        ("--other HERE/gone~role=after", "there is nothing at"),
        ("--target-mask HERE/gone.nii.gz", "there is no file at"),
        ("--out HERE/a-file/out", "cannot write"),
        ("--probe 1~power=60", "biopsy takes no AblationOptions: leave them out"),
    ],
)
def test_a_mistake_is_refused_before_the_image_is_read(files: Path, words: str, said: str) -> None:
    result = asked(files, words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert NOT_READ not in result.stderr
    assert not (files / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        "--target livertumor2#2",
        "--target liver",
        "--target-lps 1,2,3 --diameter-mm 9 --organ liver",
        "--relax tilt",
        "--assume skin_mm=2 --assume gantry_bore_mm=800",
        "--target LiverTumour_1#1",
    ],
)
def test_what_may_be_right_waits_for_the_image(files: Path, words: str) -> None:
    assert NOT_READ in asked(files, words).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--target livertumor9", "closest of its 4 labels"),
        ("--zone zone", "scan after is called 'zone'"),
        ("--organ spleen", "'spleen'"),
        ("--assume foo=1", "no assumption is called 'foo'"),
        ("--after-labels HERE/gone.nii.gz", "there is nothing at"),
        ("--out HERE/a-file/out", "cannot write"),
    ],
)
def test_a_margin_is_refused_before_its_images_are_read(files: Path, words: str, said: str) -> None:
    rest = words.replace("HERE", str(files)).split()
    usual = {"--target": "livertumor1", "--zone": "livertumor2", "--out": str(files / "out")}
    for when in ("before", "after"):
        usual[f"--{when}"] = str(files / "ct.nii.gz")
        usual[f"--{when}-labels"] = str(files / "labels.nii.gz")
        usual[f"--{when}-key"] = str(files / "key.json")
    kept = [w for option, value in usual.items() if option not in rest for w in (option, value)]
    result = CliRunner().invoke(app, ["margin", *kept, *rest])
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert NOT_READ not in result.stderr


def test_a_pipe_gets_a_line_for_every_long_step(capsys: pytest.CaptureFixture[str]) -> None:
    at = iter([0.0, 0.5, 1.0, 3.5, 4.0, 9.0, 9.5, 30.0, 31.0])
    tell = terminal.line_by_line(2.0, lambda: next(at))
    for what in ("reading", "body", "skin", "skin", "paths", "paths", "heat", "heat"):
        tell(what, 0.5)
    out, err = capsys.readouterr()
    assert not out
    assert [line.rpartition(": ")[2] for line in err.splitlines()] == ["skin", "paths", "heat"]
    assert err.startswith("seldinger: 4 s, 50 %: skin")


def test_nothing_stands_before_an_answer_for_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress_bar(quiet=True) as tell:
        tell("reading", 0.1)
    assert capsys.readouterr() == ("", "")
    with terminal.progress_bar() as tell:
        assert tell is not silent
