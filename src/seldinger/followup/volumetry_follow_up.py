"""Volumetry after embolization: two readings become a change, beside what cohorts let expect."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

import seldinger
from seldinger import evidence
from seldinger.core.errors import LabelError, PlanError
from seldinger.core.formatting import short_repr
from seldinger.followup import shrinkage, volumetry
from seldinger.followup.labels import find_own_name
from seldinger.followup.shrinkage import Forecasts, Infarct
from seldinger.followup.volumetry import (
    VOLUMETRY_ASSUMPTIONS,
    Bound,
    Diameter,
    EllipsoidVolume,
    Kind,
    LabelVolume,
    VolumeChange,
)
from seldinger.followup.volumetry_doubts import doubt_readings, note_names, note_pieces
from seldinger.plan.assumptions import Assumed, resolve_assumptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.core.record import AssumptionUse, InputFile
    from seldinger.evidence.model import Fact
    from seldinger.followup.volumetry import Change, Reading
    from seldinger.image.labels import Labels
    from seldinger.image.study import Series

TOPIC = "volumetry"
_OTHER_FACTS = {
    Kind.FIBROID: ("outcome_ufe.shrinkage.fibroid_3mo",),
    Kind.UTERUS: ("outcome_ufe.shrinkage.uterus_3mo",),
    Kind.PROSTATE: ("outcome_pae.volume.review", "outcome_pae.volume.meta"),
    Kind.TUMOUR: (),
}
_SAME_DAYS = 1.5
_NO_TIME = (
    "days since embolization are not known: give --days, or scans whose headers tell their dates"
)


@dataclass(frozen=True, slots=True)
class VolumeRequest:
    """What is asked.

    Attributes:
        kind: what was embolized.
        days: between the scans; None: as their headers tell.
        days_since_embolization: to the scan after; None: ``days`` stands in for it.
        infarcted_share: of what is followed, as seen on a scan, 0 to 1; None: not told.
        embolized_share: of it, as a plan or an angiogram shows, 0 to 1; None: not told.
        assume: assumptions with the user's values.
    """

    kind: Kind
    days: float | None = None
    days_since_embolization: float | None = None
    infarcted_share: float | None = None
    embolized_share: float | None = None
    assume: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Timepoint:
    """One reading with where it comes from.

    Attributes:
        reading: of a label, of three diameters, or of one.
        inputs: the files.
        notes: what their readers had to say.
        scan: that the label was drawn on; None: not given.
    """

    reading: Reading
    inputs: tuple[InputFile, ...] = ()
    notes: tuple[str, ...] = ()
    scan: Series | None = None

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class VolumeFollowUp:
    """A change after embolization and what it stands beside.

    Attributes:
        asked: the request.
        before, after: the readings.
        change: of the volume, or of one diameter.
        days: between the scans; None: not known.
        since_days: from embolization to the scan after; None: not known.
        infarct: share that was infarcted, told or from an embolized share; None: neither was told.
        forecasts: what cohorts let expect; none for a diameter or without days.
        facts: published figures, of populations.
        assumptions: as used.
        provisional: why the change is not to be relied on.
        notes: what the reader must know besides.
        version: of this package.
    """

    asked: VolumeRequest
    before: Timepoint
    after: Timepoint
    change: Change
    days: float | None
    since_days: float | None
    infarct: Infarct | None
    forecasts: Forecasts
    facts: tuple[Fact, ...]
    assumptions: tuple[AssumptionUse, ...]
    provisional: tuple[str, ...]
    notes: tuple[str, ...]
    version: str

    __repr__ = short_repr

    @property
    def status(self) -> str:
        """Provisional, bounded by a cut label, or measured."""
        if self.provisional:
            return "provisional"
        bounded = isinstance(self.change, VolumeChange) and self.change.bound is not Bound.EXACT
        return "bounded" if bounded else "measured"

    @property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file, with its hash."""
        return (*self.before.inputs, *self.after.inputs)


def resolve_volumetry(assume: Mapping[str, float]) -> Assumed:
    """The assumptions of volumetry with the user's values.

    Raises:
        PlanError: an edit names nothing, or leaves its range.
    """
    return resolve_assumptions(VOLUMETRY_ASSUMPTIONS, assume)


def read_label(
    labels: Labels, name: str, when: str, used: Assumed, scan: Series | None = None
) -> Timepoint:
    """The volume of one label on its own lattice.

    Args:
        labels: as they were read, on their own lattice.
        name: of the label, in any case and with any separators.
        when: "before" or "after".
        used: assumptions.
        scan: that it was drawn on, for its date, its patient and its border; None: not given.

    Raises:
        LabelError: no label is called so, it is empty, or it lies outside the scan.
    """
    own = find_own_name(name, labels.map.names, when, labels.notes)
    grid = None if scan is None else scan.image.grid
    mask = labels.map.mask(own)
    if grid is not None and mask.any():
        middle = labels.map.grid.to_lps(np.argwhere(mask).mean(axis=0))
        if not grid.contains(middle):
            raise LabelError(f"the label {own!r} lies outside the scan {when}: give its own scan")
    reading = volumetry.measure_label(mask, labels.map.grid, own, used, grid)
    inputs = (*labels.inputs, *(() if scan is None else scan.inputs))
    notes = (*note_pieces(mask), *labels.notes, *(() if scan is None else scan.notes))
    return Timepoint(reading, _tell_when(inputs, when), tuple(f"{when}: {n}" for n in notes), scan)


def read_diameters(diameters_mm: tuple[float, ...], kind: Kind, used: Assumed) -> Timepoint:
    """Three diameters as an ellipsoid, or one as a diameter.

    Args:
        diameters_mm: in mm: three, or one.
        kind: what is measured.
        used: assumptions.

    Raises:
        PlanError: neither one nor three, not positive, or in centimetres.
    """
    notes = volumetry.remark_on_size(diameters_mm, kind, used)
    if len(diameters_mm) == 1:
        return Timepoint(volumetry.measure_diameter(diameters_mm[0], kind, used), notes=notes)
    return Timepoint(volumetry.measure_ellipsoid(diameters_mm, kind, used), notes=notes)


def assess(before: Timepoint, after: Timepoint, request: VolumeRequest) -> VolumeFollowUp:
    """The change between two readings, beside what cohorts let expect.

    Args:
        before: reading before embolization.
        after: reading after it.
        request: what is asked.

    Raises:
        PlanError: readings of two definitions, negative days, or an embolization that does not lie
            between the scans.
        LabelError: both are the same label of the same file.
        ImageError: the headers tell two patients.
    """
    used = resolve_volumetry(request.assume)
    _check_two(before, after)
    change = volumetry.compare_readings(before.reading, after.reading)
    told = request.days if request.days is not None else _days_by_headers(before, after)
    _check_days(told, request.days_since_embolization)
    since = request.days_since_embolization
    since = told if since is None else since
    infarct = _find_infarct(request, used)
    return VolumeFollowUp(
        asked=request,
        before=before,
        after=after,
        change=change,
        days=told,
        since_days=since,
        infarct=infarct,
        forecasts=_forecast(change, request.kind, since, used, infarct),
        facts=_list_facts(request.kind),
        assumptions=_list_used(change, request, used),
        provisional=(
            *_doubt(before, after, request, change),
            *doubt_readings(before, after, change, request.kind, used),
        ),
        notes=(
            *_note(change, request),
            *note_names(change),
            *dict.fromkeys((*before.notes, *after.notes)),
        ),
        version=seldinger.__version__,
    )


def _forecast(
    change: Change, kind: Kind, since: float | None, used: Assumed, infarct: Infarct | None
) -> Forecasts:
    if not isinstance(change, VolumeChange):
        return Forecasts(
            (), ("a diameter is not held against volumes: give three diameters or a label",)
        )
    if kind is not Kind.TUMOUR and since is None:
        return Forecasts((), (_NO_TIME,))
    found = shrinkage.predict(kind, since or 0.0, change.before.ml, used, infarct)
    if isinstance(change.before, LabelVolume) and change.before.cut:
        return shrinkage.withhold_absolute(found)
    return found


def _check_two(before: Timepoint, after: Timepoint) -> None:
    from seldinger.image import dicom_identity

    if before.scan is not None and after.scan is not None:
        dicom_identity.check_same_patient(
            before.scan.identity, after.scan.identity, "the scan after"
        )
    both = before.reading, after.reading
    same = {i.sha256 for i in before.inputs} == {i.sha256 for i in after.inputs} != set()
    if same and both[0] == both[1]:
        raise LabelError(
            "before and after are the same label of the same files: give the scan after its own"
        )


def _days_by_headers(before: Timepoint, after: Timepoint) -> float | None:
    """Days between the scans as their headers tell; None when one does not."""
    if before.scan is None or after.scan is None:
        return None
    first, second = before.scan.acquired, after.scan.acquired
    return None if first is None or second is None else (second - first) / dt.timedelta(days=1)


def _check_days(days: float | None, since: float | None) -> None:
    for what, value in (("days between the scans", days), ("days since embolization", since)):
        if value is not None and not (math.isfinite(value) and value >= 0.0):
            raise PlanError(f"{what}: {value:g}; give 0 or more: the scan before comes first")
    if days is not None and since is not None and since > days + _SAME_DAYS:
        raise PlanError(
            f"{since:g} days since embolization and {days:g} between the scans contradict: the "
            "scan before would come after embolization"
        )


def _find_infarct(request: VolumeRequest, used: Assumed) -> Infarct | None:
    if request.infarcted_share is not None and request.embolized_share is not None:
        raise PlanError("an infarcted and an embolized share were both given: give one")
    if request.infarcted_share is not None:
        return Infarct(request.infarcted_share, "told")
    if request.embolized_share is None:
        return None
    Infarct(request.embolized_share, "embolized")
    dies = used.get_value("infarcted_of_embolized_share")
    origin = (
        f"{100.0 * dies:.0f} % of an embolized share of {100.0 * request.embolized_share:.0f} %"
    )
    return Infarct(request.embolized_share * dies, origin)


def _list_facts(kind: Kind) -> tuple[Fact, ...]:
    own = tuple(f for f in evidence.facts(TOPIC) if f.id.split(".")[1] == kind)
    course = () if kind in (Kind.FIBROID, Kind.TUMOUR) else shrinkage.COURSE_FACTS
    return (*map(evidence.fact, _OTHER_FACTS[kind]), *own, *map(evidence.fact, course))


def _list_used(change: Change, request: VolumeRequest, used: Assumed) -> tuple[AssumptionUse, ...]:
    """Those that touched this answer."""
    kind = request.kind
    names = {"contour_error_mm", f"smallest_{kind}_mm"}
    if not isinstance(change.before, LabelVolume):
        names = {f"smallest_{kind}_mm"}
        if kind is not Kind.PROSTATE or isinstance(change.before, Diameter):
            names.add("diameter_error_share")
    if kind is not Kind.TUMOUR and isinstance(change, VolumeChange):
        names |= {f"{kind}_infarcted_share", "patient_spread_share"}
        names |= {"swelling_share", "swelling_peak_days"}
    if request.embolized_share is not None:
        names.add("infarcted_of_embolized_share")
    return tuple(one for one in used.list_uses() if one.name in names)


def _doubt(
    before: Timepoint, after: Timepoint, request: VolumeRequest, change: Change
) -> Iterator[str]:
    headers = _days_by_headers(before, after)
    told = request.days
    if told is not None and headers is not None and abs(headers - told) > _SAME_DAYS:
        yield (
            f"{told:g} days between the scans were told, their headers say {headers:.0f}: the "
            "told ones are used"
        )
    scans = before.scan, after.scan
    if scans[0] is not None and scans[1] is not None:
        kinds = scans[0].modality, scans[1].modality
        if kinds[0] is not kinds[1]:
            yield f"before is {kinds[0]}, after is {kinds[1]}: borders differ on them"
    if isinstance(change, VolumeChange) and change.change is None:
        yield "both labels touch the border of their scans: nothing can be said of the change"


def _note(change: Change, request: VolumeRequest) -> Iterator[str]:
    if isinstance(change, VolumeChange):
        for when, one in (("before", change.before), ("after", change.after)):
            if isinstance(one, LabelVolume) and one.cut:
                yield (
                    f"the label {when} touches the border of the scan: it is cut, and its volume "
                    "is only a lower bound"
                )
        if isinstance(change.before, EllipsoidVolume):
            yield "an ellipsoid is not the shape: its volume is compared with ellipsoids alone"
        if isinstance(change.before, EllipsoidVolume) and request.kind is Kind.PROSTATE:
            yield (
                "the readers' error is that of two readers of ultrasound "
                f"({evidence.stamp_of(volumetry.READER_FACTS)})"
            )
    timed = isinstance(change, VolumeChange) and request.kind is not Kind.TUMOUR
    share_told = request.infarcted_share is not None or request.embolized_share is not None
    if share_told and not timed:
        yield "the share that was told is not used: nothing is foretold here"
    if timed and request.days_since_embolization is None:
        yield (
            "days since embolization were not told: days between the scans stand in for them, as "
            "if the scan before were of that day"
        )


def _tell_when(inputs: tuple[InputFile, ...], when: str) -> tuple[InputFile, ...]:
    from dataclasses import replace

    return tuple(replace(one, role=f"{when} {one.role}") for one in inputs)
