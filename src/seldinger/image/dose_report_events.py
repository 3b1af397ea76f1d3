"""Dose report events: the tree of a report becomes totals and irradiations.

Codes are those of DICOM PS3.16; a few private ones of one vendor's reports are read where the
standard has none (shutters, and a table height that grows upwards).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from seldinger.core.errors import CareError
from seldinger.image.dose_report import (
    CtEvent,
    CtTotals,
    Filter,
    Mode,
    PlaneTotals,
    ReportKind,
    Shutters,
    Table,
    Total,
    XRayEvent,
)
from seldinger.image.dose_report_items import Item, ReportedNumber, read_number

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACCUMULATED, _EVENT = "113702", "113706"
_CT_ACCUMULATED, _CT_EVENT = "113811", "113819"
_NEW_ACCUMULATED, _NEW_EVENT, _NEW_DETAILS = "130500", "130501", "130505"
_PRIVATE = "99PHI-IXR-XPER:"

_LONGEST_CODE = 32
_PLANES = {"113620": "a", "113621": "b", "113622": "single"}
_FLUOROSCOPY = frozenset({("SRT", "P5-06000"), ("SCT", "44491008")})
_ACQUISITION = frozenset({"113611", "113612", "113613"})
_PHANTOMS = {"113690": "head", "113691": "body"}
_POSITIONS = {
    "F-10340": "supine",
    "40199007": "supine",
    "F-10310": "prone",
    "1240000": "prone",
    "F-10317": "right lateral",
    "102535000": "right lateral",
    "F-10319": "left lateral",
    "102536004": "left lateral",
}
_MOST = {"kerma": 1.0e3, "pka": 100.0, "dlp": 1.0e6, "ctdi": 1.0e5, "time": 1.0e9, "count": 1.0e9}
"""More is no one's: a slip of the unit. By quantity, in the unit in which it is kept."""

_ROUNDING = 0.01  # share by which one total that is told in two units may differ

_DOSES = frozenset({"113738", "122130", "113725", "113722", "113830", "113838", "113813"})
"""What a report is for: one of these that cannot be read is an error."""

_TABLE = ("113751", "113752", "128766", "128767", "128768")
_SIDE = {
    "113728": ("kerma of fluoroscopy", "kerma"),
    "113729": ("kerma of acquisitions", "kerma"),
    "113726": ("kerma-area product of fluoroscopy", "pka"),
    "113727": ("kerma-area product of acquisitions", "pka"),
    "113730": ("fluoroscopy time", "time"),
    "113855": ("acquisition time", "time"),
    "113812": ("number of CT acquisitions", "count"),
    "113733": ("tube voltage", "voltage"),
    "113734": ("tube current", "current"),
    **dict.fromkeys(("113758", "113773", "130509"), ("thickness of a filter", "length")),
    "113737": ("distance to the reference point", "length"),
    "113748": ("distance to the isocentre", "length"),
    "113750": ("distance to the detector", "length"),
    "113790": ("collimated area", "area"),
    "130516": ("collimated area", "area"),
    "113789": ("collimated width", "length"),
    "113788": ("collimated height", "length"),
    "113742": ("duration of an irradiation", "time"),
    "113768": ("number of pulses", "count"),
    "113791": ("pulse rate", "rate"),
    "113753": ("height of the table", "length"),
    "113754": ("tilt of the table", "angle"),
    "113755": ("rotation of the table", "angle"),
    "113756": ("cradle angle of the table", "angle"),
    **dict.fromkeys(_TABLE, ("position of the table", "length")),
    **dict.fromkeys(
        ("112011", "128757", "112012", "128758", "113739", "128760", "113740", "128761"),
        ("angle of the positioner", "angle"),
    ),
    **dict.fromkeys(
        (f"{_PRIVATE}{code}" for code in ("006", "007", "008", "009", "018", "001", "021")),
        ("length of the maker's own", "length"),
    ),
}
"""What helps, but is no dose: concept -> what it is, and its quantity. Left out when unreadable."""


@dataclass(frozen=True, slots=True)
class ReportContent:
    """What the tree says."""

    kind: ReportKind
    totals: tuple[PlaneTotals, ...]
    events: tuple[XRayEvent, ...]
    ct_totals: tuple[CtTotals, ...]
    ct_events: tuple[CtEvent, ...]
    notes: tuple[str, ...]


def interpret(root: Item, general: str = "") -> ReportContent:
    """Totals and irradiations of a report; the template is the one that its content follows.

    Args:
        root: the report.
        general: name of its class, where that may hold other things than doses.

    Raises:
        CareError: nothing in it tells a dose, two templates tell it, a dose in a unit that is not
            known, or a dose that is no one's.
    """
    older, newer = (
        any(next(root.find_below(concept), None) is not None for concept in concepts)
        for concepts in ((_ACCUMULATED, _EVENT), (_NEW_ACCUMULATED, _NEW_EVENT))
    )
    if older and newer:
        raise CareError(
            "the report tells its dose twice, by the older and by the Enhanced template: they "
            "would count twice; export it again in one of both"
        )
    kind = ReportKind.ENHANCED if newer else ReportKind.XRAY
    if newer:
        details = {_uid(one): one for one in root.find_below(_NEW_DETAILS) if _uid(one)}
        totals = tuple(_totals(one) for one in root.find_below(_NEW_ACCUMULATED))
        events = tuple(_joined(one, details) for one in root.find_below(_NEW_EVENT))
    else:
        totals = tuple(_totals(one) for one in root.find_below(_ACCUMULATED))
        events = tuple(_event(one) for one in root.find_below(_EVENT))
    ct_events = tuple(_ct_event(one) for one in root.find_below(_CT_EVENT))
    ct_totals = tuple(t for one in root.find_below(_CT_ACCUMULATED) for t in _ct_totals(one))
    if not (totals or events or ct_events or ct_totals):
        if general:
            raise CareError(
                f"this {general} carries no radiation dose template; give the dose report"
            )
        raise CareError(
            "the report has no content that tells a dose: no totals, no irradiations; export it "
            "after the procedure has ended"
        )
    if (ct_events or ct_totals) and not (totals or events):
        kind = ReportKind.CT
    return ReportContent(kind, totals, events, ct_totals, ct_events, _unread(root))


def _unread(root: Item) -> tuple[str, ...]:
    """Side values that cannot be read: what, in which unit, how often."""
    failed: Counter[str] = Counter()
    for item in _walk(root):
        if item.concept not in _SIDE:
            continue
        what, quantity = _SIDE[item.concept]
        try:
            told = read_number(item, quantity)
            failing = told is not None and quantity in _MOST and _is_no_ones(told, quantity)
        except CareError:
            failing = True
        if failing:
            unit = item.unit[:16] or "no unit"
            failed[f"The {what}, told as {item.value[:16]!r} in {unit!r}"] += 1
    return tuple(f"{what}, cannot be read {n} time(s): left out." for what, n in failed.items())


def _walk(item: Item) -> Iterable[Item]:
    yield item
    for child in item.children:
        yield from _walk(child)


def _totals(item: Item) -> PlaneTotals:
    return PlaneTotals(
        plane=_plane(item),
        kerma_gy=_total(item, "113725", "kerma"),
        fluoro_kerma_gy=_total(item, "113728", "kerma"),
        acquisition_kerma_gy=_total(item, "113729", "kerma"),
        pka_gy_m2=_total(item, "113722", "pka"),
        fluoro_pka_gy_m2=_total(item, "113726", "pka"),
        acquisition_pka_gy_m2=_total(item, "113727", "pka"),
        fluoro_time_s=_total(item, "113730", "time"),
        acquisition_time_s=_total(item, "113855", "time"),
        isocentre_height_mm=_one(item, f"{_PRIVATE}001", "length"),
    )


def _event(item: Item) -> XRayEvent:
    kind, mode = _mode(item)
    kerma = _dose(item, "113738", "kerma")
    pka = _dose(item, "122130", "pka")
    started = next(item.find_below("111526"), None)
    oriented = next(item.find_below("113744"), None)
    region = next(item.find_below("123014"), None)
    return XRayEvent(
        uid=_uid(item),
        plane=_plane(item),
        mode=mode,
        kind=kind,
        started="" if started is None else _time(started.value),
        kerma_gy=None if kerma is None else kerma.value,
        kerma_half_digit_gy=0.0 if kerma is None else kerma.half_digit,
        pka_gy_m2=None if pka is None else pka.value,
        pka_half_digit_gy_m2=0.0 if pka is None else pka.half_digit,
        tube_kv=_mean(item, "113733", "voltage"),
        tube_ma=_mean(item, "113734", "current"),
        filters=tuple(_filter(one) for one in item.find_below("113771")),
        primary_deg=_either(item, ("112011", "128757"), "angle"),
        secondary_deg=_either(item, ("112012", "128758"), "angle"),
        primary_end_deg=_either(item, ("113739", "128760"), "angle"),
        secondary_end_deg=_either(item, ("113740", "128761"), "angle"),
        source_isocentre_mm=_one(item, "113748", "length"),
        source_detector_mm=_either(item, ("113750", f"{_PRIVATE}018"), "length"),
        source_reference_mm=_one(item, "113737", "length"),
        reference_point=_reference(item),
        field_area_m2=_either(item, ("113790", "130516"), "area"),
        field_width_mm=_one(item, "113789", "length"),
        field_height_mm=_one(item, "113788", "length"),
        shutters=_shutters(item),
        table=_table(item),
        duration_s=_one(item, "113742", "time"),
        pulses=_one(item, "113768", "count"),
        pulse_rate_per_s=_one(item, "113791", "rate"),
        position="" if oriented is None else _POSITIONS.get(oriented.value, oriented.meaning),
        region="" if region is None else region.meaning,
    )


def _joined(summary: Item, details: dict[str, Item]) -> XRayEvent:
    """One irradiation of the newer template: its summary, and the details of the same uid."""
    more = details.get(_uid(summary))
    children = summary.children + (() if more is None else more.children)
    return _event(
        Item(summary.concept, summary.kind, "", "", summary.scheme, summary.meaning, children)
    )


def _uid(item: Item) -> str:
    found = next(item.find_below("113769"), None)
    return "" if found is None else found.value


def _plane(item: Item) -> str:
    """The plane of an item; a maker's own code stays as it is, so that planes stay apart."""
    entry = next(item.find_below("113764"), None)
    if entry is None:
        return ""
    return _PLANES.get(entry.value, entry.value[:_LONGEST_CODE])


def _mode(item: Item) -> tuple[str, Mode]:
    entry = next(item.find_below("113721"), None)
    if entry is None:
        return "", Mode.UNKNOWN
    if (entry.scheme, entry.value) in _FLUOROSCOPY:
        return entry.meaning, Mode.FLUOROSCOPY
    return entry.meaning, Mode.ACQUISITION if entry.value in _ACQUISITION else Mode.UNKNOWN


def _reference(item: Item) -> str:
    found = next(item.find_below("113780"), None)
    return "" if found is None else found.value


def _filter(item: Item) -> Filter:
    material = item.find_first("113757")
    return Filter(
        "" if material is None else material.meaning,
        _either(item, ("113758", "130509"), "length"),
        _either(item, ("113773", "130509"), "length"),
    )


def _shutters(item: Item) -> Shutters | None:
    sides = [_one(item, f"{_PRIVATE}{code}", "length") for code in ("007", "008", "009", "006")]
    told = [side for side in sides if side is not None]
    return Shutters(*told) if len(told) == len(sides) else None


def _table(item: Item) -> Table:
    positions = {
        name: _one(item, code, "angle" if name.endswith("_deg") else "length")
        for name, code in (
            ("longitudinal_mm", "113751"),
            ("lateral_mm", "113752"),
            ("height_mm", "113753"),
            ("height_above_floor_mm", f"{_PRIVATE}021"),
            ("x_mm", "128766"),
            ("y_mm", "128767"),
            ("z_mm", "128768"),
            ("head_tilt_deg", "113754"),
            ("rotation_deg", "113755"),
            ("cradle_deg", "113756"),
        )
    }
    return Table(**{field.name: positions[field.name] for field in fields(Table)})


def _ct_event(item: Item) -> CtEvent:
    kind, phantom = next(item.find_below("113820"), None), next(item.find_below("113835"), None)
    protocol = next(item.find_below("125203"), None)
    dlp = _dose(item, "113838", "dlp")
    ctdi = _dose(item, "113830", "ctdi")
    return CtEvent(
        uid=_uid(item),
        kind="" if kind is None else kind.meaning,
        protocol="" if protocol is None else protocol.value,
        ctdi_vol_mgy=None if ctdi is None else ctdi.value,
        dlp_mgy_cm=None if dlp is None else dlp.value,
        dlp_half_digit_mgy_cm=0.0 if dlp is None else dlp.half_digit,
        phantom="" if phantom is None else _PHANTOMS.get(phantom.value, ""),
    )


def _ct_totals(item: Item) -> Iterable[CtTotals]:
    """What one container tells: of two phantoms it may hold a total each."""
    told = {t.value: Total(t.value, t.half_digit) for t in _doses(item, "113813", "dlp")}
    first, *more = told.values() or (Total(None),)
    yield CtTotals(_total(item, "113812", "count"), first)
    yield from (CtTotals(Total(None), one) for one in more)


def _told(item: Item, concept: str, quantity: str) -> Iterable[ReportedNumber]:
    for one in item.find_below(concept):
        try:
            reported = read_number(one, quantity)
        except CareError:
            if concept in _DOSES:
                raise
            continue  # told by _unread
        if reported is not None:
            yield reported


def _one(item: Item, concept: str, quantity: str) -> float | None:
    found = next(iter(_told(item, concept, quantity)), None)
    return None if found is None else found.value


def _either(item: Item, concepts: tuple[str, ...], quantity: str) -> float | None:
    values = (_one(item, concept, quantity) for concept in concepts)
    return next((value for value in values if value is not None), None)


def _mean(item: Item, concept: str, quantity: str) -> float | None:
    """One value per pulse is allowed: their mean."""
    values = [found.value for found in _told(item, concept, quantity)]
    return sum(values) / len(values) if values else None


def _total(item: Item, concept: str, quantity: str) -> Total:
    """A total; told twice it is the larger, and of a dose both must be the same."""
    found = _doses(item, concept, quantity)
    least = min((one.value for one in found if one.value), default=0.0)
    kept = max(found, key=lambda one: one.value, default=None)
    if kept is not None and concept in _DOSES and kept.value > least * (1.0 + _ROUNDING):
        raise CareError(
            f"one accumulated total tells item {concept} twice ({least:.6g} and {kept.value:.6g}): "
            "whether they are parts or versions is not told; export the report again"
        )
    return Total(None) if kept is None else Total(kept.value, kept.half_digit)


def _dose(item: Item, concept: str, quantity: str) -> ReportedNumber | None:
    return next(iter(_doses(item, concept, quantity)), None)


def _doses(item: Item, concept: str, quantity: str) -> list[ReportedNumber]:
    """All of a quantity that cannot be negative, nor larger than anyone's."""
    numbers = list(_told(item, concept, quantity))
    odd = [one for one in numbers if _is_no_ones(one, quantity)]
    if odd and concept in _DOSES:
        raise CareError(
            f"item {concept} of the dose report is {odd[0].value:g}: a {quantity} lies between 0 "
            f"and {_MOST[quantity]:g}; the report is damaged or its unit is wrong"
        )
    return [one for one in numbers if one not in odd]  # the others are told by _unread


def _is_no_ones(told: ReportedNumber, quantity: str) -> bool:
    return not 0.0 <= told.value <= _MOST[quantity]


def _time(text: str) -> str:
    """A DICOM time as ISO; "" where it is none. Its zone, seldom told, stays as it is."""
    import datetime as dt

    digits = text[:14]
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        at = dt.time(int(digits[8:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return ""
    return f"{day.isoformat()}T{at.isoformat()}"
