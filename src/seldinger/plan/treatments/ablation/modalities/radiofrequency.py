"""Radiofrequency: its generator decides the power; vessels cool it more than microwave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous.site import Site
from seldinger.plan.treatments.ablation.arrange import Setting
from seldinger.plan.treatments.ablation.modalities import base
from seldinger.plan.treatments.ablation.modalities.base import Bearing, Reason, Rule
from seldinger.simulate.placement import make_heating
from seldinger.simulate.thermal.modalities.radiofrequency import RADIOFREQUENCY as ENGINE

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase

_ASSUMED = read_assumptions("seldinger.plan.treatments.ablation")
RF_MINUTES = _ASSUMED["rf_min"]


def _settings(case: NeedleCase, kind: Applicator) -> tuple[Setting, ...]:
    """The longest time of its table, by the generator."""
    seconds = [z.seconds for z in kind.zones if z.seconds is not None and z.probes == 1]
    last = max(seconds, default=60.0 * case.assumed.get_value(RF_MINUTES.name))
    power = kind.max_power_w
    words = f"{last / 60:g} min, up to {power:g} W" if power else f"{last / 60:g} min"
    return (Setting(words, (make_heating(last, power),)),)


def _reasons(found: base.Circumstances) -> tuple[Reason, ...]:
    """Vessels cool it; in kidney it is avoided in large and in central tumours."""
    if found.site is Site.LIVER:
        return (found.vessel,)
    if found.site is not Site.KIDNEY:
        return ()
    record = Reason(Rule.RECORD, Bearing.PREFERRED, (base.KIDNEY_RECORD,))
    return (record, *found.avoided_in_kidney)


def _why_unusable(kind: Applicator) -> str:
    if kind.controller is not None:
        return ""
    return f"{kind.id} declares no controller: its table is all that is known of it"


RADIOFREQUENCY = base.Modality(
    engine=ENGINE,
    technique="radiofrequency",
    rank={Site.LIVER: 1, Site.KIDNEY: 1, Site.LUNG: 2},
    device="cool-tip",
    spacing_mm=(15.0, 20.0),
    settings=_settings,
    reasons=_reasons,
    why_unusable=_why_unusable,
    widest_mm=35.0,
    hottest_c=110.0,
    largest_fact="ablation.largest_zone",
    energy={"": ("ablation.energy.radiofrequency",)},
    most_ml_per_kj=0.4,
    withdrawal=base.HEAT_THE_TRACK,
)
