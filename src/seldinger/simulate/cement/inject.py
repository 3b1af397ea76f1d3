"""Inject: needles and a plan become how cement fills a vertebra."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.progress import Progress, scale_progress, silent
from seldinger.evidence import driving_value, fact
from seldinger.physics.cement.fill import fill
from seldinger.physics.cement.fluids import MARROW_VISCOSITY, WORKING, Cement, Needle
from seldinger.physics.cement.injection import Injection, Numerics, Stops, Tip
from seldinger.simulate.cement.bed import VertebraBed, make_bed
from seldinger.simulate.cement.cavity import open_cavity
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.lattice import find_places
from seldinger.simulate.cement.outcome import CementResult, find_endplate_band, read_filling
from seldinger.simulate.cement.settings import check_assumed, get_assumed, get_edit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Side, Vertebra
    from seldinger.core.space import Vector
    from seldinger.simulate.cement.cavity import Cavity

HANDLING = "vertebra.mechanics.cement.handling"
MARROW = "vertebra.mechanics.marrow.human"
_PA_S_PER_MPA_S = 1e-3
_CURVE_AT_MIN = 3.0
NUMERICS = Numerics(courant=1.0, tolerance=1e-4)
"""Coarser than the engine's own: volumes by exit move by 1 %, and beside a break it is four times
as fast. Cement is conserved whatever the tolerance; the books of marrow close to 0.2 %."""


class Viscosity(StrEnum):
    """How cements are sold."""

    LOW = "low"
    HIGH = "high"


class LeakStop(StrEnum):
    """At which leak the hand stops."""

    NEVER = "never"
    CANAL = "towards the canal"
    """Back wall: a break, or the basivertebral veins; and by a pedicle towards a root."""
    ANY = "anywhere"


@dataclass(frozen=True, slots=True)
class CementNeedle:
    """A needle as it lies.

    Attributes:
        tip_lps_mm: its end, in the body.
        entry_lps_mm: where it enters the skin.
        inner_mm: bore.
        length_mm: from hub to tip.
        side: from which it comes.

    Raises:
        SimulationError: on construction, a bore or a length that is not positive.
    """

    tip_lps_mm: Vector
    entry_lps_mm: Vector
    inner_mm: float
    length_mm: float
    side: Side

    def __post_init__(self) -> None:
        Needle(self.inner_mm, self.length_mm)


@dataclass(frozen=True, slots=True)
class CementPlan:
    """What is asked.

    Attributes:
        volume_ml: of cement, by all needles together, which give at once and alike.
        rate_ml_per_s: likewise.
        viscosity: as sold, or a curve of its own.
        begins_min: since mixing.
        limit_kpa: that the syringe gives.
        stop_at_leak: which leak ends it.
        stop_leak_ml: how much cement by one exit ends it.
        stop_at_endplates: whether touching both endplates ends it.

    Raises:
        SimulationError: on construction, a number that is not positive.
    """

    volume_ml: float
    rate_ml_per_s: float = 0.1
    viscosity: Viscosity | Cement = Viscosity.HIGH
    begins_min: float = 4.0
    limit_kpa: float = 4000.0
    stop_at_leak: LeakStop = LeakStop.CANAL
    stop_leak_ml: float = 0.1
    stop_at_endplates: bool = False

    def __post_init__(self) -> None:
        numbers = (self.volume_ml, self.rate_ml_per_s, self.limit_kpa)
        if not all(0.0 < one < np.inf for one in numbers) or not self.stop_leak_ml >= 0.0:
            raise SimulationError(
                f"{self.volume_ml:g} mL at {self.rate_ml_per_s:g} mL/s and {self.limit_kpa:g} kPa, "
                f"stopped at a leak of {self.stop_leak_ml:g} mL: the first three are positive, the "
                "last is not negative; correct them"
            )


def simulate_cement(
    vertebra: Vertebra,
    needles: Sequence[CementNeedle],
    plan: CementPlan,
    assumed: Mapping[str, float] | None = None,
    cavity: Cavity | None = None,
    voxel_mm: float = 1.0,
    progress: Progress = silent,
) -> CementResult:
    """Give cement into a vertebra.

    Args:
        vertebra: on a lattice of its own.
        needles: that give at once.
        plan: how much, how fast, how thick, what ends it.
        assumed: edits of assumptions by name.
        cavity: of balloons, one for each needle; None: vertebroplasty.
        voxel_mm: 1 for a plan, 2 for a preview.
        progress: told before and after.

    Raises:
        SimulationError: no needle, a tip away from open bone, more cement than there is room, other
            balloons than needles, an edit that cannot be used, or what the engine refuses.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    _check_asked(vertebra, needles, plan, cavity)
    progress("the vertebra as a bed of pores", 0.0)
    made = make_bed(vertebra, assumed, voxel_mm)
    if cavity is not None:
        made = open_cavity(made, cavity, assumed)
    return give_cement(made, needles, plan, assumed, cavity, scale_progress(progress, 0.1, 1.0))


def give_cement(
    made: VertebraBed,
    needles: Sequence[CementNeedle],
    plan: CementPlan,
    assumed: Mapping[str, float],
    cavity: Cavity | None = None,
    progress: Progress = silent,
) -> CementResult:
    """Give cement into a bed that was made.

    Args:
        made: with its cavities, where there are any.
        needles: that give at once.
        plan: how much, how fast, how thick, what ends it.
        assumed: edits of assumptions by name.
        cavity: as it was opened in the bed; cement is then given in the middle of each balloon.
        progress: told before and after.

    Raises:
        SimulationError: as ``simulate_cement``.
    """
    tips, moved = _find_tips(made, needles, cavity, assumed)
    cement = make_cement(plan, assumed)
    bores = {(one.inner_mm, one.length_mm) for one in needles}
    if len(bores) > 1:
        moved = (*moved, "needles differ: the narrowest bore and the longest way count for all")
    needle = Needle(min(one[0] for one in bores), max(one[1] for one in bores))
    asked = Injection(
        tips, plan.volume_ml, plan.rate_ml_per_s, plan.limit_kpa, plan.begins_min, needle
    )
    progress("cement flows", 0.0)
    filling = fill(made.bed, cement, asked, _find_stops(made, plan, assumed), NUMERICS)
    progress("cement flows", 1.0)
    made = replace(made, notes=(*made.notes, *moved))
    return read_filling(made, filling, tuple(one.side for one in needles), assumed)


def make_cement(plan: CementPlan, assumed: Mapping[str, float]) -> Cement:
    """The plan's cement, in human marrow.

    Time of handling and viscosity of marrow are facts unless edited; of the latter a range is
    known, whose geometric mean is taken.

    Args:
        plan: which cement.
        assumed: edits of assumptions by name.
    """
    factor = get_assumed(assumed, "viscosity_factor")
    marrow = find_marrow_pa_s(assumed)
    if isinstance(plan.viscosity, Cement):
        own = plan.viscosity
        thick = tuple(factor * one for one in own.viscosity_pa_s)
        return replace(own, viscosity_pa_s=thick, marrow_pa_s=marrow)
    start = factor * get_assumed(assumed, f"{plan.viscosity.value}_viscosity_pa_s")
    edited = get_edit(assumed, WORKING)
    ends = driving_value(HANDLING) if edited is None else edited
    doubling = get_assumed(assumed, "cement_doubling_min")
    minutes = (0.0, ends)
    return Cement(
        minutes,
        tuple(start * 2.0 ** ((one - _CURVE_AT_MIN) / doubling) for one in minutes),
        get_assumed(assumed, "cement_shear_exponent"),
        get_assumed(assumed, "cement_reference_rate_per_s"),
        get_assumed(assumed, "cement_least_rate_per_s"),
        marrow,
    )


def find_marrow_pa_s(assumed: Mapping[str, float]) -> float:
    """Viscosity of marrow: edited, or the geometric mean of the range that was measured."""
    edited = get_edit(assumed, MARROW_VISCOSITY)
    if edited is not None:
        return edited
    driving_value(MARROW)
    low, high = get_range(MARROW)
    return _PA_S_PER_MPA_S * float(np.sqrt(low * high))


def get_range(fact_id: str) -> tuple[float, float]:
    """The range of a fact that a source gave as one, in its unit.

    Args:
        fact_id: which fact.

    Raises:
        SimulationError: it has none.
    """
    found = fact(fact_id).interval
    if found is None:
        raise SimulationError(f"the fact {fact_id!r} has no range: take its value")
    return found


def _check_asked(
    vertebra: Vertebra, needles: Sequence[CementNeedle], plan: CementPlan, cavity: Cavity | None
) -> None:
    if not needles:
        raise SimulationError("no needle gives cement: give one, or one from each side")
    if cavity is not None and len(cavity.balloons) != len(needles):
        raise SimulationError(
            f"{len(cavity.balloons)} balloons and {len(needles)} needles: one balloon for each"
        )
    if plan.volume_ml > vertebra.body_ml:
        raise SimulationError(
            f"{plan.volume_ml:g} mL of cement are asked and the body of {vertebra.level} holds "
            f"{vertebra.body_ml:.1f} mL, bone included: ask for less"
        )


def _find_tips(
    made: VertebraBed,
    needles: Sequence[CementNeedle],
    cavity: Cavity | None,
    assumed: Mapping[str, float],
) -> tuple[tuple[Tip, ...], tuple[str, ...]]:
    """Where cement is given, and notes of tips that had to be moved."""
    places, drained = find_places(made.bed.grid), made.bed.drained
    reach = max(get_assumed(assumed, "tip_reach_mm"), made.voxel_mm)
    radius = get_assumed(assumed, "tip_radius_mm")
    tips, notes = [], []
    for number, needle in enumerate(needles):
        if cavity is None:
            at, room, own = np.asarray(needle.tip_lps_mm), drained, radius
        else:
            at, room, own = np.asarray(cavity.balloons[number].centre_lps_mm), drained, radius
            if made.bed.cleft is not None:
                room = drained & made.bed.cleft
        away = np.where(room, np.linalg.norm(places - at, axis=-1), np.inf)
        voxel = np.unravel_index(int(np.argmin(away)), away.shape)
        apart = float(away[voxel])
        if not apart <= reach:
            raise SimulationError(
                f"tip {number + 1} at {tuple(round(float(x), 1) for x in at)} lies {apart:.1f} mm "
                f"from open bone; up to {reach:g} mm it is moved there: place it in the body"
            )
        if apart > made.voxel_mm:
            notes.append(f"tip {number + 1} was moved by {apart:.1f} mm to the nearest open bone")
        tips.append(Tip((int(voxel[0]), int(voxel[1]), int(voxel[2])), 1.0 / len(needles), own))
    return tuple(tips), tuple(notes)


def _find_stops(made: VertebraBed, plan: CementPlan, assumed: Mapping[str, float]) -> Stops:
    """What ends it besides volume, pressure and setting."""
    names = [
        name
        for name, kind in made.kinds.items()
        if plan.stop_at_leak is LeakStop.ANY
        or (plan.stop_at_leak is LeakStop.CANAL and kind in {ExitKind.CANAL, ExitKind.FORAMEN})
    ]
    touched = {}
    if plan.stop_at_endplates:
        for name in ("upper endplate", "lower endplate"):
            band = find_endplate_band(made, name, assumed) & made.bed.drained
            if band.any():
                touched[name] = band
    return Stops(dict.fromkeys(names, plan.stop_leak_ml), touched=touched)
