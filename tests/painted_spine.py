"""A painted spine: vertebrae of known pedicles, canal, heights, breaks and clefts, in any pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.image import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MARROW, CORTEX, SOFT, GAS = 150.0, 700.0, 40.0, -900.0
HALF_WIDTH, HALF_DEPTH, HALF_HEIGHT = 22.0, 16.0, 13.0
CANAL_RADIUS, CANAL_BACK = 8.5, 25.0
PEDICLE_AT, PEDICLE_UP = 14.0, 4.0
STEP_MM = 34.0


@dataclass(frozen=True)
class Bone:
    """One painted vertebra.

    Attributes:
        width_mm, height_mm: of both pedicles.
        inwards_deg: of their axes.
        front_mm: height of the body in front; the back is 26 mm high.
        break_mm: radius of a hole in the cortex of the left wall; 0: none.
        cleft: "gas", "fluid" or "" in the middle of the body, 14 x 10 x 3 mm.
        metal_mm, lytic_mm: radii of balls in the right half of the body; 0: none.
    """

    width_mm: float = 8.0
    height_mm: float = 14.0
    inwards_deg: float = 10.0
    front_mm: float = 26.0
    break_mm: float = 0.0
    cleft: str = ""
    metal_mm: float = 0.0
    lytic_mm: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Turns about left, back and up in degrees, and the middle of the middle vertebra."""

    turns_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    middle_lps_mm: tuple[float, float, float] = (0.3, 0.2, -0.4)

    @property
    def axes(self) -> NDArray[np.float64]:
        """Rows left, back, up in LPS."""
        turned = np.eye(3)
        for axis, deg in enumerate(self.turns_deg):
            c, s = np.cos(np.deg2rad(deg)), np.sin(np.deg2rad(deg))
            one = np.eye(3)
            a, b = (axis + 1) % 3, (axis + 2) % 3
            one[a, a], one[a, b], one[b, a], one[b, b] = c, -s, s, c
            turned = one @ turned
        return turned.T


@dataclass(frozen=True)
class Painter:
    """Distances, in mm and negative inside, of a vertebra's parts at points of its own frame."""

    bone: Bone
    left: NDArray[np.float64]
    back: NDArray[np.float64]
    up: NDArray[np.float64]

    def body(self) -> NDArray[np.float64]:
        round_ = (np.hypot(self.left / HALF_WIDTH, self.back / HALF_DEPTH) - 1.0) * HALF_DEPTH
        share = (self.back + HALF_DEPTH) / (2.0 * HALF_DEPTH)
        height = self.bone.front_mm + (2.0 * HALF_HEIGHT - self.bone.front_mm) * share
        ends = np.maximum(self.up - (height - HALF_HEIGHT), -HALF_HEIGHT - self.up)
        return np.maximum(round_, ends)

    def arch(self) -> NDArray[np.float64]:
        tan = np.tan(np.deg2rad(self.bone.inwards_deg))
        middle = PEDICLE_AT + (self.back - 22.0) * tan
        half = self.bone.width_mm / 2.0
        across = (np.abs(self.left) - middle) * np.cos(np.deg2rad(self.bone.inwards_deg))
        high = (self.up - PEDICLE_UP) / (self.bone.height_mm / 2.0)
        pedicle = (np.hypot(across / half, high) - 1.0) * half
        pedicle = np.maximum(pedicle, np.maximum(8.0 - self.back, self.back - 33.0))
        ring = np.hypot(self.left, self.back - CANAL_BACK)
        lamina = np.maximum(np.abs(ring - 13.0) - 3.5, 28.0 - self.back)
        lamina = np.maximum(lamina, np.abs(self.up - 1.0) - 9.0)
        spine = np.maximum(np.abs(self.left) - 3.0, np.abs(self.up + 4.0) - 7.0)
        spine = np.maximum(spine, np.maximum(36.0 - self.back, self.back - 50.0))
        process = np.hypot(self.back - 31.0, self.up - 3.0) - 4.0
        process = np.maximum(process, np.maximum(12.0 - np.abs(self.left), np.abs(self.left) - 32))
        arch: NDArray[np.float64] = np.minimum(
            np.minimum(pedicle, lamina), np.minimum(spine, process)
        )
        return arch

    def canal(self) -> NDArray[np.float64]:
        return np.hypot(self.left, self.back - CANAL_BACK) - CANAL_RADIUS

    def solid(self) -> NDArray[np.float64]:
        return np.minimum(self.body(), np.maximum(self.arch(), -self.canal()))

    def fill(self, hu: NDArray[np.float64]) -> None:
        """Paint what is inside."""
        solid = self.solid()
        hu[solid < 0.0] = CORTEX
        hu[solid < -1.5] = MARROW
        one = self.bone
        if one.break_mm:
            hole = np.hypot(self.back, self.up) < one.break_mm
            hu[hole & (self.left > HALF_WIDTH - 6.0) & (solid < 0.0)] = MARROW - 60.0
        flat = (np.abs(self.left) < 7.0) & (np.abs(self.back) < 5.0) & (np.abs(self.up) < 1.5)
        if one.cleft:
            hu[flat] = GAS if one.cleft == "gas" else 10.0
        away = np.sqrt((self.left + 10.0) ** 2 + self.back**2 + self.up**2)
        if one.metal_mm:
            hu[away < one.metal_mm] = 2500.0
        if one.lytic_mm:
            hu[away < one.lytic_mm] = 55.0


def paint_spine(
    bones: Mapping[str, Bone],
    pose: Pose | None = None,
    voxel_mm: tuple[float, float, float] = (1.0, 1.0, 1.0),
    noise_hu: float = 0.0,
) -> Study:
    """A study of vertebrae from the head down, the middle one at the pose's middle."""
    pose = pose or Pose()
    names = list(bones)
    half = np.array([44.0, 50.0, 26.0 + STEP_MM * (len(names) - 1) / 2 + 12.0])
    shape = np.ceil(2.0 * half / np.array(voxel_mm)).astype(int)
    origin = np.array(pose.middle_lps_mm) + np.array([0.0, 14.0, 0.0]) - half
    grid = Grid.aligned(shape.tolist(), voxel_mm, origin.tolist())
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T) - pose.middle_lps_mm
    own = (points @ pose.axes.T).T.reshape(3, *grid.shape)
    hu = np.full(grid.shape, SOFT)
    labels = np.zeros(grid.shape, dtype=np.uint8)
    for n, (_, bone) in enumerate(bones.items()):
        up = own[2] - STEP_MM * ((len(names) - 1) / 2.0 - n)
        near = np.abs(up) < 20.0
        painter = Painter(bone, own[0][near], own[1][near], up[near])
        part = hu[near]
        painter.fill(part)
        hu[near] = part
        inside = labels[near]
        inside[painter.solid() < 0.0] = n + 1
        labels[near] = inside
    hu += np.random.default_rng(5).normal(0.0, noise_hu, hu.shape) if noise_hu else 0.0
    entries = tuple(LabelEntry(f"vertebrae_{name}", n) for n, name in enumerate(names, 1))
    series = Series(
        Volume(hu.astype(np.float32), grid, "HU"),
        Modality.CT,
        PatientPosition.SUPINE,
        PositionOrigin.USER,
    )
    return Study((series,), LabelMap((labels,), entries, grid))
