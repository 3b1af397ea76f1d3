"""Cryo: frozen twice; it has no power, and ice is seen before it kills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous.site import Site
from seldinger.plan.model import Step
from seldinger.plan.treatments.ablation.arrange import Setting
from seldinger.plan.treatments.ablation.modalities import base
from seldinger.plan.treatments.ablation.modalities.base import Bearing, Reason, Rule
from seldinger.simulate.placement import Phase, freeze
from seldinger.simulate.thermal.modalities.cryo import CRYO as ENGINE

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase

_ASSUMED = read_assumptions("seldinger.plan.treatments.ablation")
FREEZE = _ASSUMED["freeze_min"]
THAW = _ASSUMED["thaw_min"]


def _settings(case: NeedleCase, kind: Applicator) -> tuple[Setting, ...]:
    """Two freezes with a thaw between them."""
    cold, thaw = (60.0 * case.assumed.get_value(a.name) for a in (FREEZE, THAW))
    words = f"freeze {cold / 60:g}, thaw {thaw / 60:g}, freeze {cold / 60:g} min"
    return (Setting(words, (freeze(cold), Phase("thaw", thaw), freeze(cold))),)


def _reasons(found: base.Circumstances) -> tuple[Reason, ...]:
    """Vessels warm it; in kidney it has the longest record."""
    if found.site is Site.LIVER:
        return (found.vessel,)
    if found.site is not Site.KIDNEY:
        return ()
    made = (Reason(Rule.RECORD, Bearing.PREFERRED, (base.KIDNEY_RECORD,)),)
    if all(r.bearing is not Bearing.BEHIND for r in found.avoided_in_kidney):
        return made
    return (*made, Reason(Rule.REMEMBERED, Bearing.NOTED, ("ablation.kidney.cryo_central",)))


CRYO = base.Modality(
    engine=ENGINE,
    technique="cold",
    rank={Site.LIVER: 2, Site.KIDNEY: 0, Site.LUNG: 1},
    device="cryo-2-4mm",
    spacing_mm=(10.0, 15.0, 20.0),
    settings=_settings,
    reasons=_reasons,
    why_unusable=lambda _: "",
    widest_mm=25.0,
    lethal_facts=(
        "ablation.cold.pig_kidney", "ablation.cold.planning_30", "ablation.cold.planning_40",
    ),
    withdrawal="Thaw until the probes move freely; never pull a frozen probe.",
    bail_out=(
        Step("Ice cracks or shock", "Pressure on the track, platelets and clotting at once."),
    ),
)  # fmt: skip
