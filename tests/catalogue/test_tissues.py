"""Tissues: every number has a source or a range, and the engine gets what the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seldinger import evidence
from seldinger.catalogue import tissues
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from seldinger.catalogue.tissues import ThermalTissue

NAMES = (
    "liver", "liver_tumour", "kidney", "lung_inflated", "lung_deflated", "lung_flooded", "blood",
    "fat", "muscle", "bone_cortical", "bone_cancellous", "gel", "soft_tissue",
)  # fmt: skip

PAGE = '[tissue.a]\ntitle = "A"\n[tissue.a.numbers]\n' + "\n".join(
    f'{name} = {{ value = 1.0, low = 0.0, high = 2.0, reason = "x" }}' for name in tissues.UNITS
)
LIKE = '\n[tissue.b]\ntitle = "B"\nlike = "a"\nlike_reason = "near"\nlike_spread = 0.25\n'


def test_the_tissues_that_treatments_meet_are_there() -> None:
    assert set(tissues.tissues()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_tissue_holds_the_laws(name: str) -> None:
    found = tissues.tissue(name)
    assert list(found.numbers) == list(tissues.UNITS)
    for key, number in found.numbers.items():
        assert (number.source is None) != (number.assumption is None)
        assert number.source is None or number.source in evidence.sources()
        assert number.unit == tissues.UNITS[key]
        if number.assumption is not None:
            assert number.assumption.name == f"{name}.{key}"
            assert number.assumption.value == number.value
            assert number.assumption.unit == number.unit
            assert number.assumption.reason.endswith(".")
    assert 0.0 < found.value("water_share") < 1.0
    engine = tissues.physical(name)
    assert engine.name == name
    assert engine.freezing is not None
    assert engine.boiling is not None


@pytest.mark.parametrize(
    ("fact", "number"),
    [
        ("density", "density_kg_per_m3"),
        ("heat_capacity", "heat_capacity_j_per_kg_k"),
        ("conductivity", "conductivity_w_per_m_k"),
    ],
)
def test_a_number_that_was_read_is_the_fact(fact: str, number: str) -> None:
    stem = f"thermal_tissue.{fact}."
    known = [f for f in evidence.facts("thermal_tissue") if f.id.startswith(stem)]
    assert len(known) >= 5
    for one in known:
        quantity = tissues.tissue(one.id.removeprefix(stem)).numbers[number]
        assert quantity.value == one.value
        assert quantity.source == one.source


def test_what_is_only_remembered_is_assumed() -> None:
    for name, number in [
        ("liver", "perfusion_per_s"),
        ("kidney", "perfusion_per_s"),
        ("lung_inflated", "perfusion_per_s"),
        ("lung_inflated", "heat_capacity_j_per_kg_k"),
        ("lung_inflated", "conductivity_w_per_m_k"),
        ("bone_cortical", "heat_capacity_j_per_kg_k"),
        ("bone_cancellous", "conductivity_w_per_m_k"),
    ]:
        assumed = tissues.tissue(name).numbers[number].assumption
        assert assumed is not None
        assert "remembered" in assumed.reason.lower()
        assert assumed.low < assumed.value < assumed.high


def test_the_engine_gets_products_of_density() -> None:
    liver = tissues.physical("liver")
    assert liver.capacity_j_per_m3_k == pytest.approx(1079.0 * 3540.0)
    assert liver.conductivity_w_per_m_k == 0.52
    assert liver.boiling is not None
    assert liver.boiling.latent_j_per_m3 == pytest.approx(1079.0 * 0.74 * 2.257e6)
    assert tissues.physical("liver", freezes=False, boils=False).boiling is None
    assert tissues.blood(37.0).capacity_j_per_m3_k == pytest.approx(1050.0 * 3617.0)


def test_the_states_of_the_lung_differ() -> None:
    states = [tissues.physical(f"lung_{s}") for s in ("inflated", "deflated", "flooded")]
    assert states[0].capacity_j_per_m3_k < 0.5 * states[1].capacity_j_per_m3_k
    assert states[1].conductivity_w_per_m_k < states[2].conductivity_w_per_m_k


def test_a_number_can_be_edited_by_its_name() -> None:
    edited = tissues.physical("liver", {"liver.perfusion_per_s": 0.01})
    assert edited.perfusion_per_s == 0.01
    assert tissues.physical("kidney", {"liver.perfusion_per_s": 0.01}) == tissues.physical("kidney")
    with pytest.raises(CatalogueError, match="as edited"):
        tissues.physical("liver", {"liver.conductivity_w_per_m_k": -1.0})


def test_a_tumour_is_a_liver_with_more_doubt() -> None:
    tumour, liver = tissues.tissue("liver_tumour"), tissues.tissue("liver")
    assert len(tumour.assumptions) == len(tissues.UNITS)
    assert all(tumour.value(n) == liver.value(n) for n in tissues.UNITS)
    assert "tumour" in tumour.assumptions[0].reason


@pytest.mark.parametrize(
    ("ask", "closest"), [("livr", "liver"), ("lung", "lung_inflated"), ("bone", "bone_cortical")]
)
def test_a_wrong_name_is_answered_with_the_right_one(ask: str, closest: str) -> None:
    with pytest.raises(CatalogueError, match=closest):
        tissues.tissue(ask)
    with pytest.raises(CatalogueError, match="density_kg_per_m3"):
        tissues.tissue("liver").value("density")


def read(text: str) -> dict[str, ThermalTissue]:
    return dict(tissues.read_tissues(text, "own.toml"))


def test_a_tissue_takes_what_it_lacks_from_another_as_assumptions() -> None:
    found = read(PAGE + LIKE)
    borrowed = found["b"].numbers["fusion_j_per_m3"].assumption
    assert borrowed is not None
    assert (borrowed.low, borrowed.high) == (0.75, 1.25)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PAGE.replace(', reason = "x"', "", 1), "either a source"),
        (PAGE.replace('reason = "x"', 'source = "y"', 1), "either a source"),
        (PAGE.replace("high = 2.0", "high = 0.5", 1), "outside"),
        (PAGE.replace("value = 1.0", "value = nan", 1), "finite"),
        (PAGE.replace("water_share", "water", 1), "water_share"),
        (PAGE.rsplit("\n", 1)[0], "lacks frozen_conductivity"),
        (PAGE + LIKE.replace('"a"', '"c"'), "stand before"),
        (PAGE + LIKE.replace('like_reason = "near"\n', ""), "say why"),
        (PAGE + "[", "not TOML"),
        (PAGE.replace('title = "A"', "", 1), "title"),
    ],
)
def test_a_bad_page_gives_one_clear_error(text: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        read(text)
