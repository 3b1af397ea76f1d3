"""Labels alone: a label file or folder without the image that it was drawn on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import ImageError, LabelError
from seldinger.image import files, labels

if TYPE_CHECKING:
    from pathlib import Path

_SQUARE = 1e-3


def read_alone(path: Path, key: Path | None) -> labels.Labels:
    """The labels at ``path`` on their own lattice: that of the file, or of a folder's first.

    Args:
        path: one label file, or a folder with one file per class.
        key: JSON or CSV; needed for a single label file that carries no names, refused otherwise.

    Raises:
        LabelError: as ``labels.read``; DICOM SEG, or a lattice whose axes do not stand square.
    """
    if not path.exists():
        raise LabelError(f"labels: there is nothing at {path}; give a label file or folder")
    listed = sorted(path.iterdir()) if path.is_dir() else [path]
    own = next((file for file in listed if files.find_suffix(file)), None)
    if own is None:
        raise LabelError(
            f"{path.name}: no label file of {', '.join(files.SUFFIXES)}; DICOM SEG is read beside "
            "its image: give both"
        )
    try:
        grid = files.read(own).grid
    except (ImageError, OSError) as wrong:
        raise LabelError(f"labels: {wrong}") from wrong
    axes = grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SQUARE:
        raise LabelError(
            f"{own.name}: its axes do not stand square (a tilted gantry): give the image too, "
            "whose lattice is straightened"
        )
    return labels.read(path, key, grid)
