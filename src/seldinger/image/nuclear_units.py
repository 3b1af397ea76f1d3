"""Nuclear units: what the numbers of a PET or SPECT file are, which no file but DICOM tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from seldinger.core.errors import ImageError
from seldinger.core.volume import Volume
from seldinger.image.study import Modality
from seldinger.physics.activity import CONCENTRATION

if TYPE_CHECKING:
    from seldinger.image.study import Series

COUNTS: Final = "counts"
_STATED: Final = (CONCENTRATION, COUNTS)


def state_unit(series: Series, unit: str | None, name: str) -> Series:
    """``series`` with its numbers in the unit that the user states; ``name`` is for messages.

    Raises:
        ImageError: an unknown unit, or one for a series that needs none or whose header tells it.
    """
    uptake = series.modality in (Modality.PET, Modality.NM)
    told = series.identity is not None
    if unit is None:
        if told or not uptake:
            return series
        note = (
            f"{name} does not say what its numbers are: activity is not read from them unless "
            f"unit={CONCENTRATION!r} is stated"
        )
        return replace(series, notes=(*series.notes, note))
    wanted = next((one for one in _STATED if one.lower() == unit.strip().lower()), None)
    if wanted is None:
        allowed = " or ".join(repr(one) for one in _STATED)
        raise ImageError(f"{name}: the unit {unit!r} is unknown; use {allowed}, or leave it out")
    if told or not uptake:
        why = "DICOM tells its own unit" if told else f"a {series.modality} has none to state"
        raise ImageError(
            f"{name}: the unit {wanted!r} was given, and {why}; leave it out"
            + ("" if told else ", or give modality PT or NM")
        )
    image = Volume(series.image.values, series.image.grid, wanted)
    return replace(series, image=image)
