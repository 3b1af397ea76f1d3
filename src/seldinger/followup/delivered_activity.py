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
from seldinger.core.errors import ImageError, PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.volume import Volume
from seldinger.followup import delivered_doubts as doubts
from seldinger.image.concentration import measure_concentration
from seldinger.image.nuclear import DecayCorrection
from seldinger.image.resample import resample_mask
from seldinger.physics import activity as activities
from seldinger.plan.treatments.irradiation.activity import check_shunt
from seldinger.simulate.dose.model import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.followup.contours import Contours
    from seldinger.image.study import Series
    from seldinger.plan.assumptions import Assumed

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
        counted_from: "the administration", or "the image" where its time is not known.
        measured_mbq: what the image itself shows in liver and tumours, whatever was told; None:
            it tells no unit, or no label shows the liver.
        provisional: why it is not to be relied on; empty when nothing speaks against it.
        notes: what was done to the numbers.
    """

    volume: Volume
    way: Way
    counted_from: str
    measured_mbq: float | None
    provisional: tuple[str, ...]
    notes: tuple[str, ...]


def find_activity(
    series: Series, contours: Contours, request: VerifyRequest, used: Assumed
) -> ShownActivity:
    """The activity in an image after treatment.

    Args:
        series: PET or SPECT.
        contours: an activity that is told is shared out over the liver.
        request: what is known.
        used: how far told and shown may lie apart.

    Raises:
        ImageError, SimulationError, PlanError: what was given makes no activity.
    """
    doubts.check_modality(series)
    if request.lung_shunt is not None:
        check_shunt(request.lung_shunt)
    if request.given_mbq is not None:
        return _share_out(series, contours, request, used)
    constants = nuclides.decay_constants(request.nuclide, request.constants)
    provisional = [*doubts.doubt_header(series, constants, request.administered_at)]
    if series.image.unit == "1":
        total = activities.sum_values(series.image) * series.image.grid.voxel_ml / 1e6
        provisional.append(
            "The image tells no unit: doses hold only if its numbers are Bq/mL, which would be "
            f"{total:.0f} MBq in all. State the unit, or give the activity that was given."
        )
        series = replace(series, image=Volume(series.image.values, series.image.grid, "Bq/mL"))
    acquired = series.acquisition
    held = request.imaged_at or (None if acquired is None else acquired.reference_at)
    corrected = None if acquired is None else acquired.decay_correction
    if corrected is not DecayCorrection.ADMIN:
        doubts.check_order(request.administered_at, held, constants.half_life_h)
    volume, notes = _measure(series, request)
    counted_from = "the administration"
    if request.administered_at is None and corrected is not DecayCorrection.ADMIN:
        counted_from = "the image"
        hour = 100.0 * (1.0 / constants.find_decay(1.0) - 1.0)
        provisional.append(
            "When the activity was given is not told: decays are counted from the image on, and "
            f"every hour between adds {hour:.1f} % to all doses."
        )
    inside = None if contours.liver is None else carry_liver(contours, volume.grid)
    provisional += doubts.doubt_activity(volume, inside)
    shown = None if inside is None else activities.sum_values(volume, inside) / 1e6
    return ShownActivity(
        volume, "absolute", counted_from, shown, tuple(provisional),
        (*notes, *doubts.tell_inside(volume, inside)),
    )  # fmt: skip


def _measure(series: Series, request: VerifyRequest) -> tuple[Volume, tuple[str, ...]]:
    """Bq in each voxel by the image's own numbers, and what was done to them."""
    nuclide = nuclides.nuclide(request.nuclide)
    half_life_s = nuclide.presets[request.constants].half_life_h * 3600.0
    stated = activities.Radionuclide(nuclide.symbol, half_life_s, nuclide.positrons_per_decay)
    measured = measure_concentration(
        series, stated, request.administered_at, reference_at=request.imaged_at
    )
    return activities.map_activity(measured.volume), measured.notes


def _measure_liver_mbq(series: Series, inside: Mask, request: VerifyRequest) -> float | None:
    """What an image in Bq/mL shows in the liver itself; None where its numbers tell no activity."""
    if series.image.unit != "Bq/mL":
        return None
    try:
        volume, _ = _measure(series, request)
    except ImageError:  # times that are not known: measured as the numbers hold
        volume, _ = _measure(series, replace(request, administered_at=None, imaged_at=None))
    return activities.sum_values(volume, inside) / 1e6


def _share_out(
    series: Series, contours: Contours, request: VerifyRequest, used: Assumed
) -> ShownActivity:
    """The activity that was given, shared out over the liver by what the image shows."""
    if contours.liver is None:
        raise PlanError(
            "an activity is shared out over the liver, and no label shows it: label it, name it, "
            "or leave the activity out and state the unit of the image"
        )
    inside = carry_liver(contours, series.image.grid)
    given_bq = 1e6 * (request.given_mbq or 0.0)
    shunt = request.lung_shunt or 0.0
    constants = nuclides.decay_constants(request.nuclide, request.constants)
    provisional = [*doubts.doubt_header(series, constants, request.administered_at)]
    if request.lung_shunt is None:
        provisional.append(
            "No lung shunt is told: all that was given is taken to be in the liver, and its doses "
            "are too high by the share that is in the lungs."
        )
    cut = activities.spread_activity(series.image, inside, given_bq, shunt)
    share = activities.sum_values(cut) / activities.sum_values(series.image, inside)
    # What is blurred over the rim of the contours belongs to them: only the books end there.
    volume = Volume(series.image.values.astype(np.float64) * share, series.image.grid, "Bq")
    provisional += doubts.doubt_activity(volume, inside)
    measured = _measure_liver_mbq(series, inside, request)
    given = request.given_mbq or 0.0
    provisional += doubts.doubt_given(given, shunt, volume, inside, measured, used)
    note = (
        f"Relative: {request.given_mbq:g} MBq, less the lung shunt, are what liver and tumours "
        "show; calibration and decay of the image play no part."
    )
    return ShownActivity(
        volume, "relative", "the administration", measured, tuple(provisional),
        (note, *doubts.tell_inside(volume, inside)),
    )  # fmt: skip


def carry_liver(contours: Contours, grid: Grid) -> Mask:
    """Liver and tumours on the grid of an image."""
    drawn = [one for one in (contours.liver, *contours.tumours) if one is not None]
    inside = np.zeros(grid.shape, dtype=bool)
    for one in drawn:
        inside |= resample_mask(one.mask, one.grid, grid)
    return inside
