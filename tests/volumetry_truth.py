"""The table of docs/reference/volumetry-truth.md: every cohort and phantom with what came out.

`python -m tests.volumetry_truth docs/reference/volumetry-truth.md` writes it anew. Numbers of
papers are typed here, apart from the facts that the code reads.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tests.truth_table import Row, write_table

from seldinger.core.space import Grid
from seldinger.followup import shrinkage, volumetry
from seldinger.followup.volumetry import Kind
from seldinger.followup.volumetry_follow_up import resolve_volumetry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.core.volume import Mask

USED = resolve_volumetry({})
MEAN_ML = 96.56
"""Before embolization, in the review of seven studies."""
FIBROIDS = (
    ("fitted", "Ontario, 538 women: largest fibroid, level (Pron 2003)", 3, 42.0),
    ("course fitted", "gelatin, 60 women: largest fibroid (Toda 2016)", 3, 33.4),
    ("course fitted", "gelatin, 60 women: largest fibroid (Toda 2016)", 12, 48.4),
    ("predicted", "Kenya: largest fibroid, months not told, held at", 3, 43.7),
    ("predicted", "review of 14 papers: fibroids", 3, 35.59),
    ("predicted", "review of 14 papers: fibroids", 6, 50.57),
    ("predicted", "review of 14 papers: fibroids", 12, 62.78),
    ("predicted", "review of 14 papers: fibroids", 24, 68.18),
    ("other quantity", "Bologna, 62 women: 42.6 % of the diameter, as if isotropic", 12, 81.1),
)
UTERI = (
    ("fitted", "Ontario, 538 women: uterus, level (Pron 2003)", 3, 35.0),
    ("predicted", "Kenya: uterus, months not told, held at", 3, 40.1),
    ("predicted", "40 women with scans: uterus, months not told, held at", 3, 37.4),
)
PROSTATES = (
    ("review of 7 studies, 562 men", 12, MEAN_ML, 49.83),
    ("meta-analysis of 6 studies, on 96.56 mL", 12, MEAN_ML, 31.31),
    ("22 men, particles of 50 and 100 um, 110 mL", 6, 110.0, 43.0),
    ("17 men with giant prostates, 252.4 mL", 3, 252.4, 100.8),
)
PHANTOMS = (
    # spacing in mm, turn about two axes in degrees, flipped
    ("fine cubes", (1.0, 1.0, 1.0), 0.0, False),
    ("thick slices", (0.8, 0.8, 5.0), 0.0, False),
    ("oblique", (1.1, 0.9, 3.0), 31.0, False),
    ("oblique and flipped", (1.5, 1.2, 4.0), 17.0, True),
)
SEMI_MM = (38.0, 33.0, 47.0)
"""Half axes of the phantom before, 247 mL."""
LEFT = 0.6


def draw_ellipsoid(
    semi_mm: Sequence[float],
    spacing_mm: Sequence[float],
    turn_deg: float = 0.0,
    *,
    flipped: bool = False,
    off_mm: Sequence[float] = (0.31, 0.17, 0.43),
) -> tuple[Mask, Grid]:
    """An ellipsoid along L, P, S on a lattice that holds it with a margin."""
    one, two = math.radians(turn_deg), math.radians(0.6 * turn_deg)
    about_z = np.array(
        [[math.cos(one), -math.sin(one), 0], [math.sin(one), math.cos(one), 0], [0, 0, 1]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, math.cos(two), -math.sin(two)], [0, math.sin(two), math.cos(two)]]
    )
    axes = about_z @ about_x @ np.diag([-1.0 if flipped else 1.0, 1.0, 1.0])
    shape = [int(2.4 * max(semi_mm) / h) + 3 for h in spacing_mm]
    affine = np.eye(4)
    affine[:3, :3] = axes * np.asarray(spacing_mm)
    affine[:3, 3] = np.asarray(off_mm) - affine[:3, :3] @ ((np.asarray(shape) - 1) / 2)
    grid = Grid((shape[0], shape[1], shape[2]), affine)
    places = grid.to_lps(np.indices(shape).reshape(3, -1).T)
    inside = ((places / np.asarray(semi_mm)) ** 2).sum(axis=1) <= 1.0
    return inside.reshape(shape), grid


def read_ml(*drawn: object) -> volumetry.LabelVolume:
    mask, grid = drawn
    assert isinstance(grid, Grid)
    assert isinstance(mask, np.ndarray)
    return volumetry.measure_label(mask, grid, "phantom", USED)


def lost(cohort: shrinkage.Cohort, months: float, before_ml: float) -> float:
    """Per cent of the volume before."""
    course = shrinkage.fit_course(cohort, before_ml, USED)
    return 100.0 * (1.0 - course.find_left(months * shrinkage.MONTH_D))


def points(got: float, expected: float, unit: str = "points") -> str:
    return f"{round(got - expected, 1) + 0.0:+.1f} {unit}"


def course_rows() -> Iterator[Row]:
    time_d = shrinkage.find_time_d()
    first, last = (-math.expm1(-m * shrinkage.MONTH_D / time_d) for m in (3.0, 12.0))
    expected, got = 33.4 / 48.4, first / last
    yield Row(
        "fitted", f"gelatin: loss at 3 over that at 12 months; gives {time_d:.0f} d for 1/e",
        f"{expected:.4f}", f"{got:.4f}", f"{100.0 * (got / expected - 1.0) + 0.0:+.2f} %",
    )  # fmt: skip


def share_rows() -> Iterator[Row]:
    for number, cases in ((0, FIBROIDS), (1, UTERI)):
        for kind, case, months, expected in cases:
            got = lost(shrinkage.COHORTS[number], months, MEAN_ML)
            said = f"{case}{'' if case.endswith(' at') else ','} {months} months"
            yield Row(kind, said, f"{expected:g} %", f"{got:.1f} %", points(got, expected))


def prostate_rows() -> Iterator[Row]:
    for cohort in shrinkage.COHORTS[2:]:
        for number, (case, months, before_ml, expected) in enumerate(PROSTATES):
            got = before_ml * lost(cohort, months, before_ml) / 100.0
            own = number == shrinkage.COHORTS.index(cohort) - 2
            yield Row(
                "fitted" if own else "predicted",
                f"by {cohort.name.removeprefix('prostate, ')}: {case}, {months} months",
                f"{expected:g} mL", f"{got:.1f} mL", points(got, expected, "mL"),
            )  # fmt: skip


def spread_rows() -> Iterator[Row]:
    implied = (41.1 - 24.9) / 2.0 / 1.96 * math.sqrt(60.0)
    got = 100.0 * USED.get_value("patient_spread_share")
    yield Row(
        "assumed", "between patients, if the interval of 60 women is one of their mean",
        f"{implied:.1f} points", f"{got:.1f} points", points(got, implied),
    )  # fmt: skip
    implied = 100.0 * 5.3 / math.sqrt(2.0) / 42.4
    for kind, organ in ((Kind.PROSTATE, "prostate"), (Kind.FIBROID, "other organs")):
        got = 100.0 * volumetry.find_reader_error(kind, USED)
        yield Row(
            "formula" if kind is Kind.PROSTATE else "assumed",
            f"one reader of three diameters: {organ}, against two readers of 75 prostates",
            f"{implied:.1f} %", f"{got:.1f} %", points(got, implied),
        )  # fmt: skip


def phantom_rows() -> Iterator[Row]:
    true = 4.0 / 3.0 * math.pi * math.prod(SEMI_MM) / 1000.0
    before = read_ml(*draw_ellipsoid(SEMI_MM, (1.0, 1.0, 1.0)))
    smaller = [LEFT ** (1.0 / 3.0) * mm for mm in SEMI_MM]
    for name, spacing_mm, turn_deg, flipped in PHANTOMS:
        drawn = draw_ellipsoid(SEMI_MM, spacing_mm, turn_deg, flipped=flipped)
        got, size = read_ml(*drawn), " x ".join(f"{h:g}" for h in spacing_mm)
        yield Row(
            "phantom", f"ellipsoid, {name}, {size} mm (voxel error {got.voxel_error_ml:.2f} mL)",
            f"{true:.2f} mL", f"{got.ml:.2f} mL", f"{100.0 * (got.ml / true - 1.0):+.2f} %",
        )  # fmt: skip
        after = read_ml(*draw_ellipsoid(smaller, spacing_mm, turn_deg, flipped=flipped))
        change = volumetry.compare_volumes(before, after).change
        assert change is not None
        expected, seen = 100.0 * (LEFT - 1.0), 100.0 * change.nominal
        yield Row(
            "phantom", f"its change, fine cubes before, {name} after", f"{expected:.1f} %",
            f"{seen:.1f} %", points(seen, expected),
        )  # fmt: skip


def rows() -> list[Row]:
    return [*course_rows(), *share_rows(), *prostate_rows(), *spread_rows(), *phantom_rows()]


if __name__ == "__main__":
    write_table(Path(sys.argv[1]), rows())
