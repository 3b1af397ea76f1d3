"""To an organ: a catheter's tip comes to an artery that feeds it, and something is given there.

The arteries may not be traced: the way is unknown then, and what is planned in the organ stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from seldinger.anatomy.model import Lesion, Territory
from seldinger.anatomy.vessels.lesions import check_sides
from seldinger.anatomy.vessels.patient import trace_arteries
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.plan.approach.endovascular.approach import Endovascular
from seldinger.plan.approach.endovascular.model import TerritoryCase

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy, Target
    from seldinger.plan.procedure import Case


@dataclass(frozen=True, slots=True)
class EndovascularToOrgan(Endovascular):
    """Through arteries to an organ; what is named as target is a lesion in it."""

    takes_outline: ClassVar[bool] = True

    def prepare(self, anatomy: Anatomy, target: str) -> Anatomy:
        """The anatomy with its arteries traced, where there are any.

        Args:
            anatomy: the patient's images.
            target: does not matter here.
        """
        del target
        if anatomy.vessels is not None:
            return anatomy
        try:
            return trace_arteries(anatomy)
        except AnatomyError as none:
            return replace(anatomy, notes=(*anatomy.notes, f"Arteries: {none}."))

    def find_target(self, anatomy: Anatomy, name: str) -> Target:
        """A lesion, or an organ that is treated as a whole.

        Raises:
            AnatomyError: nothing is called that.
        """
        from seldinger.anatomy import targets  # it opens what filters images

        return targets.find(anatomy, name)

    def choose_target(self, target: Target, anatomy: Anatomy) -> Target:
        """The lesion or territory itself.

        Raises:
            PlanError: it is a stretch of a vessel.
            AnatomyError: left and right of the arteries are exchanged.
        """
        if anatomy.vessels is not None:
            check_sides(anatomy.vessels)
        if not isinstance(target, Lesion | Territory):
            raise PlanError(
                f"{target.label!r} is a {type(target).__name__.lower()}; what is given into an "
                "artery needs a lesion, or the tissue that the artery feeds: name one"
            )
        return target

    def meet(self, case: Case) -> TerritoryCase:
        """The case with its vessels, as far as they were traced.

        Raises:
            PlanError: an access site is not known.
        """
        self.check(case.settings, None)
        return TerritoryCase(
            procedure=case.procedure, anatomy=case.anatomy, target=case.target,
            settings=case.settings, assumed=case.assumed, patient=case.patient,
            progress=case.progress, vessels=case.anatomy.vessels,
        )  # fmt: skip
