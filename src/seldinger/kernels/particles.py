"""Particles: each drawn through the vessels by the flow at every junction, until it lodges.

``first``      (nodes + 1,) int: where the exits of each node begin, and those of the last end
``share``      (e,) of the flow out of the node, summed up to and with each of its exits
``target``     (e,) int: a vessel, then the beds, then the ends of the network
``leads``      (e,) int: the node behind a vessel; -1 behind all else
``calibre``    (v,) mm, the narrowest of each vessel
``generation`` (b, g) mm, calibre of the generations of each bed, falling; 0 where there are none

A place is a vessel, then a generation of a bed (b times g of them), then the lung behind each bed,
then an end of the network. Chance is SplitMix64 (Steele, Lea and Flood 2014,
doi:10.1145/2660193.2660195), one stream a particle, so that order does not matter. One thread: an
injection has many small batches, and threads that wait for a busy core cost more than they save.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seldinger.kernels.jit import inlined, serial

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_MIX = np.uint64(0xBF58476D1CE4E5B9)
SECOND_MIX = np.uint64(0x94D049BB133111EB)
BITS_30, BITS_27, BITS_31, BITS_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
ONE = np.uint64(1)
UNIT = 1.0 / 9007199254740992.0
"""2^-53: 53 bits become a number below 1."""


@inlined
def _mix(state: np.uint64) -> np.uint64:
    """Scatter the bits of a counter."""
    z = (state ^ (state >> BITS_30)) * FIRST_MIX
    z = (z ^ (z >> BITS_27)) * SECOND_MIX
    return z ^ (z >> BITS_31)


@inlined
def _choose(way: int, stop: int, share: Floats, chance: float) -> int:
    """The exit that ``chance`` falls to, of those from ``way`` to ``stop``."""
    chosen = way
    # Summed, not searched: a jump that no one can foresee costs more than a sum.
    for later in range(way, stop - 1):
        chosen += int(chance >= share[later])
    return chosen


@inlined
def _enter_bed(
    begins: int,
    lung: int,
    generation: Floats,
    shunt: Floats,
    bed: int,
    size: float,
    chance: float,
) -> int:
    """Place where a particle ends in or behind a bed.

    Args:
        begins: place of the bed's first generation.
        lung: place behind it.
        generation: (b, g).
        shunt: (2, b).
        bed: its number.
        size: mm.
        chance: below 1.
    """
    if chance < shunt[0, bed] and size < shunt[1, bed]:
        return lung
    for g in range(generation.shape[1]):
        calibre = generation[bed, g]
        if calibre == 0.0:
            break
        if calibre <= size:
            return begins + g
    return lung


@serial
def walk_particles(
    size: Floats,
    key: np.uint64,
    begin: int,
    back: int,
    first: Numbers,
    share: Floats,
    target: Numbers,
    leads: Numbers,
    calibre: Floats,
    generation: Floats,
    shunt: Floats,
    places: int,
    place: Numbers,
) -> None:
    """Send particles on their way from one node.

    Args:
        size: (n,) mm; a particle lodges in the first vessel that is not wider.
        key: of chance; of particle i it is that of ``key`` + i.
        begin: node at the tip.
        back: the vessel that leads upstream from it.
        first: (nodes + 1,).
        share: (e,).
        target: (e,).
        leads: (e,).
        calibre: (v,).
        generation: (b, g).
        shunt: (2, b) chance to pass a bed by its shunts, and how wide those are, mm.
        places: how many there are.
        place: (n,) where each ends, filled; of those that went upstream first, ``places`` more.
    """
    vessels, beds, deep = calibre.size, generation.shape[0], generation.shape[1]
    lungs = vessels + beds * deep
    ends_from = vessels + beds
    for i in range(size.size):
        state = _mix(key + np.uint64(i) * GOLDEN)
        node, last, found, upstream = begin, -1, -1, 0
        while found < 0:
            way, stop = first[node], first[node + 1]
            if way == stop:
                # Nothing flows on: it comes to rest where it is.
                found = last
                break
            if stop - way > 1:
                state += GOLDEN
                way = _choose(way, stop, share, np.float64(_mix(state) >> BITS_11) * UNIT)
            to = target[way]
            if last < 0 and to == back:
                upstream = 1
            if to < vessels:
                last = to
                if calibre[to] <= size[i]:
                    found = to
                node = leads[way]
            elif to < ends_from:
                bed = to - vessels
                state += GOLDEN
                found = _enter_bed(
                    vessels + bed * deep, lungs + bed, generation, shunt, bed, size[i],
                    np.float64(_mix(state) >> BITS_11) * UNIT,
                )  # fmt: skip
            else:
                found = lungs + to - vessels
        place[i] = found + upstream * places
