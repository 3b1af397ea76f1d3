"""Predict: what cement does in this vertebra, with its spread, and what cohorts saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.core.errors import CatalogueError, SimulationError
from seldinger.core.progress import scale_progress
from seldinger.core.record import read_assumptions
from seldinger.plan.treatments.augmentation import load_table, setting_findings, tables
from seldinger.plan.treatments.augmentation.tumour import doubt_canal, find_tumour
from seldinger.plan.treatments.augmentation.vertebra_findings import (
    OLDEST_WEEKS,
    doubt_outline,
)
from seldinger.simulate.cement import measures
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.inject import simulate_cement
from seldinger.simulate.cement.setting_spread import spread_setting
from seldinger.simulate.cement.sharing import compare_sharing
from seldinger.simulate.cement.spread import spread_cement
from seldinger.simulate.cement.stiffness import compare_stiffness
from seldinger.simulate.effect import Effect, Measure, Option, StructureEffect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.anatomy.vertebra.next_bodies import NextBodies
    from seldinger.core.progress import Progress
    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.augmentation.amounts import Amount, Cemented
    from seldinger.plan.treatments.augmentation.needles import NeedleWay, Pedicled
    from seldinger.plan.treatments.augmentation.options import AugmentationOptions
    from seldinger.plan.treatments.augmentation.tumour import Tumour
    from seldinger.simulate.cement.outcome import CementResult
    from seldinger.simulate.cement.setting_spread import SettingSpread
    from seldinger.simulate.cement.sharing import SharingResult
    from seldinger.simulate.cement.spread import CementSpread
    from seldinger.simulate.cement.stiffness import StiffnessResult

_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
VOXEL = _ASSUMED["cement_voxel_mm"]
RUNS = _ASSUMED["cement_runs"]
KIND = "augmentation"
_CHECKED = "the line alone keeps it: check the needle in both planes on its way"
CRITERION = "a voxel holds cement where half of its pores are filled"
_DENSE_ML = 0.05
"""A body with more metal is none that the model was made for."""


_PREVIEW_MM = 2.0
"""In cells as coarse as these figures are a preview: that of the neighbours' load has no spread."""


@dataclass(frozen=True, slots=True, eq=False)
class Foretold:
    """What the model says of one plan.

    Attributes:
        cemented: how cement is given.
        result: as planned.
        spread: over several runs.
        stiffness: of the body, before and after; None where it could not be computed.
        no_stiffness: why not; empty where it could.
        setting: how warm it makes its surroundings; None where it could not be computed.
        no_setting: why not; empty where it could.
        sharing: with the bodies beside it; None where it could not be computed.
        no_sharing: why not; empty where it could.
    """

    cemented: Cemented
    result: CementResult
    spread: CementSpread
    stiffness: StiffnessResult | None
    no_stiffness: str = ""
    setting: SettingSpread | None = None
    no_setting: str = ""
    sharing: SharingResult | None = None
    no_sharing: str = ""


def foretell(
    vertebra: Vertebra,
    beside: NextBodies,
    cemented: Cemented,
    assumed: Mapping[str, float],
    seed: int,
    tissues: Mapping[str, float],
    progress: Progress,
) -> Foretold:
    """Give the cement finely, several times coarsely, let it set, and load the body.

    Args:
        vertebra: to be filled.
        beside: the bodies next to it.
        cemented: how.
        assumed: edits of assumptions by name, those of cement alone.
        seed: of the runs.
        tissues: the user's own numbers, by "tissue.number".
        progress: told between the steps.

    Raises:
        SimulationError: it cannot be given so.
    """
    needles, cavity, asked = cemented.needles, cemented.cavity, cemented.plan
    voxel_mm = VOXEL.get_value(assumed)
    own = {name: value for name, value in assumed.items() if name not in _ASSUMED}
    result = simulate_cement(
        vertebra, needles, asked, own, cavity, voxel_mm, scale_progress(progress, 0.0, 0.4)
    )
    spread = spread_cement(
        vertebra, needles, asked, own, cavity, round(RUNS.get_value(assumed)), seed,
        scale_progress(progress, 0.4, 0.7),
    )  # fmt: skip
    told = Foretold(cemented, result, spread, None)
    try:
        warm = scale_progress(progress, 0.7, 0.8)
        setting = spread_setting(result, spread.done, own, seed, tissues, warm)
        told = replace(told, setting=setting)
    except (SimulationError, CatalogueError) as wrong:
        told = replace(told, no_setting=f"no warmth of setting was computed: {wrong}")
    progress("stiffness", 0.8)
    try:
        told = replace(told, stiffness=compare_stiffness(vertebra, result.cement, own, voxel_mm))
    except SimulationError as wrong:
        told = replace(told, no_stiffness=f"no stiffness was computed: {wrong}")
    progress("load on the neighbours", 0.9)
    try:
        vary = voxel_mm < _PREVIEW_MM
        return replace(
            told, sharing=compare_sharing(vertebra, beside, result.cement, own, vary=vary)
        )
    except SimulationError as wrong:
        return replace(told, no_sharing=f"load on the neighbours was not assessed: {wrong}")


def describe_effect(
    case: SpineCase,
    options: AugmentationOptions,
    foretold: Foretold,
    taken: Sequence[Pedicled],
    tried: Sequence[Pedicled],
    *,
    balloon: bool,
) -> Effect:
    """The effect as a plan has it.

    Args:
        case: with its vertebra.
        options: what the user told.
        foretold: by the model.
        taken: needles with their ways.
        tried: every way that was looked for.
        balloon: whether balloons come first.
    """
    vertebra = case.vertebra
    ways = [one.way for one in taken if one.way is not None]
    tumour = find_tumour(case)
    told = tables.list_cohorts(
        vertebra, options, foretold.result, balloon=balloon, tumour=tumour.is_there
    )
    return Effect(
        kind=KIND,
        criterion=CRITERION,
        model=measures.MODEL,
        measures=_list_measures(case, foretold),
        structures=_list_structures(case, ways),
        options=(
            *_list_ways(taken, tried),
            *_list_amounts(foretold.cemented, taken, known=not doubt_canal(case)),
        ),
        samples=foretold.spread.runs,
        notes=_list_notes(foretold),
        outside_domain=list_outside_domain(
            vertebra, options, tumour, case.assumed, balloon=balloon
        ),
        tables=(
            *setting_findings.make_table(
                foretold.setting, doubt=doubt_canal(case), beside=knows_foramina(case, foretold)
            ),
            *load_table.list_loads(vertebra, foretold.sharing),
            *told,
        ),
    )


def _list_notes(foretold: Foretold) -> tuple[str, ...]:
    said = measures.list_notes(foretold.result, foretold.spread, foretold.stiffness)
    lost = (foretold.no_stiffness, foretold.no_setting, foretold.no_sharing)
    warm = () if foretold.setting is None else foretold.setting.notes
    said = (*said, *(one for one in lost if one), *warm)
    return tuple(f"{one[:1].upper()}{one[1:]}{'' if one.endswith('.') else '.'}" for one in said)


def knows_foramina(case: SpineCase, foretold: Foretold) -> bool:
    """Whether the model speaks for the cement that comes to lie in the foramina."""
    return not doubt_canal(case) and tables.find_foramen_leaks_ml(foretold) is not None


def _list_measures(case: SpineCase, foretold: Foretold) -> tuple[Measure, ...]:
    """Those that decide first, the rest behind them."""
    doubt = doubt_canal(case)
    known = not doubt
    canal = tables.find_canal_leak_ml(foretold.result) if known else None
    unknown = set() if known else {
        f"leak-{measures.spell(one.name)}"
        for one in foretold.result.leaks if one.kind is ExitKind.CANAL
    }  # fmt: skip
    towards = Measure("leak-canal", "Cement towards the canal, in all", "mL", canal)
    figures = measures.list_measures(foretold.result, foretold.spread, foretold.stiffness)
    beside = tables.find_foramen_leaks_ml(foretold) if known else None
    foramen = Measure(
        "foramen-cement", "Cement beside a root, in a foramen", "mL",
        None if beside is None else sum(beside.values()),
    )  # fmt: skip
    made = [
        *(replace(one, value=None) if one.id in unknown else one for one in figures),
        *setting_findings.list_measures(
            foretold.setting, doubt=doubt, beside=knows_foramina(case, foretold)
        ),
        *_list_heights(case.vertebra),
        *measures.list_loads(foretold.sharing),
        towards,
        foramen,
    ]
    return tuple(sorted(made, key=lambda one: _FIRST.index(one.id) if one.id in _FIRST else 99))


_FIRST = (
    "given", "fill", "leak-canal", "setting-canal", "gap-upper-endplate",
    "gap-lower-endplate", "height-lost", "wedge", "stiffness-ratio", "pressure",
)  # fmt: skip


def list_outside_domain(
    vertebra: Vertebra,
    options: AugmentationOptions,
    tumour: Tumour,
    assumed: Assumed,
    *,
    balloon: bool,
) -> tuple[str, ...]:
    """Why the model or the cohorts do not speak for this vertebra.

    Args:
        vertebra: to be filled.
        options: what the user told.
        tumour: in it.
        assumed: every assumption as it is used.
        balloon: whether balloons come first.
    """
    said = []
    if vertebra.dense_ml > _DENSE_ML:
        said.append("metal or old cement lies in the body")
    if tumour.is_there:
        said.append(f"a tumour ({tumour.words}): cement in it is not what the model was made for")
    if doubt_outline(vertebra, tumour, assumed):
        said.append("the outline of the vertebra cannot be trusted")
    if vertebra.breaks is None:
        said.append("the scan is too coarse to show breaks of the cortex, by which cement leaves")
    weeks = options.fracture_weeks
    if balloon and weeks is not None and weeks > OLDEST_WEEKS:
        said.append(f"no cohort of heights has a fracture {weeks:g} weeks old")
    return tuple(said)


def _list_heights(vertebra: Vertebra) -> tuple[Measure, ...]:
    heights = vertebra.heights
    lost = heights.lost_share
    expected = heights.expected_mm or (None, None, None)
    have = (heights.front_mm, heights.middle_mm, heights.back_mm)
    places = ("front", "middle", "back")
    return (
        *(
            Measure(f"height-{place}", f"Height of the body, {place}", "mm", value)
            for place, value in zip(places, have, strict=True)
        ),
        *(
            Measure(f"expected-{place}", f"Expected by its neighbours, {place}", "mm", value)
            for place, value in zip(places, expected, strict=True)
        ),
        Measure("height-lost", "Most of its height that is lost", "1", lost),
        Measure("wedge", "Angle between its endplates", "deg", heights.wedge_deg),
        Measure("body-volume", "Volume of the body", "mL", vertebra.body_ml),
    )


def _list_structures(case: SpineCase, ways: Sequence[NeedleWay]) -> tuple[StructureEffect, ...]:
    """Canal and pedicles, and what the needles leave of them."""
    from seldinger.plan.treatments.augmentation.needles import WALL

    wall = case.assumed.get_value(WALL.name)
    made = []
    if ways:
        known = [one.canal_mm for one in ways if one.canal_mm is not None]
        nearest = min(known) if known else None
        measure = Measure("needle-gap", "From the nearest needle", "mm", nearest, at_least=wall)
        made.append(StructureEffect("spinal canal", (measure,), measure.kept, _CHECKED))
    for one in ways:
        left = Measure("wall-left", "Bone left beside the needle", "mm", one.wall_mm, at_least=wall)
        name = "pedicle" if one.passage is None else "wall of the body"
        made.append(StructureEffect(f"{one.side.value} {name}", (left,), left.kept, _CHECKED))
    return tuple(made)


def _list_ways(taken: Sequence[Pedicled], tried: Sequence[Pedicled]) -> tuple[Option, ...]:
    made = []
    for one in tried:
        goal = "tip at the middle" if one.middle else "tip in its own half"
        wall = None if one.way is None else one.way.wall_mm
        canal = None if one.way is None else one.way.canal_mm
        figures = (
            Measure("wall-left", "Bone left", "mm", wall),
            Measure("canal-gap", "To the canal", "mm", canal),
        )
        made.append(
            Option(
                one.kind.value, one.device, 1, f"{one.side.value} pedicle, {goal}", figures,
                chosen=any(one is other for other in taken), note=one.why, on_patient=True,
            )
        )  # fmt: skip
    return tuple(made)


def _list_amounts(
    cemented: Cemented, taken: Sequence[Pedicled], *, known: bool
) -> tuple[Option, ...]:
    device = taken[0].device
    return tuple(
        Option(
            "cement", device, len(taken), f"{one.volume_ml:.1f} mL",
            _list_figures(one, known=known),
            chosen=one.volume_ml == cemented.plan.volume_ml, note=one.why, on_patient=True,
        )
        for one in cemented.tried
    )  # fmt: skip


def _list_figures(one: Amount, *, known: bool) -> tuple[Measure, ...]:
    done = one.result
    canal = tables.find_canal_leak_ml(done) if known else None
    # What left by exits that do not show is not in it.
    told = done is not None and done.all_exits_known
    out = measures.drop_nothing(done.leaked_ml) if done is not None and told else None
    return (
        Measure("fill", "Body filled", "1", None if done is None else done.fill_share),
        Measure("leak", "Cement out", "mL", out),
        Measure("leak-canal", "Of it towards the canal", "mL", canal),
    )
