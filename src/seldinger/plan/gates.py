"""Gates: the only author of a verdict.

Every gate is computed for every plan, whatever its treatment returns; what a treatment finds can
add to them and never take from them. A gate is as good as the worst of its findings:

- go: every gate is met and nothing that stops or asks for action is open;
- protect first: everything is known, and something known is not kept;
- unknown: something that must be known is not;
- unsuitable: something known forbids it.

Unknown and unsuitable permit the same: nothing. Taking information away turns what it decided into
unknown, so that it never moves a verdict towards go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan import findings, neighbours, readiness, risk_limits
from seldinger.plan.answers import list_words
from seldinger.plan.approach.percutaneous.findings import describe_unlabelled
from seldinger.plan.model import Gate, GateResult, PlanStatus, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.care.clearance.model import Clearance
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Case, Decision, Ruled

CLEARANCE = {"clearance": ("yes", "no")}
"""Whether somebody else has cleared the patient: asked of every procedure."""

_TO_DO = (
    "Left to do: look at the path on the images, and check on the day's scan that nothing has "
    "moved into it."
)
_NOTHING = "Nothing of this kind concerns the plan."
_BLOCKS = (Severity.STOP, Severity.ACTION)
_WORST_FIRST = (Status.NOT_MET, Status.UNKNOWN, Status.MET)


@dataclass(frozen=True, slots=True)
class Judged:
    """All that was judged of one plan.

    Attributes:
        gates: every gate once.
        findings: of the gates and of the treatment, the worst first.
        verdict: over all of them.
    """

    gates: tuple[GateResult, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict


def judge(
    decision: Decision,
    cleared: Clearance | None,
    missing: tuple[str, ...],
) -> Judged:
    """Every gate, all findings, and the verdict.

    Args:
        decision: what the treatment concluded, with the search it rests on.
        cleared: the patient's clearance; None where nobody was assessed.
        missing: structures within reach that no label shows.

    Raises:
        PlanError: an answer contradicts what is labelled or what is assessed.
    """
    case, approach = decision.reach.case, decision.reach.approach
    ruled = case.procedure.approach.judge(decision)
    modality = decision.treatment.settings.get("modality")
    words = list_answered(case, missing)
    through_tissue = case.procedure.approach.crosses_tissue
    rulings = {
        Gate.CLEARANCE: (_clearance(case, cleared),),
        Gate.REACH: _of_approach(ruled, Gate.REACH),
        Gate.STRUCTURES: (
            *(_structures(case, approach, missing, words) if through_tissue else ()),
            *_of_approach(ruled, Gate.STRUCTURES),
        ),
        Gate.POSITION: _of_approach(ruled, Gate.POSITION),
        Gate.QUESTIONS: findings.check_questions(case, None if modality is None else str(modality)),
        Gate.OVERRIDES: _of_approach(ruled, Gate.OVERRIDES),
        Gate.EFFECT: (risk_limits.judge_domain(decision.effect),),
        Gate.CONTACT: _of_approach(ruled, Gate.CONTACT),
        Gate.COMPLETE: tuple(risk_limits.judge_complete(case, decision.effect)),
    }
    spoken = {
        Gate.CLEARANCE: _cleared_by_word(case, cleared),
        Gate.STRUCTURES: tuple(f"{name}: {word}, as answered" for name, word in words.items()),
    }
    gates = tuple(_result(gate, found, spoken.get(gate, ())) for gate, found in rulings.items())
    said = (
        *(finding for found in rulings.values() for finding in found),
        *ruled.beside,
        *findings.list_other_choices(case),
        *readiness.find_missing_pages(case.procedure.name, case.target.organ),
        *decision.findings,
    )
    return Judged(gates, findings.sort_findings(said), conclude(gates, said, ruled.figures))


def _of_approach(ruled: Ruled, gate: Gate) -> tuple[Finding, ...]:
    """What the approach found for a gate; what it leaves out is unknown, never met."""
    if gate in ruled.gates:
        return ruled.gates[gate]
    text = f"Nobody judged this of the approach: {gate.value}."
    name = f"not-judged-{gate.value.replace(' ', '-')}"
    return (Finding(name, Status.UNKNOWN, Severity.ACTION, text),)


def conclude(
    gates: Iterable[GateResult], found: Iterable[Finding], figures: tuple[str, ...] = ()
) -> Verdict:
    """The verdict over gates and findings, with what decided it.

    Args:
        gates: all of them.
        found: findings of the gates and of the treatment.
        figures: what the banner tells in numbers, whatever the verdict is.
    """
    gates = tuple(gates)
    worst = findings.sort_findings(found)
    blocking = [f for f in worst if f.severity in _BLOCKS and f.status is not Status.MET]
    stops = _headlines(blocking, Severity.STOP, Status.NOT_MET)
    unknown = [findings.shorten_finding(f) for f in blocking if f.status is Status.UNKNOWN]
    broken = [findings.shorten_finding(f) for f in blocking if f.status is Status.NOT_MET]
    spoken = tuple(
        f"On the user's word: {word}." for gate in gates for word in gate.on_word_of_user
    )
    if stops:
        return Verdict(PlanStatus.UNSUITABLE, (*stops, *spoken), figures)
    if unknown:
        kept = [f"Known and not kept: {text}" for text in broken]
        return Verdict(PlanStatus.UNKNOWN, (*unknown, *kept, *spoken), figures)
    if broken:
        return Verdict(PlanStatus.PROTECT_FIRST, (*broken, *spoken), figures)
    return Verdict(PlanStatus.GO, (*spoken, *_remaining(gates, worst)), figures)


def list_answered(case: Case, missing: tuple[str, ...]) -> dict[str, str]:
    """What somebody answered of structures within reach that no label shows, by their names.

    Raises:
        PlanError: the structure is labelled: what is measured needs no word.
    """
    found = {}
    for key, word in case.settings.answers.items():
        name = parse_structure(key)
        if name is None or key in list_own_questions(case):
            continue
        if case.anatomy.has(name):
            raise PlanError(
                f"{name} is {word!r} by your answer, but the labels show it: it is measured; "
                "leave the answer out"
            )
        if name in missing:
            found[name] = word
    return dict(sorted(found.items()))


def list_own_questions(case: Case) -> frozenset[str]:
    """What the procedure and its treatment ask under names of their own."""
    declared = case.procedure
    return frozenset({*list_words(declared.treatment.answers), *(q.id for q in declared.questions)})


def parse_structure(key: str) -> str | None:
    """The structure that an answer's key names, with spaces or hyphens; None when it names none."""
    name = " ".join(key.strip().lower().replace("-", " ").replace("_", " ").split())
    return name if name in neighbours.list_answerable() else None


def _clearance(case: Case, cleared: Clearance | None) -> Finding:
    """Whether the patient is ready: assessed, or somebody's word, or unknown."""
    name, said = readiness.CLEARANCE, case.settings.answers.get("clearance")
    if case.patient is not None and said is not None:
        raise PlanError(
            f"clearance is answered {said!r} beside a patient's file, which is assessed here: give "
            "one of the two"
        )
    if cleared is not None:
        return readiness.build_finding(cleared)
    if case.patient is not None:
        text = f"No rule here knows {case.procedure.name}: this patient was not assessed for it."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    status, text = {
        None: (
            Status.UNKNOWN,
            "No patient was given (laboratory values, drugs): clearance unknown.",
        ),
        "yes": (Status.MET, "Clearance: answered yes by the user, not assessed."),
        "no": (Status.NOT_MET, "Clearance: answered no by the user."),
    }[said]
    return Finding(name, status, Severity.ACTION, text)


def _cleared_by_word(case: Case, cleared: Clearance | None) -> tuple[str, ...]:
    if cleared is None and case.settings.answers.get("clearance") == "yes":
        return ("clearance: answered yes by the user, not assessed",)
    return ()


def _structures(
    case: Case, approach: Approach, missing: tuple[str, ...], words: Mapping[str, str]
) -> Iterable[Finding]:
    """Whether everything within reach is labelled, or somebody answered for it."""
    if not neighbours.has_labels(case.anatomy):
        text = (
            "NOTHING IS LABELLED: no organ, vessel, bowel or bone of this scan has a name. The "
            "path keeps clear of nothing that this program could see."
        )
        yield Finding("nothing-labelled", Status.UNKNOWN, Severity.STOP, text)
    open_ = [name for name in missing if name not in words]
    where = case.target.organ or "a target whose organ is not known"
    if open_:
        text = (
            f"No label shows, and nobody has answered for: {', '.join(open_)}. They are "
            f"{neighbours.REASON} of {where}{describe_unlabelled(approach)}. Label each, "
            f"or answer for it by name: {' or '.join(neighbours.WORDS)}."
        )
        yield Finding("not-segmented", Status.UNKNOWN, Severity.ACTION, text)
    if words:
        told = ", ".join(f"{name} {word}" for name, word in words.items())
        text = f"Answered by the user, not seen by the program: {told}."
        yield Finding("answered-structures", Status.MET, Severity.ACTION, text)
    if not open_:
        text = f"Everything listed within reach of {where} is labelled or answered for."
        yield Finding("structures-known", Status.MET, Severity.INFO, text)


def _result(gate: Gate, found: tuple[Finding, ...], spoken: tuple[str, ...]) -> GateResult:
    """A gate from its findings: shut by any that stops or asks for action and is not met."""
    open_ = [f for f in found if f.severity in _BLOCKS and f.status is not Status.MET]
    asking = sorted(open_, key=lambda f: (_BLOCKS.index(f.severity), _WORST_FIRST.index(f.status)))
    cautions = tuple(
        f.text for f in found if f.severity is Severity.CAUTION and f.status is not Status.MET
    )
    if not asking:
        said = " ".join(f.text for f in found if f.status is Status.MET)
        return GateResult(
            gate,
            Status.MET,
            Severity.INFO,
            said or "Nothing of this kind concerns the plan.",
            spoken,
            cautions,
        )
    # A gate that holds anything unknown is unknown, unless something known stops it.
    status = Status.UNKNOWN if any(f.status is Status.UNKNOWN for f in asking) else Status.NOT_MET
    if asking[0].severity is Severity.STOP and asking[0].status is Status.NOT_MET:
        status = Status.NOT_MET
    text = " ".join(f.text for f in asking)
    return GateResult(gate, status, asking[0].severity, text, spoken, cautions)


def _headlines(found: list[Finding], severity: Severity, status: Status) -> tuple[str, ...]:
    chosen = (f for f in found if f.severity is severity and f.status is status)
    return tuple(findings.shorten_finding(f) for f in chosen)


def _remaining(gates: tuple[GateResult, ...], found: tuple[Finding, ...]) -> tuple[str, ...]:
    """What is left to do before and at the table, when nothing blocks."""
    cautions = [c for gate in gates for c in gate.cautions]
    others = [
        findings.shorten_finding(f)
        for f in found
        if f.severity is Severity.CAUTION and f.status is not Status.MET and f.text not in cautions
    ]
    return (*(f"Caution: {text}" for text in (*cautions, *others)), _TO_DO)
