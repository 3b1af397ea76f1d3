"""dose.json: a dose answer as text: finite numbers, a fixed order, no names, no paths."""

from __future__ import annotations

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
from seldinger.report.record_file import format_json, write_down

if TYPE_CHECKING:
    from seldinger.care.exposure.assessment import DoseAssessment
    from seldinger.care.exposure.audit import Audit
    from seldinger.care.exposure.cumulative import Case, CumulativeDose
    from seldinger.care.exposure.skin import SkinEstimate
    from seldinger.care.exposure.summary import ComparedTotal
    from seldinger.core.finding import Finding
    from seldinger.evidence.model import Fact


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
    return format_json(value, "dose", 6, CareError, "a dose is finite, or null for unknown")


def _finding(finding: Finding) -> FindingLine:
    own = {"rule": finding.id, "inputs": dict(finding.inputs)}
    return write_down(FindingLine, finding, own)


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
    own = {
        "plane": total.plane or None,
        "recomputed": total.summed.value,
        "rounding": total.summed.rounding,
        "not_told_by": total.summed.missing,
    }
    return write_down(Total, total, own)


def _skin(skin: SkinEstimate) -> Skin:
    peak = None if skin.peak_at_mm is None else as_vector(skin.peak_at_mm)
    return write_down(Skin, skin, {"peak_at_mm": peak})


def _fact(fact: Fact) -> Published:
    return write_down(Published, fact, {})
