"""The path search: every true skin voxel, hard rules, soft terms, a short explained list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.core.errors import PlanError
from seldinger.core.naming import find_similar
from seldinger.core.space import as_vector
from seldinger.plan.approach.percutaneous import error_model, probability, ranking, rules
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.candidates import (
    POSITIONS,
    find_entry_near,
    list_skin_entries,
)
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.model import Approach, Path, Probability, Relaxation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from seldinger.plan.approach.percutaneous.candidates import Candidates
    from seldinger.plan.approach.percutaneous.model import Instrument, Limits
    from seldinger.plan.approach.percutaneous.rules import Marched, Rejected
    from seldinger.plan.approach.percutaneous.scene import Obstacle, Scene
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Settings

NEVER_RELAXED = frozenset({"depth", "needle-length", "leaves-the-body", "stays-inside"})
"""Rules of geometry rather than of judgement: no one can open them."""

ROUNDS = 8
"""How often the short list is made anew because exact distances refuse one of it."""
LATTICE_MM = 2.0
"""What the lattice reads of an obstacle may be wrong by this much; exact distances decide."""
_THIRDS = 24
"""Each takes a third off the stretch that holds the nearest place: 0.02 mm of 300 are left."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """One search, with everything its description needs."""

    scene: Scene
    instrument: Instrument
    limits: Limits
    settings: Settings
    assumed: Assumed
    candidates: Candidates
    met: Marched
    rejected: Mapping[str, Rejected]

    @property
    def options(self) -> PercutaneousOptions:
        """What the user chose of the way."""
        return self.settings.get_options(PercutaneousOptions)

    @property
    def blocking(self) -> NDArray[np.bool_]:
        """Candidates rejected by any rule that was not opened."""
        return _any([m for r, m in self.rejected.items() if r not in self.options.relax], self)


def _any(masks: list[Rejected], search: Search) -> NDArray[np.bool_]:
    none = np.zeros(len(search.candidates), dtype=bool)
    either: NDArray[np.bool_] = np.logical_or.reduce([none, *masks])
    return either


@dataclass(frozen=True, slots=True, eq=False)
class Rays:
    """All entries into a scene; instruments of equal reach share one cast of the rays."""

    scene: Scene
    candidates: Candidates
    cast: Callable[[float], Marched]
    """From how far a device ends beyond the aim, mm."""


def choose_rays(
    scene: Scene,
    settings: Settings,
    assumed: Assumed,
    kept: Callable[[Candidates], Candidates] | None = None,
) -> Rays:
    """The rays of all candidates, or of the user's own entry.

    Args:
        scene: whose skin is looked at.
        settings: the user's choices.
        assumed: every assumption as it is used.
        kept: those of all candidates that are cast; None: each. The user's own always is.
    """
    aim = scene.target.aim_lps_mm
    entry = settings.get_options(PercutaneousOptions).entry_lps_mm
    if entry is None:
        found = list_skin_entries(scene.anatomy, aim, assumed)
        found = found if kept is None else kept(found)
    else:
        found = find_entry_near(scene.anatomy, entry, aim, assumed)
    return Rays(scene, found, cache(partial(rules.march_candidates, scene, found)))


def search(
    rays: Rays, instrument: Instrument, limits: Limits, settings: Settings, assumed: Assumed
) -> Search:
    """Apply the rules to every ray."""
    scene, found = rays.scene, rays.candidates
    met = rays.cast(instrument.beyond_mm)
    rejected = rules.list_rejections(scene, found, met, instrument, limits, assumed)
    _check_relaxed(settings.get_options(PercutaneousOptions).relax, tuple(rejected))
    return Search(scene, instrument, limits, settings, assumed, found, met, rejected)


def _check_relaxed(relax: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Refuse to open a rule that does not exist or that nobody may open."""
    allowed = ", ".join(sorted(set(known) - NEVER_RELAXED))
    for rule in relax:
        if rule in NEVER_RELAXED:
            raise PlanError(
                f"the rule {rule!r} stays closed, no judgement helps; allowed: {allowed}"
            )
        if rule not in known:
            closest = ", ".join(find_similar(rule, known)) or "none"
            raise PlanError(f"no rule is called {rule!r}; closest: {closest}; allowed: {allowed}")


def build_approach(done: Search) -> Approach:
    """The search as the plan tells it: counts, relaxations, paths best first."""
    free = np.flatnonzero(~done.blocking)
    if done.options.entry_lps_mm is not None:
        rows: list[int] = [0]
    else:
        rows, free = _shortlist(done, free)
    return Approach(
        kind="percutaneous",
        candidates=len(done.candidates),
        accepted=len(free),
        rejections={r: int(m.sum()) for r, m in sorted(done.rejected.items()) if m.any()},
        relaxations=(*_recorded(done), *(() if len(free) else offer_relaxations(done))),
        paths=build_paths(done, rows),
    )


def _shortlist(done: Search, free: NDArray[np.intp]) -> tuple[list[int], NDArray[np.intp]]:
    """The rows of the best paths, and all free rows, without those that exact distances refuse."""
    rows: list[int] = []
    for _ in range(ROUNDS):
        if not len(free):
            return [], free
        spread_mm, count = done.assumed.get_value("spread_mm"), done.options.paths
        chosen = ranking.choose_shortlist(
            done.candidates, free, _terms(done, free), spread_mm, count
        )
        rows = [int(free[c]) for c in chosen]
        refused = [row for row in rows if find_too_near(done, row) - set(done.options.relax)]
        if not refused:
            return rows, free
        free = np.setdiff1d(free, refused)
        rows = [row for row in rows if row not in refused]
    return rows, free


def is_surely_broken(done: Search, rule: str) -> NDArray[np.bool_]:
    """(n,) candidates that ``rule`` rejects, whatever the lattice reads wrongly of an obstacle."""
    if rule not in done.met.approach_mm:
        return done.rejected[rule]
    least = rules.compute_least_mm(done.instrument, done.assumed)
    near: NDArray[np.bool_] = done.met.approach_mm[rule] < least - LATTICE_MM
    return near


def find_too_near(done: Search, row: int) -> frozenset[str]:
    """Obstacles whose voxels lie nearer to the device than allowed, measured exactly."""
    least = rules.compute_least_mm(done.instrument, done.assumed)
    return frozenset(
        o.name
        for o in done.scene.obstacles
        if done.met.approach_mm[o.name][row] < least + LATTICE_MM
        and _centre_line_mm(done, o, row) < least
    )


def _terms(done: Search, rows: NDArray[np.intp]) -> ranking.Scores:
    return ranking.score_terms(
        done.scene,
        done.candidates,
        done.met,
        done.instrument,
        done.options,
        done.assumed,
        rows,
    )


def _recorded(done: Search) -> tuple[Relaxation, ...]:
    """The rules that the user opened, and how many candidates each of them frees."""
    return tuple(
        _relaxation(done, rule, recorded=True)
        for rule in dict.fromkeys(done.options.relax)
        if rule in done.rejected
    )


def offer_relaxations(done: Search, most: int = 3) -> tuple[Relaxation, ...]:
    """The least-bad single rules to open when nothing is free, those that free most first."""
    made = [
        _relaxation(done, rule, recorded=False)
        for rule in done.rejected
        if rule not in done.options.relax and rule not in NEVER_RELAXED
    ]
    useful = sorted((r for r in made if r.freed), key=lambda r: (-r.freed, r.rule))
    return tuple(useful[:most])


def _relaxation(done: Search, rule: str, *, recorded: bool) -> Relaxation:
    opened = {*done.options.relax, rule}
    kept = [m for r, m in done.rejected.items() if r not in opened]
    alone = ~_any(kept, done) & done.rejected[rule]
    rows = np.flatnonzero(alone)
    if not len(rows):
        return Relaxation(rule, recorded, 0, "no candidate needs it")
    total = np.sum(list(_terms(done, rows).values()), axis=0)
    best = int(rows[np.argmin(total)])
    return Relaxation(
        rule, recorded, len(rows), _cost(done, rule, best), as_vector(done.candidates.lps_mm[best])
    )


def _cost(done: Search, rule: str, row: int) -> str:
    """What the best path through an opened rule would cross, in words."""
    names = list(done.scene.class_names)
    length = float(done.met.lengths_mm[row, names.index(rule)]) if rule in names else 0.0
    depth = done.candidates.depth_mm[row]
    if rule == "tilt":
        return f"tilts {done.candidates.tilt_deg[row]:.0f} degrees out of the axial plane"
    if rule == "organ-first":
        before = done.met.lengths_mm[row, scenes.ORGAN]
        return f"crosses only {before:.0f} mm of healthy {done.scene.target.organ} first"
    if rule == "gantry":
        return f"brings the hub of a {done.instrument.usable_mm:.0f} mm needle to the gantry"
    if length > 0.0:
        what = f"{rule} tissue" if names.index(rule) == scenes.UNIDENTIFIED else f"the {rule}"
        return f"crosses {length:.0f} mm of {what} on a path of {depth:.0f} mm"
    return f"passes close to the {rule} on a path of {depth:.0f} mm"


def build_paths(done: Search, rows: list[int]) -> tuple[Path, ...]:
    """The candidates ``rows`` as paths, with exact clearances and, where allowed, probabilities."""
    if not rows:
        return ()
    terms = _terms(done, np.asarray(rows))
    samples = probability.draw_normals(done.settings.seed)
    return tuple(
        _path(done, row, {k: float(v[n]) for k, v in terms.items() if v[n] > 0.0}, samples)
        for n, row in enumerate(rows)
    )


def _path(done: Search, row: int, parts: Mapping[str, float], samples: NDArray[np.float64]) -> Path:
    c = done.candidates
    entry = as_vector(c.lps_mm[row])
    tilt, axial = float(c.tilt_deg[row]), float(c.axial_angle_deg[row])
    fixed = done.options.technique or done.instrument.error
    technique = fixed or error_model.choose_technique(tilt, axial, done.assumed)
    errors = error_model.choose_error_model(technique, done.options, done.assumed)
    provisional = bool(c.provisional[row])
    if provisional:
        chance = Probability(None, {})
    else:
        chance = probability.estimate_pass(done.scene, entry, done.instrument, errors, samples)
    lengths = {
        name: round(float(mm), 1)
        for name, mm in zip(done.scene.class_names, done.met.lengths_mm[row], strict=True)
        if mm > 0.0
    }
    lengths |= _lobes_crossed(done.scene, c.lps_mm[row])
    surely = {rule for rule in done.rejected if is_surely_broken(done, rule)[row]}
    broken = sorted(surely | find_too_near(done, row))
    return Path(
        entry_lps_mm=entry,
        target_lps_mm=done.scene.target.aim_lps_mm,
        depth_mm=float(c.depth_mm[row]),
        skin_angle_deg=float(c.skin_angle_deg[row]),
        tilt_deg=tilt,
        axial_angle_deg=axial,
        patient_position=POSITIONS[int(c.position[row])].value,
        provisional=provisional,
        technique=technique,
        clearances_mm=measure_clearances_mm(done, row),
        lengths_mm=lengths,
        unidentified_mm=float(done.met.lengths_mm[row, scenes.UNIDENTIFIED]),
        probability=chance,
        score=float(sum(parts.values())),
        score_parts=dict(parts),
        origin="planned" if done.options.entry_lps_mm is None else "user",
        violations=tuple(rule for rule in broken if rule not in done.options.relax),
        relies_on=tuple(rule for rule in broken if rule in done.options.relax),
    )


def _lobes_crossed(scene: Scene, entry_lps_mm: NDArray[np.float64]) -> dict[str, float]:
    """Millimetres of each lung lobe before the target; two mean that a fissure is crossed.

    A lobe is part of its lung: these lengths are among the lung's, not beside them.
    """
    lobes = [s for s in scene.anatomy.structures if s.kind is Kind.LOBE]
    if not lobes:
        return {}
    aim = np.asarray(scene.target.aim_lps_mm)
    depth = float(np.linalg.norm(aim - entry_lps_mm))
    count = max(2, int(depth))
    along = entry_lps_mm + np.linspace(0.0, 1.0, count)[:, None] * (aim - entry_lps_mm)
    index = np.round(scene.anatomy.grid.to_index(along)).astype(np.intp)
    index = np.clip(index, 0, np.asarray(scene.anatomy.grid.shape) - 1)
    at = tuple(index.T)
    met = ~scene.target.mask[at]
    crossed = {s.name: float((s.mask[at] & met).sum()) * depth / count for s in lobes}
    return {name: round(mm, 1) for name, mm in crossed.items() if mm > 0.0}


def measure_clearances_mm(done: Search, row: int) -> dict[str, float | None]:
    """Exact distance from the device's surface to every obstacle, throw included; 0 if crossed."""
    radius = done.instrument.diameter_mm / 2.0
    return {o.name: max(0.0, _centre_line_mm(done, o, row) - radius) for o in done.scene.obstacles}


def _centre_line_mm(done: Search, obstacle: Obstacle, row: int) -> float:
    """Distance from the whole device's centre line to an obstacle's surface."""
    length = float(done.candidates.depth_mm[row]) + done.instrument.beyond_mm
    return measure_centre_line_mm(
        obstacle, done.candidates.lps_mm[row], -done.candidates.outward[row], length
    )


def measure_centre_line_mm(
    obstacle: Obstacle,
    entry_lps_mm: NDArray[np.float64],
    axis: NDArray[np.float64],
    length_mm: float,
) -> float:
    """Distance from a segment to the nearest of an obstacle's voxels, each a box; 0 inside one.

    A box's distance is convex along the segment, so its least value is found by halving.

    ``entry_lps_mm``, ``axis``: (3,) where it begins, and its unit direction in LPS.
    """
    offset = obstacle.surface_lps_mm - entry_lps_mm
    along = np.clip(offset @ axis, 0.0, length_mm)
    to_centre = np.sqrt(((offset - along[:, None] * axis) ** 2).sum(axis=1))
    near = to_centre <= to_centre.min() + np.linalg.norm(obstacle.half_mm)
    centre, way = offset[near] @ obstacle.axes, axis @ obstacle.axes

    def away_mm(t: NDArray[np.float64]) -> NDArray[np.float64]:
        beside = np.maximum(0.0, np.abs(t[:, None] * way - centre) - obstacle.half_mm)
        squared: NDArray[np.float64] = (beside**2).sum(axis=1)
        return np.sqrt(squared)

    low, high = np.zeros(len(centre)), np.full(len(centre), length_mm)
    for _ in range(_THIRDS):
        first, second = low + (high - low) / 3.0, high - (high - low) / 3.0
        nearer = away_mm(first) <= away_mm(second)
        low, high = np.where(nearer, low, first), np.where(nearer, second, high)
    return float(away_mm((low + high) / 2.0).min())
