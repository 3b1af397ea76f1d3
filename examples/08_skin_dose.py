"""Skin dose of two C-arm angles that overlap on the back; a folder as argument gets the map."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from seldinger.physics.skin_dose import (
    Beam,
    Factors,
    Surface,
    dose_map,
    elliptic_cylinder,
    source_and_axis,
)

FACTORS = Factors(backscatter=1.3, medium=1.06, table=0.8, table_half_width_mm=250.0)
MIDDLE_MM = (0.0, -110.0, 0.0)
"""Where the beams cross: the middle of the body."""


def beam(primary_deg: float, kerma_gy: float) -> Beam:
    """A beam through the middle of the body, its reference point 15 cm before the isocentre."""
    source, axis, across = source_and_axis(primary_deg, 0.0, 785.0)
    x, y, z = (source + MIDDLE_MM).tolist()
    return Beam(
        kerma_gy, (x, y, z), (*axis.tolist(),), (*across.tolist(),), 635.0, (-0.06, 0.06) * 2
    )


def peaks(out: Path | None = None) -> dict[str, float]:
    """Peak skin dose of 2 Gy from below, and of as much again from 10 degrees beside it."""
    skin = elliptic_cylinder(170.0, 110.0, 400.0, 4.0)
    one, both = [beam(0.0, 2.0)], [beam(0.0, 2.0), beam(10.0, 2.0)]
    if out is not None:
        draw(skin, both, out / "08_skin_dose.png")
    return {
        "one_angle_gy": round(float(dose_map(skin, one, FACTORS).max()), 3),
        "both_gy": round(float(dose_map(skin, both, FACTORS).max()), 3),
    }


def draw(skin: Surface, beams: list[Beam], file: Path) -> None:
    """The skin unrolled, the back in the middle."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.0), layout="constrained")
    axes = figure.add_subplot(xlabel="around the body, 4 mm", ylabel="along the table, 4 mm")
    dose = dose_map(skin, beams, FACTORS).reshape(skin.shape or (1, -1))
    picture = axes.imshow(np.roll(dose, dose.shape[1] // 2, axis=1))
    figure.colorbar(picture, label="dose to skin, Gy")
    figure.savefig(file)


if __name__ == "__main__":
    print(json.dumps(peaks(Path(sys.argv[1]) if sys.argv[1:] else None)))
