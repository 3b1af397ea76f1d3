"""Propose: an anatomy and a procedure become a plan."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from seldinger import __version__, evidence
from seldinger.anatomy.model import Lesion, Origin, Segment, Territory
from seldinger.core.errors import PlanError
from seldinger.core.naming import find_similar
from seldinger.core.progress import Progress, silent
from seldinger.core.space import as_vector
from seldinger.plan import answers, asked, gates, neighbours, readiness
from seldinger.plan.assumptions import Assumed, resolve_assumptions
from seldinger.plan.model import Citation, Plan, Provenance, Request, SeriesLine, TargetSection
from seldinger.plan.options import record_options
from seldinger.plan.procedure import Case, Settings
from seldinger.plan.registry import load_procedures

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.care.visit import Visit
    from seldinger.core.finding import Finding
    from seldinger.core.record import AssumptionUse
    from seldinger.image.study import Series, Study
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Decision, Procedure
    from seldinger.simulate.effect import Effect


def propose(
    procedure: str,
    anatomy: Anatomy,
    target: str | Target,
    *,
    patient: Visit | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> Plan:
    """Plan ``procedure`` on ``target``; the same inputs give the same plan.

    Args:
        procedure: name of an installed procedure.
        anatomy: the patient's images.
        target: a structure's name, or a target made by ``anatomy.targets``.
        patient: labs, drugs and what was decided, by ``care.load``; without one clearance is
            unknown.
        settings: the user's choices; defaults otherwise.
        progress: told what is being done; may raise ``Cancelled``.

    Raises:
        PlanError: unknown procedure, rule, technique, assumption or device, no skin in the scan, or
            a patient who comes for something else.
        AnatomyError: the target is not there.
    """
    chosen = settings or Settings()
    declared = load_procedures()[procedure]
    check_answers(declared, chosen)
    asked.check(declared, chosen, None)
    known = resolve_assumptions(asked.list_assumptions(declared), chosen.assume)
    name = target if isinstance(target, str) else target.label
    anatomy = declared.approach.prepare(anatomy, name)
    found = declared.approach.find_target(anatomy, target) if isinstance(target, str) else target
    goal = declared.treatment.choose_target(
        declared.approach.choose_target(found, anatomy), anatomy, chosen, known
    )
    readiness.check(procedure, goal.organ, patient)
    case = declared.approach.meet(
        Case(
            procedure=declared,
            anatomy=anatomy,
            target=goal,
            settings=chosen,
            assumed=known,
            patient=patient,
            progress=progress,
        )
    )
    decision = declared.approach.settle(
        declared.treatment.decide(case, partial(declared.approach.search, case))
    )
    case = decision.reach.case
    goal = case.target
    missing = find_not_segmented(case, decision.effect)
    outlook = readiness.find_outcomes(procedure, goal.organ)
    cleared = readiness.assess_visit(
        procedure, goal.organ, decision.technique, patient, decision.access, decision.sheath_french
    )
    judged = gates.judge(decision, cleared, missing)
    more = (
        *decision.guidance.sources,
        *readiness.list_sources(outlook, cleared),
        *declared.approach.list_sources(decision),
    )
    return Plan(
        request=_request(declared, goal, chosen),
        verdict=judged.verdict,
        target=_target_section(goal, anatomy),
        approach=_approach(decision),
        placements=decision.placements or (),
        treatment=decision.treatment,
        guidance=decision.guidance,
        findings=judged.findings,
        assumptions=(*_used(known, decision.tissues, decision.left_out), *anatomy.assumptions),
        citations=_citations((*declared.references, *more), judged.findings),
        provenance=_provenance(decision),
        not_segmented=missing,
        gates=judged.gates,
        anatomy=anatomy,
        goal=goal,
        effect=decision.effect,
        instrument=decision.reach.instrument,
        fields=decision.fields,
        outlook=outlook,
        cleared=cleared,
    )


def _used(
    known: Assumed, tissues: tuple[str, ...] | None, left_out: frozenset[str]
) -> tuple[AssumptionUse, ...]:
    """Assumptions without those that played no part, as of tissues that are nowhere near.

    An edited one always stands.
    """
    held = {*(tissues or ())}
    return tuple(
        use
        for use in known.list_uses()
        if use.edited
        or (
            use.name not in left_out and ("." not in use.name or use.name.partition(".")[0] in held)
        )
    )


def check_answers(declared: Procedure, settings: Settings) -> None:
    """Refuse answers that nobody can have meant.

    Raises:
        PlanError: an answer to a question that nobody asks, or in words that nobody offers.
    """
    own = {q.id: ("yes", "no") for q in declared.questions}
    asked = {**answers.list_words(declared.treatment.answers), **gates.CLEARANCE, **own}
    for key, said in settings.answers.items():
        named = gates.parse_structure(key)
        allowed = asked.get(key, () if named is None else neighbours.WORDS)
        if not allowed:
            closest = ", ".join(find_similar(key, [*asked, *neighbours.list_answerable()]))
            raise PlanError(
                f"{declared.name} asks no question {key!r}; closest: {closest or 'none'}; "
                f"all: {', '.join(sorted(asked))}; or name a structure that no label shows"
            )
        answers.check(key, said, allowed)


def find_not_segmented(case: Case, effect: Effect | None = None) -> tuple[str, ...]:
    """Structures within reach of needle or zone that nothing in the anatomy shows."""
    return case.procedure.approach.list_missing(case, effect)


def _approach(decision: Decision) -> Approach:
    """The ways, those of the placements first."""
    approach, taken = decision.reach.approach, decision.taken
    ends = [(path.entry_lps_mm, path.target_lps_mm) for path in taken]
    others = (p for p in approach.paths if (p.entry_lps_mm, p.target_lps_mm) not in ends)
    return replace(approach, paths=(*taken, *others))


def _request(declared: Procedure, goal: Lesion | Segment, settings: Settings) -> Request:
    options: dict[str, str | float | bool | None] = {"device": settings.device}
    approach, treatment = declared.approach.options, declared.treatment.options
    if approach is not None:
        options |= record_options(settings.get_options(approach))
    if treatment is not None:
        chosen = record_options(settings.get_options(treatment))
        options |= {name: value for name, value in chosen.items() if value is not None}
    options |= {f"assume {name}": value for name, value in sorted(settings.assume.items())}
    options |= {f"answer {name}": value for name, value in sorted(settings.answers.items())}
    if isinstance(goal, Lesion) and goal.origin is Origin.USER:
        options["target_lps_mm"] = ", ".join(f"{c:.3f}" for c in goal.centre_lps_mm)
        options["target_diameter_mm"] = round(goal.diameter_mm, 3)
    return Request(declared.name, goal.label, options)


def _target_section(goal: Target, anatomy: Anatomy) -> TargetSection:
    if isinstance(goal, Territory):
        grid = anatomy.grid
        middle = as_vector(grid.to_lps(np.argwhere(goal.mask).mean(axis=0)))
        volume_ml = int(goal.mask.sum()) * float(np.prod(grid.spacing_mm)) / 1000.0
        return TargetSection(
            goal.label, middle, None, volume_ml, goal.organ, goal.origin, goal.notes,
            vessel=None if goal.stretch is None else goal.stretch.vessel,
        )  # fmt: skip
    if isinstance(goal, Segment):
        middle = as_vector(goal.curve.points_at((goal.from_mm + goal.to_mm) / 2.0))
        return TargetSection(
            goal.label, middle, None, None, None, "traced vessel",
            vessel=goal.vessel, length_mm=goal.length_mm,
        )  # fmt: skip
    return TargetSection(
        goal.label,
        goal.centre_lps_mm,
        goal.diameter_mm,
        goal.volume_ml,
        goal.organ,
        goal.origin.value,
        goal.notes,
    )


def _citations(keys: tuple[str, ...], found: tuple[Finding, ...]) -> tuple[Citation, ...]:
    """Every source the plan rests on, once, by key."""
    named = {*keys, *(source for finding in found for source in finding.sources)}
    made = []
    for key in sorted(named):
        source = evidence.source(key)
        trust = sorted({f.trust.value for f in evidence.facts() if f.source == key})
        made.append(Citation(key, source.text, source.doi, ", ".join(trust) or "not quoted"))
    return tuple(made)


def _provenance(decision: Decision) -> Provenance:
    case = decision.reach.case
    study, settings = case.anatomy.study, case.settings
    used: dict[str, str | float | bool | None] = {
        "voxel_mm": case.anatomy.grid.spacing_mm[0],
        "position": f"{study.position.value} ({study.position_origin.value})",
        **case.procedure.approach.list_settings(decision),
    }
    told = () if case.patient is None else case.patient.inputs
    files = (*study.inputs, *settings.inputs, *told)
    inputs = {f"{i.role} {i.name}": i.sha256 for i in files}
    further = tuple(_series_line(study, one) for one in study.series[1:])
    return Provenance(inputs, __version__, used, settings.seed, study.notes, further)


def _series_line(study: Study, one: Series) -> SeriesLine:
    return SeriesLine(
        role=one.role.value,
        modality=one.modality.value,
        description=one.description,
        position=f"{one.position.value} ({one.position_origin.value})",
        alignment=study.alignment(one).value,
        days_after_planning=study.days_after_planning(one),
    )
