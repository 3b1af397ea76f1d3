"""What came out of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.core.volume import Mask, Volume
    from seldinger.physics.thermal.damage import Law
    from seldinger.physics.thermal.radiofrequency import Trace


@dataclass(frozen=True, slots=True)
class Energy:
    """Where the energy went, J.

    Attributes:
        absorbed_j: by tissue, from each source, and last from electrodes if there are any.
        from_bodies_j: to tissue, from each held body; negative when it cooled.
        to_blood_j: carried away by perfusion, summed at the looks.
        stored_j: in tissue, over its start.
        sent_j: by each applicator, last by the generator, in the order of ``absorbed_j``.
        not_absorbed_j: of each: what tissue no longer took because it had dried. Where that goes,
            reflected to the generator or to tissue further out, is not modelled.
    """

    absorbed_j: tuple[float, ...]
    from_bodies_j: tuple[float, ...]
    to_blood_j: float
    stored_j: float
    sent_j: tuple[float, ...]
    not_absorbed_j: tuple[float, ...]

    @property
    def elsewhere_j(self) -> tuple[float, ...]:
        """What never was tissue's: an applicator's own loss, held bodies, beyond the grid.

        Of electrodes: the series resistance, and what a coolant takes at the wall.
        """
        told = zip(self.sent_j, self.absorbed_j, self.not_absorbed_j, strict=True)
        return tuple(sent - taken - refused for sent, taken, refused in told)

    @property
    def turned_over_j(self) -> float:
        """Everything that moved, as a scale."""
        moved = sum(map(abs, self.absorbed_j)) + sum(map(abs, self.from_bodies_j))
        return moved + abs(self.to_blood_j)

    @property
    def missing_j(self) -> float:
        """What the books do not explain; rounding, and the sampling of what blood carried."""
        came = sum(self.absorbed_j) + sum(self.from_bodies_j)
        return came - self.to_blood_j - self.stored_j


@dataclass(frozen=True, slots=True)
class Stepping:
    """How time was stepped.

    Attributes:
        method: "explicit" or "super".
        stable_step_s: longest stable explicit step.
        step_s: the longest step that was taken; what was asked is shortened to fit between looks.
        stages: the most stages of a super-step.
        steps: how many.
        box_share: of the block that was stepped, on average.
    """

    method: str
    stable_step_s: float
    step_s: float
    stages: int
    steps: int
    box_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Fields, curves and books of a run.

    Attributes:
        temperature_c: at the end.
        peak_c, coldest_c: over the run, at the samples.
        damage: by name of law: omega, minutes, or cycles.
        laws: as they were asked for.
        times_s: (n,) of the samples.
        points_c: (n, points) temperature at the asked points.
        bodies_c: (n, bodies) temperature of the held bodies, electrodes last.
        energy: the books.
        stepping: how time was stepped.
        warnings: what a reader must know before he believes the rest.
        radiofrequency: what the generator did; none without electrodes.
    """

    temperature_c: Volume
    peak_c: Volume
    coldest_c: Volume
    damage: Mapping[str, Volume]
    laws: tuple[Law, ...]
    times_s: NDArray[np.float64]
    points_c: NDArray[np.float64]
    bodies_c: NDArray[np.float64]
    energy: Energy
    stepping: Stepping
    warnings: tuple[str, ...]
    radiofrequency: Trace | None = None

    def dead(self, law: str) -> Mask:
        """Where a law calls tissue dead, (i, j, k).

        Raises:
            ValueError: the run did not follow that law.
        """
        for each in self.laws:
            if each.name == law:
                mask: Mask = self.damage[law].values >= each.lethal
                return mask
        names = ", ".join(each.name for each in self.laws) or "none"
        raise ValueError(f"this run did not follow {law!r}; it followed: {names}")

    def dead_ml(self, law: str) -> float:
        """Volume that a law calls dead."""
        return float(np.count_nonzero(self.dead(law))) * self.temperature_c.grid.voxel_ml

    def hotter_ml(self, temperature_c: float) -> float:
        """Volume that was at least this hot."""
        found = np.count_nonzero(self.peak_c.values >= temperature_c)
        return float(found) * self.peak_c.grid.voxel_ml

    def colder_ml(self, temperature_c: float) -> float:
        """Volume that was at least this cold, held bodies included."""
        found = np.count_nonzero(self.coldest_c.values <= temperature_c)
        return float(found) * self.coldest_c.grid.voxel_ml
