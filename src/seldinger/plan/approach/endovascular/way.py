"""Way: through the vessels from a puncture to a lesion, and what of it a device feels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Segment
    from seldinger.core.shapes import Curve
    from seldinger.core.tree import Tree

_STEP_MM = 5.0
"""Turning is summed between directions so far apart: less is the image's noise, not the vessel."""
_BEND_MM = 30.0
"""The sharpest bend is the most that the vessel turns within so much of its length."""
_NEAR_MM = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class VesselWay:
    """A way through vessels.

    Attributes:
        curve: from the puncture to the far end of the lesion, with the lumen's radius.
        to_lesion_mm: along it to the lesion's near end.
        vessels: names passed, in order; "" where one has none.
        turning_deg: all bends added up.
        sharpest_deg: most that it turns within 30 mm.
        least_diameter_mm: of the lumen before the lesion; None where it is unknown.
        least_at_mm: where that is.
        against_flow: the lesion is met from its distal end.
    """

    curve: Curve
    to_lesion_mm: float
    vessels: tuple[str, ...]
    turning_deg: float
    sharpest_deg: float
    least_diameter_mm: float | None
    least_at_mm: float
    against_flow: bool

    __repr__ = short_repr

    @property
    def length_mm(self) -> float:
        """From the puncture to the lesion's far end: what a wire and a balloon must reach."""
        return self.curve.length_mm


def find_way(
    tree: Tree, puncture: tuple[int, float], lesion: Segment, towards: str
) -> VesselWay | None:
    """The shortest way from a puncture through the lesion; None where no vessel leads there.

    Args:
        tree: of the vessels; edges lead away from the heart.
        puncture: edge, and mm along it.
        lesion: a stretch of one of the tree's vessels.
        towards: "with-flow" or "against-flow": a sheath points one way, and the first stretch of
            the way must be that way.

    Raises:
        PlanError: the lesion does not lie in the tree.
    """
    near, far = _place(tree, lesion, lesion.from_mm), _place(tree, lesion, lesion.to_mm)
    split, (start, first, last) = _split(tree, (puncture, near, far))
    if len({start, first, last}) < 3:  # noqa: PLR2004
        raise PlanError(f"{lesion.label} lies at the puncture itself: choose another access site")
    if not _connected(split, start, first):
        return None
    ways = [split.route(start, end) for end in (first, last)]
    against = ways[1].length_mm < ways[0].length_mm
    whole = ways[0] if against else ways[1]
    to_lesion = min(way.length_mm for way in ways)
    used = split.edges_between(start, first if against else last)
    if _sets_out(split, start, used[0]) != towards:
        return None
    before = whole.along_mm <= to_lesion
    least, at = None, 0.0
    if whole.radius_mm is not None:
        narrow = int(np.argmin(np.where(before, whole.radius_mm, np.inf)))
        least, at = 2.0 * float(whole.radius_mm[narrow]), float(whole.along_mm[narrow])
    turning, sharpest = measure_turning(whole)
    return VesselWay(
        curve=whole, to_lesion_mm=to_lesion, vessels=_names(split, used), turning_deg=turning,
        sharpest_deg=sharpest, least_diameter_mm=least, least_at_mm=at, against_flow=against,
    )  # fmt: skip


def measure_turning(curve: Curve) -> tuple[float, float]:
    """All bends of ``curve`` added up, and the sharpest within 30 mm; degrees."""
    even = curve.resampled(_STEP_MM) if curve.length_mm > _STEP_MM else curve
    ahead = np.diff(even.points_lps_mm, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    cosine = np.clip((ahead[1:] * ahead[:-1]).sum(axis=1), -1.0, 1.0)
    turns = np.degrees(np.arccos(cosine))
    if not len(turns):
        return 0.0, 0.0
    window = min(len(ahead) - 1, max(1, int(_BEND_MM / _STEP_MM)))
    apart = np.clip((ahead[window:] * ahead[:-window]).sum(axis=1), -1.0, 1.0)
    return float(turns.sum()), float(np.degrees(np.arccos(apart)).max())


def _place(tree: Tree, lesion: Segment, at_mm: float) -> tuple[int, float]:
    found = tree.find_nearest(lesion.curve.points_at(at_mm))
    if found.away_mm > _NEAR_MM:
        raise PlanError(
            f"{lesion.label} lies {found.away_mm:.0f} mm from the nearest vessel that was traced: "
            "trace the vessel that it lies in"
        )
    return found.edge, found.at_mm


def _split(tree: Tree, places: Sequence[tuple[int, float]]) -> tuple[Tree, tuple[int, ...]]:
    """The tree with a node at each place, and those nodes."""
    nodes = [0] * len(places)
    # From the far end of each edge, so that its number and the nearer places stay what they are.
    for n in sorted(range(len(places)), key=lambda n: -places[n][1]):
        tree, nodes[n] = tree.split(*places[n])
    return tree, tuple(nodes)


def _connected(tree: Tree, a: int, b: int) -> bool:
    return any(a in part and b in part for part in tree.parts)


def _sets_out(tree: Tree, start: int, edge: int) -> str:
    return "with-flow" if tree.edges[edge].start == start else "against-flow"


def _names(tree: Tree, edges: Sequence[int]) -> tuple[str, ...]:
    names: list[str] = []
    for edge in edges:
        name = tree.edges[edge].name
        if not names or names[-1] != name:
            names.append(name)
    return tuple(names)


def sample_diameter_mm(tree: Tree, puncture: tuple[int, float]) -> float | None:
    """Of the lumen at a puncture; None where it is unknown."""
    curve = tree.edges[puncture[0]].curve
    radius: NDArray[np.float64] | None = curve.radius_mm
    if radius is None:
        return None
    return 2.0 * float(np.interp(puncture[1], curve.along_mm, radius))
