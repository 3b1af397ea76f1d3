"""Certainty: how sure a predicted zone is, from one plan as drawn and a few runs beside it.

What is uncertain about the tissue and the source moves the zone's edge outwards or inwards; each is
run once above and once below, coarsely, on the patient himself, and between them the edge follows a
parabola. What is uncertain about the place carries the zone along with its applicators. 200 samples
of both then cost no more runs. One uncorrected placement: nobody looked and set it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.progress import Progress, silent
from seldinger.core.record import read_assumptions
from seldinger.core.space import tangents, unit
from seldinger.geometry import levels
from seldinger.simulate.thermal.heating import compute_heat
from seldinger.simulate.thermal.modalities import find_modality
from seldinger.simulate.thermal.setup import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.simulate.thermal.heating import Heated
    from seldinger.simulate.thermal.scene import HeatScene
    from seldinger.simulate.thermal.setup import Biology, Placed

SAMPLES = 200

_ASSUMED = read_assumptions("seldinger.simulate.thermal")
PERFUSION = _ASSUMED["perfusion_spread"]
POWER = _ASSUMED["power_spread"]
WALL = _ASSUMED["wall_spread_k"]
CONDUCTIVITY = _ASSUMED["conductivity_spread"]
CAPACITY = _ASSUMED["capacity_spread"]
REGISTRATION = _ASSUMED["registration_sd_mm"]
ASSUMPTIONS = (PERFUSION, POWER, WALL, CONDUCTIVITY, CAPACITY, REGISTRATION)

PLACEMENT, BREATH = "needle placement", "breath"
_GEOMETRY = (PLACEMENT, BREATH, "registration")
_BLEND_MM = 4.0
_LEAST_FACTOR = 0.05


@dataclass(frozen=True, slots=True)
class Placing:
    """How an applicator misses: standard deviations, mm.

    Attributes:
        lateral_sd_mm: each of the two ways across.
        depth_sd_mm: along.
    """

    lateral_sd_mm: float
    depth_sd_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """How a zone's edge answers: fields of distance in mm on one grid.

    Attributes:
        grid: of slope and bend.
        slope, bend: by name of what varies: mm per standard deviation, and per its square.
        edge_grid: of ``signed_mm``, finer.
        signed_mm: distance to the edge as planned, positive inside.
    """

    grid: Grid
    edge_grid: Grid
    signed_mm: NDArray[np.float32]
    slope: Mapping[str, NDArray[np.float32]]
    bend: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Standard normal draws of everything that varies; n of them.

    Attributes:
        tissue: by name, (n,).
        lateral: (n, probes, 2).
        depth: (n, probes).
        breath: (n,).
        registration: (n, 3).
    """

    tissue: Mapping[str, NDArray[np.float64]]
    lateral: NDArray[np.float64]
    depth: NDArray[np.float64]
    breath: NDArray[np.float64]
    registration: NDArray[np.float64]

    def keep_only(self, name: str) -> Samples:
        """Nothing but this one varies."""
        return Samples(
            {k: v if k == name else np.zeros_like(v) for k, v in self.tissue.items()},
            self.lateral if name == PLACEMENT else np.zeros_like(self.lateral),
            self.depth if name == PLACEMENT else np.zeros_like(self.depth),
            self.breath if name == BREATH else np.zeros_like(self.breath),
            self.registration if name == "registration" else np.zeros_like(self.registration),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that varies."""
        return (*_GEOMETRY, *self.tissue)


def draw(names: Sequence[str], probes: int, seed: int, count: int = SAMPLES) -> Samples:
    """``count`` draws of ``names`` and of the errors of so many ``probes``, the same for one seed.

    They are scrambled Sobol points, made normal.
    """
    width = len(names) + 3 * probes + 4
    log2 = int(np.ceil(np.log2(count)))
    points = scipy.stats.qmc.Sobol(width, scramble=True, rng=np.random.default_rng(seed))
    uniform = points.random_base2(log2)
    tiny = np.finfo(np.float64).eps
    z: NDArray[np.float64] = scipy.special.ndtri(np.clip(uniform[:count], tiny, 1.0 - tiny))
    k = len(names)
    return Samples(
        {name: z[:, n] for n, name in enumerate(names)},
        z[:, k : k + 2 * probes].reshape(count, probes, 2),
        z[:, k + 2 * probes : k + 3 * probes],
        z[:, k + 3 * probes],
        z[:, k + 3 * probes + 1 :],
    )


def list_variations(
    spreads: Mapping[str, float], *, cold: bool
) -> dict[str, tuple[Changes, Changes]]:
    """What varies besides the place: one standard deviation above, and below."""
    made: dict[str, tuple[Changes, Changes]] = {}

    def pair(words: str, name: str, made_of: Callable[[float], Changes]) -> None:
        sd = spreads[name]
        if sd > 0.0:
            made[words] = (made_of(1.0 + sd), made_of(max(1.0 - sd, _LEAST_FACTOR)))

    pair("perfusion", PERFUSION.name, lambda f: Changes(perfusion=f))
    pair("thermal conductivity", CONDUCTIVITY.name, lambda f: Changes(conductivity=f))
    pair("heat capacity", CAPACITY.name, lambda f: Changes(capacity=f))
    if not cold:
        pair("power", POWER.name, lambda f: Changes(power=f))
    elif spreads[WALL.name] > 0.0:
        k = spreads[WALL.name]
        made["probe temperature"] = (Changes(wall_k=-k), Changes(wall_k=k))
    return made


def compute_response(
    scene: HeatScene,
    placed: Sequence[Placed],
    biology: Biology,
    mode: str,
    spreads: Mapping[str, float],
    base: Changes,
    progress: Progress = silent,
    drawn_run: Heated | None = None,
) -> Response:
    """Run the plan as drawn and a pair beside it for everything that varies.

    Args:
        scene: the patient, coarsely.
        placed: the applicators.
        biology: what is called dead.
        mode: of the runs.
        spreads: values of ``ASSUMPTIONS`` by name.
        base: the user's own edits.
        progress: told once per run.
        drawn_run: the plan as drawn on this scene, where that was run before.
    """
    spacing = scene.grid.spacing_mm[0]
    pairs = list_variations(spreads, cold=find_modality(placed).cold)
    total = 1 + 2 * len(pairs)

    def edge(number: int, changes: Changes) -> NDArray[np.float32]:
        progress("how sure", number / total)
        merged = changes.merge(base)
        return levels.signed_distance_mm(
            compute_heat(scene, placed, biology, mode, merged).level, spacing
        )

    progress("how sure", 0.0)
    as_drawn = drawn_run or compute_heat(scene, placed, biology, mode, Changes().merge(base))
    middle = levels.signed_distance_mm(as_drawn.level, spacing)
    slope, bend = {}, {}
    for n, (name, (above, below)) in enumerate(pairs.items()):
        high, low = edge(1 + 2 * n, above), edge(2 + 2 * n, below)
        slope[name] = np.asarray(0.5 * (high - low), dtype=np.float32)
        bend[name] = np.asarray(0.5 * (high + low) - middle, dtype=np.float32)
    return Response(scene.grid, scene.grid, middle, slope, bend)


def compute_shifts_mm(
    points_lps_mm: Points,
    placed: Sequence[Placed],
    placing: Sequence[Placing],
    breath_sd_mm: float,
    registration_sd_mm: float,
    draws: Samples,
) -> list[Points]:
    """How far the zone is carried at each point, (n, 3), by sample: (n, 3) each.

    Between applicators the nearer one counts more.

    ``placed``, ``placing``: the applicators, and how surely each lies where it is drawn.
    """
    weight = compute_axis_weights(points_lps_mm, placed)
    made = []
    frames = [tangents(unit(np.asarray(p.axis_lps))) for p in placed]
    for n in range(len(draws.breath)):
        own = np.zeros((len(placed), 3))
        for p, (one, (first, second), sd) in enumerate(zip(placed, frames, placing, strict=True)):
            own[p] = sd.lateral_sd_mm * (
                draws.lateral[n, p, 0] * first + draws.lateral[n, p, 1] * second
            )
            own[p] -= sd.depth_sd_mm * draws.depth[n, p] * np.asarray(one.axis_lps)
        common = registration_sd_mm * draws.registration[n]
        common = common + np.array([0.0, 0.0, breath_sd_mm * draws.breath[n]])
        made.append(weight @ own + common)
    return made


def compute_axis_weights(points_lps_mm: Points, placed: Sequence[Placed]) -> NDArray[np.float64]:
    """(n, probes): how much each applicator carries a point; the nearer more, rows sum to one."""
    away = np.stack(
        [
            np.linalg.norm(_to_axis(points_lps_mm, one), axis=1)
            for one in placed
        ],
        axis=1,
    )  # fmt: skip
    near = np.exp(-(away - away.min(axis=1, keepdims=True)) / _BLEND_MM)
    shares: NDArray[np.float64] = near / near.sum(axis=1, keepdims=True)
    return shares


def _to_axis(points_lps_mm: Points, one: Placed) -> Points:
    axis = np.asarray(one.axis_lps)
    away = points_lps_mm - np.asarray(one.tip_lps_mm)
    along = np.clip(away @ axis, 0.0, 2.0 * one.behind_tip_mm)
    return np.asarray(away - along[:, None] * axis)


def measure_edges_mm(
    answer: Response, points_lps_mm: Points, shifts: Sequence[Points], draws: Samples
) -> NDArray[np.float32]:
    """Distance of points, (n, 3), to the zone's edge, positive inside, (samples, n).

    ``shifts``: by sample, of ``compute_shifts_mm``.
    """
    slope = {k: levels.sample_field(v, answer.grid, points_lps_mm) for k, v in answer.slope.items()}
    bend = {k: levels.sample_field(v, answer.grid, points_lps_mm) for k, v in answer.bend.items()}
    found = np.empty((len(shifts), len(points_lps_mm)), dtype=np.float32)
    for n, shift in enumerate(shifts):
        one = levels.sample_field(answer.signed_mm, answer.edge_grid, points_lps_mm - shift)
        for name, z in draws.tissue.items():
            one = one + slope[name] * z[n] + bend[name] * z[n] ** 2
        found[n] = one
    return found
