"""Dose voxels: decays in a lattice of densities, tallied by voxel; water of any density.

Places are mm from the lower corner of the lattice. A way is given as a mass thickness and walked
through the voxels it crosses, so steps may be longer than voxels. The plain twin is
``dose_electron_plain``.
"""

from __future__ import annotations

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
Singles = NDArray[np.float32]
Numbers = NDArray[np.int64]
State = NDArray[np.uint64]


@serial
def fits(x: Floats, u: Floats, cell: Numbers, far: float, spacing: Floats) -> bool:
    """Whether the end of a way lies in the voxel of its start.

    Args:
        x: (3,) mm.
        u: (3,) direction.
        cell: (3,) voxel of ``x``.
        far: mm.
        spacing: (3,) mm.
    """
    for k in range(3):
        new = x[k] + far * u[k]
        if new < cell[k] * spacing[k] or new >= (cell[k] + 1) * spacing[k]:
            return False
    return True


@serial
def next_face(
    x: Floats, u: Floats, cell: Numbers, far: float, spacing: Floats
) -> tuple[float, int]:
    """The nearest face ahead up to ``far``: mm to it and its axis, -1 where there is none.

    Args:
        x: (3,) mm.
        u: (3,) direction.
        cell: (3,) voxel of ``x``.
        far: mm.
        spacing: (3,) mm.
    """
    near, axis = far, -1
    for k in range(3):
        if u[k] != 0.0:
            ahead = ((cell[k] + (1 if u[k] > 0.0 else 0)) * spacing[k] - x[k]) / u[k]
            if ahead <= near:
                near, axis = ahead, k
    return max(near, 0.0), axis


@serial
def walk(
    x: Floats, u: Floats, cell: Numbers, mass: float, density: Singles, spacing: Floats
) -> bool:
    """Go a mass thickness along a direction.

    Args:
        x: (3,) mm, changed.
        u: (3,) direction.
        cell: (3,) voxel of ``x``, changed.
        mass: mm g/ml.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.

    Returns:
        Whether the end lies in the lattice.
    """
    while True:
        here = float(density[cell[0], cell[1], cell[2]])
        far = mass / here
        if fits(x, u, cell, far, spacing):
            for k in range(3):
                x[k] += far * u[k]
            return True
        near, axis = next_face(x, u, cell, far, spacing)
        for k in range(3):
            x[k] += near * u[k]
        if axis < 0:
            return True
        mass = max(mass - near * here, 0.0)
        x[axis] = (cell[axis] + (1 if u[axis] > 0.0 else 0)) * spacing[axis]
        cell[axis] += 1 if u[axis] > 0.0 else -1
        if cell[axis] < 0 or cell[axis] >= density.shape[axis]:
            return False


@serial
def clearance(x: Floats, cell: Numbers, spacing: Floats) -> float:
    """Distance to the nearest face of a voxel, mm.

    Args:
        x: (3,) mm.
        cell: (3,) its voxel.
        spacing: (3,) mm.
    """
    near = 1e9
    for k in range(3):
        below = x[k] - cell[k] * spacing[k]
        near = min(near, below, spacing[k] - below)
    return near


@serial
def step_in_voxel(state: State, row: Floats, here: float, x: Floats, u: Floats) -> None:
    """A step that cannot reach a face; draws what ``step_across`` draws.

    Args:
        state: (1,) the stream.
        row: (8,) of the table of steps.
        here: density, g/ml.
        x: (3,) mm, changed.
        u: (3,) direction, changed.
    """
    step = row[STEP]
    hinge = step * draw(state)
    draw(state)
    cosine = soft_cosine(state, row[SHARE], row[CORNER])
    for k in range(3):
        x[k] += hinge / here * u[k]
    turn(state, cosine, u)
    for k in range(3):
        x[k] += (step - hinge) / here * u[k]


@serial
def step_across(
    state: State,
    row: Floats,
    density: Singles,
    spacing: Floats,
    x: Floats,
    u: Floats,
    cell: Numbers,
    at: Numbers,
) -> bool:
    """A step through any voxels; whether its end lies in the lattice.

    Args:
        state: (1,) the stream.
        row: (8,) of the table of steps.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.
        x: (3,) mm, changed.
        u: (3,) direction, changed.
        cell: (3,) voxel of ``x``, changed.
        at: (3,) filled with the voxel where its loss is left, -1 where it left the lattice before.
    """
    step = row[STEP]
    hinge, place = step * draw(state), step * draw(state)
    cosine = soft_cosine(state, row[SHARE], row[CORNER])
    at[0] = -1
    first, second = min(hinge, place), max(hinge, place)
    if not walk(x, u, cell, first, density, spacing):
        return False
    if hinge <= place:
        turn(state, cosine, u)
    else:
        at[:] = cell
    if not walk(x, u, cell, second - first, density, spacing):
        return False
    if hinge <= place:
        at[:] = cell
    else:
        turn(state, cosine, u)
    return walk(x, u, cell, step - second, density, spacing)


@serial
def follow(
    state: State,
    table: Floats,
    inverse_bin: float,
    cut: float,
    density: Singles,
    spacing: Floats,
    waiting: Floats,
    tally: Singles,
    books: Floats,
) -> None:
    """Follow the electron in ``waiting[0]`` and all that it sets free.

    Args:
        state: (1,) the stream.
        table: (rows, 8) of steps.
        inverse_bin: its rows in a MeV.
        cut: MeV below which an electron stops.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.
        waiting: (DEPTH, 7) energy, place and direction.
        tally: (i, j, k) MeV, grows.
        books: (3,) MeV emitted, radiated and carried out; the last two grow.
    """
    x, u = np.empty(3), np.empty(3)
    cell, at = np.empty(3, np.int64), np.empty(3, np.int64)
    top = 1
    while top > 0:
        top -= 1
        energy = waiting[top, 0]
        for k in range(3):
            x[k], u[k] = waiting[top, 1 + k], waiting[top, 4 + k]
            cell[k] = min(int(x[k] / spacing[k]), density.shape[k] - 1)
        inside = True
        while inside and energy > cut:
            row = table[int(energy * inverse_bin + 0.5)]
            loss = min(soft_loss(state, row[LOSS], row[SPREAD]), energy)
            here = float(density[cell[0], cell[1], cell[2]])
            # No face is near enough to be crossed: most steps need not look for one.
            if clearance(x, cell, spacing) * here > row[STEP]:
                step_in_voxel(state, row, here, x, u)
                at[:] = cell
            else:
                inside = step_across(state, row, density, spacing, x, u, cell, at)
            if at[0] >= 0:
                radiated = row[RADIATED] * loss
                tally[at[0], at[1], at[2]] += np.float32(loss - radiated)
                books[1] += radiated
                energy -= loss
            if inside and energy > 2.0 * cut and draw(state) < row[HARD]:
                energy = collide(state, energy, cut, u, x, waiting, top)
                top += 1
        if inside:
            tally[cell[0], cell[1], cell[2]] += np.float32(energy)
        else:
            books[2] += energy


@kernel
def decay_in_voxels(
    seed: int,
    batch: int,
    count: int,
    voxels: Numbers,
    below: Floats,
    quantiles: Floats,
    table: Floats,
    bin_mev: float,
    cut: float,
    density: Singles,
    spacing: Floats,
    tally: Singles,
    books: Floats,
) -> None:
    """Let ``count`` electrons start in every lane; lane l is batch ``batch + l``.

    Args:
        seed: of the run.
        batch: number of the first.
        count: electrons a batch.
        voxels: (n, 3) voxels with activity.
        below: (n + 1,) share of all decays in the voxels before, from 0 to 1.
        quantiles: (m,) of the spectrum in MeV.
        table: (rows, 8) of steps.
        bin_mev: between its rows.
        cut: MeV below which an electron stops.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.
        tally: (lanes, i, j, k) MeV, grows.
        books: (lanes, 3) MeV emitted, radiated and carried out, grows.
    """
    for lane in prange(tally.shape[0]):
        state = np.empty(1, np.uint64)
        waiting = np.empty((DEPTH, 7))
        u = np.empty(3)
        start(seed, -1 - batch - lane, state)
        shift = draw(state)
        voxel = 0
        for n in range(count):
            start(seed, (batch + lane) * count + n, state)
            # Evenly along the list: how many start in a voxel is hardly left to chance.
            while voxel < voxels.shape[0] - 1 and below[voxel + 1] * count <= n + shift:
                voxel += 1
            waiting[0, 0] = pick(state, quantiles)
            books[lane, 0] += waiting[0, 0]
            any_direction(state, u)
            for k in range(3):
                waiting[0, 1 + k] = (voxels[voxel, k] + draw(state)) * spacing[k]
                waiting[0, 4 + k] = u[k]
            follow(
                state, table, 1.0 / bin_mev, cut, density, spacing, waiting, tally[lane],
                books[lane],
            )  # fmt: skip
