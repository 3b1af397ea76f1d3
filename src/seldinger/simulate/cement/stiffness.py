"""Stiffness: the body between two platens, before cement and after, with the spread of its laws.

Filling explains a quarter of the stiffness that cement brought back on the bench: what is computed
here compares plans, and is never a certainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread
from seldinger.core.space import Grid
from seldinger.evidence import driving_value, fact, stamp_of
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import Compression, Ends, compress
from seldinger.physics.elastic.fields import measure_fields, share_load
from seldinger.physics.elastic.solve import ElasticSettings
from seldinger.physics.elastic.strength import (
    PrincipalStrainLimit,
    YieldCriterion,
    estimate_strength,
)
from seldinger.simulate.cement.bone_laws import BoneLaw, find_calibration, list_laws
from seldinger.simulate.cement.lattice import COARSEST_MM, FINEST_MM, HALF
from seldinger.simulate.cement.sampling import list_points, pick
from seldinger.simulate.cement.settings import check_assumed, get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.volume import Mask, Volume
    from seldinger.physics.elastic.fields import Fields
    from seldinger.simulate.cement.bone_laws import Calibration

Floats = NDArray[np.float64]

CEMENT, CEMENT_SOFT = "vertebra.mechanics.cement.modulus", "vertebra.mechanics.cement.modulus_soft"
CEMENT_MODEL = "vertebra.mechanics.cement.modulus_model"
EXPLAINED = "vertebra.filling.stiffness_r2"
YIELD = ("vertebra.mechanics.yield_strain.compression", "vertebra.mechanics.yield_strain.tension")
SPREAD_MM = 2.0
"""Voxels in which laws and cements are compared, at least."""
_SHORTENING = 0.005
_SETTINGS = ElasticSettings(tolerance=1e-3)
"""A stiffness is then right to a millionth, a strain to a thousandth: far closer than any law."""
REGIONS = ("shell", "spongy bone", "cement")
_PERCENT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class StiffnessResult:
    """A body between platens that stick, before cement and after.

    Attributes:
        before_n_per_mm, after_n_per_mm: as planned, by the first law, with the spread of laws and
            cements.
        ratio: after over before, likewise.
        yield_before_n, yield_after_n: load at which bone yields, by a strain limit; a criterion,
            not a patient's strength.
        load_share_before, load_share_after: by region, sums are 1; empty where the body is so
            wedged that no layer bears the whole load.
        by_law: (before, after, ratio) by law and cement, coarsely.
        calibration: how HU became mineral.
        explained_share: of the stiffness that came back on the bench, what filling explained.
        stamp: of the laws.
        notes: what a reader must know.
    """

    before_n_per_mm: Spread
    after_n_per_mm: Spread
    ratio: Spread
    yield_before_n: float
    yield_after_n: float
    load_share_before: Mapping[str, float]
    load_share_after: Mapping[str, float]
    by_law: Mapping[str, tuple[float, float, float]]
    calibration: str
    explained_share: float
    stamp: str
    notes: tuple[str, ...]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class _Sampled:
    """A body upright on a lattice of its own: mineral, cement, its ends."""

    grid: Grid
    body: Mask
    mineral: Floats
    filled: Floats
    shell: Mask
    ends: Ends


def compare_stiffness(
    vertebra: Vertebra,
    cement: Volume,
    assumed: Mapping[str, float] | None = None,
    voxel_mm: float = 1.0,
    contrast: bool | None = None,  # noqa: FBT001  a fact of the scan, three-valued
    damaged_share: float = 0.0,
) -> StiffnessResult:
    """Load the body along its own axis, without cement and with it.

    Cement bears beside the bone it lies in: their moduli add up by their shares, which is the
    stiffest they can be together.

    Args:
        vertebra: whose body.
        cement: share of each voxel that is cement, as ``CementResult.cement``.
        assumed: edits of assumptions by name.
        voxel_mm: of the nominal figures; the spread is computed in 2 mm or coarser.
        contrast: whether the CT was taken with contrast; None: not known.
        damaged_share: by which a fracture, which CT does not show, lowers the bone's modulus.

    Raises:
        SimulationError: an edit, voxels or a damage that cannot be used, a body too flat to be
            loaded, or what the engine refuses.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    if not (FINEST_MM <= voxel_mm <= COARSEST_MM and 0.0 <= damaged_share < 1.0):
        raise SimulationError(
            f"voxels of {voxel_mm:g} mm and a damage of {damaged_share:g}; allowed are "
            f"{FINEST_MM:g} to {COARSEST_MM:g} mm, and 0 to less than 1"
        )
    line = find_calibration(contrast, assumed)
    laws, left = list_laws(assumed), 1.0 - damaged_share
    fine = _sample(vertebra, cement, line, voxel_mm)
    bone = left * laws[0].find_mpa(fine.mineral, assumed)
    before = _load(fine, bone, assumed)
    after = _load(fine, _fill(fine, bone, driving_value(CEMENT)), assumed, before)
    fields = measure_fields(before.solution), measure_fields(after.solution)
    coarse = _sample(vertebra, cement, line, max(voxel_mm, SPREAD_MM))
    by_law = _compare_laws(coarse, laws, assumed, left)
    nominal = before.stiffness_n_per_mm, after.stiffness_n_per_mm
    # Coarse voxels are stiffer or softer by a factor that laws share: it is taken out.
    table = np.array(list(by_law.values()))
    table *= np.array([nominal[0], nominal[1], nominal[1] / nominal[0]]) / table[0]
    return StiffnessResult(
        _spread(nominal[0], table[:, 0]), _spread(nominal[1], table[:, 1]),
        _spread(nominal[1] / nominal[0], table[:, 2]), _yield_n(fine, before, fields[0], assumed),
        _yield_n(fine, after, fields[1], assumed),
        _share_load(fine, before, fields[0], cemented=False),
        _share_load(fine, after, fields[1], cemented=True), by_law, line.words,
        driving_value(EXPLAINED), stamp_of([one for law in laws for one in law.facts]),
        _list_notes(damaged_share),
    )  # fmt: skip


def _sample(vertebra: Vertebra, cement: Volume, line: Calibration, voxel_mm: float) -> _Sampled:
    """The body along its own axes; each voxel the mean of points within it.

    Raises:
        SimulationError: fewer than five layers of bone, or an endplate that is not there.
    """
    frame, source = vertebra.frame, vertebra.grid
    axes = np.array([frame.left, frame.back, frame.up])
    away = (source.to_lps(np.argwhere(vertebra.body)) - np.asarray(frame.origin_lps_mm)) @ axes.T
    half = 0.5 * source.spacing_mm[0]
    low, high = away.min(axis=0) - half, away.max(axis=0) + half
    shape = np.ceil((high - low) / voxel_mm - 1e-6).astype(int)
    start = 0.5 * (low + high) - 0.5 * voxel_mm * (shape - 1)
    affine = np.eye(4)
    affine[:3, :3] = voxel_mm * axes.T
    affine[:3, 3] = np.asarray(frame.origin_lps_mm) + start @ axes
    grid = Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)
    count = max(1, round(voxel_mm / source.spacing_mm[0]))
    points = list_points(grid, count)
    index = source.to_index(points)
    at = pick(vertebra.body, index, grid, count).astype(np.float64)
    share = at.mean(axis=0)
    body = share >= HALF
    # Only bone counts: what lies beside the body would thin its shell.
    hu = (pick(vertebra.hu, index, grid, count) * at).sum(axis=0) / np.maximum(at.sum(axis=0), 1.0)
    ends = []
    for name in ("lower", "upper"):
        plate = pick(getattr(vertebra, f"{name}_endplate"), index, grid, count)
        ends.append(body & plate.any(axis=0))
    ends = _part(ends[0], ends[1])
    _check_ends(vertebra, body, ends[0], ends[1])
    filled = pick(cement.values, cement.grid.to_index(points), grid, count).mean(axis=0)
    shell = body & ~scipy.ndimage.binary_erosion(body)
    return _Sampled(
        grid, body, line.find_g_per_ml(hu), filled.astype(np.float64) * body, shell,
        Ends(ends[0], ends[1]),
    )  # fmt: skip


def _part(low: Mask, high: Mask) -> list[Mask]:
    """The ends without thin rims, where one lies on the other and nothing is compressed."""
    around = np.ones((3, 3, 3))
    near_low, near_high = (scipy.ndimage.binary_dilation(one, around, 2) for one in (low, high))
    return [low & ~near_high, high & ~near_low]


def _check_ends(vertebra: Vertebra, body: Mask, low: Mask, high: Mask) -> None:
    layers = int(body.any(axis=(0, 1)).sum())
    if layers < _LEAST_LAYERS or not (low.any() and high.any()):
        raise SimulationError(
            f"the body of {vertebra.level} has {layers} layers of voxels, {int(low.sum())} voxels "
            f"of its lower and {int(high.sum())} of its upper endplate: at least {_LEAST_LAYERS} "
            "layers and both endplates are needed; take finer voxels"
        )


_LEAST_LAYERS = 5


def _fill(sampled: _Sampled, bone_mpa: Floats, cement_mpa: float) -> Floats:
    """Moduli side by side, by their shares."""
    found: Floats = bone_mpa + cement_mpa * sampled.filled
    return found


def _load(
    sampled: _Sampled,
    young_mpa: Floats,
    assumed: Mapping[str, float],
    start: Compression | None = None,
) -> Compression:
    body = Body(
        sampled.grid, np.where(sampled.body, young_mpa, 0.0), get_assumed(assumed, "bone_poisson")
    )
    height = float(sampled.grid.shape[2] * sampled.grid.spacing_mm[2])
    return compress(
        body, sampled.ends, 2, _SHORTENING * height, friction=True, settings=_SETTINGS,
        start_mm=None if start is None else start.solution.displacement_mm,
    )  # fmt: skip


def _compare_laws(
    coarse: _Sampled, laws: tuple[BoneLaw, ...], assumed: Mapping[str, float], left: float
) -> dict[str, tuple[float, float, float]]:
    """(before, after, ratio) by law and cement."""
    standard = driving_value(CEMENT)
    cements = {
        "standard cement": standard,
        "standard cement, one deviation less": standard - (fact(CEMENT).sd or 0.0),
        "softened cement": driving_value(CEMENT_SOFT),
        "cement as models take it": driving_value(CEMENT_MODEL),
    }
    found: dict[str, tuple[float, float, float]] = {}
    for number, law in enumerate(laws):
        bone = left * law.find_mpa(coarse.mineral, assumed)
        before = _load(coarse, bone, assumed)
        bare = before.stiffness_n_per_mm
        # Cements by the first law alone: what they change hardly hangs on the law.
        for name, cement_mpa in list(cements.items())[: None if number == 0 else 1]:
            filled = _load(coarse, _fill(coarse, bone, cement_mpa), assumed, before)
            after = filled.stiffness_n_per_mm
            found[f"{law.name}, {name}"] = (bare, after, after / bare)
    return found


def _spread(nominal: float, column: Floats) -> Spread:
    low, middle, high = (float(one) for one in np.percentile(column, (5.0, 50.0, 95.0)))
    return Spread(nominal, low, middle, high)


def _regions(sampled: _Sampled, *, cemented: bool) -> NDArray[np.int64]:
    labels = np.where(sampled.shell, 0, 1).astype(np.int64)
    if cemented:
        labels[sampled.filled >= _CEMENTED] = 2
    return labels


_CEMENTED = 0.4
"""Share of a voxel from which it counts as cement: half of its pores."""


def _share_load(
    sampled: _Sampled, done: Compression, fields: Fields, *, cemented: bool
) -> dict[str, float]:
    # In a wedge the ends overlap along its axis, and no layer bears the whole load.
    low, high = (np.nonzero(one)[2] for one in (sampled.ends.low, sampled.ends.high))
    if low.max() >= high.min() - 1:
        return {}
    shared = share_load(done, _regions(sampled, cemented=cemented), fields)
    shares = dict(zip(shared.labels.tolist(), shared.share.tolist(), strict=True))
    return {name: shares.get(number, 0.0) for number, name in enumerate(REGIONS)}


def _yield_n(
    sampled: _Sampled, done: Compression, fields: Fields, assumed: Mapping[str, float]
) -> float:
    """Load at which a share of the spongy bone without cement is strained beyond its limit."""
    shortening, lengthening = (_PERCENT * driving_value(one) for one in YIELD)
    rule = YieldCriterion(
        PrincipalStrainLimit(shortening, lengthening), get_assumed(assumed, "yield_share"),
        fact(YIELD[0]).source,
    )  # fmt: skip
    judged = sampled.body & ~sampled.shell & (sampled.filled < _CEMENTED)
    judged &= done.solution.body.solid
    return estimate_strength(done, rule, judged if judged.any() else None, fields).force_n


def _list_notes(damaged_share: float) -> tuple[str, ...]:
    explained = 100.0 * driving_value(EXPLAINED)
    damage = (
        f"bone is taken as {100.0 * damaged_share:.0f} % softer by the fracture"
        if damaged_share
        else "bone is taken as CT shows it: softening by the fracture is not seen, and left out"
    )
    return (
        (
            f"on the bench filling explained {explained:.0f} % of the stiffness that came back: "
            "figures compare plans, they promise none"
        ),
        damage,
        "cement is bonded to bone and both bear side by side, the stiffest they can be",
        "laws of spongy bone are carried on into the cortex, which they were not fitted to",
    )
