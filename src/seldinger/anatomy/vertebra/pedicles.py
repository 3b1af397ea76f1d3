"""Pedicles: the bridges beside the canal, and what a needle finds at their narrowest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vertebra.model import Side
from seldinger.geometry.levels import signed_distance_mm
from seldinger.geometry.morphology import keep_touched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

_AHEAD_MM = 6.0
_ASIDE_MM = 26.0
_STEP_MM = 0.5
_ALONG_MM = 5.0
_PLANE_MM = 14.0
_DEEP = 0.9
"""Of the deepest place of a section: its core, whose middle the needle aims at."""
_CHORD_MM = 0.25
_SLANT_DEG = np.arange(-40.0, 41.0, 8.0)
_BAND = 0.2
"""Chords are means over this share of the half width to each side."""
_HARDLY = 1.03
_BEHIND_MM = 7.0
_INWARDS_DEG = np.arange(-15.0, 51.0, 2.0)
_TILT_DEG = np.arange(-24.0, 25.0, 3.0)
"""Axes that are tried; steeper ones follow a facet or a process."""
_AS_GOOD = 0.02
"""Shares of depth by which one way is hardly better than another."""
_WIDER = 1.1
"""A pedicle's bone lies within so many times its half width of its axis, across ..."""
_HIGHER = 1.2
"""... and so many times its half height, upright; beyond are processes and facets."""
_LEAST_RADIUS_MM = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """A pedicle along the vertebra's own axes.

    Attributes:
        side: of the patient.
        mask: (i, j, k) bool.
        isthmus: index of the middle of its narrowest section, (3,).
        axis: unit, (3,), in left, back, up; from the back into the body.
        width_mm, height_mm: outer, across and upright, in that section.
    """

    side: Side
    mask: Mask
    isthmus: Points
    axis: Points
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """One side's surroundings: distances that are exact, and the label's own, whose zero is."""

    depth_mm: NDArray[np.float32]
    level_mm: NDArray[np.float32]
    corner: Points
    first: float
    last: float


def find_bridges(outline: Outline) -> tuple[Bridge, ...]:
    """The pedicles beside the canal, left and right, those that are found."""
    if outline.canal is None:
        return ()
    found = (_find_bridge(outline, side) for side in (Side.LEFT, Side.RIGHT))
    return tuple(one for one in found if one is not None)


def _find_bridge(outline: Outline, side: Side) -> Bridge | None:
    block = _cut_block(outline, side)
    if block is None:
        return None
    line = _follow(block, outline.voxel_mm)
    if line is None:
        return None
    spot, axis = line
    sign = -1.0 if side is Side.LEFT else 1.0
    for _ in range(2):
        radius, _, spot = _measure(block, spot, axis, outline.voxel_mm)
        axis = _aim(block, spot, radius, sign, outline.voxel_mm)
        spot = _narrow(block, spot, axis, outline.voxel_mm)
    radius, half, spot = _measure(block, spot, axis, outline.voxel_mm)
    if radius < _LEAST_RADIUS_MM:
        return None
    isthmus = spot + block.corner
    mask = _collect(outline, side, isthmus, axis, (radius, half))
    return Bridge(side, mask, isthmus, axis, 2.0 * radius, 2.0 * half)


def _cut_block(outline: Outline, side: Side) -> _Block | None:
    """Bone on one side of the canal's middle, from behind the body to the canal's middle."""
    canal, mm = outline.canal, outline.voxel_mm
    assert canal is not None  # noqa: S101  asked only where a canal is
    middle = canal.centre
    i = round(float(middle[0]))
    reach = round(_ASIDE_MM / mm)
    across = slice(i, i + reach) if side is Side.LEFT else slice(max(0, i - reach), i + 1)
    height = np.flatnonzero(outline.body.any(axis=(0, 1)))
    if not height.size:
        return None
    k0, k1 = max(0, int(height[0]) - 4), min(outline.bone.shape[2], int(height[-1]) + 5)
    first = float(outline.back_line[round(float(middle[2]))])
    last = float(middle[1])
    far = round(_AHEAD_MM / mm)
    j0, j1 = max(0, int(first) - far), min(outline.bone.shape[1], int(last) + far + 2)
    part = outline.depth_mm[across, j0:j1, k0:k1]
    if min(part.shape) < 3 or not (part > 0.0).any():  # noqa: PLR2004  gradients need three
        return None
    exact = signed_distance_mm(np.ascontiguousarray(part), mm)
    corner = np.array([across.start, j0, k0], dtype=np.float64)
    return _Block(exact, part, corner, first - j0, last - j0)


def _follow(block: _Block, mm: float) -> tuple[Points, Points] | None:
    """A place at the narrowest section between body and arch, and a first axis, (3,) each.

    The way from the body to the canal's middle whose narrowest place is widest.
    """
    rows = np.arange(max(0, int(np.floor(block.first - 2.0 / mm))), int(np.ceil(block.last)) + 1)
    rows = rows[rows < block.depth_mm.shape[1]]
    if rows.size < 3:  # noqa: PLR2004
        return None
    reach = [block.depth_mm[:, rows[0], :]]
    for j in rows[1:]:
        before = scipy.ndimage.grey_dilation(reach[-1], size=(3, 3))
        reach.append(np.minimum(before, block.depth_mm[:, j, :]))
    if float(reach[-1].max()) <= 0.0:
        return None
    a, c = (int(n) for n in np.unravel_index(int(np.argmax(reach[-1])), reach[-1].shape))
    path = [np.array([a, rows[-1], c], dtype=np.float64)]
    for n in range(rows.size - 2, -1, -1):
        a0, c0 = max(0, a - 1), max(0, c - 1)
        part = reach[n][a0 : a0 + 3, c0 : c0 + 3]
        # Of ways as wide, the one that stays deepest.
        part = part + 0.05 * block.depth_mm[a0 : a0 + 3, rows[n], c0 : c0 + 3]
        da, dc = np.unravel_index(int(np.argmax(part)), part.shape)
        a, c = a0 + int(da), c0 + int(dc)
        path.append(np.array([a, rows[n], c], dtype=np.float64))
    places = np.array([p for p in path if block.first <= p[1] <= block.last])
    if len(places) < 2:  # noqa: PLR2004
        return None
    depth = block.depth_mm[tuple(places.astype(int).T)]
    return places[int(np.argmin(depth))], np.array([0.0, -1.0, 0.0])


def _plane(axis: Points) -> tuple[Points, Points]:
    """Directions across and upright in the section square to an axis, (3,) each."""
    up = np.array([0.0, 0.0, 1.0]) - axis[2] * axis
    up /= np.linalg.norm(up)
    return np.cross(up, axis), up


def _sample(
    block: _Block, spot: Points, axis: Points, mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances in the section through ``spot``, (across, upright), and the marks in mm, (n,)."""
    across, up = _plane(axis)
    marks = np.arange(-_PLANE_MM, _PLANE_MM + _STEP_MM / 2, _STEP_MM)
    points = (
        spot[:, None, None]
        + across[:, None, None] * marks[None, :, None] / mm
        + up[:, None, None] * marks[None, None, :] / mm
    )
    section: NDArray[np.float64] = scipy.ndimage.map_coordinates(
        block.depth_mm, points, order=1, mode="constant", cval=-1.0, output=np.float64
    )
    return section, marks


def _aim(block: _Block, spot: Points, radius: float, sign: float, mm: float) -> Points:
    """The direction through ``spot`` in which the way stays deepest in bone, (3,).

    Depths count up to the isthmus' own: a way that is no narrower anywhere is as good as any,
    and the middle of all that are is taken.
    """
    inwards, tilt = np.meshgrid(np.deg2rad(_INWARDS_DEG), np.deg2rad(_TILT_DEG), indexing="ij")
    ways = np.stack(
        [sign * np.sin(inwards) * np.cos(tilt), -np.cos(inwards) * np.cos(tilt), np.sin(tilt)]
    )
    run = np.arange(-_BEHIND_MM, _AHEAD_MM + _STEP_MM / 2, _STEP_MM) / mm
    points = spot[:, None, None, None] + ways[..., None] * run
    depth = scipy.ndimage.map_coordinates(
        block.depth_mm, points, order=1, mode="nearest", output=np.float64
    )
    score = np.minimum(depth, radius).mean(axis=-1) / radius
    weight = np.exp((score - score.max()) / _AS_GOOD)
    axis = (ways * weight).reshape(3, -1).sum(axis=1)
    found: Points = axis / np.linalg.norm(axis)
    return found


def _narrow(block: _Block, spot: Points, axis: Points, mm: float) -> Points:
    """The middle of the smallest section square to ``axis`` near ``spot``, (3,).

    Of those hardly wider than the narrowest, the lowest: facets stand on the others.
    """
    found = []
    for s in np.arange(-_ALONG_MM, _ALONG_MM + _STEP_MM / 2, _STEP_MM):
        at = spot + axis * s / mm
        if not block.first <= at[1] <= block.last:
            continue
        radius, half, middle = _measure(block, at, axis, mm)
        if radius > 0.0:
            found.append((radius, half, middle))
    if not found:
        return spot
    least = min(radius for radius, _, _ in found)
    narrow = [one for one in found if one[0] <= _HARDLY * least]
    return min(narrow, key=lambda one: one[0] * one[1])[2]


def _measure(block: _Block, spot: Points, axis: Points, mm: float) -> tuple[float, float, Points]:
    """Half width, half height and the middle of the section through ``spot``.

    The width is the shortest chord through the section's core, at whatever slant: that of the
    widest needle that fits. Chords are read between voxels.
    """
    across, up = _plane(axis)
    section, marks = _sample(block, spot, axis, mm)
    near = np.abs(marks) <= _ALONG_MM
    inner = np.where(near[:, None] & near[None, :], section, -1.0)
    deepest = float(inner.max())
    if deepest <= 0.0:
        return 0.0, 0.0, spot
    core = np.argwhere(inner >= _DEEP * deepest)
    a, b = (float(marks[core[:, n]].mean()) for n in (0, 1))
    middle = spot + (across * a + up * b) / mm
    slants = np.deg2rad(_SLANT_DEG)
    ways = across[:, None] * np.cos(slants) + up[:, None] * np.sin(slants)
    beside = up[:, None] * np.cos(slants) - across[:, None] * np.sin(slants)
    low, high = _read_chords(block, middle, ways, beside, deepest, mm)
    best = int(np.argmin(high - low))
    width = float(high[best] - low[best])
    middle = middle + ways[:, best] * float(low[best] + high[best]) / 2.0 / mm
    low, high = _read_chords(block, middle, up[:, None], across[:, None], deepest, mm)
    middle = middle + up * float(low[0] + high[0]) / 2.0 / mm
    return width / 2.0, float(high[0] - low[0]) / 2.0, middle


def _read_chords(
    block: _Block, spot: Points, ways: Points, beside: Points, radius: float, mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the bone around ``spot`` along ``ways``, (3, n), in mm, (n,) each.

    Means over a narrow band ``beside`` them, (3, n).
    """
    marks = np.arange(-_PLANE_MM, _PLANE_MM + _CHORD_MM / 2, _CHORD_MM)
    band = np.linspace(-_BAND, _BAND, 5) * radius
    points = (
        spot[:, None, None, None]
        + ways[:, :, None, None] * marks / mm
        + beside[:, :, None, None] * band[:, None] / mm
    )
    depth = scipy.ndimage.map_coordinates(
        block.level_mm, points, order=1, mode="constant", cval=-1.0, output=np.float64
    )
    middle = marks.size // 2
    ends = []
    for line in (depth[..., middle::-1], depth[..., middle:]):
        out = line <= 0.0
        out[..., -1] = True
        first = np.maximum(out.argmax(axis=-1), 1)[..., None]
        one = np.take_along_axis(line, first - 1, -1)[..., 0]
        other = np.take_along_axis(line, first, -1)[..., 0]
        share = np.clip(one / np.maximum(one - other, 1e-6), 0.0, 1.0)
        ends.append(((first[..., 0] - 1 + share) * _CHORD_MM).mean(axis=-1))
    return -ends[0], ends[1]


def _collect(
    outline: Outline, side: Side, isthmus: Points, axis: Points, half_mm: tuple[float, float]
) -> Mask:
    """Bone of a pedicle: around its axis, from the body's back wall to the canal's middle."""
    canal, mm = outline.canal, outline.voxel_mm
    assert canal is not None  # noqa: S101  asked only where a canal is
    index = np.indices(outline.bone.shape, dtype=np.float32)
    away = index - isthmus[:, None, None, None].astype(np.float32)
    across, up = _plane(axis)
    aside = np.abs(np.tensordot(across, away, axes=1)) * mm
    high = np.abs(np.tensordot(up, away, axes=1)) * mm
    beside = index[0] >= canal.centre[0] if side is Side.LEFT else index[0] <= canal.centre[0]
    region = outline.bone & beside & ~outline.body
    region &= (index[1] >= outline.wall[:, None, :]) & (index[1] <= canal.centre[1])
    region &= (aside <= _WIDER * half_mm[0] + mm) & (high <= _HIGHER * half_mm[1] + mm)
    seed = np.zeros_like(region)
    a, b, c = np.rint(isthmus).astype(int)
    seed[max(0, a - 1) : a + 2, max(0, b - 1) : b + 2, max(0, c - 1) : c + 2] = True
    found: Mask = keep_touched(region, seed)
    return found
