"""Laws of elasticity on voxels: what is exact, what converges, what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import spsolve
from tests.physics.elastic.blocks import EXACT, bar_n_per_mm, block, hold_face, scattered

from seldinger.core.space import Grid
from seldinger.kernels.elastic_plain import CORNERS, element_matrices
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import Ends, compress, end_layers
from seldinger.physics.elastic.conditions import Conditions, traction_force_n
from seldinger.physics.elastic.fields import measure_fields, share_load
from seldinger.physics.elastic.multigrid import build_levels, precondition
from seldinger.physics.elastic.solve import ElasticSettings, solve

AXES = (0, 1, 2)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("poisson", [-0.5, 0.0, 0.3, 0.45])
def test_a_bar_between_smooth_platens_is_e_a_over_l(axis: int, poisson: float) -> None:
    body = block(poisson=poisson)
    done = compress(body, end_layers(body, axis), axis, 0.1, friction=False, settings=EXACT)
    assert done.stiffness_n_per_mm == pytest.approx(bar_n_per_mm(body, axis, 300.0), rel=1e-10)
    fields = measure_fields(done.solution)
    length = body.grid.shape[axis] * body.grid.spacing_mm[axis]
    assert fields.strain[:, axis] == pytest.approx(-0.1 / length, rel=1e-8)
    assert fields.von_mises_mpa == pytest.approx(300.0 * 0.1 / length, rel=1e-8)
    assert fields.energy_mpa == pytest.approx(0.5 * 300.0 * (0.1 / length) ** 2, rel=1e-8)
    across = [a for a in AXES if a != axis]
    assert fields.strain[:, across] == pytest.approx(poisson * 0.1 / length, abs=1e-10)


def test_a_bar_in_a_smooth_hole_has_the_confined_modulus() -> None:
    body, nu = block(poisson=0.35), 0.35
    conditions = Conditions.free(body)
    for axis in AXES:
        for last in (0, 1):
            hold_face(conditions, axis, last, axis, -0.1 if (axis, last) == (2, 1) else 0.0)
    done = solve(body, conditions, EXACT)
    confined = 300.0 * (1.0 - nu) / ((1.0 + nu) * (1.0 - 2.0 * nu))
    push = float(done.reaction_n[:, :, 0, 2].sum())
    assert push / 0.1 == pytest.approx(bar_n_per_mm(body, 2, confined), rel=1e-10)


def test_friction_makes_stiffer() -> None:
    body = block()
    smooth, rough = (
        compress(body, end_layers(body, 2), 2, 0.1, friction=f).stiffness_n_per_mm
        for f in (False, True)
    )
    assert 1.01 * smooth < rough < 1.5 * smooth


@pytest.mark.parametrize("axis", AXES)
def test_layers_in_series_are_reuss(axis: int) -> None:
    young = np.array([100.0, 10.0, 1000.0, 40.0, 7.0])
    lined = np.moveaxis(np.broadcast_to(young, (4, 3, 5)), 2, axis)
    body = block(lined.shape, lined, 0.0)
    done = compress(body, end_layers(body, axis), axis, 0.1, friction=True, settings=EXACT)
    mean = 1.0 / float(np.mean(1.0 / young))
    assert done.stiffness_n_per_mm == pytest.approx(bar_n_per_mm(body, axis, mean), rel=1e-9)


def test_columns_side_by_side_are_voigt_and_share_by_modulus() -> None:
    young = np.array([100.0, 10.0, 1000.0, 40.0])
    columns = np.broadcast_to(young[:, None, None], (4, 3, 5))
    body = block((4, 3, 5), columns, 0.3)
    done = compress(body, end_layers(body, 2), 2, 0.1, friction=False, settings=EXACT)
    assert done.stiffness_n_per_mm == pytest.approx(
        bar_n_per_mm(body, 2, float(young.mean())), rel=1e-9
    )
    labels = np.broadcast_to(np.array([4, 7, 2, 7])[:, None, None], (4, 3, 5))
    sharing = share_load(done, labels)
    assert sharing.labels.tolist() == [2, 4, 7]
    expected = np.array([1000.0, 100.0, 50.0]) / young.sum()
    assert sharing.share == pytest.approx(expected, rel=1e-8)
    assert sharing.by_layer == pytest.approx(np.tile(expected, (5, 1)), rel=1e-8)


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_stiffness_lies_between_reuss_and_voigt(seed: int) -> None:
    young = 50.0 ** np.random.default_rng(seed).random((4, 3, 5))
    body = block((4, 3, 5), young, 0.0)
    found = compress(body, end_layers(body, 2), 2, 0.1, friction=False).stiffness_n_per_mm
    least, most = 1.0 / float(np.mean(1.0 / young)), float(young.mean())
    assert bar_n_per_mm(body, 2, least) <= found <= bar_n_per_mm(body, 2, most)


def test_a_linear_displacement_is_reproduced() -> None:
    body = block()
    places = np.moveaxis(np.indices(body.node_shape[:3]), 0, -1) * np.array(body.grid.spacing_mm)
    exact = places @ np.array([[1.0, 0.2, -0.3], [0.4, -2.0, 0.1], [0.0, 0.7, 0.5]]) * 1e-2 + 0.3
    conditions = Conditions.free(body)
    conditions.held[:] = True
    conditions.held[1:-1, 1:-1, 1:-1] = False
    conditions.displacement_mm[:] = exact
    done = solve(body, conditions, EXACT)
    assert done.iterations > 0
    assert done.displacement_mm == pytest.approx(exact, abs=1e-10)


def deflection_mm(across: int) -> float:
    """Of a cantilever of 40 x 8 mm, one cell thick, 1 N at its tip."""
    edge = 8.0 / across
    body = block((5 * across, 1, across), 1000.0, 0.0, (edge, 1.0, edge))
    conditions = Conditions.free(body)
    for component in AXES:
        hold_face(conditions, 0, 0, component, 0.0)
    conditions.force_n[:] = traction_force_n(body, body.solid, 0, 1, (0.0, 0.0, -1.0 / 8.0))
    done = solve(body, conditions, ElasticSettings(1e-8))
    assert done.reaction_n.sum(axis=(0, 1, 2)) == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)
    return -float(done.displacement_mm[-1, :, :, 2].mean())


def test_a_cantilever_converges_to_timoshenko() -> None:
    coarse, middle, fine = (deflection_mm(n) for n in (4, 8, 16))
    order = np.log2((middle - coarse) / (fine - middle))
    assert order == pytest.approx(2.0, abs=0.2)
    limit = fine + (fine - middle) / (2.0**order - 1.0)
    inertia, shear = 8.0**3 / 12.0, 500.0 * 5.0 / 6.0 * 8.0
    bending = 40.0**3 / (3.0 * 1000.0 * inertia)
    assert limit == pytest.approx(bending + 40.0 / shear, rel=3e-3)
    assert fine == pytest.approx(bending + 40.0 / shear, rel=1e-2)


@pytest.mark.parametrize("order", [(1, 2, 0), (0, 2, 1)])
def test_permuted_axes_permute_the_answer(order: tuple[int, int, int]) -> None:
    body = scattered((5, 6, 7), 100.0)
    spacing = body.grid.spacing_mm
    turned = Body(
        Grid.aligned([body.grid.shape[a] for a in order], [spacing[a] for a in order]),
        body.young_mpa.transpose(order),
        0.3,
    )
    axis = order.index(2)
    one = compress(body, end_layers(body, 2), 2, 0.1, friction=True, settings=EXACT)
    two = compress(turned, end_layers(turned, axis), axis, 0.1, friction=True, settings=EXACT)
    assert two.force_n == pytest.approx(one.force_n, rel=1e-11)
    expected = one.solution.displacement_mm.transpose((*order, 3))[..., list(order)]
    assert two.solution.displacement_mm == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("friction", [True, False])
def test_energy_is_work(friction: bool) -> None:
    body = scattered((8, 7, 9), 100.0)
    done = compress(body, end_layers(body, 2), 2, 0.1, friction=friction, settings=EXACT)
    low, high = done.solution.reaction_n[..., 0, :], done.solution.reaction_n[..., -1, :]
    assert low.sum(axis=(0, 1)) == pytest.approx(-high.sum(axis=(0, 1)), abs=1e-8)
    work = 0.5 * float(low[..., 2].sum()) * done.shortening_mm
    assert done.force_n == pytest.approx(float(low[..., 2].sum()), rel=1e-9)
    assert done.solution.energy_nmm == pytest.approx(work, rel=1e-9)
    fields = measure_fields(done.solution)
    voxel_mm3 = float(np.prod(body.grid.spacing_mm))
    assert float(fields.energy_mpa.sum()) * voxel_mm3 == pytest.approx(work, rel=1e-9)


def assembled(body: Body) -> sparse.csr_array:
    """The stiffness as a sparse matrix."""
    first, second = element_matrices(np.array(body.grid.spacing_mm))
    lam, mu = body.moduli_mpa()
    cells = np.argwhere(body.solid)
    nodes = np.stack(
        [np.ravel_multi_index((cells + c).T, body.node_shape[:3]) for c in CORNERS], axis=1
    )
    unknowns = (3 * nodes[:, :, None] + np.arange(3)).reshape(len(cells), 24)
    each = lam[body.solid][:, None, None] * first + mu[body.solid][:, None, None] * second
    rows, columns = np.repeat(unknowns, 24, axis=1), np.tile(unknowns, (1, 24))
    size = int(np.prod(body.node_shape))
    return sparse.csr_array((each.ravel(), (rows.ravel(), columns.ravel())), (size, size))


def test_an_assembled_matrix_gives_the_same() -> None:
    body = scattered((5, 6, 4), 100.0)
    done = compress(body, end_layers(body, 1), 1, 0.1, friction=True, settings=EXACT)
    matrix, c = assembled(done.solution.body), done.solution.conditions
    moves = ~c.held.reshape(-1) & (matrix.diagonal() > 0.0)
    held = c.displacement_mm.reshape(-1)
    moved = spsolve(matrix[moves][:, moves].tocsc(), -(matrix @ held)[moves])
    assert done.solution.displacement_mm.reshape(-1)[moves] == pytest.approx(moved, abs=1e-10)


def test_the_preconditioner_is_symmetric_and_positive() -> None:
    body = scattered((9, 8, 11), 100.0)
    held = np.zeros(body.node_shape, dtype=np.bool_)
    held[:, :, 0] = held[:, :, -1, 2] = True
    levels = build_levels(body, held, plain=False)
    assert len(levels) > 2
    x, y = np.random.default_rng(1).normal(size=(2, *body.node_shape)) * levels[0].moves
    of_x, of_y = precondition(levels, x).copy(), precondition(levels, y).copy()
    assert np.vdot(x, of_y) == pytest.approx(np.vdot(y, of_x), rel=1e-11)
    assert np.vdot(x, of_x) > 0.0


@pytest.mark.parametrize("poisson", [0.0, 0.3])
@pytest.mark.parametrize("edge", [10, 20])
def test_iterations_grow_little_with_the_grid(edge: int, poisson: float) -> None:
    young = np.ones((edge, edge, edge))
    young[edge // 4 : edge // 2, edge // 3 :, edge // 4 : -edge // 4] = 100.0
    body = block(young.shape, young, poisson, (1.0, 1.0, 1.0))
    done = compress(body, end_layers(body, 2), 2, 0.1, friction=True)
    assert done.solution.iterations <= 25


def test_curved_ends_lie_on_the_platens() -> None:
    young = np.full((6, 6, 9), 100.0)
    young[2:4, 2:4, 0] = young[:2, :, -1] = 0.0
    body = block((6, 6, 9), young)
    low, high = np.zeros((2, 6, 6, 9), dtype=np.bool_)
    low[:, :, :2] = high[:, :, -2:] = True
    done = compress(body, Ends(low, high), 2, 0.1, friction=True)
    u = done.solution.displacement_mm[..., 2]
    assert (u[3, 3, 1], u[0, 0, 0], u[0, 3, 8], u[5, 5, 9]) == (0.0, 0.0, -0.1, -0.1)
    sharing = share_load(done, np.zeros((6, 6, 9), dtype=np.int64))
    assert sharing.by_layer[2:-2, 0] == pytest.approx(1.0, abs=1e-4)
    assert sharing.by_layer[0, 0] < 1.0
