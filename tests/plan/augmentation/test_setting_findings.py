"""Words on setting cement: what is not known is never met, and has no figure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plain_vertebra import ORIGIN, make_needle, make_vertebra

from seldinger.anatomy.vertebra.model import Wall
from seldinger.core.verdict import Status
from seldinger.plan.treatments.augmentation.setting_findings import (
    find_about_setting,
    list_measures,
    make_table,
)
from seldinger.simulate.cement.inject import CementPlan, LeakStop, Viscosity, simulate_cement
from seldinger.simulate.cement.setting_spread import SettingSpread, spread_setting
from seldinger.simulate.thermal.bone import CANAL

COARSE = {"setting_voxel_mm": 2.0}
ROOTS = ("setting-left-nerve-root", "setting-right-nerve-root")


def spread(
    breaks: tuple[Wall, ...] | None = (), *, back_mm: float = 0.0, canal: bool = True
) -> SettingSpread:
    vertebra = make_vertebra(breaks=breaks)
    # Where the pedicles are narrowest: the foramina lie below.
    pedicles = {
        side: replace(
            one, isthmus_lps_mm=(ORIGIN[0] + sign * 14.0, ORIGIN[1] + 22.0, ORIGIN[2] + 4.0)
        )
        for (side, one), sign in zip(vertebra.pedicles.items(), (1.0, -1.0), strict=True)
    }
    vertebra = replace(vertebra, pedicles=pedicles)
    if not canal:
        vertebra = replace(vertebra, canal=None)
    plan = CementPlan(
        3.0, viscosity=Viscosity.LOW, begins_min=3.5, stop_at_leak=LeakStop.NEVER
    )  # fmt: skip
    needle = make_needle(vertebra, 0.0, back_mm, -4.0)
    given = simulate_cement(vertebra, [needle], plan, voxel_mm=2.0)
    return spread_setting(given, [given], COARSE)


def judge(
    of: SettingSpread | None, doubt: str = "", *, beside: bool = True
) -> tuple[dict[str, Status], dict[str, float | None], list[tuple[str, ...]]]:
    said = {
        one.id: one.status
        for one in find_about_setting(of, "no cement", doubt=doubt, beside=beside)
    }
    figures = {one.id: one.nominal for one in list_measures(of, doubt=doubt, beside=beside)}
    rows = [row for table in make_table(of, doubt=doubt, beside=beside) for row in table.rows]
    return said, figures, rows


@pytest.fixture(scope="module")
def whole() -> SettingSpread:
    return spread()


def test_what_is_cool_is_met_and_has_its_figures(whole: SettingSpread) -> None:
    said, figures, rows = judge(whole)
    assert said["setting-canal"] is Status.MET
    assert 37.0 < (figures["setting-canal"] or 0.0) < 42.0
    assert {said[one] for one in ROOTS} == {Status.MET}
    assert all(37.0 <= (figures[one] or 0.0) < 42.0 for one in ROOTS)
    assert figures["setting-canal-above-43"] == 0.0
    assert not any("not known" in cell for row in rows for cell in row)


def test_without_a_model_all_is_unknown() -> None:
    said, figures, rows = judge(None)
    assert set(said.values()) == {Status.UNKNOWN}
    assert not figures
    assert not rows


def test_a_doubt_of_the_canal_hides_its_figure(whole: SettingSpread) -> None:
    said, figures, rows = judge(whole, "the back wall is broken")
    assert said["setting-canal"] is Status.UNKNOWN
    assert figures["setting-canal"] is None
    assert "setting-canal-above-43" not in figures
    assert [row[1] for row in rows if row[0] == CANAL] == ["not known"]


def test_breaks_that_do_not_show_hide_the_figure_of_the_canal() -> None:
    said, figures, _ = judge(spread(None))
    assert said["setting-canal"] is Status.UNKNOWN
    assert figures["setting-canal"] is None


def test_a_canal_that_does_not_show_is_unknown() -> None:
    said, figures, _ = judge(spread(canal=False))
    assert said["setting-canal"] is Status.UNKNOWN
    assert figures["setting-canal"] is None


def test_a_root_is_unknown_where_cement_may_lie_in_its_foramen(whole: SettingSpread) -> None:
    said, figures, _ = judge(whole, beside=False)
    assert {said[one] for one in ROOTS} == {Status.UNKNOWN}
    assert {figures[one] for one in ROOTS} == {None}


def test_cement_in_the_canal_stops_the_plan_even_where_more_is_unknown() -> None:
    hot = spread((Wall.BACK,), back_mm=8.0)
    for doubt in ("", "the back wall is broken"):
        assert judge(hot, doubt)[0]["setting-canal"] is Status.NOT_MET
