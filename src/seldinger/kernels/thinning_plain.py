"""Plain twin of ``thinning``: the same rule with scipy's labels, to be read and to check by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FACES = scipy.ndimage.generate_binary_structure(3, 1)
_ALL = np.ones((3, 3, 3), dtype=bool)
_NOT_CORNERS = scipy.ndimage.generate_binary_structure(3, 2)


def is_simple(cube: NDArray[np.bool_]) -> bool:
    """Whether the middle of a (3, 3, 3) ``cube`` may go."""
    inside = cube.copy()
    inside[1, 1, 1] = False
    if scipy.ndimage.label(inside, _ALL)[1] != 1:
        return False
    air = ~inside & _NOT_CORNERS
    air[1, 1, 1] = False
    parts, _ = scipy.ndimage.label(air, _FACES)
    touching = set(parts[_FACES & air].tolist()) - {0}
    return len(touching) == 1


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``mask``, (i, j, k), thinned to curves."""
    cells = np.pad(mask, 1)
    sides = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1))

    def may_go(place: NDArray[np.intp]) -> bool:
        i, j, k = place
        cube = cells[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2]
        return bool(cube.sum() > 2) and is_simple(cube)  # noqa: PLR2004

    going = True
    while going:
        going = False
        for side in sides:
            border = cells & ~np.roll(cells, tuple(-s for s in side), axis=(0, 1, 2))
            for place in [p for p in np.argwhere(border) if may_go(p)]:
                if may_go(place):
                    cells[tuple(place)] = False
                    going = True
    return cells[1:-1, 1:-1, 1:-1]
