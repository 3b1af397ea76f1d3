"""Every procedure is one page of true names: terms, sources, severities, assumptions."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import pytest
from tests.plan import treatment_phantom as phantom
from tests.plan.treatment_phantom import needle_logic

from seldinger import catalogue, evidence, procedures
from seldinger.core.verdict import Severity
from seldinger.plan import asked
from seldinger.plan.procedure import Settings
from seldinger.plan.treatments.ablation.thermal import HeatOrFreeze
from seldinger.plan.treatments.augmentation.treat import Augmentation
from seldinger.procedures import biopsy, cholecystostomy, drainage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.procedure import Decision, Procedure

PAGES = {
    found.name: import_module(f"seldinger.procedures.{found.name}")
    for found in iter_modules(procedures.__path__)
}
ALL = [page.PROCEDURE for page in PAGES.values()]
NEEDLES = [
    page
    for page in ALL
    if page.approach.crosses_tissue and not isinstance(page.treatment, HeatOrFreeze | Augmentation)
]
"""Those with a needle whose decisions compute no heat and no cement; these have exams of their own
that ask the same."""


def named(procedure: Procedure) -> str:
    return procedure.name


@pytest.mark.parametrize("name", PAGES)
def test_a_page_declares_and_does_nothing(name: str) -> None:
    text = Path(str(PAGES[name].__file__)).read_text(encoding="utf-8")
    assert text.count("\n") <= 150
    assert PAGES[name].PROCEDURE.name == name.replace("_", "-")
    assert not re.search(r"^\s*(def|if|for|while|lambda)\b", text, flags=re.MULTILINE)
    assert procedures.__doc__


@pytest.mark.parametrize("procedure", ALL, ids=named)
def test_what_is_asked_for_is_in_our_vocabulary(procedure: Procedure) -> None:
    known = catalogue.terms()
    asked = {name for names in procedure.required_structures.values() for name in names}
    assert asked <= set(known)
    assert {organ for organ in procedure.required_structures if organ} <= set(known)


@pytest.mark.parametrize("procedure", ALL, ids=named)
def test_what_is_cited_exists(procedure: Procedure) -> None:
    known = evidence.sources()
    assert set(procedure.references) <= set(known)
    for question in procedure.questions:
        assert set(question.sources) <= set(known)
        assert question.stop_if in {"yes", "no"}
        assert question.severity in {s.value for s in Severity}


@pytest.mark.parametrize("procedure", ALL, ids=named)
def test_assumptions_have_names_of_their_own(procedure: Procedure) -> None:
    names = [a.name for a in asked.list_assumptions(procedure)]
    assert len(names) == len(set(names))


def test_surgery_is_named_among_the_alternatives() -> None:
    assert any("urgical biopsy" in a for a in biopsy.PROCEDURE.alternatives)
    assert any("urgical washout" in a for a in drainage.PROCEDURE.alternatives)
    assert any("cholecystectomy" in a for a in cholecystostomy.PROCEDURE.alternatives)


def decisions(procedure: Procedure) -> Iterator[Decision]:
    """Every branch that the phantom reaches: organs, sizes, depths."""
    for organ in (None, "liver", "left lung", "right kidney", "vertebrae"):
        for diameter_mm, depth_mm in ((10.0, 60.0), (24.0, 100.0), (80.0, 50.0)):
            goal = phantom.target(depth_mm, diameter_mm, organ)
            found = phantom.case(procedure, goal, settings=Settings())
            instrument = needle_logic(procedure).list_instruments(found)[0]
            yield needle_logic(procedure).conclude(
                found, instrument, phantom.approach(phantom.path(goal))
            )


def texts(decision: Decision) -> str:
    treatment = decision.treatment
    steps = [s.text for s in (*treatment.steps, *treatment.bail_out)]
    found = [f.text for f in decision.findings]
    return "\n".join([*steps, *treatment.notes, *found, decision.guidance.reason])


@pytest.mark.parametrize("procedure", NEEDLES, ids=named)
def test_every_source_named_in_a_text_is_in_the_bibliography_of_the_plan(
    procedure: Procedure,
) -> None:
    for decision in decisions(procedure):
        named_there = set(re.findall(r"\[([a-z0-9_]+)[;\]]", texts(decision)))
        held = {*procedure.references, *decision.guidance.sources}
        for finding in decision.findings:
            held.update(finding.sources)
        assert named_there & set(evidence.sources()) == named_there
        assert named_there <= held


@pytest.mark.parametrize("procedure", NEEDLES, ids=named)
def test_findings_are_few_and_named_once(procedure: Procedure) -> None:
    for decision in decisions(procedure):
        ids = [f.id for f in decision.findings]
        assert len(ids) == len(set(ids))
        assert len(ids) <= 8
