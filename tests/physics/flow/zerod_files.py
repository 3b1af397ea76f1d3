"""Files of svZeroDSolver, made here from numbers; every test changes what it breaks."""

from __future__ import annotations

from typing import Any


def vessel(number: int, values: dict[str, float], **ends: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "vessel_id": number,
        "vessel_name": f"branch{number}",
        "zero_d_element_type": "BloodVessel",
        "zero_d_element_values": values,
    }
    return {**made, "boundary_conditions": ends} if ends else made


def bed(name: str, kind: str, **values: object) -> dict[str, Any]:
    return {"bc_name": name, "bc_type": kind, "bc_values": values}


def forked() -> dict[str, Any]:
    """An inflow, a junction, a lossy junction, and every kind of bed; odd decimals everywhere."""
    table = {"t": [0.0, 0.1, 0.30000000000000004, 0.7], "Q": [1.1, 5.000000000000001, 0.3, 1.1]}
    return {
        "description": {"what": "a fork"},
        "simulation_parameters": {
            "number_of_cardiac_cycles": 6,
            "number_of_time_pts_per_cardiac_cycle": 101,
        },
        "vessels": [
            vessel(0, {"R_poiseuille": 33.3, "C": 1.7e-5, "L": 0.123}, inlet="INFLOW"),
            vessel(1, {"R_poiseuille": 101.1, "stenosis_coefficient": 0.7}, outlet="OUT1"),
            vessel(2, {"R_poiseuille": 70.7}),
            vessel(3, {"R_poiseuille": 99.9}, outlet="OUT2"),
            vessel(4, {"R_poiseuille": 55.5, "L": 0.01}, outlet="OUT3"),
        ],
        "junctions": [
            {
                "junction_name": "J0",
                "junction_type": "NORMAL_JUNCTION",
                "inlet_vessels": [0],
                "outlet_vessels": [1, 2],
                "areas": [0.3, 0.2],
            },
            {
                "junction_name": "J1",
                "junction_type": "BloodVesselJunction",
                "inlet_vessels": [2],
                "outlet_vessels": [3, 4],
                "junction_values": {
                    "R_poiseuille": [1.3, 2.7],
                    "L": [0.0, 0.013],
                    "stenosis_coefficient": [0.9, -0.1],
                },
            },
        ],
        "boundary_conditions": [
            bed("INFLOW", "FLOW", **table),
            bed("OUT1", "RCR", Rp=121.3, C=9.1e-5, Rd=1213.7, Pd=6666.1),
            bed("OUT2", "RESISTANCE", R=1500.3, Pd=1333.3),
            bed("OUT3", "CORONARY", Ra1=311.1, Ra2=517.3, Rv1=203.9, Ca=1.1e-5, Cc=7.7e-5,
                Pim=[100.1, 9000.9, 100.1], t=[0.0, 0.31, 0.7], P_v=4000.7),
        ],
    }  # fmt: skip


def straight(kind: str = "RESISTANCE", **values: object) -> dict[str, Any]:
    """One vessel with its flow given and one bed."""
    return {
        "simulation_parameters": {
            "number_of_cardiac_cycles": 2,
            "number_of_time_pts_per_cardiac_cycle": 5,
        },
        "vessels": [
            vessel(0, {"R_poiseuille": 100.0, "stenosis_coefficient": 100.0}, inlet="INFLOW",
                   outlet="OUT"),
        ],
        "boundary_conditions": [
            bed("INFLOW", "FLOW", Q=[5.0, 5.0], t=[0.0, 1.0]),
            bed("OUT", kind, **(values or {"R": 100.0, "Pd": 100.0})),
        ],
    }  # fmt: skip
