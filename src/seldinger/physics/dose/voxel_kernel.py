"""The voxel kernel: what share of a voxel's energy is left in it and in each neighbour.

Decays are uniform in the source voxel and energy is averaged over the target voxel. Seen along one
axis, a displacement d then ends in the voxel n with a chance of max(0, 1 - |d - n|): so the exact
voxel kernel is the point kernel spread by trilinear weights. Shells are sampled along directions
that are the same whichever way the axes are named, without random numbers.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.core.space import Vector
    from seldinger.physics.dose.point_kernel import PointKernel

Floats = NDArray[np.float64]

_GOLDEN_TURN = math.pi * (3.0 - math.sqrt(5.0))
_JOULE_PER_MEV = 1.602176634e-13
_KG_PER_MM3_DENSITY = 1e-6
_MILLI = 1e3
_MEGA = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class VoxelKernel:
    """Energy from one voxel in tissue of one density.

    Attributes:
        spacing_mm: of the voxels along i, j, k.
        density_g_per_ml: of the tissue.
        share: odd shape; of the energy emitted in the middle voxel, in each voxel.
        emitter: whose energy it is.
    """

    spacing_mm: Vector
    density_g_per_ml: float
    share: Floats
    emitter: str

    __repr__ = short_repr

    @property
    def half(self) -> tuple[int, int, int]:
        """Voxels on each side of the middle one."""
        i, j, k = (n // 2 for n in self.share.shape)
        return (i, j, k)

    @property
    def octant(self) -> Floats:
        """The middle voxel and its neighbours towards positive i, j, k."""
        i, j, k = self.half
        return self.share[i:, j:, k:]

    @property
    def radiated(self) -> float:
        """Share of the emitted energy that is in no voxel: bremsstrahlung, which travels far."""
        return 1.0 - float(self.share.sum())

    def s_values(self, energy_per_decay_mev: float) -> Floats:
        """Dose of a decay in mGy/(MBq s) in each voxel of the octant.

        Args:
            energy_per_decay_mev: emitted as electrons.
        """
        volume_mm3 = math.prod(self.spacing_mm)
        mass_kg = self.density_g_per_ml * _KG_PER_MM3_DENSITY * volume_mm3
        gray = energy_per_decay_mev * _JOULE_PER_MEV / mass_kg
        dose: Floats = self.octant * (gray * _MILLI * _MEGA)
        return dose


def even_directions(count: int) -> Floats:
    """About ``count`` even directions, (n, 3) in one octant, the same under any order of axes.

    A Fibonacci lattice folded into the octant, in all six orders of its coordinates.
    """
    each = max(count // 6, 1)
    at = np.arange(each) + 0.5
    height = 1.0 - 2.0 * at / each
    ring = np.sqrt(1.0 - height**2)
    turn = _GOLDEN_TURN * at
    one = np.abs(np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1))
    return np.concatenate([one[:, order] for order in itertools.permutations(range(3))])


def build_voxel_kernel(
    spacing_mm: Sequence[float],
    density_g_per_ml: float,
    point_kernel: PointKernel,
    directions: int = 1200,
) -> VoxelKernel:
    """The kernel of voxels of any size in tissue of any one density.

    Args:
        spacing_mm: three sides of a voxel.
        density_g_per_ml: of the tissue, taken as water of that density.
        point_kernel: in water of density 1.
        directions: along which each shell is sampled.

    Raises:
        ValueError: a size, density or number that is not positive.
    """
    spacing = np.asarray(spacing_mm, dtype=np.float64)
    if spacing.shape != (3,) or not (spacing > 0.0).all() or not np.isfinite(spacing).all():
        raise ValueError(f"spacing_mm must be three positive numbers, got {spacing_mm}")
    if not density_g_per_ml > 0.0:
        raise ValueError(f"density_g_per_ml must be positive, got {density_g_per_ml}")
    if directions < 1:
        raise ValueError(f"directions must be at least 1, got {directions}")
    rays = even_directions(directions)
    radius = point_kernel.middle_mm / density_g_per_ml
    shape = tuple((np.floor(radius[-1] / spacing) + 2).astype(int))
    weight = np.repeat(point_kernel.share / len(rays), len(rays))
    cells, parts = [], []
    for axis in range(3):
        far = np.outer(radius, rays[:, axis] / spacing[axis]).ravel()
        whole = far.astype(np.int64)
        cells.append(whole)
        parts.append(far - whole)
    octant = np.zeros(shape)
    flat = octant.ravel()
    for corner in itertools.product((0, 1), repeat=3):
        index = np.ravel_multi_index([c + o for c, o in zip(cells, corner, strict=True)], shape)
        share = weight
        for part, upper in zip(parts, corner, strict=True):
            share = share * (part if upper else 1.0 - part)
        flat += np.bincount(index, share, flat.size)
    # What was folded onto the octant belongs to both sides of every plane but the middle one.
    for axis in range(3):
        octant[(slice(None),) * axis + (slice(1, None),)] *= 0.5
    pads = [(n - 1, 0) for n in shape]
    share = np.pad(octant, pads, mode="reflect")
    x, y, z = (float(s) for s in spacing)
    return VoxelKernel((x, y, z), density_g_per_ml, share, point_kernel.emitter)
