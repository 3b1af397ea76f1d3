"""Label values: voxels as whole numbers, and how much of each number there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import LabelError
from seldinger.image import nifti

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from seldinger.image.raster import Raster

_BYTE = 256
_SHORT = 65536
_LARGEST_ID = 2**31
_ROUNDING = 0.01
"""Scaling a label map into whole numbers and back errs by less; interpolation by more."""


def split_layers(raster: Raster, name: str) -> tuple[list[NDArray[Any]], tuple[str, ...]]:
    """The layers of ``raster`` as the smallest unsigned type that holds them, and notes.

    Values a rounding error beside a whole number are that number, with a note.

    Raises:
        LabelError: NaN, fractions, negative or huge values; with the cause that the file shows.
    """
    slope = raster.metadata.get(nifti.SLOPE)
    rounded = [_whole(layer, slope, name) for layer in raster.layers]
    worst = max((off for _, off in rounded), default=0.0)
    notes = () if worst == 0.0 else (_rounding_note(worst, slope, name),)
    return [layer for layer, _ in rounded], notes


def _whole(values: NDArray[Any], slope: str | None, name: str) -> tuple[NDArray[Any], float]:
    """``values`` as whole numbers, and how far the farthest was from one."""
    if not values.size:
        return values, 0.0
    off = 0.0
    if values.dtype.kind == "f":
        _check_finite(values, name)
        nearest = np.rint(values)
        away = np.abs(values - nearest)
        off = float(away.max())
        if off > _ROUNDING:
            raise LabelError(_fraction(values, away, slope, name))
        values = nearest
    low, high = float(values.min()), float(values.max())
    if low < 0 or high >= _LARGEST_ID:
        raise LabelError(
            f"{name}: label values must be 0 or positive, got {low:g} to {high:g}; if this is the "
            f"scan, give its labels; if they were saved as signed numbers, save them unsigned"
        )
    kind = np.uint8 if high < _BYTE else np.uint16 if high < _SHORT else np.uint32
    return values.astype(kind, order="K", copy=False), off


def _check_finite(values: NDArray[Any], name: str) -> None:
    bad = int(values.size - np.count_nonzero(np.isfinite(values)))
    if bad:
        raise LabelError(
            f"{name}: {bad} of {values.size} voxels are NaN or infinite, which is no label; "
            f"set them to 0 where nothing was segmented, and save the labels as whole numbers"
        )


def _fraction(values: NDArray[Any], away: NDArray[Any], slope: str | None, name: str) -> str:
    """What a value between whole numbers comes from, and what helps against that cause."""
    odd = float(values.ravel(order="K")[int(np.argmax(away.ravel(order="K")))])
    words = f"{name}: a label map holds whole numbers, got {odd:.6g}"
    if slope is not None:
        return (
            f"{words}: the file stores them scaled (scl_slope {slope}), too coarsely to tell them "
            f"apart. Save the labels again as unscaled integers (slope 1, intercept 0)"
        )
    if float(values.min()) >= 0.0 and float(values.max()) <= 1.0:
        return (
            f"{words}: values from 0 to 1 are probabilities or partial volumes. Decide on a "
            f"threshold (commonly 0.5) and save what lies above it as 1"
        )
    return (
        f"{words}: it was resampled with interpolation, or is no label map. Resample the original "
        f"labels with nearest neighbour"
    )


def _rounding_note(off: float, slope: str | None, name: str) -> str:
    why = "" if slope is None else f" by its scaling (scl_slope {slope})"
    return f"{name}: label values up to {off:.1g} beside whole numbers{why} were rounded"


def list_values(layer: NDArray[Any]) -> list[int]:
    """Values other than 0 that occur in ``layer``, (i, j, k), ascending."""
    flat = layer.ravel(order="K")
    if layer.dtype.itemsize > 2:  # noqa: PLR2004  too many for a table
        return [int(v) for v in np.unique(flat) if v != 0]
    seen = np.zeros(np.iinfo(layer.dtype).max + 1, dtype=bool)
    seen[flat] = True
    return [int(v) for v in np.flatnonzero(seen) if v != 0]


def add_size(words: str, voxels: float, voxel_ml: float) -> str:
    """``words`` with how much of it there is, so many ``voxels``: what is left out has its size."""
    return f"{words} ({voxels * voxel_ml:.2f} mL)"


def gather_notes(notes: Iterable[tuple[str, str]], where: str) -> tuple[str, ...]:
    """Notes of many files, ``(file, note)``, as one for each thing said."""
    files_by_note: dict[str, list[str]] = {}
    for file, note in notes:
        files_by_note.setdefault(note.removeprefix(f"{file}: "), []).append(file)
    return tuple(
        f"{of[0]}: {note}" if len(of) == 1 else f"{where}: {len(of)} files, first {of[0]}: {note}"
        for note, of in files_by_note.items()
    )
