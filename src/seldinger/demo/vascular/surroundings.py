"""Surroundings: what lies around the vessels of the built-in vascular patient.

Skin, fat, muscle, bones, kidneys and lungs, as simple as shows where a vessel runs; no bowel, no
liver, no veins. Every number is geometry of an invented patient (LPS mm) or an invented HU:
measurements of nobody, evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import as_vector
from seldinger.demo import organs, skeleton
from seldinger.demo.body import AIR_HU, CORTEX_HU, FAT_HU, LUNG_HU, MARROW_HU, MUSCLE_HU, Coat
from seldinger.demo.frame import CAVITY, HALF_DEPTHS_MM, HALF_WIDTHS_MM, HEIGHTS_MM, POWER
from seldinger.demo.frame import above_table as table
from seldinger.demo.solids import (
    Carved,
    Column,
    Common,
    Ellipsoid,
    HalfSpace,
    Solid,
    Trunk,
    Tube,
    Union,
    sphere,
)
from seldinger.demo.vascular.courses import SIDES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.demo.nearest import Array
    from seldinger.demo.solids import Bounds

KIDNEY_HU = {True: 185.0, False: 32.0}
"""With and without contrast."""
_FAT_MM = 11.0
_BELOW_NECK = HalfSpace((0.0, 0.0, 405.0), (0.0, 0.0, 1.0))


def list_surroundings(*, contrast: bool) -> tuple[Coat, ...]:
    """Everything but vessels, from the skin inwards; ``contrast``: the kidneys are bright."""
    return (
        Coat("body", Union(_outline(0.0)), FAT_HU),
        Coat("muscle", Union(_outline(_FAT_MM)), MUSCLE_HU),
        Coat("fat_inside", Common((CAVITY, _BELOW_NECK)), FAT_HU),
        *_chest(),
        *(Coat(f"iliopsoas_{side}", s, MUSCLE_HU, 0) for side, s in organs.PSOAS.items()),
        *(Coat(f"kidney_{s}", k, KIDNEY_HU[contrast], 0) for s, k in organs.KIDNEYS.items()),
        *(Coat(f"renal_sinus_{s}", k, -20.0) for s, k in organs.RENAL_SINUS.items()),
        *_spine(),
        *(coat for side in SIDES for coat in _limb_bones(side)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Limb(Solid):
    """Everything within a tapering radius of a polyline; ``stations``: (x, y, z, radius), mm."""

    stations: tuple[tuple[float, float, float, float], ...]

    @property
    def bounds(self) -> Bounds:
        rows = np.array(self.stations)
        low, high = rows[:, :3] - rows[:, 3:], rows[:, :3] + rows[:, 3:]
        return as_vector(low.min(axis=0)), as_vector(high.max(axis=0))

    def level(self, x: Array, y: Array, z: Array) -> Array:
        return reduce(np.minimum, (_cone(a, b, x, y, z) for a, b in pairwise(self.stations)))

    def parts(self) -> tuple[Solid, ...]:
        return tuple(_Limb(pair) for pair in pairwise(self.stations))

    def grown(self, by_mm: float) -> _Limb:
        """The limb with radii ``by_mm`` larger."""
        return _Limb(tuple((x, y, z, r + by_mm) for x, y, z, r in self.stations))


def _cone(a: Sequence[float], b: Sequence[float], x: Array, y: Array, z: Array) -> Array:
    """Distance from the axis a to b minus the radius beside it."""
    way = np.subtract(b[:3], a[:3])
    off = [c - float(o) for c, o in zip((x, y, z), a[:3], strict=True)]
    share = reduce(np.add, (c * float(w) for c, w in zip(off, way / (way @ way), strict=True)))
    share = np.clip(share, 0.0, 1.0)
    square = reduce(np.add, ((c - share * float(w)) ** 2 for c, w in zip(off, way, strict=True)))
    found: Array = np.sqrt(square) - (a[3] + share * (b[3] - a[3]))
    return found


def _outline(inset_mm: float) -> tuple[Solid, ...]:
    """Trunk, neck, head and limbs, moved inwards by so much."""
    trunk = Trunk(
        (-190.0, *HEIGHTS_MM[:-1], 425.0),
        tuple(a - inset_mm for a in (168.0, *HALF_WIDTHS_MM[:-1], 118.0)),
        tuple(b - inset_mm for b in (104.0, *HALF_DEPTHS_MM[:-1], 82.0)),
        0.0,
        POWER,
    )
    neck = Tube(((0.0, 10.0, 395.0), (0.0, 0.0, 525.0)), 62.0 - inset_mm)
    head = Ellipsoid((0.0, -5.0, 600.0), (75.0, 95.0, 105.0)).grown(-inset_mm)
    limbs = [limb.grown(-inset_mm) for side in SIDES.values() for limb in (_leg(side), _arm(side))]
    return (Common((trunk, table(inset_mm))), neck, head, *limbs)


def _leg(x: float) -> _Limb:
    return _Limb((
        (x * 92.0, -15.0, -150.0, 88.0), (x * 80.0, -5.0, -400.0, 68.0),
        (x * 78.0, 5.0, -545.0, 58.0), (x * 80.0, 12.0, -660.0, 58.0),
        (x * 78.0, 10.0, -850.0, 42.0), (x * 76.0, 5.0, -960.0, 36.0),
        (x * 76.0, -40.0, -985.0, 35.0), (x * 76.0, -110.0, -1000.0, 30.0),
    ))  # fmt: skip


def _arm(x: float) -> _Limb:
    return _Limb((
        (x * 150.0, 5.0, 385.0, 55.0), (x * 190.0, 10.0, 280.0, 48.0),
        (x * 226.0, 5.0, 140.0, 42.0), (x * 276.0, 0.0, -90.0, 30.0),
        (x * 278.0, 0.0, -180.0, 34.0),
    ))  # fmt: skip


def _chest() -> tuple[Coat, ...]:
    airway = Union(tuple(t.grown(-1.5) for t in organs.TRACHEA.members if isinstance(t, Tube)))
    lobes = {name: Common((lobe, _BELOW_NECK)) for name, lobe in organs.lobes().items()}
    return (
        *(Coat(name, lobe, LUNG_HU, 0) for name, lobe in lobes.items()),
        Coat("trachea", organs.TRACHEA, 20.0, 0),
        Coat("airway", airway, AIR_HU),
    )


def _spine() -> tuple[Coat, ...]:
    canal = tuple((0.0, skeleton.CANAL_Y_MM, z) for z in (-60.0, 385.0))
    names = tuple(skeleton.VERTEBRAE_Z_MM)
    neck = Column((0.0, 30.0, 467.0), (12.0, 13.0, 79.0))
    return (
        Coat("discs", skeleton.discs(), 85.0),
        Coat("spinal_canal", Tube(canal, 7.8), 15.0),
        *(Coat(f"vertebrae_{v}", skeleton.vertebra(v), CORTEX_HU, 0) for v in names),
        *(Coat(f"marrow_{v}", skeleton.marrow(v), MARROW_HU) for v in names),
        Coat("vertebrae", neck, CORTEX_HU, 0),
        Coat("marrow_neck", neck.grown(-skeleton.CORTEX_MM), MARROW_HU),
        *_bone("sacrum", Tube(((0.0, 47.0, -66.0), (0.0, 80.0, -132.0)), 22.0)),
    )


def _bone(name: str, *shapes: Tube | Ellipsoid) -> tuple[Coat, Coat]:
    """A bone with its marrow."""
    inside = Union(tuple(shape.grown(-3.0) for shape in shapes))
    return Coat(name, Union(shapes), CORTEX_HU, 0), Coat(f"marrow_{name}", inside, MARROW_HU)


def _limb_bones(side: str) -> tuple[Coat, ...]:
    x = SIDES[side]
    head = (x * 88.0, -28.0, -142.0)
    neck = Tube((head, (x * 108.0, -20.0, -172.0)), 14.0)
    shaft = Tube(((x * 108.0, -20.0, -185.0), (x * 82.0, 0.0, -540.0)), 14.0)
    socket = Carved(sphere(head, 33.0), (sphere(head, 26.0), HalfSpace(head, (0.0, 0.0, 1.0))))
    wing = Ellipsoid((x * 106.0, 12.0, -66.0), (8.0, 50.0, 52.0), (0.0, x * -12.0, x * 14.0))
    return (
        Coat(f"hip_{side}", Union((socket, wing)), CORTEX_HU, 0),
        Coat(f"marrow_hip_{side}", wing.grown(-3.0), MARROW_HU),
        *_bone(f"femur_{side}", sphere(head, 23.0), neck, shaft,
               sphere((x * 80.0, -2.0, -545.0), 24.0)),
        Coat(f"tibia_{side}", Tube(((x * 80.0, -4.0, -588.0), (x * 76.0, 0.0, -950.0)), 14.0),
             CORTEX_HU),
        *_bone(f"humerus_{side}", Tube(((x * 165.0, 30.0, 370.0), (x * 224.0, 30.0, 150.0)), 11.0)),
        Coat(f"radius_{side}", Tube(((x * 238.0, 12.0, 120.0), (x * 280.0, 2.0, -92.0)), 7.0),
             CORTEX_HU),
        Coat(f"ulna_{side}", Tube(((x * 222.0, 34.0, 140.0), (x * 264.0, 16.0, -92.0)), 7.0),
             CORTEX_HU),
    )  # fmt: skip
