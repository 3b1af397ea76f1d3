"""Filter: a cone of struts in a round tube, seen along the flow: gaps, tilt, and where it touches.

A cava takes the shape of the filter in it, so that a tube of the same perimeter stands for it. What
passes is taken to be a stiff ball that comes along the axis: real clots are long and soft, and no
capture rate follows from a gap alone.
"""

from __future__ import annotations

import math

from seldinger.core.errors import SimulationError

_TRIES = 24
"""Ways in which the struts may stand to the side to which the head leans."""
_BISECTIONS = 60


def find_gap_mm(radius_mm: float, struts: int, aside_mm: float = 0.0) -> float:
    """Diameter of the largest ball that passes between two struts and the wall.

    Args:
        radius_mm: of the tube.
        struts: that reach the wall, evenly spaced.
        aside_mm: of the head from the axis; 0 where the filter stands straight.

    Raises:
        SimulationError: fewer than three struts, or a head outside the tube.
    """
    if struts < 3 or radius_mm <= 0.0:  # noqa: PLR2004
        raise SimulationError(
            f"{struts} struts in a tube of {radius_mm:g} mm radius: a cone has three or more, and "
            "a tube is wider than nothing"
        )
    if not 0.0 <= aside_mm < radius_mm:
        raise SimulationError(
            f"the head is {aside_mm:g} mm from the axis of a tube of {radius_mm:g} mm radius: it "
            "lies within the tube"
        )
    if aside_mm == 0.0:
        half = math.sin(math.pi / struts)
        return 2.0 * radius_mm * half / (1.0 + half)
    turn = 2.0 * math.pi / struts
    starts = [turn * n / _TRIES for n in range(_TRIES)]
    return max(
        _between(radius_mm, aside_mm, start + turn * n, start + turn * (n + 1))
        for start in starts
        for n in range(struts)
    )


def _between(radius: float, aside: float, first: float, last: float) -> float:
    """Diameter of the ball in the sector of two struts, the head ``aside`` along the first axis."""
    ends = [(radius * math.cos(a), radius * math.sin(a)) for a in (first, last)]
    ways = [math.atan2(y, x - aside) for x, y in ends]
    opening = (ways[1] - ways[0]) % (2.0 * math.pi)
    bisector = ways[0] + 0.5 * opening
    sine = math.sin(0.5 * opening) if opening < math.pi else 1.0
    low, high = 0.0, 2.0 * radius
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        x, y = aside + middle * math.cos(bisector), middle * math.sin(bisector)
        if radius - math.hypot(x, y) > middle * sine:
            low = middle
        else:
            high = middle
    return 2.0 * low * sine


def find_aside_mm(height_mm: float, tilt_deg: float) -> float:
    """How far the head leaves the axis.

    Args:
        height_mm: from the struts' ends at the wall to the head.
        tilt_deg: of the filter's axis against the tube's.
    """
    return height_mm * math.sin(math.radians(tilt_deg))


def find_touching_tilt_deg(radius_mm: float, height_mm: float, hub_mm: float) -> float | None:
    """Tilt at which the head lies at the wall; None where the filter is too short for it.

    Args:
        radius_mm: of the tube.
        height_mm: from the struts' ends at the wall to the head.
        hub_mm: thickness of the head.
    """
    share = (radius_mm - 0.5 * hub_mm) / height_mm
    return None if share >= 1.0 else math.degrees(math.asin(max(share, 0.0)))
