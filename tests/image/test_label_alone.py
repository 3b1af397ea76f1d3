"""Labels without their image: read on their own lattice, or refused with what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.image.phantoms import write_key, write_nifti

from seldinger import image
from seldinger.core.errors import LabelError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from pathlib import Path

GRID = Grid.aligned((6, 7, 8), 2.0, (-3.0, 4.0, 5.0))


def drawn() -> np.ndarray:
    values = np.zeros(GRID.shape, np.uint8)
    values[1:3, 2:4, 3:5], values[4, 4, 4] = 1, 2
    return values


def test_a_file_with_its_key_lies_where_its_header_says(tmp_path: Path) -> None:
    file = write_nifti(tmp_path / "labels.nii.gz", drawn(), GRID)
    read = image.load_labels(file, write_key(tmp_path / "key.json", {"aorta": 1, "vein": 2}))
    assert read.map.grid.matches(GRID)
    assert read.map.mask("aorta").sum() == 8


def test_a_folder_shares_a_lattice(tmp_path: Path) -> None:
    for value, name in ((1, "aorta"), (2, "vein")):
        write_nifti(tmp_path / f"{name}.nii.gz", (drawn() == value).astype(np.uint8), GRID)
    assert image.load_labels(tmp_path).map.names == ("aorta", "vein")


def test_what_cannot_stand_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="there is nothing at"):
        image.load_labels(tmp_path / "gone.nii.gz")
    with pytest.raises(LabelError, match="give both"):
        image.load_labels(tmp_path)
    tilted = np.diag([2.0, 2.0, 2.0, 1.0])
    tilted[1, 2] = 0.3
    write_nifti(tmp_path / "tilted.nii.gz", drawn(), Grid(GRID.shape, tilted))
    with pytest.raises(LabelError, match="do not stand square"):
        image.load_labels(tmp_path / "tilted.nii.gz", write_key(tmp_path / "k.json", {"a": 1}))
