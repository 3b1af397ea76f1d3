"""The border of the evidence room: TOML text becomes checked records, or one clear error.

pydantic lives here only; ``library`` opens this page when the first fact is asked for.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from seldinger.core.errors import EvidenceError
from seldinger.evidence.model import Fact, FactKind, Source, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOURCES_FILE = "sources.toml"

MEMORY_KEY = "memory"
"""The entry that stands in where there is no source; only facts from memory may name it."""

_ROUNDING = 0.006
"""Printed percentages are rounded; counts may differ from them by this much."""

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0)]

Unit = Literal[
    "1", "%", "mm", "cm", "mL", "mL/min", "s", "min", "d", "wk", "deg", "mPa.s", "[Ch]",
    "10*9/L", "mg/dL", "{INR}", "{core}", "{tract}", "{hole}", "{gauge}",
    "kg/m3", "J/(kg.K)", "W/(m.K)", "Cel", "mL/kJ",
]  # fmt: skip
"""The UCUM expressions in use; a new one is added here on purpose."""

Design = Literal[
    "randomised trial", "meta-analysis", "systematic review", "registry", "cohort", "case series",
    "phantom", "animal", "bench", "volunteers", "imaging anatomy", "survey", "guideline", "expert",
    "convention",
]  # fmt: skip

IntervalKind = Literal[
    "95 % confidence", "range", "interquartile range", "10th to 90th centile", "bounds"
]


_Page = TypeVar("_Page", bound=BaseModel)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRow(_Row):
    """One ``[source.<key>]`` table."""

    authors: Text
    title: Text
    container: Text
    year: Annotated[int, Field(strict=True, ge=1800, le=2100)] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.\d{4,9}/\S+$")] | None = None
    pmid: Annotated[str, Field(pattern=r"^\d{1,8}$")] | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    note: str = ""


class FactRow(_Row):
    """One ``[fact."<id>"]`` table."""

    statement: Text
    kind: FactKind
    value: Number | None = None
    unit: Unit
    interval: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    interval_kind: IntervalKind | None = None
    sd: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] | None = None
    numerator: Count | None = None
    denominator: Annotated[int, Field(strict=True, ge=1)] | None = None
    population: Text
    comparator: Text | None = None
    endpoint: Text | None = None
    horizon: Text | None = None
    design: Design
    source: Text
    locator: Text
    trust: Trust
    conflicts: list[Text] = []
    review_date: dt.date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = tuple(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterable[str]:
        if self.value is None and self.kind is not FactKind.RULE:
            yield f"a {self.kind} needs a value; only a rule may stand in words alone"
        if (self.interval is None) != (self.interval_kind is None):
            yield "interval and interval_kind are given together or not at all"
        if self.interval is not None and not self._inside(self.interval):
            yield f"the interval {self.interval} must be ordered and hold the value {self.value}"
        if self.numerator is not None and self.denominator is None:
            yield "a numerator needs a denominator"
        if self.kind is FactKind.PROPORTION:
            yield from self._proportion_problems()
        if (
            self.kind in (FactKind.ODDS_RATIO, FactKind.HAZARD_RATIO)
            and self.value is not None
            and self.value <= 0
        ):
            yield f"a ratio is positive, got {self.value}"

    def _inside(self, interval: list[float]) -> bool:
        low, high = interval
        return low <= high and (self.value is None or low <= self.value <= high)

    def _proportion_problems(self) -> Iterable[str]:
        shown = [x for x in (self.value, *(self.interval or ())) if x is not None]
        if self.unit != "1" or any(not 0.0 <= x <= 1.0 for x in shown):
            yield f"a proportion lies in 0..1 with unit '1', got {shown} {self.unit}"
        if self.numerator is None or self.denominator is None or self.value is None:
            return
        counted = self.numerator / self.denominator
        if abs(counted - self.value) > _ROUNDING:
            yield (
                f"the value {self.value} disagrees with "
                f"{self.numerator}/{self.denominator} = {counted:.4f}"
            )


class SourcesPage(_Row):
    """The whole of ``sources.toml``."""

    source: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], SourceRow]


class FactsPage(_Row):
    """The whole of one topic's file."""

    topic: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    review_date: dt.date
    fact: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")], FactRow]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that was read, held against itself."""

    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]


def read(pages: Mapping[str, str]) -> Library:
    """Check the pages of a library and make records of them.

    Args:
        pages: file name -> TOML text; ``sources.toml`` is the bibliography, each other page
            one topic, named like its file.

    Raises:
        EvidenceError: malformed TOML, an unknown key, a value out of range, an id given twice, an
            unknown source, a conflict that does not exist or is named on one side only.
    """
    if SOURCES_FILE not in pages:
        raise EvidenceError(f"the bibliography {SOURCES_FILE} is missing; got: {sorted(pages)}")
    bibliography = _checked(SourcesPage, SOURCES_FILE, pages[SOURCES_FILE])
    sources = {key: _source(key, row) for key, row in bibliography.source.items()}
    for key, found in sources.items():
        if key != MEMORY_KEY and found.doi is None and found.pmid is None and found.url is None:
            raise EvidenceError(f"{SOURCES_FILE}: the source {key!r} needs a doi, a pmid or a url")
    facts: dict[str, Fact] = {}
    for name in sorted(set(pages) - {SOURCES_FILE}):
        page = _checked(FactsPage, name, pages[name])
        facts.update((found.id, found) for found in _facts(name, page))
    _check_references(facts, sources)
    return Library(MappingProxyType(sources), MappingProxyType(facts))


def _checked(model: type[_Page], name: str, text: str) -> _Page:
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as malformed:
        raise EvidenceError(f"{name} is not valid TOML: {malformed}") from malformed
    except ValidationError as wrong:
        where = [".".join(str(part) for part in e["loc"]) for e in wrong.errors()]
        said = [e["msg"] for e in wrong.errors()]
        lines = "; ".join(f"{w}: {m}" for w, m in zip(where, said, strict=True))
        raise EvidenceError(f"{name} does not fit the schema of evidence: {lines}") from wrong


def _source(key: str, row: SourceRow) -> Source:
    return Source(
        key=key,
        authors=row.authors,
        title=row.title,
        container=row.container,
        year=row.year,
        doi=row.doi,
        pmid=row.pmid,
        url=row.url,
        note=row.note,
    )


def _facts(name: str, page: FactsPage) -> Iterable[Fact]:
    if name != f"{page.topic}.toml":
        raise EvidenceError(f"{name}: the topic {page.topic!r} must be the name of its file")
    for fact_id, row in page.fact.items():
        if not fact_id.startswith(f"{page.topic}."):
            raise EvidenceError(f"{name}: the id {fact_id!r} must start with '{page.topic}.'")
        yield _fact(fact_id, page, row)


def _fact(fact_id: str, page: FactsPage, row: FactRow) -> Fact:
    return Fact(
        id=fact_id,
        topic=page.topic,
        statement=row.statement,
        kind=row.kind,
        value=row.value,
        unit=row.unit,
        interval=None if row.interval is None else (row.interval[0], row.interval[1]),
        interval_kind=row.interval_kind,
        sd=row.sd,
        numerator=row.numerator,
        denominator=row.denominator,
        population=row.population,
        comparator=row.comparator,
        endpoint=row.endpoint,
        horizon=row.horizon,
        design=row.design,
        source=row.source,
        locator=row.locator,
        trust=row.trust,
        conflicts=tuple(row.conflicts),
        review_date=(row.review_date or page.review_date).isoformat(),
        note=row.note,
    )


def _check_references(facts: Mapping[str, Fact], sources: Mapping[str, Source]) -> None:
    for found in facts.values():
        if found.source not in sources:
            raise EvidenceError(
                f"the fact {found.id!r} names the source {found.source!r}: not in {SOURCES_FILE}"
            )
        if found.source == MEMORY_KEY and found.trust is not Trust.MEMORY:
            raise EvidenceError(f"the fact {found.id!r} has no source: its trust must be memory")
        for other in found.conflicts:
            if other == found.id or other not in facts:
                raise EvidenceError(f"the fact {found.id!r} conflicts with {other!r}: no such fact")
            if found.id not in facts[other].conflicts:
                raise EvidenceError(
                    f"the fact {found.id!r} conflicts with {other!r}, which must name it in return"
                )
