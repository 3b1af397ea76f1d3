"""A page's table of truth: every case with what is expected, what comes out, and the miss.

A table lives between two marks of a page; its maker writes it anew, and a test compares it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        kind: of the case, or where it comes from.
        case: in words.
        expected, got: with their units.
        missed: "+1.2 %".
    """

    kind: str
    case: str
    expected: str
    got: str
    missed: str

    def __str__(self) -> str:
        return f"| {self.kind} | {self.case} | {self.expected} | {self.got} | {self.missed} |"

    @property
    def percent(self) -> float:
        """The miss as a number."""
        return float(self.missed.split()[0])


def write_table(page: Path, rows: Iterable[Row], kind: str = "") -> None:
    """Put the table into its page.

    Args:
        page: that holds both marks.
        rows: in their order.
        kind: heading of the first column.
    """
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    first = f"| {kind} |" if kind else "| |"
    head = f"{first} case | published | got | missed by |\n| --- | --- | --- | --- | --- |"
    table = "\n".join([head, *map(str, rows)])
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")


def read_lines(page: Path) -> list[str]:
    """The lines of the table as they stand in the page, without its head."""
    table = page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    return [line for line in table.splitlines() if line.startswith("| ")][2:]
