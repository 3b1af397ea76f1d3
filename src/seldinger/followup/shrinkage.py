"""Shrinkage: what became of volumes after embolization in cohorts, as a course with its spread.

Infarcted tissue swells for some days, is resorbed exponentially, and leaves a remainder. The level
is one cohort's, the course in time another's; a band is where patients of such a cohort lay, never
one patient's chance. Of a tumour no cohort's volumes were read, so nothing is foretold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Spread
from seldinger.followup.volumetry import Z90, Bound, Kind, VolumeChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.assumptions import Assumed

MONTH_D = 30.4375
COHORT_NOTE = (
    "The band is where 90 % of patients of such a cohort would lie; it is not this patient's "
    "chance, and lying outside it proves neither success nor failure."
)
COURSE_FACTS = ("volumetry.fibroid.gelatin_3mo", "volumetry.fibroid.gelatin_12mo")
_COURSE_MONTHS = (3.0, 12.0)
_LATE_D = 31.0
_HALVINGS = 80


class Standing(StrEnum):
    """Where a measured volume lies beside a cohort's band."""

    INSIDE = "inside"
    ABOVE = "above"
    """More is left than in 95 % of the cohort."""
    BELOW = "below"
    """Less is left than in 95 % of the cohort."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Course:
    """How much of a volume is left, by days.

    Attributes:
        plateau: share of the volume before that is lost in the end.
        time_d: in which resorption comes to within 1/e of its end.
        swelling: share of the volume before that is gained at most.
        peak_d: when.
    """

    plateau: float
    time_d: float
    swelling: float
    peak_d: float

    def find_left(self, days: float) -> float:
        """Share of the volume before that is left after ``days``; 1 at 0."""
        return 1.0 + self.swelling * self._bump(days) - self.plateau * self.progress(days)

    def progress(self, days: float) -> float:
        """How far resorption has come after ``days``, 0 to 1."""
        return -math.expm1(-days / self.time_d)

    def _bump(self, days: float) -> float:
        return days / self.peak_d * math.exp(1.0 - days / self.peak_d)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort that a course takes its level from.

    Attributes:
        name: in words.
        kind: of what was followed.
        fact: its loss, of the volume or in mL.
        months: when it was measured.
        last_months: nothing was read later.
        remark: what is borrowed.
    """

    name: str
    kind: Kind
    fact: str
    months: float
    last_months: float
    remark: str


COHORTS = (
    Cohort(
        "fibroids, Ontario", Kind.FIBROID, "outcome_ufe.shrinkage.fibroid_3mo", 3.0, 24.0,
        "level: largest fibroids at 3 months; course: fibroids after gelatin at 3 and 12 months",
    ),
    Cohort(
        "uterus, Ontario", Kind.UTERUS, "outcome_ufe.shrinkage.uterus_3mo", 3.0, 12.0,
        "level: uterus at 3 months; course: borrowed from fibroids after gelatin; no figure of a "
        "uterus was read after 3 months",
    ),
    Cohort(
        "prostate, review of 7 studies", Kind.PROSTATE, "outcome_pae.volume.review", 12.0, 12.0,
        "level: mean volumes before and at 12 months; course: borrowed from fibroids after gelatin",
    ),
    Cohort(
        "prostate, meta-analysis of 6 studies", Kind.PROSTATE, "outcome_pae.volume.meta", 12.0,
        12.0, "level: mean loss in mL at 12 months, whatever the volume before; course: borrowed "
        "from fibroids after gelatin",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Infarct:
    """Which share of what is followed was infarcted, 0 to 1, and who says so.

    Raises:
        PlanError: on construction, it is no share.
    """

    share: float
    origin: str

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise PlanError(f"infarcted share {self.share:g}: give a share from 0 to 1")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a cohort lets expect.

    Attributes:
        cohort: whose level it has.
        days: since embolization.
        left: share of the volume before that is left: median, and 90 % of patients.
        course: by days.
        spread_share: standard deviation between patients, of the volume before, at ``days``.
        facts: ids that it was fitted to.
        stamp: of the least trusted of them.
        remarks: what the reader must know.
    """

    cohort: Cohort
    days: float
    left: Spread
    course: Course
    spread_share: float
    facts: tuple[str, ...]
    stamp: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Predictions side by side, and why others were withheld."""

    predictions: tuple[Prediction, ...]
    withheld: tuple[str, ...]


@cache
def find_time_d() -> float:
    """Days of resorption, from one series' losses at two times: their ratio holds no level.

    Raises:
        PlanError: the later loss is not the larger, or so large that no exponential has both.
    """
    losses = [evidence.driving_value(one) for one in COURSE_FACTS]
    first, second = (m * MONTH_D for m in _COURSE_MONTHS)
    wanted = losses[0] / losses[1]
    if not first / second < wanted < 1.0:
        raise PlanError(f"losses {losses} at {first:.0f} and {second:.0f} d: no exponential course")
    low, high = 1.0, 1e5
    for _ in range(_HALVINGS):
        middle = math.sqrt(low * high)
        ratio = math.expm1(-first / middle) / math.expm1(-second / middle)
        low, high = (middle, high) if ratio > wanted else (low, middle)
    return math.sqrt(low * high)


def find_loss(cohort: Cohort, before_ml: float) -> float:
    """The cohort's loss as a share of the volume before.

    Args:
        cohort: that was followed; a loss in mL is one of ``before_ml``.
        before_ml: volume before.
    """
    told = evidence.fact(cohort.fact)
    value = evidence.driving_value(cohort.fact, secondary=True)
    return -value / before_ml if told.unit == "mL" else value


def fit_course(
    cohort: Cohort, before_ml: float, used: Assumed, infarct: Infarct | None = None
) -> Course:
    """The course of a cohort, or that of a patient whose infarcted share is known.

    Args:
        cohort: that gives the level.
        before_ml: volume before.
        used: assumptions: the cohort's infarcted share and the swelling.
        infarct: of the patient; None: as the cohort's.

    Raises:
        PlanError: the cohort's loss is more than was infarcted in it.
    """
    time_d = find_time_d()
    usual = used.get_value(f"{cohort.kind}_infarcted_share")
    level = find_loss(cohort, before_ml) / -math.expm1(-cohort.months * MONTH_D / time_d)
    if level > usual:
        raise PlanError(
            f"{cohort.name}: its loss would be {100.0 * level:.0f} % of {before_ml:.0f} mL in the "
            f"end, more than the {100.0 * usual:.0f} % that is taken to be infarcted: not applied"
        )
    share = usual if infarct is None else infarct.share
    return Course(
        level * share / usual, time_d, share * used.get_value("swelling_share"),
        used.get_value("swelling_peak_days"),
    )  # fmt: skip


def predict(
    kind: Kind, days: float, before_ml: float, used: Assumed, infarct: Infarct | None = None
) -> Forecasts:
    """What the cohorts of ``kind`` let expect, side by side.

    Args:
        kind: what was embolized.
        days: since embolization.
        before_ml: volume before.
        used: assumptions.
        infarct: of the patient; None: as the cohorts'.

    Raises:
        PlanError: negative days, or no volume before.
    """
    if not (math.isfinite(days) and days >= 0.0):
        raise PlanError(f"{days:g} days since embolization: give 0 or more")
    if not (math.isfinite(before_ml) and before_ml > 0.0):
        raise PlanError(f"{before_ml:g} mL before: give a volume above 0")
    if kind is Kind.TUMOUR:
        return Forecasts((), ("no cohort's volumes of tumours after embolization were read",))
    made, withheld = [], []
    for cohort in (one for one in COHORTS if one.kind is kind):
        if days > cohort.last_months * MONTH_D + _LATE_D:
            withheld.append(f"{cohort.name}: nothing was read beyond {cohort.last_months:g} months")
            continue
        try:
            course = fit_course(cohort, before_ml, used, infarct)
        except PlanError as wrong:
            withheld.append(str(wrong))
            continue
        made.append(_predict_one(cohort, days, course, used, infarct))
    return Forecasts(tuple(made), tuple(withheld))


def withhold_absolute(found: Forecasts) -> Forecasts:
    """Without cohorts whose loss is in mL: a volume before that is cut does not say what is left.

    Args:
        found: by a volume before that is only a lower bound.
    """
    kept, withheld = [], list(found.withheld)
    for one in found.predictions:
        if evidence.fact(one.cohort.fact).unit == "mL":
            withheld.append(f"{one.cohort.name}: its loss is in mL, and the label before is cut")
        else:
            kept.append(one)
    return Forecasts(tuple(kept), tuple(withheld))


def spread_left(course: Course, days: float, used: Assumed) -> tuple[Spread, float]:
    """What is left after ``days``: median and 90 % of patients; and their standard deviation.

    Args:
        course: of the cohort.
        days: since embolization.
        used: assumptions: the spread between patients, reached at 3 months, and the swelling.
    """
    middle = course.find_left(days)
    early = course.progress(days) / course.progress(_COURSE_MONTHS[0] * MONTH_D)
    between = used.get_value("patient_spread_share") * min(1.0, early)
    bump = course.find_left(days) - 1.0 + course.plateau * course.progress(days)
    # The swelling is known so little that its own size is its spread.
    deviation = math.hypot(between, bump)
    ratio = (deviation / middle) ** 2
    sigma = math.sqrt(math.log((1.0 + math.sqrt(1.0 + 4.0 * ratio)) / 2.0))
    low, high = middle * math.exp(-Z90 * sigma), middle * math.exp(Z90 * sigma)
    return Spread(middle, low, middle, high), deviation


def _predict_one(
    cohort: Cohort, days: float, course: Course, used: Assumed, infarct: Infarct | None
) -> Prediction:
    facts = (cohort.fact, *COURSE_FACTS)
    left, deviation = spread_left(course, days, used)
    remarks = tuple(_remark(cohort, days, infarct))
    return Prediction(
        cohort, days, left, course, deviation, facts, evidence.stamp_of(facts), remarks
    )


def _remark(cohort: Cohort, days: float, infarct: Infarct | None) -> Iterator[str]:
    yield cohort.remark
    if days < _COURSE_MONTHS[0] * MONTH_D - _LATE_D:
        yield "before 3 months no figure was read: swelling and course there are assumed"
    if infarct is not None:
        yield (
            f"scaled to an infarcted share of {100.0 * infarct.share:.0f} % ({infarct.origin}), "
            "which nobody measured against shrinkage in these cohorts"
        )


def place(change: VolumeChange, prediction: Prediction) -> Standing:
    """Where a measured change lies beside a cohort's band.

    Args:
        change: as measured; a bound may leave it unknown.
        prediction: for the same day.
    """
    if change.change is None:
        return Standing.UNKNOWN
    left, band = 1.0 + change.change.nominal, prediction.left
    if left > band.p95 and change.bound is not Bound.AT_LEAST:
        return Standing.ABOVE
    if left < band.p05 and change.bound is not Bound.AT_MOST:
        return Standing.BELOW
    return Standing.INSIDE if change.bound is Bound.EXACT else Standing.UNKNOWN


def is_sure(change: VolumeChange, prediction: Prediction) -> bool:
    """Whether 90 % of readings would give the same standing.

    Args:
        change: as measured.
        prediction: for the same day.
    """
    if change.change is None:
        return False
    low, high = 1.0 + change.change.p05, 1.0 + change.change.p95
    edges = (prediction.left.p05, prediction.left.p95)
    return not any(low < edge < high for edge in edges)
