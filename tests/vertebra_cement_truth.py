"""The table of docs/reference/cement-truth.md: every case of cement with what came out.

`python -m tests.vertebra_cement_truth docs/reference/cement-truth.md` writes it anew. Published
figures are facts of the evidence; the vertebra is the plain one of the tests, in voxels of 2 mm.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests import vertebra_load_truth
from tests.plain_vertebra import make_needle, make_vertebra
from tests.truth_table import Row, write_table
from tests.vertebra_setting_truth import setting_rows

from seldinger.anatomy.vertebra.model import Wall
from seldinger.evidence import driving_value
from seldinger.simulate.cement.cavity import Balloon, Cavity
from seldinger.simulate.cement.exits import CANAL_BREAK
from seldinger.simulate.cement.inject import (
    CementPlan,
    LeakStop,
    Viscosity,
    make_cement,
    simulate_cement,
)
from seldinger.simulate.cement.spread import CementSpread, spread_cement
from seldinger.simulate.cement.stiffness import compare_stiffness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.simulate.cement.outcome import CementResult

RUNS = 6
LATE = {"cement_working_min": 14.0}
"""Thin cement was still given at 9.5 minutes on that bench."""
FREE = LeakStop.NEVER
M4_TO_MM4 = 1e12


def times(got: float, expected: float) -> str:
    return f"{round(100.0 * (got / expected - 1.0)) + 0:+d} %"


@cache
def leaking(viscosity: Viscosity, begins_min: float, volume_ml: float = 4.0) -> CementResult:
    """4 mL with the tip 9 mm before a broken back wall."""
    vertebra = make_vertebra(breaks=(Wall.BACK,))
    plan = CementPlan(volume_ml, viscosity=viscosity, begins_min=begins_min, stop_at_leak=FREE)
    needle = make_needle(vertebra, 0.0, 8.0, -4.0)
    return simulate_cement(vertebra, [needle], plan, LATE, voxel_mm=2.0)


def leak_ml(result: CementResult) -> float:
    return float(result.course.leaked_ml[CANAL_BREAK][-1])


@cache
def scattered(viscosity: Viscosity, *, broken: bool) -> CementSpread:
    """6 mL by two needles into a sunken body, run several times."""
    vertebra = make_vertebra(
        breaks=(Wall.BACK, Wall.UPPER) if broken else (), height_mm=19.0, patchy_hu=40.0
    )
    needles = [make_needle(vertebra, side * 9.0, 4.0) for side in (1.0, -1.0)]
    plan = CementPlan(6.0, viscosity=viscosity, stop_at_leak=FREE)
    return spread_cement(vertebra, needles, plan, runs=RUNS)


def law_rows() -> Iterator[Row]:
    thin = leaking(Viscosity.LOW, 3.5)
    lost = abs(thin.given_ml - thin.body_ml - thin.pedicle_ml - thin.leaked_ml)
    yield Row(
        "law", "cement given is in the body, its pedicles or by an exit", "4 mL",
        f"{thin.given_ml:.2f} mL", "under 1e-9 mL" if lost < 1e-9 else f"{lost:.1e} mL",
    )  # fmt: skip
    vertebra = make_vertebra(patchy_hu=40.0)
    plan = CementPlan(4.0, stop_at_leak=FREE)
    middle = simulate_cement(vertebra, [make_needle(vertebra)], plan, voxel_mm=2.0)
    assert middle.left_share is not None
    yield Row(
        "law", "a symmetric vertebra, a needle in the middle: cement on the left", "50 %",
        f"{100.0 * middle.left_share:.1f} %",
        f"{round(100.0 * middle.left_share - 50.0, 1) + 0.0:+.1f} points",
    )  # fmt: skip
    needles = [make_needle(vertebra, side * 11.0) for side in (1.0, -1.0)]
    two = simulate_cement(vertebra, needles, plan, voxel_mm=2.0)
    one = simulate_cement(vertebra, needles[:1], plan, voxel_mm=2.0)
    assert two.left_share is not None
    assert one.left_share is not None
    yield Row(
        "law", "a needle from the left, 11 mm off the midline; then one from each side: cement on "
        "the left", "more than 50 %; 50 %",
        f"{100.0 * one.left_share:.0f} %; {100.0 * two.left_share:.1f} %", "within",
    )  # fmt: skip
    held = []
    for cleft_mm in (4.0, 0.0):
        cleft = make_vertebra(cleft_mm=cleft_mm)
        where = make_vertebra(cleft_mm=4.0)
        done = simulate_cement(
            cleft, [make_needle(where, 0.0, -2.0, 4.0)], CementPlan(1.0, stop_at_leak=FREE),
            voxel_mm=2.0,
        )  # fmt: skip
        near = abs(done.made.places_mm[..., 2] - 5.0) <= 2.0
        held.append(100.0 * float(done.cement.values[near].sum() / done.cement.values.sum()))
    yield Row(
        "law", "a tip at a cleft of 4 mm: of 1 mL, at the height of the cleft; without it",
        "more with it", f"{held[0]:.0f} %; {held[1]:.0f} %", "within",
    )  # fmt: skip


def grid_rows() -> Iterator[Row]:
    vertebra = make_vertebra(patchy_hu=40.0)
    plan = CementPlan(3.0, stop_at_leak=FREE)
    needle = make_needle(vertebra, 5.0, -3.0)
    fine, coarse = (simulate_cement(vertebra, [needle], plan, voxel_mm=mm) for mm in (1.0, 2.0))
    assert fine.left_share is not None
    assert coarse.left_share is not None
    left = 100.0 * coarse.left_share, 100.0 * fine.left_share
    yield Row(
        "grid", "2 mm against 1 mm: cement on the left, tip 5 mm to the left", f"{left[1]:.0f} %",
        f"{left[0]:.0f} %", f"{left[0] - left[1]:+.0f} points",
    )  # fmt: skip
    peak = coarse.course.syringe_kpa.max(), fine.course.syringe_kpa.max()
    yield Row(
        "grid", "the same: highest pressure in the syringe", f"{peak[1]:.0f} kPa",
        f"{peak[0]:.0f} kPa", times(float(peak[0]), float(peak[1])),
    )  # fmt: skip


def fine_rows() -> Iterator[Row]:
    """Dear: beside a break voxels of 1 mm take many steps."""
    vertebra = make_vertebra(breaks=(Wall.BACK,))
    plan = CementPlan(4.0, begins_min=3.5, stop_at_leak=FREE)
    needle = make_needle(vertebra, 0.0, 8.0, -4.0)
    fine = leak_ml(simulate_cement(vertebra, [needle], plan, LATE, voxel_mm=1.0))
    coarse = leak_ml(leaking(Viscosity.HIGH, 3.5))
    yield Row(
        "grid", "2 mm against 1 mm: 4 mL of thick cement, leak through a broken back wall",
        f"{fine:.3f} mL", f"{coarse:.3f} mL", times(coarse, fine),
    )  # fmt: skip


def balloon_rows() -> Iterator[Row]:
    vertebra = make_vertebra(breaks=(Wall.BACK,))
    needle = make_needle(vertebra, 0.0, 8.0, -4.0)
    balloon = Balloon(needle.tip_lps_mm, (0.0, -1.0, 0.0), 2.0)
    plan = CementPlan(4.0, viscosity=Viscosity.LOW, begins_min=3.5, stop_at_leak=FREE)
    done = simulate_cement(vertebra, [needle], plan, LATE, Cavity((balloon,)), 2.0)
    got = leak_ml(done) / leak_ml(leaking(Viscosity.LOW, 3.5))
    rates = [driving_value(f"vertebra.leak.any.{name}2023") for name in _TECHNIQUES]
    yield Row(
        "predicted", "a balloon of 2 mL first: leaked volume over that without (published: of the "
        "shares that leaked)", f"{rates[1] / rates[0]:.2f}", f"{got:.2f}",
        times(got, rates[1] / rates[0]),
    )  # fmt: skip


_TECHNIQUES = ("vertebroplasty", "kyphoplasty")


def bench_rows() -> Iterator[Row]:
    bench = {
        name: driving_value(f"vertebra.leak.bench.{name}")
        for name in ("thin_3_5", "thin_9_5", "thick_3_5", "thick_6_5")
    }
    low, high = Viscosity.LOW, Viscosity.HIGH
    for words, one, other, published in (
        ("thick over thin cement, both at 3.5 min", (high, 3.5), (low, 3.5),
         bench["thick_3_5"] / bench["thin_3_5"]),
        ("thin cement, 9.5 over 3.5 min", (low, 9.5), (low, 3.5),
         bench["thin_9_5"] / bench["thin_3_5"]),
        ("thick cement, 6.5 over 3.5 min", (high, 6.5), (high, 3.5),
         bench["thick_6_5"] / bench["thick_3_5"]),
    ):  # fmt: skip
        got = leak_ml(leaking(*one)) / leak_ml(leaking(*other))
        yield Row(
            "predicted", f"leak through a broken back wall, {words}", f"{published:.2f}",
            f"{got:.2f}", times(got, published),
        )  # fmt: skip
    thin = leak_ml(leaking(low, 3.5))
    yield Row(
        "predicted", "the same, thin at 3.5 min: how much leaks (bench: of an amount not told; "
        "here of 4 mL)", f"{bench['thin_3_5']:g} g", f"{thin:.2f} mL",
        f"{bench['thin_3_5'] / thin:.0f} times too little",
    )  # fmt: skip
    more = leak_ml(leaking(low, 3.5, 4.59))
    yield Row(
        "predicted", "0.59 mL more thin cement: leak (vertebrae that leaked held 0.59 mL more)",
        "more", f"{thin:.2f} to {more:.2f} mL", "within" if more > thin else "not",
    )  # fmt: skip


def frequency_rows() -> Iterator[Row]:
    low, high = Viscosity.LOW, Viscosity.HIGH
    for words, one in (
        ("thin, broken cortex", scattered(low, broken=True)),
        ("thick, broken cortex", scattered(high, broken=True)),
        ("thin, whole cortex", scattered(low, broken=False)),
    ):
        rates = "33 and 54.7 % of vertebroplasties"
        if one is scattered(high, broken=True):
            rates = "0.38 times as many as thin"
        if one is scattered(low, broken=False):
            rates = "a fifth of the odds of a broken one"
        yield Row(
            "shown beside, not compared", f"6 mL into a sunken body: {words}: leaks of 0.05 mL",
            rates, f"{one.any_leak}", "runs are no rate",
        )  # fmt: skip


def cement_rows() -> Iterator[Row]:
    law = driving_value("vertebra.mechanics.permeability.baroud.si", secondary=True)
    thick = make_cement(CementPlan(4.0), {})
    start = law / thick.find_consistency(240.0) * M4_TO_MM4
    published = driving_value("vertebra.mechanics.mobility.baroud")
    yield Row(
        "predicted", "thick cement at 4 min and the reference shear: permeability over viscosity",
        f"{published:.0f} mm4/(N s)", f"{start:.0f} mm4/(N s)", times(start, published),
    )  # fmt: skip
    fall = thick.find_consistency(240.0) / thick.find_consistency(258.0)
    told = driving_value("vertebra.mechanics.mobility.baroud_fall")
    yield Row(
        "predicted", "the same: left of it after 18 s", f"{told:.2f}", f"{fall:.2f}",
        times(fall, told),
    )  # fmt: skip


@cache
def restored(volume_ml: float, damage: float) -> tuple[float, float, float, float]:
    """Fill, and stiffness before and after over that of the whole body; strength after over it."""
    vertebra = make_vertebra(breaks=())
    needles = [make_needle(vertebra, side * 9.0, -2.0) for side in (1.0, -1.0)]
    plan = CementPlan(volume_ml, rate_ml_per_s=0.2, stop_at_leak=FREE)
    done = simulate_cement(vertebra, needles, plan, voxel_mm=2.0)
    whole = compare_stiffness(vertebra, replace(done.cement, values=0.0 * done.cement.values),
                              voxel_mm=2.0)  # fmt: skip
    after = compare_stiffness(vertebra, done.cement, voxel_mm=2.0, damaged_share=damage)
    bare = whole.before_n_per_mm.nominal
    return (
        done.fill_share, after.before_n_per_mm.nominal / bare, after.after_n_per_mm.nominal / bare,
        after.yield_after_n / whole.yield_before_n,
    )  # fmt: skip


def stiffness_rows() -> Iterator[Row]:
    body_ml = make_vertebra().body_ml
    back = driving_value("vertebra.filling.stiffness")
    for damage in (0.19, 0.33, 0.6, 0.91):
        fill, before, after, _ = restored(0.01 * back * body_ml, damage)
        yield Row(
            "predicted", f"{100.0 * fill:.1f} % of the body filled, bone {100.0 * damage:.0f} % "
            "softer: stiffness over that of the whole body, before and after", "1 after",
            f"{before:.2f}; {after:.2f}", times(after, 1.0),
        )  # fmt: skip
    strong = driving_value("vertebra.filling.strength")
    fill, _, _, strength = restored(0.01 * strong * body_ml, 0.33)
    yield Row(
        "predicted", f"{100.0 * fill:.1f} % filled, bone 33 % softer: load at which bone yields, "
        "over that of the whole body", "1", f"{strength:.2f}", times(strength, 1.0),
    )  # fmt: skip
    share = driving_value("vertebra.filling.stiffness_r2")
    yield Row(
        "not computed", "how much of the stiffness that came back filling explains",
        f"{100.0 * share:.0f} %", "all of it: the model knows nothing else",
        f"{100.0 * (1.0 - share):.0f} points",
    )  # fmt: skip


def other_rows() -> Iterator[Row]:
    yield Row(
        "not computed", "height and angle gained, by the fracture's age", "3.8, 8.8 and 5.4 "
        "degrees when fresh", "none: cohorts are shown side by side", "no model",
    )  # fmt: skip


def rows() -> list[Row]:
    return [
        *law_rows(), *grid_rows(), *fine_rows(), *cement_rows(), *bench_rows(), *balloon_rows(),
        *frequency_rows(), *stiffness_rows(), *vertebra_load_truth.rows(), *setting_rows(),
        *other_rows(),
    ]  # fmt: skip


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
