"""Sharing: what cement in one vertebra does to the load on the bodies beside it.

Bodies and discs stand in a column, so each bears the whole load, before and after: what cement can
change under the same load is where in a body it goes, and how much more load the stiffer column
draws when it is shortened as before. Posture, muscles and arches are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.formatting import short_repr
from seldinger.core.quantity import Spread
from seldinger.evidence import driving_value, stamp_of
from seldinger.physics.elastic.body import Body
from seldinger.physics.elastic.compress import Compression, compress
from seldinger.physics.elastic.fields import measure_fields
from seldinger.physics.elastic.solve import ElasticSettings
from seldinger.simulate.cement.bone_laws import BoneLaw, find_calibration, list_laws
from seldinger.simulate.cement.segment import ACROSS_MM, ALONG_MM, SIDES, build_segment
from seldinger.simulate.cement.settings import check_assumed, get_assumed
from seldinger.simulate.cement.stiffness import CEMENT, CEMENT_SOFT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.anatomy.vertebra.next_bodies import NextBodies, NextBody
    from seldinger.core.volume import Mask, Volume
    from seldinger.simulate.cement.segment import Segment

Floats = NDArray[np.float64]

DISC, DISC_POISSON = "vertebra.mechanics.disc.modulus", "vertebra.mechanics.disc.poisson"
DISC_WORN = "vertebra.mechanics.disc.modulus_worn"
DISC_WORN_POISSON = "vertebra.mechanics.disc.poisson_worn"
DISC_MATRIX = "vertebra.mechanics.disc.modulus_matrix"
FIGURES = ("pressure", "stress", "energy", "bulge", "own_bulge")
_SHORTENING_MM = 0.1
_SETTINGS = ElasticSettings(tolerance=1e-4)
"""Small changes of stress are read: a ratio is then right to half a thousandth."""
_NEAR_MM = 3.0
_NEAR_SHARE = 0.5
_LEAST_BULGE = 0.005
"""Of the shortening of the whole column: a smaller bulge has no ratio worth telling."""
_COARSER, _THIN_LAYERS = 1.5, 6
_FINEST_MM, _LEAST_LAYERS = 0.75, 4


@dataclass(frozen=True, slots=True)
class NextLoad:
    """What the load does beside the vertebra, after cement over before, under the same load.

    Attributes:
        level: of the body beside; empty where none is known.
        why_unknown: then why; every figure is None.
        disc_mm: median height of the disc.
        pressure: mean pressure in the middle of the disc.
        stress: mean stress along the spine in the 3 mm of the neighbour that face its middle.
        energy: strain energy in the half of the neighbour that faces the disc.
        bulge: of the neighbour's endplate into its body, middle against rim; None where it hardly
            bulges at all.
        own_bulge: of the vertebra's own endplate there, likewise.
    """

    level: str
    why_unknown: str = ""
    disc_mm: float | None = None
    pressure: Spread | None = None
    stress: Spread | None = None
    energy: Spread | None = None
    bulge: Spread | None = None
    own_bulge: Spread | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SharingResult:
    """A column of bodies and discs between two platens that stick, before cement and after.

    Attributes:
        above, below: what happens there.
        stiffness: of the whole column, after over before: so much more load it draws where it is
            shortened as before. Arches beside it would take less.
        by_case: ratios by case of disc, bone and cement, as ``FIGURES`` of each side that is
            known ("pressure above"), and "stiffness".
        calibration: how HU became mineral.
        stamp: of the laws.
        notes: what a reader must know.
    """

    above: NextLoad
    below: NextLoad
    stiffness: Spread
    by_case: Mapping[str, Mapping[str, float]]
    calibration: str
    stamp: str
    notes: tuple[str, ...]

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class _Case:
    """What is taken for disc, bone and cement in one pair of runs."""

    law: BoneLaw
    disc_mpa: float
    disc_poisson: float
    cement_mpa: float
    softened: float = 0.0


def compare_sharing(
    vertebra: Vertebra,
    beside: NextBodies,
    cement: Volume,
    assumed: Mapping[str, float] | None = None,
    contrast: bool | None = None,  # noqa: FBT001  a fact of the scan, three-valued
    voxel_mm: tuple[float, float] = (ACROSS_MM, ALONG_MM),
    *,
    vary: bool = True,
) -> SharingResult:
    """Load the vertebra with the bodies beside it, without cement and with it.

    Args:
        vertebra: that is filled.
        beside: the bodies next to it.
        cement: share of each voxel that is cement, as ``CementResult.cement``; only what lies in
            the body is loaded.
        assumed: edits of assumptions by name.
        contrast: whether the CT was taken with contrast; None: not known.
        voxel_mm: edges of the voxels, across the spine and along it.
        vary: also over discs, bone, cement and a softer fracture; without it a spread has no width.

    Raises:
        SimulationError: an edit that cannot be used, no body beside the vertebra that can be
            used, or what the engine refuses.
    """
    assumed = assumed or {}
    check_assumed(assumed)
    line = find_calibration(contrast, assumed)
    laws = list_laws(assumed)
    inner = get_assumed(assumed, "disc_inner_share")
    segment = build_segment(vertebra, beside, cement, line, inner, *voxel_mm)
    finer_mm = _choose_finer(segment, voxel_mm)
    if finer_mm != voxel_mm:
        segment = build_segment(vertebra, beside, cement, line, inner, *finer_mm)
    cases = _list_cases(laws, assumed)
    nominal = _compare(segment, cases["nominal"], assumed, (None, None))[0]
    by_case: Mapping[str, Mapping[str, float]] = {"nominal": nominal}
    if vary:
        coarse_mm = _choose_coarse(segment, finer_mm)
        coarse = build_segment(vertebra, beside, cement, line, inner, *coarse_mm)
        if set(coarse.next_bodies) != set(segment.next_bodies):
            coarse = segment
        by_case = _vary(coarse, cases, assumed, nominal)
    sides = {side: _tell(side, segment, getattr(beside, side), by_case) for side in SIDES}
    return SharingResult(
        sides["above"], sides["below"], _spread(by_case, "stiffness"), by_case, line.words,
        stamp_of([one for law in laws for one in law.facts]), _list_notes(segment),
    )  # fmt: skip


def _choose_finer(segment: Segment, voxel_mm: tuple[float, float]) -> tuple[float, float]:
    """Voxels of which a thin disc has some along the spine."""
    thinnest = min(one.height_mm for one in segment.discs.values())
    return voxel_mm[0], min(voxel_mm[1], max(_FINEST_MM, thinnest / _LEAST_LAYERS))


def _choose_coarse(segment: Segment, voxel_mm: tuple[float, float]) -> tuple[float, float]:
    """Voxels for the spread; along a thin disc they stay as they are."""
    thin = min(one.height_mm for one in segment.discs.values()) < _THIN_LAYERS * voxel_mm[1]
    return _COARSER * voxel_mm[0], (1.0 if thin else _COARSER) * voxel_mm[1]


def _vary(
    segment: Segment,
    cases: Mapping[str, _Case],
    assumed: Mapping[str, float],
    nominal: Mapping[str, float],
) -> dict[str, Mapping[str, float]]:
    """Ratios by case: what a case changes coarsely is added to the fine nominal one."""
    starts: tuple[Floats | None, Floats | None] = (None, None)
    found: dict[str, Mapping[str, float]] = {}
    for name, case in cases.items():
        found[name], starts = _compare(segment, case, assumed, starts)
    base = found["nominal"]
    return {
        name: {key: value + ratios[key] - base[key] for key, value in nominal.items()
               if key in ratios and key in base}
        for name, ratios in found.items()
    }  # fmt: skip


def _list_cases(laws: tuple[BoneLaw, ...], assumed: Mapping[str, float]) -> dict[str, _Case]:
    """The first is the nominal one; each of the others changes one thing."""
    factor = get_assumed(assumed, "disc_factor")
    disc, poisson = factor * driving_value(DISC), driving_value(DISC_POISSON)
    standard = driving_value(CEMENT)
    stiff = get_assumed(assumed, "disc_stiffest") * disc
    soft = get_assumed(assumed, "fracture_softening")
    worn = factor * _secondary(DISC_WORN), _secondary(DISC_WORN_POISSON)
    matrix = factor * _secondary(DISC_MATRIX)
    first = laws[0]
    return {
        "nominal": _Case(first, disc, poisson, standard),
        "softened cement": _Case(first, disc, poisson, driving_value(CEMENT_SOFT)),
        "worn disc": _Case(first, *worn, standard),
        "disc of matrix alone": _Case(first, matrix, poisson, standard),
        "stiff disc": _Case(first, stiff, poisson, standard),
        "softer fracture": _Case(first, disc, poisson, standard, soft),
        **{f"law of {law.name}": _Case(law, disc, poisson, standard) for law in laws[1:]},
    }


def _secondary(fact_id: str) -> float:
    return driving_value(fact_id, secondary=True)


def _compare(
    segment: Segment,
    case: _Case,
    assumed: Mapping[str, float],
    starts: tuple[Floats | None, Floats | None],
) -> tuple[dict[str, float], tuple[Floats, Floats]]:
    """After over before, and displacements for the next case to begin from."""
    bone = np.where(segment.bone, case.law.find_mpa(segment.mineral, assumed), 0.0)
    bone = np.where(segment.own, (1.0 - case.softened) * bone, bone)
    before = _load(segment, bone, case, assumed, starts[0])
    if not segment.filled.any():
        after = before
    else:
        filled = bone + case.cement_mpa * segment.filled
        # What cement changed in the last case, it nearly changes in this one.
        start = before.solution.displacement_mm
        if starts[0] is not None and starts[1] is not None:
            start = start + (starts[1] - starts[0])
        after = _load(segment, filled, case, assumed, start)
    told = [_read(segment, done) for done in (before, after)]
    ratios = {
        name: told[1][name] / value
        for name, value in told[0].items()
        if "bulge" not in name or abs(value) >= _LEAST_BULGE / before.stiffness_n_per_mm
    }
    return ratios, (before.solution.displacement_mm, after.solution.displacement_mm)


def _load(
    segment: Segment,
    bone_mpa: Floats,
    case: _Case,
    assumed: Mapping[str, float],
    start_mm: Floats | None,
) -> Compression:
    disc = np.zeros(segment.grid.shape, np.bool_)
    for one in segment.discs.values():
        disc |= one.where
    young = np.where(disc, case.disc_mpa, bone_mpa)
    poisson = np.where(disc, case.disc_poisson, get_assumed(assumed, "bone_poisson"))
    return compress(
        Body(segment.grid, young, poisson), segment.ends, 2, _SHORTENING_MM, friction=True,
        settings=_SETTINGS, start_mm=start_mm,
    )  # fmt: skip


def _read(segment: Segment, done: Compression) -> dict[str, float]:
    """Figures for each newton of load."""
    fields = measure_fields(done.solution)
    push = -fields.stress_mpa[:, :3] / done.force_n
    pressure, along = fields.spread(push.mean(axis=1)), fields.spread(push[:, 2])
    energy = fields.spread(fields.energy_mpa) / done.force_n**2
    found = {"stiffness": done.stiffness_n_per_mm}
    for side, body in segment.next_bodies.items():
        disc = segment.discs[side]
        middle = disc.inner[..., None]
        near, half = _find_near(segment, body, side)
        found[f"pressure {side}"] = _mean_of_columns(pressure, disc.where & middle)
        found[f"stress {side}"] = _mean_of_columns(along, near & middle)
        found[f"energy {side}"] = float(energy[half].sum())
        up = side == "above"
        found[f"bulge {side}"] = _bulge(segment, done, side, upper_face=up)
        found[f"own_bulge {side}"] = -_bulge(segment, done, side, upper_face=not up)
    return found


def _mean_of_columns(values: Floats, where: Mask) -> float:
    """Each column counts by its area, whatever its height."""
    count = where.sum(axis=2)
    columns = (values * where).sum(axis=2)[count > 0] / count[count > 0]
    return float(columns.mean())


def _find_near(segment: Segment, body: Mask, side: str) -> tuple[Mask, Mask]:
    """The layer and the half of a body that face its disc, in columns that have disc."""
    columns = segment.discs[side].where.any(axis=2, keepdims=True)
    step = 1 if side == "above" else -1
    depth = np.cumsum(body[..., ::step], axis=2, dtype=np.int64)[..., ::step]
    layers = max(1, round(_NEAR_MM / segment.grid.spacing_mm[2]))
    near: Mask = body & columns & (depth <= layers)
    height = body.sum(axis=2, keepdims=True)
    half: Mask = body & (depth <= _NEAR_SHARE * height)
    return near, half


def _bulge(segment: Segment, done: Compression, side: str, *, upper_face: bool) -> float:
    """How far the middle of a disc's face moves up against its rim, mm for each newton.

    For the face of the body below the disc it moves down: the caller turns the sign.
    """
    disc = segment.discs[side]
    there = disc.where.any(axis=2)
    size = disc.where.shape[2]
    face = size - disc.where[..., ::-1].argmax(axis=2) if upper_face else disc.where.argmax(axis=2)
    i, j = np.nonzero(there)
    k = face[i, j]
    moved = done.solution.displacement_mm[..., 2]
    up = 0.25 * (moved[i, j, k] + moved[i + 1, j, k] + moved[i, j + 1, k] + moved[i + 1, j + 1, k])
    # A plane through the face is its shortening and tilt, not its bulge.
    design = np.stack([i, j, np.ones(len(i))], axis=1).astype(np.float64)
    up = up - design @ np.linalg.lstsq(design, up, rcond=None)[0]
    inner = disc.inner[i, j]
    turned = 1.0 if side == "above" else -1.0
    return float(turned * (up[inner].mean() - up[~inner].mean()) / done.force_n)


def _tell(
    side: str,
    segment: Segment,
    beside: NextBody | str,
    by_case: Mapping[str, Mapping[str, float]],
) -> NextLoad:
    level = "" if isinstance(beside, str) else beside.level
    if side not in segment.next_bodies:
        return NextLoad(level, segment.unknown[side])
    told = {
        name: _spread(by_case, f"{name} {side}")
        for name in FIGURES
        if f"{name} {side}" in by_case["nominal"]
    }
    return NextLoad(level, "", segment.discs[side].height_mm, **told)


def _spread(by_case: Mapping[str, Mapping[str, float]], name: str) -> Spread:
    """Around the nominal run."""
    values = [one[name] for one in by_case.values() if name in one]
    low, middle, high = (float(one) for one in np.percentile(values, (5.0, 50.0, 95.0)))
    return Spread(by_case["nominal"][name], low, middle, high)


def _list_notes(segment: Segment) -> tuple[str, ...]:
    notes = [
        (
            "in a column every body bears the whole load, with cement or without: under the same "
            "load only its place within the bodies changes. Posture, muscles and arches, which "
            "move more, are not in it"
        ),
        (
            "discs do not show on CT: they are taken as one even, elastic stuff between the "
            "labels, without a nucleus apart, fibres or wear of their own"
        ),
        "the far ends of the neighbours are held between stiff plates that do not turn",
    ]
    if segment.unknown:
        notes.append("where no neighbour is known a stiff plate stands in its place")
    return tuple(notes)
