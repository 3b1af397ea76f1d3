"""Answer: everything that is said of one patient's dose reports, in one object."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seldinger import __version__, evidence
from seldinger.care.exposure import levels, several
from seldinger.care.exposure.account import account
from seldinger.care.exposure.policy import DEFAULT, called, policy
from seldinger.care.exposure.several import Case
from seldinger.care.exposure.skin import How, estimate
from seldinger.care.exposure.studies import merge
from seldinger.core.errors import CareError
from seldinger.core.formatting import short_repr
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.care.exposure.account import Account
    from seldinger.care.exposure.several import Together
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
class Asked:
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
class DoseAnswer:
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

    asked: Asked
    policy_title: str
    cases: tuple[Case, ...]
    together: Together
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


def answered(
    reports: Sequence[DoseReport], asked: Asked | None = None, body: Surface | None = None
) -> DoseAnswer:
    """What one patient's reports say.

    Args:
        reports: of one patient; copies, versions and continuations of one study count once.
        asked: policy, assumptions, size, pregnancy.
        body: a skin instead of a phantom; for a single report only.

    Raises:
        CareError: no report, reports or totals that contradict each other, an unknown policy or
            assumption, a skin with several.
    """
    asked = asked or Asked()
    asked = replace(asked, policy=called(asked.policy))
    if not reports:
        raise CareError("there is no dose report; give at least one")
    chosen = policy(asked.policy)
    merged = merge(reports)
    if body is not None and len(merged) > 1:
        raise CareError("a scan's skin lies in one place on one table: give one report with it")
    cases = tuple(_case(account(report), asked, body) for report in merged)
    whole = several.together(cases)
    xray = [case for case in cases if case.skin.how is not How.NONE]
    judged = levels.judged(chosen, asked.policy, whole.found) if xray else ()
    found = (
        *(f for case in cases for f in _of_report(case.made)),
        *judged,
        *levels.follow_up(judged, asked.policy),
        *levels.fetus(asked.pregnant, cases[0].skin),
    )
    ordered = tuple(sorted(found, key=lambda f: (_ORDER[f.severity], f.status is Status.MET)))
    ids = [i for f in ordered for i in f.facts]
    screening, ratio = _screened(xray, whole)
    ids += [*ratio, *(_TISSUE if xray else ())]
    return DoseAnswer(
        asked=asked,
        policy_title=chosen.title,
        cases=cases,
        together=whole,
        findings=ordered,
        screening_gy=screening,
        facts=tuple(evidence.fact(i) for i in dict.fromkeys(ids)),
        version=__version__,
    )


def _of_report(made: Account) -> tuple[Finding, ...]:
    """What a report says of itself: units, completeness, sums."""
    return (*levels.units(made), *levels.whole(made), *levels.sums(made))


def _case(made: Account, asked: Asked, body: Surface | None) -> Case:
    skin = estimate(
        made, asked.edits, weight_kg=asked.weight_kg, height_cm=asked.height_cm, body=body
    )
    return Case(made, skin)


def _screened(cases: Sequence[Case], whole: Together) -> tuple[float | None, tuple[str, ...]]:
    """Peak skin dose by one institution's ratio: a check of the order of magnitude, no more."""
    kerma = whole.found.kerma.best
    heads = {"head" in case.skin.body for case in cases}
    if kerma is None or len(heads) != 1:
        return None, ()
    fact_id = f"radiation.skin_over_kerma.{'head' if heads == {True} else 'body'}"
    return kerma * evidence.driving_value(fact_id), (fact_id,)
