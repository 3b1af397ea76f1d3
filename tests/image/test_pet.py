"""A PET header is believed as far as it goes: units, slopes, decay, instants, nuclide."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.image.nuclear_phantoms import (
    BED_S,
    F18,
    FRAME_S,
    Y90,
    Pet,
    clock,
    decay_factor,
    slope_of,
    start_of,
)
from tests.image.phantoms import seg_dataset, slices_of, write_slices

from seldinger import image
from seldinger.core.errors import ImageError, LabelError
from seldinger.image.nuclear import DecayCorrection, ReferenceOrigin
from seldinger.physics.activity import (
    Radionuclide,
    compute_frame_factor,
    find_mean_instant_s,
    map_activity,
    sum_values,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tests.image.phantoms import Phantom

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "read-a-pet.md"
CET = dt.timezone(dt.timedelta(hours=1))
START = dt.datetime(2025, 3, 3, 10, 0, tzinfo=CET)
GIVEN = dt.datetime(2025, 3, 2, 15, 30, tzinfo=CET)
ELAPSED_S = (START - GIVEN).total_seconds()


@pytest.fixture
def stored(phantom: Phantom) -> NDArray[np.int16]:
    """Noise with negative voxels, as some reconstructions make it."""
    rng = np.random.default_rng(3)
    return rng.integers(-300, 3000, phantom.grid.shape).astype(np.int16)


def series_of(pet: Pet, tmp_path: Path, phantom: Phantom, stored: Any) -> image.Series:
    return image.load(pet.write(tmp_path / "pet", phantom, stored)).planning


def shown(stored: NDArray[np.int16]) -> NDArray[np.float64]:
    """Numbers by each slice's own slope."""
    slopes = np.array([slope_of(k) for k in range(stored.shape[2])])
    made: NDArray[np.float64] = stored.astype(np.float64) * slopes
    return made


def test_every_slice_has_its_own_slope(tmp_path: Path, phantom: Phantom, stored: Any) -> None:
    series = series_of(Pet(), tmp_path, phantom, stored)
    assert series.image.unit == "Bq/mL"
    np.testing.assert_allclose(series.image.values, shown(stored), rtol=1e-6)
    assert series.image.values.min() < -100.0
    first_slope_only = stored.sum(dtype=np.float64) * slope_of(0)
    assert abs(first_slope_only / shown(stored).sum() - 1.0) > 0.25


def test_the_acquisition_is_as_recorded(tmp_path: Path, phantom: Phantom, stored: Any) -> None:
    acquired = series_of(Pet(), tmp_path, phantom, stored).acquisition
    assert acquired is not None
    assert (acquired.units, acquired.is_calibrated) == ("BQML", True)
    assert (acquired.nuclide, acquired.nuclide_code) == ("^90^Yttrium", "77501007")
    assert (acquired.half_life_s, acquired.positron_fraction) == (230_760.0, 3.2e-5)
    assert acquired.administered_at == GIVEN
    assert acquired.administered_bq == 1.4e9
    assert acquired.decay_correction is DecayCorrection.START
    assert (acquired.reference_at, acquired.reference_origin) == (START, ReferenceOrigin.SERIES)
    starts = tuple(START + dt.timedelta(seconds=start_of(k)) for k in range(stored.shape[2]))
    assert acquired.slice_starts == starts
    assert set(acquired.slice_durations_s) == {FRAME_S}
    assert acquired.time_zone == "+0100"


def test_activity_at_administration(tmp_path: Path, phantom: Phantom, stored: Any) -> None:
    series = series_of(Pet(), tmp_path, phantom, stored)
    made = image.measure_concentration(series, Y90, GIVEN)
    expected = shown(stored) * 2.0 ** (ELAPSED_S / Y90.half_life_s)
    np.testing.assert_allclose(made.volume.values, expected, rtol=1e-6)
    assert made.at == GIVEN
    assert any("multiplied by 1.22" in note for note in made.notes)  # 18.5 h
    activity = map_activity(made.volume)
    assert sum_values(activity) == pytest.approx(expected.sum() * phantom.grid.voxel_ml, rel=1e-6)


def test_without_an_instant_nothing_is_decayed(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(), tmp_path, phantom, stored)
    made = image.measure_concentration(series, Y90)
    assert made.at == START
    np.testing.assert_array_equal(made.volume.values, series.image.values)


def test_corrected_to_administration_is_not_corrected_again(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(decay="ADMIN"), tmp_path, phantom, stored)
    for at in (GIVEN, None):
        made = image.measure_concentration(series, Y90, at)
        assert made.at == GIVEN
        np.testing.assert_array_equal(made.volume.values, series.image.values)
    later = image.measure_concentration(series, Y90, START)
    assert sum_values(later.volume) < 0.85 * sum_values(series.image)


def test_an_uncorrected_scan_is_corrected_slice_by_slice(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    pet = Pet(scanner=F18, decay="NONE")
    series = series_of(pet, tmp_path, phantom, stored)
    acquired = series.acquisition
    assert acquired is not None
    assert (acquired.reference_at, acquired.reference_origin) == (None, ReferenceOrigin.SLICES)
    made = image.measure_concentration(series, F18, START)
    factors = np.array([decay_factor(F18, start_of(k)) for k in range(stored.shape[2])])
    assert factors.max() > 1.2 * factors.min()
    np.testing.assert_allclose(made.volume.values, shown(stored) * factors, rtol=1e-6)


@pytest.mark.parametrize("decay", ["START", "ADMIN"])
def test_a_scanner_set_to_another_nuclide_is_undone(
    tmp_path: Path, phantom: Phantom, stored: Any, decay: str
) -> None:
    """The truth: yttrium as an uncorrected scan that divides by its own fraction would show it."""
    back_s = ELAPSED_S if decay == "ADMIN" else 0.0
    series = series_of(Pet(scanner=F18, decay=decay), tmp_path, phantom, stored)
    beds = [start_of(k) + back_s for k in range(stored.shape[2])]
    positrons_per_s = shown(stored) * F18.positron_fraction  # type: ignore[operator]
    positrons_per_s /= np.array([decay_factor(F18, s) for s in beds])
    truth = positrons_per_s / 3.2e-5 * np.array([decay_factor(Y90, s) for s in beds])
    at = GIVEN if decay == "ADMIN" else START
    made = image.measure_concentration(series, Y90, at)
    np.testing.assert_allclose(made.volume.values, truth, rtol=1e-6)
    assert any("0.967 positrons per decay, Y-90 has 3.2e-05" in note for note in made.notes)
    assert any("half-life of 6586.2 s, Y-90 has 230760 s" in note for note in made.notes)
    same = image.measure_concentration(series, F18, at)
    np.testing.assert_array_equal(same.volume.values, series.image.values)


def test_published_half_lives_of_one_nuclide_are_one(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(), tmp_path, phantom, stored)
    for hours in (64.04, 64.24, 64.5):
        other = Radionuclide("Y-90", hours * 3600.0, 31.86e-6)
        made = image.measure_concentration(series, other)
        np.testing.assert_array_equal(made.volume.values, series.image.values)


def test_a_header_without_a_positron_fraction(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    empty = {"RadionuclidePositronFraction": None}
    right = series_of(Pet(injected=empty), tmp_path / "right", phantom, stored)
    assert any("not told" in n for n in image.measure_concentration(right, Y90).notes)
    wrong = series_of(Pet(scanner=F18, injected=empty), tmp_path / "wrong", phantom, stored)
    with pytest.raises(ImageError, match="say what it was set to"):
        image.measure_concentration(wrong, Y90)
    told = image.measure_concentration(wrong, Y90, scanner=F18)
    assert told.volume.values.max() > 1e4 * wrong.image.values.max()
    with pytest.raises(ImageError, match="the header holds"):
        image.measure_concentration(wrong, Y90, scanner=Y90)


@pytest.mark.parametrize(
    ("units", "unit"), [("CNTS", "counts"), ("GML", "g/mL"), ("PROPCNTS", "counts"), ("", "1")]
)
def test_other_units_are_images_without_activity(
    tmp_path: Path, phantom: Phantom, stored: Any, units: str, unit: str
) -> None:
    series = series_of(Pet(header={"Units": units}), tmp_path, phantom, stored)
    assert series.image.unit == unit
    assert series.acquisition is not None
    assert not series.acquisition.is_calibrated
    assert any("activity cannot be read" in note for note in series.notes)
    with pytest.raises(ImageError, match="bq_per_ml_per_count="):
        image.measure_concentration(series, Y90)
    made = image.measure_concentration(series, Y90, bq_per_ml_per_count=2.5)
    np.testing.assert_allclose(made.volume.values, 2.5 * shown(stored), rtol=1e-6)
    assert any("calibrated by the user" in note for note in made.notes)


def test_a_calibration_of_what_is_calibrated_is_refused(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(), tmp_path, phantom, stored)
    with pytest.raises(ImageError, match="already"):
        image.measure_concentration(series, Y90, bq_per_ml_per_count=2.5)
    counts = series_of(Pet(header={"Units": "CNTS"}), tmp_path / "counts", phantom, stored)
    with pytest.raises(ImageError, match="above 0"):
        image.measure_concentration(counts, Y90, bq_per_ml_per_count=-1.0)


def test_without_attenuation_correction_there_is_no_activity(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    pet = Pet(header={"CorrectedImage": ["NORM", "DECY"]})
    series = series_of(pet, tmp_path, phantom, stored)
    assert any("not corrected for attenuation" in note for note in series.notes)
    with pytest.raises(ImageError, match="without attenuation correction"):
        image.measure_concentration(series, Y90)


def test_no_start_of_administration_is_unknown(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    pet = Pet(decay="ADMIN", injected={"RadiopharmaceuticalStartDateTime": None})
    series = series_of(pet, tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.administered_at is None
    made = image.measure_concentration(series, Y90)
    assert made.at is None
    assert "when administration began is not told" in made.notes
    with pytest.raises(ImageError, match="reference_at="):
        image.measure_concentration(series, Y90, GIVEN)
    made = image.measure_concentration(series, Y90, GIVEN, reference_at=GIVEN)
    np.testing.assert_array_equal(made.volume.values, series.image.values)


def test_a_time_of_day_alone_is_no_instant(tmp_path: Path, phantom: Phantom, stored: Any) -> None:
    told = {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "153000"}
    series = series_of(Pet(injected=told), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.administered_at is None
    assert series.acquisition.administered_clock == "153000"
    (unknown,) = series.acquisition.list_unknowns()
    assert "153000, on which day is not told" in unknown


def test_without_a_time_zone_instants_are_the_scanners(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(header={"TimezoneOffsetFromUTC": None}), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.time_zone == ""
    assert any("no time zone is told" in note for note in series.acquisition.list_unknowns())
    assert not series.notes
    with pytest.raises(ImageError, match="time zone"):
        image.measure_concentration(series, Y90, GIVEN)
    local = GIVEN.replace(tzinfo=None)
    made = image.measure_concentration(series, Y90, local)
    ratio = sum_values(made.volume) / sum_values(series.image)
    assert ratio == pytest.approx(2.0 ** (ELAPSED_S / Y90.half_life_s))


def test_an_offset_of_its_own_holds_before_that_of_the_object(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    told = {"RadiopharmaceuticalStartDateTime": "20250302093000-0500"}
    series = series_of(Pet(injected=told), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.administered_at == GIVEN


LATE = {"SeriesTime": "143000"}


def late_slices(phantom: Phantom, stored: Any, **tags: Any) -> list[Any]:
    """A series that was made again in the afternoon, with frame reference times."""
    slices = Pet(scanner=F18, header={**LATE, **tags}).slices(phantom, stored)
    mean_s = find_mean_instant_s(FRAME_S, F18.half_life_s)
    for k, data in enumerate(slices):
        data.FrameReferenceTime = f"{(start_of(k) + mean_s) * 1000:.3f}"
    return slices


def test_a_series_time_after_the_scan_is_not_its_reference(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    folder = write_slices(tmp_path / "late", late_slices(phantom, stored))
    series = image.load(folder).planning
    assert series.acquisition is not None
    assert series.acquisition.reference_origin is ReferenceOrigin.FRAMES
    assert series.acquisition.reference_at is not None
    off_s = (series.acquisition.reference_at - START).total_seconds()
    assert abs(off_s) < 0.01
    assert any("frame reference times" in note for note in series.notes)


def test_a_late_series_without_frame_reference_times_has_none(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(header=LATE), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.reference_at is None
    with pytest.raises(ImageError, match="it is not known when the numbers hold"):
        image.measure_concentration(series, Y90, GIVEN)
    made = image.measure_concentration(series, Y90, GIVEN, reference_at=START)
    assert made.at == GIVEN


def test_a_late_series_needs_no_decay_factors_to_be_found_out(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    late = Pet(header={"DecayFactor": None, "SeriesTime": "100002"})
    series = series_of(late, tmp_path / "late", phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.reference_at is None
    cut = Pet(header={"DecayFactor": None, "SeriesTime": "100000.7"})
    series = series_of(cut, tmp_path / "cut", phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.reference_origin is ReferenceOrigin.SERIES


def test_decay_factors_contradict_a_series_time(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    """A series opened half an hour before the scan: decay was corrected to the scan."""
    pet = Pet(scanner=F18, header={"SeriesTime": clock(36_000.0 - 1800.0)})
    series = series_of(pet, tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.reference_at is None
    assert any("no series time fits" in note for note in series.notes)


def test_corrections_that_contradict_the_header(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    series = series_of(Pet(header={"CorrectedImage": ["ATTN"]}), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.decay_correction is None
    with pytest.raises(ImageError, match="decay correction not told"):
        image.measure_concentration(series, Y90, GIVEN)


def test_what_is_not_told_of_corrections_and_zone_is_said(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    untold = {"CorrectedImage": None, "TimezoneOffsetFromUTC": "CET", "DecayCorrection": "SCAN"}
    series = series_of(Pet(header=untold), tmp_path, phantom, stored)
    assert series.acquisition is not None
    assert series.acquisition.is_calibrated
    assert any("attenuation is taken" in note for note in series.acquisition.list_unknowns())
    assert any("CET cannot be read" in note for note in series.notes)
    assert any("decay correction is SCAN" in note for note in series.notes)
    made = image.measure_concentration(series, Y90)
    assert "when the numbers hold is not told (decay correction not told)" in made.notes


def test_values_that_are_none_are_not_told(tmp_path: Path, phantom: Phantom, stored: Any) -> None:
    header = {"SeriesTime": "", "AcquisitionTime": "", "DecayFactor": None}
    injected = {"RadionuclideHalfLife": "0", "RadionuclidePositronFraction": None}
    series = series_of(Pet(header=header, injected=injected), tmp_path, phantom, stored)
    acquired = series.acquisition
    assert acquired is not None
    assert (acquired.half_life_s, acquired.positron_fraction) == (None, None)
    assert (acquired.slice_starts, acquired.reference_at) == ((), None)
    made = image.measure_concentration(series, Y90)
    np.testing.assert_array_equal(made.volume.values, series.image.values)
    assert any("half-life that the scanner used is not told" in note for note in made.notes)


def test_garbage_in_the_header_is_one_clear_error_or_none(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    folder = Pet().write(tmp_path / "pet", phantom, stored)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"230760.0", b"2307&0.0"))
    acquired = image.load(folder).planning.acquisition
    assert acquired is not None
    assert acquired.half_life_s is None
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"20250302153000", b"2025-13-02 ???"))
    acquired = image.load(folder).planning.acquisition
    assert acquired is not None
    assert acquired.administered_at is None


def test_slices_in_different_units_are_no_image(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    slices = Pet().slices(phantom, stored)
    slices[3].Units = "CNTS"
    with pytest.raises(ImageError, match="differ in Units"):
        image.load(write_slices(tmp_path / "pet", slices))


def test_a_segmentation_of_another_frame_of_reference_is_refused(
    tmp_path: Path, phantom: Phantom, stored: Any
) -> None:
    folder = Pet().write(tmp_path / "pet", phantom, stored)
    mask = phantom.values > 0
    drawn = seg_dataset(phantom, {"Tumor": mask})
    (tmp_path / "seg").mkdir()
    drawn.save_as(tmp_path / "seg" / "seg.dcm", enforce_file_format=True)
    study = image.load(folder, tmp_path / "seg")
    assert study.labels is not None
    np.testing.assert_array_equal(study.labels.mask("Tumor"), mask)
    drawn.FrameOfReferenceUID += ".9"
    drawn.save_as(tmp_path / "seg" / "seg.dcm", enforce_file_format=True)
    with pytest.raises(LabelError, match="another frame of reference"):
        image.load(folder, tmp_path / "seg")


def test_a_ct_has_no_activity(tmp_path: Path, phantom: Phantom) -> None:
    series = image.load(write_slices(tmp_path / "ct", slices_of(phantom))).planning
    assert series.acquisition is None
    with pytest.raises(ImageError, match="PET or SPECT"):
        image.measure_concentration(series, Y90, bq_per_ml_per_count=1.0)


def test_the_decay_within_a_frame_is_that_of_the_mean() -> None:
    """The integral over the frame, by the midpoint rule, is the twin."""
    at = (np.arange(20_000) + 0.5) / 20_000 * BED_S
    mean = float((2.0 ** (-at / F18.half_life_s)).mean())
    assert compute_frame_factor(BED_S, F18.half_life_s) == pytest.approx(1.0 / mean, rel=1e-9)
    instant_s = find_mean_instant_s(BED_S, F18.half_life_s)
    assert 2.0 ** (-instant_s / F18.half_life_s) == pytest.approx(mean, rel=1e-12)
    assert instant_s < BED_S / 2.0


def test_the_page_is_a_program(
    tmp_path: Path, phantom: Phantom, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pet().write(tmp_path / "pet", phantom, stored)
    (tmp_path / "seg").mkdir()
    drawn = seg_dataset(phantom, {"Liver": phantom.values > 0})
    drawn.save_as(tmp_path / "seg" / "seg.dcm", enforce_file_format=True)
    monkeypatch.chdir(tmp_path)
    told: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        exec(block, told)  # noqa: S102  our own page
    assert told["made"].at == GIVEN
    assert sum_values(told["relative"]) == pytest.approx(1.33e9)
    assert sum_values(told["activity"]) > 0.0
