"""Find: one level of a study becomes a ``Vertebra``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger import evidence
from seldinger.anatomy.vertebra import cortex
from seldinger.anatomy.vertebra.content import find_content
from seldinger.anatomy.vertebra.doubts import doubt_level, find_fused, find_touching
from seldinger.anatomy.vertebra.expected import GRADES, ask_neighbours, grade_heights
from seldinger.anatomy.vertebra.foramina import find_foramina
from seldinger.anatomy.vertebra.frame import outline_level
from seldinger.anatomy.vertebra.heights import find_ends, measure_heights
from seldinger.anatomy.vertebra.levels import find_levels, parse_level
from seldinger.anatomy.vertebra.model import Pedicle, Side, Vertebra, VertebraFrame
from seldinger.anatomy.vertebra.narrowing import measure_bone_inside_ml, measure_canal_share
from seldinger.anatomy.vertebra.notch import measure_notch_mm
from seldinger.anatomy.vertebra.outline import middle_of
from seldinger.anatomy.vertebra.pedicles import find_bridges
from seldinger.anatomy.vertebra.settings import VertebraSettings
from seldinger.anatomy.vertebra.spine import make_grid, read_spine
from seldinger.core.errors import AnatomyError
from seldinger.core.space import as_vector
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import CorticalBreak
    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.anatomy.vertebra.pedicles import Bridge
    from seldinger.anatomy.vertebra.spine import Shape, Spine
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.image import Study

_END_VOXELS = 1.5
_HALF = 0.5
_LEAST_BODY_ML = 1.0
_COARSE_LABEL_MM = 2.0
_SEEN_MM = 2.0


def find_vertebra(study: Study, level: str, settings: VertebraSettings | None = None) -> Vertebra:
    """The vertebra of ``level`` on a lattice of its own.

    Args:
        study: CT with labels that name vertebrae.
        level: "L1", "th12", "vertebrae_L1" ...
        settings: voxel and assumptions.

    Raises:
        AnatomyError: no such level, not labelled, labelled twice, or too little of it in the scan.
    """
    wanted, settings = parse_level(level), settings or VertebraSettings()
    labelled = find_levels(study)
    if wanted not in labelled:
        raise AnatomyError(
            f"{wanted} is not labelled; labelled are: {', '.join(labelled) or 'no vertebrae'}. "
            "Ask for one of them, or label it first"
        )
    spine = read_spine(study)
    shape = spine.get_level(wanted)
    outline, whence = outline_level(spine, wanted, settings.voxel_mm)
    measured = measure_heights(outline, settings.get_value("height_inset"))
    if measured is None or outline.body.sum() * outline.grid.voxel_ml < _LEAST_BODY_ML:
        raise AnatomyError(
            f"too little of {wanted} lies in the scan to tell its body ({shape.volume_ml:.1f} mL "
            "labelled): ask for another level or a longer scan"
        )
    near = ask_neighbours(spine, wanted, settings)
    # Where the scan cuts, axes and heights are not sure enough to call it a fracture.
    heights = grade_heights(measured, None if shape.at_edge else near.expected_mm)
    grid = make_grid(spine, shape, settings.voxel_mm)
    hu = spine.sample_hu(grid)
    parts = carry_parts(shape, outline, grid)
    content = find_content(
        hu, parts.body, outline.axes[2], near.marrow_hu, settings.voxel_mm, settings
    )
    breaks, blind = _find_breaks(
        spine, wanted, hu, parts, outline.axes, content.marrow_hu, settings
    )
    bridges = find_bridges(outline)
    pedicles, lost = _place(spine, outline, bridges, parts)
    frame = VertebraFrame(middle_of(outline), *(as_vector(a) for a in outline.axes))
    body_lps_mm = grid.to_lps(np.argwhere(parts.body))
    notes = (*_tell(outline, shape, whence), *near.notes, *content.notes, *blind, *lost)
    if heights.grade is not None:
        notes += (f"Genant's grades: {evidence.stamp_of(GRADES)}",)
    return Vertebra(
        level=wanted,
        label=labelled[wanted],
        grid=grid,
        hu=hu,
        bone=parts.bone,
        body=parts.body,
        canal=parts.canal,
        frame=frame,
        pedicles=pedicles,
        heights=heights,
        upper_endplate=parts.upper,
        lower_endplate=parts.lower,
        breaks=breaks,
        cleft=content.cleft,
        density_hu=content.density_hu,
        dense_ml=content.dense_ml,
        lytic_ml=content.lytic_ml,
        source_voxel_mm=_find_coarser(study),
        canal_share=measure_canal_share(spine, wanted),
        canal_bone_ml=measure_bone_inside_ml(spine, outline, settings),
        notch_mm=measure_notch_mm(outline),
        cut_by_scan=shape.at_edge,
        fused_with=find_fused(spine, wanted, near.volume_ml, settings),
        touches=find_touching(spine, wanted, outline, settings),
        level_doubt=doubt_level(spine, wanted, settings),
        notes=notes,
        lytic=content.lytic,
        foramina={
            side: find_foramina(spine, wanted, body_lps_mm, frame, one, settings)
            for side, one in pedicles.items()
        },
    )


def _find_coarser(study: Study) -> Vector:
    """Edges of the scan's voxels, or of the labels' where these are larger: walls are theirs."""
    image = study.image.grid.spacing_mm
    if study.labels is None:
        return as_vector(image)
    return as_vector(np.maximum(image, study.labels.grid.spacing_mm))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Masks of a vertebra, (a, b, c) bool, on its aligned grid; ``at`` are indices of its outline.

    ``nearest`` is, for every voxel of bone, the index of the outline's nearest, (n, 3).
    """

    bone: Mask
    body: Mask
    canal: Mask | None
    upper: Mask
    lower: Mask
    nearest: NDArray[np.intp]

    def bring(self, mask: Mask) -> Mask:
        """A part of the outline's bone on the aligned grid."""
        whole = np.zeros_like(self.bone)
        whole[self.bone] = _widen(mask)[tuple(self.nearest.T)]
        return whole


_FITS = 4
_DISHED_MM = 5.0
"""No endplate is dished, or pressed in, by more than that beside the rest of it."""


def _widen(mask: Mask) -> Mask:
    """A voxel more to each side: bone that lies between the voxels of two lattices finds it."""
    wide: Mask = scipy.ndimage.binary_dilation(mask, iterations=1)
    return wide


def carry_parts(shape: Shape, outline: Outline, grid: Grid) -> _Parts:
    """The outline's parts on ``grid``: bone by the label's distance, its parts by the nearest."""
    bone: Mask = shape.sample(grid) > 0.0
    index = outline.grid.to_index(grid.to_lps(np.argwhere(bone)))
    top = np.array(outline.bone.shape) - 1
    inside = np.clip(np.rint(index).astype(int), 0, top)
    # Voxels at the rim belong to what the nearest voxel of bone belongs to.
    where = scipy.ndimage.distance_transform_edt(
        ~outline.bone, return_distances=False, return_indices=True
    )
    nearest = np.stack([axis[tuple(inside.T)] for axis in where], axis=1)
    body, upper, lower = (np.zeros_like(bone) for _ in range(3))
    mine = outline.body[tuple(nearest.T)]
    body[bone] = mine
    low, high = find_ends(outline)
    i, j = nearest[:, 0], nearest[:, 1]
    reach = _END_VOXELS * grid.spacing_mm[0] / outline.voxel_mm
    with np.errstate(invalid="ignore"):
        above, below = high[i, j] - index[:, 2], index[:, 2] - low[i, j]
        # A rim that is thin belongs to the nearer end.
        upper[bone] = mine & (above <= reach) & (above < below)
        lower[bone] = mine & (below <= reach) & (below <= above)
        # A short column at a wall ends where no endplate is.
        upper[bone] &= keep_near_plane(high, outline.voxel_mm, -1.0)[i, j]
        lower[bone] &= keep_near_plane(low, outline.voxel_mm, 1.0)[i, j]
    return _Parts(bone, body, _carry_canal(outline, bone, grid), upper, lower, nearest)


def keep_near_plane(ends: NDArray[np.float64], voxel_mm: float, inwards: float) -> Mask:
    """(i, j) columns whose end lies no farther into the body than an endplate can.

    Args:
        ends: (i, j) along k, NaN beside the body.
        voxel_mm: of the outline.
        inwards: 1 where the body lies above the end, -1 where it lies below.
    """
    i, j = np.nonzero(np.isfinite(ends))
    z = ends[i, j]
    kept = np.ones(len(z), np.bool_)
    design = np.stack([i, j, np.ones(len(i))], axis=1)
    for _ in range(_FITS):
        plane = design @ np.linalg.lstsq(design[kept], z[kept], rcond=None)[0]
        kept = inwards * (z - plane) * voxel_mm <= _DISHED_MM
        if kept.sum() < len(design[0]) + 1:
            return np.isfinite(ends)
    found = np.zeros(ends.shape, np.bool_)
    found[i[kept], j[kept]] = True
    return found


def _carry_canal(outline: Outline, bone: Mask, grid: Grid) -> Mask | None:
    """The canal between the body's ends, without bone; None: unknown."""
    if outline.canal is None:
        return None
    height = np.flatnonzero(outline.body.any(axis=(0, 1)))
    within = outline.canal.sections.copy()
    within[..., : height[0]] = False
    within[..., height[-1] + 1 :] = False
    corners = outline.grid.to_lps(np.argwhere(within)[:: max(1, int(within.sum()) // 3000)])
    index = grid.to_index(corners)
    low = np.clip(index.min(axis=0).astype(int) - 3, 0, None)
    high = np.minimum(index.max(axis=0).astype(int) + 4, grid.shape)
    found = np.zeros_like(bone)
    if (high <= low).any():
        return None
    part = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    # Halfway between voxels in and out, as everywhere.
    share = Volume(within.astype(np.float32), outline.grid, "1")
    found[part] = resample_volume(share, grid.crop(low, high), 1, 0.0).values >= _HALF
    found &= ~bone
    return found if found.any() else None


def _place(
    spine: Spine, outline: Outline, bridges: tuple[Bridge, ...], parts: _Parts
) -> tuple[dict[Side, Pedicle], tuple[str, ...]]:
    """Pedicles in LPS; those that the scan cuts are told and left out."""
    placed: dict[Side, Pedicle] = {}
    lost = []
    for one in bridges:
        middle = outline.grid.to_lps(one.isthmus)
        reach = one.width_mm / 2.0 + _SEEN_MM
        ends = [middle + sign * reach * outline.axes[0] for sign in (-1.0, 0.0, 1.0)]
        ends += [middle + sign * one.height_mm / 2.0 * outline.axes[2] for sign in (-1.0, 1.0)]
        mask = parts.bring(one.mask) & ~parts.body
        if not all(spine.study.image.grid.contains(p) for p in ends) or not mask.any():
            lost.append(f"the {one.side} pedicle is cut by the scan and was not measured")
            continue
        axis = as_vector(one.axis @ outline.axes)
        size = one.width_mm, one.height_mm
        placed[one.side] = Pedicle(one.side, mask, as_vector(middle), axis, *size)
    if outline.canal is not None:
        found = {one.side for one in bridges}
        lost += [f"no {side} pedicle shows" for side in Side if side not in found]
    return placed, tuple(lost)


def _find_breaks(
    spine: Spine,
    level: str,
    hu: NDArray[np.float32],
    parts: _Parts,
    axes: Points,
    marrow_hu: float,
    settings: VertebraSettings,
) -> tuple[tuple[CorticalBreak, ...] | None, tuple[str, ...]]:
    edge = max(spine.study.image.grid.spacing_mm)
    if edge > cortex.COARSEST_MM:
        return None, (
            f"breaks of the cortex do not show in voxels of {edge:.1f} mm: they are unknown",
        )
    other = parts.bone & ~parts.body
    found = cortex.find_breaks(hu, parts.body, other, axes, marrow_hu, settings.voxel_mm, settings)
    if found is None:
        return None, (f"cortex of {level} cannot be told from marrow: breaks are unknown",)
    least = settings.get_value("break_least")
    told = (
        "breaks of the cortex are not looked for at the bases of the pedicles and where the "
        f"basivertebral vein leaves; smaller ones than {least:.0f} mm2 are not told"
    )
    return found, (told,)


def _tell(outline: Outline, shape: Shape, whence: str) -> tuple[str, ...]:
    """What was estimated of the outline."""
    words = [f"upright is that of {whence}"]
    coarse = max(shape.grid.spacing_mm)
    if coarse > _COARSE_LABEL_MM:
        words.append(
            f"labels have voxels of {coarse:.1f} mm: widths and heights are read between them, to "
            "about two thirds of that"
        )
    if outline.canal is None:
        words.append("no canal shows: it is unknown, never clear")
    else:
        words.append(f"canal: {outline.canal.by}; carried on within the body's height")
    if shape.body_cut:
        words.append("the scan cuts the body: heights and volumes are of what it holds")
    elif shape.at_edge:
        words.append("the scan cuts arch or processes: heights are not graded")
    return tuple(words)
