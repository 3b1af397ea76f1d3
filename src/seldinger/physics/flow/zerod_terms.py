"""Terms of svZeroDSolver's JSON: what each key is here, and how its number is converted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.physics.flow.units import FlowUnits

VESSEL_TYPE = "BloodVessel"
NODE_TYPES = ("NORMAL_JUNCTION", "internal_junction")
LOSS_TYPE = "BloodVesselJunction"
BOUNDARY_TYPES = ("FLOW", "PRESSURE", "RESISTANCE", "RCR", "CORONARY")
NOT_READ = ("closed_loop_blocks", "external_solver_coupling_blocks", "valves", "chambers")
"""Sections of elements that are refused when there is something in them."""
READ = ("vessels", "junctions", "boundary_conditions", "simulation_parameters", "description")


@dataclass(frozen=True, slots=True)
class Term:
    """One number of a file.

    Attributes:
        key: in the file.
        field: of our record.
        power: of the unit of pressure in it: 1 of a resistance, -1 of a compliance, 0 of a flow.
        needed: refused when it is missing; otherwise 0.
    """

    key: str
    field: str
    power: int
    needed: bool = True

    def read(self, number: float, units: FlowUnits) -> float:
        """A file's ``number`` in our units."""
        if self.power == 0:
            return number
        return number / units.per_mmhg if self.power > 0 else number * units.per_mmhg

    def written(self, number: float, units: FlowUnits) -> float:
        """Our ``number`` in a file's units."""
        if self.power == 0:
            return number
        return number * units.per_mmhg if self.power > 0 else number / units.per_mmhg


VESSEL_TERMS = (
    Term("R_poiseuille", "resistance_mmhg_s_per_ml", 1),
    Term("C", "compliance_ml_per_mmhg", -1, needed=False),
    Term("L", "inertance_mmhg_s2_per_ml", 1, needed=False),
    Term("stenosis_coefficient", "loss_mmhg_s2_per_ml2", 1, needed=False),
)
LOSS_TERMS = (VESSEL_TERMS[0], VESSEL_TERMS[2], VESSEL_TERMS[3])
"""Of the branches of a junction, which have no compliance."""
BED_TERMS = {
    "RESISTANCE": (Term("R", "resistance_mmhg_s_per_ml", 1), Term("Pd", "distal_mmhg", 1)),
    "RCR": (
        Term("Rp", "proximal_mmhg_s_per_ml", 1),
        Term("C", "compliance_ml_per_mmhg", -1),
        Term("Rd", "resistance_mmhg_s_per_ml", 1),
        Term("Pd", "distal_mmhg", 1),
    ),
    "CORONARY": (
        Term("Ra1", "arterial_mmhg_s_per_ml", 1),
        Term("Ca", "arterial_ml_per_mmhg", -1),
        Term("Ra2", "small_mmhg_s_per_ml", 1),
        Term("Cc", "muscle_ml_per_mmhg", -1),
        Term("Rv1", "resistance_mmhg_s_per_ml", 1),
        Term("P_v", "distal_mmhg", 1),
    ),
}
TABLE_TERMS = {
    "FLOW": Term("Q", "flow_ml_per_s", 0),
    "PRESSURE": Term("P", "pressure_mmhg", 1),
    "CORONARY": Term("Pim", "muscle_mmhg", 1),
}
TIME = "t"
