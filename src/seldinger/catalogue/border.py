"""The border of the catalogue: TOML and JSON text become checked records, or one clear error.

pydantic lives here only; the shelves open this page when the first device or term is asked for.
"""

from __future__ import annotations

import json
import re
import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seldinger.catalogue.model import Device, DeviceKind, Term, Vocabulary
from seldinger.catalogue.names import closest, normalised
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Text = Annotated[str, Field(min_length=1)]
Length = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Size = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]

_Page = TypeVar("_Page", bound=BaseModel)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShotRow(_Row):
    """One setting of a core needle."""

    throw_mm: Length
    notch_mm: Length
    dead_tip_mm: Length


class FamilyRow(_Row):
    """Devices that differ in length (and throw) only."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    kind: DeviceKind
    gauge: Size | None = None
    french: Size | None = None
    outer_diameter_mm: Length
    inner_diameter_mm: Length | None = None
    lengths_mm: Annotated[list[Length], Field(min_length=1)]
    shots: list[ShotRow] = []
    loop_mm: Length | None = None
    side_hole_mm: Length | None = None
    wire_mm: Length | None = None
    source: Text | None = None
    assumption: Text | None = None
    facts: dict[Text, Text] = {}


class DevicesPage(_Row):
    """One file of devices."""

    family: list[FamilyRow]


class TermRow(_Row):
    """One word of our vocabulary."""

    kind: Literal[
        "organ", "vessel", "bone", "bowel", "lung", "lobe", "airway", "heart", "nerve", "muscle",
        "lesion", "collection",
    ]  # fmt: skip
    mobile: Flag
    obstacle: Flag
    diameter: Literal["large", "mixed"] | None = None
    derived: Flag = False


class TermsPage(_Row):
    """The whole of ``terms.toml``."""

    term: dict[Text, TermRow]


class VocabularyPage(_Row):
    """One vocabulary file."""

    title: Text = "own vocabulary"
    extends: Text | None = None
    ignored: list[Text] = []
    entries: dict[Text, Text | None] = {}
    patterns: dict[Text, Text] = {}


def read_devices(pages: Mapping[str, str]) -> Mapping[str, Device]:
    """Devices by id, from file name -> TOML text; ``CatalogueError`` when a page is malformed."""
    found: dict[str, Device] = {}
    for name in sorted(pages):
        for family in _checked(DevicesPage, name, _toml(name, pages[name])).family:
            for member in _members(family):
                if member.id in found:
                    raise CatalogueError(f"{name}: the device {member.id!r} is there twice")
                found[member.id] = member
    return MappingProxyType(found)


def read_terms(name: str, text: str) -> Mapping[str, Term]:
    """Our terms by name, from TOML text; ``CatalogueError`` when it is malformed."""
    page = _checked(TermsPage, name, _toml(name, text))
    return MappingProxyType(
        {
            word: Term(word, row.kind, row.mobile, row.obstacle, row.diameter, row.derived)
            for word, row in page.term.items()
        }
    )


def read_vocabularies(
    pages: Mapping[str, str], terms: Mapping[str, Term]
) -> Mapping[str, Vocabulary]:
    """Vocabularies by name, from name -> TOML text.

    Raises:
        CatalogueError: a page is malformed, names an unknown term (the closest are offered),
            holds a broken pattern, or extends a vocabulary that is not there.
    """
    rows = {n: _checked(VocabularyPage, n, _toml(n, text)) for n, text in pages.items()}
    found: dict[str, Vocabulary] = {}
    for name, row in rows.items():
        base = None
        if row.extends is not None:
            if row.extends not in rows or rows[row.extends].extends is not None:
                raise CatalogueError(
                    f"{name} extends {row.extends!r}, which is no basic vocabulary"
                )
            base = _vocabulary(row.extends, rows[row.extends], None, terms)
        found[name] = _vocabulary(name, row, base, terms)
    return MappingProxyType(found)


def read_own_vocabulary(name: str, text: str, terms: Mapping[str, Term]) -> Vocabulary:
    """A user's vocabulary: a flat table raw -> term, or the layout of our own files.

    Args:
        name: its file name; ".json" decides for JSON, everything else is TOML.
        text: its contents. In JSON, null means known and ignored.
        terms: our terms.

    Raises:
        CatalogueError: malformed, or a term that we do not have (the closest are offered).
    """
    raw = _json(name, text) if name.lower().endswith(".json") else _toml(name, text)
    laid_out = bool(raw) and set(raw) <= set(VocabularyPage.model_fields)
    nested = any(isinstance(value, (dict, list)) for value in raw.values())
    page = _checked(VocabularyPage, name, raw if laid_out and nested else {"entries": raw})
    if page.extends is not None:
        raise CatalogueError(f"{name}: only the vocabularies of this package may extend another")
    return _vocabulary(name, page, None, terms)


def _members(family: FamilyRow) -> Iterable[Device]:
    for length_mm in family.lengths_mm:
        stem = family.id if len(family.lengths_mm) == 1 else f"{family.id}-{length_mm:g}"
        title = family.name if len(family.lengths_mm) == 1 else f"{family.name}, {length_mm:g} mm"
        if not family.shots:
            yield _device(family, stem, title, length_mm, None)
        for shot in family.shots:
            fired = f"{title}, throw {shot.throw_mm:g} mm"
            yield _device(family, f"{stem}-t{shot.throw_mm:g}", fired, length_mm, shot)


def _device(
    family: FamilyRow, device_id: str, name: str, usable_mm: float, shot: ShotRow | None
) -> Device:
    return Device(
        id=device_id,
        name=name,
        kind=family.kind,
        gauge=family.gauge,
        french=family.french,
        outer_diameter_mm=family.outer_diameter_mm,
        inner_diameter_mm=family.inner_diameter_mm,
        usable_mm=usable_mm,
        throw_mm=None if shot is None else shot.throw_mm,
        notch_mm=None if shot is None else shot.notch_mm,
        dead_tip_mm=None if shot is None else shot.dead_tip_mm,
        loop_mm=family.loop_mm,
        side_hole_mm=family.side_hole_mm,
        source=family.source,
        assumption=family.assumption,
        facts=tuple(family.facts.items()),
        wire_mm=family.wire_mm,
    )


def _vocabulary(
    name: str, row: VocabularyPage, base: Vocabulary | None, terms: Mapping[str, Term]
) -> Vocabulary:
    own: dict[str, str | None] = {**row.entries, **dict.fromkeys(row.ignored)}
    clashing = sorted(set(row.entries) & set(row.ignored))
    if clashing:
        raise CatalogueError(f"{name}: both mapped and ignored: {', '.join(clashing)}")
    for raw, term in [*own.items(), *row.patterns.items()]:
        if term is not None and term not in terms:
            raise CatalogueError(
                f"{name}: {raw!r} is mapped to {term!r}, which is not one of our terms; "
                f"{closest(term, terms)}"
            )
    for pattern in row.patterns:
        try:
            re.compile(pattern)
        except re.error as broken:
            raise CatalogueError(f"{name}: the pattern {pattern!r} is broken: {broken}") from broken
    entries = {**({} if base is None else base.entries), **own}
    _check_spellings(name, entries)
    patterns = {**row.patterns, **({} if base is None else base.patterns)}
    return Vocabulary(name, row.title, MappingProxyType(entries), MappingProxyType(patterns))


def _check_spellings(name: str, entries: Mapping[str, str | None]) -> None:
    seen: dict[str, str] = {}
    for raw, term in entries.items():
        other = seen.setdefault(normalised(raw), raw)
        if entries[other] != term:
            raise CatalogueError(
                f"{name}: {other!r} and {raw!r} differ in spelling only but mean different things"
            )


def _toml(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as malformed:
        raise CatalogueError(f"{name} is not valid TOML: {malformed}") from malformed


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as malformed:
        raise CatalogueError(f"{name} is not valid JSON: {malformed}") from malformed
    if not isinstance(raw, dict):
        raise CatalogueError(
            f"{name} must hold one table raw name -> term, got {type(raw).__name__}"
        )
    return raw


def _checked(model: type[_Page], name: str, raw: Mapping[str, Any]) -> _Page:
    try:
        return model.model_validate(raw)
    except ValidationError as wrong:
        said = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()]
        raise CatalogueError(f"{name} does not fit the catalogue: {'; '.join(said)}") from wrong
