"""Extract: a mask of vessels becomes centrelines with radii, directed from a root to its leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vessels.centre import centre
from seldinger.anatomy.vessels.direct import choose_root, direct
from seldinger.anatomy.vessels.skeleton import trace_skeleton
from seldinger.anatomy.vessels.tidy import tidy
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr
from seldinger.core.shapes import SAME_MM, Curve
from seldinger.core.tree import Edge, Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.anatomy.vessels.centre import Centred, Floats
    from seldinger.anatomy.vessels.skeleton import Skeleton
    from seldinger.anatomy.vessels.tidy import Tidied
    from seldinger.core.space import Grid, Points
    from seldinger.core.volume import Mask

_LEAST_SPACING_MM = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Centrelines:
    """Vessels that were traced in a mask.

    Attributes:
        tree: every part of the mask that is longer than wide; radii are those of discs as large
            as the sections.
        root: node of ``tree`` that the blood comes from, or is taken to.
        unreached: nodes at ends that nothing connects with the root.
        cut: nodes at ends where the scan ends, not the vessel.
        notes: what was filled, cut or left out, for a reader.
    """

    tree: Tree
    root: int
    unreached: tuple[int, ...]
    cut: tuple[int, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr


def extract_centrelines(
    mask: Mask,
    grid: Grid,
    root_lps_mm: Sequence[float] | None = None,
    least_branch_mm: float = 0.0,
    drain: Mask | None = None,
) -> Centrelines:
    """Trace the vessels of ``mask``; loops are kept, parts are not joined.

    Args:
        mask: (i, j, k), true in the lumen.
        grid: of the mask.
        root_lps_mm: (3,) near the end that feeds the rest; None takes the widest end.
        least_branch_mm: branches that leave their parent by less are cut; bumps of the wall are
            cut in any case.
        drain: (i, j, k), the part of ``mask`` that blood leaves by: no end in it is a root.

    Raises:
        AnatomyError: the mask is empty or of another shape, its voxels are as small as if metres
            were taken for millimetres, nothing in it is longer than wide, or the root is nowhere
            near an end.
    """
    _check(mask, grid)
    spacing = np.asarray(grid.spacing_mm)
    hit = [np.flatnonzero(mask.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    low = np.array([axis[0] for axis in hit])
    high = np.array([axis[-1] for axis in hit])
    box, holes = _fill(mask[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))])
    # A vessel that the scan cuts is led on, else its flat end would grow two horns.
    ahead = _reach_out(box, low == 0, high == np.array(mask.shape) - 1)
    solid = np.pad(box, ahead, mode="edge")
    low = low - ahead[:, 0]
    lattice = np.stack([-low, np.array(mask.shape) - 1 - low])
    cleared = tidy(trace_skeleton(solid, spacing, lattice), solid, spacing, least_branch_mm)
    if not cleared.skeleton.strands:
        raise AnatomyError(
            f"the mask of {int(mask.sum())} voxels has no part that is longer than wide: vessels "
            "were expected; choose the label of a vessel, or a finer image"
        )
    lines = centre(cleared.skeleton, solid, spacing, lattice * spacing)
    tree = _build(lines, cleared.skeleton, low, grid)
    cut = _find_cut(tree, grid)
    draining = _find_within(tree, grid, drain)
    root = choose_root(tree, root_lps_mm, cut, draining)
    directed, unreached = direct(tree, root, draining)
    notes = _describe(holes, cleared, directed, unreached, root, cut)
    return Centrelines(directed, root, unreached, cut, notes)


def _check(mask: Mask, grid: Grid) -> None:
    if mask.shape != grid.shape or mask.dtype != np.bool_:
        raise AnatomyError(
            f"a vessel mask of {mask.dtype} and shape {mask.shape} was given for a grid of "
            f"{grid.shape}; it is boolean and of the grid's shape"
        )
    if not mask.any():
        raise AnatomyError("the vessel mask is empty: choose a label that is there")
    least = min(grid.spacing_mm)
    if least < _LEAST_SPACING_MM:
        raise AnatomyError(
            f"voxels are {least:g} mm wide; vessels are traced on {_LEAST_SPACING_MM:g} mm and "
            "more: if the file is in metres, scale it to millimetres"
        )


def _fill(box: Mask) -> tuple[Mask, int]:
    """``box`` without closed cavities, and how many voxels they had."""
    air, count = scipy.ndimage.label(~np.pad(box, 1))
    if count <= 1:
        return box, 0
    solid: Mask = (air != air[0, 0, 0])[1:-1, 1:-1, 1:-1]
    return solid, int(solid.sum() - box.sum())


def _reach_out(box: Mask, first: NDArray[np.bool_], last: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(3, 2) voxels by which ``box`` goes on beyond the scan, where the scan cuts it."""
    ahead = np.zeros((3, 2), dtype=np.intp)
    for axis in range(3):
        for side, touches in ((0, first[axis]), (1, last[axis])):
            if touches:
                face = np.take(box, -side, axis=axis)
                labels, _ = scipy.ndimage.label(face)
                widest = np.sqrt(np.bincount(labels.ravel())[1:].max() / np.pi)
                ahead[axis, side] = int(np.ceil(2.0 * widest)) + 3
    return ahead


def _build(lines: Centred, skeleton: Skeleton, low: NDArray[np.intp], grid: Grid) -> Tree:
    """The tree in LPS mm."""
    spacing = np.asarray(grid.spacing_mm)

    def place(points: Floats) -> Points:
        return grid.to_lps(points / spacing + low)

    edges = []
    for strand, points, radius in zip(skeleton.strands, lines.points, lines.radius, strict=True):
        apart = np.linalg.norm(np.diff(points, axis=0), axis=1) > 2.0 * SAME_MM
        kept = np.concatenate([[True], apart])
        if kept.sum() < 2:  # noqa: PLR2004
            continue
        curve = place(points[kept])
        # The last point is the node itself, whatever was left out before it.
        curve[-1] = place(points[-1:])[0]
        wide = np.maximum(radius[kept], 0.5 * spacing.min())
        edges.append(Edge(strand.start, strand.end, Curve(curve, wide)))
    used = sorted({node for edge in edges for node in (edge.start, edge.end)})
    number = {node: n for n, node in enumerate(used)}
    renamed = tuple(Edge(number[e.start], number[e.end], e.curve) for e in edges)
    return Tree(place(lines.nodes[used]), renamed)


def _find_cut(tree: Tree, grid: Grid) -> tuple[int, ...]:
    """Ends within a voxel of the rim of the scan."""
    index = grid.to_index(tree.nodes_lps_mm)
    rim = (index < 1.0) | (index > np.array(grid.shape) - 2.0)
    return tuple(int(n) for n in np.flatnonzero((tree.degree == 1) & rim.any(axis=1)))


def _find_within(tree: Tree, grid: Grid, drain: Mask | None) -> tuple[int, ...]:
    """Nodes in ``drain`` or beside it: the end of a line may lie half a voxel outside."""
    if drain is None:
        return ()
    wide = scipy.ndimage.binary_dilation(drain)
    index = np.rint(grid.to_index(tree.nodes_lps_mm)).astype(int)
    index = np.clip(index, 0, np.array(grid.shape) - 1)
    return tuple(int(n) for n in np.flatnonzero(wide[tuple(index.T)]))


def _describe(
    holes: int,
    cleared: Tidied,
    tree: Tree,
    unreached: Sequence[int],
    root: int,
    cut: Sequence[int],
) -> tuple[str, ...]:
    notes = []
    if holes:
        notes.append(f"{holes} voxels of closed holes in the mask were filled.")
    if cleared.pinholes:
        notes.append(f"{cleared.pinholes} loops around holes of a voxel in the mask were closed.")
    if cleared.twigs:
        notes.append(f"{cleared.twigs} bumps of the wall were not taken for branches.")
    if cleared.lumps:
        notes.append(f"{cleared.lumps} parts of the mask are no longer than wide: left out.")
    parts = tree.parts
    if len(parts) > 1:
        where = "; ".join(
            "({:.0f}, {:.0f}, {:.0f})".format(*tree.nodes_lps_mm[node]) for node in unreached[:6]
        )
        more = f" and {len(unreached) - 6} more" if len(unreached) > 6 else ""  # noqa: PLR2004
        notes.append(
            f"The mask has {len(parts)} parts; no vessel connects the root with the ends at "
            f"{where}{more} (LPS mm). They are kept as they are, never joined by a straight line."
        )
    rings = len(tree.edges) - len(tree.nodes_lps_mm) + len(parts)
    if rings:
        notes.append(
            f"{rings} loops were kept: vessels that join again, or neighbours that touch in the "
            "mask."
        )
    leaves = [n for n in cut if n != root]
    if leaves:
        notes.append(f"{len(leaves)} vessels run out of the scan; what lies beyond is unknown.")
    return tuple(notes)
