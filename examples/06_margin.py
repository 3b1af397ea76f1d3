"""The ablative margin of a ball in a larger ball beside it, which is known exactly."""

from __future__ import annotations

import json

import numpy as np

import seldinger as sd
from seldinger.geometry.surface import extract_surface
from seldinger.simulate import margin

TUMOUR_MM, ZONE_MM, ASIDE_MM = 8.0, 15.0, 3.0
"""Radii of the tumour and of the zone, and how far apart their middles are."""


def measured(spacing_mm: float = 1.0) -> dict[str, float]:
    """The minimal margin, and what was to be found, mm."""
    shape = tuple([round(48.0 / spacing_mm)] * 3)
    grid = sd.core.Grid.aligned(shape, spacing_mm, (-24.0, -24.0, -24.0))
    places = grid.to_lps(np.indices(shape).reshape(3, -1).T).reshape(*shape, 3)
    tumour = np.linalg.norm(places, axis=-1) <= TUMOUR_MM
    zone = np.linalg.norm(places - (ASIDE_MM, 0.0, 0.0), axis=-1) <= ZONE_MM
    made = margin.measure_margin(
        extract_surface(tumour, grid, "t"), extract_surface(zone, grid, "z")
    )
    return {
        "minimal_mm": round(made.whole.minimal_mm, 2),
        "exact_mm": ZONE_MM - TUMOUR_MM - ASIDE_MM,
    }


if __name__ == "__main__":
    print(json.dumps(measured()))
