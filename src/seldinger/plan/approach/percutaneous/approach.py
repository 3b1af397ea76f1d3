"""The percutaneous approach: a straight way from the skin, searched, ruled, ranked and sampled."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import scipy

from seldinger import catalogue, evidence
from seldinger.anatomy import names
from seldinger.anatomy.model import Lesion, Skin
from seldinger.core.errors import PlanError
from seldinger.core.naming import find_similar
from seldinger.plan import risk_limits
from seldinger.plan.approach.percutaneous import aim, error_model, path, rules, toward
from seldinger.plan.approach.percutaneous import findings as found_on_path
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.model import Limits, NeedleCase, TargetPoint
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.assumptions import PATH_ASSUMPTIONS
from seldinger.plan.model import Gate
from seldinger.plan.procedure import ApproachLogic, Reach, Ruled
from seldinger.simulate.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from seldinger.anatomy.extents import Extent
    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.core.finding import Finding
    from seldinger.core.record import Assumption
    from seldinger.plan.approach.percutaneous.model import Instrument, Toward
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Case, Decision, Penalties, Settings


@dataclass(frozen=True, slots=True)
class Percutaneous(ApproachLogic[NeedleCase]):
    """Needles, probes and drains through the skin.

    Attributes:
        limits: hard limits of a path.
        permitted_structures: what a path may cross although it is an obstacle elsewhere.
        target_point: which part of the target is steered for.
    """

    kind: ClassVar[str] = "percutaneous"
    options: ClassVar[type[Any] | None] = PercutaneousOptions

    limits: Limits = field(default_factory=Limits)
    permitted_structures: frozenset[str] = frozenset()
    target_point: TargetPoint = TargetPoint.VIABLE_TISSUE

    def __post_init__(self) -> None:
        """Refuse structures that nobody knows.

        Raises:
            PlanError: naming them.
        """
        named = {*self.permitted_structures, *self.limits.organ_first}
        unknown = names.list_unknown_terms(named)
        if unknown:
            raise PlanError(
                "a percutaneous approach names structures that have no term: "
                f"{', '.join(unknown)}; `seldinger.catalogue.terms()` has those that are known"
            )

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Those of the path search and of its limits of contact."""
        return PATH_ASSUMPTIONS

    def check(self, settings: Settings, structures: Iterable[str] | None) -> None:
        """Refuse rules, techniques and errors that no patient could make right.

        Args:
            settings: the user's choices.
            structures: names that structures of the patient may have; None when nobody can tell.

        Raises:
            PlanError: naming what is not known, with the closest.
        """
        chosen = settings.get_options(PercutaneousOptions)
        check_rules(chosen.relax, structures)
        if chosen.technique is not None:
            error_model.check(chosen.technique)
        error_model.check_given(chosen.lateral_error_mm)

    def choose_target(self, target: Target, anatomy: Anatomy) -> Lesion:
        """The whole target where it is wanted, steered at its deepest point.

        Raises:
            PlanError: a stretch of a vessel, or what it feeds, is no target for a needle.
        """
        if not isinstance(target, Lesion):
            raise PlanError(
                f"{target.label!r} is a {type(target).__name__.lower()}; a needle needs a lesion: "
                "name a structure, or give a mask or a point with a diameter"
            )
        if self.target_point is TargetPoint.WHOLE:
            return scenes.make_whole(target, anatomy)
        return target

    def meet(self, case: Case) -> NeedleCase:
        """The case with its scene."""
        case.progress("distance maps", 0.1)
        return NeedleCase(
            procedure=case.procedure,
            anatomy=case.anatomy,
            target=case.target,
            settings=case.settings,
            assumed=case.assumed,
            patient=case.patient,
            progress=case.progress,
            scene=scenes.build(
                case.anatomy, case.target, self.permitted_structures, self.find_finer(case)
            ),
            limits=self.limits,
            skin_distance_mm=measure_skin_distance_mm(case.anatomy, case.target),
        )

    def find_finer(self, case: Case) -> Mapping[str, Extent]:
        """Voxels of structures on grids of their own, by name; none here."""
        del case
        return {}

    def search(
        self,
        case: NeedleCase,
        offers: Sequence[Instrument],
        penalties: Penalties[NeedleCase] | None = None,
        to: Toward | None = None,
    ) -> Reach[NeedleCase]:
        """Paths for the first of ``offers`` that has any; for the first one where none has.

        Args:
            case: with its scene.
            offers: devices in order of preference.
            penalties: soft penalties of the treatment, added to the score of each path.
            to: a tip that is given, and the one way wanted to it; None: the target.

        Raises:
            PlanError: nothing is offered.
        """
        if not offers:
            raise PlanError(f"{case.procedure.name} offers no device for this target")
        if to is not None:
            way = toward.search(case, offers[0], to)
            return Reach(case, offers[0], _weighed(case, way, penalties))
        aimed = _aimed(case, offers)
        case.progress("paths", 0.3)
        tried: list[tuple[Instrument, Approach]] = []
        rays = path.choose_rays(aimed.scene, aimed.settings, aimed.assumed)
        for number, instrument in enumerate(offers):
            case.progress(f"paths: {instrument.technique}", 0.3 + 0.1 * number / len(offers))
            done = path.search(rays, instrument, aimed.limits, aimed.settings, aimed.assumed)
            tried.append((instrument, path.build_approach(done)))
            if tried[-1][1].accepted:
                break
        instrument, approach = tried[-1] if tried[-1][1].accepted else tried[0]
        case.progress("treatment", 0.4)
        return Reach(aimed, instrument, _weighed(aimed, approach, penalties))

    def settle(self, decision: Decision) -> Decision:
        """The decision with the searched dimensions, and what it places.

        Where the treatment places nothing of its own, that is the device on the best path.
        """
        instrument = decision.reach.instrument
        searched: dict[str, str | float | bool | None] = {
            "device": instrument.device,
            "diameter_mm": instrument.diameter_mm,
            "widest_device": instrument.widest or instrument.device,
            "usable_mm": instrument.usable_mm,
            "beyond_mm": instrument.beyond_mm,
            "sample_from_mm": instrument.sample_mm[0],
            "sample_to_mm": instrument.sample_mm[1],
        }
        treatment = decision.treatment
        notes = (*treatment.notes, *_widest(instrument))
        treatment = replace(treatment, settings={**searched, **treatment.settings}, notes=notes)
        placed = decision.placements
        if placed is None:
            best = decision.reach.approach.paths[:1]
            placed = tuple(
                Placement("needle", instrument.device, (p.entry_lps_mm, p.target_lps_mm), (), 0)
                for p in best
            )
        return replace(decision, treatment=treatment, placements=placed)

    def judge(self, decision: Decision) -> Ruled:
        """What is known of the paths, gate by gate."""
        reach: Reach[NeedleCase] = decision.reach
        case, approach = reach.case, reach.approach
        used = risk_limits.pair_ways(decision)
        gates: dict[Gate, tuple[Finding, ...]] = {
            Gate.REACH: (found_on_path.check_free_path(approach),),
            Gate.STRUCTURES: (
                *aim.find_obstacles_inside(case.scene, approach),
                *_unnamed(decision, reach),
            ),
            Gate.POSITION: found_on_path.check_position(case, [way for _, way in used]),
            Gate.OVERRIDES: tuple(found_on_path.find_overrides(approach, used)),
            Gate.CONTACT: tuple(risk_limits.judge_contact(case, used)),
        }
        beside = found_on_path.find_estimated(case.scene, approach)
        return Ruled(gates, beside, risk_limits.format_figures(used, decision.effect))

    def list_sources(self, decision: Decision) -> tuple[str, ...]:
        """Where the error models of the paths come from."""
        paths = decision.reach.approach.paths
        return tuple(
            evidence.fact(error_model.TECHNIQUES[one.technique][1]).source for one in paths
        )

    def list_settings(self, decision: Decision) -> dict[str, str | float | bool | None]:
        """The error that the chances of the best path rest on."""
        paths = decision.reach.approach.paths
        used: dict[str, str | float | bool | None] = {"lateral_error_mean_mm": None}
        if paths:
            technique = paths[0].technique
            told = decision.reach.case.options.lateral_error_mm
            used["technique"] = technique
            used["lateral_error_mean_mm"] = told or evidence.driving_value(
                error_model.TECHNIQUES[technique][1]
            )
        return used


def check_rules(relax: Iterable[str], structures: Iterable[str] | None) -> None:
    """Refuse to open a rule that cannot exist, or that nobody may open.

    Raises:
        PlanError: a rule of ``relax`` is unknown, or no judgement may open it.
    """
    named = catalogue.terms() if structures is None else structures
    known = {*rules.OF_GEOMETRY, *names.DERIVED, *named}
    allowed = sorted({*rules.OF_GEOMETRY} - path.NEVER_RELAXED)
    for rule in relax:
        if rule in path.NEVER_RELAXED:
            raise PlanError(
                f"the rule {rule!r} stays closed, no judgement helps; allowed: "
                f"{', '.join(allowed)}, and the structures in the way"
            )
        # A numbered lesion is a structure too.
        if rule not in known and rule.rstrip("0123456789 ") not in known:
            closest = ", ".join(find_similar(rule, known)) or "none"
            raise PlanError(
                f"no rule is called {rule!r}; closest: {closest}; allowed: {', '.join(allowed)}, "
                "and the structures in the way"
            )


def measure_skin_distance_mm(anatomy: Anatomy, target: Lesion) -> float:
    """Shortest distance from the target's surface to open skin; infinite when no skin is open."""
    skin = np.argwhere(anatomy.skin == Skin.OPEN)
    if not len(skin):
        return float("inf")
    box = scenes.find_bounding_box(target.mask, 1)
    local = np.argwhere(scenes.find_boundary(target.mask[box])) + np.array([s.start for s in box])
    nearest, _ = scipy.spatial.cKDTree(local).query(skin, k=1)
    return float(nearest.min()) * anatomy.grid.spacing_mm[0]


def _aimed(case: NeedleCase, offers: Sequence[Instrument]) -> NeedleCase:
    """The same case, steered clear of what lies in the target; the target says what that is."""
    widths = sorted({rules.compute_least_mm(o, case.assumed) for o in offers}, reverse=True)
    scene = aim.move_aim_clear(case.scene, tuple(widths))
    told = replace(scene.target, notes=(*scene.target.notes, *aim.list_notes(scene)))
    return replace(case, scene=replace(scene, target=told), target=told)


def _weighed(
    case: NeedleCase, approach: Approach, penalties: Penalties[NeedleCase] | None
) -> Approach:
    """Treatment penalties added to the scores, unknown structures to the clearances; best first."""
    missing = case.procedure.approach.list_missing(case, None)
    unknown: dict[str, Any] = dict.fromkeys(missing)
    made = []
    for one in approach.paths:
        costs = {} if penalties is None else penalties(case, one)
        extra = {k: float(v) for k, v in costs.items() if v}
        made.append(
            replace(
                one,
                clearances_mm={**one.clearances_mm, **unknown},
                probability=replace(one.probability, touch={**unknown, **one.probability.touch}),
                score=one.score + sum(extra.values()),
                score_parts={**one.score_parts, **extra},
            )
        )
    return replace(approach, paths=tuple(sorted(made, key=lambda p: p.score)))


def _unnamed(decision: Decision, reach: Reach[NeedleCase]) -> tuple[Finding, ...]:
    """Unnamed tissue that no rule of the search has looked at; "unidentified" may be opened.

    Placements whose ways were searched one by one have their own ends.
    """
    case, approach = reach.case, reach.approach
    if "unidentified" in case.options.relax:
        return ()
    tolerated_mm = case.assumed.get_value("unidentified_tolerance_mm")
    inside = found_on_path.check_sphere(case.scene, approach, tolerated_mm)
    if decision.routes:
        return inside
    beyond_mm = reach.instrument.beyond_mm
    beyond = found_on_path.check_beyond_aim(case.scene, approach, beyond_mm, tolerated_mm)
    return (*inside, *beyond)


def _widest(instrument: Instrument) -> tuple[str, ...]:
    """What clearances were measured for, where that is not the first device."""
    if not instrument.widest or instrument.widest == instrument.device:
        return ()
    widest = catalogue.device(instrument.widest)
    first = catalogue.device(instrument.device)
    more = (widest.outer_diameter_mm - first.outer_diameter_mm) / 2.0
    said = (
        f"clearances are those of the widest thing on the path, {widest.name} "
        f"({widest.outer_diameter_mm:.2f} mm); for {first.name} alone "
        f"({first.outer_diameter_mm:.2f} mm) each is {more:.1f} mm more"
    )
    return (said,)
