"""Organs: the soft parts of the built-in patient.

Every number is geometry of an invented patient (LPS mm; x = 0 the midline, y = 0 mid-depth, z = 0
the middle of L4): measurements of nobody, evidence of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.demo.frame import PERITONEUM, UNDER_DIAPHRAGM, cavity, domes
from seldinger.demo.solids import Carved, Column, Common, Ellipsoid, HalfSpace, Tube, Union, sphere

if TYPE_CHECKING:
    from seldinger.demo.solids import Solid

# Vessels
AORTA = Union(
    (
        Tube(
            (
                (-3.0, -32.0, 312.0), (-12.0, -36.0, 335.0), (-8.0, -26.0, 358.0),
                (12.0, -14.0, 371.0), (25.0, 6.0, 369.0), (27.0, 23.0, 350.0),
                (26.0, 26.0, 290.0), (21.0, 20.0, 225.0), (14.0, 11.0, 160.0),
            ),
            11.5,
        ),
        Tube(((14.0, 11.0, 160.0), (11.0, 9.0, 105.0), (8.0, 9.0, 60.0), (5.0, 10.0, 6.0)), 9.0),
    )
)  # fmt: skip
ILIAC_ARTERIES = {
    "left": Tube(((14.0, 6.0, -5.0), (34.0, 0.0, -60.0)), 5.0),
    "right": Tube(((-5.0, 5.0, -5.0), (-26.0, -2.0, -60.0)), 5.0),
}
ILIAC_VEINS = {
    "left": Tube(((-15.0, 15.0, -14.5), (14.0, 16.0, -26.0), (30.0, 17.0, -60.0)), 5.5),
    "right": Tube(((-27.0, 11.0, -16.5), (-38.0, 8.0, -60.0)), 6.0),
}
CAVA = Union(
    (
        Tube(
            (
                (-23.0, 12.0, 0.0), (-23.0, 11.0, 20.0), (-24.0, 10.0, 110.0), (-25.0, 7.0, 170.0),
                (-24.0, 0.0, 205.0), (-24.0, -14.0, 226.0),
            ),
            10.0,
        ),
    )
)  # fmt: skip
UPPER_CAVA = Tube(((-28.0, -22.0, 300.0), (-30.0, -16.0, 340.0), (-30.0, -12.0, 420.0)), 9.0)
PORTAL = Union(
    (
        Tube(((6.0, -10.0, 86.0), (-10.0, -15.0, 104.0), (-30.0, -13.0, 122.0)), 6.5),
        Tube(
            ((6.0, -10.0, 88.0), (18.0, -5.5, 96.0), (40.0, 5.0, 100.0), (58.0, 16.0, 112.0)), 3.5
        ),
    )
)
LIVER_VESSELS = Union(
    (
        Tube(((-32.0, -12.0, 125.0), (-48.0, -9.0, 138.0), (-60.0, -2.0, 150.0)), 5.5),
        Tube(((-60.0, -2.0, 150.0), (-74.0, -22.0, 164.0), (-84.0, -40.0, 186.0)), 3.8),
        Tube(((-60.0, -2.0, 150.0), (-82.0, 14.0, 148.0), (-104.0, 26.0, 138.0)), 3.8),
        Tube(((-82.0, 14.0, 148.0), (-100.0, 16.0, 168.0)), 2.5),
        Tube(
            (
                (-48.0, -9.0, 138.0),
                (-30.0, -24.0, 152.0),
                (0.0, -38.0, 158.0),
                (28.0, -46.0, 160.0),
            ),
            4.0,
        ),
        Tube(
            ((-24.0, 2.0, 196.0), (-58.0, 14.0, 188.0), (-92.0, 18.0, 180.0), (-112.0, 8.0, 166.0)),
            4.2,
        ),
        Tube(((-24.0, 2.0, 196.0), (-38.0, -26.0, 182.0), (-52.0, -48.0, 158.0)), 4.0),
        Tube(((-24.0, 2.0, 196.0), (-4.0, -24.0, 184.0), (24.0, -40.0, 178.0)), 3.5),
    )
)

# Lesions
TUMOUR = sphere((-94.0, -30.0, 130.0), 14.0)
TUMOUR_NECROSIS = sphere((-89.5, -26.5, 132.0), 5.5)
TUMOUR_CALCIUM = sphere((-90.0, -36.0, 126.0), 2.0)
NODULE = sphere((-108.0, 24.0, 238.0), 8.0)
DEEP_ABSCESS = sphere((-66.0, 2.0, 4.0), 17.5)
SHALLOW_ABSCESS = Ellipsoid((84.0, -54.0, -4.0), (36.0, 27.0, 36.0))
RIM_MM = 3.5

# Kidneys and what lies behind the peritoneum
KIDNEYS = {
    "left": Ellipsoid((71.0, 44.0, 94.0), (23.0, 21.0, 53.0), (-6.0, -6.0, 0.0)),
    "right": Ellipsoid((-73.0, 43.0, 80.0), (23.0, 21.0, 53.0), (-6.0, 6.0, 0.0)),
}
RENAL_SINUS = {
    "left": Ellipsoid((58.0, 38.0, 93.0), (9.0, 8.0, 22.0), (-6.0, -6.0, 0.0)),
    "right": Ellipsoid((-60.0, 37.0, 79.0), (9.0, 8.0, 22.0), (-6.0, 6.0, 0.0)),
}
PSOAS = {
    "left": Ellipsoid((42.0, 37.0, 0.0), (15.0, 18.0, 105.0), (0.0, -4.0, 0.0)),
    "right": Ellipsoid((-42.0, 37.0, 0.0), (15.0, 18.0, 105.0), (0.0, 4.0, 0.0)),
}
BACK_MUSCLES = {
    "left": Column((28.0, 83.0, 180.0), (19.0, 10.0, 600.0)),
    "right": Column((-28.0, 83.0, 180.0), (19.0, 10.0, 600.0)),
}
PANCREAS = Union(
    (
        Ellipsoid((-25.0, -17.0, 72.0), (12.0, 12.0, 19.0)),
        Tube(
            ((-22.0, -24.0, 83.0), (-4.0, -32.0, 97.0), (16.0, -25.0, 103.0), (38.0, -8.0, 108.0)),
            9.0,
        ),
        Tube(((38.0, -8.0, 108.0), (58.0, 5.0, 120.0), (75.0, 10.0, 130.0)), 8.0),
    )
)

# Stomach and bowel
STOMACH_SHAPES: tuple[Ellipsoid | Tube, ...] = (
    Ellipsoid((73.0, 8.0, 172.0), (34.0, 34.0, 35.0)),
    Ellipsoid((63.0, -24.0, 144.0), (30.0, 27.0, 46.0), (-24.0, 0.0, 0.0)),
    Tube(((52.0, -46.0, 104.0), (24.0, -56.0, 88.0), (-6.0, -54.0, 84.0)), 14.0),
)
DUODENUM = Tube(
    (
        (-34.0, -40.0, 90.0), (-50.0, -22.0, 86.0), (-51.0, -4.0, 72.0), (-50.0, 2.0, 50.0),
        (-28.0, -14.0, 32.0), (6.0, -14.0, 32.0), (28.0, -16.0, 42.0),
    ),
    9.5,
)  # fmt: skip
COLON = Union(
    (
        Tube(((-108.0, 22.0, -120.0), (-108.0, 20.0, 14.0), (-105.0, 2.0, 38.0)), 19.0),
        Tube(
            (
                (-105.0, 2.0, 38.0), (-92.0, -38.0, 44.0), (-60.0, -64.0, 38.0), (0.0, -68.0, 36.0),
                (60.0, -66.0, 58.0), (104.0, -34.0, 82.0), (114.0, 2.0, 92.0), (115.0, 22.0, 74.0),
            ),
            16.0,
        ),
        Tube(((115.0, 22.0, 74.0), (113.0, 26.0, 20.0), (110.0, 30.0, -120.0)), 12.5),
    )
)  # fmt: skip
LOOPS = Union(
    (
        Tube(
            ((-14.0, -56.0, -24.0), (24.0, -50.0, -30.0), (32.0, -52.0, -6.0), (-8.0, -58.0, 2.0)),
            10.5,
        ),
        Tube(
            ((-26.0, -28.0, 2.0), (20.0, -26.0, 4.0), (30.0, -24.0, -20.0), (-20.0, -26.0, -26.0)),
            10.5,
        ),
        Tube(
            ((52.0, -10.0, 18.0), (76.0, -6.0, 10.0), (62.0, -4.0, -22.0), (80.0, -2.0, -45.0)),
            10.0,
        ),
        Tube(((52.0, -34.0, 56.0), (66.0, -22.0, 44.0), (84.0, -8.0, 46.0)), 10.0),
        Tube(((-24.0, -44.0, 18.0), (10.0, -42.0, 15.0), (34.0, -36.0, 17.0)), 9.0),
        Tube(((50.0, -10.0, 72.0), (76.0, -4.0, 74.0), (90.0, 4.0, 66.0)), 9.0),
        Tube(((-30.0, -42.0, -60.0), (10.0, -40.0, -56.0), (44.0, -30.0, -58.0)), 11.0),
    )
)
UNLABELLED_LOOP = Tube(((-82.0, -50.0, -16.0), (-62.0, -54.0, 4.0), (-42.0, -52.0, 8.0)), 10.0)
GALLBLADDER = Ellipsoid((-64.0, -54.0, 91.0), (13.0, 15.0, 27.0), (-12.0, -10.0, 0.0))

# Chest
_HEART_SHAPE = Ellipsoid((18.0, -42.0, 262.0), (54.0, 38.0, 46.0), (0.0, 24.0, 14.0))
HEART = Carved(_HEART_SHAPE, (*AORTA.members[:1], CAVA, UPPER_CAVA))
HEART_BLOOD: dict[str, Solid] = {
    "left": Ellipsoid((42.0, -46.0, 250.0), (20.0, 15.0, 22.0), (0.0, 24.0, 14.0)),
    "right": Ellipsoid((-6.0, -54.0, 254.0), (26.0, 14.0, 24.0), (0.0, 24.0, 14.0)),
    "atria": Ellipsoid((4.0, -20.0, 276.0), (34.0, 11.0, 18.0), (0.0, 10.0, 10.0)),
}
PULMONARY_ARTERIES = Union(
    (
        Tube(
            ((22.0, -40.0, 308.0), (24.0, -24.0, 328.0), (34.0, 0.0, 332.0), (52.0, 10.0, 322.0)),
            9.0,
        ),
        Tube(((24.0, -20.0, 329.0), (-14.0, -10.0, 328.0), (-48.0, 6.0, 316.0)), 8.0),
    )
)
TRACHEA = Union(
    (
        Tube(((-3.0, -2.0, 480.0), (-1.0, 4.0, 350.0)), 7.5),
        Tube(((-1.0, 4.0, 350.0), (-28.0, 8.0, 322.0)), 6.0),
        Tube(((-1.0, 4.0, 350.0), (9.0, 6.0, 341.0), (22.0, 5.0, 322.0)), 5.5),
    )
)
GULLET = Tube(
    (
        (-4.0, 19.0, 480.0), (-2.0, 19.0, 340.0), (4.0, 12.0, 260.0), (14.0, 0.0, 215.0),
        (30.0, 2.0, 190.0),
    ),
    4.8,
)  # fmt: skip
MEDIASTINUM = Column((3.0, -10.0, 350.0), (41.0, 86.0, 260.0))


def mesenteric_vessels() -> Union:
    """A trunk in front of the duodenum that branches towards the loops; nobody labelled it."""
    fork = (8.0, -36.0, 32.0)
    ends = ((-30.0, -40.0, -14.0), (22.0, -38.0, -10.0), (58.0, -20.0, -6.0), (60.0, -24.0, 34.0))
    trunk = Tube(((2.0, -20.0, 78.0), (4.0, -28.0, 52.0), fork), 3.5)
    return Union((trunk, *(Tube((fork, end), 2.0) for end in ends)))


def liver() -> Carved:
    """Right lobe under its dome, left lobe across the midline; hollowed by what it lies on."""
    right, _, _ = domes(3.0)
    left = Ellipsoid((15.0, -40.0, 166.0), (78.0, 40.0, 33.0), (0.0, -6.0, 0.0))
    bulk = Common((Union((right, left)), UNDER_DIAPHRAGM, PERITONEUM))
    viscera = sphere((10.0, 40.0, -60.0), 190.0)
    crura = Column((0.0, 34.0, 150.0), (31.0, 34.0, 120.0))
    hollows = (viscera, crura, KIDNEYS["right"].grown(7.0), GALLBLADDER, CAVA, PORTAL, GULLET)
    return Carved(bulk, (*hollows, *(s.grown(2.0) for s in STOMACH_SHAPES)))


def spleen() -> Carved:
    """Under the left dome, hollowed by kidney and stomach."""
    bulk = Ellipsoid((107.0, 36.0, 150.0), (23.0, 40.0, 45.0), (14.0, 0.0, 20.0))
    hollows = (KIDNEYS["left"].grown(5.0), STOMACH_SHAPES[0].grown(3.0))
    return Carved(Common((bulk, UNDER_DIAPHRAGM, PERITONEUM)), hollows)


def lobes() -> dict[str, Carved]:
    """The five lobes of the lungs, which meet at the fissures."""
    right, central, left = domes(0.0)
    base = HalfSpace((0.0, -5.0, 165.0), (0.0, -0.46, -1.0))
    heart = _HEART_SHAPE.grown(4.0)
    room = cavity(0.0)
    sides = {"right": (HalfSpace((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)), right),
             "left": (HalfSpace((0.0, 0.0, 0.0), (-1.0, 0.0, 0.0)), left)}  # fmt: skip
    below_oblique = HalfSpace((0.0, 60.0, 345.0), (0.0, -1.22, 1.0))
    above_oblique = HalfSpace((0.0, 60.0, 345.0), (0.0, 1.22, -1.0))
    below_minor = HalfSpace((0.0, 0.0, 282.0), (0.0, 0.0, 1.0))
    above_minor = HalfSpace((0.0, 0.0, 282.0), (0.0, 0.0, -1.0))
    cuts = {
        "lung_upper_lobe_left": ("left", (above_oblique,)),
        "lung_lower_lobe_left": ("left", (below_oblique,)),
        "lung_upper_lobe_right": ("right", (above_oblique, above_minor)),
        "lung_middle_lobe_right": ("right", (above_oblique, below_minor)),
        "lung_lower_lobe_right": ("right", (below_oblique,)),
    }
    parts = {}
    for name, (side, planes) in cuts.items():
        half, dome = sides[side]
        cutters = (dome, central, MEDIASTINUM, heart, UPPER_CAVA.grown(1.5))
        parts[name] = Carved(Common((room, half, base, *planes)), cutters)
    return parts


_LUNG_VESSEL_ENDS = (
    (78.0, -40.0, 330.0), (84.0, 30.0, 350.0), (92.0, -46.0, 276.0), (100.0, 8.0, 300.0),
    (84.0, 46.0, 290.0), (74.0, 36.0, 246.0), (84.0, 2.0, 256.0),
)  # fmt: skip


def lung_vessels() -> Union:
    """A tree of vessels from each hilum outwards, thinner on the way."""
    vessels = []
    for side in (-1.0, 1.0):
        hilum = (side * 48.0, 8.0, 316.0)
        for reach, y, z in _LUNG_VESSEL_ENDS:
            fork = (side * 0.5 * (48.0 + reach), 0.5 * (8.0 + y), 0.5 * (316.0 + z))
            vessels.append(Tube((hilum, fork), 4.0))
            vessels.append(Tube((fork, (side * reach, y, z)), 2.6))
            vessels.append(Tube((fork, (side * (reach - 12.0), y + 18.0, z + 14.0)), 2.0))
    return Union(tuple(vessels))
