"""The table of docs/reference/elution-truth.md: every published figure with what came out.

`python -m tests.elution_truth docs/reference/elution-truth.md` writes it anew. Numbers of papers
are typed here, apart from the facts that the code reads.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.truth_table import Row, write_table

from seldinger.catalogue.embolics import find_embolic
from seldinger.simulate.embolic.elution import PlacedDrug, find_elution, follow_drug

if TYPE_CHECKING:
    from collections.abc import Iterator

# agent: per cent that is out at the end of the watch, minutes until 75 % of that
DOXORUBICIN = {
    "lifepearl": (30.0, 139.0),
    "dc_bead": (21.0, 197.0),
    "hepasphere": (8.0, 110.0),
    "tandem": (6.0, 77.0),
}
IDARUBICIN = {
    "lifepearl": (73.0, 13.0),
    "dc_bead": (74.0, 24.0),
    "hepasphere": (65.0, 42.0),
    "tandem": (7.0, 91.0),
}
TABLES = (("doxorubicin", DOXORUBICIN, 6.0), ("idarubicin", IDARUBICIN, 2.0))


def percent_off(got: float, expected: float) -> str:
    return f"{round(100.0 * (got / expected - 1.0), 2) + 0.0:+.2f} %"


def title(agent: str) -> str:
    return find_embolic(agent).title.partition(",")[0]


def plateau_rows() -> Iterator[Row]:
    for drug, table, hours in TABLES:
        for agent, (percent, _) in table.items():
            end = np.array([60.0 * hours])
            got = 100.0 * float(find_elution(agent, drug).find_released_share(end)[0])
            yield Row(
                "computed", f"{title(agent)}, {drug}: out after {hours:g} h", f"{percent:g} %",
                f"{got:.1f} %", percent_off(got, percent),
            )  # fmt: skip


def time_rows() -> Iterator[Row]:
    for drug, table, _ in TABLES:
        for agent, (percent, t75) in table.items():
            minutes = np.linspace(0.0, 400.0, 40_001)
            shares = 100.0 * find_elution(agent, drug).find_released_share(minutes)
            got = float(np.interp(0.75 * percent, shares, minutes))
            yield Row(
                "set", f"{title(agent)}, {drug}: until 75 % of the plateau is out", f"{t75:g} min",
                f"{got:.1f} min", percent_off(got, t75),
            )  # fmt: skip


def formula_rows() -> Iterator[Row]:
    bead = find_elution("dc_bead")
    yield Row(
        "formula", "DC Bead, doxorubicin: rate, ln 4 over 197 min", "0.00704 /min",
        f"{bead.rate_per_min:.5f} /min", percent_off(bead.rate_per_min, math.log(4.0) / 197.0),
    )  # fmt: skip
    yield Row(
        "computed", "DC Bead, doxorubicin: half time, ln 2 over that, against 98 as rounded down",
        "98 min", f"{bead.half_min:.1f} min", percent_off(bead.half_min, 98.0),
    )  # fmt: skip
    found = follow_drug(bead, PlacedDrug(40.0, 20.0, 1.0, 14.0), np.linspace(0.0, 360.0, 361))
    lost = float(np.max(np.abs(found.total_mg - 75.0)))
    yield Row(
        "formula", "75 mg in tumour, liver, elsewhere and syringe: all of it for 6 h",
        "75 mg", f"{75.0 - lost:.4f} mg", percent_off(75.0 - lost, 75.0),
    )  # fmt: skip


def dose_rows() -> Iterator[Row]:
    bead = find_embolic("dc_bead")
    per_vial, vial_ml = bead.find_loading("doxorubicin").per_vial_mg, bead.vial_ml
    assert per_vial is not None
    assert vial_ml is not None
    got = per_vial[1] / vial_ml
    yield Row(
        "computed", "DC Bead: 75 mg in a vial of 2 mL, against what 237 patients were given",
        "37.5 mg/mL", f"{got:.1f} mg/mL", percent_off(got, 37.5),
    )  # fmt: skip


def rows() -> list[Row]:
    return [*plateau_rows(), *time_rows(), *formula_rows(), *dose_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
