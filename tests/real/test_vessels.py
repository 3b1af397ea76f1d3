"""Vessels of real labels: they are traced in time, in the middle, and from groin to aorta."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import image
from seldinger.anatomy.vessels import TraceRequest, trace_vessels

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.image import Study

pytestmark = pytest.mark.real

LEGS = ("aorta", "iliac_artery_left", "iliac_artery_right")
MOST_CPU_S = 10.0


def read(data_dir: Path, folder: str) -> Study:
    place = data_dir / folder
    return image.load(place / "ct.nii.gz", place / "labels.nii.gz", place / "labels.json")


@pytest.mark.parametrize(
    ("folder", "vessels"),
    [
        ("liver-ircad17", ("artery",)),
        ("liver-ircad17", ("portalvein",)),
        ("abdpelvis-totalseg", LEGS),
    ],
)
def test_lines_follow_the_vessels(data_dir: Path, folder: str, vessels: tuple[str, ...]) -> None:
    study = read(data_dir, folder)
    assert study.labels is not None
    start = time.process_time()
    trace = trace_vessels(study.labels, TraceRequest(vessels), study.image)
    assert time.process_time() - start < MOST_CPU_S
    points = np.vstack([edge.curve.points_lps_mm for edge in trace.tree.edges])
    index = np.rint(trace.grid.to_index(points)).astype(int)
    assert trace.mask[tuple(index.T)].mean() > 0.97
    assert not trace.lines.unreached


def test_a_route_runs_from_the_right_groin_to_the_aorta(data_dir: Path) -> None:
    study = read(data_dir, "abdpelvis-totalseg")
    assert study.labels is not None
    asked = TraceRequest(LEGS, route=("iliac_artery_right", "aorta"))
    route = trace_vessels(study.labels, asked, study.image).route
    assert route is not None
    assert route.names == ("iliac_artery_right",)
    first, last = route.curve.points_lps_mm[[0, -1]]
    assert first[0] < last[0], "the patient's right is where L is smaller"
    assert last[2] - first[2] > 150.0, "the aorta divides far above the groin"
    assert 180.0 < route.length_mm < 280.0
