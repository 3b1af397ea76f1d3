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
_SAMPLES = 100_000
_FACE = 0.5


def same(one: Grid, other: Grid) -> bool:
    """Whether two lattices are the same for all that matters."""
    return one.matches(other, _SAME * min(other.spacing_mm))


def part_of(source: Grid, grid: Grid) -> bool:
    """Whether the voxels of ``source`` are voxels of the (unbounded) lattice of ``grid``."""
    steps = np.vstack([np.zeros(3), np.eye(3) * (np.asarray(source.shape) - 1)])
    at = grid.to_index(source.to_lps(steps))
    moves = at[1:] - at[0]
    same_steps = bool(np.abs(moves - np.diag(np.asarray(source.shape) - 1.0)).max() < _SAME)
    return same_steps and bool(np.abs(at - np.rint(at)).max() < _SAME)


def checked_frame(source: Grid, grid: Grid, name: str) -> None:
    """Refuse a label lattice that is the image's own with its transform lost.

    Raises:
        LabelError: same voxel counts, but elsewhere or of another size.
    """
    if source.shape != grid.shape:
        return
    low, high = _extent(source)
    image_low, image_high = _extent(grid)
    size = image_high - image_low
    scaled = float(np.abs((high - low) / size - 1.0).max())
    shifted = float((np.abs(high + low - image_high - image_low) / 2.0 / size).max())
    if max(scaled, shifted) > _LOST:
        raise LabelError(
            f"{name}: it has the image's {' x '.join(map(str, grid.shape))} voxels but lies "
            f"elsewhere "
            f"(spacing {_text(source.spacing_mm)} mm at {_text(source.origin_lps_mm)}; image "
            f"{_text(grid.spacing_mm)} mm at {_text(grid.origin_lps_mm)}): its transform was "
            f"lost or belongs "
            f"to another scan. Export the labels again with the image's geometry"
        )


def inside(mask: NDArray[Any], source: Grid, grid: Grid) -> tuple[float, float]:
    """Voxels of ``mask`` (not 0) inside ``grid``, and all of them; estimated from a sample."""
    marked = np.flatnonzero(mask.ravel(order="K"))
    if not marked.size:
        return 0.0, 0.0
    sample = marked[:: max(1, marked.size // _SAMPLES)]
    c_order = bool(mask.flags.c_contiguous)
    index = np.unravel_index(sample, mask.shape, "C" if c_order else "F")
    at = grid.to_index(source.to_lps(np.stack(index, axis=1)))
    within = ((at >= -_FACE) & (at <= np.asarray(grid.shape) - 1 + _FACE)).all(axis=1)
    return float(within.mean()) * marked.size, float(marked.size)


def checked_overlap(within: float, total: float, name: str) -> tuple[str, ...]:
    """Refuse labels that lie mostly outside the image; a note when some do.

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


def carried_note(source: Grid, grid: Grid, name: str) -> str:
    """What is said when labels had to be resampled."""
    low, high = _extent(source)
    image_low, image_high = _extent(grid)
    shared = np.clip(np.minimum(high, image_high) - np.maximum(low, image_low), 0.0, None)
    covered = float(np.prod(shared / (image_high - image_low)))
    note = (
        f"{name}: resampled (nearest) from {_text(source.spacing_mm)} mm to the image's "
        f"{_text(grid.spacing_mm)} mm"
    )
    if covered < 0.99:  # noqa: PLR2004
        note += f"; it covers {covered:.0%} of the image, elsewhere nothing was segmented"
    return note


def _extent(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest LPS corner of the lattice, voxel faces included."""
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in grid.shape])).reshape(3, -1).T
    placed = grid.to_lps(corners)
    return placed.min(axis=0), placed.max(axis=0)


def _text(numbers: tuple[float, float, float]) -> str:
    return " x ".join(f"{n:.4g}" for n in numbers)
