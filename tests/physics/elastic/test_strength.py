"""Strength by a criterion of strain, and the law of a modulus; every number here is made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.physics.elastic.blocks import EXACT, block

from seldinger.physics.elastic.bone import PowerLaw
from seldinger.physics.elastic.compress import Compression, compress, end_layers
from seldinger.physics.elastic.fields import measure_fields
from seldinger.physics.elastic.strength import (
    EffectiveStrainLimit,
    PrincipalStrainLimit,
    YieldCriterion,
    estimate_strength,
)

EFFECTIVE = YieldCriterion(EffectiveStrainLimit(0.01), 0.02, "test")
PRINCIPAL = YieldCriterion(PrincipalStrainLimit(0.01, 0.002), 0.02, "test")
LAW = PowerLaw(1000.0, 2.0, "apparent", 0.1, 0.5, "along", "test")


def bar(young: np.ndarray | float = 300.0, poisson: float = 0.0, by: float = 0.1) -> Compression:
    body = block((4, 5, 8), young, poisson)
    return compress(body, end_layers(body, 2), 2, by, friction=False, settings=EXACT)


@pytest.mark.parametrize("by", [0.1, -0.02])
def test_a_bar_fails_at_its_limit(by: float) -> None:
    done = bar(by=by)
    found = estimate_strength(done, EFFECTIVE)
    assert found.shortening_mm == pytest.approx(0.01 * 12.0, rel=1e-9)
    assert found.force_n == pytest.approx(300.0 * 0.01 * 4 * 0.8 * 5, rel=1e-9)
    limit = 0.01 if by > 0.0 else 0.002
    assert estimate_strength(done, PRINCIPAL).force_n == pytest.approx(
        300.0 * limit * 4 * 0.8 * 5, rel=1e-9
    )


def test_a_bar_that_widens_may_fail_by_lengthening() -> None:
    found = estimate_strength(bar(poisson=0.4), PRINCIPAL)
    assert found.shortening_mm == pytest.approx(0.002 / 0.4 * 12.0, rel=1e-8)


def test_the_share_decides_which_layer_counts() -> None:
    # A quarter of the volume is strained four times as much as the rest.
    young = np.broadcast_to(np.where(np.arange(8) < 2, 100.0, 400.0), (4, 5, 8))
    done = bar(young)
    soft = 0.1 / 12.0 / (0.25 + 0.75 / 4.0)
    for share, strain in ((0.02, soft), (0.25, soft), (0.26, soft / 4.0)):
        found = estimate_strength(done, replace(EFFECTIVE, share=share))
        assert found.force_n == pytest.approx(done.force_n * 0.01 / strain, rel=1e-9)
    assert found.yielded_share == pytest.approx(0.25)
    judged = np.zeros((4, 5, 8), dtype=np.bool_)
    judged[:, :, 4:] = True
    found = estimate_strength(done, EFFECTIVE, judged, measure_fields(done.solution))
    assert found.force_n == pytest.approx(done.force_n * 0.01 / (soft / 4.0), rel=1e-9)
    assert found.yielded_share == 0.0


def test_strength_does_not_know_the_load() -> None:
    one, two = bar(), bar().scaled(7.0)
    assert estimate_strength(two, EFFECTIVE).force_n == pytest.approx(
        estimate_strength(one, EFFECTIVE).force_n, rel=1e-12
    )


def test_no_criterion_is_refused() -> None:
    done = bar()
    with pytest.raises(ValueError, match="no voxel of the body is judged"):
        estimate_strength(done, EFFECTIVE, np.zeros((4, 5, 8), dtype=np.bool_))
    with pytest.raises(ValueError, match="judged is a mask"):
        estimate_strength(done, EFFECTIVE, np.zeros((4, 5, 8)))  # type: ignore[arg-type]
    for share, source in ((0.0, "test"), (1.0, "test"), (0.02, " ")):
        with pytest.raises(ValueError, match="a criterion has a share"):
            YieldCriterion(EffectiveStrainLimit(0.01), share, source)
    with pytest.raises(ValueError, match="positive"):
        EffectiveStrainLimit(0.0)
    with pytest.raises(ValueError, match="positive"):
        PrincipalStrainLimit(0.01, -0.01)


def test_principal_strains_are_those_of_a_turned_bar() -> None:
    fields = measure_fields(bar(poisson=0.3).solution)
    sheared = replace(fields, strain=np.array([[0.0, 0.0, 0.0, 0.02, 0.0, 0.0]]))
    assert sheared.principal_strain() == pytest.approx(np.array([[-0.01, 0.0, 0.01]]), abs=1e-15)
    shear = replace(fields, stress_mpa=np.array([[0.0, 0.0, 0.0, 2.0, 0.0, 0.0]]))
    assert shear.von_mises_mpa == pytest.approx(2.0 * np.sqrt(3.0))
    assert fields.spread(fields.strain).shape == (4, 5, 8, 6)


def test_a_law_is_held_at_its_range() -> None:
    density = np.array([0.0, 0.1, 0.3, 0.5, 2.0])
    assert LAW.young_mpa(density) == pytest.approx([10.0, 10.0, 90.0, 250.0, 250.0])
    assert LAW.outside(density).tolist() == [True, False, False, False, True]
    with pytest.raises(ValueError, match="not negative"):
        LAW.young_mpa(np.array([-0.1]))


@pytest.mark.parametrize(
    "change",
    [
        {"a_mpa": 0.0},
        {"b": np.nan},
        {"lowest_g_per_cm3": 0.6},
        {"highest_g_per_cm3": np.inf},
        {"source": " "},
        {"density": ""},
    ],
)
def test_no_law_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"law|density|densities"):
        replace(LAW, **change)  # type: ignore[arg-type]
