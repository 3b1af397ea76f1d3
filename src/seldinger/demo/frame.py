"""Frame: skin, fat, body wall, cavity and diaphragm of the built-in patient, and the table.

Every number is geometry of an invented patient (LPS mm; z = 0 at the middle of L4): measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from seldinger.demo.solids import Carved, Column, Common, Ellipsoid, Trunk, Union

HEIGHTS_MM = (-120.0, -40.0, 60.0, 160.0, 260.0, 360.0, 480.0)
HALF_WIDTHS_MM = (171.0, 169.0, 163.0, 166.0, 168.0, 163.0, 138.0)
HALF_DEPTHS_MM = (111.0, 111.0, 112.0, 115.0, 116.0, 112.0, 104.0)
POWER = 2.5

TABLE_RADIUS_MM = 450.0
TABLE_TOP_Y_MM = 108.0
"""Lowest point of the curved table top; the back lies flat on it."""


def trunk(side_mm: float, front_mm: float, back_mm: float) -> Trunk:
    """The outline of the body, moved inwards by so much at the sides, the front and the back."""
    return Trunk(
        HEIGHTS_MM,
        tuple(a - side_mm for a in HALF_WIDTHS_MM),
        tuple(b - 0.5 * (front_mm + back_mm) for b in HALF_DEPTHS_MM),
        0.5 * (front_mm - back_mm),
        POWER,
    )


def above_table(by_mm: float) -> Column:
    """The space above the curved table top, ``by_mm`` away from it; negative: below it."""
    radius = TABLE_RADIUS_MM - by_mm
    return Column((0.0, TABLE_TOP_Y_MM - TABLE_RADIUS_MM, 180.0), (radius, radius, 600.0))


def _spine_muscle(grow_mm: float) -> Column:
    """The muscle behind the spine, which no cavity enters."""
    return Column((0.0, 90.0, 180.0), (70.0 + grow_mm, 42.0 + grow_mm, 600.0))


def cavity(grow_mm: float) -> Carved:
    """Inside of the body wall, ``grow_mm`` larger (smaller when negative)."""
    return Carved(trunk(31.0 - grow_mm, 28.0 - grow_mm, 34.0 - grow_mm), (_spine_muscle(-grow_mm),))


def domes(inset_mm: float) -> tuple[Ellipsoid, Ellipsoid, Ellipsoid]:
    """Right, central and left dome of the diaphragm."""
    return (
        Ellipsoid((-70.0, -4.0, 60.0), (77.0, 88.0, 172.0)).grown(-inset_mm),
        Ellipsoid((0.0, -25.0, 60.0), (80.0, 66.0, 148.0)).grown(-inset_mm),
        Ellipsoid((75.0, 0.0, 60.0), (73.0, 84.0, 154.0)).grown(-inset_mm),
    )


BODY = Common((trunk(0.0, 0.0, 0.0), above_table(0.0)))
UNDER_SKIN = Common((trunk(2.0, 2.0, 2.0), above_table(2.0)))
MUSCLE = Common((trunk(18.0, 16.0, 20.0), above_table(14.0)))
RIB_LINE = trunk(24.5, 22.0, 27.5)
CAVITY = cavity(0.0)
PERITONEUM = cavity(-2.0)
UNDER_DIAPHRAGM = Union(domes(3.0))
