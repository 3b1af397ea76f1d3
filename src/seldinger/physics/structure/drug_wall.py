"""Drug wall: what stuck to an artery dissolves, diffuses outwards, binds, and leaves over weeks.

One dimension, across a round wall. Deposits on the inner surface dissolve; free drug diffuses
between rings of equal width; it binds to specific sites (few, tight) and to others (many, loose),
both reversibly; blood takes it at the lumen, vessels of the adventitia outside. Every amount is in
the books: deposits, wall, blood and surroundings are what there was at first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.kernels import drug_wall, drug_wall_plain
from seldinger.physics.structure.drug_coat import Deposit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_HOUR_S = 3600.0
_UG_PER_PMOL = 1e-6
_SHORTEST_H, _LONGEST_H = 1.0 / 60.0, 87600.0
_STRIDE = 0.5
"""Of the logarithm of a time, in which its bracket is sought."""
_HALVINGS = 24
_LARGEST_POWER = 700.0


@dataclass(frozen=True, slots=True)
class Binding:
    """A kind of site that holds drug and lets it go.

    Attributes:
        sites_um: concentration of sites in the wall.
        on_per_um_s: binding rate.
        off_per_s: release rate; over the former it is the concentration that fills half of them.

    Raises:
        ValueError: on construction, a negative number.
    """

    sites_um: float
    on_per_um_s: float
    off_per_s: float

    def __post_init__(self) -> None:
        if not (self.sites_um >= 0.0 and self.on_per_um_s >= 0.0 and self.off_per_s >= 0.0):
            raise ValueError(f"sites and rates are not negative, got {self}")


@dataclass(frozen=True, slots=True)
class ArteryWall:
    """A round wall and what drug does in it.

    Attributes:
        inner_radius_mm: of the opened lumen.
        thickness_mm: from there to where the surroundings take the drug.
        density_g_per_ml: of the wall.
        diffusivity_mm2_per_s: of free drug.
        lumen_mm_per_s: speed at which blood takes it from the inner surface.
        outside_mm_per_s: speed at which the surroundings take it from the outer.
        specific: sites by which it acts.
        nonspecific: all others.

    Raises:
        ValueError: on construction, a size that is not positive or a speed that is negative.
    """

    inner_radius_mm: float
    thickness_mm: float
    density_g_per_ml: float
    diffusivity_mm2_per_s: float
    lumen_mm_per_s: float
    outside_mm_per_s: float
    specific: Binding
    nonspecific: Binding

    __repr__ = short_repr

    def __post_init__(self) -> None:
        for name in (
            "inner_radius_mm", "thickness_mm", "density_g_per_ml", "diffusivity_mm2_per_s",
        ):  # fmt: skip
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")
        if not (self.lumen_mm_per_s >= 0.0 and self.outside_mm_per_s >= 0.0):
            raise ValueError("speeds at which drug is taken are not negative")

    @property
    def tissue_g_per_mm2(self) -> float:
        """Tissue below each mm2 of the inner surface."""
        thick, radius = self.thickness_mm, self.inner_radius_mm
        return 1e-3 * self.density_g_per_ml * thick * (1.0 + 0.5 * thick / radius)


@dataclass(frozen=True, slots=True)
class WallSettings:
    """How finely the wall is followed.

    Attributes:
        rings: of equal width.
        steps: that grow evenly, from ``first_s`` to the horizon.
        first_s: length of the first.
        plain: the numpy twin instead of the kernel; slow.

    Raises:
        ValueError: on construction, too few rings or steps.
    """

    rings: int = 60
    steps: int = 3000
    first_s: float = 1.0
    plain: bool = False

    def __post_init__(self) -> None:
        if not (self.rings > 1 and self.steps > 1 and self.first_s > 0.0):
            raise ValueError(f"at least two rings and steps and a first step, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Retention:
    """Where the drug is over time, in ug per mm2 of inner surface.

    Attributes:
        hours: (m,) since the inflation, from 0.
        surface_ug_per_mm2: (m,) undissolved on the surface.
        embedded_ug_per_mm2: (m,) undissolved, pressed into the wall.
        free_ug_per_mm2: (m,) dissolved in the wall.
        specific_ug_per_mm2: (m,) at the sites by which it acts.
        nonspecific_ug_per_mm2: (m,) at other sites.
        blood_ug_per_mm2: (m,) gone to the blood.
        outside_ug_per_mm2: (m,) gone to the surroundings.
        tissue_g_per_mm2: below each mm2.
    """

    hours: Floats
    surface_ug_per_mm2: Floats
    embedded_ug_per_mm2: Floats
    free_ug_per_mm2: Floats
    specific_ug_per_mm2: Floats
    nonspecific_ug_per_mm2: Floats
    blood_ug_per_mm2: Floats
    outside_ug_per_mm2: Floats
    tissue_g_per_mm2: float

    __repr__ = short_repr

    @property
    def wall_ug_per_mm2(self) -> Floats:
        """(m,) in the wall: embedded, free and bound."""
        bound = self.specific_ug_per_mm2 + self.nonspecific_ug_per_mm2
        return self.embedded_ug_per_mm2 + self.free_ug_per_mm2 + bound

    @property
    def miss(self) -> float:
        """Largest share of the drug that the books cannot account for."""
        artery = self.surface_ug_per_mm2 + self.wall_ug_per_mm2
        total = artery + self.blood_ug_per_mm2 + self.outside_ug_per_mm2
        return float(np.abs(total / total[0] - 1.0).max())

    def tissue_ug_per_g(self, hours: float) -> float:
        """Drug in an artery as a laboratory finds it: in the wall and on its surface.

        Raises:
            ValueError: beyond the horizon.
        """
        held = self.surface_ug_per_mm2 + self.wall_ug_per_mm2
        return self._read(held, hours) / self.tissue_g_per_mm2

    def retained_percent(self, hours: float, since_h: float) -> float:
        """What is left of the drug in the artery, of what was there at ``since_h``.

        Raises:
            ValueError: beyond the horizon.
        """
        return 100.0 * self.tissue_ug_per_g(hours) / self.tissue_ug_per_g(since_h)

    def surface_percent(self, hours: float) -> float:
        """Share of the drug in the artery that lies on its surface.

        Raises:
            ValueError: beyond the horizon.
        """
        on_it = self._read(self.surface_ug_per_mm2, hours) / self.tissue_g_per_mm2
        return 100.0 * on_it / self.tissue_ug_per_g(hours)

    def _read(self, amount: Floats, hours: float) -> float:
        if not 0.0 <= hours <= self.hours[-1] * (1.0 + 1e-9):
            raise ValueError(
                f"the drug was followed from 0 to {self.hours[-1]:g} h, {hours:g} h were asked for"
            )
        return float(np.interp(hours, self.hours, amount))


def follow_drug(
    wall: ArteryWall,
    wall_ug_per_mm2: float,
    deposits: Sequence[Deposit],
    molar_mass_g_per_mol: float,
    horizon_h: float,
    settings: WallSettings,
) -> Retention:
    """Follow what an inflation left on a wall.

    Args:
        wall: the artery.
        wall_ug_per_mm2: drug that sticks to it at first.
        deposits: how it leaves its surface; their shares are 1 together.
        molar_mass_g_per_mol: of the drug.
        horizon_h: how long.
        settings: how finely.

    Raises:
        ValueError: nothing sticks, no time passes, shares are not 1, or a step does not settle.
    """
    if not (wall_ug_per_mm2 > 0.0 and molar_mass_g_per_mol > 0.0 and horizon_h > 0.0):
        raise ValueError("drug on the wall, molar mass and horizon must be positive")
    if not math.isclose(math.fsum(d.share for d in deposits), 1.0, abs_tol=1e-9):
        raise ValueError("the shares of the deposits are 1 together")
    steps = _growing_steps(horizon_h * _HOUR_S, settings)
    volume, exchange, entering = _rings(wall, settings.rings)
    sites = (wall.specific, wall.nonspecific)
    binding = np.array([(s.sites_um, s.on_per_um_s, s.off_per_s) for s in sites])
    rates = np.array([(1.0 / d.dissolution_h, 1.0 / d.shedding_h) for d in deposits]) / _HOUR_S
    per_pmol = _UG_PER_PMOL * molar_mass_g_per_mol
    around_mm = 2.0 * math.pi * wall.inner_radius_mm
    deposit = np.array([d.share for d in deposits]) * wall_ug_per_mm2 * around_mm / per_pmol
    books = np.zeros((len(steps) + 1, len(deposit) + 3 + len(sites)))
    books[0, : len(deposit)] = deposit
    loops = drug_wall_plain if settings.plain else drug_wall
    unsettled = loops.march(
        steps, volume, exchange, binding, rates, entering, deposit,
        np.zeros(settings.rings), np.zeros((len(sites), settings.rings)), books,
    )  # fmt: skip
    if unsettled:
        raise ValueError(f"{unsettled} of {len(steps)} steps did not settle: take shorter ones")
    hours = np.concatenate([[0.0], np.cumsum(steps)]) / _HOUR_S
    amounts = books * (per_pmol / around_mm)
    undissolved = amounts[:, : len(deposits)]
    embedded = np.array([d.embedded for d in deposits])
    blood, outside, free, tight, loose = amounts[:, len(deposits) :].T
    return Retention(
        hours, undissolved[:, ~embedded].sum(axis=1), undissolved[:, embedded].sum(axis=1), free,
        tight, loose, blood, outside, wall.tissue_g_per_mm2,
    )  # fmt: skip


def fit_dissolution_h(
    wall: ArteryWall,
    wall_ug_per_mm2: float,
    molar_mass_g_per_mol: float,
    retained_percent: float,
    hours: tuple[float, float],
    settings: WallSettings,
) -> float:
    """Dissolution time (h) of one deposit with which so much of the drug is left.

    Args:
        wall: the artery.
        wall_ug_per_mm2: drug that sticks to it at first.
        molar_mass_g_per_mol: of the drug.
        retained_percent: left at the second of ``hours``, of what was there at the first.
        hours: between which it was measured.
        settings: how finely.

    Raises:
        ValueError: no time from a minute to ten years does it.
    """

    def left(log_h: float) -> float:
        one = (Deposit(1.0, math.exp(log_h)),)
        found = follow_drug(wall, wall_ug_per_mm2, one, molar_mass_g_per_mol, hours[1], settings)
        return found.retained_percent(hours[1], hours[0])

    # From above: a deposit of minutes is gone by the first hour, and what is left then stays.
    high = math.log(_LONGEST_H)
    low, least = high, math.inf
    while least > retained_percent and low > math.log(_SHORTEST_H):
        high, low = low, low - _STRIDE
        least = min(least, left(low))
    if least > retained_percent or left(math.log(_LONGEST_H)) < retained_percent:
        raise ValueError(
            f"{retained_percent:g} % cannot be left at {hours[1]:g} h of what there is at "
            f"{hours[0]:g} h: the wall holds or loses it whatever the deposit does "
            f"(at least {least:.3g} %)"
        )
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if left(middle) < retained_percent:
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))


def _growing_steps(horizon_s: float, settings: WallSettings) -> Floats:
    """(m,) steps, each longer than the last by one factor, that end at the horizon."""
    count, first = settings.steps, min(settings.first_s, horizon_s / settings.steps)
    low, high = 0.0, math.log(horizon_s / first)
    for _ in range(100):
        rate = 0.5 * (low + high)
        total = (
            math.expm1(rate * count) / math.expm1(rate)
            if rate * count < _LARGEST_POWER
            else math.inf
        )
        if first * total < horizon_s:
            low = rate
        else:
            high = rate
    steps: Floats = first * np.exp(0.5 * (low + high) * np.arange(count))
    scaled: Floats = steps * (horizon_s / steps.sum())
    return scaled


def _rings(wall: ArteryWall, rings: int) -> tuple[Floats, Floats, float]:
    """Volume of each ring and exchange across each face, per mm of vessel; what enters of it."""
    edge = wall.inner_radius_mm + np.linspace(0.0, wall.thickness_mm, rings + 1)
    middle = 0.5 * (edge[1:] + edge[:-1])
    within = wall.diffusivity_mm2_per_s
    exchange = np.empty(rings + 1)
    exchange[1:-1] = 2.0 * math.pi * within / np.log(middle[1:] / middle[:-1])
    half = 2.0 * math.pi * within / np.log([middle[0] / edge[0], edge[-1] / middle[-1]])
    taken = 2.0 * math.pi * edge[[0, -1]] * (wall.lumen_mm_per_s, wall.outside_mm_per_s)
    exchange[[0, -1]] = half * taken / (half + taken)
    return math.pi * np.diff(edge**2), exchange, float(half[0] / (half[0] + taken[0]))
