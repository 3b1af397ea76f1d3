"""Rules: limits and goals of dose with their sources, editable; an edit is marked as one.

In:    ``rules.toml``, which names facts; product, intent, disease and circumstances.
Out:   the ``DoseRule``s that hold.
Never: a fact from memory: it is refused when the file is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.evidence import records
from seldinger.evidence.records import Key, Named, Text, Word, written

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE, _FILE = "seldinger.plan.treatments.irradiation", "rules.toml"

RuleKind = Literal["limit", "goal"]
Intent = Literal["segmentectomy", "lobectomy", "unilobar", "bilobar"]
Disease = Literal["hcc", "icc", "mcrc"]
RuleCompartment = Literal["lung", "perfused", "normal", "whole-normal", "tumour"]
When = Literal["bilirubin-high", "bilirubin-low", "reserve-small", "compromised"]

_BILIRUBIN, _RESERVE = (
    "radioembolization.glass.normal.bilirubin",
    "radioembolization.normal.reserve",
)


@dataclass(frozen=True, slots=True)
class DoseRule:
    """One limit or goal.

    Attributes:
        id: of the rule.
        kind: "limit": stay at or below; "goal": reach.
        compartment: whose mean dose; "tumour" is each tumour.
        dose_gy: where it turns.
        text: in words.
        fact: id of evidence.
        source: key of the bibliography.
        stamp: why it is to be trusted less; empty where it was read in its source.
        cumulative: over all treatments, not one session.
        when: the circumstance that it belongs to; None: always.
        edited: ``dose_gy`` is the user's own, not the source's.
    """

    id: str
    kind: RuleKind
    compartment: RuleCompartment
    dose_gy: float
    text: str
    fact: str
    source: str
    stamp: str
    cumulative: bool = False
    when: When | None = None
    edited: bool = False

    def with_dose(self, dose_gy: float) -> DoseRule:
        """The same rule with a dose of the user's own, marked as edited.

        Raises:
            PlanError: no dose.
        """
        if not (math.isfinite(dose_gy) and dose_gy > 0.0):
            raise PlanError(f"the rule {self.id} cannot turn at {dose_gy:g} Gy: give one above 0")
        text = f"Edited to {dose_gy:g} Gy; the source says: {self.text}"
        return replace(self, dose_gy=dose_gy, text=text, edited=True)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides between rules; None where nobody knows, and then the stricter one holds too.

    Attributes:
        bilirubin_mg_per_dl: total bilirubin.
        hepatic_reserve: share of the liver that is not treated, 0 to 1.
        compromised: treated before, or with a liver that works poorly.

    Raises:
        PlanError: on construction, a bilirubin that is none, or a reserve in per cent.
    """

    bilirubin_mg_per_dl: float | None = None
    hepatic_reserve: float | None = None
    compromised: bool | None = None

    def __post_init__(self) -> None:
        bilirubin, reserve = self.bilirubin_mg_per_dl, self.hepatic_reserve
        if bilirubin is not None and not 0.0 < bilirubin <= 60.0:  # noqa: PLR2004  nobody has more
            raise PlanError(f"bilirubin is {bilirubin:g} mg/dL; from umol/L divide by 17.1")
        if reserve is not None and not 0.0 <= reserve <= 1.0:
            raise PlanError(f"hepatic reserve is {reserve:g}: it is a share from 0 to 1")

    def find_whether(self, when: When) -> bool | None:
        """Whether a circumstance holds; None where nobody knows."""
        bilirubin, reserve = self.bilirubin_mg_per_dl, self.hepatic_reserve
        if when == "compromised":
            return self.compromised
        if when == "reserve-small":
            turns = evidence.driving_value(_RESERVE) / 100.0
            return None if reserve is None else reserve < turns
        if bilirubin is None:
            return None
        high = bilirubin > evidence.driving_value(_BILIRUBIN)
        return high if when == "bilirubin-high" else not high


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule as it is written."""

    id: Key
    fact: Text
    kind: RuleKind
    compartment: RuleCompartment
    products: tuple[Word, ...] = ()
    intents: tuple[Intent, ...] = ()
    diseases: tuple[Disease, ...] = ()
    when: When | None = None
    cumulative: bool = False

    def find_whether(self, product: str, intent: Intent, disease: Disease) -> bool:
        """Whether it speaks of such a treatment."""
        asked = ((self.products, product), (self.intents, intent), (self.diseases, disease))
        return all(not allowed or told in allowed for allowed, told in asked)

    def resolved(self) -> DoseRule:
        """With its fact looked up."""
        dose_gy = evidence.driving_value(self.fact, secondary=True)
        fact = evidence.fact(self.fact)
        if fact.unit != "Gy":
            raise PlanError(
                f"the rule {self.id} names {fact.id}, which is in {fact.unit}: not a dose"
            )
        return DoseRule(
            self.id, self.kind, self.compartment, dose_gy, fact.statement, fact.id, fact.source,
            evidence.stamp_of((fact.id,)), self.cumulative, self.when,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Page:
    """The whole of ``rules.toml``."""

    rules: Annotated[dict[Key, _Rule], Named("id")] = field(metadata=written("rule"))


@cache
def _shipped() -> Mapping[str, tuple[_Rule, DoseRule]]:
    page = resources.files(_PACKAGE) / _FILE
    return _read(records.text_of(page, PlanError), _FILE)


def _read(text: str, name: str) -> Mapping[str, tuple[_Rule, DoseRule]]:
    page = records.checked(_Page, records.parsed(text, name, PlanError), name, PlanError)
    return MappingProxyType({key: (one, one.resolved()) for key, one in page.rules.items()})


def read_rules(text: str, name: str) -> tuple[DoseRule, ...]:
    """All rules of a TOML text.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        PlanError: malformed, or a fact that is no dose.
        EvidenceError: no such fact, or one from memory.
    """
    return tuple(rule for _, rule in _read(text, name).values())


def list_rules() -> tuple[DoseRule, ...]:
    """Every rule that ships, in the order of its file."""
    return tuple(rule for _, rule in _shipped().values())


def find_rules(
    product: str, intent: Intent, disease: Disease, known: Circumstances
) -> tuple[DoseRule, ...]:
    """The rules of a treatment, in the order of their file.

    Args:
        product: "glass", "resin" or "holmium".
        intent: "segmentectomy", "lobectomy", "unilobar" or "bilobar".
        disease: "hcc", "icc" or "mcrc".
        known: of the patient; what is not known leaves both sides of a rule standing.

    Raises:
        PlanError: no such product, intent or disease.
    """
    products = sorted({name for one, _ in _shipped().values() for name in one.products})
    for told, allowed, what in (
        (product, products, "product"),
        (intent, get_args(Intent), "intent"),
        (disease, get_args(Disease), "disease"),
    ):
        if told not in allowed:
            raise PlanError(f"no {what} is called {told!r}; choose one of {', '.join(allowed)}")
    return tuple(
        rule
        for one, rule in _shipped().values()
        if one.find_whether(product, intent, disease)
        and (rule.when is None or known.find_whether(rule.when) is not False)
    )
