"""Ways that mislead: a diseased groin, a lesion at the puncture, names and vessels turned round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.arterial_tree import arterial_tree, narrow_vessel

from seldinger import anatomy, catalogue, demo, plan
from seldinger.anatomy.vessels.lesions import check_sides
from seldinger.catalogue.vascular import SizedDevice
from seldinger.core import Edge, Tree
from seldinger.core.errors import AnatomyError, PlanError, SimulationError
from seldinger.core.quantity import Spread
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.endovascular.arch import describe_arch
from seldinger.plan.approach.endovascular.options import EndovascularOptions
from seldinger.plan.treatments.dilation.patency import list_arms

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.plan import Plan
    from seldinger.plan.route import Route

GROIN = "left common femoral artery"
ILIAC = "right common iliac artery"


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.vascular_patient(voxel_mm=4.0).build_anatomy(anatomy.Settings(voxel_mm=5.0))


def narrow(
    built: anatomy.Anatomy, name: str, at_mm: float, length_mm: float, percent: float
) -> anatomy.Anatomy:
    assert built.vessels is not None
    return replace(built, vessels=narrow_vessel(built.vessels, name, at_mm, length_mm, percent))


def change(tree: Tree, turn: Callable[[Edge], Edge]) -> Tree:
    return Tree(tree.nodes_lps_mm, tuple(turn(edge) for edge in tree.edges))


def reverse(edge: Edge) -> Edge:
    return Edge(edge.end, edge.start, edge.curve.reversed(), edge.name)


def by_site(made: Plan) -> dict[str, Route]:
    return {route.site: route for route in made.approach.routes}


def test_clearance_is_judged_for_the_way_that_is_planned(built: anatomy.Anatomy) -> None:
    visit = demo.visit("peripheral-angioplasty", None)
    made = plan.propose("angioplasty", built, ILIAC, patient=visit)
    assert made.cleared is not None
    asked = made.cleared.case.request
    assert (asked.access, asked.sheath_french) == (
        "femoral-artery", made.treatment.settings["sheath_french"],
    )  # fmt: skip
    assert "the sheath's French size" not in made.cleared.missing
    assert not {f.id for f in made.findings} & {"access-told", "sheath-told"}


@pytest.mark.parametrize(
    ("access", "sheath_french", "finding"),
    [("radial", None, "access-told"), (None, 9.0, "sheath-told")],
)
def test_a_patients_file_that_says_another_way_holds_the_plan_up(
    built: anatomy.Anatomy, access: str | None, sheath_french: float | None, finding: str
) -> None:
    visit = demo.visit("peripheral-angioplasty", None)
    assert visit.request is not None
    visit = replace(
        visit, request=replace(visit.request, access=access, sheath_french=sheath_french)
    )
    made = plan.propose("angioplasty", built, ILIAC, patient=visit)
    (told,) = (f for f in made.findings if f.id == finding)
    assert told.status is Status.NOT_MET
    assert made.verdict.status.value != "go"
    assert made.cleared is not None
    assert made.cleared.case.request.access == "femoral-artery"


def test_a_narrowed_groin_is_not_punctured(built: anatomy.Anatomy) -> None:
    made = plan.propose(
        "angioplasty", narrow(built, GROIN, 21.0, 20.0, 80.0), "right common iliac artery"
    )
    (told,) = (v for v in by_site(made)["left-femoral"].violations if "narrowed" in v)
    assert told.startswith("artery narrowed by 8")
    assert made.approach.routes[0].site == "right-femoral"


@pytest.mark.parametrize(("at_mm", "why"), [(30.0, "lesion only"), (24.0, "in the lesion itself")])
def test_a_lesion_at_the_puncture_is_reached_from_elsewhere(
    built: anatomy.Anatomy, at_mm: float, why: str
) -> None:
    made = plan.propose("angioplasty", narrow(built, GROIN, at_mm, 12.0, 60.0), GROIN)
    assert any(why in v for v in by_site(made)["left-femoral-antegrade"].violations)
    assert made.approach.routes[0].site == "right-femoral"


def test_a_sheath_passes_what_lies_within_its_length(built: anatomy.Anatomy) -> None:
    tight = narrow(built, "left external iliac artery", 60.0, 30.0, 72.0)
    route = by_site(plan.propose("angioplasty", tight, "left renal artery"))["left-femoral"]
    assert "sheath does not pass" in route.violations
    assert any("left external iliac artery" in note for note in route.notes)


def test_vessels_drawn_backwards_are_refused(built: anatomy.Anatomy) -> None:
    assert built.vessels is not None
    turned = change(built.vessels, lambda e: reverse(e) if "right common iliac" in e.name else e)
    for tree in (turned, change(built.vessels, reverse)):
        with pytest.raises(SimulationError, match="blood would enter at"):
            plan.propose("angioplasty", replace(built, vessels=tree), "right common iliac artery")


def test_left_and_right_exchanged_are_refused() -> None:
    tree, other = arterial_tree(), {"left": "right", "right": "left"}
    check_sides(tree)
    swapped = change(
        tree, lambda e: replace(e, name=" ".join(other.get(w, w) for w in e.name.split()))
    )
    with pytest.raises(AnatomyError, match="left and right are exchanged"):
        check_sides(swapped)


def test_a_carotid_plan_asks_for_protection_and_measures_no_gradient(
    built: anatomy.Anatomy,
) -> None:
    name = "left internal carotid artery"
    made = plan.propose("stent", built, name)
    found = {one.id: one for one in made.findings}["embolic-protection"]
    assert (found.status, found.severity) == (Status.UNKNOWN, Severity.ACTION)
    titles = [step.title for step in made.treatment.steps]
    assert "Reach the vessel" in titles
    assert "Measure before" not in titles
    coated = {one.id: one for one in plan.propose("drug-coated-balloon", built, name).findings}
    assert coated["made-for"].status is Status.NOT_MET


def test_a_limit_of_iliac_arteries_is_not_held_against_the_thigh(built: anatomy.Anatomy) -> None:
    made = plan.propose("angioplasty", built, "left superficial femoral artery")
    assert {one.id: one for one in made.findings}["significant"].status is Status.UNKNOWN
    assert made.effect is not None
    assert made.effect.measure("rest-gradient-after").at_most is None


def test_trials_of_other_vessels_are_not_told() -> None:
    balloon = catalogue.device("balloon-035-800")
    assert isinstance(balloon, SizedDevice)
    assert list_arms(balloon, "left superficial femoral artery")
    for name in ("left deep femoral artery", "left internal iliac artery", "femoral bypass graft"):
        assert list_arms(balloon, name) == ()


def test_an_arch_is_measured_from_where_the_trunk_leaves_its_lumen(
    built: anatomy.Anatomy,
) -> None:
    assert built.vessels is not None
    told = describe_arch(built.vessels, ("aortic arch", "left common carotid artery"))
    assert told.startswith("type II arch, trunk 1.8 carotid diameters"), "not 4.0 from its middle"


def test_what_is_told_of_a_bed_moves_the_spread_with_it(built: anatomy.Anatomy) -> None:
    settings = plan.Settings(assume={"hyperaemia_factor_leg": 1.5})
    effect = plan.propose(
        "angioplasty", built, "right common iliac artery", settings=settings
    ).effect
    assert effect is not None
    spread = effect.measure("hyperaemic-gradient-before").value
    assert isinstance(spread, Spread)
    assert spread.p50 == pytest.approx(spread.nominal, rel=0.35)


def test_a_lumen_that_is_as_good_as_shut_is_said(built: anatomy.Anatomy) -> None:
    name = "left superficial femoral artery"
    made = plan.propose("angioplasty", narrow(built, name, 200.0, 40.0, 99.9), name)
    found = {one.id: one for one in made.findings}["graded"]
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.ACTION)


@pytest.mark.parametrize(
    "options",
    [
        EndovascularOptions(access="left-cephalic-with-flow"),
        EndovascularOptions(avoid=("left-femorall",)),
    ],
)
def test_an_access_site_that_is_none_of_this_procedure_is_refused(
    built: anatomy.Anatomy, options: EndovascularOptions
) -> None:
    settings = plan.Settings(options=(options,))
    with pytest.raises(PlanError, match="no access site is called 'left-"):
        plan.propose("angioplasty", built, "left renal artery", settings=settings)


def test_a_crossing_is_told_where_the_iliac_arteries_have_no_name(built: anatomy.Anatomy) -> None:
    assert built.vessels is not None
    bare = change(built.vessels, lambda e: replace(e, name="") if "common iliac" in e.name else e)
    made = plan.propose(
        "angioplasty", replace(built, vessels=bare), "left superficial femoral artery"
    )
    crossed = {site: route.crossover for site, route in by_site(made).items()}
    assert crossed["right-femoral"]
    assert not crossed["left-femoral-antegrade"]
