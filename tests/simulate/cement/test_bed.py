"""A vertebra as a bed of pores: what conducts, what is closed, where it opens, what is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plain_vertebra import make_vertebra

from seldinger.anatomy.vertebra.model import Wall
from seldinger.core.errors import SimulationError
from seldinger.simulate.cement.bed import BREAKS_UNKNOWN, make_bed, turn_permeability
from seldinger.simulate.cement.exits import BASIVERTEBRAL, CANAL_BREAK, ExitKind
from seldinger.simulate.cement.lattice import make_averager

VERTEBRA = make_vertebra(breaks=(Wall.BACK, Wall.UPPER))


@pytest.mark.parametrize("voxel_mm", [0.7, 1.0, 1.3, 2.0])
def test_averages_keep_the_volume(voxel_mm: float) -> None:
    around = make_averager(VERTEBRA.grid, VERTEBRA.body, voxel_mm)
    share = around.mean(VERTEBRA.body)
    assert share.sum() * around.grid.voxel_ml == pytest.approx(VERTEBRA.body_ml, rel=1e-12)
    assert share == pytest.approx(share[::-1], abs=1e-12)


@pytest.mark.parametrize("voxel_mm", [1.0, 2.0])
def test_a_symmetric_vertebra_is_a_symmetric_bed(voxel_mm: float) -> None:
    made = make_bed(make_vertebra(patchy_hu=40.0), voxel_mm=voxel_mm)
    assert made.bed.porosity == pytest.approx(made.bed.porosity[::-1], abs=1e-9)
    assert made.bed.permeability_m2 == pytest.approx(made.bed.permeability_m2[:, ::-1], rel=1e-6)
    left, right = (
        next(one.where for one in made.bed.exits if one.name == f"segmental vein: {side}")
        for side in ("left", "right")
    )
    assert (left == right[::-1]).all()


def test_exits_are_named_by_where_they_lead() -> None:
    made = make_bed(VERTEBRA)
    assert made.kinds[CANAL_BREAK] is ExitKind.CANAL
    assert made.kinds["break: upper endplate"] is ExitKind.BREAK
    assert made.kinds[BASIVERTEBRAL] is ExitKind.CANAL
    assert made.kinds["segmental vein: front"] is ExitKind.VEIN
    where = {one.name: made.places_mm[one.where] for one in made.bed.exits}
    assert where[BASIVERTEBRAL][:, 1].min() > 12.0
    assert np.abs(where[BASIVERTEBRAL][:, [0, 2]]).max() <= 3.0
    assert where["break: upper endplate"][:, 2].min() > 12.0
    assert where["segmental vein: left"][:, 0].min() > 20.0
    assert where["segmental vein: front"][:, 1].max() < -14.0


def test_breaks_that_could_not_be_seen_are_unknown() -> None:
    made = make_bed(make_vertebra(breaks=None))
    assert not made.breaks_known
    assert BREAKS_UNKNOWN in made.notes
    assert make_bed(make_vertebra(breaks=())).breaks_known


def test_pedicles_belong_to_the_bed_and_not_to_the_body() -> None:
    made = make_bed(VERTEBRA)
    assert made.pedicles.any()
    assert not (made.pedicles & made.body).any()
    assert made.bed.conducts[made.pedicles].all()
    assert float(made.body.sum()) * made.bed.grid.voxel_ml == pytest.approx(VERTEBRA.body_ml)


def test_old_cement_is_closed_and_told() -> None:
    hu = VERTEBRA.hu.copy()
    middle = tuple(n // 2 for n in hu.shape)
    block = tuple(slice(n - 3, n + 4) for n in middle)
    hu[block] = 2500.0
    made = make_bed(replace(VERTEBRA, hu=hu))
    shut = made.body & ~made.bed.conducts
    assert shut.sum() == 343
    assert (made.bed.porosity[shut] == 0.0).all()
    assert "old cement" in made.notes[0]
    with pytest.raises(SimulationError, match="no pore of L1 is open"):
        make_bed(replace(VERTEBRA, hu=np.full_like(hu, 2500.0)))


def test_dense_bone_conducts_less_and_a_cleft_more() -> None:
    made = make_bed(make_vertebra(cleft_mm=3.0))
    cleft = made.bed.cleft
    assert cleft is not None
    up = made.bed.permeability_m2[2]
    shell = made.body & (made.bone_share > 0.2)
    spongy = made.body & ~cleft & (made.bone_share < 0.12) & (np.abs(made.places_mm[..., 2]) > 2.0)
    assert up[cleft].min() > 5.0 * up[spongy].max()
    assert np.median(up[shell]) < 0.5 * np.median(up[spongy])
    # 3 mm between two walls.
    assert np.median(up[cleft]) == pytest.approx((3e-3) ** 2 / 12.0)


def test_a_cleft_thinner_than_the_voxels_is_told() -> None:
    made = make_bed(make_vertebra(cleft_mm=1.0), voxel_mm=3.0)
    assert made.bed.cleft is None
    assert "thinner than these voxels" in made.notes[0]


def test_permeability_turns_with_the_vertebra() -> None:
    made = make_vertebra(order=(1, 2, 0))
    assert turn_permeability(made.frame, (1.0, 2.0, 3.0)) == pytest.approx((3.0, 1.0, 2.0))
    angle = np.radians(30.0)
    tilted = replace(
        made.frame, left=(1.0, 0.0, 0.0), back=(0.0, np.cos(angle), np.sin(angle)),
        up=(0.0, -np.sin(angle), np.cos(angle)),
    )  # fmt: skip
    got = turn_permeability(tilted, (1.0, 2.0, 4.0))
    assert got == pytest.approx((1.0, 2.0 * 0.75 + 4.0 * 0.25, 2.0 * 0.25 + 4.0 * 0.75))


@pytest.mark.parametrize(
    ("edits", "voxel_mm", "words"),
    [
        ({"marow_hu": 0.0}, 1.0, "closest: marrow_hu"),
        ({"dense_hu": 10.0}, 1.0, "lies outside 800 to 2500"),
        ({}, 0.1, "0.5 to 3 mm"),
        ({}, 5.0, "0.5 to 3 mm"),
    ],
)
def test_what_cannot_be_used_is_refused(
    edits: dict[str, float], voxel_mm: float, words: str
) -> None:
    with pytest.raises(SimulationError, match=words):
        make_bed(VERTEBRA, edits, voxel_mm)
