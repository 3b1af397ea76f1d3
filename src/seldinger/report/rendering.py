"""Rendering: a document becomes its page and its print in a folder that is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import OutputError
from seldinger.report import html, pdf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from seldinger.report.blocks import Document


def write(
    staging: Path, document: Document, pictures: Mapping[str, bytes], page: str, printed: str
) -> None:
    """Write the pictures, the HTML page and the PDF.

    Args:
        staging: the folder that is being made.
        document: what both say.
        pictures: PNG bytes by their names in ``document``.
        page: name of the HTML file.
        printed: name of the PDF.

    Raises:
        OutputError: it cannot be typeset, or shows a picture that nobody drew.
    """
    missing = sorted({figure.file for figure in document.figures} - set(pictures))
    if missing:
        raise OutputError(
            f"{page} shows {', '.join(missing)}, which no section draws: give its Section pictures"
        )
    for name, data in pictures.items():
        (staging / name).parent.mkdir(exist_ok=True)
        (staging / name).write_bytes(data)
    (staging / page).write_text(html.render_document(document, pictures), encoding="utf-8")
    (staging / printed).write_bytes(pdf.print_document(document, staging, printed))
