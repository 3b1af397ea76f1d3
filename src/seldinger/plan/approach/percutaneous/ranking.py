"""Ranking: soft terms, the Pareto front, and a short list that is spread over the skin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.plan.approach.percutaneous import error_model
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.candidates import compute_normals

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.candidates import Candidates
    from seldinger.plan.approach.percutaneous.model import Instrument
    from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
    from seldinger.plan.approach.percutaneous.rules import Marched
    from seldinger.plan.approach.percutaneous.scene import Scene
    from seldinger.plan.assumptions import Assumed

Scores = dict[str, NDArray[np.float64]]

CELL_MM = 5.0
"""Entries this close are one choice: only the best of a cell is compared with the rest."""


def score_terms(
    scene: Scene,
    candidates: Candidates,
    met: Marched,
    instrument: Instrument,
    options: PercutaneousOptions,
    assumed: Assumed,
    rows: NDArray[np.intp],
) -> Scores:
    """What speaks against each of ``rows``, (n,), by name: (n,), non-negative, 0 is best."""
    near_mm = assumed.get_value("near_mm")
    radius = instrument.diameter_mm / 2.0
    terms: Scores = {
        "depth": assumed.get_value("weight_depth") * candidates.depth_mm[rows] / 100.0,
        "skin angle": assumed.get_value("weight_skin_angle")
        * candidates.skin_angle_deg[rows]
        / 90.0,
        "tilt": assumed.get_value("weight_tilt") * candidates.tilt_deg[rows] / 30.0,
        "organ crossed": assumed.get_value("weight_organ")
        * met.lengths_mm[rows, scenes.ORGAN].astype(np.float64) / 100.0,
        "organ passes": assumed.get_value("weight_passes")
        * np.maximum(0, met.organ_passes[rows] - 1).astype(np.float64),
        "capsule angle": assumed.get_value("weight_capsule_angle")
        * measure_capsule_angle_deg(scene, candidates, met, rows) / 90.0,
        "needle error": assumed.get_value("weight_error")
        * estimate_error_mm(candidates, instrument, options, assumed, rows)
        / 5.0,
        "unscanned position": assumed.get_value("weight_provisional")
        * candidates.provisional[rows].astype(np.float64),
    }  # fmt: skip
    for name, approach in met.approach_mm.items():
        clearance = np.maximum(0.0, approach[rows].astype(np.float64) - radius)
        closeness = np.maximum(0.0, 1.0 - clearance / near_mm)
        if closeness.any():
            terms[f"near {name}"] = assumed.get_value("weight_near") * closeness**2
    return terms


def estimate_error_mm(
    candidates: Candidates,
    instrument: Instrument,
    options: PercutaneousOptions,
    assumed: Assumed,
    rows: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Mean lateral error that the instrument, or the angles of each of ``rows``, (n,), call for."""
    fixed = options.technique or instrument.error
    if fixed:
        of_all = error_model.choose_error_model(fixed, options, assumed).lateral_mean_mm
        return np.full(len(rows), of_all)
    mean = {
        technique: error_model.choose_error_model(technique, options, assumed).lateral_mean_mm
        for technique in error_model.TECHNIQUES
    }
    used = (
        error_model.choose_technique(
            float(candidates.tilt_deg[row]), float(candidates.axial_angle_deg[row]), assumed
        )
        for row in rows
    )
    return np.fromiter((mean[technique] for technique in used), dtype=np.float64, count=len(rows))


def measure_capsule_angle_deg(
    scene: Scene, candidates: Candidates, met: Marched, rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Angle of each of ``rows``, (n,), to the organ's normal where first met; 0 if never."""
    angle = np.zeros(len(rows))
    met_rows = np.flatnonzero(met.first_organ_mm[rows] >= 0.0)
    if scene.target.organ is None or not len(met_rows):
        return angle
    which = rows[met_rows]
    points = candidates.lps_mm[which] - candidates.outward[which] * met.first_organ_mm[
        which, None
    ].astype(np.float64)
    grid = scene.anatomy.grid
    index = np.clip(np.round(grid.to_index(points)), 0, np.asarray(grid.shape) - 1).astype(np.intp)
    mask = scene.anatomy.get_structure(scene.target.organ).mask | scene.target.mask
    box = scenes.find_bounding_box(mask, 8)
    corner = np.array([s.start for s in box])
    local = np.clip(index - corner, 0, np.array([s.stop - s.start for s in box]) - 1)
    cosine = (compute_normals(mask[box], local) * candidates.outward[which]).sum(axis=1)
    angle[met_rows] = np.degrees(np.arccos(np.clip(np.abs(cosine), 0.0, 1.0)))
    return angle


def choose_best_of_cells(
    candidates: Candidates, rows: NDArray[np.intp], score: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Positions in ``rows`` of the best candidate of each skin cell, best first.

    ``rows``, ``score``: (n,) which candidates, and how bad each is.
    """
    order = np.argsort(score, kind="stable")
    cells = np.floor(candidates.lps_mm[rows[order]] / CELL_MM).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    best: NDArray[np.intp] = order[np.sort(first)]
    return best


def find_pareto(costs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows of ``costs`` (n, objectives; smaller is better) no other row dominates."""
    keep = np.ones(len(costs), dtype=bool)
    for row in range(len(costs)):
        no_worse = (costs <= costs[row]).all(axis=1)
        better = (costs < costs[row]).any(axis=1)
        keep[row] = not (no_worse & better).any()
    return keep


def choose_shortlist(
    candidates: Candidates,
    rows: NDArray[np.intp],
    terms: Scores,
    spread_mm: float,
    count: int,
) -> list[int]:
    """Positions in ``rows``, (n,), of at most ``count``, best first, from the Pareto front.

    Objectives are depth, angles, needle error, organ crossed, position and the sum of all
    closeness terms. Neighbours nearer than ``spread_mm`` on the skin are left out.
    """
    total = np.sum(list(terms.values()), axis=0)
    cells = choose_best_of_cells(candidates, rows, total)
    closeness = np.sum(
        [v for k, v in terms.items() if k.startswith("near ")] or [np.zeros(len(rows))], axis=0
    )
    named = (
        "depth", "skin angle", "tilt", "needle error", "organ crossed", "capsule angle",
        "unscanned position",
    )  # fmt: skip
    costs = np.stack([*(terms[k] for k in named), closeness], axis=1)
    front = cells[find_pareto(costs[cells])]
    chosen: list[int] = []
    for position in front[np.argsort(total[front], kind="stable")]:
        here = candidates.lps_mm[rows[position]]
        if all(np.linalg.norm(here - candidates.lps_mm[rows[c]]) >= spread_mm for c in chosen):
            chosen.append(int(position))
        if len(chosen) == count:
            break
    return chosen
