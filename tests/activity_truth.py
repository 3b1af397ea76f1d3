"""The table of docs/reference/activity-truth.md: every published case with what came out.

`python -m tests.activity_truth docs/reference/activity-truth.md` writes it anew. Numbers of papers
are typed here, apart from the facts that the code reads.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.truth_table import Row, write_table

from seldinger.catalogue.microspheres import find_microspheres
from seldinger.catalogue.nuclides import decay_constants
from seldinger.plan.treatments.irradiation.activity import (
    GivenActivity,
    VialActivity,
    find_vial_activity,
)
from seldinger.plan.treatments.irradiation.body_surface import find_surface_m2
from seldinger.plan.treatments.irradiation.compartments import find_activity_gbq, irradiate
from seldinger.plan.treatments.irradiation.constraints import find_shunt_bound
from seldinger.plan.treatments.irradiation.lung_shunt import (
    BothViews,
    RegionCount,
    measure_planar,
)
from seldinger.plan.treatments.irradiation.territory import Lungs, Territory, assume_lungs
from seldinger.plan.treatments.irradiation.vials import ShelfWindow, Vial

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
WINDOW = ShelfWindow(NOON - dt.timedelta(days=5), NOON + dt.timedelta(days=14))
KILOGRAM = Territory("one kilogram", 1.0)


def percent_off(got: float, expected: float) -> str:
    return f"{round(100.0 * (got / expected - 1.0), 2) + 0.0:+.2f} %"


def constant_rows() -> Iterator[Row]:
    told = (
        ("y90", "package-insert", 50.0, "half-life and energy of the insert, against its 50"),
        ("y90", "icrp107", 49.80, "ICRP 107, against the total of Graves' point kernel"),
        ("y90", "ddep", 49.67, "DDEP, against 49.67 of the partition model"),
        ("y90", "icrp107", 49.67, "ICRP 107, against 49.67 of the partition model"),
        (
            "ho166",
            "icrp107",
            15.87,
            "holmium: electrons of ICRP 107, against 60 Gy for 3780 MBq/kg",
        ),
    )
    for name, preset, expected, case in told:
        got = decay_constants(name, preset).computed_gy_kg_per_gbq
        assert got is not None
        yield Row(
            "computed", f"{case}, Gy kg/GBq", f"{expected:g}", f"{got:.2f}",
            percent_off(got, expected),
        )  # fmt: skip


def decay_rows() -> Iterator[Row]:
    day = decay_constants("y90", "icrp107").find_decay(24.0)
    yield Row(
        "formula",
        "yttrium-90 left after a day",
        "0.77142",
        f"{day:.5f}",
        percent_off(day, 0.77142),
    )
    late = 1.0 / decay_constants("y90", "icrp107").find_decay(18.5)
    yield Row(
        "formula", "yttrium-90 18.5 h earlier", "1.2215", f"{late:.4f}", percent_off(late, 1.2215)
    )
    left = 100.0 * (1.0 - decay_constants("y90", "icrp107").find_decay(11 * 24.0))
    yield Row(
        "computed", "yttrium-90 gone within 11 days (resin, the maker)", "94 %", f"{left:.1f} %",
        f"{left - 94.0:+.1f} points",
    )  # fmt: skip
    vial = Vial("resin", 3.0, NOON, WINDOW)
    insert = decay_constants("y90", "package-insert")
    for days, expected in ((3, 6.54), (2, 5.04), (1, 3.89)):
        got = vial.find_gbq(NOON - dt.timedelta(days=days), insert)
        yield Row(
            "formula", f"resin of 3.00 GBq, {24 * days} h before calibration", f"{expected:g} GBq",
            f"{got:.2f} GBq", percent_off(got, expected),
        )  # fmt: skip


def sphere_rows() -> Iterator[Row]:
    glass = find_microspheres("glass").count_spheres(3.0).expected
    yield Row(
        "set", "glass: spheres in 3 GBq, from 2500 Bq each", "1.2 million",
        f"{glass / 1e6:.2f} million", percent_off(glass, 1.2e6),
    )  # fmt: skip
    resin = 3e9 / find_microspheres("resin").count_spheres(3.0).expected
    yield Row(
        "computed", "resin: Bq per sphere, from 44 million in 3 GBq (the maker), against reviews",
        "50 Bq", f"{resin:.1f} Bq", percent_off(resin, 50.0),
    )  # fmt: skip
    holmium = find_microspheres("holmium").count_spheres(9.0).expected
    low, high = 6e9 / holmium, 12e9 / holmium
    yield Row(
        "computed", "holmium: Bq per sphere, from 33 million in 6 to 12 GBq", "200 to 400 Bq",
        f"{low:.0f} to {high:.0f} Bq", f"{percent_off(low, 200.0)}, {percent_off(high, 400.0)}",
    )  # fmt: skip


def formula_rows() -> Iterator[Row]:
    glass, lungs = decay_constants("y90", "package-insert"), assume_lungs()
    ho = decay_constants("ho166", "package-insert")
    got = 1000.0 * find_activity_gbq("perfused", 60.0, KILOGRAM, 0.0, lungs, ho)
    yield Row(
        "set", "holmium: 60 Gy to 1 kg", "3780 MBq", f"{got:.0f} MBq", percent_off(got, 3780.0)
    )
    all_lung = find_activity_gbq("lung", 30.0, KILOGRAM, 0.5, lungs, glass) * 0.5
    yield Row(
        "computed", "activity in lungs of 1 kg at 30 Gy, against a cap that is quoted",
        "0.61 GBq", f"{all_lung:.3f} GBq", percent_off(all_lung, 0.61),
    )  # fmt: skip
    with_aapm = find_activity_gbq(
        "lung", 30.0, KILOGRAM, 0.5, lungs, decay_constants("y90", "aapm")
    )
    yield Row(
        "computed", "the same with 49.67", "0.61 GBq", f"{0.5 * with_aapm:.3f} GBq",
        percent_off(0.5 * with_aapm, 0.61),
    )  # fmt: skip
    # Malone 2026: medians of 1.36 GBq, 66.3 mL and 837 Gy, not of one patient.
    small = Territory("66.3 mL at 1.06 g/mL", 0.0663 * 1.06)
    dose = irradiate(small, GivenActivity(1.36), 0.0, lungs, glass).dose_gy["perfused"]
    yield Row(
        "computed", "ultra-selective segmentectomy: dose of the median activity in 66.3 mL",
        "837 Gy (median)", f"{dose:.0f} Gy", percent_off(dose, 837.0),
    )  # fmt: skip
    # EJNMMI Phys 2022, s40658-022-00520-9: means of 1.38 GBq, 206.9 mL and 306.3 Gy.
    mean = Territory("206.9 mL at 1.06 g/mL", 0.2069 * 1.06)
    dose = irradiate(mean, GivenActivity(1.38), 0.0, lungs, glass).dose_gy["perfused"]
    yield Row(
        "computed", "segmentectomy, 24 patients: dose of the mean activity in the mean volume",
        "306.3 Gy (mean)", f"{dose:.0f} Gy", percent_off(dose, 306.3),
    )  # fmt: skip
    given = find_activity_gbq("perfused", 120.0, Territory("lobe", 1.2), 0.05, lungs, glass)
    vial = find_vial_activity(given, 0.02).gbq
    by_hand = 120.0 * 1.2 / (50.0 * (1.0 - 0.05) * (1.0 - 0.02))
    yield Row(
        "formula", "glass: 120 Gy to 1.2 kg, shunt 5 %, residual 2 %, D M / (50 (1 - F)(1 - R))",
        f"{by_hand:.4f} GBq", f"{vial:.4f} GBq", percent_off(vial, by_hand),
    )  # fmt: skip
    area, formula = (
        find_surface_m2(170.0, 70.0),
        0.20247 * math.pow(1.7, 0.725) * math.pow(70, 0.425),
    )
    yield Row(
        "formula", "body surface of 170 cm and 70 kg", f"{formula:.4f} m2", f"{area:.4f} m2",
        percent_off(area, formula),
    )  # fmt: skip


def lung_rows() -> Iterator[Row]:
    region = [RegionCount(counts, 100, 60.0) for counts in (1000.0, 9000.0)]
    lungs, liver = (BothViews(one, one) for one in region)
    planar = measure_planar(lungs, liver, decay_constants("tc99m", "eanm"))
    assert planar.spread is not None
    bias = 100.0 * (planar.fraction - planar.spread.p50)
    yield Row(
        "set", "planar lung shunt above that of SPECT/CT", "2.7 points", f"{bias:.1f} points",
        f"{bias - 2.7:+.1f} points",
    )  # fmt: skip
    bound = 100.0 * find_shunt_bound(30.0, 1.0, 150.0, 1.5)
    by_hand = 100.0 * 30.0 / (30.0 + 150.0 * 1.5)
    yield Row(
        "formula", "lungs of 1 kg and 30 Gy cannot limit beside a liver of 1.5 kg and 150 Gy below",
        f"{by_hand:.2f} %", f"{bound:.2f} %", f"{round(bound - by_hand, 2) + 0.0:+.2f} points",
    )  # fmt: skip
    light = Lungs(0.5, measured=True)
    glass = decay_constants("y90", "package-insert")
    doses = [
        irradiate(KILOGRAM, VialActivity(2.0).given(0.0), 0.1, one, glass).dose_gy["lung"]
        for one in (assume_lungs(), light)
    ]
    yield Row(
        "formula", "lungs of 0.5 kg taken for 1 kg: dose told over dose taken", "0.50",
        f"{doses[0] / doses[1]:.2f}", percent_off(doses[0] / doses[1], 0.5),
    )  # fmt: skip


def rows() -> list[Row]:
    return [*constant_rows(), *decay_rows(), *sphere_rows(), *formula_rows(), *lung_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
