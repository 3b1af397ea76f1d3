"""Blocks: any list of them becomes a page and a print, and what looks like code stays text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, get_args

import pytest
from matplotlib.figure import Figure as Drawing

from seldinger.report import blocks, html, pdf
from seldinger.report.blocks import (
    Banner,
    Card,
    Cards,
    Columns,
    Document,
    Entries,
    Figure,
    Heading,
    Note,
    Numbers,
    Row,
    Table,
    Text,
)
from seldinger.report.pictures import to_png

if TYPE_CHECKING:
    from pathlib import Path

PANIC = '#panic("x") *bold* $1$ <script>alert(1)</script>'


def every(said: str) -> tuple[blocks.Block, ...]:
    """One block of each kind, all of which say ``said``."""
    table = Table(("", said), (Row((said, said), "bad"),), note=said, widths=("22%", "1.5fr"))
    picture = Figure("pictures/one.png", said, said)
    return (
        Banner(said, said, "warn", (said, said)),
        Numbers((Row((said, said, said)), Row((said, "1", ""), "bad"))),
        Heading(said, new_page=True),
        Heading(said, level=2),
        Text(said, lead=said, points=(said,), soft=True),
        Note(said),
        Note(said, "warn", said, said),
        table,
        Table(("a",), (), empty=said),
        Entries((Row((said, said, said), "warn"), Row(("", 9 * said))), note=said),
        Entries((), empty=said),
        picture,
        Cards((Card(said, said, table.rows, said, picture),)),
        Cards((), empty=said),
        Columns(((table,), (Text(said), picture)), (2.0, 1.0)),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "one.png").write_bytes(to_png(Drawing(figsize=(2.0, 1.0))))
    return tmp_path


def page(made: Document) -> str:
    return html.render_document(made, {f.file: b"" for f in made.figures})


def test_there_is_an_example_of_each_kind() -> None:
    assert {type(block) for block in every("x")} == set(get_args(blocks.Block))


def test_every_kind_says_its_words_as_text(folder: Path) -> None:
    for block in every(PANIC):
        made = Document("A title", "", (block,))
        text = page(made)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text, block
        assert "<script" not in text, block
        assert pdf.print_document(made, folder, "a.pdf").startswith(b"%PDF"), block


def test_a_page_closes_what_it_opens_and_holds_its_pictures() -> None:
    opened: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, _: object) -> None:
            if tag not in {"meta", "img", "br"}:
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    made = Document(PANIC, PANIC, every("x"), every("y"))
    text = page(made)
    Tags().feed(text)
    assert opened == []
    assert text.count('src="data:image/png;base64,') == len(made.figures) == 6
    assert text.count("not a medical device") == 1


def test_the_same_document_is_printed_with_the_same_bytes(folder: Path) -> None:
    made = Document("A title", "on what", every("x"), every("y"))
    first, again = (pdf.print_document(made, folder, "a.pdf") for _ in range(2))
    assert first == again
    assert b"CreationDate" not in first


def test_pictures_that_fill_leave_room_for_what_page_one_says(folder: Path) -> None:
    hero = Figure("pictures/one.png", "alone", "below", fills=True)
    long = Table(("a",), tuple(Row((str(n),)) for n in range(25)))

    def pages(picture: blocks.Block, rows: Table) -> int:
        made = Document("A title", "", (Text("before"), picture, rows))
        return pdf.print_document(made, folder, "a.pdf").count(b"/Type/Page/")

    tall = Figure("pictures/one.png", "tall", "below", height_mm=180.0)
    assert pages(hero, long) == 1
    assert pages(Columns(((hero,), (hero,)), (1.0, 1.0)), long) == 1
    assert pages(tall, long) == 2


def test_a_block_tells_its_kind_and_is_json() -> None:
    made = blocks.to_data(Document("t", "s", every("x")))
    assert json.loads(json.dumps(made)) == made
    assert [b["kind"] for b in made["first"][:3]] == ["banner", "numbers", "heading"]
    assert made["first"][-1]["columns"][0][0]["kind"] == "table"


def test_a_document_s_word_is_that_of_its_banner() -> None:
    assert Document("t", "s", every("GO")).word == "GO"
    assert Document("t", "s", (Text("x"),)).word == ""
