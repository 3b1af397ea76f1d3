"""What dies travels to other programs: same place, same bytes, and never half."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import highdicom
import nibabel
import numpy as np
import pydicom
import pytest
from tests.ablated import fields, refilled, zone_of
from tests.report.ablation_phantom import ENTRIES, TIPS, ablated

from seldinger.core.errors import OutputError
from seldinger.image import seg
from seldinger.report import folder, slicer, zone_files

ZONE_FILES = (
    "zone.nii.gz",
    "edge_distance.nii.gz",
    "kill_probability.nii.gz",
    "temperature.nii.gz",
    zone_files.SEG,
)

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.plan import model


@pytest.fixture(scope="module")
def heated(plan: model.Plan) -> model.Plan:
    return ablated(plan)


@pytest.fixture(scope="module")
def where(heated: model.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("zone")
    zone_files.write(place, heated)
    return place


def lopsided(plan: model.Plan) -> model.Plan:
    """A zone without any symmetry: an axis that is flipped or swapped shows."""
    effect = fields(plan)
    zone = np.zeros_like(effect.zone)
    zone[5:30, 8:20, 11:14] = True
    zone[5, 8:40, 12] = True
    zone[25, 9, 12:50] = True
    return refilled(plan, zone=zone)


def test_nothing_is_written_where_nothing_is_heated(plan: model.Plan, tmp_path: Path) -> None:
    zone_files.write(tmp_path, plan)
    assert list(tmp_path.iterdir()) == []


def test_nifti_holds_the_fields_where_they_are(where: Path, heated: model.Plan) -> None:
    effect = fields(heated)
    # An independent reader; it speaks RAS, so the first two axes of the world change sign.
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])
    for name, values in (
        ("zone.nii.gz", effect.zone),
        ("kill_probability.nii.gz", effect.kill_probability),
    ):
        read = nibabel.Nifti1Image.from_filename(where / name)
        assert np.allclose(read.affine, to_ras @ effect.grid.index_to_lps, atol=1e-4)
        assert np.array_equal(np.asarray(read.dataobj), values)
        assert np.asarray(read.dataobj).dtype == (np.uint8 if values.dtype == bool else np.float32)


def test_our_own_reader_finds_the_segment_where_the_zone_is(
    heated: model.Plan, tmp_path: Path
) -> None:
    odd = lopsided(heated)
    zone_files.write(tmp_path, odd)
    (segment,) = seg.open_segmentation(tmp_path / "zone.dcm", fields(odd).grid, "").read_segments()
    assert segment.grid.matches(fields(odd).grid)
    assert np.array_equal(segment.mask, fields(odd).zone)
    assert segment.name == "predicted ablation zone: tumour-1"


def test_another_reader_finds_the_same(heated: model.Plan, tmp_path: Path) -> None:
    odd = lopsided(heated)
    zone_files.write(tmp_path, odd)
    volume = highdicom.seg.segread(tmp_path / "zone.dcm").get_volume(combine_segments=True)
    there = np.argwhere(volume.array == 1)
    lps = (there @ volume.affine[:3, :3].T) + volume.affine[:3, 3]
    expected = fields(odd).grid.to_lps(np.argwhere(fields(odd).zone))
    assert np.array_equal(np.unique(lps.round(3), axis=0), np.unique(expected.round(3), axis=0))


def test_the_segmentation_names_no_patient_and_no_time(where: Path) -> None:
    data = pydicom.dcmread(where / "zone.dcm")
    assert (str(data.PatientName), str(data.PatientID)) == ("", "")
    assert {data.ContentDate, data.InstanceCreationDate} == {"19700101"}
    assert data.Manufacturer == "seldinger"
    assert data.ContentDescription == "Predicted, not measured"
    times = {str(e.value)[:4] for e in data.iterall() if e.VR in {"DA", "DT"}}
    assert times <= {"1970", ""}


def test_the_same_plan_gives_the_same_bytes(
    where: Path, heated: model.Plan, tmp_path: Path
) -> None:
    zone_files.write(tmp_path, heated)
    for name in ZONE_FILES:
        assert (tmp_path / name).read_bytes() == (where / name).read_bytes()


def test_plans_on_the_same_images_share_a_frame_but_no_instance(
    where: Path, heated: model.Plan
) -> None:
    odd = lopsided(heated)
    first, other = (
        pydicom.dcmread(where / "zone.dcm"),
        zone_files.make_segmentation(odd, zone_of(odd)),
    )
    assert first.FrameOfReferenceUID == other.FrameOfReferenceUID
    assert first.StudyInstanceUID == other.StudyInstanceUID
    assert first.SOPInstanceUID != other.SOPInstanceUID
    moved = replace(heated, provenance=replace(heated.provenance, inputs={"image x": "1" * 64}))
    elsewhere = zone_files.make_segmentation(moved, zone_of(moved))
    assert elsewhere.FrameOfReferenceUID != first.FrameOfReferenceUID


def test_a_folder_that_is_not_there_is_one_clear_error(heated: model.Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write zone\.nii\.gz"):
        zone_files.write(tmp_path / "missing", heated)


def test_slicer_gets_one_line_per_probe(heated: model.Plan) -> None:
    *lines, target = json.loads(slicer.to_markups(heated))["markups"]
    assert [line["name"] for line in lines] == ["probe 1", "probe 2"]
    for line, entry, tip in zip(lines, ENTRIES, TIPS, strict=True):
        assert [tuple(p["position"]) for p in line["controlPoints"]] == [entry, tip]
        assert line["display"]["visibility"]
    assert target["name"] == "target"


KILLED = """
import os, signal, sys
from pathlib import Path
from seldinger.report import folder, zone_files
if sys.argv[2] == "after":
    swap = folder._swap
    def killed_after(*paths):
        swap(*paths)
        os.kill(os.getpid(), signal.SIGKILL)
    folder._swap = killed_after
with folder.replace_folder(Path(sys.argv[1])) as staging:
    for name in ("plan.json", "zone.nii.gz", "kill_probability.nii.gz", zone_files.SEG):
        (staging / name).write_text("new")
        if sys.argv[2] == name:
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("when", "left"),
    [("zone.nii.gz", "old"), ("zone.dcm", "old"), ("after", "new"), ("never", "new")],
)
def test_a_kill_leaves_all_of_the_old_or_all_of_the_new(
    tmp_path: Path, when: str, left: str
) -> None:
    out = tmp_path / "out"
    everything = (".seldinger", "plan.json", "zone.nii.gz", "kill_probability.nii.gz", "zone.dcm")
    with folder.replace_folder(out) as staging:
        for name in everything[1:]:
            (staging / name).write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), when], check=False)
    assert done.returncode == (0 if when == "never" else -signal.SIGKILL)
    assert {p.name for p in out.iterdir()} == set(everything)
    assert {(out / name).read_text() for name in everything[1:]} == {left}
    # The next run clears up what the killed one left.
    assert (
        subprocess.run([sys.executable, "-c", KILLED, str(out), "never"], check=False).returncode
        == 0
    )
    assert {p.name for p in tmp_path.iterdir()} == {"out"}
    assert (out / "zone.dcm").read_text() == "new"
