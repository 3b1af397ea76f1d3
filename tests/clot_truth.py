"""The table of docs/reference/clot-truth.md: every published case with what came out.

`python -m tests.clot_truth docs/reference/clot-truth.md` writes it anew. Numbers of papers come
from the facts; what no source gave is an assumption of the treatments, and is said.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.truth_table import Row, write_table

from seldinger import evidence
from seldinger.demo.vascular.venous import grow_veins
from seldinger.physics.clot.front import Clot
from seldinger.physics.clot.passes import find_chance
from seldinger.physics.clot.spread import Observed, fit_speed, list_shares
from seldinger.physics.structure.filter import find_aside_mm, find_gap_mm
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.treatments.clot_removal import extraction, lysis

if TYPE_CHECKING:
    from collections.abc import Iterator

HALF = 0.5


def value(key: str) -> float:
    found = evidence.fact(key).value
    assert found is not None
    return found


def off(got: float, told: float, digits: int = 1) -> str:
    return f"{got - told:+.{digits}f} points"


def percent(got: float, told: float) -> str:
    return f"{100.0 * (got / told - 1.0):+.1f} %"


def lysis_rows() -> Iterator[Row]:
    known = resolve_assumptions(lysis.Thrombolysis().assumptions, {})
    seen = evidence.fact(lysis.SEEN)
    assert seen.value is not None
    assert seen.sd is not None
    speed = lysis.fit_trial(known)
    size = known.get_value("clot_trial_radius_mm"), known.get_value("clot_trial_length_mm")
    clot = Clot(*size, size[1], known.get_value("clot_porosity"))
    flow, hours = known.get_value("clot_flow_ml_per_h"), known.get_value("clot_trial_hours")
    shares = 100.0 * list_shares(clot, speed, flow, hours)
    for name, told, got in (
        ("mean", seen.value, float(shares.mean())),
        ("standard deviation", seen.sd, float(shares.std())),
    ):
        yield Row("fitted", f"CaVenT, share gone at the end of lysis: {name}", f"{told:g} %",
                  f"{got:.1f} %", off(got, told))  # fmt: skip
    told = 100.0 * value("outcome_dvt.cavent.lysis")
    got = 100.0 * float((shares >= 100.0 * HALF).mean())
    yield Row("predicted", "CaVenT, people with half or more gone", f"{told:.1f} %",
              f"{got:.1f} %", off(got, told))  # fmt: skip
    for other in (24.0, 96.0):
        again = fit_speed(Observed(0.01 * seen.value, 0.01 * seen.sd, other, flow, clot))
        rest = 100.0 * float((list_shares(clot, again, flow, other) >= HALF).mean())
        yield Row("predicted", f"the same, had lysis lasted {other:g} h", f"{told:.1f} %",
                  f"{rest:.1f} %", off(rest, told))  # fmt: skip


def passes_rows() -> Iterator[Row]:
    known = resolve_assumptions(extraction.Thrombectomy().assumptions, {})
    grip = extraction.fit_register(known)
    passes, left = value(extraction.PASSES), known.get_value("clot_complete_left")
    for key, name, share in (
        (extraction.NEAR, "three quarters or more out", extraction.NEAR_SHARE),
        (extraction.COMPLETE, "all out", 1.0 - left),
    ):
        told, got = 100.0 * value(key), 100.0 * find_chance(grip, passes, share)
        yield Row("fitted", f"CLOUT, 4 passes: {name}", f"{told:.0f} %", f"{got:.1f} %",
                  off(got, told))  # fmt: skip


def filter_rows() -> Iterator[Row]:
    veins = grow_veins()
    section = veins.section(70.0)
    for name, key, words in (
        ("perimeter_diameter", "caval_filter.cava.perimeter", "by circumference"),
        ("projected_width", "caval_filter.cava.projected", "from the front"),
    ):
        told, got = value(key), section[name]
        yield Row("set, not reached", f"built-in cava, infrarenal, {words}", f"{told:g} mm",
                  f"{got:.1f} mm", percent(got, told))  # fmt: skip
    told = value("caval_filter.cava.projected") - value("caval_filter.cava.perimeter")
    got = section["projected_width"] - section["perimeter_diameter"]
    yield Row("predicted", "the same: by how much the front is wider", f"{told:.1f} mm",
              f"{got:.1f} mm", percent(got, told))  # fmt: skip
    passed = value("caval_filter.capture.greenfield")
    ball = find_gap_mm(0.5 * value("caval_filter.cava.mega"), 6, find_aside_mm(40.0, 10.0))
    yield Row("predicted", "six struts, cava of 28 mm, tilted by 10 degrees: ball that passes "
              "(clots of so much passed)", f">= {passed:g} mm", f"{ball:.1f} mm",
              "nothing" if ball >= passed else percent(ball, passed))  # fmt: skip


def filled_rows() -> Iterator[Row]:
    """An ellipse whose short axis grows as published: what its perimeter and area do."""
    from scipy.special import ellipe

    long, grown = 1.0 + 0.042, 1.0 + 0.01 * value("caval_filter.volume.minor")
    for aspect in (1.5, 2.0, 3.0):
        before, after = (1.0, 1.0 / aspect), (long, grown / aspect)
        around = [4.0 * max(ab) * float(ellipe(1.0 - (min(ab) / max(ab)) ** 2))
                  for ab in (before, after)]  # fmt: skip
        told, got = value("caval_filter.volume.perimeter"), 100.0 * (around[1] / around[0] - 1.0)
        yield Row("predicted", f"an oval of {aspect:g} to 1 filled by its axes as published: "
                  "perimeter", f"{told:.1f} %", f"{got:.1f} %", off(got, told))  # fmt: skip
    told = value("caval_filter.volume.area")
    got = 100.0 * (long * grown - 1.0)
    yield Row("predicted", "the same, of any shape: area", f"{told:.1f} %", f"{got:.1f} %",
              off(got, told))  # fmt: skip


def rows() -> list[Row]:
    return [*lysis_rows(), *passes_rows(), *filter_rows(), *filled_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
