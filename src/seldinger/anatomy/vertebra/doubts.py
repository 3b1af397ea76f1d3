"""Doubts: why a level may be misnamed, cut, or two in one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vertebra.levels import ORDER
from seldinger.core.space import unit

if TYPE_CHECKING:
    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.anatomy.vertebra.spine import Shape, Spine
    from seldinger.core.space import Points

_LAST_RIB = re.compile(r"^rib[ _](?P<side>left|right)[ _]12$", re.IGNORECASE)
_TOUCH_MM = 6.0
_NEXT_MM = 2.0
_WITH_RIB = ("T10", "T11", "T12", "L1", "L2")


def find_fused(
    spine: Spine, level: str, usual_ml: float | None, settings: VertebraSettings
) -> str | None:
    """The level without a label that seems to be part of this one's; None: none.

    A name is missing next to this level, another is labelled beyond it, and this label is as large
    as two.
    """
    if usual_ml is None:
        return None
    if spine.get_level(level).volume_ml < settings.get_value("fused_ratio") * usual_ml:
        return None
    at = ORDER.index(level)
    for step in (-1, 1):
        beside, beyond = at + step, at + 2 * step
        if not 0 <= min(beside, beyond) <= max(beside, beyond) < len(ORDER):
            continue
        if ORDER[beside] not in spine.present and ORDER[beyond] in spine.present:
            return ORDER[beside]
    return None


def find_touching(
    spine: Spine, level: str, outline: Outline, settings: VertebraSettings
) -> str | None:
    """The level whose bone carries this one's name in part, or the other way round; None: none.

    Then the next label begins where this body ends, with no disc between, or this label goes on
    beyond the disc.

    Args:
        spine: all levels.
        level: whose body it is.
        outline: of that level.
        settings: how much of an end may touch.
    """
    body, at = outline.body, ORDER.index(level)
    columns, height = body.any(axis=2), body.shape[2]
    i, j = np.nonzero(columns)
    if not i.size:
        return None
    reach = max(1, round(_NEXT_MM / outline.voxel_mm))
    for step, up in ((-1, 1), (1, -1)):
        name = ORDER[at + step] if 0 <= at + step < len(ORDER) else ""
        if name not in spine.present:
            continue
        end = height - 1 - body[..., ::-1].argmax(axis=2) if up > 0 else body.argmax(axis=2)
        other = spine.get_level(name).sample(outline.grid) > 0.0
        # This label's own bone beyond the disc, in the same columns.
        level_k = np.arange(height)[None, :]
        beyond = (level_k - end[i, j][:, None]) * up > reach
        met = (outline.bone[i, j] & beyond).any(axis=1)
        for away in range(1, reach + 1):
            met |= other[i, j, np.clip(end[i, j] + up * away, 0, height - 1)]
        if float(met.mean()) > settings.get_value("touching_share"):
            return name
    return None


def doubt_level(spine: Spine, level: str, settings: VertebraSettings) -> str | None:
    """Why ``level`` may be misnamed, in words; None: nothing speaks against it."""
    words = (*_doubt_names(spine, level), *_doubt_places(spine, level, settings))
    words += _doubt_ribs(spine)
    return "; ".join(words) or None


def _doubt_names(spine: Spine, level: str) -> tuple[str, ...]:
    present, at = spine.present, spine.present.index(level)
    words = []
    for beside in present[max(0, at - 1) : at] + present[at + 1 : at + 2]:
        one, other = sorted((ORDER.index(level), ORDER.index(beside)))
        missing = ORDER[one + 1 : other]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            between = f"between {ORDER[one]} and {ORDER[other]}"
            words.append(f"{between} {', '.join(missing)} {verb} not labelled")
    if len(present) == 1:
        words.append("no other level is labelled")
    elif at in {0, len(present) - 1}:
        words.append(f"labelled levels end here, at {level}")
    return tuple(words)


def _doubt_places(spine: Spine, level: str, settings: VertebraSettings) -> tuple[str, ...]:
    """Levels out of order along the spine, or as far apart as two."""
    at = spine.present.index(level)
    present = spine.present[max(0, at - 3) : at + 4]
    middles = [spine.get_level(one).centre_lps_mm for one in present]
    if len(present) < 3:  # noqa: PLR2004  no distance to compare with
        return ()
    at, words = present.index(level), []
    for n in (at - 1, at):
        if not 0 <= n < len(present) - 1:
            continue
        above, below = present[n], present[n + 1]
        step = middles[n] - middles[n + 1]
        if step @ _run(middles) <= 0.0:
            words.append(f"{above} does not lie above {below}")
            continue
        names = ORDER.index(below) - ORDER.index(above)
        usual = _usual_step(spine, present, n)
        ratio = float(np.linalg.norm(step)) / usual if usual else float(names)
        cut = spine.get_level(above).body_cut or spine.get_level(below).body_cut
        if names == 1 and ratio >= settings.get_value("gap_ratio") and not cut:
            words.append(f"{above} and {below} lie {ratio:.1f} times as far apart as others")
        if names > 1 and ratio < settings.get_value("gap_ratio"):
            words.append(f"{above} and {below} lie as near to each other as neighbours do")
    return tuple(words)


def _run(middles: list[Points]) -> Points:
    return unit(middles[0] - middles[-1])


def _usual_step(spine: Spine, present: tuple[str, ...], at: int) -> float | None:
    """The usual distance between next levels near ``at``, without the one there; None: unknown."""
    steps = []
    for n in range(len(present) - 1):
        if n == at or ORDER.index(present[n + 1]) - ORDER.index(present[n]) != 1:
            continue
        ends = spine.get_level(present[n]), spine.get_level(present[n + 1])
        if not any(one.body_cut for one in ends):
            steps.append(float(np.linalg.norm(ends[0].centre_lps_mm - ends[1].centre_lps_mm)))
    return float(np.median(steps)) if steps else None


def _doubt_ribs(spine: Spine) -> tuple[str, ...]:
    """Twelfth ribs that stand at another vertebra than T12."""
    words = []
    labels = spine.study.labels
    for name in () if labels is None else labels.names:
        match = _LAST_RIB.match(name)
        rib = spine.get_shape(name) if match else None
        if match is None or rib is None:
            continue
        gaps = {
            one: _gap_mm(rib, spine.get_level(one)) for one in _WITH_RIB if one in spine.present
        }
        touched = min(gaps, key=lambda one: gaps[one], default="T12")
        if touched != "T12" and gaps[touched] <= _TOUCH_MM:
            words.append(f"the {match['side'].lower()} twelfth rib touches {touched}")
    return tuple(words)


def _gap_mm(one: Shape, other: Shape) -> float:
    away, _ = scipy.spatial.cKDTree(other.points_lps_mm).query(one.points_lps_mm)
    return float(away.min())
