"""NIfTI: one volume as a file that every viewer opens in the patient's frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import SimpleITK

from seldinger.core.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.core.volume import Volume


def write(path: Path, volume: Volume) -> None:
    """Write a volume; the same volume gives the same bytes.

    Raises:
        OutputError: it cannot be written.
    """
    grid = volume.grid
    # SimpleITK's arrays are (k, j, i); it thinks in LPS and turns to RAS itself.
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(volume.values.transpose(2, 1, 0)))
    image.SetSpacing(grid.spacing_mm)  # type: ignore[no-untyped-call]
    image.SetOrigin(grid.origin_lps_mm)  # type: ignore[no-untyped-call]
    cosines = grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)
    image.SetDirection(cosines.ravel().tolist())  # type: ignore[no-untyped-call]
    try:
        SimpleITK.WriteImage(image, str(path), useCompression=True)
    except RuntimeError as wrong:
        raise OutputError(
            f"cannot write {path.name}: choose another --out, or make room"
        ) from wrong
