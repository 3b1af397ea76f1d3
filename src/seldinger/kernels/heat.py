"""Heat: conduction, heating and blood on one isotropic lattice, with enthalpy as the variable.

Every kernel is generic in its float dtype and works inside ``box``, six indices (i0, i1, j0, j1,
k0, k1); no heat crosses the faces of the box. Enthalpy (J/m3) and temperature ``theta`` (K) count
from one reference, so that tissue at rest is exactly zero and small changes are not rounded away.

``curves`` has one row of twelve numbers per material, see ``seldinger.physics.thermal.properties``:

==== ============================================================================================
0, 1 enthalpy where freezing begins (negative), enthalpy it takes (positive)
2, 3 enthalpy where boiling begins, enthalpy it takes
4-8  kelvin per J/m3: unfrozen, freezing, frozen, boiling, dry
9-11 conductivity unfrozen; its change per J/m3 while freezing, while boiling
==== ============================================================================================

A cell of conductivity zero is out of it: nothing flows through its faces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import prange, row, stencil

Floats = NDArray[Any]
"""float32 or float64; one dtype per call."""
Box = NDArray[np.int64]
Classes = NDArray[np.uint8]

CALM = 2
"""Steps in one phase after which both conductivity arrays agree."""


@row
def _across(
    out: Floats, t: Floats, tm: Floats, tp: Floats, c: Floats, cm: Floats, cp: Floats, tiny: Any
) -> None:
    """Add half the flow into each cell of a row from the two rows (or shifts) beside it."""
    for n in range(out.size):
        x, y = c[n], t[n]
        out[n] += cm[n] * x / (cm[n] + x + tiny) * (tm[n] - y) + cp[n] * x / (cp[n] + x + tiny) * (
            tp[n] - y
        )


@row
def _flow(out: Floats, theta: Floats, cond: Floats, box: Box, i: int, j: int, numbers: Any) -> None:
    """Half the net flow into each cell of row (i, j) over all six faces."""
    i0, i1, j0, j1, k0, k1 = box[0], box[1], box[2], box[3], box[4], box[5]
    tiny = numbers[3]
    n = k1 - k0
    im, ip = max(i - 1, i0), min(i + 1, i1 - 1)
    jm, jp = max(j - 1, j0), min(j + 1, j1 - 1)
    t, c = theta[i, j, k0:k1], cond[i, j, k0:k1]
    out[:] = numbers[4]
    _across(
        out, t, theta[im, j, k0:k1], theta[ip, j, k0:k1], c, cond[im, j, k0:k1],
        cond[ip, j, k0:k1], tiny,
    )  # fmt: skip
    _across(
        out, t, theta[i, jm, k0:k1], theta[i, jp, k0:k1], c, cond[i, jm, k0:k1],
        cond[i, jp, k0:k1], tiny,
    )  # fmt: skip
    _across(
        out[1 : n - 1], t[1 : n - 1], t[0 : n - 2], t[2:n], c[1 : n - 1], c[0 : n - 2], c[2:n], tiny
    )
    if n > 1:
        out[0] += c[0] * c[1] / (c[0] + c[1] + tiny) * (t[1] - t[0])
        last = n - 1
        out[last] += c[last] * c[n - 2] / (c[last] + c[n - 2] + tiny) * (t[n - 2] - t[last])


@row
def _refresh(
    h: Floats, material: Classes, curves: Floats, theta: Floats, cond: Floats, zero: Any
) -> None:
    """Temperature and conductivity of a row from its enthalpy, one run of a material at a time."""
    n = h.size
    start = 0
    while start < n:
        end = start + 1
        while end < n and material[end] == material[start]:
            end += 1
        p = curves[material[start]]
        lo, ice, hi, steam = p[0], p[1], p[2], p[3]
        su, sm, sf, sv, sd = p[4], p[5], p[6], p[7], p[8]
        ku, kf, kd = p[9], p[10], p[11]
        hs, ts, cs = h[start:end], theta[start:end], cond[start:end]
        for m in range(end - start):
            x = hs[m]
            below, above = x - lo, x - hi
            melt = max(min(below, zero), -ice)
            boil = min(max(above, zero), steam)
            cold = sm * melt + sf * min(below + ice, zero)
            hot = sv * boil + sd * max(above - steam, zero)
            ts[m] = su * min(max(x, lo), hi) + cold + hot
            cs[m] = ku + kf * melt + kd * boil
        start = end


@row
def _still_flow(out: Floats, theta: Floats, box: Box, i: int, j: int, half: Any) -> None:
    """As ``_flow`` where this row and the four beside it are one material in one phase."""
    i0, i1, j0, j1, k0, k1 = box[0], box[1], box[2], box[3], box[4], box[5]
    n = k1 - k0
    t = theta[i, j, k0:k1]
    west, east = theta[max(i - 1, i0), j, k0:k1], theta[min(i + 1, i1 - 1), j, k0:k1]
    for m in range(n):
        out[m] = (west[m] - t[m]) + (east[m] - t[m])
    west, east = theta[i, max(j - 1, j0), k0:k1], theta[i, min(j + 1, j1 - 1), k0:k1]
    for m in range(n):
        out[m] += (west[m] - t[m]) + (east[m] - t[m])
    middle, low, high = t[1 : n - 1], t[0 : n - 2], t[2:n]
    inner = out[1 : n - 1]
    for m in range(n - 2):
        inner[m] += (low[m] - middle[m]) + (high[m] - middle[m])
    out[0] += t[1] - t[0]
    out[n - 1] += t[n - 2] - t[n - 1]
    for m in range(n):
        out[m] *= half


@row
def _still(uniform: Classes, calm: Classes, box: Box, i: int, j: int) -> Any:
    """Whether row (i, j) and the four beside it are calm rows of one material."""
    im, ip = max(i - 1, box[0]), min(i + 1, box[1] - 1)
    jm, jp = max(j - 1, box[2]), min(j + 1, box[3] - 1)
    own = uniform[i, j]
    still = own > 0 and calm[i, j] == CALM and box[5] - box[4] > 1
    still = still and calm[im, j] == CALM and calm[ip, j] == CALM
    still = still and calm[i, jm] == CALM and calm[i, jp] == CALM
    still = still and uniform[im, j] == own and uniform[ip, j] == own
    return still and uniform[i, jm] == own and uniform[i, jp] == own


@row
def _settle(
    h: Floats,
    own: Any,
    calm: Any,
    material: Classes,
    curves: Floats,
    theta: Floats,
    cond: Floats,
    zero: Any,
) -> Any:
    """Temperature and, unless the row stays calm, conductivity; for how long it is in one phase."""
    away = 0
    least, most, slope = curves[own, 0], curves[own, 2], curves[own, 4]
    for n in range(h.size):
        away += (h[n] < least) | (h[n] > most)
        theta[n] = slope * h[n]
    after = calm
    if own == 0 or away > 0 or calm < CALM:
        _refresh(h, material, curves, theta, cond, zero)
        after = 0 if own == 0 or away > 0 else calm + 1
    return after


@stencil
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
    """One explicit step: enthalpy in place, temperature and conductivity into the other pair.

    A row (i, j) of one material that neither freezes nor boils is *calm* once both conductivity
    arrays say so (two steps); between calm rows the flow needs no conductivity, and none is
    written.

    Args:
        box: the cells to step.
        numbers: 2 dt / spacing^2, dt, blood temperature, a tiny conductivity, zero, one half.
        enthalpy: (i, j, k) J/m3.
        theta: (i, j, k) K above the reference.
        cond: (i, j, k) W/(m K).
        source: (i, j, k) W/m3.
        cooling: (i, j, k) W/(m3 K): perfusion times heat capacity of blood.
        material: (i, j, k) row of ``curves``.
        curves: (materials, 12).
        theta_out: as ``theta``, after the step.
        cond_out: as ``cond``, after the step.
        uniform: (i, j) the only material of a row, 0 if there are several.
        calm: (i, j) 2 if the row is calm, else for how many steps it has been in one phase.
        calm_out: as ``calm``, after the step.
    """
    k0, k1 = box[4], box[5]
    factor, dt, blood, zero, half = numbers[0], numbers[1], numbers[2], numbers[4], numbers[5]
    for i in prange(box[0], box[1]):
        flow = np.empty(k1 - k0, enthalpy.dtype)
        for j in range(box[2], box[3]):
            own = uniform[i, j]
            if _still(uniform, calm, box, i, j):
                _still_flow(flow, theta, box, i, j, half * curves[own, 9])
            else:
                _flow(flow, theta, cond, box, i, j, numbers)
            h, t = enthalpy[i, j, k0:k1], theta[i, j, k0:k1]
            q, w = source[i, j, k0:k1], cooling[i, j, k0:k1]
            for n in range(k1 - k0):
                h[n] += factor * flow[n] + dt * (q[n] - w[n] * (t[n] - blood))
            calm_out[i, j] = _settle(
                h, own, calm[i, j], material[i, j, k0:k1], curves, theta_out[i, j, k0:k1],
                cond_out[i, j, k0:k1], zero,
            )  # fmt: skip


@stencil
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
    begins: bool,  # noqa: FBT001  numba binds by position
) -> None:
    """One stage of a Runge-Kutta-Legendre step; arguments as in ``euler`` but for these.

    Args:
        box: the cells to step.
        numbers: as in ``euler``, with dt = 1.
        weights: of ``last``, of ``before``, the step, and in it of the rate now and at first.
        first: (i, j, k) enthalpy at the start of the step.
        last: (i, j, k) enthalpy of the stage before, to which ``theta`` belongs.
        before: (i, j, k) enthalpy of the stage before that; may be ``out``.
        first_rate: (i, j, k) W/m3 at ``first``; written by the first stage, read by the others.
        theta: (i, j, k) K above the reference.
        cond: (i, j, k) W/(m K).
        source: (i, j, k) W/m3.
        cooling: (i, j, k) W/(m3 K).
        material: (i, j, k) row of ``curves``.
        curves: (materials, 12).
        out: (i, j, k) enthalpy of this stage.
        theta_out: (i, j, k) its temperature.
        cond_out: (i, j, k) its conductivity.
        uniform: (i, j) as in ``euler``.
        calm: (i, j) as in ``euler``.
        calm_out: (i, j) as in ``euler``.
        begins: whether this is the first stage.
    """
    k0, k1 = box[4], box[5]
    factor, blood, zero, half = numbers[0], numbers[2], numbers[4], numbers[5]
    a, b, dt, d, e = weights[0], weights[1], weights[2], weights[3], weights[4]
    for i in prange(box[0], box[1]):
        flow = np.empty(k1 - k0, theta.dtype)
        for j in range(box[2], box[3]):
            own = uniform[i, j]
            if _still(uniform, calm, box, i, j):
                _still_flow(flow, theta, box, i, j, half * curves[own, 9])
            else:
                _flow(flow, theta, cond, box, i, j, numbers)
            h, y, z = out[i, j, k0:k1], last[i, j, k0:k1], before[i, j, k0:k1]
            x, s, t = first[i, j, k0:k1], first_rate[i, j, k0:k1], theta[i, j, k0:k1]
            q, w = source[i, j, k0:k1], cooling[i, j, k0:k1]
            for n in range(k1 - k0):
                flow[n] = factor * flow[n] + q[n] - w[n] * (t[n] - blood)
            if begins:
                s[:] = flow
            for n in range(k1 - k0):
                # Differences from the start: at rest all terms are exactly zero.
                step = d * flow[n] + e * s[n]
                h[n] = x[n] + a * (y[n] - x[n]) + b * (z[n] - x[n]) + dt * step
            calm_out[i, j] = _settle(
                h, own, calm[i, j], material[i, j, k0:k1], curves, theta_out[i, j, k0:k1],
                cond_out[i, j, k0:k1], zero,
            )  # fmt: skip
