"""plan.json: the one written form of a plan, its schema, and its reader.

The file holds the sections of ``plan.model`` as they stand, in a fixed order. It holds no masks
and no pictures, no paths of the machine and no time: the same inputs give the same bytes.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from seldinger.care.outcomes import Outcomes  # noqa: TC001  pydantic reads it at run time
from seldinger.core.errors import PlanError
from seldinger.core.record import AssumptionUse  # noqa: TC001  pydantic reads it at run time
from seldinger.core.verdict import Severity, Status  # noqa: TC001  the same
from seldinger.plan.model import (
    Approach,
    Citation,
    GateResult,
    Guidance,
    Plan,
    Provenance,
    Request,
    TargetSection,
    Treatment,
    Verdict,
)
from seldinger.plan.readiness import ClearanceSection, build_section
from seldinger.simulate.effect import Effect  # noqa: TC001  the same
from seldinger.simulate.placement import Placement  # noqa: TC001  the same

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_COARSE_SUFFIXES = ("_mm", "_deg", "_ml")
_COARSE_UNITS = ("mm", "deg", "mL")
_COARSE_DECIMALS = 3
_SIGNIFICANT_DIGITS = 9
_PLACES_NAMED = 3
_UNUSED = {
    "provenance": ("further_series",),
    "approach": ("routes",),
    "target": ("vessel", "length_mm"),
    "effect": ("tables",),
}
"""Section -> keys that only some plans have."""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as the plan's file has it; a clearance's are told in full in its own section."""

    id: str
    status: Status
    severity: Severity
    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan as its file holds it: every section, without the anatomy.

    Attributes:
        schema_version: of this layout; a reader refuses another one.
        not_segmented: structures within reach that no label shows: unknown, not clear.
        gates: every gate once, and how it stands.
        placements: what is placed, and by which way.
        effect: what is expected of the placements; None where nothing is predicted.
        outlook: outcomes of the procedure and its alternatives; rates of populations.
        clearance: whether the patient is ready; None where no patient was given: unknown.
    """

    schema_version: str
    request: Request
    verdict: Verdict
    target: TargetSection
    approach: Approach
    placements: tuple[Placement, ...]
    treatment: Treatment
    guidance: Guidance
    findings: tuple[FindingLine, ...]
    assumptions: tuple[AssumptionUse, ...]
    citations: tuple[Citation, ...]
    provenance: Provenance
    not_segmented: tuple[str, ...]
    gates: tuple[GateResult, ...]
    effect: Effect | None
    outlook: Outcomes | None
    clearance: ClearanceSection | None


def to_file(plan: Plan) -> PlanFile:
    """``plan`` without what lives in memory only."""
    sections = {f.name: getattr(plan, f.name) for f in fields(PlanFile)[1:-1]}
    cleared = None if plan.cleared is None else build_section(plan.cleared)
    sections["findings"] = tuple(
        FindingLine(one.id, one.status, one.severity, one.text, one.sources)
        for one in plan.findings
    )
    return PlanFile(schema_version=Plan.SCHEMA_VERSION, clearance=cleared, **sections)


def to_json(plan: Plan) -> str:
    """``plan`` as the text of ``plan.json``.

    Lengths, angles and volumes carry three decimals, everything else nine significant digits.

    Raises:
        PlanError: a number is not finite, or a section does not fit the schema.
    """
    # Through the reader once: whole numbers become floats where the schema says so, and what could
    # not be read again is not written.
    raw = _adapter().dump_python(to_file(plan), mode="json", warnings=False)
    data = _adapter().dump_python(_validated(raw), mode="json")
    _drop_unused(data)
    return json.dumps(_tidied(data, "plan"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _drop_unused(data: dict[str, Any]) -> None:
    """Keys that say nothing of this plan are left out; the reader has their defaults."""
    for part, keys in _UNUSED.items():
        section = data[part]
        for key in keys if section is not None else ():
            if not section[key]:
                del section[key]


def from_json(text: str) -> PlanFile:
    """The plan in ``text``.

    Raises:
        PlanError: not JSON, another schema version, or a key or value that the schema forbids.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise PlanError(f"plan.json is not JSON: {error}; write it again") from error
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version != Plan.SCHEMA_VERSION:
        raise PlanError(
            f"plan.json has schema_version {version!r}, allowed is {Plan.SCHEMA_VERSION!r}: "
            "make the plan again"
        )
    return _validated(_tidied(data, "plan"))


def build_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``plan.json``."""
    found = _adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "plan.json",
    }


@cache
def _adapter() -> TypeAdapter[PlanFile]:
    # pydantic takes 0.2 s to import: only those who read or write a plan pay for it.
    from pydantic import TypeAdapter

    return TypeAdapter(PlanFile)


def _validated(data: Any) -> PlanFile:
    from pydantic import ValidationError

    try:
        found = _adapter().validate_python(data, from_attributes=False)
    except ValidationError as error:
        wrong = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
        more = f" (and {len(wrong) - _PLACES_NAMED} more)" if len(wrong) > _PLACES_NAMED else ""
        raise PlanError(
            f"plan.json does not fit its schema: {'; '.join(wrong[:_PLACES_NAMED])}{more}; "
            "`seldinger schema plan` prints what is allowed"
        ) from error
    unknown = _unknown_keys(data, _adapter().dump_python(found, mode="json"), "plan")
    if unknown:
        raise PlanError(
            f"plan.json has unknown keys: {', '.join(unknown)}; "
            "`seldinger schema plan` prints what is allowed"
        )
    return found


def _unknown_keys(given: Any, known: Any, place: str) -> list[str]:
    """Keys of ``given`` that reading dropped."""
    if isinstance(given, dict) and isinstance(known, dict):
        lost = [f"{place}.{key}" for key in given if key not in known]
        shared = [key for key in given if key in known]
        return lost + [
            bad for key in shared for bad in _unknown_keys(given[key], known[key], f"{place}.{key}")
        ]
    if isinstance(given, list) and isinstance(known, list):
        pairs = enumerate(zip(given, known, strict=True))
        return [bad for n, (a, b) in pairs for bad in _unknown_keys(a, b, f"{place}[{n}]")]
    return []


def _tidied(value: Any, place: str, *, coarse: bool = False) -> Any:
    """``value`` with its numbers rounded; ``PlanError`` names one that is not finite."""
    if isinstance(value, dict):
        coarse = coarse or value.get("unit") in _COARSE_UNITS
        return {
            key: _tidied(v, f"{place}.{key}", coarse=coarse or key.endswith(_COARSE_SUFFIXES))
            for key, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_tidied(v, f"{place}[{n}]", coarse=coarse) for n, v in enumerate(value)]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PlanError(f"{place} is {value}: a plan holds finite numbers, or null for unknown")
        tidy = (
            round(value, _COARSE_DECIMALS) if coarse else float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
        )
        return tidy + 0.0
    return value
