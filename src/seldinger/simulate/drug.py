"""Drug: what a coated balloon leaves in the wall over four weeks, by how its coating lies there.

The dose hardly matters: with one and with three micrograms per square millimetre the wall held the
same. What matters is the form. Both are fitted to one study of pigs; the wall is an assumption.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.record import Assumption
from seldinger.physics.structure.drug_coat import CoatForm, Deposit
from seldinger.physics.structure.drug_wall import ArteryWall, Binding, WallSettings, follow_drug
from seldinger.simulate.effect import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

CRYSTALS_H = Assumption(
    "crystal_dissolution_h", 280.0, "h", 100.0, 600.0,
    "of a crystalline coating, fitted to what pigs' arteries held after 28 days",
)  # fmt: skip
AMORPHOUS_H = Assumption(
    "amorphous_dissolution_h", 4.6, "h", 2.0, 12.0,
    "of an amorphous coating, fitted to what pigs' arteries held after a day",
)  # fmt: skip
ASSUMPTIONS = (CRYSTALS_H, AMORPHOUS_H)
MOLAR_MASS_G_PER_MOL = 853.9
"""Of paclitaxel."""
_HORIZON_H = 672.0
_HOUR_S = 3600.0
_WALL = ArteryWall(
    inner_radius_mm=2.5, thickness_mm=0.6, density_g_per_ml=1.06, diffusivity_mm2_per_s=1e-6,
    lumen_mm_per_s=1e-2, outside_mm_per_s=1e-4,
    specific=Binding(10.0, 1e-4 / 0.03, 1e-4), nonspecific=Binding(127.0, 0.01, 0.031),
)  # fmt: skip
"""Sizes of a femoral artery; diffusion and binding are orders of magnitude, no source read."""
_HELD = {
    CoatForm.CRYSTALLINE: (
        "vascular_drug.wall.crystalline.1h", "vascular_drug.surface.crystalline.1d",
    ),
    CoatForm.AMORPHOUS: ("vascular_drug.wall.amorphous.1h", "vascular_drug.surface.amorphous.1d"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class WallDrug:
    """Drug in an artery after a balloon.

    Attributes:
        form: of the coating.
        day_percent, month_percent: left after a day and after 28, of what was there after an hour.
        trace: per cent over time, of what was there after an hour.
    """

    form: CoatForm
    day_percent: float
    month_percent: float
    trace: Trace


def follow_coating(form: CoatForm, dissolution_h: Mapping[CoatForm, float]) -> WallDrug:
    """What is left of a coating over 28 days.

    Args:
        form: crystalline or amorphous.
        dissolution_h: of each form.
    """
    held, surface = (evidence.fact(key).value or 0.0 for key in _HELD[form])
    inside, hours = 1.0 - surface / 100.0, dissolution_h[form]
    deposits = (Deposit(inside, hours, embedded=True), Deposit(1.0 - inside, hours))
    stuck = held * _WALL.tissue_g_per_mm2
    found = follow_drug(
        _WALL, stuck, deposits, MOLAR_MASS_G_PER_MOL, _HORIZON_H, WallSettings(40, 600)
    )
    whole = found.surface_ug_per_mm2 + found.wall_ug_per_mm2
    first = found.tissue_ug_per_g(1.0) * found.tissue_g_per_mm2
    trace = Trace(found.hours * _HOUR_S, 100.0 * whole / first, "%")
    return WallDrug(
        form, found.retained_percent(24.0, 1.0), found.retained_percent(_HORIZON_H, 1.0), trace
    )
