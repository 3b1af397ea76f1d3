"""Keys as a person reads them: assumptions, settings, and which assumptions a report prints."""

from __future__ import annotations

import pytest

from seldinger.plan.registry import load_procedures
from seldinger.report import words
from seldinger.report.sections import basis


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("liver.dry_heat_capacity_j_per_kg_k", "liver: dry heat capacity"),
        ("lung_flooded.perfusion_per_s", "lung flooded: perfusion"),
        ("hub_standoff_mm", "hub standoff"),
        ("rf_first_ohm", "rf first"),
        ("perfusion_spread", "perfusion spread"),
    ],
)
def test_an_assumption_is_named_in_words(key: str, said: str) -> None:
    assert words.assumption(key) == said


def test_no_assumption_of_any_procedure_is_printed_as_a_key() -> None:
    names = {a.name for p in load_procedures().values() for a in p.treatment.assumptions}
    assert names
    assert not {n for n in names if "_" in words.assumption(n) or "." in words.assumption(n)}


@pytest.mark.parametrize(
    ("name", "organ", "shown"),
    [
        ("liver_tumour.density_kg_per_m3", "liver", True),
        ("kidney.density_kg_per_m3", "left kidney", True),
        ("lung_inflated.density_kg_per_m3", "liver", False),
        ("kidney.density_kg_per_m3", "liver", False),
        ("soft_tissue.density_kg_per_m3", "liver", True),
        ("depth_error_sd_mm", "liver", True),
        ("kidney.density_kg_per_m3", None, True),
    ],
)
def test_only_the_organ_at_hand_is_printed(name: str, organ: str | None, *, shown: bool) -> None:
    assert basis._concerns(name, organ) is shown


def test_a_treatment_s_settings_say_what_they_mean() -> None:
    assert words.setting("sample_from_mm", -8.0) == ("sampling starts, from the aim", "-8 mm")
    assert words.setting("usable_mm", 100.0) == ("usable length", "100 mm")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (15.416666, "15.42"),
        (-12.0, "-12"),
        (0.00155, "0.00155"),
        (1800.0, "1800"),
        (2257000.0, "2.26 million"),
        (-2.5e8, "-250 million"),
        (0.0, "0"),
    ],
)
def test_a_number_is_printed_so_that_its_column_holds_it(value: float, said: str) -> None:
    assert words.number(value) == said
    assert len(words.number(value)) <= 12


def test_a_setting_is_rounded_and_has_its_unit() -> None:
    assert words.setting("beyond_aim_mm", 15.416666) == ("tip beyond the aim", "15.42 mm")
    assert words.setting("energy_kj", 144.0) == ("energy", "144 kJ")
