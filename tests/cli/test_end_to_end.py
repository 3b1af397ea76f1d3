"""From files on disk to a report, through the command line, on the built-in patient."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pytest
from tests.demo_plans import (
    BLEEDING_CASES,
    CASES,
    EMBOLIZATION_CASES,
    PELVIC_CASES,
    SPINE_CASES,
    UPTAKE_CASES,
    VEIN_CASES,
    VESSEL_CASES,
)
from typer.testing import CliRunner, Result

from seldinger import demo, guide
from seldinger.cli.app import app
from seldinger.core.errors import PlanError
from seldinger.plan import file, load_procedures
from seldinger.simulate.thermal import uncertainty

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

VOXEL_MM = 5.0
RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def save(path: Path, values: NDArray[Any], index_to_lps: NDArray[np.float64]) -> None:
    nib.save(nib.Nifti1Image(values, RAS_FROM_LPS @ index_to_lps), path)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in patient as a stranger would bring it: a CT and one mask per class."""
    folder = tmp_path_factory.mktemp("patient")
    study = demo.patient(VOXEL_MM).study
    affine = study.image.grid.index_to_lps
    save(folder / "ct.nii.gz", np.asarray(study.image.values, dtype=np.int16), affine)
    (folder / "labels").mkdir()
    assert study.labels is not None
    for name in study.labels.names:
        mask = study.labels.mask(name).astype(np.uint8)
        save(folder / "labels" / f"{name}.nii.gz", mask, affine)
    return folder


def asked(files: Path, *more: str) -> tuple[str, ...]:
    """A liver biopsy of the patient on disk."""
    return (
        *("plan", "biopsy", "--ct", str(files / "ct.nii.gz"), "--labels", str(files / "labels")),
        *("--scanned-position", "supine", "--voxel-mm", str(VOXEL_MM), *more),
    )


@pytest.fixture(scope="module")
def planned(files: Path) -> str:
    """The text of ``plan.json`` for the liver tumour."""
    result = run(*asked(files, "--target", "liver-tumour-1", "--json"))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_plan_on_stdout_is_a_plan(planned: str) -> None:
    plan = file.from_json(planned)
    assert plan.request.procedure == "biopsy"
    assert plan.target.organ == "liver"
    assert plan.approach.paths
    assert len(plan.provenance.inputs) >= 2


def test_a_case_file_and_a_report_say_the_same(files: Path, tmp_path: Path, planned: str) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        f"""
        procedure = "biopsy"
        target.name = "liver-tumour-1"
        plan.voxel_mm = {VOXEL_MM}
        study.ct = "{files / "ct.nii.gz"}"
        study.labels = "{files / "labels"}"
        study.scanned_position = "supine"
        """,
        encoding="utf-8",
    )
    out = tmp_path / "out"
    result = run("plan", str(case), "--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert (out / "plan.json").read_text(encoding="utf-8") == planned
    assert {"report.html", "report.pdf", "plan.json"} <= {p.name for p in out.iterdir()}
    lines = result.stderr.splitlines()
    assert all(re.fullmatch(r"seldinger: \d+ s, \d+ %: .+", line) for line in lines), "one a step"
    assert str(tmp_path) not in (out / "report.html").read_text(encoding="utf-8")


def test_a_further_series_is_told_in_plan_and_report(
    files: Path, tmp_path: Path, planned: str
) -> None:
    spect = tmp_path / "spect.nii.gz"
    save(spect, np.arange(24.0).reshape(2, 3, 4), np.diag([20.0, 20.0, 20.0, 1.0]))
    out, words = tmp_path / "out", f"{spect} role=functional modality=NM"
    told = asked(files, "--target", "liver-tumour-1", "--other", words, "--out", str(out))
    result = run(*told)
    assert result.exit_code == 0, result.stderr
    assert "series 2 (functional NM): not registered: the frame of reference" in result.stdout
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    (line,) = plan["provenance"].pop("further_series")
    assert (line["role"], line["modality"], line["days_after_planning"]) == (
        "functional",
        "NM",
        None,
    )
    assert len(plan["provenance"]["inputs"].pop("series 2 (functional NM) spect.nii.gz")) == 64
    alone = json.loads(planned)
    for one in (plan, alone):
        del one["provenance"]["inputs"], one["provenance"]["notes"]
    assert plan == alone, "what is planned does not change"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Further series" in page
    assert "--other" in page
    assert "spect.nii.gz role=functional modality=NM" in page
    assert str(tmp_path) not in page
    assert "further_series" not in planned


def test_ones_own_entry_is_scored(files: Path, planned: str) -> None:
    best = file.from_json(planned).approach.paths[0]
    entry = ",".join(str(x) for x in best.entry_lps_mm)
    result = run(*asked(files, "--target", "liver-tumour-1", "--entry-lps", entry, "--json"))
    (mine,) = file.from_json(result.stdout).approach.paths
    assert mine.origin == "user"
    assert mine.depth_mm == pytest.approx(best.depth_mm, abs=VOXEL_MM)
    assert mine.violations == ()


def test_a_plan_is_rehearsed_where_that_is_asked_for(files: Path, tmp_path: Path) -> None:
    words = asked(files, "--target", "tumour-1", "--rehearse", "40")
    refused = run(*words, "--json")
    assert refused.exit_code == 2
    assert "give --out for it as well" in refused.stderr
    out = tmp_path / "out"
    result = run(*words, "--seed", "5", "--out", str(out))
    assert result.exit_code == 0, result.stderr
    assert "rehearsed: 40 draws of one uncorrected placement, seed 5." in result.stdout
    told = json.loads((out / "rehearsal.json").read_text(encoding="utf-8"))
    assert (told["draws"], told["seed"]) == (40, 5)
    assert "--rehearse 40" in (out / "report.html").read_text(encoding="utf-8")


def test_a_plan_that_cannot_be_rehearsed_is_still_written(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PlanError("there is no way in")

    monkeypatch.setattr(guide, "rehearse", refuse)
    words = asked(files, "--target", "tumour-1", "--rehearse", "40", "--out", str(tmp_path / "out"))
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    assert "not rehearsed: there is no way in" in result.stdout
    assert (tmp_path / "out" / "plan.json").is_file()
    assert not (tmp_path / "out" / "rehearsal.json").exists()


def test_a_point_and_a_mask_are_targets_too(files: Path, planned: str) -> None:
    centre = file.from_json(planned).target.centre_lps_mm
    point = ",".join(str(x) for x in centre)
    by_point = run(*asked(files, "--target-lps", point, "--diameter-mm", "15", "--json"))
    assert file.from_json(by_point.stdout).target.diameter_mm == pytest.approx(15.0, rel=0.1)
    mask = str(files / "labels" / "liver-tumour-1.nii.gz")
    by_mask = run(*asked(files, "--target-mask", mask, "--target", "mine", "--json"))
    found = file.from_json(by_mask.stdout).target
    assert found.label == "mine"
    rests_on = file.from_json(by_mask.stdout).provenance.inputs
    assert "target mask liver-tumour-1.nii.gz" in rests_on
    assert found.centre_lps_mm == pytest.approx(centre, abs=0.5)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--target", "liver-tumor-1"), "liver tumour 1"),
        (("--target-lps", "0,0,9999", "--diameter-mm", "9"), "outside"),
        (("--target", "liver-tumour-1", "--vocabulary", "klingon"), "klingon"),
    ],
)
def test_a_mistake_costs_nothing(
    files: Path, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    result = run(*asked(files, *more, "--out", str(tmp_path / "out")))
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_ours_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    words = ("plan", "biopsy", "--ct", "nowhere", "--target", "x", "--out", str(tmp_path))
    result = run(*words)
    assert result.exit_code == 2
    assert "thesis.txt" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow  # `make demo` runs it whole, after the gate
def test_the_demo_plans_every_procedure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As with ``demo_plans.STILL``: only placement scatters. The exam has this plan's whole spread.
    monkeypatch.setattr(uncertainty, "list_variations", lambda *_, **__: {})
    cases = (
        *CASES, *VESSEL_CASES, *UPTAKE_CASES, *VEIN_CASES, *EMBOLIZATION_CASES, *PELVIC_CASES,
        *BLEEDING_CASES, *SPINE_CASES,
    )  # fmt: skip
    assert {procedure for procedure, _ in cases} == set(load_procedures())
    out = tmp_path / "demo"
    result = run("demo", "--voxel-mm", str(VOXEL_MM), "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert {"go", "unknown", "unsuitable"} <= {one["status"] for one in printed}
    told = {one["target"].removeprefix("stenosis of the "): one for one in printed}
    assert set(told) == {target for _, target in cases}
    assert "eldinger" in told["abscess-deep"]["technique"]
    assert "trocar" in told["abscess-superficial"]["technique"]
    index = (out / "index.html").read_text(encoding="utf-8")
    for procedure, target in cases:
        folder = f"{procedure}-{target}"
        assert (out / folder / "report.pdf").stat().st_size > 10_000
        assert f"{folder}/report.html" in index
    shutil.rmtree(out)


@pytest.fixture(scope="module")
def uptake_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in patient before a radioembolization: CT and SPECT as DICOM, a mask per class."""
    folder = tmp_path_factory.mktemp("uptake")
    patient = demo.uptake_patient(5.0)
    demo.uptake.write_images(patient, folder)
    (folder / "labels").mkdir()
    labels = patient.study.labels
    assert labels is not None
    for name in ("liver", "liver-tumour-1", "liver-tumour-2"):
        mask = labels.mask(name).astype(np.uint8)
        save(folder / "labels" / f"{name}.nii.gz", mask, labels.grid.index_to_lps)
    return folder


def test_a_radioembolization_is_planned_from_files_with_a_spect(
    uptake_files: Path, tmp_path: Path
) -> None:
    asked_for = (
        *("plan", "radioembolization", "--ct", str(uptake_files / "ct"), "--voxel-mm", "5"),
        *(
            "--labels",
            str(uptake_files / "labels"),
            "--other",
            f"{uptake_files / 'maa'} role=functional",
        ),
        *("--target", "liver-tumour-2", "--answer", "product=resin", "--answer", "intent=unilobar"),
        *("--answer", "disease=hcc", "--lung-shunt", "0.07", "--earlier-lung-gy", "0"),
        *("--residual", "0.05", "--treat-at", "2026-12-09T10:00+01:00"),
        *("--calibrations", "2026-12-09T18:00-05:00", "--use-from-hours", "-24"),
        *("--use-until-hours", "24", "--vial-tolerance", "0.1", "--rule", "resin-normal=45"),
    )
    out = tmp_path / "out"
    result = run(*asked_for, "--out", str(out))
    assert result.exit_code == 0, result.stderr
    made = file.from_json((out / "plan.json").read_text(encoding="utf-8"))
    assert made.effect is not None
    figures = {one.id: one.nominal for one in made.effect.measures}
    assert 1.9 < (figures["uptake-liver-tumour-2"] or 0.0) < 4.0
    assert made.target.origin == "whole liver", "no label shows an artery"
    assert "rule" in made.request.options
    assert {one.id: one.status.value for one in made.findings}["vial"] == "met"
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "EDITED by the user" in page
    assert "What is perfused" not in page, "the SPECT gives a dose by voxels"
    ball = ("--target-lps", "-100,-10,140", "--diameter-mm", "24")
    named = asked_for.index("--target")
    point = run(*asked_for[:named], *ball, *asked_for[named + 2 :], "--json")
    assert point.exit_code == 0, point.stderr
    assert file.from_json(point.stdout).target.label == "target"
    percent = ["7" if word == "0.07" else word for word in asked_for]
    told = run(*percent, "--out", str(tmp_path / "no"))
    assert told.exit_code == 2
    assert "if that is per cent, write 0.07" in told.stderr
