"""What is to be computed: a block of tissues, what blood does, what heats and what holds.

The engine knows grids and numbers, never patients. A choice that decides the size of a lesion has
no default.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from seldinger.physics.thermal.damage import Arrhenius

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.physics.thermal.bodies import FixedBody
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.properties import Blood, Tissue
    from seldinger.physics.thermal.radiofrequency import Radiofrequency
    from seldinger.physics.thermal.sources import Source

_ISOTROPIC_MM = 1e-4
_LEAST_CELLS = 3


@dataclass(frozen=True, slots=True)
class SteadyFlow:
    """Perfusion stays what it is, whatever dies."""


@dataclass(frozen=True, slots=True)
class VascularStasis:
    """Perfusion stops as tissue dies: its stoppable share falls as exp(-omega).

    Attributes:
        law: name of the Arrhenius law that stops it; must be among the run's laws.
        share: of the flow that damage can stop, 0 to 1.
    """

    law: str
    share: float


@dataclass(frozen=True, slots=True)
class TwoCompartmentFlow:
    """Blood in the tissue has its own temperature: perfusion refills it, tissue heats it.

    Attributes:
        blood_fraction: volume of blood per volume of tissue.
        exchange_w_per_m3_k: between tissue and the blood in it.
    """

    blood_fraction: float
    exchange_w_per_m3_k: float


Flow = SteadyFlow | VascularStasis | TwoCompartmentFlow


@dataclass(frozen=True, slots=True)
class FrozenFlow:
    """What is left of perfusion in frozen tissue, and after it thawed, 0 to 1."""

    frozen_share: float
    thawed_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A block to be heated or cooled. Its outer faces are insulated.

    Attributes:
        grid: aligned and isotropic.
        material: (i, j, k) uint8: 0 takes no part and insulates, n is ``tissues[n - 1]``.
        tissues: by number.
        blood: what perfusion brings.
        flow: what perfusion does as tissue dies.
        frost: what perfusion does in ice; needed where anything may freeze.
        sources: what heats.
        bodies: what holds its temperature; their cells replace ``material``.
        initial_c: of everything at first; a number, or (i, j, k).
        perfusion_share: (i, j, k) factor on the tissues' perfusion; none: 1.
        radiofrequency: electrodes and everything electrical.
    """

    grid: Grid
    material: NDArray[np.uint8]
    tissues: tuple[Tissue, ...]
    blood: Blood
    flow: Flow
    frost: FrozenFlow | None
    sources: tuple[Source, ...]
    bodies: tuple[FixedBody, ...]
    initial_c: float | NDArray[np.float64]
    perfusion_share: NDArray[np.float64] | None = None
    radiofrequency: Radiofrequency | None = None

    def __post_init__(self) -> None:
        _check_grid(self.grid)
        fields: dict[str, NDArray[Any]] = {"material": self.material}
        fields |= {s.name: s.density_per_m3 for s in self.sources}
        fields |= {b.name: b.cells for b in self.bodies}
        if isinstance(self.initial_c, np.ndarray):
            fields["initial_c"] = self.initial_c
        if self.perfusion_share is not None:
            fields["perfusion_share"] = self.perfusion_share
        for name, field in fields.items():
            if field.shape != self.grid.shape:
                raise ValueError(f"{name} has shape {field.shape}, the grid {self.grid.shape}")
        highest = int(self.material.max())
        if highest > len(self.tissues):
            raise ValueError(
                f"material {highest} has no properties: there are {len(self.tissues)} tissues"
            )
        if not (self.material > 0).any():
            raise ValueError("no cell holds tissue: every material is 0")
        if self.radiofrequency is not None:
            self.radiofrequency.check(self.grid, self.material, self.tissues, self.bodies)
        self._check_cold()

    def _check_cold(self) -> None:
        """Tissue that may freeze must know how."""
        low = self.lowest_c
        for tissue in self.tissues:
            cold = low < (0.0 if tissue.freezing is None else tissue.freezing.start_c)
            if cold and tissue.freezing is None:
                raise ValueError(
                    f"{tissue.name} would be cooled to {low:g} C but has no freezing: give it one"
                )
            if cold and self.frost is None and tissue.perfusion_per_s > 0.0:
                raise ValueError(
                    f"{tissue.name} is perfused and may freeze: say what frost does to its blood"
                )

    @property
    def held(self) -> tuple[FixedBody, ...]:
        """The bodies, and behind them the electrodes as bodies."""
        if self.radiofrequency is None:
            return self.bodies
        return self.bodies + tuple(e.held(self.grid) for e in self.radiofrequency.electrodes)

    @property
    def lowest_c(self) -> float:
        """The lowest temperature that anything is given."""
        held = [t for b in self.held for t in b.programme.temperatures_c]
        return min(float(np.min(self.initial_c)), *held, self.blood.temperature_c)

    @property
    def perfused(self) -> bool:
        """Whether blood carries anything."""
        return any(t.perfusion_per_s > 0.0 for t in self.tissues)

    @property
    def reference_c(self) -> float:
        """Temperature from which enthalpy counts."""
        start = self.initial_c
        return float(start) if not isinstance(start, np.ndarray) else self.blood.temperature_c


@dataclass(frozen=True, slots=True)
class Settings:
    """How it is to be computed.

    Attributes:
        duration_s: simulated time.
        laws: damage to follow.
        points_lps_mm: where temperature is kept over time.
        sample_every_s: how often points are kept; damage and perfusion are brought up to date at
            least as often, and often enough where this is rare.
        step_s: longest time step; none: as long as is stable (explicit), or what warmth needs to
            cross the margin of the computed box (super).
        method: explicit Euler; super-time-steps (RKL2, second order); auto takes the latter where
            tissue may freeze.
        front_k: how little warmth makes the computed box grow.
        plain: the numpy twin in float64 instead of kernels in float32; slow.
    """

    duration_s: float
    laws: tuple[Law, ...] = ()
    points_lps_mm: tuple[Vector, ...] = ()
    sample_every_s: float = 2.0
    step_s: float | None = None
    method: Literal["auto", "explicit", "super"] = "auto"
    front_k: float = 0.02
    plain: bool = False

    def __post_init__(self) -> None:
        for key in ("duration_s", "sample_every_s", "front_k"):
            value = getattr(self, key)
            if not (value > 0.0 and math.isfinite(value)):
                raise ValueError(f"{key} must be positive and finite, got {value}")
        if self.step_s is not None and not self.step_s > 0.0:
            raise ValueError(f"step_s must be positive, got {self.step_s}")
        names = [law.name for law in self.laws]
        if len(set(names)) != len(names):
            raise ValueError(f"laws must have different names, got {', '.join(names)}")


def check(model: Model, settings: Settings) -> None:
    """Refuse what cannot be run together.

    Raises:
        ValueError: flow stops by a law that is not followed; a point lies outside the grid.
    """
    known = {law.name: law for law in settings.laws}
    if isinstance(model.flow, VascularStasis):
        law = known.get(model.flow.law)
        if not isinstance(law, Arrhenius):
            raise ValueError(  # noqa: TRY004  a choice, not a type
                f"flow stops by {model.flow.law!r}, which must be an Arrhenius law of the run; "
                f"its laws: {', '.join(known) or 'none'}"
            )
    for point in settings.points_lps_mm:
        if not model.grid.contains(point):
            raise ValueError(f"point {point} lies outside the grid: move it or enlarge the grid")


def _check_grid(grid: Grid) -> None:
    spacing = grid.spacing_mm
    if not grid.is_aligned or max(spacing) - min(spacing) > _ISOTROPIC_MM:
        raise ValueError(
            f"heat needs an aligned grid of cubic cells, got a spacing of {spacing} mm: resample"
        )
    if min(grid.shape) < _LEAST_CELLS:
        raise ValueError(f"heat needs at least {_LEAST_CELLS} cells each way, got {grid.shape}")
