"""Body surface: the activity of resin microspheres by the maker's empirical rule.

It knows no dose: nothing here is divided by (1 - shunt). The shunt takes effect in steps instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.plan.treatments.irradiation.activity import check_shunt

_FACTOR, _OFFSET = "radioembolization.bsa.factor", "radioembolization.bsa.offset"
_STEPS = tuple(
    (f"radioembolization.bsa.shunt_{n}", f"radioembolization.bsa.reduction_{n}")
    for n in (10, 15, 20)
)
_HEIGHT_POWER, _WEIGHT_POWER = 0.725, 0.425
"""Of Du Bois; part of the formula that ``_FACTOR`` belongs to."""
_HEIGHT_CM = (100.0, 230.0)
_WEIGHT_KG = (25.0, 300.0)


@dataclass(frozen=True, slots=True)
class SurfaceActivity:
    """An activity by body surface area.

    Attributes:
        surface_m2: of the body.
        before_gbq: without the lungs.
        reduction: for the lungs, as a share; 1 forbids.
        gbq: what is prescribed; 0 where it is forbidden.
        facts: ids of evidence.
        sources: keys of the bibliography.
        stamp: why they are to be trusted less.
    """

    surface_m2: float
    before_gbq: float
    reduction: float
    gbq: float
    facts: tuple[str, ...]
    sources: tuple[str, ...]
    stamp: str


def find_surface_m2(height_cm: float, weight_kg: float) -> float:
    """Body surface area by Du Bois.

    Raises:
        PlanError: no adult's height in cm or weight in kg.
    """
    for value, (low, high), what in (
        (height_cm, _HEIGHT_CM, "a height of {:g} cm"),
        (weight_kg, _WEIGHT_KG, "a weight of {:g} kg"),
    ):
        if not low <= value <= high:
            raise PlanError(f"{what.format(value)} is outside {low:g} to {high:g}: check the unit")
    factor = evidence.driving_value(_FACTOR, secondary=True)
    return factor * math.pow(height_cm / 100.0, _HEIGHT_POWER) * math.pow(weight_kg, _WEIGHT_POWER)


def prescribe_whole(
    surface_m2: float, tumour_ml: float, liver_ml: float, lung_shunt: float
) -> SurfaceActivity:
    """The activity for the whole liver: area - 0.2 + share of tumour.

    Args:
        surface_m2: body surface area.
        tumour_ml: all tumour in the liver.
        liver_ml: the liver with its tumours.
        lung_shunt: fraction, below 1.

    Raises:
        PlanError: more tumour than liver, or an area that leaves nothing.
    """
    return prescribe_part(surface_m2, tumour_ml, liver_ml, liver_ml, lung_shunt)


def prescribe_part(
    surface_m2: float, tumour_ml: float, part_ml: float, liver_ml: float, lung_shunt: float
) -> SurfaceActivity:
    """The activity for a lobe or less: what its share of tumour asks for, times its share of liver.

    Args:
        surface_m2: body surface area.
        tumour_ml: tumour in the part.
        part_ml: the part that is treated, with its tumours.
        liver_ml: the whole liver with its tumours.
        lung_shunt: fraction, below 1.

    Raises:
        PlanError: volumes that do not lie in each other, or an area that leaves nothing.
    """
    if not 0.0 <= tumour_ml <= part_ml <= liver_ml or part_ml <= 0.0:
        raise PlanError(
            f"tumour {tumour_ml:g}, treated part {part_ml:g} and liver {liver_ml:g} mL must hold "
            "each other: give the part and the liver with their tumours"
        )
    base = surface_m2 - evidence.driving_value(_OFFSET, secondary=True)
    if base <= 0.0:
        raise PlanError(
            f"a body surface of {surface_m2:g} m2 is no adult's: check height and weight"
        )
    before = (base + tumour_ml / part_ml) * part_ml / liver_ml
    reduction = find_reduction(lung_shunt)
    ids = (_FACTOR, _OFFSET, *(one for step in _STEPS for one in step))
    return SurfaceActivity(
        surface_m2,
        before,
        reduction,
        before * (1.0 - reduction),
        ids,
        tuple(dict.fromkeys(evidence.fact(one).source for one in ids)),
        evidence.stamp_of(ids),
    )


def find_reduction(lung_shunt: float) -> float:
    """The share by which a lung shunt lowers the activity; at a step itself the milder one holds.

    Raises:
        PlanError: no share below 1.
    """
    percent = 100.0 * check_shunt(lung_shunt)
    passed = [
        evidence.driving_value(reduction, secondary=True) / 100.0
        for step, reduction in _STEPS
        if percent > evidence.driving_value(step, secondary=True)
    ]
    return max(passed, default=0.0)
