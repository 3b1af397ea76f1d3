"""Allergies: what a patient is said not to bear, under brand, class or lay name, as one substance.

A name is no medical evidence: the table says only that two names mean one substance, and with what
a procedure would bring it. A name that is not in it is kept, said, and asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal

from seldinger.care import drugs, pages
from seldinger.evidence.records import Key, Named, Text, written


@dataclass(frozen=True, slots=True)
class Allergen:
    """A substance, or a class of them.

    Attributes:
        key: how decisions name it.
        name: as it is printed.
        group: class within which one stands for another; empty: itself alone.
        meets: keys of the materials that would bring it.
        cross: groups to which a reaction may carry over.
        names: brands, classes and lay names.
    """

    key: Key
    name: Text
    group: str = ""
    meets: tuple[Key, ...] = ()
    cross: tuple[Key, ...] = ()
    names: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a procedure brings to a patient.

    Attributes:
        key, name: of the material.
        asks: what must be settled where it meets an allergy.
        decides: who settles it.
        used_by: procedures that use it; None: all but ``not_used_by``.
        not_used_by: procedures that are known not to.
        stops: after which reactions to it a procedure that brings it is not done; after any other
            somebody decides.
        facts: ids of evidence that say so.
    """

    key: Key
    name: Text
    asks: str = ""
    decides: str = ""
    used_by: frozenset[Key] | None = None
    not_used_by: frozenset[Key] = frozenset()
    stops: Literal["none", "severe", "any"] = "none"
    facts: tuple[Text, ...] = ()

    def used(self, procedure: str) -> bool:
        """Whether a procedure brings it; one that the page does not list is taken to."""
        if self.used_by is not None:
            return procedure in self.used_by
        return procedure not in self.not_used_by

    def stops_after(self, reaction: str | None) -> bool:
        """Whether a reaction keeps it from being brought; one that nobody graded may be severe."""
        return self.stops == "any" or (self.stops == "severe" and reaction in {"severe", None})


@dataclass(frozen=True, slots=True)
class AllergenTable:
    """Everything that the page of allergens says.

    Attributes:
        says_nothing: words beside the substance that do not change which one it is.
        none: how it is told that there is no allergy.
        brings: with which material a drug of a class would be brought.
        allergens, materials: by key.
    """

    says_nothing: frozenset[Text]
    none: frozenset[Text]
    brings: Mapping[Key, Key]
    allergens: Annotated[Mapping[str, Allergen], Named("key")] = field(metadata=written("allergen"))
    materials: Annotated[Mapping[str, Material], Named("key")] = field(metadata=written("material"))


@dataclass(frozen=True, slots=True)
class RecognisedAllergy:
    """What a told allergy means.

    Attributes:
        allergens: substances and classes that were recognised.
        rest: words that were not; empty: all were.
    """

    allergens: tuple[Allergen, ...]
    rest: str


@cache
def table() -> AllergenTable:
    """The page of allergens; one without a group is a group of its own.

    Raises:
        CareError: it does not fit, names a material that it does not have, or gives one name to
            two allergens.
    """
    page = pages.read_page(AllergenTable, "allergens.toml")
    for key, one in page.allergens.items():
        pages.require_listed("allergens.toml", key, one.meets, page.materials)
    spelled = [{fold(n) for n in (a.key, a.name, *a.names)} for a in page.allergens.values()]
    pages.require_once("allergens.toml", [name for names in spelled for name in names])
    grouped = {k: replace(one, group=one.group or k) for k, one in page.allergens.items()}
    return replace(page, allergens=MappingProxyType(grouped))


def fold(told: str) -> str:
    """A name without case, accents, hyphens and plural: "X-ray dyes" is "x ray dye"."""
    plain = unicodedata.normalize("NFKD", told.replace("β", "beta")).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("'s", "").replace("’s", "")).split()
    return " ".join(_single(word) for word in words)


def recognise(told: str) -> RecognisedAllergy:
    """What a told allergy means: every substance named in it, and the words that name none."""
    plain = fold(told)
    if plain in _none():
        return RecognisedAllergy((), "")
    known = _names()
    allergens: list[Allergen] = []
    words = plain.split()
    at, rest = 0, []
    while at < len(words):
        for length in range(min(len(words) - at, _LONGEST), 0, -1):
            name = " ".join(words[at : at + length])
            if name in known:
                allergens.extend(known[name])
                at += length
                break
        else:
            rest.append(words[at])
            at += 1
    left = [word for word in rest if word not in _quiet() and not word.isdigit()]
    return RecognisedAllergy(tuple(dict.fromkeys(allergens)), " ".join(left))


def find_similar(name: str) -> tuple[str, ...]:
    """Names of the table that look like ``told``, at most three."""
    printed = _printed()
    close = get_close_matches(fold(name), sorted(printed), n=3, cutoff=0.75)
    return tuple(printed[one] for one in close)


_LONGEST = 5


def _single(word: str) -> str:
    """A word without its plural."""
    if len(word) > 4 and word.endswith("ies"):  # noqa: PLR2004  "allergies"
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] not in "su" else word  # noqa: PLR2004


@cache
def _quiet() -> frozenset[str]:
    return frozenset(fold(word) for word in table().says_nothing)


@cache
def _none() -> frozenset[str]:
    return frozenset(fold(word) for word in table().none)


@cache
def _names() -> Mapping[str, tuple[Allergen, ...]]:
    names: dict[str, tuple[Allergen, ...]] = {}
    for known in drugs.table().drugs.values():
        allergen = Allergen(
            f"drug-{known.name}", known.name.replace("-", " "), "", _by_class(known)
        )
        for name in (known.name, *known.names):
            names[fold(name)] = (allergen,)
    for brand, parts in drugs.table().combinations.items():
        names[fold(brand)] = tuple(names[fold(part)][0] for part in parts)
    for allergen in table().allergens.values():
        for name in (allergen.key, allergen.name, *allergen.names):
            names[fold(name)] = (allergen,)
    return MappingProxyType(names)


def _by_class(known: drugs.KnownDrug) -> tuple[str, ...]:
    """With what a drug of the other table would be brought."""
    rooms = table().brings
    return tuple(dict.fromkeys(rooms[one] for one in sorted(known.classes) if one in rooms))


@cache
def _printed() -> Mapping[str, str]:
    made = {fold(n): n for k in drugs.table().drugs.values() for n in (k.name, *k.names)}
    made |= {fold(n): n for a in table().allergens.values() for n in (a.name, *a.names)}
    return MappingProxyType(made)
