"""SWC: samples with a radius and a parent each, as tracers of vessels and nerves write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.image.curve_lines import Line, Lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMNS = 7
_NAMED = re.compile(r"#\s*type\s+(\d+)\s*=\s*(.+?)\s*$")
_FRAME = re.compile(r"\b(LPS|RAS)\b")


def read(data: bytes, name: str) -> Lines:
    """The branches of an SWC file, from each root to the leaves.

    Args:
        data: of the file.
        name: of the file, for messages.

    Raises:
        ImageError: a line is no sample, a parent is missing, or the parents go in a circle.
    """
    table: list[list[float]] = []
    names: dict[int, str] = {}
    told: set[str] = set()
    for number, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if text.lstrip().startswith("#"):
            told |= set(_FRAME.findall(text))
            if match := _NAMED.match(text.strip()):
                names[int(match[1])] = match[2]
            continue
        words = text.split()
        if not words:
            continue
        try:
            if len(words) < _COLUMNS:
                raise ValueError(f"{len(words)} columns")  # noqa: TRY301
            table.append([float(word) for word in words[:_COLUMNS]])
        except ValueError as wrong:
            raise ImageError(
                f"{name}, line {number}: no sample of SWC ({wrong}): id, type, x, y, z, radius and "
                "parent are expected"
            ) from wrong
    if not table:
        raise ImageError(f"{name}: it holds no sample; give an SWC file")
    samples = np.array(table)
    if not np.isfinite(samples[:, [0, 1, 6]]).all():
        raise ImageError(f"{name}: an id, type or parent is not a number; write the file again")
    space = told.pop() if len(told) == 1 else ""
    return Lines(tuple(_follow(samples, names, name)), space)


def _follow(samples: NDArray[np.float64], names: dict[int, str], name: str) -> list[Line]:
    """Chains of samples between roots, branchings and leaves."""
    row_of = {int(row[0]): n for n, row in enumerate(samples)}
    if len(row_of) < len(samples):
        raise ImageError(f"{name}: two samples have one id; number them anew")
    children: list[list[int]] = [[] for _ in samples]
    roots = []
    for n, row in enumerate(samples):
        parent = int(row[6])
        if parent < 0:
            roots.append(n)
        elif parent not in row_of:
            raise ImageError(f"{name}: sample {int(row[0])} has the parent {parent}: there is none")
        else:
            children[row_of[parent]].append(n)
    lines, waiting, reached = [], [(r, c) for r in roots for c in children[r]], len(roots)
    while waiting:
        start, at = waiting.pop(0)
        chain = [start, at]
        while len(children[chain[-1]]) == 1:
            chain.append(children[chain[-1]][0])
        reached += len(chain) - 1
        waiting.extend((chain[-1], child) for child in children[chain[-1]])
        rows = samples[chain]
        called = names.get(int(rows[-1, 1]), "")
        lines.append(Line(rows[:, 2:5], rows[:, 5], called))
    if reached < len(samples):
        raise ImageError(f"{name}: parents go in a circle: SWC holds trees, not loops")
    return lines
