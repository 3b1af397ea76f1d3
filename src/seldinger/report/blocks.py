"""Blocks: what a page is made of.

A page is a tuple of blocks: plain strings and rows. Nothing is computed from masks here and nothing
is laid out; one HTML template and one PDF template render any of them. Templates hold no medicine
and round nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Tone = str
"""How something is coloured: "good", "bad", "warn", "strong", or "plain"."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Banner:
    """The answer: one word, one sentence, the reasons."""

    kind: ClassVar[str] = "banner"
    word: str
    sentence: str
    tone: Tone
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The few numbers that matter most, side by side; each row: what, value, remark."""

    kind: ClassVar[str] = "numbers"
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 2 stands under one of level 1. In print it may begin a page."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: a bold ``lead``, the text, points below it; ``soft`` is small and grey."""

    kind: ClassVar[str] = "text"
    text: str = ""
    lead: str = ""
    points: tuple[str, ...] = ()
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A box that must not be overlooked: ``lead`` and ``strong`` are bold.

    Its tone is "bad" for what must be read before anything else, "warn" for what is not known, and
    "plain" where nothing is missing.
    """

    kind: ClassVar[str] = "note"
    text: str
    tone: Tone = "bad"
    lead: str = ""
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        head: names of the columns; not printed where all are empty.
        rows: as many cells each as ``head``.
        empty: said when there are no rows.
        note: stands below.
        widths: of the columns in print, each "auto", "1.2fr" or "22%"; none: all alike.
        wrap: the first column may break into lines on the screen.
        dense: small letters in print.
    """

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    note: str = ""
    widths: tuple[str, ...] = ()
    wrap: bool = False
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """Short entries in small letters, two abreast; a row: bold lead, text, perhaps a remark.

    ``empty`` is said when there are none; ``note`` stands below.
    """

    kind: ClassVar[str] = "entries"
    rows: tuple[Row, ...]
    empty: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture.

    Attributes:
        file: its name below the report's folder.
        alt: what it shows.
        caption: the line below it.
        height_mm: in print; None: as wide as the page.
        fills: in print it takes the room that the rest of page one leaves.
    """

    kind: ClassVar[str] = "figure"
    file: str
    alt: str
    caption: str
    height_mm: float | None = None
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One of several things of a kind: a path, a probe."""

    title: str
    stamp: str
    facts: tuple[Row, ...]
    note: str
    picture: Figure | None


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards side by side, in print compared fact by fact; ``empty`` is said when there are none."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side; ``shares`` are the widths as parts of the whole."""

    kind: ClassVar[str] = "columns"
    columns: tuple[tuple[Block, ...], ...]
    shares: tuple[float, ...]


Block = Banner | Numbers | Heading | Text | Note | Table | Entries | Figure | Cards | Columns


@dataclass(frozen=True, slots=True)
class Document:
    """A page with its title, as it is rendered.

    Attributes:
        title: printed large, and in the foot of every printed page.
        subtitle: on what, by what.
        first: page one, the answer first.
        rest: everything after it.
    """

    title: str
    subtitle: str
    first: tuple[Block, ...]
    rest: tuple[Block, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block in its order."""
        return (*self.first, *self.rest)

    @property
    def word(self) -> str:
        """The answer in a word; empty without a banner."""
        return next((b.word for b in self.blocks if isinstance(b, Banner)), "")

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every picture, in the order of the page."""
        return tuple(_figures(self.blocks))


def to_data(value: Any) -> Any:
    """``value`` as JSON can hold it; a block tells its ``kind``."""
    if is_dataclass(value):
        made = {one.name: to_data(getattr(value, one.name)) for one in fields(value)}
        kind = getattr(value, "kind", None)
        return made if kind is None else {"kind": kind, **made}
    return [to_data(one) for one in value] if isinstance(value, tuple) else value


def _figures(blocks: tuple[Block, ...]) -> Iterator[Figure]:
    for block in blocks:
        match block:
            case Figure():
                yield block
            case Cards():
                yield from (c.picture for c in block.cards if c.picture is not None)
            case Columns():
                for column in block.columns:
                    yield from _figures(column)
