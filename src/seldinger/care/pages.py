"""Pages of ``care/data``: read once by who declares their records."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import fields
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from seldinger.core.errors import CareError
from seldinger.core.record import Assumption, read_assumptions
from seldinger.evidence import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


def read_page(kind: type[T], name: str) -> T:
    """A page as a record.

    Raises:
        CareError: it does not hold together.
    """
    file = resources.files("seldinger.care") / "data" / name
    return records.checked(kind, records.tables(file, CareError), name, CareError)


def assumptions(group: str) -> Mapping[str, Assumption]:
    """Values without a source that belong together, by name."""
    return read_assumptions("seldinger.care.data", group)


def join_pages(some: Sequence[T]) -> T:
    """Several pages of one kind as one: their arrays one after the other, their tables in one."""
    kind: Any = type(some[0])
    whole: dict[str, Any] = {}
    for name in (one.name for one in fields(kind)):
        parts = [getattr(one, name) for one in some]
        if isinstance(parts[0], Mapping):
            whole[name] = MappingProxyType({k: row for part in parts for k, row in part.items()})
        else:
            whole[name] = tuple(itertools.chain.from_iterable(parts))
    made: T = kind(**whole)
    return made


def require_once(name: str, keys: Iterable[str]) -> None:
    """Refuse a page that names something twice; ``CareError`` says what."""
    listed = list(keys)
    twice = sorted({one for one in listed if listed.count(one) > 1})
    if twice:
        raise CareError(f"{name}: given twice: {', '.join(twice)}")


def require_listed(name: str, who: str, used: Iterable[str], there: Iterable[str]) -> None:
    """Refuse a row that names what its page does not have.

    Args:
        name: of the page.
        who: the row.
        used: what the row names.
        there: what the page has.

    Raises:
        CareError: says what is strange.
    """
    strange = sorted(set(used) - set(there))
    if strange:
        raise CareError(f"{name}: {who} names {', '.join(strange)}, which the page does not have")
