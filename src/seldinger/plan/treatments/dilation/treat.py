"""Dilation: a stretch of vessel is opened by a balloon, with or without drug, or by a stent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Quantity
from seldinger.plan.approach.endovascular.model import VesselCase
from seldinger.plan.model import DeviceUse, Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.dilation import beat, findings, opening, steps
from seldinger.plan.treatments.dilation import effect as effects
from seldinger.plan.treatments.dilation.offers import list_offers
from seldinger.plan.treatments.dilation.options import DilationOptions
from seldinger.simulate.effect import Measure, Option
from seldinger.simulate.flow import circulation, pulse, territory
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from seldinger.catalogue.vascular import SizedDevice
    from seldinger.core.finding import Finding
    from seldinger.core.record import Assumption
    from seldinger.plan.procedure import Search
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.dilation.effect import FlowChange
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening
    from seldinger.simulate.effect import Effect

_INFLATED_S = 120.0
_DEFLATED_S = 30.0
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Dilation(TreatmentLogic[VesselCase]):
    """A balloon or a stent at a stenosis.

    Attributes:
        kinds: of devices that the procedure uses, the preferred first.
    """

    kinds: tuple[type[SizedDevice], ...]

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "dilation"
    options: ClassVar[type[Any] | None] = DilationOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Those of the circulation, of the beds, and of what devices leave."""
        flow = (*circulation.ASSUMPTIONS, *territory.ASSUMPTIONS, *pulse.ASSUMPTIONS)
        return (*flow, *opening.ASSUMPTIONS)

    def check_device(self, device: str) -> None:
        """Refuse a device that is none of the procedure's.

        Raises:
            PlanError: naming those that are.
        """
        if not isinstance(catalogue.device(device), self.kinds):
            fit = [d.id for d in catalogue.devices() if isinstance(d, self.kinds)]
            raise PlanError(f"{device} is not used here; allowed: {', '.join(fit)}")

    def decide(self, case: VesselCase, search: Search[VesselCase]) -> Decision:
        """Grade, size, find the way, open, and predict flow before and after."""
        chosen = case.settings.get_options(DilationOptions)
        case.progress("stenosis", 0.15)
        placed = effects.place_case(case)
        lesion = placed.graded
        offers = list_offers(self.kinds, lesion, case.target.vessel, chosen, case.settings.device)
        reach = search([one.delivery for one in offers])
        offer = next(one for one in offers if one.delivery == reach.instrument)
        case.progress("lumen", 0.6)
        opened = opening.open_vessel(
            offer, case.target, lesion, case.assumed, chosen.pressure_atm, case.settings.seed
        )
        case.progress("flow before and after", 0.7)
        change = effects.predict_change(case, placed, opened)
        beats = beat.predict_beats(case, change, effects.open_lesion(placed, opened))
        effect, found = self.describe(case, change, opened, offer, _list_tried(offers, offer))
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        placements = () if best is None else (_place(offer, opened, routes.index(best), best),)
        return Decision(
            reach=reach,
            treatment=_describe(offer, opened, best, case.target.organ),
            guidance=Guidance("fluoroscopy", "Vessels are followed with contrast under X-ray.", ()),
            findings=found,
            placements=placements,
            effect=replace(effect, measures=(*effect.measures, *beat.list_measures(beats))),
            fields=replace(
                effects.collect_fields(case, change, opened), traces=beat.list_traces(beats)
            ),
            technique=offer.delivery.technique,
        )

    def describe(
        self,
        case: VesselCase,
        change: FlowChange,
        opened: Opening,
        offer: Offer,
        tried: tuple[Option, ...],
    ) -> tuple[Effect, tuple[Finding, ...]]:
        """What the change is told as, and what speaks for and against it.

        Args:
            case: with its target.
            change: flow before and after.
            opened: the lumen that is left.
            offer: device and size.
            tried: sizes that were considered.
        """
        effect = effects.describe_effect(case, change, opened, tried)
        return effect, findings.list_findings(case, change, opened, offer)


def _place(offer: Offer, opened: Opening, number: int, best: Route) -> Placement:
    programme: tuple[Phase, ...] = (Phase("deploy", 0.0),)
    if opened.pressure_atm is not None:
        pressure = Quantity("pressure", opened.pressure_atm, "atm")
        programme = (Phase("inflate", _INFLATED_S, (pressure,)), Phase("deflate", _DEFLATED_S))
    return Placement(offer.delivery.role, offer.device.id, best.points_lps_mm, programme, number)


def _describe(offer: Offer, opened: Opening, best: Route | None, organ: str | None) -> Treatment:
    size = f"{offer.diameter_mm:g} x {offer.length_mm:g} mm"
    use = DeviceUse(offer.device.id, offer.device.name, f"opens the vessel, {size}")
    others = (
        ()
        if best is None
        else tuple(
            _use(fit.device, fit.text) for fit in best.devices if fit.device != offer.device.id
        )
    )
    return Treatment(
        kind=effects.KIND,
        technique=offer.delivery.technique,
        devices=(use, *(one for one in others if one is not None)),
        settings={
            "diameter_mm": offer.diameter_mm,
            "length_mm": offer.length_mm,
            "pressure_atm": opened.pressure_atm,
            "oversize_percent": round(opened.oversize_percent, 1),
        },
        steps=steps.list_steps(offer, opened, best, organ),
        bail_out=steps.list_bail_out(organ),
    )


def _use(device: str, role: str) -> DeviceUse | None:
    return DeviceUse(device, catalogue.device(device).name, role) if device else None


def _list_tried(offers: tuple[Offer, ...], chosen: Offer) -> tuple[Option, ...]:
    """The first sizes in the order in which they were offered, the chosen one among them."""
    shown = offers[:_SHOWN] if chosen in offers[:_SHOWN] else (*offers[: _SHOWN - 1], chosen)
    return tuple(
        Option(
            technique=one.delivery.technique,
            device=one.device.id,
            count=1,
            setting=f"{one.diameter_mm:g} x {one.length_mm:g} mm",
            measures=(Measure("sheath", "sheath", "[Ch]", one.delivery.sheath_french),),
            chosen=one == chosen,
            note="" if one == chosen else "comes later by width, length, sheath or shaft",
        )
        for one in shown
    )
