"""What tissue is made of, as one curve of temperature and conductivity over enthalpy.

No number here has a default: whoever makes a tissue says where its numbers come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ZERO_C_K = 273.15
NEVER = 1.0e30
"""Enthalpy, J/m3, that stands for a change of phase that this tissue does not have."""
STILL_J_PER_M3_K = 1.0e6
"""Heat capacity of cells that take no part, J/(m3 K): any positive number serves."""


@dataclass(frozen=True, slots=True)
class Freezing:
    """Ice forms over a range of temperature.

    Attributes:
        start_c: first ice.
        end_c: all frozen.
        latent_j_per_m3: heat of fusion of the whole range, on top of the sensible heat.
        capacity_j_per_m3_k: of frozen tissue.
        conductivity_w_per_m_k: of frozen tissue.
    """

    start_c: float
    end_c: float
    latent_j_per_m3: float
    capacity_j_per_m3_k: float
    conductivity_w_per_m_k: float


@dataclass(frozen=True, slots=True)
class Boiling:
    """Water leaves over a narrow range; steam is not followed.

    Attributes:
        start_c: first steam.
        end_c: dry.
        latent_j_per_m3: heat of vaporisation of the tissue's water.
        capacity_j_per_m3_k: of dry tissue.
        conductivity_w_per_m_k: of dry tissue.
        absorbed_dry: share of microwaves that dry tissue still takes up; on the way there it falls
            with the water that is left.
    """

    start_c: float
    end_c: float
    latent_j_per_m3: float
    capacity_j_per_m3_k: float
    conductivity_w_per_m_k: float
    absorbed_dry: float = 1.0


@dataclass(frozen=True, slots=True)
class Tissue:
    """One material.

    Attributes:
        name: as it is printed.
        capacity_j_per_m3_k: density times specific heat, neither frozen nor dry.
        conductivity_w_per_m_k: neither frozen nor dry.
        perfusion_per_s: blood volume per tissue volume and second.
        freezing: none if it never gets that cold; a run that does is refused.
        boiling: none to let it pass 100 C like a solid; the result says so if it did.
    """

    name: str
    capacity_j_per_m3_k: float
    conductivity_w_per_m_k: float
    perfusion_per_s: float
    freezing: Freezing | None
    boiling: Boiling | None

    def __post_init__(self) -> None:
        positive = {
            "capacity_j_per_m3_k": self.capacity_j_per_m3_k,
            "conductivity_w_per_m_k": self.conductivity_w_per_m_k,
        }
        for phase in (self.freezing, self.boiling):
            if phase is not None:
                kind = type(phase).__name__.lower()
                positive[f"{kind} latent_j_per_m3"] = phase.latent_j_per_m3
                positive[f"{kind} capacity_j_per_m3_k"] = phase.capacity_j_per_m3_k
                positive[f"{kind} conductivity_w_per_m_k"] = phase.conductivity_w_per_m_k
        for key, value in positive.items():
            if not (value > 0.0 and math.isfinite(value)):
                raise ValueError(f"{self.name}: {key} must be positive and finite, got {value}")
        if not (self.perfusion_per_s >= 0.0 and math.isfinite(self.perfusion_per_s)):
            raise ValueError(
                f"{self.name}: perfusion_per_s must be zero or more, got {self.perfusion_per_s}"
            )
        ice, steam = self.freezing, self.boiling
        if steam is not None and not 0.0 <= steam.absorbed_dry <= 1.0:
            raise ValueError(
                f"{self.name}: dry tissue takes up a share of 0 to 1, got {steam.absorbed_dry}"
            )
        if ice is not None and not ice.end_c < ice.start_c:
            raise ValueError(
                f"{self.name}: freezing must end below its start, got {ice.start_c} to {ice.end_c}"
            )
        if steam is not None and not steam.start_c < steam.end_c:
            raise ValueError(
                f"{self.name}: boiling must end above its start, got {steam.start_c} to "
                f"{steam.end_c}"
            )

    @property
    def diffusivity_m2_per_s(self) -> float:
        """Thermal diffusivity, neither frozen nor dry."""
        return self.conductivity_w_per_m_k / self.capacity_j_per_m3_k


@dataclass(frozen=True, slots=True)
class Blood:
    """What perfusion brings.

    Attributes:
        capacity_j_per_m3_k: density times specific heat.
        temperature_c: on arrival.
    """

    capacity_j_per_m3_k: float
    temperature_c: float


def enthalpy_curve(tissue: Tissue, reference_c: float) -> NDArray[np.float64]:
    """The twelve numbers that kernels know a tissue by, shape (12,); see ``kernels.heat``.

    Raises:
        ValueError: the reference lies where the tissue freezes or boils.
    """
    capacity, conductivity = tissue.capacity_j_per_m3_k, tissue.conductivity_w_per_m_k
    ice, steam = tissue.freezing, tissue.boiling
    row = np.array([-NEVER, NEVER, NEVER, NEVER, 1.0 / capacity, 0, 0, 0, 0, conductivity, 0, 0])
    if ice is not None:
        if not reference_c > ice.start_c:
            raise ValueError(
                f"{tissue.name} freezes at {ice.start_c} C: temperature cannot count from "
                f"{reference_c} C, start warmer"
            )
        band = ice.start_c - ice.end_c
        sensible = 0.5 * band * (capacity + ice.capacity_j_per_m3_k)
        heat = ice.latent_j_per_m3 + sensible
        row[0], row[1] = capacity * (ice.start_c - reference_c), heat
        row[5], row[6] = band / heat, 1.0 / ice.capacity_j_per_m3_k
        row[10] = (conductivity - ice.conductivity_w_per_m_k) / heat
    if steam is not None:
        if not reference_c < steam.start_c:
            raise ValueError(
                f"{tissue.name} boils at {steam.start_c} C: temperature cannot count from "
                f"{reference_c} C, start cooler"
            )
        band = steam.end_c - steam.start_c
        heat = steam.latent_j_per_m3 + capacity * band
        row[2], row[3] = capacity * (steam.start_c - reference_c), heat
        row[7], row[8] = band / heat, 1.0 / steam.capacity_j_per_m3_k
        row[11] = (steam.conductivity_w_per_m_k - conductivity) / heat
    return row


def inert_curve() -> NDArray[np.float64]:
    """The curve of cells that take no part: held bodies, and whatever insulates."""
    return np.array([-NEVER, NEVER, NEVER, NEVER, 1.0 / STILL_J_PER_M3_K, 0, 0, 0, 0, 0, 0, 0])


def enthalpy_curves(tissues: Sequence[Tissue], reference_c: float) -> NDArray[np.float64]:
    """All curves, shape (1 + tissues, 12); row 0 belongs to cells that take no part."""
    return np.stack([inert_curve(), *(enthalpy_curve(t, reference_c) for t in tissues)])


def drying_shares(tissues: Sequence[Tissue]) -> NDArray[np.float64]:
    """Share of its absorption that each tissue loses as it dries, (1 + tissues,); 0: none."""
    lost = [0.0 if t.boiling is None else 1.0 - t.boiling.absorbed_dry for t in tissues]
    return np.array([0.0, *lost])


def enthalpy(row: NDArray[np.float64], theta: NDArray[Any]) -> NDArray[np.float64]:
    """Enthalpy (J/m3) at ``theta``, of any shape: the inverse of the curve ``row``, (12,)."""
    t = np.asarray(theta, dtype=np.float64)
    knots: list[tuple[float, float]] = [(0.0, 0.0)]
    slope_low, slope_high = 1.0 / row[4], 1.0 / row[4]
    if row[0] > -NEVER:
        start = row[0] * row[4]
        knots = [(start - row[1] * row[5], row[0] - row[1]), (start, row[0]), *knots]
        slope_low = 1.0 / row[6]
    if row[2] < NEVER:
        start = row[2] * row[4]
        knots = [*knots, (start, row[2]), (start + row[3] * row[7], row[2] + row[3])]
        slope_high = 1.0 / row[8]
    x, y = np.array([k[0] for k in knots]), np.array([k[1] for k in knots])
    values = np.interp(t, x, y)
    values = np.where(t < x[0], y[0] + slope_low * (t - x[0]), values)
    values = np.where(t > x[-1], y[-1] + slope_high * (t - x[-1]), values)
    return np.asarray(values, dtype=np.float64)
