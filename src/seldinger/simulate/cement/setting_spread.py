"""Spread of setting: the same vertebra with other cement, other heat, other bone and blood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.catalogue import tissues as shelf
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.core.quantity import Spread
from seldinger.simulate.cement.setting import SettingChanges, SettingResult, simulate_setting
from seldinger.simulate.cement.setting_heat import find_setting_heat
from seldinger.simulate.cement.setting_scene import build_setting_scene
from seldinger.simulate.cement.settings import ASSUMPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.core.record import Assumption
    from seldinger.simulate.cement.outcome import CementResult

Floats = NDArray[np.float64]

MOST_RUNS = 6
"""Of the runs of cement that are let set."""
COARSE_MM = 2.0
_MARGIN_MM = 16.0
BONE = ("bone_cancellous.conductivity_w_per_m_k", "bone_cancellous.heat_capacity_j_per_kg_k")
_FLOW, _RELEASE = "setting_perfusion_factor", "setting_release_s"


@dataclass(frozen=True, slots=True, eq=False)
class SettingSpread:
    """How warm places become, over several runs.

    Attributes:
        nominal: as planned, in finer cells.
        peaks_c: highest temperature with its spread, by place.
        runs: beside the plan.
        draws: (n,) of what was varied, by name.
        notes: what is not in it.
    """

    nominal: SettingResult
    peaks_c: Mapping[str, Spread]
    runs: int
    draws: Mapping[str, Floats]
    notes: tuple[str, ...]

    __repr__ = short_repr


def spread_setting(
    result: CementResult,
    others: Sequence[CementResult],
    assumed: Mapping[str, float] | None = None,
    seed: int = 0,
    tissues: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> SettingSpread:
    """Let cement set as planned, and some runs of it with other heat, bone and blood.

    Heat is drawn evenly between the ends of what was read, times the factor that is assumed; the
    time of it by its logarithm; blood, conductivity and heat capacity of bone evenly over the
    ranges of their assumptions. What the user edited is held.

    Args:
        result: as planned.
        others: runs of the same plan with other viscosity, veins and tips; at most six are used.
        assumed: edits of assumptions by name.
        seed: of the draws.
        tissues: the user's own numbers, by "tissue.number".
        progress: told once per run.

    Raises:
        SimulationError: as ``simulate_setting`` for the plan.
    """
    assumed, tissues = assumed or {}, tissues or {}
    progress("warmth of setting", 0.0)
    nominal = simulate_setting(result, assumed, tissues=tissues)
    used = [one for one in others if one.given_ml > 0.0][:MOST_RUNS]
    draws = draw_changes(assumed, tissues, len(used), seed)
    coarse = {**assumed, "setting_voxel_mm": COARSE_MM}
    made = result.made
    scene = build_setting_scene(made.vertebra, made.bed.grid, COARSE_MM, _MARGIN_MM)
    done: list[SettingResult] = []
    for number, one in enumerate(used):
        progress("how far warmth scatters", (number + 1) / (len(used) + 1))
        edits = {name: float(draws[name][number]) for name in BONE if name in draws}
        changes = SettingChanges(
            float(draws["j_per_ml"][number]), float(draws[_RELEASE][number]),
            float(draws["perfusion"][number]), edits,
        )  # fmt: skip
        done.append(simulate_setting(one, coarse, changes, scene, tissues))
    peaks = {
        name: _spread(
            warmed.peak_c, [one.places[name].peak_c for one in done if name in one.places]
        )
        for name, warmed in nominal.places.items()
    }
    return SettingSpread(nominal, peaks, len(done), draws, nominal.notes)


def draw_changes(
    assumed: Mapping[str, float], tissues: Mapping[str, float], runs: int, seed: int
) -> dict[str, Floats]:
    """(runs,) of what varies, by name; "perfusion" is a factor on what is assumed.

    Args:
        assumed: edits; what is edited is held.
        tissues: edits of tissues, held likewise.
        runs: how many.
        seed: of a Latin square.
    """
    if not runs:
        return {}
    rng = np.random.default_rng(seed)
    cube = np.asarray(scipy.stats.qmc.LatinHypercube(5, rng=rng).random(runs), dtype=np.float64)
    heat = find_setting_heat(assumed)
    known = {one.name: one for one in (*ASSUMPTIONS, *shelf.tissue("bone_cancellous").assumptions)}
    release = _range(known[_RELEASE], assumed)
    flow = (1.0, 1.0) if _FLOW in assumed else _range(known[_FLOW], {})
    found = {
        "j_per_ml": _between(heat.low_j_per_ml, heat.high_j_per_ml, cube[:, 0]),
        _RELEASE: release[0] * (release[1] / release[0]) ** cube[:, 1],
        "perfusion": _between(*flow, cube[:, 2]),
    }
    for place, name in enumerate(BONE, start=3):
        if name not in tissues:
            found[name] = _between(known[name].low, known[name].high, cube[:, place])
    return found


def _range(one: Assumption, edits: Mapping[str, float]) -> tuple[float, float]:
    if one.name in edits:
        return edits[one.name], edits[one.name]
    return one.low, one.high


def _between(low: float, high: float, part: Floats) -> Floats:
    found: Floats = low + (high - low) * part
    return found


def _spread(nominal: float, values: list[float]) -> Spread:
    if not values:
        return Spread(nominal, nominal, nominal, nominal)
    low, middle, high = (float(one) for one in np.percentile(values, (5.0, 50.0, 95.0)))
    # Few runs in coarser cells may all lie to one side of the plan's own figure.
    return Spread(nominal, min(low, nominal), middle, max(high, nominal))
