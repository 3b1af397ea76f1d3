"""Dose report: a dose answer becomes a folder: dose.json, one page, a PDF, a map of the skin."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.dose.account import Agreement
from seldinger.care.dose.levels import told
from seldinger.care.dose.skin import How
from seldinger.core.verdict import Severity
from seldinger.report import dose_file, dose_picture, dose_words, folder, html, pdf, words
from seldinger.report.margin import png
from seldinger.report.view import Banner, Picture, Row, Table

if TYPE_CHECKING:
    from seldinger.care.dose.answer import DoseAnswer
    from seldinger.care.dose.several import Case

DOSE_FILE = "dose.json"
PAGE, PRINTED = "dose.html", "dose.pdf"
_TONES = {
    Severity.STOP: "bad",
    Severity.ACTION: "bad",
    Severity.CAUTION: "warn",
    Severity.INFO: "plain",
}
_AGREEMENT = {Agreement.DISAGREES: "bad", Agreement.UNKNOWN: "warn"}


@dataclass(frozen=True, slots=True)
class DosePage:
    """Everything the page prints, in its order; plain strings and rows."""

    title: str
    subtitle: str
    banner: Banner
    headline: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    findings: Table
    totals: Table
    skin: Table
    notes: tuple[str, ...]
    assumptions: Table
    published: Table
    citations: Table
    provenance: Table
    disclaimer: str


def write(out: Path | str, found: DoseAnswer, *, command: str | None = None) -> Path:
    """Write ``found`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        found: what to write.
        command: how it was asked for; printed with the provenance.

    Returns:
        The page, ``out/dose.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        CareError: a number is not finite.
    """
    place = Path(out)
    with folder.replaced(place) as staging:
        (staging / DOSE_FILE).write_text(dose_file.to_json(found), encoding="utf-8")
        view = page(found, command)
        pictures = {}
        maps = [case for case in found.cases if case.skin.how is How.MAP]
        if maps:
            (staging / "pictures").mkdir()
        for picture, case in zip(view.pictures, maps, strict=True):
            pictures[picture.file] = png(dose_picture.skin_map(case.skin))
            (staging / picture.file).write_bytes(pictures[picture.file])
        (staging / PAGE).write_text(html.dose(view, pictures), encoding="utf-8")
        data = json.dumps(asdict(view), allow_nan=False)
        printed = pdf.typeset(("parts.typ", "dose.typ"), {"report": data}, staging, PRINTED)
        (staging / PRINTED).write_bytes(printed)
    return place / PAGE


def page(found: DoseAnswer, command: str | None) -> DosePage:
    """What the page says."""
    dates = [date for date in found.together.dates if date]
    return DosePage(
        title="Radiation dose",
        subtitle=f"{len(found.cases)} report(s), {', '.join(dates) or 'no date'}; "
        f"levels: {found.policy_title}",
        banner=_banner(found),
        headline=_headline(found),
        pictures=tuple(_pictures(found)),
        findings=_findings(found),
        totals=_totals(found),
        skin=_skin(found),
        notes=_notes(found),
        assumptions=_assumptions(found),
        published=_published(found),
        citations=_citations(found),
        provenance=_provenance(found, command),
        disclaimer=words.DISCLAIMER,
    )


def _banner(found: DoseAnswer) -> Banner:
    said, tone = dose_words.word(found)
    skin = found.together.found.skin
    sentence = f"Peak skin dose {told(skin, 'Gy')}."
    if all(case.skin.how is How.NONE for case in found.cases):
        sentence = "CT reports tell no dose to skin."
    return Banner(said, sentence, tone, tuple(f.text for f in found.wants))


def _headline(found: DoseAnswer) -> tuple[Row, ...]:
    whole = found.together.found
    wrong = sum(len(case.made.disagreeing) for case in found.cases)
    rows = [
        Row(("peak skin dose", told(whole.skin, "Gy"), "estimate with interval, or bound")),
        Row(("kerma", told(whole.kerma, "Gy"), "at the reference point")),
        Row(("kerma-area product", told(whole.pka, "Gy cm2"), "")),
        Row(("fluoroscopy", told(whole.time, "min"), "")),
    ]
    if all(case.skin.how is How.NONE for case in found.cases):
        rows = [
            Row(("dose-length product", dose_words.quantity(c.made.dlp_mgy_cm, "mGy.cm"), ""))
            for c in found.cases
        ]
    differ = f"{wrong} differ from their irradiations" if wrong else "add up"
    rows.append(Row(("totals", differ, "the report's own"), "warn" if wrong else "plain"))
    return tuple(rows)


def _pictures(found: DoseAnswer) -> list[Picture]:
    maps = [case for case in found.cases if case.skin.how is How.MAP]
    return [
        Picture(
            f"pictures/skin-{number}.png",
            "Dose to the skin, unrolled",
            f"{case.made.report.date or 'No date'}: the skin unrolled and seen from behind, head "
            f"up. The ring marks the peak, {dose_words.skin(case.skin)} "
            f"({dose_words.place(case.skin)}).",
        )
        for number, case in enumerate(maps, start=1)
    ]


def _findings(found: DoseAnswer) -> Table:
    rows = tuple(
        Row((f.status.value.replace("_", " "), f.text, f.stamp, f.rule), _TONES[f.severity])
        for f in found.findings
    )
    return Table(("status", "finding", "stamp", "rule"), rows, empty="No level applies.")


def _totals(found: DoseAnswer) -> Table:
    rows = []
    for case in found.cases:
        for one in case.made.compared:
            if one.told in (None, 0.0) and not one.summed.value:
                continue
            cells = (
                case.made.report.date,
                dose_words.name(one),
                dose_words.quantity(one.told, one.unit),
                dose_words.quantity(one.summed.value, one.unit),
                dose_words.difference(one),
            )
            rows.append(Row(cells, _AGREEMENT.get(one.agreement, "plain")))
    return Table(
        ("date", "what", "the report says", "its irradiations add up to", "how they stand"),
        tuple(rows),
        empty="The report tells no total.",
        note="Levels are held against the larger of both.",
    )


def _skin(found: DoseAnswer) -> Table:
    rows = [
        Row((case.made.report.date, dose_words.skin(case.skin), dose_words.sure(case.skin)))
        for case in found.cases
    ]
    if len(found.cases) > 1:
        whole = found.together
        rows.append(Row(("together", told(whole.found.skin, "Gy"), whole.how), "strong"))
    if found.screening_gy is not None:
        about = dose_words.quantity(found.screening_gy, "Gy")
        rows.append(Row(("screening", f"about {about}", "one institution's ratio to kerma")))
    return Table(("date", "peak skin dose", "how sure"), tuple(rows))


def _notes(found: DoseAnswer) -> tuple[str, ...]:
    several = len(found.cases) > 1
    said = [
        f"{case.made.report.date}: {note}" if several else note
        for case in found.cases
        for note in (*case.made.notes, *(case.skin.reasons if case.skin.how is How.MAP else ()))
    ]
    said += [f"{phantom}" for case in found.cases for phantom in _ctdi(case)]
    return (*said, *found.together.notes)


def _ctdi(case: Case) -> list[str]:
    return [
        f"CTDIvol ({f'{phantom} phantom' if phantom else 'phantom not told'}): largest "
        f"{largest:.4g} mGy, summed {total:.4g} mGy."
        for phantom, largest, total in case.made.ctdi_vol_mgy
    ]


def _assumptions(found: DoseAnswer) -> Table:
    rows = {}
    for case in found.cases:
        for a in case.skin.assumptions:
            name = words.name(a.name) + (" (yours)" if a.edited else "")
            used = f"{a.value:.4g} {words.unit(a.unit)}".strip()
            rows[name, used] = Row((name, used, f"{a.low:.4g} to {a.high:.4g}", a.reason))
    return Table(("what", "used", "range", "why"), tuple(rows.values()), empty="None was needed.")


def _published(found: DoseAnswer) -> Table:
    rows = tuple(
        Row(
            (
                " ".join(part for part in (fact.statement, fact.note) if part),
                fact.kind.value,
                fact.population,
                fact.source,
                fact.trust.value,
            )
        )
        for fact in found.facts
    )
    return Table(("what", "kind", "where", "source", "trust"), rows)


def _citations(found: DoseAnswer) -> Table:
    keys = dict.fromkeys(fact.source for fact in found.facts)
    return Table(("key", "source"), tuple(Row((k, evidence.source(k).text)) for k in keys))


def _provenance(found: DoseAnswer, command: str | None) -> Table:
    rows = [
        Row((f"SHA-256 of {file.name}", file.sha256))
        for c in found.cases
        for file in (c.made.report.source, *c.made.report.also)
    ]
    rows.append(Row(("seldinger", found.version)))
    if command:
        rows.append(Row(("command", command)))
    return Table(("what", "value"), tuple(rows))
