"""Fitting: numbers that made a table come back from it, and what cannot be assessed says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from seldinger.catalogue import applicators, fitting
from seldinger.catalogue.applicators import Applicator, Fit, Zone
from seldinger.catalogue.drawing import Table
from seldinger.catalogue.tissues import physical
from seldinger.core.errors import CatalogueError

TRUE = {"attenuation_per_mm": 0.09, "sigma_mm": 7.0, "behind_tip_mm": 11.0, "efficiency": 0.55}


def row(power_w: float, seconds: float) -> Zone:
    return Zone(
        setting=f"{power_w:g} W {seconds:g} s",
        power_w=power_w,
        seconds=seconds,
        conditions="ex vivo",
        level="visible coagulation",
        width_mm=25.0,
        length_mm=30.0,
        beyond_tip_mm=4.0,
        centre_behind_tip_mm=11.0,
        source="me",
    )


def antenna(*rows: Zone) -> Applicator:
    return Applicator(
        id="mine",
        name="Mine",
        modality="microwave",
        diameter_mm=2.0,
        usable_mm=150.0,
        max_power_w=100.0,
        zones=rows,
        assumption="typical",
    )


def made(numbers: dict[str, float]) -> Fit:
    return Fit(
        mode="chart-calibrated",
        numbers=numbers,
        tissue="liver",
        perfusion_per_s=0.0155,
        law="arrhenius-liver",
        counted_above_c=40.0,
        observations=9,
        rms_mm=0.0,
        assessable=False,
        why="x",
    )


def synthetic() -> Applicator:
    """A table that the solver itself drew, with known numbers."""
    blank = antenna(row(50.0, 120.0), row(50.0, 240.0), row(90.0, 120.0))
    zones = fitting.redraw(blank, made(TRUE))
    rows = []
    for asked, zone in zones.items():
        assert zone is not None
        rows.append(
            replace(
                asked,
                width_mm=zone.width_mm,
                length_mm=zone.length_mm,
                beyond_tip_mm=zone.beyond_tip_mm,
                centre_behind_tip_mm=zone.centre_behind_tip_mm,
            )
        )
    return antenna(*rows)


def test_numbers_that_made_a_table_come_back_from_it() -> None:
    told: list[float] = []
    found = fitting.fit(synthetic(), progress=lambda _, share: told.append(share))
    assert found.fit is not None
    assert found.fit.rms_mm < 0.02
    assert found.fit.leave_one_out_mm is not None
    assert found.fit.leave_one_out_mm < 0.1
    assert found.fit.assessable
    assert found.fit.observations == 9
    for name, value in TRUE.items():
        assert found.fit.numbers[name] == pytest.approx(value, rel=0.03)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert len(found.left_out) == 3


def test_the_same_table_gives_the_same_fit() -> None:
    table = applicators.applicator("cryo-1-7mm")
    assert fitting.fit(table) == fitting.fit(table)


@pytest.mark.parametrize("name", ["emprint", "neuwave-kidney", "cryo-2-4mm", "cryo-1-7mm"])
def test_a_shipped_fit_is_the_best_of_its_neighbourhood(name: str) -> None:
    one = applicators.applicator(name)
    assert one.fit is not None
    best = rms(one, one.fit)
    assert best == pytest.approx(one.fit.rms_mm, abs=0.002)
    for number, value in one.fit.numbers.items():
        for factor in (0.97, 1.03):
            moved = replace(one.fit, numbers={**one.fit.numbers, number: value * factor})
            assert rms(one, moved) > best - 0.002


def rms(one: Applicator, fit: Fit) -> float:
    misses = []
    for asked, zone in fitting.redraw(one, fit).items():
        assert zone is not None
        for key in ("width_mm", "length_mm", "centre_behind_tip_mm"):
            published = getattr(asked, key)
            if published is not None:
                misses.append(getattr(zone, key) - published)
    return float((sum(m * m for m in misses) / len(misses)) ** 0.5)


def test_too_few_observations_are_fitted_but_not_assessable() -> None:
    found = fitting.fit(antenna(row(50.0, 120.0), row(50.0, 180.0)))
    assert found.fit is not None
    assert not found.fit.assessable
    assert found.why.startswith("not assessable: 6 independent observations for 4")
    assert found.fit.leave_one_out_mm is None


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (applicators.applicator("cool-tip"), "controller"),
        (applicators.applicator("cryo-17g"), "its time"),
        (applicators.applicator("unnamed-microwave-lung"), "along the shaft"),
        (applicators.applicator("unnamed-microwave-clinical"), "more than the device"),
        (antenna(row(50.0, 240.0)), "3 observations for 4"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_what_cannot_be_fitted_honestly_is_not(one: Applicator, says: str) -> None:
    found = fitting.fit(one)
    assert found.fit is None
    assert found.why.startswith("not assessable")
    assert says in found.why


def test_an_unknown_tissue_is_refused() -> None:
    with pytest.raises(CatalogueError, match="liver"):
        fitting.fit(applicators.applicator("emprint"), "livre")


def test_a_number_at_its_bound_is_said() -> None:
    task = fitting._Task(
        Table.from_applicator(applicators.applicator("emprint"), physical("liver")),
        fitting._MICROWAVE,
    )
    said = fitting._cornered(task, {**TRUE, "efficiency": 1.0})
    assert said == "; efficiency ran into its bound 1"
    assert not fitting._cornered(task, TRUE)


def test_a_fit_is_written_and_read_back() -> None:
    one = applicators.applicator("emprint")
    file = Path(applicators.__file__).with_name("applicators") / "emprint.toml"
    text = file.read_text(encoding="utf-8")
    assert one.fit is not None
    assert fitting.replace_fit(text, one.fit) == text
    bare = fitting.replace_fit(text, None)
    assert "[fit" not in bare
    assert applicators.parse_applicator(bare, "x") == replace(one, fit=None)
    again = applicators.parse_applicator(fitting.replace_fit(bare, one.fit), "x").fit
    assert again == one.fit
