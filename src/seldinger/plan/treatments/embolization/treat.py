"""Treat: chemoembolization of a liver tumour, decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import catalogue
from seldinger.anatomy.model import Lesion, Territory
from seldinger.anatomy.supply import outline_organ
from seldinger.anatomy.territory import ASSUMPTIONS as TERRITORY
from seldinger.catalogue.vascular import Microcatheter
from seldinger.core.errors import PlanError
from seldinger.core.record import read_assumptions
from seldinger.physics.particles.settings import STASIS
from seldinger.plan.answers import read
from seldinger.plan.approach.endovascular.model import TerritoryCase
from seldinger.plan.model import Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.embolization import effect as effects
from seldinger.plan.treatments.embolization import findings, steps
from seldinger.plan.treatments.embolization.amounts import find_amounts
from seldinger.plan.treatments.embolization.catheters import (
    check_microcatheter,
    describe_positions,
    list_catheters,
    list_deliveries,
    list_used,
    needs_mm,
    place_first,
)
from seldinger.plan.treatments.embolization.emulsion import (
    Emulsion,
    choose_emulsion,
    is_emulsion,
)
from seldinger.plan.treatments.embolization.material import DRUG, choose_material
from seldinger.plan.treatments.embolization.occluders import COIL_MOST
from seldinger.plan.treatments.embolization.options import (
    ChemoembolizationAnswers,
    EmbolizationOptions,
)
from seldinger.plan.treatments.embolization.positions import (
    Positions,
    bound_territory,
    find_positions,
    organ_of,
)
from seldinger.plan.treatments.embolization.protection import judge_protection, protect
from seldinger.plan.treatments.embolization.reserve import judge_reserve
from seldinger.plan.treatments.embolization.staging import judge_stage, stage
from seldinger.plan.wording import cite
from seldinger.simulate.embolic.arteries import ASSUMPTIONS as ARTERIES

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Search, Settings
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.material import Material
    from seldinger.plan.treatments.embolization.protection import ProtectedArtery

_OWN = read_assumptions("seldinger.plan.treatments.embolization")
_ORGAN = "liver"
_SHOWN = (
    "Arteries are followed with contrast under X-ray; cone-beam CT shows what the tip perfuses."
)
_END = "embolization.deb.end_point"


@dataclass(frozen=True, slots=True)
class Chemoembolization(TreatmentLogic[TerritoryCase]):
    """Beads with doxorubicin into the arteries of a liver tumour."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "embolization"
    options: ClassVar[type[Any] | None] = EmbolizationOptions
    answers: ClassVar[type[Any] | None] = ChemoembolizationAnswers

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Of territories, blood, beads and places."""
        return (*TERRITORY, *ARTERIES, STASIS, COIL_MOST, *_OWN.values())

    def check_device(self, device: str) -> None:
        """Refuse what is no microcatheter.

        Raises:
            PlanError: naming those that are.
        """
        check_microcatheter(device)

    def choose_target(
        self, target: Lesion | Territory, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Territory:
        """What is reached from the best places.

        Args:
            target: a lesion of the liver.
            anatomy: the patient's images.
            settings: places that the user names.
            assumed: how much is to be held.

        Raises:
            PlanError, AnatomyError: it is not in the liver, or a place is not known.
        """
        if not isinstance(target, Lesion):
            raise PlanError(
                f"{target.label!r} is no tumour: name the tumour, and --place where it is given"
            )
        lesion = organ_of(target, anatomy, _ORGAN)
        told = settings.get_options(EmbolizationOptions).protect
        spared, _ = protect(anatomy, _ORGAN, lesion, told, assumed)
        found = _find(spared, lesion, settings, assumed)
        return bound_territory(lesion, _ORGAN, found, spared.vessels)

    def decide(self, case: TerritoryCase, search: Search[TerritoryCase]) -> Decision:
        """Places, material, what lodges where, the drug; a way to the first place."""
        case.progress("what feeds it", 0.15)
        lesion = case.target.lesions[0]
        options = case.settings.get_options(EmbolizationOptions)
        said = read(ChemoembolizationAnswers, case.settings)
        organ = outline_organ(case.anatomy, _ORGAN, lesion)
        staged = stage(case.anatomy, lesion, organ, said.disease)
        # What may be within, and outside of the carcinoma that the criteria are of: the lower dose.
        material = (
            choose_emulsion(options)
            if is_emulsion(options)
            else choose_material(
                options, surely_beyond=staged.surely_beyond_milan, disease=said.disease
            )
        )
        spared, closed = protect(case.anatomy, _ORGAN, lesion, options.protect, case.assumed)
        positions = _find(spared, lesion, case.settings, case.assumed)
        reach = search(list_deliveries(case.settings.device))
        catheter = catalogue.device(reach.instrument.device)
        assert isinstance(catheter, Microcatheter)  # noqa: S101  only they were offered
        case.progress("where beads come to lie", 0.6)
        amounts = find_amounts(
            positions,
            lesion.mask,
            spared.vessels,
            material,
            catheter,
            case.assumed,
            case.settings.seed,
        )
        effect, fields = effects.predict_effect(case, positions, material, amounts, catheter)
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        judged = replace(case, vessels=spared.vessels)
        return Decision(
            reach=reach,
            treatment=_describe(positions, material, closed, best),
            guidance=Guidance("fluoroscopy and cone-beam CT", _SHOWN, cite(_END)),
            findings=(
                *findings.list_findings(
                    judged,
                    said,
                    options,
                    positions,
                    material,
                    amounts,
                    needs_mm(case.assumed, catheter),
                ),
                *judge_protection(closed, case.assumed),
                *judge_reserve(case, options, said.child_pugh),
                judge_stage(staged, said.disease),
                *findings.judge_size(staged.lengths_mm),
            ),
            placements=place_first(
                case,
                positions,
                None if material is None else material.suspension_ml,
                best,
                routes,
                reach.instrument,
            ),
            effect=effect,
            fields=fields,
        )


def _find(anatomy: Anatomy, lesion: Lesion, settings: Settings, assumed: Assumed) -> Positions:
    told = settings.get_options(EmbolizationOptions).positions
    catheters = list_catheters(settings.device)
    needs = min(needs_mm(assumed, one) for one in catheters)
    return find_positions(anatomy, lesion, _ORGAN, told, assumed, needs)


def _describe(
    positions: Positions,
    material: Material | Emulsion | None,
    closed: tuple[ProtectedArtery, ...],
    best: Route | None,
) -> Treatment:
    settings = describe_positions(positions)
    if closed:
        settings["closed_first"] = ", ".join(one.name for one in closed)
    if isinstance(material, Emulsion):
        settings |= {
            "agent": material.agent.title,
            "drug": DRUG,
            "drug_mg": material.drug_mg,
            "oil_ml": material.oil_ml,
            "suspension_ml": round(material.suspension_ml, 2),
        }
    elif material is not None:
        settings |= {
            "agent": material.agent.title,
            "size": material.size.text,
            "drug": material.loading.drug,
            "drug_mg": material.drug_mg,
            "vials": float(material.vials),
            "suspension_ml": round(material.suspension_ml, 2),
        }
    return Treatment(
        kind=effects.KIND, technique="chemoembolization", devices=list_used(best),
        settings=settings,
        steps=steps.list_steps(best, positions, material, closed), bail_out=steps.BAIL_OUT,
    )  # fmt: skip
