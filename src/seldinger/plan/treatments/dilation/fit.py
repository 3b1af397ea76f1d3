"""Fit: whether a device in its size suits the vessel, covers the lesion and spares branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.catalogue.vascular import SelfExpandingStent
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.dilation.offers import (
    NEVER_LARGER,
    OVERHANG,
    OVERSIZE_BALLOON_PERCENT,
    find_window,
)

if TYPE_CHECKING:
    from seldinger.anatomy.vessels.stenosis import Stenosis
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening

_OVERSIZE_STENT = 20.0
_ACCESS_BALLOON = "vascular_devices.size.dialysis_balloon"
_STENT_RATIO = "vascular_devices.size.stent_artery_ratio"
_SLACK_MM = 1.0
_NEAR_MM = 3.0
"""A branch so near to an end of a stent is not told from one that is covered."""


def judge_fit(
    case: VesselCase, opened: Opening, offer: Offer, lesion: Stenosis
) -> tuple[Finding, ...]:
    """Width, length and place of a device.

    Args:
        case: with its target.
        opened: where the device stands and how wide.
        offer: device and size.
        lesion: as it was graded.
    """
    access = case.target.organ == "dialysis-access"
    found = (
        _judge_size(opened, offer, lesion, access=access),
        _judge_cover(case, opened, offer, lesion),
    )
    return (*found, _judge_branches(case, opened)) if offer.delivery.role == "stent" else found


def _judge_size(opened: Opening, offer: Offer, lesion: Stenosis, *, access: bool) -> Finding:
    """Whether the device is as wide as the rule allows."""
    over, device = opened.oversize_percent, offer.device
    stent = offer.delivery.role == "stent"
    low, high = find_window(device, lesion)
    told = f"{abs(over):.0f} % {'wider' if over >= 0.0 else 'narrower'} than the healthy vessel"
    pressed = "" if opened.pressure_atm is None else f"At {opened.pressure_atm:g} atm "
    grave = Severity.ACTION if stent else Severity.CAUTION
    if offer.diameter_mm < low:
        loose = "it lies loose and may be carried off" if stent else "it opens little"
        text = f"{pressed}the {offer.delivery.role} is {told}: {loose}.".capitalize()
        return Finding("size", Status.NOT_MET, grave, text)
    if isinstance(device, SelfExpandingStent):
        rule = evidence.fact(_STENT_RATIO)
        text = f"The stent is {told}; {rule.statement[0].lower()}{rule.statement[1:]}"
        held = offer.diameter_mm <= high and over <= _OVERSIZE_STENT
        status = Status.MET if held else Status.NOT_MET
        grave = Severity.CAUTION if offer.diameter_mm <= high else Severity.ACTION
        return Finding("size", status, grave, f"{text} ({rule.population}).", (rule.source,))
    rule, most = evidence.fact(NEVER_LARGER), OVERSIZE_BALLOON_PERCENT
    if access:
        rule = evidence.fact(_ACCESS_BALLOON)
        most = rule.interval[1] if rule.interval else most
    text = f"{pressed}the {offer.delivery.role} is {told}. {rule.statement}"
    status = Status.MET if over <= most else Status.NOT_MET
    sources = () if rule.source == "memory" else (rule.source,)
    return Finding("size", status, Severity.ACTION, f"{text[0].upper()}{text[1:]}", sources)


def _judge_cover(case: VesselCase, opened: Opening, offer: Offer, lesion: Stenosis) -> Finding:
    """Whether the device covers what is to be treated, and a balloon not much more."""
    low, high = min(lesion.from_mm, case.target.from_mm), max(lesion.to_mm, case.target.to_mm)
    first, last = opened.covered_mm
    role = offer.delivery.role
    told = (
        f"The {role} stands from {first:.0f} to {last:.0f} mm along the vessel, what is to be "
        f"treated from {low:.0f} to {high:.0f} mm"
    )
    if first > low + _SLACK_MM or last < high - _SLACK_MM:
        text = (
            f"{told}: it does not cover it. At the end of a vessel a device reaches into the next "
            "one, which is not planned here; a long stretch needs several."
        )
        return Finding("covers", Status.NOT_MET, Severity.ACTION, text)
    rule = evidence.fact(OVERHANG)
    beyond = max(lesion.from_mm - first, last - lesion.to_mm)
    if role == "balloon" and beyond > (rule.value or 0.0) + _SLACK_MM:
        text = f"{told}: it reaches {beyond:.0f} mm beyond; by a label about {rule.value:g} mm."
        return Finding("covers", Status.NOT_MET, Severity.CAUTION, text, (rule.source,))
    return Finding("covers", Status.MET, Severity.INFO, f"{told}.")


def _judge_branches(case: VesselCase, opened: Opening) -> Finding:
    """Which traced branches a stent would lie across."""
    curve, names = case.target.curve, []
    places = np.linspace(0.0, curve.length_mm, max(2, int(curve.length_mm)))
    points = curve.points_at(places)
    for edge in case.vessels.edges:
        away = np.linalg.norm(points - case.vessels.nodes_lps_mm[edge.start], axis=1)
        at = float(places[int(np.argmin(away))])
        inside = opened.covered_mm[0] - _NEAR_MM <= at <= opened.covered_mm[1] + _NEAR_MM
        if edge.name == case.target.vessel or away.min() > _NEAR_MM or not inside:
            continue
        if at > _NEAR_MM:
            names.append(edge.name or "an unnamed branch")
    if not names:
        text = "No traced branch leaves where the stent lies."
        return Finding("branches", Status.MET, Severity.INFO, text)
    text = (
        f"The stent lies across, or ends at, the origin of: {', '.join(dict.fromkeys(names))}. A "
        "shorter or another place spares it."
    )
    return Finding("branches", Status.NOT_MET, Severity.CAUTION, text)
