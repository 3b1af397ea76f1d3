"""Venous: the veins of the built-in vascular patient, from knee and neck to the right atrium.

Courses are geometry of an invented patient, as those of the arteries. Blood flows along each curve,
towards the heart. The cava between the iliac veins and the heart is oval, with exact sections.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.core.record import Assumption
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.demo.body import Coat
from seldinger.demo.solids import Union
from seldinger.demo.vascular.courses import SIDES
from seldinger.demo.vascular.growth import STEP_MM
from seldinger.demo.vascular.lumen import Vessel
from seldinger.demo.vascular.oval import OvalVessel
from seldinger.demo.vascular.smooth import follow_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from seldinger.core.space import Vector

    Floats = NDArray[np.float64]

CAVA = "inferior vena cava"
HEART = "right atrium"
BLOOD_HU = {True: 150.0, False: 41.0}
"""With contrast that has come round once, and without."""
CLOT_HU = 55.0
CLOT_SHARE = 0.9
"""Of the lumen's area that the clot fills."""
_CLOT_MM = (15.0, 12.0)
"""Left free at the groin and at the cava."""
LONG_AXIS = (np.cos(np.radians(20.0)), -np.sin(np.radians(20.0)), 0.0)
"""Of the cava's sections: from right behind to left in front, as in two of three people."""
_CONFLUENCE = (-19.0, 14.0, -11.0)
_INLET = (-24.0, -14.0, 226.0)
_CAVA_WAY: tuple[Vector, ...] = (
    _CONFLUENCE, (-22.5, 10.5, 30.0), (-23.5, 8.0, 104.0), (-24.0, 7.0, 116.0),
    (-25.0, 6.0, 170.0), (-24.0, 0.0, 205.0), _INLET,
)  # fmt: skip
_HALF_AXES = ((0.0, 11.6, 7.6), (110.0, 12.6, 8.2), (125.0, 14.0, 9.6), (240.0, 14.5, 11.0))
"""Of the cava: mm from the confluence, long and short half-axis."""
_WIDTHS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "common iliac vein": (12.0, 13.0),
        "external iliac vein": (10.5, 11.5),
        "common femoral vein": (10.5, 11.0),
        "femoral vein": (8.5, 9.5),
        "popliteal vein": (7.5, 8.0),
        "renal vein": (8.0, 9.0),
        "right atrium": (26.0, 30.0),
        "superior vena cava": (17.0, 18.0),
        "brachiocephalic vein": (13.0, 14.0),
        "internal jugular vein": (11.0, 12.0),
    }
)
"""Diameter where the blood comes from and where it goes to, mm."""
_SPREAD = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class VenousTruth:
    """The veins of the built-in vascular patient as they are.

    Attributes:
        tree: centrelines in the direction of flow; the cava's radius is that of a disc as large.
        cava: the oval between confluence and heart.
        renal_mm: way from the confluence along the cava to the lower rim of the lowest renal vein.
        clot: in the left iliac veins: what is left of their lumen lies around it.
        clot_span_mm: where it begins and ends, along the left external and common iliac veins.
        assumptions: diameters for which no source was found.
    """

    tree: Tree
    cava: OvalVessel
    renal_mm: float
    clot: Vessel
    clot_span_mm: tuple[float, float]
    assumptions: tuple[Assumption, ...]

    __repr__ = short_repr

    def section(self, at_mm: float) -> dict[str, float]:
        """Exact figures of the cava's section at a way from the confluence.

        Args:
            at_mm: along the cava.

        Returns:
            "area_mm2", and in mm "perimeter_diameter", "area_diameter", "projected_width".
        """
        along = self.cava.curve.along_mm
        figures = {
            "area_mm2": self.cava.area_mm2(),
            "perimeter_diameter": self.cava.perimeter_mm() / np.pi,
            "area_diameter": 2.0 * np.sqrt(self.cava.area_mm2() / np.pi),
            "projected_width": self.cava.projected_width_mm(),
        }
        return {name: float(np.interp(at_mm, along, row)) for name, row in figures.items()}


def grow_veins() -> VenousTruth:
    """The veins of the patient; always the same numbers."""
    lines = {name: follow_points(np.array(way), STEP_MM) for name, way in _list_ways()}
    whole = Curve(lines[CAVA])
    along = whole.along_mm
    at, major, minor = np.array(_HALF_AXES).T
    cava = OvalVessel(
        whole, np.interp(along, at, major), np.interp(along, at, minor), LONG_AXIS
    )  # fmt: skip
    joins = {side: _find_join(whole, lines[f"{side} renal vein"][-1]) for side in SIDES}
    wide = np.sqrt(cava.major_mm * cava.minor_mm)
    nodes: list[Floats] = []
    edges: list[Edge] = []
    cuts = [0, *sorted(joins.values()), len(along) - 1]
    for a, b in pairwise(cuts):
        curve = Curve(whole.points_lps_mm[a : b + 1], wide[a : b + 1])
        edges.append(_edge(nodes, curve, CAVA))
    for name, points in lines.items():
        if name == CAVA:
            continue
        side = name.split()[0]
        ends = [whole.points_lps_mm[joins[side]]] if "renal" in name else [points[-1]]
        course = np.vstack([points[:-1], ends])
        edges.append(_edge(nodes, Curve(course, _taper(name, len(course))), name))
    tree = Tree(np.array(nodes), tuple(edges))
    lowest = min(float(along[n]) for n in joins.values())
    clot, span = _clot([e.curve for e in edges if "left" in e.name and "iliac" in e.name])
    renal_mm = lowest - 0.5 * _WIDTHS["renal vein"][1]
    return VenousTruth(tree, cava, renal_mm, clot, span, _assume())


def _clot(iliac: list[Curve]) -> tuple[Vessel, tuple[float, float]]:
    """The clot: most of the left iliac veins' width, from above the groin to near the cava."""
    common, external = iliac
    points = np.vstack([external.points_lps_mm, common.points_lps_mm[1:]])
    radius = np.concatenate([_radius(external), _radius(common)[1:]])
    along = Curve(points).along_mm
    first, last = np.searchsorted(along, [_CLOT_MM[0], along[-1] - _CLOT_MM[1]])
    part = slice(int(first), int(last) + 1)
    curve = Curve(points[part], np.sqrt(CLOT_SHARE) * radius[part])
    return Vessel(curve), (float(along[first]), float(along[last]))


def _radius(curve: Curve) -> Floats:
    assert curve.radius_mm is not None  # noqa: S101  every vein is grown with its radius
    return curve.radius_mm


def list_vein_coats(truth: VenousTruth, *, contrast: bool) -> tuple[Coat, ...]:
    """Lumens as they are painted; the arteries come over them.

    Args:
        truth: of the veins.
        contrast: their blood is brighter.
    """
    made: dict[str, list[Vessel | OvalVessel]] = {}
    for edge in truth.tree.edges:
        if edge.name != CAVA:
            made.setdefault(label_of(edge.name), []).append(Vessel(edge.curve))
    made["inferior_vena_cava"] = [truth.cava]
    veins = tuple(
        Coat(label, Union(tuple(members)), BLOOD_HU[contrast], 0) for label, members in made.items()
    )
    return (*veins, Coat("venous clot", truth.clot, CLOT_HU, 0))


def label_of(vein: str) -> str:
    """The label that shows a vein: TotalSegmentator's, else one of our terms."""
    side, _, plain = vein.partition(" ")
    if plain in {"common iliac vein", "external iliac vein"}:
        return f"iliac_vena_{side}"
    if vein == "superior vena cava":
        return "superior_vena_cava"
    if plain in {"renal vein", "common femoral vein", "femoral vein"}:
        return vein
    return "venous system"


def _list_ways() -> Iterator[tuple[str, tuple[Vector, ...]]]:
    """Every vein with the points that it passes, in the direction of its flow."""
    yield CAVA, _CAVA_WAY
    yield HEART, (_INLET, (-27.0, -22.0, 250.0), (-28.0, -25.0, 274.0))
    yield "superior vena cava", (
        (-30.0, -14.0, 392.0), (-30.0, -16.0, 340.0), (-28.0, -22.0, 300.0), (-28.0, -25.0, 274.0),
    )  # fmt: skip
    yield "right brachiocephalic vein", ((-36.0, -20.0, 412.0), (-30.0, -14.0, 392.0))
    yield "right internal jugular vein", (
        (-44.0, -12.0, 500.0), (-42.0, -16.0, 450.0), (-36.0, -20.0, 412.0),
    )  # fmt: skip
    yield "left renal vein", (
        (62.0, 36.0, 92.0), (40.0, 14.0, 98.0), (20.0, -4.0, 106.0), (6.0, -5.0, 110.0),
        (-23.9, 7.2, 114.0),
    )  # fmt: skip
    yield "right renal vein", (
        (-58.0, 32.0, 86.0), (-46.0, 20.0, 93.0), (-36.0, 12.0, 100.0), (-23.6, 7.8, 106.0),
    )  # fmt: skip
    for side, x in SIDES.items():
        yield from _list_leg(side, x)


def _list_leg(side: str, x: float) -> Iterator[tuple[str, tuple[Vector, ...]]]:
    fork = (x * 35.0, 9.0, -66.0)
    groin, knee = (x * 56.0, -57.0, -128.0), (x * 62.0, 16.0, -464.0)
    split = (x * 61.0, -63.0, -172.0)
    middle: tuple[Vector, ...] = ((-27.0, 12.5, -32.0),)
    if side == "left":
        middle = ((22.0, 16.0, -38.0), (0.0, 17.0, -24.0))
    yield f"{side} common iliac vein", (fork, *middle, _CONFLUENCE)
    yield f"{side} external iliac vein", (
        groin, (x * 46.0, -34.0, -106.0), (x * 35.0, -6.0, -82.0), fork,
    )  # fmt: skip
    yield f"{side} common femoral vein", (split, (x * 59.0, -62.0, -148.0), groin)
    yield f"{side} femoral vein", (
        knee, (x * 66.0, -8.0, -410.0), (x * 68.0, -38.0, -320.0), (x * 64.0, -58.0, -230.0), split,
    )  # fmt: skip
    yield f"{side} popliteal vein", (
        (x * 74.0, 38.0, -608.0), (x * 68.0, 44.0, -565.0), (x * 64.0, 36.0, -510.0), knee,
    )  # fmt: skip


def _find_join(cava: Curve, point: Floats) -> int:
    """Number of the cava's point nearest to the end of a renal vein."""
    return int(np.linalg.norm(cava.points_lps_mm - point, axis=1).argmin())


def _taper(name: str, count: int) -> Floats:
    plain = name.removeprefix("left ").removeprefix("right ")
    first, last = _WIDTHS[name if name in _WIDTHS else plain]
    found: Floats = 0.5 * np.linspace(first, last, count)
    return found


def _edge(nodes: list[Floats], curve: Curve, name: str) -> Edge:
    """An edge between the nodes at its ends; a place that is there already is taken again."""
    numbers = []
    for point in (curve.points_lps_mm[0], curve.points_lps_mm[-1]):
        same = [n for n, node in enumerate(nodes) if np.allclose(node, point, atol=1e-6)]
        if not same:
            nodes.append(point)
        numbers.append(same[0] if same else len(nodes) - 1)
    return Edge(numbers[0], numbers[1], curve, name)


def _assume() -> tuple[Assumption, ...]:
    """The diameters without a source, half-way along each vein."""
    reason = "no published calibre was at hand; invented to fit the veins before and behind"
    return tuple(
        Assumption(
            f"demo_diameter.{vein}", 0.5 * sum(ends), "mm", (1.0 - _SPREAD) * 0.5 * sum(ends),
            (1.0 + _SPREAD) * 0.5 * sum(ends), reason,
        )
        for vein, ends in _WIDTHS.items()
    )  # fmt: skip
