"""Heating: applicators of the catalogue in tissue, against their tables and what is believable.

Expected widths are typed here from a table of public shapes, not read from the code.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.heat_block import (
    FREEZES,
    UP,
    ball,
    biology,
    block,
    heat,
    patient,
    placed,
    thing,
    tube,
    tumour,
)

from seldinger.anatomy.model import Kind
from seldinger.catalogue.applicators import applicator
from seldinger.core.errors import PlanError
from seldinger.core.space import Grid
from seldinger.geometry import levels
from seldinger.simulate.placement import Phase, freeze
from seldinger.simulate.thermal import heating
from seldinger.simulate.thermal.heating import Heated, compute_heat
from seldinger.simulate.thermal.modalities import MODALITIES
from seldinger.simulate.thermal.scene import HeatScene, build_scene, make_grid
from seldinger.simulate.thermal.setup import BODY_C, CHART, PHYSIOLOGICAL, Changes, Placed

if TYPE_CHECKING:
    from numpy.typing import NDArray

RF = heat(200.0, 720.0)
DOSE = biology("cem43", 43.0)


@cache
def alone(
    name: str,
    power_w: float,
    seconds: float,
    mode: str = CHART,
    spacing_mm: float = 1.0,
) -> Heated:
    """One antenna in even liver."""
    one = placed(name, heat(power_w, seconds))
    return compute_heat(block(28.0, spacing_mm), [one], biology(), mode, Changes())


@cache
def inward_mm(done: Heated) -> NDArray[np.float32]:
    """Distance of each cell to the edge of the zone, positive in it."""
    return levels.signed_distance_mm(done.level, done.result.peak_c.grid.spacing_mm[0])


def widths_mm(done: Heated) -> tuple[float, float]:
    """Largest extent across and along an upright applicator, between the cells."""
    grid, signed = done.result.peak_c.grid, inward_mm(done)
    extents = []
    for axis in (0, 2):
        most = signed.max(axis=tuple(a for a in range(3) if a != axis))
        dead = np.flatnonzero(most > 0.0)
        first, last = int(dead[0]), int(dead[-1])
        low = most[first] / (most[first] - most[first - 1])
        high = most[last] / (most[last] - most[last + 1])
        extents.append((last - first + float(low) + float(high)) * grid.spacing_mm[0])
    return extents[0], extents[1]


def volume_ml(done: Heated) -> float:
    grid, signed = done.result.peak_c.grid, inward_mm(done)
    share = np.clip(signed / grid.spacing_mm[0] + 0.5, 0.0, 1.0)
    return float(share.sum()) * grid.voxel_ml


EMPRINT = (
    (75.0, 300.0, 32.0, 35.0), (75.0, 450.0, 33.0, 36.0), (150.0, 390.0, 37.0, 41.0),
    (150.0, 480.0, 38.0, 42.0), (150.0, 600.0, 39.0, 42.0),
)  # fmt: skip
"""Power, seconds, width and length of the shapes."""


@pytest.mark.parametrize(("power_w", "seconds", "width", "length"), EMPRINT)
def test_the_chart_is_given_back(
    power_w: float, seconds: float, width: float, length: float
) -> None:
    fit = applicator("emprint").fit
    assert fit is not None
    found = widths_mm(alone("emprint", power_w, seconds))
    # Each within twice the fit's own root mean square; all together within it and a rounding.
    assert found == pytest.approx((width, length), abs=2.0 * fit.rms_mm)


def test_the_chart_is_missed_by_no_more_than_the_fit_says() -> None:
    fit = applicator("emprint").fit
    assert fit is not None
    missed = [
        np.subtract(widths_mm(alone("emprint", p, s)), (w, length)) for p, s, w, length in EMPRINT
    ]
    assert np.sqrt(np.mean(np.square(missed))) < fit.rms_mm + 0.3


def test_coarse_cells_give_nearly_the_same_zone() -> None:
    fine, coarse = (alone("emprint", 75.0, 300.0, spacing_mm=h) for h in (1.0, 2.0))
    assert volume_ml(coarse) == pytest.approx(volume_ml(fine), rel=0.06)
    assert widths_mm(coarse) == pytest.approx(widths_mm(fine), abs=0.8)


@pytest.mark.parametrize(("power_w", "seconds"), [(75.0, 300.0), (150.0, 600.0)])
def test_blood_that_stops_makes_a_larger_zone(power_w: float, seconds: float) -> None:
    chart, living = (alone("emprint", power_w, seconds, m, 2.0) for m in (CHART, PHYSIOLOGICAL))
    assert volume_ml(living) > 1.2 * volume_ml(chart)
    assert living.zone[chart.zone].all()
    flowing = replace(biology(), stopped_share=0.0)
    one = placed("emprint", heat(power_w, seconds))
    same = compute_heat(block(28.0, 2.0), [one], flowing, PHYSIOLOGICAL, Changes())
    assert volume_ml(same) == pytest.approx(volume_ml(chart), rel=1e-3)


@pytest.mark.parametrize("law", heating.LAWS)
def test_every_law_can_be_asked_for_in_both_modes(law: str) -> None:
    one = placed("emprint", heat(75.0, 300.0))
    for mode in (CHART, PHYSIOLOGICAL):
        done = compute_heat(block(28.0, 2.0), [one], biology(law, 43.0), mode, Changes())
        assert 4.0 < volume_ml(done) < 60.0


def test_dead_is_what_the_law_calls_dead() -> None:
    done = alone("emprint", 75.0, 300.0, spacing_mm=2.0)
    law = done.result.dead("arrhenius-liver")
    inside = heating._shaft(block(28.0, 2.0), placed("emprint", heat(75.0, 300.0)))
    assert (done.zone == (law | inside)).all()


def test_a_level_falls_on_where_damage_is_no_longer_counted() -> None:
    # Damage of 40 C in 5 minutes is a fifth of the lethal one, and none below: no cliff in between.
    done = alone("emprint", 75.0, 300.0)
    middle = done.level.shape[0] // 2
    profile = done.level[middle:, middle, middle].astype(float)
    outside = profile[int(np.argmax(profile < 0.0)) :]
    assert (outside < 0.0).all()
    assert np.abs(np.diff(outside)).max() < 1.0
    assert outside[-1] < outside[0]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (Changes(power=1.1), Changes()),
        (Changes(), Changes(power=0.9)),
        (Changes(), Changes(perfusion=1.3)),
        (Changes(perfusion=0.7), Changes()),
    ],
)
def test_more_power_and_less_blood_kill_more(more: Changes, less: Changes) -> None:
    one = placed("emprint", heat(75.0, 300.0))
    large, small = (
        compute_heat(block(28.0, 2.0), [one], biology(), CHART, c) for c in (more, less)
    )
    assert large.zone[small.zone].all()
    assert volume_ml(large) > volume_ml(small)


def test_a_zone_goes_where_its_antenna_goes() -> None:
    scene = block(28.0, 2.0)
    here = alone("emprint", 75.0, 300.0, CHART, 2.0)
    there = compute_heat(
        scene, [placed("emprint", heat(75.0, 300.0), (4.0, -2.0, 2.0))], biology(), CHART, Changes()
    )
    moved = np.roll(here.level, (2, -1, 1), axis=(0, 1, 2))
    inner = (slice(6, -6),) * 3
    assert np.abs(np.clip(there.level - moved, -1.0, 1.0)[inner]).max() < 0.25
    assert (there.zone == (moved > 0.0))[inner].mean() > 0.999


def test_two_antennas_kill_more_than_their_two_zones() -> None:
    scene = block(34.0, 2.0)
    sides = [placed("emprint", heat(75.0, 300.0), (x, 0.0, 0.0)) for x in (-8.0, 8.0)]
    both = compute_heat(scene, sides, biology(), CHART, Changes())
    each = [compute_heat(scene, [one], biology(), CHART, Changes()).zone for one in sides]
    assert both.zone[each[0] | each[1]].all()
    assert both.zone.sum() > (each[0] | each[1]).sum()
    assert both.level == pytest.approx(both.level[::-1], abs=0.02)


GRID = Grid.aligned((61, 61, 61), 1.0, (-30.0, -30.0, -30.0))


@cache
def beside_a_vein(diameter_mm: float, away_mm: float = 12.0) -> tuple[HeatScene, Heated]:
    """A tumour of 10 mm, a vein whose near wall lies ``away_mm`` from the antenna."""
    at = (away_mm + 0.5 * diameter_mm, 0.3)
    liver = thing("liver", Kind.ORGAN, np.ones(GRID.shape, dtype=np.bool_))
    vein = thing("hepatic vessels", Kind.VESSEL, tube(GRID, diameter_mm, at))
    around = make_grid((0.0, 0.0, 0.0), 26.0, 1.0)
    here = tumour(GRID, 10.0, "liver", (0.0, 0.0, 0.0))
    whole = patient((liver, vein), GRID, np.ones(GRID.shape, dtype=np.bool_))
    scene = build_scene(whole, here, around, 3.0)
    one = placed("emprint", heat(75.0, 300.0))
    return scene, compute_heat(scene, [one], biology(), CHART, Changes())


def reach_mm(done: Heated, side: int) -> float:
    """How far the zone goes to one side of the antenna, level with its middle."""
    middle = done.level.shape[0] // 2
    line = done.zone[middle:, middle, middle] if side > 0 else done.zone[middle::-1, middle, middle]
    return float(np.argmin(line))


def test_a_vein_of_6_mm_leaves_a_live_rim() -> None:
    scene, done = beside_a_vein(6.0)
    assert scene.vessels.any()
    touching, free = (ball(scene.grid, 0.5, (x, 0.0, 0.0)) for x in (12.0, -12.0))
    assert not scene.vessels[touching].any()
    assert not done.zone[touching].any()
    assert done.zone[free].all()
    assert done.extreme_c[touching][0] < done.extreme_c[free][0] - 10.0
    assert reach_mm(done, 1) <= 12.0
    assert reach_mm(done, -1) >= 15.0
    assert not (done.zone & scene.vessels).any()


def test_a_vein_under_3_mm_leaves_no_notch() -> None:
    scene, done = beside_a_vein(2.0)
    assert not scene.vessels.any()
    assert reach_mm(done, 1) == pytest.approx(reach_mm(done, -1), abs=1.0)


def test_blood_keeps_its_temperature() -> None:
    scene, done = beside_a_vein(6.0)
    assert np.abs(done.extreme_c[scene.vessels] - BODY_C).max() < 0.1


def test_kinds_are_not_mixed() -> None:
    mixed = [placed("emprint", heat(75.0, 300.0)), placed("cryo-17g", FREEZES, (15.0, 0.0, 0.0))]
    with pytest.raises(PlanError, match="one kind"):
        compute_heat(block(28.0, 2.0), mixed, biology(), CHART, Changes())


def test_nothing_is_colder_than_its_coolant_boils() -> None:
    colder = (freeze(600.0, -190.0),)
    with pytest.raises(PlanError, match=r"-185\.8"):
        compute_heat(
            block(28.0, 2.0), [placed("cryo-17g", colder)], biology(), PHYSIOLOGICAL, Changes()
        )
    # What varies stops there.
    cold = (freeze(60.0, -180.0),)
    done = compute_heat(
        block(28.0, 2.0), [placed("cryo-17g", cold)], biology(), PHYSIOLOGICAL,
        Changes(wall_k=-40.0),
    )  # fmt: skip
    assert done.extreme_c.min() >= -185.81


@pytest.mark.parametrize("name", ["emprint", "cool-tip", "cryo-17g"])
def test_an_applicator_outside_the_grid_is_refused(name: str) -> None:
    schedule = FREEZES if name.startswith("cryo") else heat(75.0, 300.0)
    law = DOSE if name == "cool-tip" else biology()
    with pytest.raises(PlanError):
        compute_heat(
            block(20.0, 2.0), [placed(name, schedule, (300.0, 0.0, 0.0))], law,
            MODALITIES[applicator(name).modality].modes[0], Changes(),
        )  # fmt: skip


def test_a_point_outside_the_grid_is_refused() -> None:
    with pytest.raises(PlanError, match="outside the grid"):
        compute_heat(
            block(20.0, 2.0), [placed("emprint", heat(75.0, 300.0))], biology(), CHART, Changes(),
            ((99.0, 0.0, 0.0),),
        )  # fmt: skip


def test_an_unknown_law_is_refused() -> None:
    with pytest.raises(PlanError, match="arrhenius-liver"):
        compute_heat(
            block(20.0, 2.0), [placed("emprint", heat(75.0, 300.0))],
            biology("arrhenius-lung"), CHART, Changes(),
        )  # fmt: skip


@pytest.mark.parametrize("name", ["cryo-1-7mm", "cryo-2-4mm", "cryo-17g"])
def test_one_cryoprobe_freezes_no_more_than_is_believed(name: str) -> None:
    done = compute_heat(
        block(34.0, 2.0), [placed(name, FREEZES)], biology(), PHYSIOLOGICAL, Changes()
    )
    lethal, _ = widths_mm(done)
    assert 3.0 < lethal <= 25.0
    boils = applicator(name).coolant_boiling_c
    assert boils is not None
    assert done.extreme_c.min() >= boils
    visible = replace(done, level=(0.0 - done.extreme_c).astype(np.float32))
    assert widths_mm(visible)[0] > lethal + 5.0


def test_a_milder_isotherm_makes_a_larger_zone() -> None:
    volumes = [
        volume_ml(
            compute_heat(
                block(34.0, 2.0), [placed("cryo-17g", FREEZES)], biology(lethal_c=c),
                PHYSIOLOGICAL, Changes(),
            )
        )
        for c in (-40.0, -30.0, -16.1)
    ]  # fmt: skip
    assert volumes == sorted(volumes)


def test_one_antenna_heats_no_more_than_is_believed() -> None:
    for power_w, seconds, _, _ in EMPRINT:
        done = alone("emprint", power_w, seconds)
        assert widths_mm(done)[0] <= 45.0
        assert volume_ml(done) / (power_w * seconds / 1000.0) <= 1.2


@cache
def electrode(name: str) -> Heated:
    return compute_heat(block(34.0, 2.0), [placed(name, RF)], DOSE, PHYSIOLOGICAL, Changes())


@pytest.mark.parametrize("name", ["cool-tip", "cooled-rf-20mm"])
def test_one_cooled_electrode_heats_no_more_than_is_believed(name: str) -> None:
    done = electrode(name)
    assert 15.0 < widths_mm(done)[0] <= 35.0
    assert done.energy_kj is not None
    assert volume_ml(done) / done.energy_kj <= 0.4
    assert done.extreme_c.max() <= 110.0


def test_electrodes_of_one_plan_heat_together() -> None:
    two = [placed("cool-tip", RF, (x, 0.0, 0.0)) for x in (-10.0, 10.0)]
    done = compute_heat(block(34.0, 2.0), two, DOSE, PHYSIOLOGICAL, Changes())
    assert volume_ml(done) > volume_ml(electrode("cool-tip"))
    assert done.extreme_c.max() <= 110.0


def test_the_modes_of_an_applicator() -> None:
    assert MODALITIES[applicator("emprint").modality].modes == (CHART, PHYSIOLOGICAL)
    assert MODALITIES[applicator("cool-tip").modality].modes == (PHYSIOLOGICAL,)
    assert MODALITIES[applicator("cryo-17g").modality].modes == (PHYSIOLOGICAL,)


def test_an_edit_of_a_tissue_is_heeded_and_changes_keep_it() -> None:
    edits = {"liver.conductivity_w_per_m_k": 0.9}
    base = Changes(edits=edits)
    assert Changes(power=0.9).merge(base) == Changes(power=0.9, edits=edits)
    plain, edited = (alone("emprint", 75.0, 300.0, CHART, 2.0), compute_heat(
        block(28.0, 2.0), [placed("emprint", heat(75.0, 300.0))], biology(), CHART, base
    ))  # fmt: skip
    assert np.abs(plain.level - edited.level).max() > 0.5


def test_the_same_arrangement_gives_the_same_bytes() -> None:
    one = placed("emprint", heat(75.0, 300.0))
    first, again = (
        compute_heat(block(28.0, 2.0), [one], biology(), CHART, Changes()) for _ in range(2)
    )
    assert first.level.tobytes() == again.level.tobytes()


def test_the_words_for_what_is_dead() -> None:
    assert "-40 C" in heating.describe_criterion(biology(), cold=True)
    assert "240" in heating.describe_criterion(DOSE, cold=False)
    assert "arrhenius-liver" in heating.describe_criterion(biology(), cold=False)


def test_time_and_energy_of_a_schedule() -> None:
    pulsed = (*heat(50.0, 120.0), Phase("pause", 60.0), *heat(100.0, 60.0))
    one = Placed(applicator("emprint"), (0.0, 0.0, 0.0), UP, pulsed)
    assert one.seconds == 240.0
    assert one.energy_kj == pytest.approx(12.0)
