"""Patient: the built-in spine patient as a study, and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy as anatomies
from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.space import Grid, as_vector
from seldinger.demo.arterial import keep_seen, make_study
from seldinger.demo.render import paint, scan
from seldinger.demo.spine.coats import list_coats
from seldinger.demo.spine.levels import LEVELS, place, shape_body
from seldinger.demo.spine.truth import SpineTruth, collect_spine_truth
from seldinger.image.study import PatientPosition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.image.study import Study

NAME = "built-in spine patient"
NOTE = f"{NAME}: computed from formulas, of nobody, for trying out and testing"
VOXEL_RANGE_MM = (0.5, 4.0)
SCANNED = ("T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5")
_LOW_XY_MM, _HIGH_XY_MM = (-186.0, -142.0), (186.0, 124.0)
_ABOVE_MM, _BELOW_MM = 16.0, 26.0
"""Beyond the upper and the lower body: articular processes, and spinous processes below."""
_LARGEST = 80_000_000
"""Voxels of a scan; more would take a gigabyte while it is computed."""


@dataclass(frozen=True, slots=True, eq=False)
class SpinePatient:
    """A scan of an invented patient with a broken and a metastatic vertebra, and her truth.

    Attributes:
        study: CT in HU, prone, with labels in TotalSegmentator's names; the metastasis is
            "spine-metastasis-1".
        truth: of the whole spine, also of what the scan does not show.
        levels: whose whole vertebrae are scanned, from above down.
    """

    study: Study
    truth: SpineTruth
    levels: tuple[str, ...]

    __repr__ = short_repr

    def build_anatomy(self, settings: anatomies.Settings | None = None) -> anatomies.Anatomy:
        """The anatomy of the scan.

        Args:
            settings: lattice and assumptions; None: those of ``anatomy.build``.
        """
        return anatomies.build(self.study, settings=settings or anatomies.Settings())


def spine_patient(
    voxel_mm: float | tuple[float, float, float] = 1.0,
    noise_hu: float = 12.0,
    seed: int = 0,
    levels: Sequence[str] = SCANNED,
) -> SpinePatient:
    """Compute the built-in spine patient; the same arguments give the same bytes.

    An old woman with thin bone who lies on her belly. T12 is a fresh wedge with gas in a cleft and
    gaps in its upper endplate and its front; L3 holds a metastasis that has broken through the back
    wall on the left; the left pedicle of T11 is too narrow for a needle; the others are whole.

    Args:
        voxel_mm: voxel size, along L, P, S when three are given; 0.5 to 4.
        noise_hu: standard deviation of the noise, 0 for none.
        seed: of the noise.
        levels: the stretch from the uppermost to the lowest of these is scanned, skin all round.

    Raises:
        ImageError: a level that she has not, or a voxel size or noise that makes no CT.
    """
    spacing = as_vector(np.broadcast_to(np.asarray(voxel_mm, dtype=np.float64), (3,)))
    least, most = VOXEL_RANGE_MM
    if not all(least <= s <= most for s in spacing):
        raise ImageError(
            f"voxel_mm is {voxel_mm}; allowed: {least} to {most} mm, one number or three"
        )
    if not 0.0 <= noise_hu <= 200.0:  # noqa: PLR2004
        raise ImageError(f"noise_hu is {noise_hu}; allowed: 0 to 200 HU")
    seen = _order(levels)
    grid = _lattice(seen, spacing)
    hu, labels = paint(list_coats(), grid)
    study = make_study(
        NAME, scan(hu, grid, noise_hu, seed), keep_seen(labels), NOTE,
        position=PatientPosition.PRONE,
    )  # fmt: skip
    return SpinePatient(study, collect_spine_truth(), seen)


def _order(levels: Sequence[str]) -> tuple[str, ...]:
    """All levels from the uppermost to the lowest of those."""
    strange = [one for one in levels if one not in LEVELS]
    if strange or not levels or isinstance(levels, str):
        raise ImageError(
            f"levels is {levels!r}; allowed: a sequence of some of {', '.join(LEVELS)}"
        )
    numbers = [SCANNED.index(one) for one in levels]
    return SCANNED[min(numbers) : max(numbers) + 1]


def _lattice(levels: Sequence[str], spacing_mm: tuple[float, float, float]) -> Grid:
    """The aligned grid over whole vertebrae, with the skin all round and the table."""
    first, last = levels[0], levels[-1]
    high = place(first).origin_lps_mm[2] + max(shape_body(first, whole=True).upper_mm) + _ABOVE_MM
    low = place(last).origin_lps_mm[2] - max(shape_body(last).lower_mm) - _BELOW_MM
    corner, top = (*_LOW_XY_MM, low), (*_HIGH_XY_MM, high)
    extent = np.subtract(top, corner)
    shape = [max(1, int(n)) for n in np.ceil(extent / spacing_mm - 1e-6)]
    if np.prod(shape) > _LARGEST:
        raise ImageError(
            f"voxel_mm is {spacing_mm}: {', '.join(levels)} would have {np.prod(shape)} voxels, at "
            f"most {_LARGEST} are computed; take larger voxels or fewer levels"
        )
    return Grid.aligned(shape, spacing_mm, as_vector(np.add(corner, np.multiply(spacing_mm, 0.5))))
