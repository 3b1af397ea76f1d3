"""Compress: a body between two stiff, parallel platens, as in a testing machine.

The faces of the end voxels that look outward lie on the platens, whatever their height: as if
embedded. With friction they do not slide; without, they do, and the body may float sideways.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.formatting import short_repr
from seldinger.physics.elastic.body import corner_any
from seldinger.physics.elastic.conditions import Conditions, face_nodes, outer_faces, rigid_motions
from seldinger.physics.elastic.solve import Solution, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.elastic.body import Body
    from seldinger.physics.elastic.solve import ElasticSettings

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_AXES = (0, 1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Voxels that touch the platens, (a, b, c) each.

    Attributes:
        low: towards lower index.
        high: towards higher index.
    """

    low: Mask
    high: Mask

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Compression:
    """A body between platens.

    Attributes:
        solution: its displacement and the rest.
        axis: of the grid, along which it was compressed.
        shortening_mm: by which the platens approached.
        force_n: between platens and body; positive pushes. The sum of the reactions of either,
            taken from the work that it does.
    """

    solution: Solution
    axis: int
    shortening_mm: float
    force_n: float

    __repr__ = short_repr

    @property
    def stiffness_n_per_mm(self) -> float:
        """Force over shortening."""
        return self.force_n / self.shortening_mm

    def scaled(self, factor: float) -> Compression:
        """The same at ``factor`` times the load: everything is linear."""
        s, c = self.solution, self.solution.conditions
        conditions = replace(c, displacement_mm=factor * c.displacement_mm)
        solution = replace(
            s,
            conditions=conditions,
            displacement_mm=factor * s.displacement_mm,
            reaction_n=factor * s.reaction_n,
            energy_nmm=factor**2 * s.energy_nmm,
        )
        return Compression(solution, self.axis, factor * self.shortening_mm, factor * self.force_n)


def end_layers(body: Body, axis: int, depth: int = 1) -> Ends:
    """The first and the last ``depth`` layers of voxels that hold anything.

    Raises:
        ValueError: the axis is none, the layers leave nothing between.
    """
    _check_axis(axis)
    others = tuple(a for a in _AXES if a != axis)
    layers = np.flatnonzero(body.solid.any(axis=others))
    first, last = int(layers[0]), int(layers[-1])
    if depth < 1 or last - first + 1 <= 2 * depth:
        raise ValueError(
            f"two ends of {depth} layers leave nothing of {last - first + 1} along axis {axis}"
        )
    low, high = np.zeros_like(body.solid), np.zeros_like(body.solid)
    np.moveaxis(low, axis, 0)[first : first + depth] = True
    np.moveaxis(high, axis, 0)[last - depth + 1 : last + 1] = True
    return Ends(low & body.solid, high & body.solid)


def compress(
    body: Body,
    ends: Ends,
    axis: int,
    shortening_mm: float,
    *,
    friction: bool,
    settings: ElasticSettings | None = None,
    start_mm: Floats | None = None,
) -> Compression:
    """Bring the platens together by ``shortening_mm``; negative pulls them apart.

    Args:
        body: parts that do not reach from one platen to the other are left out, with a note.
        ends: voxels on the platens.
        axis: of the grid, along which the platens move.
        shortening_mm: not 0.
        friction: whether the ends stick to the platens, or slide without resistance.
        settings: None: as they stand.
        start_mm: (a + 1, b + 1, c + 1, 3) to begin from; None: an even shortening.

    Raises:
        ValueError: an end that is empty, of another shape or exchanged with the other, ends that
            touch, a body that does not reach from one to the other.
        SimulationError: see ``solve``.
    """
    if not (np.isfinite(shortening_mm) and shortening_mm != 0.0):
        raise ValueError(f"shortening_mm is finite and not 0, got {shortening_mm}")
    _check_ends(body, ends, axis)
    body, notes = _drop_idle(body, ends)
    low, high = _contact(body, ends, axis)
    conditions = Conditions.free(body)
    for nodes, moved in ((low, 0.0), (high, -shortening_mm)):
        conditions.held[nodes, axis] = True
        conditions.displacement_mm[nodes, axis] = moved
        if friction:
            conditions.held[nodes] = True
    if start_mm is None:
        start_mm = _even(body, low, high, axis, shortening_mm)
    solution = solve(body, conditions, settings, start_mm)
    solution = replace(solution, notes=notes + solution.notes)
    if not friction:
        solution = replace(solution, displacement_mm=_settle(solution, axis))
    # By its work, whose error is the square of the solution's; that of reactions is as large.
    force = 2.0 * solution.energy_nmm / shortening_mm
    return Compression(solution, axis, shortening_mm, force)


def load(
    body: Body,
    ends: Ends,
    axis: int,
    force_n: float,
    *,
    friction: bool,
    settings: ElasticSettings | None = None,
    start_mm: Floats | None = None,
) -> Compression:
    """Push the platens together with ``force_n``; negative pulls. They stay parallel.

    Args:
        body: as the rest, see ``compress``.
        ends: voxels on the platens.
        axis: of the grid, along which the platens move.
        force_n: not 0.
        friction: whether the ends stick to the platens.
        settings: None: as they stand.
        start_mm: nodes, (a + 1, b + 1, c + 1, 3), a displacement to begin from.

    Raises:
        ValueError: as ``compress``.
        SimulationError: see ``solve``.
    """
    if not (np.isfinite(force_n) and force_n != 0.0):
        raise ValueError(f"force_n is finite and not 0, got {force_n}")
    # A thousandth of the length, only to have some; everything is linear.
    unit = 1e-3 * body.grid.shape[axis] * body.grid.spacing_mm[axis] if axis in _AXES else 1.0
    done = compress(body, ends, axis, unit, friction=friction, settings=settings, start_mm=start_mm)
    return done.scaled(force_n / done.force_n)


def _check_axis(axis: int) -> None:
    if axis not in _AXES:
        raise ValueError(f"an axis of the grid is 0, 1 or 2, got {axis}")


def _check_ends(body: Body, ends: Ends, axis: int) -> None:
    _check_axis(axis)
    places = []
    for name in ("low", "high"):
        end = getattr(ends, name)
        if end.shape != body.grid.shape or end.dtype != np.bool_:
            raise ValueError(
                f"the {name} end is a mask of shape {body.grid.shape}, got {end.dtype} of "
                f"{end.shape}"
            )
        if not (end & body.solid).any():
            raise ValueError(f"the {name} end holds no voxel of the body: nothing to push on")
        places.append(float(np.nonzero(end & body.solid)[axis].mean()))
    if places[0] >= places[1]:
        raise ValueError(
            f"the low end lies at index {places[0]:.1f} of axis {axis}, the high one at "
            f"{places[1]:.1f}: are they exchanged, or is the axis another?"
        )
    if (scipy.ndimage.binary_dilation(ends.low, np.ones((3, 3, 3))) & ends.high).any():
        raise ValueError("the two ends touch: leave voxels between them that can be compressed")


def _drop_idle(body: Body, ends: Ends) -> tuple[Body, tuple[str, ...]]:
    """The body without parts that do not reach from end to end, and a note of them."""
    labels, count = scipy.ndimage.label(body.solid)
    reach = np.intersect1d(labels[ends.low], labels[ends.high])
    reach = reach[reach > 0]
    if not reach.size:
        raise ValueError(
            f"none of the body's {count} parts reaches from one end to the other: nothing carries "
            "a load; a gap one voxel wide is enough for that"
        )
    dropped = body.solid & ~np.isin(labels, reach)
    if not dropped.any():
        return body, ()
    volume = float(dropped.sum()) * body.grid.voxel_ml * 1000.0
    parts = count - reach.size
    return body.without(dropped), (
        f"{parts} parts of {volume:.3g} mm3 that do not reach from end to end were left out",
    )


def _contact(body: Body, ends: Ends, axis: int) -> tuple[Mask, Mask]:
    """Nodes on the two platens."""
    low = face_nodes(outer_faces(body, ends.low, axis, -1), axis, -1) > 0
    high = face_nodes(outer_faces(body, ends.high, axis, 1), axis, 1) > 0
    for name, nodes in (("low", low), ("high", high)):
        if not nodes.any():
            raise ValueError(
                f"no voxel of the {name} end has a face that looks outward: all lie deep"
            )
    if (low & high).any():
        raise ValueError("the two ends touch: leave voxels between them that can be compressed")
    return low, high


def _even(body: Body, low: Mask, high: Mask, axis: int, shortening_mm: float) -> Floats:
    """An even shortening between the mean heights of the platens."""
    start = np.zeros(body.node_shape)
    first, last = (float(np.nonzero(n)[axis].mean()) for n in (low, high))
    share = (np.arange(body.node_shape[axis]) - first) / (last - first)
    shape = [-1 if a == axis else 1 for a in _AXES]
    start[..., axis] = (-shortening_mm * np.clip(share, 0.0, 1.0)).reshape(shape)
    return start


def _settle(solution: Solution, axis: int) -> Floats:
    """Displacement less the drift sideways and the turn about the axis that nothing holds."""
    u = solution.displacement_mm.copy()
    there = corner_any(solution.body.solid)
    places = np.argwhere(there) * np.array(solution.body.grid.spacing_mm)
    motions = rigid_motions(places - places.mean(axis=0))
    free = [a for a in _AXES if a != axis] + [3 + axis]
    base = motions[:, :, free].reshape(-1, 3)
    share, *_ = np.linalg.lstsq(base, u[there].reshape(-1), rcond=None)
    u[there] -= (base @ share).reshape(-1, 3)
    return u
