"""Records: assumptions, and how a result came to be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from seldinger.core.naming import find_similar
from seldinger.core.quantity import check_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.core.errors import SeldingerError


@dataclass(frozen=True, slots=True)
class Assumption:
    """A default without a source: named, editable, printed, varied; never evidence.

    Attributes:
        name: key by which the user overrides it.
        value: what is used unless overridden, in ``unit``.
        unit: UCUM unit, "1" for a pure number.
        low, high: the range over which the result should be looked at.
        reason: why this value, in one sentence.
    """

    name: str
    value: float
    unit: str
    low: float
    high: float
    reason: str

    def __post_init__(self) -> None:
        check_unit(self.unit, f"assumption {self.name}")
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"assumption {self.name}: {self.value} lies outside {self.low} to {self.high}"
            )

    def get_value(self, edits: Mapping[str, float]) -> float:
        """The value in use: the user's, else its own."""
        return float(edits.get(self.name, self.value))


@cache
def read_assumptions(package: str, group: str | None = None) -> Mapping[str, Assumption]:
    """The assumptions in ``assumptions.toml`` of a package, by name and in its order.

    A page may hold them in groups; then one ``group`` is read.
    """
    page = resources.files(package) / "assumptions.toml"
    tables = tomllib.loads(page.read_text(encoding="utf-8"))
    tables = tables if group is None else tables[group]
    return MappingProxyType({name: Assumption(name, **table) for name, table in tables.items()})


def check_edits(
    assumptions: Iterable[Assumption], edits: Mapping[str, float], error: type[SeldingerError]
) -> None:
    """Refuse ``edits`` of ``assumptions``, values by name, that could not be used.

    Raises:
        SeldingerError: of the kind ``error``: an edit names nothing, or leaves its range.
    """
    known = {a.name: a for a in assumptions}
    for name, value in edits.items():
        if name not in known:
            raise error(
                f"no assumption is called {name!r}; closest: "
                f"{', '.join(find_similar(name, known)) or 'none'}; all: {', '.join(sorted(known))}"
            )
        one = known[name]
        if not one.low <= value <= one.high:
            raise error(
                f"{name} = {value:g} lies outside {one.low:g} to {one.high:g} {one.unit}: "
                f"{one.reason}"
            )


@dataclass(frozen=True, slots=True)
class AssumptionUse:
    """An assumption as it was used."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    reason: str
    edited: bool

    @classmethod
    def resolve(cls, assumption: Assumption, edits: Mapping[str, float]) -> Self:
        """``assumption`` with the user's value where there is one."""
        a = assumption
        return cls(a.name, a.get_value(edits), a.unit, a.low, a.high, a.reason, a.name in edits)


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input as it was read: its bare name (never a path) and the SHA-256 of its bytes."""

    role: str
    name: str
    sha256: str
