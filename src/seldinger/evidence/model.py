"""The records of the evidence room: a source, and one fact taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trust(StrEnum):
    """How far a number can be trusted; decides whether it may drive a rule."""

    PRIMARY = "primary"
    """Read in the primary source's own abstract or record: drives rules."""
    SECONDARY = "secondary"
    """Read in a summary or a copy: drives rules only where the output is stamped."""
    MEMORY = "memory"
    """Not read anywhere: shown as "to be confirmed", drives nothing."""


class FactKind(StrEnum):
    """What a number is: a population rate is no patient's probability, a threshold no risk."""

    PROPORTION = "proportion"
    RATE = "rate"
    MEAN = "mean"
    THRESHOLD = "threshold"
    ODDS_RATIO = "odds ratio"
    HAZARD_RATIO = "hazard ratio"
    DOSE = "dose"
    DURATION = "duration"
    RULE = "rule"
    DIMENSION = "dimension"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography.

    Attributes:
        key: how facts name it, first author and year.
        authors: as printed; "not recorded" when nobody wrote them down.
        title: of the work.
        container: journal, book or site, with volume and pages where known.
        year: of publication; None when not recorded.
        doi, pmid, url: where to find it; at least one is set, except in the entry "memory".
        note: what was read, and what of this entry is unconfirmed.
    """

    key: str
    authors: str
    title: str
    container: str
    year: int | None
    doi: str | None
    pmid: str | None
    url: str | None
    note: str

    @property
    def text(self) -> str:
        """The entry on one line, as reports print it."""
        year = "year not recorded" if self.year is None else str(self.year)
        line = f"{self.authors}. {self.title}. {self.container} ({year})."
        if self.doi is not None:
            return f"{line} doi:{self.doi}"
        if self.pmid is not None:
            return f"{line} PMID {self.pmid}"
        return line if self.url is None else f"{line} {self.url}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a source says.

    Attributes:
        id: dotted name that starts with the topic.
        topic: the file it stands in.
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
        horizon: by when.
        design: kind of study.
        source: key of the bibliography.
        locator: where in the source.
        trust: how it was read.
        conflicts: ids of facts that say otherwise; named on both sides.
        review_date: ISO date when this entry was last held against its source.
        note: what the reader must know besides.
    """

    id: str
    topic: str
    statement: str
    kind: FactKind
    value: float | None
    unit: str
    interval: tuple[float, float] | None
    interval_kind: str | None
    sd: float | None
    numerator: int | None
    denominator: int | None
    population: str
    comparator: str | None
    endpoint: str | None
    horizon: str | None
    design: str
    source: str
    locator: str
    trust: Trust
    conflicts: tuple[str, ...]
    review_date: str
    note: str

    @property
    def drives(self) -> bool:
        """Whether a rule may use the value without a stamp on its output."""
        return self.trust is Trust.PRIMARY
