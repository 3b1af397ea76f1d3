"""Drug wall: free drug that diffuses through rings of a wall, binds to sites and leaves.

Implicit Euler: the free drug of every ring at once by Newton's method, what is bound follows from
it ring by ring. Steps may be as long as one likes: what comes out is positive, and nothing is lost
that ``books`` does not show.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import row, serial

Floats = NDArray[np.float64]

MOST_ROUNDS = 40
"""Newton needs three or four; so many mean that it does not settle."""
_SETTLED = 1e-13


@row
def _bind(
    dt: Any, binding: Floats, site: Floats, free: Floats, bound: Floats, rise: Floats
) -> None:
    """Fill ``bound`` at the end of a step from ``site`` at its start, and its slope by ``free``."""
    for i in range(free.size):
        rise[i] = 1.0
        for k in range(binding.shape[0]):
            on, off = dt * binding[k, 1], dt * binding[k, 2]
            below = 1.0 + on * free[i] + off
            bound[k, i] = (site[k, i] + on * free[i] * binding[k, 0]) / below
            rise[i] += on * (binding[k, 0] - bound[k, i]) / below


@row
def _miss(
    dt: Any, volume: Floats, exchange: Floats, before: Floats, free: Floats, bound: Floats,
    right: Floats,
) -> None:  # fmt: skip
    """Fill ``right`` with what each ring would still have to gain for its books to close."""
    last = free.size - 1
    for i in range(free.size):
        held = free[i]
        for k in range(bound.shape[0]):
            held += bound[k, i]
        gain = volume[i] * (before[i] - held) - dt * (exchange[i] + exchange[i + 1]) * free[i]
        if i > 0:
            gain += dt * exchange[i] * free[i - 1]
        if i < last:
            gain += dt * exchange[i + 1] * free[i + 1]
        right[i] = gain


@row
def _correct(
    dt: Any, volume: Floats, exchange: Floats, rise: Floats, right: Floats, upper: Floats,
    free: Floats,
) -> Any:  # fmt: skip
    """One elimination for the change of ``free``; the largest change, as a share of the largest."""
    for i in range(free.size):
        pivot = volume[i] * rise[i] + dt * (exchange[i] + exchange[i + 1])
        if i > 0:
            pivot -= dt * exchange[i] * upper[i - 1]
            right[i] += dt * exchange[i] * right[i - 1]
        upper[i] = dt * exchange[i + 1] / pivot
        right[i] /= pivot
    change, largest = 0.0, 1e-300
    for i in range(free.size - 1, -1, -1):
        if i < free.size - 1:
            right[i] += upper[i] * right[i + 1]
        free[i] = max(free[i] + right[i], 0.0)
        change, largest = max(change, abs(right[i])), max(largest, free[i])
    return change / largest


@serial
def march(
    steps_s: Floats,
    volume: Floats,
    exchange: Floats,
    binding: Floats,
    rates: Floats,
    entering: float,
    deposit: Floats,
    free: Floats,
    bound: Floats,
    books: Floats,
) -> int:
    """March in place over all steps.

    Args:
        steps_s: (m,) length of each step.
        volume: (n,) of each ring, from the inner to the outer.
        exchange: (n + 1,) volume that diffusion moves a second across each face: the first to the
            lumen, the last to what lies around; both are free of drug.
        binding: (q, 3) of each kind of site: how many there are, in the unit of ``free``, binding
            rate (1/(unit s)) and release rate (1/s).
        rates: (k, 2) share of each deposit that dissolves and that is shed, 1/s.
        entering: share of what dissolves that reaches the first ring; the rest goes to the blood.
        deposit: (k,) amount of each deposit on the inner surface.
        free: (n,) concentration.
        bound: (q, n) concentration at each kind of site.
        books: (m + 1, k + 3 + q) amounts, written from the second row on: of each deposit, gone to
            the blood, gone to what lies around, free, and at each kind of site.

    Returns:
        How many steps did not settle; 0 is success.
    """
    rise, right, upper = np.empty(free.size), np.empty(free.size), np.empty(free.size)
    site, before = np.empty(bound.shape), np.empty(free.size)
    unsettled, parts = 0, deposit.size
    for m in range(steps_s.size):
        dt, dissolved, blood = steps_s[m], 0.0, books[m, parts]
        for k in range(parts):
            deposit[k] /= 1.0 + dt * (rates[k, 0] + rates[k, 1])
            dissolved += dt * rates[k, 0] * deposit[k]
            blood += dt * rates[k, 1] * deposit[k]
            books[m + 1, k] = deposit[k]
        for i in range(free.size):
            before[i] = free[i]
            for k in range(bound.shape[0]):
                site[k, i] = bound[k, i]
                before[i] += bound[k, i]
        before[0] += entering * dissolved / volume[0]
        missed = 1.0
        for _ in range(MOST_ROUNDS):
            _bind(dt, binding, site, free, bound, rise)
            _miss(dt, volume, exchange, before, free, bound, right)
            missed = _correct(dt, volume, exchange, rise, right, upper, free)
            if missed <= _SETTLED:
                break
        unsettled += int(missed > _SETTLED)
        _bind(dt, binding, site, free, bound, rise)
        blood += (1.0 - entering) * dissolved + dt * exchange[0] * free[0]
        around = dt * exchange[free.size] * free[free.size - 1]
        books[m + 1, parts] = blood
        books[m + 1, parts + 1] = books[m, parts + 1] + around
        books[m + 1, parts + 2] = (volume * free).sum()
        for k in range(bound.shape[0]):
            books[m + 1, parts + 3 + k] = (volume * bound[k]).sum()
    return unsettled
