"""margin.json: the written form of a measured margin, and its schema.

Finite numbers of six significant digits, in a fixed order; no masks, no paths of the machine and no
time: the same inputs give the same bytes. What is unknown is null.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  pydantic reads them
from seldinger.core.space import Vector  # noqa: TC001  pydantic reads it at run time
from seldinger.followup.margin import POPULATION
from seldinger.image.register import Stage  # noqa: TC001  pydantic reads it at run time
from seldinger.image.residual import LeftOut, Residual  # noqa: TC001  pydantic reads them
from seldinger.report.record_file import describe_schema, format_json, write_down
from seldinger.simulate.margin import Part  # noqa: TC001  pydantic reads it at run time

if TYPE_CHECKING:
    from seldinger.followup.margin import FollowUp

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, in the labels' own names; ``organ`` null = none was known."""

    target: str
    zone: str
    organ: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``status`` is "measured", "not_covered" or "provisional"."""

    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The margin over the whole surface and its two parts; null = none, or the capsule unknown."""

    whole: Part
    inner: Part | None
    subcapsular: Part | None


@dataclass(frozen=True, slots=True)
class ByPart:
    """The minimal margin by each part of the registration, mm.

    Attributes:
        kept: "rigid" or "deformable": the part that ``whole`` is measured by.
        rigid_mm: by the rigid part.
        deformable_mm: by the deformable one; null = there is none to trust.
        interval_mm: smallest and largest of both, widened by the error near the target; null = that
            error is unknown.
    """

    kept: str
    rigid_mm: float
    deformable_mm: float | None
    interval_mm: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class NearTarget:
    """Root mean square registration error around the target, estimated; null = unknown."""

    within_mm: float
    error_mm: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """How the scans were brought together. Always converged: otherwise there is no file.

    Attributes:
        least_jacobian, bend_mm: of the deformable part, kept or not; null = there is none.
        not_bent: why there is none; null when there is one.
        left_out: how both parts do at surfaces that the deformable match has not seen.
    """

    converged: bool
    stages: tuple[Stage, ...]
    least_jacobian: float | None
    shift_mm: Vector
    turn_deg: float
    bend_mm: float | None
    not_bent: str | None
    left_out: LeftOut
    residuals: tuple[Residual, ...]
    near_target: NearTarget


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of a population, never of this patient; ``source`` is a key of ``citations``."""

    id: str
    statement: str
    kind: str
    value: float | None
    unit: str
    interval: tuple[float, float] | None
    interval_kind: str | None
    numerator: int | None
    denominator: int | None
    population: str
    endpoint: str | None
    horizon: str | None
    design: str
    source: str
    locator: str
    trust: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which version measured, and every file with its hash."""

    version: str
    inputs: tuple[InputFile, ...]


@dataclass(frozen=True, slots=True)
class MarginFile:
    """A measured margin as its file holds it.

    Attributes:
        clipped_at_capsule_share: of the surface, where the capsule made the margin larger.
        shrinkage_correction: always null: none is made.
    """

    schema_version: str
    request: Request
    verdict: Verdict
    target_ml: float
    zone_ml: float
    margin_mm: Parts
    by_part: ByPart
    clipped_at_capsule_share: float | None
    shrinkage_correction: None
    registration: Fit
    published: tuple[Published, ...]
    population_note: str
    citations: dict[str, str]
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]
    provenance: Provenance


def to_file(follow_up: FollowUp) -> MarginFile:
    """``found`` without what lives in memory only."""
    registration, margin, request = follow_up.registration, follow_up.margin, follow_up.asked
    return MarginFile(
        schema_version=SCHEMA_VERSION,
        request=Request(request.target, request.zone, request.organ),
        verdict=Verdict(follow_up.status.replace(" ", "_"), follow_up.reasons),
        target_ml=follow_up.target_ml,
        zone_ml=follow_up.zone_ml,
        margin_mm=Parts(margin.whole, margin.inner, margin.under_capsule),
        by_part=_by_part(follow_up),
        clipped_at_capsule_share=None if request.organ is None else margin.clipped_share,
        shrinkage_correction=None,
        registration=Fit(
            converged=True,
            stages=registration.stages,
            least_jacobian=None
            if registration.bending is None
            else registration.bending.least_jacobian,
            shift_mm=registration.shift_mm,
            turn_deg=registration.turn_deg,
            bend_mm=None if registration.bending is None else registration.bending.bend_mm,
            not_bent=registration.refused or None,
            left_out=follow_up.left_out,
            residuals=follow_up.residuals,
            near_target=NearTarget(follow_up.near_mm, follow_up.near_error_mm),
        ),
        published=tuple(write_down(Published, fact, {}) for fact in follow_up.facts),
        population_note=POPULATION,
        citations={fact.source: evidence.source(fact.source).text for fact in follow_up.facts},
        assumptions=follow_up.assumptions,
        notes=follow_up.notes,
        provenance=Provenance(follow_up.version, follow_up.inputs),
    )


def _by_part(follow_up: FollowUp) -> ByPart:
    bent = follow_up.deformable
    return ByPart(
        "deformable" if follow_up.registration.bends else "rigid",
        follow_up.rigid.whole.minimal_mm,
        None if bent is None else bent.whole.minimal_mm,
        follow_up.interval_mm,
    )


def to_json(follow_up: FollowUp) -> str:
    """``found`` as the text of ``margin.json``.

    Raises:
        PlanError: a number is not finite.
    """
    data, advice = asdict(to_file(follow_up)), "a margin is finite, or null for unknown"
    return format_json(data, "margin", 6, PlanError, advice)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``margin.json``."""
    return describe_schema(MarginFile, "margin.json")
