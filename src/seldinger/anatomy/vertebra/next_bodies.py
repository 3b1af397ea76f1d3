"""The bodies next to a level, as far as labels and scan hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.anatomy.vertebra.frame import outline_quickly
from seldinger.anatomy.vertebra.levels import LEVELS, ORDER, parse_level
from seldinger.anatomy.vertebra.spine import read_spine
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.spine import Spine
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.image import Study

_VOXEL_MM = 1.5
_LEAST_ML = 1.0
_NO_BODY = frozenset({"C1", "C2"})


@dataclass(frozen=True, slots=True, eq=False)
class NextBody:
    """The body of a level beside another.

    Attributes:
        level: "C3" to "L5".
        grid: its lattice, in whatever direction it lies.
        body: (a, b, c) bool on it.
        hu: (a, b, c) CT values on it.
    """

    level: str
    grid: Grid
    body: Mask
    hu: NDArray[np.float32]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class NextBodies:
    """The bodies above and below a level; a word where one is not known.

    Attributes:
        above, below: a body, or why there is none to go by.
    """

    above: NextBody | str
    below: NextBody | str


def find_next_bodies(study: Study, level: str) -> NextBodies:
    """The bodies above and below ``level``.

    Args:
        study: CT with labels that name vertebrae.
        level: "L1", "th12", "vertebrae_L1" ...

    Raises:
        AnatomyError: no such level, or two labels mean the same one.
    """
    spine, at = read_spine(study), ORDER.index(parse_level(level))
    return NextBodies(_find(spine, ORDER[at - 1]), _find(spine, ORDER[at + 1]))


def _find(spine: Spine, level: str) -> NextBody | str:
    if level not in LEVELS or level in _NO_BODY:
        return f"{level} has no body that is told apart here"
    if level not in spine.present:
        return f"{level} is not labelled"
    shape = spine.get_level(level)
    if shape.body_cut:
        return f"{level} is cut by the scan"
    outline = outline_quickly(spine, level, _VOXEL_MM)
    if outline.body.sum() * outline.grid.voxel_ml < _LEAST_ML:
        return f"too little of {level} is labelled to tell its body"
    return NextBody(level, outline.grid, outline.body, spine.sample_hu(outline.grid))
