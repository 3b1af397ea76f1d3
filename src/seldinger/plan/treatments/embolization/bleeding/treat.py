"""Treat: an artery that bleeds is closed, decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger.anatomy.model import Lesion, Segment, Territory
from seldinger.anatomy.territory import ASSUMPTIONS as TERRITORY
from seldinger.anatomy.territory import DOUBT
from seldinger.core.errors import PlanError
from seldinger.core.space import as_vector
from seldinger.plan.approach.endovascular.model import TerritoryCase
from seldinger.plan.model import DeviceUse, Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.embolization import catheters
from seldinger.plan.treatments.embolization.bleeding import steps
from seldinger.plan.treatments.embolization.bleeding.cut_off import find_cut_off
from seldinger.plan.treatments.embolization.bleeding.effect import predict_effect
from seldinger.plan.treatments.embolization.bleeding.findings import list_findings
from seldinger.plan.treatments.embolization.bleeding.options import HaemostasisOptions
from seldinger.plan.treatments.embolization.bleeding.places import find_places
from seldinger.plan.treatments.embolization.bleeding.regions import PELVIS
from seldinger.plan.treatments.embolization.bleeding.state import judge_state
from seldinger.plan.treatments.embolization.effect import KIND
from seldinger.plan.treatments.embolization.occluders import (
    COIL_MOST,
    FittedOccluder,
    check_occluder,
    find_thinnest_mm,
    fit_occluders,
    list_carriers,
)
from seldinger.simulate.embolic.arteries import TISSUE_FLOW
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.core.record import Assumption
    from seldinger.plan.approach.endovascular.model import Delivery
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Search, Settings
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.bleeding.places import ClosingPlace, Places

_SHOWN = "Arteries are followed with contrast under X-ray; what bleeds is looked for selectively."
_TIP_MM = 10.0


@dataclass(frozen=True, slots=True)
class HaemostaticEmbolization(TreatmentLogic[TerritoryCase]):
    """Coils, plugs or gelatin into an artery that bleeds."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "haemostasis"
    options: ClassVar[type[Any] | None] = HaemostasisOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Of territories, blood and coils."""
        return (*TERRITORY, TISSUE_FLOW, COIL_MOST)

    def check_device(self, device: str) -> None:
        """Refuse what closes no artery.

        Raises:
            PlanError: naming those that do.
        """
        check_occluder(device)

    def choose_target(
        self, target: Lesion | Territory, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Territory:
        """The bleeding, with the stretch of artery that is closed.

        Args:
            target: the labelled bleeding, or the organ that bleeds.
            anatomy: the patient's images.
            settings: where and with what the user wants it closed.
            assumed: how far a catheter's lumen is wider than it.

        Raises:
            PlanError, AnatomyError: a place is not known, or is never closed.
        """
        if not isinstance(target, Lesion):
            raise PlanError(f"{target.label!r} is a territory: name the bleeding, or the organ")
        found = _find(anatomy, target, settings, assumed)
        organ = target.organ or ("pelvis" if found.region is PELVIS else None)
        stretch = None if not found.chosen else _bound(found, found.chosen[0])
        where = " and the ".join(one.name for one in found.chosen)
        cut = find_cut_off(found, assumed.get_value(DOUBT.name))
        if cut is None:
            why = found.why or "no labelled organ ends the artery"
            origin = f"what is cut off is not known: {why}"
            return Territory(
                target.label, target.mask, organ, origin, stretch, (target,), fate="bleeding"
            )
        note = "By the nearest traced branch; vessels that no scan shows may keep it alive."
        return Territory(
            target.label, cut.mask, organ, f"beyond the {where}", stretch, (target,),
            (note,), fate="cut off",
        )  # fmt: skip

    def decide(self, case: TerritoryCase, search: Search[TerritoryCase]) -> Decision:
        """Where it is closed, with what, and what loses its blood; a way to there."""
        case.progress("which artery bleeds", 0.15)
        lesion = case.target.lesions[0]
        told = case.settings.get_options(HaemostasisOptions)
        places = _find(case.anatomy, lesion, case.settings, case.assumed)
        first = places.chosen[0] if places.chosen else None
        fits = [] if first is None else _fit(case.settings, case.assumed, first)
        offers = _offer(fits, first, case.assumed)
        reach = search([one for one, _ in offers])
        near = next((fit for one, fit in offers if one == reach.instrument), None)
        far = None if first is None else _fit_far(case.settings, case.assumed, first, near)
        if far is not None and first is not None and first.far_side is not None:
            # The catheter that was found must come there too, past the bleeding.
            carriers = list_carriers(near, first.far_side.width_mm, case.assumed)
            far = far if reach.instrument in carriers else None
        case.progress("what loses its blood", 0.6)
        cut_off = find_cut_off(places, case.assumed.get_value(DOUBT.name))
        effect, fields = predict_effect(
            case,
            places,
            cut_off,
            told.occluder,
            (near, far),
            lambda mm, room: _choose(case, mm, room),
        )
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        least = find_thinnest_mm(case.assumed)
        return Decision(
            reach=reach,
            treatment=_describe(places, told, best, near, far),
            guidance=Guidance("fluoroscopy", _SHOWN, ()),
            findings=(
                *list_findings(
                    case, places, cut_off, told, near, far, _fit_others(case, places), least
                ),
                *judge_state(places, told),
            ),
            placements=_place(places, best, routes, reach.instrument, near, far),
            effect=effect,
            fields=fields,
        )  # fmt: skip


def _find(anatomy: Anatomy, lesion: Lesion, settings: Settings, assumed: Assumed) -> Places:
    told = settings.get_options(HaemostasisOptions)
    form = told.occluder
    if settings.device is not None:
        check_occluder(settings.device, form)

    def fits(lumen_mm: float | None, room_mm: float) -> bool:
        if lumen_mm is None or form in (None, "gelatin"):
            return room_mm > 0.0
        return bool(fit_occluders(form, settings.device, lumen_mm, room_mm, assumed))

    return find_places(
        anatomy, lesion, told.close_at, told.strategy, find_thinnest_mm(assumed), fits
    )


def _bound(found: Places, place: ClosingPlace) -> Segment:
    """The stretch where the tip works: on to the far side where that is closed too."""
    assert found.tree is not None  # noqa: S101  it is a place in it
    edge = found.tree.edges[place.edge]
    to_mm = place.to_mm if place.far_side is None else min(
        place.far_side.from_mm + _TIP_MM, place.far_side.to_mm
    )  # fmt: skip
    name = edge.name or f"artery {place.edge}"
    from_mm = max(0.0, place.to_mm - _TIP_MM)
    if to_mm - from_mm < 1.0:
        to_mm = min(edge.curve.length_mm, from_mm + 1.0)
    return Segment(f"closed stretch of the {name}", name, edge.curve, from_mm, to_mm)


def _fit(settings: Settings, assumed: Assumed, place: ClosingPlace) -> list[FittedOccluder]:
    form = settings.get_options(HaemostasisOptions).occluder
    if form is None or place.diameter_mm is None:
        return []
    found = fit_occluders(form, settings.device, place.diameter_mm, place.room_mm, assumed)
    # One catheter brings both: what also fits beyond the bleeding comes first.
    return sorted(found, key=lambda one: _fit_far(settings, assumed, place, one) is None)


def _offer(
    fits: list[FittedOccluder], place: ClosingPlace | None, assumed: Assumed
) -> list[tuple[Delivery, FittedOccluder | None]]:
    """Catheters in order of preference, each with what it brings; never none."""
    width = float("inf") if place is None else place.width_mm
    found: dict[str, tuple[Delivery, FittedOccluder | None]] = {}
    for fit in fits:
        for one in list_carriers(fit, width, assumed):
            found.setdefault(one.device, (one, fit))
    if not found:
        for width_mm in (width, float("inf")):
            for one in list_carriers(None, width_mm, assumed):
                found.setdefault(one.device, (one, None))
    return list(found.values())


def _choose(case: TerritoryCase, lumen_mm: float | None, room_mm: float) -> FittedOccluder | None:
    """The stoutest coil or plug for a lumen, as far as the user chose a form."""
    form = case.settings.get_options(HaemostasisOptions).occluder
    if form is None or lumen_mm is None:
        return None
    found = fit_occluders(form, case.settings.device, lumen_mm, room_mm, case.assumed)
    return next(iter(found), None)


def _fit_others(case: TerritoryCase, places: Places) -> tuple[FittedOccluder | None, ...]:
    """What lies in every artery after the first, where a catheter brings it there."""
    found = [(one, _choose(case, one.diameter_mm, one.room_mm)) for one in places.chosen[1:]]
    return tuple(
        fit if fit is not None and list_carriers(fit, one.width_mm, case.assumed) else None
        for one, fit in found
    )


def _fit_far(
    settings: Settings, assumed: Assumed, place: ClosingPlace, near: FittedOccluder | None
) -> FittedOccluder | None:
    """What lies beyond the bleeding: it must pass the catheter of what lies before it."""
    far = place.far_side
    form = settings.get_options(HaemostasisOptions).occluder
    if far is None or far.diameter_mm is None or form is None or near is None:
        return None
    if not list_carriers(near, far.width_mm, assumed):
        return None
    found = fit_occluders(form, settings.device, far.diameter_mm, far.to_mm - far.from_mm, assumed)
    return next((one for one in found if one.device == near.device), None)


def _describe(
    places: Places,
    told: HaemostasisOptions,
    best: Route | None,
    near: FittedOccluder | None,
    far: FittedOccluder | None,
) -> Treatment:
    settings: dict[str, str | float | bool | None] = {
        "closed_at": ", then ".join(one.name for one in places.chosen) or None,
        "closed_at_told": places.told,
        "strategy": places.strategy,
        "occluder": told.occluder,
        "size_mm": None if near is None else near.diameter_mm,
        "size_beyond_mm": None if far is None else far.diameter_mm,
    }
    used = catheters.list_used(best)
    laid = [one for one in (near, far) if one is not None]
    used = (
        *used,
        *(DeviceUse(one.device.id, one.device.name, one.text) for one in dict.fromkeys(laid)),
    )
    return Treatment(
        kind=KIND, technique="embolization of a bleeding", devices=used, settings=settings,
        steps=steps.list_steps(best, places, told.occluder, near, far), bail_out=steps.BAIL_OUT,
    )  # fmt: skip


def _place(
    places: Places,
    best: Route | None,
    routes: tuple[Route, ...],
    delivery: Delivery,
    near: FittedOccluder | None,
    far: FittedOccluder | None,
) -> tuple[Placement, ...]:
    """The catheter, and what it leaves in the artery, the far one first."""
    if best is None or not places.chosen or places.tree is None:
        return ()
    number, place = routes.index(best), places.chosen[0]
    curve = places.tree.edges[place.edge].curve
    found = [Placement(delivery.role, delivery.device, best.points_lps_mm, (), number)]
    stretches = []
    if far is not None and place.far_side is not None:
        start = place.far_side.from_mm
        stretches.append((far, start, min(place.far_side.to_mm, start + far.device.landing_mm)))
    if near is not None:
        end = place.to_mm
        stretches.append((near, max(place.from_mm, end - near.device.landing_mm), end))
    for count, (one, from_mm, to_mm) in enumerate(stretches, start=1):
        points = curve.points_at(np.array([from_mm, 0.5 * (from_mm + to_mm), to_mm]))
        called = one.device.kind if len(stretches) == 1 else f"{one.device.kind} {count}"
        found.append(
            Placement(called, one.device.id, tuple(as_vector(p) for p in points),
                      (Phase("deploy", 0.0),), number)
        )  # fmt: skip
    return tuple(found)
