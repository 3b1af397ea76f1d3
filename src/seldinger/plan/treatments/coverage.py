"""Coverage: probes so that target and margin die, computed on the patient, and how sure that is.

First every modality with one to four applicators in even tissue (the table of alternatives); then
the best of the preferred modality on the patient, vessels included, with more heat or one more
applicator as long as its thinnest place falls short; then the spread of what was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.progress import part
from seldinger.plan import arrange, heating, levels
from seldinger.plan.heating import Changes, Heated
from seldinger.plan.prediction import Option
from seldinger.plan.treatments import ablation_choice as choices
from seldinger.plan.treatments import approaches, by_hand, coverage_goal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.progress import Progress
    from seldinger.core.space import Points, Vector
    from seldinger.plan.arrange import Arrangement, Pattern
    from seldinger.plan.heating import Biology
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Case
    from seldinger.plan.treatments.ablation_choice import Choice
    from seldinger.plan.treatments.approaches import Ways
    from seldinger.plan.treatments.coverage_goal import Ground

_MOST_RUNS = 3
"""Full computations of one plan."""
_DIRECTIONS = 3
_TOLERANCE_MM = 0.25
"""Less than a quarter of a cell is not worth another applicator."""


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """The winner, computed.

    Attributes:
        ground: what it was computed on.
        ways: applicators with their paths.
        heated: what they do.
        biology: what counts as dead.
        arrangement: what it came from; None for probes placed by hand.
        slack_mm: least of what is there minus what is needed, on the patient.
        watched: structures whose temperature was kept over time, in the order of the result.
        options: the table of alternatives.
        notes: what happened on the way.
    """

    ground: Ground
    ways: Ways
    heated: Heated
    biology: Biology
    arrangement: Arrangement | None
    slack_mm: float
    watched: tuple[str, ...]
    options: tuple[Option, ...]
    notes: tuple[str, ...]


def covered(
    case: Case,
    choice: Choice,
    approach: Approach,
    watched: Mapping[str, Vector],
    progress: Progress,
) -> Covered | None:
    """The best arrangement found; None when no applicator has a way.

    Args:
        case: target, anatomy, settings.
        choice: modality order and margins.
        approach: free paths to the target, best first: the directions that are tried.
        watched: by structure, points whose temperature is kept over time where they are near.
        progress: told what is being done.
    """
    ground = coverage_goal.ground(case, choice)
    directions = [
        np.subtract(p.entry_lps_mm, p.target_lps_mm) / p.depth_mm
        for p in approach.paths[:_DIRECTIONS]
    ]
    tried = _alternatives(case, choice, ground, directions, part(progress, 0.0, 0.35))
    near = {name: p for name, p in watched.items() if ground.scene.grid.contains(p)}
    best: Covered | None = None
    notes: list[str] = []
    runs = 0
    for one in _in_order(tried, choice):
        if runs == _MOST_RUNS:
            break
        ways = approaches.found(case, by_hand.edited(case, one.placed))
        if ways.blocked:
            notes.append(f"{_words(one)}: {ways.blocked}.")
            continue
        runs += 1
        kind = one.template.applicator
        progress(f"{kind.modality} on the patient", 0.35 + 0.1 * runs)
        biology = choices.biology(case, kind)
        done = heating.heated(
            ground.scene, ways.placed, biology, one.template.mode, Changes(), tuple(near.values())
        )
        made = Covered(
            ground, ways, done, biology, one, slack_mm(ground, done), tuple(near), (), ()
        )
        if best is None or made.slack_mm > best.slack_mm:
            best = made
        if made.slack_mm >= -_TOLERANCE_MM:
            break
        notes.append(
            f"{_words(one)}: on the patient the thinnest place falls {-made.slack_mm:.1f} mm short."
        )
    if best is None:
        return None
    table = _table(tried, best)
    return replace(best, options=table, notes=tuple(notes))


def slack_mm(ground: Ground, done: Heated) -> float:
    """Least of what is there minus what is needed, over the target's surface."""
    signed = levels.signed_mm(done.level, ground.scene.grid.spacing_mm[0])
    there = levels.at(signed, ground.scene.grid, ground.goal.points_lps_mm)
    return float((there - ground.goal.needed_mm).min())


def _alternatives(
    case: Case,
    choice: Choice,
    ground: Ground,
    directions: Sequence[Points],
    progress: Progress,
) -> tuple[Arrangement, ...]:
    """The best arrangement of each modality with each number of applicators."""
    found: list[Arrangement] = []
    kinds = [m for m in choices.MODALITIES if m in choice.order]
    rest = [m for m in choices.MODALITIES if m not in kinds and case.settings.device is None]
    wanted = (*kinds, *rest) if len(choice.order) > 1 else choice.order
    for number, modality in enumerate(wanted):
        kind = choices.applicator_of(case, modality)
        if choices.usable(kind):
            continue
        for count in range(1, arrange.MOST_PROBES + 1):
            progress(
                f"{modality}, {count}", (number + (count - 1) / arrange.MOST_PROBES) / len(wanted)
            )
            some = choices.patterns(modality, count)
            if modality != choice.order[0]:
                some = some[len(some) // 2 :][:1]
            one = _best_of(case, kind, some, ground, directions)
            found.append(one)
            if one.slack_mm >= choice.preferred_mm - choice.margin_mm:
                break
    return tuple(found)


def _best_of(
    case: Case,
    kind: Applicator,
    patterns: Sequence[Pattern],
    ground: Ground,
    directions: Sequence[Points],
) -> Arrangement:
    """The gentlest setting of so many applicators that is enough; else what comes nearest."""
    settings = choices.settings_of(case, kind)
    mode, biology = heating.modes_of(kind)[0], choices.biology(case, kind)
    tissue = ground.scene.tissues[_tissue_of(ground) - 1]
    made: dict[int, Arrangement] = {}

    def of(index: int) -> Arrangement:
        if index not in made:
            fits = [
                arrange.fitted(
                    arrange.template(
                        kind, settings[index], pattern, tissue, biology, mode, Changes()
                    ),
                    ground.goal,
                    directions,
                )
                for pattern in patterns
            ]
            made[index] = max(fits, key=lambda a: (round(a.slack_mm, 3), -a.template.volume_ml))
        return made[index]

    low, high = 0, len(settings) - 1
    while low < high:
        middle = (low + high) // 2
        if of(middle).slack_mm >= -_TOLERANCE_MM:
            high = middle
        else:
            low = middle + 1
    of(low)
    enough = [i for i in sorted(made) if made[i].slack_mm >= -_TOLERANCE_MM]
    if enough:
        return made[enough[0]]
    return max(made.values(), key=lambda a: a.slack_mm)


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
            (a for a in mine if a.slack_mm >= -_TOLERANCE_MM),
            key=lambda a: a.template.pattern.count,
        )
        others = sorted((a for a in mine if a.slack_mm < -_TOLERANCE_MM), key=lambda a: -a.slack_mm)
        ranked += [*enough, *others]
    sure = [a for a in ranked if a.slack_mm >= -_TOLERANCE_MM]
    return [*sure, *(a for a in ranked if a.slack_mm < -_TOLERANCE_MM)]


def _words(one: Arrangement) -> str:
    pattern = one.template.pattern
    apart = "" if pattern.spacing_mm is None else f" {pattern.spacing_mm:g} mm apart"
    return f"{pattern.count} x {one.template.applicator.id}{apart}, {one.template.setting.words}"


def _table(tried: Sequence[Arrangement], best: Covered) -> tuple[Option, ...]:
    return tuple(
        Option(
            modality=a.template.applicator.modality,
            device=a.template.applicator.id,
            probes=a.template.pattern.count,
            spacing_mm=a.template.pattern.spacing_mm,
            setting=a.template.setting.words,
            minimal_margin_mm=a.minimal_mm,
            coverage=a.coverage,
            zone_volume_ml=a.template.volume_ml,
            chosen=a is best.arrangement,
            note="enough in even tissue"
            if a.slack_mm >= -_TOLERANCE_MM
            else f"{-a.slack_mm:.1f} mm short",
        )
        for a in tried
    )
