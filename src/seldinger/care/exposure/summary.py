"""Account: a report's totals, added up again from its irradiations, beside what it says itself.

No sum is trusted: not the report's, which may leave irradiations out or count them twice, and not
ours where an irradiation tells no dose. Both are shown; levels are held against the larger one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.care.exposure.totals import ct_totals, drop_repeated, drop_repeated_ct, match_planes
from seldinger.core.formatting import short_repr
from seldinger.image.dose_report import Mode, ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from seldinger.image.dose_report import DoseReport, PlaneTotals, Total, XRayEvent

SMALLEST_AREA_CM2, LARGEST_AREA_CM2 = 5.0, 800.0
"""Field areas at the reference point outside are no field: a unit is wrong."""

CM2_PER_M2 = 1.0e4
_ALIKE = 1.0e-6
"""Relative: sums of printed numbers differ by this much whatever is done."""
_TIME_SHARE = 0.03
"""Of a time that is counted from pulses, which start and end somewhere."""


class Agreement(StrEnum):
    """How a report's total stands to the sum of its irradiations."""

    AGREES = "agrees"
    ROUNDING = "within rounding"
    DISAGREES = "disagrees"
    UNKNOWN = "cannot be compared"


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over irradiations.

    Attributes:
        value: of those that tell it; None where none does.
        rounding: how far their last digits allow the true sum to be off.
        missing: irradiations that do not tell it.
    """

    value: float | None
    rounding: float
    missing: int


@dataclass(frozen=True, slots=True)
class ComparedTotal:
    """One total, told and added up.

    Attributes:
        plane: "single", "a", "b", or "" for all.
        quantity: key: "kerma", "fluoro_pka", "fluoro_time", "dlp", ...
        unit: UCUM.
        told: the report's.
        summed: ours.
        agreement: how they stand.
        told_at_least: a plane of the report's total does not tell it.
    """

    plane: str
    quantity: str
    unit: str
    told: float | None
    summed: Sum
    agreement: Agreement
    told_at_least: bool = False

    @property
    def difference(self) -> float | None:
        """Ours less the report's; None where one is unknown."""
        if self.told is None or self.summed.value is None:
            return None
        return self.summed.value - self.told

    @property
    def share(self) -> float | None:
        """Size of the difference as a share of what is told; None where that is unknown or zero."""
        return (
            abs(self.difference) / self.told if self.told and self.difference is not None else None
        )

    @property
    def larger(self) -> float | None:
        """The larger of both that is known: what levels are held against."""
        known = [v for v in (self.told, self.summed.value) if v is not None]
        return max(known) if known else None

    @property
    def is_part(self) -> bool:
        """Whether the larger is a lower bound: something that counts does not tell it."""
        return self.told_at_least or (self.told is None and bool(self.summed.missing))


@dataclass(frozen=True, slots=True)
class DoseSummary:
    """What a report adds up to.

    Attributes:
        report: as it was told.
        compared: every total, by plane.
        kerma_gy, pka_gy_m2, fluoro_time_s: over all planes, the larger of told and summed; None
            where nobody tells. Kerma of two planes is added as if it fell on the same skin.
        area_cm2: kerma-area product over kerma; None where one is unknown or zero.
        unit_error: why the doses cannot be believed; empty when they can.
        odd_events: irradiations whose own area is no field's.
        dlp_mgy_cm: of a CT report.
        ctdi_vol_mgy: by phantom ("head", "body", "" not told): largest, and the sum over scans.
        notes: what the reader must know besides.
        at_least: of "kerma", "pka", "fluoro_time", those that are lower bounds.
    """

    report: DoseReport
    compared: tuple[ComparedTotal, ...]
    kerma_gy: float | None
    pka_gy_m2: float | None
    fluoro_time_s: float | None
    area_cm2: float | None
    unit_error: str
    odd_events: int
    dlp_mgy_cm: float | None
    ctdi_vol_mgy: tuple[tuple[str, float, float], ...]
    notes: tuple[str, ...]
    at_least: frozenset[str] = frozenset()

    __repr__ = short_repr

    @property
    def disagreeing(self) -> tuple[ComparedTotal, ...]:
        """Totals that the irradiations do not add up to."""
        return tuple(one for one in self.compared if one.agreement is Agreement.DISAGREES)


def summarize_dose(report: DoseReport) -> DoseSummary:
    """Add a report up again.

    Raises:
        CareError: totals contradict each other.
    """
    if report.kind is ReportKind.CT:
        return _ct(report)
    matched = match_planes(report)
    totals = {t.plane: t for t in matched.totals}
    compared = tuple(
        one
        for name in dict.fromkeys([*totals, *(e.plane for e in matched.events)])
        for one in _plane(name, totals.get(name), [e for e in matched.events if e.plane == name])
    )
    kept: list[str] = []
    report = replace(report, events=drop_repeated(report.events, kept))
    sums = {q: _over_planes(compared, q) for q in ("kerma", "pka", "fluoro_time")}
    kerma, pka = sums["kerma"][0], sums["pka"][0]
    area = pka * CM2_PER_M2 / kerma if kerma and pka else None
    at_least = frozenset(quantity for quantity, (_, part) in sums.items() if part)
    odd = sum(1 for event in report.events if _is_odd(event))
    return DoseSummary(
        report=report,
        compared=compared,
        kerma_gy=kerma,
        pka_gy_m2=pka,
        fluoro_time_s=sums["fluoro_time"][0],
        area_cm2=area,
        unit_error=_unit_error(kerma, pka, None if {"kerma", "pka"} & at_least else area),
        odd_events=odd,
        dlp_mgy_cm=None,
        ctdi_vol_mgy=(),
        notes=(*report.notes, *matched.notes, *_notes(report, compared, odd)),
        at_least=at_least,
    )


def _plane(
    name: str, totals: PlaneTotals | None, events: Sequence[XRayEvent]
) -> Iterable[ComparedTotal]:
    """Every total of one plane."""
    fluoro = [e for e in events if e.mode is Mode.FLUOROSCOPY]
    acquired = [e for e in events if e.mode is Mode.ACQUISITION]
    some = bool(events)
    sets = (("", events), ("fluoro_", fluoro), ("acquisition_", acquired))
    for prefix, chosen in sets:
        reported = None if totals is None else getattr(totals, f"{prefix}kerma_gy")
        yield _held(name, f"{prefix}kerma", "Gy", reported, _sum(chosen, _kerma), has_events=some)
        reported = None if totals is None else getattr(totals, f"{prefix}pka_gy_m2")
        yield _held(name, f"{prefix}pka", "Gy.m2", reported, _sum(chosen, _pka), has_events=some)
    reported = None if totals is None else totals.fluoro_time_s
    yield _held(name, "fluoro_time", "s", reported, _sum(fluoro, _time), has_events=some)


def _held(
    plane: str, quantity: str, unit: str, reported: Total | None, summed: Sum, *, has_events: bool
) -> ComparedTotal:
    """One total against its sum. Without any irradiation there is nothing to add up."""
    value = None if reported is None else reported.value
    if not has_events and value != 0.0:
        summed = Sum(None, 0.0, 0)
    if (
        value is None
        or reported is None
        or summed.value is None
        or summed.missing
        or reported.at_least
    ):
        part = reported is not None and reported.at_least
        return ComparedTotal(plane, quantity, unit, value, summed, Agreement.UNKNOWN, part)
    off = abs(summed.value - value)
    if math.isclose(summed.value, value, rel_tol=_ALIKE, abs_tol=1e-15):
        verdict = Agreement.AGREES
    elif off <= (summed.rounding + reported.half_digit) * (1.0 + _ALIKE):
        verdict = Agreement.ROUNDING
    else:
        verdict = Agreement.DISAGREES
    return ComparedTotal(plane, quantity, unit, value, summed, verdict)


def _sum(events: Sequence[XRayEvent], of: Callable[[XRayEvent], tuple[float, float] | None]) -> Sum:
    values = [found for event in events if (found := of(event)) is not None]
    missing = len(events) - len(values)
    if events and not values:
        return Sum(None, 0.0, missing)
    return Sum(math.fsum(v for v, _ in values), math.fsum(h for _, h in values), missing)


def _kerma(event: XRayEvent) -> tuple[float, float] | None:
    return None if event.kerma_gy is None else (event.kerma_gy, event.kerma_half_digit_gy)


def _pka(event: XRayEvent) -> tuple[float, float] | None:
    return None if event.pka_gy_m2 is None else (event.pka_gy_m2, event.pka_half_digit_gy_m2)


def _time(event: XRayEvent) -> tuple[float, float] | None:
    """Seconds of an irradiation; each may be off by a pulse, and the clock by half a second."""
    if event.duration_s is not None:
        return event.duration_s, 0.5
    if event.pulses is None or not event.pulse_rate_per_s:
        return None
    seconds = event.pulses / event.pulse_rate_per_s
    return seconds, 0.5 + _TIME_SHARE * seconds


def _over_planes(compared: Sequence[ComparedTotal], quantity: str) -> tuple[float | None, bool]:
    """A quantity over all planes, and whether that is a lower bound."""
    totals = [c for c in compared if c.quantity == quantity]
    known = [c.larger for c in totals if c.larger is not None]
    fired = {c.plane for c in compared if c.quantity in {"kerma", "pka"} and c.larger}
    silent = any(c.larger is None and c.plane in fired for c in totals)
    part = silent or any(c.is_part for c in totals)
    return (math.fsum(known), part) if known else (None, False)


def _is_odd(event: XRayEvent) -> bool:
    """Whether an irradiation's own field is none; without kerma nothing can be said."""
    if not event.kerma_gy or event.pka_gy_m2 is None:
        return False
    area = event.pka_gy_m2 * CM2_PER_M2 / event.kerma_gy
    return not SMALLEST_AREA_CM2 <= area <= LARGEST_AREA_CM2


def _unit_error(kerma: float | None, pka: float | None, area: float | None) -> str:
    allowed = f"a field there has {SMALLEST_AREA_CM2:g} to {LARGEST_AREA_CM2:g} cm2"
    if area is not None and not SMALLEST_AREA_CM2 <= area <= LARGEST_AREA_CM2:
        return (
            f"kerma-area product over kerma at the reference point is {area:.3g} cm2: {allowed}, "
            "so a unit of the report is wrong"
        )
    if kerma is not None and pka is not None and (kerma > 0.0) != (pka > 0.0):
        zero = "kerma" if pka > 0.0 else "kerma-area product"
        return f"the report tells a {zero} of zero beside a dose: zero is not believed"
    return ""


def _notes(report: DoseReport, compared: Sequence[ComparedTotal], odd: int) -> Iterable[str]:
    if not report.events:
        yield "The report lists no irradiations: its totals stand unchecked."
    if report.ct_events or report.ct_totals:
        doses = [e.dlp_mgy_cm for e in report.ct_events] or [
            t.dlp_mgy_cm.value for t in report.ct_totals
        ]
        yield (
            f"The report tells CT, too ({math.fsum(d or 0.0 for d in doses):.4g} mGy cm in all): "
            "none of it is counted in these doses."
        )
    kinds = {e.kind or "not told" for e in report.events if e.mode is Mode.UNKNOWN}
    if kinds:
        yield (
            f"Irradiations of a kind that is neither fluoroscopy nor acquisition here "
            f"({', '.join(sorted(kinds))}) count in the whole only."
        )
    for one in compared:
        if one.summed.missing and one.quantity in {"kerma", "pka"}:
            yield f"{one.summed.missing} irradiation(s) do not tell their {one.quantity}."
    fired = {c.plane for c in compared if c.quantity == "kerma" and c.larger}
    if len(fired) > 1:
        yield "Two planes: their kerma is added as if it fell on the same skin."
    if odd:
        yield (
            f"{odd} irradiation(s) have a field of less than {SMALLEST_AREA_CM2:g} or more than "
            f"{LARGEST_AREA_CM2:g} cm2 by their own numbers."
        )


def _ct(report: DoseReport) -> DoseSummary:
    """A CT report: DLP added up; CTDIvol by phantom, for the two phantoms do not mix."""
    notes: list[str] = []
    events = drop_repeated_ct(report.ct_events, notes)
    report = replace(report, ct_events=events)
    reported, counted = ct_totals(report, notes)
    known = [e for e in events if e.dlp_mgy_cm is not None]
    summed = Sum(
        math.fsum(e.dlp_mgy_cm or 0.0 for e in known) if known or not events else None,
        math.fsum(e.dlp_half_digit_mgy_cm for e in known),
        # A localizer need not tell a DLP.
        sum(1 for e in events if e.dlp_mgy_cm is None and e.ctdi_vol_mgy is not None),
    )
    dlp = _held("", "dlp", "mGy.cm", reported, summed, has_events=bool(events))
    scans = _held("", "scans", "1", counted, Sum(float(len(events)), 0.0, 0), has_events=True)
    return DoseSummary(
        report=report,
        compared=(dlp, scans),
        kerma_gy=None,
        pka_gy_m2=None,
        fluoro_time_s=None,
        area_cm2=None,
        unit_error="",
        odd_events=0,
        dlp_mgy_cm=dlp.larger,
        ctdi_vol_mgy=tuple(_ctdi(report)),
        notes=(
            *report.notes,
            *notes,
            "No skin dose from a CT report: CTDIvol is a dose to a phantom.",
            "The sum of CTDIvol speaks only of scans of the same place.",
        ),
    )


def _ctdi(report: DoseReport) -> Iterable[tuple[str, float, float]]:
    by_phantom: dict[str, list[float]] = {}
    for event in report.ct_events:
        if event.ctdi_vol_mgy is not None:
            by_phantom.setdefault(event.phantom, []).append(event.ctdi_vol_mgy)
    for phantom, values in sorted(by_phantom.items()):
        yield phantom, max(values), math.fsum(values)
