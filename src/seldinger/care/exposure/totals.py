"""Totals: the accumulated doses of one report, whatever their planes are called, as one per plane.

A report may hold several accumulated totals: one per plane, one for the whole beside its parts,
one that was told again, one of zero. They are added only where they are planes of one run; where
nothing in the report decides between two readings, it is refused, for one of them would be too
small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from seldinger.core.errors import CareError
from seldinger.image.dose_report import PlaneTotals, Total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.image.dose_report import CtEvent, DoseReport, XRayEvent

ALIKE = 0.01
"""Share by which a total and the sum of its parts may differ and still be the same dose."""

_WHOLE = ("single", "")
"""Planes whose total may be that of the whole run."""
_BIPLANE = 2
_QUANTITIES = tuple(
    f.name for f in fields(PlaneTotals) if f.name not in {"plane", "isocentre_height_mm"}
)


@dataclass(frozen=True, slots=True)
class Planes:
    """One total per plane, and irradiations whose planes are called alike.

    Attributes:
        totals: no plane twice.
        events: none twice; of the one plane "" where totals and irradiations name others.
        notes: what was done, in words.
    """

    totals: tuple[PlaneTotals, ...]
    events: tuple[XRayEvent, ...]
    notes: tuple[str, ...]


def match_planes(report: DoseReport) -> Planes:
    """Bring totals and irradiations together.

    Raises:
        CareError: two totals contradict each other. The message starts with the file's name.
    """
    notes: list[str] = []
    events = drop_repeated(report.events, notes)
    try:
        totals = _one_per_plane(report.totals, events, notes)
        totals = _whole_or_parts(totals, events, notes)
    except CareError as wrong:
        raise CareError(f"{report.source.name}: {wrong}") from wrong
    named, fired = {t.plane for t in totals}, {e.plane for e in events}
    if named and fired and _are_called_otherwise(named, fired):
        notes.append(
            "Totals and irradiations name their planes differently: they are compared as a whole."
        )
        totals = (add_planes(totals, ""),)
        events = tuple(replace(event, plane="") for event in events)
    return Planes(totals, events, tuple(notes))


def drop_repeated(events: Sequence[XRayEvent], notes: list[str]) -> tuple[XRayEvent, ...]:
    """Irradiations without those that stand in the report twice."""
    kept: dict[tuple[str, str, int], XRayEvent] = {}
    twice = differing = 0
    for number, event in enumerate(events):
        key = (event.uid, event.plane, 0 if event.uid else number)
        if key not in kept:
            kept[key] = event
        elif kept[key] == event:
            twice += 1
        else:
            differing += 1
            kept[event.uid, event.plane, number + 1] = event
    if twice:
        notes.append(f"{twice} irradiation(s) stand in the report twice: they count once.")
    if differing:
        notes.append(
            f"{differing} irradiation(s) carry the identifier of another and differ from it: each "
            "counts."
        )
    return tuple(kept.values())


def drop_repeated_ct(scans: Sequence[CtEvent], notes: list[str]) -> tuple[CtEvent, ...]:
    """CT acquisitions without those that stand in the report twice."""
    kept = [s for n, s in enumerate(scans) if not s.uid or s not in scans[:n]]
    if len(kept) < len(scans):
        notes.append(
            f"{len(scans) - len(kept)} CT acquisition(s) stand in the report twice: they count "
            "once."
        )
    return tuple(kept)


def ct_totals(report: DoseReport, notes: list[str]) -> tuple[Total | None, Total | None]:
    """Dose-length product (mGy cm) and number of acquisitions of a CT report, over all its totals.

    Raises:
        CareError: several totals, and no list of acquisitions that tells how they belong together.
    """
    totals = list(dict.fromkeys(report.ct_totals))
    if not totals:
        return None, None
    if len(totals) == 1:
        return totals[0].dlp_mgy_cm, totals[0].events
    summed = math.fsum(e.dlp_mgy_cm or 0.0 for e in report.ct_events)
    values = [one.dlp_mgy_cm.value or 0.0 for one in totals]
    if report.ct_events and _alike(max(values), summed):
        largest = totals[values.index(max(values))]
        notes.append(f"{len(totals)} totals of dose-length product: the largest holds the others.")
        return largest.dlp_mgy_cm, largest.events
    if report.ct_events and _alike(math.fsum(values), summed):
        notes.append(f"{len(totals)} totals of dose-length product are added.")
        count = [one.events.value for one in totals if one.events.value is not None]
        half = math.fsum(one.dlp_mgy_cm.half_digit for one in totals)
        return Total(math.fsum(values), half), Total(math.fsum(count) if count else None)
    doses = " and ".join(f"{value:.4g} mGy cm" for value in values)
    raise CareError(
        f"{report.source.name}: {len(totals)} totals of dose-length product contradict each other "
        f"({doses}), and the acquisitions add up to {summed:.4g}: whether they are parts or "
        "versions is not told; export the report again"
    )


def add_planes(totals: Sequence[PlaneTotals], plane: str) -> PlaneTotals:
    """Totals of planes as one; a lower bound where one of them does not tell a quantity."""
    sums = {}
    for name in _QUANTITIES:
        parts: list[Total] = [getattr(one, name) for one in totals]
        values = [part for part in parts if part.value is not None]
        sums[name] = Total(
            math.fsum(part.value or 0.0 for part in values) if values else None,
            math.fsum(part.half_digit for part in values),
            at_least=bool(values) and any(part.value is None or part.at_least for part in parts),
        )
    return PlaneTotals(plane=plane, isocentre_height_mm=_height(totals), **sums)


def _height(totals: Sequence[PlaneTotals]) -> float | None:
    return next((t.isocentre_height_mm for t in totals if t.isocentre_height_mm is not None), None)


def fits(total: PlaneTotals, events: Sequence[XRayEvent]) -> bool | None:
    """Whether irradiations add up to a total; None where they cannot tell."""
    answers = []
    for of, reported in (("kerma_gy", total.kerma_gy), ("pka_gy_m2", total.pka_gy_m2)):
        values = [getattr(event, of) for event in events]
        if reported.value is not None and values and None not in values:
            answers.append(_alike(reported.value, math.fsum(values)))
    return all(answers) if answers else None


def _one_per_plane(
    totals: Sequence[PlaneTotals], events: Sequence[XRayEvent], notes: list[str]
) -> tuple[PlaneTotals, ...]:
    joined = []
    for plane in dict.fromkeys(total.plane for total in totals):
        group = [total for total in totals if total.plane == plane]
        fired = [event for event in events if event.plane == plane] or list(events)
        joined.append(group[0] if len(group) == 1 else _merged(plane, group, fired, notes))
    return tuple(joined)


def _merged(
    plane: str, group: Sequence[PlaneTotals], events: Sequence[XRayEvent], notes: list[str]
) -> PlaneTotals:
    """Several totals of one plane, or of none, as one."""
    some = [total for total in group if not _is_empty(total)]
    if len(some) < len(group):
        notes.append("A total of zero beside another of the same plane is left out.")
    if len(some) <= 1:
        return some[0] if some else group[0]
    both = add_planes(some, plane)
    largest = max(some, key=lambda t: (t.kerma_gy.value or 0.0, t.pka_gy_m2.value or 0.0))
    if _complete_each_other(some):
        return _told_once(some, plane)
    called = _called(plane)
    if fits(both, events):
        notes.append(f"{len(some)} totals {called} are added: the irradiations add up to both.")
        return both
    if fits(largest, events) or (plane and all(_is_same(one, some[0]) for one in some)):
        notes.append(f"{len(some)} totals {called}: the largest holds the others.")
        return largest
    if not plane and len(some) == _BIPLANE and not _is_same(*some):
        notes.append("Two totals that name no plane are added as the planes of one run.")
        return both
    raise CareError(
        f"{len(some)} totals {called} contradict each other "
        f"({_doses(some)}), and no list of irradiations decides: whether they are parts or "
        "versions is not told; export the report again, or add the parts by hand"
    )


def _whole_or_parts(
    totals: tuple[PlaneTotals, ...], events: Sequence[XRayEvent], notes: list[str]
) -> tuple[PlaneTotals, ...]:
    """Totals without that of the whole run, where it stands beside those of its planes."""
    wholes = [total for total in totals if total.plane in _WHOLE and not _is_empty(total)]
    parts = tuple(total for total in totals if total.plane not in _WHOLE and not _is_empty(total))
    if not wholes or not (parts or len(wholes) > 1):
        return totals
    if not parts:
        wholes, parts = wholes[:1], tuple(wholes[1:])
    whole, summed = add_planes(wholes, ""), add_planes(parts, "")
    if _is_same(whole, summed):
        notes.append("The total of the whole run stands beside those of its planes: counted once.")
        return parts
    together = add_planes((whole, summed), "")
    smaller = _is_smaller(whole, summed)
    if fits(together, events) or (smaller and not fits(summed, events)):
        notes.append("A total that names no plane of its own is added to the others.")
        return (*wholes, *parts)
    if fits(whole, events) or fits(summed, events):
        notes.append("Of the total of the whole run and those of its planes the larger is kept.")
        return parts if smaller else tuple(wholes)
    raise CareError(
        f"a total of the whole run and totals of planes contradict each other "
        f"({_doses((whole, summed))}); export the report again, or add the parts by hand"
    )


def _are_called_otherwise(named: set[str], fired: set[str]) -> bool:
    """Whether a plane of the totals may be another one's name among the irradiations."""
    if named == fired:
        return False
    vague = bool(set(_WHOLE) & (named ^ fired))
    return vague or (bool(named - fired) and bool(fired - named))


def _told_once(totals: Sequence[PlaneTotals], plane: str) -> PlaneTotals:
    """Every quantity from the one total that tells it."""
    uids = {
        name: next(
            (t for one in totals if (t := getattr(one, name)).value is not None), Total(None)
        )
        for name in _QUANTITIES
    }
    return PlaneTotals(plane=plane, isocentre_height_mm=_height(totals), **uids)


def _complete_each_other(totals: Sequence[PlaneTotals]) -> bool:
    """Whether no quantity is told twice: one container holds kerma, the other its product."""
    return all(
        sum(getattr(one, name).value is not None for one in totals) <= 1 for name in _QUANTITIES
    )


def _is_empty(total: PlaneTotals) -> bool:
    return not (total.kerma_gy.value or total.pka_gy_m2.value)


def _is_same(one: PlaneTotals, other: PlaneTotals) -> bool:
    pairs = ((one.kerma_gy, other.kerma_gy), (one.pka_gy_m2, other.pka_gy_m2))
    known = [(a.value, b.value) for a, b in pairs if a.value is not None and b.value is not None]
    return bool(known) and all(_alike(a, b) for a, b in known)


def _is_smaller(one: PlaneTotals, other: PlaneTotals) -> bool:
    """Whether a total is less than its alleged parts, so that it cannot be their whole."""
    pairs = ((one.kerma_gy, other.kerma_gy), (one.pka_gy_m2, other.pka_gy_m2))
    known = [(a.value, b.value) for a, b in pairs if a.value is not None and b.value is not None]
    return bool(known) and all(a < b and not _alike(a, b) for a, b in known)


def _alike(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=ALIKE, abs_tol=1e-15)


def _called(plane: str) -> str:
    return f"of plane {plane!r}" if plane else "that name no plane"


def _doses(totals: Sequence[PlaneTotals]) -> str:
    return " and ".join(
        f"{t.kerma_gy.value:.4g} Gy"
        if t.kerma_gy.value is not None
        else f"{t.pka_gy_m2.value or 0.0:.4g} Gy m2"
        for t in totals
    )
