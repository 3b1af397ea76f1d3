"""Cement in real vertebrae: a lumbar one in 3 mm, thoracic ones in 2.5 mm, and what that allows.

The labels are model output: needles are held to them, not to a truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.real.scans import ABDOMEN, CHEST

from seldinger.core.errors import AnatomyError
from seldinger.core.verdict import Status
from seldinger.plan import Settings, propose
from seldinger.plan.model import PlanStatus

if TYPE_CHECKING:
    from tests.real.scans import Scans

    from seldinger.plan import Plan

pytestmark = pytest.mark.real

COARSE = Settings(assume={"cement_voxel_mm": 2.0, "cement_runs": 2.0})
WHERE = {"L3": ABDOMEN, "T8": CHEST}


@pytest.fixture(params=WHERE)
def made(request: pytest.FixtureRequest, scans: Scans) -> Plan:
    scan, level = WHERE[request.param], request.param
    return scans.keep(
        scan, level, lambda: propose("vertebroplasty", scans.build(scan), level, settings=COARSE)
    )


def test_a_needle_keeps_to_its_pedicle_and_what_voxels_cannot_show_is_unknown(
    made: Plan,
) -> None:
    told = {one.id: one for one in made.findings}
    assert made.verdict.status is PlanStatus.UNKNOWN
    assert made.placements
    assert made.effect is not None
    # The scan was made supine, and too coarse for a cortex.
    assert told["position"].status is Status.UNKNOWN
    assert told["cortex"].status is Status.UNKNOWN
    assert made.effect.outside_domain
    assert told["canal"].status is Status.MET
    assert told["level"].status is Status.MET
    for one in made.effect.structures:
        (measure,) = one.measures
        assert 1.0 <= (measure.nominal or 0.0) <= 12.0, one.structure
    pedicles = [told[name] for name in told if name.startswith("pedicle-")]
    assert len(pedicles) == len(made.placements)
    # A wall of a millimetre or two is less than half a voxel or so: nobody can tell.
    if made.target.label == "T8":
        assert all(one.status is Status.UNKNOWN for one in pedicles)
    assert {m.id: m.nominal for m in made.effect.measures}["leak-canal"] is None
    if made.target.label == "L3":
        with pytest.raises(AnatomyError, match="L3"):
            propose("vertebroplasty", made.anatomy, "T4", settings=COARSE)
