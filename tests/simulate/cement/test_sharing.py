"""Load on the bodies beside a filled one: what must hold, what is unknown, and how large it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plain_vertebra import make_vertebra
from tests.vertebra_load_truth import DISC_MM, POROUS_HU, fill, surround

from seldinger.anatomy.vertebra import NextBodies
from seldinger.core.errors import SimulationError
from seldinger.core.verdict import Status
from seldinger.evidence import driving_value
from seldinger.plan.treatments.augmentation import load_table
from seldinger.simulate.cement import measures
from seldinger.simulate.cement.sharing import NextLoad, SharingResult, compare_sharing

COARSE = (3.0, 1.5)
PLAIN = make_vertebra(spongy_hu=POROUS_HU)


@pytest.fixture(scope="module")
def filled() -> SharingResult:
    return compare_sharing(PLAIN, surround(PLAIN), fill(PLAIN, 0.5), voxel_mm=COARSE)


def test_what_is_symmetric_shares_alike(filled: SharingResult) -> None:
    above, below = filled.above, filled.below
    assert (above.level, below.level) == ("T12", "L2")
    assert above.disc_mm == below.disc_mm == pytest.approx(DISC_MM, abs=COARSE[1])
    for name in ("pressure", "stress", "energy"):
        up, down = getattr(above, name), getattr(below, name)
        assert up.nominal == pytest.approx(down.nominal, abs=5e-4)
        assert up.p95 == pytest.approx(down.p95, abs=2e-3)
        assert up.p05 <= up.nominal <= up.p95


def test_without_cement_nothing_changes_at_all() -> None:
    none = compare_sharing(PLAIN, surround(PLAIN), fill(PLAIN, 0.0), voxel_mm=COARSE)
    ratios = {value for case in none.by_case.values() for value in case.values()}
    assert ratios == {1.0}


def test_it_is_as_large_as_published_by_order(filled: SharingResult) -> None:
    """Rohlmann's 2.4 % under one load; Baroud's 11 % stiffer, and an endplate that is held."""
    pressure = filled.above.pressure
    assert pressure is not None
    published = 0.01 * driving_value("vertebra.load.cement.rohlmann")
    assert 0.3 * published < pressure.nominal - 1.0 < 3.0 * published
    segment = 0.01 * driving_value("vertebra.load.cement.baroud.segment")
    assert 0.3 * segment < filled.stiffness.nominal - 1.0 < segment
    assert filled.above.own_bulge is not None
    assert abs(filled.above.own_bulge.nominal) < 0.15


def test_stiffer_discs_and_softer_fractures_move_more(filled: SharingResult) -> None:
    excess = {name: case["pressure above"] - 1.0 for name, case in filled.by_case.items()}
    assert excess["disc of matrix alone"] < excess["nominal"] < excess["stiff disc"]
    assert excess["softened cement"] < excess["nominal"] < excess["softer fracture"]
    assert filled.stamp
    assert "whole load" in filled.notes[0]


def test_a_turned_spine_shares_alike(filled: SharingResult) -> None:
    turned = make_vertebra(spongy_hu=POROUS_HU, order=(1, 2, 0))
    other = compare_sharing(turned, surround(turned), fill(turned, 0.5), voxel_mm=COARSE)
    assert other.by_case["nominal"] == pytest.approx(filled.by_case["nominal"], abs=2e-3)


def test_a_neighbour_that_is_not_known_is_not_assessed(filled: SharingResult) -> None:
    beside = replace(surround(PLAIN), above="T12 is cut by the scan")
    half = compare_sharing(PLAIN, beside, fill(PLAIN, 0.5), voxel_mm=COARSE)
    assert half.above.pressure is None
    assert half.above.why_unknown == "T12 is cut by the scan"
    assert half.below.pressure is not None
    assert filled.below.pressure is not None
    assert half.below.pressure.nominal == pytest.approx(filled.below.pressure.nominal, abs=0.01)
    assert any("plate stands in its place" in one for one in half.notes)
    (table,) = load_table.list_loads(PLAIN, half)
    assert table.rows[0][1] == "not assessed: T12 is cut by the scan"
    assert table.rows[0][2].startswith("+")
    told = {one.id: one.value for one in measures.list_loads(half)}
    assert told["load-above"] is None
    assert told["load-below"] == half.below.pressure


def test_no_neighbour_and_no_disc_are_refused() -> None:
    nobody = NextBodies("T12 is not labelled", "L2 is cut by the scan")
    with pytest.raises(SimulationError, match="T12 is not labelled; L2 is cut"):
        compare_sharing(PLAIN, nobody, fill(PLAIN, 0.5), voxel_mm=COARSE)
    with pytest.raises(SimulationError, match="no disc of 3 mm shows between L1 and T12"):
        compare_sharing(PLAIN, surround(PLAIN, 0.0), fill(PLAIN, 0.5), voxel_mm=COARSE)
    fused = replace(PLAIN, fused_with="T12")
    beside = replace(surround(PLAIN), below="L2 is not labelled")
    with pytest.raises(SimulationError, match="T12 is not apart from L1"):
        compare_sharing(fused, beside, fill(PLAIN, 0.5), voxel_mm=COARSE)
    with pytest.raises(SimulationError, match="disc_factor"):
        compare_sharing(PLAIN, beside, fill(PLAIN, 0.5), {"disc_factor": 50.0})


def test_a_finding_tells_both_sides_and_what_is_not_known(filled: SharingResult) -> None:
    both = load_table.tell_load(filled, "")
    assert both.status is Status.MET
    assert "towards T12 and +" in both.text
    assert "[rohlmann2006]" in both.text
    half = replace(filled, above=NextLoad("", "T12 is not labelled"))
    one = load_table.tell_load(half, "")
    assert one.status is Status.UNKNOWN
    assert "not assessed: T12 is not labelled" in one.text


def test_nothing_is_told_where_nothing_was_assessed() -> None:
    none = load_table.tell_load(None, "load on the neighbours was not assessed: no labels")
    assert none.status is Status.UNKNOWN
    assert none.text.startswith("Load on the neighbours was not assessed: no labels.")
    assert load_table.list_loads(PLAIN, None) == ()
    assert [one.value for one in measures.list_loads(None)] == [None] * 3
