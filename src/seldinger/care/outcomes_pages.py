"""Pages of ``care/data/outcomes``: which facts speak for and against which option."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Literal

from annotated_types import MinLen

from seldinger import evidence
from seldinger.catalogue.procedures import list_entries
from seldinger.core.errors import CareError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, extend_records
from seldinger.evidence.records import Key, Text, written


@dataclass(frozen=True, slots=True)
class OptionPage:
    """An option as its page declares it: ids of facts for it, against it, and of what it costs.

    Attributes:
        name: in words.
        kind: the procedure of the page itself ("this"), or what else can be done.
        benefit, harm, burden: ids of evidence.
        confounding: why its figures cannot be held against others.
        not_read: what no figure was read for.
    """

    name: Text
    kind: Literal["this", "surgical", "conservative", "image-guided", "other"]
    benefit: tuple[Text, ...] = ()
    harm: tuple[Text, ...] = ()
    burden: tuple[Text, ...] = ()
    confounding: str = ""
    not_read: str = ""

    def __post_init__(self) -> None:
        listed = (*self.benefit, *self.harm, *self.burden)
        if not listed and not self.not_read:
            raise CareError(f"{self.name!r} has no fact: say in not_read what was not read")
        if len(set(listed)) < len(listed):
            raise CareError(f"{self.name!r} lists a fact twice")


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """A file of ``care/data/outcomes``: a procedure in one organ, or in any.

    Attributes:
        procedure, organ: of which it speaks; no organ: of any.
        title: the question.
        answer: one to three sentences.
        confounding: why the options cannot simply be compared.
        indicated, think_again: ids of evidence.
        options: the procedure itself first.
        names: other names of the procedure.
        transplant: what is known of downstaging to one.
    """

    procedure: Key
    title: Text
    answer: Text
    confounding: Text
    indicated: Annotated[tuple[Text, ...], MinLen(1)]
    think_again: Annotated[tuple[Text, ...], MinLen(1)]
    options: Annotated[tuple[OptionPage, ...], MinLen(2)] = field(metadata=written("option"))
    organ: Key | None = None
    names: tuple[Key, ...] = ()
    transplant: str = ""

    def __post_init__(self) -> None:
        kinds = [one.kind for one in self.options]
        if kinds.count("this") != 1 or kinds[0] != "this":
            raise CareError("the first option, and it alone, is the procedure itself ('this')")
        if not {"surgical", "conservative"} & set(kinds):
            raise CareError("a surgical or a conservative alternative is missing")


def outcomes_pages() -> tuple[OutcomesPage, ...]:
    """Every page, ours in the order of their files, then those of other packages.

    Raises:
        CareError: a page of ours does not hold together.
    """
    return tuple(_pages().records.values())


def left_out() -> tuple[str, ...]:
    """A sentence for each page of another package that cannot be used."""
    return _pages().left_out


@cache
def _pages() -> Extended[OutcomesPage]:
    ours: dict[str, OutcomesPage] = {}
    for name, text in records.shipped("seldinger.care", "data/outcomes").items():
        ours |= _read(text, f"outcomes/{name}")
    return extend_records(ours, "outcomes", lambda page: _read(page.text, page.label))


def _read(text: str, name: str) -> dict[str, OutcomesPage]:
    """A page by what it is of, the organ included: nothing is told twice."""
    table = records.parsed(text, name, CareError)
    page = records.checked(OutcomesPage, table, name, CareError)
    if page.procedure not in list_entries():
        raise CareError(
            f"{name}: the catalogue has no procedure {page.procedure!r}: enter it in its table"
        )
    _check_facts(page, name)
    return {f"{page.procedure} of {page.organ or 'any organ'}": page}


def _check_facts(page: OutcomesPage, name: str) -> None:
    """Refuse a page that names what nobody has read; ``CareError`` says which."""
    of_options = (f for one in page.options for f in (*one.benefit, *one.harm, *one.burden))
    named = {*page.indicated, *page.think_again, *of_options}
    missing = sorted(named - {fact.id for fact in evidence.facts()})
    if missing:
        raise CareError(f"{name}: no such fact: {', '.join(missing)}")
