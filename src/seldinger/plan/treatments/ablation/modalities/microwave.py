"""Microwave: set by power and time, cooled least by vessels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.plan.approach.percutaneous.site import Site
from seldinger.plan.treatments.ablation.arrange import Setting
from seldinger.plan.treatments.ablation.modalities import base
from seldinger.plan.treatments.ablation.modalities.base import Bearing, Reason, Rule
from seldinger.plan.wording import get_number
from seldinger.simulate.placement import make_heating
from seldinger.simulate.thermal.modalities.microwave import MICROWAVE as ENGINE

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase

_HCC, _CRLM = "ablation.energy.microwave.hcc", "ablation.energy.microwave.crlm"
_LUNG_SIZE = "ablation.lung.size"


def _settings(case: NeedleCase, kind: Applicator) -> tuple[Setting, ...]:
    """Every power and time of its table, by energy."""
    rows = {
        (z.power_w, z.seconds)
        for z in kind.zones
        if z.power_w is not None and z.seconds is not None and z.probes == 1
    }
    if not rows:
        raise PlanError(f"{kind.id} has no setting of power and time: choose another applicator")
    return tuple(
        Setting(f"{power:g} W for {seconds / 60:g} min", (make_heating(seconds, power),))
        for power, seconds in sorted(rows, key=lambda r: (r[0] * r[1], r))
    )


def _reasons(found: base.Circumstances) -> tuple[Reason, ...]:
    """Vessels cool it least; in lung it is fast, and did less well beyond a size."""
    if found.site is Site.LIVER:
        return (Reason(Rule.COOLED, Bearing.PREFERRED, (base.COOLED_LEAST,)),)
    if found.site is not Site.LUNG:
        return ()
    size, limit = found.case.target.diameter_mm, get_number(_LUNG_SIZE)
    return (
        Reason(Rule.AIR, Bearing.PREFERRED, ("ablation.lung.microwave",)),
        Reason(Rule.SIZE, Bearing.NOTED, (_LUNG_SIZE,), size, limit),
    )


def _why_unusable(kind: Applicator) -> str:
    if kind.fit is not None:
        return ""
    return f"{kind.id} has no fitted absorption: its table has too few observations"


MICROWAVE = base.Modality(
    engine=ENGINE,
    technique="microwave",
    rank={Site.LIVER: 0, Site.KIDNEY: 2, Site.LUNG: 0},
    device="emprint",
    device_at={Site.KIDNEY: "neuwave-kidney"},
    spacing_mm=(12.0, 18.0, 24.0),
    settings=_settings,
    reasons=_reasons,
    why_unusable=_why_unusable,
    widest_mm=45.0,
    energy={"hcc": (_HCC,), "crlm": (_CRLM,), "": (_HCC, _CRLM)},
    most_ml_per_kj=1.2,
    remark="Dried tissue beside an antenna takes up an assumed share of the microwaves: "
    "temperatures above 100 C are rough; the edge of the zone hardly depends on them.",
    withdrawal=base.HEAT_THE_TRACK,
)
