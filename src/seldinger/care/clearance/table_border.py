"""The border of the rules: tables of ``care/data/rules`` become checked records, or one error."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from seldinger.care import conditions, toml_border
from seldinger.care.clearance.rules import (
    ClassRow,
    Fast,
    Hold,
    Interval,
    Need,
    ProcedureKind,
    Question,
    Said,
    Span,
    Tables,
    Threshold,
    Thrombotic,
)
from seldinger.care.labs import analyte
from seldinger.core.errors import CareError
from seldinger.core.verdict import Met, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.care.clearance.rules import Test, When

Words = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$")]
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]

_INTERVAL = re.compile(r"([\[(])\s*(-?inf|[0-9.]+)\s*,\s*(inf|[0-9.]+)\s*([\])])")


def _alternatives(told: object) -> object:
    return [told] if isinstance(told, dict) else told


WhenRows = Annotated[tuple[dict[str, bool | str | list[str]], ...], BeforeValidator(_alternatives)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProcedureRow(_Row):
    """One ``[procedure.<key>]``."""

    name: Words
    aliases: tuple[Words, ...] = ()
    vessel: Literal["artery", "vein", "none"]


class ClassRowRow(_Row):
    """One ``[[class]]``."""

    id: Id
    bleeding_class: Literal["low", "high"]
    says: Words
    when: WhenRows
    facts: Annotated[tuple[Id, ...], Field(min_length=1)]


class ThresholdRow(_Row):
    """One ``[[threshold]]``."""

    id: Id
    lab: Words
    when: WhenRows
    sense: Literal["at most", "below", "at least", "above", "known", "none"]
    edge: Number | tuple[Number, Number] | None = None
    routine: Flag = True
    ask_when: WhenRows = ()
    text: str = ""
    facts: Annotated[tuple[Id, ...], Field(min_length=1)]


class SpanRow(_Row):
    """A number of doses, hours or days, or a range of them."""

    doses: Number | tuple[Number, Number] | None = None
    hours: Number | tuple[Number, Number] | None = None
    days: Number | tuple[Number, Number] | None = None
    next_day: Flag = False
    note: str = ""
    fact: Id


class HoldRow(_Row):
    """One ``[[hold]]``."""

    id: Id
    drugs: Annotated[tuple[Words, ...], Field(min_length=1)]
    when: WhenRows
    act: Literal["withhold", "continue", "defer", "silent"]
    before: tuple[SpanRow, ...] = ()
    restart: tuple[SpanRow, ...] = ()
    text: str = ""
    facts: tuple[Id, ...] = ()


class SaidRow(_Row):
    """One ``[[question.rule]]``."""

    id: Id
    when: WhenRows = ()
    status: Met
    severity: Severity
    text: Words
    facts: tuple[Id, ...] = ()
    condition: Flag = False
    hold_h: Number | None = None


class QuestionRow(_Row):
    """One ``[[question]]``."""

    id: Id
    topic: Words
    asks: Words
    applies: WhenRows = ()
    rule: tuple[SaidRow, ...] = ()
    silent: str = ""
    decides: str = ""
    severity: Severity = Severity.ACTION
    order: Flag = False


class FastRow(_Row):
    """One ``[[fast]]``."""

    id: Id
    intake: Words
    name: Words
    hours: Number
    facts: Annotated[tuple[Id, ...], Field(min_length=1)]


class ThromboticRow(_Row):
    """One ``[[thrombotic]]``."""

    condition: Words
    decides: Words
    wants_date: Flag = False
    fresh: Flag = False


class NeedRow(_Row):
    """One ``[[need]]``."""

    id: Id
    when: WhenRows
    any_of: Annotated[tuple[tuple[Words, ...], ...], Field(min_length=1)]
    text: Words
    absent: Words
    status: Met
    severity: Severity
    open: Flag = False
    decides: Words
    facts: tuple[Id, ...] = ()


class GroupRow(_Row):
    """One ``[group.<name>]``."""

    procedures: Annotated[tuple[Words, ...], Field(min_length=1)]


class RulesPage(_Row):
    """Any page of ``care/data/rules``."""

    domain: dict[str, str] = {}
    procedure: dict[str, ProcedureRow] = {}
    class_: Annotated[tuple[ClassRowRow, ...], Field(alias="class")] = ()
    threshold: tuple[ThresholdRow, ...] = ()
    hold: tuple[HoldRow, ...] = ()
    question: tuple[QuestionRow, ...] = ()
    fast: tuple[FastRow, ...] = ()
    thrombotic: tuple[ThromboticRow, ...] = ()
    need: tuple[NeedRow, ...] = ()
    group: dict[str, GroupRow] = {}


def pages() -> dict[str, dict[str, Any]]:
    """Every page of rules as it is written, by name."""
    folder = resources.files("seldinger.care") / "data" / "rules"
    return {
        page.name: tomllib.loads(page.read_text(encoding="utf-8"))
        for page in sorted(folder.iterdir(), key=lambda one: one.name)
        if page.name.endswith(".toml")
    }


def tables(told: Mapping[str, Mapping[str, Any]] | None = None) -> Tables:
    """The rules of some pages.

    Args:
        told: name -> tables of TOML; the shipped ones unless given.

    Raises:
        CareError: a page does not hold together, or an id is given twice.
    """
    whole = pages() if told is None else told
    read = [toml_border.checked(RulesPage, page, name) for name, page in whole.items()]
    made = Tables(
        procedures=MappingProxyType(
            {
                key: ProcedureKind(key, row.name, row.aliases, row.vessel)
                for page in read
                for key, row in page.procedure.items()
            }
        ),
        domain=_when(tuple(dict(page.domain) for page in read if page.domain)),
        classes=tuple(
            ClassRow(r.id, r.bleeding_class, r.says, _when(r.when), r.facts)
            for page in read
            for r in page.class_
        ),
        thresholds=tuple(_threshold(row) for page in read for row in page.threshold),
        holds=tuple(_hold(row) for page in read for row in page.hold),
        questions=tuple(_question(row) for page in read for row in page.question),
        fasts=tuple(
            Fast(r.id, r.intake, r.name, r.hours, r.facts) for page in read for r in page.fast
        ),
        thrombotic=tuple(
            Thrombotic(conditions.condition(r.condition).key, r.decides, r.wants_date, r.fresh)
            for page in read
            for r in page.thrombotic
        ),
        needs=tuple(
            Need(
                r.id,
                _when(r.when),
                tuple(frozenset(one) for one in r.any_of),
                r.text,
                r.absent,
                r.status,
                r.severity,
                r.open,
                r.decides,
                r.facts,
            )
            for page in read
            for r in page.need
        ),
        groups=MappingProxyType(
            {k: frozenset(row.procedures) for page in read for k, row in page.group.items()}
        ),
    )
    _once(made)
    return made


def _once(made: Tables) -> None:
    ids = [
        *(one.id for one in made.classes),
        *(one.id for one in made.thresholds),
        *(one.id for one in made.holds),
        *(one.id for one in made.fasts),
        *(one.id for one in made.questions),
        *(rule.id for one in made.questions for rule in one.rules),
        *(one.id for one in made.needs),
    ]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise CareError(f"the rules name twice: {', '.join(twice)}")


def _threshold(row: ThresholdRow) -> Threshold:
    analyte(row.lab)
    if (row.edge is None) != (row.sense in {"known", "none"}):
        raise CareError(f"the rule {row.id}: an edge goes with a comparison, and only with one")
    strict, lax = (None, None) if row.edge is None else _pair(row.edge)
    return Threshold(
        row.id,
        row.lab,
        _when(row.when),
        row.sense,
        strict,
        lax,
        row.routine,
        _when(row.ask_when),
        row.text,
        row.facts,
    )


def _hold(row: HoldRow) -> Hold:
    before = tuple(_span(one, row.id) for one in row.before)
    restart = tuple(_span(one, row.id) for one in row.restart)
    if (row.act == "withhold") != bool(before):
        raise CareError(f"the rule {row.id}: a drug that is withheld says how long, and no other")
    facts = tuple(dict.fromkeys((*row.facts, *(f for s in (*before, *restart) for f in s.facts))))
    if not facts:
        raise CareError(f"the rule {row.id} names no fact")
    return Hold(
        row.id, frozenset(row.drugs), _when(row.when), row.act, before, restart, row.text, facts
    )


def _span(row: SpanRow, rule: str) -> Span:
    told = {
        unit: value
        for unit, value in (("doses", row.doses), ("hours", row.hours), ("days", row.days))
        if value is not None
    }
    if row.next_day:
        told["next day"] = 1.0
    if len(told) != 1:
        raise CareError(f"the rule {rule}: give one of doses, hours, days, next_day")
    ((unit, value),) = told.items()
    low, high = _pair(value)
    return Span(unit, low, high, row.note, (row.fact,))


def _pair(told: float | tuple[float, float]) -> tuple[float, float]:
    return told if isinstance(told, tuple) else (told, told)


def _question(row: QuestionRow) -> Question:
    rules = tuple(
        Said(r.id, _when(r.when), r.status, r.severity, r.text, r.facts, r.condition, r.hold_h)
        for r in row.rule
    )
    return Question(
        row.id, row.topic, row.asks, _when(row.applies), rules, row.silent, row.decides,
        row.severity, row.order,
    )  # fmt: skip


def _when(rows: tuple[Mapping[str, bool | str | list[str]], ...]) -> When:
    return tuple(MappingProxyType({key: _test(told) for key, told in row.items()}) for row in rows)


def _test(told: bool | str | list[str]) -> Test:  # noqa: FBT001  a table's cell may be a boolean
    if isinstance(told, bool):
        return told
    if isinstance(told, list):
        return frozenset(told)
    edges = _INTERVAL.fullmatch(told)
    if edges is None:
        if told[:1] in "[(":
            raise CareError(f"{told!r} is no interval: write [15, 50) or (0, inf)")
        return frozenset({told})
    return Interval(float(edges[2]), float(edges[3]), edges[1] == "[", edges[4] == "]")
