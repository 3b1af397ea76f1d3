"""Tissues: what heat and cold meet, each number with its source or as a typed assumption."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.catalogue.names import closest
from seldinger.core.errors import CatalogueError
from seldinger.core.quantity import Quantity
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.record import Assumption

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


@cache
def tissues() -> Mapping[str, ThermalTissue]:
    """All tissues, by name."""
    from seldinger.catalogue import heat_border  # pydantic is heavy: opened when needed

    page = resources.files("seldinger.catalogue") / _FILE
    return heat_border.read_tissues(_FILE, page.read_text(encoding="utf-8"))


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
