"""SEG lattice: where the frames of a DICOM segmentation lie, by what the object itself tells.

Order: positions of its frames, its stated spacing, its slice thickness; the image's spacing is
borrowed only where one frame tells nothing of itself, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import LabelError
from seldinger.image.checks import make_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid

_OFF = 0.1
"""Frames may lie this share of the slice spacing off the lattice."""
_LIKE = 0.05
"""Lengths this share apart are the same length."""
_ANGLE = 1e-3
_SIDEWAYS_MM = 0.5
_STRAIGHT_MM = 0.1
_SERIES = 3
"""So many levels at even distance are a stack of slices, not slices that happen to be drawn."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where one frame lies and which segment it shows.

    Attributes:
        number: its place in the pixel data.
        segment: Referenced Segment Number, 0 when it names none.
        position_mm: LPS centre of the first pixel.
        orientation: LPS direction cosines along a row, then along a column.
        spacing_mm: between rows, between columns.
        between_mm, thickness_mm: Spacing Between Slices, Slice Thickness; 0 = not stated.
    """

    number: int
    segment: int
    position_mm: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, ...]
    between_mm: float
    thickness_mm: float

    @property
    def measures(self) -> tuple[float, ...]:
        """What must be alike in all frames."""
        return (*self.spacing_mm, self.between_mm, self.thickness_mm)


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """The lattice that frames span.

    Attributes:
        grid: shape (columns, rows, slices).
        slots: the slice of each frame.
        notes: what was not stated, or contradicted.
    """

    grid: Grid
    slots: tuple[int, ...]
    notes: tuple[str, ...]


def span_lattice(
    frames: Sequence[Frame], shape: tuple[int, ...], image: Grid, name: str
) -> Lattice:
    """The lattice of ``frames`` of (rows, columns) = ``shape``; slices without frames are empty.

    Args:
        frames: at least one.
        shape: rows, columns.
        image: the image's lattice, for what the file does not tell.
        name: of the file, for messages.

    Raises:
        LabelError: frames differ in orientation or measures, lie sideways or unevenly.
    """
    row, column = _axes(frames, name)
    first = frames[0]
    normal = np.cross(row, column)
    positions = np.array([f.position_mm for f in frames])
    heights = positions @ normal
    step_mm, notes = _step_mm(heights, first, image, normal, name)
    slope = _slope(positions, heights, normal, name)
    slots = np.rint((heights - heights.min()) / step_mm).astype(int)
    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing_mm[1]
    affine[:3, 1] = column * first.spacing_mm[0]
    affine[:3, 2] = (normal + slope) * step_mm
    affine[:3, 3] = positions[int(np.argmin(heights))]
    size = (shape[1], shape[0], int(slots.max()) + 1)
    return Lattice(make_grid(size, affine, name, LabelError), tuple(slots.tolist()), notes)


def _axes(frames: Sequence[Frame], name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions along a row and a column, alike in all frames."""
    first = frames[0]
    lengths = {(len(f.position_mm), len(f.orientation), len(f.spacing_mm)) for f in frames}
    if lengths != {(3, 6, 2)}:
        raise LabelError(f"{name}: a frame has a position or orientation of another length")
    numbers = np.array([(*f.position_mm, *f.orientation, *f.measures) for f in frames])
    if not np.isfinite(numbers).all():
        raise LabelError(f"{name}: a frame has a position or spacing that is not a number")
    turned = np.abs(np.array([f.orientation for f in frames]) - first.orientation).max()
    if float(turned) > _ANGLE or any(f.measures != first.measures for f in frames):
        raise LabelError(f"{name}: its frames differ in orientation or spacing; export it again")
    cosines = np.array(first.orientation).reshape(2, 3)
    if float(np.abs(cosines @ cosines.T - np.eye(2)).max()) > _ANGLE:
        raise LabelError(f"{name}: the orientation {first.orientation} is not two unit vectors")
    return cosines[0], cosines[1]


def _slope(
    positions: NDArray[np.float64],
    heights: NDArray[np.float64],
    normal: NDArray[np.float64],
    name: str,
) -> NDArray[np.float64]:
    """Sideways drift per millimetre of height, as a tilted gantry makes it; 0 for straight."""
    low, high = int(np.argmin(heights)), int(np.argmax(heights))
    rise = heights - heights[low]
    sideways = positions - positions[low] - np.outer(rise, normal)
    slope = sideways[high] / rise[high] if rise[high] > 0 else np.zeros(3)
    wander_mm = float(np.linalg.norm(sideways - np.outer(rise, slope), axis=1).max())
    if wander_mm > _SIDEWAYS_MM:
        raise LabelError(
            f"{name}: its frames are shifted sideways by up to {wander_mm:.1f} mm against each "
            f"other, so they form no volume; export the segmentation again"
        )
    return slope if float(np.linalg.norm(sideways[high])) > _STRAIGHT_MM else np.zeros(3)


def _step_mm(
    heights: NDArray[np.float64],
    frame: Frame,
    image: Grid,
    normal: NDArray[np.float64],
    name: str,
) -> tuple[float, tuple[str, ...]]:
    """Slice spacing by what the file tells of itself, and what is to be said about that."""
    levels = np.unique(np.round(heights - heights.min(), 3))
    stated, thick = frame.between_mm, frame.thickness_mm
    if levels.size == 1:
        return _alone(stated, thick, image, normal, name)
    gaps = np.diff(levels)
    apart = float(gaps.min())
    stack = levels.size >= _SERIES and bool(np.allclose(gaps, apart, rtol=_LIKE))
    seen = apart if stack or not 0 < thick < apart * (1 - _LIKE) else thick
    if stated > 0 and _fits(levels, stated):
        doubled = stack and bool(np.isclose(thick, apart, rtol=_LIKE))
        if not doubled or np.isclose(stated, apart, rtol=_LIKE):
            return stated, ()
    for step_mm in (seen, apart):
        if _fits(levels, step_mm):
            return step_mm, _told(step_mm, apart, stated, thick, name)
    raise LabelError(
        f"{name}: its frames are unevenly spaced ({gaps.min():.2f} to {gaps.max():.2f} mm apart); "
        f"export the segmentation again"
    )


def _alone(
    stated: float, thick: float, image: Grid, normal: NDArray[np.float64], name: str
) -> tuple[float, tuple[str, ...]]:
    """The height of a segmentation of one slice."""
    if stated > 0:
        return stated, ()
    if thick > 0:
        return thick, ()
    along = np.abs(normal @ image.index_to_lps[:3, :3]) / np.array(image.spacing_mm)
    borrowed = float(image.spacing_mm[int(np.argmax(along))])
    note = (
        f"{name}: it holds one slice and tells neither spacing nor thickness; the image's "
        f"{borrowed:g} mm was assumed"
    )
    return borrowed, (note,)


def _fits(levels: NDArray[np.float64], step_mm: float) -> bool:
    slots = np.rint(levels / step_mm)
    off = float(np.abs(levels / step_mm - slots).max())
    return off < _OFF and np.unique(slots).size == levels.size


def _told(step_mm: float, apart: float, stated: float, thick: float, name: str) -> tuple[str, ...]:
    """Where the slice spacing came from when what the file says of it does not agree."""
    if stated <= 0 and np.allclose((apart, thick), step_mm, rtol=_LIKE):
        return ()
    words = (
        f"the stated spacing between slices of {stated:g} mm contradicts its frames"
        if stated > 0
        else "no spacing between slices is stated"
    )
    from_frames = bool(np.isclose(step_mm, apart, rtol=_LIKE))
    found = "the positions of its frames" if from_frames else "its slice thickness"
    other = "" if not from_frames or thick <= 0 else f" (slices are {thick:g} mm thick)"
    return (f"{name}: {words}; {step_mm:g} mm was taken from {found}{other}",)
