"""Labels name the traced arteries, also where one follows another without a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seldinger import demo, plan
from seldinger.anatomy import build
from seldinger.anatomy.vessels.patient import trace_arteries

if TYPE_CHECKING:
    from seldinger.anatomy.model import Anatomy


@pytest.fixture(scope="module")
def traced() -> Anatomy:
    return trace_arteries(build(demo.vascular_patient(voxel_mm=1.5).study))


def test_an_edge_is_cut_where_its_label_changes(traced: Anatomy) -> None:
    assert traced.vessels is not None
    lengths = {edge.name: edge.curve.length_mm for edge in traced.vessels.edges}
    for side in ("left", "right"):
        assert 30.0 <= lengths[f"{side} common femoral artery"] <= 45.0
        assert 95.0 <= lengths[f"{side} external iliac artery"] <= 125.0


def test_a_way_in_from_the_groin_is_found_in_labels_alone(traced: Anatomy) -> None:
    made = plan.propose("stent", traced, "right common iliac artery")
    assert "right-femoral" in {route.site for route in made.approach.routes}
