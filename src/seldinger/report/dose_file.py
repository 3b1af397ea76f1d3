"""dose.json: a dose answer as text: finite numbers, a fixed order, no names, no paths."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import CareError
from seldinger.core.space import as_vector
from seldinger.report.dose_form import (
    SCHEMA_VERSION,
    CtdiVol,
    DoseFile,
    FindingLine,
    Published,
    Report,
    Skin,
    Sums,
    Total,
)

if TYPE_CHECKING:
    from seldinger.care.exposure.assessment import DoseAssessment
    from seldinger.care.exposure.audit import Audit
    from seldinger.care.exposure.cumulative import Case, CumulativeDose
    from seldinger.care.exposure.skin import SkinEstimate
    from seldinger.care.exposure.summary import ComparedTotal
    from seldinger.core.finding import Finding
    from seldinger.evidence.model import Fact

_DIGITS = 6


def to_json(assessment: DoseAssessment) -> str:
    """``found`` as the text of ``dose.json``.

    Raises:
        CareError: a number is not finite.
    """
    return _text(asdict(to_file(assessment)))


def to_file(assessment: DoseAssessment) -> DoseFile:
    """``found`` in its written form."""
    return DoseFile(
        schema_version=SCHEMA_VERSION,
        policy=assessment.asked.policy,
        findings=tuple(_finding(f) for f in assessment.findings),
        together=_together(assessment.together),
        screening_skin_gy=assessment.screening_gy,
        reports=tuple(_case(case) for case in assessment.cases),
        published=tuple(_fact(fact) for fact in assessment.facts),
        citations={f.source: evidence.source(f.source).text for f in assessment.facts},
        version=assessment.version,
    )


def audit_json(audit: Audit) -> str:
    """An audit as JSON text.

    Raises:
        CareError: a number is not finite.
    """
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "procedure": audit.procedure,
            "files": [asdict(line) for line in audit.lines],
            "medians": [asdict(comparison) for comparison in audit.medians],
            "held_against": [
                {
                    "quantity": comparison.quantity,
                    "fact": asdict(_fact(comparison.fact)),
                    "standing": None if comparison.standing is None else comparison.standing.value,
                }
                for comparison in audit.held
            ],
        }
    )


def _text(value: Any) -> str:
    return json.dumps(_tidied(value, "dose"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finding(finding: Finding) -> FindingLine:
    return FindingLine(
        rule=finding.id,
        status=finding.status,
        severity=finding.severity,
        text=finding.text,
        inputs=dict(finding.inputs),
        missing=finding.missing,
        facts=finding.facts,
        stamp=finding.stamp,
    )


def _together(cumulative: CumulativeDose) -> Sums:
    return Sums(
        dates=cumulative.dates,
        kerma_gy=cumulative.found.kerma,
        skin_gy=cumulative.found.skin,
        pka_gy_cm2=cumulative.found.pka,
        fluoro_min=cumulative.found.time,
        how=cumulative.how,
        notes=cumulative.notes,
    )


def _case(case: Case) -> Report:
    summary = case.made
    report = summary.report
    return Report(
        kind=report.kind,
        input=report.source,
        counted_with_it=report.also,
        date=report.date,
        manufacturer=report.manufacturer,
        model=report.model,
        complete=report.complete,
        irradiations=len(report.events) or len(report.ct_events),
        kerma_gy=summary.kerma_gy,
        pka_gy_m2=summary.pka_gy_m2,
        fluoro_s=summary.fluoro_time_s,
        area_cm2=summary.area_cm2,
        unit_error=summary.unit_error or None,
        dlp_mgy_cm=summary.dlp_mgy_cm,
        ctdi_vol_mgy=tuple(
            CtdiVol(phantom or None, largest, total)
            for phantom, largest, total in summary.ctdi_vol_mgy
        ),
        totals=tuple(_compared(one) for one in summary.compared),
        notes=summary.notes,
        skin=_skin(case.skin),
    )


def _compared(total: ComparedTotal) -> Total:
    return Total(
        plane=total.plane or None,
        quantity=total.quantity,
        unit=total.unit,
        told=total.told,
        recomputed=total.summed.value,
        difference=total.difference,
        rounding=total.summed.rounding,
        not_told_by=total.summed.missing,
        agreement=total.agreement,
    )


def _skin(skin: SkinEstimate) -> Skin:
    return Skin(
        how=skin.how,
        peak_gy=skin.peak_gy,
        low_gy=skin.low_gy,
        high_gy=skin.high_gy,
        mapped_share=skin.mapped_share,
        body=skin.body,
        peak_at_mm=None if skin.peak_at_mm is None else as_vector(skin.peak_at_mm),
        reasons=skin.reasons,
        assumptions=skin.assumptions,
    )


def _fact(fact: Fact) -> Published:
    return Published(
        id=fact.id,
        statement=fact.statement,
        kind=fact.kind,
        value=fact.value,
        unit=fact.unit,
        population=fact.population,
        source=fact.source,
        locator=fact.locator,
        trust=fact.trust,
        note=fact.note,
    )


def _tidied(value: Any, place: str) -> Any:
    """``value`` with six significant digits; ``CareError`` names a number that is not finite."""
    if isinstance(value, dict):
        return {key: _tidied(v, f"{place}.{key}") for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_tidied(v, f"{place}[{n}]") for n, v in enumerate(value)]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CareError(f"{place} is {value}: a dose is finite, or null for unknown")
        return float(f"{value:.{_DIGITS}g}") + 0.0
    return value
