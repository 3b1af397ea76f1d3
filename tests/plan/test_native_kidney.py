"""Tissue of the kidney itself is taken from the lower pole's cortex, away from sinus and hilum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plan import treatment_phantom as phantom

from seldinger.anatomy.model import Anatomy, Kind, Origin, Target
from seldinger.plan import native_kidney
from seldinger.plan.assumptions import assumed

MIDDLE = np.array([90.0, 70.0, 90.0])
HALF = np.array([28.0, 24.0, 50.0])


def kidney(name: str, *, filled: bool, side: float) -> tuple[Anatomy, Target]:
    """An ellipsoid; its sinus opens towards ``side`` unless the label fills it."""
    points = phantom.points()
    whole = (((points - MIDDLE) / HALF) ** 2).sum(axis=-1) <= 1.0
    sinus = np.abs(points - MIDDLE - np.array([side * 14.0, 0.0, 0.0])) <= np.array([14, 8, 16])
    mask = whole if filled else whole & ~sinus.all(axis=-1)
    thing = phantom.thing(name, Kind.ORGAN, mask)
    volume = float(mask.sum()) * phantom.GRID.voxel_ml
    centre = (90.0, 70.0, 90.0)
    goal = Target(name, mask, mask, centre, centre, 60.0, volume, name, Origin.LABEL)
    return phantom.anatomy((thing,)), goal


@pytest.mark.parametrize("name", ["left kidney", "right kidney"])
@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_aim_is_the_lower_poles_cortex(name: str, filled: bool, side: float) -> None:
    anatomy, goal = kidney(name, filled=filled, side=side)
    assert native_kidney.is_wanted(goal, anatomy, {})
    assert native_kidney.is_wanted(goal, anatomy, {"sample": "parenchyma"})
    assert not native_kidney.is_wanted(goal, anatomy, {"sample": "lesion"})
    made = native_kidney.lower_pole(goal, anatomy, assumed(native_kidney.ASSUMPTIONS, {}))
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
    small = replace(goal, mask=goal.mask & phantom.ball((90.0, 70.0, 60.0), 20.0))
    assert not native_kidney.is_wanted(small, anatomy, {})
    assert not native_kidney.is_wanted(replace(goal, organ=None), anatomy, {})
