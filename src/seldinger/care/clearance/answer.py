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


def blocks(one: Finding) -> bool:
    """Whether a finding stands between the patient and the procedure."""
    return one.status is not Status.MET and one.severity is not Severity.INFO


def topic_of(one: Finding) -> Topic:
    """The topic that a finding belongs to; what has none of its own is the patient's."""
    return _TOPICS.get(one.topic, Topic.PATIENT)


def worst_answer(answers: Iterable[Answer]) -> Answer:
    """The worst of some answers; clear where there is none."""
    return max(answers, key=_ORDER.index, default=Answer.CLEAR)


def settle_alike(
    findings: Sequence[Finding], group: BleedingClass, plans: Sequence[DrugPlan]
) -> tuple[Finding, ...]:
    """The findings; the one about an open class is met where every class ends alike.

    ``plans`` are those of the drugs.
    """
    if group.value is not None or len(group.considered) < 2:  # noqa: PLR2004  one class, or none
        return tuple(findings)
    each = [_of_class(findings, group, item) for item in group.considered]
    drugs = [
        {(p.drug, p.act, p.hold) for p in plans if p.bleeding_class == item}
        for item in group.considered
    ]
    same = all(item == each[0] for item in each) and all(item == drugs[0] for item in drugs)
    if not same:
        return tuple(findings)
    return tuple(
        replace(
            item, status=Status.MET, severity=Severity.CAUTION,
            text=f"{item.text} In this patient every class ends alike.",
        )
        if item.id == CLASS_RULE and item.status is Status.UNKNOWN and not item.missing
        else item
        for item in findings
    )  # fmt: skip


def answer_topics(findings: Sequence[Finding], group: BleedingClass) -> tuple[TopicAnswer, ...]:
    """The answer of each topic, in their order."""
    return tuple(
        TopicAnswer(
            topic,
            worst_of([one for one in findings if topic_of(one) is topic], group),
            tuple(one.text for one in findings if topic_of(one) is topic and blocks(one)),
        )
        for topic in Topic
    )


def worst_of(findings: Sequence[Finding], group: BleedingClass) -> Answer:
    """The worst of some findings.

    While the class is open, what is not met in one class only leaves it to whoever chooses.
    """
    if group.value is not None or not group.considered:
        return worst_answer(answer_of(one) for one in findings)
    each = [_of_class(findings, group, one) for one in group.considered]
    general = worst_answer(answer_of(one) for one in findings if _class(one, group) is None)
    if all(one is Answer.NOT_CLEAR for one in each):
        return Answer.NOT_CLEAR
    settled = [
        Answer.CONDITIONAL if one is Answer.NOT_CLEAR and general is not one else one
        for one in each
    ]
    return worst_answer([*settled, general])


def _of_class(findings: Iterable[Finding], group: BleedingClass, chosen: str) -> Answer:
    """The answer if the open class were that one."""
    return worst_answer(
        answer_of(one)
        for one in findings
        if _class(one, group) in {None, chosen} and (one.id != CLASS_RULE or one.missing)
    )


def _class(item: Finding, group: BleedingClass) -> str | None:
    """The bleeding class that a finding belongs to, while the class is open; None: to all."""
    if item.topic not in {"bleeding", "drugs"}:
        return None
    return next((c for c in group.considered if f".{c}." in item.id), None)


def answer_of(item: Finding) -> Answer:
    """The answer if there were no other finding."""
    if not blocks(item):
        return Answer.CLEAR
    if item.status is Status.NOT_MET:
        return Answer.NOT_CLEAR
    return Answer.CONDITIONAL if item.decides and not item.missing else Answer.UNKNOWN


def format_condition(item: Finding) -> str:
    """Who must decide what, for a finding that is open."""
    said = item.text.split(". ")[0].rstrip(".")
    return f"{item.decides} decides: {said}"
