"""Registration: the same patient before and after, brought together; how far it can be trusted.

Rigid first, then a B-spline, both by mutual information on the region that matters, on a coarse
lattice of its own. What treatment changed, and a rim around it, drives neither; there the B-spline
is taken as the rigid movement of what lies around it, because nothing inside holds it. Blocks of
the region are left out of the B-spline's match: structures seen there tell whether it is better
than the rigid part. One work unit, regular sampling and no randomness: the same scans give the same
bytes. A rigid part that does not converge raises; nothing is called registered that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.image.raster import open_itk
from seldinger.image.registration_scene import (
    RIM_MM,
    WORK_MM,
    Scene,
    make_shift,
    measure_bending,
    prepare,
    to_itk,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask, Volume

_BINS = 24
_SEED = 20_130
_RIGID_SAMPLES = 0.2
_BENDING_SAMPLES = 0.3
_BEND_MM = 90.0
_RIGID_STEPS = 200
_BENDING_STEPS = 120
_FLAT = 1e10
"""Times machine precision: relative gain below which the B-spline has arrived."""
_AROUND_MM = 15.0
"""An edge so far from the tumour holds it less by a factor e."""
_RIDGE = 1e-3
"""How much a turn or shift that no edge tells is held back."""
_LEAST_AROUND = 50
_BLOCK_MM = 24.0
_EVERY = 4
"""One block in so many is left out of the B-spline's match."""

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
class Bending:
    """A B-spline on top of the rigid part, that neither folds nor failed to converge.

    Attributes:
        stage: what its optimisation did.
        least_jacobian: smallest local change of volume in the region; above 0, nothing is folded.
        bend_mm: largest movement in the region beyond the rigid part.
    """

    stage: Stage
    least_jacobian: float
    bend_mm: float
    _whole: Any
    _core: Any
    _share: NDArray[np.float64]
    _grid: Grid

    def move(self, points_lps_mm: Points) -> Points:
        """Points before, (n, 3), where they lie after; as one body in and around the tumour."""
        whole = _applied(self._whole, points_lps_mm)
        if self._core is None or not len(points_lps_mm):
            return whole
        index = self._grid.to_index(points_lps_mm).T
        share = scipy.ndimage.map_coordinates(self._share, index, order=1, mode="constant")[:, None]
        found: Points = (1.0 - share) * whole + share * _applied(self._core, points_lps_mm)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A converged map from the frame before to the frame after.

    Attributes:
        rigid: what its optimisation did.
        shift_mm, turn_deg: of the rigid part, at the centre of the region.
        bending: the deformable part, whether it is kept or not; None when there is none to trust.
        refused: why there is none, in words; empty when there is one.
        bends: whether the deformable part is kept.
    """

    rigid: Stage
    shift_mm: Vector
    turn_deg: float
    bending: Bending | None
    refused: str
    _rigid: Any
    bends: bool = False

    __repr__ = short_repr

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Rigid, then deformable where there is one."""
        return (self.rigid,) if self.bending is None else (self.rigid, self.bending.stage)

    def move(self, points_lps_mm: Points, *, rigid_only: bool = False) -> Points:
        """Points before, (n, 3), where they lie after, by the part that is kept."""
        if rigid_only or self.bending is None or not self.bends:
            return _applied(self._rigid, points_lps_mm)
        return self.bending.move(points_lps_mm)


def find_unmatched(points_lps_mm: Points) -> NDArray[np.bool_]:
    """Which points before, (n, 3), lie in blocks that the B-spline's match does not see, (n,)."""
    i, j, k = np.floor(np.asarray(points_lps_mm) / _BLOCK_MM).astype(np.int64).T
    found: NDArray[np.bool_] = (i + 2 * j + 3 * k) % _EVERY == 0
    return found


def _applied(transform: Any, points_lps_mm: Points) -> Points:
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

    The rigid part is kept; whether a deformable one is better is decided where something was left
    out (``residual.choose_transform``).

    Args:
        before: CT or MR of the patient.
        after: the same patient and modality, on its own lattice.
        region: on ``before``: what must fit (the organ); its surroundings are added.
        changed_before: what treatment changed (the tumour): not looked at.
        changed_after: what treatment left (the zone): not looked at.
        start_mm: where the search begins, a shift in LPS mm.
        progress: told between stages; may cancel.

    Raises:
        ImageError: too little to compare, or the rigid optimisation did not converge: no result
            then.
    """
    progress("preparing scans", 0.0)
    scene = prepare(before, after, region, changed_before, changed_after)
    progress("rigid registration", 0.1)
    rigid, first = _rigid(scene, start_mm)
    progress("deformable registration", 0.3)
    bending, refused = _bending(scene, rigid, progress)
    progress("registered", 1.0)
    return _registered(scene, rigid, first, bending, refused)


def register_rigid(
    before: Volume, after: Volume, region: Mask, start_mm: Vector = (0.0, 0.0, 0.0)
) -> Registration:
    """Bring ``before``, a CT or MR, onto ``after``, also of another modality, as one body.

    Args:
        before: the scan that shows the anatomy.
        after: a PET or SPECT of the same patient, or another scan, on its own lattice.
        region: on ``before``: what must fit (the organ); its surroundings are added.
        start_mm: where the search begins, a shift in LPS mm.

    Raises:
        ImageError: too little to compare, or the optimisation did not converge: no result then.
    """
    nothing = [np.zeros(scan.grid.shape, dtype=bool) for scan in (before, after)]
    scene = prepare(before, after, region, nothing[0], nothing[1])
    try:
        rigid, first = _rigid(scene, start_mm)
    except ImageError as wrong:
        raise ImageError(
            f"{str(wrong).removesuffix(_ADVICE)}. Check that both scans show the region of the "
            f"same patient, and begin nearer (start_mm=)"
        ) from wrong
    return _registered(scene, rigid, first, None, "only the rigid part was asked for")


def _registered(
    scene: Scene, rigid: Any, first: Stage, bending: Bending | None, refused: str
) -> Registration:
    middle = np.asarray(scene.grid.centre_lps_mm)
    shift = np.asarray(rigid.TransformPoint(middle.tolist())) - middle
    cosines = np.asarray(rigid.GetMatrix()).reshape(3, 3)
    turn = np.degrees(np.arccos(np.clip((np.trace(cosines) - 1.0) / 2.0, -1.0, 1.0)))
    x, y, z = (float(s) for s in shift)
    return Registration(first, (x, y, z), float(turn), bending, refused, rigid)


def _method(scene: Scene, share: float, *, all_seen: bool = True) -> Any:
    sitk = open_itk()
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(share, seed=_SEED)
    method.SetMetricFixedMask(scene.fixed_mask if all_seen else _partly(scene))
    method.SetMetricMovingMask(scene.moving_mask)
    method.SetInterpolator(sitk.sitkLinear)
    # Sums over several work units depend on their number: one gives the same bytes everywhere.
    method.SetNumberOfThreads(1)
    method.SetNumberOfWorkUnits(1)
    return method


def _partly(scene: Scene) -> Any:
    """The mask of what may be compared, without the blocks that are left out."""
    places = scene.grid.to_lps(np.argwhere(scene.region))
    seen = scene.region.copy()
    seen[scene.region] = ~find_unmatched(places)
    return to_itk(seen.astype(np.uint8), scene.grid)


def _rigid(scene: Scene, start_mm: Vector) -> tuple[Any, Stage]:
    # Two of them: a copy would share what the optimiser moves in place.
    transform, begun = make_shift(scene, start_mm), make_shift(scene, start_mm)
    method = _method(scene, _RIGID_SAMPLES)
    method.SetInitialTransform(transform, inPlace=True)
    method.SetOptimizerAsRegularStepGradientDescent(
        4.0, 0.01, _RIGID_STEPS, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1])
    method.SetSmoothingSigmasPerLevel([WORK_MM, 0.0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    start = _metric(scene, begun, _RIGID_SAMPLES)
    stage = _run("rigid", method, scene, start, lambda: None)
    if stage.metric_after < start:
        return transform, stage
    # Nothing fits better than where the search began: scans of one breath-hold, one frame.
    reason = f"already aligned: no movement fits better ({stage.stopped})"
    return begun, Stage("rigid", stage.iterations, start, start, reason)


def _bending(scene: Scene, rigid: Any, progress: Progress) -> tuple[Bending | None, str]:
    """The deformable part; why there is none, when it is not to be trusted."""
    try:
        bent, stage = _bent(scene, rigid, progress)
    except ImageError as wrong:
        return None, str(wrong).removesuffix(_ADVICE)
    least, bend_mm = measure_bending(scene, bent)
    if not least > 0.0:
        folds = f"it folds the patient, Jacobian {least:.2f}"
        return None, _refusal("deformable", folds).removesuffix(_ADVICE)
    if not stage.metric_after < stage.metric_before:
        return None, "it fits no better than the rigid part"
    whole = open_itk().CompositeTransform([rigid, bent])
    core = _core(scene, rigid, bent)
    share = np.clip((2.0 * RIM_MM - scene.tumour_mm) / RIM_MM, 0.0, 1.0).astype(np.float64)
    return Bending(stage, least, bend_mm, whole, core, share, scene.grid), ""


def _core(scene: Scene, rigid: Any, bent: Any) -> Any:
    """The movement, as one body, of what is seen around the tumour; None when too little is.

    Edges hold tissue, and the nearer ones more; only across themselves: along an edge, and where a
    scan is even, a B-spline is led by noise. What no edge tells stays with the rigid part.
    """
    before = scene.grid.to_lps(np.argwhere(scene.region))
    at = np.rint(scene.there.to_index(_applied(rigid, before))).astype(np.int64)
    last = np.asarray(scene.there.shape) - 1
    inside = np.logical_and.reduce((at >= 0) & (at <= last), axis=1)
    seen = inside & scene.allowed[tuple(np.clip(at, 0, last).T)]
    if seen.sum() < _LEAST_AROUND or not np.isfinite(scene.tumour_mm).any():
        return None
    slope = np.stack(list(np.gradient(scene.values, *scene.grid.spacing_mm)), axis=-1)
    cosines = scene.grid.index_to_lps[:3, :3] / np.asarray(scene.grid.spacing_mm)
    slope = slope[scene.region][seen].astype(np.float64) @ cosines.T
    weight = np.exp(-0.5 * scene.tumour_mm[scene.region][seen].astype(np.float64) / _AROUND_MM)
    rows_of = slope * weight[:, None]
    places = before[seen]
    middle = np.average(places, axis=0, weights=np.sum(rows_of**2, axis=1))
    # A small turn and a shift that move every edge across itself as the B-spline does.
    rows = np.concatenate([np.cross(places - middle, rows_of) / _AROUND_MM, rows_of], axis=1)
    wanted = np.einsum("ij,ij->i", rows_of, _applied(bent, places) - places)
    square = rows.T @ rows
    ridge = _RIDGE * np.trace(square) / len(square) * np.eye(len(square))
    solution = np.linalg.solve(square + ridge, rows.T @ wanted)
    turn = open_itk().VersorRigid3DTransform()
    turn.SetCenter(middle.tolist())
    size = float(np.linalg.norm(solution[:3]))
    if size > 0.0:
        turn.SetRotation((solution[:3] / size).tolist(), size / _AROUND_MM)
    turn.SetTranslation(solution[3:].tolist())
    return open_itk().CompositeTransform([rigid, turn])


def _bent(scene: Scene, rigid: Any, progress: Progress) -> tuple[Any, Stage]:
    sitk = open_itk()
    size = np.asarray(scene.grid.shape) * np.asarray(scene.grid.spacing_mm)
    mesh = [max(2, int(np.ceil(s / _BEND_MM))) for s in size]
    bent = sitk.BSplineTransformInitializer(scene.fixed, mesh, 3)
    method = _method(scene, _BENDING_SAMPLES, all_seen=False)
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

    def report() -> None:
        steps[0] += 1
        done = 1.0 - 0.98 ** steps[0]
        progress("deformable registration", 0.3 + 0.65 * done)

    start = _metric(scene, rigid, _BENDING_SAMPLES, all_seen=False)
    return bent, _run("deformable", method, scene, start, report)


def _metric(scene: Scene, transform: Any, share: float, *, all_seen: bool = True) -> float:
    """The metric at ``transform``, without moving it."""
    method = _method(scene, share, all_seen=all_seen)
    method.SetInitialTransform(transform, inPlace=False)
    try:
        return float(method.MetricEvaluate(scene.fixed, scene.moving))
    except RuntimeError as wrong:
        raise ImageError(_refusal("rigid", "the scans do not overlap where it starts")) from wrong


def _run(name: str, method: Any, scene: Scene, start: float, report: Callable[[], None]) -> Stage:
    stopped: list[BaseException] = []

    def heard() -> None:
        try:
            report()
        except BaseException as wish:  # noqa: BLE001  ITK must not see it: it is raised again below
            stopped.append(wish)
            method.StopRegistration()

    method.AddCommand(open_itk().sitkIterationEvent, heard)
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
    return Stage(name, int(method.GetOptimizerIteration()), start, end, reason)


_ADVICE = (
    ": no margin is given. Check that both scans show the same organ of the same patient, and that "
    "the labels belong to them"
)


def _refusal(name: str, reason: str) -> str:
    return f"{name} registration did not converge ({reason}){_ADVICE}"
