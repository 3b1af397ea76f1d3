"""Conditions: where a body is held, how far it is moved there, and what pushes elsewhere.

Everything is told at nodes. Faces become nodes by ``outer_faces``: the faces of some voxels that
look one way and have nothing before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.formatting import short_repr
from seldinger.physics.elastic.body import corner_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Vector
    from seldinger.physics.elastic.body import Body

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_NULL = 1e-9
"""Share of the stiffest below which a rigid motion counts as free."""
_BALANCED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What is held and what pushes, (a + 1, b + 1, c + 1, 3) each, components along i, j, k.

    Attributes:
        held: which components are prescribed.
        displacement_mm: of those; elsewhere not read.
        force_n: on the others; on held ones it goes into what holds them.
    """

    held: Mask
    displacement_mm: Floats
    force_n: Floats

    __repr__ = short_repr

    @classmethod
    def free(cls, body: Body) -> Conditions:
        """Nothing held, nothing that pushes: to be filled."""
        shape = body.node_shape
        return cls(np.zeros(shape, dtype=np.bool_), np.zeros(shape), np.zeros(shape))

    def check(self, body: Body) -> None:
        """Refuse what is no condition of ``body``.

        Raises:
            ValueError: a shape that is not the body's, a number that is not finite, a force where
                there is nothing.
        """
        for name in ("held", "displacement_mm", "force_n"):
            given = getattr(self, name)
            if given.shape != body.node_shape or not np.isfinite(given).all():
                raise ValueError(
                    f"{name} is finite and of the nodes' shape {body.node_shape}, got "
                    f"{given.shape}: start from Conditions.free(body)"
                )
        if self.force_n[~corner_any(body.solid)].any():
            raise ValueError("a force pushes where there is nothing: put it on a voxel's corner")


def outer_faces(body: Body, cells: Mask, axis: int, side: int) -> Mask:
    """(a, b, c) those of ``cells`` whose face looks out of the body.

    Args:
        body: which body.
        cells: (a, b, c); what lies outside the body is not counted.
        axis: of the grid, 0 to 2.
        side: -1 towards lower index, 1 towards higher.
    """
    solid = body.solid
    beyond = np.zeros_like(solid)
    ahead, behind = [slice(None)] * 3, [slice(None)] * 3
    ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
    to, of = (behind, ahead) if side > 0 else (ahead, behind)
    beyond[tuple(to)] = solid[tuple(of)]
    found: Mask = solid & cells & ~beyond
    return found


def face_nodes(faces: Mask, axis: int, side: int) -> NDArray[np.int64]:
    """(a + 1, b + 1, c + 1) how many of ``faces`` meet at each corner.

    Args:
        faces: (a, b, c) voxels, see ``outer_faces``.
        axis: across the faces.
        side: which way they look, -1 or 1.
    """
    a, b, c = faces.shape
    out = np.zeros((a + 1, b + 1, c + 1), dtype=np.int64)
    for n in range(4):
        offset = [n // 2, n % 2]
        offset.insert(axis, 1 if side > 0 else 0)
        i, j, k = offset
        out[i : i + a, j : j + b, k : k + c] += faces
    return out


def traction_force_n(
    body: Body, cells: Mask, axis: int, side: int, traction_mpa: Sequence[float]
) -> Floats:
    """Nodal forces of an even traction on the outer faces of ``cells``.

    Args:
        body: which body.
        cells: (a, b, c).
        axis: across the faces.
        side: which way they look, -1 or 1.
        traction_mpa: (3,) force per area along i, j, k.

    Raises:
        ValueError: no such face.
    """
    faces = outer_faces(body, cells, axis, side)
    if not faces.any():
        raise ValueError(f"no voxel of the mask has an outer face on side {side} of axis {axis}")
    area = float(np.prod(np.delete(np.array(body.grid.spacing_mm), axis)))
    quarter = 0.25 * area * face_nodes(faces, axis, side)
    return np.asarray(quarter[..., None] * np.asarray(traction_mpa, dtype=np.float64))


def drop_idle(body: Body, conditions: Conditions) -> tuple[Body, tuple[str, ...]]:
    """The body without parts that nothing holds and nothing pushes, and a note of them.

    Parts are of voxels that share faces: an edge or a corner carries no moment.

    Raises:
        ValueError: something pushes a part that is free to move that way.
    """
    labels, count = scipy.ndimage.label(body.solid)
    nodes = conditions.held | (conditions.force_n != 0.0)
    used = nodes.any(axis=3)
    idle = []
    for number, box in enumerate(scipy.ndimage.find_objects(labels), start=1):
        cells = labels[box] == number
        here = tuple(slice(s.start, s.stop + 1) for s in box)
        corners = corner_any(cells)
        if not used[here][corners].any():
            idle.append(number)
            continue
        told = f"part {number} of {count}"
        _check_balance(conditions, here, corners, body.grid.spacing_mm, told)
    if not idle:
        return body, ()
    if len(idle) == count:
        raise ValueError("nothing holds the body and nothing pushes it: give conditions")
    dropped = np.isin(labels, idle)
    volume = float(dropped.sum()) * body.grid.voxel_ml * 1000.0
    note = f"{len(idle)} parts that hang on nothing were left out, {volume:.3g} mm3"
    return body.without(dropped), (note,)


def _check_balance(
    conditions: Conditions, here: tuple[slice, ...], corners: Mask, spacing_mm: Vector, told: str
) -> None:
    """Refuse a part that what pushes it can move freely."""
    held, force = conditions.held[here][corners], conditions.force_n[here][corners]
    if not force[~held].any():
        return
    places: Floats = np.argwhere(corners) * np.array(spacing_mm)
    places -= places.mean(axis=0, dtype=np.float64)
    # Of length about one, so that shifts and turns can be compared.
    rigid = rigid_motions(places / np.abs(places).max())
    stuck = rigid * held[..., None]
    values, vectors = np.linalg.eigh(np.einsum("ncm,ncl->ml", stuck, stuck))
    loose = vectors[:, values <= _NULL * max(float(values.max()), 1.0)]
    work = np.einsum("ncm,nc->m", rigid, np.where(held, 0.0, force)) @ loose
    if (np.abs(work) > _BALANCED * np.abs(force).sum()).any():
        raise ValueError(
            f"{told} hangs on nothing that resists its load: hold it, or balance the forces on it"
        )


def rigid_motions(places: Floats) -> Floats:
    """(n, 3, 6) displacement of points (n, 3) in the three shifts and the three turns."""
    out = np.zeros((len(places), 3, 6))
    for axis in range(3):
        out[:, axis, axis] = 1.0
        p, q = (axis + 1) % 3, (axis + 2) % 3
        out[:, p, 3 + axis], out[:, q, 3 + axis] = -places[:, q], places[:, p]
    return out
