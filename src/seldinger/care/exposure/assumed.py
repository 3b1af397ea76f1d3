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

FACTORS: tuple[Assumption, ...] = (
    Assumption("backscatter", 1.4, "1", 1.2, 1.65, "no table was read in its source; field, kV and "
               "filter decide, and a peer's copy of one spans about this range"),
    Assumption("medium", 1.04, "1", 1.0, 1.08, "dose to skin over kerma in air; no table was read"),
    Assumption("table_transmission", 0.8, "1", 0.6, 1.0, "table and pad are not measured here"),
    Assumption("kerma_calibration", 1.0, "1", 0.65, 1.35, "displayed kerma may be off; the allowed "
               "error is remembered, not read"),
)  # fmt: skip

PLACES: tuple[Assumption, ...] = (
    Assumption("pad_mm", 50.0, "mm", 20.0, 80.0, "thickness of the pad under the body"),
    Assumption("patient_offset_mm", 0.0, "mm", -40.0, 40.0, "middle of the body from the middle of "
               "the table, towards the patient's left"),
    Assumption("shutter_plane_mm", 1000.0, "mm", 900.0, 1100.0, "from the source to the plane in "
               "which shutters are told; at 1000 the fields of one real report fit its own doses"),
    Assumption("table_half_width_mm", 225.0, "mm", 200.0, 260.0, "half of a table's width"),
)  # fmt: skip

TRUNK: tuple[Assumption, ...] = (
    Assumption("half_width_mm", 170.0, "mm", 140.0, 220.0, "half of a trunk's width"),
    Assumption("half_depth_mm", 110.0, "mm", 90.0, 160.0, "half of a trunk's depth"),
)
HEAD: tuple[Assumption, ...] = (
    Assumption("half_width_mm", 77.0, "mm", 70.0, 85.0, "half of a head's width"),
    Assumption("half_depth_mm", 97.0, "mm", 88.0, 105.0, "half of a head's depth"),
)

BOUNDS: tuple[Assumption, ...] = (
    Assumption("nearest_skin_mm", 150.0, "mm", 150.0, 250.0, "how far from the isocentre towards "
               "the source skin may lie; the bound takes the far end"),
    Assumption("source_isocentre_mm", 785.0, "mm", 700.0, 1000.0, "used where a report does not "
               "tell it; the bound takes the near end"),
)  # fmt: skip

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
