"""The records of the evidence room: a source, and one fact taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seldinger.core.telling import brief


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


class Verdict(StrEnum):
    """What became of a popular claim once it was looked for."""

    HOLDS = "holds"
    CAVEAT = "holds with caveat"
    NOT_SUPPORTED = "not supported"
    CONTESTED = "contested"
    UNTRACED = "untraced"

    @property
    def stands(self) -> bool:
        """Whether the claim may be used at all, with its caveat if it has one."""
        return self in (Verdict.HOLDS, Verdict.CAVEAT)


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

    key: str
    authors: str
    title: str
    container: str
    year: int | None
    doi: str | None
    pmid: str | None
    url: str | None
    unlocated: bool
    note: str

    __repr__ = brief

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
        horizon: by when; every proportion and rate has one, if only "not told".
        design: kind of study.
        source: key of the bibliography.
        locator: where in the source.
        trust: how it was read.
        conflicts: ids of facts that say otherwise; named on both sides.
        verdict: this is a popular claim, and that is what became of it; None for a plain fact. Its
            statement says both, so that a claim is never printed bare.
        see: ids of the facts that answer a claim.
        audience: whom it may be shown to, of "clinician" and "patient".
        review_date: ISO date when this entry was last held against its source.
        review_by: ISO date from which it is stale.
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
    verdict: Verdict | None
    see: tuple[str, ...]
    audience: tuple[str, ...]
    review_date: str
    review_by: str
    note: str

    __repr__ = brief

    @property
    def drives(self) -> bool:
        """Whether a rule may use the value without a stamp on its output."""
        return self.trust is Trust.PRIMARY
