"""Lesions: the wedge fracture of T12 with its cleft, and the metastasis of L3; where cortex lacks.

Every number is geometry of an invented patient, in the vertebra's own coordinates: measurements of
nobody, evidence of nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from seldinger.core.space import Vector, as_vector
from seldinger.demo.solids import Carved, Common, Ellipsoid, Union, sphere
from seldinger.demo.spine.levels import FRACTURED, find_canal, place, shape_body
from seldinger.demo.spine.shapes import Bar, BodyShape, Placed, add_to_each
from seldinger.demo.spine.vertebrae import SHELL_MM

METASTATIC = "L3"
METASTASIS = "spine-metastasis-1"
"""Its label."""

_CLEFT = Ellipsoid((1.0, -5.0, 0.0), (10.5, 6.0, 1.9), (16.0, 0.0, 0.0))
_BAND_MM = 5.0
"""Crushed, denser marrow beneath the fractured endplate."""
_DEPOSIT = sphere((9.0, 5.2, -3.0), 11.5)
_DEEP_MM = 2.5
"""A gap reaches so far in from the surface."""
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the cortex of a body lacks: everything of it within an ellipse on its surface.

    Attributes:
        level: of the vertebra.
        wall: "upper endplate", "front" or "back".
        at_mm: middle of the ellipse in own coordinates: (x, y) on an endplate, else (x, z).
        half_mm: its half axes along the same.
    """

    level: str
    wall: str
    at_mm: tuple[float, float]
    half_mm: tuple[float, float]

    def find_surface(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Where the intact surface lies, own mm.

        Args:
            first: shape (n,) or (n, m), the first coordinate as in ``at_mm``.
            second: the same shape, the second.
        """
        body = shape_body(self.level)
        if self.wall == "upper endplate":
            return body.find_endplate(first, second)
        return body.find_wall(first, second, back=self.wall == "back")

    @property
    def centre_lps_mm(self) -> Vector:
        """Middle, on the surface."""
        first, second = (np.array([one]) for one in self.at_mm)
        third = float(self.find_surface(first, second)[0])
        a, b = self.at_mm
        own = (a, b, third) if self.wall == "upper endplate" else (a, third, b)
        return as_vector(place(self.level).to_lps(own))

    @property
    def area_mm2(self) -> float:
        """Of the surface within the ellipse, to about 0.1 %."""
        steps = [
            np.linspace(middle - half, middle + half, 2 * _STEPS + 1)
            for middle, half in zip(self.at_mm, self.half_mm, strict=True)
        ]
        first, second = np.meshgrid(*steps, indexing="ij")
        slopes = np.gradient(self.find_surface(first, second), steps[0], steps[1])
        inside = sum(
            ((c - middle) / half) ** 2
            for c, middle, half in zip((first, second), self.at_mm, self.half_mm, strict=True)
        )
        per_cell = (steps[0][1] - steps[0][0]) * (steps[1][1] - steps[1][0])
        return float(
            (np.sqrt(1.0 + slopes[0] ** 2 + slopes[1] ** 2)[inside <= 1.0]).sum() * per_cell
        )

    def drill(self) -> Bar:
        """A bar square to the wall that takes the cortex with it, in own coordinates."""
        (a, b), (first, second) = self.at_mm, self.half_mm
        third = float(self.find_surface(np.array([a]), np.array([b]))[0])
        halves = (first,) * 3, (second,) * 3
        # Round ends lie beyond the cortex on both sides: the ellipse is full where it is cut.
        far = 1.5 * max(first, second) + _DEEP_MM
        if self.wall == "upper endplate":
            return Bar((a, b, third - _DEEP_MM), (a, b, third + far), *halves, (0.0, 1.0, 0.0))
        out = 1.0 if self.wall == "back" else -1.0
        return Bar((a, third - out * _DEEP_MM, b), (a, third + out * far, b), *halves)


GAPS: tuple[Gap, ...] = (
    Gap(FRACTURED, "upper endplate", (2.0, -5.5), (6.0, 4.0)),
    Gap(FRACTURED, "front", (-3.0, -1.0), (6.5, 2.2)),
    Gap(METASTATIC, "back", (8.0, -5.5), (4.5, 4.0)),
)
"""All breaks of cortex; the vein's channels are none."""


@dataclass(frozen=True, slots=True, eq=False)
class Fracture:
    """What the broken body holds.

    Attributes:
        cleft: gas, LPS.
        band: crushed marrow beneath the endplate, LPS.
        gaps: what fills the gaps of its cortex, LPS.
    """

    cleft: Placed
    band: Placed
    gaps: Union


@lru_cache(maxsize=1)
def build_fracture() -> Fracture:
    """The wedge fracture."""
    body, where = shape_body(FRACTURED), place(FRACTURED)
    inner = body.grown(-SHELL_MM)
    sunk = BodyShape(
        body.half_width_mm + 1.0, body.half_depth_mm + 1.0,
        (body.upper_mm[0] - _BAND_MM, body.upper_mm[1] - _BAND_MM, body.upper_mm[2] - 0.5),
        add_to_each(body.lower_mm, 1.0),
        waist=0.0, hollow=0.0,
    )  # fmt: skip
    fill = tuple(
        Placed(Common((gap.drill(), Carved(body, (inner,)))), where)
        for gap in GAPS
        if gap.level == FRACTURED
    )
    return Fracture(
        cleft=Placed(Common((_cleft(), inner)), where),
        band=Placed(Carved(inner, (sunk,)), where),
        gaps=Union(fill),
    )


def _cleft() -> Ellipsoid:
    """A flat space that follows the sunken endplate, 4 mm beneath it."""
    body = shape_body(FRACTURED)
    x, y, _ = _CLEFT.centre
    under = float(body.find_endplate(np.array([x]), np.array([y]))[0]) - 4.0
    return Ellipsoid((x, y, under), _CLEFT.semi_mm, _CLEFT.turn_deg)


@lru_cache(maxsize=1)
def build_metastasis() -> Carved:
    """The metastasis: in the marrow, and where it has destroyed the back wall."""
    body = shape_body(METASTATIC)
    (gap,) = (one for one in GAPS if one.level == METASTATIC)
    within = Common((_DEPOSIT, Union((body.grown(-SHELL_MM), Common((gap.drill(), body))))))
    return Carved(Placed(within, place(METASTATIC)), (find_canal(),))
