"""Arrange: where one to four applicators go, so that a target and its margin die.

Zones of patterns (one, two, a triangle, a square of parallel applicators) are computed once in even
tissue. Fitting them to the target is then geometry: turned about the needle's direction and shifted
until the thinnest place is as thick as it gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.space import as_vector, tangents, unit
from seldinger.geometry import levels
from seldinger.simulate.thermal.heating import compute_heat
from seldinger.simulate.thermal.scene import HeatScene, make_grid
from seldinger.simulate.thermal.setup import Changes, Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Grid, Points, Vector
    from seldinger.simulate.placement import Phase
    from seldinger.simulate.thermal.setup import Biology

MOST_PROBES = 4
_COARSE_MM = 2.0
_KEPT = 64
"""Templates: a quarter of a megabyte each."""
_TURNS = 6
_STEPS_MM = (4.0, 2.0, 1.0)
_MOST_MOVES = 12
_SYMMETRY = {1: 360.0, 2: 180.0, 3: 120.0, 4: 90.0}
_GAIN_MM = 1e-6
_SHORTFALL = 4.0
"""Weight of the mean shortfall: where a zone is too small, it should lie in the middle."""
_AWAY_MM = 30.0
"""Half of a template's block beyond the applicators."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an applicator is set to: in words, and as a schedule."""

    words: str
    schedule: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Parallel applicators: corners of a regular polygon whose sides are ``spacing_mm``."""

    count: int
    spacing_mm: float | None

    @property
    def places_mm(self) -> NDArray[np.float64]:
        """(count, 2) across the common axis, about their middle."""
        if self.count == 1 or self.spacing_mm is None:
            return np.zeros((1, 2))
        radius = 0.5 * self.spacing_mm / np.sin(np.pi / self.count)
        turns = 2.0 * np.pi * np.arange(self.count) / self.count
        places: NDArray[np.float64] = radius * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        return places


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """The zone of a pattern in even tissue, in its own frame.

    Attributes:
        applicator, setting, pattern: whose.
        mode: of the run.
        grid: the frame: z runs along the applicators towards the hub, 0 is the middle of the zone.
        signed_mm: distance to the zone's edge, positive inside.
        volume_ml: of the zone.
    """

    applicator: Applicator
    setting: Setting
    pattern: Pattern
    mode: str
    grid: Grid
    signed_mm: NDArray[np.float32]
    volume_ml: float


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What is to be covered.

    Attributes:
        centre_lps_mm: of the target.
        points_lps_mm: (n, 3) on its surface.
        needed_mm: (n,) margin wanted at each: less where the capsule is near.
        shell_lps_mm: (m, 3) points that fill target and margin evenly, inside the organ.
    """

    centre_lps_mm: Vector
    points_lps_mm: Points
    needed_mm: NDArray[np.float64]
    shell_lps_mm: Points


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """A template laid over a target.

    Attributes:
        template: whose zone.
        axis_lps: towards the hub.
        first_lps, second_lps: the template's x and y.
        middle_lps_mm: the middle of the zone.
        slack_mm: least of what is there minus what is needed; negative: too thin somewhere.
        minimal_mm: least distance of the target's surface to the zone's edge.
        coverage: share of target and margin inside the zone.
    """

    template: Template
    axis_lps: Points
    first_lps: Points
    second_lps: Points
    middle_lps_mm: Points
    slack_mm: float
    minimal_mm: float
    coverage: float

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The applicators where they would go."""
        kind = self.template.applicator
        made = []
        for x, y in self.template.pattern.places_mm:
            one = Placed(kind, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), self.template.setting.schedule)
            tip = (
                self.middle_lps_mm
                + x * self.first_lps
                + y * self.second_lps
                - one.behind_tip_mm * self.axis_lps
            )
            made.append(Placed(kind, as_vector(tip), as_vector(self.axis_lps), one.schedule))
        return tuple(made)


def build_template(
    applicator: Applicator,
    setting: Setting,
    pattern: Pattern,
    tissue: str,
    biology: Biology,
    mode: str,
    changes: Changes,
) -> Template:
    """The zone of a pattern in even ``tissue``, by the model's ``mode``.

    It is the same in every patient: the last ones are kept, for the next plan.
    """
    factors = (
        changes.perfusion, changes.power, changes.conductivity, changes.capacity, changes.wall_k,
    )  # fmt: skip
    edits = tuple(sorted(changes.edits.items()))
    return _compute_template(
        _Itself(applicator), setting, pattern, tissue, biology, mode, factors, edits
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """An applicator as a key: the same object, for its numbers have no hash."""

    applicator: Applicator

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.applicator is self.applicator

    def __hash__(self) -> int:
        return id(self.applicator)


@lru_cache(maxsize=_KEPT)
def _compute_template(
    itself: _Itself,
    setting: Setting,
    pattern: Pattern,
    tissue: str,
    biology: Biology,
    mode: str,
    factors: tuple[float, float, float, float, float],
    edits: tuple[tuple[str, float], ...],
) -> Template:
    applicator, changes = itself.applicator, Changes(*factors, edits=dict(edits))
    places = pattern.places_mm
    half = float(np.linalg.norm(places, axis=1).max()) + _AWAY_MM
    half = max(half, 0.5 * (applicator.active_mm or 0.0) + _AWAY_MM)
    grid = make_grid((0.0, 0.0, 0.0), half, _COARSE_MM)
    nothing = np.zeros(grid.shape, dtype=np.bool_)
    block = HeatScene(grid, np.ones(grid.shape, np.uint8), (tissue,), nothing, nothing, None, {})
    one = Placed(applicator, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0), setting.schedule)
    placed = [
        Placed(applicator, (float(x), float(y), -one.behind_tip_mm), one.axis_lps, one.schedule)
        for x, y in places
    ]
    done = compute_heat(block, placed, biology, mode, changes)
    signed = levels.signed_distance_mm(done.level, _COARSE_MM)
    signed.flags.writeable = False
    volume = float(np.clip(signed / _COARSE_MM + 0.5, 0.0, 1.0).sum()) * grid.voxel_ml
    return Template(applicator, setting, pattern, mode, grid, signed, volume)


def fit(made: Template, goal: Goal, directions_lps: Sequence[Points]) -> Arrangement:
    """The template over the goal, along the best of some directions, (3,) towards the hub.

    Raises:
        ValueError: there is no direction to try.
    """
    found: Arrangement | None = None
    for direction in directions_lps:
        axis = unit(direction)
        first, second = tangents(axis)
        turns = 1 if made.pattern.count == 1 else _TURNS
        step = np.radians(_SYMMETRY[min(made.pattern.count, MOST_PROBES)] / turns)
        for turn in range(turns):
            c, s = np.cos(turn * step), np.sin(turn * step)
            frame = np.stack([c * first + s * second, c * second - s * first, axis])
            one = _shifted(made, goal, frame)
            if found is None or one.slack_mm > found.slack_mm + 1e-9:
                found = one
    if found is None:
        raise ValueError("there is no direction to try")
    return found


def _shifted(made: Template, goal: Goal, frame: Points) -> Arrangement:
    """Move the zone until its thinnest place is as thick as it gets, and little is left out."""
    centre = np.asarray(goal.centre_lps_mm)
    local = (goal.points_lps_mm - centre) @ frame.T
    place = np.zeros(3)
    best = _merit(made, local, goal.needed_mm, place)
    for step in _STEPS_MM:
        for _ in range(_MOST_MOVES):
            tried = [place + step * sign * np.eye(3)[a] for a in range(3) for sign in (-1.0, 1.0)]
            merits = [_merit(made, local, goal.needed_mm, t) for t in tried]
            top = int(np.argmax(merits))
            if merits[top] <= best + _GAIN_MM:
                break
            place, best = tried[top], merits[top]
    there = _sampled(made, local - place)
    shell = _sampled(made, (goal.shell_lps_mm - centre) @ frame.T - place)
    slack = float((there - goal.needed_mm).min())
    return Arrangement(
        made, frame[2], frame[0], frame[1], centre + place @ frame, slack, float(there.min()),
        float(np.mean(shell >= 0.0)),
    )  # fmt: skip


def _merit(
    made: Template, local: Points, needed_mm: NDArray[np.float64], place: NDArray[np.float64]
) -> float:
    """The thinnest place; where it is too thin, also how much falls short on average."""
    lacking = _sampled(made, local - place) - needed_mm
    return float(lacking.min() + _SHORTFALL * np.minimum(lacking, 0.0).mean())


def _sampled(made: Template, local: Points) -> NDArray[np.float64]:
    index = made.grid.to_index(local).T
    found: NDArray[np.float64] = scipy.ndimage.map_coordinates(
        made.signed_mm, index, order=1, mode="nearest", output=np.float64
    )
    return found
