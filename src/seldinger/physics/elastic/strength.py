"""Strength: the load at which a share of a body's volume is strained beyond a limit.

Everything is linear up to there, so that one solution suffices: no yielding is computed, and no
load finds another way. Limits and shares are input, each criterion with its source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.elastic.fields import measure_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.elastic.compress import Compression
    from seldinger.physics.elastic.fields import Fields

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PrincipalStrainLimit:
    """A voxel yields by its principal strains.

    Attributes:
        shortening: largest that is borne, positive.
        lengthening: the same of the other sign.

    Raises:
        ValueError: on construction, a limit that is not positive.
    """

    shortening: float
    lengthening: float

    def __post_init__(self) -> None:
        if not (self.shortening > 0.0 and self.lengthening > 0.0):
            raise ValueError(f"limits of strain are positive, got {self}")

    def used(self, fields: Fields, young_mpa: Floats) -> Floats:
        """(n,) share of the limit that each solid voxel uses."""
        del young_mpa
        principal = fields.principal_strain()
        least, most = principal[:, 0], principal[:, 2]
        out: Floats = np.maximum(-least / self.shortening, most / self.lengthening)
        return out


@dataclass(frozen=True, slots=True)
class EffectiveStrainLimit:
    """A voxel yields by its effective strain: the root of twice its energy over its modulus.

    Attributes:
        strain: largest that is borne.

    Raises:
        ValueError: on construction, a limit that is not positive.
    """

    strain: float

    def __post_init__(self) -> None:
        if not self.strain > 0.0:
            raise ValueError(f"a limit of strain is positive, got {self.strain}")

    def used(self, fields: Fields, young_mpa: Floats) -> Floats:
        """(n,) share of the limit that each solid voxel uses."""
        out: Floats = np.sqrt(2.0 * fields.energy_mpa / young_mpa) / self.strain
        return out


@dataclass(frozen=True, slots=True)
class YieldCriterion:
    """When a body counts as failed.

    Attributes:
        limit: of a voxel.
        share: of the volume that is judged which may lie beyond it, 0 to 1.
        source: key of the bibliography.

    Raises:
        ValueError: on construction, a share outside 0 to 1 or no source.
    """

    limit: PrincipalStrainLimit | EffectiveStrainLimit
    share: float
    source: str

    def __post_init__(self) -> None:
        if not (0.0 < self.share < 1.0 and self.source.strip()):
            raise ValueError(
                f"a criterion has a share above 0 and below 1 and a source, got {self.share:g} "
                f"from {self.source!r}"
            )


@dataclass(frozen=True, slots=True)
class Strength:
    """What a criterion says.

    Attributes:
        force_n: at which the criterion is met, by size.
        shortening_mm: then.
        yielded_share: of the judged volume beyond the limit at the load that was computed.
        criterion: the rule.
    """

    force_n: float
    shortening_mm: float
    yielded_share: float
    criterion: YieldCriterion


def estimate_strength(
    done: Compression,
    criterion: YieldCriterion,
    judged: NDArray[np.bool_] | None = None,
    fields: Fields | None = None,
) -> Strength:
    """Scale a compression to the load at which the criterion is met.

    Args:
        done: at any load of the sign that is meant: shortening and lengthening differ.
        criterion: the rule.
        judged: (a, b, c) voxels that count, as bone without cement and ends; None: all.
        fields: of the compression, if they were already measured.

    Raises:
        ValueError: a mask of another shape, or one that holds no voxel of the body; none of it is
            strained.
    """
    body = done.solution.body
    if judged is not None and (judged.shape != body.grid.shape or judged.dtype != np.bool_):
        raise ValueError(
            f"judged is a mask of shape {body.grid.shape}, got {judged.dtype} of {judged.shape}"
        )
    fields = fields or measure_fields(done.solution)
    used = criterion.limit.used(fields, body.young_mpa[fields.solid])
    if judged is not None:
        used = used[judged[fields.solid]]
    if not used.size:
        raise ValueError("no voxel of the body is judged: the mask lies elsewhere")
    # The last voxel that is needed: with it, at least the share lies at or beyond the limit.
    needed = max(1, math.ceil(criterion.share * used.size * (1.0 - 1e-12)))
    last = float(np.partition(used, used.size - needed)[used.size - needed])
    if not last > 0.0:
        raise ValueError("less than the criterion's share of the judged volume is strained at all")
    return Strength(
        abs(done.force_n) / last, abs(done.shortening_mm) / last,
        float((used >= 1.0).mean()), criterion,
    )  # fmt: skip
