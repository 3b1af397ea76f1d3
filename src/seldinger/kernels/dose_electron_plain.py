"""Plain twin of ``dose_transport`` and ``dose_voxels``: one electron after another; to be read.

It draws the same random numbers in the same order, so it gives the same electrons.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_REST_MEV = 0.51099895
_POINT = 1e-12
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_STEP, _LOSS, _RADIATED, _SPREAD, _SHARE, _CORNER, _HARD = range(7)


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


class Stream:
    """The random numbers of one decay."""

    def __init__(self, seed: int, number: int) -> None:
        self.state = _mix((_mix((seed + _GOLDEN) & _MASK) + number * _GOLDEN) & _MASK)

    def draw(self) -> float:
        """At least 0 and below 1."""
        self.state = (self.state + _GOLDEN) & _MASK
        return (_mix(self.state) >> 11) * 2.0**-53

    def turned(self, cosine: float, u: Floats) -> Floats:
        """Direction, (3,), turned by a polar angle and any azimuth."""
        a, b, square = 1.0, 1.0, 2.0
        while square > 1.0 or square < _POINT:
            a, b = 2.0 * self.draw() - 1.0, 2.0 * self.draw() - 1.0
            square = a * a + b * b
        sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
        sign = 1.0 if u[2] >= 0.0 else -1.0
        c = -1.0 / (sign + u[2])
        across = np.array([1.0 + sign * u[0] ** 2 * c, sign * u[0] * u[1] * c, -sign * u[0]])
        beside = np.array([u[0] * u[1] * c, sign + u[1] ** 2 * c, -u[1]])
        new = sine * (a * across + b * beside) / math.sqrt(square) + cosine * u
        return np.asarray(new / np.linalg.norm(new))

    def soft_loss(self, mean: float, spread: float) -> float:
        """What a step takes."""
        u = self.draw()
        if spread >= 0.0:
            return mean + spread * (2.0 * u - 1.0)
        chance = -2.0 * mean / spread
        return -spread * u / chance if u < chance else 0.0

    def soft_cosine(self, share: float, corner: float) -> float:
        """Of the deflection of a step."""
        u = self.draw()
        if u < share:
            return 1.0 - 2.0 * corner * u / share
        return 1.0 - 2.0 * (corner + (1.0 - corner) * (u - share) / (1.0 - share))

    def hard_loss(self, energy: float, cut: float) -> float:
        """What a Moller collision takes."""
        square = (energy / (energy + _REST_MEV)) ** 2
        least = cut / energy
        while True:
            share = least / (1.0 - (1.0 - 2.0 * least) * self.draw())
            ratio = share / (1.0 - share)
            weight = 1.0 + square * share**2 + ratio * (ratio - 1.0 + square)
            if self.draw() * (1.0 + 1.25 * square) < weight:
                return share * energy

    def pick(self, quantiles: Floats) -> float:
        """An energy of the spectrum whose (n,) ``quantiles`` are given."""
        return float(
            np.interp(self.draw() * (len(quantiles) - 1), range(len(quantiles)), quantiles)
        )

    def any_direction(self) -> Floats:
        """Isotropic, (3,)."""
        return self.turned(1.0 - 2.0 * self.draw(), np.array([0.0, 0.0, 1.0]))


Electron = tuple[float, Floats, Floats]
Walk = Callable[[Floats, Floats, float], tuple[Floats, bool]]
Leave = Callable[[Floats, float], None]


def _follow(
    stream: Stream, first: Electron, table: Floats, bin_mev: float, cut: float, walk: Walk,
    leave: Leave,
) -> tuple[float, float]:  # fmt: skip
    """Follow one electron and all it sets free; MeV radiated and carried out."""
    radiated, carried = 0.0, 0.0
    waiting = [first]
    while waiting:
        energy, x, u = waiting.pop()
        inside = True
        while inside and energy > cut:
            row = table[int(energy / bin_mev + 0.5)]
            loss = min(stream.soft_loss(row[_LOSS], row[_SPREAD]), energy)
            hinge, place = row[_STEP] * stream.draw(), row[_STEP] * stream.draw()
            cosine = stream.soft_cosine(row[_SHARE], row[_CORNER])
            at, lost = 0.0, 0.0
            for goal in sorted((hinge, place)):
                x, inside = walk(x, u, goal - at)
                if not inside:
                    break
                at = goal
                if goal == hinge:
                    u = stream.turned(cosine, u)
                else:
                    leave(x, loss * (1.0 - row[_RADIATED]))
                    radiated += loss * row[_RADIATED]
                    lost = loss
            if inside:
                x, inside = walk(x, u, row[_STEP] - at)
            energy -= lost
            if inside and energy > 2.0 * cut and stream.draw() < row[_HARD]:
                taken = stream.hard_loss(energy, cut)
                both = energy + 2.0 * _REST_MEV
                slow = math.sqrt(taken * both / (energy * (taken + 2.0 * _REST_MEV)))
                left = energy - taken
                fast = math.sqrt(left * both / (energy * (left + 2.0 * _REST_MEV)))
                waiting.append((taken, x, stream.turned(slow, u)))
                u, energy = stream.turned(fast, u), left
        if inside:
            leave(x, energy)
        else:
            carried += energy
    return radiated, carried


def follow_lanes(
    seed: int, first: int, count: int, quantiles: Floats, table: Floats, bin_mev: float, cut: float,
    inverse_mm: float, shells: Floats, books: Floats,
) -> None:  # fmt: skip
    """Twin of ``dose_transport.follow_lanes``."""
    for lane, own in enumerate(shells):

        def leave(x: Floats, energy: float, own: Floats = own) -> None:
            own[min(int(float(np.linalg.norm(x)) * inverse_mm), len(own) - 1)] += energy

        for number in range(first + lane * count, first + (lane + 1) * count):
            stream = Stream(seed, number)
            energy = stream.pick(quantiles)
            electron = (energy, np.zeros(3), stream.any_direction())
            radiated, _ = _follow(
                stream, electron, table, bin_mev, cut, lambda x, u, mass: (x + mass * u, True),
                leave,
            )  # fmt: skip
            books[lane] += energy, radiated


def walk(
    x: Floats, u: Floats, mass: float, density: NDArray[np.float32], spacing: Floats
) -> tuple[Floats, bool]:
    """Go a mass thickness: cut the way at every face and add up.

    Args:
        x: (3,) mm from the lower corner.
        u: (3,) direction.
        mass: mm g/ml.
        density: (i, j, k) g/ml.
        spacing: (3,) mm.

    Returns:
        (3,) the end, and whether it lies in the lattice.
    """
    cuts = [0.0]
    for k in range(3):
        faces = np.arange(density.shape[k] + 1) * spacing[k]
        if u[k] != 0.0:
            cuts.extend(t for t in (faces - x[k]) / u[k] if t > 0.0)
    cuts.sort()
    for near, far in itertools.pairwise(cuts):
        cell = np.floor((x + 0.5 * (near + far) * u) / spacing).astype(int)
        if (cell < 0).any() or (cell >= density.shape).any():
            break
        here = float(density[tuple(cell)])
        if mass < here * (far - near):
            return x + (near + mass / here) * u, True
        mass -= here * (far - near)
    return x, False


def decay_in_voxels(
    seed: int, batch: int, count: int, voxels: NDArray[np.int64], below: Floats, quantiles: Floats,
    table: Floats, bin_mev: float, cut: float, density: NDArray[np.float32], spacing: Floats,
    tally: NDArray[np.float32], books: Floats,
) -> None:  # fmt: skip
    """Twin of ``dose_voxels.decay_in_voxels``."""
    for lane, own in enumerate(tally):

        def leave(x: Floats, energy: float, own: NDArray[np.float32] = own) -> None:
            own[tuple((x / spacing).astype(int))] += energy

        shift = Stream(seed, -1 - batch - lane).draw()
        for n in range(count):
            stream = Stream(seed, (batch + lane) * count + n)
            voxel = int(np.searchsorted(below[1:-1] * count, n + shift, side="right"))
            energy = stream.pick(quantiles)
            u = stream.any_direction()
            x = (voxels[voxel] + [stream.draw() for _ in range(3)]) * spacing
            gone = _follow(
                stream, (energy, x, u), table, bin_mev, cut,
                lambda x, u, mass: walk(x, u, mass, density, spacing), leave,
            )  # fmt: skip
            books[lane] += energy, *gone
