"""Workflow: a request becomes a study, an anatomy, a plan and a folder.

In:    a case (``plan.case``).      Out: a plan, and its report's folder.
Never: words of a terminal or a screen; every front end carries a request out by this page.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.progress import Progress, scale_progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from seldinger.anatomy import Target
    from seldinger.core.record import InputFile
    from seldinger.guide import Rehearsal
    from seldinger.plan.case import CaseFile
    from seldinger.plan.declared import DemoCase
    from seldinger.plan.model import Plan
    from seldinger.plan.procedure import Procedure, Settings
    from seldinger.report.html import IndexCard

__all__ = ["DemoDone", "Done", "propose", "run", "run_demo", "spell_name"]


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


@dataclass(frozen=True, slots=True)
class DemoDone:
    """A plan of the built-in patient, in words: the plan itself may lie in another process.

    Attributes:
        procedure, target, status, technique: of the plan.
        way: how far it is to the target.
        page: the report's.
        card: of the index.
    """

    procedure: str
    target: str
    status: str
    technique: str
    way: str
    page: Path
    card: IndexCard


def run_demo(
    out: Path, voxel_mm: float, progress: Progress = silent, workers: int = 1
) -> tuple[DemoDone, ...]:
    """Every demo case of every installed procedure on the built-in patients, and an index of them.

    Args:
        out: holds a folder for each plan, and the index.
        voxel_mm: edge of the patients' voxels and of the planning lattice.
        progress: told what is being done; may raise ``Cancelled``.
        workers: processes that share the patients; with 1 all is done in this one.

    Raises:
        OutputError: a folder is not ours or cannot be written; nothing is planned then.
    """
    from seldinger import plan as plans
    from seldinger.report import folder, writing

    cases = tuple(
        (name, case) for name, one in plans.load_procedures().items() for case in one.demo
    )
    for name, case in cases:
        folder.check_ahead(_folder(out, name, case))
    patients: dict[str, list[tuple[str, DemoCase]]] = {}
    for name, case in cases:
        patients.setdefault(case.patient, []).append((name, case))
    # The longest first, so that no process is left alone with it.
    groups = sorted(patients.values(), key=len, reverse=True)
    made: list[DemoDone] = []
    if workers > 1:
        for done in _share(out, voxel_mm, groups, workers):
            made += done
            progress(f"{len(made)} of {len(cases)} plans", len(made) / len(cases))
    else:
        for group in groups:
            start, end = (n / len(cases) for n in (len(made), len(made) + len(group)))
            made += _demo_patient(out, voxel_mm, group, scale_progress(progress, start, end))
    place = {_folder(out, name, case): number for number, (name, case) in enumerate(cases)}
    made.sort(key=lambda one: place[one.page.parent])
    writing.write_cards(out, [one.card for one in made])
    return tuple(made)


def _folder(out: Path, name: str, case: DemoCase) -> Path:
    return out / f"{name}-{case.target}"


def _share(
    out: Path, voxel_mm: float, groups: Sequence[Sequence[tuple[str, DemoCase]]], workers: int
) -> Iterator[tuple[DemoDone, ...]]:
    """The groups, each as it is done, by processes of one thread each."""
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

    # Begun anew: a copy of this one would share its threads' locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _use_one_thread) as pool:

        def begin(count: int) -> set[Future[tuple[DemoDone, ...]]]:
            return {pool.submit(_demo_patient, out, voxel_mm, one) for one in islice(left, count)}

        # Never more than are being worked on: what waits would still be done after Ctrl-C.
        left = iter(groups)
        running = begin(workers)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= begin(len(done))
            for one in done:
                yield one.result()


def _use_one_thread() -> None:
    """Read by numba, OpenMP, OpenBLAS and ITK when they are opened."""
    for name in (
        "NUMBA_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    ):
        os.environ.setdefault(name, "1")


def _demo_patient(
    out: Path,
    voxel_mm: float,
    cases: Sequence[tuple[str, DemoCase]],
    progress: Progress = silent,
) -> tuple[DemoDone, ...]:
    """All cases of one built-in patient, planned and written."""
    from seldinger import anatomy as anatomies
    from seldinger import demo, report
    from seldinger import plan as plans
    from seldinger.report import writing

    progress("the built-in patient", 0.0)
    anatomy = demo.build_anatomy(anatomies.Settings(voxel_mm=voxel_mm), cases[0][1].patient)
    made = []
    for number, (name, case) in enumerate(cases):
        start, end = (0.2 + 0.8 * (number + step) / len(cases) for step in (0, 1))
        told = scale_progress(progress, start, end, f"{name} of {case.target}: ")
        plan = plans.propose(
            name,
            anatomy,
            case.target,
            patient=demo.visit(name, case.organ, case.depth, case.antibiotics),
            settings=plans.Settings(answers=case.answers, options=case.options),
            progress=scale_progress(told, 0.0, 0.5),
        )
        command = f"seldinger demo --voxel-mm {voxel_mm:g}"
        page = report.write(
            _folder(out, name, case), plan, command=command, progress=scale_progress(told, 0.5, 1.0)
        )
        made.append(
            DemoDone(
                name, plan.target.label, plan.verdict.status.value, plan.treatment.technique,
                _tell_way(plan), page, writing.build_card(out, plan, page),
            )
        )  # fmt: skip
    return tuple(made)


def _tell_way(made: Plan) -> str:
    """How far it is to the target: through tissue, or through vessels."""
    if made.approach.paths:
        return f"{made.approach.paths[0].depth_mm:.0f} mm deep"
    open_ways = [route for route in made.approach.routes if not route.violations]
    return f"{open_ways[0].length_mm:.0f} mm of vessels" if open_ways else "no way"


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
        _check_name(case, declared)
        return
    if known is None:
        return
    if target.mask is None and target.centre_lps_mm is None:
        anatomy.names.check_name("target", _COMPONENT.sub("", target.name or ""), known)
    if target.organ is not None:
        anatomy.names.check_name("structure", target.organ, known)


def _check_name(case: CaseFile, declared: Procedure) -> None:
    """Refuse a target without a name where only a name is looked for."""
    target = case.target
    if target.name is None or target.mask is not None or target.centre_lps_mm is not None:
        raise PlanError(
            f"{case.procedure} {declared.approach.wanted}; got a point or a mask, or no name"
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
