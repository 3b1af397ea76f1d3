"""A vertebra of simple shapes, symmetric across the midline, for tests and the table of cement."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from seldinger.anatomy.vertebra.model import (
    BodyHeights,
    Cleft,
    CorticalBreak,
    Pedicle,
    Side,
    Vertebra,
    VertebraFrame,
    Wall,
)
from seldinger.core.space import Grid, as_vector
from seldinger.simulate.cement.inject import CementNeedle

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

SEMI_MM = (22.5, 16.5)
HEIGHT_MM = 27.0
ORIGIN = (3.0, -20.0, 140.0)
SPONGY_HU, SHELL_HU, SOFT_HU = 120.0, 450.0, 40.0


@cache
def make_vertebra(
    *,
    breaks: tuple[Wall, ...] | None = (),
    cleft_mm: float = 0.0,
    spongy_hu: float = SPONGY_HU,
    spacing_mm: float = 1.0,
    height_mm: float = HEIGHT_MM,
    patchy_hu: float = 0.0,
    order: tuple[int, int, int] = (0, 1, 2),
) -> Vertebra:
    """An elliptic cylinder with a shell of one voxel, two pedicles, a canal behind.

    Args:
        breaks: walls with a patch of 20 mm2 in their middle, off the veins; None: not known.
        cleft_mm: height of a flat cleft of gas below the upper endplate; 0: none.
        spongy_hu: within the shell.
        spacing_mm: of the lattice.
        height_mm: of the body.
        patchy_hu: standard deviation of the inside, in lumps of some millimetres, left as right.
        order: which of left, back, up runs along L, P, S: turns the whole vertebra.
    """
    half = np.array([36.0, 45.0, 27.0])
    count = 2 * np.round(half / spacing_mm).astype(int) + 1
    axes = [(np.arange(n) - (n - 1) / 2) * spacing_mm for n in count]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    tall = 0.5 * height_mm
    body = ((x / SEMI_MM[0]) ** 2 + (y / SEMI_MM[1]) ** 2 <= 1.0) & (abs(z) < tall)
    inner = ((x / (SEMI_MM[0] - spacing_mm)) ** 2 + (y / (SEMI_MM[1] - spacing_mm)) ** 2 <= 1.0) & (
        abs(z) < tall - spacing_mm
    )
    pedicles = {
        side: (abs(x - sign * 14.0) <= 4.0) & (y > 8.0) & (y < 28.0) & (abs(z - 4.0) <= 6.0) & ~body
        for side, sign in ((Side.LEFT, 1.0), (Side.RIGHT, -1.0))
    }
    canal = (abs(x) < 9.0) & (y > SEMI_MM[1] + 1.0) & (y < 30.0) & (abs(z) < tall)
    bone = body | pedicles[Side.LEFT] | pedicles[Side.RIGHT]
    hu = np.where(bone, spongy_hu, SOFT_HU)
    hu[body & ~inner] = SHELL_HU
    if patchy_hu:
        hu += np.where(inner, patchy_hu * _lumps(hu.shape, spacing_mm), 0.0)
    cleft = np.zeros_like(body)
    if cleft_mm:
        cleft = inner & (abs(z - 5.0) <= 0.5 * cleft_mm) & ((x / 14.0) ** 2 + (y / 9.0) ** 2 <= 1.0)
        hu[cleft] = -700.0
    turned = _Turned(order, spacing_mm, tuple(int(n) for n in count))
    found = None
    if breaks is not None:
        found = tuple(
            CorticalBreak(one, turned(_patch(one, body, x, y, z, tall)), 20.0) for one in breaks
        )
        for wall in breaks:
            hu[_patch(wall, body, x, y, z, tall)] = spongy_hu
    vectors = np.eye(3)[list(order)]
    frame = VertebraFrame(
        ORIGIN, as_vector(vectors[0]), as_vector(vectors[1]), as_vector(vectors[2])
    )
    return Vertebra(
        "L1", "vertebrae_L1", turned.grid, turned(hu).astype(np.float32), turned(bone),
        turned(body), turned(canal), frame,
        {
            side: Pedicle(
                side, turned(mask), (0.0, 0.0, 0.0), as_vector(-vectors[1]), 8.0, 12.0
            )
            for side, mask in pedicles.items()
        },
        BodyHeights(height_mm, height_mm, height_mm, None, None, None, 0.0),
        turned(body & (z > tall - spacing_mm)), turned(body & (z < -tall + spacing_mm)), found,
        Cleft(turned(cleft), "gas", float(cleft.sum()) * spacing_mm**3 / 1e3) if cleft_mm else None,
        spongy_hu, 0.0, 0.0, (spacing_mm,) * 3,
    )  # fmt: skip


def _lumps(shape: tuple[int, ...], spacing_mm: float) -> np.ndarray:
    """Noise of unit spread, the same on both sides of the midline."""
    noise = ndimage.gaussian_filter(np.random.default_rng(5).normal(size=shape), 2.0 / spacing_mm)
    noise = noise + noise[::-1]
    found: np.ndarray = noise / noise.std()
    return found


class _Turned:
    """Arrays along left, back, up as arrays along L, P, S."""

    def __init__(
        self, order: tuple[int, int, int], spacing_mm: float, count: tuple[int, ...]
    ) -> None:
        self.back = tuple(int(n) for n in np.argsort(order))
        shape = [count[n] for n in self.back]
        low = [o - 0.5 * (n - 1) * spacing_mm for o, n in zip(ORIGIN, shape, strict=True)]
        self.grid = Grid.aligned(shape, spacing_mm, low)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values.transpose(self.back))


def _patch(
    wall: Wall, body: Mask, x: np.ndarray, y: np.ndarray, z: np.ndarray, tall: float
) -> Mask:
    """A patch of the shell, some way from the wall's middle, where veins leave."""
    near = {
        Wall.UPPER: (np.hypot(x, y + 4.0) < 2.6) & (z > tall - 1.0),
        Wall.LOWER: (np.hypot(x, y + 4.0) < 2.6) & (z < -tall + 1.0),
        Wall.BACK: (abs(x) < 2.6) & (abs(z + 7.0) < 2.6) & (y > SEMI_MM[1] - 2.0),
        Wall.FRONT: (abs(x) < 2.6) & (abs(z + 7.0) < 2.6) & (y < -SEMI_MM[1] + 2.0),
        Wall.LEFT: (abs(y) < 2.6) & (abs(z + 7.0) < 2.6) & (x > SEMI_MM[0] - 2.0),
        Wall.RIGHT: (abs(y) < 2.6) & (abs(z + 7.0) < 2.6) & (x < -SEMI_MM[0] + 2.0),
    }[wall]
    found: Mask = body & near
    return found


def make_needle(
    vertebra: Vertebra,
    left_mm: float = 0.0,
    back_mm: float = -4.0,
    up_mm: float = 0.0,
    side: Side | None = None,
) -> CementNeedle:
    """A long needle whose tip lies so far from the body's centroid along its axes."""
    frame = vertebra.frame
    axes = np.array([frame.left, frame.back, frame.up])
    tip = np.asarray(frame.origin_lps_mm) + np.array([left_mm, back_mm, up_mm]) @ axes
    told = side or (Side.LEFT if left_mm >= 0.0 else Side.RIGHT)
    entry = tip + 60.0 * axes[1] + 20.0 * np.sign(left_mm) * axes[0]
    return CementNeedle(as_vector(tip), as_vector(entry), 2.4, 120.0, told)
