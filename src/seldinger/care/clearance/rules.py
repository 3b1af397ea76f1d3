"""Rules: the records that the tables in ``care/data/rules`` become, and how they are opened.

A number of medicine stands in a table, never here; ``table_border`` checks the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.verdict import Met, Severity


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two edges.

    Attributes:
        low, high: edges; infinite where there is none.
        with_low, with_high: whether the edge itself belongs to it.
    """

    low: float
    high: float
    with_low: bool
    with_high: bool

    def holds(self, value: float) -> bool:
        """Whether a number lies in it."""
        above = value > self.low or (self.with_low and value == self.low)
        below = value < self.high or (self.with_high and value == self.high)
        return above and below


Test: TypeAlias = "Interval | bool | frozenset[str]"
When: TypeAlias = "tuple[Mapping[str, Test], ...]"
"""Alternatives, of which one must hold; in each, every input must. Empty: always."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A row of the table of bleeding classes.

    Attributes:
        id: of the row.
        bleeding_class: "low" or "high".
        says: what stands in it, in our words.
        when: which procedures it holds.
        facts: ids of evidence.
    """

    id: str
    bleeding_class: str
    says: str
    when: When
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a lab must be.

    Attributes:
        id: of the rule.
        lab: key of an analyte.
        when: whom it concerns.
        sense: "at most", "below", "at least", "above"; "known": any value will do; "none": the
            source has no limit here.
        strict, lax: edges in the analyte's own unit; between them the source gives a range. Equal
            where it gives one number; None without a number.
        routine: whether the source wants the lab of everybody.
        ask_when: who needs it all the same; unknown counts as yes.
        text: what is said beside the number.
        facts: ids of evidence.
    """

    id: str
    lab: str
    when: When
    sense: str
    strict: float | None
    lax: float | None
    routine: bool
    ask_when: When
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A number of doses, hours or days; two where the source gives a range.

    Attributes:
        unit: "doses", "hours", "days", or "next day".
        low, high: equal where the source gives one number.
        note: for which case, "75 mg".
        facts: ids of evidence.
    """

    unit: str
    low: float
    high: float
    note: str
    facts: tuple[str, ...]

    @property
    def words(self) -> str:
        """As it is printed: "6 to 8 doses"."""
        if self.unit == "next day":
            return self.unit
        unit = self.unit[:-1] if self.low == self.high == 1.0 else self.unit
        number = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{number} {unit}"


@dataclass(frozen=True, slots=True)
class Hold:
    """What happens to a drug before a procedure, and after.

    Attributes:
        id: of the rule.
        drugs: generic names it speaks of.
        when: whom it concerns.
        act: "withhold", "continue", "defer" (the procedure) or "silent".
        spans: how long; several where the source counts in two ways.
        restart: when it may come back.
        text: what is said besides.
        facts: ids of evidence.
    """

    id: str
    drugs: frozenset[str]
    when: When
    act: str
    spans: tuple[Span, ...]
    restart: tuple[Span, ...]
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to a question.

    Attributes:
        id: of the rule.
        when: whom it concerns.
        status, severity: as it is found; a rule from memory is unknown whatever stands here.
        text: one or two sentences.
        facts: ids of evidence.
        condition: the patient is clear only if this is done.
        hold_h: hours from the procedure for which the drug of the question is held.
    """

    id: str
    when: When
    status: Met
    severity: Severity
    text: str
    facts: tuple[str, ...]
    condition: bool
    hold_h: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is asked of every patient whom it concerns.

    Attributes:
        id: as decisions and profiles name it.
        topic: heading under which it is shown.
        asks: what is asked, in words.
        applies: whom it concerns.
        rules: its answers; all that match are given.
        silent: what is said where none matches; empty: nothing is.
        decides: who decides where the source does not.
        severity: of what is not known.
        order: whether it is something to be ordered: asked, printed, and no bar to readiness.
    """

    id: str
    topic: str
    asks: str
    applies: When
    rules: tuple[Said, ...]
    silent: str
    decides: str
    severity: Severity
    order: bool


@dataclass(frozen=True, slots=True)
class Fast:
    """How long before the start somebody neither eats nor drinks something.

    Attributes:
        id: of the rule.
        intake: key under which a case tells it.
        name: what it is.
        hours: before the start.
        facts: ids of evidence.
    """

    id: str
    intake: str
    name: str
    hours: float
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thrombotic:
    """A reason why a drug against clots is taken.

    Attributes:
        condition: its key.
        decides: who decides about a hold.
        wants_date: whether the day of the event must be known.
        fresh: whether drugs against platelets are not stopped while it is fresh.
    """

    condition: str
    decides: str
    wants_date: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class ProcedureKind:
    """A procedure that may be cleared.

    Attributes:
        key: how a case names it.
        name: as it is printed.
        aliases: other names.
        vessel: "artery", "vein" or "none": what "femoral" means in its case.
    """

    key: str
    name: str
    aliases: tuple[str, ...]
    vessel: str


@dataclass(frozen=True, slots=True)
class Need:
    """Drugs that a procedure needs: they go on, whatever the table of holds says.

    Attributes:
        id: of the rule.
        when: whom it concerns.
        any_of: for each part, the drugs or "@class" of which one is needed.
        text: one or two sentences.
        absent: what is said where a part is not taken.
        status, severity: of that.
        open: whether somebody must still say how it is given.
        decides: who.
        facts: ids of evidence.
    """

    id: str
    when: When
    any_of: tuple[frozenset[str], ...]
    text: str
    absent: str
    status: Met
    severity: Severity
    open: bool
    decides: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """All rules.

    Attributes:
        procedures: by key.
        domain: outside of which the consensus on bleeding is silent.
        classes, thresholds, holds: of the consensus on bleeding.
        questions: everything else.
        fasts: what is not eaten or drunk.
        thrombotic: reasons against a hold.
        needs: drugs that a procedure needs.
        groups: procedures that share a danger, by name.
    """

    procedures: Mapping[str, ProcedureKind]
    domain: When
    classes: tuple[ClassRow, ...]
    thresholds: tuple[Threshold, ...]
    holds: tuple[Hold, ...]
    questions: tuple[Question, ...]
    fasts: tuple[Fast, ...]
    thrombotic: tuple[Thrombotic, ...]
    needs: tuple[Need, ...]
    groups: Mapping[str, frozenset[str]]


@cache
def tables() -> Tables:
    """The tables that ship with the package, read once."""
    from seldinger.care.clearance import table_border  # pydantic is heavy: opened when needed

    return table_border.tables()
