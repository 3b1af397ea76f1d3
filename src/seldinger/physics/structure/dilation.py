"""Dilation: a balloon is inflated in a narrowed vessel and let down again.

Where the balloon is wider than the lumen it pushes the wall out to its chart less the deficit; let
down, the wall springs back, but never to less than it was. What is left is compared with the
healthy vessel by diameter and by area. How far the balloon overstretches the healthy vessel is
held against the limits that are given: passing one is said, and is no probability of anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.physics.structure.lumen import (
    Narrowing,
    measure_narrowing,
    spread_reference,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.structure.balloon import Balloon, Draws, Expansion
    from seldinger.physics.structure.lumen import Lumen

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StretchLimit:
    """From which ratio of balloon to healthy vessel a condition is to be reckoned with.

    Attributes:
        condition: "dissection", "rupture".
        ratio: diameter of the balloon over that of the healthy vessel.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, it says no condition or no source, or the ratio is below 1.
    """

    condition: str
    ratio: float
    source: str

    def __post_init__(self) -> None:
        if not (self.condition.strip() and self.source.strip() and self.ratio >= 1.0):
            raise ValueError(
                f"a stretch limit names its condition and source and is at least 1, got {self}"
            )


@dataclass(frozen=True, slots=True)
class Overstretch:
    """A limit that is passed: a condition, never a probability.

    Attributes:
        limit: which.
        ratio: of balloon to healthy vessel, where that is largest.
        at_mm: there.
    """

    limit: StretchLimit
    ratio: float
    at_mm: float


@dataclass(frozen=True, slots=True)
class Dilation:
    """What an inflation leaves.

    Attributes:
        pressure_atm: in the balloon.
        balloon_mm: its diameter by the chart.
        before: lumen as it was.
        inflated: lumen while the balloon stands.
        after: lumen once it is let down.
        residual: narrowing that is left where it was judged, with its spread.
        oversize_percent: 100 (balloon / healthy vessel - 1) where that is largest.
        stretch: balloon while it stands over the lumen before, where that is largest.
        limits: what the stretch was held against; with none, nothing is known of it.
        overstretched: those that are passed.
    """

    pressure_atm: float
    balloon_mm: float
    before: Lumen
    inflated: Lumen
    after: Lumen
    residual: Narrowing
    oversize_percent: float
    stretch: float
    limits: tuple[StretchLimit, ...]
    overstretched: tuple[Overstretch, ...]

    __repr__ = short_repr


def dilate(  # noqa: PLR0913, PLR0917  what goes in, where, and what is asked of it
    lumen: Lumen,
    balloon: Balloon,
    centre_mm: float,
    pressure_atm: float,
    reference_mm: Floats | float,
    expansion: Expansion,
    draws: Draws,
    limits: Sequence[StretchLimit],
    judged_mm: tuple[float, float] | None = None,
) -> Dilation:
    """Inflate ``balloon`` once.

    Deficit and recoil are drawn independently, and each draw holds for the whole balloon.

    Args:
        lumen: as it is.
        balloon: what is inflated.
        centre_mm: along the lumen, of its middle.
        pressure_atm: in it.
        reference_mm: healthy diameter, one or (n,).
        expansion: deficit and recoil.
        draws: how often.
        limits: what the stretch of the healthy vessel is held against.
        judged_mm: from and to, along the lumen, of the narrowing that is treated: what is left of
            it is the residual; None: the worst that is left anywhere.

    Raises:
        ValueError: the pressure is not on the chart, the balloon leaves the known lumen, the
            reference does not fit, or the balloon is nowhere wider than the lumen.
    """
    healthy = spread_reference(lumen, reference_mm)
    outline = balloon.outline_mm(lumen, centre_mm, pressure_atm)
    if not (outline > lumen.area_diameter_mm).any():
        raise ValueError(
            f"a balloon of {outline.max():g} mm touches no wall of a lumen of at least "
            f"{lumen.area_diameter_mm[outline > 0.0].min():g} mm: take a larger one"
        )
    inflated, after = open_with(lumen, outline, expansion, 0.0, 0.0)
    normal = draws.normals(2)
    _, drawn = open_with(lumen, outline, expansion, normal[:, :1], normal[:, 1:])
    ratio = outline / healthy
    worst = int(np.argmax(ratio))
    passed = tuple(
        Overstretch(limit, float(ratio[worst]), float(lumen.along_mm[worst]))
        for limit in limits
        if ratio[worst] > limit.ratio
    )
    return Dilation(
        pressure_atm, balloon.chart.read_mm(pressure_atm), lumen, lumen.widened(inflated),
        lumen.widened(after), measure_narrowing(lumen, healthy, after, drawn, judged_mm),
        100.0 * (float(ratio[worst]) - 1.0), float((inflated / lumen.area_diameter_mm).max()),
        tuple(limits), passed,
    )  # fmt: skip


def open_with(
    lumen: Lumen,
    outline_mm: Floats,
    expansion: Expansion,
    deficit: Floats | float,
    recoil: Floats | float,
) -> tuple[Floats, Floats]:
    """Lumen while a balloon stands, and once it is let down.

    Args:
        lumen: as it is.
        outline_mm: (n,) the balloon by its chart; 0 where it is not.
        expansion: deficit and recoil.
        deficit: how many standard deviations from its mean, such as (draws, 1).
        recoil: the same.
    """
    before = lumen.area_diameter_mm
    standing = np.maximum(before, expansion.deficit.taken_off(outline_mm, deficit))
    sprung = expansion.recoil.taken_off(standing, recoil)
    touched = standing > before
    return standing, np.where(touched, np.maximum(before, sprung), before)
