"""Plain twins of ``heat`` and ``heat_damage``: whole arrays in numpy, the same names and arguments.

Their oracle in tests (any float dtype; float64 conserves energy to 1e-10) and their yardstick in
benchmarks. They are written to be read; nothing here is fast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Box = NDArray[np.int64]
Classes = NDArray[np.uint8]


def _inside(box: Box) -> tuple[slice, slice, slice]:
    i0, i1, j0, j1, k0, k1 = (int(n) for n in box)
    return slice(i0, i1), slice(j0, j1), slice(k0, k1)


def _faces(values: Floats, other: Floats, axis: int, tiny: Any) -> tuple[Floats, Floats]:
    """Half the harmonic mean of ``other``, and the difference of ``values``, over inner faces."""
    low = np.take(other, range(other.shape[axis] - 1), axis)
    high = np.take(other, range(1, other.shape[axis]), axis)
    return low * high / (low + high + tiny), np.diff(values, axis=axis)


def _flow(theta: Floats, cond: Floats, tiny: Any) -> Floats:
    """Half the net flow into each cell; nothing crosses the outer faces."""
    total = np.zeros_like(theta)
    for axis in range(3):
        half, drop = _faces(theta, cond, axis, tiny)
        flow = half * drop
        pad = [(1, 1) if a == axis else (0, 0) for a in range(3)]
        total += np.diff(np.pad(flow, pad), axis=axis)
    return total


def _refresh(
    h: Floats, material: Classes, curves: Floats, theta: Floats, cond: Floats, box: Box
) -> None:
    """Temperature and conductivity from enthalpy."""
    here = _inside(box)
    x, p = h[here], curves[material[here]]
    lo, ice, hi, steam = p[..., 0], p[..., 1], p[..., 2], p[..., 3]
    below, above = x - lo, x - hi
    melt = np.maximum(np.minimum(below, 0), -ice)
    boil = np.minimum(np.maximum(above, 0), steam)
    cold = p[..., 5] * melt + p[..., 6] * np.minimum(below + ice, 0)
    hot = p[..., 7] * boil + p[..., 8] * np.maximum(above - steam, 0)
    theta[here] = p[..., 4] * np.minimum(np.maximum(x, lo), hi) + cold + hot
    cond[here] = p[..., 9] + p[..., 10] * melt + p[..., 11] * boil


def euler(
    box: Box,
    numbers: Floats,
    enthalpy: Floats,
    theta: Floats,
    cond: Floats,
    source: Floats,
    cooling: Floats,
    material: Classes,
    curves: Floats,
    theta_out: Floats,
    cond_out: Floats,
    uniform: Classes,
    calm: Classes,
    calm_out: Classes,
) -> None:
    """Twin of ``heat.euler``; every row is treated alike."""
    del uniform, calm, calm_out
    here = _inside(box)
    flow = _flow(theta[here], cond[here], numbers[3])
    gained = source[here] - cooling[here] * (theta[here] - numbers[2])
    enthalpy[here] += numbers[0] * flow + numbers[1] * gained
    _refresh(enthalpy, material, curves, theta_out, cond_out, box)


def stage(
    box: Box,
    numbers: Floats,
    weights: Floats,
    first: Floats,
    last: Floats,
    before: Floats,
    first_rate: Floats,
    theta: Floats,
    cond: Floats,
    source: Floats,
    cooling: Floats,
    material: Classes,
    curves: Floats,
    out: Floats,
    theta_out: Floats,
    cond_out: Floats,
    uniform: Classes,
    calm: Classes,
    calm_out: Classes,
    begins: bool,  # noqa: FBT001  as its twin
) -> None:
    """Twin of ``heat.stage``; every row is treated alike."""
    del uniform, calm, calm_out
    here = _inside(box)
    a, b, dt, d, e = weights
    flow = numbers[0] * _flow(theta[here], cond[here], numbers[3])
    rate = flow + source[here] - cooling[here] * (theta[here] - numbers[2])
    if begins:
        first_rate[here] = rate
    x = first[here]
    step = dt * (d * rate + e * first_rate[here])
    out[here] = x + a * (last[here] - x) + b * (before[here] - x) + step
    _refresh(out, material, curves, theta_out, cond_out, box)


def extremes(box: Box, theta: Floats, peak: Floats, coldest: Floats) -> None:
    """Twin of ``heat_damage.extremes``."""
    here = _inside(box)
    np.maximum(peak[here], theta[here], out=peak[here])
    np.minimum(coldest[here], theta[here], out=coldest[here])


def arrhenius(box: Box, numbers: Floats, theta: Floats, omega: Floats) -> None:
    """Twin of ``heat_damage.arrhenius``."""
    seconds, log_a, activation, kelvin, least, cap = numbers
    here = _inside(box)
    t = theta[here]
    rate = np.exp(np.minimum(log_a - activation / (t + kelvin), cap))
    omega[here] += np.where(t > least, seconds * rate, 0)


def cem43(box: Box, numbers: Floats, theta: Floats, minutes: Floats) -> None:
    """Twin of ``heat_damage.cem43``."""
    passed, above, below, knee, least, cap = numbers
    here = _inside(box)
    t = theta[here]
    rate = np.where(t >= knee, above, below)
    dose = passed * np.exp(np.minimum(rate * (knee - t), cap))
    minutes[here] += np.where(t > least, dose, 0)


def count_cycles(
    box: Box, numbers: Floats, theta: Floats, under: Classes, counted: Classes
) -> None:
    """Twin of ``heat_damage.count_cycles``."""
    here = _inside(box)
    t, was = theta[here], under[here] == 1
    falls, rises = ~was & (t <= numbers[0]), was & (t > numbers[1])
    counted[here] += falls
    under[here] = (was | falls) & ~rises


def perfuse(
    box: Box,
    numbers: Floats,
    theta: Floats,
    coldest: Floats,
    omega: Floats,
    base: Floats,
    cooling: Floats,
) -> None:
    """Twin of ``heat_damage.perfuse``."""
    frost, frozen, thawed, one, _, stoppable = numbers
    here = _inside(box)
    share = one - stoppable * (one - np.exp(-omega[here]))
    frosted = np.where(theta[here] < frost, frozen, thawed)
    cooling[here] = base[here] * np.where(coldest[here] < frost, share * frosted, share)


def dry(
    box: Box,
    numbers: Floats,
    lost: Floats,
    curves: Floats,
    enthalpy: Floats,
    material: Classes,
    even: Floats,
    watery: Floats,
    source: Floats,
    dry_s: Floats,
) -> None:
    """Twin of ``heat_damage.dry``."""
    here = _inside(box)
    m = material[here]
    share = (enthalpy[here] - curves[m, 2]) / curves[m, 3]
    gone = lost[m] * np.minimum(np.maximum(share, numbers[1]), numbers[2])
    source[here] = even[here] + watery[here] * (numbers[2] - gone)
    dry_s[here] += numbers[0] * gone


def sum_perfusion(
    box: Box, numbers: Floats, theta: Floats, cooling: Floats, out: NDArray[np.float64]
) -> None:
    """Twin of ``heat_damage.sum_perfusion``."""
    here = _inside(box)
    away = cooling[here].astype(np.float64) * (theta[here] - numbers[0])
    out[here[0]] = away.sum(axis=(1, 2))
