"""Smooth: one even curve through points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

if TYPE_CHECKING:
    from seldinger.core.space import Points

_FINE = 24
"""Places on the spline for each step along it, so that its length is known."""


def follow_points(points: Points, step_mm: float) -> Points:
    """Points at even ways along a smooth curve through ``points``, both ends exact.

    Args:
        points: (n, 3) LPS mm, in order.
        step_mm: about how far apart the points shall lie.
    """
    # Centripetal: a spline over such knots neither loops nor leaves its points far.
    steps = np.sqrt(np.linalg.norm(np.diff(points, axis=0), axis=1))
    knots = np.concatenate([[0.0], np.cumsum(steps)])
    spline = CubicSpline(knots, points, bc_type="natural")
    rough = spline(np.linspace(0.0, knots[-1], 200))
    pieces = max(4, int(np.ceil(np.linalg.norm(np.diff(rough, axis=0), axis=1).sum() / step_mm)))
    fine = np.linspace(0.0, knots[-1], _FINE * pieces + 1)
    places = spline(fine)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    even: Points = spline(np.interp(np.linspace(0.0, along[-1], pieces + 1), along, fine))
    even[0], even[-1] = points[0], points[-1]
    return even
