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


def write(out: Path, cleared: Clearance, sealed: Release | None) -> Path:
    """Write a clearance as the folder ``out``.

    Args:
        out: a new or empty folder, or an earlier one of ours, which is replaced as a whole.
        cleared: the clearance.
        sealed: a clinician's release of it.

    Returns:
        The page, ``out/clearance.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
    """
    rates = _outcomes(cleared)
    seal = () if sealed is None else (
        Text(
            lead=f"Released by {sealed.name}, {sealed.role}, {clearance.format_moment(sealed.at)}; "
            f"SHA-256 {sealed.sha256}."
        ),
    )  # fmt: skip
    rest = () if rates is None else outcomes.build_outcomes(rates)
    document = Document(
        f"Clearance: {text.format_title(cleared)}",
        "",
        (*clearance.build_clearance(cleared), *_missing(cleared), *seal),
        rest,
    )
    said = (*cleared.findings, *cleared.alternatives)
    bundle = fhir.bundle_care(cleared.case.request.procedure, said, rates)
    lines = "\n".join(text.format_lines(cleared, sealed))
    with folder.replace_folder(out) as staging:
        (staging / "clearance.txt").write_text(f"{lines}\n", encoding="utf-8")
        (staging / "clearance.json").write_text(file.to_json(cleared, sealed), encoding="utf-8")
        (staging / "fhir.json").write_text(fhir.to_json(bundle), encoding="utf-8")
        rendering.write(staging, document, {}, PAGE, PRINTED)
    return out / PAGE


def _outcomes(cleared: Clearance) -> outcome_pages.Outcomes | None:
    request = cleared.case.request
    if not procedures.has_outcomes(request.procedure, request.organ):
        return None
    return outcome_pages.find(request.procedure, request.organ)


def _missing(cleared: Clearance) -> tuple[Text, ...]:
    """Which pages about the procedure nobody has written."""
    request = cleared.case.request
    missing = procedures.missing_pages(request.procedure, request.organ)
    return tuple(Text(sentence, soft=True) for _, sentence in missing)
