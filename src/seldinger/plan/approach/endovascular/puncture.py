"""Puncture: whether an artery can be punctured where a site is, beside lesion and disease."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vessels.stenosis import LEAST_PERCENT

if TYPE_CHECKING:
    from seldinger.anatomy.model import Segment
    from seldinger.core.tree import Tree
    from seldinger.plan.approach.endovascular.way import VesselWay

_NEAR_MM = 5.0
_SAME_MM = 1.0


def judge_puncture(
    tree: Tree, puncture: tuple[int, float], way: VesselWay, room_mm: float, stretch: Segment
) -> tuple[str, ...]:
    """What speaks against a puncture: the lesion itself, one too near, or a narrowed artery.

    Args:
        tree: of the vessels.
        puncture: edge, and mm along it.
        way: from there to the target.
        room_mm: that a sheath needs between puncture and target.
        stretch: the target.
    """
    found = []
    through = way.length_mm - way.to_lesion_mm
    if through < stretch.length_mm - _SAME_MM:
        found.append("punctured in the lesion itself")
    elif way.to_lesion_mm < room_mm:
        found.append(f"lesion only {way.to_lesion_mm:.0f} mm from the puncture")
    curve = tree.edges[puncture[0]].curve
    if curve.radius_mm is not None:
        near = np.abs(curve.along_mm - puncture[1]) <= _NEAR_MM
        lumen = curve.radius_mm[near].min() if near.any() else np.inf
        lost = 100.0 * (1.0 - float(lumen) / float(np.median(curve.radius_mm)))
        if lost >= LEAST_PERCENT:
            found.append(f"artery narrowed by {lost:.0f} % at the puncture")
    return tuple(found)


def note_narrowing(tree: Tree, way: VesselWay) -> tuple[str, ...]:
    """The narrowest place before the lesion, where it is narrower than its own vessel.

    Args:
        tree: of the vessels.
        way: to the lesion.
    """
    if way.least_diameter_mm is None:
        return ()
    place = tree.find_nearest(way.curve.points_at(way.least_at_mm))
    edge = tree.edges[place.edge]
    if edge.curve.radius_mm is None:
        return ()
    own = 2.0 * float(np.median(edge.curve.radius_mm))
    if way.least_diameter_mm > (1.0 - LEAST_PERCENT / 100.0) * own:
        return ()
    name = f"the {edge.name}" if edge.name else "a vessel without a name"
    text = f"Through a narrowing of {name}: {way.least_diameter_mm:.1f} of {own:.1f} mm."
    return (text,)
