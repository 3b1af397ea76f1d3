"""Outcome: what the winner is expected to do, as numbers with their spread and as fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.progress import scale_progress
from seldinger.core.quantity import Spread
from seldinger.core.space import Grid
from seldinger.geometry import levels, surface
from seldinger.plan.approach.percutaneous import error_model
from seldinger.plan.treatments.ablation import choice as choices
from seldinger.plan.treatments.ablation import (
    coverage_goal,
    coverage_table,
    organs_at_risk,
    shielding,
)
from seldinger.plan.treatments.ablation.coverage import COARSE_MM
from seldinger.simulate import margin
from seldinger.simulate.thermal import heating, uncertainty
from seldinger.simulate.thermal.effect import AblationFields, Figures
from seldinger.simulate.thermal.setup import CHART, PHYSIOLOGICAL
from seldinger.simulate.thermal.uncertainty import Placing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.progress import Progress
    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.choice import Choice
    from seldinger.plan.treatments.ablation.coverage import Covered
    from seldinger.simulate.thermal.uncertainty import Response, Samples

_POINTS = 1200
_SURE_MM = 14.0
"""Cells farther from the edge than this are as sure as the plan."""
_ICE_C = 0.0


def predict(
    case: NeedleCase,
    choice: Choice,
    won: Covered,
    progress: Progress,
) -> tuple[Figures, AblationFields]:
    """The figures of the ablation and its fields."""
    ground, done = won.ground, won.heated
    grid = ground.scene.grid
    spacing = grid.spacing_mm[0]
    cold = won.modality.engine.cold
    signed = levels.signed_distance_mm(done.level, spacing)
    under = coverage_goal.find_subcapsular(case, ground)
    values = _margins(ground, done.zone, signed)
    # Where all of the surface lies under the capsule, the thinnest place of it is all there is.
    inner = ~under if not under.all() else under
    answer, draws = _spread(case, won, scale_progress(progress, 0.1, 0.8))
    answer = replace(answer, edge_grid=grid, signed_mm=signed)
    samples = _sampled(case, won, answer, draws, values, under)
    progress("how sure, everywhere", 0.85)
    kill = _kill_probability(case, won, answer, draws, signed)
    energy = compute_energy_kj(won)
    volume = float(np.clip(signed / spacing + 0.5, 0.0, 1.0).sum()) * grid.voxel_ml
    curves = done.result.points_c
    figures = Figures(
        criterion=heating.describe_criterion(won.biology, cold=cold),
        mode=done.mode,
        minimal_margin_mm=_figures(values[inner], samples.minimal),
        subcapsular_margin_mm=_figures(values[under], samples.under) if under.any() else None,
        margin_asked_mm=choice.margin_mm,
        coverage=float(done.zone[ground.wanted].mean()),
        coverage_target=float(done.zone[ground.scene.target].mean()),
        coverage_probability=float(np.mean(samples.least >= 0.0)),
        zone_volume_ml=volume,
        zone_axes_mm=levels.principal_axes_mm(done.level, spacing),
        visible_ice_ml=float((done.extreme_c <= _ICE_C).sum()) * grid.voxel_ml if cold else None,
        other_mode_volume_ml=_other_mode_ml(case, won),
        ml_per_kj=volume / energy if energy > 0.0 else None,
        at_risk=organs_at_risk.judge(case, ground, done, cold=cold),
        samples=len(samples.minimal),
        variance=samples.shares,
        options=won.options,
        notes=(*won.notes, *_notes(won)),
    )
    figures = replace(figures, options=coverage_table.replace_chosen(figures.options, figures))
    fields = AblationFields(
        grid=grid,
        zone=done.zone,
        edge_mm=signed,
        kill_probability=kill,
        temperature_c=done.extreme_c,
        ice=done.extreme_c <= _ICE_C if cold else None,
        times_s=done.result.times_s,
        curves_c={name: curves[:, n] for n, name in enumerate(won.watched)},
        surface_lps_mm=ground.surface.points_lps_mm,
        surface_margin_mm=values,
        subcapsular=under,
        margins_mm=samples.minimal,
    )
    return figures, fields


def compute_energy_kj(won: Covered) -> float:
    """What generators sent out; 0 for cold."""
    sent = won.heated.energy_kj
    return sum(p.energy_kj for p in won.ways.placed) if sent is None else sent


def _margins(
    ground: coverage_goal.Ground, zone: NDArray[np.bool_], signed: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The margin at each point of the target's surface, clipped at the capsule, (n,)."""
    grid = ground.scene.grid
    points = ground.surface.points_lps_mm
    plain = levels.sample_field(signed, grid, points)
    organ = ground.scene.organ
    if organ is None or ground.to_capsule_mm is None or not zone.any():
        return plain
    try:
        edge = surface.extract_surface(zone, grid, "zone")
        untreated = organ & ~zone
        return margin.measure_margin(
            ground.surface, edge, None, ground.to_capsule_mm, untreated
        ).values_mm
    except PlanError:
        # Several pieces, a zone at the block's edge or beside the target have no such surface.
        return plain


def _figures(values: NDArray[np.float64], samples: NDArray[np.float64]) -> Spread:
    low, middle, high = (float(q) for q in np.quantile(samples, (0.05, 0.5, 0.95)))
    return Spread(float(values.min()), low, middle, high)


def _spread(case: NeedleCase, won: Covered, progress: Progress) -> tuple[Response, Samples]:
    spreads = {a.name: case.assumed.get_value(a.name) for a in uncertainty.ASSUMPTIONS}
    answer = uncertainty.compute_response(
        won.coarse,
        won.ways.placed,
        won.biology,
        won.heated.mode,
        spreads,
        choices.read_changes(case),
        progress,
        won.coarsely,
    )
    names = tuple(answer.slope)
    return answer, uncertainty.draw(names, len(won.ways.placed), case.settings.seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Sampled:
    """Least margins by sample, (samples,) each, and where their variance comes from.

    Attributes:
        minimal: away from the capsule.
        under: under the capsule; as ``minimal`` where nothing lies there.
        least: distance of the target's surface to the zone's edge; negative: target is left.
        shares: of the variance of ``minimal``, by what varies.
    """

    minimal: NDArray[np.float64]
    under: NDArray[np.float64]
    least: NDArray[np.float64]
    shares: dict[str, float]


def _sampled(
    case: NeedleCase,
    won: Covered,
    answer: Response,
    draws: Samples,
    values: NDArray[np.float64],
    under: NDArray[np.bool_],
) -> _Sampled:
    """The margin at the target's surface in every sample: the plan's own, moved with the edge."""
    points = won.ground.surface.points_lps_mm
    some = np.unique(np.linspace(0, len(points) - 1, _POINTS).astype(np.intp))
    some = np.unique(np.append(some, [int(np.argmin(values))]))
    place, beneath = points[some], under[some]
    planned = levels.sample_field(answer.signed_mm, answer.edge_grid, place)

    def edges(of: Samples) -> NDArray[np.float64]:
        shifts = _shifts(case, won, place, of)
        return np.asarray(uncertainty.measure_edges_mm(answer, place, shifts, of), dtype=np.float64)

    whole = edges(draws)
    inner = ~beneath if (~beneath).any() else beneath
    moved = values[some] + (whole - planned)
    minimal = moved[:, inner].min(axis=1)
    shares = {}
    for name in draws.names:
        alone = values[some] + (edges(draws.keep_only(name)) - planned)
        shares[name] = float(alone[:, inner].min(axis=1).var())
    total = sum(shares.values()) or 1.0
    return _Sampled(
        minimal,
        moved[:, beneath].min(axis=1) if beneath.any() else minimal,
        whole.min(axis=1),
        {name: value / total for name, value in shares.items()},
    )


def _shifts(case: NeedleCase, won: Covered, points: Points, draws: Samples) -> list[Points]:
    errors = [
        error_model.choose_error_model(path.technique, case.options, case.assumed)
        for path in won.ways.paths
    ]
    return uncertainty.compute_shifts_mm(
        points,
        won.ways.placed,
        [Placing(e.lateral_sd_mm, e.depth_sd_mm) for e in errors],
        max(e.breath_sd_mm for e in errors),
        case.assumed.get_value(uncertainty.REGISTRATION.name),
        draws,
    )


def _kill_probability(
    case: NeedleCase, won: Covered, answer: Response, draws: Samples, signed: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Share of samples in which each cell dies; sampled every second cell, filled in between."""
    grid = won.ground.scene.grid
    step = max(1, round(COARSE_MM / grid.spacing_mm[0]))
    thin = signed[::step, ::step, ::step]
    coarse = Grid.aligned(thin.shape, grid.spacing_mm[0] * step, grid.origin_lps_mm)
    chance = (thin > 0.0).astype(np.float32)
    open_ = np.abs(thin) < _SURE_MM
    points = coarse.to_lps(np.argwhere(open_))
    edges = uncertainty.measure_edges_mm(answer, points, _shifts(case, won, points, draws), draws)
    chance[open_] = (edges >= 0.0).mean(axis=0)
    everywhere = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T)
    full = levels.sample_field(chance, coarse, everywhere).reshape(grid.shape).astype(np.float32)
    return np.ascontiguousarray(full)


def _other_mode_ml(case: NeedleCase, won: Covered) -> float | None:
    """The zone by the mode that the plan does not go by; None where there is only one."""
    modes = won.modality.engine.modes
    if len(modes) == 1:
        return None
    other = PHYSIOLOGICAL if won.heated.mode == CHART else CHART
    coarse = won.coarse
    done = heating.compute_heat(
        coarse, won.ways.placed, won.biology, other, choices.read_changes(case)
    )
    signed = levels.signed_distance_mm(done.level, COARSE_MM)
    return float(np.clip(signed / COARSE_MM + 0.5, 0.0, 1.0).sum()) * coarse.grid.voxel_ml


def _notes(won: Covered) -> tuple[str, ...]:
    said = [f"The engine says: {w}." for w in won.heated.result.warnings]
    kind = won.ways.placed[0].applicator
    fit = kind.fit
    if fit is not None:
        left = "unknown" if fit.leave_one_out_mm is None else f"{fit.leave_one_out_mm:.1f} mm"
        said.append(
            f"{kind.name}: its fit misses its own table by {fit.rms_mm:.1f} mm (root mean square), "
            f"settings left out by {left}; {'' if fit.assessable else 'not '}assessable."
        )
    said += shielding.describe_shielding(won.ways.placed, won.heated, won.ground.scene.grid)
    if won.modality.remark:
        said.append(won.modality.remark)
    if kind.assumption:
        said.append(f"{kind.name}: {kind.assumption}")
    return tuple(said)
