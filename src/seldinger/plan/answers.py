"""Answers: what a user says of what no image shows, as the record that a treatment declares."""

from __future__ import annotations

from dataclasses import field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from seldinger.core.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seldinger.plan.procedure import Settings

T = TypeVar("T")


def among(*words: str) -> Any:
    """A field of such a record: one of ``words``; None where nobody answered."""
    return field(default=None, metadata={"words": words})


def list_words(kind: type[Any] | None) -> dict[str, tuple[str, ...]]:
    """What may be answered, by question: a field's name with hyphens."""
    if kind is None:
        return {}
    return {one.name.replace("_", "-"): one.metadata["words"] for one in fields(kind)}


def read(kind: type[T], settings: Settings) -> T:
    """A record's answers among all that the user gave.

    Raises:
        PlanError: one is a word that the record does not offer.
    """
    told: dict[str, str] = {}
    for key, allowed in list_words(kind).items():
        if key in settings.answers:
            check(key, settings.answers[key], allowed)
            told[key.replace("-", "_")] = settings.answers[key]
    return kind(**told)


def check(key: str, said: str, allowed: Iterable[str]) -> None:
    """Refuse an answer in words that nobody offers.

    Args:
        key: the question.
        said: what was answered.
        allowed: the words that are offered.

    Raises:
        PlanError: naming those that are.
    """
    if said not in allowed:
        raise PlanError(
            f"the answer {said!r} to {key!r} is not known; allowed: {', '.join(allowed)}; "
            "leave it out when it is not known"
        )
