"""Plain twin of ``cement``: whole arrays, and a sparse system for the pressure; to be read."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve

from seldinger.kernels.cement import PARTLY

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def conduct(
    active: Numbers,
    stride: Numbers,
    wide: Floats,
    permeability: Floats,
    mobility: Floats,
    face: Floats,
) -> None:
    """Twin of ``cement.conduct``."""
    for axis in range(3):
        area = np.prod(wide) / wide[axis]
        resists = [
            0.5 * wide[axis] / (area * np.maximum(permeability[axis, n] * mobility[n], 1e-300))
            for n in (active, active + stride[axis])
        ]
        open_ = permeability[axis, active + stride[axis]] > 0.0
        face[axis, active] = np.where(open_, 1.0 / (resists[0] + resists[1]), 0.0)


def solve(active: Numbers, stride: Numbers, fixed: Floats, face: Floats, drive: Floats) -> Floats:
    """Pressures at which flows balance ``drive``: twin of a scaled system and its solution.

    Args:
        active: (n,) cells.
        stride: (3,).
        fixed: (cells,).
        face: (3, cells).
        drive: (cells,) m3/s.
    """
    size, place = len(active), np.full(len(fixed), -1)
    place[active] = np.arange(size)
    matrix = sp.diags(fixed[active]).tocsr()
    for axis in range(3):
        joined = active[face[axis, active] > 0.0]
        one, two = place[joined], place[joined + stride[axis]]
        value = face[axis, joined]
        rows, columns = np.r_[one, two, one, two], np.r_[one, two, two, one]
        matrix += sp.csr_matrix((np.r_[value, value, -value, -value], (rows, columns)), (size,) * 2)
    pressure = np.zeros(len(fixed))
    pressure[active] = spsolve(matrix.tocsc(), drive[active])
    return pressure


def _share(s: Floats, ratio: Floats) -> Floats:
    below = s + (1.0 - s) * ratio
    share: Floats = np.where(s > 0.0, s / np.where(below > 0.0, below, 1.0), 0.0)
    return share


def _inflow(pressure: Floats, face: Floats, stride: Numbers, n: Numbers) -> Floats:
    """(6, n) from the neighbours below and above along each axis; negative is outflow."""
    flows = []
    for axis in range(3):
        below, above = n - stride[axis], n + stride[axis]
        flows.append(face[axis, below] * (pressure[below] - pressure[n]))
        flows.append(face[axis, n] * (pressure[above] - pressure[n]))
    return np.array(flows)


def _neighbours(stride: Numbers, n: Numbers) -> Numbers:
    return np.array([n + sign * stride[axis] for axis in range(3) for sign in (-1, 1)])


def find_fastest(
    active: Numbers,
    stride: Numbers,
    pressure: Floats,
    face: Floats,
    fixed: Floats,
    outside: Floats,
    source: Floats,
    pore: Floats,
    ratio: Floats,
    saturation: Floats,
) -> float:
    """Twin of ``cement.find_fastest``."""
    share = _share(saturation, ratio)
    flows = _inflow(pressure, face, stride, active)
    enters = (np.maximum(flows, 0.0) * share[_neighbours(stride, active)]).sum(axis=0)
    leaves = np.maximum(-flows, 0.0).sum(axis=0)
    leaves += np.maximum(fixed * (pressure - outside), 0.0)[active]
    net = source[active] + enters - leaves * share[active]
    front = np.abs(saturation[active] - 0.5) < 0.5 - PARTLY
    fastest = np.maximum(net, np.where(front, leaves, 0.0)) / pore[active]
    return float(max(fastest.max(), 0.0))


def carry(
    order: Numbers,
    stride: Numbers,
    pressure: Floats,
    face: Floats,
    fixed: Floats,
    outside: Floats,
    source: Floats,
    pore: Floats,
    ratio: Floats,
    exit_of: Numbers,
    step_s: float,
    saturation: Floats,
    gain: Floats,
    share: Floats,
    left: Floats,
) -> None:
    """Twin of ``cement.carry``, with the saturation found by halving instead of by a root."""
    for n in order:
        near = _neighbours(stride, n)
        flows = _inflow(pressure, face, stride, n)
        through = fixed[n] * (pressure[n] - outside[n])
        arriving = np.maximum(flows, 0.0) * gain[near]
        enters = source[n] + arriving.sum() + max(-through, 0.0)
        cement = source[n] + (arriving * share[near]).sum()
        leaves = np.maximum(-flows, 0.0).sum() + max(through, 0.0)
        passes = enters * step_s / pore[n] if leaves > 0.0 else 0.0
        held = saturation[n] + cement * step_s / pore[n]
        low, high = 0.0, 1.0
        for _ in range(80):
            s = 0.5 * (low + high)
            over = s + passes * float(_share(np.array(s), ratio[n])) > held
            low, high = (low, s) if over else (s, high)
        share[n] = float(_share(np.array(high), ratio[n])) if passes > 0.0 and held > 0.0 else 0.0
        saturation[n] = held - passes * share[n]
        gain[n] = enters / leaves if leaves > 0.0 else 0.0
        if exit_of[n] >= 0 and through > 0.0:
            left[exit_of[n]] += through * gain[n] * step_s * np.array([share[n], 1.0])


def find_speed(
    active: Numbers, stride: Numbers, wide: Floats, pressure: Floats, face: Floats, speed: Floats
) -> None:
    """Twin of ``cement.find_speed``."""
    flows = _inflow(pressure, face, stride, active)
    area = np.repeat(np.prod(wide) / wide, 2)
    speed[active] = np.sqrt(0.5 * ((flows / area[:, None]) ** 2).sum(axis=0))
