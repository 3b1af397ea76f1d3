"""The table of docs/reference/particles-truth.md: every published case with what came out.

`python -m tests.particles_truth docs/reference/particles-truth.md` writes it anew. Numbers of
papers are typed here; of all papers only the abstracts were read.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import spearmanr
from tests.truth_table import Row, write_table

from seldinger.physics.particles.beds import Bed
from seldinger.physics.particles.inject import inject
from seldinger.physics.particles.injection import CatheterTip, Injected, Suspension
from seldinger.physics.particles.liquid import Liquid, fill
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import ClumpSizes, ParticleSizes, SphereSizes
from seldinger.physics.particles.tree import ParticleTree, plain_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANY = 1_000_000
AT_ONCE = InjectionSettings(stasis_share=0.0, batches=1, most_fall=1.0)
PRESSURES_MMHG = (95.0, 5.0)
# Assumed: no source read tells the width of a sheep's uterine artery.
UTERINE_MM = 2.0
SPHERE_RANGES = ((100.0, 300.0), (300.0, 500.0), (500.0, 700.0), (700.0, 900.0))
PVA_RANGES = ((150.0, 250.0), (250.0, 400.0), (400.0, 600.0), (600.0, 1000.0))
PELAGE = "sheep, four ranges of size"


def give(
    tree: ParticleTree,
    sizes: ParticleSizes,
    number: int,
    tip: str,
    settings: InjectionSettings = AT_ONCE,
    density: float | None = None,
) -> Injected:
    """Slowly, through a catheter wide enough."""
    catheter = CatheterTip(tip, 1e-3, 5_000.0)
    return inject(tree, Suspension(sizes, number, 1.0, density), catheter, settings=settings)


def tree_of(parent: Sequence[int], flows: dict[int, float], names: Sequence[str] = (),
            beds: Sequence[Bed] = ()) -> ParticleTree:  # fmt: skip
    """Vessels of 3 mm, so wide and short that beds alone share out the flow as told."""
    count = len(parent)
    resistance = {n: 100.0 / flow for n, flow in flows.items()}
    return plain_tree(
        parent, [3.0] * count, [0.01] * count, resistance, PRESSURES_MMHG, names=names, beds=beds
    )


def points(got: float, expected: float, digits: int = 1) -> str:
    return f"{round(got - expected, digits) + 0.0:+.{digits}f} points"


def percent(got: float, expected: float) -> str:
    return f"{round(100.0 * (got / expected - 1.0), 2) + 0.0:+.2f} %"


def mass_rows() -> Iterator[Row]:
    for um, published in ((20.0, 73_000.0), (30.0, 22_000.0)):
        made = give(uterine(), SphereSizes.fixed(um), 1_000, "artery", density=3.4)
        got = 1_000.0 / made.onward_mg.total
        yield Row(
            "computed", f"glass spheres of {um:g} um in a milligram, at 3.4 g/mL",
            f"{published:.0f}", f"{got:.0f}", percent(got, published),
        )  # fmt: skip


def share_rows() -> Iterator[Row]:
    # Fan, outlets of unequal flow: 48 beds behind 47 forks.
    flows = {n: float(1 + n % 7) for n in range(47, 95)}
    tree = tree_of([-1, *((n - 1) // 2 for n in range(1, 95))], flows)
    made = give(tree, SphereSizes.fixed(30.0), MANY, "v0")
    found = 100.0 * made.onward.generation.sum(axis=1) / MANY
    asked = 100.0 * np.array(list(flows.values())) / sum(flows.values())
    off = float(np.median(np.abs(found - asked)))
    for how, published in (("a plane", 0.40), ("a catheter", 0.62)):
        yield Row(
            "set", f"48 outlets, from {how}: share of particles less share of flow, median",
            f"{published:.2f} points", f"{off:.2f} points", points(off, published, 2),
        )  # fmt: skip


def lobar_rows() -> Iterator[Row]:
    parent, names = [-1, 0, 0, 1, 1], ["lobe", "branch", "rest", "tumour", "beside"]
    flows = {3: 22.0, 4: 22.0 / 0.82 * 0.18, 2: 100.0 - 22.0 / 0.82}
    tree = tree_of(parent, flows, names)
    shares = []
    for tip, published in (("lobe", 22.0), ("branch", 82.0)):
        made = give(tree, SphereSizes.fixed(30.0), MANY, tip)
        shares.append(100.0 * made.in_beds()["bed tumour"].number / MANY)
        yield Row(
            "set", f"one patient: spheres that reach the tumour from the {tip}, flows set to it",
            f"{published:g} %", f"{shares[-1]:.1f} %", points(shares[-1], published),
        )  # fmt: skip
    both = sum(shares) / 2.0
    yield Row(
        "computed", "the same: both together, half of the spheres by each (assumed)", "49 %",
        f"{both:.1f} %", points(both, 49.0),
    )  # fmt: skip


def uterine() -> ParticleTree:
    return plain_tree([-1], [UTERINE_MM], [50.0], {0: 90.0}, PRESSURES_MMHG, names=["artery"])


def lodging_um(sizes: ParticleSizes, number: int = 60) -> np.ndarray:
    """Calibre of every particle's last vessel."""
    calibre, count = give(uterine(), sizes, number, "artery").penetration()
    return np.repeat(calibre, count)


def pairs(ranges: Sequence[tuple[float, float]], log_spread: float) -> tuple[float, float]:
    """Spearman's rho of printed size and lodging calibre; widest over narrowest, middle 90 %."""
    printed, lodged, widths = [], [], []
    for low, high in ranges:
        own = []
        for um in np.linspace(low, high, 15):
            size = float(um)
            found = lodging_um(ClumpSizes(size, size, 1.0, log_spread))
            printed.append(np.full(len(found), size))
            own.append(found)
        group = np.concatenate(own)
        lodged.append(group)
        widths.append(np.quantile(group, 0.95) / np.quantile(group, 0.05))
    rho = float(spearmanr(np.concatenate(printed), np.concatenate(lodged)).statistic)
    return rho, float(np.exp(np.mean(np.log(widths))))


def sheep_rows() -> Iterator[Row]:
    spheres, narrow = pairs(SPHERE_RANGES, 0.0)
    clumps, wide = pairs(PVA_RANGES, 0.4)
    most, _ = pairs(PVA_RANGES, 0.8)
    yield Row(
        "computed", f"{PELAGE}: rho of spheres and occluded arteries", "0.762", f"{spheres:.2f}",
        f"{spheres - 0.762:+.2f}",
    )  # fmt: skip
    yield Row(
        "computed", f"{PELAGE}: rho of PVA particles and occluded arteries", "none",
        f"{clumps:.2f}; {most:.2f} at the widest assumed spread", f"{clumps:+.2f}",
    )  # fmt: skip
    yield Row(
        "order", f"{PELAGE}: widest over narrowest artery, 90 % within a range, PVA and spheres",
        "PVA wider", f"{wide:.1f} and {narrow:.1f}", "agrees" if wide > narrow else "opposed",
    )  # fmt: skip
    tgms, pvams = (
        give(uterine(), SphereSizes.uniform(500.0, 700.0), 5_000, "artery",
             InjectionSettings(compressed_share=1.0 - lost, stasis_share=0.0, batches=1,
                               most_fall=1.0)).penetration_um(0.5)
        for lost in (0.087, 0.180)
    )  # fmt: skip
    yield Row(
        "order", "sheep, 500 to 700 um, compressed by 8.7 (gelatin) and 18.0 % (PVA spheres)",
        "PVA spheres deeper", f"median at {tgms:.0f} and {pvams:.0f} um",
        "agrees" if pvams < tgms else "opposed",
    )  # fmt: skip
    pva, sphere = (
        float(np.quantile(lodging_um(sizes, 5_000), 0.75))
        for sizes in (ClumpSizes(600.0, 1_000.0), SphereSizes.uniform(700.0, 900.0))
    )
    yield Row(
        "order", "sheep, PVA of 600 to 1000 um and spheres of 700 to 900: a quarter lodges above",
        "PVA nearer the trunk (97 and 68 %)", f"{pva:.0f} and {sphere:.0f} um",
        "agrees" if pva > sphere else "opposed",
    )  # fmt: skip


def formula_rows() -> Iterator[Row]:
    tree = tree_of([-1, 0, 0], {1: 1.0, 2: 2.0}, beds=[Bed("bed v1", shunt_share=0.2)])
    made = give(tree, SphereSizes.fixed(30.0), MANY, "v0")
    share = 100.0 * (MANY - made.in_beds()["bed v2"].number) / MANY
    yield Row(
        "formula", "beds of 100 and 50 mmHg s/mL: share of the narrower", "33.33 %",
        f"{share:.2f} %", points(share, 100.0 / 3.0, 2),
    )  # fmt: skip
    lung = 100.0 * made.lung_share
    yield Row(
        "formula", "the same, a fifth of its particles shunted: share in the lung", "6.67 %",
        f"{lung:.2f} %", points(lung, 100.0 / 15.0, 2),
    )  # fmt: skip
    # By hand: one tube of 3 mm and 100 mm, 4 mPa s, its tip in the middle, 90 mmHg s/mL behind.
    half = 8.0 * 4e-3 * 0.05 / (math.pi * 1.5e-3**4) / 133.322387415e6
    rate, sets = 0.2, 0.05
    weights = 1.0 / half, 1.0 / (half + 90.0)
    node = (95.0 * weights[0] + 5.0 * weights[1] + rate) / sum(weights)
    reach = (node - 5.0) * weights[1] * sets * 1e3 / (math.pi * 1.5**2)
    tube = plain_tree([-1], [3.0], [100.0], {0: 90.0}, PRESSURES_MMHG)
    filled = fill(tube, Liquid(1.0, sets), CatheterTip("v0", rate, 700.0))
    yield Row(
        "formula", "front of a liquid in a tube after 50 ms", f"{reach:.4f} mm",
        f"{filled.reach_mm:.4f} mm", percent(filled.reach_mm, reach),
    )  # fmt: skip
    still = 90.0 / (2.0 * half + 90.0)
    clears = math.pi * 1.5**2 * 50.0 / 1e3 / still
    got = float(give(tube, SphereSizes.fixed(30.0), 1, "v0").history.clearance_s[0])
    yield Row(
        "formula", "the same tube: clearance of what lies below its middle", f"{clears:.4f} s",
        f"{got:.4f} s", percent(got, clears),
    )  # fmt: skip


def rows() -> list[Row]:
    return [*mass_rows(), *share_rows(), *lobar_rows(), *sheep_rows(), *formula_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
