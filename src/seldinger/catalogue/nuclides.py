"""Nuclides: half-lives and dose constants of radioembolization, each a named choice.

In:    ``nuclides.toml``, which names facts.
Out:   ``DecayConstants`` of a nuclide and a preset; a result carries the one it was made with.
Never: a default: who computes a dose says which constants.

A dose constant is what 1 GBq gives to 1 kg while it decays wholly and all its electrons stay there
(Gy kg/GBq, which is J/GBq): energy per decay times the number of decays, 1e9 Bq x T / ln 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger import evidence
from seldinger.catalogue.names import closest
from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import Key, Named, Text, Word, written

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "nuclides.toml"

JOULE_PER_MEV = 1.602176634e-13
"""By definition of the electronvolt."""
_SECONDS_PER_HOUR = 3600.0
_BQ_PER_GBQ = 1e9
_MBQ_PER_GBQ = 1000.0


@dataclass(frozen=True, slots=True)
class DecayConstants:
    """How one nuclide decays, by one preset.

    Attributes:
        nuclide: "y90", "ho166" or "tc99m".
        symbol: as printed, "Y-90".
        preset: the name of the choice, "package-insert", "aapm", "icrp107", "ddep", "eanm".
        title: of the preset.
        half_life_h: physical half-life.
        mean_energy_mev: that electrons carry per decay; None where the preset tells none.
        stated_gy_kg_per_gbq: the dose constant as printed; None where it follows from the others.
        facts: ids of evidence behind the numbers.
        sources: keys of the bibliography.
        stamp: why the numbers are to be trusted less; empty where all were read in their source.
    """

    nuclide: str
    symbol: str
    preset: str
    title: str
    half_life_h: float
    mean_energy_mev: float | None
    stated_gy_kg_per_gbq: float | None
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    stamp: str

    @property
    def computed_gy_kg_per_gbq(self) -> float | None:
        """The dose constant of half-life and energy; None where no energy is told."""
        if self.mean_energy_mev is None:
            return None
        decays = _BQ_PER_GBQ * self.half_life_h * _SECONDS_PER_HOUR / math.log(2.0)
        return self.mean_energy_mev * JOULE_PER_MEV * decays

    @property
    def gy_kg_per_gbq(self) -> float:
        """The dose constant in use: as stated, otherwise as computed.

        Raises:
            CatalogueError: the nuclide treats nobody: it has none.
        """
        used = self.stated_gy_kg_per_gbq or self.computed_gy_kg_per_gbq
        if used is None:
            raise CatalogueError(
                f"{self.symbol} has no dose constant ({self.preset}): it only maps where spheres "
                "go; take the nuclide of the microspheres, y90 or ho166"
            )
        return used

    @property
    def text(self) -> str:
        """The choice on one line, as a report prints it."""
        stamp = f"; {self.stamp}" if self.stamp else ""
        dose = ""
        if self.stated_gy_kg_per_gbq is not None or self.mean_energy_mev is not None:
            dose = f"{self.gy_kg_per_gbq:.2f} Gy kg/GBq, "
        return (
            f"{self.symbol} by {self.preset} ({self.title}): {dose}half-life "
            f"{self.half_life_h:g} h [{', '.join(self.sources)}{stamp}]"
        )

    def find_decay(self, hours: float) -> float:
        """The share of an activity that is left after ``hours``; above 1 for hours before.

        Raises:
            CatalogueError: ``hours`` is not finite.
        """
        if not math.isfinite(hours):
            raise CatalogueError(f"{self.symbol} decays over a finite time, got {hours} h")
        return math.exp2(-hours / self.half_life_h)


@dataclass(frozen=True, slots=True)
class Nuclide:
    """A nuclide with its presets.

    Attributes:
        name: how it is asked for.
        title: as printed.
        symbol: "Y-90".
        positrons_per_decay: None where not told.
        presets: constants by name, in the order of the file.
    """

    name: str
    title: str
    symbol: str
    positrons_per_decay: float | None
    presets: Mapping[str, DecayConstants]

    @property
    def spread_percent(self) -> float:
        """How far the dose constants of the presets lie apart, of the smallest.

        Raises:
            CatalogueError: it has no dose constants.
        """
        doses = [one.gy_kg_per_gbq for one in self.presets.values()]
        return 100.0 * (max(doses) / min(doses) - 1.0)


@dataclass(frozen=True, slots=True)
class _Prescribed:
    """A dose constant told as a rule: so much activity per mass for that dose; ids of facts."""

    activity: Text
    dose: Text


@dataclass(frozen=True, slots=True)
class _Preset:
    """One preset as it is written: ids of facts."""

    title: Text
    half_life: Text
    energy: Text | None = None
    stated: Text | None = None
    prescribed: _Prescribed | None = None

    def __post_init__(self) -> None:
        if self.stated is not None and self.prescribed is not None:
            raise CatalogueError("give stated or prescribed, not both")

    def called(self, nuclide: str, symbol: str, preset: str) -> DecayConstants:
        """With its facts looked up."""
        ids = [self.half_life, *(one for one in (self.energy, self.stated) if one is not None)]
        stated = None if self.stated is None else _value(self.stated)
        if self.prescribed is not None:
            ids += [self.prescribed.activity, self.prescribed.dose]
            gbq_per_kg = _value(self.prescribed.activity) / _MBQ_PER_GBQ
            stated = _value(self.prescribed.dose) / gbq_per_kg
        return DecayConstants(
            nuclide,
            symbol,
            preset,
            self.title,
            _value(self.half_life),
            None if self.energy is None else _value(self.energy),
            stated,
            tuple(ids),
            tuple(dict.fromkeys(evidence.fact(one).source for one in ids)),
            evidence.stamp_of(ids),
        )


@dataclass(frozen=True, slots=True)
class _Nuclide:
    """A nuclide as it is written."""

    name: Word
    title: Text
    symbol: Text
    presets: Annotated[dict[Key, _Preset], MinLen(1)]
    positrons: Text | None = None

    def resolved(self) -> Nuclide:
        """With its facts looked up."""
        known = {key: one.called(self.name, self.symbol, key) for key, one in self.presets.items()}
        positrons = None if self.positrons is None else _value(self.positrons)
        return Nuclide(self.name, self.title, self.symbol, positrons, MappingProxyType(known))


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``nuclides.toml``."""

    nuclides: Annotated[dict[Word, _Nuclide], Named("name")] = field(metadata=written("nuclide"))


def _value(fact_id: str) -> float:
    """Of a fact that may drive; secondary ones do, for ``stamp`` says so."""
    return evidence.driving_value(fact_id, secondary=True)


@cache
def nuclides() -> Mapping[str, Nuclide]:
    """All nuclides, by name."""
    page = resources.files("seldinger.catalogue") / _FILE
    return read_nuclides(records.text_of(page, CatalogueError), _FILE)


def read_nuclides(text: str, name: str) -> Mapping[str, Nuclide]:
    """Nuclides by name, from TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        CatalogueError: malformed, or two ways to the same constant.
        EvidenceError: it names no fact, or one from memory, which drives nothing.
    """
    page = records.checked(_Page, records.parsed(text, name, CatalogueError), name, CatalogueError)
    return MappingProxyType({key: one.resolved() for key, one in page.nuclides.items()})


def nuclide(name: str) -> Nuclide:
    """The nuclide called ``name``; ``CatalogueError`` with the closest names otherwise."""
    known = nuclides()
    if name not in known:
        raise CatalogueError(
            f"no nuclide is called {name!r}; {closest(name, known)}; there are: {', '.join(known)}"
        )
    return known[name]


def decay_constants(name: str, preset: str) -> DecayConstants:
    """The constants of a nuclide by a preset.

    Raises:
        CatalogueError: no such nuclide, or it has no such preset.
    """
    found = nuclide(name)
    if preset not in found.presets:
        raise CatalogueError(
            f"{found.symbol} has no constants called {preset!r}; choose one of "
            f"{', '.join(found.presets)}: none is a default"
        )
    return found.presets[preset]
