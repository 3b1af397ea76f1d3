"""Truth: what is exactly known of the built-in vascular patient, every number under its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Segment
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import match_name
from seldinger.core.space import as_vector
from seldinger.demo.render import find_inside
from seldinger.demo.vascular.calibres import assume_calibres
from seldinger.demo.vascular.courses import ROOT, SIDES
from seldinger.demo.vascular.lumen import Vessel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.core.record import Assumption
    from seldinger.core.space import Grid, Vector
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask
    from seldinger.demo.vascular.growth import Grown
    from seldinger.demo.vascular.lesions import Lesion


@dataclass(frozen=True, slots=True)
class TrueStenosis:
    """A stenosis as it is, without an error of measurement.

    Attributes:
        label: "stenosis of the left renal artery".
        vessel: its name.
        edge: number of the edge of the tree that it lies on.
        from_mm, to_mm: where the lumen leaves the healthy wall and is back at it, along the edge.
        at_mm: of the narrowest section.
        minimum_diameter_mm: of that section, a disc.
        reference_diameter_mm: of the healthy vessel there.
        distal_diameter_mm: of the vessel beyond, median from ``to_mm`` to the end of the edge.
        eccentricity: share of the lost width by which the lumen has moved to one wall.
        calcified: whether its plaque holds calcium.
    """

    label: str
    vessel: str
    edge: int
    from_mm: float
    to_mm: float
    at_mm: float
    minimum_diameter_mm: float
    reference_diameter_mm: float
    distal_diameter_mm: float
    eccentricity: float
    calcified: bool

    @property
    def length_mm(self) -> float:
        """From where the lumen leaves the healthy wall to where it is back."""
        return self.to_mm - self.from_mm

    @property
    def percent_diameter(self) -> float:
        """100 (1 - minimum diameter / reference diameter)."""
        return 100.0 * (1.0 - self.minimum_diameter_mm / self.reference_diameter_mm)

    @property
    def percent_area(self) -> float:
        """100 (1 - minimum area / area of the reference)."""
        return 100.0 * (1.0 - (self.minimum_diameter_mm / self.reference_diameter_mm) ** 2)

    @property
    def nascet_percent(self) -> float:
        """100 (1 - minimum diameter / diameter beyond), as carotid trials did."""
        return 100.0 * (1.0 - self.minimum_diameter_mm / self.distal_diameter_mm)

    @property
    def minimum_area_mm2(self) -> float:
        """Of the narrowest section."""
        return float(np.pi * self.minimum_diameter_mm**2 / 4.0)


@dataclass(frozen=True, slots=True)
class AccessSite:
    """Where a sheath may enter.

    Attributes:
        name: "right common femoral artery".
        vessel: that is punctured.
        edge: number of its edge.
        at_mm: along the edge.
        point_lps_mm: on the centreline.
        diameter_mm: of the lumen there.
    """

    name: str
    vessel: str
    edge: int
    at_mm: float
    point_lps_mm: Vector
    diameter_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class VascularTruth:
    """The vessels of the built-in vascular patient as they are.

    Attributes:
        tree: centrelines and radii of the lumens, from the aortic root to feet and hands, farther
            than any scan of the patient shows.
        healthy: the same edges, point by point, as they were before any disease.
        root: node of both that the blood comes from.
        nodes: numbers of the nodes by name: "aortic bifurcation", "left wrist".
        stenoses: every one there is.
        access_sites: every one that is meant.
        assumptions: diameters for which no source was found.
    """

    tree: Tree
    healthy: Tree
    root: int
    nodes: Mapping[str, int]
    stenoses: tuple[TrueStenosis, ...]
    access_sites: tuple[AccessSite, ...]
    assumptions: tuple[Assumption, ...]

    __repr__ = short_repr

    @property
    def vessels(self) -> tuple[str, ...]:
        """Names of the vessels, from the root on."""
        return tuple(dict.fromkeys(edge.name for edge in self.tree.edges))

    def edges(self, vessel: str) -> tuple[int, ...]:
        """Numbers of the edges of a vessel, in the direction of its flow.

        Raises:
            AnatomyError: there is no such vessel.
        """
        known = _found(vessel, self.vessels, "vessel")
        return tuple(n for n, edge in enumerate(self.tree.edges) if edge.name == known)

    def node(self, name: str) -> int:
        """Number of the node called ``name``; ``AnatomyError`` with those there are."""
        return self.nodes[_found(name, self.nodes, "node")]

    def stenosis(self, vessel: str) -> TrueStenosis:
        """The stenosis of a vessel; ``AnatomyError`` where it has none."""
        known = {one.vessel: one for one in self.stenoses}
        return known[_found(vessel, known, "vessel with a stenosis")]

    def access_site(self, name: str) -> AccessSite:
        """The access site called ``name``; ``AnatomyError`` with those there are."""
        known = {one.name: one for one in self.access_sites}
        return known[_found(name, known, "access site")]

    def segment(self, vessel: str) -> Segment:
        """The stenosis of a vessel as what a balloon is for; ``AnatomyError`` without one."""
        one = self.stenosis(vessel)
        curve = self.tree.edges[one.edge].curve
        return Segment(one.label, one.vessel, curve, one.from_mm, one.to_mm)

    def lumen(self, grid: Grid, vessels: Iterable[str] | None = None) -> Mask:
        """(i, j, k): voxels of an aligned ``grid`` with their centre in a lumen.

        Args:
            grid: on which the lumen is wanted, of any voxel size.
            vessels: names of those to show; None: all.

        Raises:
            AnatomyError: there is no such vessel.
        """
        shown = range(len(self.tree.edges))
        numbers = shown if vessels is None else [n for one in vessels for n in self.edges(one)]
        mask = np.zeros(grid.shape, dtype=np.bool_)
        for number in numbers:
            for box, inside in find_inside(Vessel(self.tree.edges[number].curve), grid):
                mask[box] |= inside
        return mask


def collect_truth(grown: Grown) -> VascularTruth:
    """What is true of vessels that were grown."""
    return VascularTruth(
        tree=grown.tree,
        healthy=grown.healthy,
        root=grown.nodes[ROOT],
        nodes=grown.nodes,
        stenoses=tuple(_measure(grown, lesion, number) for lesion, number in grown.lesions),
        access_sites=tuple(_list_sites(grown.tree)),
        assumptions=assume_calibres(),
    )


def _found(name: str, known: Iterable[str], what: str) -> str:
    names = tuple(known)
    found = match_name(name, names)
    if found is None:
        raise AnatomyError(f"no {what} is called {name!r}; there are: {', '.join(names)}")
    return found


def _measure(grown: Grown, lesion: Lesion, number: int) -> TrueStenosis:
    curve, healthy = grown.tree.edges[number].curve, grown.healthy.edges[number].curve
    assert curve.radius_mm is not None  # noqa: S101  every vessel is grown with its radius
    assert healthy.radius_mm is not None  # noqa: S101
    along, first, last = curve.along_mm, *lesion.span_mm
    at = int(np.argmin(curve.radius_mm))
    # The lumen's own way is a little longer than the healthy one: it moves aside and back.
    first, last = np.interp([first, last], healthy.along_mm, along)
    return TrueStenosis(
        label=f"stenosis of the {lesion.vessel}",
        vessel=lesion.vessel,
        edge=number,
        from_mm=float(first),
        to_mm=float(last),
        at_mm=float(along[at]),
        minimum_diameter_mm=2.0 * float(curve.radius_mm[at]),
        reference_diameter_mm=2.0 * float(healthy.radius_mm[at]),
        distal_diameter_mm=2.0 * float(np.median(curve.radius_mm[along > last])),
        eccentricity=lesion.eccentricity,
        calcified=lesion.calcified,
    )


_SITES = (
    ("common femoral artery", 0.5, 0.0),
    ("brachial artery", 1.0, -20.0),
    ("radial artery", 1.0, -20.0),
    ("distal radial artery", 0.5, 0.0),
    ("popliteal artery", 0.5, 0.0),
    ("dorsalis pedis artery", 0.0, 25.0),
)
"""Vessel of either side, and where along its last edge: a share of its length and mm from there."""
_FISTULA_SITE = ("left cephalic vein", 0.0, 150.0)


def _list_sites(tree: Tree) -> list[AccessSite]:
    places = [(f"{side} {vessel}", share, mm) for side in SIDES for vessel, share, mm in _SITES]
    last = {edge.name: number for number, edge in enumerate(tree.edges)}
    made = []
    for vessel, share, beyond_mm in (*places, _FISTULA_SITE):
        if vessel not in last:
            continue
        curve = tree.edges[last[vessel]].curve
        assert curve.radius_mm is not None  # noqa: S101  every vessel is grown with its radius
        at_mm = share * curve.length_mm + beyond_mm
        wide = 2.0 * float(np.interp(at_mm, curve.along_mm, curve.radius_mm))
        point = as_vector(curve.points_at(at_mm))
        made.append(AccessSite(vessel, vessel, last[vessel], at_mm, point, wide))
    return made
