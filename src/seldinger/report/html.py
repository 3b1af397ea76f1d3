"""HTML: the view as one self-contained page, and the index of several plans."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from seldinger.report import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.report.blocks import Banner, Document, Row
    from seldinger.report.sheet import Sheet


@dataclass(frozen=True, slots=True)
class IndexCard:
    """One plan on the index; ``page`` and ``picture`` are links relative to the index."""

    page: str
    picture: str
    alt: str
    title: str
    subtitle: str
    banner: Banner
    headline: tuple[Row, ...]


def render_document(content: Document, pictures: Mapping[str, bytes]) -> str:
    """``made`` as HTML text, its ``pictures`` (file name -> PNG bytes) inside; no script."""
    template = _environment().get_template("document.html")
    return template.render(
        d=content, images=_inside(pictures), style=_style(), disclaimer=words.DISCLAIMER
    )


def render_sheet(view: Sheet) -> str:
    """A patient's sheet as HTML text; no script."""
    template = _environment().get_template("sheet.html")
    return template.render(s=view, style=_style("style.css", "sheet.css"))


def render_index(cards: tuple[IndexCard, ...]) -> str:
    """The page that lists several plans."""
    template = _environment().get_template("index.html")
    return template.render(entries=cards, style=_style(), disclaimer=words.DISCLAIMER)


def template_text(name: str) -> str:
    """A file of ``templates/``."""
    return (resources.files("seldinger.report") / "templates" / name).read_text(encoding="utf-8")


def _inside(pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Pictures as addresses that hold them."""
    return {
        name: f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
        for name, png in pictures.items()
    }


def _style(*names: str) -> Markup:
    """Our own style sheets; they hold nothing of a plan."""
    return Markup("".join(template_text(n) for n in names or ("style.css",)))  # noqa: S704


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(template_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
