"""Geometry: slices become one lattice; small tilt and unevenness are corrected, more is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.space import Grid
from seldinger.image import acquisitions
from seldinger.image.checks import check_spacing, make_grid
from seldinger.image.resample import resample_volume

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.volume import Volume

MAX_TILT_DEG: Final = 2.0
MAX_UNEVENNESS: Final = 0.10
"""Larger tilt or unevenness is not "small": interpolation would invent too much anatomy."""

_MISSING: Final = 1.5
"""A gap this many times the usual one means that a slice is missing, unless
more than a quarter of the gaps are so wide: then spacing varies."""
_EVEN: Final = 0.01
"""Positions this close to even (in slice spacings) are even: DICOM rounds them to text."""
_FEW: Final = 0.25
_STRAIGHT_MM: Final = 0.1
_SIDEWAYS_MM: Final = 0.5
_ANGLE: Final = 1e-3
_DUPLICATE_MM: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Plane:
    """Where one image plane lies.

    Attributes:
        name: of its file (and frame), for messages.
        position_mm: LPS centre of the first pixel.
        orientation: LPS direction cosines along a row, then along a column.
        spacing_mm: between rows, between columns.
        rows, columns: pixels.
        traits: tags that tell the acquisition it belongs to, by keyword.
    """

    name: str
    position_mm: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, ...]
    rows: int
    columns: int
    traits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Planes as one lattice.

    Attributes:
        order: indices of the planes from the first slice to the last.
        grid: evenly spaced; the k column may be tilted.
        heights: slice positions in units of k; equal to 0, 1, 2, ... when the scan is even.
        notes: what had to be corrected.
    """

    order: NDArray[np.intp]
    grid: Grid
    heights: NDArray[np.float64]
    notes: tuple[str, ...]


def stack_planes(planes: Sequence[Plane], name: str) -> Stack:
    """Sort ``planes`` along their normal and fit one lattice.

    Raises:
        ImageError: fewer than two planes, mixed sizes or orientations, duplicate or missing slices,
            spacing or tilt beyond what is corrected.
    """
    _alike(planes, name)
    first = planes[0]
    row, column = (np.asarray(v) for v in (first.orientation[:3], first.orientation[3:]))
    normal = np.cross(row, column)
    positions = np.array([p.position_mm for p in planes])
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order]
    height_mm = (positions - positions[0]) @ normal
    ordered = [planes[n] for n in order]
    acquisitions.check_single_acquisition(ordered, height_mm, name)
    _gaps(ordered, height_mm, name)
    spacing_mm = float(height_mm[-1]) / (len(planes) - 1)
    check_spacing((*first.spacing_mm[::-1], spacing_mm), name)
    sideways = positions - positions[0] - np.outer(height_mm, normal)
    slope = sideways[-1] / height_mm[-1]
    wander_mm = float(np.linalg.norm(sideways - np.outer(height_mm, slope), axis=1).max())
    if wander_mm > _SIDEWAYS_MM:
        raise ImageError(
            f"{name}: slices are shifted sideways by up to {wander_mm:.1f} mm against each other; "
            f"allowed is {_SIDEWAYS_MM} mm. Resample the series in a viewer, or export it again"
        )
    if float(np.linalg.norm(sideways[-1])) < _STRAIGHT_MM:
        slope = np.zeros(3)
    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing_mm[1]
    affine[:3, 1] = column * first.spacing_mm[0]
    affine[:3, 2] = (normal + slope) * spacing_mm
    affine[:3, 3] = positions[0]
    heights = height_mm / spacing_mm
    off = float(np.abs(heights - np.arange(len(planes))).max())
    notes: tuple[str, ...] = ()
    if off > _EVEN:
        note = (
            f"slice spacing is uneven: resampled linearly to {spacing_mm:.3f} mm, "
            f"moving slices by at most {off * spacing_mm:.2f} mm"
        )
        notes = (note,)
    grid = make_grid((first.columns, first.rows, len(planes)), affine, name)
    return Stack(order, grid, heights, notes)


def interpolate_evenly(values: NDArray[Any], stack: Stack) -> NDArray[Any]:
    """``values`` (i, j, k) of sorted planes, interpolated along k to even spacing; dtype kept."""
    if not stack.notes:
        return values
    out = np.empty(values.shape, values.dtype)
    last = len(stack.heights) - 1
    above = np.clip(np.searchsorted(stack.heights, np.arange(last + 1)), 1, last)
    for k, upper in enumerate(above):
        low, high = stack.heights[upper - 1], stack.heights[upper]
        weight = (k - low) / (high - low)
        plane = (1.0 - weight) * values[..., upper - 1] + weight * values[..., upper]
        out[..., k] = np.rint(plane) if values.dtype.kind in "iu" else plane
    return out


def straighten(volume: Volume, name: str) -> tuple[Volume, tuple[str, ...]]:
    """``volume`` with its k axis along the slice normal, and a note when it had to be moved.

    Raises:
        ImageError: the tilt is more than 2 degrees, or rows and columns are not perpendicular.
    """
    affine = volume.grid.index_to_lps
    row, column, step = affine[:3, :3].T
    row_unit, column_unit = row / np.linalg.norm(row), column / np.linalg.norm(column)
    if abs(float(row_unit @ column_unit)) > _ANGLE:
        raise ImageError(
            f"{name}: rows and columns are not perpendicular (sheared transform); "
            f"resample the file to a straight grid first"
        )
    normal = np.cross(row_unit, column_unit)
    along = float(step @ normal)
    sideways = step - along * normal
    drift_mm = float(np.linalg.norm(sideways)) * (volume.grid.shape[2] - 1)
    if drift_mm < _STRAIGHT_MM:
        return volume, ()
    tilt_deg = float(np.degrees(np.arctan2(np.linalg.norm(sideways), abs(along))))
    if tilt_deg > MAX_TILT_DEG:
        raise ImageError(
            f"{name}: the slices are sheared by {tilt_deg:.1f} degrees (gantry tilt); up to "
            f"{MAX_TILT_DEG:g} degrees are corrected. Correct the tilt at the console or in a "
            f"viewer"
        )
    straight = affine.copy()
    straight[:3, 2] = along * normal
    fill = float(volume.values.min())
    moved = resample_volume(volume, Grid(volume.grid.shape, straight), 1, fill)
    note = (
        f"gantry tilt of {tilt_deg:.2f} degrees: resampled linearly, shifting slices by up to "
        f"{drift_mm:.1f} mm; voxels that were not scanned are set to {fill:g}"
    )
    return moved, (note,)


def _alike(planes: Sequence[Plane], name: str) -> None:
    """One size, one orientation, at least two planes."""
    first = planes[0]
    for plane in planes:
        numbers = (*plane.position_mm, *plane.orientation, *plane.spacing_mm)
        if (len(plane.position_mm), len(plane.orientation), len(plane.spacing_mm)) != (3, 6, 2):
            raise ImageError(
                f"{name}: {plane.name} does not say where it lies (Image Position, Image "
                f"Orientation "
                f"and Pixel Spacing are needed); it cannot be placed in the patient"
            )
        if not np.isfinite(numbers).all():
            raise ImageError(f"{name}: {plane.name} has a position or spacing that is not a number")
    check_spacing(first.spacing_mm[::-1], name)
    sizes = sorted({(p.columns, p.rows, p.spacing_mm) for p in planes})
    if len({s[:2] for s in sizes}) > 1 or np.ptp([s[2] for s in sizes], axis=0).max() > _ANGLE:
        listed = "; ".join(f"{c} x {r} at {s[1]:g} x {s[0]:g} mm" for c, r, s in sizes[:4])
        raise ImageError(
            f"{name}: the slices differ in size ({listed}); one series needs one size. "
            f"Export the series again without scouts and reformats"
        )
    turned = np.abs(np.array([p.orientation for p in planes]) - first.orientation).max(axis=1)
    if float(turned.max()) > _ANGLE:
        odd = planes[int(np.argmax(turned))].name
        raise ImageError(
            f"{name}: slices have different orientations ({odd} is turned against {first.name}); "
            f"export the axial series alone, without scouts and reformats"
        )
    cosines = np.array(first.orientation).reshape(2, 3)
    if float(np.abs(cosines @ cosines.T - np.eye(2)).max()) > _ANGLE:
        raise ImageError(f"{name}: the orientation {first.orientation} is not two unit vectors")
    if len(planes) < 2:  # noqa: PLR2004
        raise ImageError(
            f"{name}: there is one slice; a volume needs at least two. Give the folder of the "
            f"series"
        )


def _gaps(planes: Sequence[Plane], height_mm: NDArray[np.float64], name: str) -> None:
    """No slice twice, none missing, spacing even enough; ``planes`` sorted."""
    gaps = np.diff(height_mm)
    twice = np.flatnonzero(gaps < _DUPLICATE_MM)
    if twice.size:
        n = int(twice[0])
        raise ImageError(
            f"{name}: {twice.size} slice position(s) occur twice, first {planes[n].name} and "
            f"{planes[n + 1].name}. A copied file, or several phases in one series: keep one of "
            f"each"
        )
    usual = float(np.median(gaps))
    wide = np.flatnonzero(gaps > _MISSING * usual)
    if 0 < wide.size <= gaps.size * _FEW:
        n = int(wide[0])
        missing = max(round(float(gaps[n]) / usual) - 1, 1)
        raise ImageError(
            f"{name}: about {missing} slice(s) missing between {planes[n].name} and "
            f"{planes[n + 1].name}: {gaps[n]:.2f} mm apart, elsewhere {usual:.2f} mm "
            f"({wide.size} such gap(s)). Export the whole series again"
        )
    uneven = float(np.abs(gaps / gaps.mean() - 1.0).max())
    if uneven > MAX_UNEVENNESS:
        raise ImageError(
            f"{name}: slice spacing varies from {gaps.min():.2f} to {gaps.max():.2f} mm; up to "
            f"{MAX_UNEVENNESS:.0%} is resampled. Reconstruct the series with even spacing"
        )
