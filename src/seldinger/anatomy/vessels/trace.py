"""Trace: labels of vessels become a named tree with the figures of every branch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.branches import Branch, measure_branch
from seldinger.anatomy.vessels.doubts import find_doubts
from seldinger.anatomy.vessels.extract import Centrelines, extract_centrelines
from seldinger.anatomy.vessels.naming import name_edges, rename_edges
from seldinger.anatomy.vessels.routes import Route, find_route
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import did_you_mean, match_name
from seldinger.core.progress import Progress, silent
from seldinger.core.record import AssumptionUse, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Grid, Vector
    from seldinger.core.tree import Tree
    from seldinger.core.volume import LabelMap, Mask, Volume

VESSEL_ASSUMPTIONS = tuple(read_assumptions("seldinger.anatomy.vessels", "trace").values())


@dataclass(frozen=True, slots=True)
class TraceRequest:
    """What is to be traced.

    Attributes:
        vessels: names of labels, joined to one mask.
        root_lps_mm: near the end that feeds the rest; None takes the widest end.
        route: names of vessels, or places as "L,P,S" in mm, that a way is asked between.
        names: new names by number of an edge or by old name.
        assume: overrides of ``VESSEL_ASSUMPTIONS`` by name, inside their ranges.

    Raises:
        AnatomyError: no vessel is named, or an assumption is unknown or out of its range.
    """

    vessels: tuple[str, ...]
    root_lps_mm: Vector | None = None
    route: tuple[str, str] | None = None
    names: Mapping[int | str, str] = field(default_factory=dict)
    assume: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.vessels:
            raise AnatomyError("no vessel is named: name at least one label")
        known = {one.name: one for one in VESSEL_ASSUMPTIONS}
        for name, value in self.assume.items():
            if name not in known:
                hint = did_you_mean(name, known)
                raise AnatomyError(
                    f"no assumption is called {name!r}; {hint}there are: {', '.join(known)}"
                )
            low, high = known[name].low, known[name].high
            if not low <= value <= high:
                raise AnatomyError(
                    f"assumption {name} is {value:g}; allowed are {low:g} to {high:g} HU"
                )


@dataclass(frozen=True, slots=True, eq=False)
class VesselTrace:
    """Traced vessels.

    Attributes:
        vessels: labels that the mask was joined of.
        mask: (i, j, k) of them all.
        grid: of the mask.
        lines: centrelines, with their root and ends; its tree has the names.
        branches: of each edge.
        route: None when none was asked for.
        assumptions: as they were used.
        notes: for a reader.
    """

    vessels: tuple[str, ...]
    mask: Mask
    grid: Grid
    lines: Centrelines
    branches: tuple[Branch, ...]
    route: Route | None
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr

    @property
    def tree(self) -> Tree:
        """With names."""
        return self.lines.tree


def trace_vessels(
    labels: LabelMap,
    asked: TraceRequest,
    ct: Volume | None = None,
    progress: Progress = silent,
) -> VesselTrace:
    """Trace the labels that are asked for.

    Args:
        labels: with the vessels among them.
        asked: which, and what of them.
        ct: in HU on the labels' grid; without one nothing is said of calcium, wall or veins.
        progress: told what is being done; may raise ``Cancelled``.

    Raises:
        AnatomyError: nothing can be traced, the root is nowhere near an end, or there is no route.
        LabelError: there is no such label.
    """
    vessels = tuple(dict.fromkeys(match_name(v, labels.names) or v for v in asked.vessels))
    mask = np.zeros(labels.grid.shape, dtype=bool)
    for name in vessels:
        mask |= labels.mask(name)
    progress("centrelines", 0.0)
    lines = extract_centrelines(mask, labels.grid, asked.root_lps_mm)
    tree = rename_edges(name_edges(lines.tree, labels, vessels), asked.names)
    lines = Centrelines(tree, lines.root, lines.unreached, lines.cut, lines.notes)
    route = None
    if asked.route is not None:
        known = tuple({edge.name for edge in tree.edges if edge.name})
        start, end = (match_name(word, known) or word for word in asked.route)
        route = find_route(tree, start, end)
    used = tuple(AssumptionUse.resolve(one, asked.assume) for one in VESSEL_ASSUMPTIONS)
    value = {one.name: one.value for one in used}
    branches = []
    for n in range(len(tree.edges)):
        progress("branches", 0.4 + 0.5 * n / len(tree.edges))
        branches.append(measure_branch(tree, n, mask, labels.grid, ct, value["dense_hu"]))
    notes = lines.notes
    if ct is not None:
        progress("doubts", 0.9)
        notes += find_doubts(tree, mask, ct, value)
    return VesselTrace(vessels, mask, labels.grid, lines, tuple(branches), route, used, notes)
