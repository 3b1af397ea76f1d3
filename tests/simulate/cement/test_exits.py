"""Exits: whole endplates, walls of pedicles, and where cement that left comes to lie."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage
from tests.plain_vertebra import ORIGIN, make_needle, make_vertebra

from seldinger.anatomy.vertebra.model import Side, Wall
from seldinger.core.space import Grid
from seldinger.evidence import driving_value
from seldinger.simulate.cement.bed import make_bed
from seldinger.simulate.cement.exits import ExitKind, name_whole
from seldinger.simulate.cement.inject import CementPlan, LeakStop, Viscosity, simulate_cement
from seldinger.simulate.cement.leaked import CANAL, ELSEWHERE, ROOTS, place_leaks
from seldinger.simulate.cement.pedicle_walls import find_pedicle_breaks
from seldinger.simulate.cement.setting import simulate_setting
from seldinger.simulate.cement.settings import ASSUMPTIONS
from seldinger.simulate.thermal.bone import find_foramina

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.simulate.cement.outcome import CementResult

FREE = LeakStop.NEVER
LATE = {"cement_working_min": 14.0}
MARROW_HU, WALL_HU = 120.0, 500.0


def walled(*gaps: tuple[Side, str]) -> Vertebra:
    """The plain vertebra, its pedicles with walls, and gaps in them: below or towards the canal."""
    plain = make_vertebra()
    x, y, z = (
        plain.grid.to_lps(np.indices(plain.grid.shape).reshape(3, -1).T) - np.asarray(ORIGIN)
    ).T.reshape(3, *plain.grid.shape)
    hu = plain.hu.copy()
    surface = plain.bone & ~ndimage.binary_erosion(plain.bone) & ~plain.body
    hu[surface] = WALL_HU
    pedicles = {}
    for side, one in plain.pedicles.items():
        sign = 1.0 if side is Side.LEFT else -1.0
        middle = (ORIGIN[0] + sign * 14.0, ORIGIN[1] + 22.0, ORIGIN[2] + 4.0)
        pedicles[side] = replace(one, isthmus_lps_mm=middle)
        across, deep, up = sign * x - 14.0, y - 22.0, z - 4.0
        for other, where in gaps:
            if other is side and where == "foramen":
                hu[(abs(across) < 4.0) & (abs(deep) < 5.0) & (up < -4.5) & one.mask] = MARROW_HU
            if other is side and where == "canal":
                hu[(across < -2.5) & (abs(deep) < 5.0) & (abs(up) < 5.0) & one.mask] = MARROW_HU
    return replace(plain, hu=hu, pedicles=pedicles)


@pytest.mark.parametrize("viscosity", [Viscosity.HIGH, Viscosity.LOW])
def test_nothing_passes_a_whole_endplate_however_open_it_may_be(viscosity: Viscosity) -> None:
    vertebra = make_vertebra(height_mm=19.0)
    most = next(one.high for one in ASSUMPTIONS if one.name == "endplate_permeability_m2")
    plan = CementPlan(6.0, viscosity=viscosity, stop_at_leak=FREE)
    needles = [make_needle(vertebra, side * 9.0, 0.0, 4.0) for side in (1.0, -1.0)]
    edits = {"endplate_permeability_m2": most}
    done = simulate_cement(vertebra, needles, plan, edits, voxel_mm=2.0)
    assert done.upper.touched
    through = {one.name: one.volume_ml for one in done.leaks if one.kind is ExitKind.DISC}
    assert set(through) == {name_whole(Wall.UPPER), name_whole(Wall.LOWER)}
    assert all(ml is not None and 0.0 <= ml < 1e-3 for ml in through.values())
    law = driving_value("vertebra.mechanics.permeability.baroud.si", secondary=True)
    assert most < 1e-5 * law


def test_a_broken_endplate_stays_a_break() -> None:
    made = make_bed(make_vertebra(breaks=(Wall.UPPER,)), voxel_mm=2.0)
    assert made.kinds["break: upper endplate"] is ExitKind.BREAK
    assert made.kinds[name_whole(Wall.UPPER)] is ExitKind.DISC
    broken, whole = (
        next(one for one in made.bed.exits if one.name == name)
        for name in ("break: upper endplate", name_whole(Wall.UPPER))
    )
    assert not (broken.where & whole.where).any()
    assert broken.openness_m3 > 1e3 * whole.openness_m3


def test_whole_walls_have_no_gaps_and_gaps_know_what_lies_behind() -> None:
    assert find_pedicle_breaks(walled(), {}) == ((), ())
    gaps, unseen = find_pedicle_breaks(walled((Side.LEFT, "foramen"), (Side.RIGHT, "canal")), {})
    assert unseen == ()
    assert {(one.side, one.towards) for one in gaps} == {
        (Side.LEFT, "foramen"), (Side.RIGHT, "canal"),
    }  # fmt: skip
    assert all(6.0 <= one.area_mm2 <= 120.0 for one in gaps)


def test_walls_that_do_not_show_are_not_whole() -> None:
    plain = make_vertebra()
    gaps, unseen = find_pedicle_breaks(plain, {})
    assert gaps == ()
    assert set(unseen) == {Side.LEFT, Side.RIGHT}
    assert any("are not known" in one for one in make_bed(plain, voxel_mm=2.0).notes)
    assert find_pedicle_breaks(make_vertebra(breaks=None), {}) == ((), ())


@pytest.fixture(scope="module")
def through() -> CementResult:
    """Cement given into the left pedicle, whose lower wall is broken."""
    vertebra = walled((Side.LEFT, "foramen"))
    plan = CementPlan(3.0, viscosity=Viscosity.LOW, begins_min=3.5, stop_at_leak=FREE)
    needle = make_needle(vertebra, 14.0, 18.0, 1.0)
    return simulate_cement(vertebra, [needle], plan, LATE, voxel_mm=2.0)


def test_cement_by_a_pedicles_lower_wall_lies_in_the_foramen(through: CementResult) -> None:
    name = "break: left pedicle, towards the foramen"
    assert through.made.kinds[name] is ExitKind.FORAMEN
    left = next(one.volume_ml for one in through.leaks if one.name == name)
    assert left is not None
    assert left > 0.02
    parts = through.body_ml + through.pedicle_ml + through.leaked_ml
    assert parts == pytest.approx(through.given_ml, abs=1e-9)
    done = simulate_setting(through, {"setting_voxel_mm": 2.0})
    # The foramen is full, the rest lies around it; nothing is lost.
    assert done.leaked.volumes_ml[name][ROOTS[0]] > 0.4
    assert sum(done.leaked.volumes_ml[name].values()) == pytest.approx(left, rel=1e-9)
    assert done.leaked.sum_region_ml(ROOTS[1]) < 1e-6
    assert done.places[ROOTS[0]].peak_c > done.places[ROOTS[1]].peak_c + 5.0


def test_a_medial_wall_leads_to_the_canal() -> None:
    made = make_bed(walled((Side.RIGHT, "canal")), voxel_mm=2.0)
    assert made.kinds["break: right pedicle, towards the canal"] is ExitKind.CANAL


def test_lumps_hold_what_left_and_what_has_no_room_is_said(through: CementResult) -> None:
    vertebra = through.made.vertebra
    low, size = np.asarray(ORIGIN) - 45.0, 61
    grid = Grid.aligned((size,) * 3, 1.5, low.tolist())
    none = np.zeros(grid.shape)
    solid = none.astype(bool)
    foramina = {f"{side.value} nerve root": mask for side, mask in
                find_foramina(vertebra, grid).items()}  # fmt: skip
    placed = place_leaks(through, grid, solid, foramina, none)
    held = float(placed.share.sum()) * grid.voxel_ml
    assert held == pytest.approx(through.leaked_ml, abs=2e-3)
    assert placed.share.max() <= 1.0
    full = place_leaks(through, grid, ~solid, foramina, none)
    assert full.share.sum() == 0.0
    assert any("no room" in one for one in full.notes)


def test_what_leaves_towards_the_canal_stays_in_it() -> None:
    vertebra = make_vertebra(breaks=(Wall.BACK,))
    plan = CementPlan(4.0, viscosity=Viscosity.LOW, begins_min=3.5, stop_at_leak=FREE)
    done = simulate_cement(vertebra, [make_needle(vertebra, 0.0, 8.0, -4.0)], plan, LATE,
                           voxel_mm=2.0)  # fmt: skip
    leaked = simulate_setting(done, {"setting_voxel_mm": 2.0}).leaked
    towards = sum(
        one.volume_ml or 0.0 for one in done.leaks
        if one.kind is ExitKind.CANAL and (one.volume_ml or 0.0) >= 1e-3
    )  # fmt: skip
    assert leaked.sum_region_ml(CANAL) == pytest.approx(towards, rel=1e-6)
    assert leaked.sum_region_ml(ELSEWHERE) < 1e-3
