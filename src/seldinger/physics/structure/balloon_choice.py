"""Balloon choice: which balloon of those there are suits a lesion, by a rule that has a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.physics.structure.balloon import Balloon


@dataclass(frozen=True, slots=True)
class BalloonRule:
    """How a balloon is to be sized, as its source says.

    Attributes:
        least, most: by how much it may differ from the healthy vessel; negative is smaller.
        unit: of both: "mm", or "%" of the vessel's diameter.
        least_overhang_mm, most_overhang_mm: how far it shall reach beyond either end of the lesion.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, what is wrong.
    """

    least: float
    most: float
    unit: Literal["mm", "%"]
    least_overhang_mm: float
    most_overhang_mm: float
    source: str

    def __post_init__(self) -> None:
        if not (self.least <= self.most and 0.0 <= self.least_overhang_mm <= self.most_overhang_mm):
            raise ValueError(f"the least of a rule does not pass its most, got {self}")
        if not self.source.strip():
            raise ValueError("a rule of sizing has a source: say who gave it")


@dataclass(frozen=True, slots=True)
class BalloonChoice:
    """A balloon for a lesion.

    Attributes:
        balloon: which.
        centre_mm: along the vessel, of its middle.
        pressure_atm: at which its chart says the diameter that is aimed at.
        diameter_mm: aimed at.
        oversize_percent: 100 (that / healthy vessel - 1).
        overhang_mm: beyond either end of the lesion.
        rule: by which it was chosen.
    """

    balloon: Balloon
    centre_mm: float
    pressure_atm: float
    diameter_mm: float
    oversize_percent: float
    overhang_mm: float
    rule: BalloonRule

    __repr__ = short_repr


def choose_balloon(
    lesion_mm: tuple[float, float],
    reference_mm: float,
    rule: BalloonRule,
    sizes: Sequence[Balloon],
) -> BalloonChoice:
    """The balloon that comes nearest to the middle of what the rule allows, next the shortest.

    It is inflated to its nominal diameter, which its chart must reach within the rated pressure.

    Args:
        lesion_mm: from and to, along the vessel.
        reference_mm: least healthy diameter over the balloon's length.
        rule: of sizing.
        sizes: those that there are.

    Raises:
        ValueError: none fits; the nearest is named, and why it is refused.
    """
    if not (lesion_mm[0] < lesion_mm[1] and reference_mm > 0.0):
        raise ValueError(
            f"a lesion runs from less to more in a vessel of some width, got {lesion_mm} and "
            f"{reference_mm} mm"
        )
    if not sizes:
        raise ValueError("there are no sizes to choose from: give those that are on the shelf")
    factor = 1.0 if rule.unit == "mm" else 0.01 * reference_mm
    low, high = reference_mm + rule.least * factor, reference_mm + rule.most * factor
    length = lesion_mm[1] - lesion_mm[0]
    short, long = length + 2.0 * rule.least_overhang_mm, length + 2.0 * rule.most_overhang_mm

    def off(one: Balloon) -> tuple[float, float, float, float]:
        """Out of the rule by diameter and by length, from its middle, and length."""
        wide = max(low - one.nominal_mm, one.nominal_mm - high, 0.0)
        far = max(short - one.length_mm, one.length_mm - long, 0.0)
        return wide, far, abs(one.nominal_mm - 0.5 * (low + high)), one.length_mm

    best = min(sizes, key=off)
    if max(off(best)[:2]) > 1e-9 * reference_mm:
        raise ValueError(
            f"no balloon fits: {low:.2f} to {high:.2f} mm by {short:g} to {long:g} mm are allowed "
            f"({rule.source}); the nearest there is, {best.nominal_mm:g} x {best.length_mm:g} mm"
        )
    return BalloonChoice(
        best, 0.5 * (lesion_mm[0] + lesion_mm[1]), best.chart.pressure_for(best.nominal_mm),
        best.nominal_mm, 100.0 * (best.nominal_mm / reference_mm - 1.0),
        0.5 * (best.length_mm - length), rule,
    )  # fmt: skip
