"""Plain twin of ``axial``: whole arrays in numpy, the same name and arguments; to be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def _flow(weights: Floats, theta: Floats, cond: Floats) -> Floats:
    """What conduction brings to each ring, W/m3."""
    total = np.zeros_like(theta)
    sides = (
        (slice(1, None), slice(None, -1), 0, weights[1:, 0, None]),
        (slice(None, -1), slice(1, None), 0, weights[:-1, 1, None]),
        (slice(1, None), slice(None, -1), 1, weights[:, 2, None]),
        (slice(None, -1), slice(1, None), 1, weights[:, 2, None]),
    )
    for own, other, axis, weight in sides:
        here = (own, slice(None)) if axis == 0 else (slice(None), own)
        there = (other, slice(None)) if axis == 0 else (slice(None), other)
        both = np.maximum(cond[here] + cond[there], 1e-300)
        face = cond[here] * cond[there] / both
        total[here] += weight * face * (theta[there] - theta[here])
    return total


def _settle(h: Floats, live: Floats, curve: Floats, theta: Floats, cond: Floats) -> None:
    """Temperature and conductivity from enthalpy."""
    lo, ice, hi, steam = curve[:4]
    melt = np.maximum(np.minimum(h - lo, 0.0), -ice)
    boil = np.minimum(np.maximum(h - hi, 0.0), steam)
    cold = curve[5] * melt + curve[6] * np.minimum(h - lo + ice, 0.0)
    hot = curve[7] * boil + curve[8] * np.maximum(h - hi - steam, 0.0)
    theta[:] = curve[4] * np.minimum(np.maximum(h, lo), hi) + cold + hot
    cond[:] = live * (curve[9] + curve[10] * melt + curve[11] * boil)


def march(
    count: int,
    numbers: Floats,
    weights: Floats,
    enthalpy: Floats,
    theta: Floats,
    cond: Floats,
    source: Floats,
    cooling: Floats,
    live: Floats,
    curve: Floats,
    where: Indices,
    wall: Floats,
    fixed: Floats,
    given_j: Floats,
) -> float:
    """Twin of ``axial.march``."""
    dt, blood, first, last = (float(x) for x in numbers)
    resistance, duty, limit_w, passive = (float(x) for x in fixed)
    own = first
    at = (where[:, 0], where[:, 1])
    for step in range(count):
        rate = source - cooling * (theta - blood) + _flow(weights, theta, cond)
        if where.size:
            t = theta[at]
            g = duty * wall[:, 0] / (wall[:, 1] / cond[at] + resistance * wall[:, 3])
            watts_per_k = g * wall[:, 2]
            own = first + (step + 0.5) / count * (last - first)
            if passive > 0.0:
                own = float((watts_per_k * t).sum() / watts_per_k.sum())
            else:
                needed = float(((watts_per_k * t).sum() - limit_w) / watts_per_k.sum())
                own = max(own, needed)
                rate[at] += g * (own - t)
                given_j[0] += dt * float((watts_per_k * (own - t)).sum())
        enthalpy += dt * rate
        _settle(enthalpy, live, curve, theta, cond)
    return own
