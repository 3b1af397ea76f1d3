"""Volumes and surfaces of real labels, beside a peer's count of the same voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import SimpleITK

from seldinger import image
from seldinger.followup import volumetry
from seldinger.followup.volumetry_follow_up import resolve_volumetry

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real
sitk: Any = SimpleITK

USED = resolve_volumetry({})
CUT = {"liver": True, "prostate": True, "kidney_right": False, "urinary_bladder": False}
"""The scan ends in the dome of the liver and in the prostate."""


def test_real_labels_are_measured_as_a_peer_does(data_dir: Path) -> None:
    folder = data_dir / "abdpelvis-totalseg"
    read = image.load_labels(folder / "labels.nii.gz", folder / "labels.json")
    counted = sitk.LabelShapeStatisticsImageFilter()
    counted.Execute(sitk.ReadImage(str(folder / "labels.nii.gz"), sitk.sitkUInt16))
    values = {one.name: one.value for one in read.map.entries}
    for name, cut in CUT.items():
        got = volumetry.measure_label(read.map.mask(name), read.map.grid, name, USED)
        value = values[name]
        assert got.ml == pytest.approx(counted.GetPhysicalSize(value) / 1000.0, rel=1e-6)
        area_mm2 = 1000.0 * got.contour_error_ml / USED.get_value("contour_error_mm")
        assert area_mm2 == pytest.approx(counted.GetPerimeter(value), rel=0.08)
        assert got.cut is cut
