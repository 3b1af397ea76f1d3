"""Elements: the resistance, inertance, compliance and losses of a vessel of known geometry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.record import Assumption
from seldinger.physics.drain_flow import Fluid
from seldinger.physics.flow.network import Lumen, Vessel
from seldinger.physics.flow.units import PA_PER_MMHG, PA_S_PER_M3_PER_MMHG_S_PER_ML

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.shapes import Curve

EXPANSION_LOSS = 1.52
"""Kt of Young and Tsai 1973, as svOneDSolver tests it."""
_LENGTH_SHARE, _THROAT_SHARE, _VISCOUS = 0.83, 1.64, 32.0

VISCOSITY = Assumption(
    "blood_viscosity_mpa_s", 4.0, "mPa.s", 3.0, 5.0,
    "blood in vessels wider than 0.3 mm at ordinary haematocrit; published flow cases use 4",
)  # fmt: skip
DENSITY = Assumption(
    "blood_density_kg_per_m3", 1060.0, "kg/m3", 1050.0, 1065.0,
    "blood at ordinary haematocrit; published flow cases use 1060",
)  # fmt: skip
INERTIAL_FACTOR = Assumption(
    "stenosis_inertial_factor", 1.2, "1", 1.0, 1.4,
    "Ku of the stenosis model from memory; it shifts waveforms and never a mean pressure",
)  # fmt: skip
FLOW_ASSUMPTIONS = (VISCOSITY, DENSITY, INERTIAL_FACTOR)

BLOOD = Fluid(DENSITY.value, VISCOSITY.value * 1e-3)
"""Blood by the two assumptions; give another ``Fluid`` to vary it."""


@dataclass(frozen=True, slots=True)
class Stenosis:
    """A narrowing as its three lengths; always a diameter, never a share of area.

    Attributes:
        reference_mm: diameter of the healthy vessel, D0.
        narrowest_mm: diameter of the lumen that is left, Ds, at most D0.
        length_mm: of the narrowing.

    Raises:
        ValueError: on construction, a length is not positive, or the throat is wider than D0.
    """

    reference_mm: float
    narrowest_mm: float
    length_mm: float

    def __post_init__(self) -> None:
        sizes = (self.reference_mm, self.narrowest_mm, self.length_mm)
        if not all(math.isfinite(size) and size > 0.0 for size in sizes):
            raise ValueError(
                f"a stenosis of {self.narrowest_mm:g} in {self.reference_mm:g} mm, "
                f"{self.length_mm:g} mm long; all are positive: leave an occluded vessel out"
            )
        if self.narrowest_mm > self.reference_mm:
            raise ValueError(
                f"a stenosis of {self.narrowest_mm:g} mm in a vessel of {self.reference_mm:g} mm; "
                "it is narrower than the vessel: exchange the two"
            )

    @property
    def diameter_percent(self) -> float:
        """Of the diameter that is lost."""
        return 100.0 * (1.0 - self.narrowest_mm / self.reference_mm)

    @property
    def area_ratio(self) -> float:
        """Healthy over narrowest area, A0/As; 1 where nothing is narrowed."""
        return (self.reference_mm / self.narrowest_mm) ** 2


def poiseuille_mmhg_s_per_ml(
    length_mm: NDArray[np.float64] | float,
    first_mm: NDArray[np.float64] | float,
    last_mm: NDArray[np.float64] | float,
    fluid: Fluid,
) -> float:
    """Resistance of cones in a row to laminar flow; the integral of 8 mu dl / (pi r^4), exact.

    Args:
        length_mm: (n,) of each cone, or one.
        first_mm: (n,) radius at its start.
        last_mm: (n,) radius at its end.
        fluid: its viscosity.

    Raises:
        ValueError: a radius is not positive.
    """
    a, b = _radii(first_mm, last_mm)
    integral = np.asarray(length_mm) * (a * a + a * b + b * b) / (3.0 * (a * b) ** 3)
    # 1/mm3 is 1e9/m3.
    pa_s_per_m3 = 8.0 * fluid.viscosity_pa_s / math.pi * 1e9 * float(np.sum(integral))
    return pa_s_per_m3 / PA_S_PER_M3_PER_MMHG_S_PER_ML


def inertance_mmhg_s2_per_ml(
    length_mm: NDArray[np.float64] | float,
    first_mm: NDArray[np.float64] | float,
    last_mm: NDArray[np.float64] | float,
    fluid: Fluid,
) -> float:
    """Inertance of cones in a row, flat profile; the integral of rho dl / (pi r^2), exact.

    Args:
        length_mm: (n,) of each cone, or one.
        first_mm: (n,) radius at its start.
        last_mm: (n,) radius at its end.
        fluid: its density.

    Raises:
        ValueError: a radius is not positive.
    """
    a, b = _radii(first_mm, last_mm)
    # 1/mm is 1e3/m.
    integral = 1e3 * float(np.sum(np.asarray(length_mm) / (a * b)))
    return fluid.density_kg_per_m3 / math.pi * integral / PA_S_PER_M3_PER_MMHG_S_PER_ML


def lumen_ml(
    length_mm: NDArray[np.float64] | float,
    first_mm: NDArray[np.float64] | float,
    last_mm: NDArray[np.float64] | float,
) -> float:
    """Volume of cones in a row.

    Args:
        length_mm: (n,) of each cone, or one.
        first_mm: (n,) radius at its start.
        last_mm: (n,) radius at its end.

    Raises:
        ValueError: a radius is not positive.
    """
    a, b = _radii(first_mm, last_mm)
    return math.pi / 3e3 * float(np.sum(np.asarray(length_mm) * (a * a + a * b + b * b)))


def compliance_ml_per_mmhg(
    length_mm: NDArray[np.float64] | float,
    first_mm: NDArray[np.float64] | float,
    last_mm: NDArray[np.float64] | float,
    fluid: Fluid,
    pulse_wave_m_per_s: float,
) -> float:
    """What a wall gives way: the integral of A dl / (rho c^2) of Bramwell and Hill, exact.

    Args:
        length_mm: (n,) of each cone, or one.
        first_mm: (n,) radius at its start.
        last_mm: (n,) radius at its end.
        fluid: its density.
        pulse_wave_m_per_s: c; the same along the vessel.

    Raises:
        ValueError: the speed or a radius is not positive.
    """
    if not (math.isfinite(pulse_wave_m_per_s) and pulse_wave_m_per_s > 0.0):
        raise ValueError(
            f"a pulse wave of {pulse_wave_m_per_s:g} m/s: it runs at a positive, finite speed; "
            "for a rigid wall give none"
        )
    volume_ml = lumen_ml(length_mm, first_mm, last_mm)
    return volume_ml * PA_PER_MMHG / (fluid.density_kg_per_m3 * pulse_wave_m_per_s**2)


def pulse_wave_m_per_s(
    young_kpa: float, thickness_mm: float, radius_mm: float, fluid: Fluid
) -> float:
    """Speed of the pulse in a thin, tethered wall that keeps its volume (Moens and Korteweg).

    Args:
        young_kpa: Young's modulus of the wall.
        thickness_mm: of the wall.
        radius_mm: of the lumen.
        fluid: its density.
    """
    stiffness_pa = 4.0 / 3.0 * young_kpa * 1e3 * thickness_mm / radius_mm
    return math.sqrt(stiffness_pa / (2.0 * fluid.density_kg_per_m3))


def vessel_along(
    name: str,
    nodes: tuple[str, str],
    curve: Curve,
    fluid: Fluid = BLOOD,
    pulse_wave_m_per_s: float | None = None,
) -> Vessel:
    """A vessel from its centreline, tapering straight from point to point.

    Args:
        name: of the vessel.
        nodes: where it starts and ends.
        curve: from start to end, with a radius.
        fluid: what flows.
        pulse_wave_m_per_s: how stiff the wall is; None is rigid.

    Raises:
        ValueError: the radius of the curve is unknown.
    """
    if curve.radius_mm is None:
        raise ValueError(
            f"vessel {name}: its curve has no radius, and none is guessed; measure it first"
        )
    pieces = np.diff(curve.along_mm)
    first, last = curve.radius_mm[:-1], curve.radius_mm[1:]
    soft = 0.0
    if pulse_wave_m_per_s is not None:
        soft = compliance_ml_per_mmhg(pieces, first, last, fluid, pulse_wave_m_per_s)
    mean_mm = 2.0 * float(np.sum(pieces * (first + last) / 2.0)) / curve.length_mm
    return Vessel(
        name,
        *nodes,
        poiseuille_mmhg_s_per_ml(pieces, first, last, fluid),
        soft,
        inertance_mmhg_s2_per_ml(pieces, first, last, fluid),
        lumen=Lumen(mean_mm, 2.0 * float(curve.radius_mm.min())),
    )


def stenosis_vessel(
    name: str,
    nodes: tuple[str, str],
    stenosis: Stenosis,
    fluid: Fluid = BLOOD,
    inertial_factor: float = INERTIAL_FACTOR.value,
) -> Vessel:
    """A stenosis as Young and Tsai measured it: viscous, expansion and inertial terms.

    It replaces its length of vessel. Its pressure drop means something only where the bed beyond
    decides the flow: ``validity.predict_drop`` refuses it elsewhere.

    Args:
        name: of the element.
        nodes: where it starts and ends.
        stenosis: its three lengths.
        fluid: what flows.
        inertial_factor: Ku.
    """
    d0, length = stenosis.reference_mm, stenosis.length_mm
    ratio = stenosis.area_ratio
    effective = _LENGTH_SHARE * length + _THROAT_SHARE * stenosis.narrowest_mm
    viscous = _VISCOUS * effective / d0 * ratio**2
    area_m2 = math.pi * (d0 * 1e-3) ** 2 / 4.0
    # Pa s/m3 become mmHg s/mL; a further mL/s multiplies the quadratic term.
    linear = viscous * fluid.viscosity_pa_s / (d0 * 1e-3 * area_m2)
    quadratic = EXPANSION_LOSS / 2.0 * fluid.density_kg_per_m3 * ((ratio - 1.0) / area_m2) ** 2
    inertial = inertial_factor * fluid.density_kg_per_m3 * length * 1e-3 / area_m2
    scale = PA_S_PER_M3_PER_MMHG_S_PER_ML
    return Vessel(
        name,
        *nodes,
        linear / scale,
        inertance_mmhg_s2_per_ml=inertial / scale,
        loss_mmhg_s2_per_ml2=quadratic * 1e-6 / scale,
        lumen=Lumen(d0, stenosis.narrowest_mm),
    )


def junction_loss_mmhg_s2_per_ml2(
    coefficient: float, diameter_mm: float, fluid: Fluid = BLOOD
) -> float:
    """Quadratic term of a branch that loses ``coefficient`` of its own velocity head."""
    area_m2 = math.pi * (diameter_mm * 1e-3) ** 2 / 4.0
    head = coefficient * fluid.density_kg_per_m3 / (2.0 * area_m2**2)
    return head * 1e-6 / PA_S_PER_M3_PER_MMHG_S_PER_ML


def _radii(
    first_mm: NDArray[np.float64] | float, last_mm: NDArray[np.float64] | float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of cones, positive."""
    ends = np.asarray(first_mm, np.float64), np.asarray(last_mm, np.float64)
    for radius in ends:
        if not (np.isfinite(radius) & (radius > 0.0)).all():
            raise ValueError(
                f"a radius of {np.min(radius):g} mm; radii are positive and finite: leave an "
                "occluded vessel out"
            )
    return ends
