"""A profile's file: read, and held against the rules it speaks of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from seldinger.care.clearance import alarms, decided, inputs, thrombosis
from seldinger.care.clearance.profile import ANY, DEFAULT, Profile
from seldinger.care.clearance.rules import tables
from seldinger.care.labs import analyte
from seldinger.core.errors import CareError
from seldinger.evidence import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from seldinger.care.clearance.rules import Tables


@cache
def default_profile() -> Profile:
    """The profile that ships with the package."""
    page = resources.files("seldinger.care") / "data" / "profiles" / f"{DEFAULT}.toml"
    return load(page)


def load(path: Path | Traversable) -> Profile:
    """A local profile.

    Raises:
        CareError: no such file, no TOML, not the schema, not signed, it names a rule that does not
            exist, or a value lies outside what the source gives.
    """
    text, name = records.text_of(path, CareError), path.name
    profile = records.checked(Profile, records.parsed(text, name, CareError), name, CareError)
    if profile.is_local and (profile.signed is None or profile.base is None):
        raise CareError(
            f'{name} settles something: give base = "{DEFAULT}" and [signed] with name, role, at'
        )
    _check(profile, name)
    return replace(profile, sha256=hashlib.sha256(text.encode()).hexdigest())


def _check(read: Profile, name: str) -> None:
    known = tables()
    _named(read.classes, known.procedures, f"{name}: [class]")
    for lab in read.validity_d:
        if lab != ANY:
            analyte(lab)
    _within(read.edges, _ranges_of_labs(known), f"{name}: [edges]")
    _within(read.holds, _ranges_of_holds(known), f"{name}: [holds]")
    ids = {one.id for one in known.questions}
    ids |= {rule.id for one in known.questions for rule in one.rules}
    ids |= {one.id for one in known.holds}
    _within(read.alarms, list_assumptions(), f"{name}: [assumptions]")
    _named(read.settled, ids, f"{name}: [settled]")


def list_assumptions() -> Mapping[str, tuple[float, float]]:
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
    values: Mapping[str, float], ranges: Mapping[str, tuple[float, float]], where: str
) -> None:
    _named(values, ranges, where)
    for key, value in values.items():
        low, high = ranges[key]
        if not low <= value <= high:
            raise CareError(f"{where} {key} is {value:g}: allowed are {low:g} to {high:g}")
