"""Structures: the dose of tumours and organs on the lattice of their own contours, with its spread.

Contours are drawn on finer voxels than a PET has. Dose is read between the voxels at every voxel of
the contour, so that no structure is resampled and none loses volume.

The spread is of what is done again and again with the same image: a contour a little in or out,
the calibration, what a small structure loses to the scanner's resolution, the density, the
constants and the method. It is not a spread between patients, and says nothing of response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import scipy

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask

Floats: TypeAlias = "NDArray[np.float64]"

SAMPLES = 200
_MOST_POINTS = 20_000
"""Of a structure, for its spread; its figures as planned take all of them."""
_CURVE = 201
_REACH_SD = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A structure as it was drawn.

    Attributes:
        name: as its file has it.
        mask: on its own grid.
        grid: of the mask, in the same patient millimetres as the dose.
        is_tumour: it is small and hot, so that a scanner shows too little of it.
    """

    name: str
    mask: Mask
    grid: Grid
    is_tumour: bool

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class SpreadSettings:
    """What varies, one standard deviation or the two ends.

    Attributes:
        contour_sd_mm: of where the contour lies.
        calibration_sd: relative.
        constants: least and largest dose constant over the one in use.
        densities: least and largest density over the one in use.
        recovery: volumes in mL, rising, and the share that a scanner shows of a sphere of each; a
            tumour may hold up to that much more. Empty: nothing is lost.
        seed: of the samples.
    """

    contour_sd_mm: float
    calibration_sd: float
    constants: tuple[float, float]
    densities: tuple[float, float]
    recovery: tuple[tuple[float, ...], tuple[float, ...]]
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class StructureDose:
    """Dose of one structure.

    Attributes:
        name: of the contour.
        volume_ml: of it.
        is_tumour: as in the contour.
        mean_gy, d95_gy, d70_gy: mean; least dose of the best 95 and 70 % of the volume.
        bed_gy: mean of the biologically effective dose of every voxel; None where none was asked.
        largest_gy: of any voxel, as planned.
        recovery: share of its activity that such a scanner shows; 1 where nothing was taken off.
        curve_gy: (n,) doses of the histogram, rising.
        curve_percent: (3, n): per cent of the volume with at least that dose, at 5 %, as planned
            and at 95 % of the samples.
    """

    name: str
    volume_ml: float
    is_tumour: bool
    mean_gy: Spread
    d95_gy: Spread
    d70_gy: Spread
    bed_gy: Spread | None
    largest_gy: float
    recovery: float
    curve_gy: Floats
    curve_percent: Floats

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class DoseFields:
    """The same activity by the methods that are weighed against each other.

    Attributes:
        grid: of every field.
        fields_gy: (i, j, k) each; the first is the one that figures are told of.
        bed_per_gy: BED = D (1 + D x this); None: no BED.
    """

    grid: Grid
    fields_gy: tuple[Floats, ...]
    bed_per_gy: float | None = None

    __repr__ = short_repr


def measure_structure(
    contour: Contour, doses: DoseFields, settings: SpreadSettings
) -> StructureDose:
    """The dose of a structure with its spread; the same seed gives the same figures.

    Args:
        contour: at least partly where the dose is.
        doses: of the patient.
        settings: what varies.

    Raises:
        SimulationError: the contour is empty, or does not lie in the image.
    """
    depth, points = _outline(contour, _REACH_SD * settings.contour_sd_mm)
    inside = depth <= 0.0
    _check_inside(contour, points[inside], doses.grid)
    values = np.stack([_read(field, doses.grid, points) for field in doses.fields_gy])
    rng = np.random.default_rng(settings.seed)
    volume_ml = float(contour.mask.sum()) * contour.grid.voxel_ml
    recovery = _find_recovery(volume_ml, settings) if contour.is_tumour else 1.0
    curve_gy = np.linspace(0.0, max(1.0, 1.6 * float(values[:, inside].max())), _CURVE)
    drawn = _draw(depth, values, settings, recovery, rng)
    planned = _figures(np.sort(values[0][inside]), doses.bed_per_gy, curve_gy)
    sampled = [_figures(one, doses.bed_per_gy, curve_gy) for one in drawn]
    spreads = [_spread(planned[0][n], np.array([one[0][n] for one in sampled])) for n in range(4)]
    curves = np.percentile(np.array([one[1] for one in sampled]), (5.0, 95.0), axis=0)
    return StructureDose(
        contour.name, volume_ml, contour.is_tumour, spreads[0], spreads[1], spreads[2],
        None if doses.bed_per_gy is None else spreads[3],
        float(values[0][inside].max()), recovery, curve_gy,
        np.stack([curves[0], planned[1], curves[1]]),
    )  # fmt: skip


def read_mean_gy(contour: Contour, field_gy: Floats, grid: Grid) -> float:
    """The mean of a dose over a structure, without a spread.

    Args:
        contour: on its own lattice.
        field_gy: (i, j, k).
        grid: of the field.

    Raises:
        SimulationError: the contour is empty, or does not lie in the image.
    """
    depth, points = _outline(contour, 0.0)
    _check_inside(contour, points[depth <= 0.0], grid)
    return float(_read(field_gy, grid, points[depth <= 0.0]).mean())


def _outline(contour: Contour, reach_mm: float) -> tuple[Floats, Floats]:
    """Signed distance to the contour (inside below 0) and places, of all within reach."""
    if not contour.mask.any():
        raise SimulationError(f"{contour.name} has no voxel: draw it, or leave it out")
    spacing = np.asarray(contour.grid.spacing_mm)
    margin = np.ceil(reach_mm / spacing).astype(int) + 1
    hit = np.argwhere(contour.mask)
    low = np.maximum(hit.min(axis=0) - margin, 0)
    high = np.minimum(hit.max(axis=0) + margin + 1, contour.mask.shape)
    box = contour.mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    padded = np.pad(box, 1)
    within = scipy.ndimage.distance_transform_edt(padded, spacing)
    beyond = scipy.ndimage.distance_transform_edt(~padded, spacing)
    # A voxel counts by its middle; the contour runs half a voxel further out.
    half = 0.5 * float(spacing.min())
    depth = np.where(padded, half - within, beyond - half)[1:-1, 1:-1, 1:-1]
    near = np.argwhere(depth <= reach_mm)
    points = contour.grid.to_lps((near + low).astype(float))
    found: Floats = depth[tuple(near.T)]
    return found, points


def _check_inside(contour: Contour, points: Floats, grid: Grid) -> None:
    index = grid.to_index(points)
    rim = 0.5
    within = ((index >= -rim) & (index <= np.array(grid.shape) - rim)).all(axis=1)
    if not within.all():
        raise SimulationError(
            f"{100.0 * (1.0 - within.mean()):.0f} % of {contour.name} lies outside the image of "
            "the activity: its dose there is unknown; give an image that shows all of it"
        )


def _read(field: Floats, grid: Grid, points: Floats) -> Floats:
    """Between the voxels; beyond the outermost middle the outermost voxel's."""
    read: Floats = scipy.ndimage.map_coordinates(
        field, grid.to_index(points).T, order=1, mode="nearest", output=np.float64
    )
    return read


def _find_recovery(volume_ml: float, settings: SpreadSettings) -> float:
    volumes, shares = settings.recovery
    if not volumes:
        return 1.0
    return float(np.interp(np.log(volume_ml), np.log(volumes), shares))


def _draw(
    depth: Floats, values: Floats, settings: SpreadSettings, recovery: float,
    rng: np.random.Generator,
) -> list[Floats]:  # fmt: skip
    """Doses of the structure's voxels, rising, once for every sample."""
    if depth.size > _MOST_POINTS:
        kept = rng.choice(depth.size, _MOST_POINTS, replace=False)
        depth, values = depth[kept], values[:, kept]
    shifts = settings.contour_sd_mm * rng.standard_normal(SAMPLES)
    scale = np.exp(settings.calibration_sd * rng.standard_normal(SAMPLES))
    scale *= rng.uniform(*settings.constants, SAMPLES)
    scale /= rng.uniform(*settings.densities, SAMPLES)
    scale /= 1.0 - rng.uniform(0.0, 1.0, SAMPLES) * (1.0 - recovery)
    fields = rng.integers(0, len(values), SAMPLES)
    innermost = float(depth.min())
    return [
        np.sort(values[field][depth <= max(shift, innermost)]) * factor
        for shift, factor, field in zip(shifts, scale, fields, strict=True)
    ]


def _figures(
    rising: Floats, bed_per_gy: float | None, curve_gy: Floats
) -> tuple[tuple[float, float, float, float], Floats]:
    """Mean, D95, D70, mean BED; and the histogram, per cent."""
    count = rising.size
    ranks = [min(int((1.0 - share) * count + 1e-9), count - 1) for share in (0.95, 0.70)]
    # What is below zero is noise of the image: it takes from the mean, and is not squared.
    squared = np.maximum(rising, 0.0) ** 2
    bed = 0.0 if bed_per_gy is None else float((rising + bed_per_gy * squared).mean())
    above = 100.0 * (1.0 - np.searchsorted(rising, curve_gy) / count)
    figures = (float(rising.mean()), float(rising[ranks[0]]), float(rising[ranks[1]]), bed)
    return figures, above


def _spread(nominal: float, samples: Floats) -> Spread:
    low, middle, high = np.percentile(samples, (5.0, 50.0, 95.0))
    return Spread(nominal, float(low), float(middle), float(high))


def combine_masks(contours: Sequence[Contour], name: str) -> Contour:
    """Contours of one lattice as one.

    Raises:
        SimulationError: none, or they lie on several lattices.
    """
    if not contours:
        raise SimulationError(f"{name} is made of contours, and none was given")
    first = contours[0]
    mask = np.zeros(first.mask.shape, dtype=bool)
    for one in contours:
        if one.mask.shape != mask.shape:
            raise SimulationError(f"{name} is made of contours on several lattices: give one")
        mask |= one.mask
    return Contour(name, mask, first.grid, first.is_tumour)
