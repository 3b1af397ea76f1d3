"""Frames: whether labels made on another lattice lie in the image's patient frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import LabelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid

_SAME = 0.05
"""Lattices closer than this share of the smallest edge are the same: transforms are rounded."""
_INSIDE = 0.5
"""Less of the labelled voxels inside the image means another frame."""
_LOST = 0.1
"""A lattice of the image's very size, but shifted or scaled by more than this share of its extent,
is one whose transform was lost on the way."""
_TURNED_DEG = 0.05
_SPACING_SHARE = 1e-3
_SHEAR = 1e-3
"""Cosine between slices and their step above which they are sheared."""
_QUARTER = 0.25
"""A quarter of a voxel: nearer than this, nearest neighbour finds the same voxel."""
_SAMPLES = 100_000
_FACE = 0.5


def are_same(one: Grid, other: Grid) -> bool:
    """Whether two lattices are the same for all that matters."""
    return one.matches(other, _SAME * min(other.spacing_mm))


def is_part(source: Grid, grid: Grid) -> bool:
    """Whether the voxels of ``source`` are voxels of the (unbounded) lattice of ``grid``."""
    steps = np.vstack([np.zeros(3), np.eye(3) * (np.asarray(source.shape) - 1)])
    at = grid.to_index(source.to_lps(steps))
    moves = at[1:] - at[0]
    same_steps = bool(np.abs(moves - np.diag(np.asarray(source.shape) - 1.0)).max() < _SAME)
    return same_steps and bool(np.abs(at - np.rint(at)).max() < _SAME)


def check_frame(source: Grid, grid: Grid, name: str) -> None:
    """Refuse a label lattice that is the image's own with its transform lost.

    Nobody draws on a second lattice of the very same voxels that is only turned or moved.

    ``name`` is the file's, for messages.

    Raises:
        LabelError: same voxel counts, but elsewhere, turned, or of another size; told in mm and
            degrees.
    """
    if source.shape[:2] != grid.shape[:2] or are_same(source, grid) or _is_tilted(source):
        return
    whole = source.shape == grid.shape
    turn_deg = measure_rotation_deg(source, grid)
    if _same_spacing(source, grid):
        lost = turn_deg > _TURNED_DEG if not whole else not _same_voxels(source, grid)
    else:
        lost = whole and _rescaled(source, grid)
    if lost:
        raise LabelError(
            f"{name}: it has the image's {' x '.join(map(str, source.shape))} voxels but lies "
            f"elsewhere: {_apart(source, grid)} "
            f"(spacing {_text(source.spacing_mm)} mm at {_text(source.origin_lps_mm)}; "
            f"image {_text(grid.spacing_mm)} mm at {_text(grid.origin_lps_mm)}). Its transform was "
            f"lost or belongs to another scan: export the labels again with the image's geometry, "
            f"or resample them onto the image if they were made on another one"
        )


def _is_tilted(source: Grid) -> bool:
    """Whether slices are sheared, as a tilted gantry leaves them: such a transform is not lost.

    The image's own tilt was straightened, so labels drawn on it lie on another lattice.
    """
    row, column, step = _cosines(source).T
    return bool(max(abs(float(row @ step)), abs(float(column @ step))) > _SHEAR)


def _same_spacing(one: Grid, other: Grid) -> bool:
    return bool(np.allclose(one.spacing_mm, other.spacing_mm, rtol=_SPACING_SHARE))


def _same_voxels(source: Grid, grid: Grid) -> bool:
    """Whether every voxel of ``source`` is one of ``grid``: the same axes, perhaps counted back."""
    at = grid.to_index(source.to_lps(_corners(source, 0.0)))
    on = np.abs(at - np.rint(at)).max() < _QUARTER
    held = (at > -_QUARTER).all() and (at < np.asarray(grid.shape) - 1 + _QUARTER).all()
    return bool(on and held)


def _rescaled(source: Grid, grid: Grid) -> bool:
    """Whether lattices of one count, but other spacing, differ more than two scans would."""
    low, high = _extent(source)
    image_low, image_high = _extent(grid)
    size = image_high - image_low
    scaled = float(np.abs((high - low) / size - 1.0).max())
    shifted = float((np.abs(high + low - image_high - image_low) / 2.0 / size).max())
    return max(scaled, shifted) > _LOST


def _apart(source: Grid, grid: Grid) -> str:
    """How far voxels lie from the image's of the same index, and how the axes are turned."""
    corners = _corners(source, 0.0)
    shift_mm = np.linalg.norm(source.to_lps(corners) - grid.to_lps(corners), axis=1).max()
    turn = _cosines(grid).T @ _cosines(source)
    mirrored = np.linalg.det(turn) < 0
    axes = "mirrored and turned" if mirrored else "turned"
    angle_deg = _angle_deg(-turn if mirrored else turn)
    return f"{axes} by {angle_deg:.1f} degrees, voxels shifted by up to {shift_mm:.1f} mm"


def measure_rotation_deg(source: Grid, grid: Grid) -> float:
    """Angle between two lattices, 0 to 180 degrees, the order and sense of their axes apart."""
    cosines = _cosines(grid).T @ _cosines(source)
    nearest = np.rint(cosines / np.abs(cosines).max(axis=0))
    if abs(abs(float(np.linalg.det(nearest))) - 1.0) > _QUARTER:
        nearest = np.eye(3)
    return _angle_deg(cosines @ nearest.T)


def _cosines(grid: Grid) -> NDArray[np.float64]:
    found: NDArray[np.float64] = grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)
    return found


def _angle_deg(turn: NDArray[np.float64]) -> float:
    """Of a rotation matrix; exact for small angles, where the cosine alone is not."""
    away = np.linalg.norm(turn - turn.T) / np.sqrt(8.0)
    return float(np.degrees(np.arctan2(away, (np.trace(turn) - 1.0) / 2.0)))


def count_inside(mask: NDArray[Any], source: Grid, grid: Grid) -> tuple[float, float]:
    """Voxels of ``mask``, (i, j, k) on ``source``, inside ``grid``, and all of them; estimated."""
    marked = np.flatnonzero(mask.ravel(order="K"))
    if not marked.size:
        return 0.0, 0.0
    sample = marked[:: max(1, marked.size // _SAMPLES)]
    c_order = bool(mask.flags.c_contiguous)
    index = np.unravel_index(sample, mask.shape, "C" if c_order else "F")
    at = grid.to_index(source.to_lps(np.stack(index, axis=1)))
    within = ((at >= -_FACE) & (at <= np.asarray(grid.shape) - 1 + _FACE)).all(axis=1)
    return float(within.mean()) * marked.size, float(marked.size)


def check_overlap(within: float, total: float, name: str) -> tuple[str, ...]:
    """Refuse labels that lie mostly outside the image; a note when some do.

    ``within`` of ``total`` labelled voxels lie inside; ``name`` is the file's, for messages.

    Raises:
        LabelError: less than half of the labelled voxels lie inside.
    """
    share = within / total if total else 0.0
    if share < _INSIDE:
        raise LabelError(
            f"{name}: only {share:.0%} of the labelled voxels lie inside the image: the labels "
            f"belong to "
            f"another frame or another scan. Give labels made on this image, or register them first"
        )
    if share < 0.999:  # noqa: PLR2004
        out = f"{1.0 - share:.1%} of the labelled voxels lie outside the image and are cut off"
        return (f"{name}: {out}",)
    return ()


def format_resampling_note(source: Grid, grid: Grid, name: str) -> str:
    """What is said when the labels of the file ``name`` had to be resampled."""
    low, high = _extent(source)
    image_low, image_high = _extent(grid)
    shared = np.clip(np.minimum(high, image_high) - np.maximum(low, image_low), 0.0, None)
    covered = float(np.prod(shared / (image_high - image_low)))
    note = (
        f"{name}: resampled (nearest) from {_text(source.spacing_mm)} mm to the image's "
        f"{_text(grid.spacing_mm)} mm"
    )
    turn_deg = measure_rotation_deg(source, grid)
    if turn_deg > _TURNED_DEG:
        note += f", turned by {turn_deg:.1f} degrees against it"
    if covered < 0.99:  # noqa: PLR2004
        note += f"; it covers {covered:.0%} of the image, elsewhere nothing was segmented"
    return note


def _extent(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest LPS corner of the lattice, voxel faces included."""
    placed = grid.to_lps(_corners(grid, 0.5))
    return placed.min(axis=0), placed.max(axis=0)


def _corners(grid: Grid, beyond: float) -> NDArray[np.float64]:
    """Indices of the eight corners, ``beyond`` the centres of the outermost voxels; (8, 3)."""
    ends = [(-beyond, n - 1 + beyond) for n in grid.shape]
    return np.array(np.meshgrid(*ends), dtype=float).reshape(3, -1).T


def _text(numbers: tuple[float, float, float]) -> str:
    return " x ".join(f"{n:.4g}" for n in numbers)
