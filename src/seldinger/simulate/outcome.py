"""Outcome: what an experiment came to, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from seldinger.core.record import AssumptionUse, InputFile
    from seldinger.core.space import Vector
    from seldinger.physics.thermal.result import Result
    from seldinger.simulate.experiment import Experiment
    from seldinger.simulate.measure import Axis, Zone


@dataclass(frozen=True, slots=True)
class Isotherm:
    """A zone by its temperature.

    Attributes:
        temperature_c: of its edge.
        side: "hotter" reads the highest temperature of each cell, "colder" the lowest.
        zone: as it was measured.
    """

    temperature_c: float
    side: Literal["hotter", "colder"]
    zone: Zone


@dataclass(frozen=True, slots=True)
class Damage:
    """A zone by its damage.

    Attributes:
        law: its name in the experiment.
        lethal: omega, minutes or cycles of its edge.
        between_cells: false: counted by whole cells, because cycles are whole numbers.
        zone: as it was measured.
    """

    law: str
    lethal: float
    between_cells: bool
    zone: Zone


@dataclass(frozen=True, slots=True)
class Line:
    """A probe or rod for pictures: its two ends."""

    name: str
    tip_lps_mm: Vector
    hub_lps_mm: Vector


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out.

    Attributes:
        experiment: what was asked.
        result: fields, curves and books of the engine.
        initial_c: of everything at first.
        axis: along what zones were measured.
        isotherms: in the order asked.
        damage: in the order of the laws.
        bodies: names of what held a temperature, in the order of ``result.bodies_c``.
        sources_of_heat: names, in the order of ``result.energy.absorbed_j``.
        lines: probes and rods, for pictures.
        warnings: what a reader must know before he believes the rest.
        notes: what stands for what.
        assumptions: numbers without a source that were used.
        cites: keys of the bibliography.
        inputs: files with their SHA-256.
        version: of this package.
    """

    experiment: Experiment
    result: Result
    initial_c: float
    axis: Axis
    isotherms: tuple[Isotherm, ...]
    damage: tuple[Damage, ...]
    bodies: tuple[str, ...]
    sources_of_heat: tuple[str, ...]
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    assumptions: tuple[AssumptionUse, ...]
    cites: tuple[str, ...]
    inputs: tuple[InputFile, ...]
    version: str

    __repr__ = short_repr
