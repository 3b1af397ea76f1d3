"""Every cell of the tables; each number that is changed is noticed; rules and facts agree."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.care.clearance_cells import EXPECTED, observed

from seldinger import evidence
from seldinger.care.clearance import rules
from seldinger.care.clearance.rules import Span, tables
from seldinger.core.errors import CareError
from seldinger.evidence import FactKind, Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGES = rules.rule_pages()
_EDGED = {"when", "domain", "applies"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.mark.parametrize("table", EXPECTED)
def test_every_cell_is_as_published(table: str) -> None:
    assert observed(tables(), table) == EXPECTED[table]


def numbers(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Where numbers that drive stand in a page: plain ones, and edges of intervals."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*place, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from numbers(inner, (*place, at))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield place, float(value)
    elif isinstance(value, str) and value[:1] in "[(" and set(place) & _EDGED:
        yield from (((*place, m.span()), float(m[0])) for m in _NUMBER.finditer(value))


def changed(page: dict[str, Any], place: tuple[Any, ...], value: float) -> dict[str, Any]:
    """The page with one number changed."""
    copied = copy.deepcopy(page)
    at: Any = copied
    edge = place[-1] if isinstance(place[-1], tuple) else None
    way = place[:-1] if edge is not None else place
    for key in way[:-1]:
        at = at[key]
    if edge is None:
        at[way[-1]] = value
    else:
        text = at[way[-1]]
        at[way[-1]] = f"{text[: edge[0]]}{value:g}{text[edge[1] :]}"
    return copied


PLACES = [(name, place, value) for name, page in PAGES.items() for place, value in numbers(page)]
ON_PAGE = {
    "bleeding_class.toml": ("classes", "adults of 17.9, 18, 19"),
    "bleeding_drugs.toml": ("drugs",),
    "bleeding_labs.toml": ("labs",),
    "contrast.toml": ("contrast", "metformin, hours"),
    "sedation.toml": ("fasting, hours", "children of 17.9, 18"),
}
"""Which cells a page decides; the other pages have no number."""
STEPS: dict[str, Callable[[float], float]] = {
    "a tenth more": lambda x: x * 1.1,
    "a tenth less": lambda x: x * 0.9,
    "one more": lambda x: x + 1.0,
    "one less": lambda x: x - 1.0,
}


def test_there_are_numbers_to_change() -> None:
    assert len(PLACES) > 90
    for name, tables_of_page in ON_PAGE.items():
        alone = rules.read_tables({name: PAGES[name]})
        assert all(observed(alone, table) == EXPECTED[table] for table in tables_of_page)


@pytest.mark.parametrize("step", STEPS)
def test_a_changed_number_is_noticed(step: str) -> None:
    unnoticed = []
    for name, place, value in PLACES:
        try:
            mutated = rules.read_tables({name: changed(PAGES[name], place, STEPS[step](value))})
        except CareError:
            continue
        if all(observed(mutated, table) == EXPECTED[table] for table in ON_PAGE[name]):
            unnoticed.append((name, place, value))
    assert not unnoticed


def in_fact(value: float, unit: str, facts: tuple[str, ...]) -> bool:
    units = {"doses": "{dose}", "hours": "h", "days": "d", "next day": "d"}
    for one in map(evidence.fact, facts):
        if one.unit == units.get(unit, unit) and value in {one.value, *(one.interval or ())}:
            return True
    return False


def test_rules_and_facts_have_the_same_numbers() -> None:
    for rule in tables().thresholds:
        unit = {"inr": "{INR}", "platelets": "10*9/L", "fibrinogen": "mg/dL"}.get(rule.lab, "")
        for edge in (rule.strict, rule.lax):
            assert edge is None or in_fact(edge, unit, rule.facts), rule.id
    for hold in tables().holds:
        for span in (*hold.spans, *hold.restart):
            assert in_fact(span.low, span.unit, (span.fact,)), hold.id
            assert in_fact(span.high, span.unit, (span.fact,)), hold.id
    for fast in tables().fasts:
        assert in_fact(fast.hours, "hours", fast.facts)


def test_facts_of_bleeding_are_secondary_and_none_is_idle() -> None:
    used = {f for one in tables().classes for f in one.facts}
    used |= {f for one in tables().thresholds for f in one.facts}
    used |= {f for one in tables().holds for f in one.facts}
    facts = evidence.facts("bleeding")
    assert {one.id for one in facts} <= used
    assert {one.trust for one in facts} == {Trust.SECONDARY}
    assert not {one.kind for one in facts} & {FactKind.PROPORTION, FactKind.RATE}


def test_a_number_of_doses_is_spelled() -> None:
    assert Span("a.b", doses=1.0).words == "1 dose"
    assert Span("a.b", hours=(4.0, 6.0)).words == "4 to 6 hours"
    assert Span("a.b", next_day=True).words == "next day"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"surprise": 1}, "surprise"),
        ({"domain": {"age_years": "[18 inf)"}}, "interval"),
        (
            {
                "hold": [
                    {"id": "a.b", "drugs": ["x"], "when": [], "act": "withhold", "facts": ["f"]}
                ]
            },
            "says how long",
        ),
        (
            {
                "threshold": [
                    {"id": "a.b", "lab": "inr", "when": [], "sense": "below", "facts": ["f"]}
                ]
            },
            "edge",
        ),
    ],
)
def test_a_page_that_does_not_hold_together_is_refused(page: dict[str, Any], said: str) -> None:
    with pytest.raises(CareError, match=said):
        rules.read_tables({"page.toml": page})


def test_an_id_stands_once() -> None:
    row = {"id": "a.b", "intake": "x", "name": "x", "hours": 2, "facts": ["f"]}
    with pytest.raises(CareError, match=r"given twice: a\.b"):
        rules.read_tables({"page.toml": {"fast": [row, row]}})
