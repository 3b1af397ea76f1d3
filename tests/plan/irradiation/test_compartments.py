"""Compartments: forward and back, conserved, each share on its side; units are not mixed up."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seldinger.catalogue.nuclides import decay_constants
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.treatments.irradiation.activity import (
    GivenActivity,
    VialActivity,
    check_mass,
    check_shunt,
    find_vial_activity,
    weigh_kg,
)
from seldinger.plan.treatments.irradiation.compartments import (
    find_activity_gbq,
    find_gy_per_gbq,
    irradiate,
    share_activity,
    sum_session,
)
from seldinger.plan.treatments.irradiation.territory import (
    ActivityRatio,
    ConcentrationRatio,
    Lungs,
    Territory,
    Tumour,
    assume_lungs,
    measure_ratio,
)

GLASS = decay_constants("y90", "package-insert")
AAPM = decay_constants("y90", "aapm")
LUNGS = Lungs(1.0, measured=True)
ONE = Territory("right lobe", 1.2)
PARTED = Territory(
    "right lobe",
    1.2,
    (Tumour("tumour 1", 0.2, ConcentrationRatio(4.0)), Tumour("tumour 2", 0.1, ActivityRatio(0.5))),
    whole_normal_kg=1.5,
)

shares = st.floats(0.0, 0.99)
masses = st.floats(0.01, 3.0)
ratios = st.floats(0.1, 40.0)


uptakes = st.builds(ConcentrationRatio, ratios) | st.builds(ActivityRatio, ratios)


@st.composite
def territories(draw: st.DrawFn) -> Territory:
    tumours = tuple(
        Tumour(f"tumour {i}", draw(masses), draw(uptakes)) for i in range(draw(st.integers(0, 3)))
    )
    perfused = sum(one.mass_kg for one in tumours) + draw(st.floats(0.05, 0.9))
    assume(perfused < 10.0)
    return Territory("a lobe", perfused, tumours, draw(st.none() | st.floats(1.0, 3.0)))


@given(territories(), shares, masses, st.floats(0.01, 20.0))
def test_inverse_of_forward_is_where_it_began(
    territory: Territory, shunt: float, lung_kg: float, gbq: float
) -> None:
    lungs = Lungs(lung_kg, measured=True)
    done = irradiate(territory, GivenActivity(gbq), shunt, lungs, GLASS)
    for name, dose_gy in done.dose_gy.items():
        if dose_gy > 0.0:
            back = find_activity_gbq(name, dose_gy, territory, shunt, lungs, GLASS)
            assert back == pytest.approx(gbq, rel=1e-9)


@given(territories(), shares)
def test_no_activity_and_no_energy_is_lost(territory: Territory, shunt: float) -> None:
    part = share_activity(territory, shunt)
    inside = [part[one.name] for one in territory.tumours]
    assert part["lung"] + part["perfused"] == pytest.approx(1.0)
    if territory.tumours:
        assert math.fsum([*inside, part["normal"]]) == pytest.approx(part["perfused"])
    rates = find_gy_per_gbq(territory, shunt, LUNGS, GLASS)
    joule = rates["perfused"] * territory.perfused_kg + rates["lung"] * 1.0
    assert joule == pytest.approx(GLASS.gy_kg_per_gbq)


@given(territories(), shares, st.floats(0.01, 5.0), st.floats(1.0, 4.0))
def test_doses_grow_with_the_activity(
    territory: Territory, shunt: float, gbq: float, times: float
) -> None:
    low, high = (
        irradiate(territory, GivenActivity(one), shunt, LUNGS, GLASS).dose_gy
        for one in (gbq, gbq * times)
    )
    assert {k: v * times for k, v in low.items()} == pytest.approx(high)


def test_even_uptake_is_one_compartment() -> None:
    even = replace(PARTED, tumours=(Tumour("tumour 1", 0.3, ConcentrationRatio(1.0)),))
    doses = irradiate(even, GivenActivity(2.0), 0.05, LUNGS, GLASS).dose_gy
    assert doses["tumour 1"] == pytest.approx(doses["perfused"])
    assert doses["normal"] == pytest.approx(doses["perfused"])


def test_a_result_carries_the_constants_it_was_made_with() -> None:
    done = irradiate(ONE, GivenActivity(2.0), 0.05, assume_lungs(), AAPM)
    assert done.constants.preset == "aapm"
    other = irradiate(ONE, GivenActivity(2.0), 0.05, assume_lungs(), GLASS)
    assert other.dose_gy["perfused"] / done.dose_gy["perfused"] == pytest.approx(50.0 / 49.67)


# --- traps ----------------------------------------------------------------------------------------


def test_a_shunt_is_divided_by_not_multiplied_with() -> None:
    """A public calculator writes A = D M (1 - F) / 49.67, which starves the liver twice."""
    right = find_activity_gbq("perfused", 120.0, ONE, 0.2, LUNGS, AAPM)
    assert right == pytest.approx(120.0 * 1.2 / (49.67 * 0.8))
    wrong = 120.0 * 1.2 * 0.8 / 49.67
    got = irradiate(ONE, GivenActivity(wrong), 0.2, LUNGS, AAPM).dose_gy["perfused"]
    assert got == pytest.approx(120.0 * 0.8**2)
    assert irradiate(ONE, GivenActivity(right), 0.2, LUNGS, AAPM).dose_gy["perfused"] == (
        pytest.approx(120.0)
    )


def test_the_partition_model_weighs_the_tumour() -> None:
    """A = D_N (r M_T + M_N) / (k (1 - F)); the same calculator leaves the tumour's mass out."""
    alone = Territory("lobe", 1.2, (Tumour("tumour", 0.3, ConcentrationRatio(5.0)),))
    gbq = find_activity_gbq("normal", 40.0, alone, 0.1, LUNGS, AAPM)
    assert gbq == pytest.approx(40.0 * (5.0 * 0.3 + 0.9) / (49.67 * 0.9))
    assert gbq != pytest.approx(40.0 * 0.9 * (5.0 + 1.0) / (49.67 * 0.9), rel=0.1)
    doses = irradiate(alone, GivenActivity(gbq), 0.1, LUNGS, AAPM).dose_gy
    assert doses["tumour"] == pytest.approx(5.0 * 40.0)
    assert doses["lung"] == pytest.approx(49.67 * gbq * 0.1)


def test_a_ratio_of_activities_is_not_a_ratio_of_concentrations() -> None:
    as_activity = ActivityRatio(2.0).to_concentration(0.1, 1.0)
    assert as_activity == ConcentrationRatio(20.0)
    assert measure_ratio(200.0, 0.1, 100.0, 1.0).value == pytest.approx(20.0)
    same = [
        irradiate(
            Territory("lobe", 1.1, (Tumour("t", 0.1, one),)), GivenActivity(1.0), 0.0, LUNGS, GLASS
        ).dose_gy
        for one in (ActivityRatio(2.0), ConcentrationRatio(20.0))
    ]
    assert same[0] == pytest.approx(same[1])
    with pytest.raises(PlanError, match="normal perfused liver weighs 0 kg"):
        share_activity(Territory("t", 0.1, (Tumour("t", 0.1, ActivityRatio(2.0)),)), 0.0)


def test_perfused_and_whole_normal_liver_are_two_masses() -> None:
    doses = irradiate(PARTED, GivenActivity(2.0), 0.0, LUNGS, GLASS).dose_gy
    assert doses["whole-normal"] / doses["normal"] == pytest.approx(0.9 / 1.5)
    with pytest.raises(PlanError, match="give the whole"):
        replace(PARTED, whole_normal_kg=0.5)
    with pytest.raises(PlanError, match=r"no compartment 'normal'.*perfused, lung"):
        find_activity_gbq("normal", 40.0, ONE, 0.0, LUNGS, GLASS)


@pytest.mark.parametrize("wrong", [1.0, 5.0, 99.0, -0.1, math.nan, math.inf])
def test_a_shunt_in_per_cent_is_refused(wrong: float) -> None:
    hint = f"write {wrong / 100.0:g}" if 1.0 <= wrong < 100.0 else "from 0 to below 1"
    with pytest.raises(PlanError, match=hint):
        check_shunt(wrong)
    with pytest.raises(PlanError, match="lung shunt fraction"):
        irradiate(ONE, GivenActivity(1.0), wrong, LUNGS, GLASS)


def test_a_millilitre_is_no_gram() -> None:
    assert weigh_kg(1500.0, 1.06) == pytest.approx(1.59)
    with pytest.raises(PlanError, match=r"write 1\.06"):
        weigh_kg(1500.0, 1060.0)
    with pytest.raises(PlanError, match=r"grams, write 1\.5"):
        check_mass(1500.0, "the liver")
    with pytest.raises(PlanError, match=r"lungs.*write 0\.9"):
        Lungs(900.0, measured=True)


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_no_activity_is_no_treatment(wrong: float) -> None:
    for make in (VialActivity, GivenActivity):
        with pytest.raises(PlanError, match="must be above 0"):
            make(wrong)
    with pytest.raises(PlanError, match="asks for no activity"):
        find_activity_gbq("perfused", wrong, ONE, 0.0, LUNGS, GLASS)
    with pytest.raises(PlanError, match=r"MBq, write 2\.5"):
        VialActivity(2500.0)


def test_a_residual_is_taken_off_once_and_on_the_right_side() -> None:
    given_gbq = VialActivity(3.0).given(0.02)
    assert given_gbq == GivenActivity(3.0 * 0.98, 0.02)
    assert find_vial_activity(given_gbq.gbq, 0.02).gbq == pytest.approx(3.0)
    assert not hasattr(given_gbq, "given")
    # The insert's formula, A = D M / (50 (1 - F)(1 - R)).
    gbq = find_activity_gbq("perfused", 120.0, ONE, 0.1, LUNGS, GLASS)
    vial = find_vial_activity(gbq, 0.02).gbq
    assert vial == pytest.approx(120.0 * 1.2 / (50.0 * 0.9 * 0.98))


def test_without_a_shunt_nothing_reaches_the_lungs() -> None:
    assert irradiate(ONE, GivenActivity(3.0), 0.0, LUNGS, GLASS).dose_gy["lung"] == 0.0
    with pytest.raises(PlanError, match="no activity reaches the lung"):
        find_activity_gbq("lung", 30.0, ONE, 0.0, LUNGS, GLASS)


def test_a_lung_mass_that_nobody_measured_is_said() -> None:
    assumed = assume_lungs()
    assert (assumed.mass_kg, assumed.measured) == (1.0, False)
    assert assumed.tell().status is Status.UNKNOWN
    assert "not measured" in assumed.tell().text
    assert Lungs(0.8, measured=True).tell().status is Status.MET
    light, heavy = (
        irradiate(ONE, GivenActivity(1.0), 0.1, Lungs(kg, measured=True), GLASS).dose_gy["lung"]
        for kg in (0.7, 1.4)
    )
    assert light == pytest.approx(2.0 * heavy)


# --- several injections ---------------------------------------------------------------------------


def test_injections_add_up_where_they_meet() -> None:
    left = Territory(
        "left lobe", 0.5, (Tumour("tumour 3", 0.05, ConcentrationRatio(3.0)),), whole_normal_kg=1.5
    )
    done = tuple(
        irradiate(one, GivenActivity(gbq), 0.05, LUNGS, GLASS)
        for one, gbq in ((PARTED, 2.0), (left, 0.7))
    )
    whole = sum_session(done)
    assert whole.lung_gy == pytest.approx(50.0 * 2.7 * 0.05)
    assert whole.given_gbq == pytest.approx(2.7)
    stays = sum(one.activity_gbq["normal"] for one in done)
    assert whole.whole_normal_gy == pytest.approx(50.0 * stays / 1.5)


def test_what_does_not_belong_together_is_not_added() -> None:
    done = irradiate(ONE, GivenActivity(1.0), 0.05, LUNGS, GLASS)
    assert sum_session((done, done)).whole_normal_gy is None
    other = irradiate(ONE, GivenActivity(1.0), 0.05, LUNGS, AAPM)
    with pytest.raises(PlanError, match="package-insert and aapm"):
        sum_session((done, other))
    with pytest.raises(PlanError, match="two lungs of one mass"):
        sum_session((done, irradiate(ONE, GivenActivity(1.0), 0.05, assume_lungs(), GLASS)))
    with pytest.raises(PlanError, match="without an injection"):
        sum_session(())


def test_territories_that_cannot_be_are_refused() -> None:
    with pytest.raises(PlanError, match="with its tumours"):
        Territory("lobe", 0.2, (Tumour("t", 0.3, ConcentrationRatio(2.0)),))
    with pytest.raises(PlanError, match="two tumours of one name"):
        Territory("lobe", 1.0, (Tumour("t", 0.1, ConcentrationRatio(2.0)),) * 2)
    with pytest.raises(PlanError, match="a name of its own"):
        Tumour("lung", 0.1, ConcentrationRatio(2.0))
    for kind in (ConcentrationRatio, ActivityRatio):
        with pytest.raises(PlanError, match="above 0"):
            kind(0.0)
    with pytest.raises(PlanError, match="counts"):
        measure_ratio(0.0, 0.1, 100.0, 1.0)
