"""Skeleton: spine, ribs, cartilages and sternum of the built-in patient.

Every number is geometry of an invented patient (LPS mm; z = 0 at the middle of L4): measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import as_vector
from seldinger.demo.solids import Carved, Column, Ellipsoid, HalfSpace, Tube, Union

if TYPE_CHECKING:
    from seldinger.core.space import Points
    from seldinger.demo.solids import Solid, Trunk

CANAL_Y_MM = 66.0
CORTEX_MM = 1.8
RIB_RADIUS_MM = 5.0
CARTILAGE_RADIUS_MM = 4.5

VERTEBRAE_Z_MM = {
    "L5": -38.0, "L4": 0.0, "L3": 37.0, "L2": 73.0, "L1": 108.0, "T12": 140.0, "T11": 170.0,
    "T10": 199.0, "T9": 227.0, "T8": 254.0, "T7": 280.0, "T6": 305.0, "T5": 329.0, "T4": 352.0,
    "T3": 375.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RibShape:
    """Where a rib ends, counted from the back midline round the side, and how far it falls."""

    to_deg: float
    drop_mm: float


RIBS = {
    3: RibShape(152.0, 52.0),
    4: RibShape(152.0, 64.0),
    5: RibShape(152.0, 75.0),
    6: RibShape(152.0, 85.0),
    7: RibShape(150.0, 90.0),
    8: RibShape(142.0, 88.0),
    9: RibShape(132.0, 82.0),
    10: RibShape(122.0, 72.0),
    11: RibShape(88.0, 46.0),
    12: RibShape(60.0, 28.0),
}
_RIB_FROM_DEG = 22.0
_RIB_NECK: tuple[tuple[float, float], ...] = ((20.0, 54.0), (34.0, 64.0), (52.0, 73.0))


def vertebra(name: str) -> Union:
    """A vertebral body with its arch and processes; the canal stays free."""
    z = VERTEBRAE_Z_MM[name]
    lumbar = name.startswith("L")
    body = Column((0.0, 40.0, z), (24.0, 17.0, 13.5) if lumbar else (18.0, 15.0, 10.0))
    reach = 34.0 if lumbar else 26.0
    arch: list[Solid] = [Tube(((0.0, 84.0, z + 1.0), (0.0, 91.0, z - 9.0)), 3.5)]
    for side in (-1.0, 1.0):
        arch += [
            Tube(((side * 14.0, 53.0, z + 3.0), (side * 14.0, 69.0, z + 2.0)), 4.2),
            Tube(((side * 14.0, 70.0, z + 1.0), (0.0, 83.0, z - 2.0)), 4.0),
            Tube(((side * 15.0, 66.0, z + 2.0), (side * reach, 66.0, z + 1.0)), 3.6),
        ]
    return Union((body, *arch))


def marrow(name: str) -> Column:
    """The spongy inside of a vertebral body."""
    body = vertebra(name).members[0]
    assert isinstance(body, Column)  # noqa: S101
    return body.grown(-CORTEX_MM)


def discs() -> Union:
    """Discs between the vertebral bodies."""
    names = list(VERTEBRAE_Z_MM)
    parts = []
    for below, above in pairwise(names):
        low = VERTEBRAE_Z_MM[below] + (13.5 if below.startswith("L") else 10.0)
        high = VERTEBRAE_Z_MM[above] - (13.5 if above.startswith("L") else 10.0)
        semi = (23.0, 16.5) if above.startswith("L") else (17.5, 14.5)
        parts.append(Column((0.0, 40.0, (low + high) / 2), (*semi, (high - low) / 2 - 0.1)))
    return Union(tuple(parts))


def rib(number: int, side: float, wall: Trunk) -> Tube:
    """A rib: head and neck beside its vertebra, then round the body wall, falling forwards.

    Args:
        number: 3 to 12.
        side: -1 right, +1 left.
        wall: the surface through the middle of the body wall that the rib follows.
    """
    shape = RIBS[number]
    head_z = VERTEBRAE_Z_MM[f"T{number}"] + 12.5
    fall = np.linspace(0.0, 1.0, max(8, int(shape.to_deg / 3.0)))
    angle = np.deg2rad(_RIB_FROM_DEG + fall * (shape.to_deg - _RIB_FROM_DEG))
    z = head_z - 8.0 - shape.drop_mm * fall
    round_wall = _on_wall(wall, angle, z)
    neck = [(side * x, y, head_z - 8.0 * x / 60.0) for x, y in _RIB_NECK]
    shaft = [as_vector((side * x, y, z)) for x, y, z in round_wall]
    return Tube((*neck, *shaft), RIB_RADIUS_MM)


def _on_wall(wall: Trunk, angle: Points, z: Points) -> Points:
    """Points of a superelliptic trunk at angles from the back midline; x >= 0."""
    across = np.interp(z, wall.heights_mm, wall.half_widths_mm)
    deep = np.interp(z, wall.heights_mm, wall.half_depths_mm)
    x = across * np.abs(np.sin(angle)) ** (2.0 / wall.power)
    y = deep * np.abs(np.cos(angle)) ** (2.0 / wall.power) * np.sign(np.cos(angle))
    points: Points = np.stack([x, wall.centre_y_mm + y, z], axis=1)
    return points


def cartilages(wall: Trunk) -> Union:
    """Costal cartilages: ribs 3 to 7 to the sternum, 8 to 10 each to the one above."""
    parts = []
    for side in (-1.0, 1.0):
        ends = {n: np.asarray(rib(n, side, wall).path[-1]) for n in RIBS if n <= 10}  # noqa: PLR2004
        for number, end in ends.items():
            start = _beyond(rib(number, side, wall))
            if number <= 7:  # noqa: PLR2004
                rise = 12.0 + 7.0 * (number - 3)
                goal = np.array(
                    [side * 22.0, -95.0, min(end[2] + rise, 232.0 + 26.0 * (7 - number))]
                )
                middle = 0.5 * (start + goal) + np.array([0.0, -1.5, -3.0])
                parts.append(
                    Tube(
                        (as_vector(start), as_vector(middle), as_vector(goal)), CARTILAGE_RADIUS_MM
                    )
                )
            else:
                goal = ends[number - 1] + np.array([-side * 11.0, -5.0, -2.0])
                parts.append(Tube((as_vector(start), as_vector(goal)), CARTILAGE_RADIUS_MM))
    return Union(tuple(parts))


def _beyond(bone: Tube) -> Points:
    """A point so far beyond the front end of a rib that a cartilage there only touches it."""
    last, before = np.asarray(bone.path[-1]), np.asarray(bone.path[-2])
    ahead = (last - before) / np.linalg.norm(last - before)
    start: Points = last + ahead * (RIB_RADIUS_MM + CARTILAGE_RADIUS_MM + 0.2)
    return start


def sternum() -> Solid:
    """The breastbone: flat, slightly slanted, down to its tip."""
    blade = Ellipsoid((0.0, -93.5, 318.0), (17.0, 6.0, 108.0), (1.0, 0.0, 0.0))
    return Carved(blade, (HalfSpace((0.0, 0.0, 222.0), (0.0, 0.0, 1.0)),))
