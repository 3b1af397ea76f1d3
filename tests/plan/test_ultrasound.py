"""Ultrasound geometry on a phantom whose free window is known in closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan import treatment_phantom as phantom
from tests.studies import with_planning

from seldinger.anatomy.model import Kind, Skin, Structure
from seldinger.image.study import Modality
from seldinger.plan.approach.percutaneous import ultrasound
from seldinger.plan.procedure import Settings

if TYPE_CHECKING:
    from seldinger.plan.model import UltrasoundAccess

FAR_BONE = phantom.thing("vertebra", Kind.BONE, phantom.box((80, 150, 0), (100, 158, 180)))
"""Behind the target: makes bone known, blocks nothing."""
PLATE_Y_MM = 40.0
"""A bone plate 20 mm under the skin."""
GOAL = phantom.target(depth_mm=80.0, diameter_mm=20.0, organ=None)


def look(
    *structures: Structure,
    settings: Settings | None = None,
    hu: np.ndarray | None = None,
) -> UltrasoundAccess:
    found = phantom.case(phantom.PROCEDURE, GOAL, structures, settings, hu)
    return ultrasound.find_access(found, phantom.path(GOAL))


def plate_with_window(along_mm: float, across_mm: float) -> Structure:
    """A plate of bone across the whole block with a rectangular window over the target."""
    m, y = phantom.MIDDLE_MM, PLATE_Y_MM
    plate = phantom.box((-1, y - 1, -1), (500, y + 1, 500))
    hole = phantom.box(
        (m - along_mm / 2, y - 1, m - across_mm / 2), (m + along_mm / 2, y + 1, m + across_mm / 2)
    )
    return phantom.thing("sternum", Kind.BONE, plate & ~hole)


def test_open_skin_gives_the_whole_reach() -> None:
    found = look(FAR_BONE)
    assert found.fits is True
    assert found.aperture_mm == pytest.approx(120.0, abs=6.0)
    assert found.depth_mm == pytest.approx(80.0, abs=4.0)


def test_a_window_in_bone_is_seen_enlarged_by_the_fan() -> None:
    # similar triangles: the skin is 80 mm, the plate 60 mm from the target; half of the window is
    # left on one side of the needle, less the 4 mm that are kept free about it
    found = look(FAR_BONE, plate_with_window(64.0, 12.0))
    on_one_side = 64.0 * 80.0 / 60.0 / 2.0 - 4.0
    assert found.aperture_mm == pytest.approx(on_one_side, abs=4.0)
    assert found.fits is True
    middle = 4.0 + on_one_side / 2.0
    assert found.needle_to_beam_deg == pytest.approx(np.degrees(np.arctan(middle / 80.0)), abs=4.0)


@pytest.mark.parametrize(("window_mm", "fits"), [(28.0, False), (44.0, True)])
def test_both_sides_of_the_needed_aperture(window_mm: float, *, fits: bool) -> None:
    found = look(FAR_BONE, plate_with_window(window_mm, 12.0))
    assert found.aperture_mm == pytest.approx(window_mm * 80.0 / 60.0 / 2.0 - 4.0, abs=4.0)
    assert found.fits is fits


def ribs(gap_mm: float) -> Structure:
    """Bars along x, 12 mm wide, ``gap_mm`` apart, 20 mm under the skin; a gap over the target."""
    z = phantom.points()[..., 2] - phantom.MIDDLE_MM
    period = gap_mm + 12.0
    in_gap = np.abs((z + period / 2.0) % period - period / 2.0) <= gap_mm / 2.0
    layer = phantom.box((-1, PLATE_Y_MM - 2, -1), (500, PLATE_Y_MM + 2, 500))
    return phantom.thing("ribs", Kind.BONE, layer & ~in_gap)


def test_a_probe_turned_along_a_wide_rib_space_fits() -> None:
    found = look(FAR_BONE, ribs(gap_mm=24.0))
    assert found.fits is True
    assert found.aperture_mm == pytest.approx(120.0, abs=10.0)


def test_needle_and_probe_share_a_narrow_rib_space() -> None:
    found = look(FAR_BONE, plate_with_window(400.0, 10.0))
    assert found.fits is True
    assert found.aperture_mm == pytest.approx(56.0, abs=6.0)


def test_a_rib_space_narrower_than_the_beam_does_not_count() -> None:
    found = look(FAR_BONE, ribs(gap_mm=2.0))
    assert found.fits is False


def test_gas_blocks_by_its_hounsfield_units_even_when_nobody_named_it() -> None:
    hu = phantom.anatomy().image.values.copy()
    hu[phantom.box((-1, 50, -1), (500, 60, 500))] = -800.0
    found = look(FAR_BONE, hu=hu)
    assert found.fits is False
    assert found.aperture_mm == 0.0
    assert found.needle_to_beam_deg is None


def test_gas_inside_the_target_does_not_hide_it() -> None:
    hu = phantom.anatomy().image.values.copy()
    hu[GOAL.mask] = -800.0
    assert look(FAR_BONE, hu=hu).fits is True


def test_lung_blocks() -> None:
    lung = phantom.thing("left lung", Kind.LUNG, phantom.box((-1, 50, -1), (500, 60, 500)))
    assert look(FAR_BONE, lung).fits is False


def test_vessels_and_bowel_without_gas_do_not_block() -> None:
    bowel = phantom.thing("colon", Kind.BOWEL, phantom.box((-1, 50, -1), (500, 60, 500)))
    assert look(FAR_BONE, bowel).fits is True


def test_without_any_bone_nothing_is_known() -> None:
    found = look()
    assert (found.fits, found.aperture_mm, found.needle_to_beam_deg) == (None, None, None)


def test_without_hounsfield_units_lung_must_be_named() -> None:
    here = phantom.case(phantom.PROCEDURE, GOAL, (FAR_BONE,))
    study = with_planning(here.anatomy.study, modality=Modality.MR)
    here = replace(here, anatomy=replace(here.anatomy, study=study))
    assert ultrasound.find_access(here, phantom.path(GOAL)).fits is None


def test_the_needed_aperture_is_the_users_to_edit() -> None:
    window = plate_with_window(44.0, 12.0)
    edited = Settings(assume={"ultrasound_aperture_mm": 40.0})
    assert look(FAR_BONE, window, settings=edited).fits is False
    assert look(FAR_BONE, window, settings=edited).needed_mm == 40.0


def test_skin_that_rests_on_the_table_takes_no_probe() -> None:
    here = phantom.case(phantom.PROCEDURE, GOAL, (FAR_BONE,))
    skin = here.anatomy.skin.copy()
    skin[: phantom.SHAPE[0] // 2][skin[: phantom.SHAPE[0] // 2] == Skin.OPEN] = Skin.TABLE_CONTACT
    here = replace(here, anatomy=replace(here.anatomy, skin=skin))
    found = ultrasound.find_access(here, phantom.path(GOAL, x_mm=phantom.MIDDLE_MM + 10.0))
    assert found.aperture_mm is not None
    assert found.fits is True
    assert ultrasound.find_access(
        here, phantom.path(GOAL, x_mm=phantom.MIDDLE_MM - 30.0)
    ).aperture_mm == pytest.approx(120.0, abs=8.0)


def test_the_angle_is_that_between_needle_and_beam() -> None:
    here = phantom.case(phantom.PROCEDURE, GOAL, (FAR_BONE, plate_with_window(24.0, 24.0)))
    found = ultrasound.find_access(here, phantom.path(GOAL, x_mm=phantom.MIDDLE_MM + 40.0))
    assert found.needle_to_beam_deg == pytest.approx(np.degrees(np.arctan(40.0 / 80.0)), abs=5.0)
