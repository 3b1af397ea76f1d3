"""Heating: applicators in a heat scene become a run of the thermal engine, and the run a zone.

Two modes differ and are never mixed. *Chart-calibrated* puts the fitted source into tissue with the
perfusion it was fitted in, so that even tissue gives the maker's table back. *Physiological* takes
the tissue's own perfusion and lets it stop as tissue dies. What was never fitted is physiological,
with perfusion that goes on: stopping it makes radiofrequency zones beyond all that was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import CatalogueError, PlanError, SimulationError
from seldinger.core.progress import Progress, silent
from seldinger.physics.thermal import damage
from seldinger.physics.thermal.bodies import rod_cells
from seldinger.physics.thermal.model import Model, Settings, VascularStasis
from seldinger.physics.thermal.run import run
from seldinger.simulate.thermal import model as heat_model
from seldinger.simulate.thermal.modalities import find_modality
from seldinger.simulate.thermal.setup import BODY_C

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Vector
    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.result import Result
    from seldinger.simulate.thermal.scene import HeatScene
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed


LAWS = (*damage.ARRHENIUS, "cem43")
_LEAST_LOG, _MOST_LOG = -8.0, 4.0
"""Levels are cut here: beyond, a cell is as alive or as dead as can be."""
_LOG_PER_K = 0.3
"""About how fast the logarithm of damage falls per kelvin where damage is no longer counted."""
_JUST_ALIVE = -1e-3


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


def compute_heat(
    scene: HeatScene,
    placed: Sequence[Placed],
    biology: Biology,
    mode: str,
    changes: Changes,
    points_lps_mm: Sequence[Vector] = (),
    progress: Progress = silent,
) -> Heated:
    """Run an arrangement of one modality in a scene.

    ``placed``: the applicators.
    ``mode``: of the model, ``CHART`` or ``PHYSIOLOGICAL``.

    Raises:
        PlanError: applicators of several kinds or outside the block, or an arrangement that the
            engine refuses.
    """
    for one in placed:
        if not scene.grid.contains(one.tip_lps_mm):
            tip = ", ".join(f"{c:.1f}" for c in one.tip_lps_mm)
            raise PlanError(
                f"{one.applicator.id}: its tip ({tip}) lies outside the block that is computed; "
                "move it nearer to the target"
            )
    try:
        modality = find_modality(placed)
        model = heat_model.build_model(scene, placed, biology, mode, changes)
        law = _law(biology, cold=modality.cold)
        settings = Settings(
            duration_s=max(p.seconds for p in placed),
            laws=_followed(law, model),
            points_lps_mm=tuple(points_lps_mm),
            sample_every_s=4.0 if scene.grid.spacing_mm[0] > 1.5 else 2.0,  # noqa: PLR2004
        )
        done = run(model, settings, progress)
    except (ValueError, CatalogueError, SimulationError) as refused:
        raise PlanError(f"this arrangement cannot be computed: {refused}") from refused
    extreme = done.coldest_c if modality.cold else done.peak_c
    level = _level(done, law, biology)
    if not modality.cold:
        for one in placed:
            level[_shaft(scene, one)] = np.maximum(level[_shaft(scene, one)], 1.0)
    return Heated(level, extreme.values.astype(np.float32), done, mode)


def _shaft(scene: HeatScene, one: Placed) -> Mask:
    """Cells of the working part of a heater, which are neither alive nor dead."""
    return rod_cells(scene.grid, one.make_rod(max(2.0 * one.behind_tip_mm, 1.0)))


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


def _law(biology: Biology, *, cold: bool) -> Law:
    if cold:
        return damage.ColdIsotherm(f"{biology.lethal_c:g} C", biology.lethal_c, 0.0, 1.0)
    if biology.law == "cem43":
        return damage.cem43(biology.lethal_min, biology.counted_above_c)
    if biology.law not in damage.ARRHENIUS:
        raise PlanError(f"no law of damage is called {biology.law!r}; allowed: {', '.join(LAWS)}")
    return damage.ARRHENIUS[biology.law](biology.counted_above_c)


def _followed(law: Law, model: Model) -> tuple[Law, ...]:
    """The law that is asked for, and the one that stops blood where that is another."""
    flow = model.flow
    if isinstance(flow, VascularStasis) and flow.law != law.name:
        above = BODY_C if isinstance(law, damage.ColdIsotherm) else law.counted_above_c
        return (law, damage.liver_arrhenius(above))
    return (law,)


def describe_criterion(biology: Biology, *, cold: bool) -> str:
    """What is called dead, in words."""
    if cold:
        return f"colder than {biology.lethal_c:g} C once"
    if biology.law == "cem43":
        return f"{biology.lethal_min:g} equivalent minutes at 43 C (cem43)"
    return f"damage of 1 by {biology.law}, counted above {biology.counted_above_c:g} C"
