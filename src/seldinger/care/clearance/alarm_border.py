"""The border of alarms: the table of edges becomes checked assumptions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from seldinger.care import toml_border
from seldinger.care.clearance.alarms import EDGES, Alarm
from seldinger.care.labs import analyte
from seldinger.core.errors import CareError
from seldinger.core.record import Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping

Words = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Edge = tuple[Number, Number, Number]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AlarmRow(_Row):
    """One ``[alarm.<lab>]``; an edge is its value and the range it may be edited in."""

    outer_low: Edge | None = None
    inner_low: Edge | None = None
    inner_high: Edge | None = None
    outer_high: Edge | None = None
    decides: Words
    reason: Words
    topic: Words = "labs"
    expected_high: tuple[Words, ...] = ()
    dialysis: bool = True
    stops: tuple[Words, ...] = ()


class AlarmsPage(_Row):
    """The whole of ``alarms.toml``."""

    alarm: dict[Words, AlarmRow]


def alarms() -> Mapping[str, Alarm]:
    """The page of alarms, by lab.

    Raises:
        CareError: it does not fit, names a lab that does not exist, or an edge lies outside its
            range or on the wrong side of the next one.
    """
    page = toml_border.packaged(AlarmsPage, "alarms.toml")
    return MappingProxyType({lab: _alarm(lab, row) for lab, row in page.alarm.items()})


def _alarm(lab: str, row: AlarmRow) -> Alarm:
    unit = analyte(lab).unit
    edges = {}
    for name in EDGES:
        told: Edge | None = getattr(row, name)
        if told is not None:
            value, low, high = told
            if not low <= value <= high:
                raise CareError(f"alarms.toml: {lab} {name} lies outside its own range")
            edges[name] = Assumption(f"alarm.{lab}.{name}", value, unit, low, high, row.reason)
    values = [one.value for one in edges.values()]
    if values != sorted(values):
        raise CareError(f"alarms.toml: the edges of {lab} are not in order")
    return Alarm(
        lab, MappingProxyType(edges), row.topic, row.decides, frozenset(row.expected_high),
        row.dialysis,
        frozenset(row.stops),
    )  # fmt: skip
