"""Follow-up: two scans with labels become a margin, with what it rests on.

The tumour's surface is taken before treatment and carried, point by point, to the scan after; the
zone's surface is taken there. No mask is resampled on the way, so nothing between voxels is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import seldinger
from seldinger import evidence
from seldinger.core.errors import LabelError, PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.progress import Progress, silent
from seldinger.core.space import Vector, as_vector
from seldinger.followup.labels import (
    MarginRequest,
    list_shared,
    read_masks,
    require_labels,
    resolve_names,
)
from seldinger.geometry import surface
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.simulate import margin as margins

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.record import AssumptionUse, InputFile
    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask
    from seldinger.evidence.model import Fact
    from seldinger.image.register import Registration
    from seldinger.image.residual import LeftOut, Pair, Residual
    from seldinger.image.study import Study

TOPIC = "ablation_margin"
POPULATION = (
    "Published figures describe the populations named, whose margins were measured in other ways; "
    "none of them is this patient's probability."
)
NO_SHRINKAGE = (
    "Heated tissue shrinks, so the zone seen after treatment is smaller than what was treated; no "
    "correction is made here, because none is agreed on. The margin shown may be too small."
)
_NEAR_MM = 40.0
_HALF = 0.5
_SHOWN = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """A margin after treatment and what it rests on.

    Attributes:
        asked: the request; ``organ`` filled in when it was found.
        before, after: the scans.
        target_mask, zone_mask: on the scan before, on the scan after.
        target_ml, zone_ml: their volumes.
        registration: the converged map from before to after.
        residuals: what it leaves on structures seen in both; empty = unknown.
        near_error_mm: registration error around the target, estimated from it; None = unknown.
        near_mm: that radius.
        left_out: how the rigid and the deformable part do at what neither was fitted to.
        margin: the answer, by the part of the registration that is kept.
        rigid: by the rigid part.
        deformable: by the deformable one; None when there is none to trust.
        zone_surface: what it is measured to, before it is clipped.
        facts: published figures, of populations.
        assumptions: as used.
        inputs: every file, with its hash.
        provisional: why the margin is not to be relied on; empty when nothing speaks against it.
        notes: what the reader must know besides.
        version: of this package.
    """

    asked: MarginRequest
    before: Study
    after: Study
    target_mask: Mask
    zone_mask: Mask
    target_ml: float
    zone_ml: float
    registration: Registration
    residuals: tuple[Residual, ...]
    near_error_mm: float | None
    near_mm: float
    left_out: LeftOut
    margin: margins.Margin
    rigid: margins.Margin
    deformable: margins.Margin | None
    zone_surface: surface.SubvoxelSurface
    facts: tuple[Fact, ...]
    assumptions: tuple[AssumptionUse, ...]
    inputs: tuple[InputFile, ...]
    provisional: tuple[str, ...]
    notes: tuple[str, ...]
    version: str

    __repr__ = short_repr

    @property
    def interval_mm(self) -> tuple[float, float] | None:
        """Where the minimal margin may lie; None when the error of registration is unknown.

        From the smaller of the rigid and the deformable one, less the error near the target, to the
        larger one and that error.
        """
        if self.near_error_mm is None:
            return None
        both = [m.whole.minimal_mm for m in (self.rigid, self.deformable) if m is not None]
        return min(both) - self.near_error_mm, max(both) + self.near_error_mm

    @property
    def status(self) -> str:
        """Provisional, not covered, or measured: a margin that covers is not judged."""
        if self.provisional:
            return "provisional"
        return "not covered" if self.margin.whole.minimal_mm < 0.0 else "measured"

    @property
    def reasons(self) -> tuple[str, ...]:
        """What stands behind the status."""
        whole, error = self.margin.whole, self.near_error_mm
        unsure = error is not None and abs(whole.minimal_mm) < error
        if whole.minimal_mm < 0.0:
            said = f"{_percent(whole.under['0'])} of the target's surface lies outside the zone"
            more = ", by less than registration is off" if unsure else ""
            return (*self.provisional, said + more)
        if not unsure:
            return self.provisional
        thin = "where it is thinnest, the margin is less than registration is off: coverage there "
        return (*self.provisional, thin + "is not certain")


def assess(
    before: Study, after: Study, request: MarginRequest, progress: Progress = silent
) -> FollowUp:
    """The margin of the zone in ``after`` over the target in ``before``.

    Args:
        before: scan before treatment with labels, the target among them.
        after: scan after treatment with labels, the zone among them.
        request: which labels; a name may be spelled in another case or with other separators.
        progress: told between steps; may cancel.

    Raises:
        LabelError: a label is missing, or two that must differ are the same.
        ImageError: the headers tell two patients, or registration did not converge: no margin then.
        PlanError: no surface, no meeting of target and zone, or a residual above the limit.
    """
    from seldinger.image import dicom_identity, residual
    from seldinger.image import register as registering

    used = resolve_assumptions(margins.MARGIN_ASSUMPTIONS, request.assume)
    dicom_identity.check_same_patient(before.identity, after.identity, "the scan after")
    request = resolve_names(before, after, request)
    target, zone = read_masks(before, after, request)
    progress("surfaces", 0.0)
    tumour = surface.extract_surface(target, before.image.grid, request.target)
    treated = surface.extract_surface(zone, after.image.grid, request.zone)
    pairs = _pairs(before, after, request, target, zone)
    organ = _organ(request, pairs, target)
    wanted = MarginRequest(
        request.target, request.zone, organ.name if organ else None, request.assume
    )
    region = organ.before if organ else _around(before)
    # Labels that do not belong together are refused before the long work.
    grids = before.image.grid, after.image.grid
    capsule = None if organ is None else _to_capsule(organ, target, tumour, grids[0])
    registration = registering.register(
        before.image,
        after.image,
        region,
        target,
        zone,
        _start(before, after, organ),
        lambda what, share: progress(what, 0.05 + 0.8 * share),
    )
    progress("residuals", 0.85)
    mine = None if organ is None else organ.before
    registration, left_out = residual.choose_transform(registration, pairs, *grids, mine, zone)
    left = residual.measure_residuals(registration, pairs, *grids, zone)
    _check_residual(left, organ, used.get_value("registration_limit_mm"))
    middle = as_vector(tumour.points_lps_mm.mean(axis=0))
    near = residual.estimate_near_error_mm(
        registration, pairs, *grids, middle, _NEAR_MM, mine, zone
    )
    progress("margin", 0.95)

    def measured(moved: Points) -> margins.Margin:
        tissue = None if organ is None else organ.after & ~zone
        subcapsular_mm = used.get_value("subcapsular_mm")
        return margins.measure_margin(tumour, treated, moved, capsule, tissue, subcapsular_mm)

    rigid = measured(registration.move(tumour.points_lps_mm, rigid_only=True))
    bent = (
        None
        if registration.bending is None
        else measured(registration.bending.move(tumour.points_lps_mm))
    )
    margin_kept = bent if bent is not None and registration.bends else rigid
    return FollowUp(
        asked=wanted,
        before=before,
        after=after,
        target_mask=target,
        zone_mask=zone,
        target_ml=float(target.sum()) * grids[0].voxel_ml,
        zone_ml=float(zone.sum()) * grids[1].voxel_ml,
        registration=registration,
        residuals=left,
        near_error_mm=near,
        near_mm=_NEAR_MM,
        left_out=left_out,
        margin=margin_kept,
        rigid=rigid,
        deformable=bent,
        zone_surface=treated,
        facts=evidence.facts(TOPIC),
        assumptions=used.list_uses(),
        inputs=_inputs(before, after),
        provisional=_doubts(left, near, organ, target),
        notes=(NO_SHRINKAGE, *margin_kept.notes, *_said("before", before), *_said("after", after)),
        version=seldinger.__version__,
    )


def _pairs(
    before: Study, after: Study, request: MarginRequest, target: Mask, zone: Mask
) -> tuple[Pair, ...]:
    """Structures labelled in both scans; the target belongs to its organ, as does the zone."""
    from seldinger.image.residual import Pair

    labels_before, labels_after = require_labels(before, "before"), require_labels(after, "after")
    pairs = []
    for name, again in list_shared(labels_before.names, labels_after.names, request):
        first, second = labels_before.mask(name), labels_after.mask(again)
        if first.any() and second.any():
            mine = name == request.organ or bool(margins.belongs_to(first, target))
            pairs.append(
                Pair(name, first | target if mine else first, second | zone if mine else second)
            )
    return tuple(pairs)


def _organ(request: MarginRequest, pairs: tuple[Pair, ...], target: Mask) -> Pair | None:
    """The organ that was named; else the largest shared structure that the target lies in."""
    if request.organ is not None:
        for pair in pairs:
            if pair.name == request.organ:
                return pair
        raise LabelError(
            f"{request.organ!r} is not one label on both scans, or is empty on one: name the organ "
            "as both spell it"
        )
    around = [p for p in pairs if margins.belongs_to(p.before & ~target, target)]
    return max(around, key=lambda p: int(p.before.sum()), default=None)


def _around(study: Study) -> Mask:
    """Without an organ, everything that is no air."""
    values = study.image.values
    found: Mask = values > (float(values.min()) + float(np.percentile(values, 95))) * _HALF
    return found


def _to_capsule(
    organ: Pair, target: Mask, tumour: surface.SubvoxelSurface, grid: Grid
) -> NDArray[np.float64]:
    return margins.to_capsule_mm(tumour.points_lps_mm, organ.before & ~target, target, grid)


def _start(before: Study, after: Study, organ: Pair | None) -> Vector:
    """Where the search begins: the organs' centres, else the scans', laid on each other."""
    grid_before, grid_after = before.image.grid, after.image.grid
    if organ is None:
        return as_vector(np.subtract(grid_after.centre_lps_mm, grid_before.centre_lps_mm))
    ends = [
        grid.to_lps(np.argwhere(mask).mean(axis=0))
        for mask, grid in ((organ.before, grid_before), (organ.after, grid_after))
    ]
    return as_vector(ends[1] - ends[0])


def _check_residual(left: tuple[Residual, ...], organ: Pair | None, limit_mm: float) -> None:
    for gap in left:
        if organ is not None and gap.name == organ.name and gap.p95_mm > limit_mm:
            raise PlanError(
                f"after registration the surface of {gap.name} is still off by {gap.p95_mm:.1f} mm "
                f"(95th percentile; limit {limit_mm:g} mm, registration_limit_mm): no margin is "
                "given. Check both labels, or give scans in the same breath-hold"
            )


def _doubts(
    left: tuple[Residual, ...], near: float | None, organ: Pair | None, target: Mask
) -> tuple[str, ...]:
    doubts = []
    if not left:
        doubts.append(
            "no structure is labelled on both scans: the error of registration is unknown; label "
            "the organ on both"
        )
    elif near is None:
        doubts.append(
            f"no labelled surface lies within {_NEAR_MM:g} mm of the target: the error of "
            "registration there is unknown"
        )
    if organ is None:
        doubts.append(
            "no organ around the target is labelled on both scans: the capsule is unknown, nothing "
            "is clipped at it and no subcapsular part is told"
        )
    elif not margins.belongs_to(organ.before & ~target, target):
        doubts.append(
            f"less than half of the target's surface lies against {organ.name}: see whether it is "
            "the target's organ"
        )
    return tuple(doubts)


def _percent(share: float) -> str:
    """Something is never called nothing."""
    return f"{100.0 * share:.0f} %" if share >= _SHOWN else "less than 1 %"


def _inputs(before: Study, after: Study) -> tuple[InputFile, ...]:
    from dataclasses import replace

    return tuple(
        replace(one, role=f"{when} {one.role}")
        for when, study in (("before", before), ("after", after))
        for one in study.inputs
    )


def _said(when: str, study: Study) -> tuple[str, ...]:
    return tuple(f"{when}: {note}" for note in study.notes)
