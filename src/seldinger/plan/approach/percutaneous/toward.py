"""Toward: the way to a tip that is given, by the rules of every other way."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from seldinger.plan.approach.percutaneous import path
from seldinger.plan.approach.percutaneous.candidates import pierce_skin
from seldinger.plan.model import Approach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.plan.approach.percutaneous.candidates import Candidates
    from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase, Toward


def search(case: NeedleCase, instrument: Instrument, toward: Toward) -> Approach:
    """The free way that leans least and is clear, if there is one; the entries within the lean.

    A way from an entry that is given is told whatever it breaks.
    """
    scene = replace(case.scene, target=replace(case.scene.target, aim_lps_mm=toward.tip_lps_mm))
    from_there = replace(case.options, entry_lps_mm=toward.entry_lps_mm)
    chosen = replace(case.settings, options=(from_there, *case.settings.options))

    # Others are neither taken nor told: their rays need not be cast.
    def keep(found: Candidates) -> Candidates:
        near = found.keep(_lean_deg(found, toward) <= toward.lean_deg)
        if not toward.exact:
            return near
        axis = np.asarray(toward.axis_lps)
        return pierce_skin(near, scene.anatomy, toward.tip_lps_mm, axis)

    rays = path.choose_rays(scene, chosen, case.assumed, keep)
    if not len(rays.candidates):
        return Approach("percutaneous", 0, 0, {}, (), ())
    done = path.search(rays, instrument, case.limits, chosen, case.assumed)
    outward = done.candidates.outward
    lean = _lean_deg(done.candidates, toward)
    near = lean <= toward.lean_deg
    free = _list_exact(done, near) if toward.exact else np.flatnonzero(~done.blocking & near)
    by_lean = [int(row) for row in free[np.argsort(lean[free], kind="stable")]]
    entries = done.candidates.lps_mm
    # Exact distances are dear: only a way that is clear is measured.
    clear = (
        row
        for row in by_lean
        if toward.clear(entries[row], outward[row])
        and (toward.exact or not path.find_too_near(done, row) - {*done.options.relax})
    )
    rows = [0] if toward.entry_lps_mm is not None else list(islice(clear, 1))
    return Approach(
        kind="percutaneous",
        candidates=int(near.sum()),
        accepted=len(free),
        rejections={r: int((m & near).sum()) for r, m in done.rejected.items() if (m & near).any()},
        relaxations=(),
        paths=path.build_paths(done, rows),
    )


def _list_exact(done: path.Search, near: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows within the lean that no rule refuses, obstacles measured exactly."""
    opened = {*done.options.relax}
    kept = near.copy()
    for rule in done.rejected:
        if rule not in opened:
            kept &= ~path.is_surely_broken(done, rule)
    rows = [int(row) for row in np.flatnonzero(kept)]
    return np.array([row for row in rows if not path.find_too_near(done, row) - opened], np.intp)


def _lean_deg(candidates: Candidates, toward: Toward) -> NDArray[np.float64]:
    cosine = np.clip(candidates.outward @ np.asarray(toward.axis_lps), -1.0, 1.0)
    found: NDArray[np.float64] = np.degrees(np.arccos(cosine))
    return found
