"""The pathway: a case's states in their order, and what must be known before each move.

States and needs are data (``data/pathway.toml``). A need is met by any entry under its key; that
there is nothing ("none", "not due") is an entry as well, and silence is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.evidence.records import Spelled, Text, written

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be known.

    Attributes:
        key: how it is recorded.
        ask: what is asked for.
    """

    key: Annotated[str, Spelled("[a-z0-9_]+")]
    ask: Text


@dataclass(frozen=True, slots=True)
class State:
    """A state of a case.

    Attributes:
        name: as it is stored.
        title: as it is printed.
        needs: before a case may enter it.
    """

    name: Annotated[str, Spelled("[a-z-]+")]
    title: Text
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``pathway.toml``."""

    states: Annotated[tuple[State, ...], MinLen(2)] = field(metadata=written("state"))


@cache
def states() -> tuple[State, ...]:
    """All states, in their order.

    Raises:
        CareError: the page does not hold together.
    """
    page = pages.read_page(_Page, "pathway.toml")
    pages.require_once("pathway.toml", [one.name for one in page.states])
    pages.require_once("pathway.toml", [need.key for one in page.states for need in one.needs])
    return page.states


def state(name: str) -> State:
    """The state called that.

    Raises:
        CareError: there is none.
    """
    for one in states():
        if one.name == name:
            return one
    names = ", ".join(s.name for s in states())
    raise CareError(f"no state is called {name!r}; in their order: {names}")


def next_state(name: str) -> State | None:
    """The state that follows; None after the last."""
    order = states()
    place = order.index(state(name))
    return order[place + 1] if place + 1 < len(order) else None


def list_missing(to: str, known: Collection[str]) -> tuple[Need, ...]:
    """What is not known yet and must be before a case enters ``to``: of it and of all before."""
    order = states()
    place = order.index(state(to))
    return tuple(n for s in order[: place + 1] for n in s.needs if n.key not in known)


def check_move(now: str, to: str, known: Collection[str]) -> None:
    """Refuse a move from ``now`` ``to`` what is not next, or with too little ``known``.

    Raises:
        CareError: says which state comes next, or what is missing.
    """
    coming = next_state(now)
    if coming is None:
        raise CareError(f"the case is {now}: it moves no further")
    if state(to) != coming:
        raise CareError(f"the case is {now}: next comes {coming.name}, not {to}")
    lacking = list_missing(to, known)
    if lacking:
        asked = "; ".join(f"{n.key} ({n.ask})" for n in lacking)
        raise CareError(f"the case cannot be {to} yet, missing: {asked}")
