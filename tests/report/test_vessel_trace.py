"""The picture and the folder of traced vessels: sides, signs, and loops that SWC cannot hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests import bifurcation as body

from seldinger.anatomy.vessels import TraceRequest, VesselTrace, trace_vessels
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap
from seldinger.image.curve_files import load_tree
from seldinger.report import vessel_trace
from seldinger.report.pictures import to_png

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes


@pytest.fixture(scope="module")
def traced() -> VesselTrace:
    asked = TraceRequest((body.AORTA, body.RIGHT, body.LEFT), route=(body.RIGHT, body.AORTA))
    return trace_vessels(body.labels(), asked, body.scan(calcium=True))


def words(axes: Axes) -> dict[str, float]:
    """Texts of a view, and how far from its left side each stands."""
    axes.figure.canvas.draw()
    shown = {}
    for text in axes.texts:
        x, _ = axes.transAxes.inverted().transform(
            text.get_transform().transform(text.get_position())
        )
        shown[text.get_text().strip()] = float(x)
    return shown


def test_the_patients_right_is_on_the_left_of_the_frontal_view(traced: VesselTrace) -> None:
    front, side = vessel_trace.draw_vessels(traced).axes
    shown = words(front)
    assert shown["R"] < 0.2
    assert shown["L"] > 0.8
    right = next(x for word, x in shown.items() if body.RIGHT in word)
    left = next(x for word, x in shown.items() if body.LEFT in word)
    assert right < 0.5 < left
    assert words(side)["A"] < words(side)["P"]


def test_root_narrowing_and_scale_are_marked(traced: VesselTrace) -> None:
    front, _ = vessel_trace.draw_vessels(traced).axes
    shown = " ".join(words(front))
    assert "root" in shown
    assert "% of diameter" in shown
    assert " mm" in shown


def test_the_same_trace_gives_the_same_picture(traced: VesselTrace) -> None:
    one, other = (to_png(vessel_trace.draw_vessels(traced)) for _ in range(2))
    assert one == other


def ring() -> LabelMap:
    """A stem that ends in a ring."""
    i, j, k = np.indices((60, 20, 90))
    around = np.hypot(np.hypot(i - 30, k - 35) - 22.0, j - 10) <= 3.0
    stem = (np.hypot(i - 30, j - 10) <= 3.0) & (k > 55)
    layer = (around | stem).astype(np.uint8)
    return LabelMap((layer,), (LabelEntry("ring", 1),), Grid.aligned(layer.shape, 1.0))


def test_a_loop_is_kept_in_every_file_that_can_hold_one(tmp_path: Path) -> None:
    trace = trace_vessels(ring(), TraceRequest(("ring",)))
    vessel_trace.write(tmp_path / "out", trace)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"tree.vtp", "tree.mrk.json", "vessels.json", "vessels.png"} <= names
    assert "tree.swc" not in names
    notes = json.loads((tmp_path / "out" / "vessels.json").read_text(encoding="utf-8"))["notes"]
    assert any("tree.swc is left out" in note for note in notes)
    read = load_tree(tmp_path / "out" / "tree.vtp").tree
    assert len(read.edges) - len(read.nodes_lps_mm) + len(read.parts) == 1
