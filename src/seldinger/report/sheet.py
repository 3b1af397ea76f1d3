"""The patient's sheet: what it is for, what else there is, what happens, what can go wrong.

Every number is a fact, said in people out of one denominator for the whole sheet, and listed with
its source at the end. Drugs are named only under a clinician's release. How hard it is to read is
measured on the text itself and printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.evidence.model import Trust
from seldinger.report import reading, sheet_shared, sheet_text, words
from seldinger.report.sheet_numbers import choose_denominator, format_chance, is_printable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from seldinger.evidence.model import Fact
    from seldinger.report.sheet_text import Common, Counted, Page

VERSION = "1"


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """What one drug asks of the patient, as a clinician released it.

    Attributes:
        drug: as the patient knows it.
        last: when the last dose is due; None: it is not held before.
        restart: not before then; None: not held, or not known.
        ask: nobody has decided yet.
        dye: held after X-ray dye only.
        passed: ``last`` lies before the day on which the sheet is written.
    """

    drug: str
    last: str | None = None
    restart: str | None = None
    ask: bool = False
    dye: bool = False
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """Who answers for the part about medicines, and when that was recorded.

    Attributes:
        name, role, date: of the release.
        lines: every drug that the patient takes.
        start: of the procedure that it was given for; None: not told.
        fasting: (what, until when) of drinks and meals, as worked out for that start.
    """

    name: str
    role: str
    date: str
    lines: tuple[MedicineLine, ...]
    start: str | None = None
    fasting: tuple[tuple[str, str], ...] = ()


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


def build_sheet(
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
    shown = {key: fact for key, fact in facts.items() if is_printable(fact)}
    out_of = choose_denominator(shown.values())
    parts = _parts(common, page, shown, out_of, released)
    grades = reading.grades(" ".join(list_sentences(parts)))
    return Sheet(
        language=common.language,
        title=common.title.format(name=page.name),
        lead=common.lead,
        parts=parts,
        numbers=_cited(common, (*shown.values(), *sheet_shared.list_facts(page, released)), out_of),
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


def _parts(
    common: Common,
    page: Page,
    facts: dict[str, Fact],
    out_of: int,
    released: Released | None,
) -> tuple[Part, ...]:
    """All sections in their order; one without anything to say is left out."""
    h = common.headings

    def describe(risks: Sequence[Counted]) -> tuple[str, ...]:
        return tuple(_told(common, c, facts, out_of) for c in risks)

    bands = ((h.common, "common"), (h.uncommon, "uncommon"), (h.rare, "rare"))
    risks = tuple(
        (title, describe([r for r in page.risk if r.band == band])) for title, band in bands
    )
    parts = (
        Part(h.what_for, page.what_for),
        Part(h.benefits, describe(page.benefit)),
        Part(h.other_choices, describe(page.other_choices)),
        Part(h.contested, page.contested),
        Part(h.before, (*page.before, *sheet_shared.describe_before(common, page, released))),
        Part(h.medicines, _medicines(common, released)),
        Part(h.on_the_day, page.on_the_day),
        Part(h.during, (*page.during, *sheet_shared.describe_during(common, page))),
        Part(h.after, (*page.after, *sheet_shared.describe_after(common, page))),
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
        return f"{stem}."
    return f"{stem}: {format_chance(common, facts[counted.fact], out_of)}."


def _xrays(common: Common, page: Page) -> tuple[str, ...]:
    told: tuple[str, ...] = getattr(common.xrays, page.xrays)
    asks = page.pregnancy and page.xrays != "none"
    return (*told, common.xrays.pregnancy) if asks else told


def _medicines(common: Common, released: Released | None) -> tuple[str, ...]:
    """The lines that keep a patient safe, always; then what was released of each drug."""
    say = common.medicines
    if released is None:
        return say.silent
    lines = [*say.silent]
    lines.append(say.released.format(name=released.name, role=released.role, date=released.date))
    if released.start is not None:
        lines.append(say.start.format(when=released.start))
    for one in released.lines:
        lines += _of_drug(common, one)
    return tuple(lines)


def _of_drug(common: Common, line: MedicineLine) -> Iterable[str]:
    say = common.medicines
    if line.ask:
        yield say.ask.format(drug=line.drug)
    elif line.dye:
        yield say.dye.format(drug=line.drug, when=line.restart)
    elif line.last is None:
        yield say.go_on.format(drug=line.drug)
    else:
        last = say.passed if line.passed else say.last
        yield last.format(drug=line.drug, when=line.last)
        back = say.restart if line.restart is not None else say.ask_back
        yield back.format(drug=line.drug, when=line.restart)


def _cited(common: Common, facts: Iterable[Fact], out_of: int) -> tuple[Cited, ...]:
    """The numbers for who wants to look them up: what, in whom, by whom."""
    by_source: dict[str, dict[str, list[str]]] = {}
    for fact in facts:
        seen = common.words.group.format(
            population=fact.population, horizon=fact.horizon or words.UNKNOWN
        )
        text = evidence.source(fact.source).text
        if fact.trust is Trust.SECONDARY:
            text = f"{text} ({common.words.secondary})"
        said = f": {format_chance(common, fact, out_of)}" if is_printable(fact) else ""
        what = f"{fact.statement.rstrip('.')}{said}."
        by_source.setdefault(text, {}).setdefault(seen, []).append(what)
    return tuple(
        Cited(source, tuple((tuple(whats), seen) for seen, whats in groups.items()))
        for source, groups in by_source.items()
    )


def list_sentences(parts: Sequence[Part]) -> Iterable[str]:
    """Every sentence of the sections, without headings; one without a full stop gets one."""
    for part in parts:
        for points in (part.points, *(g[1] for g in part.groups)):
            for point in points:
                yield point if point.endswith((".", "?", "!")) else f"{point}."
