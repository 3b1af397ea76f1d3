"""Volumes from files and from typed diameters, through the command line; and what is refused."""

from __future__ import annotations

import json
import math
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pytest
from pydantic import TypeAdapter
from tests.image.phantoms import Phantom, seg_dataset, slices_of, write_slices
from tests.volumetry_truth import draw_ellipsoid
from typer.testing import CliRunner, Result

from seldinger import evidence
from seldinger.cli.app import app
from seldinger.core.space import Grid
from seldinger.followup.shrinkage import COHORT_NOTE
from seldinger.report import volumetry_file, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAGE = Path(__file__).parents[2] / "docs/how-to/follow-a-volume.md"
BEFORE_MM, AFTER_MM = (40.0, 35.0, 50.0), (33.0, 30.0, 42.0)
WRITTEN = {".seldinger", "volume.json", "report.html", "report.pdf", "pictures/course.png"}
PROSTATE = "--kind prostate --before-diameters-mm 58 52 61 --after-diameters-mm 49 43 50 --days 183"


def run(given: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["volume", *shlex.split(given), *more])


def answer(given: str) -> dict[str, Any]:
    result = run(given, "--json")
    assert result.exit_code == 0, result.stderr
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def refused(result: Result, *said: str) -> None:
    """Exit code 2, the last line on stderr with all of ``said``, nothing on stdout."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    for text in said:
        assert text in result.stderr.splitlines()[-1]


def save(path: Path, mask: NDArray[np.bool_], grid: Grid) -> None:
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.index_to_lps
    made: Any = nib.Nifti1Image(mask.astype(np.uint8), affine)  # type: ignore[no-untyped-call]
    made.header.set_xyzt_units("mm")
    nib.save(made, path)


def save_dicom(folder: Path, when: str, radius_mm: float, **changes: Any) -> None:
    """A scan with its date, and a ball as DICOM SEG with frames only where it has voxels."""
    grid = Grid.aligned((24, 24, 16), (4.0, 4.0, 6.0), (-46.0, -46.0, -45.0))
    places = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    ball = (np.linalg.norm(places, axis=1) <= radius_mm).reshape(grid.shape)
    phantom = Phantom(np.where(ball, 60, -1000).astype(np.int16), grid, np.zeros(3))
    write_slices(folder / f"mr-{when}", slices_of(phantom, PatientID="A1", **changes))
    (folder / f"seg-{when}").mkdir()
    seg = seg_dataset(phantom, {"fibroid 1": ball})
    seg.PatientID = "A1"
    seg.save_as(folder / f"seg-{when}" / "seg.dcm", enforce_file_format=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patient")
    save(folder / "before.nii.gz", *draw_ellipsoid(BEFORE_MM, (1.2, 1.2, 4.0)))
    after = draw_ellipsoid(AFTER_MM, (0.9, 1.1, 3.0), 17.0, flipped=True)
    save(folder / "after.nii.gz", *after)
    mask, grid = draw_ellipsoid(AFTER_MM, (1.0, 1.0, 3.0))
    middle = mask.shape[2] // 2
    cut = grid.crop((0, 0, 0), (grid.shape[0], grid.shape[1], middle))
    save(folder / "cut.nii.gz", mask[:, :, :middle], cut)
    (folder / "labels.json").write_text('{"uterus": 1}', encoding="utf-8")
    save_dicom(folder, "before", 34.0, AcquisitionDate="20260110", AcquisitionTime="090000")
    save_dicom(folder, "after", 28.0, AcquisitionDate="20260416", AcquisitionTime="090000")
    return folder


@pytest.fixture
def here(files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(files)
    return files


LABELS = (
    "--kind uterus --before before.nii.gz --after after.nii.gz --before-key labels.json "
    "--after-key labels.json --label Uterus --days 96"
)
LABEL_BEFORE = "--kind uterus --before before.nii.gz --before-key labels.json --label uterus"
SCANS = (
    "--kind fibroid --before seg-before --after seg-after --label fibroid-1 "
    "--before-scan mr-before --after-scan mr-after"
)


def commands() -> list[str]:
    """What the how-to says."""
    text = PAGE.read_text(encoding="utf-8")
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    return [line for line in shell.replace("\\\n", " ").splitlines() if line.strip()]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("line", commands())
def test_the_how_to_does_what_it_says(tmp_path: Path, line: str) -> None:
    say, command, *rest = shlex.split(line)
    assert (say, command) == ("seldinger", "volume")
    out = tmp_path / "out"
    rest[rest.index("--out") + 1] = str(out)
    result = run(shlex.join(rest))
    assert result.exit_code == 0, result.stderr
    assert f"report: {out / 'report.html'}" in result.stdout
    data = json.loads((out / "volume.json").read_text(encoding="utf-8"))
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    diameter = data["before"]["definition"] == "diameter"
    assert found == (WRITTEN - {"pictures/course.png"} if diameter else WRITTEN)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count(words.DISCLAIMER) == 1
    assert (COHORT_NOTE.replace("'", "&#39;") in page) is not diameter
    if diameter:
        assert "-43 % (" in result.stdout
        assert "prints -43 % of the *diameter*" in PAGE.read_text(encoding="utf-8")


@pytest.mark.usefixtures("here")
def test_labels_on_other_lattices_give_the_true_change() -> None:
    data = answer(LABELS)
    before, after = (4.0 / 3.0 * math.pi * math.prod(s) / 1000.0 for s in (BEFORE_MM, AFTER_MM))
    assert data["before"]["volume_ml"] == pytest.approx(before, rel=0.01)
    assert data["after"]["volume_ml"] == pytest.approx(after, rel=0.01)
    change = data["change"]["volume"]
    assert change["nominal"] == pytest.approx(after / before - 1.0, abs=0.01)
    assert change["p05"] < change["nominal"] < change["p95"]
    assert (data["status"], data["before"]["label"]) == ("measured", "uterus")
    (only,) = data["predictions"]
    assert only["standing"] == "inside"
    assert "secondary" in only["stamp"]


def test_both_reviews_of_a_prostate_are_told_with_their_note() -> None:
    data = answer(PROSTATE)
    assert [one["cohort"] for one in data["predictions"]] == [
        "prostate, review of 7 studies", "prostate, meta-analysis of 6 studies",
    ]  # fmt: skip
    assert data["cohort_note"] == COHORT_NOTE
    assert data["before"]["volume_ml"] == pytest.approx(math.pi / 6.0 * 58 * 52 * 61 / 1000.0)


def test_the_file_fits_its_schema_and_cites_every_fact() -> None:
    text = run(PROSTATE, "--json").stdout
    schema = json.loads(CliRunner().invoke(app, ["schema", "volume"]).stdout)
    data = json.loads(text)
    assert set(schema["required"]) == set(schema["properties"]) == set(data)
    strict: Any = TypeAdapter(volumetry_file.VolumeFile)
    assert strict.validate_json(text, strict=True).kind == "prostate"
    assert {one["source"] for one in data["published"]} == set(data["citations"])
    used = {fact for one in data["predictions"] for fact in one["fitted_to"]}
    assert used <= {one["id"] for one in data["published"]}
    assert all(evidence.fact(one).value is not None for one in used)


def test_a_diameter_has_no_volume_anywhere() -> None:
    data = answer("--kind fibroid --before-diameter-mm 80 --after-diameter-mm 46 --days 365")
    for when in ("before", "after"):
        assert data[when]["volume_ml"] is None
    assert data["change"]["volume"] is None
    assert data["change"]["diameter"]["nominal"] == pytest.approx(-0.425)
    assert data["predictions"] == []
    assert "a diameter is not held against volumes" in data["withheld"][0]


@pytest.mark.usefixtures("here")
def test_dates_come_from_headers_and_a_contradiction_is_said() -> None:
    data = answer(SCANS)
    assert data["days"] == pytest.approx(96.0)
    assert (data["status"], data["before"]["cut"]) == ("measured", False)
    told = answer(f"{SCANS} --days 30")
    assert (told["status"], told["days"]) == ("provisional", 30.0)
    assert "30 days between the scans were told, their headers say 96" in told["reasons"][0]


@pytest.mark.usefixtures("here")
def test_scans_in_the_wrong_order_are_refused() -> None:
    given = (
        "--kind fibroid --before seg-after --after seg-before --label fibroid-1 "
        "--before-scan mr-after --after-scan mr-before"
    )
    refused(run(given, "--json"), "days between the scans: -96", "0 or more")


@pytest.mark.usefixtures("here")
def test_without_days_nothing_is_held_against_cohorts() -> None:
    data = answer(LABELS.replace(" --days 96", ""))
    assert (data["days"], data["predictions"]) == (None, [])
    assert "--days" in data["withheld"][0]


@pytest.mark.usefixtures("here")
def test_a_cut_label_bounds_the_change() -> None:
    data = answer(LABELS.replace("after.nii.gz", "cut.nii.gz"))
    assert (data["status"], data["after"]["cut"]) == ("bounded", True)
    assert data["change"]["bound"] == "lost at most"
    assert data["predictions"][0]["standing"] == "unknown"
    both = LABELS.replace("after.nii.gz", "cut.nii.gz").replace("before.nii.gz", "cut.nii.gz")
    refused(run(both, "--json"), "same label of the same files")


def test_an_embolized_share_of_a_plan_scales_what_is_expected() -> None:
    whole, half = (answer(f"{PROSTATE} --embolized-share {s}") for s in ("1", "0.5"))
    lost = [1.0 - one["predictions"][0]["left"]["p50"] for one in (whole, half)]
    assert lost[0] == pytest.approx(2.0 * lost[1], rel=0.01)
    assert half["infarcted_share"] == pytest.approx(0.45)
    assert any("nobody measured" in r for r in half["predictions"][0]["remarks"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"{LABEL_BEFORE} --after-diameters-mm 90 80 70", ("different definitions",)),
        ("--kind uterus --before-diameters-mm 90 80 70 --after-diameter-mm 80",
         ("one diameter is no volume",)),
        ("--kind uterus --before-diameters-mm 90 80 70", ("scan after", "0 ways")),
        (f"{LABEL_BEFORE} --before-diameter-mm 90 --after-diameter-mm 80",
         ("scan before", "2 ways")),
        ("--kind prostate --before-diameters-mm 5.8 5.2 6.1 --after-diameters-mm 5 4 5",
         ("are they centimetres", "Give millimetres")),
        (PROSTATE.replace("183", "-4"), ("days between the scans: -4", "0 or more")),
        (f"{PROSTATE} --days-since-embolization 200", ("contradict",)),
        (f"{PROSTATE} --infarcted-share 80", ("from 0 to 1",)),
        (f"{PROSTATE} --infarcted-share 0.8 --embolized-share 0.8", ("give one",)),
        (f"{PROSTATE} --assume swelling=1", ("no assumption is called",)),
        (PROSTATE.replace("prostate", "prostata"), ("did you mean 'prostate'",)),
        (LABELS.replace("Uterus", "prostate"), ("'prostate'", "uterus")),
        (LABELS.replace("--label Uterus", ""), ("--label NAME",)),
        (LABELS.replace("after.nii.gz", "gone.nii.gz"), ("gone.nii.gz",)),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_a_mistake_is_told_and_nothing_is_written(
    tmp_path: Path, given: str, said: tuple[str, ...]
) -> None:
    refused(run(given, "--out", str(tmp_path / "out")), *said)
    assert not list(tmp_path.iterdir())


def test_of_a_tumour_only_the_change_is_told() -> None:
    given = PROSTATE.replace("prostate", "tumour") + " --infarcted-share 0.9"
    data = answer(given)
    assert (data["status"], data["predictions"]) == ("measured", [])
    assert "no cohort's volumes" in data["withheld"][0]
    assert any("not used" in note for note in data["notes"])


def test_an_answer_needs_a_place() -> None:
    refused(run(PROSTATE), "--out FOLDER", "--json")


@pytest.mark.usefixtures("here")
def test_another_patient_is_refused(tmp_path: Path) -> None:
    save_dicom(tmp_path, "after", 28.0, AcquisitionDate="20260416", PatientBirthDate="19700101")
    save_dicom(tmp_path, "before", 34.0, PatientBirthDate="19800101")
    given = SCANS.replace("mr-", f"{tmp_path}/mr-").replace("seg-", f"{tmp_path}/seg-")
    refused(run(given, "--json"), "another patient", "birth date")


@pytest.mark.usefixtures("here")
def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(LABELS, "--out", str(tmp_path / name)).exit_code == 0
    for file in sorted(WRITTEN):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert "seldinger volume --kind uterus --before before.nii.gz" in page
    assert str(tmp_path) not in page
