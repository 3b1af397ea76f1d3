"""The planner's assumptions: defaults without a source, in one place, each editable and printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from seldinger.core.errors import PlanError
from seldinger.core.naming import find_similar
from seldinger.core.record import Assumption, AssumptionUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PATH_ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption(
        "hub_standoff_mm",
        10.0,
        "mm",
        0.0,
        30.0,
        "room for the hub, a depth stop and a sterile drape between skin and hub",
    ),
    Assumption(
        "least_clearance_mm",
        2.0,
        "mm",
        0.0,
        10.0,
        "nearer than about a voxel the lattice cannot tell passing from touching",
    ),
    Assumption(
        "unidentified_tolerance_mm",
        2.0,
        "mm",
        0.0,
        5.0,
        "about one voxel: the lattice cannot tell a thinner sheet from partial volume",
    ),
    Assumption(
        "organ_first_mm",
        10.0,
        "mm",
        5.0,
        20.0,
        "healthy organ wanted between capsule and a liver lesion; no source says how much",
    ),
    Assumption(
        "gantry_bore_mm",
        700.0,
        "mm",
        600.0,
        850.0,
        "bore diameter of a usual CT; the scanner's own is not in the image",
    ),
    Assumption(
        "gantry_clearance_mm",
        20.0,
        "mm",
        0.0,
        60.0,
        "free space wanted between the hub and the bore, for a hand",
    ),
    Assumption(
        "in_plane_tilt_deg",
        5.0,
        "deg",
        2.0,
        10.0,
        "a path tilted less than this out of the axial plane counts as in-plane",
    ),
    Assumption(
        "below_horizontal_deg",
        10.0,
        "deg",
        0.0,
        30.0,
        "how far the hub may hang below the horizontal before the patient must be turned",
    ),
    Assumption(
        "depth_error_sd_mm",
        2.0,
        "mm",
        0.0,
        5.0,
        "spread of the stopping depth; no published figure for freehand CT was found",
    ),
    Assumption(
        "breath_hold_factor",
        1.0,
        "1",
        0.0,
        5.0,
        "multiplies the published spread of liver position between breath-holds (radiotherapy); "
        "other organs and untrained patients may do worse",
    ),
    Assumption(
        "spread_mm",
        15.0,
        "mm",
        5.0,
        40.0,
        "alternatives listed are at least this far apart on the skin",
    ),
    Assumption(
        "near_mm",
        10.0,
        "mm",
        5.0,
        20.0,
        "clearance below which a structure begins to count against a path",
    ),
    Assumption("weight_depth", 1.0, "1", 0.0, 5.0, "weight of depth, per 100 mm"),
    Assumption("weight_near", 2.0, "1", 0.0, 10.0, "weight of each structure nearer than near_mm"),
    Assumption(
        "weight_skin_angle", 0.5, "1", 0.0, 5.0, "weight of the angle to the skin, per 90 degrees"
    ),
    Assumption(
        "weight_capsule_angle",
        0.3,
        "1",
        0.0,
        5.0,
        "weight of the angle to capsule or pleura, per 90 degrees; low, because series disagree",
    ),
    Assumption(
        "weight_tilt",
        1.0,
        "1",
        0.0,
        5.0,
        "weight of the tilt out of the axial plane, per 30 degrees",
    ),
    Assumption(
        "weight_error",
        1.0,
        "1",
        0.0,
        5.0,
        "weight of the technique's published mean error, per 5 mm: a flat path is hit more surely",
    ),
    Assumption("weight_organ", 0.3, "1", 0.0, 5.0, "weight of organ tissue crossed, per 100 mm"),
    Assumption(
        "weight_passes",
        1.0,
        "1",
        0.0,
        5.0,
        "weight of each pleural or capsular pass after the first",
    ),
    Assumption(
        "weight_provisional",
        1.0,
        "1",
        0.0,
        10.0,
        "weight of needing a position that was not scanned",
    ),
)


@dataclass(frozen=True, slots=True)
class Assumed:
    """Assumptions with the user's edits; ``get_value("name")`` is what the planner uses."""

    known: Mapping[str, Assumption]
    edits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def from_uses(cls, uses: Iterable[AssumptionUse]) -> Self:
        """As a plan used them."""
        told = (Assumption(u.name, u.value, u.unit, u.low, u.high, u.reason) for u in uses)
        return cls({one.name: one for one in told})

    def get_value(self, name: str) -> float:
        """The edited value, else the default."""
        return float(self.edits.get(name, self.known[name].value))

    def list_uses(self) -> tuple[AssumptionUse, ...]:
        """All of them, as the plan prints them."""
        return tuple(AssumptionUse.resolve(a, self.edits) for a in self.known.values())


def resolve_assumptions(groups: Iterable[Assumption], edits: Mapping[str, float]) -> Assumed:
    """``groups`` with ``edits``.

    Raises:
        PlanError: an edit names nothing, or leaves its range.
    """
    known = {a.name: a for a in groups}
    for name, value in edits.items():
        if name not in known:
            closest = find_similar(name, known)
            raise PlanError(
                f"no assumption is called {name!r}; closest: {', '.join(closest) or 'none'}; "
                f"all: {', '.join(sorted(known))}"
            )
        if not known[name].low <= value <= known[name].high:
            raise PlanError(
                f"{name} = {value:g} lies outside {known[name].low:g} to {known[name].high:g} "
                f"{known[name].unit}: {known[name].reason}"
            )
    return Assumed(known, dict(edits))
