"""A clearance by itself as files: a page, a PDF, JSON, plain text, and FHIR."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from seldinger.care import outlook as outlooks
from seldinger.care.clearance import file, text
from seldinger.core.errors import CareError
from seldinger.report import clearance, fhir, folder, html, pdf, risk, words

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.care.clearance.model import Clearance, Release

_TEMPLATES = ("parts.typ", "care.typ", "clearance.typ")


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
    page, outlook = clearance.of(found), _outlook(found)
    told = None if outlook is None else risk.of(outlook)
    title = f"Clearance: {text.title(found)}"
    seal = "" if sealed is None else (
        f"Released by {sealed.name}, {sealed.role}, {clearance.when(sealed.at)}; SHA-256 "
        f"{sealed.sha256}."
    )  # fmt: skip
    view = {
        "title": title, "clearance": asdict(page), "seal": seal,
        "risk": None if told is None else asdict(told), "disclaimer": words.DISCLAIMER,
    }  # fmt: skip
    said = (*found.findings, *found.alternatives)
    bundle = fhir.of_care(found.case.request.procedure, said, outlook)
    lines = "\n".join(text.lines(found, sealed))
    with folder.replaced(out) as staging:
        (staging / "clearance.txt").write_text(f"{lines}\n", encoding="utf-8")
        (staging / "clearance.json").write_text(file.to_json(found, sealed), encoding="utf-8")
        (staging / "fhir.json").write_text(fhir.to_json(bundle), encoding="utf-8")
        (staging / "clearance.html").write_text(
            html.clearance(title, page, seal, told), encoding="utf-8"
        )
        made = pdf.typeset(_TEMPLATES, {"report": json.dumps(view)}, None, "clearance.pdf")
        (staging / "clearance.pdf").write_bytes(made)
    return out / "clearance.html"


def _outlook(found: Clearance) -> outlooks.Outlook | None:
    request = found.case.request
    try:
        return outlooks.of(request.procedure, request.organ)
    except CareError:
        return None
