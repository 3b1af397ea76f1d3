"""What heat and cold do to cells: peaks, Arrhenius, CEM43, freezing, and blood that stops.

Fields have the shape of the grid and one float dtype; ``box`` is six indices (i0, i1, j0, j1, k0,
k1). Exponents are capped at ``CAP`` so that float32 does not overflow: a cell that far gone is
dead many times over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import prange, stencil

Floats = NDArray[Any]
Box = NDArray[np.int64]
Bytes = NDArray[np.uint8]

CAP = 60.0


@stencil
def extremes(box: Box, theta: Floats, peak: Floats, coldest: Floats) -> None:
    """Keep the highest (``peak``) and lowest ``theta``, (i, j, k), of every cell of ``box``.

    The lowest goes to ``coldest``.
    """
    k0, k1 = box[4], box[5]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            t = theta[i, j, k0:k1]
            high, low = peak[i, j, k0:k1], coldest[i, j, k0:k1]
            for n in range(t.size):
                high[n] = max(high[n], t[n])
                low[n] = min(low[n], t[n])


@stencil
def arrhenius(box: Box, numbers: Floats, theta: Floats, omega: Floats) -> None:
    """Add ``seconds`` of damage where it is hot enough to count.

    Args:
        box: the cells.
        numbers: seconds, ln A, Ea / R (K), reference (K), counted above (theta), cap.
        theta: (i, j, k) K above the reference.
        omega: (i, j, k) the damage integral, 1.
    """
    seconds, log_a, activation = numbers[0], numbers[1], numbers[2]
    kelvin, least, cap = numbers[3], numbers[4], numbers[5]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            for k in range(box[4], box[5]):
                t = theta[i, j, k]
                if t > least:
                    omega[i, j, k] += seconds * np.exp(min(log_a - activation / (t + kelvin), cap))


@stencil
def cem43(box: Box, numbers: Floats, theta: Floats, minutes: Floats) -> None:
    """Add equivalent minutes at 43 C where it is hot enough to count.

    Args:
        box: the cells.
        numbers: minutes, ln R above 43 C, ln R below, 43 C (theta), counted above (theta), cap.
        theta: (i, j, k) K above the reference.
        minutes: (i, j, k) cumulative equivalent minutes.
    """
    passed, above, below = numbers[0], numbers[1], numbers[2]
    knee, least, cap = numbers[3], numbers[4], numbers[5]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            for k in range(box[4], box[5]):
                t = theta[i, j, k]
                if t > least:
                    rate = above if t >= knee else below
                    minutes[i, j, k] += passed * np.exp(min(rate * (knee - t), cap))


@stencil
def count_cycles(box: Box, numbers: Floats, theta: Floats, under: Bytes, counted: Bytes) -> None:
    """Count how often each cell fell to the isotherm after having thawed.

    Args:
        box: the cells.
        numbers: the isotherm (theta), thawed above (theta).
        theta: (i, j, k) K above the reference.
        under: (i, j, k) 1 from falling to the isotherm until thawed.
        counted: (i, j, k) cycles so far.
    """
    lethal, thawed = numbers[0], numbers[1]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            for k in range(box[4], box[5]):
                t = theta[i, j, k]
                if under[i, j, k] == 0 and t <= lethal:
                    under[i, j, k] = 1
                    counted[i, j, k] += 1
                elif under[i, j, k] == 1 and t > thawed:
                    under[i, j, k] = 0


@stencil
def perfuse(
    box: Box,
    numbers: Floats,
    theta: Floats,
    coldest: Floats,
    omega: Floats,
    base: Floats,
    cooling: Floats,
) -> None:
    """What blood still carries after damage and frost.

    Args:
        box: the cells.
        numbers: frozen below (theta), share left while frozen, share left after it thawed, one,
            zero, share of flow that damage can stop.
        theta: (i, j, k) K above the reference.
        coldest: (i, j, k) lowest theta so far.
        omega: (i, j, k) damage that stops blood.
        base: (i, j, k) W/(m3 K) of living tissue.
        cooling: (i, j, k) W/(m3 K) now.
    """
    frost, frozen, thawed = numbers[0], numbers[1], numbers[2]
    unity, zero, stoppable = numbers[3], numbers[4], numbers[5]
    k0, k1 = box[4], box[5]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            t, low, dead = theta[i, j, k0:k1], coldest[i, j, k0:k1], omega[i, j, k0:k1]
            alive, now = base[i, j, k0:k1], cooling[i, j, k0:k1]
            for n in range(t.size):
                share = unity
                if dead[n] > zero:
                    share = unity - stoppable * (unity - np.exp(-dead[n]))
                if low[n] < frost:
                    share *= frozen if t[n] < frost else thawed
                now[n] = alive[n] * share


@stencil
def dry(
    box: Box,
    numbers: Floats,
    lost: Floats,
    curves: Floats,
    enthalpy: Floats,
    material: Bytes,
    even: Floats,
    watery: Floats,
    source: Floats,
    dry_s: Floats,
) -> None:
    """What heats now that some tissue has lost water, and for how long it had lost how much.

    Args:
        box: the cells.
        numbers: seconds, zero, one.
        lost: (materials,) share of absorption that dry tissue no longer has.
        curves: (materials, 12), see ``kernels.heat``.
        enthalpy: (i, j, k) J/m3.
        material: (i, j, k) row of ``curves``.
        even: (i, j, k) W/m3 that does not depend on water.
        watery: (i, j, k) W/m3 that does, in wet tissue.
        source: (i, j, k) W/m3 of both, now.
        dry_s: (i, j, k) seconds times the share lost; added to.
    """
    seconds, zero, unity = numbers[0], numbers[1], numbers[2]
    k0, k1 = box[4], box[5]
    for i in prange(box[0], box[1]):
        for j in range(box[2], box[3]):
            h, m = enthalpy[i, j, k0:k1], material[i, j, k0:k1]
            e, w = even[i, j, k0:k1], watery[i, j, k0:k1]
            q, d = source[i, j, k0:k1], dry_s[i, j, k0:k1]
            for n in range(h.size):
                boils, steam = curves[m[n], 2], curves[m[n], 3]
                gone = lost[m[n]] * min(max((h[n] - boils) / steam, zero), unity)
                q[n] = e[n] + w[n] * (unity - gone)
                d[n] += seconds * gone


@stencil
def sum_perfusion(
    box: Box, numbers: Floats, theta: Floats, cooling: Floats, out: NDArray[np.float64]
) -> None:
    """What blood carries away now, W/m3, summed per plane of the box.

    Args:
        box: the cells.
        numbers: blood (theta), zero.
        theta: (i, j, k) K above the reference.
        cooling: (i, j, k) W/(m3 K) now.
        out: (i,) sums.
    """
    blood, zero = numbers[0], numbers[1]
    k0, k1 = box[4], box[5]
    for i in prange(box[0], box[1]):
        column = np.empty(k1 - k0, theta.dtype)
        total = 0.0
        for j in range(box[2], box[3]):
            t, w = theta[i, j, k0:k1], cooling[i, j, k0:k1]
            # Rows first add up side by side, which vectorises, then once per plane.
            if j == box[2]:
                column[:] = zero
            for n in range(t.size):
                column[n] += w[n] * (t[n] - blood)
        for n in range(column.size):
            total += column[n]
        out[i] = total
