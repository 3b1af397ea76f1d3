"""Setting heat: how much warmth a millilitre of cement sets free, when, and what it warms itself.

The amount is that of its monomer: what a mole of it sets free, how much of it there is, how much of
it polymerizes. When it comes free is assumed: no law of setting that was read tells it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from seldinger.evidence import driving_value
from seldinger.physics.thermal.properties import Tissue
from seldinger.physics.thermal.sources import Schedule
from seldinger.simulate.cement.inject import get_range
from seldinger.simulate.cement.settings import ASSUMPTIONS, get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

_FACT = "vertebra.mechanics.cement.setting."
MOLAR_HEAT, MOLAR_EMULSION = f"{_FACT}molar_heat", f"{_FACT}molar_heat_emulsion"
MOLAR_MASS, MONOMER_DENSITY = f"{_FACT}molar_mass", f"{_FACT}monomer_density"
MONOMER, LIQUID, POWDER = f"{_FACT}monomer", f"{_FACT}liquid", f"{_FACT}powder"
CONVERSION, CAPACITY = f"{_FACT}conversion", f"{_FACT}capacity"
CONDUCTIVITY = f"{_FACT}conductivity"
FACTS = (
    MOLAR_HEAT, MOLAR_EMULSION, MOLAR_MASS, MONOMER_DENSITY, MONOMER, LIQUID, POWDER, CONVERSION,
    CAPACITY, CONDUCTIVITY,
)  # fmt: skip
"""All that an amount of heat rests on."""
FACTOR = "setting_heat_factor"
_J_PER_KJ, _L_PER_M3, _ML_PER_M3 = 1e3, 1e3, 1e6
_STRETCHES = 24


@dataclass(frozen=True, slots=True)
class SettingHeat:
    """What one cement does.

    Attributes:
        j_per_ml: set free by a mL as it is given, in all.
        low_j_per_ml, high_j_per_ml: by the ends of what was read and of the factor assumed.
        release_s: from the first to the last of it.
        capacity_j_per_m3_k: of cement.
        conductivity_w_per_m_k: of cement.
    """

    j_per_ml: float
    low_j_per_ml: float
    high_j_per_ml: float
    release_s: float
    capacity_j_per_m3_k: float
    conductivity_w_per_m_k: float

    @property
    def adiabatic_k(self) -> float:
        """By how much cement alone would warm if it lost nothing."""
        return self.j_per_ml * _ML_PER_M3 / self.capacity_j_per_m3_k

    def scale(self, j_per_ml: float, release_s: float) -> SettingHeat:
        """The same cement with another amount and time."""
        return replace(self, j_per_ml=j_per_ml, release_s=release_s)

    def make_schedule(self, total_j: float) -> Schedule:
        """W over time: rises and falls as the square of a sine; adds up to ``total_j``."""
        step = self.release_s / _STRETCHES
        done = [_find_share(n / _STRETCHES) for n in range(_STRETCHES + 1)]
        watts = tuple(total_j * (after - before) / step for before, after in pairwise(done))
        return Schedule(tuple(step * (n + 1) for n in range(_STRETCHES)), watts)


def _find_share(part: float) -> float:
    """Of the heat that is free after this part of the time."""
    return part - math.sin(2.0 * math.pi * part) / (2.0 * math.pi)


def find_setting_heat(assumed: Mapping[str, float]) -> SettingHeat:
    """Of the cement whose parts were read; others differ by the factor that is assumed.

    Args:
        assumed: edits of assumptions by name.
    """
    density = get_assumed(assumed, "cement_density_kg_per_m3")
    monomer_g = _get(MONOMER) * _get(MONOMER_DENSITY)
    whole_g = _get(LIQUID) * _get(MONOMER_DENSITY) + _get(POWDER)
    monomer_g_per_ml = monomer_g / whole_g * density / _L_PER_M3

    def find_j_per_ml(molar_kj: float, conversion: float) -> float:
        return molar_kj * _J_PER_KJ / _get(MOLAR_MASS) * monomer_g_per_ml * conversion

    least, most = get_range(CONVERSION)
    heats = sorted((_get(MOLAR_HEAT), _get(MOLAR_EMULSION)))
    factor = get_assumed(assumed, FACTOR)
    low, high = (factor, factor) if FACTOR in assumed else _get_factors()
    return SettingHeat(
        factor * find_j_per_ml(_get(MOLAR_HEAT), _get(CONVERSION)),
        low * find_j_per_ml(heats[0], least),
        high * find_j_per_ml(heats[1], most),
        get_assumed(assumed, "setting_release_s"),
        density * _get(CAPACITY),
        _get(CONDUCTIVITY),
    )


def _get(fact_id: str) -> float:
    return driving_value(fact_id, secondary=True)


def _get_factors() -> tuple[float, float]:
    own = next(one for one in ASSUMPTIONS if one.name == FACTOR)
    return own.low, own.high


def mix(tissue: Tissue, heat: SettingHeat, share: float) -> Tissue:
    """A tissue of which cement fills a share: no blood flows in it, and it does not boil.

    Heat capacities add by volume, conductivities by their logarithm.

    Args:
        tissue: the rest.
        heat: of the cement.
        share: of the volume, 0 to 1.
    """
    if share <= 0.0:
        return tissue
    rest = 1.0 - share
    capacity = rest * tissue.capacity_j_per_m3_k + share * heat.capacity_j_per_m3_k
    conductivity = tissue.conductivity_w_per_m_k**rest * heat.conductivity_w_per_m_k**share
    name = f"{tissue.name}, cement {100.0 * share:.0f} %"
    return Tissue(name, capacity, conductivity, 0.0, None, None)
