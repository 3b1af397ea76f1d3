"""Labels alone: labels on their own lattice, not on that of the image that they were drawn on."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import ImageError, LabelError
from seldinger.image import dicom_identity, files, labels, seg
from seldinger.image.dicom_headers import scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from seldinger.core.space import Grid
    from seldinger.image.study import Series

_SQUARE = 1e-3


def read_alone(path: Path, key: Path | None, beside: Series | None = None) -> labels.Labels:
    """The labels at ``path`` on their own lattice; several files share one that holds them all.

    Args:
        path: one label file, a folder with one file per class, or DICOM SEG.
        key: JSON or CSV; needed for a single label file that carries no names, refused otherwise.
        beside: the image that they are used with; DICOM SEG needs it.

    Raises:
        LabelError: as ``labels.read``; a lattice whose axes do not stand square, or DICOM SEG
            without an image.
        ImageError: the header of a SEG tells another patient than the image's.
    """
    if not path.exists():
        raise LabelError(f"labels: there is nothing at {path}; give a label file or folder")
    listed = sorted(path.iterdir()) if path.is_dir() else [path]
    own = [file for file in listed if files.find_suffix(file)]
    if not own:
        return _read_seg(path, key, beside)
    try:
        grids = [files.read(file).grid for file in own]
    except (ImageError, OSError) as wrong:
        raise LabelError(f"labels: {wrong}") from wrong
    return labels.read(path, key, _join(grids, own[0].name))


def _read_seg(path: Path, key: Path | None, beside: Series | None) -> labels.Labels:
    if beside is None:
        raise LabelError(
            f"{path.name}: no label file of {', '.join(files.SUFFIXES)}; DICOM SEG is read beside "
            "its image: give both"
        )
    found = seg.list_segmentations(path)
    for header in scan(path):
        if header.path in found:
            theirs, _ = dicom_identity.read((header,))
            dicom_identity.check_same_patient(beside.identity, theirs, header.path.name)
    frame_uid = beside.frame_of_reference_uid
    grids = [
        seg.open_segmentation(file, beside.image.grid, frame_uid).lattice.grid for file in found
    ]
    return labels.read(path, key, _join(grids, path.name), frame_uid)


def _join(grids: Sequence[Grid], name: str) -> Grid:
    """The finest lattice, so far as it must reach to hold all of them."""
    finest = min(grids, key=lambda grid: grid.voxel_ml)
    axes = finest.index_to_lps[:3, :3] / np.asarray(finest.spacing_mm)
    if np.abs(axes.T @ axes - np.eye(3)).max() > _SQUARE:
        raise LabelError(
            f"{name}: its axes do not stand square (a tilted gantry): give the image too, "
            "whose lattice is straightened"
        )
    corners = np.vstack([finest.to_index(grid.to_lps(_list_corners(grid))) for grid in grids])
    low = np.floor(corners.min(axis=0) + 0.5 + _SQUARE).astype(int)
    high = np.ceil(corners.max(axis=0) + 0.5 - _SQUARE).astype(int)
    if tuple(low) == (0, 0, 0) and tuple(high) == finest.shape:
        return finest
    return finest.crop([int(n) for n in low], [int(n) for n in high])


def _list_corners(grid: Grid) -> np.ndarray:
    """Index of the eight corners of a lattice's voxels, (8, 3)."""
    return np.array(list(product(*((-0.5, n - 0.5) for n in grid.shape))))
