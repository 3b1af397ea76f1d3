"""Assumed: what a skin dose rests on beside the report, by name and with its range.

None of it was read in a source; all of it is printed, can be edited, and makes the interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.core.record import Assumption, AssumptionUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.image.dose_report import DoseReport

TABLE_ZERO = "table_zero_mm"

FACTORS = tuple(pages.assumptions("factors").values())
PLACES = tuple(pages.assumptions("places").values())
TRUNK = tuple(pages.assumptions("trunk").values())
HEAD = tuple(pages.assumptions("head").values())
BOUNDS = tuple(pages.assumptions("bounds").values())

_SIZED_LOW, _SIZED_HIGH = 0.88, 1.12
"""Range of a trunk's axes that were scaled by height and weight, in shares of them."""

NAMES: tuple[str, ...] = (
    TABLE_ZERO,
    *(a.name for a in (*FACTORS, *PLACES, *TRUNK, *BOUNDS)),
)
"""What the user may edit."""

_REFERENCE_KG, _REFERENCE_CM = 70.0, 170.0


@dataclass(frozen=True, slots=True)
class Zero:
    """Where a table's count starts, mm."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside {self.low} to {self.high}")


@dataclass(frozen=True, slots=True)
class Machine:
    """How one machine's table is counted."""

    manufacturer: str
    models: tuple[str, ...]
    height: Literal["down", "floor"]
    zero_mm: Zero
    reason: str


@dataclass(frozen=True, slots=True)
class MachinesPage:
    """The whole of ``dose_machines.toml``."""

    machine: tuple[Machine, ...]


@cache
def _machines() -> tuple[Machine, ...]:
    return pages.read_page(MachinesPage, "dose_machines.toml").machine


def machine_of(report: DoseReport, edits: Mapping[str, float]) -> Machine | None:
    """How the report's table is counted; None: nobody knows.

    One that is not listed is known when the user tells its zero.
    """
    for machine in _machines():
        known = {model.casefold() for model in machine.models}
        maker = report.manufacturer.casefold()
        if maker.startswith(machine.manufacturer) and report.model.casefold() in known:
            return machine
    if TABLE_ZERO not in edits:
        return None
    value = edits[TABLE_ZERO]
    zero = Zero(value=value, low=value - 30.0, high=value + 30.0)
    floor = any(e.table.height_above_floor_mm is not None for e in report.events)
    return Machine(
        manufacturer="", models=(), height="floor" if floor else "down", zero_mm=zero,
        reason="told by you, with 30 mm on either side",
    )  # fmt: skip


def zero_of(machine: Machine) -> Assumption:
    """A machine's zero as an assumption."""
    zero = machine.zero_mm
    return Assumption(TABLE_ZERO, zero.value, "mm", zero.low, zero.high, machine.reason)


def body_of(
    region: str, weight_kg: float | None, height_cm: float | None
) -> tuple[tuple[Assumption, ...], str]:
    """Half axes of the body in the ``region`` that was irradiated, and which body it is.

    A trunk grows with the root of weight over height, which keeps its volume in step.
    """
    if "head" in region.casefold():
        return HEAD, "head"
    if weight_kg is None or height_cm is None:
        return TRUNK, "trunk of unknown size"
    grown = math.sqrt((weight_kg / height_cm) / (_REFERENCE_KG / _REFERENCE_CM))
    low, high = grown * _SIZED_LOW, grown * _SIZED_HIGH
    sized = tuple(
        Assumption(
            a.name, a.value * grown, a.unit, a.value * low, a.value * high,
            f"scaled to {weight_kg:g} kg and {height_cm:g} cm from {a.value:g} mm at "
            f"{_REFERENCE_KG:g} kg and {_REFERENCE_CM:g} cm",
        )
        for a in TRUNK
    )  # fmt: skip
    return sized, f"trunk of {weight_kg:g} kg and {height_cm:g} cm"


def resolve_assumptions(
    assumptions: tuple[Assumption, ...], edits: Mapping[str, float]
) -> dict[str, AssumptionUse]:
    """Assumptions as they are used, by name; an edited one is fixed at the user's value.

    Raises:
        CareError: an edit names none, or is not a finite number above what makes sense.
    """
    for name, value in edits.items():
        if name not in NAMES:
            raise CareError(
                f"no assumption of dose is called {name!r}; there are: {', '.join(NAMES)}"
            )
        signed = name in {TABLE_ZERO, "patient_offset_mm"}
        if not math.isfinite(value) or (value <= 0.0 and not signed):
            raise CareError(f"{name} is {value:g}: give a finite number above zero")
    uses = {}
    for a in assumptions:
        use = AssumptionUse.resolve(a, edits)
        if use.edited:
            use = AssumptionUse(
                a.name, use.value, a.unit, use.value, use.value, a.reason, edited=True
            )
        uses[a.name] = use
    return uses
