"""Closed: what pressure is left beyond a closed artery, where other ways lead there.

The other ways are one resistance from the root to where the closed artery ends; it is such that a
published fall of the pressure comes out. Nothing is known of them in this patient.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError
from seldinger.physics.flow.boundaries import PressureBoundary
from seldinger.physics.flow.network import Network, Vessel
from seldinger.physics.flow.solve import solve_steady

if TYPE_CHECKING:
    from seldinger.simulate.embolic.arteries import FedArteries

_SHUT = 1e9
"""By so much the resistance of a closed vessel rises."""


@dataclass(frozen=True, slots=True)
class ClosedPressure:
    """Beyond a closed artery.

    Attributes:
        before_mmhg: mean pressure at the place, with everything open.
        after_mmhg: with the artery closed.
        flow_left: of the blood through the end of the closed artery, the share that comes by other
            ways.
    """

    before_mmhg: float
    after_mmhg: float
    flow_left: float


def close_artery(
    arteries: FedArteries, closed: int, place: int, fall: float, venous_mmhg: float
) -> ClosedPressure:
    """Close an artery whose far side is fed by other ways.

    Args:
        arteries: of the organ.
        closed: edge, of the tree that was told, that is closed.
        place: edge at whose beginning the pressure is asked for.
        fall: share by which the mean pressure falls where the closed artery ends; published.
        venous_mmhg: behind the beds.

    Raises:
        SimulationError: an edge does not lead to the organ; the fall leaves no pressure above that
            behind the beds, or is none.
    """
    away = [one for one in (closed, place) if one not in arteries.edge]
    if away:
        raise SimulationError(f"edge {away[0]} does not lead to what is fed: name one that does")
    network = arteries.particles.network
    at = {one.name: number for number, one in enumerate(network.vessels)}
    number, asked = (at[arteries.name_of(arteries.edge[one])] for one in (closed, place))
    vessel = network.vessels[number]
    opened = solve_steady(network)
    first, flow = float(opened.end_mmhg[number]), float(opened.end_ml_per_s[number])
    left = first * (1.0 - fall)
    if not venous_mmhg < left < first:
        raise SimulationError(
            f"a fall of {100.0 * fall:.0f} % from {first:.0f} mmHg leaves {left:.0f}; it must stay "
            f"between the {venous_mmhg:g} mmHg behind the beds and the {first:.0f} before"
        )
    root = next(one for one in network.boundaries if isinstance(one, PressureBoundary))
    bed = (first - venous_mmhg) / flow
    around = bed * (root.pressure_mmhg.mean - left) / (left - venous_mmhg)
    vessels = [*network.vessels, Vessel("other ways", root.node, vessel.end, around)]
    vessels[number] = replace(vessel, resistance_mmhg_s_per_ml=_SHUT * bed)
    shut = solve_steady(Network(tuple(vessels), network.boundaries))
    return ClosedPressure(
        float(opened.start_mmhg[asked]), float(shut.start_mmhg[asked]),
        float(shut.end_ml_per_s[-1]) / flow,
    )  # fmt: skip
