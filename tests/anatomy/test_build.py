"""The anatomy of a trunk made of formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.studies import with_planning

from seldinger.anatomy import ASSUMPTIONS, Kind, Origin, Settings, Skin, Tissue, build
from seldinger.anatomy.skin import find_body_surface
from seldinger.core.errors import AnatomyError, Cancelled
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.geometry.morphology import dilate, erode
from seldinger.image.study import Modality

if TYPE_CHECKING:
    from tests.anatomy.conftest import Phantom

    from seldinger.anatomy import Anatomy
    from seldinger.core.volume import Mask

V = 2.0


def share(tissue: Tissue, where: Mask, anatomy: Anatomy) -> float:
    return float((anatomy.tissue[where] == tissue).mean())


def test_the_body_is_the_patient_without_the_table(anatomy: Anatomy, trunk: Phantom) -> None:
    body = trunk.parts["body"]
    assert not anatomy.body[trunk.parts["table"] & ~dilate(body, V, V)].any()
    assert anatomy.body[erode(body, V, V)].all()
    assert not anatomy.body[~dilate(body, V, V)].any()


def test_gas_inside_belongs_to_the_body_and_is_an_obstacle(
    anatomy: Anatomy, trunk: Phantom
) -> None:
    gas = trunk.parts["gas"]
    assert anatomy.body[gas].all()
    found = anatomy.get_structure("bowel gas")
    assert found.origin is Origin.THRESHOLD
    assert found.kind is Kind.BOWEL
    assert found.mask[gas].all()


def test_the_muscle_ring_is_wall(anatomy: Anatomy, trunk: Phantom) -> None:
    ends = np.zeros_like(anatomy.body)
    ends[:, :, 4:-4] = True
    muscle = erode(trunk.parts["muscle"], V, V) & ends
    assert share(Tissue.BODY_WALL, muscle, anatomy) > 0.97


def test_a_hidden_loop_on_the_wall_is_never_wall_or_fat(anatomy: Anatomy, trunk: Phantom) -> None:
    loop = erode(trunk.parts["loop"], V, V)
    # As far as the wall may be thicker than around it, plus a voxel on either side.
    beyond_excess = loop & ~dilate(trunk.parts["muscle"], 2.0 + 2 * V, V)
    assert share(Tissue.UNIDENTIFIED, beyond_excess, anatomy) == 1.0
    assert share(Tissue.UNIDENTIFIED, loop, anatomy) > 0.95
    assert share(Tissue.FAT, loop, anatomy) == 0.0


def test_fat_under_the_skin_and_around_organs_is_fat(anatomy: Anatomy, trunk: Phantom) -> None:
    parts = trunk.parts
    named = ("liver", "loop", "gut", "aorta", "vertebra")
    inside = parts["cavity"] & ~np.any([dilate(parts[n], 9.0, V) for n in named], axis=0)
    assert share(Tissue.FAT, erode(inside, V, V), anatomy) > 0.99
    under_skin = erode(parts["body"], 6.0, V) & ~dilate(parts["muscle"] | parts["cavity"], V, V)
    assert share(Tissue.FAT, under_skin, anatomy) > 0.99


def test_nothing_unidentified_lies_between_wall_and_liver(anatomy: Anatomy) -> None:
    grid = anatomy.grid
    from_skin = np.array([[-129.0 + s, -5.0, 0.0] for s in np.arange(2.0, 50.0, 1.0)])
    index = np.rint(grid.to_index(from_skin)).astype(int)
    crossed = anatomy.tissue[tuple(index.T)]
    assert not (crossed == Tissue.UNIDENTIFIED).any()
    assert {int(t) for t in crossed} == {Tissue.FAT, Tissue.BODY_WALL, Tissue.STRUCTURE}


def test_every_body_voxel_has_a_tissue_and_only_those(anatomy: Anatomy) -> None:
    assert ((anatomy.tissue > Tissue.OUTSIDE) == anatomy.body).all()


def test_skin_is_the_surface_and_is_complete(anatomy: Anatomy) -> None:
    assert ((anatomy.skin > Skin.NONE) == find_body_surface(anatomy.body)).all()


def test_the_scan_ends_are_no_skin(anatomy: Anatomy) -> None:
    ends = anatomy.skin[:, :, [0, -1]]
    assert set(np.unique(ends)) == {Skin.NONE, Skin.SCAN_END}
    assert not (anatomy.skin[:, :, 1:-1] == Skin.SCAN_END).any()


@pytest.mark.parametrize(("case", "side"), [("anatomy", 1.0), ("prone", -1.0)])
def test_table_contact_lies_on_the_table(
    case: str, side: float, request: pytest.FixtureRequest
) -> None:
    found: Anatomy = request.getfixturevalue(case)
    contact = found.grid.to_lps(np.argwhere(found.skin == Skin.TABLE_CONTACT))
    free = found.grid.to_lps(np.argwhere(found.skin == Skin.OPEN))
    assert len(contact) > 1000
    assert (contact[:, 1] * side > 60.0).all()
    assert (free[:, 1] * side).max() < 90.0


def test_a_contrast_aorta_is_no_bone_without_labels(bare: Anatomy, trunk: Phantom) -> None:
    bone = bare.get_structure("bone")
    assert bone.origin is Origin.THRESHOLD
    assert not bone.mask[trunk.parts["aorta"]].any()
    vertebra = trunk.parts["vertebra"]
    assert bone.mask[vertebra].mean() > 0.9
    assert bone.mask.sum() < 1.1 * vertebra.sum()


def test_no_bone_is_thresholded_beside_labelled_bone(anatomy: Anatomy) -> None:
    assert anatomy.get_structure("vertebrae").sources == ("vertebrae_L2",)
    assert not anatomy.has("bone")


def test_unlabelled_organs_stay_unidentified(bare: Anatomy, trunk: Phantom) -> None:
    for name in ("liver", "aorta", "loop"):
        part = erode(trunk.parts[name], V, V) & ~dilate(trunk.parts["muscle"], 5.0, V)
        assert share(Tissue.UNIDENTIFIED, part, bare) > 0.99


def test_labels_become_terms_and_lesions_are_numbered(anatomy: Anatomy, trunk: Phantom) -> None:
    assert (
        anatomy.get_structure("liver").mask == (trunk.parts["liver"] & ~trunk.parts["tumour"])
    ).all()
    tumour = anatomy.get_structure("liver tumour 1")
    assert (tumour.kind, tumour.sources) == (Kind.LESION, ("liver_tumor_1",))
    assert any("sausage" in note for note in anatomy.notes)


def test_the_image_may_lie_in_any_orientation(trunk: Phantom, anatomy: Anatomy) -> None:
    study = trunk.study
    affine = study.image.grid.index_to_lps.copy()
    ni, nj, _ = study.image.grid.shape
    affine[:3, 3] = study.image.grid.to_lps([ni - 1.0, nj - 1.0, 0.0])
    affine[0, 0] *= -1
    affine[1, 1] *= -1
    grid = Grid(study.image.grid.shape, affine)
    turned = Volume(study.image.values[::-1, ::-1], grid, "HU")
    labels = study.labels
    assert labels is not None
    flipped = replace(labels, layers=tuple(a[::-1, ::-1] for a in labels.layers), grid=grid)
    again = build(
        with_planning(replace(study, labels=flipped), image=turned), settings=Settings(voxel_mm=V)
    )
    assert (again.tissue == anatomy.tissue).all()
    assert (again.skin == anatomy.skin).all()


def test_the_same_study_gives_the_same_anatomy(trunk: Phantom, anatomy: Anatomy) -> None:
    again = build(trunk.study, settings=Settings(voxel_mm=V))
    assert (again.tissue == anatomy.tissue).all()
    assert again.names == anatomy.names


def test_arrays_are_read_only(anatomy: Anatomy) -> None:
    arrays = (anatomy.body, anatomy.tissue, anatomy.skin, *(s.mask for s in anatomy.structures))
    assert not any(a.flags.writeable for a in arrays)


def test_a_cut_field_of_view_is_no_skin(trunk: Phantom) -> None:
    study = trunk.study
    values = np.array(study.image.values)
    values[:40] = -2048
    found = build(
        with_planning(replace(study, labels=None), image=Volume(values, study.image.grid, "HU")),
        settings=Settings(voxel_mm=V),
    )
    cut = np.argwhere(found.skin == Skin.FIELD_CUT)
    assert len(cut) > 1000
    assert (np.abs(cut[:, 0] - 40) <= 3).all()
    assert not (found.skin[38:42] == Skin.OPEN).any()


def test_mr_knows_only_what_labels_show(trunk: Phantom) -> None:
    study = with_planning(
        trunk.study,
        modality=Modality.MR,
        image=Volume(np.where(trunk.parts["body"], 400.0, 5.0), trunk.study.image.grid, "1"),
    )
    found = build(study, settings=Settings(voxel_mm=V))
    assert not (found.tissue == Tissue.FAT).any()
    assert not found.has("bowel gas")
    assert any(note.startswith("MR") for note in found.notes)


@pytest.mark.parametrize("values", [np.full((40, 40, 20), -1000), np.zeros((4, 4, 4))])
def test_no_body_is_said(values: np.ndarray, trunk: Phantom) -> None:
    image = Volume(values, Grid.aligned(values.shape, 2.0), "HU")
    with pytest.raises(AnatomyError, match="no body found"):
        build(with_planning(replace(trunk.study, labels=None), image=image))


def test_pet_is_refused(trunk: Phantom) -> None:
    with pytest.raises(AnatomyError, match="CT or MR"):
        build(with_planning(trunk.study, modality=Modality.PET))


def test_progress_can_cancel(trunk: Phantom) -> None:
    seen: list[float] = []

    def impatient(what: str, fraction: float) -> None:
        seen.append(fraction)
        if fraction > 0.2:
            raise Cancelled(what)

    with pytest.raises(Cancelled):
        build(trunk.study, settings=Settings(voxel_mm=V), progress=impatient)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"voxel_mm": 0.01}, "allowed are"),
        ({"assume": {"wall_m": 5.0}}, "wall_mm"),
        ({"assume": {"wall_mm": 500.0}}, "lies outside 10 to 40 mm"),
    ],
)
def test_settings_are_checked(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(AnatomyError, match=said):
        Settings(**wrong)  # type: ignore[arg-type]


def test_assumptions_are_named_once() -> None:
    names = [a.name for a in ASSUMPTIONS]
    assert len(names) == len(set(names))
    assert Settings(assume={"recess_mm": 40.0}).get_value(
        next(a for a in ASSUMPTIONS if a.name == "recess_mm")
    ) == pytest.approx(40.0)
