"""Which modality first, and why: rules on organ, size, vessels near and centrality.

Every patient is a ball or two in a block of fat; no heat is computed.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.plan.treatment_phantom import (
    MIDDLE_MM,
    SKIN_Y_MM,
    answered,
    ball,
    box,
    case,
    needle_logic,
    target,
    thing,
)

from seldinger import evidence
from seldinger.anatomy.model import Kind
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import Trust
from seldinger.plan import Settings, gates, registry
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.ablation import centrality, coverage
from seldinger.plan.treatments.ablation import choice as ablation_choice
from seldinger.plan.treatments.ablation import ranking as rules
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.plan.treatments.ablation.modalities.base import Bearing, Rule
from seldinger.simulate.effect import Option

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.anatomy.model import Structure
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.modalities.base import Reason
    from seldinger.plan.treatments.ablation.ranking import Ranking

ABLATION = registry.load_procedures()["ablation"]
MIDDLE_Y_MM = SKIN_Y_MM + 60.0
KIDNEY_MM = 60.0
DEFAULT = {
    "liver": ("microwave", "radiofrequency", "cryo"),
    "left kidney": ("cryo", "radiofrequency", "microwave"),
    "right lung": ("microwave", "cryo", "radiofrequency"),
    "spleen": tuple(MODALITIES),
}


def met(
    organ: str,
    diameter_mm: float,
    *others: Structure,
    depth_mm: float = 60.0,
    assume: dict[str, float] | None = None,
    organ_mm: float = 110.0,
) -> NeedleCase:
    """A ball, ``depth_mm`` under the skin, in an organ that is a ball around 60 mm of depth."""
    kind = Kind.LUNG if "lung" in organ else Kind.ORGAN
    around = thing(organ, kind, ball((MIDDLE_MM, MIDDLE_Y_MM, MIDDLE_MM), organ_mm))
    goal = target(depth_mm, diameter_mm, organ)
    return case(ABLATION, goal, [around, *others], Settings(assume=assume or {}))


def renal(diameter_mm: float, depth_mm: float, *others: Structure, **assume: float) -> NeedleCase:
    """A tumour in a kidney whose capsule lies 30 mm and whose middle lies 60 mm deep."""
    return met(
        "left kidney",
        diameter_mm,
        *others,
        depth_mm=depth_mm,
        assume=assume,
        organ_mm=KIDNEY_MM,
    )


def vessel(away_mm: float, thick_mm: float = 6.0, radius_mm: float = 10.0) -> Structure:
    """A vessel past a ball in the middle, so far from its surface."""
    near = MIDDLE_MM + radius_mm + away_mm
    shape = box((near, MIDDLE_Y_MM - 50.0, 86.0), (near + thick_mm - 1.0, 130.0, 85.0 + thick_mm))
    return thing("hepatic vessels", Kind.VESSEL, shape)


def ranking_of(found: NeedleCase) -> Ranking:
    return ablation_choice.choose(found).ranking


def only(ranking: Ranking, name: str, rule: Rule) -> Reason:
    (one,) = (r for r in ranking.reasons if r.modality == name and r.rule is rule)
    return one


def said(found: NeedleCase, taken: str | None = None, *, asked: bool = False) -> Any:
    ranking = ranking_of(found)
    return rules.build_finding(ranking, ranking.order, taken or ranking.order[0], asked=asked)


VARIED = [
    lambda: met("liver", 20.0),
    lambda: met("liver", 20.0, vessel(2.0)),
    lambda: met("liver", 46.0, vessel(2.0, radius_mm=23.0)),
    lambda: renal(20.0, 34.0),
    lambda: renal(20.0, 50.0),
    lambda: renal(44.0, 40.0),
    lambda: met("right lung", 20.0),
    lambda: met("right lung", 40.0),
    lambda: met("spleen", 20.0),
    lambda: met("spleen", 60.0),
]


@pytest.mark.parametrize("made", VARIED)
def test_what_a_rule_speaks_against_goes_behind_and_nothing_else_moves(
    made: Callable[[], NeedleCase],
) -> None:
    found = made()
    ranking = ranking_of(found)
    default = DEFAULT[str(found.target.organ)]
    behind = {m for m in default if ranking.list_reasons(m, Bearing.BEHIND)}
    wanted = [m for m in default if m not in behind] + [m for m in default if m in behind]
    assert ranking.order == tuple(wanted)
    assert ablation_choice.choose(found).order == ranking.order


@pytest.mark.parametrize("made", VARIED)
def test_whatever_moves_a_modality_is_cited_and_not_from_memory(
    made: Callable[[], NeedleCase],
) -> None:
    found = made()
    text = said(found).text
    for one in ranking_of(found).reasons:
        trusts = {evidence.fact(f).trust for f in one.facts}
        if one.bearing in (Bearing.BEHIND, Bearing.PREFERRED):
            assert trusts
            assert Trust.MEMORY not in trusts
        for fact in one.facts:
            assert fact in text
            assert evidence.fact(fact).statement.rstrip(".") in text


@pytest.mark.parametrize(("away_mm", "near"), [(2.0, True), (4.0, True), (8.0, False)])
def test_a_thick_vessel_within_the_margin_puts_all_but_microwave_behind(
    away_mm: float, *, near: bool
) -> None:
    ranking = ranking_of(met("liver", 20.0, vessel(away_mm)))
    assert ranking.order[0] == "microwave"
    assert not ranking.list_reasons("microwave", Bearing.BEHIND)
    for name in ("radiofrequency", "cryo"):
        one = only(ranking, name, Rule.VESSEL)
        assert one.bearing is (Bearing.BEHIND if near else Bearing.NOTED)
        if near:
            assert one.measured == pytest.approx(away_mm, abs=1.5)
            assert "ablation.sink.over_3mm" in one.facts


def test_the_margin_decides_how_near_is_near() -> None:
    wide = met("liver", 20.0, vessel(8.0), assume={"margin_mm": 12.0})
    assert only(ranking_of(wide), "cryo", Rule.VESSEL).bearing is Bearing.BEHIND


def test_a_thin_vessel_is_left_out_and_an_unlabelled_one_is_unknown() -> None:
    thin = ranking_of(met("liver", 20.0, vessel(2.0, thick_mm=2.0)))
    assert only(thin, "radiofrequency", Rule.VESSEL).bearing is Bearing.NOTED
    found = met("liver", 20.0)
    assert only(ranking_of(found), "radiofrequency", Rule.VESSEL).bearing is Bearing.UNKNOWN
    assert "vessel near or not: unknown" in said(found).text
    assert said(found, "radiofrequency").status is Status.UNKNOWN


def test_who_asks_for_radiofrequency_beside_a_vessel_is_told() -> None:
    found = answered(met("liver", 20.0, vessel(2.0)), modality="radiofrequency")
    choice = ablation_choice.choose(found)
    assert choice.order == ("radiofrequency",)
    assert choice.ranking.order[0] == "microwave"
    one = rules.build_finding(choice.ranking, choice.order, "radiofrequency", asked=True)
    assert (one.status, one.severity) == (Status.NOT_MET, Severity.CAUTION)
    for words in ("as you asked", "vessel of 3 mm or more", "Microwave or more margin"):
        assert words in one.text
    assert {"lu2002", "lin2016", "primavesi2017"} <= set(one.sources)
    assert gates.conclude((), [one]).status is not PlanStatus.UNSUITABLE
    own = said(met("liver", 20.0, vessel(2.0)), "microwave", asked=True)
    assert (own.status, own.severity) == (Status.MET, Severity.INFO)


def test_radiofrequency_goes_last_in_a_large_renal_tumour() -> None:
    found = renal(44.0, 32.0)
    ranking = ranking_of(found)
    assert ranking.order == ("cryo", "microwave", "radiofrequency")
    one = only(ranking, "radiofrequency", Rule.SIZE)
    assert one.bearing is Bearing.BEHIND
    assert one.limit == 40.0
    assert one.measured == pytest.approx(44.0, abs=2.5)
    text = said(found).text
    assert "to be confirmed" in text
    assert "secondary source" in text
    tried = [i.technique for i in needle_logic(ABLATION).list_instruments(found)]
    assert tried == list(ranking.order)


def test_a_central_renal_tumour_near_a_labelled_sinus_puts_radiofrequency_last() -> None:
    ureter = thing("ureters", Kind.ORGAN, box((86.0, 64.0, 86.0), (94.0, 70.0, 94.0)))
    found = renal(20.0, 30.0, ureter)
    one = only(ranking_of(found), "radiofrequency", Rule.CENTRAL)
    assert (one.bearing, one.against) == (Bearing.BEHIND, "ureters")
    assert one.measured == pytest.approx(4.0, abs=2.1)
    assert ranking_of(found).order[-1] == "radiofrequency"
    assert centrality.judge(renal(20.0, 30.0, ureter, central_within_mm=1.0)).central is None


@pytest.mark.parametrize("depth_mm", [30.0, 36.0, 46.0, 52.0, 60.0])
def test_how_deep_a_ball_reaches_into_a_ball(depth_mm: float) -> None:
    found = centrality.judge(renal(16.0, depth_mm))
    expected = min(1.0, (depth_mm + 8.0 - 30.0) / 30.0)
    assert found.share == pytest.approx(expected, abs=0.08)
    assert found.central is (True if expected > centrality.DEEP.value else None)


@pytest.mark.parametrize("depth_mm", [24.0, 30.0, 40.0, 60.0])
@pytest.mark.parametrize("assumed", [{}, {"central_depth_share": 1.0, "central_within_mm": 0.0}])
def test_without_a_label_of_the_pelvis_nothing_is_called_not_central(
    depth_mm: float, assumed: dict[str, float]
) -> None:
    far = thing("ureters", Kind.ORGAN, box((10.0, 120.0, 10.0), (14.0, 124.0, 14.0)))
    other = thing("renal pelvis", Kind.ORGAN, box((4.0, 60.0, 60.0), (12.0, 80.0, 80.0)))
    for others in ((), (far,), (other,)):
        found = renal(14.0, depth_mm, *others, **assumed)
        assert centrality.judge(found).central is not False
        assert "not central" not in said(found).text


def test_unknown_is_said_and_moves_nothing() -> None:
    found = renal(20.0, 30.0)
    assert only(ranking_of(found), "radiofrequency", Rule.CENTRAL).bearing is Bearing.UNKNOWN
    assert "central or not: unknown" in said(found).text
    assert ranking_of(found).order == DEFAULT["left kidney"]
    assert said(found, "radiofrequency", asked=True).status is Status.UNKNOWN
    assert said(found).status is Status.MET


def test_a_labelled_pelvis_that_is_far_says_not_central() -> None:
    pelvis = thing("renal pelvis", Kind.ORGAN, box((86.0, 94.0, 86.0), (94.0, 100.0, 94.0)))
    found = renal(16.0, 40.0, pelvis)
    assert centrality.judge(found).central is False
    assert "not central: renal pelvis" in said(found).text


def test_a_kidney_that_no_label_shows_is_unknown() -> None:
    found = case(ABLATION, target(40.0, 16.0, "left kidney"))
    assert centrality.judge(found) == centrality.Centrality(None)
    assert ranking_of(found).order == DEFAULT["left kidney"]


@pytest.mark.parametrize(("diameter_mm", "words"), [(30.0, "not over 35"), (40.0, "are over 35")])
def test_lung_says_air_and_size(diameter_mm: float, words: str) -> None:
    found = met("right lung", diameter_mm)
    assert ranking_of(found).order[0] == "microwave"
    assert words in said(found).text
    assert "ablation.lung.microwave" in said(found).text


def test_a_target_beyond_a_modalitys_largest_zone_is_noted_for_that_modality_only() -> None:
    """Radiofrequency's widest is 51 mm, the others' 41 mm; ice of 57 mm at 0 C is no zone."""
    for diameter_mm, beyond in (
        (36.0, set[str]()),
        (45.0, {"microwave", "cryo"}),
        (56.0, set(MODALITIES)),
    ):
        ranking = ranking_of(met("spleen", diameter_mm))
        assert {r.modality for r in ranking.reasons if r.rule is Rule.ZONE} == beyond
        assert ranking.order == DEFAULT["spleen"]


def test_the_table_of_alternatives_says_why_per_modality() -> None:
    ranking = ranking_of(met("liver", 46.0, vessel(2.0, radius_mm=23.0)))
    rows = [Option(m, "one", 1, "", (), note="as it was") for m in ranking.order]
    notes = {o.technique: o.note for o in rules.annotate(rows, ranking)}
    assert all(note.startswith("as it was") for note in notes.values())
    assert "vessel of 3 mm or more" not in notes["microwave"]
    assert "vessel of 3 mm or more" in notes["radiofrequency"]
    assert "widest published zone 41 mm" in notes["microwave"]
    assert "widest published zone" not in notes["radiofrequency"]


def test_alternatives_are_tried_in_the_order_of_the_choice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = renal(44.0, 32.0)
    choice = ablation_choice.choose(found)
    tried: list[str] = []

    def best(_: NeedleCase, kind: Any, *__: object) -> Any:
        tried.append(kind.modality)
        return SimpleNamespace(slack_mm=np.inf)

    monkeypatch.setattr(coverage, "_best_of", best)
    nothing: Any = None
    coverage._alternatives(found, choice, nothing, (), lambda *_: None)
    assert tried == ["cryo", "microwave", "radiofrequency"]


def test_what_did_not_cover_is_told_and_so_is_a_rule_that_the_winner_breaks() -> None:
    one = said(renal(44.0, 32.0), "radiofrequency")
    assert one.severity is Severity.CAUTION
    assert one.text.startswith("radiofrequency is taken: cryo did not cover it; a rule speaks")
    assert "The rules prefer cryo." in one.text
