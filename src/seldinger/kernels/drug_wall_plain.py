"""Plain twin of ``drug_wall``: whole arrays and a full matrix; to be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 12


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
    """Twin of ``drug_wall.march``."""
    across = np.diag(exchange[:-1] + exchange[1:])
    across -= np.diag(exchange[1:-1], 1) + np.diag(exchange[1:-1], -1)
    parts = deposit.size
    sites, on, off = (binding[:, column, None] for column in range(3))
    for m, dt in enumerate(steps_s):
        deposit /= 1.0 + dt * rates.sum(axis=1)
        dissolved, shed = dt * deposit @ rates
        before, held = free + bound.sum(axis=0), bound.copy()
        before[0] += entering * dissolved / volume[0]
        for _ in range(_ROUNDS):
            below = 1.0 + dt * (on * free + off)
            bound[:] = (held + dt * on * free * sites) / below
            rise = 1.0 + (dt * on * (sites - bound) / below).sum(axis=0)
            miss = volume * (before - free - bound.sum(axis=0)) - dt * across @ free
            free += np.linalg.solve(np.diag(volume * rise) + dt * across, miss)
        bound[:] = (held + dt * on * free * sites) / (1.0 + dt * (on * free + off))
        blood = shed + (1.0 - entering) * dissolved + dt * exchange[0] * free[0]
        around = dt * exchange[-1] * free[-1]
        gone = books[m, parts : parts + 2] + (blood, around)
        books[m + 1] = np.concatenate([deposit, gone, [volume @ free], bound @ volume])
    return 0
