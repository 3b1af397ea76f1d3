"""Narrowing: bone in the canal, by its section beside the neighbours' and by density."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.vertebra.frame import outline_quickly
from seldinger.anatomy.vertebra.levels import ORDER
from seldinger.geometry.morphology import erode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.canal import Canal
    from seldinger.anatomy.vertebra.outline import Outline
    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.anatomy.vertebra.spine import Spine

_COARSE_MM = 1.5
_RIM_MM = 2.0
"""So near to its walls the canal is mixed with bone in any scan."""


def measure_canal_share(spine: Spine, level: str) -> float | None:
    """Narrowest section of a canal over what the levels above and below let expect.

    All three are outlined alike, quickly: what is wrong of one is wrong of all.

    Args:
        spine: all levels.
        level: whose canal it is.

    Returns:
        A share; None where the arch closes no section here, above or below.
    """
    at = ORDER.index(level)
    sections = []
    for n in (at - 1, at, at + 1):
        name = ORDER[n] if 0 <= n < len(ORDER) else ""
        if name not in spine.present or spine.get_level(name).body_cut:
            return None
        canal = outline_quickly(spine, name, _COARSE_MM, with_canal=True).canal
        if canal is None or not canal.closed:
            return None
        sections.append(_list_sections(canal))
    above, own, below = sections
    return float(own.min() / (0.5 * (np.median(above) + np.median(below))))


def _list_sections(canal: Canal) -> NDArray[np.float64]:
    """Voxels of each section from the first that is closed to the last, (n,)."""
    between = canal.sections[..., canal.closed[0] : canal.closed[-1] + 1]
    return np.asarray(between.sum(axis=(0, 1)), dtype=np.float64)


def measure_bone_inside_ml(
    spine: Spine, outline: Outline, settings: VertebraSettings
) -> float | None:
    """What is as dense as bone inside a canal, where its own arch closes it, away from the walls.

    Args:
        spine: all levels, and the scan.
        outline: of the level.
        settings: densities.

    Returns:
        Its volume; None where no canal is closed: unknown.
    """
    canal = outline.canal
    if canal is None or not canal.closed:
        return None
    closed = np.zeros_like(canal.sections)
    between = slice(canal.closed[0], canal.closed[-1] + 1)
    closed[..., between] = canal.sections[..., between]
    # Sections beyond are carried on: eroding along the height as well would lose the outermost.
    inner = erode(canal.sections, _RIM_MM, outline.voxel_mm) & closed
    dense = inner & (spine.sample_hu(outline.grid) > settings.get_value("canal_bone_hu"))
    return float(dense.sum()) * outline.grid.voxel_ml
