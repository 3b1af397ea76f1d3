"""Levels: the measures of each vertebra of the built-in spine patient.

Every number is geometry of an invented patient: measurements of nobody, evidence of nothing. Widths
and heights of pedicles were chosen to lie within what has been published (``seldinger facts
vertebra.path``).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.demo.skeleton import VERTEBRAE_Z_MM
from seldinger.demo.spine.shapes import BodyShape, Passage, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

SIDES: Mapping[str, float] = MappingProxyType({"left": 1.0, "right": -1.0})
"""Sign of x."""

STRETCH_MM = 4.0
"""A pedicle's narrow stretch reaches so far to both sides of its isthmus."""

_SPINE_Y_MM = 40.0
_DISH_MM = 1.1
"""How far an endplate is hollow in the middle."""
_TO_CANAL_MM = 0.6
"""From the deepest hollow of a back wall to the canal."""
_TO_PEDICLE_MM = 0.4
"""From the widest section of the canal to the medial wall of a pedicle's isthmus."""
_BEHIND_BODY_MM = 4.0
"""From the deepest hollow of a back wall to the middle of the isthmus."""


@dataclass(frozen=True, slots=True)
class Measures:
    """One vertebra, as it was before it broke.

    Attributes:
        shift_mm: of its body, backwards.
        lean_deg: its upper end backwards.
        body_mm: half width, half depth.
        front_mm, back_mm: heights of the body.
        canal_mm: half width, half depth.
        pedicle_mm: width, height of the isthmus, of both sides.
        inward_deg: by which a pedicle leads towards the midline, on its way forwards.
        downward_deg: the same, down.
        narrow_left_mm: width of the left isthmus where it differs.
    """

    shift_mm: float
    lean_deg: float
    body_mm: tuple[float, float]
    front_mm: float
    back_mm: float
    canal_mm: tuple[float, float]
    pedicle_mm: tuple[float, float]
    inward_deg: float
    downward_deg: float
    narrow_left_mm: float | None = None

    def find_pedicle_width(self, side: str) -> float:
        """Width of the isthmus of a side, mm."""
        if side == "left" and self.narrow_left_mm is not None:
            return self.narrow_left_mm
        return self.pedicle_mm[0]


LEVELS: Mapping[str, Measures] = MappingProxyType(
    {
        "T10": Measures(5.0, 3.0, (16.5, 14.8), 22.0, 22.8, (8.6, 8.2), (6.4, 13.5), 8.0, 12.0),
        "T11": Measures(4.0, 3.0, (17.5, 15.0), 22.8, 23.6, (9.0, 8.3), (7.8, 14.5), 6.0, 10.0,
                        narrow_left_mm=4.0),
        "T12": Measures(3.0, 3.5, (20.0, 15.5), 24.2, 25.0, (10.4, 8.5), (8.2, 15.0), 5.0, 8.0),
        "L1": Measures(1.0, 3.5, (22.5, 16.0), 25.8, 26.4, (11.0, 8.5), (8.0, 16.5), 8.0, 4.0),
        "L2": Measures(-1.0, 2.0, (23.5, 16.5), 26.8, 27.0, (11.0, 8.3), (8.6, 15.0), 10.0, 2.0),
        "L3": Measures(-2.5, -1.0, (24.5, 17.0), 27.6, 27.2, (11.3, 8.2), (9.6, 14.6), 13.0, 0.0),
        "L4": Measures(-2.0, -4.0, (26.0, 17.3), 28.0, 26.6, (11.8, 8.2), (11.0, 14.2), 16.0, 0.0),
        "L5": Measures(2.5, -10.0, (27.5, 17.0), 28.4, 24.4, (12.8, 8.4), (13.6, 14.0), 24.0, 0.0),
    }
)  # fmt: skip
"""From above down."""

FRACTURED = "T12"
LOST_FRONT = 0.35
"""Share of the fractured body's height in front that is lost, by its upper endplate alone."""
_SUNK_MIDDLE_MM = 2.0
"""The fractured endplate is hollow in the middle by so much more."""


def place(level: str) -> Place:
    """Where a vertebra stands."""
    one = LEVELS[level]
    return Place((0.0, _SPINE_Y_MM + one.shift_mm, VERTEBRAE_Z_MM[level]), one.lean_deg)


def shape_body(level: str, *, whole: bool = False) -> BodyShape:
    """The body of a vertebra; ``whole``: as it was before it broke."""
    one = LEVELS[level]
    front, back = 0.5 * one.front_mm, 0.5 * one.back_mm
    middle = 0.5 * (front + back) - _DISH_MM
    upper = lower = (front, middle, back)
    if level == FRACTURED and not whole:
        sunk = LOST_FRONT * one.front_mm
        upper = (front - sunk, middle - 0.5 * sunk - _SUNK_MIDDLE_MM, back)
    return BodyShape(one.body_mm[0], one.body_mm[1], upper, lower)


def find_back_mm(level: str) -> float:
    """y, in its own coordinates, of the deepest hollow of a body's back wall."""
    body = shape_body(level, whole=True)
    # The middle of the wall at an endplate, where it stands farthest back.
    bend: float = ((1.0 + 4.0 * body.hollow) ** 0.5 - 1.0) / (2.0 * body.hollow)
    return body.half_depth_mm * bend


def find_canal_centre(level: str) -> tuple[float, float, float]:
    """Middle of the canal beside the middle of a body, in its own coordinates."""
    return 0.0, find_back_mm(level) + _TO_CANAL_MM + LEVELS[level].canal_mm[1], 0.0


def find_isthmus(level: str, side: str) -> tuple[float, float, float]:
    """Middle of a pedicle's narrowest section, in the vertebra's own coordinates."""
    one = LEVELS[level]
    aside = one.canal_mm[0] + _TO_PEDICLE_MM + 0.5 * one.find_pedicle_width(side)
    # The pedicle leaves the upper half of the body; its lower notch is the foramen.
    high = 0.5 * one.back_mm - 0.5 * one.pedicle_mm[1] - 0.5
    return SIDES[side] * aside, find_back_mm(level) + _BEHIND_BODY_MM, high


def find_canal() -> Passage:
    """The spinal canal of the whole spine; no bone enters it."""
    rows = []
    for level in reversed(tuple(LEVELS)):
        centre = place(level).to_lps(find_canal_centre(level))
        rows.append((float(centre[2]), float(centre[1]), *LEVELS[level].canal_mm))
    # Above and below it goes on straight, below behind the sacrum.
    below = (rows[0][0] - 60.0, rows[0][1] + 20.0, 11.0, 6.5)
    above = (rows[-1][0] + 60.0, rows[-1][1] + 3.0, 8.6, 8.2)
    heights, centres, widths, depths = zip(below, *rows, above, strict=True)
    return Passage(heights, centres, widths, depths)
