"""Patency: what trial arms say of such a lesion; never this patient's chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.vascular import (
    AngioplastyBalloon,
    BalloonExpandableStent,
    DrugCoatedBalloon,
    SelfExpandingStent,
)
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.catalogue.vascular import SizedDevice

_THIGH = ("femoral", "popliteal")
_NO_TRIAL = ("common femoral", "deep femoral", "internal iliac", "bypass", "femoropopliteal graft")
"""Not what the trials of thigh and pelvis treated."""
_DIALYSIS = ("fistula", "graft", "cephalic", "basilic")
_THIGH_ARMS: Mapping[type[SizedDevice], tuple[str, ...]] = {
    AngioplastyBalloon: (
        "outcome_pad.pta.patency_1y", "vascular_trials.resilient.patency_1y.balloon",
        "vascular_trials.sfa.patency_1y.balloon",
    ),
    DrugCoatedBalloon: (
        "outcome_pad.dcb.patency_1y", "outcome_pad.dcb.patency_3y",
        "vascular_trials.levant2.patency_6mo.dcb", "vascular_trials.sfa.patency_1y.dcb",
        "outcome_pad.paclitaxel.swedepad2.quality_of_life",
    ),
    SelfExpandingStent: (
        "vascular_trials.resilient.patency_1y.stent",
        "vascular_trials.sfa.patency_1y.nitinol_stent",
        "vascular_trials.sfa.patency_1y.drug_eluting_stent",
    ),
}  # fmt: skip
_DIALYSIS_ARMS: Mapping[type[SizedDevice], tuple[str, ...]] = {
    AngioplastyBalloon: ("outcome_dialysis.pta.patency_6mo", "outcome_dialysis.pta.patency_24mo"),
    DrugCoatedBalloon: (
        "outcome_dialysis.dcb.patency_6mo", "outcome_dialysis.dcb.patency_24mo",
        "outcome_dialysis.dcb.no_gain",
    ),
}  # fmt: skip
_ILIAC_ARMS: Mapping[type[SizedDevice], tuple[str, ...]] = {
    AngioplastyBalloon: (
        "vascular_trials.iliac.stent_avoided", "vascular_trials.iliac.selective.patency",
    ),
    BalloonExpandableStent: ("vascular_trials.iliac.selective.patency",),
    SelfExpandingStent: ("vascular_trials.iliac.selective.patency",),
}  # fmt: skip


def list_arms(device: SizedDevice, vessel: str) -> tuple[str, ...]:
    """Ids of facts of trial arms in which lesions of such a vessel were treated with such a device.

    Args:
        device: that is used.
        vessel: its name.
    """
    arms: Mapping[type[SizedDevice], tuple[str, ...]] = {}
    if any(word in vessel for word in _NO_TRIAL):
        return ()
    if any(word in vessel for word in _DIALYSIS):
        arms = _DIALYSIS_ARMS
    elif any(word in vessel for word in _THIGH):
        arms = _THIGH_ARMS
    elif "iliac" in vessel:
        arms = _ILIAC_ARMS
    return next((facts for kind, facts in arms.items() if isinstance(device, kind)), ())


def tell_patency(device: SizedDevice, vessel: str) -> Finding:
    """Trial arms with their population, horizon and source; unknown where there is none.

    Args:
        device: that is used.
        vessel: its name.
    """
    facts = [evidence.fact(key) for key in list_arms(device, vessel)]
    if not facts:
        text = f"How long such a {vessel} stays open is unknown here: no trial arm is entered."
        # A drug is given for that alone.
        grave = Severity.ACTION if isinstance(device, DrugCoatedBalloon) else Severity.INFO
        return Finding("patency", Status.UNKNOWN, grave, text)
    told = " ".join(
        f"{fact.statement} ({fact.population}"
        + (f"; by {fact.horizon}" if fact.horizon else "")
        + f"; {fact.source})"
        for fact in facts
    )
    keys = tuple(dict.fromkeys(fact.source for fact in facts if fact.source != "memory"))
    text = f"Trial arms, not this patient's chance: {told}"
    return Finding("patency", Status.MET, Severity.INFO, text, keys)
