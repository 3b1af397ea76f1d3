"""Opening: what lumen a balloon or a stent leaves in this vessel, with its spread."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.anatomy.vessels.lesions import read_sections
from seldinger.anatomy.vessels.stenosis import OTHER_SIDE, fit_reference
from seldinger.catalogue.vascular import InflatedDevice, SelfExpandingStent
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.record import Assumption
from seldinger.physics.structure.balloon import (
    Balloon,
    ComplianceChart,
    Draws,
    Expansion,
    Shortfall,
)
from seldinger.physics.structure.dilation import dilate
from seldinger.physics.structure.lumen import Lumen
from seldinger.physics.structure.scaffold import SelfOpening, deploy
from seldinger.physics.structure.stent import Foreshortening, place_stent
from seldinger.physics.structure.stent import SelfExpandingStent as OpenedStent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Segment
    from seldinger.anatomy.vessels.stenosis import Stenosis
    from seldinger.core.shapes import Curve
    from seldinger.physics.structure.lumen import Narrowing
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.dilation.offers import Offer

    Floats = NDArray[np.float64]

DEFICIT, RECOIL = "vascular_devices.stent.balloon_deficit", "vascular_devices.stent.recoil"
PLAIN_RECOIL = Assumption(
    "balloon_recoil_percent", 20.0, "%", 5.0, 40.0,
    "elastic recoil after a plain balloon, as a share of the balloon's diameter, with a standard "
    "deviation of half of it; no source read for peripheral arteries",
)  # fmt: skip
SELF_OPENING = Assumption(
    "self_opening_share", 0.9, "1", 0.6, 1.0,
    "of the way to the healthy diameter that a self-expanding stent opens a dilated lesion, with a "
    "standard deviation of a tenth; no source read",
)  # fmt: skip
STRETCH = Assumption(
    "foreshortening_crimped", 0.3, "1", 0.2, 0.5, "diameter of a crimped stent over its nominal one"
)
ASSUMPTIONS = (PLAIN_RECOIL, SELF_OPENING, STRETCH)
_DRAWS = 200
_SHOULDER_MM = 3.0
_STEP_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The vessel once it is treated.

    Attributes:
        after: its centreline with the lumen that is left.
        residual: narrowing that is left.
        pressure_atm: in the balloon; None where nothing is inflated.
        oversize_percent: of the device over the healthy vessel, where that is largest.
        covered_mm: from and to, along the vessel, of balloon or stent.
    """

    after: Curve
    residual: Narrowing
    pressure_atm: float | None
    oversize_percent: float
    covered_mm: tuple[float, float]


def open_vessel(
    offer: Offer, target: Segment, lesion: Stenosis, assumed: Assumed, pressure_atm: float | None,
    seed: int,
) -> Opening:  # fmt: skip
    """Treat the lesion with a device.

    Args:
        offer: device and size.
        target: the vessel, with its radius.
        lesion: as it was graded.
        assumed: recoil and opening.
        pressure_atm: in the balloon; None: nominal.
        seed: of the draws.

    Raises:
        PlanError: the device does not go where it must stand, or not to that pressure.
    """
    if pressure_atm is not None and not isinstance(offer.device, InflatedDevice):
        raise PlanError(
            f"{offer.device.name} opens by itself; nothing in it is inflated to {pressure_atm:g} "
            "atm: leave the pressure out, or choose a device on a balloon"
        )
    lumen = Lumen.from_curve(target.curve).resampled(_STEP_MM)
    draws = Draws(_DRAWS, seed)
    try:
        if isinstance(offer.device, InflatedDevice):
            return _inflate(offer, target, lumen, lesion, assumed, pressure_atm, draws)
        return _release(offer, target, lumen, lesion, assumed, draws)
    except ValueError as impossible:
        raise PlanError(f"{offer.device.name}: {impossible}") from impossible


def _inflate(
    offer: Offer, target: Segment, lumen: Lumen, lesion: Stenosis, assumed: Assumed,
    pressure_atm: float | None, draws: Draws,
) -> Opening:  # fmt: skip
    device = offer.device
    assert isinstance(device, InflatedDevice)  # noqa: S101  the caller looked
    size = device.find_size(offer.diameter_mm, offer.length_mm)
    burst = size.rated_burst_atm or device.chart[-1][0]
    pressures = sorted({p for p, _ in device.chart if p < burst} | {burst})
    widths = tuple(device.inflated_mm(offer.diameter_mm, p) for p in pressures)
    chart = ComplianceChart(tuple(pressures), widths, burst)
    balloon = Balloon(
        offer.diameter_mm, offer.length_mm, chart, _SHOULDER_MM, device.outer_diameter_mm
    )
    pressure = pressure_atm or device.nominal_atm
    reach = 0.5 * offer.length_mm + _SHOULDER_MM
    middle = 0.5 * (lesion.from_mm + lesion.to_mm)
    centre = min(max(middle, reach), lumen.length_mm - reach)
    done = dilate(
        lumen, balloon, centre, pressure, _find_healthy(target, lumen, lesion),
        _expansion(offer, assumed), draws, (), (lesion.from_mm, lesion.to_mm),
    )  # fmt: skip
    half = 0.5 * offer.length_mm
    return Opening(
        done.after.to_curve(target.curve), done.residual, pressure, done.oversize_percent,
        (centre - half, centre + half),
    )  # fmt: skip


def _find_healthy(target: Segment, lumen: Lumen, lesion: Stenosis) -> Floats:
    """(n,) healthy diameter along the lumen: the vessel tapers, and a device may be long."""
    healthy = lesion.reference_diameter_mm
    flat = np.full(len(lumen.along_mm), healthy)
    sections = read_sections(target.curve)
    if lesion.reference == OTHER_SIDE:
        return flat
    try:
        line = fit_reference(sections.along_mm, sections.area_diameter_mm)
    except AnatomyError:
        return flat
    level = float(np.interp(lesion.at_mm, sections.along_mm, line))
    taper = np.interp(lumen.along_mm, sections.along_mm, line) / level
    return healthy * np.clip(taper, 0.5, 2.0)


def _expansion(offer: Offer, assumed: Assumed) -> Expansion:
    """A stent springs back little, a plain balloon's lumen by more."""
    if offer.delivery.role == "stent":
        return Expansion(_shortfall(DEFICIT), _shortfall(RECOIL))
    share = assumed.get_value(PLAIN_RECOIL.name)
    none = Shortfall(NormalDist(0.0, 1e-6), "mm", PLAIN_RECOIL.name)
    return Expansion(none, Shortfall(NormalDist(share, 0.5 * share), "%", PLAIN_RECOIL.name))


def _shortfall(fact: str) -> Shortfall:
    known = evidence.fact(fact)
    return Shortfall(NormalDist(known.value or 0.0, known.sd or 1e-6), "mm", known.source)


def _release(
    offer: Offer, target: Segment, lumen: Lumen, lesion: Stenosis, assumed: Assumed, draws: Draws
) -> Opening:
    device = offer.device
    assert isinstance(device, SelfExpandingStent)  # noqa: S101  the caller looked
    short = Foreshortening(100.0 * (device.foreshortening or 0.0), assumed.get_value(STRETCH.name))
    stent = OpenedStent(offer.diameter_mm, offer.length_mm, short)
    middle = 0.5 * (lesion.from_mm + lesion.to_mm)
    start = max(0.0, min(middle - 0.5 * offer.length_mm, lumen.length_mm - offer.length_mm))
    placed = place_stent(stent, lumen, start)
    share = NormalDist(assumed.get_value(SELF_OPENING.name), 0.1)
    healthy = _find_healthy(target, lumen, lesion)
    done = deploy(
        lumen, (placed,), healthy, SelfOpening(share, SELF_OPENING.name), draws,
        (lesion.from_mm, lesion.to_mm),
    )  # fmt: skip
    least = float(healthy[lumen.within(placed.from_mm, placed.to_mm)].min())
    return Opening(
        done.after.to_curve(target.curve), done.residual, None,
        100.0 * (offer.diameter_mm / least - 1.0), (placed.from_mm, placed.to_mm),
    )  # fmt: skip
