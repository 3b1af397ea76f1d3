"""Pairs of scans, before and after an ablation, whose margin is exactly known.

An organ with a lobe in a trunk with spine and air, drawn by formula on both lattices: nothing is
interpolated. After, the patient has moved by a known map and the zone hides what lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Points, Vector

LIVER, VESSELS, TUMOUR, ZONE = "liver", "portal vein", "tumour", "zone"
SHAPE, VOXEL_MM = (72, 60, 56), 2.5
TUMOUR_AT, TUMOUR_MM = np.array([22.0, -8.0, 6.0]), 10.0
ZONE_OFF, ZONE_MM = np.array([1.5, -1.0, 1.5]), 16.0
NOISE_HU = 12.0


@dataclass(frozen=True, slots=True)
class Pose:
    """How the patient moved: turned about an axis, shifted, and bent by so many mm."""

    turn_deg: float = 0.0
    axis: Vector = (0.3, 0.5, 0.8)
    shift_mm: Vector = (0.0, 0.0, 0.0)
    bend_mm: float = 0.0

    def back(self, after: Points) -> Points:
        """Points before that points after, (n, 3), show."""
        turn = _turn(self.turn_deg, self.axis)
        rigid = (after - np.asarray(self.shift_mm)) @ turn
        x, y, z = rigid.T
        bent = np.stack(
            [np.sin(z / 40.0 + 0.4), np.cos(x / 45.0) - 1.0, np.sin(x / 50.0) * np.cos(y / 60.0)],
            axis=1,
        )
        found: Points = rigid + self.bend_mm * bent
        return found

    def forth(self, before: Points) -> Points:
        """The inverse of ``back``, by fixed point to far below a micrometre."""
        turn = _turn(self.turn_deg, self.axis)
        found: Points = before @ turn.T + np.asarray(self.shift_mm)
        for _ in range(60):
            found = np.asarray(found + (before - self.back(found)) @ turn.T)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Both scans, and the minimal margin that geometry says."""

    before: Study
    after: Study
    true_mm: float


def made(pose: Pose, *, textured: bool, seed: int = 0) -> Made:
    """A pair: with vessels and a texture of parenchyma to hold on to, or without any."""
    grid = Grid.aligned(SHAPE, VOXEL_MM, tuple(-VOXEL_MM * (n - 1) / 2.0 for n in SHAPE))
    places = grid.to_lps(np.indices(SHAPE).reshape(3, -1).T)
    first = _scan(places, textured=textured)
    back = pose.back(places)
    second = _scan(back, textured=textured)
    middle = pose.forth((TUMOUR_AT + ZONE_OFF)[None, :])[0]
    zone = np.linalg.norm(places - middle, axis=1) <= ZONE_MM
    second.values[zone] = 35.0
    noise = np.random.default_rng(seed)
    studies = []
    for scan, name, mask in ((first, TUMOUR, first.tumour), (second, ZONE, zone)):
        values = scan.values + noise.normal(0.0, NOISE_HU, len(places))
        masks = {LIVER: scan.liver, name: mask}
        if textured:
            masks[VESSELS] = scan.vessels & ~mask
        studies.append(_study(values.astype(np.float32).reshape(SHAPE), grid, masks))
    rim = _on_sphere(4000) * TUMOUR_MM + TUMOUR_AT
    away = np.linalg.norm(pose.forth(rim) - middle, axis=1)
    return Made(studies[0], studies[1], ZONE_MM - float(away.max()))


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    values: NDArray[np.float64]
    liver: NDArray[np.bool_]
    vessels: NDArray[np.bool_]
    tumour: NDArray[np.bool_]


def _scan(at: Points, *, textured: bool) -> _Scan:
    """What lies at points before, (n, 3)."""
    x, y, z = at.T
    body = (x / 84.0) ** 2 + (y / 68.0) ** 2 <= 1.0
    spine = (x + 22.0) ** 2 + (y - 46.0) ** 2 <= 14.0**2
    liver = (x / 52.0) ** 2 + (y / 38.0) ** 2 + (z / 44.0) ** 2 <= 1.0
    liver |= ((x + 38.0) / 28.0) ** 2 + ((y + 14.0) / 22.0) ** 2 + ((z - 12.0) / 20.0) ** 2 <= 1.0
    liver &= ((x - 20.0) / 20.0) ** 2 + ((y - 40.0) / 16.0) ** 2 + ((z + 20.0) / 26.0) ** 2 > 1.0
    tumour = np.linalg.norm(at - TUMOUR_AT, axis=1) <= TUMOUR_MM
    trunk = np.hypot(y - 6.0 - x / 8.0, z + 4.0 - x / 6.0) <= 5.0
    left = np.hypot(x - 2.0 - z / 5.0, y - 4.0 + z / 3.0) <= 4.0
    right = np.hypot(x - 44.0 + z / 6.0, z - 2.0 + y / 3.0) <= 3.5
    vessels = liver & (trunk | left | right) & ~tumour
    values = np.where(body, -90.0, -1000.0)
    values[body & spine] = 250.0
    values[liver] = 105.0
    if textured:
        values[liver] += 14.0 * (np.sin(x / 5.0) * np.sin(y / 6.0 + 1.0) * np.sin(z / 5.5))[liver]
        values[vessels] = 175.0
    values[tumour] = 70.0
    return _Scan(values, liver, vessels, tumour)


def _turn(degrees: float, axis: Vector) -> NDArray[np.float64]:
    a, b, c = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0.0, -c, b], [c, 0.0, -a], [-b, a, 0.0]])
    angle = np.radians(degrees)
    turn: NDArray[np.float64] = (
        np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross
    )
    return turn


def _on_sphere(count: int) -> Points:
    """Directions spread evenly over a sphere."""
    n = np.arange(count) + 0.5
    height, turn = 1.0 - 2.0 * n / count, np.pi * (1.0 + np.sqrt(5.0)) * n
    level = np.sqrt(1.0 - height**2)
    found: Points = np.stack([level * np.cos(turn), level * np.sin(turn), height], axis=1)
    return found


def _study(values: NDArray[np.float32], grid: Grid, masks: dict[str, NDArray[np.bool_]]) -> Study:
    layers = tuple(mask.reshape(grid.shape).astype(np.uint8) for mask in masks.values())
    entries = tuple(LabelEntry(name, 1, layer) for layer, name in enumerate(masks))
    image = Volume(values, grid, "HU")
    series = Series(image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER)
    return Study((series,), LabelMap(layers, entries, grid))
