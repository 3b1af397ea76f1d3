"""The margin's task: two spheres on 96^3, between the voxels and by counting voxels, in one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger.core.space import Grid
from seldinger.geometry import surface
from seldinger.simulate import margin

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

EDGE = 96
TUMOUR_MM, ZONE_MM = 25.0, 35.0
OFF_MM = 2.0
"""Between the centres; neither lies on a voxel."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A tumour of 5 cm and a zone of 7 cm on voxels of 1 mm."""

    grid: Grid
    tumour: Mask
    zone: Mask

    @property
    def true_mm(self) -> float:
        """The minimal margin that geometry says."""
        return ZONE_MM - TUMOUR_MM - OFF_MM

    def between_voxels(self) -> margin.Margin:
        """Both surfaces, and the margin from one to the other."""
        return margin.measure_margin(
            surface.extract_surface(self.tumour, self.grid, "tumour"),
            surface.extract_surface(self.zone, self.grid, "zone"),
        )

    def by_voxels_mm(self) -> float:
        """The usual way: from the tumour's outermost voxels to the nearest that is not zone."""
        spacing = self.grid.spacing_mm
        away = edt.edt(self.zone, anisotropy=spacing, order="C")
        inner = edt.edt(self.tumour, anisotropy=spacing, order="C")
        rim = self.tumour & (inner <= min(spacing) + 1e-3)
        return float(away[rim].min())


def _ball(radius: float, x: float) -> Mask:
    i, j, k = np.ogrid[:EDGE, :EDGE, :EDGE]
    middle = EDGE / 2.0
    away = (i - middle - x) ** 2 + (j - middle - 0.2) ** 2 + (k - middle - 0.1) ** 2
    inside: Mask = np.ascontiguousarray(away <= radius**2)
    return inside


def task() -> Task:
    """Both spheres, ready to be measured."""
    grid = Grid.aligned((EDGE, EDGE, EDGE), 1.0)
    return Task(grid, _ball(TUMOUR_MM, 0.3), _ball(ZONE_MM, 0.3 + OFF_MM))
