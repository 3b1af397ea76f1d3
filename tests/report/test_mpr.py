"""What is named on a picture lies on it, and what nobody has named is striped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.report.phantom import AIM

from seldinger.report import mpr
from seldinger.report.planes import ANTERIOR, LEFT, Plane

if TYPE_CHECKING:
    from seldinger.plan.model import Plan

FAR = np.array([[500.0, 500.0]])


def drawn(plan: Plan, z_mm: float, half_mm: float = 90.0) -> Figure:
    figure = Figure(figsize=(5.0, 5.0), dpi=100)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    plane = Plane(np.array([0.0, 0.0, z_mm]), LEFT, ANTERIOR, -half_mm, half_mm, -half_mm, half_mm)
    mpr.draw(axes, plan, plane, FAR, mpr.Look())
    return figure


def names(figure: Figure) -> set[str]:
    return {text.get_text() for text in figure.axes[0].texts}


def test_a_slice_names_what_it_shows(plan: Plan) -> None:
    assert names(drawn(plan, 0.0)) >= {"liver", "tumour-1", "portal vein", "aorta", "vertebrae"}


@pytest.mark.parametrize("z_mm", [8.5, 9.0, 9.5, 12.0, 40.0])
def test_the_target_is_not_named_where_it_does_not_lie(plan: Plan, z_mm: float) -> None:
    for text in drawn(plan, z_mm).axes[0].texts:
        if text.get_text() == "tumour-1":
            assert (
                np.hypot(text.get_position()[0] - AIM[0], -text.get_position()[1] - AIM[1]) < 40.0
            )


def test_names_stay_in_the_picture_and_apart(plan: Plan) -> None:
    figure = drawn(plan, 0.0)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts]
    assert all(b.x0 > -1 and b.x1 < 501 and b.y0 > -1 and b.y1 < 501 for b in boxes)
    pairs = [(a, b) for n, a in enumerate(boxes) for b in boxes[:n]]
    assert not any(a.shrunk(0.9, 0.9).overlaps(b.shrunk(0.9, 0.9)) for a, b in pairs)


def test_tissue_that_nobody_has_named_is_striped(plan: Plan) -> None:
    image, stripes = drawn(plan, 0.0).axes[0].images
    alpha = np.asarray(stripes.get_array())[..., 3]
    right, left = np.array_split(alpha, 2, axis=1)  # the patient's right is the picture's left
    assert (right > 0).sum() == 0
    assert (left > 0).sum() > 1000
    assert np.asarray(image.get_array()).shape == (300, 300)


def test_a_target_in_the_lung_is_shown_in_a_lung_window(plan: Plan) -> None:
    assert mpr.window_of(plan) == (-160.0, 240.0)
    lung = replace(plan, target=replace(plan.target, organ="lung_right"))
    assert mpr.window_of(lung) == (-1350.0, 150.0)
