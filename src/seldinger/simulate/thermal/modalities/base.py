"""What the engine must know of a way to kill tissue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.simulate.thermal.setup import PHYSIOLOGICAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seldinger.core.space import Grid
    from seldinger.physics.thermal.bodies import FixedBody
    from seldinger.physics.thermal.radiofrequency import Electrode
    from seldinger.physics.thermal.sources import Source
    from seldinger.simulate.thermal.setup import Biology, Changes, Placed


@dataclass(frozen=True, slots=True)
class AtWork:
    """What applicators are to the engine: what heats, holds a temperature, or conducts."""

    sources: tuple[Source, ...] = ()
    bodies: tuple[FixedBody, ...] = ()
    electrodes: tuple[Electrode, ...] = ()

    def share_cells(self, grid: Grid, others: Sequence[FixedBody]) -> AtWork:
        """With other bodies, which leave shared cells to those before; who keeps none is gone."""
        taken = np.zeros(grid.shape, dtype=np.bool_)
        for electrode in self.electrodes:
            taken |= electrode.cells(grid) | electrode.shaft_cells(grid)
        kept: list[FixedBody] = []
        for body in (*self.bodies, *others):
            own = body.cells & ~taken
            taken = taken | body.cells
            if own.any():
                kept.append(replace(body, cells=own))
        return replace(self, bodies=tuple(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """A way to kill tissue, as the engine takes it; of each there is one.

    Attributes:
        name: as plans, files and users call it.
        part: what messages of the engine call an applicator of a plan.
        tune: an applicator of a plan with what is set in one sample of what varies.
        build: applicators, of a plan or of a file, as parts of a model.
        cold: whether it kills by cold.
        driven: whether one generator drives all together, instead of a schedule for each.
        stops_vessels: whether blood stops as tissue dies, in the physiological mode.
        modes: in which a plan can be computed, the default first.
    """

    name: str
    part: str
    tune: Callable[[Placed, Biology, Changes], Placed]
    build: Callable[[Grid, Sequence[Placed]], AtWork]
    cold: bool = False
    driven: bool = False
    stops_vessels: bool = False
    modes: tuple[str, ...] = (PHYSIOLOGICAL,)
