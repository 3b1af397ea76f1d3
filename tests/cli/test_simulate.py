"""The command ``simulate ablation``: exact answers through it, the same bytes, and its refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seldinger.cli.app import app
from seldinger.core.errors import Cancelled
from seldinger.simulate import ablation

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = """
title = "small"
isotherms_c = [40.0]
[block]
size_mm = [24, 26, 28]
spacing_mm = 2.0
centre_lps_mm = [10, 20, 30]
initial_c = 37.0
edge = "insulated"
[tissue]
density_kg_per_m3 = 1000
heat_capacity_j_per_kg_k = 3600
conductivity_w_per_m_k = 0.5
[perfusion]
mode = "none"
[[source]]
kind = "gaussian"
centre_lps_mm = [10, 20, 34]
sigma_mm = 2.0
power_w = 1.0
seconds = 20
[[law]]
kind = "cem43"
counted_above_c = 38.0
lethal = 1.0
[[point]]
name = "middle"
lps_mm = [10, 20, 34]
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", "ablation", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "small.toml"
    made.write_text(SMALL, encoding="utf-8")
    return made


def test_the_folder_holds_what_the_numbers_say(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(str(file), "--out", str(out))
    assert result.exit_code == 0, result.output
    said = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert said["request"]["title"] == "small"
    assert said["provenance"]["inputs"][0]["name"] == "small.toml"
    assert set(said["files"]) == {"temperature.nii.gz", "peak.nii.gz", "damage-cem43.nii.gz"}
    assert all((out / name).exists() for name in (*said["files"], "picture.png"))
    image: Any = nib.load(out / "peak.nii.gz")
    hot = np.unravel_index(np.argmax(image.get_fdata()), image.shape)
    place = image.affine @ [*hot, 1.0]
    # NIfTI is RAS: L and P change their sign; the hottest cells lie around the source.
    assert np.abs(place[:3] - [-10.0, -20.0, 34.0]).max() <= 1.5
    assert image.get_fdata().max() == pytest.approx(
        max(said["points"][0]["temperature_c"]), abs=5.0
    )
    energy = said["energy"]
    assert abs(energy["missing_j"]) < 1e-4 * energy["absorbed_j"]["source 1"]
    again = run(str(file), "--out", str(out))
    assert again.exit_code == 0


def test_the_same_file_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(str(file), "--out", str(tmp_path / name)).exit_code == 0
    ones = {p.name: p.read_bytes() for p in (tmp_path / "one").iterdir()}
    assert ones == {p.name: p.read_bytes() for p in (tmp_path / "two").iterdir()}


def test_json_alone_prints_the_numbers(file: Path) -> None:
    result = run(str(file), "--json")
    said = json.loads(result.stdout)
    assert said["isotherms"][0]["zone"]["volume_ml"] > 0.1
    assert said["damage"][0]["law"] == "cem43"


def test_the_steady_heated_sphere_is_the_exact_one() -> None:
    said = json.loads(run(str(EXAMPLES / "heated_sphere.toml"), "--json").stdout)
    ends = {point["name"]: point["end_c"] for point in said["points"]}
    # Closed form, from the formula in the file's own comment: 62.586, 59.762 and 37.370 C.
    assert ends["centre"] == pytest.approx(62.586, abs=0.1)
    assert ends["half-way"] == pytest.approx(59.762, abs=0.1)
    assert ends["twice-as-far"] == pytest.approx(37.370, abs=0.03)


def test_the_cold_plane_is_neumanns() -> None:
    said = json.loads(run(str(EXAMPLES / "cold_plane.toml"), "--json").stdout)
    depths = {one["temperature_c"]: one["zone"]["beyond_tip_mm"] for one in said["isotherms"]}
    assert depths[-40.0] == pytest.approx(18.000, abs=0.1)
    assert depths[-20.0] == pytest.approx(22.020, abs=0.15)
    assert depths[-1.0] == pytest.approx(26.103, abs=1.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("power_w = 1.0", "power_w = nan", "power_w is nan"),
        ('mode = "none"', "", "mode is missing; choose one of"),
        ("power_w = 1.0", "powr_w = 1.0", "did you mean 'power_w'"),
        ("seconds = 20", "seconds = 2000", "grid is too small"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    file: Path, tmp_path: Path, old: str, new: str, words: str
) -> None:
    file.write_text(SMALL.replace(old, new), encoding="utf-8")
    result = run(str(file), "--out", str(tmp_path / "out"))
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["small.toml"]


def test_a_folder_that_is_not_ours_is_left_alone(file: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work", encoding="utf-8")
    result = run(str(file), "--out", str(theirs))
    assert result.exit_code == 2
    assert "not ours" in result.stderr
    assert [p.name for p in theirs.iterdir()] == ["thesis.txt"]


def test_nowhere_to_put_the_answer_is_a_mistake(file: Path) -> None:
    assert run(str(file)).exit_code == 2


def test_stopping_leaves_nothing(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise Cancelled("stop")

    monkeypatch.setattr(ablation, "_heated", stopped)
    assert run(str(file), "--out", str(tmp_path / "out")).exit_code == 1
    assert not (tmp_path / "out").exists()
