"""Stents: length by diameter, which size fits, several in a row, and the lumen they leave."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger.core.shapes import Curve
from seldinger.physics.structure.balloon import ComplianceChart, Draws, Expansion, Shortfall
from seldinger.physics.structure.lumen import Lumen
from seldinger.physics.structure.scaffold import BalloonOpening, SelfOpening, deploy
from seldinger.physics.structure.sizing import (
    SizingRule,
    check_landing,
    choose_stents,
    describe_choice,
    measure_landing,
)
from seldinger.physics.structure.stent import (
    BalloonExpandableStent,
    Braid,
    Foreshortening,
    PlacedStent,
    SelfExpandingStent,
    find_size,
    place_stent,
)

ALONG = np.linspace(0.0, 300.0, 601)
EVEN = Foreshortening(0.0, 0.3)
RULE = SizingRule(5.0, 25.0, "%", 25.0, 10.0, 5.0, 3, "test")
SHELF = tuple(
    SelfExpandingStent(wide, long, EVEN) for wide in (6.0, 7.0, 8.0) for long in (40.0, 60.0, 100.0)
)
DRAWS = Draws(200, 5)
OPENING = SelfOpening(NormalDist(0.85, 0.05), "test")


def vessel(wide: float = 6.0, least: float = 1.8, half: float = 20.0, at: float = 150.0) -> Lumen:
    inside = np.abs(ALONG - at) <= half
    return Lumen.from_discs(ALONG, np.where(inside, least, wide))


def healthy(wide: float = 6.0) -> Lumen:
    return Lumen.from_discs(ALONG, np.full(ALONG.shape, wide))


@given(st.floats(5.0, 80.0), st.floats(0.05, 1.0))
def test_a_braid_keeps_its_wires(angle: float, opening: float) -> None:
    # One turn of a wire, unrolled: length of the axis and of the turn make the wire.
    turn = math.tan(math.radians(angle))
    length = float(Braid(angle).length_ratio(np.array([opening]))[0])
    assert math.hypot(length, turn * opening) == pytest.approx(math.hypot(1.0, turn))


def test_a_braid_opens_no_further_than_its_wires() -> None:
    with pytest.raises(ValueError, match="wires are too short"):
        Braid(60.0).length_ratio(np.array([1.2]))
    with pytest.raises(ValueError, match="between 0 and 90"):
        Braid(90.0)


def test_a_cut_stent_loses_what_is_told() -> None:
    cut = Foreshortening(10.0, 0.25)
    assert cut.length_ratio(np.array([1.0])) == pytest.approx(1.0)
    assert cut.length_ratio(np.array([0.25])) == pytest.approx(1.0 / 0.9)
    with pytest.raises(ValueError, match="less than 100 %"):
        Foreshortening(100.0, 0.3)


def test_a_stent_held_narrow_reaches_further() -> None:
    braided = SelfExpandingStent(8.0, 60.0, Braid(55.0))
    free = place_stent(braided, healthy(8.0), 20.0)
    held = place_stent(braided, healthy(6.0), 20.0)
    ratio = float(Braid(55.0).length_ratio(np.array([0.75]))[0])
    assert free.covered_mm == pytest.approx(60.0)
    assert held.covered_mm == pytest.approx(60.0 * ratio)
    # Through a narrowing, each stretch counts by its own width.
    mixed = place_stent(braided, vessel(8.0, 4.0), 120.0)
    assert free.covered_mm < mixed.covered_mm
    with pytest.raises(ValueError, match="ends beyond"):
        place_stent(braided, healthy(), 280.0)
    with pytest.raises(ValueError, match="cannot begin"):
        place_stent(braided, healthy(), -1.0)


def test_a_size_that_there_is_not_names_the_nearest() -> None:
    assert find_size(7.0, 60.0, SHELF).length_mm == 60.0
    with pytest.raises(ValueError, match="nearest is 7 x 60 mm"):
        find_size(7.0, 70.0, SHELF)
    with pytest.raises(ValueError, match="no sizes"):
        find_size(7.0, 60.0, ())


def test_the_shortest_single_stent_that_covers_is_taken_and_centred() -> None:
    found = choose_stents(healthy(), (130.0, 170.0), RULE, SHELF)
    (one,) = found.placed
    assert (one.stent.nominal_mm, one.stent.length_mm) == (7.0, 60.0)
    assert (one.from_mm, one.to_mm) == pytest.approx((120.0, 180.0))
    assert found.coverage_percent == pytest.approx(100.0)
    assert found.landing_mm == pytest.approx((10.0, 10.0))
    assert found.oversize_area_percent == pytest.approx((100.0 / 6.0,) * 2)
    longer = choose_stents(healthy(), (140.0, 170.0), RULE, SHELF)
    assert longer.landing_mm == pytest.approx((15.0, 15.0))


def test_a_long_lesion_takes_the_fewest_and_shortest_that_overlap() -> None:
    # 210 mm with their landing: 100, 60 and 60 mm that overlap twice by 5 mm, and no more.
    found = choose_stents(healthy(), (50.0, 240.0), RULE, SHELF)
    assert [p.stent.length_mm for p in found.placed] == [100.0, 60.0, 60.0]
    gaps = [a.to_mm - b.from_mm for a, b in pairwise(found.placed)]
    assert gaps == pytest.approx([5.0, 5.0])
    assert (found.placed[0].from_mm, found.placed[-1].to_mm) == pytest.approx((40.0, 250.0))
    # What is too much lies on both sides.
    more = choose_stents(healthy(), (60.0, 240.0), RULE, SHELF)
    assert more.landing_mm == pytest.approx((15.0, 15.0))
    with pytest.raises(ValueError, match="at most 2 stents"):
        choose_stents(healthy(), (50.0, 240.0), replace(RULE, most_stents=2), SHELF)
    with pytest.raises(ValueError, match="gap"):
        describe_choice(
            [PlacedStent(SHELF[0], 40.0, 80.0), PlacedStent(SHELF[0], 90.0, 130.0)], (50.0, 120.0),
            found.zones, RULE,
        )  # fmt: skip


def test_larger_than_the_edge_of_the_vessel_allows_is_refused() -> None:
    lumen = healthy()
    zone = measure_landing(lumen, (130.0, 170.0), 10.0)[0]
    strict = replace(RULE, most_perimeter_percent=10.0)
    with pytest.raises(ValueError, match=r"6\.30 to 6\.60 mm are allowed"):
        check_landing(SHELF[3], zone, strict)
    check_landing(SHELF[3], zone, RULE)
    # An oval vessel has more edge than a round one of its area.
    oval = Lumen(ALONG, np.full(ALONG.shape, 6.0), np.full(ALONG.shape, 6.6))
    check_landing(SHELF[3], measure_landing(oval, (130.0, 170.0), 10.0)[0], strict)
    with pytest.raises(ValueError, match=r"nearest there is, 7 mm, is too large"):
        choose_stents(lumen, (130.0, 170.0), strict, SHELF[3:])


@given(st.floats(4.0, 9.0), st.floats(1.0, 1.3))
def test_no_choice_ever_passes_the_perimeter(wide: float, edge: float) -> None:
    lumen = Lumen(ALONG, np.full(ALONG.shape, wide), np.full(ALONG.shape, wide * edge))
    try:
        found = choose_stents(lumen, (130.0, 170.0), RULE, SHELF)
    except ValueError:
        return
    assert max(found.oversize_perimeter_percent) <= RULE.most_perimeter_percent + 1e-6
    low, high = RULE.least, RULE.most
    assert all(low - 1e-6 <= one <= high + 1e-6 for one in found.oversize_area_percent)


def test_landing_zones_that_differ_too_much_are_named() -> None:
    tapered = Lumen.from_discs(ALONG, 8.0 - 0.01 * ALONG)
    zones = measure_landing(tapered, (100.0, 200.0), 10.0)
    assert [z.area_diameter_mm for z in zones] == pytest.approx([7.05, 5.95])
    with pytest.raises(ValueError, match="two diameters"):
        choose_stents(Lumen.from_discs(ALONG, 8.0 - 0.012 * ALONG), (50.0, 250.0), RULE, SHELF)
    with pytest.raises(ValueError, match="follow the vessel further"):
        measure_landing(tapered, (5.0, 200.0), 10.0)
    with pytest.raises(ValueError, match="from less to more"):
        measure_landing(tapered, (200.0, 100.0), 10.0)


def test_millimetres_are_a_rule_as_well() -> None:
    plus_one = replace(RULE, least=0.5, most=1.5, unit="mm")
    found = choose_stents(healthy(), (130.0, 170.0), plus_one, SHELF)
    assert found.placed[0].stent.nominal_mm == 7.0


def test_a_self_expanding_stent_opens_towards_the_healthy_vessel() -> None:
    lumen = vessel()
    placed = choose_stents(healthy(), (130.0, 170.0), RULE, SHELF).placed
    whole = deploy(lumen, placed, 6.0, SelfOpening(NormalDist(1.0, 0.0), "test"), DRAWS)
    assert whole.after.area_diameter_mm == pytest.approx(6.0)
    part = deploy(lumen, placed, 6.0, OPENING, DRAWS)
    left = 1.8 + 0.85 * 4.2
    assert part.residual.least_diameter_mm.nominal == pytest.approx(left)
    assert part.residual.percent_diameter.nominal == pytest.approx(100.0 * (1.0 - left / 6.0))
    assert part.residual.percent_diameter.p05 < part.residual.percent_diameter.p95
    # Smaller than the vessel, it opens to its own diameter only.
    small = [PlacedStent(SelfExpandingStent(5.0, 60.0, EVEN), 120.0, 180.0)]
    narrow = deploy(lumen, small, 6.0, SelfOpening(NormalDist(1.0, 0.0), "test"), DRAWS)
    assert narrow.residual.least_diameter_mm.nominal == pytest.approx(5.0)


def test_a_stent_on_a_balloon_is_as_wide_as_that_less_recoil() -> None:
    chart = ComplianceChart((8.0, 14.0), (6.0, 6.6), 14.0)
    stent = BalloonExpandableStent(6.0, 60.0, EVEN, chart, 6.5)
    placed = [PlacedStent(stent, 120.0, 180.0)]
    loss = Expansion(
        Shortfall(NormalDist(0.0, 0.0), "mm", "test"), Shortfall(NormalDist(5.0, 1.0), "%", "test")
    )
    found = deploy(vessel(), placed, 6.0, BalloonOpening(8.0, loss), DRAWS)
    assert found.residual.percent_diameter.nominal == pytest.approx(5.0)
    assert found.after.area_diameter_mm.max() == pytest.approx(6.0)
    with pytest.raises(ValueError, match="may be opened to"):
        deploy(vessel(), placed, 6.0, BalloonOpening(14.0, loss), DRAWS)
    with pytest.raises(ValueError, match="is not opened by"):
        deploy(vessel(), placed, 6.0, OPENING, DRAWS)
    with pytest.raises(ValueError, match="at least so far"):
        replace(stent, most_mm=5.0)


def test_several_stents_cover_once_what_they_share() -> None:
    lumen = vessel(half=90.0)
    placed = choose_stents(healthy(), (60.0, 240.0), RULE, SHELF).placed
    found = deploy(lumen, placed, 6.0, OPENING, DRAWS)
    assert found.overlap_mm == pytest.approx((5.0,) * (len(placed) - 1))
    assert found.scaffolded_mm == pytest.approx(placed[-1].to_mm - placed[0].from_mm)
    assert found.residual.least_diameter_mm.nominal == pytest.approx(1.8 + 0.85 * 4.2)


def test_what_is_not_covered_stays_narrow() -> None:
    lumen = vessel(half=40.0)
    found = deploy(lumen, [PlacedStent(SHELF[3], 130.0, 170.0)], 6.0, OPENING, DRAWS)
    assert found.residual.percent_diameter.nominal == pytest.approx(70.0)
    with pytest.raises(ValueError, match="at least one"):
        deploy(lumen, [], 6.0, OPENING, DRAWS)
    with pytest.raises(ValueError, match="known at 2 places"):
        deploy(
            lumen.read(np.linspace(0.0, 300.0, 13)), [PlacedStent(SHELF[3], 140.0, 180.0)], 6.0,
            OPENING, DRAWS,
        )  # fmt: skip


def test_the_changed_lumen_goes_back_to_the_flow_as_a_curve() -> None:
    line = Curve(np.stack([ALONG, 0.0 * ALONG, 0.0 * ALONG], axis=1), np.full(ALONG.shape, 3.0))
    placed = choose_stents(healthy(), (130.0, 170.0), RULE, SHELF).placed
    found = deploy(vessel(), placed, 6.0, OPENING, DRAWS)
    curve = found.after.to_curve(line)
    assert curve.length_mm == pytest.approx(300.0)
    assert curve.radius_mm is not None
    assert curve.radius_mm.min() == pytest.approx(0.5 * (1.8 + 0.85 * 4.2))


def test_a_rule_without_a_source_is_none() -> None:
    with pytest.raises(ValueError, match="source"):
        replace(RULE, source=" ")
    with pytest.raises(ValueError, match="passes the most"):
        replace(RULE, least=30.0)
    with pytest.raises(ValueError, match="are positive"):
        replace(RULE, landing_mm=0.0)
    with pytest.raises(ValueError, match="mean share"):
        SelfOpening(NormalDist(1.2, 0.1), "test")
