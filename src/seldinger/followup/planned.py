"""Planned and delivered: the doses of a plan beside those that its image shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.plan.treatments.irradiation.effect import name_dose
from seldinger.plan.treatments.irradiation.territory import WHOLE_NORMAL

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.followup.delivered import DeliveredDose
    from seldinger.plan.file import PlanFile
    from seldinger.simulate.effect import Measure

_PROCEDURE = "radioembolization"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """Mean dose of a structure as planned, and as its image shows it.

    Attributes:
        name: of the structure.
        planned_gy: of the plan, with its spread where it has one.
        delivered_gy: as the image shows it.
    """

    name: str
    planned_gy: Spread | float
    delivered_gy: Spread


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """A plan beside what was delivered.

    Attributes:
        rows: structures that both know.
        activity_gbq: that the plan gives; None: it told none.
        shown_gbq: that the image shows in the liver, over one less the shunt that was told; None:
            the liver or the shunt is not known.
        missing: tumours of which the plan tells no dose.
    """

    rows: tuple[PlannedRow, ...]
    activity_gbq: float | None
    shown_gbq: float | None
    missing: tuple[str, ...]

    __repr__ = short_repr


def compare_plan(delivered: DeliveredDose, plan: PlanFile) -> Planned:
    """The doses that a plan foresaw beside those that were delivered.

    Args:
        delivered: of the same patient.
        plan: as its ``plan.json`` holds it.

    Raises:
        PlanError: a plan of another procedure, without an effect, or of none of the structures.
    """
    if plan.request.procedure != _PROCEDURE or plan.effect is None:
        raise PlanError(
            f"the plan is of {plan.request.procedure}; what is compared is a plan of {_PROCEDURE} "
            "with its predicted doses"
        )
    told = {one.id: one for one in plan.effect.measures}
    rows, missing = [], []
    normal = delivered.contours.normal
    for one in delivered.structures:
        is_normal = normal is not None and one.name == normal.name
        key = name_dose(WHOLE_NORMAL if is_normal else one.name)
        value = None if key not in told else told[key].value
        if value is not None:
            rows.append(PlannedRow(one.name, value, one.mean_gy))
        elif one.is_tumour:
            missing.append(one.name)
    if not rows:
        raise PlanError(
            f"the plan tells no dose of {', '.join(one.name for one in delivered.structures)}; it "
            f"has {', '.join(key for key in told if key.startswith('dose-')) or 'none'}: use the "
            "names of its labels"
        )
    return Planned(
        tuple(rows), _nominal(told.get("activity-given")), _find_shown_gbq(delivered),
        tuple(missing),
    )  # fmt: skip


def _nominal(measure: Measure | None) -> float | None:
    return None if measure is None else measure.nominal


def _find_shown_gbq(delivered: DeliveredDose) -> float | None:
    shunt = delivered.asked.lung_shunt
    if delivered.liver_mbq is None or shunt is None:
        return None
    return delivered.liver_mbq / 1000.0 / (1.0 - shunt)
