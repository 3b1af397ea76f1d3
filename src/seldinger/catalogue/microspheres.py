"""Microspheres: what is on the shelf for radioembolization, and how many spheres a vial holds.

In:    ``microspheres.toml``, which names facts.
Out:   ``Microspheres`` by name: "glass", "resin", "holmium".
Never: a calibration rule or a shelf window: both stand on the vial, and here from memory only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger import evidence
from seldinger.catalogue.names import closest
from seldinger.catalogue.nuclides import nuclide
from seldinger.core.errors import CatalogueError
from seldinger.evidence import Trust, records
from seldinger.evidence.records import Named, Text, Word, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.evidence import Fact

_FILE = "microspheres.toml"
_BQ_PER_GBQ = 1e9


@dataclass(frozen=True, slots=True)
class SphereCount:
    """How many spheres there are, as far as the sources agree with themselves.

    Attributes:
        expected: by the figure that drives.
        low, high: its printed range; ``expected`` where it has none.
        facts: ids of evidence.
        stamp: why it is to be trusted less.
    """

    expected: float
    low: float
    high: float
    facts: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True)
class Microspheres:
    """One product.

    Attributes:
        name: how it is asked for.
        title: as printed.
        nuclide: name of its nuclide.
        divisible: whether a part of a vial may be given; a vial that is not is given whole.
        vial_sizes_gbq: at calibration; empty where each is made to order.
        figures: everything that was read, differing figures side by side.
        to_confirm: what is known from memory: shown, drives nothing.
        spheres_per_vial: the fact that tells the number of a vial; otherwise None.
        activity_per_sphere: the fact that tells the activity at calibration; otherwise None.
        vial_facts: ids of the facts behind ``vial_sizes_gbq``.
    """

    name: str
    title: str
    nuclide: str
    divisible: bool
    vial_sizes_gbq: tuple[float, ...]
    figures: tuple[Fact, ...]
    to_confirm: tuple[Fact, ...]
    spheres_per_vial: Fact | None
    activity_per_sphere: Fact | None
    vial_facts: tuple[str, ...]

    def count_spheres(self, calibrated_gbq: float) -> SphereCount:
        """Spheres of a whole vial: they do not decay, so its activity at calibration decides.

        Raises:
            CatalogueError: no activity, or one that no vial of a known number of spheres holds.
        """
        if not calibrated_gbq > 0.0:
            raise CatalogueError(
                f"a vial of {calibrated_gbq:g} GBq at calibration holds no spheres that count; "
                "give its calibrated activity"
            )
        if self.spheres_per_vial is not None:
            self._check_size(calibrated_gbq)
            told = self.spheres_per_vial
            expected = told.value or 0.0
            low, high = told.interval or (expected, expected)
            return SphereCount(expected, low, high, (told.id,), evidence.stamp_of((told.id,)))
        told = self._told_activity()
        expected = calibrated_gbq * _BQ_PER_GBQ / evidence.driving_value(told.id, secondary=True)
        return SphereCount(expected, expected, expected, (told.id,), evidence.stamp_of((told.id,)))

    def _check_size(self, calibrated_gbq: float) -> None:
        """Refuse a vial of which nobody counted the spheres; made to order, all are as told."""
        sizes = [evidence.fact(one) for one in self.vial_facts]
        ranges = [one.interval or (one.value or 0.0, one.value or 0.0) for one in sizes]
        if ranges and not any(low <= calibrated_gbq <= high for low, high in ranges):
            told = ", ".join(f"{low:g} to {high:g}" for low, high in ranges)
            raise CatalogueError(
                f"no vial of {self.name} microspheres holds {calibrated_gbq:g} GBq at calibration, "
                f"so its spheres are not known; vials hold {told} GBq: give the whole vial"
            )

    def _told_activity(self) -> Fact:
        if self.activity_per_sphere is None:
            raise CatalogueError(f"{self.name} tells neither spheres per vial nor their activity")
        return self.activity_per_sphere


@dataclass(frozen=True, slots=True)
class _Microspheres:
    """A product as it is written: ids of facts."""

    name: Word
    title: Text
    nuclide: Word
    divisible: bool
    figures: Annotated[tuple[Text, ...], MinLen(1)]
    vials: tuple[Text, ...] = ()
    spheres_per_vial: Text | None = None
    activity_per_sphere: Text | None = None
    to_confirm: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if (self.spheres_per_vial is None) == (self.activity_per_sphere is None):
            raise CatalogueError("give spheres_per_vial or activity_per_sphere, one of the two")

    def resolved(self) -> Microspheres:
        """With its facts looked up; what drives must not be from memory."""
        loose = [one for one in self.to_confirm if evidence.fact(one).trust is not Trust.MEMORY]
        if loose:
            raise CatalogueError(
                f"{self.name}: {loose[0]} is confirmed: enter it among the figures"
            )
        per_vial, per_sphere = (
            None if one is None else _driving(one)
            for one in (self.spheres_per_vial, self.activity_per_sphere)
        )
        return Microspheres(
            self.name,
            self.title,
            nuclide(self.nuclide).name,
            self.divisible,
            tuple(evidence.driving_value(one, secondary=True) for one in self.vials),
            tuple(_driving(one, valued=False) for one in self.figures),
            tuple(evidence.fact(one) for one in self.to_confirm),
            per_vial,
            per_sphere,
            self.vials,
        )


def _driving(fact_id: str, *, valued: bool = True) -> Fact:
    """A fact that is not from memory; with a value unless ``valued`` is False."""
    found = evidence.fact(fact_id)
    if valued:
        evidence.driving_value(fact_id, secondary=True)
    elif found.trust is Trust.MEMORY:
        raise CatalogueError(f"{fact_id} is from memory: enter it in to_confirm")
    return found


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``microspheres.toml``."""

    products: Annotated[dict[Word, _Microspheres], Named("name")] = field(
        metadata=written("microsphere")
    )


@cache
def microspheres() -> Mapping[str, Microspheres]:
    """All products, by name."""
    page = resources.files("seldinger.catalogue") / _FILE
    return read_microspheres(records.text_of(page, CatalogueError), _FILE)


def read_microspheres(text: str, name: str) -> Mapping[str, Microspheres]:
    """Products by name, from TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        CatalogueError: malformed, no such nuclide, or memory among what drives.
        EvidenceError: it names no fact.
    """
    page = records.checked(_Page, records.parsed(text, name, CatalogueError), name, CatalogueError)
    return MappingProxyType({key: one.resolved() for key, one in page.products.items()})


def find_microspheres(name: str) -> Microspheres:
    """The product called ``name``; ``CatalogueError`` with the closest names otherwise."""
    known = microspheres()
    if name not in known:
        raise CatalogueError(
            f"no microspheres are called {name!r}; {closest(name, known)}; there are: "
            f"{', '.join(known)}"
        )
    return known[name]
