"""volume.json: the written form of a change after embolization, and its schema.

Finite numbers of six significant digits, in a fixed order; no masks, no paths of the machine and no
time: the same inputs give the same bytes. What is unknown is null. A diameter has no volume here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Spread  # noqa: TC001  pydantic reads it at run time
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  pydantic reads them
from seldinger.followup import shrinkage
from seldinger.followup.volumetry import Diameter, EllipsoidVolume, LabelVolume, VolumeChange
from seldinger.report.margin_file import Published
from seldinger.report.record_file import describe_schema, format_json, write_down

if TYPE_CHECKING:
    from seldinger.followup.shrinkage import Prediction
    from seldinger.followup.volumetry import Reading
    from seldinger.followup.volumetry_follow_up import VolumeFollowUp

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class ReadingFile:
    """One reading.

    Attributes:
        definition: "label", "ellipsoid" or "diameter".
        label: its name; null where none was drawn.
        volume_ml: null for a diameter, which has none.
        diameters_mm: three of an ellipsoid, one of a diameter; empty for a label.
        error_share: one standard deviation of a reading, as a share of volume or diameter.
        voxel_error_ml, contour_error_ml: its parts for a label; else null.
        cut: the label touches the border of the scan: its volume is a lower bound.
    """

    definition: str
    label: str | None
    volume_ml: float | None
    diameters_mm: tuple[float, ...]
    error_share: float
    voxel_error_ml: float | None
    contour_error_ml: float | None
    cut: bool


@dataclass(frozen=True, slots=True)
class ChangeFile:
    """Share gained (negative: lost), each quantity under its own name.

    Attributes:
        volume: by readings of one definition; null for a diameter, or where both labels are cut.
        bound: "exact", "lost at least", "lost at most" or "unknown"; null for a diameter.
        diameter: of one diameter; null for volumes.
        area_if_isotropic, volume_if_isotropic: what the diameter would be, only if it was the same
            in every direction; measured by nobody; null for volumes.
    """

    volume: Spread | None
    bound: str | None
    diameter: Spread | None
    area_if_isotropic: float | None
    volume_if_isotropic: float | None


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """What a cohort lets expect, and where the measured volume lies beside it.

    Attributes:
        left: share of the volume before that is left: median, and 90 % of patients.
        plateau, time_d, swelling, peak_d: of the course.
        fitted_to: ids of facts.
        stamp: of the least trusted of them; empty when all were read in their source.
        standing: "inside", "above", "below" or "unknown".
        sure: whether 90 % of readings would give the same standing.
    """

    cohort: str
    days: float
    left: Spread
    plateau: float
    time_d: float
    swelling: float
    peak_d: float
    spread_share: float
    fitted_to: tuple[str, ...]
    stamp: str
    remarks: tuple[str, ...]
    standing: str
    sure: bool


@dataclass(frozen=True, slots=True)
class VolumeFile:
    """A change after embolization as its file holds it.

    Attributes:
        status: "measured", "bounded" or "provisional".
        infarcted_share: of the patient; null = not told.
        withheld: why no further prediction is given.
    """

    schema_version: str
    kind: str
    status: str
    reasons: tuple[str, ...]
    before: ReadingFile
    after: ReadingFile
    change: ChangeFile
    days: float | None
    days_since_embolization: float | None
    infarcted_share: float | None
    predictions: tuple[PredictionFile, ...]
    withheld: tuple[str, ...]
    cohort_note: str
    published: tuple[Published, ...]
    citations: dict[str, str]
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]
    version: str
    inputs: tuple[InputFile, ...]


def to_file(follow_up: VolumeFollowUp) -> VolumeFile:
    """``follow_up`` without what lives in memory only."""
    cited = dict.fromkeys(fact.source for fact in follow_up.facts)
    return VolumeFile(
        schema_version=SCHEMA_VERSION,
        kind=follow_up.asked.kind.value,
        status=follow_up.status,
        reasons=follow_up.provisional,
        before=_reading(follow_up.before.reading),
        after=_reading(follow_up.after.reading),
        change=_change(follow_up),
        days=follow_up.days,
        days_since_embolization=follow_up.since_days,
        infarcted_share=None if follow_up.infarct is None else follow_up.infarct.share,
        predictions=tuple(_prediction(follow_up, p) for p in follow_up.forecasts.predictions),
        withheld=follow_up.forecasts.withheld,
        cohort_note=shrinkage.COHORT_NOTE,
        published=tuple(write_down(Published, fact, {}) for fact in follow_up.facts),
        citations={key: evidence.source(key).text for key in cited},
        assumptions=follow_up.assumptions,
        notes=follow_up.notes,
        version=follow_up.version,
        inputs=follow_up.inputs,
    )


def _reading(one: Reading) -> ReadingFile:
    match one:
        case Diameter():
            return ReadingFile(
                "diameter", None, None, (one.mm,), one.error_share, None, None, cut=False
            )
        case EllipsoidVolume():
            return ReadingFile(
                "ellipsoid", None, one.ml, one.diameters_mm, one.error_share, None, None, cut=False
            )
        case LabelVolume():
            return ReadingFile(
                "label", one.name, one.ml, (), one.error_share, one.voxel_error_ml,
                one.contour_error_ml, one.cut,
            )  # fmt: skip


def _change(follow_up: VolumeFollowUp) -> ChangeFile:
    change = follow_up.change
    if isinstance(change, VolumeChange):
        return ChangeFile(change.change, change.bound.value, None, None, None)
    return ChangeFile(
        None, None, change.change, change.area_if_isotropic, change.volume_if_isotropic
    )


def _prediction(follow_up: VolumeFollowUp, one: Prediction) -> PredictionFile:
    change = follow_up.change
    standing, sure = shrinkage.Standing.UNKNOWN, False
    if isinstance(change, VolumeChange):
        standing, sure = shrinkage.place(change, one), shrinkage.is_sure(change, one)
    course = one.course
    return PredictionFile(
        one.cohort.name, one.days, one.left, course.plateau, course.time_d, course.swelling,
        course.peak_d, one.spread_share, one.facts, one.stamp, one.remarks, standing.value, sure,
    )  # fmt: skip


def to_json(follow_up: VolumeFollowUp) -> str:
    """``follow_up`` as the text of ``volume.json``.

    Raises:
        PlanError: a number is not finite.
    """
    data, advice = asdict(to_file(follow_up)), "a volume is finite, or null for unknown"
    return format_json(data, "volume", 6, PlanError, advice)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``volume.json``."""
    return describe_schema(VolumeFile, "volume.json")
