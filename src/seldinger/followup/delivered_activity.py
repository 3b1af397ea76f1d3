"""Delivered activity: becquerels in every voxel after treatment, measured or shared out.

In:    the image, contours, and what is known of unit, times and activity.
Out:   the activity at the administration, and what speaks against relying on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from seldinger.catalogue import nuclides
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.volume import Volume
from seldinger.image.concentration import measure_concentration
from seldinger.image.resample import resample_mask
from seldinger.physics import activity as activities
from seldinger.simulate.dose.model import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.followup.contours import Contours
    from seldinger.image.study import Series

Way = Literal["absolute", "relative"]


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What is known of a treatment whose image is read.

    Attributes:
        nuclide: of the microspheres.
        constants: preset of its decay constants.
        method: how dose is computed.
        given_mbq: net activity: then the image is used for its shape alone.
        lung_shunt: fraction of it.
        administered_at: instant of the administration, with a time zone where the header has one.
        imaged_at: when the image's numbers hold, where no header tells.
        tumours: names of labels; empty: those that are called so.
        liver: name of the label of the whole liver; None: what is called so.
        assume: overrides of assumptions.
    """

    nuclide: str = "y90"
    constants: str = "icrp107"
    method: Method = Method.LOCAL
    given_mbq: float | None = None
    lung_shunt: float | None = None
    administered_at: dt.datetime | None = None
    imaged_at: dt.datetime | None = None
    tumours: tuple[str, ...] = ()
    liver: str | None = None
    assume: Mapping[str, float] = field(default_factory=dict)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class ShownActivity:
    """What an image shows.

    Attributes:
        volume: Bq in each voxel, at the time from which decays count.
        way: how it was found.
        provisional: why it is not to be relied on; empty when nothing speaks against it.
        notes: what was done to the numbers.
    """

    volume: Volume
    way: Way
    provisional: tuple[str, ...]
    notes: tuple[str, ...]


def find_activity(series: Series, contours: Contours, request: VerifyRequest) -> ShownActivity:
    """The activity in an image after treatment.

    Args:
        series: PET or SPECT.
        contours: an activity that is told is shared out over the liver.
        request: what is known.

    Raises:
        ImageError, SimulationError, PlanError: what was given makes no activity.
    """
    if request.given_mbq is not None:
        return _share_out(series, contours, request)
    nuclide = nuclides.nuclide(request.nuclide)
    constants = nuclide.presets[request.constants]
    stated = activities.Radionuclide(
        nuclide.symbol, constants.half_life_h * 3600.0, nuclide.positrons_per_decay
    )
    provisional: list[str] = []
    if series.image.unit == "1":
        total = activities.sum_values(series.image) * series.image.grid.voxel_ml / 1e6
        provisional.append(
            "The image tells no unit: doses hold only if its numbers are Bq/mL, which would be "
            f"{total:.0f} MBq in all. State the unit, or give the activity that was given."
        )
        series = replace(series, image=Volume(series.image.values, series.image.grid, "Bq/mL"))
    timed = request.administered_at is not None
    measured = measure_concentration(
        series, stated, request.administered_at, reference_at=request.imaged_at
    )
    if not timed:
        hour = 100.0 * (1.0 / constants.find_decay(1.0) - 1.0)
        provisional.append(
            "When the activity was given is not told: decays are counted from the image on, and "
            f"every hour between adds {hour:.1f} % to all doses."
        )
    volume = activities.map_activity(measured.volume)
    return ShownActivity(volume, "absolute", tuple(provisional), measured.notes)


def _share_out(series: Series, contours: Contours, request: VerifyRequest) -> ShownActivity:
    """The activity that was given, shared out over the liver by what the image shows."""
    if contours.liver is None:
        raise PlanError(
            "an activity is shared out over the liver, and no label shows it: label it, name it, "
            "or leave the activity out and state the unit of the image"
        )
    inside = carry_liver(contours, series.image.grid)
    given_bq = 1e6 * (request.given_mbq or 0.0)
    shunt = request.lung_shunt or 0.0
    provisional: tuple[str, ...] = ()
    if request.lung_shunt is None:
        text = (
            "No lung shunt is told: all that was given is taken to be in the liver, and its doses "
            "are too high by the share that is in the lungs."
        )
        provisional = (text,)
    volume = activities.spread_activity(series.image, inside, given_bq, shunt)
    note = (
        f"Relative: {request.given_mbq:g} MBq, less the lung shunt, are shared out over liver and "
        "tumours by the image; its calibration and decay play no part."
    )
    return ShownActivity(volume, "relative", provisional, (note,))


def carry_liver(contours: Contours, grid: Grid) -> Mask:
    """Liver and tumours on the grid of an image."""
    drawn = [one for one in (contours.liver, *contours.tumours) if one is not None]
    inside = np.zeros(grid.shape, dtype=bool)
    for one in drawn:
        inside |= resample_mask(one.mask, one.grid, grid)
    return inside
