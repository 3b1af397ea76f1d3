"""Choices and assumptions of ``find_vertebra``: every number is ours, named, editable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seldinger.core.errors import AnatomyError
from seldinger.core.record import Assumption, AssumptionUse, check_edits, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASSUMED = read_assumptions("seldinger.anatomy.vertebra")
VERTEBRA_ASSUMPTIONS: tuple[Assumption, ...] = tuple(_ASSUMED.values())
"""Every assumption of ``find_vertebra``."""

_FINEST_MM = 0.5
_COARSEST_MM = 2.0


@dataclass(frozen=True, slots=True)
class VertebraSettings:
    """Every choice of ``find_vertebra`` that is not in the study.

    Attributes:
        voxel_mm: edge of the cubes that the vertebra is told on.
        assume: overrides of ``VERTEBRA_ASSUMPTIONS`` by name, inside their ranges.

    Raises:
        AnatomyError: an absurd voxel, an unknown assumption, or a value outside its range.
    """

    voxel_mm: float = 1.0
    assume: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _FINEST_MM <= self.voxel_mm <= _COARSEST_MM:
            raise AnatomyError(
                f"voxel_mm is {self.voxel_mm}; allowed are {_FINEST_MM} to {_COARSEST_MM} mm: a "
                "pedicle is a few millimetres wide"
            )
        check_edits(VERTEBRA_ASSUMPTIONS, self.assume, AnatomyError)

    def list_uses(self) -> tuple[AssumptionUse, ...]:
        """All of ``VERTEBRA_ASSUMPTIONS`` as they are used."""
        return tuple(AssumptionUse.resolve(a, self.assume) for a in VERTEBRA_ASSUMPTIONS)

    def get_value(self, name: str) -> float:
        """What is used for the assumption called ``name``: the override, or its own value."""
        return _ASSUMED[name].get_value(self.assume)
