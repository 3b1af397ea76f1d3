"""Studies: dose reports of one study become one report, so that no irradiation counts twice.

Machines send a report after every irradiation, a new version at the end, or a second report when a
procedure goes on. The study's UID and the irradiations' own UIDs tell these apart. Where neither
does, nothing is guessed: the reports are refused, for adding and leaving out would both be wrong
half of the time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care.exposure.totals import ALIKE, add_planes, fits
from seldinger.core.errors import CareError
from seldinger.image.dose_report import ReportKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.image.dose_report import DoseReport

_UNITS = ("Gy", "Gy m2", "mGy cm")


def merge(reports: Sequence[DoseReport]) -> tuple[DoseReport, ...]:
    """One report per study and machine, in the order of their dates.

    Args:
        reports: of any number of studies; of one patient or of many.

    Returns:
        Reports that share no irradiation. ``also`` names the files that were counted in, ``notes``
        says how.

    Raises:
        CareError: reports of one study of which it is not told whether one is the other's version.
    """
    groups: list[list[DoseReport]] = []
    for report in sorted(reports, key=_order):
        ours = [group for group in groups if any(_belong(report, other) for other in group)]
        groups = [group for group in groups if group not in ours]
        groups.append([*(one for group in ours for one in group), report])
    made = (_merged(sorted(group, key=_order)) for group in groups)
    return tuple(sorted(made, key=lambda r: (r.date, r.source.name)))


def _order(report: DoseReport) -> tuple[str, str, str]:
    return report.date, report.written, report.source.name


def _belong(report: DoseReport, other: DoseReport) -> bool:
    """Whether two reports tell of the same study by the same machine, or share an irradiation."""
    if (report.kind is ReportKind.CT) is not (other.kind is ReportKind.CT):
        return False
    if _is_same_file(report, other) or _irradiations(report) & _irradiations(other):
        return True
    machines = [(r.manufacturer, r.model) for r in (report, other)]
    return (
        bool(report.study_uid)
        and report.study_uid == other.study_uid
        and machines[0] == machines[1]
    )


def _is_same_file(one: DoseReport, other: DoseReport) -> bool:
    return one.source.sha256 == other.source.sha256


def _irradiations(report: DoseReport) -> frozenset[tuple[str, str]]:
    """What tells irradiations apart; those without a UID have nothing."""
    xray = ((event.uid, event.plane) for event in report.events)
    ct = ((scan.uid, "") for scan in report.ct_events)
    return frozenset(key for key in (*xray, *ct) if key[0])


def _merged(group: list[DoseReport]) -> DoseReport:
    """Reports of one study, earliest first, as one."""
    notes: list[str] = []
    left = _without_versions(group, notes)
    kept = left[0] if len(left) == 1 else _continued(left, notes)
    first = group[0]
    also = tuple(r.source for r in group if r.source is not kept.source)
    sizes = [(r.weight_kg, r.height_cm) for r in group]
    return replace(
        kept,
        date=first.date or kept.date,
        weight_kg=kept.weight_kg or next((w for w, _ in sizes if w), None),
        height_cm=kept.height_cm or next((h for _, h in sizes if h), None),
        also=also,
        notes=(*kept.notes, *notes),
    )


def _without_versions(group: list[DoseReport], notes: list[str]) -> list[DoseReport]:
    """The group without copies and earlier versions.

    Raises:
        CareError: a report lists no irradiations, so that nobody can say which it holds.
    """
    kept: list[DoseReport] = []
    for number, report in enumerate(group):
        later = [*group[number + 1 :], *kept]
        holder = next((one for one in later if _holds(one, report, group)), None)
        if holder is None:
            kept.append(report)
        else:
            other = _tells_otherwise(report, holder)
            notes.append(
                f"{report.source.name} holds no irradiation that {holder.source.name} does not: it "
                "counts once." + other
            )
    return kept


def _tells_otherwise(report: DoseReport, holder: DoseReport) -> str:
    """That two versions give the same irradiations other doses, and by how much."""
    sums = []
    shared = _irradiations(report)
    for one in (report, holder):
        xray = [e for e in one.events if (e.uid, e.plane) in shared]
        scans = [s.dlp_mgy_cm or 0.0 for s in one.ct_events if (s.uid, "") in shared]
        kerma = math.fsum(e.kerma_gy or 0.0 for e in xray)
        sums.append((kerma, math.fsum(e.pka_gy_m2 or 0.0 for e in xray), math.fsum(scans)))
    for unit, (there, here) in zip(_UNITS, zip(*sums, strict=True), strict=True):
        if not math.isclose(there, here, rel_tol=ALIKE, abs_tol=1e-15):
            return (
                f" They tell those irradiations differently, {there:.4g} and {here:.4g} {unit}: "
                f"those of {holder.source.name} stand."
            )
    return ""


def _holds(report: DoseReport, other: DoseReport, group: Sequence[DoseReport]) -> bool:
    """Whether ``other`` is a copy or a version of ``one`` with no irradiation of its own."""
    if _is_same_file(report, other):
        return True
    here, there = _irradiations(report), _irradiations(other)
    nameless = [r for r in (report, other) if not _is_listed(r)]
    if nameless:
        if (report.totals, report.ct_totals) == (other.totals, other.ct_totals):
            # The same totals; the one that lists its irradiations tells more.
            return _is_listed(report) or not _is_listed(other)
        names = ", ".join(r.source.name for r in group)
        raise CareError(
            f"{names}: reports of one study, and {nameless[0].source.name} does not identify its "
            "irradiations: whether one is a version or a continuation of another is not told; "
            "give only the report that holds the whole study"
        )
    if here == there:
        return _later(report, other)
    return there < here


def _is_listed(report: DoseReport) -> bool:
    """Whether every irradiation of a report can be told from every other."""
    uids = [e.uid for e in report.events] + [s.uid for s in report.ct_events]
    return bool(uids) and all(uids)


def _later(one: DoseReport, other: DoseReport) -> bool:
    """Whether of two reports of the same irradiations ``one`` is to be kept."""
    ranks = [(r.complete is not False, *_order(r)) for r in (one, other)]
    return ranks[0] > ranks[1]


def _continued(group: list[DoseReport], notes: list[str]) -> DoseReport:
    """Reports that each hold irradiations of their own, earliest first, as one."""
    last = group[-1]
    events = tuple({(e.uid, e.plane): e for report in group for e in report.events}.values())
    scans = tuple({s.uid: s for report in group for s in report.ct_events}.values())
    names = ", ".join(r.source.name for r in group)
    notes.append(f"{names} belong to one study: their irradiations are taken together, each once.")
    sums = [add_planes(r.totals, "") for r in group if r.totals]
    overlap = sum(len(_irradiations(r)) for r in group) > len(
        {(e.uid, e.plane) for e in events}
    ) + len(scans)
    totals = last.totals
    ct_totals = last.ct_totals
    if sums and fits(add_planes(last.totals, ""), events):
        notes.append("The last report's totals hold those of the earlier ones.")
    elif overlap or len(sums) < len(group):
        notes.append("Their totals are left out: what each of them covers is not told.")
        totals = ()
    else:
        notes.append("Their totals are added.")
        totals = (add_planes(sums, ""),)
        events = tuple(replace(event, plane="") for event in events)
    if scans:
        notes.append("Totals of dose-length product are those of the listed acquisitions.")
        ct_totals = ()
    return replace(last, totals=totals, events=events, ct_totals=ct_totals, ct_events=scans)
