"""Doubts: what in the liver nobody read or drew whole, and what was told that cannot stand alone.

What no rule reads, what nobody answered and what the patient's labs contradict is said, and blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.anatomy.model import Kind
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.contents import (
    is_hollow,
    list_unread,
    measure_enclosed,
)
from seldinger.plan.treatments.irradiation.options import IrradiationOptions
from seldinger.plan.treatments.irradiation.territory import WHOLE_NORMAL
from seldinger.plan.treatments.irradiation.weigh import is_cut_off, measure_lungs_kg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.basis import Basis

_TOUCHED, _MOSTLY = 0.05, 0.5
"""A tumour of which less is perfused, and of whose shell so much, borders on the territory."""


def list_doubts(case: TerritoryCase, basis: Basis) -> tuple[Finding, ...]:
    """What speaks against masses and doses before any is judged.

    Args:
        case: with images, options and the patient.
        basis: all that is known.
    """
    return (
        *_judge_whole(case, basis),
        *_judge_unread(case, basis),
        *_judge_beside(case, basis),
        *_judge_compromised(basis),
        *_judge_other_treatments(case, basis),
        *_judge_bilirubin(case, basis),
        *_judge_lungs(case, basis),
    )


def _judge_whole(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """A liver that scan or labels cut off: what it weighs is a lower bound."""
    if is_cut_off(basis.weighed.organ, case.anatomy):
        text = (
            "The liver reaches the border of the scan, or ends in a broad flat face: scan or "
            "labels cut it off. What it weighs, what of it is treated and every dose of it are "
            "unknown: give a scan and labels that show it whole."
        )
        yield Finding("liver-whole", Status.UNKNOWN, Severity.ACTION, text)


def _judge_unread(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """Labels in the liver that may be tumours, and count as normal liver or not at all."""
    named = case.settings.get_options(IrradiationOptions).territory
    found = list_unread(case.anatomy, basis.weighed.organ | basis.weighed.hollow, named)
    if found:
        shown = ", ".join(f"{name} ({ml:.0f} mL)" for name, ml in found.items())
        text = (
            f"Labels in the liver that nobody knows, and that are no tumour here: {shown}. A "
            "tumour among them would take what normal liver is told to take. Call it "
            "liver-tumour-N, or say by --vocabulary what each is, or that it is to be ignored."
        )
        yield Finding("labels-unread", Status.UNKNOWN, Severity.ACTION, text)


def _judge_beside(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """Tumours that are left out of the territory and mostly surrounded by it."""
    fed, organ, grid = case.target.mask, basis.weighed.organ, case.anatomy.grid
    for one in case.anatomy.structures:
        if one.kind is not Kind.LESION or is_hollow(one) or not (one.mask & organ).any():
            continue
        if (one.mask & fed).sum() >= _TOUCHED * one.mask.sum():
            continue
        share = measure_enclosed(one.mask, fed, organ, grid)
        if share >= _MOSTLY:
            text = (
                f"{one.name} is not in the territory, which covers {100.0 * share:.0f} % of its "
                "surroundings: if it is fed from there it takes spheres. Label what is perfused "
                "with it or without."
            )
            name = f"beside-{one.name.replace(' ', '-')}"
            yield Finding(name, Status.UNKNOWN, Severity.ACTION, text)


def _judge_compromised(basis: Basis) -> Iterator[Finding]:
    if basis.known.compromised is None:
        text = (
            "Whether the liver is compromised, treated before or working poorly, was not told: "
            "answer compromised (yes, no)."
        )
        yield Finding("compromised-asked", Status.UNKNOWN, Severity.ACTION, text)


def _judge_other_treatments(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """Dose of other injections or earlier treatments that no limit of the liver reads."""
    limits = {one.compartment for one in basis.rules if one.kind == "limit"}
    if not basis.rules or WHOLE_NORMAL in limits:
        return
    told = case.settings.get_options(IrradiationOptions)
    unread = "and no limit of this product and intent reads it: none was made stricter."
    if told.session_normal_gy:
        text = (
            f"{told.session_normal_gy:g} Gy to the whole normal liver by other injections or "
            f"earlier treatments are told, {unread}"
        )
    elif told.session_normal_gy is None and (told.earlier_lung_gy or told.session_lung_gy):
        text = (
            "Another injection or an earlier treatment gave the lungs a dose; what it gave the "
            f"liver is not told (--session-normal-gy), {unread}"
        )
    else:
        return
    yield Finding("told-unread", Status.UNKNOWN, Severity.ACTION, text)


def _judge_bilirubin(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """What the user tells beside the patient's labs; the worse of the two drives."""
    told = case.settings.get_options(IrradiationOptions).bilirubin_mg_per_dl
    lab = basis.lab_bilirubin
    if told is None or lab is None:
        return
    apart = case.assumed.get_value("irradiation_bilirubin_apart")
    if abs(told - lab) > apart * max(told, lab):
        text = (
            f"Bilirubin {told:g} mg/dL is told, the patient's labs have {lab:g}: the worse drives "
            "here. They contradict each other: find out which holds."
        )
        yield Finding("bilirubin-told", Status.NOT_MET, Severity.ACTION, text)


def _judge_lungs(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """A mass that the user tells beside the one that the CT shows."""
    seen = measure_lungs_kg(case.anatomy) if basis.lungs.told else None
    if seen is None:
        return
    told, apart = basis.lungs.mass_kg, case.assumed.get_value("irradiation_lung_mass_apart")
    if abs(told - seen) > apart * max(told, seen):
        text = (
            f"Lungs of {told:g} kg are told, by the CT they weigh {seen:.2f} kg. They contradict "
            "each other: find out which holds."
        )
        yield Finding("lung-mass-told", Status.NOT_MET, Severity.ACTION, text)
