"""Wave: blood in elastic tubes, 1-D, by the two-step scheme of Lax and Wendroff.

Cells hold area and mean speed; faces between them, half a step later, hold what flows. The speed
obeys du/dt + d(u^2/2 + p)/dx = -K u / A with p = base + beta sqrt(A): total pressure is its flux,
so a taper needs no source and rest stays rest. The faces at a node are found from the
characteristics that reach it (total pressure and mass are continuous there), so that what leaves
one vessel enters others to the last bit. All pressures are divided by the density.

Arrays that all of these kernels take; n cells of v vessels, n + v faces, 2 v ends, N nodes:

``first``    (v + 1,) int: first cell of each vessel; its first face is v further
``vessel``   (2, v): length of a cell, friction K
``cell``     (2, n): beta and base of the tube law
``face``     (3, n + v): beta, base, 1 / beta
``node_first`` (N + 1,), ``node_end`` (2 v,) int: ends at each node; end 2 k is the start of k
``kind``     (N,) int: ``JUNCTION``, ``FLOW``, ``BED``, ``REFLECTION``
``bed``      (5, N): resistance, compliance, resistance, distal pressure, whether the pressure is
             given; of a reflection the coefficient and the invariant 4 c at rest
``table_first`` (N + 1,), ``table`` (2, m): times of a period and values given at each node

The plain twin is ``wave_plain``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import serial
from seldinger.kernels.wave_nodes import meet

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

DONE, COLLAPSED, UNSETTLED = 0, 1, 2
"""What ``march`` returns."""
_LOOK = 4
"""Steps between two looks at the fastest wave."""


@serial
def longest_step(
    courant: float, first: Numbers, vessel: Floats, cell: Floats, area: Floats, speed: Floats
) -> float:
    """Step in which no wave runs further than ``courant`` of a cell; 0 if an area is none.

    Args:
        courant: below 1.
        first: (v + 1,).
        vessel: (2, v).
        cell: (2, n).
        area: (n,).
        speed: (n,).
    """
    step = np.inf
    for k in range(first.size - 1):
        fastest, damped = 0.0, 0.0
        for i in range(first[k], first[k + 1]):
            if not area[i] > 0.0:
                return 0.0
            fastest = max(fastest, abs(speed[i]) + np.sqrt(0.5 * cell[0, i] * np.sqrt(area[i])))
            damped = max(damped, 1.0 / area[i])
        step = min(step, courant * vessel[0, k] / fastest)
        # Friction is explicit: it may take at most half of the speed in a step.
        if vessel[1, k] > 0.0:
            step = min(step, 0.5 / (vessel[1, k] * damped))
    return step


@serial
def predict(
    dt: float,
    first: Numbers,
    vessel: Floats,
    cell: Floats,
    face: Floats,
    area: Floats,
    speed: Floats,
    pressure: Floats,
    face_area: Floats,
    face_speed: Floats,
    leaving: Floats,
) -> None:
    """Half a step to the inner faces, and the invariant that reaches each end by then.

    Args:
        dt: whole step.
        first: (v + 1,).
        vessel: (2, v).
        cell: (2, n).
        face: (3, n + v).
        area: (n,).
        speed: (n,).
        pressure: (n,) filled.
        face_area: (n + v,) filled inside the vessels.
        face_speed: (n + v,) likewise.
        leaving: (2 v,) v + 4 c at the ends, outward; filled.
    """
    for k in range(first.size - 1):
        a, b = first[k], first[k + 1]
        half, drag = 0.5 * dt / vessel[0, k], 0.5 * dt * vessel[1, k]
        for i in range(a, b):
            pressure[i] = cell[1, i] + cell[0, i] * np.sqrt(area[i])
        for i in range(a, b - 1):
            f = i + k + 1
            root = (0.5 * (pressure[i] + pressure[i + 1]) - face[1, f]) * face[2, f]
            middle = root * root
            mean = 0.5 * (speed[i] + speed[i + 1])
            face_area[f] = middle - half * (area[i + 1] * speed[i + 1] - area[i] * speed[i])
            # The difference of two squares is their sum times their difference.
            rise = pressure[i + 1] - pressure[i] + mean * (speed[i + 1] - speed[i])
            face_speed[f] = mean - half * rise - drag * mean / middle
        for side in range(2):
            near, next_, f = a, a + 1, a + k
            sign = -1.0
            if side == 1:
                near, next_, f, sign = b - 1, b - 2, b + k, 1.0
            out = sign * speed[near]
            wave = np.sqrt(0.5 * cell[0, near] * np.sqrt(area[near]))
            back = (out + wave) * half - 0.5
            foot = pressure[near] + back * (pressure[next_] - pressure[near])
            pace = out + back * (sign * speed[next_] - out)
            # What a taper gives along the way, the area being held.
            tapered = face[1, f] + face[0, f] * np.sqrt(area[near]) - pressure[near]
            foot += 2.0 * half * out * tapered
            root = (foot - face[1, f]) * face[2, f]
            pace -= drag * out / area[near]
            leaving[2 * k + side] = pace + 4.0 * np.sqrt(0.5 * face[0, f] * max(root, 0.0))


@serial
def advance(
    dt: float,
    first: Numbers,
    vessel: Floats,
    face: Floats,
    face_area: Floats,
    face_speed: Floats,
    flux: Floats,
    head: Floats,
    area: Floats,
    speed: Floats,
    passed: Floats,
) -> None:
    """The whole step, by what the faces hold in its middle.

    Args:
        dt: whole step.
        first: (v + 1,).
        vessel: (2, v).
        face: (3, n + v).
        face_area: (n + v,).
        face_speed: (n + v,).
        flux: (n + v,) filled.
        head: (n + v,) filled.
        area: (n,) carried on.
        speed: (n,) carried on.
        passed: (n + v,) volume through each face; grows.
    """
    for f in range(flux.size):
        flux[f] = face_area[f] * face_speed[f]
        passed[f] += dt * flux[f]
        head[f] = face[1, f] + face[0, f] * np.sqrt(face_area[f])
        head[f] += 0.5 * face_speed[f] * face_speed[f]
    for k in range(first.size - 1):
        share, drag = dt / vessel[0, k], 0.5 * dt * vessel[1, k]
        for i in range(first[k], first[k + 1]):
            f = i + k
            area[i] -= share * (flux[f + 1] - flux[f])
            slowed = face_speed[f] / face_area[f] + face_speed[f + 1] / face_area[f + 1]
            speed[i] -= share * (head[f + 1] - head[f]) + drag * slowed


@serial
def march(
    start_s: float,
    row_s: float,
    courant: float,
    first: Numbers,
    vessel: Floats,
    cell: Floats,
    face: Floats,
    node_first: Numbers,
    node_end: Numbers,
    kind: Numbers,
    bed: Floats,
    table_first: Numbers,
    table: Floats,
    stored: Floats,
    face_area: Floats,
    areas: Floats,
    speeds: Floats,
    passed: Floats,
) -> tuple[int, int]:
    """From the first row to the last; ``DONE`` or what went wrong, and the steps taken.

    Args:
        start_s: time of the first row.
        row_s: between two rows; the steps divide it.
        courant: share of a cell that the fastest wave crosses in a step.
        first: (v + 1,).
        vessel: (2, v).
        cell: (2, n).
        face: (3, n + v).
        node_first: (N + 1,).
        node_end: (2 v,).
        kind: (N,).
        bed: (5, N).
        table_first: (N + 1,).
        table: (2, m).
        stored: (N,) pressure at the compliance of each bed; carried on.
        face_area: (n + v,) a guess; carried on.
        areas: (t + 1, n) its first row is the start; filled.
        speeds: (t + 1, n) likewise.
        passed: (t, n + v) volume through each face from row to row; filled.
    """
    area, speed = areas[0].copy(), speeds[0].copy()
    pressure, leaving = np.empty(area.size), np.empty(node_end.size)
    face_speed, flux, head = np.zeros(face_area.size), np.empty(face_area.size), face_area.copy()
    scratch = np.empty((3, node_end.size))
    steps = 0
    for row in range(passed.shape[0]):
        passed[row] = 0.0
        time, until = start_s + row * row_s, start_s + (row + 1) * row_s
        left, limit = 1, 0.0
        while left > 0:
            if steps % _LOOK == 0 or limit == 0.0:
                limit = longest_step(courant, first, vessel, cell, area, speed)
                if not limit > 0.0:
                    return COLLAPSED, steps
            left = int(np.ceil((until - time) / limit - 1e-9))
            left = max(left, 1)
            dt = (until - time) / left
            predict(
                dt, first, vessel, cell, face, area, speed, pressure, face_area, face_speed, leaving
            )
            if not meet(
                time + 0.5 * dt, dt, first, face, node_first, node_end, kind, bed, table_first,
                table, leaving, stored, face_area, face_speed, scratch,
            ):  # fmt: skip
                return UNSETTLED, steps
            advance(
                dt, first, vessel, face, face_area, face_speed, flux, head, area, speed, passed[row]
            )
            time += dt
            steps += 1
            left -= 1
        areas[row + 1], speeds[row + 1] = area, speed
    return DONE, steps
