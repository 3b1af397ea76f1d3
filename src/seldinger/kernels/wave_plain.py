"""Plain twin of ``wave``: whole vessels at once, and a general root finder at the nodes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from seldinger.kernels.wave import COLLAPSED, DONE
from seldinger.kernels.wave_nodes import FLOW, JUNCTION, REFLECTION

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

_LOOK = 4


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
    """Twin of ``wave.march``."""
    area, speed = areas[0].copy(), speeds[0].copy()
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    dx, drag = vessel[0][owner], vessel[1][owner]
    left_face = np.arange(len(area)) + owner
    steps, limit = 0, 0.0
    for row in range(len(passed)):
        passed[row] = 0.0
        time, until, left = start_s + row * row_s, start_s + (row + 1) * row_s, 1
        limit = 0.0
        while left > 0:
            if steps % _LOOK == 0 or limit == 0.0:
                if not (area > 0.0).all():
                    return COLLAPSED, steps
                fastest = abs(speed) + np.sqrt(0.5 * cell[0] * np.sqrt(area))
                limit = float((courant * dx / fastest).min())
                if drag.any():
                    limit = min(limit, float((0.5 * area[drag > 0.0] / drag[drag > 0.0]).min()))
            left = max(math.ceil((until - time) / limit - 1e-9), 1)
            dt = (until - time) / left
            face_speed, leaving = _predict(dt, first, vessel, cell, face, area, speed, face_area)
            for n in range(len(kind)):
                ends = node_end[node_first[n] : node_first[n + 1]]
                rows = slice(table_first[n], table_first[n + 1])
                given = (table[0, rows], table[1, rows], time + 0.5 * dt)
                _meet(n, ends, dt, kind, bed, given, first, face, leaving, stored, face_area)
                for e in ends:
                    f = first[e // 2 + e % 2] + e // 2
                    out = leaving[e] - 4.0 * _wave(face, f, face_area[f])
                    face_speed[f] = out if e % 2 else -out
            flux = face_area * face_speed
            head = face[1] + face[0] * np.sqrt(face_area) + face_speed**2 / 2.0
            slowed = face_speed / face_area
            a, b = left_face, left_face + 1
            area -= dt / dx * (flux[b] - flux[a])
            speed -= dt / dx * (head[b] - head[a]) + dt / 2.0 * drag * (slowed[a] + slowed[b])
            passed[row] += dt * flux
            time, steps, left = time + dt, steps + 1, left - 1
        areas[row + 1], speeds[row + 1] = area, speed
    return DONE, steps


def _wave(face: Floats, f: int, area: float) -> float:
    return math.sqrt(0.5 * face[0, f] * math.sqrt(area))


def _predict(
    dt: float,
    first: Numbers,
    vessel: Floats,
    cell: Floats,
    face: Floats,
    area: Floats,
    speed: Floats,
    face_area: Floats,
) -> tuple[Floats, Floats]:
    """Inner faces half a step later, and the invariants that reach the ends."""
    face_speed, leaving = np.zeros(len(face_area)), np.empty(2 * len(first) - 2)
    pressure = cell[1] + cell[0] * np.sqrt(area)
    for k in range(len(first) - 1):
        inside = slice(first[k], first[k + 1])
        p, u, s = pressure[inside], speed[inside], area[inside]
        faces = slice(first[k] + k + 1, first[k + 1] + k)
        half, drag = dt / 2.0 / vessel[0, k], dt / 2.0 * vessel[1, k]
        middle = (((p[:-1] + p[1:]) / 2.0 - face[1, faces]) / face[0, faces]) ** 2
        mean = (u[:-1] + u[1:]) / 2.0
        face_area[faces] = middle - half * np.diff(s * u)
        face_speed[faces] = mean - half * np.diff(p + u**2 / 2.0) - drag * mean / middle
        for side, f in ((0, first[k] + k), (1, first[k + 1] + k)):
            near, beyond = (0, 1) if side == 0 else (-1, -2)
            out = np.array([u[near], u[beyond]]) * (2 * side - 1)
            wave = math.sqrt(0.5 * cell[0, inside][near] * math.sqrt(s[near]))
            # Cells lie half a cell and one and a half from the end; the wave comes from `foot`.
            foot = (out[0] + wave) * half - 0.5
            p_foot = p[near] + foot * (p[beyond] - p[near])
            tapered = face[1, f] + face[0, f] * math.sqrt(s[near]) - p[near]
            p_foot += 2.0 * half * out[0] * tapered
            pace = out[0] + foot * (out[1] - out[0]) - drag * out[0] / s[near]
            leaving[2 * k + side] = pace + 4.0 * math.sqrt((p_foot - face[1, f]) / 2.0)
    return face_speed, leaving


def _meet(
    n: int,
    ends: Numbers,
    dt: float,
    kind: Numbers,
    bed: Floats,
    given: tuple[Floats, Floats, float],
    first: Numbers,
    face: Floats,
    leaving: Floats,
    stored: Floats,
    face_area: Floats,
) -> None:
    """Areas at the ends of one node."""
    if kind[n] == JUNCTION:
        _join(ends, first, face, leaving, face_area)
        return
    (e,) = ends
    f = first[e // 2 + e % 2] + e // 2

    def flow(area: float) -> float:
        return area * float(leaving[e] - 4.0 * _wave(face, f, area))

    def pressure(area: float) -> float:
        return float(face[1, f] + face[0, f] * math.sqrt(area))

    if kind[n] == REFLECTION:
        entering = -bed[1, n] - bed[0, n] * (leaving[e] - bed[1, n])
        face_area[f] = (2.0 * ((leaving[e] - entering) / 8.0) ** 2 / face[0, f]) ** 2
        return
    times, values, now = given
    if kind[n] == FLOW or bed[4, n]:
        at = now % times[-1] if len(times) > 1 else 0.0
        fixed = float(np.interp(at, times, values))
    if kind[n] == FLOW:
        face_area[f] = _root(lambda a: flow(a) + fixed, face_area[f])
        return
    if bed[4, n]:
        face_area[f] = ((fixed - face[1, f]) / face[0, f]) ** 2
        return
    near, soft, far, distal = bed[:4, n]

    def held(area: float) -> float:
        """Pressure at the compliance in the middle of the step."""
        gained = soft * stored[n] + dt / 2.0 * (flow(area) + distal / far)
        return float(gained / (soft + dt / 2.0 / far))

    area = _root(lambda a: pressure(a) - near * flow(a) - held(a), face_area[f])
    face_area[f] = area
    stored[n] = 2.0 * held(area) - stored[n]


def _join(ends: Numbers, first: Numbers, face: Floats, leaving: Floats, face_area: Floats) -> None:
    """One total pressure at which the flows of all vessels sum to nothing."""
    faces = [int(first[e // 2 + e % 2] + e // 2) for e in ends]

    def area_at(head: float, e: int, f: int) -> float:
        def miss(area: float) -> float:
            out = leaving[e] - 4.0 * _wave(face, f, area)
            return float(face[1, f] + face[0, f] * math.sqrt(area) + out**2 / 2.0 - head)

        return _root(miss, face_area[f])

    def flows(head: float) -> float:
        total = 0.0
        for e, f in zip(ends, faces, strict=True):
            area = area_at(head, e, f)
            total += area * float(leaving[e] - 4.0 * _wave(face, f, area))
        return total

    f = faces[0]
    guess = float(face[1, f] + face[0, f] * math.sqrt(face_area[f]))
    span = 0.02 * float(face[0, f]) * math.sqrt(face_area[f])
    head = brentq(flows, guess - span, guess + span, xtol=1e-12, rtol=1e-14)
    for e, f in zip(ends, faces, strict=True):
        face_area[f] = area_at(head, e, f)


def _root(miss: object, guess: float) -> float:
    """Where ``miss`` of an area vanishes, near ``guess``."""
    return float(brentq(miss, 0.5 * guess, 1.5 * guess, xtol=1e-22, rtol=1e-14))
