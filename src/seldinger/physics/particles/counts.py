"""Counts: millions of equal particles at once, shared by chance at every junction.

The number that takes an exit is binomial among those that took no earlier one, which is the law of
particles drawn one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.particles.ways import FlowWays

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What has come to each place so far, p of them; filled while an injection runs.

    Attributes:
        number: (2, p) of particles that went on from the tip, and of those that went back.
        cubes: (2, p) their diameters in mm, cubed, in sum.
    """

    number: Numbers
    cubes: Floats

    @classmethod
    def empty(cls, places: int) -> Tally:
        """Of nothing."""
        return cls(np.zeros((2, places), np.int64), np.zeros((2, places)))

    def copy(self) -> Tally:
        """As it is now."""
        return Tally(self.number.copy(), self.cubes.copy())


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Classes of equal particles, c of them.

    Attributes:
        size: (c,) calibre in mm at which each lodges.
        cube: (c,) mm3.
        number: (c,) of particles.
    """

    size: Floats
    cube: Floats
    number: Numbers


def route_counts(ways: FlowWays, load: Load, rng: np.random.Generator, tally: Tally) -> None:
    """Send ``load`` on its way from the tip and add to ``tally`` where it ends.

    Args:
        ways: exits.
        load: of particles.
        rng: chance.
        tally: grows.
    """
    start = np.array([ways.begin])
    exits, counts = _share_out(ways, start, load.number[None, :], rng)
    back = ways.target[exits] == ways.back
    for side, chosen in ((0, ~back), (1, back)):
        at, moving = exits[chosen], counts[chosen]
        while len(at):
            vessels, moving = _arrive(ways, load, at, moving, rng, tally, side)
            nodes = ways.beyond[vessels]
            stays = ways.exits(nodes)[1] == 0
            _add(tally, side, vessels[stays], moving[stays], load)
            at, moving = _share_out(ways, nodes[~stays], moving[~stays], rng)


def _share_out(
    ways: FlowWays, nodes: Numbers, counts: Numbers, rng: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """Exits (m,) that are taken from ``nodes`` (k,), and how many (m, c) of ``counts`` (k, c)."""
    begins, number = ways.exits(nodes)
    left, exits, taken = counts, [], []
    for rank in range(int(number.max(initial=0))):
        here = number > rank
        begins, number, left = begins[here], number[here], left[here]
        at = begins + rank
        chance = np.where(number == rank + 1, 1.0, ways.onward[at])
        going = rng.binomial(left, chance[:, None])
        left = left - going
        exits.append(at)
        taken.append(going)
    if not exits:
        return np.empty(0, np.int64), counts[:0]
    found, gone = np.concatenate(exits), np.concatenate(taken)
    some = gone.any(axis=1)
    return found[some], gone[some]


def _arrive(
    ways: FlowWays,
    load: Load,
    exits: Numbers,
    counts: Numbers,
    rng: np.random.Generator,
    tally: Tally,
    side: int,
) -> tuple[Numbers, Numbers]:
    """Lodge what lodges; the vessels (m,) that are passed, and by how many (m, c)."""
    target, places = ways.target[exits], ways.places
    vessel, end = target < places.vessels, target >= places.vessels + places.beds
    bed = ~vessel & ~end
    if bed.any():
        _enter_beds(ways, load, target[bed] - places.vessels, counts[bed], rng, tally, side)
    out = places.lungs + target[end] - places.vessels
    _add(tally, side, out, counts[end], load)
    into, coming = target[vessel], counts[vessel]
    stuck = ways.calibre[into][:, None] <= load.size[None, :]
    _add(tally, side, into, np.where(stuck, coming, 0), load)
    on = np.where(stuck, 0, coming)
    some = on.any(axis=1)
    return into[some], on[some]


def _enter_beds(
    ways: FlowWays,
    load: Load,
    beds: Numbers,
    counts: Numbers,
    rng: np.random.Generator,
    tally: Tally,
    side: int,
) -> None:
    """Lodge (m, c) particles in ``beds`` (m,), or let them pass to the lung."""
    made, places = ways.generations, ways.places
    chance, width = made.shunt[:, beds, None]
    share = np.where(load.size[None, :] < width, chance, 0.0)
    passed = rng.binomial(counts, share) if share.any() else np.zeros_like(counts)
    calibre = made.calibre_mm[beds]
    wider = (calibre[:, :, None] > load.size[None, None, :]).sum(axis=1)
    through = wider == (calibre > 0.0).sum(axis=1)[:, None]
    own = places.vessels + beds[:, None] * places.deep + wider
    lodged = np.where(through, 0, counts - passed)
    np.add.at(tally.number[side], own[~through], lodged[~through])
    cubes = lodged * load.cube[None, :]
    np.add.at(tally.cubes[side], own[~through], cubes[~through])
    _add(tally, side, places.lungs + beds, counts - lodged, load)


def _add(tally: Tally, side: int, places: Numbers, counts: Numbers, load: Load) -> None:
    """Add (m, c) ``counts`` at ``places`` (m,), none of them named twice."""
    tally.number[side, places] += counts.sum(axis=1)
    tally.cubes[side, places] += counts @ load.cube
