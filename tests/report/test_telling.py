"""What a prompt and a notebook say of a patient: short, and nothing of who it is."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.ablated import figures
from tests.report import ablation_phantom
from tests.studies import with_planning

from seldinger import report
from seldinger.core.errors import PlanError
from seldinger.core.formatting import LONGEST
from seldinger.core.volume import LabelEntry, LabelMap
from seldinger.image.study import DicomIdentity
from seldinger.plan.model import PlanStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.model import Anatomy
    from seldinger.plan.model import Plan


def records(value: Any) -> Iterator[Any]:
    """Every dataclass within ``value``, itself included."""
    if is_dataclass(value):
        yield value
        for one in fields(value):
            yield from records(getattr(value, one.name))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from records(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from records(one)


@pytest.fixture(scope="module")
def ablated(plan: Plan) -> Plan:
    return ablation_phantom.ablated(plan)


def test_no_record_fills_the_screen(plan: Plan, ablated: Plan) -> None:
    labels = LabelMap(
        (np.zeros(plan.anatomy.grid.shape, dtype=np.uint8),),
        tuple(LabelEntry(f"raw_{n}", n) for n in range(1, 100)),
        plan.anatomy.grid,
    )
    found = [*records(plan), *records(ablated), labels]
    assert {"Study", "Anatomy", "Plan", "Effect", "Grid", "Volume", "Path"} <= {
        type(one).__name__ for one in found
    }
    long = {type(one).__name__: len(repr(one)) for one in found if len(repr(one)) > LONGEST}
    assert not long


def test_a_record_says_what_it_is(plan: Plan, blocked: Plan, anatomy: Anatomy) -> None:
    assert "biopsy of tumour-1: unknown" in repr(plan)
    assert "nearest ribs 5.2 mm" in repr(plan)
    assert "no path" in repr(blocked)
    assert "64 x 64 x 64 voxels of 3 x 3 x 3 mm" in repr(anatomy)
    assert "supine (assumed)" in repr(anatomy.study)


def test_a_notebook_page_is_escaped_and_small(plan: Plan, anatomy: Anatomy) -> None:
    odd = replace(plan, target=replace(plan.target, label="<script>x</script>"))
    for one in (odd, anatomy, anatomy.study):
        page = one._repr_html_()
        assert page.startswith("<table>")
        assert "<script>" not in page
        assert len(page) < 8000
    assert "portal_vein" in anatomy._repr_html_()


def test_who_the_patient_is_stands_nowhere(anatomy: Anatomy) -> None:
    identity = DicomIdentity("1.2.3", "1.2.4", "1.2.5", (), patient_name="Quux^Jane")
    study = with_planning(anatomy.study, identity=identity)
    for one in (study, replace(anatomy, study=study)):
        assert "Quux" not in repr(one) + one._repr_html_()


def test_a_summary_is_one_flat_row(plan: Plan, blocked: Plan, ablated: Plan) -> None:
    rows = [one.summarize() for one in (plan, blocked, ablated)]
    assert tuple(rows[0]) == tuple(rows[1])
    assert set(rows[0]) < set(rows[2])
    assert json.loads(json.dumps(rows))[0]["verdict"] == PlanStatus.UNKNOWN
    first, none, heated = rows
    assert (first["nearest"], first["nearest_mm"]) == ("ribs", 5.2)
    assert (first["p_touch_worst_structure"], first["p_touch_worst"]) == ("portal_vein", 0.1432)
    assert none["depth_mm"] is None
    assert none["reasons"] == blocked.verdict.reasons
    margin = figures(ablated).minimal_margin_mm
    assert heated["minimal_ablative_margin_p05_mm"] == margin.p05
    assert heated["minimal_ablative_margin_asked_mm"] == 5.0
    assert heated["complete_ablation"] == 0.915


def test_a_summary_takes_the_worst_of_all_probes(ablated: Plan) -> None:
    first = ablated.taken[0]
    way = replace(
        first,
        clearances_mm={"colon": 0.4},
        probability=replace(first.probability, touch={"colon": 0.9}),
    )
    ways = (*ablated.approach.paths, way)
    last = replace(ablated.placements[0], route=len(ways) - 1)
    worse = replace(
        ablated,
        approach=replace(ablated.approach, paths=ways),
        placements=(*ablated.placements, last),
    )
    told = worse.summarize()
    assert (told["nearest"], told["nearest_mm"]) == ("colon", 0.4)
    assert (told["p_touch_worst_structure"], told["p_touch_worst"]) == ("colon", 0.9)
    assert told["placements"] == len(ablated.placements) + 1


def test_a_picture_is_asked_for_by_its_name(plan: Plan, blocked: Plan, ablated: Plan) -> None:
    assert report.list_figures(blocked) == ("target",)
    assert set(report.list_figures(plan)) >= {"needle", "axial", "needles-eye", "skin"}
    heated = {"zone", "needle", "margin-map", "temperature", "uncertainty", "probe-1", "skin"}
    assert set(report.list_figures(ablated)) >= heated
    for name in ("Needle's eye", "NEEDLES_EYE", "needles-eye"):
        assert len(report.draw_figure(plan, name).axes) == 3
    assert isinstance(report.draw_figure(ablated, "curves"), Figure)


@pytest.mark.parametrize("name", ["neddle", "zone", "margin-map", "path-9", ""])
def test_a_picture_that_there_is_not_is_refused_with_those_there_are(plan: Plan, name: str) -> None:
    with pytest.raises(PlanError, match="there are: needle, path-2"):
        report.draw_figure(plan, name)
