"""Propose: an anatomy and a procedure become a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger import __version__, catalogue, evidence
from seldinger import anatomy as anatomies
from seldinger.anatomy.model import Origin, Skin
from seldinger.core.errors import PlanError
from seldinger.core.naming import near
from seldinger.core.progress import Progress, silent
from seldinger.plan import asked, findings, gates, neighbours, readiness
from seldinger.plan.approach.percutaneous import aim, path, rules
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.error_model import TECHNIQUES
from seldinger.plan.assumptions import Assumed, assumed
from seldinger.plan.model import Citation, Plan, Provenance, Request, TargetSection
from seldinger.plan.procedure import Case, Settings, Wants
from seldinger.plan.registry import procedures
from seldinger.plan.treatments.biopsy import native_kidney

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.core.record import AssumptionUse
    from seldinger.plan.model import Approach, Finding, Treatment
    from seldinger.plan.prediction import Prediction
    from seldinger.plan.procedure import Decision, Instrument, ProbeEdit, Procedure


def propose(
    procedure: str,
    anatomy: Anatomy,
    target: str | Target,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Plan:
    """Plan ``procedure`` on ``target``; the same inputs give the same plan.

    Args:
        procedure: name of an installed procedure.
        anatomy: the patient.
        target: a structure's name, or a target made by ``anatomy.targets``.
        settings: the user's choices; defaults otherwise.
        progress: told what is being done; may raise ``Cancelled``.

    Raises:
        PlanError: unknown procedure, rule, technique, assumption or device, or no skin in the scan.
        AnatomyError: the target is not there.
    """
    chosen = settings or Settings()
    declared = procedures()[procedure]
    found = anatomies.targets.find(anatomy, target) if isinstance(target, str) else target
    goal = scenes.whole(found, anatomy) if declared.wants is Wants.WHOLE else found
    known = assumed(asked.assumptions(declared), chosen.assume)
    if "sample" in declared.treatment.answers and native_kidney.is_wanted(
        goal, anatomy, chosen.answers
    ):
        goal = native_kidney.lower_pole(goal, anatomy, known)
    check_answers(declared, chosen)
    asked.check_probes(declared, chosen)
    readiness.check(procedure, goal.organ, chosen.visit)
    progress("distance maps", 0.1)
    scene = scenes.build(anatomy, goal, declared)
    distance = skin_distance_mm(anatomy, goal)
    case = _aimed(Case(declared, anatomy, goal, chosen, distance, scene, known, progress))
    scene, goal = case.scene, case.target
    progress("paths", 0.3)
    instrument, approach = _first_with_paths(case, known, progress)
    progress("treatment", 0.4)
    decision = declared.treatment.conclude(case, instrument, approach)
    missing = not_segmented(case, decision.prediction)
    outlook = readiness.outlook(procedure, goal.organ)
    cleared = readiness.cleared(procedure, goal.organ, decision.treatment, chosen.visit)
    more = (*decision.guidance.sources, *readiness.sources(outlook, cleared))
    unnamed = _unnamed(case, instrument, approach, decision)
    judged = gates.judge(case, approach, decision, cleared, missing, unnamed)
    return Plan(
        request=_request(declared.name, goal, chosen),
        verdict=judged.verdict,
        target=_target_section(goal),
        approach=approach,
        treatment=_with_instrument(decision.treatment, instrument),
        guidance=decision.guidance,
        findings=judged.findings,
        assumptions=(*_used(known, decision.tissues), *anatomy.assumptions),
        citations=_citations(declared, approach, more, judged.findings),
        provenance=_provenance(anatomy, approach, chosen),
        not_segmented=missing,
        gates=judged.gates,
        anatomy=anatomy,
        goal=goal,
        prediction=decision.prediction,
        effect=decision.effect,
        outlook=outlook,
        cleared=cleared,
    )


def _unnamed(
    case: Case, instrument: Instrument, approach: Approach, decision: Decision
) -> tuple[Finding, ...]:
    """Unnamed tissue that no rule of the search has looked at; "unidentified" may be opened.

    A prediction has its own zone, and its probes their own ends.
    """
    if "unidentified" in case.settings.relax:
        return ()
    tolerated_mm = case.assumed.value("unidentified_tolerance_mm")
    inside = findings.unnamed_in_sphere(case.scene, approach, tolerated_mm)
    if decision.prediction is not None:
        return inside
    beyond = findings.beyond_aim(case.scene, approach, instrument.beyond_mm, tolerated_mm)
    return (*inside, *beyond)


def _used(known: Assumed, tissues: tuple[str, ...] | None) -> tuple[AssumptionUse, ...]:
    """Assumptions without those of tissues that are nowhere near; an edited one always stands."""
    held = {*(tissues or ())}
    return tuple(
        use
        for use in known.uses()
        if use.edited or "." not in use.name or use.name.partition(".")[0] in held
    )


def _aimed(case: Case) -> Case:
    """The same case, steered clear of what lies in the target; the target says what that is."""
    offers = case.procedure.treatment.instruments(case)
    widths = sorted({rules.least_mm(o, case.assumed) for o in offers}, reverse=True)
    scene = aim.away_from_obstacles(case.scene, tuple(widths))
    told = replace(scene.target, notes=(*scene.target.notes, *aim.notes(scene)))
    return replace(case, scene=replace(scene, target=told), target=told)


def check_answers(declared: Procedure, settings: Settings) -> None:
    """Refuse an answer to a question that nobody asks, or in words that nobody offers."""
    own = {q.id: ("yes", "no") for q in declared.questions}
    asked = {**declared.treatment.answers, **gates.CLEARANCE, **own}
    for key, said in settings.answers.items():
        named = gates.structure_of(key)
        allowed = asked.get(key, () if named is None else neighbours.WORDS)
        if not allowed:
            closest = ", ".join(near(key, [*asked, *neighbours.may_be_answered()]))
            raise PlanError(
                f"{declared.name} asks no question {key!r}; closest: {closest or 'none'}; "
                f"all: {', '.join(sorted(asked))}; or name a structure that no label shows"
            )
        if said not in allowed:
            raise PlanError(
                f"the answer {said!r} to {key!r} is not known; allowed: {', '.join(allowed)}; "
                "leave it out when it is not known"
            )


def skin_distance_mm(anatomy: Anatomy, target: Target) -> float:
    """Shortest distance from the target's surface to open skin; infinite when no skin is open."""
    skin = np.argwhere(anatomy.skin == Skin.OPEN)
    if not len(skin):
        return float("inf")
    box = scenes.bounding_box(target.mask, 1)
    local = np.argwhere(scenes.boundary(target.mask[box])) + np.array([s.start for s in box])
    nearest, _ = scipy.spatial.cKDTree(local).query(skin, k=1)
    return float(nearest.min()) * anatomy.grid.spacing_mm[0]


def not_segmented(case: Case, found: Prediction | None = None) -> tuple[str, ...]:
    """Structures within reach of needle or zone that nothing in the anatomy shows."""
    return neighbours.unlabelled(case.procedure, case.anatomy, case.target.organ, found)


def _first_with_paths(
    case: Case, known: Assumed, progress: Progress
) -> tuple[Instrument, Approach]:
    """The first instrument with a free path; the first one, and why nothing is free, otherwise."""
    tried: list[tuple[Instrument, Approach]] = []
    offers = case.procedure.treatment.instruments(case)
    if not offers:
        raise PlanError(f"{case.procedure.name} offers no device for this target")
    rays = path.rays_into(case.scene, case.settings, known)
    for number, instrument in enumerate(offers):
        progress(f"paths: {instrument.technique}", 0.3 + 0.1 * number / len(offers))
        done = path.search(rays, instrument, case.procedure.limits, case.settings, known)
        approach = path.approach_of(done)
        tried.append((instrument, approach))
        if approach.accepted:
            break
    instrument, approach = tried[-1] if tried[-1][1].accepted else tried[0]
    return instrument, _finished(case, approach, known)


def _finished(case: Case, approach: Approach, known: Assumed) -> Approach:
    """Treatment penalties added to the scores, unknown structures to the clearances; best first."""
    del known
    unknown = dict.fromkeys(not_segmented(case))
    made = []
    for one in approach.paths:
        extra = {k: float(v) for k, v in case.procedure.treatment.penalties(case, one).items() if v}
        touch: dict[str, float | None] = {**unknown, **one.probability.touch}
        made.append(
            replace(
                one,
                clearances_mm={**one.clearances_mm, **unknown},
                probability=replace(one.probability, touch=touch),
                score=one.score + sum(extra.values()),
                score_parts={**one.score_parts, **extra},
            )
        )
    return replace(approach, paths=tuple(sorted(made, key=lambda p: p.score)))


def _with_instrument(treatment: Treatment, instrument: Instrument) -> Treatment:
    """The treatment, with the dimensions that all its paths were searched for."""
    searched: dict[str, str | float | bool | None] = {
        "device": instrument.device,
        "diameter_mm": instrument.diameter_mm,
        "widest_device": instrument.widest or instrument.device,
        "usable_mm": instrument.usable_mm,
        "beyond_mm": instrument.beyond_mm,
        "sample_from_mm": instrument.sample_mm[0],
        "sample_to_mm": instrument.sample_mm[1],
    }
    notes = (*treatment.notes, *_widest(instrument))
    return replace(treatment, settings={**searched, **treatment.settings}, notes=notes)


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


def _request(procedure: str, goal: Target, settings: Settings) -> Request:
    options: dict[str, str | float | bool | None] = {
        "relax": ", ".join(settings.relax) or None,
        "entry_lps_mm": None if settings.entry_lps_mm is None else str(settings.entry_lps_mm),
        "guidance": settings.guidance,
        "technique": settings.technique,
        "lateral_error_mm": settings.lateral_error_mm,
        "device": settings.device,
        "paths": settings.paths,
    }
    options |= {f"probe {edit.number}": _fixed(edit) for edit in settings.probes}
    options |= {f"assume {name}": value for name, value in sorted(settings.assume.items())}
    options |= {f"answer {name}": value for name, value in sorted(settings.answers.items())}
    if goal.origin is Origin.USER:
        options["target_lps_mm"] = ", ".join(f"{c:.3f}" for c in goal.centre_lps_mm)
        options["target_diameter_mm"] = round(goal.diameter_mm, 3)
    return Request(procedure, goal.label, options)


def _fixed(edit: ProbeEdit) -> str:
    """What is fixed of an applicator, in words."""
    said = {
        "tip": edit.tip_lps_mm,
        "entry": edit.entry_lps_mm,
        "power_w": edit.power_w,
        "seconds": edit.seconds,
    }
    return ", ".join(f"{name} {value}" for name, value in said.items() if value is not None)


def _target_section(goal: Target) -> TargetSection:
    return TargetSection(
        goal.label,
        goal.centre_lps_mm,
        goal.diameter_mm,
        goal.volume_ml,
        goal.organ,
        goal.origin.value,
        goal.notes,
    )


def _citations(
    declared: Procedure, approach: Approach, more: tuple[str, ...], found: tuple[Finding, ...]
) -> tuple[Citation, ...]:
    """Every source the plan rests on, once, by key."""
    keys = {*declared.cites, *more}
    for finding in found:
        keys.update(finding.sources)
    for one in approach.paths:
        keys.add(evidence.fact(TECHNIQUES[one.technique][1]).source)
    made = []
    for key in sorted(keys):
        source = evidence.source(key)
        trust = sorted({f.trust.value for f in evidence.facts() if f.source == key})
        made.append(Citation(key, source.text, source.doi, ", ".join(trust) or "not quoted"))
    return tuple(made)


def _provenance(anatomy: Anatomy, approach: Approach, settings: Settings) -> Provenance:
    used: dict[str, str | float | bool | None] = {
        "voxel_mm": anatomy.grid.spacing_mm[0],
        "position": f"{anatomy.study.position.value} ({anatomy.study.position_origin.value})",
        "lateral_error_mean_mm": None,
    }
    if approach.paths:
        used["technique"] = approach.paths[0].technique
        used["lateral_error_mean_mm"] = settings.lateral_error_mm or evidence.driving(
            TECHNIQUES[approach.paths[0].technique][1]
        )
    files = (*anatomy.study.inputs, *settings.inputs)
    inputs = {f"{i.role} {i.name}": i.sha256 for i in files}
    return Provenance(inputs, __version__, used, settings.seed, anatomy.study.notes)
