"""A patient of a few formulas, and a path written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Kind
from seldinger.core.space import Grid, as_vector
from seldinger.core.volume import Volume
from seldinger.plan import model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask

AIM = (-40.0, 5.0, 0.0)
ENTRY = (-78.0, -38.0, 9.0)


def ball(points: NDArray[np.float64], centre: tuple[float, ...], radius: tuple[float, ...]) -> Mask:
    """An ellipsoid; shape of ``points`` without its last axis."""
    inside: Mask = (((points - np.array(centre)) / np.array(radius)) ** 2).sum(axis=-1) <= 1.0
    return inside


def shapes(points: NDArray[np.float64]) -> dict[str, Mask]:
    """Every organ of the patient at ``points``, shape (i, j, k, 3)."""
    x, y, z = np.moveaxis(points, -1, 0)
    body = (x / 92.0) ** 2 + (y / 68.0) ** 2 <= 1.0
    radius = np.hypot(x / 84.0, y / 60.0)
    found = {
        "body": body,
        "liver": ball(points, (-38.0, -2.0, 0.0), (38.0, 46.0, 70.0)),
        "tumour-1": ball(points, AIM, (9.0, 9.0, 9.0)),
        "portal_vein": np.hypot(x + 22.0, y - 8.0) <= 6.0,
        "aorta": np.hypot(x - 8.0, y - 28.0) <= 9.0,
        "vertebrae": np.hypot(x, y - 50.0) <= 14.0,
        "ribs": (np.abs(radius - 1.0) < 0.06) & (np.mod(z + 0.25 * y, 24.0) < 8.0) & (y > -30.0),
        "colon": ball(points, (38.0, -38.0, -30.0), (16.0, 14.0, 30.0)),
        "stomach": ball(points, (45.0, -5.0, 20.0), (22.0, 26.0, 34.0)),
        "lung_right": ball(points, (-40.0, 12.0, 100.0), (34.0, 34.0, 46.0)),
    }
    return {name: mask & body for name, mask in found.items()}


HU = {
    "body": -90.0,
    "liver": 95.0,
    "tumour-1": 50.0,
    "portal_vein": 170.0,
    "aorta": 260.0,
    "vertebrae": 350.0,
    "ribs": 420.0,
    "colon": 10.0,
    "stomach": 25.0,
    "lung_right": -830.0,
}
KINDS = {
    "liver": Kind.ORGAN,
    "tumour-1": Kind.LESION,
    "portal_vein": Kind.VESSEL,
    "aorta": Kind.VESSEL,
    "vertebrae": Kind.BONE,
    "ribs": Kind.BONE,
    "colon": Kind.BOWEL,
    "stomach": Kind.BOWEL,
    "lung_right": Kind.LUNG,
}


def lattice(shape: int, spacing_mm: float) -> tuple[Grid, NDArray[np.float64]]:
    """A cube about the origin and the LPS of its voxels."""
    half = (shape - 1) * spacing_mm / 2.0
    grid = Grid.aligned((shape, shape, shape), spacing_mm, (-half, -half, -half))
    axis = np.arange(shape) * spacing_mm - half
    return grid, np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def scan(masks: dict[str, Mask], grid: Grid) -> Volume:
    """What a CT would show, with noise."""
    values = np.full(grid.shape, -1000.0)
    for name, mask in masks.items():
        values[mask] = HU[name]
    values += np.random.default_rng(0).normal(0.0, 12.0, grid.shape)
    return Volume(values.astype(np.int16), grid, "HU")


def outer(body: Mask) -> Mask:
    """Body voxels with a neighbour outside, in the axial plane."""
    shrunk = body.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            shrunk &= np.roll(body, step, axis=axis)
    return body & ~shrunk


def path(
    entry: tuple[float, ...] = ENTRY, *, provisional: bool = False, score: float = 1.2
) -> model.Path:
    """A path from ``entry`` to the tumour; its numbers are made up but hang together."""
    away = np.array(entry) - np.array(AIM)
    depth = float(np.linalg.norm(away))
    touch: dict[str, float | None] = {
        "portal_vein": 0.1432,
        "ribs": 0.0004,
        "lung_right": 0.02,
        "aorta": 0.0,
        "gallbladder": None,
    }
    unknown = dict.fromkeys(touch)
    return model.Path(
        entry_lps_mm=as_vector(entry),
        target_lps_mm=AIM,
        depth_mm=depth,
        skin_angle_deg=11.4,
        tilt_deg=float(np.degrees(np.arcsin(abs(away[2]) / depth))),
        axial_angle_deg=float(np.degrees(np.arctan2(away[0], -away[1]))),
        patient_position="prone" if provisional else "supine",
        provisional=provisional,
        technique="ct-angled",
        clearances_mm={
            "portal_vein": 8.3,
            "ribs": 5.2,
            "lung_right": 31.0,
            "aorta": 38.5,
            "gallbladder": None,
        },
        lengths_mm={"body wall": 13.0, "fat": 4.0, "liver": 33.0},
        unidentified_mm=0.0,
        probability=model.Probability(None, unknown)
        if provisional
        else model.Probability(0.8123456, touch),
        score=score,
        score_parts={"depth": 0.4, "clearance": score - 0.4},
        notes=("shortest way that keeps liver before the tumour",),
    )


def renamed(plan: model.Plan, name: str) -> model.Plan:
    """The same plan about a target and a structure called ``name``."""
    best = plan.approach.paths[0]
    odd = replace(
        best,
        clearances_mm={**best.clearances_mm, name: 1.0},
        probability=replace(best.probability, touch={**best.probability.touch, name: 0.5}),
        notes=(name,),
    )
    return replace(
        plan,
        request=replace(plan.request, target=name),
        target=replace(plan.target, label=name),
        approach=replace(plan.approach, paths=(odd, *plan.approach.paths[1:])),
        verdict=replace(plan.verdict, reasons=(name,)),
        not_segmented=(name,),
    )
