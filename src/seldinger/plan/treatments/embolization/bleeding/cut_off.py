"""Cut off: the tissue whose artery is closed, as likely, as surely and as possibly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.anatomy.territory import FAR_MM, inject_all
from seldinger.core.errors import AnatomyError

if TYPE_CHECKING:
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.embolization.bleeding.places import Places


@dataclass(frozen=True, slots=True, eq=False)
class CutOff:
    """The tissue beyond what is closed, as far as it lies within 30 mm of a traced branch.

    Attributes:
        mask: (i, j, k) nearest to a branch beyond it.
        sure_ml: much nearer to those than to any other.
        possible_ml: all but what is much nearer to others.
    """

    mask: Mask
    sure_ml: float
    possible_ml: float


def find_cut_off(places: Places, doubt: float) -> CutOff | None:
    """What loses its artery; None where nobody knows it.

    Args:
        places: where it is closed.
        doubt: share of the sum of two ways by which they must differ.
    """
    tree, part = places.tree, places.partition
    if tree is None or part is None or not places.chosen:
        return None
    near = part.organ & (part.branch >= 0) & (part.away_mm <= FAR_MM)
    try:
        found = inject_all(part, tree, [one.edge for one in places.chosen], doubt)
    except AnatomyError:
        return None
    cut: Mask = found.likely & near
    if not cut.any():
        return None
    sure, possible = (
        float((one & near).sum()) * part.grid.voxel_ml for one in (found.sure, found.possible)
    )
    return CutOff(cut, sure, possible)
