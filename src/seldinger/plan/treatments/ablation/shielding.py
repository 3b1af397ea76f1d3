"""Between electrodes: where several are active together, their fields cancel in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.geometry import levels
from seldinger.simulate.thermal.modalities import find_modality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points
    from seldinger.simulate.thermal.heating import Heated
    from seldinger.simulate.thermal.setup import Placed

_FROM = 3
"""Two electrodes cancel on the line between them alone; from three on a middle is enclosed."""
_POINTS = 41


def describe_shielding(placed: Sequence[Placed], done: Heated, grid: Grid) -> tuple[str, ...]:
    """What a reader must know of the middle of three or more electrodes; else nothing.

    Args:
        placed: applicators of one kind, where they work.
        done: what they do on ``grid``.
        grid: of its fields.
    """
    if len(placed) < _FROM or not find_modality(placed).driven:
        return ()
    share = compute_middle_share(placed)
    if share >= 1.0:
        return ()
    middle = _middle(placed)[None, :]
    dies = levels.sample_field(done.level, grid, middle)[0] > 0.0
    hottest = levels.sample_field(done.extreme_c, grid, middle)[0]
    fate = "by this plan it dies" if dies else "BY THIS PLAN IT SURVIVES"
    text = (
        f"All {len(placed)} electrodes are active together, with one polarity: between them their "
        f"fields cancel. In even tissue the middle gets {_percent(share)} of the power that one of "
        f"them alone would bring there by the same current; heat must be conducted to it: {fate} "
        f"({hottest:.0f} C at most). Electrodes that take turns are not computed."
    )
    return (text,)


def compute_middle_share(placed: Sequence[Placed]) -> float:
    """Power density amid electrodes that work together, over the mean of each working alone.

    In even tissue, every electrode sending the same current evenly from its active length.
    """
    middle = _middle(placed)
    fields = np.stack([_field(one, middle) for one in placed])
    alone = float((fields**2).sum(axis=1).mean())
    return float((fields.sum(axis=0) ** 2).sum()) / alone


def _middle(placed: Sequence[Placed]) -> Points:
    """The middle of the electrodes' active middles, (3,) LPS mm."""
    middles: NDArray[np.float64] = np.stack([_active(one).mean(axis=0) for one in placed])
    middle: Points = middles.mean(axis=0)
    return middle


def _active(one: Placed) -> Points:
    """Points along the active length, (n, 3) LPS mm."""
    along = np.linspace(0.0, one.applicator.active_mm or 0.0, _POINTS)
    points: Points = np.asarray(one.tip_lps_mm) + along[:, None] * np.asarray(one.axis_lps)
    return points


def _field(one: Placed, point: Points) -> Points:
    """The field of a line that sends out current evenly, (3,), in no unit."""
    away = point - _active(one)
    far = np.linalg.norm(away, axis=1, keepdims=True)
    field: Points = (away / np.maximum(far, 0.5 * one.applicator.diameter_mm) ** 3).mean(axis=0)
    return field


def _percent(share: float) -> str:
    """A share in words; hardly anything is not called nothing."""
    return f"{100.0 * share:.0f} %" if share >= 0.01 else "less than 1 %"  # noqa: PLR2004
