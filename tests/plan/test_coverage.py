"""Coverage: whole plans on the built-in patient in coarse voxels, shared by the session.

What is asked here is what a radiologist would check on the printed page: do the shafts pass each
other, does every probe have a way, is what is unknown called unknown, is a tumour too large for any
zone called unsuitable, is what was fixed by hand kept.
"""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING
from unittest.mock import Mock

import numpy as np
import pytest
from tests.ablated import parts
from tests.demo_plans import STILL, DemoPlans
from tests.demo_plans import ball as demo_ball
from tests.plan.treatment_phantom import MIDDLE_MM, ball, box, case, target, thing
from tests.plan.treatment_phantom import anatomy as phantom

from seldinger import plan
from seldinger.anatomy.model import Kind
from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import PlanError
from seldinger.core.space import Grid, gap_mm
from seldinger.core.verdict import Severity, Status
from seldinger.plan import Settings, file, neighbours, registry
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.ablation import choice, coverage, coverage_table, override
from seldinger.plan.treatments.ablation.arrange import Arrangement, Pattern, Setting, Template
from seldinger.plan.treatments.ablation.coverage_table import Trial
from seldinger.plan.treatments.ablation.options import AblationOptions, ProbeEdit
from seldinger.simulate.placement import Phase, freeze, make_heating
from seldinger.simulate.thermal.effect import COMPLETE, COVERAGE, MARGIN, SPACING, ZONE
from seldinger.simulate.thermal.setup import Placed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.anatomy.model import Anatomy
    from seldinger.core.finding import Finding
    from seldinger.plan import Plan
    from seldinger.simulate.effect import Option

EMPRINT = Settings(device="emprint")


@pytest.fixture(scope="module")
def tumour(demo_plans: DemoPlans) -> Plan:
    """28 mm: more than one placement of an antenna covers with 5 mm around. With its spread."""
    return demo_plans["ablation", "liver-tumour-1"]


@pytest.fixture(scope="module")
def huge(demo_anatomy: Anatomy) -> Plan:
    settings = Settings(device="emprint", assume=STILL)
    return plan.propose("ablation", demo_anatomy, demo_ball(demo_anatomy, 56.0), settings=settings)


@pytest.fixture(scope="module")
def plans(small_ablation: Plan, tumour: Plan) -> dict[str, Plan]:
    return {"small": small_ablation, "tumour": tumour}


def reached(option: Option, measure: str) -> float:
    value = option.measure(measure).nominal
    assert value is not None
    return value


def finding(made: Plan, name: str) -> Finding:
    (found,) = [f for f in made.findings if f.id == name]
    return found


def test_probes_do_not_cross(tumour: Plan) -> None:
    probes = tumour.placements
    assert len(probes) >= 2
    least = choice.SHAFT_GAP.value
    for one, other in combinations(probes, 2):
        shafts = [(np.asarray(p.tip_lps_mm), np.asarray(p.points_lps_mm[0])) for p in (one, other)]
        radii = 0.5 * sum(applicator(p.device).diameter_mm for p in (one, other))
        assert gap_mm(shafts[0], shafts[1]) >= least + radii - 1e-6


@pytest.mark.parametrize("which", ["small", "tumour"])
def test_every_probe_has_its_own_free_way_to_its_tip(which: str, plans: dict[str, Plan]) -> None:
    made = plans[which]
    assert 1 <= len(made.placements) <= 4
    unlabelled = set(neighbours.find_unlabelled(ABLATION, made.anatomy, made.target.organ))
    # What nothing shows is in reach of every needle, or is what the zone was asked to spare.
    spared = {c.structure for c in parts(made)[0].at_risk if c.kept is None}
    assert unlabelled <= set(made.not_segmented) <= unlabelled | spared
    for probe, way in zip(made.placements, made.taken, strict=True):
        assert way.violations == ()
        assert way.origin == "planned"
        assert way.target_lps_mm == pytest.approx(probe.tip_lps_mm)
        outward = np.subtract(way.entry_lps_mm, way.target_lps_mm) / way.depth_mm
        assert probe.axis_lps == pytest.approx(tuple(outward))
        assert np.linalg.norm(probe.axis_lps) == pytest.approx(1.0)
        assert way.depth_mm + 3.0 <= applicator(probe.device).usable_mm
        known = [c for c in way.clearances_mm.values() if c is not None]
        assert min(known) > 0.0
        assert unlabelled <= {k for k, v in way.clearances_mm.items() if v is None}


@pytest.mark.parametrize("which", ["small", "tumour"])
def test_margins_are_plausible(which: str, plans: dict[str, Plan]) -> None:
    made = plans[which]
    found, effect = parts(made)
    margin = found.minimal_margin_mm
    assert found.coverage_target == 1.0
    assert 4.0 < margin.nominal < 15.0
    assert margin.p05 <= margin.p50 <= margin.p95
    # A shift never helps the thinnest place of a zone that lies in the middle.
    assert margin.p50 < margin.nominal
    assert 0.0 < found.coverage_probability < 1.0
    # One uncorrected placement: what coverage says and how the margins scatter belong together.
    assert found.coverage_probability == pytest.approx(
        float(np.mean(effect.margins_mm > 0.0)), abs=0.05
    )
    widest = (6.0 * found.zone_volume_ml * 1000.0 / np.pi) ** (1.0 / 3.0)
    assert found.zone_axes_mm[0] >= widest - 2.0 >= found.zone_axes_mm[2] - 4.0
    assert made.goal.volume_ml < found.zone_volume_ml
    assert found.ml_per_kj is not None
    assert found.ml_per_kj <= 1.2
    assert found.samples >= 200
    assert sum(found.variance.values()) == pytest.approx(1.0)
    assert found.dominant == max(found.variance, key=lambda k: found.variance[k])
    assert found.other_mode_volume_ml is not None
    assert found.other_mode_volume_ml != pytest.approx(found.zone_volume_ml, rel=0.05)


def test_fields_and_figures_say_the_same(tumour: Plan) -> None:
    found, effect = parts(tumour)
    assert effect.zone.sum() * effect.grid.voxel_ml == pytest.approx(found.zone_volume_ml, rel=0.05)
    inner = effect.surface_margin_mm[~effect.subcapsular]
    assert inner.min() == pytest.approx(found.minimal_margin_mm.nominal)
    low, high = np.quantile(effect.margins_mm, (0.05, 0.95))
    assert (low, high) == pytest.approx((found.minimal_margin_mm.p05, found.minimal_margin_mm.p95))
    chance = effect.kill_probability
    assert chance.min() >= 0.0
    assert chance.max() <= 1.0
    assert chance[effect.zone].mean() > 0.75
    assert chance[~effect.zone].mean() < 0.1
    assert len(effect.margins_mm) == found.samples
    assert np.isfinite(effect.surface_margin_mm).all()
    for curve in effect.curves_c.values():
        assert len(curve) == len(effect.times_s)


def test_what_is_not_segmented_is_unknown_and_never_spared(tumour: Plan) -> None:
    made = tumour
    found, _ = parts(made)
    by_name = {c.structure: c for c in found.at_risk}
    assert not made.anatomy.has("bile ducts")
    for name, one in by_name.items():
        if made.anatomy.has(name):
            assert one.distance_mm is not None
            assert one.kept is not None
        else:
            assert (one.distance_mm, one.extreme_c, one.kept) == (None, None, None)
            said = finding(made, f"spare-{name.replace(' ', '-')}")
            assert said.status is Status.UNKNOWN
            assert "unknown" in said.text
    assert made.verdict.status is not PlanStatus.GO


def test_the_ways_of_structures_are_the_ways_to_the_zone(tumour: Plan) -> None:
    made = tumour
    found, effect = parts(made)
    zone = effect.grid.to_lps(np.argwhere(effect.zone))
    for one in found.at_risk:
        if one.distance_mm is not None and one.distance_mm < 40.0:
            mask = made.anatomy.get_structure(one.structure).mask
            there = made.anatomy.grid.to_lps(np.argwhere(mask))
            low, high = zone.min(axis=0) - 45.0, zone.max(axis=0) + 45.0
            near = there[((there > low) & (there < high)).all(axis=1)]
            true = min(float(np.linalg.norm(near - point, axis=1).min()) for point in zone[::29])
            assert one.distance_mm == pytest.approx(true, abs=4.0)


def test_the_findings_of_an_ablation_are_there(plans: dict[str, Plan]) -> None:
    for made in plans.values():
        names = {f.id for f in made.findings}
        assert {
            "clearance", "size-suited", "modality", "coverage", "complete-ablation", "heat-sink",
            "outside-organ", "plausibility", "models", "spare-gallbladder", "spare-bile-ducts",
        } <= names  # fmt: skip
    assert finding(plans["tumour"], "coverage").status is Status.MET
    assert finding(plans["small"], "size-suited").status is Status.MET


@pytest.mark.slow
def test_a_huge_target_is_unsuitable_with_its_best_cover_and_why(huge: Plan) -> None:
    made = huge
    found, _ = parts(made)
    assert made.verdict.status is PlanStatus.UNSUITABLE
    size = finding(made, "size")
    assert (size.status, size.severity) == (Status.NOT_MET, Severity.STOP)
    assert "Beyond every published size" in size.text
    assert finding(made, "coverage").severity is Severity.STOP
    assert 0.1 < found.coverage_target < 1.0
    assert found.minimal_margin_mm.nominal < 0.0
    assert found.coverage_probability == 0.0
    # The best cover is the best of the table.
    best = max(reached(o, COVERAGE) for o in found.options)
    chosen = next(o for o in found.options if o.chosen)
    assert reached(chosen, COVERAGE) >= best - 0.02
    assert made.placements


def test_the_table_has_every_number_that_was_tried_and_one_winner(tumour: Plan) -> None:
    found, _ = parts(tumour)
    assert [o.chosen for o in found.options].count(True) == 1
    chosen = next(o for o in found.options if o.chosen)
    assert chosen.count == len(tumour.placements)
    assert {o.count for o in found.options} >= set(range(1, chosen.count + 1))
    # The chosen row comes first, and is the plan on this patient, not an estimate.
    assert found.options[0] is chosen
    assert [o.on_patient for o in found.options] == [o.chosen for o in found.options]
    assert reached(chosen, MARGIN) == found.minimal_margin_mm.nominal
    assert (reached(chosen, COVERAGE), reached(chosen, ZONE)) == (
        found.coverage,
        found.zone_volume_ml,
    )
    assert chosen.note.startswith("as planned, on this patient (in even tissue ")
    for other in found.options[1:]:
        assert " in even tissue" in other.note
        # "Enough" never stands alone: what came of it on the patient is said.
        assert "enough in even" not in other.note or "this patient" in other.note
    for one in found.options:
        assert 0.0 <= reached(one, COVERAGE) <= 1.0
        assert (one.measure(SPACING).nominal is None) == (one.count == 1)


def test_a_written_plan_is_read_back_with_its_prediction(tumour: Plan) -> None:
    text = file.to_json(tumour)
    read = file.from_json(text)
    assert file.to_json(tumour) == text
    raw = json.loads(text)
    assert read.effect is not None
    (sure,) = [m for m in raw["effect"]["measures"] if m["id"] == COMPLETE]
    assert read.effect.measure(COMPLETE).nominal == sure["value"]
    assert read.effect.goal == MARGIN
    assert len(read.placements) == len(tumour.placements)
    assert raw["placements"][0]["device"] == "emprint"


CORE_MM = 16.0
"""A tumour in a block of fat, with a rim of 4 mm of liver around it: few paths to search."""


def core(assume: Mapping[str, float] = STILL, probes: tuple[ProbeEdit, ...] = ()) -> Plan:
    goal = target(40.0, CORE_MM, "liver")
    liver = thing("liver", Kind.ORGAN, ball(goal.centre_lps_mm, CORE_MM + 8.0))
    around = thing("spleen", Kind.ORGAN, box((0.0, 110.0, 0.0), (180.0, 140.0, 180.0)))
    settings = Settings(
        device="emprint",
        assume=assume,
        options=(PercutaneousOptions(relax=("organ-first",)), AblationOptions(probe=probes)),
    )
    return plan.propose("ablation", phantom((liver, around)), goal, settings=settings)


@pytest.fixture(scope="module")
def core_plan() -> Plan:
    return core()


def test_a_probe_fixed_by_hand_is_kept(core_plan: Plan) -> None:
    (planned,) = core_plan.placements
    tip = tuple(float(c) for c in np.add(planned.tip_lps_mm, (2.0, 0.0, -1.0)))
    fixed = ProbeEdit(1, (tip[0], tip[1], tip[2]), planned.points_lps_mm[0], 150.0, 7.5)
    made = core(probes=(fixed,))
    (found,) = made.placements
    assert found.tip_lps_mm == pytest.approx(tip)
    assert found.points_lps_mm[0] == pytest.approx(planned.points_lps_mm[0], abs=3.0)
    assert made.taken[0].origin == "user"
    assert [s.power_w for s in found.programme] == [150.0]
    assert found.seconds == 450.0
    assert parts(made)[0].zone_volume_ml > parts(core_plan)[0].zone_volume_ml
    treat = next(s for s in made.treatment.steps if s.title == "Treat")
    assert "150 W" in treat.text
    assert str(made.request.options["probe"]).startswith("1 tip=")


def test_a_row_says_what_came_of_it_on_the_patient() -> None:
    def arrangement(count: int, slack_mm: float, power_w: float = 75.0) -> Arrangement:
        made = Template(
            applicator("emprint"),
            Setting(f"{power_w:g} W", (make_heating(300.0, power_w),)),
            Pattern(count, None if count == 1 else 15.0), "chart", Grid.aligned((3, 3, 3), 1.0),
            np.zeros((3, 3, 3), np.float32), 20.0,
        )  # fmt: skip
        axes = np.eye(3)
        return Arrangement(
            made, axes[0], axes[1], axes[2], np.zeros(3), slack_mm, 5.0 + slack_mm, 0.9
        )

    won, two, three, four, weak = (
        arrangement(1, 0.4), arrangement(2, 1.0), arrangement(3, 2.0), arrangement(4, 3.0),
        arrangement(1, -2.0, 60.0),
    )  # fmt: skip
    trials = [
        Trial(two, None, "no free path (colon)"), Trial(three, -1.2),
        Trial(won, -0.4),
    ]  # fmt: skip
    rows = coverage_table.build_table((weak, two, won, three, four), trials, won)
    assert [(o.count, o.chosen) for o in rows] == [
        (1, True), (1, False), (2, False), (3, False), (4, False)
    ]  # fmt: skip
    assert [o.note for o in rows[1:]] == [
        "2.0 mm short in even tissue",
        "enough in even tissue, cannot be placed in this patient: no free path (colon)",
        "enough in even tissue, 1.2 mm short on this patient",
        "enough in even tissue; not tried on this patient: fewer applicators were chosen",
    ]


# What single edits do, without computing heat.

ABLATION = registry.load_procedures()["ablation"]
HEATS = (make_heating(300.0, 75.0),)
ONE = Placed(applicator("emprint"), (MIDDLE_MM, 70.0, MIDDLE_MM), (0.0, -1.0, 0.0), HEATS)


def edited(*edits: ProbeEdit, outside: str | None = None, of: Placed = ONE) -> tuple[Placed, ...]:
    answers = {} if outside is None else {"outside-table": outside}
    settings = Settings(options=(AblationOptions(probe=edits),), answers=answers)
    mine = case(ABLATION, target(40.0, 20.0, None), (), settings)
    return override.edit_probes(mine, (of,))


def test_no_edits_change_nothing() -> None:
    assert edited() == (ONE,)


def test_a_tip_and_an_entry_turn_the_axis() -> None:
    (made,) = edited(ProbeEdit(1, (80.0, 60.0, 90.0), (80.0, 20.0, 60.0)))
    assert made.tip_lps_mm == (80.0, 60.0, 90.0)
    assert made.axis_lps == pytest.approx((0.0, -0.8, -0.6))
    assert made.entry_lps_mm == (80.0, 20.0, 60.0)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (ProbeEdit(1, power_w=40.0), "75 to 150 W"),
        (ProbeEdit(1, power_w=160.0), "75 to 150 W"),
        (ProbeEdit(1, minutes=15.0), "5 to 10 min"),
        (ProbeEdit(1, minutes=1.0), "5 to 10 min"),
    ],
)
def test_settings_outside_the_table_are_refused_unless_asked_for(
    edit: ProbeEdit, said: str
) -> None:
    for answer in (None, "no"):
        with pytest.raises(PlanError, match=said):
            edited(edit, outside=answer)
    (made,) = edited(edit, outside="yes")
    assert said in override.list_outside_table(made)
    assert override.list_outside_table(ONE) == ""


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (ProbeEdit(1, power_w=0.0), "nothing to set"),
        (ProbeEdit(1, power_w=-75.0), "nothing to set"),
        (ProbeEdit(1, minutes=0.0), "nothing to set"),
        (ProbeEdit(1, minutes=float("nan")), "nothing to set"),
        (ProbeEdit(3, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), "no probe 3"),
        (ProbeEdit(0, power_w=75.0), "no probe 0"),
        (ProbeEdit(2, (90.0, 70.0, 90.0)), "tip and its entry"),
    ],
)
def test_nonsense_is_refused_whatever_is_answered(edit: ProbeEdit, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        edited(edit, outside="yes")


def test_a_generator_gives_no_more_than_it_has_and_cold_has_no_power() -> None:
    electrode = Placed(applicator("cool-tip"), ONE.tip_lps_mm, ONE.axis_lps, HEATS)
    with pytest.raises(PlanError, match="200 W"):
        edited(ProbeEdit(1, power_w=250.0), of=electrode)
    frozen = (freeze(600.0), Phase("thaw", 480.0), freeze(600.0))
    probe = Placed(applicator("cryo-17g"), ONE.tip_lps_mm, ONE.axis_lps, frozen)
    with pytest.raises(PlanError, match="no power"):
        edited(ProbeEdit(1, power_w=50.0), of=probe)
    (longer,) = edited(ProbeEdit(1, minutes=12.0), of=probe)
    assert [s.seconds for s in longer.schedule] == [720.0, 480.0, 720.0]


def test_an_added_probe_is_of_the_same_kind() -> None:
    made = edited(ProbeEdit(2, (100.0, 70.0, 90.0), (100.0, 20.0, 90.0)))
    assert len(made) == 2
    assert made[1].applicator == ONE.applicator
    assert made[1].tip_lps_mm == (100.0, 70.0, 90.0)


def test_patterns_have_one_to_four_applicators() -> None:
    assert choice.list_patterns("microwave", 1) == (Pattern(1, None),)
    for wrong in (0, 5):
        with pytest.raises(PlanError, match="1 to 4"):
            choice.list_patterns("cryo", wrong)


def test_a_tumour_that_lies_under_the_capsule_all_round_still_has_a_margin(core_plan: Plan) -> None:
    found, effect = parts(core_plan)
    assert effect.subcapsular.all()
    assert np.isfinite(found.minimal_margin_mm.nominal)
    assert found.subcapsular_margin_mm is not None
    file.from_json(file.to_json(core_plan))


def test_a_target_that_no_applicator_reaches_has_no_probes_and_says_so() -> None:
    goal = target(40.0, 16.0, None)
    shell = ball(goal.centre_lps_mm, 50.0) & ~ball(goal.centre_lps_mm, 40.0)
    stuck = phantom((thing("vertebrae", Kind.BONE, shell),))
    made = plan.propose("ablation", stuck, goal, settings=EMPRINT)
    assert made.placements == ()
    assert made.effect is None
    assert finding(made, "coverage").severity is Severity.STOP
    assert made.verdict.status is PlanStatus.UNSUITABLE
    file.from_json(file.to_json(made))


@pytest.mark.slow
def test_a_tissues_number_is_the_users_to_edit(core_plan: Plan) -> None:
    more_blood = {**STILL, "liver.perfusion_per_s": 0.02, "liver_tumour.perfusion_per_s": 0.02}
    edited_plan = core(more_blood)
    found, _ = parts(edited_plan)
    assert found.zone_volume_ml < parts(core_plan)[0].zone_volume_ml
    used = {a.name: a for a in edited_plan.assumptions}
    assert used["liver.perfusion_per_s"].edited
    assert used["liver.perfusion_per_s"].value == 0.02


def _fit(slack_mm: float, volume_ml: float) -> Arrangement:
    kind, none = applicator("emprint"), np.zeros(3)
    made = Template(
        kind, Setting("", ()), Pattern(1, None), "", Grid.aligned((1, 1, 1), 1.0, (0.0,) * 3),
        np.zeros((1, 1, 1), np.float32), volume_ml,
    )  # fmt: skip
    return Arrangement(made, none, none, none, none, slack_mm, 0.0, 0.0)


def test_what_is_not_asked_for_would_not_have_been_taken() -> None:
    """The row is the one that every pattern of every setting of the search gives."""
    rng, spared = np.random.default_rng(7), 0
    for _ in range(100):
        shape = (int(rng.integers(1, 12)), int(rng.integers(1, 4)))
        climbing = np.sort(rng.normal(-1.0, 2.0, shape), axis=0)
        slack = np.round(climbing + rng.normal(0.0, rng.choice([0.0, 1.0]), shape), 1)
        slack[rng.random(shape) < 0.1] = -coverage_table.TOLERANCE_MM - 4e-4
        fits = [[_fit(float(s), float(rng.integers(3))) for s in row] for row in slack]
        fit = Mock(side_effect=lambda setting, pattern: fits[setting][pattern])  # noqa: B023
        best = [max(r, key=lambda a: (round(a.slack_mm, 3), -a.template.volume_ml)) for r in fits]
        low, high, seen = 0, len(best) - 1, []
        while low < high:
            seen.append((low + high) // 2)
            if best[seen[-1]].slack_mm >= -coverage_table.TOLERANCE_MM:
                high = seen[-1]
            else:
                low = seen[-1] + 1
        seen.append(low)
        enough = [n for n in sorted(seen) if best[n].slack_mm >= -coverage_table.TOLERANCE_MM]
        nearest = max((best[n] for n in seen), key=lambda a: a.slack_mm)
        assert coverage.choose_gentlest(*shape, fit) is (best[enough[0]] if enough else nearest)
        assert all(fit.call_args_list.count(c) == 1 for c in fit.call_args_list)
        spared += len(set(seen)) * shape[1] - fit.call_count
    assert spared > 0
