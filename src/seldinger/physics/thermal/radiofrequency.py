"""Radiofrequency: electrodes, what tissue conducts, earth, generator and controller, as values.

All electrodes of a run are active together and make one field: one Laplace solve. Joule heat
follows from it, scaled to the voltage that the controller wants and the generator allows.
``current`` does the work; here is what is said beforehand. No number that decides the size of a
lesion has a default.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from seldinger.core.space import as_vector, unit
from seldinger.physics.thermal.bodies import FixedBody, Phase, Programme, Rod, rod_cells
from seldinger.physics.thermal.controllers import TipTemperature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.controllers import Controller
    from seldinger.physics.thermal.properties import Tissue

Face = Literal["right", "left", "anterior", "posterior", "inferior", "superior"]
FACES: tuple[Face, ...] = ("right", "left", "anterior", "posterior", "inferior", "superior")
"""All outer faces of a grid: first and last along i, j, k."""

_NORMAL_C = 37.0


@dataclass(frozen=True, slots=True)
class Conductor:
    """How a tissue conducts at the generator's frequency, over temperature.

    Attributes:
        s_per_m: at 37 C; zero: an insulator.
        share_per_k: of that, gained with every kelvin.
        falls_from_c: where it begins to fall, as water leaves; no more is gained above.
        dry_at_c: where it has fallen, evenly, to ``dry_s_per_m``.
        dry_s_per_m: what is left.
    """

    s_per_m: float
    share_per_k: float
    falls_from_c: float
    dry_at_c: float
    dry_s_per_m: float

    def __post_init__(self) -> None:
        for key in ("s_per_m", "share_per_k", "dry_s_per_m"):
            value = getattr(self, key)
            if not (value >= 0.0 and math.isfinite(value)):
                raise ValueError(f"{key} must be zero or more, got {value}")
        if not _NORMAL_C < self.falls_from_c < self.dry_at_c:
            raise ValueError(
                f"conductivity falls between two growing temperatures above 37 C, got "
                f"{self.falls_from_c} and {self.dry_at_c} C"
            )
        if not self.dry_s_per_m <= self.s_per_m:
            raise ValueError(
                f"dry tissue conducts no better than at 37 C, got {self.dry_s_per_m} and "
                f"{self.s_per_m} S/m"
            )

    def s_per_m_at(self, temperature_c: float) -> float:
        """Conductivity at a temperature, S/m."""
        zero, per_k, knee, fall, dry = self.row(0.0)
        wet = zero + per_k * min(temperature_c, knee)
        return max(wet - fall * max(temperature_c - knee, 0.0), dry)

    def row(self, reference_c: float) -> tuple[float, float, float, float, float]:
        """The five numbers that ``kernels.laplace.conductivity`` knows it by."""
        gained = self.s_per_m * self.share_per_k
        most = self.s_per_m + gained * (self.falls_from_c - _NORMAL_C)
        fall = (most - self.dry_s_per_m) / (self.dry_at_c - self.falls_from_c)
        at_zero = self.s_per_m + gained * (reference_c - _NORMAL_C)
        return (at_zero, gained, self.falls_from_c - reference_c, fall, self.dry_s_per_m)


@dataclass(frozen=True, slots=True)
class Electrode:
    """A bare metal rod at the end of an insulated shaft.

    Attributes:
        name: as it is printed.
        rod: its bare part; tip and length include the rounded end.
        shaft_mm: of insulated shaft behind it, of the same radius; zero for none.
        core_c: temperature that a coolant gives it; none: as warm as the tissue at its wall, and
            it carries no heat along itself.
        film_w_per_m2_k: between a coolant and the wall; none: the wall has its temperature.
        potential: relative to the others and to earth (zero).
    """

    name: str
    rod: Rod
    shaft_mm: float
    core_c: float | None
    film_w_per_m2_k: float | None = None
    potential: float = 1.0

    def __post_init__(self) -> None:
        if not (self.shaft_mm >= 0.0 and math.isfinite(self.shaft_mm)):
            raise ValueError(f"{self.name}: shaft_mm must be zero or more, got {self.shaft_mm}")
        if not self.rod.length_mm > 2.0 * self.rod.radius_mm:
            raise ValueError(
                f"{self.name}: the bare part must be longer than it is thick, got "
                f"{self.rod.length_mm} mm for a radius of {self.rod.radius_mm} mm"
            )
        if not math.isfinite(self.potential):
            raise ValueError(f"{self.name}: potential must be finite, got {self.potential}")

    @property
    def core(self) -> Rod:
        """The rod whose points within a radius make the bare part, rounded ends included."""
        rod = self.rod
        tip = np.asarray(rod.tip_lps_mm) + rod.radius_mm * unit(np.asarray(rod.axis_lps))
        length = rod.length_mm - 2.0 * rod.radius_mm
        return Rod(as_vector(tip), rod.axis_lps, length, rod.radius_mm)

    @property
    def hub_lps_mm(self) -> Vector:
        """Where the bare part ends."""
        axis = unit(np.asarray(self.rod.axis_lps))
        return as_vector(np.asarray(self.rod.tip_lps_mm) + self.rod.length_mm * axis)

    def cells(self, grid: Grid) -> Mask:
        """The cells of its bare part, (i, j, k)."""
        return rod_cells(grid, self.core)

    def shaft_cells(self, grid: Grid) -> Mask:
        """The cells of its insulated shaft, (i, j, k)."""
        if self.shaft_mm == 0.0:
            return np.zeros(grid.shape, dtype=np.bool_)
        shaft = Rod(self.hub_lps_mm, self.rod.axis_lps, self.shaft_mm, self.rod.radius_mm)
        return rod_cells(grid, shaft) & ~self.cells(grid)

    def held(self, grid: Grid) -> FixedBody:
        """What it is for heat: cooled, or as warm as its wall."""
        programme = Programme((Phase(math.inf, self.core_c),), 0.0)
        return FixedBody(self.name, self.cells(grid), programme, self.film_w_per_m2_k, self.core)


@dataclass(frozen=True, slots=True)
class Generator:
    """The most that a generator gives; infinite where it has no such limit.

    Attributes:
        most_w: power, finite.
        most_a: current.
        most_v: voltage.
        most_ohm: impedance above which it stops for good.
    """

    most_w: float
    most_a: float
    most_v: float
    most_ohm: float

    def __post_init__(self) -> None:
        if not (self.most_w > 0.0 and math.isfinite(self.most_w)):
            raise ValueError(f"most_w must be positive and finite, got {self.most_w}")
        for key in ("most_a", "most_v", "most_ohm"):
            if not getattr(self, key) > 0.0:
                raise ValueError(f"{key} must be positive, got {getattr(self, key)}")


@dataclass(frozen=True, slots=True)
class Radiofrequency:
    """Everything electrical of a run.

    Attributes:
        electrodes: active together.
        conductors: of the model's tissues, in their order.
        bodies_s_per_m: of the model's held bodies, in their order: a vein conducts, a probe does
            not.
        pads: outer faces of the grid that are earth (0 V); none for electrodes among themselves.
        series_ohm: of the body beyond the grid, pads and cable; its heat is not in the grid.
        generator: its limits.
        controller: what it wants.
        duration_s: off after this.
        changed_share: solve again when this share of the heat would change; accuracy, not medicine.
        fine_mm: around electrodes the field is solved on the grid itself, further out on cells
            that grow; accuracy, not medicine.
        drying_mm: edge of the cells that it is computed on, in line with the first electrode: the
            width of tissue that dries at once, see ``electrode_frame``. It decides how long a
            controller of impedance lets a pulse last.
        earth: (i, j, k) uint8 of cells beyond the block that are earth as pads are: the number of
            the tissue that is next to them; 0 elsewhere.
    """

    electrodes: tuple[Electrode, ...]
    conductors: tuple[Conductor, ...]
    bodies_s_per_m: tuple[float, ...]
    pads: tuple[Face, ...]
    series_ohm: float
    generator: Generator
    controller: Controller
    duration_s: float
    changed_share: float = 0.02
    fine_mm: float = 12.0
    drying_mm: float = 1.0
    earth: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if not self.electrodes:
            raise ValueError("radiofrequency needs at least one electrode")
        unknown = [p for p in self.pads if p not in FACES]
        if unknown:
            raise ValueError(f"pads are faces of the grid ({', '.join(FACES)}), got {unknown}")
        if not (self.series_ohm >= 0.0 and math.isfinite(self.series_ohm)):
            raise ValueError(f"series_ohm must be zero or more, got {self.series_ohm}")
        for key in ("duration_s", "changed_share", "fine_mm", "drying_mm"):
            if not getattr(self, key) > 0.0:
                raise ValueError(f"{key} must be positive, got {getattr(self, key)}")
        if not self.span > 0.0:
            raise ValueError("no current flows: all electrodes and pads have one potential")
        if isinstance(self.controller, TipTemperature):
            cooled = [e.name for e in self.electrodes if e.core_c is not None]
            if cooled:
                raise ValueError(
                    f"a cooled electrode cannot measure tissue: {', '.join(cooled)}; take another "
                    f"controller"
                )

    @property
    def earthed(self) -> bool:
        """Whether anything but the electrodes holds a potential."""
        return bool(self.pads) or self.earth is not None

    @property
    def span(self) -> float:
        """Between the highest and the lowest relative potential: what the voltage stands for."""
        found = [e.potential for e in self.electrodes] + ([0.0] if self.earthed else [])
        return max(found) - min(found)

    def check(
        self,
        grid: Grid,
        material: NDArray[np.uint8],
        tissues: Sequence[Tissue],
        bodies: Sequence[FixedBody],
    ) -> None:
        """Refuse what does not fit a block.

        ``material``, (i, j, k), numbers ``tissues`` from 1; ``bodies`` hold a temperature.

        Raises:
            ValueError: a tissue or body without a conductivity; an electrode that leaves the grid
                or strikes something.
        """
        if len(self.conductors) != len(tissues):
            missing = ", ".join(t.name for t in tissues[len(self.conductors) :])
            raise ValueError(
                f"{len(tissues)} tissues need one conductor each, got {len(self.conductors)}"
                + (f"; without: {missing}" if missing else "")
            )
        if len(self.bodies_s_per_m) != len(bodies):
            raise ValueError(
                f"{len(bodies)} held bodies need one conductivity each, got "
                f"{len(self.bodies_s_per_m)}"
            )
        taken = {body.name: body.cells for body in bodies}
        for electrode in self.electrodes:
            ends = (electrode.rod.tip_lps_mm, electrode.hub_lps_mm)
            if not all(grid.contains(end) for end in ends):
                raise ValueError(
                    f"{electrode.name} lies outside the grid: move it or enlarge the grid"
                )
            cells = electrode.cells(grid)
            if not (material[cells] > 0).any():
                raise ValueError(f"{electrode.name} lies in no tissue: check where it lies")
            both = {
                electrode.name: cells,
                f"shaft of {electrode.name}": electrode.shaft_cells(grid),
            }
            for name, mine in both.items():
                struck = [other for other, theirs in taken.items() if (theirs & mine).any()]
                if struck:
                    raise ValueError(f"{name} collides with {', '.join(struck)}: move one")
            taken |= both


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What the generator did; each entry holds until the next.

    Attributes:
        times_s: (n,) when the entry begins.
        power_w: (n,) at the generator.
        voltage_v: (n,)
        current_a: (n,)
        impedance_ohm: (n,) as the generator sees it; while off, as last seen.
        tip_c: (n,) mean temperature of the electrodes.
        delivered_j: (n,) by the generator, until the entry begins.
        total_j: delivered in all; includes what stays in ``series_ohm`` and in held bodies, and
            what a coolant takes at the wall.
        solves: how many fields were solved.
        iterations: in all of them.
        stopped_s: when the impedance stopped it for good; none if it did not.
    """

    times_s: NDArray[np.float64]
    power_w: NDArray[np.float64]
    voltage_v: NDArray[np.float64]
    current_a: NDArray[np.float64]
    impedance_ohm: NDArray[np.float64]
    tip_c: NDArray[np.float64]
    delivered_j: NDArray[np.float64]
    total_j: float
    solves: int
    iterations: int
    stopped_s: float | None
