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
from seldinger.evidence.model import (
    NEVER_FOR_PATIENTS,
    Fact,
    FactKind,
    Source,
    Trust,
    Verdict,
)

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
    "h", "mo", "a", "m", "kg", "g", "mg", "mg/kg", "ug/kg", "g/dL", "g/L", "ng/mL", "umol/L",
    "mmol/L",
    "mm[Hg]", "mL/min/{1.73_m2}", "Gy", "mGy", "Gy.cm2", "mSv", "{dose}", "{point}",
    "mSv/a",
]  # fmt: skip
"""The UCUM expressions in use; a new one is added here on purpose."""

Design = Literal[
    "randomised trial", "meta-analysis", "systematic review", "registry", "cohort", "case series",
    "phantom", "animal", "bench", "volunteers", "imaging anatomy", "survey", "guideline", "expert",
    "convention", "consensus", "label", "incident reports", "calculation",
]  # fmt: skip

IntervalKind = Literal[
    "95 % confidence", "range", "interquartile range", "10th to 90th centile", "bounds"
]

Audience = Literal["clinician", "patient"]

_YEARS = 2
"""A fact is stale this long after its review, unless it says otherwise."""

_RATIOS = (FactKind.ODDS_RATIO, FactKind.HAZARD_RATIO, FactKind.RISK_RATIO)
_SET_BY_SOMEBODY = (
    FactKind.THRESHOLD,
    FactKind.LIMIT,
    FactKind.REFERENCE_LEVEL,
    FactKind.AUDIT_THRESHOLD,
)
"""Numbers that were agreed upon, not counted in people."""

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
    unlocated: Annotated[bool, Field(strict=True)] = False
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
    verdict: Verdict | None = None
    see: list[Text] = []
    audience: Annotated[list[Audience], Field(min_length=1)] | None = None
    review_date: dt.date | None = None
    review_by: dt.date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = tuple(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterable[str]:
        yield from self._number_problems()
        if self.kind is FactKind.PROPORTION:
            yield from self._proportion_problems()
        if self.kind in (FactKind.PROPORTION, FactKind.RATE) and self.horizon is None:
            yield f"a {self.kind} needs a horizon; where the source has none, say 'not told'"
        if self.kind in _SET_BY_SOMEBODY:
            yield from self._agreed_problems()
        yield from self._reader_problems()

    def _number_problems(self) -> Iterable[str]:
        if self.value is None and self.kind is not FactKind.RULE:
            yield f"a {self.kind} needs a value; only a rule may stand in words alone"
        if (self.interval is None) != (self.interval_kind is None):
            yield "interval and interval_kind are given together or not at all"
        if self.interval is not None and not self._inside(self.interval):
            yield f"the interval {self.interval} must be ordered and hold the value {self.value}"
        if self.numerator is not None and self.denominator is None:
            yield "a numerator needs a denominator"
        if self.kind in _RATIOS and self.value is not None and self.value <= 0:
            yield f"a ratio is positive, got {self.value}"

    def _reader_problems(self) -> Iterable[str]:
        if self.kind in NEVER_FOR_PATIENTS and "patient" in (self.audience or ()):
            yield f"a {self.kind} judges a department: its audience is never 'patient'"
        if self.audience is not None and len(set(self.audience)) < len(self.audience):
            yield f"the audience {self.audience} names somebody twice"
        if self.see and self.verdict is None:
            yield "only a claim with a verdict names the facts to see"

    def _agreed_problems(self) -> Iterable[str]:
        share = self.unit == "1" and self.value is not None and 0.0 <= self.value <= 1.0
        if self.numerator is not None or self.denominator is not None:
            yield f"a {self.kind} is agreed upon, not counted: counts belong to a proportion"
        if share and self.horizon is not None:
            yield f"a {self.kind} between 0 and 1 with a horizon reads like a proportion: choose"
        if self.kind is FactKind.AUDIT_THRESHOLD and not share:
            yield f"an audit threshold is a share in 0..1, got {self.value} {self.unit}"

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
        if counted > 1.0:
            yield f"{self.numerator} of {self.denominator} is more than all"
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
        EvidenceError: malformed TOML, an unknown key or unit, a value out of range or outside its
            interval, a proportion or rate without horizon, kinds that are mixed, an id given twice,
            an unknown source, a conflict that does not exist or is named on one side only.
    """
    if SOURCES_FILE not in pages:
        raise EvidenceError(f"the bibliography {SOURCES_FILE} is missing; got: {sorted(pages)}")
    bibliography = _checked(SourcesPage, SOURCES_FILE, pages[SOURCES_FILE])
    sources = {key: _source(key, row) for key, row in bibliography.source.items()}
    for key, found in sources.items():
        located = found.doi or found.pmid or found.url
        if key != MEMORY_KEY and not located and not found.unlocated:
            raise EvidenceError(
                f"{SOURCES_FILE}: the source {key!r} needs a doi, a pmid or a url, or "
                "'unlocated = true'"
            )
        if located and found.unlocated:
            raise EvidenceError(f"{SOURCES_FILE}: {key!r} is unlocated, yet says where it is")
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
        unlocated=row.unlocated,
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
    reviewed = row.review_date or page.review_date
    review_by = row.review_by or _years_later(reviewed)
    if review_by < reviewed:
        raise EvidenceError(f"the fact {fact_id!r} is stale ({review_by}) before its review")
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
        verdict=row.verdict,
        see=tuple(row.see),
        audience=_audience(row),
        review_date=reviewed.isoformat(),
        review_by=review_by.isoformat(),
        note=row.note,
    )


def _years_later(day: dt.date) -> dt.date:
    """The same day some years on; the last of February stays the last."""
    last = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + _YEARS, day=28 if last else day.day)


def _audience(row: FactRow) -> tuple[str, ...]:
    if row.audience is not None:
        return tuple(row.audience)
    return ("clinician",) if row.kind in NEVER_FOR_PATIENTS else ("clinician", "patient")


def _check_references(facts: Mapping[str, Fact], sources: Mapping[str, Source]) -> None:
    for found in facts.values():
        if found.source not in sources:
            raise EvidenceError(
                f"the fact {found.id!r} names the source {found.source!r}: not in {SOURCES_FILE}"
            )
        if found.source == MEMORY_KEY and found.trust is not Trust.MEMORY:
            raise EvidenceError(f"the fact {found.id!r} has no source: its trust must be memory")
        for other in found.see:
            if other == found.id or other not in facts:
                raise EvidenceError(f"the claim {found.id!r} sends to {other!r}: no such fact")
        for other in found.conflicts:
            if other == found.id or other not in facts:
                raise EvidenceError(f"the fact {found.id!r} conflicts with {other!r}: no such fact")
            if found.id not in facts[other].conflicts:
                raise EvidenceError(
                    f"the fact {found.id!r} conflicts with {other!r}, which must name it in return"
                )
