"""Laws of damage: named, never a hidden default, with their closed forms at constant temperature.

The sets differ by more than 300 times at 43 C: the first is the one met in public liver models,
the second was made for skin, the third for artery. Which one a run uses, and above which
temperature damage counts at all, is said by whoever asks for the run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.physics.thermal.properties import ZERO_C_K

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GAS_CONSTANT_J_PER_MOL_K = 8.314462618
_KNEE_C = 43.0


@dataclass(frozen=True, slots=True)
class Arrhenius:
    """A first-order process; a cell's chance to live is exp(-omega).

    Attributes:
        name: as it is printed, and the key of its map in a result.
        frequency_per_s: A.
        activation_j_per_mol: Ea.
        counted_above_c: below this nothing is added; these laws would otherwise kill at rest.
        lethal: omega from which tissue counts as dead.
    """

    name: str
    frequency_per_s: float
    activation_j_per_mol: float
    counted_above_c: float
    lethal: float


@dataclass(frozen=True, slots=True)
class ThermalDose:
    """Cumulative equivalent minutes at 43 C.

    Attributes:
        name: as it is printed, and the key of its map in a result.
        ratio_above, ratio_below: R over and under 43 C.
        counted_above_c: below this nothing is added.
        lethal: minutes from which tissue counts as dead.
    """

    name: str
    ratio_above: float
    ratio_below: float
    counted_above_c: float
    lethal: float


@dataclass(frozen=True, slots=True)
class ColdIsotherm:
    """Tissue dies where it fell to a temperature, as often as is asked.

    Attributes:
        name: as it is printed, and the key of its map in a result.
        temperature_c: the lethal isotherm.
        thawed_above_c: a cell must pass this before the next fall counts.
        lethal: cycles from which tissue counts as dead.
    """

    name: str
    temperature_c: float
    thawed_above_c: float
    lethal: float

    def __post_init__(self) -> None:
        if not self.temperature_c < self.thawed_above_c:
            raise ValueError(
                f"{self.name}: tissue must thaw above its isotherm, got {self.thawed_above_c} C "
                f"for {self.temperature_c} C"
            )


Law = Arrhenius | ThermalDose | ColdIsotherm


def liver_arrhenius(counted_above_c: float) -> Arrhenius:
    """The set of public radiofrequency and microwave liver models: 7.39e39 1/s, 257.7 kJ/mol."""
    return Arrhenius("arrhenius-liver", 7.39e39, 2.577e5, counted_above_c, 1.0)


def skin_arrhenius(counted_above_c: float) -> Arrhenius:
    """The set for skin burns: 3.1e98 1/s, 628 kJ/mol."""
    return Arrhenius("arrhenius-skin", 3.1e98, 6.28e5, counted_above_c, 1.0)


def artery_arrhenius(counted_above_c: float) -> Arrhenius:
    """The set for artery: 5.6e63 1/s, 430 kJ/mol."""
    return Arrhenius("arrhenius-artery", 5.6e63, 4.3e5, counted_above_c, 1.0)


ARRHENIUS: Mapping[str, Callable[[float], Arrhenius]] = MappingProxyType(
    {
        "arrhenius-liver": liver_arrhenius,
        "arrhenius-skin": skin_arrhenius,
        "arrhenius-artery": artery_arrhenius,
    }
)
"""Sets by name; each takes the temperature above which it counts."""


def cem43(lethal_min: float, counted_above_c: float) -> ThermalDose:
    """Thermal dose with the common R of 0.5 above and 0.25 below 43 C."""
    return ThermalDose("cem43", 0.5, 0.25, counted_above_c, lethal_min)


def seconds_to(law: Arrhenius | ThermalDose, temperature_c: float) -> float:
    """Time at a constant temperature until the law calls tissue dead; the cut-off is ignored."""
    if isinstance(law, Arrhenius):
        kelvin = temperature_c + ZERO_C_K
        exponent = law.activation_j_per_mol / (GAS_CONSTANT_J_PER_MOL_K * kelvin)
        return law.lethal * math.exp(exponent - math.log(law.frequency_per_s))
    ratio = law.ratio_above if temperature_c >= _KNEE_C else law.ratio_below
    return 60.0 * law.lethal / float(ratio ** (_KNEE_C - temperature_c))


def at_rest(law: Law, rest_c: float, slack_k: float) -> bool:
    """Whether a law counts damage in tissue that merely stays as it is, or ``slack_k`` from it."""
    if isinstance(law, ColdIsotherm):
        return rest_c - slack_k <= law.temperature_c
    return rest_c + slack_k > law.counted_above_c
