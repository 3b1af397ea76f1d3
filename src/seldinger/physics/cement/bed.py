"""Bed: the pores that cement can reach, how they conduct, and the exits from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError

if TYPE_CHECKING:
    from seldinger.core.space import Grid

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
ROUNDING = 1e-6
"""By which a saturation may exceed 1: that of a filling may be filled on."""


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """A way out of the bed: a break, a vein, an endplate, a foramen, a canal.

    Attributes:
        name: by which it is counted.
        where: (a, b, c) bool, the bed's voxels that open into it.
        openness_m3: flow times viscosity over pressure, of all of them together and shared evenly;
            of a tube pi r^4 / 8 L, of a wall k A / L (``bone.tube_openness_m3`` and its neighbour).
        pressure_kpa: outside.

    Raises:
        SimulationError: on construction, an openness or pressure that is none.
    """

    name: str
    where: Mask
    openness_m3: float
    pressure_kpa: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.pressure_kpa) and 0.0 < self.openness_m3 < np.inf):
            raise SimulationError(
                f"exit {self.name!r} has an openness of {self.openness_m3:g} m3 and "
                f"{self.pressure_kpa:g} kPa outside: the first is positive, both are finite; leave "
                "a closed exit out"
            )


@dataclass(frozen=True, slots=True, eq=False)
class CementBed:
    """Porous bone inside a tight shell that opens at the exits alone.

    Attributes:
        grid: aligned; permeability is told along its axes.
        porosity: (a, b, c) share of each voxel that fluid fills; 0 outside the bed.
        permeability_m2: (3, a, b, c) along i, j, k; positive along all three or none.
        exits: where marrow, and then cement, may leave.
        cleft: (a, b, c) bool, voxels of the bed counted as cleft or cavity; None where there is
            none.
        saturation: (a, b, c) share of the pores that holds cement already; None for none.

    Raises:
        SimulationError: on construction, what does not fit together: what was got, what is allowed,
            what to do.
    """

    grid: Grid
    porosity: Floats
    permeability_m2: Floats
    exits: tuple[Exit, ...]
    cleft: Mask | None = None
    saturation: Floats | None = None

    def __post_init__(self) -> None:
        shape = tuple(self.grid.shape)
        if not self.grid.is_aligned:
            raise SimulationError("the grid is not aligned with the axes: resample to one that is")
        shapes = [
            ("porosity", self.porosity),
            ("cleft", self.cleft),
            ("saturation", self.saturation),
        ]
        shapes += [(f"exit {one.name!r}", one.where) for one in self.exits]
        for name, values in shapes:
            if values is not None and values.shape != shape:
                raise SimulationError(
                    f"{name} has shape {values.shape} and the grid {shape}: bring it to the grid"
                )
        if self.permeability_m2.shape != (3, *shape):
            raise SimulationError(
                f"permeability has shape {self.permeability_m2.shape}; along three axes of the "
                f"grid it is {(3, *shape)}: give all three"
            )
        _check_share("porosity", self.porosity)
        if self.saturation is not None:
            _check_share("saturation", self.saturation, ROUNDING)
        self._check_conducts()
        self._check_exits()

    def _check_conducts(self) -> None:
        values = self.permeability_m2
        if not (np.isfinite(values).all() and (values >= 0.0).all()):
            raise SimulationError(
                "a permeability is negative or not finite: 0 is the least there is"
            )
        along = (values > 0.0).sum(axis=0)
        odd = int((((along > 0) & (along < 3)) | ((along == 3) & (self.porosity <= 0.0))).sum())  # noqa: PLR2004
        if odd:
            raise SimulationError(
                f"{odd} voxels conduct along some axes only, or conduct without pores: give a "
                "permeability along all three axes and a porosity, or 0 for all"
            )
        if self.cleft is not None and (self.cleft & ~self.conducts).any():
            raise SimulationError(
                "some voxels of the cleft are no pores: give them a porosity and a permeability"
            )

    def _check_exits(self) -> None:
        names = [one.name for one in self.exits]
        if len(set(names)) < len(names):
            raise SimulationError(f"exits are called {names}: give each a name of its own")
        taken = np.zeros(self.grid.shape, np.int64)
        for one in self.exits:
            away = int((one.where & ~self.conducts).sum())
            if away or not one.where.any():
                raise SimulationError(
                    f"exit {one.name!r} has {int(one.where.sum())} voxels, {away} of them away "
                    "from conducting bone: give the bone's voxels that touch it, at least one"
                )
            taken += one.where
        if taken.max(initial=0) > 1:
            raise SimulationError(
                f"{int((taken > 1).sum())} voxels belong to several exits: a voxel has one"
            )

    @property
    def conducts(self) -> Mask:
        """(a, b, c) where fluid can move."""
        found: Mask = self.permeability_m2[0] > 0.0
        return found

    @property
    def drained(self) -> Mask:
        """(a, b, c) conducting pores from which marrow finds an exit; the rest stays as it is."""
        parts, count = scipy.ndimage.label(self.conducts)
        open_ = np.zeros(count + 1, np.bool_)
        for one in self.exits:
            open_[parts[one.where]] = True
        open_[0] = False
        found: Mask = open_[parts]
        return found

    @property
    def pore_ml(self) -> float:
        """Of the drained pores, whatever fills them."""
        return float(self.porosity[self.drained].sum()) * self.grid.voxel_ml


def _check_share(name: str, values: Floats, slack: float = 0.0) -> None:
    """Refuse what is no share, but for ``slack`` above 1.

    Raises:
        SimulationError: below 0, above 1 or not finite.
    """
    bad = values[~((values >= 0.0) & (values <= 1.0 + slack))]
    if bad.size:
        raise SimulationError(
            f"{name} is {bad[0]:g} in one of {bad.size} voxels; it lies between 0 and 1 in every "
            "one: correct the map"
        )
