"""Published: what cohorts saw after cement; rows to read, side by side, never merged.

A share of patients, vertebrae or operations is theirs, not this patient's probability: the type of
a row says so, and nothing here makes one of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.errors import SimulationError
from seldinger.evidence import FactKind, fact, facts, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.evidence import Fact

_WEEKS_A_MONTH = 365.25 / 12.0 / 7.0


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """What a source says of the people, vertebrae or benches it looked at; nobody's probability.

    Attributes:
        fact_id: in the evidence.
        statement: in our words.
        value: in ``unit``; None for a rule in words, and where the source gave a range alone.
        interval: (low, high) in ``unit``; None: not told.
        interval_words: what it means; empty without one.
        unit: UCUM.
        population: of whom.
        horizon: by when; empty where it was not told.
        source: key of the bibliography.
        stamp: how far it is to be trusted; empty: read in its primary source.
        conflicts: ids of facts that say otherwise.
        applies: whether this case is of that group; None: not known.
        note: what one must know besides.
    """

    fact_id: str
    statement: str
    value: float | None
    interval: tuple[float, float] | None
    interval_words: str
    unit: str
    population: str
    horizon: str
    source: str
    stamp: str
    conflicts: tuple[str, ...]
    applies: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class CohortTable:
    """Rows on one question.

    Attributes:
        title: of them.
        rows: in the order of the evidence.
        outside_domain: why no cohort speaks for this case; empty where one does.
    """

    title: str
    rows: tuple[PopulationRow, ...]
    outside_domain: str = ""


@dataclass(frozen=True, slots=True)
class _Band:
    """An age of fractures in a cohort, weeks; None: its upper end was not told."""

    part: str
    low_weeks: float
    high_weeks: float | None


_BANDS = (
    _Band("palmowski.under_2wk", 0.0, 2.0),
    _Band("palmowski.2_6wk", 2.0, 6.0),
    _Band("palmowski.6_51wk", 6.0, 51.0),
    _Band("front.palmowski", 0.0, 51.0),
    _Band("middle.palmowski", 0.0, 51.0),
    _Band("timing.within_2wk", 0.0, 2.0),
    _Band("timing.after_2wk", 2.0, None),
    _Band("crandall.under_10wk", 0.0, 10.0),
    _Band("crandall.over_4mo", 4.0 * _WEEKS_A_MONTH, None),
    _Band("four_weeks.within_4wk", 0.0, 4.0),
    _Band("four_weeks.after_4wk", 4.0, None),
)
OLDEST_WEEKS = 51.0
"""The oldest fracture that any of these cohorts says it took."""


def list_height_rows(fracture_age_weeks: float | None, *, kyphoplasty: bool) -> CohortTable:
    """Height and angle gained, by the age of the fracture, cohort beside cohort.

    Cohorts by age are of kyphoplasty alone; for vertebroplasty pools without an age are left.

    Args:
        fracture_age_weeks: of this fracture; None: not known, then all ages are shown, and a row
            does not say whether it applies.
        kyphoplasty: whether a balloon comes first.

    Raises:
        SimulationError: an age that is negative or not finite.
    """
    age = fracture_age_weeks
    if age is not None and not 0.0 <= age < math.inf:
        raise SimulationError(
            f"a fracture of {age:g} weeks; its age is 0 or more, None where it is not known"
        )
    rows = []
    for one in _find("height."):
        if any(word in one.id for word in ("new_fracture", "further_loss", "height.adjacent")):
            continue
        band = next((b for b in _BANDS if b.part in one.id), None)
        applies = None if band is None or age is None else _holds(band, age)
        if band is not None and not kyphoplasty:
            applies = False
        if one.id.endswith(("angle.kyphoplasty", "angle.vertebroplasty")):
            applies = one.id.endswith("kyphoplasty") == kyphoplasty
        if applies is not False:
            rows.append(_row(one, applies=applies))
    outside = ""
    if not kyphoplasty:
        outside = "no cohort that was read tells height by age of the fracture after vertebroplasty"
    elif age is not None and age > OLDEST_WEEKS:
        outside = (
            f"the fracture is {age:g} weeks old; the oldest of these cohorts that tells its limit "
            f"took {OLDEST_WEEKS:g} weeks: none of them speaks for it"
        )
    return CohortTable("height and angle gained, by age of the fracture", tuple(rows), outside)


def _holds(band: _Band, age: float) -> bool:
    high = OLDEST_WEEKS if band.high_weeks is None else band.high_weeks
    # Bands meet at an age that belongs to the younger.
    return (age > band.low_weeks or band.low_weeks == 0.0) and age <= high


def list_leak_rows(
    *,
    kyphoplasty: bool,
    thick: bool | None,
    cleft: bool,
    broken: bool | None,
    back: bool | None = None,
    tumour: bool = False,
) -> CohortTable:
    """How often cement leaked, by technique and viscosity, and by what changes it.

    Args:
        kyphoplasty: whether a balloon comes first.
        thick: whether the cement is sold as of high viscosity; None: a curve of its own.
        cleft: whether the vertebra has one.
        broken: whether its cortex is broken; None: not known.
        back: whether the wall to the canal is; None: not known.
        tumour: whether it holds one.
    """
    told: tuple[tuple[tuple[str, ...], bool | None], ...] = (
        (("lungs.", "decompression", "canal.thoracic", "canal.lumbar", "odds.volume"), None),
        (("vertebroplasty",), not kyphoplasty),
        (("kyphoplasty",), kyphoplasty),
        (("low_viscosity", "bench.thin"), None if thick is None else not thick),
        ((".thick",), thick),
        ((".cleft",), cleft),
        (("odds.cortex",), broken),
        (("back_wall",), back),
    )
    found = (*_find("leak."), *_find("imaging.back_wall.leak"), *_find_outcomes("leak."))
    rows = [
        _row(
            one,
            applies=next(
                (holds for words, holds in told if any(word in one.id for word in words)), True
            ),
        )
        for one in found
    ]
    if tumour:
        rows += [_row(one, applies=True) for one in _find("tumour.") if "leak" in one.id]
        rows += [_row(one, applies=True) for one in _find("tumour.cement.canal")]
    return CohortTable("leaks, as they were seen", tuple(rows))


def list_recollapse_rows(*, both_endplates: bool, cleft: bool, junction: bool) -> CohortTable:
    """How often a cemented vertebra sank again.

    Args:
        both_endplates: whether cement touches both.
        cleft: whether the vertebra has one.
        junction: whether it lies at the thoracolumbar junction.
    """
    told = {
        "endplates.both": both_endplates,
        "endplates.missed": not both_endplates,
        "recollapse.cleft": cleft,
        "recollapse.junction": junction,
    }
    rows = [
        _row(one, applies=next((held for part, held in told.items() if part in one.id), None))
        for one in (*_find("filling.endplates."), *_find("filling.recollapse."))
    ]
    rows += [_row(one, applies=None) for one in _find("height.further_loss.")]
    return CohortTable("sinking again", tuple(rows))


def list_pain_rows() -> CohortTable:
    """Pain after cement, against sham and by volume; what differs stands side by side."""
    found = (
        *_find("filling.pain."), *_find("evidence."), *_find_outcomes("pain."),
        *_find_outcomes("sham"), *_find_outcomes("vapour"),
    )  # fmt: skip
    return CohortTable("pain", tuple(_row(one, applies=None) for one in found))


def list_next_fracture_rows() -> CohortTable:
    """New fractures next door and elsewhere."""
    found = (
        *_find("height.new_fracture."), *_find("height.adjacent"),
        *_find("filling.more_fractures"), *_find("filling.no_more_fractures"),
        *_find_outcomes("fracture."), *_find_outcomes("refracture"),
    )  # fmt: skip
    return CohortTable("new fractures", tuple(_row(one, applies=None) for one in found))


def list_load_rows() -> CohortTable:
    """Load beside a filled vertebra: by cement itself, and by the posture that a wedge brings."""
    return CohortTable(
        "load on the neighbours, in models and on the bench",
        tuple(_row(one, applies=None) for one in _find("load.")),
        "models of one spine each and a bench: none of them is this patient",
    )


def list_heat_rows() -> CohortTable:
    """Heat of setting as it was measured in dead vertebrae; no model stands behind it."""
    return CohortTable(
        "heat of setting cement",
        tuple(_row(one, applies=None) for one in _find("mechanics.cement.heat.")),
    )


def list_radiofrequency_rows() -> CohortTable:
    """Radiofrequency of a tumour before cement: heat beside nerves, pain, failures, harm."""
    found = (*_find("tumour.heat."), *_find("tumour.distance."), *_find("tumour.rfa."))
    return CohortTable(
        "radiofrequency before cement", tuple(_row(one, applies=None) for one in found)
    )


def list_filling_rows() -> CohortTable:
    """How much filling brought strength, stiffness and height back, and how little it explains."""
    parts = (
        "strength", "stiffness", "kyphoplasty", "implant", "balloon_volume", "puncture_side",
    )  # fmt: skip
    found = [one for part in parts for one in _find(f"filling.{part}")]
    return CohortTable("filling", tuple(_row(one, applies=None) for one in found))


def _find(part: str) -> tuple[Fact, ...]:
    return tuple(one for one in facts("vertebra") if one.id.startswith(f"vertebra.{part}"))


def _find_outcomes(part: str) -> tuple[Fact, ...]:
    return tuple(
        one for one in facts("outcome_cement") if one.id.startswith(f"outcome_cement.{part}")
    )


def _row(one: Fact, *, applies: bool | None) -> PopulationRow:
    # A value at an end of a range is a place holder, not a mean.
    ranged = (
        one.interval is not None
        and one.interval_kind == "range"
        and one.value in one.interval
        and one.kind is not FactKind.MEAN
    )
    return PopulationRow(
        one.id, one.statement, None if ranged else one.value, one.interval,
        one.interval_kind or "", one.unit, one.population, one.horizon or "", one.source,
        stamp_of([one.id]), one.conflicts, applies, one.note,
    )  # fmt: skip


def list_facts(tables: Iterable[CohortTable]) -> tuple[str, ...]:
    """Ids of all facts that the tables show, each once."""
    return tuple(dict.fromkeys(row.fact_id for table in tables for row in table.rows))


def find_conflicts(row: PopulationRow) -> tuple[str, ...]:
    """What other facts say that this one disagrees with, a statement each."""
    return tuple(fact(one).statement for one in row.conflicts)
