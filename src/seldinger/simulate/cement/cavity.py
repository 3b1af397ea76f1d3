"""Cavity: what a balloon leaves, an open space with a rim of the bone that was in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.errors import SimulationError
from seldinger.core.space import unit
from seldinger.physics.cement.bed import CementBed
from seldinger.physics.cement.bone import cleft_permeability_m2
from seldinger.simulate.cement.lattice import find_places
from seldinger.simulate.cement.settings import check_assumed, get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Vector
    from seldinger.core.volume import Mask
    from seldinger.simulate.cement.bed import VertebraBed

_CUT = 0.05


@dataclass(frozen=True, slots=True)
class Balloon:
    """A filled balloon: an ellipsoid, round across its axis.

    Attributes:
        centre_lps_mm: its middle.
        axis_lps: along it.
        volume_ml: of it.

    Raises:
        SimulationError: on construction, a volume that is not positive, or no axis.
    """

    centre_lps_mm: Vector
    axis_lps: Vector
    volume_ml: float

    def __post_init__(self) -> None:
        if not (0.0 < self.volume_ml < np.inf) or not np.any(self.axis_lps):
            raise SimulationError(
                f"a balloon of {self.volume_ml:g} mL along {self.axis_lps}: the volume is positive "
                "and the axis has a length; correct it"
            )


@dataclass(frozen=True, slots=True)
class Cavity:
    """What balloons leave when they are taken out.

    Attributes:
        balloons: one for each needle, in their order.
    """

    balloons: tuple[Balloon, ...]


def open_cavity(
    made: VertebraBed, cavity: Cavity, assumed: Mapping[str, float] | None = None
) -> VertebraBed:
    """The bed with open space where balloons were, and their bone pressed into a rim.

    Height that balloons bring back is not computed: see ``published``.

    Args:
        made: before.
        cavity: balloons.
        assumed: edits of assumptions by name.

    Raises:
        SimulationError: a balloon that meets no open bone of the body.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    bed, notes = made.bed, list(made.notes)
    room = made.body & bed.conducts
    space = np.zeros_like(room)
    porosity, permeability = bed.porosity.copy(), bed.permeability_m2.copy()
    for number, one in enumerate(cavity.balloons, start=1):
        own, width_mm = _ellipsoid(made, one, assumed)
        where = own & room
        if not where.any():
            raise SimulationError(
                f"balloon {number} at {one.centre_lps_mm} meets no open bone of the body: move it"
            )
        lost = 1.0 - where.sum() / own.sum()
        if lost > _CUT:
            notes.append(
                f"{100.0 * lost:.0f} % of balloon {number} would lie outside the body's open bone: "
                "the cavity is cut there"
            )
        space |= where
        permeability[:, where] = np.maximum(permeability[:, where], cleft_permeability_m2(width_mm))
    share = made.bone_share.copy()
    moved = float(share[space].sum())
    share[space] = 0.0
    porosity[space] = 1.0
    rim = _find_rim(made, space, assumed)
    if rim.any():
        most = get_assumed(assumed, "most_bone_share")
        pressed = np.minimum(share[rim] + moved / rim.sum(), max(most, float(share[rim].max())))
        permeability[:, rim] *= _loss(share[rim], pressed, assumed)
        share[rim], porosity[rim] = pressed, 1.0 - pressed
    cleft = space if bed.cleft is None else space | bed.cleft
    opened = CementBed(bed.grid, porosity, permeability, bed.exits, cleft, bed.saturation)
    return replace(made, bed=opened, bone_share=share, notes=tuple(notes))


def _ellipsoid(made: VertebraBed, one: Balloon, assumed: Mapping[str, float]) -> tuple[Mask, float]:
    """(a, b, c) voxels of a balloon on the bed's grid, at least one, and its width."""
    shape = get_assumed(assumed, "balloon_shape")
    across = float(np.cbrt(0.75e3 * one.volume_ml / (np.pi * shape)))
    away = find_places(made.bed.grid) - np.asarray(one.centre_lps_mm)
    along = away @ unit(np.asarray(one.axis_lps))
    rest = np.maximum((away**2).sum(axis=-1) - along**2, 0.0)
    own: Mask = (along / (shape * across)) ** 2 + rest / across**2 <= 1.0
    if not own.any():
        own = (away**2).sum(axis=-1) == (away**2).sum(axis=-1).min()
    return own, 2.0 * across


def _find_rim(made: VertebraBed, space: Mask, assumed: Mapping[str, float]) -> Mask:
    away = scipy.ndimage.distance_transform_edt(~space) * made.voxel_mm
    rim_mm = max(get_assumed(assumed, "rim_mm"), made.voxel_mm)
    cleft = made.bed.cleft
    open_ = made.bed.conducts & ~space
    if cleft is not None:
        open_ &= ~cleft
    found: Mask = open_ & (away <= rim_mm + 1e-9)
    return found


def _loss(before: np.ndarray, after: np.ndarray, assumed: Mapping[str, float]) -> np.ndarray:
    """By what the permeability changes as bone is pressed together: the law of ``bone``."""
    least = get_assumed(assumed, "permeability_least_bone_share")
    exponent = get_assumed(assumed, "permeability_bone_exponent")
    pores = ((1.0 - after) / (1.0 - before)) ** 3
    struts = (np.maximum(before, least) / np.maximum(after, least)) ** exponent
    found: np.ndarray = pores * struts
    return found
