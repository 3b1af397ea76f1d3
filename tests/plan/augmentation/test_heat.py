"""Heat before cement: physics that must hold in a painted vertebra, limits, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.plain_vertebra import make_vertebra

from seldinger import catalogue
from seldinger.catalogue.applicators import applicator
from seldinger.catalogue.spine import BoneCannula
from seldinger.core.errors import PlanError
from seldinger.core.space import as_vector
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation import heat as heats
from seldinger.plan.treatments.augmentation import heat_words, heating
from seldinger.plan.treatments.augmentation.electrode import (
    Seat,
    choose_seat,
    list_fitting,
    measure_canal_mm,
)
from seldinger.plan.treatments.augmentation.options import AugmentationOptions
from seldinger.plan.treatments.augmentation.tumour import Tumour
from seldinger.plan.wording import get_number
from seldinger.simulate.thermal.bone import CANAL, build_bone_scene
from seldinger.simulate.thermal.scene import make_grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.augmentation.heat import Heat

COARSE = {"heat_voxel_mm": 2.0}
LEFT = np.array([1.0, 0.0, 0.0])
HOT = get_number("vertebra.tumour.heat.stop")


def ball(vertebra: Vertebra, back_mm: float, radius_mm: float) -> Mask:
    """A ball so far behind the body's centroid, within the vertebra."""
    points = vertebra.grid.to_lps(np.indices(vertebra.grid.shape).reshape(3, -1).T)
    middle = np.asarray(vertebra.frame.origin_lps_mm) + back_mm * np.asarray(vertebra.frame.back)
    inside = np.linalg.norm(points - middle, axis=1) <= radius_mm
    found: Mask = inside.reshape(vertebra.grid.shape) & vertebra.body
    return found


def find_cannula(name: str) -> BoneCannula:
    found = catalogue.device(name)
    assert isinstance(found, BoneCannula)
    return found


def seat(vertebra: Vertebra, left_mm: float, back_mm: float) -> Seat:
    """An upright electrode of 2 cm whose middle lies so far from the body's centroid."""
    frame = vertebra.frame
    middle = np.asarray(frame.origin_lps_mm) + np.array([left_mm, back_mm, 0.0])
    kind = applicator("cooled-rf-20mm")
    tip = middle - np.array([0.0, 0.0, 0.5 * (kind.active_mm or 0.0)])
    return Seat(0, kind, as_vector(tip), (0.0, 0.0, 1.0), 0.0, True, 0.0)


def warm(power_w: float, seconds: float, back_mm: float = 0.0, left_mm: float = 0.0) -> float:
    """How warm the canal becomes."""
    vertebra = make_vertebra()
    one = heats._Runner(
        vertebra, ball(vertebra, back_mm, 8.0), seat(vertebra, left_mm, back_mm), None, COARSE, 2.0
    )
    return one.run(power_w, seconds).hottest_c[CANAL]


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """A small block and few powers: the same physics in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heats, "_HALF_MM", 24.0)
        patch.setattr(heats, "_LOWER_W", (10.0, 5.0))
        yield


def shorten(one: Seat, seconds: float) -> Seat:
    """The same with a table that names so many seconds."""
    zones = (replace(one.kind.zones[0], seconds=seconds),)
    return replace(one, kind=replace(one.kind, zones=zones))


@pytest.fixture(scope="module")
def bound() -> Heat:
    """A tumour at the back wall, and the electrode in it."""
    vertebra = make_vertebra()
    tumour = ball(vertebra, 10.0, 8.0)
    return heats.plan_heat(
        vertebra, tumour, shorten(seat(vertebra, 0.0, 6.0), 90.0), None, COARSE, lambda *_: None
    )


@pytest.fixture(scope="module")
def free() -> Heat:
    """No canal shows and a gentle generator: nothing binds."""
    vertebra = replace(make_vertebra(), canal=None, pedicles={})
    place = shorten(seat(vertebra, 0.0, -6.0), 10.0)
    return heats.plan_heat(vertebra, None, place, None, COARSE, lambda *_: None)


def test_more_power_and_more_time_are_hotter() -> None:
    base = warm(5.0, 60.0, 6.0)
    assert base > 37.5
    assert warm(10.0, 60.0, 6.0) > base + 0.5
    assert warm(5.0, 120.0, 6.0) > base + 0.5


def test_the_farther_from_the_canal_the_cooler() -> None:
    found = [warm(10.0, 90.0, back_mm) for back_mm in (8.0, 2.0, -6.0)]
    assert found[0] > found[1] + 1.0
    assert found[1] > found[2] + 0.3


def test_heat_spreads_on_after_the_electrode_is_off() -> None:
    vertebra = make_vertebra()
    place = (vertebra, ball(vertebra, 2.0, 8.0), seat(vertebra, 0.0, 2.0), None)
    at_once = heats._Runner(*place, {**COARSE, "heat_after_s": 0.0}, 2.0).run(10.0, 60.0)
    later = heats._Runner(*place, {**COARSE, "heat_after_s": 60.0}, 2.0).run(10.0, 60.0)
    assert later.hottest_c[CANAL] > at_once.hottest_c[CANAL] + 0.3
    assert later.power_w == pytest.approx(at_once.power_w, rel=0.02)
    assert later.times_s[-1] == pytest.approx(120.0, abs=4.0)


def test_canal_binds_where_the_tumour_touches_it(bound: Heat) -> None:
    assert bound.usual.heated is not None
    assert bound.usual.heated.hottest_c[CANAL] > HOT
    assert bound.chosen is not bound.usual
    if bound.chosen is not None:
        assert bound.chosen.heated is not None
        assert bound.chosen.heated.hottest_c[CANAL] <= HOT
        assert (bound.told.killed or 0.0) < (bound.usual.heated.killed or 0.0)
    said = {one.id: one for one in heat_words.find_about_heat(bound, make_vertebra())}
    assert said["heat-canal"].severity in {Severity.ACTION, Severity.STOP}
    assert "nakatsuka2009" in said["heat-canal"].sources
    assert said["heat-distance"].status is Status.NOT_MET
    assert said["heat-tumour"].status is Status.NOT_MET
    assert "groetz2013" in said["heat-published"].sources


def test_longer_at_less_power(bound: Heat) -> None:
    kept = [(one.power_w, one.seconds) for one in bound.tried if one.heated is not None]
    times = [seconds for _, seconds in sorted(kept, reverse=True)]
    assert times == sorted(times)
    for one in bound.tried:
        assert (one.heated is None) == (one.seconds < heats.LEAST.value)


def test_spreads_are_ordered(bound: Heat) -> None:
    assert bound.runs == 6
    for one in (*bound.hottest_c.values(), bound.killed):
        assert one is not None
        assert one.p05 <= one.nominal <= one.p95
    canal = bound.hottest_c[CANAL]
    assert canal.p95 > canal.p05 + 0.2


def test_without_a_canal_nothing_is_clear(free: Heat) -> None:
    said = {
        one.id: one
        for one in heat_words.find_about_heat(free, replace(make_vertebra(), canal=None))
    }
    assert free.chosen is free.usual
    assert (said["heat-canal"].status, said["heat-canal"].severity) == (
        Status.UNKNOWN, Severity.STOP,
    )  # fmt: skip
    assert said["heat-left-nerve-root"].status is Status.UNKNOWN
    assert said["heat-tumour"].status is Status.UNKNOWN
    figures = {one.id: one for one in heat_words.list_measures(free)}
    assert figures["heat-canal-max"].value is None
    assert figures["heat-canal-max"].kept is None
    assert figures["heat-tumour-killed"].value is None


def test_steps_tell_the_numbers_of_the_plan(bound: Heat) -> None:
    told = heat_words.list_steps(bound, 1)
    if bound.chosen is None:
        assert told == ()
        return
    titles = [one.title for one in told]
    assert titles == ["Electrode", "Thermocouple", "Heat", "Before the cement"]
    assert f"{bound.chosen.power_w:g} W" in told[2].text
    assert f"{HOT:g} C" in told[2].text


def test_scene_knows_cortex_tumour_canal_and_roots() -> None:
    plain = make_vertebra()
    below = np.asarray(plain.frame.origin_lps_mm) + np.array([0.0, 20.0, 4.0])
    pedicles = {
        side: replace(one, isthmus_lps_mm=as_vector(below + 14.0 * sign * LEFT))
        for (side, one), sign in zip(sorted(plain.pedicles.items()), (1.0, -1.0), strict=True)
    }
    vertebra = replace(plain, pedicles=pedicles)
    tumour = ball(vertebra, 0.0, 6.0)
    grid = make_grid(vertebra.frame.origin_lps_mm, 32.0, 2.0)
    made = build_bone_scene(vertebra, tumour, grid)
    names = np.array(["", *made.scene.tissues])[made.scene.material]
    assert set(names[made.scene.target]) == {"soft_tissue"}
    assert {"bone_cortical", "bone_cancellous", "muscle"} <= set(names.ravel())
    assert made.canal is not None
    assert set(made.roots) == {"left nerve root", "right nerve root"}
    none = build_bone_scene(replace(vertebra, canal=None), None, grid)
    assert none.canal is None
    assert CANAL not in none.spared


@pytest.mark.parametrize(("gauge", "fits"), [(11, True), (13, True), (15, False)])
def test_electrodes_go_through_bores_that_are_wider(gauge: int, *, fits: bool) -> None:
    cannula = find_cannula(f"bone-cannula-{gauge}g-100")
    kinds, why = list_fitting(cannula, {})
    assert bool(kinds) is fits
    assert ("goes through" in why) is not fits
    for kind in kinds:
        assert kind.usable_mm >= cannula.usable_mm + (kind.active_mm or 0.0)


def test_too_long_a_cannula_is_told() -> None:
    _, why = list_fitting(find_cannula("bone-cannula-11g-150"), {})
    assert "reaches beyond" in why
    found = heat_words.explain_without(why)
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.STOP)


def ways(vertebra: Vertebra, *lefts_mm: float) -> Sequence[Any]:
    origin = np.asarray(vertebra.frame.origin_lps_mm)
    made = []
    for left in lefts_mm:
        tip = as_vector(origin + np.array([0.2 * left, -6.0, 2.0]))
        entry = as_vector(origin + np.array([2.5 * left, 90.0, 2.0]))
        path = SimpleNamespace(target_lps_mm=tip, entry_lps_mm=entry)
        made.append(SimpleNamespace(device="bone-cannula-11g-100", way=SimpleNamespace(path=path)))
    return made


def test_the_needle_nearest_to_the_tumour_is_taken() -> None:
    vertebra = make_vertebra()
    points = vertebra.grid.to_lps(np.indices(vertebra.grid.shape).reshape(3, -1).T)
    left = (points[:, 0] > vertebra.frame.origin_lps_mm[0] + 6.0).reshape(vertebra.grid.shape)
    for lefts, number in (((14.0, -14.0), 0), ((-14.0, 14.0), 1)):
        found = choose_seat(vertebra, left & vertebra.body, ways(vertebra, *lefts), {})
        assert isinstance(found, Seat)
        assert found.number == number
        assert found.in_body
        assert found.push_deepest().back_mm == 0.0
    blocked = choose_seat(vertebra, None, ways(vertebra, 14.0), {"cannula_bore_share": 0.6})
    assert isinstance(blocked, Seat)


def test_distance_to_the_canal_is_between_surfaces() -> None:
    vertebra = make_vertebra()
    mask = ball(vertebra, -10.0, 5.0)
    # The body's back wall lies 16.5 mm behind its centroid, the canal a millimetre further.
    found = measure_canal_mm(vertebra, mask, vertebra.grid)
    assert found == pytest.approx(22.5, abs=1.0)


NOTHING = Tumour(0.0, 0.0, 0.0, None, asked=True)
LABELLED = Tumour(1.0, 0.0, 0.0, None, asked=True)


def test_heat_without_a_tumour_is_refused() -> None:
    asked = AugmentationOptions(heat="radiofrequency")
    with pytest.raises(PlanError, match="nothing shows a tumour"):
        heating.check(asked, {}, NOTHING)
    heating.check(asked, {}, Tumour(0.0, 0.0, 0.0, "metastasis", asked=True))


def test_numbers_of_heat_without_heat_are_refused() -> None:
    with pytest.raises(PlanError, match="heat_after_s"):
        heating.check(AugmentationOptions(), {"heat_after_s": 30.0}, LABELLED)
    heating.check(AugmentationOptions(), {"cement_voxel_mm": 2.0}, LABELLED)
