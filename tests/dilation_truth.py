"""The table of docs/reference/dilation-truth.md: every published case with what came out.

`python -m tests.dilation_truth docs/reference/dilation-truth.md` writes it anew. Numbers of papers
are typed here with their source; what no source gave is assumed here, and said.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from tests.truth_table import Row, write_table

from seldinger.physics.structure.balloon import Draws, Expansion, Shortfall
from seldinger.physics.structure.dilation import open_with
from seldinger.physics.structure.drug_coat import (
    CoatForm,
    Coating,
    Deposit,
    Transit,
    deliver,
    find_ceiling,
)
from seldinger.physics.structure.drug_wall import (
    ArteryWall,
    Binding,
    Retention,
    WallSettings,
    fit_dissolution_h,
    follow_drug,
)
from seldinger.physics.structure.lumen import Lumen
from seldinger.physics.structure.patency import PatencyCurve, Population
from seldinger.physics.structure.restenosis import LateLumenLoss, find_room_mm, rate_from_room

if TYPE_CHECKING:
    from collections.abc import Iterator


# Paclitaxel.
MOLAR_MASS = 853.9
HORIZON_H = 672.0
SETTINGS = WallSettings()
COARSE = WallSettings(40, 600)

# Assumed: sizes of a pig's coronary artery; orders of magnitude of what drug does in a wall,
# remembered from models of coated stents. No source of them was read.
PIG = ArteryWall(
    inner_radius_mm=1.5, thickness_mm=0.5, density_g_per_ml=1.06, diffusivity_mm2_per_s=1e-6,
    lumen_mm_per_s=1e-2, outside_mm_per_s=1e-4,
    specific=Binding(10.0, 1e-4 / 0.03, 1e-4), nonspecific=Binding(127.0, 0.01, 0.031),
)  # fmt: skip
RABBIT = replace(PIG, inner_radius_mm=1.0, thickness_mm=0.2)
FEMORAL = replace(PIG, inner_radius_mm=2.5, thickness_mm=0.6)
WALLS = tuple(
    replace(PIG, lumen_mm_per_s=speed, diffusivity_mm2_per_s=within)
    for speed, within in ((4e-3, 1e-6), (1e-2, 2e-6), (1e-1, 1e-6), (1e-1, 4e-6))
)
"""Others that are as good an assumption."""

# Tscheuschner 2025: 1 % lost by insertion, 30 % over one bend; one bend is assumed of every study.
TRANSIT = Transit(0.01, (0.30,))
# OSTI 22645483: 8 % of a dose of 1 ug/mm2 left on the balloon; 60 s of inflation are assumed.
INFLATION_S = 60.0
RELEASE_S = INFLATION_S / math.log(TRANSIT.arriving_share / 0.08)
LET_GO = 1.0 - 0.08 / TRANSIT.arriving_share

# Open Heart 2014;1:e000117: 3 ug/mm2, pigs; 1 h, 24 h and 28 days.
DOSE = 3.0
FOUND_UG_PER_G = {CoatForm.CRYSTALLINE: 310.0, CoatForm.AMORPHOUS: 245.0}
EMBEDDED = {CoatForm.CRYSTALLINE: 1.0 - 0.367, CoatForm.AMORPHOUS: 1.0 - 0.131}


@dataclass(frozen=True, slots=True)
class Coats:
    """The two coatings of the pigs, fitted."""

    dissolution_h: dict[CoatForm, float]
    ceiling: dict[CoatForm, float]
    followed: dict[CoatForm, Retention]


def fit_coats(wall: ArteryWall = PIG, settings: WallSettings = SETTINGS) -> Coats:
    """Ceilings from what was found at 1 h, dissolution from 28 days (crystals) and 24 h (none)."""
    left = {CoatForm.CRYSTALLINE: (9.2, (1.0, HORIZON_H)), CoatForm.AMORPHOUS: (1.0, (1.0, 24.0))}
    times, ceilings, followed = {}, {}, {}
    for form, found in FOUND_UG_PER_G.items():
        stuck = found * wall.tissue_g_per_mm2
        for _ in range(2):
            percent, hours = left[form]
            times[form] = fit_dissolution_h(wall, stuck, MOLAR_MASS, percent, hours, settings)
            parts = coat_deposits(form, times[form])
            run = follow_drug(wall, stuck, parts, MOLAR_MASS, HORIZON_H, settings)
            stuck *= found / run.tissue_ug_per_g(1.0)
        ceilings[form] = find_ceiling(stuck, DOSE, TRANSIT, LET_GO)
        followed[form] = run
    return Coats(times, ceilings, followed)


def coat_deposits(form: CoatForm, dissolution_h: float) -> tuple[Deposit, ...]:
    """What lies in the wall and on it, in the shares of one day."""
    inside = EMBEDDED[form]
    return (Deposit(inside, dissolution_h, embedded=True), Deposit(1.0 - inside, dissolution_h))


def coating(coats: Coats, form: CoatForm, dose: float) -> Coating:
    return Coating(
        form, dose, coats.ceiling[form], RELEASE_S, coat_deposits(form, coats.dissolution_h[form])
    )


def stuck_ug_per_mm2(coats: Coats, form: CoatForm, dose: float, plaque: float = 1.0) -> float:
    return deliver(coating(coats, form, dose), TRANSIT, INFLATION_S, plaque).wall_ug_per_mm2


def percent_off(got: float, expected: float) -> str:
    return f"{round(100.0 * (got / expected - 1.0)):+d} %"


def points_off(got: float, expected: float, digits: int = 1) -> str:
    # Rounded first: nothing is missed by "-0.0".
    return f"{round(got - expected, digits) + 0.0:+.{digits}f} points"


def dilation_rows() -> Iterator[Row]:
    # Aziz, Heart 2007;93:1562: deficit 0.65 (0.27), recoil 0.28 (0.17) mm, both 27.2 (7.2) %.
    chart = (0.65 + 0.28) / 0.272
    loss = Expansion(
        Shortfall(NormalDist(0.65, 0.27), "mm", "aziz2007"),
        Shortfall(NormalDist(0.28, 0.17), "mm", "aziz2007"),
    )
    lumen = Lumen.from_discs(np.array([0.0, 1.0]), np.array([0.1, 0.1]))
    normal = Draws(20000, 1).normals(2)
    _, after = open_with(lumen, np.full(2, chart), loss, normal[:, :1], normal[:, 1:])
    below = 100.0 * (1.0 - after[:, 0] / chart)
    mean, sd = float(below.mean()), float(below.std())
    yield Row(
        "fitted", f"coronary stents below chart, which is then {chart:.2f} mm: mean", "27.2 %",
        f"{mean:.1f} %", points_off(mean, 27.2),
    )  # fmt: skip
    yield Row(
        "predicted", "the same: standard deviation, deficit and recoil independent", "7.2 %",
        f"{sd:.1f} %", points_off(sd, 7.2),
    )  # fmt: skip


def drug_rows(coats: Coats) -> Iterator[Row]:
    crystals, amorphous = (coats.followed[form] for form in FOUND_UG_PER_G)
    hours = [f"{coats.dissolution_h[form]:.3g} h" for form in FOUND_UG_PER_G]
    for run, name, found in ((crystals, "crystalline", 310.0), (amorphous, "amorphous", 245.0)):
        got = run.tissue_ug_per_g(1.0)
        yield Row(
            "fitted", f"{name}, pigs, 3 ug/mm2: artery at 1 h (ceiling)", f"{found:.0f} ug/g",
            f"{got:.0f} ug/g", percent_off(got, found),
        )  # fmt: skip
    got = crystals.retained_percent(HORIZON_H, 1.0)
    yield Row(
        "fitted", f"crystalline: left at 28 days (dissolution {hours[0]})", "9.2 %", f"{got:.1f} %",
        points_off(got, 9.2),
    )  # fmt: skip
    got = amorphous.retained_percent(24.0, 1.0)
    yield Row(
        "fitted", f"amorphous: left at 24 h (dissolution {hours[1]})", "1 %", f"{got:.2f} %",
        points_off(got, 1.0),
    )  # fmt: skip
    got = crystals.retained_percent(24.0, 1.0)
    yield Row(
        "predicted", "crystalline: left at 24 h", "100 % (unchanged)", f"{got:.1f} %",
        points_off(got, 100.0),
    )  # fmt: skip
    got = amorphous.retained_percent(HORIZON_H, 1.0)
    other = sorted(
        fit_coats(w, COARSE).followed[CoatForm.AMORPHOUS].retained_percent(HORIZON_H, 1.0)
        for w in WALLS
    )
    yield Row(
        "predicted", "amorphous: left at 28 days", "0.04 %",
        f"{got:.2f} %; {other[0]:.3f} to {other[-1]:.2f} % in other assumed walls",
        f"{got / 0.04:.1f} times",
    )  # fmt: skip
    for run, name, day, week in (
        (crystals, "crystalline", 36.7, 38.4), (amorphous, "amorphous", 13.1, 11.0),
    ):  # fmt: skip
        for kind, told, at in ((_day_kind(name), day, 24.0), ("predicted", week, 168.0)):
            got = run.surface_percent(at)
            when = "1 day" if at < 100.0 else "7 days"
            yield Row(
                kind, f"{name}: share on the surface at {when}", f"{told:.1f} %", f"{got:.1f} %",
                points_off(got, told),
            )  # fmt: skip


def _day_kind(name: str) -> str:
    return "fitted" if name == "crystalline" else "set, not reached"


def delivery_rows(coats: Coats) -> Iterator[Row]:
    low, high = (
        deliver(coating(coats, CoatForm.CRYSTALLINE, dose), TRANSIT, INFLATION_S, 1.0)
        for dose in (1.0, 3.0)
    )
    yield Row(
        "fitted", "left on a balloon of 1 ug/mm2 (release)", "8 %",
        f"{100.0 * low.left_ug_per_mm2:.1f} %", points_off(100.0 * low.left_ug_per_mm2, 8.0),
    )  # fmt: skip
    ratio = high.wall_ug_per_mm2 / low.wall_ug_per_mm2
    yield Row(
        "predicted", "drug in the wall, 3 over 1 ug/mm2", "1.03 (15.68 over 15.24 ug/g)",
        f"{ratio:.2f}", percent_off(ratio, 15.68 / 15.24),
    )  # fmt: skip
    told = 0.269 / 0.218
    ratio = (high.lost_ug_per_mm2 + high.washed_ug_per_mm2) / (
        low.lost_ug_per_mm2 + low.washed_ug_per_mm2
    )
    yield Row(
        "predicted", "drug in the blood, 3 over 1 ug/mm2, against the peak in plasma",
        f"{told:.2f}", f"{ratio:.1f}", f"{ratio / told:.1f} times",
    )  # fmt: skip
    # Stolzenburg 2016: medians, rabbits, 3.5 ug/mm2, 10 min.
    healthy = stuck_ug_per_mm2(coats, CoatForm.CRYSTALLINE, 3.5) / RABBIT.tissue_g_per_mm2
    share = 375.7 / 829.3
    plaque = stuck_ug_per_mm2(coats, CoatForm.CRYSTALLINE, 3.5, share) / RABBIT.tissue_g_per_mm2
    thin, thick = (
        stuck_ug_per_mm2(coats, CoatForm.CRYSTALLINE, 3.5)
        / replace(RABBIT, thickness_mm=mm).tissue_g_per_mm2
        for mm in (0.15, 0.3)
    )
    yield Row(
        "predicted", "rabbits, 3.5 ug/mm2, 10 min, healthy (crystals and a wall of 0.2 mm assumed)",
        "829 ug/g", f"{healthy:.0f} ug/g; {thick:.0f} to {thin:.0f} in walls of 0.3 to 0.15 mm",
        percent_off(healthy, 829.3),
    )  # fmt: skip
    yield Row(
        "fitted", "the same, plaque over healthy (plaque_share)", "0.45", f"{plaque / healthy:.2f}",
        percent_off(plaque / healthy, share),
    )  # fmt: skip


def femoral_rows(coats: Coats) -> Iterator[Row]:
    """PMC7530113: pigs' femoral arteries; dose and wall are assumed."""
    cases = (("needle", CoatForm.CRYSTALLINE, 1933.0), ("flaky", CoatForm.AMORPHOUS, 1298.0))
    for name, form, told in cases:
        stuck = stuck_ug_per_mm2(coats, form, DOSE)
        parts = coat_deposits(form, coats.dissolution_h[form])
        run = follow_drug(FEMORAL, stuck, parts, MOLAR_MASS, 72.0, SETTINGS)
        got = run.tissue_ug_per_g(0.5)
        yield Row(
            "predicted", f"{name} coating as {form.value}, femoral: artery at 0.5 h",
            f"{told:.0f} ug/g", f"{got:.0f} ug/g", f"{told / got:.1f} times too little",
        )  # fmt: skip
        lost = 100.0 - run.retained_percent(24.0, 0.5)
        miss = "within" if lost > 93.0 else points_off(lost, 93.0, 0)
        yield Row(
            "predicted", f"{name} coating as {form.value}: lost by 24 h", "> 93 %",
            f"{lost:.1f} %", miss,
        )  # fmt: skip
    # At 0.5 h 13.71 % of the surface was covered by what protrudes, 0.59 % by what does not (both
    # coatings together); the latter stayed for 72 h, the former is assumed gone within hours.
    stays = 0.59 / (13.71 + 0.59)
    parts = (Deposit(1.0 - stays, 1e5, 2.0), Deposit(stays, 1e5))
    for name, _, told in cases:
        stuck = told * FEMORAL.tissue_g_per_mm2
        run = follow_drug(FEMORAL, stuck, parts, MOLAR_MASS, 72.0, SETTINGS)
        expected = {"needle": 69.9, "flaky": 39.9}[name]
        got = run.tissue_ug_per_g(47.5)
        yield Row(
            "predicted", f"{name}, what protrudes is shed and the rest stays: artery at 24 to 72 h",
            f"{expected:.1f} ug/g", f"{got:.1f} ug/g", percent_off(got, expected),
        )  # fmt: skip


def patency_rows() -> Iterator[Row]:
    who = Population("dialysis fistulas", "target-lesion patency", 330, "patients", "lookstein2020")
    for arm, shown in (("drug-coated", (82.2, 52.1, 43.1)), ("plain", (59.5, 36.7, 28.6))):
        between = PatencyCurve(who, (6.0, 36.0), (shown[0], shown[2])).rate_after(24.0)
        assert between is not None
        yield Row(
            "predicted", f"fistulas, {arm} balloon: patent at 24 months, from 6 and 36",
            f"{shown[1]:.1f} %", f"{between.percent:.1f} %", points_off(between.percent, shown[1]),
        )  # fmt: skip
    sfa = Population("femoropopliteal", "primary patency", 331, "patients of both arms", "tepe2015")
    told = (("drug-coated", (82.2, 69.5), 80.5), ("plain", (52.4, 45.1), 47.4))
    for arm, shown_sfa, other in told:
        curve = PatencyCurve(sfa, (12.0, 36.0), shown_sfa)
        got = curve.rate_after(12.0)
        assert got is not None
        yield Row(
            "predicted", f"femoropopliteal, {arm} balloon: another series at 12 months, by IN.PACT",
            f"{other:.1f} %", f"{got.percent:.1f} %", points_off(got.percent, other),
        )  # fmt: skip
    got = PatencyCurve(sfa, (12.0, 36.0), (82.2, 69.5)).rate_after(12.0)
    assert got is not None
    yield Row(
        "predicted", "the same: long occlusions, drug-coated balloon, one arm", "78.8 %",
        f"{got.percent:.1f} %", points_off(got.percent, 78.8),
    )  # fmt: skip


def restenosis_rows() -> Iterator[Row]:
    # THUNDER, late: loss of lumen in mm, and how many were narrow again in per cent.
    who = Population("femoropopliteal", "binary restenosis", 154, "patients of all arms", "thunder")
    arms = {"drug-coated": (0.7, 1.9, 17.0), "plain": (1.5, 1.3, 54.0)}
    for fitted, asked in (("plain", "drug-coated"), ("drug-coated", "plain")):
        known, other = (
            LateLumenLoss(NormalDist(*arms[arm][:2]), 60.0, who) for arm in (fitted, asked)
        )
        room = find_room_mm(known, arms[fitted][2])
        told, got = arms[asked][2], rate_from_room(other, room).percent
        yield Row(
            "predicted",
            f"THUNDER, {asked} arm narrow again, room of {room:.2f} mm from the {fitted} arm",
            f"{told:.0f} %", f"{got:.0f} %", points_off(got, told, 0),
        )  # fmt: skip


def rows() -> list[Row]:
    coats = fit_coats()
    return [
        *dilation_rows(), *drug_rows(coats), *delivery_rows(coats), *femoral_rows(coats),
        *patency_rows(), *restenosis_rows(),
    ]  # fmt: skip


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
