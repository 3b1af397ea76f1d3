"""Cement: two fluids in the pores of a voxel map; Darcy's law, upwind, in order of pressure.

Fields are flat, of a block with a ring of empty cells around it, so that no neighbour is missing:

``active``   (n,) int: the cells that conduct
``stride``   (3,) int: to the next cell along each axis
``face``     (3, cells) m3/(Pa s): conductance of each cell's face to the next along each axis
``fixed``    (cells,) m3/(Pa s): conductance of a cell's exit; 0 where there is none
``outside``  (cells,) Pa: pressure behind a cell's exit
``ratio``    (cells,) viscosity of cement over that of marrow

Relative permeability is saturation: the fluids lie side by side, and cement's share of the flow
out of a cell of saturation s is s / (s + (1 - s) ratio). Flow falls with pressure and therefore
never in a circle: cells in falling order see all that enters them before they are solved, each by
a quadratic. That is the implicit upwind scheme without a system, stable at every step (potential
ordering, after Kwok and Tchelepi, J Comput Phys 2007). One thread: the order is a chain.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import row, serial

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

PARTLY = 0.05
"""Cells fuller than this, and emptier by it than full, hold the front."""


@serial
def conduct(
    active: Numbers,
    stride: Numbers,
    wide: Floats,
    permeability: Floats,
    mobility: Floats,
    face: Floats,
) -> None:
    """Conductance of faces: two half cells in a row.

    Args:
        active: (n,) cells.
        stride: (3,).
        wide: (3,) m.
        permeability: (3, cells) m2; 0 in cells that are not active.
        mobility: (cells,) 1/(Pa s).
        face: (3, cells) written.
    """
    for axis in range(3):
        shape = 2.0 * wide[0] * wide[1] * wide[2] / (wide[axis] * wide[axis])
        for n in active:
            m = n + stride[axis]
            one = permeability[axis, n] * mobility[n]
            two = permeability[axis, m] * mobility[m]
            face[axis, n] = shape * one * two / (one + two) if one + two > 0.0 else 0.0


@serial
def scale_system(
    active: Numbers, stride: Numbers, fixed: Floats, face: Floats, scale: Floats, scaled: Floats
) -> None:
    """The system as ``laplace_solve.solve`` wants it: its diagonal is one.

    Args:
        active: (n,) cells.
        stride: (3,).
        fixed: (cells,).
        face: (3, cells).
        scale: (cells,) one over the root of the diagonal, written.
        scaled: (3, cells) faces over both cells' roots, written.
    """
    for n in active:
        whole = fixed[n]
        for axis in range(3):
            whole += face[axis, n] + face[axis, n - stride[axis]]
        scale[n] = 1.0 / math.sqrt(whole) if whole > 0.0 else 0.0
    for axis in range(3):
        for n in active:
            scaled[axis, n] = face[axis, n] * scale[n] * scale[n + stride[axis]]


@row
def _share(s: float, ratio: float) -> float:
    """Cement's share of what leaves a cell of saturation ``s``."""
    return s / (s + (1.0 - s) * ratio) if s > 0.0 else 0.0


@serial
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
    """Fastest rise of saturation in any cell, or passage through one that is partly filled, 1/s.

    The rise alone would let steps grow as a front smears, and the front smear as they grow.

    Args:
        active: (n,) cells.
        stride: (3,).
        pressure: (cells,) Pa.
        face: (3, cells).
        fixed: (cells,).
        outside: (cells,).
        source: (cells,) m3/s of cement.
        pore: (cells,) m3.
        ratio: (cells,).
        saturation: (cells,).
    """
    fastest = 0.0
    for n in active:
        p = pressure[n]
        enters, leaves = source[n], max(fixed[n] * (p - outside[n]), 0.0)
        for axis in range(3):
            for side in range(2):
                m = n + (2 * side - 1) * stride[axis]
                flow = face[axis, min(n, m)] * (pressure[m] - p)
                if flow > 0.0:
                    enters += flow * _share(saturation[m], ratio[m])
                else:
                    leaves -= flow
        s = saturation[n]
        fastest = max(fastest, (enters - leaves * _share(s, ratio[n])) / pore[n])
        if PARTLY < s < 1.0 - PARTLY:
            fastest = max(fastest, leaves / pore[n])
    return fastest


@serial
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
    """One step of saturation; what leaves by each exit is added to the books.

    Pressures are solved to a tolerance. What leaves a cell is therefore scaled to what enters it,
    so that pores never hold more than they can.

    Args:
        order: (n,) active cells, falling pressure.
        stride: (3,).
        pressure: (cells,) Pa.
        face: (3, cells).
        fixed: (cells,).
        outside: (cells,).
        source: (cells,) m3/s of cement.
        pore: (cells,) m3.
        ratio: (cells,).
        exit_of: (cells,) exit of each cell, -1 where there is none.
        step_s: how long.
        saturation: (cells,) changed.
        gain: (cells,) outflow over what the pressures say, written.
        share: (cells,) cement's of the outflow, written.
        left: (exits, 2) m3 of cement and of all that has left, added to.
    """
    for n in order:
        p = pressure[n]
        enters, cement = source[n], source[n]
        flow = fixed[n] * (p - outside[n])
        leaves = max(flow, 0.0)
        enters += max(-flow, 0.0)
        for axis in range(3):
            for side in range(2):
                m = n + (2 * side - 1) * stride[axis]
                between = face[axis, min(n, m)] * (pressure[m] - p)
                if between > 0.0:
                    enters += between * gain[m]
                    cement += between * gain[m] * share[m]
                else:
                    leaves -= between
        r, full = ratio[n], step_s / pore[n]
        passes = enters * full if leaves > 0.0 else 0.0
        held = saturation[n] + cement * full
        middle = r + passes - held * (1.0 - r)
        root = math.sqrt(max(middle * middle + 4.0 * (1.0 - r) * held * r, 0.0))
        # The quadratic's root in the form that stays exact where both viscosities are equal.
        share[n] = _share(min(2.0 * held * r / (middle + root), 1.0), r) if passes > 0.0 else 0.0
        # From the balance, not from the root: the books close to the last bit.
        saturation[n] = held - passes * share[n]
        gain[n] = enters / leaves if leaves > 0.0 else 0.0
        if exit_of[n] >= 0 and flow > 0.0:
            left[exit_of[n], 0] += flow * gain[n] * share[n] * step_s
            left[exit_of[n], 1] += flow * gain[n] * step_s


@serial
def find_speed(
    active: Numbers, stride: Numbers, wide: Floats, pressure: Floats, face: Floats, speed: Floats
) -> None:
    """Darcy's speed in each cell: the root mean square of both faces along each axis.

    Not the mean, which is nothing around a source.

    Args:
        active: (n,) cells.
        stride: (3,).
        wide: (3,) m.
        pressure: (cells,) Pa.
        face: (3, cells).
        speed: (cells,) m/s, written.
    """
    for n in active:
        squared = 0.0
        for axis in range(3):
            area = wide[0] * wide[1] * wide[2] / wide[axis]
            before, after = n - stride[axis], n + stride[axis]
            one = face[axis, before] * (pressure[before] - pressure[n]) / area
            two = face[axis, n] * (pressure[n] - pressure[after]) / area
            squared += 0.5 * (one * one + two * two)
        speed[n] = math.sqrt(squared)
