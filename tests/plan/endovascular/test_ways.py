"""Ways through vessels: the right end, the right way round, and what goes along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.arterial_tree import arterial_tree

from seldinger import catalogue
from seldinger.anatomy.vessels.lesions import find_segment
from seldinger.catalogue.access_sites import access_sites
from seldinger.catalogue.vascular import ClosureDevice, IntroducerSheath
from seldinger.core import Curve, Edge, Tree
from seldinger.plan.approach.endovascular.choose import find_puncture
from seldinger.plan.approach.endovascular.fit import choose_sheath, choose_wire, fit_closure
from seldinger.plan.approach.endovascular.way import VesselWay, find_way, measure_turning

if TYPE_CHECKING:
    from seldinger.anatomy.model import Segment

TREE = arterial_tree()


def seek(site: str, lesion: Segment, towards: str) -> VesselWay | None:
    puncture = find_puncture(TREE, access_sites()[site])
    assert puncture is not None
    return find_way(TREE, puncture, lesion, towards)


def way(site: str, lesion: Segment, towards: str = "against-flow") -> VesselWay:
    found = seek(site, lesion, towards)
    assert found is not None
    return found


def test_the_same_groin_leads_up_and_the_other_over_the_bifurcation() -> None:
    lesion = find_segment(TREE, "right common iliac artery")
    near, far = (way(f"{side}-femoral", lesion) for side in ("right", "left"))
    assert near.against_flow
    assert not far.against_flow
    assert near.length_mm < far.length_mm
    assert near.vessels[:2] == ("right common femoral artery", "right external iliac artery")
    assert "aorta" not in near.vessels
    assert far.sharpest_deg > near.sharpest_deg
    assert near.curve.points_lps_mm[0][0] < 0.0, "the patient's right has negative x"


def test_a_sheath_points_one_way() -> None:
    thigh = find_segment(TREE, "left superficial femoral artery")
    assert way("left-femoral-antegrade", thigh, "with-flow").length_mm < 200.0
    assert seek("left-femoral", thigh, "against-flow") is None
    assert way("right-femoral", thigh).length_mm > 400.0


def test_the_way_ends_beyond_the_lesion_and_its_narrowest_lies_before() -> None:
    lesion = find_segment(TREE, "left renal artery")
    found = way("left-femoral", lesion)
    end = lesion.curve.points_at(lesion.to_mm)
    assert np.linalg.norm(found.curve.points_lps_mm[-1] - end) < 0.5
    assert found.length_mm == pytest.approx(found.to_lesion_mm + lesion.length_mm, abs=0.5)
    assert found.least_diameter_mm is not None
    assert found.least_diameter_mm > 5.0, "the lesion's own 1.8 mm do not count"


def test_turning_is_that_of_the_line_and_not_of_its_points() -> None:
    angle = np.linspace(0.0, np.pi / 2.0, 400)
    quarter = Curve(100.0 * np.column_stack([np.cos(angle), np.sin(angle), 0.0 * angle]))
    turning, sharpest = measure_turning(quarter)
    assert turning == pytest.approx(90.0, abs=3.5)
    assert sharpest == pytest.approx(np.degrees(0.3), abs=1.5)


def test_french_is_the_inner_size_of_a_sheath() -> None:
    groin, wrist = (choose_sheath(6.0, wrist=at, least_mm=0.0) for at in (False, True))
    assert groin is not None
    assert wrist is not None
    assert groin.french == wrist.french == 6.0
    assert wrist.wall == "thin"
    assert wrist.outer_diameter_mm < groin.outer_diameter_mm
    assert groin.outer_diameter_mm > 6.0 / 3.0, "outside it is thicker than its French"
    assert choose_sheath(30.0, wrist=False, least_mm=0.0) is None
    assert isinstance(catalogue.device(groin.id), IntroducerSheath)


def test_a_wire_is_as_long_as_way_and_shaft_together() -> None:
    short, long = choose_wire(0.889, 1100.0), choose_wire(0.889, 2000.0)
    assert short is not None
    assert long is not None
    assert 1100.0 <= short.usable_mm <= long.usable_mm
    assert choose_wire(0.889, 9000.0) is None


def test_where_the_labels_end_above_the_groin_the_way_begins_there_and_says_so() -> None:
    kept = tuple(e for e in TREE.edges if "right" not in e.name or "iliac" in e.name)
    used = sorted({n for e in kept for n in (e.start, e.end)})
    number = {node: n for n, node in enumerate(used)}
    edges = tuple(Edge(number[e.start], number[e.end], e.curve, e.name) for e in kept)
    tree = Tree(TREE.nodes_lps_mm[used], edges)
    site = access_sites()["right-femoral"]
    puncture = find_puncture(tree, site)
    assert puncture is not None
    assert tree.edges[puncture[0]].name == "right external iliac artery"
    assert puncture[1] == tree.edges[puncture[0]].curve.length_mm
    assert find_puncture(tree, access_sites()["right-radial"]) is None


def test_a_closure_device_fits_hole_and_artery_or_is_not_named() -> None:
    sites = access_sites()
    sheath = choose_sheath(6.0, wrist=False, least_mm=0.0)
    assert sheath is not None
    fits = fit_closure(sites["right-femoral"], sheath, 7.0)
    assert fits is not None
    device = catalogue.device(fits.device)
    assert isinstance(device, ClosureDevice)
    assert device.smallest_french <= 6.0 <= device.largest_french
    assert fit_closure(sites["right-radial"], sheath, 3.0) is None
    assert fit_closure(sites["right-femoral"], sheath, None) is None, "unknown, so nothing fits"


def test_knee_and_foot_are_sites_of_the_last_resort() -> None:
    sites = access_sites()
    assert {"left-popliteal", "left-dorsalis-pedis", "right-posterior-tibial"} <= set(sites)
    assert all(
        sites[f"left-{n}"].sets_out == "against-flow" for n in ("popliteal", "dorsalis-pedis")
    )
