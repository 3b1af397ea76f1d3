"""Findings: whether the lesion is worth opening, and whether the device suits the vessel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.vascular import DrugCoatedBalloon
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.dilation.effect import RESIDUAL, find_limit
from seldinger.plan.treatments.dilation.fit import judge_fit
from seldinger.plan.treatments.dilation.patency import tell_patency

if TYPE_CHECKING:
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.effect import FlowChange
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening

_COATED = ("leg", "kidney", "dialysis-access")
"""Territories that labels of drug-coated balloons name."""
_COATED_LABEL = "vascular_devices.label.dcb.vessel"
_BENT = ("common femoral", "popliteal")
_BENT_STENT = "vascular_devices.stent.shortening.popliteal"
_SHUT_PERCENT = 95.0
"""Of the diameter: what is left is a hair, and less than any image shows."""
_LEAST_VOXELS = 4.0
"""Across a lumen: below, sections of our own phantoms read a stenosis too tight by many points."""


def list_findings(
    case: VesselCase, change: FlowChange, opened: Opening, offer: Offer
) -> tuple[Finding, ...]:
    """What speaks for and against opening this lesion in this way.

    Args:
        case: with its target.
        change: flow before and after.
        opened: the lumen that is left.
        offer: device and size.
    """
    return (
        _judge_gradient(case, change),
        tell_grade(change),
        *judge_resolution(case, change),
        *judge_fit(case, opened, offer, change.placed.graded),
        judge_residual(opened),
        tell_patency(offer.device, case.target.vessel),
        *_tell_territory(case, offer),
    )


def _tell_territory(case: VesselCase, offer: Offer) -> tuple[Finding, ...]:
    """What a territory asks for that this plan does not hold."""
    found = []
    if case.target.organ == "neck":
        text = (
            "No embolic protection (filter or flow reversal) is planned: the catalogue holds none, "
            "and what comes loose in this artery goes to the brain."
        )
        found.append(Finding("embolic-protection", Status.UNKNOWN, Severity.ACTION, text))
    if isinstance(offer.device, DrugCoatedBalloon) and case.target.organ not in _COATED:
        rule = evidence.fact(_COATED_LABEL)
        text = (
            f"No label that was read names the {case.target.vessel} for a drug-coated balloon: "
            f"{rule.statement}"
        )
        found.append(Finding("made-for", Status.NOT_MET, Severity.ACTION, text, (rule.source,)))
    if offer.delivery.role == "stent" and any(word in case.target.vessel for word in _BENT):
        rule = evidence.fact(_BENT_STENT)
        text = f"The {case.target.vessel} bends with a joint, and a stent in it too: at the knee, "
        text += f"{rule.value:g} % shorter ({rule.population})."
        found.append(Finding("joint", Status.NOT_MET, Severity.CAUTION, text, (rule.source,)))
    return tuple(found)


def _judge_gradient(case: VesselCase, change: FlowChange) -> Finding:
    rest = change.sampled.before["rest-gradient"]
    full = change.sampled.before["hyperaemic-gradient"]
    told = (
        f"mean gradient {rest.nominal:.0f} mmHg at rest ({rest.p05:.0f} to {rest.p95:.0f}), "
        f"{full.nominal:.0f} in hyperaemia ({full.p05:.0f} to {full.p95:.0f})"
    )
    key = find_limit(case.target)
    if not key:
        text = f"No sourced limit says from which gradient this vessel is worth opening: {told}."
        return Finding("significant", Status.UNKNOWN, Severity.CAUTION, text)
    limit = evidence.fact(key)
    least = limit.value or 0.0
    text = f"Predicted {told}; held against {least:g} mmHg: {limit.statement}"
    if full.nominal < least:
        return Finding("significant", Status.NOT_MET, Severity.ACTION, text, (limit.source,))
    if full.p05 < least:
        text = f"{text} The spread reaches below: measure it before opening."
        return Finding("significant", Status.UNKNOWN, Severity.CAUTION, text, (limit.source,))
    return Finding("significant", Status.MET, Severity.CAUTION, text, (limit.source,))


def tell_grade(change: FlowChange) -> Finding:
    """The stenosis in numbers."""
    lesion = change.placed.graded
    text = (
        f"{lesion.percent_diameter:.0f} % of the diameter, {lesion.percent_area:.0f} % of the "
        "area, "
        f"{lesion.length_mm:.0f} mm long; healthy vessel {lesion.reference_diameter_mm:.1f} mm by "
        f"{lesion.reference}."
    )
    if lesion.percent_diameter > _SHUT_PERCENT:
        text = f"{text} That is as good as shut: how it is crossed is not planned here."
        return Finding("graded", Status.NOT_MET, Severity.ACTION, text)
    return Finding("graded", Status.MET, Severity.INFO, text)


def judge_resolution(case: VesselCase, change: FlowChange) -> tuple[Finding, ...]:
    """Whether the image is fine enough to grade the lumen; nothing where it is no image's."""
    voxel_mm = case.anatomy.vessels_voxel_mm
    if voxel_mm is None:
        return ()
    narrow = change.placed.graded.minimum_diameter_mm
    across = narrow / voxel_mm
    text = f"The narrowest lumen, {narrow:.1f} mm, is {across:.1f} voxels of {voxel_mm:g} mm across"
    if across < _LEAST_VOXELS:
        text = f"{text}: under {_LEAST_VOXELS:g} its grade is not known. Take a finer image."
        return (Finding("resolution", Status.UNKNOWN, Severity.ACTION, text),)
    return (Finding("resolution", Status.MET, Severity.INFO, f"{text}."),)


def judge_residual(opened: Opening) -> Finding:
    """Whether what is left counts as opened."""
    limit = evidence.fact(RESIDUAL)
    left, most = opened.residual.percent_diameter, limit.value or 0.0
    text = (
        f"Expected residual stenosis {left.nominal:.0f} % of the diameter ({left.p05:.0f} to "
        f"{left.p95:.0f}); {most:g} % and less count as opened, by a trial in the thigh."
    )
    status = Status.MET if left.nominal <= most else Status.NOT_MET
    return Finding("residual", status, Severity.CAUTION, text, (limit.source,))
