"""Doubts: what speaks against an image being the treatment that it is said to be.

In:    the image, the activity that was read from it, contours and density.
Out:   reasons in words; with one of them the answer is provisional, and says so first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.image.study import Modality
from seldinger.physics import activity as activities

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from seldinger.catalogue.nuclides import DecayConstants
    from seldinger.core.volume import Mask, Volume
    from seldinger.followup.contours import Contours
    from seldinger.image.study import Series
    from seldinger.physics.dose.result import AbsorbedDose
    from seldinger.plan.assumptions import Assumed

_MOST_MBQ = 20_000.0
"""No treatment with microspheres gives as much at once."""
_SAME_NUCLIDE = 0.05
_LEAST_INSIDE = 0.5
_THIN_G_PER_ML = 0.7
_THIN_SHARE = 0.02
_MINUTES = 10.0
_LONGEST_HALF_LIVES = 5.0


def check_modality(series: Series) -> None:
    """Refuse what measures no activity.

    Raises:
        SimulationError: neither PET nor SPECT.
    """
    if series.modality not in (Modality.PET, Modality.NM):
        raise SimulationError(
            f"the image is {series.modality}; activity is shown by PET or SPECT alone: give one, "
            "or say what the file is (modality PT or NM)"
        )


def check_order(
    administered: dt.datetime | None, held: dt.datetime | None, half_life_h: float
) -> None:
    """Refuse an administration after the image, or so long before it that nothing is left.

    Args:
        administered: None: not told.
        held: when the image's numbers hold; None: not told.
        half_life_h: of the nuclide.

    Raises:
        SimulationError: saying both instants.
    """
    if administered is None or held is None:
        return
    if (administered.tzinfo is None) != (held.tzinfo is None):
        return  # refused where decay is corrected, with what to do
    hours = (held - administered).total_seconds() / 3600.0
    if hours < 0.0:
        raise SimulationError(
            f"the activity was given at {administered}, after the image's {held}: exchange the two "
            "instants, or correct them"
        )
    if hours > _LONGEST_HALF_LIVES * half_life_h:
        raise SimulationError(
            f"the activity was given {hours:.0f} h before the image, over "
            f"{_LONGEST_HALF_LIVES:.0f} half-lives: correct the instants"
        )


def doubt_header(
    series: Series, constants: DecayConstants, administered: dt.datetime | None
) -> tuple[str, ...]:
    """Where the header contradicts what is told of nuclide or administration.

    Args:
        series: with or without a header.
        constants: of the nuclide that was told.
        administered: as told; None: not told.
    """
    acquired = series.acquisition
    if acquired is None:
        return ()
    told = []
    scanner_s, own_s = acquired.half_life_s, constants.half_life_h * 3600.0
    if scanner_s is not None and abs(scanner_s / own_s - 1.0) > _SAME_NUCLIDE:
        told.append(
            f"The scanner was set to a nuclide with a half-life of {scanner_s / 3600.0:.2f} h, "
            f"{constants.symbol} has {constants.half_life_h:g} h: the scan may be another one."
        )
    header = acquired.administered_at
    if (
        administered is not None
        and header is not None
        and (header.tzinfo is None) == (administered.tzinfo is None)
    ):
        apart = abs((header - administered).total_seconds()) / 60.0
        if apart > _MINUTES:
            told.append(
                f"The header says that the activity was given at {header}, you say "
                f"{administered}: {apart / 60.0:.1f} h apart."
            )
    return tuple(told)


def doubt_activity(shown: Volume, inside: Mask | None) -> tuple[str, ...]:
    """Where the activity is too much, or not where the contours are.

    Args:
        shown: Bq in each voxel.
        inside: (i, j, k) liver and tumours; None: no label shows the liver.

    Raises:
        SimulationError: there is none.
    """
    total = activities.sum_values(shown) / 1e6
    if not total > 0.0:
        raise SimulationError(
            f"the image sums to {total:g} MBq: there is no activity in it to give a dose"
        )
    told = []
    if total > _MOST_MBQ:
        told.append(
            f"The image shows {total:.0f} MBq, more than any treatment gives: look at its unit "
            "and nuclide."
        )
    if inside is not None:
        share = activities.sum_values(shown, inside) / 1e6 / total
        if share < _LEAST_INSIDE:
            told.append(
                f"Only {100.0 * share:.0f} % of what the image shows lies in liver and tumours: "
                "image and contours may not belong together."
            )
    return tuple(told)


def doubt_given(
    given_mbq: float,
    shunt: float,
    shared: Volume,
    inside: Mask,
    measured_mbq: float | None,
    used: Assumed,
) -> tuple[str, ...]:
    """Where an activity that was told is not the one that the image shows.

    Args:
        given_mbq: as told, net.
        shunt: lung shunt fraction.
        shared: Bq in each voxel, once the liver holds what was told.
        inside: (i, j, k) liver and tumours.
        measured_mbq: what the image itself shows in the liver; None: it tells no activity.
        used: the bounds.
    """
    told = []
    total = activities.sum_values(shared) / 1e6
    if total > given_mbq * (1.0 + used.get_value("verify_excess_share")):
        told.append(
            f"Scaled so that liver and tumours hold what was given, the image holds {total:.0f} "
            f"MBq of {given_mbq:g}, which cannot be. {tell_inside(shared, inside)[0]} Image and "
            "contours do not lie on each other, or it was given elsewhere."
        )
    least = used.get_value("verify_least_given_mbq")
    if given_mbq < least:
        told.append(
            f"{given_mbq:g} MBq are told to be given, less than {least:g}: if that is GBq, write "
            f"{1000.0 * given_mbq:g}."
        )
    if measured_mbq is not None:
        liver = given_mbq * (1.0 - shunt)
        apart = max(measured_mbq / liver, liver / max(measured_mbq, 1e-9))
        if apart > used.get_value("verify_activity_apart"):
            told.append(
                f"The image itself, in Bq/mL, shows {measured_mbq:.0f} MBq in liver and tumours; "
                f"by what was told there are {liver:.4g}. They contradict each other: look at "
                "activity, residual, calibration and times."
            )
    return tuple(told)


def tell_inside(shown: Volume, inside: Mask | None) -> tuple[str, ...]:
    """How much of what an image shows lies in the liver; nothing where no label shows one."""
    if inside is None:
        return ()
    share = activities.sum_values(shown, inside) / activities.sum_values(shown)
    return (f"{100.0 * share:.0f} % of what the image shows lies in liver and tumours.",)


def doubt_density(
    density: NDArray[np.float32], outside: Mask | None, activity: Volume, contours: Contours
) -> tuple[str, ...]:
    """Where a CT does not show a structure, or shows lung in it.

    Args:
        density: (i, j, k), g/mL.
        outside: (i, j, k) that the CT does not show; None: no CT is used.
        activity: on the same grid.
        contours: whose dose is told.
    """
    if outside is None:
        return ()
    told = []
    for one in contours.every:
        index = np.rint(
            activity.grid.to_index(one.grid.to_lps(np.argwhere(one.mask).astype(float)))
        ).astype(int)
        at = tuple(np.clip(index, 0, np.array(density.shape) - 1).T)
        unseen, thin = float(outside[at].mean()), float((density[at] < _THIN_G_PER_ML).mean())
        if unseen > 0.01:  # noqa: PLR2004  a hundredth
            told.append(
                f"The CT does not show {100.0 * unseen:.0f} % of {one.name}: soft tissue is "
                "taken there."
            )
        if thin > _THIN_SHARE:
            told.append(
                f"By the CT {100.0 * thin:.0f} % of {one.name} is as thin as lung, where dose "
                "reads too high: CT and image were breathed differently, or are not registered."
            )
    return tuple(told)


def doubt_rim(computed: AbsorbedDose) -> tuple[str, ...]:
    """Where energy leaves the image."""
    share = computed.left_share
    if math.isfinite(share) and share > 0.01:  # noqa: PLR2004  a hundredth
        text = (
            f"{100.0 * share:.1f} % of the energy left the image: activity lies at its rim, and "
            "dose beyond it is unknown."
        )
        return (text,)
    return ()
