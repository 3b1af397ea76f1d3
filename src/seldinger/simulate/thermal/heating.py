"""Heating: applicators in a heat scene become a run of the thermal engine, and the run a zone.

Two modes differ and are never mixed. *Chart-calibrated* puts the fitted source into tissue with the
perfusion it was fitted in, so that even tissue gives the maker's table back. *Physiological* takes
the tissue's own perfusion and lets it stop as tissue dies. What was never fitted is physiological,
with perfusion that goes on: stopping it makes radiofrequency zones beyond all that was published.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import CatalogueError, PlanError
from seldinger.core.progress import Progress, silent
from seldinger.physics.thermal import bodies, damage
from seldinger.physics.thermal.model import FrozenFlow, Model, Settings, VascularStasis
from seldinger.physics.thermal.run import run
from seldinger.simulate.thermal import model as heat_model
from seldinger.simulate.thermal.model import BODY_C, CHART, PHYSIOLOGICAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.catalogue.applicators import Applicator
    from seldinger.core.space import Vector
    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.result import Result
    from seldinger.simulate.placement import Phase
    from seldinger.simulate.thermal.circuit import Electric
    from seldinger.simulate.thermal.scene import HeatScene

LAWS = ("arrhenius-liver", "arrhenius-skin", "arrhenius-artery", "cem43")
_LEAST_LOG, _MOST_LOG = -8.0, 4.0
"""Levels are cut here: beyond, a cell is as alive or as dead as can be."""
_LOG_PER_K = 0.3
"""About how fast the logarithm of damage falls per kelvin where damage is no longer counted."""
_JUST_ALIVE = -1e-3


@dataclass(frozen=True, slots=True)
class Biology:
    """What is called dead, and what blood does: nothing here has a default.

    Attributes:
        law: of heat, one of ``LAWS``.
        counted_above_c: below this heat adds no damage.
        lethal_min: minutes at 43 C that kill, for "cem43".
        lethal_c: the isotherm that kills by cold.
        stopped_share: of perfusion that stops as tissue dies; physiological mode only.
        frost: what cold leaves of perfusion.
        ramp_s: for a cryoprobe to reach its temperature.
        wall_c: of a cryoprobe that was never fitted.
        electric: what no table says of current.
    """

    law: str
    counted_above_c: float
    lethal_min: float
    lethal_c: float
    stopped_share: float
    frost: FrozenFlow
    ramp_s: float
    wall_c: float
    electric: Electric


@dataclass(frozen=True, slots=True)
class Placed:
    """An applicator where it works.

    Attributes:
        applicator: which.
        tip_lps_mm: its tip.
        axis_lps: from the tip to the hub.
        schedule: what it does.
        entry_lps_mm: where the user wants it to enter the skin; None leaves that to the search.
    """

    applicator: Applicator
    tip_lps_mm: Vector
    axis_lps: Vector
    schedule: tuple[Phase, ...]
    entry_lps_mm: Vector | None = None

    @property
    def seconds(self) -> float:
        """From first to last."""
        return sum(s.seconds for s in self.schedule)

    @property
    def energy_kj(self) -> float:
        """Sent out by a heater."""
        return sum(s.seconds * (s.power_w or 0.0) for s in self.schedule) / 1000.0

    @property
    def behind_tip_mm(self) -> float:
        """From the tip back to the middle of its zone."""
        fit = self.applicator.fit
        if fit is not None and "behind_tip_mm" in fit.numbers:
            return fit.numbers["behind_tip_mm"]
        return 0.5 * (self.applicator.active_mm or 0.0)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sample of the uncertainty changes: factors on what was planned, 1 = as planned."""

    perfusion: float = 1.0
    power: float = 1.0
    conductivity: float = 1.0
    capacity: float = 1.0
    wall_k: float = 0.0
    """Added to the temperature of a cryoprobe's wall."""
    edits: Mapping[str, float] = field(default_factory=dict)
    """The user's own numbers of tissues, by "tissue.number"."""

    def on(self, base: Changes) -> Changes:
        """These changes, with the edits of ``base``."""
        return replace(self, edits=base.edits)


@dataclass(frozen=True, slots=True, eq=False)
class Heated:
    """What a run did.

    Attributes:
        level: float32 (i, j, k), positive where tissue is dead: the logarithm of damage over the
            lethal one, or kelvin beyond the lethal isotherm. Its zero runs between the cells.
        extreme_c: hottest (or coldest) of each cell.
        result: the run.
        mode: which of the two.
    """

    level: NDArray[np.float32]
    extreme_c: NDArray[np.float32]
    result: Result
    mode: str

    @property
    def energy_kj(self) -> float | None:
        """Sent out: by the schedule of antennas, by the generator; None for cold."""
        trace = self.result.radiofrequency
        return None if trace is None else trace.total_j / 1000.0

    @property
    def zone(self) -> Mask:
        """Cells that are dead."""
        dead: Mask = self.level > 0.0
        return dead


def modes_of(applicator: Applicator) -> tuple[str, ...]:
    """The modes that this applicator can be computed in, the default first."""
    return (CHART, PHYSIOLOGICAL) if applicator.modality == "microwave" else (PHYSIOLOGICAL,)


def heated(
    scene: HeatScene,
    placed: Sequence[Placed],
    biology: Biology,
    mode: str,
    changes: Changes,
    points_lps_mm: Sequence[Vector] = (),
    progress: Progress = silent,
) -> Heated:
    """Run an arrangement of one modality in a scene.

    Raises:
        PlanError: applicators of several kinds or outside the block, or an arrangement that the
            engine refuses.
    """
    kinds = {p.applicator.modality for p in placed}
    if len(kinds) != 1:
        raise PlanError(f"one plan has applicators of one kind, got {', '.join(sorted(kinds))}")
    for one in placed:
        if not scene.grid.contains(one.tip_lps_mm):
            tip = ", ".join(f"{c:.1f}" for c in one.tip_lps_mm)
            raise PlanError(
                f"{one.applicator.id}: its tip ({tip}) lies outside the block that is computed; "
                "move it nearer to the target"
            )
    cold = kinds == {"cryo"}
    law = _law(biology, cold=cold)
    try:
        model = heat_model.of(scene, placed, biology, mode, changes)
        settings = Settings(
            duration_s=max(p.seconds for p in placed),
            laws=_followed(law, model),
            points_lps_mm=tuple(points_lps_mm),
            sample_every_s=4.0 if scene.grid.spacing_mm[0] > 1.5 else 2.0,  # noqa: PLR2004
        )
        done = run(model, settings, progress)
    except (ValueError, CatalogueError) as refused:
        raise PlanError(f"this arrangement cannot be computed: {refused}") from refused
    extreme = done.coldest_c if cold else done.peak_c
    level = _level(done, law, biology)
    if not cold:
        for one in placed:
            level[_shaft(scene, one)] = np.maximum(level[_shaft(scene, one)], 1.0)
    return Heated(level, extreme.values.astype(np.float32), done, mode)


def _level(done: Result, law: Law, biology: Biology) -> NDArray[np.float32]:
    if isinstance(law, damage.ColdIsotherm):
        away: NDArray[np.float32] = (biology.lethal_c - done.coldest_c.values).astype(np.float32)
        return away
    share = done.damage[law.name].values / law.lethal
    logs = np.log(np.maximum(share, np.exp(_LEAST_LOG)))
    # Damage falls off a cliff where it is no longer counted. The edge of a zone would be read from
    # the depth of that cliff: below it the level goes on falling with the temperature instead.
    foot = np.log(float(done.times_s[-1]) / damage.seconds_to(law, law.counted_above_c))
    away_k = np.minimum(done.peak_c.values - law.counted_above_c, 0.0)
    below = np.minimum(foot + _LOG_PER_K * away_k, _LOG_PER_K * away_k + _JUST_ALIVE)
    level = np.where(share > 0.0, logs, below)
    cut: NDArray[np.float32] = np.clip(level, _LEAST_LOG, _MOST_LOG).astype(np.float32)
    return cut


def _shaft(scene: HeatScene, one: Placed) -> Mask:
    """Cells of the working part of a heater, which are neither alive nor dead."""
    rod = bodies.Rod(
        one.tip_lps_mm,
        one.axis_lps,
        max(2.0 * one.behind_tip_mm, 1.0),
        0.5 * one.applicator.diameter_mm,
    )
    return bodies.rod_cells(scene.grid, rod)


def _law(biology: Biology, *, cold: bool) -> Law:
    if cold:
        return damage.ColdIsotherm(f"{biology.lethal_c:g} C", biology.lethal_c, 0.0, 1.0)
    if biology.law == "cem43":
        return damage.cem43(biology.lethal_min, biology.counted_above_c)
    made = {
        "arrhenius-liver": damage.liver_arrhenius,
        "arrhenius-skin": damage.skin_arrhenius,
        "arrhenius-artery": damage.artery_arrhenius,
    }
    if biology.law not in made:
        raise PlanError(f"no law of damage is called {biology.law!r}; allowed: {', '.join(LAWS)}")
    return made[biology.law](biology.counted_above_c)


def _followed(law: Law, model: Model) -> tuple[Law, ...]:
    """The law that is asked for, and the one that stops blood where that is another."""
    flow = model.flow
    if isinstance(flow, VascularStasis) and flow.law != law.name:
        above = BODY_C if isinstance(law, damage.ColdIsotherm) else law.counted_above_c
        return (law, damage.liver_arrhenius(above))
    return (law,)


def criterion(biology: Biology, modality: str) -> str:
    """What is called dead, in words."""
    if modality == "cryo":
        return f"colder than {biology.lethal_c:g} C once"
    if biology.law == "cem43":
        return f"{biology.lethal_min:g} equivalent minutes at 43 C (cem43)"
    return f"damage of 1 by {biology.law}, counted above {biology.counted_above_c:g} C"
