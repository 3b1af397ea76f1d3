"""A margin from files on disk, through the command line: what is written, and what is refused."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pytest
from pydantic import TypeAdapter
from tests.image import warped
from typer.testing import CliRunner, Result

from seldinger import evidence
from seldinger.cli.app import app
from seldinger.followup.margin import NO_SHRINKAGE, POPULATION, TOPIC
from seldinger.image import register
from seldinger.image.raster import open_itk
from seldinger.report import margin_file, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.image.study import Study

VOXEL_MM = 5.0
ZONE_MM, OFF_MM = 24.0, (2.0, -1.0, 3.0)
RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
WRITTEN = {
    ".seldinger",
    "margin.json",
    "report.html",
    "report.pdf",
    "pictures/surface.png",
    "pictures/thinnest.png",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run with ``--out`` and ``--json``."""

    out: Path
    stdout: str
    data: dict[str, Any]
    page: str


def run(*given: str) -> Result:
    return CliRunner().invoke(app, ["margin", *given])


def save(path: Path, values: NDArray[Any], index_to_lps: NDArray[np.float64]) -> None:
    nib.save(nib.Nifti1Image(values, RAS_FROM_LPS @ index_to_lps), path)  # type: ignore[no-untyped-call]


def save_study(folder: Path, when: str, study: Study) -> None:
    affine = study.image.grid.index_to_lps
    save(folder / f"{when}.nii.gz", np.rint(study.image.values).astype(np.int16), affine)
    (folder / when).mkdir()
    assert study.labels is not None
    for name in study.labels.names:
        mask = study.labels.mask(name).astype(np.uint8)
        save(folder / when / f"{name}.nii.gz", mask, affine)


@pytest.fixture(scope="module")
def treated() -> warped.Treated:
    """The bent patient, coarse."""
    return warped.treated(ZONE_MM, OFF_MM, VOXEL_MM)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, treated: warped.Treated) -> Path:
    """Both scans as a stranger would bring them: an image and one mask per class."""
    folder = tmp_path_factory.mktemp("patient")
    save_study(folder, "before", treated.before)
    save_study(folder, "after", treated.after)
    return folder


def asked(files: Path, *more: str, **other: str) -> tuple[str, ...]:
    """A request; ``other`` replaces the value of an option, "-" written "_"."""
    options = {
        "before": str(files / "before.nii.gz"),
        "before_labels": str(files / "before"),
        "after": str(files / "after.nii.gz"),
        "after_labels": str(files / "after"),
        "target": warped.TUMOUR,
        "zone": warped.ZONE,
    }
    pairs = {**options, **other}.items()
    return (*(w for key, value in pairs for w in ("--" + key.replace("_", "-"), value)), *more)


@pytest.fixture(scope="module")
def measured(files: Path) -> Measured:
    out = files / "out"
    result = run(*asked(files, "--out", str(out), "--json"))
    assert result.exit_code == 0, result.stderr
    page = (out / "report.html").read_text(encoding="utf-8")
    return Measured(out, result.stdout, json.loads(result.stdout), page)


def test_the_folder_is_complete_and_holds_what_was_printed(measured: Measured) -> None:
    found = {p.relative_to(measured.out).as_posix() for p in measured.out.rglob("*") if p.is_file()}
    assert found == WRITTEN
    assert (measured.out / "margin.json").read_text(encoding="utf-8") == measured.stdout
    for name in ("surface", "thinnest"):
        assert (measured.out / f"pictures/{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_margin_is_the_true_one_within_the_error_it_states(
    measured: Measured, treated: warped.Treated
) -> None:
    low, high = (np.asarray(b) for b in treated.truth.solid(warped.TUMOUR).bounds)
    places = np.random.default_rng(0).uniform(low - 1.0, high + 1.0, (60_000, 3))
    near = np.abs(treated.truth.distance_mm(warped.TUMOUR, places)) < 0.1
    away = np.linalg.norm(warped.forth(places[near]) - treated.zone_centre_lps_mm, axis=1)
    true = treated.zone_radius_mm - float(away.max())
    error = measured.data["registration"]["near_target"]["error_mm"]
    assert 0.0 < error < VOXEL_MM
    assert measured.data["margin_mm"]["whole"]["minimal_mm"] == pytest.approx(true, abs=error)


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)
    elif isinstance(value, float):
        yield value


def test_the_file_is_finite_and_consistent(measured: Measured) -> None:
    data = measured.data
    assert data["schema_version"] == "1"
    assert all(map(math.isfinite, numbers(data)))
    whole = data["margin_mm"]["whole"]
    assert whole["minimal_mm"] <= whole["p05_mm"] <= whole["median_mm"]
    shares = [whole["under"][key] for key in ("0", "3", "5", "10")]
    assert shares == sorted(shares)
    parts = [data["margin_mm"][key] for key in ("inner", "subcapsular")]
    assert sum(part["share"] for part in parts if part is not None) == pytest.approx(1.0)
    assert data["request"]["organ"] == warped.LIVER
    assert data["shrinkage_correction"] is None
    assert {one["name"] for one in data["registration"]["residuals"]} == set(warped.KEPT)


def test_the_file_fits_the_published_schema(measured: Measured) -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema", "margin"]).stdout)
    assert set(schema["required"]) == set(schema["properties"]) == set(measured.data)
    strict: Any = TypeAdapter(margin_file.MarginFile)
    read = strict.validate_json(measured.stdout, strict=True)
    again = json.loads(json.dumps(asdict(read)))
    assert again == measured.data


def test_every_fact_has_its_source_and_none_is_for_this_patient(measured: Measured) -> None:
    published = measured.data["published"]
    assert {one["id"] for one in published} == {fact.id for fact in evidence.facts(TOPIC)}
    assert all(one["population"] and one["locator"] for one in published)
    assert {one["source"] for one in published} == set(measured.data["citations"])
    assert measured.data["population_note"] == POPULATION
    assert not re.search(r"this patient'?s? (risk|chance)", measured.stdout)


def test_inputs_are_named_by_their_content_not_by_their_place(
    measured: Measured, files: Path
) -> None:
    inputs = measured.data["provenance"]["inputs"]
    sums = {one["role"]: one["sha256"] for one in inputs}
    for when in ("before", "after"):
        content = (files / f"{when}.nii.gz").read_bytes()
        assert sums[f"{when} image"] == hashlib.sha256(content).hexdigest()
    assert len(inputs) == 2 + 2 * (len(warped.KEPT) + 1)
    for text in (measured.stdout, measured.page):
        assert str(files.parent) not in text


def test_the_page_answers_first_then_shows_then_counts(measured: Measured) -> None:
    least = measured.data["margin_mm"]["whole"]["minimal_mm"]
    wanted = (
        f"Minimal ablative margin {words.mm(least)}",
        "registration error",
        "Not corrected for shrinkage",
        "data:image/png",
        "data:image/png",
        "<table",
        "Registration of the two scans",
        "converged after",
        "inferior vena cava",
        POPULATION.replace("'", "&#39;"),
        "94 colorectal liver metastases",
        "SHA-256 of before image",
        "seldinger margin --before before.nii.gz --before-labels before --after after.nii.gz",
    )
    at = 0
    for text in wanted:
        found = measured.page.find(text, at)
        assert found >= 0, text
        at = found + len(text)
    assert measured.page.count(words.DISCLAIMER) == 1
    assert measured.page.index(words.DISCLAIMER) < measured.page.index("Minimal ablative margin")
    assert measured.page.count(NO_SHRINKAGE) == 1
    assert 'src="http' not in measured.page
    assert "<script" not in measured.page


def refused(result: Result, *said: str) -> None:
    """Exit code 2, the last line on stderr with all of ``said``, nothing on stdout."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    complaint = result.stderr.splitlines()[-1]
    for text in said:
        assert text in complaint


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"target": "liver-tumor-1"}, ("scan before", "'liver-tumor-1'", "liver-tumour-1")),
        ({"zone": "zones"}, ("scan after", "'zones'", "did you mean 'zone'?", "closest", "zone")),
        ({"target": "LIVER TUMOR 1"}, ("did you mean 'liver-tumour-1'?",)),
        ({"organ": "livr"}, ("scan before", "'livr'", "liver")),
        ({"organ": "spleen"}, ("does not touch the organ", "name the organ it lies in")),
        ({"organ": warped.TUMOUR.upper()}, ("named as organ and as target",)),
        ({"before_labels": "gone.nii.gz"}, ("gone.nii.gz",)),
        ({"assume": "subcapsular_mm=far"}, ("give NAME=NUMBER",)),
        ({"assume": "subcapsular=5"}, ("subcapsular_mm",)),
        ({"assume": "subcapsular_mm=500"}, ("subcapsular_mm", "500")),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(
    files: Path, tmp_path: Path, other: dict[str, str], said: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    refused(run(*asked(files, "--out", str(out), **other)), *said)
    assert not list(tmp_path.iterdir())


def test_an_empty_label_is_no_zone(files: Path, tmp_path: Path, treated: warped.Treated) -> None:
    grid = treated.after.image.grid
    empty = np.zeros(grid.shape, dtype=np.uint8)
    save(tmp_path / "zone.nii.gz", empty, grid.index_to_lps)
    assert treated.after.labels is not None
    liver = treated.after.labels.mask(warped.LIVER).astype(np.uint8)
    save(tmp_path / "liver.nii.gz", liver, grid.index_to_lps)
    result = run(*asked(files, "--json", after_labels=str(tmp_path)))
    refused(result, "'zone'", "voxel", "closest of its 1 labels: liver")


def test_one_label_given_twice_is_no_zone(files: Path) -> None:
    before, labels = str(files / "before.nii.gz"), str(files / "before")
    words_given = asked(files, "--json", after=before, after_labels=labels, zone=warped.TUMOUR)
    refused(run(*words_given), "same voxels", "given twice")


@pytest.fixture
def in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registration of one and the same scan, without its search."""
    rest: Any = open_itk().Euler3DTransform()
    still = register.Stage("rigid", 1, 0.0, 0.0, "converged")
    made = register.Registration(still, (0.0, 0.0, 0.0), 0.0, None, "not tried", rest)
    monkeypatch.setattr(register, "register", lambda *_: made)


@pytest.mark.usefixtures("in_place")
def test_a_zone_in_another_organ_is_no_margin(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    same = {"after": str(files / "before.nii.gz"), "after_labels": str(files / "before")}
    result = run(*asked(files, "--out", str(out), zone="spleen", **same))
    refused(result, "does not meet the target", "look at both scans")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("in_place")
def test_scans_that_lie_apart_after_registration_give_no_margin(files: Path) -> None:
    # The patient moved by up to 12 mm, and this registration did nothing about it.
    result = run(*asked(files, "--json", "--assume", "registration_limit_mm=2"))
    refused(result, "surface of liver is still off by", "no margin is given")


def test_registration_that_does_not_converge_gives_no_margin(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "_RIGID_STEPS", 2)
    out = tmp_path / "out"
    result = run(*asked(files, "--out", str(out)))
    refused(result, "rigid registration did not converge", "no margin is given")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_ours_is_left_alone(files: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    refused(run(*asked(files, "--out", str(tmp_path))), "thesis.txt", "not ours")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_answer_needs_a_place(files: Path) -> None:
    refused(run(*asked(files)), "--out FOLDER", "--json")


def test_an_option_given_twice_is_a_mistake(files: Path) -> None:
    refused(run(*asked(files, "--json", "--zone", "liver")), "--zone is given twice")
