"""Growth: courses and calibres become the exact tree, healthy and with its stenoses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.demo.vascular.calibres import CALIBRES
from seldinger.demo.vascular.courses import ROOT, ROOT_LPS_MM, list_courses
from seldinger.demo.vascular.hepatic import CALIBRES as HEPATIC_CALIBRES
from seldinger.demo.vascular.hepatic import list_hepatic_courses
from seldinger.demo.vascular.lesions import FISTULA_LESION, LESIONS, narrow
from seldinger.demo.vascular.pelvic import CALIBRES as PELVIC_CALIBRES
from seldinger.demo.vascular.visceral import CALIBRES as VISCERAL_CALIBRES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.core.space import Points
    from seldinger.demo.vascular.calibres import Calibre
    from seldinger.demo.vascular.courses import Course, Stretch
    from seldinger.demo.vascular.lesions import Lesion

STEP_MM = 0.5
_FINE = 24
"""Places on a spline for each step along it, so that its length is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """The vessels of the patient.

    Attributes:
        tree: the lumens, with their stenoses.
        healthy: the same edges as they were before any disease, point by point.
        nodes: their numbers by name.
        lesions: every stenosis with the number of its edge.
    """

    tree: Tree
    healthy: Tree
    nodes: Mapping[str, int]
    lesions: tuple[tuple[Lesion, int], ...]


def grow(
    *,
    bovine_arch: bool = False,
    fistula: bool = False,
    liver: bool = False,
    spleen: bool = False,
    more: tuple[Course, ...] = (),
) -> Grown:
    """The vessels of the patient; the same arguments give the same numbers.

    Args:
        bovine_arch: the left common carotid artery leaves the brachiocephalic trunk.
        fistula: the left cephalic vein is joined to the left radial artery.
        liver: with the arteries within the liver.
        spleen: branches of the splenic artery may leave it, as ``more`` has them.
        more: further courses, parents before their branches: of the pelvis, spleen or colon.
    """
    places = {ROOT: np.asarray(ROOT_LPS_MM)}
    numbers = {ROOT: 0}
    edges: list[Edge] = []
    courses = list_courses(bovine_arch=bovine_arch, fistula=fistula, spleen=spleen)
    for course in (*courses, *(list_hepatic_courses() if liver else ()), *more):
        start = course.start
        for stretch, curve in _follow(course, places[start]):
            places.setdefault(stretch.end, curve.points_lps_mm[-1])
            numbers.setdefault(stretch.end, len(numbers))
            edges.append(Edge(numbers[start], numbers[stretch.end], curve, stretch.vessel))
            start = stretch.end
    healthy = Tree(np.array(list(places.values())), tuple(edges))
    lesions = tuple(
        (lesion, next(n for n, edge in enumerate(edges) if edge.name == lesion.vessel))
        for lesion in (*LESIONS, *((FISTULA_LESION,) if fistula else ()))
    )
    for lesion, number in lesions:
        edge = edges[number]
        edges[number] = Edge(edge.start, edge.end, narrow(edge.curve, lesion), edge.name)
    tree = Tree(healthy.nodes_lps_mm, tuple(edges))
    return Grown(tree, healthy, MappingProxyType(numbers), lesions)


def _follow(course: Course, start: Points) -> Iterator[tuple[Stretch, Curve]]:
    """The stretches of a course, cut from one smooth curve."""
    points = np.array([start, *(point for one in course.stretches for point in one.way)])
    # Centripetal: a spline over such knots neither loops nor leaves its points far.
    knots = np.concatenate(
        [[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1)))]
    )
    spline = CubicSpline(knots, points, bc_type="natural")
    pieces = []
    passed = 0
    for one in course.stretches:
        pieces.append(_cut(spline, knots[passed], knots[passed + len(one.way)]))
        passed += len(one.way)
    paired = list(zip(course.stretches, pieces, strict=True))
    for _, group in groupby(paired, key=lambda pair: (pair[0].vessel, pair[0].calibre)):
        yield from _widen(list(group))


def _cut(spline: CubicSpline, first: float, last: float) -> Points:
    """Points at even ways along a spline, both ends exact."""
    length = np.linalg.norm(np.diff(spline(np.linspace(first, last, 200)), axis=0), axis=1).sum()
    pieces = max(4, int(np.ceil(length / STEP_MM)))
    fine = np.linspace(first, last, _FINE * pieces + 1)
    points = spline(fine)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    even: Points = spline(np.interp(np.linspace(0.0, along[-1], pieces + 1), along, fine))
    return even


def _widen(group: list[tuple[Stretch, Points]]) -> Iterator[tuple[Stretch, Curve]]:
    """Stretches of one vessel with their radii: it tapers evenly from its first to its last."""
    wide = calibre_of(group[0][0].vessel, group[0][0].calibre)
    whole = sum(Curve(points).length_mm for _, points in group)
    passed = 0.0
    for stretch, points in group:
        along = Curve(points).along_mm
        share = (passed + along) / whole
        passed += float(along[-1])
        diameter = wide.proximal_mm + share * (wide.distal_mm - wide.proximal_mm)
        yield stretch, Curve(points, 0.5 * diameter)


def calibre_of(vessel: str, key: str = "") -> Calibre:
    """The calibre of a vessel of either side; ``key`` where it is another than the vessel's own."""
    plain = vessel.removeprefix("left ").removeprefix("right ")
    for own_page in (HEPATIC_CALIBRES, VISCERAL_CALIBRES):
        if vessel in own_page:
            return own_page[vessel]
    if plain in PELVIC_CALIBRES:
        return PELVIC_CALIBRES[plain]
    own = vessel if vessel in CALIBRES else plain
    return CALIBRES[key or own]
