"""The border of names: tables of drugs and of conditions become checked values."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from seldinger.care import allergies, toml_border
from seldinger.care.conditions import Kind
from seldinger.care.drugs import Known, Table, plain
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Words = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DrugRow(_Row):
    """One ``[drug.<generic>]``."""

    classes: Annotated[tuple[Key, ...], Field(min_length=1)]
    brands: tuple[Words, ...] = ()
    aliases: tuple[Words, ...] = ()


class DrugsPage(_Row):
    """The whole of ``drugs.toml``."""

    classes: dict[Key, Words]
    drug: dict[Key, DrugRow]
    combination: dict[Words, Annotated[tuple[Key, ...], Field(min_length=2)]] = {}


class MaterialRow(_Row):
    """One ``[material.<key>]``."""

    name: Words
    asks: str = ""
    decides: str = ""
    used_by: tuple[Key, ...] | None = None
    not_used_by: tuple[Key, ...] = ()


class AllergenRow(_Row):
    """One ``[allergen.<key>]``."""

    name: Words
    group: str = ""
    meets: tuple[Key, ...] = ()
    cross: tuple[Key, ...] = ()
    names: tuple[Words, ...] = ()


class AllergensPage(_Row):
    """The whole of ``allergens.toml``."""

    material: dict[Key, MaterialRow]
    allergen: dict[Key, AllergenRow]


class ConditionRow(_Row):
    """One ``[condition.<key>]``."""

    name: Words
    aliases: tuple[Words, ...] = ()
    details: tuple[Words, ...] = ()


class ConditionsPage(_Row):
    """The whole of ``conditions.toml``."""

    condition: dict[Key, ConditionRow]


def drug_table() -> Table:
    """The page of drugs.

    Raises:
        CareError: it does not fit, uses a class or a part that it does not name, or gives one
            name to two drugs.
    """
    page = toml_border.packaged(DrugsPage, "drugs.toml")
    for name, row in page.drug.items():
        _all_known("drugs.toml", name, row.classes, page.classes)
    for brand, parts in page.combination.items():
        _all_known("drugs.toml", brand, parts, page.drug)
    names = [n for key, row in page.drug.items() for n in (key, *row.brands, *row.aliases)]
    _once("drugs.toml", [plain(n) for n in (*names, *page.combination)])
    made = {
        key: Known(key, frozenset(row.classes), (*row.brands, *row.aliases))
        for key, row in page.drug.items()
    }
    return Table(
        MappingProxyType(made),
        MappingProxyType(dict(page.combination)),
        MappingProxyType(dict(page.classes)),
    )


def allergen_table() -> allergies.Table:
    """The page of allergens.

    Raises:
        CareError: it does not fit, names a material that it does not have, or gives one name to
            two allergens.
    """
    page = toml_border.packaged(AllergensPage, "allergens.toml")
    for key, row in page.allergen.items():
        _all_known("allergens.toml", key, row.meets, page.material)
    names = [
        name
        for key, row in page.allergen.items()
        for name in {allergies.folded(n) for n in (key, row.name, *row.names)}
    ]
    _once("allergens.toml", names)
    return allergies.Table(
        MappingProxyType(
            {
                key: allergies.Allergen(
                    key, row.name, row.group or key, row.meets, row.cross, row.names
                )
                for key, row in page.allergen.items()
            }
        ),
        MappingProxyType(
            {
                key: allergies.Material(
                    key, row.name, row.asks, row.decides,
                    None if row.used_by is None else frozenset(row.used_by),
                    frozenset(row.not_used_by),
                )
                for key, row in page.material.items()
            }
        ),
    )  # fmt: skip


def conditions() -> Mapping[str, Kind]:
    """The page of conditions, by key.

    Raises:
        CareError: it does not fit, or gives one name to two conditions.
    """
    page = toml_border.packaged(ConditionsPage, "conditions.toml")
    made = {
        key: Kind(key, row.name, row.aliases, row.details) for key, row in page.condition.items()
    }
    # A printed name may spell its own key; two conditions may share none.
    _once(
        "conditions.toml",
        [n for k in made.values() for n in {plain(m) for m in (k.key, k.name, *k.aliases)}],
    )
    return MappingProxyType(made)


def _all_known(page: str, name: str, used: Iterable[str], there: Iterable[str]) -> None:
    strange = sorted(set(used) - set(there))
    if strange:
        raise CareError(f"{page}: {name} names {', '.join(strange)}, which the page does not have")


def _once(page: str, names: list[str]) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise CareError(f"{page} names twice: {', '.join(twice)}")
