"""What ends an injection, what the syringe can give, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests import cement_truth as truth
from tests.cement_truth import MARROW

from seldinger.core.errors import SimulationError
from seldinger.core.space import Grid
from seldinger.physics.cement import bone
from seldinger.physics.cement.bed import CementBed, Exit
from seldinger.physics.cement.fill import fill
from seldinger.physics.cement.fluids import FLUID_ASSUMPTIONS, Cement, Needle
from seldinger.physics.cement.injection import FillingEnd, Injection, Numerics, Stops, Tip

if TYPE_CHECKING:
    from collections.abc import Callable

BED = truth.column(20)
TIP = Tip((0, 0, 0))
ASKED = Injection((TIP,), 0.4 * BED.pore_ml, 0.05)
THICK = Cement.newtonian(50.0, MARROW)
ALL = np.ones(BED.grid.shape, np.bool_)


def only(*at: int) -> np.ndarray:
    mask = np.zeros(BED.grid.shape, np.bool_)
    mask[list(at)] = True
    return mask


def test_the_volume_asked_is_given_to_the_last_bit() -> None:
    found = fill(BED, THICK, ASKED)
    assert (found.end, found.what) == (FillingEnd.VOLUME, "")
    assert found.volume_ml == ASKED.volume_ml
    assert found.times_s[-1] == pytest.approx(ASKED.volume_ml / 0.05)
    assert (np.diff(found.arrival_s[:7, 0, 0]) > 0.0).all()
    assert np.isnan(found.arrival_s[9:]).all()
    assert found.leaks_ml == {"end": pytest.approx(0.0, abs=1e-15)}


def test_a_leak_ends_it() -> None:
    found = fill(BED, THICK, replace(ASKED, volume_ml=0.99 * BED.pore_ml), Stops({"end": 0.005}))
    thin = fill(BED, Cement.newtonian(0.02, MARROW), replace(ASKED, volume_ml=0.9 * BED.pore_ml),
                Stops({"end": 0.005}))  # fmt: skip
    assert found.end is FillingEnd.VOLUME, "a piston has not arrived"
    assert (thin.end, thin.what) == (FillingEnd.LEAK, "end")
    assert 0.005 < thin.leaks_ml["end"] < 0.03
    assert thin.leaked_ml[-2, 0] <= 0.005, "looked at after each step"


def test_touching_every_mask_ends_it() -> None:
    stops = Stops(touched={"upper": only(1), "lower": only(5)})
    found = fill(BED, THICK, ASKED, stops)
    assert (found.end, found.what) == (FillingEnd.TOUCHED, "upper, lower")
    assert found.saturation[5, 0, 0] >= 0.5
    assert found.volume_ml < ASKED.volume_ml


def test_cement_that_sets_ends_it() -> None:
    quick = Cement((0.0, 5.0), (10.0, 100.0), shear_exponent=1.0, marrow_pa_s=MARROW)
    found = fill(BED, quick, replace(ASKED, begins_min=4.9))
    assert found.end is FillingEnd.SET
    assert found.times_s[-1] == pytest.approx(6.0)
    assert found.volume_ml == pytest.approx(0.3)


def test_pressure_limits_the_flow_and_then_ends_it() -> None:
    free = fill(BED, THICK, ASKED)
    limit = 0.5 * float(free.syringe_kpa.max())
    held = fill(BED, THICK, replace(ASKED, limit_kpa=limit))
    slow = held.flow_ml_per_s[1:] < 0.049
    assert held.end is FillingEnd.VOLUME
    assert slow.any()
    assert not slow.all()
    np.testing.assert_allclose(held.syringe_kpa[1:][slow], limit, rtol=1e-9)
    assert (held.syringe_kpa <= limit * (1.0 + 1e-9)).all()
    ended = fill(BED, THICK, replace(ASKED, limit_kpa=limit), Stops(least_flow_share=0.8))
    assert ended.end is FillingEnd.PRESSURE
    assert ended.volume_ml < held.volume_ml
    never = fill(BED, THICK, replace(ASKED, limit_kpa=1e-3))
    assert (never.end, never.volume_ml) == (FillingEnd.PRESSURE, 0.0)


def test_a_needle_costs_what_poiseuille_says_and_less_where_cement_thins() -> None:
    needle = Needle(2.0, 100.0)
    poiseuille = 8.0 * 50.0 * 0.1 * 5e-8 / (math.pi * 1e-3**4)
    assert needle.find_loss_pa(THICK, 0.0, 0.05) == pytest.approx(poiseuille)
    thins = replace(THICK, shear_exponent=0.5)
    once, twice = (needle.find_loss_pa(thins, 0.0, q) for q in (0.05, 0.1))
    assert twice == pytest.approx(math.sqrt(2.0) * once)
    assert once < poiseuille
    with_one = fill(BED, THICK, replace(ASKED, needle=needle))
    np.testing.assert_allclose((with_one.syringe_kpa - with_one.tip_kpa)[1:], 1e-3 * poiseuille)


def test_cement_thickens_with_age_and_thins_with_shear() -> None:
    cement = Cement.assumed()
    assert cement.find_consistency(180.0) == pytest.approx(FLUID_ASSUMPTIONS[0].value)
    assert cement.find_consistency(300.0) == pytest.approx(2.0 * FLUID_ASSUMPTIONS[0].value)
    rates = np.array([1e-9, 0.01, 1.0, 100.0])
    thick = cement.find_viscosity(180.0, rates)
    assert thick[0] == thick[1] > thick[2] > thick[3]
    assert thick[2] == pytest.approx(100.0)
    early, late = (fill(BED, cement, replace(ASKED, begins_min=at)) for at in (3.0, 7.0))
    assert late.tip_kpa[-1] > 2.0 * early.tip_kpa[-1]


def test_shear_in_a_column_is_that_of_its_tubes() -> None:
    """A power law and a Newtonian fluid of that shear's viscosity need the same pressure."""
    speed = 0.05e-6 / (truth.SIDE_MM * 1e-3) ** 2
    rate = math.sqrt(2.0) * speed / math.sqrt(truth.K * truth.POROSITY)
    thins = Cement((0.0, 1440.0), (50.0, 50.0), 0.5, marrow_pa_s=MARROW)
    same = Cement.newtonian(50.0 * rate**-0.5, MARROW)
    one, other = (fill(BED, cement, ASKED) for cement in (thins, same))
    # The cell of the tip is entered from nowhere: half of its faces.
    assert one.tip_kpa[-1] == pytest.approx(other.tip_kpa[-1], rel=0.08)


def test_permeability_falls_with_bone_and_keeps_its_axes() -> None:
    law = bone.Permeability()
    share = np.array([0.0, 0.03, 0.12, 0.3, 1.0]).reshape(5, 1, 1)
    found = law.find_m2(share)[:, :, 0, 0]
    np.testing.assert_allclose(found[:, 2], [3.44e-8, 3.44e-8, 4.45e-8])
    assert (np.diff(found, axis=1) < 0.0).all()
    assert (found[:, -1] == 0.0).all()
    assert found[1, 1] / found[2, 1] == pytest.approx(0.78, abs=0.01)


def test_openness_is_that_of_tubes_walls_and_gaps() -> None:
    tube = bone.tube_openness_m3(2.0, 10.0)
    assert tube == pytest.approx(math.pi * 1e-12 / 0.08)
    assert bone.tube_openness_m3(2.0, 10.0, 3) == pytest.approx(3.0 * tube)
    assert bone.wall_openness_m3(1e-10, 50.0, 0.5) == pytest.approx(1e-11)
    assert bone.cleft_permeability_m2(1.0) == pytest.approx(1e-6 / 12.0)


def test_pores_without_an_exit_stay_as_they_are() -> None:
    """Two columns side by side, parted by solid bone; only one drains."""
    grid = Grid.aligned((10, 3, 1), 2.0)
    porosity, k = np.full(grid.shape, 0.8), np.full((3, *grid.shape), truth.K)
    porosity[:, 1], k[:, :, 1] = 0.0, 0.0
    begun = np.zeros(grid.shape)
    begun[4, 2] = 0.7
    where = np.zeros(grid.shape, np.bool_)
    where[-1, 0] = True
    bed = CementBed(grid, porosity, k, (Exit("end", where, 1e-9),), saturation=begun)
    found = fill(bed, THICK, replace(ASKED, volume_ml=0.02))
    assert bed.pore_ml == pytest.approx(0.8 * 0.08)
    assert found.saturation[4, 2, 0] == 0.7
    assert found.arrival_s[4, 2, 0] == 0.0
    assert abs(found.missing_ml) < 1e-12
    with pytest.raises(SimulationError, match="no way leads to an exit"):
        fill(bed, THICK, replace(ASKED, tips=(Tip((0, 2, 0)),), volume_ml=0.02))


def bed_with(**parts: Any) -> CementBed:
    return replace(BED, **parts)


SEALED = BED.permeability_m2.copy()
SEALED[:, 0] = 0.0
ONE_AXIS = BED.permeability_m2.copy()
ONE_AXIS[0, 3] = 0.0
HOLED = BED.porosity.copy()
HOLED[:2] = 0.0
END = BED.exits[0]


def at(*voxels: int) -> Exit:
    return replace(END, where=only(*voxels))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: fill(BED, THICK, replace(ASKED, volume_ml=9.0)), "room for"),
        (lambda: fill(BED, THICK, replace(ASKED, tips=(Tip((0, 1, 0)),))), "no pore of the bed"),
        (lambda: fill(BED, THICK, replace(ASKED, tips=(Tip((-1, 0, 0)),))), "no pore of the bed"),
        (
            lambda: fill(bed_with(porosity=HOLED, permeability_m2=np.where(HOLED > 0, 1e-8, 0.0)
                                  * np.ones((3, 1, 1, 1))), THICK, ASKED), "no pore of the bed",
        ),
        (lambda: fill(bed_with(permeability_m2=SEALED), THICK, ASKED), "does not conduct"),
        (lambda: fill(bed_with(exits=()), THICK, ASKED), "no way leads to an exit"),
        (lambda: fill(BED, THICK, ASKED, Stops({"vein": 1.0})), "no exit is called"),
        (lambda: fill(BED, THICK, ASKED, Stops(touched={"top": ~ALL})), "holds no pore"),
        (lambda: fill(BED, Cement.assumed(), replace(ASKED, begins_min=12.0)), "begin earlier"),
        (lambda: fill(BED, THICK, ASKED, None, Numerics(most_steps=2)), "allow more steps"),
        (lambda: fill(BED, THICK, ASKED, None, Numerics(most_iterations=1)), "did not converge"),
        (lambda: bed_with(porosity=BED.porosity - 1.0), "porosity is -0.2 in"),
        (lambda: bed_with(porosity=BED.porosity * math.nan), "porosity is nan in"),
        (lambda: bed_with(porosity=BED.porosity[1:]), "bring it to the grid"),
        (lambda: bed_with(permeability_m2=BED.permeability_m2[0]), "give all three"),
        (lambda: bed_with(permeability_m2=-BED.permeability_m2), "negative or not finite"),
        (lambda: bed_with(permeability_m2=ONE_AXIS), "along some axes only"),
        (lambda: bed_with(porosity=HOLED), "conduct without pores"),
        (lambda: bed_with(saturation=BED.porosity * 2.0), "saturation is"),
        (lambda: bed_with(permeability_m2=SEALED, cleft=only(0)), "are no pores"),
        (lambda: bed_with(permeability_m2=SEALED, exits=(at(0),)), "1 of them away from"),
        (lambda: bed_with(exits=(at(),)), "at least one"),
        (lambda: bed_with(exits=(END, END)), "a name of its own"),
        (lambda: bed_with(exits=(END, replace(END, name="x"))), "a voxel has one"),
        (lambda: bed_with(grid=Grid(BED.grid.shape, np.diag([-1.0, 1, 1, 1]))), "not aligned"),
        (lambda: replace(END, openness_m3=0.0), "leave a closed exit out"),
        (lambda: Tip((0, 0, 0), 0.0), "the share lies above 0"),
        (lambda: Tip((0, 0, 0), 1.0, -1.0), "the radius is positive"),
        (lambda: replace(ASKED, tips=(TIP, TIP)), "shares add up"),
        (lambda: replace(ASKED, volume_ml=-1.0), "all are positive"),
        (lambda: replace(ASKED, limit_kpa=math.nan), "all are positive"),
        (lambda: replace(ASKED, begins_min=-1.0), "not before it"),
        (lambda: Stops({"end": -1.0}), "none is negative"),
        (lambda: Stops(least_flow_share=0.0), "between 0 and 1"),
        (lambda: Numerics(courant=2.0), "courant is 2"),
        (lambda: Cement((1.0, 1.0), (1.0, 2.0)), "minutes that rise"),
        (lambda: Cement((), ()), "at least one"),
        (lambda: Cement((0.0,), (-1.0,)), "positive and finite"),
        (lambda: replace(THICK, shear_exponent=1.5), "which is Newtonian"),
        (lambda: Needle(0.0, 10.0), "leave the needle out"),
        (lambda: bone.Permeability(bone_share=1.0), "between 0 and 1"),
        (lambda: bone.Permeability().find_m2(np.full((1, 1, 1), 1.1)), "between 0 and 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(SimulationError, match=says):
        make()
