"""Planned and delivered: the doses of a plan beside those that its image shows.

A structure is the same in both by the name of its label; a contour of another size than the tumour
of that name in the plan is said. What was planned with another nuclide is not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.microspheres import microspheres
from seldinger.catalogue.nuclides import nuclide
from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.plan.treatments.irradiation.activity import weigh_kg
from seldinger.plan.treatments.irradiation.effect import name_dose
from seldinger.plan.treatments.irradiation.territory import COMPARTMENTS, WHOLE_NORMAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.core.quantity import Spread
    from seldinger.followup.delivered import DeliveredDose
    from seldinger.plan.file import PlanFile
    from seldinger.simulate.dose.structures import StructureDose
    from seldinger.simulate.effect import Measure

_PROCEDURE = "radioembolization"
_DOSE, _MASS = "dose-", "mass-"
_ROUNDING = 5e-4
"""Half of the last digit of a lung shunt that is told in tenths of a per cent."""


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
        rows: structures that both know; none where the plan is of another nuclide.
        activity_gbq: that the plan gives; None: it told none.
        told_gbq: that was told to be given, net; None: nobody told.
        shown_gbq: that the image itself shows in the liver, over one less the shunt that was told;
            None: the image tells no activity, or liver or shunt are not known.
        missing: tumours of which the plan tells no dose.
        absent: tumours of the plan that no contour shows.
        doubts: why the two may not belong together.
    """

    rows: tuple[PlannedRow, ...]
    activity_gbq: float | None
    told_gbq: float | None
    shown_gbq: float | None
    missing: tuple[str, ...]
    absent: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

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
    given = delivered.asked.given_mbq
    activities = (
        _nominal(told.get("activity-given")),
        None if given is None else given / 1000.0,
        _find_shown_gbq(delivered),
    )
    doubts = (*_doubt_nuclide(delivered, plan), *_doubt_shunt(delivered, plan))
    if _find_nuclide(plan) not in (None, delivered.constants.nuclide):
        return Planned((), *activities, (), (), doubts)
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
            f"has {', '.join(key for key in told if key.startswith(_DOSE)) or 'none'}: use the "
            "names of its labels"
        )
    return Planned(
        tuple(rows), *activities, tuple(missing), tuple(_list_absent(delivered, told)),
        (*doubts, *_doubt_masses(delivered, told)),
    )  # fmt: skip


def _find_nuclide(plan: PlanFile) -> str | None:
    """By the product; None where the plan names none."""
    product = plan.treatment.settings.get("product")
    return next((one.nuclide for one in microspheres().values() if one.title == product), None)


def _doubt_nuclide(delivered: DeliveredDose, plan: PlanFile) -> Iterator[str]:
    planned = _find_nuclide(plan)
    if planned is not None and planned != delivered.constants.nuclide:
        yield (
            f"The plan is of {nuclide(planned).symbol}, the image was read as "
            f"{delivered.constants.symbol}: their doses are not compared."
        )


def _doubt_shunt(delivered: DeliveredDose, plan: PlanFile) -> Iterator[str]:
    planned, told = plan.treatment.settings.get("lung_shunt"), delivered.asked.lung_shunt
    if isinstance(planned, float) and told is not None and abs(planned - told) > _ROUNDING:
        yield (
            f"The plan has a lung shunt of {100.0 * planned:.1f} %, {100.0 * told:.1f} % are told "
            "here: find out which holds."
        )


def _doubt_masses(delivered: DeliveredDose, told: Mapping[str, Measure]) -> Iterator[str]:
    """A tumour and a contour of one name that weigh too differently to be one."""
    used = {one.name: one.value for one in delivered.assumptions}
    for one in delivered.structures:
        planned = _nominal(told.get(_key_of(one).replace(_DOSE, _MASS, 1)))
        if not one.is_tumour or planned is None:
            continue
        drawn = weigh_kg(one.volume_ml, used["liver_density_g_per_ml"])
        if max(drawn / planned, planned / drawn) > used["verify_mass_apart"]:
            yield (
                f"{one.name} weighs {1000.0 * drawn:.1f} g as it is drawn, {1000.0 * planned:.1f} "
                "g perfused and alive in the plan: they may be two tumours."
            )


def _list_absent(delivered: DeliveredDose, told: Mapping[str, Measure]) -> Iterator[str]:
    """Tumours of the plan without a contour of their name."""
    drawn = {_key_of(one) for one in delivered.structures}
    compartments = {name_dose(name) for name in COMPARTMENTS}
    for key, measure in told.items():
        if key.startswith(_DOSE) and key not in compartments | drawn:
            yield measure.label.removeprefix("dose of ")


def _key_of(structure: StructureDose) -> str:
    return name_dose(structure.name)


def _nominal(measure: Measure | None) -> float | None:
    return None if measure is None else measure.nominal


def _find_shown_gbq(delivered: DeliveredDose) -> float | None:
    shunt = delivered.asked.lung_shunt
    if delivered.measured_mbq is None or shunt is None:
        return None
    return delivered.measured_mbq / 1000.0 / (1.0 - shunt)
