"""Dose transport: decays at a point in endless water, tallied in shells around it.

An electron leaves its energy at a place chosen by chance on each step, which is right on average
for any shells. What it radiates is gone. The plain twin is ``dose_electron_plain``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.dose_electron import (
    CORNER,
    DEPTH,
    HARD,
    LOSS,
    RADIATED,
    SHARE,
    SPREAD,
    STEP,
    any_direction,
    collide,
    draw,
    pick,
    soft_cosine,
    soft_loss,
    start,
    turn,
)
from seldinger.kernels.jit import kernel, prange, serial

Floats = NDArray[np.float64]
State = NDArray[np.uint64]


@serial
def leave(x: Floats, energy: float, inverse_mm: float, shells: Floats) -> None:
    """Add ``energy`` to the shell of a place.

    Args:
        x: (3,) in mm from the source.
        energy: MeV.
        inverse_mm: shells in a mm.
        shells: (m,) the last takes all beyond.
    """
    far = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) * inverse_mm
    shells[min(int(far), shells.size - 1)] += energy


@serial
def step_freely(state: State, row: Floats, x: Floats, u: Floats, at: Floats) -> None:
    """One step in endless water.

    Args:
        state: (1,) the stream.
        row: (8,) of the table of steps.
        x: (3,) mm, changed.
        u: (3,) direction, changed.
        at: (3,) filled with where its loss is left.
    """
    step = row[STEP]
    hinge, place = step * draw(state), step * draw(state)
    if place < hinge:
        for k in range(3):
            at[k] = x[k] + place * u[k]
    for k in range(3):
        x[k] += hinge * u[k]
    turn(state, soft_cosine(state, row[SHARE], row[CORNER]), u)
    if place >= hinge:
        for k in range(3):
            at[k] = x[k] + (place - hinge) * u[k]
    for k in range(3):
        x[k] += (step - hinge) * u[k]


@serial
def follow_freely(
    state: State,
    table: Floats,
    inverse_bin: float,
    cut: float,
    inverse_mm: float,
    waiting: Floats,
    shells: Floats,
) -> float:
    """Follow the electron in ``waiting[0]`` and all that it sets free; MeV radiated.

    Args:
        state: (1,) the stream.
        table: (rows, 8) of steps.
        inverse_bin: its rows in a MeV.
        cut: MeV below which an electron stops.
        inverse_mm: shells in a mm.
        waiting: (DEPTH, 7) energy, place and direction.
        shells: (m,) MeV, grows.
    """
    x, u, at = np.empty(3), np.empty(3), np.empty(3)
    gone = 0.0
    top = 1
    while top > 0:
        top -= 1
        energy = waiting[top, 0]
        for k in range(3):
            x[k], u[k] = waiting[top, 1 + k], waiting[top, 4 + k]
        while energy > cut:
            row = table[int(energy * inverse_bin + 0.5)]
            loss = min(soft_loss(state, row[LOSS], row[SPREAD]), energy)
            step_freely(state, row, x, u, at)
            radiated = row[RADIATED] * loss
            leave(at, loss - radiated, inverse_mm, shells)
            gone += radiated
            energy -= loss
            if energy > 2.0 * cut and draw(state) < row[HARD]:
                energy = collide(state, energy, cut, u, x, waiting, top)
                top += 1
        leave(x, energy, inverse_mm, shells)
    return gone


@kernel
def follow_lanes(
    seed: int,
    first: int,
    count: int,
    quantiles: Floats,
    table: Floats,
    bin_mev: float,
    cut: float,
    inverse_mm: float,
    shells: Floats,
    books: Floats,
) -> None:
    """Follow electrons from a point in lanes that threads share, ``count`` in each.

    Args:
        seed: of the run.
        first: number of the first.
        count: how many a lane.
        quantiles: (n,) of the spectrum in MeV.
        table: (rows, 8) of steps.
        bin_mev: between its rows.
        cut: MeV below which an electron stops.
        inverse_mm: shells in a mm.
        shells: (lanes, m) MeV, grows.
        books: (lanes, 2) MeV emitted and radiated, grows.
    """
    for lane in prange(shells.shape[0]):
        state, u = np.empty(1, np.uint64), np.empty(3)
        waiting = np.empty((DEPTH, 7))
        for number in range(first + lane * count, first + (lane + 1) * count):
            start(seed, number, state)
            waiting[0, 0] = pick(state, quantiles)
            books[lane, 0] += waiting[0, 0]
            any_direction(state, u)
            for k in range(3):
                waiting[0, 1 + k], waiting[0, 4 + k] = 0.0, u[k]
            books[lane, 1] += follow_freely(
                state, table, 1.0 / bin_mev, cut, inverse_mm, waiting, shells[lane]
            )
