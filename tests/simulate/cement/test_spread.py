"""The same plan several times: repeatable, within its ranges, and no probability."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plain_vertebra import make_needle, make_vertebra

from seldinger.anatomy.vertebra.model import Wall
from seldinger.core.errors import SimulationError
from seldinger.simulate.cement.exits import CANAL_BREAK
from seldinger.simulate.cement.inject import CementPlan, LeakStop, Viscosity
from seldinger.simulate.cement.measures import list_measures, list_notes, make_fields
from seldinger.simulate.cement.spread import CementSpread, RunShare, draw_runs, spread_cement

VERTEBRA = make_vertebra(breaks=(Wall.BACK,), height_mm=19.0)
NEEDLE = make_needle(VERTEBRA, 0.0, 7.0, -3.0)
PLAN = CementPlan(3.0, viscosity=Viscosity.LOW, stop_at_leak=LeakStop.NEVER)


@pytest.fixture(scope="module")
def spread() -> CementSpread:
    return spread_cement(VERTEBRA, [NEEDLE], PLAN, runs=4, seed=3)


def test_runs_scatter_around_the_plan(spread: CementSpread) -> None:
    leak = next(one for one in spread.leaks if one.name == CANAL_BREAK)
    assert leak.volume_ml is not None
    assert leak.volume_ml.p05 < leak.volume_ml.p95
    assert leak.leaked.runs == spread.runs == 4
    assert 0 <= leak.leaked.count <= spread.any_leak.count
    assert spread.both.count <= min(spread.upper.count, spread.lower.count)
    assert spread.fill_share.p05 <= spread.fill_share.nominal + 1e-3
    assert not spread.refused


def test_a_seed_repeats_and_another_does_not() -> None:
    first, again, other = (draw_runs(2, {}, 8, seed) for seed in (1, 1, 2))
    for name, values in first.items():
        assert (values == again[name]).all()
        assert (values != other[name]).any()
    marrow = first["marrow_viscosity_pa_s"]
    assert 0.044 <= marrow.min() < marrow.max() <= 0.142
    assert first["tips_mm"].shape == (8, 2, 3)


def test_what_was_edited_is_held() -> None:
    draws = draw_runs(1, {"viscosity_factor": 1.0, "tip_sd_mm": 0.0}, 8, 0)
    assert "viscosity_factor" not in draws
    assert not draws["tips_mm"].any()


def test_a_share_of_runs_says_what_it_is(spread: CementSpread) -> None:
    assert str(RunShare(3, 8)) == "3 of 8 runs of the model"
    assert str(RunShare(0, 0)) == "not known"
    assert RunShare(0, 0).share is None
    assert "not how likely" in spread.notes[0]


def test_unseen_breaks_stay_unknown() -> None:
    vertebra = make_vertebra(breaks=None, height_mm=19.0)
    done = spread_cement(vertebra, [NEEDLE], CementPlan(1.0), runs=2)
    assert done.leaks[-1].volume_ml is None
    assert str(done.leaks[-1].leaked) == "not known"
    measures = {one.id: one for one in list_measures(done.nominal, done)}
    assert measures["leak-breaks-of-the-cortex"].value is None


def test_runs_that_are_refused_are_told() -> None:
    edits = {"tip_sd_mm": 5.0, "tip_reach_mm": 0.0}
    edge = make_needle(VERTEBRA, 21.0, 0.0, 0.0)
    try:
        done = spread_cement(VERTEBRA, [edge], CementPlan(0.5), edits, runs=6)
    except SimulationError as wrong:
        assert "of 6 runs came to an end" in str(wrong)  # noqa: PT017  either answer is right
        return
    assert done.runs + len(done.refused) == 6
    assert done.refused
    assert any("were refused" in note for note in done.notes)


def test_one_run_has_no_spread() -> None:
    with pytest.raises(SimulationError, match="at least 2"):
        spread_cement(VERTEBRA, [NEEDLE], PLAN, runs=1)


def test_a_plan_takes_it_as_measures_and_fields(spread: CementSpread) -> None:
    measures = {one.id: one for one in list_measures(spread.nominal, spread)}
    assert measures["leak-break-back-towards-the-canal"].unit == "mL"
    assert measures["side-left"].at_most == 13.68
    assert measures["side-left"].kept is not None
    notes = list_notes(spread.nominal, spread)
    assert "no reason to expect none" in notes[0]
    assert len(set(notes)) == len(notes)
    fields = make_fields(spread.nominal)
    assert fields.volumes["cement"].values.max() <= 1.0
    assert f"leak by {CANAL_BREAK}" in fields.traces


def test_a_coarse_run_does_not_say_in_other_figures_what_a_fine_one_said(
    spread: CementSpread,
) -> None:
    fine = replace(spread.nominal, notes=("9 % of balloon 1 lie outside",))
    coarse = replace(spread, notes=("8.5 % of balloon 1 lie outside", "2 runs were refused"))
    notes = list_notes(fine, coarse)
    assert notes[1:] == ("9 % of balloon 1 lie outside", "2 runs were refused")
