"""Targets: by label, by mask, as a sphere; and the part of them worth sampling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studies import with_planning

from seldinger.anatomy import Kind, Origin, Settings, build, targets
from seldinger.core.errors import AnatomyError
from seldinger.core.volume import LabelEntry, LabelMap, Volume

if TYPE_CHECKING:
    from tests.anatomy.conftest import Phantom

    from seldinger.anatomy import Anatomy

V = 2.0
TUMOUR = (-62.0, -5.0, 0.0)


def at(anatomy: Anatomy, point: tuple[float, float, float]) -> tuple[int, int, int]:
    i, j, k = (int(n) for n in np.rint(anatomy.grid.to_index(point)))
    return i, j, k


@pytest.mark.parametrize(
    "name", ["liver tumour 1", "liver_tumor_1", "liver tumour", "liver_tumor_1#1"]
)
def test_a_lesion_is_found_by_any_of_its_names(anatomy: Anatomy, name: str) -> None:
    found = targets.find(anatomy, name)
    assert found.label == name
    assert found.organ == "liver"
    assert found.origin is Origin.LABEL
    assert found.volume_ml == pytest.approx(4 / 3 * np.pi * 1.2**3, rel=0.03)
    assert found.diameter_mm == pytest.approx(24.0, rel=0.01)
    assert np.allclose(found.centre_lps_mm, TUMOUR, atol=0.5)
    assert np.allclose(found.aim_lps_mm, TUMOUR, atol=0.5)


@pytest.mark.parametrize("name", ["LIVER-TUMOUR_1", "Liver Tumour 1", "LiverTumour1"])
def test_a_lesion_is_found_however_it_is_spelled(anatomy: Anatomy, name: str) -> None:
    found = targets.find(anatomy, name, organ="LIVER")
    assert (found.label, found.organ) == ("liver tumour 1", "liver")
    assert targets.find(anatomy, f"{name} #1").label == "liver tumour 1#1"


def test_a_lesion_is_found_by_the_end_of_its_name_where_no_other_ends_so(anatomy: Anatomy) -> None:
    for name in ("tumour-1", "Tumour 1", "tumour"):
        assert targets.find(anatomy, name).organ == "liver"
    assert targets.find(anatomy, "tumour-1").label == "liver tumour 1"
    first = anatomy.get_structure("liver tumour 1")
    two = replace(
        anatomy, structures=(*anatomy.structures, replace(first, name="left kidney tumour 1"))
    )
    with pytest.raises(AnatomyError, match="no target is called 'tumour-1'"):
        targets.find(two, "tumour-1")
    with pytest.raises(AnatomyError, match="no target"):
        targets.find(anatomy, "1")


def test_an_absent_name_offers_the_closest(anatomy: Anatomy) -> None:
    with pytest.raises(AnatomyError, match="liver tumour 1"):
        targets.find(anatomy, "liver tumor 2")
    with pytest.raises(AnatomyError, match="1 components; #2"):
        targets.find(anatomy, "liver_tumor_1#2")


def test_an_empty_label_is_no_target(anatomy: Anatomy) -> None:
    with pytest.raises(AnatomyError, match="empty"):
        targets.find(anatomy, "sausage")
    assert anatomy.unread == ("sausage",), "no vocabulary knows it"


def test_components_are_ranked_by_size(anatomy: Anatomy, trunk: Phantom) -> None:
    study = trunk.study
    assert study.labels is not None
    layer = np.array(study.labels.layers[0])
    i, j, k = at(anatomy, (-50.0, 25.0, 0.0))
    layer[i - 2 : i + 2, j - 2 : j + 2, k - 2 : k + 2] = 4
    two = replace(anatomy, study=replace(study, labels=replace(study.labels, layers=(layer,))))
    second = targets.find(two, "liver_tumor_1#2")
    assert second.volume_ml == pytest.approx(64 * V**3 / 1000.0)


@given(x=st.floats(-90.0, -30.0), y=st.floats(-25.0, 20.0), diameter=st.floats(3.0, 30.0))
def test_a_sphere_is_a_sphere(anatomy: Anatomy, x: float, y: float, diameter: float) -> None:
    found = targets.from_sphere(anatomy, (x, y, 0.0), diameter)
    assert found.volume_ml == pytest.approx(np.pi / 6 * diameter**3 / 1000)
    points = anatomy.grid.to_lps(np.argwhere(found.mask))
    away = np.linalg.norm(points - np.array([x, y, 0.0]), axis=1)
    assert away.max() <= max(diameter / 2, V)
    assert found.aim_lps_mm == found.centre_lps_mm == (x, y, 0.0)
    assert found.mask[at(anatomy, found.aim_lps_mm)]


@pytest.mark.parametrize(
    ("centre", "diameter", "said"),
    [
        ((0.0, 300.0, 0.0), 10.0, "outside the body"),
        ((0.0, 108.0, 0.0), 10.0, "outside the body"),
        ((-124.0, 0.0, 0.0), 40.0, "outside the body"),
        ((float("nan"), 0.0, 0.0), 10.0, "outside the body"),
        (TUMOUR, 0.0, "positive"),
        (TUMOUR, float("inf"), "positive"),
    ],
)
def test_a_sphere_must_lie_in_the_body(
    anatomy: Anatomy, centre: tuple[float, float, float], diameter: float, said: str
) -> None:
    with pytest.raises(AnatomyError, match=said):
        targets.from_sphere(anatomy, centre, diameter)


def test_a_sphere_lies_in_the_scan_whole(anatomy: Anatomy) -> None:
    scan = anatomy.study.image.grid
    top_mm = float(scan.to_lps(np.asarray(scan.shape) - 0.5)[2])
    x, y, _ = TUMOUR
    whole = targets.from_sphere(anatomy, (x, y, top_mm - 12.0), 23.9)
    assert whole.mask.sum() * anatomy.grid.voxel_ml == pytest.approx(whole.volume_ml, rel=0.1)
    with pytest.raises(AnatomyError, match=r"reaches 2\.0 mm beyond the scan"):
        targets.from_sphere(anatomy, (x, y, top_mm - 12.0), 28.0)


def test_a_target_fits_into_its_organ(anatomy: Anatomy) -> None:
    with pytest.raises(AnatomyError, match="fit into its organ"):
        targets.from_sphere(anatomy, (-12.0, -5.0, 0.0), 80.0, organ="aorta")
    with pytest.raises(AnatomyError, match="does not touch"):
        targets.from_sphere(anatomy, TUMOUR, 10.0, organ="vertebrae")


def test_a_target_beside_its_organ_lies_in_it_on_a_coarse_lattice(trunk: Phantom) -> None:
    """A shell thinner than a voxel touches nothing: the tumour was said to lie in no organ."""
    coarse = build(trunk.study, settings=Settings(voxel_mm=5.0))
    assert targets.find(coarse, "liver tumour 1").organ == "liver"
    assert targets.find(coarse, "liver tumour 1", organ="liver").organ == "liver"


def test_a_mask_on_the_lattice_or_the_image(anatomy: Anatomy, trunk: Phantom) -> None:
    found = targets.from_mask(anatomy, trunk.parts["tumour"], "mine")
    assert (found.organ, found.origin) == ("liver", Origin.USER)
    with pytest.raises(AnatomyError, match="resample it first"):
        targets.from_mask(anatomy, np.ones((3, 3, 3), dtype=bool), "mine")
    with pytest.raises(AnatomyError, match="empty"):
        targets.from_mask(anatomy, np.zeros(anatomy.grid.shape, dtype=bool), "mine")
    with pytest.raises(AnatomyError, match="outside the body"):
        targets.from_mask(anatomy, trunk.parts["table"], "mine")


def test_the_hidden_loop_lies_in_no_organ(anatomy: Anatomy) -> None:
    assert targets.from_sphere(anatomy, (45.0, -40.0, 0.0), 8.0).organ is None


@pytest.mark.parametrize(
    ("dead_hu", "word"), [(2.0, "necrosis"), (600.0, "calcium"), (-700.0, "gas")]
)
def test_the_aim_avoids_what_is_dead(trunk: Phantom, dead_hu: float, word: str) -> None:
    values = np.array(trunk.study.image.values)
    grid = trunk.study.image.grid
    points = grid.to_lps(np.argwhere(trunk.parts["tumour"]))
    core = np.linalg.norm(points - np.array([-58.0, -5.0, 0.0]), axis=1) < 7.0
    index = np.argwhere(trunk.parts["tumour"])[core]
    values[tuple(index.T)] = dead_hu
    study = with_planning(trunk.study, image=Volume(values, grid, "HU"))
    found = targets.find(build(study, settings=Settings(voxel_mm=V)), "liver_tumor_1")
    assert any(word in note for note in found.notes)
    middle = np.linalg.norm(grid.to_lps(index) - np.array([-58.0, -5.0, 0.0]), axis=1) < 5.0
    assert not found.viable[tuple(index[middle].T)].any()
    assert found.viable.sum() < found.mask.sum()
    aim = np.rint(grid.to_index(found.aim_lps_mm)).astype(int)
    assert found.viable[tuple(aim)]
    assert found.aim_lps_mm[0] < -62.0


@pytest.mark.parametrize(
    # organ, rim and core, HU: portal phase, late phase, a bright organ, and what is no dead core
    ("organ_hu", "rim_hu", "core_hu", "dead"),
    [
        (105.0, 85.0, 38.0, True),
        (75.0, 70.0, 35.0, True),
        (160.0, 130.0, 60.0, True),
        (110.0, 160.0, 45.0, True),
        (105.0, 45.0, 40.0, False),
        (105.0, 40.0, 85.0, False),
        (55.0, 75.0, 50.0, False),
    ],
)
def test_a_dead_core_is_dark_beside_its_own_rim_and_organ(
    trunk: Phantom, organ_hu: float, rim_hu: float, core_hu: float, dead: bool
) -> None:
    """Necrosis takes no contrast: it is told by the organ's HU, not by a fixed number."""
    values = np.array(trunk.study.image.values, dtype=np.float32)
    noise = np.random.default_rng(0).normal(0.0, 12.0, values.shape).astype(np.float32)
    grid = trunk.study.image.grid
    tumour = trunk.parts["tumour"]
    index = np.argwhere(tumour)
    away = np.linalg.norm(grid.to_lps(index) - np.array([-58.0, -5.0, 0.0]), axis=1)
    values[trunk.parts["liver"]] = organ_hu
    values[tumour] = rim_hu
    values[tuple(index[away < 7.0].T)] = core_hu
    values[trunk.parts["liver"] | tumour] += noise[trunk.parts["liver"] | tumour]
    study = with_planning(trunk.study, image=Volume(values, grid, "HU"))
    found = targets.find(build(study, settings=Settings(voxel_mm=V)), "liver_tumor_1")
    left_out = not found.viable[tuple(index[away < 4.0].T)].any()
    assert left_out is dead
    assert any("necrosis" in note for note in found.notes) is dead


def test_a_uniform_lesion_is_viable_throughout(anatomy: Anatomy) -> None:
    found = targets.find(anatomy, "liver tumour 1")
    assert (found.viable == found.mask).all()
    assert found.notes == ()


def _relabelled(anatomy: Anatomy, names: tuple[str, ...]) -> Anatomy:
    """The trunk with balls in its liver, one for each name, from small to large."""
    labels = anatomy.study.labels
    assert labels is not None
    layer = np.where(labels.layers[0] == 4, 1, labels.layers[0]).astype(np.uint8)
    middle = np.asarray(at(anatomy, TUMOUR))
    steps = np.indices(layer.shape).T.T - middle[:, None, None, None]
    for n in range(len(names)):
        away = steps - np.array([0, 0, 10 * (n - 1)])[:, None, None, None]
        layer[(away**2).sum(axis=0) <= (2 + n) ** 2] = 20 + n
    entries = (
        *(one for one in labels.entries if one.value != 4),
        *(LabelEntry(name, 20 + n) for n, name in enumerate(names)),
    )
    drawn = LabelMap((layer,), entries, labels.grid)
    return build(replace(anatomy.study, labels=drawn), settings=Settings(voxel_mm=V))


@pytest.mark.parametrize("names", [
    ("liver-tumour-2", "liver-tumour-3"), ("liver-tumour-1", "liver-tumour-10", "liver-tumour-2"),
    ("liver_tumour", "liver_tumour_2", "liver_tumour_1"),
])  # fmt: skip
def test_a_lesion_keeps_the_number_of_its_label_however_it_is_spelled(
    anatomy: Anatomy, names: tuple[str, ...]
) -> None:
    drawn = _relabelled(anatomy, names)
    labels = drawn.study.labels
    assert labels is not None
    for name in names:
        volume_ml = labels.mask(name).sum() * labels.grid.voxel_ml
        plain = name.replace("-", " ").replace("_", " ")
        for spelled in (name, name.replace("-", "_"), plain, plain.upper()):
            assert targets.find(drawn, spelled).volume_ml == pytest.approx(volume_ml), spelled
        (structure,) = (one for one in drawn.structures if one.sources == (name,))
        number = structure.name.removeprefix("liver tumour ")
        assert not name[-1].isdigit() or name.endswith(number)


def test_two_labels_of_one_spelling_are_no_target(anatomy: Anatomy) -> None:
    drawn = _relabelled(anatomy, ("liver-tumour-1", "liver_tumour_1"))
    with pytest.raises(AnatomyError, match="could be 'liver-tumour-1' or 'liver_tumour_1'"):
        targets.find(drawn, "liver tumour 1")
    ours = {one.name for one in drawn.structures if one.kind is Kind.LESION}
    assert ours == {"liver tumour 2", "liver tumour 3"}, "never the number of another label"
    assert targets.find(drawn, "liver_tumour_1").volume_ml > 0.0
