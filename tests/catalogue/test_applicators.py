"""Applicators: the shipped tables hold together, and the border refuses what does not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offenders import offenders

from seldinger import catalogue, evidence
from seldinger.catalogue import applicators, tissues
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator

FOLDER = Path(applicators.__file__).with_name("applicators")

PAGE = """
id = "mine"
name = "Mine"
modality = "microwave"
diameter_mm = 2.0
usable_mm = 150.0
max_power_w = 60.0
assumption = "typical"

[[zone]]
setting = "60 W 5 min"
power_w = 60.0
seconds = 300.0
conditions = "ex vivo"
level = "visible coagulation"
width_mm = 20.0
length_mm = 30.0
beyond_tip_mm = 5.0
centre_behind_tip_mm = 10.0
source = "me"

[fit]
mode = "chart-calibrated"
tissue = "liver"
perfusion_per_s = 0.01
law = "arrhenius-liver"
counted_above_c = 40.0
observations = 3
rms_mm = 1.0
assessable = false
why = "not assessable"

[fit.numbers]
attenuation_per_mm = 0.1
sigma_mm = 6.0
behind_tip_mm = 10.0
efficiency = 0.5
"""

COLD = PAGE[: PAGE.index("[fit]")].replace('"microwave"', '"cryo"').replace(
    "max_power_w = 60.0", "active_mm = 40.0\ncoolant_boiling_c = -185.8"
)  # fmt: skip
RF = PAGE[: PAGE.index("[fit]")].replace('"microwave"', '"radiofrequency"').replace(
    "usable_mm = 150.0", "usable_mm = 150.0\nactive_mm = 20.0\ncooled = true"
)  # fmt: skip
CONTROLLER = """
[controller]
kind = "impedance pulsing"
start_w = 80.0
most_w = 200.0
rise_ohm = 10.0
pause_s = 15.0
"""


def read(text: str) -> Applicator:
    return applicators.parse_applicator(text, "own.toml")


def test_every_modality_is_on_the_rack() -> None:
    for modality in get_args(applicators.Modality):
        found = applicators.applicators(modality)
        assert found
        assert {one.modality for one in found} == {modality}
    assert len(applicators.applicators()) == len(list(FOLDER.glob("*.toml")))


def check_applicator(found: Applicator) -> None:
    assert applicators.applicator(found.id) is found
    assert found.id not in {d.id for d in catalogue.devices()}
    assert (found.source is None) != (found.assumption is None)
    assert len({z.setting for z in found.zones}) == len(found.zones)
    for zone in found.zones:
        assert zone.source in evidence.sources()
        assert zone.power_w is None or found.max_power_w is not None
        assert found.max_power_w is None or (zone.power_w or 0.0) <= found.max_power_w
        assert any((zone.width_mm, zone.length_mm, zone.volume_ml))
        if zone.width_mm and zone.length_mm:
            assert zone.width_mm <= zone.length_mm
    for dimension, fact_id in found.facts.items():
        assert getattr(found, dimension) == evidence.fact(fact_id).value
    fit = found.fit
    if fit is not None:
        assert fit.tissue in tissues.tissues()
        assert fit.perfusion_per_s == tissues.physical(fit.tissue).perfusion_per_s
        assert fit.assessable == (
            fit.observations >= 2 * len(fit.numbers) and fit.leave_one_out_mm is not None
        )
        assert fit.assessable != fit.why.startswith("not assessable")


def test_a_shipped_applicator_holds_the_laws() -> None:
    assert not offenders(applicators.applicators(), check_applicator, lambda a: a.id)


def check_cryoprobe(found: Applicator) -> None:
    assert found.coolant_boiling_c is not None
    if found.fit is not None:
        assert found.fit.numbers["wall_c"] > found.coolant_boiling_c


def test_a_cryoprobe_is_no_colder_than_its_coolant() -> None:
    assert not offenders(applicators.applicators("cryo"), check_cryoprobe, lambda a: a.id)


def check_electrode(found: Applicator) -> None:
    # Saline that spreads is not simulated: the wet one is a table only.
    assert (found.controller is None) == (found.id == "wet-rf-20mm")
    assert found.active_mm is not None
    assert found.assumption is not None
    assert "controller" in found.assumption
    assert found.fit is None


def test_an_electrode_declares_its_controller_and_has_no_fit() -> None:
    assert not offenders(applicators.applicators("radiofrequency"), check_electrode, lambda a: a.id)


def test_rows_that_nobody_here_has_read_are_not_there() -> None:
    emprint = applicators.applicator("emprint")
    assert {z.power_w for z in emprint.zones} == {75.0, 150.0}
    assert {z.probes for z in applicators.applicator("cryo-2-4mm").zones} == {1, 3}
    assert {z.conditions for z in applicators.applicator("cooled-rf-20mm").zones} == {"ex vivo"}


def check_antenna(found: Applicator) -> None:
    for zone in found.zones:
        if zone.volume_ml and zone.width_mm and zone.length_mm:
            ellipsoid = 3.14159 / 6e3 * zone.width_mm**2 * zone.length_mm
            assert zone.volume_ml == pytest.approx(ellipsoid, rel=0.02)


def test_an_antennas_volume_is_nearly_an_ellipsoids() -> None:
    assert not offenders(applicators.applicators("microwave"), check_antenna, lambda a: a.id)


def test_a_fit_becomes_what_the_engine_takes() -> None:
    absorption = read(PAGE).absorption
    assert absorption is not None
    assert absorption.attenuation_per_mm == 0.1
    assert absorption.behind_tip_mm == 10.0
    assert absorption.shaft_radius_mm == 1.0
    assert read(PAGE[: PAGE.index("[fit]")]).absorption is None
    assert applicators.applicator("cryo-2-4mm").absorption is None


def test_a_level_may_be_an_isotherm() -> None:
    zone = read(PAGE).zones[0]
    assert zone.isotherm_c is None
    assert read(COLD.replace("visible coagulation", "-40 C")).zones[0].isotherm_c == -40.0
    assert read(COLD.replace("visible coagulation", "some C")).zones[0].isotherm_c is None


@pytest.mark.parametrize(
    ("ask", "closest"),
    [("emprnt", "emprint"), ("cryo-24mm", "cryo-2-4mm"), ("cooltip", "cool-tip")],
)
def test_a_wrong_name_is_answered_with_the_right_one(ask: str, closest: str) -> None:
    with pytest.raises(CatalogueError, match=closest):
        applicators.applicator(ask)
    with pytest.raises(CatalogueError, match="microwave, radiofrequency, cryo"):
        applicators.applicators("laser")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PAGE.replace('"microwave"', '"laser"'), "modality"),
        (PAGE.replace('id = "mine"', 'id = "Mine!"'), "id"),
        (PAGE.replace("diameter_mm = 2.0", "diameter_mm = 0.0"), "diameter_mm"),
        (PAGE.replace('assumption = "typical"', ""), "either a source or an assumption"),
        (PAGE.replace('assumption = "typical"', 'assumption = "t"\nsource = "s"'), "either"),
        (
            PAGE.replace("width_mm = 20.0", "width_mm = -1.0"),
            r"\[\[zone\]\] 1 width_mm is -1.0: input should be greater than 0",
        ),
        (PAGE.replace("width_mm = 20.0", "width_mm = nan"), "width_mm"),
        (PAGE.replace("width_mm = 20.0", 'width_mm = "20"'), "width_mm"),
        (PAGE.replace("width_mm = 20.0", "widt_mm = 20.0"), "did you mean 'width_mm'"),
        (PAGE.replace("beyond_tip_mm = 5.0", "beyond_tip_mm = 9.0"), "half of its length"),
        (PAGE.replace("width_mm = 20.0", "width_mm = 20.0\nspacing_mm = 5.0"), "no spacing"),
        (PAGE.replace('"ex vivo"', '"at home"'), "conditions"),
        (PAGE.replace("observations = 3", "observations = 0"), "observations"),
        (PAGE.replace("usable_mm = 150.0", "usable_mm = 150.0\ncooled = true"), "cooled"),
        (PAGE + CONTROLLER, "radiofrequency"),
        (PAGE.replace("max_power_w = 60.0", "max_power_w = 50.0"), "cover its table"),
        (PAGE.replace("max_power_w = 60.0", ""), "cover its table"),
        (PAGE.replace("efficiency = 0.5", ""), "attenuation_per_mm"),
        (PAGE.replace("efficiency = 0.5", "wall_c = -100.0"), "got"),
        (COLD.replace("coolant_boiling_c = -185.8", ""), "coolant"),
        (COLD.replace("active_mm = 40.0", ""), "active_mm"),
        (RF + CONTROLLER.replace("pause_s = 15.0", ""), "pause"),
        (RF + CONTROLLER + "step_w = 10.0\n", "both watts and seconds"),
        (RF + CONTROLLER.replace("impedance pulsing", "tip temperature"), "target"),
        (PAGE[: PAGE.index("[[zone]]")], "zone"),
        (PAGE + "[", "not TOML"),
    ],
)
def test_a_bad_page_gives_one_clear_error(text: str, says: str) -> None:
    read(PAGE)
    read(COLD)
    read(RF + CONTROLLER)
    with pytest.raises(CatalogueError, match=says) as refused:
        read(text)
    assert str(refused.value).startswith("own.toml")


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(CatalogueError, match="twice"):
        applicators.read_applicators({"a.toml": PAGE, "b.toml": PAGE})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="give the path"):
        applicators.read_applicator(tmp_path / "none.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="not UTF-8"):
        applicators.read_applicator(binary)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 4_000_001)
    with pytest.raises(CatalogueError, match="too large"):
        applicators.read_applicator(large)


@settings(deadline=None, max_examples=60)
@given(at=st.integers(0, len(PAGE)), junk=st.text(max_size=8))
def test_a_mangled_page_is_read_or_refused_never_worse(at: int, junk: str) -> None:
    try:
        found = read(PAGE[:at] + junk + PAGE[at + len(junk) :])
    except CatalogueError:
        return
    assert found.zones
