"""Nuclides and microspheres: constants are a choice, figures are facts, memory drives nothing."""

from __future__ import annotations

import math

import pytest

from seldinger import evidence
from seldinger.catalogue.microspheres import find_microspheres, microspheres, read_microspheres
from seldinger.catalogue.nuclides import decay_constants, nuclide, nuclides, read_nuclides
from seldinger.core.errors import CatalogueError, EvidenceError
from seldinger.evidence import SECONDARY_STAMP, Trust


def test_every_constant_is_a_fact_with_its_source_and_stamp() -> None:
    for one in nuclides().values():
        for name, found in one.presets.items():
            assert (found.nuclide, found.preset) == (one.name, name)
            assert set(found.sources) == {evidence.fact(key).source for key in found.facts}
            assert found.stamp == evidence.stamp_of(found.facts)
            assert name in found.text
            assert all(source in found.text for source in found.sources)


@pytest.mark.parametrize(
    ("name", "preset", "dose", "half_life_h"),
    [
        ("y90", "package-insert", 50.0, 64.1),
        ("y90", "aapm", 49.67, 64.2),
        ("y90", "icrp107", 49.76, 64.1),
        ("y90", "ddep", 49.38, 64.0416),
        ("ho166", "package-insert", 60.0 / 3.78, 26.8),
        ("ho166", "icrp107", 15.53, 26.8),
    ],
)
def test_a_preset_means_its_numbers(
    name: str, preset: str, dose: float, half_life_h: float
) -> None:
    found = decay_constants(name, preset)
    assert found.gy_kg_per_gbq == pytest.approx(dose, abs=0.005)
    assert found.half_life_h == half_life_h


def test_the_constant_is_energy_times_decays_counted_the_long_way() -> None:
    found = decay_constants("y90", "ddep")
    assert found.mean_energy_mev is not None
    step_h = 0.01
    decays = sum(1e9 * found.find_decay((i + 0.5) * step_h) * 36.0 for i in range(200_000))
    joule = decays * found.mean_energy_mev * 1.602176634e-13
    assert found.gy_kg_per_gbq == pytest.approx(joule, rel=1e-6)


def test_what_is_stated_is_the_rounded_pair_and_differs_from_it() -> None:
    insert = decay_constants("y90", "package-insert")
    assert insert.computed_gy_kg_per_gbq == pytest.approx(49.963, abs=0.001)
    assert insert.gy_kg_per_gbq == 50.0
    assert "50.00" in insert.text


def test_presets_lie_apart_by_what_the_docs_say() -> None:
    assert nuclide("y90").spread_percent == pytest.approx(1.26, abs=0.01)
    assert nuclide("ho166").spread_percent == pytest.approx(2.2, abs=0.05)


def test_a_tracer_decays_and_doses_nobody() -> None:
    tracer = decay_constants("tc99m", "icrp107")
    assert tracer.find_decay(6.015) == 0.5
    assert "Gy" not in tracer.text
    with pytest.raises(CatalogueError, match="no dose constant"):
        _ = tracer.gy_kg_per_gbq
    with pytest.raises(CatalogueError, match="finite"):
        tracer.find_decay(math.nan)


def test_no_preset_is_a_default() -> None:
    with pytest.raises(CatalogueError, match="package-insert, aapm, icrp107, ddep: none is a def"):
        decay_constants("y90", "")
    with pytest.raises(CatalogueError, match=r"no nuclide is called 'y9'.*y90"):
        nuclide("y9")
    with pytest.raises(CatalogueError, match="no constants called 'aapm'"):
        decay_constants("ho166", "aapm")


TWO_WAYS = """
half_life = "radionuclides.y90.half_life.ddep"
stated = "radionuclides.y90.dose.glass"
[nuclide.x.presets.a.prescribed]
activity = "radionuclides.ho166.activity_per_mass"
dose = "radioembolization.holmium.perfused"
"""
PAGE = '[nuclide.x]\ntitle = "X"\nsymbol = "X"\n[nuclide.x.presets.a]\ntitle = "A"\n'


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ('half_life = "no.such"', EvidenceError, "no fact"),
        ('half_life = "microspheres.glass.shelf"', EvidenceError, "from memory"),
        ("half_life = 64.1", CatalogueError, "half_life"),
        ('halflife = "radionuclides.y90.half_life.ddep"', CatalogueError, "halflife"),
        (
            TWO_WAYS,
            CatalogueError,
            "not both",
        ),
    ],
)
def test_a_bad_page_gives_one_clear_error(line: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_nuclides(PAGE + line, "nuclides.toml")


# --- microspheres ---------------------------------------------------------------------------------


def test_products_show_facts_and_keep_memory_apart() -> None:
    assert set(microspheres()) == {"glass", "resin", "holmium"}
    for one in microspheres().values():
        assert one.nuclide in nuclides()
        assert all(fact.trust is not Trust.MEMORY for fact in one.figures)
        assert all(fact.trust is Trust.MEMORY for fact in one.to_confirm)


def test_differing_figures_stand_side_by_side() -> None:
    resin = find_microspheres("resin")
    told = {fact.id: fact.value for fact in resin.figures}
    per_sphere = 3.0e9 / (told["microspheres.resin.spheres_per_vial"] or 1.0)
    assert per_sphere == pytest.approx(68.2, abs=0.1)
    assert told["microspheres.resin.activity_per_sphere"] == 50.0
    assert evidence.fact("microspheres.resin.activity_per_sphere").conflicts


def test_spheres_of_a_vial() -> None:
    glass = find_microspheres("glass").count_spheres(3.0)
    assert glass.expected == pytest.approx(1.2e6)
    assert glass.stamp == SECONDARY_STAMP
    assert find_microspheres("glass").vial_sizes_gbq == (3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
    resin = find_microspheres("resin").count_spheres(3.0)
    assert (resin.low, resin.expected, resin.high) == (41.4e6, 44e6, 46.6e6)
    assert resin.stamp == ""
    assert find_microspheres("resin").count_spheres(2.8).expected == 44e6
    with pytest.raises(CatalogueError, match=r"2\.7 to 3\.3 GBq: give the whole vial"):
        find_microspheres("resin").count_spheres(1.5)
    assert find_microspheres("holmium").count_spheres(7.3).expected == 33e6
    with pytest.raises(CatalogueError, match="calibrated activity"):
        find_microspheres("glass").count_spheres(0.0)
    with pytest.raises(CatalogueError, match=r"no microspheres are called 'glas'.*glass"):
        find_microspheres("glas")


PRODUCT = '[microsphere.x]\ntitle = "X"\nnuclide = "y90"\ndivisible = false\n'
COUNT = 'spheres_per_vial = "microspheres.resin.spheres_per_vial"\n'
FIGURES = 'figures = ["microspheres.resin.diameter"]\n'


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (FIGURES, "one of the two"),
        (COUNT + 'figures = ["microspheres.glass.shelf"]', "to_confirm"),
        (COUNT + FIGURES + 'to_confirm = ["microspheres.resin.vial"]', "is confirmed"),
    ],
)
def test_a_bad_product_is_refused(lines: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=says):
        read_microspheres(PRODUCT + lines, "microspheres.toml")
