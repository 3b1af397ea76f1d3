"""Policy: which levels are watched, as data; each is a fact, and its trust decides its use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean, match_name
from seldinger.evidence.records import Spelled

DEFAULT = "aapm-mppg12a-2022"

Quantity = Literal["kerma", "skin", "pka", "time"]
Name = Annotated[str, Spelled("[a-z0-9-]+")]
FactId = Annotated[str, Spelled(r"radiation(\.[a-z0-9_]+)+")]


@dataclass(frozen=True, slots=True)
class Level:
    """One level: at ``fact``, and once more with each ``step`` beyond it."""

    name: Literal["notice", "substantial"]
    quantity: Quantity
    fact: FactId
    step: FactId | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The levels of one authority; ``silent``: quantities for which it gives none."""

    title: str
    silent: tuple[Quantity, ...]
    level: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a department's median of one procedure is held against, and shown beside."""

    title: str
    levels: tuple[FactId, ...] = ()
    medians: tuple[FactId, ...] = ()


@dataclass(frozen=True, slots=True)
class PoliciesPage:
    """The whole of ``dose_policies.toml``."""

    policy: Mapping[Name, Policy]
    reference: Mapping[Name, Reference]


@cache
def page() -> PoliciesPage:
    """All policies and reference levels."""
    return pages.read_page(PoliciesPage, "dose_policies.toml")


def match_policy(name: str) -> str:
    """The name of the policy that ``name`` spells, whatever its case and separators.

    Raises:
        CareError: there is none.
    """
    known = page().policy
    match = match_name(name, known)
    if match is None:
        raise CareError(
            f"no dose policy is called {name!r}; {did_you_mean(name, known)}there are: "
            f"{', '.join(known)}"
        )
    return match


def policy(name: str) -> Policy:
    """The policy called that, whatever its case and separators.

    Raises:
        CareError: there is none.
    """
    return page().policy[match_policy(name)]


def reference(procedure: str) -> Reference:
    """What is known of a procedure's department medians.

    Raises:
        CareError: nothing is.
    """
    known = page().reference
    match = match_name(procedure, known)
    if match is None:
        raise CareError(
            f"no reference level is held for {procedure!r}; {did_you_mean(procedure, known)}"
            f"there are: {', '.join(known)}"
        )
    return known[match]
