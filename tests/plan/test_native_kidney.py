"""Tissue of the kidney itself is taken from the lower pole's cortex, away from sinus and hilum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plan import treatment_phantom as phantom

from seldinger.anatomy.model import Anatomy, Kind, Lesion, Origin
from seldinger.core.space import Grid, as_vector
from seldinger.core.verdict import Status
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.procedure import Settings
from seldinger.plan.treatments.biopsy import native_kidney
from seldinger.procedures import biopsy

MIDDLE = np.array([90.0, 70.0, 90.0])
HALF = np.array([28.0, 24.0, 50.0])


def kidney(name: str, *, filled: bool, side: float) -> tuple[Anatomy, Lesion]:
    """An ellipsoid; its sinus opens towards ``side`` unless the label fills it."""
    points = phantom.points()
    whole = (((points - MIDDLE) / HALF) ** 2).sum(axis=-1) <= 1.0
    sinus = np.abs(points - MIDDLE - np.array([side * 14.0, 0.0, 0.0])) <= np.array([14, 8, 16])
    mask = whole if filled else whole & ~sinus.all(axis=-1)
    thing = phantom.thing(name, Kind.ORGAN, mask)
    volume = float(mask.sum()) * phantom.GRID.voxel_ml
    centre = (90.0, 70.0, 90.0)
    goal = Lesion(name, mask, mask, centre, centre, 60.0, volume, name, Origin.LABEL)
    return phantom.anatomy((thing,)), goal


@pytest.mark.parametrize("name", ["left kidney", "right kidney"])
@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_aim_is_the_lower_poles_cortex(name: str, filled: bool, side: float) -> None:
    anatomy, goal = kidney(name, filled=filled, side=side)
    assert native_kidney.is_wanted(goal, anatomy, None)
    assert native_kidney.is_wanted(goal, anatomy, "parenchyma")
    assert not native_kidney.is_wanted(goal, anatomy, "lesion")
    made = native_kidney.choose_lower_pole(
        goal, anatomy, resolve_assumptions(native_kidney.ASSUMPTIONS, {})
    )
    at = phantom.GRID.to_lps(np.argwhere(made.viable))
    assert (at[:, 2] <= 90.0 - 50.0 + 0.25 * 100.0 + 2.0).all()
    depth = 1.0 - np.sqrt((((at - MIDDLE) / HALF) ** 2).sum(axis=1))
    assert (depth * HALF.min() <= 8.0 + 2.0).all()
    assert made.viable[tuple(np.rint(phantom.GRID.to_index(made.aim_lps_mm)).astype(int))]
    assert made.aim_lps_mm[1] < 70.0  # on the skin's side
    assert made.mask is goal.mask
    assert "lower pole" in made.notes[-1]


def test_a_lesion_in_a_kidney_is_no_native_kidney() -> None:
    anatomy, goal = kidney("left kidney", filled=True, side=1.0)
    part = goal.mask & phantom.ball((90.0, 70.0, 60.0), 20.0)
    small = replace(goal, mask=part, viable=part)
    assert not native_kidney.is_wanted(small, anatomy, None)
    assert not native_kidney.is_wanted(replace(goal, organ=None), anatomy, None)


@pytest.mark.parametrize("spacing_mm", [1.0, 1.5])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.8, 0.95])
def test_the_angle_to_the_capsule_is_that_of_a_ball(spacing_mm: float, share: float) -> None:
    radius = 30.0
    count = int(90.0 / spacing_mm)
    grid = Grid.aligned((count, count, count), spacing_mm, (-45.0, -45.0, -45.0))
    places = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    ball = (np.linalg.norm(places, axis=1) <= radius).reshape(grid.shape)
    turned = np.array([1.0, 2.0, -0.7]) / np.linalg.norm([1.0, 2.0, -0.7])
    side = np.cross(turned, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    along = share * radius * side + np.linspace(-45.0, 0.0, 200)[:, None] * turned
    expected = np.degrees(np.arccos(share))
    found = native_kidney.measure_capsule_angle_deg(ball, grid, along)
    # One voxel later along a grazing needle is some degrees on a ball.
    assert found == pytest.approx(expected, abs=8.0 if share > 0.9 else 5.0)
    assert native_kidney.measure_capsule_angle_deg(ball, grid, along + 60.0 * side) is None
    whole = np.ones_like(ball)
    assert native_kidney.measure_capsule_angle_deg(whole, grid, along) is None


@pytest.mark.parametrize(("aside_mm", "status"), [(0.0, Status.NOT_MET), (22.0, Status.MET)])
def test_a_needle_that_is_not_laid_along_the_cortex_is_said(
    aside_mm: float, status: Status
) -> None:
    goal = phantom.target(70.0, 50.0, "right kidney")
    aim = np.asarray(goal.aim_lps_mm) + np.array([aside_mm, 0.0, 0.0])
    goal = replace(goal, aim_lps_mm=as_vector(aim))
    kidney = phantom.thing("right kidney", Kind.ORGAN, goal.mask)
    for answers, told in (({"sample": "parenchyma"}, True), ({"sample": "lesion"}, False)):
        case = phantom.case(biopsy.PROCEDURE, goal, (kidney,), Settings(answers=answers))
        path = phantom.path(goal, x_mm=float(goal.aim_lps_mm[0]))
        treatment = phantom.needle_logic(biopsy.PROCEDURE)
        instrument = treatment.list_instruments(case)[0]
        made = treatment.conclude(case, instrument, phantom.approach(path)).findings
        found = [one for one in made if one.id == "kidney-tangential"]
        assert bool(found) is told
        if told:
            assert found[0].status is status
            assert "degrees" in found[0].text
            assert found[0].sources
