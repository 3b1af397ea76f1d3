"""Choices and assumptions of ``build``: every number is ours, named, editable, never evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seldinger.core.errors import AnatomyError
from seldinger.core.record import Assumption, AssumptionUse, check_edits, read_assumptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASSUMED = read_assumptions("seldinger.anatomy")
SKIN_MM = _ASSUMED["skin_mm"]
WALL_MM = _ASSUMED["wall_mm"]
POSTERIOR_WALL_MM = _ASSUMED["posterior_wall_mm"]
CHEST_WALL_MM = _ASSUMED["chest_wall_mm"]
WALL_EXCESS_MM = _ASSUMED["wall_excess_mm"]
WALL_LINING_MM = _ASSUMED["wall_lining_mm"]
SHEET_MM = _ASSUMED["sheet_mm"]
BOWEL_WALL_MM = _ASSUMED["bowel_wall_mm"]
STOOL_MM = _ASSUMED["stool_mm"]
RECESS_MM = _ASSUMED["recess_mm"]
RECESS_BAND_MM = _ASSUMED["recess_band_mm"]
RIB_MARGIN_MM = _ASSUMED["rib_margin_mm"]
TABLE_GAP_MM = _ASSUMED["table_gap_mm"]
TABLE_ANGLE_DEG = _ASSUMED["table_angle_deg"]
NECROSIS_HU = _ASSUMED["necrosis_hu"]
NECROSIS_CONTRAST_HU = _ASSUMED["necrosis_contrast_hu"]
CALCIUM_HU = _ASSUMED["calcium_hu"]
NECROSIS_SPREADS = _ASSUMED["necrosis_spreads"]
NECROSIS_EDGE_MM = _ASSUMED["necrosis_edge_mm"]
VIABLE_RIM_MM = _ASSUMED["viable_rim_mm"]

ASSUMPTIONS: tuple[Assumption, ...] = tuple(_ASSUMED.values())
"""Every assumption of this room; the values actually used are ``Settings.get_value``."""

_COARSEST_MM = 5.0
_FINEST_MM = 0.5


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice of ``build`` that is not in the study.

    Attributes:
        voxel_mm: edge of the planning lattice's cubes.
        assume: overrides of ``ASSUMPTIONS`` by name, inside their ranges.

    Raises:
        AnatomyError: for an absurd voxel, an unknown assumption, or a value outside its range.
    """

    voxel_mm: float = 1.5
    assume: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _FINEST_MM <= self.voxel_mm <= _COARSEST_MM:
            raise AnatomyError(
                f"voxel_mm is {self.voxel_mm}; allowed are {_FINEST_MM} to {_COARSEST_MM} mm"
            )
        check_edits(ASSUMPTIONS, self.assume, AnatomyError)

    def list_uses(self) -> tuple[AssumptionUse, ...]:
        """All of ``ASSUMPTIONS`` as they are used."""
        return tuple(AssumptionUse.resolve(a, self.assume) for a in ASSUMPTIONS)

    def get_value(self, assumption: Assumption) -> float:
        """What is used for ``assumption``: the override, or its own value."""
        return assumption.get_value(self.assume)
