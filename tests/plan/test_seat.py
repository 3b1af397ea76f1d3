"""An introducer stands beyond pleura or capsule at the near edge, or the plan says it cannot."""

from __future__ import annotations

from itertools import product

import pytest
from tests.plan import treatment_phantom as phantom
from tests.plan.treatment_phantom import needle_logic

from seldinger import catalogue
from seldinger.anatomy.model import Kind
from seldinger.catalogue.model import CoreNeedle
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.biopsy import seat as seats
from seldinger.plan.treatments.biopsy.choice import choose_introducer, compute_shot
from seldinger.procedures.biopsy import PROCEDURE

NEEDLES = [n for n in catalogue.devices(CoreNeedle) if choose_introducer(n)]
WANTED_MM = 3.0


def test_the_law_of_every_pair() -> None:
    """Whatever pair and lesion: never deeper than the notch allows, and the stop adds up."""
    sizes = (5.0, 10.0, 25.0, 60.0, 120.0)
    for needle, size_mm, cover_mm in product(NEEDLES, sizes, (0.0, 2.0, 10.0, 50.0)):
        pair = choose_introducer(needle)
        assert pair is not None
        fired = compute_shot(needle, 0.0)
        near = -size_mm / 2.0
        found = seats.Edges(near - cover_mm, near)
        made = seats.place_introducer(fired, needle, pair, found, WANTED_MM)
        longer = needle.usable_mm - pair.usable_mm
        assert made.at_mm <= fired.tip_before_mm
        assert made.stop_mm >= 0.0
        assert made.at_mm + longer - made.stop_mm == pytest.approx(fired.tip_after_mm)
        assert made.kept == (made.at_mm >= near - cover_mm + WANTED_MM)
        room = near <= fired.tip_before_mm and fired.tip_after_mm - near <= longer
        if room and cover_mm >= WANTED_MM:
            assert made.at_mm == near  # at the near edge wherever needle and notch allow it


@pytest.mark.parametrize(
    # lung begins 10 mm under the skin; a 20 mm nodule, its middle this deep in the lung
    ("deep_mm", "status"),
    [(40.0, Status.MET), (13.0, Status.MET), (10.0, Status.NOT_MET)],
)
def test_the_tip_stays_in_the_lung_or_the_plan_says_what_can(
    deep_mm: float, status: Status
) -> None:
    goal = phantom.target(10.0 + deep_mm, 20.0, "left lung")
    lung = phantom.thing("left lung", Kind.LUNG, phantom.box((0, 30, 0), (500, 500, 500)))
    case = phantom.case(PROCEDURE, goal, (lung,))
    instrument = needle_logic(PROCEDURE).list_instruments(case)[0]
    made = needle_logic(PROCEDURE).conclude(
        case, instrument, phantom.approach(phantom.path(case.target))
    )
    said = next(f for f in made.findings if f.id == "introducer-seat")
    assert said.status is status
    if status is Status.MET:
        tip = made.treatment.settings["introducer_depth_mm"]
        assert isinstance(tip, float)
        assert tip >= 10.0 + WANTED_MM - 1.0
    else:
        assert said.severity is Severity.ACTION
        assert "These can: core-20g" in said.text


def test_where_the_organ_begins_unknown_is_not_kept() -> None:
    case = phantom.case(PROCEDURE, phantom.target(60.0, 30.0, None))
    instrument = needle_logic(PROCEDURE).list_instruments(case)[0]
    made = needle_logic(PROCEDURE).conclude(
        case, instrument, phantom.approach(phantom.path(case.target))
    )
    said = next(f for f in made.findings if f.id == "introducer-seat")
    assert said.status is Status.UNKNOWN
