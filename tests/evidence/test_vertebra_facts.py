"""Facts of the vertebra: figures typed again by hand, how they were read, what differs."""

from __future__ import annotations

import pytest

from seldinger import evidence
from seldinger.evidence import Trust


@pytest.mark.parametrize(
    ("fact_id", "value", "unit", "trust"),
    [
        ("vertebra.path.width.t5.greek", 5.09, "mm", Trust.PRIMARY),
        ("vertebra.path.unilateral.reach.l4", 0.98, "1", Trust.PRIMARY),
        ("vertebra.filling.strength", 16.2, "%", Trust.PRIMARY),
        ("vertebra.filling.stiffness", 29.8, "%", Trust.PRIMARY),
        ("vertebra.filling.puncture_side", 13.68, "%", Trust.SECONDARY),
        ("vertebra.leak.odds.cortex", 5.56, "1", Trust.PRIMARY),
        ("vertebra.leak.thick.any", 0.38, "1", Trust.PRIMARY),
        ("vertebra.leak.bench.thick_6_5", 0.92, "g", Trust.PRIMARY),
        ("vertebra.height.angle.palmowski.6_51wk", 1.7, "deg", Trust.PRIMARY),
        ("vertebra.height.normal.crandall.under_10wk.after", 86.0, "%", Trust.PRIMARY),
        ("vertebra.mechanics.modulus.morgan.factor", 4730.0, "MPa", Trust.SECONDARY),
        ("vertebra.mechanics.modulus.morgan.exponent", 1.56, "1", Trust.SECONDARY),
        ("vertebra.mechanics.yield_strain.compression", 0.84, "%", Trust.PRIMARY),
        ("vertebra.mechanics.permeability.baroud.si", 4.45e-8, "m2", Trust.SECONDARY),
        ("vertebra.mechanics.cement.modulus", 1937.0, "MPa", Trust.PRIMARY),
        ("vertebra.imaging.l1.specific", 110.0, "[hnsf'U]", Trust.PRIMARY),
        ("vertebra.evidence.vertos4.pain", 0.45, "{point}", Trust.PRIMARY),
        ("vertebra.tumour.heat.stop", 45.0, "Cel", Trust.PRIMARY),
    ],
)
def test_a_figure_stands_as_published(fact_id: str, value: float, unit: str, trust: Trust) -> None:
    one = evidence.fact(fact_id)
    assert (one.value, one.unit, one.trust) == (value, unit, trust)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("filling.pain.volume_4_5", "filling.pain.kaufmann2006"),
        ("filling.stiffness", "filling.stiffness_damaged"),
        ("leak.thick.any", "leak.thick.none2020"),
        ("height.angle.palmowski.under_2wk", "height.angle.timing.within_2wk"),
        ("mechanics.permeability.baroud.si", "mechanics.permeability.nauman.range"),
        ("mechanics.modulus.morgan.factor", "mechanics.modulus.aiyangar.axial"),
    ],
)
def test_figures_that_differ_name_each_other(one: str, other: str) -> None:
    assert f"vertebra.{other}" in evidence.fact(f"vertebra.{one}").conflicts


def test_sham_trials_stand_beside_the_one_that_found_relief() -> None:
    for trial in ("invest", "buchbinder", "vertos4"):
        one = evidence.fact(f"vertebra.evidence.{trial}.pain")
        assert "outcome_cement.vapour" in one.conflicts
        assert one.interval is not None
        assert one.interval[0] < 0.0 < one.interval[1]


def test_density_gives_moduli_of_the_order_that_were_measured() -> None:
    density = evidence.fact("vertebra.mechanics.density.kopperdahl1998").value
    assert density is not None
    got = []
    for law in ("morgan", "kopperdahl"):
        name = f"vertebra.mechanics.modulus.{law}"
        factor = evidence.driving_value(f"{name}.factor", secondary=True)
        got.append(factor * density ** evidence.driving_value(f"{name}.exponent", secondary=True))
    axial = evidence.driving_value("vertebra.mechanics.modulus.aiyangar.axial", secondary=True)
    got.append(axial * density)
    low, high = evidence.fact("vertebra.mechanics.modulus.review").interval or (0.0, 0.0)
    assert all(low < modulus < high for modulus in got)
    assert max(got) < 2.0 * min(got)
