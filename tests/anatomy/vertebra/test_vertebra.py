"""Vertebrae painted by formula, in any pose, and what becomes of labels that are poor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.painted_spine import (
    CANAL_RADIUS,
    HALF_DEPTH,
    HALF_HEIGHT,
    HALF_WIDTH,
    STEP_MM,
    Bone,
    Pose,
    paint_spine,
)

from seldinger import evidence
from seldinger.anatomy.vertebra import (
    VERTEBRA_ASSUMPTIONS,
    Collapse,
    NextBody,
    Side,
    VertebraSettings,
    Wall,
    find_levels,
    find_next_bodies,
    find_vertebra,
    parse_level,
)
from seldinger.anatomy.vertebra.doubts import doubt_level, find_fused
from seldinger.anatomy.vertebra.expected import GRADES
from seldinger.anatomy.vertebra.spine import read_spine
from seldinger.core.errors import AnatomyError
from seldinger.core.volume import LabelEntry, LabelMap, Volume

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra import Vertebra
    from seldinger.image import Study

PLAIN = Bone()
NARROW = Bone(width_mm=5.0, height_mm=12.0, inwards_deg=20.0)
POSE = Pose((15.0, -18.0, 20.0), (1.3, -2.2, 0.6))


@pytest.fixture(scope="module")
def straight() -> Study:
    return paint_spine({"T12": PLAIN, "L1": PLAIN, "L2": PLAIN}, noise_hu=15.0)


@pytest.fixture(scope="module")
def upright(straight: Study) -> Vertebra:
    return find_vertebra(straight, "L1")


@pytest.fixture(scope="module")
def turned() -> Vertebra:
    bones = {"T12": PLAIN, "L1": NARROW, "L2": PLAIN}
    return find_vertebra(paint_spine(bones, POSE, noise_hu=15.0), "L1")


@pytest.fixture(scope="module")
def ill() -> Study:
    bones = {
        "T11": PLAIN,
        "T12": Bone(break_mm=5.0, cleft="gas"),
        "L1": Bone(front_mm=18.0),
        "L2": Bone(cleft="fluid"),
        "L3": Bone(metal_mm=4.0),
        "L4": Bone(lytic_mm=6.0),
    }
    return paint_spine(bones, noise_hu=15.0)


@pytest.fixture(scope="module")
def broken(ill: Study) -> Vertebra:
    return find_vertebra(ill, "T12")


def angle_deg(one: object, other: object) -> float:
    cosine = float(np.dot(np.asarray(one), np.asarray(other)))
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))))


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("L1", "L1"),
        ("vertebra L1", "L1"),
        ("vertebrae_L1", "L1"),
        ("th12", "T12"),
        ("T 12", "T12"),
        ("T-07", "T7"),
        ("c3", "C3"),
        ("lumbar 4", "L4"),
        ("D5 vertebra", "T5"),
    ],
)
def test_names_of_a_level(name: str, level: str) -> None:
    assert parse_level(name) == level


@pytest.mark.parametrize("name", ["L6", "T13", "C1", "S1", "", "liver", "rib_left_12", "1L"])
def test_other_names_are_no_level(name: str) -> None:
    with pytest.raises(AnatomyError, match="C2 to C7, T1 to T12 or L1 to L5"):
        parse_level(name)


def test_levels_from_the_head_down(straight: Study) -> None:
    assert find_levels(straight) == {n: f"vertebrae_{n}" for n in ("T12", "L1", "L2")}


def test_a_level_without_a_label_names_those_that_are(straight: Study) -> None:
    with pytest.raises(AnatomyError, match="L4 is not labelled; labelled are: T12, L1, L2"):
        find_vertebra(straight, "L4")


def test_two_labels_of_one_level_are_refused(straight: Study) -> None:
    with pytest.raises(AnatomyError, match="both mean L1"):
        find_levels(renamed(straight, ("L1", "vertebra l1", "L2")))


def renamed(study: Study, names: tuple[str, ...]) -> Study:
    assert study.labels is not None
    entries = tuple(LabelEntry(name, n) for n, name in enumerate(names, 1))
    return replace(study, labels=LabelMap(study.labels.layers, entries, study.labels.grid))


def relabelled(study: Study, layer: object) -> Study:
    assert study.labels is not None
    return replace(
        study,
        labels=LabelMap((np.asarray(layer),), study.labels.entries, study.labels.grid),
    )


def test_the_frame_is_that_of_the_vertebra(upright: Vertebra, turned: Vertebra) -> None:
    for vertebra, pose in ((upright, Pose()), (turned, POSE)):
        frame = vertebra.frame
        for have, should in zip((frame.left, frame.back, frame.up), pose.axes, strict=True):
            assert angle_deg(have, should) < 3.0
        assert np.linalg.norm(np.subtract(frame.origin_lps_mm, pose.middle_lps_mm)) < 1.5


@pytest.mark.parametrize(("which", "bone"), [("upright", PLAIN), ("turned", NARROW)])
def test_pedicles_measure_what_was_painted(
    which: str, bone: Bone, request: pytest.FixtureRequest
) -> None:
    vertebra = request.getfixturevalue(which)
    assert set(vertebra.pedicles) == {Side.LEFT, Side.RIGHT}
    frame = np.array([vertebra.frame.left, vertebra.frame.back, vertebra.frame.up])
    for side, pedicle in vertebra.pedicles.items():
        assert pedicle.width_mm == pytest.approx(bone.width_mm, abs=0.6)
        assert pedicle.height_mm == pytest.approx(bone.height_mm, abs=1.3)
        left, back, up = frame @ pedicle.axis_lps
        inwards = np.rad2deg(np.arctan2(-left if side is Side.LEFT else left, -back))
        assert inwards == pytest.approx(bone.inwards_deg, abs=4.0)
        assert abs(np.rad2deg(np.arcsin(up))) < 6.0
        where = frame @ np.subtract(pedicle.isthmus_lps_mm, vertebra.frame.origin_lps_mm)
        assert (where[0] > 0.0) == (side is Side.LEFT)
        assert abs(where[0]) == pytest.approx(14.0, abs=2.0)
        assert not (pedicle.mask & (vertebra.body | ~vertebra.bone)).any()


def test_left_and_right_mirror_each_other(upright: Vertebra) -> None:
    left, right = upright.pedicles[Side.LEFT], upright.pedicles[Side.RIGHT]
    assert left.width_mm == pytest.approx(right.width_mm, abs=0.4)
    assert left.height_mm == pytest.approx(right.height_mm, abs=0.4)
    assert left.mask.sum() == pytest.approx(right.mask.sum(), rel=0.1)


@pytest.mark.parametrize("which", ["upright", "turned"])
def test_the_canal_is_free_and_round(which: str, request: pytest.FixtureRequest) -> None:
    vertebra = request.getfixturevalue(which)
    assert vertebra.canal is not None
    assert not (vertebra.canal & vertebra.bone).any()
    # Beside the painted circle the pedicles leave some room.
    area = vertebra.canal.sum() / 26.0
    assert 0.95 < area / (np.pi * CANAL_RADIUS**2) < 1.9
    back = np.array(vertebra.frame.back)
    canal = vertebra.grid.to_lps(np.argwhere(vertebra.canal)) - vertebra.frame.origin_lps_mm
    assert 22.0 < float((canal @ back).mean()) < 28.0


@pytest.mark.parametrize("which", ["upright", "turned"])
def test_a_whole_body_is_whole(which: str, request: pytest.FixtureRequest) -> None:
    vertebra = request.getfixturevalue(which)
    heights = vertebra.heights
    for mm in (heights.front_mm, heights.middle_mm, heights.back_mm):
        assert mm == pytest.approx(26.0, abs=0.6)
    assert heights.wedge_deg == pytest.approx(0.0, abs=2.0)
    assert heights.shape is Collapse.NONE
    assert heights.grade == 0
    assert heights.lost_share is not None
    assert heights.lost_share < 0.06
    assert vertebra.body_ml == pytest.approx(np.pi * 22.0 * 16.0 * 26.0 / 1000.0, rel=0.06)
    assert vertebra.breaks == ()
    assert vertebra.cleft is None
    assert vertebra.dense_ml == vertebra.lytic_ml == 0.0
    assert vertebra.density_hu == pytest.approx(150.0, abs=3.0)
    assert vertebra.level_doubt is None
    assert vertebra.fused_with is None
    assert not vertebra.cut_by_scan


def test_endplates_are_the_ends_of_the_body(turned: Vertebra) -> None:
    up = np.array(turned.frame.up)
    for mask, side in ((turned.upper_endplate, 1.0), (turned.lower_endplate, -1.0)):
        assert not (mask & ~turned.body).any()
        away = (turned.grid.to_lps(np.argwhere(mask)) - turned.frame.origin_lps_mm) @ up
        assert np.median(away) * side == pytest.approx(12.2, abs=0.8)
    assert not (turned.upper_endplate & turned.lower_endplate).any()


def test_a_wedge_is_graded_by_its_neighbours(ill: Study) -> None:
    heights = find_vertebra(ill, "L1").heights
    assert heights.front_mm == pytest.approx(18.8, abs=0.6)  # a tenth of the depth behind the edge
    assert heights.middle_mm == pytest.approx(22.0, abs=0.6)
    assert heights.back_mm == pytest.approx(25.2, abs=0.7)
    assert heights.wedge_deg == pytest.approx(np.rad2deg(np.arctan(8.0 / 32.0)), abs=1.5)
    assert heights.expected_mm == pytest.approx((26.0, 26.0, 26.0), abs=0.8)
    assert heights.shape is Collapse.WEDGE
    assert heights.grade == 2
    assert all(evidence.fact(one).value for one in GRADES)


def test_a_fractured_neighbour_tells_no_height(broken: Vertebra) -> None:
    assert any("L1 may be fractured itself" in note for note in broken.notes)
    assert broken.heights.grade == 0


def test_a_hole_in_the_cortex_and_gas(broken: Vertebra) -> None:
    assert broken.breaks is not None
    (hole,) = broken.breaks
    assert hole.wall is Wall.LEFT
    assert hole.area_mm2 == pytest.approx(np.pi * 5.0**2, rel=0.35)
    assert broken.cleft is not None
    assert broken.cleft.content == "gas"
    assert broken.cleft.volume_ml == pytest.approx(0.42, rel=0.3)


def test_fluid_metal_and_what_destroys_bone(ill: Study) -> None:
    fluid, metal, lytic = (find_vertebra(ill, level) for level in ("L2", "L3", "L4"))
    assert fluid.cleft is not None
    assert fluid.cleft.content == "fluid"
    assert fluid.cleft.volume_ml == pytest.approx(0.42, rel=0.5)
    assert metal.dense_ml == pytest.approx(4.0 / 3.0 * np.pi * 0.064, rel=0.15)
    assert metal.cleft is None
    assert lytic.lytic_ml == pytest.approx(4.0 / 3.0 * np.pi * 0.216, rel=0.4)
    assert lytic.cleft is None
    for one in (fluid, metal, lytic):
        assert one.density_hu == pytest.approx(150.0, abs=6.0)
        assert one.breaks == ()


def test_coarse_voxels_tell_no_break_and_a_body_all_the_same() -> None:
    bones = {"T12": PLAIN, "L1": Bone(break_mm=5.0), "L2": PLAIN}
    vertebra = find_vertebra(paint_spine(bones, POSE, (3.0, 3.0, 3.0)), "L1")
    assert vertebra.breaks is None
    assert any("3.0 mm: they are unknown" in note for note in vertebra.notes)
    for pedicle in vertebra.pedicles.values():
        assert pedicle.width_mm == pytest.approx(8.0, abs=2.0)
        assert pedicle.height_mm == pytest.approx(14.0, abs=2.5)
    assert vertebra.heights.middle_mm == pytest.approx(26.0, abs=1.6)


def test_an_open_arch_shows_no_canal(straight: Study) -> None:
    assert straight.labels is not None
    layer = straight.labels.layers[0].copy()
    index = np.indices(layer.shape).reshape(3, -1).T
    behind = straight.labels.grid.to_lps(index)[:, 1].reshape(layer.shape) > 24.0
    layer[behind & (layer == 2)] = 0
    vertebra = find_vertebra(relabelled(straight, layer), "L1")
    assert vertebra.canal is None
    assert not vertebra.pedicles
    assert any("unknown, never clear" in note for note in vertebra.notes)
    assert vertebra.body_ml == pytest.approx(28.7, rel=0.1)


def cut_scan(study: Study, low_mm: float | None = None, high_mm: float | None = None) -> Study:
    """A scan that begins or ends at a height."""
    grid = study.image.grid
    low, high = [0, 0, 0], list(grid.shape)
    if low_mm is not None:
        low[2] = round(float(grid.to_index((0.0, 0.0, low_mm))[2]))
    if high_mm is not None:
        high[2] = round(float(grid.to_index((0.0, 0.0, high_mm))[2]))
    part = slice(low[2], high[2])
    assert study.labels is not None
    layers = tuple(one[..., part] for one in study.labels.layers)
    labels = LabelMap(layers, study.labels.entries, grid.crop(low, high))
    image = Volume(study.image.values[..., part], labels.grid, "HU")
    return replace(study, series=(replace(study.planning, image=image),), labels=labels)


def test_a_body_that_the_scan_cuts_has_no_grade(straight: Study) -> None:
    cut = cut_scan(straight, low_mm=-4.0)
    vertebra = find_vertebra(cut, "L1")
    assert vertebra.cut_by_scan
    assert vertebra.heights.grade is None
    assert vertebra.heights.lost_share is None
    assert any("scan cuts the body" in note for note in vertebra.notes)
    with pytest.raises(AnatomyError, match="has no voxels"):
        find_vertebra(cut, "L2")


def test_two_vertebrae_in_one_label_are_told(ill: Study) -> None:
    assert ill.labels is not None
    layer = ill.labels.layers[0].copy()
    layer[layer == 4] = 5
    spine, settings = read_spine(relabelled(ill, layer)), VertebraSettings()
    usual = spine.get_level("L1").volume_ml
    assert find_fused(spine, "L3", usual, settings) == "L2"
    assert find_fused(spine, "L1", usual, settings) is None
    doubt = doubt_level(spine, "L3", settings)
    assert doubt is not None
    assert "between L1 and L3 L2 is not labelled" in doubt


def test_a_number_that_is_left_out_is_doubted(straight: Study) -> None:
    settings = VertebraSettings()
    doubt = doubt_level(read_spine(renamed(straight, ("T11", "L1", "L2"))), "L1", settings)
    assert doubt is not None
    assert "between T11 and L1 T12 is not labelled" in doubt
    assert "as near to each other as neighbours" in doubt


def test_levels_that_swap_places_are_doubted(ill: Study) -> None:
    swapped = renamed(ill, ("T11", "L1", "T12", "L2", "L3", "L4"))
    doubt = doubt_level(read_spine(swapped), "L1", VertebraSettings())
    assert doubt is not None
    assert "T12 does not lie above L1" in doubt


def test_settings_refuse_what_makes_no_vertebra() -> None:
    with pytest.raises(AnatomyError, match=r"0\.5 to 2\.0 mm"):
        VertebraSettings(voxel_mm=5.0)
    with pytest.raises(AnatomyError, match="no assumption is called"):
        VertebraSettings(assume={"breaks": 3.0})
    used = VertebraSettings(assume={"break_least": 30.0}).list_uses()
    assert len(used) == len(VERTEBRA_ASSUMPTIONS)
    assert [one.name for one in used if one.edited] == ["break_least"]


BITES = {"left": (-19.0, 2.0, 0.0), "front": (4.0, -14.0, -2.0), "behind": (-9.0, 13.0, -3.0)}


def cut_label(study: Study, where: np.ndarray) -> Study:
    """The study with a hole in its labels."""
    labels = study.labels
    assert labels is not None
    layers = tuple(np.where(where, 0, one).astype(one.dtype) for one in labels.layers)
    return replace(study, labels=replace(labels, layers=layers))


def list_offsets(study: Study) -> np.ndarray:
    """(3, a, b, c) LPS mm from the middle of the painted L1, which stands upright."""
    grid = study.image.grid
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T) - Pose().middle_lps_mm
    return points.T.reshape(3, *grid.shape)


@pytest.mark.parametrize("place", BITES)
def test_a_piece_that_is_missing_from_the_sides_of_a_body_is_a_notch(
    place: str, straight: Study
) -> None:
    away = list_offsets(straight) - np.reshape(BITES[place], (3, 1, 1, 1))
    bitten = find_vertebra(cut_label(straight, np.linalg.norm(away, axis=0) < 7.0), "L1")
    assert bitten.notch_mm > 4.0


def test_no_body_that_is_whole_has_a_notch(upright: Vertebra, turned: Vertebra, ill: Study) -> None:
    wedge = find_vertebra(ill, "L1")
    assert (upright.notch_mm, turned.notch_mm, wedge.notch_mm) == (0.0, 0.0, 0.0)


def test_a_process_as_thick_as_at_the_fifth_lumbar_level_is_none_of_the_body(
    straight: Study, upright: Vertebra
) -> None:
    left, back, up = list_offsets(straight)
    wing = (np.abs(left) > 10.0) & (np.abs(left) < 36.0) & (np.abs(up) < 8.0)
    wing &= (back > 0.0) & (back < 22.0)
    labels = straight.labels
    assert labels is not None
    (layer,) = labels.layers
    made = replace(labels, layers=(np.where(wing & (layer == 0), 2, layer).astype(layer.dtype),))
    winged = find_vertebra(replace(straight, labels=made), "L1")
    across = [np.ptp(np.argwhere(one.body)[:, 0]) * one.grid.spacing_mm[0]
              for one in (upright, winged)]  # fmt: skip
    assert across[1] <= across[0] + 3.5
    assert winged.body_ml == pytest.approx(upright.body_ml, rel=0.08)
    assert winged.bone.sum() > 1.2 * upright.bone.sum()


def test_bodies_beside_a_level_are_those_of_its_neighbours(straight: Study) -> None:
    beside = find_next_bodies(straight, "L1")
    for one, level, up_mm in ((beside.above, "T12", STEP_MM), (beside.below, "L2", -STEP_MM)):
        assert isinstance(one, NextBody)
        assert one.level == level
        middle = one.grid.to_lps(np.argwhere(one.body)).mean(axis=0)
        assert middle[2] == pytest.approx(up_mm - 0.4, abs=2.0)
        painted_ml = np.pi * HALF_WIDTH * HALF_DEPTH * 2.0 * HALF_HEIGHT / 1000.0
        assert one.body.sum() * one.grid.voxel_ml == pytest.approx(painted_ml, rel=0.1)
        assert one.hu.shape == one.body.shape
        assert one.hu[one.body].mean() > 100.0


def test_a_body_beside_that_is_not_known_says_why(straight: Study) -> None:
    last = find_next_bodies(straight, "T12")
    assert last.above == "T11 is not labelled"
    assert isinstance(last.below, NextBody)
    assert find_next_bodies(straight, "L5").below == "S1 has no body that is told apart here"
    cut = find_next_bodies(cut_scan(straight, high_mm=STEP_MM), "L1")
    assert cut.above == "T12 is cut by the scan"


def test_half_of_a_vertebra_that_carries_the_next_ones_name_is_told(
    straight: Study, upright: Vertebra
) -> None:
    _, _, up = list_offsets(straight)
    labels = straight.labels
    assert labels is not None
    (layer,) = labels.layers
    moved = np.where((layer == 3) & (up > -STEP_MM), 2, layer).astype(layer.dtype)
    study = replace(straight, labels=replace(labels, layers=(moved,)))
    assert upright.touches is None
    assert find_vertebra(study, "L1").touches == "L2"
    assert find_vertebra(study, "L2").touches == "L1"
