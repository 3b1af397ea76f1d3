"""Exact answers: the homogeneous block in Fourier space (preview and oracle), and closed forms.

All are for one material without change of phase unless said otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import fft, integrate, optimize, special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.thermal.properties import Blood, Tissue

_AGREE = 1e-14


def homogeneous(
    tissue: Tissue,
    blood: Blood,
    power_w_per_m3: NDArray[Any],
    spacing_mm: float,
    seconds: float,
    initial_k: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Temperature above blood after constant heating, K, shape and dtype of the power density.

    Exact in time, spectral in space. The block repeats itself: it must exceed the warm zone by more
    than five perfusion lengths each way. Without boiling, damage or vessels: a preview.

    Args:
        tissue: neither freezes nor boils here.
        blood: what perfusion brings.
        power_w_per_m3: (i, j, k).
        spacing_mm: edge of a cell.
        seconds: how long.
        initial_k: (i, j, k) above blood at first; none: zero.
    """
    shape = power_w_per_m3.shape
    capacity = tissue.capacity_j_per_m3_k
    kind = power_w_per_m3.dtype
    waves = [
        (2.0 * np.pi * freq(n, spacing_mm * 1e-3)) ** 2
        for n, freq in zip(shape, (np.fft.fftfreq, np.fft.fftfreq, np.fft.rfftfreq), strict=True)
    ]
    decay = (waves[0][:, None, None] + waves[1][None, :, None] + waves[2][None, None, :]).astype(
        kind
    )
    decay *= kind.type(tissue.diffusivity_m2_per_s)
    decay += kind.type(tissue.perfusion_per_s * blood.capacity_j_per_m3_k / capacity)
    decay.flat[0] = max(float(decay.flat[0]), float(np.finfo(kind).tiny) ** 0.5)
    grown = -np.expm1(-kind.type(seconds) * decay) / decay
    field = fft.rfftn(power_w_per_m3, workers=2)
    field *= grown
    field /= kind.type(capacity)
    if initial_k is not None:
        field += fft.rfftn(initial_k.astype(kind), workers=2) * np.exp(-kind.type(seconds) * decay)
    found: NDArray[Any] = fft.irfftn(field, s=shape, workers=2)
    return found


def gaussian_k(
    tissue: Tissue, blood: Blood, power_w: float, sigma_mm: float, radius_mm: float, seconds: float
) -> float:
    """Temperature rise at a distance from a round Gaussian source, after ``seconds``, K."""
    sigma, r = sigma_mm * 1e-3, radius_mm * 1e-3
    rate = tissue.perfusion_per_s * blood.capacity_j_per_m3_k / tissue.capacity_j_per_m3_k

    def impulse(age: float) -> float:
        width = sigma**2 + 2.0 * tissue.diffusivity_m2_per_s * age
        spread = float((2.0 * math.pi * width) ** -1.5) * math.exp(-0.5 * r * r / width)
        return spread * math.exp(-rate * age)

    total, _ = integrate.quad(impulse, 0.0, seconds, epsabs=0.0, epsrel=1e-10, limit=200)
    return power_w / tissue.capacity_j_per_m3_k * float(total)


def point_source_k(tissue: Tissue, power_w: float, radius_mm: float, seconds: float) -> float:
    """Temperature rise, K, at a distance from a point source without blood, after ``seconds``."""
    r = radius_mm * 1e-3
    reached = math.erfc(r / math.sqrt(4.0 * tissue.diffusivity_m2_per_s * seconds))
    return power_w / (4.0 * math.pi * tissue.conductivity_w_per_m_k * r) * reached


def heated_sphere_k(
    tissue: Tissue, blood: Blood, power_w_per_m3: float, sphere_mm: float, radius_mm: float
) -> float:
    """Steady temperature rise at a distance from the centre of an evenly heated ball, K."""
    k = tissue.conductivity_w_per_m_k
    m = math.sqrt(tissue.perfusion_per_s * blood.capacity_j_per_m3_k / k)
    a, r = m * sphere_mm * 1e-3, m * radius_mm * 1e-3
    scale = power_w_per_m3 / (k * m * m)
    if radius_mm < sphere_mm:
        ratio = 1.0 if r == 0.0 else math.sinh(r) / r
        return scale * (1.0 - (1.0 + a) * math.exp(-a) * ratio)
    return scale * (math.cosh(a) - math.sinh(a) / a) * a * math.exp(-r) / r


def setting_ball_k(
    tissue: Tissue,
    ball_mm: float,
    radius_mm: float,
    seconds: float,
    stretches: tuple[tuple[float, float, float], ...],
) -> float:
    """Temperature rise at a distance from the centre of a ball that heats itself, K.

    Args:
        tissue: of the ball and all around it, without blood.
        ball_mm: its radius.
        radius_mm: from its centre; positive.
        seconds: when.
        stretches: from s, to s, W/m3 in the ball, one after the other.
    """
    a, r = ball_mm * 1e-3, radius_mm * 1e-3

    def left(age: float) -> float:
        """Of a kelvin that the ball was given at once."""
        if age <= 0.0:
            return 1.0 if r < a else 0.0
        s = math.sqrt(4.0 * tissue.diffusivity_m2_per_s * age)
        near, far = (a - r) / s, (a + r) / s
        ends = math.exp(-near * near) - math.exp(-far * far)
        return 0.5 * (math.erf(far) + math.erf(near)) - s * ends / (2.0 * r * math.sqrt(math.pi))

    total = 0.0
    for start, end, watts in stretches:
        last = min(end, seconds)
        if last > start:
            part, _ = integrate.quad(lambda t: left(seconds - t), start, last, limit=200)
            total += watts / tissue.capacity_j_per_m3_k * float(part)
    return total


@dataclass(frozen=True, slots=True)
class Stefan:
    """A plane wall at constant temperature that freezes tissue at one temperature (Neumann).

    Attributes:
        wall_c, freezing_c, initial_c: the three temperatures.
        latent_j_per_m3: heat of fusion.
        frozen_k, frozen_c: conductivity and heat capacity of ice, W/(m K) and J/(m3 K).
        tissue_k, tissue_c: of what is not frozen.
    """

    wall_c: float
    freezing_c: float
    initial_c: float
    latent_j_per_m3: float
    frozen_k: float
    frozen_c: float
    tissue_k: float
    tissue_c: float

    @property
    def growth(self) -> float:
        """Lambda: the front lies at ``2 lambda sqrt(frozen diffusivity * t)``."""
        ice, rest = self.frozen_k / self.frozen_c, self.tissue_k / self.tissue_c
        ratio = math.sqrt(ice / rest)

        def balance(x: float) -> float:
            cooled = self.frozen_c * (self.freezing_c - self.wall_c)
            warm = self.tissue_k * math.sqrt(ice / rest) / self.frozen_k * self.frozen_c
            y = x * ratio
            left = math.exp(-x * x) / math.erf(x) * cooled
            # erfcx keeps exp(-y^2) / erfc(y) finite.
            right = warm * (self.initial_c - self.freezing_c) / float(special.erfcx(y))
            return left - right - math.sqrt(math.pi) * x * self.latent_j_per_m3

        return float(optimize.brentq(balance, 1e-9, 10.0, xtol=_AGREE))

    def front_mm(self, seconds: float) -> float:
        """Depth of ice."""
        return 2e3 * self.growth * math.sqrt(self.frozen_k / self.frozen_c * seconds)

    def depth_mm(self, temperature_c: float, seconds: float) -> float:
        """Depth of an isotherm inside the ice."""
        share = (temperature_c - self.wall_c) / (self.freezing_c - self.wall_c)
        reach = float(special.erfinv(share * math.erf(self.growth)))
        return 2e3 * reach * math.sqrt(self.frozen_k / self.frozen_c * seconds)

    def temperature_c(self, depth_mm: float, seconds: float) -> float:
        """Temperature at a depth."""
        ice, rest = self.frozen_k / self.frozen_c, self.tissue_k / self.tissue_c
        x = depth_mm * 1e-3
        if depth_mm <= self.front_mm(seconds):
            share = math.erf(0.5 * x / math.sqrt(ice * seconds)) / math.erf(self.growth)
            return self.wall_c + (self.freezing_c - self.wall_c) * share
        share = math.erfc(0.5 * x / math.sqrt(rest * seconds))
        share /= math.erfc(self.growth * math.sqrt(ice / rest))
        return self.initial_c - (self.initial_c - self.freezing_c) * share
