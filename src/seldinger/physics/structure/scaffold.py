"""Scaffold: stents are deployed in a vessel, and what lumen they leave.

A self-expanding stent opens a narrowing towards its own diameter or the healthy vessel, whichever
is less, by a share that is given: its force against the lesion is not computed. A stent on a
balloon is as wide as the balloon made it, less the recoil. Neither makes a lumen narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.formatting import short_repr
from seldinger.physics.structure.dilation import open_with
from seldinger.physics.structure.lumen import Narrowing, measure_narrowing, spread_reference
from seldinger.physics.structure.stent import BalloonExpandableStent, SelfExpandingStent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from statistics import NormalDist

    from numpy.typing import NDArray

    from seldinger.physics.structure.balloon import Draws, Expansion
    from seldinger.physics.structure.lumen import Lumen
    from seldinger.physics.structure.stent import PlacedStent

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SelfOpening:
    """How far a self-expanding stent opens a narrowing, as it was measured in others.

    Attributes:
        share: of the way from the lumen before to the stent's diameter or the healthy one,
            whichever is less: 1 opens it all. Draws are cut to 0 to 1.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, the mean is no share, or there is no source.
    """

    share: NormalDist
    source: str

    def __post_init__(self) -> None:
        if not (0.0 <= self.share.mean <= 1.0 and self.source.strip()):
            raise ValueError(
                f"an opening is a mean share of 0 to 1 with a source, got {self.share.mean:g} from "
                f"{self.source!r}"
            )


@dataclass(frozen=True, slots=True)
class BalloonOpening:
    """How a stent on a balloon is opened.

    Attributes:
        pressure_atm: in its balloon.
        expansion: how far it stays below the chart, and its recoil.
    """

    pressure_atm: float
    expansion: Expansion

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What stents leave.

    Attributes:
        placed: proximal first.
        before: lumen as it was.
        after: lumen with the stents.
        residual: narrowing that is left where it was judged, with its spread.
        scaffolded_mm: length of vessel that is covered.
        overlap_mm: of each stent with the next.
    """

    placed: tuple[PlacedStent, ...]
    before: Lumen
    after: Lumen
    residual: Narrowing
    scaffolded_mm: float
    overlap_mm: tuple[float, ...]

    __repr__ = short_repr


def deploy(
    lumen: Lumen,
    placed: Sequence[PlacedStent],
    reference_mm: Floats | float,
    opening: SelfOpening | BalloonOpening,
    draws: Draws,
    judged_mm: tuple[float, float] | None = None,
) -> Scaffold:
    """Deploy stents of one kind.

    Args:
        lumen: as it is: after a dilation, what that left.
        placed: proximal first.
        reference_mm: healthy diameter, one or (n,).
        opening: of all of them.
        draws: how often.
        judged_mm: from and to, along the lumen, of the narrowing that is treated: what is left of
            it is the residual; None: the worst that is left anywhere.

    Raises:
        ValueError: there is none; the opening does not belong to the kind; the pressure is not on
            the chart, or opens a stent further than it may be; too few places lie under one.
    """
    if not placed:
        raise ValueError("no stent is placed: give at least one")
    healthy = spread_reference(lumen, reference_mm)
    normal = draws.normals(2)
    drawn = np.tile(lumen.area_diameter_mm, (len(normal), 1))
    nominal = lumen.area_diameter_mm
    for one in placed:
        lumen.check_sampled(one.from_mm, one.to_mm)
        inside = lumen.within(one.from_mm, one.to_mm)
        opened = _open(lumen, one, healthy, opening, np.zeros((1, 2)))[0]
        nominal = np.where(inside, np.maximum(nominal, opened), nominal)
        each = _open(lumen, one, healthy, opening, normal)
        drawn = np.where(inside, np.maximum(drawn, each), drawn)
    overlaps = tuple(a.to_mm - b.from_mm for a, b in pairwise(placed))
    covered = sum(p.covered_mm for p in placed) - sum(max(0.0, o) for o in overlaps)
    return Scaffold(
        tuple(placed), lumen, lumen.widened(nominal),
        measure_narrowing(lumen, healthy, nominal, drawn, judged_mm), covered, overlaps,
    )  # fmt: skip


def _open(
    lumen: Lumen,
    one: PlacedStent,
    healthy: Floats,
    opening: SelfOpening | BalloonOpening,
    normal: Floats,
) -> Floats:
    """(draws, n) the lumen as if the stent were everywhere."""
    before, stent = lumen.area_diameter_mm, one.stent
    if isinstance(stent, SelfExpandingStent) and isinstance(opening, SelfOpening):
        aim = np.maximum(before, np.minimum(stent.nominal_mm, healthy))
        share = opening.share.mean + opening.share.stdev * normal[:, :1]
        opened: Floats = before + np.clip(share, 0.0, 1.0) * (aim - before)
        return opened
    if isinstance(stent, BalloonExpandableStent) and isinstance(opening, BalloonOpening):
        wide = stent.chart.read_mm(opening.pressure_atm)
        if wide > stent.most_mm:
            raise ValueError(
                f"{opening.pressure_atm:g} atm open this stent to {wide:g} mm; it may be opened to "
                f"{stent.most_mm:g} mm: inflate less, or take a larger one"
            )
        outline = np.full(before.shape, wide)
        return open_with(lumen, outline, opening.expansion, normal[:, :1], normal[:, 1:])[1]
    raise ValueError(
        f"a {type(stent).__name__} is not opened by a {type(opening).__name__}: give a SelfOpening "
        "to stents that expand by themselves, a BalloonOpening to those on a balloon"
    )
