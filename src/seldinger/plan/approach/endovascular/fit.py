"""Fit: which sheath and wire a delivery needs, and whether all of it reaches and passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import catalogue
from seldinger.catalogue.vascular import ClosureDevice, IntroducerSheath, VascularGuidewire
from seldinger.plan.route import DeviceFit

if TYPE_CHECKING:
    from seldinger.catalogue.access_sites import AccessSite
    from seldinger.plan.approach.endovascular.model import Delivery
    from seldinger.plan.approach.endovascular.way import VesselWay

_LEAD_MM = 150.0
"""Of a wire that stands out of a shaft at both ends, to be steered by."""
_ITSELF = 0.9
"""A lumen of more than this share of the punctured one is the artery itself, and may give way."""


def choose_sheath(french: float, *, wrist: bool, least_mm: float) -> IntroducerSheath | None:
    """The thinnest sheath of the catalogue that admits ``french``; None where there is none.

    Args:
        french: inner size that is needed.
        wrist: at the wrist a thin-walled one goes before.
        least_mm: length that it must have.
    """
    sheaths = [
        one
        for one in catalogue.devices()
        if isinstance(one, IntroducerSheath) and one.french >= french and one.usable_mm >= least_mm
    ]

    def order(one: IntroducerSheath) -> tuple[float, float, float, str]:
        thin = 0.0 if (one.wall == "thin") == wrist else 1.0
        return (one.french, thin, one.usable_mm, one.id)

    return min(sheaths, key=order, default=None)


def choose_wire(diameter_mm: float | None, least_mm: float) -> VascularGuidewire | None:
    """The wire that a device runs on, long enough; None where the catalogue has none."""
    wires = [
        one
        for one in catalogue.devices()
        if isinstance(one, VascularGuidewire)
        and (diameter_mm is None or one.outer_diameter_mm <= diameter_mm + 0.02)
        and one.usable_mm >= least_mm
    ]
    return min(wires, key=lambda one: (-one.outer_diameter_mm, one.usable_mm, one.id), default=None)


def fit_delivery(
    delivery: Delivery, way: VesselWay, outside_mm: float, clearance_mm: float
) -> DeviceFit:
    """Whether what is delivered reaches the far end and passes the lumen before the lesion.

    Args:
        delivery: with its shaft.
        way: to the lesion.
        outside_mm: of the shaft that stays outside.
        clearance_mm: that the lumen has over the shaft.
    """
    needed = way.length_mm + outside_mm
    passes: bool | None = None
    told = "the lumen on the way is unknown"
    if way.least_diameter_mm is not None:
        passes = way.least_diameter_mm >= delivery.shaft_outer_mm + clearance_mm
        told = (
            f"narrowest lumen {way.least_diameter_mm:.1f} mm, shaft "
            f"{delivery.shaft_outer_mm:.1f} mm"
        )
    return DeviceFit(
        delivery.device, delivery.role, needed, delivery.shaft_mm, passes,
        f"shaft {delivery.shaft_mm:.0f} mm for {needed:.0f} mm; {told}",
    )  # fmt: skip


def fit_sheath(sheath: IntroducerSheath, way: VesselWay, told: str) -> DeviceFit:
    """Whether a sheath passes what lies within its length of the puncture.

    Args:
        sheath: that is put in.
        way: to the lesion.
        told: its sizes in words.
    """
    radius = way.curve.radius_mm
    reach = min(sheath.usable_mm, way.to_lesion_mm)
    passes: bool | None = None
    if radius is not None:
        least = 2.0 * float(radius[way.curve.along_mm <= reach].min())
        passes = least >= min(sheath.outer_diameter_mm, _ITSELF * 2.0 * float(radius[0]))
        if not passes:
            told = f"{told}; the lumen narrows to {least:.1f} mm within its length"
    if way.to_lesion_mm < sheath.usable_mm:
        told = f"{told}; the lesion is {way.to_lesion_mm:.0f} mm away: part of it stays outside"
    return DeviceFit(sheath.id, "sheath", 0.0, sheath.usable_mm, passes, told)


def fit_wire(wire: VascularGuidewire | None, delivery: Delivery, way: VesselWay) -> DeviceFit:
    """Whether a wire is long enough: to exchange the shaft over it, or to lead it."""
    needed = measure_wire_mm(delivery, way)
    if wire is None:
        return DeviceFit("", "wire", needed, 0.0, None, f"no wire of {needed:.0f} mm is there")
    return DeviceFit(
        wire.id, "wire", needed, wire.usable_mm, passes=True,
        text=f"{wire.usable_mm:.0f} mm for {needed:.0f} mm: "
        + ("the shaft comes off over it" if delivery.exchanged else "it leads the shaft"),
    )  # fmt: skip


def measure_wire_mm(delivery: Delivery, way: VesselWay) -> float:
    """How long the wire must be."""
    return way.length_mm + delivery.shaft_mm if delivery.exchanged else delivery.shaft_mm + _LEAD_MM


def fit_closure(
    site: AccessSite, sheath: IntroducerSheath, artery_mm: float | None
) -> DeviceFit | None:
    """A device that closes the groin after a sheath; None elsewhere, and where none fits.

    Args:
        site: where the artery is punctured.
        sheath: that leaves the hole.
        artery_mm: diameter there; where it is unknown nothing is said to fit.
    """
    if site.family != "femoral" or artery_mm is None:
        return None
    fitting = [
        one
        for one in catalogue.devices()
        if isinstance(one, ClosureDevice)
        and one.smallest_french <= sheath.french <= one.largest_french
        and (one.least_artery_mm or 0.0) <= artery_mm
    ]
    if not fitting:
        return None
    best = min(fitting, key=lambda one: (one.largest_french, one.id))
    text = (
        f"{best.mechanism} for holes of {best.smallest_french:g} to {best.largest_french:g} F; "
        "else press by hand. Not below the femoral bifurcation or above the inguinal ligament."
    )
    return DeviceFit(best.id, "closure", 0.0, best.usable_mm, passes=True, text=text)
