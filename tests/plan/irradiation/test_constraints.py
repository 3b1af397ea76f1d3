"""Limits and goals: cited, editable, the strictest binds, and what is unknown clears nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger import evidence
from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import EvidenceError, PlanError
from seldinger.core.verdict import Status
from seldinger.evidence import SECONDARY_STAMP
from seldinger.plan.treatments.irradiation.activity import GivenActivity
from seldinger.plan.treatments.irradiation.body_surface import (
    find_reduction,
    find_surface_m2,
    prescribe_part,
    prescribe_whole,
)
from seldinger.plan.treatments.irradiation.compartments import irradiate
from seldinger.plan.treatments.irradiation.constraints import (
    Before,
    find_shunt_bound,
    find_window,
    scale_session,
)
from seldinger.plan.treatments.irradiation.rules import (
    Circumstances,
    DoseRule,
    find_rules,
    list_rules,
    read_rules,
)
from seldinger.plan.treatments.irradiation.territory import (
    ConcentrationRatio,
    Lungs,
    Territory,
    Tumour,
)

GLASS = decay_constants("y90", "package-insert")
LUNGS = Lungs(1.0, measured=True)
LOBE = Territory("lobe", 1.2, (Tumour("tumour 1", 0.3, ConcentrationRatio(4.0)),), 1.6)
NEW = Before(earlier_lung_gy=0.0)
KNOWN = Circumstances(0.8, 0.5, compromised=False)


def ids(rules: tuple[DoseRule, ...]) -> set[str]:
    return {one.id for one in rules}


# --- rules ----------------------------------------------------------------------------------------


def test_a_rule_is_a_fact_that_may_drive() -> None:
    assert len(list_rules()) > 15
    for rule in list_rules():
        fact = evidence.fact(rule.fact)
        assert (rule.dose_gy, rule.source, rule.text) == (fact.value, fact.source, fact.statement)
        assert rule.stamp == (SECONDARY_STAMP if fact.trust == "secondary" else "")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("glass", "segmentectomy", "hcc"), {"glass-segmentectomy-perfused": 400.0}),
        (
            ("glass", "unilobar", "hcc"),
            {
                "glass-lobe-perfused": 80.0,
                "glass-tumour-hcc": 205.0,
                "glass-normal-bilirubin-low": 90.0,
            },
        ),
        (("resin", "bilobar", "mcrc"), {"resin-normal": 40.0, "resin-tumour-mcrc": 100.0}),
        (("resin", "segmentectomy", "icc"), {"resin-segmentectomy-perfused": 150.0}),
        (
            ("holmium", "unilobar", "mcrc"),
            {"holmium-perfused": 60.0, "holmium-normal-lobe": 60.0, "holmium-tumour-mcrc": 90.0},
        ),
    ],
)
def test_rules_by_product_intent_and_disease(
    asked: tuple[str, str, str], expected: dict[str, float]
) -> None:
    lungs = {"lung-session": 30.0, "lung-cumulative": 50.0}
    found = find_rules(*asked, KNOWN)  # type: ignore[arg-type]
    assert {one.id: one.dose_gy for one in found} == lungs | expected


def test_what_is_not_known_leaves_both_sides_standing() -> None:
    asked = find_rules("glass", "unilobar", "hcc", Circumstances())
    unsure = {"glass-normal-bilirubin-high", "glass-normal-bilirubin-low", "glass-normal-reserve"}
    assert unsure <= ids(asked)
    sick = ids(find_rules("glass", "unilobar", "hcc", Circumstances(2.0, 0.2, compromised=True)))
    assert unsure - {"glass-normal-bilirubin-low"} == unsure & sick
    assert "resin-normal-compromised" in ids(find_rules("resin", "bilobar", "hcc", Circumstances()))


def test_an_edited_rule_says_so() -> None:
    rule = list_rules()[0].with_dose(25.0)
    assert (rule.dose_gy, rule.edited) == (25.0, True)
    assert "Edited to 25 Gy" in rule.text
    with pytest.raises(PlanError, match="give one above 0"):
        rule.with_dose(0.0)


RULE = '[rule.a]\nkind = "limit"\ncompartment = "lung"\n'


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ('fact = "microspheres.glass.shelf"', EvidenceError, "from memory"),
        ('fact = "radioembolization.lung.activity"', PlanError, "not a dose"),
        ('fact = "no.such"', EvidenceError, "no fact"),
        ('fact = "radioembolization.lung.session"\nwhen = "monday"', PlanError, "when"),
    ],
)
def test_a_bad_rule_is_refused(line: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_rules(RULE + line, "rules.toml")


def test_a_wrong_question_names_what_may_be_asked() -> None:
    with pytest.raises(PlanError, match="glass, holmium, resin"):
        find_rules("gold", "unilobar", "hcc", KNOWN)
    with pytest.raises(PlanError, match="share from 0 to 1"):
        Circumstances(hepatic_reserve=40.0)
    with pytest.raises(PlanError, match=r"17\.1"):
        Circumstances(bilirubin_mg_per_dl=70.0)


# --- what they allow ------------------------------------------------------------------------------


def test_the_strictest_limit_binds_and_giving_it_reaches_it() -> None:
    rules = find_rules("glass", "unilobar", "hcc", KNOWN)
    for shunt in (0.0, 0.02, 0.15, 0.4):
        window = find_window(LOBE, shunt, LUNGS, GLASS, rules, NEW)
        assert window.binding is not None
        assert window.most_gbq is not None
        doses = irradiate(LOBE, GivenActivity(window.most_gbq), shunt, LUNGS, GLASS).dose_gy
        assert doses[window.binding.compartment] == pytest.approx(window.binding.rule.dose_gy)
        for one in window.allowances:
            assert doses[one.compartment] <= one.rule.dose_gy * (1.0 + 1e-9)
        assert window.constants is GLASS
    assert find_window(LOBE, 0.4, LUNGS, GLASS, rules, NEW).binding.rule.id == "lung-session"  # type: ignore[union-attr]
    assert find_window(LOBE, 0.02, LUNGS, GLASS, rules, NEW).binding.compartment == "whole-normal"  # type: ignore[union-attr]


def test_a_goal_is_met_only_below_the_limits() -> None:
    rules = find_rules("glass", "unilobar", "hcc", KNOWN)
    (tumour,) = [
        one
        for one in find_window(LOBE, 0.02, LUNGS, GLASS, rules, NEW).goals
        if one.compartment == "tumour 1"
    ]
    assert tumour.status is Status.MET
    assert tumour.reached_gy is not None
    assert tumour.reached_gy > 205.0
    (short,) = [
        one
        for one in find_window(LOBE, 0.4, LUNGS, GLASS, rules, NEW).goals
        if one.compartment == "tumour 1"
    ]
    assert short.status is Status.NOT_MET
    assert short.reached_gy is not None
    assert short.reached_gy < 205.0


def test_unknown_never_clears() -> None:
    rules = find_rules("glass", "unilobar", "hcc", KNOWN)
    window = find_window(LOBE, 0.02, LUNGS, GLASS, rules, Before())
    assert [one.rule.id for one in window.unknown] == ["lung-cumulative"]
    assert {one.status for one in window.goals} == {Status.UNKNOWN}
    one_mass = find_window(Territory("lobe", 1.2), 0.02, LUNGS, GLASS, rules, NEW)
    assert {one.compartment for one in one_mass.unknown} == {"whole-normal"}
    (tumour,) = [one for one in one_mass.goals if one.compartment == "tumour"]
    assert tumour.status is Status.UNKNOWN
    assert tumour.needed_gbq is None
    assert one_mass.least_gbq == pytest.approx(80.0 * 1.2 / (50.0 * 0.98))


def test_earlier_lung_dose_counts_against_the_cumulative_limit_alone() -> None:
    rules = tuple(one for one in list_rules() if one.compartment == "lung")
    free, half, full = (
        find_window(LOBE, 0.2, LUNGS, GLASS, rules, Before(earlier_lung_gy=gy))
        for gy in (0.0, 40.0, 55.0)
    )
    assert free.most_gbq == pytest.approx(30.0 / (50.0 * 0.2))
    assert half.most_gbq == pytest.approx(10.0 / (50.0 * 0.2))
    assert full.most_gbq == 0.0
    assert full.allowances[0].status is Status.NOT_MET
    other = find_window(LOBE, 0.2, LUNGS, GLASS, rules, Before(5.0, 0.0))
    assert other.most_gbq == pytest.approx(25.0 / (50.0 * 0.2))
    with pytest.raises(PlanError, match="0 or more"):
        Before(-1.0)


def test_without_a_shunt_the_lungs_never_limit() -> None:
    rules = tuple(one for one in list_rules() if one.compartment == "lung")
    window = find_window(LOBE, 0.0, LUNGS, GLASS, rules, NEW)
    assert (window.most_gbq, window.binding) == (None, None)
    assert {one.status for one in window.allowances} == {Status.MET}


def test_a_session_grows_until_its_first_limit() -> None:
    rules = find_rules("glass", "unilobar", "hcc", KNOWN)
    left = Territory("left", 0.5, (Tumour("t", 0.1, ConcentrationRatio(3.0)),), 1.6)
    planned = tuple(
        irradiate(one, GivenActivity(gbq), 0.05, LUNGS, GLASS)
        for one, gbq in ((LOBE, 1.5), (left, 0.5))
    )
    scaled = scale_session(planned, rules, NEW)
    assert scaled.factor is not None
    assert scaled.binding is not None
    again = tuple(
        irradiate(one.territory, GivenActivity(one.given.gbq * scaled.factor), 0.05, LUNGS, GLASS)
        for one in planned
    )
    at_limit = scale_session(again, rules, NEW)
    assert at_limit.factor == pytest.approx(1.0)
    assert at_limit.session.lung_gy <= 30.0 + 1e-9
    assert at_limit.session.whole_normal_gy is not None
    assert at_limit.session.whole_normal_gy <= 90.0 + 1e-9
    assert scale_session(planned, rules, Before()).unknown == (
        next(one for one in rules if one.cumulative),
    )


# --- where the lungs cannot limit -----------------------------------------------------------------


@given(st.floats(0.0, 0.95), st.floats(0.3, 2.0), st.floats(0.8, 3.0), st.floats(30.0, 150.0))
def test_below_the_bound_the_liver_limits_first(
    shunt: float, lung_kg: float, liver_kg: float, liver_gy: float
) -> None:
    bound = find_shunt_bound(30.0, lung_kg, liver_gy, liver_kg)
    by_lungs = 30.0 * lung_kg / shunt if shunt > 0.0 else float("inf")
    by_liver = liver_gy * liver_kg / (1.0 - shunt)
    if shunt < bound * (1.0 - 1e-9):
        assert by_lungs > by_liver
    if shunt > bound * (1.0 + 1e-9):
        assert by_lungs < by_liver


def test_the_bound_is_where_the_binding_limit_changes() -> None:
    rules = tuple(
        one
        for one in find_rules("glass", "unilobar", "hcc", KNOWN)
        if one.id in {"lung-session", "glass-normal-bilirubin-low"}
    )
    share = LOBE.share_activity()["normal"]
    bound = find_shunt_bound(30.0, 1.0, 90.0, 1.6, share)
    names = [
        find_window(LOBE, bound + step, LUNGS, GLASS, rules, NEW).binding.compartment  # type: ignore[union-attr]
        for step in (-1e-6, 1e-6)
    ]
    assert names == ["whole-normal", "lung"]
    assert find_shunt_bound(30.0, 1.0, 75.0, 1.5) == pytest.approx(0.2105, abs=1e-4)
    for bad in ((0.0, 1.0, 75.0, 1.5, 1.0), (30.0, 1.0, 75.0, 1.5, 0.0)):
        with pytest.raises(PlanError, match="above 0"):
            find_shunt_bound(*bad)


# --- body surface ---------------------------------------------------------------------------------


def test_activity_by_body_surface() -> None:
    area = find_surface_m2(175.0, 75.0)
    assert area == pytest.approx(1.903, abs=0.001)
    whole = prescribe_whole(area, 300.0, 1800.0, 0.05)
    assert whole.gbq == pytest.approx(area - 0.2 + 300.0 / 1800.0)
    assert whole.stamp == SECONDARY_STAMP
    lobe = prescribe_part(area, 200.0, 1100.0, 1800.0, 0.05)
    share = 1100.0 / 1800.0
    assert lobe.gbq == pytest.approx((area - 0.2) * share + 200.0 / 1800.0)
    rest = prescribe_part(area, 100.0, 700.0, 1800.0, 0.05)
    assert lobe.gbq + rest.gbq == pytest.approx(whole.gbq)


@pytest.mark.parametrize(
    ("shunt", "reduction"),
    [(0.0, 0.0), (0.1, 0.0), (0.101, 0.2), (0.15, 0.2), (0.16, 0.4), (0.2, 0.4), (0.21, 1.0)],
)
def test_a_shunt_lowers_it_in_steps(shunt: float, reduction: float) -> None:
    assert find_reduction(shunt) == reduction
    found = prescribe_whole(1.9, 300.0, 1800.0, shunt)
    assert found.gbq == pytest.approx(found.before_gbq * (1.0 - reduction))


def test_bodies_and_volumes_that_cannot_be_are_refused() -> None:
    with pytest.raises(PlanError, match="height"):
        find_surface_m2(1.75, 75.0)
    with pytest.raises(PlanError, match="weight"):
        find_surface_m2(175.0, 7.5)
    with pytest.raises(PlanError, match="hold each other"):
        prescribe_part(1.9, 300.0, 200.0, 1800.0, 0.0)
    with pytest.raises(PlanError, match=r"write 0\.12"):
        find_reduction(12.0)
    with pytest.raises(PlanError, match="no adult"):
        prescribe_whole(0.1, 300.0, 1800.0, 0.0)


def test_an_edited_limit_moves_the_window() -> None:
    rules = find_rules("glass", "segmentectomy", "hcc", KNOWN)
    lower = tuple(one.with_dose(15.0) if one.id == "lung-session" else one for one in rules)
    told, edited = (find_window(LOBE, 0.1, LUNGS, GLASS, one, NEW) for one in (rules, lower))
    assert told.most_gbq is not None
    assert edited.most_gbq == pytest.approx(told.most_gbq / 2.0)
    assert lower[0].edited
