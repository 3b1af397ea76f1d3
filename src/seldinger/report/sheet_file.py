"""The sheet as files: one HTML page and one PDF, made from the same view."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from seldinger.report import folder, html, pdf

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.report.sheet import Sheet

HTML_PAGE = "sheet.html"
PDF_PAGE = "sheet.pdf"


def write(out: Path, sheet: Sheet) -> Path:
    """Write a sheet as the folder ``out``.

    Returns:
        The page, ``out/sheet.html``.

    Raises:
        OutputError: ``out`` is not ours, or cannot be written; nothing is left behind then.
    """
    with folder.replace_folder(out) as staging:
        write_files(staging, sheet)
    return out / HTML_PAGE


def write_files(staging: Path, sheet: Sheet) -> None:
    """The sheet's two files in a folder that is being made."""
    (staging / HTML_PAGE).write_text(html.render_sheet(sheet), encoding="utf-8")
    (staging / PDF_PAGE).write_bytes(to_pdf(sheet))


def to_pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF bytes.

    Raises:
        OutputError: it cannot be typeset.
    """
    data = json.dumps(asdict(sheet), allow_nan=False)
    return pdf.typeset(("sheet.typ",), {"sheet": data}, None, PDF_PAGE)


def to_json(sheet: Sheet) -> str:
    """The sheet's view as JSON text."""
    return json.dumps(asdict(sheet), allow_nan=False, ensure_ascii=False, indent=2) + "\n"
