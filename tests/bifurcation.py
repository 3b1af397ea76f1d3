"""A painted aortic bifurcation: a narrowed left side with calcium, and a part on its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (96, 50, 150)
AORTA, RIGHT, LEFT, STRAY = "aorta", "iliac_artery_right", "iliac_artery_left", "stray"
GROIN_RIGHT, GROIN_LEFT, FORK, TOP = (14, 25, 6), (82, 25, 6), (48, 25, 90), (48, 25, 149)
RADIUS_MM, AORTA_MM, NARROW_MM = 5.0, 8.0, 2.5
BLOOD, AROUND, CALCIUM = 320, 40, 1100


def grid(spacing_mm: float = 1.0) -> Grid:
    return Grid.aligned(SHAPE, spacing_mm, (-48.0, 0.0, 0.0))


def _tube(mask: NDArray[np.bool_], a: Any, b: Any, radius: Any, extra: float = 0.0) -> None:
    """Balls along a way; ``radius`` is a function of the share of it."""
    index = np.indices(SHAPE).reshape(3, -1).T.astype(np.float32)
    start, way = np.array(a, float), np.array(b, float) - np.array(a, float)
    share = np.clip((index - start) @ way / (way @ way), 0.0, 1.0)
    away = np.linalg.norm(index - start - share[:, None] * way, axis=1)
    mask |= (away <= np.vectorize(radius)(share) + extra).reshape(SHAPE)


def narrow(share: float) -> float:
    """Radius of the left side: half as wide in its middle."""
    return RADIUS_MM - (RADIUS_MM - NARROW_MM) * float(np.exp(-(((share - 0.5) / 0.06) ** 2)))


@cache
def labels(wall_mm: float = 0.0) -> LabelMap:
    """Three vessels that touch and a piece that does not; drawn ``wall_mm`` too wide."""
    layer = np.zeros(SHAPE, np.uint8)
    pieces = (
        (1, TOP, FORK, lambda _: AORTA_MM), (2, FORK, GROIN_RIGHT, lambda _: RADIUS_MM),
        (3, FORK, GROIN_LEFT, narrow), (4, (10, 40, 120), (10, 40, 145), lambda _: 3.0),
    )  # fmt: skip
    for value, a, b, radius in reversed(pieces):
        mask = np.zeros(SHAPE, bool)
        _tube(mask, a, b, radius, wall_mm)
        layer[mask] = value
    names = (AORTA, RIGHT, LEFT, STRAY)
    return LabelMap((layer,), tuple(LabelEntry(n, v) for v, n in enumerate(names, 1)), grid())


@cache
def scan(*, calcium: bool = False) -> Volume:
    """Contrast in the true lumen."""
    values = np.where(labels().layers[0] > 0, BLOOD, AROUND).astype(np.int16)
    values[:, 46:] = -1000  # air behind the back: a CT without any is refused
    if calcium:
        values[64:67, 30:32, 46:50] = CALCIUM
    return Volume(values, grid(), "HU")
