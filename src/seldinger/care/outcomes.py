"""Outcomes: what came of a procedure in those who had it, beside its alternatives.

In:    pages of ``care/data/outcomes`` (which facts speak for and against which option), evidence.
Out:   ``Outcomes``: options side by side, each row with interval, horizon, population and stamp.
Never: a patient's probability. Rates belong to the populations they were counted in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care import fact_words, procedures
from seldinger.care.outcomes_pages import outcomes_pages
from seldinger.core.errors import CareError
from seldinger.core.formatting import short_repr
from seldinger.evidence import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.care.outcomes_pages import OptionPage, OutcomesPage
    from seldinger.evidence import Fact

NOT_THIS_PATIENT = (
    "All rates are those of the populations named. None of them is this patient's probability."
)
NOT_TOLD = "not told"


class Side(StrEnum):
    """What a row is to the one who chooses."""

    BENEFIT = "benefit"
    HARM = "harm"
    BURDEN = "burden"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One fact, as it is read beside others.

    Attributes:
        side: benefit, harm or burden (time, stay).
        fact: its id in evidence.
        statement: the fact in one sentence.
        number: with interval and counts; "" for a rule in words.
        endpoint: what was counted or measured; "" where the fact says it in words.
        text: both on one line; the statement for a rule.
        label: "rate of the population named, not this patient's", "comparison of groups", or "".
        horizon: by when; "not told" where the source does not say.
        population: whom it was seen in.
        comparator: against what; "" when against nothing.
        design: kind of study.
        source: the work, on one line.
        trust: how the fact was read.
        stamp: what must stand beside it: secondary source, from memory, or "".
        conflicts: ids of facts that say otherwise.
        note: what the reader must know besides.
    """

    side: Side
    fact: str
    statement: str
    number: str
    endpoint: str
    text: str
    label: str
    horizon: str
    population: str
    comparator: str
    design: str
    source: str
    trust: str
    stamp: str
    conflicts: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be done, or left undone.

    Attributes:
        name: in words.
        kind: "this", "surgical", "conservative", "image-guided" or "other".
        rows: benefits, then harms, then burdens.
        confounding: why its figures cannot be held against others; "" when the page says it.
        not_read: what no figure was read for; "" when nothing is missing.
    """

    name: str
    kind: str
    rows: tuple[OutcomeRow, ...]
    confounding: str
    not_read: str

    def side(self, side: Side) -> tuple[OutcomeRow, ...]:
        """The rows of one side."""
        return tuple(row for row in self.rows if row.side is side)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A procedure beside its alternatives.

    Attributes:
        procedure: its name.
        organ: where; None when the page is for any.
        title: the question.
        answer: one to three sentences, for those who read no further.
        confounding: why the options cannot simply be compared.
        indicated: what the procedure is for, each with its stamp.
        think_again: when to stop or think again, each with its stamp.
        options: the procedure itself first.
        transplant: what is known of downstaging to a transplant; "" where it does not apply.
        caveat: ``NOT_THIS_PATIENT``.
        stamp: that of the least trusted fact on the page.
    """

    procedure: str
    organ: str | None
    title: str
    answer: str
    confounding: str
    indicated: tuple[OutcomeRow, ...]
    think_again: tuple[OutcomeRow, ...]
    options: tuple[Option, ...]
    transplant: str
    caveat: str
    stamp: str

    __repr__ = short_repr

    @property
    def rows(self) -> tuple[OutcomeRow, ...]:
        """Every row of every option."""
        return tuple(row for option in self.options for row in option.rows)


_REGIONS = {"gut": {"colon", "bowel", "rectum", "duodenum", "stomach"}}
"""A page of a region answers for the organs in it."""


def find(procedure: str, organ: str | None = None) -> Outcomes:
    """The outcomes of a procedure.

    Args:
        procedure: any name that ``procedures`` knows ("kyphoplasty", "y-90").
        organ: where, e.g. "liver" or "left lung". A page for any organ answers for those without
            their own.

    Raises:
        CareError: no procedure has that name, there are no outcomes of it, or every page of it
            wants another organ.
    """
    wanted = procedures.get(procedure, organ)
    where = set() if organ is None else set(procedures.normalise(organ).split("-"))
    where |= {region for region, organs in _REGIONS.items() if where & organs}
    alone_there = wanted.organ if wanted.fixed or organ is None else None
    named = [
        page
        for page in outcomes_pages()
        if page.procedure == wanted.id and alone_there in {None, page.organ}
    ]
    if not named:
        offered = ", ".join(sorted({page.procedure for page in outcomes_pages()}))
        raise CareError(
            f"{procedure!r} is {wanted.id}, of which no outcomes are entered; there are: {offered}"
        )
    fitting = [page for page in named if page.organ in where]
    anywhere = [page for page in named if page.organ is None]
    # a name like "liver-biopsy", or a treatment of one organ only, needs no organ
    alone = named if organ is None and len(named) == 1 else []
    for found in (*fitting, *anywhere, *alone):
        return _outlook(found)
    organs = ", ".join(sorted(page.organ or "" for page in named))
    got = "no organ was named" if organ is None else f"there is none for the {organ!r}"
    raise CareError(f"the outcomes of {procedure!r} depends on the organ; {got}: name {organs}")


def list_pages() -> tuple[tuple[str, str | None], ...]:
    """Procedure and organ of every page."""
    return tuple((page.procedure, page.organ) for page in outcomes_pages())


def _outlook(page: OutcomesPage) -> Outcomes:
    options = tuple(_option(one) for one in page.options)
    indicated = _rows(Side.BENEFIT, page.indicated)
    think_again = _rows(Side.HARM, page.think_again)
    shown = [row.fact for option in options for row in option.rows]
    return Outcomes(
        procedure=page.procedure,
        organ=page.organ,
        title=page.title,
        answer=page.answer,
        confounding=page.confounding,
        indicated=indicated,
        think_again=think_again,
        options=options,
        transplant=page.transplant,
        caveat=NOT_THIS_PATIENT,
        stamp=evidence.stamp_of([*shown, *page.indicated, *page.think_again]),
    )


def _option(row: OptionPage) -> Option:
    return Option(
        name=row.name,
        kind=row.kind,
        rows=(
            *_rows(Side.BENEFIT, row.benefit),
            *_rows(Side.HARM, row.harm),
            *_rows(Side.BURDEN, row.burden),
        ),
        confounding=row.confounding,
        not_read=row.not_read,
    )


def _rows(side: Side, ids: Iterable[str]) -> tuple[OutcomeRow, ...]:
    return tuple(_row(side, evidence.fact(one)) for one in ids)


def _row(side: Side, fact: Fact) -> OutcomeRow:
    number = fact_words.format_amount(fact)
    counted = f": {fact.endpoint}" if fact.endpoint else ""
    return OutcomeRow(
        side=side,
        fact=fact.id,
        statement=fact.statement,
        number=number,
        endpoint=fact.endpoint or "",
        text=f"{number}{counted}" if number else fact.statement,
        label=fact_words.format_label(fact),
        horizon=fact.horizon or NOT_TOLD,
        population=fact.population,
        comparator=fact.comparator or "",
        design=fact.design,
        source="" if fact.trust is Trust.MEMORY else evidence.source(fact.source).text,
        trust=fact.trust.value,
        stamp=evidence.stamp_of([fact.id]),
        conflicts=fact.conflicts,
        note=fact.note,
    )
