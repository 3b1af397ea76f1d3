"""Answer: findings become an answer, topic by topic; unknown never clears.

Not clear: something is not met. Unknown: something about the patient is missing. Conditional: all
is known, and somebody who is named must decide. Clear: nothing stands against it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care.clearance.model import Answer, Topic, TopicAnswer
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.care.clearance.model import BleedingClass, DrugPlan
    from seldinger.core.finding import Finding

CLASS_RULE = "sir2019.class"
_TOPICS = {
    "bleeding": Topic.BLEEDING, "access": Topic.BLEEDING, "drugs": Topic.DRUGS,
    "contrast": Topic.CONTRAST, "sedation": Topic.SEDATION, "fasting": Topic.SEDATION,
    "pregnancy": Topic.PREGNANCY,
}  # fmt: skip
_ORDER = tuple(Answer)


def counts(one: Finding) -> bool:
    """Whether a finding stands between the patient and the procedure."""
    return one.status is not Status.MET and one.severity is not Severity.INFO


def topic_of(one: Finding) -> Topic:
    """The topic that a finding belongs to; what has none of its own is the patient's."""
    return _TOPICS.get(one.topic, Topic.PATIENT)


def worst(answers: Iterable[Answer]) -> Answer:
    """The worst of some answers; clear where there is none."""
    return max(answers, key=_ORDER.index, default=Answer.CLEAR)


def alike(
    findings: Sequence[Finding], group: BleedingClass, plans: Sequence[DrugPlan]
) -> tuple[Finding, ...]:
    """The findings; the one about an open class is met where every class ends alike."""
    if group.value is not None or len(group.considered) < 2:  # noqa: PLR2004  one class, or none
        return tuple(findings)
    each = [_of_class(findings, group, one) for one in group.considered]
    drugs = [
        {(p.drug, p.act, p.hold) for p in plans if p.bleeding_class == one}
        for one in group.considered
    ]
    same = all(one == each[0] for one in each) and all(one == drugs[0] for one in drugs)
    if not same:
        return tuple(findings)
    return tuple(
        replace(
            one, status=Status.MET, severity=Severity.CAUTION,
            text=f"{one.text} In this patient every class ends alike.",
        )
        if one.id == CLASS_RULE and one.status is Status.UNKNOWN and not one.missing
        else one
        for one in findings
    )  # fmt: skip


def topics(findings: Sequence[Finding], group: BleedingClass) -> tuple[TopicAnswer, ...]:
    """The answer of each topic, in their order."""
    return tuple(
        TopicAnswer(
            topic,
            of([one for one in findings if topic_of(one) is topic], group),
            tuple(one.text for one in findings if topic_of(one) is topic and counts(one)),
        )
        for topic in Topic
    )


def of(findings: Sequence[Finding], group: BleedingClass) -> Answer:
    """The worst of some findings.

    While the class is open, what is not met in one class only leaves it to whoever chooses.
    """
    if group.value is not None or not group.considered:
        return worst(single(one) for one in findings)
    each = [_of_class(findings, group, one) for one in group.considered]
    general = worst(single(one) for one in findings if _class(one, group) is None)
    if all(one is Answer.NOT_CLEAR for one in each):
        return Answer.NOT_CLEAR
    settled = [
        Answer.CONDITIONAL if one is Answer.NOT_CLEAR and general is not one else one
        for one in each
    ]
    return worst([*settled, general])


def _of_class(findings: Iterable[Finding], group: BleedingClass, chosen: str) -> Answer:
    """The answer if the open class were that one."""
    return worst(
        single(one)
        for one in findings
        if _class(one, group) in {None, chosen} and (one.id != CLASS_RULE or one.missing)
    )


def _class(one: Finding, group: BleedingClass) -> str | None:
    """The bleeding class that a finding belongs to, while the class is open; None: to all."""
    if one.topic not in {"bleeding", "drugs"}:
        return None
    return next((c for c in group.considered if f".{c}." in one.id), None)


def single(one: Finding) -> Answer:
    """The answer if there were no other finding."""
    if not counts(one):
        return Answer.CLEAR
    if one.status is Status.NOT_MET:
        return Answer.NOT_CLEAR
    return Answer.CONDITIONAL if one.decides and not one.missing else Answer.UNKNOWN


def condition(one: Finding) -> str:
    """Who must decide what, for a finding that is open."""
    said = one.text.split(". ")[0].rstrip(".")
    return f"{one.decides} decides: {said}"
