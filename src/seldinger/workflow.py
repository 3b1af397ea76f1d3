"""Workflow: a request becomes a study, an anatomy, a plan and a folder.

In:    a case (``plan.case``).      Out: a plan, and its report's folder.
Never: words of a terminal or a screen; every front end carries a request out by this page.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.progress import Progress, scale_progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy import Target
    from seldinger.core.record import InputFile
    from seldinger.guide import Rehearsal
    from seldinger.plan.case import CaseFile
    from seldinger.plan.declared import DemoCase
    from seldinger.plan.model import Plan
    from seldinger.plan.procedure import Settings

__all__ = ["Done", "propose", "run", "run_demo", "spell_name"]


def __dir__() -> list[str]:
    """The public names."""
    return __all__


_COMPONENT = re.compile(r"\s*#\d+$")


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A request that was carried out.

    Attributes:
        plan: what is proposed.
        outcome: what came of rehearsing it; None where nobody asked, or it cannot be.
        page: the report's; None where nothing was written.
        note: why it could not be rehearsed; empty where it was, or nobody asked.
    """

    plan: Plan
    outcome: Rehearsal | None
    page: Path | None
    note: str = ""


def run(case: CaseFile, out: Path | None = None, progress: Progress = silent) -> Done:
    """Carry out a request.

    Args:
        case: what is asked.
        out: the report's folder; None writes nothing.
        progress: told what is being done; may raise ``Cancelled``: nothing is half-written then.

    Raises:
        SeldingerError: the request cannot be carried out, or the folder cannot be written; what can
            be known before long work is refused before it.
    """
    case = case.fix_instant()
    if out is not None:
        from seldinger.report import folder

        folder.check_ahead(out)
    planned = 1.0 if out is None and case.plan.rehearse is None else 0.75
    made = propose(case, scale_progress(progress, 0.0, planned))
    outcome, note = _rehearsed(made, case, scale_progress(progress, planned, 0.8))
    if out is None:
        return Done(made, outcome, None, note)
    from seldinger import report

    told = scale_progress(progress, 0.8, 1.0)
    page = report.write(out, made, outcome, command=spell_name(case), progress=told)
    return Done(made, outcome, page, note)


def run_demo(
    out: Path, voxel_mm: float, progress: Progress = silent
) -> tuple[tuple[Plan, Path], ...]:
    """Every demo case of every installed procedure on the built-in patient, and an index of them.

    Args:
        out: holds a folder for each plan, and the index.
        voxel_mm: edge of the patient's voxels and of the planning lattice.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        Each plan with its report's page.

    Raises:
        OutputError: a folder is not ours or cannot be written; nothing is planned then.
    """
    from seldinger import plan as plans
    from seldinger import report
    from seldinger.report import folder

    cases = tuple(
        (name, case) for name, one in plans.load_procedures().items() for case in one.demo
    )
    folders = [out / f"{name}-{case.target}" for name, case in cases]
    for place in folders:
        folder.check_ahead(place)
    made = _demo_plans(cases, voxel_mm, scale_progress(progress, 0.0, 0.5))
    command = f"seldinger demo --voxel-mm {voxel_mm:g}"
    written = []
    for number, (plan, place) in enumerate(zip(made, folders, strict=True)):
        told = scale_progress(
            progress, 0.5 + 0.5 * number / len(made), 0.5 + 0.5 * (number + 1) / len(made)
        )
        written.append((plan, report.write(place, plan, command=command, progress=told)))
    report.write_index(out, written)
    return tuple(written)


def propose(case: CaseFile, progress: Progress = silent) -> Plan:
    """Open the rooms in their order: image, anatomy, plan.

    Raises:
        SeldingerError: the request cannot be carried out.
    """
    from seldinger import anatomy as anatomies
    from seldinger import care, image
    from seldinger import plan as plans
    from seldinger.anatomy import targets

    asked = case.study
    ours, theirs = _split(case.assume)
    wanted = anatomies.Settings(voxel_mm=case.plan.voxel_mm, assume=ours)
    settings = _settings(case, theirs)
    _check(case, settings)
    settings = replace(settings, inputs=_further(case))
    who = case.visit.patient
    patient = None if who is None else care.load(who, case.visit.judged_at)
    progress("reading", 0.0)
    study = image.load(
        asked.ct,
        labels=asked.labels,
        label_key=asked.label_key,
        series=asked.series,
        position=asked.scanned_position,
        modality=asked.modality,
        others=asked.others,
    )
    anatomy = anatomies.build(
        study,
        vocabulary=asked.vocabulary,
        settings=wanted,
        progress=scale_progress(progress, 0.2, 0.6),
    )
    of = case.target
    target: str | Target = of.name or ""
    if plans.load_procedures()[case.procedure].approach.takes_outline:
        target = targets.choose_requested(
            anatomy, of.name, of.centre_lps_mm, of.diameter_mm, of.organ, of.mask
        )
    return plans.propose(
        case.procedure,
        anatomy,
        target,
        patient=patient,
        settings=settings,
        progress=scale_progress(progress, 0.6, 1.0),
    )


def _rehearsed(made: Plan, case: CaseFile, progress: Progress) -> tuple[Rehearsal | None, str]:
    """What came of rehearsing, where that was asked for; or why it cannot be: the plan stays."""
    if case.plan.rehearse is None:
        return None, ""
    from seldinger import guide

    try:
        found = guide.rehearse(made, case.plan.seed, draws=case.plan.rehearse, progress=progress)
    except PlanError as wrong:
        return None, f"not rehearsed: {wrong}"
    return found, ""


def _demo_plans(
    cases: tuple[tuple[str, DemoCase], ...], voxel_mm: float, progress: Progress
) -> list[Plan]:
    """A plan for every demo case."""
    from seldinger import anatomy as anatomies
    from seldinger import demo
    from seldinger import plan as plans

    progress("the built-in patient", 0.0)
    lattice = anatomies.Settings(voxel_mm=voxel_mm)
    needed = sorted({case.patient for _, case in cases})
    patients = {patient: demo.build_anatomy(lattice, patient) for patient in needed}
    made = []
    for number, (procedure, case) in enumerate(cases):
        start, end = (0.3 + 0.7 * (number + step) / len(cases) for step in (0, 1))
        told = scale_progress(progress, start, end, f"{procedure} of {case.target}: ")
        patient = demo.visit(procedure, case.organ, case.depth, case.antibiotics)
        settings = plans.Settings(answers=case.answers, options=case.options)
        made.append(
            plans.propose(
                procedure,
                patients[case.patient],
                case.target,
                patient=patient,
                settings=settings,
                progress=told,
            )
        )
    return made


def spell_name(case: CaseFile) -> str:
    """The case as a command; files by their names, never by this machine's paths."""
    from seldinger.plan.options import list_options

    words = ["seldinger", "plan", case.procedure]
    for option in list_options(type(case)):
        words += option.spell(case)
    return shlex.join(words)


def _check(case: CaseFile, settings: Settings) -> None:
    """Refuse what is misspelled, out of range, of another procedure, or not there."""
    from seldinger import anatomy, image
    from seldinger import plan as plans

    declared = plans.load_procedures()[case.procedure]
    plans.check_answers(declared, settings)
    study, target = case.study, case.target
    raw = image.check_there(study.ct, study.labels, study.label_key, target.mask, study.others)
    known = anatomy.names.list_names(raw, study.vocabulary)
    plans.check_asked(declared, settings, known)
    if not declared.approach.takes_outline:
        _check_vessel(case)
        return
    if known is None:
        return
    if target.mask is None and target.centre_lps_mm is None:
        anatomy.names.check_name("target", _COMPONENT.sub("", target.name or ""), known)
    if target.organ is not None:
        anatomy.names.check_name("structure", target.organ, known)


def _check_vessel(case: CaseFile) -> None:
    """Refuse a target that is no vessel by its name: vessels are traced before they are found."""
    target = case.target
    if target.name is None or target.mask is not None or target.centre_lps_mm is not None:
        raise PlanError(
            f"{case.procedure} opens a vessel: name it (--target 'left renal artery', or a stretch "
            "of it: 'left renal artery 10-30 mm'); a point or a mask is no stretch of a vessel"
        )


def _settings(case: CaseFile, assume: Mapping[str, float]) -> Settings:
    """The planner's choices as the case makes them, without the files beside it."""
    from seldinger import plan as plans

    return plans.Settings(
        seed=case.plan.seed,
        assume=assume,
        answers=case.answers,
        device=case.plan.device,
        options=case.options,
    )


def _further(case: CaseFile) -> tuple[InputFile, ...]:
    """The files besides image and labels that the plan rests on."""
    from seldinger import image

    asked = case.study.vocabulary
    own = Path(asked) if asked is not None and asked.endswith(".toml") else None
    given = (("target mask", case.target.mask), ("vocabulary", own))
    return tuple(image.identify_input(role, file) for role, file in given if file)


def _split(assume: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Overrides that the anatomy knows, and the rest, which is the planner's."""
    from seldinger.anatomy import settings

    known = {assumption.name for assumption in settings.ASSUMPTIONS}
    ours = {name: value for name, value in assume.items() if name in known}
    return ours, {name: value for name, value in assume.items() if name not in known}
