"""Drugs: generic and brand names, and the classes they belong to.

A name is no medical evidence: this table only says that two names mean one drug. A name that is
not in it is kept, and said: nothing is judged of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from annotated_types import MinLen

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.evidence.records import Key, Named, Text, written

if TYPE_CHECKING:
    from seldinger.care.patient import Drug, Patient


NOT_RECOGNISED = "not recognised: nothing is judged of it"


@dataclass(frozen=True, slots=True)
class KnownDrug:
    """A drug of the table.

    Attributes:
        name: generic, in lower case, words joined by hyphens.
        classes: e.g. "anticoagulant", "doac"; those of ``classes()``.
        brands, aliases: its other names.
    """

    name: Key
    classes: Annotated[frozenset[Key], MinLen(1)]
    brands: tuple[Text, ...] = ()
    aliases: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Brands and other names."""
        return (*self.brands, *self.aliases)


@dataclass(frozen=True, slots=True)
class DrugTable:
    """Everything that the page of drugs says.

    Attributes:
        drugs: by generic name.
        combinations: of a fixed combination's brand -> generic names of its parts.
        classes: of every class -> what it is, in words.
    """

    classes: Mapping[Key, Text]
    drugs: Annotated[Mapping[str, KnownDrug], Named("name")] = field(metadata=written("drug"))
    combinations: Mapping[Text, Annotated[tuple[Key, ...], MinLen(2)]] = field(
        default_factory=dict, metadata=written("combination")
    )


@cache
def table() -> DrugTable:
    """The table of drugs.

    Raises:
        CareError: the page does not fit, uses a class or a part that it does not name, or gives
            one name to two drugs.
    """
    page = pages.read_page(DrugTable, "drugs.toml")
    for name, drug in page.drugs.items():
        pages.require_listed("drugs.toml", name, drug.classes, page.classes)
    for brand, parts in page.combinations.items():
        pages.require_listed("drugs.toml", brand, parts, page.drugs)
    names = [name for one in page.drugs.values() for name in (one.name, *one.names)]
    pages.require_once("drugs.toml", [normalise(name) for name in (*names, *page.combinations)])
    return page


def normalise(told: str) -> str:
    """A name as the table spells it: lower case, words joined by hyphens."""
    return "-".join(told.lower().replace("-", " ").split())


def find(told: str) -> tuple[KnownDrug, ...]:
    """The drug called that; the parts of a fixed combination; none when it is not recognised."""
    for name in (normalise(told), _STRENGTH.sub("", normalise(told))):
        found = _listed(name)
        if found:
            return found
        pieces = [_listed(normalise(p)) for p in name.replace("+", "/").split("/")]
        if len(pieces) > 1 and all(pieces):
            return tuple(dict.fromkeys(k for parts in pieces for k in parts))
    return ()


_STRENGTH = re.compile(r"-\d+([.,/]\d+)*-?(mg|mcg|µg|μg|ug|g|ie|iu|units)?$")
"""A strength behind a name, "eliquis-5-mg": no part of it, and no dose that anything counts."""


def _listed(name: str) -> tuple[KnownDrug, ...]:
    """By the table's own spelling, or that of languages without the last "e": "pantoprazol"."""
    return _parts().get(name) or _parts().get(f"{name}e") or ()


def find_similar(told: str) -> tuple[str, ...]:
    """Names of the table that look like ``told``, at most three."""
    return tuple(get_close_matches(normalise(told), sorted(_parts()), n=3, cutoff=0.75))


def drug(name: str) -> KnownDrug:
    """The drug of that generic name.

    Raises:
        CareError: the table has none.
    """
    if name not in table().drugs:
        raise CareError(f"no drug is called {name!r}{_offered(name)}")
    return table().drugs[name]


def describe_unrecognised(drug: Drug) -> str | None:
    """What a reader must be told of a drug's name; None where it is recognised."""
    return None if drug.recognised else f"{drug.told} is {NOT_RECOGNISED}{_offered(drug.told)}"


def list_unrecognised(patient: Patient) -> tuple[Drug, ...]:
    """The patient's drugs that the table does not know."""
    return tuple(one for one in patient.drugs if not one.recognised)


def drugs_of_class(patient: Patient, kind: str) -> tuple[Drug, ...]:
    """The patient's drugs of a class.

    Raises:
        CareError: there is no such class.
    """
    if kind not in table().classes:
        raise CareError(
            f"no class of drugs is called {kind!r}; there are: {', '.join(table().classes)}"
        )
    return tuple(one for one in patient.drugs if one.recognised and kind in drug(one.name).classes)


def takes_class(patient: Patient, kind: str) -> bool | None:
    """Whether any drug of a class is taken; None: the list may lack one or hide it."""
    if drugs_of_class(patient, kind):
        return True
    sure = patient.drugs_complete and not list_unrecognised(patient)
    return False if sure else None


def _offered(told: str) -> str:
    alike = find_similar(told)
    return f"; did you mean {' or '.join(alike)}?" if alike else ""


@cache
def _parts() -> Mapping[str, tuple[KnownDrug, ...]]:
    """Of every name -> the drugs it means."""
    page = table()
    single = {
        normalise(name): (one,) for one in page.drugs.values() for name in (one.name, *one.names)
    }
    mixed = {
        normalise(brand): tuple(page.drugs[part] for part in parts)
        for brand, parts in page.combinations.items()
    }
    return MappingProxyType({**single, **mixed})
