"""Outcome: what came of an injection, read off the engine's fields in the vertebra's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.anatomy.vertebra.model import Side
from seldinger.core.formatting import short_repr
from seldinger.core.volume import Volume
from seldinger.evidence import driving_value, stamp_of
from seldinger.physics.cement.injection import HALF as REACHED
from seldinger.physics.cement.injection import FillingEnd
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.lattice import find_places
from seldinger.simulate.cement.settings import get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.volume import Mask
    from seldinger.physics.cement.injection import Filling
    from seldinger.simulate.cement.bed import VertebraBed

Floats = NDArray[np.float64]
PUNCTURE_SIDE = "vertebra.filling.puncture_side"
UPPER, LOWER = "upper endplate", "lower endplate"


@dataclass(frozen=True, slots=True)
class ExitLeak:
    """Cement by one exit.

    Attributes:
        name: of the exit.
        kind: of it.
        volume_ml: that left by it; None: not known, for the exit itself is not.
        first_s: when what left was first worth counting; None: it was not, or is not known.
    """

    name: str
    kind: ExitKind
    volume_ml: float | None
    first_s: float | None

    @property
    def leaked(self) -> bool | None:
        """Whether it counts as a leak; None: not known."""
        return None if self.volume_ml is None else self.first_s is not None


@dataclass(frozen=True, slots=True)
class EndplateReach:
    """How near cement came to an endplate.

    Attributes:
        name: of the endplate.
        distance_mm: between their surfaces; None where there is no cement.
        touched: whether it counts as touching.
    """

    name: str
    distance_mm: float | None
    touched: bool


@dataclass(frozen=True, slots=True)
class SideFill:
    """Cement on the side of a puncture.

    Attributes:
        side: of the patient.
        share_percent: of the body that it fills there.
        alarm_percent: above which leaks into paravertebral veins were seen more often.
        alarm: whether it is above.
        stamp: how far that threshold is to be trusted.
    """

    side: Side
    share_percent: float
    alarm_percent: float
    alarm: bool
    stamp: str


@dataclass(frozen=True, slots=True, eq=False)
class CementCourse:
    """An injection over time, (n,) each; the first row is the beginning.

    Attributes:
        times_s: since it began.
        given_ml: of cement.
        syringe_kpa: pressure.
        flow_ml_per_s: of cement.
        leaked_ml: by name of an exit.
    """

    times_s: Floats
    given_ml: Floats
    syringe_kpa: Floats
    flow_ml_per_s: Floats
    leaked_ml: Mapping[str, Floats]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class CementResult:
    """What came of it.

    Attributes:
        made: the bed.
        given_ml: of cement.
        body_ml: of it in the body, cavity and cleft included.
        cleft_ml: of it in cleft or cavity.
        pedicle_ml: of it in the pedicles.
        fill_share: of the body's whole volume that is cement now.
        leaks: by exit; a break that could not be looked for stands here as not known.
        course: over time.
        saturation: share of each voxel's pores that is cement.
        cement: share of each voxel that is cement.
        arrival_s: when a voxel was half full; NaN where it is not.
        upper, lower: how near it came to the endplates.
        left_share: of the cement in the body that lies left of the midline; None without cement.
        sides: of each punctured side.
        crosses_midline: by one needle, cement beyond the midline; by several, one lump across it.
        end: what ended it.
        end_words: the same with the exit or the endplates.
        missing_ml: given, less what is found: rounding.
        notes: what was left out, moved or is not known.
    """

    made: VertebraBed
    given_ml: float
    body_ml: float
    cleft_ml: float
    pedicle_ml: float
    fill_share: float
    leaks: tuple[ExitLeak, ...]
    course: CementCourse
    saturation: Volume
    cement: Volume
    arrival_s: Volume
    upper: EndplateReach
    lower: EndplateReach
    left_share: float | None
    sides: tuple[SideFill, ...]
    crosses_midline: bool
    end: FillingEnd
    end_words: str
    missing_ml: float
    notes: tuple[str, ...]

    __repr__ = short_repr

    @property
    def both_endplates(self) -> bool:
        """Whether cement touches both."""
        return self.upper.touched and self.lower.touched

    @property
    def leaked_ml(self) -> float:
        """By all exits that are known; a lower bound where some are not."""
        return sum(one.volume_ml for one in self.leaks if one.volume_ml is not None)

    @property
    def all_exits_known(self) -> bool:
        """Whether no leak is unknown; where not, no leak found is not 'no leak'."""
        return all(one.volume_ml is not None for one in self.leaks)


def read_filling(
    made: VertebraBed, filling: Filling, sides: tuple[Side, ...], assumed: Mapping[str, float]
) -> CementResult:
    """What came of a filling of ``made`` by needles from ``sides``.

    Args:
        made: the bed.
        filling: of it.
        sides: of the needles.
        assumed: edits of assumptions by name.
    """
    grid = made.bed.grid
    cement = filling.saturation * made.bed.porosity
    held = cement * grid.voxel_ml
    body_ml = float(held[made.body].sum())
    reached = made.body & (filling.saturation >= REACHED)
    words = f"{filling.end.value}: {filling.what}" if filling.what else filling.end.value
    left = float((held * made.find_left_share())[made.body].sum())
    return CementResult(
        made, filling.volume_ml, body_ml, filling.cleft_ml, float(held[made.pedicles].sum()),
        body_ml / made.vertebra.body_ml, _leaks(made, filling, assumed), _course(filling),
        Volume(filling.saturation, grid, "1"), Volume(cement, grid, "1"),
        Volume(filling.arrival_s, grid, "s"),
        _reach(made, reached, UPPER, assumed), _reach(made, reached, LOWER, assumed),
        left / body_ml if body_ml > 0.0 else None, _sides(made, left, body_ml, sides),
        _crosses(made, reached, sides), filling.end, words, filling.missing_ml, made.notes,
    )  # fmt: skip


def find_endplate_band(made: VertebraBed, name: str, assumed: Mapping[str, float]) -> Mask:
    """(a, b, c) voxels of the body where cement would touch an endplate.

    Args:
        made: the bed.
        name: of the endplate.
        assumed: edits of assumptions by name.
    """
    found = np.zeros_like(made.body)
    at = np.argwhere(made.body)
    near = _gaps_mm(made, find_places(made.bed.grid)[made.body], name)
    found[tuple(at[near <= get_assumed(assumed, "endplate_touch_mm")].T)] = True
    return found


def _gaps_mm(made: VertebraBed, places: Floats, name: str) -> Floats:
    """(n,) between the surfaces of voxels of the bed, (n, 3) LPS mm, and an endplate's."""
    vertebra = made.vertebra
    where = vertebra.upper_endplate if name == UPPER else vertebra.lower_endplate
    if not where.any():
        return np.full(len(places), np.inf)
    tree = scipy.spatial.cKDTree(vertebra.grid.to_lps(np.argwhere(where)))
    apart, _ = tree.query(places)
    half = 0.5 * (made.voxel_mm + vertebra.grid.spacing_mm[0])
    found: Floats = np.maximum(apart - half, 0.0)
    return found


def _reach(
    made: VertebraBed, reached: Mask, name: str, assumed: Mapping[str, float]
) -> EndplateReach:
    if not reached.any():
        return EndplateReach(name, None, touched=False)
    least = float(_gaps_mm(made, find_places(made.bed.grid)[reached], name).min())
    if not np.isfinite(least):
        return EndplateReach(name, None, touched=False)
    return EndplateReach(name, least, least <= get_assumed(assumed, "endplate_touch_mm"))


def _leaks(
    made: VertebraBed, filling: Filling, assumed: Mapping[str, float]
) -> tuple[ExitLeak, ...]:
    counts = get_assumed(assumed, "leak_counts_ml")
    found = []
    for number, one in enumerate(made.bed.exits):
        course = filling.leaked_ml[:, number]
        first = np.flatnonzero(course >= counts)
        when = float(filling.times_s[first[0]]) if len(first) else None
        found.append(ExitLeak(one.name, made.kinds[one.name], float(course[-1]), when))
    if not made.breaks_known:
        found.append(ExitLeak("breaks of the cortex", ExitKind.BREAK, None, None))
    return tuple(found)


def _course(filling: Filling) -> CementCourse:
    leaked = {
        one.name: filling.leaked_ml[:, number] for number, one in enumerate(filling.bed.exits)
    }
    return CementCourse(
        filling.times_s, filling.given_ml, filling.syringe_kpa, filling.flow_ml_per_s, leaked
    )


def _sides(
    made: VertebraBed, left_ml: float, body_ml: float, sides: tuple[Side, ...]
) -> tuple[SideFill, ...]:
    limit = driving_value(PUNCTURE_SIDE, secondary=True)
    found = []
    for side in dict.fromkeys(sides):
        own = left_ml if side is Side.LEFT else body_ml - left_ml
        share = 100.0 * own / made.vertebra.body_ml
        found.append(SideFill(side, share, limit, share > limit, stamp_of([PUNCTURE_SIDE])))
    return tuple(found)


def _crosses(made: VertebraBed, reached: Mask, sides: tuple[Side, ...]) -> bool:
    left = made.places_mm[..., 0]
    half = 0.5 * made.voxel_mm
    if len(set(sides)) == 1:
        other = left < -half if sides[0] is Side.LEFT else left > half
        return bool((reached & other).any())
    parts, count = scipy.ndimage.label(reached)
    return any(
        bool((left[parts == n] > half).any() and (left[parts == n] < -half).any())
        for n in range(1, count + 1)
    )
