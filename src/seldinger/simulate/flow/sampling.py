"""Sampling: how sure flow before and after is, over what is not known of the circulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.quantity import Spread
from seldinger.simulate.flow.model import build_model, solve_states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.physics.flow.elements import Stenosis
    from seldinger.simulate.flow.circulation import Circulation, Drive
    from seldinger.simulate.flow.model import FlowModel, FlowState

    Floats = NDArray[np.float64]

_FIGURES = (
    "rest-gradient", "hyperaemic-gradient", "rest-ratio", "hyperaemic-ratio", "rest-flow",
    "hyperaemic-flow",
)  # fmt: skip
_LEAST_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far the inputs may be off: standard deviations, or low and high of a range.

    Attributes:
        arterial_mmhg: standard deviation.
        flow_share: of every bed's resting flow, relative standard deviation.
        hyperaemia: low and high.
        viscosity_mpa_s: low and high.
        before_mm: standard deviation of the narrowest diameter before.
        after_mm: of the narrowest diameter after.
        reference_mm: of the healthy diameter.
    """

    arterial_mmhg: float
    flow_share: float
    hyperaemia: tuple[float, float]
    viscosity_mpa_s: tuple[float, float]
    before_mm: float
    after_mm: float
    reference_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Figures before and after: as planned, and their draws.

    Attributes:
        before, after: of each figure, with its spread.
        draws: by "before rest-gradient" and so on, (samples,).
        variance: source -> share of the variance of the hyperaemic gradient before.
    """

    before: Mapping[str, Spread]
    after: Mapping[str, Spread]
    draws: Mapping[str, Floats]
    variance: dict[str, float]


_SOURCES = (
    "arterial pressure", "flow of the bed", "dilation of the bed", "viscosity",
    "lumen before", "lumen after", "healthy lumen",
)  # fmt: skip


def sample_flow(
    circulation: Circulation, after: Stenosis, doubt: Doubt, samples: int, seed: int
) -> Sampled:
    """Pressure and flow at the lesion before and after, over what is uncertain.

    Args:
        circulation: as it is.
        after: the lesion once it is treated.
        doubt: how far the inputs may be off.
        samples: of a Latin hypercube.
        seed: of it.

    Raises:
        SimulationError: the circulation has no solution.
    """
    # Statistics take a third of a second to import: lists and refusals need none.
    from scipy.stats import norm, qmc

    known = {name: one.stenosis for name, one in circulation.narrowings.items()}
    model, lesion = build_model(circulation), circulation.narrowings[circulation.lesion].stenosis
    nominal = _solve(model, (known, {**known, circulation.lesion: after}), circulation.drive)
    cube = qmc.LatinHypercube(d=len(_SOURCES), rng=np.random.default_rng(seed)).random(samples)
    normal = norm.ppf(np.clip(cube, 1e-6, 1.0 - 1e-6))
    rows = []
    for unit, z in zip(cube, normal, strict=True):
        healthy = max(lesion.reference_mm + doubt.reference_mm * z[6], 0.5 * lesion.reference_mm)
        before = _narrow(lesion, healthy, doubt.before_mm * z[4])
        treated = _narrow(after, healthy, doubt.after_mm * z[5])
        sets = ({**known, circulation.lesion: before}, {**known, circulation.lesion: treated})
        share = max(0.2, 1.0 + doubt.flow_share * float(z[1]))
        rows.append(_solve(model, sets, _draw_drive(circulation.drive, doubt, unit, z), share))
    figures = {key: np.array([row[key] for row in rows]) for key in nominal}
    spreads = {key: _spread(nominal[key], values) for key, values in figures.items()}
    return Sampled(
        before={name: spreads[f"before {name}"] for name in _FIGURES},
        after={name: spreads[f"after {name}"] for name in _FIGURES},
        draws=figures, variance=_shares(normal, figures["before hyperaemic-gradient"]),
    )  # fmt: skip


def _draw_drive(drive: Drive, doubt: Doubt, unit: Floats, z: Floats) -> Drive:
    low, high = doubt.hyperaemia
    thin, thick = doubt.viscosity_mpa_s
    return replace(
        drive,
        arterial_mmhg=max(40.0, drive.arterial_mmhg + doubt.arterial_mmhg * z[0]),
        hyperaemia=low + (high - low) * unit[2],
        viscosity_mpa_s=thin + (thick - thin) * unit[3],
    )


def _narrow(stenosis: Stenosis, healthy_mm: float, off_mm: float) -> Stenosis:
    """With another healthy and narrowest diameter; never shut, never wider than healthy."""
    least = _LEAST_SHARE * healthy_mm
    narrow = float(np.clip(stenosis.narrowest_mm + off_mm, least, healthy_mm))
    return replace(stenosis, reference_mm=healthy_mm, narrowest_mm=narrow)


def _solve(
    model: FlowModel,
    sets: tuple[Mapping[str, Stenosis], Mapping[str, Stenosis]],
    drive: Drive,
    share: float = 1.0,
) -> dict[str, float]:
    """Every figure before and after."""
    states = zip(("before", "after"), solve_states(model, sets, drive, share), strict=True)
    return {
        f"{when} {name}": value
        for when, state in states
        for name, value in zip(_FIGURES, read_figures(state), strict=True)
    }


def read_figures(state: FlowState) -> tuple[float, ...]:
    """Gradient in mmHg, Pd/Pa and flow in mL/min, at rest and dilated."""
    rest, full = state.rest, state.hyperaemia
    return (
        rest.drop_mmhg, full.drop_mmhg, rest.ratio, full.ratio, 60.0 * rest.flow_ml_per_s,
        60.0 * full.flow_ml_per_s,
    )  # fmt: skip


def _spread(nominal: float, draws: Floats) -> Spread:
    p05, p50, p95 = np.percentile(draws, (5.0, 50.0, 95.0))
    return Spread(nominal, float(p05), float(p50), float(p95))


def _shares(normal: Floats, figure: Floats) -> dict[str, float]:
    """Squared rank correlation of each source with the figure, to a sum of one."""
    ranks = np.argsort(np.argsort(figure))
    squared = [
        float(np.corrcoef(np.argsort(np.argsort(column)), ranks)[0, 1] ** 2) for column in normal.T
    ]
    total = sum(squared) or 1.0
    return {name: share / total for name, share in zip(_SOURCES, squared, strict=True)}
