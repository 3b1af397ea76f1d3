"""Audit: a department's median over many reports, beside the reference level of the procedure.

A reference level judges the median of a department and never one patient. The median comes with an
interval from its own ranks (binomial, no shape is assumed); with an interval on both sides of a
level the matter is open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care import pages
from seldinger.care.exposure.policy import reference
from seldinger.care.exposure.studies import merge
from seldinger.care.exposure.summary import CM2_PER_M2, summarize_dose
from seldinger.core.errors import CareError
from seldinger.image.dose_report import ReportKind
from seldinger.image.dose_report_reader import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from seldinger.care.exposure.summary import DoseSummary
    from seldinger.evidence.model import Fact
    from seldinger.image.dose_report import DoseReport

LEAST_CASES = pages.assumptions("dose")["least_cases"]
_PARTIAL = "the report calls itself partial: irradiations may be missing"
_LEVEL = 0.95
_MG, _MIN = 1.0e3, 60.0
_UNITS = {"kerma": "mGy", "pka": "Gy.cm2", "time": "min", "dlp": "mGy.cm"}


class Standing(StrEnum):
    """How a department's median stands to a level."""

    BELOW = "below"
    ABOVE = "above"
    OPEN = "open: the interval holds the level"
    FEW = "too few cases"


@dataclass(frozen=True, slots=True)
class Line:
    """One file of the folder.

    Attributes:
        file: its name below the folder.
        kind, date: of the report; empty for a broken one.
        kerma_mgy, pka_gy_cm2, time_min, dlp_mgy_cm: None: not told.
        disagreeing: totals that do not add up.
        error: why it does not count, or with which file it is counted; empty when it counts.
    """

    file: str
    kind: str
    date: str
    kerma_mgy: float | None
    pka_gy_cm2: float | None
    time_min: float | None
    dlp_mgy_cm: float | None
    disagreeing: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Median:
    """A department's median of one quantity; no interval where cases are too few for it."""

    quantity: str
    unit: str
    cases: int
    median: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A median against one fact; ``standing`` is None beside another registry's median."""

    quantity: str
    fact: Fact
    level: float
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Audit:
    """A department's doses of one procedure."""

    procedure: str | None
    title: str
    lines: tuple[Line, ...]
    medians: tuple[Median, ...]
    held: tuple[Comparison, ...]

    @property
    def broken(self) -> tuple[Line, ...]:
        """Files that do not count."""
        return tuple(line for line in self.lines if line.error)


def audit(folder: Path, procedure: str | None = None) -> Audit:
    """Read every report at or below a folder.

    Args:
        folder: with reports of one procedure; other files are listed as such.
        procedure: key of a reference level; None: medians only.

    Raises:
        CareError: no such folder, nothing in it, or an unknown procedure.
    """
    known = None if procedure is None else reference(procedure)
    if not folder.is_dir():
        raise CareError(f"{folder.name} is no folder; give the folder with the dose reports")
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if not files:
        raise CareError(f"{folder.name} is empty; give the folder with the dose reports")
    lines = _lines(files, folder)
    medians = tuple(_medians(lines))
    facts = () if known is None else (*known.levels, *known.medians)
    levels = set(() if known is None else known.levels)
    held = tuple(
        one for fact_id in facts if (one := _held(fact_id, medians, judges=fact_id in levels))
    )
    title = "all procedures" if known is None else known.title
    return Audit(procedure, title, lines, medians, held)


def _lines(files: Sequence[Path], folder: Path) -> tuple[Line, ...]:
    """One line per study, and one per file that does not count."""
    lines: list[Line] = []
    names: dict[str, str] = {}
    studies: dict[str, list[DoseReport]] = {}
    for file in files:
        name = file.relative_to(folder).as_posix()
        try:
            report = read(file)
        except CareError as wrong:
            lines.append(_broken(name, str(wrong).removeprefix(f"{file.name}: ")))
            continue
        if report.source.sha256 in names:
            lines.append(_broken(name, f"the same file as {names[report.source.sha256]}"))
            continue
        names[report.source.sha256] = name
        # A name in the folder tells files of one name in two subfolders apart.
        report = replace(report, source=replace(report.source, name=name))
        studies.setdefault(report.study_uid or report.source.sha256, []).append(report)
    for study in _joined(tuple(studies.values())):
        lines += _of_study(study)
    return tuple(sorted(lines, key=lambda line: line.file))


def _joined(studies: Sequence[Sequence[DoseReport]]) -> tuple[tuple[DoseReport, ...], ...]:
    """Studies, those that share an irradiation as one: a study filed twice is one procedure."""
    groups: list[tuple[set[str], tuple[DoseReport, ...]]] = []
    for study in studies:
        uids = {
            u for r in study for u in (*(e.uid for e in r.events), *(s.uid for s in r.ct_events))
        }
        uids.discard("")
        ours = [one for one in groups if one[0] & uids]
        groups = [one for one in groups if one not in ours]
        reports = (*(r for _, other in ours for r in other), *study)
        groups.append((uids.union(*(other for other, _ in ours)), reports))
    return tuple(reports for _, reports in groups)


def _of_study(reports: Sequence[DoseReport]) -> list[Line]:
    """A study's lines: its doses, and the files that are counted in them."""
    try:
        summaries = [summarize_dose(report) for report in merge(reports)]
    except CareError as wrong:
        why = str(wrong)
        return [_broken(r.source.name, why.removeprefix(f"{r.source.name}: ")) for r in reports]
    lines = []
    for summary in summaries:
        name = summary.report.source.name
        lines.append(_line(name, summary))
        lines += [_broken(other.name, f"counted with {name}") for other in summary.report.also]
    return lines


def _broken(name: str, why: str) -> Line:
    return Line(name, "", "", None, None, None, None, (), why)


def _line(name: str, summary: DoseSummary) -> Line:
    # A lower bound is no dose that a median could be made of.
    kerma, pka, time = (
        None if quantity in summary.at_least else value
        for quantity, value in (
            ("kerma", summary.kerma_gy), ("pka", summary.pka_gy_m2),
            ("fluoro_time", summary.fluoro_time_s),
        )
    )  # fmt: skip
    return Line(
        file=name,
        kind=summary.report.kind.value,
        date=summary.report.date,
        kerma_mgy=None if kerma is None else kerma * _MG,
        pka_gy_cm2=None if pka is None else pka * CM2_PER_M2,
        time_min=None if time is None else time / _MIN,
        dlp_mgy_cm=summary.dlp_mgy_cm,
        disagreeing=tuple(one.quantity for one in summary.disagreeing),
        error=summary.unit_error or (_PARTIAL if summary.report.complete is False else ""),
    )


def _medians(lines: Sequence[Line]) -> Iterable[Median]:
    sound = [line for line in lines if not line.error]
    for quantity, of in (
        ("kerma", [line.kerma_mgy for line in sound]),
        ("pka", [line.pka_gy_cm2 for line in sound]),
        ("time", [line.time_min for line in sound if line.kind != ReportKind.CT]),
        ("dlp", [line.dlp_mgy_cm for line in sound]),
    ):
        values = sorted(value for value in of if value is not None)
        if values:
            low, high = median_interval(values) or (None, None)
            yield Median(quantity, _UNITS[quantity], len(values), median(values), low, high)


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Interval of a median, at least 95 %, from ranks; None where there are too few values.

    Args:
        values: sorted.
    """
    count = len(values)
    tail, rank = 0.0, 0
    # The k-th smallest and largest value hold the median unless fewer than k lie on one side of it.
    while rank < count // 2:
        more = tail + math.comb(count, rank) / 2.0**count
        if more > 0.5 * (1.0 - _LEVEL):
            break
        tail, rank = more, rank + 1
    return None if rank == 0 else (values[rank - 1], values[count - rank])


def _held(fact_id: str, medians: Sequence[Median], *, judges: bool) -> Comparison | None:
    """One fact beside the department's median of the same quantity; None where there is none."""
    fact = evidence.fact(fact_id)
    quantity = fact_id.rpartition(".")[2].rpartition("_")[2]
    ours = next((m for m in medians if m.quantity == quantity), None)
    if ours is None or fact.value is None:
        return None
    if fact.unit != ours.unit:
        raise CareError(f"{fact_id} is in {fact.unit}, and medians of it in {ours.unit}")
    standing = _standing(ours, fact.value) if judges else None
    return Comparison(quantity, fact, fact.value, standing)


def _standing(ours: Median, level: float) -> Standing:
    if ours.cases < LEAST_CASES.value or ours.low is None or ours.high is None:
        return Standing.FEW
    if ours.high < level:
        return Standing.BELOW
    return Standing.ABOVE if ours.low > level else Standing.OPEN


def to_csv(audit: Audit) -> str:
    """The files of an audit as CSV, one row each, broken ones too."""
    import csv
    from io import StringIO

    stream = StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(
        ("file", "kind", "date", "kerma_mgy", "pka_gy_cm2", "fluoro_min", "dlp_mgy_cm",
         "totals_that_disagree", "error")
    )  # fmt: skip
    for line in audit.lines:
        numbers = (line.kerma_mgy, line.pka_gy_cm2, line.time_min, line.dlp_mgy_cm)
        rows.writerow(
            (_safe(line.file), line.kind, line.date,
             *("" if n is None else f"{n:.6g}" for n in numbers),
             " ".join(line.disagreeing), _safe(line.error))
        )  # fmt: skip
    return stream.getvalue()


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
