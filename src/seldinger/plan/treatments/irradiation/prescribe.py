"""Prescribe: the activity that a plan goes on with, and what other ways of choosing it give.

The goals' activity where limits allow it, else what the limit that binds allows; or the activity
that the user fixed, whatever rules say of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.plan.treatments.irradiation.activity import (
    GivenActivity,
    find_vial_activity,
)
from seldinger.plan.treatments.irradiation.body_surface import find_surface_m2, prescribe_part
from seldinger.plan.treatments.irradiation.compartments import irradiate
from seldinger.plan.treatments.irradiation.constraints import find_window
from seldinger.plan.treatments.irradiation.options import IrradiationOptions
from seldinger.plan.treatments.irradiation.territory import LUNG, NORMAL, PERFUSED
from seldinger.simulate.effect import Measure, Option

if TYPE_CHECKING:
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.compartments import TerritoryDose
    from seldinger.plan.treatments.irradiation.constraints import ActivityWindow
    from seldinger.plan.treatments.irradiation.territory import Territory

PARTITION, SINGLE, SURFACE = "partition model", "single compartment", "body surface area"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Prescribed:
    """What is prescribed.

    Attributes:
        window: what rules leave; None where shunt or constants are not known.
        dose: by compartment at the activity to give; None: no activity could be chosen.
        vial_gbq: that the vial must hold for it; None: the residual is not told.
        why: how the activity was chosen, in a sentence.
        options: ways of choosing it, beside each other.
    """

    window: ActivityWindow | None
    dose: TerritoryDose | None
    vial_gbq: float | None
    why: str
    options: tuple[Option, ...]

    @property
    def given_gbq(self) -> float | None:
        """The activity to give."""
        return None if self.dose is None else self.dose.given.gbq


def prescribe(case: TerritoryCase, basis: Basis) -> Prescribed:
    """The activity to give, by rules or by hand.

    Args:
        case: with what the user fixed.
        basis: all that is known.

    Raises:
        PlanError: an activity that no vial holds.
    """
    told = case.settings.get_options(IrradiationOptions)
    if basis.lung_shunt is None or basis.constants is None:
        named = (("lung shunt", basis.lung_shunt), ("product", basis.product))
        lacking = " and ".join(what for what, value in named if value is None)
        return Prescribed(None, None, None, f"No activity is chosen without {lacking}.", ())
    window = find_window(
        basis.territory, basis.lung_shunt, basis.lungs, basis.constants, basis.rules, basis.before
    )
    gbq, why = _choose(window, told.activity_gbq)
    dose, vial = None, None
    if gbq is not None:
        dose = _irradiate(basis, basis.territory, gbq)
        vial = None if basis.residual is None else find_vial_activity(gbq, basis.residual).gbq
    options = _list_options(case, basis, gbq, fixed=told.activity_gbq is not None)
    return Prescribed(window, dose, vial, why, options)


def _choose(window: ActivityWindow, fixed_gbq: float | None) -> tuple[float | None, str]:
    """The activity to give and how it was chosen."""
    if fixed_gbq is not None:
        return fixed_gbq, f"{fixed_gbq:.2f} GBq were fixed by hand."
    needed, most = window.least_gbq, window.most_gbq
    if needed is None:
        return None, "No goal of dose can be told, so no activity is chosen: fix one by hand."
    goal = max(
        (one for one in window.goals if one.needed_gbq is not None),
        key=lambda one: one.needed_gbq or 0.0,
    )
    aim = f"{goal.rule.dose_gy:g} Gy to {goal.compartment}"
    if most is None or needed <= most * (1.0 + _ROUNDING):
        return needed, f"{needed:.2f} GBq reach every goal; the last of them is {aim}."
    binding = window.binding
    limit = "" if binding is None else f"{binding.rule.dose_gy:g} Gy to {binding.compartment}"
    if most <= 0.0:
        return None, f"The limit of {limit} leaves no activity."
    return most, (
        f"{most:.2f} GBq are what the limit of {limit} allows; {aim} would need {needed:.2f} GBq."
    )


def _irradiate(basis: Basis, territory: Territory, gbq: float) -> TerritoryDose:
    assert basis.lung_shunt is not None  # noqa: S101  looked at before
    assert basis.constants is not None  # noqa: S101  likewise
    given = GivenActivity(gbq, basis.residual)
    return irradiate(territory, given, basis.lung_shunt, basis.lungs, basis.constants)


def _list_options(
    case: TerritoryCase, basis: Basis, chosen_gbq: float | None, *, fixed: bool
) -> tuple[Option, ...]:
    """Partition model, single compartment, and the rule of body surface for resin."""
    parted = bool(basis.territory.tumours)
    rows = []
    if fixed and chosen_gbq is not None:
        rows.append(_row(basis, "fixed by hand", chosen_gbq, chosen=True))
        chosen_gbq = None
    model = PARTITION if parted else SINGLE
    if fixed:
        window = _window_of(basis, basis.territory)
        rows.append(_row(basis, model, _allowed(window), chosen=False, note="by the rules"))
    else:
        rows.append(_row(basis, model, chosen_gbq, chosen=chosen_gbq is not None))
    if parted:
        whole = replace(basis.territory, tumours=())
        window = _window_of(basis, whole)
        note = "aims at the dose of all that is perfused; limits of normal liver cannot be told"
        rows.append(_row(basis, SINGLE, _allowed(window), chosen=False, note=note))
    if basis.product == "resin":
        rows.append(_surface_row(case, basis))
    return tuple(rows)


def _window_of(basis: Basis, territory: Territory) -> ActivityWindow:
    assert basis.lung_shunt is not None  # noqa: S101  looked at before
    assert basis.constants is not None  # noqa: S101  likewise
    return find_window(
        territory, basis.lung_shunt, basis.lungs, basis.constants, basis.rules, basis.before
    )


def _allowed(window: ActivityWindow) -> float | None:
    """The goals' activity as far as the limits that are known allow it."""
    gbq, _ = _choose(window, None)
    return gbq


def _surface_row(case: TerritoryCase, basis: Basis) -> Option:
    told = case.settings.get_options(IrradiationOptions)
    who = None if case.patient is None else case.patient.patient
    height = told.height_cm or (None if who is None else who.height_cm)
    weight = told.weight_kg or (None if who is None else who.weight_kg)
    if height is None or weight is None:
        note = "height and weight are not known: tell --height-cm and --weight-kg"
        return _row(basis, SURFACE, None, chosen=False, note=note)
    weighed = basis.weighed
    found = prescribe_part(
        find_surface_m2(height, weight), sum(one.ml for one in weighed.tumours),
        weighed.perfused_ml, weighed.organ_ml, basis.lung_shunt or 0.0,
    )  # fmt: skip
    note = f"{found.surface_m2:.2f} m2; knows no dose"
    if found.reduction > 0.0:
        note = f"{note}; {100.0 * found.reduction:.0f} % less for the lungs"
    return _row(basis, SURFACE, found.gbq or None, chosen=False, note=note)


def _row(
    basis: Basis, technique: str, gbq: float | None, *, chosen: bool, note: str = ""
) -> Option:
    """A way of choosing, its activity, and its doses by all that is known of uptake."""
    doses = {} if gbq is None else _irradiate(basis, basis.territory, gbq).dose_gy
    named = (("tumour", basis.target), ("normal perfused liver", NORMAL),
             ("all that is perfused", PERFUSED), ("lungs", LUNG))  # fmt: skip
    return Option(
        technique=technique,
        device=basis.product or "",
        count=1,
        setting="" if gbq is None else f"{gbq:.2f} GBq given",
        measures=(
            Measure("activity", "activity to give", "GBq", gbq),
            *(
                Measure(f"dose-{key}", f"dose of {label}", "Gy", doses.get(name))
                for key, (label, name) in zip(
                    ("tumour", "normal", "perfused", "lung"), named, strict=True
                )
            ),
        ),
        chosen=chosen,
        note=note,
        on_patient=True,
    )
