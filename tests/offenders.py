"""One law for many pieces of data: a single test that lists every offender."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Thing = TypeVar("Thing")


def offenders(
    things: Iterable[Thing], law: Callable[[Thing], None], name: Callable[[Thing], str] = str
) -> list[str]:
    """What breaks ``law``, each by its name and with what was found.

    No thing at all is an offence as well: a law that meets nothing holds nothing.
    """
    found = []
    met = 0
    for thing in things:
        met += 1
        try:
            law(thing)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told with its name
            found.append(f"{name(thing)}: {type(error).__name__}: {error}")
    return found if met else ["nothing to hold this law against"]
