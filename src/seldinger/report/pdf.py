"""PDF: the view as a printed report, typeset by typst with the fonts that it carries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typst

from seldinger.core.errors import OutputError
from seldinger.report import blocks, words
from seldinger.report.html import template_text

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.report.blocks import Document

_EPOCH_S = 0
"""The clock as the document sees it: the same plan gives the same bytes."""


def print_document(content: Document, folder: Path | None, name: str) -> bytes:
    """``made`` as PDF bytes.

    Args:
        content: what is printed.
        folder: where pictures are read from; None: there are none.
        name: of the document, for messages.

    Raises:
        OutputError: it cannot be typeset.
    """
    view = blocks.to_data(content) | {"disclaimer": words.DISCLAIMER}
    return typeset(("document.typ",), {"document": json.dumps(view, allow_nan=False)}, folder, name)


def typeset(
    templates: tuple[str, ...], inputs: dict[str, str], folder: Path | None, name: str
) -> bytes:
    """A document as PDF bytes.

    A view travels as JSON, never as typst source: a label that looks like code stays text.

    Args:
        templates: files of ``templates/``, read as one text.
        inputs: JSON by the name under which the template reads it.
        folder: where pictures are read from; None: there are none.
        name: of the document, for messages.

    Raises:
        OutputError: it cannot be typeset.
    """
    try:
        compiler = typst.Compiler(
            "\n".join(template_text(template) for template in templates).encode(),
            root=None if folder is None else str(folder),
            ignore_system_fonts=True,
            sys_inputs=inputs,
        )
        pages = compiler.compile(format="pdf", timestamp=_EPOCH_S)
    except RuntimeError as error:
        raise OutputError(f"{name} cannot be typeset: {error}") from error
    if not isinstance(pages, bytes):
        raise OutputError(f"{name} cannot be typeset: typst gave no single document")
    return pages
