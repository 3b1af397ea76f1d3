"""Margin: how far beyond a tumour's surface the treated zone reaches, between the voxels.

Positive where the zone covers the tumour and goes on, negative where tumour was left. Measured from
every point of the tumour's surface to the nearest untreated tissue of the organ: beyond the capsule
there is none, so the margin is clipped there, and the surface under the capsule is reported apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.record import read_assumptions
from seldinger.core.space import Vector, as_vector
from seldinger.image.residual import measure_surface_distance_mm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask
    from seldinger.geometry.surface import SubvoxelSurface

THRESHOLDS_MM = (0.0, 3.0, 5.0, 10.0)
"""The shares of surface that are reported lie under these."""

MARGIN_ASSUMPTIONS = tuple(read_assumptions("seldinger.simulate").values())

_LEAF = 64
_MISFIT = 1.5
"""Above this a mask is rougher than quantisation: sub-voxel figures deserve a remark."""


@dataclass(frozen=True, slots=True)
class Part:
    """The margin over a part of the tumour's surface; lengths in mm.

    Attributes:
        area_mm2: of this part.
        share: of the whole surface, 0 to 1.
        minimal_mm: the thinnest place.
        p05_mm, median_mm: 5 and 50 % of the area lie below.
        under: threshold in mm -> share of this part's area below it, 0 to 1.
        thinnest_lps_mm: where it is thinnest, on the scan after treatment.
    """

    area_mm2: float
    share: float
    minimal_mm: float
    p05_mm: float
    median_mm: float
    under: dict[str, float]
    thinnest_lps_mm: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Signed margin over a tumour's surface.

    Attributes:
        points_lps_mm: (n, 3), the tumour's surface on the scan after treatment.
        values_mm: (n,), the margin at each point, clipped at the capsule where it is known.
        areas_mm2: (n,), the surface each point stands for.
        subcapsular: (n,), which points lie under the capsule; None when no organ is known.
        whole: all of the surface.
        inner: without the subcapsular part; None when the capsule is unknown or nothing is left.
        under_capsule: that part alone; None when there is none or the capsule is unknown.
        clipped_share: share of the surface whose margin the capsule made larger.
        notes: what the reader must know.
    """

    points_lps_mm: Points
    values_mm: NDArray[np.float64]
    areas_mm2: NDArray[np.float64]
    subcapsular: NDArray[np.bool_] | None
    whole: Part
    inner: Part | None
    under_capsule: Part | None
    clipped_share: float
    notes: tuple[str, ...]

    __repr__ = short_repr


def measure_margin(
    tumour: SubvoxelSurface,
    zone: SubvoxelSurface,
    moved_lps_mm: Points | None = None,
    to_capsule_mm: NDArray[np.float64] | None = None,
    tissue: Mask | None = None,
    subcapsular_mm: float = 5.0,
) -> Margin:
    """The margin of ``zone`` over ``tumour``.

    Args:
        tumour: surface before treatment.
        zone: surface of what was treated, on the scan after treatment.
        moved_lps_mm: (n, 3), the tumour's points carried to that scan; None when both are one
            frame.
        to_capsule_mm: (n,), distance of each tumour point to the organ's capsule; None = unknown.
        tissue: untreated tissue of the organ on the zone's lattice; None = capsule unknown, nothing
            is clipped.
        subcapsular_mm: nearer to the capsule than this is subcapsular.

    Raises:
        PlanError: the zone does not meet the tumour at all.
    """
    points = tumour.points_lps_mm if moved_lps_mm is None else moved_lps_mm
    plain = measure_distances_mm(points, zone)
    if (plain < 0.0).all() and not _meet(points, zone):
        raise PlanError(
            "the zone does not meet the target anywhere: other labels, another lesion, or "
            "registration failed; look at both scans before asking again"
        )
    values = plain if tissue is None else _clipped(points, plain, zone, tissue)
    areas = tumour.areas_mm2
    under = None if to_capsule_mm is None else to_capsule_mm < subcapsular_mm
    none = np.zeros(len(values), dtype=bool)
    return Margin(
        points_lps_mm=points,
        values_mm=values,
        areas_mm2=areas,
        subcapsular=under,
        whole=_part(points, values, areas, ~none),
        inner=None if under is None or under.all() else _part(points, values, areas, ~under),
        under_capsule=None if under is None or not under.any()
        else _part(points, values, areas, under),
        clipped_share=float(areas[values > plain].sum() / areas.sum()),
        notes=(*_rough("target", tumour), *_rough("zone", zone)),
    )  # fmt: skip


def measure_distances_mm(
    points_lps_mm: Points, zone: SubvoxelSurface, only: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Signed distance of points, (n, 3), to a surface: positive inside the zone, (n,).

    Args:
        points_lps_mm: in the zone's frame.
        zone: where to.
        only: (m,), which points of the zone's surface count; None = all.
    """
    place = zone.points_lps_mm if only is None else zone.points_lps_mm[only]
    normal = zone.normals_lps if only is None else zone.normals_lps[only]
    # One surface inside another: most samples are nearly as far, and large leaves are faster.
    _, nearest = scipy.spatial.cKDTree(place, leafsize=_LEAF).query(points_lps_mm, workers=-1)
    towards = place[nearest] - points_lps_mm
    along = np.einsum("ij,ij->i", towards, normal[nearest])
    # Between samples the surface goes on flat; past the rim of a part of it, it does not.
    aside = np.sqrt(np.maximum(np.einsum("ij,ij->i", towards, towards) - along**2, 0.0))
    past = np.maximum(aside - zone.spacing_mm, 0.0)
    signed: NDArray[np.float64] = np.copysign(np.hypot(along, past), along)
    return signed


def to_capsule_mm(
    points_lps_mm: Points, organ: Mask, target: Mask, grid: Grid
) -> NDArray[np.float64]:
    """Distance of target surface points, (n, 3), to the end of organ and target together, (n,).

    To about a third of a voxel: enough to say what is subcapsular.

    Raises:
        PlanError: the target touches the organ nowhere.
    """
    here, there = _around(target, organ)
    if not (there & scipy.ndimage.binary_dilation(here)).any():
        raise PlanError("the target does not touch the organ: name the organ it lies in")
    return measure_surface_distance_mm(organ | target, grid, points_lps_mm)


def belongs_to(organ: Mask, target: Mask) -> bool:
    """Whether at least half of the shell around the target is organ."""
    here, there = _around(target, organ)
    shell = scipy.ndimage.binary_dilation(here) & ~here
    return bool((there & shell).sum() + (there & here).sum() >= 0.5 * shell.sum())


def _around(target: Mask, organ: Mask) -> tuple[Mask, Mask]:
    """Both masks in a box with room around ``target``."""
    where = tuple(
        slice(max(0, int(hit[0]) - 2), int(hit[-1]) + 3)
        for axis in range(3)
        for hit in [np.flatnonzero(target.any(axis=tuple(a for a in range(3) if a != axis)))]
    )
    return target[where], organ[where]


def _clipped(
    points: Points, plain: NDArray[np.float64], zone: SubvoxelSurface, tissue: Mask
) -> NDArray[np.float64]:
    """Margins to untreated tissue of the organ only, where the tumour itself is covered."""
    facing = zone.faces(tissue)
    if not facing.any():
        raise PlanError(
            "no untreated organ tissue lies beside the zone: the organ's label after treatment "
            "does not belong to it; label the organ around the zone, or leave the organ out"
        )
    values = plain.copy()
    covered = plain > 0.0
    if covered.any():
        to_tissue = np.abs(measure_distances_mm(points[covered], zone, facing))
        values[covered] = np.maximum(to_tissue, plain[covered])
    return values


def _meet(points: Points, zone: SubvoxelSurface) -> bool:
    """Whether the boxes around both surfaces overlap and some zone lies inside the tumour's box."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool(((zone.points_lps_mm > low) & (zone.points_lps_mm < high)).all(axis=1).any())


def _part(
    points: Points,
    values: NDArray[np.float64],
    areas: NDArray[np.float64],
    of: NDArray[np.bool_],
) -> Part:
    chosen, area = values[of], areas[of]
    order = np.argsort(chosen, kind="stable")
    below = np.cumsum(area[order]) / area.sum()
    p05, median = (
        float(chosen[order][min(int(np.searchsorted(below, q)), len(order) - 1)])
        for q in (0.05, 0.5)
    )
    return Part(
        area_mm2=float(area.sum()),
        share=float(area.sum() / areas.sum()),
        minimal_mm=float(chosen[order[0]]),
        p05_mm=p05,
        median_mm=median,
        under={f"{t:g}": float(area[chosen < t].sum() / area.sum()) for t in THRESHOLDS_MM},
        thinnest_lps_mm=as_vector(points[of][order[0]]),
    )


def _rough(name: str, surface: SubvoxelSurface) -> tuple[str, ...]:
    if surface.misfit <= _MISFIT:
        return ()
    said = (
        f"the {name}'s mask is rougher than its voxels explain (residuals {surface.misfit:.1f} x "
        "quantisation): its surface is known to about a voxel, not better"
    )
    return (said,)
