"""The written form of a dose answer, ``dose.json``, and its schema; what is unknown is null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seldinger.care.exposure.levels import Amount  # noqa: TC001  the same
from seldinger.care.exposure.skin import EstimateKind  # noqa: TC001  the same
from seldinger.care.exposure.summary import Agreement  # noqa: TC001  pydantic reads it at run time
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  the same
from seldinger.core.space import Vector  # noqa: TC001  the same
from seldinger.core.verdict import Severity, Status  # noqa: TC001  the same
from seldinger.evidence.model import FactKind, Trust  # noqa: TC001  the same
from seldinger.image.dose_report import ReportKind  # noqa: TC001  the same
from seldinger.report.record_file import describe_schema

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What one rule says: ``missing`` would have to be known, ``facts`` are ids of evidence."""

    rule: str
    status: Status
    severity: Severity
    text: str
    inputs: Mapping[str, str]
    missing: tuple[str, ...]
    facts: tuple[str, ...]
    stamp: str


@dataclass(frozen=True, slots=True)
class Sums:
    """All reports together, as levels see them; ``dates`` are ISO, "" where not told."""

    dates: tuple[str, ...]
    kerma_gy: Amount
    skin_gy: Amount
    pka_gy_cm2: Amount
    fluoro_min: Amount
    how: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CtdiVol:
    """Of one phantom ("head", "body"; null = not told), mGy: the largest, and summed over scans."""

    phantom: str | None
    largest: float
    sum: float


@dataclass(frozen=True, slots=True)
class Total:
    """A total of the report beside the sum of its irradiations, in ``unit`` (UCUM).

    ``plane`` null = all; ``rounding`` is how far last digits allow the sum to be off;
    ``not_told_by`` counts irradiations that do not tell it.
    """

    plane: str | None
    quantity: str
    unit: str
    told: float | None
    recomputed: float | None
    difference: float | None
    rounding: float
    not_told_by: int
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Skin:
    """Dose to the skin.

    ``low_gy`` to ``high_gy`` is what the assumptions allow; of a bound only ``high_gy``.
    ``peak_at_mm`` is on the table: left, down, towards the head.
    """

    how: EstimateKind
    peak_gy: float | None
    low_gy: float | None
    high_gy: float | None
    mapped_share: float
    body: str
    peak_at_mm: Vector | None
    reasons: tuple[str, ...]
    assumptions: tuple[AssumptionUse, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One dose report.

    ``counted_with_it`` are files that repeat or continue it. Doses are over all planes, the larger
    of told and summed; ``area_cm2`` is kerma-area product over kerma. ``unit_error`` says why the
    doses cannot be believed; null when they can.
    """

    kind: ReportKind
    input: InputFile
    counted_with_it: tuple[InputFile, ...]
    date: str
    manufacturer: str
    model: str
    complete: bool | None
    irradiations: int
    kerma_gy: float | None
    pka_gy_m2: float | None
    fluoro_s: float | None
    area_cm2: float | None
    unit_error: str | None
    dlp_mgy_cm: float | None
    ctdi_vol_mgy: tuple[CtdiVol, ...]
    totals: tuple[Total, ...]
    notes: tuple[str, ...]
    skin: Skin


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of a population, with its source (a key of ``citations``), locator and trust."""

    id: str
    statement: str
    kind: FactKind
    value: float | None
    unit: str
    population: str
    source: str
    locator: str
    trust: Trust
    note: str


@dataclass(frozen=True, slots=True)
class DoseFile:
    """The whole of ``dose.json``.

    ``screening_skin_gy`` is the peak skin dose by one institution's ratio to kerma; null where it
    does not fit.
    """

    schema_version: str
    policy: str
    findings: tuple[FindingLine, ...]
    together: Sums
    screening_skin_gy: float | None
    reports: tuple[Report, ...]
    published: tuple[Published, ...]
    citations: Mapping[str, str]
    version: str


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``dose.json``."""
    return describe_schema(DoseFile, "dose.json")
