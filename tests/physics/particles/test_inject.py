"""Injecting: every particle is counted, lodges by its size, and is shared out by the flow."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.physics.particles.trees import FREE, at, fork, murray, random_trees, spheres

from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import EndReason, Injected, Suspension
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import ClumpSizes, SphereSizes

if TYPE_CHECKING:
    from seldinger.physics.particles.tree import ParticleTree

COUNTED = replace(FREE, most_discrete=0)
BOTH = pytest.mark.parametrize("how", [FREE, COUNTED], ids=["drawn", "counted"])


def accounted(made: Injected) -> int:
    return int(made.onward.total) + int(made.refluxed.total) + made.not_given


def deepest_mm(made: Injected) -> np.ndarray:
    """Calibres of all places that hold a particle."""
    return made.penetration()[0] * 1e-3


@BOTH
def test_counts_are_products_of_the_flow_shares_within_binomial_error(
    how: InjectionSettings,
) -> None:
    many = 200_000
    tree = murray(5)
    tree = tree.occlude({"v1": 0.01, "v5": 0.002})
    made = inject(tree, spheres(20.0, many), at("v0"), settings=how, seed=4)
    flow = made.history.flow_ml_per_s[0]
    share = flow[15:] / flow[0]
    found = made.onward.generation.sum(axis=1) / many
    assert share.max() > 2.0 * share.min()
    assert (np.abs(found - share) < 5.0 * np.sqrt(share * (1.0 - share) / many)).all()


@BOTH
@settings(max_examples=25)
@given(tree=random_trees(), size=st.floats(5.0, 4_000.0), rate=st.floats(0.01, 20.0),
       seed=st.integers(0, 99))  # fmt: skip
def test_nothing_is_lost_or_made_or_beyond_a_narrower_vessel(
    how: InjectionSettings, tree: ParticleTree, size: float, rate: float, seed: int
) -> None:
    tip = tree.names[seed % len(tree.names)]
    chosen = replace(how, batches=3, most_fall=0.2, stasis_share=0.05)
    made = inject(tree, spheres(size, 500), at(tip, rate, 5_000.0), settings=chosen, seed=seed)
    assert accounted(made) == 500
    assert (deepest_mm(made) <= size * 1e-3 * (1.0 + 1e-12)).all(), "lodges where it does not pass"
    parent = [next((n for n, up in enumerate(tree.network.vessels) if up.end == v.start), -1)
              for v in tree.network.vessels]  # fmt: skip
    for vessel in np.flatnonzero(made.onward.vessel).tolist():
        above = parent[vessel] if vessel != tree.number_of(tip) else -1
        assert above < 0 or tree.calibre_mm[above] > size * 1e-3


def test_counting_by_classes_gives_what_drawing_each_gives() -> None:
    vial = Suspension(SphereSizes.uniform(100.0, 1_500.0), 300_000, 10.0, 1.0)
    tree = murray(5, shunt_share=0.1, shunt_um=400.0).occlude({"v1": 0.02})
    fine = replace(COUNTED, classes=512)
    drawn, counted = (inject(tree, vial, at("v0"), settings=how) for how in (FREE, fine))
    for name in ("vessel", "generation", "lung"):
        one, other = getattr(drawn.onward, name), getattr(counted.onward, name)
        # A class lies wholly on one side of a calibre: one class in 512 may differ.
        assert (np.abs(one - other) <= 6.0 * np.sqrt(one + other + 1.0) + 600.0).all(), name
    assert drawn.onward_mg.total == pytest.approx(counted.onward_mg.total, rel=5e-3)


def test_the_mass_is_that_of_the_spheres() -> None:
    made = inject(murray(), Suspension(SphereSizes.uniform(100.0, 300.0), 20_000, 10.0, 1.2),
                  at("v0"), settings=FREE)  # fmt: skip
    mass = made.onward_mg.total
    mean_cube = (0.3**4 - 0.1**4) / 4.0 / 0.2
    assert mass == pytest.approx(20_000 * math.pi / 6.0 * mean_cube * 1.2, rel=0.01)
    parts = sum(one.mass_mg for one in made.in_beds().values())
    parts += sum(one.mass_mg for one in made.in_vessels().values()) + made.lung.mass_mg
    assert parts == pytest.approx(mass, rel=1e-12)
    unknown = inject(murray(), Suspension(SphereSizes.fixed(100.0), 10, 1.0), at("v0"))
    assert math.isnan(unknown.onward_mg.total)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    vial = Suspension(SphereSizes.uniform(100.0, 300.0), 5_000, 5.0)
    for how in (InjectionSettings(), InjectionSettings(most_discrete=0)):
        one, two, other = (
            inject(murray(), vial, at("v0"), settings=how, seed=seed) for seed in (1, 1, 2)
        )
        for name in ("vessel", "generation", "lung"):
            assert getattr(one.onward, name).tobytes() == getattr(two.onward, name).tobytes()
        assert one.history.flow_ml_per_s.tobytes() == two.history.flow_ml_per_s.tobytes()
        assert one.onward.generation.tobytes() != other.onward.generation.tobytes()


@BOTH
def test_larger_spheres_lodge_earlier(how: InjectionSettings) -> None:
    depths = [
        inject(murray(), spheres(um), at("v0"), settings=how).penetration_um(0.5)
        for um in (20.0, 40.0, 100.0, 300.0, 900.0, 1_500.0)
    ]
    assert depths == sorted(depths)
    assert len(set(depths)) == len(depths)


def test_softer_spheres_lodge_deeper_and_held_ones_earlier() -> None:
    soft, hard, held = (
        inject(murray(), spheres(300.0), at("v0"), settings=how).penetration_um(0.5)
        for how in (replace(FREE, compressed_share=0.7), FREE, replace(FREE, lodging_ratio=1.4))
    )
    assert soft < hard < held


def test_more_flow_brings_more_particles() -> None:
    shares = []
    for resistance in (400.0, 200.0, 100.0, 50.0):
        made = inject(fork(left=resistance), spheres(50.0), at("trunk"), settings=FREE)
        shares.append(made.in_beds()["bed left"].number)
    assert shares == sorted(shares)
    assert shares[0] < shares[-1] / 2


@BOTH
def test_a_deeper_tip_spares_more(how: InjectionSettings) -> None:
    spared = []
    for tip in ("v0", "v1", "v3", "v7", "v15"):
        made = inject(murray(5), spheres(100.0), at(tip, 0.01), settings=how)
        assert made.refluxed.total == 0
        spared.append(16 - len(made.in_beds()))
    assert spared == [0, 8, 12, 14, 15]


@BOTH
def test_closing_one_of_two_branches_sends_all_to_the_other(how: InjectionSettings) -> None:
    tree = fork().occlude({"left": 0.0})
    made = inject(tree, spheres(100.0), at("trunk"), settings=how)
    assert made.onward.vessel[1] == 0
    assert set(made.in_beds()) == {"bed right"}
    assert made.in_beds()["bed right"].number == made.given == 10_000
    half = inject(fork().occlude({"left": 0.2}), spheres(100.0), at("trunk"), settings=how)
    assert 0 < half.in_beds()["bed left"].number < half.in_beds()["bed right"].number


@BOTH
def test_what_shunts_or_is_smaller_than_capillaries_comes_to_the_lung(
    how: InjectionSettings,
) -> None:
    many = 20_000
    shunted = inject(murray(4, shunt_share=0.1), spheres(30.0, many), at("v0"), settings=how)
    assert shunted.lung_share == pytest.approx(0.1, abs=5.0 * math.sqrt(0.09 / many))
    narrow = murray(4, shunt_share=0.1, shunt_um=30.0)
    assert inject(narrow, spheres(30.0), at("v0"), settings=how).lung.number == 0
    fine = inject(murray(4, capillary_um=40.0), spheres(30.0), at("v0"), settings=how)
    assert fine.lung.number == fine.given


@BOTH
def test_too_large_for_its_first_vessel_it_stays_there(how: InjectionSettings) -> None:
    made = inject(fork(), spheres(3_000.0, 7), at("trunk", inner_um=4_000.0), settings=how)
    assert made.in_vessels()["trunk"].number == 7


def test_clumps_are_not_kept_out_by_their_printed_size() -> None:
    tree = murray(4, root_mm=1.0)
    printed = inject(tree, Suspension(SphereSizes.uniform(600.0, 1_000.0), 4_000, 5.0),
                     at("v7", 0.01), settings=FREE)  # fmt: skip
    assert set(printed.in_vessels()) == {"v7"}
    clumped = inject(tree, Suspension(ClumpSizes(600.0, 1_000.0, 1.0, 0.4), 4_000, 5.0),
                     at("v7", 0.01), settings=FREE)  # fmt: skip
    assert clumped.in_beds()["bed v7"].number > 400


def test_a_clump_scatters_wider_than_spheres_of_its_size() -> None:
    def range_of(sizes: SphereSizes | ClumpSizes) -> float:
        made = inject(murray(), Suspension(sizes, 5_000, 5.0), at("v0"), settings=FREE)
        return made.penetration_um(0.05) / made.penetration_um(0.95)

    spheres_of, clumps = SphereSizes.uniform(355.0, 500.0), ClumpSizes(355.0, 500.0)
    assert range_of(clumps) < range_of(spheres_of) < 1.0


def test_lodged_particles_lower_the_flow_until_stasis_ends_the_injection() -> None:
    made = inject(murray(4), spheres(300.0, 100_000), at("v0"))
    forward = made.history.forward_ml_per_s
    assert made.end is EndReason.STASIS
    assert made.not_given > 0
    assert (np.diff(forward) < 0.0).all()
    assert (-np.diff(forward)[:-1] <= 0.05 * forward[0] * (1.0 + 1e-9)).all()
    assert forward[-1] <= 0.05 * forward[0] < forward[-2]
    assert (np.diff(made.history.clearance_s) > 0.0).all()
    volume = murray(4).volume_ml
    assert made.history.clearance_s[0] == pytest.approx(
        (volume.sum() - 0.5 * volume[0]) / forward[0]
    )
    assert accounted(made) == 100_000


def test_how_many_reach_stasis_hardly_depends_on_the_batches() -> None:
    given = [
        inject(murray(4), spheres(300.0, 100_000), at("v0"),
               settings=InjectionSettings(batches=batches)).given
        for batches in (1, 10, 200)
    ]  # fmt: skip
    assert max(given) < 1.1 * min(given)


def test_blocked_vessels_stay_blocked_for_the_next_injection() -> None:
    first = inject(murray(4), spheres(300.0, 300), at("v0"))
    second = inject(first.tree, spheres(300.0, 300), at("v0"))
    assert second.history.forward_ml_per_s[0] == first.history.forward_ml_per_s[-1]
    assert second.history.forward_ml_per_s[0] < first.history.forward_ml_per_s[0]


def test_every_bed_tells_its_organ() -> None:
    made = inject(murray(4), spheres(100.0), at("v0"), settings=FREE)
    organs = made.in_organs()
    assert set(organs) == {"organ 0", "organ 1"}
    assert sum(one.number for one in organs.values()) == made.given
    assert inject(fork(), spheres(100.0), at("left", 0.01)).in_organs().keys() == {""}


def test_a_bed_loses_the_share_that_is_blocked() -> None:
    bed = Bed("bed right", arterial_share=1.0)
    tree = fork(beds=[bed])
    made = tree.generations
    lodged = np.zeros(made.calibre_mm.shape)
    lodged[1, 0] = 1.0
    factor = made.resistance_factor(lodged, np.full(2, 1e9))
    assert factor[0] == 1.0
    assert factor[1] == pytest.approx(2.0), "one of two vessels, with all behind it"
    lodged[1, 0], lodged[1, 2] = 0.0, 2.0
    assert made.resistance_factor(lodged, np.full(2, 1e9))[1] == pytest.approx(
        made.weight[1, :2].sum() + made.weight[1, 2:].sum() * 8.0 / 6.0
    )
    lodged[1, 2] = 8.0
    assert made.resistance_factor(lodged, np.full(2, 1e9))[1] == 1e9
