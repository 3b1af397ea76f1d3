"""Axial: heat around an axis, on a lattice of rings (i outwards, j along), enthalpy as variable.

The same curve and the same fluxes as ``kernels.heat``, in two dimensions and on one thread: a case
of some thousand rings takes a fraction of a second. ``curve`` is one row of twelve numbers, see
``kernels.heat``. No heat crosses the outer faces of the lattice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import row, serial

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@row
def _settle(h: Floats, live: Floats, curve: Floats, theta: Floats, cond: Floats) -> None:
    """Temperature and conductivity of a row of rings from their enthalpy."""
    lo, ice, hi, steam = curve[0], curve[1], curve[2], curve[3]
    su, sm, sf, sv, sd = curve[4], curve[5], curve[6], curve[7], curve[8]
    ku, kf, kd = curve[9], curve[10], curve[11]
    for n in range(h.size):
        x = h[n]
        below, above = x - lo, x - hi
        melt = max(min(below, 0.0), -ice)
        boil = min(max(above, 0.0), steam)
        cold = sm * melt + sf * min(below + ice, 0.0)
        hot = sv * boil + sd * max(above - steam, 0.0)
        theta[n] = su * min(max(x, lo), hi) + cold + hot
        cond[n] = live[n] * (ku + kf * melt + kd * boil)


@row
def _across(out: Floats, weight: Any, t: Floats, ts: Floats, c: Floats, cs: Floats) -> None:
    """Add what flows into each ring of a row from the ring beside it."""
    for n in range(out.size):
        face = c[n] * cs[n]
        if face > 0.0:
            out[n] += weight * face / (c[n] + cs[n]) * (ts[n] - t[n])


@row
def _exchange(
    watts: Floats, own: Any, dt: Any, wall: Floats, where: Indices, fixed: Floats,
    enthalpy: Floats, theta: Floats, cond: Floats,
) -> Any:  # fmt: skip
    """Give every ring at the body's wall its heat; the body's temperature after its limits."""
    resistance, duty, limit_w, passive = fixed[0], fixed[1], fixed[2], fixed[3]
    total, weighted = 0.0, 0.0
    for n in range(where.shape[0]):
        i, j = where[n, 0], where[n, 1]
        depth = wall[n, 1] / cond[i, j] + resistance * wall[n, 3]
        g = duty * wall[n, 0] / depth * wall[n, 2]
        total += g
        weighted += g * theta[i, j]
    if passive > 0.0:
        return weighted / total
    own = max(own, (weighted - limit_w) / total)
    for n in range(where.shape[0]):
        i, j = where[n, 0], where[n, 1]
        depth = wall[n, 1] / cond[i, j] + resistance * wall[n, 3]
        gained = duty * wall[n, 0] / depth * (own - theta[i, j])
        enthalpy[i, j] += dt * gained
        watts[0] += dt * gained * wall[n, 2]
    return float(own)


@serial
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
    """Explicit steps in place.

    Args:
        count: how many.
        numbers: step (s), blood (theta), the body's theta at the start and at the end of these
            steps.
        weights: (i, 3) twice the weight of the inner, outer and each end face of a ring, 1/m2.
        enthalpy: (i, j) J/m3.
        theta: (i, j) K above the reference.
        cond: (i, j) W/(m K).
        source: (i, j) W/m3.
        cooling: (i, j) W/(m3 K): perfusion times heat capacity of blood.
        live: (i, j) 1 where there is tissue, else 0.
        curve: (12,) of the tissue.
        where: (n, 2) rings at the wall of the held body.
        wall: (n, 4) of each: wall over volume (1/m), depth (m), volume (m3), and what scales the
            film to the true wall.
        fixed: resistance of the film (m2 K/W), duty, limit (W), 1 if passive.
        given_j: (1,) heat that the body gave; added to.

    Returns:
        The body's theta in the last step.
    """
    dt, blood, first, last = numbers[0], numbers[1], numbers[2], numbers[3]
    rings, along = theta.shape
    own = first
    flow = np.empty(theta.shape)
    for step in range(count):
        for i in range(rings):
            t, c, f = theta[i], cond[i], flow[i]
            q, w = source[i], cooling[i]
            for j in range(along):
                f[j] = q[j] - w[j] * (t[j] - blood)
            if i > 0:
                _across(f, weights[i, 0], t, theta[i - 1], c, cond[i - 1])
            if i < rings - 1:
                _across(f, weights[i, 1], t, theta[i + 1], c, cond[i + 1])
            _across(f[1:], weights[i, 2], t[1:], t[:-1], c[1:], c[:-1])
            _across(f[:-1], weights[i, 2], t[:-1], t[1:], c[:-1], c[1:])
        if where.shape[0] > 0:
            asked = first + (step + 0.5) / count * (last - first)
            own = _exchange(given_j, asked, dt, wall, where, fixed, enthalpy, theta, cond)
        for i in range(rings):
            h, f = enthalpy[i], flow[i]
            for j in range(along):
                h[j] += dt * f[j]
            _settle(h, live[i], curve, theta[i], cond[i])
    return float(own)
