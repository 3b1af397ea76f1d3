"""Truth: what is exactly known of the built-in spine patient, to test planners against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.space import as_vector
from seldinger.demo.spine.coats import list_coats
from seldinger.demo.spine.lesions import (
    GAPS,
    METASTATIC,
    build_fracture,
    build_metastasis,
)
from seldinger.demo.spine.levels import (
    FRACTURED,
    LEVELS,
    SIDES,
    STRETCH_MM,
    find_canal,
    find_canal_centre,
    find_isthmus,
    place,
    shape_body,
)
from seldinger.demo.spine.shapes import Placed
from seldinger.demo.spine.vertebrae import build_vertebra, find_pedicle_axis
from seldinger.demo.truth import Truth, collect_truth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.core.space import Points, Vector
    from seldinger.demo.nearest import Distances
    from seldinger.demo.solids import Solid
    from seldinger.demo.spine.shapes import Bar, BodyShape, Passage, Place, Three

_STEP_MM = 0.05
_CORNERS = 360
_CELL_MM = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class TruePedicle:
    """One pedicle.

    Attributes:
        side: "left" or "right".
        isthmus_lps_mm: middle of its narrowest section.
        axis_lps: unit, from the back into the body.
        width_mm, height_mm: outer, of that section.
        stretch_mm: its narrow stretch reaches so far to both sides of the isthmus along the axis.
        bar: the solid, in the vertebra's own coordinates.
    """

    side: str
    isthmus_lps_mm: Vector
    axis_lps: Vector
    width_mm: float
    height_mm: float
    stretch_mm: float
    bar: Bar

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class TrueCanal:
    """The canal at the height of a body's middle: an ellipse square to the patient's long axis."""

    centre_lps_mm: Vector
    half_width_mm: float
    half_depth_mm: float


@dataclass(frozen=True, slots=True)
class TrueBreak:
    """A gap in the cortex of a body.

    Attributes:
        wall: "upper endplate", "front" or "back".
        centre_lps_mm: its middle on the wall.
        area_mm2: of the wall that lacks.
    """

    wall: str
    centre_lps_mm: Vector
    area_mm2: float


@dataclass(frozen=True, slots=True, eq=False)
class TrueLevel:
    """One vertebra.

    Attributes:
        level: "T10" to "L5".
        place: where it stands, and its own coordinates.
        shape: its body, in those.
        heights_mm: of the body at the front wall, in the middle and at the back wall of its middle
            plane.
        intact_mm: the same before it broke.
        pedicles: by side.
        canal: beside the body.
        breaks: of the cortex; the channel of the basivertebral vein is none.
        body_ml: volume of the body, with what lies in it.
        lesion_ml: of the metastasis.
        cleft_ml: of the gas.
    """

    level: str
    place: Place
    shape: BodyShape
    heights_mm: Three
    intact_mm: Three
    pedicles: Mapping[str, TruePedicle]
    canal: TrueCanal
    breaks: tuple[TrueBreak, ...]
    body_ml: float
    lesion_ml: float
    cleft_ml: float

    __repr__ = short_repr

    @property
    def body(self) -> Placed:
        """The body as a solid, LPS mm."""
        return Placed(self.shape, self.place)

    @property
    def lost_front_share(self) -> float:
        """Of the height in front."""
        return 1.0 - self.heights_mm[0] / self.intact_mm[0]


@dataclass(frozen=True, slots=True, eq=False)
class SpineTruth:
    """All that is exactly known.

    Attributes:
        scene: every painted solid by name, as of the other built-in patients: "spinal_canal",
            "vertebrae_L1", "fracture-cleft", "spine-metastasis-1" ...
        levels: "T10" to "L5", from above down.
    """

    scene: Truth
    levels: Mapping[str, TrueLevel]

    __repr__ = short_repr

    @property
    def canal(self) -> Passage:
        """The spinal canal as a solid, LPS mm; no bone enters it."""
        return find_canal()

    def level(self, name: str) -> TrueLevel:
        """One vertebra; ``AnatomyError`` where it has none of that name."""
        if name not in self.levels:
            known = ", ".join(self.levels)
            raise AnatomyError(f"the built-in spine has no {name!r}; it has: {known}")
        return self.levels[name]

    def measure_pedicle_clearance_mm(
        self, level: str, side: str, entry_lps: Sequence[float], tip_lps: Sequence[float]
    ) -> float:
        """Least distance of a needle's axis to the pedicle's outer wall, along its narrow stretch.

        Measured in sections square to the pedicle's axis. Positive: the axis stays inside;
        negative: it leaves by so much, or passes beside the pedicle.

        Args:
            level: "T10" to "L5".
            side: "left" or "right".
            entry_lps: one end of the needle, LPS mm.
            tip_lps: the other.

        Raises:
            AnatomyError: no such pedicle, or the needle does not reach the stretch.
        """
        one = self.level(level)
        if side not in one.pedicles:
            raise AnatomyError(f"{level} has no pedicle {side!r}; it has: left, right")
        pedicle = one.pedicles[side]
        ends = one.place.to_own(np.array([entry_lps, tip_lps], dtype=np.float64))
        bar = pedicle.bar
        points = (ends - bar.start) @ bar.frame.T
        points[:, 0] -= 0.5 * bar.length_mm
        count = 2 + int(np.linalg.norm(points[1] - points[0]) / _STEP_MM)
        along = np.linspace(points[0], points[1], count)
        along = along[np.abs(along[:, 0]) <= pedicle.stretch_mm]
        if not len(along):
            raise AnatomyError(
                f"the needle from {as_vector(entry_lps)} to {as_vector(tip_lps)} does not reach "
                f"the narrow stretch of the {side} pedicle of {level} around "
                f"{pedicle.isthmus_lps_mm}; give both ends of its whole way"
            )
        return -float(_leave_bar(bar, along).max())

    def aim_along_pedicle(
        self, level: str, side: str, beyond_mm: float = 28.0
    ) -> tuple[Vector, Vector]:
        """A needle in the middle of a pedicle: where it passes the skin, and its tip; LPS mm.

        Args:
            level: "T10" to "L5".
            side: "left" or "right".
            beyond_mm: of the tip, from the isthmus into the body.

        Raises:
            AnatomyError: no such level.
        """
        pedicle = self.level(level).pedicles[side]
        way, isthmus = np.asarray(pedicle.axis_lps), np.asarray(pedicle.isthmus_lps_mm)
        entry = self.scene.skin_point(pedicle.isthmus_lps_mm, as_vector(-way))
        return entry, as_vector(isthmus + beyond_mm * way)

    def measure_canal_clearance_mm(
        self, entry_lps: Sequence[float], tip_lps: Sequence[float]
    ) -> float:
        """Least signed distance of a needle's axis to the canal, LPS mm; negative if inside."""
        return self.scene.clearance_mm("spinal_canal", entry_lps, tip_lps)


@lru_cache(maxsize=1)
def collect_spine_truth() -> SpineTruth:
    """The truth about the whole spine."""
    levels = {level: _describe(level) for level in LEVELS}
    return SpineTruth(collect_truth(list_coats()), MappingProxyType(levels))


def _leave_bar(bar: Bar, points: Points) -> Distances:
    """How far points, (n, 3): along from its middle, across, high, lie outside a bar's sections."""
    wide, tall = (half[:, None] for half in bar.find_half_axes(0.5 + points[:, 0] / bar.length_mm))
    angle = np.linspace(0.0, 2.0 * np.pi, _CORNERS + 1)
    ring = np.stack([wide * np.cos(angle), tall * np.sin(angle)], axis=-1)
    # To the edges of a polygon of so many corners; the ellipse bulges by less than 0.001 mm.
    edge, off = np.diff(ring, axis=1), points[:, None, 1:] - ring[:, :-1]
    share = np.clip((off * edge).sum(axis=-1) / (edge**2).sum(axis=-1), 0.0, 1.0)
    gap = np.linalg.norm(off - share[..., None] * edge, axis=-1).min(axis=1)
    inside = (points[:, 1] / wide[:, 0]) ** 2 + (points[:, 2] / tall[:, 0]) ** 2 <= 1.0
    found: Distances = np.where(inside, -gap, gap)
    return found


def _describe(level: str) -> TrueLevel:
    one, where = LEVELS[level], place(level)
    body, intact = shape_body(level), shape_body(level, whole=True)
    pedicles = {side: _describe_pedicle(level, side) for side in SIDES}
    centre = as_vector(where.to_lps(find_canal_centre(level)))
    breaks = tuple(
        TrueBreak(gap.wall, gap.centre_lps_mm, gap.area_mm2) for gap in GAPS if gap.level == level
    )
    return TrueLevel(
        level, where, body, body.heights_mm, intact.heights_mm, MappingProxyType(pedicles),
        TrueCanal(centre, *one.canal_mm), breaks,
        body_ml=_integrate_ml(body),
        lesion_ml=_integrate_ml(build_metastasis()) if level == METASTATIC else 0.0,
        cleft_ml=_integrate_ml(build_fracture().cleft) if level == FRACTURED else 0.0,
    )  # fmt: skip


def _describe_pedicle(level: str, side: str) -> TruePedicle:
    one, where = LEVELS[level], place(level)
    axis = np.asarray(find_pedicle_axis(level, side)) @ where.axes
    return TruePedicle(
        side, as_vector(where.to_lps(find_isthmus(level, side))), as_vector(axis),
        one.find_pedicle_width(side), one.pedicle_mm[1], STRETCH_MM,
        build_vertebra(level).pedicles[side],
    )  # fmt: skip


def _integrate_ml(solid: Solid) -> float:
    """Volume of a solid, to about 0.1 %; no layer of cells lies on a flat face."""
    low, high = solid.bounds
    x, y, z = (
        np.arange(a - 0.37 * _CELL_MM, b + _CELL_MM, _CELL_MM, dtype=np.float32)
        for a, b in zip(low, high, strict=True)
    )
    inside = solid.level(x[:, None, None], y[:, None], z) <= 0.0
    return float(np.count_nonzero(inside)) * _CELL_MM**3 / 1000.0
