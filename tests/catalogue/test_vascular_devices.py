"""Devices along a vessel: both diameters are stored, and what is not in the list does not exist."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.offenders import offenders

from seldinger import catalogue, evidence
from seldinger.catalogue import shelf
from seldinger.catalogue.vascular import (
    AngioplastyBalloon,
    BalloonExpandableStent,
    Catheter,
    ClosureDevice,
    DrugCoatedBalloon,
    InflatedDevice,
    IntroducerSheath,
    SelfExpandingStent,
    SizedDevice,
    VascularGuidewire,
)
from seldinger.core.errors import CatalogueError

EVERY = tuple(
    one
    for one in catalogue.devices()
    if isinstance(one, (IntroducerSheath, Catheter, VascularGuidewire, SizedDevice, ClosureDevice))
)
SHEATHS = catalogue.devices(IntroducerSheath)
INFLATED = tuple(one for one in EVERY if isinstance(one, InflatedDevice))
SHEATH_PAGE = """
[[family]]
id = "sheath-6f"
name = "6 F introducer sheath"
kind = "introducer-sheath"
french = 6
wall = "standard"
outer_diameter_mm = 2.64
inner_diameter_mm = 2.0
lengths_mm = [110]
assumption = "typical"
"""
BALLOON_PAGE = """
[[family]]
id = "balloon"
name = "Balloon"
kind = "angioplasty-balloon"
outer_diameter_mm = 1.667
lengths_mm = [800]
nominal_atm = 8
chart = [[4, 0.96], [8, 1.0], [14, 1.06]]
sizes = [
    { diameter_mm = 5, lengths_mm = [20, 40], sheath_french = 5, rated_burst_atm = 14 },
    { diameter_mm = 6, lengths_mm = [20], sheath_french = 6, rated_burst_atm = 12 },
]
assumption = "typical"
"""


def test_french_is_the_inside_of_a_sheath_and_the_outside_of_a_catheter() -> None:
    sheath = catalogue.device("sheath-6f-110", IntroducerSheath)
    assert sheath.french == 6
    assert sheath.inner_diameter_mm == 2.0
    assert sheath.outer_diameter_mm == 2.64
    guide = catalogue.device("guide-6f-multipurpose-900", Catheter)
    assert guide.french == 6
    assert guide.outer_diameter_mm == 2.0
    assert guide.bore_inch == pytest.approx(0.071, abs=0.0005)
    assert sheath.admits(guide)
    assert not sheath.admits(catalogue.device("guide-7f-multipurpose-900"))


@pytest.mark.parametrize("sheath", SHEATHS, ids=lambda d: d.id)
def test_a_sheath_stores_both_diameters_and_is_thicker_than_its_french(
    sheath: IntroducerSheath,
) -> None:
    assert sheath.inner_diameter_mm == pytest.approx(sheath.french / 3.0, abs=0.01)
    assert sheath.outer_diameter_mm > sheath.french / 3.0 + 0.25
    assert sheath.size == f"{sheath.french:g} F"


def test_a_sheath_for_the_wrist_is_thinner_outside_than_one_for_the_groin() -> None:
    by_wall = {(d.french, d.wall): d.outer_diameter_mm for d in SHEATHS}
    thin = [french for french, wall in by_wall if wall == "thin"]
    assert sorted(thin) == [4, 5, 6, 7]
    for french in thin:
        assert by_wall[french, "thin"] < by_wall[french, "standard"]
    measured = evidence.driving_value("vascular_access.sheath.radial_4f")
    assert by_wall[4, "thin"] == measured


def check_trust(one: catalogue.Device) -> None:
    """None is a product: each says so, and that its numbers are to be confirmed."""
    assert one.source is None
    assert one.assumption is not None
    assert one.assumption.startswith("Generic; to be confirmed on the device in hand: ")
    for dimension, fact_id in one.facts.items():
        assert getattr(one, dimension) == evidence.fact(fact_id).value


def test_every_device_along_a_vessel_says_that_it_is_generic() -> None:
    assert len(EVERY) > 80
    assert not offenders(EVERY, check_trust, lambda d: d.id)


def check_inflated(one: InflatedDevice) -> None:
    for each in one.sizes:
        burst = each.rated_burst_atm
        assert burst is not None
        nominal = one.inflated_mm(each.diameter_mm, one.nominal_atm)
        assert nominal == pytest.approx(each.diameter_mm)
        assert nominal <= one.inflated_mm(each.diameter_mm, burst) <= 1.1 * nominal
        with pytest.raises(CatalogueError, match="outside of its chart"):
            one.inflated_mm(each.diameter_mm, burst + 0.5)


def test_a_balloon_has_its_nominal_width_at_nominal_pressure_and_never_passes_its_limit() -> None:
    assert {type(one) for one in INFLATED} == {
        AngioplastyBalloon, DrugCoatedBalloon, BalloonExpandableStent,
    }  # fmt: skip
    assert not offenders(INFLATED, check_inflated, lambda d: d.id)


@pytest.mark.parametrize(
    ("device_id", "diameter_mm", "length_mm", "says"),
    [
        (
            "balloon-035-800",
            5.5,
            40,
            "not made 5.5 mm wide; there are: 3, 4, 5, 6, 7, 8",
        ),
        ("balloon-035-800", 12, 80, "12 mm is not made 80 mm long; there are: 20, 40, 60"),
        ("dcb-crystalline-035-800", 8, 40, "not made 8 mm wide; there are: 4, 5, 6, 7"),
        ("stent-balloon-expandable-renal-800", 8, 16, "there are: 5, 6, 7"),
        ("stent-drug-eluting-femoral-1250", 6, 100, "there are: 20, 30, 40, 60, 80"),
    ],
)
def test_a_size_that_does_not_exist_is_refused_with_those_that_do(
    device_id: str, diameter_mm: float, length_mm: float, says: str
) -> None:
    one = catalogue.device(device_id, SizedDevice)
    with pytest.raises(CatalogueError, match=says):
        one.find_size(diameter_mm, length_mm)


def test_a_size_that_exists_is_found() -> None:
    one = catalogue.device("balloon-035-800", SizedDevice)
    assert one.find_size(12, 60).sheath_french == 7
    assert one.find_size(6).lengths_mm[-1] == 200
    assert one.size == "3 to 12 mm"


@given(atm=st.floats(4.0, 12.0), more=st.floats(0.0, 2.0))
def test_more_pressure_never_makes_a_balloon_narrower(atm: float, more: float) -> None:
    one = catalogue.device("balloon-035-800", InflatedDevice)
    assert one.inflated_mm(6, atm + more) >= one.inflated_mm(6, atm)


def test_the_dose_on_a_balloon_is_its_density_times_its_cylinder() -> None:
    coated = catalogue.device("dcb-018-900", DrugCoatedBalloon)
    dose_ug = coated.dose_ug(7, 120)
    assert dose_ug == pytest.approx(3.0 * math.pi * 7.0 * 120.0)
    largest_on_the_label_ug = 9100.0  # Passeo-18 Lux: its cones carry drug too
    assert 0.8 * largest_on_the_label_ug < dose_ug < largest_on_the_label_ug
    with pytest.raises(CatalogueError, match="of 7 mm is not made 120 mm long"):
        catalogue.device("dcb-crystalline-035-800", DrugCoatedBalloon).dose_ug(7, 120)


def test_a_coating_that_nobody_read_stays_unknown() -> None:
    coatings = {d.id: d.coating for d in catalogue.devices(DrugCoatedBalloon)}
    assert coatings["dcb-crystalline-035-800"] == "crystalline"
    assert coatings["dcb-amorphous-035-800"] == "amorphous"
    assert coatings["dcb-urea-035-800"] is None
    assert coatings["dcb-low-dose-035-750"] is None


def test_words_of_stiffness_stand_beside_what_was_measured() -> None:
    moduli = {
        d.stiffness: d.flexural_modulus_gpa
        for d in catalogue.devices(VascularGuidewire)
        if d.flexural_modulus_gpa is not None
    }
    assert moduli == {"standard": 9.5, "stiff": 17.0, "extra-stiff": 29.2, "super-stiff": 60.3}
    assert catalogue.device("vascular-wire-018-1900").size == "0.018 in"


def test_a_stent_that_opens_by_itself_is_wider_than_its_vessel() -> None:
    for one in catalogue.devices(SelfExpandingStent):
        assert 0 < one.least_oversize_mm <= one.most_oversize_mm


def test_every_hole_of_a_common_sheath_can_be_closed() -> None:
    for french in (5, 6, 7, 8):
        assert [
            d
            for d in catalogue.devices(ClosureDevice)
            if d.smallest_french <= french <= d.largest_french
        ]


@pytest.mark.parametrize(
    ("page", "old", "new", "says"),
    [
        (SHEATH_PAGE, "inner_diameter_mm = 2.0\n", "", "inner size of a sheath"),
        (SHEATH_PAGE, "inner_diameter_mm = 2.0", "inner_diameter_mm = 1.5", "at least 2.00 mm"),
        (SHEATH_PAGE, "outer_diameter_mm = 2.64", "outer_diameter_mm = 2.0", "bore"),
        (SHEATH_PAGE, 'wall = "standard"', 'wall = "thick"', "wall"),
        (
            SHEATH_PAGE.replace("introducer-sheath", "guide-catheter"),
            'wall = "standard"',
            'tip = "straight"',
            "outer size of a catheter: 6 F are 2.00 mm, got 2.64",
        ),
        (BALLOON_PAGE, "nominal_atm = 8", "nominal_atm = 9", "chart must say 1"),
        (BALLOON_PAGE, "[14, 1.06]", "[14, 0.9]", "a chart rises"),
        (BALLOON_PAGE, ", rated_burst_atm = 12", "", "rated burst pressure of 6 mm"),
        (BALLOON_PAGE, "rated_burst_atm = 12", "rated_burst_atm = 20", "chart's end at 14 atm"),
        (BALLOON_PAGE, "diameter_mm = 6", "diameter_mm = 5", "from narrow to wide, each once"),
        (BALLOON_PAGE, "sheath_french = 5", "sheath_french = 4", "does not pass the 4 F sheath"),
        (BALLOON_PAGE, "lengths_mm = [20],", "lengths_mm = [],", "lengths_mm"),
        (BALLOON_PAGE, "angioplasty-balloon", "drug-coated-balloon", "drug is missing"),
    ],
)  # fmt: skip
def test_a_bad_page_gives_one_clear_error(page: str, old: str, new: str, says: str) -> None:
    assert old in page
    with pytest.raises(CatalogueError, match=says):
        shelf.read_devices({"x.toml": page.replace(old, new)})
