"""The border of applicators and tissues: TOML text becomes checked records, or one clear error."""

from __future__ import annotations

import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seldinger.catalogue.applicators import (
    Applicator,
    Conditions,
    Controller,
    Fit,
    Modality,
    Zone,
)
from seldinger.catalogue.names import closest
from seldinger.catalogue.tissues import UNITS, ThermalTissue, TissueNumber
from seldinger.core.errors import CatalogueError
from seldinger.core.record import Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, gt=0, lt=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]

_Page = TypeVar("_Page", bound=BaseModel)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ZoneRow(_Row):
    """One ``[[zone]]``."""

    setting: Text
    power_w: Positive | None = None
    seconds: Positive | None = None
    probes: Count = 1
    spacing_mm: Positive | None = None
    conditions: Conditions
    medium_c: Number | None = None
    level: Text
    width_mm: Positive | None = None
    length_mm: Positive | None = None
    volume_ml: Positive | None = None
    beyond_tip_mm: Number | None = None
    centre_behind_tip_mm: Number | None = None
    energy_kj: Positive | None = None
    source: Word
    note: str = ""


class FitRow(_Row):
    """``[fit]``, written by the command that makes it."""

    mode: Literal["chart-calibrated"]
    tissue: Word
    perfusion_per_s: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
    law: Text
    counted_above_c: Number | None = None
    observations: Count
    rms_mm: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
    leave_one_out_mm: Positive | None = None
    assessable: Flag
    why: Text
    numbers: Annotated[dict[Word, Number], Field(min_length=1)]


class ControllerRow(_Row):
    """``[controller]``."""

    kind: Literal["impedance pulsing", "tip temperature", "power ramp", "constant"]
    start_w: Positive
    step_w: Positive | None = None
    step_s: Positive | None = None
    most_w: Positive
    most_a: Positive | None = None
    rise_ohm: Positive | None = None
    pause_s: Positive | None = None
    target_c: Number | None = None


class ApplicatorPage(_Row):
    """One file: one applicator."""

    id: Key
    name: Text
    modality: Modality
    diameter_mm: Positive
    active_mm: Positive | None = None
    usable_mm: Positive
    max_power_w: Positive | None = None
    cooled: Flag = False
    coolant_boiling_c: Number | None = None
    cooling_limit_w: Positive | None = None
    source: Word | None = None
    assumption: Text | None = None
    facts: dict[Text, Text] = {}
    controller: ControllerRow | None = None
    zone: Annotated[list[ZoneRow], Field(min_length=1)]
    fit: FitRow | None = None


class QuantityRow(_Row):
    """One number: with a source, or with a range and a reason."""

    value: Number
    source: Word | None = None
    low: Number | None = None
    high: Number | None = None
    reason: Text | None = None


class TissueRow(_Row):
    """One tissue; what it does not give itself it takes from ``like``, as assumptions."""

    title: Text
    like: Word | None = None
    like_reason: Text | None = None
    like_spread: Share | None = None
    numbers: dict[Word, QuantityRow] = {}


class TissuesPage(_Row):
    """The whole of ``tissues.toml``."""

    tissue: dict[Word, TissueRow]


def read_applicators(pages: Mapping[str, str]) -> Mapping[str, Applicator]:
    """Applicators by id, from file name -> TOML text.

    Raises:
        CatalogueError: a page is malformed or an id is there twice.
    """
    found: dict[str, Applicator] = {}
    for name in sorted(pages):
        one = read_applicator(name, pages[name])
        if one.id in found:
            raise CatalogueError(f"{name}: the applicator {one.id!r} is there twice")
        found[one.id] = one
    return MappingProxyType(found)


def read_applicator(name: str, text: str) -> Applicator:
    """One applicator from TOML text; ``CatalogueError`` when it is malformed."""
    page = _checked(ApplicatorPage, name, text)
    try:
        return Applicator(
            id=page.id,
            name=page.name,
            modality=page.modality,
            diameter_mm=page.diameter_mm,
            active_mm=page.active_mm,
            usable_mm=page.usable_mm,
            max_power_w=page.max_power_w,
            controller=None if page.controller is None else _controller(page.controller),
            cooled=page.cooled,
            coolant_boiling_c=page.coolant_boiling_c,
            cooling_limit_w=page.cooling_limit_w,
            zones=tuple(_zone(row) for row in page.zone),
            fit=None if page.fit is None else _fit(page.fit),
            source=page.source,
            assumption=page.assumption,
            facts=tuple(page.facts.items()),
        )
    except CatalogueError as wrong:
        raise CatalogueError(f"{name}: {wrong}") from wrong


def read_tissues(name: str, text: str) -> Mapping[str, ThermalTissue]:
    """Tissues by name, from TOML text.

    Raises:
        CatalogueError: malformed, an unknown number, a number with neither source nor range, a
            tissue like one that is not there, or a number missing.
    """
    rows = _checked(TissuesPage, name, text).tissue
    found: dict[str, ThermalTissue] = {}
    for key, row in rows.items():
        own = {n: _quantity(name, key, n, q) for n, q in row.numbers.items()}
        if row.like is not None:
            if row.like not in found:
                raise CatalogueError(
                    f"{name}: {key} is like {row.like!r}, which must stand before it; "
                    f"{closest(row.like, rows)}"
                )
            if row.like_reason is None or row.like_spread is None:
                raise CatalogueError(f"{name}: say why {key} is like {row.like}, and how nearly")
            for number, model in found[row.like].numbers.items():
                own.setdefault(number, _borrowed(key, model, row.like_reason, row.like_spread))
        missing = [number for number in UNITS if number not in own]
        if missing:
            raise CatalogueError(f"{name}: {key} lacks {', '.join(missing)}")
        numbers = MappingProxyType({number: own[number] for number in UNITS})
        found[key] = ThermalTissue(key, row.title, numbers)
    return MappingProxyType(found)


def _quantity(page: str, tissue: str, number: str, row: QuantityRow) -> TissueNumber:
    if number not in UNITS:
        raise CatalogueError(
            f"{page}: {tissue} has no number called {number!r}; {closest(number, UNITS)}"
        )
    unit = UNITS[number]
    assumed = [part is not None for part in (row.low, row.high, row.reason)]
    if any(assumed) if row.source is not None else not all(assumed):
        raise CatalogueError(
            f"{page}: {tissue}.{number} needs either a source, or low, high and a reason"
        )
    if row.low is None or row.high is None or row.reason is None:
        return TissueNumber(number, row.value, unit, row.source, None)
    try:
        known = Assumption(f"{tissue}.{number}", row.value, unit, row.low, row.high, row.reason)
    except ValueError as outside:
        raise CatalogueError(f"{page}: {outside}") from outside
    return TissueNumber(number, row.value, unit, None, known)


def _borrowed(tissue: str, model: TissueNumber, reason: str, spread: float) -> TissueNumber:
    """The number of another tissue: an assumption here, wherever it came from there."""
    reach = spread * abs(model.value)
    assumed = Assumption(
        f"{tissue}.{model.name}", model.value, model.unit, model.value - reach,
        model.value + reach, reason,
    )  # fmt: skip
    return TissueNumber(model.name, model.value, model.unit, None, assumed)


def _zone(row: ZoneRow) -> Zone:
    return Zone(
        setting=row.setting,
        power_w=row.power_w,
        seconds=row.seconds,
        probes=row.probes,
        spacing_mm=row.spacing_mm,
        conditions=row.conditions,
        medium_c=row.medium_c,
        level=row.level,
        width_mm=row.width_mm,
        length_mm=row.length_mm,
        volume_ml=row.volume_ml,
        beyond_tip_mm=row.beyond_tip_mm,
        centre_behind_tip_mm=row.centre_behind_tip_mm,
        energy_kj=row.energy_kj,
        source=row.source,
        note=row.note,
    )


def _controller(row: ControllerRow) -> Controller:
    return Controller(
        kind=row.kind,
        start_w=row.start_w,
        step_w=row.step_w,
        step_s=row.step_s,
        most_w=row.most_w,
        most_a=row.most_a,
        rise_ohm=row.rise_ohm,
        pause_s=row.pause_s,
        target_c=row.target_c,
    )


def _fit(row: FitRow) -> Fit:
    return Fit(
        mode=row.mode,
        numbers=MappingProxyType(dict(row.numbers)),
        tissue=row.tissue,
        perfusion_per_s=row.perfusion_per_s,
        law=row.law,
        counted_above_c=row.counted_above_c,
        observations=row.observations,
        rms_mm=row.rms_mm,
        leave_one_out_mm=row.leave_one_out_mm,
        assessable=row.assessable,
        why=row.why,
    )


def _checked(model: type[_Page], name: str, text: str) -> _Page:
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        return model.model_validate(raw)
    except tomllib.TOMLDecodeError as malformed:
        raise CatalogueError(f"{name} is not valid TOML: {malformed}") from malformed
    except ValidationError as wrong:
        said = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()]
        raise CatalogueError(f"{name} does not fit the catalogue: {'; '.join(said)}") from wrong
