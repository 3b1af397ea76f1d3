"""Findings: what the path search has to say, and the verdict over everything that was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.anatomy.model import Origin
from seldinger.core.verdict import Met, Severity
from seldinger.image.study import PositionOrigin
from seldinger.plan.model import Finding, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.plan.model import Approach, Path, Relaxation
    from seldinger.plan.procedure import Case
    from seldinger.plan.scene import Scene

_ORDER = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_OPEN_FIRST = (Met.NOT_MET, Met.UNKNOWN, Met.MET)


def of_path(
    case: Case, scene: Scene, approach: Approach, missing: tuple[str, ...]
) -> tuple[Finding, ...]:
    """What the search found: free or not, in which position, opened by whom, unknown."""
    made = [_free_path(approach), *_questions(case)]
    if approach.paths:
        best = approach.paths[0]
        made += [_position(case, best), *_estimated(scene, best)]
    made += [_opened(r, approach) for r in approach.relaxations if r.recorded]
    if case.procedure.alternatives:
        text = f"Other choices: {' '.join(case.procedure.alternatives)}"
        made.append(Finding("alternatives", Met.MET, Severity.INFO, text))
    if missing:
        made.append(
            Finding(
                "not-segmented",
                Met.UNKNOWN,
                Severity.CAUTION,
                f"No label shows: {', '.join(missing)}. Their distance is unknown"
                f"{_in_place_of_labels(approach)}.",
            )
        )
    return tuple(made)


def _opened(opened: Relaxation, approach: Approach) -> Finding:
    """A rule that the user opened; it keeps the best path from "go" when that relies on it."""
    said = f"The rule '{opened.rule}' was opened by the user"
    name = f"relaxed-{opened.rule}"
    if approach.paths and opened.rule in approach.paths[0].relies_on:
        text = f"{said}, and the best path relies on it: it {opened.cost}. Look at the images."
        return Finding(name, Met.NOT_MET, Severity.ACTION, text)
    return Finding(name, Met.MET, Severity.INFO, f"{said}; the best path does not rely on it.")


def _in_place_of_labels(approach: Approach) -> str:
    """What the best path may still claim about structures that nobody has labelled."""
    if not approach.paths:
        return ""
    crossed_mm = approach.paths[0].unidentified_mm
    if crossed_mm > 0.0:
        return f", and the path crosses {crossed_mm:.1f} mm of tissue that nobody has named"
    return "; the path keeps to tissue that has a name"


def _free_path(approach: Approach) -> Finding:
    if approach.paths and approach.paths[0].violations:
        broken = ", ".join(approach.paths[0].violations)
        text = f"The path you gave breaks: {broken}."
        return Finding("free-path", Met.NOT_MET, Severity.STOP, text)
    if approach.paths and approach.paths[0].origin == "user":
        return Finding(
            "free-path", Met.MET, Severity.STOP, "The path you gave breaks no hard rule."
        )
    if approach.paths:
        text = (
            f"{approach.accepted} of {approach.candidates} skin points have a free straight path."
        )
        return Finding("free-path", Met.MET, Severity.STOP, text)
    most = sorted(approach.rejections.items(), key=lambda item: -item[1])[:3]
    why = "; ".join(f"{rule} rejects {count}" for rule, count in most)
    text = f"None of {approach.candidates} skin points has a free straight path ({why})."
    return Finding("free-path", Met.NOT_MET, Severity.STOP, text)


def _questions(case: Case) -> list[Finding]:
    """The procedure's gates: answered, or unknown."""
    made = []
    for question in case.procedure.questions:
        known = case.target.organ is not None
        if question.organs and known and case.target.organ not in question.organs:
            continue
        answer = case.settings.answers.get(question.id)
        status = Met.UNKNOWN if answer is None else Met.MET
        if answer == question.stop_if:
            status = Met.NOT_MET
        said = "not answered" if answer is None else f"answered: {answer}"
        made.append(
            Finding(
                question.id,
                status,
                Severity(question.severity),
                f"{question.text} ({said})",
                question.sources,
            )
        )
    return made


def _position(case: Case, best: Path) -> Finding:
    study = case.anatomy.study
    if best.provisional:
        text = (
            f"The entry needs the patient {best.patient_position}, but the scan shows "
            f"{study.position.value}: organs will move. Rescan in that position first."
        )
        return Finding("position", Met.UNKNOWN, Severity.ACTION, text)
    if study.position_origin is PositionOrigin.ASSUMED:
        text = f"The patient is taken to lie {study.position.value}: assumed, not in the image."
        return Finding("position", Met.UNKNOWN, Severity.CAUTION, text)
    text = f"Planned as scanned: {best.patient_position} ({study.position_origin.value})."
    return Finding("position", Met.MET, Severity.INFO, text)


def _estimated(scene: Scene, best: Path) -> list[Finding]:
    """Structures near the path that no label shows but the program estimates."""
    near_mm = 10.0
    soft = [
        o.name
        for o in scene.obstacles
        if o.origin in (Origin.ASSUMED, Origin.THRESHOLD)
        and (best.clearances_mm.get(o.name) or 0.0) < near_mm
    ]
    made = []
    if soft:
        text = (
            f"Estimated, not labelled, and within {near_mm:.0f} mm of the path: {', '.join(soft)}."
        )
        made.append(Finding("estimated-structures", Met.UNKNOWN, Severity.CAUTION, text))
    if best.lengths_mm.get("body wall"):
        text = "The body wall is estimated from HU and depth, not labelled."
        made.append(Finding("estimated-wall", Met.UNKNOWN, Severity.INFO, text))
    return made


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stops first; within one severity what is not met before what is unknown.

    A rule that is met asks nothing of the reader: it comes back as information, whatever it would
    ask if it were broken.
    """
    asking = (replace(f, severity=Severity.INFO) if f.status is Met.MET else f for f in found)
    return tuple(
        sorted(asking, key=lambda f: (_ORDER.index(f.severity), _OPEN_FIRST.index(f.status)))
    )


def headline(finding: Finding) -> str:
    """The first sentence of a finding: a banner is read in three seconds."""
    first, dot, _ = finding.text.partition(". ")
    return f"{first}." if dot else first


def verdict(found: Iterable[Finding]) -> Verdict:
    """Unsuitable when a stop is not met; unknown when a stop or an action is open; else go."""
    findings = ordered(found)
    stops = [f for f in findings if f.severity is Severity.STOP and f.status is Met.NOT_MET]
    if stops:
        return Verdict(Status.UNSUITABLE, tuple(headline(f) for f in stops))
    gates = (Severity.STOP, Severity.ACTION)
    unknown = [f for f in findings if f.severity in gates and f.status is not Met.MET]
    if unknown:
        return Verdict(Status.UNKNOWN, tuple(headline(f) for f in unknown))
    path = [f.text for f in findings if f.id == "free-path"]
    return Verdict(Status.GO, tuple(path))
