"""The table of docs/reference/territory-truth.md: territories of the built-in liver.

`python -m tests.territory_truth docs/reference/territory-truth.md` writes it anew. What arteries
feed is known; what a partition finds depends on how far they are traced.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.truth_table import Row, write_table

from seldinger.anatomy.feeders import ASIDE
from seldinger.anatomy.territory import inject, partition_organ
from seldinger.demo.embolization import embolization_patient, grow_arteries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

TRACED = {"all": 0.0, "0.5 mm": 0.5, "0.8 mm": 0.8, "segments": 9.0}
DOUBTED = {name: mm for name, mm in TRACED.items() if name in ("0.8 mm", "segments")}
PROPER = "proper hepatic artery"
MIDDLE = 6
"""Up to this order an artery of the whole crown feeds several terminals."""
CLOSED = 0.906
"""Sensitivity of virtual injection against selective angiography, vessel by vessel."""


@cache
def liver() -> tuple[Mask, Grid]:
    """The liver with its tumours, at 3 mm."""
    patient = embolization_patient(3.0, noise_hu=0.0)
    labels = patient.study.labels
    assert labels is not None
    names = ("liver", "liver-tumour-1", "liver-tumour-2")
    mask = np.logical_or.reduce([labels.mask(name) for name in names])
    return mask, labels.grid


@cache
def feeding() -> np.ndarray:
    """(v,) the edge of the whole crown that truly feeds each voxel of the liver."""
    mask, grid = liver()
    return grow_arteries(0.0).find_feeding_edge(mask, grid)[mask]


def first_edges(tree: Tree) -> dict[str, tuple[int, int]]:
    """By artery from the proper hepatic artery on: the edge that all of it hangs on, its order.

    An artery that leaves another has the next order; the proper hepatic artery has the first.
    """
    root = next(n for n, edge in enumerate(tree.edges) if edge.name == PROPER)
    leaving: dict[int, list[int]] = {}
    for number, edge in enumerate(tree.edges):
        leaving.setdefault(edge.start, []).append(number)
    found, waiting = {PROPER: (root, 1)}, [(root, 1)]
    while waiting:
        above, order = waiting.pop()
        for number in leaving.get(tree.edges[above].end, ()):
            same = tree.edges[number].name == tree.edges[above].name
            found.setdefault(tree.edges[number].name, (number, order + 1))
            waiting.append((number, order if same else order + 1))
    return found


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of all arteries of one order, weighed by volume.

    Attributes:
        sensitivity: share of what they feed that is found.
        precision: share of what is found that they feed.
    """

    sensitivity: float
    precision: float

    @property
    def dice(self) -> float:
        """Both in one."""
        return 2.0 * self.sensitivity * self.precision / (self.sensitivity + self.precision)


@cache
def agree(least_mm: float) -> dict[int, Agreement]:
    """By order: territories of arteries traced down to a diameter, against the truth."""
    whole, traced = grow_arteries(0.0).tree, grow_arteries(least_mm).tree
    mask, grid = liver()
    partition = partition_organ(mask, grid, traced, ASIDE["liver"])
    truly = first_edges(whole)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for name, (edge, order) in first_edges(traced).items():
        first = truly[name][0]
        true = np.isin(feeding(), (first, *whole.below(first)))
        if not true.any() or edge not in partition.edges:
            continue
        found = np.isin(partition.branch[mask], (edge, *traced.below(edge)))
        for at, count in enumerate((true & found, true, found)):
            sums[order][at] += int(count.sum())
    return {n: Agreement(a / b, a / c) for n, (a, b, c) in sorted(sums.items())}


@cache
def doubt(least_mm: float) -> tuple[int, int]:
    """Of the named arteries, how many have their true share between the sure and the possible."""
    whole, traced = grow_arteries(0.0).tree, grow_arteries(least_mm).tree
    mask, grid = liver()
    partition = partition_organ(mask, grid, traced, ASIDE["liver"])
    truly, held, tried = first_edges(whole), 0, 0
    for name, (edge, _) in first_edges(traced).items():
        if "branch" in name or edge not in partition.edges or name == PROPER:
            continue
        first = truly[name][0]
        true = float(np.isin(feeding(), (first, *whole.below(first))).mean())
        sure, _, possible = inject(partition, traced, edge).share(mask)
        held, tried = held + (sure <= true <= possible), tried + 1
    return held, tried


def order_rows() -> Iterator[Row]:
    """Sensitivity and precision by order, beside what a closed system was found to reach."""
    for traced, least_mm in TRACED.items():
        for order, got in agree(least_mm).items():
            case = f"traced: {traced}; order {order}: sensitivity, precision"
            aim = 0.93 if order <= MIDDLE else 0.86
            told = f"{got.sensitivity:.3f}, {got.precision:.3f}"
            if traced == "all":
                miss = f"{100.0 * (got.sensitivity - aim):+.1f} points"
                yield Row("built-in liver", case, f"at least {aim:g}", told, miss)
            else:
                closed = (got.sensitivity - CLOSED) * 100.0
                yield Row("built-in liver", case, f"{CLOSED:g} (closed system, of vessels)", told,
                          f"{closed:+.1f} points")  # fmt: skip


def doubt_rows() -> Iterator[Row]:
    """How often the truth lies between sure and possible."""
    for traced, least_mm in DOUBTED.items():
        held, tried = doubt(least_mm)
        case = f"traced: {traced}; arteries with their true share between sure and possible"
        miss = f"{100.0 * held / tried - 90.0:+.0f} points"
        yield Row("built-in liver", case, "90 %", f"{held} of {tried}", miss)


def rows() -> list[Row]:
    """All of the page."""
    return [*order_rows(), *doubt_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows(), "of")
