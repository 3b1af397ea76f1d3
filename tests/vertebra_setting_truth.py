"""Rows of docs/reference/cement-truth.md that tell the warmth of setting cement."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from tests.plain_vertebra import SEMI_MM, make_needle, make_vertebra
from tests.truth_table import Row

from seldinger.anatomy.vertebra.model import Wall
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.evidence import fact
from seldinger.image.resample import resample_mask
from seldinger.physics.thermal.damage import cem43
from seldinger.physics.thermal.exact import setting_ball_k
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.properties import Blood, Tissue
from seldinger.physics.thermal.run import run
from seldinger.physics.thermal.sources import Source
from seldinger.simulate.cement.inject import CementPlan, LeakStop, Viscosity, simulate_cement
from seldinger.simulate.cement.setting import CEMENT, simulate_setting
from seldinger.simulate.cement.setting_heat import find_setting_heat
from seldinger.simulate.cement.setting_scene import carry_share
from seldinger.simulate.thermal.bone import CANAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.simulate.cement.outcome import CementResult
    from seldinger.simulate.cement.setting import SettingResult

BENCH = {"setting_perfusion_factor": 0.0}
"""No blood flows in a dead vertebra."""
BODY_C = 37.0
_HEAT = "vertebra.mechanics.cement.heat."


@cache
def setting(volume_ml: float) -> SettingResult:
    """6 or 10 mL by two needles into the plain vertebra, without blood."""
    vertebra = make_vertebra(patchy_hu=40.0)
    needles = [make_needle(vertebra, side * 9.0, -2.0) for side in (1.0, -1.0)]
    plan = CementPlan(volume_ml, rate_ml_per_s=0.2, stop_at_leak=LeakStop.NEVER)
    return simulate_setting(simulate_cement(vertebra, needles, plan, voxel_mm=2.0), BENCH)


@cache
def filled_behind(volume_ml: float, before_wall_mm: float) -> CementResult:
    """By two needles with their tips so far before the back wall."""
    vertebra = make_vertebra(patchy_hu=40.0)
    behind = SEMI_MM[1] - before_wall_mm
    needles = [make_needle(vertebra, side * 9.0, behind) for side in (1.0, -1.0)]
    plan = CementPlan(volume_ml, rate_ml_per_s=0.2, stop_at_leak=LeakStop.NEVER)
    return simulate_cement(vertebra, needles, plan, voxel_mm=2.0)


@cache
def leaked() -> SettingResult:
    """Thin cement before a broken back wall: 0.15 mL of 4 go into the canal."""
    vertebra = make_vertebra(breaks=(Wall.BACK,))
    plan = CementPlan(
        4.0, viscosity=Viscosity.LOW, begins_min=3.5, stop_at_leak=LeakStop.NEVER
    )  # fmt: skip
    needle = make_needle(vertebra, 0.0, 8.0, -4.0)
    given = simulate_cement(vertebra, [needle], plan, {"cement_working_min": 14.0}, voxel_mm=2.0)
    return simulate_setting(given, BENCH)


def find_front_c(done: SettingResult) -> float:
    """Hottest cell of the front millimetre and a half of the body, near its middle plane."""
    vertebra = make_vertebra(patchy_hu=40.0)
    grid = done.peak_c.grid
    body = resample_mask(vertebra.body, vertebra.grid, grid)
    at = np.argwhere(body)
    away = (grid.to_lps(at) - np.asarray(vertebra.frame.origin_lps_mm)) @ np.array(
        [vertebra.frame.left, vertebra.frame.back, vertebra.frame.up]
    ).T
    front = (abs(away[:, 0]) < 5.0) & (away[:, 1] < away[:, 1].min() + 1.5)
    return float(done.peak_c.values[tuple(at[front].T)].max())


@cache
def ball(spacing_mm: float) -> tuple[float, float, float]:
    """A ball of cement, 10 mm in radius, in its own like: got and exact at 4 mm, and at 15 mm."""
    heat = find_setting_heat({})
    like = Tissue(
        "cement", heat.capacity_j_per_m3_k, heat.conductivity_w_per_m_k, 0.0, None, None
    )  # fmt: skip
    count = round(60.0 / spacing_mm) + 1
    grid = Grid.aligned((count,) * 3, spacing_mm, (-30.0,) * 3)
    fine = Grid.aligned((88,) * 3, 0.25, (-10.875,) * 3)
    axes = [-10.875 + 0.25 * np.arange(88)] * 3
    away = np.sqrt(sum(one**2 for one in np.meshgrid(*axes, indexing="ij")))
    share = carry_share(Volume((away <= 10.0).astype(float), fine, "1"), grid)
    total_j = float(share.sum()) * grid.voxel_ml * heat.j_per_ml
    schedule = heat.make_schedule(total_j)
    model = Model(
        grid, np.ones(grid.shape, np.uint8), (like,), Blood(3.8e6, BODY_C), SteadyFlow(), None,
        (Source("ball", share / (share.sum() * grid.voxel_ml * 1e-6), schedule),), (), BODY_C,
    )  # fmt: skip
    points = ((4.0, 0.0, 0.0), (15.0, 0.0, 0.0))
    done = run(model, Settings(240.0, (cem43(1e9, 39.0),), points, 4.0))
    ml = 4.0 / 3.0 * np.pi
    starts = (0.0, *schedule.ends_s[:-1])
    stretches = tuple(
        (start, end, watts / (ml * 1e-6))
        for start, end, watts in zip(starts, schedule.ends_s, schedule.power_w, strict=True)
    )
    exact = [setting_ball_k(like, 10.0, r, 240.0, stretches) for r in (4.0, 15.0)]
    got = done.points_c[-1] - BODY_C
    return float(got[0]), exact[0], float(got[1] - exact[1])


def setting_rows() -> Iterator[Row]:
    """Laws first, then what benches saw."""
    yield from _law_rows()
    six, ten = setting(6.0), setting(10.0)
    for name, words, found in (
        ("centre", "in the middle", [one.places[CEMENT].peak_c for one in (six, ten)]),
        ("front", "at the front cortex", [find_front_c(one) for one in (six, ten)]),
        ("canal", "at the canal", [one.places[CANAL].peak_c for one in (six, ten)]),
    ):
        low, high = fact(f"{_HEAT}{name}").interval or (0.0, 0.0)
        yield Row(
            "predicted", f"6 and 10 mL set without blood: highest temperature {words}",
            f"{low:g} to {high:g} C", f"{found[0]:.0f} and {found[1]:.0f} C",
            _miss(low, high, found),
        )  # fmt: skip
    most = fact(f"{_HEAT}canal_2012").value or 0.0
    canal = [one.places[CANAL].peak_c for one in (six, ten)]
    yield Row(
        "predicted", "the same on another bench, amount not told: at the canal",
        f"{most:.0f} C at most", f"{canal[0]:.0f} and {canal[1]:.0f} C", _miss(BODY_C, most, canal),
    )  # fmt: skip
    yield from _nearness_rows()
    back = fact(f"{_HEAT}pig.back_leak").value or 0.0
    got = leaked().places[CANAL].peak_c
    yield Row(
        "predicted", "cement in the canal (a pig's, amount not told; here 0.15 mL beside 4 in the "
        "body): at the back wall", f"{back:.0f} C", f"{got:.0f} C", f"{got - back:+.0f} K",
    )  # fmt: skip
    low, high = fact(f"{_HEAT}living").interval or (0.0, 0.0)
    middle = [one.places[CEMENT].peak_c for one in (six, ten)]
    yield Row(
        "predicted", "in living patients, means of three groups of cements: in the middle",
        f"{low:.0f} to {high:.0f} C", f"{middle[0]:.0f} and {middle[1]:.0f} C",
        _miss(low, high, middle),
    )  # fmt: skip


def _nearness_rows() -> Iterator[Row]:
    """What decides at the canal, and what hardly matters there."""
    low, high = fact(f"{_HEAT}canal").interval or (0.0, 0.0)
    near = simulate_setting(filled_behind(10.0, 5.5), BENCH).places[CANAL].peak_c
    yield Row(
        "predicted", "10 mL without blood, both tips 5.5 mm before the back wall (the bench does "
        "not tell where its tips lay): at the canal", f"{low:g} to {high:g} C", f"{near:.0f} C",
        _miss(low, high, [near]),
    )  # fmt: skip
    given = filled_behind(6.0, 12.5)
    fine, usual = (
        simulate_setting(given, {**BENCH, "setting_voxel_mm": mm}).places[CANAL].peak_c
        for mm in (1.0, 1.5)
    )
    yield Row(
        "grid", "cells of 1.5 mm against 1 mm: 6 mL, tips 12.5 mm before the back wall, at the "
        "canal", f"{fine:.1f} C", f"{usual:.1f} C", f"{usual - fine:+.1f} K",
    )  # fmt: skip
    blood = simulate_setting(given).places[CANAL].peak_c
    yield Row(
        "shown beside, not compared", "the same with blood, as assumed", "cooler",
        f"{blood:.1f} C", f"{blood - usual:+.1f} K by blood",
    )  # fmt: skip


def _law_rows() -> Iterator[Row]:
    six = setting(6.0)
    held = float(six.cement.values.sum()) * six.cement.grid.voxel_ml * six.heat.j_per_ml
    came = sum(six.energy.absorbed_j)
    off = max(abs(came / six.total_j - 1.0), abs(held / six.total_j - 1.0))
    yield Row(
        "law", "heat set free by 6 mL: that of the cement in all cells, and what the engine took "
        "up", f"{six.total_j:.0f} J", f"{came:.0f} J",
        "under 1e-6" if off < 1e-6 else f"{off:.1e}",
    )  # fmt: skip
    got, exact, far = ball(1.5)
    yield Row(
        "law", "a ball of cement, 10 mm in radius, in its own like, after 240 s: at 4 mm",
        f"+{exact:.1f} K", f"+{got:.1f} K", f"{100.0 * (got / exact - 1.0):+.1f} %",
    )  # fmt: skip
    yield Row(
        "law", "the same at 15 mm", "exact", "within 0.2 K" if abs(far) < 0.2 else f"{far:+.2f} K",
        "within" if abs(far) < 0.2 else "not",
    )  # fmt: skip


def _miss(low: float, high: float, found: list[float]) -> str:
    if max(found) > high:
        return f"{max(found) - high:+.0f} K above the hottest"
    if min(found) < low:
        return f"{min(found) - low:+.0f} K below the coolest"
    return "within"
