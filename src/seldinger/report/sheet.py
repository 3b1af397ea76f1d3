"""The patient's sheet: what it is for, what else there is, what happens, what can go wrong.

Every number is a fact, said in people out of one denominator for the whole sheet, and listed with
its source at the end. Drugs are named only under a clinician's release. How hard it is to read is
measured on the text itself and printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.audit import wilson
from seldinger.evidence.model import FactKind, Trust
from seldinger.report import reading, sheet_text, words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from seldinger.evidence.model import Fact
    from seldinger.report.sheet_text import Common, Counted, Page

VERSION = "1"
_DENOMINATORS = (100, 1000)
_EVERYONE = 0.9995
_FOR_PATIENTS = frozenset({FactKind.PROPORTION})
"""A threshold, a limit or a reference level says nothing of a patient."""
_CONFIDENCE = "95 % confidence"
_SMALL_GROUP = 1000
"""Counts of fewer people than that are shown with what chance alone can do to them."""


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """What one drug asks of the patient, as a clinician released it.

    Attributes:
        drug: as the patient knows it.
        last: when the last dose is due; None: it is not held.
        restart: not before then; None: not held, or not known.
    """

    drug: str
    last: str | None
    restart: str | None


@dataclass(frozen=True, slots=True)
class Released:
    """Who answers for the part about medicines, and when that was recorded."""

    name: str
    role: str
    date: str
    lines: tuple[MedicineLine, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section: a heading, paragraphs, and points; ``tone`` "call" stands out."""

    heading: str
    points: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """One source, and the numbers of the sheet that come from it.

    Attributes:
        source: as the bibliography prints it.
        told: (what, where it was seen and by when) of each; those seen in the same people and time
            share one entry.
    """

    source: str
    told: tuple[tuple[tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed, in its order.

    Attributes:
        language: of the text.
        title, lead: on top.
        parts: the sections.
        numbers: where every number comes from, by source.
        numbers_heading, numbers_note: over and under them.
        stamp: version, date, and how hard it is to read.
        grades: school grade by formula.
        disclaimer: once.
    """

    language: str
    title: str
    lead: str
    parts: tuple[Part, ...]
    numbers: tuple[Cited, ...]
    numbers_heading: str
    numbers_note: str
    stamp: str
    grades: dict[str, float]
    disclaimer: str


def made(
    procedure: str,
    organ: str | None,
    today: dt.date | None,
    *,
    language: str = "en",
    released: Released | None = None,
) -> Sheet:
    """The sheet for a procedure.

    Args:
        procedure: by name.
        organ: where, if that matters.
        today: printed; None: a line to write it on.
        language: of ``sheet_text.languages()``.
        released: what a clinician released about medicines; without it no drug is named.

    Raises:
        CareError: there is no such sheet or language.
        EvidenceError: a number's fact is missing.
    """
    common, page = sheet_text.common(language), sheet_text.page(procedure, organ, language)
    counted = (*page.benefit, *page.other_choices, *page.risk)
    facts = {c.fact: evidence.fact(c.fact) for c in counted if c.fact is not None}
    shown = {key: fact for key, fact in facts.items() if printable(fact)}
    out_of = denominator(shown.values())
    parts = _parts(common, page, shown, out_of, released)
    grades = reading.grades(" ".join(read_aloud(parts)))
    return Sheet(
        language=common.language,
        title=common.title.format(name=page.name),
        lead=common.lead,
        parts=parts,
        numbers=_cited(common, shown.values(), out_of),
        numbers_heading=common.headings.numbers,
        numbers_note=common.words.not_you,
        stamp=common.words.stamp.format(
            version=VERSION,
            date=common.words.undated if today is None else today.isoformat(),
            grade=f"{max(grades.values()):.1f}",
            formulas=", ".join(f"{name} {grade:.1f}" for name, grade in grades.items()),
        ),
        grades=grades,
        disclaimer=words.DISCLAIMER,
    )


def printable(fact: Fact) -> bool:
    """Whether a patient may be shown a fact: a proportion that somebody read, for patients."""
    return (
        fact.kind in _FOR_PATIENTS
        and fact.value is not None
        and fact.trust is not Trust.MEMORY
        and "patient" in fact.audience
    )


def denominator(facts: Iterable[Fact]) -> int:
    """The people that every number of a sheet is out of: 100 where all can be said so."""
    least = min((f.value for f in facts if f.value), default=1.0)
    for out_of in _DENOMINATORS:
        if least * out_of >= 1.0:
            return out_of
    return _DENOMINATORS[-1]


def chance(common: Common, fact: Fact, out_of: int) -> str:
    """A fact's value in people, with what is likely where the source or its counts tell it."""
    say = common.words
    value = fact.value or 0.0
    if value == 0.0:
        return say.none  # of a small group: not "fewer than 1 in 100"
    if value * out_of < 1.0:
        return say.fewer.format(den=f"{out_of:,}")
    if value >= _EVERYONE:
        return say.all
    n, den = round(value * out_of), f"{out_of:,}"
    if fact.interval is not None and fact.interval_kind != _CONFIDENCE:
        low, high = (round(edge * out_of) for edge in fact.interval)
        return say.range.format(den=den, low=low, high=high)
    likely = _likely(fact)
    if likely is None:
        return say.about.format(n=n, den=den)
    low, high = (round(edge * out_of) for edge in likely)
    return say.between.format(n=n, den=den, low=low, high=high)


def _likely(fact: Fact) -> tuple[float, float] | None:
    """The 95 % interval as published, or from the counts of a small group."""
    if fact.interval is not None:
        return fact.interval
    events, cases = fact.numerator, fact.denominator
    if events is None or cases is None or cases >= _SMALL_GROUP:
        return None
    return wilson(events, cases)


def _parts(
    common: Common,
    page: Page,
    facts: dict[str, Fact],
    out_of: int,
    released: Released | None,
) -> tuple[Part, ...]:
    """All sections in their order; one without anything to say is left out."""
    h = common.headings

    def told(found: Sequence[Counted]) -> tuple[str, ...]:
        return tuple(_told(common, c, facts, out_of) for c in found)

    bands = ((h.common, "common"), (h.uncommon, "uncommon"), (h.rare, "rare"))
    risks = tuple((title, told([r for r in page.risk if r.band == band])) for title, band in bands)
    parts = (
        Part(h.what_for, page.what_for),
        Part(h.benefits, told(page.benefit)),
        Part(h.other_choices, told(page.other_choices)),
        Part(h.contested, page.contested),
        Part(h.before, page.before),
        Part(h.medicines, _medicines(common, released)),
        Part(h.on_the_day, page.on_the_day),
        Part(h.during, page.during),
        Part(h.after, page.after),
        Part(h.risks, (), tuple(r for r in risks if r[1]), common.words.not_you if facts else ""),
        Part(h.xrays, _xrays(common, page)),
        Part(h.call, page.call, note=common.words.phone, tone="call"),
        Part(h.questions, page.questions),
    )
    return tuple(p for p in parts if p.points or p.groups)


def _told(common: Common, counted: Counted, facts: dict[str, Fact], out_of: int) -> str:
    """A sentence with its number; without one it stands as it is."""
    if counted.fact is None:
        return counted.text
    stem = counted.text.rstrip(".")
    if counted.fact not in facts:
        return f"{stem}. {common.words.no_number}"
    return f"{stem}: {chance(common, facts[counted.fact], out_of)}."


def _xrays(common: Common, page: Page) -> tuple[str, ...]:
    told: tuple[str, ...] = getattr(common.xrays, page.xrays)
    asks = page.pregnancy and page.xrays != "none"
    return (*told, common.xrays.pregnancy) if asks else told


def _medicines(common: Common, released: Released | None) -> tuple[str, ...]:
    say = common.medicines
    if released is None:
        return say.silent
    lines = [say.released.format(name=released.name, role=released.role, date=released.date)]
    for one in released.lines:
        if one.last is None:
            lines.append(say.go_on.format(drug=one.drug))
            continue
        lines.append(say.last.format(drug=one.drug, when=one.last))
        if one.restart is not None:
            lines.append(say.restart.format(drug=one.drug, when=one.restart))
    return tuple(lines)


def _cited(common: Common, facts: Iterable[Fact], out_of: int) -> tuple[Cited, ...]:
    """The numbers for who wants to look them up: what, in whom, by whom."""
    found: dict[str, dict[str, list[str]]] = {}
    for fact in facts:
        seen = common.words.group.format(
            population=fact.population, horizon=fact.horizon or words.UNKNOWN
        )
        text = evidence.source(fact.source).text
        if fact.trust is Trust.SECONDARY:
            text = f"{text} ({common.words.secondary})"
        what = f"{fact.statement.rstrip('.')}: {chance(common, fact, out_of)}."
        found.setdefault(text, {}).setdefault(seen, []).append(what)
    return tuple(
        Cited(source, tuple((tuple(whats), seen) for seen, whats in groups.items()))
        for source, groups in found.items()
    )


def read_aloud(parts: Sequence[Part]) -> Iterable[str]:
    """Every sentence of the sections, without headings; one without a full stop gets one."""
    for part in parts:
        for points in (part.points, *(g[1] for g in part.groups)):
            for point in points:
                yield point if point.endswith((".", "?", "!")) else f"{point}."
