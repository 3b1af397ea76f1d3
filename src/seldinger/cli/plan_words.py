"""Plan words: points, applicators and pairs as they are typed on the command line."""

from __future__ import annotations

from typing import Any

from seldinger.core.errors import CaseError


def point(text: str | None, option: str) -> tuple[float, ...] | None:
    """Three numbers out of "X,Y,Z"."""
    if text is None:
        return None
    try:
        found = tuple(float(word) for word in text.split(","))
    except ValueError:
        found = ()
    if len(found) != 3:  # noqa: PLR2004  space has three dimensions
        raise CaseError(f"{option} is {text!r}: give three numbers, X,Y,Z in LPS mm")
    return found


def probe_of(text: str) -> dict[str, Any]:
    """An applicator fixed by hand, out of "2 tip=X,Y,Z power=60"."""
    number, *rest = text.split() or [""]
    named = pairs(rest, f"--probe {number}")
    keys = {"tip": "tip_lps_mm", "entry": "entry_lps_mm", "power": "power_w", "minutes": "minutes"}
    unknown = [key for key in named if key not in keys]
    if not number.isdigit() or unknown or not named:
        raise CaseError(
            f"--probe is {text!r}: give a number and at least one of tip=X,Y,Z entry=X,Y,Z "
            "power=WATTS minutes=MINUTES"
        )
    found: dict[str, Any] = {"number": int(number)}
    for key, value in named.items():
        place = key in {"tip", "entry"}
        found[keys[key]] = point(value, f"--probe {number} {key}") if place else value
    return found


def pairs(words: list[str] | None, option: str) -> dict[str, str]:
    """Words like "name=value" as a mapping."""
    found: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not (equals and name and value):
            raise CaseError(f"{option} is {word!r}: give NAME=VALUE")
        if name in found:
            raise CaseError(f"{option} names {name!r} twice: give it once")
        found[name] = value
    return found
