"""Spread: the same plan a few times with other cement, marrow, bone, veins and tips.

What comes out is how the model answers to what it is not told. A share of its runs in which cement
leaked is no patient's probability: see ``published`` for how often it was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.core.quantity import Spread
from seldinger.core.space import as_vector
from seldinger.physics.cement.fluids import MARROW_VISCOSITY
from seldinger.simulate.cement.inject import (
    MARROW,
    CementNeedle,
    get_range,
    simulate_cement,
)
from seldinger.simulate.cement.settings import ASSUMPTIONS, check_assumed, get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.simulate.cement.cavity import Cavity
    from seldinger.simulate.cement.inject import CementPlan
    from seldinger.simulate.cement.outcome import CementResult

Floats = NDArray[np.float64]

RUNS = 8
PREVIEW_MM = 2.0
"""Voxels of all runs."""
VARIED = ("viscosity_factor", "permeability_factor", "vein_calibre_factor")
_PA_S_PER_MPA_S = 1e-3
_MOST_SD = 2.0


@dataclass(frozen=True, slots=True)
class RunShare:
    """In how many runs of the model something happened; no patient's probability.

    Attributes:
        count: of runs in which it did.
        runs: in which it could be told.
    """

    count: int
    runs: int

    @property
    def share(self) -> float | None:
        """Of the runs; None where it could be told in none."""
        return self.count / self.runs if self.runs else None

    def __str__(self) -> str:
        """As a reader should see it."""
        if not self.runs:
            return "not known"
        return f"{self.count} of {self.runs} runs of the model"


@dataclass(frozen=True, slots=True)
class LeakSpread:
    """Cement by one exit, over the runs.

    Attributes:
        name: of the exit.
        volume_ml: with its spread; None: not known, for the exit itself is not.
        leaked: in how many runs it counts as a leak.
    """

    name: str
    volume_ml: Spread | None
    leaked: RunShare


@dataclass(frozen=True, slots=True, eq=False)
class CementSpread:
    """A plan over several runs.

    Attributes:
        nominal: as planned, in voxels as coarse.
        fill_share: of the body.
        given_ml: of cement.
        leaks: by exit.
        any_leak: in how many runs cement left by any known exit.
        upper, lower, both: in how many runs cement touches the endplates.
        runs: that came to an end.
        refused: why others did not, by their number.
        seed: of the draws.
        draws: (n,) of what was varied, by name, refused runs included.
        notes: what was left out.
        done: results of the runs that came to an end.
    """

    nominal: CementResult
    fill_share: Spread
    given_ml: Spread
    leaks: tuple[LeakSpread, ...]
    any_leak: RunShare
    upper: RunShare
    lower: RunShare
    both: RunShare
    runs: int
    refused: Mapping[int, str]
    seed: int
    draws: Mapping[str, Floats]
    notes: tuple[str, ...]
    done: tuple[CementResult, ...] = ()

    __repr__ = short_repr


def spread_cement(
    vertebra: Vertebra,
    needles: Sequence[CementNeedle],
    plan: CementPlan,
    assumed: Mapping[str, float] | None = None,
    cavity: Cavity | None = None,
    runs: int = RUNS,
    seed: int = 0,
    progress: Progress = silent,
) -> CementSpread:
    """Run a plan several times, coarsely; the same for one seed.

    Viscosity of cement, permeability and veins are drawn evenly by their logarithm over the ranges
    of their assumptions, that of marrow over its published range, tips normally. What the user
    edited is held.

    Args:
        vertebra: on a lattice of its own.
        needles: that give at once.
        plan: how much, how fast, how thick, what ends it.
        assumed: edits of assumptions by name.
        cavity: of balloons; moves with the tips.
        runs: beside the one as planned; at least 2.
        seed: of the draws.
        progress: told once per run.

    Raises:
        SimulationError: as ``simulate_cement`` for the plan as it stands, fewer than two runs
            asked, or fewer than two that came to an end.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    if runs < _LEAST:
        raise SimulationError(f"{runs} runs have no spread: ask for at least {_LEAST}")
    progress("as planned", 0.0)
    nominal = simulate_cement(vertebra, needles, plan, assumed, cavity, PREVIEW_MM)
    draws = draw_runs(len(needles), assumed, runs, seed)
    done: list[CementResult] = []
    refused: dict[int, str] = {}
    for number in range(runs):
        progress("how far it scatters", (number + 1) / (runs + 1))
        edits = {**assumed, **{name: float(draws[name][number]) for name in _list_varied(assumed)}}
        moved, carried = _move(needles, cavity, draws, number)
        try:
            done.append(simulate_cement(vertebra, moved, plan, edits, carried, PREVIEW_MM))
        except SimulationError as wrong:
            refused[number] = str(wrong)
    if len(done) < _LEAST:
        raise SimulationError(
            f"{len(done)} of {runs} runs came to an end, the first that did not: "
            f"{next(iter(refused.values()), 'none')}"
        )
    return _gather(nominal, done, refused, seed, draws)


_LEAST = 2


def draw_runs(
    needles: int, assumed: Mapping[str, float], runs: int, seed: int
) -> dict[str, Floats]:
    """(runs,) of what varies, by name; of tips (runs, needles, 3) mm along LPS.

    Args:
        needles: how many.
        assumed: edits; what is edited is held.
        runs: how many.
        seed: of a Latin square.
    """
    varied = _list_varied(assumed)
    cube = scipy.stats.qmc.LatinHypercube(
        len(varied) + 3 * needles, rng=np.random.default_rng(seed)
    )
    points = np.asarray(cube.random(runs), dtype=np.float64)
    found: dict[str, Floats] = {}
    for number, name in enumerate(varied):
        low, high = _find_range(name)
        found[name] = low * (high / low) ** points[:, number]
    normal = scipy.special.ndtri(points[:, len(varied) :])
    held = np.clip(normal, -_MOST_SD, _MOST_SD).reshape(runs, needles, 3)
    found["tips_mm"] = get_assumed(assumed, "tip_sd_mm") * held
    return found


def _list_varied(assumed: Mapping[str, float]) -> tuple[str, ...]:
    names = (*VARIED, MARROW_VISCOSITY.name)
    return tuple(name for name in names if name not in assumed)


def _find_range(name: str) -> tuple[float, float]:
    if name == MARROW_VISCOSITY.name:
        low, high = get_range(MARROW)
        return _PA_S_PER_MPA_S * low, _PA_S_PER_MPA_S * high
    one = next(one for one in ASSUMPTIONS if one.name == name)
    return one.low, one.high


def _move(
    needles: Sequence[CementNeedle], cavity: Cavity | None, draws: Mapping[str, Floats], run: int
) -> tuple[list[CementNeedle], Cavity | None]:
    shifts = draws["tips_mm"][run]
    moved = [
        replace(one, tip_lps_mm=as_vector(np.asarray(one.tip_lps_mm) + shift))
        for one, shift in zip(needles, shifts, strict=True)
    ]
    if cavity is None:
        return moved, None
    balloons = tuple(
        replace(one, centre_lps_mm=as_vector(np.asarray(one.centre_lps_mm) + shift))
        for one, shift in zip(cavity.balloons, shifts, strict=True)
    )
    return moved, replace(cavity, balloons=balloons)


def _gather(
    nominal: CementResult,
    done: list[CementResult],
    refused: Mapping[int, str],
    seed: int,
    draws: Mapping[str, Floats],
) -> CementSpread:
    notes = [
        "a share of the runs is how the model scatters, not how likely a leak is in this patient"
    ]
    if refused:
        notes.append(f"{len(refused)} runs were refused and count nowhere: {refused}")

    def count(held: list[bool]) -> RunShare:
        return RunShare(sum(held), len(held))

    return CementSpread(
        nominal, _spread(nominal.fill_share, [one.fill_share for one in done]),
        _spread(nominal.given_ml, [one.given_ml for one in done]), _leaks(nominal, done),
        count([any(bool(leak.leaked) for leak in one.leaks) for one in done]),
        count([one.upper.touched for one in done]), count([one.lower.touched for one in done]),
        count([one.both_endplates for one in done]), len(done), refused, seed, draws,
        (*notes, *nominal.notes), tuple(done),
    )  # fmt: skip


def _leaks(nominal: CementResult, done: list[CementResult]) -> tuple[LeakSpread, ...]:
    found = []
    for leak in nominal.leaks:
        if leak.volume_ml is None:
            found.append(LeakSpread(leak.name, None, RunShare(0, 0)))
            continue
        same = [one for run in done for one in run.leaks if one.name == leak.name]
        volumes = [one.volume_ml for one in same if one.volume_ml is not None]
        told = [one.leaked for one in same if one.leaked is not None]
        found.append(
            LeakSpread(leak.name, _spread(leak.volume_ml, volumes), RunShare(sum(told), len(told)))
        )
    return tuple(found)


def _spread(nominal: float, values: list[float]) -> Spread:
    low, middle, high = (float(one) for one in np.percentile(values, (5.0, 50.0, 95.0)))
    return Spread(nominal, low, middle, high)
