"""The border of profiles: a TOML file becomes a checked ``Profile``, or one error."""

from __future__ import annotations

import tomllib
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from seldinger.care import toml_border
from seldinger.care.clearance import alarms, decided, inputs, thrombosis
from seldinger.care.clearance.profile import ANY, DEFAULT, Maximum, Profile
from seldinger.care.clearance.rules import tables
from seldinger.care.files import Moment
from seldinger.care.labs import analyte
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seldinger.care.clearance.rules import Tables

Words = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignedSection(_Row):
    """``[signed]``: who answers for the profile."""

    name: Words
    role: Words
    at: Moment


class MaximumSection(_Row):
    """``[local_anaesthetic.<drug>]``."""

    mg_per_kg: Number
    source: Words


class ProfileFile(_Row):
    """The whole of a profile."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Words
    base: Literal["us-sir2019"] | None = None
    signed: SignedSection | None = None
    class_: Annotated[dict[Words, Literal["low", "high"]], Field(alias="class")] = {}
    edges: dict[Words, Number] = {}
    holds: dict[Words, Number] = {}
    validity_d: dict[Words, Number] = {}
    settled: dict[Words, Words] = {}
    local_anaesthetic: dict[Words, MaximumSection] = {}
    assumptions: dict[Words, Number] = {}


def profile(told: bytes, name: str, sha256: str) -> Profile:
    """The profile in some bytes.

    Args:
        told: TOML.
        name: of the file, for messages.
        sha256: of the bytes.

    Raises:
        CareError: it is not TOML, does not fit the schema, is not signed, names a rule that does
            not exist, or chooses outside what the source gives.
    """
    try:
        data: dict[str, Any] = tomllib.loads(told.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise CareError(f"{name} is not TOML: {wrong}") from wrong
    read = toml_border.checked(ProfileFile, data, name)
    local = read.model_fields_set - {"name", "title"}
    if local and (read.signed is None or read.base is None):
        raise CareError(
            f'{name} settles something: give base = "{DEFAULT}" and [signed] with name, role, at'
        )
    if read.signed is not None and read.signed.at.utcoffset() is None:
        raise CareError(f"{name}: [signed] at has no zone: write its offset (+01:00)")
    _check(read, name)
    return Profile(
        name=read.name,
        title=read.title,
        base=read.base or "",
        signed_by="" if read.signed is None else read.signed.name,
        role="" if read.signed is None else read.signed.role,
        at=None if read.signed is None else read.signed.at,
        sha256=sha256,
        classes=MappingProxyType(dict(read.class_)),
        edges=MappingProxyType(dict(read.edges)),
        holds=MappingProxyType(dict(read.holds)),
        validity_d=MappingProxyType(dict(read.validity_d)),
        settled=MappingProxyType(dict(read.settled)),
        anaesthetics=MappingProxyType(
            {k: Maximum(v.mg_per_kg, v.source) for k, v in read.local_anaesthetic.items()}
        ),
        alarms=MappingProxyType(dict(read.assumptions)),
    )


def _check(read: ProfileFile, name: str) -> None:
    known = tables()
    _named(read.class_, known.procedures, f"{name}: [class]")
    for lab in read.validity_d:
        if lab != ANY:
            analyte(lab)
    _within(read.edges, _ranges_of_labs(known), f"{name}: [edges]")
    _within(read.holds, _ranges_of_holds(known), f"{name}: [holds]")
    ids = {one.id for one in known.questions}
    ids |= {rule.id for one in known.questions for rule in one.rules}
    ids |= {one.id for one in known.holds}
    _within(read.assumptions, assumed(), f"{name}: [assumptions]")
    _named(read.settled, ids, f"{name}: [settled]")


def assumed() -> Mapping[str, tuple[float, float]]:
    """The values without a source that a profile may edit, each with its range."""
    edges = (one for alarm in alarms.alarms().values() for one in alarm.edges.values())
    named = (*edges, *inputs.FERTILE, inputs.INR_ON_VKA, thrombosis.FRESH, decided.VALIDITY)
    return {one.name: (one.low, one.high) for one in named}


def _ranges_of_labs(known: Tables) -> Mapping[str, tuple[float, float]]:
    return {
        one.id: (one.strict, one.lax)
        for one in known.thresholds
        if one.strict is not None and one.lax is not None and one.strict != one.lax
    }


def _ranges_of_holds(known: Tables) -> Mapping[str, tuple[float, float]]:
    return {
        one.id: (one.spans[0].low, one.spans[0].high)
        for one in known.holds
        if len(one.spans) == 1 and one.spans[0].low != one.spans[0].high
    }


def _named(told: Mapping[str, object], known: Iterable[str], where: str) -> None:
    allowed = set(known)
    for key in told:
        if key not in allowed:
            raise CareError(f"{where} names {key!r}; there are: {', '.join(sorted(allowed))}")


def _within(
    told: Mapping[str, float], ranges: Mapping[str, tuple[float, float]], where: str
) -> None:
    _named(told, ranges, where)
    for key, value in told.items():
        low, high = ranges[key]
        if not low <= value <= high:
            raise CareError(f"{where} {key} is {value:g}: allowed are {low:g} to {high:g}")
