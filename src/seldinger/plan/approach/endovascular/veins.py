"""Through veins: from groin, neck or knee along veins to a stretch of one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.anatomy.model import Segment
from seldinger.anatomy.vessels.clots import find_clot, find_crossed_clots
from seldinger.anatomy.vessels.lesions import check_sides, find_stretch, list_vessels
from seldinger.anatomy.vessels.veins import CAVA, trace_veins
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.endovascular import findings
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.model import Gate
from seldinger.plan.procedure import Ruled

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.plan.approach.endovascular.model import ArteryCase, Delivery
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Decision


@dataclass(frozen=True, slots=True)
class EndovascularThroughVeins(Endovascular):
    """Sheaths, wires, filters and catheters through veins; blood runs towards the heart.

    Attributes:
        through_clots: whether a way may lead through a labelled clot.
    """

    families: frozenset[str] = frozenset({"femoral-vein", "jugular"})
    through_clots: bool = False

    def prepare(self, anatomy: Anatomy, target: str) -> Anatomy:
        """The anatomy with its veins as the vessels of the way, traced if need be.

        Args:
            anatomy: the patient's images.
            target: does not matter here.

        Raises:
            AnatomyError: no label shows the inferior vena cava.
        """
        del target
        told = anatomy.vessels
        if anatomy.veins is None and told is not None and CAVA in list_vessels(told):
            return replace(anatomy, veins=told)
        if anatomy.veins is None:
            anatomy = trace_veins(anatomy)
        return replace(anatomy, vessels=anatomy.veins)

    def find_target(self, anatomy: Anatomy, name: str) -> Target:
        """A vein, whole or a stretch of it in mm.

        Raises:
            AnatomyError: no vein is called that, the stretch leaves it, or left and right are
                exchanged.
        """
        assert anatomy.vessels is not None  # noqa: S101  prepared before
        check_sides(anatomy.vessels)
        return find_stretch(anatomy.vessels, name)

    def choose_target(self, target: Target, anatomy: Anatomy) -> Target:
        """The stretch itself.

        Raises:
            PlanError: it is no stretch of a vein.
        """
        del anatomy
        if not isinstance(target, Segment):
            raise PlanError(
                f"{target.label!r} is a {type(target).__name__.lower()}; what is done in a vein "
                "needs a stretch of one: name the vein, or the vein and a stretch in mm"
            )
        if "arter" in target.vessel or "aorta" in target.vessel:
            raise PlanError(f"{target.vessel} is no vein: name a vein")
        return target

    def _approach(self, case: ArteryCase, delivery: Delivery) -> Approach:
        """Ways, those through a labelled clot ruled out: what is pushed through it sends it on."""
        # A slotted dataclass is made anew: super() without its name would mean the old one.
        found = super(EndovascularThroughVeins, self)._approach(case, delivery)
        if self.through_clots:
            return found
        routes = [
            replace(
                one,
                violations=(
                    *one.violations,
                    *(f"through {n}" for n in find_crossed_clots(case.anatomy, one.points_lps_mm)),
                ),
            )
            for one in found.routes
        ]
        routes.sort(key=lambda one: (bool(one.violations), one.score, one.site))
        crossed = Counter(v for one in routes for v in one.violations if v.startswith("through "))
        return replace(
            found, routes=tuple(routes), accepted=sum(not one.violations for one in routes),
            rejections={**found.rejections, **crossed},
        )  # fmt: skip

    def judge(self, decision: Decision) -> Ruled:
        """What is known of the ways, gate by gate."""
        approach: Approach = decision.reach.approach
        best = next((r for r in approach.routes if not r.violations), None)
        gates = {
            Gate.REACH: (findings.free_way(approach, best, "veins"),),
            Gate.STRUCTURES: (
                *findings.traced(approach, "vein", "veins"),
                *_judge_unread(decision.reach.case.anatomy),
            ),
            Gate.POSITION: (findings.position(),),
            Gate.OVERRIDES: (
                *findings.overrides(decision.reach.case, best),
                *findings.told_otherwise(decision),
            ),
            Gate.CONTACT: findings.access(best, "vein"),
        }
        return Ruled(gates, (), findings.figures(best))


def _judge_unread(anatomy: Anatomy) -> tuple[Finding, ...]:
    """Labels that nobody knows: a clot or a second cava among them would change every way."""
    if not anatomy.unread:
        return ()
    text = (
        f"Labels that no vocabulary knows: {', '.join(anatomy.unread)}. What they show is not in "
        "this plan, a clot or another vein among it perhaps: name them (venous_clot), or leave "
        "them out."
    )
    return (Finding("labels-unread", Status.UNKNOWN, Severity.ACTION, text),)


@dataclass(frozen=True, slots=True)
class EndovascularToClot(EndovascularThroughVeins):
    """Through veins to a clot in one: a labelled clot, or a stretch of vein that holds one."""

    families: frozenset[str] = frozenset({"popliteal-vein", "femoral-vein", "jugular"})
    through_clots: bool = True

    def find_target(self, anatomy: Anatomy, name: str) -> Target:
        """The stretch of vein that a labelled clot fills, or a stretch in mm.

        Raises:
            AnatomyError: nothing is called that, or the clot lies outside of every vein.
        """
        assert anatomy.vessels is not None  # noqa: S101  prepared before
        check_sides(anatomy.vessels)
        vessels = list_vessels(anatomy.vessels)
        if any(name.strip().startswith(vessel) for vessel in vessels):
            return find_stretch(anatomy.vessels, name)
        return find_clot(anatomy, name).segment
