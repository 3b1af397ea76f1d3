"""The border of the record: tables of states and of the time-out become checked values."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seldinger.care.pathway import Need, State
from seldinger.core.errors import CareError

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


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
