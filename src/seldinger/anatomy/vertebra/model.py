"""The vertebra: one level of the spine as a needle, cement and a balloon meet it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.core.volume import Mask


class Side(StrEnum):
    """Of the patient."""

    LEFT = "left"
    RIGHT = "right"


class Wall(StrEnum):
    """A face of the body."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"
    """Towards the canal."""
    UPPER = "upper endplate"
    LOWER = "lower endplate"


class Collapse(StrEnum):
    """Shape of a fracture, as Genant tells them apart."""

    NONE = "none"
    WEDGE = "wedge"
    BICONCAVE = "biconcave"
    CRUSH = "crush"


@dataclass(frozen=True, slots=True)
class VertebraFrame:
    """Axes of one vertebra, however the spine bends there.

    Attributes:
        origin_lps_mm: centroid of the body.
        left, back, up: orthonormal, in LPS; those of the patient where the spine is upright.
    """

    origin_lps_mm: Vector
    left: Vector
    back: Vector
    up: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Pedicle:
    """The bridge of bone between body and arch, beside the canal.

    Attributes:
        side: of the patient.
        mask: (a, b, c) bool, on the vertebra's grid: its bone from the body's back wall to the
            middle of the canal.
        isthmus_lps_mm: middle of its narrowest section.
        axis_lps: unit, along it, from the back into the body.
        width_mm: outer, across, in that section.
        height_mm: outer, upright, in that section.
    """

    side: Side
    mask: Mask
    isthmus_lps_mm: Vector
    axis_lps: Vector
    width_mm: float
    height_mm: float

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Foramen:
    """An opening beside the canal, through which a root leaves, told from the bone around it.

    Attributes:
        side: of the patient.
        points_lps_mm: (n, 3), every millimetre, of all that is open over the pedicle's width.
        root_lps_mm: (m, 3), those of its upper part, in which the root is taken to lie: no CT
            shows it.
        centre_lps_mm: middle of ``points_lps_mm``.
        height_mm: between the pedicles; None: the neighbour's is not seen, and where the opening
            ends is unknown.
        depth_mm: from the back wall to the joint.
    """

    side: Side
    points_lps_mm: NDArray[np.float64]
    root_lps_mm: NDArray[np.float64]
    centre_lps_mm: Vector
    height_mm: float | None
    depth_mm: float

    __repr__ = short_repr

    @property
    def is_bounded(self) -> bool:
        """Whether the neighbour that bounds it is seen in the scan."""
        return self.height_mm is not None


@dataclass(frozen=True, slots=True, eq=False)
class Foramina:
    """What opens beside one pedicle.

    Attributes:
        own: under it, for the root of this level; None: not seen, unknown and never clear.
        above: over it, for the root of the level above; None: likewise.
    """

    own: Foramen | None
    above: Foramen | None

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class BodyHeights:
    """Heights of a body in its middle plane.

    Attributes:
        front_mm, middle_mm, back_mm: measured from endplate to endplate.
        expected_mm: (front, middle, back) that its neighbours let one expect; None where fewer
            than two neighbours are whole, or they are fractured themselves.
        shape: of the collapse; None without expected heights.
        grade: 0 to 3 of Genant; None without expected heights.
        wedge_deg: angle between the endplates, positive where the front is lower.
    """

    front_mm: float
    middle_mm: float
    back_mm: float
    expected_mm: tuple[float, float, float] | None
    shape: Collapse | None
    grade: int | None
    wedge_deg: float

    @property
    def lost_share(self) -> float | None:
        """The largest of the three losses of height; None: unknown."""
        if self.expected_mm is None:
            return None
        have = (self.front_mm, self.middle_mm, self.back_mm)
        return max(
            0.0, *(1.0 - one / other for one, other in zip(have, self.expected_mm, strict=True))
        )


@dataclass(frozen=True, slots=True, eq=False)
class CorticalBreak:
    """A place where no cortex shows.

    Attributes:
        wall: of the body.
        where: (a, b, c) bool, voxels of the body at the gap.
        area_mm2: of it.
    """

    wall: Wall
    where: Mask
    area_mm2: float

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Cleft:
    """A space within a body whose fracture has not healed.

    Attributes:
        where: (a, b, c) bool, voxels of the body.
        content: "gas", or "fluid" where density alone tells it from marrow.
        volume_ml: of it.
    """

    where: Mask
    content: str
    volume_ml: float

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Vertebra:
    """One vertebra on a lattice of its own.

    Attributes:
        level: "C2" to "L5".
        label: the name that the label map has for it.
        grid: aligned with LPS, isotropic; holds the vertebra and 15 mm around it where scanned.
        hu: (a, b, c) float32.
        bone: (a, b, c) bool, all of the vertebra.
        body: its body, part of ``bone``.
        canal: what its arch surrounds, and the same above and below within the body's height; None
            where no canal shows: unknown, never clear.
        frame: its axes.
        pedicles: those that are found, by side.
        heights: of the body.
        upper_endplate, lower_endplate: voxels of the body at its ends.
        breaks: of the cortex; None where voxels are too coarse to tell.
        cleft: None where none shows.
        density_hu: mean of the body away from cortex, cleft, metal and lesion.
        dense_ml: of the body that is as dense as metal or cement.
        lytic_ml: of the body that is thinner than marrow and no cleft: destroyed, perhaps.
        source_voxel_mm: edges of the scan's voxels along its own axes, or of the labels' if larger.
        canal_share: narrowest section of the canal over what the levels above and below let expect;
            None where they tell nothing.
        canal_bone_ml: as dense as bone inside the canal, away from its walls; None where its arch
            closes no section, and nobody looked.
        notch_mm: how deep a piece is missing from the sides of its body, beyond a waist.
        cut_by_scan: its label reaches the end of the scan.
        fused_with: level whose label seems to be part of this one; None: none.
        touches: level whose bone seems to carry its name in part, or the other way round.
        level_doubt: why the level may be misnamed; None: nothing speaks against it.
        notes: what was estimated, for the report.
        lytic: (a, b, c) bool, what ``lytic_ml`` measures; None: not outlined.
        foramina: under and above each pedicle that is found; a side without a pedicle has none.
    """

    level: str
    label: str
    grid: Grid
    hu: NDArray[np.float32]
    bone: Mask
    body: Mask
    canal: Mask | None
    frame: VertebraFrame
    pedicles: Mapping[Side, Pedicle]
    heights: BodyHeights
    upper_endplate: Mask
    lower_endplate: Mask
    breaks: tuple[CorticalBreak, ...] | None
    cleft: Cleft | None
    density_hu: float
    dense_ml: float
    lytic_ml: float
    source_voxel_mm: Vector
    canal_share: float | None = None
    canal_bone_ml: float | None = None
    notch_mm: float = 0.0
    cut_by_scan: bool = False
    fused_with: str | None = None
    touches: str | None = None
    level_doubt: str | None = None
    notes: tuple[str, ...] = ()
    lytic: Mask | None = None
    foramina: Mapping[Side, Foramina] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def body_ml(self) -> float:
        """Volume of the body."""
        return float(self.body.sum()) * self.grid.voxel_ml
