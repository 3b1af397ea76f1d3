"""Skin: the dose map of a report on a body, its peak and an interval; or a bound, and why.

A map needs the beam in every detail. Where a report lacks one, or its beams miss the body, the
answer is a bound: all kerma on one spot, as near to the source as skin may lie, with every factor
at its far end. The answer is never zero because a beam missed.

The interval is no confidence interval: its ends are the least and the largest dose that the
assumptions allow, with every factor at one end and the body anywhere in its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from seldinger.care.exposure import assumed
from seldinger.care.exposure.beams import (
    REFERENCE_TO_ISOCENTRE_MM,
    isocentre_distance_mm,
    make_beams,
    place_beams,
    reach_mm,
    reference_distance_mm,
)
from seldinger.core.formatting import short_repr
from seldinger.image.dose_report import ReportKind
from seldinger.physics.skin_dose import (
    Factors,
    Surface,
    dose_map,
    elliptic_cylinder,
    hit_fraction,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.care.exposure.assumed import Machine
    from seldinger.care.exposure.beams import PlacedBeam
    from seldinger.care.exposure.summary import DoseSummary
    from seldinger.core.record import AssumptionUse
    from seldinger.core.space import Vector

MAPPED_SHARE = 0.5
"""Of the kerma: with less on the map, a peak of the map would be no answer."""

_STEP_MM, _COARSE_MM = 5.0, 12.0
_BEYOND_MM = 300.0
_DRAWS, _SEED = 32, 4
_NOTHING = 1.0e-6


class EstimateKind(StrEnum):
    """What kind of answer it is."""

    MAP = "map"
    BOUND = "bound"
    UNKNOWN = "unknown"
    NONE = "no skin dose"


@dataclass(frozen=True, slots=True, eq=False)
class SkinEstimate:
    """What the skin received.

    Attributes:
        how: a map with an interval, a bound, nothing known, or nothing to know (CT).
        peak_gy: largest dose of the map; None without one.
        low_gy, high_gy: what the assumptions allow; of a bound only ``high_gy``.
        mapped_share: of the kerma, on the map.
        reasons: what is missing, and what was left out.
        body: what was irradiated, in words.
        surface, dose_gy: the map; None without one.
        peak_at_mm: its place on the table's frame: left, down, towards the head.
        assumptions: as they were used.
    """

    how: EstimateKind
    peak_gy: float | None
    low_gy: float | None
    high_gy: float | None
    mapped_share: float
    reasons: tuple[str, ...]
    body: str
    surface: Surface | None
    dose_gy: NDArray[np.float64] | None
    peak_at_mm: Vector | None
    assumptions: tuple[AssumptionUse, ...]

    __repr__ = short_repr


def estimate(
    summary: DoseSummary,
    edits: Mapping[str, float] | None = None,
    *,
    weight_kg: float | None = None,
    height_cm: float | None = None,
    body: Surface | None = None,
) -> SkinEstimate:
    """What the skin received.

    Args:
        summary: the report, added up.
        edits: assumptions by name.
        weight_kg: of the patient; the report's where not given.
        height_cm: likewise.
        body: a skin instead of a phantom, (n, 3) points with normals and areas on the table's
            frame without its pad: the back at y = 0, the middle of the beams at z = 0.

    Raises:
        CareError: an edit names no assumption.
    """
    edits = edits or {}
    report = summary.report
    weight_kg = report.weight_kg if weight_kg is None else weight_kg
    height_cm = report.height_cm if height_cm is None else height_cm
    machine = assumed.machine_of(report, edits)
    region = next((e.region for e in report.events if e.kerma_gy), "")
    axes, name = assumed.body_of(region, weight_kg, height_cm)
    if body is not None:
        name = "skin of a scan"
    zero = () if machine is None else (assumed.zero_of(machine),)
    shape = axes if body is None else ()
    uses = assumed.resolve_assumptions(
        (*assumed.FACTORS, *assumed.PLACES, *shape, *assumed.BOUNDS, *zero), edits
    )  # fmt: skip
    if report.kind is ReportKind.CT:
        return _without(EstimateKind.NONE, ("a CT report tells no dose to skin",), name, {})
    if summary.unit_error:
        return _without(EstimateKind.UNKNOWN, (summary.unit_error,), name, {})
    if not summary.kerma_gy:
        why = "the report tells no kerma: what the skin received is unknown, not zero"
        return _without(EstimateKind.UNKNOWN, (why,), name, {})
    if "kerma" in summary.at_least:
        why = f"the report tells {summary.kerma_gy:.3g} Gy and leaves out a part: no bound is known"
        return _without(EstimateKind.UNKNOWN, (why,), name, {})
    placed_beams, lacking = place_beams(report.events, machine)
    if machine is None or not placed_beams:
        reasons = lacking or ("the report lists no irradiations",)
        return _bounded(summary, uses, reasons, name, 0.0)
    return _mapped(summary, placed_beams, machine, uses, lacking, name, body)


def bound_ratio(summary: DoseSummary, uses: Mapping[str, AssumptionUse]) -> float:
    """Largest dose to skin over kerma at the reference point that the assumptions allow."""
    near = uses["nearest_skin_mm"].high
    ratios = []
    for event in summary.report.events:
        isocentre = isocentre_distance_mm(event) or uses["source_isocentre_mm"].low
        reference = reference_distance_mm(event) or isocentre - REFERENCE_TO_ISOCENTRE_MM
        ratios.append(reference / (isocentre - near))
    if not ratios:
        isocentre = uses["source_isocentre_mm"].low
        ratios = [(isocentre - REFERENCE_TO_ISOCENTRE_MM) / (isocentre - near)]
    factors = uses["backscatter"].high * uses["medium"].high * uses["kerma_calibration"].high
    return max(*ratios, 1.0) ** 2 * factors


def _without(
    how: EstimateKind, reasons: tuple[str, ...], name: str, uses: Mapping[str, AssumptionUse]
) -> SkinEstimate:
    return SkinEstimate(
        how, None, None, None, 0.0, reasons, name, None, None, None, tuple(uses.values())
    )


def _bounded(
    summary: DoseSummary,
    uses: Mapping[str, AssumptionUse],
    reasons: tuple[str, ...],
    name: str,
    share: float,
) -> SkinEstimate:
    """All kerma on one spot."""
    high = (summary.kerma_gy or 0.0) * bound_ratio(summary, uses)
    kept = {a.name for a in (*assumed.FACTORS, *assumed.BOUNDS)} - {"table_transmission"}
    used = tuple(use for key, use in uses.items() if key in kept)
    return SkinEstimate(
        EstimateKind.BOUND, None, None, high, share, reasons, name, None, None, None, used
    )


def _mapped(
    summary: DoseSummary,
    placed_beams: tuple[PlacedBeam, ...],
    machine: Machine,
    uses: Mapping[str, AssumptionUse],
    lacking: tuple[str, ...],
    name: str,
    body: Surface | None,
) -> SkinEstimate:
    values = {key: use.value for key, use in uses.items()}
    length = reach_mm(placed_beams) + 2.0 * _BEYOND_MM
    surface = _laid(body, values, length, _STEP_MM)
    rays = make_beams(placed_beams, machine, values)
    total = summary.kerma_gy or 0.0
    hit = hit_fraction(surface, rays) * sum(p.kerma_gy for p in placed_beams)
    share = 1.0 if hit >= (1.0 - _NOTHING) * total else hit / total
    reasons = lacking
    missed = sum(p.kerma_gy for p in placed_beams) - hit
    if missed > _NOTHING * total:
        reasons = (
            *reasons,
            f"beams with {100.0 * missed / total:.0f} % of the kerma miss the body",
        )
    if share < MAPPED_SHARE:
        return _bounded(summary, uses, reasons, name, share)
    dose = dose_map(surface, rays, _factors(values)) * values["kerma_calibration"]
    at = surface.points_mm[int(np.argmax(dose))]
    low, high = _interval(placed_beams, machine, uses, length, body)
    peak = float(dose.max())
    off_map = (1.0 - share) * total * bound_ratio(summary, uses)
    kept = tuple(use for key, use in uses.items() if key not in {a.name for a in assumed.BOUNDS})
    return SkinEstimate(
        how=EstimateKind.MAP,
        peak_gy=peak,
        low_gy=min(low, peak),
        high_gy=max(high, peak) + off_map,
        mapped_share=share,
        reasons=reasons,
        body=name,
        surface=surface,
        dose_gy=dose,
        peak_at_mm=(float(at[0]), float(at[1]), float(at[2])),
        assumptions=kept,
    )


def _interval(
    placed_beams: tuple[PlacedBeam, ...],
    machine: Machine,
    uses: Mapping[str, AssumptionUse],
    length_mm: float,
    body: Surface | None,
) -> tuple[float, float]:
    """Least and largest peak over places of the body, with every factor at one end."""
    rng = np.random.default_rng(_SEED)
    varied = [u for key, u in uses.items() if key not in _FACTOR_NAMES]
    lows, highs = {**_ends(uses, high=False)}, {**_ends(uses, high=True)}
    peaks_low: list[float] = []
    peaks_high: list[float] = []
    for draw in rng.random((_DRAWS, len(varied))):
        values = {u.name: u.low + x * (u.high - u.low) for u, x in zip(varied, draw, strict=True)}
        surface = _laid(body, values, length_mm, _COARSE_MM)
        rays = make_beams(placed_beams, machine, values)
        for ends, peaks in ((lows, peaks_low), (highs, peaks_high)):
            dose = dose_map(surface, rays, _factors({**values, **ends}))
            peaks.append(float(dose.max()) * ends["kerma_calibration"])
    return min(peaks_low), max(peaks_high)


_FACTOR_NAMES = frozenset(a.name for a in assumed.FACTORS)


def _ends(uses: Mapping[str, AssumptionUse], *, high: bool) -> dict[str, float]:
    return {key: uses[key].high if high else uses[key].low for key in _FACTOR_NAMES}


def _factors(values: Mapping[str, float]) -> Factors:
    return Factors(
        backscatter=values["backscatter"],
        medium=values["medium"],
        table=values["table_transmission"],
        table_half_width_mm=values["table_half_width_mm"],
    )


def _laid(
    body: Surface | None, values: Mapping[str, float], length_mm: float, step_mm: float
) -> Surface:
    """The body on its pad."""
    if body is None:
        body = elliptic_cylinder(
            values["half_width_mm"], values["half_depth_mm"], length_mm, step_mm
        )
    return body.moved((values["patient_offset_mm"], -values["pad_mm"], 0.0))
