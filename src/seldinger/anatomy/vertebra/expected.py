"""Expected: the heights that whole neighbours let one expect, and the grade of what is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.anatomy.vertebra.frame import outline_quickly
from seldinger.anatomy.vertebra.heights import measure_heights
from seldinger.anatomy.vertebra.levels import ORDER
from seldinger.anatomy.vertebra.model import BodyHeights, Collapse
from seldinger.geometry.morphology import erode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.heights import Measured
    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.anatomy.vertebra.spine import Spine

GRADES = ("vertebra.imaging.genant.1", "vertebra.imaging.genant.2", "vertebra.imaging.genant.3")
_COARSE_MM = 1.5
_LEAST = 2
_MARROW_MM = 4.0


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whole bodies beside a level.

    Attributes:
        expected_mm: front, middle, back on a straight line over their levels; None: fewer than two.
        marrow_hu: the usual of theirs; None without any.
        volume_ml: the usual volume of their labels; None without any.
        notes: who was left out, and why.
    """

    expected_mm: tuple[float, float, float] | None
    marrow_hu: float | None
    volume_ml: float | None
    notes: tuple[str, ...]


def ask_neighbours(spine: Spine, level: str, settings: VertebraSettings) -> Neighbours:
    """What the levels beside ``level`` let one expect of it."""
    names, notes = _choose(spine, level, int(settings.get_value("height_neighbours")))
    step_mm = settings.get_value("height_step")
    heights: dict[str, Measured] = {}
    marrow = []
    for one in names:
        outline = outline_quickly(spine, one, _COARSE_MM)
        measured = measure_heights(outline, settings.get_value("height_inset"))
        if measured is None:
            notes += (f"{one} could not be measured",)
            continue
        heights[one] = measured
        marrow.append(_read_marrow(spine, outline))
    whole, fractured = _leave_fractured(heights)
    notes += fractured
    volumes = [spine.get_level(one).volume_ml for one in names]
    if len(whole) < _LEAST:
        few = f"only {len(whole)} whole level{'s' * (len(whole) != 1)} beside {level}"
        notes += (f"no heights can be expected: {few}",)
    else:
        notes += (f"heights expected from {', '.join(whole)}",)
    return Neighbours(
        _draw_line(whole, level, step_mm) if len(whole) >= _LEAST else None,
        float(np.median(marrow)) if marrow else None,
        float(np.median(volumes)) if volumes else None,
        notes,
    )


def _choose(spine: Spine, level: str, count: int) -> tuple[list[str], tuple[str, ...]]:
    """Up to ``count`` levels on each side whose bodies lie in the scan."""
    at = ORDER.index(level)
    chosen, notes = [], []
    for one in ORDER[max(0, at - count) : at + count + 1]:
        # C1 has no body, C2 bears the dens, and the sacrum's first body is a wedge.
        if one == level or one in {"C1", "C2", "S1"} or one not in spine.present:
            continue
        if spine.get_level(one).body_cut:
            notes.append(f"{one} is cut by the scan and tells no height")
            continue
        chosen.append(one)
    return chosen, tuple(notes)


def _read_marrow(spine: Spine, outline: Outline) -> float:
    inner = erode(outline.body, _MARROW_MM, outline.voxel_mm)
    values = spine.sample_hu(outline.grid)[inner if inner.any() else outline.body]
    return float(np.median(values)) if values.size else float("nan")


def _leave_fractured(
    heights: Mapping[str, Measured],
) -> tuple[dict[str, Measured], tuple[str, ...]]:
    """Neighbours that are whole: against themselves, and against each other."""
    lost = read_limits()[0]
    whole, notes = {}, []
    for one, measured in heights.items():
        share = min(measured.three_mm) / max(measured.three_mm)
        if 1.0 - share >= lost:
            low = ", ".join(f"{mm:.1f}" for mm in measured.three_mm)
            notes.append(f"{one} may be fractured itself ({low} mm) and was left out")
        else:
            whole[one] = measured
    for one in list(whole):
        beside = _list_beside(one, list(whole))
        means = [float(np.mean(whole[name].three_mm)) for name in beside]
        # Downwards bodies grow: one that is lower than the lower of both is no step of growth.
        if means and 1.0 - float(np.mean(whole[one].three_mm)) / min(means) >= lost:
            notes.append(f"{one} is lower than {' and '.join(beside)} and was left out")
            del whole[one]
    return whole, tuple(notes)


def _list_beside(level: str, others: list[str]) -> list[str]:
    """The nearest of ``others`` above and below ``level``."""
    at = ORDER.index(level)
    steps = {ORDER.index(one) - at: one for one in others if one != level}
    above, below = [n for n in steps if n < 0], [n for n in steps if n > 0]
    nearest = [max(above)] if above else []
    nearest += [min(below)] if below else []
    return [steps[n] for n in nearest]


def _draw_line(
    heights: Mapping[str, Measured], level: str, step_mm: float
) -> tuple[float, float, float]:
    """Heights at ``level`` on a straight line over the levels; downwards bodies become higher.

    Between levels the line is theirs. Beyond them its slope is the assumed one: two heights that
    are each a little wrong would point anywhere.
    """
    steps = np.array([ORDER.index(one) - ORDER.index(level) for one in heights], dtype=float)
    values = np.array([m.three_mm for m in heights.values()])
    if steps.min() < 0.0 < steps.max():
        front, middle, back = np.polyfit(steps, values, 1)[1]
    else:
        front, middle, back = (values - steps[:, None] * step_mm).mean(axis=0)
    return float(front), float(middle), float(back)


def read_limits() -> tuple[float, float, float]:
    """Least shares of height lost for grades 1, 2 and 3, as published."""
    one, two, three = (evidence.driving_value(g, secondary=True) / 100.0 for g in GRADES)
    return one, two, three


def grade_heights(
    measured: Measured, expected_mm: tuple[float, float, float] | None
) -> BodyHeights:
    """Heights with shape and grade of the collapse; both unknown without expected heights."""
    three, wedge = measured.three_mm, measured.wedge_deg
    if expected_mm is None:
        return BodyHeights(*three, None, None, None, wedge)
    lost = [1.0 - have / should for have, should in zip(three, expected_mm, strict=True)]
    limits = read_limits()
    # The third grade begins above its limit, the others at theirs.
    most = max(lost)
    grade = sum(most >= limit for limit in limits[:2]) + (most > limits[2])
    if grade == 0:
        shape = Collapse.NONE
    elif lost[2] >= limits[0]:
        shape = Collapse.CRUSH
    elif lost[1] > lost[0]:
        shape = Collapse.BICONCAVE
    else:
        shape = Collapse.WEDGE
    return BodyHeights(*three, expected_mm, shape, int(grade), wedge)
