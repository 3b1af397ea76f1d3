"""Embolization of a bleeding: arteries that must stay open, and what nobody may forget."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from tests.exam.test_bleeding_exam import CASES, COLON, FINE, PELVIS, SPLEEN, WHOLE
from tests.uptake import finding

from seldinger import demo, plan, report
from seldinger.anatomy import targets
from seldinger.anatomy.bleeding import find_source
from seldinger.core.errors import PlanError
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid, as_vector
from seldinger.core.tree import Edge, Tree
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.embolization.bleeding.options import HaemostasisOptions
from seldinger.plan.treatments.embolization.bleeding.regions import (
    KIDNEY,
    LOWER_GUT,
    OTHER,
    find_region,
)
from seldinger.plan.treatments.embolization.bleeding.regions import (
    PELVIS as PELVIC,
)
from seldinger.plan.treatments.embolization.bleeding.regions import (
    SPLEEN as SPLENIC,
)
from seldinger.plan.treatments.embolization.bleeding.spared import (
    find_bypassed,
    is_main,
    is_trunk,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seldinger.anatomy import Anatomy
    from seldinger.anatomy.model import Lesion
    from seldinger.demo.bleeding import Where
    from seldinger.plan import Plan
    from seldinger.plan.treatments.embolization.occluders import OccluderForm


GLUTEAL = "left superior gluteal artery"


@lru_cache(maxsize=3)
def see(where: Where) -> Anatomy:
    """A built-in patient, as it is seen."""
    return demo.bleeding_patient(where, 4.0).build_anatomy(FINE)


def embolize(
    name: str, of: Anatomy | None = None, target: str | Lesion | None = None, **options: object
) -> Plan:
    """A built-in case, otherwise told."""
    case = CASES[name]
    told = replace(case.options[0], **options)
    chosen = plan.Settings(answers={**case.answers, "clearance": "yes"}, options=(told,))
    seen = of or see(cast("Where", name.removeprefix("whole ")))
    return plan.propose("embolization", seen, target or case.target, settings=chosen)


def rename(seen: Anatomy, change: Callable[[str], str]) -> Anatomy:
    """The same arteries under other names."""
    tree = seen.vessels
    assert tree is not None
    edges = tuple(replace(e, name=change(e.name)) for e in tree.edges)
    return replace(seen, vessels=Tree(tree.nodes_lps_mm, edges))


def end_at(seen: Anatomy, name: str) -> Anatomy:
    """As if nobody had traced anything beyond an artery."""
    tree = seen.vessels
    assert tree is not None
    gone = {n for k, e in enumerate(tree.edges) if e.name == name for n in tree.below(k)}
    return keep(seen, [e for n, e in enumerate(tree.edges) if n not in gone])


def keep(seen: Anatomy, edges: list[Edge]) -> Anatomy:
    """With some of its arteries alone."""
    tree = seen.vessels
    assert tree is not None
    nodes = sorted({n for e in edges for n in (e.start, e.end)})
    at = {node: number for number, node in enumerate(nodes)}
    kept = tuple(replace(e, start=at[e.start], end=at[e.end]) for e in edges)
    return replace(seen, vessels=Tree(tree.nodes_lps_mm[nodes], kept))


def propose(seen: Anatomy, artery: str, occluder: OccluderForm, called: str | None = None) -> Plan:
    """A bleeding in the middle of an artery, which is called otherwise, and none but that one."""
    tree = seen.vessels
    assert tree is not None
    curve = next(e.curve for e in tree.edges if e.name == artery)
    middle = as_vector(curve.points_at(np.array([0.5 * curve.length_mm]))[0])
    left = without_bleedings(seen)
    if called is not None:
        left = rename(left, lambda name: called if name == artery else name)
    lesion = targets.from_sphere(left, middle, 6.0)
    told = HaemostasisOptions(occluder=occluder, systolic_mmhg=118.0, pulse_per_min=92.0,
                              injury_grade=4)  # fmt: skip
    answers = {**CASES[SPLEEN].answers, "clearance": "yes"}
    return plan.propose(
        "embolization", left, lesion, settings=plan.Settings(answers=answers, options=(told,))
    )


def without_bleedings(seen: Anatomy) -> Anatomy:
    kept = tuple(
        s for s in seen.structures if not s.name.startswith(("pseudoaneurysm", "extravasation"))
    )
    return replace(seen, structures=kept)


@pytest.mark.parametrize(
    "name",
    ["left iliac artery", "right femoral artery", "left popliteal artery", "abdominal aorta",
     "left deep femoral artery", "pulmonary artery", "left vertebral artery", "innominate artery",
     "superior mesenteric artery", "right brachial artery", "left anterior tibial artery"],
)  # fmt: skip
def test_arteries_of_limbs_head_and_gut_are_never_closed(name: str) -> None:
    assert is_trunk(name)


@pytest.mark.parametrize(
    "name", ["left internal iliac artery", "right iliolumbar artery", "splenic artery", GLUTEAL,
             "left lateral circumflex femoral artery", "uterine artery"],
)  # fmt: skip
def test_their_branches_may_be(name: str) -> None:
    assert not is_trunk(name)


def test_the_artery_of_an_organ_is_told_from_its_branches() -> None:
    assert is_main("left renal artery", "renal artery")
    assert is_main("proper hepatic artery", "hepatic artery")
    assert not is_main("inferior middle splenic artery", "splenic artery")
    assert not is_main("right hepatic artery, branch 1", "hepatic artery")


@pytest.mark.parametrize("name", ["left popliteal artery", "pulmonary artery"])
def test_nothing_that_leads_to_one_of_them_is_closed(name: str) -> None:
    made = embolize(PELVIS, of=rename(see(PELVIS), lambda n: name if n == GLUTEAL else n))
    assert finding(made, "closing-place")[0] is Status.UNKNOWN
    assert made.treatment.settings["closed_at"] is None
    assert made.verdict.status is not PlanStatus.GO


@pytest.mark.parametrize("name", ["", "arteries"])
@pytest.mark.parametrize("occluder", ["coil", "gelatin"])
def test_an_artery_that_nobody_named_is_not_closed_unasked(
    name: str, occluder: OccluderForm
) -> None:
    spot = "left external iliac artery"
    made = propose(end_at(see(PELVIS), spot), spot, occluder, called=name)
    assert finding(made, "artery-unnamed")[0] is Status.UNKNOWN
    assert made.verdict.status is PlanStatus.UNKNOWN


@pytest.mark.parametrize(
    ("where", "artery"),
    [(PELVIS, "left renal artery"), (SPLEEN, "proper hepatic artery"), (PELVIS, "splenic artery")],
)
@pytest.mark.parametrize("occluder", ["coil", "gelatin"])
def test_the_artery_of_a_whole_organ_is_not_closed_as_a_branch(
    where: Where, artery: str, occluder: OccluderForm
) -> None:
    made = propose(see(where), artery, occluder)
    assert finding(made, "strategy")[0] is not Status.MET
    assert made.verdict.status is not PlanStatus.GO


def test_an_iliac_artery_whose_branches_nobody_traced_is_no_better() -> None:
    ends = end_at(see(PELVIS), "left internal iliac artery")
    made = propose(ends, "left internal iliac artery", "coil")
    assert finding(made, "strategy")[0] is Status.NOT_MET
    lesion = made.goal.lesions[0]
    told = embolize(PELVIS, of=without_bleedings(ends), target=lesion, strategy="proximal")
    assert finding(told, "strategy")[0] is Status.UNKNOWN
    assert told.verdict.status is not PlanStatus.GO


def test_a_whole_spleen_is_asked_for_its_pancreatic_branches_whoever_chose_the_place() -> None:
    tree = see(SPLEEN).vessels
    assert tree is not None
    gone = ("pancreatic", "gastric", "gastroepiploic")
    bare = keep(see(SPLEEN), [e for e in tree.edges if not any(w in e.name for w in gone)])
    for told in ({"strategy": "selective"}, {"close_at": ("splenic artery",)}):
        made = embolize(WHOLE, of=bare, **told)
        assert finding(made, "strategy")[0] is Status.UNKNOWN
        assert made.verdict.status is not PlanStatus.GO


def test_another_labelled_bleeding_is_not_forgotten() -> None:
    seen = see(PELVIS)
    tree = seen.vessels
    assert tree is not None
    curve = next(e.curve for e in tree.edges if e.name == "right superior gluteal artery")
    mask = targets.from_sphere(seen, as_vector(curve.points_at(np.array([20.0]))[0]), 8.0).mask
    own = next(s for s in seen.structures if s.name == "pseudoaneurysm 2")
    two = replace(seen, structures=(*seen.structures, replace(own, name="extravasation 1",
                                                              mask=mask)))  # fmt: skip
    made = embolize(PELVIS, of=two)
    status, text = finding(made, "bleeding-beside")
    assert status is Status.NOT_MET
    assert "extravasation 1" in text
    assert made.verdict.status is not PlanStatus.GO


def test_a_spleen_that_is_meant_as_a_whole_tells_what_is_labelled_in_it() -> None:
    made = embolize(WHOLE)
    assert "pseudoaneurysm 1" in finding(made, "bleeding-source")[1]
    assert "is labelled" in finding(embolize(WHOLE, injury_grade=2), "injury-grade")[1]


def test_an_untold_grade_is_no_better_than_a_low_one() -> None:
    for grade in (None, 2):
        assert embolize(SPLEEN, injury_grade=grade).verdict.status is not PlanStatus.GO


def test_a_tumour_is_no_bleeding() -> None:
    made = embolize(SPLEEN, target="liver tumour 1")
    assert finding(made, "bleeding-label")[0] is Status.UNKNOWN


@pytest.mark.parametrize(
    ("second", "what"),
    [("right internal iliac artery", "closing-place"), ("aside", "further-artery-73")],
)
def test_every_further_artery_must_bleed_and_be_closed(second: str, what: str) -> None:
    other = "superior middle splenic artery" if second == "aside" else second
    made = embolize(SPLEEN, close_at=("inferior middle splenic artery", other))
    assert finding(made, what)[0] is Status.NOT_MET
    assert made.verdict.status is not PlanStatus.GO


def test_a_narrow_stretch_on_the_way_stops_the_catheter() -> None:
    tree = see(PELVIS).vessels
    assert tree is not None

    def narrow(edge: Edge, from_mm: float, to_mm: float) -> Edge:
        along, radius = edge.curve.along_mm, np.array(edge.curve.radius_mm)
        radius[(along > from_mm) & (along < to_mm)] = 0.2
        return replace(edge, curve=Curve(edge.curve.points_lps_mm, radius))

    length = next(e.curve.length_mm for e in tree.edges if e.name == GLUTEAL)
    for from_mm, to_mm, what in ((12.0, 16.0, "closing-place"),
                                 (0.58 * length, 0.64 * length, "far-side")):  # fmt: skip
        edges = tuple(narrow(e, from_mm, to_mm) if e.name == GLUTEAL else e for e in tree.edges)
        pinched = replace(see(PELVIS), vessels=Tree(tree.nodes_lps_mm, edges))
        made = embolize(PELVIS, of=pinched, close_at=(GLUTEAL,))
        assert finding(made, what)[0] is Status.NOT_MET
        assert made.verdict.status is not PlanStatus.GO


def test_blood_that_comes_back_through_a_ring_is_seen() -> None:
    points = np.array([[0.0, 0, 0], [10, 0, 0], [20, 5, 0], [20, -5, 0], [30, 0, 0], [40, 0, 0]])
    ways = [(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5)]
    ring = Tree(points, tuple(Edge(a, b, Curve(points[[a, b]])) for a, b in ways))
    assert find_bypassed(ring, [1], [5]) == [5]
    assert find_bypassed(ring, [1, 2], [5]) == []
    assert find_bypassed(ring, [3], [3]) == [3], "from its far end"
    tree = Tree(points[:5], tuple(Edge(a, b, Curve(points[[a, b]])) for a, b in ways[:4]))
    assert find_bypassed(tree, [1], [1, 3]) == []


@pytest.mark.parametrize("artery", ["right colic artery", "marginal artery"])
def test_many_straight_arteries_of_the_bowel_are_not_closed_at_once(artery: str) -> None:
    made = embolize(COLON, close_at=(artery,))
    assert finding(made, "bowel-at-risk")[0] is Status.NOT_MET
    assert made.verdict.status is not PlanStatus.GO
    ends = end_at(see(COLON), artery)
    unseen = embolize(COLON, of=ends, close_at=(artery,))
    assert unseen.verdict.status is not PlanStatus.GO, "untraced branches are no better"


def test_gelatin_in_the_bowel_has_no_figure() -> None:
    made = embolize(COLON, occluder="gelatin")
    assert finding(made, "gelatin")[0] is Status.UNKNOWN
    assert made.verdict.status is not PlanStatus.GO


def test_the_region_is_read_from_the_arteries_where_no_organ_is_labelled() -> None:
    assert find_region(None, ["inferior polar splenic artery"]) is SPLENIC
    assert find_region(None, ["left renal artery"]) is KIDNEY
    assert find_region(None, ["", "left internal iliac artery"]) is PELVIC
    assert find_region(None, ["vas rectum 3", "ileocolic artery"]) is LOWER_GUT
    assert find_region(None, ["right adrenal artery", "right renal artery"]) is OTHER
    seen = see(SPLEEN)
    bare = replace(seen, structures=tuple(s for s in seen.structures if s.name != "spleen"))
    made = embolize(SPLEEN, of=bare, systolic_mmhg=80.0)
    assert finding(made, "bleeding-state")[0] is Status.NOT_MET


def test_an_artery_that_passes_by_an_organ_is_not_told_its_figures() -> None:
    made = propose(see(SPLEEN), "gastroduodenal artery", "coil")
    texts = " ".join(one.text for one in made.findings)
    assert "liver" not in texts
    assert "ulcer" in texts
    assert find_region("liver", ["right hepatic artery"]).name == "liver"
    assert find_region("spleen", ["left gastroepiploic artery"], feeds=False) is SPLENIC


def test_the_size_of_the_bleeding_is_not_told_as_what_is_cut_off(tmp_path: Path) -> None:
    report.write(tmp_path, embolize(PELVIS))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "are cut off" not in page
    assert "What is bleeding" in page


def test_an_unstable_kidney_is_told_what_was_read() -> None:
    status, text = finding(embolize(SPLEEN, target="left kidney", systolic_mmhg=80.0),
                           "bleeding-state")  # fmt: skip
    assert status is Status.NOT_MET
    assert "operated upon" in text


@pytest.mark.parametrize("told", [{"pulse_per_min": 1.5}, {"systolic_mmhg": 15.7}])
def test_another_unit_is_refused(told: dict[str, float]) -> None:
    with pytest.raises(PlanError, match="give"):
        HaemostasisOptions(**told)  # type: ignore[arg-type]


def test_a_curve_of_few_points_is_touched_between_them() -> None:
    points = np.array([[0.0, 0, 0], [60, 0, 0]])
    tree = Tree(points, (Edge(0, 1, Curve(points, np.array([2.0, 2.0]))),))
    mask = np.zeros((21, 5, 5), dtype=bool)
    mask[10, 2, 2] = True
    source = find_source(mask, Grid.aligned((21, 5, 5), 3.0, (0.0, -6.0, -6.0)), tree)
    assert source.edges == (0,)
    assert source.contacts[0].from_mm < 30.0 < source.contacts[0].to_mm
