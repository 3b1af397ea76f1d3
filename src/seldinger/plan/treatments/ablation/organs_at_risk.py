"""Critical: what heat or cold must spare, how near it comes, how hot or cold it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.space import as_vector
from seldinger.image.resample import resample_mask
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments.ablation import choice as choices
from seldinger.plan.treatments.ablation.coverage_goal import get_surface
from seldinger.plan.wording import cite, get_number
from seldinger.simulate.thermal.effect import AtRisk
from seldinger.simulate.thermal.setup import BODY_C

if TYPE_CHECKING:
    from seldinger.core.space import Vector
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.coverage_goal import Ground
    from seldinger.simulate.thermal.heating import Heated

_BY_SITE = {
    Site.LIVER: (
        "bile ducts", "bowel gas", "gallbladder", "colon", "duodenum", "small bowel", "stomach",
        "heart", "diaphragm",
    ),
    Site.KIDNEY: ("ureters", "bowel gas", "colon", "duodenum", "small bowel", "diaphragm"),
    Site.LUNG: ("heart", "oesophagus", "trachea", "diaphragm"),
}  # fmt: skip
_ELSEWHERE = (
    "bowel gas",
    "colon",
    "duodenum",
    "small bowel",
    "stomach",
    "heart",
    "ureters",
    "diaphragm",
)
_GUT = frozenset(
    {"bowel gas", "gallbladder", "colon", "duodenum", "small bowel", "stomach", "oesophagus"}
)
_WATCHED_MM = 60.0
"""Structures farther from the target than this are not watched over time."""


def list_names(case: NeedleCase) -> tuple[str, ...]:
    """Structures to spare around this organ."""
    return _BY_SITE.get(find_site(case), _ELSEWHERE)


def find_watched(case: NeedleCase) -> dict[str, Vector]:
    """Structure -> its point nearest to the target, where it is near enough to be watched."""
    inside = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
    tree = scipy.spatial.cKDTree(inside)
    found = {}
    for name in list_names(case):
        if case.anatomy.has(name):
            points = get_surface(case, name)
            away, _ = tree.query(points)
            if away.min() < _WATCHED_MM:
                found[name] = as_vector(points[int(np.argmin(away))])
    return found


def judge(case: NeedleCase, ground: Ground, done: Heated, *, cold: bool) -> tuple[AtRisk, ...]:
    """Every structure to spare, from heat or ``cold``, the nearest first, unknown ones last."""
    zone = ground.scene.grid.to_lps(np.argwhere(done.zone))
    tree = scipy.spatial.cKDTree(zone) if len(zone) else None
    made = [_one(case, ground, done, name, tree, cold=cold) for name in list_names(case)]
    return tuple(
        sorted(made, key=lambda c: (c.distance_mm is None, c.distance_mm or 0.0, c.structure))
    )


def _one(
    case: NeedleCase,
    ground: Ground,
    done: Heated,
    name: str,
    zone: scipy.spatial.cKDTree | None,
    *,
    cold: bool,
) -> AtRisk:
    limit_mm, sources = _limit(case, name)
    limit_c = case.assumed.get_value((choices.SPARE_COLD if cold else choices.SPARE_HOT).name)
    if not case.anatomy.has(name):
        return AtRisk(name, None, None, limit_mm, limit_c, None, "", sources)
    away = np.inf if zone is None else float(zone.query(get_surface(case, name))[0].min())
    half = 0.5 * (ground.scene.grid.spacing_mm[0] + case.anatomy.grid.spacing_mm[0])
    distance = None if not np.isfinite(away) else max(0.0, away - half)
    extreme = _extreme(case, ground, done, name, cold=cold)
    close = limit_mm is not None and distance is not None and distance < limit_mm
    harmed = extreme < limit_c if cold else extreme > limit_c
    lacking = 0.0 if limit_mm is None or distance is None else max(0.0, limit_mm - distance)
    return AtRisk(
        name, distance, extreme, limit_mm, limit_c, not (close or harmed),
        _protection(name, lacking) if close or harmed else "", sources,
    )  # fmt: skip


def _limit(case: NeedleCase, name: str) -> tuple[float | None, tuple[str, ...]]:
    """Distance asked for and who asks; none where no source or assumption does."""
    if name == "bile ducts":
        fact = "safety_distance.bile_duct"
    elif name == "heart":
        fact = "safety_distance.heart"
    elif name == "ureters":
        fact = "safety_distance.ureter"
    elif name in _GUT:
        return case.assumed.get_value(choices.BOWEL.name), ()
    else:
        return None, ()
    return get_number(fact), cite(fact)


def _extreme(case: NeedleCase, ground: Ground, done: Heated, name: str, *, cold: bool) -> float:
    """Hottest or coldest of the structure's cells; as warm as blood where it lies outside."""
    anatomy, grid = case.anatomy, ground.scene.grid
    mask = resample_mask(anatomy.get_structure(name).mask, anatomy.grid, grid)
    if name == "bowel gas":
        # Gas conducts nothing: what counts is the wall around it.
        mask = scipy.ndimage.binary_dilation(mask, iterations=2) & ~mask
    mask &= ~ground.scene.vessels
    if not mask.any():
        return BODY_C
    values = done.extreme_c[mask]
    return float(values.min() if cold else values.max())


def _protection(name: str, lacking_mm: float) -> str:
    """What would protect it, and by how much."""
    if name == "heart":
        return (
            "Move the zone away, or take another modality; fluid does not part it from the heart."
        )
    if name == "bile ducts":
        return "Move the zone away, or cool the ducts through a tube; take advice first."
    if name == "ureters":
        return f"Part it by fluid: {lacking_mm:.0f} mm more are wanted; or flush the pelvis."
    if name in _GUT:
        return f"Part it by fluid or a balloon: {lacking_mm:.0f} mm more are wanted."
    return "Part it by fluid, or move the zone away."
