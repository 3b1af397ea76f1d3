"""Settings: the assumptions of this package, and the engine's that it lets one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption, AssumptionUse, check_edits, read_assumptions
from seldinger.physics.cement.bone import BONE_ASSUMPTIONS
from seldinger.physics.cement.fluids import (
    DOUBLING,
    LEAST_RATE,
    MARROW_VISCOSITY,
    REFERENCE_RATE,
    SHEAR_EXPONENT,
    WORKING,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_OWN = read_assumptions("seldinger.simulate.cement")
_ENGINE = {
    one.name: one
    for one in (*BONE_ASSUMPTIONS, DOUBLING, SHEAR_EXPONENT, REFERENCE_RATE, LEAST_RATE)
}
_FACTS_INSTEAD = {one.name: one for one in (WORKING, MARROW_VISCOSITY)}
"""Facts stand in for these unless they are edited."""
_ALL: Mapping[str, Assumption] = {**_OWN, **_ENGINE, **_FACTS_INSTEAD}

ASSUMPTIONS: tuple[Assumption, ...] = tuple(_ALL.values())
"""All that can be edited here."""


def check_assumed(assumed: Mapping[str, float]) -> None:
    """Refuse edits that cannot be used.

    Args:
        assumed: values by name of an assumption.

    Raises:
        SimulationError: a name that is none, or a value out of its range.
    """
    check_edits(ASSUMPTIONS, assumed, SimulationError)


def get_assumed(assumed: Mapping[str, float], name: str) -> float:
    """The value in use of the assumption called ``name``: the user's, else its own."""
    return _ALL[name].get_value(assumed)


def get_edit(assumed: Mapping[str, float], assumption: Assumption) -> float | None:
    """The user's value, or None: then a fact drives."""
    return float(assumed[assumption.name]) if assumption.name in assumed else None


def list_uses(assumed: Mapping[str, float]) -> tuple[AssumptionUse, ...]:
    """Assumptions as they are used; those that facts stand in for only where they are edited."""
    return tuple(
        AssumptionUse.resolve(one, assumed)
        for one in ASSUMPTIONS
        if one.name not in _FACTS_INSTEAD or one.name in assumed
    )
