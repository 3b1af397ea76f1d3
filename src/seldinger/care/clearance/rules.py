"""Rules: the records that the tables in ``care/data/rules`` become, and how they are opened.

A number of medicine stands in a table, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from annotated_types import MinLen

from seldinger.care import conditions, pages
from seldinger.care.clearance.when import When  # noqa: TC001  a table is read by it
from seldinger.care.labs import analyte
from seldinger.core.errors import CareError
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import records
from seldinger.evidence.records import Named, NotNegative, Parsed, Spelled, Text, written

Id = Annotated[str, Spelled(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")]
Facts = Annotated[tuple[Id, ...], MinLen(1)]
NumberOrRange = NotNegative | tuple[NotNegative, NotNegative]
"""One number, or the two ends of the range that a source gives."""


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

    id: Id
    bleeding_class: Literal["low", "high"]
    says: Text
    when: When
    facts: Facts


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a lab must be.

    Attributes:
        id: of the rule.
        lab: key of an analyte.
        when: whom it concerns.
        sense: "known": any value will do; "none": the source has no limit here.
        facts: ids of evidence.
        edge: in the analyte's own unit; None without a number.
        routine: whether the source wants the lab of everybody.
        ask_when: who needs it all the same; unknown counts as yes.
        text: what is said beside the number.
    """

    id: Id
    lab: Text
    when: When
    sense: Literal["at most", "below", "at least", "above", "known", "none"]
    facts: Facts
    edge: NumberOrRange | None = None
    routine: bool = True
    ask_when: When = ()
    text: str = ""

    def __post_init__(self) -> None:
        analyte(self.lab)
        if (self.edge is None) != (self.sense in {"known", "none"}):
            raise CareError(f"{self.id}: an edge goes with a comparison, and only with one")

    @property
    def strict(self) -> float | None:
        """The edge, the stricter one where the source gives a range."""
        return None if self.edge is None else _ends(self.edge)[0]

    @property
    def lax(self) -> float | None:
        """The edge, the laxer one where the source gives a range."""
        return None if self.edge is None else _ends(self.edge)[1]


@dataclass(frozen=True, slots=True)
class Span:
    """A number of doses, hours or days; two where the source gives a range.

    Attributes:
        fact: id of evidence.
        doses, hours, days, next_day: exactly one of them is given.
        note: for which case, "75 mg".
    """

    fact: Id
    doses: NumberOrRange | None = None
    hours: NumberOrRange | None = None
    days: NumberOrRange | None = None
    next_day: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if len(self._told) != 1:
            raise CareError("give one of doses, hours, days, next_day")

    @property
    def _told(self) -> dict[str, NumberOrRange]:
        told = {"doses": self.doses, "hours": self.hours, "days": self.days}
        told["next day"] = 1.0 if self.next_day else None
        return {unit: value for unit, value in told.items() if value is not None}

    @property
    def unit(self) -> str:
        """What is counted: "doses", "hours", "days", or "next day"."""
        return next(iter(self._told))

    @property
    def low(self) -> float:
        """The number, the lower one of a range."""
        return _ends(self._told[self.unit])[0]

    @property
    def high(self) -> float:
        """The number, the higher one of a range."""
        return _ends(self._told[self.unit])[1]

    def settled(self, value: float) -> Span:
        """The same with one number of its range, as a profile chose."""
        return replace(self, **{self.unit: value})  # type: ignore[arg-type]

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
        act: "defer": the procedure.
        spans: how long; several where the source counts in two ways.
        restart: when it may come back.
        text: what is said besides.
        whole: ids of evidence for the rule as a whole.
    """

    id: Id
    drugs: Annotated[frozenset[Text], MinLen(1)]
    when: When
    act: Literal["withhold", "continue", "defer", "silent"]
    spans: tuple[Span, ...] = field(default=(), metadata=written("before"))
    restart: tuple[Span, ...] = ()
    text: str = ""
    whole: tuple[Id, ...] = field(default=(), metadata=written("facts"))

    def __post_init__(self) -> None:
        if (self.act == "withhold") != bool(self.spans):
            raise CareError(f"{self.id}: a drug that is withheld says how long, and no other")
        if not self.facts:
            raise CareError(f"{self.id} names no fact")

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of evidence, of the rule and of its spans."""
        spans = (*self.spans, *self.restart)
        return tuple(dict.fromkeys((*self.whole, *(one.fact for one in spans))))


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
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

    id: Id
    status: Status
    severity: Severity
    text: Text
    when: When = ()
    facts: tuple[Id, ...] = ()
    condition: bool = False
    hold_h: NotNegative | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is asked of every patient whom it concerns.

    Attributes:
        id: as decisions and profiles name it.
        topic: heading under which it is shown.
        asks: what is asked, in words.
        applies: whom it concerns.
        rules: its answers; all that match.
        silent: what is said where none matches; empty: nothing is.
        decides: who decides where the source does not.
        severity: of what is not known.
        order: whether it is something to be ordered: asked, printed, and no bar to readiness.
    """

    id: Id
    topic: Text
    asks: Text
    applies: When = ()
    rules: tuple[QuestionAnswer, ...] = field(default=(), metadata=written("rule"))
    silent: str = ""
    decides: str = ""
    severity: Severity = Severity.ACTION
    order: bool = False


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

    id: Id
    intake: Text
    name: Text
    hours: NotNegative
    facts: Facts


@dataclass(frozen=True, slots=True)
class Thrombotic:
    """A reason why a drug against clots is taken.

    Attributes:
        condition: its key.
        decides: who decides about a hold.
        wants_date: whether the day of the event must be known.
        fresh: whether drugs against platelets are not stopped while it is fresh.
    """

    condition: Annotated[str, Parsed(lambda told: conditions.condition(str(told)).key)]
    decides: Text
    wants_date: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class ProcedureKind:
    """A procedure that may be cleared.

    Attributes:
        key: how a case names it.
        name: as it is printed.
        aliases: other names.
        vessel: "artery", "vein" or "none": what "femoral" means in its case.
    """

    key: Text
    name: Text
    vessel: Literal["artery", "vein", "none"]
    aliases: tuple[Text, ...] = ()


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

    id: Id
    when: When
    any_of: Annotated[tuple[frozenset[Text], ...], MinLen(1)]
    text: Text
    absent: Text
    status: Status
    severity: Severity
    decides: Text
    open: bool = False
    facts: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Procedures that share a danger."""

    procedures: Annotated[frozenset[Text], MinLen(1)]


@dataclass(frozen=True, slots=True)
class Tables:
    """All rules; a page of ``care/data/rules`` holds some of them.

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

    procedures: Annotated[Mapping[str, ProcedureKind], Named("key")] = field(
        default_factory=dict, metadata=written("procedure")
    )
    domain: When = ()
    classes: tuple[ClassRow, ...] = field(default=(), metadata=written("class"))
    thresholds: tuple[Threshold, ...] = field(default=(), metadata=written("threshold"))
    holds: tuple[Hold, ...] = field(default=(), metadata=written("hold"))
    questions: tuple[Question, ...] = field(default=(), metadata=written("question"))
    fasts: tuple[Fast, ...] = field(default=(), metadata=written("fast"))
    thrombotic: tuple[Thrombotic, ...] = ()
    needs: tuple[Need, ...] = field(default=(), metadata=written("need"))
    groups: Mapping[str, Group] = field(default_factory=dict, metadata=written("group"))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id of a rule or question."""
        listed = (
            self.classes, self.thresholds, self.holds, self.fasts, self.questions,
            tuple(rule for one in self.questions for rule in one.rules), self.needs,
        )  # fmt: skip
        return tuple(one.id for some in listed for one in some)


@cache
def tables() -> Tables:
    """The tables that ship with the package, read once."""
    return read_tables(rule_pages())


def rule_pages() -> dict[str, dict[str, Any]]:
    """Every page of rules as it is written, by name."""
    folder = resources.files("seldinger.care") / "data" / "rules"
    return {
        page.name: records.tables(page, CareError)
        for page in sorted(folder.iterdir(), key=lambda one: one.name)
        if page.name.endswith(".toml")
    }


def read_tables(page_tables: Mapping[str, Mapping[str, Any]]) -> Tables:
    """The rules of some pages.

    Args:
        page_tables: name -> tables of TOML.

    Raises:
        CareError: a page does not hold together, or an id is given twice.
    """
    some = [records.checked(Tables, page, name, CareError) for name, page in page_tables.items()]
    made = pages.join_pages(some)
    pages.require_once("the rules", made.ids)
    return made


def _ends(told: NumberOrRange) -> tuple[float, float]:
    return told if isinstance(told, tuple) else (told, told)
