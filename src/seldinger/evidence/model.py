"""The records of the evidence room: a source, and one fact taken from it.

They are what the files of ``facts`` say, checked as they are read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Le, MinLen

from seldinger.core.errors import EvidenceError
from seldinger.core.formatting import short_repr
from seldinger.evidence.records import Count, NotNegative, Spelled, Text, Word

if TYPE_CHECKING:
    from collections.abc import Iterator


class Trust(StrEnum):
    """How far a number can be trusted; decides whether it may drive a rule."""

    PRIMARY = "primary"
    """Read in the primary source's own abstract or record: drives rules."""
    SECONDARY = "secondary"
    """Read in a summary or a copy: drives rules only where the output is stamped."""
    MEMORY = "memory"
    """Not read anywhere: shown as "to be confirmed", drives nothing."""


SECONDARY_STAMP = "secondary source, primary not opened"
MEMORY_STAMP = "to be confirmed: from memory, drives nothing"


class FactKind(StrEnum):
    """What a number is: a population rate is no patient's probability, a threshold no risk."""

    PROPORTION = "proportion"
    RATE = "rate"
    MEAN = "mean"
    MEDIAN = "median"
    DIFFERENCE = "difference"
    ODDS_RATIO = "odds ratio"
    HAZARD_RATIO = "hazard ratio"
    RISK_RATIO = "risk ratio"
    COEFFICIENT = "coefficient"
    """A number of a published formula or score."""
    THRESHOLD = "threshold"
    """Where a rule turns, for one patient."""
    LIMIT = "limit"
    """What must not be passed, by law or by a society's notice."""
    REFERENCE_LEVEL = "reference level"
    """What a department's median over many cases is held against."""
    AUDIT_THRESHOLD = "audit threshold"
    """A department's rate from which it looks into its own cases; nobody's risk."""
    DOSE = "dose"
    DURATION = "duration"
    RULE = "rule"
    DIMENSION = "dimension"


NEVER_FOR_PATIENTS = frozenset({FactKind.AUDIT_THRESHOLD, FactKind.LIMIT, FactKind.REFERENCE_LEVEL})
"""Kinds that judge a department or a machine: shown to a patient they would read like a risk."""


class ClaimAssessment(StrEnum):
    """What became of a popular claim once it was looked for."""

    HOLDS = "holds"
    CAVEAT = "holds with caveat"
    NOT_SUPPORTED = "not supported"
    CONTESTED = "contested"
    UNTRACED = "untraced"

    @property
    def stands(self) -> bool:
        """Whether the claim may be used at all, with its caveat if it has one."""
        return self in (ClaimAssessment.HOLDS, ClaimAssessment.CAVEAT)


FactId = Annotated[str, Spelled(r"[a-z0-9_]+(\.[a-z0-9_]+)+")]
MEMORY_KEY = "memory"
"""The entry that stands in where there is no source; only facts from memory may name it."""

_ROUNDING = 0.006
"""Printed percentages are rounded; counts may differ from them by this much."""

Unit = Literal[
    "1", "%", "mm", "cm", "mL", "mL/min", "s", "min", "d", "wk", "deg", "mPa.s", "[Ch]",
    "10*9/L", "mg/dL", "{INR}", "{core}", "{tract}", "{hole}", "{gauge}",
    "kg/m3", "J/(kg.K)", "W/(m.K)", "Cel", "mL/kJ",
    "h", "mo", "a", "m", "kg", "g", "mg", "mg/kg", "ug/kg", "g/dL", "g/L", "ng/mL", "umol/L",
    "mmol/L",
    "mm[Hg]", "mL/min/{1.73_m2}", "Gy", "mGy", "Gy.cm2", "mSv", "{dose}", "{point}",
    "mSv/a",
    "mm2", "cm/s", "atm", "GPa", "ug/g", "ug/mm2",
    "um", "g/mL", "Bq", "GBq", "MBq/kg", "MeV", "Gy.kg/GBq", "uSv/(h.GBq)",
    "ug/mL", "mg/mL", "mg/m2",
    "MPa", "Pa.s", "m2", "mm4/(N.s)", "kJ/mol", "g/mol", "[hnsf'U]",
]  # fmt: skip
"""The UCUM expressions in use; a new one is added here on purpose."""

Design = Literal[
    "randomised trial", "meta-analysis", "systematic review", "registry", "cohort", "case series",
    "phantom", "animal", "bench", "volunteers", "imaging anatomy", "survey", "guideline", "expert",
    "convention", "consensus", "label", "incident reports", "calculation",
]  # fmt: skip

IntervalKind = Literal[
    "95 % confidence", "range", "interquartile range", "10th to 90th centile", "bounds"
]

_YEARS = 2
"""A fact is stale this long after its review, unless it says otherwise."""

_RATIOS = (FactKind.ODDS_RATIO, FactKind.HAZARD_RATIO, FactKind.RISK_RATIO)
_SET_BY_SOMEBODY = (
    FactKind.THRESHOLD,
    FactKind.LIMIT,
    FactKind.REFERENCE_LEVEL,
    FactKind.AUDIT_THRESHOLD,
)
"""Numbers that were agreed upon, not counted in people."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography.

    Attributes:
        key: how facts name it, first author and year.
        authors: as printed; "not recorded" when nobody wrote them down.
        title: of the work.
        container: journal, book or site, with volume and pages where known.
        year: of publication; None when not recorded.
        doi, pmid, url: where to find it; at least one is set, except in the entry "memory" and
            where ``unlocated``.
        unlocated: the work was read or quoted, but nobody wrote down an identifier. This says
            nothing of how it was read: a primary fact of such a source drives like any other,
            for the record itself was read; the docs list it under "identifier to be found".
        note: what was read, and what of this entry is unconfirmed.
    """

    key: Word
    authors: Text
    title: Text
    container: Text
    year: Annotated[int, Ge(1800), Le(2100)] | None = None
    doi: Annotated[str, Spelled(r"10\.\d{4,9}/\S+")] | None = None
    pmid: Annotated[str, Spelled(r"\d{1,8}")] | None = None
    url: Annotated[str, Spelled(r"https?://\S+")] | None = None
    unlocated: bool = False
    note: str = ""

    __repr__ = short_repr

    def __post_init__(self) -> None:
        located = self.doi or self.pmid or self.url
        if self.key != MEMORY_KEY and not located and not self.unlocated:
            raise EvidenceError("give a doi, a pmid or a url, or 'unlocated = true'")
        if located and self.unlocated:
            raise EvidenceError("unlocated, yet it says where it is")

    @property
    def text(self) -> str:
        """The entry on one line, as reports print it."""
        year = "year not recorded" if self.year is None else str(self.year)
        line = f"{self.authors}. {self.title}. {self.container} ({year})."
        if self.doi is not None:
            return f"{line} doi:{self.doi}"
        if self.pmid is not None:
            return f"{line} PMID {self.pmid}"
        if self.unlocated:
            return f"{line} Identifier not recorded."
        return line if self.url is None else f"{line} {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that a source says.

    Attributes:
        id: dotted name that starts with the topic.
        statement: the fact in our words.
        kind: what the value is.
        value: the number in ``unit``; None for a rule in words.
        unit: UCUM.
        interval: (low, high) in ``unit``.
        interval_kind: what ``interval`` means: "95 % confidence", "range", "interquartile range",
            "10th to 90th centile"; None when there is no interval.
        sd: standard deviation over cases, in ``unit``.
        numerator, denominator: counts behind a proportion.
        population: whom (or what phantom) it was seen in.
        comparator: against what.
        endpoint: what was counted or measured.
        horizon: by when; every proportion and rate has one, if only "not told".
        design: kind of study.
        source: key of the bibliography.
        locator: where in the source.
        trust: how it was read.
        conflicts: ids of facts that say otherwise; named on both sides.
        verdict: this is a popular claim, and that is what became of it; None for a plain fact. Its
            statement says both, so that a claim is never printed bare.
        see: ids of the facts that answer a claim.
        audience: whom it may be shown to; left out: both, or clinicians alone where its kind
            judges a department.
        review_date: when this entry was last held against its source; left out: its page's.
        review_by: from when it is stale; left out: two years later.
        note: what the reader must know besides.
    """

    id: FactId
    statement: Text
    kind: FactKind
    value: float | None = None
    unit: Unit
    interval: tuple[float, float] | None = None
    interval_kind: IntervalKind | None = None
    sd: NotNegative | None = None
    numerator: Annotated[int, Ge(0)] | None = None
    denominator: Count | None = None
    population: Text
    comparator: Text | None = None
    endpoint: Text | None = None
    horizon: Text | None = None
    design: Design
    source: Text
    locator: Text
    trust: Trust
    conflicts: tuple[Text, ...] = ()
    verdict: ClaimAssessment | None = None
    see: tuple[Text, ...] = ()
    audience: Annotated[tuple[Literal["clinician", "patient"], ...], MinLen(1)] = ()
    review_date: dt.date
    review_by: dt.date = dt.date.max
    note: str = ""

    __repr__ = short_repr

    def __post_init__(self) -> None:
        hidden = self.kind in NEVER_FOR_PATIENTS
        if not self.audience:
            audience = ("clinician",) if hidden else ("clinician", "patient")
            object.__setattr__(self, "audience", audience)
        if self.review_by == dt.date.max:
            object.__setattr__(self, "review_by", _years_later(self.review_date))
        problems = tuple(self._problems())
        if problems:
            raise EvidenceError("; ".join(problems))

    @property
    def topic(self) -> str:
        """The file it stands in."""
        return self.id.partition(".")[0]

    @property
    def drives(self) -> bool:
        """Whether a rule may use the value without a stamp on its output."""
        return self.trust is Trust.PRIMARY

    def _problems(self) -> Iterator[str]:
        yield from self._number_problems()
        if self.kind is FactKind.PROPORTION:
            yield from self._proportion_problems()
        if self.kind in (FactKind.PROPORTION, FactKind.RATE) and self.horizon is None:
            yield f"a {self.kind} needs a horizon; where the source has none, say 'not told'"
        if self.kind in _SET_BY_SOMEBODY:
            yield from self._agreed_problems()
        yield from self._reader_problems()

    def _number_problems(self) -> Iterator[str]:
        if self.value is None and self.kind is not FactKind.RULE:
            yield f"a {self.kind} needs a value; only a rule may stand in words alone"
        if (self.interval is None) != (self.interval_kind is None):
            yield "interval and interval_kind are given together or not at all"
        if self.interval is not None and not self._inside(self.interval):
            yield f"the interval {self.interval} must be ordered and hold the value {self.value}"
        if self.numerator is not None and self.denominator is None:
            yield "a numerator needs a denominator"
        if self.kind in _RATIOS and self.value is not None and self.value <= 0:
            yield f"a ratio is positive, got {self.value}"

    def _reader_problems(self) -> Iterator[str]:
        if self.kind in NEVER_FOR_PATIENTS and "patient" in self.audience:
            yield f"a {self.kind} judges a department: its audience is never 'patient'"
        if len(set(self.audience)) < len(self.audience):
            yield f"the audience {self.audience} names somebody twice"
        if self.see and self.verdict is None:
            yield "only a claim with a verdict names the facts to see"
        if self.review_by < self.review_date:
            yield f"stale ({self.review_by}) before its review"
        if (self.source == MEMORY_KEY) and self.trust is not Trust.MEMORY:
            yield "without a source its trust must be memory"

    def _agreed_problems(self) -> Iterator[str]:
        share = self.unit == "1" and self.value is not None and 0.0 <= self.value <= 1.0
        if self.numerator is not None or self.denominator is not None:
            yield f"a {self.kind} is agreed upon, not counted: counts belong to a proportion"
        if share and self.horizon is not None:
            yield f"a {self.kind} between 0 and 1 with a horizon reads like a proportion: choose"
        if self.kind is FactKind.AUDIT_THRESHOLD and not share:
            yield f"an audit threshold is a share in 0..1, got {self.value} {self.unit}"

    def _inside(self, interval: tuple[float, float]) -> bool:
        low, high = interval
        return low <= high and (self.value is None or low <= self.value <= high)

    def _proportion_problems(self) -> Iterator[str]:
        shown = [x for x in (self.value, *(self.interval or ())) if x is not None]
        if self.unit != "1" or any(not 0.0 <= x <= 1.0 for x in shown):
            yield f"a proportion lies in 0..1 with unit '1', got {shown} {self.unit}"
        if self.numerator is None or self.denominator is None or self.value is None:
            return
        counted = self.numerator / self.denominator
        if counted > 1.0:
            yield f"{self.numerator} of {self.denominator} is more than all"
        if abs(counted - self.value) > _ROUNDING:
            yield (
                f"the value {self.value} disagrees with "
                f"{self.numerator}/{self.denominator} = {counted:.4f}"
            )


def _years_later(day: dt.date) -> dt.date:
    """The same day some years on; the last of February stays the last."""
    last = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + _YEARS, day=28 if last else day.day)
