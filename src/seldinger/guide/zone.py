"""The zone of a plan, carried along with probes that missed.

The zone is the plan's own, not computed anew: with one probe it moves as one rigid body, turned
about the entry and pushed along its axis. With several, each place follows the nearer probes more,
as in the plan's own spread; that their heat adds up otherwise between them is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.applicators import applicator
from seldinger.core.space import unit
from seldinger.geometry import levels
from seldinger.guide.model import ZoneDraws
from seldinger.simulate.thermal.setup import Placed
from seldinger.simulate.thermal.uncertainty import compute_axis_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.guide.model import Passes
    from seldinger.plan.model import Plan
    from seldinger.simulate.thermal.effect import AblationFields, Figures

_POINTS = 1200
"""Places of the target's surface, and as many inside it, at most about."""
_AT_ONCE = 100
"""Draws that are carried at once: memory."""


def carry_zone(
    plan: Plan,
    figures: Figures,
    fields: AblationFields,
    passes: Sequence[Passes],
    target_shift_lps_mm: Points,
) -> ZoneDraws:
    """Margins and coverage of every draw.

    Args:
        plan: with probes.
        figures: of its fields.
        fields: of its fields.
        passes: one of each probe.
        target_shift_lps_mm: (n, 3) how far the target lies beside its place in the scan.
    """
    some = _every(len(fields.surface_lps_mm))
    some = np.unique(np.append(some, int(np.argmin(fields.surface_margin_mm))))
    surface, planned = fields.surface_lps_mm[some], fields.surface_margin_mm[some]
    inner = ~fields.subcapsular[some]
    inner = inner if inner.any() else ~inner
    cells = np.argwhere(plan.goal.mask)
    inside = plan.anatomy.grid.to_lps(cells[_every(len(cells))])
    still = levels.sample_field(fields.edge_mm, fields.grid, surface)
    margin, least, share = [], [], []
    for edges, deep in _carried(plan, fields, passes, target_shift_lps_mm, surface, inside):
        margin.append((planned + (edges - still))[:, inner].min(axis=1))
        least.append(edges.min(axis=1))
        share.append((deep >= 0.0).mean(axis=1))
    as_drawn = levels.sample_field(fields.edge_mm, fields.grid, inside) >= 0.0
    return ZoneDraws(
        margin_mm=np.concatenate(margin),
        coverage=np.concatenate(share),
        complete=np.concatenate(least) >= 0.0,
        margin_asked_mm=figures.margin_asked_mm,
        planned_margin_mm=figures.minimal_margin_mm.nominal,
        planned_coverage=float(as_drawn.mean()),
        planned_complete=figures.coverage_probability,
    )


def _carried(
    plan: Plan,
    fields: AblationFields,
    passes: Sequence[Passes],
    target_shift_lps_mm: Points,
    *places: Points,
) -> Iterator[tuple[NDArray[np.float64], ...]]:
    """Distances of places of the target to the carried zone's edge, some draws at once."""
    placed = [
        Placed(applicator(p.device), p.tip_lps_mm, p.axis_lps, p.programme) for p in plan.placements
    ]
    weights = [compute_axis_weights(points, placed) for points in places]
    for start in range(0, len(target_shift_lps_mm), _AT_ONCE):
        now = slice(start, start + _AT_ONCE)
        carried = []
        for points, weight in zip(places, weights, strict=True):
            moved = points + target_shift_lps_mm[now, None, :]
            back = np.zeros_like(moved)
            for share, one in zip(weight.T, passes, strict=True):
                back += share[:, None] * _before(one, moved, now)
            flat = levels.sample_field(fields.edge_mm, fields.grid, back.reshape(-1, 3))
            carried.append(flat.reshape(moved.shape[:2]))
        yield tuple(carried)


def _before(passes: Passes, points: Points, now: slice) -> Points:
    """Where the probe as planned has what the drawn one has at ``points``, (draws, n, 3)."""
    entry, tip = np.asarray(passes.path.entry_lps_mm), np.asarray(passes.path.target_lps_mm)
    drawn = passes.tip_lps_mm[now]
    turn = compute_rotations(unit(tip - entry), (drawn - entry))
    away = points - drawn[:, None, :]
    before: Points = tip + np.einsum("nji,nmj->nmi", turn, away)
    return before


def compute_rotations(axis: Points, others: Points) -> NDArray[np.float64]:
    """(n, 3, 3) the smallest rotations that turn a unit vector into directions, (n, 3)."""
    to = others / np.linalg.norm(others, axis=1, keepdims=True)
    cross = np.cross(axis, to)
    skew = np.zeros((len(to), 3, 3))
    skew[:, [2, 0, 1], [1, 2, 0]] = cross
    skew[:, [1, 2, 0], [2, 0, 1]] = -cross
    close = 1.0 + to @ axis
    turned: NDArray[np.float64] = np.eye(3) + skew + skew @ skew / close[:, None, None]
    return turned


def _every(count: int) -> NDArray[np.intp]:
    return np.unique(np.linspace(0, count - 1, min(count, _POINTS)).astype(np.intp))
