"""What a rehearsal came to: every draw, and how often something happened in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.care.quality import wilson_interval
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.core.space import Points
    from seldinger.plan.approach.percutaneous.error_model import ErrorModel
    from seldinger.plan.model import Path, Plan


_LEAST = 0.01
"""Shares below it, and above one less it, are told as such."""


@dataclass(frozen=True, slots=True)
class Share:
    """How often something happened.

    Attributes:
        count: in so many draws.
        draws: of so many.
        planned: the plan's own chance of it; None where it gives none.
    """

    count: int
    draws: int
    planned: float | None = None

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.count / self.draws

    @property
    def interval(self) -> tuple[float, float]:
        """What so many draws cannot tell it from: Wilson's 95 % interval."""
        return wilson_interval(self.count, self.draws)


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """The passes of one device, n of them; each uncorrected.

    Attributes:
        name: "needle", "probe 1".
        path: the plan's own.
        errors: how the device misses.
        tip_lps_mm: (n, 3) where what was steered at ``path.target_lps_mm`` came to lie.
        hit: (n,) whether the stretch that must meet the target does.
        touch: structure within reach of the errors -> (n,) whether the device touches it.
        inside_mm: (n,) how much of that stretch lies in the viable target; None for probes.
        planned_inside_mm: the same as planned.
    """

    name: str
    path: Path
    errors: ErrorModel
    tip_lps_mm: Points
    hit: NDArray[np.bool_]
    touch: Mapping[str, NDArray[np.bool_]]
    inside_mm: NDArray[np.float64] | None
    planned_inside_mm: float

    @property
    def lateral_mm(self) -> NDArray[np.float64]:
        """(n,) distance of each tip from the planned axis."""
        axis = np.subtract(self.path.target_lps_mm, self.path.entry_lps_mm) / self.path.depth_mm
        away = self.tip_lps_mm - np.asarray(self.path.target_lps_mm)
        found: NDArray[np.float64] = np.linalg.norm(away - (away @ axis)[:, None] * axis, axis=1)
        return found

    @property
    def shares(self) -> dict[str, Share]:
        """By "hit" and by structure touched; the likeliest structure first."""
        planned = self.path.probability
        made = {n: count_share(v, planned.touch.get(n)) for n, v in self.touch.items()}
        ranked = sorted(made.items(), key=lambda item: (-item[1].count, item[0]))
        return {"hit": count_share(self.hit, planned.hit), **dict(ranked)}

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class ZoneDraws:
    """The ablation zone carried along with its probes, n times.

    Attributes:
        margin_mm: (n,) minimal ablative margin away from the capsule.
        coverage: (n,) share of the target inside the zone.
        complete: (n,) whether all of the target's surface is inside it.
        margin_asked_mm: what was asked.
        planned_margin_mm: as drawn.
        planned_coverage: as drawn.
        planned_complete: the plan's own chance of it, over tissue and power as well.
    """

    margin_mm: NDArray[np.float64]
    coverage: NDArray[np.float64]
    complete: NDArray[np.bool_]
    margin_asked_mm: float
    planned_margin_mm: float
    planned_coverage: float
    planned_complete: float

    @property
    def shares(self) -> Share:
        """How often ablation is complete."""
        return count_share(self.complete, self.planned_complete)

    @property
    def margin(self) -> Spread:
        """The minimal ablative margin, mm."""
        return measure_spread(self.margin_mm, self.planned_margin_mm)

    @property
    def covered(self) -> Spread:
        """The share of the target that is ablated."""
        return measure_spread(self.coverage, self.planned_coverage)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """A plan carried out again and again, never corrected.

    Attributes:
        plan: which.
        seed: of the draws.
        draws: how many.
        passes: of each device.
        zone: of an ablation; None where nothing is heated or frozen.
        breath_mm: (n,) how far what follows the breath is shifted to the head, the same for all
            devices of a draw.
        target_moves: whether the target follows the breath.
        doubt: why the zone's figures are not to be believed; empty where they may be.
        notes: what was assumed.
    """

    plan: Plan
    seed: int
    draws: int
    passes: tuple[Passes, ...]
    zone: ZoneDraws | None
    breath_mm: NDArray[np.float64]
    target_moves: bool
    doubt: str
    notes: tuple[str, ...]

    @property
    def as_meant(self) -> Share:
        """How often every pass hits, nothing known is touched, and ablation is complete."""
        met = np.ones(self.draws, dtype=bool)
        for one in self.passes:
            met &= one.hit
            for touched in one.touch.values():
                met &= ~touched
        return count_share(met if self.zone is None else met & self.zone.complete, None)

    @property
    def lines(self) -> tuple[str, ...]:
        """The answer, one sentence each; shares with their 95 % interval."""
        text_lines = [self.doubt] if self.doubt else []
        text_lines.append(f"{self.draws} draws of one uncorrected placement, seed {self.seed}.")
        for passes in self.passes:
            hit, *touches = passes.shares.items()
            lateral = measure_spread(passes.lateral_mm, 0.0)
            text_lines.append(
                f"{passes.name.capitalize()} hits in {describe_share(hit[1])}; its tip lies up to "
                f"{lateral.p50:.1f} mm beside its axis in half of them, up to {lateral.p95:.1f} mm "
                "in 95 %."
            )
            if passes.inside_mm is not None:
                inside = measure_spread(passes.inside_mm, passes.planned_inside_mm)
                text_lines.append(
                    f"Of what shall lie in the target {inside.p50:.1f} mm do in the median, "
                    f"{inside.p05:.1f} mm or less in 5 % (planned {inside.nominal:.1f} mm)."
                )
            text_lines += [
                f"{passes.name.capitalize()} touches {name} in {describe_share(found)}."
                for name, found in touches
                if found.count
            ]
        if self.zone is not None:
            margin = self.zone.margin
            text_lines.append(
                f"Ablation is complete in {describe_share(self.zone.shares)}; minimal ablative "
                f"margin {margin.p05:.1f} to {margin.p95:.1f} mm (5 to 95 %)."
            )
        text_lines.append(
            f"All as planned, no labelled structure touched: {describe_share(self.as_meant)}."
        )
        return (*text_lines, *self.notes)

    def __repr__(self) -> str:
        """The answer in one line."""
        asked, said = self.plan.request, self.lines[-1 - len(self.notes)]
        return f"rehearsal of {asked.procedure} of {asked.target}: {said}"


def count_share(met: NDArray[np.bool_], planned: float | None) -> Share:
    """How often ``met``, (n,), is true, beside what was planned."""
    return Share(int(met.sum()), len(met), planned)


def measure_spread(values: NDArray[np.float64], nominal: float) -> Spread:
    """How ``values``, (n,), scatter about what is drawn."""
    low, middle, high = (float(q) for q in np.quantile(values, (0.05, 0.5, 0.95)))
    return Spread(nominal, low, middle, high)


def describe_share(share: Share) -> str:
    """A share in words, with its interval and the plan's own."""
    planned = "" if share.planned is None else f"; planned {format_percent(share.planned)}"
    low, high = (format_percent(bound) for bound in share.interval)
    between = low if low == high else f"{low.removesuffix(' %')} to {high}"
    return f"{format_percent(share.value)} of draws ({between}{planned})"


def format_percent(value: float) -> str:
    """A share as it is printed; the ends of the scale are never claimed."""
    if value < _LEAST:
        return "< 1 %"
    return "> 99 %" if value > 1.0 - _LEAST else f"{100.0 * value:.0f} %"
