"""The built-in patient around a radioembolization: activity is where it was given, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import demo
from seldinger.core.errors import ImageError
from seldinger.image.study import Alignment, Modality

if TYPE_CHECKING:
    from seldinger.demo.uptake import UptakePatient


@pytest.fixture(scope="module")
def patient() -> UptakePatient:
    return demo.uptake_patient(4.0)


def test_what_was_given_is_there_and_no_more(patient: UptakePatient) -> None:
    for name, uptake in patient.uptake.items():
        activity = patient.activity[name]
        total = activity.values.sum() * np.prod(activity.grid.spacing_mm) / 1000.0
        assert total == pytest.approx(1e6 * uptake.injected_mbq, rel=1e-9)


def test_tumours_and_lungs_hold_their_share(patient: UptakePatient) -> None:
    activity = patient.activity["Y-90"]
    voxel_ml = np.prod(activity.grid.spacing_mm) / 1000.0
    x = activity.grid.to_lps(np.argwhere(activity.values > 0.0).astype(float))
    lung = patient.truth.contains("lungs", x)
    held = activity.values[activity.values > 0.0]
    assert held[lung].sum() * voxel_ml == pytest.approx(0.055 * 2.2e9, rel=0.04)
    tumour = patient.truth.contains("liver-tumour-2", x)
    level = np.median(held[~lung & ~tumour])
    assert held[tumour].max() / level == pytest.approx(4.0, rel=1e-6)


def test_images_lie_in_one_frame_and_show_what_is_there(patient: UptakePatient) -> None:
    study = patient.study
    assert [one.modality for one in study.series] == [Modality.CT, Modality.NM, Modality.PET]
    assert {study.alignment(one) for one in study.series} == {Alignment.SAME_FRAME}
    pet = study.series[2].image
    assert pet.values.min() < 0.0
    total = pet.values.sum(dtype=np.float64) * np.prod(pet.grid.spacing_mm) / 1000.0
    assert total == pytest.approx(2.2e9, rel=0.02)


def test_the_anatomy_has_the_arteries_of_the_liver(patient: UptakePatient) -> None:
    vessels = patient.build_anatomy().vessels
    assert vessels is not None
    assert {"right hepatic artery", "left hepatic artery", "right common femoral artery"} <= {
        edge.name for edge in vessels.edges
    }


def test_voxels_that_make_no_ct_are_refused() -> None:
    with pytest.raises(ImageError, match="voxel_mm"):
        demo.uptake_patient(0.1)
