"""Vessels' tasks: a tree of 63 branches in 256^3, traced in its mask and found in its image."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  as its own pages import it
from tests.vessel_trees import grow, paint

from seldinger.anatomy.vessels import Centrelines, enhance_vessels, extract_centrelines
from seldinger.core.space import Grid
from seldinger.core.volume import Volume

if TYPE_CHECKING:
    from seldinger.core.volume import Mask

EDGE = 256
SCALES_MM = (1.0, 2.0, 4.0)
BLOOD_HU, NOISE_HU = 200.0, 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """The same tree as a mask and as an image."""

    mask: Mask
    image: Volume

    def trace(self) -> tuple[Centrelines, float]:
        """The graph, and the processor's seconds."""
        start = time.process_time()
        lines = extract_centrelines(self.mask, self.image.grid)
        return lines, time.process_time() - start

    def enhance(self) -> Volume:
        """Tubeness at three scales."""
        return enhance_vessels(self.image, SCALES_MM)

    def enhance_with_itk(self) -> np.ndarray:
        """The peer: SimpleITK's objectness at the same scales, the largest of them."""
        itk: Any = sitk  # its stubs know neither types nor options
        image = itk.GetImageFromArray(self.image.values)
        best = np.zeros(self.image.values.shape, np.float32)
        for scale in SCALES_MM:
            smooth = itk.SmoothingRecursiveGaussian(image, scale, normalizeAcrossScale=True)
            found = itk.ObjectnessMeasure(smooth, objectDimension=1)
            np.maximum(best, itk.GetArrayViewFromImage(found), out=best)
        return best


def task() -> Task:
    """One tree of Murray's law, in noise."""
    mask = paint(grow(1, EDGE), (EDGE, EDGE, EDGE))
    noise = np.random.default_rng(1).normal(0.0, NOISE_HU, mask.shape)
    grid = Grid.aligned(mask.shape, 1.0)
    return Task(mask, Volume((BLOOD_HU * mask + noise).astype(np.float32), grid, "HU"))


def roc_area(response: np.ndarray, mask: Mask) -> float:
    """Area under the ROC curve; 1 parts all of the vessels from all of the rest."""
    order = np.argsort(response, axis=None, kind="stable")
    ranks = np.flatnonzero(mask.ravel()[order]).astype(np.float64)
    inside = float(mask.sum())
    return float((ranks.sum() - inside * (inside - 1) / 2.0) / (inside * (mask.size - inside)))
