"""Irradiation: microspheres are given into an artery, as much as goals ask and limits allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.catalogue.microspheres import find_microspheres
from seldinger.catalogue.vascular import Microcatheter
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Quantity
from seldinger.core.record import read_assumptions
from seldinger.plan.approach.endovascular.model import Delivery, TerritoryCase
from seldinger.plan.model import DeviceUse, Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.irradiation import effect as effects
from seldinger.plan.treatments.irradiation import findings, perfused, steps
from seldinger.plan.treatments.irradiation.basis import gather_basis
from seldinger.plan.treatments.irradiation.calendar import plan_vials
from seldinger.plan.treatments.irradiation.options import IrradiationAnswers, IrradiationOptions
from seldinger.plan.treatments.irradiation.prescribe import prescribe
from seldinger.plan.wording import cite
from seldinger.simulate.placement import Phase, Placement

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Lesion, Territory
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Search, Settings
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.calendar import VialPlan
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed

_DENSITY = read_assumptions("seldinger.simulate.dose")["liver_density_g_per_ml"]
"""The one that a delivered dose is computed with."""
_ASSUMED = read_assumptions("seldinger.plan.treatments.irradiation")
_GUIDE_FRENCH = 5.0
"""Of the catheter through which a microcatheter goes, and so of the sheath."""
_MAPPING = "radioembolization.mapping"
_SHOWN = "Vessels are followed with contrast under X-ray; cone-beam CT shows what the tip perfuses."


@dataclass(frozen=True, slots=True)
class Irradiation(TreatmentLogic[TerritoryCase]):
    """Radioembolization of the liver: what is perfused, how much is given, what that gives."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "irradiation"
    options: ClassVar[type[Any] | None] = IrradiationOptions
    answers: ClassVar[type[Any] | None] = IrradiationAnswers

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Densities, doubts, and what counts as held."""
        return (_DENSITY, *_ASSUMED.values())

    def check_device(self, device: str) -> None:
        """Refuse what is no microcatheter.

        Raises:
            PlanError: naming those that are.
        """
        if not isinstance(catalogue.device(device), Microcatheter):
            fit = [d.id for d in catalogue.devices() if isinstance(d, Microcatheter)]
            raise PlanError(f"{device} is not used here; allowed: {', '.join(fit)}")

    def choose_target(
        self, target: Lesion | Territory, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Territory:
        """The tissue that is perfused so that a lesion is treated.

        Args:
            target: a lesion, or a territory that somebody bounded.
            anatomy: the patient's images.
            settings: what the user names.
            assumed: how much of a lesion an artery must feed.

        Raises:
            PlanError, AnatomyError: it is not in the liver, or what bounds it is not known.
        """
        options = settings.get_options(IrradiationOptions)
        held = assumed.get_value("irradiation_tumour_held")
        return perfused.bound_territory(target, anatomy, options, held)

    def decide(self, case: TerritoryCase, search: Search[TerritoryCase]) -> Decision:
        """Masses, shunt and uptake; the activity; its doses with their spread; the vial; a way."""
        case.progress("what is perfused, and what it weighs", 0.15)
        basis = gather_basis(case)
        reach = search(_list_deliveries(case.settings.device))
        case.progress("activity and dose", 0.6)
        prescribed = prescribe(case, basis)
        vials = plan_vials(case, basis, prescribed)
        effect, fields = effects.predict_effect(case, basis, prescribed, vials)
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        delivery: Delivery = reach.instrument
        placements: tuple[Placement, ...] = ()
        if best is not None:
            programme = _programme(case, prescribed)
            number = routes.index(best)
            points = best.points_lps_mm
            placements = (Placement(delivery.role, delivery.device, points, programme, number),)
        return Decision(
            reach=reach,
            treatment=_describe(basis, prescribed, vials, best),
            guidance=Guidance("fluoroscopy and cone-beam CT", _SHOWN, cite(_MAPPING)),
            findings=(*findings.list_findings(case, basis, prescribed), vials.finding),
            placements=placements,
            effect=effect,
            fields=fields,
        )


def _list_deliveries(device: str | None) -> tuple[Delivery, ...]:
    """Microcatheters, the widest first, of one width the shortest."""
    found = [
        one
        for one in catalogue.devices()
        if isinstance(one, Microcatheter) and device in (None, one.id)
    ]
    found.sort(key=lambda one: (-one.french, one.usable_mm, one.id))
    return tuple(
        Delivery(
            one.id, "microcatheter", "microcatheter", _GUIDE_FRENCH, one.usable_mm,
            one.outer_diameter_mm, one.wire_mm, "spheres pass the widest bore best",
            exchanged=False,
        )
        for one in found
    )  # fmt: skip


def _programme(case: TerritoryCase, prescribed: Prescribed) -> tuple[Phase, ...]:
    if prescribed.given_gbq is None:
        return ()
    seconds = case.assumed.get_value("irradiation_inject_s")
    return (
        Phase("inject", seconds, (Quantity("activity", round(prescribed.given_gbq, 3), "GBq"),)),
    )


def _describe(
    basis: Basis, prescribed: Prescribed, vials: VialPlan, best: Route | None
) -> Treatment:
    devices = () if best is None else tuple(
        DeviceUse(fit.device, catalogue.device(fit.device).name, fit.text)
        for fit in best.devices
        if fit.device
    )  # fmt: skip
    settings: dict[str, str | float | bool | None] = {
        "product": None if basis.product is None else find_microspheres(basis.product).title,
        "intent": basis.intent,
        "disease": basis.disease,
        "activity_gbq": _rounded(prescribed.given_gbq),
        "vial_gbq": _rounded(prescribed.vial_gbq),
        "residual": basis.residual,
        "lung_shunt": _rounded(basis.lung_shunt),
        "uptake_from": basis.uptake_from,
        "constants": None if basis.constants is None else basis.constants.text,
    }
    hit = vials.chosen
    if hit is not None:
        settings |= {
            "treat_at": hit.at.isoformat(timespec="minutes"),
            "vial_calibrated_gbq": hit.vial.calibrated_gbq,
            "vial_calibrated_at": hit.vial.calibrated.isoformat(timespec="minutes"),
            "spheres_million": round(hit.spheres / 1e6, 3),
        }
    return Treatment(
        kind=effects.KIND, technique="radioembolization", devices=devices, settings=settings,
        steps=steps.list_steps(best, basis, prescribed, vials), bail_out=steps.BAIL_OUT,
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
