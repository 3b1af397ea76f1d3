"""Bed: a vertebra as the pores that cement can reach, and what is not known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.cement.bed import CementBed
from seldinger.physics.cement.bone import Permeability, cleft_permeability_m2
from seldinger.simulate.cement.exits import find_exits, find_frame_places, find_inner_veins
from seldinger.simulate.cement.lattice import HALF, Averager, make_averager
from seldinger.simulate.cement.settings import check_assumed, get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.model import Vertebra, VertebraFrame
    from seldinger.core.space import Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.simulate.cement.exits import ExitKind

Floats = NDArray[np.float64]

BREAKS_UNKNOWN = (
    "the scan's voxels are too coarse to tell whether the cortex is broken: what leaves through "
    "breaks is not known, and is not 'no leak'"
)
_LEAST_GAP_MM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class VertebraBed:
    """A vertebra as the engine takes it.

    Attributes:
        vertebra: of which it was made.
        bed: pores, permeability, exits.
        body: (a, b, c) voxels of the body, closed ones included.
        pedicles: the same of the pedicles' bone that hangs together with the body.
        bone_share: (a, b, c) of a voxel; 0 outside.
        places_mm: (a, b, c, 3) to the left, back and up of the body's centroid.
        kinds: of the exits, by name.
        breaks_known: whether the cortex could be looked at.
        notes: what was left out, estimated or not known.
    """

    vertebra: Vertebra
    bed: CementBed
    body: Mask
    pedicles: Mask
    bone_share: Floats
    places_mm: Points
    kinds: Mapping[str, ExitKind]
    breaks_known: bool
    notes: tuple[str, ...]

    __repr__ = short_repr

    @property
    def voxel_mm(self) -> float:
        """Edge of a voxel."""
        return self.bed.grid.spacing_mm[0]

    def find_left_share(self) -> Floats:
        """(a, b, c) share of each voxel that lies on the patient's left of the midline."""
        across = self.places_mm[..., 0] / self.voxel_mm
        found: Floats = np.clip(0.5 + across, 0.0, 1.0)
        return found


def make_bed(
    vertebra: Vertebra, assumed: Mapping[str, float] | None = None, voxel_mm: float = 1.0
) -> VertebraBed:
    """The body and the marrow of its pedicles, tight but for breaks and veins.

    The share of bone is taken as linear in HU between marrow and solid bone, which is assumed:
    published calibrations tell mineral, and of CT with contrast alone.

    Args:
        vertebra: on a lattice of its own.
        assumed: edits of assumptions by name.
        voxel_mm: edge of the bed's voxels; 1 for a plan, 2 for a preview.

    Raises:
        SimulationError: an edit or voxels that cannot be used, or a body without an open pore.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    pedicles = np.zeros_like(vertebra.body)
    for one in vertebra.pedicles.values():
        pedicles |= one.mask
    inside = vertebra.body | pedicles
    around = make_averager(vertebra.grid, inside, voxel_mm)
    body_share, whole = around.mean(vertebra.body), around.mean(inside)
    body = body_share >= HALF
    outer = _joined(body | (whole >= HALF), body)
    hu = around.mean(np.where(inside, vertebra.hu, 0.0)) / np.maximum(whole, 1e-9)
    dense = inside & (vertebra.hu >= get_assumed(assumed, "dense_hu"))
    closed = outer & (around.mean(dense) >= HALF * whole)
    open_ = outer & ~closed
    if not (open_ & body).any():
        raise SimulationError(
            f"no pore of {vertebra.level} is open: {int(body.sum())} voxels, all as dense as metal "
            "or old cement; nothing can be given"
        )
    notes = list(_list_notes(vertebra, closed))
    cleft = _find_cleft(vertebra, around, open_ & body, notes)
    share = find_bone_share(hu, assumed) * open_
    permeability = _permeability(vertebra.frame, share, assumed) * open_
    if cleft is not None:
        share[cleft] = 0.0
        permeability[:, cleft] = cleft_permeability_m2(_gap_mm(vertebra, assumed))
    outlets = find_exits(vertebra, around, open_ & body, outer, assumed, open_ & ~body)
    permeability += find_inner_veins(outlets, around, vertebra.frame, assumed) * open_
    bed = CementBed(
        around.grid, np.where(open_, 1.0 - share, 0.0), permeability, outlets.exits, cleft
    )
    return VertebraBed(
        vertebra, bed, body, outer & ~body, np.where(open_, share, 0.0),
        find_frame_places(vertebra.frame, around), outlets.kinds, vertebra.breaks is not None,
        (*notes, *outlets.notes),
    )  # fmt: skip


def find_bone_share(hu: Floats, assumed: Mapping[str, float]) -> Floats:
    """Share of bone in voxels of ``hu``, of any shape; by assumption, see ``make_bed``."""
    marrow, solid = (get_assumed(assumed, name) for name in ("marrow_hu", "solid_bone_hu"))
    most = get_assumed(assumed, "most_bone_share")
    found: Floats = np.clip((hu - marrow) / (solid - marrow), 0.0, most)
    return found


def turn_permeability(frame: VertebraFrame, along_m2: Vector) -> Vector:
    """Permeability along i, j, k of an aligned grid.

    The tensor is turned with the vertebra; what it couples between axes is left out.

    Args:
        frame: of the vertebra.
        along_m2: its permeability to the left, back and up.
    """
    axes = np.array([frame.left, frame.back, frame.up])
    i, j, k = (float(one) for one in (axes**2).T @ np.array(along_m2))
    return (i, j, k)


def _permeability(frame: VertebraFrame, share: Floats, assumed: Mapping[str, float]) -> Floats:
    factor = get_assumed(assumed, "permeability_factor")
    left, back, up = (
        factor * get_assumed(assumed, f"permeability_{name}_m2") for name in ("lr", "ap", "si")
    )
    law = Permeability(
        turn_permeability(frame, (left, back, up)),
        get_assumed(assumed, "permeability_bone_share"),
        get_assumed(assumed, "permeability_bone_exponent"),
        get_assumed(assumed, "permeability_least_bone_share"),
    )
    return law.find_m2(share)


def _joined(outer: Mask, body: Mask) -> Mask:
    """What hangs together with the body."""
    parts, _ = scipy.ndimage.label(outer)
    found: Mask = np.isin(parts, np.unique(parts[body])) & outer
    return found


def _find_cleft(vertebra: Vertebra, around: Averager, open_: Mask, notes: list[str]) -> Mask | None:
    if vertebra.cleft is None:
        return None
    found: Mask = open_ & (around.mean(vertebra.cleft.where) >= HALF)
    if found.any():
        return found
    notes.append(
        f"the cleft of {vertebra.cleft.volume_ml:.1f} mL is thinner than these voxels: it is left "
        "out; take finer ones"
    )
    return None


def _gap_mm(vertebra: Vertebra, assumed: Mapping[str, float]) -> float:
    """Width of the cleft: its volume over its area, seen from above; assumed where edited."""
    if "cleft_gap_mm" in assumed or vertebra.cleft is None:
        return get_assumed(assumed, "cleft_gap_mm")
    axis = int(np.argmax(np.abs(vertebra.frame.up)))
    where = vertebra.cleft.where
    columns = int(where.any(axis=axis).sum())
    if not columns:
        return get_assumed(assumed, "cleft_gap_mm")
    return max(_LEAST_GAP_MM, float(where.sum()) / columns * vertebra.grid.spacing_mm[axis])


def _list_notes(vertebra: Vertebra, closed: Mask) -> list[str]:
    notes = []
    if vertebra.breaks is None:
        notes.append(BREAKS_UNKNOWN)
    if closed.any():
        notes.append(
            f"{int(closed.sum())} voxels are as dense as metal or old cement: taken as closed"
        )
    if vertebra.lytic_ml > 0.0:
        notes.append(
            f"{vertebra.lytic_ml:.1f} mL of the body are thinner than marrow: they count as "
            "permeable as the thinnest bone, though tumour would resist"
        )
    if vertebra.cut_by_scan:
        notes.append("the vertebra is cut by the scan: what lies beyond is taken as closed")
    if vertebra.canal is None:
        notes.append("no canal shows: where cement goes behind the back wall is not known")
    if not vertebra.pedicles:
        notes.append("no pedicle was found: cement in them is not counted")
    return notes
