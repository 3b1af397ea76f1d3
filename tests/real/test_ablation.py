"""Ablation in a real liver: a tumour too large to ablate, and three points that are not.

Only placement scatters: the runs beside a plan are the same computation everywhere.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.ablated import parts
from tests.demo_plans import STILL
from tests.real.scans import LIVER

from seldinger.anatomy import targets
from seldinger.core.space import gap_mm
from seldinger.core.verdict import Severity, Status
from seldinger.plan import Settings, propose
from seldinger.plan.model import PlanStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.scans import Scans

    from seldinger.anatomy import Anatomy
    from seldinger.plan import Plan

pytestmark = pytest.mark.real

PLACES = {
    # Read off distance maps of the liver and looked at: LPS mm, and how wide.
    "central": ((129.3, 155.3, 123.2), 22.0),
    "subcapsular": ((72.8, 191.3, 69.7), 25.0),
    "beside a vein": ((92.3, 155.3, 68.2), 25.0),
}
STILL_MICROWAVE = Settings(answers={"modality": "microwave"}, assume=STILL)


@pytest.fixture
def point(scans: Scans, liver: Anatomy) -> Callable[[str], Plan]:
    """A plan at a place, made once."""
    return lambda where: scans.keep(LIVER, where, lambda: _point(liver, where))


def _point(anatomy: Anatomy, where: str) -> Plan:
    goal = targets.from_sphere(anatomy, *PLACES[where], "tumour")
    return propose("ablation", anatomy, goal, settings=STILL_MICROWAVE)


EACH = [
    where if where == "central" else pytest.param(where, marks=pytest.mark.slow) for where in PLACES
]


@pytest.fixture(params=EACH)
def plan(request: pytest.FixtureRequest, point: Callable[[str], Plan]) -> Plan:
    return point(request.param)


def finding(made: Plan, name: str) -> tuple[Status, Severity, str]:
    (found,) = [f for f in made.findings if f.id == name]
    return found.status, found.severity, found.text


@pytest.mark.slow
def test_the_large_tumour_at_a_vein_is_unsuitable_and_best_cover_is_shown(liver: Anatomy) -> None:
    made = propose("ablation", liver, "livertumor2", settings=STILL_MICROWAVE)
    found, effect = parts(made)
    assert made.target.volume_ml == pytest.approx(78.6, abs=0.5)
    assert made.verdict.status is PlanStatus.UNSUITABLE
    status, severity, text = finding(made, "size")
    assert (status, severity) == (Status.NOT_MET, Severity.STOP)
    assert "Beyond every published size" in text
    assert finding(made, "heat-sink")[0] is Status.NOT_MET
    assert 0.4 < found.coverage_target < 0.95
    assert found.coverage_probability < 0.05
    assert made.placements
    assert effect.zone.any()


def test_every_probe_has_its_own_free_way_and_keeps_off_the_others(plan: Plan) -> None:
    assert plan.placements
    shafts = []
    for probe, way in zip(plan.placements, plan.taken, strict=True):
        assert way.violations == ()
        assert way.unidentified_mm <= 2.0
        assert way.target_lps_mm == probe.tip_lps_mm
        shafts.append((np.asarray(probe.tip_lps_mm), np.asarray(way.entry_lps_mm)))
    for one, other in combinations(shafts, 2):
        assert gap_mm(one, other) >= 3.0


def test_the_zone_is_of_a_size_that_one_placement_makes(plan: Plan) -> None:
    found, effect = parts(plan)
    assert 15.0 < found.zone_volume_ml < 80.0
    assert found.ml_per_kj is not None
    assert found.ml_per_kj <= 1.2
    if len(plan.placements) == 1:
        assert found.zone_axes_mm[2] <= 45.0
    # The block is read one cell a millilitre at a time: the sum is the volume.
    assert float(effect.zone.sum()) / 1000.0 == pytest.approx(found.zone_volume_ml, rel=0.05)


def test_the_tumour_dies_and_the_spread_is_wider_than_nothing(plan: Plan) -> None:
    found, effect = parts(plan)
    assert found.coverage_target > 0.999
    margin = found.minimal_margin_mm
    assert margin.p05 < margin.p50 < margin.p95
    assert 0.0 <= found.coverage_probability <= 1.0
    assert sum(found.variance.values()) == pytest.approx(1.0)
    assert effect.kill_probability.min() >= 0.0
    assert effect.kill_probability.max() <= 1.0


@pytest.mark.slow
def test_only_the_vein_leaves_its_mark(liver: Anatomy, point: Callable[[str], Plan]) -> None:
    """The margin is whole in the middle, and too thin where a vein runs along the tumour."""
    central, vein = (parts(point(w))[0] for w in ("central", "beside a vein"))
    # 5 mm are asked; a quarter of a cell less is not worth another applicator.
    assert central.minimal_margin_mm.nominal >= 4.75
    assert vein.minimal_margin_mm.nominal < 4.0
    assert " 0 mm from the tumour" not in finding(point("central"), "heat-sink")[2]
    assert " 0 mm from the tumour" in finding(point("beside a vein"), "heat-sink")[2]
    assert finding(point("beside a vein"), "heat-sink")[0] is Status.NOT_MET
    _, effect = parts(point("beside a vein"))
    veins = liver.get_structure("portal vein").mask | liver.get_structure("venous system").mask
    index = np.rint(liver.grid.to_index(effect.grid.to_lps(np.argwhere(effect.zone)))).astype(int)
    assert veins[tuple(index.T)].mean() < 0.02


@pytest.mark.slow
def test_under_the_capsule_the_margin_is_told_apart(point: Callable[[str], Plan]) -> None:
    made = point("subcapsular")
    found, effect = parts(made)
    assert found.subcapsular_margin_mm is not None
    assert 0.02 < effect.subcapsular.mean() < 0.9
    assert finding(made, "outside-organ")[0] is Status.NOT_MET


def test_what_nobody_segmented_is_unknown(plan: Plan) -> None:
    found, _ = parts(plan)
    unknown = {c.structure for c in found.at_risk if c.kept is None}
    assert {"bile ducts", "colon", "gallbladder", "diaphragm"} <= unknown
    assert plan.verdict.status is not PlanStatus.GO
