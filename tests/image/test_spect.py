"""A SPECT is placed by its own geometry and holds counts; what is no volume is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.image.nuclear_phantoms import Y90, planar_dataset, spect_dataset
from tests.image.phantoms import marker_of, slice_dataset

from seldinger import image
from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.image.phantoms import Phantom


def written(data: Any, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "nm.dcm"
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_sign_of_the_spacing_tells_the_side(
    tmp_path: Path, phantom: Phantom, sign: float
) -> None:
    step_mm = sign * phantom.grid.spacing_mm[2]
    series = image.load(written(spect_dataset(phantom, step_mm), tmp_path)).planning
    assert series.modality is image.Modality.NM
    assert series.image.unit == "counts"
    assert series.image.grid.matches(phantom.grid, 1e-3)
    np.testing.assert_array_equal(series.image.values, phantom.values + 1024)
    at = marker_of(series.image.values, series.image.grid)
    np.testing.assert_allclose(at, phantom.marker_lps_mm, atol=1e-3)


def test_frames_are_slices_by_the_slice_vector(tmp_path: Path, phantom: Phantom) -> None:
    order = np.random.default_rng(1).permutation(phantom.grid.shape[2])
    frames = b"".join(slice_dataset(phantom, int(k)).PixelData for k in order)
    data = spect_dataset(
        phantom,
        phantom.grid.spacing_mm[2],
        SliceVector=(order + 1).tolist(),
        PixelData=frames,
    )
    series = image.load(written(data, tmp_path)).planning
    np.testing.assert_array_equal(series.image.values, phantom.values + 1024)


def test_counts_need_a_calibration(tmp_path: Path, phantom: Phantom) -> None:
    series = image.load(written(spect_dataset(phantom, 2.5), tmp_path)).planning
    with pytest.raises(ImageError, match="'counts'"):
        image.measure_concentration(series, Y90)
    made = image.measure_concentration(series, Y90, bq_per_ml_per_count=40.0)
    np.testing.assert_allclose(made.volume.values, 40.0 * (phantom.values + 1024.0))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SpacingBetweenSlices": None}, "no spacing between slices"),
        ({"SpacingBetweenSlices": "0"}, "no spacing between slices"),
        ({"DetectorInformationSequence": None}, "where its first slice lies"),
        ({"SliceVector": [1] * 16}, "1 of them different"),
        ({"EnergyWindowVector": [1, 2] * 8}, "2 energy windows"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO"]}, "not reconstructed yet"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "RECON GATED TOMO"]}, "gated SPECT"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "DYNAMIC"]}, "planar series in time"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY"]}, "planar whole-body pictures"),
        ({"ImageType": ["ORIGINAL", "PRIMARY"]}, "not told"),
    ],
)
def test_what_is_no_volume_is_refused(
    tmp_path: Path, phantom: Phantom, changes: dict[str, Any], said: str
) -> None:
    data = spect_dataset(phantom, phantom.grid.spacing_mm[2], **changes)
    with pytest.raises(ImageError, match=said):
        image.load(written(data, tmp_path))


def test_front_and_back_pictures_are_read_as_counts(tmp_path: Path, phantom: Phantom) -> None:
    path = written(planar_dataset(phantom), tmp_path)
    front, back = image.load_planar(path)
    assert (front.view, back.view) == ("anterior", "posterior")
    np.testing.assert_array_equal(front.counts, phantom.values[:, :, 0] + 1024.0)
    np.testing.assert_array_equal(back.counts, phantom.values[:, :, 1] + 1024.0)
    assert front.spacing_mm == pytest.approx(phantom.grid.spacing_mm[:2])
    scatter, _ = image.load_planar(path, energy_window=2)
    np.testing.assert_array_equal(scatter.counts, phantom.values[:, :, 2] + 1024.0)


def test_pictures_that_are_no_pair_are_refused(tmp_path: Path, phantom: Phantom) -> None:
    path = written(planar_dataset(phantom), tmp_path)
    with pytest.raises(ImageError, match="energy window 3 holds 0 anterior"):
        image.load_planar(path, energy_window=3)
    with pytest.raises(ImageError, match="holds 2 anterior"):
        image.load_planar(written(planar_dataset(phantom, EnergyWindowVector=[1] * 4), tmp_path))
    with pytest.raises(ImageError, match="views: not told"):
        image.load_planar(
            written(planar_dataset(phantom, DetectorInformationSequence=None), tmp_path)
        )
    with pytest.raises(ImageError, match="RECON TOMO is no pair"):
        image.load_planar(written(spect_dataset(phantom, 2.5), tmp_path))
    with pytest.raises(ImageError, match="one planar Nuclear Medicine file"):
        image.load_planar(tmp_path / "nothing.dcm")
