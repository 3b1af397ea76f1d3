"""Volumes by labels and diameters: known bodies, laws, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.volumetry_truth import draw_ellipsoid

from seldinger.core.errors import LabelError, PlanError
from seldinger.core.space import Grid
from seldinger.followup import volumetry
from seldinger.followup.volumetry import (
    Bound,
    Diameter,
    EllipsoidVolume,
    Kind,
    LabelVolume,
    VolumeChange,
)
from seldinger.followup.volumetry_follow_up import resolve_volumetry

USED = resolve_volumetry({})
SEMI_MM = (18.0, 14.0, 23.0)
lengths_mm = st.floats(15.0, 120.0)
sides_mm = st.tuples(lengths_mm, lengths_mm, lengths_mm)


def read(semi_mm: tuple[float, float, float], spacing_mm: tuple[float, float, float],
         turn_deg: float = 0.0, *, flipped: bool = False) -> LabelVolume:  # fmt: skip
    mask, grid = draw_ellipsoid(semi_mm, spacing_mm, turn_deg, flipped=flipped)
    return volumetry.measure_label(mask, grid, "fibroid", USED)


def true_ml(semi_mm: tuple[float, ...]) -> float:
    return 4.0 / 3.0 * math.pi * math.prod(semi_mm) / 1000.0


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (0.9, 0.9, 4.0), (3.0, 1.2, 2.0)])
@pytest.mark.parametrize("turn_deg", [0.0, 23.0])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_known_body_is_measured_within_its_voxel_error(
    spacing_mm: tuple[float, float, float], turn_deg: float, flipped: bool
) -> None:
    got = read(SEMI_MM, spacing_mm, turn_deg, flipped=flipped)
    assert abs(got.ml - true_ml(SEMI_MM)) < 3.0 * got.voxel_error_ml
    assert got.ml == pytest.approx(true_ml(SEMI_MM), rel=0.02)
    assert not got.cut


@pytest.mark.parametrize("spacing_mm", [(1.5, 1.5, 1.5), (1.0, 1.0, 5.0)])
def test_the_voxel_error_is_how_volumes_scatter_with_their_place(
    spacing_mm: tuple[float, float, float],
) -> None:
    rng = np.random.default_rng(4)
    found = []
    for _ in range(40):
        off = rng.uniform(0.0, 1.0, 3) * spacing_mm
        mask, grid = draw_ellipsoid(SEMI_MM, spacing_mm, off_mm=off.tolist())
        found.append(volumetry.measure_label(mask, grid, "x", USED))
    stated = float(np.mean([one.voxel_error_ml for one in found]))
    seen = float(np.std([one.ml for one in found]))
    assert 0.3 * stated < seen < 1.3 * stated


def test_the_contour_error_is_a_shell_of_the_surface() -> None:
    ball = read((20.0, 20.0, 20.0), (0.7, 0.7, 0.7), 29.0)
    shell = 4.0 * math.pi * 20.0**2 * 0.5 / 1000.0
    assert ball.contour_error_ml == pytest.approx(shell, rel=0.05)
    none = resolve_volumetry({"contour_error_mm": 0.0})
    mask, grid = draw_ellipsoid(SEMI_MM, (2.0, 2.0, 2.0))
    assert volumetry.measure_label(mask, grid, "x", none).contour_error_ml == 0.0


@pytest.mark.parametrize("left", [0.3, 0.6, 1.2])
def test_a_known_change_on_other_lattices_is_found(left: float) -> None:
    before = read((30.0, 26.0, 35.0), (1.0, 1.0, 2.0))
    smaller = tuple(left ** (1.0 / 3.0) * mm for mm in (30.0, 26.0, 35.0))
    after = read((smaller[0], smaller[1], smaller[2]), (1.4, 0.9, 3.0), 19.0, flipped=True)
    change = volumetry.compare_volumes(before, after).change
    assert change is not None
    assert change.nominal == pytest.approx(left - 1.0, abs=0.01)
    assert change.p05 < left - 1.0 < change.p95


def test_a_label_without_a_voxel_is_refused() -> None:
    grid = Grid.aligned((4, 4, 4), 1.0)
    with pytest.raises(LabelError, match="'fibroid' has no voxel"):
        volumetry.measure_label(np.zeros(grid.shape, dtype=bool), grid, "fibroid", USED)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("end", [0, -1])
def test_a_label_at_any_border_is_cut(axis: int, end: int) -> None:
    grid = Grid.aligned((6, 7, 8), (1.0, 2.0, 3.0))
    mask = np.zeros(grid.shape, dtype=bool)
    mask[2:4, 2:4, 2:4] = True
    assert not volumetry.is_cut(mask, grid)
    at: list[int] = [3, 3, 3]
    at[axis] = end
    mask[tuple(at)] = True
    assert volumetry.is_cut(mask, grid)


def test_a_cropped_label_is_cut_only_where_its_scan_ends() -> None:
    scan = Grid.aligned((20, 20, 20), 2.0)
    inner = scan.crop((5, 5, 5), (9, 9, 9))
    full = np.ones(inner.shape, dtype=bool)
    assert volumetry.is_cut(full, inner)
    assert not volumetry.is_cut(full, inner, scan)
    edge = scan.crop((5, 5, 0), (9, 9, 4))
    assert volumetry.is_cut(full, edge, scan)
    flat = scan.crop((5, 5, 19), (9, 9, 20))
    assert volumetry.is_cut(np.ones(flat.shape, dtype=bool), flat, scan)


def test_cut_labels_give_bounds_or_nothing() -> None:
    whole = LabelVolume("a", 100.0, 9, (1.0, 1.0, 1.0), 0.1, 2.0, cut=False)
    cut = LabelVolume("a", 60.0, 9, (1.0, 1.0, 1.0), 0.1, 2.0, cut=True)
    assert volumetry.compare_volumes(whole, whole).bound is Bound.EXACT
    assert volumetry.compare_volumes(cut, whole).bound is Bound.AT_LEAST
    assert volumetry.compare_volumes(whole, cut).bound is Bound.AT_MOST
    both = volumetry.compare_volumes(cut, cut)
    assert (both.bound, both.change) == (Bound.UNKNOWN, None)


@given(
    st.tuples(lengths_mm, lengths_mm, lengths_mm), st.floats(0.5, 3.0), st.permutations([0, 1, 2])
)
def test_an_ellipsoid_scales_and_knows_no_order(
    sides: tuple[float, float, float], scale: float, order: list[int]
) -> None:
    one = EllipsoidVolume(sides, 0.1)
    shuffled = EllipsoidVolume((sides[order[0]], sides[order[1]], sides[order[2]]), 0.1)
    larger = EllipsoidVolume((scale * sides[0], scale * sides[1], scale * sides[2]), 0.1)
    assert shuffled.ml == pytest.approx(one.ml, rel=1e-12)
    assert larger.ml == pytest.approx(scale**3 * one.ml, rel=1e-9)
    change = volumetry.compare_volumes(one, larger).change
    assert change is not None
    assert change.nominal == pytest.approx(scale**3 - 1.0, rel=1e-6, abs=1e-9)
    assert change.p05 < change.nominal < change.p95


@given(st.floats(1.0, 500.0), st.floats(1.0, 500.0), st.floats(0.01, 0.2), st.floats(0.01, 0.2))
def test_errors_of_both_readings_reach_the_change(
    before_ml: float, after_ml: float, first: float, second: float
) -> None:
    side = [(6.0e3 * ml / math.pi) ** (1.0 / 3.0) for ml in (before_ml, after_ml)]
    one, two = (EllipsoidVolume((s, s, s), e) for s, e in zip(side, (first, second), strict=True))
    change = volumetry.compare_volumes(one, two).change
    back = volumetry.compare_volumes(two, one).change
    assert change is not None
    assert back is not None
    width = math.log((1.0 + change.p95) / (1.0 + change.p05)) / (2.0 * volumetry.Z90)
    assert width == pytest.approx(math.hypot(first, second), rel=1e-6)
    assert (1.0 + change.p95) * (1.0 + back.p05) == pytest.approx(1.0, rel=1e-6)


def test_a_prostates_reader_error_is_that_of_two_readers() -> None:
    assert volumetry.find_reader_error(Kind.PROSTATE, USED) == pytest.approx(0.0884, abs=1e-4)
    wide = resolve_volumetry({"diameter_error_share": 0.1})
    assert volumetry.find_reader_error(Kind.PROSTATE, wide) == pytest.approx(0.0884, abs=1e-4)
    assert volumetry.find_reader_error(Kind.UTERUS, wide) == pytest.approx(0.1 * math.sqrt(3.0))


LABEL = LabelVolume("a", 100.0, 9, (1.0, 1.0, 1.0), 0.1, 2.0, cut=False)
ELLIPSOID = EllipsoidVolume((60.0, 60.0, 60.0), 0.1)
DIAMETER = Diameter(60.0, 0.05)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (LABEL, ELLIPSOID, "different definitions"),
        (ELLIPSOID, LABEL, "different definitions"),
        (DIAMETER, ELLIPSOID, "one diameter is no volume"),
        (LABEL, DIAMETER, "one diameter is no volume"),
    ],
)
def test_readings_of_two_kinds_are_never_compared(
    before: volumetry.Reading, after: volumetry.Reading, said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        volumetry.compare_readings(before, after)


def test_a_diameter_has_no_volume() -> None:
    assert not hasattr(DIAMETER, "ml")
    with pytest.raises(PlanError, match="a diameter has no volume"):
        volumetry.compare_volumes(DIAMETER, DIAMETER)  # type: ignore[arg-type]
    change = volumetry.compare_readings(DIAMETER, Diameter(60.0 * (1.0 - 0.426), 0.05))
    assert not isinstance(change, VolumeChange)
    assert change.change.nominal == pytest.approx(-0.426)
    assert change.area_if_isotropic == pytest.approx(-0.6705, abs=1e-4)
    assert change.volume_if_isotropic == pytest.approx(-0.8109, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "diameters_mm", "said"),
    [
        (Kind.PROSTATE, (5.8, 5.2, 6.1), "are they centimetres"),
        (Kind.UTERUS, (11.0, 8.0, 9.0), "are they centimetres"),
        (Kind.FIBROID, (6.2, 5.0, 7.1), "are they centimetres"),
        (Kind.TUMOUR, (3.0, 2.0, 2.5), "are they centimetres"),
        (Kind.FIBROID, (60.0, 0.0, 50.0), "each is above 0"),
        (Kind.FIBROID, (60.0, -4.0, 50.0), "each is above 0"),
        (Kind.FIBROID, (60.0, math.nan, 50.0), "each is above 0"),
        (Kind.FIBROID, (60.0, 5000.0, 50.0), "at most 500 mm"),
        (Kind.FIBROID, (60.0, 50.0), "an ellipsoid has three"),
    ],
)
def test_diameters_that_are_none_are_refused(
    kind: Kind, diameters_mm: tuple[float, ...], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        volumetry.measure_ellipsoid(diameters_mm, kind, USED)


def test_small_diameters_are_remarked_on_and_the_limit_is_the_users() -> None:
    assert volumetry.remark_on_size((15.0, 14.0, 13.0), Kind.FIBROID, USED)
    assert not volumetry.remark_on_size((60.0, 14.0, 13.0), Kind.FIBROID, USED)
    low = resolve_volumetry({"smallest_fibroid_mm": 5.0})
    assert volumetry.measure_ellipsoid((8.0, 7.0, 6.0), Kind.FIBROID, low).ml < 0.2
