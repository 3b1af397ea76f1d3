"""Clots: a labelled clot becomes a stretch of the vein that it lies in, with what it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Segment
from seldinger.anatomy.vessels.patient import show_mask
from seldinger.anatomy.vessels.veins import CLOT
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import match_name
from seldinger.core.shapes import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Structure
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]

_OUTSIDE_SHARE = 0.3
"""Of a clot that may lie outside of every traced vein: labels are not that exact."""
_TOUCHED_SHARE = 0.03
AWAY_SHARE = 0.1
"""Of a clot that lies off the way through it: more is another clot under the same label."""
_WIDTHS = (10.0, 90.0)
"""Per cent of a stretch between which its width is told: a traced vein tapers at its free end."""
_ENDS = (0.5, 99.5)
"""Per cent of its voxels between which a clot reaches: one voxel astray does not lengthen it."""


@dataclass(frozen=True, slots=True, eq=False)
class VeinClot:
    """A clot in a vein.

    Attributes:
        segment: the stretch of vein that it fills, in the direction of flow.
        veins: that it lies in, in that direction.
        radius_mm: of the vein along it, on average; None: unknown.
        volume_ml: of the clot; None where no label shows it.
        occluded: share of the vein's lumen that it takes; None: unknown.
        notes: what of it lies elsewhere.
        away_share: of the clot, that the way through it does not meet; 0 where no label shows it.
    """

    segment: Segment
    veins: tuple[str, ...]
    radius_mm: float | None
    volume_ml: float | None
    occluded: float | None
    notes: tuple[str, ...] = ()
    away_share: float = 0.0

    __repr__ = short_repr

    @property
    def length_mm(self) -> float:
        """Along the vein."""
        return self.segment.length_mm

    @property
    def widths_mm(self) -> tuple[float, float] | None:
        """How narrow and how wide the vein is along it; None: unknown."""
        radii = _find_radii_mm(self.segment)
        if radii is None:
            return None
        low, high = np.percentile(2.0 * radii, _WIDTHS)
        return float(low), float(high)


def list_clots(anatomy: Anatomy) -> tuple[str, ...]:
    """Names of the labelled clots."""
    return tuple(s.name for s in anatomy.structures if s.name.startswith(CLOT))


def find_clot(anatomy: Anatomy, name: str) -> VeinClot:
    """The labelled clot called ``name``, on the vein that it lies in.

    Args:
        anatomy: with its veins traced.
        name: of a structure.

    Raises:
        AnatomyError: nothing is called that, no vein was traced, or the clot lies outside of them.
    """
    clots = list_clots(anatomy)
    found = match_name(name, anatomy.names)
    if found is None and name.strip().lower() in {CLOT, "clot"} and len(clots) == 1:
        found = clots[0]
    tree = anatomy.veins
    if found is None or tree is None:
        raise AnatomyError(
            f"no clot is called {name!r}; labelled clots: {', '.join(clots) or 'none'}"
        )
    mask, grid = _show(anatomy, anatomy.get_structure(found))
    points = grid.to_lps(np.argwhere(mask).astype(np.float64))
    edges, own = _place(tree, points, float(max(grid.spacing_mm)), found)
    chain = _follow(tree, edges)
    curve = _join([tree.edges[n].curve for n in chain])
    held = np.isin(own, chain)
    at = _along(curve, points[held])
    first, last = np.clip(np.percentile(at, _ENDS), 0.0, curve.length_mm)
    counts = {n: int((own == n).sum()) for n in chain}
    vessel = tree.edges[max(counts, key=lambda n: counts[n])].name or "vein without a name"
    segment = Segment(found, vessel, curve, float(first), float(max(last, first + 1.0)))
    volume_mm3 = len(points) * float(np.prod(grid.spacing_mm))
    away = 1.0 - float(held.mean())
    others = sorted({tree.edges[n].name for n in edges if n not in chain} - {""})
    notes: tuple[str, ...] = ()
    if others or away >= AWAY_SHARE:
        where = f", some in the {', '.join(others)}" if others else ""
        notes = (f"{100.0 * away:.0f} % of the clot lie elsewhere{where}: not in this way.",)
    veins = tuple(dict.fromkeys(tree.edges[n].name for n in chain if tree.edges[n].name))
    held_mm3 = volume_mm3 * float(held.mean())
    return _measure(segment, veins, volume_mm3, held_mm3, notes, away)


def _show(anatomy: Anatomy, structure: Structure) -> tuple[Mask, Grid]:
    """A clot on the grid of its label; on that of the anatomy where none shows it."""
    labels = anatomy.study.labels
    if labels is not None and any(raw in labels.names for raw in structure.sources):
        return show_mask(anatomy, structure), labels.grid
    return structure.mask, anatomy.grid


def find_crossed_clots(anatomy: Anatomy, points_lps_mm: Sequence[Vector]) -> tuple[str, ...]:
    """Labelled clots that a way leads through.

    Args:
        anatomy: with its labels.
        points_lps_mm: of the way, some mm apart.
    """
    tree = scipy.spatial.cKDTree(np.array(points_lps_mm))
    found = []
    for name in list_clots(anatomy):
        mask, grid = _show(anatomy, anatomy.get_structure(name))
        points = grid.to_lps(np.argwhere(mask).astype(np.float64))
        if len(points) and tree.query(points)[0].min() <= max(grid.spacing_mm):
            found.append(name)
    return tuple(found)


def measure_stretch(segment: Segment) -> VeinClot:
    """A stretch of vein that somebody says holds a clot: how much of it is filled is unknown.

    Args:
        segment: the stretch.
    """
    return VeinClot(segment, (segment.vessel,), _mean_radius_mm(segment), None, None)


def _measure(
    segment: Segment,
    veins: tuple[str, ...],
    volume_mm3: float,
    held_mm3: float,
    notes: tuple[str, ...],
    away: float,
) -> VeinClot:
    radius = _mean_radius_mm(segment)
    occluded = None
    if radius is not None:
        occluded = min(1.0, held_mm3 / (np.pi * radius**2 * segment.length_mm))
    return VeinClot(segment, veins, radius, volume_mm3 / 1000.0, occluded, notes, away)


def _mean_radius_mm(segment: Segment) -> float | None:
    """Of a disc as large as the mean section."""
    radii = _find_radii_mm(segment)
    return None if radii is None else float(np.sqrt(np.mean(radii**2)))


def _find_radii_mm(segment: Segment) -> Floats | None:
    """(n,) along the stretch; None: unknown."""
    if segment.curve.radius_mm is None:
        return None
    along = segment.curve.along_mm
    inside = (along >= segment.from_mm) & (along <= segment.to_mm)
    found: Floats = segment.curve.radius_mm[inside]
    return found if found.size else None


def _place(
    tree: Tree, points: Points, voxel_mm: float, name: str
) -> tuple[list[int], NDArray[np.intp]]:
    """Edges that hold enough of a clot, and the edge of each of its points, -1 outside of all."""
    every = np.vstack([edge.curve.points_lps_mm for edge in tree.edges])
    owner = np.concatenate(
        [np.full(len(e.curve.points_lps_mm), n) for n, e in enumerate(tree.edges)]
    )
    wide = np.concatenate(
        [
            np.full(len(e.curve.points_lps_mm), 10.0)
            if e.curve.radius_mm is None
            else e.curve.radius_mm
            for e in tree.edges
        ]
    )
    away, index = scipy.spatial.cKDTree(every).query(points)
    inside = away <= 1.3 * wide[index] + voxel_mm
    outside = 1.0 - float(inside.mean())
    if outside > _OUTSIDE_SHARE:
        raise AnatomyError(
            f"{name} lies outside of every traced vein: {100.0 * outside:.0f} % of it; at most "
            f"{100.0 * _OUTSIDE_SHARE:.0f} % may: label the clot in its vein, or trace that vein"
        )
    own = np.where(inside, owner[index], -1)
    held = [n for n in range(len(tree.edges)) if (own == n).mean() >= _TOUCHED_SHARE]
    return held, own


def _follow(tree: Tree, touched: list[int]) -> list[int]:
    """The way along the flow that passes most of the touched edges, from the first to the last."""
    best: list[int] = []
    for start in touched:
        chain = [start]
        while len(chain) <= len(tree.edges):
            onward = [
                n
                for n, edge in enumerate(tree.edges)
                if edge.start == tree.edges[chain[-1]].end and n not in chain
            ]
            if not onward:
                break
            chain.append(next((n for n in onward if n in touched), onward[0]))
        last = max(k for k, n in enumerate(chain) if n in touched)
        chain = chain[: last + 1]
        if sum(n in touched for n in chain) > sum(n in touched for n in best):
            best = chain
    return best


def _join(curves: list[Curve]) -> Curve:
    points = np.vstack([curves[0].points_lps_mm, *(c.points_lps_mm[1:] for c in curves[1:])])
    radii = [c.radius_mm for c in curves]
    if any(r is None for r in radii):
        return Curve(points)
    known = [r for r in radii if r is not None]
    return Curve(points, np.concatenate([known[0], *(r[1:] for r in known[1:])]))


def _along(curve: Curve, points: Points) -> Floats:
    _, index = scipy.spatial.cKDTree(curve.points_lps_mm).query(points)
    found: Floats = curve.along_mm[index]
    return found
