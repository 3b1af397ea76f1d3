"""RTDOSE: other readers find the dose where it is and as large as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pydicom.dicomio
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.errors import OutputError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image.study import DicomIdentity, SopInstance
from seldinger.report.rt_dose import DoseText, make_rt_dose

if TYPE_CHECKING:
    from pathlib import Path

TEXT = DoseText("Y-90 dose", "Y-90, icrp107", "1", by_density=False)
AXES = {
    "as patients are": ((2.0, 0, 0), (0, 3.0, 0), (0, 0, 4.0)),
    "left to right": ((-2.0, 0, 0), (0, 3.0, 0), (0, 0, 4.0)),
    "head first": ((2.0, 0, 0), (0, 3.0, 0), (0, 0, -4.0)),
    "coronal": ((2.0, 0, 0), (0, 0, 3.0), (0, 4.0, 0)),
}


def _dose(name: str = "as patients are") -> Volume:
    affine = np.eye(4)
    affine[:3, :3] = np.array(AXES[name]).T
    affine[:3, 3] = (-30.5, 17.25, -812.125)
    values = np.random.default_rng(3).gamma(2.0, 40.0, (7, 6, 5))
    values[2, 3, 1] = 12345.678
    return Volume(values, Grid((7, 6, 5), affine), "Gy")


def _identity() -> DicomIdentity:
    return DicomIdentity(
        "1.2.3", "1.2.4", "1.2.5", (SopInstance("1.2.840.10008.5.1.4.1.1.2", "1.2.6"),),
        patient_name="Müller^Eva", patient_id="17", study_date="20260102",
    )  # fmt: skip


def _save(path: Path, dose: Volume, identity: DicomIdentity | None = None) -> Path:
    made: Any = make_rt_dose(dose, "images", identity, TEXT)
    made.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("axes", list(AXES))
def test_simpleitk_reads_every_voxel_where_it_is(tmp_path: Path, axes: str) -> None:
    dose = _dose(axes)
    image: Any = SimpleITK.ReadImage(str(_save(tmp_path / "dose.dcm", dose)))
    scale = float(image.GetMetaData("3004|000e"))
    for index in np.ndindex(dose.grid.shape):
        point = dose.grid.to_lps(np.array(index, dtype=float))
        at = image.TransformPhysicalPointToIndex([float(x) for x in point])
        read = image.GetPixel(at) * scale
        assert read == pytest.approx(dose.values[index], rel=1e-6, abs=1e-5)


@pytest.mark.filterwarnings("ignore:The 'pydicom.pixel_data_handlers' module")
def test_dicompyler_reads_the_same_dose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # dicompyler-core 0.5.6 asks for a name that pydicom 3 calls otherwise.
    monkeypatch.setattr(pydicom.dicomio, "read_file", pydicom.dcmread, raising=False)
    from dicompylercore import dicomparser as parser

    dose = _dose()
    read = parser.DicomParser(str(_save(tmp_path / "dose.dcm", dose)))
    data = read.GetDoseData()
    scale = float(data["dosegridscaling"])
    assert data["doseunits"] == "GY"
    assert data["dosetype"] == "PHYSICAL"
    assert data["dosemax"] * scale == pytest.approx(12345.678, rel=1e-6)
    lut = data["lut"]
    np.testing.assert_allclose(lut[0], [-30.5 + 2.0 * n for n in range(7)])
    np.testing.assert_allclose(lut[1], [17.25 + 3.0 * n for n in range(6)])
    for k in range(5):
        plane = read.GetDoseGrid(-812.125 + 4.0 * k)
        np.testing.assert_allclose(plane * scale, dose.values[:, :, k].T, rtol=1e-6, atol=1e-5)


@given(st.floats(1e-6, 1e6))
def test_the_largest_dose_fits_and_the_scale_is_a_short_text(top: float) -> None:
    values = np.array([0.0, 0.3 * top, top]).reshape(3, 1, 1)
    made: Any = make_rt_dose(
        Volume(values, Grid.aligned([3, 1, 1], 1.0, (0.0, 0.0, 0.0)), "Gy"), "i", None, TEXT
    )
    assert len(str(made["DoseGridScaling"].value)) <= 16
    read = np.frombuffer(made.PixelData, "<u4") * float(made.DoseGridScaling)
    np.testing.assert_allclose(read, values.ravel(), rtol=1e-8, atol=top * 2.0**-31)


def test_it_belongs_to_the_images_and_the_same_dose_gives_the_same_bytes(tmp_path: Path) -> None:
    first = _save(tmp_path / "a.dcm", _dose(), _identity())
    second = _save(tmp_path / "b.dcm", _dose(), _identity())
    assert first.read_bytes() == second.read_bytes()
    read: Any = pydicom.dcmread(first)
    assert read.FrameOfReferenceUID == "1.2.3"
    assert read.StudyInstanceUID == "1.2.4"
    assert str(read.PatientName) == "Müller^Eva"
    assert read.ReferencedSeriesSequence[0].SeriesInstanceUID == "1.2.5"


def test_what_no_file_can_hold_is_refused_or_told() -> None:
    dose = _dose()
    with pytest.raises(OutputError, match="holds Gy"):
        make_rt_dose(Volume(dose.values, dose.grid, "Bq/mL"), "i", None, TEXT)
    broken = dose.values.copy()
    broken[0, 0, 0] = np.nan
    with pytest.raises(OutputError, match="not finite"):
        make_rt_dose(Volume(broken, dose.grid, "Gy"), "i", None, TEXT)
    turned = np.eye(4)
    turned[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    with pytest.raises(OutputError, match="oblique"):
        make_rt_dose(Volume(dose.values, Grid(dose.grid.shape, turned), "Gy"), "i", None, TEXT)
    below: Any = make_rt_dose(Volume(dose.values - 500.0, dose.grid, "Gy"), "i", None, TEXT)
    assert "below 0 Gy" in below.ImageComments
    assert len(below.DoseComment) <= 64
