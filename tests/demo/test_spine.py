"""The built-in spine patient: voxels agree with the analytic truth, and with what CT shows."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial import cKDTree

from seldinger.anatomy import Settings, Skin, targets
from seldinger.care.clearance import Answer, Case, assess
from seldinger.core.errors import AnatomyError, ImageError
from seldinger.core.space import Grid, as_vector
from seldinger.core.volume import LabelMap
from seldinger.demo import SpinePatient, spine_patient, visit
from seldinger.demo.render import paint, scan
from seldinger.demo.spine.coats import CORTEX_HU, MARROW_HU, list_coats
from seldinger.demo.spine.levels import LEVELS, SIDES
from seldinger.demo.spine.truth import SpineTruth, collect_spine_truth
from seldinger.image.study import PatientPosition

Crop = tuple[np.ndarray, LabelMap]
PEDICLES = [(level, side) for level in LEVELS for side in SIDES]


@pytest.fixture(scope="module")
def truth() -> SpineTruth:
    return collect_spine_truth()


@lru_cache(maxsize=8)
def crop(level: str, voxel_mm: float = 1.0) -> Crop:
    """HU and labels of one vertebra, without noise."""
    centre = np.asarray(collect_spine_truth().level(level).place.origin_lps_mm)
    low = centre - (44.0, 24.0, 34.0)
    shape = np.ceil(np.array((88.0, 84.0, 60.0)) / voxel_mm).astype(int)
    grid = Grid.aligned(shape.tolist(), voxel_mm, (low + 0.5 * voxel_mm).tolist())
    hu, labels = paint(list_coats(), grid)
    return scan(hu, grid, 0.0, 0).values, labels


@pytest.fixture(scope="module")
def coarse() -> SpinePatient:
    return spine_patient(2.0, levels=("T11", "T12", "L1"))


def sample(crop_of: Crop, points: np.ndarray) -> np.ndarray:
    values, labels = crop_of
    index = labels.grid.to_index(points)
    found: np.ndarray = ndimage.map_coordinates(values.astype(float), index.T, order=1)
    return found


def centres(labels: LabelMap) -> np.ndarray:
    index = np.argwhere(np.ones(labels.grid.shape, np.bool_))
    found: np.ndarray = labels.grid.to_lps(index.astype(float))
    return found


def own_points(
    truth: SpineTruth, level: str, first: np.ndarray, second: np.ndarray, wall: str
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) on a wall of a body, LPS mm, and outward unit vectors in LPS."""
    one = truth.level(level)
    body = one.shape
    if wall == "upper endplate":
        own = np.stack([first, second, body.find_endplate(first, second)], axis=1)
        way = (0.0, 0.0, 1.0)
    else:
        back = wall == "back"
        own = np.stack([first, body.find_wall(first, second, back=back), second], axis=1)
        way = (0.0, 1.0 if back else -1.0, 0.0)
    return one.place.to_lps(own), np.asarray(way) @ one.place.axes


def test_labels_are_exactly_the_solids(coarse: SpinePatient) -> None:
    labels, scene = coarse.study.labels, coarse.truth.scene
    assert labels is not None
    grid = labels.grid
    index = np.random.default_rng(3).integers((60, 60, 0), (126, 130, grid.shape[2]), (30_000, 3))
    points = grid.to_lps(index)
    # What is painted later lies in front; vertebrae come last, after canal and ribs.
    for name in ("vertebrae_T11", "vertebrae_T12", "vertebrae_L1"):
        solid = scene.solid(name)
        near = np.abs(solid.level(*points.T)) < 1e-3
        shown = labels.mask(name)[tuple(index.T)]
        assert np.array_equal(shown[~near], solid.contains(points[~near])), name


def test_no_bone_enters_the_canal(truth: SpineTruth) -> None:
    for level in ("T11", "L3"):
        _, labels = crop(level)
        points = centres(labels)
        inside = truth.canal.contains(points)
        inside = inside.reshape(labels.grid.shape)
        bone = np.logical_or.reduce([labels.mask(n) for n in labels.names if n.startswith("vert")])
        assert inside.sum() > 5000
        assert not (bone & inside).any()
        assert labels.mask("spinal_cord")[inside].mean() > 0.5


@pytest.mark.parametrize(("upper", "lower"), [*pairwise(LEVELS)])
def test_neighbours_meet_at_joints_with_a_gap(truth: SpineTruth, upper: str, lower: str) -> None:
    one, other = (truth.scene.solid(f"vertebrae_{level}") for level in (upper, lower))
    low = np.maximum(one.bounds[0], other.bounds[0]) - 2.0
    high = np.minimum(one.bounds[1], other.bounds[1]) + 2.0
    low[1] = 60.0
    axes = [np.arange(a, b, 0.9) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    bones = [points[bone.contains(points)] for bone in (one, other)]
    gap = cKDTree(bones[0]).query(bones[1], distance_upper_bound=4.0)[0].min()
    assert 0.85 < gap < 3.5


@pytest.mark.parametrize("level", list(LEVELS))
def test_bodies_keep_clear_of_the_canal_so_that_their_volume_is_whole(
    truth: SpineTruth, level: str
) -> None:
    body = truth.level(level).body
    low, high = body.bounds
    x, y, z = (np.linspace(a, b, 60) for a, b in zip(low, high, strict=True))
    coordinates = x[:, None, None], y[:, None], z
    inside = body.level(*coordinates) <= 0.0
    assert not (inside & (truth.canal.level(*coordinates) <= 0.0)).any()


def test_voxel_volumes_of_lesion_and_cleft_are_the_true_ones(truth: SpineTruth) -> None:
    _, labels = crop("L3")
    shown_ml = labels.mask("spine-metastasis-1").sum() * labels.grid.voxel_ml
    true_ml = truth.level("L3").lesion_ml
    assert shown_ml == pytest.approx(true_ml, rel=0.02)
    assert 4.0 < true_ml < 8.0
    hu, labels = crop("T12")
    # Halfway between gas and marrow.
    gas_ml = ((hu < -340) & labels.mask("vertebrae_T12")).sum() / 1000.0
    assert gas_ml == pytest.approx(truth.level("T12").cleft_ml, rel=0.2)


@pytest.mark.parametrize("level", ["T12", "L1"])
def test_heights_are_seen_between_the_endplates(truth: SpineTruth, level: str) -> None:
    _, labels = crop(level)
    one = truth.level(level)
    deep = one.shape.half_depth_mm
    along = np.arange(-20.0, 20.0, 0.1)
    for share, height in zip((-0.88, 0.0), one.heights_mm[:2], strict=True):
        own = np.stack([0 * along, 0 * along + share * deep, along], axis=1)
        index = np.rint(labels.grid.to_index(one.place.to_lps(own))).astype(int)
        shown = labels.mask(f"vertebrae_{level}")[tuple(index.T)].sum() * 0.1
        assert shown == pytest.approx(height, abs=1.7)


def test_t12_is_a_wedge_and_its_neighbours_are_whole(truth: SpineTruth) -> None:
    assert truth.level("T12").lost_front_share == pytest.approx(0.35)
    front, middle, back = truth.level("T12").heights_mm
    assert front < middle < back
    assert truth.level("T11").lost_front_share == truth.level("L1").lost_front_share == 0.0


@pytest.mark.parametrize(("level", "side"), PEDICLES)
def test_pedicles_are_as_wide_and_high_as_told(truth: SpineTruth, level: str, side: str) -> None:
    pedicle = truth.level(level).pedicles[side]
    bone, place = truth.scene.solid(f"vertebrae_{level}"), truth.level(level).place
    along = np.arange(-14.0, 14.0, 0.02)
    for direction, told in ((1, pedicle.width_mm), (2, pedicle.height_mm)):
        way = pedicle.bar.frame[direction] @ place.axes
        points = np.asarray(pedicle.isthmus_lps_mm) + along[:, None] * way
        assert bone.contains(points).sum() * 0.02 == pytest.approx(told, abs=0.05)
    # Published means and ranges: seldinger facts vertebra.path.
    assert (side == "left" and level == "T11") or 6.0 <= pedicle.width_mm <= 17.8


def test_pedicle_widths_show_in_labels(truth: SpineTruth) -> None:
    for level, side in (("T11", "left"), ("T11", "right"), ("L3", "left"), ("L3", "right")):
        _, labels = crop(level)
        pedicle = truth.level(level).pedicles[side]
        along = np.arange(-9.0, 9.0, 0.05)
        heights = np.linspace(-0.5, 0.5, 5)
        way = pedicle.bar.frame @ truth.level(level).place.axes
        shown = []
        for up in heights:
            points = pedicle.isthmus_lps_mm + along[:, None] * way[1] + up * way[2]
            index = np.rint(labels.grid.to_index(points)).astype(int)
            shown.append(labels.mask(f"vertebrae_{level}")[tuple(index.T)].sum() * 0.05)
        assert np.mean(shown) == pytest.approx(pedicle.width_mm, abs=0.8)


@pytest.mark.parametrize(("level", "wall"), [("T12", "upper endplate"), ("T12", "front"),
                                             ("L3", "back")])  # fmt: skip
def test_gaps_are_open_in_hu_and_the_wall_beside_them_is_not(
    truth: SpineTruth, level: str, wall: str
) -> None:
    one = truth.level(level)
    (gap,) = [b for b in one.breaks if b.wall == wall]
    middle = one.place.to_own(np.asarray(gap.centre_lps_mm))
    a, b = (middle[0], middle[1] if wall == "upper endplate" else middle[2])
    peaks = {}
    # Mirrored across the midline, the same wall is whole.
    for name, x in (("gap", a), ("whole", -a - np.sign(a) * 8.0)):
        points, way = own_points(truth, level, np.array([x]), np.array([b]), wall)
        across = points + np.arange(-2.0, 1.8, 0.1)[:, None] * way
        peaks[name] = sample(crop(level), across).max()
    assert peaks["gap"] < 230.0
    assert peaks["whole"] > 330.0


def test_the_whole_gap_of_the_back_wall_is_tumour(truth: SpineTruth) -> None:
    x, z = (c.ravel() for c in np.meshgrid(np.linspace(-4.4, 4.4, 23), np.linspace(-3.9, 3.9, 23)))
    within = (x / 4.4) ** 2 + (z / 3.9) ** 2 <= 1.0
    wall, out = own_points(truth, "L3", x[within] + 8.0, z[within] - 5.5, "back")
    for depth in (0.05, 0.35, 0.65):
        assert truth.scene.contains("spine-metastasis-1", wall - depth * out).all()


def test_areas_of_gaps_are_what_a_flat_hole_would_be_and_slightly_more(truth: SpineTruth) -> None:
    flat = {"upper endplate": np.pi * 24.0, "front": np.pi * 14.3, "back": np.pi * 18.0}
    for level in ("T12", "L3"):
        for gap in truth.level(level).breaks:
            assert 1.0 <= gap.area_mm2 / flat[gap.wall] < 1.15


def test_hu_are_those_of_thin_bone(truth: SpineTruth) -> None:
    hu, labels = crop("L1")
    inside = truth.scene.solid("marrow_L1").parts()[0]
    points = centres(labels)
    depth = inside.level(*points.T).reshape(labels.grid.shape)
    assert np.median(hu[depth < -2.5]) == pytest.approx(MARROW_HU, abs=1.0)
    assert 80.0 <= MARROW_HU <= 110.0
    one = truth.level("L1").body
    shell = np.abs(one.level(*points.T)).reshape(hu.shape) < 0.5
    # Thinner than a voxel: brighter than marrow, less bright than its bone.
    assert 250.0 < np.median(hu[shell]) < 0.8 * CORTEX_HU


def test_a_needle_along_a_pedicle_stays_in_it_and_one_aside_leaves_it(truth: SpineTruth) -> None:
    for level, side in PEDICLES:
        pedicle = truth.level(level).pedicles[side]
        entry, tip = truth.aim_along_pedicle(level, side)
        clear = truth.measure_pedicle_clearance_mm(level, side, entry, tip)
        assert clear == pytest.approx(0.5 * min(pedicle.width_mm, pedicle.height_mm), abs=0.01)
        assert truth.scene.contains("body", np.asarray(entry) - 0.1 * np.array([0, 1, 0])).all()
        assert truth.level(level).body.contains(tip).all()
        assert truth.measure_canal_clearance_mm(entry, tip) > 0.0
        inwards = -3.0 * SIDES[side] * np.array([1.0, 0.0, 0.0])
        moved = truth.measure_pedicle_clearance_mm(
            level, side, as_vector(entry + inwards), as_vector(tip + inwards)
        )
        cosine = np.cos(np.deg2rad(LEVELS[level].inward_deg))
        assert moved == pytest.approx(clear - 3.0 * cosine, abs=0.1)
    assert truth.measure_pedicle_clearance_mm(
        "T11", "left", *truth.aim_along_pedicle("T11", "left")
    ) == pytest.approx(2.0, abs=0.01)


def test_the_canal_leaves_pedicles_whole_in_their_narrow_stretch(truth: SpineTruth) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 90)
    for level, side in PEDICLES:
        one, pedicle = truth.level(level), truth.level(level).pedicles[side]
        bar = pedicle.bar
        for ahead in np.linspace(-pedicle.stretch_mm, pedicle.stretch_mm, 9):
            share = np.array(0.5 + ahead / bar.length_mm)
            wide, tall = bar.find_half_axes(share)
            ring = np.stack([0 * angle + share * bar.length_mm, wide * np.cos(angle),
                             tall * np.sin(angle)], axis=1)  # fmt: skip
            points = one.place.to_lps(ring @ bar.frame + bar.start)
            assert truth.canal.level(*points.T).min() > 0.0, (level, side, ahead)


def test_a_needle_that_ends_short_or_beside_nothing_is_refused(truth: SpineTruth) -> None:
    with pytest.raises(AnatomyError, match="does not reach"):
        truth.measure_pedicle_clearance_mm("L1", "left", (20, 110, 110), (20, 90, 110))
    with pytest.raises(AnatomyError, match=r"no 'L6'; it has: T10"):
        truth.level("L6")
    with pytest.raises(AnatomyError, match="left, right"):
        truth.measure_pedicle_clearance_mm("L1", "both", (20, 110, 110), (20, 20, 110))


def test_she_lies_on_her_belly_on_a_table(coarse: SpinePatient) -> None:
    assert coarse.study.position is PatientPosition.PRONE
    x = np.linspace(-80.0, 80.0, 31)
    on = np.stack([x, -108.0 + x**2 / 900.0 + 1.2, np.full(31, 120.0)], axis=1)
    assert coarse.truth.scene.contains("body", on).all()
    assert coarse.truth.scene.contains("table", on - np.array([0.0, 2.5, 0.0])).all()
    assert coarse.truth.scene.contains("body", [0.0, 110.0, 100.0]).all()


def test_names_are_totalsegmentators_and_all_seen(coarse: SpinePatient) -> None:
    labels = coarse.study.labels
    assert labels is not None
    bones = {"vertebrae_T11", "vertebrae_T12", "vertebrae_L1", "rib_left_12", "rib_right_11"}
    near = {"spinal_cord", "aorta", "kidney_left", "iliopsoas_left", "autochthon_right"}
    assert bones | near <= set(labels.names)
    assert all(labels.mask(name).any() for name in labels.names)
    assert "spine-metastasis-1" not in labels.names
    assert coarse.levels == ("T11", "T12", "L1")


def test_same_arguments_give_the_same_bytes() -> None:
    first, again, other = (
        spine_patient(4.0, seed=s, levels=("T12",)).study for s in (1, 1, 2)
    )  # fmt: skip
    assert np.array_equal(first.image.values, again.image.values)
    assert first.inputs == again.inputs
    assert not np.array_equal(first.image.values, other.image.values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"voxel_mm": 0.0}, {"voxel_mm": float("nan")}, {"noise_hu": -1.0}, {"levels": ()},
        {"levels": ("L6",)}, {"levels": "T12"},
    ],
)  # fmt: skip
def test_what_makes_no_ct_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ImageError, match="allowed"):
        spine_patient(**wrong)  # type: ignore[arg-type]


def test_a_scan_too_large_is_refused() -> None:
    with pytest.raises(ImageError, match="at most"):
        spine_patient(0.5)


def test_anatomy_finds_belly_on_the_table_back_free_and_the_metastasis() -> None:
    subject = spine_patient(2.0, levels=("L3",))
    built = subject.build_anatomy(Settings(voxel_mm=2.5))
    on_table = np.argwhere(built.skin == Skin.TABLE_CONTACT)
    free = np.argwhere(built.skin == Skin.OPEN)
    assert built.grid.to_lps(on_table.astype(float))[:, 1].max() < -60.0
    assert built.grid.to_lps(free.astype(float))[:, 1].max() > 100.0
    lesion = targets.find(built, "spine-metastasis-1")
    assert lesion.organ == "vertebrae"
    assert lesion.volume_ml == pytest.approx(subject.truth.level("L3").lesion_ml, rel=0.05)


@pytest.mark.parametrize("procedure", ["vertebroplasty", "kyphoplasty"])
def test_she_comes_without_anticoagulant_and_is_clear(procedure: str) -> None:
    told = visit(procedure, "spine")
    assert told.request is not None
    assert told.request.procedure == procedure
    found = assess(Case(told.request, told.patient), told.now, told.profile)
    assert found.answer is Answer.CLEAR
