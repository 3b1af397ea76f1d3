"""Wave network: elastic vessels between named nodes, and what stands at their ends.

What ``network`` is to the lumped engine this is to the 1-D one; boundaries are the same, and one
that throws a share of each wave back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.physics.flow.boundaries import Boundary, CoronaryBoundary, FlowBoundary
from seldinger.physics.flow.elements import BLOOD
from seldinger.physics.flow.network import common_period_s, connected_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.shapes import Curve
    from seldinger.physics.drain_flow import Fluid

    Floats = NDArray[np.float64]

_PLATE = 4.0 / 3.0
"""1 / (1 - nu^2) of a wall that keeps its volume, nu = 1/2."""
_THIN = 0.1
"""Of the radius, where only the product of wall and modulus is known."""


@dataclass(frozen=True, slots=True)
class ElasticVessel:
    """A thin-walled tube: p = external + beta (sqrt(A) - sqrt(A0)), beta = 4/3 E h sqrt(pi) / A0.

    Attributes:
        name: unique in its network.
        start, end: names of two different nodes.
        length_mm: along its centreline.
        radius_mm: of the lumen when the pressure is the external one; one, or at even distances
            from start to end, straight between them.
        wall_mm: thickness of the wall, one or at even distances.
        young_kpa: Young's modulus of the wall.
        external_mmhg: pressure around it; or the pressure at which the radii were seen, which is
            the same to the law.
        profile: zeta of a speed that falls with 1 - (r/R)^zeta; 2 is Poiseuille's parabola, 9 is
            blunt. It sets the friction, 2 (zeta + 2) pi viscosity a length, and nothing else.

    Raises:
        ValueError: on construction, a number is not positive, or it starts where it ends.
    """

    name: str
    start: str
    end: str
    length_mm: float
    radius_mm: tuple[float, ...]
    wall_mm: tuple[float, ...]
    young_kpa: float
    external_mmhg: float = 0.0
    profile: float = 2.0

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(
                f"vessel {self.name} starts and ends at {self.start}; it joins two nodes: put a "
                "node between"
            )
        sizes = (self.length_mm, *self.radius_mm, *self.wall_mm, self.young_kpa, self.profile)
        if not all(math.isfinite(size) and size > 0.0 for size in sizes):
            raise ValueError(
                f"vessel {self.name}: length, radii, wall, modulus and profile are positive and "
                "finite; leave an occluded vessel out"
            )
        if not (self.radius_mm and self.wall_mm and math.isfinite(self.external_mmhg)):
            raise ValueError(
                f"vessel {self.name} lacks a radius, a wall or a finite pressure around it: give it"
            )

    def radius_at(self, share: Floats) -> Floats:
        """(n,) radius in mm at ``share`` (n,) of the way from start to end, unloaded."""
        return _between(share, self.radius_mm)

    def stiffness_pa_at(self, share: Floats) -> Floats:
        """(n,) 4/3 E h / r at ``share`` (n,) of the way: what a doubled radius costs."""
        wall = _between(share, self.wall_mm)
        found: Floats = _PLATE * self.young_kpa * 1e3 * wall / self.radius_at(share)
        return found


@dataclass(frozen=True, slots=True)
class ReflectionBoundary:
    """An end that throws back a share of what a wave adds to its invariant.

    Attributes:
        name: of the boundary.
        node: where it stands.
        coefficient: 0 lets everything pass, 1 is a closed end, -1 an open one.

    Raises:
        ValueError: on construction, more is thrown back than came.
    """

    name: str
    node: str
    coefficient: float = 0.0

    def __post_init__(self) -> None:
        if not abs(self.coefficient) <= 1.0:
            raise ValueError(
                f"boundary {self.name} reflects {self.coefficient}; it may be from -1 to 1"
            )


WaveBoundary = Boundary | ReflectionBoundary


@dataclass(frozen=True, slots=True)
class ElasticNetwork:
    """Elastic vessels and boundaries through which waves can be sent, valid from birth.

    Attributes:
        vessels: at least one; results are in this order. Loops are legal.
        boundaries: one at every dead end and nowhere else.
        nodes: names, in the order in which vessels name them.
        period_s: of the tables at the boundary; None where nothing changes with time.

    Raises:
        ValueError: on construction: as for a ``Network``, a boundary between vessels, a bed that
            a muscle squeezes.
    """

    vessels: tuple[ElasticVessel, ...]
    boundaries: tuple[WaveBoundary, ...]
    nodes: tuple[str, ...] = field(init=False)
    period_s: float | None = field(init=False)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        object.__setattr__(self, "vessels", tuple(self.vessels))
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        if not self.vessels:
            raise ValueError("a network has no vessel: give at least one")
        object.__setattr__(self, "nodes", connected_nodes(self.vessels, self.boundaries))
        ends = [end for vessel in self.vessels for end in (vessel.start, vessel.end)]
        for boundary in self.boundaries:
            if isinstance(boundary, CoronaryBoundary):
                raise ValueError(  # noqa: TRY004  a legal boundary of another engine
                    f"boundary {boundary.name} is squeezed by a muscle, which waves do not meet "
                    "here: solve it lumped, or give a windkessel"
                )
            if ends.count(boundary.node) > 1:
                raise ValueError(
                    f"boundary {boundary.name} stands at {boundary.node}, between vessels; waves "
                    "meet boundaries at dead ends: put a vessel between"
                )
        if all(isinstance(boundary, FlowBoundary) for boundary in self.boundaries):
            raise ValueError(
                "every boundary gives a flow: what goes in cannot go out; let one end drain into "
                "a bed or give its pressure"
            )
        lumped = [b for b in self.boundaries if not isinstance(b, ReflectionBoundary)]
        object.__setattr__(self, "period_s", common_period_s(lumped))


@dataclass(frozen=True, slots=True)
class WaveSettings:
    """How finely and how long waves are followed.

    Attributes:
        cell_mm: longest cell.
        fewest_cells: of a vessel.
        courant: share of a cell that the fastest wave crosses in a step.
        rows: kept of each cycle, evenly apart.
        cycles: the most that are marched; the last one is kept.
        tolerance: largest change of a pressure at a vessel's end from one cycle to the next, over
            the largest swing, at which a cycle counts as the last; 0 marches all.
        period_s: of a network whose boundaries do not change; None takes that of the network.
        begin_mmhg: pressure everywhere at the start; None begins unloaded, each vessel at its
            external pressure, and beds at their distal one.

    Raises:
        ValueError: on construction, a number is out of its range.
    """

    cell_mm: float = 1.0
    fewest_cells: int = 2
    courant: float = 0.9
    rows: int = 100
    cycles: int = 20
    tolerance: float = 1e-3
    period_s: float | None = None
    begin_mmhg: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.cell_mm) and self.cell_mm > 0.0 and self.fewest_cells > 1):
            raise ValueError(
                f"cells of {self.cell_mm} mm, at least {self.fewest_cells} of a vessel; give a "
                "positive length, and two or more"
            )
        if not 0.0 < self.courant < 1.0:
            raise ValueError(f"a Courant number of {self.courant}; it lies between 0 and 1")
        if self.rows < 1 or self.cycles < 1 or not self.tolerance >= 0.0:
            raise ValueError(
                f"{self.cycles} cycles of {self.rows} rows to {self.tolerance}; give one or more "
                "of both, and a tolerance of 0 or more"
            )
        if self.period_s is not None and not (math.isfinite(self.period_s) and self.period_s > 0.0):
            raise ValueError(f"a period of {self.period_s} s: it is positive and finite")
        if self.begin_mmhg is not None and not math.isfinite(self.begin_mmhg):
            raise ValueError(f"a pressure of {self.begin_mmhg} mmHg to begin with: it is finite")


def elastic_along(
    name: str,
    nodes: tuple[str, str],
    curve: Curve,
    pulse_wave_m_per_s: float,
    at_mmhg: float,
    fluid: Fluid = BLOOD,
) -> ElasticVessel:
    """A vessel from its centreline and the speed of its pulse, by Moens and Korteweg.

    Args:
        name: of the vessel.
        nodes: where it starts and ends.
        curve: from start to end, with a radius.
        pulse_wave_m_per_s: at the radius that was seen; the same along the vessel.
        at_mmhg: pressure at which that radius was seen.
        fluid: what flows.

    Raises:
        ValueError: the radius of the curve is unknown, or the speed is not positive.
    """
    if curve.radius_mm is None:
        raise ValueError(
            f"vessel {name}: its curve has no radius, and none is guessed; measure it first"
        )
    if not (math.isfinite(pulse_wave_m_per_s) and pulse_wave_m_per_s > 0.0):
        raise ValueError(
            f"a pulse wave of {pulse_wave_m_per_s:g} m/s: it runs at a positive, finite speed"
        )
    even = np.linspace(0.0, curve.length_mm, len(curve.radius_mm))
    radii = np.interp(even, curve.along_mm, curve.radius_mm)
    # Only the product of modulus and wall counts: a wall of a tenth of the radius has this modulus.
    stiff_pa = 2.0 * fluid.density_kg_per_m3 * pulse_wave_m_per_s**2
    return ElasticVessel(
        name,
        *nodes,
        curve.length_mm,
        tuple(radii.tolist()),
        tuple((_THIN * radii).tolist()),
        stiff_pa / (_PLATE * _THIN) * 1e-3,
        at_mmhg,
    )


def _between(share: Floats, values: tuple[float, ...]) -> Floats:
    """``values`` at even distances, straight between them."""
    at = np.linspace(0.0, 1.0, len(values))
    found: Floats = np.interp(share, at, values)
    return found
