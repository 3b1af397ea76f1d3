"""Plain twin of ``particles``: all particles make one step after another, with the same chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]
    Bits = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(state: Bits) -> Bits:
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Bits = z ^ (z >> np.uint64(31))
    return mixed


def _draw(state: Bits, who: Numbers) -> Floats:
    """The next number below 1 of those ``who`` need one."""
    state[who] += _GOLDEN
    drawn: Floats = (_mix(state[who]) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return drawn


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
    """Twin of ``particles.walk_particles``."""
    vessels, (beds, deep) = len(calibre), generation.shape
    lungs = vessels + beds * deep
    state = _mix(np.array([key]) + np.arange(len(size), dtype=np.uint64) * _GOLDEN)
    node, last = np.full(len(size), begin), np.full(len(size), -1)
    upstream = np.zeros(len(size), np.int64)
    place[:] = -1
    going = np.arange(len(size))
    while len(going):
        way, stop = first[node[going]], first[node[going] + 1]
        still = way == stop
        place[going[still]] = last[going[still]]
        going, way, stop = going[~still], way[~still], stop[~still]
        forks = stop - way > 1
        chance = np.zeros(len(going))
        chance[forks] = _draw(state, going[forks])
        while (beyond := (way < stop - 1) & (chance >= share[way])).any():
            way = way + beyond
        to = target[way]
        upstream[going[(last[going] < 0) & (to == back)]] = 1

        vessel = to < vessels
        there = going[vessel]
        last[there], node[there] = to[vessel], leads[way[vessel]]
        stuck = calibre[to[vessel]] <= size[there]
        place[there[stuck]] = to[vessel][stuck]

        for bed in range(beds):
            there = going[to == vessels + bed]
            _enter_bed(
                place, there, size, state, generation[bed], shunt[:, bed], vessels + bed * deep,
                lungs + bed,
            )  # fmt: skip

        end = to >= vessels + beds
        place[going[end]] = lungs + beds + to[end] - vessels - beds
        going = going[place[going] < 0]
    place += upstream * places


def _enter_bed(
    place: Numbers,
    there: Numbers,
    size: Floats,
    state: Bits,
    generation: Floats,
    shunt: Floats,
    begins: int,
    lung: int,
) -> None:
    """Lodge those ``there`` in one bed whose places begin at ``begins``."""
    passes = (_draw(state, there) < shunt[0]) & (size[there] < shunt[1])
    wider = generation[generation > 0.0][None, :] > size[there][:, None]
    lodged = begins + wider.sum(axis=1)
    place[there] = np.where(passes | wider.all(axis=1), lung, lodged)
