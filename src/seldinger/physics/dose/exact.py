"""What must come out: absorbed shares of simple bodies, by formula, from a point kernel.

Seen from a point uniform in a sphere of radius R, a displacement of length r stays inside with a
chance of 1 - 3 r / (4 R) + r^3 / (16 R^3); out of a half-space, a mean r / 4 of depth gets through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from seldinger.physics.dose.point_kernel import PointKernel


def sphere_absorbed_share(
    radius_mm: float, density_g_per_ml: float, point_kernel: PointKernel
) -> float:
    """Share of the emitted energy that a uniformly active sphere keeps, in tissue of its density.

    Args:
        radius_mm: of the sphere.
        density_g_per_ml: inside and around it.
        point_kernel: in water of density 1.
    """
    part = np.minimum(point_kernel.middle_mm / (density_g_per_ml * radius_mm), 2.0)
    return float(point_kernel.share @ (1.0 - 0.75 * part + part**3 / 16.0))


def plane_escape_mm(density_g_per_ml: float, point_kernel: PointKernel) -> float:
    """Depth of a uniformly active half-space whose energy crosses its plane."""
    return 0.25 * point_kernel.moment_mm(1) / density_g_per_ml


def slab_dose_share(
    depth_mm: float, thickness_mm: float, density_g_per_ml: float, point_kernel: PointKernel
) -> float:
    """Dose beside a uniformly active slab, as a share of that in endless active tissue.

    Args:
        depth_mm: from its face, outside.
        thickness_mm: of the slab.
        density_g_per_ml: of the slab and around it.
        point_kernel: in water of density 1.
    """
    radius = point_kernel.middle_mm / density_g_per_ml
    near = np.minimum(depth_mm / radius, 1.0)
    far = np.minimum((depth_mm + thickness_mm) / radius, 1.0)
    return float(point_kernel.share @ (0.5 * (far - near)) / point_kernel.share.sum())
