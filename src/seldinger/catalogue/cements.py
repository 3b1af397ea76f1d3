"""Cements: what hardens in a bone: its viscosity by class, its stiffness, its times of handling.

In:    ``cements.toml``, which names facts.
Out:   ``BoneCement`` by name: "low", "medium", "high", "soft".
Never: viscosity over time: no such curve was read, and whoever simulates brings one. Which cement
       and how much: ``plan`` decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import MinLen

from seldinger import evidence
from seldinger.catalogue.names import closest
from seldinger.core.errors import CatalogueError
from seldinger.evidence import Trust, records
from seldinger.evidence.records import Named, Text, Word, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.evidence import Fact

_FILE = "cements.toml"

ViscosityClass = Literal["low", "medium", "high"]
"""As makers and trials call it; no limits in Pa s go with it."""


@dataclass(frozen=True, slots=True)
class CementTimes:
    """How long a cement can be used, from mixing, as far as it was read.

    Attributes:
        at_c: temperature that the times were read at, degrees Celsius.
        liquid_min: until it is a paste.
        paste_min: that it is a paste.
        handling_min: all in all, until it cannot be injected.
        hardening_min: until it is hard.
        doubt: why it may hold for another cement; empty: nothing is known against it.
        facts: ids of evidence.
    """

    at_c: float
    liquid_min: float | None
    paste_min: float | None
    handling_min: float | None
    hardening_min: float | None
    doubt: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoneCement:
    """One cement.

    Attributes:
        name: how it is asked for.
        title: as printed.
        viscosity: its class; None where it was not told.
        modulus_mpa: of the hard cement, MPa.
        times: None where none were read.
        figures: everything else that was read, differing figures side by side.
        facts: ids of the evidence behind it.
        stamp: why it is to be trusted less.
    """

    name: str
    title: str
    viscosity: ViscosityClass | None
    modulus_mpa: float
    times: CementTimes | None
    figures: tuple[Fact, ...]
    facts: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """Times as they are written: ids of facts."""

    at_c: float
    liquid: Text | None = None
    paste: Text | None = None
    handling: Text | None = None
    hardening: Text | None = None
    doubt: str = ""

    def __post_init__(self) -> None:
        if not self.facts:
            raise CatalogueError("times without a fact: give liquid, paste, handling or hardening")

    @property
    def facts(self) -> tuple[str, ...]:
        told = (self.liquid, self.paste, self.handling, self.hardening)
        return tuple(one for one in told if one is not None)

    def resolved(self) -> CementTimes:
        """With its facts looked up."""
        liquid, paste, handling, hardening = (
            None if one is None else _valued(one, "min")
            for one in (self.liquid, self.paste, self.handling, self.hardening)
        )
        return CementTimes(self.at_c, liquid, paste, handling, hardening, self.doubt, self.facts)


@dataclass(frozen=True, slots=True)
class _Cement:
    """A cement as it is written: ids of facts."""

    name: Word
    title: Text
    modulus: Text
    viscosity: ViscosityClass | None = None
    times: _Times | None = None
    figures: tuple[Text, ...] = ()

    def resolved(self) -> BoneCement:
        """With its facts looked up; nothing may be from memory."""
        times = None if self.times is None else self.times.resolved()
        driving = (self.modulus, *(() if times is None else times.facts))
        return BoneCement(
            self.name,
            self.title,
            self.viscosity,
            _valued(self.modulus, "MPa"),
            times,
            tuple(_confirmed(one) for one in self.figures),
            tuple(dict.fromkeys((*driving, *self.figures))),
            evidence.stamp_of(driving),
        )


def _confirmed(fact_id: str) -> Fact:
    found = evidence.fact(fact_id)
    if found.trust is Trust.MEMORY:
        raise CatalogueError(f"{fact_id} is from memory, which drives nothing: leave it out")
    return found


def _valued(fact_id: str, unit: str) -> float:
    """The value of a fact that may drive, in ``unit``."""
    found = _confirmed(fact_id)
    if found.unit != unit:
        raise CatalogueError(f"{fact_id} is told in {found.unit}: name a fact in {unit}")
    return evidence.driving_value(fact_id, secondary=True)


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``cements.toml``."""

    cements: Annotated[dict[Word, _Cement], MinLen(1), Named("name")] = field(
        metadata=written("cement")
    )


@cache
def cements() -> Mapping[str, BoneCement]:
    """All cements, by name."""
    page = resources.files("seldinger.catalogue") / _FILE
    return read_cements(records.text_of(page, CatalogueError), _FILE)


def read_cements(text: str, name: str) -> Mapping[str, BoneCement]:
    """Cements by name, from TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        CatalogueError: malformed, a fact from memory, or one in another unit.
        EvidenceError: it names no fact.
    """
    page = records.checked(_Page, records.parsed(text, name, CatalogueError), name, CatalogueError)
    return MappingProxyType({key: one.resolved() for key, one in page.cements.items()})


def find_cement(name: str) -> BoneCement:
    """The cement called ``name``.

    Raises:
        CatalogueError: there is none; the closest names are told.
    """
    known = cements()
    if name not in known:
        raise CatalogueError(
            f"no cement is called {name!r}; {closest(name, known)}; there are: {', '.join(known)}"
        )
    return known[name]
