"""Treat: embolization of fibroids or of a prostate, from both sides, decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger import catalogue
from seldinger.anatomy.model import Lesion, Territory
from seldinger.anatomy.supply import outline_organ
from seldinger.anatomy.territory import ASSUMPTIONS as TERRITORY
from seldinger.catalogue.vascular import Microcatheter
from seldinger.core.errors import PlanError
from seldinger.core.record import read_assumptions
from seldinger.physics.particles.settings import CLUMP_FACTOR, CLUMP_SPREAD, STASIS
from seldinger.plan.approach.endovascular.model import TerritoryCase
from seldinger.plan.model import Guidance, Treatment
from seldinger.plan.procedure import Decision, TreatmentLogic
from seldinger.plan.treatments.embolization import catheters
from seldinger.plan.treatments.embolization.amounts import find_amounts
from seldinger.plan.treatments.embolization.effect import KIND
from seldinger.plan.treatments.embolization.occluders import COIL_MOST
from seldinger.plan.treatments.embolization.options import EmbolizationOptions
from seldinger.plan.treatments.embolization.pelvis import effect as effects
from seldinger.plan.treatments.embolization.pelvis import findings, steps
from seldinger.plan.treatments.embolization.pelvis.material import choose_particles, find_bore_um
from seldinger.plan.treatments.embolization.pelvis.sides import find_sides
from seldinger.plan.treatments.embolization.positions import bound_territory, organ_of
from seldinger.plan.treatments.embolization.protection import judge_protection, protect
from seldinger.simulate.embolic.arteries import ASSUMPTIONS as ARTERIES

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy
    from seldinger.core.record import Assumption
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Search, Settings
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.pelvis.forecast import Forecast
    from seldinger.plan.treatments.embolization.pelvis.material import Particles
    from seldinger.plan.treatments.embolization.pelvis.organs import PelvicOrgan
    from seldinger.plan.treatments.embolization.positions import Positions
    from seldinger.plan.treatments.embolization.protection import ProtectedArtery

_OWN = read_assumptions("seldinger.plan.treatments.embolization")
_SAME = 0.5
_SHOWN = (
    "Arteries are followed with contrast under X-ray; cone-beam CT shows what the tip perfuses."
)


@dataclass(frozen=True, slots=True)
class PelvicEmbolization(TreatmentLogic[TerritoryCase]):
    """Bland particles into the arteries of both sides.

    Attributes:
        organ: that is embolized.
        forecast: of cohorts.
    """

    organ: PelvicOrgan
    forecast: Forecast

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "embolization"
    options: ClassVar[type[Any] | None] = EmbolizationOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Of territories, blood, particles, places and cohorts."""
        return (
            *TERRITORY, *ARTERIES, STASIS, CLUMP_FACTOR, CLUMP_SPREAD, COIL_MOST, *_OWN.values(),
            *self.forecast.assumptions,
        )  # fmt: skip

    def check_device(self, device: str) -> None:
        """Refuse what is no microcatheter.

        Raises:
            PlanError: naming those that are.
        """
        catheters.check_microcatheter(device)

    def choose_target(
        self, target: Lesion | Territory, anatomy: Anatomy, settings: Settings, assumed: Assumed
    ) -> Territory:
        """What is reached from both sides.

        Args:
            target: a lesion of the organ, or the organ.
            anatomy: the patient's images.
            settings: places and agent that the user names.
            assumed: how territories are parted.

        Raises:
            PlanError, AnatomyError: it is not in the organ, or a place is not known.
        """
        organ = self.organ
        if not isinstance(target, Lesion):
            raise PlanError(f"{target.label!r} is a territory: name the {self._wanted}")
        lesion = organ_of(target, anatomy, organ.name)
        if (lesion.label == organ.name) is bool(organ.lesions):
            raise PlanError(
                f"{lesion.label!r} is named; {organ.technique} is of the {self._wanted}: name "
                f"the {self._wanted}, all others are found by their labels"
            )
        lesions = self._list_lesions(anatomy, lesion)
        told = settings.get_options(EmbolizationOptions).protect
        spared, _ = protect(anatomy, organ.name, lesion, told, assumed)
        found = self._find(spared, lesions, settings, assumed)
        bounded = bound_territory(lesion, organ.name, found, spared.vessels)
        return replace(bounded, lesions=lesions)

    def decide(self, case: TerritoryCase, search: Search[TerritoryCase]) -> Decision:
        """Places on both sides, agent, what lodges where; a way to each place."""
        case.progress("what feeds it", 0.15)
        lesions, organ = case.target.lesions, self.organ
        options = case.settings.get_options(EmbolizationOptions)
        particles = choose_particles(options, organ, case.assumed)
        spared, closed = protect(
            case.anatomy, organ.name, lesions[0], options.protect, case.assumed
        )
        judged = replace(case, vessels=spared.vessels)
        positions = self._find(spared, lesions, case.settings, case.assumed)
        offers = catheters.list_deliveries(
            case.settings.device, find_bore_um(particles, case.assumed)
        )
        reach = search(offers)
        catheter = catalogue.device(reach.instrument.device)
        assert isinstance(catheter, Microcatheter)  # noqa: S101  only they were offered
        case.progress("where particles come to lie", 0.6)
        amounts = find_amounts(
            positions, _join(lesions), spared.vessels, particles, catheter, case.assumed,
            case.settings.seed,
        )  # fmt: skip
        outlined = outline_organ(case.anatomy, organ.name, lesions[0])
        effect, fields = effects.predict_effect(
            case, organ, float(outlined.sum()) * case.anatomy.grid.voxel_ml, self.forecast,
            positions, particles, amounts, catheter,
        )  # fmt: skip
        routes = reach.approach.routes
        best = next((route for route in routes if not route.violations), None)
        suspension = None if particles is None else particles.suspension_ml
        return Decision(
            reach=reach,
            treatment=self._describe(judged, positions, particles, closed, best),
            guidance=Guidance("fluoroscopy and cone-beam CT", _SHOWN, ()),
            findings=(
                *findings.list_findings(
                    judged, organ, positions, particles, amounts,
                    catheters.needs_mm(case.assumed, catheter), self._list_left_out(case),
                ),
                *judge_protection(closed, case.assumed),
                *findings.judge_ways(case, positions, best, reach.instrument),
            ),
            placements=catheters.place_first(
                case, positions, suspension, best, routes, reach.instrument
            ),
            effect=effect,
            fields=fields,
        )  # fmt: skip

    @property
    def _wanted(self) -> str:
        return self.organ.lesions or self.organ.name

    def _list_lesions(self, anatomy: Anatomy, lesion: Lesion) -> tuple[Lesion, ...]:
        """The one that is named, and all others of the organ that are to shrink."""
        from seldinger.anatomy import targets  # it opens what filters images

        word, others = self.organ.lesions, []
        if not word:
            return (lesion,)
        for structure in anatomy.structures:
            if structure.name.startswith(word) and not _is_same(structure.mask, lesion.mask):
                one = targets.find(anatomy, structure.name)
                if one.organ == lesion.organ:
                    others.append(one)
        return (lesion, *others)

    def _list_left_out(self, case: TerritoryCase) -> tuple[str, ...]:
        """What is to shrink by its label and lies outside of the organ's."""
        word = self.organ.lesions
        return tuple(
            one.name
            for one in case.anatomy.structures
            if word and one.name.startswith(word)
            and not any(_is_same(one.mask, lesion.mask) for lesion in case.target.lesions)
        )  # fmt: skip

    def _find(
        self, anatomy: Anatomy, lesions: tuple[Lesion, ...], settings: Settings, assumed: Assumed
    ) -> Positions:
        told = settings.get_options(EmbolizationOptions)
        bore = find_bore_um(choose_particles(told, self.organ, assumed), assumed)
        offered = {one.device for one in catheters.list_deliveries(settings.device, bore)}
        fit = [one for one in catheters.list_catheters(settings.device) if one.id in offered]
        needs = min(catheters.needs_mm(assumed, one) for one in fit)
        return find_sides(
            anatomy, self.organ.name, _join(lesions), lesions[0], told.positions, assumed, needs
        )

    def _describe(
        self,
        case: TerritoryCase,
        positions: Positions,
        particles: Particles | None,
        closed: tuple[ProtectedArtery, ...],
        best: Route | None,
    ) -> Treatment:
        settings = catheters.describe_positions(positions)
        if closed:
            settings["closed_first"] = ", ".join(one.name for one in closed)
        if particles is not None:
            settings |= {
                "agent": particles.agent.title,
                "size": particles.size.text,
                "vials": float(particles.vials),
                "settled_ml": particles.settled_ml,
                "suspension_ml": round(particles.suspension_ml, 2),
            }
        return Treatment(
            kind=KIND, technique=self.organ.technique, devices=catheters.list_used(best),
            settings=settings,
            steps=steps.list_steps(
                best, case.vessels, self.organ, positions, particles, closed
            ),
            bail_out=steps.list_bail_out(self.organ),
        )  # fmt: skip


def _is_same(one: Mask, other: Mask) -> bool:
    """Whether two labels are one thing: they share most of the smaller, not just a rim."""
    smaller = min(int(one.sum()), int(other.sum()))
    return int((one & other).sum()) >= _SAME * smaller


def _join(lesions: tuple[Lesion, ...]) -> Any:
    """(i, j, k) all of them."""
    return np.logical_or.reduce([one.mask for one in lesions])
