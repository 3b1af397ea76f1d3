"""Axial: one applicator in even tissue, around its axis: the small sister of the engine.

The same curves, laws and programmes as in three dimensions, a hundred times faster: what fits an
applicator to its published table, and what answers how sure we are. The tip is at zero, the axis
grows towards the hub. ``axial_run.run`` computes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from seldinger.physics.thermal.damage import Arrhenius, ColdIsotherm
from seldinger.physics.thermal.model import Flow, FrozenFlow, TwoCompartmentFlow, VascularStasis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.physics.thermal.bodies import Programme
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.properties import Blood, Tissue
    from seldinger.physics.thermal.result import Energy
    from seldinger.physics.thermal.sources import Absorption, Schedule

    Floats = NDArray[np.float64]

_FINE = 5
_LEAST = 3
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Rings:
    """A lattice of rings around an axis; arrays on it are (i outwards, j along).

    Attributes:
        spacing_mm: edge of a ring.
        outwards, along: how many.
        behind: how many of ``along`` lie on the hub's side of the tip.
    """

    spacing_mm: float
    outwards: int
    along: int
    behind: int

    def __post_init__(self) -> None:
        if not self.spacing_mm > 0.0 or min(self.outwards, self.along) < _LEAST:
            raise ValueError(
                f"rings need a positive spacing and at least {_LEAST} each way, got "
                f"{self.spacing_mm} mm, {self.outwards} x {self.along}"
            )

    @classmethod
    def around(
        cls, spacing_mm: float, radius_mm: float, beyond_mm: float, behind_mm: float
    ) -> Rings:
        """Rings that reach at least this far from the axis, beyond the tip and behind it."""
        outwards, beyond, behind = (
            math.ceil(reach / spacing_mm - 1e-9) for reach in (radius_mm, beyond_mm, behind_mm)
        )
        return cls(spacing_mm, outwards, beyond + behind, behind)

    @property
    def shape(self) -> tuple[int, int]:
        """Of arrays."""
        return self.outwards, self.along

    @property
    def radii_mm(self) -> Floats:
        """(i,) of the rings' middles."""
        return np.asarray((np.arange(self.outwards) + 0.5) * self.spacing_mm)

    @property
    def heights_mm(self) -> Floats:
        """(j,) of the rings' middles, from the tip towards the hub."""
        beyond = self.along - self.behind
        return np.asarray((np.arange(self.along) - beyond + 0.5) * self.spacing_mm)

    @property
    def volumes_m3(self) -> Floats:
        """(i, 1) of the rings."""
        return np.asarray(2e-9 * math.pi * self.radii_mm[:, None] * self.spacing_mm**2)


@dataclass(frozen=True, slots=True)
class FixedRod:
    """A cryoprobe or a cooled electrode: its working end holds a temperature.

    Attributes:
        name: as it is printed.
        length_mm: of the working part, from the tip.
        radius_mm: true outer radius.
        programme: temperature over time.
        wall_w_per_m2_k: heat transfer at the wall; none: the wall has the rod's temperature.
        limit_w: the most heat it can take up; it warms until it needs no more. None: no limit.
    """

    name: str
    length_mm: float
    radius_mm: float
    programme: Programme
    wall_w_per_m2_k: float | None = None
    limit_w: float | None = None

    def __post_init__(self) -> None:
        for key in ("length_mm", "radius_mm", "wall_w_per_m2_k", "limit_w"):
            value = getattr(self, key)
            if value is not None and not value > 0.0:
                raise ValueError(f"{self.name}: {key} must be positive, got {value}")


@dataclass(frozen=True, slots=True, eq=False)
class AxialModel:
    """Even tissue around one applicator; the outer faces are insulated.

    Attributes:
        rings: the lattice.
        tissue: everywhere but in the rod.
        blood: what perfusion brings.
        flow: what perfusion does as tissue dies; two compartments are not followed here.
        frost: what perfusion does in ice; needed where perfused tissue may freeze.
        density_per_m3: (i, j) W/m3 per watt of the source; none: no source.
        schedule: its watts over time.
        rod: what holds a temperature.
        initial_c: of everything at first.
    """

    rings: Rings
    tissue: Tissue
    blood: Blood
    flow: Flow
    frost: FrozenFlow | None
    density_per_m3: Floats | None
    schedule: Schedule | None
    rod: FixedRod | None
    initial_c: float

    def __post_init__(self) -> None:
        if isinstance(self.flow, TwoCompartmentFlow):
            raise ValueError(  # noqa: TRY004  a choice, not a type
                "two compartments are not followed around an axis: use the grid"
            )
        if (self.density_per_m3 is None) != (self.schedule is None):
            raise ValueError("a source needs both its density and its schedule")
        if self.density_per_m3 is not None and self.density_per_m3.shape != self.rings.shape:
            raise ValueError(
                f"the source has shape {self.density_per_m3.shape}, the rings {self.rings.shape}"
            )
        if self.density_per_m3 is None and self.rod is None:
            raise ValueError("nothing heats or cools: give a source or a rod")
        ice = self.tissue.freezing
        cold = self.lowest_c < (0.0 if ice is None else ice.start_c)
        if cold and ice is None:
            raise ValueError(
                f"{self.tissue.name} would be cooled to {self.lowest_c:g} C but has no freezing"
            )
        if cold and self.frost is None and self.tissue.perfusion_per_s > 0.0:
            raise ValueError(f"{self.tissue.name} may freeze: say what frost does to its blood")

    @property
    def lowest_c(self) -> float:
        """The lowest temperature that anything is given."""
        held = () if self.rod is None else self.rod.programme.temperatures_c
        return min(self.initial_c, self.blood.temperature_c, *held)


@dataclass(frozen=True, slots=True)
class AxialSettings:
    """How it is to be computed.

    Attributes:
        duration_s: simulated time.
        laws: damage to follow.
        keep_s: further times at which the fields are kept.
        sample_every_s: how often damage and perfusion are brought up to date.
        plain: the numpy twin instead of the kernel; slow.
    """

    duration_s: float
    laws: tuple[Law, ...] = ()
    keep_s: tuple[float, ...] = ()
    sample_every_s: float = 2.0
    plain: bool = False

    def __post_init__(self) -> None:
        for key in ("duration_s", "sample_every_s"):
            value = getattr(self, key)
            if not (value > 0.0 and math.isfinite(value)):
                raise ValueError(f"{key} must be positive and finite, got {value}")
        if any(not 0.0 < t <= self.duration_s for t in self.keep_s):
            raise ValueError(f"keep_s must lie in the run, got {self.keep_s}")
        names = [law.name for law in self.laws]
        if len(set(names)) != len(names):
            raise ValueError(f"laws must have different names, got {', '.join(names)}")


@dataclass(frozen=True, slots=True)
class AxialZone:
    """The size of a zone; ``Zone`` of the catalogue calls its lengths the same."""

    width_mm: float
    length_mm: float
    volume_ml: float
    beyond_tip_mm: float
    centre_behind_tip_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class AxialResult:
    """Fields of a run at one time.

    Attributes:
        rings: the lattice.
        time_s: when.
        temperature_c: (i, j) now.
        peak_c, coldest_c: (i, j) so far.
        damage: (i, j) by name of law: omega, minutes, or cycles.
        laws: as they were asked for.
        rod_c: of the rod; none without one.
        energy: the books.
    """

    rings: Rings
    time_s: float
    temperature_c: Floats
    peak_c: Floats
    coldest_c: Floats
    damage: Mapping[str, Floats]
    laws: tuple[Law, ...] = field(repr=False)
    rod_c: float | None
    energy: Energy

    def zone(self, law: str) -> AxialZone | None:
        """What a law calls dead, to a fraction of a ring; none where nothing died.

        Raises:
            ValueError: the run did not follow that law; the zone reaches the edge of the rings.
        """
        for each in self.laws:
            if each.name != law:
                continue
            if isinstance(each, ColdIsotherm):
                if each.lethal > 1.0:
                    return measure_zone(self.rings, self.damage[law] - each.lethal + 0.5)
                return measure_zone(self.rings, each.temperature_c - self.coldest_c)
            # Damage grows by decades within a ring: its logarithm is what is nearly straight.
            level = math.log(each.lethal)
            return measure_zone(self.rings, np.log(np.maximum(self.damage[law], _TINY)) - level)
        known = ", ".join(each.name for each in self.laws) or "none"
        raise ValueError(f"this run did not follow {law!r}; it followed: {known}")

    def hotter(self, temperature_c: float) -> AxialZone | None:
        """What was at least this hot; none where nothing was."""
        return measure_zone(self.rings, self.peak_c - temperature_c)

    def colder(self, temperature_c: float) -> AxialZone | None:
        """What was at least this cold, the rod included; none where nothing was."""
        return measure_zone(self.rings, temperature_c - self.coldest_c)


def check(model: AxialModel, settings: AxialSettings) -> None:
    """Refuse what cannot be run together; ``ValueError``."""
    laws = {law.name: law for law in settings.laws}
    flow = model.flow
    if isinstance(flow, VascularStasis) and not isinstance(laws.get(flow.law), Arrhenius):
        raise ValueError(  # noqa: TRY004  a choice, not a type
            f"flow stops by {flow.law!r}, which must be an Arrhenius law of the run; its laws: "
            f"{', '.join(laws) or 'none'}"
        )


def measure_zone(rings: Rings, above: Floats) -> AxialZone | None:
    """The zone where a field is positive, its edge found between the rings' middles.

    Args:
        rings: the lattice.
        above: (i, j) over its level; smooth across the edge.

    Raises:
        ValueError: the zone reaches the edge of the rings.
    """
    inside = above > 0.0
    if not inside.any():
        return None
    if inside[-1].any() or inside[:, 0].any() or inside[:, -1].any():
        raise ValueError("the zone reaches the edge of the rings: make them reach further")
    h = rings.spacing_mm
    rows = np.flatnonzero(inside.any(axis=0))
    last = rings.outwards - 1 - np.argmax(inside[::-1, rows], axis=0)
    half = (last + 0.5 + _share(above[last, rows], above[last + 1, rows])) * h
    columns = np.flatnonzero(inside.any(axis=1))
    low = np.argmax(inside[columns], axis=1)
    high = rings.along - 1 - np.argmax(inside[columns, ::-1], axis=1)
    z = rings.heights_mm
    bottom = float((z[low] - h * _share(above[columns, low], above[columns, low - 1])).min())
    top = float((z[high] + h * _share(above[columns, high], above[columns, high + 1])).max())
    volume = math.pi * float((half**2).sum()) * h * 1e-3
    return AxialZone(2.0 * float(half.max()), top - bottom, volume, -bottom, 0.5 * (bottom + top))


def _share(inside: Floats, outside: Floats) -> Floats:
    """How far the edge lies from an inner towards an outer middle, 0 to 1."""
    return np.asarray(inside / np.maximum(inside - outside, _TINY))


def antenna(rings: Rings, absorption: Absorption) -> Floats:
    """Power density per watt of a microwave antenna, (i, j) 1/m3: exact means over the rings."""
    a = absorption
    alpha, h = a.attenuation_per_mm, rings.spacing_mm
    inner = np.maximum(rings.radii_mm - 0.5 * h, a.shaft_radius_mm)
    outer = np.maximum(rings.radii_mm + 0.5 * h, a.shaft_radius_mm)
    # The 1/r of the fall and the r of the ring cancel.
    across = (np.exp(-2.0 * alpha * inner) - np.exp(-2.0 * alpha * outer)) * math.exp(
        2.0 * alpha * a.shaft_radius_mm
    )
    edges = (rings.heights_mm - a.behind_tip_mm)[:, None] + np.array([-0.5, 0.5]) * h
    steps = special.ndtr(edges / a.sigma_mm)
    shares = across[:, None] * (steps[:, 1] - steps[:, 0])[None, :]
    return np.asarray(a.efficiency * shares / rings.volumes_m3)


def electrode(rings: Rings, length_mm: float, radius_mm: float) -> Floats:
    """Power density per watt around a straight electrode, (i, j) 1/m3: an effective source.

    The square of the field of an evenly charged line, all of whose power stays in the rings. It
    knows nothing of drying tissue, of impedance or of the controller: power is what tissue gets.
    """
    h = rings.spacing_mm
    steps = ((np.arange(_FINE) + 0.5) / _FINE - 0.5) * h
    r = (rings.radii_mm[:, None] + steps).reshape(1, -1)
    r = r.reshape(-1, 1)
    z = (rings.heights_mm[:, None] + steps).reshape(1, -1)
    near, far = np.hypot(r, z), np.hypot(r, z - length_mm)
    outwards = (z / near - (z - length_mm) / far) / r
    along = 1.0 / far - 1.0 / near
    heat = np.where(r < radius_mm, 0.0, outwards**2 + along**2) * r
    blocks = heat.reshape(rings.outwards, _FINE, rings.along, _FINE).sum(axis=(1, 3))
    return np.asarray(blocks / blocks.sum() / rings.volumes_m3)


def ball(rings: Rings, centre_mm: float, radius_mm: float) -> Floats:
    """Power density per watt of an evenly heated ball on the axis, (i, j) 1/m3."""
    h = rings.spacing_mm
    steps = ((np.arange(4 * _FINE) + 0.5) / (4 * _FINE) - 0.5) * h
    r = (rings.radii_mm[:, None] + steps).reshape(-1, 1)
    z = (rings.heights_mm[:, None] + steps).reshape(1, -1)
    heat = np.where(np.hypot(r, z - centre_mm) <= radius_mm, r, 0.0)
    shape = (rings.outwards, 4 * _FINE, rings.along, 4 * _FINE)
    blocks = heat.reshape(shape).sum(axis=(1, 3))
    return np.asarray(blocks / blocks.sum() / rings.volumes_m3)
