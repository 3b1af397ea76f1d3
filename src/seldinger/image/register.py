"""Registration: the same patient before and after, brought together; how far it can be trusted.

Rigid first, then a B-spline, both by mutual information on the region that matters, on a coarse
lattice of its own. One work unit, regular sampling and no randomness: the same scans give the same
bytes. What does not converge raises; nothing is called registered that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import edt
import numpy as np
from scipy import ndimage

from seldinger.core.errors import ImageError
from seldinger.core.progress import Progress, silent
from seldinger.core.space import Grid
from seldinger.core.volume import Mask, Volume
from seldinger.image.raster import itk
from seldinger.image.resample import resampled, resampled_mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seldinger.core.space import Points, Vector

_WORK_MM = 3.0
_REGION_MM = 18.0
_BINS = 24
_SEED = 20_130
_RIGID_SAMPLES = 0.2
_BENDING_SAMPLES = 0.1
_BEND_MM = 50.0
_RIGID_STEPS = 200
_BENDING_STEPS = 120
_FLAT = 1e10
"""Times machine precision: relative gain below which the B-spline has arrived."""
_FINER = 1.5
"""Voxels this many times finer than the working lattice are averaged; coarser ones stay."""
_LEAST_VOXELS = 2000

_ARRIVED = ("step too small", "gradient magnitude tolerance", "tolerance reached", "converged")


@dataclass(frozen=True, slots=True)
class Stage:
    """One optimisation: what it did, in its own words.

    Attributes:
        name: "rigid" or "deformable".
        iterations: taken.
        metric_before, metric_after: negative mutual information; smaller is better.
        stopped: the optimiser's own reason.
    """

    name: str
    iterations: int
    metric_before: float
    metric_after: float
    stopped: str


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A converged map from the frame before to the frame after.

    Attributes:
        stages: rigid, then deformable.
        least_jacobian: smallest local change of volume in the region; above 0, nothing is folded.
        shift_mm, turn_deg: of the rigid part, at the centre of the region.
        bend_mm: largest movement in the region beyond the rigid part.
    """

    stages: tuple[Stage, ...]
    least_jacobian: float
    shift_mm: Vector
    turn_deg: float
    bend_mm: float
    _rigid: Any
    _whole: Any

    def moved(self, points_lps_mm: Points, *, rigid_only: bool = False) -> Points:
        """Points before, (n, 3), where they lie after."""
        transform = self._rigid if rigid_only else self._whole
        found: Points = np.array([transform.TransformPoint(p) for p in points_lps_mm.tolist()])
        return found.reshape(-1, 3)


def register(
    before: Volume,
    after: Volume,
    region: Mask,
    changed_before: Mask,
    changed_after: Mask,
    start_mm: Vector = (0.0, 0.0, 0.0),
    progress: Progress = silent,
) -> Registration:
    """Bring ``before`` onto ``after``.

    Args:
        before: CT or MR of the patient.
        after: the same patient and modality, on its own lattice.
        region: on ``before``: what must fit (the organ); its surroundings are added.
        changed_before: what treatment changed (the tumour): not looked at.
        changed_after: what treatment left (the zone): not looked at.
        start_mm: where the search begins, a shift in LPS mm.
        progress: told between stages; may cancel.

    Raises:
        ImageError: too little to compare, or an optimisation did not converge, made things worse,
            or folded the patient: no result then.
    """
    progress("preparing scans", 0.0)
    scene = _prepared(before, after, region, changed_before, changed_after)
    progress("rigid registration", 0.1)
    rigid, first = _rigid(scene, start_mm)
    progress("deformable registration", 0.3)
    bent, second = _bent(scene, rigid, progress)
    whole = itk().CompositeTransform([rigid, bent])
    least, bend_mm = _checked_bending(scene, bent)
    middle = np.asarray(scene.grid.centre_lps_mm)
    shift = np.asarray(rigid.TransformPoint(middle.tolist())) - middle
    cosines = np.asarray(rigid.GetMatrix()).reshape(3, 3)
    turn = np.degrees(np.arccos(np.clip((np.trace(cosines) - 1.0) / 2.0, -1.0, 1.0)))
    progress("registered", 1.0)
    x, y, z = (float(s) for s in shift)
    return Registration((first, second), least, (x, y, z), float(turn), bend_mm, rigid, whole)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """Both scans as ITK images on working lattices, with the masks of what may be compared."""

    grid: Grid
    fixed: Any
    moving: Any
    fixed_mask: Any
    moving_mask: Any
    region: Mask


def _prepared(
    before: Volume, after: Volume, region: Mask, changed_before: Mask, changed_after: Mask
) -> _Scene:
    if not region.any():
        raise ImageError("registration: the region to compare is empty; label the organ")
    grid = _working(before.grid, region)
    wide = resampled_mask(_grown(region, before.grid, _REGION_MM), before.grid, grid)
    tumour = _grown(changed_before, before.grid, _WORK_MM)
    wide &= ~resampled_mask(tumour, before.grid, grid)
    if int(wide.sum()) < _LEAST_VOXELS:
        raise ImageError(
            f"registration: only {int(wide.sum())} voxels of {_WORK_MM:g} mm can be compared, "
            f"{_LEAST_VOXELS} are needed; label a larger part of the organ"
        )
    there = _working(after.grid, np.ones(after.grid.shape, dtype=bool))
    zone = _grown(changed_after, after.grid, _WORK_MM)
    allowed = ~resampled_mask(zone, after.grid, there)
    inside = before.values[region]
    low, high = (
        float(x) for x in np.percentile(inside[:: max(1, inside.size // 200_000)], (1, 99))
    )
    spread = max(high - low, 1.0)
    window = (low - spread, high + spread)
    return _Scene(
        grid=grid,
        fixed=_image(_coarse(before, grid, window), grid),
        moving=_image(_coarse(after, there, window), there),
        fixed_mask=_image(wide.astype(np.uint8), grid),
        moving_mask=_image(allowed.astype(np.uint8), there),
        region=wide,
    )


def _working(grid: Grid, region: Mask) -> Grid:
    """A coarse lattice along ``grid`` around ``region`` and its surroundings."""
    spacing = np.asarray(grid.spacing_mm)
    hits = [
        np.flatnonzero(region.any(axis=tuple(a for a in range(3) if a != axis)))
        for axis in range(3)
    ]
    margin = _REGION_MM / spacing
    low = np.maximum([h[0] for h in hits] - margin, 0.0)
    high = np.minimum([h[-1] for h in hits] + margin, np.asarray(grid.shape) - 1.0)
    steps = np.maximum(_WORK_MM / spacing, 1.0)
    shape = np.maximum(np.floor((high - low) / steps).astype(int) + 1, 4)
    affine = np.array(grid.index_to_lps)
    affine[:3, :3] *= steps
    affine[:3, 3] = grid.to_lps(low)
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)


def _coarse(volume: Volume, grid: Grid, window: tuple[float, float]) -> NDArray[np.float32]:
    """``volume`` on ``grid``, clipped to ``window`` and averaged over about a working voxel."""
    clipped = np.clip(volume.values, *window).astype(np.float32)
    steps = [_WORK_MM / spacing for spacing in volume.grid.spacing_mm]
    sigma = [0.4 * step if step > _FINER else 0.0 for step in steps]
    smooth = ndimage.gaussian_filter(clipped, sigma, truncate=3.0) if any(sigma) else clipped
    values: NDArray[np.float32] = resampled(
        Volume(smooth, volume.grid, volume.unit), grid, 1, float(window[0])
    ).values
    return values


def _image(values: NDArray[Any], grid: Grid) -> Any:
    """An ITK image whose index is ours."""
    image = itk().GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
    image.SetSpacing(list(grid.spacing_mm))
    image.SetOrigin(list(grid.origin_lps_mm))
    image.SetDirection((grid.index_to_lps[:3, :3] / np.asarray(grid.spacing_mm)).ravel().tolist())
    return image


def _method(scene: _Scene, share: float) -> Any:
    sitk = itk()
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(share, seed=_SEED)
    method.SetMetricFixedMask(scene.fixed_mask)
    method.SetMetricMovingMask(scene.moving_mask)
    method.SetInterpolator(sitk.sitkLinear)
    # Sums over several work units depend on their number: one gives the same bytes everywhere.
    method.SetNumberOfThreads(1)
    method.SetNumberOfWorkUnits(1)
    return method


def _rigid(scene: _Scene, start_mm: Vector) -> tuple[Any, Stage]:
    sitk = itk()
    transform = sitk.Euler3DTransform()
    transform.SetCenter(list(scene.grid.centre_lps_mm))
    transform.SetTranslation(list(start_mm))
    method = _method(scene, _RIGID_SAMPLES)
    method.SetInitialTransform(transform, inPlace=True)
    method.SetOptimizerAsRegularStepGradientDescent(
        4.0, 0.01, _RIGID_STEPS, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([_WORK_MM, 0.0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    start = _metric(scene, sitk.Euler3DTransform(transform), _RIGID_SAMPLES)
    return transform, _run("rigid", method, scene, start, lambda: None)


def _bent(scene: _Scene, rigid: Any, progress: Progress) -> tuple[Any, Stage]:
    sitk = itk()
    size = np.asarray(scene.grid.shape) * np.asarray(scene.grid.spacing_mm)
    mesh = [max(2, int(np.ceil(s / _BEND_MM))) for s in size]
    bent = sitk.BSplineTransformInitializer(scene.fixed, mesh, 3)
    method = _method(scene, _BENDING_SAMPLES)
    method.SetMovingInitialTransform(rigid)
    method.SetInitialTransform(bent, inPlace=True)
    method.SetOptimizerAsLBFGSB(
        gradientConvergenceTolerance=1e-5,
        numberOfIterations=_BENDING_STEPS,
        maximumNumberOfCorrections=5,
        costFunctionConvergenceFactor=_FLAT,
    )
    method.SetShrinkFactorsPerLevel([1])
    method.SetSmoothingSigmasPerLevel([0.0])
    steps = [0]

    def told() -> None:
        steps[0] += 1
        done = 1.0 - 0.98 ** steps[0]
        progress("deformable registration", 0.3 + 0.65 * done)

    start = _metric(scene, rigid, _BENDING_SAMPLES)
    return bent, _run("deformable", method, scene, start, told)


def _metric(scene: _Scene, transform: Any, share: float) -> float:
    """The metric at ``transform``, without moving it."""
    method = _method(scene, share)
    method.SetInitialTransform(transform, inPlace=False)
    try:
        return float(method.MetricEvaluate(scene.fixed, scene.moving))
    except RuntimeError as wrong:
        raise ImageError(_refusal("rigid", "the scans do not overlap where it starts")) from wrong


def _run(name: str, method: Any, scene: _Scene, start: float, told: Callable[[], None]) -> Stage:
    stopped: list[BaseException] = []

    def heard() -> None:
        try:
            told()
        except BaseException as wish:  # noqa: BLE001  ITK must not see it: it is raised again below
            stopped.append(wish)
            method.StopRegistration()

    method.AddCommand(itk().sitkIterationEvent, heard)
    try:
        method.Execute(scene.fixed, scene.moving)
    except RuntimeError as wrong:
        reason = str(wrong).strip().splitlines()[-1]
        raise ImageError(_refusal(name, reason)) from wrong
    if stopped:
        raise stopped[0]
    words = str(method.GetOptimizerStopConditionDescription())
    reason = words.partition(":")[2].strip() or words
    end = float(method.GetMetricValue())
    if not any(word in reason.lower() for word in _ARRIVED):
        raise ImageError(_refusal(name, reason))
    if not end < start:
        raise ImageError(_refusal(name, f"the match did not improve ({start:.4f} to {end:.4f})"))
    return Stage(name, int(method.GetOptimizerIteration()), start, end, reason)


def _refusal(name: str, reason: str) -> str:
    return (
        f"{name} registration did not converge ({reason}): no margin is given. Check that both "
        "scans show the same organ of the same patient, and that the labels belong to them"
    )


def _checked_bending(scene: _Scene, bent: Any) -> tuple[float, float]:
    """Least local change of volume and largest movement of the B-spline in the region."""
    sitk = itk()
    field = sitk.TransformToDisplacementField(
        bent,
        sitk.sitkVectorFloat64,
        scene.fixed.GetSize(),
        scene.fixed.GetOrigin(),
        scene.fixed.GetSpacing(),
        scene.fixed.GetDirection(),
    )
    change = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(field))
    moved = np.linalg.norm(sitk.GetArrayFromImage(field), axis=-1)
    inside = scene.region.transpose(2, 1, 0)
    least = float(change[inside].min())
    if not least > 0.0:
        raise ImageError(_refusal("deformable", f"it folds the patient, Jacobian {least:.2f}"))
    return least, float(moved[inside].max())


def _grown(mask: Mask, grid: Grid, by_mm: float) -> Mask:
    if not mask.any():
        return mask
    away = edt.edt(
        np.ascontiguousarray(~mask), anisotropy=grid.spacing_mm, black_border=False, order="C"
    )
    found: Mask = away <= by_mm
    return found
