"""Chances of one uncorrected pass against closed forms."""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np
import pytest
from tests.plan.phantom import AIM, H, known, needle, options, phantom, sphere_target

from seldinger.anatomy.model import Anatomy, Kind, Origin, Structure
from seldinger.core.errors import PlanError
from seldinger.plan.approach.percutaneous import error_model, probability
from seldinger.plan.approach.percutaneous.scene import build

ENTRY = (-109.0, 0.0, 0.0)


def errors(mean_mm: float, depth: float = 0.0, breath: float = 0.0) -> error_model.ErrorModel:
    return error_model.ErrorModel("ct-in-plane", mean_mm, depth, breath, None)


@pytest.mark.parametrize(("mean_mm", "diameter_mm"), [(3.7, 10.0), (3.7, 16.0), (6.7, 20.0)])
def test_hitting_a_sphere_is_the_rayleigh_law(mean_mm: float, diameter_mm: float) -> None:
    anatomy = phantom(stripped=True)
    made = build(anatomy, sphere_target(anatomy, diameter_mm), frozenset())
    found = probability.estimate_pass(
        made, ENTRY, needle(), errors(mean_mm), probability.draw_normals(1)
    )
    scale = mean_mm / sqrt(pi / 2.0)
    low, law, high = (
        1.0 - exp(-(((diameter_mm / 2.0 + d) / scale) ** 2) / 2.0) for d in (-H / 3, 0.0, H / 3)
    )
    assert found.hit is not None
    assert low <= found.hit <= high, law


def test_a_ten_millimetre_sphere_is_never_hit_more_often_than_the_limit_allows() -> None:
    """At a mean error of 3.7 mm the chance is 0.76; more than 0.8 would be a wrong answer."""
    anatomy = phantom(stripped=True)
    made = build(anatomy, sphere_target(anatomy, 10.0), frozenset())
    found = probability.estimate_pass(
        made, ENTRY, needle(), errors(3.7, 2.0, 3.0), probability.draw_normals(0)
    )
    assert found.hit is not None
    assert 0.3 < found.hit <= 0.8


@pytest.mark.parametrize("gap_mm", [3.0, 5.0])
def test_touching_a_wall_at_the_tip_is_the_normal_tail(gap_mm: float) -> None:
    """A wall parallel to the needle, ``gap_mm`` away: the error is largest at the tip."""
    anatomy = phantom(stripped=True)
    level = 1.0  # voxel faces of the phantom lie at even z, so the wall's face does too
    z = anatomy.grid.to_lps(np.indices(anatomy.grid.shape).reshape(3, -1).T)[:, 2]
    wall = (z.reshape(anatomy.grid.shape) > level + gap_mm) & anatomy.body
    named = Structure("aorta", Kind.VESSEL, wall, Origin.LABEL, ("w",), mobile=False)
    more = Anatomy(
        anatomy.study, anatomy.image, anatomy.grid, anatomy.body, anatomy.tissue, anatomy.skin,
        (*anatomy.structures, named),
    )  # fmt: skip
    made = build(more, sphere_target(more, 10.0, (AIM[0], AIM[1], level)), frozenset())
    found = probability.estimate_pass(
        made, (ENTRY[0], ENTRY[1], level), needle(diameter_mm=0.0), errors(3.7),
        probability.draw_normals(3),
    )  # fmt: skip
    sd = 3.7 / sqrt(pi / 2.0)
    law = 0.5 * (1.0 - erf(gap_mm / sd / sqrt(2.0)))
    touched = found.touch["aorta"]
    assert touched == pytest.approx(law, abs=0.015)
    if gap_mm == 3.0:
        assert touched is not None
        assert touched >= 0.1


def test_more_error_hits_less_and_touches_more() -> None:
    anatomy = phantom()
    made = build(anatomy, sphere_target(anatomy, 16.0), frozenset())
    draws = probability.draw_normals(4)
    entry = (-60.0, -66.0, 0.0)
    small = probability.estimate_pass(made, entry, needle(), errors(2.0), draws)
    large = probability.estimate_pass(made, entry, needle(), errors(8.0), draws)
    assert small.hit is not None
    assert large.hit is not None
    assert large.hit < small.hit
    assert (large.touch["bowel gas"] or 0.0) >= (small.touch.get("bowel gas") or 0.0)


def test_breath_moves_organs_but_not_the_aorta() -> None:
    anatomy = phantom()
    made = build(anatomy, sphere_target(anatomy, 12.0), frozenset())
    draws = probability.draw_normals(4)
    calm = probability.estimate_pass(made, ENTRY, needle(), errors(2.0), draws)
    breathing = probability.estimate_pass(made, ENTRY, needle(), errors(2.0, 0.0, 8.0), draws)
    assert calm.hit is not None
    assert breathing.hit is not None
    assert breathing.hit < calm.hit - 0.1


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, again, other = (probability.draw_normals(s, 6) for s in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_lateral_error_has_the_published_mean() -> None:
    anatomy = phantom(stripped=True)
    made = build(anatomy, sphere_target(anatomy), frozenset())
    thrown = probability.throw_passes(made, ENTRY, errors(4.4), probability.draw_normals(2))
    tips = anatomy.grid.to_lps(thrown.aims.astype(float))
    lateral = np.linalg.norm((tips - np.asarray(AIM))[:, 1:], axis=1)
    assert lateral.mean() == pytest.approx(4.4, rel=0.02)


def test_angulation_chooses_the_technique() -> None:
    assert error_model.choose_technique(1.0, 40.0, known()) == "ct-in-plane"
    assert error_model.choose_technique(12.0, 0.0, known()) == "ct-angled"
    assert error_model.choose_technique(12.0, 180.0, known()) == "ct-angled"
    assert error_model.choose_technique(12.0, 40.0, known()) == "ct-double-angled"


def test_an_unknown_technique_is_refused() -> None:
    with pytest.raises(PlanError, match="no needle technique"):
        error_model.choose_error_model("dowsing", options(), known())
