"""Coverage: probes so that target and margin die, computed on the patient, and how sure that is.

First every modality with one to four applicators in even tissue (the table of alternatives); then
the best of the preferred modality on the patient, vessels included, with more heat or one more
applicator as long as its thinnest place falls short; then the spread of what was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.progress import scale_progress
from seldinger.geometry import levels
from seldinger.plan.treatments.ablation import (
    arrange,
    coverage_goal,
    coverage_table,
    override,
    trajectories,
)
from seldinger.plan.treatments.ablation import choice as choices
from seldinger.plan.treatments.ablation.coverage_table import TOLERANCE_MM, Trial
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.simulate.thermal import heating

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.progress import Progress
    from seldinger.core.space import Points, Vector
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Search
    from seldinger.plan.treatments.ablation.arrange import Arrangement, Pattern
    from seldinger.plan.treatments.ablation.choice import Choice
    from seldinger.plan.treatments.ablation.coverage_goal import Ground
    from seldinger.plan.treatments.ablation.modalities.base import Modality
    from seldinger.plan.treatments.ablation.trajectories import Ways
    from seldinger.simulate.effect import Option
    from seldinger.simulate.thermal.heating import Heated
    from seldinger.simulate.thermal.scene import HeatScene
    from seldinger.simulate.thermal.setup import Biology

COARSE_MM = 2.0
"""Cells of the patient in which arrangements are compared."""
_MOST_RUNS = 6
"""Arrangements that are tried on the patient."""
_DIRECTIONS = 3
_ROUNDED_MM = 1e-3
"""Patterns are told apart by slack rounded to this."""
_HOPELESS_MM = -5.0
"""So far short in even tissue, no vessel makes it better: one try on the patient is enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """The winner, computed.

    Attributes:
        ground: what it was computed on.
        ways: applicators with their paths.
        heated: what they do.
        coarse: the patient in coarse cells.
        coarsely: what they do there.
        biology: what counts as dead.
        arrangement: what it came from.
        slack_mm: least of what is there minus what is needed, on the patient.
        watched: structures whose temperature was kept over time, in the order of the result.
        options: the table of alternatives.
        notes: what happened on the way.
    """

    ground: Ground
    ways: Ways
    heated: Heated
    coarse: HeatScene
    coarsely: Heated
    biology: Biology
    arrangement: Arrangement
    slack_mm: float
    watched: tuple[str, ...]
    options: tuple[Option, ...]
    notes: tuple[str, ...]

    @property
    def modality(self) -> Modality:
        """Of all its applicators."""
        return MODALITIES[self.ways.placed[0].applicator.modality]


@dataclass(frozen=True, slots=True)
class Blocked:
    """No arrangement has a way for each of its applicators.

    Attributes:
        why: by device, what kept each arrangement out, in words.
    """

    why: Mapping[str, tuple[str, ...]]


def cover(
    case: NeedleCase,
    search: Search[NeedleCase],
    choice: Choice,
    approach: Approach,
    watched: Mapping[str, Vector],
    progress: Progress,
) -> Covered | Blocked:
    """The best arrangement found; why not, when no arrangement has a way for each applicator.

    Args:
        case: target, anatomy, settings.
        search: the approach's; every applicator gets its own way.
        choice: modality order and margins.
        approach: free paths to the target, best first: the directions that are tried.
        watched: by structure, points whose temperature is kept over time where they are near.
        progress: told what is being done.
    """
    ground = coverage_goal.prepare_ground(case, choice)
    directions = [
        np.subtract(p.entry_lps_mm, p.target_lps_mm) / p.depth_mm
        for p in approach.paths[:_DIRECTIONS]
    ]
    tried = _alternatives(case, choice, ground, directions, scale_progress(progress, 0.0, 0.35))
    best: _Tried | None = None
    notes: list[str] = []
    trials: list[Trial] = []
    blocked: dict[str, tuple[str, ...]] = {}
    coarse = coverage_goal.coarsen_ground(case, choice, ground, COARSE_MM)
    queue, runs = override.keep_editable(case, _in_order(tried, choice)), 0
    while queue and runs < _MOST_RUNS:
        one = queue.pop(0)
        made = _on_patient(case, search, one, ground, coarse)
        if isinstance(made, str):
            notes.append(f"{_words(one)}: {made}.")
            trials.append(Trial(one, None, made))
            device = one.template.applicator.id
            blocked[device] = (*blocked.get(device, ()), f"{_words(one)}: {made}")
            continue
        runs += 1
        trials.append(Trial(one, made.slack_mm))
        progress(f"{_words(one)} on the patient", 0.35 + 0.05 * runs)
        best = made if best is None or _better(made, best) else best
        if made.slack_mm >= -TOLERANCE_MM or one.slack_mm < _HOPELESS_MM:
            break
        short = f"on the patient the minimal ablative margin is {-made.slack_mm:.1f} mm short"
        notes.append(f"{_words(one)}: {short}.")
        queue = [*_stronger(case, one, ground, directions), *queue]
    if best is None:
        return Blocked(blocked)
    progress(f"{_words(best.arrangement)} in fine cells", 0.35 + 0.05 * (_MOST_RUNS + 1))
    won = _finely(case, best, ground, coarse, watched)
    return replace(
        won, options=coverage_table.build_table(tried, trials, best.arrangement), notes=tuple(notes)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """An arrangement on the patient in coarse cells, by the ways that its applicators have."""

    arrangement: Arrangement
    ways: Ways
    heated: Heated
    slack_mm: float
    dead_share: float


def _on_patient(
    case: NeedleCase,
    search: Search[NeedleCase],
    one: Arrangement,
    ground: Ground,
    coarse: HeatScene,
) -> _Tried | str:
    """Try an arrangement, every applicator by its own way; in words why it has none."""
    ways = trajectories.find_ways(case, search, override.edit_probes(case, one.placed))
    if ways.blocked:
        return ways.blocked
    biology = choices.choose_biology(case, one.template.applicator)
    done = heating.compute_heat(
        coarse, ways.placed, biology, one.template.mode, choices.read_changes(case)
    )
    dead = float(done.zone[coarse.target].mean())
    return _Tried(one, ways, done, measure_slack_mm(ground, coarse, done), dead)


def _finely(
    case: NeedleCase, best: _Tried, ground: Ground, coarse: HeatScene, watched: Mapping[str, Vector]
) -> Covered:
    """The winner in cells of 1 mm, structures to spare watched over time."""
    near = {name: p for name, p in watched.items() if ground.scene.grid.contains(p)}
    one = best.arrangement
    biology = choices.choose_biology(case, one.template.applicator)
    done = heating.compute_heat(
        ground.scene,
        best.ways.placed,
        biology,
        one.template.mode,
        choices.read_changes(case),
        tuple(near.values()),
    )
    slack = measure_slack_mm(ground, ground.scene, done)
    return Covered(
        ground, best.ways, done, coarse, best.heated, biology, one, slack, tuple(near), (), ()
    )


def _better(one: _Tried, other: _Tried) -> bool:
    """Enough beats too little; of two that fall short, the one that leaves less of the target."""
    if max(one.slack_mm, other.slack_mm) >= -TOLERANCE_MM:
        return one.slack_mm > other.slack_mm
    return (one.dead_share, one.slack_mm) > (other.dead_share, other.slack_mm)


def measure_slack_mm(ground: Ground, scene: HeatScene, done: Heated) -> float:
    """Least of what is there minus what is needed, over the target's surface."""
    signed = levels.signed_distance_mm(done.level, scene.grid.spacing_mm[0])
    there = levels.sample_field(signed, scene.grid, ground.goal.points_lps_mm)
    return float((there - ground.goal.needed_mm).min())


def _alternatives(
    case: NeedleCase,
    choice: Choice,
    ground: Ground,
    directions: Sequence[Points],
    progress: Progress,
) -> tuple[Arrangement, ...]:
    """The best arrangement of each modality with each number of applicators."""
    found: list[Arrangement] = []
    for number, modality in enumerate(choice.order):
        kind = choices.choose_applicator(case, modality)
        if MODALITIES[modality].why_unusable(kind):
            continue
        for count in range(1, arrange.MOST_PROBES + 1):
            progress(
                f"{modality}, {count}",
                (number + (count - 1) / arrange.MOST_PROBES) / len(choice.order),
            )
            some = choices.list_patterns(modality, count)
            if modality != choice.order[0]:
                some = some[len(some) // 2 :][:1]
            one = _best_of(case, kind, some, ground, directions)
            found.append(one)
            if one.slack_mm >= choice.preferred_mm - choice.margin_mm:
                break
    return tuple(found)


def _best_of(
    case: NeedleCase,
    kind: Applicator,
    patterns: Sequence[Pattern],
    ground: Ground,
    directions: Sequence[Points],
) -> Arrangement:
    """The gentlest setting of so many applicators that is enough; else what comes nearest."""
    modality, biology = MODALITIES[kind.modality], choices.choose_biology(case, kind)
    settings, mode = modality.settings(case, kind), modality.engine.modes[0]
    tissue = ground.scene.tissues[_tissue_of(ground) - 1]

    def fit(setting: int, pattern: int) -> Arrangement:
        made = arrange.build_template(
            kind,
            settings[setting],
            patterns[pattern],
            tissue,
            biology,
            mode,
            choices.read_changes(case),
        )
        return arrange.fit(made, ground.goal, directions)

    return choose_gentlest(len(settings), len(patterns), fit)


def choose_gentlest(
    settings: int, patterns: int, fit: Callable[[int, int], Arrangement]
) -> Arrangement:
    """The gentlest setting that is enough, in its best pattern; else what comes nearest.

    A setting that is enough in one pattern is enough in the best: until it is taken, the other
    patterns are not asked for.

    Args:
        settings: how many there are, the gentlest first.
        patterns: how many.
        fit: of a setting and a pattern, by number; asked once for each pair at most.
    """
    one = cache(fit)
    middle = patterns // 2
    order = (middle, *(p for p in range(patterns) if p != middle))

    def best(setting: int) -> Arrangement:
        fits = [one(setting, p) for p in range(patterns)]
        return max(fits, key=lambda a: (round(a.slack_mm, 3), -a.template.volume_ml))

    def enough(setting: int) -> bool:
        surely = -TOLERANCE_MM + _ROUNDED_MM
        if any(one(setting, p).slack_mm >= surely for p in order):
            return True
        return best(setting).slack_mm >= -TOLERANCE_MM

    seen, low, high = [], 0, settings - 1
    while low < high:
        seen.append((low + high) // 2)
        if enough(seen[-1]):
            high = seen[-1]
        else:
            low = seen[-1] + 1
    seen.append(low)
    least = next((s for s in sorted(seen) if enough(s)), None)
    if least is not None:
        return best(least)
    return max((best(s) for s in seen), key=lambda a: a.slack_mm)


def _stronger(
    case: NeedleCase, one: Arrangement, ground: Ground, directions: Sequence[Points]
) -> tuple[Arrangement, ...]:
    """The same pattern at the strongest setting of its table; nothing when it already is."""
    made = one.template
    strongest = MODALITIES[made.applicator.modality].settings(case, made.applicator)[-1]
    if strongest == made.setting:
        return ()
    template = arrange.build_template(
        made.applicator, strongest, made.pattern, ground.scene.tissues[_tissue_of(ground) - 1],
        choices.choose_biology(case, made.applicator), made.mode, choices.read_changes(case),
    )  # fmt: skip
    return (arrange.fit(template, ground.goal, directions),)


def _tissue_of(ground: Ground) -> int:
    """Which material most of the target is."""
    inside = ground.scene.material[ground.scene.target]
    return max(int(np.bincount(inside).argmax()), 1)


def _in_order(tried: Sequence[Arrangement], choice: Choice) -> list[Arrangement]:
    """The preferred modality first, as few applicators as are enough; then what covers most."""
    ranked: list[Arrangement] = []
    for modality in choice.order:
        mine = [a for a in tried if a.template.applicator.modality == modality]
        enough = sorted(
            (a for a in mine if a.slack_mm >= -TOLERANCE_MM),
            key=lambda a: a.template.pattern.count,
        )
        others = sorted(
            (a for a in mine if a.slack_mm < -TOLERANCE_MM),
            key=lambda a: (-round(a.coverage, 2), -a.slack_mm),
        )
        ranked += [*enough, *others]
    sure = [a for a in ranked if a.slack_mm >= -TOLERANCE_MM]
    return [*sure, *(a for a in ranked if a.slack_mm < -TOLERANCE_MM)]


def _words(one: Arrangement) -> str:
    pattern = one.template.pattern
    apart = "" if pattern.spacing_mm is None else f" {pattern.spacing_mm:g} mm apart"
    return f"{pattern.count} x {one.template.applicator.id}{apart}, {one.template.setting.words}"
