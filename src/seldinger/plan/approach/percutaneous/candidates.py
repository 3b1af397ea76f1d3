"""Candidates: every true skin voxel, its normal, and the position that exposes it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.model import Skin
from seldinger.core.errors import PlanError
from seldinger.image.study import PatientPosition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.space import Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed

UP: dict[PatientPosition, tuple[float, float, float]] = {
    PatientPosition.SUPINE: (0.0, -1.0, 0.0),
    PatientPosition.PRONE: (0.0, 1.0, 0.0),
    PatientPosition.LEFT_LATERAL: (-1.0, 0.0, 0.0),
    PatientPosition.RIGHT_LATERAL: (1.0, 0.0, 0.0),
}
"""Which LPS direction points to the ceiling."""

POSITIONS = tuple(PatientPosition)

SMOOTH_VOXELS = 2.0
"""Blur of a mask before its normals are read: wide enough to hide the voxel staircase."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Entries and what is known of them before any ray is cast; n of them.

    Attributes:
        index: (n, 3) float32 index coordinates.
        lps_mm: (n, 3).
        normals: (n, 3) outward unit normals of the skin.
        outward: (n, 3) unit vectors from the aim to the entry: where the hub will be.
        depth_mm: (n,) entry to aim.
        tilt_deg: (n,) unsigned angle out of the axial plane.
        axial_angle_deg: (n,) signed angle to the vertical in the axial plane, 0 = from the front,
            positive towards the patient's left.
        skin_angle_deg: (n,) angle between needle and skin normal.
        position: (n,) index into ``POSITIONS``.
        provisional: (n,) true where that position was not scanned.
    """

    index: NDArray[np.float32]
    lps_mm: Points
    normals: Points
    outward: Points
    depth_mm: NDArray[np.float64]
    tilt_deg: NDArray[np.float64]
    axial_angle_deg: NDArray[np.float64]
    skin_angle_deg: NDArray[np.float64]
    position: NDArray[np.int64]
    provisional: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.depth_mm)

    def keep(self, rows: NDArray[np.bool_]) -> Candidates:
        """Those of ``rows``, (n,), alone."""
        kept = {f.name: np.ascontiguousarray(getattr(self, f.name)[rows]) for f in fields(self)}
        return Candidates(**kept)


def compute_normals(mask: Mask, index: NDArray[np.intp]) -> Points:
    """Outward unit normals of ``mask`` at voxels ``index``, shape (n, 3)."""
    soft = scipy.ndimage.gaussian_filter(
        mask.astype(np.float32), SMOOTH_VOXELS, truncate=3.0, mode="nearest"
    )
    normals = np.empty(index.shape, dtype=np.float64)
    for axis in range(3):
        ahead, behind = index.copy(), index.copy()
        ahead[:, axis] = np.minimum(index[:, axis] + 1, mask.shape[axis] - 1)
        behind[:, axis] = np.maximum(index[:, axis] - 1, 0)
        normals[:, axis] = soft[tuple(behind.T)] - soft[tuple(ahead.T)]
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.where(length > 0.0, length, 1.0)


def list_skin_entries(anatomy: Anatomy, aim_lps_mm: Vector, assumed: Assumed) -> Candidates:
    """All open skin, and skin on the table that turning the patient would expose."""
    index = _true_skin(anatomy)
    contact = anatomy.skin[tuple(index.T)] == Skin.TABLE_CONTACT
    return describe_entries(anatomy, index, contact, aim_lps_mm, assumed)


def _true_skin(anatomy: Anatomy) -> NDArray[np.intp]:
    """(n, 3) voxels of skin: not an arm, not where the scan or its field of view ends."""
    usable = (anatomy.skin == Skin.OPEN) | (anatomy.skin == Skin.TABLE_CONTACT)
    index = np.argwhere(usable)
    if not len(index):
        raise PlanError(
            "no true skin was found: the field of view cuts the body, or none is in the scan; "
            "use a scan that reaches the skin"
        )
    return index


def find_entry_near(
    anatomy: Anatomy, entry_lps_mm: Vector, aim_lps_mm: Vector, assumed: Assumed
) -> Candidates:
    """The user's own entry, on the nearest true skin.

    Raises:
        PlanError: the entry lies too far off the skin.
    """
    far_mm = 10.0
    index = _true_skin(anatomy)
    distance = np.linalg.norm(anatomy.grid.to_lps(index) - np.asarray(entry_lps_mm), axis=1)
    nearest = int(np.argmin(distance))
    chosen = index[nearest : nearest + 1]
    if distance[nearest] > far_mm:
        there = ", ".join(f"{x:.1f}" for x in anatomy.grid.to_lps(chosen)[0])
        raise PlanError(
            f"the entry {entry_lps_mm} is {distance[nearest]:.0f} mm from the skin (arms, and ends "
            f"of the scan, are none); allowed are {far_mm:.0f} mm; the nearest skin is at {there} "
            "mm LPS"
        )
    contact = anatomy.skin[tuple(chosen.T)] == Skin.TABLE_CONTACT
    return describe_entries(anatomy, chosen, contact, aim_lps_mm, assumed)


def describe_entries(
    anatomy: Anatomy,
    index: NDArray[np.intp],
    contact: NDArray[np.bool_],
    aim_lps_mm: Vector,
    assumed: Assumed,
) -> Candidates:
    """Angles, depth and position of the entries at voxels ``index``, (n, 3).

    ``contact``: (n,) which of them lie on the table.
    """
    lps = anatomy.grid.to_lps(index)
    normals = compute_normals(anatomy.body, index)
    away = lps - np.asarray(aim_lps_mm)
    depth = np.linalg.norm(away, axis=1)
    outward = away / np.maximum(depth, 1e-6)[:, None]
    cosine = np.clip((outward * normals).sum(axis=1), -1.0, 1.0)
    position, provisional = _positions(anatomy, outward, contact, assumed)
    return Candidates(
        index.astype(np.float32),
        lps,
        normals,
        outward,
        depth,
        np.degrees(np.arcsin(np.clip(np.abs(outward[:, 2]), 0.0, 1.0))),
        np.degrees(np.arctan2(outward[:, 0], -outward[:, 1])),
        np.degrees(np.arccos(cosine)),
        position,
        provisional,
    )


def pierce_skin(
    found: Candidates, anatomy: Anatomy, aim_lps_mm: Vector, axis: Points
) -> Candidates:
    """``found`` with one more entry, first: where a line meets the skin between voxels.

    The skin there is that of the entry next to it: nothing is added where none is near the line.

    Args:
        found: entries, on voxels.
        anatomy: whose skin it is.
        aim_lps_mm: where the line ends.
        axis: (3,) unit, out of the patient.
    """
    aim = np.asarray(aim_lps_mm)
    beside = np.linalg.norm(found.lps_mm - aim - found.depth_mm[:, None] * axis, axis=1)
    near = int(np.argmin(beside)) if len(found) else 0
    if not len(found) or beside[near] > anatomy.grid.spacing_mm[0]:
        return found
    depth = float((found.lps_mm[near] - aim) @ axis)
    point = (aim + depth * axis)[None]
    cosine = np.clip((axis * found.normals[near]).sum(), -1.0, 1.0)
    own = Candidates(
        anatomy.grid.to_index(point).astype(np.float32),
        point,
        found.normals[near : near + 1],
        axis[None].astype(np.float64),
        np.array([depth]),
        np.degrees(np.arcsin(np.clip(np.abs(axis[2:3]), 0.0, 1.0))),
        np.degrees(np.arctan2(axis[0:1], -axis[1:2])),
        np.degrees(np.arccos(np.array([cosine]))),
        found.position[near : near + 1],
        found.provisional[near : near + 1],
    )
    joined = {
        f.name: np.ascontiguousarray(np.concatenate([getattr(own, f.name), getattr(found, f.name)]))
        for f in fields(found)
    }
    return Candidates(**joined)


def _positions(
    anatomy: Anatomy, outward: Points, contact: NDArray[np.bool_], assumed: Assumed
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The scanned position where the hub stays up, else the one that lifts it most."""
    height = np.stack([outward @ np.asarray(UP[p]) for p in POSITIONS], axis=1)
    scanned = POSITIONS.index(anatomy.study.position)
    lowest = -np.sin(np.radians(assumed.get_value("below_horizontal_deg")))
    reachable = (height[:, scanned] >= lowest) & ~contact
    other = height.copy()
    other[:, scanned] = -np.inf
    return np.where(reachable, scanned, np.argmax(other, axis=1)), ~reachable
