"""The border of the record: states, time-out, scales and recovery become checked values."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seldinger import evidence
from seldinger.care.adverse import Grade, Scale
from seldinger.care.pathway import Need, State
from seldinger.care.recovery import What, Words
from seldinger.core.errors import CareError

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Page = TypeVar("_Page", bound=_Row)


class NeedRow(_Row):
    """A key, and what is asked for."""

    key: Key
    ask: Text


class StateRow(_Row):
    """One ``[[state]]``."""

    name: Annotated[str, Field(pattern=r"^[a-z-]+$")]
    title: Text
    needs: tuple[NeedRow, ...] = ()


class PathwayPage(_Row):
    """The whole of ``pathway.toml``."""

    state: Annotated[tuple[StateRow, ...], Field(min_length=2)]


class TimeOutPage(_Row):
    """The whole of ``time_out.toml``."""

    item: Annotated[tuple[NeedRow, ...], Field(min_length=1)]


class GradeRow(_Row):
    """One ``[[scale.grade]]``."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    text: Text | None = None


class ScaleRow(_Row):
    """One ``[[scale]]``."""

    key: Key
    title: Text
    note: Text
    facts: Annotated[tuple[Text, ...], Field(min_length=1)]
    grade: Annotated[tuple[GradeRow, ...], Field(min_length=2)]


class AdversePage(_Row):
    """The whole of ``adverse.toml``."""

    scale: Annotated[tuple[ScaleRow, ...], Field(min_length=1)]


class RecoveryWords(_Row):
    """One ``[[row]]``; ``procedures`` or ``access`` left out: whatever it is."""

    what: What
    procedures: tuple[Name, ...] = ()
    access: tuple[Name, ...] = ()
    facts: Annotated[tuple[Text, ...], Field(min_length=1)]


class RecoveryPage(_Row):
    """The whole of ``recovery.toml``."""

    procedures: Annotated[tuple[Name, ...], Field(min_length=1)]
    access: Annotated[tuple[Name, ...], Field(min_length=1)]
    row: Annotated[tuple[RecoveryWords, ...], Field(min_length=1)]


def states() -> tuple[State, ...]:
    """The states of ``pathway.toml``, in their order.

    Raises:
        CareError: the page does not hold together.
    """
    page = _read(PathwayPage, "pathway.toml")
    made = tuple(
        State(s.name, s.title, tuple(Need(n.key, n.ask) for n in s.needs)) for s in page.state
    )
    _once("pathway.toml", [s.name for s in made])
    _once("pathway.toml", [n.key for s in made for n in s.needs])
    return made


def time_out() -> tuple[Need, ...]:
    """The items of ``time_out.toml``, in their order.

    Raises:
        CareError: the page does not hold together.
    """
    page = _read(TimeOutPage, "time_out.toml")
    _once("time_out.toml", [i.key for i in page.item])
    return tuple(Need(i.key, i.ask) for i in page.item)


def scales() -> tuple[Scale, ...]:
    """The scales of ``adverse.toml``, each with the stamp that its facts ask for.

    Raises:
        CareError: the page does not hold together.
        EvidenceError: it names a fact that does not exist.
    """
    page = _read(AdversePage, "adverse.toml")
    _once("adverse.toml", [s.key for s in page.scale])
    for one in page.scale:
        _once("adverse.toml", [g.key for g in one.grade])
    return tuple(
        Scale(
            key=s.key,
            title=s.title,
            grades=tuple(Grade(g.key, g.text) for g in s.grade),
            note=s.note,
            facts=s.facts,
            stamp=evidence.stamp_of(s.facts),
        )
        for s in page.scale
    )


def recovery() -> tuple[tuple[str, ...], tuple[str, ...], tuple[Words, ...]]:
    """Procedures, accesses and rows of ``recovery.toml``.

    Raises:
        CareError: the page does not hold together, or a row names what the page does not list.
        EvidenceError: it names a fact that does not exist.
    """
    page = _read(RecoveryPage, "recovery.toml")
    _once("recovery.toml", [*page.procedures])
    _once("recovery.toml", [*page.access])
    named = {n for r in page.row for n in r.procedures} - set(page.procedures)
    named |= {n for r in page.row for n in r.access} - set(page.access)
    if named:
        raise CareError(f"recovery.toml does not list {', '.join(sorted(named))}")
    rows = tuple(
        Words(r.what, r.procedures, r.access, fact.statement, fact.population, fact.id)
        for r in page.row
        for fact in map(evidence.fact, r.facts)
    )
    return page.procedures, page.access, rows


def _read(model: type[_Page], name: str) -> _Page:
    text = (resources.files("seldinger.care") / "data" / name).read_text(encoding="utf-8")
    try:
        return model.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as wrong:
        raise CareError(f"{name} does not fit its schema: {wrong}") from wrong


def _once(page: str, names: list[str]) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise CareError(f"{page} names twice: {', '.join(twice)}")
