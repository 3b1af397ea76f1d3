"""Caval filter: the cava is measured, a filter chosen by its perimeter, its way out planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.anatomy.model import Segment
from seldinger.anatomy.vessels.cava import measure_cava
from seldinger.anatomy.vessels.veins import CAVA
from seldinger.catalogue.venous import CavalFilter
from seldinger.core.errors import PlanError
from seldinger.core.record import read_assumptions
from seldinger.plan import answers
from seldinger.plan.approach.endovascular.model import Delivery, VesselCase
from seldinger.plan.model import DeviceUse, Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.caval_filter import effect as effects
from seldinger.plan.treatments.caval_filter import steps
from seldinger.plan.treatments.caval_filter.fit import Z90, judge_fit
from seldinger.plan.treatments.caval_filter.indication import judge_drugs, judge_indication
from seldinger.plan.treatments.caval_filter.landing import find_landing
from seldinger.plan.treatments.caval_filter.options import CavalFilterAnswers, CavalFilterOptions
from seldinger.plan.treatments.caval_filter.retrieval import judge_retrieval, plan_retrieval
from seldinger.simulate.effect import Measure, Option
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.anatomy.vessels.cava import Cava
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Search, Settings
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.caval_filter.landing import Landing
    from seldinger.plan.treatments.caval_filter.retrieval import Retrieval

_ASSUMED = read_assumptions("seldinger.plan.treatments.caval_filter")


@dataclass(frozen=True, slots=True)
class FilterPlacement(TreatmentLogic[VesselCase]):
    """A filter in the inferior vena cava."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "caval_filter"
    options: ClassVar[type[Any] | None] = CavalFilterOptions
    answers: ClassVar[type[Any] | None] = CavalFilterAnswers

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Where the head lies, and how sure a perimeter is."""
        return tuple(_ASSUMED.values())

    def check_device(self, device: str) -> None:
        """Refuse what is no filter.

        Raises:
            PlanError: naming those that are.
        """
        if not isinstance(catalogue.device(device), CavalFilter):
            fit = [one.id for one in catalogue.devices(CavalFilter)]
            raise PlanError(f"{device} is not used here; allowed: {', '.join(fit)}")

    def choose_target(
        self, target: Segment, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Segment:
        """The stretch of cava where the filter lies, below the renal veins.

        Args:
            target: the cava.
            anatomy: with its veins traced.
            settings: a told height, a fixed filter.
            assumed: how far below the renal veins its head lies.

        Raises:
            PlanError: another vein, or nobody knows where the renal veins join.
            AnatomyError: the cava cannot be measured.
        """
        if target.vessel != CAVA:
            raise PlanError(f"a filter lies in the {CAVA}, not in the {target.vessel}: name that")
        options = settings.get_options(CavalFilterOptions)
        cava = measure_cava(anatomy, options.renal_z_mm)
        sd_mm = _find_sd_mm(anatomy, assumed)
        filter_ = order_filters(cava, options, settings.device, assumed, sd_mm)[0]
        landing = find_landing(cava, filter_, assumed.get_value("filter_below_renal_mm"))
        return Segment(target.label, CAVA, cava.curve, landing.feet_mm, landing.head_mm)

    def decide(self, case: VesselCase, search: Search[VesselCase]) -> Decision:
        """Measure the cava, choose the filter and the way, judge fit, indication and removal."""
        options = case.settings.get_options(CavalFilterOptions)
        told = answers.read(CavalFilterAnswers, case.settings)
        case.progress("the cava", 0.15)
        cava = measure_cava(case.anatomy, options.renal_z_mm)
        sd_mm = _find_sd_mm(case.anatomy, case.assumed)
        offers = order_filters(cava, options, case.settings.device, case.assumed, sd_mm)
        reach = search([_deliver(one) for one in offers])
        filter_ = next(one for one in offers if one.id == reach.instrument.device)
        value = case.assumed.get_value
        landing = find_landing(cava, filter_, value("filter_below_renal_mm"))
        retrieval = plan_retrieval(filter_, options, case.patient)
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        placements = () if best is None else (
            Placement("filter", filter_.id, best.points_lps_mm, (Phase("deploy", 0.0),),
                      routes.index(best)),
        )  # fmt: skip
        tried = tuple(_option(one, landing, one is filter_) for one in offers)
        return Decision(
            reach=reach,
            treatment=_describe(filter_, landing, retrieval, best),
            guidance=Guidance("fluoroscopy", "The cava is filled with contrast under X-ray.", ()),
            findings=(
                *judge_indication(told.indication),
                *judge_drugs(told.indication, case.patient),
                *judge_fit(landing, filter_, options, sd_mm, value("filter_least_oversize_mm")),
                *judge_retrieval(
                    retrieval, options, None if case.patient is None else case.patient.now.date()
                ),
            ),
            placements=placements,
            effect=effects.describe_effect(landing, filter_, options, sd_mm, tried),
            fields=effects.collect_fields(landing),
        )


def _find_sd_mm(anatomy: Anatomy, assumed: Assumed) -> float:
    """Standard deviation of a perimeter diameter, by the voxels that it is measured in."""
    labels = anatomy.study.labels
    voxel = (1.0,) if labels is None else labels.grid.spacing_mm
    return assumed.get_value("filter_cava_sd_voxels") * max(voxel)


def order_filters(
    cava: Cava, options: CavalFilterOptions, device: str | None, assumed: Assumed, sd_mm: float
) -> tuple[CavalFilter, ...]:
    """Filters, those that fit first; of them such as come out again, those that fit beyond doubt.

    Then the thinnest sheath.

    Args:
        cava: measured.
        options: whether it is to stay.
        device: that the user fixed; None: any.
        assumed: how far below the renal veins its head lies.
        sd_mm: standard deviation of a perimeter diameter.
    """
    below = assumed.get_value("filter_below_renal_mm")
    found = [one for one in catalogue.devices(CavalFilter) if device in (None, one.id)]

    def order(one: CavalFilter) -> tuple[bool, bool, bool, float, str]:
        wide = find_landing(cava, one, below).widest
        figure = None if wide is None else wide.perimeter_diameter_mm
        fits = figure is not None and (one.least_cava_mm or 0.0) <= figure <= one.largest_cava_mm
        sure = figure is not None and figure + Z90 * sd_mm <= one.largest_cava_mm
        return (
            not fits, one.retrievable is options.permanent, not sure, one.sheath_french, one.id,
        )  # fmt: skip

    return tuple(sorted(found, key=order))


def _deliver(one: CavalFilter) -> Delivery:
    return Delivery(
        device=one.id, technique="caval filter", role="filter", sheath_french=one.sheath_french,
        shaft_mm=one.usable_mm, shaft_outer_mm=one.outer_diameter_mm, wire_mm=one.wire_mm,
        reason=f"{one.name} through {one.sheath_french:g} F", exchanged=False,
    )  # fmt: skip


def _option(one: CavalFilter, landing: Landing, chosen: bool) -> Option:  # noqa: FBT001
    wide = landing.widest
    figure = None if wide is None else wide.perimeter_diameter_mm
    margin = None if figure is None else one.largest_cava_mm - figure
    return Option(
        technique=f"{one.design}, {'can be taken out' if one.retrievable else 'stays'}",
        device=one.id, count=1, setting=f"to {one.largest_cava_mm:g} mm",
        measures=(
            Measure("margin", "label over the cava", "mm", margin),
            Measure("sheath", "sheath", "[Ch]", one.sheath_french),
        ),
        chosen=chosen,
        note="" if chosen else "comes later by label, by whether it comes out, or by its sheath",
    )  # fmt: skip


def _describe(
    filter_: CavalFilter, landing: Landing, retrieval: Retrieval, best: Route | None
) -> Treatment:
    use = DeviceUse(filter_.id, filter_.name, f"keeps clots back, {filter_.size}")
    others = () if best is None else tuple(
        DeviceUse(fit.device, catalogue.device(fit.device).name, fit.text)
        for fit in best.devices
        if fit.device and fit.device != filter_.id
    )  # fmt: skip
    wide = landing.widest
    figure = None if wide is None else wide.perimeter_diameter_mm
    return Treatment(
        kind=effects.KIND,
        technique="caval filter",
        devices=(use, *others),
        settings={
            "filter": filter_.id,
            "perimeter_diameter_mm": None if figure is None else round(figure, 1),
            "head_below_renal_mm": round((landing.cava.renal_mm or 0.0) - landing.head_mm, 1),
            "renal_from": landing.cava.renal_from,
            "placed": None if retrieval.placed is None else retrieval.placed.isoformat(),
            "remove_by": None if retrieval.due is None else retrieval.due.isoformat(),
            "owner": retrieval.owner,
        },
        steps=steps.list_steps(best, filter_, landing, retrieval),
        bail_out=steps.BAIL_OUT,
    )
