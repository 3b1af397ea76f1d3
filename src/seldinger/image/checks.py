"""Checks: is this lattice, are these numbers, what they claim to be?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.errors import ImageError, SeldingerError
from seldinger.core.space import Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SPACING_MM = (0.05, 20.0)
"""Spacings outside are a unit or header mistake, not a scan of a patient."""

_AIR_HU = -200
"""Every CT of a body shows air in or around it; a scan without any value below is not in HU."""

_COLD_HU = (-950, -200)
"""Numbers that every scan has: lung, gas, and voxels that skin and air share. Padding has none."""

_RAW_TISSUE = (824, 1224)
"""Soft tissue without the intercept of -1024; in HU only dense bone reads so."""

_FEW, _MUCH = 1e-3, 0.05

_MAX_HU = 32_767
"""Above every signed 16-bit number: activity, raw counts, or signed numbers read as unsigned."""


def check_spacing(
    spacing_mm: Sequence[float], name: str, error: type[SeldingerError] = ImageError
) -> None:
    """Refuse voxel sizes that no scanner makes.

    ``name`` is the file's, for messages.

    Raises:
        SeldingerError: of kind ``error``; zero, negative, not finite, or outside 0.05 to 20 mm.
    """
    low, high = SPACING_MM
    if all(np.isfinite(s) and low <= s <= high for s in spacing_mm):
        return
    got = " x ".join(f"{s:g}" for s in spacing_mm)
    raise error(
        f"{name}: the voxel spacing is {got} mm; allowed is {low:g} to {high:g} mm along each "
        f"axis. "
        f"Export the file again with its spacing in millimetres"
    )


def make_grid(
    shape: Sequence[int],
    index_to_lps: NDArray[np.float64],
    name: str,
    error: type[SeldingerError] = ImageError,
) -> Grid:
    """A ``Grid`` of ``shape``, or a message about what is wrong with the file's geometry.

    ``index_to_lps``: (4, 4). ``name`` is the file's, for messages.

    Raises:
        SeldingerError: of kind ``error``; not three-dimensional, absurd spacing, or singular.
    """
    if len(shape) != 3 or min(shape) < 1:  # noqa: PLR2004
        size = " x ".join(str(n) for n in shape)
        raise error(f"{name}: one three-dimensional volume is needed, got {size} voxels")
    if not np.isfinite(index_to_lps).all():
        raise error(
            f"{name}: the transform to patient space holds NaN or infinity; export it again"
        )
    check_spacing(np.linalg.norm(index_to_lps[:3, :3], axis=0).tolist(), name, error)
    try:
        return Grid((int(shape[0]), int(shape[1]), int(shape[2])), index_to_lps)
    except ValueError as wrong:
        raise error(f"{name}: the transform to patient space cannot be used: {wrong}") from wrong


def check_finite(values: NDArray[Any], name: str, error: type[SeldingerError] = ImageError) -> None:
    """Refuse NaN and infinity in ``values``, (i, j, k) of the file called ``name``.

    Raises:
        SeldingerError: of kind ``error``, with the number of voxels.
    """
    if values.dtype.kind != "f":
        return
    bad = int(values.size - np.count_nonzero(np.isfinite(values)))
    if bad:
        raise error(
            f"{name}: {bad} of {values.size} voxels are NaN or infinite; every voxel needs a "
            f"number. "
            f"Replace them with the padding value of the scan (CT: -1024) where nothing was "
            f"measured"
        )


def check_hu(values: NDArray[Any], name: str) -> None:
    """Refuse a CT, (i, j, k), whose numbers cannot be Hounsfield units.

    Raises:
        ImageError: says what the range is and what it looks like.
    """
    low, high = float(values.min()), float(values.max())
    if high > _MAX_HU:
        why = "that looks like counts or activity, or like negative numbers read as unsigned"
    elif low >= 0:
        why = (
            "that looks like a picture or like stored values without the rescale intercept (-1024)"
        )
    elif high <= 1:
        why = "that looks like a normalised image, or like nothing but air"
    elif low > _AIR_HU:
        why = f"no voxel lies below {_AIR_HU} HU, as air, lung or padding around a patient does"
    elif _is_raw_with_padding(values):
        why = (
            "that looks like stored values without the rescale intercept (-1024): tissue lies "
            "about 1040, and below 0 there is nothing but padding"
        )
    else:
        return
    raise ImageError(
        f"{name}: a CT must be in Hounsfield units (air about -1000, water 0), got {low:g} to "
        f"{high:g}; "
        f"{why}. Give the original scan, or name the modality if it is no CT"
    )


def _is_raw_with_padding(values: NDArray[Any]) -> bool:
    """Whether only padding lies below 0, and much lies where tissue does before the intercept."""
    cold, tissue = (
        np.count_nonzero((values >= low) & (values <= high)) / values.size
        for low, high in (_COLD_HU, _RAW_TISSUE)
    )
    return bool(cold < _FEW and tissue > _MUCH)
