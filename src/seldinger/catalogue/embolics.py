"""Embolics: what closes arteries, in which sizes, and how beads let go of a drug in vitro.

In:    ``embolics.toml``, which names facts.
Out:   ``Embolic`` by name: "dc_bead", "embosphere", "pva", "gelatin", "coils", "nbca" ...
Never: which agent, which size, how much of it: ``plan`` decides. Radioactive microspheres are in
       ``microspheres``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from seldinger import evidence
from seldinger.catalogue.names import closest
from seldinger.core.errors import CatalogueError
from seldinger.evidence import Trust, records
from seldinger.evidence.records import Named, Text, Word, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.evidence import Fact

_FILE = "embolics.toml"
_MIN_PER_H = 60.0

EmbolicForm = Literal["sphere", "clumping", "gelatin", "coil", "plug", "liquid"]
"""How an agent closes an artery; only the size of a sphere goes with the artery it occludes."""


@dataclass(frozen=True, slots=True)
class SizeClass:
    """Nominal diameters that are sold together.

    Attributes:
        low_um, high_um: the same where one diameter is printed.
        fact: id of evidence.
    """

    low_um: float
    high_um: float
    fact: str

    @property
    def text(self) -> str:
        """In words: "100 to 300 um"."""
        one = self.low_um == self.high_um
        return f"{self.high_um:g} um" if one else f"{self.low_um:g} to {self.high_um:g} um"


@dataclass(frozen=True, slots=True)
class Loading:
    """How an agent takes up a drug and lets go of it in vitro.

    Attributes:
        drug: in lower case.
        plateau: share of what was loaded that is released at all, 0 to 1.
        plateau_sd: its standard deviation, as far as it was told.
        t75_min: until three quarters of that are released.
        horizon_min: how long it was watched.
        tested_size: the only class in which all this was measured.
        loaded_size: that class once the drug is in; None where nobody told.
        per_vial_mg: least and most in one vial; None where nobody told.
        facts: ids of evidence behind it.
        stamp: why it is to be trusted less.
    """

    drug: str
    plateau: float
    plateau_sd: float
    t75_min: float
    horizon_min: float
    tested_size: SizeClass
    loaded_size: SizeClass | None
    per_vial_mg: tuple[float, float] | None
    facts: tuple[str, ...]
    stamp: str

    @property
    def release_facts(self) -> tuple[str, ...]:
        """Those of the release alone: plateau, time and horizon."""
        return self.facts[:3]


@dataclass(frozen=True, slots=True)
class Embolic:
    """One agent.

    Attributes:
        name: how it is asked for.
        title: as printed.
        form: how it closes an artery.
        sizes: nominal, smallest first; empty where it has none, or none was read.
        vial_ml: of agent in one vial, the largest; None where nobody told.
        drugs: how it lets go of each drug that it loads.
        figures: everything else that was read, differing figures side by side.
        to_confirm: what is known from memory: shown, drives nothing.
        facts: ids of the evidence behind all but ``to_confirm``.
    """

    name: str
    title: str
    form: EmbolicForm
    sizes: tuple[SizeClass, ...]
    vial_ml: float | None
    drugs: Mapping[str, Loading]
    figures: tuple[Fact, ...]
    to_confirm: tuple[Fact, ...]
    facts: tuple[str, ...]

    def find_loading(self, drug: str) -> Loading:
        """How it lets go of ``drug``.

        Raises:
            CatalogueError: it does not load it, as far as was read.
        """
        if drug in self.drugs:
            return self.drugs[drug]
        told = ", ".join(self.drugs) or "no drug"
        raise CatalogueError(
            f"how {self.name} lets go of {drug!r} is not known; it loads {told}: "
            "choose another agent or drug"
        )

    def find_size(self, low_um: float, high_um: float) -> SizeClass:
        """The class that is printed so.

        Raises:
            CatalogueError: there is none; those there are, are named.
        """
        for one in self.sizes:
            if (one.low_um, one.high_um) == (low_um, high_um):
                return one
        told = ", ".join(one.text for one in self.sizes) or "no sizes"
        raise CatalogueError(
            f"{self.name} has no class of {low_um:g} to {high_um:g} um; it has {told}: choose one"
        )


@dataclass(frozen=True, slots=True)
class _Loading:
    """A drug's table as it is written: ids of facts."""

    drug: Word
    plateau: Text
    t75: Text
    horizon: Text
    tested_size: Text
    loaded_size: Text | None = None
    diameter_change: Text | None = None
    per_vial: Text | None = None

    def __post_init__(self) -> None:
        if self.loaded_size is not None and self.diameter_change is not None:
            raise CatalogueError("give loaded_size or diameter_change, not both")

    def resolved(self, sizes: tuple[Text, ...]) -> Loading:
        """With its facts looked up; ``sizes`` are those of its agent."""
        if self.tested_size not in sizes:
            raise CatalogueError(f"the tested size {self.tested_size} is none of its agent's sizes")
        told = (
            self.plateau, self.t75, self.horizon, self.tested_size,
            self.loaded_size, self.diameter_change, self.per_vial,
        )  # fmt: skip
        facts = tuple(one for one in told if one is not None)
        plateau = _valued(self.plateau, "1")
        share = plateau.value or 0.0
        if not 0.0 < share <= 1.0 or plateau.sd is None:
            raise CatalogueError(f"{self.plateau} is no share above 0 with a standard deviation")
        t75_min = _valued(self.t75, "min").value or 0.0
        horizon_min = _MIN_PER_H * (_valued(self.horizon, "h").value or 0.0)
        if not 0.0 < t75_min < horizon_min:
            raise CatalogueError(f"{self.t75}: {t75_min:g} min is not within {horizon_min:g} min")
        return Loading(
            self.drug, share, plateau.sd, t75_min, horizon_min,
            _size(self.tested_size), self._loaded(), self._per_vial(),
            facts, evidence.stamp_of(facts),
        )  # fmt: skip

    def _loaded(self) -> SizeClass | None:
        if self.loaded_size is not None:
            return _size(self.loaded_size)
        if self.diameter_change is None:
            return None
        dry, change = _size(self.tested_size), _valued(self.diameter_change, "1").value or 0.0
        low, high = (round(one * (1.0 + change), 6) for one in (dry.low_um, dry.high_um))
        return SizeClass(low, high, self.diameter_change)

    def _per_vial(self) -> tuple[float, float] | None:
        return None if self.per_vial is None else _bounds(_valued(self.per_vial, "mg"))


@dataclass(frozen=True, slots=True)
class _Embolic:
    """An agent as it is written: ids of facts."""

    name: Word
    title: Text
    form: EmbolicForm
    sizes: tuple[Text, ...] = ()
    vial: Text | None = None
    drugs: Annotated[dict[Word, _Loading], Named("drug")] = field(default_factory=dict)
    figures: tuple[Text, ...] = ()
    to_confirm: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if not (self.sizes or self.figures or self.to_confirm):
            raise CatalogueError("it names no fact: give sizes, figures or to_confirm")

    def resolved(self) -> Embolic:
        """With its facts looked up; what drives must not be from memory."""
        loose = [one for one in self.to_confirm if evidence.fact(one).trust is not Trust.MEMORY]
        if loose:
            raise CatalogueError(
                f"{self.name}: {loose[0]} is confirmed: enter it among the figures"
            )
        sizes = tuple(_size(one) for one in self.sizes)
        if list(sizes) != sorted(sizes, key=lambda one: (one.low_um, one.high_um)):
            raise CatalogueError(f"{self.name}: order its sizes, the smallest first")
        drugs = {key: one.resolved(self.sizes) for key, one in self.drugs.items()}
        vial = () if self.vial is None else (self.vial,)
        behind = [fact for one in drugs.values() for fact in one.facts]
        return Embolic(
            self.name,
            self.title,
            self.form,
            sizes,
            None if self.vial is None else _valued(self.vial, "mL").value,
            MappingProxyType(drugs),
            tuple(_confirmed(one) for one in self.figures),
            tuple(evidence.fact(one) for one in self.to_confirm),
            tuple(dict.fromkeys([*self.sizes, *vial, *behind, *self.figures])),
        )


def _confirmed(fact_id: str) -> Fact:
    found = evidence.fact(fact_id)
    if found.trust is Trust.MEMORY:
        raise CatalogueError(f"{fact_id} is from memory: enter it in to_confirm")
    return found


def _valued(fact_id: str, unit: str) -> Fact:
    """A fact that may drive, in ``unit``."""
    found = _confirmed(fact_id)
    evidence.driving_value(fact_id, secondary=True)
    if found.unit != unit:
        raise CatalogueError(f"{fact_id} is told in {found.unit}: name a fact in {unit}")
    return found


def _bounds(found: Fact) -> tuple[float, float]:
    value = found.value or 0.0
    return found.interval or (value, value)


def _size(fact_id: str) -> SizeClass:
    low, high = _bounds(_valued(fact_id, "um"))
    return SizeClass(low, high, fact_id)


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``embolics.toml``."""

    agents: Annotated[dict[Word, _Embolic], Named("name")] = field(metadata=written("embolic"))


@cache
def embolics() -> Mapping[str, Embolic]:
    """All agents, by name."""
    page = resources.files("seldinger.catalogue") / _FILE
    return read_embolics(records.text_of(page, CatalogueError), _FILE)


def read_embolics(text: str, name: str) -> Mapping[str, Embolic]:
    """Agents by name, from TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        CatalogueError: malformed, memory among what drives, another unit, or sizes out of order.
        EvidenceError: it names no fact.
    """
    page = records.checked(_Page, records.parsed(text, name, CatalogueError), name, CatalogueError)
    return MappingProxyType({key: one.resolved() for key, one in page.agents.items()})


def find_embolic(name: str) -> Embolic:
    """The agent called ``name``; ``CatalogueError`` with the closest names otherwise."""
    known = embolics()
    if name not in known:
        raise CatalogueError(
            f"no embolic is called {name!r}; {closest(name, known)}; there are: {', '.join(known)}"
        )
    return known[name]
