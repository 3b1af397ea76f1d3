"""Choices and assumptions of ``build``: every number is ours, named, editable, never evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from seldinger.core.errors import AnatomyError
from seldinger.core.record import Assumption, AssumptionUse

if TYPE_CHECKING:
    from collections.abc import Mapping

SKIN_MM = Assumption(
    "skin_mm", 3.0, "mm", 1.5, 5.0, "thickness of the skin, counted as body wall at any HU"
)
WALL_MM = Assumption(
    "wall_mm",
    22.0,
    "mm",
    10.0,
    40.0,
    "thickest muscle wall accepted at the front and sides, under the subcutaneous fat",
)
POSTERIOR_WALL_MM = Assumption(
    "posterior_wall_mm",
    60.0,
    "mm",
    30.0,
    90.0,
    "thickest muscle wall accepted behind the spine's front edge (erector spinae, quadratus)",
)
CHEST_WALL_MM = Assumption(
    "chest_wall_mm",
    40.0,
    "mm",
    20.0,
    60.0,
    "thickest muscle accepted outside the rib cage at the front and sides",
)
WALL_EXCESS_MM = Assumption(
    "wall_excess_mm",
    2.0,
    "mm",
    0.0,
    8.0,
    "how much thicker than its surroundings the wall may be where its inner face is not seen",
)
WALL_LINING_MM = Assumption(
    "wall_lining_mm",
    2.0,
    "mm",
    0.0,
    5.0,
    "pleura, peritoneum and diaphragm inside the ribs, counted as wall",
)
SHEET_MM = Assumption(
    "sheet_mm",
    5.0,
    "mm",
    0.0,
    8.0,
    "an unlabelled sheet this thin between wall and a labelled solid organ or lung is diaphragm",
)
BOWEL_WALL_MM = Assumption(
    "bowel_wall_mm", 3.0, "mm", 1.5, 6.0, "wall of gas-filled bowel; no body wall within it"
)
STOOL_MM = Assumption(
    "stool_mm",
    6.0,
    "mm",
    2.0,
    12.0,
    "fat-like HU this close to bowel gas are stool or blur, not fat",
)
RECESS_MM = Assumption(
    "recess_mm",
    20.0,
    "mm",
    10.0,
    50.0,
    "how far the empty pleural recess reaches below the lung edge seen in the scan",
)
RECESS_BAND_MM = Assumption(
    "recess_band_mm",
    6.0,
    "mm",
    3.0,
    10.0,
    "band inside the chest wall drawn for the pleural recess",
)
RIB_MARGIN_MM = Assumption(
    "rib_margin_mm",
    4.0,
    "mm",
    2.0,
    8.0,
    "band below each rib drawn for the intercostal vessels and nerve",
)
TABLE_GAP_MM = Assumption(
    "table_gap_mm",
    20.0,
    "mm",
    5.0,
    40.0,
    "skin that faces the table and lies this close to its plane cannot be reached from below",
)
TABLE_ANGLE_DEG = Assumption(
    "table_angle_deg", 45.0, "deg", 25.0, 60.0, "skin within this angle of gravity faces the table"
)
NECROSIS_HU = Assumption(
    "necrosis_hu",
    20.0,
    "[hnsf'U]",
    10.0,
    30.0,
    "below this a part of a lesion may be dead or fluid",
)
NECROSIS_CONTRAST_HU = Assumption(
    "necrosis_contrast_hu",
    20.0,
    "[hnsf'U]",
    10.0,
    40.0,
    "and it must be this much darker than the rest of the lesion",
)
CALCIUM_HU = Assumption(
    "calcium_hu",
    200.0,
    "[hnsf'U]",
    150.0,
    400.0,
    "above this, and well above the rest of the lesion, lies calcium or Lipiodol",
)
NECROSIS_SPREADS = Assumption(
    "necrosis_spreads",
    2.0,
    "1",
    1.0,
    4.0,
    "a core is dead only if it is this many spreads of its organ's HU darker than the organ",
)
NECROSIS_EDGE_MM = Assumption(
    "necrosis_edge_mm",
    3.0,
    "mm",
    1.5,
    6.0,
    "blur with the organ at a lesion's edge: no rim is judged by it",
)
VIABLE_RIM_MM = Assumption(
    "viable_rim_mm", 1.5, "mm", 0.0, 3.0, "blur around a dead part that is left out of the aim too"
)

ASSUMPTIONS: tuple[Assumption, ...] = (
    SKIN_MM,
    WALL_MM,
    POSTERIOR_WALL_MM,
    CHEST_WALL_MM,
    WALL_EXCESS_MM,
    WALL_LINING_MM,
    SHEET_MM,
    BOWEL_WALL_MM,
    STOOL_MM,
    RECESS_MM,
    RECESS_BAND_MM,
    RIB_MARGIN_MM,
    TABLE_GAP_MM,
    TABLE_ANGLE_DEG,
    NECROSIS_HU,
    NECROSIS_CONTRAST_HU,
    NECROSIS_SPREADS,
    NECROSIS_EDGE_MM,
    CALCIUM_HU,
    VIABLE_RIM_MM,
)
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
        known = {a.name: a for a in ASSUMPTIONS}
        for name, value in self.assume.items():
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.0)
                raise AnatomyError(f"no assumption is called {name!r}; closest: {', '.join(near)}")
            if not known[name].low <= value <= known[name].high:
                low, high, unit = known[name].low, known[name].high, known[name].unit
                raise AnatomyError(
                    f"assumption {name} is {value}; allowed are {low} to {high} {unit}"
                )

    def list_uses(self) -> tuple[AssumptionUse, ...]:
        """All of ``ASSUMPTIONS`` as they are used."""
        return tuple(AssumptionUse.resolve(a, self.assume) for a in ASSUMPTIONS)

    def get_value(self, assumption: Assumption) -> float:
        """What is used for ``assumption``: the override, or its own value."""
        return float(self.assume.get(assumption.name, assumption.value))
