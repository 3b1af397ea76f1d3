"""Access sites: where a sheath goes into a vessel, and the facts that belong to the place.

In:    ``access_sites.toml``.
Out:   ``AccessSite`` by id, one of each side of the body.
Never: a choice between them: ``plan.approach.endovascular`` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Le, MinLen

from seldinger.core.errors import CatalogueError
from seldinger.evidence import records
from seldinger.evidence.records import UNWRITTEN, Key, Text, written

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = "access_sites.toml"
_SIDES = ("right", "left")


@dataclass(frozen=True, slots=True)
class AccessSite:
    """A place where vessels are punctured.

    Attributes:
        title: in words.
        vessel: the artery's or vein's name in a tree.
        sets_out: the way that the sheath points.
        family: "femoral", "radial", "brachial": sites that share their complications.
        complications: facts shown beside the choice.
        haemostasis: facts of how it is closed and how long the patient rests.
        calibre: sex -> fact of the artery's diameter in a population; empty where none was found.
        ends_in: arteries that lead to it, whose ends stand for it where it was not traced itself.
        at_share: of the artery's length, from the heart, where it is punctured.
        largest_french: fact of the largest sheath that goes in; None where none was found.
        least_artery: fact of the narrowest artery that is punctured; None where none was found.
        keep_for_dialysis: spared in who has, or may need, a fistula of that arm.
        id: side and table: "left-radial".
    """

    title: Text
    vessel: Text
    sets_out: Literal["with-flow", "against-flow"]
    family: Key
    complications: tuple[Text, ...]
    haemostasis: tuple[Text, ...]
    calibre: dict[Literal["m", "f"], Text] = field(default_factory=dict)
    ends_in: tuple[Text, ...] = ()
    at_share: Annotated[float, Ge(0), Le(1)] = 0.5
    largest_french: Text | None = None
    least_artery: Text | None = None
    keep_for_dialysis: bool = False
    id: str = field(default="", metadata=UNWRITTEN)

    @property
    def is_vein(self) -> bool:
        """Whether a vein is punctured: blood runs from its free end on, not towards it."""
        return "vein" in self.vessel

    @property
    def side(self) -> str:
        """Of the body: "right" or "left"."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``access_sites.toml``."""

    sites: Annotated[dict[Key, AccessSite], MinLen(1)] = field(metadata=written("site"))


@cache
def access_sites() -> Mapping[str, AccessSite]:
    """Every access site by its id."""
    text = (resources.files("seldinger.catalogue") / _FILE).read_text("utf-8")
    table = records.parsed(text, _FILE, CatalogueError)
    page = records.checked(_Page, table, _FILE, CatalogueError)
    found = {}
    for key, site in page.sites.items():
        for side in _SIDES:
            name = f"{side}-{key}"
            found[name] = replace(
                site,
                id=name,
                title=site.title.format(side=side),
                vessel=site.vessel.format(side=side),
                ends_in=tuple(one.format(side=side) for one in site.ends_in),
            )
    return MappingProxyType(found)
