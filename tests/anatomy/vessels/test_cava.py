"""The cava by its sections: against exact ellipses, cut scans, and what tells the renal veins."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy, demo
from seldinger.anatomy.vessels.cava import measure_cava, measure_levels
from seldinger.anatomy.vessels.veins import CAVA, trace_veins
from seldinger.core import Edge, Tree
from seldinger.core.errors import AnatomyError
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid
from seldinger.core.volume import LabelMap

if TYPE_CHECKING:
    from seldinger.demo import VascularPatient

SETTINGS = anatomy.Settings(voxel_mm=5.0)


@lru_cache(maxsize=1)
def patient() -> VascularPatient:
    return demo.vascular_patient(voxel_mm=1.5, veins=True)


@lru_cache(maxsize=1)
def built() -> anatomy.Anatomy:
    return patient().build_anatomy(SETTINGS)


def test_every_level_below_the_renal_veins_is_as_wide_as_it_is() -> None:
    cava, truth = measure_cava(built()), patient().veins
    assert truth is not None
    seen = [one for one in cava.levels if 5.0 < one.at_mm < truth.renal_mm]
    assert len(seen) > 15
    for one in seen:
        exact = truth.section(one.at_mm)
        assert one.perimeter_diameter_mm == pytest.approx(exact["perimeter_diameter"], abs=0.45)
        assert one.area_diameter_mm == pytest.approx(exact["area_diameter"], abs=0.45)
        assert one.projected_width_mm == pytest.approx(exact["projected_width"], abs=0.75)
    assert cava.confluence_seen
    assert cava.infrarenal_mm == pytest.approx(truth.renal_mm)


def test_traced_from_labels_it_is_the_same_vein() -> None:
    traced = trace_veins(replace(built(), veins=None))
    cava, truth = measure_cava(traced), patient().veins
    assert truth is not None
    assert traced.veins is not None
    assert cava.renal_mm == pytest.approx(truth.renal_mm, abs=5.0)
    assert "right renal vein" in cava.renal_from
    heart = max(traced.veins.nodes_lps_mm[:, 2])
    for edge in traced.veins.edges:
        if edge.name == CAVA:
            assert edge.curve.points_lps_mm[-1][2] > edge.curve.points_lps_mm[0][2]
    assert heart == pytest.approx(cava.curve.points_lps_mm[-1][2])


def test_the_renal_veins_are_told_or_estimated_by_the_kidneys_or_unknown() -> None:
    told = measure_cava(built(), 80.0)
    assert told.renal_from == "told"
    at = told.curve.points_at(told.renal_mm or 0.0)
    assert at[2] == pytest.approx(80.0, abs=0.5)
    with pytest.raises(AnatomyError, match="the cava of this scan runs from"):
        measure_cava(built(), 900.0)
    without = _drop(built(), "renal")
    guessed = measure_cava(without)
    assert "estimate" in guessed.renal_from
    bare = replace(
        without, structures=tuple(s for s in without.structures if "kidney" not in s.name)
    )
    unknown = measure_cava(bare)
    assert unknown.renal_mm is None
    assert "unknown" in unknown.renal_from


def test_a_told_height_and_one_renal_vein_alone_are_doubted() -> None:
    assert not measure_cava(built()).renal_doubt
    high = measure_cava(built(), 150.0).renal_doubt
    assert "told at S 150 mm" in high
    assert "right renal vein" in high
    assert not measure_cava(built(), 80.0).renal_doubt, "lower down is safer"
    assert (
        "no label shows a right renal vein"
        in measure_cava(_drop(built(), "right renal")).renal_doubt
    )
    without = _drop(built(), "renal")
    assert "estimate" in measure_cava(without).renal_doubt
    assert "no kidney lies" in measure_cava(without, 175.0).renal_doubt
    assert not measure_cava(without, 100.0).renal_doubt


def _drop(whole: anatomy.Anatomy, word: str) -> anatomy.Anatomy:
    """The anatomy without the veins of a name."""
    assert whole.veins is not None
    kept = [e for e in whole.veins.edges if word not in e.name]
    used = sorted({n for e in kept for n in (e.start, e.end)})
    number = {n: k for k, n in enumerate(used)}
    edges = tuple(Edge(number[e.start], number[e.end], e.curve, e.name) for e in kept)
    return replace(whole, veins=Tree(whole.veins.nodes_lps_mm[used], edges))


def test_without_iliac_veins_the_confluence_is_not_seen() -> None:
    cava = measure_cava(_drop(built(), "iliac"))
    assert not cava.confluence_seen
    assert cava.infrarenal_mm is None
    assert any("confluence" in note for note in cava.notes)


def test_a_cava_that_the_field_of_view_cuts_has_no_width_there() -> None:
    study = patient().study
    assert study.labels is not None
    mask, grid = study.labels.mask("inferior_vena_cava"), study.labels.grid
    truth = patient().veins
    assert truth is not None
    column = int(np.argwhere(mask).mean(axis=0)[0])
    cut = mask[column:]
    moved = grid.index_to_lps.copy()
    moved[:3, 3] = grid.to_lps(np.array([float(column), 0.0, 0.0]))
    curve = Curve(truth.cava.curve.points_lps_mm[20:200] + np.array([3.0, 0.0, 0.0]))
    levels = measure_levels(cut, Grid(cut.shape, moved), curve)
    assert levels
    assert not any(one.known for one in levels)


def test_no_label_and_no_tracing_are_refused() -> None:
    with pytest.raises(AnatomyError, match="no cava is among the traced veins"):
        measure_cava(replace(built(), veins=None))
    bare = tuple(s for s in built().structures if s.name != CAVA)
    with pytest.raises(AnatomyError, match="a filter is judged by nothing else"):
        measure_cava(replace(built(), structures=bare))
    with pytest.raises(AnatomyError, match="no label shows the inferior vena cava"):
        trace_veins(replace(built(), structures=bare))
    grid = Grid.aligned((4, 4, 4), 1.0)
    curve = Curve(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 3.0]]))
    with pytest.raises(AnatomyError, match="0 voxels"):
        measure_levels(np.zeros((4, 4, 4), dtype=bool), grid, curve)


@pytest.mark.parametrize("axis", [None, 0, 2])
def test_the_cava_begins_once_whichever_way_the_scan_is_stored(axis: int | None) -> None:
    """The left renal vein's end within the cava is the renal vein's."""
    study = demo.vascular_patient(voxel_mm=3.0, veins=True).study
    labels = study.labels
    assert labels is not None
    stored = labels
    if axis is not None:
        turned = np.eye(4)
        turned[axis, axis], turned[axis, 3] = -1.0, labels.grid.shape[axis] - 1.0
        grid = Grid(labels.grid.shape, labels.grid.index_to_lps @ turned)
        stored = LabelMap(tuple(np.flip(one, axis) for one in labels.layers), labels.entries, grid)
    seen = anatomy.build(replace(study, labels=stored), settings=anatomy.Settings(voxel_mm=4.0))
    cava = measure_cava(trace_veins(seen))
    assert not cava.renal_doubt
    assert cava.infrarenal_mm == pytest.approx(113.0, abs=6.0)
