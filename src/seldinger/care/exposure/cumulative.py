"""Several: reports of one patient together, for skin remembers.

Reports must be of one patient: they carry no name here by which that could be seen. Where the same
table, machine and body stand behind every map, the maps are added as if the patient had lain at the
same place; nobody knows that, so the interval runs from the largest single dose to the sum of all
upper ends. Anything else is bounded by the sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.care.exposure.levels import Amount, Amounts, collect_amounts
from seldinger.care.exposure.skin import EstimateKind
from seldinger.image.dose_report import ReportKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.care.exposure.skin import SkinEstimate
    from seldinger.care.exposure.summary import DoseSummary


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One report with what was made of it."""

    made: DoseSummary
    skin: SkinEstimate


@dataclass(frozen=True, slots=True)
class CumulativeDose:
    """Several procedures on one patient.

    Attributes:
        dates: of the reports, ISO, in order; "" where not told.
        found: what levels are held against.
        how: how the skin's doses were brought together, in words.
        notes: what the reader must know besides.
    """

    dates: tuple[str, ...]
    found: Amounts
    how: str
    notes: tuple[str, ...]


def cumulate(cases: Sequence[Case]) -> CumulativeDose:
    """All procedures as levels see them; of one procedure, just that one."""
    xray = [case for case in cases if case.made.report.kind is not ReportKind.CT]
    each = [collect_amounts(case.made, case.skin) for case in xray]
    dates = tuple(case.made.report.date for case in cases)
    if not xray:
        nothing = Amount(None, None, None)
        return CumulativeDose(dates, Amounts(nothing, nothing, nothing, nothing), "CT only", ())
    notes = []
    if len(xray) < len(cases):
        notes.append("CT reports are left out of what the skin received.")
    if len(xray) == 1:
        return CumulativeDose(dates, each[0], "one procedure", tuple(notes))
    skin, how = _skin(xray, [one.skin for one in each])
    notes.append("Skin recovers between procedures; nothing is taken off for that.")
    summed = Amounts(
        kerma=_added([one.kerma for one in each]),
        skin=skin,
        pka=_added([one.pka for one in each]),
        time=_added([one.time for one in each]),
    )
    return CumulativeDose(dates, summed, how, tuple(notes))


def _added(parts: Sequence[Amount]) -> Amount:
    """A sum; as soon as one part is unknown, only what it is at least."""
    if any(part.high is None for part in parts):
        least = math.fsum(part.low or 0.0 for part in parts)
        return Amount(None, least or None, None)
    best = [part.best for part in parts]
    low = [part.low or 0.0 for part in parts]
    return Amount(
        None if None in best else math.fsum(b for b in best if b is not None),
        math.fsum(low),
        math.fsum(part.high or 0.0 for part in parts),
    )


def _skin(cases: Sequence[Case], parts: Sequence[Amount]) -> tuple[Amount, str]:
    summed = _added(parts)
    if summed.high is None:
        return summed, "skin dose of one procedure is unknown, so the sum is"
    low = max(part.low or 0.0 for part in parts)
    peak = _peak_of_sum(cases)
    if peak is None:
        best = None if summed.best is None else max(part.best or 0.0 for part in parts)
        how = "different machines, bodies or bounds: bounded by the sum of all"
        return Amount(best, low, summed.high), how
    how = "maps added as if the patient had lain at the same place; bounded by the sum of all"
    return Amount(peak, low, summed.high), how


def _peak_of_sum(cases: Sequence[Case]) -> float | None:
    """Peak of the maps' sum; None where they do not lie on one body of one machine."""
    first = cases[0].skin
    machine = (cases[0].made.report.manufacturer, cases[0].made.report.model)
    total = None
    for case in cases:
        skin, report = case.skin, case.made.report
        same = skin.how is EstimateKind.MAP and (report.manufacturer, report.model) == machine
        if not same or skin.surface is None or first.surface is None or skin.dose_gy is None:
            return None
        if not np.array_equal(skin.surface.points_mm, first.surface.points_mm):
            return None
        total = skin.dose_gy if total is None else total + skin.dose_gy
    return None if total is None else float(total.max())
