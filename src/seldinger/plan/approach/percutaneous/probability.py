"""Probability: one uncorrected pass, sampled from the error model through the scene.

Quasi-random normal samples (Sobol, scrambled by the seed) of two lateral errors, the depth error
and
the breath are thrown through the same march that scores paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.space import tangents, unit
from seldinger.plan.approach.percutaneous.rules import measure_approach
from seldinger.plan.model import Probability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points, Vector
    from seldinger.plan.approach.percutaneous.error_model import ErrorModel
    from seldinger.plan.approach.percutaneous.model import Instrument
    from seldinger.plan.approach.percutaneous.scene import Scene

SAMPLES_LOG2 = 12
"""4096 passes: the sampling error of a probability stays below one per cent."""

REACH_SD = 4.0
"""Structures farther away than this many lateral standard deviations cannot be touched."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """Sampled needle passes; n of them, in index coordinates.

    Attributes:
        entries, aims: (n, 3) float32; ``aims`` lie at the planned depth on each pass's own axis.
        depth_error_mm: (n,) float32, positive = too deep.
        breath_mm: (n,) float32, organs shifted towards the head.
    """

    entries: NDArray[np.float32]
    aims: NDArray[np.float32]
    depth_error_mm: NDArray[np.float32]
    breath_mm: NDArray[np.float32]


def draw_normals(seed: int, log2: int = SAMPLES_LOG2) -> NDArray[np.float64]:
    """(2**log2, 4) independent standard normals, the same for the same seed."""
    draws = scipy.stats.qmc.Sobol(4, scramble=True, rng=np.random.default_rng(seed))
    uniform = draws.random_base2(log2)
    tiny = np.finfo(np.float64).eps
    normal: NDArray[np.float64] = scipy.special.ndtri(np.clip(uniform, tiny, 1.0 - tiny))
    return normal


def throw_passes(
    scene: Scene, entry_lps_mm: Vector, errors: ErrorModel, samples: NDArray[np.float64]
) -> Passes:
    """Needles that start at the entry and end beside the aim.

    ``samples``: (n, 4) standard normals, of ``draw_normals``.
    """
    aim: Points = np.asarray(scene.target.aim_lps_mm)
    entry: Points = np.asarray(entry_lps_mm)
    first, second = tangents(unit(aim - entry))
    lateral = errors.lateral_sd_mm * (samples[:, :1] * first + samples[:, 1:2] * second)
    grid = scene.anatomy.grid
    n = len(samples)
    return Passes(
        np.ascontiguousarray(np.broadcast_to(grid.to_index(entry), (n, 3)), dtype=np.float32),
        np.ascontiguousarray(grid.to_index(aim + lateral), dtype=np.float32),
        (errors.depth_sd_mm * samples[:, 2]).astype(np.float32),
        (errors.breath_sd_mm * samples[:, 3]).astype(np.float32),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """What sampled passes met; n of them.

    Attributes:
        thrown: the passes.
        hit: (n,) whether the sampling stretch meets the viable target.
        touch: structure within reach of the errors -> (n,) whether the needle touches it.
    """

    thrown: Passes
    hit: NDArray[np.bool_]
    touch: dict[str, NDArray[np.bool_]]


def meet(
    scene: Scene,
    entry_lps_mm: Vector,
    instrument: Instrument,
    errors: ErrorModel,
    samples: NDArray[np.float64],
) -> Met:
    """Throw needles through the scene.

    Args:
        scene: aimed.
        entry_lps_mm: where all passes begin.
        instrument: what is thrown.
        errors: how it misses.
        samples: (n, 4) standard normals: lateral twice, depth, breath.
    """
    thrown = throw_passes(scene, entry_lps_mm, errors, samples)
    h = scene.spacing_mm
    radius = instrument.diameter_mm / 2.0
    still = np.zeros(1, dtype=np.float32)
    beyond = np.maximum(instrument.beyond_mm + thrown.depth_error_mm, 0.0).astype(np.float32)
    touch = {}
    for obstacle in scene.obstacles:
        planned = measure_approach(
            obstacle, thrown.entries[:1], _aim(scene), still + instrument.beyond_mm, still, h
        )
        if planned[0] - radius > REACH_SD * errors.lateral_sd_mm + 2.0 * errors.breath_sd_mm:
            continue
        near = measure_approach(obstacle, thrown.entries, thrown.aims, beyond, thrown.breath_mm, h)
        touch[obstacle.name] = near <= radius
    begin, end = locate_stretch(instrument, thrown, h)
    zero = np.zeros(len(begin), dtype=np.float32)
    near = measure_approach(scene.goal, begin, end, zero, thrown.breath_mm, h)
    return Met(thrown, near <= 0.0, touch)


def estimate_pass(
    scene: Scene,
    entry_lps_mm: Vector,
    instrument: Instrument,
    errors: ErrorModel,
    samples: NDArray[np.float64],
) -> Probability:
    """P(hit the target) and P(touch) of each structure within reach of the errors; see ``meet``.

    ``samples``: (n, 4) standard normals, of ``draw_normals``.
    """
    met = meet(scene, entry_lps_mm, instrument, errors, samples)
    touch: dict[str, float | None] = {k: float(np.mean(v)) for k, v in met.touch.items()}
    return Probability(float(np.mean(met.hit)), touch)


def locate_stretch(
    instrument: Instrument, thrown: Passes, spacing_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ends of each pass's sampling stretch, depth error included; (n, 3) index coordinates."""
    along = thrown.aims - thrown.entries
    axis = along / np.linalg.norm(along, axis=1, keepdims=True)
    deeper = thrown.depth_error_mm[:, None] / spacing_mm
    begin, end = (thrown.aims + axis * (at / spacing_mm + deeper) for at in instrument.sample_mm)
    return (
        np.ascontiguousarray(begin, dtype=np.float32),
        np.ascontiguousarray(end, dtype=np.float32),
    )


def _aim(scene: Scene) -> NDArray[np.float32]:
    index = scene.anatomy.grid.to_index(scene.target.aim_lps_mm).astype(np.float32)
    return np.ascontiguousarray(index[None, :])
