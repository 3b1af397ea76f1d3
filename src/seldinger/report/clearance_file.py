"""A clearance by itself as files: a page, a PDF, JSON, plain text, and FHIR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import outcomes as outcome_pages
from seldinger.care import procedures
from seldinger.care.clearance import file, text
from seldinger.report import fhir, folder, rendering
from seldinger.report.blocks import Document, Text
from seldinger.report.sections import clearance, outcomes

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.care.clearance.model import Clearance, Release

PAGE, PRINTED = "clearance.html", "clearance.pdf"


def write(out: Path, found: Clearance, sealed: Release | None) -> Path:
    """Write a clearance as the folder ``out``.

    Args:
        out: a new or empty folder, or an earlier one of ours, which is replaced as a whole.
        found: the clearance.
        sealed: a clinician's release of it.

    Returns:
        The page, ``out/clearance.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
    """
    rates = _outcomes(found)
    seal = () if sealed is None else (
        Text(
            lead=f"Released by {sealed.name}, {sealed.role}, {clearance.when(sealed.at)}; SHA-256 "
            f"{sealed.sha256}."
        ),
    )  # fmt: skip
    rest = () if rates is None else outcomes.told(rates)
    document = Document(
        f"Clearance: {text.format_title(found)}",
        "",
        (*clearance.told(found), *_missing(found), *seal),
        rest,
    )
    said = (*found.findings, *found.alternatives)
    bundle = fhir.of_care(found.case.request.procedure, said, rates)
    lines = "\n".join(text.format_lines(found, sealed))
    with folder.replaced(out) as staging:
        (staging / "clearance.txt").write_text(f"{lines}\n", encoding="utf-8")
        (staging / "clearance.json").write_text(file.to_json(found, sealed), encoding="utf-8")
        (staging / "fhir.json").write_text(fhir.to_json(bundle), encoding="utf-8")
        rendering.write(staging, document, {}, PAGE, PRINTED)
    return out / PAGE


def _outcomes(found: Clearance) -> outcome_pages.Outcomes | None:
    request = found.case.request
    if not procedures.has_outcomes(request.procedure, request.organ):
        return None
    return outcome_pages.find(request.procedure, request.organ)


def _missing(found: Clearance) -> tuple[Text, ...]:
    """Which pages about the procedure nobody has written."""
    request = found.case.request
    missing = procedures.missing_pages(request.procedure, request.organ)
    return tuple(Text(sentence, soft=True) for _, sentence in missing)
