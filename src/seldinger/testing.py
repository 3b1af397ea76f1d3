"""Testing: the exam that every procedure sits on the built-in patient, for anyone to run.

What it holds a plan to: it is finite and fits its schema, keeps the limits of its approach, cites
what is in the bibliography, says what is unknown, never says go for a patient whom nobody has
cleared, and crosses nothing that the formulas of the built-in patient forbid.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger import anatomy as anatomies
from seldinger import demo, evidence, plan
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan import file
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.model import Gate, PlanStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.demo import Truth
    from seldinger.plan.model import Path, Plan

FORBIDDEN = ("small_bowel_unlabelled", "aorta", "colon", "stomach", "spleen", "heart")
"""Structures of the built-in patient, by the names of its formulas, that no way may cross."""
VOXEL_MM = 3.0
_BACK = math.sin(math.radians(10.0))
"""An entry whose way leans further to the back than this is not reached lying on it."""

__all__ = ["FORBIDDEN", "check_plan", "check_procedure"]


def __dir__() -> list[str]:
    """The public names."""
    return __all__


def check_procedure(name: str, voxel_mm: float = VOXEL_MM) -> tuple[Plan, ...]:
    """Plan every demo case of an installed procedure and hold the plans to the exam.

    Args:
        name: of an installed procedure.
        voxel_mm: edge of the built-in patient's voxels and of the planning lattice.

    Returns:
        The plans, one a case.

    Raises:
        PlanError: the procedure is not installed, declares no case, or fails; every fault is told.
    """
    declared = plan.load_procedures()[name]
    if not declared.demo:
        raise PlanError(f"{name} declares no demo case: give it one, so that it can be examined")
    settings = anatomies.Settings(voxel_mm=voxel_mm)
    truth = demo.patient(voxel_mm).truth
    needed = sorted({case.patient for case in declared.demo})
    patients = {patient: demo.build_anatomy(settings, patient) for patient in needed}
    made = []
    for case in declared.demo:
        built = patients[case.patient]
        chosen = plan.Settings(answers=case.answers, options=case.options)
        made.append(plan.propose(name, built, case.target, settings=chosen))
        faults = check_plan(made[-1], truth)
        if faults:
            raise PlanError(f"{name} of {case.target} fails its exam: {'; '.join(faults)}")
    return tuple(made)


def check_plan(made: Plan, truth: Truth) -> tuple[str, ...]:
    """What is wrong with a plan of the built-in patient that no patient file came with.

    Args:
        made: without clearance.
        truth: the formulas that the patient is made of.

    Returns:
        One sentence for each fault; empty when the exam is passed.
    """
    return (
        *_of_file(made),
        *_of_ways(made, truth),
        *_of_sources(made),
        *_of_unknowns(made),
    )


def _of_file(made: Plan) -> Iterator[str]:
    """Finite numbers, and its own schema."""
    text = file.to_json(made)
    if not all(math.isfinite(n) for n in _numbers(json.loads(text))):
        yield "a number in the file is not finite"
    file.from_json(text)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield float(value)


def _of_ways(made: Plan, truth: Truth) -> Iterator[str]:
    """A way that keeps the limits and crosses nothing, by the formulas and not by the labels."""
    approach = plan.load_procedures()[made.request.procedure].approach
    if not isinstance(approach, Percutaneous):
        return
    if not made.approach.paths:
        yield f"no way was found: {made.approach.rejections}"
    for number, way in enumerate(made.approach.paths, start=1):
        for fault in _of_one(way, approach):
            yield f"way {number} {fault}"
        for name in FORBIDDEN:
            if name in {one.replace(" ", "_") for one in approach.permitted_structures}:
                continue
            if truth.clearance_mm(name, way.entry_lps_mm, way.target_lps_mm) <= 0.0:
                yield f"way {number} crosses the {name.replace('_', ' ')}"


def _of_one(way: Path, approach: Percutaneous) -> Iterator[str]:
    limits = approach.limits
    if way.violations:
        yield f"breaks {', '.join(way.violations)}"
    if not 0.0 < way.depth_mm <= limits.depth_mm:
        yield f"is {way.depth_mm:.0f} mm deep; the limit is {limits.depth_mm:.0f}"
    if way.tilt_deg > limits.tilt_deg:
        yield f"leaves the axial plane by {way.tilt_deg:.0f} degrees"
    known = [c for c in way.clearances_mm.values() if c is not None]
    if not known or min(known) <= 0.0:
        yield "keeps no distance from what is known around it"
    chance = way.probability.hit
    if way.provisional != (chance is None):
        yield "gives a chance for a position that was not scanned, or none for one that was"
    if chance is not None and not 0.0 < chance <= 1.0:
        yield f"hits with probability {chance}"
    outward = np.subtract(way.entry_lps_mm, way.target_lps_mm) / way.depth_mm
    if outward[1] > _BACK and way.patient_position == "supine":
        yield "enters from behind a patient who lies on the back"


def _of_sources(made: Plan) -> Iterator[str]:
    """Every source printed, and in the bibliography."""
    printed = {one.key for one in made.citations}
    if not printed:
        yield "nothing is cited"
    known = evidence.sources()
    for finding in made.findings:
        for key in finding.sources:
            if key not in printed or key not in known:
                yield f"{finding.id} cites {key}, which is not printed or not in the bibliography"


def _of_unknowns(made: Plan) -> Iterator[str]:
    """What nobody labelled or cleared is unknown, and keeps a plan from go."""
    declared = plan.load_procedures()[made.request.procedure]
    yield from _of_verdict(made)
    if not declared.approach.crosses_tissue:
        return
    wanted = declared.approach.list_within_reach(declared, made.goal)
    missing = {name for name in wanted if not made.anatomy.has(name)}
    if unsaid := sorted(missing - set(made.not_segmented)):
        yield f"nobody labelled and the plan does not say so: {', '.join(unsaid)}"
    for way in made.approach.paths:
        if claimed := sorted(n for n in missing if way.clearances_mm.get(n) is not None):
            yield f"a distance is given to what nobody labelled: {', '.join(claimed)}"


def _of_verdict(made: Plan) -> Iterator[str]:
    """Every gate, and no verdict of go for a patient whom nobody cleared."""
    if {one.gate for one in made.gates} != set(Gate):
        yield "a gate is missing"
    clearance = [one for one in made.findings if one.id == "clearance"]
    if not clearance or any(one.status is not Status.UNKNOWN for one in clearance):
        yield "clearance is not unknown although no patient was given"
    if made.verdict.status is PlanStatus.GO:
        yield "the verdict is go although nobody cleared a patient"
