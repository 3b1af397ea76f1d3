"""What goes into a vertebra holds its laws, and says what nobody read."""

from __future__ import annotations

import pytest

from seldinger import catalogue, evidence
from seldinger.catalogue import shelf
from seldinger.catalogue.cements import cements, find_cement, read_cements
from seldinger.catalogue.spine import BoneBalloon, BoneCannula
from seldinger.core.errors import CatalogueError, EvidenceError
from seldinger.evidence import Trust

PAGE = """
[[family]]
id = "balloon"
name = "Balloon"
kind = "bone-balloon"
outer_diameter_mm = 3.0
cannula_gauge = 10
most_atm = 27
lengths_mm = [400]
assumption = "typical"
balloons = [
    { name = "15", length_mm = 15, most_volume_ml = 4 },
    { name = "20", length_mm = 20, most_volume_ml = 6 },
]
"""
CEMENT = """
[cement.plain]
title = "Plain"
viscosity = "low"
modulus = "vertebra.mechanics.cement.modulus"
times = { at_c = 22, handling = "vertebra.mechanics.cement.handling" }
"""


def test_cannulas_come_in_the_sizes_that_were_read_of() -> None:
    gauges = {one.gauge for one in catalogue.devices(BoneCannula)}
    assert gauges == {8, 10, 11, 13, 15}
    usual = evidence.fact("vertebra.path.needle").interval
    assert usual == (11.0, 13.0)
    assert evidence.fact("vertebra.path.needle.cervical").value in gauges


def test_every_size_says_that_it_is_generic_and_takes_its_diameter_from_the_table() -> None:
    for one in (*catalogue.devices(BoneCannula), *catalogue.devices(BoneBalloon)):
        assert one.assumption is not None
        assert one.assumption.startswith("Generic; to be confirmed on the device in hand: ")
    for one in catalogue.devices(BoneCannula):
        fact = evidence.fact(f"device.gauge.outer_{one.gauge}g")
        assert one.outer_diameter_mm == fact.value
        bore = one.inner_diameter_mm
        assert bore is None or f"{bore:g} mm" in fact.note


def test_a_cannula_of_thin_wall_has_no_bore_that_nobody_read() -> None:
    """A balloon of 11 gauge passes a cannula of 10 gauge, and regular-wall tubing would stop it."""
    tubing = evidence.fact("device.gauge.outer_10g").note
    assert "2.692 mm" in tubing
    slim = catalogue.device("bone-balloon-11g", BoneBalloon)
    assert slim.outer_diameter_mm > 2.692
    cannula = catalogue.device("bone-cannula-10g-100", BoneCannula)
    assert cannula.inner_diameter_mm is None
    assert slim.admitted_by(cannula)
    assert not slim.admitted_by(catalogue.device("bone-cannula-11g-100", BoneCannula))
    assert slim.admitted_by(catalogue.device("bone-cannula-8g", BoneCannula))


def test_balloons_hold_more_than_they_took_in_the_trial() -> None:
    took_ml = evidence.driving_value("vertebra.filling.balloon_volume")
    lengths = set()
    for one in catalogue.devices(BoneBalloon):
        assert one.most_atm == 27.0
        for each in one.balloons:
            lengths.add(each.length_mm)
            assert each.most_volume_ml > took_ml
            assert all(evidence.fact(fact).value == each.length_mm for fact in each.facts)
    assert lengths == {10.0, 15.0, 20.0}


def test_no_volume_of_a_balloon_is_told_as_if_it_had_a_source() -> None:
    for one in catalogue.devices(BoneBalloon):
        assert one.assumption is not None
        assert "most volumes are typical, without a source" in one.assumption


def test_a_balloon_is_found_by_its_length() -> None:
    one = catalogue.device("bone-balloon-8g", BoneBalloon)
    assert one.find_balloon(20).most_volume_ml == 6
    assert one.size == "10 to 20 mm"
    with pytest.raises(CatalogueError, match="no balloon of 12 mm; there are: 10, 15, 20"):
        one.find_balloon(12)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("length_mm = 20", "length_mm = 15", "short to long, each once; got 15 before 15"),
        ("most_volume_ml = 6", "most_volume_ml = 3", "holds less"),
        ("most_volume_ml = 6", "most_volume_ml = 0", "greater than 0"),
        ("most_atm = 27", "", "most_atm is missing"),
        ("cannula_gauge = 10", "cannula_gauge = 10.5", "cannula_gauge"),
        ("length_mm = 15, ", "", "length_mm"),
    ],
)
def test_a_bad_page_of_balloons_gives_one_clear_error(old: str, new: str, says: str) -> None:
    assert old in PAGE
    assert set(shelf.read_devices({"x.toml": PAGE})) == {"balloon"}
    with pytest.raises(CatalogueError, match=says):
        shelf.read_devices({"x.toml": PAGE.replace(old, new)})


def test_cements_are_told_apart_by_viscosity_and_rest_on_facts() -> None:
    assert {one.viscosity for one in cements().values()} == {"low", "medium", "high", None}
    for one in cements().values():
        assert one.modulus_mpa in {1937.0, 954.0}
        assert all(fact.trust is not Trust.MEMORY for fact in one.figures)
        assert all(evidence.fact(key).trust is not Trust.MEMORY for key in one.facts)


def test_times_are_those_that_were_read_at_their_temperature() -> None:
    low = find_cement("low").times
    assert low is not None
    assert (low.liquid_min, low.paste_min, low.handling_min) == (5.1, 3.4, 8.5)
    assert low.hardening_min is None
    assert "how viscous" in low.doubt
    medium = find_cement("medium").times
    assert medium is not None
    assert medium.hardening_min == 11.0
    for times in (low, medium):
        assert all(f"{times.at_c:g} degrees" in evidence.fact(one).statement for one in times.facts)
    assert find_cement("high").times is None


def test_a_strange_cement_is_answered_with_those_there_are() -> None:
    with pytest.raises(CatalogueError, match=r"no cement is called 'hihg'.*there are: low, medium"):
        find_cement("hihg")


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        ("vertebra.mechanics.cement.modulus", "vertebra.none", EvidenceError, "vertebra.none"),
        (
            "vertebra.mechanics.cement.modulus",
            "vertebra.mechanics.cement.handling",
            CatalogueError,
            "told in min: name a fact in MPa",
        ),
        ('handling = "vertebra.mechanics.cement.handling"', 'doubt = "x"', CatalogueError, "give"),
        ('viscosity = "low"', 'viscosity = "thin"', CatalogueError, "viscosity"),
        ("[cement.plain]", "[cement.plain", CatalogueError, "not TOML"),
    ],
)
def test_a_bad_page_of_cements_gives_one_clear_error(
    old: str, new: str, error: type[Exception], says: str
) -> None:
    assert old in CEMENT
    assert set(read_cements(CEMENT, "x.toml")) == {"plain"}
    with pytest.raises(error, match=says):
        read_cements(CEMENT.replace(old, new), "x.toml")


def test_a_memory_is_no_cement() -> None:
    text = CEMENT + 'figures = ["indications.cement.think_again"]\n'
    with pytest.raises(CatalogueError, match="from memory, which drives nothing"):
        read_cements(text, "x.toml")
