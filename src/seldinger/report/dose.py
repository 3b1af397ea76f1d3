"""Dose report: a dose answer becomes a folder: dose.json, one page, a PDF, a map of the skin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.care.exposure.levels import format_dose
from seldinger.care.exposure.skin import EstimateKind
from seldinger.care.exposure.summary import Agreement
from seldinger.core.verdict import Severity
from seldinger.report import dose_file, dose_picture, dose_words, folder, rendering, tables
from seldinger.report.blocks import Banner, Document, Figure, Heading, Numbers, Row, Table, Text
from seldinger.report.pictures import to_png

if TYPE_CHECKING:
    from seldinger.care.exposure.assessment import DoseAssessment
    from seldinger.care.exposure.cumulative import Case
    from seldinger.core.record import AssumptionUse

DOSE_FILE = "dose.json"
PAGE, PRINTED = "dose.html", "dose.pdf"
_MAP_MM = 88.0
_TONES = {
    Severity.STOP: "bad",
    Severity.ACTION: "bad",
    Severity.CAUTION: "warn",
    Severity.INFO: "plain",
}
_AGREEMENT = {Agreement.DISAGREES: "bad", Agreement.UNKNOWN: "warn"}


def write(out: Path | str, assessment: DoseAssessment, *, command: str | None = None) -> Path:
    """Write ``found`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        assessment: what to write.
        command: how it was asked for; printed with the provenance.

    Returns:
        The page, ``out/dose.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        CareError: a number is not finite.
    """
    place = Path(out)
    with folder.replace_folder(place) as staging:
        (staging / DOSE_FILE).write_text(dose_file.to_json(assessment), encoding="utf-8")
        document = build_page(assessment, command)
        maps = [to_png(dose_picture.draw_skin_map(case.skin)) for case in _mapped(assessment)]
        pictures = {f.file: data for f, data in zip(document.figures, maps, strict=True)}
        rendering.write(staging, document, pictures, PAGE, PRINTED)
    return place / PAGE


def build_page(assessment: DoseAssessment, command: str | None) -> Document:
    """What the page says."""
    dates = [date for date in assessment.together.dates if date]
    files = [
        (file.name, file.sha256)
        for c in assessment.cases
        for file in (c.made.report.source, *c.made.report.also)
    ]
    notes = _notes(assessment)
    asked = (("command", command),) if command else ()
    return Document(
        title="Radiation dose",
        subtitle=f"{len(assessment.cases)} report(s), {', '.join(dates) or 'no date'}; "
        f"levels: {assessment.policy_title}",
        first=(_banner(assessment), _headline(assessment), *_pictures(assessment)),
        rest=(
            *tables.with_headings(
                ("Dose levels and follow-up", _findings(assessment)),
                ("Totals, recomputed", _totals(assessment)),
                ("Dose to the skin", _skin(assessment)),
            ),
            *((Heading("Notes"), Text(points=notes)) if notes else ()),
            *tables.with_headings(
                ("Assumptions", tables.build_assumptions(_assumed(assessment))),
                ("Published figures", _published(assessment)),
                ("Sources", tables.cite(fact.source for fact in assessment.facts)),
                ("Provenance", tables.build_provenance(files, assessment.version, asked)),
            ),
        ),
    )


def _mapped(found: DoseAssessment) -> list[Case]:
    """Cases whose dose to the skin is known place by place."""
    return [case for case in found.cases if case.skin.how is EstimateKind.MAP]


def _banner(assessment: DoseAssessment) -> Banner:
    word, tone = dose_words.answer_in_a_word(assessment)
    skin = assessment.together.found.skin
    sentence = f"Peak skin dose {format_dose(skin, 'Gy')}."
    if all(case.skin.how is EstimateKind.NONE for case in assessment.cases):
        sentence = "CT reports tell no dose to skin."
    return Banner(word, sentence, tone, tuple(f.text for f in assessment.wants))


def _headline(assessment: DoseAssessment) -> Numbers:
    whole = assessment.together.found
    wrong = sum(len(case.made.disagreeing) for case in assessment.cases)
    rows = [
        Row(("peak skin dose", format_dose(whole.skin, "Gy"), "estimate with interval, or bound")),
        Row(("kerma", format_dose(whole.kerma, "Gy"), "at the reference point")),
        Row(("kerma-area product", format_dose(whole.pka, "Gy cm2"), "")),
        Row(("fluoroscopy", format_dose(whole.time, "min"), "")),
    ]
    if all(case.skin.how is EstimateKind.NONE for case in assessment.cases):
        rows = [
            Row(
                ("dose-length product", dose_words.format_quantity(c.made.dlp_mgy_cm, "mGy.cm"), "")
            )
            for c in assessment.cases
        ]
    differ = f"{wrong} differ from their irradiations" if wrong else "add up"
    rows.append(Row(("totals", differ, "the report's own"), "warn" if wrong else "plain"))
    return Numbers(tuple(rows))


def _pictures(assessment: DoseAssessment) -> list[Figure]:
    return [
        Figure(
            f"pictures/skin-{number}.png",
            "Dose to the skin, unrolled",
            f"{case.made.report.date or 'No date'}: the skin unrolled and seen from behind, head "
            f"up. The ring marks the peak, {dose_words.describe_skin(case.skin)} "
            f"({dose_words.describe_place(case.skin)}).",
            height_mm=_MAP_MM,
        )
        for number, case in enumerate(_mapped(assessment), start=1)
    ]


def _findings(assessment: DoseAssessment) -> Table:
    rows = tuple(
        Row((f.status.value.replace("_", " "), f.text, f.stamp, f.id), _TONES[f.severity])
        for f in assessment.findings
    )
    widths = ("auto", "1fr", "22%", "24%")
    return Table(("status", "finding", "trust", "rule"), rows, "No level applies.", widths=widths)


def _totals(found: DoseAssessment) -> Table:
    rows = []
    for case in found.cases:
        for total in case.made.compared:
            if total.told in (None, 0.0) and not total.summed.value:
                continue
            cells = (
                case.made.report.date,
                dose_words.format_name(total),
                dose_words.format_quantity(total.told, total.unit),
                dose_words.format_quantity(total.summed.value, total.unit),
                dose_words.describe_difference(total),
            )
            rows.append(Row(cells, _AGREEMENT.get(total.agreement, "plain")))
    return Table(
        ("date", "total", "the report says", "sum of its irradiation events", "agreement"),
        tuple(rows),
        empty="The report tells no total.",
        note="Levels are held against the larger of both.",
        widths=("auto", "1fr", "auto", "auto", "1.1fr"),
    )


def _skin(assessment: DoseAssessment) -> Table:
    rows = [
        Row(
            (
                case.made.report.date,
                dose_words.describe_skin(case.skin),
                dose_words.describe_certainty(case.skin),
            )
        )
        for case in assessment.cases
    ]
    if len(assessment.cases) > 1:
        whole = assessment.together
        rows.append(Row(("together", format_dose(whole.found.skin, "Gy"), whole.how), "strong"))
    if assessment.screening_gy is not None:
        about = dose_words.format_quantity(assessment.screening_gy, "Gy")
        rows.append(Row(("screening", f"about {about}", "one institution's ratio to kerma")))
    head, widths = ("date", "peak skin dose", "certainty"), ("auto", "1fr", "1.6fr")
    return Table(head, tuple(rows), widths=widths)


def _notes(assessment: DoseAssessment) -> tuple[str, ...]:
    several = len(assessment.cases) > 1
    notes = [
        f"{case.made.report.date}: {note}" if several else note
        for case in assessment.cases
        for note in (
            *case.made.notes,
            *(case.skin.reasons if case.skin.how is EstimateKind.MAP else ()),
        )
    ]
    notes += [f"{phantom}" for case in assessment.cases for phantom in _ctdi(case)]
    return (*notes, *assessment.together.notes)


def _ctdi(case: Case) -> list[str]:
    return [
        f"CTDIvol ({f'{phantom} phantom' if phantom else 'phantom not told'}): largest "
        f"{largest:.4g} mGy, summed {total:.4g} mGy."
        for phantom, largest, total in case.made.ctdi_vol_mgy
    ]


def _assumed(found: DoseAssessment) -> list[AssumptionUse]:
    return [a for case in found.cases for a in case.skin.assumptions]


def _published(assessment: DoseAssessment) -> Table:
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
        for fact in assessment.facts
    )
    head = ("finding", "kind", "population", "source", "trust")
    widths = ("1fr", "auto", "24%", "auto", "auto")
    return Table(head, rows, widths=widths, wrap=True, dense=True)
