"""Body: an elastic solid on voxels.

Axes are those of the grid's index (i, j, k), displacement and force along them; a grid that is
turned in the patient needs no turning here. Units: mm, N, MPa (N/mm2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LOWEST_POISSON, HIGHEST_POISSON = -1.0, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """An isotropic solid, each voxel with its own modulus.

    Attributes:
        grid: (a, b, c) voxels.
        young_mpa: (a, b, c) Young's modulus; 0 where there is nothing.
        poisson: Poisson's ratio, one or (a, b, c); a table of labels is read as ``table[labels]``.
            Kept as (a, b, c).

    Raises:
        ValueError: on construction, a modulus that is negative or not finite, none that is
            positive, a ratio outside -1 to 0.5 (both excluded) where there is a modulus.
    """

    grid: Grid
    young_mpa: Floats
    poisson: Floats | float

    __repr__ = short_repr

    def __post_init__(self) -> None:
        young = np.array(self.young_mpa, dtype=np.float64, order="C")
        shape = self.grid.shape
        if young.shape != shape or not (np.isfinite(young) & (young >= 0.0)).all():
            raise ValueError(
                f"young_mpa has the grid's shape {shape}, finite and not negative, got shape "
                f"{young.shape}, least {young.min() if young.size else 'none'}: 0 means nothing"
            )
        if not young.any():
            raise ValueError("no voxel has a modulus; a body needs at least one above 0 MPa")
        ratio = np.asarray(self.poisson, dtype=np.float64)
        if ratio.shape not in {(), shape}:
            raise ValueError(f"poisson is one number or {shape}, got shape {ratio.shape}")
        ratio = np.where(young > 0.0, ratio, 0.0)
        if not ((ratio > LOWEST_POISSON) & (ratio < HIGHEST_POISSON)).all():
            raise ValueError(
                f"Poisson's ratio lies between -1 and 0.5, both excluded, got {ratio.min():g} to "
                f"{ratio.max():g}: a solid that keeps its volume cannot be computed here"
            )
        young.flags.writeable = ratio.flags.writeable = False
        object.__setattr__(self, "young_mpa", young)
        object.__setattr__(self, "poisson", ratio)

    @property
    def solid(self) -> Mask:
        """(a, b, c) where there is anything."""
        there: Mask = self.young_mpa > 0.0
        return there

    @property
    def node_shape(self) -> tuple[int, int, int, int]:
        """Shape of nodal vectors: the voxels' corners, and three components."""
        a, b, c = self.grid.shape
        return a + 1, b + 1, c + 1, 3

    def moduli_mpa(self) -> tuple[Floats, Floats]:
        """Lame's first modulus and the shear modulus, (a, b, c) each."""
        nu = np.asarray(self.poisson)
        mu: Floats = 0.5 * self.young_mpa / (1.0 + nu)
        lam: Floats = 2.0 * mu * nu / (1.0 - 2.0 * nu)
        return lam, mu

    def without(self, cells: Mask) -> Body:
        """The body less ``cells``, (a, b, c)."""
        return replace(self, young_mpa=np.where(cells, 0.0, self.young_mpa))


def corner_any(cells: Mask) -> Mask:
    """(a + 1, b + 1, c + 1) which corners belong to any of ``cells``, (a, b, c)."""
    a, b, c = cells.shape
    out = np.zeros((a + 1, b + 1, c + 1), dtype=np.bool_)
    for i in (0, 1):
        for j in (0, 1):
            for k in (0, 1):
                out[i : i + a, j : j + b, k : k + c] |= cells
    return out
