"""Drawing: the zones that the solver around an axis draws for the rows of an applicator's table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.catalogue.tissues import blood
from seldinger.physics.thermal.axial import (
    AxialModel,
    AxialResult,
    AxialSettings,
    AxialZone,
    FixedRod,
    Rings,
    antenna,
)
from seldinger.physics.thermal.axial_run import run
from seldinger.physics.thermal.bodies import Phase, Programme
from seldinger.physics.thermal.damage import liver_arrhenius
from seldinger.physics.thermal.model import FrozenFlow, SteadyFlow
from seldinger.physics.thermal.sources import Absorption, Schedule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.catalogue.applicators import Applicator, Zone
    from seldinger.physics.thermal.properties import Tissue

SPACING_MM = 1.0
BODY_C = 37.0
COUNTED_ABOVE_C = 40.0
"""Ten minutes at this temperature do not yet kill by the law used here."""
RAMP_S = 30.0
"""How long a cryoprobe takes to its wall's temperature."""

_BEYOND_MM = 25.0


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an applicator that one run each can draw, and the tissue they are in."""

    applicator: Applicator
    tissue: Tissue
    rows: tuple[Zone, ...]

    @classmethod
    def from_applicator(cls, applicator: Applicator, tissue: Tissue) -> Table:
        """All such rows."""
        rows = tuple(z for z in applicator.zones if _drawable(applicator, z))
        return cls(applicator, tissue, rows)


def draw_rows(
    table: Table, rows: Sequence[Zone], numbers: Mapping[str, float]
) -> dict[Zone, AxialZone | None]:
    """The zones of some rows of a table; rows that differ in time or level only share one run.

    Args:
        table: all rows: what the lattice must hold.
        rows: those that are wanted.
        numbers: of the source, as in ``Fit.numbers``.

    Returns:
        Nothing for a row where there was no zone, or one that left the lattice.
    """
    groups: dict[tuple[float | None, float | None], list[Zone]] = defaultdict(list)
    for row in rows:
        groups[row.power_w, row.medium_c].append(row)
    zones: dict[Zone, AxialZone | None] = {}
    for group in groups.values():
        times = sorted({float(z.seconds) for z in group if z.seconds is not None})
        results = {r.time_s: r for r in _run(table, group[0], numbers, tuple(times))}
        for row in group:
            zones[row] = _zone(results[float(row.seconds or 0.0)], row)
    return zones


def _zone(result: AxialResult, row: Zone) -> AxialZone | None:
    isotherm = row.isotherm_c
    try:
        if isotherm is not None:
            return result.colder(isotherm)
        return result.zone(result.laws[0].name)
    except ValueError:  # it leaves the lattice, which is far larger than the table
        return None


def _run(
    table: Table, row: Zone, numbers: Mapping[str, float], times_s: tuple[float, ...]
) -> tuple[AxialResult, ...]:
    applicator = table.applicator
    start = BODY_C if row.medium_c is None else row.medium_c
    rings = _rings(table)
    density, schedule, rod, frost = None, None, None, None
    if applicator.modality == "microwave":
        absorption = Absorption(
            attenuation_per_mm=numbers["attenuation_per_mm"],
            sigma_mm=numbers["sigma_mm"],
            behind_tip_mm=numbers["behind_tip_mm"],
            efficiency=numbers["efficiency"],
            shaft_radius_mm=0.5 * applicator.diameter_mm,
        )
        density = antenna(rings, absorption)
        schedule = Schedule.steady(float(row.power_w or 0.0), times_s[-1])
    else:
        programme = Programme((Phase(times_s[-1], numbers["wall_c"]),), RAMP_S)
        length = float(applicator.active_mm or 0.0)
        rod = FixedRod(applicator.id, length, 0.5 * applicator.diameter_mm, programme)
        frost = FrozenFlow(0.0, 0.0)
    model = AxialModel(
        rings, table.tissue, blood(start), SteadyFlow(), frost, density, schedule, rod, start
    )
    laws = () if rod is not None else (liver_arrhenius(COUNTED_ABOVE_C),)
    return run(model, AxialSettings(times_s[-1], laws, times_s))


def _rings(table: Table) -> Rings:
    """A lattice that reaches well beyond every row of the table."""
    widest = max(float(z.width_mm or z.length_mm or 0.0) for z in table.rows)
    longest = max(float(z.length_mm or z.width_mm or 0.0) for z in table.rows)
    behind = max(float(z.centre_behind_tip_mm or 0.0) for z in table.rows)
    beyond = max(0.5 * longest - behind, 0.0)
    active = float(table.applicator.active_mm or 0.0)
    return Rings.around(
        SPACING_MM,
        0.5 * widest + _BEYOND_MM,
        beyond + _BEYOND_MM,
        max(behind + 0.5 * longest, active) + _BEYOND_MM,
    )


def _drawable(applicator: Applicator, zone: Zone) -> bool:
    """Whether one axial run can draw a row."""
    if zone.probes != 1 or zone.seconds is None:
        return False
    if applicator.modality == "microwave":
        return zone.power_w is not None and zone.level == "visible coagulation"
    return applicator.modality == "cryo" and zone.isotherm_c is not None
