"""Structures: the dose of tumours and organs on the lattice of their own contours, with its spread.

Contours are drawn on finer voxels than a PET has. Dose is read between the voxels at every voxel of
the contour, so that no structure is resampled and none loses volume.

The spread is of what is done again and again with the same image: a contour a little in or out,
the calibration, the density, the constants. What the image itself does not show, because a scanner
blurs, stands beside it as a range of its own and is no part of the spread. None of it is a spread
between patients, and none says anything of response.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread
from seldinger.simulate.dose.outline import outline_contour, read_between, shell_mean_gy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid
    from seldinger.simulate.dose.outline import Contour

Floats: TypeAlias = "NDArray[np.float64]"

SAMPLES = 200
_MOST_POINTS = 20_000
"""Of a structure, for its spread; its figures as planned take all of them."""
_CURVE = 201
_REACH_SD = 3.0


@dataclass(frozen=True, slots=True)
class SpreadSettings:
    """What varies, one standard deviation or the two ends.

    Attributes:
        contour_sd_mm: of where the contour lies.
        calibration_sd: relative.
        constants: least and largest dose constant over the one in use.
        densities: least and largest density over the one in use.
        seed: of the samples.
    """

    contour_sd_mm: float
    calibration_sd: float
    constants: tuple[float, float]
    densities: tuple[float, float]
    seed: int


@dataclass(frozen=True, slots=True)
class RecoveryCurve:
    """Share of its activity that a scanner shows of a sphere in a cold surrounding.

    Attributes:
        volumes_ml: rising; of the spheres that were measured.
        shares: of each, above 0.
    """

    volumes_ml: tuple[float, ...]
    shares: tuple[float, ...]

    def find_share(self, volume_ml: float) -> float:
        """Between the spheres by the logarithm of their volume; beyond the largest towards 1.

        What is lost there falls with surface over volume. Below the smallest it is that of the
        smallest, and the true one is less.
        """
        largest = self.volumes_ml[-1]
        if volume_ml > largest:
            lost = (1.0 - self.shares[-1]) * float(np.cbrt(largest / volume_ml))
            return 1.0 - lost
        return float(np.interp(np.log(volume_ml), np.log(self.volumes_ml), self.shares))


@dataclass(frozen=True, slots=True, eq=False)
class StructureDose:
    """Dose of one structure, as the image shows it.

    Attributes:
        name: of the contour.
        volume_ml: of it.
        is_tumour: as in the contour.
        mean_gy, d95_gy, d70_gy: mean; least dose of the best 95 and 70 % of the volume.
        bed_gy: mean of the biologically effective dose of every voxel; None where none was asked.
        largest_gy: of any voxel.
        kernel_mean_gy: the mean by the other method, so that its weight can be seen.
        recovery: share of its contrast that such a scanner shows; None: not a tumour, or nobody
            measured it.
        recovered_mean_gy: the mean, were its contrast to the tissue around it that much larger:
            above what is shown for a hot tumour, below for a cold one; None as ``recovery``.
        curve_gy: (n,) doses of the histogram, rising.
        curve_percent: (3, n): per cent of the volume with at least that dose, at 5 %, as shown
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
    kernel_mean_gy: float
    recovery: float | None
    recovered_mean_gy: float | None
    curve_gy: Floats
    curve_percent: Floats

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class DoseFields:
    """The same activity by two methods.

    Attributes:
        grid: of both.
        shown_gy: (i, j, k) that figures are told of.
        beside_gy: (i, j, k) by the other method.
        bed_per_gy: BED = D (1 + D x this); None: no BED.
        recovery: of the scanner; None: nobody measured it.
    """

    grid: Grid
    shown_gy: Floats
    beside_gy: Floats
    bed_per_gy: float | None = None
    recovery: RecoveryCurve | None = None

    __repr__ = short_repr


def measure_structure(
    contour: Contour, doses: DoseFields, settings: SpreadSettings
) -> StructureDose:
    """The dose of a structure with its spread; the same seed gives the same figures.

    Args:
        contour: where the dose is.
        doses: of the patient.
        settings: what varies.

    Raises:
        SimulationError: the contour is empty, or does not lie in the image.
    """
    points = find_points(contour, doses.grid)
    shown = np.sort(read_between(doses.shown_gy, doses.grid, points))
    beside = float(read_between(doses.beside_gy, doses.grid, points).mean())
    rng = np.random.default_rng(settings.seed)
    drawn = _draw(contour, doses, settings, rng)
    top = max(float(shown[-1]), *(float(one[-1]) for one in drawn))
    curve_gy = np.linspace(0.0, max(1.0, top), _CURVE)
    planned = _figures(shown, doses.bed_per_gy, curve_gy)
    sampled = [_figures(one, doses.bed_per_gy, curve_gy) for one in drawn]
    spreads = [_spread(planned[0][n], np.array([one[0][n] for one in sampled])) for n in range(4)]
    curves = np.percentile(np.array([one[1] for one in sampled]), (5.0, 95.0), axis=0)
    volume_ml = float(contour.mask.sum()) * contour.grid.voxel_ml
    recovery, recovered = _recover(contour, doses, volume_ml, float(shown.mean()))
    return StructureDose(
        contour.name, volume_ml, contour.is_tumour, spreads[0], spreads[1], spreads[2],
        None if doses.bed_per_gy is None else spreads[3], float(shown[-1]), beside, recovery,
        recovered, curve_gy, np.stack([curves[0], planned[1], curves[1]]),
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
    return float(read_between(field_gy, grid, find_points(contour, grid)).mean())


def find_points(contour: Contour, grid: Grid) -> Floats:
    """The middles of a contour's voxels, LPS mm, (n, 3).

    Raises:
        SimulationError: it is empty, or does not lie in the image that ``grid`` is of.
    """
    if not contour.mask.any():
        raise SimulationError(f"{contour.name} has no voxel: draw it, or leave it out")
    points = contour.grid.to_lps(np.argwhere(contour.mask).astype(float))
    index = grid.to_index(points)
    rim = 0.5
    within = ((index >= -rim) & (index <= np.array(grid.shape) - rim)).all(axis=1)
    if not within.all():
        raise SimulationError(
            f"{100.0 * (1.0 - within.mean()):.0f} % of {contour.name} lies outside the image of "
            "the activity: its dose there is unknown; give an image that shows all of it"
        )
    return points


def _recover(
    contour: Contour, doses: DoseFields, volume_ml: float, mean_gy: float
) -> tuple[float | None, float | None]:
    """What a scanner shows of a tumour's contrast, and the mean if all of it were shown."""
    if not contour.is_tumour or doses.recovery is None:
        return None, None
    share = doses.recovery.find_share(volume_ml)
    around = shell_mean_gy(contour, doses.shown_gy, doses.grid)
    return share, around + (mean_gy - around) / share


def _draw(
    contour: Contour, doses: DoseFields, settings: SpreadSettings, rng: np.random.Generator
) -> list[Floats]:
    """Doses of the structure's voxels, rising, once for every sample."""
    depth, points = outline_contour(contour, _REACH_SD * settings.contour_sd_mm)
    if depth.size > _MOST_POINTS:
        kept = rng.choice(depth.size, _MOST_POINTS, replace=False)
        depth, points = depth[kept], points[kept]
    values = read_between(doses.shown_gy, doses.grid, points)
    shifts = settings.contour_sd_mm * rng.standard_normal(SAMPLES)
    scale = np.exp(settings.calibration_sd * rng.standard_normal(SAMPLES))
    scale *= rng.uniform(*settings.constants, SAMPLES)
    scale /= rng.uniform(*settings.densities, SAMPLES)
    innermost = float(depth.min())
    return [
        np.sort(values[depth <= max(shift, innermost)]) * factor
        for shift, factor in zip(shifts, scale, strict=True)
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
