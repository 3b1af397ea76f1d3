"""Drug from a balloon into a wall: the books, closed forms, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.physics.structure.drug_coat import (
    CoatForm,
    Coating,
    Deposit,
    Transit,
    deliver,
    find_ceiling,
)
from seldinger.physics.structure.drug_wall import (
    ArteryWall,
    Binding,
    WallSettings,
    fit_dissolution_h,
    follow_drug,
)

NONE = Binding(0.0, 0.0, 0.0)
WALL = ArteryWall(
    1.5, 0.5, 1.06, 1e-6, 1e-2, 1e-4, Binding(10.0, 3e-3, 1e-4), Binding(100.0, 0.01, 0.03)
)
MASS = 850.0
COAT = Coating(CoatForm.CRYSTALLINE, 3.0, 0.2, 30.0, (Deposit(1.0, 300.0),))
ROUGH = WallSettings(25, 300)


@given(
    st.floats(0.01, 1.0), st.floats(0.05, 1000.0), st.floats(0.5, 1000.0), st.floats(0.05, 0.95),
    st.floats(0.0, 1.0), st.floats(0.0, 1e-2), st.floats(0.0, 1000.0),
)  # fmt: skip
def test_all_drug_is_in_the_books(
    stuck: float, dissolution: float, shedding: float, share: float, lumen: float, outside: float,
    sites: float,
) -> None:  # fmt: skip
    wall = replace(
        WALL, lumen_mm_per_s=lumen, outside_mm_per_s=outside, nonspecific=Binding(sites, 0.01, 0.03)
    )
    parts = (Deposit(share, dissolution, shedding), Deposit(1.0 - share, 100.0, embedded=True))
    found = follow_drug(wall, stuck, parts, MASS, 672.0, ROUGH)
    assert found.miss <= 1e-10
    for part in (
        found.surface_ug_per_mm2, found.embedded_ug_per_mm2, found.free_ug_per_mm2,
        found.specific_ug_per_mm2, found.nonspecific_ug_per_mm2,
    ):  # fmt: skip
        assert (part >= 0.0).all()
    assert (np.diff(found.blood_ug_per_mm2) >= 0.0).all()
    assert (np.diff(found.outside_ug_per_mm2) >= 0.0).all()
    # Sites are no more than there are: pmol per mm3 are uM.
    tissue_mm3 = 1e3 * wall.tissue_g_per_mm2 / wall.density_g_per_ml
    assert found.specific_ug_per_mm2.max() <= 10.0 * tissue_mm3 * MASS * 1e-6 * (1.0 + 1e-9)


def slab(hours: float, ratio: float = 1.0) -> float:
    """Share left of a drop on the closed side of a slab of 0.5 mm whose other side takes all."""
    modes = (np.arange(200) + 0.5) * math.pi
    time = 1e-6 / ratio * hours * 3600.0 / 0.5**2
    return float((2.0 * (-1.0) ** np.arange(200) / modes * np.exp(-(modes**2) * time)).sum())


FLAT = replace(
    WALL, inner_radius_mm=5000.0, lumen_mm_per_s=0.0, outside_mm_per_s=1e3, specific=NONE,
    nonspecific=NONE,
)  # fmt: skip
AT_ONCE = (Deposit(1.0, 1e-4),)


@pytest.mark.parametrize("hours", [10.0, 40.0, 150.0])
def test_diffusion_is_that_of_the_series(hours: float) -> None:
    found = follow_drug(FLAT, 0.1, AT_ONCE, MASS, 150.0, WallSettings(80, 20000, 0.1))
    assert 0.01 * found.retained_percent(hours, 0.0) == pytest.approx(slab(hours), rel=5e-3)


def test_what_goes_which_way_is_what_resists() -> None:
    # A deposit that lasts: blood on one side, wall and surroundings in series on the other.
    wall = replace(WALL, outside_mm_per_s=3e-6, lumen_mm_per_s=2e-6)
    found = follow_drug(wall, 1.0, (Deposit(1.0, 1e7),), MASS, 1e5, WallSettings(30, 2000))
    blood, outside = (
        float(taken[-1] - taken[-2]) for taken in (found.blood_ug_per_mm2, found.outside_ug_per_mm2)
    )
    through = 1.0 / (math.log(2.0 / 1.5) / 1e-6 + 1.0 / (2.0 * 3e-6))
    assert outside / blood == pytest.approx(through / (1.5 * 2e-6), rel=1e-3)


def test_loose_binding_slows_diffusion_by_its_ratio() -> None:
    # Far from full and fast: free drug is 1 of 1 + sites over dissociation constant.
    held = replace(FLAT, nonspecific=Binding(9000.0, 1e-1, 100.0))
    found = follow_drug(held, 1e-6, AT_ONCE, MASS, 600.0, WallSettings(80, 20000, 0.1))
    assert 0.01 * found.retained_percent(600.0, 0.0) == pytest.approx(slab(600.0, 10.0), rel=5e-3)


def test_steps_are_of_first_order() -> None:
    exact = follow_drug(WALL, 0.2, (Deposit(1.0, 5.0),), MASS, 48.0, WallSettings(30, 16000))
    misses = [
        abs(found.wall_ug_per_mm2[-1] / exact.wall_ug_per_mm2[-1] - 1.0)
        for steps in (250, 500, 1000)
        for found in [
            follow_drug(WALL, 0.2, (Deposit(1.0, 5.0),), MASS, 48.0, WallSettings(30, steps))
        ]
    ]
    assert misses[2] < 0.01
    for coarse, fine in pairwise(misses):
        assert coarse / fine == pytest.approx(2.0, rel=0.25)


def test_finer_rings_change_little() -> None:
    parts = (Deposit(1.0, 5.0),)
    coarse, fine = (
        follow_drug(WALL, 0.2, parts, MASS, 672.0, WallSettings(rings, 1500)) for rings in (60, 240)
    )
    for hours in (1.0, 24.0, 168.0, 672.0):
        fine_g = fine.tissue_ug_per_g(hours)
        assert coarse.tissue_ug_per_g(hours) == pytest.approx(fine_g, rel=0.02)


def test_a_deposit_alone_leaves_as_it_dissolves() -> None:
    closed = replace(WALL, lumen_mm_per_s=1e4, diffusivity_mm2_per_s=1e-12)
    found = follow_drug(closed, 0.2, (Deposit(1.0, 100.0),), MASS, 300.0, WallSettings())
    assert found.retained_percent(300.0, 0.0) == pytest.approx(100.0 * math.exp(-3.0), rel=0.02)
    shed = follow_drug(closed, 0.2, (Deposit(1.0, 200.0, 200.0),), MASS, 300.0, WallSettings())
    assert shed.retained_percent(300.0, 0.0) == pytest.approx(100.0 * math.exp(-3.0), rel=0.02)


def test_slower_dissolution_keeps_more_after_a_day() -> None:
    # Not after four weeks: then tight sites hold most, and a fast deposit fills more of them.
    left = [
        follow_drug(WALL, 0.2, (Deposit(1.0, h),), MASS, 24.0, ROUGH).retained_percent(24.0, 1.0)
        for h in (5.0, 50.0, 500.0)
    ]
    assert left == sorted(left)


def test_more_sites_that_hold_tight_keep_more_for_weeks() -> None:
    few, many = (
        follow_drug(
            replace(WALL, specific=Binding(sites, 3e-3, 1e-5)), 0.2, (Deposit(1.0, 4.0),), MASS,
            672.0, ROUGH,
        ).tissue_ug_per_g(672.0)
        for sites in (1.0, 30.0)
    )  # fmt: skip
    assert many > 2.0 * few


def test_what_is_embedded_counts_as_wall() -> None:
    parts = (Deposit(0.6, 300.0, embedded=True), Deposit(0.4, 300.0))
    found = follow_drug(WALL, 0.2, parts, MASS, 24.0, ROUGH)
    assert found.surface_percent(0.0) == pytest.approx(40.0)
    whole = follow_drug(WALL, 0.2, (Deposit(1.0, 300.0),), MASS, 24.0, ROUGH)
    assert found.tissue_ug_per_g(24.0) == pytest.approx(whole.tissue_ug_per_g(24.0))


def test_the_fitted_time_leaves_what_was_asked() -> None:
    hours = fit_dissolution_h(WALL, 0.2, MASS, 20.0, (1.0, 336.0), ROUGH)
    found = follow_drug(WALL, 0.2, (Deposit(1.0, hours),), MASS, 336.0, ROUGH)
    assert found.retained_percent(336.0, 1.0) == pytest.approx(20.0, rel=1e-4)
    with pytest.raises(ValueError, match="cannot be left"):
        fit_dissolution_h(WALL, 0.2, MASS, 1e-6, (1.0, 24.0), ROUGH)


def test_the_plain_twin_gives_the_same() -> None:
    ours, theirs = (
        follow_drug(WALL, 0.2, (Deposit(1.0, 5.0),), MASS, 72.0, WallSettings(20, 80, plain=plain))
        for plain in (False, True)
    )
    assert ours.wall_ug_per_mm2 == pytest.approx(theirs.wall_ug_per_mm2, rel=1e-9, abs=1e-15)


@given(
    st.floats(0.5, 5.0), st.floats(0.01, 1.0), st.floats(0.0, 600.0), st.floats(0.1, 1.0),
    st.lists(st.floats(0.0, 0.6), max_size=3),
)  # fmt: skip
def test_a_dose_is_accounted_for(
    dose: float, ceiling: float, seconds: float, plaque: float, bends: list[float]
) -> None:
    coat = replace(COAT, dose_ug_per_mm2=dose, ceiling_ug_per_mm2=ceiling)
    found = deliver(coat, Transit(0.01, tuple(bends)), seconds, plaque)
    parts = (
        found.lost_ug_per_mm2, found.left_ug_per_mm2, found.washed_ug_per_mm2,
        found.wall_ug_per_mm2,
    )  # fmt: skip
    assert math.fsum(parts) == pytest.approx(dose)
    assert min(parts) >= -1e-12
    assert found.wall_ug_per_mm2 <= ceiling * plaque + 1e-12


def test_the_dose_does_not_rule_what_the_wall_takes_but_plaque_and_bends_do() -> None:
    straight, bent = Transit(0.01, ()), Transit(0.01, (0.3, 0.3))
    assert bent.arriving_share == pytest.approx(0.99 * 0.49)
    one, three = (
        deliver(replace(COAT, dose_ug_per_mm2=dose), straight, 60.0, 1.0).wall_ug_per_mm2
        for dose in (1.0, 3.0)
    )
    assert 1.0 < three / one < 1.05
    assert deliver(COAT, straight, 60.0, 0.45).wall_ug_per_mm2 == pytest.approx(0.45 * three)
    assert deliver(COAT, bent, 60.0, 1.0).wall_ug_per_mm2 < three
    assert deliver(COAT, straight, 0.0, 1.0).wall_ug_per_mm2 == 0.0


def test_the_ceiling_is_found_again() -> None:
    transit, let_go = Transit(0.01, (0.3,)), 1.0 - math.exp(-2.0)
    found = deliver(COAT, transit, 60.0, 1.0).wall_ug_per_mm2
    assert find_ceiling(found, 3.0, transit, let_go) == pytest.approx(0.2)
    low = deliver(replace(COAT, ceiling_ug_per_mm2=2.5), transit, 60.0, 1.0).wall_ug_per_mm2
    assert find_ceiling(low, 3.0, transit, let_go) == pytest.approx(2.5)
    with pytest.raises(ValueError, match="cannot come of"):
        find_ceiling(3.0, 3.0, transit, let_go)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="positive times"):
        Deposit(0.5, 0.0)
    with pytest.raises(ValueError, match="1 together"):
        replace(COAT, deposits=(Deposit(0.5, 1.0),))
    with pytest.raises(ValueError, match="1 together"):
        follow_drug(WALL, 0.2, (Deposit(0.5, 1.0),), MASS, 24.0, ROUGH)
    with pytest.raises(ValueError, match="dose_ug_per_mm2 must be positive"):
        replace(COAT, dose_ug_per_mm2=0.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Transit(1.0, ())
    with pytest.raises(ValueError, match="plaque_share"):
        deliver(COAT, Transit(0.0, ()), 60.0, 0.0)
    with pytest.raises(ValueError, match="must be positive"):
        follow_drug(WALL, 0.0, AT_ONCE, MASS, 24.0, ROUGH)
    with pytest.raises(ValueError, match="not negative"):
        Binding(-1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="thickness_mm must be positive"):
        replace(WALL, thickness_mm=0.0)
    with pytest.raises(ValueError, match="at least two rings"):
        WallSettings(1)
    with pytest.raises(ValueError, match="followed from 0 to 24 h"):
        follow_drug(WALL, 0.2, AT_ONCE, MASS, 24.0, ROUGH).tissue_ug_per_g(25.0)
