"""`seldinger territory` from files on disk: what is told and written, and what is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  as its own pages import it
from pydantic import TypeAdapter
from tests.image.phantoms import write_key, write_nifti
from typer.testing import CliRunner, Result

from seldinger.cli.app import app
from seldinger.core.space import Grid
from seldinger.report import supply_file

if TYPE_CHECKING:
    from pathlib import Path

GRID = Grid.aligned((48, 40, 36), 3.0, (-70.0, -60.0, 0.0))
KEY = {"liver": 1, "artery": 2, "livertumor1": 3}


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["territory", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A box of a liver with an artery that forks in it, and a tumour on the right side."""
    place = tmp_path_factory.mktemp("territory")
    x, y, z = np.indices(GRID.shape)
    inside = (np.abs(x - 24) < 22) & (np.abs(y - 20) < 18)
    hu = np.where(inside, 40, -1000).astype(np.int16)
    label = np.zeros(GRID.shape, dtype=np.uint8)
    label[(np.abs(x - 24) < 18) & (np.abs(y - 20) < 12) & (z > 10) & (z < 32)] = 1
    label[(np.hypot(np.hypot(x - 12, y - 20), z - 22) < 4)] = 3
    label[(np.hypot(x - 24, y - 20) < 1.6) & (z < 16)] = 2
    label[(np.abs(z - 15) < 1.6) & (np.abs(y - 20) < 1.6) & (np.abs(x - 24) < 10)] = 2
    hu[label == 1] = 110
    write_nifti(place / "ct.nii.gz", hu, GRID)
    write_nifti(place / "labels.nii.gz", label, GRID)
    write_key(place / "key.json", KEY)
    return place


def given(files: Path) -> list[object]:
    return ["--ct", files / "ct.nii.gz", "--labels", files / "labels.nii.gz",
            "--label-key", files / "key.json", "--voxel-mm", 3]  # fmt: skip


def test_feeders_masks_and_a_picture_are_written(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(*given(files), "--target", "livertumor1", "--at", "-20,0,45", "--out", out)
    assert done.exit_code == 0, done.output
    assert "places from which it can be reached" in done.output
    assert "likely" in done.output
    found = json.loads((out / "territory.json").read_text(encoding="utf-8"))
    assert found["injection"]["target"]["likely"] > 0.9
    assert found["injection"]["organ"]["sure"] < found["injection"]["organ"]["possible"]
    levels, numbers = (
        sitk.GetArrayFromImage(sitk.ReadImage(out / f"{name}.nii.gz"))
        for name in ("injection", "territories")
    )
    assert set(np.unique(levels)) <= {0, 1, 2, 3}
    assert (levels >= 2).sum() * 0.027 == pytest.approx(found["injection"]["volume_ml"])
    assert len(np.unique(numbers)) >= 3, "outside, and both last branches"
    assert (out / "territory.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_files_give_the_same_text_that_fits_the_schema(files: Path) -> None:
    words = (*given(files), "--at", "arteries", "--json")
    text = run(*words).stdout
    assert run(*words).stdout == text
    schema = json.loads(CliRunner().invoke(app, ["schema", "territory"]).stdout)
    found = json.loads(text)
    assert set(schema["required"]) == set(schema["properties"]) == set(found)
    strict: Any = TypeAdapter(supply_file.SupplyFile)
    assert json.loads(json.dumps(asdict(strict.validate_json(text, strict=True)))) == found
    assert found["target"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--at", "left gastric artery"], "no artery is called"),
        (["--at", "500"], "there is no edge 500"),
        (["--at", "300,0,0"], "from any traced artery"),
        (["--organ", "spleen"], "spleen"),
        (["--target", "kidney"], "no target is called"),
        (["--assume", "territory_doubt=3"], "territory_doubt"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(files: Path, words: list[str], told: str) -> None:
    done = run(*given(files), *words, "--json")
    assert done.exit_code == 2
    assert told in done.stderr


def test_an_answer_needs_a_place(files: Path) -> None:
    done = run(*given(files))
    assert done.exit_code == 2
    assert "say --out FOLDER, or --json" in done.stderr
