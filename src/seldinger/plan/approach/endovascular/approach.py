"""The endovascular approach: through an artery to a stretch of vessel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from seldinger import evidence
from seldinger.anatomy.model import Segment
from seldinger.anatomy.vessels.lesions import check_sides, find_segment
from seldinger.anatomy.vessels.patient import trace_arteries
from seldinger.catalogue.access_sites import access_sites
from seldinger.core.errors import PlanError
from seldinger.core.naming import did_you_mean
from seldinger.plan.approach.endovascular import findings
from seldinger.plan.approach.endovascular.choose import build_route
from seldinger.plan.approach.endovascular.fit import choose_sheath
from seldinger.plan.approach.endovascular.model import ASSUMPTIONS, VesselCase
from seldinger.plan.approach.endovascular.options import EndovascularOptions
from seldinger.plan.model import Approach, Gate
from seldinger.plan.procedure import ApproachLogic, Reach, Ruled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.core.record import Assumption
    from seldinger.plan.approach.endovascular.model import ArteryCase, Delivery
    from seldinger.plan.approach.percutaneous.model import Toward
    from seldinger.plan.procedure import Case, Decision, Penalties, Settings
    from seldinger.plan.route import Route
    from seldinger.simulate.effect import Effect

_ACCESS = {
    "femoral": "femoral-artery",
    "radial": "radial",
    "brachial": "brachial-artery",
    "foot": "pedal-artery",
    "dialysis": "dialysis-access",
    "femoral-vein": "femoral-vein",
    "jugular": "jugular",
    "popliteal-vein": "other",
}
"""Family of access sites -> what clearance calls it."""


@dataclass(frozen=True, slots=True)
class Endovascular(ApproachLogic[Any]):
    """Sheaths, wires, balloons and stents through arteries.

    Attributes:
        families: of access sites that may be chosen.
    """

    kind: ClassVar[str] = "endovascular"
    crosses_tissue: ClassVar[bool] = False
    takes_outline: ClassVar[bool] = False
    wanted: ClassVar[str] = (
        "opens a vessel: name it (--target 'left renal artery', or a stretch of it: 'left renal "
        "artery 10-30 mm')"
    )
    options: ClassVar[type[Any] | None] = EndovascularOptions

    families: frozenset[str] = frozenset({"femoral", "radial", "brachial", "foot"})

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Those of reach, of the sheath in its artery, and of the score."""
        return ASSUMPTIONS

    def check(self, settings: Settings, structures: Iterable[str] | None) -> None:
        """Refuse access sites that nobody knows.

        Args:
            settings: the user's choices.
            structures: does not matter here.

        Raises:
            PlanError: naming what is not known, with the closest.
        """
        del structures
        chosen = settings.get_options(EndovascularOptions)
        known = [one.id for one in access_sites().values() if one.family in self.families]
        for name in (*chosen.avoid, *([chosen.access] if chosen.access else [])):
            if name not in known:
                raise PlanError(
                    f"no access site is called {name!r}; {did_you_mean(name, known)}allowed: "
                    f"{', '.join(known)}"
                )

    def prepare(self, anatomy: Anatomy, target: str) -> Anatomy:
        """The anatomy with its arteries, and the vein of a dialysis access, traced if need be.

        Args:
            anatomy: the patient's images.
            target: a vessel, or a vessel and a stretch in mm.

        Raises:
            AnatomyError: no label shows an artery.
        """
        if anatomy.vessels is not None:
            return anatomy
        return trace_arteries(anatomy, target if "dialysis" in self.families else "")

    def find_target(self, anatomy: Anatomy, name: str) -> Target:
        """A stretch of vessel: its tightest stenosis, or a stretch in mm.

        Raises:
            AnatomyError: no vessel is called that, or it has no stenosis, or left and right are
                exchanged.
        """
        assert anatomy.vessels is not None  # noqa: S101  prepared before
        check_sides(anatomy.vessels)
        return find_segment(anatomy.vessels, name)

    def choose_target(self, target: Target, anatomy: Anatomy) -> Target:
        """The segment itself.

        Raises:
            PlanError: it is no stretch of a vessel.
        """
        del anatomy
        if not isinstance(target, Segment):
            raise PlanError(
                f"{target.label!r} is a {type(target).__name__.lower()}; a balloon or stent needs "
                "a stretch of a vessel: name the vessel, or the vessel and a stretch in mm"
            )
        return target

    def meet(self, case: Case) -> Any:
        """The case with its vessels.

        Raises:
            PlanError: an access site is not known: one that is misspelt would be used after all.
        """
        self.check(case.settings, None)
        vessels = case.anatomy.vessels
        assert vessels is not None  # noqa: S101  prepared before
        return VesselCase(
            procedure=case.procedure, anatomy=case.anatomy, target=case.target,
            settings=case.settings, assumed=case.assumed, patient=case.patient,
            progress=case.progress, vessels=vessels,
        )  # fmt: skip

    def list_missing(self, case: ArteryCase, effect: Effect | None) -> tuple[str, ...]:
        """Nothing: what the way passes is traced, or there is no way."""
        del case, effect
        return ()

    def search(
        self,
        case: ArteryCase,
        offers: Sequence[Delivery],
        penalties: Penalties[Any] | None = None,
        to: Toward | None = None,
    ) -> Reach[Any]:
        """Ways for the first of ``offers`` that any access site allows.

        Args:
            case: with its vessels.
            offers: what could be delivered, in order of preference.
            penalties: of straight ways; none here.
            to: a tip of a straight way; none here.

        Raises:
            PlanError: nothing is offered.
        """
        del penalties, to
        if not offers:
            raise PlanError(f"{case.procedure.name} offers no device for this target")
        tried = []
        for number, delivery in enumerate(offers):
            case.progress(f"ways in: {delivery.device}", 0.3 + 0.2 * number / len(offers))
            tried.append((delivery, self._approach(case, delivery)))
            if tried[-1][1].accepted:
                break
        delivery, approach = tried[-1] if tried[-1][1].accepted else tried[0]
        return Reach(case, delivery, approach)

    def _approach(self, case: ArteryCase, delivery: Delivery) -> Approach:
        chosen = case.options.access
        sites = [
            site
            for site in access_sites().values()
            if site.family in self.families and chosen in (None, site.id)
        ]
        routes: list[Route] = []
        rejections: Counter[str] = Counter()
        for site in sites:
            found = build_route(case, site, delivery)
            if isinstance(found, str):
                rejections[found] += 1
                continue
            rejections.update(found.violations)
            routes.append(found)
        routes.sort(key=lambda one: (bool(one.violations), one.score, one.site))
        return Approach(
            kind=self.kind, candidates=len(sites),
            accepted=sum(not one.violations for one in routes), rejections=dict(rejections),
            relaxations=(), paths=(), routes=tuple(routes),
        )  # fmt: skip

    def settle(self, decision: Decision) -> Decision:
        """The decision with what was delivered."""
        delivery = decision.reach.instrument
        searched = {
            "device": delivery.device,
            "sheath_french": delivery.sheath_french,
            "shaft_mm": delivery.shaft_mm,
        }
        treatment = replace(
            decision.treatment, settings={**searched, **decision.treatment.settings}
        )
        best = next((r for r in decision.reach.approach.routes if not r.violations), None)
        if best is None:
            return replace(decision, treatment=treatment, access="other", technique=None)
        family = access_sites()[best.site].family
        sheath = choose_sheath(delivery.sheath_french, wrist=family == "radial", least_mm=0.0)
        return replace(
            decision, treatment=treatment, access=_ACCESS[family], technique=None,
            sheath_french=None if sheath is None else sheath.french,
        )  # fmt: skip

    def judge(self, decision: Decision) -> Ruled:
        """What is known of the ways, gate by gate."""
        approach: Approach = decision.reach.approach
        best = next((r for r in approach.routes if not r.violations), None)
        gates = {
            Gate.REACH: (findings.free_way(approach, best),),
            Gate.STRUCTURES: findings.traced(approach),
            Gate.POSITION: (findings.position(),),
            Gate.OVERRIDES: (
                *findings.overrides(decision.reach.case, best),
                *findings.told_otherwise(decision),
            ),
            Gate.CONTACT: findings.access(best),
        }
        return Ruled(gates, (), findings.figures(best))

    def list_sources(self, decision: Decision) -> tuple[str, ...]:
        """Where the figures of the access sites come from."""
        facts = {
            f for r in decision.reach.approach.routes for f in (*r.complications, *r.haemostasis)
        }
        keys = {evidence.fact(one).source for one in facts}
        return tuple(sorted(keys - {"memory"}))

    def list_settings(self, decision: Decision) -> dict[str, str | float | bool | None]:
        """What of the search must be known to get the same plan again."""
        chosen = decision.reach.case.options
        return {"access": chosen.access, "dialysis": chosen.dialysis}
