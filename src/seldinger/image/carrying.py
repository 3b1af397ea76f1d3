"""Carrying: a concentration on the lattice of a scan made in the same frame of reference.

Activity per voxel is never carried, for it belongs to its voxels: concentration is, and what that
does to the total is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image.resample import resample_mask, resample_volume
from seldinger.physics.activity import CONCENTRATION, sum_values

if TYPE_CHECKING:
    from seldinger.image.register import Registration
    from seldinger.image.study import Series

_COARSER: Final = 1.5
"""Lattices this much coarser would be sampled where they should be averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """A concentration on another lattice, with what that changed.

    Attributes:
        volume: on the lattice asked for; 0 where nothing was measured.
        before_bq: total activity on its own lattice.
        after_bq: total on the new one.
        seen_share: share of the new lattice in which something was measured.
    """

    volume: Volume
    before_bq: float
    after_bq: float
    seen_share: float

    __repr__ = short_repr

    @property
    def lost_share(self) -> float | None:
        """Share of the total that is missing (negative: gained); None of a total of 0."""
        return 1.0 - self.after_bq / self.before_bq if self.before_bq else None


def check_frames(one: Series, other: Series) -> None:
    """Refuse to lay series upon one another unless their headers name one frame of reference.

    Raises:
        ImageError: another frame, or none that is known.
    """
    frames = one.frame_of_reference_uid, other.frame_of_reference_uid
    if not all(frames):
        raise ImageError(
            f"the {one.modality} and the {other.modality} cannot be laid upon one another: no "
            f"frame of reference is known for {'the former' if not frames[0] else 'the latter'}; "
            f"give DICOM of both, made in one session"
        )
    if frames[0] != frames[1]:
        raise ImageError(
            f"the {one.modality} and the {other.modality} lie in different frames of reference; "
            f"register them first (register_rigid)"
        )


def lay_upon(volume: Volume, registration: Registration) -> Volume:
    """The volume ``after`` of a rigid registration, laid where it belongs on the scan ``before``.

    Its lattice is moved and turned; no voxel changes.

    Raises:
        ImageError: the registration keeps a deformable part.
    """
    if registration.bends:
        raise ImageError(
            "a lattice cannot be laid upon a scan by a deformable registration; use register_rigid"
        )
    ends = registration.move(np.vstack([np.zeros(3), np.eye(3)]), rigid_only=True)
    forward = np.eye(4)
    forward[:3, :3] = (ends[1:] - ends[0]).T
    forward[:3, 3] = ends[0]
    moved = np.linalg.inv(forward) @ volume.grid.index_to_lps
    return Volume(volume.values, Grid(volume.grid.shape, moved), volume.unit)


def carry_concentration(concentration: Volume, grid: Grid) -> Carried:
    """A concentration in "Bq/mL" at the voxel centres of ``grid``, linearly, in the same frame.

    Raises:
        ImageError: another unit (activity per voxel, counts), a much coarser lattice, or one that
            does not overlap.
    """
    if concentration.unit != CONCENTRATION:
        raise ImageError(
            f"the volume is in {concentration.unit!r}; only a concentration ({CONCENTRATION}) "
            f"keeps its meaning on another lattice. Carry that, and then compute activity or dose"
        )
    own = concentration.grid
    if not own.matches(grid) and max(grid.spacing_mm) > _COARSER * max(own.spacing_mm):
        sizes = [" x ".join(f"{s:.3g}" for s in g.spacing_mm) for g in (grid, own)]
        raise ImageError(
            f"voxels of {sizes[0]} mm are too coarse for an image of {sizes[1]} mm: activity "
            f"between them would be lost. Carry the other image to this one instead"
        )
    seen = resample_mask(np.ones(own.shape, dtype=bool), own, grid)
    if not seen.any():
        raise ImageError(
            "the image and the lattice do not overlap; check that they belong together"
        )
    carried = resample_volume(concentration, grid, 1, 0.0)
    return Carried(
        carried,
        sum_values(concentration) * own.voxel_ml,
        sum_values(carried) * grid.voxel_ml,
        float(seen.mean()),
    )
