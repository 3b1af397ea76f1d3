"""How sure: the sampled spread against closed forms, and its edge against true runs beside it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.heat_block import UP, biology, block, heat, lattice, placed

from seldinger.core.space import Grid
from seldinger.geometry import levels
from seldinger.simulate.thermal import uncertainty
from seldinger.simulate.thermal.heating import compute_heat
from seldinger.simulate.thermal.setup import CHART, Changes, Placed
from seldinger.simulate.thermal.uncertainty import Placing, Response, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

RAYLEIGH_MEAN = np.sqrt(np.pi / 2.0)
MEAN_MM = 3.7
"""Mean lateral error of a needle: Rayleigh, so each way has a deviation of 2.95 mm."""
LATERAL = Placing(MEAN_MM / RAYLEIGH_MEAN, 0.0)
NAMES = ("perfusion", "power")


def sphere(radius_mm: float, count: int = 600) -> NDArray[np.float64]:
    """Points spread evenly over a sphere."""
    n = np.arange(count) + 0.5
    polar, turn = np.arccos(1.0 - 2.0 * n / count), np.pi * (1.0 + 5.0**0.5) * n
    return radius_mm * np.stack(
        [np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], axis=1
    )


@cache
def answer(zone_mm: float, spacing_mm: float = 1.0) -> Response:
    """A ball of a zone whose edge moves 2 mm with perfusion and 1 mm with power, per deviation."""
    half = zone_mm + 12.0
    edge = int(2.0 * half / spacing_mm) + 1
    grid = Grid.aligned((edge,) * 3, spacing_mm, (-half,) * 3)
    true = (zone_mm - np.linalg.norm(lattice(grid), axis=-1)).astype(np.float32)
    flat = np.ones_like(true)
    nothing = np.zeros_like(true)
    slope = {"perfusion": -2.0 * flat, "power": 1.0 * flat}
    bend = {"perfusion": nothing, "power": nothing}
    return Response(grid, grid, levels.signed_distance_mm(true, spacing_mm), slope, bend)


def still(draws: Samples) -> Samples:
    """Nothing but the needle varies."""
    return draws.keep_only(uncertainty.PLACEMENT)


def least_mm(
    of: Response,
    tumour_mm: float,
    draws: Samples,
    placing: Placing = LATERAL,
    breath_mm: float = 0.0,
    registration_mm: float = 0.0,
) -> NDArray[np.float64]:
    """Least distance of a ball's surface to the zone's edge, in each sample."""
    points = sphere(tumour_mm)
    one = placed("emprint", heat(75.0, 300.0))
    shifts = uncertainty.compute_shifts_mm(
        points, [one], [placing], breath_mm, registration_mm, draws
    )
    return np.asarray(
        uncertainty.measure_edges_mm(of, points, shifts, draws).min(axis=1), dtype=np.float64
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("margin_mm", [2.0, 3.0, 5.0, 7.0])
def test_a_uniform_margin_covers_as_often_as_the_needle_strays_less(
    margin_mm: float, seed: int
) -> None:
    # The zone goes astray as one; target and zone are balls, so that only the distance counts.
    sd = LATERAL.lateral_sd_mm
    true = 1.0 - np.exp(-(margin_mm**2) / (2.0 * sd**2))
    draws = still(uncertainty.draw(NAMES, 1, seed))
    found = float(np.mean(least_mm(answer(14.0 + margin_mm), 14.0, draws) >= 0.0))
    assert found == pytest.approx(true, abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_5_mm_at_a_mean_error_of_3_7_mm_is_never_called_surer_than_0_8(seed: int) -> None:
    draws = uncertainty.draw(NAMES, 1, seed)
    alone = np.mean(least_mm(answer(19.0), 14.0, still(draws)) >= 0.0)
    assert alone <= 0.8
    more = np.mean(
        least_mm(answer(19.0), 14.0, draws, Placing(LATERAL.lateral_sd_mm, 2.0), 2.0, 1.5) >= 0.0
    )
    assert more < alone


def test_what_is_known_exactly_is_sure() -> None:
    draws = uncertainty.draw(NAMES, 1, 0)
    exact = Placing(0.0, 0.0)
    frozen = draws.keep_only("nothing at all")
    found = least_mm(answer(19.0), 14.0, frozen, exact)
    assert found == pytest.approx(5.0, abs=0.2)
    assert np.ptp(found) == 0.0


def test_depth_and_breath_alone_are_normal() -> None:
    draws = uncertainty.draw(NAMES, 1, 0)
    exact = Placing(0.0, 0.0)
    for found in (
        least_mm(answer(18.0), 14.0, still(draws), Placing(0.0, 3.0)),
        least_mm(answer(18.0), 14.0, draws.keep_only(uncertainty.BREATH), exact, breath_mm=3.0),
    ):
        # 0.818: a normal deviate of 3 mm stays within 4 mm.
        assert np.mean(found >= 0.0) == pytest.approx(0.8176, abs=0.03)


def test_registration_alone_is_a_ball_of_normal_deviates() -> None:
    draws = uncertainty.draw(NAMES, 1, 0).keep_only("registration")
    found = least_mm(answer(18.0), 14.0, draws, Placing(0.0, 0.0), registration_mm=2.0)
    # 0.739: chi of three degrees of freedom below 4/2.
    assert np.mean(found >= 0.0) == pytest.approx(0.7385, abs=0.03)


def test_tissue_moves_the_edge_by_its_slope() -> None:
    draws = uncertainty.draw(NAMES, 1, 0)
    for name, per_sd in (("perfusion", -2.0), ("power", 1.0)):
        found = least_mm(answer(19.0), 14.0, draws.keep_only(name), Placing(0.0, 0.0))
        assert found == pytest.approx(5.0 + per_sd * draws.tissue[name], abs=0.2)


def test_bend_is_a_parabola() -> None:
    one = answer(19.0)
    flat = np.ones_like(one.signed_mm)
    bent = Response(one.grid, one.grid, one.signed_mm, {"x": 0.0 * flat}, {"x": -0.5 * flat})
    draws = uncertainty.draw(("x",), 1, 0)
    found = least_mm(bent, 14.0, draws.keep_only("x"), Placing(0.0, 0.0))
    assert found == pytest.approx(5.0 - 0.5 * draws.tissue["x"] ** 2, abs=0.2)


def test_a_larger_error_is_never_surer() -> None:
    draws = still(uncertainty.draw(NAMES, 1, 0))
    chances = [
        np.mean(least_mm(answer(19.0), 14.0, draws, Placing(sd, 0.5 * sd)) >= 0.0)
        for sd in (0.5, 1.5, 3.0, 5.0, 8.0)
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert chances[-1] < 0.4


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other, third = (uncertainty.draw(NAMES, 3, seed) for seed in (7, 7, 8))
    for a, b in ((one.lateral, other.lateral), (one.depth, other.depth),
                 (one.registration, other.registration), (one.breath, other.breath)):  # fmt: skip
        assert a.tobytes() == b.tobytes()
    assert one.tissue["power"].tobytes() == other.tissue["power"].tobytes()
    assert one.lateral.tobytes() != third.lateral.tobytes()
    first, second = (least_mm(answer(19.0), 14.0, d) for d in
                     (uncertainty.draw(NAMES, 1, 7), uncertainty.draw(NAMES, 1, 7)))  # fmt: skip
    assert first.tobytes() == second.tobytes()


def test_draws_are_standard_normal_and_independent() -> None:
    draws = uncertainty.draw(NAMES, 2, 0)
    columns = [*draws.tissue.values(), *draws.lateral.reshape(-1, 4).T, *draws.depth.T,
               draws.breath, *draws.registration.T]  # fmt: skip
    table = np.stack(columns)
    assert table.shape == (12, uncertainty.SAMPLES)
    assert np.isfinite(table).all()
    assert np.abs(table.mean(axis=1)).max() < 0.05
    assert table.std(axis=1) == pytest.approx(np.ones(12), abs=0.06)
    assert np.abs(np.corrcoef(table) - np.eye(12)).max() < 0.2
    assert uncertainty.SAMPLES >= 200


def test_only_one_varies() -> None:
    draws = uncertainty.draw(NAMES, 2, 0)
    assert set(draws.names) == {"needle placement", "breath", "registration", *NAMES}
    for name in draws.names:
        alone = draws.keep_only(name)
        loud = {
            uncertainty.PLACEMENT: alone.lateral.any() or alone.depth.any(),
            uncertainty.BREATH: alone.breath.any(),
            "registration": alone.registration.any(),
            **{k: v.any() for k, v in alone.tissue.items()},
        }
        assert {k for k, v in loud.items() if v} == {name}


def dominant(placing: Placing, breath_mm: float, registration_mm: float, tissue: float) -> str:
    """What makes most of the variance of the least margin."""
    one = answer(19.0)
    scaled = {k: tissue * v for k, v in one.slope.items()}
    moved = Response(one.grid, one.grid, one.signed_mm, scaled, one.bend)
    draws = uncertainty.draw(NAMES, 1, 0)
    shares = {
        n: least_mm(moved, 14.0, draws.keep_only(n), placing, breath_mm, registration_mm).var()
        for n in draws.names
    }
    return max(shares, key=lambda k: shares[k])


def test_the_largest_cause_is_found() -> None:
    assert dominant(Placing(4.0, 1.0), 0.5, 0.5, 0.1) == uncertainty.PLACEMENT
    assert dominant(Placing(0.5, 0.5), 5.0, 0.5, 0.1) == uncertainty.BREATH
    assert dominant(Placing(0.5, 0.5), 0.5, 5.0, 0.1) == "registration"
    assert dominant(Placing(0.5, 0.5), 0.5, 0.5, 2.0) == "perfusion"


def test_a_zone_goes_with_the_nearer_of_two_probes() -> None:
    two = [placed("emprint", heat(75.0, 300.0), (x, 0.0, 0.0)) for x in (-12.0, 12.0)]
    draws = still(uncertainty.draw(NAMES, 2, 0))
    points = np.array([[-20.0, 0.0, 0.0], [20.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    by = uncertainty.compute_shifts_mm(points, two, [LATERAL, Placing(0.0, 0.0)], 0.0, 0.0, draws)
    moved = np.linalg.norm(np.stack(by), axis=2)
    assert moved[:, 0] == pytest.approx(
        LATERAL.lateral_sd_mm * np.linalg.norm(draws.lateral[:, 0], axis=1), rel=0.02
    )
    assert moved[:, 1].max() < 0.1
    assert moved[:, 2] == pytest.approx(0.5 * moved[:, 0], rel=0.02)


def test_a_lateral_error_is_across_and_depth_along() -> None:
    one = Placed(placed("emprint", heat(75.0, 300.0)).applicator, (0.0, 0.0, 0.0),
                 (0.6, -0.8, 0.0), heat(75.0, 300.0))  # fmt: skip
    draws = still(uncertainty.draw(NAMES, 1, 0))
    points = np.zeros((1, 3))
    axis = np.asarray(one.axis_lps)
    across = np.stack(
        uncertainty.compute_shifts_mm(points, [one], [Placing(3.0, 0.0)], 0.0, 0.0, draws)
    )
    along = np.stack(
        uncertainty.compute_shifts_mm(points, [one], [Placing(0.0, 3.0)], 0.0, 0.0, draws)
    )
    assert np.abs(across[:, 0] @ axis).max() < 1e-9
    assert np.abs(np.linalg.norm(along[:, 0], axis=1) - np.abs(along[:, 0] @ axis)).max() < 1e-9


SPREADS = {a.name: a.value for a in uncertainty.ASSUMPTIONS}


@cache
def emulated() -> tuple[Placed, Response]:
    """One antenna in even liver, and how its zone answers; cells of 2 mm."""
    one = placed("emprint", heat(75.0, 300.0))
    found = uncertainty.compute_response(
        block(34.0, 2.0), [one], biology(), CHART, SPREADS, Changes()
    )
    return one, found


def test_a_run_that_is_known_is_not_made_again() -> None:
    """Given the plan as drawn, the answer is that of running it; another run is seen in it."""
    one, still = placed("emprint", heat(75.0, 60.0)), dict.fromkeys(SPREADS, 0.0)
    asked = (block(27.0, 3.0), [one], biology(), CHART)
    own = uncertainty.compute_response(*asked, still, Changes())
    known = uncertainty.compute_response(
        *asked, still, Changes(), drawn_run=compute_heat(*asked, Changes())
    )
    other = compute_heat(*asked, Changes(power=0.8))
    changed = uncertainty.compute_response(*asked, still, Changes(), drawn_run=other)
    assert np.array_equal(own.signed_mm, known.signed_mm)
    assert not np.array_equal(own.signed_mm, changed.signed_mm)


def true_edge(one: Placed, changes: Changes, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance to the edge of a zone that was really computed."""
    done = compute_heat(block(34.0, 2.0), [one], biology(), CHART, changes)
    signed = levels.signed_distance_mm(done.level, 2.0)
    return levels.sample_field(signed, block(34.0, 2.0).grid, points)


def with_only(draws: Samples, name: str, z: float) -> Samples:
    quiet = draws.keep_only("nothing at all")
    tissue = {k: np.full_like(v, z if k == name else 0.0) for k, v in quiet.tissue.items()}
    return Samples(tissue, quiet.lateral, quiet.depth, quiet.breath, quiet.registration)


@pytest.mark.parametrize(
    ("name", "z", "changes"),
    [
        ("perfusion", 1.0, Changes(perfusion=1.3)),
        ("perfusion", -1.5, Changes(perfusion=0.55)),
        ("perfusion", 2.0, Changes(perfusion=1.6)),
        ("power", -1.0, Changes(power=0.9)),
        ("power", 2.0, Changes(power=1.2)),
        ("thermal conductivity", 1.5, Changes(conductivity=1.15)),
        ("heat capacity", -2.0, Changes(capacity=0.9)),
    ],
)
def test_the_emulated_edge_is_the_computed_one(name: str, z: float, changes: Changes) -> None:
    one, found = emulated()
    points = sphere(12.0, 200)
    draws = with_only(uncertainty.draw(tuple(found.slope), 1, 0, 1), name, z)
    edge = uncertainty.measure_edges_mm(found, points, [np.zeros_like(points)], draws)[0]
    assert edge == pytest.approx(true_edge(one, changes, points), abs=1.0)


def test_several_at_once_and_a_needle_astray() -> None:
    one, found = emulated()
    by = np.array([2.0, -1.5, 3.0])
    points = sphere(12.0, 200)
    draws = uncertainty.draw(tuple(found.slope), 1, 0, 1).keep_only("nothing at all")
    tissue = {k: np.array([{"perfusion": 1.0, "power": -1.0}.get(k, 0.0)]) for k in draws.tissue}
    all_ = Samples(tissue, draws.lateral, draws.depth, draws.breath, draws.registration)
    edge = uncertainty.measure_edges_mm(found, points, [np.broadcast_to(by, points.shape)], all_)[0]
    tip = np.asarray(one.tip_lps_mm) + by
    astray = Placed(one.applicator, (tip[0], tip[1], tip[2]), UP, one.schedule)
    true = true_edge(astray, Changes(perfusion=1.3, power=0.9), points)
    assert edge == pytest.approx(true, abs=1.2)


def test_more_blood_shrinks_and_more_power_grows() -> None:
    _, found = emulated()
    points = sphere(15.0, 100)
    assert levels.sample_field(found.slope["perfusion"], found.grid, points).max() < 0.0
    assert levels.sample_field(found.slope["power"], found.grid, points).min() > 0.0


def test_what_has_no_spread_is_not_run() -> None:
    quiet = dict.fromkeys(SPREADS, 0.0)
    assert uncertainty.list_variations(quiet, cold=False) == {}
    assert set(uncertainty.list_variations(SPREADS, cold=False)) == {
        "perfusion", "thermal conductivity", "heat capacity", "power",
    }  # fmt: skip
    assert "probe temperature" in uncertainty.list_variations(SPREADS, cold=True)
    assert "power" not in uncertainty.list_variations(SPREADS, cold=True)
