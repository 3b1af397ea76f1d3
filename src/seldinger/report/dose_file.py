"""dose.json: a dose answer as text: finite numbers, a fixed order, no names, no paths."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from seldinger.care.dose.account import Account, Compared
    from seldinger.care.dose.answer import DoseAnswer
    from seldinger.care.dose.audit import Audit
    from seldinger.care.dose.several import Case
    from seldinger.care.dose.skin import SkinEstimate
    from seldinger.care.finding import CareFinding
    from seldinger.evidence.model import Fact

SCHEMA_VERSION = "1"
_DIGITS = 6


def to_json(found: DoseAnswer) -> str:
    """``found`` as the text of ``dose.json``.

    Raises:
        CareError: a number is not finite.
    """
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "policy": found.asked.policy,
            "findings": [_finding(f) for f in found.findings],
            "together": {
                "dates": list(found.together.dates),
                "kerma_gy": asdict(found.together.found.kerma),
                "skin_gy": asdict(found.together.found.skin),
                "pka_gy_cm2": asdict(found.together.found.pka),
                "fluoro_min": asdict(found.together.found.time),
                "how": found.together.how,
                "notes": list(found.together.notes),
            },
            "screening_skin_gy": found.screening_gy,
            "reports": [_case(case) for case in found.cases],
            "published": [_fact(fact) for fact in found.facts],
            "citations": {f.source: evidence.source(f.source).text for f in found.facts},
            "version": found.version,
        }
    )


def audit_json(found: Audit) -> str:
    """An audit as JSON text.

    Raises:
        CareError: a number is not finite.
    """
    return _text(
        {
            "schema_version": SCHEMA_VERSION,
            "procedure": found.procedure,
            "files": [asdict(line) for line in found.lines],
            "medians": [asdict(one) for one in found.medians],
            "held_against": [
                {
                    "quantity": one.quantity,
                    "fact": _fact(one.fact),
                    "standing": None if one.standing is None else one.standing.value,
                }
                for one in found.held
            ],
        }
    )


def _text(value: Any) -> str:
    return json.dumps(_tidied(value, "dose"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _finding(found: CareFinding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "status": found.status.value,
        "severity": found.severity.value,
        "text": found.text,
        "inputs": dict(found.inputs),
        "missing": list(found.missing),
        "facts": list(found.facts),
        "stamp": found.stamp,
    }


def _case(case: Case) -> dict[str, Any]:
    report = case.made.report
    return {
        "kind": report.kind.value,
        "input": asdict(report.source),
        "counted_with_it": [asdict(other) for other in report.also],
        "date": report.date,
        "manufacturer": report.manufacturer,
        "model": report.model,
        "complete": report.complete,
        "irradiations": len(report.events) or len(report.ct_events),
        **_account(case.made),
        "skin": _skin(case.skin),
    }


def _account(made: Account) -> dict[str, Any]:
    return {
        "kerma_gy": made.kerma_gy,
        "pka_gy_m2": made.pka_gy_m2,
        "fluoro_s": made.fluoro_time_s,
        "area_cm2": made.area_cm2,
        "unit_error": made.unit_error or None,
        "dlp_mgy_cm": made.dlp_mgy_cm,
        "ctdi_vol_mgy": [
            {"phantom": phantom or None, "largest": largest, "sum": total}
            for phantom, largest, total in made.ctdi_vol_mgy
        ],
        "totals": [_compared(one) for one in made.compared],
        "notes": list(made.notes),
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "plane": one.plane or None,
        "quantity": one.quantity,
        "unit": one.unit,
        "told": one.told,
        "recomputed": one.summed.value,
        "difference": one.difference,
        "rounding": one.summed.rounding,
        "not_told_by": one.summed.missing,
        "agreement": one.agreement.value,
    }


def _skin(skin: SkinEstimate) -> dict[str, Any]:
    return {
        "how": skin.how.value,
        "peak_gy": skin.peak_gy,
        "low_gy": skin.low_gy,
        "high_gy": skin.high_gy,
        "mapped_share": skin.mapped_share,
        "body": skin.body,
        "peak_at_mm": None if skin.peak_at_mm is None else list(skin.peak_at_mm),
        "reasons": list(skin.reasons),
        "assumptions": [asdict(use) for use in skin.assumptions],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "statement": fact.statement,
        "kind": fact.kind.value,
        "value": fact.value,
        "unit": fact.unit,
        "population": fact.population,
        "source": fact.source,
        "locator": fact.locator,
        "trust": fact.trust.value,
        "note": fact.note,
    }


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
