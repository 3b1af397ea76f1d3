"""delivered.json: the written form of a dose after radioembolization, and its schema.

Finite numbers of six significant digits, in a fixed order; no fields, no paths of the machine and
no time of writing: the same inputs give the same bytes. What is unknown is null.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Spread  # noqa: TC001  pydantic reads it at run time
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  pydantic reads them
from seldinger.followup.delivered import POPULATION
from seldinger.followup.forecast import Forecast  # noqa: TC001  pydantic reads it at run time
from seldinger.followup.planned import Planned  # noqa: TC001  pydantic reads it at run time
from seldinger.report.record_file import describe_schema, format_json

if TYPE_CHECKING:
    from seldinger.followup.delivered import DeliveredDose
    from seldinger.simulate.dose.structures import StructureDose

SCHEMA_VERSION = "1"
_STEP = 5
"""Every so many points of a histogram stand in the file."""


@dataclass(frozen=True, slots=True)
class Structure:
    """Dose of one structure; Gy. ``bed_gy`` is the mean of every voxel's own.

    Attributes:
        kernel_mean_gy: the mean by the other method.
        recovery: share of a small hot tumour's contrast that such a scanner shows; null = not a
            tumour, or nobody measured it. Nothing above is corrected by it.
        recovered_mean_gy: the mean, were all of its contrast shown; null as ``recovery``.
        histogram_gy: doses, rising.
        histogram_percent: per cent of the volume with at least that dose, as planned.
        histogram_percent_low, histogram_percent_high: the same at 5 and 95 % of the samples.
    """

    name: str
    is_tumour: bool
    volume_ml: float
    mean_gy: Spread
    d95_gy: Spread
    d70_gy: Spread
    bed_gy: Spread | None
    largest_gy: float
    kernel_mean_gy: float
    recovery: float | None
    recovered_mean_gy: float | None
    histogram_gy: tuple[float, ...]
    histogram_percent: tuple[float, ...]
    histogram_percent_low: tuple[float, ...]
    histogram_percent_high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Energy:
    """Where the energy of all decays went, joule."""

    emitted_j: float
    absorbed_j: float
    left_grid_j: float
    radiated_j: float


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A dose after treatment as its file holds it.

    Attributes:
        way: "absolute": the image is a measurement; "relative": it shares a known activity out.
        activity_mbq: in the image, at the time from which decays count.
        liver_mbq: of it in the liver; null = no label shows it.
        lung_gy: by the shunt that was told; null = no shunt was told.
        constants: the preset and its numbers in words.
        gy_kg_per_gbq: the dose constant in use.
        counted_from: what decays are counted from: "the administration" or "the image".
        forecast: mean doses that MAA foretold; null = it was not compared.
        planned: mean doses of a plan; null = it was not compared.
    """

    schema_version: str
    status: str
    reasons: tuple[str, ...]
    nuclide: str
    way: str
    method: str
    constants: str
    gy_kg_per_gbq: float
    half_life_h: float
    activity_mbq: float
    liver_mbq: float | None
    lung_gy: float | None
    structures: tuple[Structure, ...]
    counted_from: str
    energy: Energy
    forecast: Forecast | None
    planned: Planned | None
    population_note: str
    citations: dict[str, str]
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]
    version: str
    inputs: tuple[InputFile, ...]


def to_file(
    delivered: DeliveredDose, forecast: Forecast | None = None, planned: Planned | None = None
) -> DeliveredFile:
    """``delivered`` without what lives in memory only, with what MAA and a plan foretold.

    Args:
        delivered: the dose.
        forecast: by MAA; None: not compared.
        planned: by a plan; None: not compared.
    """
    computed, constants = delivered.computed, delivered.constants
    return DeliveredFile(
        schema_version=SCHEMA_VERSION,
        status=delivered.status,
        reasons=delivered.provisional,
        nuclide=constants.symbol,
        way=delivered.way,
        method=computed.method,
        constants=constants.text,
        gy_kg_per_gbq=constants.gy_kg_per_gbq,
        half_life_h=constants.half_life_h,
        activity_mbq=delivered.activity_mbq,
        liver_mbq=delivered.liver_mbq,
        lung_gy=delivered.lung_gy,
        structures=tuple(_structure(one) for one in delivered.structures),
        counted_from=delivered.counted_from,
        energy=Energy(
            computed.emitted_j, computed.absorbed_j, computed.left_grid_j, computed.radiated_j
        ),
        forecast=forecast,
        planned=planned,
        population_note=POPULATION,
        citations={fact.source: evidence.source(fact.source).text for fact in delivered.facts},
        assumptions=delivered.assumptions,
        notes=delivered.notes,
        version=delivered.version,
        inputs=delivered.inputs,
    )


def _structure(one: StructureDose) -> Structure:
    low, planned, high = (tuple(map(float, row[::_STEP])) for row in one.curve_percent)
    return Structure(
        one.name, one.is_tumour, one.volume_ml, one.mean_gy, one.d95_gy, one.d70_gy, one.bed_gy,
        one.largest_gy, one.kernel_mean_gy, one.recovery, one.recovered_mean_gy,
        tuple(map(float, one.curve_gy[::_STEP])), planned, low, high,
    )  # fmt: skip


def to_json(
    delivered: DeliveredDose, forecast: Forecast | None = None, planned: Planned | None = None
) -> str:
    """The file's text.

    Args:
        delivered: the dose.
        forecast: by MAA; None: not compared.
        planned: by a plan; None: not compared.

    Raises:
        PlanError: a number is not finite.
    """
    advice = "a dose is finite; report this"
    return format_json(
        asdict(to_file(delivered, forecast, planned)), "delivered", 6, PlanError, advice
    )


def schema() -> dict[str, Any]:
    """JSON Schema of the file."""
    return describe_schema(DeliveredFile, "seldinger delivered dose")
