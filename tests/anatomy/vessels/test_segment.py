"""Vessels without labels: tubes answer with their contrast, gaps need an image, seeds part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy.stats
from tests.vessel_trees import grow, paint

from seldinger.anatomy.vessels import enhance_vessels, extract_centrelines, segment_vessels
from seldinger.core.errors import AnatomyError
from seldinger.core.space import Grid
from seldinger.core.volume import Volume

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

BLOOD = 300.0
NOISE = 25.0


def volume(values: np.ndarray, spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Volume:
    return Volume(values.astype(np.float32), Grid(values.shape, np.diag([*spacing, 1.0])), "HU")


def tube(
    shape: tuple[int, int, int],
    spacing: tuple[float, float, float],
    axis: Any,
    radius_mm: float,
) -> np.ndarray:
    """Contrast of a tube through the middle, its edge blurred over half a voxel."""
    index = np.indices(shape).reshape(3, -1).T * np.array(spacing)
    way = np.array(axis, float) / np.linalg.norm(axis)
    off = index - (np.array(shape) - 1) / 2.0 * np.array(spacing)
    away = np.linalg.norm(off - (off @ way)[:, None] * way, axis=1)
    filled: np.ndarray = np.clip(0.5 + (radius_mm - away) / min(spacing), 0.0, 1.0)
    return BLOOD * filled.reshape(shape)


def at_middle(found: Volume) -> float:
    i, j, k = (n // 2 for n in found.values.shape)
    return float(found.values[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2].max())


def test_a_noisy_tree_is_told_from_what_lies_around_it() -> None:
    mask = paint(grow(5, size=110, branches=7, root=5.0), (110, 110, 110))
    noise = np.random.default_rng(3).normal(0.0, 60.0, mask.shape)
    found = enhance_vessels(volume(200.0 * mask + noise)).values
    ranks = scipy.stats.rankdata(np.concatenate([found[mask], found[~mask]]))
    n1, n0 = mask.sum(), (~mask).sum()
    area = (ranks[:n1].sum() - n1 * (n1 + 1) / 2.0) / (float(n1) * float(n0))
    assert area >= 0.98, "area under the ROC curve"


@pytest.mark.parametrize("radius_mm", [1.5, 3.0, 5.5])
def test_a_tube_answers_with_its_contrast_at_its_own_scale(radius_mm: float) -> None:
    scale = radius_mm / np.sqrt(2.0)
    found = enhance_vessels(volume(tube((41, 41, 41), (1, 1, 1), (0, 0, 1), radius_mm)), (scale,))
    least = 0.55 if radius_mm < 2.0 else 0.85  # a tube of three voxels is blurred by them
    assert least * BLOOD < at_middle(found) < 1.1 * BLOOD


def test_a_ball_and_a_sheet_answer_less_than_a_tube() -> None:
    index = np.indices((40, 40, 40)) - 19.5
    ball = BLOOD * (np.linalg.norm(index, axis=0) <= 3.0)
    sheet = BLOOD * (np.abs(index[0]) <= 3.0)
    dark = -tube((40, 40, 40), (1, 1, 1), (0, 0, 1), 3.0)
    tubes = at_middle(enhance_vessels(volume(tube((40, 40, 40), (1, 1, 1), (0, 0, 1), 3.0))))
    assert at_middle(enhance_vessels(volume(ball))) < 0.6 * tubes
    assert at_middle(enhance_vessels(volume(sheet))) < 0.1 * tubes
    assert at_middle(enhance_vessels(volume(dark))) < 0.05 * tubes


def test_the_way_a_tube_lies_changes_little() -> None:
    ways = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1), (3, -1, 2))
    answers = [at_middle(enhance_vessels(volume(tube((44, 44, 44), (1, 1, 1), way, 3.0))))
               for way in ways]  # fmt: skip
    assert max(answers) / min(answers) < 1.1


def test_long_voxels_change_little() -> None:
    even = at_middle(enhance_vessels(volume(tube((44, 44, 44), (1, 1, 1), (1, 0, 1), 3.0))))
    long = volume(tube((44, 44, 22), (1, 1, 2), (1, 0, 1), 3.0), (1, 1, 2))
    assert at_middle(enhance_vessels(long)) == pytest.approx(even, rel=0.1)


def test_a_region_is_all_that_answers_and_changes_nothing_in_it() -> None:
    image = volume(tube((60, 60, 60), (1, 1, 1), (1, 1, 1), 3.0))
    region = np.zeros((60, 60, 60), bool)
    region[20:40, 22:40, 24:40] = True
    whole, part = enhance_vessels(image).values, enhance_vessels(image, region=region).values
    assert not part[~region].any()
    np.testing.assert_allclose(part[region], whole[region], atol=0.02 * BLOOD)


def broken(weak_hu: float) -> Volume:
    """A tube along i whose middle tenth has another contrast, in noise."""
    image = tube((100, 40, 40), (1, 1, 1), (1, 0, 0), 3.0)
    image[45:55] *= weak_hu / BLOOD
    return volume(image + np.random.default_rng(5).normal(0.0, NOISE, image.shape))


def test_a_gap_that_the_image_fills_faintly_is_closed_and_said() -> None:
    found = segment_vessels(broken(45.0), assume={"follow_hu": 100.0, "seed_hu": 150.0})
    (gap,) = found.gaps
    assert 2.0 < gap.length_mm <= 15.0
    assert 43.0 < gap.from_lps_mm[0] < 57.0
    apart = np.linalg.norm(np.subtract(gap.from_lps_mm, gap.to_lps_mm))
    assert apart == pytest.approx(gap.length_mm, rel=0.5)
    assert gap.least_response >= 15.0
    assert scipy.ndimage.label(found.mask, np.ones((3, 3, 3)))[1] == 1
    assert any("was closed from" in note for note in found.notes)
    lines = extract_centrelines(found.mask, found.response.grid)
    assert len(lines.tree.parts) == 1


def test_a_gap_with_nothing_in_it_stays_open() -> None:
    image = broken(0.0)
    found = segment_vessels(image, assume={"follow_hu": 100.0, "seed_hu": 150.0})
    assert not found.gaps
    assert scipy.ndimage.label(found.mask, np.ones((3, 3, 3)))[1] == 2


def test_a_gap_longer_than_allowed_stays_open() -> None:
    given = {"follow_hu": 100.0, "seed_hu": 150.0, "gap_mm": 1.0}
    assert not segment_vessels(broken(45.0), assume=given).gaps


def test_small_parts_are_dropped_and_counted() -> None:
    image = np.asarray(broken(BLOOD).values).copy()
    image[20:23, 4:7, 4:7] += 500.0
    found = segment_vessels(volume(image), assume={"least_ml": 0.2, "gap_mm": 0.0})
    assert found.dropped >= 1
    assert scipy.ndimage.label(found.mask, np.ones((3, 3, 3)))[1] == 1
    assert any("too small" in note for note in found.notes)


def crossing() -> tuple[Volume, Mask, Mask]:
    """Two tubes, one above the other, that touch where they cross."""
    one = tube((60, 60, 40), (1, 1, 1), (1, 0, 0), 3.0)
    other = np.roll(tube((60, 60, 40), (1, 1, 1), (0, 1, 0), 3.0), 6, axis=2)
    return volume(np.maximum(one, other)), one > BLOOD / 2, other > BLOOD / 2


def test_vessels_that_touch_are_kept_apart_by_their_seeds() -> None:
    image, one, other = crossing()
    seeds = {"artery": np.array([[9.0, 29.5, 19.5]]), "vein": np.array([[29.5, 2.0, 25.5]])}
    found = segment_vessels(image, seeds=seeds)
    assert scipy.ndimage.label(found.mask, np.ones((3, 3, 3)))[1] == 1
    artery, vein = found.vessels["artery"], found.vessels["vein"]
    assert not (artery & vein).any()
    assert (artery & other & ~one).sum() < 0.03 * (other & ~one).sum()
    assert (vein & one & ~other).sum() < 0.03 * (one & ~other).sum()
    assert artery[-8:].any()
    assert vein[:, -8:].any()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"assume": {"seed_hu": 300.0}}, "nothing answers with 300"),
        ({"assume": {"seed": 30.0}}, "is not allowed; there are: seed_hu"),
        ({"assume": {"gap_mm": 99.0}}, "gap_mm 0 to 40"),
        ({"scales_mm": ()}, "give at least one"),
        ({"scales_mm": (1.0, -2.0)}, "all positive"),
        ({"region": np.zeros((40, 40, 40), bool)}, "at least one"),
        ({"region": np.ones((4, 40, 40), bool)}, "image's shape"),
        ({"assume": {"least_ml": 5.0}}, "lower least_ml"),
        ({"seeds": {"artery": [[0, 20, 20]]}}, "at least two"),
        ({"seeds": {"artery": [[0, 20, 20]], "vein": [[0, 0, 0]]}}, "a seed of vein lies"),
    ],
)
def test_what_cannot_be_segmented_is_refused(given: dict[str, Any], said: str) -> None:
    image = volume(0.8 * tube((40, 40, 40), (1, 1, 1), (1, 0, 0), 3.0))
    with pytest.raises(AnatomyError, match=said):
        segment_vessels(image, **given)
