"""Centre: strands of voxels become smooth centrelines with the lumen's radius.

Rays in the plane across the vessel find its wall between voxels. Their centroid draws the line to
the middle; their area gives the radius, which a map of distances between voxels reads a quarter of
a voxel low. Within a junction no section belongs to one vessel: there the line runs straight from
the last section that does to where the branches' axes meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.kernels import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.anatomy.vessels.skeleton import Skeleton, Strand
    from seldinger.core.volume import Mask

    Floats = NDArray[np.float64]
    Scene = tuple[NDArray[np.uint8], Floats, Floats]
    """The mask with a rim, mm of a voxel, first and last centre of the scan."""

RAYS = 24
_PASSES = 3
_STEP_VOXELS = 1.0
_SMOOTH_RADII = 0.7
"""A line is smoothed over so many radii of the vessel: less than that is the voxels' noise."""
_CAP = 1.6
"""A ray longer than so many medians has left through a branch."""
_JUNCTION_RADII = 1.6
"""Sections nearer to a junction than so many radii of its widest other vessel are shared."""
_PULL = 0.05
"""How much a junction clings to where the voxels met, against the branches' axes."""


@dataclass(slots=True, eq=False)
class _Line:
    """A strand on its way to the middle; places in mm of the lattice."""

    points: Floats
    radius: Floats
    shared: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Centred:
    """Centrelines of a skeleton.

    Attributes:
        nodes: (n, 3) mm along the axes of the lattice.
        points: of each strand, (m, 3) mm, from node to node.
        radius: of each strand, (m,) mm, of a disc as large as the section.
    """

    nodes: Floats
    points: tuple[Floats, ...]
    radius: tuple[Floats, ...]


def centre(skeleton: Skeleton, mask: Mask, spacing: Floats, edges: Floats) -> Centred:
    """Centrelines and radii of ``skeleton`` in ``mask``.

    Args:
        skeleton: of the mask, tidied.
        mask: (i, j, k).
        spacing: (3,) mm.
        edges: (2, 3) mm, the first and the last centre of the scan: a vessel that it cuts runs on
            to there, any other ends a radius before its blind end.
    """
    cells = np.pad(mask, 1).astype(np.uint8)
    step = _STEP_VOXELS * float(spacing.min())
    lines = [_start(strand, spacing, step) for strand in skeleton.strands]
    degree = _degree(skeleton)
    for strand, line in zip(skeleton.strands, lines, strict=True):
        _mark_shared(strand, line, skeleton, degree)
    for _ in range(_PASSES):
        for line in lines:
            _recentre(line, cells, spacing, step)
    nodes = _place_nodes(skeleton, lines, degree, spacing)
    ready = [
        _finish(strand, line, nodes, degree, (cells, spacing, edges))
        for strand, line in zip(skeleton.strands, lines, strict=True)
    ]
    for strand, (points, _) in zip(skeleton.strands, ready, strict=True):
        nodes[strand.start], nodes[strand.end] = points[0], points[-1]
    return Centred(nodes, tuple(p for p, _ in ready), tuple(r for _, r in ready))


def _degree(skeleton: Skeleton) -> NDArray[np.intp]:
    ends = [end for strand in skeleton.strands for end in (strand.start, strand.end)]
    counted: NDArray[np.intp] = np.bincount(ends, minlength=len(skeleton.nodes))
    return counted


def _along(points: Floats) -> Floats:
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    way: Floats = np.concatenate([[0.0], np.cumsum(steps)])
    return way


def _start(strand: Strand, spacing: Floats, step: float) -> _Line:
    """The voxels, smoothed, at equal steps."""
    points = strand.points * spacing
    radius = np.maximum(strand.free - 0.5 * float(spacing.min()), 0.5 * float(spacing.min()))
    way = _along(points)
    count = max(2, int(np.ceil(way[-1] / step)) + 1)
    at = np.linspace(0.0, way[-1], count)
    even = np.stack([np.interp(at, way, axis) for axis in points.T], axis=1)
    wide = np.interp(at, way, radius)
    return _Line(_smooth(even, wide, at[1] - at[0]), wide, np.zeros(count, dtype=bool))


def _smooth(points: Floats, radius: Floats, step: float) -> Floats:
    """Ends stay; straight lines stay straight (reflected through their ends)."""
    if len(points) < 4:  # noqa: PLR2004
        return points
    sigma = max(1.0, _SMOOTH_RADII * float(np.median(radius)) / step)
    reach = min(int(np.ceil(3.0 * sigma)), len(points) - 1)
    head = 2.0 * points[0] - points[reach:0:-1]
    tail = 2.0 * points[-1] - points[-2 : -reach - 2 : -1]
    padded = np.vstack([head, points, tail])
    even = scipy.ndimage.gaussian_filter1d(padded, sigma, axis=0, mode="nearest", radius=reach)
    found: Floats = even[reach : reach + len(points)]
    return found


def _mark_shared(strand: Strand, line: _Line, skeleton: Skeleton, degree: NDArray[np.intp]) -> None:
    """Sections near a junction; of a short strand its middle always stands on its own."""
    way = _along(line.points)
    for node, from_node in ((strand.start, way), (strand.end, way[-1] - way)):
        if degree[node] > 1:
            beside = [
                float(np.percentile(other.free, 75))
                for other in skeleton.strands
                if other is not strand and node in (other.start, other.end)
            ]
            widest = max(beside, default=float(line.radius.max()))
            line.shared |= from_node < min(_JUNCTION_RADII * widest, 0.45 * way[-1])
    if line.shared.all():
        line.shared[len(line.shared) // 2] = False


def _recentre(line: _Line, cells: NDArray[np.uint8], spacing: Floats, step: float) -> None:
    """Own sections to their centroid, then the line smoothed; shared ones follow their ends."""
    own = np.flatnonzero(~line.shared)
    if len(line.points) < 2:  # noqa: PLR2004
        return
    tangent = np.gradient(line.points, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    rays, first, second = cast_rays(
        cells, line.points[own], tangent[own], 3.0 * line.radius[own] + 3.0 * spacing.max(), spacing
    )
    inside = rays.max(axis=1) > 0.0
    shift, area = find_centroids(rays)
    moved = shift[:, :1] * first + shift[:, 1:] * second
    limit = np.maximum(0.5 * line.radius[own], step)[:, None]
    size = np.linalg.norm(moved, axis=1, keepdims=True)
    moved *= np.minimum(1.0, limit / np.maximum(size, 1e-12))
    line.points[own[inside]] += moved[inside]
    line.radius[own[inside]] = np.sqrt(area[inside] / np.pi)
    low, high = own[0], own[-1] + 1
    spacing_now = float(np.median(np.linalg.norm(np.diff(line.points, axis=0), axis=1)))
    line.points[low:high] = _smooth(line.points[low:high], line.radius[own], spacing_now)


def cast_rays(
    cells: NDArray[np.uint8], points: Floats, tangent: Floats, reach: Floats, spacing: Floats
) -> tuple[Floats, Floats, Floats]:
    """(n, RAYS) mm to the wall in the plane across each tangent, and its two axes, (n, 3) mm.

    Args:
        cells: the mask with a rim of one voxel.
        points: (n, 3) mm of the lattice without the rim.
        tangent: (n, 3) unit.
        reach: (n,) mm; a ray that finds no wall counts as so long, then is capped.
        spacing: (3,) mm.
    """
    smallest = np.eye(3)[np.abs(tangent).argmin(axis=1)]
    first = np.cross(tangent, smallest)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(tangent, first)
    angle = 2.0 * np.pi * np.arange(RAYS) / RAYS
    turns = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    rays = np.empty((len(points), RAYS))
    sections.cast(
        cells, np.ascontiguousarray(points / spacing + 1.0), first / spacing, second / spacing,
        reach, 0.5 * float(spacing.min()), turns, rays,
    )  # fmt: skip
    cap = _CAP * np.median(rays, axis=1, keepdims=True)
    return np.minimum(rays, cap), first, second


def find_centroids(rays: Floats) -> tuple[Floats, Floats]:
    """(n, 2) centroid of the section of each fan of rays, in its plane, and (n,) its area."""
    angle = 2.0 * np.pi * np.arange(RAYS) / RAYS
    x, y = rays * np.cos(angle), rays * np.sin(angle)
    nx, ny = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    cross = x * ny - nx * y
    # Sectors instead of triangles: a round wall bulges beyond the chord between two rays.
    bulge = (2.0 * np.pi / RAYS) / np.sin(2.0 * np.pi / RAYS)
    area = 0.5 * cross.sum(axis=1)
    whole = np.maximum(6.0 * area, 1e-12)
    shift = np.stack([((x + nx) * cross).sum(axis=1), ((y + ny) * cross).sum(axis=1)], axis=1)
    return shift / whole[:, None], area * bulge


def _place_nodes(
    skeleton: Skeleton, lines: Sequence[_Line], degree: NDArray[np.intp], spacing: Floats
) -> Floats:
    """Junctions where the axes of their branches pass each other nearest; ends where they are."""
    nodes = skeleton.nodes * spacing
    for node in np.flatnonzero(degree > 1):
        matrix = _PULL * np.eye(3)
        right = _PULL * nodes[node]
        widest = 0.0
        for strand, line in zip(skeleton.strands, lines, strict=True):
            own = np.flatnonzero(~line.shared)
            for end, order in ((strand.start, own), (strand.end, own[::-1])):
                if end != node:
                    continue
                widest = max(widest, float(line.radius[order[0]]))
                way = _axis(line.points[order], line.radius[order[0]])
                if way is None:
                    continue
                across = np.eye(3) - np.outer(way, way)
                matrix += across
                right += across @ line.points[order[0]]
        place = np.linalg.solve(matrix, right)
        away = place - nodes[node]
        far = float(np.linalg.norm(away))
        nodes[node] += away * min(1.0, 1.5 * widest / max(far, 1e-12))
    return nodes


def _axis(points: Floats, radius: float) -> Floats | None:
    """Unit direction of the first stretch of two diameters; None of a single point."""
    way = _along(points)
    near = points[way <= max(4.0 * radius, way[min(2, len(way) - 1)])]
    if len(near) < 2:  # noqa: PLR2004
        return None
    _, _, axes = np.linalg.svd(near - near.mean(axis=0))
    found: Floats = axes[0]
    return found


def _finish(
    strand: Strand, line: _Line, nodes: Floats, degree: NDArray[np.intp], scene: Scene
) -> tuple[Floats, Floats]:
    """From node to node: shared sections on a straight way, ends out to the last whole ball."""
    own = np.flatnonzero(~line.shared)
    points, radius = line.points[own], line.radius[own]
    step = float(scene[1].min())
    if degree[strand.start] > 1:
        points, radius = _lead(points, radius, nodes[strand.start], step)
    else:
        points, radius = _extend(points, radius, scene)
    points, radius = points[::-1], radius[::-1]
    if degree[strand.end] > 1:
        points, radius = _lead(points, radius, nodes[strand.end], step)
    else:
        points, radius = _extend(points, radius, scene)
    return points[::-1].copy(), radius[::-1].copy()


def _lead(points: Floats, radius: Floats, node: Floats, step: float) -> tuple[Floats, Floats]:
    """Straight from ``node`` to the first own section, as wide as that."""
    gap = float(np.linalg.norm(points[0] - node))
    count = int(np.ceil(gap / step))
    if gap <= 1e-3 * step:
        return np.vstack([node[None], points[1:]]), radius
    share = np.arange(count)[:, None] / count
    lead = node + share * (points[0] - node)
    return np.vstack([lead, points]), np.concatenate([np.full(count, radius[0]), radius])


def _extend(points: Floats, radius: Floats, scene: Scene) -> tuple[Floats, Floats]:
    """On along the axis to where the last whole ball fits, or out of the scan."""
    cells, spacing, edges = scene
    step = float(spacing.min())
    way = _axis(points, float(radius[0]))
    if way is None:
        return points, radius
    if len(points) > 1 and way @ (points[0] - points[min(len(points) - 1, 3)]) < 0.0:
        way = -way
    # The last sections are tilted by the cap: they are read where the vessel is whole.
    whole = int(np.argmax(_along(points) >= radius[0])) if _along(points)[-1] > radius[0] else 0
    points, radius = points[whole:], np.maximum(radius[whole:], 1e-6)
    ray = np.empty((1, 1))
    limit = 4.0 * float(radius[0])
    sections.cast(
        cells, np.ascontiguousarray(points[:1] / spacing + 1.0), way[None] / spacing,
        way[None] / spacing, np.array([limit]), 0.5 * step, np.array([[1.0, 0.0]]), ray,
    )  # fmt: skip
    far = float(ray[0, 0])
    out = _way_out(points[0], way, edges)
    far = out if out <= far else far - float(radius[0])
    count = int(far / step)
    if count < 1:
        return points, radius
    more = points[0] + (np.arange(count, 0, -1) * (far / count))[:, None] * way
    return np.vstack([more, points]), np.concatenate([np.full(count, radius[0]), radius])


def _way_out(place: Floats, way: Floats, edges: Floats) -> float:
    """From ``place`` along the unit ``way`` to the last voxel centres of the scan, mm."""
    ahead = np.where(way > 0.0, edges[1], edges[0]) - place
    moving = np.abs(way) > 1e-9  # noqa: PLR2004
    return max(0.0, float((ahead[moving] / way[moving]).min()))
