"""Beds: what lies beyond the last vessel that is drawn: how flow shares out, and what resists it.

Without a measurement flow shares out by a power of the radius; a measured flow goes before. Beds
that dilate, at exercise or under a drug, are the same beds with their resistance over a factor.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.record import Assumption
from seldinger.physics.flow.boundaries import (
    BedBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
    WindkesselBoundary,
    total_resistance_mmhg_s_per_ml,
)
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.solve import solve_steady

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.physics.flow.boundaries import Boundary

HYPERAEMIA_FACTOR = Assumption(
    "hyperaemia_factor", 4.0, "1", 2.0, 5.0,
    "how many times a resting bed's flow may rise when it dilates; no source read for each bed",
)  # fmt: skip


def share_flow(
    radius_mm: NDArray[np.float64],
    total_ml_per_s: float,
    exponent: float,
    measured_ml_per_s: Mapping[int, float] | None = None,
) -> NDArray[np.float64]:
    """Flow of every outlet, (n,): measured where it was, the rest by radius to a power.

    Args:
        radius_mm: (n,) of the outlets, positive.
        total_ml_per_s: of all of them together.
        exponent: the power; Murray's law of least work gives 3, large arteries come nearer to 2.
        measured_ml_per_s: by the number of the outlet.

    Raises:
        SimulationError: a radius is not positive, or what was measured leaves nothing.
    """
    radius = np.asarray(radius_mm, np.float64)
    known = measured_ml_per_s or {}
    if not (np.isfinite(radius) & (radius > 0.0)).all():
        raise SimulationError(
            f"an outlet has a radius of {radius.min():g} mm; flow shares out by positive radii: "
            "leave a closed outlet out"
        )
    left = total_ml_per_s - sum(known.values())
    open_ = np.ones(len(radius), np.bool_)
    open_[list(known)] = False
    if left < 0.0 or (open_.any() and left == 0.0) or (not open_.any() and left > 0.0):
        raise SimulationError(
            f"{total_ml_per_s:g} mL/s in all and {sum(known.values()):g} mL/s measured leave "
            f"{left:g} mL/s for {int(open_.sum())} outlets: correct the total or the measurements"
        )
    weight = np.where(open_, radius**exponent, 0.0)
    flows = left * weight / weight.sum() if open_.any() else weight
    flows[list(known)] = list(known.values())
    return flows


def fit_beds(
    network: Network, flows_ml_per_s: Mapping[str, float], inlet_mmhg: float | None = None
) -> Network:
    """``network`` with beds that carry ``flows_ml_per_s``, by name, when it is steady.

    Every resistance of a bed is scaled alike; the time constant of a compliance stays.

    Args:
        network: with a bed of any resistance at each of those names.
        flows_ml_per_s: wanted mean flow out of each.
        inlet_mmhg: mean pressure where flow is given; only for networks driven by one flow.

    Raises:
        SimulationError: a name is no bed, no pressure is known, or a bed would need suction.
    """
    beds = {b.name: b for b in network.boundaries if isinstance(b, BedBoundary)}
    for name in flows_ml_per_s:
        if name not in beds:
            raise SimulationError(f"{name!r} is no bed; beds are {', '.join(beds)}: name those")
    driven = [b for b in network.boundaries if isinstance(b, FlowBoundary)]
    if inlet_mmhg is not None and len(driven) != 1:
        raise SimulationError(
            f"a pressure at the inlet was told and {len(driven)} boundaries give a flow; it "
            "belongs to networks with one: leave it out"
        )
    open_ended: list[Boundary] = []
    for boundary in network.boundaries:
        if boundary.name in flows_ml_per_s:
            out = Waveform((-flows_ml_per_s[boundary.name],))
            open_ended.append(FlowBoundary(boundary.name, boundary.node, out))
        elif boundary in driven and inlet_mmhg is not None:
            told = Waveform((inlet_mmhg,))
            open_ended.append(PressureBoundary(boundary.name, boundary.node, told))
        else:
            open_ended.append(boundary)
    try:
        asked = Network(network.vessels, tuple(open_ended))
    except ValueError as impossible:
        raise SimulationError(
            f"beds cannot be fitted: {impossible}; tell the mean pressure at the inlet"
        ) from impossible
    pressure = dict(zip(network.nodes, solve_steady(asked).node_mmhg(), strict=True))
    fitted = {
        name: _fitted(beds[name], float(pressure[beds[name].node]), wanted)
        for name, wanted in flows_ml_per_s.items()
    }
    return Network(network.vessels, tuple(fitted.get(b.name, b) for b in network.boundaries))


def scale_bed(bed: BedBoundary, factor: float, softer: float | None = None) -> BedBoundary:
    """``bed`` with other resistances and compliances.

    Args:
        bed: any of the three.
        factor: every resistance is multiplied by it.
        softer: every compliance is multiplied by it; one over ``factor`` unless given, which keeps
            the time constants.
    """
    soft = 1.0 / factor if softer is None else softer
    last = bed.resistance_mmhg_s_per_ml * factor
    if isinstance(bed, ResistanceBoundary):
        return replace(bed, resistance_mmhg_s_per_ml=last)
    if isinstance(bed, WindkesselBoundary):
        return replace(
            bed,
            proximal_mmhg_s_per_ml=bed.proximal_mmhg_s_per_ml * factor,
            compliance_ml_per_mmhg=bed.compliance_ml_per_mmhg * soft,
            resistance_mmhg_s_per_ml=last,
        )
    return replace(
        bed,
        arterial_mmhg_s_per_ml=bed.arterial_mmhg_s_per_ml * factor,
        arterial_ml_per_mmhg=bed.arterial_ml_per_mmhg * soft,
        small_mmhg_s_per_ml=bed.small_mmhg_s_per_ml * factor,
        muscle_ml_per_mmhg=bed.muscle_ml_per_mmhg * soft,
        resistance_mmhg_s_per_ml=last,
    )


def dilate_beds(network: Network, factor: float) -> Network:
    """``network`` with all beds dilated: every resistance over ``factor``, compliances kept.

    Raises:
        SimulationError: the factor is below 1, which would be no dilation.
    """
    if not (np.isfinite(factor) and factor >= 1.0):
        raise SimulationError(
            f"beds dilate by {factor:g}; a factor of 1 is rest, larger ones are hyperaemia: give "
            "1 or more"
        )
    dilated = [
        scale_bed(b, 1.0 / factor, softer=1.0) if isinstance(b, BedBoundary) else b
        for b in network.boundaries
    ]
    return Network(network.vessels, tuple(dilated))


def _fitted(bed: BedBoundary, pressure_mmhg: float, flow_ml_per_s: float) -> BedBoundary:
    if not flow_ml_per_s > 0.0 or pressure_mmhg <= bed.distal_mmhg:
        raise SimulationError(
            f"bed {bed.name} would carry {flow_ml_per_s:g} mL/s from {pressure_mmhg:.1f} to "
            f"{bed.distal_mmhg:g} mmHg; a bed needs a positive flow and a pressure above that "
            "behind it: lower the flow, or look at the vessels before it"
        )
    wanted = (pressure_mmhg - bed.distal_mmhg) / flow_ml_per_s
    return scale_bed(bed, wanted / total_resistance_mmhg_s_per_ml(bed))
