"""Walls: the vessels of the built-in vascular patient as they are painted into a scan.

Wall, plaque, calcium and blood, one over the other. Every HU is invented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue import terms
from seldinger.demo.body import Coat
from seldinger.demo.solids import Carved, Union
from seldinger.demo.vascular.lumen import Vessel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.core.tree import Edge
    from seldinger.demo.vascular.growth import Grown
    from seldinger.demo.vascular.lesions import Lesion

BLOOD_HU = {True: 340.0, False: 42.0}
"""With and without contrast."""
WALL_HU, PLAQUE_HU, CALCIUM_HU = 48.0, 60.0, 950.0
WALL_SHARE, WALL_LEAST_MM = 0.1, 0.6
"""Of the radius, and at least: how thick a wall is."""
_OFF_LUMEN_MM, _OFF_WALL_MM = 0.8, 0.3
_CALCIUM_SPAN = (0.2, 0.8)


def list_vessels(grown: Grown, *, contrast: bool) -> tuple[Coat, ...]:
    """All vessels: walls first, so that none covers a lumen; ``contrast``: the blood is bright."""
    walls = (_walled(edge) for edge in grown.healthy.edges)
    plaques = (c for lesion, number in grown.lesions for c in _plaque(grown, lesion, number))
    by_label: dict[str, list[Vessel]] = {}
    for edge in grown.tree.edges:
        by_label.setdefault(label_of(edge.name), []).append(Vessel(edge.curve))
    # The aorta comes first in the tree and last on the canvas: where vessels meet it is the parent.
    lumens = (
        Coat(label, Union(tuple(members)), BLOOD_HU[contrast], 0)
        for label, members in reversed(by_label.items())
    )
    return (Coat("vessel_walls", Union(tuple(walls)), WALL_HU), *plaques, *lumens)


def label_of(vessel: str) -> str:
    """The label that shows a vessel: TotalSegmentator's, else one of our terms.

    TotalSegmentator has one name for all iliac arteries of a side; those are told apart here.
    """
    if vessel.endswith("aorta") or vessel == "aortic arch":
        return "aorta"
    if vessel == "brachiocephalic trunk":
        return "brachiocephalic_trunk"
    side, _, plain = vessel.partition(" ")
    if plain in {"subclavian artery", "common carotid artery"}:
        return f"{plain.replace(' ', '_')}_{side}"
    return vessel if vessel in terms() else "arteries"


def _walled(edge: Edge) -> Vessel:
    radius = edge.curve.radius_mm
    assert radius is not None  # noqa: S101  every vessel is grown with its radius
    return Vessel(edge.curve, max(WALL_LEAST_MM, WALL_SHARE * float(radius.mean())))


def _plaque(grown: Grown, lesion: Lesion, number: int) -> Iterator[Coat]:
    """What fills the healthy lumen, and the calcium in its thick side; blood covers the rest."""
    healthy, lumen = grown.healthy.edges[number].curve, Vessel(grown.tree.edges[number].curve)
    begin, end = lesion.span_mm
    first, last = np.searchsorted(healthy.along_mm, (begin, end))
    yield Coat(
        f"plaque of the {lesion.vessel}", Vessel(healthy, 0.0, int(first), int(last)), PLAQUE_HU
    )
    if lesion.calcified:
        low, high = (begin + share * (end - begin) for share in _CALCIUM_SPAN)
        first, last = np.searchsorted(healthy.along_mm, (low, high))
        core = Vessel(healthy, -_OFF_WALL_MM, int(first), int(last))
        yield Coat(
            f"calcium of the {lesion.vessel}",
            Carved(core, (lumen.grown(_OFF_LUMEN_MM),)),
            CALCIUM_HU,
        )
