"""Bodies between platens: what is refused, what is left out, and what a load is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.physics.elastic.blocks import EXACT, block, scattered

from seldinger.core.errors import SimulationError
from seldinger.physics.elastic.body import Body, corner_any
from seldinger.physics.elastic.compress import Ends, compress, end_layers, load
from seldinger.physics.elastic.conditions import Conditions, traction_force_n
from seldinger.physics.elastic.fields import share_load
from seldinger.physics.elastic.solve import ElasticSettings, solve

Mask = NDArray[np.bool_]


def nothing(body: Body) -> Mask:
    return np.zeros_like(body.solid)


@pytest.mark.parametrize("friction", [True, False])
def test_a_force_is_a_shortening_scaled(friction: bool) -> None:
    body = scattered((6, 5, 7), 30.0)
    ends = end_layers(body, 0)
    one = compress(body, ends, 0, 0.2, friction=friction, settings=EXACT)
    two = load(body, ends, 0, -50.0, friction=friction, settings=EXACT)
    assert two.force_n == pytest.approx(-50.0)
    assert two.shortening_mm == pytest.approx(-50.0 / one.stiffness_n_per_mm, rel=1e-10)
    factor = two.force_n / one.force_n
    assert two.solution.displacement_mm == pytest.approx(
        factor * one.solution.displacement_mm, abs=1e-9
    )
    assert two.solution.energy_nmm == pytest.approx(factor**2 * one.solution.energy_nmm, rel=1e-9)


def test_the_plain_run_is_the_same() -> None:
    body = scattered((6, 5, 7), 30.0)
    ours, theirs = (
        compress(body, end_layers(body, 2), 2, 0.1, friction=True, settings=replace(EXACT, plain=p))
        for p in (False, True)
    )
    assert ours.force_n == pytest.approx(theirs.force_n, rel=1e-11)
    assert ours.solution.iterations == theirs.solution.iterations


def test_a_start_that_is_the_answer_takes_no_iteration() -> None:
    body = scattered((6, 5, 7), 30.0)
    ends = end_layers(body, 2)
    first = compress(body, ends, 2, 0.1, friction=True)
    again = compress(body, ends, 2, 0.1, friction=True, start_mm=first.solution.displacement_mm)
    assert again.solution.iterations <= 1
    assert again.force_n == pytest.approx(first.force_n, rel=1e-6)
    other = Body(body.grid, 1.1 * body.young_mpa, 0.3)
    warm = compress(other, ends, 2, 0.1, friction=True, start_mm=first.solution.displacement_mm)
    assert warm.solution.iterations <= 1


def test_a_body_that_slides_is_shown_where_it_was() -> None:
    body = scattered((6, 5, 7), 30.0)
    ends = end_layers(body, 2)
    still = compress(body, ends, 2, 0.1, friction=False, settings=EXACT).solution.displacement_mm
    there = corner_any(body.solid)
    assert still[there][:, :2].mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    places = np.moveaxis(np.indices(there.shape), 0, -1) * np.array(body.grid.spacing_mm)
    astray = still + np.cross([0.0, 0.0, 0.02], places) + [0.3, -0.2, 0.0]
    again = compress(body, ends, 2, 0.1, friction=False, settings=EXACT, start_mm=astray)
    assert again.solution.displacement_mm == pytest.approx(still, abs=1e-9)


def test_poisson_by_voxel_is_poisson_by_number() -> None:
    body = block()
    table = np.array([0.2, 0.3])
    same = Body(body.grid, body.young_mpa, table[np.ones(body.grid.shape, dtype=np.int64)])
    one, two = (compress(b, end_layers(b, 2), 2, 0.1, friction=True) for b in (body, same))
    assert one.force_n == two.force_n


def test_a_part_that_hangs_on_nothing_is_left_out_and_told() -> None:
    young = np.full((7, 5, 7), 100.0)
    young[4] = 0.0
    young[5:, :, 3] = 0.0
    body = block((7, 5, 7), young)
    done = compress(body, end_layers(body, 2), 2, 0.1, friction=True)
    alone = compress(
        block((4, 5, 7), 100.0), end_layers(block((4, 5, 7)), 2), 2, 0.1, friction=True
    )
    assert done.force_n == pytest.approx(alone.force_n, rel=1e-9)
    assert done.solution.notes == (
        "2 parts of 72 mm3 that do not reach from end to end were left out",
    )
    assert not done.solution.displacement_mm[5:].any()


@pytest.mark.parametrize("gap", ["layer", "edge"])
def test_a_body_in_two_is_refused(gap: str) -> None:
    young = np.full((4, 4, 6), 100.0)
    if gap == "layer":
        young[:, :, 3] = 0.0
    else:
        # Two halves that share an edge only: a hinge.
        young[2:, :, :3] = young[:2, :, 3:] = 0.0
    body = block((4, 4, 6), young)
    with pytest.raises(ValueError, match="2 parts reaches from one end to the other"):
        compress(body, end_layers(body, 2), 2, 0.1, friction=True)


def test_ends_that_are_none_are_refused() -> None:
    body = block()
    good, none = end_layers(body, 2), nothing(body)
    touching = good.low.copy()
    touching[:, :, : body.grid.shape[2] - 1] = True
    deep = none.copy()
    deep[:, :, 1] = True
    for ends, message in (
        (Ends(none, good.high), "the low end holds no voxel"),
        (Ends(good.low, none), "the high end holds no voxel"),
        (Ends(good.high, good.low), "exchanged"),
        (Ends(touching, good.high), "touch"),
        (Ends(deep, good.high), "all lie deep"),
        (Ends(good.low[1:], good.high), "a mask of shape"),
        (Ends(good.low.astype(np.int8), good.high), "a mask of shape"),
    ):
        with pytest.raises(ValueError, match=message):
            compress(body, ends, 2, 0.1, friction=True)
    with pytest.raises(ValueError, match="leave nothing"):
        end_layers(body, 2, 4)
    for axis in (-1, 3):
        with pytest.raises(ValueError, match="an axis of the grid"):
            compress(body, good, axis, 0.1, friction=True)


@pytest.mark.parametrize("amount", [0.0, np.nan, np.inf])
def test_no_load_is_refused(amount: float) -> None:
    body = block()
    with pytest.raises(ValueError, match="shortening_mm is finite and not 0"):
        compress(body, end_layers(body, 2), 2, amount, friction=True)
    with pytest.raises(ValueError, match="force_n is finite and not 0"):
        load(body, end_layers(body, 2), 2, amount, friction=True)


@pytest.mark.parametrize(
    ("young", "poisson", "message"),
    [
        (-1.0, 0.3, "not negative"),
        (np.nan, 0.3, "finite"),
        (0.0, 0.3, "no voxel has a modulus"),
        (1.0, 0.5, "between -1 and 0.5"),
        (1.0, -1.0, "between -1 and 0.5"),
        (1.0, np.nan, "between -1 and 0.5"),
        (1.0, np.full(3, 0.3), "poisson is one number"),
    ],
)
def test_no_solid_is_refused(young: float, poisson: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        block(young=young, poisson=poisson)


def test_a_load_that_nothing_resists_is_refused() -> None:
    body = block()
    push = traction_force_n(body, body.solid, 2, 1, (0.0, 0.0, -1.0))
    conditions = replace(Conditions.free(body), force_n=push)
    with pytest.raises(ValueError, match="part 1 of 1 hangs on nothing"):
        solve(body, conditions)
    conditions.held[0, 0, 0] = True
    with pytest.raises(ValueError, match="part 1 of 1 hangs on nothing"):
        solve(body, conditions)
    with pytest.raises(ValueError, match="nothing holds the body"):
        solve(body, Conditions.free(body))


def test_balanced_loads_need_no_hold() -> None:
    body = block()
    pull = traction_force_n(body, body.solid, 2, 1, (0.0, 0.0, 3.0))
    pull += traction_force_n(body, body.solid, 2, -1, (0.0, 0.0, -3.0))
    done = solve(body, replace(Conditions.free(body), force_n=pull), EXACT)
    longer = np.diff(done.displacement_mm[:, :, [0, -1], 2], axis=2)
    assert longer == pytest.approx(3.0 / 300.0 * 7 * 1.5, rel=1e-9)


def test_a_part_that_nothing_touches_is_left_out_of_a_solution() -> None:
    young = np.full((5, 3, 4), 100.0)
    young[3] = 0.0
    body = block((5, 3, 4), young)
    conditions = Conditions.free(body)
    conditions.held[0] = True
    conditions.displacement_mm[0] = 1.0
    done = solve(body, conditions)
    assert done.notes == ("1 parts that hang on nothing were left out, 14.4 mm3",)
    assert done.displacement_mm[:4] == pytest.approx(1.0)
    assert not done.displacement_mm[4:].any()


def test_conditions_that_do_not_fit_are_refused() -> None:
    young = np.full((5, 3, 4), 100.0)
    young[4] = 0.0
    body = block((5, 3, 4), young)
    free = Conditions.free(body)
    astray = free.force_n.copy()
    astray[5, 0, 0, 0] = 1.0
    for conditions, message in (
        (replace(free, held=free.held[1:]), "held is finite"),
        (replace(free, force_n=np.full(body.node_shape, np.nan)), "force_n is finite"),
        (replace(free, force_n=astray), "a force pushes where there is nothing"),
    ):
        with pytest.raises(ValueError, match=message):
            solve(body, conditions)
    with pytest.raises(ValueError, match="start_mm is finite"):
        compress(body, end_layers(body, 2), 2, 0.1, friction=True, start_mm=np.zeros(3))
    with pytest.raises(ValueError, match="no voxel of the mask has an outer face"):
        traction_force_n(body, nothing(body), 0, 1, (1.0, 0.0, 0.0))


def test_too_few_iterations_are_refused() -> None:
    body = scattered((6, 5, 7), 30.0)
    with pytest.raises(SimulationError, match="after 1 iterations"):
        compress(
            body, end_layers(body, 2), 2, 0.1, friction=True, settings=ElasticSettings(1e-9, 1)
        )
    with pytest.raises(ValueError, match="tolerance"):
        ElasticSettings(0.0)


def test_labels_that_do_not_fit_are_refused() -> None:
    body = block()
    done = compress(body, end_layers(body, 2), 2, 0.1, friction=True)
    with pytest.raises(ValueError, match="labels are integers"):
        share_load(done, np.zeros(body.grid.shape))  # type: ignore[arg-type]
