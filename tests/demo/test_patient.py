"""The built-in patient: voxels agree with the analytic truth, at any voxel size, every time."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest

from seldinger.core.errors import AnatomyError, ImageError
from seldinger.demo import DemoPatient, patient
from seldinger.demo.body import coats
from seldinger.demo.organs import DEEP_ABSCESS, KIDNEYS, NODULE, TUMOUR
from seldinger.demo.render import find_inside, lattice
from seldinger.image.study import PatientPosition, PositionOrigin

WITHIN_MM = 1e-3
"""Voxel centres nearer to a surface than this may fall on either side (single precision)."""


@lru_cache(maxsize=2)
def demo(voxel_mm: float = 3.0) -> DemoPatient:
    return patient(voxel_mm)


def centres(subject: DemoPatient, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random voxels (index) of a study and their centres."""
    grid = subject.study.image.grid
    index = np.random.default_rng(3).integers(0, grid.shape, (count, 3))
    return index, grid.to_lps(index)


def test_the_labels_are_exactly_the_solids() -> None:
    subject = demo()
    labels, truth = subject.study.labels, subject.truth
    assert labels is not None
    index, points = centres(subject, 40_000)
    for name in labels.names:
        solid = truth.solid(name)
        near = np.abs(solid.level(*points.T)) < WITHIN_MM
        shown = labels.mask(name)[tuple(index.T)]
        assert np.array_equal(shown[~near], solid.contains(points[~near])), name


def test_organs_keep_clear_of_each_other() -> None:
    grid = lattice((3.0, 3.0, 3.0))
    masks = {}
    for coat in coats():
        if coat.layer == 0:
            masks[coat.name] = np.zeros(grid.shape, np.bool_)
            for box, mask in find_inside(coat.solid, grid):
                masks[coat.name][box] |= mask
    crowded = np.sum(list(masks.values()), axis=0) > 1
    meeting = [(a, b) for a, b in combinations(masks, 2) if (masks[a] & masks[b] & crowded).any()]
    assert not meeting


@pytest.mark.parametrize(
    ("name", "semi_mm"),
    [
        ("liver-tumour-1", TUMOUR.semi_mm),
        ("lung-nodule-1", NODULE.semi_mm),
        ("abscess-deep", DEEP_ABSCESS.semi_mm),
        ("kidney_left", KIDNEYS["left"].semi_mm),
    ],
)
def test_voxel_volumes_are_the_analytic_volumes(
    name: str, semi_mm: tuple[float, float, float]
) -> None:
    labels = demo(1.5).study.labels
    assert labels is not None
    shown_ml = labels.mask(name).sum() * labels.grid.voxel_ml
    assert shown_ml == pytest.approx(4.0 / 3.0 * np.pi * np.prod(semi_mm) / 1000.0, rel=0.02)


def test_organs_have_the_same_size_at_any_voxel_size() -> None:
    subject = patient((2.0, 3.0, 5.0), noise_hu=0.0)
    coarse, fine = subject.study.labels, demo(1.5).study.labels
    assert coarse is not None
    assert fine is not None
    assert coarse.names == fine.names
    assert subject.study.image.grid.spacing_mm == pytest.approx((2.0, 3.0, 5.0))
    for name in ("liver", "spleen", "aorta", "stomach", "lung_lower_lobe_right", "kidney_left"):
        a, b = (m.mask(name).sum() * m.grid.voxel_ml for m in (coarse, fine))
        assert a == pytest.approx(b, rel=0.03), name


def test_every_name_has_a_label_in_the_scan() -> None:
    labels = demo().study.labels
    assert labels is not None
    assert all(labels.mask(name).any() for name in labels.names)
    lesions = {"liver-tumour-1", "lung-nodule-1", "abscess-deep", "abscess-superficial"}
    assert lesions <= set(labels.names)
    assert "small_bowel_unlabelled" not in labels.names


def test_the_same_arguments_give_the_same_bytes_and_another_seed_other_noise() -> None:
    first, again, other = (patient(6.0, seed=s).study for s in (1, 1, 2))
    assert np.array_equal(first.image.values, again.image.values)
    assert first.inputs == again.inputs
    assert not np.array_equal(first.image.values, other.image.values)


def test_noise_has_the_asked_for_spread_and_tissue_its_hu() -> None:
    quiet, noisy = patient(3.0, noise_hu=0.0).study.image, patient(3.0, noise_hu=20.0).study.image
    body = quiet.values > -500
    spread = (noisy.values.astype(float) - quiet.values)[body]
    assert spread.std() == pytest.approx(20.0, rel=0.02)
    assert spread.mean() == pytest.approx(0.0, abs=0.2)
    assert quiet.values.dtype == np.int16
    labels = demo().study.labels
    assert labels is not None
    assert np.median(quiet.values[labels.mask("liver")]) == pytest.approx(110.0)
    assert np.median(quiet.values[labels.mask("lung_upper_lobe_left")]) == pytest.approx(-850.0)


def test_he_lies_on_a_table_on_his_back_and_touches_it() -> None:
    subject = demo()
    assert subject.study.position is PatientPosition.SUPINE
    assert subject.study.position_origin is PositionOrigin.USER
    x = np.linspace(-90.0, 90.0, 31)
    above = np.stack([x, 108.0 - x**2 / 900.0 - 1.0, np.full(31, 100.0)], axis=1)
    assert subject.truth.contains("body", above).all()
    below = above + np.array([0.0, 2.5, 0.0])
    assert subject.truth.contains("table", below).all()
    assert not subject.truth.contains("body", below).any()


def test_clearance_is_the_nearest_approach_of_the_needle() -> None:
    truth = demo().truth
    x, y, z = 20.0, -60.0, 60.0
    needle = ((x, y, z), (x, 60.0, z))
    dense = np.linspace(*needle, 20_001)
    for name in ("aorta", "kidney_left", "vertebrae"):
        sampled = truth.distance_mm(name, dense).min()
        assert truth.clearance_mm(name, *needle) == pytest.approx(sampled, abs=0.02), name


def test_a_needle_into_an_organ_has_negative_clearance() -> None:
    truth = demo().truth
    assert truth.clearance_mm("kidney_left", (160.0, 44.0, 94.0), (71.0, 44.0, 94.0)) < -15.0
    assert truth.clearance_mm("aorta", (10.0, 9.0, 90.0), (10.0, 9.0, 90.0)) < 0.0


def test_skin_points_lie_on_the_skin() -> None:
    truth = demo().truth
    entry = truth.skin_point((0.0, -20.0, 50.0), (-1.0, -1.0, 0.2))
    assert truth.distance_mm("body", entry)[0] == pytest.approx(0.0, abs=0.01)
    with pytest.raises(AnatomyError, match="misses the body"):
        truth.skin_point((0.0, -400.0, 50.0), (0.0, -1.0, 0.0))


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(AnatomyError, match=r"no 'appendix'; it has: ribs.*aorta"):
        demo().truth.solid("appendix")


@pytest.mark.parametrize(
    ("voxel_mm", "noise_hu"), [(0.0, 12.0), (float("nan"), 12.0), (50.0, 12.0), (3.0, -1.0)]
)
def test_what_makes_no_ct_is_refused(voxel_mm: float, noise_hu: float) -> None:
    with pytest.raises(ImageError, match="allowed"):
        patient(voxel_mm, noise_hu)
