"""`seldinger vessels` from files on disk: what is told and written, and what is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter
from tests import bifurcation as body
from tests.image.phantoms import write_key, write_nifti
from typer.testing import CliRunner, Result

from seldinger.cli.app import app
from seldinger.image.curve_files import load_tree
from seldinger.report import vessel_file

if TYPE_CHECKING:
    from pathlib import Path

VESSELS = [w for name in (body.AORTA, body.RIGHT, body.LEFT) for w in ("--vessel", name)]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["vessels", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("vessels")
    labels = body.labels()
    write_nifti(place / "labels.nii.gz", labels.layers[0], labels.grid)
    write_nifti(place / "ct.nii.gz", body.scan(calcium=True).values, labels.grid)
    write_key(place / "key.json", {entry.name: entry.value for entry in labels.entries})
    return place


def given(files: Path) -> list[object]:
    return ["--labels", files / "labels.nii.gz", "--label-key", files / "key.json"]


def test_lines_figures_and_a_picture_are_written(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    route = ("--route", "Iliac artery right", "AORTA")
    done = run(*given(files), "--ct", files / "ct.nii.gz", *VESSELS, *route, "--out", out)
    assert done.exit_code == 0, done.output
    assert "3 branches" in done.output
    assert "route through iliac_artery_right" in done.output
    assert "% of diameter" in done.output
    assert "1100 HU" in done.output
    found = json.loads((out / "vessels.json").read_text(encoding="utf-8"))
    assert {branch["name"] for branch in found["branches"]} == {body.AORTA, body.RIGHT, body.LEFT}
    for name in ("tree.vtp", "tree.mrk.json", "tree.swc"):
        tree = load_tree(out / name).tree
        assert sorted(edge.name for edge in tree.edges) == sorted(
            (body.AORTA, body.RIGHT, body.LEFT)
        )
        assert tree.degree.max() == 3
    assert (out / "vessels.png").read_bytes().startswith(b"\x89PNG")


def test_labels_alone_are_enough_and_say_nothing_of_calcium(files: Path) -> None:
    done = run(*given(files), *VESSELS, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    (one,) = (n for branch in found["branches"] for n in branch["narrowings"])
    assert one["notes"] == []
    assert [i["role"] for i in found["provenance"]["inputs"]] == ["labels", "label-key"]
    assert run(*given(files), *VESSELS, "--json").stdout == done.stdout


def test_the_file_fits_the_published_schema(files: Path) -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema", "vessels"]).stdout)
    written = run(*given(files), *VESSELS, "--vessel", body.STRAY, "--json").stdout
    found = json.loads(written)
    assert set(schema["required"]) == set(schema["properties"]) == set(found)
    assert len(found["unreached"]) == 2
    strict: Any = TypeAdapter(vessel_file.VesselFile)
    assert json.loads(json.dumps(asdict(strict.validate_json(written, strict=True)))) == found


def test_names_and_root_are_the_users(files: Path) -> None:
    groin = ",".join(f"{x:g}" for x in body.grid().to_lps(body.GROIN_RIGHT))
    done = run(*given(files), *VESSELS, "--root", groin, "--rename", "aorta=trunk", "--json")
    found = json.loads(done.stdout)
    assert found["root"]["vessel"] == body.RIGHT
    assert "trunk" in {branch["name"] for branch in found["branches"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--vessel aorta", "nowhere to put the answer"),
        ("--vessel aort --json", "did you mean 'aorta'"),
        ("--vessel aorta --root here --json", "give L,P,S"),
        ("--vessel aorta --root 900,0,0 --json", "nearest end of a vessel"),
        ("--vessel aorta --rename trunk --json", "give OLD=NEW"),
        ("--vessel aorta --rename 9=trunk --json", "edges are 0 to 0"),
        ("--vessel aorta --assume dense_hu=3 --json", "allowed are 400 to 1200"),
        ("--vessel aorta --modality CT --json", "belong to --ct"),
        ("--vessel aorta --out HERE/key.json", "is a file"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(files: Path, words: str, said: str) -> None:
    before = sorted(files.iterdir())
    done = run(*given(files), *words.replace("HERE", str(files)).split())
    assert done.exit_code == 2, done.output
    assert said in " ".join(done.stderr.split())
    assert sorted(files.iterdir()) == before
