"""Bleeding: which traced arteries a bleeding touches, and where all of them can be closed at once.

In:    the label of a bleeding (contrast that left a vessel, a pseudoaneurysm), a tree of arteries.
Out:   the arteries that may bleed, and the last one that leads to all of them.

Contact shows where a bleeding may come from, never that it does: two arteries that touch it both
may. Angiography tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.core.space import Grid, Points
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

_TOUCH_MM = 1.0
"""Between wall and bleeding, beyond half a voxel: less is contact; no source read."""
_STEP_MM = 1.0


@dataclass(frozen=True, slots=True)
class Contact:
    """An artery that a bleeding touches.

    Attributes:
        edge: of the tree.
        from_mm, to_mm: along it, where it is touched.
        gap_mm: between its wall and the bleeding, where they are nearest.
    """

    edge: int
    from_mm: float
    to_mm: float
    gap_mm: float


@dataclass(frozen=True, slots=True)
class BleedingSource:
    """What may bleed.

    Attributes:
        contacts: arteries that are touched, the nearest first; none where none is.
        nearest: the artery that is nearest, touched or not.
    """

    contacts: tuple[Contact, ...]
    nearest: Contact

    @property
    def edges(self) -> tuple[int, ...]:
        """Of the arteries that are touched."""
        return tuple(one.edge for one in self.contacts)


def find_source(mask: Mask, grid: Grid, tree: Tree) -> BleedingSource:
    """The arteries that a bleeding touches.

    Args:
        mask: (i, j, k) the bleeding, with a voxel.
        grid: of the mask.
        tree: with radii, directed from the heart; where a radius is unknown its axis counts.
    """
    from scipy.spatial import cKDTree  # lists of procedures need no trees

    index = np.argwhere(mask).astype(float)
    seen = cKDTree(grid.to_lps(index))
    half_mm = 0.5 * float(np.max(grid.spacing_mm))
    found = []
    for number, edge in enumerate(tree.edges):
        curve = edge.curve
        # Points of a curve may lie far apart: the bleeding is looked for between them too.
        at = np.union1d(curve.along_mm, np.arange(0.0, curve.length_mm, _STEP_MM))
        away, _ = seen.query(curve.points_at(at))
        bare = curve.radius_mm is None
        radius = 0.0 if bare else np.interp(at, curve.along_mm, np.asarray(curve.radius_mm))
        gap = np.maximum(away - radius - half_mm, 0.0)
        near = np.flatnonzero(gap <= max(_TOUCH_MM, float(gap.min())))
        along = at[near]
        found.append(
            Contact(number, float(along.min()), float(along.max()), float(gap.min()))
        )  # fmt: skip
    found.sort(key=lambda one: (one.gap_mm, one.edge))
    return BleedingSource(tuple(one for one in found if one.gap_mm <= _TOUCH_MM), found[0])


def list_ancestors(tree: Tree, edge: int) -> tuple[int, ...]:
    """An edge, the one that feeds it, and so on up to the first.

    Args:
        tree: directed from the heart; where ways meet, the first of them is followed.
        edge: where to begin.
    """
    into: dict[int, int] = {}
    for number, one in enumerate(tree.edges):
        into.setdefault(one.end, number)
    line = [edge]
    for _ in tree.edges:
        above = into.get(tree.edges[line[-1]].start)
        if above is None or above in line:
            break
        line.append(above)
    return tuple(line)


def find_common(tree: Tree, edges: Iterable[int]) -> int | None:
    """The last edge that leads to all of some edges, or is the first of them; None: there is none.

    Args:
        tree: directed from the heart.
        edges: at least one.
    """
    lines = [list_ancestors(tree, edge) for edge in edges]
    shared = set(lines[0]).intersection(*lines[1:])
    return next((edge for edge in lines[0] if edge in shared), None)


def measure_distance_mm(points_lps_mm: Points, mask: Mask, grid: Grid) -> float:
    """Between points, (n, 3), and the nearest voxel of a mask.

    Args:
        points_lps_mm: at least one.
        mask: (i, j, k), with a voxel.
        grid: of the mask.
    """
    from scipy.spatial import cKDTree  # as above

    seen = cKDTree(grid.to_lps(np.argwhere(mask).astype(float)))
    away, _ = seen.query(points_lps_mm)
    return float(np.min(away))
