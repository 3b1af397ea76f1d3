"""Foramina: the openings under a pedicle and above it, told from the bone that bounds them.

The root of a level leaves beneath its own pedicle. So the space under this level's pedicle holds
this level's root, and the space above it that of the level above. In front lie the back walls of
the bodies and the disc, behind the joints, above and below pedicles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.levels import ORDER
from seldinger.anatomy.vertebra.model import Foramen, Foramina
from seldinger.core.space import Grid, as_vector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.model import Pedicle, VertebraFrame
    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.anatomy.vertebra.spine import Shape, Spine
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

_STEP_MM = 1.0
_DEEP_MM = 18.0
"""A joint lies no farther behind the back wall."""
_FAR_MM = 32.0
"""The next pedicle lies no farther from the edge of this one."""
_NEAR_WALL_MM = 3.0
"""Bone that reaches so far behind the wall hides no opening."""
_GAP = 2
_LEAST_MM = 5.0
"""An opening that is lower is none: labels run into each other."""
_WIDE = 3
"""Columns that bone must fill to be a pedicle."""
_HALF = 0.5
_JOIN_NAMES = frozenset({"sacrum", "sacral bone"})


def find_foramina(
    spine: Spine,
    level: str,
    body_lps_mm: Points,
    frame: VertebraFrame,
    pedicle: Pedicle,
    settings: VertebraSettings,
) -> Foramina:
    """What opens under a pedicle and above it.

    Args:
        spine: whose labels bound them.
        level: of the pedicle.
        body_lps_mm: (n, 3) voxels of its body.
        frame: its axes.
        pedicle: that bounds both.
        settings: how deep a root lies.
    """
    deep_mm = settings.get_value("foramen_root_mm")
    wall_mm = _find_wall(body_lps_mm, frame, pedicle)
    at = ORDER.index(level)
    made = []
    for toward in (-1.0, 1.0):
        other = _find_shape(spine, ORDER[at - int(toward)])
        box = _lay(spine, spine.get_level(level), other, frame, pedicle, toward)
        made.append(_find(box, pedicle, wall_mm, toward, deep_mm))
    return Foramina(*made)


def _find_shape(spine: Spine, level: str) -> Shape | None:
    names = [spine.labels[level]] if level in spine.labels else []
    if level == "S1" and spine.study.labels is not None:
        names += [n for n in spine.study.labels.names if n.strip().lower() in _JOIN_NAMES]
    return next((one for name in names if (one := spine.get_shape(name)) is not None), None)


@dataclass(frozen=True, slots=True, eq=False)
class _Box:
    """A lattice beside a pedicle: (across, back, away from the pedicle), every millimetre.

    Attributes:
        points: (u, b, z, 3) LPS.
        own, other: (u, b, z) bool, bone.
        back_mm: (b,) behind the isthmus.
        away_mm: (z,) from the isthmus, along the spine.
        seen: (z,) bool, rows that lie in the scan.
        has_other: whether the neighbour is labelled.
    """

    points: Points
    own: Mask
    other: Mask
    back_mm: NDArray[np.float64]
    away_mm: NDArray[np.float64]
    seen: Mask
    has_other: bool


def _lay(
    spine: Spine,
    own: Shape,
    other: Shape | None,
    frame: VertebraFrame,
    pedicle: Pedicle,
    toward: float,
) -> _Box:
    across = max(3, int(pedicle.width_mm / _STEP_MM) + 1)
    back = np.arange(-_DEEP_MM, _DEEP_MM + 1e-6, _STEP_MM)
    away = np.arange(0.0, 0.5 * pedicle.height_mm + _FAR_MM, _STEP_MM)
    axes = np.stack([frame.left, frame.back, np.multiply(toward, frame.up)], axis=1)
    corner = np.array([-0.5 * (across - 1) * _STEP_MM, -_DEEP_MM, 0.0])
    affine = np.eye(4)
    affine[:3, :3] = axes * _STEP_MM
    affine[:3, 3] = np.asarray(pedicle.isthmus_lps_mm) + axes @ corner
    grid = Grid((across, len(back), len(away)), affine)
    points = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T).reshape(*grid.shape, 3)
    index = spine.study.image.grid.to_index(points)
    inside = (index >= 0.0) & (index <= np.asarray(spine.study.image.grid.shape) - 1.0)
    seen: Mask = np.asarray(inside.all(axis=(0, 1, 3)))
    bone = own.sample(grid) > 0.0
    beside = np.zeros_like(bone) if other is None else other.sample(grid) > 0.0
    return _Box(points, bone, beside, back, away, seen, other is not None)


def _find_wall(body_lps_mm: Points, frame: VertebraFrame, pedicle: Pedicle) -> float:
    """How far behind the isthmus the body ends beside it; negative: before it."""
    points = body_lps_mm - np.asarray(pedicle.isthmus_lps_mm)
    near = np.abs(points @ np.asarray(frame.left)) <= 0.5 * pedicle.width_mm
    if not near.any():
        return 0.0
    return float(np.percentile(points[near] @ np.asarray(frame.back), 98.0))


def _find(
    box: _Box, pedicle: Pedicle, wall_mm: float, toward: float, deep_mm: float
) -> Foramen | None:
    """One opening; None where none shows."""
    bone = box.own | box.other
    open_ = _open(bone, box.back_mm, wall_mm)
    # Beside the pedicle, at its rim, it is open too: an opening begins where its middle ends.
    count = open_.shape[0]
    middle = open_[count // 3 : count - count // 3].any(axis=1).all(axis=0)
    rows = np.flatnonzero(middle & box.seen)
    if not rows.size:
        return None
    first = int(rows[0])
    last = _find_end(box, wall_mm, first)
    bounded = last is not None
    run = rows[(rows < last) if last is not None else (rows <= first + int(deep_mm / _STEP_MM))]
    height = float(len(run)) * _STEP_MM
    if bounded and height < _LEAST_MM:
        return None
    if not bounded and toward > 0.0:
        # The root above lies under the pedicle above: without that pedicle nobody can say where.
        return None
    cut = np.zeros_like(open_)
    cut[..., run] = open_[..., run]
    far = box.away_mm - box.away_mm[first]
    within = far <= deep_mm if toward < 0.0 else far[run[-1]] - far < deep_mm
    root = cut & within[None, None, :]
    points, roots = box.points[cut], box.points[root]
    deep = cut.sum(axis=1)[cut.any(axis=1)]
    return Foramen(
        side=pedicle.side,
        points_lps_mm=points,
        root_lps_mm=roots,
        centre_lps_mm=as_vector(points.mean(axis=0)),
        height_mm=height if bounded else None,
        depth_mm=float(np.median(deep)) * _STEP_MM,
    )


def _open(bone: Mask, back_mm: NDArray[np.float64], wall_mm: float) -> Mask:
    """What is open behind the wall: the first stretch in every row, as far as usual rows go."""
    behind = back_mm >= wall_mm
    free = ~bone & behind[None, :, None]
    start = np.where(free.any(axis=1), free.argmax(axis=1), len(back_mm))
    index = np.arange(len(back_mm))[None, :, None]
    ended = bone & (index > start[:, None, :])
    end = np.where(ended.any(axis=1), ended.argmax(axis=1), len(back_mm))
    first = int(np.flatnonzero(behind)[0])
    begins = start - first <= _NEAR_WALL_MM / _STEP_MM
    closed = begins & ended.any(axis=1)
    if not closed.any():
        return np.zeros_like(bone)
    # Where no bone closes a row behind, it goes on as far as those that are closed.
    usual = int(np.percentile(end[closed], 75.0))
    # A gap of the joint between two labels goes on behind it.
    end = np.where(begins, np.minimum(end, np.where(closed, usual + _GAP, usual)), 0)
    found: Mask = free & (index >= start[:, None, :]) & (index < end[:, None, :])
    return found


def _find_end(box: _Box, wall_mm: float, first: int) -> int | None:
    """The row in which the neighbour's pedicle begins; None: none is seen."""
    if not box.has_other:
        return None
    near = (box.back_mm >= wall_mm) & (box.back_mm <= wall_mm + 2.0 * _NEAR_WALL_MM)
    # A neighbour's pedicle may be narrower than this one, and stand aside.
    columns = np.sort(box.other[:, near].mean(axis=1), axis=0)
    share = columns[-_WIDE:].mean(axis=0)
    rows = np.flatnonzero((share >= _HALF) & (np.arange(share.size) > first) & box.seen)
    return int(rows[0]) if rows.size else None
