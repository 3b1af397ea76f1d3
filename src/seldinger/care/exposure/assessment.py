"""Answer: everything that is said of one patient's dose reports, in one object."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seldinger import __version__, evidence
from seldinger.care.exposure import cumulative, levels
from seldinger.care.exposure.cumulative import Case
from seldinger.care.exposure.policy import DEFAULT, match_policy, policy
from seldinger.care.exposure.skin import EstimateKind, estimate
from seldinger.care.exposure.studies import merge
from seldinger.care.exposure.summary import summarize_dose
from seldinger.core.errors import CareError
from seldinger.core.formatting import short_repr
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.care.exposure.cumulative import CumulativeDose
    from seldinger.care.exposure.summary import DoseSummary
    from seldinger.core.finding import Finding
    from seldinger.evidence.model import Fact
    from seldinger.image.dose_report import DoseReport
    from seldinger.physics.skin_dose import Surface

_TISSUE = (
    "radiation.tissue.under_2_gy",
    "radiation.tissue.2_to_5_gy",
    "radiation.tissue.5_to_15_gy",
    "radiation.tissue.over_15_gy",
)


@dataclass(frozen=True, slots=True)
class DoseRequest:
    """What was asked beside the reports.

    Attributes:
        policy: whose levels are watched.
        edits: assumptions by name.
        weight_kg, height_cm: of the patient; None: the report's.
        pregnant: True, False, or None: not known.
    """

    policy: str = DEFAULT
    edits: Mapping[str, float] = field(default_factory=dict)
    weight_kg: float | None = None
    height_cm: float | None = None
    pregnant: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DoseAssessment:
    """What is said.

    Attributes:
        asked: as above.
        policy_title: of the levels.
        cases: one per report, in the order of their dates.
        together: all of them.
        findings: units, sums, levels, follow-up, fetus; what asks for something first.
        screening_gy: peak skin dose by one institution's ratio to kerma; None: does not fit.
        facts: everything it rests on.
        version: of this package.
    """

    asked: DoseRequest
    policy_title: str
    cases: tuple[Case, ...]
    together: CumulativeDose
    findings: tuple[Finding, ...]
    screening_gy: float | None
    facts: tuple[Fact, ...]
    version: str

    __repr__ = short_repr

    @property
    def wants(self) -> tuple[Finding, ...]:
        """Findings that ask for something."""
        return tuple(f for f in self.findings if f.severity is not Severity.INFO)


_ORDER = {Severity.STOP: 0, Severity.ACTION: 1, Severity.CAUTION: 2, Severity.INFO: 3}


def assess_dose(
    reports: Sequence[DoseReport], request: DoseRequest | None = None, body: Surface | None = None
) -> DoseAssessment:
    """What one patient's reports say.

    Args:
        reports: of one patient; copies, versions and continuations of one study count once.
        request: policy, assumptions, size, pregnancy.
        body: a skin instead of a phantom; for a single report only.

    Raises:
        CareError: no report, reports or totals that contradict each other, an unknown policy or
            assumption, a skin with several.
    """
    request = request or DoseRequest()
    request = replace(request, policy=match_policy(request.policy))
    if not reports:
        raise CareError("there is no dose report; give at least one")
    chosen = policy(request.policy)
    merged = merge(reports)
    if body is not None and len(merged) > 1:
        raise CareError("a scan's skin lies in one place on one table: give one report with it")
    cases = tuple(_case(summarize_dose(report), request, body) for report in merged)
    whole = cumulative.cumulate(cases)
    xray = [case for case in cases if case.skin.how is not EstimateKind.NONE]
    judged = levels.assess_levels(chosen, request.policy, whole.found) if xray else ()
    findings = (
        *(f for case in cases for f in _of_report(case.made)),
        *judged,
        *levels.recommend_follow_up(judged, request.policy),
        *levels.check_fetus(request.pregnant, cases[0].skin),
    )
    ordered = tuple(sorted(findings, key=lambda f: (_ORDER[f.severity], f.status is Status.MET)))
    ids = [i for f in ordered for i in f.facts]
    screening, ratio = _screened(xray, whole)
    ids += [*ratio, *(_TISSUE if xray else ())]
    return DoseAssessment(
        asked=request,
        policy_title=chosen.title,
        cases=cases,
        together=whole,
        findings=ordered,
        screening_gy=screening,
        facts=tuple(evidence.fact(i) for i in dict.fromkeys(ids)),
        version=__version__,
    )


def _of_report(made: DoseSummary) -> tuple[Finding, ...]:
    """What a report says of itself: units, completeness, sums."""
    return (*levels.check_units(made), *levels.check_complete(made), *levels.check_sums(made))


def _case(summary: DoseSummary, request: DoseRequest, body: Surface | None) -> Case:
    skin = estimate(
        summary, request.edits, weight_kg=request.weight_kg, height_cm=request.height_cm, body=body
    )
    return Case(summary, skin)


def _screened(cases: Sequence[Case], whole: CumulativeDose) -> tuple[float | None, tuple[str, ...]]:
    """Peak skin dose by one institution's ratio: a check of the order of magnitude, no more."""
    kerma = whole.found.kerma.best
    heads = {"head" in case.skin.body for case in cases}
    if kerma is None or len(heads) != 1:
        return None, ()
    fact_id = f"radiation.skin_over_kerma.{'head' if heads == {True} else 'body'}"
    return kerma * evidence.driving_value(fact_id), (fact_id,)
