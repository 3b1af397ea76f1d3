"""Tissues: what heat and cold meet, each number with its source or as a typed assumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated

from annotated_types import Gt, Lt

from seldinger.catalogue.names import closest
from seldinger.core.errors import CatalogueError
from seldinger.core.quantity import Quantity
from seldinger.core.record import Assumption
from seldinger.evidence import records
from seldinger.evidence.records import Named, Text, Word, written
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue

_FILE = "tissues.toml"
_NONE_EDITED: Mapping[str, float] = MappingProxyType({})

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "density_kg_per_m3": "kg/m3",
        "heat_capacity_j_per_kg_k": "J/(kg.K)",
        "conductivity_w_per_m_k": "W/(m.K)",
        "perfusion_per_s": "1/s",
        "electric_conductivity_s_per_m": "S/m",
        "water_share": "1",
        "dry_absorption_share": "1",
        "vaporisation_j_per_kg": "J/kg",
        "boiling_start_c": "Cel",
        "boiling_end_c": "Cel",
        "dry_heat_capacity_j_per_kg_k": "J/(kg.K)",
        "dry_conductivity_w_per_m_k": "W/(m.K)",
        "fusion_j_per_m3": "J/m3",
        "freezing_start_c": "Cel",
        "freezing_end_c": "Cel",
        "frozen_heat_capacity_j_per_kg_k": "J/(kg.K)",
        "frozen_conductivity_w_per_m_k": "W/(m.K)",
    }
)
"""The numbers of a tissue, with their UCUM units."""


@dataclass(frozen=True, slots=True)
class TissueNumber(Quantity):
    """One number of a tissue; its name is a key of ``UNITS``.

    Attributes:
        source: key of the bibliography; otherwise none.
        assumption: the same value as an assumption, named "tissue.number"; exactly one is set.
    """

    source: str | None
    assumption: Assumption | None


@dataclass(frozen=True, slots=True)
class ThermalTissue:
    """A tissue as heat and cold meet it.

    Attributes:
        name: how it is asked for.
        title: as printed.
        numbers: by the keys of ``UNITS``.
    """

    name: str
    title: str
    numbers: Mapping[str, TissueNumber]

    def value(self, number: str, edits: Mapping[str, float] = _NONE_EDITED) -> float:
        """One number; the user's own where ``edits`` names "tissue.number".

        Raises:
            CatalogueError: this tissue has no such number.
        """
        if number not in self.numbers:
            raise CatalogueError(
                f"the tissue {self.name} has no number {number!r}; {closest(number, self.numbers)}"
            )
        return float(edits.get(f"{self.name}.{number}", self.numbers[number].value))

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Its numbers that have no source of their own."""
        return tuple(q.assumption for q in self.numbers.values() if q.assumption is not None)


@dataclass(frozen=True, slots=True)
class _Number:
    """One number as it is written: with a source, or with a range and a reason."""

    value: float
    source: Word | None = None
    low: float | None = None
    high: float | None = None
    reason: Text | None = None

    def __post_init__(self) -> None:
        assumed = [part is not None for part in (self.low, self.high, self.reason)]
        if any(assumed) if self.source is not None else not all(assumed):
            raise CatalogueError("give either a source, or low, high and a reason")

    def called(self, tissue: str, number: str) -> TissueNumber:
        """The number of a tissue."""
        unit, known = UNITS[number], None
        if self.low is not None and self.high is not None and self.reason is not None:
            name = f"{tissue}.{number}"
            known = Assumption(name, self.value, unit, self.low, self.high, self.reason)
        return TissueNumber(number, self.value, unit, self.source, known)


@dataclass(frozen=True, slots=True)
class _Tissue:
    """A tissue as it is written; what it lacks it takes from ``like``, as assumptions."""

    name: Word
    title: Text
    like: Word | None = None
    like_reason: Text | None = None
    like_spread: Annotated[float, Gt(0), Lt(1)] | None = None
    numbers: Mapping[Word, _Number] = field(default_factory=dict)

    def numbered(self, known: Mapping[str, ThermalTissue]) -> ThermalTissue:
        """With every number, of ``known`` where it is like one of them."""
        strange = [number for number in self.numbers if number not in UNITS]
        if strange:
            raise CatalogueError(
                f"{self.name} has no number called {strange[0]!r}; {closest(strange[0], UNITS)}"
            )
        own = {number: one.called(self.name, number) for number, one in self.numbers.items()}
        if self.like is not None:
            own = {**self._borrowed(self.like, known), **own}
        missing = [number for number in UNITS if number not in own]
        if missing:
            raise CatalogueError(f"{self.name} lacks {', '.join(missing)}")
        numbers = MappingProxyType({number: own[number] for number in UNITS})
        return ThermalTissue(self.name, self.title, numbers)

    def _borrowed(self, like: str, known: Mapping[str, ThermalTissue]) -> dict[str, TissueNumber]:
        """Numbers of another tissue: assumptions here, wherever they came from there."""
        if like not in known:
            raise CatalogueError(
                f"{self.name} is like {like!r}, which must stand before it; {closest(like, known)}"
            )
        if self.like_reason is None or self.like_spread is None:
            raise CatalogueError(f"say why {self.name} is like {like}, and how nearly")
        borrowed: dict[str, TissueNumber] = {}
        for number, model in known[like].numbers.items():
            reach = self.like_spread * abs(model.value)
            low, high = model.value - reach, model.value + reach
            assumed = _Number(model.value, None, low, high, self.like_reason)
            borrowed[number] = assumed.called(self.name, number)
        return borrowed


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``tissues.toml``."""

    tissues: Annotated[Mapping[Word, _Tissue], Named("name")] = field(metadata=written("tissue"))


@cache
def tissues() -> Mapping[str, ThermalTissue]:
    """All tissues, by name."""
    page = resources.files("seldinger.catalogue") / _FILE
    return read_tissues(records.text_of(page, CatalogueError), _FILE)


def read_tissues(text: str, name: str) -> Mapping[str, ThermalTissue]:
    """Tissues by name, from TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        CatalogueError: malformed, an unknown number, a number with neither source nor range, a
            tissue like one that is not there, or a number missing.
    """
    page = records.checked(_Page, records.parsed(text, name, CatalogueError), name, CatalogueError)
    by_name: dict[str, ThermalTissue] = {}
    for key, one in page.tissues.items():
        try:
            by_name[key] = one.numbered(by_name)
        except (CatalogueError, ValueError) as wrong:
            raise CatalogueError(f"{name}: {wrong}") from wrong
    return MappingProxyType(by_name)


def tissue(name: str) -> ThermalTissue:
    """The tissue called ``name``; ``CatalogueError`` with the closest names otherwise."""
    known = tissues()
    if name not in known:
        raise CatalogueError(f"no tissue is called {name!r}; {closest(name, known)}")
    return known[name]


def physical(
    name: str,
    edits: Mapping[str, float] = _NONE_EDITED,
    *,
    freezes: bool = True,
    boils: bool = True,
) -> Tissue:
    """A tissue as the engine takes it.

    Args:
        name: of the tissue.
        edits: the user's own numbers, by "tissue.number", e.g. "liver.perfusion_per_s".
        freezes: whether it knows how to freeze.
        boils: whether its water boils away.

    Raises:
        CatalogueError: no such tissue, or an edit that makes no tissue.
    """
    record = tissue(name)

    def of(number: str) -> float:
        return record.value(number, edits)

    density = of("density_kg_per_m3")
    try:
        return Tissue(
            name,
            density * of("heat_capacity_j_per_kg_k"),
            of("conductivity_w_per_m_k"),
            of("perfusion_per_s"),
            Freezing(
                of("freezing_start_c"),
                of("freezing_end_c"),
                of("fusion_j_per_m3"),
                density * of("frozen_heat_capacity_j_per_kg_k"),
                of("frozen_conductivity_w_per_m_k"),
            )
            if freezes
            else None,
            Boiling(
                of("boiling_start_c"),
                of("boiling_end_c"),
                density * of("water_share") * of("vaporisation_j_per_kg"),
                density * (1.0 - of("water_share")) * of("dry_heat_capacity_j_per_kg_k"),
                of("dry_conductivity_w_per_m_k"),
                of("dry_absorption_share"),
            )
            if boils
            else None,
        )
    except ValueError as impossible:
        raise CatalogueError(f"the tissue {name} as edited: {impossible}") from impossible


def blood(temperature_c: float, edits: Mapping[str, float] = _NONE_EDITED) -> Blood:
    """What perfusion brings, at a temperature on arrival."""
    record = tissue("blood")
    density = record.value("density_kg_per_m3", edits)
    return Blood(density * record.value("heat_capacity_j_per_kg_k", edits), temperature_c)
