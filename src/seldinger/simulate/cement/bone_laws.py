"""Bone laws: from HU to mineral, and from mineral to a modulus, each as its source has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.evidence import driving_value, fact
from seldinger.physics.elastic.bone import PowerLaw
from seldinger.simulate.cement.settings import get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]

SLOPE = "vertebra.imaging.density.slope"
INTERCEPT = "vertebra.imaging.density.intercept"
_MODULUS = "vertebra.mechanics.modulus"
_APPARENT_RANGE = "vertebra.mechanics.density.review"
_MG_PER_G = 1000.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Mineral from HU.

    Attributes:
        slope_mg_per_ml: for each HU.
        intercept_mg_per_ml: at 0 HU.
        words: where it comes from, and of what it holds.
        facts: ids; empty where it is assumed.
    """

    slope_mg_per_ml: float
    intercept_mg_per_ml: float
    words: str
    facts: tuple[str, ...] = ()

    def find_g_per_ml(self, hu: Floats) -> Floats:
        """Mineral, g/mL, of HU of any shape; not below 0."""
        found: Floats = np.maximum(self.slope_mg_per_ml * hu + self.intercept_mg_per_ml, 0.0)
        return found / _MG_PER_G


def find_calibration(contrast: bool | None, assumed: Mapping[str, float]) -> Calibration:  # noqa: FBT001  a fact of the scan, three-valued
    """The published line where contrast is in the blood, else an assumed one.

    Args:
        contrast: whether the CT was taken with contrast; None: not known.
        assumed: edits of assumptions by name.
    """
    if contrast:
        return Calibration(
            driving_value(SLOPE), driving_value(INTERCEPT),
            f"published of {fact(SLOPE).population}; another scanner or voltage may differ",
            (SLOPE, INTERCEPT),
        )  # fmt: skip
    known = "without contrast" if contrast is False else "not known to hold contrast"
    return Calibration(
        get_assumed(assumed, "density_slope_mg_per_ml"),
        get_assumed(assumed, "density_intercept_mg_per_ml"),
        f"assumed, for the CT is {known} and the published line is of CT with contrast",
    )


@dataclass(frozen=True, slots=True)
class BoneLaw:
    """A modulus from mineral.

    Attributes:
        name: of its first author.
        facts: ids that it was made from.
        power: modulus by a power of a density; None: by a line.
        slope_mpa, intercept_mpa: of that line, for each g/mL of mineral.
        apparent: whether its density is the apparent one, not mineral.
    """

    name: str
    facts: tuple[str, ...]
    power: PowerLaw | None = None
    slope_mpa: float = 0.0
    intercept_mpa: float = 0.0
    apparent: bool = False

    def find_mpa(self, mineral_g_per_ml: Floats, assumed: Mapping[str, float]) -> Floats:
        """Modulus of mineral densities of any shape; positive.

        Args:
            mineral_g_per_ml: that CT counts.
            assumed: edits of assumptions by name.
        """
        least, most = (
            get_assumed(assumed, name)
            for name in ("least_density_g_per_ml", "most_density_g_per_ml")
        )
        held = np.clip(mineral_g_per_ml, least, most)
        if self.power is None:
            floor = self.slope_mpa * least * _FLOOR
            found: Floats = np.maximum(self.slope_mpa * held + self.intercept_mpa, floor)
            return found
        if self.apparent:
            held = held / get_assumed(assumed, "ash_over_apparent")
        return self.power.young_mpa(held)


_FLOOR = 0.25
"""Of what a line without its intercept gives for the thinnest bone: below it the line is 0."""


def list_laws(assumed: Mapping[str, float]) -> tuple[BoneLaw, ...]:
    """The published laws side by side, that of the vertebra's own CT density first.

    All of them are secondary: what is computed by them carries a stamp.

    Args:
        assumed: edits of assumptions by name.
    """
    most = get_assumed(assumed, "most_density_g_per_ml")
    return (
        _power("kopperdahl", "of calibrated CT", (0.0, most)),
        BoneLaw(
            "crawford", (f"{_MODULUS}.crawford.slope", f"{_MODULUS}.crawford.intercept"),
            slope_mpa=_driving(f"{_MODULUS}.crawford.slope"),
            intercept_mpa=_driving(f"{_MODULUS}.crawford.intercept"),
        ),
        BoneLaw(
            "aiyangar", (f"{_MODULUS}.aiyangar.axial",),
            slope_mpa=_driving(f"{_MODULUS}.aiyangar.axial"),
        ),
        _power("morgan", "apparent", _range(_APPARENT_RANGE), apparent=True),
    )  # fmt: skip


def _power(
    name: str, density: str, held: tuple[float, float], *, apparent: bool = False
) -> BoneLaw:
    ids = (f"{_MODULUS}.{name}.factor", f"{_MODULUS}.{name}.exponent")
    factor, exponent = (_driving(one) for one in ids)
    law = PowerLaw(factor, exponent, density, *held, "along the spine", fact(ids[0]).source)
    return BoneLaw(name, ids, law, apparent=apparent)


def _driving(fact_id: str) -> float:
    return driving_value(fact_id, secondary=True)


def _range(fact_id: str) -> tuple[float, float]:
    found = fact(fact_id).interval
    if found is None:
        raise SimulationError(f"the fact {fact_id!r} has no range: it needs one here")
    return found
